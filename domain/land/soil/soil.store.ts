import type { Day } from '@dishu/base/date'
import { type Db, type Sql, sql } from '@dishu/server-kit/sql'
import type { Scheme } from './schemes.data.ts'
import { type CountyGrading, USUAL_MAP_RULE } from './schemes.ts'
import { DEFAULT_GRADING, type GradingConfig } from './soil.ts'

type GradingRow = {
  readonly id: number
  readonly scheme: string
  readonly depthFromCm: number
  readonly depthToCm: number
  readonly season: CountyGrading['season']
  readonly rule: CountyGrading['rule']
  readonly conversion: string | null
  readonly mapRule: CountyGrading['map']['rule']
  readonly mapShare: number
}

const known = (rev: number | null): Sql =>
  rev === null ? sql`until is null` : sql`since <= ${rev}::int4 and (until is null or until > ${rev}::int4)`

/** The row of the county's choice, now or as it was known at a revision; null where it had not chosen. */
export const readGradingRow = (db: Db, county: string, rev: number | null = null) => db.maybe<GradingRow>`
  select id, scheme, depth_from_cm as "depthFromCm", depth_to_cm as "depthToCm", season, rule, conversion, map_rule as "mapRule", map_share as "mapShare"
  from land.grading where county = ${county} and ${known(rev)} order by id desc limit 1`

/** How the county grades: its choice in the register, else the setting of its office, else the default. */
export const readGrading = async (db: Db, county: string, rev: number | null = null): Promise<CountyGrading> => {
  const row = await readGradingRow(db, county, rev)
  if (row === null) {
    const set = await db.maybe<{ value: GradingConfig }>`select value from ops.setting_now where county = ${county} and name = 'grading'`
    return { ...DEFAULT_GRADING, ...set?.value, map: USUAL_MAP_RULE, own: null }
  }
  const { mapRule, mapShare, id: _, ...grading } = row
  const own = (await readOwnSchemes(db, county, rev)).find(({ id }) => id === grading.scheme)
  return { ...grading, map: { rule: mapRule, share: mapShare }, own: own ? own.scheme : null }
}

export type OwnScheme = { readonly row: number; readonly id: string; readonly copiedFrom: string | null; readonly scheme: Scheme }

/** Schemes that the county wrote, as they stand now, or stood at a revision. */
export const readOwnSchemes = async (db: Db, county: string, rev: number | null = null): Promise<OwnScheme[]> =>
  (
    await db.all<{
      row: number
      schemeId: string
      zh: string
      en: string
      region: string
      source: string
      mark: Scheme['mark']
      readOn: Day
      typed: Scheme['typed']
      indicators: Scheme['indicators']
      note: string
      copiedFrom: string | null
    }>`select id as row, scheme_id as "schemeId", name_zh as zh, name_en as en, region, source, mark, read_on as "readOn", typed, indicators, note,
        copied_from as "copiedFrom" from land.grading_scheme where county = ${county} and ${known(rev)} order by id`
  ).map(({ row, schemeId: id, copiedFrom, ...scheme }) => ({ row, id, copiedFrom, scheme: { id, ...scheme } }))

/** Whether a revision changed how the county grades: then every patch is graded anew. */
export const gradingChanged = async (db: Db, county: string, rev: number): Promise<boolean> =>
  (
    await db.one<{
      changed: boolean
    }>`select exists (select from land.grading where county = ${county} and (since = ${rev} or until = ${rev}))
      or exists (select from land.grading_scheme where county = ${county} and (since = ${rev} or until = ${rev})) as changed`
  ).changed
