import { floats, ints, powerOfTwo } from './buffer.ts'

/** A place as bits, to be mixed. */
const place = new Float64Array(2)
const bits = new Int32Array(place.buffer)

/** Points of the grid, each with a number: the same place gets the same number. */
export class Nodes {
  x: Float64Array
  y: Float64Array
  count = 0
  #table: Int32Array

  constructor(expected: number) {
    const size = Math.max(16, expected)
    this.x = floats(size)
    this.y = floats(size)
    this.#table = ints(powerOfTwo(size * 1.6)).fill(-1)
  }

  /** The number of the node at a whole-numbered place, a new one where there was none. −0 is 0. */
  at(x: number, y: number): number {
    const table = this.#table
    const mask = table.length - 1
    let h = this.#hash(x, y) & mask
    for (;;) {
      const i = table[h]
      if (i < 0) break
      if (this.x[i] === x && this.y[i] === y) return i
      h = (h + 1) & mask
    }
    if (this.count === this.x.length) this.#grow()
    const i = this.count++
    this.x[i] = x
    this.y[i] = y
    table[h] = i
    if (this.count * 1.5 > table.length) this.#rehash()
    return i
  }

  #hash(x: number, y: number): number {
    place[0] = x + 0
    place[1] = y + 0
    let h =
      Math.imul(bits[0], 0x9e3779b1) ^ Math.imul(bits[1], 0x85ebca77) ^ Math.imul(bits[2], 0xc2b2ae3d) ^ Math.imul(bits[3], 0x27d4eb2f)
    h ^= h >>> 15
    h = Math.imul(h, 0x2c1b3c6d)
    return h ^ (h >>> 13)
  }

  #grow(): void {
    const size = this.count * 2
    const x = floats(size)
    const y = floats(size)
    x.set(this.x)
    y.set(this.y)
    this.x = x
    this.y = y
  }

  #rehash(): void {
    const table = ints(this.#table.length * 2).fill(-1)
    const mask = table.length - 1
    for (let i = 0; i < this.count; i++) {
      let h = this.#hash(this.x[i], this.y[i]) & mask
      while (table[h] >= 0) h = (h + 1) & mask
      table[h] = i
    }
    this.#table = table
  }
}
