/**
 * Plans with works over several stages, accounts and flows: the bound by bundle.ts, then works as the prices decide them, a plain plan beneath
 * them, and changes of single works that cost little at the prices. Stops by counted work, like plan.ts.
 */
import { Bundle, type Bundled, largestByRow, type OpenMaster } from './bundle.ts'
import type { SolveWhole } from './core.ts'
import { betterNearby } from './nearby.ts'
import type { Plan } from './plan.ts'
import type { Choice } from './problem.ts'
import { provenBy, Relaxed, type StagedProblem } from './relaxed.ts'
import { plainPartOf, StagedDraft } from './staged-draft.ts'
import { sumUpStaged } from './staged-sums.ts'
import { asWritten, readWritten, writtenOut } from './whole.ts'

export type StagedOptions = {
  /** The plan is good enough when it is within this share of the bound. */
  readonly gap?: number
  /** Prices to begin from: those of the last plan. */
  readonly prices?: Float64Array
  readonly onProgress?: (progress: { readonly bound: number; readonly benefit: number | null }) => void
  readonly goesOn?: () => boolean
  /** A solver in whole numbers: given, a small program is settled by it. */
  readonly whole?: SolveWhole
  /** The share of the counted work that settling may take: less where the same program is asked many times. 1 where nothing is said. */
  readonly effort?: number
}
export type StagedPlan = Plan & {
  /** Of each work the stage in which it is opened, or the number of stages for never. */
  readonly state: Uint8Array
  readonly flow: Float64Array
}

const EXCHANGE_SIZES = [2000, 8000]
const [LEAST_TRIALS, MOST_TRIALS, TRIAL_WORK] = [40, 400, 2_000_000]

export function planStaged(problem: StagedProblem, open: OpenMaster, options: StagedOptions = {}): StagedPlan {
  const { gap: wanted = 0, goesOn = () => true, onProgress, effort = 1 } = options
  const relaxed = new Relaxed(problem)
  const floor = leastBenefit(problem)
  const onRound = (bound: number) => {
    onProgress?.({ bound, benefit: null })
    return goesOn()
  }
  const prices = new Bundle(relaxed, open)
  const priced = prices.run(options.prices ?? new Float64Array(problem.limit.length), {
    tolerance: 5e-6,
    mostRounds: 150,
    floor,
    reach: options.prices ? 0.02 : 0.5,
    onRound,
  })
  const boundOf = ({ look }: Bundled) => provenBy(look)
  const plain = plainPartOf(relaxed)
  const decided = decideRoots(relaxed, prices, priced, floor, boundOf, onRound)
  const bound = Math.min(boundOf(priced), decided.bound)
  const impossible = bound < floor
  let held = !impossible ? dive(relaxed, prices, decided.held, floor, goesOn) : priced
  if (!(held.look.bound >= floor)) {
    held = priced // a dead end: works as the prices alone decide them
    relaxed.forest.barred.fill(0)
  }
  const flow = Float64Array.from(held.flowShare, (share, c) => {
    const { from, to } = problem.flows ?? { from: [0], to: [0] }
    return from[c] + share * (to[c] - from[c])
  })
  relaxed.look(held.look.prices)
  const draft = new StagedDraft(relaxed, plain, held.look, flow)
  const target = () => goesOn() && bound - draft.benefit > wanted * Math.abs(bound)
  const onBetter = (benefit: number) => onProgress?.({ bound, benefit })
  let found = !impossible && draft.settleWorks() && draft.repair()
  if (found) {
    draft.fill()
    onBetter(draft.benefit)
    relaxed.forest.barred.fill(0)
    relaxed.look(held.look.prices)
    if (target()) improveWorks(draft, bound, target, onBetter)
    draft.settleLimits()
    found = draft.repair()
    for (const most of EXCHANGE_SIZES) if (found && target()) draft.exchange(most, target)
  }
  prices.close()
  const best: Settled | null = found ? { choice: draft.draft.choice, state: draft.state, flow: draft.flow, bound } : null
  const settled =
    options.whole && goesOn() && !impossible
      ? settle(relaxed, best, bound, { whole: options.whole, wanted: Math.max(wanted, 1e-9), effort, goesOn, onBetter })
      : null
  const { choice, state, flow: flows, bound: proven } = settled ?? best ?? nothing(problem, bound)
  if (settled) found = true
  const sums = sumUpStaged(problem, choice, state, flows)
  const least = found ? Math.max(sums.benefit, Math.min(bound, proven)) : bound
  const distance = (least - sums.benefit) / Math.max(Math.abs(least), Number.MIN_VALUE)
  const conflict = found ? null : conflictOfStaged(problem, open, goesOn)
  return {
    status: !found ? (conflict || impossible ? 'infeasible' : 'unknown') : distance <= Math.max(wanted, 1e-9) ? 'optimal' : 'feasible',
    choice,
    state,
    flow: flows,
    benefit: found ? sums.benefit : Number.NaN,
    bound: least,
    relaxedBound: bound,
    gap: found ? distance : Number.POSITIVE_INFINITY,
    violation: Math.max(0, sums.violation),
    used: sums.use,
    prices: priced.look.prices,
    looked: relaxed.looked,
    conflict,
  }
}

