/**
 * The plane in which a layer's outlines are held against each other: the one in which their edges are straight. Outlines in metres of a zone stay as they
 * are; degrees are stretched to metres by two factors, which bends no edge. Areas are taken on the ellipsoid afterwards.
 */
import { writePolygonWkb } from '@dishu/base/wkb'
import { ellipsoidalArea } from '@dishu/numeric/geodesy/area'
import { fromZone, toZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import type { Polygon } from './planar.ts'

/** Coordinates x, y, x, y, … change in place. `from`: outlines of another code into this plane; null where its code is foreign. */
export type GroundPlane = {
  readonly srid: number | null
  readonly toLonLat: (xy: Float64Array) => void
  readonly from: (srid: number | null) => ((xy: Float64Array) => void) | null
  /** Coordinates of the plane back into those that outlines of `srid` are stored in, where `from` knows it. */
  readonly into: (srid: number | null) => ((xy: Float64Array) => void) | null
}

const isDegrees = (srid: number | null) => srid === null || srid === 4490 || srid === 4326 || srid === 4258
const stay = () => {}
const METRES_PER_DEGREE = 111_320

/** How coordinates of a code reach degrees and come back. Zones of CGCS2000 and degrees themselves; null for every other code. */
function degreesOf(srid: number | null): { to: (xy: Float64Array) => void; back: (xy: Float64Array) => void } | null {
  if (isDegrees(srid)) return { to: stay, back: stay }
  const zone = zoneOfEpsg(srid ?? 0)
  return zone && { to: (xy) => void fromZone(xy, zone), back: (xy) => void toZone(xy, zone) }
}

/** The plane of outlines of `srid` round a place in degrees; null where the code is foreign. */
export function groundPlane(srid: number | null, [lon, lat]: readonly [number, number]): GroundPlane | null {
  const own = degreesOf(srid)
  if (!own) return null
  if (!isDegrees(srid)) {
    return {
      srid,
      toLonLat: own.to,
      from: (other) => (other === srid ? stay : through(degreesOf(other)?.to, own.back)),
      into: (other) => (other === srid ? stay : through(own.to, degreesOf(other)?.back)),
    }
  }
  // a whole degree for an origin: the same for every run on the same ground
  const [lon0, lat0] = [Math.round(lon), Math.round(lat)]
  const [mx, my] = [METRES_PER_DEGREE * Math.cos((lat0 * Math.PI) / 180), METRES_PER_DEGREE]
  const stretch = (xy: Float64Array) => {
    for (let i = 0; i < xy.length; i += 2) {
      xy[i] = (xy[i] - lon0) * mx
      xy[i + 1] = (xy[i + 1] - lat0) * my
    }
  }
  const back = (xy: Float64Array) => {
    for (let i = 0; i < xy.length; i += 2) {
      xy[i] = xy[i] / mx + lon0
      xy[i + 1] = xy[i + 1] / my + lat0
    }
  }
  return {
    srid,
    toLonLat: back,
    from: (other) => through(degreesOf(other)?.to, stretch),
    into: (other) => through(back, degreesOf(other)?.back),
  }
}

const through = (first: ((xy: Float64Array) => void) | undefined, then: ((xy: Float64Array) => void) | undefined) =>
  first && then
    ? (xy: Float64Array) => {
        first(xy)
        then(xy)
      }
    : null

const moved = (polygons: readonly Polygon[], by: (xy: Float64Array) => void): Polygon[] =>
  polygons.map(({ rings }) => ({
    rings: rings.map((ring) => {
      const copy = ring.slice()
      by(copy)
      return copy
    }),
  }))

export const inPlane = moved

/** Area in m² on the ellipsoid, by the survey's rule, of polygons of the plane. */
export const groundArea = (polygons: readonly Polygon[], plane: GroundPlane): number => ellipsoidalArea(moved(polygons, plane.toLonLat))

/** What a map shows of polygons of the plane: WKB in degrees. */
export const lonLatWkb = (polygons: readonly Polygon[], plane: GroundPlane): Uint8Array => writePolygonWkb(moved(polygons, plane.toLonLat))
