import type { Day } from '@dishu/base/date'
import type { AsOf } from '@dishu/kernel/records/records'
import { type Db, json, type Sql, sql } from '@dishu/server-kit/sql'
import type { GroundOutline, LimitPart, LimitRule, OutlineRow, PatchOutline } from './ecology.ts'

type Box = readonly [number, number, number, number]

const standing = ({ day, rev }: AsOf): Sql =>
  rev === null
    ? sql`row.until is null and row.valid_from <= ${day}::date and row.valid_to > ${day}::date`
    : sql`row.since <= ${rev}::int4 and (row.until is null or row.until > ${rev}::int4) and row.valid_from <= ${day}::date and row.valid_to > ${day}::date`

/** Limits that an office states itself. */
export const readOwnLimits = (db: Db, county: string, asOf: AsOf) => db.all<LimitRule>`
  select row.limit_code as code, row.name_zh as zh, row.name_en as en, row.layer, row.classes, row.forbids, row.law_from as "from", row.law_to as "to", row.source, row.mark, row.note
  from land.limit_rule row where row.county = ${county} and ${standing(asOf)} order by row.limit_code`

export type ContractedParcel = OutlineRow & {
  readonly parcelCode: string
  readonly contractCode: string
  readonly area: number | null
}

/** Features of layers that meet a box, as they stand on a day. */
export const readGroundsIn = (db: Db, county: string, layers: readonly string[], box: Box, day: Day) => db.all<GroundOutline>`
  select id, srid, outline, bbox, layer from land.ground_now
  where county = ${county} and layer = any(${[...layers]}) and outline is not null and bbox && box(point(${box[0]}, ${box[1]}), point(${box[2]}, ${box[3]}))
    and valid_from <= ${day}::date and valid_to > ${day}::date
  order by id`

/** How many features each layer of the county has, so that a limit without ground is seen to be without. */
export const countGrounds = (db: Db, county: string, day: Day) => db.all<{ layer: string; features: number }>`
  select layer, count(*) as features from land.ground_now where county = ${county} and outline is not null and valid_from <= ${day}::date and valid_to > ${day}::date
  group by layer order by layer`

export const readOutlinesOf = (db: Db, county: string, ids: readonly number[], day: Day) => db.all<PatchOutline>`
  select id, srid, outline, bbox, class as "landClass", official_area as area from land.patch_now
  where county = ${county} and id = any(${[...ids]}) and outline is not null and valid_from <= ${day}::date and valid_to > ${day}::date order by id`

/** Patches with an outline after an id, in order: a county is read in parts. */
export const readPatchOutlines = (db: Db, county: string, after: number, limit: number, day: Day) => db.all<PatchOutline>`
  select id, srid, outline, bbox, class as "landClass", official_area as area from land.patch_now
  where county = ${county} and id > ${after} and outline is not null and valid_from <= ${day}::date and valid_to > ${day}::date
  order by id limit ${limit}`

/** Parcels under a running contract whose box meets one of a layer's features. */
export const readContractedUnder = (db: Db, county: string, layers: readonly string[], day: Day) => db.all<ContractedParcel>`
  select distinct on (parcel.id, link.contract_code) parcel.id, parcel.srid, parcel.outline, parcel.bbox, parcel.parcel_code as "parcelCode", link.contract_code as "contractCode", parcel.official_area as area
  from land.ground_now ground
  join land.parcel_now parcel on parcel.county = ground.county and parcel.bbox && ground.bbox and parcel.outline is not null
  join land.contract_parcel_now link on link.county = parcel.county and link.parcel_code = parcel.parcel_code
  join land.contract_now contract on contract.county = link.county and contract.contract_code = link.contract_code
  where ground.county = ${county} and ground.layer = any(${[...layers]}) and ground.outline is not null
    and ground.valid_from <= ${day}::date and ground.valid_to > ${day}::date and parcel.valid_from <= ${day}::date and parcel.valid_to > ${day}::date
    and link.valid_from <= ${day}::date and link.valid_to > ${day}::date and contract.valid_from <= ${day}::date and contract.valid_to > ${day}::date
    and coalesce(contract.term_from, ${day}::date) <= ${day}::date and coalesce(contract.term_to, ${day}::date) >= ${day}::date
  order by parcel.id, link.contract_code`

export type Measured = {
  readonly rev: number
  readonly rulesDay: Day
  readonly patches: number
  readonly under: number
  readonly unplaced: number
  readonly measuredAt: Date
}
export const readMeasured = (db: Db, county: string) => db.maybe<Measured>`
  select rev, rules_day as "rulesDay", patches, under, unplaced, measured_at as "measuredAt" from land.limit_measure where county = ${county}`

export type Collision = {
  readonly limit: string
  readonly parcelCode: string
  readonly contractCode: string
  readonly areaM2: number
  readonly share: number
  readonly place: Box | null
}
export const readCollisions = (db: Db, county: string, most: number) => db.all<Collision>`
  select limit_code as "limit", parcel_code as "parcelCode", contract_code as "contractCode", area_m2 as "areaM2", share, place
  from land.limit_collision where county = ${county} order by area_m2 desc, parcel_code limit ${most}`

/** Ground under each limit, m², of the last measure. */
export const sumUnderLimits = (db: Db, county: string) => db.all<{ limit: string; areaM2: number; patches: number }>`
  select named.code as "limit", sum((part ->> 'areaM2')::float8) as "areaM2", count(distinct patch_id) as patches
  from land.patch_limit, jsonb_array_elements(parts) part, jsonb_array_elements_text(part -> 'limits') named(code)
  where county = ${county} group by named.code order by named.code`

export const clearMeasure = async (db: Db, county: string): Promise<void> => {
  await db.run`delete from land.patch_limit where county = ${county}`
  await db.run`delete from land.limit_collision where county = ${county}`
  await db.run`delete from land.limit_measure where county = ${county}`
}
export const writeParts = (
  db: Db,
  county: string,
  rows: readonly { readonly id: number; readonly parts: readonly LimitPart[] }[],
) => db.run`
  insert into land.patch_limit (county, patch_id, parts)
  select ${county}, (row ->> 'id')::int8, row -> 'parts' from jsonb_array_elements(${json(rows)}::jsonb) row`
export const writeCollisions = (db: Db, county: string, rows: readonly Collision[]) => db.run`
  insert into land.limit_collision (county, limit_code, parcel_code, contract_code, area_m2, share, place)
  select ${county}, row ->> 'limit', row ->> 'parcelCode', row ->> 'contractCode', (row ->> 'areaM2')::float8, (row ->> 'share')::float8,
    box(point((row -> 'place' ->> 0)::float8, (row -> 'place' ->> 1)::float8), point((row -> 'place' ->> 2)::float8, (row -> 'place' ->> 3)::float8))
  from jsonb_array_elements(${json(rows)}::jsonb) row`
export const writeMeasured = (db: Db, county: string, { rev, rulesDay, patches, under, unplaced, measuredAt }: Measured) => db.run`
  insert into land.limit_measure (county, rev, rules_day, patches, under, unplaced, measured_at)
  values (${county}, ${rev}, ${rulesDay}, ${patches}, ${under}, ${unplaced}, ${measuredAt})`
