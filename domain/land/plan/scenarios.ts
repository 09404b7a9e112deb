/**
 * Scenarios of a plan: what is asked, by whom, with which money, water years, targets and locks; drafts that are submitted and then approved by another
 * person; and what solving one has given. Everything a scenario leaves open is said ("not configured"), never filled in.
 */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { decideApproval, type PeopleRefusal } from '@dishu/kernel/people/people'
import type { Kind } from '@dishu/kernel/records/records'
import { COST_SCOPES, type CostScope } from '../technology/technology.ts'
import { YEAR_TYPES, type YearType } from '../water/water.ts'

export const MEASURES = ['npv', 'area', 'grain', 'water'] as const
/** npv: 分; area: m²; grain: kg a year when the works have taken effect; water: m³ a year at the field. */
export type Measure = (typeof MEASURES)[number]
export const WORK_SERVES = ['all', 'irrigated', 'paddy'] as const

/** A canal, drain or levelling that must be there before the land it serves; `cost` falls in the year it is opened and is paid as `water-works`. */
export type PlannedWork = {
  readonly id: string
  readonly name: string
  readonly district: string | null // null: every district
  readonly serves: (typeof WORK_SERVES)[number]
  readonly costFen: number
  readonly after: readonly string[]
}
export type Budget = {
  readonly source: string
  readonly year: number
  readonly fen: number
  readonly scopes: readonly CostScope[] // what it may pay; empty: anything
}
export type Target = {
  readonly area: string // code of county, town or village
  readonly measure: 'area' | 'grain'
  readonly atLeast: number | null
  readonly atMost: number | null
}
/** `to`: in, out, a practice/crop, or practice/crop@year. */
export type Lock = { readonly patch: string; readonly to: string }

export type PlanTerms = {
  readonly within: string
  readonly classes: readonly string[] // of the survey; empty: all
  readonly years: readonly number[]
  readonly yearTypes: readonly { readonly id: YearType; readonly probability: number }[]
  readonly choice: 'expected' | 'worst'
  readonly objective: Measure
  /** Measures that follow, each best among plans that give up no more than `giveUp` of those before (a share). */
  readonly afterwards?: readonly Measure[]
  readonly giveUp?: number
  /** Other measures held: water at most, the others at least. */
  readonly floors: readonly { readonly measure: Measure; readonly value: number }[]
  readonly budgets: readonly Budget[]
  readonly targets: readonly Target[]
  readonly locks: readonly Lock[]
  readonly capacity: readonly { readonly year: number; readonly m2: number }[] // of contractors
  readonly works: readonly PlannedWork[]
  readonly blockM2: number | null // least area of adjacent patches taken together; null: none
  readonly presentFields: 'first' | 'released' // fields of today keep their water, or give it to the plan
  readonly seed: number
  readonly gap: number
}

/** What a front is asked of: the scenario's own objective against another measure. */
export type FrontAsked = { readonly second: Measure; readonly points: number }
export const [FEWEST_POINTS, MOST_POINTS] = [2, 20]
export function decideFront({ objective }: PlanTerms, stated: unknown): Result<FrontAsked, ScenarioRefusal> {
  const { second, points } = isRecord(stated) ? stated : {}
  const wanted = `second: ${MEASURES.filter((each) => each !== objective).join(' | ')}; points: ${FEWEST_POINTS}–${MOST_POINTS}`
  if (
    !MEASURES.includes(second as Measure) ||
    second === objective ||
    !Number.isInteger(points) ||
    !(Number(points) >= FEWEST_POINTS && Number(points) <= MOST_POINTS)
  )
    return refuse('plan/terms-not-understood', { field: 'front', stated: JSON.stringify(stated ?? null).slice(0, 80), wanted })
  return accept({ second: second as Measure, points: Number(points) })
}

export type ScenarioState = 'draft' | 'submitted' | 'approved'
export type Scenario = {
  readonly id: number
  readonly key: string
  readonly title: string
  readonly notes: string
  readonly terms: PlanTerms
  readonly state: ScenarioState
  readonly author: string
  readonly submittedBy: string | null
  readonly decidedBy: string | null
  readonly copiedFrom: string | null
  readonly since: number
}

export const scenarioKind: Kind = {
  name: 'plan-scenario',
  table: 'land.plan_scenario',
  columns: [
    ['scenario_key', 'text'],
    ['title', 'text'],
    ['notes', 'text'],
    ['terms', 'jsonb'],
    ['state', 'text'],
    ['author', 'text'],
    ['submitted_by', 'text'],
    ['decided_by', 'text'],
    ['copied_from', 'text'],
  ],
  key: ['scenario_key'],
  scope: null,
  derived: false,
}
export const planResultKind: Kind = {
  name: 'plan-result',
  table: 'land.plan_result',
  columns: [
    ['result_key', 'text'],
    ['scenario_key', 'text'],
    ['basis', 'jsonb'],
    ['figures', 'jsonb'],
    ['labels', 'jsonb'],
    ['patch_ids', 'bytea'],
    ['choices', 'bytea'],
  ],
  key: ['result_key'],
  scope: null,
  derived: false,
}

