import type { Day } from '@dishu/base/date'
import type { Db } from '@dishu/server-kit/sql'

/** The day from which the county's survey holds; null before any patch is there. */
export const readSurveyDay = async (db: Db, county: string): Promise<Day | null> =>
  (await db.one<{ day: Day | null }>`select max(valid_from) as day from land.patch_now where county = ${county}`).day
