/**
 * What changed the count between two states, step by step: first the days that passed, as the register was known at the first state, then every
 * revision, on the day of the second. Each step is the difference of two neighbouring states, so that the steps add up to the whole by themselves.
 */
import type { Day } from '@dishu/base/date'
import { type Db, every, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import { type CountFilters, DIGITS, FILTERS, type Level, villagesWithin } from './count.ts'
import { DIMENSIONS, type Dimension } from './count.wire.ts'

/** A day, and a revision: the first state of the two is known earlier, or at the same revision. */
export type Known = { readonly day: Day; readonly rev: number }
export type ChangeQuestion = {
  readonly county: string
  readonly from: Known
  readonly to: Known
  readonly within: string
  readonly level: Level
  readonly by: readonly Dimension[]
  readonly filters: CountFilters
}
/** One step: `rev` null is the passing of days. */
export type StepRow = {
  readonly rev: number | null
  readonly by: Readonly<Partial<Record<Dimension, string>>>
  readonly area: number
  readonly patches: number
}

const known = (alias: string, rev: number): Sql =>
  sql`${ident(alias, 'since')} <= ${rev}::int4 and (${ident(alias, 'until')} is null or ${ident(alias, 'until')} > ${rev}::int4)`
const valid = (alias: string, day: Day): Sql =>
  sql`${ident(alias, 'valid_from')} <= ${day}::date and ${ident(alias, 'valid_to')} > ${day}::date`

function kept(within: string, filters: CountFilters): Sql {
  const [from, below] = villagesWithin(within)
  const conditions = within.length > 6 ? [sql`step.village >= ${from} and step.village < ${below}`] : []
  for (const dimension of FILTERS) {
    const values = filters[dimension]
    if (values && values.length > 0) conditions.push(sql`${ident('step', dimension)} = any(${values}::text[])`)
  }
  return every(conditions)
}

const NUMBERS: readonly Sql[] = [sql`2`, sql`3`, sql`4`, sql`5`, sql`6`, sql`7`, sql`8`]

/** Every step by the dimensions asked for, added up by the database. Of one grade by map nothing is kept in sums: such questions go by `readStepCells`. */
export async function readSteps(db: Db, { county, from, to, within, level, by, filters }: ChangeQuestion): Promise<StepRow[]> {
  const place = (dimension: Dimension) => (dimension === 'area' ? sql`left(step.village, ${DIGITS[level]}::int)` : ident('step', dimension))
  const columns = by.map((dimension) => sql`, ${place(dimension)} as ${ident(dimension)}`)
  const groups = joined([sql`1`, ...by.map((_, i) => NUMBERS[i])])
  const words = sql`sums.village, sums.class, sums.grade, sums.owner, sums.contract, sums.saline`
  const rows = await db.all<{ rev: number | null; area_sum: number; patch_sum: number } & Record<Dimension, string>>`
    select step.rev ${joined(columns, sql` `)}, sum(step.area)::int8 as area_sum, sum(step.patches)::int8 as patch_sum
    from (
      select null::int4 as rev, ${words}, sums.area, sums.patches from land.cell_sum sums where sums.county = ${county} and ${known('sums', from.rev)} and ${valid('sums', to.day)}
      union all
      select null::int4, ${words}, -sums.area, -sums.patches from land.cell_sum sums where sums.county = ${county} and ${known('sums', from.rev)} and ${valid('sums', from.day)}
      union all
      select sums.since, ${words}, sums.area, sums.patches from land.cell_sum sums
        where sums.county = ${county} and sums.since > ${from.rev}::int4 and sums.since <= ${to.rev}::int4 and ${valid('sums', to.day)}
      union all
      select sums.until, ${words}, -sums.area, -sums.patches from land.cell_sum sums
        where sums.county = ${county} and sums.until > ${from.rev}::int4 and sums.until <= ${to.rev}::int4 and ${valid('sums', to.day)}) step
    where ${kept(within, filters)}
    group by ${groups} having sum(step.area) <> 0 or sum(step.patches) <> 0 order by ${groups}`
  return rows.map(({ rev, area_sum: area, patch_sum: patches, ...row }) => ({
    rev,
    by: Object.fromEntries(by.map((dimension) => [dimension, row[dimension]])),
    area,
    patches,
  }))
}

/** All cells of one state, with the grade by map: as `mappedCells` of count.store.ts. */
const cellsAt = (county: string, { day, rev }: Known, ids: Sql): Sql => sql`(
  select counted.*, coalesce(graded.grade, 'not-mapped') as mapgrade from (
    select cell.patch_id, cell.lead, cell.area, cell.village, cell.class, cell.grade, cell.owner, cell.contract, cell.saline
    from land.cell cell where cell.county = ${county} and cell.patch_id = any(${ids}) and ${known('cell', rev)} and ${valid('cell', day)}
    union all
    select alone.patch_id, alone.lead, alone.area, alone.village, alone.class, alone.grade, alone.owner, alone.contract, alone.saline
    from land.patch_alone alone where alone.county = ${county} and alone.patch_id = any(${ids}) and ${known('alone', rev)} and ${valid('alone', day)}
      and not exists (select from land.cell cell where cell.county = ${county} and cell.patch_id = alone.patch_id and ${known('cell', rev)} and ${valid('cell', day)})) counted
  left join ${ident('land', 'map_grade')} graded on graded.county = ${county} and graded.patch_id = counted.patch_id and ${known('graded', rev)} and ${valid('graded', day)})`

/** The patches that a step may have changed: whose own rows, cells or grade by map it made or closed, or that turned on a day that passed. */
function touchedBy(county: string, before: Known, after: Known): Sql {
  const each = (table: string, id: string) => {
    const row = sql`select ${ident('row', id)} as id from ${ident('land', table)} ${ident('row')} where ${ident('row', 'county')} = ${county}`
    if (before.rev !== after.rev)
      return sql`${row} and ${ident('row', 'since')} = ${after.rev}::int4 union ${row} and ${ident('row', 'until')} = ${after.rev}::int4`
    const [early, late] = before.day < after.day ? [before.day, after.day] : [after.day, before.day]
    const between = (side: string) => sql`${ident('row', side)} > ${early}::date and ${ident('row', side)} <= ${late}::date`
    return sql`${row} and ${known('row', after.rev)} and (${between('valid_from')} or ${between('valid_to')})`
  }
  return sql`array(${each('cell', 'patch_id')} union ${each('patch', 'id')} union ${each('map_grade', 'patch_id')})`
}

export type StepCell = {
  readonly patchId: number
  readonly words: Readonly<Record<'village' | Exclude<Dimension, 'area'>, string>>
  readonly area: number
  readonly patches: number
}

/** One step patch by patch: what each is counted by after it, less what it was counted by before it. Only what differs. */
export async function readStepCells(
  db: Db,
  county: string,
  before: Known,
  after: Known,
  { within, filters }: { readonly within: string; readonly filters: CountFilters },
): Promise<StepCell[]> {
  const touched = (await db.one<{ ids: readonly number[] }>`select ${touchedBy(county, before, after)} as ids`).ids
  if (touched.length === 0) return []
  const ids = sql`${touched}::int8[]`
  const words = sql`step.patch_id, step.village, step.class, step.grade, step.mapgrade, step.owner, step.contract, step.saline`
  const rows = await db.all<
    { patch_id: number; area_sum: number; patch_sum: number; village: string } & Record<Exclude<Dimension, 'area'>, string>
  >`
    select ${words}, sum(step.sign * step.area)::int8 as area_sum, sum(step.sign * step.lead)::int8 as patch_sum
    from (select cell.*, 1 as sign from ${cellsAt(county, after, ids)} cell union all select cell.*, -1 from ${cellsAt(county, before, ids)} cell) step
    where ${kept(within, filters)}
    group by ${words} having sum(step.sign * step.area) <> 0 or sum(step.sign * step.lead) <> 0 order by 1, 2, 3, 4, 5, 6, 7, 8`
  return rows.map(({ patch_id: patchId, area_sum: area, patch_sum: patches, village, ...row }) => ({
    patchId,
    words: { village, ...(Object.fromEntries(OTHERS.map((name) => [name, row[name]])) as Record<Exclude<Dimension, 'area'>, string>) },
    area,
    patches,
  }))
}
const OTHERS = DIMENSIONS.filter((dimension) => dimension !== 'area')

/** Revisions after one and up to another, with their causes. */
export const readCauses = (db: Db, county: string, after: number, upTo: number) =>
  db.all<{ rev: number; cause: string; reason: string }>`
    select rev, cause, reason from kernel.revision_now where county = ${county} and rev > ${after}::int4 and rev <= ${upTo}::int4 order by rev`

/** What patches are called, in whatever version is the newest. */
export const readPatchNames = (db: Db, county: string, ids: readonly number[]) =>
  db.all<{ id: number; patchKey: string; villageName: string | null }>`
    select distinct on (patch.id) patch.id, patch.patch_key as "patchKey", patch.village_name as "villageName" from ${ident('land', 'patch')} patch
    where patch.county = ${county} and patch.id = any(${ids}::int8[]) order by patch.id, patch.since desc, patch.valid_from desc`
