import type { AsOf } from '@dishu/kernel/records/records'
import { type Db, ident, type Sql, sql } from '@dishu/server-kit/sql'
import type { LabRow } from './lab-pairs.ts'
import type { SampleRow } from './samples.ts'

const standing = ({ day, rev }: AsOf, alias = 'sample'): Sql => {
  const at = (column: string) => ident(alias, column)
  const days = sql`${at('valid_from')} <= ${day}::date and ${at('valid_to')} > ${day}::date`
  return rev === null
    ? sql`${at('until')} is null and ${days}`
    : sql`${at('since')} <= ${rev}::int4 and (${at('until')} is null or ${at('until')} > ${rev}::int4) and ${days}`
}

/** The one record of sampling with the bag of a laboratory's row that has nothing but a bag; as land.sample_by_bag_now has it, of any state of the register. */
const record = (county: string, asOf: AsOf): Sql => sql`
  left join lateral (
    select min(record.longitude) as longitude, min(record.latitude) as latitude, min(record.plot_code) as plot_code, min(record.depth_from_cm) as depth_from_cm,
      min(record.depth_to_cm) as depth_to_cm, min(record.sampled_on) as sampled_on, min(record.season) as season
    from land.sample record
    where record.county = ${county} and record.extra ->> 'bag' = sample.extra ->> 'bag' and ${standing(asOf, 'record')} and record.extra ->> 'role' is null
      and (record.place is not null or record.plot_code is not null)
    having count(*) = 1) record
  on sample.place is null and sample.plot_code is null and sample.extra ->> 'bag' is not null and sample.extra ->> 'role' is null`

/** Samples of a state of the register, the newest first; never more than `limit`. */
export const readSampleRows = (db: Db, county: string, asOf: AsOf, limit: number) => db.all<SampleRow>`
  select sample.id, sample.sample_code as code, coalesce(sample.longitude, record.longitude) as longitude, coalesce(sample.latitude, record.latitude) as latitude,
    coalesce(sample.plot_code, record.plot_code) as "plotCode", coalesce(sample.depth_from_cm, record.depth_from_cm) as "depthFromCm",
    coalesce(sample.depth_to_cm, record.depth_to_cm) as "depthToCm", coalesce(sample.sampled_on, record.sampled_on) as "sampledOn", coalesce(sample.season, record.season) as season,
    sample.ph, sample.ph_ratio as "phRatio", sample.ec_ds_per_m as ec, sample.ec_ratio as "ecRatio",
    sample.ece_ds_per_m as ece, sample.salt_g_per_kg as salt, sample.esp_percent as esp, sample.ions, sample.extra -> 'censored' as censored, sample.lab, sample.method,
    sample.extra ->> 'role' as role, sample.extra ->> 'duplicateOf' as "duplicateOf", sample.extra ->> 'bag' as bag
  from land.sample sample ${record(county, asOf)}
  where sample.county = ${county} and ${standing(asOf)}
  order by "sampledOn" desc nulls last, sample.sample_code, "depthFromCm" limit ${limit}`

export const countSampleRows = async (db: Db, county: string, asOf: AsOf): Promise<number> =>
  (await db.one<{ count: number }>`select count(*) as count from land.sample sample where sample.county = ${county} and ${standing(asOf)}`)
    .count

/** What laboratories are held against each other by. */
export const readLabRows = (db: Db, county: string, asOf: AsOf) => db.all<LabRow>`
  select sample.sample_code, sample.longitude, sample.latitude, sample.depth_from_cm, sample.depth_to_cm, sample.sampled_on, sample.ph, sample.ph_ratio, sample.ec_ds_per_m, sample.ec_ratio,
    sample.ece_ds_per_m, sample.salt_g_per_kg, sample.cec_cmol_per_kg, sample.esp_percent, sample.lab, sample.extra
  from land.sample sample where sample.county = ${county} and ${standing(asOf)} and (sample.lab is not null or sample.extra ->> 'role' is not null)
  order by sample.id limit 100000`

export type SampleFinding = {
  readonly id: number
  readonly rule: string
  readonly severity: string
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>
}

/** What the last check says of samples. */
export const readSampleFindings = (db: Db, county: string) => db.all<SampleFinding>`
  select finding_id as id, rule, severity, subject_key as code, details from land.finding_now
  where county = ${county} and subject_kind = 'sample' order by finding_id limit 20000`
