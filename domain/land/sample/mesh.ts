/**
 * A planar division of a county that stays planar by construction: faces bounded by half-edges (Muller and Preparata 1978).
 * A face is cut by a path, a path's end that meets a side puts its vertex into the neighbour too, so there is never a gap or an
 * overlap to be found afterwards. Coordinates are rounded to 0.0001 m when a vertex is made.
 *
 * Half-edges come in pairs, h and h ^ 1. Face 0 is the outside. A face lies to the left of its half-edges.
 */

import { bound, cross, fromSegment, grown, round4 } from './plane.ts'

/** Where a line from inside a face meets its outline: on half-edge h, at (x, y). */
type Hit = { readonly h: number; readonly x: number; readonly y: number }

/** Lateral offset in metres of a path at t in 0…1 of its length. */
export type Bend = (t: number, lengthM: number) => number
export type CutOptions = { readonly bend?: Bend; readonly stepM?: number; readonly clearanceM?: number }

/** Faces to the left and right of a cut; `between` is the strip's own face, where one was made. */
export type Cut = { readonly left: number; readonly right: number; readonly between: number | null }

/** The least angle (radians) between a cut and the outline it meets: no patch tapers to a needle. */
const LEAST_ANGLE = 0.25

export class Mesh {
  #x: Float64Array<ArrayBuffer>
  #y: Float64Array<ArrayBuffer>
  #vertices = 0
  #origin: Int32Array<ArrayBuffer>
  #next: Int32Array<ArrayBuffer>
  #prev: Int32Array<ArrayBuffer>
  #face: Int32Array<ArrayBuffer>
  #halves = 0
  /** One half-edge of each face's outer loop; [0] of the outside. */
  readonly #first: number[] = [0]
  /** For faces with islands: a half-edge of each hole, on this face's side. */
  readonly #holes = new Map<number, number[]>()

  /** Begins with one face, number 1, inside the ring (x, y, x, y, … counter-clockwise, not closed). */
  constructor(ring: ArrayLike<number>) {
    const room = 2 * ring.length // a field is cut a few times, a county a million times: both begin small
    this.#x = new Float64Array(room)
    this.#y = new Float64Array(room)
    this.#origin = new Int32Array(2 * room)
    this.#next = new Int32Array(2 * room)
    this.#prev = new Int32Array(2 * room)
    this.#face = new Int32Array(2 * room)
    this.#first.push(this.#addRing(ring, 1, 0))
    this.#first[0] = this.#first[1] ^ 1
  }

  get faces(): number {
    return this.#first.length
  }

  hasIslands(f: number): boolean {
    return this.#holes.has(f)
  }

