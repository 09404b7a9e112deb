/**
 * A plan whose distance from the best is certified: prices give a bound that no plan can pass (relaxation.ts, prices.ts), repair and
 * exchange give a plan (improve.ts), and both are added up again from the raw figures. It stops by counted work, never by the clock, so that
 * the same program and seed give the same plan everywhere; a caller's guard (`goesOn`) may end it early, with the best so far.
 */

import { seededRandom } from '../shared/random.ts'
import { type SolveWhole, solveCore } from './core.ts'
import type { Draft } from './draft.ts'
import { exchange, planFrom } from './improve.ts'
import { findPrices, type SolveLinear } from './prices.ts'
import { type AllocationProblem, type Choice, faultsOf, sumUp } from './problem.ts'
import { evaluate, groupsOf } from './relaxation.ts'

export type PlanOptions = {
  readonly seed?: number
  /** The plan is good enough when it is within this share of the bound. */
  readonly gap?: number
  /** Prices to begin from: those of the last plan. */
  readonly prices?: Float64Array
  readonly onProgress?: (progress: { readonly bound: number; readonly benefit: number | null }) => void
  /** A solver in whole numbers: given, a plan whose open options are few is settled by it. */
  readonly whole?: SolveWhole
  /** Asked now and then; false ends the work with what there is. */
  readonly goesOn?: () => boolean
}

export type Plan = {
  /** optimal: the gap is zero or within the asked one; feasible: within limits, gap as stated; infeasible: proven; unknown: no plan found, none excluded. */
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown'
  readonly choice: Choice
  readonly benefit: number
  readonly bound: number
  /** The bound at the prices: at least `bound`, which a proof in whole numbers may have lowered. */
  readonly relaxedBound: number
  /** (bound − benefit) ÷ |bound| */
  readonly gap: number
  readonly violation: number
  readonly used: Float64Array
  /** What one more unit of each limit would bring, at the bound. */
  readonly prices: Float64Array
  /** Units looked at, all told: the work done. */
  readonly looked: number
  /** Where infeasible: rows that cannot hold together, weighted so that their sum proves it (Farkas 1902). */
  readonly conflict: Float64Array | null
}

const EVALUATION_ERROR = 1e-12 // what double sums of a county's figures can lose, as a share of what was summed

/** Throws for a program with faults: the caller asks `faultsOf` first and refuses in words. */
export function plan(problem: AllocationProblem, solve: SolveLinear, options: PlanOptions = {}): Plan {
  const faults = faultsOf(problem).filter((fault) => fault.what !== 'out-of-reach')
  if (faults.length > 0) throw new Error(`expected a sound program, got ${JSON.stringify(faults)}`)
  const { seed = 1, gap: wanted = 0, goesOn = () => true } = options
  const units = problem.firstOption.length - 1
  const groups = groupsOf(problem)
  const floor = leastBenefit(problem)
  const onRound = (bound: number) => {
    options.onProgress?.({ bound, benefit: null })
    return goesOn()
  }
  const priced = findPrices(problem, groups, solve, { seed, tolerance: 2e-7, mostRounds: 120, floor, onRound }, options.prices)
  const choice: Choice = new Int16Array(units)
  const relaxed = evaluate(problem, groups, priced.prices, choice)
  const bound = relaxed.bound + EVALUATION_ERROR * relaxed.size
  const impossible = bound < floor
  const target = (draft: Draft) => goesOn() && bound - draft.benefit > wanted * Math.abs(bound)
  const attempt = (prices: Float64Array): Draft | null => {
    const draft = planFrom(problem, choice, prices)
    if (draft) for (const most of EXCHANGE_SIZES) if (target(draft)) exchange(draft, priced.prices, most, 40, () => target(draft))
    return draft
  }
  let draft = impossible ? null : attempt(priced.prices)
  // a small plan can still gain from beginning at prices a little off
  const random = seededRandom(seed)
  for (let n = Math.min(MOST_STARTS, START_WORK / units); n >= 1 && !impossible && (!draft || target(draft)) && goesOn(); n--) {
    const near = priced.prices.map((price) => price * (1 + 0.1 * (random() - 0.5)))
    evaluate(problem, groups, near, choice)
    const other = attempt(near)
    if (other && (!draft || other.benefit > draft.benefit)) draft = other
  }
  const settled =
    options.whole && !impossible && goesOn()
      ? solveCore(
          problem,
          priced.prices,
          relaxed.bound,
          draft?.choice ?? null,
          (program, limits) => options.whole?.(program, { ...limits, goesOn }) ?? null,
        )
      : null
  const found = settled?.choice ?? draft?.choice
  if (!found) return without(problem, solve, priced.prices, bound, priced.looked, seed, goesOn, impossible)
  const sums = sumUp(problem, found)
  const least = Math.max(sums.benefit, Math.min(bound, settled?.bound ?? bound)) // both bounds hold; neither may be below the plan by rounding
  const distance = (least - sums.benefit) / Math.max(Math.abs(least), Number.MIN_VALUE)
  return {
    status: distance <= Math.max(wanted, 1e-9) ? 'optimal' : 'feasible',
    choice: found,
    benefit: sums.benefit,
    bound: least,
    relaxedBound: bound,
    gap: distance,
    violation: Math.max(0, sums.violation),
    used: sums.use,
    prices: priced.prices,
    looked: priced.looked + units,
    conflict: null,
  }
}

