import { Refused } from '@dishu/base/refusal'
import { crsFromEpsg, toLonLatInPlace } from '@dishu/formats/crs/crs'
import { fromZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'

/** Zones of CGCS2000 the fast way, everything else as files are read; null where neither knows the system. */
export function toDegrees(srid: number | null): ((xy: Float64Array) => void) | null {
  if (srid === null || srid === 4490 || srid === 4326) return () => {}
  const zone = zoneOfEpsg(srid)
  if (zone) return (xy) => void fromZone(xy, zone)
  const crs = crsFromEpsg(srid)
  try {
    toLonLatInPlace(crs, new Float64Array(2))
  } catch (problem) {
    if (problem instanceof Refused) return null
    throw problem
  }
  return (xy) => toLonLatInPlace(crs, xy)
}
