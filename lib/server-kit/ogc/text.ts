/** GeoJSON features as bytes: the properties as the database wrote them, the outline from its WKB. Written by hand, since this is most of the work of a page. */
import { readWkb, type WkbGeometry } from '@dishu/base/wkb'

const START = 1 << 16

/** Text that grows. ASCII goes in byte by byte; coordinates as whole numbers of their last decimal. */
export class GeoJsonWriter {
  #bytes: Buffer
  #at = 0
  /** Vertices of the outline in hand, and of each of its rings how many there are; kept from one outline to the next, since a page has thousands. */
  #xy = new Float64Array(4096)
  #rings: number[] = []
  #polygons: number[] = []

  /** `size`: how many bytes are expected. */
  constructor(size = START) {
    this.#bytes = Buffer.allocUnsafe(size)
  }

  get length() {
    return this.#at
  }

  #room(more: number) {
    if (this.#at + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }

  text(text: string): void {
    this.#room(text.length * 3)
    this.#at += this.#bytes.write(text, this.#at, 'utf8')
  }

  /** A geometry object from WKB. `change` turns all its vertices (x, y, x, y, …) into those that are written, in place. */
  outline(wkb: Uint8Array, change: ((xy: Float64Array) => void) | null, order: 0 | 1, decimals: Decimals): void {
    const vertices = this.#read(wkb)
    if (vertices === null) {
      this.geometry(changed(wkb, change), order, decimals)
      return
    }
    change?.(this.#xy.subarray(0, 2 * vertices))
    this.text('{"type":"MultiPolygon","coordinates":[')
    let [ring, from] = [0, 0]
    for (let p = 0; p < this.#polygons.length; p++) {
      if (p > 0) this.#byte(COMMA)
      this.#byte(OPEN)
      for (let r = 0; r < this.#polygons[p]; r++, ring++) {
        if (r > 0) this.#byte(COMMA)
        const to = from + 2 * this.#rings[ring]
        // RFC 7946 §3.1.6: shells run counter-clockwise, holes clockwise
        this.#run(this.#xy, from, to, turnsLeft(this.#xy, from, to) === (r === 0), order, decimals)
        from = to
      }
      this.#byte(CLOSE)
    }
    this.#byte(CLOSE)
    this.#byte(BRACE)
  }

  /** Polygons as they are stored (little-endian, two-dimensional) into the arrays above: how many vertices there are; null for anything else. */
  #read(wkb: Uint8Array): number | null {
    const view = new DataView(wkb.buffer, wkb.byteOffset, wkb.byteLength)
    if (wkb.length < 9 || wkb[0] !== 1) return null
    const type = view.getUint32(1, true)
    if (type !== 3 && type !== 6) return null
    this.#rings.length = 0
    this.#polygons.length = 0
    const polygons = type === 6 ? view.getUint32(5, true) : 1
    let [at, used] = [type === 6 ? 9 : 0, 0]
    for (let p = 0; p < polygons; p++) {
      if (at + 9 > wkb.length || wkb[at] !== 1 || view.getUint32(at + 1, true) !== 3) return null
      const rings = view.getUint32(at + 5, true)
      this.#polygons.push(rings)
      at += 9
      for (let r = 0; r < rings; r++) {
        if (at + 4 > wkb.length) return null
        const n = view.getUint32(at, true)
        at += 4
        if (at + 16 * n > wkb.length) return null
        if (used + 2 * n > this.#xy.length) {
          const larger = new Float64Array(Math.max(2 * this.#xy.length, used + 2 * n))
          larger.set(this.#xy.subarray(0, used))
          this.#xy = larger
        }
        for (let i = 0; i < 2 * n; i++, at += 8) this.#xy[used++] = view.getFloat64(at, true)
        this.#rings.push(n)
      }
    }
    return at === wkb.length ? used / 2 : null
  }

  /** A geometry object. `order`: 1 where north is written before east. `decimals` as `number` takes them. */
  geometry(geometry: WkbGeometry | null, order: 0 | 1, decimals: Decimals): void {
    if (geometry === null) this.text('null')
    else this.#known(geometry, order, decimals)
  }

  #known(geometry: WkbGeometry, order: 0 | 1, decimals: Decimals): void {
    if (geometry.type === 'point') {
      const { points } = geometry
      if (points.length === 2) {
        this.text('{"type":"Point","coordinates":')
        this.#position(points, 0, order, decimals)
      } else {
        this.text('{"type":"MultiPoint","coordinates":')
        this.#line(points, order, decimals)
      }
    } else if (geometry.type === 'line') {
      const single = geometry.lines.length === 1
      this.text(single ? '{"type":"LineString","coordinates":' : '{"type":"MultiLineString","coordinates":[')
      geometry.lines.forEach((line, i) => {
        if (i > 0) this.#byte(COMMA)
        this.#line(line, order, decimals)
      })
      if (!single) this.#byte(CLOSE)
    } else {
      // every outline under one type: programs take a layer's type from its first rows
      this.text('{"type":"MultiPolygon","coordinates":[')
      geometry.polygons.forEach(({ rings }, p) => {
        if (p > 0) this.#byte(COMMA)
        this.#byte(OPEN)
        rings.forEach((ring, r) => {
          if (r > 0) this.#byte(COMMA)
          // RFC 7946 §3.1.6: shells run counter-clockwise, holes clockwise
          this.#run(ring, 0, ring.length, turnsLeft(ring, 0, ring.length) === (r === 0), order, decimals)
        })
        this.#byte(CLOSE)
      })
      this.#byte(CLOSE)
    }
    this.#byte(BRACE)
  }

  #line(xy: Float64Array, order: 0 | 1, decimals: Decimals): void {
    this.#run(xy, 0, xy.length, true, order, decimals)
  }

  /** The vertices from one place of an array to another, or from the last to the first. */
  #run(xy: Float64Array, from: number, to: number, forward: boolean, order: 0 | 1, decimals: Decimals): void {
    this.#byte(OPEN)
    for (let i = from; i + 1 < to; i += 2) {
      if (i > from) this.#byte(COMMA)
      this.#position(xy, forward ? i : to - 2 - (i - from), order, decimals)
    }
    this.#byte(CLOSE)
  }

  #position(xy: Float64Array, i: number, order: 0 | 1, decimals: Decimals): void {
    this.#room(64)
    this.#bytes[this.#at++] = OPEN
    this.#number(xy[i + order], decimals)
    this.#bytes[this.#at++] = COMMA
    this.#number(xy[i + 1 - order], decimals)
    this.#bytes[this.#at++] = CLOSE
  }

