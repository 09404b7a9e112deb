/** `dishu depths`: samples of several layers to a hole, brought to standard depths; a table that `dishu krige` and `dishu forest` read. */
import { resolve } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import type { Batch, Field, Layer, Source, Value } from '@dishu/formats/layers'
import { openInSandbox } from '@dishu/formats/sandbox/sandbox'
import { writeCsv } from '@dishu/formats/write/csv'
import { readCell } from '@dishu/land/soil/lab-values'
import { harmonised, type Layer as SoilLayer, SPLINE_LAMBDA, STANDARD_DEPTHS } from '@dishu/land/soil/profiles'
import { depthsFrom } from '@dishu/land/soil/soil.exchange'
import { checkOutputs, intoPlace } from './outputs.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, table, wordsOf } from './terminal.ts'

const OPTIONS = {
  site: { type: 'string' },
  value: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  depth: { type: 'string' },
  depths: { type: 'string' },
  lambda: { type: 'string' },
  keep: { type: 'string' },
  out: { type: 'string' },
} as const

const USAGE = {
  zh: '用法：dishu depths SAMPLES.csv --site 列,… --value 列,… (--from 列 --to 列 | --depth 列) --out OUT.csv\n',
  en: 'Usage: dishu depths SAMPLES.csv --site COLUMN,… --value COLUMN,… (--from COLUMN --to COLUMN | --depth COLUMN) --out OUT.csv\n',
}
const WORDS = {
  zh: { value: '列', depth: '深度（cm）', sites: '样点', given: '有值', why: '无值的原因' },
  en: { value: 'column', depth: 'depth, cm', sites: 'sites', given: 'given', why: 'why not' },
} as const

type Asked = {
  readonly site: readonly string[]
  readonly value: readonly string[]
  readonly depth: readonly string[] // one column of `0-20`, or two of numbers
  readonly keep: readonly string[]
}
/** A hole: what is kept of its first row, and its layers for each value. */
type Site = { readonly kept: readonly Value[]; readonly layers: readonly SoilLayer[][] }

export async function depths(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, OPTIONS)
  const language = languageOfTerminal()
  const list = (text: string | undefined) =>
    (text ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean)
  const wanted =
    values.depths === undefined
      ? STANDARD_DEPTHS
      : list(values.depths).map((each) => depthsFrom(each) ?? ([Number.NaN, Number.NaN] as const))
  const lambda = values.lambda === undefined ? SPLINE_LAMBDA : Number(values.lambda)
  const asked: Asked = {
    site: list(values.site),
    value: list(values.value),
    depth: values.depth !== undefined ? [values.depth] : [values.from, values.to].filter((each) => each !== undefined),
    keep: list(values.keep),
  }
  const isWrong = wanted.length === 0 || wanted.some(([from, to]) => !(from < to)) || !(lambda >= 0) || !Number.isFinite(lambda)
  if (
    positionals.length !== 1 ||
    asked.site.length === 0 ||
    asked.value.length === 0 ||
    asked.depth.length !== (values.depth === undefined ? 2 : 1) ||
    !values.out ||
    isWrong
  ) {
    process.stderr.write(USAGE[language])
    return EXIT.usage
  }
  await checkOutputs([values.out], [positionals[0]])
  const abort = interruptible()
  const source = await openInSandbox([positionals[0]], { signal: abort.signal })
  const sites = await readSites(source, asked).finally(() => source.close())

  // what is never negative in the sheet cannot become so by a curve
  const bounds = asked.value.map(
    (_, v) =>
      [
        [...sites.values()].every(({ layers }) => layers[v].every(({ value }) => (value ?? 0) >= 0)) ? 0 : -Number.MAX_VALUE,
        Number.MAX_VALUE,
      ] as const,
  )
  const counts = asked.value.map(() => wanted.map(() => ({ given: 0, why: new Map<string, number>() })))
  const rows = [...sites.values()].map(({ kept, layers }) => {
    const found = layers.flatMap((own, v) =>
      harmonised(own, wanted, bounds[v], lambda).map((result, d) => {
        if (result.ok) counts[v][d].given++
        else counts[v][d].why.set(result.refusal.code, (counts[v][d].why.get(result.refusal.code) ?? 0) + 1)
        return result.ok ? Number(result.value.toPrecision(12)) : null
      }),
    )
    return { values: [...kept, ...found] }
  })
  const fields: Field[] = [
    ...[...asked.site, ...asked.keep].map((name) => ({ name, type: 'text' as const })),
    ...asked.value.flatMap((name) => wanted.map(([from, to]) => ({ name: `${name}_${from}_${to}`, type: 'number' as const }))),
  ]
  await intoPlace(values.out, (draft) => writeCsv(draft, fields, rows, { bom: false }))
  const told = asked.value.flatMap((value, v) =>
    wanted.map(([from, to], d) => ({
      value,
      from,
      to,
      given: counts[v][d].given,
      refused: Object.fromEntries([...counts[v][d].why].sort()),
    })),
  )
  if (values.json) process.stdout.write(`${JSON.stringify({ file: resolve(values.out), sites: rows.length, lambda, depths: told })}\n`)
  else {
    const head = WORDS[language]
    const lines = told.map(({ value, from, to, given, refused }) => [
      value,
      `${from}–${to}`,
      String(rows.length),
      String(given),
      Object.entries(refused)
        .map(([code, n]) => `${code} ${n}`)
        .join(', '),
    ])
    process.stdout.write(table([head.value, head.depth, head.sites, head.given, head.why], lines, new Set([2, 3])))
  }
  return EXIT.done
}

