/** The parcels of a layer in plain arrays, part by part in memory that threads share. */
import type { PolygonLayer } from '@dishu/numeric/topology/layer'
import type { ParcelBatch } from './topology-job.ts'
import { type Stretch, stretched } from './topology-plane.ts'

export type Part = { readonly first: number; readonly layer: PolygonLayer }

/** Gathers parcels and hands on a part whenever it has `rows` of them, or has no room for more. */
export class PartBuilder {
  readonly #rows: number
  readonly #stretch: Stretch
  readonly #hand: (part: Part) => void
  #first = 0
  #vertices: number
  #xy: Float64Array
  #ringStart: Uint32Array
  #hole: Uint8Array
  #polygonRing: Uint32Array
  #v = 0
  #r = 0
  #p = 0

  /** Room for `vertices` in all is taken at once; it is memory only when it is written to. */
  constructor(rows: number, vertices: number, stretch: Stretch, hand: (part: Part) => void) {
    this.#rows = rows
    this.#vertices = vertices
    this.#stretch = stretch
    this.#hand = hand
    this.#xy = shared(Float64Array, 2 * vertices)
    this.#ringStart = shared(Uint32Array, rows + 1024)
    this.#hole = shared(Uint8Array, rows + 1024)
    this.#polygonRing = shared(Uint32Array, rows + 1)
  }

  add({ ids, wkb, offsets }: ParcelBatch): void {
    const view = new DataView(wkb.buffer, wkb.byteOffset, wkb.byteLength)
    for (let i = 0; i < ids.length; i++) {
      this.begin(offsets[i + 1] - offsets[i])
      if (offsets[i + 1] > offsets[i]) this.geometry(view, offsets[i])
      this.end()
    }
  }

  /** The next parcel, whose geometry has so many bytes; 0 for none. `geometry` may follow, `end` has to. */
  begin(bytes: number): void {
    if (this.#p > 0 && (this.#p === this.#rows || 2 * this.#v + bytes / 8 > this.#xy.length)) this.handOn()
    if (bytes / 8 <= this.#xy.length) return
    this.#vertices = Math.ceil(bytes / 8)
    this.#xy = shared(Float64Array, 2 * this.#vertices)
  }

  geometry(view: DataView, at: number): void {
    this.#geometry(view, at)
  }

  end(): void {
    this.#polygonRing[++this.#p] = this.#r
  }

  /** The part gathered so far, if there is one. */
  handOn(): void {
    if (this.#p === 0) return
    this.#ringStart[this.#r] = this.#v
    this.#hand({
      first: this.#first,
      layer: {
        xy: this.#xy.subarray(0, 2 * this.#v),
        ringStart: this.#ringStart.subarray(0, this.#r + 1),
        hole: this.#hole.subarray(0, this.#r),
        polygonRing: this.#polygonRing.subarray(0, this.#p + 1),
      },
    })
    this.#first += this.#p
    this.#xy = shared(Float64Array, 2 * this.#vertices)
    this.#ringStart = shared(Uint32Array, this.#rows + 1024)
    this.#hole = shared(Uint8Array, this.#rows + 1024)
    this.#polygonRing = shared(Uint32Array, this.#rows + 1)
    this.#v = 0
    this.#r = 0
    this.#p = 0
  }

  #geometry(view: DataView, at: number): number {
    const type = view.getUint32(at + 1, true)
    const count = view.getUint32(at + 5, true)
    let next = at + 9
    if (type === 3) for (let r = 0; r < count; r++) next = this.#ring(view, next, r > 0)
    else if (type >= 4 && type <= 7) for (let g = 0; g < count; g++) next = this.#geometry(view, next)
    else next = type === 1 ? at + 21 : next + 16 * count
    return next
  }

  #ring(view: DataView, at: number, isHole: boolean): number {
    const points = view.getUint32(at, true)
    if (this.#r + 2 > this.#ringStart.length) {
      const [starts, holes] = [shared(Uint32Array, 2 * this.#ringStart.length), shared(Uint8Array, 2 * this.#hole.length)]
      starts.set(this.#ringStart)
      holes.set(this.#hole)
      this.#ringStart = starts
      this.#hole = holes
    }
    this.#ringStart[this.#r] = this.#v
    this.#hole[this.#r++] = isHole ? 1 : 0
    const xy = this.#xy
    let i = 2 * this.#v
    for (let from = at + 4, end = from + 16 * points; from < end; from += 8) xy[i++] = view.getFloat64(from, true)
    if (this.#stretch) stretched(this.#stretch, xy.subarray(2 * this.#v, i))
    this.#v += points
    return at + 4 + 16 * points
  }
}

function shared<A extends Float64Array | Uint32Array | Uint8Array>(
  make: { new (buffer: SharedArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
  length: number,
): A {
  return new make(new SharedArrayBuffer(Math.ceil(length) * make.BYTES_PER_ELEMENT))
}
