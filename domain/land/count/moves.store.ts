/** Who changed its grade by sample: read off the cells that a revision closed and made. */
import type { Db } from '@dishu/server-kit/sql'

export const readSampleMoves = (db: Db, county: string, rev: number) => db.all<{
  before: string
  after: string
  patches: number
  area: number
}>`
  select earlier.grade as before, later.grade as after, count(*) as patches, sum(later.area)::int8 as area
  from (select distinct patch_id, grade from land.cell where county = ${county} and until = ${rev} and lead = 1 and valid_to = 'infinity') earlier
  join (select patch_id, grade, sum(area) as area from land.cell where county = ${county} and since = ${rev} and valid_to = 'infinity' group by 1, 2) later
    on later.patch_id = earlier.patch_id
  where earlier.grade <> later.grade group by 1, 2 order by 3 desc`
