import type { Day } from '@dishu/base/date'
import type { AsOf } from '@dishu/kernel/records/records'
import { type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import { lineFrom, outlineFrom } from './shapes.ts'
import { SHEETS } from './sheets.data.ts'
import type { SheetId } from './sheets.ts'
import type {
  Water,
  WaterClimate,
  WaterDistrict,
  WaterDrainage,
  WaterLimit,
  WaterNode,
  WaterPlanting,
  WaterQuota,
  WaterReach,
  WaterSeason,
  WaterSetting,
  WaterSource,
  WaterStorage,
  WaterVolume,
} from './things.ts'

const standingAt = ({ day, rev }: AsOf): Sql =>
  rev === null
    ? sql`thing.until is null and thing.valid_from <= ${day}::date and thing.valid_to > ${day}::date`
    : sql`thing.since <= ${rev}::int4 and (thing.until is null or thing.until > ${rev}::int4) and thing.valid_from <= ${day}::date and thing.valid_to > ${day}::date`

type Bytes<T, Shape extends keyof T> = Omit<T, Shape> & { readonly [S in Shape]: Uint8Array | null }

/** All of a county's water as it stood on a day, as known at a revision. */
export async function readWater(db: Db, county: string, asOf: AsOf): Promise<Water> {
  const standing = standingAt(asOf)
  const read = {
    nodes: await db.all<WaterNode>`
      select thing.node_id as "nodeId", thing.name, thing.node_kind as "nodeKind", thing.lon, thing.lat, thing.elevation_m as "elevationM", thing.mark, thing.origin_text as "origin"
      from land.water_node thing where thing.county = ${county} and ${standing} order by thing.node_id`,
    reaches: await db.all<Bytes<WaterReach, 'line'>>`
      select thing.reach_id as "reachId", thing.name, thing.reach_kind as "reachKind", thing.from_node as "fromNode", thing.to_node as "toNode", thing.lifted, thing.efficiency, thing.capacity_m3_s as "capacity", thing.line, thing.mark, thing.origin_text as "origin"
      from land.water_reach thing where thing.county = ${county} and ${standing} order by thing.reach_id`,
    sources: await db.all<WaterSource>`
      select thing.source_id as "sourceId", thing.name, thing.source_kind as "sourceKind", thing.node_id as "nodeId", thing.zone, thing.reliability, thing.mark, thing.origin_text as "origin"
      from land.water_source thing where thing.county = ${county} and ${standing} order by thing.source_id`,
    volumes: await db.all<WaterVolume>`
      select thing.source_id as "sourceId", thing.purpose, thing.year_type as "yearType", thing.volume_m3 as "volume", thing.mark, thing.origin_text as "origin"
      from land.water_volume thing where thing.county = ${county} and ${standing} order by thing.source_id, thing.purpose, thing.year_type`,
    districts: await db.all<Bytes<WaterDistrict, 'outline'>>`
      select thing.district_id as "districtId", thing.name, thing.node_id as "nodeId", thing.zone, thing.station, thing.field_efficiency as "fieldEfficiency", thing.area_m2 as "areaM2", thing.serves, thing.outline, thing.mark, thing.origin_text as "origin"
      from land.water_district thing where thing.county = ${county} and ${standing} order by thing.district_id`,
    plantings: await db.all<WaterPlanting>`
      select thing.district_id as "districtId", thing.crop, thing.method, thing.area_m2 as "areaM2", thing.mark, thing.origin_text as "origin"
      from land.water_planting thing where thing.county = ${county} and ${standing} order by thing.district_id, thing.crop, thing.method`,
    limits: await db.all<WaterLimit>`
      select thing.limit_id as "limitId", thing.limit_kind as "limitKind", thing.name, thing.zone, thing.node_id as "nodeId", thing.volume_m3 as "volume", thing.salt_t as "saltT", thing.mark, thing.origin_text as "origin"
      from land.water_limit thing where thing.county = ${county} and ${standing} order by thing.limit_id`,
    quotas: await db.all<WaterQuota>`
      select thing.crop, thing.zone, thing.year_type as "yearType", thing.method, thing.soil, thing.level, thing.basis, thing.m3_per_mu as "m3PerMu", thing.mark, thing.origin_text as "origin"
      from land.water_quota thing where thing.county = ${county} and ${standing} order by thing.crop, thing.zone, thing.year_type, thing.method, thing.soil, thing.level, thing.basis`,
    seasons: await db.all<WaterSeason>`
      select thing.crop, thing.crop_name as "cropName", thing.planting_day as "plantingDay", thing.ini_days as "iniDays", thing.dev_days as "devDays", thing.mid_days as "midDays", thing.late_days as "lateDays", thing.kc_ini as "kcIni", thing.kc_mid as "kcMid", thing.kc_end as "kcEnd", thing.height_m as "heightM", thing.flooded, thing.puddling_mm as "puddlingMm", thing.percolation_mm_per_day as "percolationMmPerDay", thing.mark, thing.origin_text as "origin"
      from land.water_season thing where thing.county = ${county} and ${standing} order by thing.crop`,
    climates: await db.all<WaterClimate>`
      select thing.station, thing.element, thing.year_type as "yearType", thing.lat, thing.altitude_m as "altitudeM", thing.months, thing.mark, thing.origin_text as "origin"
      from land.water_climate thing where thing.county = ${county} and ${standing} order by thing.station, thing.element, thing.year_type`,
    storages: await db.all<WaterStorage>`
      select thing.source_id as "sourceId", thing.storage_m3 as "storage", thing.loss_share as "lossShare", thing.mark, thing.origin_text as "origin"
      from land.water_storage thing where thing.county = ${county} and ${standing} order by thing.source_id`,
    drainages: await db.all<WaterDrainage>`
      select thing.district_id as "districtId", thing.node_id as "nodeId", thing.drained_share as "drainedShare", thing.salt_kg_per_m3 as "saltKgPerM3", thing.mark, thing.origin_text as "origin"
      from land.water_drainage thing where thing.county = ${county} and ${standing} order by thing.district_id`,
    settings: await db.all<WaterSetting>`
      select thing.name, thing.value, thing.amount, thing.mark, thing.origin_text as "origin"
      from land.water_setting thing where thing.county = ${county} and ${standing} order by thing.name`,
  }
  return {
    ...read,
    reaches: read.reaches.map((reach) => ({ ...reach, line: reach.line && lineFrom(reach.line) })),
    districts: read.districts.map((district) => ({ ...district, outline: district.outline && outlineFrom(district.outline) })),
  }
}

/** Whether a county has anything of water at all, now. */
export const hasWater = async (db: Db, county: string): Promise<boolean> =>
  (
    await db.one<{ there: boolean }>`
      select exists (select from land.water_node_now where county = ${county}) or exists (select from land.water_source_now where county = ${county})
        or exists (select from land.water_quota_now where county = ${county}) as there`
  ).there

export type StandingRow = { readonly id: number; readonly validFrom: Day; readonly validTo: Day; readonly key: readonly unknown[] }

/** The rows of a sheet that say something of a day or later, with the values of their keys: what a change of that day must close. */
export const readStandingRows = (db: Db, county: string, id: SheetId, from: Day) => {
  const sheet = SHEETS[id]
  const key = sheet.key.map((name) => ident(sheet.fields.find((field) => field.name === name)?.column ?? name))
  return db.all<StandingRow>`
    select id, valid_from as "validFrom", valid_to as "validTo", jsonb_build_array(${joined(key)}) as key
    from ${ident('land', `water_${id}`)} where county = ${county} and until is null and valid_to > ${from}::date order by id, valid_from`
}
