import type { AsOf } from '@dishu/kernel/records/records'
import { type Db, type Sql, sql } from '@dishu/server-kit/sql'
import type { Crop, Trial, TrialResult, Variety } from './crops.ts'

const standing = ({ day, rev }: AsOf): Sql =>
  rev === null
    ? sql`row.until is null and row.valid_from <= ${day}::date and row.valid_to > ${day}::date`
    : sql`row.since <= ${rev}::int4 and (row.until is null or row.until > ${rev}::int4) and row.valid_from <= ${day}::date and row.valid_to > ${day}::date`

/** Crops that an office states itself. */
export const readOwnCrops = (db: Db, county: string, asOf: AsOf) => db.all<Crop>`
  select row.crop_code as code, row.name_zh as zh, row.name_en as en, row.method, row.salt, row.sodicity, row.ph, row.potential, row.price, row.growing_cost as "growingCost", row.note
  from land.crop row where row.county = ${county} and ${standing(asOf)} order by row.crop_code`

export const readOwnVarieties = (db: Db, county: string, asOf: AsOf) => db.all<Variety>`
  select row.variety_code as code, row.crop_code as crop, row.name, row.approval, row.seed_source as "seedSource", row.seed_price as "seedPrice", row.seed_kg_per_mu as "seedKgPerMu",
    row.note, row.source, row.mark
  from land.variety row where row.county = ${county} and ${standing(asOf)} order by row.variety_code`

export const readTrials = (db: Db, county: string, asOf: AsOf) => db.all<Trial>`
  select row.trial_code as code, row.title, row.crop_code as crop, row.site, row.trial_year as year, row.design, row.replicates, row.blocks, row.plot_m2 as "plotM2", row.soil,
    row.registered_on as "registeredOn", row.question, row.source, row.mark
  from land.trial row where row.county = ${county} and ${standing(asOf)} order by row.trial_year, row.trial_code`

export const readTrialResults = (db: Db, county: string, asOf: AsOf) => db.all<TrialResult>`
  select row.trial_code as trial, row.block, row.plot, row.variety_code as variety, row.treatment, row.yield_kg_per_mu as "yieldKgPerMu", row.note
  from land.trial_result row where row.county = ${county} and ${standing(asOf)} order by row.trial_code, row.block, row.plot`
