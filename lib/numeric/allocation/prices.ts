/**
 * Finds the prices at which the Lagrangian bound is lowest: cutting planes, one for each group of units, within a box around the best
 * prices so far (the boxstep method: Marsten, Hogan and Blankenship 1975; disaggregated cuts: Birge and Louveaux 1988). The master is a small
 * linear program; its solver is passed in.
 *
 * Large plans are first solved on seeded samples of their units, each four times the one before, so that the whole plan is looked at only a
 * few times, near its optimum.
 */
import { seededRandom } from '../shared/random.ts'
import type { AllocationProblem, Choice } from './problem.ts'
import { type Evaluation, evaluate, type Groups } from './relaxation.ts'

/**
 * A linear program: minimise Σ cost x with `from ≤ x ≤ to` and, for each row, Σ coefficients x ≥ `atLeast`. Row n has the entries
 * `rowStart[n] … rowStart[n + 1] − 1` of `column` and `coefficient`.
 */
export type LinearProgram = {
  readonly cost: Float64Array
  readonly from: Float64Array
  readonly to: Float64Array
  readonly rowStart: Uint32Array
  readonly column: Uint32Array
  readonly coefficient: Float64Array
  readonly atLeast: Float64Array
}
/** Solves a linear program; null where no optimum was reached. */
export type SolveLinear = (program: LinearProgram) => { readonly x: Float64Array; readonly objective: number } | null

export type Priced = {
  readonly prices: Float64Array
  readonly bound: number
  /** Looks at a whole plan, counted in units looked at: the measure of work. */
  readonly looked: number
  /** Whether the master proved that no prices give a bound lower than this by more than `tolerance`. */
  readonly converged: boolean
}

export type PricingWork = {
  readonly seed: number
  /** The relative distance between master and bound at which pricing ends. */
  readonly tolerance: number
  readonly mostRounds: number
  /** No plan brings less: a bound below it proves that there is none, and ends the work. */
  readonly floor: number
  /** No price above these: for programs without benefits, whose prices have no size of their own. */
  readonly mostPrices?: Float64Array
  /** Called after every round; returning false ends the work with the best so far. */
  readonly onRound?: (bound: number, round: number) => boolean
}

const SMALLEST_SAMPLE = 4000
const GROWTH = 4

export function findPrices(
  problem: AllocationProblem,
  groups: Groups,
  solve: SolveLinear,
  work: PricingWork,
  start?: Float64Array,
): Priced {
  const units = problem.firstOption.length - 1
  const choice: Choice = new Int16Array(units)
  let prices: Float64Array = start ? start.slice() : firstPrices(problem)
  let looked = 0
  let radius = start ? 0.02 : 0.5
  const order = shuffled(units, work.seed)
  const typical = typicalPrices(problem)
  for (let size = SMALLEST_SAMPLE; size * GROWTH <= units; size *= GROWTH) {
    const sample = { units: order.slice(0, size).sort(), share: size / units }
    const rough = boxstep(problem, groups, solve, prices, typical, radius, (at) => evaluate(problem, groups, at, choice, sample), {
      ...work,
      share: sample.share,
      tolerance: Math.max(work.tolerance, 1e-4 / Math.sqrt(size / SMALLEST_SAMPLE)),
    })
    looked += rough.rounds * size
    prices = rough.prices
    radius = Math.min(radius, 2 / Math.sqrt(size / groups.rows.length + 1)) // what a sample of this size leaves unsure
    if (rough.stopped || rough.bound < work.floor * sample.share) break
  }
  const last = boxstep(problem, groups, solve, prices, typical, radius, (at) => evaluate(problem, groups, at, choice), {
    ...work,
    share: 1,
  })
  return { prices: last.prices, bound: last.bound, looked: looked + last.rounds * units, converged: last.converged }
}

/** Prices so high that limits with room cost nothing yet are no use; start from none. */
const firstPrices = (problem: AllocationProblem) => new Float64Array(problem.limit.length)

function shuffled(units: number, seed: number): Uint32Array {
  const random = seededRandom(seed)
  const order = Uint32Array.from({ length: units }, (_, i) => i)
  for (let i = units - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
  return order
}

type Boxed = {
  readonly prices: Float64Array
  readonly bound: number
  readonly rounds: number
  readonly converged: boolean
  readonly stopped: boolean
}

function boxstep(
  problem: AllocationProblem,
  groups: Groups,
  solve: SolveLinear,
  start: Float64Array,
  { worth, prices: typical }: Typical,
  radius: number,
  look: (prices: Float64Array) => Evaluation,
  work: PricingWork & { readonly share: number },
): Boxed {
  const { limit } = problem
  const master = new Master(groups, limit, work.share, worth)
  let best = start.slice()
  let seen = look(best)
  let bound = seen.bound
  master.learn(best, seen)
  let reach = radius
  let rounds = 1
  let stuck = 0
  for (; rounds < work.mostRounds; rounds++) {
    if (bound < work.floor * work.share) break
    const proposal = master.propose(solve, best, typical, reach, work.mostPrices)
    if (!proposal) break
    seen = look(proposal.prices)
    master.learn(proposal.prices, seen)
    const hoped = bound - proposal.bound
    const gained = bound - seen.bound
    const nearEnough = hoped <= work.tolerance * Math.abs(bound)
    if (gained > 0) {
      bound = seen.bound
      best = proposal.prices
    }
    if (nearEnough && !proposal.atEdge) return { prices: best, bound, rounds: rounds + 1, converged: true, stopped: false }
    if (nearEnough || gained > 0.5 * hoped) reach = Math.min(4, reach * (proposal.atEdge ? 2.5 : 1.2))
    else if (gained <= 0) reach *= 0.5
    stuck = gained > 0 ? 0 : stuck + 1
    if (stuck > 60) break
    if (work.onRound?.(bound, rounds) === false) return { prices: best, bound, rounds: rounds + 1, converged: false, stopped: true }
  }
  return { prices: best, bound, rounds, converged: false, stopped: false }
}

type Typical = { readonly worth: number; readonly prices: Float64Array }

/** A price of each row at which its whole limit would cost a fiftieth of what there is to win (`worth`): the size of step where a row has no price yet. */
function typicalPrices({ firstOption, benefit, row, use, limit }: AllocationProblem): Typical {
  let best = 0
  for (let i = 0; i + 1 < firstOption.length; i++) {
    let most = 0
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) most = Math.max(most, Math.abs(benefit[k]))
    best += most
  }
  const touched = new Float64Array(limit.length)
  for (let q = 0; q < row.length; q++) touched[row[q]] = Math.max(touched[row[q]], Math.abs(use[q]))
  const worth = best > 0 ? best : 1
  return { worth, prices: Float64Array.from(limit, (amount, r) => (0.02 * worth) / (Math.max(Math.abs(amount), touched[r]) || 1)) }
}

