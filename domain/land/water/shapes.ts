/** Lines and outlines in memory, as WKB in tables, and as WKT in sheets. Degrees, CGCS2000 (EPSG:4490). */
import { readWkb, writeWkb } from '@dishu/base/wkb'
import { ellipsoidalArea } from '@dishu/numeric/geodesy/area'
import type { LonLat, WaterDistrict, WaterReach } from './things.ts'

export type Line = NonNullable<WaterReach['line']>
export type Outline = NonNullable<WaterDistrict['outline']>

const flat = (points: readonly LonLat[]) => Float64Array.from(points.flat())
const pairs = (xy: Float64Array): LonLat[] => Array.from({ length: xy.length / 2 }, (_, i) => [xy[2 * i], xy[2 * i + 1]] as const)

export const lineBytes = (line: Line): Uint8Array => writeWkb({ type: 'line', multi: false, lines: [flat(line)] })
export const outlineBytes = (outline: Outline): Uint8Array =>
  writeWkb({ type: 'polygon', multi: outline.length !== 1, polygons: outline.map((rings) => ({ rings: rings.map(flat) })) })

export function lineFrom(bytes: Uint8Array): Line {
  const found = readWkb(bytes)
  if (found.type !== 'line') throw new RangeError(`expected a line, got a ${found.type}`)
  return found.lines.flatMap(pairs)
}
export function outlineFrom(bytes: Uint8Array): Outline {
  const found = readWkb(bytes)
  if (found.type !== 'polygon') throw new RangeError(`expected polygons, got a ${found.type}`)
  return found.polygons.map(({ rings }) => rings.map(pairs))
}

/** West, south, east, north of an outline. */
export function boxOf(outline: Outline): readonly [number, number, number, number] {
  const points = outline.flat(2)
  return [
    Math.min(...points.map(([lon]) => lon)),
    Math.min(...points.map(([, lat]) => lat)),
    Math.max(...points.map(([lon]) => lon)),
    Math.max(...points.map(([, lat]) => lat)),
  ]
}

/** m² on the ellipsoid, by the survey's rule. */
export const polygonArea = (outline: Outline): number => ellipsoidalArea(outline.map((rings) => ({ rings: rings.map(flat) })))

const text = (points: readonly LonLat[]) => `(${points.map(([lon, lat]) => `${lon} ${lat}`).join(',')})`
export const lineText = (line: Line): string => `LINESTRING ${text(line)}`
export const outlineText = (outline: Outline): string =>
  outline.length === 1
    ? `POLYGON (${outline[0].map(text).join(',')})`
    : `MULTIPOLYGON (${outline.map((rings) => `(${rings.map(text).join(',')})`).join(',')})`

/** A LINESTRING, or null where the text is none. Rings of polygons are closed where they are not. */
export function lineFromText(written: string): Line | null {
  const found = /^\s*LINESTRING\s*(\(.*\))\s*$/is.exec(written)
  const points = found && pointsFrom(found[1])
  return points && points.length >= 2 ? points : null
}
export function outlineFromText(written: string): Outline | null {
  const found = /^\s*(MULTI)?POLYGON\s*\((.*)\)\s*$/is.exec(written)
  if (!found) return null
  const polygons = found[1] ? groups(found[2]) : [`(${found[2]})`]
  const outline = polygons?.map((polygon) => {
    const rings = groups(polygon.trim().slice(1, -1))
    return rings?.map((ring) => closed(pointsFrom(ring)))
  })
  if (!outline || outline.length === 0) return null
  return outline.every((rings) => rings && rings.length > 0 && rings.every((ring) => ring !== null)) ? (outline as Outline) : null
}

const closed = (ring: LonLat[] | null): LonLat[] | null => {
  if (ring === null || ring.length < 3) return null
  const [first, last] = [ring[0], ring[ring.length - 1]]
  const whole = first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first]
  return whole.length >= 4 ? whole : null
}

/** The outermost bracketed parts of a list. */
function groups(written: string): string[] | null {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < written.length; i++) {
    if (written[i] === '(' && depth++ === 0) from = i
    if (written[i] === ')' && --depth === 0) parts.push(written.slice(from, i + 1))
    if (depth < 0) return null
  }
  return depth === 0 ? parts : null
}

function pointsFrom(written: string): LonLat[] | null {
  const body = /^\s*\(([^()]*)\)\s*$/.exec(written)
  if (!body) return null
  const points = body[1].split(',').map((point) => point.trim().split(/\s+/).map(Number))
  return points.every((point) => point.length >= 2 && Number.isFinite(point[0]) && Number.isFinite(point[1]))
    ? points.map(([lon, lat]) => [lon, lat] as const)
    : null
}
