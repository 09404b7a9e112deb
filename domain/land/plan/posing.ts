/** A built program put as its scenario asks: by which measure it is best, and which others are held. */
import { type Measure as Figures, withObjective, withRow } from '@dishu/numeric/allocation/variants'
import type { Program } from './plan.ts'
import type { Measure, PlanTerms } from './scenarios.ts'

export type Asked = Pick<PlanTerms, 'objective' | 'afterwards' | 'giveUp' | 'floors' | 'choice' | 'seed' | 'gap'>

/** Figures of a measure, the larger the better: water counts against. */
export function figuresOf({ problem, staged }: Program, measure: Measure): Figures {
  const openings = problem.works?.benefit.map((each) => (Number.isNaN(each) ? 0 : each)) ?? null
  if (measure === 'npv') return { options: problem.benefit, openings }
  const found = staged?.objectives.find(({ id }) => id === measure)
  if (!found) throw new Error(`expected the measure ${measure} in the program`)
  return found.sense === 'most' ? found : negative(found)
}
const negative = ({ options, openings }: Figures): Figures => ({
  options: options.map((each) => -each),
  openings: openings?.map((each) => -each) ?? null,
})

/** The program as asked. Rows of measures that are held come last, named `floor/…`. */
export function posed(program: Program, { objective, floors }: Pick<Asked, 'objective' | 'floors'>): Program {
  const held = floors.map((floor) => ({ ...floor, figures: figuresOf(program, floor.measure) }))
  let problem = objective === 'npv' ? program.problem : withObjective(program.problem, figuresOf(program, objective))
  const rows = program.problem.limit.length
  for (const { measure, value, figures } of held) problem = withRow(problem, negative(figures), measure === 'water' ? value : -value)
  const { staged } = program
  return {
    ...program,
    problem,
    rowName: (r) => (r < rows ? program.rowName(r) : `floor/${held[r - rows].measure}`),
    sign: Int8Array.from({ length: rows + held.length }, (_, r) =>
      r < rows ? program.sign[r] : held[r - rows].measure === 'water' ? 1 : -1,
    ),
    ...(staged
      ? {
          staged: { ...staged, kinds: [...staged.kinds, ...held.map(() => 'floor')], revenue: objective === 'npv' ? staged.revenue : null },
        }
      : {}),
  }
}
