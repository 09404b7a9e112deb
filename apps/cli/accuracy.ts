/** `dishu accuracy`: how right a map is, how much land of each grade there is, and whether it has changed: from places drawn by chance. */
import { Refused } from '@dishu/base/refusal'
import type { Source, Value } from '@dishu/formats/layers'
import { openInSandbox } from '@dishu/formats/sandbox/sandbox'
import { type NamedAreas, probabilitySample, type TruthPlace } from '@dishu/land/soil/accuracy'
import { accuracyOfDesign } from '@dishu/land/soil/accuracy.routes'
import { type AccuracyAnswer, answerOf } from '@dishu/land/soil/accuracy-answer'
import type { Share } from '@dishu/numeric/estimation/accuracy'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import { say } from '../server/sentences.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, table, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

const OPTIONS = {
  map: { type: 'string' },
  truth: { type: 'string' },
  strata: { type: 'string' },
  areas: { type: 'string' },
  drawn: { type: 'string' },
  'drawn-column': { type: 'string' },
  'probability-column': { type: 'string' },
  earlier: { type: 'string' },
  'earlier-file': { type: 'string' },
  design: { type: 'string' },
  'earlier-design': { type: 'string' },
  indicator: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'earlier-from': { type: 'string' },
  'earlier-to': { type: 'string' },
  county: { type: 'string' },
} as const

const USAGE = {
  zh: '用法：dishu accuracy PLACES.csv --map 列 --truth 列 --drawn simple|stratified|grid [--strata 列] --areas 名称=面积,…|AREAS.csv [--earlier 列 | --earlier-file 文件] [--json]\n或：dishu accuracy --design P1 [--earlier-design P1 --earlier-to 日期 --from 日期]\n',
  en: 'Usage: dishu accuracy PLACES.csv --map COLUMN --truth COLUMN --drawn simple|stratified|grid [--strata COLUMN] --areas NAME=AREA,…|AREAS.csv [--earlier COLUMN | --earlier-file FILE] [--json]\nor: dishu accuracy --design P1 [--earlier-design P1 --earlier-to DAY --from DAY]\n',
}

type Columns = {
  readonly map: string
  readonly truth: string
  readonly stratum: string
  readonly earlier?: string
  readonly drawn?: string
  readonly probability?: string
}

export async function accuracy(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, OPTIONS)
  const language = languageOfTerminal()
  const { map, truth, drawn, areas } = values
  if (values.design !== undefined && positionals.length === 0) return ofDesign(values)
  if (positionals.length !== 1 || !map || !truth || !drawn || !areas || (values.earlier && values['earlier-file'])) {
    process.stderr.write(USAGE[language])
    return EXIT.usage
  }
  const abort = interruptible()
  const columns: Columns = {
    map,
    truth,
    stratum: values.strata ?? map,
    ...(values.earlier ? { earlier: values.earlier } : {}),
    ...(values['drawn-column'] ? { drawn: values['drawn-column'] } : {}),
    ...(values['probability-column'] ? { probability: values['probability-column'] } : {}),
  }
  try {
    const known = await readAreas(areas, abort.signal)
    const read = async (path: string, of: Columns) => orRefused(probabilitySample(await readPlaces(path, of, abort.signal), drawn, known))
    const sample = await read(positionals[0], columns)
    const before = values['earlier-file'] ? await read(values['earlier-file'], columns) : null
    const told = answerOf(sample, before)
    if (values.json) {
      const notes = sample.notes.map((each) => ({ ...each, ...say(each, language) }))
      process.stdout.write(`${JSON.stringify({ ...told, notes })}\n`)
    } else process.stdout.write(`${inWords(told, language)}${sample.notes.map((each) => `${say(each, language).message}\n`).join('')}`)
    return EXIT.done
  } catch (fault) {
    if (abort.signal.aborted) return EXIT.interrupted
    throw fault
  }
}

type Values = ReturnType<typeof wordsOf<typeof OPTIONS>>['values']

/** The samples of a design of the register against the map that did not know them. */
async function ofDesign(values: Values): Promise<Exit> {
  const language = languageOfTerminal()
  return withApp(values, async (app) => {
    const county = values.county ?? (await onlyCounty(app.pool))
    const told = await transaction(
      app.pool,
      (db) =>
        accuracyOfDesign(db, county, {
          ...{ design: values.design ?? '', map: values.map, indicator: values.indicator, from: values.from, to: values.to },
          ...{ earlierDesign: values['earlier-design'], earlierFrom: values['earlier-from'], earlierTo: values['earlier-to'] },
        }),
      { readOnly: true },
    )
    const notes = told.notes.map((each) => ({ ...each, ...say(each, language) }))
    if (values.json) process.stdout.write(`${JSON.stringify({ ...told, notes })}\n`)
    else process.stdout.write(`${inWords(told, language)}${notes.map(({ message }) => `${message}\n`).join('')}`)
    return EXIT.done
  })
}

