/** What the making of soil maps and their showing read and write. */
import type { Day } from '@dishu/base/date'
import type { AsOf } from '@dishu/kernel/records/records'
import { cursor, type Db, json, type Sql, sql } from '@dishu/server-kit/sql'
import type { KeptSample } from './map-samples.ts'
import type { SoilMap } from './maps.ts'

type Box = readonly [number, number, number, number]

const SAMPLE = sql`sample.id, sample.sample_code as code, sample.longitude as x, sample.latitude as y, sample.depth_from_cm as "depthFromCm", sample.depth_to_cm as "depthToCm",
    sample.sampled_on as "sampledOn", sample.season, sample.ph, sample.ph_ratio as "phRatio", sample.ec_ds_per_m as ec, sample.ec_ratio as "ecRatio",
    sample.ece_ds_per_m as ece, sample.salt_g_per_kg as salt, sample.esp_percent as esp, sample.ions, sample.extra -> 'censored' as censored,
    sample.extra ->> 'bag' as bag, sample.plot_code as "plotCode", sample.since, sample.extra ->> 'role' as role`

/** Samples as they stand now; x and y are degrees here, null where a sample names no place. A laboratory's row of a bag lies where the bag was filled. */
export const readSamples = (db: Db, county: string) => db.all<KeptSample>`
  with bagged as (select ${SAMPLE}, sample.record_code as "recordCode" from land.sample_by_bag_now sample where sample.county = ${county} and sample.valid_to = 'infinity')
  select ${SAMPLE}, null::text as "recordCode" from land.sample_now sample where sample.county = ${county} and sample.valid_to = 'infinity' and sample.id not in (select id from bagged)
  union all select * from bagged order by id`

export type PatchShape = { readonly id: number; readonly srid: number | null; readonly outline: Buffer }

export const countPatches = async (db: Db, county: string): Promise<number> =>
  (
    await db.one<{ count: number }>`
      select count(*) as count from land.patch_now where county = ${county} and valid_to = 'infinity' and outline is not null`
  ).count

/** Patches of the present with an outline, in pieces, by their number. */
export const readPatchShapes = (db: Db, county: string, after: number, limit: number) => db.all<PatchShape>`
  select id, srid, outline from land.patch_now
  where county = ${county} and valid_to = 'infinity' and outline is not null and id > ${after} order by id limit ${limit}`

/** The box round all outlines, degrees; null where there is none. */
export const readGroundBox = async (db: Db, county: string): Promise<Box | null> =>
  (
    await db.maybe<{ box: Box | null }>`
      select box(point(min((bbox[1])[0]), min((bbox[1])[1])), point(max((bbox[0])[0]), max((bbox[0])[1]))) as box
      from land.patch_now where county = ${county} and valid_to = 'infinity' and bbox is not null`
  )?.box ?? null

const standing = (alias: Sql, { day, rev }: AsOf): Sql =>
  rev === null
    ? sql`${alias}.until is null and ${alias}.valid_from <= ${day}::date and ${alias}.valid_to > ${day}::date`
    : sql`${alias}.since <= ${rev}::int4 and (${alias}.until is null or ${alias}.until > ${rev}::int4) and ${alias}.valid_from <= ${day}::date and ${alias}.valid_to > ${day}::date`

const MAP = sql`map.id, map.map_key as "mapKey", map.title, map.valid_from as "validFrom", map.since, map.request, map.campaign, map.samples_rev as "samplesRev",
  map.scheme, map.epsg, map.bbox, map.models, map.correlations, map.grids, map.ensemble, map.notes`

/** Maps of a state of the register, the newest first. */
export const readMaps = (db: Db, county: string, asOf: AsOf) => db.all<SoilMap>`
  select ${MAP} from land.soil_map map where map.county = ${county} and ${standing(sql`map`, asOf)} order by map.valid_from desc, map.id desc`

