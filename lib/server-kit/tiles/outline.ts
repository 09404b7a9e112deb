/** Polygons in tile units made ready to be drawn: cut to the tile and its buffer, simplified below what a screen shows, on whole units, without what vanishes. */
import { BUFFER, EXTENT } from './mercator.ts'

/** A quarter of a pixel where a tile is 512 pixels wide. */
export const TOLERANCE = 2

const LOW = -BUFFER
const HIGH = EXTENT + BUFFER

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

function ringDrawn(ring: Float64Array, shell: boolean, tolerance: number): TileRing | null {
  const cut = clipped(ring)
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

/** The part of a ring inside the tile and its buffer (Sutherland and Hodgman 1974): the four edges one after another. The answer is open, and good until the next call. */
export function clipped(ring: Float64Array): Float64Array {
  const last = ring.length - 2
  const open = last > 0 && ring[0] === ring[last] && ring[1] === ring[last + 1] ? last : ring.length
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < open; i += 2) {
    if (ring[i] < minX) minX = ring[i]
    if (ring[i] > maxX) maxX = ring[i]
    if (ring[i + 1] < minY) minY = ring[i + 1]
    if (ring[i + 1] > maxY) maxY = ring[i + 1]
  }
  if (!(minX <= HIGH && maxX >= LOW && minY <= HIGH && maxY >= LOW)) return ring.subarray(0, 0)
  if (minX >= LOW && maxX <= HIGH && minY >= LOW && maxY <= HIGH) return ring.subarray(0, open)
  if (into.length < 4 * open + 16) {
    into = new Float64Array(8 * open + 16)
    from = new Float64Array(8 * open + 16)
  }
  from.set(ring.subarray(0, open))
  let length = open
  if (minX < LOW) length = cutBy(0, LOW, 1, length)
  if (maxX > HIGH) length = cutBy(0, HIGH, -1, length)
  if (minY < LOW) length = cutBy(1, LOW, 1, length)
  if (maxY > HIGH) length = cutBy(1, HIGH, -1, length)
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
      const t = long === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / long))
      const d = (px - t * dx) ** 2 + (py - t * dy) ** 2
      if (d > worst) [worst, at] = [d, i]
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
