import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { type Sheet as OutSheet, writeXlsx } from '@dishu/formats/write/xlsx'
import { undoRevision } from '@dishu/kernel/records/records.store'
import { orRefused } from '@dishu/server-kit/http'
import type { Db } from '@dishu/server-kit/sql'
import { inRolledBackTransaction } from '@dishu/testkit/rollback'
import { WATER } from './invented.testing.ts'
import { readWorkbook, writeWorkbook } from './water.exchange.ts'
import { recordChanges } from './water.jobs.ts'
import { hasWater, readWater } from './water.store.ts'
import { decideChanges, NO_WATER, rowsOf, SHEET_IDS, type SheetChange, type Water, waterKinds } from './water.ts'

const COUNTY = '220898'
const NOW = new Date('2026-05-01T02:00:00Z')
const today = { day: '2026-05-01' as Day, rev: null }
const all = (water: Water): SheetChange[] => SHEET_IDS.map((sheet) => ({ sheet, put: rowsOf(water, sheet), remove: [] }))
const record = async (db: Db, changes: readonly SheetChange[], more: { validFrom?: Day; now?: Date; expected?: number } = {}) => {
  const { validFrom = '2026-05-01' as Day, now = NOW, ...rest } = more
  const decided = orRefused(decideChanges(await readWater(db, COUNTY, { day: validFrom, rev: null }), changes))
  return recordChanges(db, COUNTY, decided, { kinds: waterKinds, actor: 'test', reason: 'test', now, validFrom, ...rest })
}
/** Rows of each sheet by their keys: the order is the database's. */
const sorted = (water: Water) =>
  Object.fromEntries(
    Object.entries(water).map(([name, rows]) => [name, rows.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort()]),
  )
const line = [
  [123, 45.6],
  [123.05, 45.605],
  [123.1, 45.6],
] as const
const outline = [
  [
    [
      [123, 45],
      [123.1, 45],
      [123.1, 45.1],
      [123, 45],
    ],
  ],
] as const
const FULL: Water = {
  ...WATER,
  // more digits than a person writes, and an area that is no whole number of mu
  nodes: WATER.nodes.map((node) => ({ ...node, lat: node.lat + 1e-13 })),
  plantings: WATER.plantings.map((planting) => ({ ...planting, areaM2: (1234.57 * 2000) / 3 })),
  reaches: WATER.reaches.map((reach) => (reach.reachId === 'HJ' ? { ...reach, line } : reach)),
  districts: WATER.districts.map((district) => (district.districtId === 'DA' ? { ...district, outline } : district)),
  storages: [{ sourceId: 'river', storage: 1_234_567.8, lossShare: 0.03, mark: 'invented', origin: 'test' }],
  drainages: [{ districtId: 'DA', nodeId: 'O', drainedShare: 0.35, saltKgPerM3: 3.2, mark: 'invented', origin: 'test' }],
  settings: [{ name: 'effective-rain', value: 'share', amount: 0.8, mark: 'invented', origin: 'test' }],
}

test('what is recorded is read again whole, shapes and twelve months included', () =>
  inRolledBackTransaction(async (db) => {
    assert.equal(await hasWater(db, COUNTY), false)
    const { rev, made } = await record(db, all(FULL))
    assert.equal(rev, 1)
    assert.equal(
      made,
      Object.values(FULL).reduce((sum, rows) => sum + rows.length, 0),
    )
    assert.equal(await hasWater(db, COUNTY), true)
    assert.deepEqual(sorted(await readWater(db, COUNTY, today)), sorted(FULL))
    assert.deepEqual(await readWater(db, '220897', today), NO_WATER)
  }))

test('a change is one revision that keeps both clocks: the day it holds from, and what was known before', () =>
  inRolledBackTransaction(async (db) => {
    await record(db, all(FULL))
    const canal = FULL.reaches[0]
    await record(db, [{ sheet: 'reach', put: [{ ...canal, efficiency: 0.7 }], remove: [] }], { validFrom: '2026-07-01' as Day })
    const efficiency = async (day: string, rev: number | null) =>
      (await readWater(db, COUNTY, { day: day as Day, rev })).reaches.find(({ reachId }) => reachId === canal.reachId)?.efficiency
    assert.equal(await efficiency('2026-06-30', null), 0.9)
    assert.equal(await efficiency('2026-07-01', null), 0.7)
    assert.equal(await efficiency('2026-07-01', 1), 0.9)
    // a change of an earlier day takes the later one with it
    await record(db, [{ sheet: 'reach', put: [], remove: [canal.reachId] }], { validFrom: '2026-06-01' as Day })
    assert.equal(await efficiency('2026-07-01', null), undefined)
    assert.equal(await efficiency('2026-05-31', null), 0.9)
    // and comes back with an undo
    const undone = await undoRevision(db, COUNTY, 3, waterKinds, { actor: 'test', reason: 'test', now: NOW }, async () => {})
    assert.ok(undone.ok)
    assert.equal(await efficiency('2026-07-01', null), 0.7)
  }))

