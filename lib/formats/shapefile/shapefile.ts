/** Shapefiles: .shp with .dbf, .shx, .prj and .cpg beside it, opened by any member; or a .dbf alone, as a table. */
import { closeSync } from 'node:fs'
import { basename } from 'node:path'
import { BatchBuilder, RowTrouble, stop } from '../batches.ts'
import { crsFromWkt, oldDatum } from '../crs/crs.ts'
import type { Batch, Crs, Layer, Source } from '../layers.ts'
import { memberOf, type OpenOptions, openPlain, readBytes, siblingsOf, stemOf } from '../place.ts'
import type { LayerNote } from '../refusals.ts'
import { Dbf } from './dbf.ts'
import { indexOf, Shp } from './shp.ts'

/** Opens a shapefile given any of its members. A .dbf without a .shp is a table of its own. */
export async function openShapefile(path: string, options: OpenOptions = {}): Promise<Source> {
  const names = siblingsOf(path, options)
  const shpPath = /\.shp$/i.test(path) ? path : memberOf(path, '.shp', names)
  if (!shpPath) {
    if (/\.dbf$/i.test(path)) return openDbf(path, options)
    return stop({ code: 'formats/member-missing', details: { file: basename(path), member: '.shp' } })
  }
  const name = stemOf(shpPath)
  const shp = new Shp(shpPath, name)
  const file = shp.file
  let dbf: Dbf | null = null
  try {
    const notes: LayerNote[] = []
    const dbfPath = memberOf(shpPath, '.dbf', names)
    if (dbfPath) dbf = new Dbf(dbfPath, options)
    else notes.push({ code: 'formats/member-missing', details: { file, member: '.dbf' } })

    const shxPath = memberOf(shpPath, '.shx', names)
    if (!shxPath) notes.push({ code: 'formats/member-missing', details: { file, member: '.shx' } })
    const index = shxPath ? indexOf(shxPath, shp) : null
    const order = index?.state === 'scattered' && (!dbf || index.count === dbf.records) ? index.offsets : null
    if (index && index.state !== 'plain' && !order) notes.push({ code: 'formats/index-ignored', details: { file } })

    const shapes = order ? order.length : index?.state === 'plain' ? index.count : walk(shp)
    if (shapes === null || (shp.stated > shp.size && dbf && dbf.records !== shapes)) {
      if (shp.stated > shp.size) stop({ code: 'formats/truncated', details: { file, expected: shp.stated, found: shp.size, of: 'bytes' } })
    } else if (shp.stated !== shp.size && !order)
      notes.push({ code: 'formats/header-wrong', details: { file, stated: shp.stated, found: shp.size } })
    if (shapes !== null && dbf && dbf.records !== shapes) {
      stop({ code: 'formats/counts-differ', details: { file, shapes, records: dbf.records } })
    }

    const crs = readPrj(memberOf(shpPath, '.prj', names), notes)
    const old = crs && oldDatum(crs) ? crs : null
    if (old) notes.push({ code: 'formats/old-datum', details: { file, crs: old.name } })
    const layer: Layer = {
      name,
      file,
      format: 'shapefile',
      fields: dbf?.fields ?? [],
      geometry: shp.geometry,
      crs,
      rowCount: dbf ? (dbf.deleted === null ? null : dbf.records - dbf.deleted) : shapes,
      encoding: dbf?.encoding ?? null,
      notes: [...notes, ...(dbf?.notes ?? [])],
    }
    return {
      layers: [layer],
      read: () => rows(shp, dbf, order),
      close: async () => {
        shp.close()
        dbf?.close()
      },
    }
  } catch (problem) {
    shp.close()
    dbf?.close()
    throw problem
  }
}

/** Opens a .dbf as a table without geometry. */
export async function openDbf(path: string, options: OpenOptions = {}): Promise<Source> {
  const dbf = new Dbf(path, options)
  const layer: Layer = {
    name: stemOf(path),
    file: dbf.file,
    format: 'dbf',
    fields: dbf.fields,
    geometry: 'none',
    crs: null,
    rowCount: dbf.deleted === null ? null : dbf.records - dbf.deleted,
    encoding: dbf.encoding,
    notes: dbf.notes,
  }
  return { layers: [layer], read: () => tableRows(dbf, layer.name), close: async () => dbf.close() }
}

