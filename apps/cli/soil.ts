import { join, resolve } from 'node:path'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { asOfFrom } from '@dishu/land/count/count.routes'
import { readSampleMoves } from '@dishu/land/count/moves.store'
import { prepareMap } from '@dishu/land/soil/map-prepare.jobs'
import { type MapStated, requestFrom } from '@dishu/land/soil/maps'
import { beginTask, type MadeMap, makeMap, openFor, refusalOf, settling } from '@dishu/land/soil/maps.jobs'
import { handleSoilAreas, mapView } from '@dishu/land/soil/maps.routes'
import { readMap, readMaps } from '@dishu/land/soil/maps.store'
import { decideRegrading, type Regraded, type Regrading, regrade } from '@dishu/land/soil/regrade.jobs'
import type { GradingStated } from '@dishu/land/soil/schemes'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from '../server/app.ts'
import { isSynthetic } from '../server/county.ts'
import { say } from '../server/sentences.ts'
import { mapTools } from '../server/soil.ts'
import { checkOutputs } from './outputs.ts'
import { copyFile } from './soil-files.ts'
import {
  EXIT,
  type Exit,
  interruptible,
  languageOfTerminal,
  m2Text,
  muText,
  note,
  progressLine,
  table,
  withApp,
  wordsOf,
} from './terminal.ts'
import { onlyCounty } from './undo.ts'

const USAGE = {
  zh: '用法：dishu soil map|maps|areas|grade（各选项见 dishu soil --help）\n',
  en: 'Usage: dishu soil map|maps|areas|grade (options: dishu soil --help)\n',
}

const OPTIONS = {
  county: { type: 'string' },
  title: { type: 'string' },
  values: { type: 'string' },
  depth: { type: 'string' },
  season: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  method: { type: 'string' },
  covariates: { type: 'string' },
  transform: { type: 'string' },
  model: { type: 'string', multiple: true },
  nmax: { type: 'string' },
  draws: { type: 'string' },
  seed: { type: 'string' },
  cell: { type: 'string' },
  'accept-outliers': { type: 'boolean', default: false },
  reason: { type: 'string' },
  out: { type: 'string' },
  area: { type: 'string' },
  level: { type: 'string' },
  indicator: { type: 'string' },
  'as-of': { type: 'string' },
  known: { type: 'string' },
  scheme: { type: 'string' },
  'map-rule': { type: 'string' },
  share: { type: 'string' },
} as const
type Values = ReturnType<typeof wordsOf<typeof OPTIONS>>['values']

/** Soil maps of the register: made, listed, added up, and graded by another scheme. */
export async function soil(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, OPTIONS)
  const language = languageOfTerminal()
  const [what, ...more] = positionals
  if (more.length > 0 || !['map', 'maps', 'areas', 'grade'].includes(what ?? '')) {
    process.stderr.write(USAGE[language])
    return EXIT.usage
  }
  return withApp(values, async (app) => {
    const county = values.county ?? (values.area ? values.area.slice(0, 6) : await onlyCounty(app.pool))
    if (what === 'maps') return listMaps(app, county, values)
    if (what === 'areas') return areas(app, county, values)
    return work(app, county, what === 'map' ? 'map' : 'regrade', values)
  })
}

function stated(values: Values): MapStated {
  const [depthFromCm, depthToCm] = values.depth?.split('-').map(Number) ?? []
  const models = Object.fromEntries(
    (values.model ?? []).map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  )
  return {
    ...{ title: values.title, values: values.values, season: values.season, from: values.from, to: values.to, method: values.method },
    ...{ covariates: values.covariates },
    ...{ transform: values.transform, models, nmax: values.nmax, draws: values.draws, seed: values.seed, cellM: values.cell },
    ...{ believed: values['accept-outliers'], ...(values.depth === undefined ? {} : { depthFromCm, depthToCm }) },
  }
}

