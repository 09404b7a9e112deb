/**
 * The order in which places anywhere are simulated, and whom each one looks at: from coarse to fine, as in grids of halving step (Tran 1994), so that
 * the large shapes stand before the small ones are drawn into them. It depends on places and seed alone, so it is found once for all simulations.
 */
import { seededRandom } from '../shared/random.ts'
import { Buckets } from './buckets.ts'

/**
 * `order`: places in the order of their turn. Turn t of place `order[t]` sees the samples `samples[starts…]` and earlier *turns* `turns[…]`: of both, entries
 * `t · most …` up to `sampleCounts[t]`, `turnCounts[t]`; nearest first.
 */
export type Path = {
  readonly order: Int32Array
  readonly most: number
  readonly sampleCounts: Uint8Array
  readonly turnCounts: Uint8Array
  readonly samples: Int32Array
  readonly turns: Int32Array
}

/** Cells to each side that are searched for places already simulated: with about one to a cell, 49 cells hold more than are wanted. */
const REACH = 3
/** Places looked at for each, at most, in multiples of those wanted: thousands at one place would look at each other. */
const CROWD = 16
/** Levels at most: the finest cells are a 2²⁰th of the extent. */
const MOST_LEVELS = 20

/** The path through places x, y (metres), each seeing up to `most` samples at sx, sy and up to `most` places before it; `most` ≤ 128. */
export function pathThrough(x: Float64Array, y: Float64Array, sx: Float64Array, sy: Float64Array, most: number, seed: number): Path {
  const count = x.length
  const order = new Int32Array(count)
  const path: Path = {
    order,
    most,
    sampleCounts: new Uint8Array(count),
    turnCounts: new Uint8Array(count),
    samples: new Int32Array(count * most),
    turns: new Int32Array(count * most),
  }
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < count; i++) {
    minX = Math.min(minX, x[i])
    maxX = Math.max(maxX, x[i])
    minY = Math.min(minY, y[i])
    maxY = Math.max(maxY, y[i])
  }
  const random = seededRandom(seed)
  const waiting = shuffled(count, random)
  const extent = Math.max(maxX - minX, maxY - minY, 1e-9)
  let left = count
  let turn = 0
  const earlier = new Int32Array(count) // next turn in the same cell
  for (let level = 0; left > 0; level++) {
    const side = extent / 2 ** Math.min(level, MOST_LEVELS)
    const columns = Math.floor(extent / side) + 1
    const cellOf = (i: number) => Math.floor((y[i] - minY) / side) * columns + Math.floor((x[i] - minX) / side)
    const heads = new Map<number, number>() // the latest turn in a cell
    for (let t = 0; t < turn; t++) put(heads, earlier, cellOf(order[t]), t)
    const last = level >= MOST_LEVELS
    let kept = 0
    for (let w = 0; w < left; w++) {
      const place = waiting[w]
      const cell = cellOf(place)
      // one to a cell: the others wait for finer cells
      if (heads.has(cell) && !last) {
        waiting[kept++] = place
        continue
      }
      order[turn] = place
      lookBack(path, turn, x, y, heads, earlier, Math.floor((x[place] - minX) / side), Math.floor((y[place] - minY) / side), columns)
      put(heads, earlier, cell, turn)
      turn++
    }
    left = kept
  }
  seeSamples(path, x, y, sx, sy)
  return path
}

function put(heads: Map<number, number>, earlier: Int32Array, cell: number, turn: number): void {
  earlier[turn] = heads.get(cell) ?? -1
  heads.set(cell, turn)
}

function shuffled(count: number, random: () => number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = all[i]
    all[i] = all[j]
    all[j] = kept
  }
  return all
}

/** The nearest of those before, ring by ring of cells around; where these are few, also those whom the nearest of them saw. */
function lookBack(
  path: Path,
  turn: number,
  x: Float64Array,
  y: Float64Array,
  heads: Map<number, number>,
  earlier: Int32Array,
  column: number,
  row: number,
  columns: number,
): void {
  const { order, most, turns, turnCounts } = path
  const place = order[turn]
  const from = turn * most
  const distances = new Float64Array(most)
  let size = 0
  let seen = 0
  const consider = (t: number) => {
    seen++
    const other = order[t]
    const d2 = (x[other] - x[place]) ** 2 + (y[other] - y[place]) ** 2
    if (size === most && d2 >= distances[most - 1]) return
    let at = size < most ? size++ : most - 1
    for (; at > 0 && distances[at - 1] > d2; at--) {
      distances[at] = distances[at - 1]
      turns[from + at] = turns[from + at - 1]
    }
    distances[at] = d2
    turns[from + at] = t
  }
  for (let ring = 0; ring <= REACH && (seen < 2 * most || ring < 2); ring++) {
    for (let r = row - ring; r <= row + ring; r++) {
      const step = ring === 0 || r === row - ring || r === row + ring ? 1 : 2 * ring
      for (let c = column - ring; c <= column + ring; c += step) {
        if (c < 0 || c >= columns) continue
        for (let t = heads.get(r * columns + c) ?? -1; t >= 0 && seen < CROWD * most; t = earlier[t]) consider(t)
      }
    }
  }
  if (size > 0 && size < most) {
    const known = new Set(turns.subarray(from, from + size))
    const nearest = turns[from] * most
    for (const t of turns.slice(nearest, nearest + turnCounts[turns[from]])) if (!known.has(t)) consider(t)
  }
  turnCounts[turn] = size
}

function seeSamples(
  { order, most, samples, sampleCounts }: Path,
  x: Float64Array,
  y: Float64Array,
  sx: Float64Array,
  sy: Float64Array,
): void {
  if (sx.length === 0) return
  const buckets = new Buckets(sx, sy)
  const nearby: { readonly id: number; readonly d2: number }[] = []
  for (const [turn, place] of order.entries()) {
    nearby.length = 0
    const reach = Math.sqrt(buckets.reach2(x[place], y[place], most)) * (1 + 1e-12)
    buckets.forEachWithin(x[place], y[place], reach, (id, d2) => nearby.push({ id, d2 }))
    nearby.sort((a, b) => a.d2 - b.d2 || a.id - b.id)
    const size = Math.min(most, nearby.length)
    for (let i = 0; i < size; i++) samples[turn * most + i] = nearby[i].id
    sampleCounts[turn] = size
  }
}