export type ScenarioRefusal =
  | Refusal<'plan/no-such-scenario', { readonly scenario: string }>
  | Refusal<'plan/no-such-result', { readonly result: string }>
  | Refusal<'plan/no-such-task', { readonly task: string }>
  | Refusal<'plan/no-such-patch', { readonly patch: string }>
  | Refusal<'plan/terms-not-understood', { readonly field: string; readonly stated: string; readonly wanted: string }>
  | Refusal<'plan/not-a-draft', { readonly scenario: string; readonly state: ScenarioState }>
  | Refusal<'plan/not-submitted', { readonly scenario: string; readonly state: ScenarioState }>
  | Refusal<'plan/not-solved', { readonly scenario: string }>
  | Refusal<'plan/stale', { readonly scenario: string; readonly result: string }>
  | Refusal<'plan/already-at-work', { readonly task: string }>
  | Refusal<'plan/not-ready', { readonly findings: number; readonly first: string }>

const MOST_YEARS = 20
export const PLAIN_TERMS = { choice: 'expected', objective: 'npv', presentFields: 'first', seed: 1, gap: 0.001 } as const

/** Checks what a form, a file or a command states. */
export function decideTerms(stated: unknown, county: string): Result<PlanTerms, ScenarioRefusal> {
  const no = (field: string, value: unknown, wanted: string) =>
    refuse('plan/terms-not-understood', { field, stated: JSON.stringify(value ?? null).slice(0, 80), wanted })
  if (!isRecord(stated)) return no('terms', stated, '{ years, yearTypes, … }')
  const s: Json = { ...PLAIN_TERMS, ...stated }
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  const within = s.within ?? county
  if (typeof within !== 'string' || !within.startsWith(county) || !/^\d{6}(\d{3}){0,2}$/.test(within)) return no('within', within, county)
  const years = list(s.years)
  if (years.length === 0 || years.length > MOST_YEARS || !years.every((y, i) => isYear(y) && (i === 0 || y === Number(years[i - 1]) + 1)))
    return no('years', s.years, `2027, 2028, … (1–${MOST_YEARS})`)
  const yearTypes = list(s.yearTypes)
  for (const each of yearTypes)
    if (!isRecord(each) || !YEAR_TYPES.includes(each.id as YearType) || !isShare(each.probability))
      return no('yearTypes', each, `${YEAR_TYPES.join(' | ')}, 0 < p ≤ 1`)
  const chance = yearTypes.reduce<number>((sum, each) => sum + Number((each as { probability: number }).probability), 0)
  if (yearTypes.length === 0 || Math.abs(chance - 1) > 1e-6) return no('yearTypes', s.yearTypes, 'Σ p = 1')
  if (new Set(yearTypes.map((each) => (each as { id: string }).id)).size < yearTypes.length)
    return no('yearTypes', s.yearTypes, YEAR_TYPES.join(', '))
  if (s.choice !== 'expected' && s.choice !== 'worst') return no('choice', s.choice, 'expected | worst')
  if (!MEASURES.includes(s.objective as Measure)) return no('objective', s.objective, MEASURES.join(' | '))
  if (s.presentFields !== 'first' && s.presentFields !== 'released') return no('presentFields', s.presentFields, 'first | released')
  const afterwards = list(s.afterwards)
  if (!afterwards.every((each, i) => MEASURES.includes(each as Measure) && each !== s.objective && afterwards.indexOf(each) === i))
    return no('afterwards', s.afterwards, MEASURES.join(', '))
  const giveUp = s.giveUp ?? 0
  if (!(typeof giveUp === 'number' && giveUp >= 0 && giveUp < 1)) return no('giveUp', s.giveUp, '0 ≤ giveUp < 1')
  if (afterwards.length > 0 && s.choice === 'worst') return no('afterwards', s.afterwards, 'choice: expected')
  for (const each of list(s.floors))
    if (!isRecord(each) || !MEASURES.includes(each.measure as Measure) || !isAmount(each.value))
      return no('floors', each, '{ measure, value ≥ 0 }')
  for (const each of list(s.budgets))
    if (
      !isRecord(each) ||
      !isText(each.source) ||
      !years.includes(each.year) ||
      !isAmount(each.fen) ||
      !Number.isInteger(each.fen) ||
      !list(each.scopes).every((scope) => COST_SCOPES.includes(scope as CostScope))
    )
      return no('budgets', each, '{ source, year, fen, scopes }')
  for (const each of list(s.targets))
    if (
      !isRecord(each) ||
      !isText(each.area) ||
      !each.area.startsWith(within) ||
      (each.measure !== 'area' && each.measure !== 'grain') ||
      ![each.atLeast ?? 0, each.atMost ?? 0].every(isAmount) ||
      (each.atLeast == null && each.atMost == null)
    )
      return no('targets', each, '{ area, measure, atLeast | atMost }')
  for (const each of list(s.locks))
    if (!isRecord(each) || !isText(each.patch) || !isText(each.to)) return no('locks', each, '{ patch, to: in | out | option }')
  for (const each of list(s.capacity))
    if (!isRecord(each) || !years.includes(each.year) || !isAmount(each.m2)) return no('capacity', each, '{ year, m2 }')
  for (const each of list(s.works))
    if (
      !isRecord(each) ||
      !isText(each.id) ||
      !(each.district == null || isText(each.district)) ||
      !WORK_SERVES.includes((each.serves ?? 'all') as 'all') ||
      !isAmount(each.costFen) ||
      !list(each.after).every(isText)
    )
      return no('works', each, '{ id, name, district, serves, costFen, after }')
  const blockM2 = s.blockM2 ?? null
  if (blockM2 !== null && !isAmount(blockM2)) return no('blockM2', blockM2, '≥ 0')
  if (!Number.isInteger(s.seed) || Number(s.seed) < 0) return no('seed', s.seed, '0, 1, …')
  if (!(typeof s.gap === 'number' && s.gap >= 0 && s.gap < 1)) return no('gap', s.gap, '0 ≤ gap < 1')
  const classes = list(s.classes)
  if (!classes.every((each) => typeof each === 'string' && /^\d{2,4}$/.test(each))) return no('classes', s.classes, '0101, 1204, …')
  type Each<K extends keyof PlanTerms> = PlanTerms[K] extends readonly (infer T)[] ? T : never
  return accept({
    within,
    classes: classes as string[],
    years: years as number[],
    yearTypes: yearTypes.map((each) => pick<Each<'yearTypes'>>(each, ['id', 'probability'])),
    choice: s.choice,
    objective: s.objective as Measure,
    ...(afterwards.length > 0 ? { afterwards: afterwards as Measure[], giveUp } : {}),
    floors: list(s.floors).map((each) => pick<Each<'floors'>>(each, ['measure', 'value'])),
    budgets: list(s.budgets).map((each) => ({
      ...pick<Budget>(each, ['source', 'year', 'fen']),
      scopes: list((each as Budget).scopes) as CostScope[],
    })),
    targets: list(s.targets).map((each) => ({
      ...{ atLeast: null, atMost: null },
      ...pick<Target>(each, ['area', 'measure', 'atLeast', 'atMost']),
    })),
    locks: list(s.locks).map((each) => pick<Lock>(each, ['patch', 'to'])),
    capacity: list(s.capacity).map((each) => pick<Each<'capacity'>>(each, ['year', 'm2'])),
    works: list(s.works).map((each) => {
      const { id, name, district, serves, costFen, after } = each as Partial<PlannedWork> & Pick<PlannedWork, 'id' | 'costFen'>
      return { id, name: name ?? id, district: district ?? null, serves: serves ?? 'all', costFen, after: after ?? [] }
    }),
    blockM2: blockM2 as number | null,
    presentFields: s.presentFields,
    seed: Number(s.seed),
    gap: s.gap,
  })
}

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 200
const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isShare = (value: unknown): value is number => isAmount(value) && value > 0 && value <= 1
const isYear = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 2000 && Number(value) <= 2100
function pick<T>(from: unknown, names: readonly (keyof T & string)[]): T {
  return Object.fromEntries(names.flatMap((name) => ((from as Json)[name] === undefined ? [] : [[name, (from as Json)[name]]]))) as T
}

