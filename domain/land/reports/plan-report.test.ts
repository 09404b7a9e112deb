/** The plan's report over invented figures: what it says is what the result says, and its rows add up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import type { ReportWords, StateFacts } from './facts.ts'
import { FigureBook } from './figures.ts'
import { type PlanFacts, planReport, yuan } from './plan-report.ts'
import { type ReportRequest, requestFrom } from './reports.ts'

const stated = requestFrom({ template: 'plan', result: 'R1' }, '220899', 'zh')
assert.ok(stated.ok)
const REQUEST: ReportRequest = stated.value
const WORDS: ReportWords = {
  language: 'zh',
  mu: (area) => String(area),
  muParts: (areas) => areas.map(String),
  shares: (areas) => areas.map(String),
  count: String,
  nameOf: (_, value) => value,
  colourOf: () => '#000000',
  isHatched: () => false,
  ruleName: (rule) => rule,
  severityName: (severity) => severity,
}
const FACTS: StateFacts = {
  ...{
    county: '220899',
    countyName: '试县',
    within: '220899',
    areaName: '试县',
    day: '2026-05-31' as Day,
    known: 3,
    knownAt: '2026-06-01T00:00:00Z',
    hash: 'ab'.repeat(32),
  },
  ...{
    baseline: null,
    synthetic: true,
    scheme: '',
    mapApproval: null,
    rows: [],
    areas: [],
    intervals: [],
    unplaced: { contracts: 0, area: 0 },
  },
  ...{ quality: { checkedRev: null, findings: [] }, exceptions: [], sources: [], changes: null },
}
const land = [
  {
    town: '220899101',
    year: 2027,
    option: 'a/b',
    patches: 2,
    areaM2: 2000,
    benefitFen: 150_000,
    costFen: 100_001,
    grainKg: 900,
    waterM3: 400,
  },
  {
    town: '220899102',
    year: 2027,
    option: 'a/c',
    patches: 1,
    areaM2: 1000,
    benefitFen: 50_000,
    costFen: 40_002,
    grainKg: 300,
    waterM3: 100,
  },
  {
    town: '220899101',
    year: 2028,
    option: 'a/b',
    patches: 3,
    areaM2: 4000,
    benefitFen: 250_000,
    costFen: 200_003,
    grainKg: 1500,
    waterM3: 700,
  },
]
const PLAN: PlanFacts = {
  ...{
    key: 'R1',
    scenario: 'S1',
    title: '试',
    rev: 3,
    day: '2026-05-31',
    sha256: 'cd'.repeat(32),
    author: '李某',
    solver: 'highs',
    findings: [],
  },
  terms: {
    ...{
      within: '220899',
      classes: [],
      years: [2027, 2028],
      yearTypes: [{ id: 'P75', probability: 1 }],
      choice: 'expected',
      objective: 'npv',
      floors: [],
      budgets: [],
      targets: [],
      locks: [],
    },
    ...{ capacity: [], works: [], blockM2: null, presentFields: 'first', seed: 7, gap: 0 },
  },
  figures: {
    ...{
      status: 'optimal',
      stopped: false,
      objective: 450_000,
      bound: 450_000,
      gap: 0,
      violation: 0,
      opened: {},
      screening: [],
      curve: [],
      conflict: null,
    },
    totals: { npvFen: 450_000, areaM2: 7000, grainKg: 2700, waterM3: 1200, costFen: 340_006, chosen: 6, planned: 9, patches: 20 },
    ...{ land, sensitivity: [{ what: 'water', change: -0.1, benefit: 440_000, bound: 440_000, gap: 0 }] },
    water: [
      { id: 'main', year: 2028, yearType: 'P75', month: 5, planM3: 700, presentM3: 100, limitM3: 900 },
      { id: 'main', year: 2028, yearType: 'P75', month: 6, planM3: 500, presentM3: 50, limitM3: 900 },
    ],
    money: [
      { source: '甲', year: 2027, budgetFen: 200_000, paidFen: 140_003 },
      { source: '甲', year: 2028, budgetFen: 200_000, paidFen: 200_000 },
      { source: '乙', year: 2028, budgetFen: 100, paidFen: 3 },
    ],
    worth: [{ limit: 'money/2028/甲', kind: 'money', target: false, stated: 200_000, used: 200_000, price: 1.25, more: null, less: null }],
  },
  townName: (code) => `镇${code.slice(-3)}`,
  optionName: (id) => id,
  thingName: (id) => (id === 'main' ? '总干渠' : id),
}
const book = new FigureBook('P1', { day: '2026-05-31', known: 3, baseline: null })
const { blocks, title, band, footer } = planReport(REQUEST, FACTS, PLAN, WORDS, book, null)
const tables = blocks.filter((block) => block.kind === 'table')
const text = JSON.stringify(blocks)

test('it says what the result says, and from which result', () => {
  assert.equal(title, '试县盐碱地综合利用规划报告')
  assert.match(footer, /R1.*S1/)
  assert.match(band ?? '', /SYNTHETIC/)
  for (const words of ['10.50', '3,400.06', '4,500.00', '已证明最优', '总干渠', '枯水年']) assert.ok(text.includes(words), words)
})

test('years, towns and options each come to the whole, in fen', () => {
  const numberOf = (cell: string) => Math.round(Number(cell.replaceAll(',', '')) * 100)
  for (const caption of ['全域分年安排', '分措施']) {
    const table = tables.find((each) => each.caption === caption)
    assert.ok(table)
    const rows = table.rows.map(({ cells }) => numberOf(cells[3]))
    assert.equal(
      rows.slice(0, -1).reduce((sum, each) => sum + each, 0),
      rows.at(-1),
      caption,
    )
    assert.equal(rows.at(-1), 340_006)
  }
  const towns = tables.find((each) => each.caption === '分乡镇分年安排')
  assert.deepEqual(
    towns?.rows.map(({ cells }) => cells[0]),
    ['镇101', '2027', '2028', '镇102', '2027', '合计'],
  )
})

test('water: a canal’s months come to its year; money: what is used and left is the budget', () => {
  const water = tables.find((each) => each.caption.includes('渠系逐月'))
  assert.deepEqual(water?.rows[0].cells, ['总干渠', '规划', '700', '500', '1,200'])
  const money = tables.find((each) => each.caption.includes('资金'))
  assert.deepEqual(money?.rows.at(-1)?.cells, ['合计', yuan(400_100), yuan(340_006), yuan(60_094)])
})

test('every figure of a table has a code that names its part of the result', () => {
  for (const { code, question } of book.figures) {
    assert.match(code, /^P1-[0-9A-Z]{6}$/)
    assert.ok(question.of === 'plan' && question.result === 'R1')
  }
  for (const { caption, rows } of tables)
    if (!/提示|浮动/.test(caption)) for (const row of rows) assert.ok(row.code, `${caption} ${row.cells[0]}`)
})
