/** GET /tiles/:county/:z/:x/:y.mvt: the count as a map. */

import type { Day } from '@dishu/base/date'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import type { AsOf } from '@dishu/kernel/records/records'
import type { Db } from '@dishu/server-kit/sql'
import { TileCache } from '@dishu/server-kit/tiles/cache'
import {
  BUFFER,
  EXTENT,
  type InPlace,
  isTile,
  localProjection,
  type TileAddress,
  tileBounds,
  toTileUnits,
} from '@dishu/server-kit/tiles/mercator'
import { TileLayer, tileOf } from '@dishu/server-kit/tiles/mvt'
import { drawnRings } from '@dishu/server-kit/tiles/outline'
import { asOfFrom } from './count.routes.ts'
import {
  type CellInWindow,
  readAreasInWindow,
  readCellsInWindow,
  readSamplesInWindow,
  readSquaresInWindow,
  type SquareInWindow,
  type Window,
} from './map.store.ts'
import { projectionOf } from './plane.ts'
import type { Address, CountRefusal } from './questions.ts'
import { learnSystems } from './systems.jobs.ts'

/** Below 3 of the 512 pixels that a tile is wide, an outline is a blot: such patches are shown by squares. */
const SMALLEST_UNITS = (3 * EXTENT) / 512
/** Squares of 4 pixels: 2⁷ of them along a tile. */
const SQUARES = 7
const SAMPLES_FROM_ZOOM = 11
/** From zoom 14 on a patch of 3 pixels is under 10 m wide: everything is drawn, and nobody is asked how large it is. */
const DRAW_ALL_FROM_ZOOM = 14
const CACHE_BYTES = 64 * 1024 * 1024

const cache = new TileCache(CACHE_BYTES)

export type TileRefusal = CountRefusal | { readonly code: 'count/no-such-tile'; readonly details: TileAddress }

/**
 * The tile's bytes; none where there is nothing to show. Tiles of a stated revision never change. `scope` are the areas of the request: what
 * was made for one is not shown to another.
 */
export async function handleTile(
  db: Db,
  county: string,
  tile: TileAddress,
  address: Address,
  today: Day,
  scope: readonly string[],
): Promise<Result<Uint8Array, TileRefusal>> {
  if (!isTile(tile)) return refuse('count/no-such-tile', tile)
  const when = await asOfFrom(db, county, address, today)
  if (!when.ok) return when
  const { asOf, known } = when.value
  const key = `${county} ${scope.join()} ${known} ${asOf.day} ${tile.z}/${tile.x}/${tile.y}`
  return accept(await cache.get(key, () => makeTile(db, county, tile, asOf)))
}

/** Makes a tile from the register, whatever has been made before. */
export async function makeTile(db: Db, county: string, tile: TileAddress, asOf: AsOf): Promise<Uint8Array> {
  const window = tileBounds(tile, BUFFER)
  const unitDegrees = 360 / 2 ** tile.z / EXTENT
  const stretch = 1 / Math.cos((((window[1] + window[3]) / 2) * Math.PI) / 180)
  const all = tile.z >= DRAW_ALL_FROM_ZOOM
  const smallest = all ? 0 : SMALLEST_UNITS * unitDegrees
  const place = placer(tile, window)

  const cells = new TileLayer('cells')
  const inWindow = await readCellsInWindow(db, county, asOf, window, smallest, stretch)
  const areasInWindow = await readAreasInWindow(db, county, asOf, window, levelsAt(tile.z))
  await learnSystems(db, new Set([...inWindow, ...areasInWindow].map(({ srid }) => srid)))
  for (const cell of inWindow) drawCell(cells, cell, place)
  const density = new TileLayer('density')
  if (!all) drawSquares(density, tile, await readSquaresInWindow(db, county, asOf, window, smallest, stretch, tile.z + SQUARES))
  const areas = new TileLayer('areas')
  for (const { srid, outline, ...properties } of areasInWindow) draw(areas, outline, place(srid), properties)
  const samples = new TileLayer('samples')
  if (tile.z >= SAMPLES_FROM_ZOOM) {
    for (const { longitude, latitude, ...properties } of await readSamplesInWindow(db, county, asOf, window)) {
      const [x, y] = toTileUnits(Float64Array.of(longitude, latitude), tile)
      samples.point(x, y, properties)
    }
  }
  return tileOf([areas, density, cells, samples])
}