/** Only a draft is changed. */
export const decideChange = ({ key, state }: Scenario): Result<null, ScenarioRefusal> =>
  state === 'draft' ? accept(null) : refuse('plan/not-a-draft', { scenario: key, state })

/** The result in question is the scenario's newest, not stale; without one there is nothing to submit. */
export type Standing = { readonly result: string | null; readonly stale: boolean }

/** draft → submitted → approved by another person; or back to draft, by either. */
export function decideState(
  scenario: Scenario,
  to: ScenarioState,
  actor: string,
  { result, stale }: Standing,
): Result<Pick<Scenario, 'state' | 'submittedBy' | 'decidedBy'>, ScenarioRefusal | PeopleRefusal> {
  const { key, state } = scenario
  if (to === 'draft') return accept({ state: to, submittedBy: null, decidedBy: null })
  if (to === 'submitted' ? state !== 'draft' : state !== 'submitted')
    return to === 'submitted'
      ? refuse('plan/not-a-draft', { scenario: key, state })
      : refuse('plan/not-submitted', { scenario: key, state })
  if (result === null) return refuse('plan/not-solved', { scenario: key })
  if (stale) return refuse('plan/stale', { scenario: key, result })
  if (to === 'submitted') return accept({ state: to, submittedBy: actor, decidedBy: null })
  for (const author of new Set([scenario.submittedBy, scenario.author])) {
    const other = decideApproval(author ?? '', actor)
    if (!other.ok) return other
  }
  return accept({ state: to, submittedBy: scenario.submittedBy, decidedBy: actor })
}
