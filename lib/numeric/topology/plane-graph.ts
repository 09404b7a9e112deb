/**
 * Lines of a few outlines as one graph in the plane: corners that are given keep their coordinates to the last bit, lines are cut where they cross, and
 * the rings round every piece of ground are read off. Made for what a person edits (some thousand edges); whole layers are arrangement.ts's.
 *
 * Coordinates are metres of a plane, taken less the first corner, so that a double has nanometres to spare.
 */
import { ringArea } from './ring.ts'

/** A shell first, then its holes; each x, y, x, y, … and closed. */
export type RingPolygon = { readonly rings: readonly Float64Array[] }

type Edge = { readonly a: number; readonly b: number }
type Place = readonly [x: number, y: number]

/** Past this many segments an edit is none any more: pairs of them are looked at one by one. */
const MOST_SEGMENTS = 60_000

export class PlaneGraph {
  readonly #sameM: number
  #origin: Place | null = null
  readonly #x: number[] = []
  readonly #y: number[] = []
  readonly #written: Place[] = []
  readonly #cells = new Map<string, number[]>()
  readonly #segments: { a: number; b: number; kind: 'border' | 'cut' }[] = []

  /** `sameM`: a place nearer than this to a corner or line that is there already is that corner, or lies on that line. */
  constructor(sameM: number) {
    this.#sameM = sameM
  }

  /** Rings whose ground lies to the left: shells counter-clockwise, holes clockwise, however they were drawn. `exact`: corners of one outline stay apart, however near. */
  addPolygons(polygons: readonly RingPolygon[], exact: boolean): void {
    for (const { rings } of polygons)
      rings.forEach((ring, r) => {
        const forward = ringArea(ring) > 0 === (r === 0)
        const corners: number[] = []
        for (let i = 0; i + 3 < ring.length; i += 2) {
          const node = this.#node(ring[i], ring[i + 1], exact ? 0 : this.#sameM)
          if (corners.at(-1) !== node) corners.push(node)
        }
        if (corners[0] === corners.at(-1)) corners.pop()
        if (!forward) corners.reverse()
        corners.forEach((a, i) => {
          const b = corners[(i + 1) % corners.length]
          if (a !== b) this.#segments.push({ a, b, kind: 'border' })
        })
      })
  }

  addLine(line: Float64Array): void {
    let before = -1
    for (let i = 0; i + 1 < line.length; i += 2) {
      const node = this.#node(line[i], line[i + 1], this.#sameM)
      if (before >= 0 && before !== node) this.#segments.push({ a: before, b: node, kind: 'cut' })
      before = node
    }
  }

  place(node: number): Place {
    return this.#written[node]
  }

