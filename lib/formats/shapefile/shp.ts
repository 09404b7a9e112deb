/**
 * The .shp file: where its records lie, and their geometry as WKB.
 * Record: number and content length in 16-bit words (big-endian), shape type, then for lines and polygons a box, the counts of
 * parts and points, the parts' first points, and all x, y; z and m come after and are left where they are.
 */
import { closeSync } from 'node:fs'
import { basename } from 'node:path'
import { type BatchBuilder, GEOMETRY_BYTES, RowTrouble, stop } from '../batches.ts'
import type { GeometryType } from '../layers.ts'
import { openPlain, readBytes, Window } from '../place.ts'
import { areCoordinates, type Place } from '../wkb/wkb.ts'
import { groupRings } from './rings.ts'

const HEADER = 100

export class Shp {
  readonly file: string
  readonly layer: string
  readonly type: number
  readonly geometry: GeometryType
  readonly size: number
  /** Length the header states, in bytes. */
  readonly stated: number
  readonly #fd: number
  readonly window: Window

  constructor(path: string, layer: string) {
    const { fd, size } = openPlain(path)
    this.file = basename(path)
    this.layer = layer
    this.size = size
    this.#fd = fd
    this.window = new Window(fd, size)
    try {
      const file = this.file
      if (size === 0) stop({ code: 'formats/file-empty', details: { file } })
      const head = readBytes(fd, 0, HEADER)
      if (head.length < 36 || head.readInt32BE(0) !== 9994)
        stop({ code: 'formats/not-this-format', details: { file, format: 'shapefile' } })
      this.stated = head.readInt32BE(24) * 2
      this.type = head.readInt32LE(32)
      if (head.length < HEADER)
        stop({ code: 'formats/truncated', details: { file, expected: Math.max(this.stated, HEADER), found: size, of: 'bytes' } })
      this.geometry = kindOf(this.type) ?? stop({ code: 'formats/shape-type-not-read', details: { file, type: this.type } })
    } catch (problem) {
      closeSync(fd)
      throw problem
    }
  }

  close(): void {
    closeSync(this.#fd)
  }

  /** The record whose header starts at byte `at`: its content and where it ends; null where the file ends before. */
  header(at: number): { number: number; length: number; end: number; type: number } | null {
    const p = this.window.ask(at, 12)
    if (p < 0) return null
    const view = this.window.view
    const length = view.getInt32(p + 4, false) * 2
    return { number: view.getInt32(p, false), length, end: at + 8 + length, type: view.getInt32(p + 8, true) }
  }

  /** Whether a record can start here: a length that fits and the file's type or none. The file's end will do as well. */
  plausible(at: number): boolean {
    if (at === this.size) return true
    const h = this.header(at)
    return h !== null && h.length >= 4 && h.end <= this.size && (h.type === 0 || h.type === this.type)
  }

  /** Bytes the geometry of the record at `at` takes by its own counts; its stated length where it has none. */
  needed(at: number, length: number): number {
    const kind = this.type % 10
    if (this.header(at)?.type === 0) return 4
    if (kind === 1) return 20
    const multi = kind === 8
    const p = this.window.ask(at + 8, multi ? 40 : 44)
    if (p < 0) return length
    const view = this.window.view
    return multi ? 40 + view.getUint32(p + 36, true) * 16 : 44 + view.getUint32(p + 36, true) * 4 + view.getUint32(p + 40, true) * 16
  }

  /**
   * Writes the geometry of a record of `length` content bytes at byte `at` as WKB; nothing for a null shape. Notes what it
   * mended; throws RowTrouble for what cannot be a shape.
   */
  shape(at: number, length: number, out: BatchBuilder, row: number): void {
    const place: Place = { file: this.file, layer: this.layer, row }
    if (length > GEOMETRY_BYTES) throw new RowTrouble({ code: 'formats/geometry-not-read', details: { ...place, type: 'huge' } })
    const p = this.window.ask(at + 8, length)
    if (p < 0) throw new RowTrouble({ code: 'formats/row-cut-short', details: place })
    const view = this.window.view
    const type = view.getInt32(p, true)
    if (type === 0) return
    if (type !== this.type) throw new RowTrouble({ code: 'formats/geometry-broken', details: place })
    const kind = type % 10
    if (kind === 1) {
      if (length < 20) throw new RowTrouble({ code: 'formats/row-cut-short', details: place })
      if (!areCoordinates(view, p + 4, 2)) throw new RowTrouble({ code: 'formats/bad-coordinate', details: place })
      out.wkb.u8(1)
      out.wkb.u32(1)
      out.wkb.copy(this.window.bytes, p + 4, p + 20)
      return
    }
    if (kind === 8) {
      this.#multiPoint(p, length, out, place)
      return
    }
    if (length < 44) throw new RowTrouble({ code: 'formats/row-cut-short', details: place })
    const parts = view.getUint32(p + 36, true)
    const points = view.getUint32(p + 40, true)
    const needed = 44 + parts * 4 + points * 16
    if (needed > length) throw new RowTrouble({ code: 'formats/record-length-wrong', details: { ...place, stated: length, needed } })
    if (parts === 0 || points === 0) return
    const xyAt = p + 44 + parts * 4
    if (!areCoordinates(view, xyAt, points * 2)) throw new RowTrouble({ code: 'formats/bad-coordinate', details: place })
    const starts: number[] = []
    for (let i = 0; i < parts; i++) starts.push(view.getUint32(p + 44 + i * 4, true))
    starts.push(points)
    for (let i = 0; i < parts; i++)
      if (starts[i] >= starts[i + 1] || (i === 0 && starts[0] !== 0))
        throw new RowTrouble({ code: 'formats/geometry-broken', details: place })
    if (kind === 3) this.#lines(xyAt, starts, out, place)
    else this.#polygons(view, xyAt, starts, out, place)
  }

  #multiPoint(p: number, length: number, out: BatchBuilder, place: Place): void {
    const view = this.window.view
    if (length < 40) throw new RowTrouble({ code: 'formats/row-cut-short', details: place })
    const points = view.getUint32(p + 36, true)
    const needed = 40 + points * 16
    if (needed > length) throw new RowTrouble({ code: 'formats/record-length-wrong', details: { ...place, stated: length, needed } })
    if (points === 0) return
    if (!areCoordinates(view, p + 40, points * 2)) throw new RowTrouble({ code: 'formats/bad-coordinate', details: place })
    if (points > 1) out.wkb.head(4, points)
    for (let i = 0, q = p + 40; i < points; i++, q += 16) {
      out.wkb.u8(1)
      out.wkb.u32(1)
      out.wkb.copy(this.window.bytes, q, q + 16)
    }
  }

