/**
 * FlatGeobuf 3 (flatgeobuf.org): magic, a header, an R-tree we pass over, then features one behind the other, each a
 * size-prefixed FlatBuffer. Coordinates lie as x, y doubles, so a ring is copied, not parsed.
 */
import { closeSync } from 'node:fs'
import { basename } from 'node:path'
import { BatchBuilder, type Bytes, GEOMETRY_BYTES, RowTrouble, stop } from '../batches.ts'
import { crsFromEpsg, crsFromWkt, oldDatum } from '../crs/crs.ts'
import type { Batch, Crs, Field, FieldType, Layer, Source, Value } from '../layers.ts'
import { type OpenOptions, openPlain, readBytes, stemOf, Window } from '../place.ts'
import type { LayerNote } from '../refusals.ts'
import { areCoordinates, kindOfWkbType, type Place } from '../wkb/wkb.ts'
import { OutOfBounds, TableView } from './table.ts'

const MAGIC = 8
const HEADER_MOST = 64 << 20
const DEEPEST = 16

/** Column types by number, in the schema's order. */
const TYPES: readonly (readonly [FieldType, bytes: number])[] = [
  ['number', 1], ['number', 1], ['boolean', 1], ['number', 2], ['number', 2], ['number', 4], ['number', 4], ['number', 8], ['number', 8],
  ['number', 4], ['number', 8], ['text', 0], ['text', 0], ['date', 0], ['bytes', 0],
] // biome-ignore format: a table

type Column = { readonly field: Field; readonly type: number }
type Header = {
  readonly layer: Layer
  readonly columns: readonly Column[]
  readonly geometryType: number
  readonly count: number // 0: not stated
  readonly featuresAt: number
}

/** Opens a FlatGeobuf file. Rows are numbered in the file's order, which with an index is the Hilbert curve's. */
export async function openFlatgeobuf(path: string, _options: OpenOptions = {}): Promise<Source> {
  const { fd, size } = openPlain(path)
  try {
    const header = readHeader(path, fd, size)
    let open = true
    return {
      layers: [header.layer],
      read: () => rows(new Window(fd, size), header),
      close: async () => {
        if (open) closeSync(fd)
        open = false
      },
    }
  } catch (problem) {
    closeSync(fd)
    if (problem instanceof OutOfBounds) return stop({ code: 'formats/damaged', details: { file: basename(path), format: 'flatgeobuf' } })
    throw problem
  }
}

function readHeader(path: string, fd: number, size: number): Header {
  const file = basename(path)
  if (size === 0) stop({ code: 'formats/file-empty', details: { file } })
  const head = readBytes(fd, 0, 12)
  if (head.length < 12 || head.toString('latin1', 0, 3) !== 'fgb' || head.toString('latin1', 4, 7) !== 'fgb' || head[3] !== 3) {
    stop({ code: 'formats/not-this-format', details: { file, format: 'flatgeobuf' } })
  }
  const length = head.readUInt32LE(MAGIC)
  if (length > HEADER_MOST) stop({ code: 'formats/damaged', details: { file, format: 'flatgeobuf', at: MAGIC } })
  const bytes = readBytes(fd, 12, length)
  if (bytes.length < length) stop({ code: 'formats/truncated', details: { file, expected: 12 + length, found: size, of: 'bytes' } })
  const table = new TableView(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, length).root()
  const geometryType = table.u8(2, 0)
  const count = table.u64(8)
  const nodeSize = table.u16(9, 16)
  const indexBytes = nodeSize > 0 && count > 0 ? treeNodes(count, nodeSize) * 40 : 0
  const featuresAt = 12 + length + indexBytes
  // a feature has at least its size, a root and a vtable: 16 bytes
  if (featuresAt + count * 16 > size)
    stop({ code: 'formats/truncated', details: { file, expected: featuresAt + count * 16, found: size, of: 'bytes' } })
  const columns = columnsOf(table)
  const unread = columns.filter((c) => c.field.type === 'bytes').map((c) => c.field.name)
  const notes: LayerNote[] = unread.length ? [{ code: 'formats/fields-not-read', details: { file, fields: unread } }] : []
  const crs = crsOf(table)
  if (crs && oldDatum(crs)) notes.push({ code: 'formats/old-datum', details: { file, crs: crs.name } })
  const layer: Layer = {
    name: table.text(0) || stemOf(path),
    file,
    format: 'flatgeobuf',
    fields: columns.map((c) => c.field),
    geometry: geometryType === 0 ? 'mixed' : kindOfWkbType(geometryType),
    crs,
    rowCount: count || null,
    encoding: { name: 'UTF-8', from: 'format' },
    notes,
  }
  return { layer, columns, geometryType, count, featuresAt }
}

