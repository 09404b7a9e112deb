/** Mapbox Vector Tiles, version 2.1, written straight as protocol buffers. Words of properties are stored once for a layer. */
import { EXTENT } from './mercator.ts'
import type { TileRing } from './outline.ts'

export type TileProperties = Readonly<Record<string, string | number | null>>

const [POINT, LINE, POLYGON] = [1, 2, 3]

/** Bytes that grow; numbers as varints. */
class Bytes {
  #bytes = new Uint8Array(1 << 12)
  length = 0

  #room(more: number) {
    if (this.length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + more))
    grown.set(this.#bytes.subarray(0, this.length))
    this.#bytes = grown
  }
  varint(value: number) {
    this.#room(10)
    let left = value
    while (left > 0x7f) {
      this.#bytes[this.length++] = (left % 0x80) | 0x80
      left = Math.floor(left / 0x80)
    }
    this.#bytes[this.length++] = left
  }
  zigzag(value: number) {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0)
  }
  float64(value: number) {
    this.#room(8)
    new DataView(this.#bytes.buffer).setFloat64(this.length, value, true)
    this.length += 8
  }
  raw(bytes: Uint8Array) {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }
  /** A field that holds bytes: its key, their length, they themselves. */
  field(number: number, bytes: Uint8Array) {
    this.varint(8 * number + 2)
    this.varint(bytes.length)
    this.raw(bytes)
  }
  text(number: number, text: string) {
    this.field(number, utf8.encode(text))
  }
  uint(number: number, value: number) {
    this.varint(8 * number)
    this.varint(value)
  }
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }
}
const utf8 = new TextEncoder()

/** One layer of a tile; features are written as they come. */
export class TileLayer {
  readonly name: string
  readonly #features = new Bytes()
  readonly #keys = new Map<string, number>()
  readonly #values = new Map<string | number, number>()
  readonly #geometry = new Bytes()
  readonly #tags = new Bytes()
  readonly #feature = new Bytes()
  size = 0

  constructor(name: string) {
    this.name = name
  }

  /** Rings as `drawnRings` gives them: each clockwise ring begins a polygon, the others are its holes. */
  polygon(rings: readonly TileRing[], properties: TileProperties, id?: number): void {
    let [x, y] = [0, 0]
    const to = this.#geometry
    to.length = 0
    for (const ring of rings) {
      to.varint(8 + 1) // move, once
      to.zigzag(ring[0] - x)
      to.zigzag(ring[1] - y)
      to.varint(8 * (ring.length / 2 - 1) + 2) // line, to all the others
      ;[x, y] = [ring[0], ring[1]]
      for (let i = 2; i < ring.length; i += 2) {
        to.zigzag(ring[i] - x)
        to.zigzag(ring[i + 1] - y)
        x = ring[i]
        y = ring[i + 1]
      }
      to.varint(8 + 7) // close
    }
    this.#write(POLYGON, properties, id)
  }

  point(x: number, y: number, properties: TileProperties, id?: number): void {
    const to = this.#geometry
    to.length = 0
    to.varint(8 + 1)
    to.zigzag(Math.round(x))
    to.zigzag(Math.round(y))
    this.#write(POINT, properties, id)
  }

  /** Vertices x, y, x, y, … of one line in whole units. */
  line(xy: Int32Array, properties: TileProperties, id?: number): void {
    const to = this.#geometry
    to.length = 0
    to.varint(8 + 1)
    to.zigzag(xy[0])
    to.zigzag(xy[1])
    to.varint(8 * (xy.length / 2 - 1) + 2)
    for (let i = 2; i < xy.length; i++) to.zigzag(xy[i] - xy[i - 2])
    this.#write(LINE, properties, id)
  }

  #write(type: number, properties: TileProperties, id: number | undefined): void {
    const tags = this.#tags
    tags.length = 0
    for (const key in properties) {
      const value = properties[key]
      if (value === null) continue
      tags.varint(place(this.#keys, key))
      tags.varint(place(this.#values, value))
    }
    const feature = this.#feature
    feature.length = 0
    if (id !== undefined && Number.isSafeInteger(id) && id >= 0) feature.uint(1, id)
    feature.field(2, tags.view())
    feature.uint(3, type)
    feature.field(4, this.#geometry.view())
    this.#features.field(2, feature.view())
    this.size++
  }

  bytes(): Uint8Array {
    const layer = new Bytes()
    layer.uint(15, 2)
    layer.text(1, this.name)
    layer.raw(this.#features.view())
    for (const key of this.#keys.keys()) layer.text(3, key)
    for (const value of this.#values.keys()) layer.field(4, valueBytes(value))
    layer.uint(5, EXTENT)
    return layer.view()
  }
}

function place<T>(known: Map<T, number>, word: T): number {
  const at = known.get(word) ?? known.size
  if (at === known.size) known.set(word, at)
  return at
}

/** Good until the next call. */
function valueBytes(value: string | number): Uint8Array {
  scratch.length = 0
  if (typeof value === 'string') scratch.text(1, value)
  else if (Number.isSafeInteger(value) && value >= 0) scratch.uint(5, value)
  else {
    scratch.varint(8 * 3 + 1)
    scratch.float64(value)
  }
  return scratch.view()
}
const scratch = new Bytes()

/** A tile of its layers; those without features are left out, and a tile without any is no bytes at all. */
export function tileOf(layers: readonly TileLayer[]): Uint8Array {
  const tile = new Bytes()
  for (const layer of layers) if (layer.size > 0) tile.field(3, layer.bytes())
  return tile.view().slice()
}