/** A map as it stands now, whatever its day. */
export const readMap = (db: Db, county: string, mapKey: string) => db.maybe<SoilMap>`
  select ${MAP} from land.soil_map_now map where map.county = ${county} and map.map_key = ${mapKey} order by map.valid_from desc limit 1`

export type MapGradeRow = {
  readonly patchId: number
  readonly mapKey: string
  readonly scheme: string
  readonly validFrom: Day
  readonly grade: string
  readonly share: number
  readonly chances: Readonly<Record<string, readonly number[]>>
  readonly figures: Readonly<Record<string, readonly number[]>>
  readonly samples: readonly { readonly code: string; readonly metres: number }[]
  readonly needed: number | null
}

/** What the map of a day says of a patch. */
export const readMapGrade = (db: Db, county: string, patchId: number, asOf: AsOf) => db.maybe<MapGradeRow>`
  select graded.patch_id as "patchId", graded.map_key as "mapKey", graded.scheme, graded.valid_from as "validFrom", graded.grade, graded.share, graded.chances,
    graded.figures, graded.samples, graded.needed
  from land.map_grade graded where graded.county = ${county} and graded.patch_id = ${patchId} and ${standing(sql`graded`, asOf)}`

export type StandingGrade = {
  readonly id: number
  readonly patchId: number
  readonly mapKey: string
  readonly validFrom: Day
  readonly validTo: Day
  readonly scheme: string
  readonly grade: string
  readonly share: number
  readonly chances: Readonly<Record<string, readonly number[]>>
  readonly figures: Readonly<Record<string, readonly number[]>>
  readonly samples: readonly { readonly code: string; readonly metres: number }[]
  readonly needed: number | null
}

/** Every grade by map that the register has now, of all days. */
export const readStandingGrades = (db: Db, county: string) => db.all<StandingGrade>`
  select id, patch_id as "patchId", map_key as "mapKey", valid_from as "validFrom", valid_to as "validTo", scheme, grade, share, chances, figures, samples, needed
  from land.map_grade where county = ${county} and until is null order by patch_id, valid_from`

/** What a map said of each patch, in its last word, whether a later map has taken its place or not. */
export const readGradesOfMap = (db: Db, county: string, mapKey: string) => db.all<{
  patchId: number
  grade: string
  chances: Readonly<Record<string, readonly number[]>>
}>`
  select distinct on (patch_id) patch_id as "patchId", grade, chances from land.map_grade
  where county = ${county} and map_key = ${mapKey} order by patch_id, since desc, valid_from desc`

/** Numbers and days of the rows that stand, for whoever puts others in their place. */
export const readGradeFrames = (db: Db, county: string) => db.all<{
  id: number
  patchId: number
  validFrom: Day
  validTo: Day
  mapKey: string
}>`
  select id, patch_id as "patchId", valid_from as "validFrom", valid_to as "validTo", map_key as "mapKey" from land.map_grade where county = ${county} and until is null`

export type AreaRow = {
  readonly village: string
  readonly area: number
  readonly grade: string | null
  readonly indicators: string | null
  readonly draws: Buffer | null
}

/** All patches of a day with what the map says of them; village by village. */
export const everyGradedPatch = (db: Db, county: string, asOf: AsOf, within: string): AsyncGenerator<AreaRow[]> =>
  cursor<AreaRow>(
    db,
    sql`select patch.village, patch.official_area as area, graded.grade, graded.indicators, graded.draws
      from land.patch_now patch
      left join land.map_grade graded on graded.county = patch.county and graded.patch_id = patch.id and ${standing(sql`graded`, asOf)}
      where patch.county = ${county} and patch.valid_from <= ${asOf.day}::date and patch.valid_to > ${asOf.day}::date
        and (length(${within}::text) = 6 or patch.village like ${`${within}%`})
      order by patch.village, patch.id`,
    2000,
  )

export type MapMove = {
  readonly patchId: number
  readonly before: string
  readonly after: string
  readonly figures: MapGradeRow['figures']
  readonly area: number
}

