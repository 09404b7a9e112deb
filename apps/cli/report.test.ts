/** Reports over the invented sample county in a real database: their figures are the one aggregate's, their bytes are always the same, their codes open. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { writeSetting } from '@dishu/kernel/intake/intake.store'
import { undoRevision } from '@dishu/kernel/records/records.store'
import { freezeBaseline } from '@dishu/land/count/baseline.jobs'
import { readCount } from '@dishu/land/count/count.store'
import type { Figure } from '@dishu/land/reports/figures'
import { type ReportRequest, requestFrom, type StatedReport } from '@dishu/land/reports/reports'
import { keepReport } from '@dishu/land/reports/reports.jobs'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import exceljs from 'exceljs'
import { unzipSync } from 'fflate'
import { type App, joinApp } from '../server/app.ts'
import { freezeTools } from '../server/baselines.ts'
import { loadSample } from '../server/first-sample.ts'
import { KINDS } from '../server/parts.ts'
import { type MadeReport, makeReport, writeReport } from '../server/reports.ts'
import { handleFigure } from '../server/reports-figures.ts'

const COUNTY = '220899'
const noPoppler = spawnSync('pdftotext', ['-v']).error
  ? 'no pdftotext: what stands in the PDF is NOT tested (apt-get install poppler-utils)'
  : false
const folder = await mkdtemp(join(tmpdir(), 'dishu-report-'))
let database: TestDatabase
let app: App

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 300 })
  await transaction(
    app.pool,
    (db) => freezeBaseline(db, freezeTools(app), COUNTY, { title: '初次', day: '2026-05-31' as Day }, { actor: 'li', now: new Date() }),
    { retries: 0 },
  )
})
after(async () => {
  await app?.close()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

const asked = (stated: StatedReport): ReportRequest =>
  orRefused(requestFrom({ baseline: 'B1', office: '试县自然资源局', ...stated }, COUNTY, 'zh'))
const make = (stated: StatedReport): Promise<MadeReport> =>
  transaction(
    app.pool,
    (db) => makeReport(db, app, COUNTY, asked(stated), { today: '2026-06-30' as Day, report: () => {}, signal: null }),
    { readOnly: true, isolation: 'repeatable read', retries: 0 },
  )
let files = 0
async function written(made: MadeReport): Promise<{ file: string; sha256: string; bytes: Buffer }> {
  const file = join(folder, `${++files}`)
  const { sha256 } = await writeReport(made, file)
  return { file, sha256, bytes: await readFile(file) }
}
const keep = async (made: MadeReport) => {
  const { file } = await written(made)
  return keepReport(
    { pool: app.pool, vault: app.vault, kinds: KINDS },
    COUNTY,
    { ...made, quality: made.facts.quality, file, fileName: 'a', pages: 0 },
    { actor: 'li', now: new Date() },
  )
}
const textOf = (file: string) => spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).stdout
const grouped = (hundredths: number) => (hundredths / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })
const refusalOf = async (work: Promise<unknown>) => {
  const cause = await work.then(
    () => null,
    (fault: unknown) => fault,
  )
  assert.ok(cause instanceof Refused, String(cause))
  return cause.refusal.code
}

test('every figure with a code is what the count says of its question, to the last hundredth', async () => {
  const { figures } = await make({ template: 'baseline' })
  assert.ok(figures.length > 60)
  let asked = 0
  await transaction(app.pool, async (db) => {
    for (const { question, state, value } of figures as readonly Figure[]) {
      if (question.of !== 'count') continue
      asked++
      const [row] = await readCount(db, {
        county: COUNTY,
        asOf: { day: state.day as Day, rev: state.known },
        within: question.within,
        level: 'county',
        by: [],
        filters: question.filters,
      })
      assert.deepEqual(value, { area: row.area, patches: row.patches }, JSON.stringify(question))
    }
  })
  assert.ok(asked > 40)
})

test('the PDF and the Word file say these figures, digit by digit', { skip: noPoppler }, async () => {
  const pdf = await make({ template: 'baseline' })
  const text = textOf((await written(pdf)).file)
  const word = new TextDecoder()
    .decode(unzipSync((await written(await make({ template: 'baseline', format: 'docx' }))).bytes)['word/document.xml'])
    .replaceAll(/<[^>]+>/g, ' ')
  const shownM2 = pdf.figures.filter(
    ({ question }) => question.of === 'count' && question.within === COUNTY && Object.keys(question.filters).length <= 1,
  )
  assert.ok(shownM2.length > 20)
  for (const { code, value } of pdf.figures) {
    assert.ok(text.includes(code), `${code} in the PDF`)
    assert.ok(word.includes(code), `${code} in Word`)
    assert.equal(typeof value, 'object')
  }
  for (const { value, question } of shownM2) {
    // square metres stand in the tables by dimension
    if (!('mapgrade' in (question.of === 'count' ? question.filters : {})))
      assert.ok(text.includes(grouped(value.area)), JSON.stringify(question))
    if (!('mapgrade' in (question.of === 'count' ? question.filters : {})))
      assert.ok(word.includes(grouped(value.area)), JSON.stringify(question))
  }
  for (const words of [
    '碱泉县盐碱地资源底数报告',
    '目　　录',
    '一、总体情况',
    '（一）分乡镇',
    '比例尺 1:',
    'CGCS2000',
    '中央经线',
    '质量说明',
    '资料来源',
    '编制人',
    'SYNTHETIC SAMPLE',
  ])
    assert.ok(text.replaceAll(/ +/g, ' ').includes(words) || text.replaceAll(/\s+/g, '').includes(words.replaceAll(/\s/g, '')), words)
})

test('rows of a table add up to its sum, in patches and in square metres', async () => {
  const { figures } = await make({ template: 'baseline' })
  const whole = figures.find(
    ({ question }) => question.of === 'count' && question.within === COUNTY && Object.keys(question.filters).length === 0,
  )
  for (const dimension of ['class', 'grade', 'owner', 'contract', 'saline'] as const) {
    const parts = figures.filter(
      ({ question }) => question.of === 'count' && question.within === COUNTY && Object.keys(question.filters).join() === dimension,
    )
    const sum = (name: string) => parts.reduce((total, { value }) => total + value[name], 0)
    assert.deepEqual({ area: sum('area'), patches: sum('patches') }, whole?.value, dimension)
  }
})

test('the same baseline gives the same bytes, whatever became of the register since', async () => {
  const kinds: StatedReport[] = [
    { template: 'baseline', format: 'pdf' },
    { template: 'baseline', format: 'docx', language: 'en' },
    { template: 'brief' },
    { template: 'poster', paper: 'A1', subject: 'class' },
    { template: 'ledger' },
  ]
  const before = []
  for (const each of kinds) before.push((await written(await make(each))).sha256)
  await keep(await make({ template: 'baseline' })) // the first one fixes what the check had found
  await transaction(app.pool, async (db) => {
    const undone = await undoRevision(db, COUNTY, 1, KINDS, { actor: 'li', reason: 'test', now: new Date() }, (open) =>
      app.derive(db, open),
    )
    assert.ok(undone.ok, JSON.stringify(undone))
  })
  await app.check(COUNTY)
  for (const [i, each] of kinds.entries()) assert.equal((await written(await make(each))).sha256, before[i], JSON.stringify(each))
  // and of the present nothing is left to report
  assert.equal(await refusalOf(make({ template: 'baseline', baseline: null })), 'reports/nothing-counted')
})

test('a code opens its question, its figure, and the same counted again', async () => {
  const made = await make({ template: 'brief' })
  const kept = await keep(made)
  const { code, value } = made.figures[1]
  const reply = await transaction(app.pool, (db) => handleFigure(db, COUNTY, code.toLowerCase(), { now: new Date(), language: 'zh' }))
  assert.equal(reply.figures.length, 1)
  const [figure] = reply.figures
  assert.deepEqual(figure.stated, value)
  assert.deepEqual(figure.counted, value)
  assert.ok(figure.reports.some(({ key }) => key === kept.key))
  assert.match(figure.words.join(), /碱泉县/)
  await transaction(app.pool, async (db) => {
    assert.equal(
      await refusalOf(
        handleFigure(db, COUNTY, `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`, { now: new Date(), language: 'zh' }),
      ),
      'reports/code-misspelt',
    )
    assert.equal(await refusalOf(handleFigure(db, '110101', code, { now: new Date(), language: 'zh' })), 'reports/no-such-code')
  })
})

test('the ledger adds up again: every formula gives the value that stands in its cell', async () => {
  const { bytes } = await written(await make({ template: 'ledger' }))
  const workbook = new exceljs.Workbook()
  await workbook.xlsx.load(bytes as unknown as Parameters<typeof workbook.xlsx.load>[0])
  let [formulas, sums] = [0, 0]
  for (const sheet of workbook.worksheets) {
    const valueAt = (address: string): number => {
      const { value } = sheet.getCell(address)
      if (typeof value === 'object' && value !== null && 'formula' in value) return Number(value.result ?? 0)
      return typeof value === 'number' ? value : 0
    }
    sheet.eachRow((row) =>
      row.eachCell(({ value, address }) => {
        if (typeof value !== 'object' || value === null || !('formula' in value)) return
        formulas++
        if (value.formula.includes('SUM')) sums++
        assert.ok(
          Math.abs(evaluated(value.formula, valueAt) - Number(value.result ?? 0)) < 1e-9,
          `${sheet.name} ${address} ${value.formula}`,
        )
      }),
    )
  }
  assert.ok(formulas > 100 && sums > 20, `${formulas} formulas, ${sums} sums`)
})

/** The few functions that a ledger uses, worked out in whole hundredths where they are sums. */
function evaluated(formula: string, valueAt: (address: string) => number): number {
  const cells = (from: string, to: string) => {
    const [, c1, r1] = /([A-Z]+)(\d+)/.exec(from) ?? []
    const [, c2, r2] = /([A-Z]+)(\d+)/.exec(to) ?? []
    const numberOf = (letters: string) => [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0)
    const nameOf = (n: number): string => (n > 26 ? nameOf(Math.floor((n - 1) / 26)) : '') + String.fromCharCode(65 + ((n - 1) % 26))
    const all = []
    for (let c = numberOf(c1); c <= numberOf(c2); c++) for (let r = Number(r1); r <= Number(r2); r++) all.push(`${nameOf(c)}${r}`)
    return all
  }
  const plain = formula
    .replaceAll('$', '')
    .replaceAll(/SUM\(([A-Z]+\d+):([A-Z]+\d+)\)/g, (_, from: string, to: string) =>
      String(cells(from, to).reduce((sum, cell) => sum + valueAt(cell), 0)),
    )
    .replaceAll(/[A-Z]+\d+/g, (cell) => `(${valueAt(cell)})`)
    .replaceAll(/ROUND\(/g, 'round(')
    .replaceAll(/IF\(([^=]+)=0,0,([^)]+\)\/[^)]+\))\)/g, '(($1)===0?0:$2)')
  return Number(
    new Function('round', `return ${plain}`)((value: number, digits: number) => Math.round(value * 10 ** digits + 1e-7) / 10 ** digits),
  )
}

