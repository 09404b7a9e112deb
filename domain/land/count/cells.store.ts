/** What the making of cells reads and writes: the patches a revision concerns, what lies on them, and the sums over cells. */
import type { Day } from '@dishu/base/date'
import { cursor, type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import type { ContractRow, ParcelRow, PatchRow, SampleRow } from './ground.ts'

export type CellFrame = {
  readonly id: number
  readonly patchId: number
  readonly parcelId: number | null
  readonly part: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly digest: Uint8Array
}

/** Rows of other subjects that changed in ways the revision itself does not show. */
export type AffectedRows = {
  readonly patchIds?: readonly number[]
  readonly parcelCodes?: readonly string[]
  readonly contractCodes?: readonly string[]
  readonly boxes?: readonly (readonly [number, number, number, number])[] // longitude and latitude: patches that meet them
}

/**
 * Collects into a temporary table the ids of the patches whose cells may be other than they are; gives their number.
 * 'all': every patch that is or has cells. 'revision': what the revision's own rows concern, old and new: patches, the ground of parcels,
 * of the parcels of contracts, and of samples. Samples and contracts name parcels by code; both ends of a change count.
 */
export async function collectAffected(db: Db, county: string, rev: number, affected: 'all' | 'revision' | AffectedRows): Promise<number> {
  await db.raw('create temp table if not exists patch_to_count (id int8 not null) on commit drop; truncate patch_to_count')
  const insert = (ids: Sql) => db.run`insert into patch_to_count ${ids}`
  const onParcels = (codes: Sql) => sql`
    select patch.id from land.patch_now patch
    join (select parcel.bbox from land.parcel_now parcel where parcel.county = ${county} and parcel.parcel_code in (${codes})) ground on ground.bbox && patch.bbox
    where patch.county = ${county}`
  if (affected === 'all') {
    await insert(
      sql`select id from land.patch_now where county = ${county} union select patch_id from land.cell_now where county = ${county}`,
    )
  } else if (affected === 'revision') {
    await insert(sql`${changed('patch', 'id', county, rev)}`)
    const revised = await db.one<{ parcels: boolean; contracts: boolean; samples: boolean }>`
      select exists (${changed('parcel', 'id', county, rev)}) as parcels,
        exists (${changed('contract', 'id', county, rev)}) or exists (${changed('contract_parcel', 'id', county, rev)}) as contracts,
        exists (${changed('sample', 'id', county, rev)}) as samples`
    if (revised.parcels) await insert(meeting(changed('parcel', 'bbox', county, rev), county))
    if (revised.contracts) {
      await insert(onParcels(changed('contract_parcel', 'parcel_code', county, rev)))
      await insert(
        onParcels(sql`
          select link.parcel_code from land.contract_parcel_now link
          where link.county = ${county} and link.contract_code in (${changed('contract', 'contract_code', county, rev)})`),
      )
    }
    if (revised.samples) {
      await insert(meeting(changed('sample', 'place', county, rev), county))
      await insert(meeting(sql`select record.place as found ${recordsOfBags(county, rev)}`, county))
      await insert(onParcels(sql`select record.plot_code ${recordsOfBags(county, rev)}`))
      await insert(
        sql`select patch.id from land.patch_now patch where patch.county = ${county} and patch.patch_key in (select record.plot_code ${recordsOfBags(county, rev)})`,
      )
      await insert(onParcels(changed('sample', 'plot_code', county, rev)))
      await insert(
        sql`select patch.id from land.patch_now patch where patch.county = ${county} and patch.patch_key in (${changed('sample', 'plot_code', county, rev)})`,
      )
    }
  } else {
    const { patchIds = [], parcelCodes = [], contractCodes = [], boxes = [] } = affected
    if (patchIds.length > 0) await insert(sql`select unnest(${patchIds}::int8[])`)
    if (parcelCodes.length > 0) await insert(onParcels(sql`select unnest(${parcelCodes}::text[])`))
    if (contractCodes.length > 0) {
      await insert(
        onParcels(sql`
          select link.parcel_code from land.contract_parcel_now link where link.county = ${county} and link.contract_code = any(${contractCodes}::text[])`),
      )
    }
    for (const [x1, y1, x2, y2] of boxes) {
      await insert(meeting(sql`select box(point(${x1}, ${y1}), point(${x2}, ${y2})) as found`, county))
    }
  }
  return (await db.one<{ patches: number }>`select count(distinct id) as patches from patch_to_count`).patches
}

type Source = 'patch' | 'parcel' | 'contract' | 'contract_parcel' | 'sample'

/**
 * One column of the versions that the revision made or closed. It reads the tables themselves: a view of the present has lost what was closed.
 * Two lookups, by the indexes on since and until, since no planner makes them from an `or`.
 */
function changed(table: Source, column: string, county: string, rev: number): Sql {
  const [source, found] = [ident('land', table), ident('version', column)]
  return sql`
    select ${found} as found from ${source} version where version.county = ${county} and version.since = ${rev}
    union all select ${found} from ${source} version where version.county = ${county} and version.until = ${rev}`
}

/** The records of sampling whose bags the revision's own samples have: where a laboratory's row that came or went lies. */
const recordsOfBags = (county: string, rev: number): Sql => sql`
  from land.sample_now record where record.county = ${county} and record.extra ->> 'bag' in (
    select changed.found ->> 'bag' from (${changed('sample', 'extra', county, rev)}) changed where changed.found ->> 'bag' is not null)`

const meeting = (places: Sql, county: string) => sql`
  select patch.id from (${places}) ground join land.patch_now patch on patch.bbox && ground.found where patch.county = ${county}`

/** Ids in their order; those of one import follow one another without gaps, and two bounds are looked up faster than thousands of numbers. */
function among(column: Sql, ids: readonly number[]): Sql {
  const [first, last] = [ids[0], ids[ids.length - 1]]
  return last - first === ids.length - 1 ? sql`${column} between ${first} and ${last}` : sql`${column} = any(${ids}::int8[])`
}

/** The collected patches by id, so many at a time. */
export const affectedPatches = (db: Db, atATime: number) =>
  cursor<{ id: number }>(db, sql`select distinct id from patch_to_count order by id`, atATime)

/** What there is in the county at all, so that nobody looks for what lies on patches where nothing can. */
export const readWhatThereIs = (db: Db, county: string) =>
  db.one<{ parcels: boolean; samples: boolean; contracts: boolean; cells: boolean }>`
    select exists (select from land.parcel_now where county = ${county} and outline is not null) as parcels,
      exists (select from land.sample_now where county = ${county}) as samples,
      exists (select from land.contract_parcel_now where county = ${county}) as contracts,
      exists (select from land.cell_now where county = ${county}) as cells`

/** Parts the columns of a patch in one text: half the cost of a row of ten columns. No register value has this character. */
const PART = '\u001f'

/** Versions of patches by id and day. What many patches have alike (days, village, class …) is one object's strings, shared by all of them. */
export const readPatchVersions = async (db: Db, county: string, ids: readonly number[]): Promise<PatchRow[]> =>
  patchRowsFrom(
    await db.all`select ${PATCH_IN_SHORT} from land.patch_now where county = ${county} and ${among(sql`id`, ids)} order by id, valid_from`,
  )

const PATCH_IN_SHORT = sql`
  concat_ws(${PART}, id, official_area, deducted_area, patch_key) as own,
  concat_ws(${PART}, valid_from, valid_to, village, class, coalesce(owner_kind, ''), coalesce(deducted_class, '')) as alike`

type PatchWords = Pick<PatchRow, 'validFrom' | 'validTo' | 'village' | 'class' | 'ownerKind' | 'deductedClass'>

/** Whether the revision's own patches are all there ever were and none has a cell: then all are to be counted, and nothing is to be compared. */
export const isFirstSurvey = async (db: Db, county: string, rev: number): Promise<boolean> =>
  (
    await db.one<{ first: boolean }>`
      select not exists (select from ${ident('land', 'patch')} patch where county = ${county} and since < ${rev})
        and not exists (select from land.cell_now where county = ${county}) as first`
  ).first

/** All patches of the county by id, about so many at a time; the versions of one patch are never torn apart. */
export async function* everyPatch(db: Db, county: string, atATime: number): AsyncGenerator<PatchRow[]> {
  const known = new Map<string, PatchWords>()
  let left: PatchRow[] = []
  const query = sql`select ${PATCH_IN_SHORT} from land.patch_now where county = ${county} order by id, valid_from`
  for await (const rows of cursor<{ own: string; alike: string }>(db, query, atATime)) {
    const patches = [...left, ...patchRowsFrom(rows, known)]
    const last = patches.findIndex(({ id }) => id === patches[patches.length - 1].id)
    left = patches.splice(last)
    if (patches.length > 0) yield patches
  }
  if (left.length > 0) yield left
}

function patchRowsFrom(rows: readonly { own: string; alike: string }[], known = new Map<string, PatchWords>()): PatchRow[] {
  return rows.map(({ own, alike }) => {
    const [id, officialArea, deductedArea, patchKey] = own.split(PART)
    let words = known.get(alike)
    if (words === undefined) {
      const [validFrom, validTo, village, landClass, ownerKind, deductedClass] = alike.split(PART)
      words = {
        validFrom: validFrom as Day,
        validTo: validTo as Day,
        village,
        class: landClass,
        ownerKind: ownerKind || null,
        deductedClass: deductedClass || null,
      }
      known.set(alike, words)
    }
    return { id: Number(id), patchKey, officialArea: Number(officialArea), deductedArea: Number(deductedArea), ...words }
  })
}

/** Which parcels' boxes meet which patches' boxes, over all their days. */
export const readParcelPairs = (db: Db, county: string, ids: readonly number[]) =>
  db.all<{ patchId: number; parcelIds: readonly number[] }>`
    select patch.id as "patchId", array_agg(distinct parcel.id order by parcel.id) as "parcelIds"
    from land.patch_now patch join land.parcel_now parcel on parcel.bbox && patch.bbox and parcel.county = patch.county
    where patch.county = ${county} and ${among(sql`patch.id`, ids)} and patch.outline is not null and parcel.outline is not null
    group by patch.id`

export const readParcelVersions = (db: Db, county: string, ids: readonly number[]) =>
  db.all<ParcelRow>`
    select id, valid_from as "validFrom", valid_to as "validTo", parcel_code as "parcelCode", srid, outline
    from land.parcel_now where county = ${county} and id = any(${ids}::int8[]) and outline is not null order by parcel_code, id, valid_from`

export const readOutlines = (db: Db, county: string, ids: readonly number[]) =>
  db.all<{ id: number; validFrom: Day; srid: number | null; outline: Uint8Array }>`
    select id, valid_from as "validFrom", srid, outline from land.patch_now
    where county = ${county} and id = any(${ids}::int8[]) and outline is not null`

/** Contracts on parcels: the days of a link and those of its contract are two spans, and a contract of which nothing more is known has no term. */
export const readContractTerms = (db: Db, county: string, parcelCodes: readonly string[]) =>
  db.all<ContractRow>`
    select link.parcel_code as "parcelCode", link.contract_code as code, link.share_part as "sharePart", link.share_whole as "shareWhole", link.valid_from as "validFrom", link.valid_to as "validTo",
      contract.term_from as "from", contract.term_to as "to", contract.valid_from as "contractFrom", contract.valid_to as "contractTo"
    from land.contract_parcel_now link
    left join land.contract_now contract on contract.county = link.county and contract.contract_code = link.contract_code
    where link.county = ${county} and link.parcel_code = any(${parcelCodes}::text[])
    order by link.parcel_code, link.contract_code, link.valid_from, contract.valid_from`

const SAMPLE_COLUMNS = sql`
  sample.id, sample.valid_from as "validFrom", sample.valid_to as "validTo", sample.sample_code as code, sample.plot_code as "plotCode", sample.longitude, sample.latitude,
  sample.depth_from_cm as "depthFromCm", sample.depth_to_cm as "depthToCm", sample.sampled_on as "sampledOn", sample.season, sample.ph, sample.ph_ratio as "phRatio",
  sample.ec_ds_per_m as ec, sample.ec_ratio as "ecRatio", sample.ece_ds_per_m as ece, sample.salt_g_per_kg as salt, sample.esp_percent as esp, sample.ions,
  sample.extra -> 'censored' as censored`

/** Samples whose place meets a patch's box, and samples that name the patch by its key; a laboratory's row of a bag lies where the bag was filled. */
export const readSamplesByPatch = (db: Db, county: string, ids: readonly number[]) =>
  db.all<SampleRow & { patchId: number; placed: boolean }>`
    select distinct patch.id as "patchId", sample.place is not null as placed, ${SAMPLE_COLUMNS}
    from land.patch_now patch join land.sample_now sample on sample.place && patch.bbox and sample.county = patch.county
    where patch.county = ${county} and patch.id = any(${ids}::int8[]) and patch.outline is not null
    union
    select patch.id, false, ${SAMPLE_COLUMNS}
    from land.patch_now patch join land.sample_now sample on sample.plot_code = patch.patch_key and sample.county = patch.county
    where patch.county = ${county} and patch.id = any(${ids}::int8[]) and sample.place is null
    union
    select patch.id, sample.place is not null, ${SAMPLE_COLUMNS}
    from land.sample_by_bag_now sample join land.patch_now patch on patch.county = sample.county
      and (sample.place && patch.bbox and patch.outline is not null or sample.place is null and sample.plot_code = patch.patch_key)
    where sample.county = ${county} and patch.id = any(${ids}::int8[])`

/** Samples without a place that name a parcel. */
export const readSamplesByParcel = (db: Db, county: string, parcelCodes: readonly string[]) =>
  db.all<SampleRow>`
    select ${SAMPLE_COLUMNS} from land.sample_now sample
    where sample.county = ${county} and sample.place is null and sample.plot_code = any(${parcelCodes}::text[])
    union all
    select ${SAMPLE_COLUMNS} from land.sample_by_bag_now sample
    where sample.county = ${county} and sample.place is null and sample.plot_code = any(${parcelCodes}::text[])`

/** The present cells of patches, enough to tell whether they still hold. */
export const readCellFrames = (db: Db, county: string, patchIds: readonly number[]) =>
  db.all<CellFrame>`
    select id, patch_id as "patchId", parcel_id as "parcelId", part, valid_from as "validFrom", valid_to as "validTo", digest
    from land.cell where county = ${county} and ${among(sql`patch_id`, patchIds)} and until is null`

const KEY = sql`village, class, grade, owner, contract, saline, valid_from, valid_to`

/**
 * The sums of a county that had no patch before this revision, where nothing lies on any. Patches are added up by the columns that their words come
 * from, so that the words are made once for each sum.
 */
export async function writeFirstSums(db: Db, county: string, rev: number): Promise<void> {
  const patch = ident('patch')
  const made = await db.run`
    with alike as materialized (
      select village, class, coalesce(owner_kind, '') as owner_kind, coalesce(deducted_class, '') as deducted_class, valid_from, valid_to,
        sum(official_area - land.ridges_of(official_area, deducted_area)) as land, sum(land.ridges_of(official_area, deducted_area)) as ridges,
        count(*) as patches, count(*) filter (where land.ridges_of(official_area, deducted_area) <> 0) as ridged
      from ${ident('land', 'patch')} ${patch} where county = ${county} and since = ${rev}
      group by village, class, coalesce(owner_kind, ''), coalesce(deducted_class, ''), valid_from, valid_to)
    insert into land.cell_sum (county, ${KEY}, since, until, area, patches, cells)
    select ${county}, ${KEY}, ${rev}, null, sum(area), sum(patches), sum(cells) from (
      select village, class collate "C" as class, 'not-graded' as grade, land.owner_of(owner_kind) as owner, 'none' as contract, land.saline_alone(class) as saline, valid_from, valid_to,
        land as area, patches, patches as cells
      from alike
      union all
      select village, ridge collate "C", 'not-graded', land.owner_of(owner_kind), 'none', land.saline_alone(ridge), valid_from, valid_to, ridges, 0, ridged
      from alike, coalesce(nullif(deducted_class, ''), '1203') ridge where ridged > 0) part
    group by ${KEY}`
  await lookAtSums(db, made)
}

/** More new sums than an ordinary edit makes. */
const MANY = 1000

/**
 * Brings the sums up to what the revision did to cells, those that are kept and those that only their patch says. Run twice it does the same. It
 * must be the county's newest revision.
 */
export async function refreshSums(db: Db, county: string, rev: number): Promise<void> {
  await db.run`delete from land.cell_sum where county = ${county} and since = ${rev}`
  await db.run`update land.cell_sum set until = null where county = ${county} and until = ${rev}`
  await db.raw(`
    create temp table if not exists patch_touched (id int8 not null) on commit drop;
    create temp table if not exists sum_change (village text collate "C", class text collate "C", grade text collate "C", owner text collate "C", contract text collate "C",
      saline text collate "C", valid_from date, valid_to date, area int8, patches int4, cells int4) on commit drop;
    truncate patch_touched; truncate sum_change`)
  const touched = await db.run`
    insert into patch_touched
    select found from (${changed('patch', 'id', county, rev)}) patch
    union select patch_id from land.cell where county = ${county} and since = ${rev}
    union select patch_id from land.cell where county = ${county} and until = ${rev}`
  if (touched > MANY) await db.raw('analyze patch_touched')
  const after = (alias: string) => [sql`${ident(alias, 'until')} is null`]
  const before = (alias: string) => [
    sql`${ident(alias, 'until')} is null and ${ident(alias, 'since')} < ${rev}`,
    sql`${ident(alias, 'until')} = ${rev}`,
  ]
  await db.run`
    insert into sum_change
    select ${KEY}, sum(sign * area), sum(sign * lead), sum(sign) from (
      select ${KEY}, area, lead, 1 as sign from land.cell where county = ${county} and since = ${rev}
      union all select ${KEY}, area, lead, -1 from land.cell where county = ${county} and until = ${rev}
      union all select ${KEY}, area, lead, 1 from (${aloneIn(county, after)}) alone
      union all select ${KEY}, area, lead, -1 from (${aloneIn(county, before)}) alone) change
    group by ${KEY} having sum(sign * area) <> 0 or sum(sign * lead) <> 0 or sum(sign) <> 0`
  await db.raw('analyze sum_change')
  const same = sql`
    total.county = ${county} and total.until is null and total.village = change.village and total.class = change.class and total.grade = change.grade and total.owner = change.owner
    and total.contract = change.contract and total.saline = change.saline and total.valid_from = change.valid_from and total.valid_to = change.valid_to`
  await db.run`
    update sum_change change set area = change.area + total.area, patches = change.patches + total.patches, cells = change.cells + total.cells
    from land.cell_sum total where ${same}`
  await db.run`update land.cell_sum total set until = ${rev} from sum_change change where ${same}`
  const made = await db.run`
    insert into land.cell_sum (county, ${KEY}, since, until, area, patches, cells)
    select ${county}, ${KEY}, ${rev}, null, area, patches, cells from sum_change where cells > 0`
  await lookAtSums(db, made)
}

/** Without knowing the table, the planner joins the next changes to it row by row over all of the county's: seconds instead of milliseconds. */
async function lookAtSums(db: Db, made: number): Promise<void> {
  if (made > MANY) {
    await db.raw(
      'set local default_statistics_target = 10; analyze land.cell_sum; analyze land.cell; set local default_statistics_target to default',
    )
  }
}

const WORDS = sql`alone.village, alone.class, alone.grade, alone.owner, alone.contract, alone.saline`

/** What the touched patches count as by themselves in one state, given as conditions of which each row meets one: on the days that no kept cell speaks of. */
function aloneIn(county: string, stands: (alias: string) => readonly Sql[]): Sql {
  const any = (alias: string) => joined(stands(alias), sql` or `)
  const cells = sql`from land.cell cell where cell.county = ${county} and cell.patch_id = alone.patch_id and (${any('cell')})`
  const parts = stands('alone').flatMap((state) => {
    const patches = sql`from patch_touched touched join land.patch_alone alone on alone.patch_id = touched.id and alone.county = ${county} and ${state}`
    return [
      sql`select ${WORDS}, alone.valid_from, alone.valid_to, alone.area, alone.lead ${patches} where not exists (select ${cells})`,
      sql`
      select ${WORDS}, lower(days), upper(days), alone.area, alone.lead ${patches},
        unnest(datemultirange(daterange(alone.valid_from, alone.valid_to)) - (select range_agg(daterange(cell.valid_from, cell.valid_to)) ${cells})) days
      where exists (select ${cells})`,
    ]
  })
  return joined(parts, sql` union all `)
}

/** Every state of what patches with kept cells count as by themselves: from one revision that changed their cells to the next. */
const aloneOverTime = (county: string) => sql`
  select ${WORDS}, lower(days) as valid_from, upper(days) as valid_to, at.rev as since, coalesce(at.next, alone.until) as until, alone.area, alone.lead
  from land.patch_alone alone,
    lateral (
      select rev, lead(rev) over (order by rev) as next from (
        select alone.since as rev
        union select cell.since from land.cell cell where cell.county = ${county} and cell.patch_id = alone.patch_id and cell.since > alone.since
        union select cell.until from land.cell cell where cell.county = ${county} and cell.patch_id = alone.patch_id and cell.until > alone.since) revised
      where alone.until is null or rev < alone.until) at,
    unnest(datemultirange(daterange(alone.valid_from, alone.valid_to)) - coalesce(
      (select range_agg(daterange(cell.valid_from, cell.valid_to)) from land.cell cell
        where cell.county = ${county} and cell.patch_id = alone.patch_id and cell.since <= at.rev and (cell.until is null or cell.until > at.rev)), '{}'::datemultirange)) days
  where alone.county = ${county} and exists (select from land.cell cell where cell.county = ${county} and cell.patch_id = alone.patch_id)
  union all
  select ${WORDS}, alone.valid_from, alone.valid_to, alone.since, alone.until, alone.area, alone.lead from land.patch_alone alone
  where alone.county = ${county} and not exists (select from land.cell cell where cell.county = ${county} and cell.patch_id = alone.patch_id)`

/**
 * How many sums, in whatever revision, changed otherwise than the cells they stand for; 0 unless something is broken. What cells come to and what
 * sums come to begins at nothing: where every revision changed both alike, both are alike in every state, closed ones too.
 */
export const countWrongSums = async (db: Db, county: string): Promise<number> =>
  (
    await db.one<{ wrong: number }>`
      with alone as materialized (${aloneOverTime(county)})
      select count(*) as wrong from (
        select from (
          select ${KEY}, since as rev, area, lead::int4 as patches, 1 as cells from alone
          union all select ${KEY}, until, -area, -lead, -1 from alone where until is not null
          union all select ${KEY}, since as rev, area, lead::int4 as patches, 1 as cells from land.cell where county = ${county}
          union all select ${KEY}, until, -area, -lead, -1 from land.cell where county = ${county} and until is not null
          union all select ${KEY}, since, -area, -patches, -cells from land.cell_sum where county = ${county}
          union all select ${KEY}, until, area, patches, cells from land.cell_sum where county = ${county} and until is not null) change
        group by ${KEY}, rev having sum(area) <> 0 or sum(patches) <> 0 or sum(cells) <> 0) difference`
  ).wrong
