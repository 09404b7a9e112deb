import type { Day } from '@dishu/base/date'
import { copyIn, cursor, type Db, every, type Sql, sql } from '@dishu/server-kit/sql'
import { encodeRows } from '@dishu/server-kit/sql-copy'

export type Box = readonly [number, number, number, number]

/** A finding on its way into the table. */
export type FindingRow = {
  readonly rule: string
  readonly severity: string
  readonly subjectKind: string
  readonly subjectId: number | null
  readonly subjectKey: string
  readonly village: string | null
  readonly place: Box | null
  readonly area: number | null
  readonly details: unknown
  /** Of findings of geometry: all rows that it speaks of, and the ground in question (WKB in degrees). */
  readonly subjectIds?: readonly number[]
  readonly outline?: Uint8Array | null
}

/** Puts the findings of a check in place of those of the one before; those of geometry of the kept layers stand. Gives the number of all. */
export async function replaceFindings(
  db: Db,
  county: string,
  rev: number,
  findings: Iterable<FindingRow>,
  kept: readonly string[] = [],
): Promise<number> {
  await db.run`delete from land.finding where county = ${county} and not (rule like 'geometry/%' and subject_kind = any(${kept}::text[]))`
  const { stand, last } = await db.one<{ stand: number; last: number }>`
    select count(*) as stand, coalesce(max(finding_id), 0)::int8 as last from land.finding where county = ${county}`
  if (stand > 0) await db.run`update land.finding set checked_rev = ${rev} where county = ${county}`
  let id = last
  const rows = function* () {
    for (const each of findings)
      yield [
        county,
        ++id,
        each.rule,
        each.severity,
        each.subjectKind,
        each.subjectId,
        each.subjectKey,
        each.village,
        each.place,
        each.area,
        each.details,
        rev,
        each.subjectIds ?? null,
        each.outline ?? null,
      ]
  }
  const made = await copyIn(
    db,
    'copy land.finding (county, finding_id, rule, severity, subject_kind, subject_id, subject_key, village, place, area, details, checked_rev, subject_ids, outline) from stdin (format binary)',
    encodeRows(['text', 'int8', 'text', 'text', 'text', 'int8', 'text', 'text', 'box', 'int8', 'jsonb', 'int4', 'int8[]', 'bytea'], rows()),
  )
  return stand + made
}

/** Present rows of a kind on a day, in batches; the columns are those its checks ask for. Of the patches that `known.rev` made only those with `known.keys`. */
export const patchesToCheck = (
  db: Db,
  county: string,
  day: Day,
  known: { readonly rev: number; readonly keys: readonly string[] } | null,
) =>
  cursor<Record<string, unknown>>(
    db,
    sql`
    select id, county, patch_key, patch_number, village, class, owner_kind, owner_unit, owner_name, class_name, official_area, deducted_class, deduction, deducted_area, class_area, computed_area, extra, bbox
    from land.patch_now where county = ${county} and valid_from <= ${day} and valid_to > ${day}
      ${known ? sql`and (since <> ${known.rev} or origin <> ${known.rev} or patch_key = any(${known.keys}::text[]))` : sql``}`,
    2000,
  )

export const parcelsToCheck = (db: Db, county: string, day: Day) =>
  cursor<Record<string, unknown>>(
    db,
    sql`
    select id, county, parcel_code, owner_kind, category, use_class, fertility, purpose, basic_farmland, official_area, official_mu, computed_area, bbox
    from land.parcel_now where county = ${county} and valid_from <= ${day} and valid_to > ${day}`,
    2000,
  )

export const contractsToCheck = (db: Db, county: string, day: Day) =>
  cursor<Record<string, unknown>>(
    db,
    sql`
    select id, county, contract_code, issuer_code, contractor_code, mode, term_from, term_to, contract_area, contract_mu, parcel_count
    from land.contract_now where county = ${county} and valid_from <= ${day} and valid_to > ${day}`,
    2000,
  )

export const samplesToCheck = (db: Db, county: string, day: Day) => db.all<Record<string, unknown>>`
  select id, county, sample_code, longitude, latitude, plot_code, depth_from_cm, depth_to_cm, sampled_on, ph, ph_ratio, ec_ds_per_m, ec_ratio, ece_ds_per_m,
    salt_g_per_kg, cec_cmol_per_kg, esp_percent, ions, lab, extra, place as bbox
  from land.sample_now where county = ${county} and valid_from <= ${day} and valid_to > ${day} order by id`

