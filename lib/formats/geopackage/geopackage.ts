/** GeoPackage: SQLite with a catalogue of feature and attribute tables, read by Node's own SQLite, never written. */
import { closeSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { BatchBuilder, RowTrouble, stop } from '../batches.ts'
import { crsFromEpsg, crsFromWkt, oldDatum } from '../crs/crs.ts'
import type { Batch, Crs, Field, FieldType, Layer, Source } from '../layers.ts'
import { type OpenOptions, openPlain, readBytes } from '../place.ts'
import type { LayerNote } from '../refusals.ts'
import { pagedLayer } from '../sqlite/layer-pages.ts'
import { kindOfName } from '../wkb/wkb.ts'
import { appendBlob } from './blob.ts'
import { packedRows } from './packed-rows.ts'

type Column = { readonly name: string; readonly field: Field }
type Table = {
  readonly table: string
  readonly geometryColumn: string | null
  readonly columns: readonly Column[]
  readonly withoutRowid: boolean
}

/** Names under which writers keep the row number, which says nothing of the land. */
const ROW_IDS = new Set(['fid', 'ogc_fid', 'objectid'])

/** Opens a GeoPackage. The file is taken as it lies: no lock, no journal, no write. */
export async function openGeopackage(path: string, { rowIds = false, uncounted = false }: OpenOptions = {}): Promise<Source> {
  const file = basename(path)
  const { fd, size } = openPlain(path)
  const head = readBytes(fd, 0, 100)
  closeSync(fd)
  if (size === 0) stop({ code: 'formats/file-empty', details: { file } })
  if (head.length < 100 || head.toString('latin1', 0, 15) !== 'SQLite format 3')
    stop({ code: 'formats/not-this-format', details: { file, format: 'geopackage' } })
  // rows still in the write-ahead log would be missed in silence
  if (head[18] === 2 && isFilled(`${path}-wal`)) stop({ code: 'formats/unsaved-changes', details: { file } })
  const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16)
  const expected = head.readUInt32BE(28) * pageSize
  // the page count is valid only where the header's two change counters agree
  if (expected > size && head.readUInt32BE(24) === head.readUInt32BE(92))
    stop({ code: 'formats/truncated', details: { file, expected, found: size, of: 'bytes' } })

  const url = pathToFileURL(resolve(path))
  url.search = '?immutable=1&mode=ro'
  const db = opened(file, () => new DatabaseSync(url, { readOnly: true }))
  try {
    const { layers, tables } = opened(file, () => catalogue(db, file, rowIds, uncounted))
    if (layers.length === 0) stop({ code: 'formats/no-layers', details: { file } })
    return {
      layers,
      // most layers are read by their pages; SQLite reads what only it knows
      read: (i) => {
        const paged = pagedLayer(
          path,
          layers[i],
          tables[i].columns.map(({ name }) => name),
        )
        return paged ? packedRows(paged) : rows(db, file, layers[i], tables[i])
      },
      close: async () => {
        if (db.isOpen) db.close()
      },
    }
  } catch (problem) {
    db.close()
    throw problem
  }
}

function isFilled(path: string): boolean {
  try {
    return statSync(path).size > 0
  } catch {
    return false
  }
}

/** Runs what SQLite may refuse: a damaged page is the file's fault, anything else ours. */
function opened<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_SQLITE_ERROR') throw cause
    return stop({ code: 'formats/damaged', details: { file, format: 'geopackage' } })
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

