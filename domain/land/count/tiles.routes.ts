/** GET /tiles/:county/:z/:x/:y.mvt: the count as a map. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Day } from '@dishu/base/date'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import type { AsOf } from '@dishu/kernel/records/records'
import type { Db } from '@dishu/server-kit/sql'
import { type InPlace, isTile, localProjection, type TileAddress } from '@dishu/server-kit/tiles/mercator'
import { TileLayer, tileOf } from '@dishu/server-kit/tiles/mvt'
import { drawnRings } from '@dishu/server-kit/tiles/outline'
import { daysAround, isGood, isPresent, type Looking, outlinesOf, parentOf, parentsOf, Shelf, summariesOf } from './blocks.jobs.ts'
import type { BlockRow } from './blocks.store.ts'
import { FIRST_ZOOM, OUTLINE_ZOOM, outlinesUnder, PARENT_ZOOM, type Place, parentsUnder } from './blocks.ts'
import { drawBoundaries } from './boundaries.jobs.ts'
import { asOfFrom } from './count.routes.ts'
import { degreeFrame, drawOutlines, drawSummaries, type Frame, mercatorFrame } from './drawing.jobs.ts'
import { type CellInWindow, readCellsInWindow, readSamplesInWindow } from './map.store.ts'
import { projectionOf } from './plane.ts'
import type { Address, CountRefusal } from './questions.ts'
import { learnSystems } from './systems.jobs.ts'

const SAMPLES_FROM_ZOOM = 11
const CACHE_BYTES = 96 * 1024 * 1024
const GZIP_LEVEL = 2 // four fifths of what level 6 saves, in a third of its time

let shelf = new Shelf(CACHE_BYTES)
const making = new Map<string, Promise<Uint8Array>>()
const packed = promisify(gzip)

export type TileRefusal = CountRefusal | { readonly code: 'count/no-such-tile'; readonly details: TileAddress }
export type TileTools = {
  /** The areas of the request: what was made for one is not shown to another. */
  readonly scope: readonly string[]
  /** Where ground that was made ready is kept for the next start. */
  readonly keep?: (county: string, rows: readonly BlockRow[]) => void
  /** The tile is one of degrees: 360° / 2ᶻ wide, rows from 90° north. */
  readonly degrees?: boolean
}

/** Empties the memory of tiles, as a start does. */
export function forgetTiles(): void {
  shelf = new Shelf(CACHE_BYTES)
}

/** The tile packed with gzip; none where there is nothing to show. Tiles of a stated revision never change, those of the present only where a revision touches them. */
export async function handleTile(
  db: Db,
  county: string,
  tile: TileAddress,
  address: Address,
  today: Day,
  { scope, keep, degrees = false }: TileTools,
): Promise<Result<Uint8Array, TileRefusal>> {
  if (!isTile(tile) || (degrees && (tile.z < 1 || tile.y >= 2 ** (tile.z - 1)))) return refuse('count/no-such-tile', tile)
  const when = await asOfFrom(db, county, address, today)
  if (!when.ok) return when
  const { asOf, known } = when.value
  const looking: Looking = { db, county, asOf, known, scope, keep: keep && ((rows) => keep(county, rows)) }
  const present = isPresent(looking)
  const key = `${county} ${scope.join()} ${present ? 'now' : `${known} ${asOf.day}`} ${degrees ? 'd' : ''}${tile.z}/${tile.x}/${tile.y}`
  const kept = shelf.get(key)
  const frame = degrees ? degreeFrame(tile) : mercatorFrame(tile)
  if (kept && (!present || (await isUntouched(looking, kept, frame)))) return accept(kept.bytes)
  const all = `${key} ${known} ${asOf.day}`
  const under = making.get(all) ?? make(looking, frame, key)
  making.set(all, under)
  try {
    return accept(await under)
  } finally {
    making.delete(all)
  }
}

/** Whether all that the frame is drawn from looks as it did. */
async function isUntouched(looking: Looking, kept: Parameters<typeof isGood>[1], { z, x, y, rows }: Frame): Promise<boolean> {
  const lift = Math.max(0, z - OUTLINE_ZOOM)
  for (let row = y; row < y + rows; row++) if (!(await isGood(looking, kept, z - lift, { x: x >> lift, y: row >> lift }))) return false
  return true
}

