/** Reports that are kept and being made, and what maps of them are drawn from, of one state of the register. */
import type { AsOf } from '@dishu/kernel/records/records'
import { cursor, type Db, ident, json, type Sql, sql } from '@dishu/server-kit/sql'
import type { ExceptionFact, QualityFacts } from './facts.ts'
import type { Figure } from './figures.ts'
import type { ReportRequest, Template } from './reports.ts'

type Box = readonly [west: number, south: number, east: number, north: number]
export type KeptReport = {
  readonly id: number
  readonly key: string
  readonly template: Template
  readonly form: number
  readonly title: string
  readonly within: string
  readonly day: string
  readonly known: number
  readonly since: number
  readonly request: ReportRequest
  readonly sha256: string
  readonly fileName: string
  readonly bytes: number
  readonly pages: number
}
const KEPT = sql`id, report_key as key, template, form, title, within, day, known, since, request, file_sha256 as sha256, file_name as "fileName", bytes, pages`

export const readReports = (db: Db, county: string) => db.all<KeptReport>`
  select ${KEPT} from land.report_now where county = ${county} order by since desc, id desc limit 500`
export const readReport = (db: Db, county: string, key: string) => db.maybe<KeptReport>`
  select ${KEPT} from land.report_now where county = ${county} and report_key = ${key}`

/** The next free key. Keys are never used twice, not even after an undo. */
export const nextReportKey = async (db: Db, county: string): Promise<string> =>
  `D${(await db.one<{ n: number }>`select coalesce(max(substr(report_key, 2)::int4), 0) + 1 as n from land.report where county = ${county}`).n}`

/** What the check had found when the first report of a state was made: every later one of it says the same. */
export const readQuality = async (db: Db, county: string, within: string, day: string, known: number): Promise<QualityFacts | null> =>
  (
    await db.maybe<{ quality: QualityFacts }>`
    select quality from land.report where county = ${county} and within = ${within} and day = ${day}::date and known = ${known} and quality <> 'null' order by since, id limit 1`
  )?.quality ?? null

/** The figures of a code, each with the reports it stands in; two questions may share one. Reports that were undone count: paper is not undone. */
export const readFigures = (db: Db, county: string, code: string) => db.all<{
  report: string
  title: string
  since: number
  figure: Figure
}>`
  select report.report_key as report, report.title, report.since, each.figure
  from land.report report, lateral jsonb_array_elements(report.figures) each (figure)
  where report.county = ${county} and report.figures @> ${json([{ code }])}::jsonb and each.figure ->> 'code' = ${code}
  order by report.since desc limit 200`

/** See `standing` of count.store.ts: two stores do not share code. */
function standing(alias: string, { day, rev }: AsOf): Sql {
  const at = (column: string) => ident(alias, column)
  const valid = sql`${at('valid_from')} <= ${day}::date and ${at('valid_to')} > ${day}::date`
  return rev === null
    ? sql`${at('until')} is null and ${valid}`
    : sql`${at('since')} <= ${rev}::int4 and (${at('until')} is null or ${at('until')} > ${rev}::int4) and ${valid}`
}
const within = (column: Sql, code: string) => (code.length > 6 ? sql`${column} >= ${code} and ${column} < ${`${code}:`}` : sql`true`)

export type DrawnCell = {
  readonly patch: number
  readonly box: Box
  readonly class: string
  readonly grade: string
  readonly mapgrade: string
  readonly owner: string
  readonly contract: string
  readonly saline: string
  readonly area: number // hundredths of a square metre
  readonly srid: number | null
  readonly outline: Uint8Array | null // null: smaller than what was asked for
}

/** The land cells of an area, batch by batch; outlines only of patches at least `smallest` degrees of latitude high or as wide on the ground. */
export const readDrawnCells = (db: Db, county: string, asOf: AsOf, code: string, smallest: number, stretch: number) =>
  cursor<DrawnCell>(
    db,
    sql`
      select patch.id as patch, patch.bbox as box, coalesce(cell.class, patch.class) as class, coalesce(cell.grade, 'not-graded') as grade, coalesce(graded.grade, 'not-mapped') as mapgrade,
        coalesce(cell.owner, land.owner_of(patch.owner_kind)) as owner, coalesce(cell.contract, 'none') as contract, coalesce(cell.saline, land.saline_alone(patch.class)) as saline,
        coalesce(cell.area, patch.official_area - land.ridges_of(patch.official_area, patch.deducted_area)) as area, patch.srid,
        case when greatest((patch.bbox[0])[1] - (patch.bbox[1])[1], ((patch.bbox[0])[0] - (patch.bbox[1])[0]) / ${stretch}::float8) >= ${smallest}::float8
          then coalesce(cell.outline, patch.outline) end as outline
      from ${ident('land', 'patch')} patch
      left join ${ident('land', 'cell')} cell on cell.county = patch.county and cell.patch_id = patch.id and cell.part = 0 and ${standing('cell', asOf)}
      left join ${ident('land', 'map_grade')} graded on graded.county = patch.county and graded.patch_id = patch.id and ${standing('graded', asOf)}
      where patch.county = ${county} and ${standing('patch', asOf)} and patch.outline is not null and patch.bbox is not null and ${within(sql`patch.village`, code)}
      order by patch.id, cell.id`,
    2000,
  )

