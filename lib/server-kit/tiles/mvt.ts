/** Mapbox Vector Tiles, version 2.1, written straight as protocol buffers. Words of properties are stored once for a layer. */
import { Bytes, varintLength } from './bytes.ts'
import { EXTENT } from './mercator.ts'
import type { TileRing } from './outline.ts'

export type TileProperties = Readonly<Record<string, string | number | null>>

const [POINT, LINE, POLYGON] = [1, 2, 3]
const NONE = new Uint8Array(0)

/** One layer of a tile; features are written as they come. */
export class TileLayer {
  readonly name: string
  readonly #features = new Bytes()
  readonly #keys = new Map<string, number>()
  readonly #places = new Map<string | number, number>()
  readonly #values = new Bytes()
  #valueCount = 0
  readonly #geometry = new Bytes()
  readonly #tags = new Bytes()
  size = 0

  constructor(name: string) {
    this.name = name
  }

  /** Properties that many features have together, written once: handed to `polygon` they come before the feature's own. */
  together(properties: TileProperties): Uint8Array {
    const tags = this.#tags
    tags.length = 0
    this.#tag(properties)
    return tags.view().slice()
  }

  /** Rings as `drawnRings` gives them, moved by dx, dy: each clockwise ring begins a polygon, the others are its holes. */
  polygon(rings: readonly TileRing[], properties: TileProperties, id?: number, together: Uint8Array = NONE, dx = 0, dy = 0): void {
    this.#outline(rings, dx, dy)
    this.#write(POLYGON, properties, id, together)
  }

  #outline(rings: readonly TileRing[], dx: number, dy: number): void {
    let [x, y] = [-dx, -dy]
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
  }

  /**
   * The same for numbers that hardly any two features have alike: they are not looked up among those written before, only a number that follows
   * its like is written once.
   */
  numbered(
    rings: readonly TileRing[],
    numbers: readonly (readonly [name: string, value: number])[],
    id: number,
    together: Uint8Array,
    dx = 0,
    dy = 0,
  ): void {
    this.#outline(rings, dx, dy)
    const tags = this.#tags
    tags.length = 0
    tags.raw(together)
    let last = Number.NaN
    for (const [name, value] of numbers) {
      if (value !== last) this.#value(value)
      last = value
      tags.varint(place(this.#keys, name))
      tags.varint(this.#valueCount - 1)
    }
    this.#feature(POLYGON, id)
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

  #tag(properties: TileProperties): void {
    for (const key in properties) {
      const value = properties[key]
      if (value === null) continue
      this.#tags.varint(place(this.#keys, key))
      const known = this.#places.get(value)
      if (known === undefined) {
        this.#places.set(value, this.#valueCount)
        this.#value(value)
      }
      this.#tags.varint(known ?? this.#valueCount - 1)
    }
  }

  #value(value: string | number): void {
    this.#values.field(4, valueBytes(value))
    this.#valueCount++
  }

  #write(type: number, properties: TileProperties, id: number | undefined, together: Uint8Array = NONE): void {
    this.#tags.length = 0
    this.#tags.raw(together)
    this.#tag(properties)
    this.#feature(type, id)
  }

  /** A feature of the tags and the geometry at hand. */
  #feature(type: number, id: number | undefined): void {
    const [tags, geometry, to] = [this.#tags, this.#geometry, this.#features]
    const named = id !== undefined && Number.isSafeInteger(id) && id >= 0
    const length =
      (named ? 1 + varintLength(id) : 0) +
      1 +
      varintLength(tags.length) +
      tags.length +
      2 +
      1 +
      varintLength(geometry.length) +
      geometry.length
    to.varint(8 * 2 + 2)
    to.varint(length)
    if (named) to.uint(1, id)
    to.varint(8 * 2 + 2)
    to.varint(tags.length)
    to.join(tags)
    to.uint(3, type)
    to.varint(8 * 4 + 2)
    to.varint(geometry.length)
    to.join(geometry)
    this.size++
  }

  bytes(): Uint8Array {
    const layer = new Bytes()
    layer.uint(15, 2)
    layer.text(1, this.name)
    layer.raw(this.#features.view())
    for (const key of this.#keys.keys()) layer.text(3, key)
    layer.raw(this.#values.view())
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