/** Which boundaries a zoom has room for. */
const levelsAt = (z: number) => (z >= 11 ? ['county', 'town', 'village'] : z >= 8 ? ['county', 'town'] : ['county'])

/** For each system of coordinates the way to the tile's units; null where there is none. */
function placer(tile: TileAddress, window: Window): (srid: number | null) => InPlace | null {
  const known = new Map<number | null, InPlace | null>()
  return (srid) => {
    if (!known.has(srid)) known.set(srid, placing(srid, tile, window))
    return known.get(srid) ?? null
  }
}

function placing(srid: number | null, tile: TileAddress, [west, south, east, north]: Window): InPlace | null {
  const projection = projectionOf(srid)
  if (projection === null) return null
  const exact = (xy: Float64Array) => {
    projection.toLonLat(xy)
    toTileUnits(xy, tile)
  }
  // nine points are enough for a tile of some tens of kilometres, not for a country
  if (tile.z < 10) return exact
  const corners = Float64Array.of(west, south, east, south, east, north, west, north)
  projection.fromLonLat(corners)
  const xs = [corners[0], corners[2], corners[4], corners[6]]
  const ys = [corners[1], corners[3], corners[5], corners[7]]
  return localProjection(exact, [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)])
}

function drawCell(layer: TileLayer, cell: CellInWindow, place: (srid: number | null) => InPlace | null): void {
  const { id, class: landClass, grade, mapgrade, owner, contract, saline } = cell
  draw(
    layer,
    cell.outline,
    place(cell.srid),
    { id, cell: cell.cell, class: landClass, grade, mapgrade, owner, contract, saline, area: cell.area / 100 },
    id,
  )
}

function draw(
  layer: TileLayer,
  outline: Uint8Array,
  place: InPlace | null,
  properties: Record<string, string | number>,
  id?: number,
): void {
  if (place === null) return
  const geometry = readWkb(outline)
  if (geometry.type !== 'polygon') return
  const rings = geometry.polygons.flatMap((polygon) => {
    for (const ring of polygon.rings) place(ring)
    return drawnRings(polygon.rings)
  })
  if (rings.length > 0) layer.polygon(rings, properties, id)
}

const SHOWN = ['class', 'grade', 'mapgrade', 'owner', 'contract', 'saline'] as const

/** One square with, for each dimension, the value that has most of its area; of equals the first by name. */
function drawSquares(layer: TileLayer, tile: TileAddress, rows: readonly SquareInWindow[]): void {
  const squares = new Map<string, SquareInWindow[]>()
  for (const row of rows) {
    const key = `${row.column} ${row.row}`
    const square = squares.get(key)
    if (square) square.push(row)
    else squares.set(key, [row])
  }
  const side = EXTENT / 2 ** SQUARES
  for (const parts of squares.values()) {
    const x = (parts[0].column - tile.x * 2 ** SQUARES) * side
    const y = (parts[0].row - tile.y * 2 ** SQUARES) * side
    if (x < -BUFFER || y < -BUFFER || x > EXTENT + BUFFER || y > EXTENT + BUFFER) continue
    const area = parts.reduce((sum, part) => sum + part.area, 0)
    const dominant = Object.fromEntries(SHOWN.map((dimension) => [dimension, mostOf(parts, dimension)]))
    layer.polygon([Int32Array.of(x, y, x + side, y, x + side, y + side, x, y + side)], { ...dominant, area: area / 100 })
  }
}

function mostOf(parts: readonly SquareInWindow[], dimension: (typeof SHOWN)[number]): string {
  if (parts.length === 1) return parts[0][dimension]
  const sums = new Map<string, number>()
  for (const part of parts) sums.set(part[dimension], (sums.get(part[dimension]) ?? 0) + part.area)
  return [...sums].reduce((best, each) => (each[1] > best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best))[0]
}
