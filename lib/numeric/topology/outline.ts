/** Areas and outlines of faces. */
import type { Arrangement } from './arrangement.ts'
import { flags, ints } from './buffer.ts'
import { fromGrid, type Grid, PER_METRE } from './ground.ts'
import type { Outline, Place, RingArea } from './layer.ts'

export type Measure = {
  /** Signed area of a cycle in m². */
  readonly cycleArea: (cycle: number) => number
  /** Area of a face in m²: its border less what lies in it. The unbounded face has what is inside of its outer outlines, negative. */
  readonly faceArea: (face: number) => number
  readonly perimeterM: (face: number) => number
  readonly cyclesOf: (face: number) => readonly number[]
  /** The outline of several faces as one: each ring from its westernmost vertex, rings from west to east, however the faces are numbered. */
  readonly outline: (faces: readonly number[]) => Outline
  /** A point inside a face. */
  readonly inside: (face: number) => Place
}

const NONE: readonly number[] = []

export function measureOf(plane: Arrangement, grid: Grid, areaOf: RingArea | null): Measure {
  const { x, y, origin, next, cycle, first, face } = plane
  const members = new Map<number, number[]>()
  for (const c of plane.outer) {
    const list = members.get(face[c])
    if (list) list.push(c)
    else members.set(face[c], [c])
  }
  const border = ints(plane.faces).fill(-1)
  const outerCycles = flags(first.length)
  for (const c of plane.outer) outerCycles[c] = 1
  for (let c = 0; c < first.length; c++) if (!outerCycles[c]) border[face[c]] = c
  const cyclesOf = (f: number): readonly number[] => {
    const inner = members.get(f) ?? NONE
    if (border[f] < 0) return inner
    return inner.length === 0 ? [border[f]] : [border[f], ...inner]
  }
  // faces and half-edges that the outline in hand has, by its number
  let outlines = 0
  let faceIn: Int32Array | null = null
  let edgeIn: Int32Array | null = null

  /** Sums begin at the cycle's least node, so that the same cycle has the same area to the last bit however it was found. */
  const cycleArea = (c: number): number => {
    let h = first[c]
    let least = h
    for (h = next[h]; h !== first[c]; h = next[h]) {
      const d = x[origin[h]] - x[origin[least]] || y[origin[h]] - y[origin[least]]
      if (d < 0) least = h
    }
    if (areaOf) return areaOf(ringFrom(least, (h) => next[h]))
    const x0 = x[origin[least]]
    const y0 = y[origin[least]]
    let twice = 0
    let u = 0
    let v = 0
    for (h = next[least]; h !== least; h = next[h]) {
      const u2 = (x[origin[h]] - x0) / PER_METRE
      const v2 = (y[origin[h]] - y0) / PER_METRE
      twice += u * v2 - u2 * v
      u = u2
      v = v2
    }
    return twice / 2
  }

  return {
    cycleArea,
    cyclesOf,
    faceArea(f) {
      let area = border[f] < 0 ? 0 : cycleArea(border[f])
      for (const c of members.get(f) ?? NONE) area += cycleArea(c)
      return area
    },
    perimeterM(f) {
      let length = 0
      for (const c of cyclesOf(f)) {
        let h = first[c]
        do {
          length += Math.hypot(x[origin[h ^ 1]] - x[origin[h]], y[origin[h ^ 1]] - y[origin[h]])
          h = next[h]
        } while (h !== first[c])
      }
      return length / PER_METRE
    },
    outline,
    inside,
  }

  function ringFrom(start: number, after: (h: number) => number): Float64Array {
    let n = 1
    for (let h = after(start); h !== start; h = after(h)) n++
    const ring = new Float64Array(2 * n + 2)
    let h = start
    for (let i = 0; i < 2 * n; i += 2) {
      ring[i] = fromGrid(x[origin[h]], grid.x)
      ring[i + 1] = fromGrid(y[origin[h]], grid.y)
      h = after(h)
    }
    ring[2 * n] = ring[0]
    ring[2 * n + 1] = ring[1]
    return ring
  }

  function outline(faces: readonly number[]): Outline {
    faceIn ??= ints(plane.faces)
    edgeIn ??= ints(origin.length)
    const [mine, done] = [faceIn, edgeIn]
    const now = ++outlines
    for (const f of faces) mine[f] = now
    const isBorder = (h: number) => mine[face[cycle[h ^ 1]]] !== now
    // around the end of h, past edges that lie inside
    const after = (h: number) => {
      let g = next[h]
      while (!isBorder(g)) g = next[g ^ 1]
      return g
    }
    const shells: Float64Array[][] = []
    const holes: Float64Array[] = []
    for (const f of faces)
      for (const c of cyclesOf(f)) {
        let h = first[c]
        do {
          if (isBorder(h) && done[h] !== now) {
            let least = h
            for (let g = h; done[g] !== now; g = after(g)) {
              done[g] = now
              if ((x[origin[g]] - x[origin[least]] || y[origin[g]] - y[origin[least]]) < 0) least = g
            }
            const ring = ringFrom(least, after)
            if (turns(ring) > 0) shells.push([ring])
            else holes.push(ring)
          }
          h = next[h]
        } while (h !== first[c])
      }
    shells.sort(([a], [b]) => byFirstVertex(a, b))
    for (const hole of holes.sort(byFirstVertex)) {
      const around = shells.length === 1 ? shells[0] : shells.find(([shell]) => holds(shell, hole))
      if (around) around.push(hole)
    }
    return shells
  }

  /** Across the face at the height between two neighbouring nodes' heights near its middle, in the middle of the widest stretch. */
  function inside(f: number): Place {
    const heights: number[] = []
    const edges: number[] = []
    for (const c of cyclesOf(f)) {
      let h = first[c]
      do {
        heights.push(y[origin[h]])
        edges.push(h)
        h = next[h]
      } while (h !== first[c])
    }
    heights.sort((a, b) => a - b)
    const distinct = heights.filter((at, i) => i === 0 || at !== heights[i - 1])
    const middle = (distinct[0] + distinct[distinct.length - 1]) / 2
    let k = distinct.findIndex((at) => at > middle)
    if (k < 1) k = Math.min(1, distinct.length - 1)
    const at = distinct.length < 2 ? distinct[0] : (distinct[k - 1] + distinct[k]) / 2
    const passes: number[] = []
    for (const h of edges) {
      const [a, b] = [origin[h], origin[h ^ 1]]
      if (y[a] > at !== y[b] > at) passes.push(x[a] + ((at - y[a]) / (y[b] - y[a])) * (x[b] - x[a]))
    }
    passes.sort((a, b) => a - b)
    let best = x[origin[first[cyclesOf(f)[0]]]]
    let widest = -1
    for (let i = 0; i + 1 < passes.length; i += 2) {
      if (passes[i + 1] - passes[i] <= widest) continue
      widest = passes[i + 1] - passes[i]
      best = (passes[i] + passes[i + 1]) / 2
    }
    return { x: fromGrid(best, grid.x), y: fromGrid(at, grid.y) }
  }
}