/** Nodes of a packed Hilbert R-tree: each level has one for every `size` of the level below, up to one. */
function treeNodes(items: number, size: number): number {
  const most = Math.max(2, size)
  let level = items
  let all = items
  do {
    level = Math.ceil(level / most)
    all += level
  } while (level > 1)
  return all
}

function columnsOf(table: TableView): Column[] {
  const { at, length } = table.vector(7, 4)
  const one = table.twin()
  const taken = new Set<string>()
  const columns: Column[] = []
  for (let i = 0; i < length; i++) {
    one.at(table.target(at + i * 4))
    const type = one.u8(1, 0)
    const given = one.text(0) || `field_${i + 1}`
    let name = given
    for (let k = 2; taken.has(name); k++) name = `${given}_${k}`
    taken.add(name)
    const kind = TYPES[type]
    if (!kind) throw new OutOfBounds()
    const width = one.i32(4, -1)
    columns.push({ type, field: { name, type: kind[0], ...(width > 0 ? { width } : {}) } })
  }
  return columns
}

function crsOf(table: TableView): Crs | null {
  const field = table.field(10)
  if (!field) return null
  const t = table.twin().at(table.target(field))
  const code = t.i32(1, 0)
  const wkt = t.text(4)
  const org = t.text(0)
  if (code > 0 && (!org || org.toUpperCase() === 'EPSG')) return crsFromEpsg(code, wkt || null)
  return wkt ? crsFromWkt(wkt) : null
}

async function* rows(window: Window, header: Header): AsyncGenerator<Batch> {
  const { layer, columns } = header
  const { file } = layer
  const out = new BatchBuilder(columns.length)
  let at = header.featuresAt
  for (let row = 1; header.count ? row <= header.count : at < window.size; row++) {
    const head = window.ask(at, 4)
    const length = head < 0 ? 0 : window.view.getUint32(head, true)
    if (head < 0 || at + 4 + length > window.size) {
      return stop({ code: 'formats/truncated', details: { file, expected: header.count || row, found: row - 1, of: 'rows' } })
    }
    if (length > GEOMETRY_BYTES * 2) stop({ code: 'formats/row-too-large', details: { file, row, limitMb: (GEOMETRY_BYTES * 2) >> 20 } })
    const p = window.ask(at + 4, length)
    const place = { file, layer: layer.name, row }
    try {
      const feature = new TableView(window.view, p, p + length).root()
      readProperties(window, feature, columns, out.values)
      const field = feature.field(0)
      if (field) {
        const geometry = feature.twin().at(feature.target(field))
        const start = out.wkb.length
        const writer = new GeometryWriter(window, out.wkb, place)
        if (!writer.write(geometry, geometry.u8(6, 0) || header.geometryType, 0)) out.wkb.length = start
        if (writer.closed) out.note(row, { code: 'formats/ring-closed', details: place })
      }
      out.keep(row)
    } catch (trouble) {
      if (trouble instanceof RowTrouble) out.lose(row, trouble.refusal)
      else if (trouble instanceof OutOfBounds) out.lose(row, { code: 'formats/geometry-broken', details: place })
      else throw trouble
    }
    at += 4 + length
    if (out.full) yield out.take()
  }
  if (!out.empty) yield out.take()
}

/** Properties: column number, then the value in the column's type; columns without a value are left out. */
function readProperties(window: Window, feature: TableView, columns: readonly Column[], values: Value[]): void {
  values.fill(null)
  const { at, length } = feature.vector(1, 1)
  const view = window.view
  const end = at + length
  let p = at
  while (p + 2 <= end) {
    const i = view.getUint16(p, true)
    p += 2
    if (i >= columns.length) throw new OutOfBounds()
    const { type } = columns[i]
    let n = TYPES[type][1]
    if (n === 0) {
      if (p + 4 > end) throw new OutOfBounds()
      n = view.getUint32(p, true)
      p += 4
    }
    if (p + n > end) throw new OutOfBounds()
    values[i] = valueAt(window, type, p, n)
    p += n
  }
}

function valueAt(window: Window, type: number, p: number, n: number): Value {
  const view = window.view
  switch (type) {
    case 0:
      return view.getInt8(p)
    case 1:
      return view.getUint8(p)
    case 2:
      return view.getUint8(p) !== 0
    case 3:
      return view.getInt16(p, true)
    case 4:
      return view.getUint16(p, true)
    case 5:
      return view.getInt32(p, true)
    case 6:
      return view.getUint32(p, true)
    case 7:
      return exact(view.getBigInt64(p, true))
    case 8:
      return exact(view.getBigUint64(p, true))
    case 9:
      return finite(view.getFloat32(p, true))
    case 10:
      return finite(view.getFloat64(p, true))
    case 13:
      return window.bytes
        .toString('utf8', p, p + n)
        .replaceAll('/', '-')
        .replace(/[T ]00:00(:00(\.0+)?)?Z?$/, '')
    case 14:
      return null
    default:
      return window.bytes.toString('utf8', p, p + n)
  }
}

