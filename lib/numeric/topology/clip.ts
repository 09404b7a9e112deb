/**
 * Areas of one parcel under the polygons of one layer, without cutting it up: by Green's theorem the common ground is the sum along the parcel's border
 * where it lies in the polygon and along the polygon's border where it lies in the parcel. That holds where the two borders cross cleanly; where they
 * touch, run together or come nearer than a micrometre, nothing is said and the arrangement has to tell.
 */
import type { Ground } from './ground.ts'

/** Borders nearer than this (m) are not told apart here. */
const CLEAR = 1e-6
/** Places along an edge nearer than this share of it are one: two polygons' common border is crossed at once. */
const AT_ONCE = 1e-9

/** Edge of a polygon near the parcel: its first vertex in the layer and its polygon. */
export type NearEdges = { readonly vertex: Int32Array; readonly polygon: Int32Array; readonly from: number; readonly to: number }

const NONE: readonly Crossing[] = []

type Crossing = { readonly at: number; readonly polygon: number; readonly enters: boolean }

/**
 * Ground of the parcel under each polygon, and what is left as −1; null where the arrangement has to tell. `inside` gives the polygons around a point, at
 * most one where the layer does not overlap itself.
 */
/** Ends of the near edges counted from the parcel's first vertex: looked at once for every edge of the parcel. */
let local = new Float64Array(256)

