/** One document through all writers: the same words in each, the same bytes each time. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { unzipSync } from 'fflate'
import { barChart } from './chart.ts'
import { chineseNumber, type ReportDocument } from './document.ts'
import { piecesOf, widthOf } from './fonts.ts'
import { MapSheet, mapPicture } from './map.ts'
import { layOut } from './pages.ts'
import { writePdf } from './pdf.ts'
import { toPng } from './raster.ts'
import { writeWord } from './word.ts'

const noPoppler = spawnSync('pdftotext', ['-v']).error
  ? 'no pdftotext: what stands in the PDF is NOT tested (apt-get install poppler-utils)'
  : false
const ROWS = Array.from({ length: 90 }, (_, i) => ({
  cells: [`第${i + 1}村`, String(7 * i), (1234.5 * i).toFixed(2)],
  code: `B1-${String(100_000 + i)}`,
}))
const sheet = new MapSheet([0, 0, 2000, 2000], 300, 200)
sheet.polygon('a', [Float64Array.of(0, 0, 1000, 0, 1000, 1000, 0, 1000, 0, 0)])
sheet.label(500, 500, '甲村', 8)
const map = mapPicture(
  sheet,
  {
    legend: [{ key: 'a', name: '盐碱地', value: '1.50 亩', look: { fill: '#7A2E1D', hatched: true } }],
    words: { legend: '图例', scale: (n) => `1:${n}`, north: '北', metres: '米', kilometres: '千米' },
    lines: ['CGCS2000'],
    columns: 2,
    size: 8,
  },
  widthOf,
)
const DOCUMENT: ReportDocument = {
  ...{
    title: '试县底数报告',
    subject: '底数',
    author: '试县自然资源局',
    language: 'zh',
    created: new Date('2026-05-31T00:00:00Z'),
    program: 'test',
  },
  cover: { title: '试县底数报告', subtitle: '底数 B1', lines: [['时点', '2026-05-31']], foot: ['试县自然资源局'] },
  ...{
    contents: true,
    numbered: true,
    header: '试县底数报告',
    footer: '底数 B1',
    band: '虚构示例数据',
    evidence: 'https://dishu.example/figure/CODE',
  },
  blocks: [
    { kind: 'heading', level: 1, text: '总体情况' },
    {
      kind: 'paragraph',
      runs: [{ text: '统计面积' }, { text: '12,345.67', strong: true, code: 'B1-3F7K9Q' }, { text: '亩，含塅（少见字）。' }],
    },
    { kind: 'picture', caption: '分布图', picture: map },
    {
      kind: 'picture',
      caption: '等级',
      picture: barChart([{ name: '轻度', value: 3, text: '3.00', fill: '#E9D8A6', low: 2, high: 4 }], 400, widthOf),
    },
    { kind: 'heading', level: 1, text: '分村' },
    { kind: 'heading', level: 2, text: '面积' },
    {
      kind: 'table',
      caption: '各村面积',
      columns: [{ title: '村' }, { title: '图斑', align: 'right' }, { title: '平方米', align: 'right' }],
      rows: ROWS,
    },
    { kind: 'heading', level: 1, text: '签署' },
    { kind: 'signatures', lines: [{ role: '编制人', name: '' }], day: '2026年6月1日' },
  ],
}
async function pdfOf(document: ReportDocument): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of writePdf(layOut(document, widthOf), document)) parts.push(part)
  return Buffer.concat(parts)
}
const wordText = (bytes: Uint8Array) =>
  new TextDecoder()
    .decode(unzipSync(bytes)['word/document.xml'])
    .replaceAll(/<\/w:p>/g, '\n')
    .replaceAll(/<[^>]+>/g, '')

test('Chinese numbering counts as officials do', () => {
  assert.deepEqual([1, 9, 10, 11, 20, 21, 99].map(chineseNumber), ['一', '九', '十', '十一', '二十', '二十一', '九十九'])
})

test('the same document gives the same bytes, in PDF and in Word', async () => {
  assert.ok((await pdfOf(DOCUMENT)).equals(await pdfOf(DOCUMENT)))
  const [a, b] = [await writeWord(DOCUMENT), await writeWord(DOCUMENT)]
  assert.ok(Buffer.from(a).equals(Buffer.from(b)))
})

test('the contents name the page on which a heading stands', () => {
  const { pages, bookmarks } = layOut(DOCUMENT, widthOf)
  const texts = (page: number) => JSON.stringify(pages[page].marks)
  for (const { text, page } of bookmarks) assert.ok(texts(page).includes(text), text)
  const contents = pages[1].marks.flatMap((mark) => (mark.draw === 'text' ? [mark.text] : []))
  for (const { text, page } of bookmarks.filter(({ level }) => level <= 2)) {
    const at = contents.indexOf(text)
    assert.ok(at >= 0, text)
    assert.equal(contents[at + 1], String(pages[page].number))
  }
})

test('a table that runs over pages has its head on each, and every row once', () => {
  const { pages } = layOut(DOCUMENT, widthOf)
  const texts = pages.map(({ marks }) =>
    marks.flatMap((mark) => (mark.draw === 'group' ? mark.marks : [mark])).flatMap((mark) => (mark.draw === 'text' ? [mark.text] : [])),
  )
  const withRows = texts.filter((all) => all.some((text) => /^第\d+村$/.test(text)))
  assert.ok(withRows.length >= 3)
  for (const all of withRows) assert.ok(all.includes('平方米'))
  assert.deepEqual(
    texts.flat().filter((text) => /^第\d+村$/.test(text)),
    ROWS.map(({ cells }) => cells[0]),
  )
})

test('nothing is drawn beyond the edge of its page', () => {
  for (const { width, height, marks } of layOut(DOCUMENT, widthOf).pages)
    for (const mark of marks)
      if (mark.draw === 'text') assert.ok(mark.x >= 0 && mark.x <= width && mark.y >= 0 && mark.y <= height, mark.text)
})

test('Word has every word that the PDF has', { skip: noPoppler }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dishu-documents-'))
  try {
    const file = join(folder, 'a.pdf')
    await writeFile(file, await pdfOf(DOCUMENT))
    const pdf = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).stdout
    const word = wordText(await writeWord(DOCUMENT))
    for (const { cells, code } of ROWS)
      for (const text of [...cells, code]) {
        assert.ok(pdf.includes(text), `${text} in the PDF`)
        assert.ok(word.includes(text), `${text} in Word`)
      }
    for (const text of ['一、总体情况', '（一）面积', '表 1', '图 2', '12,345.67', 'B1-3F7K9Q', '塅', '编制人', '2026年6月1日']) {
      assert.ok(pdf.includes(text), `${text} in the PDF`)
      assert.ok(word.includes(text), `${text} in Word`)
    }
    const fonts = spawnSync('pdffonts', [file], { encoding: 'utf8' }).stdout.trim().split('\n').slice(2)
    assert.ok(fonts.length >= 2)
    for (const font of fonts) assert.match(font, /Identity-H +yes yes yes/) // embedded, cut to what is used, and readable as text
    const info = spawnSync('pdfinfo', [file], { encoding: 'utf8' }).stdout
    assert.match(info, /Title: +试县底数报告/)
    assert.match(info, /CreationDate: .*May 31 .*2026/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a character that the common file lacks comes from a file of its own', () => {
  const pieces = piecesOf('县塅县', 400)
  assert.equal(pieces.length, 3)
  assert.ok(pieces[1].face.font.hasGlyphForCodePoint('塅'.codePointAt(0) ?? 0))
})

test('a picture in pixels has its colours where they belong', () => {
  const png = toPng(
    {
      width: 72,
      height: 36,
      marks: [
        { draw: 'path', d: 'M0 0L36 0L36 36L0 36Z', fill: '#FF0000' },
        { draw: 'group', x: 36, y: 0, clip: [18, 36], marks: [{ draw: 'path', d: 'M0 0L36 0L36 36L0 36Z', fill: '#0000FF' }] },
      ],
    },
    72,
  )
  const { width, pixel } = pixelsOf(png)
  assert.equal(width, 72)
  assert.deepEqual(pixel(10, 10), [255, 0, 0])
  assert.deepEqual(pixel(40, 10), [0, 0, 255])
  assert.deepEqual(pixel(60, 10), [255, 255, 255])
})

test('half a pixel is half the colour', () => {
  const { pixel } = pixelsOf(toPng({ width: 4, height: 4, marks: [{ draw: 'path', d: 'M0 0L1.5 0L1.5 4L0 4Z', fill: '#000000' }] }, 72))
  assert.deepEqual(pixel(0, 1), [0, 0, 0])
  assert.ok(Math.abs(pixel(1, 1)[0] - 127.5) <= 2)
  assert.deepEqual(pixel(2, 1), [255, 255, 255])
})

/** Reads back what `toPng` writes: one stretch of data, filter 1 in every line. */
function pixelsOf(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  let at = 8
  let data: Uint8Array = new Uint8Array(0)
  while (at < png.length) {
    const length = view.getUint32(at)
    if (Buffer.from(png.subarray(at + 4, at + 8)).toString() === 'IDAT') data = inflateSync(png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  const row = 3 * width + 1
  for (let y = 0; y < height; y++) for (let i = 4; i < row; i++) data[y * row + i] = (data[y * row + i] + data[y * row + i - 3]) & 255
  return { width, pixel: (x: number, y: number) => [...data.subarray(y * row + 1 + 3 * x, y * row + 4 + 3 * x)] }
}