const exact = (v: bigint): number | string => (v >= -9007199254740991n && v <= 9007199254740991n ? Number(v) : v.toString())
const finite = (v: number): number | null => (Number.isFinite(v) ? v : null)

class GeometryWriter {
  closed = false
  readonly #window: Window
  readonly #out: Bytes
  readonly #place: Place

  constructor(window: Window, out: Bytes, place: Place) {
    this.#window = window
    this.#out = out
    this.#place = place
  }

  /** Writes a geometry of WKB type `type`; false when it is empty. */
  write(geometry: TableView, type: number, depth: number): boolean {
    if (depth > DEEPEST) throw new RowTrouble({ code: 'formats/too-deep', details: this.#place })
    if (type === 6 || type === 7) return this.#parts(geometry, type, depth)
    const xy = geometry.vector(1, 8)
    const points = xy.length >> 1
    if (points === 0) return false
    if (!areCoordinates(this.#window.view, xy.at, points * 2)) {
      if (
        type === 1 &&
        Number.isNaN(this.#window.view.getFloat64(xy.at, true)) &&
        Number.isNaN(this.#window.view.getFloat64(xy.at + 8, true))
      )
        return false
      throw new RowTrouble({ code: 'formats/bad-coordinate', details: this.#place })
    }
    const out = this.#out
    const bytes = this.#window.bytes
    const ends = geometry.vector(0, 4)
    const endOf = (i: number) => (ends.length === 0 ? points : this.#window.view.getUint32(ends.at + i * 4, true))
    const n = Math.max(1, ends.length)
    switch (type) {
      case 1:
        out.u8(1)
        out.u32(1)
        out.copy(bytes, xy.at, xy.at + 16)
        return true
      case 4:
        out.head(4, points)
        for (let i = 0; i < points; i++) {
          out.u8(1)
          out.u32(1)
          out.copy(bytes, xy.at + i * 16, xy.at + i * 16 + 16)
        }
        return true
      case 2:
        this.#line(xy.at, 0, points)
        return true
      case 5:
        out.head(5, n)
        for (let i = 0, from = 0; i < n; i++) {
          this.#line(xy.at, from, this.#part(from, endOf(i), points))
          from = endOf(i)
        }
        return true
      case 3:
        out.head(3, n)
        for (let i = 0, from = 0; i < n; i++) {
          this.#ring(xy.at, from, this.#part(from, endOf(i), points))
          from = endOf(i)
        }
        return true
      default:
        throw new RowTrouble({ code: 'formats/geometry-not-read', details: { ...this.#place, type: String(type) } })
    }
  }

  #parts(geometry: TableView, type: number, depth: number): boolean {
    const { at, length } = geometry.vector(7, 4)
    const countAt = this.#out.head(type, length)
    const one = geometry.twin()
    let kept = 0
    for (let i = 0; i < length; i++) {
      const before = this.#out.length
      one.at(geometry.target(at + i * 4))
      if (this.write(one, type === 6 ? 3 : one.u8(6, 0), depth + 1)) kept++
      else this.#out.length = before
    }
    if (kept > 0) this.#out.view.setUint32(countAt, kept, true)
    return kept > 0
  }

  #part(from: number, to: number, points: number): number {
    if (to <= from || to > points) throw new OutOfBounds()
    return to
  }

  #line(xyAt: number, from: number, to: number): void {
    if (to - from < 2) throw new RowTrouble({ code: 'formats/line-too-short', details: { ...this.#place, points: to - from } })
    this.#out.head(2, to - from)
    this.#out.copy(this.#window.bytes, xyAt + from * 16, xyAt + to * 16)
  }

  #ring(xyAt: number, from: number, to: number): void {
    const view = this.#window.view
    const a = xyAt + from * 16
    const b = xyAt + to * 16
    const open = view.getFloat64(a, true) !== view.getFloat64(b - 16, true) || view.getFloat64(a + 8, true) !== view.getFloat64(b - 8, true)
    const points = to - from + (open ? 1 : 0)
    if (points < 4) throw new RowTrouble({ code: 'formats/ring-too-short', details: { ...this.#place, points: to - from } })
    this.#out.u32(points)
    this.#out.copy(this.#window.bytes, a, b)
    if (open) {
      this.#out.copy(this.#window.bytes, a, a + 16)
      this.closed = true
    }
  }
}
