/** Any WKB (ISO or EWKB, either byte order, with z and m) → WKB little-endian 2D, checked on the way. */
import { type Bytes, GEOMETRY_BYTES, RowTrouble } from '../batches.ts'
import type { GeometryType } from '../layers.ts'

export type Place = { readonly file: string; readonly layer: string; readonly row: number }

const NAMES = ['Geometry', 'Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon', 'GeometryCollection',
  'CircularString', 'CompoundCurve', 'CurvePolygon', 'MultiCurve', 'MultiSurface', 'Curve', 'Surface', 'PolyhedralSurface', 'TIN', 'Triangle'] // biome-ignore format: a table

const DEEPEST = 16

/** No grid in metres or millimetres reaches this; what does is a mark for "no data" or a broken byte. */
const FARTHEST = 1e11

/** Whether `n` little-endian doubles from byte `at` are all numbers a coordinate can have. NaN fails both comparisons. */
export function areCoordinates(view: DataView, at: number, n: number): boolean {
  for (let i = 0, p = at; i < n; i++, p += 8) {
    const v = view.getFloat64(p, true)
    if (!(v < FARTHEST && v > -FARTHEST)) return false
  }
  return true
}

export const isCoordinate = (v: number): boolean => v < FARTHEST && v > -FARTHEST

/** What kind of layer a geometry's WKB type number belongs to. */
export function kindOfWkbType(type: number): GeometryType {
  const t = type % 1000
  return t === 1 || t === 4 ? 'point' : t === 2 || t === 5 ? 'line' : t === 3 || t === 6 ? 'polygon' : 'mixed'
}

/** The kind of a layer's geometry given its name in a catalogue: `MULTIPOLYGON`, `POINT Z`. */
export function kindOfName(name: string): GeometryType {
  const n = name.toUpperCase()
  if (n.includes('POLYGON') || n.includes('SURFACE')) return 'polygon'
  if (n.includes('LINE') || n.includes('CURVE')) return 'line'
  return n.includes('POINT') ? 'point' : 'mixed'
}

/**
 * Appends the geometry in `source[from, to)` to `out` as little-endian 2D. An empty geometry appends nothing. Unclosed rings
 * are closed. Throws RowTrouble for what is cut short, not finite, a ring of fewer than four points, or a curve.
 * Returns whether a ring was closed.
 */
export function appendWkb(out: Bytes, source: Uint8Array, from: number, to: number, place: Place): boolean {
  if (to - from > GEOMETRY_BYTES) throw new RowTrouble({ code: 'formats/geometry-not-read', details: { ...place, type: 'huge' } })
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  if (isPlainPolygon(view, from, to)) {
    out.copy(source, from, to)
    return false
  }
  const start = out.length
  const reader = new WkbReader(view, from, to, out, place)
  const written = reader.geometry(0, 0)
  if (!written) out.length = start
  return reader.closed
}

/** The common cases in one look: a little-endian 2D polygon, or several of them, that fill their bytes, with closed rings of finite points. */
export function isPlainPolygon(view: DataView, from: number, to: number): boolean {
  if (to - from < 9 || view.getUint8(from) !== 1) return false
  if (view.getUint32(from + 1, true) !== 6) return plainEnd(view, from, to) === to
  const parts = view.getUint32(from + 5, true)
  if (parts === 0) return false
  let p = from + 9
  for (let i = 0; i < parts && p > 0; i++) p = plainEnd(view, p, to)
  return p === to
}

/** Where a plain polygon ends; −1 where it is none. */
function plainEnd(view: DataView, from: number, to: number): number {
  if (to - from < 9 || view.getUint8(from) !== 1 || view.getUint32(from + 1, true) !== 3) return -1
  const rings = view.getUint32(from + 5, true)
  if (rings === 0) return -1
  let p = from + 9
  for (let r = 0; r < rings; r++) {
    if (p + 4 > to) return -1
    const points = view.getUint32(p, true)
    p += 4
    const end = p + points * 16
    if (points < 4 || end > to || !areCoordinates(view, p, points * 2)) return -1
    if (view.getFloat64(p, true) !== view.getFloat64(end - 16, true) || view.getFloat64(p + 8, true) !== view.getFloat64(end - 8, true))
      return -1
    p = end
  }
  return p
}

class WkbReader {
  closed = false
  #view: DataView
  #at: number
  #end: number
  #out: Bytes
  #place: Place
  #little = true

  constructor(view: DataView, from: number, to: number, out: Bytes, place: Place) {
    this.#view = view
    this.#at = from
    this.#end = to
    this.#out = out
    this.#place = place
  }

