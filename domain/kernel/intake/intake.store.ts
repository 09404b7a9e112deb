import type { Refusal } from '@dishu/base/refusal'
import { type Db, json } from '@dishu/server-kit/sql'
import type { IntakeState, WrittenRevision } from './intake.wire.ts'
import type { Answers, Preview, SavedMapping } from './preview.ts'

/** While the files have not told their county an import stands under this one. */
export const NO_COUNTY = '000000'

export type IntakeRow = {
  readonly id: string
  readonly county: string
  readonly state: IntakeState
  readonly createdBy: string
  readonly createdAt: Date
  readonly changedAt: Date
  readonly progress: { readonly phase?: string; readonly done?: number; readonly total?: number | null; readonly startedAt?: string }
  readonly preview: Preview | null
  readonly answers: Answers
  readonly revisions: readonly WrittenRevision[]
}

export const createIntake = (db: Db, id: string, actor: string, answers: Answers, now: Date) => db.run`
  insert into ops.intake (county, intake_id, state, created_by, created_at, changed_at, progress, preview, answers, revisions)
  values (${NO_COUNTY}, ${id}, 'uploaded', ${actor}, ${now}, ${now}, '{}', null, ${json(answers)}, '[]')`

export const readIntake = (db: Db, id: string) => db.maybe<IntakeRow>`
  select intake_id as id, county, state, created_by as "createdBy", created_at as "createdAt", changed_at as "changedAt", progress, preview, answers, revisions
  from ops.intake where county = ${NO_COUNTY} and intake_id = ${id}`

export const readIntakes = (db: Db, limit = 50) => db.all<IntakeRow>`
  select intake_id as id, county, state, created_by as "createdBy", created_at as "createdAt", changed_at as "changedAt", progress, preview, answers, revisions
  from ops.intake where county = ${NO_COUNTY} order by created_at desc limit ${limit}`

/** Moves an import from one of `from` to `to`; false where it was in another state, and then nothing changes. */
export const moveIntake = async (db: Db, id: string, from: readonly IntakeState[], to: IntakeState, now: Date): Promise<boolean> =>
  (await db.run`
    update ops.intake set state = ${to}, changed_at = ${now} where county = ${NO_COUNTY} and intake_id = ${id} and state = any(${[...from]})`) ===
  1

export const writePreview = (db: Db, id: string, state: IntakeState, preview: Preview, now: Date) => db.run`
  update ops.intake set state = ${state}, preview = ${json(preview)}, changed_at = ${now}
  where county = ${NO_COUNTY} and intake_id = ${id} and state = 'reading'`

export const writeAnswers = (db: Db, id: string, answers: Answers, now: Date) => db.run`
  update ops.intake set answers = ${json(answers)}, changed_at = ${now} where county = ${NO_COUNTY} and intake_id = ${id}`

export const writeProgress = (db: Db, id: string, progress: IntakeRow['progress']) => db.run`
  update ops.intake set progress = ${json(progress)} where county = ${NO_COUNTY} and intake_id = ${id}`

export const writeDone = (db: Db, id: string, revisions: readonly WrittenRevision[], now: Date) => db.run`
  update ops.intake set state = 'done', revisions = ${json(revisions)}, changed_at = ${now}
  where county = ${NO_COUNTY} and intake_id = ${id} and state = 'writing'`

/** An import that could not be written stands refused, with the reason beside its preview. */
export const writeRefusal = (db: Db, id: string, refusal: Refusal, now: Date) => db.run`
  update ops.intake set state = 'refused', preview = preview || ${json({ refusal })}::jsonb, changed_at = ${now}
  where county = ${NO_COUNTY} and intake_id = ${id} and state = 'writing'`

/** After a crash: what was being read can be read again, what was being written was not written. Gives the ids. */
export const settleInterrupted = async (db: Db, now: Date) => {
  const reading = await db.all<{ id: string }>`
    update ops.intake set state = 'uploaded', changed_at = ${now} where state = 'reading' returning intake_id as id`
  const writing = await db.all<{ id: string }>`
    update ops.intake set state = 'ready', changed_at = ${now} where state = 'writing' returning intake_id as id`
  return { reading: reading.map(({ id }) => id), writing: writing.map(({ id }) => id) }
}

export const readMapping = (db: Db, signature: string) => db.maybe<{ mapping: SavedMapping }>`
  select mapping from ops.mapping where county = ${NO_COUNTY} and signature = ${signature}`

export const writeMapping = (db: Db, signature: string, mapping: SavedMapping, actor: string, now: Date) => db.run`
  insert into ops.mapping (county, signature, mapping, saved_by, saved_at) values (${NO_COUNTY}, ${signature}, ${json(mapping)}, ${actor}, ${now})
  on conflict (county, signature) do update set mapping = excluded.mapping, saved_by = excluded.saved_by, saved_at = excluded.saved_at`

export const writeCrs = (db: Db, srid: number, name: string, wkt: string) => db.run`
  insert into kernel.crs (srid, name, wkt) values (${srid}, ${name}, ${wkt}) on conflict (srid) do nothing`

export const readSetting = <Value>(db: Db, county: string, name: string) =>
  db.maybe<{ value: Value }>`select value from ops.setting where county = ${county} and name = ${name}`

export const writeSetting = (db: Db, county: string, name: string, value: unknown) => db.run`
  insert into ops.setting (county, name, value) values (${county}, ${name}, ${json(value)}) on conflict (county, name) do update set value = excluded.value`
