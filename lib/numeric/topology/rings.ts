/**
 * What is wrong with the rings of each parcel alone, and the ground it is taken to cover all the same: a spike and a repeated point are left out, a
 * hole outside its shell takes nothing away, lines of one part that cross enclose what lies inside an odd number of them (as GEOS' make-valid reads them),
 * and parts that lie on one another cover their ground once.
 */
import { type Arrangement, arrange } from './arrangement.ts'
import { counts, floats } from './buffer.ts'
import { parities } from './cover.ts'
import { NO_SEGMENTS, type OwnedSegments, SegmentList } from './edges.ts'
import { fromGrid, type Ground, PER_METRE, toGrid } from './ground.ts'
import type { Invalid, InvalidRule, RingArea } from './layer.ts'
import { measureOf, within } from './outline.ts'
import { cross } from './predicates.ts'

export type RingFindings = {
  readonly invalid: readonly Invalid[]
  /** Parcels whose rings were left out of the ground (side 0) with the area of what stands for them. */
  readonly mended: ReadonlyMap<number, number>
  /** Edges of that. */
  readonly segments: OwnedSegments
  /** Length of all rings of every parcel, m. */
  readonly perimeter: Float64Array
}

/** A spike's sides lie nearer to each other than this, m. */
const SPIKE = 0.001

/** A ring narrower than this on average has no area, m. */
const FLAT = 1e-6

/** A parcel's rings on the grid, without closing and repeated vertices. */
type Cleaned = { readonly x: Float64Array; readonly y: Float64Array; readonly start: Uint32Array }

/** Edges past this number are swept from west to east instead of pair by pair. */
const MANY = 48

/** Checks every parcel and takes those that need mending out of `ground` (their rings get side 0). */
export function checkRings(ground: Ground, areaOf: RingArea | null): RingFindings {
  const { check, done } = ringCheck(ground, areaOf)
  check(0, ground.nowhere.length)
  return done()
}

