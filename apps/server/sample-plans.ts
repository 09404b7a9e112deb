/** Two invented scenarios of the sample county. They are solved by the server when it has started, so that the first start waits for nothing. */
import type { Language } from '@dishu/base/refusal'
import { beginTask } from '@dishu/land/plan/plan-tasks.jobs'
import { PLAIN_TERMS, type PlanTerms } from '@dishu/land/plan/scenarios'
import { writeScenario } from '@dishu/land/plan/scenarios.jobs'
import type { SampleCounty } from '@dishu/land/sample/sample'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { KINDS } from './parts.ts'

const YEARS = [2027, 2028, 2029]
const MU = 2000 / 3
/** 元 rounded up to whole thousands, in 分. */
const thousands = (yuan: number) => Math.ceil(yuan / 1000) * 100_000

/** Money of two invented sources, one of which pays materials alone; dry years. */
const terms = (county: string, scale: number): PlanTerms => ({
  ...PLAIN_TERMS,
  ...{
    within: county,
    classes: [],
    years: YEARS,
    yearTypes: [{ id: 'P75', probability: 1 }],
    floors: [],
    targets: [],
    locks: [],
    works: [],
    blockM2: null,
  },
  budgets: YEARS.flatMap((year) => [
    { source: '示例专项', year, fen: thousands(scale * 150_000), scopes: [] },
    { source: '示例材料补助', year, fen: thousands(scale * 60_000), scopes: ['material'] },
  ]),
  capacity: YEARS.map((year) => ({ year, m2: Math.max(50, Math.round(scale * 2000)) * MU })),
})

export async function loadSamplePlans(
  app: App,
  county: SampleCounty,
  { language = 'zh' }: { readonly language?: Language } = {},
): Promise<void> {
  const zh = language === 'zh'
  const scale = county.patches.length / 20_000
  const who = { actor: app.actor, now: new Date() }
  const write = (title: string, notes: string, of: PlanTerms) =>
    transaction(app.pool, (db) => writeScenario(db, county.code, KINDS, { key: null, title, notes, terms: of }, who), { actor: app.actor })
  const { key } = await write(
    zh ? '示例：枯水年三年治理' : 'Sample: three dry years',
    zh ? '虚构示例：资金、施工能力均为编造，不得引用。' : 'Invented: money and contractors are made up, not to be cited.',
    terms(county.code, scale),
  )
  await write(
    zh ? '示例：资金减半' : 'Sample: half the money',
    zh ? '虚构示例：与上一方案对比。' : 'Invented: to be held against the other.',
    { ...terms(county.code, scale), budgets: terms(county.code, scale / 2).budgets },
  )
  await beginTask(app, county.code, { scenario: key, what: 'solve', request: {} }, who)
}
