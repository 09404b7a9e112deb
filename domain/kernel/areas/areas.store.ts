import type { Db } from '@dishu/server-kit/sql'

type Box = readonly [number, number, number, number]

/** Box of the county's boundary in degrees, where the register has one. */
export const readCountyBox = async (db: Db, county: string): Promise<Box | null> =>
  (
    await db.maybe<{
      bbox: Box | null
    }>`select bbox from kernel.area_now where county = ${county} and code = ${county} order by valid_from desc limit 1`
  )?.bbox ?? null

/** The name and box of a county as the register has them. */
export const readCountyNames = (db: Db) => db.all<{
  county: string
  name: string
  bbox: Box | null
  extra: Readonly<Record<string, unknown>>
}>`
  select distinct on (county) county, name, bbox, extra from kernel.area_now where code = county order by county, valid_from desc`
