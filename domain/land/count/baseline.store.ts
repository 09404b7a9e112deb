/** Rows of one state of the register, as they were known at a revision: what a baseline is counted anew from. Sums and cells are not read here. */
import type { Day } from '@dishu/base/date'
import { cursor, type Db, ident, type Sql, sql } from '@dishu/server-kit/sql'
import type { ContractRow, OutlineRow, ParcelRow, PatchRow, SampleRow } from './ground.ts'

/** A day, and a revision that is always stated: what was frozen does not move with the present. */
export type Frozen = { readonly day: Day; readonly rev: number }

const known = (alias: string, { rev }: Frozen): Sql =>
  sql`${ident(alias, 'since')} <= ${rev}::int4 and (${ident(alias, 'until')} is null or ${ident(alias, 'until')} > ${rev}::int4)`
const stands = (alias: string, state: Frozen): Sql =>
  sql`${known(alias, state)} and ${ident(alias, 'valid_from')} <= ${state.day}::date and ${ident(alias, 'valid_to')} > ${state.day}::date`
const from = (name: 'patch' | 'parcel' | 'contract' | 'contract_parcel' | 'sample' | 'map_grade', alias: string) =>
  sql`${ident('land', name)} ${ident(alias)}`

export type PatchState = Omit<PatchRow, 'validFrom' | 'validTo'> & { readonly mapgrade: string }

/** The patches of a state by id, so many at a time, each with its grade by the soil map of the state. */
export const patchStates = (db: Db, county: string, state: Frozen, atATime: number) =>
  cursor<PatchState>(
    db,
    sql`
      select patch.id, patch.patch_key as "patchKey", patch.village, patch.class, patch.owner_kind as "ownerKind", patch.official_area as "officialArea",
        patch.deducted_class as "deductedClass", patch.deducted_area as "deductedArea", coalesce(graded.grade, 'not-mapped') as mapgrade
      from ${from('patch', 'patch')}
      left join ${from('map_grade', 'graded')} on graded.county = patch.county and graded.patch_id = patch.id and ${stands('graded', state)}
      where patch.county = ${county} and ${stands('patch', state)} order by patch.id`,
    atATime,
  )

export const pairsAt = (db: Db, county: string, state: Frozen, ids: readonly number[]) =>
  db.all<{ patchId: number; parcelIds: readonly number[] }>`
    select patch.id as "patchId", array_agg(parcel.id order by parcel.id) as "parcelIds"
    from ${from('patch', 'patch')} join ${from('parcel', 'parcel')} on parcel.bbox && patch.bbox and parcel.county = patch.county and ${stands('parcel', state)}
    where patch.county = ${county} and patch.id = any(${ids}::int8[]) and ${stands('patch', state)} and patch.outline is not null and parcel.outline is not null
    group by patch.id order by patch.id`

export const parcelsAt = (db: Db, county: string, state: Frozen, ids: readonly number[]) =>
  db.all<ParcelRow>`
    select id, valid_from as "validFrom", valid_to as "validTo", parcel_code as "parcelCode", srid, outline
    from ${from('parcel', 'parcel')} where county = ${county} and id = any(${ids}::int8[]) and outline is not null and ${stands('parcel', state)}
    order by parcel_code, id`

export const contractsAt = (db: Db, county: string, state: Frozen, parcelCodes: readonly string[]) =>
  db.all<ContractRow>`
    select link.parcel_code as "parcelCode", link.contract_code as code, link.share_part as "sharePart", link.share_whole as "shareWhole", link.valid_from as "validFrom", link.valid_to as "validTo",
      contract.term_from as "from", contract.term_to as "to", contract.valid_from as "contractFrom", contract.valid_to as "contractTo"
    from ${from('contract_parcel', 'link')}
    left join ${from('contract', 'contract')} on contract.county = link.county and contract.contract_code = link.contract_code and ${stands('contract', state)}
    where link.county = ${county} and link.parcel_code = any(${parcelCodes}::text[]) and ${stands('link', state)}
    order by link.parcel_code, link.contract_code, link.valid_from, contract.valid_from`

export const outlinesAt = (db: Db, county: string, state: Frozen, ids: readonly number[]) =>
  db.all<OutlineRow>`
    select id, ${state.day}::date as "validFrom", srid, outline from ${from('patch', 'patch')}
    where county = ${county} and id = any(${ids}::int8[]) and outline is not null and ${stands('patch', state)} order by id`

/**
 * The samples of a state. A laboratory's row of a bag lies where the bag was filled: the record of sampling with that bag, unless two claim it
 * (as land.sample_by_bag_now has it, for what was known at the revision).
 */