/** Patches that a revision gave another grade by map, of the newest days. */
export const readMapMoves = (db: Db, county: string, rev: number) => db.all<MapMove>`
  select coalesce(later.patch_id, earlier.patch_id) as "patchId", coalesce(earlier.grade, 'not-mapped') as before, coalesce(later.grade, 'not-mapped') as after,
    coalesce(later.figures, earlier.figures) as figures, coalesce(patch.official_area, 0) as area
  from (select patch_id, grade, figures from land.map_grade where county = ${county} and since = ${rev} and valid_to = 'infinity') later
  full join (select patch_id, grade, figures from land.map_grade where county = ${county} and until = ${rev} and valid_to = 'infinity') earlier
    on earlier.patch_id = later.patch_id
  left join land.patch_now patch on patch.county = ${county} and patch.id = coalesce(later.patch_id, earlier.patch_id) and patch.valid_to = 'infinity'
  where coalesce(earlier.grade, 'not-mapped') <> coalesce(later.grade, 'not-mapped') order by 1`

export type TaskState = 'working' | 'done' | 'cancelled' | 'refused' | 'failed'
export type SoilTask = {
  readonly id: string
  readonly county: string
  readonly what: 'map' | 'regrade' | 'look' | 'design'
  readonly state: TaskState
  readonly createdBy: string
  readonly createdAt: Date
  readonly changedAt: Date
  readonly progress: { readonly phase?: string; readonly done?: number; readonly total?: number | null }
  readonly request: unknown
  readonly reason: string
  readonly outcome: unknown
}

const TASK = sql`task_id as id, county, what, state, created_by as "createdBy", created_at as "createdAt", changed_at as "changedAt", progress, request, reason, outcome`

export const createTask = (
  db: Db,
  county: string,
  task: { readonly id: string; readonly what: SoilTask['what']; readonly request: unknown; readonly reason: string },
  actor: string,
  now: Date,
) => db.run`
  insert into ops.soil_task (county, task_id, what, state, created_by, created_at, changed_at, progress, request, reason, outcome)
  values (${county}, ${task.id}, ${task.what}, 'working', ${actor}, ${now}, ${now}, '{}', ${json(task.request)}, ${task.reason}, null)`

export const readTask = (db: Db, county: string, id: string) =>
  db.maybe<SoilTask>`select ${TASK} from ops.soil_task where county = ${county} and task_id = ${id}`

/** The newest tasks; what a look or a design came to is long, and read by itself. */
export const readTasks = (db: Db, county: string, limit = 20) =>
  db.all<SoilTask>`select task_id as id, county, what, state, created_by as "createdBy", created_at as "createdAt", changed_at as "changedAt", progress, request, reason,
    case when what in ('look', 'design') and state = 'done' then '{}'::jsonb else outcome end as outcome
    from ops.soil_task where county = ${county} order by created_at desc limit ${limit}`

export const readWorking = (db: Db, county: string) =>
  db.maybe<{
    id: string
  }>`select task_id as id from ops.soil_task where county = ${county} and state = 'working' order by created_at limit 1`

/** Ends a task that is at work; false where it has ended already, and then nothing changes. */
export const endTask = async (db: Db, county: string, id: string, state: TaskState, outcome: unknown, now: Date): Promise<boolean> =>
  (await db.run`update ops.soil_task set state = ${state}, outcome = ${outcome === null ? null : json(outcome)}::jsonb, changed_at = ${now}
    where county = ${county} and task_id = ${id} and state = 'working'`) === 1

export const writeProgress = (db: Db, county: string, id: string, progress: SoilTask['progress']) =>
  db.run`update ops.soil_task set progress = ${json(progress)} where county = ${county} and task_id = ${id} and state = 'working'`

/** What was under way when the server stopped: nothing of it is written, so it begins anew. */
export const readUnfinished = (db: Db) =>
  db.all<{ county: string; id: string }>`select county, task_id as id from ops.soil_task where state = 'working' order by created_at`