/** A map or a regrading, here and now; a task like those of the server, so that no two are at work at once. */
async function work(app: App, county: string, what: 'map' | 'regrade', values: Values): Promise<Exit> {
  const zh = languageOfTerminal() === 'zh'
  const tools = mapTools(app)
  const now = new Date()
  const grading: GradingStated = {
    ...(values.scheme ? { scheme: values.scheme } : {}),
    ...(values['map-rule'] ? { mapRule: values['map-rule'] } : {}),
    ...(values.share ? { mapShare: Number(values.share) } : {}),
  }
  const request = what === 'map' ? orRefused(requestFrom({ ...stated(values), title: values.title ?? `${county} ${dayOf(now)}` })) : null
  const regrading: Regrading = { grading, scheme: null }
  const { out } = values
  if (out !== undefined && request)
    await checkOutputs(
      request.values.map((value) => join(out, `${value}.tif`)),
      [],
    )
  // whatever would stop the work is said before it begins
  const open = request ? await openFor(tools, county, request) : null
  await transaction<unknown>(
    app.pool,
    (db) => (request ? prepareMap(db, county, request, open, true) : decideRegrading(db, county, regrading)),
    { readOnly: true },
  ).finally(() => open?.close())
  const reason = values.reason ?? (request ? request.title : zh ? '重新评级' : 'graded anew')
  const abort = interruptible()
  const line = progressLine()
  const task = await beginTask(tools, county, { what, request: request ?? regrading, reason }, app.actor, now)
  const left = Promise.withResolvers<void>()
  app.onClose(async () => {
    abort.abort(new Error('interrupted'))
    await left.promise
  })
  try {
    const options = {
      ...{ actor: app.actor, reason, signal: abort.signal },
      report: ({ phase, done, total }: { phase: string; done: number; total: number | null }) =>
        line.show(`${phase} ${total ? `${Math.floor((100 * done) / total)} %` : ''}`),
    }
    const ended = await settling<MadeMap | Regraded>(tools, county, task.id, abort.signal, () =>
      request
        ? makeMap(tools, county, task.id, request, options)
        : regrade({ ...tools, refresh: app.derive, readSampleMoves }, county, regrading, options),
    )
    line.end()
    const refusal = refusalOf(ended)
    if (refusal) throw new Refused(refusal)
    if (ended.state !== 'done') return EXIT.interrupted
    await app.check(county)
    const made = ended.outcome as MadeMap | Regraded
    if (request) return await showMap(app, county, made as MadeMap, values)
    const moves = await transaction(app.pool, (db) => readSampleMoves(db, county, made.rev), { readOnly: true })
    if (values.json) process.stdout.write(`${JSON.stringify({ county, ...made, bySample: moves })}\n`)
    else
      process.stdout.write(
        zh
          ? `第 ${made.rev} 号修订：按图重评 ${made.patches} 个图斑。撤销：dishu undo ${made.rev}\n`
          : `Revision ${made.rev}: ${made.patches} patches graded anew by map. To undo: dishu undo ${made.rev}\n`,
      )
    return EXIT.done
  } finally {
    line.end()
    left.resolve()
  }
}

async function showMap(app: App, county: string, made: MadeMap, values: Values): Promise<Exit> {
  const language = languageOfTerminal()
  const map = await transaction(app.pool, (db) => readMap(db, county, made.map), { readOnly: true })
  if (!map) throw new Error(`expected the map ${made.map}`)
  const view = mapView(map, (refusal) => ({ code: refusal.code, ...say(refusal, language) }))
  const files: string[] = []
  if (values.out)
    for (const { value, sha256 } of view.grids) files.push(await copyFile(app, county, sha256, resolve(values.out), `${value}.tif`))
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ county, ...made, models: map.models.map(({ pairs: _, ...model }) => model), notes: view.notes, files })}\n`,
    )
  else {
    process.stdout.write(
      language === 'zh'
        ? `第 ${made.rev} 号修订：${made.patches} 个图斑按图评级。撤销：dishu undo ${made.rev}\n`
        : `Revision ${made.rev}: ${made.patches} patches graded by map. To undo: dishu undo ${made.rev}\n`,
    )
    for (const { message } of view.notes) note(message)
    for (const file of files) process.stdout.write(`${file}\n`)
  }
  return EXIT.done
}

const tools = {
  asOfFrom: async (...[db, county, address, today]: Parameters<typeof asOfFrom>) =>
    orRefused(await asOfFrom(db, county, address, today)).asOf,
  isSynthetic,
}

async function listMaps(app: App, county: string, values: Values): Promise<Exit> {
  const language = languageOfTerminal()
  const maps = await transaction(
    app.pool,
    async (db) => readMaps(db, county, await tools.asOfFrom(db, county, { asOf: values['as-of'], known: values.known }, dayOf(new Date()))),
    { readOnly: true },
  )
  const views = maps.map((map) => mapView(map, (refusal) => ({ code: refusal.code, ...say(refusal, language) })))
  if (values.json) process.stdout.write(`${JSON.stringify({ county, maps: views })}\n`)
  else
    process.stdout.write(
      table(
        language === 'zh' ? ['图', '名称', '生效日', '修订', '指标', '方案'] : ['Map', 'Name', 'From', 'Revision', 'Values', 'Scheme'],
        views.map(({ key, title, validFrom, rev, values: all, scheme }) => [
          key,
          title,
          validFrom,
          String(rev),
          all.map(({ value }) => value).join(' '),
          scheme,
        ]),
      ),
    )
  return EXIT.done
}

async function areas(app: App, county: string, values: Values): Promise<Exit> {
  const language = languageOfTerminal()
  const query = { within: values.area, level: values.level, indicator: values.indicator, asOf: values['as-of'], known: values.known }
  const reply = await transaction(app.pool, (db) => handleSoilAreas(tools, { db, params: { county }, query, language, now: new Date() }), {
    readOnly: true,
    isolation: 'repeatable read',
  })
  if (values.json) process.stdout.write(`${JSON.stringify(reply)}\n`)
  else {
    const rows = [{ ...reply.whole, code: reply.within }, ...reply.areas].flatMap(({ code, grades }) =>
      grades.map(({ grade, counted, estimate, low, high }) => [
        code,
        grade,
        muText(counted),
        muText(estimate),
        muText((high - low) / 2),
        m2Text(low),
        m2Text(high),
      ]),
    )
    const head =
      language === 'zh'
        ? ['区域', '等级', '按定级计（亩）', '估计（亩）', '±（亩）', '下限（m²）', '上限（m²）']
        : ['Area', 'Grade', 'Counted (mu)', 'Estimate (mu)', '± (mu)', 'Low (m²)', 'High (m²)']
    process.stdout.write(table(head, rows, new Set([2, 3, 4, 5, 6])))
    if (reply.synthetic) note(language === 'zh' ? '虚构数据。' : 'Invented data.')
  }
  return EXIT.done
}
