/** A program asked otherwise: another objective, one more row, limits or benefits scaled, a unit forced; and the questions that take several such programs. */
import { ownAccounts } from './accounts.ts'
import type { OpenMaster } from './bundle.ts'
import type { SolveWhole } from './core.ts'
import { type Plan, type PlanOptions, plan } from './plan.ts'
import type { SolveLinear } from './prices.ts'
import type { StagedProblem } from './relaxed.ts'
import { planStaged, type StagedPlan } from './staged.ts'

export type SolveOptions = Omit<PlanOptions, 'whole'> & {
  /** Of programs with works, accounts or flows: the share of the counted work that settling in whole numbers may take. */
  readonly effort?: number
}

/** What solving takes: see `Solver` of the server's kit. */
export type Tools = { readonly linear: SolveLinear; readonly open: OpenMaster; readonly whole?: SolveWhole }

/** Solves a program of any kind, plain ones by plan.ts. */
export function solveAny(problem: StagedProblem, tools: Tools, options: SolveOptions = {}): StagedPlan {
  const whole = tools.whole ? { whole: tools.whole } : {}
  if (problem.accounts || problem.works || problem.flows) return planStaged(problem, tools.open, { ...options, ...whole })
  const found: Plan = plan(problem, tools.linear, { ...options, ...whole })
  return { ...found, state: new Uint8Array(0), flow: new Float64Array(0) }
}

/** Figures of every option, and of works × stages where there are works. */
export type Measure = { readonly options: Float64Array; readonly openings: Float64Array | null }

/** The same program for another objective; where nothing else is said, works and flows bring nothing by it. */
export function withObjective(problem: StagedProblem, { options, openings }: Measure): StagedProblem {
  const { works, flows } = problem
  return {
    ...problem,
    benefit: options,
    ...(works ? { works: { ...works, benefit: works.benefit.map((each, n) => (Number.isNaN(each) ? each : (openings?.[n] ?? 0))) } } : {}),
    ...(flows ? { flows: { ...flows, benefit: new Float64Array(flows.benefit.length) } } : {}),
  }
}

/** One more row: a measure of the plan is at most so much. It is the last. */
export function withRow(problem: StagedProblem, { options, openings }: Measure, atMost: number): StagedProblem {
  const { width, works, limit } = problem
  const wider = width + 1
  const accounts = problem.accounts ?? ownAccounts(limit.length)
  const account = accounts.start.length - 1
  const row = new Uint32Array(options.length * wider)
  const use = new Float64Array(options.length * wider)
  for (let k = 0; k < options.length; k++) {
    row.set(problem.row.subarray(k * width, (k + 1) * width), k * wider)
    use.set(problem.use.subarray(k * width, (k + 1) * width), k * wider)
    row[k * wider + width] = account
    use[k * wider + width] = options[k]
  }
  const grown = {
    ...problem,
    width: wider,
    row,
    use,
    limit: Float64Array.from([...limit, atMost]),
    ...(problem.accounts
      ? {
          accounts: {
            start: Uint32Array.from([...accounts.start, accounts.row.length + 1]),
            row: Uint32Array.from([...accounts.row, limit.length]),
            coefficient: Float64Array.from([...accounts.coefficient, 1]),
          },
        }
      : {}),
  }
  if (!works || !openings) return grown
  const start = new Uint32Array(works.start.length)
  const workRow: number[] = []
  const workUse: number[] = []
  for (let n = 0; n + 1 < start.length; n++) {
    for (let e = works.start[n]; e < works.start[n + 1]; e++) {
      workRow.push(works.row[e])
      workUse.push(works.use[e])
    }
    if (openings[n] !== 0 && Number.isFinite(openings[n])) {
      workRow.push(account)
      workUse.push(openings[n])
    }
    start[n + 1] = workRow.length
  }
  return { ...grown, works: { ...works, start, row: Uint32Array.from(workRow), use: Float64Array.from(workUse) } }
}

/** Limits of these rows times a factor; a target stays one. */
export function withLimits(problem: StagedProblem, rows: Iterable<number>, factor: number): StagedProblem {
  const limit = problem.limit.slice()
  for (const r of rows) limit[r] *= factor
  return { ...problem, limit }
}

