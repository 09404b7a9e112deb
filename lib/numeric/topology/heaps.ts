/** Parcels that may lie on one another, in heaps that have nothing to do with each other. */
import type { Arrangement } from './arrangement.ts'
import { Boxes } from './boxes.ts'
import { ints } from './buffer.ts'
import { fromGrid, type Grid } from './ground.ts'
import type { Survey } from './survey.ts'

/** Heap h has the parcels members[start[h]] … members[start[h + 1]], ascending; heaps are in the order of their first. */
export type Heaps = { readonly members: Uint32Array; readonly start: Uint32Array }

/**
 * Parcels whose boxes meet ground that is covered more than once. Two are in one heap where their boxes meet the same stretch of it, so that whatever two parcels
 * have in common lies within one heap; and what a heap is does not depend on the order of parcels.
 */
export function heapsOf(surveys: readonly Survey[], plane: Arrangement, depth: Int32Array): Heaps {
  const windows = deepWindows(plane, depth, surveys[0].grid)
  const members: number[] = []
  const windowOf: number[] = []
  const parent = ints(windows.length / 4).map((_, w) => w)
  const root = (w: number): number => {
    let r = w
    while (parent[r] !== r) {
      parent[r] = parent[parent[r]]
      r = parent[r]
    }
    return r
  }
  const deep = new Boxes(windows)
  const marks = new Marks(windows)
  for (const { first: from, box } of surveys)
    for (let p = 0; 4 * p < box.length; p++) {
      const at = 4 * p
      if (!marks.mayMeet(box[at], box[at + 1], box[at + 2], box[at + 3])) continue
      let met = -1
      deep.meet(box[at], box[at + 1], box[at + 2], box[at + 3], (w) => {
        const r = root(w)
        if (met < 0) met = r
        else if (r !== met) {
          parent[Math.max(r, met)] = Math.min(r, met)
          met = Math.min(r, met)
        }
      })
      if (met < 0) continue
      members.push(from + p)
      windowOf.push(met)
    }
  const heaps = new Map<number, number[]>()
  members.forEach((p, i) => {
    const heap = root(windowOf[i])
    const own = heaps.get(heap)
    if (own) own.push(p)
    else heaps.set(heap, [p])
  })
  const start = new Uint32Array(heaps.size + 1)
  const sorted = new Uint32Array(members.length)
  let h = 0
  for (const own of heaps.values()) {
    sorted.set(own, start[h])
    start[h + 1] = start[h] + own.length
    h++
  }
  return { members: sorted, start }
}

/** Boxes around all ground that is covered more than once: west, south, east, north of each, a unit of the grid wider than it is. */
export function deepWindows(plane: Arrangement, depth: Int32Array, grid: Grid): Float64Array {
  const { x, y, origin, next, first, face } = plane
  const windows: number[] = []
  for (let c = 0; c < first.length; c++) {
    if (depth[face[c]] < 2) continue
    let [west, south, east, north] = [
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]
    let h = first[c]
    do {
      west = Math.min(west, x[origin[h]])
      east = Math.max(east, x[origin[h]])
      south = Math.min(south, y[origin[h]])
      north = Math.max(north, y[origin[h]])
      h = next[h]
    } while (h !== first[c])
    windows.push(fromGrid(west - 1, grid.x), fromGrid(south - 1, grid.y), fromGrid(east + 1, grid.x), fromGrid(north + 1, grid.y))
  }
  return Float64Array.from(windows)
}

/** Squares on a side of the picture. */
const SIDE = 1024
/** Marks past this number are not worth their while: then every box is looked up. */
const MOST_MARKS = 2 ** 23
/** A box over more squares than this is looked up at once. */
const FEW = 16

/** A coarse picture of where windows are: most of a million boxes need no further look than one at it. */
class Marks {
  readonly #picture: Uint8Array | null
  #west = Number.POSITIVE_INFINITY
  #south = Number.POSITIVE_INFINITY
  #east = Number.NEGATIVE_INFINITY
  #north = Number.NEGATIVE_INFINITY
  #scaleX = 0
  #scaleY = 0

  constructor(windows: Float64Array) {
    for (let i = 0; i < windows.length; i += 4) {
      this.#west = Math.min(this.#west, windows[i])
      this.#south = Math.min(this.#south, windows[i + 1])
      this.#east = Math.max(this.#east, windows[i + 2])
      this.#north = Math.max(this.#north, windows[i + 3])
    }
    this.#scaleX = SIDE / Math.max(this.#east - this.#west, 1e-6)
    this.#scaleY = SIDE / Math.max(this.#north - this.#south, 1e-6)
    const picture = new Uint8Array(SIDE * SIDE)
    let marks = 0
    for (let i = 0; i < windows.length && marks < MOST_MARKS; i += 4) {
      const [left, right] = [this.#column(windows[i]), this.#column(windows[i + 2])]
      const [bottom, top] = [this.#row(windows[i + 1]), this.#row(windows[i + 3])]
      for (let row = bottom; row <= top; row++) picture.fill(1, row * SIDE + left, row * SIDE + right + 1)
      marks += (right - left + 1) * (top - bottom + 1)
    }
    this.#picture = marks < MOST_MARKS ? picture : null
  }

  #column(x: number): number {
    const at = Math.floor((x - this.#west) * this.#scaleX)
    return at < 0 ? 0 : at >= SIDE ? SIDE - 1 : at
  }

  #row(y: number): number {
    const at = Math.floor((y - this.#south) * this.#scaleY)
    return at < 0 ? 0 : at >= SIDE ? SIDE - 1 : at
  }

  /** False only where no window meets the box. */
  mayMeet(west: number, south: number, east: number, north: number): boolean {
    if (!(west <= this.#east && east >= this.#west && south <= this.#north && north >= this.#south)) return false
    const picture = this.#picture
    if (!picture) return true
    const [left, right] = [this.#column(west), this.#column(east)]
    const [bottom, top] = [this.#row(south), this.#row(north)]
    if ((right - left + 1) * (top - bottom + 1) > FEW) return true
    for (let row = bottom; row <= top; row++)
      for (let column = left; column <= right; column++) if (picture[row * SIDE + column] === 1) return true
    return false
  }
}
