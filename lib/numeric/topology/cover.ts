/** Which parcels cover every face, found by walking over the edges from the outside inwards. */
import type { Arrangement } from './arrangement.ts'
import { counts, flags, ints } from './buffer.ts'

/** How many parcels cover every face of an arrangement. */
export function depths(plane: Arrangement): Int32Array {
  const { start, side } = plane
  const depth = ints(plane.faces)
  walk(plane, (from, to, edge, leftwards) => {
    let net = 0
    for (let o = start[edge]; o < start[edge + 1]; o++) net += side[o]
    depth[to] = depth[from] + (leftwards ? net : -net)
  })
  return depth
}

/**
 * Sets of owners, each kept once under a number; set 0 is empty. An owner is in a set as often as it covers the ground, since parts of one parcel may
 * overlap; members ascend.
 */
export class Covers {
  count = 1
  #start = counts(64)
  #members: Int32Array = ints(256)
  #table = ints(128).fill(-1)
  #scratch = ints(64)

  size(set: number): number {
    return this.#start[set + 1] - this.#start[set]
  }

  /** The owners of a set, each once. */
  members(set: number): number[] {
    const owners: number[] = []
    for (let k = this.#start[set]; k < this.#start[set + 1]; k++) {
      if (k === this.#start[set] || this.#members[k] !== this.#members[k - 1]) owners.push(this.#members[k])
    }
    return owners
  }

  /** The set of the ground beyond an edge: those who draw it with their ground there are added, those with their ground here taken away. */
  beyond(set: number, owner: Int32Array, side: Int8Array, from: number, to: number, enter: number): number {
    let n = this.#start[set + 1] - this.#start[set]
    if (n + to - from > this.#scratch.length) this.#scratch = ints(2 * (n + to - from))
    const scratch = this.#scratch
    for (let k = 0; k < n; k++) scratch[k] = this.#members[this.#start[set] + k]
    for (let o = from; o < to; o++) {
      if (side[o] !== enter) continue
      const who = owner[o]
      let k = n++
      for (; k > 0 && scratch[k - 1] > who; k--) scratch[k] = scratch[k - 1]
      scratch[k] = who
    }
    for (let o = from; o < to; o++) {
      if (side[o] !== -enter) continue
      const who = owner[o]
      let k = 0
      while (k < n && scratch[k] !== who) k++
      if (k === n) throw new Error(`expected polygon ${who} on the ground that its edge leaves`)
      for (n--; k < n; k++) scratch[k] = scratch[k + 1]
    }
    return this.#idOf(n)
  }

  #idOf(n: number): number {
    if (n === 0) return 0
    const scratch = this.#scratch
    let h = n
    for (let k = 0; k < n; k++) h = Math.imul(h ^ scratch[k], 0x9e3779b1) ^ (h >>> 15)
    const mask = this.#table.length - 1
    let slot = (h ^ (h >>> 13)) & mask
    for (; this.#table[slot] >= 0; slot = (slot + 1) & mask) if (this.#isSet(this.#table[slot], n)) return this.#table[slot]
    return this.#keep(n, slot)
  }

  #isSet(set: number, n: number): boolean {
    const start = this.#start[set]
    if (this.#start[set + 1] - start !== n) return false
    for (let k = 0; k < n; k++) if (this.#members[start + k] !== this.#scratch[k]) return false
    return true
  }

  #keep(n: number, slot: number): number {
    const set = this.count++
    const start = this.#start[set]
    if (start + n > this.#members.length) this.#members = grown(this.#members, 2 * (start + n))
    this.#members.set(this.#scratch.subarray(0, n), start)
    if (set + 2 > this.#start.length) {
      const longer = counts(2 * this.#start.length)
      longer.set(this.#start)
      this.#start = longer
    }
    this.#start[set + 1] = start + n
    this.#table[slot] = set
    if (2 * this.count > this.#table.length) this.#rehash()
    return set
  }

  #rehash(): void {
    const table = ints(2 * this.#table.length).fill(-1)
    const mask = table.length - 1
    for (let set = 1; set < this.count; set++) {
      const start = this.#start[set]
      const n = this.#start[set + 1] - start
      let h = n
      for (let k = 0; k < n; k++) h = Math.imul(h ^ this.#members[start + k], 0x9e3779b1) ^ (h >>> 15)
      let slot = (h ^ (h >>> 13)) & mask
      while (table[slot] >= 0) slot = (slot + 1) & mask
      table[slot] = set
    }
    this.#table = table
  }
}

function grown(values: Int32Array, length: number): Int32Array {
  const longer = ints(length)
  longer.set(values)
  return longer
}

/** The set of owners on every face. */
export function coverOf(plane: Arrangement, covers: Covers): Int32Array {
  const { start, owner, side } = plane
  const cover = ints(plane.faces)
  walk(plane, (from, to, edge, leftwards) => {
    cover[to] = covers.beyond(cover[from], owner, side, start[edge], start[edge + 1], leftwards ? 1 : -1)
  })
  return cover
}

/** Steps from every face to its neighbours once: over `edge` to the face on its left (or right). */
function walk(plane: Arrangement, step: (from: number, to: number, edge: number, leftwards: boolean) => void): void {
  const { cycle, first, face, next, outer } = plane
  const reached = flags(first.length)
  const waiting: number[] = []
  for (const begin of outer) {
    if (reached[begin]) continue
    reached[begin] = 1
    waiting.push(begin)
    for (let c = waiting.pop(); c !== undefined; c = waiting.pop()) {
      let h = first[c]
      do {
        const d = cycle[h ^ 1]
        if (!reached[d]) {
          reached[d] = 1
          waiting.push(d)
          // h has c to its left; from c over the edge is to the left of its own direction where h runs back
          step(face[c], face[d], h >> 1, (h & 1) === 1)
        }
        h = next[h]
      } while (h !== first[c])
    }
  }
}

/** 1 for every face that lies inside an odd number of the drawn lines, of all or of those of one owner, 0 for the others. */
export function parities(plane: Arrangement, of?: number): Int32Array {
  const { start, owner } = plane
  const odd = ints(plane.faces)
  walk(plane, (from, to, edge) => {
    let lines = start[edge + 1] - start[edge]
    if (of !== undefined) {
      lines = 0
      for (let o = start[edge]; o < start[edge + 1]; o++) if (owner[o] === of) lines++
    }
    odd[to] = odd[from] ^ (lines & 1)
  })
  return odd
}
