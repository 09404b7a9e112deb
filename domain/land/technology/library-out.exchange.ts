/** The library in force as sheets: what comes out can be changed and brought in again. */
import type { Mark, Sourced, TrialResult } from '../crops/crops.ts'
import type { LimitRule } from '../ecology/ecology.ts'
import type { Known } from './library.exchange.ts'
import { type SheetName, sheetOf } from './library-sheets.ts'
import type { CostLine, Step } from './measures.ts'

const FEN = 100
export const stepsText = (steps: readonly Step[]) => steps.map(({ technology, from, to }) => `${technology}@${from}-${to ?? ''}`).join(';')

const SURE: readonly Mark[] = ['found', 'computed', 'own', 'recalled', 'invented']
/** A sheet has one source a row: all of them, and the least sure of their marks. */
function together(figures: readonly (Sourced | null)[]): Sourced {
  const there = figures.filter((each) => each !== null)
  const source = [...new Set(there.map((each) => each.source))].join('; ')
  const mark = there.reduce<Mark>((least, each) => (SURE.indexOf(each.mark) > SURE.indexOf(least) ? each.mark : least), 'found')
  return there.length === 0 ? { source: '—', mark: 'recalled' } : { source, mark }
}

const partSource = (part: string, of: Sourced | null) => (of ? { [`${part}Source`]: of.source, [`${part}Mark`]: of.mark } : {})

type Row = readonly (string | number | boolean | null)[]
/** The rows of every sheet as the library in force has them, in the order of the sheets' columns: an export that can be imported again. */
export function libraryRows(
  library: Known & {
    readonly limits: readonly LimitRule[]
    readonly results: readonly TrialResult[]
    readonly economicsRows: readonly EconomicsStated[]
    readonly allCosts: readonly CostLine[]
  },
): Record<SheetName, Row[]> {
  const byColumn = (sheet: SheetName, of: Readonly<Record<string, unknown>>): Row =>
    sheetOf(sheet).columns.map(({ name, is }) => {
      const value = of[name]
      if (value === null || value === undefined) return null
      if (Array.isArray(value)) return value.join(';')
      return is === 'yes-no' ? (value === true ? '是' : '否') : (value as string | number)
    })
  const yuan = (fen: number | undefined) => (fen === undefined ? null : fen / FEN)
  const technologies = library.technologies.map(({ dose, water, ...technology }) => ({
    ...technology,
    ...(dose && { doseBy: dose.by, depthM: dose.depthM, bulkDensity: dose.bulkDensity, doseSource: dose.source, doseMark: dose.mark }),
    ...(dose?.by === 'gypsum-requirement' && {
      amendment: dose.amendment,
      targetEsp: dose.targetEsp,
      efficiency: dose.efficiency,
      purity: dose.purity,
    }),
    ...(dose?.by === 'fixed' && { dose: dose.tPerHa }),
    ...(dose?.by === 'soil-mass' && { dose: dose.percent }),
    ...(water && {
      leachingKind: water.kind,
      ...Object.fromEntries(water.months.map((each, m) => [`m${m + 1}`, each === 0 ? null : each])),
    }),
  }))
  return {
    technologies: technologies.map((each) => byColumn('technologies', each)),
    conditions: [...library.technologies, ...library.practices].flatMap(({ code, conditions }) =>
      conditions.map((each) => byColumn('conditions', { code, ...each })),
    ),
    effects: library.technologies.flatMap(({ code, effects }) => effects.map((each) => byColumn('effects', { code, ...each }))),
    contaminants: library.technologies.flatMap(({ code, contaminants }) =>
      contaminants.map((each) => byColumn('contaminants', { code, ...each })),
    ),
    costs: library.allCosts.map(({ fen, ...each }) => byColumn('costs', { ...each, yuan: fen / FEN })),
    practices: library.practices.map((each) => byColumn('practices', { ...each, steps: stepsText(each.steps) })),
    crops: library.crops.map(({ salt, sodicity, ph, potential, price, growingCost, ...crop }) =>
      byColumn('crops', {
        ...crop,
        saltThreshold: salt?.threshold,
        saltSlope: salt?.slope,
        saltMedium: salt?.medium,
        saltEdition: salt?.edition,
        espNoLossTo: sodicity?.noLossTo,
        espNoneFrom: sodicity?.noneFrom,
        phNoLossTo: ph?.noLossTo,
        phNoneFrom: ph?.noneFrom,
        ...partSource('salt', salt),
        ...partSource('esp', sodicity),
        ...partSource('ph', ph),
        potential: potential?.value,
        price: yuan(price?.value),
        growingCost: yuan(growingCost?.value),
        year: (potential ?? price ?? growingCost)?.year,
        ...together([salt, sodicity, ph, potential, price, growingCost]),
      }),
    ),
    varieties: library.varieties.map((each) =>
      byColumn('varieties', { ...each, seedPrice: yuan(each.seedPrice?.value), year: each.seedPrice?.year }),
    ),
    trials: library.trials.map(({ soil, ...each }) => byColumn('trials', { ...each, ...soil })),
    results: library.results.map((each) => byColumn('results', each)),
    limits: library.limits.map((each) => byColumn('limits', each)),
    economics: library.economicsRows.map(({ value, ...each }) =>
      byColumn('economics', { ...each, value: each.name === 'water-price' && value !== null ? value / FEN : value }),
    ),
  }
}
type EconomicsStated = {
  readonly name: string
  readonly value: number | null
  readonly word: string | null
  readonly year: number | null
  readonly source: string
  readonly mark: string
}