function catalogue(db: DatabaseSync, file: string, rowIds: boolean, uncounted: boolean): { layers: Layer[]; tables: Table[] } {
  db.exec('pragma trusted_schema = off; pragma cell_size_check = on; pragma mmap_size = 0; pragma query_only = on')
  const names = new Set(
    db
      .prepare("select lower(name) as name from sqlite_schema where type in ('table', 'view')")
      .all()
      .map((r) => String(r.name)),
  )
  if (!names.has('gpkg_contents') || !names.has('gpkg_spatial_ref_sys'))
    stop({ code: 'formats/not-this-format', details: { file, format: 'geopackage' } })
  const contents = db.prepare('select table_name as t, lower(data_type) as kind from gpkg_contents').all()
  if (contents.length > 0 && contents.every((r) => String(r.kind).includes('tile') || String(r.kind).includes('coverage'))) {
    stop({ code: 'formats/raster-not-yet', details: { file, kind: 'GeoPackage' } })
  }
  const geometry = new Map<string, { column: string; type: string; srs: number }>()
  if (names.has('gpkg_geometry_columns')) {
    for (const r of db
      .prepare('select table_name as t, column_name as c, geometry_type_name as g, srs_id as s from gpkg_geometry_columns')
      .all()) {
      geometry.set(String(r.t).toLowerCase(), { column: String(r.c), type: String(r.g), srs: Number(r.s) })
    }
  }
  const counts = new Map<string, number>()
  if (names.has('gpkg_ogr_contents')) {
    for (const r of db.prepare('select table_name as t, feature_count as n from gpkg_ogr_contents').all())
      if (typeof r.n === 'number' && r.n >= 0) counts.set(String(r.t).toLowerCase(), r.n)
  }
  const layers: Layer[] = []
  const tables: Table[] = []
  for (const r of contents) {
    const table = String(r.t)
    const lower = table.toLowerCase()
    if (!['features', 'attributes', 'aspatial'].includes(String(r.kind)) || !names.has(lower)) continue
    const shape = geometry.get(lower)
    const { columns, unread } = columnsOf(db, table, shape?.column ?? null, rowIds)
    const notes: LayerNote[] = unread.length ? [{ code: 'formats/fields-not-read', details: { file, fields: unread } }] : []
    const crs = shape ? crsOf(db, shape.srs) : null
    if (crs && oldDatum(crs)) notes.push({ code: 'formats/old-datum', details: { file, crs: crs.name } })
    layers.push({
      name: table,
      file,
      format: 'geopackage',
      fields: columns.map((c) => c.field),
      geometry: shape ? kindOfName(shape.type) : 'none',
      crs,
      rowCount: counts.get(lower) ?? (uncounted ? null : Number(db.prepare(`select count(*) as n from ${quoted(table)}`).get()?.n)),
      encoding: { name: 'UTF-8', from: 'format' },
      notes,
    })
    const sql = db.prepare('select sql from sqlite_schema where lower(name) = ?').get(lower)?.sql
    const withoutRowid = typeof sql !== 'string' || /without\s+rowid/i.test(sql) || /^\s*create\s+(temp\w*\s+)?view/i.test(sql)
    tables.push({ table, geometryColumn: shape?.column ?? null, columns, withoutRowid })
  }
  return { layers, tables }
}

function columnsOf(
  db: DatabaseSync,
  table: string,
  geometryColumn: string | null,
  rowIds: boolean,
): { columns: Column[]; unread: string[] } {
  const columns: Column[] = []
  const unread: string[] = []
  for (const r of db.prepare(`pragma table_info(${quoted(table)})`).all()) {
    const name = String(r.name)
    if (geometryColumn && name.toLowerCase() === geometryColumn.toLowerCase()) continue
    if (!rowIds && Number(r.pk) > 0 && ROW_IDS.has(name.toLowerCase())) continue
    const declared = String(r.type).toUpperCase()
    const type = typeOf(declared)
    if (type === 'bytes') unread.push(name)
    const width = Number(/\((\d+)\)/.exec(declared)?.[1] ?? 0)
    columns.push({ name, field: { name, type, ...(width ? { width } : {}) } })
  }
  return { columns, unread }
}

function typeOf(declared: string): FieldType {
  if (/^(BOOL)/.test(declared)) return 'boolean'
  if (/INT|FLOAT|DOUBLE|REAL|NUM|DECIMAL/.test(declared)) return 'number'
  if (/^(DATE|TIMESTAMP)/.test(declared)) return 'date'
  return declared === 'BLOB' || declared.startsWith('BLOB(') ? 'bytes' : 'text'
}

