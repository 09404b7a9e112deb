/** Everything the register holds about one patch, in one state of it; and every state it ever had. */
import type { Day } from '@dishu/base/date'
import type { AsOf } from '@dishu/kernel/records/records'
import { type Db, ident, type Sql, sql } from '@dishu/server-kit/sql'
import type { Sample } from '../soil/soil.ts'

/** See `standing` of count.store.ts: two stores do not share code. */
function standing(alias: string, { day, rev }: AsOf): Sql {
  const at = (column: string) => ident(alias, column)
  const valid = sql`${at('valid_from')} <= ${day}::date and ${at('valid_to')} > ${day}::date`
  return rev === null
    ? sql`${at('until')} is null and ${valid}`
    : sql`${at('since')} <= ${rev}::int4 and (${at('until')} is null or ${at('until')} > ${rev}::int4) and ${valid}`
}
const from = (name: 'patch' | 'parcel' | 'contract' | 'contract_parcel' | 'party' | 'sample' | 'transfer', alias: string) =>
  sql`${ident('land', name)} ${ident(alias)}`

/** The words of a patch as columns of the register; what a dossier shows and compares. */
const WORDS = sql`
  patch.patch_key, patch.patch_number, patch.village, patch.village_name, patch.class, patch.class_name, patch.owner_kind, patch.owner_unit, patch.owner_name,
  patch.official_area, patch.deducted_class, patch.deduction, patch.deducted_area, patch.class_area, patch.computed_area, patch.survey_year, patch.extra`

export type PatchWords = {
  readonly patch_key: string
  readonly owner_kind: string | null
  readonly owner_unit: string | null
  readonly owner_name: string | null
  readonly official_area: number
  readonly computed_area: number | null
  readonly extra: Readonly<Record<string, unknown>>
} & Readonly<Record<string, unknown>>

export const readPatchWords = (db: Db, county: string, id: number, asOf: AsOf) =>
  db.maybe<
    PatchWords & {
      readonly validFrom: Day
      readonly validTo: Day
      readonly srid: number | null
      readonly outline: Uint8Array | null
      readonly bbox: readonly [number, number, number, number] | null
    }
  >`
    select ${WORDS}, patch.valid_from as "validFrom", patch.valid_to as "validTo", patch.srid, patch.outline, patch.bbox
    from ${from('patch', 'patch')} where patch.county = ${county} and patch.id = ${id} and ${standing('patch', asOf)}`

export const readCellsOfPatch = (db: Db, county: string, id: number, asOf: AsOf) =>
  db.all<{
    parcelId: number | null
    parcelCode: string | null
    contract: string
    contractCode: string | null
    class: string
    part: number
    area: number
    validFrom: Day
    validTo: Day
  }>`
    select cell.parcel_id as "parcelId", parcel.parcel_code as "parcelCode", cell.contract, cell.contract_code as "contractCode", cell.class, cell.part, cell.area,
      cell.valid_from as "validFrom", cell.valid_to as "validTo"
    from (
      select cell.id, cell.parcel_id, cell.contract, cell.contract_code, cell.class, cell.part, cell.lead, cell.area, cell.valid_from, cell.valid_to
      from land.cell cell where cell.county = ${county} and cell.patch_id = ${id} and ${standing('cell', asOf)}
      union all
      select null, null, alone.contract, null, alone.class, alone.part, alone.lead, alone.area, alone.valid_from, alone.valid_to
      from land.patch_alone alone where alone.county = ${county} and alone.patch_id = ${id} and ${standing('alone', asOf)}
        and not exists (select from land.cell cell where cell.county = ${county} and cell.patch_id = ${id} and ${standing('cell', asOf)})) cell
    left join ${from('parcel', 'parcel')} on parcel.county = ${county} and parcel.id = cell.parcel_id and ${standing('parcel', asOf)}
    order by cell.lead desc, cell.area desc, cell.id`

export type ContractOfParcel = {
  readonly parcelCode: string
  readonly code: string
  readonly contractorCode: string | null
  readonly contractor: string | null
  readonly personId: number | null // the party's row, where its name is covered
  readonly mode: string | null
  readonly from: Day | null
  readonly to: Day | null
  readonly area: number | null
  readonly sharePart: number
  readonly shareWhole: number
  readonly signedOn: Day | null
  readonly parcels: readonly string[]
}

/** Not `coalesce`: the planner takes that for a function that may tell of rows, and reads every party before the policy has passed them. */
const CONTRACTOR = sql`case when contract.contractor_code is null then link.contractor_code else contract.contractor_code end`

/** Contracts on parcels; a person is named by the mask of what is sealed. */
export const readContractsOn = (db: Db, county: string, parcelCodes: readonly string[], asOf: AsOf) =>
  db.all<ContractOfParcel>`
    select link.parcel_code as "parcelCode", link.contract_code as code, coalesce(contract.contractor_code, link.contractor_code) as "contractorCode",
      coalesce(party.name, party.sealed -> 'name' ->> 'mask') as contractor, case when party.name is null and party.sealed -> 'name' is not null then party.id end as "personId", coalesce(contract.mode, link.mode) as mode, contract.term_from as "from", contract.term_to as "to",
      link.contract_area as area, link.share_part as "sharePart", link.share_whole as "shareWhole", contract.signed_on as "signedOn",
      (select coalesce(array_agg(other.parcel_code order by other.parcel_code), '{}') from ${from('contract_parcel', 'other')}
        where other.county = link.county and other.contract_code = link.contract_code and ${standing('other', asOf)}) as parcels
    from ${from('contract_parcel', 'link')}
    left join ${from('contract', 'contract')} on contract.county = link.county and contract.contract_code = link.contract_code and ${standing('contract', asOf)}
    left join ${from('party', 'party')} on party.county = link.county and party.party_code = ${CONTRACTOR} and ${standing('party', asOf)}
    where link.county = ${county} and link.parcel_code = any(${parcelCodes}::text[]) and ${standing('link', asOf)}
    order by link.contract_code, link.parcel_code`

