/**
 * Snap rounding (Hobby 1999; Guibas and Marimont 1998): segments with ends on a grid are cut where they cross, the crossings are rounded to the
 * grid, and every segment that passes through the square of one unit around an end or a crossing gets a node there. What comes out meets only at
 * nodes and nothing has moved by more than half a unit; once is enough, because a cut never makes a new crossing.
 */
import { counts, cursorOf, IntList, ints, sortPart, startsFrom } from './buffer.ts'
import { bucketOf, type Cells, cellsOf, type Segments } from './cells.ts'
import { MOST_CROSSINGS, TooTangled } from './limits.ts'
import { Nodes } from './nodes.ts'
import { CROSS_ERROR, cross } from './predicates.ts'

/** Nodes of segment k: chain[start[k]] … chain[start[k + 1]], from its first end to its second. A segment that shrank to a point has one. */
export type Noded = {
  readonly nodes: Nodes
  readonly start: Uint32Array
  readonly chain: Int32Array
  /** Nodes below this number are ends of segments, the others crossings. */
  readonly ends: number
  readonly cells: Cells
}

/** Buckets of more segments are swept from west to east instead of pair by pair. */
const CROWD = 24

export function snapRound(segments: Segments): Noded {
  const { x0, y0, x1, y1 } = segments
  const n = x0.length
  const nodes = new Nodes(n + (n >> 3))
  const from = ints(n)
  const to = ints(n)
  for (let i = 0; i < n; i++) {
    from[i] = nodes.at(x0[i], y0[i])
    to[i] = nodes.at(x1[i], y1[i])
  }
  const cells = cellsOf(segments)
  const some = Math.min(1024, n + 16)
  const cut = new IntList(some)
  const cutAt = new IntList(some)
  const ends = nodes.count

  const { start, items, whole, mask, size } = cells
  let order = counts(0)
  const most = ends + MOST_CROSSINGS.plain + MOST_CROSSINGS.each * n
  let only = -1
  for (let b = 0; b <= mask; b++) {
    const first = start[b]
    const last = start[b + 1]
    if (last - first < 2) continue
    if (last - first <= CROWD) {
      for (let k = first; k < last; k++) for (let l = k + 1; l < last; l++) meet(items[k], items[l], b)
      continue
    }
    if (order.length < last - first) order = counts(2 * (last - first))
    const crowd = order.subarray(0, last - first)
    crowd.set(items.subarray(first, last))
    crowd.sort((i, j) => x0[i] - x0[j] || i - j)
    for (let k = 0; k < crowd.length; k++) {
      const reach = x1[crowd[k]] + 1
      for (let l = k + 1; l < crowd.length && x0[crowd[l]] <= reach; l++) meet(crowd[k], crowd[l], b)
    }
  }
  // crossings begin behind the last end
  only = -1
  for (let node = ends; node < nodes.count; node++) passBy(node)
  return { nodes, ...chains(n, from, to, cut.done(), cutAt.done(), nodes), ends, cells }

  /** Two segments that share a bucket: ends near the other become its nodes, and so does their crossing for both. */
  function meet(i: number, j: number, bucket: number): void {
    const ax = x0[i]
    const bx = x1[i]
    const cx = x0[j]
    const dx = x1[j]
    const left = ax > cx ? ax : cx
    if (left > bx + 1 || left > dx + 1) return
    const ay = y0[i]
    const by = y1[i]
    const cy = y0[j]
    const dy = y1[j]
    const lowI = ay < by ? ay : by
    const lowJ = cy < dy ? cy : dy
    const low = lowI > lowJ ? lowI : lowJ
    const highI = ay > by ? ay : by
    const highJ = cy > dy ? cy : dy
    if (low > highI + 1 || low > highJ + 1) return
    // neighbours along a line whose boxes have nothing else in common meet in their common end only
    if (left === (bx < dx ? bx : dx) && low === (highI < highJ ? highI : highJ)) {
      if (from[i] === from[j] || from[i] === to[j] || to[i] === from[j] || to[i] === to[j]) return
    }
    // seen in several buckets: the one of the boxes' common corner has the pair
    const isWhole = (whole[i] & whole[j]) === 1
    if (isWhole && bucketOf(Math.floor(left / size), Math.floor(low / size), mask) !== bucket) return
    // … or the one of a node has that node
    only = isWhole ? -1 : bucket

    const ux = bx - ax
    const uy = by - ay
    const touchI = (Math.abs(ux) + Math.abs(uy)) / 2
    const c = offset(ux, uy, cx - ax, cy - ay, touchI)
    const d = offset(ux, uy, dx - ax, dy - ay, touchI)
    if ((c > touchI && d > touchI) || (c < -touchI && d < -touchI)) return
    const vx = dx - cx
    const vy = dy - cy
    const touchJ = (Math.abs(vx) + Math.abs(vy)) / 2
    const a = offset(vx, vy, ax - cx, ay - cy, touchJ)
    const b = offset(vx, vy, bx - cx, by - cy, touchJ)
    if ((a > touchJ && b > touchJ) || (a < -touchJ && b < -touchJ)) return

    if (Math.abs(c) <= touchI) pass(i, from[j])
    if (Math.abs(d) <= touchI) pass(i, to[j])
    if (Math.abs(a) <= touchJ) pass(j, from[i])
    if (Math.abs(b) <= touchJ) pass(j, to[i])
    if (c > 0 === d > 0 || a > 0 === b > 0 || c === 0 || d === 0 || a === 0 || b === 0) return
    // the same point whichever of the two comes first
    const swap = ax - cx || ay - cy || bx - dx || by - dy
    const node =
      swap < 0
        ? nodes.at(Math.round(ax + (a / (a - b)) * ux), Math.round(ay + (a / (a - b)) * uy))
        : nodes.at(Math.round(cx + (c / (c - d)) * vx), Math.round(cy + (c / (c - d)) * vy))
    if (nodes.count > most) throw new TooTangled(`lines cross more than ${most - ends} times`, nodes.x[node], nodes.y[node])
    add(i, node)
    add(j, node)
  }

  /** Node p becomes one of segment i if it lies in the segment's box; that the line passes its square is known. */
  function pass(i: number, p: number): void {
    const x = nodes.x[p]
    const y = nodes.y[p]
    if (x < x0[i] || x > x1[i]) return
    if (y0[i] < y1[i] ? y < y0[i] || y > y1[i] : y < y1[i] || y > y0[i]) return
    add(i, p)
  }

  function add(i: number, p: number): void {
    if (p === from[i] || p === to[i]) return
    if (only >= 0 && bucketOf(Math.floor(nodes.x[p] / size), Math.floor(nodes.y[p] / size), mask) !== only) return
    cut.push(i)
    cutAt.push(p)
  }

  /** A crossing may lie on segments that have no part in it. */
  function passBy(p: number): void {
    const x = nodes.x[p]
    const y = nodes.y[p]
    const bucket = bucketOf(Math.floor(x / size), Math.floor(y / size), mask)
    for (let k = start[bucket]; k < start[bucket + 1]; k++) {
      const i = items[k]
      if (x < x0[i] || x > x1[i]) continue
      const ux = x1[i] - x0[i]
      const uy = y1[i] - y0[i]
      const touch = (Math.abs(ux) + Math.abs(uy)) / 2
      if (Math.abs(offset(ux, uy, x - x0[i], y - y0[i], touch)) <= touch) pass(i, p)
    }
  }
}