function crsOf(db: DatabaseSync, srs: number): Crs | null {
  if (srs <= 0) return null // −1 and 0: "undefined" by the standard
  const r = db
    .prepare(
      'select srs_name as name, organization as org, organization_coordsys_id as code, definition as wkt from gpkg_spatial_ref_sys where srs_id = ?',
    )
    .get(srs)
  if (!r) return null
  const wkt = typeof r.wkt === 'string' && r.wkt !== 'undefined' ? r.wkt : null
  if (String(r.org).toUpperCase() === 'EPSG' && Number.isInteger(r.code) && Number(r.code) > 0) return crsFromEpsg(Number(r.code), wkt)
  return wkt ? crsFromWkt(wkt) : null
}

async function* rows(db: DatabaseSync, file: string, layer: Layer, table: Table): AsyncGenerator<Batch> {
  const { columns, geometryColumn, withoutRowid } = table
  const selected = columns.map((c) => (c.field.type === 'bytes' ? 'null' : quoted(c.name)))
  if (geometryColumn) selected.push(quoted(geometryColumn))
  const sql = `select ${selected.join(', ') || 'null'} from ${quoted(table.table)}${withoutRowid ? '' : ' order by rowid'}`
  const out = new BatchBuilder(columns.length)
  let row = 0
  let read: Iterator<SQLOutputValue[]>
  try {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    // whole numbers past 2^53 would lose their last digits as doubles; as text they keep them
    statement.setReadBigInts(true)
    read = statement.iterate() as unknown as Iterator<SQLOutputValue[]>
  } catch {
    return stop({ code: 'formats/damaged', details: { file, format: 'geopackage' } })
  }
  const booleans = columns.flatMap((c, i) => (c.field.type === 'boolean' ? [i] : []))
  const isNumber = columns.map((c) => c.field.type === 'number')
  const dates = columns.flatMap((c, i) => (c.field.type === 'date' ? [i] : []))
  for (;;) {
    let step: IteratorResult<SQLOutputValue[]>
    try {
      step = read.next()
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'ERR_SQLITE_ERROR') throw cause
      return stop({ code: 'formats/damaged', details: { file, format: 'geopackage', row: row + 1 } })
    }
    if (step.done) break
    const values = step.value
    row++
    const place = { file, layer: layer.name, row }
    for (let f = 0; f < columns.length; f++) {
      const v = values[f]
      out.values[f] = typeof v === 'string' || typeof v === 'number' ? v : typeof v === 'bigint' ? wholeOf(v, isNumber[f]) : null
    }
    for (const f of booleans)
      out.values[f] = typeof values[f] === 'bigint' ? values[f] !== 0n : typeof values[f] === 'number' ? values[f] !== 0 : null
    for (const f of dates) out.values[f] = dateText(out.values[f])
    const blob = geometryColumn ? values[columns.length] : null
    try {
      if (blob instanceof Uint8Array) {
        if (appendBlob(out.wkb, blob, 0, blob.length, place)) out.note(row, { code: 'formats/ring-closed', details: place })
      } else if (blob !== null) throw new RowTrouble({ code: 'formats/geometry-broken', details: place })
      out.keep(row)
    } catch (trouble) {
      if (!(trouble instanceof RowTrouble)) throw trouble
      out.lose(row, trouble.refusal)
    }
    if (out.full) yield out.take()
  }
  if (!out.empty) yield out.take()
}

/** A whole number where its column is of numbers and a double holds it, else its digits. */
function wholeOf(value: bigint, asNumber: boolean): number | string {
  const number = Number(value)
  return asNumber && Number.isSafeInteger(number) ? number : String(value)
}

/** A time of midnight is no time: `2024-05-01T00:00:00Z` → `2024-05-01`. */
const dateText = (value: unknown): string | null => (typeof value === 'string' ? value.replace(/[T ]00:00(:00(\.0+)?)?Z?$/, '') : null)