test('a wall map has the size of its paper and is drawn at the scale it states', { skip: noPoppler }, async () => {
  const made = await make({ template: 'poster', paper: 'A2', landscape: true })
  const { file, bytes } = await written(made)
  const info = spawnSync('pdfinfo', [file], { encoding: 'utf8' }).stdout
  const [, width, height] = /Page size: +([\d.]+) x ([\d.]+)/.exec(info) ?? []
  assert.ok(Math.abs((Number(width) * 25.4) / 72 - 594) < 0.1 && Math.abs((Number(height) * 25.4) / 72 - 420) < 0.1, info)
  const text = textOf(file)
  assert.match(text, /比例尺 1:\d/)
  assert.match(text, /2000国家大地坐标系/)
  assert.equal(bytes.includes('/Subtype /Image'), false) // lines, not pixels
  assert.equal(await refusalOf(make({ template: 'poster', paper: 'A4', denominator: 500 })), 'reports/does-not-fit')
})

test('a public map carries its review number', { skip: noPoppler }, async () => {
  await transaction(app.pool, (db) => writeSetting(db, COUNTY, 'map-approval', '吉S（2026）012号'))
  const text = textOf((await written(await make({ template: 'poster', isPublic: true }))).file)
  assert.ok(text.replaceAll(/\s/g, '').includes('审图号：吉S（2026）012号'))
})