const samplesAt = (county: string, state: Frozen): Sql => {
  const plain = sql`
    select sample.id, sample.valid_from, sample.valid_to, sample.sample_code, sample.plot_code, sample.longitude, sample.latitude, sample.place, sample.depth_from_cm, sample.depth_to_cm,
      sample.sampled_on, sample.season, sample.ph, sample.ph_ratio, sample.ec_ds_per_m, sample.ec_ratio, sample.ece_ds_per_m, sample.salt_g_per_kg, sample.esp_percent, sample.ions, sample.extra, false as by_bag
    from ${from('sample', 'sample')} where sample.county = ${county} and ${stands('sample', state)}`
  const lies = (alias: string) =>
    sql`(${ident(alias, 'place')} is not null or ${ident(alias, 'plot_code')} is not null) and ${ident(alias, 'extra')} ->> 'role' is null`
  const byBag = sql`
    select lab.id, case when lab.sampled_on is null then record.valid_from else lab.valid_from end, lab.valid_to, lab.sample_code, record.plot_code, record.longitude, record.latitude, record.place,
      coalesce(lab.depth_from_cm, record.depth_from_cm), coalesce(lab.depth_to_cm, record.depth_to_cm), coalesce(lab.sampled_on, record.sampled_on), coalesce(lab.season, record.season),
      lab.ph, lab.ph_ratio, lab.ec_ds_per_m, lab.ec_ratio, lab.ece_ds_per_m, lab.salt_g_per_kg, lab.esp_percent, lab.ions, lab.extra, true
    from ${from('sample', 'lab')} join ${from('sample', 'record')} on record.county = lab.county and record.extra ->> 'bag' = lab.extra ->> 'bag' and ${known('record', state)} and ${lies('record')}
    where lab.county = ${county} and ${known('lab', state)} and lab.place is null and lab.plot_code is null and lab.extra ->> 'bag' is not null and lab.extra ->> 'role' is null
      and lab.valid_to > ${state.day}::date and case when lab.sampled_on is null then record.valid_from else lab.valid_from end <= ${state.day}::date
      and not exists (select from ${from('sample', 'other')} where other.county = lab.county and other.extra ->> 'bag' = lab.extra ->> 'bag' and ${known('other', state)} and ${lies('other')} and other.id <> record.id)`
  return sql`(${plain} union all ${byBag})`
}

const SAMPLE = sql`
  sample.id, sample.valid_from as "validFrom", sample.valid_to as "validTo", sample.sample_code as code, sample.plot_code as "plotCode", sample.longitude, sample.latitude,
  sample.depth_from_cm as "depthFromCm", sample.depth_to_cm as "depthToCm", sample.sampled_on as "sampledOn", sample.season, sample.ph, sample.ph_ratio as "phRatio",
  sample.ec_ds_per_m as ec, sample.ec_ratio as "ecRatio", sample.ece_ds_per_m as ece, sample.salt_g_per_kg as salt, sample.esp_percent as esp, sample.ions, sample.extra -> 'censored' as censored`

/** Samples whose place meets a patch's box, and samples without a place that name the patch by its key. */
export const samplesOnPatches = (db: Db, county: string, state: Frozen, ids: readonly number[]) =>
  db.all<SampleRow & { patchId: number; placed: boolean }>`
    select patch.id as "patchId", sample.place is not null as placed, ${SAMPLE}
    from ${from('patch', 'patch')} join ${samplesAt(county, state)} sample
      on sample.place && patch.bbox and patch.outline is not null or sample.place is null and sample.plot_code = patch.patch_key
    where patch.county = ${county} and patch.id = any(${ids}::int8[]) and ${stands('patch', state)} order by sample.id, patch.id`

export const samplesOfParcels = (db: Db, county: string, state: Frozen, parcelCodes: readonly string[]) =>
  db.all<SampleRow>`
    select ${SAMPLE} from ${samplesAt(county, state)} sample where sample.place is null and sample.plot_code = any(${parcelCodes}::text[]) order by sample.id`

export const thereAt = (db: Db, county: string, { rev }: Frozen) =>
  db.one<{ parcels: boolean; samples: boolean }>`
    select exists (select from ${from('parcel', 'parcel')} where county = ${county} and since <= ${rev} and outline is not null) as parcels,
      exists (select from ${from('sample', 'sample')} where county = ${county} and since <= ${rev}) as samples`

/** Everything a count may stand on, by kind: the number of rows of the state and one digest over theirs. */
export const DIGESTED = [
  'area',
  'patch',
  'parcel',
  'contract',
  'contract_parcel',
  'sample',
  'grading',
  'grading_scheme',
  'soil_map',
  'map_grade',
] as const
export const digestRows = async (db: Db, county: string, state: Frozen): Promise<{ kind: string; rows: number; digest: string }[]> => {
  const out = []
  for (const kind of DIGESTED) {
    const found = await db.one<{ rows: number; digest: string }>`
      select count(*) as rows, encode(sha256(coalesce(string_agg(int8send(each.id) || each.digest, ''::bytea order by each.id, each.valid_from), ''::bytea)), 'hex') as digest
      from ${ident(kind === 'area' ? 'kernel' : 'land', kind)} each where each.county = ${county} and ${stands('each', state)}`
    out.push({ kind, ...found })
  }
  return out
}

/** Seeds of what was drawn at random and stands: soil maps and sampling designs. */
export const readSeeds = (db: Db, county: string, state: Frozen) => db.all<{ of: string; key: string; seed: number | null }>`
  select 'soil-map' as of, map.map_key as key, (map.request ->> 'seed')::float8 as seed from ${ident('land', 'soil_map')} map where map.county = ${county} and ${stands('map', state)}
  union all
  select 'sampling-design', design.design_key, (design.request ->> 'seed')::float8 from ${ident('land', 'sampling_design')} design where design.county = ${county} and ${stands('design', state)}
  order by 1, 2`

export type BaselineRow = {
  readonly key: string
  readonly title: string
  readonly day: Day
  readonly known: number
  readonly since: number
  readonly area: number
  readonly patches: number
}
export const readBaselines = (db: Db, county: string) => db.all<BaselineRow>`
  select baseline_key as key, title, day, known, since, area, patches from land.baseline_now where county = ${county} order by since, id`

export const readBaseline = (db: Db, county: string, key: string) =>
  db.maybe<BaselineRow & { document: string; publicKey: string; signature: string }>`
    select baseline_key as key, title, day, known, since, area, patches, document, public_key as "publicKey", signature
    from land.baseline_now where county = ${county} and baseline_key = ${key}`

/** The next free key. Keys are never used twice, not even after an undo. */
export const nextBaselineKey = async (db: Db, county: string): Promise<string> =>
  `B${(await db.one<{ n: number }>`select coalesce(max(substr(baseline_key, 2)::int4), 0) + 1 as n from land.baseline where county = ${county}`).n}`
