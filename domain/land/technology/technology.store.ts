import type { Day } from '@dishu/base/date'
import type { AsOf, Kind } from '@dishu/kernel/records/records'
import { type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import type { CostLine, Practice, Technology } from './measures.ts'

const standing = ({ day, rev }: AsOf): Sql =>
  rev === null
    ? sql`row.until is null and row.valid_from <= ${day}::date and row.valid_to > ${day}::date`
    : sql`row.since <= ${rev}::int4 and (row.until is null or row.until > ${rev}::int4) and row.valid_from <= ${day}::date and row.valid_to > ${day}::date`

/** Technologies that an office states itself. */
export const readOwnTechnologies = (db: Db, county: string, asOf: AsOf) => db.all<Technology>`
  select row.technology_code as code, row.name_zh as zh, row.name_en as en, row.family, row.conditions, row.dose, row.contaminants, row.effects, row.water, row.note, row.source, row.mark
  from land.technology row where row.county = ${county} and ${standing(asOf)} order by row.technology_code`

export const readCosts = (db: Db, county: string, asOf: AsOf) => db.all<CostLine>`
  select row.technology_code as technology, row.line, row.scope, row.unit, row.fen, row.price_year as year, row.source, row.mark
  from land.technology_cost row where row.county = ${county} and ${standing(asOf)} order by row.technology_code, row.line, row.price_year`

export const readOwnPractices = (db: Db, county: string, asOf: AsOf) => db.all<Practice>`
  select row.practice_code as code, row.name_zh as zh, row.name_en as en, row.steps, row.crops, row.conditions, row.acts, row.note, row.source, row.mark
  from land.practice row where row.county = ${county} and ${standing(asOf)} order by row.practice_code`

export type EconomicsRow = {
  readonly name: string
  readonly value: number | null
  readonly word: string | null
  readonly year: number | null
  readonly source: string
  readonly mark: Technology['mark']
}
export const readEconomics = (db: Db, county: string, asOf: AsOf) => db.all<EconomicsRow>`
  select row.name, row.value, row.word, row.price_year as year, row.source, row.mark
  from land.economics row where row.county = ${county} and ${standing(asOf)} order by row.name`

export type PresentRow = {
  readonly id: number
  readonly validFrom: Day
  readonly digest: Uint8Array
  readonly key: readonly (string | number | null)[]
}
/** Rows of a kind that say something of a day or later, with the values of their keys: what a change of that day must close. */
export const readPresentRows = (db: Db, county: string, kind: Kind, day: Day) => db.all<PresentRow>`
  select row.id, row.valid_from as "validFrom", row.digest, jsonb_build_array(${joined(kind.key.map((column) => ident('row', column)))}) as key
  from ${ident(...(kind.table.split('.') as [string, ...string[]]))} row
  where row.county = ${county} and row.until is null and row.valid_to > ${day}::date order by row.id, row.valid_from`

type Box = readonly [number, number, number, number]
export type PatchRow = {
  readonly id: number
  readonly key: string
  readonly landClass: string
  readonly village: string
  readonly area: number // whole hundredths of m²
  readonly srid: number | null
  readonly outline: Uint8Array | null
  readonly bbox: Box | null
}
export const readPatches = (db: Db, county: string, ids: readonly number[], day: Day) => db.all<PatchRow>`
  select id, patch_key as key, class as "landClass", village, official_area as area, srid, outline, bbox from land.patch_now
  where county = ${county} and id = any(${[...ids]}) and valid_from <= ${day}::date and valid_to > ${day}::date order by id`

/** Patches by their key; several where a survey has it twice. */
export const readPatchIds = async (db: Db, county: string, key: string): Promise<number[]> =>
  (await db.all<{ id: number }>`select distinct id from land.patch_now where county = ${county} and patch_key = ${key} order by id`).map(
    ({ id }) => id,
  )

export type SampleRow = {
  readonly code: string
  readonly longitude: number | null
  readonly latitude: number | null
  readonly plotCode: string | null
  readonly depthFromCm: number | null
  readonly depthToCm: number | null
  readonly sampledOn: Day | null
  readonly season: string | null
  readonly ph: number | null
  readonly phRatio: string | null
  readonly ec: number | null
  readonly ecRatio: string | null
  readonly ece: number | null
  readonly salt: number | null
  readonly esp: number | null
  readonly cec: number | null
  readonly ions: Readonly<Record<string, number>> | null
  readonly extra: Readonly<Record<string, unknown>>
}
/** Samples that may speak for patches: in a box, or naming one of the patches. */
export const readSamplesOf = (db: Db, county: string, box: Box, keys: readonly string[], day: Day) => db.all<SampleRow>`
  select sample_code as code, longitude, latitude, plot_code as "plotCode", depth_from_cm as "depthFromCm", depth_to_cm as "depthToCm", sampled_on as "sampledOn", season, ph, ph_ratio as "phRatio",
    ec_ds_per_m as ec, ec_ratio as "ecRatio", ece_ds_per_m as ece, salt_g_per_kg as salt, esp_percent as esp, cec_cmol_per_kg as cec, ions, extra
  from land.sample_now
  where county = ${county} and valid_from <= ${day}::date and valid_to > ${day}::date
    and (place && box(point(${box[0]}, ${box[1]}), point(${box[2]}, ${box[3]})) or plot_code = any(${[...keys]}))
  order by sample_code, depth_from_cm, sampled_on`