const WORDS = {
  zh: {
    class: '类别',
    mapped: '图上面积',
    adjusted: '校正面积',
    interval: '95% 区间',
    users: '用户精度',
    producers: '生产者精度',
    overall: '总体精度',
    places: '点位',
    before: '前期',
    after: '后期',
    change: '变化',
    p: 'p',
    verdict: '结论',
    grown: '确有增加',
    shrunk: '确有减少',
    shown: (least: string) => `看不出变化（至少变化 ${least} 才看得出）`,
    paired: '前后期为同一批点位',
  },
  en: {
    class: 'class',
    mapped: 'mapped area',
    adjusted: 'adjusted area',
    interval: '95 % interval',
    users: "user's accuracy",
    producers: "producer's accuracy",
    overall: 'overall accuracy',
    places: 'places',
    before: 'before',
    after: 'after',
    change: 'change',
    p: 'p',
    verdict: 'verdict',
    grown: 'has grown',
    shrunk: 'has shrunk',
    shown: (least: string) => `no change shown (from ${least} on it would have shown)`,
    paired: 'both visits to the same places',
  },
} as const

function inWords(told: AccuracyAnswer, language: 'zh' | 'en'): string {
  const words = WORDS[language]
  const amount = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) >= 1000 ? 0 : 2 })
  const percent = (share: Share | null) =>
    share ? `${(100 * share.value).toFixed(1)} % (${(100 * share.low).toFixed(1)}–${(100 * share.high).toFixed(1)})` : '—'
  const rows = told.byClass.map((each) => [
    each.class,
    amount(each.mapped),
    `${amount(each.area)} ± ${amount(1.96 * each.error)}`,
    `${amount(each.low)}–${amount(each.high)}`,
    percent(each.users),
    percent(each.producers),
  ])
  const head = [words.class, words.mapped, words.adjusted, words.interval, words.users, words.producers]
  const lines = [`${words.overall} ${percent(told.overall)}, ${words.places} ${told.places}\n`, table(head, rows, new Set([1, 2, 3, 4, 5]))]
  if (told.changes.length === 0) return lines.join('')
  const changes = told.changes.map((each) => [
    each.class,
    amount(each.before),
    amount(each.after),
    `${each.change > 0 ? '+' : ''}${amount(each.change)} ± ${amount(1.96 * each.error)}`,
    each.p < 0.001 ? '< 0.001' : each.p.toFixed(3),
    each.verdict === 'not-shown' ? words.shown(amount(each.detectable)) : words[each.verdict],
  ])
  const changeHead = [words.class, words.before, words.after, words.change, words.p, words.verdict]
  return [...lines, told.paired ? `${words.paired}\n` : '', table(changeHead, changes, new Set([1, 2, 3, 4]))].join('')
}

const CSV = /\.(csv|xlsx|txt|tsv)$/i

/** NAME=AREA,…, or the first two columns of a table; `all=AREA` of the whole land where a simple sample is not cut by the map. */
async function readAreas(text: string, signal: AbortSignal): Promise<NamedAreas> {
  const pairs = CSV.test(text)
    ? await inSource(text, signal, (source) => rowsOf(source, [0, 1]))
    : text.split(',').map((part) => {
        const at = part.lastIndexOf('=')
        return { row: 0, cells: at > 0 ? [part.slice(0, at).trim(), part.slice(at + 1).trim()] : ['', part] }
      })
  const areas = new Map<string, number>()
  for (const { cells } of pairs) {
    const area = cells[1] === '' ? Number.NaN : Number(cells[1])
    if (cells[0] === '' || areas.has(cells[0]) || !(area > 0 && Number.isFinite(area)))
      throw new Refused({ code: 'accuracy/areas-not-read', details: { text: cells.join('=') } })
    areas.set(cells[0], area)
  }
  return areas
}

async function readPlaces(path: string, columns: Columns, signal: AbortSignal): Promise<TruthPlace[]> {
  const names = [columns.map, columns.truth, columns.stratum, columns.earlier, columns.drawn, columns.probability]
  return inSource(path, signal, async (source) => {
    const fields = source.layers[0].fields.map(({ name }) => name)
    const at = names.map((name) => {
      if (name !== undefined && !fields.includes(name))
        throw new Refused({ code: 'accuracy/no-column', details: { column: name, columns: fields } })
      return name === undefined ? -1 : fields.indexOf(name)
    })
    const rows = await rowsOf(source, at)
    for (const [k, name] of names.entries()) {
      const blank = name === undefined ? [] : rows.filter(({ cells }) => cells[k] === '')
      if (name !== undefined && blank.length > 0)
        throw new Refused({ code: 'accuracy/blank', details: { column: name, row: blank[0].row, rows: blank.length } })
    }
    return rows.map(({ row, cells: [map, truth, stratum, earlier, drawn, probability] }) => ({
      row,
      map,
      truth,
      stratum,
      ...(columns.earlier ? { earlier } : {}),
      ...(columns.drawn ? { drawn } : {}),
      ...(columns.probability ? { probability: Number(probability) } : {}),
    }))
  })
}

async function inSource<T>(path: string, signal: AbortSignal, read: (source: Source) => Promise<T>): Promise<T> {
  const source = await openInSandbox([path], { signal })
  try {
    return await read(source)
  } finally {
    await source.close()
  }
}

/** Cells of the first layer as text, '' for a blank and for a column of −1. */
async function rowsOf(source: Source, columns: readonly number[]): Promise<{ readonly row: number; readonly cells: readonly string[] }[]> {
  const text = (value: Value | undefined) => (value === null || value === undefined ? '' : String(value).trim())
  const out: { row: number; cells: string[] }[] = []
  for await (const batch of source.read(0))
    for (const [i, row] of batch.rows.entries()) out.push({ row, cells: columns.map((c) => (c < 0 ? '' : text(batch.columns[c]?.[i]))) })
  return out
}