/** The boxes of an area's patches together; null where none has an outline. */
export const readExtent = async (db: Db, county: string, asOf: AsOf, code: string): Promise<Box | null> =>
  (
    await db.one<{ box: Box | null }>`
      select box(point(min((patch.bbox[1])[0]), min((patch.bbox[1])[1])), point(max((patch.bbox[0])[0]), max((patch.bbox[0])[1]))) as box
      from ${ident('land', 'patch')} patch where patch.county = ${county} and ${standing('patch', asOf)} and patch.bbox is not null and ${within(sql`patch.village`, code)}`
  ).box

/** Boundaries of an area and of those in it. */
export const readBoundaries = (db: Db, county: string, asOf: AsOf, code: string) => db.all<{
  code: string
  level: 'county' | 'town' | 'village'
  name: string
  srid: number | null
  outline: Uint8Array | null
}>`
  select area.code, area.level, area.name, area.srid, area.outline from ${ident('kernel', 'area')} area
  where area.county = ${county} and ${standing('area', asOf)} and area.code like ${`${code}%`} order by area.code`

/** Exceptions as they stood at a revision. */
export const readExceptions = (db: Db, county: string, asOf: AsOf) => db.all<ExceptionFact>`
  select exception.rule, exception.subject_key as subject, exception.reason, exception.accepted_by as "acceptedBy" from ${ident('land', 'exception')} exception
  where exception.county = ${county} and ${
    asOf.rev === null
      ? sql`exception.until is null`
      : sql`exception.since <= ${asOf.rev}::int4 and (exception.until is null or exception.until > ${asOf.rev}::int4)`
  } order by exception.rule, exception.subject_key, exception.id`

export type TaskState = 'working' | 'done' | 'cancelled' | 'refused' | 'failed'
export type ReportProgress = { readonly phase: 'reading' | 'maps' | 'writing'; readonly done: number; readonly total: number | null }
export type ReportTask = {
  readonly id: string
  readonly state: TaskState
  readonly createdBy: string
  readonly createdAt: Date
  readonly changedAt: Date
  readonly progress: ReportProgress | Readonly<Record<string, never>>
  readonly request: ReportRequest
  readonly outcome: unknown
}
const TASK = sql`task_id as id, state, created_by as "createdBy", created_at as "createdAt", changed_at as "changedAt", progress, request, outcome`

export const createTask = (db: Db, county: string, id: string, request: ReportRequest, actor: string, now: Date) => db.run`
  insert into ops.report_task (county, task_id, state, created_by, created_at, changed_at, progress, request, outcome)
  values (${county}, ${id}, 'working', ${actor}, ${now}, ${now}, '{}', ${json(request)}, null)`
export const readTask = (db: Db, county: string, id: string) =>
  db.maybe<ReportTask>`select ${TASK} from ops.report_task where county = ${county} and task_id = ${id}`
export const readTasks = (db: Db, county: string, limit = 20) => db.all<ReportTask>`
  select ${TASK} from ops.report_task where county = ${county} order by created_at desc limit ${limit}`
export const readWorking = (db: Db, county: string) => db.maybe<{ id: string }>`
  select task_id as id from ops.report_task where county = ${county} and state = 'working' order by created_at limit 1`
/** What was under way when the server stopped: nothing of it is written, so it begins anew. */
export const readUnfinished = (db: Db) => db.all<{ county: string; id: string }>`
  select county, task_id as id from ops.report_task where state = 'working' order by created_at`
/** Ends a task that is at work; false where it has ended already. */
export const endTask = async (db: Db, county: string, id: string, state: TaskState, outcome: unknown, now: Date): Promise<boolean> =>
  (await db.run`update ops.report_task set state = ${state}, outcome = ${outcome === null ? null : json(outcome)}::jsonb, changed_at = ${now}
    where county = ${county} and task_id = ${id} and state = 'working'`) === 1
export const writeProgress = (db: Db, county: string, id: string, progress: ReportProgress) => db.run`
  update ops.report_task set progress = ${json(progress)} where county = ${county} and task_id = ${id} and state = 'working'`