function readPrj(path: string | null, notes: LayerNote[]): Crs | null {
  if (!path) return null
  const { fd } = openPlain(path)
  const text = readBytes(fd, 0, 20_000)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim()
  closeSync(fd)
  if (text === '') return null
  const crs = crsFromWkt(text)
  if (!crs) notes.push({ code: 'formats/crs-unreadable', details: { file: basename(path) } })
  return crs
}

/** How many records follow each other from the start to the end of the file; null where they do not. */
function walk(shp: Shp): number | null {
  let n = 0
  for (let at = 100; at < shp.size; n++) {
    const h = shp.header(at)
    if (!h || h.length < 4 || h.end > shp.size) return null
    at = h.end
  }
  return n
}

async function* rows(shp: Shp, dbf: Dbf | null, order: Float64Array | null): AsyncGenerator<Batch> {
  const out = new BatchBuilder(dbf?.fields.length ?? 0)
  const { file, layer } = shp
  const note = (row: number) => (field: string, value: string) =>
    out.note(row, { code: 'formats/bad-value', details: { file: dbf?.file ?? file, layer, row, field, value } })
  let at = 100
  let i = 0
  for (; order ? i < order.length : at < shp.size; i++) {
    const row = i + 1
    if (order) at = order[i]
    if (dbf && i >= dbf.records) stop({ code: 'formats/counts-differ', details: { file, shapes: row, records: dbf.records } })
    const { length, next, mended } = extent(shp, at, row, order !== null)
    const lives = dbf ? dbf.row(i, out.values, note(row)) : true
    if (lives) {
      try {
        shp.shape(at, length, out, row)
        out.keep(row)
        if (mended) out.note(row, mended)
      } catch (trouble) {
        if (!(trouble instanceof RowTrouble)) throw trouble
        out.lose(row, trouble.refusal)
      }
    }
    at = next
    if (out.full) yield out.take()
  }
  if (dbf && i < dbf.records) stop({ code: 'formats/counts-differ', details: { file, shapes: i, records: dbf.records } })
  if (!out.empty) yield out.take()
}

/**
 * How long the content of the record at byte `at` is, and where the next one starts. A length that leads nowhere is put
 * right by the record's own counts when those lead to the next record; otherwise nothing after it can be trusted. With an
 * index the next record is where the index says.
 */
function extent(shp: Shp, at: number, row: number, indexed: boolean) {
  const h = shp.header(at)
  const place = { file: shp.file, layer: shp.layer, row }
  if (!h) return stop({ code: 'formats/truncated', details: { file: shp.file, expected: at + 12, found: shp.size, of: 'bytes' } })
  if (h.length >= 4 && h.end <= shp.size && (indexed || shp.plausible(h.end))) return { length: h.length, next: h.end, mended: null }
  const needed = shp.needed(at, h.length)
  const end = at + 8 + needed
  if (needed >= 4 && end <= shp.size && shp.plausible(end)) {
    return {
      length: needed,
      next: end,
      mended: { code: 'formats/record-length-wrong', details: { ...place, stated: h.length, needed } } as const,
    }
  }
  if (h.end > shp.size || end > shp.size)
    return stop({ code: 'formats/truncated', details: { file: shp.file, expected: Math.max(h.end, end), found: shp.size, of: 'bytes' } })
  return stop({ code: 'formats/damaged', details: { file: shp.file, format: 'shapefile', row, at } })
}

async function* tableRows(dbf: Dbf, layer: string): AsyncGenerator<Batch> {
  const out = new BatchBuilder(dbf.fields.length)
  for (let i = 0; i < dbf.records; i++) {
    const row = i + 1
    const lives = dbf.row(i, out.values, (field, value) =>
      out.note(row, { code: 'formats/bad-value', details: { file: dbf.file, layer, row, field, value } }),
    )
    if (lives) out.keep(row)
    if (out.full) yield out.take()
  }
  if (!out.empty) yield out.take()
}
