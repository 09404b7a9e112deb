/** Foreign coordinate systems of stored outlines, made known to the plane before anything is laid over them or drawn. */
import { crsFromEpsg, crsFromWkt, fromLonLatInPlace, oldDatum, toLonLatInPlace } from '@dishu/formats/crs/crs'
import type { Db } from '@dishu/server-kit/sql'
import { readForeignSystems } from './map.store.ts'
import { isStrange, learn, type Projection } from './plane.ts'

/** From here on the register's numbers stand for systems that have no EPSG code (kernel/intake). */
const FIRST_OWN_NUMBER = 990_001

/** Learns of those of the systems that nothing is known of yet. Nothing is read where there is none, which is nearly always. */
export async function learnSystems(db: Db, srids: Iterable<number | null>): Promise<void> {
  const strange = [...new Set(srids)].filter(isStrange)
  if (strange.length === 0) return
  const wkts = new Map((await readForeignSystems(db, strange)).map(({ srid, wkt }) => [srid, wkt]))
  for (const srid of strange) learn(srid, foreign(srid, wkts.get(srid) ?? null))
}

function foreign(srid: number, wkt: string | null): Projection | null {
  const crs = srid < FIRST_OWN_NUMBER ? crsFromEpsg(srid, wkt) : wkt === null ? null : crsFromWkt(wkt)
  if (crs === null) return null
  try {
    toLonLatInPlace(crs, new Float64Array(2))
  } catch {
    return null // there is no definition of it here: an import of it is refused, so only another's rows can be of it
  }
  return {
    datum: oldDatum(crs) ?? 'cgcs2000',
    geographic: crs.geographic,
    toLonLat: (xy) => toLonLatInPlace(crs, xy),
    fromLonLat: (lonLat) => fromLonLatInPlace(crs, lonLat),
  }
}
