/** `dishu zonal`: statistics of a raster's cells under polygons. */
import { createReadStream, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Refused } from '@dishu/base/refusal'
import { filesBehind } from '@dishu/formats/formats'
import { asksForWeights, statisticOf } from '@dishu/numeric/zonal/statistics'
import { checkOutputs } from './outputs.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, note, wordsOf } from './terminal.ts'
import type { ZonalJob, ZonalSummary } from './zonal-job.ts'
import { runZonal } from './zonal-process.ts'
import { allowedAddress, bytesAt, isRemote, sizeAt } from './zonal-remote.ts'

const OPTIONS = {
  stats: { type: 'string', default: 'count,mean,stdev,min,max' },
  bands: { type: 'string' },
  out: { type: 'string' },
  workers: { type: 'string', default: '1' },
  key: { type: 'string' },
  layer: { type: 'string' },
  weights: { type: 'string' },
  crs: { type: 'string' },
  'raster-crs': { type: 'string' },
  'plain-cells': { type: 'boolean', default: false },
  'cells-out': { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  county: { type: 'string' },
  'as-of': { type: 'string' },
  'memory-mb': { type: 'string', default: '2048' },
} as const

const REGISTER = ['patches', 'parcels', 'areas'] as const
type Registered = (typeof REGISTER)[number]
/** The column of an export that names its rows. */
const REGISTER_KEYS: Readonly<Record<Registered, string>> = { patches: 'BSM', parcels: 'DKBM', areas: 'XZQDM' }
const FORMATS = { csv: 'csv', json: 'json', parquet: 'parquet' } as const

const MB = 1 << 20

export async function zonal(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, OPTIONS)
  const zh = languageOfTerminal() === 'zh'
  const usage = (zhText: string, enText: string) => {
    process.stderr.write(`${zh ? zhText : enText}\n`)
    return EXIT.usage
  }
  if (positionals.length < 2)
    return usage(
      '用法：dishu zonal RASTER LAYER --stats mean,stdev --out FILE',
      'Usage: dishu zonal RASTER LAYER --stats mean,stdev --out FILE',
    )
  const bands = values.bands === undefined ? null : bandList(values.bands)
  if (bands?.length === 0) return usage('--bands 例如 1-10 或 1,3,5', '--bands is written 1-10 or 1,3,5')
  const workers = Number(values.workers)
  if (!Number.isInteger(workers) || workers < 1 || workers > 64) return usage('--workers 为 1 至 64', '--workers is 1 to 64')
  const memoryMb = Number(values['memory-mb'])
  if (!(memoryMb >= 256)) return usage('--memory-mb 不小于 256', '--memory-mb is at least 256')
  const ending = values.out?.match(/\.(\w+)$/)?.[1]?.toLowerCase() ?? (values.json ? 'json' : 'csv')
  if (!Object.hasOwn(FORMATS, ending)) return usage('--out 的扩展名为 .csv、.json 或 .parquet', '--out ends in .csv, .json or .parquet')
  const format = FORMATS[ending as keyof typeof FORMATS]
  const asked = [...new Set(values.stats.split(',').map((name) => name.trim()))].filter(Boolean) // a figure asked for twice is one column
  if (asked.length === 0) return usage('--stats 例如 mean,stdev,p90', '--stats is written mean,stdev,p90')
  const classes = new Set(['histogram', 'frac', 'fractions'])
  const statistics = asked.filter((name) => !classes.has(name))
  const unknown = statistics.find((name) => statisticOf(name) === null)
  if (unknown !== undefined) throw new Refused({ code: 'formats/raster-no-such-statistic', details: { wanted: unknown } })
  const weighted = statistics.find((name) => asksForWeights(statisticOf(name) ?? { kind: 'count' }))
  if (weighted !== undefined && !values.weights) return usage(`${weighted} 需要 --weights FILE`, `${weighted} needs --weights FILE`)
  const epsgs = [values.crs, values['raster-crs']].map((text) => (text === undefined ? null : Number(/^(?:EPSG:)?(\d+)$/i.exec(text)?.[1])))
  if (epsgs.some(Number.isNaN)) return usage('坐标系写作 EPSG:4529', 'A coordinate system is written EPSG:4529')

  const hosts = values['allow-host'] ?? []
  const layerWord = positionals[positionals.length - 1]
  const controller = interruptible()
  // beside the answer, so that it is moved and not copied
  const folder = values.out ? dirname(resolve(values.out)) : tmpdir()
  const inputs = [...positionals.filter((path) => !isRemote(path)), ...filesBehind(resolve(layerWord)), values.weights]
  await checkOutputs([values.out ?? null, values['cells-out'] ?? null], inputs)
  const names = positionals.slice(0, -1).map((path) => basename(path).replace(/\.[^.]*$/, ''))
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) return usage(`两个影像同名：${twice}`, `Two rasters have the same name: ${twice}`)
  const scratch = scratchIn(folder, values.out ?? '')
  try {
    const addresses = new Map<number, URL>()
    const rasters: ZonalJob['rasters'][number][] = []
    for (const [i, path] of positionals.slice(0, -1).entries()) {
      const remote = isRemote(path)
      if (remote) addresses.set(i, allowedAddress(path, hosts))
      else if (isFolder(path)) throw new Refused({ code: 'formats/is-a-folder', details: { file: basename(path) } })
      const address = addresses.get(i)
      const name = basename(address?.pathname ?? path).replace(/\.[^.]*$/, '')
      rasters.push({ path: remote ? path : resolve(path), name, size: address ? await sizeAt(address) : 0, remote })
    }
    const registered = REGISTER.find((each) => each === layerWord)
    const layer = registered ? await fromRegister(registered, scratch, values) : resolve(layerWord)
    const job: ZonalJob = {
      rasters,
      bands,
      layer,
      siblings: filesBehind(layer),
      layerName: values.layer ?? null,
      key: values.key ?? (registered ? REGISTER_KEYS[registered] : null),
      statistics,
      histogram: asked.includes('histogram'),
      fractions: asked.includes('frac') || asked.includes('fractions'),
      weights: values.weights ? resolve(values.weights) : null,
      layerEpsg: epsgs[0],
      rasterEpsg: epsgs[1],
      plainCells: values['plain-cells'],
      workers,
      out: join(scratch, `table.${format}`),
      format,
      cellsOut: values['cells-out'] ? join(scratch, 'cells.csv') : null,
    }
    const bytes = sizeOf(layer) + rasters.reduce((sum, { path, remote, size }) => sum + (remote ? size : sizeOf(path)), 0)
    const limits = { rssMb: memoryMb, idleS: 60 + bytes / (10 * MB), wallS: 300 + (12 * bytes) / (10 * MB) }
    const remote = async (raster: number, offset: number, length: number) => {
      const address = addresses.get(raster)
      if (!address) throw new Error(`expected a distant raster, got raster ${raster}`)
      return bytesAt(address, offset, length)
    }
    const summary = await runZonal(job, scratch, limits, remote, controller.signal)
    if (values['cells-out']) moveTo(join(scratch, 'cells.csv'), resolve(values['cells-out']))
    if (values.out) {
      moveTo(job.out, resolve(values.out))
      if (values.json) process.stdout.write(`${JSON.stringify({ ...summary, file: resolve(values.out) })}\n`)
    } else if (values.json) {
      process.stdout.write(`${JSON.stringify(summary).slice(0, -1)},"rows":`)
      await pipeline(createReadStream(job.out), process.stdout, { end: false })
      process.stdout.write('}\n')
    } else await pipeline(createReadStream(job.out), process.stdout, { end: false })
    note(inWords(summary, zh, values.out))
    return EXIT.done
  } catch (cause) {
    if (controller.signal.aborted) return EXIT.interrupted
    throw cause
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** `1-10`, `1,3,5`, `2,4-6`; empty where it is none of these. */
function bandList(text: string): number[] {
  const bands: number[] = []
  for (const piece of text.split(',')) {
    const [, from, to] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(piece) ?? []
    const [first, last] = [Number(from), Number(to ?? from)]
    if (!(first >= 1 && last >= first && last <= 65_535)) return []
    for (let band = first; band <= last; band++) if (!bands.includes(band)) bands.push(band)
  }
  return bands
}

/** A layer of the register as a file; without the words that open it nothing of the database is loaded. */
async function fromRegister(
  what: Registered,
  scratch: string,
  values: { readonly data?: string | undefined; readonly county?: string | undefined; readonly 'as-of'?: string | undefined },
) {
  const { exportRows } = await import('./export.ts')
  const file = join(scratch, `${what}.gpkg`)
  mkdirSync(scratch, { recursive: true })
  const words = [what, '--to', 'gpkg', '--out', file]
  for (const name of ['data', 'county', 'as-of'] as const) if (values[name]) words.push(`--${name}`, values[name])
  await exportRows(words)
  return file
}

function scratchIn(folder: string, file: string): string {
  try {
    return mkdtempSync(join(folder, '.dishu-zonal-'))
  } catch (cause) {
    throw new Refused({ code: 'exports/cannot-write-there', details: { file, why: String((cause as NodeJS.ErrnoException).code) } })
  }
}

function moveTo(from: string, to: string): void {
  if (isFolder(to)) throw new Refused({ code: 'exports/cannot-write-there', details: { file: to, why: 'EISDIR' } })
  try {
    renameSync(from, to)
  } catch (cause) {
    throw new Refused({ code: 'exports/cannot-write-there', details: { file: to, why: String((cause as NodeJS.ErrnoException).code) } })
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

function inWords(
  { zones, columns, rasters, withoutFigures, repeatedKeys, leftOut }: ZonalSummary,
  zh: boolean,
  out: string | undefined,
): string {
  const where = out ?? (zh ? '标准输出' : 'standard output')
  const outside = rasters[0].outside
  const rest = zh
    ? [
        outside > 0 && `${outside} 个在影像之外`,
        withoutFigures > 0 && `${withoutFigures} 个图形自相交或不是面，没有结果`,
        leftOut.length > 0 && `${leftOut.length} 行无法读取`,
      ]
    : [
        outside > 0 && `${outside} off the raster`,
        withoutFigures > 0 && `${withoutFigures} without figures (crossing rings, or no polygon)`,
        leftOut.length > 0 && `${leftOut.length} rows could not be read`,
      ]
  const [example] = repeatedKeys.first
  const warning =
    repeatedKeys.count === 0
      ? ''
      : zh
        ? `\n注意：${repeatedKeys.count} 个标识重复（例如 ${example}），这些面的结果不能按标识区分；请用 --key 另选字段。`
        : `\nWarning: ${repeatedKeys.count} names occur more than once (${example}, for example): their rows cannot be told apart; choose another field with --key.`
  const said = rest.filter(Boolean).join(zh ? '，' : ', ')
  return zh
    ? `${where}：${zones} 个面，${columns.length} 列${said ? `；${said}` : ''}。${warning}`
    : `${where}: ${zones} polygons, ${columns.length} columns${said ? `; ${said}` : ''}.${warning}`
}
