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
    const all = members ?? Uint32Array.from({ length: box.length / 4 }, (_, i) => i)
    const order = all.filter((i) => box[4 * i] <= box[4 * i + 2])
    const middle = (i: number, axis: number) => box[4 * i + axis] + box[4 * i + axis + 2]
    sortBy(order, (i) => middle(i, 0))
    const columns = Math.ceil(Math.sqrt(order.length / WIDTH))
    const inColumn = columns === 0 ? 0 : Math.ceil(order.length / columns / WIDTH) * WIDTH
    for (let c = 0; inColumn > 0 && c * inColumn < order.length; c++)
      sortBy(order.subarray(c * inColumn, (c + 1) * inColumn), (i) => middle(i, 1))
    this.#order = order
    let below = order.length
    let boxAt = (i: number, axis: number) => box[4 * order[i] + axis]
    while (below > 1 || (below === 1 && this.#levels.length === 0)) {
      const count = Math.ceil(below / WIDTH)
      const level = new Float64Array(4 * count)
      for (let k = 0; k < count; k++) {
        level.fill(Number.POSITIVE_INFINITY, 4 * k, 4 * k + 2)
        level.fill(Number.NEGATIVE_INFINITY, 4 * k + 2, 4 * k + 4)
        for (let i = k * WIDTH; i < Math.min(below, (k + 1) * WIDTH); i++) {
          level[4 * k] = Math.min(level[4 * k], boxAt(i, 0))
          level[4 * k + 1] = Math.min(level[4 * k + 1], boxAt(i, 1))
          level[4 * k + 2] = Math.max(level[4 * k + 2], boxAt(i, 2))
          level[4 * k + 3] = Math.max(level[4 * k + 3], boxAt(i, 3))
        }
      }
      this.#levels.push(level)
      boxAt = (i, axis) => level[4 * i + axis]
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
    let found = false
    this.meet(west, south, east, north, () => {
      found = true
    })
    return found
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

/** Sorts by a key to one part in 2^26 of its range, ties by number: as exact as packing needs, and numbers sort faster than pairs. */
function sortBy(order: Uint32Array, key: (i: number) => number): void {
  const values = Float64Array.from(order, key)
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const scale = most > least ? (PLACES - 1) / (most - least) : 0
  for (let k = 0; k < values.length; k++) values[k] = Math.floor((values[k] - least) * scale) * PLACES + k
  values.sort()
  order.set(Uint32Array.from(values, (value) => order[value - Math.floor(value / PLACES) * PLACES]))
}