/** Benefits of options changed by these amounts: a price or a yield 10 % higher. */
export function withBenefits(problem: StagedProblem, change: Float64Array): StagedProblem {
  return { ...problem, benefit: problem.benefit.map((each, k) => each + change[k]) }
}

/** The program with a unit held in one option (its place), or in none (−1). */
export function withForced(problem: StagedProblem, unit: number, option: number): StagedProblem {
  const { firstOption, works, width } = problem
  const kept: number[] = []
  const start = new Uint32Array(firstOption.length)
  for (let i = 0; i + 1 < firstOption.length; i++) {
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) if (i !== unit || k - firstOption[i] === option) kept.push(k)
    start[i + 1] = kept.length
  }
  const required = problem.required?.slice() ?? new Uint8Array(firstOption.length - 1)
  required[unit] = option < 0 ? 0 : 1
  const spread = (from: ArrayLike<number>, to: Float64Array | Uint32Array | Uint8Array, each: number) => {
    kept.forEach((k, n) => {
      for (let z = 0; z < each; z++) to[n * each + z] = from[k * each + z]
    })
  }
  const benefit = new Float64Array(kept.length)
  const row = new Uint32Array(kept.length * width)
  const use = new Float64Array(kept.length * width)
  spread(problem.benefit, benefit, 1)
  spread(problem.row, row, width)
  spread(problem.use, use, width)
  if (!works) return { ...problem, firstOption: start, benefit, row, use, required }
  const need = new Uint8Array(kept.length * works.depth)
  const size = new Float64Array(kept.length)
  spread(works.need, need, works.depth)
  spread(works.size, size, 1)
  return { ...problem, firstOption: start, benefit, row, use, required, works: { ...works, need, size } }
}

/** What a plan comes to by a measure. */
export function measureOf(problem: StagedProblem, { options, openings }: Measure, found: Pick<StagedPlan, 'choice' | 'state'>): number {
  let sum = 0
  found.choice.forEach((option, i) => {
    if (option >= 0) sum += options[problem.firstOption[i] + option]
  })
  const stages = problem.works?.stages ?? 0
  found.state.forEach((s, w) => {
    if (s < stages) sum += openings?.[w * stages + s] ?? 0
  })
  return sum
}

export type FrontPoint = { readonly plan: StagedPlan; readonly first: number; readonly second: number }

/**
 * Points of the Pareto front of two measures, both to be as large as can be (ε-constraint: Haimes, Lasdon and Wismer 1971): the ends first, then the first measure is
 * greatest with the second at least so much, in equal steps. Each point is a plan with its own certified gap; every solve begins at the last prices.
 */
export function front(
  problem: StagedProblem,
  first: Measure,
  second: Measure,
  points: number,
  tools: Tools,
  options: Omit<SolveOptions, 'prices'> & { readonly onPoint?: (done: number) => void } = {},
): FrontPoint[] {
  const negative = { options: second.options.map((each) => -each), openings: second.openings?.map((each) => -each) ?? null }
  const told = (found: StagedPlan): FrontPoint => ({
    plan: found,
    first: measureOf(problem, first, found),
    second: measureOf(problem, second, found),
  })
  const best = told(solveAny(withObjective(problem, first), tools, options))
  const other = told(solveAny(withObjective(problem, second), tools, options))
  if (!Number.isFinite(best.plan.benefit) || !Number.isFinite(other.plan.benefit)) return []
  const list = [best]
  options.onPoint?.(1)
  let prices = Float64Array.from([...best.plan.prices, 0])
  for (let n = 1; n < points; n++) {
    const least = best.second + ((other.second - best.second) * n) / (points - 1)
    const found = told(solveAny(withRow(withObjective(problem, first), negative, -least), tools, { ...options, prices }))
    options.onPoint?.(n + 1)
    if (!Number.isFinite(found.plan.benefit)) continue
    prices = Float64Array.from(found.plan.prices)
    list.push(found)
  }
  return list
}