test('a town has its own report, within its own figures', async () => {
  const made = await make({ template: 'baseline', within: '220899101' })
  const [whole] = made.figures.filter(({ question }) => question.of === 'count' && Object.keys(question.filters).length === 0)
  await transaction(app.pool, async (db) => {
    const [row] = await readCount(db, {
      county: COUNTY,
      asOf: { day: '2026-05-31' as Day, rev: 1 },
      within: '220899101',
      level: 'county',
      by: [],
      filters: {},
    })
    assert.equal(whole.value.area, row.area)
  })
  assert.equal(await refusalOf(make({ template: 'baseline', within: '220899555' })), 'reports/nothing-counted')
})

test('no page is blank', { skip: noPoppler }, async () => {
  const { file } = await written(await make({ template: 'baseline' }))
  const drawn = spawnSync('pdftoppm', ['-r', '20', '-gray', file], { maxBuffer: 1 << 27 }).stdout
  let pages = 0
  for (let at = 0; at < drawn.length; ) {
    const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(drawn.subarray(at, at + 40).toString('latin1'))
    assert.ok(head)
    const size = Number(head[1]) * Number(head[2])
    const body = drawn.subarray(at + head[0].length, at + head[0].length + size)
    assert.ok(body.filter((grey) => grey < 200).length > 40, `page ${pages + 1}`)
    at += head[0].length + size
    pages++
  }
  assert.ok(pages >= 8)
})
