/** What a plan's figures mean: what a limit is worth, what it costs to decide a unit otherwise, and which limits cannot hold together. */
import { conflictOf } from './plan.ts'
import { findPrices, type SolveLinear } from './prices.ts'
import type { AllocationProblem } from './problem.ts'
import { groupsOf, worthOf } from './relaxation.ts'

/** What one more unit of a limit brings: between `more` (a little more of it, a unit) and `less` (a little less). */
export type Worth = { readonly row: number; readonly price: number; readonly more: number; readonly less: number; readonly step: number }

/**
 * Brackets the price of a row by lowering the bound anew with `share` of its limit more and less. The bound is a concave function of a
 * limit, so the true worth of the first unit lies between the two.
 */
export function worthOfLimit(
  problem: AllocationProblem,
  prices: Float64Array,
  bound: number,
  row: number,
  solve: SolveLinear,
  share = 0.01,
): Worth {
  const step = Math.max(Math.abs(problem.limit[row]) * share, Number.MIN_VALUE)
  const groups = groupsOf(problem)
  const at = (change: number) => {
    const limit = problem.limit.slice()
    limit[row] += change
    return findPrices(
      { ...problem, limit },
      groups,
      solve,
      { seed: 1, tolerance: 2e-8, mostRounds: 40, floor: Number.NEGATIVE_INFINITY },
      prices,
    ).bound
  }
  return { row, price: prices[row], more: (at(step) - bound) / step, less: (bound - at(-step)) / step, step }
}

/** What each option of a unit is worth at the prices, and by how much the bound falls at least when it is forced. */
export type OptionWorth = { readonly option: number; readonly benefit: number; readonly atPrices: number; readonly loss: number }

/**
 * The options of a unit, none (−1) among them. `loss` is how far the option's worth lies below the best one's at the prices: forcing the
 * unit into it lowers the bound by that, and no plan that has it can come nearer to the bound.
 */
export function optionsOf(problem: AllocationProblem, prices: Float64Array, unit: number): OptionWorth[] {
  const first = problem.firstOption[unit]
  const all = Array.from({ length: problem.firstOption[unit + 1] - first + 1 }, (_, n) => ({
    option: n - 1,
    benefit: n === 0 ? 0 : problem.benefit[first + n - 1],
    atPrices: n === 0 ? 0 : worthOf(problem, prices, first + n - 1),
  }))
  const list = problem.required?.[unit] === 1 ? all.slice(1) : all
  const best = Math.max(...list.map((each) => each.atPrices))
  return list.map((each) => ({ ...each, loss: best - each.atPrices }))
}

/** Limits that cannot hold together, none of which could be left out, and how much each alone would have to give at least. */
export type Conflict = { readonly rows: readonly number[]; readonly atLeast: Float64Array }

/** A smallest set (none of it can be spared: a deletion filter, Chinneck and Dravnieks 1991) of limits in conflict, or null when a plan may exist. */
export function smallestConflict(problem: AllocationProblem, solve: SolveLinear): Conflict | null {
  let proof = conflictOf(problem, solve)
  if (!proof) return null
  let kept = [...proof.keys()].filter((r) => (proof?.[r] ?? 0) > 0)
  for (const candidate of [...kept]) {
    const without = kept.filter((r) => r !== candidate)
    const narrower = conflictOf(only(problem, new Set(without)), solve)
    if (!narrower) continue
    kept = without.filter((r) => narrower[r] > 0)
    proof = narrower
  }
  const weights = conflictOf(only(problem, new Set(kept)), solve) ?? proof
  const short = -boundWithoutBenefit(problem, weights)
  return { rows: kept, atLeast: Float64Array.from(kept, (r) => (weights[r] > 0 ? short / weights[r] : 0)) }
}

/** The program with only these limits: the others are set beyond what all units together could use. */
function only(problem: AllocationProblem, rows: ReadonlySet<number>): AllocationProblem {
  const most = new Float64Array(problem.limit.length)
  for (let q = 0; q < problem.row.length; q++) if (problem.use[q] > 0) most[problem.row[q]] += problem.use[q]
  return { ...problem, limit: problem.limit.map((limit, r) => (rows.has(r) ? limit : most[r] + 1)) }
}

function boundWithoutBenefit(problem: AllocationProblem, weights: Float64Array): number {
  let bound = 0
  for (let r = 0; r < weights.length; r++) bound += weights[r] * problem.limit[r]
  const bare = { ...problem, benefit: new Float64Array(problem.benefit.length) }
  for (let i = 0; i + 1 < problem.firstOption.length; i++) {
    let best = problem.required?.[i] === 1 ? Number.NEGATIVE_INFINITY : 0
    for (let k = problem.firstOption[i]; k < problem.firstOption[i + 1]; k++) best = Math.max(best, worthOf(bare, weights, k))
    bound += best
  }
  return bound
}
