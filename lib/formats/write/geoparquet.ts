/** GeoParquet 1.1.0 (geoparquet.org): a Parquet file whose `geometry` is WKB, with what it is in the file's own words; groups of rows, so that memory does not grow. */
import type { KeyValue, SchemaElement } from 'hyparquet'
import type { ColumnSource } from 'hyparquet-writer'
import type { Field, Value } from '../layers.ts'
import { crsName, zoneOfEpsg } from './crswkt.ts'
import type { Row, Rows, Written, WrittenGeometry } from './rows.ts'
import { FileSink } from './sink.ts'
import { boundsOf, partsOf } from './wkb-parts.ts'

const GROUP = 20_000
const GEOMETRY = 'geometry'

export type GeoparquetOptions = {
  readonly geometry: WrittenGeometry | null
  readonly epsg: number
  readonly metadata?: Readonly<Record<string, string>>
}

export async function writeGeoparquet(path: string, fields: readonly Field[], rows: Rows, options: GeoparquetOptions): Promise<Written> {
  // its writer is wanted by few: loaded where such a file is written
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer')
  const { geometry, epsg, metadata = {} } = options
  const sink = await FileSink.create(path)
  const bytes = new ByteWriter()
  const schema: SchemaElement[] = [
    { name: 'schema', num_children: fields.length + (geometry ? 1 : 0) },
    ...fields.map(elementOf),
    ...(geometry ? [{ name: GEOMETRY, type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' } satisfies SchemaElement] : []),
  ]
  try {
    const kvMetadata: KeyValue[] = Object.entries(metadata).map(([key, value]) => ({ key, value }))
    const writer = new ParquetWriter({ writer: bytes, schema, kvMetadata, createdBy: 'Dishu' })
    const extent = [Infinity, Infinity, -Infinity, -Infinity]
    const types = new Set<string>()
    let count = 0
    let group: Row[] = []
    let written = 0
    const flush = async () => {
      const columnData: ColumnSource[] = fields.map((field, f) => ({
        name: field.name,
        data: group.map(({ values }) => stored(field, values[f] ?? null)),
      }))
      if (geometry) columnData.push({ name: GEOMETRY, data: group.map(({ wkb }) => (wkb?.length ? wkb : null)) })
      await writer.write({ columnData, rowGroupSize: GROUP })
      group = []
      const made = bytes.getBytes()
      sink.append(made.subarray(written))
      written = made.length
      await sink.settle()
    }
    for await (const row of rows) {
      if (geometry && row.wkb?.length) {
        const parts = partsOf(row.wkb)
        if (parts) {
          const bounds = boundsOf(parts.parts)
          for (let i = 0; i < 2; i++) {
            extent[i] = Math.min(extent[i], bounds[i])
            extent[i + 2] = Math.max(extent[i + 2], bounds[i + 2])
          }
          types.add(`${parts.multi ? 'Multi' : ''}${{ point: 'Point', line: 'LineString', polygon: 'Polygon' }[parts.kind]}`)
        }
      }
      group.push({ values: [...row.values], ...(row.wkb ? { wkb: row.wkb } : {}) })
      count++
      if (group.length === GROUP) await flush()
    }
    if (group.length > 0 || count === 0) await flush()
    if (geometry) {
      const geo = {
        version: '1.1.0',
        primary_column: GEOMETRY,
        columns: {
          [GEOMETRY]: {
            encoding: 'WKB',
            geometry_types: [...types].sort(),
            crs: projJson(epsg),
            edges: 'planar',
            ...(Number.isFinite(extent[0]) ? { bbox: extent } : {}),
          },
        },
      }
      writer.kvMetadata = [...kvMetadata, { key: 'geo', value: JSON.stringify(geo) }]
    }
    await writer.finish()
    sink.append(bytes.getBytes().subarray(written))
    await sink.close()
    return { rows: count, bytes: sink.length }
  } catch (fault) {
    await sink.abandon()
    throw fault
  }
}

function elementOf({ name, type, decimals }: Field): SchemaElement {
  const optional = { name, repetition_type: 'OPTIONAL' } as const
  if (type === 'number') return { ...optional, type: decimals === 0 ? 'INT64' : 'DOUBLE' }
  if (type === 'boolean') return { ...optional, type: 'BOOLEAN' }
  if (type === 'date') return { ...optional, type: 'INT32', converted_type: 'DATE' }
  return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }
}

function stored({ type, decimals }: Field, value: Value): Value | bigint | Date {
  if (value === null) return null
  if (type === 'number')
    return typeof value === 'number' && Number.isFinite(value) ? (decimals === 0 ? BigInt(Math.trunc(value)) : value) : null
  if (type === 'date') return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : null
  return type === 'boolean' ? value === true || value === 1 : String(value)
}

/** PROJJSON 0.7 of the systems we write; the ellipsoid and the projection are said in full, so that nobody needs the register. */
function projJson(epsg: number): object {
  const base = {
    type: 'GeographicCRS',
    name: epsg === 4326 ? 'WGS 84' : 'China Geodetic Coordinate System 2000',
    datum:
      epsg === 4326
        ? {
            type: 'GeodeticReferenceFrame',
            name: 'World Geodetic System 1984',
            ellipsoid: { name: 'WGS 84', semi_major_axis: 6378137, inverse_flattening: 298.257223563 },
          }
        : {
            type: 'GeodeticReferenceFrame',
            name: 'China 2000',
            ellipsoid: { name: 'CGCS2000', semi_major_axis: 6378137, inverse_flattening: 298.257222101 },
          },
    coordinate_system: {
      subtype: 'ellipsoidal',
      axis: [
        { name: 'Geodetic latitude', abbreviation: 'Lat', direction: 'north', unit: 'degree' },
        { name: 'Geodetic longitude', abbreviation: 'Lon', direction: 'east', unit: 'degree' },
      ],
    },
  }
  const zone = zoneOfEpsg(epsg)
  const $schema = 'https://proj.org/schemas/v0.7/projjson.schema.json'
  if (!zone) return { $schema, ...base, id: { authority: 'EPSG', code: epsg } }
  const parameter = (name: string, value: number, unit: string, code: number) => ({ name, value, unit, id: { authority: 'EPSG', code } })
  return {
    $schema,
    type: 'ProjectedCRS',
    name: crsName(epsg),
    base_crs: { ...base, id: { authority: 'EPSG', code: 4490 } },
    conversion: {
      name: `Gauss-Kruger CM ${zone.meridian}E`,
      method: { name: 'Transverse Mercator', id: { authority: 'EPSG', code: 9807 } },
      parameters: [
        parameter('Latitude of natural origin', 0, 'degree', 8801),
        parameter('Longitude of natural origin', zone.meridian, 'degree', 8802),
        parameter('Scale factor at natural origin', 1, 'unity', 8805),
        parameter('False easting', zone.falseEasting, 'metre', 8806),
        parameter('False northing', 0, 'metre', 8807),
      ],
    },
    coordinate_system: {
      subtype: 'Cartesian',
      axis: [
        { name: 'Northing', abbreviation: 'X', direction: 'north', unit: 'metre' },
        { name: 'Easting', abbreviation: 'Y', direction: 'east', unit: 'metre' },
      ],
    },
    id: { authority: 'EPSG', code: epsg },
  }
}