  /** The outline of a face and of its holes, each closed: ready for WKB. */
  rings(f: number): Float64Array[] {
    return [this.#ringFrom(this.#first[f]), ...(this.#holes.get(f) ?? []).map((h) => this.#ringFrom(h))]
  }

  /** Area in m², holes taken off; centroid of the outline; direction of its longer axis (radians); extents along that axis and across it. */
  shape(f: number): { area: number; x: number; y: number; axis: number; along: number; across: number } {
    const start = this.#first[f]
    const [x0, y0] = [this.#x[this.#origin[start]], this.#y[this.#origin[start]]]
    let [twice, sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0]
    for (let h = start, n = 0; n === 0 || h !== start; h = this.#next[h], n++) {
      const [a, b] = [this.#origin[h], this.#origin[this.#next[h]]]
      const [ax, ay, bx, by] = [this.#x[a] - x0, this.#y[a] - y0, this.#x[b] - x0, this.#y[b] - y0]
      const cross = ax * by - bx * ay
      twice += cross
      sx += cross * (ax + bx)
      sy += cross * (ay + by)
      sxx += cross * (ax * ax + ax * bx + bx * bx)
      syy += cross * (ay * ay + ay * by + by * by)
      sxy += cross * (2 * ax * ay + ax * by + bx * ay + 2 * bx * by)
    }
    let area = twice / 2
    const [cx, cy] = [sx / (3 * twice), sy / (3 * twice)]
    const [mxx, myy, mxy] = [sxx / 12 - area * cx * cx, syy / 12 - area * cy * cy, sxy / 24 - area * cx * cy]
    const axis = 0.5 * Math.atan2(2 * mxy, mxx - myy)
    const mean = (mxx + myy) / 2
    const spread = Math.hypot((mxx - myy) / 2, mxy)
    // of a rectangle a × b the second moments are a³b/12 and ab³/12
    const along = Math.sqrt((12 * (mean + spread)) / area)
    const across = Math.sqrt((12 * Math.max(0, mean - spread)) / area)
    for (const h of this.#holes.get(f) ?? []) area -= Math.abs(this.#loopArea(h))
    return { area, x: x0 + cx, y: y0 + cy, axis, along, across }
  }

  perimeter(f: number): number {
    let sum = 0
    this.#walk(this.#first[f], (h) => {
      sum += this.#length(h)
    })
    return sum
  }

  /** The label of the neighbours that a face has most of its outline in common with; -1 where all are `ignored`. */
  mainNeighbour(f: number, label: (face: number) => number): number {
    const shared = new Map<number, number>()
    this.#walk(this.#first[f], (h) => {
      const of = label(this.#face[h ^ 1])
      if (of >= 0) shared.set(of, (shared.get(of) ?? 0) + this.#length(h))
    })
    let best = -1
    for (const [of, length] of shared) if (best < 0 || length > (shared.get(best) ?? 0)) best = of
    return best
  }

  /** Cuts face f along the line through (x, y), bent by `bend`. Null, and nothing changed, where no clean cut is there. */
  cut(f: number, x: number, y: number, direction: number, options: CutOptions = {}): Cut | null {
    const [dx, dy] = [Math.cos(direction), Math.sin(direction)]
    const ahead = this.#meet(f, x, y, dx, dy)
    const behind = this.#meet(f, x, y, -dx, -dy)
    if (!ahead || !behind || ahead.h === behind.h) return null
    const length = Math.hypot(ahead.x - behind.x, ahead.y - behind.y)
    const inner: number[] = []
    const pieces = options.bend ? Math.floor(length / (options.stepM ?? 100)) : 0
    for (let i = 1; i < pieces; i++) {
      const off = options.bend?.(i / pieces, length) ?? 0
      inner.push(round4(behind.x + (dx * length * i) / pieces - dy * off), round4(behind.y + (dy * length * i) / pieces + dx * off))
    }
    return this.#lay(f, behind, ahead, inner, options.clearanceM ?? 1)
  }

  /** Cuts a strip of the given width out of face f, like `cut` and again beside it. `between` is null where only the first cut was possible. */
  strip(f: number, x: number, y: number, direction: number, widthM: number, options: CutOptions = {}): Cut | null {
    const first = this.cut(f, x, y, direction, { ...options, clearanceM: Math.max(options.clearanceM ?? 1, 1.5 * widthM) })
    if (!first) return null
    // the path just laid, from the right face's side it runs backwards
    const path: number[] = []
    let h = this.#first[first.right] // #lay leaves it at the path's end
    const side = first.left
    while (this.#face[h ^ 1] === side && path.length < 1e6) {
      path.unshift(this.#x[this.#origin[h]], this.#y[this.#origin[h]])
      h = this.#next[h]
    }
    path.unshift(this.#x[this.#origin[h]], this.#y[this.#origin[h]])
    const n = path.length / 2
    const [nx, ny] = [Math.sin(direction) * widthM, -Math.cos(direction) * widthM]
    const inner: number[] = []
    for (let i = 1; i < n - 1; i++) inner.push(round4(path[2 * i] + nx), round4(path[2 * i + 1] + ny))
    const middle = [(path[0] + path[2 * n - 2]) / 2 + nx, (path[1] + path[2 * n - 1]) / 2 + ny]
    const [sx, sy] = inner.length > 0 ? inner : middle
    const [ex, ey] = inner.length > 0 ? inner.slice(-2) : middle
    const back = this.#meet(first.right, sx, sy, path[0] - path[2], path[1] - path[3])
    const on = this.#meet(first.right, ex, ey, path[2 * n - 2] - path[2 * n - 4], path[2 * n - 1] - path[2 * n - 3])
    const second = back && on && back.h !== on.h ? this.#lay(first.right, back, on, inner, Math.min(1, widthM / 3)) : null
    return second ? { left: first.left, right: second.right, between: second.left } : first
  }

  /** Cuts a long face across, about in the middle of its length. */
  halve(f: number): Cut | null {
    const halves: number[] = []
    const at: number[] = []
    let sum = 0
    this.#walk(this.#first[f], (h) => {
      halves.push(h)
      at.push(sum)
      sum += this.#length(h)
    })
    const position = new Map(halves.map((h, i) => [h, at[i]]))
    const tries: { balance: number; x: number; y: number; direction: number }[] = []
    const stride = Math.max(1, Math.floor(halves.length / 40))
    for (let i = 0; i < halves.length; i += stride) {
      const [a, b] = [this.#origin[halves[i]], this.#origin[this.#next[halves[i]]]]
      const [dx, dy] = [this.#x[b] - this.#x[a], this.#y[b] - this.#y[a]]
      const length = Math.hypot(dx, dy)
      if (length < 4) continue
      const [x, y] = [(this.#x[a] + this.#x[b]) / 2 - (dy / length) * 0.5, (this.#y[a] + this.#y[b]) / 2 + (dx / length) * 0.5]
      const hit = this.#meet(f, x, y, -dy / length, dx / length)
      if (!hit) continue
      const way = Math.abs((position.get(hit.h) ?? 0) - at[i])
      tries.push({ balance: Math.abs(way - sum / 2), x, y, direction: Math.atan2(dx, -dy) })
    }
    tries.sort((a, b) => a.balance - b.balance)
    for (const { x, y, direction } of tries.slice(0, 6)) {
      const done = this.cut(f, x, y, direction)
      if (done) return done
    }
    return null
  }

  /** Puts an island (ring counter-clockwise, not closed, wholly inside) into face f; its face number comes back. */
  addIsland(f: number, ring: ArrayLike<number>): number {
    const island = this.#first.length
    const inner = this.#addRing(ring, island, f)
    this.#first.push(inner)
    const holes = this.#holes.get(f)
    if (holes) holes.push(inner ^ 1)
    else this.#holes.set(f, [inner ^ 1])
    return island
  }

  /** How far (x, y) lies from the outline of face f and of its holes; negative outside. */
  clearance(f: number, x: number, y: number): number {
    let nearest = Infinity
    let inside = false
    const look = (h: number) => {
      const [a, b] = [this.#origin[h], this.#origin[this.#next[h]]]
      const [ax, ay, bx, by] = [this.#x[a], this.#y[a], this.#x[b], this.#y[b]]
      nearest = Math.min(nearest, fromSegment(x, y, ax, ay, bx, by))
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
    }
    this.#walk(this.#first[f], look)
    for (const hole of this.#holes.get(f) ?? []) this.#walk(hole, look)
    return inside ? nearest : -nearest
  }

  /** The outlines of groups of faces: for each label ≥ 0 its rings, closed, shells counter-clockwise and holes clockwise. */
  outlines(label: (face: number) => number): Map<number, Float64Array[]> {
    const done = new Uint8Array(this.#halves)
    const out = new Map<number, Float64Array[]>()
    const of = (h: number) => (this.#face[h] === 0 ? -1 : label(this.#face[h]))
    for (let start = 0; start < this.#halves; start++) {
      const own = of(start)
      if (own < 0 || done[start] || of(start ^ 1) === own) continue
      const ring: number[] = []
      let h = start
      do {
        done[h] = 1
        ring.push(this.#x[this.#origin[h]], this.#y[this.#origin[h]])
        h = this.#next[h]
        while (of(h ^ 1) === own) h = this.#next[h ^ 1] // turn around the vertex, through faces of the same label
      } while (h !== start)
      ring.push(ring[0], ring[1])
      const rings = out.get(own)
      if (rings) rings.push(Float64Array.from(ring))
      else out.set(own, [Float64Array.from(ring)])
    }
    return out
  }

  // ── inside ──

  #addVertex(x: number, y: number): number {
    if (this.#vertices === this.#x.length) {
      this.#x = grown(this.#x, Float64Array)
      this.#y = grown(this.#y, Float64Array)
    }
    this.#x[this.#vertices] = round4(x)
    this.#y[this.#vertices] = round4(y)
    return this.#vertices++
  }

  #addPair(from: number, to: number, left: number, right: number): number {
    if (this.#halves + 2 > this.#origin.length) {
      this.#origin = grown(this.#origin, Int32Array)
      this.#next = grown(this.#next, Int32Array)
      this.#prev = grown(this.#prev, Int32Array)
      this.#face = grown(this.#face, Int32Array)
    }
    const h = this.#halves
    this.#halves += 2
    this.#origin[h] = from
    this.#origin[h + 1] = to
    this.#face[h] = left
    this.#face[h + 1] = right
    return h
  }

  #addRing(ring: ArrayLike<number>, inside: number, outside: number): number {
    const n = ring.length / 2
    const vertices = Array.from({ length: n }, (_, i) => this.#addVertex(ring[2 * i], ring[2 * i + 1]))
    const halves = vertices.map((v, i) => this.#addPair(v, vertices[(i + 1) % n], inside, outside))
    halves.forEach((h, i) => {
      const after = halves[(i + 1) % n]
      this.#link(h, after)
      this.#link(after ^ 1, h ^ 1)
    })
    return halves[0]
  }

  #link(a: number, b: number) {
    this.#next[a] = b
    this.#prev[b] = a
  }

  #walk(start: number, visit: (h: number) => void) {
    let h = start
    do {
      visit(h)
      h = this.#next[h]
    } while (h !== start)
  }

  #length(h: number): number {
    const [a, b] = [this.#origin[h], this.#origin[this.#next[h]]]
    return Math.hypot(this.#x[b] - this.#x[a], this.#y[b] - this.#y[a])
  }

  #ringFrom(start: number): Float64Array {
    const ring: number[] = []
    this.#walk(start, (h) => ring.push(this.#x[this.#origin[h]], this.#y[this.#origin[h]]))
    ring.push(ring[0], ring[1])
    return Float64Array.from(ring)
  }

  #loopArea(start: number): number {
    const xy = this.#ringFrom(start)
    let twice = 0
    for (let i = 2; i + 3 < xy.length; i += 2) twice += (xy[i] - xy[0]) * (xy[i + 3] - xy[1]) - (xy[i + 2] - xy[0]) * (xy[i + 1] - xy[1])
    return twice / 2
  }

  /** The first place where the ray from (x, y) meets the outline of f; null when (x, y) is not inside. Ends are drawn to a vertex within reach. */
  #meet(f: number, x: number, y: number, dx: number, dy: number): Hit | null {
    const length = Math.hypot(dx, dy)
    const [ux, uy] = [dx / length, dy / length]
    let best = -1
    let bestT = Infinity
    let crossings = 0
    this.#walk(this.#first[f], (h) => {
      const [a, b] = [this.#origin[h], this.#origin[this.#next[h]]]
      const sideA = ux * (this.#y[a] - y) - uy * (this.#x[a] - x)
      const sideB = ux * (this.#y[b] - y) - uy * (this.#x[b] - x)
      if (sideA > 0 === sideB > 0) return
      const s = sideA / (sideA - sideB)
      const t = (this.#x[a] + (this.#x[b] - this.#x[a]) * s - x) * ux + (this.#y[a] + (this.#y[b] - this.#y[a]) * s - y) * uy
      if (t <= 0) return
      crossings++
      if (t < bestT) {
        bestT = t
        best = h
      }
    })
    if (best < 0 || crossings % 2 === 0) return null
    const hit = { h: best, x: x + ux * bestT, y: y + uy * bestT }
    const [a, b] = [this.#origin[best], this.#origin[this.#next[best]]]
    const reach = Math.min(1, this.#length(best) / 3)
    if (Math.hypot(hit.x - this.#x[a], hit.y - this.#y[a]) < reach || Math.hypot(hit.x - this.#x[b], hit.y - this.#y[b]) < reach)
      return null
    return hit
  }

  /** Lays a path through f between two places on its outline, when it keeps clear of everything else. */
  #lay(f: number, from: Hit, to: Hit, inner: readonly number[], clearance: number): Cut | null {
    const path = [round4(from.x), round4(from.y), ...inner, round4(to.x), round4(to.y)]
    const last = path.length - 4
    if (!this.#meetsSteeply(from.h, path[2] - path[0], path[3] - path[1])) return null
    if (!this.#meetsSteeply(to.h, path[last + 2] - path[last], path[last + 3] - path[last + 1])) return null
    let free = true
    const [minX, maxX, minY, maxY] = [
      bound(path, 0, -clearance),
      bound(path, 0, clearance),
      bound(path, 1, -clearance),
      bound(path, 1, clearance),
    ]
    this.#walk(this.#first[f], (h) => {
      if (!free) return
      const [a, b] = [this.#origin[h], this.#origin[this.#next[h]]]
      const [ax, ay, bx, by] = [this.#x[a], this.#y[a], this.#x[b], this.#y[b]]
      if (Math.max(ax, bx) < minX || Math.min(ax, bx) > maxX || Math.max(ay, by) < minY || Math.min(ay, by) > maxY) return
      for (let i = 0; i <= last && free; i += 2) {
        const [px, py, qx, qy] = [path[i], path[i + 1], path[i + 2], path[i + 3]]
        const atStart = i === 0 && h === from.h
        const atEnd = i === last && h === to.h
        if (!atStart && !atEnd && cross(ax, ay, bx, by, px, py, qx, qy)) free = false
        // the sides the path starts and ends on are near it by nature
        const near = h === from.h || h === to.h || this.#next[h] === from.h || this.#next[h] === to.h
        // towards its ends a path comes near the outline, and may
        const room = Math.min(
          clearance,
          0.2 * Math.hypot(bx - path[0], by - path[1]),
          0.2 * Math.hypot(bx - path[last + 2], by - path[last + 3]),
        )
        if (!near && fromSegment(bx, by, px, py, qx, qy) < room) free = false
        const own = Math.min(
          clearance,
          0.2 * Math.hypot(px - path[0], py - path[1]),
          0.2 * Math.hypot(px - path[last + 2], py - path[last + 3]),
        )
        const ends = (h === from.h && i === 2) || (h === to.h && i === last)
        if (i > 0 && !ends && fromSegment(px, py, ax, ay, bx, by) < own) free = false
      }
    })
    if (!free) return null
    const start = this.#splitEdge(from.h, path[0], path[1])
    const end = this.#splitEdge(to.h, path[last + 2], path[last + 3])
    return this.#connect(f, start, end, inner)
  }

  #meetsSteeply(h: number, dx: number, dy: number): boolean {
    const [a, b] = [this.#origin[h], this.#origin[this.#next[h]]]
    const [ex, ey] = [this.#x[b] - this.#x[a], this.#y[b] - this.#y[a]]
    return Math.abs(dx * ey - dy * ex) > Math.sin(LEAST_ANGLE) * Math.hypot(dx, dy) * Math.hypot(ex, ey)
  }

  /** Puts a vertex on half-edge h; the half-edge that now begins there, on the same side, comes back. */
  #splitEdge(h: number, x: number, y: number): number {
    const t = h ^ 1
    const v = this.#addVertex(x, y)
    const b = this.#origin[t]
    const h2 = this.#addPair(v, b, this.#face[h], this.#face[t])
    const t2 = h2 ^ 1
    const [after, before] = [this.#next[h], this.#prev[t]]
    this.#origin[t] = v
    this.#link(h2, after)
    this.#link(h, h2)
    this.#link(before, t2)
    this.#link(t2, t)
    return h2
  }

  #connect(f: number, start: number, end: number, inner: readonly number[]): Cut {
    const right = this.#first.length
    const vertices = [this.#origin[start]]
    for (let i = 0; i < inner.length; i += 2) vertices.push(this.#addVertex(inner[i], inner[i + 1]))
    vertices.push(this.#origin[end])
    const [beforeStart, beforeEnd] = [this.#prev[start], this.#prev[end]]
    let previous = beforeStart
    let behind = start
    for (let i = 0; i + 1 < vertices.length; i++) {
      const h = this.#addPair(vertices[i], vertices[i + 1], f, right)
      this.#link(previous, h)
      this.#link(h ^ 1, behind)
      previous = h
      behind = h ^ 1
    }
    this.#link(previous, end)
    this.#link(beforeEnd, behind)
    this.#first[f] = previous
    this.#first.push(behind) // the path's last half-edge, seen from the right: `strip` reads the path from here
    this.#walk(behind, (h) => {
      this.#face[h] = right
    })
    return { left: f, right, between: null }
  }
}
