/**
 * Segments in square cells. The cells are hashed, so that far outliers cost nothing, and a segment of many cells is registered only in those it
 * passes. Everything is taken one unit wider than it is: rounding of a node never carries it out of its segment's cells.
 */
import { counts, cursorOf, flags, floats, powerOfTwo, startsFrom } from './buffer.ts'

export type Segments = {
  /** Ends in whole units; x0 ≤ x1. */
  readonly x0: Float64Array
  readonly y0: Float64Array
  readonly x1: Float64Array
  readonly y1: Float64Array
}

/** west, south, east, north of every segment. */
export function boxesOf({ x0, y0, x1, y1 }: Segments): Float64Array {
  const box = floats(4 * x0.length)
  for (let i = 0; i < x0.length; i++) {
    box[4 * i] = x0[i]
    box[4 * i + 1] = Math.min(y0[i], y1[i])
    box[4 * i + 2] = x1[i]
    box[4 * i + 3] = Math.max(y0[i], y1[i])
  }
  return box
}

export type Cells = {
  /** Side of a cell, a power of two. */
  readonly size: number
  readonly mask: number
  /** Segments of bucket b: items[start[b]] … items[start[b + 1]]. */
  readonly start: Uint32Array
  readonly items: Uint32Array
  /** 1 where a segment is registered in every cell of its box, 0 where only in those it passes. */
  readonly whole: Uint8Array
}

/** A box of at most this many cells is registered whole. */
const WHOLE = 9

export function bucketOf(cx: number, cy: number, mask: number): number {
  let h = Math.imul(cx | 0, 0x9e3779b1) ^ Math.imul(cy | 0, 0x85ebca77)
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  return (h ^ (h >>> 13)) & mask
}

/** A segment that shares its cells with more than this, on average, wants smaller ones. */
const CROWDED = 48
/** Places in cells that a segment has on average, at most. */
const SPREAD = 48

export function cellsOf(segments: Segments): Cells {
  const { x0, y0, x1, y1 } = segments
  const n = x0.length
  let extent = 0
  for (let i = 0; i < n; i++) extent += Math.max(x1[i] - x0[i], Math.abs(y1[i] - y0[i]))
  let size = powerOfTwo(Math.max(n === 0 ? 1 : extent / n, 16))
  let cells = cellsOfSize(segments, size, n)
  // long lines that cross one another without end: in cells of a quarter of the size each meets fewer others
  for (let company = companyIn(cells); company > CROWDED && size > 16; ) {
    size /= 4
    if (cells.items.length > (SPREAD / 4) * n) break
    const finer = cellsOfSize(segments, size, 4 * cells.items.length)
    const less = companyIn(finer)
    if (less > company / 2) break
    cells = finer
    company = less
  }
  return cells
}

/** How many segments one has in its cells with it, on average over its cells. */
function companyIn({ start, items }: Cells): number {
  let pairs = 0
  for (let b = 0; b + 1 < start.length; b++) pairs += (start[b + 1] - start[b]) ** 2
  return items.length === 0 ? 0 : pairs / items.length
}

function cellsOfSize({ x0, y0, x1, y1 }: Segments, size: number, buckets: number): Cells {
  const n = x0.length
  const mask = powerOfTwo(Math.max(16, buckets)) - 1
  const whole = flags(n)
  const members = counts(mask + 2)
  visit((bucket) => members[bucket]++)
  const start = startsFrom(members)
  const items = counts(start[mask + 1])
  const at = cursorOf(start)
  visit((bucket, i) => {
    items[at[bucket]++] = i
  })
  return { size, mask, start, items, whole }

  function visit(put: (bucket: number, i: number) => void): void {
    for (let i = 0; i < n; i++) {
      const low = Math.min(y0[i], y1[i]) - 1
      const high = Math.max(y0[i], y1[i]) + 1
      const left = Math.floor((x0[i] - 1) / size)
      const right = Math.floor((x1[i] + 1) / size)
      const bottom = Math.floor(low / size)
      const top = Math.floor(high / size)
      if (left === right && bottom === top) {
        whole[i] = 1
        put(bucketOf(left, bottom, mask), i)
      } else if ((right - left + 1) * (top - bottom + 1) <= WHOLE) {
        whole[i] = 1
        for (let cy = bottom; cy <= top; cy++) for (let cx = left; cx <= right; cx++) put(bucketOf(cx, cy, mask), i)
      } else passed(i, bottom, top, left, right, put)
    }
  }

  /** Row by row: the columns that the segment touches between the row's lower and upper border, and a unit beside. */
  function passed(i: number, bottom: number, top: number, left: number, right: number, put: (bucket: number, i: number) => void): void {
    const dy = y1[i] - y0[i]
    const slope = dy === 0 ? 0 : (x1[i] - x0[i]) / dy
    for (let cy = bottom; cy <= top; cy++) {
      let from = left
      let to = right
      if (Math.abs(dy) > 2) {
        const a = x0[i] + (cy * size - 2 - y0[i]) * slope
        const b = x0[i] + ((cy + 1) * size + 2 - y0[i]) * slope
        const margin = 2 + Math.abs(slope) * 2
        from = Math.max(left, Math.floor((Math.min(a, b) - margin) / size))
        to = Math.min(right, Math.floor((Math.max(a, b) + margin) / size))
      }
      for (let cx = from; cx <= to; cx++) put(bucketOf(cx, cy, mask), i)
    }
  }
}
