/** The time series: figures of subjects by scene, and which of them are still to be made. */
import { copyIn, type Db, json, sql } from '@dishu/server-kit/sql'

export type Measure = { readonly id: string; readonly formula: string | null } // null: a band, by its letter or name
export type SubjectKind = 'patch' | 'parcel'

export const writeMeasures = (db: Db, county: string, sceneId: number, key: string, measures: readonly Measure[]) => db.run`
  insert into land.scene_measure (county, scene_id, measures_key, measures) values (${county}, ${sceneId}, ${key}, ${json(measures)}) on conflict do nothing`

export type SubjectRow = {
  readonly kind: SubjectKind
  readonly id: number
  readonly srid: number | null
  readonly outline: Buffer
  readonly digest: Buffer
}

const subjects = (county: string, kind: SubjectKind, box: readonly number[]) => {
  const table = kind === 'patch' ? sql`land.patch_now` : sql`land.parcel_now`
  return sql`(select subject.id, subject.srid, subject.outline, substr(sha256(subject.outline), 1, 8) as digest
    from ${table} subject
    where subject.county = ${county} and subject.outline is not null and subject.valid_to = 'infinity'
      and subject.bbox && box(point(${box[0]}, ${box[1]}), point(${box[2]}, ${box[3]})))`
}

/** Subjects of the present that lie about a scene and have no figures of it, or figures of another outline or of other formulas. In pieces, by their number. */
export const readUnmeasured = (
  db: Db,
  county: string,
  kind: SubjectKind,
  scene: { readonly id: number; readonly bbox: readonly number[]; readonly key: string },
  after: number,
  limit: number,
) => db.all<SubjectRow>`
  select ${kind} as kind, subject.id, subject.srid, subject.outline, subject.digest
  from ${subjects(county, kind, scene.bbox)} subject
  left join land.scene_stat stat on stat.county = ${county} and stat.subject_kind = ${kind} and stat.subject_id = subject.id and stat.scene_id = ${scene.id}
  where subject.id > ${after} and (stat.subject_id is null or stat.outline_digest <> subject.digest or stat.measures_key <> ${scene.key})
  order by subject.id limit ${limit}`

export const countUnmeasured = async (
  db: Db,
  county: string,
  kind: SubjectKind,
  scene: { readonly id: number; readonly bbox: readonly number[]; readonly key: string },
): Promise<number> =>
  (
    await db.one<{ count: number }>`
      select count(*) as count from ${subjects(county, kind, scene.bbox)} subject
      left join land.scene_stat stat on stat.county = ${county} and stat.subject_kind = ${kind} and stat.subject_id = subject.id and stat.scene_id = ${scene.id}
      where stat.subject_id is null or stat.outline_digest <> subject.digest or stat.measures_key <> ${scene.key}`
  ).count

/** Figures in the order of the measures, kept to seven digits. */
export type StatRow = {
  readonly kind: SubjectKind
  readonly id: number
  readonly digest: Buffer
  readonly cells: number
  readonly seenShare: number
  readonly hiddenShare: number
  readonly mean: readonly number[]
  readonly stdev: readonly number[]
  readonly low: readonly number[]
  readonly median: readonly number[]
  readonly high: readonly number[]
}

/** Puts figures in the place of those of the same subject and scene. */
export async function writeStats(db: Db, county: string, sceneId: number, key: string, rows: readonly StatRow[]): Promise<void> {
  if (rows.length === 0) return
  await db.raw(`create temp table if not exists stat_new (kind text, id int8, digest bytea, cells float8, seen float8, hidden float8,
    mean float4[], stdev float4[], low float4[], median float4[], high float4[]) on commit drop`)
  await copyIn(db, 'copy stat_new from stdin (format binary)', copyChunks(rows))
  await db.run`
    insert into land.scene_stat (county, subject_kind, subject_id, scene_id, measures_key, outline_digest, cells, seen_share, hidden_share, mean, stdev, low, median, high)
    select ${county}, kind, id, ${sceneId}, ${key}, digest, cells, seen, hidden, mean, stdev, low, median, high from stat_new
    on conflict (county, subject_kind, subject_id, scene_id) do update set measures_key = excluded.measures_key, outline_digest = excluded.outline_digest,
      cells = excluded.cells, seen_share = excluded.seen_share, hidden_share = excluded.hidden_share, mean = excluded.mean, stdev = excluded.stdev,
      low = excluded.low, median = excluded.median, high = excluded.high`
  await db.raw('truncate stat_new')
}