/** Rows whose key was given to more than one row of a file (the second has ~2 behind it), with the rows they repeat. */
export const repeatedKeys = (db: Db, county: string, table: 'patch' | 'parcel' | 'contract' | 'sample') => {
  const [view, key] = (
    {
      patch: [sql`land.patch_now`, sql`patch_key`],
      parcel: [sql`land.parcel_now`, sql`parcel_code`],
      contract: [sql`land.contract_now`, sql`contract_code`],
      sample: [sql`land.sample_now`, sql`sample_code`],
    } as const
  )[table]
  return db.all<{ id: number; key: string; plain: string }>`
    with second as (
      select id, ${key} as key, regexp_replace(${key}, '~\d+$', '') as plain from ${view}
      where county = ${county} and strpos(${key}, '~') > 0 and ${key} ~ '~\d+$')
    select id, ${key} as key, ${key} as plain from ${view} where county = ${county} and ${key} in (select plain from second)
    union all select id, key, plain from second
    order by plain, id`
}

export const repeatedNumbers = (db: Db, county: string, day: Day) => db.all<{
  id: number
  patchKey: string
  village: string
  patchNumber: string
}>`
  select id, patch_key as "patchKey", village, patch_number as "patchNumber" from land.patch_now
  where county = ${county} and valid_from <= ${day} and valid_to > ${day} and (village, patch_number) in (
    select village, patch_number from land.patch_now
    where county = ${county} and patch_number is not null and valid_from <= ${day} and valid_to > ${day} group by village, patch_number having count(*) > 1)
  order by village, patch_number, id`

export const parcelContracts = (db: Db, county: string, day: Day) => db.all<{
  parcelCode: string
  contractCode: string
  termFrom: Day | null
  termTo: Day | null
  sharePart: number
  shareWhole: number
  contractArea: number | null
  contractMu: number | null
  registered: boolean
}>`
  select link.parcel_code as "parcelCode", link.contract_code as "contractCode", contract.term_from as "termFrom", contract.term_to as "termTo",
    link.share_part as "sharePart", link.share_whole as "shareWhole", link.contract_area as "contractArea", link.contract_mu as "contractMu", contract.id is not null as registered
  from land.contract_parcel_now link
  left join land.contract_now contract on contract.county = link.county and contract.contract_code = link.contract_code and contract.valid_from <= ${day} and contract.valid_to > ${day}
  where link.county = ${county} and link.valid_from <= ${day} and link.valid_to > ${day} order by link.parcel_code, link.contract_code`

/** Parties with the number of members they state, and how many their list has (null: no list). */
export const partiesToCheck = (db: Db, county: string) => db.all<{
  code: string
  role: string
  stated: number | null
  listed: number | null
}>`
  select party.party_code as code, party.role, party.member_count as stated, members.listed
  from land.party_now party
  left join (select party_code, count(*) as listed from land.member_now where county = ${county} group by party_code) members on members.party_code = party.party_code
  where party.county = ${county} order by party.party_code`

/** Parcels with the patch that most of each lies on, by the cells of the present. */
export const parcelsOnPatches = (db: Db, county: string, day: Day) => db.all<{
  parcelCode: string
  ownerKind: string | null
  patchKey: string
  patchOwnerKind: string | null
  share: number
}>`
  select distinct on (parcel.parcel_code) parcel.parcel_code as "parcelCode", parcel.owner_kind as "ownerKind", patch.patch_key as "patchKey",
    patch.owner_kind as "patchOwnerKind", piece.area::float8 / sum(piece.area) over (partition by parcel.parcel_code) as share
  from (
    select patch_id, parcel_id, sum(area)::int8 as area from land.cell_now
    where county = ${county} and parcel_id is not null and valid_from <= ${day} and valid_to > ${day} group by patch_id, parcel_id) piece
  join land.parcel_now parcel on parcel.county = ${county} and parcel.id = piece.parcel_id and parcel.valid_from <= ${day} and parcel.valid_to > ${day}
  join land.patch_now patch on patch.county = ${county} and patch.id = piece.patch_id and patch.valid_from <= ${day} and patch.valid_to > ${day}
  order by parcel.parcel_code, piece.area desc, patch.patch_key`

export const areasToCheck = (db: Db, county: string) => db.all<{
  code: string
  parent: string | null
  control_area: number | null
  bbox: Box | null
}>`
  select code, parent, control_area, bbox from kernel.area_now where county = ${county} order by code`

export const villageTotals = (db: Db, county: string, day: Day) => db.all<{ village: string; area: number; patches: number }>`
  select village, sum(official_area) as area, count(*) as patches from land.patch_now where county = ${county} and valid_from <= ${day} and valid_to > ${day} group by village order by village`