test('nothing to change, and a register that has moved on, are refused', () =>
  inRolledBackTransaction(async (db) => {
    await record(db, all(FULL))
    const code = (wanted: string) => (fault: unknown) => fault instanceof Refused && fault.refusal.code === wanted
    await assert.rejects(record(db, all(FULL)), code('water/nothing-changed'))
    await assert.rejects(record(db, [{ sheet: 'node', put: [], remove: ['O'] }], { expected: 0 }), code('records/register-moved'))
  }))

test('a negative quota does not get past the table either', () =>
  inRolledBackTransaction(async (db) => {
    const decided = [{ sheet: 'quota' as const, added: [{ ...WATER.quotas[0], m3PerMu: -1 }], changed: [], removed: [], same: 0 }]
    await assert.rejects(
      recordChanges(db, COUNTY, decided, { kinds: waterKinds, actor: 'test', reason: 'test', now: NOW }),
      /water_quota_is_not_negative/,
    )
  }))

for (const language of ['zh', 'en'] as const)
  test(`the filled template (${language}) brings back the very same rows, and the empty one none`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dishu-water-test-'))
    try {
      const path = join(folder, 'water.xlsx')
      await writeWorkbook(path, language, FULL, 'test')
      const decided = decideChanges(FULL, await readWorkbook(path, 'water.xlsx', true))
      assert.ok(decided.ok, JSON.stringify(decided))
      assert.deepEqual(
        decided.value.map(({ added, changed, removed }) => [added, changed, removed]),
        SHEET_IDS.map(() => [[], [], []]),
      )
      await writeWorkbook(path, language, null, 'test')
      assert.deepEqual(await readWorkbook(path, 'water.xlsx', false), [])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

test('a workbook that is wrong is refused with sheet, row and column; nothing of it is taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dishu-water-test-'))
  try {
    const path = join(folder, 'bad.xlsx')
    const sheet = (name: string, names: readonly string[], rows: readonly (readonly (string | number | null)[])[]): OutSheet => ({
      name,
      fields: names.map((each) => ({ name: each, type: 'text', width: 10 })),
      rows: rows.map((values) => ({ values })),
    })
    const head = ['作物', '分区', '年型', '灌溉方式', '土质', '取值', '口径', '定额（m³/亩）', '把握', '出处']
    await writeXlsx(path, [
      sheet('用水定额', head, [
        ['rice', 'z1', 'P75', '渠灌', '', '通用值', '净定额', 500, '官方', ''],
        ['rice', 'z1', 'P99', '渠灌', '', '通用值', '净定额', 500, '官方', ''],
        ['rice', 'z1', 'P50', '渠灌', '', '通用值', '净定额', -3, '官方', ''],
        ['rice', 'z1', 'P90', '渠灌', '', '通用值', '净定额', '约五百', '官方', ''],
        ['rice', 'z1', 'P75', '渠灌', '', '通用值', '净定额', 510, '官方', ''],
      ]),
    ])
    const decided = decideChanges(NO_WATER, await readWorkbook(path, 'bad.xlsx', false))
    assert.ok(!decided.ok && decided.refusal.code === 'water/rows-refused')
    assert.deepEqual(
      decided.refusal.details.rows.map(({ sheet, row, field, code }) => [sheet, row, field, code]),
      [
        ['quota', 3, 'yearType', 'not-a-choice'],
        ['quota', 4, 'm3PerMu', 'out-of-range'],
        ['quota', 5, 'm3PerMu', 'not-a-number'],
        ['quota', 6, 'crop', 'twice'],
      ],
    )
    await writeXlsx(path, [sheet('用水定额', head.slice(0, 5), [['rice', 'z1', 'P75', '渠灌', '']])])
    await assert.rejects(
      readWorkbook(path, 'bad.xlsx', false),
      (fault) => fault instanceof Refused && fault.refusal.code === 'water/no-columns',
    )
    await writeXlsx(path, [sheet('别的', ['甲', '乙'], [['1', '2']])])
    await assert.rejects(
      readWorkbook(path, 'bad.xlsx', false),
      (fault) => fault instanceof Refused && fault.refusal.code === 'water/no-sheet',
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
