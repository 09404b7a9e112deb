/** The plane in which a patch's edges are straight, and how other coordinates come into it. */
import { mapWkb, readWkb } from '@dishu/base/wkb'
import { fromZone, toZone, type Zone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'

/** Coordinates x, y, x, y, … to longitude and latitude in degrees and back, both in place. */
export type Projection = {
  readonly toLonLat: (xy: Float64Array) => void
  readonly fromLonLat: (lonLat: Float64Array) => void
}

const stay = () => {}
const GEOGRAPHIC: Projection = { toLonLat: stay, fromLonLat: stay }
const zonal = (zone: Zone): Projection => ({ toLonLat: (xy) => void fromZone(xy, zone), fromLonLat: (lonLat) => void toZone(lonLat, zone) })

const known = new Map<number, Projection | null>()

/** How coordinates of an EPSG code reach longitude and latitude: zones of CGCS2000, and degrees themselves (4490, 4326; null says nothing else). Null where the code is foreign. */
export function projectionOf(srid: number | null): Projection | null {
  if (srid === null || isGeographic(srid)) return GEOGRAPHIC
  const zone = known.has(srid) ? null : zoneOfEpsg(srid)
  if (!known.has(srid)) known.set(srid, zone && zonal(zone))
  return known.get(srid) ?? null
}

export const isGeographic = (srid: number | null) => srid === null || srid === 4490 || srid === 4326 || srid === 4258

/** The 3° zone around a longitude; without a zone number in front. */
export const zoneAround = (longitude: number): Zone => ({ centralMeridian: Math.round(longitude / 3) * 3, falseEasting: 500_000 })

/** A plane in metres for outlines of `srid`: the zone itself, or the zone around the outline where its coordinates are degrees. Null for a foreign code. */
export function planeOf(srid: number | null, outline: Uint8Array): (Projection & { readonly own: boolean }) | null {
  if (!isGeographic(srid)) {
    const projection = projectionOf(srid)
    return projection && { ...projection, own: true }
  }
  const geometry = readWkb(outline)
  const longitude = geometry.type === 'polygon' ? geometry.polygons[0]?.rings[0]?.[0] : undefined
  return { ...zonal(zoneAround(longitude ?? 105)), own: false }
}

/** An outline of `srid` in a plane: as it stands where the plane is its own. Null where the code is foreign. */
export function inPlane(wkb: Uint8Array, srid: number | null, planeSrid: number | null, plane: Projection): Uint8Array | null {
  if (srid === planeSrid && !isGeographic(srid)) return wkb
  const from = projectionOf(srid)
  return (
    from &&
    mapWkb(wkb, (xy) => {
      from.toLonLat(xy)
      plane.fromLonLat(xy)
    })
  )
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