/** u × v, exact where its rounding could matter for the comparison with ±touch or for its sign. */
function offset(ux: number, uy: number, vx: number, vy: number, touch: number): number {
  const p = ux * vy
  const q = uy * vx
  const plain = p - q
  return Math.abs(plain) > touch + (Math.abs(p) + Math.abs(q)) * CROSS_ERROR * 64 ? plain : cross(ux, uy, vx, vy)
}

function chains(n: number, from: Int32Array, to: Int32Array, cut: Int32Array, cutAt: Int32Array, nodes: Nodes) {
  const cuts = counts(n + 1)
  for (let k = 0; k < cut.length; k++) cuts[cut[k]]++
  const first = startsFrom(cuts)
  const sorted = ints(cut.length)
  const at = cursorOf(first)
  for (let k = 0; k < cut.length; k++) sorted[at[cut[k]]++] = cutAt[k]

  const chain = ints(2 * n + cut.length)
  const start = counts(n + 1)
  let length = 0
  const { x, y } = nodes
  let ux = 0
  let uy = 0
  const along = (p: number, q: number) => (x[p] - x[q]) * ux + (y[p] - y[q]) * uy || p - q
  for (let i = 0; i < n; i++) {
    start[i] = length
    chain[length++] = from[i]
    if (to[i] === from[i]) continue
    if (first[i + 1] > first[i]) {
      ux = x[to[i]] - x[from[i]]
      uy = y[to[i]] - y[from[i]]
      if (first[i + 1] - first[i] > 1) sortPart(sorted, first[i], first[i + 1], along)
      for (let k = first[i]; k < first[i + 1]; k++) if (sorted[k] !== chain[length - 1]) chain[length++] = sorted[k]
    }
    if (chain[length - 1] !== to[i]) chain[length++] = to[i]
  }
  start[n] = length
  return { start, chain: chain.subarray(0, length) }
}
