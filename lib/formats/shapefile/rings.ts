/**
 * Which rings of a shapefile polygon are shells and which their holes.
 *
 * The format says: shells clockwise, holes counter-clockwise, in any order. Writers do not all keep to it, so containment has
 * the last word: a ring inside a shell is its hole, a ring inside a hole is an island, whatever way it runs. Direction decides
 * what containment cannot: a ring that touches or crosses a shell. No ring is lost.
 */

export type Rings = {
  readonly polygons: readonly (readonly number[])[] // ring numbers, the shell first; shells and holes in the file's order
  readonly outside: number // counter-clockwise rings inside no shell, kept as polygons of their own
  readonly wrongWay: number // rings whose direction contradicts their place
}

type Ring = {
  readonly i: number
  readonly area: number
  readonly box: readonly [number, number, number, number]
  parent: Ring | null
  shell: boolean
}

/**
 * @param view the record's bytes, @param xyAt where its points start (x, y little-endian doubles)
 * @param starts first point of each ring, and one past the last
 */
export function groupRings(view: DataView, xyAt: number, starts: readonly number[]): Rings {
  const n = starts.length - 1
  if (n === 1) return { polygons: [[0]], outside: 0, wrongWay: 0 }
  const rings: Ring[] = []
  for (let i = 0; i < n; i++) rings.push(measured(view, xyAt, starts[i], starts[i + 1], i))
  const bySize = [...rings].sort((a, b) => Math.abs(b.area) - Math.abs(a.area) || a.i - b.i)
  let outside = 0
  let wrongWay = 0
  for (let k = 1; k < n; k++) {
    const ring = bySize[k]
    // the smallest larger ring that holds it: the last one before it
    for (let j = k - 1; j >= 0 && !ring.parent; j--) if (holds(view, xyAt, starts, bySize[j], ring)) ring.parent = bySize[j]
  }
  for (const ring of bySize) {
    const clockwise = ring.area < 0
    ring.shell = ring.parent === null || !ring.parent.shell
    if (ring.parent === null && !clockwise) outside++
    else if (ring.parent !== null && ring.shell !== clockwise) wrongWay++
  }
  // a layer written counter-clockwise throughout has no hole astray: its shells simply run the other way
  if (outside > 0 && rings.every((r) => !r.shell || r.area >= 0) && wrongWay === n - outside) {
    wrongWay = n
    outside = 0
  }
  const polygons: number[][] = []
  const placeOf = new Map<Ring, number[]>()
  for (const ring of rings) {
    if (!ring.shell) continue
    const polygon = [ring.i]
    placeOf.set(ring, polygon)
    polygons.push(polygon)
  }
  for (const ring of rings) if (!ring.shell && ring.parent) placeOf.get(ring.parent)?.push(ring.i)
  return { polygons, outside, wrongWay }
}

/** Signed area (counter-clockwise positive, measured from the ring's first point) and box. */
function measured(view: DataView, xyAt: number, from: number, to: number, i: number): Ring {
  const x0 = view.getFloat64(xyAt + from * 16, true)
  const y0 = view.getFloat64(xyAt + from * 16 + 8, true)
  let twice = 0
  let px = 0
  let py = 0
  let west = x0
  let east = x0
  let south = y0
  let north = y0
  for (let k = from + 1, p = xyAt + k * 16; k < to; k++, p += 16) {
    const x = view.getFloat64(p, true)
    const y = view.getFloat64(p + 8, true)
    if (x < west) west = x
    if (x > east) east = x
    if (y < south) south = y
    if (y > north) north = y
    twice += px * (y - y0) - (x - x0) * py
    px = x - x0
    py = y - y0
  }
  return { i, area: twice / 2, box: [west, south, east, north], parent: null, shell: true }
}

/** Whether `outer` holds `inner`: most points off its border lie inside; one is enough for a ring that runs as a hole does. */
function holds(view: DataView, xyAt: number, starts: readonly number[], outer: Ring, inner: Ring): boolean {
  const hole = inner.area > 0
  const [w, s, e, n] = outer.box
  const b = inner.box
  if (hole ? b[0] > e || b[2] < w || b[1] > n || b[3] < s : b[0] < w || b[2] > e || b[1] < s || b[3] > n) return false
  let inside = 0
  let out = 0
  const last = starts[inner.i + 1] - 1 // the closing point repeats the first
  // forty points say as much as four thousand
  const step = Math.max(1, Math.floor((last - starts[inner.i]) / 40))
  for (let k = starts[inner.i]; k < last; k += step) {
    const p = xyAt + k * 16
    const side = sideOf(view, xyAt, starts[outer.i], starts[outer.i + 1], view.getFloat64(p, true), view.getFloat64(p + 8, true))
    if (side > 0) inside++
    else if (side < 0) out++
    if (inside > 3 && out === 0) return true
  }
  if (inside === 0 && out === 0) return hole // every point on the border: the ring itself again, or a chord of it
  return hole ? inside > 0 && inside * 3 >= out : out === 0
}

/** 1 inside, −1 outside, 0 on the border. Crossing count (after Shimrat 1962) with the border told apart. */
function sideOf(view: DataView, xyAt: number, from: number, to: number, x: number, y: number): number {
  let inside = false
  let ax = view.getFloat64(xyAt + from * 16, true)
  let ay = view.getFloat64(xyAt + from * 16 + 8, true)
  for (let k = from + 1, p = xyAt + k * 16; k < to; k++, p += 16) {
    const bx = view.getFloat64(p, true)
    const by = view.getFloat64(p + 8, true)
    if (ay > y !== by > y) {
      const cross = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
      if (cross === 0) return 0
      if (cross > 0 === by > ay) inside = !inside
    } else if (ay === y && by === y && (ax > x !== bx > x || ax === x || bx === x)) return 0
    else if ((ax === x && ay === y) || (bx === x && by === y)) return 0
    ax = bx
    ay = by
  }
  return inside ? 1 : -1
}
