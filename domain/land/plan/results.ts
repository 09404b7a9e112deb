/**
 * What a solved scenario says, added up once: by town and year, water by canal and month, money by source. Every table, chart, annex and comparison takes its figures from
 * here. Money 分, areas m², water m³, grain kg.
 */
import type { CostScope } from '../technology/technology.ts'
import type { Screened } from './building-water.ts'
import type { Candidate } from './candidates.ts'
import type { PlanFinding } from './findings.ts'
import { type PaidBy, paidBy } from './funding.ts'
import type { Sensitivity } from './program-questions.ts'
import type { Measure, PlanTerms } from './scenarios.ts'

export type LandOfYear = {
  readonly town: string // code
  readonly year: number // in which it begins
  readonly option: string
  readonly patches: number
  readonly areaM2: number
  readonly benefitFen: number
  readonly costFen: number // of all years of the plan, by the year it begins
  readonly grainKg: number
  readonly waterM3: number
}
/** `id`: a canal, or a source; at most `limitM3` may enter or comes in that month, of which fields of today have `presentM3`. */
export type WaterOfMonth = {
  readonly id: string
  readonly year: number
  readonly yearType: string
  readonly month: number
  readonly planM3: number
  readonly presentM3: number
  readonly limitM3: number
}
/** What a little more and a little less of a limit is worth, in 分 (or units of the objective) for each unit of it. */
export type Worth = {
  readonly limit: string
  readonly kind: string
  readonly target: boolean
  readonly stated: number
  readonly used: number
  readonly price: number
  readonly more: number | null // not bracketed
  readonly less: number | null
}
/** What is said of a plan: within the gap that was asked for is not yet the best there is. */
export const saidOf = ({
  status,
  gap,
}: {
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown'
  readonly gap: number | null
}) => (status === 'optimal' && gap !== null && gap > 1e-9 ? 'feasible' : status)

export type MeasureReached = { readonly measure: Measure; readonly value: number; readonly bound: number; readonly gap: number }
export type PlanFigures = {
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown'
  readonly stopped: boolean
  readonly objective: number | null // of the scenario's own objective
  readonly bound: number
  readonly gap: number | null
  readonly violation: number
  /** Of measures one after the other: what the plan brings by each, and the best it could be after those before. Absent where there is one. */
  readonly order?: readonly MeasureReached[]
  readonly totals: {
    readonly npvFen: number
    readonly areaM2: number
    readonly grainKg: number
    readonly waterM3: number
    readonly costFen: number
    readonly chosen: number
    readonly planned: number
    readonly patches: number
  }
  readonly land: readonly LandOfYear[]
  readonly water: readonly WaterOfMonth[]
  readonly money: readonly PaidBy[]
  readonly opened: Readonly<Record<string, string | null>>
  /** What one more m³ at a node of the canals would bring in a period (`2027/P75/06`), in units of the objective; others nothing. Absent in results of before. */
  readonly gates?: readonly (readonly [node: string, period: string, price: number])[]
  readonly worth: readonly Worth[]
  readonly sensitivity: readonly Sensitivity[]
  readonly conflict: readonly { readonly limit: string; readonly atLeast: number }[] | null
  readonly findings: readonly PlanFinding[]
  readonly screening: readonly Screened[]
  readonly curve: readonly (readonly [number, number, number | null])[]
  readonly prices: readonly (readonly [row: number, price: number])[]
}
export type PlanResult = {
  readonly id: number
  readonly key: string
  readonly scenario: string
  readonly basis: {
    readonly terms: PlanTerms
    readonly title: string
    readonly rev: number // of the register that was read
    readonly day: string
    readonly sha256: string // of the program, in the content store
    readonly bytes: number
    readonly solver: string
    readonly begunFrom?: string // the result at whose prices the solver began
    readonly at?: string // when it was written; results of before do not say
  }
  readonly figures: PlanFigures
  readonly labels: readonly string[]
  readonly patchIds: Uint8Array
  readonly choices: Uint8Array
  readonly since: number
}
/** Of each patch of the scenario: the option it has (`practice/crop@year`), '' for none, or `!` and the reason why there is none to choose. */
export type ChosenPatch = { readonly patch: number; readonly label: string }

/** Packs what was decided of each patch. */
export function packChoices(chosen: readonly ChosenPatch[]): { labels: string[]; patch_ids: Uint8Array; choices: Uint8Array } {
  const place = new Map<string, number>()
  const ids = new DataView(new ArrayBuffer(4 * chosen.length))
  const choices = new DataView(new ArrayBuffer(2 * chosen.length))
  for (const [i, { patch, label }] of chosen.entries()) {
    const at = place.get(label) ?? place.size
    place.set(label, at)
    ids.setInt32(4 * i, patch, true)
    choices.setUint16(2 * i, at, true)
  }
  return { labels: [...place.keys()], patch_ids: new Uint8Array(ids.buffer), choices: new Uint8Array(choices.buffer) }
}
export function unpackChoices({ labels, patchIds, choices }: Pick<PlanResult, 'labels' | 'patchIds' | 'choices'>): ChosenPatch[] {
  const ids = new DataView(patchIds.buffer, patchIds.byteOffset, patchIds.byteLength)
  const places = new DataView(choices.buffer, choices.byteOffset, choices.byteLength)
  return Array.from({ length: patchIds.byteLength / 4 }, (_, i) => ({
    patch: ids.getInt32(4 * i, true),
    label: labels[places.getUint16(2 * i, true)] ?? '',
  }))
}
export const yearOf = (label: string): number | null => (label === '' || label.startsWith('!') ? null : Number(label.split('@')[1]))
export const optionOf = (label: string): string => label.split('@')[0]