/** No plan brings less: every option, work and flow at its lowest, lowered by what sums can lose. */
function leastBenefit({ firstOption, benefit, required, works, flows }: StagedProblem): number {
  let least = 0
  let size = 0
  const add = (lowest: number) => {
    least += lowest
    size += Math.abs(lowest)
  }
  for (let i = 0; i + 1 < firstOption.length; i++) {
    let lowest = required?.[i] === 1 ? Number.POSITIVE_INFINITY : 0
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) lowest = Math.min(lowest, benefit[k])
    add(lowest)
  }
  for (let w = 0; works && w < works.parent.length; w++) {
    let lowest = 0
    for (let s = 0; s < works.stages; s++) lowest = Math.min(lowest, works.benefit[w * works.stages + s] || 0) // NaN where it cannot be
    add(lowest)
  }
  flows?.benefit.forEach((each, c) => {
    add(Math.min(each * flows.from[c], each * flows.to[c]))
  })
  return least - 1e-9 * size - Number.MIN_VALUE
}

type Settled = { readonly choice: Choice; readonly state: Uint8Array; readonly flow: Float64Array; readonly bound: number }

function nothing({ firstOption, works, flows }: StagedProblem, bound: number): Settled {
  return {
    choice: new Int16Array(firstOption.length - 1).fill(-1),
    state: new Uint8Array(works?.parent.length ?? 0).fill(works?.stages ?? 0),
    flow: flows?.from.slice() ?? new Float64Array(0),
    bound,
  }
}

/** Columns of a program that is still settled in whole numbers: as a whole, and in parts. */
const [MOST_COLUMNS, MOST_IN_PARTS] = [8000, 20_000]
/** Simplex iterations spent on it: counted work, a minute of it at most; on parts, and on the whole. */
const ITERATED_ENTRIES = 1_500_000_000
const [LEAST_ITERATIONS, MOST_IN_WHOLE, MOST_OF_PARTS, SHARE_OF_PARTS] = [1000, 150_000, 12_000, 0.5]

type Settling = {
  readonly whole: SolveWhole
  readonly wanted: number
  readonly effort: number
  readonly goesOn: () => boolean
  readonly onBetter: (benefit: number) => void
}

/** A program of some size in parts, a small one as a whole too, from the plan at hand; null where nothing came of it. */
function settle({ problem, forest }: Relaxed, plan: Settled | null, bound: number, settling: Settling): Settled | null {
  const { whole, wanted, effort, goesOn, onBetter } = settling
  const columns = problem.benefit.length + (problem.works?.benefit.length ?? 0) + (problem.flows?.benefit.length ?? 0)
  if (columns > MOST_IN_PARTS || columns === 0) return null
  const { program } = writtenOut(problem)
  const scaled = toSize(program)
  const counted = (ITERATED_ENTRIES * effort) / program.coefficient.length
  const iterations = Math.round(Math.max(LEAST_ITERATIONS, Math.min(MOST_IN_WHOLE * effort, counted)))
  const inParts = Math.round(Math.max(LEAST_ITERATIONS, SHARE_OF_PARTS * Math.min(2 * MOST_OF_PARTS * effort, counted)))
  // what whole-number solvers call kept may be passed by their tolerance: such a plan is not ours
  let known = Number.NEGATIVE_INFINITY
  let best: Pick<Settled, 'choice' | 'state' | 'flow'> | null = plan
  const keep = (x: Float64Array) => {
    const read = readWritten(problem, x)
    const sums = sumUpStaged(problem, read.choice, read.state, read.flow)
    if (sums.violation > 1e-9 || !(sums.benefit > known)) return false
    known = sums.benefit
    best = read
    onBetter(known)
    return true
  }
  if (plan) known = sumUpStaged(problem, plan.choice, plan.state, plan.flow).benefit
  let proven = bound
  const isOpen = () => goesOn() && proven - known > wanted * Math.abs(proven)
  const written = () => best && asWritten(problem, best.choice, best.state, best.flow)
  const nearby = () => {
    const start = written()
    if (start && isOpen()) betterNearby(forest, scaled.program, start, whole, { iterations: inParts, goesOn: isOpen, keep })
  }
  nearby()
  if (columns <= MOST_COLUMNS && (!best || isOpen())) {
    const start = written()
    const found = whole(scaled.program, { iterations, gap: wanted, goesOn, ...(start ? { start } : {}) })
    const isBetter = found !== null && keep(found.x)
    if (found && Number.isFinite(found.bound)) proven = Math.min(bound, -found.bound * scaled.money)
    if (isBetter) nearby()
  }
  return best && { ...best, bound: Math.max(known, proven) }
}