async function readSites(source: Source, { site, value, depth, keep }: Asked): Promise<ReadonlyMap<string, Site>> {
  const at = Math.max(
    0,
    source.layers.findIndex((layer) => layer.fields.some(({ name }) => name === value[0])),
  )
  const layer = source.layers[at]
  const [sites, own, deep, kept] = [site, value, depth, [...site, ...keep]].map((names) => names.map((name) => columnOf(layer, name)))
  const found = new Map<string, Site>()
  for await (const batch of source.read(at)) {
    for (let i = 0; i < batch.rows.length; i++) {
      const key = JSON.stringify(sites.map((place) => batch.columns[place][i]))
      const interval = depthOf(batch, i, deep)
      const there = found.get(key) ?? { kept: kept.map((place) => batch.columns[place][i]), layers: value.map(() => []) }
      found.set(key, there)
      own.forEach((place, v) => {
        const measured = measuredAt(batch, i, place, value[v])
        if (measured === undefined) return
        if (interval === null) throw notANumber(depth.join(', '), batch, i, deep[0])
        there.layers[v].push({ fromCm: interval[0], toCm: interval[1], value: measured })
      })
    }
  }
  return found
}

function columnOf(layer: Layer, name: string): number {
  const at = layer.fields.findIndex((field) => field.name === name)
  if (at >= 0) return at
  throw new Refused({ code: 'kriging/no-such-column', details: { column: name, columns: layer.fields.map((field) => field.name) } })
}

const notANumber = (column: string, batch: Batch, i: number, place: number) =>
  new Refused({ code: 'kriging/not-a-number', details: { column, row: batch.rows[i], value: String(batch.columns[place][i]), rows: 1 } })

function depthOf(batch: Batch, i: number, places: readonly number[]): readonly [number, number] | null {
  const cells = places.map((place) => batch.columns[place][i])
  if (cells.length === 1) return depthsFrom(cells[0] === null ? null : String(cells[0]))
  const [from, to] = cells.map((cell) => (cell === null || cell === '' ? Number.NaN : Number(cell)))
  return Number.isFinite(from) && Number.isFinite(to) ? [from, to] : null
}

/** A number; null of a value of which only a side is known; undefined where there is none. Other text is refused with its row. */
function measuredAt(batch: Batch, i: number, place: number, column: string): number | null | undefined {
  const cell = batch.columns[place][i]
  if (cell === null || cell === '' || cell === 'NA') return undefined
  const said = readCell(String(cell))
  if (said === null) return undefined
  if ('unread' in said) throw notANumber(column, batch, i, place)
  return 'value' in said ? said.value : null
}