export const readTransfersOf = (db: Db, county: string, contractCodes: readonly string[], asOf: AsOf) =>
  db.all<{ code: string; party: string | null; partyCode: string | null; mode: string | null; from: Day | null; to: Day | null }>`
    select transfer.transfer_code as code, coalesce(party.name, party.sealed -> 'name' ->> 'mask') as party, transfer.to_code as "partyCode", transfer.mode,
      transfer.term_from as "from", transfer.term_to as "to"
    from ${from('transfer', 'transfer')}
    left join ${from('party', 'party')} on party.county = transfer.county and party.party_code = transfer.to_code and ${standing('party', asOf)}
    where transfer.county = ${county} and transfer.contract_code = any(${contractCodes}::text[]) and ${standing('transfer', asOf)}
    order by transfer.transfer_code`

export type DossierSample = Sample & {
  readonly plotCode: string | null
  readonly longitude: number | null
  readonly latitude: number | null
  readonly lab: string | null
  readonly method: string | null
  readonly cec: number | null
  readonly extra: Readonly<Record<string, unknown>>
}

/** Samples that may be the patch's: in its box, or naming it or one of its parcels. */
export const readSamplesNear = (db: Db, county: string, id: number, plotCodes: readonly string[], asOf: AsOf) =>
  db.all<DossierSample>`
    select sample.sample_code as code, sample.plot_code as "plotCode", sample.longitude, sample.latitude, sample.depth_from_cm as "depthFromCm", sample.depth_to_cm as "depthToCm",
      sample.sampled_on as "sampledOn", sample.season, sample.ph, sample.ph_ratio as "phRatio", sample.ec_ds_per_m as ec, sample.ec_ratio as "ecRatio", sample.ece_ds_per_m as ece,
      sample.salt_g_per_kg as salt, sample.esp_percent as esp, sample.ions,
      sample.extra -> 'censored' as censored, sample.lab, sample.method, sample.cec_cmol_per_kg as cec, sample.extra
    from ${from('sample', 'sample')}
    where sample.county = ${county} and ${standing('sample', asOf)}
      and ((sample.place is null and sample.plot_code = any(${plotCodes}::text[]))
        or sample.place && (select patch.bbox from ${from('patch', 'patch')} where patch.county = ${county} and patch.id = ${id} and ${standing('patch', asOf)}))
    order by sample.sampled_on desc nulls last, sample.sample_code, sample.depth_from_cm`

/** Findings about the patch, about the contract parcels on it, their contracts, and the samples in it. */
export const readFindingsOf = (
  db: Db,
  county: string,
  id: number,
  parcelCodes: readonly string[],
  contractCodes: readonly string[],
  sampleCodes: readonly string[],
) =>
  db.all<{
    id: number
    rule: string
    severity: string
    sample: string | null
    details: Readonly<Record<string, unknown>>
    accepted: string | null
  }>`
    select finding.finding_id as id, finding.rule, finding.severity, case when finding.subject_kind = 'sample' then finding.subject_key end as sample, finding.details, exception.reason as accepted
    from land.finding_now finding
    left join land.exception_now exception on exception.county = finding.county and exception.rule = finding.rule and exception.subject_kind = finding.subject_kind
      and exception.subject_key = finding.subject_key
    where finding.county = ${county} and (finding.subject_kind = 'patch' and finding.subject_id = ${id}
      or finding.subject_kind = 'parcel' and finding.subject_key = any(${parcelCodes}::text[])
      or finding.subject_kind = 'contract' and finding.subject_key = any(${contractCodes}::text[])
      or finding.subject_kind = 'sample' and finding.subject_key = any(${sampleCodes}::text[]))
    order by finding.subject_kind = 'patch' desc, finding.finding_id`

export type Happening = {
  readonly rev: number
  readonly recordedAt: Date
  readonly actor: string
  readonly reason: string
  readonly cause: string
  readonly what: string
  readonly sources: string // of the revision whose file the row came from
  readonly sourceFile: number | null
  readonly sourceRow: number | null
  readonly made: PatchWords | null // what the revision says of the patch, its latest days; null where it ended it
  readonly ended: PatchWords | null // what it closed
}

/** Every revision up to `rev` that made or closed a version of the patch, newest first. */
export const readHistory = (db: Db, county: string, id: number, rev: number | null) =>
  db.all<Happening>`
    with version as (
      select patch.since, patch.until, patch.origin, patch.source_file, patch.source_row, patch.valid_from, patch.valid_to, to_jsonb(words) as words
      from ${from('patch', 'patch')}, lateral (select ${WORDS}, patch.valid_from, patch.valid_to) words
      where patch.county = ${county} and patch.id = ${id}),
    happening as (select since as rev from version union select until from version where until is not null)
    select revision.rev, revision.recorded_at as "recordedAt", revision.actor, revision.reason, revision.cause, revision.what,
      coalesce(origin.sources, revision.sources) as sources, made.source_file as "sourceFile", made.source_row as "sourceRow", made.words as made, ended.words as ended
    from happening
    join kernel.revision_now revision on revision.county = ${county} and revision.rev = happening.rev
    left join lateral (select * from version where since = happening.rev order by valid_from desc limit 1) made on true
    left join lateral (select * from version where until = happening.rev order by valid_from desc limit 1) ended on true
    left join kernel.revision_now origin on origin.county = ${county} and origin.rev = made.origin
    where ${rev}::int4 is null or revision.rev <= ${rev}::int4
    order by revision.rev desc`
