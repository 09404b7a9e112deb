import { copyIn, type Db } from '@dishu/server-kit/sql'
import { encodeRows } from '@dishu/server-kit/sql-copy'

export type DoubleCover = { readonly patchId: number; readonly parcels: readonly string[]; readonly area: number }

/** Puts what was found under the patches of this refresh in place of what was known of them. Call after refreshCells, in its transaction. */
export async function replaceDoubleCover(db: Db, county: string, found: readonly DoubleCover[]): Promise<void> {
  const { counted } = await db.one<{ counted: boolean }>`select to_regclass('pg_temp.patch_to_count') is not null as counted`
  // a first survey collects no patches, and there was nothing known of any
  if (counted) await db.run`delete from land.double_cover where county = ${county} and patch_id in (select id from patch_to_count)`
  if (found.length === 0) return
  // one patch may be covered twice by the same parcels on several spans of days; the largest stands for them
  const largest = new Map<string, DoubleCover>()
  for (const each of found) {
    const key = `${each.patchId} ${each.parcels.join(' ')}`
    if ((largest.get(key)?.area ?? -1) < each.area) largest.set(key, each)
  }
  await copyIn(
    db,
    'copy land.double_cover (county, patch_id, parcels, area) from stdin (format binary)',
    encodeRows(
      ['text', 'int8', 'text[]', 'int8'],
      [...largest.values()].map(({ patchId, parcels, area }) => [county, patchId, [...parcels], area]),
    ),
  )
}