async function make(looking: Looking, frame: Frame, key: string): Promise<Uint8Array> {
  const plain = await drawTile(looking, frame)
  const bytes = plain.length === 0 ? plain : await packed(plain, { level: GZIP_LEVEL })
  const { from, to } = isPresent(looking) ? await daysAround(looking) : { from: looking.asOf.day, to: looking.asOf.day }
  shelf.set(key, { made: looking.known, dayFrom: from, dayTo: to, bytes })
  return bytes
}

/** Makes a tile from the register, whatever has been made before. */
export const makeTile = (db: Db, county: string, tile: TileAddress, asOf: AsOf): Promise<Uint8Array> =>
  drawTile({ db, county, asOf, known: asOf.rev ?? 0, scope: [], anew: true }, mercatorFrame(tile))

/** The tile as it is before it is packed, from ground made ready where there is some. */
export async function drawTile(looking: Looking, frame: Frame): Promise<Uint8Array> {
  const { z, x, y, rows } = frame
  const areas = await drawBoundaries(looking, frame)
  const samples = z >= SAMPLES_FROM_ZOOM ? await drawSamples(looking, frame) : new TileLayer('samples')
  if (z > OUTLINE_ZOOM) return tileOf([areas, await drawCells(looking, frame), samples])
  const extent = z >= PARENT_ZOOM ? null : await parentsOf(looking)
  if (z < PARENT_ZOOM && extent === null) return tileOf([areas, samples])
  const places: Place[] = []
  const blocks: Uint8Array[] = []
  for (let row = y; row < y + rows; row++) {
    const under = extent === null ? outlinesUnder(z, x, row) : parentsUnder(z, x, row, extent)
    if (under.length === 0) continue
    places.push(...under)
    blocks.push(
      ...(extent === null
        ? await outlinesOf(looking, parentOf(under[0]), under)
        : await summariesOf(looking, Math.max(FIRST_ZOOM, z), under)),
    )
  }
  const { cells, density } = extent === null ? drawOutlines(frame, places, blocks) : drawSummaries(frame, places, blocks)
  return tileOf([areas, density, cells, samples])
}

async function drawSamples({ db, county, asOf }: Looking, { window, toUnits }: Frame): Promise<TileLayer> {
  const layer = new TileLayer('samples')
  for (const { longitude, latitude, ...properties } of await readSamplesInWindow(db, county, asOf, window)) {
    const xy = Float64Array.of(longitude, latitude)
    toUnits(xy)
    layer.point(xy[0], xy[1], properties)
  }
  return layer
}

/** Closer than the packed outlines are exact, a tile has few cells: they are read as they stand. */
async function drawCells({ db, county, asOf }: Looking, frame: Frame): Promise<TileLayer> {
  const layer = new TileLayer('cells')
  const rows = await readCellsInWindow(db, county, asOf, frame.window)
  await learnSystems(
    db,
    rows.map(({ srid }) => srid),
  )
  const place = placer(frame)
  for (const row of rows) drawCell(layer, row, place(row.srid))
  return layer
}

function drawCell(layer: TileLayer, cell: CellInWindow, place: InPlace | null): void {
  if (place === null) return
  const geometry = readWkb(cell.outline)
  if (geometry.type !== 'polygon') return
  const rings = geometry.polygons.flatMap((polygon) => {
    for (const ring of polygon.rings) place(ring)
    return drawnRings(polygon.rings)
  })
  const { id, class: landClass, grade, mapgrade, owner, contract, saline } = cell
  if (rings.length > 0)
    layer.polygon(rings, { id, cell: cell.cell, class: landClass, grade, mapgrade, owner, contract, saline, area: cell.area / 100 }, id)
}

/** For each system of coordinates the way to the tile's units; null where there is none. */
function placer(frame: Frame): (srid: number | null) => InPlace | null {
  const known = new Map<number | null, InPlace | null>()
  return (srid) => {
    if (!known.has(srid)) known.set(srid, placing(srid, frame))
    return known.get(srid) ?? null
  }
}

function placing(srid: number | null, { window: [west, south, east, north], toUnits }: Frame): InPlace | null {
  const projection = projectionOf(srid)
  if (projection === null) return null
  const exact = (xy: Float64Array) => {
    projection.toLonLat(xy)
    toUnits(xy)
  }
  const corners = Float64Array.of(west, south, east, south, east, north, west, north)
  projection.fromLonLat(corners)
  const xs = [corners[0], corners[2], corners[4], corners[6]]
  const ys = [corners[1], corners[3], corners[5], corners[7]]
  return localProjection(exact, [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)])
}
