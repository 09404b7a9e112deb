/** Rows that an operation is about with all that touch them, the numbers given out so far, and the steps by which rows came from each other. */
import type { Day } from '@dishu/base/date'
import type { AsOf, Content, Kind } from '@dishu/kernel/records/records'
import { type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import { parcelKind, patchKind } from '../parcels/parcels.ts'
import type { LineageLayer, OperationKind } from './lineage.ts'

export const KIND_OF: Readonly<Record<LineageLayer, Kind>> = { patch: patchKind, parcel: parcelKind }

type Columns = Readonly<Record<'now' | 'key' | 'village', Sql>>
const LAYER: Readonly<Record<LineageLayer, Columns>> = {
  patch: { now: sql`land.patch_now`, key: sql`patch_key`, village: sql`village` },
  parcel: {
    now: sql`land.parcel_now`,
    key: sql`parcel_code`,
    village: sql`case when parcel_code ~ '^\d{12}' then left(parcel_code, 12) end`,
  },
}

/** Rows that are looked at round an operation: a river's box spans a county, and no decision is taken from part of what is round a row. */
export const MOST_AROUND = 5000

export type WholeRow = {
  readonly id: number
  readonly key: string
  readonly village: string | null
  readonly since: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly content: Content
}

/** Rows that hold on a day and whose boxes touch the boxes of the rows of `ids`, these among them. `margin` in degrees. */
export async function readAroundRows(
  db: Db,
  county: string,
  layer: LineageLayer,
  day: Day,
  ids: readonly number[],
  margin: number,
): Promise<WholeRow[]> {
  const { now, key, village } = LAYER[layer]
  const names = KIND_OF[layer].columns.map(([column]) => column)
  const own = sql`county = ${county} and valid_from <= ${day} and valid_to > ${day}`
  const boxes = await db.all<{ west: number; south: number; east: number; north: number }>`
    select (bbox[1])[0] as west, (bbox[1])[1] as south, (bbox[0])[0] as east, (bbox[0])[1] as north from ${now}
    where ${own} and id = any(${ids}::int8[]) and bbox is not null`
  const meets = boxes.map(
    ({ west, south, east, north }) =>
      sql`bbox && box(point(${west - margin}, ${south - margin}), point(${east + margin}, ${north + margin}))`,
  )
  const rows = await db.all<
    Record<string, unknown> & { id: number; valid_from: Day; valid_to: Day; since: number; own_key: string; own_village: string | null }
  >`
    select id, valid_from, valid_to, since, ${key} as own_key, ${village} as own_village, ${joined(names.map((name) => ident(name)))} from ${now}
    where ${own} and (id = any(${ids}::int8[]) ${meets.length > 0 ? sql`or ${joined(meets, sql` or `)}` : sql``}) order by id limit ${MOST_AROUND + 1}`
  return rows.map(({ id, valid_from: validFrom, valid_to: validTo, since, own_key, own_village, ...content }) => ({
    ...{ id, validFrom, validTo, since, content },
    key: own_key,
    village: own_village,
  }))
}

/** By which revision the versions that hold on a day were made. */
export const readPresent = (db: Db, county: string, layer: LineageLayer, day: Day, ids: readonly number[]) =>
  db.all<{ id: number; since: number }>`
    select id, since from ${LAYER[layer].now} where county = ${county} and id = any(${ids}::int8[]) and valid_from <= ${day} and valid_to > ${day}`

/**
 * The greatest number there ever was of those that begin alike and go on with digits only; empty where there was none. A registry's number (18 or 19 digits) keeps its
 * length; any other may have grown.
 */
export const readLastKey = async (db: Db, county: string, layer: LineageLayer, prefix: string, width: number): Promise<string> => {
  const { key } = LAYER[layer]
  const whole = prefix.length + width
  const wide = whole === 18 || whole === 19 ? sql`length(${key}) = ${whole}::int` : sql`length(${key}) > ${prefix.length}::int`
  const { last } = await db.one<{ last: string | null }>`
    select max(substr(${key}, ${prefix.length + 1}::int)::numeric)::text as last from ${ident('land', layer)}
    where county = ${county} and ${wide} and left(${key}, ${prefix.length}::int) = ${prefix} and substr(${key}, ${prefix.length + 1}::int) ~ '^\d+$'`
  return last ?? ''
}

/** The greatest patch number (TBBH) that a village ever had, of those that are whole numbers. */
export const readLastNumber = async (db: Db, county: string, village: string): Promise<string> =>
  (
    await db.one<{ last: number | null }>`
    select max(patch_number::int8) as last from ${ident('land', 'patch')} where county = ${county} and village = ${village} and patch_number ~ '^\d{1,15}$'`
  ).last?.toString() ?? ''

/** Samples without a place of their own that name one of the plots, on the day or later. */
export const readPinned = (db: Db, county: string, day: Day, keys: readonly string[]) =>
  db.all<{ key: string; code: string }>`
    select plot_code as key, sample_code as code from land.sample_now
    where county = ${county} and plot_code = any(${keys}::text[]) and place is null and valid_to > ${day} order by sample_code`

export type LinkRow = { readonly id: number; readonly validFrom: Day; readonly validTo: Day; readonly content: Content }

/** Contract parcels of some parcels on the day and later, whole, as the ledger has them. */
export async function readLinks(db: Db, county: string, day: Day, codes: readonly string[], kind: Kind): Promise<LinkRow[]> {
  const names = kind.columns.map(([column]) => column)
  const rows = await db.all<Record<string, unknown> & { id: number; valid_from: Day; valid_to: Day }>`
    select id, valid_from, valid_to, ${joined(names.map((name) => ident(name)))} from land.contract_parcel_now
    where county = ${county} and parcel_code = any(${codes}::text[]) and valid_to > ${day} order by id, valid_from`
  return rows.map(({ id, valid_from: validFrom, valid_to: validTo, ...content }) => ({ id, validFrom, validTo, content }))
}

/** The ids of rows that a revision made, by their keys. */
export const readMadeIds = (db: Db, county: string, layer: LineageLayer, rev: number, keys: readonly string[]) =>
  db.all<{ id: number; key: string }>`
    select id, ${LAYER[layer].key} as key from ${LAYER[layer].now} where county = ${county} and since = ${rev} and ${LAYER[layer].key} = any(${keys}::text[])`

/** What last happened to rows, by the revision that did it. */
export const readLastTouches = (db: Db, county: string, layer: LineageLayer, ids: readonly number[]) =>
  db.all<{ key: string; rev: number; by: string; at: Date }>`
    select distinct on (version.id) ${ident('version', layer === 'patch' ? 'patch_key' : 'parcel_code')} as key, revision.rev, revision.actor as by, revision.recorded_at as at
    from ${ident('land', layer)} version
    join kernel.revision_now revision on revision.county = version.county and revision.rev = greatest(version.since, coalesce(version.until, 0))
    where version.county = ${county} and version.id = any(${ids}::int8[])
    order by version.id, revision.rev desc`

const knownAt = (alias: string, rev: number | null): Sql =>
  rev === null
    ? sql`${ident(alias, 'until')} is null`
    : sql`${ident(alias, 'since')} <= ${rev}::int4 and (${ident(alias, 'until')} is null or ${ident(alias, 'until')} > ${rev}::int4)`

export type StepRow = {
  readonly operation: OperationKind
  readonly fromId: number
  readonly fromKey: string
  readonly toId: number
  readonly toKey: string
  readonly area: number
  readonly document: string | null
  readonly day: Day
  readonly rev: number
  readonly cause: string
  readonly actor: string
  readonly reason: string
  readonly recordedAt: Date
}

/** Steps that lead to or from any of the rows, in one state of the register. */
export const readSteps = (db: Db, county: string, layer: LineageLayer, ids: readonly number[], { day, rev }: AsOf) =>
  db.all<StepRow>`
    select step.operation, step.from_id as "fromId", step.from_key as "fromKey", step.to_id as "toId", step.to_key as "toKey", step.area, step.document,
      step.valid_from as day, step.origin as rev, revision.cause, revision.actor, revision.reason, revision.recorded_at as "recordedAt"
    from ${ident('land', 'lineage')} step
    join kernel.revision_now revision on revision.county = step.county and revision.rev = step.origin
    where step.county = ${county} and step.layer = ${layer} and ${knownAt('step', rev)} and step.valid_from <= ${day}::date
      and (step.from_id = any(${ids}::int8[]) or step.to_id = any(${ids}::int8[]))
    order by step.origin, step.id`

export type NodeRow = {
  readonly id: number
  readonly key: string
  readonly number: string | null
  readonly village: string | null
  readonly class: string | null
  readonly area: number | null
  readonly validFrom: Day
  readonly validTo: Day
  readonly holds: boolean
}

/** The rows themselves: the version that holds on the day, else the last one that was known. */
export const readNodes = (db: Db, county: string, layer: LineageLayer, ids: readonly number[], { day, rev }: AsOf) => {
  const words =
    layer === 'patch'
      ? sql`version.patch_key as key, version.patch_number as number, coalesce(version.village_name, version.village) as village, version.class as class, version.official_area as area`
      : sql`version.parcel_code as key, version.name as number, left(version.parcel_code, 12) as village, version.use_class as class, coalesce(version.official_area, version.computed_area) as area`
  return db.all<NodeRow>`
    select distinct on (version.id) version.id, ${words}, version.valid_from as "validFrom", version.valid_to as "validTo",
      (${knownAt('version', rev)} and version.valid_from <= ${day}::date and version.valid_to > ${day}::date) as holds
    from ${ident('land', layer)} version
    where version.county = ${county} and version.id = any(${ids}::int8[]) and ${rev === null ? sql`true` : sql`version.since <= ${rev}::int4`}
    order by version.id, holds desc, (${knownAt('version', rev)}) desc, version.since desc, version.valid_from desc`
}

/** A row that has or had a number, the newest first. */
export const readIdsByKey = (db: Db, county: string, key: string) =>
  db.all<{ layer: LineageLayer; id: number }>`
    select 'patch' as layer, id from (select distinct id from ${ident('land', 'patch')} where county = ${county} and patch_key = ${key}) patch
    union all
    select 'parcel', id from (select distinct id from ${ident('land', 'parcel')} where county = ${county} and parcel_code = ${key}) parcel
    order by 1 desc, 2 desc`
