/** Outlines of the register's layers, what was decided on findings of geometry, and what their last check rested on. */
import type { Day } from '@dishu/base/date'
import { areaKind } from '@dishu/kernel/areas/areas'
import type { Content, Kind } from '@dishu/kernel/records/records'
import { copyOut, type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import { decodeRows } from '@dishu/server-kit/sql-copy'
import { parcelKind, patchKind } from '../parcels/parcels.ts'
import type { GeometryLayer } from './findings.ts'

type Box = readonly [west: number, south: number, east: number, north: number]

export const KIND_OF: Readonly<Record<GeometryLayer, Kind>> = { patch: patchKind, parcel: parcelKind, area: areaKind }

const LAYER: Readonly<Record<GeometryLayer, { readonly now: Sql; readonly key: Sql; readonly village: Sql }>> = {
  patch: { now: sql`land.patch_now`, key: sql`patch_key`, village: sql`village` },
  parcel: {
    now: sql`land.parcel_now`,
    key: sql`parcel_code`,
    village: sql`case when parcel_code ~ '^\d{12}' then left(parcel_code, 12) end`,
  },
  area: { now: sql`kernel.area_now`, key: sql`code`, village: sql`case when level = 'village' then code end` },
}

export type OutlineRow = {
  readonly id: number
  readonly key: string
  readonly village: string | null
  readonly srid: number | null
  readonly outline: Buffer
  readonly bbox: Box | null
}

/** The outlines of a layer that hold on a day, in the order of their ids. `level`: of areas only those. Take them all, or the connection waits. */
export async function* outlinesOf(
  db: Db,
  county: string,
  layer: GeometryLayer,
  day: Day,
  level: string | null = null,
): AsyncGenerator<OutlineRow[]> {
  const query = sql`
    select id, ${LAYER[layer].key}, ${LAYER[layer].village}, srid, outline, bbox from ${LAYER[layer].now}
    where county = ${county} and valid_from <= ${day} and valid_to > ${day} and outline is not null ${level === null ? sql`` : sql`and level = ${level}`}
    order by id`
  for await (const rows of decodeRows(['int8', 'text', 'text', 'int4', 'bytea', 'box'], copyOut(db, query)))
    yield rows.map(([id, key, village, srid, outline, bbox]) => ({ id, key, village, srid, outline, bbox }) as OutlineRow)
}

/** How often each coordinate system stands in a layer, the most frequent first, with the middle of the layer in degrees. */
export const systemsOf = (db: Db, county: string, layer: GeometryLayer, day: Day) => db.all<{
  srid: number | null
  rows: number
  lon: number | null
  lat: number | null
}>`
  select srid, count(*)::int4 as rows, avg((center(bbox))[0]) as lon, avg((center(bbox))[1]) as lat from ${LAYER[layer].now}
  where county = ${county} and valid_from <= ${day} and valid_to > ${day} and outline is not null group by srid order by count(*) desc, srid`

export type CheckedLayer = {
  readonly layer: GeometryLayer
  readonly rev: number
  readonly day: Day
  readonly parcels: number
  readonly sumM2: number | null
  readonly outerM2: number | null
  readonly differenceM2: number | null
  readonly fault: string | null
}

export const readCheckedLayers = (db: Db, county: string) => db.all<CheckedLayer>`
  select layer, checked_rev as rev, checked_on as day, parcels, sum_m2 as "sumM2", outer_m2 as "outerM2", difference_m2 as "differenceM2", fault
  from land.geometry_check where county = ${county} order by layer`

export const writeCheckedLayer = (db: Db, county: string, layer: CheckedLayer) => db.run`
  insert into land.geometry_check (county, layer, checked_rev, checked_on, parcels, sum_m2, outer_m2, difference_m2, fault)
  values (${county}, ${layer.layer}, ${layer.rev}, ${layer.day}, ${layer.parcels}, ${layer.sumM2}, ${layer.outerM2}, ${layer.differenceM2}, ${layer.fault})
  on conflict (county, layer) do update set checked_rev = excluded.checked_rev, checked_on = excluded.checked_on, parcels = excluded.parcels,
    sum_m2 = excluded.sum_m2, outer_m2 = excluded.outer_m2, difference_m2 = excluded.difference_m2, fault = excluded.fault`

/** The layers in which a revision after `rev` made a row. One that only ended rows is known by their number. */
export async function layersWithNewRows(db: Db, county: string, rev: number): Promise<ReadonlySet<GeometryLayer>> {
  const found = await db.one<{ patch: boolean; parcel: boolean; area: boolean }>`
    select exists (select from land.patch_now where county = ${county} and since > ${rev}) as patch,
      exists (select from land.parcel_now where county = ${county} and since > ${rev}) as parcel,
      exists (select from kernel.area_now where county = ${county} and since > ${rev}) as area`
  return new Set((['patch', 'parcel', 'area'] as const).filter((layer) => found[layer]))
}

/** Keys of findings of geometry that something was decided on: accepted, or handed to somebody. */
export const decidedKeys = (db: Db, county: string) => db.all<{ rule: string; key: string }>`
  select rule, subject_key as key from land.exception_now where county = ${county} and rule like 'geometry/%'
  union select rule, subject_key from land.finding_assignment where county = ${county} and rule like 'geometry/%' order by rule, key`

/** Outlines of a layer that hold on a day and whose boxes meet a box (degrees). `level`: of areas only those. */
export const outlinesIn = (
  db: Db,
  county: string,
  layer: GeometryLayer,
  day: Day,
  [west, south, east, north]: Box,
  level: string | null,
) => db.all<OutlineRow>`
  select id, ${LAYER[layer].key} as key, ${LAYER[layer].village} as village, srid, outline, bbox from ${LAYER[layer].now}
  where county = ${county} and bbox && box(point(${west}, ${south}), point(${east}, ${north})) and valid_from <= ${day} and valid_to > ${day} and outline is not null
    ${level === null ? sql`` : sql`and level = ${level}`}
  order by id`

export type WholeRow = {
  readonly id: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly since: number
  readonly content: Content
}

/** Whole rows of a layer, as the ledger has them, that hold on a day. */
export async function wholeRows(db: Db, county: string, layer: GeometryLayer, day: Day, ids: readonly number[]): Promise<WholeRow[]> {
  const names = KIND_OF[layer].columns.map(([column]) => column)
  const rows = await db.all<Record<string, unknown> & { id: number; valid_from: Day; valid_to: Day; since: number }>`
    select id, valid_from, valid_to, since, ${joined(names.map((name) => ident(name)))} from ${LAYER[layer].now}
    where county = ${county} and id = any(${ids}::int8[]) and valid_from <= ${day} and valid_to > ${day} order by id`
  return rows.map(({ id, valid_from: validFrom, valid_to: validTo, since, ...content }) => ({ id, validFrom, validTo, since, content }))
}

/** What villages' patches add up to on a day, and the control area that the survey states for them. */
export const villagesOf = (db: Db, county: string, day: Day, villages: readonly string[]) => db.all<{
  village: string
  name: string | null
  total: number
  control: number | null
}>`
  select patch.village, min(area.name) as name, sum(patch.official_area) as total, min(area.control_area) as control
  from land.patch_now patch
  left join kernel.area_now area on area.county = patch.county and area.code = patch.village and area.valid_from <= ${day} and area.valid_to > ${day}
  where patch.county = ${county} and patch.village = any(${villages}::text[]) and patch.valid_from <= ${day} and patch.valid_to > ${day}
  group by patch.village order by patch.village`
