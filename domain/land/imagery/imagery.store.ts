import type { Day } from '@dishu/base/date'
import type { AsOf } from '@dishu/kernel/records/records'
import { type Db, json, type Sql, sql } from '@dishu/server-kit/sql'
import type { Scene, SceneLimits } from './imagery.ts'
import type { IndexData } from './index-list.ts'

type Box = readonly [number, number, number, number]

const SCENE = sql`scene.id, scene.scene_key as "sceneKey", scene.title, scene.taken_on as "takenOn", scene.taken_at as "takenAt", scene.platform, scene.instrument,
  scene.product, scene.level, scene.provider, scene.cloud_percent as "cloudPercent", scene.footprint, scene.bbox, scene.grids, scene.bands, scene.mask`

const standing = ({ day, rev }: AsOf): Sql =>
  rev === null
    ? sql`scene.until is null and scene.valid_from <= ${day}::date and scene.valid_to > ${day}::date`
    : sql`scene.since <= ${rev}::int4 and (scene.until is null or scene.until > ${rev}::int4) and scene.valid_from <= ${day}::date and scene.valid_to > ${day}::date`

/** Scenes of a state of the register, the newest day first. A scene is valid from the day it was taken. */
export const readScenes = (db: Db, county: string, asOf: AsOf) => db.all<Scene>`
  select ${SCENE} from land.scene scene where scene.county = ${county} and ${standing(asOf)} order by scene.taken_on desc, scene.id`

/** A scene as it stands now, whatever its day. */
export const readScene = (db: Db, county: string, id: number) => db.maybe<Scene>`
  select ${SCENE} from land.scene_now scene where scene.county = ${county} and scene.id = ${id} order by scene.valid_from desc limit 1`

export const readSceneKeys = (db: Db, county: string) =>
  db.all<{
    sceneKey: string
    takenOn: Day
  }>`select scene_key as "sceneKey", taken_on as "takenOn" from land.scene_now where county = ${county}`

export const readSceneId = async (db: Db, county: string, sceneKey: string): Promise<number> =>
  (await db.one<{ id: number }>`select id from land.scene_now where county = ${county} and scene_key = ${sceneKey}`).id

/** Indices that a county added, as they stand now. */
export const readOwnIndices = async (db: Db, county: string): Promise<IndexData[]> =>
  (
    await db.all<{
      id: string
      formula: string
      zh: string
      en: string
      low: number
      high: number
      ramp: IndexData['ramp']
      source: string
    }>`
      select index_id as id, formula, name_zh as zh, name_en as en, range_low as low, range_high as high, ramp, source
      from land.spectral_index_now where county = ${county} order by id`
  ).map(({ low, high, ...index }) => ({ ...index, range: [low, high] as const, elsewhere: '' }))

/** The county's own limits for showing a figure; null where it has none. */
export const readOwnLimits = async (db: Db, county: string): Promise<Partial<SceneLimits> | null> =>
  (await db.maybe<{ value: Partial<SceneLimits> }>`select value from ops.setting_now where county = ${county} and name = 'imagery'`)
    ?.value ?? null

/** The box round all outlines of the survey, for a county without a boundary of its own. */
export const readPatchesBox = async (db: Db, county: string): Promise<Box | null> =>
  (
    await db.maybe<{ box: Box | null }>`
      select box(point(min((bbox[1])[0]), min((bbox[1])[1])), point(max((bbox[0])[0]), max((bbox[0])[1]))) as box
      from land.patch_now where county = ${county} and bbox is not null`
  )?.box ?? null

export type TaskRow = {
  readonly id: string
  readonly county: string
  readonly what: 'add' | 'measure'
  readonly state: TaskState
  readonly createdBy: string
  readonly createdAt: Date
  readonly changedAt: Date
  readonly progress: { readonly phase?: string; readonly done?: number; readonly total?: number | null }
  readonly facts: unknown
  readonly answers: Readonly<Record<string, unknown>>
  readonly outcome: unknown
}
export type TaskState =
  | 'uploaded'
  | 'reading'
  | 'needs-answers'
  | 'ready'
  | 'writing'
  | 'measuring'
  | 'done'
  | 'cancelled'
  | 'refused'
  | 'failed'

const TASK = sql`task_id as id, county, what, state, created_by as "createdBy", created_at as "createdAt", changed_at as "changedAt", progress, facts, answers, outcome`

export const createTask = (
  db: Db,
  county: string,
  id: string,
  what: TaskRow['what'],
  state: TaskState,
  actor: string,
  answers: unknown,
  now: Date,
) => db.run`
  insert into ops.scene_task (county, task_id, what, state, created_by, created_at, changed_at, progress, facts, answers, outcome)
  values (${county}, ${id}, ${what}, ${state}, ${actor}, ${now}, ${now}, '{}', null, ${json(answers)}, null)`

export const readTask = (db: Db, county: string, id: string) =>
  db.maybe<TaskRow>`select ${TASK} from ops.scene_task where county = ${county} and task_id = ${id}`

export const readTasks = (db: Db, county: string, limit = 30) =>
  db.all<TaskRow>`select ${TASK} from ops.scene_task where county = ${county} order by created_at desc limit ${limit}`

/** Moves a task from one of `from` to `to`; false where it was in another state, and then nothing changes. */
export const moveTask = async (
  db: Db,
  county: string,
  id: string,
  from: readonly TaskState[],
  to: TaskState,
  now: Date,
): Promise<boolean> =>
  (await db.run`update ops.scene_task set state = ${to}, changed_at = ${now}
    where county = ${county} and task_id = ${id} and state = any(${[...from]})`) === 1

export const writeTask = (
  db: Db,
  county: string,
  id: string,
  task: { readonly state: TaskState; readonly facts?: unknown; readonly answers?: unknown; readonly outcome?: unknown },
  now: Date,
) => db.run`
  update ops.scene_task set state = ${task.state}, changed_at = ${now},
    facts = coalesce(${task.facts === undefined ? null : json(task.facts)}::jsonb, facts),
    answers = coalesce(${task.answers === undefined ? null : json(task.answers)}::jsonb, answers),
    outcome = ${task.outcome === undefined ? null : json(task.outcome)}::jsonb
  where county = ${county} and task_id = ${id}`

export const writeTaskProgress = (db: Db, county: string, id: string, progress: TaskRow['progress']) =>
  db.run`update ops.scene_task set progress = ${json(progress)} where county = ${county} and task_id = ${id}`

/** After a crash: what was read can be read again, what was written was not written. Gives the measuring that was under way: it goes on where it stopped. */
export const settleTasks = async (db: Db, now: Date): Promise<{ county: string; id: string }[]> => {
  await db.run`update ops.scene_task set changed_at = ${now}, state = case when state = 'writing' then 'ready' else 'uploaded' end
    where what = 'add' and state in ('reading', 'writing')`
  return db.all<{
    county: string
    id: string
  }>`select county, task_id as id from ops.scene_task where what = 'measure' and state = 'measuring'`
}
