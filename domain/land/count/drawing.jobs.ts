/** Packed ground drawn into a tile: of the web's Mercator, or of degrees of CGCS2000. */
import { BUFFER, EXTENT, type InPlace, type TileAddress, tileBounds, toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { TileLayer } from '@dishu/server-kit/tiles/mvt'
import { redrawn } from '@dishu/server-kit/tiles/outline'
import { type Packed, type PackedFeature, unpack } from '@dishu/server-kit/tiles/packed'
import { SquareSums } from '@dishu/server-kit/tiles/squares'
import { DRAW_ALL_FROM_ZOOM, FIRST_ZOOM, OUTLINE_ZOOM, PARENT_ZOOM, type Place, SHOWN, SMALLEST_UNITS, SQUARES } from './blocks.ts'

const SQUARE_SIDE = EXTENT / 2 ** SQUARES
/** A tile and its rim, within which an outline need not be cut. */
const [LOW, HIGH] = [-BUFFER, EXTENT + BUFFER]

/**
 * What is drawn on: tiles of the web's Mercator of zoom `z` in column `x` from row `y` on, as many rows as reach into the picture, in units from the
 * first one's corner; `bend` takes these units to the picture's own where it is of another projection.
 */
export type Frame = {
  readonly z: number
  readonly x: number
  readonly y: number
  readonly rows: number
  readonly window: readonly [west: number, south: number, east: number, north: number] // degrees, with the rim
  readonly toUnits: InPlace // longitude and latitude in degrees to units of the picture
  readonly bend: InPlace | null
}

export const mercatorFrame = (tile: TileAddress): Frame => ({
  ...tile,
  rows: 1,
  window: tileBounds(tile, BUFFER),
  toUnits: (lonLat) => void toTileUnits(lonLat, tile),
  bend: null,
})

/** A square of 360° / 2ᶻ, column x from 180° west, row y from 90° north. Its columns are those of the web's Mercator, its rows lie otherwise. */
export function degreeFrame({ z, x, y }: TileAddress): Frame {
  const span = 360 / 2 ** z
  const [west, north] = [x * span - 180, 90 - y * span]
  const rim = (BUFFER / EXTENT) * span
  const most = 85.0511287798
  const ends = Float64Array.of(west, Math.min(most, north), west, Math.max(-most, north - span))
  toTileUnits(ends, { z, x: 0, y: 0 })
  const first = Math.min(2 ** z - 1, Math.max(0, Math.floor(ends[1] / EXTENT)))
  const last = Math.min(2 ** z - 1, Math.max(first, Math.ceil(ends[3] / EXTENT) - 1))
  const toUnits: InPlace = (lonLat) => {
    for (let i = 0; i + 1 < lonLat.length; i += 2) {
      lonLat[i] = ((lonLat[i] - west) / span) * EXTENT
      lonLat[i + 1] = ((north - lonLat[i + 1]) / span) * EXTENT
    }
  }
  const world = EXTENT * 2 ** z
  return {
    ...{ z, x, y: first, rows: last - first + 1 },
    window: [west - rim, Math.max(-90, north - span - rim), west + span + rim, Math.min(90, north + rim)],
    toUnits,
    bend: (xy) => {
      for (let i = 1; i < xy.length; i += 2) {
        const latitude = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (first * EXTENT + xy[i])) / world))) * 180) / Math.PI
        xy[i] = ((north - latitude) / span) * EXTENT
      }
    },
  }
}

const wordsOf = (tuple: readonly string[]) => Object.fromEntries(SHOWN.map((word, i) => [word, tuple[i]]))
const opened = (bytes: Uint8Array): Packed => {
  const block = unpack(bytes)
  if (block === null) throw new Error('expected a packed tile')
  return block
}

