/** Reports put together: facts of one state, maps, template, writer; the routes, and the processes that do the work. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { ReportDocument } from '@dishu/documents/document'
import { widthOf } from '@dishu/documents/fonts'
import { mapPicture } from '@dishu/documents/map'
import { type Laid, layOut } from '@dishu/documents/pages'
import { writePdf } from '@dishu/documents/pdf'
import type { Picture } from '@dishu/documents/picture'
import { writeWord } from '@dishu/documents/word'
import { writeWorkbook } from '@dishu/documents/workbook'
import { type PlanResult, unpackChoices, yearOf } from '@dishu/land/plan/results'
import { textsOf } from '@dishu/land/plan/results.routes'
import { requireResult } from '@dishu/land/plan/scenarios.jobs'
import { readScenario } from '@dishu/land/plan/scenarios.store'
import { baselineReport, type Maps, TEXT_WIDTH } from '@dishu/land/reports/baseline-report'
import { briefReport } from '@dishu/land/reports/brief'
import type { StateFacts } from '@dishu/land/reports/facts'
import { type Figure, FigureBook } from '@dishu/land/reports/figures'
import { ledgerSheets } from '@dishu/land/reports/ledger'
import { legendOf, mapLines } from '@dishu/land/reports/legends'
import { muOfM2, type PlanFacts, planReport, yearFill } from '@dishu/land/reports/plan-report'
import { posterPage, posterRoom } from '@dishu/land/reports/poster'
import { hasSection, type MapSubject, type ReportRequest } from '@dishu/land/reports/reports'
import type { Report } from '@dishu/land/reports/reports.jobs'
import { readWater } from '@dishu/land/water/water.store'
import type { Db } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { planTools } from './plan.ts'
import { reportWords, settledRequest, stateFacts } from './reports-facts.ts'
import { drawBoundaries, drawCells, groundOf, MAP_WORDS } from './reports-maps.ts'

/** A report made, before it is kept. `pages` is what the PDF shows; null of a workbook. */
export type MadeReport = {
  readonly request: ReportRequest // settled
  readonly facts: StateFacts
  readonly title: string
  readonly figures: readonly Figure[]
  readonly laid: Laid | null
  write(): AsyncIterable<Uint8Array>
}
export type MakeOptions = { readonly today: Day; readonly report: Report; readonly signal: AbortSignal | null }

/** Makes the report of a request within one transaction; the same request in the same state gives the same bytes. */
export async function makeReport(
  db: Db,
  app: Pick<App, 'pool' | 'vault' | 'dataDir'>,
  county: string,
  asked: ReportRequest,
  options: MakeOptions,
): Promise<MadeReport> {
  const { report, signal } = options
  report({ phase: 'reading', done: 0, total: null })
  const result = asked.template === 'plan' ? await requireResult(db, county, asked.result ?? '') : null
  const stated: ReportRequest = result
    ? { ...asked, baseline: null, day: result.basis.day as Day, known: result.basis.rev, within: result.basis.terms.within || county }
    : asked
  const request = await settledRequest(db, county, stated, options.today)
  const facts = await stateFacts(db, county, request)
  const words = reportWords(request.language)
  const state = { day: facts.day, known: facts.known, baseline: facts.baseline?.key ?? null }
  const book = new FigureBook(result ? `P${result.key.slice(1)}` : (facts.baseline?.key ?? `R${facts.known}`), state)
  signal?.throwIfAborted()
  const made = (title: string, laid: Laid | null, write: () => AsyncIterable<Uint8Array>): MadeReport => ({
    request,
    facts,
    title,
    figures: book.figures,
    laid,
    write,
  })

  if (request.template === 'ledger') {
    const sheets = ledgerSheets(request, facts, words, book)
    const title = sheets[0].titles[0]
    const created = new Date(facts.baseline?.frozenAt ?? facts.knownAt ?? `${facts.day}T00:00:00Z`)
    return made(title, null, () => once(() => writeWorkbook(sheets, { title, author: request.office || 'Dishu', created })))
  }
  report({ phase: 'maps', done: 0, total: null })
  if (request.template === 'poster') {
    const { laid, document } = await posterOf(db, county, request, facts, signal)
    return made(document.title, laid, () => writePdf(laid, document))
  }
  const document = await documentOf(db, app, county, request, facts, book, result, signal)
  report({ phase: 'writing', done: 0, total: null })
  const laid = layOut(document, widthOf)
  return made(document.title, laid, request.format === 'docx' ? () => once(() => writeWord(document)) : () => writePdf(laid, document))
}