  #node(x: number, y: number, within: number): number {
    this.#origin ??= [x, y]
    const [px, py] = [x - this.#origin[0], y - this.#origin[1]]
    const side = Math.max(this.#sameM, 1e-9)
    const [cx, cy] = [Math.floor(px / side), Math.floor(py / side)]
    let best = -1
    let least = within
    for (let dx = -1; dx <= 1; dx++)
      for (let dy = -1; dy <= 1; dy++)
        for (const other of this.#cells.get(`${cx + dx} ${cy + dy}`) ?? []) {
          const d = Math.hypot(this.#x[other] - px, this.#y[other] - py)
          if (d <= least && (best < 0 || d < least || other < best)) [best, least] = [other, d]
        }
    if (best >= 0) return best
    const node = this.#x.length
    this.#x.push(px)
    this.#y.push(py)
    this.#written.push([x, y])
    const at = `${cx} ${cy}`
    const cell = this.#cells.get(at)
    if (cell) cell.push(node)
    else this.#cells.set(at, [node])
    return node
  }

  /** Every segment in pieces between the nodes on it. Crossings become nodes. */
  edges(): { readonly border: readonly Edge[]; readonly cut: readonly Edge[] } {
    const segments = this.#segments
    if (segments.length > MOST_SEGMENTS) throw new RangeError(`expected an edit of some thousand edges, got ${segments.length}`)
    const on = segments.map(() => new Set<number>())
    const order = segments.map((_, i) => i).sort((i, j) => this.#minX(i) - this.#minX(j))
    for (let s = 0; s < order.length; s++) {
      const i = order[s]
      for (let r = s + 1; r < order.length && this.#minX(order[r]) <= this.#maxX(i) + this.#sameM; r++) this.#meet(i, order[r], on)
    }
    const border: Edge[] = []
    const cut: Edge[] = []
    segments.forEach(({ a, b, kind }, i) => {
      const along = [...on[i]].filter((node) => node !== a && node !== b).sort((m, n) => this.#along(i, m) - this.#along(i, n))
      const chain = [a, ...along, b]
      for (let k = 0; k + 1 < chain.length; k++) (kind === 'border' ? border : cut).push({ a: chain[k], b: chain[k + 1] })
    })
    return { border, cut }
  }

  #minX = (i: number) => Math.min(this.#x[this.#segments[i].a], this.#x[this.#segments[i].b])
  #maxX = (i: number) => Math.max(this.#x[this.#segments[i].a], this.#x[this.#segments[i].b])

  #along(i: number, node: number): number {
    const { a, b } = this.#segments[i]
    const [dx, dy] = [this.#x[b] - this.#x[a], this.#y[b] - this.#y[a]]
    return ((this.#x[node] - this.#x[a]) * dx + (this.#y[node] - this.#y[a]) * dy) / (dx * dx + dy * dy)
  }

  /** Whether a node lies on a segment, between its ends. */
  #lies(i: number, node: number): boolean {
    const { a, b } = this.#segments[i]
    if (node === a || node === b) return false
    const along = this.#along(i, node)
    if (!(along > 0 && along < 1)) return false
    const [dx, dy] = [this.#x[b] - this.#x[a], this.#y[b] - this.#y[a]]
    const [ex, ey] = [this.#x[node] - this.#x[a] - along * dx, this.#y[node] - this.#y[a] - along * dy]
    return Math.hypot(ex, ey) <= this.#sameM
  }

  #meet(i: number, j: number, on: readonly Set<number>[]): void {
    const [s, t] = [this.#segments[i], this.#segments[j]]
    const [x, y] = [this.#x, this.#y]
    const apart =
      Math.min(y[s.a], y[s.b]) > Math.max(y[t.a], y[t.b]) + this.#sameM || Math.min(y[t.a], y[t.b]) > Math.max(y[s.a], y[s.b]) + this.#sameM
    if (apart) return
    let touched = false
    for (const node of [t.a, t.b])
      if (this.#lies(i, node)) {
        on[i].add(node)
        touched = true
      }
    for (const node of [s.a, s.b])
      if (this.#lies(j, node)) {
        on[j].add(node)
        touched = true
      }
    if (touched || s.a === t.a || s.a === t.b || s.b === t.a || s.b === t.b) return
    const [dx, dy, ex, ey] = [x[s.b] - x[s.a], y[s.b] - y[s.a], x[t.b] - x[t.a], y[t.b] - y[t.a]]
    const det = dx * ey - dy * ex
    if (det === 0) return
    const [fx, fy] = [x[t.a] - x[s.a], y[t.a] - y[s.a]]
    const u = (fx * ey - fy * ex) / det
    const v = (fx * dy - fy * dx) / det
    if (!(u > 0 && u < 1 && v > 0 && v < 1) || !this.#origin) return
    const node = this.#node(this.#origin[0] + x[s.a] + u * dx, this.#origin[1] + y[s.a] + u * dy, this.#sameM)
    on[i].add(node)
    on[j].add(node)
  }

  /**
   * The rings to the left of directed edges, each simple: one that comes back to a corner is two. At a corner the way goes on along the first edge
   * clockwise from where it came, so that the ground to the left is never left.
   */
  rings(directed: readonly Edge[]): number[][] {
    const [x, y] = [this.#x, this.#y]
    const leaving = new Map<number, number[]>()
    directed.forEach(({ a }, e) => {
      const list = leaving.get(a)
      if (list) list.push(e)
      else leaving.set(a, [e])
    })
    const angle = (from: number, to: number) => Math.atan2(y[to] - y[from], x[to] - x[from])
    const taken = new Uint8Array(directed.length)
    const found: number[][] = []
    for (let first = 0; first < directed.length; first++) {
      if (taken[first]) continue
      const way: number[] = []
      const at = new Map<number, number>()
      let e = first
      for (;;) {
        taken[e] = 1
        const { a, b } = directed[e]
        at.set(a, way.length)
        way.push(a)
        const again = at.get(b)
        if (again !== undefined) {
          const ring = way.splice(again)
          for (const node of ring) at.delete(node)
          if (ring.length > 2) found.push(ring)
          if (way.length === 0 && !(leaving.get(b) ?? []).some((next) => !taken[next])) break
        }
        const back = angle(b, a)
        let next = -1
        let least = Number.POSITIVE_INFINITY
        for (const other of leaving.get(b) ?? []) {
          if (taken[other]) continue
          const turn = back - angle(b, directed[other].b)
          const clockwise = turn <= 1e-15 ? turn + 2 * Math.PI : turn
          if (clockwise < least) [next, least] = [other, clockwise]
        }
        if (next < 0) break
        e = next
      }
    }
    return found
  }

  /** Rings of nodes as polygons: counter-clockwise ones are shells, every other goes into the smallest shell round it; those that lie in none are left out. */
  polygons(rings: readonly (readonly number[])[]): RingPolygon[] {
    const written = rings.map((nodes) => {
      const ring = new Float64Array(2 * nodes.length + 2)
      for (const [i, node] of [...nodes, nodes[0]].entries()) ring.set(this.#written[node], 2 * i)
      return ring
    })
    const shells = written
      .map((ring) => ({ ring, area: ringArea(ring) }))
      .filter(({ area }) => area > 0)
      .map(({ ring, area }) => ({ area, rings: [ring] }))
    for (const hole of written) {
      if (ringArea(hole) > 0) continue
      const area = -ringArea(hole)
      const home = shells.filter((shell) => shell.area > area && holdsRing(shell.rings[0], hole)).sort((a, b) => a.area - b.area)[0]
      home?.rings.push(hole)
    }
    return shells.map(({ rings: all }) => ({ rings: all }))
  }
}

/** Whether a ring lies in another that it does not cross: told by a corner or the middle of an edge that is not on the other's border. */
function holdsRing(shell: Float64Array, ring: Float64Array): boolean {
  for (let i = 0; i + 3 < ring.length; i += 2)
    for (const [x, y] of [
      [ring[i], ring[i + 1]],
      [(ring[i] + ring[i + 2]) / 2, (ring[i + 1] + ring[i + 3]) / 2],
    ]) {
      const side = sideOf(shell, x, y)
      if (side !== 0) return side > 0
    }
  return false
}

/** 1 inside a ring, −1 outside, 0 on its border (within a micrometre). */
function sideOf(ring: Float64Array, x: number, y: number): number {
  let inside = false
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const [ax, ay, bx, by] = [ring[i] - x, ring[i + 1] - y, ring[i + 2] - x, ring[i + 3] - y]
    const length = Math.hypot(bx - ax, by - ay)
    const along = length === 0 ? 0 : -(ax * (bx - ax) + ay * (by - ay)) / length
    const off = length === 0 ? Math.hypot(ax, ay) : Math.abs(ax * by - ay * bx) / length
    if (off <= 1e-6 && along >= -1e-6 && along <= length + 1e-6) return 0
    if (ay > 0 !== by > 0 && 0 < ax + (-ay / (by - ay)) * (bx - ax)) inside = !inside
  }
  return inside ? 1 : -1
}

/** 1 where a place lies within polygons, −1 outside, 0 on a border. */
export function sideOfPolygons(polygons: readonly RingPolygon[], x: number, y: number): number {
  for (const { rings } of polygons) {
    const [shell, ...holes] = rings.map((ring) => sideOf(ring, x, y))
    if (shell === 0) return 0
    if (shell < 0) continue
    if (holes.includes(0)) return 0
    if (!holes.includes(1)) return 1
  }
  return -1
}
