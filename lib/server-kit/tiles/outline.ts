/** Polygons in tile units made ready to be drawn: cut to the tile and its buffer, simplified below what a screen shows, on whole units, without what vanishes. */
import { BUFFER, EXTENT } from './mercator.ts'

/** A quarter of a pixel where a tile is 512 pixels wide. */
export const TOLERANCE = 2

const LOW = -BUFFER
const HIGH = EXTENT + BUFFER
const TILE = [LOW, HIGH] as const

/** A ring in whole units, x, y, x, y, … without the closing vertex; the first ring of a polygon runs clockwise on the screen, holes the other way, as the format wants. */
export type TileRing = Int32Array

/** Rings for the tile from the rings of one polygon (shell first) in tile units; empty where the polygon is outside or too small to see. */
export function drawnRings(rings: readonly Float64Array[], tolerance = TOLERANCE): TileRing[] {
  const drawn: TileRing[] = []
  for (let i = 0; i < rings.length; i++) {
    const ring = ringDrawn(rings[i], i === 0, tolerance)
    if (ring) drawn.push(ring)
    else if (i === 0) return []
  }
  return drawn
}

/** Rings of one polygon (shell first) simplified and on whole units, cut only where bounds are given; empty where nothing is left of its shell. */
export function packedRings(rings: readonly Float64Array[], bounds: readonly [low: number, high: number] | null): TileRing[] {
  const drawn: TileRing[] = []
  for (let i = 0; i < rings.length; i++) {
    const ring = ringWhole(bounds === null ? opened(rings[i]) : clipped(rings[i], bounds[0], bounds[1]), i === 0, TOLERANCE)
    if (ring) drawn.push(ring)
    else if (i === 0) return []
  }
  return drawn
}

let scaled = new Float64Array(256)

/**
 * A ring of `packedRings` for another scale: (x × scale + dx, y × scale + dy), cut where bounds are given, simplified, on units; null where nothing is
 * left. It turns as it did. `bend` comes after the scale, for tiles of another projection.
 */
export function redrawn(
  ring: Int32Array,
  shell: boolean,
  scale: number,
  dx: number,
  dy: number,
  bounds: readonly [low: number, high: number] | null = TILE,
  bend: ((xy: Float64Array) => void) | null = null,
): TileRing | null {
  const n = ring.length
  if (scaled.length < n) scaled = new Float64Array(2 * n)
  for (let i = 0; i < n; i += 2) {
    scaled[i] = ring[i] * scale + dx
    scaled[i + 1] = ring[i + 1] * scale + dy
  }
  const moved = scaled.subarray(0, n)
  bend?.(moved)
  return ringWhole(bounds === null ? moved : clipped(moved, bounds[0], bounds[1]), shell, TOLERANCE)
}

const opened = (ring: Float64Array) => {
  const last = ring.length - 2
  return last > 0 && ring[0] === ring[last] && ring[1] === ring[last + 1] ? ring.subarray(0, last) : ring
}

const ringDrawn = (ring: Float64Array, shell: boolean, tolerance: number) => ringWhole(clipped(ring), shell, tolerance)

function ringWhole(cut: Float64Array, shell: boolean, tolerance: number): TileRing | null {
  if (cut.length < 6) return null
  const kept = simplified(cut, tolerance)
  const whole = onUnits(kept)
  if (whole.length < 6) return null
  const twice = twiceArea(whole)
  if (twice === 0) return null
  // y runs down: positive is clockwise to the eye
  if (twice > 0 !== shell) turnRound(whole)
  return whole
}

let into = new Float64Array(256)
let from = new Float64Array(256)

/** The part of a ring inside the tile and its buffer, or inside another square (Sutherland and Hodgman 1974): the four edges one after another. The answer is open, and good until the next call. */
export function clipped(ring: Float64Array, low = LOW, high = HIGH): Float64Array {
  const last = ring.length - 2
  const open = last > 0 && ring[0] === ring[last] && ring[1] === ring[last + 1] ? last : ring.length
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < open; i += 2) {
    if (ring[i] < minX) minX = ring[i]
    if (ring[i] > maxX) maxX = ring[i]
    if (ring[i + 1] < minY) minY = ring[i + 1]
    if (ring[i + 1] > maxY) maxY = ring[i + 1]
  }
  if (!(minX <= high && maxX >= low && minY <= high && maxY >= low)) return ring.subarray(0, 0)
  if (minX >= low && maxX <= high && minY >= low && maxY <= high) return ring.subarray(0, open)
  if (into.length < 4 * open + 16) {
    into = new Float64Array(8 * open + 16)
    from = new Float64Array(8 * open + 16)
  }
  from.set(ring.subarray(0, open))
  let length = open
  if (minX < low) length = cutBy(0, low, 1, length)
  if (maxX > high) length = cutBy(0, high, -1, length)
  if (minY < low) length = cutBy(1, low, 1, length)
  if (maxY > high) length = cutBy(1, high, -1, length)
  return from.subarray(0, length)
}