const byFirstVertex = (a: Float64Array, b: Float64Array) => a[0] - b[0] || a[1] - b[1]

/** Twice the signed area, from the first vertex. */
function turns(ring: Float64Array): number {
  let twice = 0
  for (let i = 2; i + 3 < ring.length; i += 2)
    twice += (ring[i] - ring[0]) * (ring[i + 3] - ring[1]) - (ring[i + 2] - ring[0]) * (ring[i + 1] - ring[1])
  return twice
}

/** Whether a ring holds another that does not cross it: by the first vertex that does not lie on it. */
function holds(shell: Float64Array, hole: Float64Array): boolean {
  for (let v = 0; v + 1 < hole.length; v += 2) {
    const side = within(shell, hole[v], hole[v + 1])
    if (side !== 0) return side > 0
  }
  return false
}

/** 1 inside, 0 on a vertex or edge, −1 outside. */
export function within(ring: Float64Array, x: number, y: number): -1 | 0 | 1 {
  let inside = false
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const ax = ring[i] - x
    const ay = ring[i + 1] - y
    const bx = ring[i + 2] - x
    const by = ring[i + 3] - y
    if (ay > 0 === by > 0) {
      if (ay === 0 && by === 0 && ax <= 0 !== bx < 0) return 0
      if ((ax === 0 && ay === 0) || (bx === 0 && by === 0)) return 0
      continue
    }
    const turn = ax * by - ay * bx
    if (turn === 0) return 0
    if (turn > 0 === by > ay) inside = !inside
  }
  return inside ? 1 : -1
}