  #lines(xyAt: number, starts: readonly number[], out: BatchBuilder, place: Place): void {
    const parts = starts.length - 1
    for (let i = 0; i < parts; i++) {
      const points = starts[i + 1] - starts[i]
      if (points < 2) throw new RowTrouble({ code: 'formats/line-too-short', details: { ...place, points } })
    }
    if (parts > 1) out.wkb.head(5, parts)
    for (let i = 0; i < parts; i++) {
      out.wkb.head(2, starts[i + 1] - starts[i])
      out.wkb.copy(this.window.bytes, xyAt + starts[i] * 16, xyAt + starts[i + 1] * 16)
    }
  }

  #polygons(view: DataView, xyAt: number, starts: readonly number[], out: BatchBuilder, place: Place): void {
    let closed = false
    const isOpen = (ring: number) => {
      const a = xyAt + starts[ring] * 16
      const b = xyAt + starts[ring + 1] * 16 - 16
      return view.getFloat64(a, true) !== view.getFloat64(b, true) || view.getFloat64(a + 8, true) !== view.getFloat64(b + 8, true)
    }
    for (let ring = 0; ring + 1 < starts.length; ring++) {
      const points = starts[ring + 1] - starts[ring]
      if (points < 3 || (points === 3 && !isOpen(ring)))
        throw new RowTrouble({ code: 'formats/ring-too-short', details: { ...place, points } })
    }
    const rings = groupRings(view, xyAt, starts)
    const many = rings.polygons.length > 1
    if (many) out.wkb.head(6, rings.polygons.length)
    for (const polygon of rings.polygons) {
      out.wkb.head(3, polygon.length)
      for (const ring of polygon) {
        const open = isOpen(ring)
        closed ||= open
        const from = xyAt + starts[ring] * 16
        out.wkb.u32(starts[ring + 1] - starts[ring] + (open ? 1 : 0))
        out.wkb.copy(this.window.bytes, from, xyAt + starts[ring + 1] * 16)
        if (open) out.wkb.copy(this.window.bytes, from, from + 16)
      }
    }
    if (closed) out.note(place.row, { code: 'formats/ring-closed', details: place })
    if (rings.outside) out.note(place.row, { code: 'formats/hole-outside-shell', details: { ...place, holes: rings.outside } })
    if (rings.wrongWay) out.note(place.row, { code: 'formats/ring-direction-wrong', details: { ...place, rings: rings.wrongWay } })
  }
}

function kindOf(type: number): GeometryType | null {
  if (type === 0) return 'none'
  if (![1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28].includes(type)) return null
  const kind = type % 10
  return kind === 1 || kind === 8 ? 'point' : kind === 3 ? 'line' : 'polygon'
}

/**
 * Byte offsets of the records in the index's order, when the index says something the file itself does not: records written
 * anew at the end, gaps. `plain` when records simply follow each other, `lies` when the index does not fit the file.
 */
export function indexOf(
  shx: string,
  shp: Shp,
): { state: 'plain' | 'lies'; count: number } | { state: 'scattered'; count: number; offsets: Float64Array } {
  const { fd, size } = openPlain(shx)
  const count = Math.max(0, Math.floor((size - HEADER) / 8))
  const bytes = readBytes(fd, 0, HEADER + count * 8)
  closeSync(fd)
  if (bytes.length < HEADER || bytes.readInt32BE(0) !== 9994) return { state: 'lies', count }
  const offsets = new Float64Array(count)
  let next = HEADER
  let plain = true
  for (let i = 0, p = HEADER; i < count; i++, p += 8) {
    const at = bytes.readInt32BE(p) * 2
    const length = bytes.readInt32BE(p + 4) * 2
    offsets[i] = at
    if (at !== next) plain = false
    if (at < HEADER || at + 12 > shp.size || length < 0) return { state: 'lies', count }
    next = at + 8 + length
  }
  if (plain && next === shp.size) return { state: 'plain', count }
  for (let i = 0; i < count; i++) if (!shp.plausible(offsets[i]) || offsets[i] === shp.size) return { state: 'lies', count }
  return { state: 'scattered', count, offsets }
}
