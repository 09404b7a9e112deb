/** The plane in which a patch's edges are straight, and how other coordinates come into it. */
import { mapWkb, readWkb } from '@dishu/base/wkb'
import { fromZone, toZone, type Zone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'

/** Coordinates x, y, x, y, … to longitude and latitude in degrees and back, both in place. */
export type Projection = {
  /** What its degrees are degrees of: between the old datums and CGCS2000 lie up to 100 m and more, which only the surveying authority can bridge. */
  readonly datum: 'cgcs2000' | 'xian80' | 'beijing54'
  /** Coordinates are degrees themselves. */
  readonly geographic: boolean
  readonly toLonLat: (xy: Float64Array) => void
  readonly fromLonLat: (lonLat: Float64Array) => void
}

const stay = () => {}
const GEOGRAPHIC: Projection = { datum: 'cgcs2000', geographic: true, toLonLat: stay, fromLonLat: stay }
const zonal = (zone: Zone): Projection => ({
  datum: 'cgcs2000',
  geographic: false,
  toLonLat: (xy) => void fromZone(xy, zone),
  fromLonLat: (lonLat) => void toZone(lonLat, zone),
})

const known = new Map<number, Projection | null>()

/**
 * How coordinates of a code reach longitude and latitude: zones of CGCS2000, and degrees themselves (4490, 4326; null says nothing else). Other
 * systems are foreign, and null until `learn` has told of them.
 */
export function projectionOf(srid: number | null): Projection | null {
  if (srid === null || DEGREES.has(srid)) return GEOGRAPHIC
  const zone = known.has(srid) ? null : zoneOfEpsg(srid)
  if (zone) known.set(srid, zonal(zone))
  return known.get(srid) ?? null
}
const DEGREES = new Set([4490, 4326, 4258])

/** A foreign system: how to reach longitude and latitude from it; null where nobody can tell. */
export const learn = (srid: number, projection: Projection | null): void => void known.set(srid, projection)

/** Whether nothing is known of the system yet, not even that nothing can be. */
export const isStrange = (srid: number | null): srid is number => srid !== null && projectionOf(srid) === null && !known.has(srid)

/** The 3° zone around a longitude; without a zone number in front. */
export const zoneAround = (longitude: number): Zone => ({ centralMeridian: Math.round(longitude / 3) * 3, falseEasting: 500_000 })

/** A plane in metres for outlines of `srid`: the system itself, or the zone around the outline where its coordinates are degrees. Null for a foreign code. */
export function planeOf(srid: number | null, outline: Uint8Array): (Projection & { readonly own: boolean }) | null {
  const projection = projectionOf(srid)
  if (projection === null) return null
  if (!projection.geographic) return { ...projection, own: true }
  const geometry = readWkb(outline)
  const longitude = geometry.type === 'polygon' ? geometry.polygons[0]?.rings[0]?.[0] : undefined
  return { ...zonal(zoneAround(longitude ?? 105)), datum: projection.datum, own: false }
}

/** An outline of `srid` in a plane: as it stands where the plane is its own. Null where the code is foreign, or stands on another datum. */
export function inPlane(wkb: Uint8Array, srid: number | null, planeSrid: number | null, plane: Projection): Uint8Array | null {
  const from = projectionOf(srid)
  if (from === null || from.datum !== plane.datum) return null
  if (srid === planeSrid && !from.geographic) return wkb
  return mapWkb(wkb, (xy) => {
    from.toLonLat(xy)
    plane.fromLonLat(xy)
  })
}

/** Whether a point lies in polygons given as shells and holes: by the number of edges crossed on the way out. A point on an edge is on one side of it, and always the same. */
export function holds(wkb: Uint8Array, x: number, y: number): boolean {
  const geometry = readWkb(wkb)
  if (geometry.type !== 'polygon') return false
  let inside = false
  for (const { rings } of geometry.polygons) {
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
        const [y1, y2] = [ring[i + 1], ring[j + 1]]
        if (y1 > y !== y2 > y && x - ring[i] < ((ring[j] - ring[i]) * (y - y1)) / (y2 - y1)) inside = !inside
      }
    }
  }
  return inside
}
