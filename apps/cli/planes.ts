/** The way from the coordinate system of a file to the plane in which distances are measured. */
import { Refused } from '@dishu/base/refusal'
import { crsFromEpsg, toLonLatInPlace } from '@dishu/formats/crs/crs'
import type { Crs } from '@dishu/formats/layers'
import { toZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'

/** Whether a system is in degrees; a code of a system in metres otherwise. */
export const isGeographic = (epsg: number): boolean => crsFromEpsg(epsg).geographic

/**
 * How x, y, x, y, … of a file in system `from` become metres in `epsg`; null where they are that already, or nobody said otherwise. Brought to zones of
 * CGCS2000 only: refused with `kriging/crs-differs` where the two differ and `epsg` is none of those.
 */
export function planeOf(from: Crs | null, epsg: number | null, file = ''): ((xy: Float64Array) => Float64Array) | null {
  if (from === null || (from.epsg !== null && from.epsg === epsg)) return null
  const zone = epsg === null ? null : zoneOfEpsg(epsg)
  if (!zone) {
    if (epsg === null && !from.geographic) return null
    throw new Refused({ code: 'kriging/crs-differs', details: { file, found: from.name, wanted: epsg } })
  }
  return (xy) => {
    const lonLat = xy.slice()
    toLonLatInPlace(from, lonLat)
    return toZone(lonLat, zone)
  }
}
