/** The one aggregate, and the lists of patches behind its figures. Registers of other subjects are read by their versions, since every read has two clocks. */
import type { AsOf } from '@dishu/kernel/records/records'
import type { AreaView } from '@dishu/kernel/records/records.wire'
import { cursor, type Db, every, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import { type CountFilters, type CountQuestion, DIGITS, FILTERS, villagesWithin } from './count.ts'
import type { CountRow, Dimension, PatchRow } from './count.wire.ts'

/** The condition that picks one state of a register: known at a revision (null: the newest), valid on a day. */
export function standing(alias: string, { day, rev }: AsOf): Sql {
  const at = (column: string) => ident(alias, column)
  const valid = sql`${at('valid_from')} <= ${day}::date and ${at('valid_to')} > ${day}::date`
  return rev === null
    ? sql`${at('until')} is null and ${valid}`
    : sql`${at('since')} <= ${rev}::int4 and (${at('until')} is null or ${at('until')} > ${rev}::int4) and ${valid}`
}

/** The rows of a register that stand, under `alias`. A view of the present could not answer what was known before. */
export const register = (
  name: 'patch' | 'parcel' | 'contract' | 'contract_parcel' | 'sample' | 'party' | 'transfer' | 'map_grade',
  alias: string,
): Sql => sql`${ident('land', name)} ${ident(alias)}`

function kept(alias: string, within: string, filters: CountFilters): Sql {
  const [from, below] = villagesWithin(within)
  // the county is all its rows, also one whose village code is a slip of the pen and lies outside: a total leaves nothing out
  const conditions = within.length > 6 ? [sql`${ident(alias, 'village')} >= ${from} and ${ident(alias, 'village')} < ${below}`] : []
  for (const dimension of FILTERS) {
    const values = filters[dimension]
    if (values && values.length > 0) conditions.push(sql`${ident(alias, dimension)} = any(${values}::text[])`)
  }
  return every(conditions)
}

/** Area, number of patches (by their lead cells) and of cells, by any of the dimensions; sums of whole hundredths, so that parts add up to their whole. */
export async function readCount(db: Db, { county, asOf, within, level, by, filters }: CountQuestion): Promise<CountRow[]> {
  const place = (dimension: Dimension) =>
    dimension === 'area' ? sql`left(total.village, ${DIGITS[level]}::int)` : ident('total', dimension)
  const mapped = (by.includes('mapgrade') || asksMap(filters)) && (await hasMap(db, county))
  const columns = by.map((dimension) => sql`${place(dimension)} as ${ident(dimension)}, `)
  const groups =
    by.length === 0 ? sql` ` : sql`group by ${joined(by.map((_, i) => NUMBERS[i]))} order by ${joined(by.map((_, i) => NUMBERS[i]))}`
  const rows = await db.all<{ area_sum: number | null; patches: number | null; cells: number | null } & Record<Dimension, string>>`
    select ${joined(columns, sql` `)} sum(total.area) as area_sum, sum(total.patches) as patches, sum(total.cells) as cells
    from ${mapped ? mappedCells(county, asOf) : sumsOf(county, asOf)} total
    where ${kept('total', within, filters)}
    ${groups}`
  return rows.map((row) => ({
    by: Object.fromEntries(by.map((dimension) => [dimension, row[dimension]])),
    area: row.area_sum ?? 0,
    patches: row.patches ?? 0,
    cells: row.cells ?? 0,
  }))
}

const asksMap = (filters: CountFilters) => (filters.mapgrade?.length ?? 0) > 0

const hasMap = async (db: Db, county: string) =>
  (
    await db.one<{ there: boolean }>`select exists (select from land.map_grade_now where county = ${county}) or exists (
    select from ${register('map_grade', 'graded')} where graded.county = ${county}) as there`
  ).there

/** Sums of a county without any map: what is asked of one is not mapped. */
const sumsOf = (county: string, asOf: AsOf) => sql`(
  select sums.*, 'not-mapped'::text as mapgrade from land.cell_sum sums where sums.county = ${county} and ${standing('sums', asOf)})`

/** All cells of one state, each with what the soil map of the day says of its patch. */
const mappedCells = (county: string, asOf: AsOf) => sql`(
  select cell.*, cell.lead as patches, 1 as cells, coalesce(graded.grade, 'not-mapped') as mapgrade, graded.indicators, graded.draws
  from ${cellsOf(county, asOf)} cell
  left join ${register('map_grade', 'graded')} on graded.county = ${county} and graded.patch_id = cell.patch_id and ${standing('graded', asOf)})`

export type DrawnCell = {
  readonly by: Readonly<Partial<Record<Dimension, string>>>
  readonly area: number
  readonly mapgrade: string
  readonly indicators: string | null
  readonly draws: Uint8Array | null
}

/** Cells with the simulations of their patches, batch by batch, with their values of all dimensions but the grade by map. */
export async function* readDrawnCells(db: Db, { county, asOf, within, level, by, filters }: CountQuestion): AsyncGenerator<DrawnCell[]> {
  const others = by.filter((dimension) => dimension !== 'mapgrade')
  const place = (dimension: Dimension) =>
    dimension === 'area' ? sql`left(total.village, ${DIGITS[level]}::int)` : ident('total', dimension)
  const columns = others.map((dimension) => sql`${place(dimension)} as ${ident(dimension)}, `)
  const question = sql`
    select ${joined(columns, sql` `)} total.area as cell_area, total.mapgrade as map_grade, total.indicators, total.draws
    from ${mappedCells(county, asOf)} total where ${kept('total', within, { ...filters, mapgrade: [] })}`
  type Row = { cell_area: number; map_grade: string; indicators: string | null; draws: Uint8Array | null } & Record<Dimension, string>
  for await (const batch of cursor<Row>(db, question, 2000))
    yield batch.map((row) => ({
      by: Object.fromEntries(others.map((dimension) => [dimension, row[dimension]])),
      ...{ area: row.cell_area, mapgrade: row.map_grade, indicators: row.indicators, draws: row.draws },
    }))
}

/** Places in the column list, by which to group: a text would be a value, and a value repeated is another parameter to the planner. */
const NUMBERS: readonly Sql[] = [sql`1`, sql`2`, sql`3`, sql`4`, sql`5`, sql`6`, sql`7`]

export type Unplaced = { readonly contracts: number; readonly area: number }

/** Contracts that lie on no parcel of the map, by the village of their issuer: without any parcel, or with parcels that have no outline. */
export const readUnplacedByVillage = (db: Db, county: string, asOf: AsOf) =>
  db.all<Unplaced & { village: string }>`
    with placed as materialized (
      select distinct link.contract_code
      from ${register('contract_parcel', 'link')}
      join (
        select distinct parcel_code from ${register('parcel', 'parcel')}
        where parcel.county = ${county} and parcel.outline is not null and ${standing('parcel', asOf)}) drawn on drawn.parcel_code = link.parcel_code
      where link.county = ${county} and ${standing('link', asOf)})
    select coalesce(left(contract.issuer_code, 12), '') as village, count(*) as contracts, coalesce(sum(contract.contract_area), 0)::int8 as area
    from ${register('contract', 'contract')} left join placed on placed.contract_code = contract.contract_code
    where contract.county = ${county} and ${standing('contract', asOf)} and placed.contract_code is null
    group by 1`

/** The county is all of them, also one whose issuer's code lies outside it or is not known. */
export const unplacedIn = (villages: readonly (Unplaced & { readonly village: string })[], within: string): Unplaced =>
  villages.reduce(
    (sum, each) =>
      within.length === 6 || each.village.startsWith(within)
        ? { contracts: sum.contracts + each.contracts, area: sum.area + each.area }
        : sum,
    { contracts: 0, area: 0 },
  )

/** The newest revision that touched what decides which contracts lie on no parcel. */
export const readTenureRevision = async (db: Db, county: string): Promise<number> =>
  (
    await db.one<{ rev: number }>`
      select coalesce(greatest(${joined(
        (['contract', 'contract_parcel', 'parcel'] as const).flatMap((name) => [
          sql`(select max(since) from ${ident('land', name)} where county = ${county})`,
          sql`(select max(until) from ${ident('land', name)} where county = ${county} and until is not null)`,
        ]),
      )}), 0) as rev`
  ).rev

export const readUnplaced = async (db: Db, county: string, asOf: AsOf, within: string): Promise<Unplaced> =>
  unplacedIn(await readUnplacedByVillage(db, county, asOf), within)

export const PATCH_SORTS = ['patchKey', 'officialArea', 'class', 'village', 'grade'] as const
export type PatchSort = (typeof PATCH_SORTS)[number]
export type PatchQuestion = {
  readonly county: string
  readonly asOf: AsOf
  readonly within: string
  readonly filters: CountFilters
  readonly q: string | null
  readonly ids?: readonly number[] // of these patches alone: a selection
  readonly sort: PatchSort
  readonly descending: boolean
  readonly offset: number
  readonly limit: number
}

const SORT_COLUMN: Readonly<Record<PatchSort, Sql>> = {
  patchKey: ident('patch', 'patch_key'),
  officialArea: ident('patch', 'official_area'),
  class: ident('patch', 'class'),
  village: ident('patch', 'village'),
  grade: ident('lead', 'grade'),
}

/** What a person types: a patch's key or number, the code of a contract parcel or of a contract, or part of a name. */
function found(county: string, asOf: AsOf, q: string | null): Sql {
  if (q === null || q.trim() === '') return sql`true`
  const text = q.trim()
  const part = `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  const begins = part.slice(1)
  return sql`(
    patch.patch_key like ${begins} or patch.patch_number like ${begins} or patch.village_name like ${part} or patch.owner_name like ${part} or patch.class_name like ${part}
    or patch.id in (
      select cell.patch_id from ${register('parcel', 'parcel')} join land.cell cell on cell.county = parcel.county and cell.parcel_id = parcel.id
      where parcel.county = ${county} and ${standing('parcel', asOf)} and ${standing('cell', asOf)}
        and (parcel.parcel_code like ${begins} or parcel.parcel_code in (
          select link.parcel_code from ${register('contract_parcel', 'link')}
          where link.county = ${county} and link.contract_code like ${begins} and ${standing('link', asOf)}))))`
}

const PATCH_COLUMNS = sql`
  patch.id, patch.patch_key as "patchKey", patch.patch_number as "patchNumber", patch.village, patch.village_name as "villageName", patch.class, patch.class_name as "className",
  coalesce(lead.grade, 'not-graded') as grade, coalesce(graded.grade, 'not-mapped') as mapgrade, coalesce(lead.owner, land.owner_of(patch.owner_kind)) as owner, patch.owner_name as "ownerName",
  coalesce(lead.contract, 'none') as contract, coalesce(lead.saline, land.saline_alone(patch.class)) as saline, patch.official_area as "officialArea", patch.computed_area as "computedArea"`

/** What of a patch the list needs. */
const LISTED = sql`
  patch.county, patch.id, patch.patch_key, patch.patch_number, patch.village, patch.village_name, patch.class, patch.class_name, patch.owner_kind, patch.owner_name, patch.official_area, patch.computed_area`

/** All cells of one state: those that are kept, and those of patches on which nothing lies. */
const cellsOf = (county: string, asOf: AsOf) => sql`(
  select cell.patch_id, cell.lead, cell.area, cell.village, cell.class, cell.grade, cell.owner, cell.contract, cell.saline
  from land.cell cell where cell.county = ${county} and ${standing('cell', asOf)}
  union all
  select alone.patch_id, alone.lead, alone.area, alone.village, alone.class, alone.grade, alone.owner, alone.contract, alone.saline
  from land.patch_alone alone where alone.county = ${county} and ${standing('alone', asOf)}
    and not exists (select from land.cell cell where cell.county = ${county} and cell.patch_id = alone.patch_id and ${standing('cell', asOf)}))`

/** The cells that the filters ask about: with their grade by map where that is asked. */
const askedCells = (county: string, asOf: AsOf, filters: CountFilters) =>
  asksMap(filters) ? mappedCells(county, asOf) : cellsOf(county, asOf)

/** The kept cell that leads a patch, none where nothing lies on it; and what the map says of it. */
const leadOf = (asOf: AsOf) => sql`
  left join land.cell lead on lead.county = patch.county and lead.patch_id = patch.id and lead.lead = 1 and ${standing('lead', asOf)}
  left join ${register('map_grade', 'graded')} on graded.county = patch.county and graded.patch_id = patch.id and ${standing('graded', asOf)}`

const anyFilter = (filters: CountFilters) => FILTERS.some((dimension) => (filters[dimension]?.length ?? 0) > 0)

/** Patches of which at least one cell is asked for. */
function matching({ county, asOf, within, filters, q, ids }: PatchQuestion): Sql {
  const [from, below] = villagesWithin(within)
  const conditions = [sql`patch.county = ${county}`, standing('patch', asOf), found(county, asOf, q)]
  if (ids) conditions.push(sql`patch.id = any(${ids}::int8[])`)
  if (within.length > 6) conditions.push(sql`patch.village >= ${from} and patch.village < ${below}`)
  if (anyFilter(filters)) {
    conditions.push(
      sql`patch.id in (select hit.patch_id from ${askedCells(county, asOf, filters)} hit where ${kept('hit', within, filters)})`,
    )
  }
  return every(conditions)
}

/** A page of the list. Where its order does not need them, the lead cells are looked up for the page alone. */
export function readPatches(db: Db, question: PatchQuestion): Promise<Omit<PatchRow, 'findings'>[]> {
  const { asOf, sort, descending, limit, offset } = question
  const order = sql`order by ${SORT_COLUMN[sort]} ${descending ? sql`desc` : sql` `}, patch.id`
  const page = sql`${order} limit ${limit} offset ${offset}`
  if (sort === 'grade')
    return db.all`select ${PATCH_COLUMNS} from ${register('patch', 'patch')} ${leadOf(asOf)} where ${matching(question)} ${page}`
  return db.all`
    select ${PATCH_COLUMNS}
    from (select ${LISTED} from ${register('patch', 'patch')} where ${matching(question)} ${page}) patch ${leadOf(asOf)}
    ${order}`
}

/** One patch by its number in the register; null where there was none. */
export const readPatch = (db: Db, county: string, id: number, asOf: AsOf) =>
  db.maybe<Omit<PatchRow, 'findings'>>`
    select ${PATCH_COLUMNS} from ${register('patch', 'patch')} ${leadOf(asOf)} where patch.county = ${county} and patch.id = ${id} and ${standing('patch', asOf)}`

/** How many patches match, and the area of the cells by which they do: the figure from which the list was opened. */
export async function readMatched(db: Db, question: PatchQuestion): Promise<{ matched: number; area: number }> {
  const { county, asOf, within, filters, q, ids } = question
  if (!q && !ids && !anyFilter(filters)) {
    const rows = await readCount(db, { county, asOf, within, level: 'county', by: [], filters })
    return { matched: rows[0].patches, area: rows[0].area }
  }
  const onlyThese =
    q || ids
      ? sql`and hit.patch_id in (select patch.id from ${register('patch', 'patch')} where ${matching({ ...question, filters: {} })})`
      : sql` `
  return db.one`
    select count(distinct hit.patch_id) as matched, coalesce(sum(hit.area), 0)::int8 as area
    from ${askedCells(county, asOf, filters)} hit where ${kept('hit', within, filters)} ${onlyThese}`
}

/** The area of the cells by which each of the patches is in the list: together with those of all others they are the figure. */
export const readCountedAreas = (
  db: Db,
  { county, asOf, within, filters }: Pick<PatchQuestion, 'county' | 'asOf' | 'within' | 'filters'>,
  ids: readonly number[],
) => db.all<{ id: number; area: number }>`
  select hit.patch_id as id, sum(hit.area)::int8 as area
  from ${askedCells(county, asOf, filters)} hit where hit.patch_id = any(${ids}::int8[]) and ${kept('hit', within, filters)} group by hit.patch_id`

/** How many rows of the list stand before a patch: where a table scrolls to when the patch is chosen on the map. Null where the list has it not. */
export async function readPlaceInList(db: Db, question: PatchQuestion, id: number): Promise<number | null> {
  const { sort, descending, asOf } = question
  const column = SORT_COLUMN[sort]
  const rows = sql`from ${register('patch', 'patch')} ${sort === 'grade' ? leadOf(asOf) : sql` `} where ${matching(question)}`
  const row = await db.maybe<{ place: number }>`
    select (select count(*) ${rows} and (${column} ${descending ? sql`>` : sql`<`} own.value or (${column} = own.value and patch.id < ${id}::int8))) as place
    from (select ${column} as value ${rows} and patch.id = ${id}::int8) own`
  return row?.place ?? null
}

export const countFindings = (db: Db, county: string, patchIds: readonly number[]) =>
  db.all<{ id: number; findings: number }>`
    select subject_id as id, count(*) as findings from land.finding_now
    where county = ${county} and subject_kind = 'patch' and subject_id = any(${patchIds}::int8[]) group by subject_id`

/** Areas of the count that have no row of their own: the first digits of the villages that patches lie in. */
export const readCountedVillages = (db: Db, county: string, asOf: AsOf) =>
  db.all<{ village: string; name: string | null }>`
    select patch.village, min(patch.village_name) as name from ${register('patch', 'patch')}
    where patch.county = ${county} and ${standing('patch', asOf)} group by patch.village order by patch.village`

export const readAreas = (db: Db, county: string, asOf: AsOf) =>
  db.all<AreaView>`
    select area.code, area.parent, area.level, area.name, area.bbox, area.control_area as "controlArea"
    from ${ident('kernel', 'area')} area where area.county = ${county} and ${standing('area', asOf)} order by area.code`