export function clippedAreas(
  parcel: number,
  area: number,
  ground: Ground,
  layer: Ground,
  edges: NearEdges,
  inside: (x: number, y: number) => readonly number[],
): Map<number, number> | null {
  const { xy, ringStart, polygonRing } = ground.layer
  const other = layer.layer
  const x0 = xy[2 * ringStart[polygonRing[parcel]]]
  const y0 = xy[2 * ringStart[polygonRing[parcel]] + 1]
  const areas = new Map<number, number>()
  const add = (polygon: number, twice: number) => areas.set(polygon, (areas.get(polygon) ?? 0) + twice / 2)
  const near = edges.to - edges.from
  if (4 * near > local.length) local = new Float64Array(8 * near)
  for (let e = 0; e < near; e++) {
    const w = 2 * edges.vertex[edges.from + e]
    local[4 * e] = other.xy[w] - x0
    local[4 * e + 1] = other.xy[w + 1] - y0
    local[4 * e + 2] = other.xy[w + 2] - x0
    local[4 * e + 3] = other.xy[w + 3] - y0
  }
  const met: number[][] = [] // along each near edge, where the parcel's border crosses it
  for (let r = polygonRing[parcel]; r < polygonRing[parcel + 1]; r++) {
    const s = ground.side[r]
    if (s === 0) continue
    const around = inside(xy[2 * ringStart[r]], xy[2 * ringStart[r] + 1])
    if (around.length > 1) return null
    let now = around.length === 1 ? around[0] : -1
    for (let v = ringStart[r]; v < ringStart[r + 1] - 1; v++) {
      const ax = xy[2 * v] - x0
      const ay = xy[2 * v + 1] - y0
      const ux = xy[2 * v + 2] - x0 - ax
      const uy = xy[2 * v + 3] - y0 - ay
      const crossings = crossedBy(ax, ay, ux, uy)
      if (crossings === null) return null
      let px = ax
      let py = ay
      for (let k = 0; k < crossings.length; ) {
        const { at } = crossings[k]
        const qx = ax + at * ux
        const qy = ay + at * uy
        add(now, s * (px * qy - qx * py))
        px = qx
        py = qy
        let left: number | null = null
        let entered: number | null = null
        for (; k < crossings.length && crossings[k].at - at < AT_ONCE; k++) {
          const { polygon, enters } = crossings[k]
          if (enters ? entered !== null : left !== null) return null
          if (enters) entered = polygon
          else left = polygon
        }
        if (left !== null ? left !== now : now !== -1) return null
        now = entered ?? -1
      }
      add(now, s * (px * (ay + uy) - (ax + ux) * py))
    }
    if (now !== (around.length === 1 ? around[0] : -1)) return null
  }

  for (let e = edges.from; e < edges.to; e++) {
    const at = 4 * (e - edges.from)
    const cx = local[at]
    const cy = local[at + 1]
    const dx = local[at + 2]
    const dy = local[at + 3]
    const places = met[e - edges.from]?.sort((a, b) => a - b) ?? []
    let isIn = isInParcel(cx, cy)
    if (isInParcel(dx, dy) !== (isIn !== (places.length % 2 === 1))) return null
    const side = sideOf(edges.vertex[e])
    let px = cx
    let py = cy
    places.push(1)
    for (const share of places) {
      const qx = cx + share * (dx - cx)
      const qy = cy + share * (dy - cy)
      if (isIn) add(edges.polygon[e], side * (px * qy - qx * py))
      px = qx
      py = qy
      isIn = !isIn
    }
  }
  let covered = 0
  areas.delete(-1)
  for (const [polygon, each] of areas) {
    if (each < -1e-7 || each > area + 1e-6) return null
    if (each < 1e-9) areas.delete(polygon)
    else covered += each
  }
  if (covered > area + 1e-6) return null
  // what is less than a rounding of the sums is no ground
  if (area - covered > 1e-7) areas.set(-1, area - covered)
  return areas

  /** Crossings of the parcel's edge from (ax, ay) along (ux, uy), in their order. */
  function crossedBy(ax: number, ay: number, ux: number, uy: number): readonly Crossing[] | null {
    let found: Crossing[] | null = null
    const bx = ax + ux
    const by = ay + uy
    const [west, east] = ax < bx ? [ax, bx] : [bx, ax]
    const [south, north] = ay < by ? [ay, by] : [by, ay]
    for (let n = 0; n < near; n++) {
      const cx = local[4 * n]
      const dx = local[4 * n + 2]
      if ((cx < west - CLEAR && dx < west - CLEAR) || (cx > east + CLEAR && dx > east + CLEAR)) continue
      const cy = local[4 * n + 1]
      const dy = local[4 * n + 3]
      if ((cy < south - CLEAR && dy < south - CLEAR) || (cy > north + CLEAR && dy > north + CLEAR)) continue
      const c = ux * (cy - ay) - uy * (cx - ax)
      const d = ux * (dy - ay) - uy * (dx - ax)
      const clear = CLEAR * (Math.abs(ux) + Math.abs(uy))
      if ((c > clear && d > clear) || (c < -clear && d < -clear)) continue
      const vx = dx - cx
      const vy = dy - cy
      const a = vx * (ay - cy) - vy * (ax - cx)
      const b = vx * (by - cy) - vy * (bx - cx)
      const free = CLEAR * (Math.abs(vx) + Math.abs(vy))
      if ((a > free && b > free) || (a < -free && b < -free)) continue
      if (Math.abs(c) <= clear || Math.abs(d) <= clear || Math.abs(a) <= free || Math.abs(b) <= free) return null
      // where the edge goes to the left of the polygon's, and that is its ground, it enters
      const e = edges.from + n
      const enters = b > 0 === sideOf(edges.vertex[e]) > 0
      found ??= []
      found.push({ at: a / (a - b), polygon: edges.polygon[e], enters })
      met[n] ??= []
      met[n].push(c / (c - d))
    }
    return found === null ? NONE : found.sort((p, q) => p.at - q.at)
  }

  function sideOf(vertex: number): number {
    const { ringStart: starts } = other
    let low = 0
    let high = starts.length - 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle] <= vertex) low = middle
      else high = middle
    }
    return layer.side[low]
  }

  function isInParcel(x: number, y: number): boolean {
    let isIn = false
    for (let r = polygonRing[parcel]; r < polygonRing[parcel + 1]; r++) {
      if (ground.side[r] === 0) continue
      for (let v = ringStart[r]; v < ringStart[r + 1] - 1; v++) {
        const ay = xy[2 * v + 1] - y0 - y
        const by = xy[2 * v + 3] - y0 - y
        if (ay > 0 === by > 0) continue
        const ax = xy[2 * v] - x0 - x
        const bx = xy[2 * v + 2] - x0 - x
        if (ax * by - ay * bx > 0 === by > ay) isIn = !isIn
      }
    }
    return isIn
  }
}