/** Outlines of the patches that may hold a sample's place. */
export const patchesAtSamples = (db: Db, county: string, day: Day) => db.all<{
  sampleId: number
  longitude: number
  latitude: number
  srid: number
  outline: Buffer
}>`
  select sample.id as "sampleId", sample.longitude, sample.latitude, patch.srid, patch.outline
  from land.sample_now sample
  join land.patch_now patch on patch.county = sample.county and patch.bbox && sample.place and patch.valid_from <= ${day} and patch.valid_to > ${day}
  where sample.county = ${county} and patch.outline is not null and sample.valid_from <= ${day} and sample.valid_to > ${day}`

/** Names of plots that samples may be given by: parcels and patches. */
export const plotNames = (db: Db, county: string) => db.all<{ code: string }>`
  select distinct sample.plot_code as code from land.sample_now sample
  where sample.county = ${county} and sample.plot_code is not null and (
    exists (select from land.parcel_now parcel where parcel.county = ${county} and parcel.parcel_code = sample.plot_code)
    or exists (select from land.patch_now patch where patch.county = ${county} and patch.patch_key = sample.plot_code))`

export const doubleCovers = (db: Db, county: string) => db.all<{
  patchId: number
  patchKey: string
  village: string
  parcels: readonly string[]
  area: number
  bbox: Box | null
}>`
  select patch_id as "patchId", patch_key as "patchKey", village, parcels, area, bbox from land.double_cover_now where county = ${county} order by patch_id, parcels`

/** Patches with the ownership parcel that covers most of them, roughly: by the overlap of their boxes. */
export const ownersOfPatches = (db: Db, county: string, day: Day) => db.all<{
  id: number
  patchKey: string
  ownerKind: string | null
  srid: number
  outline: Buffer
  register: string
  holder: string | null
  groundSrid: number
  ground: Buffer
}>`
  select patch.id, patch.patch_key as "patchKey", patch.owner_kind as "ownerKind", patch.srid, patch.outline, ground.class as register, ground.name as holder, ground.srid as "groundSrid", ground.outline as ground
  from land.ground_now ground
  join land.patch_now patch on patch.county = ground.county and patch.bbox && ground.bbox and patch.valid_from <= ${day} and patch.valid_to > ${day}
  where ground.county = ${county} and ground.layer = 'ownership' and ground.outline is not null and patch.outline is not null and ground.class is not null`

export type FindingQuestion = {
  readonly county: string
  readonly rule: string | null
  readonly within: string | null
  readonly state: 'open' | 'accepted' | 'all'
  readonly offset: number
  readonly limit: number
}

const accepted = sql`
  exists (select from land.exception_now exception where exception.county = finding.county and exception.rule = finding.rule
    and exception.subject_kind = finding.subject_kind and exception.subject_key = finding.subject_key)`

function conditions({ county, rule, within, state }: Omit<FindingQuestion, 'offset' | 'limit'>): Sql {
  const wanted: Sql[] = [sql`finding.county = ${county}`]
  if (rule) wanted.push(sql`finding.rule = ${rule}`)
  if (within && within !== county) wanted.push(sql`finding.village >= ${within} and finding.village < ${`${within}:`}`)
  if (state === 'open') wanted.push(sql`not ${accepted}`)
  if (state === 'accepted') wanted.push(accepted)
  return every(wanted)
}

export type StoredFinding = FindingRow & {
  readonly id: number
  readonly reason: string | null
  readonly acceptedBy: string | null
  readonly acceptedRev: number | null
  readonly assignee: string | null
  readonly assignedBy: string | null
  readonly assignedAt: Date | null
  readonly note: string | null
}

export const readFindings = (db: Db, question: FindingQuestion) => db.all<StoredFinding>`
  select finding.finding_id as id, finding.rule, finding.severity, finding.subject_kind as "subjectKind", finding.subject_id as "subjectId", finding.subject_key as "subjectKey",
    finding.subject_ids as "subjectIds", finding.village, finding.place, finding.area, finding.details, exception.reason, exception.accepted_by as "acceptedBy", exception.since as "acceptedRev",
    assignment.assignee, assignment.assigned_by as "assignedBy", assignment.assigned_at as "assignedAt", assignment.note
  from land.finding finding
  left join land.exception_now exception on exception.county = finding.county and exception.rule = finding.rule and exception.subject_kind = finding.subject_kind and exception.subject_key = finding.subject_key
  left join land.finding_assignment assignment on assignment.county = finding.county and assignment.rule = finding.rule and assignment.subject_kind = finding.subject_kind and assignment.subject_key = finding.subject_key
  where ${conditions(question)} order by finding.finding_id offset ${question.offset} limit ${question.limit}`