const COPY_HEAD = Uint8Array.of(0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0)
const FLOAT4 = 700
const CHUNK_ROWS = 256

/** Rows in PostgreSQL's binary copy format, whose arrays of numbers cost no text on either side. */
function* copyChunks(rows: readonly StatRow[]): Generator<Uint8Array> {
  yield COPY_HEAD
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const part = rows.slice(from, from + CHUNK_ROWS)
    const bytes = Buffer.allocUnsafe(part.reduce((sum, row) => sum + 130 + 5 * (24 + 8 * row.mean.length), 0))
    let at = 0
    const int32 = (value: number) => {
      at = bytes.writeInt32BE(value, at)
    }
    const float8 = (value: number) => {
      int32(8)
      at = bytes.writeDoubleBE(value, at)
    }
    for (const row of part) {
      at = bytes.writeInt16BE(11, at)
      int32(row.kind.length)
      at += bytes.write(row.kind, at, 'latin1')
      int32(8)
      at = bytes.writeBigInt64BE(BigInt(row.id), at)
      int32(row.digest.length)
      at += row.digest.copy(bytes, at)
      for (const value of [row.cells, row.seenShare, row.hiddenShare]) float8(value)
      for (const list of [row.mean, row.stdev, row.low, row.median, row.high]) {
        int32(20 + 8 * list.length)
        for (const value of [1, 0, FLOAT4, list.length, 1]) int32(value)
        for (const value of list) {
          int32(4)
          at = bytes.writeFloatBE(value, at)
        }
      }
    }
    yield bytes.subarray(0, at)
  }
  yield Uint8Array.of(0xff, 0xff)
}

/** Figures of scenes and subjects that are no more. */
export async function dropOrphans(db: Db, county: string): Promise<void> {
  await db.run`delete from land.scene_stat stat where stat.county = ${county}
    and not exists (select from land.scene_now scene where scene.county = ${county} and scene.id = stat.scene_id)`
  await db.run`delete from land.scene_stat stat where stat.county = ${county} and stat.subject_kind = 'patch'
    and not exists (select from land.patch_now patch where patch.county = ${county} and patch.id = stat.subject_id)`
  await db.run`delete from land.scene_stat stat where stat.county = ${county} and stat.subject_kind = 'parcel'
    and not exists (select from land.parcel_now parcel where parcel.county = ${county} and parcel.id = stat.subject_id)`
  await db.run`delete from land.scene_measure measure where measure.county = ${county}
    and not exists (select from land.scene_stat stat where stat.county = ${county} and stat.scene_id = measure.scene_id and stat.measures_key = measure.measures_key)`
}

export type SeriesRow = Omit<StatRow, 'digest' | 'kind' | 'id'> & {
  readonly sceneId: number
  readonly takenOn: string
  readonly title: string
  readonly masked: boolean
  readonly measures: readonly Measure[]
  /** Whether the outline is another one than was measured: the figures then wait for the next measuring. */
  readonly stale: boolean
}

/** What is known of one subject, by day; scenes of later days than `day` are left out. */
export const readSeries = (db: Db, county: string, kind: SubjectKind, id: number, day: string) => {
  const table = kind === 'patch' ? sql`land.patch_now` : sql`land.parcel_now`
  return db.all<SeriesRow>`
    select stat.scene_id as "sceneId", scene.taken_on as "takenOn", scene.title, scene.mask is not null as masked, measure.measures, stat.cells,
      stat.seen_share as "seenShare", stat.hidden_share as "hiddenShare", stat.mean, stat.stdev, stat.low, stat.median, stat.high,
      coalesce(substr(sha256(subject.outline), 1, 8) <> stat.outline_digest, true) as stale
    from land.scene_stat stat
    join land.scene_now scene on scene.county = ${county} and scene.id = stat.scene_id
    join land.scene_measure measure on measure.county = ${county} and measure.scene_id = stat.scene_id and measure.measures_key = stat.measures_key
    left join ${table} subject on subject.county = ${county} and subject.id = stat.subject_id and subject.valid_to = 'infinity'
    where stat.county = ${county} and stat.subject_kind = ${kind} and stat.subject_id = ${id} and scene.taken_on <= ${day}::date
    order by scene.taken_on, scene.id`
}

/** How many subjects of a county have figures, by scene. */
export const countMeasured = (db: Db, county: string) => db.all<{ sceneId: number; subjects: number; hidden: number }>`
  select scene_id as "sceneId", count(*) as subjects, coalesce(avg(hidden_share) filter (where seen_share > 0), 0)::float8 as hidden
  from land.scene_stat where county = ${county} group by scene_id`
