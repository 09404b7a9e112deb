/**
 * Shapefiles (ESRI white paper, July 1998): .shp, .shx, .dbf, .prj, .cpg, written in one pass with the headers filled in at the end.
 */
import { Refused } from '@dishu/base/refusal'
import { esriWkt } from './crswkt.ts'
import { type DbfEncoding, type DbfField, DbfWriter, writeCpg } from './dbf.ts'
import type { Rows, Written, WrittenGeometry } from './rows.ts'
import { FileSink } from './sink.ts'
import { boundsOf, type Parts, partsOf, reversed, turns } from './wkb-parts.ts'

export type ShapefileOptions = {
  readonly geometry: WrittenGeometry
  readonly epsg?: number // a CGCS2000 system; its .prj is generated
  readonly prj?: string // or any other system's text as found
  readonly encoding?: DbfEncoding
}

const SHAPES: Record<WrittenGeometry, number> = { point: 1, line: 3, polygon: 5 }

/** Lengths are counted in 16-bit words in a signed 32-bit number; many readers stop at 2 GiB already. */
const MOST_BYTES = 2 ** 31 - 1

/**
 * Writes `path` (ending in .shp) and its siblings. Outer rings run clockwise and holes the other way, as the format asks.
 * Refused: what the table cannot hold (see dbf.ts), `formats/geometry-does-not-fit` for another kind of geometry,
 * `formats/coordinates-not-finite`, `formats/file-too-large` past 2 GiB. What was begun is then removed.
 */
export async function writeShapefile(path: string, fields: readonly DbfField[], rows: Rows, options: ShapefileOptions): Promise<Written> {
  const { geometry, encoding = 'GBK' } = options
  const base = path.replace(/\.shp$/i, '')
  const prj = options.prj ?? (options.epsg === undefined ? null : esriWkt(options.epsg))
  if (options.epsg !== undefined && prj === null) {
    throw new Refused({ code: 'formats/crs-not-known', details: { file: path, epsg: options.epsg } })
  }
  const dbf = await DbfWriter.create(`${base}.dbf`, fields, encoding)
  const shp = await FileSink.create(`${base}.shp`)
  const shx = await FileSink.create(`${base}.shx`)
  try {
    const extent = [Infinity, Infinity, -Infinity, -Infinity]
    shp.append(new Uint8Array(100))
    shx.append(new Uint8Array(100))
    for await (const row of rows) {
      dbf.add(row.values)
      const parts = row.wkb?.length ? partsOf(row.wkb) : null
      if (parts && parts.kind !== geometry) {
        throw new Refused({
          code: 'formats/geometry-does-not-fit',
          details: { file: path, row: dbf.rows, expected: geometry, found: parts.kind },
        })
      }
      const at = shp.length
      addShape(shp, dbf.rows, parts, extent, path)
      if (shp.length > MOST_BYTES)
        throw new Refused({ code: 'formats/file-too-large', details: { file: path, row: dbf.rows, most: MOST_BYTES } })
      const { bytes, at: entry } = shx.reserve(8)
      bytes.writeInt32BE(at / 2, entry)
      bytes.writeInt32BE((shp.length - at - 8) / 2, entry + 4)
      if (shp.isFull) await shp.settle()
      if (shx.isFull) await shx.settle()
      if (dbf.isFull) await dbf.settle()
    }
    await shp.patch(header(shp.length, SHAPES[geometry], extent), 0)
    await shx.patch(header(shx.length, SHAPES[geometry], extent), 0)
    await Promise.all([shp.close(), shx.close(), dbf.close(), writeCpg(path, encoding)])
    if (prj !== null) {
      const file = await FileSink.create(`${base}.prj`)
      file.append(Buffer.from(prj))
      await file.close()
    }
    return { rows: dbf.rows, bytes: shp.length + shx.length + dbf.length }
  } catch (fault) {
    await Promise.all([shp.abandon(), shx.abandon(), dbf.abandon()])
    throw fault
  }
}

function addShape(shp: FileSink, row: number, parts: Parts | null, extent: number[], file: string) {
  if (!parts) return start(shp, row, 4, 0)
  const bounds = boundsOf(parts.parts)
  if (!parts.parts.every((part) => part.every(Number.isFinite))) {
    throw new Refused({ code: 'formats/coordinates-not-finite', details: { file, row } })
  }
  for (let i = 0; i < 2; i++) {
    extent[i] = Math.min(extent[i], bounds[i])
    extent[i + 2] = Math.max(extent[i + 2], bounds[i + 2])
  }
  if (parts.kind === 'point') {
    if (parts.parts.length > 1)
      throw new Refused({ code: 'formats/geometry-does-not-fit', details: { file, row, expected: 'point', found: 'multipoint' } })
    const { bytes, at } = start(shp, row, 20, 1)
    bytes.writeDoubleLE(parts.parts[0][0], at + 4)
    bytes.writeDoubleLE(parts.parts[0][1], at + 12)
    return
  }
  const rings =
    parts.kind === 'line' ? parts.parts : parts.parts.map((ring, i) => (turns(ring) < 0 === parts.shells[i] ? ring : reversed(ring)))
  const points = rings.reduce((sum, ring) => sum + ring.length / 2, 0)
  const { bytes, at } = start(shp, row, 44 + 4 * rings.length + 16 * points, SHAPES[parts.kind])
  bounds.forEach((value, i) => {
    bytes.writeDoubleLE(value, at + 4 + 8 * i)
  })
  bytes.writeInt32LE(rings.length, at + 36)
  bytes.writeInt32LE(points, at + 40)
  let first = 0
  let to = at + 44 + 4 * rings.length
  rings.forEach((ring, i) => {
    bytes.writeInt32LE(first, at + 44 + 4 * i)
    first += ring.length / 2
    for (const value of ring) to = bytes.writeDoubleLE(value, to)
  })
}

function start(shp: FileSink, row: number, size: number, shape: number) {
  const { bytes, at } = shp.reserve(8 + size)
  bytes.writeInt32BE(row, at)
  bytes.writeInt32BE(size / 2, at + 4)
  bytes.writeInt32LE(shape, at + 8)
  return { bytes, at: at + 8 }
}

function header(length: number, shape: number, extent: readonly number[]): Buffer {
  const bytes = Buffer.alloc(100)
  bytes.writeInt32BE(9994, 0)
  bytes.writeInt32BE(length / 2, 24)
  bytes.writeInt32LE(1000, 28)
  bytes.writeInt32LE(shape, 32)
  extent.forEach((value, i) => {
    bytes.writeDoubleLE(Number.isFinite(value) ? value : 0, 36 + 8 * i)
  })
  return bytes
}
