/**
 * The plane cut up by noded segments: edges, the cycles around faces, and which face lies in which.
 *
 * Half-edge 2e runs along edge e, 2e + 1 back; the face is to the left. Every component of connected edges has one outer cycle, along which the face
 * outside of it lies; every other cycle is the outer border of a face of its own. Face 0 is the unbounded one.
 */
import { counts, cursorOf, IntList, ints, signs, sortPart, startsFrom } from './buffer.ts'
import type { OwnedSegments } from './edges.ts'
import { nesting } from './nesting.ts'
import { cross } from './predicates.ts'
import { type Noded, snapRound } from './snap.ts'

export type Arrangement = {
  /** Nodes on the grid. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** Node in which half-edge h starts. */
  readonly origin: Int32Array
  /** The half-edge that follows h around the face to its left. */
  readonly next: Int32Array
  readonly cycle: Int32Array
  /** One half-edge of every cycle. */
  readonly first: Int32Array
  /** Face of every cycle: an outer cycle lies in the face around its component. */
  readonly face: Int32Array
  readonly faces: number
  /** Outer cycles in the order in which they can be visited: what a component lies in comes before it. */
  readonly outer: Int32Array
  /** Who draws edge e: owner[start[e]] … owner[start[e + 1]], with the side of half-edge 2e on which its ground lies (1 left, −1 right). */
  readonly start: Uint32Array
  readonly owner: Int32Array
  readonly side: Int8Array
  /** How the segments it is made of were noded. */
  readonly noded: Noded
}

/** Edges whose owners cancel (as much ground to the left as to the right) are left out with `open`: then only the depth of a face is known. */
export function arrange(segments: OwnedSegments, which: 'open' | 'all'): Arrangement {
  const noded = snapRound(segments)
  const { nodes, start: chainStart, chain } = noded
  const { from, to, start, owner, side } = merged(segments, chainStart, chain, nodes.count, which)
  const edges = from.length
  const origin = ints(2 * edges)
  for (let e = 0; e < edges; e++) {
    origin[2 * e] = from[e]
    origin[2 * e + 1] = to[e]
  }
  const { x, y } = nodes
  const next = ints(2 * edges)
  const degree = counts(nodes.count + 1)
  for (let h = 0; h < 2 * edges; h++) degree[origin[h]]++
  const out = startsFrom(degree)
  const leaving = ints(2 * edges)
  const at = cursorOf(out)
  for (let h = 0; h < 2 * edges; h++) leaving[at[origin[h]]++] = h
  /** The last half-edge counter-clockwise from due west: to its left lies the face in which the node's component lies, if the node is its westernmost. */
  const westmost = ints(nodes.count).fill(-1)
  for (let v = 0; v < nodes.count; v++) {
    const first = out[v]
    const end = out[v + 1]
    if (end === first) continue
    if (end - first > 2) aroundNode(leaving, first, end, v, origin, x, y)
    for (let k = first; k < end; k++) next[leaving[k + 1 < end ? k + 1 : first] ^ 1] = leaving[k]
    westmost[v] = lastUpper(first, end, v)
  }

  const cycle = ints(2 * edges).fill(-1)
  const firsts = new IntList(Math.min(1024, 2 * edges))
  for (let h = 0; h < 2 * edges; h++) {
    if (cycle[h] >= 0) continue
    const c = firsts.length
    firsts.push(h)
    let g = h
    do {
      cycle[g] = c
      g = next[g]
    } while (g !== h)
  }
  const first = firsts.done()
  const nested = nesting({ x, y, origin, cycle, first, westmost })
  return { x, y, origin, next, cycle, first, ...nested, start, owner, side, noded }

  /** The half-edge out of v with the greatest angle in (−90°, 90°]. */
  function lastUpper(begin: number, end: number, v: number): number {
    let best = leaving[begin]
    for (let k = begin + 1; k < end; k++) {
      const h = leaving[k]
      const w = origin[h ^ 1]
      const b = origin[best ^ 1]
      if (cross(x[b] - x[v], y[b] - y[v], x[w] - x[v], y[w] - y[v]) > 0) best = h
    }
    return best
  }
}

/** Sorts the half-edges that leave a node counter-clockwise, from due east. */
function aroundNode(
  leaving: Int32Array,
  begin: number,
  end: number,
  v: number,
  origin: Int32Array,
  x: Float64Array,
  y: Float64Array,
): void {
  const before = (g: number, h: number) => {
    const gx = x[origin[g ^ 1]] - x[v]
    const gy = y[origin[g ^ 1]] - y[v]
    const hx = x[origin[h ^ 1]] - x[v]
    const hy = y[origin[h ^ 1]] - y[v]
    const below = (dx: number, dy: number) => (dy < 0 || (dy === 0 && dx < 0) ? 1 : 0)
    return below(gx, gy) - below(hx, hy) || -Math.sign(cross(gx, gy, hx, hy)) || g - h
  }
  sortPart(leaving, begin, end, before)
}

/** Pieces of segments between neighbouring nodes, those between the same two made one. */
function merged(segments: OwnedSegments, chainStart: Uint32Array, chain: Int32Array, nodes: number, which: 'open' | 'all') {
  const pieces = chain.length - segments.x0.length
  const lower = ints(pieces)
  const upper = ints(pieces)
  const source = ints(pieces) // segment, as ~k where the piece runs from the higher node to the lower
  let n = 0
  const fromLower = counts(nodes + 1)
  for (let k = 0; k < segments.x0.length; k++) {
    for (let c = chainStart[k]; c + 1 < chainStart[k + 1]; c++) {
      const u = chain[c]
      const w = chain[c + 1]
      lower[n] = u < w ? u : w
      upper[n] = u < w ? w : u
      source[n] = u < w ? k : ~k
      fromLower[lower[n++]]++
    }
  }
  const at = startsFrom(fromLower)
  const sorted = ints(n)
  const fill = cursorOf(at)
  for (let i = 0; i < n; i++) sorted[fill[lower[i]]++] = i

  const from = ints(n)
  const to = ints(n)
  const start = counts(n + 1)
  const owner = new IntList(segments.owner.length + 16)
  const sides = new IntList(segments.owner.length + 16)
  const byUpper = (i: number, j: number) => upper[i] - upper[j] || i - j
  let edges = 0
  for (let v = 0; v < nodes; v++) {
    const end = at[v + 1]
    if (end - at[v] > 1) sortPart(sorted, at[v], end, byUpper)
    for (let k = at[v]; k < end; ) {
      const w = upper[sorted[k]]
      const began = owner.length
      let net = 0
      for (; k < end && upper[sorted[k]] === w; k++) {
        const s = source[sorted[k]]
        const segment = s < 0 ? ~s : s
        for (let o = segments.start[segment]; o < segments.start[segment + 1]; o++) {
          const left = s < 0 ? -segments.side[o] : segments.side[o]
          owner.push(segments.owner[o])
          sides.push(left)
          net += left
        }
      }
      if (which === 'open' && net === 0) {
        owner.length = began
        sides.length = began
        continue
      }
      from[edges] = v
      to[edges] = w
      start[edges++] = began
    }
  }
  start[edges] = owner.length
  const side = signs(sides.length)
  side.set(sides.done())
  return {
    from: from.subarray(0, edges),
    to: to.subarray(0, edges),
    start: start.subarray(0, edges + 1),
    owner: owner.done(),
    side,
  }
}
