/**
 * GeoJSON as a stream: one FeatureCollection, one feature per line, rings as RFC 7946 turns them (outer counter-clockwise).
 */
import type { Field } from '../layers.ts'
import type { Rows, Written } from './rows.ts'
import { type Target, writeText } from './sink.ts'
import { type Parts, partsOf, reversed, turns } from './wkb-parts.ts'

/**
 * `toLonLat` turns x, y, x, y, … into degrees in place; leave it out where the rows are in degrees already.
 * `decimals` of a degree: 9 is a tenth of a millimetre. `note` goes in as a foreign member (what the data is, from when).
 * CGCS2000 and WGS 84 differ by centimetres, which RFC 7946 cannot say; `epsg4490` adds the old `crs` member that can.
 */
export type GeoJsonOptions = {
  readonly name?: string
  readonly note?: string
  readonly toLonLat?: (xy: Float64Array) => void
  readonly decimals?: number
  readonly epsg4490?: boolean
}

export async function writeGeoJson(target: Target, fields: readonly Field[], rows: Rows, options: GeoJsonOptions = {}): Promise<Written> {
  const keys = fields.map((field) => JSON.stringify(field.name))
  const scale = 10 ** (options.decimals ?? 9)
  let count = 0
  const bytes = await writeText(target, async (put, settle) => {
    put('{"type":"FeatureCollection"')
    if (options.name) put(`,"name":${JSON.stringify(options.name)}`)
    if (options.note) put(`,"note":${JSON.stringify(options.note)}`)
    if (options.epsg4490) put(',"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}}')
    put(',"features":[')
    for await (const row of rows) {
      let line = `${count > 0 ? ',' : ''}\n{"type":"Feature","properties":{`
      for (let f = 0; f < keys.length; f++) line += `${f > 0 ? ',' : ''}${keys[f]}:${JSON.stringify(row.values[f] ?? null)}`
      const parts = row.wkb?.length ? partsOf(row.wkb) : null
      put(`${line}},"geometry":${parts ? geometry(parts, scale, options.toLonLat) : 'null'}}`)
      count++
      await settle()
    }
    put('\n]}\n')
  })
  return { rows: count, bytes }
}

function geometry({ kind, multi, parts, shells }: Parts, scale: number, toLonLat?: (xy: Float64Array) => void): string {
  if (toLonLat) for (const part of parts) toLonLat(part)
  const many = multi && (kind === 'polygon' ? shells.filter(Boolean).length : parts.length) > 1
  if (kind === 'point') {
    const each = parts.map((part) => pairs(part, scale))
    return many ? `{"type":"MultiPoint","coordinates":[${each.join(',')}]}` : `{"type":"Point","coordinates":${each[0]}}`
  }
  if (kind === 'line') {
    const each = parts.map((part) => `[${pairs(part, scale)}]`)
    return many ? `{"type":"MultiLineString","coordinates":[${each.join(',')}]}` : `{"type":"LineString","coordinates":${each[0]}}`
  }
  const polygons: string[][] = []
  parts.forEach((ring, i) => {
    const text = `[${pairs(turns(ring) > 0 === shells[i] ? ring : reversed(ring), scale)}]`
    if (shells[i]) polygons.push([text])
    else polygons.at(-1)?.push(text)
  })
  const each = polygons.map((rings) => `[${rings.join(',')}]`)
  return many ? `{"type":"MultiPolygon","coordinates":[${each.join(',')}]}` : `{"type":"Polygon","coordinates":${each[0]}}`
}

function pairs(xy: Float64Array, scale: number): string {
  let out = ''
  for (let i = 0; i < xy.length; i += 2) {
    out += `${i > 0 ? ',' : ''}[${Math.round(xy[i] * scale) / scale},${Math.round(xy[i + 1] * scale) / scale}]`
  }
  return out
}
