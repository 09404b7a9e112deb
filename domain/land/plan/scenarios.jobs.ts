/** Scenarios written into the ledger, and what a plan asks of the slices that it rests on. */
import { type Day, dayOf, FOREVER } from '@dishu/base/date'
import { type Language, Refused } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { dayNumber, openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import type { SolveLinear } from '@dishu/numeric/allocation/prices'
import { orRefused } from '@dishu/server-kit/http'
import type { Db, Pool } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import type { MeshSolver, Water, YearType } from '../water/water.ts'
import type { SeenPatch } from './candidates.ts'
import type { PlanResult } from './results.ts'
import { hasChangedSince, nextScenarioKey, readResult, readResults, readScenario, readScenarioSpans } from './scenarios.store.ts'
import { decideChange, decideState, type PlanTerms, type Scenario, type ScenarioState, scenarioKind } from './scenarios.ts'

/** What a plan asks of the slices that it rests on. */
export type CountyFacts = {
  readonly water: Water
  readonly discountPercent: number | null
  readonly mesh: MeshSolver | null
  readonly linear: SolveLinear | null // where water is kept from month to month
  /** Patches with their options in a year type; some hundreds at a time. */
  seen(ids: readonly number[], yearType: YearType): Promise<readonly SeenPatch[]>
}
export type PlanTools = {
  readonly pool: Pool
  readonly vault: Vault
  readonly dataDir: string
  readonly kinds: readonly Kind[]
  readonly inputKinds: readonly Kind[] // whose rows a plan rests on
  readonly thread: URL // a file that runs `solveTask` on its workerData and posts what it is told
  facts(db: Db, county: string, day: Day): Promise<CountyFacts>
  /** Lays the limits over a county's patches; `report` may throw to stop it, and nothing is kept then. */
  measure(county: string, now: Date, report: (done: number, under: number) => void): Promise<unknown>
  /** What an option (`practice/crop`) is called. */
  optionNames(db: Db, county: string, language: Language): Promise<(option: string) => string>
}
export type Who = { readonly actor: string; readonly now: Date }

export async function requireScenario(db: Db, county: string, key: string): Promise<Scenario> {
  const scenario = await readScenario(db, county, key)
  if (!scenario) throw new Refused({ code: 'plan/no-such-scenario', details: { scenario: key } })
  return scenario
}
export async function requireResult(db: Db, county: string, key: string): Promise<PlanResult> {
  const result = await readResult(db, county, key)
  if (!result) throw new Refused({ code: 'plan/no-such-result', details: { result: key } })
  return result
}

const contentOf = (scenario: Omit<Scenario, 'id' | 'since'>) => ({
  ...{ scenario_key: scenario.key, title: scenario.title, notes: scenario.notes, terms: scenario.terms, state: scenario.state },
  ...{ author: scenario.author, submitted_by: scenario.submittedBy, decided_by: scenario.decidedBy, copied_from: scenario.copiedFrom },
})

/** A new scenario, or a draft changed: one revision. Gives its key. */
export async function writeScenario(
  db: Db,
  county: string,
  kinds: readonly Kind[],
  stated: {
    readonly key: string | null
    readonly title: string
    readonly notes: string
    readonly terms: PlanTerms
    readonly copiedFrom?: string | null
  },
  { actor, now }: Who,
): Promise<{ key: string; rev: number }> {
  const revision = await openRevision(db, county, kinds)
  const before = stated.key === null ? null : await requireScenario(db, county, stated.key)
  if (before) orRefused(decideChange(before))
  const key = before?.key ?? (await nextScenarioKey(db, county))
  const next: Omit<Scenario, 'id' | 'since'> = {
    ...{ key, title: stated.title.trim() || key, notes: stated.notes, terms: stated.terms, state: 'draft' },
    ...{ author: before?.author ?? actor, submittedBy: null, decidedBy: null, copiedFrom: before?.copiedFrom ?? stated.copiedFrom ?? null },
  }
  await replace(db, county, revision, before, next, now)
  const { rev } = await revision.seal({ what: 'write', cause: 'method', actor, reason: `${key} ${next.title}`, now })
  return { key, rev }
}

async function replace(
  db: Db,
  county: string,
  revision: Awaited<ReturnType<typeof openRevision>>,
  before: Scenario | null,
  next: Omit<Scenario, 'id' | 'since'>,
  now: Date,
) {
  const spans = before ? await readScenarioSpans(db, county, before.key) : []
  const today = dayOf(now)
  if (spans.length > 0)
    await revision.take(
      scenarioKind,
      spans.map(({ id, validFrom }) => ({ id, validFrom: dayNumber(validFrom > today ? validFrom : today), validTo: dayNumber(FOREVER) })),
    )
  await revision.add(scenarioKind, [rowToWrite(scenarioKind, { id: before?.id ?? null, validFrom: today, content: contentOf(next) })])
}

/** The newest result of a scenario, and whether what it rests on has changed since. */
export async function standingOf(db: Db, tools: Pick<PlanTools, 'inputKinds'>, county: string, scenario: Scenario) {
  const newest = (await readResults(db, county)).find((each) => each.scenario === scenario.key) ?? null
  if (!newest) return { result: null, stale: false }
  return { result: newest.key, stale: await isStale(db, tools, county, scenario, newest) }
}
export const isStale = async (
  db: Db,
  { inputKinds }: Pick<PlanTools, 'inputKinds'>,
  county: string,
  scenario: Pick<Scenario, 'terms'>,
  { basis }: Pick<PlanResult, 'basis'>,
) => sortedJson(basis.terms) !== sortedJson(scenario.terms) || (await hasChangedSince(db, county, inputKinds, basis.rev))

/** The database gives an object's names back in an order of its own. */
export const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )

/** draft → submitted → approved by another person, or back. */
export async function moveScenario(
  db: Db,
  tools: Pick<PlanTools, 'inputKinds' | 'kinds'>,
  county: string,
  key: string,
  to: ScenarioState,
  { actor, now }: Who,
) {
  const revision = await openRevision(db, county, tools.kinds)
  const scenario = await requireScenario(db, county, key)
  const moved = orRefused(decideState(scenario, to, actor, await standingOf(db, tools, county, scenario)))
  await replace(db, county, revision, scenario, { ...scenario, ...moved }, now)
  return revision.seal({ what: 'write', cause: 'method', actor, reason: `${key} ${scenario.title}: ${to}`, now })
}
