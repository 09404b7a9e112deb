/**
 * Rows on their way out. A table is read in two steps: the numbers of its rows in their order by a cursor, and batch by batch what stands in them; so
 * neither a sort nor this program ever holds outlines of more than a batch. `stands` is the condition of one state of the register, for the table of
 * that alias (see `standing` of count.store.ts).
 */
import type { County } from '@dishu/kernel/records/records'
import { type Db, every, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import type { ExportRow, ExtraKey, What } from './exports.ts'

export type Stands = (alias: string) => Sql
type Box = readonly [number, number, number, number]

const TABLES: Readonly<Record<What, readonly [schema: string, table: string]>> = {
  areas: ['kernel', 'area'],
  patches: ['land', 'patch'],
  parcels: ['land', 'parcel'],
  contracts: ['land', 'contract'],
  soil: ['land', 'sample'],
}
const KEYS: Readonly<Record<Exclude<What, 'patches' | 'areas'>, readonly string[]>> = {
  parcels: ['parcel_code'],
  contracts: ['contract_code'],
  soil: ['sample_code', 'sampled_on', 'depth_from_cm'],
}
const COLUMNS: Readonly<Record<What, readonly string[]>> = {
  areas: ['code', 'parent', 'level', 'name', 'control_area', 'srid', 'outline', 'extra'],
  patches: [
    ...[
      'patch_key',
      'patch_number',
      'village',
      'village_name',
      'class',
      'class_name',
      'owner_kind',
      'owner_unit',
      'owner_name',
      'official_area',
    ],
    ...['deducted_class', 'deduction', 'deducted_area', 'class_area', 'computed_area', 'survey_year', 'srid', 'outline', 'extra'],
  ],
  parcels: [
    ...[
      'parcel_code',
      'name',
      'owner_kind',
      'category',
      'use_class',
      'fertility',
      'purpose',
      'basic_farmland',
      'official_area',
      'official_mu',
    ],
    ...['computed_area', 'srid', 'outline', 'sealed', 'extra'],
  ],
  contracts: [
    ...['contract_code', 'previous_code', 'issuer_code', 'contractor_code', 'mode', 'term_from', 'term_to', 'contract_area', 'contract_mu'],
    ...['parcel_count', 'rent_fen', 'signed_on', 'sealed', 'extra'],
  ],
  soil: [
    ...['sample_code', 'longitude', 'latitude', 'plot_code', 'depth_from_cm', 'depth_to_cm', 'sampled_on', 'season', 'ph', 'ph_ratio'],
    ...[
      'ec_ds_per_m',
      'ec_ratio',
      'ece_ds_per_m',
      'salt_g_per_kg',
      'cec_cmol_per_kg',
      'esp_percent',
      'ions',
      'texture',
      'lab',
      'method',
      'extra',
    ],
  ],
}
const FRAME = ['id', 'valid_from', 'valid_to']
const table = (what: What) => ident(...TABLES[what])

/** The query for the numbers of all rows of a table in the order of their codes, within an area as far as their codes and cells tell it. */
export function idsOf(what: Exclude<What, 'patches' | 'areas'>, county: County, within: string, stands: Stands): Sql {
  const conditions = [sql`line.county = ${county}`, stands('line')]
  if (within.length > 6) {
    const prefix = `${within}%`
    const cells = (column: string) => sql`
      select ${ident('cell', column)} from ${ident('land', 'cell')} cell
      where cell.county = ${county} and ${stands('cell')} and cell.village >= ${within} and cell.village < ${`${within}:`}`
    // a registry code begins with its village; what has another code lies where its cells lie. Samples are held against the outlines later.
    if (what === 'parcels')
      conditions.push(
        sql`case when line.parcel_code ~ '^\d{19}$' then line.parcel_code like ${prefix} else line.id in (${cells('parcel_id')}) end`,
      )
    if (what === 'contracts')
      conditions.push(
        sql`coalesce(line.issuer_code, line.contract_code) like ${prefix} or line.contract_code in (${cells('contract_code')})`,
      )
  }
  const order = joined([...KEYS[what], 'id'].map((column) => ident('line', column)))
  return sql`select line.id from ${table(what)} line where ${every(conditions)} order by ${order}`
}

const beginsWith = (columnName: string, within: string) =>
  within.length > 6 ? sql`${ident('line', columnName)} like ${`${within}%`}` : sql`true`

/** Parties of a role in the order of their codes. */
export const partiesOf = (county: County, role: 'issuer' | 'contractor', within: string, stands: Stands): Sql => sql`
  select line.party_code, line.party_kind, line.name, line.member_count, line.sealed, line.extra from ${ident('land', 'party')} line
  where line.county = ${county} and line.role = ${role} and ${stands('line')} and ${beginsWith('party_code', within)} order by line.party_code, line.id`

export const contractsOf = (county: County, within: string, stands: Stands): Sql => sql`
  select line.contract_code, line.previous_code, line.issuer_code, line.contractor_code, line.mode, line.term_from, line.term_to, line.contract_area,
    line.contract_mu, line.parcel_count, line.signed_on, line.sealed, line.extra from ${ident('land', 'contract')} line
  where line.county = ${county} and ${stands('line')} and ${beginsWith('contract_code', within)} order by line.contract_code, line.id`

/** Which parcels are under which contracts. */
export const linksOf = (county: County, within: string, stands: Stands): Sql => sql`
  select line.parcel_code, line.issuer_code, line.contractor_code, line.mode, line.contract_area, line.contract_code, line.contract_mu, line.extra
  from ${ident('land', 'contract_parcel')} line
  where line.county = ${county} and ${stands('line')} and ${beginsWith('parcel_code', within)} order by line.parcel_code, line.contract_code, line.id`

/** What stands in rows of these numbers. */
export const readRows = (db: Db, what: What, county: County, ids: readonly number[], stands: Stands) =>
  db.all<ExportRow & { readonly id: number; readonly srid: number | null; readonly outline: Uint8Array | null }>`
    select ${joined([...FRAME, ...COLUMNS[what]].map((column) => ident('line', column)))}
    from ${table(what)} line where line.county = ${county} and line.id = any(${ids}::int8[]) and ${stands('line')}`

/** Contracts on parcels: their codes, and the area they give. */
export const readContractsOf = (db: Db, county: County, parcelCodes: readonly string[], stands: Stands) =>
  db.all<{ parcel_code: string; contract_codes: string; contract_area: number | null }>`
    select link.parcel_code, string_agg(distinct link.contract_code, ';' order by link.contract_code) as contract_codes, sum(link.contract_area)::int8 as contract_area
    from ${ident('land', 'contract_parcel')} link
    where link.county = ${county} and link.parcel_code = any(${parcelCodes}::text[]) and ${stands('link')}
    group by link.parcel_code`

/** What is registered under contracts: how many parcels, how many of them on the map, their areas. */
export const readParcelsOf = (db: Db, county: County, contractCodes: readonly string[], stands: Stands) =>
  db.all<{ contract_code: string; linked: number; placed: number; linked_area: number | null; surveyed_area: number | null }>`
    with link as materialized (
      select link.contract_code, link.parcel_code, link.contract_area from ${ident('land', 'contract_parcel')} link
      where link.county = ${county} and link.contract_code = any(${contractCodes}::text[]) and ${stands('link')}),
    parcel as materialized (
      select parcel.parcel_code, parcel.official_area, parcel.outline is not null as placed from ${ident('land', 'parcel')} parcel
      where parcel.county = ${county} and parcel.parcel_code = any(array(select parcel_code from link)) and ${stands('parcel')})
    select link.contract_code, count(distinct link.parcel_code) as linked, count(distinct link.parcel_code) filter (where parcel.placed) as placed,
      sum(link.contract_area)::int8 as linked_area, sum(parcel.official_area)::int8 as surveyed_area
    from link left join parcel on parcel.parcel_code = link.parcel_code
    group by link.contract_code`

/** Names of parties by code and role: of a body its name, of a person the mask. */
export const readParties = (db: Db, county: County, codes: readonly string[], stands: Stands) =>
  db.all<{ party_code: string; role: string; name: string | null }>`
    select distinct on (party.party_code, party.role) party.party_code, party.role, coalesce(party.name, party.sealed -> 'name' ->> 'mask') as name
    from ${ident('land', 'party')} party
    where party.county = ${county} and party.party_code = any(${codes}::text[]) and ${stands('party')}
    order by party.party_code, party.role, party.id`

/** Patches of an area whose boxes hold samples; the outline decides. */
export const readGroundOfSamples = (db: Db, county: County, ids: readonly number[], within: string, stands: Stands) =>
  db.all<{ id: number; longitude: number; latitude: number; srid: number | null; outline: Uint8Array }>`
    select sample.id, sample.longitude, sample.latitude, patch.srid, patch.outline
    from ${ident('land', 'sample')} sample
    join ${ident('land', 'patch')} patch on patch.county = sample.county and patch.bbox && sample.place
    where sample.county = ${county} and sample.id = any(${ids}::int8[]) and ${stands('sample')} and ${stands('patch')}
      and patch.outline is not null and patch.village >= ${within} and patch.village < ${`${within}:`}`

/** Those of these samples that name a plot of an area: a patch in it, or a parcel whose code begins so. */
export const readSamplesByPlot = (db: Db, county: County, ids: readonly number[], within: string, stands: Stands) =>
  db.all<{ id: number }>`
    select sample.id from ${ident('land', 'sample')} sample
    where sample.county = ${county} and sample.id = any(${ids}::int8[]) and ${stands('sample')} and sample.place is null
      and ((sample.plot_code ~ '^\d{19}$' and sample.plot_code like ${`${within}%`}) or sample.plot_code in (
        select patch.patch_key from ${ident('land', 'patch')} patch
        where patch.county = ${county} and ${stands('patch')} and patch.village >= ${within} and patch.village < ${`${within}:`}))`

export const readAreaRows = (db: Db, county: County, stands: Stands) =>
  db.all<ExportRow & { readonly code: string; readonly srid: number | null; readonly outline: Uint8Array | null }>`
    select area.code, area.srid, area.outline, area.extra from ${table('areas')} area where area.county = ${county} and ${stands('area')}`

/** The names that the files had besides the register's own columns, and whether all their values that are not empty are numbers. */
export const readExtraKeys = (db: Db, what: What, county: County, stands: Stands) =>
  db.all<ExtraKey>`
    select pair.key, coalesce(bool_and(jsonb_typeof(pair.value) = 'number') filter (where jsonb_typeof(pair.value) <> 'null'), false) as numeric
    from ${table(what)} line, jsonb_each(line.extra) pair where line.county = ${county} and ${stands('line')} group by pair.key order by pair.key`

/** The coordinate systems that outlines of a table are in. */
export const readSystems = async (db: Db, what: 'areas' | 'patches' | 'parcels', county: County, stands: Stands) =>
  (
    await db.all<{ srid: number | null }>`
      select distinct line.srid from ${table(what)} line where line.county = ${county} and line.outline is not null and ${stands('line')}`
  ).map(({ srid }) => srid)

/** Systems that have no number of their own, by the number they are kept under. */
export const readForeignSystems = (db: Db) => db.all<{ srid: number; wkt: string }>`select srid, wkt from kernel.crs_now`

/** Prefix of a key, by its index where the database compares by code points; `starts_with` has the last word. */
const begins = (column: Sql, q: string) => sql`${column} >= ${q} and ${column} < ${`${q}\u{10ffff}`} and starts_with(${column}, ${q})`

export type FoundRow = { readonly id: number; readonly label: string; readonly detail: string | null; readonly bbox: Box | null }

export const findPatches = (db: Db, county: County, day: string, q: string, limit: number) => db.all<FoundRow>`
  select id, patch_key as label, concat_ws(' ', coalesce(village_name, village), patch_number, coalesce(class_name, class)) as detail, bbox
  from land.patch_now where county = ${county} and ${begins(sql`patch_key`, q)} and valid_from <= ${day} and valid_to > ${day}
  order by patch_key limit ${limit}`

export const findPatchesByNumber = (db: Db, county: County, day: string, q: string, limit: number) => db.all<FoundRow>`
  select id, patch_key as label, concat_ws(' ', coalesce(village_name, village), patch_number, coalesce(class_name, class)) as detail, bbox
  from land.patch_now where county = ${county} and patch_number = ${q} and valid_from <= ${day} and valid_to > ${day}
  limit ${limit}`

export const findParcels = (db: Db, county: County, day: string, q: string, limit: number) => db.all<FoundRow>`
  select id, parcel_code as label, name as detail, bbox
  from land.parcel_now where county = ${county} and ${begins(sql`parcel_code`, q)} and valid_from <= ${day} and valid_to > ${day}
  order by parcel_code limit ${limit}`

export const findParcelsByName = (db: Db, county: County, day: string, q: string, limit: number) => db.all<FoundRow>`
  select id, parcel_code as label, name as detail, bbox
  from land.parcel_now where county = ${county} and name = ${q} and valid_from <= ${day} and valid_to > ${day}
  limit ${limit}`

/** Contracts with the box of their parcels; the term, which says more than another number. */
export const findContracts = (db: Db, county: County, day: string, q: string, limit: number) => db.all<FoundRow>`
  select contract.id, contract.contract_code as label, nullif(concat_ws(' – ', contract.term_from, nullif(contract.term_to, 'infinity')), '') as detail,
    (select box(point(min((parcel.bbox[1])[0]), min((parcel.bbox[1])[1])), point(max((parcel.bbox[0])[0]), max((parcel.bbox[0])[1])))
      from land.contract_parcel_now link
      join land.parcel_now parcel on parcel.county = link.county and parcel.parcel_code = link.parcel_code and parcel.valid_from <= ${day} and parcel.valid_to > ${day}
      where link.county = contract.county and link.contract_code = contract.contract_code and link.valid_from <= ${day} and link.valid_to > ${day}
        and parcel.bbox is not null) as bbox
  from land.contract_now contract
  where contract.county = ${county} and ${begins(sql`contract.contract_code`, q)} and contract.valid_from <= ${day} and contract.valid_to > ${day}
  order by contract.contract_code limit ${limit}`

/** Areas are few: any part of the name finds them, the wider first. */
export const findAreas = (db: Db, county: County, day: string, q: string, limit: number) => db.all<{
  code: string
  name: string
  bbox: Box | null
}>`
  select code, name, bbox from kernel.area_now
  where county = ${county} and valid_from <= ${day} and valid_to > ${day} and (strpos(name, ${q}) > 0 or starts_with(code, ${q}))
  order by length(code), code limit ${limit}`