  /** With at most so many decimals, no zeros at the end; 'all' for the shortest text that reads back as the very number. Needs 30 bytes of room. */
  #number(value: number, decimals: Decimals): void {
    if (decimals === 'all' || !(Math.abs(value) < (1e6 * LARGEST_SCALE[9]) / LARGEST_SCALE[decimals])) {
      this.#at += this.#bytes.write(Number.isFinite(value) ? String(value) : '0', this.#at, 'latin1')
      return
    }
    const scale = LARGEST_SCALE[decimals]
    let units = Math.round(Math.abs(value) * scale)
    if (value < 0 && units > 0) this.#bytes[this.#at++] = MINUS
    let whole = Math.floor(units / scale)
    units -= whole * scale
    let digits = 1
    for (let test = whole; test >= 10; test = Math.floor(test / 10)) digits++
    for (let d = this.#at + digits - 1; d >= this.#at; d--) {
      const rest = Math.floor(whole / 10)
      this.#bytes[d] = ZERO + (whole - rest * 10)
      whole = rest
    }
    this.#at += digits
    if (units === 0) return
    let places = decimals
    while (units % 10 === 0) {
      units /= 10
      places--
    }
    this.#bytes[this.#at] = POINT
    for (let d = this.#at + places; d > this.#at; d--) {
      const rest = Math.floor(units / 10)
      this.#bytes[d] = ZERO + (units - rest * 10)
      units = rest
    }
    this.#at += places + 1
  }

  #byte(byte: number): void {
    this.#room(1)
    this.#bytes[this.#at++] = byte
  }

  /** What has been written; the writer is done with. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }
}

export type Decimals = 'all' | keyof typeof LARGEST_SCALE
const LARGEST_SCALE = { 4: 1e4, 9: 1e9 } as const

const [OPEN, CLOSE, COMMA, BRACE, MINUS, POINT, ZERO] = [0x5b, 0x5d, 0x2c, 0x7d, 0x2d, 0x2e, 0x30]

function turnsLeft(xy: Float64Array, from: number, to: number): boolean {
  const [x0, y0] = [xy[from], xy[from + 1]]
  let twice = 0
  for (let i = from + 2; i + 3 < to; i += 2) twice += (xy[i] - x0) * (xy[i + 3] - y0) - (xy[i + 2] - x0) * (xy[i + 1] - y0)
  return twice > 0
}

/** A geometry with other coordinates, changed in the arrays it has. */
export function changed(wkb: Uint8Array, change: ((xy: Float64Array) => void) | null): WkbGeometry {
  const geometry = readWkb(wkb)
  if (change === null) return geometry
  if (geometry.type === 'point') change(geometry.points)
  else if (geometry.type === 'line') for (const line of geometry.lines) change(line)
  else for (const { rings } of geometry.polygons) for (const ring of rings) change(ring)
  return geometry
}
