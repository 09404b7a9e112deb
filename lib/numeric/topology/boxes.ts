import { counts, floats } from './buffer.ts'

/** Boxes packed by place (Leutenegger, Lopez and Edgington 1997, sort-tile-recursive): which of them meet a window. */
const WIDTH = 16
/** More than boxes in any index. */
const PLACES = 2 ** 26

export class Boxes {
  /** west, south, east, north of every box, in the order given. */
  readonly #box: Float64Array
  readonly #order: Uint32Array
  /** Boxes around `WIDTH` members of the level below, from the leaves up. */
  readonly #levels: Float64Array[] = []

  /** A box with west > east is nowhere. */
  constructor(box: Float64Array, members?: Uint32Array) {
    this.#box = box
    const order = present(box, members)
    this.#order = order
    if (order.length > WIDTH) {
      sortByMiddle(order, box, 0)
      const columns = Math.ceil(Math.sqrt(order.length / WIDTH))
      const inColumn = Math.ceil(order.length / columns / WIDTH) * WIDTH
      for (let c = 0; c * inColumn < order.length; c++) sortByMiddle(order.subarray(c * inColumn, (c + 1) * inColumn), box, 1)
    }
    let below = order.length
    let lower: Float64Array | null = null
    while (below > 1 || (below === 1 && lower === null)) {
      const count = Math.ceil(below / WIDTH)
      const level = floats(4 * count)
      for (let k = 0; k < count; k++) {
        let [west, south, east, north] = NOWHERE
        const end = Math.min(below, (k + 1) * WIDTH)
        for (let i = k * WIDTH; i < end; i++) {
          const at: number = lower ? 4 * i : 4 * order[i]
          const from: Float64Array = lower ?? box
          if (from[at] < west) west = from[at]
          if (from[at + 1] < south) south = from[at + 1]
          if (from[at + 2] > east) east = from[at + 2]
          if (from[at + 3] > north) north = from[at + 3]
        }
        level[4 * k] = west
        level[4 * k + 1] = south
        level[4 * k + 2] = east
        level[4 * k + 3] = north
      }
      this.#levels.push(level)
      lower = level
      below = count
    }
  }

  /** Calls `visit` with every box that touches the window. */
  meet(west: number, south: number, east: number, north: number, visit: (i: number) => void): void {
    const levels = this.#levels
    if (levels.length > 0) this.#descend(levels.length - 1, 0, west, south, east, north, visit)
  }

  /** Whether any box touches the window. */
  meets(west: number, south: number, east: number, north: number): boolean {
    return this.#levels.length > 0 && this.#isMet(this.#levels.length - 1, 0, west, south, east, north)
  }

  #isMet(depth: number, node: number, west: number, south: number, east: number, north: number): boolean {
    const level = this.#levels[depth]
    if (level[4 * node] > east || level[4 * node + 2] < west || level[4 * node + 1] > north || level[4 * node + 3] < south) return false
    const from = node * WIDTH
    const end = Math.min(depth > 0 ? this.#levels[depth - 1].length / 4 : this.#order.length, from + WIDTH)
    for (let k = from; k < end; k++) {
      if (depth > 0) {
        if (this.#isMet(depth - 1, k, west, south, east, north)) return true
        continue
      }
      const i = 4 * this.#order[k]
      const box = this.#box
      if (box[i] <= east && box[i + 2] >= west && box[i + 1] <= north && box[i + 3] >= south) return true
    }
    return false
  }

  #descend(depth: number, node: number, west: number, south: number, east: number, north: number, visit: (i: number) => void): void {
    const level = this.#levels[depth]
    if (level[4 * node] > east || level[4 * node + 2] < west || level[4 * node + 1] > north || level[4 * node + 3] < south) return
    const from = node * WIDTH
    if (depth > 0) {
      const end = Math.min(this.#levels[depth - 1].length / 4, from + WIDTH)
      for (let k = from; k < end; k++) this.#descend(depth - 1, k, west, south, east, north, visit)
      return
    }
    const end = Math.min(this.#order.length, from + WIDTH)
    const box = this.#box
    for (let k = from; k < end; k++) {
      const i = this.#order[k]
      if (box[4 * i] <= east && box[4 * i + 2] >= west && box[4 * i + 1] <= north && box[4 * i + 3] >= south) visit(i)
    }
  }
}

const NOWHERE = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] as const

/** Those of the members whose box is somewhere. */
function present(box: Float64Array, members: Uint32Array | undefined): Uint32Array {
  const count = members ? members.length : box.length / 4
  const list = counts(count)
  let n = 0
  for (let k = 0; k < count; k++) {
    const i = members ? members[k] : k
    if (box[4 * i] <= box[4 * i + 2]) list[n++] = i
  }
  return list.subarray(0, n)
}

/** Sorts by the boxes' middles to one part in 2^26 of their range, ties by number: as exact as packing needs, and numbers sort faster than pairs. */
function sortByMiddle(order: Uint32Array, box: Float64Array, axis: 0 | 1): void {
  const values = floats(order.length)
  for (let k = 0; k < order.length; k++) values[k] = box[4 * order[k] + axis] + box[4 * order[k] + axis + 2]
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const scale = most > least ? (PLACES - 1) / (most - least) : 0
  for (let k = 0; k < values.length; k++) values[k] = Math.floor((values[k] - least) * scale) * PLACES + k
  values.sort()
  const before = counts(order.length)
  before.set(order)
  for (let k = 0; k < values.length; k++) order[k] = before[values[k] - Math.floor(values[k] / PLACES) * PLACES]
}
