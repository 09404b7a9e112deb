/** What every patch counted as in one state of the register and counts as in another, by one dimension; and where it lies. */
import type { Day } from '@dishu/base/date'
import { type Db, ident, type Sql, sql } from '@dishu/server-kit/sql'
import type { Dimension } from './count.wire.ts'

type Known = { readonly day: Day; readonly rev: number }
export type DifferenceDimension = Exclude<Dimension, 'area'>

/** See `known` and `valid` of changes.store.ts: two stores do not share code. */
const known = (alias: string, rev: number): Sql =>
  sql`${ident(alias, 'since')} <= ${rev}::int4 and (${ident(alias, 'until')} is null or ${ident(alias, 'until')} > ${rev}::int4)`
const valid = (alias: string, day: Day): Sql =>
  sql`${ident(alias, 'valid_from')} <= ${day}::date and ${ident(alias, 'valid_to')} > ${day}::date`

/** Patches of which a revision between the states, or a day that passed, may have changed anything. */
export async function readTouched(db: Db, county: string, from: Known, to: Known): Promise<number[]> {
  const [low, high] = from.rev < to.rev ? [from.rev, to.rev] : [to.rev, from.rev]
  const [early, late] = from.day < to.day ? [from.day, to.day] : [to.day, from.day]
  const each = (table: string, id: string) => {
    const at = (column: string) => ident('row', column)
    const row = sql`select ${at(id)} as id from ${ident('land', table)} ${ident('row')} where ${at('county')} = ${county}`
    const turned = (side: string) => sql`(${at(side)} > ${early}::date and ${at(side)} <= ${late}::date)`
    return sql`${row} and ${at('since')} > ${low}::int4 and ${at('since')} <= ${high}::int4
      union ${row} and ${at('until')} > ${low}::int4 and ${at('until')} <= ${high}::int4
      union ${row} and ${known('row', high)} and (${turned('valid_from')} or ${turned('valid_to')})`
  }
  const { ids } = await db.one<{ ids: number[] }>`
    select array(${each('cell', 'patch_id')} union ${each('patch', 'id')} union ${each('map_grade', 'patch_id')}) as ids`
  return ids
}

export type ValueRow = {
  readonly patchId: number
  readonly value: string
  readonly before: number // hundredths of m²
  readonly after: number
  readonly patchesBefore: number
  readonly patchesAfter: number
}

/** All cells of one state, as `cellsAt` of changes.store.ts. */
const cellsAt = (county: string, { day, rev }: Known, ids: Sql): Sql => sql`(
  select counted.*, coalesce(graded.grade, 'not-mapped') as mapgrade from (
    select cell.patch_id, cell.lead, cell.area, cell.village, cell.class, cell.grade, cell.owner, cell.contract, cell.saline
    from land.cell cell where cell.county = ${county} and cell.patch_id = any(${ids}) and ${known('cell', rev)} and ${valid('cell', day)}
    union all
    select alone.patch_id, alone.lead, alone.area, alone.village, alone.class, alone.grade, alone.owner, alone.contract, alone.saline
    from land.patch_alone alone where alone.county = ${county} and alone.patch_id = any(${ids}) and ${known('alone', rev)} and ${valid('alone', day)}
      and not exists (select from land.cell cell where cell.county = ${county} and cell.patch_id = alone.patch_id and ${known('cell', rev)} and ${valid('cell', day)})) counted
  left join ${ident('land', 'map_grade')} graded on graded.county = ${county} and graded.patch_id = counted.patch_id and ${known('graded', rev)} and ${valid('graded', day)})`

/** Of the touched patches within an area, by value of the dimension. A patch that left the area, or came into it, counts on one side only. */
export const readValues = (
  db: Db,
  county: string,
  from: Known,
  to: Known,
  within: string,
  by: DifferenceDimension,
  touched: readonly number[],
) => {
  const ids = sql`${touched}::int8[]`
  return db.all<ValueRow>`
    select state.patch_id as "patchId", ${ident('state', by)} as value, (sum(state.area) filter (where not state.later))::int8 as "before",
      (sum(state.area) filter (where state.later))::int8 as "after", (sum(state.lead) filter (where not state.later))::int8 as "patchesBefore",
      (sum(state.lead) filter (where state.later))::int8 as "patchesAfter"
    from (select cell.*, false as later from ${cellsAt(county, from, ids)} cell union all select cell.*, true from ${cellsAt(county, to, ids)} cell) state
    where left(state.village, ${within.length}::int) = ${within}
    group by 1, 2 order by 1, 2`
}

export type PlacedPatch = {
  readonly id: number
  readonly patchKey: string
  readonly villageName: string | null
  readonly srid: number | null
  readonly outline: Uint8Array | null
  readonly bbox: readonly [number, number, number, number] | null
}

/** Patches as they lie in a state. */
export const readPlaced = (db: Db, county: string, { day, rev }: Known, ids: readonly number[]) =>
  db.all<PlacedPatch>`
    select patch.id, patch.patch_key as "patchKey", coalesce(patch.village_name, patch.village) as "villageName", patch.srid, patch.outline, patch.bbox
    from ${ident('land', 'patch')} patch
    where patch.county = ${county} and patch.id = any(${ids}::int8[]) and ${known('patch', rev)} and ${valid('patch', day)} order by patch.id`