/** The cutting-plane model of L: what has been learnt of every group. */
class Master {
  readonly #groups: Groups
  readonly #limit: Float64Array
  readonly #share: number
  readonly #leastMoney: number
  readonly #cuts: { readonly group: number; readonly constant: number; readonly use: Float64Array; idle: number }[] = []

  /** `worth`: what there is to win at most, the size of the bound. */
  constructor(groups: Groups, limit: Float64Array, share: number, worth: number) {
    this.#groups = groups
    this.#limit = limit
    this.#share = share
    this.#leastMoney = 1e-9 * worth
  }

  /** value_g(λ) ≥ value_g(λ₀) − Σ_r use_gr (λ_r − λ₀_r), since a maximum of linear functions lies above each of them. */
  learn(prices: Float64Array, seen: Evaluation): void {
    const rows = this.#limit.length
    this.#groups.rows.forEach((touched, group) => {
      const use = Float64Array.from(touched, (r) => seen.use[group * rows + r])
      let constant = seen.value[group]
      touched.forEach((r, n) => {
        constant += use[n] * prices[r]
      })
      this.#cuts.push({ group, constant, use, idle: 0 })
    })
  }

  /** The lowest point of the model within the box. Prices are scaled by their typical size, values by the size of the bound. */
  propose(solve: SolveLinear, centre: Float64Array, typical: Float64Array, reach: number, most?: Float64Array) {
    const rows = this.#limit.length
    const count = this.#groups.rows.length
    const unit = Float64Array.from(typical, (price, r) => Math.max(price, centre[r]))
    const money = Math.max(...this.#cuts.slice(-count).map((cut) => Math.abs(cut.constant)), this.#leastMoney)
    const cost = new Float64Array(rows + count).fill(1)
    const from = new Float64Array(rows + count)
    const to = new Float64Array(rows + count).fill(Number.POSITIVE_INFINITY)
    for (let r = 0; r < rows; r++) {
      cost[r] = (this.#limit[r] * this.#share * unit[r]) / money
      from[r] = Math.max(0, centre[r] / unit[r] - reach)
      to[r] = Math.min(centre[r] / unit[r] + reach, (most?.[r] ?? Number.POSITIVE_INFINITY) / unit[r])
    }
    const entries = this.#cuts.reduce((sum, cut) => sum + cut.use.length + 1, 0)
    const rowStart = new Uint32Array(this.#cuts.length + 1)
    const column = new Uint32Array(entries)
    const coefficient = new Float64Array(entries)
    const atLeast = new Float64Array(this.#cuts.length)
    let q = 0
    this.#cuts.forEach((cut, n) => {
      column[q] = rows + cut.group
      coefficient[q++] = 1
      this.#groups.rows[cut.group].forEach((r, z) => {
        const value = (cut.use[z] * unit[r]) / money
        if (value === 0) return
        column[q] = r
        coefficient[q++] = value
      })
      atLeast[n] = cut.constant / money
      rowStart[n + 1] = q
    })
    const solution = solve({ cost, from, to, rowStart, column: column.subarray(0, q), coefficient: coefficient.subarray(0, q), atLeast })
    if (!solution) return null
    const prices = Float64Array.from(unit, (size, r) => Math.min(Math.max(0, solution.x[r] * size), most?.[r] ?? Number.POSITIVE_INFINITY))
    const atEdge = unit.some(
      (size, r) =>
        (to[r] - solution.x[r] < 1e-9 * reach && to[r] * size < (most?.[r] ?? Number.POSITIVE_INFINITY)) ||
        (from[r] > 0 && solution.x[r] - from[r] < 1e-9 * reach),
    )
    this.#forget(solution.x, rowStart, column, coefficient, atLeast)
    return { prices, bound: solution.objective * money, atEdge }
  }

  /** Cuts that have not held the model up for long are dropped, so that the master stays small. */
  #forget(x: Float64Array, rowStart: Uint32Array, column: Uint32Array, coefficient: Float64Array, atLeast: Float64Array): void {
    const kept = this.#cuts.filter((cut, n) => {
      let sum = 0
      for (let q = rowStart[n]; q < rowStart[n + 1]; q++) sum += coefficient[q] * x[column[q]]
      cut.idle = sum - atLeast[n] > 1e-7 * (1 + Math.abs(atLeast[n])) ? cut.idle + 1 : 0
      return cut.idle < 12
    })
    this.#cuts.splice(0, this.#cuts.length, ...kept)
  }
}
