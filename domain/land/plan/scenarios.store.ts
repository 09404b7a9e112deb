import type { Day } from '@dishu/base/date'
import type { Kind } from '@dishu/kernel/records/records'
import { type Db, ident, json, type Sql, sql } from '@dishu/server-kit/sql'
import type { PlanResult } from './results.ts'
import type { FrontAsked, Scenario } from './scenarios.ts'

const SCENARIO = sql`id, scenario_key as key, title, notes, terms, state, author, submitted_by as "submittedBy", decided_by as "decidedBy", copied_from as "copiedFrom", since`

export const readScenarios = (db: Db, county: string) => db.all<Scenario>`
  select ${SCENARIO} from land.plan_scenario_now where county = ${county} and valid_to = 'infinity' order by id`

export const readScenario = (db: Db, county: string, key: string) => db.maybe<Scenario>`
  select ${SCENARIO} from land.plan_scenario_now where county = ${county} and scenario_key = ${key} and valid_to = 'infinity'`

/** The days from which a scenario's present row holds: what a change closes. */
export const readScenarioSpans = (db: Db, county: string, key: string) => db.all<{ id: number; validFrom: Day }>`
  select id, valid_from as "validFrom" from land.plan_scenario_now where county = ${county} and scenario_key = ${key} and valid_to = 'infinity'`

/** Keys are not given again, even those of rows that were undone. */
export const nextScenarioKey = async (db: Db, county: string): Promise<string> =>
  (
    await db.one<{ key: string }>`
      select 'S' || (coalesce(max(substr(scenario_key, 2)::int), 0) + 1) as key from land.plan_scenario where county = ${county} and scenario_key ~ '^S\d{1,6}$'`
  ).key
export const nextResultKey = async (db: Db, county: string): Promise<string> =>
  (
    await db.one<{ key: string }>`
      select 'R' || (coalesce(max(substr(result_key, 2)::int), 0) + 1) as key from land.plan_result where county = ${county} and result_key ~ '^R\d{1,6}$'`
  ).key

const HEAD = sql`id, result_key as key, scenario_key as scenario, basis, figures, since`
export type ResultHead = Omit<PlanResult, 'labels' | 'patchIds' | 'choices'>

/** Results of a county, the newest first, without what they say of each patch. */
export const readResults = (db: Db, county: string) => db.all<ResultHead>`
  select ${HEAD} from land.plan_result_now where county = ${county} and valid_to = 'infinity' order by id desc`

export const readResult = (db: Db, county: string, key: string) => db.maybe<PlanResult>`
  select ${HEAD}, labels, patch_ids as "patchIds", choices from land.plan_result_now where county = ${county} and result_key = ${key} and valid_to = 'infinity'`

/** Whether rows of some kinds were written or ended after a revision: what a plan rests on is no longer what it was. */
export async function hasChangedSince(db: Db, county: string, kinds: readonly Kind[], rev: number): Promise<boolean> {
  const tests = kinds.map(
    ({ table }): Sql =>
      sql`exists (select from ${ident(...(table.split('.') as [string, ...string[]]))} thing where thing.county = ${county} and (thing.since > ${rev} or thing.until > ${rev}))`,
  )
  for (const test of tests) if ((await db.one<{ changed: boolean }>`select ${test} as changed`).changed) return true
  return false
}

export type PlacedPatch = { readonly id: number; readonly village: string; readonly bbox: readonly [number, number, number, number] | null }
/** Patches of an area and of some classes, in the order of their ids: a county is read in parts. */
export const readPatchesAfter = (db: Db, county: string, within: string, after: number, limit: number, day: Day) => db.all<PlacedPatch>`
  select id, village, bbox from land.patch_now
  where county = ${county} and id > ${after} and village like ${`${within}%`} and valid_from <= ${day}::date and valid_to > ${day}::date
  order by id limit ${limit}`

export const readPatchNames = (db: Db, county: string, ids: readonly number[]) =>
  db.all<{ id: number; key: string; village: string; villageName: string | null; landClass: string; areaM2: number }>`
    select distinct on (id) id, patch_key as key, village, village_name as "villageName", class as "landClass", official_area::float8 / 100 as "areaM2"
    from land.patch_now where county = ${county} and id = any(${[...ids]}) order by id, valid_from desc`

