/** What a map window shows: cells with their outlines, boundaries, samples. */
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
  readonly west: number // the patch's box, in degrees
  readonly south: number
  readonly east: number
  readonly north: number
  readonly outline: Uint8Array
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

/** Land cells whose patch meets the window. Cells with the same words share them. */
export async function readCellsInWindow(db: Db, county: string, asOf: AsOf, window: Window): Promise<CellInWindow[]> {
  const rows = await db.all<Omit<CellInWindow, keyof Words> & { words: string }>`
    select patch.id, coalesce(cell.id, patch.id) as cell, concat_ws(${PART}, ${joined(Object.values(WORD_OF))}) as words, ${AREA} as area, patch.srid,
      (patch.bbox[1])[0] as west, (patch.bbox[1])[1] as south, (patch.bbox[0])[0] as east, (patch.bbox[0])[1] as north,
      coalesce(cell.outline, patch.outline) as outline
    from ${ident('land', 'patch')} patch
    left join land.cell cell on cell.county = patch.county and cell.patch_id = patch.id and cell.part = 0 and ${standing('cell', asOf)}
    ${mapOf(county, asOf)}
    where patch.county = ${county} and patch.bbox && ${boxOf(window)} and ${standing('patch', asOf)} and patch.outline is not null`
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

export const readBoundaries = (db: Db, county: string, asOf: AsOf) =>
  db.all<{ code: string; level: string; name: string; srid: number | null; outline: Uint8Array }>`
    select area.code, area.level, area.name, area.srid, area.outline from ${ident('kernel', 'area')} area
    where area.county = ${county} and ${standing('area', asOf)} and area.outline is not null
    order by area.code`

/** The newest revision that began or ended a boundary. */
export const readBoundariesRevision = (db: Db, county: string) =>
  db.one<{ rev: number }>`
    select coalesce(greatest(max(since), max(until)), 0) as rev from ${ident('kernel', 'area')} area where county = ${county}`

export const readSamplesInWindow = (db: Db, county: string, asOf: AsOf, window: Window) =>
  db.all<{ code: string; ph: number | null; ec: number | null; longitude: number; latitude: number }>`
    select sample.sample_code as code, sample.ph, sample.ec_ds_per_m as ec, sample.longitude, sample.latitude from ${ident('land', 'sample')} sample
    where sample.county = ${county} and sample.place && ${boxOf(window)} and ${standing('sample', asOf)} order by sample.sample_code, sample.depth_from_cm`

export const readForeignSystems = (db: Db, srids: readonly number[]) =>
  db.all<{ srid: number; wkt: string }>`select srid, wkt from kernel.crs_now where srid = any(${srids}::int4[])`
