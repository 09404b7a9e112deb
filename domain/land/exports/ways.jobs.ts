/** The ways between the systems that outlines are drawn in and degrees, ready for many outlines: zones by their series, others by their definition. */
import { crsFromEpsg, fromLonLatInPlace, toLonLatInPlace } from '@dishu/formats/crs/crs'
import { fromZone, toZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import type { Db } from '@dishu/server-kit/sql'
import { readForeignSystems } from './exports.store.ts'

export type Ways = {
  toLonLat(srid: number | null, xy: Float64Array): void
  fromLonLat(epsg: number, xy: Float64Array): void
}

const isDegrees = (srid: number | null) => srid === null || srid === 4490 || srid === 4326

/** Systems that only this register has a number for are known by what their files said of them. */
export async function waysIn(db: Db): Promise<Ways> {
  const systems = new Map((await readForeignSystems(db)).map(({ srid, wkt }) => [srid, wkt]))
  return {
    toLonLat(srid, xy) {
      if (srid === null || isDegrees(srid)) return
      const zone = zoneOfEpsg(srid)
      if (zone) fromZone(xy, zone)
      else toLonLatInPlace(crsFromEpsg(srid, systems.get(srid) ?? null), xy)
    },
    fromLonLat(epsg, xy) {
      if (isDegrees(epsg)) return
      const zone = zoneOfEpsg(epsg)
      if (zone) toZone(xy, zone)
      else fromLonLatInPlace(crsFromEpsg(epsg, systems.get(epsg) ?? null), xy)
    },
  }
}

/** The 3° zone (with its number in the easting) in which a place of longitude `lon` is drawn; null outside China's zones 25–45. */
export function zoneAt(lon: number): number | null {
  const zone = Math.round(lon / 3)
  return zone >= 25 && zone <= 45 ? 4488 + zone : null
}