  /** Copies one geometry; false when it is empty. `wanted` is the type a multi-geometry's member must have, 0 for any. */
  geometry(depth: number, wanted: number): boolean {
    if (depth > DEEPEST) throw new RowTrouble({ code: 'formats/too-deep', details: this.#place })
    this.#need(5)
    const order = this.#view.getUint8(this.#at)
    if (order > 1) throw this.#broken()
    this.#little = order === 1
    const raw = this.#view.getUint32(this.#at + 1, this.#little)
    this.#at += 5
    const ewkb = raw >>> 28
    if (ewkb & 2) this.#u32() // the SRID of an EWKB
    const iso = raw & 0x0fffffff
    const type = iso % 1000
    const dims = Math.floor(iso / 1000)
    if (dims > 3) throw this.#broken()
    const extra = (ewkb & 8 || dims === 1 || dims === 3 ? 1 : 0) + (ewkb & 4 || dims === 2 || dims === 3 ? 1 : 0)
    if (type < 1 || type > 7) {
      throw new RowTrouble({ code: 'formats/geometry-not-read', details: { ...this.#place, type: NAMES[type] ?? String(type) } })
    }
    if (wanted !== 0 && type !== wanted) throw this.#broken()
    const out = this.#out
    if (type === 1) {
      this.#need(16)
      const x = this.#view.getFloat64(this.#at, this.#little)
      const y = this.#view.getFloat64(this.#at + 8, this.#little)
      this.#skip(16 + extra * 8)
      if (Number.isNaN(x) && Number.isNaN(y)) return false // how WKB writes POINT EMPTY
      if (!isCoordinate(x) || !isCoordinate(y)) throw new RowTrouble({ code: 'formats/bad-coordinate', details: this.#place })
      out.u8(1)
      out.u32(1)
      out.xy(x, y)
      return true
    }
    const n = this.#u32()
    if (n === 0) return false
    const countAt = out.head(type, n)
    if (type === 2) {
      if (n < 2) throw new RowTrouble({ code: 'formats/line-too-short', details: { ...this.#place, points: n } })
      this.#points(n, extra)
      return true
    }
    let kept = 0
    for (let i = 0; i < n; i++) {
      const before = out.length
      if (type === 3 ? this.#ring(extra) : this.geometry(depth + 1, type === 7 ? 0 : type - 3)) kept++
      else {
        if (type === 3 && i === 0) {
          // an empty shell leaves no polygon, whatever holes follow
          for (let h = 1; h < n; h++) this.#ring(extra)
          return false
        }
        out.length = before
      }
    }
    if (kept === 0) return false
    out.view.setUint32(countAt, kept, true)
    return true
  }

  #ring(extra: number): boolean {
    const n = this.#u32()
    if (n === 0) return false
    const out = this.#out
    const countAt = out.length
    out.u32(n)
    const first = out.length
    this.#points(n, extra)
    const last = out.length - 16
    const x = out.view.getFloat64(first, true)
    const y = out.view.getFloat64(first + 8, true)
    let points = n
    if (x !== out.view.getFloat64(last, true) || y !== out.view.getFloat64(last + 8, true)) {
      out.xy(x, y)
      out.view.setUint32(countAt, ++points, true)
      this.closed = true
    }
    if (points < 4) throw new RowTrouble({ code: 'formats/ring-too-short', details: { ...this.#place, points: n } })
    return true
  }

  #points(n: number, extra: number): void {
    const step = 16 + extra * 8
    this.#need(n * step)
    const view = this.#view
    const out = this.#out
    out.reserve(n * 16)
    for (let i = 0, p = this.#at, q = out.length; i < n; i++, p += step, q += 16) {
      const x = view.getFloat64(p, this.#little)
      const y = view.getFloat64(p + 8, this.#little)
      if (!isCoordinate(x) || !isCoordinate(y)) throw new RowTrouble({ code: 'formats/bad-coordinate', details: this.#place })
      out.view.setFloat64(q, x, true)
      out.view.setFloat64(q + 8, y, true)
    }
    out.length += n * 16
    this.#at += n * step
  }

  #u32(): number {
    this.#need(4)
    const value = this.#view.getUint32(this.#at, this.#little)
    this.#at += 4
    return value
  }

  #skip(n: number): void {
    this.#need(n)
    this.#at += n
  }

  #need(n: number): void {
    if (this.#at + n > this.#end) throw this.#broken()
  }

  #broken(): RowTrouble {
    return new RowTrouble({ code: 'formats/geometry-broken', details: this.#place })
  }
}
