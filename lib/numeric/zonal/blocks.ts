/** A raster too large to hold is gone through in blocks: rectangles of whole tiles, and the zones that each may meet. */
import type { Window } from './coverage.ts'
import type { Zones } from './zones.ts'

/** Blocks of equal size save at the right and lower edge, row by row. */
export type Blocks = {
  readonly width: number
  readonly height: number
  readonly across: number
  readonly down: number
  readonly count: number
  window(block: number): Window
}

type Raster = { readonly width: number; readonly height: number; readonly tile: { readonly width: number; readonly height: number } }

/** Cells of a block, about: small enough that ten bands of it stay in a processor's cache while the zones are gone through. */
const CELLS = 1 << 18

/**
 * Blocks of whole tiles. Strips as wide as the raster are gathered into blocks of at least 128 rows, because every zone that lies in two blocks
 * is measured twice; `mostCells` bounds a block's size all the same.
 */
export function blocksOf(raster: Raster, mostCells = 1 << 25): Blocks {
  const { tile } = raster
  const times = (side: number, of: number, most: number) => Math.min(most, Math.max(1, Math.round(side / of)) * of)
  const side = Math.sqrt(CELLS)
  let width = times(side, tile.width, raster.width)
  let height = times(Math.max(width > 4 * side ? 128 : 0, CELLS / width), tile.height, raster.height)
  // an untiled raster of extreme width: narrower blocks cost reading a strip several times
  if (width * height > mostCells) height = Math.min(height, tile.height)
  if (width * height > mostCells) width = Math.max(1, Math.floor(mostCells / height))
  const across = Math.ceil(raster.width / width)
  const down = Math.ceil(raster.height / height)
  return {
    width,
    height,
    across,
    down,
    count: across * down,
    window: (block) => {
      const x = (block % across) * width
      const y = Math.floor(block / across) * height
      return { x, y, width: Math.min(width, raster.width - x), height: Math.min(height, raster.height - y) }
    },
  }
}

/**
 * Which zones' boxes meet which blocks: block b meets `zones[starts[b]] … zones[starts[b + 1] − 1]`, in ascending order.
 * A zone in several blocks leaves a part in each: `parts` numbers them as it numbers `zones`; −1 for zones in one block. `cut` are the zones with parts.
 */
export type Meetings = {
  readonly starts: Uint32Array
  readonly zones: Uint32Array
  readonly parts: Int32Array
  readonly partCount: number
  readonly cut: Uint32Array
  /** x0, y0, x1, y1 of all zones of each block together. */
  readonly extents: Float64Array
}

export function meetingsOf({ count, boxes }: Zones, blocks: Blocks, raster: { readonly width: number; readonly height: number }): Meetings {
  const each = (visit: (block: number, z: number) => void) => {
    for (let z = 0; z < count; z++) {
      const x0 = Math.max(0, boxes[4 * z])
      const y0 = Math.max(0, boxes[4 * z + 1])
      const x1 = Math.min(raster.width, boxes[4 * z + 2])
      const y1 = Math.min(raster.height, boxes[4 * z + 3])
      if (!(x1 > x0 && y1 > y0)) continue
      const left = Math.floor(x0 / blocks.width)
      const right = Math.ceil(x1 / blocks.width)
      const top = Math.floor(y0 / blocks.height)
      const bottom = Math.ceil(y1 / blocks.height)
      for (let by = top; by < bottom; by++) for (let bx = left; bx < right; bx++) visit(by * blocks.across + bx, z)
    }
  }
  const starts = new Uint32Array(blocks.count + 1)
  const met = new Uint8Array(count)
  each((block, z) => {
    starts[block + 1]++
    if (met[z] < 2) met[z]++
  })
  for (let b = 0; b < blocks.count; b++) starts[b + 1] += starts[b]
  const zones = new Uint32Array(starts[blocks.count])
  const next = starts.slice()
  const extents = new Float64Array(4 * blocks.count)
  for (let b = 0; b < blocks.count; b++)
    extents.set([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], 4 * b)
  each((block, z) => {
    zones[next[block]++] = z
    for (let side = 0; side < 4; side++) {
      const [of, at] = [4 * z + side, 4 * block + side]
      if (side < 2 ? boxes[of] < extents[at] : boxes[of] > extents[at]) extents[at] = boxes[of]
    }
  })
  const parts = new Int32Array(zones.length).fill(-1)
  let partCount = 0
  for (let i = 0; i < zones.length; i++) if (met[zones[i]] > 1) parts[i] = partCount++
  const cut: number[] = []
  for (let z = 0; z < count; z++) if (met[z] > 1) cut.push(z)
  return { starts, zones, parts, partCount, cut: Uint32Array.from(cut), extents }
}
