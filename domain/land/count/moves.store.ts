/** Who changed its grade by sample: read off the cells that a revision closed and made. A patch alone that is not graded keeps no cell: one side may be missing. */
import type { Db } from '@dishu/server-kit/sql'

export const readSampleMoves = (db: Db, county: string, rev: number) => db.all<{
  before: string
  after: string
  patches: number
  area: number
}>`
  select coalesce(earlier.grade, 'not-graded') as before, coalesce(later.grade, 'not-graded') as after, count(*) as patches, sum(coalesce(later.area, earlier.area))::int8 as area
  from (select patch_id, grade, sum(area) as area from land.cell where county = ${county} and until = ${rev} and valid_to = 'infinity' group by 1, 2) earlier
  full join (select patch_id, grade, sum(area) as area from land.cell where county = ${county} and since = ${rev} and valid_to = 'infinity' group by 1, 2) later
    on later.patch_id = earlier.patch_id
  where coalesce(earlier.grade, 'not-graded') <> coalesce(later.grade, 'not-graded') group by 1, 2 order by 3 desc`
