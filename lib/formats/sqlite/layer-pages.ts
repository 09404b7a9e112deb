/** Outlines and names of a GeoPackage's layer by its pages: the same rows in the same order as SQLite gives, a share of them at a time. */
import { closeSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { Bytes, GEOMETRY_BYTES, RowTrouble, stop } from '../batches.ts'
import type { Layer, Value } from '../layers.ts'
import { openPlain } from '../place.ts'
import type { FormatsRefusal } from '../refusals.ts'
import { appendWkb, isPlainPolygon, type Place } from '../wkb/wkb.ts'
import { BrokenPages, leavesOf, RowCursor, type TablePages } from './pages.ts'

/** A layer whose rows can be read by pages, as plain data that goes to threads. */
export type PagedLayer = {
  readonly path: string
  readonly file: string
  readonly layer: string
  readonly table: TablePages
  /** Columns of the table: the geometry first, then the fields asked for. */
  readonly columns: readonly number[]
  /** Of each field asked for: whether it is another name of the row number, and whether it is a column of numbers. */
  readonly fields: readonly { readonly isRowid: boolean; readonly isNumber: boolean }[]
}

export type RowSink = {
  /** The well-known binary of the next row, from `at` to `end` − 1, as readers give it: little-endian, two-dimensional, closed rings. Not called for a row without geometry. */
  geometry(view: DataView, at: number, end: number): void
  /** The row is whole: its number in this share, from 1, and the values of its fields, good until the next row. */
  row(row: number, values: readonly Value[]): void
  /** The row is left out. */
  problem(row: number, refusal: FormatsRefusal): void
  /** The row is kept, but this is to be said of it. */
  note(row: number, refusal: FormatsRefusal): void
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * The pages of a layer that `openGeopackage` has opened. Null where only SQLite knows its rows: views, tables without row numbers, computed columns,
 * fields that are neither text nor numbers.
 */
export function pagedLayer(path: string, layer: Layer, fields: readonly string[]): PagedLayer | null {
  if (layer.format !== 'geopackage' || layer.geometry === 'none') return null
  const { fd, size } = openPlain(path)
  try {
    const found = tableOf(path, layer, fields)
    const table = found && leavesOf(fd, size, found.root)
    return table && { path, file: layer.file, layer: layer.name, table, columns: found.columns, fields: found.fields }
  } catch (cause) {
    if (cause instanceof BrokenPages || (cause as { code?: string }).code === 'ERR_SQLITE_ERROR') return null
    throw cause
  } finally {
    closeSync(fd)
  }
}

function tableOf(path: string, layer: Layer, fields: readonly string[]) {
  const url = pathToFileURL(resolve(path))
  url.search = '?immutable=1&mode=ro'
  const db = new DatabaseSync(url, { readOnly: true })
  try {
    db.exec('pragma trusted_schema = off; pragma cell_size_check = on; pragma mmap_size = 0; pragma query_only = on')
    const made = db
      .prepare("select rootpage as root, sql from sqlite_schema where type = 'table' and lower(name) = lower(?)")
      .get(layer.name)
    const sql = String(made?.sql ?? '')
    const root = Number(made?.root ?? 0)
    // a row number kept downwards is a column like others
    if (root < 1 || /without\s+rowid|\bdesc\b|\bvirtual\b/i.test(sql)) return null
    const geometry = db.prepare('select column_name as name from gpkg_geometry_columns where lower(table_name) = lower(?)').get(layer.name)
    const columns = db.prepare(`pragma table_xinfo(${quoted(layer.name)})`).all()
    if (columns.some((column) => Number(column.hidden) !== 0)) return null
    const places = [String(geometry?.name), ...fields].map((name) =>
      columns.findIndex((column) => String(column.name).toLowerCase() === name.toLowerCase()),
    )
    // a column added later has its rows' values in the table's definition
    if (places.some((place) => place < 0 || columns[place].dflt_value !== null)) return null
    const types = fields.map((name) => layer.fields.find((field) => field.name === name)?.type)
    if (types.some((type) => type !== 'text' && type !== 'number')) return null
    const keys = columns.filter((column) => Number(column.pk) > 0)
    const rowid = keys.length === 1 && String(keys[0].type).toUpperCase() === 'INTEGER' ? columns.indexOf(keys[0]) : -1
    return {
      root,
      columns: places,
      fields: fields.map((_, i) => ({ isRowid: places[i + 1] === rowid, isNumber: types[i] === 'number' })),
    }
  } finally {
    db.close()
  }
}

/** Bytes of an envelope by its kind in the flags: none, xy, xyz, xym, xyzm. */
const ENVELOPE = [0, 32, 48, 48, 64]

/** Reads the rows of the leaves `from` … `to` − 1 of a layer. Refused with `formats/damaged` where pages do not hang together. */
export function readPages(paged: PagedLayer, from: number, to: number, sink: RowSink): void {
  const { fd } = openPlain(paged.path)
  let row = 0
  try {
    const cursor = new RowCursor(fd, paged.table, paged.columns, from, to, 2 * GEOMETRY_BYTES)
    const values: Value[] = paged.fields.map(() => null)
    const mended = new Bytes()
    while (cursor.next()) {
      row++
      for (let i = 0; i < values.length; i++) values[i] = fieldOf(cursor, i + 1, paged.fields[i])
      const place: Place = { file: paged.file, layer: paged.layer, row }
      try {
        if (geometryOf(cursor, place, mended, sink)) sink.note(row, { code: 'formats/ring-closed', details: place })
        sink.row(row, values)
      } catch (trouble) {
        if (!(trouble instanceof RowTrouble)) throw trouble
        sink.problem(row, trouble.refusal)
      }
    }
  } catch (cause) {
    if (!(cause instanceof BrokenPages)) throw cause
    stop({ code: 'formats/damaged', details: { file: paged.file, format: 'geopackage', row: row + 1 } })
  } finally {
    closeSync(fd)
  }
}

function fieldOf(cursor: RowCursor, slot: number, { isRowid, isNumber }: PagedLayer['fields'][number]): Value {
  const value = isRowid && cursor.isNull(slot) ? cursor.rowNumber() : cursor.value(slot)
  const isWhole = typeof value === 'number' && cursor.types[slot] !== 7
  return isWhole && !isNumber ? String(value) : value
}

/** The geometry of a GeoPackage blob: "GP", version, flags, srs id, envelope, then WKB. Returns whether a ring was closed. */
function geometryOf(cursor: RowCursor, place: Place, mended: Bytes, sink: RowSink): boolean {
  if (cursor.isNull(0)) return false
  const length = cursor.blob(0)
  const at = cursor.places[0]
  const { bytes, view } = cursor
  if (length < 8 || bytes[at] !== 0x47 || bytes[at + 1] !== 0x50) throw new RowTrouble({ code: 'formats/geometry-broken', details: place })
  const flags = bytes[at + 3]
  if (flags & 0x20) throw new RowTrouble({ code: 'formats/geometry-not-read', details: { ...place, type: 'extended' } })
  if (flags & 0x10) return false // marked empty
  const envelope = ENVELOPE[(flags >> 1) & 7]
  if (envelope === undefined || length < 8 + envelope) throw new RowTrouble({ code: 'formats/geometry-broken', details: place })
  const [from, to] = [at + 8 + envelope, at + length]
  if (to - from <= GEOMETRY_BYTES && isPlainPolygon(view, from, to)) {
    sink.geometry(view, from, to)
    return false
  }
  mended.length = 0
  const closed = appendWkb(mended, bytes, from, to, place)
  if (mended.length > 0) sink.geometry(mended.view, 0, mended.length)
  return closed
}