/** Limits brought to about a thousand and costs to about a hundred thousand by powers of two, so that a solver's tolerances are shares. */
function toSize(program: ReturnType<typeof writtenOut>['program']) {
  const money = powerOfTwo(program.cost.reduce((most, each) => Math.max(most, Math.abs(each)), 0)) / 131_072
  const coefficient = program.coefficient.slice()
  const atLeast = program.atLeast.slice()
  for (let r = 0; r < atLeast.length; r++) {
    let largest = Math.abs(atLeast[r])
    if (largest === 0)
      for (let e = program.rowStart[r]; e < program.rowStart[r + 1]; e++) largest = Math.max(largest, Math.abs(coefficient[e]))
    const size = largest === 1 ? 1 : powerOfTwo(largest) / 1024
    atLeast[r] /= size
    for (let e = program.rowStart[r]; e < program.rowStart[r + 1]; e++) coefficient[e] /= size
  }
  return { program: { ...program, cost: program.cost.map((each) => each / money), coefficient, atLeast }, money }
}
const powerOfTwo = (value: number) => (value > 0 ? 2 ** Math.floor(Math.log2(value)) : 1)

/** Weights of limits that prove that no plan keeps them all (Farkas 1902), or null where there is no such proof. */
export function conflictOfStaged(problem: StagedProblem, open: OpenMaster, goesOn: () => boolean = () => true): Float64Array | null {
  const { works, flows, limit } = problem
  const bare: StagedProblem = {
    ...problem,
    benefit: new Float64Array(problem.benefit.length),
    ...(works ? { works: { ...works, benefit: works.benefit.map((each) => (Number.isNaN(each) ? each : 0)) } } : {}),
    ...(flows ? { flows: { ...flows, benefit: new Float64Array(flows.benefit.length) } } : {}),
  }
  const relaxed = new Relaxed(bare)
  const largest = largestByRow(relaxed)
  const mostPrices = Float64Array.from(limit, (amount, r) => 1 / (Math.abs(amount) || largest[r] || 1))
  const bundle = new Bundle(relaxed, open, mostPrices)
  try {
    const { look } = bundle.run(new Float64Array(limit.length), {
      tolerance: 1e-7,
      mostRounds: 80,
      floor: -1e-6,
      reach: 0.5,
      onRound: goesOn,
    })
    return provenBy(look) < -1e-6 ? look.prices : null
  } finally {
    bundle.close()
  }
}

/**
 * The works that everything hangs on are few, and each is decided by looking at both sides: in the state that the mixture gives it most of, and in any other.
 * The better side is followed; no plan is above the best of the end and all sides that were left, which is a lower bound than before (branch and bound, Land and
 * Doig 1960).
 */
function decideRoots(
  relaxed: Relaxed,
  prices: Bundle,
  priced: Bundled,
  floor: number,
  boundOf: (priced: Bundled) => number,
  onRound: (bound: number) => boolean,
): { readonly held: Bundled; readonly bound: number } {
  const { forest } = relaxed
  const states = forest.problem.works.stages + 1
  const big = forest.children.flatMap((_, w) => (forest.unitStart[w] === forest.unitStart[w + 1] ? [w] : []))
  let held = priced
  let left = Number.NEGATIVE_INFINITY
  for (let sides = 0; sides < MOST_SIDES; sides++) {
    const shares = prices.shares()
    let best: { w: number; s: number; share: number } | null = null
    for (const w of big) {
      if (forest.isHeld(w)) continue
      for (let s = 0; s < states; s++) {
        const share = shares[w * states + s]
        if (share < 0.9 && share > (best?.share ?? 0.5)) best = { w, s, share }
      }
    }
    if (!best) break
    const { w, s } = best
    const known = prices.remember()
    const barred = forest.barred.slice(w * states, (w + 1) * states)
    const work = { tolerance: 2e-5, mostRounds: 8, floor, reach: 0.1, onRound }
    const side = (apply: () => void) => {
      prices.recall(known)
      forest.barred.set(barred, w * states)
      apply()
      prices.restrict()
      return prices.run(held.look.prices, work)
    }
    const other = side(() => {
      forest.barred[w * states + s] = 1
    })
    const kept = prices.remember()
    const same = side(() => forest.hold(w, s))
    left = Math.max(left, Math.min(boundOf(same), boundOf(other)))
    held = same
    if (boundOf(other) > boundOf(same)) {
      held = other
      prices.recall(kept)
      forest.barred.set(barred, w * states)
      forest.barred[w * states + s] = 1
    }
    if (!onRound(Math.max(left, boundOf(held))) || boundOf(held) < floor) break
  }
  return { held, bound: Math.max(left, boundOf(held)) }
}
const MOST_SIDES = 8

