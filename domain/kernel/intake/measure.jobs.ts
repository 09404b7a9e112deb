/** Every outline measured once on its way in: where it lies in longitude and latitude, and how large it is on the ellipsoid. */
import { readWkb, wkbBounds } from '@dishu/base/wkb'
import { toLonLatInPlace } from '@dishu/formats/crs/crs'
import type { Crs } from '@dishu/formats/layers'
import { areaAndBoundsInZone, ellipsoidalArea } from '@dishu/numeric/geodesy/area'
import { fromZone, type Zone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import type { RowGeometry } from './intake.ts'

/** A coordinate system that rows are stored in: its number in the register and the way to longitude and latitude (a new array). */
export type Projection = {
  readonly srid: number
  readonly name: string
  readonly wkt: string | null
  readonly zone: Zone | null // of CGCS2000, where the system is one
  toLonLat(xy: Float64Array): Float64Array
}

/** From the equator to a pole along a meridian of CGCS2000: 10 001 966 m. */
const POLE_M = 10_001_966
/** Twelve degrees at the equator: twice as far as anything a 6° zone is used for. */
const FARTHEST_EAST_M = 1_400_000

/** `srid` where the system has no EPSG number. CGCS2000 and what counts as one with it (4326, ETRS89 …) stay as they are in degrees. */
export function projectionOf(crs: Crs, srid: number): Projection {
  const zone = crs.epsg === null ? null : zoneOfEpsg(crs.epsg)
  if (zone) {
    return {
      srid,
      name: crs.name,
      wkt: null,
      zone,
      toLonLat: (xy) => {
        for (let i = 0; i < xy.length; i += 2) if (!isInReach(xy[i], xy[i + 1], zone)) xy[i] = Number.NaN
        return fromZone(xy, zone)
      },
    }
  }
  if (srid === 4490 || srid === 4326) return { srid, name: crs.name, wkt: null, zone, toLonLat: (xy) => xy }
  return {
    srid,
    name: crs.name,
    wkt: crs.wkt,
    zone,
    toLonLat: (xy) => {
      const moved = xy.slice()
      toLonLatInPlace(crs, moved)
      return moved
    },
  }
}

/** The series of a zone gives some place for any number; what lies beyond the pole, or further from the meridian than any zone, is none. */
const isInReach = (x: number, y: number, zone: Zone) => Math.abs(x - zone.falseEasting) <= FARTHEST_EAST_M && Math.abs(y) <= POLE_M

function areInReach(rings: readonly Float64Array[], zone: Zone): boolean {
  for (const ring of rings) for (let i = 0; i < ring.length; i += 2) if (!isInReach(ring[i], ring[i + 1], zone)) return false
  return true
}

const bounds = new Float64Array(4)

/** Null where a coordinate does not come out as a place on Earth; `at` is then the first such vertex. */
export function measure(
  wkb: Uint8Array,
  projection: Projection,
): { ok: true; geometry: RowGeometry } | { ok: false; at: readonly [number, number] } {
  const shape = plainPolygon(wkb) ?? readWkb(wkb)
  const { zone, srid } = projection
  if (zone && shape.type === 'polygon' && shape.polygons.every(({ rings }) => areInReach(rings, zone))) {
    const area = Math.round(areaAndBoundsInZone(shape.polygons, zone, bounds) * 100)
    return { ok: true, geometry: { wkb, srid, type: 'polygon', bbox: [bounds[0], bounds[1], bounds[2], bounds[3]], area, point: null } }
  }
  let [minX, minY, maxX, maxY] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let bad = false
  const placed = (xy: Float64Array): Float64Array => {
    const lonLat = projection.toLonLat(xy)
    for (let i = 0; i < lonLat.length; i += 2) {
      const [lon, lat] = [lonLat[i], lonLat[i + 1]]
      if (!(lon >= -360 && lon <= 360 && lat >= -90 && lat <= 90)) bad = true
      if (lon < minX) minX = lon
      if (lon > maxX) maxX = lon
      if (lat < minY) minY = lat
      if (lat > maxY) maxY = lat
    }
    return lonLat
  }
  let area: number | null = null
  let point: readonly [number, number] | null = null
  let type: RowGeometry['type']
  switch (shape.type) {
    case 'polygon': {
      const polygons = shape.polygons.map(({ rings }) => ({ rings: rings.length === 1 ? [placed(rings[0])] : rings.map(placed) }))
      type = 'polygon'
      if (!bad) area = Math.round(ellipsoidalArea(polygons) * 100)
      break
    }
    case 'line':
      type = 'line'
      for (const line of shape.lines) placed(line)
      break
    default: {
      type = 'point'
      const lonLat = placed(shape.points)
      point = [lonLat[0], lonLat[1]]
    }
  }
  if (bad) {
    const [x, y] = wkbBounds(wkb)
    return { ok: false, at: [x, y] }
  }
  return { ok: true, geometry: { wkb, srid, type, bbox: [minX, minY, maxX, maxY], area, point } }
}

const POLYGON = 3
let coordinates = new Float64Array(1024)
let view: DataView = new DataView(new ArrayBuffer(0))

/**
 * The common outline, one polygon in little-endian and two dimensions, read into coordinates that the next call writes over: hundreds of
 * thousands of small arrays are more work for the collector than the reading. Null for everything else, and for bytes that break off.
 */
function plainPolygon(
  wkb: Uint8Array,
): { readonly type: 'polygon'; readonly polygons: readonly { readonly rings: Float64Array[] }[] } | null {
  if (view.buffer !== wkb.buffer) view = new DataView(wkb.buffer)
  const end = wkb.byteOffset + wkb.length
  let at = wkb.byteOffset
  if (wkb.length < 9 || wkb[0] !== 1 || view.getUint32(at + 1, true) !== POLYGON) return null
  if (wkb.length > 8 * coordinates.length) coordinates = new Float64Array(wkb.length / 4)
  const ringCount = view.getUint32(at + 5, true)
  at += 9
  const rings: Float64Array[] = []
  let used = 0
  for (let r = 0; r < ringCount; r++) {
    if (at + 4 > end) return null
    const ringEnd = at + 4 + 16 * view.getUint32(at, true)
    if (ringEnd > end) return null
    const from = used
    for (at += 4; at < ringEnd; at += 8) coordinates[used++] = view.getFloat64(at, true)
    rings.push(coordinates.subarray(from, used))
  }
  return at === end && rings.length > 0 ? { type: 'polygon', polygons: [{ rings }] } : null
}
