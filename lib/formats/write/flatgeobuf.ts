/** FlatGeobuf 3 in one pass: a header, then features one behind the other, each a FlatBuffer with its size in front. Without an index, whose curve would need all rows at once. */
import { Builder } from 'flatbuffers'
import { Column } from 'flatgeobuf/lib/mjs/flat-geobuf/column.js'
import { Crs } from 'flatgeobuf/lib/mjs/flat-geobuf/crs.js'
import { Feature } from 'flatgeobuf/lib/mjs/flat-geobuf/feature.js'
import { Geometry } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry.js'
import { Header } from 'flatgeobuf/lib/mjs/flat-geobuf/header.js'
import type { Field, Value } from '../layers.ts'
import { crsName, ogcWkt } from './crswkt.ts'
import type { Rows, Written, WrittenGeometry } from './rows.ts'
import { FileSink } from './sink.ts'
import { type Parts, partsOf } from './wkb-parts.ts'

const MAGIC = Uint8Array.of(0x66, 0x67, 0x62, 3, 0x66, 0x67, 0x62, 1)
/** Column types of the schema. */
const [BOOL, LONG, DOUBLE, STRING, DATE] = [2, 7, 10, 11, 13]
/** Geometry types, as in WKB. */
const [POINT, LINES, POLYGON, POLYGONS] = [1, 5, 3, 6]

export type FlatgeobufOptions = {
  readonly name: string
  readonly description?: string
  readonly geometry: WrittenGeometry
  readonly epsg: number
  readonly titles?: readonly string[] // of the fields
}

/** Writes `path`. Lines and polygons are written as multi. A whole number without decimals is 64 bits wide; days are text as ISO 8601 writes them. */
export async function writeFlatgeobuf(path: string, fields: readonly Field[], rows: Rows, options: FlatgeobufOptions): Promise<Written> {
  const sink = await FileSink.create(path)
  try {
    sink.append(MAGIC)
    const header = headerOf(fields, options, 1)
    sink.append(header)
    const builder = new Builder(4096)
    const columns = fields.map(columnType)
    let count = 0
    for await (const row of rows) {
      builder.clear()
      const parts = row.wkb?.length ? partsOf(row.wkb) : null
      const geometry = parts ? geometryOf(builder, parts) : 0
      const properties = Feature.createPropertiesVector(builder, propertiesOf(columns, row.values))
      Feature.finishSizePrefixedFeatureBuffer(builder, Feature.createFeature(builder, geometry, properties, 0))
      sink.append(builder.asUint8Array())
      count++
      if (sink.isFull) await sink.settle()
    }
    // a header of the same length, since a number is as long as any other; 0 would say that the number is not known
    if (count !== 1) await sink.patch(headerOf(fields, options, count), MAGIC.length)
    await sink.close()
    return { rows: count, bytes: sink.length }
  } catch (fault) {
    await sink.abandon()
    throw fault
  }
}

const columnType = (field: Field): number => {
  if (field.type === 'number') return field.decimals === 0 ? LONG : DOUBLE
  return field.type === 'boolean' ? BOOL : field.type === 'date' ? DATE : STRING
}

function headerOf(fields: readonly Field[], { name, description, geometry, epsg, titles }: FlatgeobufOptions, count: number): Uint8Array {
  const builder = new Builder(1024)
  // a default that is left out would make the header shorter than the one it is to replace
  builder.forceDefaults(true)
  const columns = fields.map((field, i) => {
    const [called, title] = [builder.createString(field.name), titles?.[i] ? builder.createString(titles[i]) : 0]
    Column.startColumn(builder)
    Column.addName(builder, called)
    Column.addType(builder, columnType(field))
    if (title) Column.addTitle(builder, title)
    Column.addNullable(builder, true)
    return Column.endColumn(builder)
  })
  const columnsAt = Header.createColumnsVector(builder, columns)
  const [org, crsTitle, wkt] = ['EPSG', crsName(epsg) ?? '', ogcWkt(epsg) ?? ''].map((text) => builder.createString(text))
  Crs.startCrs(builder)
  Crs.addOrg(builder, org)
  Crs.addCode(builder, epsg)
  Crs.addName(builder, crsTitle)
  Crs.addWkt(builder, wkt)
  const crs = Crs.endCrs(builder)
  const [called, said] = [builder.createString(name), builder.createString(description ?? '')]
  Header.startHeader(builder)
  Header.addName(builder, called)
  Header.addGeometryType(builder, geometry === 'point' ? POINT : geometry === 'line' ? LINES : POLYGONS)
  Header.addColumns(builder, columnsAt)
  Header.addFeaturesCount(builder, BigInt(count))
  Header.addIndexNodeSize(builder, 0)
  Header.addCrs(builder, crs)
  Header.addDescription(builder, said)
  Header.finishSizePrefixedHeaderBuffer(builder, Header.endHeader(builder))
  return builder.asUint8Array().slice()
}

function geometryOf(builder: Builder, { kind, parts, shells }: Parts): number {
  if (kind === 'point') return Geometry.createGeometry(builder, 0, xyOf(builder, [parts[0]]), 0, 0, 0, 0, POINT, 0)
  if (kind === 'line') {
    const ends = parts.length > 1 ? endsOf(builder, parts) : 0
    return Geometry.createGeometry(builder, ends, xyOf(builder, parts), 0, 0, 0, 0, LINES, 0)
  }
  const polygons: Float64Array[][] = []
  for (const [i, ring] of parts.entries()) {
    if (shells[i]) polygons.push([ring])
    else polygons.at(-1)?.push(ring)
  }
  const made = polygons.map((rings) => {
    const ends = rings.length > 1 ? endsOf(builder, rings) : 0
    return Geometry.createGeometry(builder, ends, xyOf(builder, rings), 0, 0, 0, 0, POLYGON, 0)
  })
  return Geometry.createGeometry(builder, 0, 0, 0, 0, 0, 0, POLYGONS, Geometry.createPartsVector(builder, made))
}

function xyOf(builder: Builder, parts: readonly Float64Array[]): number {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return Geometry.createXyVector(builder, all)
}

function endsOf(builder: Builder, parts: readonly Float64Array[]): number {
  let points = 0
  return Geometry.createEndsVector(
    builder,
    Uint32Array.from(parts, (part) => {
      points += part.length / 2
      return points
    }),
  )
}

let scratch = Buffer.alloc(4096)

/** Column number and value, one behind the other; what has no value is left out. Good until the next call. */
function propertiesOf(columns: readonly number[], values: readonly Value[]): Uint8Array {
  let at = 0
  const room = (more: number) => {
    if (at + more <= scratch.length) return
    const grown = Buffer.alloc(Math.max(2 * scratch.length, at + more))
    scratch.copy(grown)
    scratch = grown
  }
  for (let c = 0; c < columns.length; c++) {
    const value = values[c] ?? null
    if (value === null || (typeof value === 'number' && !Number.isFinite(value))) continue
    const type = columns[c]
    const text = type === STRING || type === DATE ? String(value) : ''
    room(16 + 3 * text.length)
    at = scratch.writeUInt16LE(c, at)
    if (type === BOOL) at = scratch.writeUInt8(value ? 1 : 0, at)
    else if (type === LONG) at = scratch.writeBigInt64LE(BigInt(Math.trunc(Number(value))), at)
    else if (type === DOUBLE) at = scratch.writeDoubleLE(Number(value), at)
    else {
      const length = scratch.write(text, at + 4, 'utf8')
      scratch.writeUInt32LE(length, at)
      at += 4 + length
    }
  }
  return scratch.subarray(0, at)
}