async function* once(write: () => Promise<Uint8Array>) {
  yield await write()
}

async function documentOf(
  db: Db,
  app: Pick<App, 'pool' | 'vault' | 'dataDir'>,
  county: string,
  request: ReportRequest,
  facts: StateFacts,
  book: FigureBook,
  result: PlanResult | null,
  signal: AbortSignal | null,
): Promise<ReportDocument> {
  const words = reportWords(request.language)
  if (result) {
    const map = hasSection(request, 'maps') ? await planMap(db, county, request, facts, result, signal) : null
    return planReport(request, facts, await planFacts(db, app, county, request, facts, result), words, book, map)
  }
  if (request.template === 'brief') {
    const maps = hasSection(request, 'map') ? await mapsOf(db, county, request, facts, [request.subject], BRIEF_MAP, signal) : new Map()
    return briefReport(request, facts, words, book, maps)
  }
  const subjects: readonly [MapSubject, string][] = [
    ['saline', ''],
    ['grade', 'grades'],
    ['mapgrade', 'mapgrades'],
    ['owner', 'owners'],
    ['contract', 'contracts'],
  ]
  const wanted = hasSection(request, 'maps')
    ? subjects
        .filter(
          ([subject, section]) =>
            (section === '' || hasSection(request, section)) && (subject !== 'mapgrade' || facts.intervals.length > 0),
        )
        .map(([subject]) => subject)
    : []
  return baselineReport(request, facts, words, book, await mapsOf(db, county, request, facts, wanted, REPORT_MAP, signal), widthOf)
}

/** Height of the map itself on a page, in points. */
const REPORT_MAP = 440
const BRIEF_MAP = 250
const LETTERS = 8

/** Maps of an upright page; none where no patch has an outline. */
async function mapsOf(
  db: Db,
  county: string,
  request: ReportRequest,
  facts: StateFacts,
  subjects: readonly MapSubject[],
  height: number,
  signal: AbortSignal | null,
): Promise<Maps> {
  const maps = new Map<MapSubject, Picture>()
  const asOf = { day: facts.day, rev: facts.known }
  const on = subjects.length > 0 ? await groundOf(db, county, asOf, facts.within) : null
  if (!on) return maps
  const words = reportWords(request.language)
  const grounds = subjects.map((subject) => ({ subject, ground: on(TEXT_WIDTH, height) }))
  for (const { subject, ground } of grounds) {
    await drawCells(db, county, asOf, facts.within, ground, (cell) => cell[subject], signal)
    await drawBoundaries(db, county, asOf, facts.within, ground, LETTERS)
    const furniture = {
      legend: legendOf(facts, words, subject),
      words: MAP_WORDS[request.language],
      lines: mapLines(facts, request.language, ground.meridian),
      columns: 2,
      size: LETTERS,
    }
    maps.set(subject, mapPicture(ground.sheet, furniture, widthOf))
  }
  return maps
}

async function posterOf(db: Db, county: string, request: ReportRequest, facts: StateFacts, signal: AbortSignal | null) {
  const asOf = { day: facts.day, rev: facts.known }
  const words = reportWords(request.language)
  const on = await groundOf(db, county, asOf, facts.within)
  if (!on) throw new Refused({ code: 'reports/no-outlines', details: { area: facts.within } })
  const legend = legendOf(facts, words, request.subject)
  const lines = mapLines(facts, request.language, on(100, 100).meridian)
  const room = posterRoom(request, legend.length, lines.length)
  const fits = on(room.mapWidth, room.mapHeight)
  const ground = request.denominator === null ? fits : on(room.mapWidth, room.mapHeight, request.denominator)
  if (ground.sheet.denominator < fits.sheet.denominator)
    throw new Refused({
      code: 'reports/does-not-fit',
      details: { denominator: ground.sheet.denominator, smallest: fits.sheet.denominator, paper: request.paper },
    })
  await drawCells(db, county, asOf, facts.within, ground, (cell) => cell[request.subject], signal)
  await drawBoundaries(db, county, asOf, facts.within, ground, room.size)
  const zh = request.language === 'zh'
  const title = request.title || `${facts.areaName}${POSTER_TITLES[request.subject][request.language]}`
  const state = facts.baseline ? `${zh ? '底数' : 'baseline'} ${facts.baseline.key}` : zh ? '现势' : 'present state'
  const laid = posterPage(
    room,
    ground.sheet,
    {
      title,
      subtitle: [request.office, state, facts.day].filter(Boolean).join(' · '),
      band: facts.synthetic ? '虚构示例数据，不代表任何真实地区、土地或个人 / SYNTHETIC SAMPLE' : null,
      legend,
      lines,
      words: MAP_WORDS[request.language],
    },
    widthOf,
  )
  const document = {
    title,
    subject: POSTER_TITLES[request.subject][request.language],
    author: request.office || 'Dishu',
    language: request.language,
    created: new Date(facts.baseline?.frozenAt ?? facts.knownAt ?? `${facts.day}T00:00:00Z`),
    program: 'Dishu poster/1',
  }
  return { laid, document }
}
const POSTER_TITLES: Readonly<Record<MapSubject, { readonly zh: string; readonly en: string }>> = {
  saline: { zh: '盐碱地分布图', en: ': saline land' },
  grade: { zh: '盐碱等级图', en: ': grades of samples' },
  mapgrade: { zh: '盐碱等级图（制图）', en: ': grades of the soil map' },
  class: { zh: '土地利用现状图', en: ': land use' },
  owner: { zh: '土地权属图', en: ': ownership' },
  contract: { zh: '土地承包图', en: ': contracts' },
}

