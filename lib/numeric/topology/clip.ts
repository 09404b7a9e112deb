/**
 * Areas of one parcel under the polygons of one layer, without cutting it up: by Green's theorem the common ground is the sum along the parcel's border
 * where it lies in the polygon and along the polygon's border where it lies in the parcel. That holds where the two borders cross cleanly; where they
 * touch, run together or come nearer than a micrometre, nothing is said and the arrangement has to tell.
 */
import { signs } from './buffer.ts'
import type { Ground } from './ground.ts'
import type { Locator } from './locate.ts'
import type { Near } from './near.ts'

/** Borders nearer than this (m) are not told apart here. */
const CLEAR = 1e-6
/** Places along an edge nearer than this share of it are one: two polygons' common border is crossed at once. */
const AT_ONCE = 1e-9
/** Places at which one edge of a parcel is crossed, at most. */
const MOST = 64

/** Ground of a parcel under each polygon, ascending, and what is left as −1 behind them. Overwritten by the next parcel. */
export type Shares = { count: number; polygon: Int32Array; areaM2: Float64Array }

/**
 * Shares of the parcels of a layer (`ground`) under those of another that does not overlap itself where they lie; null where the arrangement has to tell.
 * `near` has the other's edges near each parcel, and of them alone.
 */
export function clipper(
  ground: Ground,
  { layer: { xy: otherXy, ringStart: otherStart }, side: otherSide }: Ground,
  near: Near,
  locate: Locator,
): (parcel: number, area: number) => Shares | null {
  const { xy, ringStart, polygonRing } = ground.layer
  const { side, box } = ground
  /** Side of the ring to which each vertex of the other layer belongs. */
  const sideAt = signs(otherXy.length / 2)
  for (let r = 0; r < otherSide.length; r++) sideAt.fill(otherSide[r], otherStart[r], otherStart[r + 1])

  const shares: Shares = { count: 0, polygon: new Int32Array(16), areaM2: new Float64Array(16) }
  /** Ends of the near edges, counted from the parcel's first vertex. */
  let local = new Float64Array(256)
  /** Along each near edge, where the parcel's border crosses it, in order: the first place, and behind each place the next; −1 ends. */
  let firstMet = new Int32Array(64)
  let metAt = new Float64Array(64)
  let metNext = new Int32Array(64)
  let met = 0
  /** Where the edge in hand of the parcel is crossed, in order. */
  const at = new Float64Array(MOST)
  const crossed = new Int32Array(MOST)
  const enters = new Uint8Array(MOST)
  let x0 = 0
  let y0 = 0
  let from = 0
  let edges = 0

  return (parcel, area) => {
    from = near.start[parcel]
    edges = near.start[parcel + 1] - from
    const first = 2 * ringStart[polygonRing[parcel]]
    x0 = xy[first]
    y0 = xy[first + 1]
    shares.count = 0
    bringNear()
    for (let r = polygonRing[parcel]; r < polygonRing[parcel + 1]; r++) if (side[r] !== 0 && !alongRing(r)) return null
    if (!alongEdges(parcel)) return null
    return summedUp(area)
  }

  function add(polygon: number, twice: number): void {
    let i = 0
    while (i < shares.count && shares.polygon[i] !== polygon) i++
    if (i === shares.count) {
      if (i === shares.polygon.length) makeRoom()
      shares.polygon[i] = polygon
      shares.areaM2[i] = 0
      shares.count++
    }
    shares.areaM2[i] += twice / 2
  }

  function makeRoom(): void {
    const [polygons, areas] = [new Int32Array(2 * shares.count), new Float64Array(2 * shares.count)]
    polygons.set(shares.polygon)
    areas.set(shares.areaM2)
    shares.polygon = polygons
    shares.areaM2 = areas
  }

  function bringNear(): void {
    if (4 * edges > local.length) local = new Float64Array(8 * edges)
    if (edges > firstMet.length) firstMet = new Int32Array(2 * edges)
    met = 0
    for (let e = 0; e < edges; e++) {
      const w = 2 * near.vertex[from + e]
      local[4 * e] = otherXy[w] - x0
      local[4 * e + 1] = otherXy[w + 1] - y0
      local[4 * e + 2] = otherXy[w + 2] - x0
      local[4 * e + 3] = otherXy[w + 3] - y0
      firstMet[e] = -1
    }
  }

  /** The sum along a ring of the parcel, piece by piece to whichever polygon it lies in; false where that cannot be told. */
  function alongRing(r: number): boolean {
    const s = side[r]
    const begin = ringStart[r]
    const around = locate.one(xy[2 * begin], xy[2 * begin + 1])
    let now = around
    for (let v = begin; v < ringStart[r + 1] - 1; v++) {
      const ax = xy[2 * v] - x0
      const ay = xy[2 * v + 1] - y0
      const ux = xy[2 * v + 2] - x0 - ax
      const uy = xy[2 * v + 3] - y0 - ay
      const crossings = crossedBy(ax, ay, ux, uy)
      if (crossings < 0) return false
      let px = ax
      let py = ay
      for (let k = 0; k < crossings; ) {
        const here = at[k]
        const qx = ax + here * ux
        const qy = ay + here * uy
        add(now, s * (px * qy - qx * py))
        px = qx
        py = qy
        let left = -2
        let entered = -2
        for (; k < crossings && at[k] - here < AT_ONCE; k++) {
          if (enters[k]) {
            if (entered !== -2) return false
            entered = crossed[k]
          } else {
            if (left !== -2) return false
            left = crossed[k]
          }
        }
        if ((left === -2 ? -1 : left) !== now) return false
        now = entered === -2 ? -1 : entered
      }
      add(now, s * (px * (ay + uy) - (ax + ux) * py))
    }
    return now === around
  }

  /** Crossings of the parcel's edge from (ax, ay) along (ux, uy), put in their order; −1 where one is not clean. */
  function crossedBy(ax: number, ay: number, ux: number, uy: number): number {
    let found = 0
    const [ends, many] = [local, edges]
    const bx = ax + ux
    const by = ay + uy
    const west = (ax < bx ? ax : bx) - CLEAR
    const east = (ax < bx ? bx : ax) + CLEAR
    const south = (ay < by ? ay : by) - CLEAR
    const north = (ay < by ? by : ay) + CLEAR
    const clear = CLEAR * (Math.abs(ux) + Math.abs(uy))
    for (let n = 0; n < many; n++) {
      const cx = ends[4 * n]
      const dx = ends[4 * n + 2]
      if ((cx < west && dx < west) || (cx > east && dx > east)) continue
      const cy = ends[4 * n + 1]
      const dy = ends[4 * n + 3]
      if ((cy < south && dy < south) || (cy > north && dy > north)) continue
      const c = ux * (cy - ay) - uy * (cx - ax)
      const d = ux * (dy - ay) - uy * (dx - ax)
      if ((c > clear && d > clear) || (c < -clear && d < -clear)) continue
      const vx = dx - cx
      const vy = dy - cy
      const a = vx * (ay - cy) - vy * (ax - cx)
      const b = vx * (by - cy) - vy * (bx - cx)
      const free = CLEAR * (Math.abs(vx) + Math.abs(vy))
      if ((a > free && b > free) || (a < -free && b < -free)) continue
      if (Math.abs(c) <= clear || Math.abs(d) <= clear || Math.abs(a) <= free || Math.abs(b) <= free || found === MOST) return -1
      const here = a / (a - b)
      let k = found++
      for (; k > 0 && at[k - 1] > here; k--) {
        at[k] = at[k - 1]
        crossed[k] = crossed[k - 1]
        enters[k] = enters[k - 1]
      }
      at[k] = here
      crossed[k] = near.polygon[from + n]
      // where the edge goes to the left of the polygon's, and that is its ground, it enters
      enters[k] = b > 0 === sideAt[near.vertex[from + n]] > 0 ? 1 : 0
      meet(n, c / (c - d))
    }
    return found
  }

  function meet(edge: number, share: number): void {
    if (met === metAt.length) {
      const [places, next] = [new Float64Array(2 * met), new Int32Array(2 * met)]
      places.set(metAt)
      next.set(metNext)
      metAt = places
      metNext = next
    }
    metAt[met] = share
    let before = -1
    let behind = firstMet[edge]
    for (; behind >= 0 && metAt[behind] <= share; behind = metNext[behind]) before = behind
    metNext[met] = behind
    if (before < 0) firstMet[edge] = met
    else metNext[before] = met
    met++
  }

  /** The sum along the near edges where they lie in the parcel; false where that cannot be told. */
  function alongEdges(parcel: number): boolean {
    let endVertex = -1
    let isEndIn = false
    for (let e = 0; e < edges; e++) {
      const cx = local[4 * e]
      const cy = local[4 * e + 1]
      const dx = local[4 * e + 2]
      const dy = local[4 * e + 3]
      const vertex = near.vertex[from + e]
      // most edges begin where the one before ended
      let isIn: boolean = vertex === endVertex ? isEndIn : isInParcel(parcel, cx, cy)
      endVertex = vertex + 1
      isEndIn = isInParcel(parcel, dx, dy)
      let isOdd = false
      for (let m = firstMet[e]; m >= 0; m = metNext[m]) isOdd = !isOdd
      if (isEndIn !== (isIn !== isOdd)) return false
      const s = sideAt[vertex]
      const polygon = near.polygon[from + e]
      let px = cx
      let py = cy
      for (let m = firstMet[e]; m >= 0; m = metNext[m]) {
        const qx = cx + metAt[m] * (dx - cx)
        const qy = cy + metAt[m] * (dy - cy)
        if (isIn) add(polygon, s * (px * qy - qx * py))
        px = qx
        py = qy
        isIn = !isIn
      }
      if (isIn) add(polygon, s * (px * (cy + (dy - cy)) - (cx + (dx - cx)) * py))
    }
    return true
  }

  function isInParcel(parcel: number, x: number, y: number): boolean {
    const [gx, gy] = [x + x0, y + y0]
    if (gx < box[4 * parcel] || gx > box[4 * parcel + 2] || gy < box[4 * parcel + 1] || gy > box[4 * parcel + 3]) return false
    let isIn = false
    for (let r = polygonRing[parcel]; r < polygonRing[parcel + 1]; r++) {
      if (side[r] === 0) continue
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

  /** What the sums say, less what is no ground but their rounding; null where they cannot be right. */
  function summedUp(area: number): Shares | null {
    const { polygon, areaM2 } = shares
    let covered = 0
    let kept = 0
    for (let i = 0; i < shares.count; i++) {
      if (polygon[i] < 0) continue
      const each = areaM2[i]
      if (each < -1e-7 || each > area + 1e-6) return null
      if (each < 1e-9) continue
      covered += each
      const j = polygon[i]
      let k = kept++
      for (; k > 0 && polygon[k - 1] > j; k--) {
        polygon[k] = polygon[k - 1]
        areaM2[k] = areaM2[k - 1]
      }
      polygon[k] = j
      areaM2[k] = each
    }
    if (covered > area + 1e-6) return null
    shares.count = kept
    if (area - covered > 1e-7) {
      if (kept === polygon.length) makeRoom()
      shares.polygon[kept] = -1
      shares.areaM2[kept] = area - covered
      shares.count++
    }
    return shares.count > 0 ? shares : null
  }
}
