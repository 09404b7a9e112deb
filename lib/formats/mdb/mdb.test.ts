import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import type { Source } from '../layers.ts'
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

// ── A Jet 4 database written by hand, from the page layouts in mdbtools' HACKING ──

const PAGE = 4096
const TYPE = { bool: 1, short: 3, long: 4, currency: 5, double: 7, date: 8, text: 10, ole: 11, memo: 12 } as const
type Kind = keyof typeof TYPE
const WIDTH: Partial<Record<Kind, number>> = { bool: 0, short: 2, long: 4, currency: 8, double: 8, date: 8 }
type Cell = string | number | boolean | Buffer | null
type JetTable = { name: string; columns: readonly (readonly [name: string, kind: Kind])[]; rows: readonly (readonly Cell[])[] }

const utf16 = (text: string) => Buffer.from(text, 'utf16le')

function fixedBytes(kind: Kind, cell: Cell): Buffer {
  const bytes = Buffer.alloc(WIDTH[kind]!)
  if (kind === 'short') bytes.writeInt16LE(Number(cell))
  else if (kind === 'long') bytes.writeInt32LE(Number(cell))
  else if (kind === 'currency') bytes.writeBigInt64LE(BigInt(Math.round(Number(cell) * 10_000)))
  else if (kind !== 'bool') bytes.writeDoubleLE(Number(cell))
  return bytes
}

function variableBytes(kind: Kind, cell: Cell): Buffer {
  const bytes = Buffer.isBuffer(cell) ? cell : utf16(String(cell))
  if (kind === 'text') return bytes
  const head = Buffer.alloc(12) // kept in the row itself
  head.writeUInt32LE((0x80000000 | bytes.length) >>> 0)
  return Buffer.concat([head, bytes])
}

function record({ columns }: JetTable, row: readonly Cell[]): Buffer {
  const count = Buffer.alloc(2)
  count.writeUInt16LE(columns.length)
  const nulls = Buffer.alloc(Math.ceil(columns.length / 8))
  const fixed: Buffer[] = []
  const variable: Buffer[] = []
  columns.forEach(([, kind], i) => {
    const present = kind === 'bool' ? row[i] === true : row[i] !== null
    if (present) nulls[i >> 3] |= 1 << (i & 7)
    if (kind in WIDTH) fixed.push(present || kind === 'bool' ? fixedBytes(kind, row[i]) : Buffer.alloc(WIDTH[kind]!))
    else variable.push(present ? variableBytes(kind, row[i]) : Buffer.alloc(0))
  })
  const offsets: number[] = []
  let at = 2 + Buffer.concat(fixed).length
  for (const bytes of variable) {
    offsets.push(at)
    at += bytes.length
  }
  const tail = Buffer.alloc(2 * (offsets.length + 2))
  ;[at, ...offsets.toReversed(), offsets.length].forEach((value, i) => {
    tail.writeUInt16LE(value, 2 * i)
  })
  return Buffer.concat([count, ...fixed, ...variable, tail, nulls])
}

function dataPage(owner: number, records: readonly Buffer[]): Buffer {
  const page = Buffer.alloc(PAGE)
  page.writeUInt16LE(0x0101)
  page.writeUInt32LE(owner, 4)
  page.writeUInt16LE(records.length, 12)
  let at = PAGE
  records.forEach((bytes, i) => {
    at -= bytes.length
    bytes.copy(page, at)
    page.writeUInt16LE(at, 14 + 2 * i)
  })
  return page
}

function definitionPage(table: JetTable, usageMap: number): Buffer {
  const page = Buffer.alloc(PAGE)
  page.writeUInt16LE(0x0102)
  page.writeUInt32LE(table.rows.length, 16)
  page.writeUInt16LE(table.columns.filter(([, kind]) => !(kind in WIDTH)).length, 43)
  page.writeUInt16LE(table.columns.length, 45)
  page.writeUInt32LE(usageMap << 8, 55)
  let fixed = 0
  let variable = 0
  let at = 63
  table.columns.forEach(([, kind], i) => {
    const width = WIDTH[kind]
    page[at] = TYPE[kind]
    page[at + 5] = i
    page.writeUInt16LE(width === undefined ? variable++ : 0, at + 7)
    page[at + 15] = width === undefined ? 2 : 3
    page.writeUInt16LE(fixed, at + 21)
    page.writeUInt16LE(width ?? 100, at + 23)
    fixed += width ?? 0
    at += 25
  })
  for (const [name] of table.columns) {
    page.writeUInt16LE(utf16(name).length, at)
    utf16(name).copy(page, at + 2)
    at += 2 + utf16(name).length
  }
  return page
}

function mapPage(pages: readonly number[]): Buffer {
  const map = Buffer.alloc(69)
  for (const page of pages) map[5 + (page >> 3)] |= 1 << (page & 7)
  return dataPage(0, [map])
}

/** RC4 of zeros: what a header of zeros looks like in the file. */
function headerMask(): Buffer {
  const key = [0xc7, 0xda, 0x39, 0x6b]
  const s = Uint8Array.from({ length: 256 }, (_, i) => i)
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i] + key[i % 4]) & 255
    ;[s[i], s[j]] = [s[j], s[i]]
  }
  const out = Buffer.alloc(128)
  for (let n = 0, i = 0, j = 0; n < 128; n++) {
    i = (i + 1) & 255
    j = (j + s[i]) & 255
    ;[s[i], s[j]] = [s[j], s[i]]
    out[n] = s[(s[i] + s[j]) & 255]
  }
  return out
}

function jetOf(tables: readonly JetTable[]): Buffer {
  const header = Buffer.alloc(PAGE)
  header.writeUInt32LE(0x100)
  header.write('Standard Jet DB', 4)
  header[0x14] = 1
  headerMask().copy(header, 0x18)
  const pages: Buffer[] = [header, Buffer.alloc(PAGE)]
  const catalogue: JetTable = {
    name: 'MSysObjects',
    columns: [
      ['Id', 'long'],
      ['Name', 'text'],
      ['Type', 'short'],
      ['Flags', 'long'],
    ],
    rows: [[2, 'MSysObjects', 1, 2], ...tables.map((table, i) => [5 + 40 * i, table.name, 1, 0])],
  }
  const put = (table: JetTable, at: number) => {
    const records = table.rows.map((row) => record(table, row))
    const chunks: Buffer[][] = [[]]
    let used = 0
    for (const bytes of records) {
      used += bytes.length + 2
      if (used > PAGE - 20) {
        chunks.push([])
        used = bytes.length + 2
      }
      chunks.at(-1)!.push(bytes)
    }
    pages[at] = definitionPage(table, at + 1)
    pages[at + 1] = mapPage(chunks.map((_, i) => at + 2 + i))
    for (const [i, chunk] of chunks.entries()) pages[at + 2 + i] = dataPage(at, chunk)
  }
  put(catalogue, 2)
  for (const [i, table] of tables.entries()) put(table, 5 + 40 * i)
  return Buffer.concat(Array.from(pages, (page) => page ?? Buffer.alloc(PAGE)))
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