async function planFacts(
  db: Db,
  app: Pick<App, 'pool' | 'vault' | 'dataDir'>,
  county: string,
  request: ReportRequest,
  facts: StateFacts,
  result: PlanResult,
): Promise<PlanFacts> {
  const { language } = request
  const scenario = await readScenario(db, county, result.scenario)
  const optionName = await planTools(app).optionNames(db, county, language)
  const water = await readWater(db, county, { day: facts.day, rev: facts.known })
  const things = new Map([
    ...water.reaches.map(({ reachId, name }) => [reachId, name] as const),
    ...water.sources.map(({ sourceId, name }) => [sourceId, name] as const),
  ])
  const towns = new Map(facts.areas.map(({ code, name }) => [code, name]))
  const { prices: _, findings, ...figures } = result.figures
  return {
    ...{
      key: result.key,
      scenario: result.scenario,
      title: result.basis.title,
      terms: result.basis.terms,
      rev: result.basis.rev,
      day: result.basis.day,
      sha256: result.basis.sha256,
      solver: result.basis.solver,
    },
    ...{ author: scenario?.author ?? '', figures, findings: textsOf(findings, language) },
    townName: (code) => towns.get(code) ?? code,
    optionName,
    thingName: (id) =>
      id
        .split('+')
        .map((each) => things.get(each) ?? each)
        .join(' + '),
  }
}

/** Patches by the year in which they are treated; what is not chosen stays the ground's colour. */
async function planMap(
  db: Db,
  county: string,
  request: ReportRequest,
  facts: StateFacts,
  result: PlanResult,
  signal: AbortSignal | null,
): Promise<Picture | null> {
  const asOf = { day: facts.day, rev: facts.known }
  const on = await groundOf(db, county, asOf, facts.within)
  if (!on) return null
  const zh = request.language === 'zh'
  const ground = on(TEXT_WIDTH, REPORT_MAP)
  const years = new Map(
    unpackChoices(result).flatMap(({ patch, label }) => {
      const year = yearOf(label)
      return year === null ? [] : [[patch, year] as const]
    }),
  )
  await drawCells(db, county, asOf, facts.within, ground, ({ patch }) => String(years.get(patch) ?? 'not'), signal)
  await drawBoundaries(db, county, asOf, facts.within, ground, LETTERS)
  const areaOf = (year: number) => result.figures.land.reduce((sum, each) => sum + (each.year === year ? each.areaM2 : 0), 0)
  const unit = zh ? ' 亩' : ' mu'
  const legend = [
    ...result.basis.terms.years.map((year, i) => ({
      key: String(year),
      name: zh ? `${year} 年治理` : `treated in ${year}`,
      value: `${muOfM2(areaOf(year))}${unit}`,
      look: { fill: yearFill(i) },
    })),
    { key: 'not', name: zh ? '未选入' : 'not chosen', value: '', look: { fill: '#E6E8E3' } },
  ]
  return mapPicture(
    ground.sheet,
    { legend, words: MAP_WORDS[request.language], lines: mapLines(facts, request.language, ground.meridian), columns: 2, size: LETTERS },
    widthOf,
  )
}

/** Writes a report into a file and tells its digest. */
export async function writeReport(made: MadeReport, file: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  const source = Readable.from(made.write())
  source.on('data', (part: Uint8Array) => {
    hash.update(part)
    bytes += part.length
  })
  await pipeline(source, createWriteStream(file))
  return { sha256: hash.digest('hex'), bytes }
}
