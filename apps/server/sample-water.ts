/** The invented water of the sample county goes into the ledger as an office's own would. */
import type { Day } from '@dishu/base/date'
import type { Language } from '@dishu/base/refusal'
import type { SampleCounty } from '@dishu/land/sample/sample'
import { drawWater } from '@dishu/land/sample/water'
import { decideChanges, NO_WATER, rowsOf, SHEET_IDS } from '@dishu/land/water/water'
import { recordChanges } from '@dishu/land/water/water.jobs'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { KINDS } from './parts.ts'

/** Registers sources, network, districts, quotas and climate of a sample county: one revision. */
export async function loadSampleWater(
  app: App,
  county: SampleCounty,
  { language = 'zh' }: { readonly language?: Language } = {},
): Promise<void> {
  const water = drawWater(county)
  const changes = SHEET_IDS.map((sheet) => ({ sheet, put: rowsOf(water, sheet), remove: [] }))
  const decided = orRefused(decideChanges(NO_WATER, changes))
  const reason = language === 'zh' ? '示例水资源（虚构数据）' : 'Sample water (synthetic data)'
  await transaction(
    app.pool,
    (db) =>
      recordChanges(db, county.code, decided, {
        kinds: KINDS,
        actor: app.actor,
        reason,
        now: new Date(),
        what: 'write',
        validFrom: '2024-12-31' as Day,
      }),
    { actor: app.actor },
  )
}
