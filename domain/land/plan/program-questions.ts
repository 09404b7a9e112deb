/** What becomes of a plan when water, prices or yields are 10 % higher or lower: each a new solve that begins at the last prices. */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import type { Measure, Tools } from '@dishu/numeric/allocation/variants'
import { solveAny, withBenefits, withLimits } from '@dishu/numeric/allocation/variants'
import type { PlanRefusal, Program } from './plan.ts'

/** A measure of plans by its name, the larger the better: `sign` −1 where it is stated as one to be least. */
export type NamedMeasure = { readonly id: string; readonly figures: Measure; readonly sign: 1 | -1 }
export const BENEFIT = 'benefit'

/** The benefit, or an objective that the program states. `word`: what asked for it. */
export function measureNamed({ problem, staged }: Program, id: string, word: string): Result<NamedMeasure, PlanRefusal> {
  const openings = problem.works?.benefit.map((each) => (Number.isNaN(each) ? 0 : each)) ?? null
  if (id === BENEFIT) return accept({ id, figures: { options: problem.benefit, openings }, sign: 1 })
  const found = staged?.objectives.find((each) => each.id === id)
  if (!found)
    return refuse('plan/unknown-word', { name: word, value: id, allowed: [BENEFIT, ...(staged?.objectives ?? []).map((each) => each.id)] })
  if (found.sense === 'most') return accept({ id, figures: found, sign: 1 })
  const figures = { options: found.options.map((each) => -each), openings: found.openings.map((each) => -each) }
  return accept({ id, figures, sign: -1 })
}

export type Sensitivity = {
  readonly what: 'water' | 'price' | 'yield'
  readonly change: number
  /** Null where no plan is found any more. */
  readonly benefit: number | null
  readonly bound: number
  readonly gap: number | null
}

/** Six more solves beside the plan's own: each settled with a share of its counted work. */
const EFFORT = 0.15

/**
 * Water: limits of kind `water`. Price: the part of benefits stated as `revenue`. Yield: the same, and limits of kind `grain` weigh as much less.
 * What was not stated is not asked: no revenue, no price.
 */
export function sensitivityOf(program: Program, prices: Float64Array, tools: Tools, goesOn?: () => boolean, share = 0.1): Sensitivity[] {
  const { problem, staged } = program
  if (!staged) return []
  const of = (kind: string) => staged.kinds.flatMap((each, r) => (each === kind ? [r] : []))
  const { revenue } = staged
  const list: Sensitivity[] = []
  for (const change of [-share, share]) {
    const cases = [
      ...(of('water').length > 0 ? [{ what: 'water', problem: withLimits(problem, of('water'), 1 + change) } as const] : []),
      ...(revenue
        ? [
            {
              what: 'price',
              problem: withBenefits(
                problem,
                revenue.map((each) => change * each),
              ),
            } as const,
          ]
        : []),
      ...(revenue
        ? [
            {
              what: 'yield',
              problem: withLimits(
                withBenefits(
                  problem,
                  revenue.map((each) => change * each),
                ),
                of('grain'),
                1 / (1 + change),
              ),
            } as const,
          ]
        : []),
    ]
    for (const each of cases) {
      if (goesOn?.() === false) return list
      const found = solveAny(each.problem, tools, { prices, effort: EFFORT, ...(goesOn ? { goesOn } : {}) })
      const isPlan = Number.isFinite(found.benefit)
      list.push({ what: each.what, change, benefit: isPlan ? found.benefit : null, bound: found.bound, gap: isPlan ? found.gap : null })
    }
  }
  return list
}
