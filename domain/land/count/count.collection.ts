/** What the count adds to collections of other slices: how many patches one state has, from the sums that are kept. */
import { type Sql, sql } from '@dishu/server-kit/sql'

/** Every patch has one leading piece, and the pieces are kept added up by village and class. */
export const matchedPatches = (county: string, stands: (alias: string) => Sql): Sql =>
  sql`select coalesce(sum(sums.patches), 0)::int4 as matched from land.cell_sum sums where sums.county = ${county} and ${stands('sums')}`