/** Sums over patches, from what each option states; nothing is taken from the solver but which option it chose. */
export function sumsOf(
  terms: PlanTerms,
  candidates: readonly Candidate[],
  labelOf: ReadonlyMap<number, string>,
  discountPercent: number,
  worksFen: readonly { readonly year: number; readonly fen: number }[],
) {
  const land = new Map<string, { -readonly [K in keyof LandOfYear]: LandOfYear[K] }>()
  const costs = new Map<number, Partial<Record<CostScope, number>>>(terms.years.map((year) => [year, {}]))
  const pay = (year: number, scope: CostScope, fen: number) => {
    const of = costs.get(year)
    if (of) of[scope] = (of[scope] ?? 0) + fen
  }
  const totals = { npvFen: 0, areaM2: 0, grainKg: 0, waterM3: 0, costFen: 0, chosen: 0, planned: 0, patches: candidates.length }
  for (const { patch, ways, village } of candidates) {
    if (ways.length > 0) totals.planned++
    const label = labelOf.get(patch) ?? ''
    const year = yearOf(label)
    const way = year === null ? undefined : ways.find(({ id }) => id === optionOf(label))
    if (!way || year === null) continue
    const town = village.slice(0, 9)
    const key = `${town} ${label}`
    const row = land.get(key) ?? { town, year, option: way.id, patches: 0, areaM2: 0, benefitFen: 0, costFen: 0, grainKg: 0, waterM3: 0 }
    land.set(key, row)
    const delay = (1 + discountPercent / 100) ** (year - terms.years[0])
    const benefit = Math.round(
      terms.yearTypes.reduce((sum, { id, probability }) => sum + probability * Math.round((way.netFen[id] ?? 0) / delay), 0),
    )
    const water = Math.round(
      way.areaM2 *
        terms.yearTypes.reduce((sum, { id, probability }) => sum + probability * (way.water[id]?.[0]?.reduce((a, b) => a + b, 0) ?? 0), 0),
    )
    let cost = 0
    for (const { scope, year: k, fen } of way.costs) {
      pay(year + k, scope, fen)
      if (costs.has(year + k)) cost += fen
    }
    row.patches++
    row.areaM2 += way.areaM2
    row.benefitFen += benefit
    row.costFen += cost
    row.grainKg += way.grainKg
    row.waterM3 += water
    totals.chosen++
    totals.npvFen += benefit
    totals.areaM2 += way.areaM2
    totals.grainKg += way.grainKg
    totals.waterM3 += water
    totals.costFen += cost
  }
  for (const { year, fen } of worksFen) {
    pay(year, 'water-works', fen)
    totals.costFen += fen
    totals.npvFen -= Math.round(fen / (1 + discountPercent / 100) ** (year - terms.years[0]))
  }
  const order = (a: LandOfYear, b: LandOfYear) =>
    a.town < b.town ? -1 : a.town > b.town ? 1 : a.year - b.year || (a.option < b.option ? -1 : 1)
  return {
    totals,
    land: [...land.values()].sort(order),
    money: terms.years.flatMap((year) => paidBy(terms.budgets, year, costs.get(year) ?? {})),
  }
}

/** Side by side: what each has, and what differs. */
export type Compared = { readonly patch: number; readonly a: string; readonly b: string }
export function differencesOf(a: readonly ChosenPatch[], b: readonly ChosenPatch[]): Compared[] {
  const other = new Map(b.map(({ patch, label }) => [patch, label]))
  const own = new Set(a.map(({ patch }) => patch))
  return [
    ...a.flatMap(({ patch, label }) => (other.get(patch) === label ? [] : [{ patch, a: label, b: other.get(patch) ?? '' }])),
    ...b.flatMap(({ patch, label }) => (own.has(patch) || label === '' ? [] : [{ patch, a: '', b: label }])),
  ]
}

export type PatchWhy = {
  readonly option: string | null
  readonly benefit: number
  /** What choosing it costs at least against the plan at hand, all else as is best then. */
  readonly cost: number
  readonly loss: number
  readonly chosen: boolean
}

/** Points of the front of two measures: what each plan brings by every measure, and within which share of the best by the first it is. */
export type FrontOfPlan = {
  readonly first: Measure
  readonly second: Measure
  readonly stopped: boolean
  readonly points: readonly {
    readonly values: Readonly<Record<Measure, number>>
    readonly status: PlanFigures['status']
    readonly gap: number | null
    readonly chosen: number
  }[]
}
