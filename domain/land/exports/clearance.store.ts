import { type Db, sql } from '@dishu/server-kit/sql'

/** Boxes and areas (m²) of the rows of an area that have an outline, on a day; at most `limit`. */
export async function readExtents(db: Db, what: 'patches' | 'parcels', county: string, within: string, day: string, limit: number) {
  const rows = await db.all<{ box: [number, number, number, number]; area: number }>`
    select bbox as box, official_area / 100.0::float8 as area from ${what === 'patches' ? sql`land.patch_now` : sql`land.parcel_now`}
    where county = ${county} and valid_from <= ${day}::date and valid_to > ${day}::date and bbox is not null
      and ${what === 'patches' ? sql`village like ${`${within}%`}` : sql`parcel_code like ${`${within}%`}`} limit ${limit}`
  return rows.map(({ box, area }) => ({ box, areaM2: area ?? 0 }))
}

/** Names of fields of the files that stand beside the register's own columns. */
export async function readExtraNames(db: Db, what: 'patches' | 'parcels', county: string): Promise<string[]> {
  const rows = await db.all<{ name: string }>`
    select distinct key as name from (select extra from ${what === 'patches' ? sql`land.patch_now` : sql`land.parcel_now`} where county = ${county} limit 2000) looked,
      jsonb_object_keys(looked.extra) key`
  return rows.map(({ name }) => name)
}
