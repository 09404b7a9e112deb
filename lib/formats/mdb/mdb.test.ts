import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import type { Source } from '../layers.ts'
import { type JetTable, jetOf, PAGE } from './mdb.testing.ts'
import { openMdb } from './mdb.ts'

const folder = mkdtempSync(join(tmpdir(), 'mdb-test-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `t${++files}.mdb`)
  writeFileSync(path, bytes)
  return path
}

const refused = (code: string) => (error: unknown) => error instanceof Refused && error.refusal.code === code

async function rowsOf(source: Source, layer = 0) {
  const rows: unknown[][] = []
  for await (const batch of source.read(layer))
    for (let i = 0; i < batch.rows.length; i++) rows.push([batch.rows[i], ...batch.columns.map((column) => column[i])])
  return rows
}

// ── What is read of it ──

const contractors: JetTable = {
  name: '承包方',
  columns: [
    ['CBFBM', 'text'],
    ['人数', 'long'],
    ['面积', 'double'],
    ['日期', 'date'],
    ['在册', 'bool'],
    ['金额', 'currency'],
    ['备注', 'memo'],
    ['照片', 'ole'],
  ],
  rows: [
    ['220899101201010001', 4, 12.5, 45_000, true, 1234.5, '盐碱地 二亩', Buffer.alloc(7)],
    ['007', null, null, 45_000.75, false, null, null, null],
  ],
}

test('an Access table: texts, numbers, dates, money, memos; objects by their length', async () => {
  const source = await openMdb(fileOf(jetOf([contractors])))
  const [layer] = source.layers
  assert.deepEqual([source.layers.length, layer.name, layer.rowCount], [1, '承包方', 2])
  assert.deepEqual(
    layer.fields.map(({ type }) => type),
    ['text', 'number', 'number', 'date', 'boolean', 'number', 'text', 'bytes'],
  )
  assert.deepEqual(
    layer.notes.map(({ code }) => code),
    ['formats/mdb-bytes-not-read'],
  )
  assert.deepEqual(await rowsOf(source), [
    [1, '220899101201010001', 4, 12.5, '2023-03-15', true, 1234.5, '盐碱地 二亩', 7],
    [2, '007', null, null, '2023-03-15T18:00:00', false, null, null, null],
  ])
})

test('several tables, rows over many pages, in order', async () => {
  const many: JetTable = {
    name: 'DK',
    columns: [
      ['BSM', 'long'],
      ['DKBM', 'text'],
    ],
    rows: Array.from({ length: 2500 }, (_, i) => [i, `D${i}`]),
  }
  const source = await openMdb(fileOf(jetOf([contractors, many])))
  assert.deepEqual(
    source.layers.map(({ name, rowCount }) => [name, rowCount]),
    [
      ['承包方', 2],
      ['DK', 2500],
    ],
  )
  const rows = await rowsOf(source, 1)
  assert.deepEqual(
    rows,
    many.rows.map(([a, b], i) => [i + 1, a, b]),
  )
})

test('no Access file, a torn one, an empty one, one too large, one without tables: each refused as what it is', async () => {
  const whole = jetOf([contractors])
  await assert.rejects(openMdb(fileOf(Buffer.from('hello'))), refused('formats/mdb-damaged'))
  await assert.rejects(openMdb(fileOf(Buffer.alloc(0))), refused('formats/text-is-empty'))
  await assert.rejects(openMdb(fileOf(whole.subarray(0, 3 * PAGE))), refused('formats/mdb-damaged'))
  await assert.rejects(openMdb(fileOf(jetOf([]))), refused('formats/mdb-no-tables'))
  const large = fileOf(whole)
  truncateSync(large, 2 ** 30 + 1)
  await assert.rejects(openMdb(large), refused('formats/mdb-too-large'))
})

test('whatever byte is wrong, the answer is rows or a refusal, never a fault', async () => {
  const whole = jetOf([contractors])
  let seed = 5
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  const outcomes = { read: 0, refused: 0 }
  for (let n = 0; n < 300; n++) {
    const bytes = Buffer.from(whole)
    // the pages of the table's definition and data; a cyclic chain of definition pages would need the process's limits
    const at = (n % 2 ? 5 : 7) * PAGE + random(240)
    if (at >= 5 * PAGE + 4 && at < 5 * PAGE + 8) continue
    bytes[n % 2 ? at : 8 * PAGE - 1 - random(200)] ^= 1 << random(8)
    try {
      await rowsOf(await openMdb(fileOf(bytes)))
      outcomes.read++
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      outcomes.refused++
    }
  }
  assert.ok(outcomes.read > 0 && outcomes.refused > 0, JSON.stringify(outcomes))
})