/** The middle of each patch's box. */
export const readPatchPlaces = (db: Db, county: string, ids: readonly number[]) => db.all<{ id: number; lon: number; lat: number }>`
  select distinct on (id) id, (center(bbox))[0] as lon, (center(bbox))[1] as lat
  from land.patch_now where county = ${county} and id = any(${[...ids]}) and bbox is not null order by id, valid_from desc`

export const readPatchByKey = (db: Db, county: string, key: string) => db.maybe<{ id: number; key: string }>`
  select id, patch_key as key from land.patch_now where county = ${county} and patch_key = ${key} and valid_to = 'infinity' order by id limit 1`

/** Land of each village by class, m²: what a target is held against before anything is built. */
export const readLand = (db: Db, county: string, within: string) => db.all<{
  village: string
  landClass: string
  areaM2: number
  patches: number
}>`
  select village, class as "landClass", sum(official_area)::float8 / 100 as "areaM2", count(*) as patches
  from land.patch_now where county = ${county} and valid_to = 'infinity' and village like ${`${within}%`} group by village, class order by village, class`

export type TaskState = 'working' | 'stopping' | 'done' | 'cancelled' | 'refused' | 'failed'
export type PlanProgress = {
  readonly phase: 'reading' | 'building' | 'solving' | 'explaining' | 'front' | 'writing'
  readonly done: number
  readonly total: number | null
  /** Step, bound, best plan so far. */
  readonly curve: readonly (readonly [step: number, bound: number, best: number | null])[]
}
export type PlanTask = {
  readonly id: string
  readonly county: string
  readonly scenario: string
  readonly what: 'solve' | 'recompute' | 'front' | 'limits'
  readonly state: TaskState
  readonly createdBy: string
  readonly createdAt: Date
  readonly changedAt: Date
  readonly progress: PlanProgress | Readonly<Record<string, never>>
  readonly request: { readonly result?: string; readonly front?: FrontAsked }
  readonly outcome: unknown
}
const TASK = sql`task_id as id, county, scenario_key as scenario, what, state, created_by as "createdBy", created_at as "createdAt", changed_at as "changedAt", progress, request, outcome`

export const createTask = (
  db: Db,
  county: string,
  task: Pick<PlanTask, 'id' | 'scenario' | 'what' | 'request'>,
  actor: string,
  now: Date,
) => db.run`
  insert into ops.plan_task (county, task_id, scenario_key, what, state, created_by, created_at, changed_at, progress, request, outcome)
  values (${county}, ${task.id}, ${task.scenario}, ${task.what}, 'working', ${actor}, ${now}, ${now}, '{}', ${json(task.request)}, null)`

export const readTask = (db: Db, county: string, id: string) =>
  db.maybe<PlanTask>`select ${TASK} from ops.plan_task where county = ${county} and task_id = ${id}`
export const readTasks = (db: Db, county: string, limit = 20) =>
  db.all<PlanTask>`select ${TASK} from ops.plan_task where county = ${county} and what <> 'limits' order by created_at desc limit ${limit}`
export const readWorking = (db: Db, county: string) =>
  db.maybe<{
    id: string
  }>`select task_id as id from ops.plan_task where county = ${county} and state in ('working', 'stopping') order by created_at limit 1`
export const readNewestOf = (db: Db, county: string, what: PlanTask['what']) =>
  db.maybe<PlanTask>`select ${TASK} from ops.plan_task where county = ${county} and what = ${what} order by created_at desc limit 1`
/** What was under way when the server stopped: nothing of it is written, so it begins anew. */
export const readUnfinished = (db: Db) =>
  db.all<{
    county: string
    id: string
  }>`select county, task_id as id from ops.plan_task where state in ('working', 'stopping') order by created_at`

/** Ends a task that is at work; false where it has ended already. */
export const endTask = async (db: Db, county: string, id: string, state: TaskState, outcome: unknown, now: Date): Promise<boolean> =>
  (await db.run`update ops.plan_task set state = ${state}, outcome = ${outcome === null ? null : json(outcome)}::jsonb, changed_at = ${now}
    where county = ${county} and task_id = ${id} and state in ('working', 'stopping')`) === 1
export const askToStop = async (db: Db, county: string, id: string, now: Date): Promise<boolean> =>
  (await db.run`update ops.plan_task set state = 'stopping', changed_at = ${now} where county = ${county} and task_id = ${id} and state = 'working'`) ===
  1
export const writeProgress = (db: Db, county: string, id: string, progress: PlanProgress) =>
  db.run`update ops.plan_task set progress = ${json(progress)} where county = ${county} and task_id = ${id} and state in ('working', 'stopping')`