/** Keeps of `from` what lies on one side of a line parallel to an axis; gives the new length. */
function cutBy(axis: 0 | 1, edge: number, side: 1 | -1, length: number): number {
  let n = 0
  for (let i = 0, j = length - 2; i < length; j = i, i += 2) {
    const a = side * (from[j + axis] - edge)
    const b = side * (from[i + axis] - edge)
    if (a >= 0 !== b >= 0) {
      const t = a / (a - b)
      into[n++] = axis === 0 ? edge : from[j] + t * (from[i] - from[j])
      into[n++] = axis === 1 ? edge : from[j + 1] + t * (from[i + 1] - from[j + 1])
    }
    if (b >= 0) {
      into[n++] = from[i]
      into[n++] = from[i + 1]
    }
  }
  ;[from, into] = [into, from]
  return n
}

let keep = new Uint8Array(256)
let kept = new Float64Array(512)
const stack: number[] = []

/** Douglas and Peucker (1973) between the first vertex and the one farthest from it; what it drops lies within `tolerance` of what it keeps. The answer is good until the next call. */
export function simplified(ring: Float64Array, tolerance: number): Float64Array {
  const n = ring.length / 2
  if (n <= 4 || tolerance <= 0) return ring
  let far = 0
  let best = -1
  for (let i = 1; i < n; i++) {
    const d = (ring[2 * i] - ring[0]) ** 2 + (ring[2 * i + 1] - ring[1]) ** 2
    if (d > best) [best, far] = [d, i]
  }
  if (keep.length <= n) {
    keep = new Uint8Array(2 * n)
    kept = new Float64Array(4 * n)
  }
  keep.fill(0, 0, n + 1)
  keep[0] = keep[far] = keep[n] = 1
  stack.length = 0
  stack.push(0, far, far, n)
  const limit = tolerance * tolerance
  while (stack.length > 0) {
    const b = stack.pop() as number
    const a = stack.pop() as number
    const [ax, ay] = [ring[2 * a], ring[2 * a + 1]]
    const e = b === n ? 0 : b
    const dx = ring[2 * e] - ax
    const dy = ring[2 * e + 1] - ay
    const long = dx * dx + dy * dy
    let worst = limit
    let at = -1
    for (let i = a + 1; i < b; i++) {
      const px = ring[2 * i] - ax
      const py = ring[2 * i + 1] - ay
      const along = px * dx + py * dy
      let d = px * px + py * py
      if (along >= long)
        d += long - 2 * along // from the other end
      else if (along > 0) d -= (along * along) / long
      if (d > worst) {
        worst = d
        at = i
      }
    }
    if (at < 0) continue
    keep[at] = 1
    stack.push(a, at, at, b)
  }
  let m = 0
  for (let i = 0; i < n; i++) {
    if (!keep[i]) continue
    kept[m++] = ring[2 * i]
    kept[m++] = ring[2 * i + 1]
  }
  return kept.subarray(0, m)
}

/** Vertices on whole units, each once in a row. */
function onUnits(ring: Float64Array): Int32Array {
  const out = new Int32Array(ring.length)
  let m = 0
  for (let i = 0; i < ring.length; i += 2) {
    const x = Math.round(ring[i])
    const y = Math.round(ring[i + 1])
    if (m > 0 && out[m - 2] === x && out[m - 1] === y) continue
    out[m++] = x
    out[m++] = y
  }
  if (m > 2 && out[0] === out[m - 2] && out[1] === out[m - 1]) m -= 2
  return out.subarray(0, m)
}

export function twiceArea(ring: ArrayLike<number>): number {
  let twice = 0
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) twice += ring[j] * ring[i + 1] - ring[i] * ring[j + 1]
  return twice
}

function turnRound(ring: Int32Array): void {
  for (let i = 0, j = ring.length - 2; i < j; i += 2, j -= 2) {
    const [x, y] = [ring[i], ring[i + 1]]
    ring[i] = ring[j]
    ring[i + 1] = ring[j + 1]
    ring[j] = x
    ring[j + 1] = y
  }
}
