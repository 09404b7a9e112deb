/**
 * Features of a piece of ground, packed once and drawn into many tiles: outlines in whole units without what a screen does not show, the few words
 * that thousands of features share said once, and squares that stand for what is too small to be drawn.
 *
 * Coordinates are units from the north-west corner of the piece and may lie outside of it: a feature stands whole in every piece that its box
 * touches, and is drawn from the first of them (`minX < 0`: there is one further west). Only what is long beyond measure comes as a `part`, cut
 * to the surroundings of the piece.
 */
import { Bytes, Reading } from './bytes.ts'

const VERSION = 1

export type PackedFeature = {
  readonly id: number
  readonly twin: number // a second number, often the same
  readonly part: boolean
  readonly words: number // which of the words
  readonly value: number // whole
  readonly minX: number
  readonly minY: number
  readonly maxX: number
  readonly maxY: number
  /** Without closing vertices; clockwise to the eye (y runs down) each begins a polygon, the others are its holes. */
  readonly rings: readonly Int32Array[]
  readonly shells: readonly boolean[]
}
export type PackedSquare = { readonly place: number; readonly words: number; readonly value: number }

export class Packer {
  readonly #words = new Map<string, number>()
  readonly #list: (readonly string[])[] = []
  readonly #features = new Bytes()
  readonly #squares = new Bytes()
  #last = 0
  #lastPlace = 0
  features = 0
  squares = 0

  /** The number of a tuple of words in this piece. */
  words(tuple: readonly string[]): number {
    const key = tuple.join('\u001f')
    const known = this.#words.get(key)
    if (known !== undefined) return known
    this.#words.set(key, this.#list.length)
    this.#list.push(tuple)
    return this.#list.length - 1
  }

  /** The feature moved by dx, dy. */
  feature({ id, twin, part, words, value, minX, minY, maxX, maxY, rings, shells }: PackedFeature, dx = 0, dy = 0): void {
    const to = this.#features
    const same = twin === id
    // ids grow slowly along the rows, and may be beyond 32 bits
    to.signed(id - this.#last)
    this.#last = id
    to.varint((same ? 1 : 0) + (part ? 2 : 0))
    if (!same) to.varint(twin)
    to.varint(words)
    to.signed(value)
    to.zigzag(minX + dx)
    to.zigzag(minY + dy)
    to.varint(maxX - minX)
    to.varint(maxY - minY)
    to.varint(rings.length)
    let [x, y] = [minX, minY]
    for (let r = 0; r < rings.length; r++) {
      const ring = rings[r]
      to.varint(ring.length + (shells[r] ? 1 : 0)) // the length is even
      for (let i = 0; i < ring.length; i += 2) {
        to.zigzag(ring[i] - x)
        to.zigzag(ring[i + 1] - y)
        x = ring[i]
        y = ring[i + 1]
      }
    }
    this.features++
  }

  /** Squares come by growing place (column + row × columns). */
  square({ place, words, value }: PackedSquare): void {
    this.#squares.varint(place - this.#lastPlace)
    this.#squares.varint(words)
    this.#squares.signed(value)
    this.#lastPlace = place
    this.squares++
  }

  bytes(): Uint8Array {
    const all = new Bytes()
    all.varint(VERSION)
    all.varint(this.#list.length)
    all.varint(this.#list[0]?.length ?? 0)
    for (const tuple of this.#list) for (const word of tuple) all.word(word)
    all.varint(this.features)
    all.raw(this.#features.view())
    all.varint(this.squares)
    all.raw(this.#squares.view())
    return all.view().slice()
  }
}

/** One feature at a time, into an object and arrays that are used again: good until the next. */
class Current {
  id = 0
  twin = 0
  part = false
  words = 0
  value = 0
  minX = 0
  minY = 0
  maxX = 0
  maxY = 0
  rings: Int32Array[] = []
  shells: boolean[] = []
}

let vertices = new Int32Array(1 << 12)

/** What a packer packed; null for bytes of another version. */
export function unpack(bytes: Uint8Array): Packed | null {
  return bytes.length > 0 && bytes[0] === VERSION ? new Packed(bytes) : null
}

export class Packed {
  readonly words: readonly (readonly string[])[]
  readonly #from: Reading

  constructor(bytes: Uint8Array) {
    const from = new Reading(bytes)
    from.varint()
    const tuples = from.varint()
    const each = from.varint()
    this.words = Array.from({ length: tuples }, () => Array.from({ length: each }, () => from.word()))
    this.#from = from
  }

  /** Once, features first. */
  read(feature: (feature: PackedFeature) => void, square: (square: PackedSquare) => void = () => {}): void {
    const from = this.#from
    const one = new Current()
    let id = 0
    for (let left = from.varint(); left > 0; left--) {
      id += from.signed()
      const flags = from.varint()
      one.id = id
      one.twin = flags & 1 ? id : from.varint()
      one.part = (flags & 2) !== 0
      one.words = from.varint()
      one.value = from.signed()
      one.minX = from.zigzag()
      one.minY = from.zigzag()
      one.maxX = one.minX + from.varint()
      one.maxY = one.minY + from.varint()
      const rings = from.varint()
      one.rings.length = rings
      one.shells.length = rings
      let [x, y, n] = [one.minX, one.minY, 0]
      for (let r = 0; r < rings; r++) {
        const head = from.varint()
        one.shells[r] = (head & 1) === 1
        const length = head & ~1
        if (n + length > vertices.length) {
          const grown = new Int32Array(2 * (n + length))
          grown.set(vertices)
          vertices = grown
        }
        const start = n
        while (n < start + length) {
          x += from.zigzag()
          y += from.zigzag()
          vertices[n++] = x
          vertices[n++] = y
        }
        one.rings[r] = vertices.subarray(start, n)
      }
      feature(one)
    }
    let place = 0
    for (let left = from.varint(); left > 0; left--) {
      place += from.varint()
      square({ place, words: from.varint(), value: from.signed() })
    }
  }
}
