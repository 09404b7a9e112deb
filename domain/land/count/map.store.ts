/** What a map window shows: cells with their outlines, squares of what is too small to draw, boundaries, samples. */
import type { AsOf } from '@dishu/kernel/records/records'
import { type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'

export type Window = readonly [west: number, south: number, east: number, north: number]

export type CellInWindow = {
  readonly id: number // of the patch
  readonly cell: number
  readonly class: string
  readonly grade: string
  readonly mapgrade: string
  readonly owner: string
  readonly contract: string
  readonly saline: string
  readonly area: number // hundredths of a square metre
  readonly srid: number | null
  readonly outline: Uint8Array
}
export type SquareInWindow = Pick<CellInWindow, 'class' | 'grade' | 'mapgrade' | 'owner' | 'contract' | 'saline' | 'area'> & {
  readonly column: number
  readonly row: number
}

/** See `standing` of count.store.ts: two stores do not share code. */
function standing(alias: string, { day, rev }: AsOf): Sql {
  const at = (column: string) => ident(alias, column)
  const valid = sql`${at('valid_from')} <= ${day}::date and ${at('valid_to')} > ${day}::date`
  return rev === null
    ? sql`${at('until')} is null and ${valid}`
    : sql`${at('since')} <= ${rev}::int4 and (${at('until')} is null or ${at('until')} > ${rev}::int4) and ${valid}`
}
const boxOf = ([west, south, east, north]: Window) => sql`box(point(${west}, ${south}), point(${east}, ${north}))`
/** The larger side of a patch's box in degrees of longitude, a degree of latitude counted as `stretch` of them: how large it is on the map. */
const sideOf = (stretch: number) =>
  sql`greatest((patch.bbox[0])[0] - (patch.bbox[1])[0], ((patch.bbox[0])[1] - (patch.bbox[1])[1]) * ${stretch}::float8)`

type Words = Pick<CellInWindow, 'class' | 'grade' | 'mapgrade' | 'owner' | 'contract' | 'saline'>
/** Of a patch's kept cell, else what the patch says by itself. */
const WORD_OF: Readonly<Record<keyof Words, Sql>> = {
  class: sql`coalesce(cell.class, patch.class)`,
  grade: sql`coalesce(cell.grade, 'not-graded')`,
  mapgrade: sql`coalesce(graded.grade, 'not-mapped')`,
  owner: sql`coalesce(cell.owner, land.owner_of(patch.owner_kind))`,
  contract: sql`coalesce(cell.contract, 'none')`,
  saline: sql`coalesce(cell.saline, land.saline_alone(patch.class))`,
}
const AREA = sql`coalesce(cell.area, patch.official_area - land.ridges_of(patch.official_area, patch.deducted_area))`
/** What the soil map of the day says of a patch. */
const mapOf = (county: string, asOf: AsOf) =>
  sql`left join ${ident('land', 'map_grade')} graded on graded.county = ${county} and graded.patch_id = patch.id and ${standing('graded', asOf)}`
const PART = '\u001f'

/** Land cells whose patch meets the window and is at least `smallest` degrees of longitude on its larger side. Cells with the same words share them. */
export async function readCellsInWindow(
  db: Db,
  county: string,
  asOf: AsOf,
  window: Window,
  smallest: number,
  stretch: number,
): Promise<CellInWindow[]> {
  const rows = await db.all<Omit<CellInWindow, keyof Words> & { words: string }>`
    select patch.id, coalesce(cell.id, patch.id) as cell, concat_ws(${PART}, ${joined(Object.values(WORD_OF))}) as words, ${AREA} as area, patch.srid,
      coalesce(cell.outline, patch.outline) as outline
    from ${ident('land', 'patch')} patch
    left join land.cell cell on cell.county = patch.county and cell.patch_id = patch.id and cell.part = 0 and ${standing('cell', asOf)}
    ${mapOf(county, asOf)}
    where patch.county = ${county} and patch.bbox && ${boxOf(window)} and ${standing('patch', asOf)} and patch.outline is not null
      and ${smallest <= 0 ? sql`true` : sql`${sideOf(stretch)} >= ${smallest}::float8`}`
  const known = new Map<string, Words>()
  return rows.map(({ words, ...row }) => {
    const shared = known.get(words) ?? wordsFrom(words)
    known.set(words, shared)
    return { ...row, ...shared }
  })
}

function wordsFrom(text: string): Words {
  const [landClass, grade, mapgrade, owner, contract, saline] = text.split(PART)
  return { class: landClass, grade, mapgrade, owner, contract, saline }
}

/**
 * Cells of the smaller patches, added up by the squares of a grid over the world that their middles lie in: 2^`grid` columns from 180° west, as many
 * rows from the north in the web's Mercator.
 */
export const readSquaresInWindow = (db: Db, county: string, asOf: AsOf, window: Window, below: number, stretch: number, grid: number) =>
  db.all<SquareInWindow>`
    select patch."column", patch.row, ${joined(Object.entries(WORD_OF).map(([word, value]) => sql`${value} as ${ident(word)}`))}, sum(${AREA})::int8 as area
    from (
      select patch.id, patch.class, patch.owner_kind, patch.official_area, patch.deducted_area,
        floor((longitude + 180) / 360 * ${2 ** grid}::float8)::int4 as "column",
        floor((0.5 - ln((1 + sind(latitude)) / (1 - sind(latitude))) / (4 * pi())) * ${2 ** grid}::float8)::int4 as row
      from ${ident('land', 'patch')} patch,
        lateral (select ((patch.bbox[0])[0] + (patch.bbox[1])[0]) / 2 as longitude, ((patch.bbox[0])[1] + (patch.bbox[1])[1]) / 2 as latitude) middle
      where patch.county = ${county} and patch.bbox && ${boxOf(window)} and ${standing('patch', asOf)} and ${sideOf(stretch)} < ${below}::float8
    ) patch
    left join land.cell cell on cell.county = ${county} and cell.patch_id = patch.id and cell.part = 0 and ${standing('cell', asOf)}
    ${mapOf(county, asOf)}
    group by patch."column", patch.row, ${joined(Object.values(WORD_OF))}`

export const readAreasInWindow = (db: Db, county: string, asOf: AsOf, window: Window, levels: readonly string[]) =>
  db.all<{ code: string; level: string; name: string; srid: number | null; outline: Uint8Array }>`
    select area.code, area.level, area.name, area.srid, area.outline from ${ident('kernel', 'area')} area
    where area.county = ${county} and area.level = any(${levels}::text[]) and area.bbox && ${boxOf(window)} and ${standing('area', asOf)} and area.outline is not null
    order by area.code`

export const readSamplesInWindow = (db: Db, county: string, asOf: AsOf, window: Window) =>
  db.all<{ code: string; ph: number | null; ec: number | null; longitude: number; latitude: number }>`
    select sample.sample_code as code, sample.ph, sample.ec_ds_per_m as ec, sample.longitude, sample.latitude from ${ident('land', 'sample')} sample
    where sample.county = ${county} and sample.place && ${boxOf(window)} and ${standing('sample', asOf)} order by sample.sample_code, sample.depth_from_cm`

export const readForeignSystems = (db: Db, srids: readonly number[]) =>
  db.all<{ srid: number; wkt: string }>`select srid, wkt from kernel.crs_now where srid = any(${srids}::int4[])`