/**
 * Holds works in the states that the master's mixture gives them most of, the most decided first, and prices anew, until all are held: diving, as in
 * column generation (Vanderbeck 2000 calls it rounding). Then the prices are those of the plain plan beneath.
 */
function dive(relaxed: Relaxed, prices: Bundle, priced: Bundled, floor: number, goesOn: () => boolean): Bundled {
  const { forest } = relaxed
  const { works } = forest.problem
  const states = works.stages + 1
  let held = priced
  for (let left = 1, round = 0; left > 0; round++) {
    const shares = prices.shares()
    const open: { w: number; s: number; share: number }[] = []
    for (let w = 0; w < works.parent.length; w++) {
      if (forest.isHeld(w)) continue
      let best = works.stages
      for (let s = works.stages - 1; s >= 0; s--) if (shares[w * states + s] > shares[w * states + best]) best = s
      open.push({ w, s: best, share: shares[w * states + best] })
    }
    open.sort((a, b) => b.share - a.share || a.w - b.w)
    const last = !goesOn() || round >= DIVES
    // what is all but decided is taken as it is; of the rest a few, and nothing before what it lies in
    const few = [1, Math.max(2, Math.ceil(open.length * 0.06))]
    const taken = [0, 0]
    const chosen = open.filter(({ w, share }) => {
      if (last || share > 0.97) return true
      const parent = works.parent[w]
      const kind = forest.children[w].length > 0 ? 0 : 1
      return (parent < 0 || forest.isHeld(parent)) && taken[kind]++ < few[kind]
    })
    for (const { w, s } of chosen) forest.hold(w, s)
    left = open.length - chosen.length
    prices.restrict()
    const next = prices.run(held.look.prices, {
      tolerance: left === 0 ? 5e-6 : 2e-5,
      mostRounds: left === 0 ? 40 : 10,
      floor,
      reach: 0.1,
      onRound: goesOn,
    })
    held = next
    if (!(held.look.bound >= floor)) return held
  }
  return held
}
const DIVES = 40

/** Tries works in other states, those that lose least at the prices first; a change that costs more than what is open cannot help. */
function improveWorks(draft: StagedDraft, bound: number, goesOn: () => boolean, onBetter: (benefit: number) => void): void {
  const { forest } = draft.relaxed
  const { works } = forest.problem
  const tried = new Set<number>()
  const most = Math.max(LEAST_TRIALS, Math.min(MOST_TRIALS, Math.round(TRIAL_WORK / draft.relaxed.choice.length)))
  for (let trials = 0; trials < most && goesOn(); ) {
    const slack = bound - draft.benefit
    const moves: { w: number; s: number; loss: number }[] = []
    for (let w = 0; w < works.parent.length; w++) {
      const values = forest.valuesOf(w, draft.state)
      for (let s = 0; s <= works.stages; s++) {
        const loss = values[draft.state[w]] - values[s]
        if (s !== draft.state[w] && loss < slack && !tried.has(w * (works.stages + 1) + s)) moves.push({ w, s, loss })
      }
    }
    moves.sort((a, b) => a.loss - b.loss || a.w - b.w || a.s - b.s)
    let better = 0
    for (const { w, s } of moves) {
      if (trials++ >= most || !goesOn()) return
      tried.add(w * (works.stages + 1) + s)
      if (draft.state[w] === s) continue
      const kept = draft.keep()
      const before = draft.benefit
      draft.change(w, s)
      const units = draft.unitsWithin(forest.rootOf[w])
      const fits = draft.worksKept() && draft.repair(units)
      if (fits) draft.fill(units)
      if (fits && draft.benefit > before) {
        better++
        onBetter(draft.benefit)
      } else draft.back(kept, w)
    }
    if (better === 0) return
    tried.clear()
  }
}
