import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import ExcelJS from 'exceljs'
import { billionLaughs, workbookOf } from '../bombs.testing.ts'
import type { Source } from '../layers.ts'
import { dateText, shapeOfFormat, shiftFormula } from './cells.ts'
import { openXlsx } from './xlsx.ts'

const folder = mkdtempSync(join(tmpdir(), 'xlsx-test-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0

function open(bytes: Uint8Array, options = {}): Promise<Source> {
  const path = join(folder, `t${++files}.xlsx`)
  writeFileSync(path, bytes)
  return openXlsx(path, options)
}

async function rowsOf(source: Source, layer = 0) {
  const rows: unknown[][] = []
  for await (const batch of source.read(layer)) {
    for (let i = 0; i < batch.rows.length; i++) rows.push([batch.rows[i], ...batch.columns.map((column) => column[i])])
  }
  return rows
}

const refused = (code: string) => (error: unknown) => error instanceof Refused && error.refusal.code === code
const names = (source: Source, layer = 0) => source.layers[layer].fields.map(({ name }) => name)
const types = (source: Source) => source.layers[0].fields.map(({ type }) => type)
const codes = (source: Source) => source.layers[0].notes.map(({ code }) => code)
const t = (text: string | number, ref = '') => `<c${ref && ` r="${ref}"`} t="inlineStr"><is><t>${text}</t></is></c>`
const n = (value: string | number, style = 0, ref = '') => `<c${ref && ` r="${ref}"`} s="${style}"><v>${value}</v></c>`
const row = (...cells: string[]) => `<row>${cells.join('')}</row>`
const styles = (...formats: (number | string)[]) => {
  const custom = formats.flatMap((format, i) =>
    typeof format === 'string' ? [`<numFmt numFmtId="${200 + i}" formatCode="${format.replaceAll('"', '&quot;')}"/>`] : [],
  )
  return `<styleSheet><numFmts>${custom.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${formats.map((f, i) => `<xf numFmtId="${typeof f === 'number' ? f : 200 + i}"/>`).join('')}</cellXfs></styleSheet>`
}

test('a workbook another program wrote comes back as it was', async () => {
  const book = new ExcelJS.Workbook()
  const soil = book.addWorksheet('土样')
  soil.addRow(['地块编码', 'pH', '采样日期', '合格', '备注'])
  soil.addRow(['2208991012010000001', 8.5, new Date(Date.UTC(2024, 3, 5)), true, { richText: [{ text: '轻' }, { text: '度' }] }])
  soil.addRow(['0012', 7, new Date(Date.UTC(2024, 11, 31)), false, null])
  soil.addRow([])
  soil.addRow(['x', 9.25, null, null, ' 空格 & <b>'])
  book.addWorksheet('空表')
  book.addWorksheet('村').addRows([['村'], ['甲村'], ['乙村']])
  const source = await open(Buffer.from(await book.xlsx.writeBuffer()))
  assert.deepEqual(
    source.layers.map(({ name, rowCount }) => [name, rowCount]),
    [
      ['土样', 3],
      ['村', 2],
    ],
  )
  assert.deepEqual(types(source), ['text', 'number', 'date', 'boolean', 'text'])
  assert.deepEqual(await rowsOf(source), [
    [2, '2208991012010000001', 8.5, '2024-04-05', true, '轻度'],
    [3, '0012', 7, '2024-12-31', false, null],
    [5, 'x', 9.25, null, null, ' 空格 & <b>'],
  ])
  assert.deepEqual(await rowsOf(source, 1), [
    [2, '甲村'],
    [3, '乙村'],
  ])
  await source.close()
})

test('titles and the reporting line above the heading are passed over and said', async () => {
  const source = await open(
    workbookOf({
      表:
        row(t('某县盐碱地登记表')) +
        row(t('填报单位：某局'), t('单位：亩', 'D2')) +
        row(t('序号'), t('村'), t('面积'), t('等级')) +
        row(n(1), t('甲村'), n(12.5), t('轻')),
    }),
  )
  assert.deepEqual(names(source), ['序号', '村', '面积', '等级'])
  assert.deepEqual(codes(source), ['formats/xlsx-rows-above-header'])
  assert.deepEqual(await rowsOf(source), [[4, 1, '甲村', 12.5, '轻']])
})

test('a heading of two rows with merged groups gives joined names', async () => {
  // 村 │   土壤   │ 面积
  //    │ pH  │ EC │
  const source = await open(
    workbookOf({
      表:
        row(t('调查表')) +
        row(t('村', 'A2'), t('土壤', 'B2'), t('面积', 'D2')) +
        row(t('pH', 'B3'), t('EC', 'C3')) +
        row(t('甲村'), n(8.1), n(0.4), n(3)) +
        row(t('乙村'), n(8), n(0.5), n(4)),
    }),
  )
  assert.deepEqual(names(source), ['村', '土壤_pH', '土壤_EC', '面积'])
  assert.ok(codes(source).includes('formats/xlsx-two-row-header'))
  assert.deepEqual((await rowsOf(source))[0], [4, '甲村', 8.1, 0.4, 3])
})

test('numbers without a heading get letters, and nothing is lost', async () => {
  const source = await open(workbookOf({ s: row(n(1), n(2)) + row(n(3), n(4)) }))
  assert.deepEqual(names(source), ['A', 'B'])
  assert.deepEqual(codes(source), ['formats/xlsx-no-header'])
  assert.deepEqual(await rowsOf(source), [
    [1, 1, 2],
    [2, 3, 4],
  ])
})

test('formulas are kept as text, shared ones written out, or their results taken', async () => {
  const sheet =
    row(t('m2'), t('亩')) +
    row(n(666.6667), '<c><f t="shared" ref="B2:B3" si="0">ROUND(A2/$A$2,2)&amp;"A2"</f><v>1</v></c>') +
    row(n(1333.3333), '<c><f t="shared" si="0"/><v>2</v></c>')
  const asText = await open(workbookOf({ s: sheet }))
  assert.deepEqual(await rowsOf(asText), [
    [2, 666.6667, '=ROUND(A2/$A$2,2)&"A2"'],
    [3, 1333.3333, '=ROUND(A3/$A$2,2)&"A2"'],
  ])
  assert.deepEqual(asText.layers[0].notes, [{ code: 'formats/xlsx-formulas-kept', details: { layer: 's', cells: 2, firstRow: 2 } }])
  const results = await open(workbookOf({ s: sheet }), { formulas: 'results' })
  assert.deepEqual(
    (await rowsOf(results)).map((r) => r[2]),
    [1, 2],
  )
  assert.deepEqual(codes(results), ['formats/xlsx-formula-results-taken'])
})

test('shifting a formula moves relative references only', () => {
  assert.equal(shiftFormula(`SUM($A1:B$2)+LOG10(C3)+'Q1 A1'!D4+"A1"`, 2, 1), `SUM($A3:C$2)+LOG10(D5)+'Q1 A1'!E6+"A1"`)
  assert.equal(shiftFormula('A1', -1, 0), '#REF!')
})

test('errors are null and counted; codes in the zero format keep their zeros; lost digits are said', async () => {
  const source = await open(
    workbookOf(
      {
        s:
          row(t('a'), t('b'), t('c')) +
          row('<c t="e"><v>#N/A</v></c>', n(123, 1), n('2.20882101201E+18')) +
          row(n(1), n(7, 1), n('220882101201000019')),
      },
      { styles: styles(0, '000000') },
    ),
  )
  assert.deepEqual(await rowsOf(source), [
    [2, null, '000123', '2208821012010000000'],
    [3, 1, '000007', '220882101201000019'],
  ])
  assert.deepEqual(codes(source), ['formats/xlsx-errors-left-out', 'formats/xlsx-digits-lost'])
  assert.deepEqual(types(source), ['number', 'text', 'number'])
})

test('dates: both epochs, the day that never was, times of day, built-in and Chinese formats', () => {
  // 45000 is 2023-03-15 in Excel's own help; 1 is 1900-01-01; 61 is 1900-03-01
  assert.deepEqual(
    [1, 59, 60, 61, 45_000].map((serial) => dateText(serial, 'date', false)),
    ['1900-01-01', '1900-02-28', null, '1900-03-01', '2023-03-15'],
  )
  assert.equal(dateText(45_000 - 1462, 'date', true), '2023-03-15')
  assert.equal(dateText(45_000.75, 'datetime', false), '2023-03-15T18:00:00')
  assert.equal(dateText(0.25, 'time', false), '06:00:00')
  assert.equal(dateText(44_999.9999999, 'datetime', false), '2023-03-15')
  assert.deepEqual(
    [-1, Number.NaN, 2_958_466].map((serial) => dateText(serial, 'date', false)),
    [null, null, null],
  )
  assert.equal(shapeOfFormat(31, undefined).kind, 'date')
  for (const [code, kind] of [
    ['yyyy"年"m"月"d"日"', 'date'],
    ['[$-804]yyyy/m/d;@', 'date'],
    ['yyyy-mm-dd hh:mm', 'datetime'],
    ['h:mm', 'time'],
    ['[h]:mm', 'plain'],
    ['0.00', 'plain'],
    ['"day" 0', 'plain'],
    ['General', 'plain'],
  ])
    assert.equal(shapeOfFormat(200, code).kind, kind, code)
})

test('escapes, CDATA and the sheet of 1904', async () => {
  const source = await open(
    workbookOf(
      {
        s: row(t('a'), t('d')) + row('<c t="str"><v><![CDATA[<x>&]]></v></c>', n(43_538, 1)) + row(t('l1_x000A_l2 &#x5730;'), n(43_539, 1)),
      },
      { styles: styles(0, 14), workbookPr: '<workbookPr date1904="1"/>' },
    ),
  )
  assert.deepEqual(await rowsOf(source), [
    [2, '<x>&', '2023-03-15'],
    [3, 'l1\nl2 地', '2023-03-16'],
  ])
})

test('a sheet that claims a million rows and 16,384 columns costs what is in it', async () => {
  const source = await open(workbookOf({ s: `${row(t('a'))}<row r="1048576">${n(1, 0, 'XFD1048576')}</row>` }))
  assert.deepEqual(names(source), ['a', 'XFD'])
  assert.deepEqual(await rowsOf(source), [[1_048_576, null, 1]])
  await assert.rejects(open(workbookOf({ s: `<row r="1048577">${t('a')}</row>` })), refused('formats/xlsx-too-large'))
  await assert.rejects(open(workbookOf({ s: row(t('a', 'XFE1')) })), refused('formats/xlsx-too-large'))
  await assert.rejects(open(workbookOf({ s: row(t('x'.repeat(200_000))) })), refused('formats/xlsx-too-large'))
  await assert.rejects(open(workbookOf({ s: row(...Array.from({ length: 5000 }, (_, i) => t(i))) })), refused('formats/too-many-columns'))
})

const hostile: Record<string, [() => Uint8Array, string]> = {
  'a billion laughs in a sheet': [() => workbookOf({ s: billionLaughs('worksheet').replace('<?xml', '<?xml') }), 'formats/xml-doctype'],
  'a billion laughs in the texts': [() => workbookOf({ s: row(t('a')) }, { texts: billionLaughs('sst') }), 'formats/xml-doctype'],
  'an outside entity': [
    () => workbookOf({ s: row(t('a')) }, { texts: '<!DOCTYPE sst SYSTEM "file:///etc/passwd"><sst/>' }),
    'formats/xml-doctype',
  ],
  'a DOCTYPE in UTF-16': [() => workbookOf({ s: row(t('a')) }, { parts: [], texts: '\uFEFF<!DOCTYPE a><a/>' }), 'formats/xml-doctype'],
  'UTF-7': [
    () => workbookOf({ s: row(t('a')) }, { texts: '<?xml version="1.0" encoding="UTF-7"?>+ADw-sst/+AD4-' }),
    'formats/xml-encoding',
  ],
  'an unknown entity': [() => workbookOf({ s: row(t('&x;')) }), 'formats/xml-malformed'],
  'tags that do not match': [() => workbookOf({ s: '<row><c></row></c>' }), 'formats/xml-malformed'],
  'tags without end': [() => workbookOf({ s: '<row>'.repeat(100_000) }), 'formats/xml-malformed'],
  'a tag of 20 MB': [() => workbookOf({ s: `<row a="${'x'.repeat(20 << 20)}"/>` }), 'formats/xml-malformed'],
  'a text repeated to a gigabyte': [
    () => workbookOf({ s: row(t('a')) }, { texts: `<sst><si><t>${'A'.repeat(100 << 20)}</t></si></sst>` }),
    'formats/zip-ratio',
  ],
  'a long text that many cells share': [
    () => workbookOf({ s: row(t('a')) }, { texts: `<sst><si><t>${'A'.repeat(1 << 20)}</t></si></sst>` }),
    'formats/xlsx-too-large',
  ],
  'nothing in it': [() => workbookOf({ s: '' }), 'formats/xlsx-no-data'],
  'the old format': [() => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]), 'formats/xlsx-old-format'],
  'a password': [
    () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), Buffer.from('EncryptedPackage', 'utf16le')]),
    'formats/xlsx-encrypted',
  ],
  'other contents': [() => Buffer.from('<html></html>'), 'formats/xlsx-not-a-workbook'],
}
for (const [what, [bytes, code]] of Object.entries(hostile)) {
  test(`a workbook with ${what} is refused within a second`, async () => {
    const content = bytes()
    const began = performance.now()
    await assert.rejects(open(content).then(rowsOf), refused(code))
    assert.ok(performance.now() - began < 1000)
  })
}