/** Measures one after the other: the best by the first, then the best by the second among plans that give up no more than `share` of the first, and so on. */
export function lexicographic(
  problem: StagedProblem,
  measures: readonly Measure[],
  share: number,
  tools: Tools,
  options: Omit<SolveOptions, 'prices'> = {},
): readonly StagedPlan[] {
  const plans: StagedPlan[] = []
  let held = problem
  for (const measure of measures) {
    const found = solveAny(withObjective(held, measure), tools, options)
    plans.push(found)
    if (!Number.isFinite(found.benefit)) break
    const negative = { options: measure.options.map((each) => -each), openings: measure.openings?.map((each) => -each) ?? null }
    held = withRow(held, negative, -(found.benefit - share * Math.abs(found.benefit)))
  }
  return plans
}

/**
 * The plan whose worst benefit over several cases (year types) is greatest. Whatever the weights of the cases, no plan's worst case is above the bound of the weighted
 * program; weights move towards the cases that come out worst, and the best bound and the best plan seen are told. `worst` is what the plan brings in its worst case.
 * Of each case the benefits of options; works cost the same in all.
 */
export function worstCase(
  problem: StagedProblem,
  cases: readonly Float64Array[],
  tools: Tools,
  options: Omit<SolveOptions, 'prices'> = {},
): { readonly plan: StagedPlan; readonly worst: number; readonly bound: number; readonly gap: number } {
  const openings = problem.works?.benefit.map((each) => (Number.isNaN(each) ? 0 : each)) ?? null
  const bring = (found: StagedPlan) => Math.min(...cases.map((each) => measureOf(problem, { options: each, openings }, found)))
  // weights of the cases by cutting planes: the bound is the least over weights of the weighted program's bound
  const weights = cases.map(() => 1 / cases.length)
  let best: { plan: StagedPlan; worst: number } | null = null
  let bound = Number.POSITIVE_INFINITY
  let prices: Float64Array | undefined
  for (let round = 0; round < 12; round++) {
    const weighted = Float64Array.from(problem.benefit, (_, k) => cases.reduce((sum, each, c) => sum + weights[c] * each[k], 0))
    const found = solveAny({ ...problem, benefit: weighted }, tools, { ...options, ...(prices ? { prices } : {}) })
    if (!Number.isFinite(found.benefit)) return { plan: found, worst: Number.NaN, bound: found.bound, gap: Number.POSITIVE_INFINITY }
    prices = found.prices
    bound = Math.min(bound, found.bound)
    const worst = bring(found)
    if (!best || worst > best.worst) best = { plan: found, worst }
    if (bound - best.worst <= Math.max(options.gap ?? 0, 1e-6) * Math.abs(bound)) break
    // more weight to what is worse: multiplicative weights (Arora, Hazan and Kale 2012)
    const brought = cases.map((each) => measureOf(problem, { options: each, openings }, found))
    const span = Math.max(...brought) - Math.min(...brought) || 1
    const raised = brought.map((each, c) => weights[c] * Math.exp(((-1.5 / Math.sqrt(round + 1)) * (each - Math.min(...brought))) / span))
    const sum = raised.reduce((a, b) => a + b)
    raised.forEach((each, c) => {
      weights[c] = each / sum
    })
  }
  if (!best) throw new Error('expected at least one round')
  // a plan between: no case below a floor, which is raised or lowered by halves between the best plan's worst case and the bound
  const weighted = Float64Array.from(problem.benefit, (_, k) => cases.reduce((sum, each, c) => sum + weights[c] * each[k], 0))
  let refused = bound
  for (let step = 0; step < 7 && refused - best.worst > Math.max(options.gap ?? 0, 1e-6) * Math.abs(bound); step++) {
    const floor = (refused + best.worst) / 2
    const floored = cases.reduce(
      (held, each) => withRow(held, { options: each.map((value) => -value), openings: openings?.map((value) => -value) ?? null }, -floor),
      { ...problem, benefit: weighted } as StagedProblem,
    )
    const found = solveAny(floored, tools, options)
    const worst = Number.isFinite(found.benefit) ? bring(found) : Number.NEGATIVE_INFINITY
    if (worst > best.worst) best = { plan: found, worst }
    else refused = floor
  }
  return { ...best, bound, gap: (bound - best.worst) / Math.max(Math.abs(bound), Number.MIN_VALUE) }
}
