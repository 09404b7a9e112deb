/** Map ground that was made ready, and which of it a revision touches. */
import type { Day } from '@dishu/base/date'
import type { AsOf } from '@dishu/kernel/records/records'
import { type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'

export type Box = readonly [west: number, south: number, east: number, north: number]
/** `zoom` 14: outlines of a tile of that zoom; 5 to 11: what that zoom shows of a tile of zoom 12. */
export type BlockRow = {
  readonly zoom: number
  readonly x: number
  readonly y: number
  readonly made: number
  readonly dayFrom: Day
  readonly dayTo: Day
  readonly bytes: Uint8Array
}

export const readBlocks = (db: Db, county: string, zoom: number, xs: readonly number[], ys: readonly number[]) =>
  db.all<BlockRow>`
    select zoom, x, y, made, day_from as "dayFrom", day_to as "dayTo", bytes from land.tile_block
    where county = ${county} and zoom = ${zoom} and x between ${Math.min(...xs)} and ${Math.max(...xs)} and y between ${Math.min(...ys)} and ${Math.max(...ys)}`

/** Keeps blocks; one that was made of a later revision stays. */
export async function writeBlocks(db: Db, county: string, rows: readonly BlockRow[]): Promise<void> {
  for (const { zoom, x, y, made, dayFrom, dayTo, bytes } of rows)
    await db.run`
      insert into land.tile_block as kept (county, zoom, x, y, made, day_from, day_to, bytes)
      values (${county}, ${zoom}, ${x}, ${y}, ${made}, ${dayFrom}, ${dayTo}, ${bytes})
      on conflict (county, zoom, x, y) do update set made = excluded.made, day_from = excluded.day_from, day_to = excluded.day_to, bytes = excluded.bytes
      where kept.made <= excluded.made`
}

/** What a revision began or ended, as boxes in degrees, up to `most` of them. */
export function readTouched(db: Db, county: string, rev: number, most: number): Promise<{ box: Box }[]> {
  const own = (schema: string, table: string, column: string, end: string) => sql`
    (select ${ident('line', column)} as box from ${ident(schema, table)} line where line.county = ${county} and ${ident('line', end)} = ${rev}::int4 limit ${most})`
  const ofPatches = (table: string, end: string) => sql`
    (select patch.bbox as box from ${ident('land', table)} line
     join ${ident('land', 'patch')} patch on patch.county = line.county and patch.id = line.patch_id and (patch.until is null or patch.until >= ${rev}::int4)
     where line.county = ${county} and ${ident('line', end)} = ${rev}::int4 limit ${most})`
  const parts = ['since', 'until'].flatMap((end): Sql[] => [
    own('land', 'patch', 'bbox', end),
    own('land', 'sample', 'place', end),
    own('kernel', 'area', 'bbox', end),
    ofPatches('cell', end),
    ofPatches('map_grade', end),
  ])
  return db.all<{ box: Box }>`
    select box from (${joined(parts, sql` union all `)}) touched where box is not null limit ${most}`
}

/** The next day after `day` on which the present register looks otherwise, by the sums of what is counted; and the last such day up to it. */
export const readDaysAround = (db: Db, county: string, day: Day) =>
  db.one<{ from: Day; to: Day }>`
    select coalesce(max(changed) filter (where changed <= ${day}), '-infinity'::date) as "from", coalesce(min(changed) filter (where changed > ${day}), 'infinity'::date) as "to"
    from (select valid_from as changed from land.cell_sum_now where county = ${county} union select valid_to from land.cell_sum_now where county = ${county}
      union select valid_from from land.map_grade_now where county = ${county} union select valid_to from land.map_grade_now where county = ${county}
      union select valid_from from land.sample_now where county = ${county} union select valid_to from land.sample_now where county = ${county}
      union select valid_from from kernel.area_now where county = ${county} union select valid_to from kernel.area_now where county = ${county}) days`

/** The box of all that stands in a state of the register; null where nothing has a place. */
export const readGroundBox = (db: Db, county: string, { rev }: AsOf) =>
  db.one<{ box: Box | null }>`
    select box(point(min((bbox[1])[0]), min((bbox[1])[1])), point(max((bbox[0])[0]), max((bbox[0])[1]))) as box
    from ${ident('land', 'patch')} patch where patch.county = ${county} and patch.bbox is not null and ${rev === null ? sql`patch.until is null` : sql`patch.since <= ${rev}::int4`}`

/** How many patches stand at present, by the sums of what is counted. */
export const countPatches = (db: Db, county: string) =>
  db.one<{
    patches: number
  }>`select coalesce(sum(patches), 0)::int8 as patches from land.cell_sum_now where county = ${county} and valid_to = 'infinity'`