test('a million shared texts are read', async () => {
  const texts = `<sst>${Array.from({ length: 1_000_000 }, (_, i) => `<si><t>t${i}</t></si>`).join('')}</sst>`
  const source = await open(
    workbookOf({ s: row(t('a'), t('b')) + row('<c t="s"><v>999999</v></c>', '<c t="s"><v>1000000</v></c>') }, { texts }),
  )
  assert.deepEqual(await rowsOf(source), [[2, 't999999', null]])
  assert.deepEqual(codes(source), ['formats/xlsx-errors-left-out'])
})

test('a workbook that is none is refused in our own words, in both languages, without those of the zip reader', async () => {
  const { tablesMessages } = await import('../tables.messages.ts')
  for (const bytes of [
    Buffer.from('PK\x03\x04 not a workbook at all'),
    Buffer.from('hello'),
    Buffer.concat([Buffer.from('504b0506', 'hex'), Buffer.alloc(18)]),
  ])
    await assert.rejects(open(bytes), (fault) => {
      assert.ok(fault instanceof Refused)
      const { code, details } = fault.refusal as { code: keyof typeof tablesMessages; details: never }
      const { zh, en } = tablesMessages[code](details)
      assert.match(zh.message, /《t\d+\.xlsx》(?:已损坏或不完整|不是 Excel 工作簿)/)
      assert.doesNotMatch(`${zh.message} ${en.message}`, /signature|central directory|truncated/i)
      assert.doesNotMatch(zh.message.replace(/t\d+\.xlsx|Excel|\.xlsx|xl\/workbook\.xml/g, ''), /[a-z]{3}/i)
      return true
    })
})