/** The same for parcels `from` … `to` − 1 at a time, in their order. */
export function ringCheck(
  ground: Ground,
  areaOf: RingArea | null,
): { check: (from: number, to: number) => void; done: () => RingFindings } {
  const { layer, side, grid, ringArea, box, nowhere } = ground
  const { xy, ringStart, polygonRing, hole } = layer
  const parcels = polygonRing.length - 1
  const perimeter = floats(parcels)
  const invalid: Invalid[] = []
  const mended = new Map<number, number>()
  const loose = new SegmentList()
  const spike = SPIKE * PER_METRE
  let x = floats(0)
  let y = floats(0)
  let start = counts(0)
  let told = new Set<InvalidRule>()
  /** Where two parts of the parcel in hand cross, or go together along a stretch. */
  let partsMeet: readonly [number, number] | null = null

  const done = () => ({ invalid, mended, segments: mended.size > 0 ? loose.done() : NO_SEGMENTS, perimeter })
  const check = (from: number, to: number) => {
    for (let p = from; p < to; p++) checkParcel(p)
  }
  return { check, done }

  function checkParcel(p: number): void {
    if (told.size > 0) told = new Set()
    partsMeet = null
    const firstRing = polygonRing[p]
    const endRing = polygonRing[p + 1]
    if (endRing === firstRing) {
      invalid.push({ parcel: p, rule: 'no-geometry', x: Number.NaN, y: Number.NaN })
      return
    }
    if (nowhere[p]) {
      invalid.push({ parcel: p, rule: 'not-a-number', x: Number.NaN, y: Number.NaN })
      return
    }
    if (endRing - firstRing === 1 && isPlain(p, firstRing)) return
    const vertices = ringStart[endRing] - ringStart[firstRing]
    if (vertices > x.length) {
      x = floats(2 * vertices)
      y = floats(2 * vertices)
    }
    if (endRing - firstRing + 1 > start.length) start = counts(2 * (endRing - firstRing + 1))

    let mend = false
    let n = 0
    for (let r = firstRing; r < endRing; r++) {
      start[r - firstRing] = n
      const begin = n
      const end = ringStart[r + 1] - 1
      for (let v = ringStart[r]; v < end; v++) {
        const px = toGrid(xy[2 * v], grid.x)
        const py = toGrid(xy[2 * v + 1], grid.y)
        if (n > begin && px === x[n - 1] && py === y[n - 1]) {
          if (isSame(v, v - 1)) tell(p, 'repeated-point', px, py)
        } else {
          x[n] = px
          y[n++] = py
        }
      }
      while (n > begin + 1 && x[n - 1] === x[begin] && y[n - 1] === y[begin]) {
        n--
        if (isSame(end, end - 1)) tell(p, 'repeated-point', x[begin], y[begin])
      }
      let around = 0
      for (let v = begin, w = n - 1; v < n; w = v++) {
        const dx = x[v] - x[w]
        const dy = y[v] - y[w]
        around += Math.sqrt(dx * dx + dy * dy)
      }
      perimeter[p] += around / PER_METRE
      if (n - begin < 3 && ringStart[r + 1] - ringStart[r] < 4) tell(p, 'ring-too-short', x[begin] ?? 0, y[begin] ?? 0)
      else if (n - begin < 3 || 2 * Math.abs(ringArea[r]) <= (FLAT * around) / PER_METRE) {
        // a figure of eight encloses two areas of opposite sign: nothing in sum, but not nothing
        if (n - begin > 3 && crosses(begin, n)) {
          tell(p, 'self-intersection', x[begin], y[begin])
          mend = true
          continue
        }
        tell(p, 'zero-area', x[begin] ?? 0, y[begin] ?? 0)
        side[r] = 0
        n = begin
        continue
      }
      if (hasSpike(begin, n)) {
        const kept = withoutSpikes(p, begin, n)
        n = kept
        mend = true
        if (n - begin < 3) {
          side[r] = 0
          n = begin
        }
      }
    }
    const rings = endRing - firstRing
    start[rings] = n

    const crossing = crossings(p, rings)
    if (crossing !== 'none') mend = true
    let shell = firstRing
    let drop: Set<number> | null = null
    for (let r = firstRing; r < endRing; r++) {
      if (!hole[r]) {
        shell = r
        continue
      }
      if (side[r] === 0) continue
      const v = start[r - firstRing]
      if (sideOf(r, shell) < 0) {
        tell(p, 'hole-outside-shell', x[v], y[v])
        drop ??= new Set()
        drop.add(r - firstRing)
        mend = true
      } else if (crossing !== 'crossed' && ringArea[r] > 0 === ringArea[shell] > 0) tell(p, 'orientation', x[v], y[v])
    }
    if (rings > 1 && crossing !== 'crossed') nestedParts(p, firstRing, endRing)
    if (mend) mended.set(p, mendParcel(p, rings, drop))
  }

  /** Whether two vertices are given the same; near ones may only be the same on the grid. */
  function isSame(v: number, w: number): boolean {
    return xy[2 * v] === xy[2 * w] && xy[2 * v + 1] === xy[2 * w + 1]
  }

  /**
   * Whether a parcel's only ring is beyond doubt in order: seen from its middle every edge runs the same way round, and once in all. No such ring crosses
   * itself, and most parcels are like that.
   */
  function isPlain(p: number, r: number): boolean {
    const begin = ringStart[r]
    const end = ringStart[r + 1] - 1
    const n = end - begin
    if (n < 3 || side[r] === 0) return false
    const ox = xy[2 * begin]
    const oy = xy[2 * begin + 1]
    let mx = 0
    let my = 0
    for (let v = begin; v < end; v++) {
      mx += xy[2 * v] - ox
      my += xy[2 * v + 1] - oy
    }
    mx /= n
    my /= n
    const way = ringArea[r] > 0 ? 1 : -1
    const across = box[4 * p + 2] - box[4 * p] + box[4 * p + 3] - box[4 * p + 1]
    const doubt = across * across * 1e-14
    let around = 0
    let rounds = 0
    let bx = 0
    let by = 0
    let ux = ox - xy[2 * end - 2]
    let uy = oy - xy[2 * end - 1]
    for (let v = begin + 1; v <= end; v++) {
      const cx = xy[2 * v] - ox
      const cy = xy[2 * v + 1] - oy
      const vx = cx - bx
      const vy = cy - by
      const turn = (bx - mx) * (cy - my) - (cx - mx) * (by - my)
      if (!(turn * way > doubt)) return false
      // an acute angle may be a spike, and a point may be repeated: looked at closely
      if (ux * vx + uy * vy < 0 && Math.abs(ux * vy - uy * vx) <= SPIKE * (Math.abs(ux) + Math.abs(uy) + Math.abs(vx) + Math.abs(vy)))
        return false
      if (by <= my && cy > my) rounds++
      around += Math.sqrt(vx * vx + vy * vy)
      bx = cx
      by = cy
      ux = vx
      uy = vy
    }
    if (rounds !== 1 || 2 * Math.abs(ringArea[r]) <= FLAT * around) return false
    perimeter[p] += around
    return true
  }

  function tell(parcel: number, rule: InvalidRule, px: number, py: number): void {
    if (told.has(rule)) return
    told.add(rule)
    invalid.push({ parcel, rule, x: fromGrid(px, grid.x), y: fromGrid(py, grid.y) })
  }

  function isSpike(a: number, b: number, c: number): boolean {
    const ux = x[a] - x[b]
    const uy = y[a] - y[b]
    const vx = x[c] - x[b]
    const vy = y[c] - y[b]
    if (ux * vx + uy * vy <= 0) return false
    const u2 = ux * ux + uy * uy
    const v2 = vx * vx + vy * vy
    const turn = ux * vy - uy * vx
    return turn * turn <= spike * spike * Math.max(u2, v2) && Math.min(u2, v2) > 100 * spike * spike
  }

  function hasSpike(begin: number, end: number): boolean {
    let a = end - 2
    let b = end - 1
    for (let c = begin; c < end; a = b, b = c++) if (isSpike(a, b, c)) return true
    return false
  }

  /** Takes spikes out of the ring in place until none is left; returns its new end. */
  function withoutSpikes(p: number, begin: number, end: number): number {
    let n = end
    for (let found = true; found && n - begin >= 3; ) {
      found = false
      for (let b = begin; b < n && n - begin >= 3; b++) {
        const a = b === begin ? n - 1 : b - 1
        const c = b === n - 1 ? begin : b + 1
        if (!isSpike(a, b, c) && !(x[a] === x[b] && y[a] === y[b])) continue
        if (!(x[a] === x[b] && y[a] === y[b])) tell(p, 'spike', x[b], y[b])
        x.copyWithin(b, b + 1, n)
        y.copyWithin(b, b + 1, n)
        n--
        found = true
      }
    }
    return n
  }

  function crosses(begin: number, end: number): boolean {
    for (let i = begin; i < end; i++)
      for (let j = i + 2; j < end; j++) if (meet(i, i + 1, j, j + 1 === end ? begin : j + 1) === 2) return true
    return false
  }

  /** How two segments given by their ends' indices meet: 0 not, 1 in a point that is an end of one, 2 crossing or along a stretch. */
  function meet(a: number, b: number, c: number, d: number): 0 | 1 | 2 {
    const ux = x[b] - x[a]
    const uy = y[b] - y[a]
    const vx = x[d] - x[c]
    const vy = y[d] - y[c]
    const sc = cross(ux, uy, x[c] - x[a], y[c] - y[a])
    const sd = cross(ux, uy, x[d] - x[a], y[d] - y[a])
    if ((sc > 0 && sd > 0) || (sc < 0 && sd < 0)) return 0
    const sa = cross(vx, vy, x[a] - x[c], y[a] - y[c])
    const sb = cross(vx, vy, x[b] - x[c], y[b] - y[c])
    if ((sa > 0 && sb > 0) || (sa < 0 && sb < 0)) return 0
    if (sc !== 0 || sd !== 0) return sc !== 0 && sd !== 0 && sa !== 0 && sb !== 0 ? 2 : 1
    // in one line: how far do they go together?
    const along = (v: number) => x[v] * Math.sign(ux) + y[v] * Math.sign(uy)
    const from = Math.max(along(a), Math.min(along(c), along(d)))
    const to = Math.min(along(b), Math.max(along(c), along(d)))
    return from > to ? 0 : from === to ? 1 : 2
  }

  function crossings(p: number, rings: number): 'none' | 'touched' | 'crossed' {
    const n = start[rings]
    let result: 'none' | 'touched' | 'crossed' = 'none'
    const next = (v: number, r: number) => (v + 1 === start[r + 1] ? start[r] : v + 1)
    const pair = (i: number, r: number, j: number, s: number): void => {
      const b = next(i, r)
      const d = next(j, s)
      if (r === s && (b === j || d === i)) return
      const how = meet(i, b, j, d)
      if (how === 0 || (how === 1 && r !== s)) return
      if (how === 2) {
        result = 'crossed'
        const [px, py] = crossingOf(i, b, j, d)
        if (shellOf(p, r) === shellOf(p, s)) tell(p, 'self-intersection', px, py)
        else partsMeet ??= [px, py]
      } else if (result === 'none') {
        result = 'touched'
        const v = cross(x[b] - x[i], y[b] - y[i], x[j] - x[i], y[j] - y[i]) === 0 ? j : d
        tell(p, 'self-touch', x[v], y[v])
      }
    }
    if (n <= MANY) {
      for (let r = 0; r < rings; r++) {
        for (let i = start[r]; i < start[r + 1]; i++) {
          const b = next(i, r)
          const west = x[i] < x[b] ? x[i] : x[b]
          const east = x[i] < x[b] ? x[b] : x[i]
          const south = y[i] < y[b] ? y[i] : y[b]
          const north = y[i] < y[b] ? y[b] : y[i]
          for (let s = r; s < rings; s++) {
            const to = start[s + 1]
            // neighbours along the ring have an end in common and nothing to tell
            let j = s === r ? i + 2 : start[s]
            if (j >= to) continue
            let px = x[j]
            let py = y[j]
            for (; j < to; j++) {
              const d = j + 1 === to ? start[s] : j + 1
              const qx = x[d]
              const qy = y[d]
              if (!((px < west && qx < west) || (px > east && qx > east) || (py < south && qy < south) || (py > north && qy > north)))
                pair(i, r, j, s)
              px = qx
              py = qy
            }
          }
        }
      }
      return result
    }
    const ringOf = new Uint32Array(n)
    for (let r = 0; r < rings; r++) ringOf.fill(r, start[r], start[r + 1])
    const west = (i: number) => Math.min(x[i], x[next(i, ringOf[i])])
    const order = Uint32Array.from({ length: n }, (_, i) => i).sort((i, j) => west(i) - west(j) || i - j)
    for (let k = 0; k < n; k++) {
      const i = order[k]
      const b = next(i, ringOf[i])
      const east = Math.max(x[i], x[b])
      const south = Math.min(y[i], y[b])
      const north = Math.max(y[i], y[b])
      for (let l = k + 1; l < n; l++) {
        const j = order[l]
        const d = next(j, ringOf[j])
        if (x[j] > east && x[d] > east) break
        if ((y[j] < south && y[d] < south) || (y[j] > north && y[d] > north)) continue
        pair(i, ringOf[i], j, ringOf[j])
      }
    }
    return result
  }

  function crossingOf(a: number, b: number, c: number, d: number): [number, number] {
    const u = cross(x[d] - x[c], y[d] - y[c], x[a] - x[c], y[a] - y[c])
    const v = cross(x[d] - x[c], y[d] - y[c], x[b] - x[c], y[b] - y[c])
    if (u === v) return [x[c], y[c]]
    const t = u / (u - v)
    return [x[a] + t * (x[b] - x[a]), y[a] + t * (y[b] - y[a])]
  }

  /** Where ring r lies to ring s: by its first vertex that is not on it. */
  function sideOf(r: number, s: number): -1 | 0 | 1 {
    const ring = xy.subarray(2 * ringStart[s], 2 * ringStart[s + 1])
    for (let v = ringStart[r]; v < ringStart[r + 1]; v++) {
      const where = within(ring, xy[2 * v], xy[2 * v + 1])
      if (where !== 0) return where
    }
    return 0
  }

  function nestedParts(p: number, firstRing: number, endRing: number): void {
    for (let r = firstRing; r < endRing; r++) {
      if (hole[r]) continue
      for (let s = firstRing; s < endRing; s++) {
        if (s === r || hole[s] || sideOf(r, s) < 0) continue
        let inHole = false
        for (let h = s + 1; h < endRing && hole[h]; h++) if (sideOf(r, h) >= 0) inHole = true
        if (!inHole) tell(p, 'nested-parts', x[start[r - firstRing]], y[start[r - firstRing]])
      }
    }
  }

  /** The shell that ring r of a parcel is, or is a hole of, counted from the parcel's first ring. */
  function shellOf(p: number, r: number): number {
    let shell = r
    while (shell > 0 && hole[polygonRing[p] + shell]) shell--
    return shell
  }

  /** 1 for faces that any part of a parcel covers, each part by itself read as lines that may cross. Tells whether parts only share a line, or ground. */
  function ofParts(p: number, plane: Arrangement, [px, py]: readonly [number, number]): Int32Array {
    const covered = new Int32Array(plane.faces)
    let isShared = false
    for (const shell of new Set(plane.owner)) {
      const odd = parities(plane, shell)
      for (let f = 1; f < plane.faces; f++) {
        if (odd[f] === 1 && covered[f] === 1) isShared = true
        if (odd[f] === 1) covered[f] = 1
      }
    }
    tell(p, isShared ? 'part-overlap' : 'self-intersection', px, py)
    return covered
  }

  function mendParcel(p: number, rings: number, drop: Set<number> | null): number {
    side.fill(0, polygonRing[p], polygonRing[p + 1])
    const drawn = new SegmentList()
    const cleaned: Cleaned = { x, y, start }
    for (let r = 0; r < rings; r++) {
      if (drop?.has(r)) continue
      for (let v = cleaned.start[r]; v < cleaned.start[r + 1]; v++) {
        const w = v + 1 === cleaned.start[r + 1] ? cleaned.start[r] : v + 1
        drawn.add(x[v], y[v], x[w], y[w], shellOf(p, r))
      }
    }
    const plane = arrange(drawn.done(), 'all')
    const odd = partsMeet === null ? parities(plane) : ofParts(p, plane, partsMeet)
    const { origin, cycle, face } = plane
    for (let h = 0; h < origin.length; h += 2) {
      const left = odd[face[cycle[h]]]
      if (left === odd[face[cycle[h ^ 1]]]) continue
      const [a, b] = left ? [origin[h], origin[h ^ 1]] : [origin[h ^ 1], origin[h]]
      loose.add(plane.x[a], plane.y[a], plane.x[b], plane.y[b], p)
    }
    const measure = measureOf(plane, grid, areaOf)
    let area = 0
    for (let f = 1; f < plane.faces; f++) if (odd[f]) area += measure.faceArea(f)
    return area
  }
}
