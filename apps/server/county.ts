/** What the program knows of a county beside its register: how it grades, whether it is an invented one. */
import { type Day, dayOf } from '@dishu/base/date'
import type { Language } from '@dishu/base/refusal'
import { readSetting } from '@dishu/kernel/intake/intake.store'
import type { CountyContext } from '@dishu/land/count/count.routes'
import { vocabulary } from '@dishu/land/quality/quality'
import { type GradingConfig, schemeIn } from '@dishu/land/soil/soil'
import { readGrading } from '@dishu/land/soil/soil.store'
import type { Db } from '@dishu/server-kit/sql'

/** The code that no county has and the sample uses: whatever stands under it is invented. */
export const SAMPLE_COUNTY = '220899'

export const isSynthetic = async (db: Db, county: string): Promise<boolean> =>
  county === SAMPLE_COUNTY || (await readSetting<boolean>(db, county, 'synthetic'))?.value === true

export type KnownCounty = CountyContext & { readonly grading: GradingConfig }

export async function contextOf(db: Db, county: string, now: Date, language: Language): Promise<KnownCounty> {
  const grading = await readGrading(db, county)
  const words = vocabulary(language)
  const season = words.seasons.find(({ id }) => id === grading.season)?.name ?? grading.season
  const rule = words.gradingRules.find(({ id }) => id === grading.rule)?.name ?? grading.rule
  const scheme = schemeIn(grading)
  return {
    today: dayOf(now) as Day,
    synthetic: await isSynthetic(db, county),
    scheme: {
      id: grading.scheme,
      name: scheme?.[language] ?? grading.scheme,
      depth: `${grading.depthFromCm}–${grading.depthToCm} cm`,
      season,
      rule,
    },
    grading,
  }
}
