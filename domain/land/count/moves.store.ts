/** Who changed its grade by sample: read off the cells that a revision closed and made. */
import type { Db } from '@dishu/server-kit/sql'

export const readSampleMoves = (db: Db, county: string, rev: number) => db.all<{ before: string; after: string; patches: number }>`
  select earlier.grade as before, later.grade as after, count(*) as patches
  from (select distinct patch_id, grade from land.cell where county = ${county} and until = ${rev} and lead = 1 and valid_to = 'infinity') earlier
  join (select distinct patch_id, grade from land.cell where county = ${county} and since = ${rev} and lead = 1 and valid_to = 'infinity') later
    on later.patch_id = earlier.patch_id
  where earlier.grade <> later.grade group by 1, 2 order by 3 desc`
