/**
 * The edges that are left when parcels are laid side by side, found while the parcels are read: an edge that a second parcel draws from its other side is
 * forgotten at once. What is kept is the border of what has been read so far. Parcels come as a rule village by village, so that this is little and
 * stays in the nearest memory, where a table of all edges of a province is a walk through the farthest one for every edge.
 */
import { counts, floats, IntList, ints, powerOfTwo, signs } from './buffer.ts'
import { net, type OwnedSegments, ownerOf } from './edges.ts'
import { type Ground, toGrid } from './ground.ts'
import { edgeHash, vertexHash } from './hash.ts'

const FIRST_SLOTS = 4096

/**
 * Draws the edges of parcels one after the other. Of an edge that is drawn three times, twice from one side, one owner is left over, and it depends on the order
 * which: that is so only beside ground that is covered more than once, where whoever needs all owners asks for them (common.ts).
 */
export class OpenEdges {
  readonly #ground: Ground
  /** Two entries a slot: 2·(vertex the edge starts at) + (1 where the ground is to the left of the edge from its lesser end), −1 where empty; the edge's hash. */
  #slots = emptySlots(FIRST_SLOTS)
  #used = 0
  /** Edges drawn several times from the same side: further ones by the first. */
  readonly #more = new Map<number, number[]>()

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** Draws the rings of the parcels `from` … `to` − 1 that are not left out. */
  add(from: number, to: number): void {
    const { layer, side } = this.#ground
    const { xy, ringStart, polygonRing } = layer
    const bits = new Int32Array(xy.buffer, xy.byteOffset, xy.length * 2)
    let slots = this.#slots
    let mask = slots.length / 2 - 1
    const endRing = polygonRing[to]
    for (let r = polygonRing[from]; r < endRing; r++) {
      if (side[r] === 0) continue
      const left = side[r] > 0 ? 1 : 0
      const end = ringStart[r + 1] - 1
      let a = ringStart[r]
      let ha = vertexHash(bits, a)
      for (; a < end; a++) {
        const i = 2 * a
        const hb = vertexHash(bits, a + 1)
        const h = edgeHash(ha, hb)
        ha = hb
        const ax = xy[i]
        const ay = xy[i + 1]
        const bx = xy[i + 2]
        const by = xy[i + 3]
        const back = ax > bx || (ax === bx && ay > by)
        if (ax === bx && ay === by) continue
        const code = i + (back ? 1 - left : left)
        let slot = h & mask
        for (;;) {
          const first = slots[2 * slot]
          if (first < 0) {
            slots[2 * slot] = code
            slots[2 * slot + 1] = h
            this.#used++
            break
          }
          if (slots[2 * slot + 1] === h) {
            const v = first & -2
            const x = xy[v]
            const y = xy[v + 1]
            if (
              x === ax && y === ay ? xy[v + 2] === bx && xy[v + 3] === by : x === bx && y === by && xy[v + 2] === ax && xy[v + 3] === ay
            ) {
              this.#again(slot, first, code)
              break
            }
          }
          slot = (slot + 1) & mask
        }
        if (2 * this.#used > mask) {
          this.#grow()
          slots = this.#slots
          mask = slots.length / 2 - 1
        }
      }
    }
  }

  /** An edge that is kept already is drawn once more. */
  #again(slot: number, first: number, code: number): void {
    const list = this.#more.size > 0 ? this.#more.get(first) : undefined
    if (((first ^ code) & 1) === 0) {
      if (list) list.push(code)
      else this.#more.set(first, [code])
    } else if (list) {
      list.pop()
      if (list.length === 0) this.#more.delete(first)
    } else this.#forget(slot)
  }

  /** Empties a slot and moves up those behind it that could not have their own (Knuth 1973, vol. 3, §6.4, algorithm R). */
  #forget(slot: number): void {
    const slots = this.#slots
    const mask = slots.length / 2 - 1
    this.#used--
    let hole = slot
    for (let next = (slot + 1) & mask; slots[2 * next] >= 0; next = (next + 1) & mask) {
      if (((next - slots[2 * next + 1]) & mask) < ((next - hole) & mask)) continue
      slots[2 * hole] = slots[2 * next]
      slots[2 * hole + 1] = slots[2 * next + 1]
      hole = next
    }
    slots[2 * hole] = -1
  }

  #grow(): void {
    const old = this.#slots
    const slots = emptySlots(old.length)
    const mask = slots.length / 2 - 1
    for (let s = 0; s < old.length; s += 2) {
      if (old[s] < 0) continue
      let slot = old[s + 1] & mask
      while (slots[2 * slot] >= 0) slot = (slot + 1) & mask
      slots[2 * slot] = old[s]
      slots[2 * slot + 1] = old[s + 1]
    }
    this.#slots = slots
  }

  /** The edges that are left, on the grid, in the order in which they were drawn. */
  segments(): OwnedSegments {
    const { layer, grid } = this.#ground
    const { xy, ringStart, polygonRing } = layer
    const kept = floats(this.#used)
    let n = 0
    for (let s = 0; s < this.#slots.length; s += 2) if (this.#slots[s] >= 0) kept[n++] = this.#slots[s]
    kept.sort()
    const [x0, y0, x1, y1] = [floats(n), floats(n), floats(n), floats(n)]
    const start = counts(n + 1)
    const owners = new IntList(n + 16)
    const sides = new IntList(n + 16)
    let k = 0
    for (const code of kept) {
      const a = code & -2
      const back = xy[a] > xy[a + 2] || (xy[a] === xy[a + 2] && xy[a + 1] > xy[a + 3])
      const [lo, hi] = back ? [a + 2, a] : [a, a + 2]
      x0[k] = toGrid(xy[lo], grid.x)
      y0[k] = toGrid(xy[lo + 1], grid.y)
      x1[k] = toGrid(xy[hi], grid.x)
      y1[k] = toGrid(xy[hi + 1], grid.y)
      if (x0[k] === x1[k] && y0[k] === y1[k]) continue
      start[k++] = owners.length
      for (const each of [code, ...(this.#more.get(code) ?? [])]) {
        owners.push(ownerOf(polygonRing, ownerOf(ringStart, each >> 1)))
        sides.push(net(each))
      }
    }
    start[k] = owners.length
    const side = signs(sides.length)
    side.set(sides.done())
    const cut = (values: Float64Array) => values.subarray(0, k)
    return { x0: cut(x0), y0: cut(y0), x1: cut(x1), y1: cut(y1), start: start.subarray(0, k + 1), owner: owners.done(), side }
  }
}

function emptySlots(count: number): Int32Array {
  return ints(2 * powerOfTwo(count)).fill(-1)
}