/** A tile of zoom 12 to 14 from the outline tiles that it is made of. */
export function drawOutlines(
  tile: Frame,
  places: readonly Place[],
  blocks: readonly Uint8Array[],
): { cells: TileLayer; density: TileLayer } {
  const [cells, density] = [new TileLayer('cells'), new TileLayer('density')]
  const across = 2 ** (OUTLINE_ZOOM - tile.z)
  const scale = 1 / across
  const all = tile.z >= DRAW_ALL_FROM_ZOOM
  const sums = new SquareSums()
  for (const [b, bytes] of blocks.entries()) {
    const block = opened(bytes)
    const [column, row] = [places[b].x - tile.x * across, places[b].y - tile.y * across]
    const [dx, dy] = [column * EXTENT * scale, row * EXTENT * scale]
    const together: Uint8Array[] = []
    const numbers: number[] = []
    block.read((feature) => {
      const { minX, minY, maxX, maxY } = feature
      if (!all && Math.max(maxX - minX, maxY - minY) * scale < SMALLEST_UNITS) {
        const [x, y] = [(minX + maxX) / 2, (minY + maxY) / 2]
        if (x < 0 || y < 0 || x >= EXTENT || y >= EXTENT) return
        numbers[feature.words] ??= sums.words(block.words[feature.words])
        const [sx, sy] = [Math.floor((x * scale + dx) / SQUARE_SIDE), Math.floor((y * scale + dy) / SQUARE_SIDE)]
        sums.add(sx + sy * 2 ** SQUARES, numbers[feature.words], feature.value)
        return
      }
      if ((column > 0 && minX < 0) || (row > 0 && minY < 0)) return
      together[feature.words] ??= cells.together(wordsOf(block.words[feature.words]))
      drawFeature(cells, feature, together[feature.words], scale, dx, dy, tile.bend)
    })
  }
  sums.each((place, dominant, value) =>
    drawSquare(density, place % 2 ** SQUARES, Math.floor(place / 2 ** SQUARES), SQUARE_SIDE, dominant, value, tile.bend),
  )
  return { cells, density }
}

/** A tile up to zoom 11 from the summaries (of that zoom, or of 5 for smaller ones) of the parents in it. */
export function drawSummaries(
  tile: Frame,
  places: readonly Place[],
  blocks: readonly Uint8Array[],
): { cells: TileLayer; density: TileLayer } {
  const [cells, density] = [new TileLayer('cells'), new TileLayer('density')]
  const across = 2 ** (PARENT_ZOOM - tile.z)
  const zoom = Math.max(FIRST_ZOOM, tile.z)
  const scale = 2 ** (tile.z - zoom)
  const side = EXTENT / across
  const squares = 2 ** (zoom - FIRST_ZOOM)
  for (const [b, bytes] of blocks.entries()) {
    const block = opened(bytes)
    const [column, row] = [places[b].x - tile.x * across, places[b].y - tile.y * across]
    const [dx, dy] = [column * side, row * side]
    const together: Uint8Array[] = []
    block.read(
      (feature) => {
        if (!feature.part && ((column > 0 && feature.minX < 0) || (row > 0 && feature.minY < 0))) return
        together[feature.words] ??= cells.together(wordsOf(block.words[feature.words]))
        drawFeature(cells, feature, together[feature.words], scale, dx, dy, tile.bend)
      },
      ({ place, words, value }) => {
        const step = side / squares
        const [x, y] = [dx / step + (place % squares), dy / step + Math.floor(place / squares)]
        drawSquare(density, x, y, step, block.words[words], value, tile.bend)
      },
    )
  }
  return { cells, density }
}

function drawFeature(
  layer: TileLayer,
  feature: PackedFeature,
  together: Uint8Array,
  scale: number,
  dx: number,
  dy: number,
  bend: InPlace | null,
): void {
  const { id, twin, value, minX, minY, maxX, maxY, rings, shells } = feature
  const numbers = [
    ['id', id],
    ['cell', twin],
    ['area', value / 100],
  ] as const
  const inside =
    bend === null && minX * scale + dx >= LOW && minY * scale + dy >= LOW && maxX * scale + dx <= HIGH && maxY * scale + dy <= HIGH
  if (scale === 1 && inside) {
    if (rings.length > 0) layer.numbered(rings, numbers, id, together, dx, dy)
    return
  }
  const drawn: Int32Array[] = []
  let kept = false
  for (let r = 0; r < rings.length; r++) {
    if (!shells[r] && !kept) continue
    const ring = redrawn(rings[r], shells[r], scale, dx, dy, inside ? null : undefined, bend)
    if (shells[r]) kept = ring !== null
    if (ring !== null) drawn.push(ring)
  }
  if (drawn.length > 0) layer.numbered(drawn, numbers, id, together)
}

/** On whole units also where a square is smaller than one. */
function drawSquare(
  layer: TileLayer,
  column: number,
  row: number,
  side: number,
  words: readonly string[],
  value: number,
  bend: InPlace | null,
): void {
  const corners = Float64Array.of(column * side, row * side, (column + 1) * side, (row + 1) * side)
  bend?.(corners)
  const [x0, y0] = [Math.floor(corners[0]), Math.floor(corners[1])]
  const [x1, y1] = [Math.max(x0 + 1, Math.floor(corners[2])), Math.max(y0 + 1, Math.floor(corners[3]))]
  if (y1 < LOW || y0 > HIGH) return // of a row that reaches into the picture with another part
  layer.polygon([Int32Array.of(x0, y0, x1, y0, x1, y1, x0, y1)], { ...wordsOf(words), area: value / 100 })
}
