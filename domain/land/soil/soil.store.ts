import type { Db } from '@dishu/server-kit/sql'
import { DEFAULT_GRADING, type GradingConfig } from './soil.ts'

/** How the county grades its patches: its own choice, else the default. */
export const readGrading = async (db: Db, county: string): Promise<GradingConfig> => {
  const own = await db.maybe<{ value: GradingConfig }>`select value from ops.setting_now where county = ${county} and name = 'grading'`
  return own ? { ...DEFAULT_GRADING, ...own.value } : DEFAULT_GRADING
}