export const countFindings = async (db: Db, question: FindingQuestion) =>
  (await db.one<{ matched: number }>`select count(*) as matched from land.finding finding where ${conditions(question)}`).matched

/** Of every rule how many findings a place has, open and accepted: together they are what `countFindings` says of it. */
export const countByRule = (db: Db, { county, within }: Pick<FindingQuestion, 'county' | 'within'>) => db.all<{
  rule: string
  severity: string
  open: number
  accepted: number
}>`
  select rule, min(severity) as severity, count(*) filter (where not ${accepted}) as open, count(*) filter (where ${accepted}) as accepted
  from land.finding finding where ${conditions({ county, within, rule: null, state: 'all' })} group by rule order by count(*) desc, rule`

export const readCheckedRev = async (db: Db, county: string) =>
  (await db.maybe<{ rev: number }>`select checked_rev as rev from land.finding_check where county = ${county}`)?.rev ?? null

/** Whether rows that rules look at were made, or taken back, by a revision after `rev`. */
export const isOutdated = async (db: Db, county: string, rev: number) =>
  (
    await db.one<{ outdated: boolean }>`
    select exists (select from land.patch_now where county = ${county} and since > ${rev})
      or exists (select from land.parcel_now where county = ${county} and since > ${rev})
      or exists (select from land.contract_now where county = ${county} and since > ${rev})
      or exists (select from land.contract_parcel_now where county = ${county} and since > ${rev})
      or exists (select from land.party_now where county = ${county} and since > ${rev})
      or exists (select from land.member_now where county = ${county} and since > ${rev})
      or exists (select from land.sample_now where county = ${county} and since > ${rev})
      or exists (select from land.ground_now where county = ${county} and since > ${rev})
      or exists (select from kernel.area_now where county = ${county} and since > ${rev})
      or exists (select from kernel.revision_now where county = ${county} and rev > ${rev} and what = 'undo') as outdated`
  ).outdated

/** Holds every other check of the county back until this transaction ends: two that ran at one time would leave the findings of both. */
export async function lockCheck(db: Db, county: string): Promise<void> {
  await db.run`insert into land.finding_check (county, checked_rev, checked_at) values (${county}, 0, '1970-01-01') on conflict do nothing`
  await db.one`select checked_rev from land.finding_check where county = ${county} for update`
}

export const writeChecked = (db: Db, county: string, rev: number, at: Date) => db.run`
  insert into land.finding_check (county, checked_rev, checked_at) values (${county}, ${rev}, ${at})
  on conflict (county) do update set checked_rev = excluded.checked_rev, checked_at = excluded.checked_at`

export const readFinding = (db: Db, county: string, id: number) => db.maybe<StoredFinding>`
  select finding_id as id, rule, severity, subject_kind as "subjectKind", subject_id as "subjectId", subject_key as "subjectKey", subject_ids as "subjectIds", village, place, area, details, outline,
    null as reason, null as "acceptedBy", null as "acceptedRev", null as assignee, null as "assignedBy", null as "assignedAt", null as note
  from land.finding where county = ${county} and finding_id = ${id}`

export const isAccepted = async (db: Db, county: string, finding: { rule: string; subjectKind: string; subjectKey: string }) =>
  (await db.maybe`
    select 1 from land.exception_now
    where county = ${county} and rule = ${finding.rule} and subject_kind = ${finding.subjectKind} and subject_key = ${finding.subjectKey} limit 1`) !==
  null

export const writeAssignment = (
  db: Db,
  county: string,
  finding: { rule: string; subjectKind: string; subjectKey: string },
  to: string,
  by: string,
  note: string,
  at: Date,
) => db.run`
  insert into land.finding_assignment (county, rule, subject_kind, subject_key, assignee, assigned_by, assigned_at, note)
  values (${county}, ${finding.rule}, ${finding.subjectKind}, ${finding.subjectKey}, ${to}, ${by}, ${at}, ${note})
  on conflict (county, rule, subject_kind, subject_key) do update set assignee = excluded.assignee, assigned_by = excluded.assigned_by, assigned_at = excluded.assigned_at, note = excluded.note`

/** Findings assigned to a person who leaves pass on to another; without one they are nobody's again. */
export async function handOverAssignments(db: Db, from: string, to: string | null, now: Date): Promise<void> {
  if (to === null) await db.run`delete from land.finding_assignment where assignee = ${from}`
  else
    await db.run`update land.finding_assignment set assignee = ${to}, assigned_by = ${from}, assigned_at = ${now} where assignee = ${from}`
}