const MOST_STARTS = 24
const START_WORK = 12_000 // units looked at anew

/** Moves tried in pairs; the square of these is the work. */
const EXCHANGE_SIZES = [2000, 8000, 24_000]

/**
 * No plan was found. Without benefits the bound must not be negative when there is one: a negative bound at some prices proves that the
 * priced limits cannot be kept together.
 */
function without(
  problem: AllocationProblem,
  solve: SolveLinear,
  prices: Float64Array,
  bound: number,
  looked: number,
  seed: number,
  goesOn: () => boolean,
  impossible: boolean,
): Plan {
  const conflict = conflictOf(problem, solve, seed, goesOn)
  const none: Choice = new Int16Array(problem.firstOption.length - 1).fill(-1)
  const sums = sumUp(problem, none)
  return {
    status: conflict || impossible ? 'infeasible' : 'unknown',
    choice: none,
    benefit: Number.NaN,
    bound,
    relaxedBound: bound,
    gap: Number.POSITIVE_INFINITY,
    violation: sums.violation,
    used: sums.use,
    prices,
    looked,
    conflict,
  }
}

/** No plan that chooses in every unit can bring less than the least of its options: below it, lowered by what sums can lose. */
function leastBenefit({ firstOption, benefit, required }: AllocationProblem): number {
  let least = 0
  let size = 0
  for (let i = 0; i + 1 < firstOption.length; i++) {
    let lowest = required?.[i] === 1 ? Number.POSITIVE_INFINITY : 0
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) lowest = Math.min(lowest, benefit[k])
    least += lowest
    size += Math.abs(lowest)
  }
  return least - 1e-9 * size
}

/** Weights of limits that prove that no plan keeps them all, or null where there is no such proof. */
export function conflictOf(
  problem: AllocationProblem,
  solve: SolveLinear,
  seed = 1,
  goesOn: () => boolean = () => true,
): Float64Array | null {
  const largest = new Float64Array(problem.limit.length)
  problem.use.forEach((amount, q) => {
    largest[problem.row[q]] = Math.max(largest[problem.row[q]], Math.abs(amount))
  })
  const mostPrices = Float64Array.from(problem.limit, (limit, r) => 1 / (Math.abs(limit) || largest[r] || 1))
  const bare: AllocationProblem = { ...problem, benefit: new Float64Array(problem.benefit.length) }
  const work = { seed, tolerance: 1e-7, mostRounds: 60, floor: Number.NEGATIVE_INFINITY, mostPrices, onRound: goesOn }
  const { prices, bound } = findPrices(bare, groupsOf(bare), solve, work)
  return bound < -CONFLICT ? prices : null
}

/** The weighted limits must be passed by more than this share of one of them to prove a conflict. */
const CONFLICT = 1e-6
