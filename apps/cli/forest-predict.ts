import { availableParallelism } from 'node:os'
import { basename, resolve } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import type { ForestNote } from '@dishu/land/soil/forest'
import { say } from '../server/sentences.ts'
import { type CovariateRaster, openCovariates } from './covariate-raster.ts'
import { Crew, inOrder } from './crew.ts'
import { type ForestModel, readModel } from './forest-model.ts'
import { type PredictAnswer, type PredictSetup, type PredictTask, predictWork } from './forest-work.ts'
import { checkOutputs, orRefusedByDisk } from './outputs.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, wordsOf } from './terminal.ts'

const OPTIONS = {
  out: { type: 'string' },
  bands: { type: 'string' },
  workers: { type: 'string' },
  'no-applicability': { type: 'boolean', default: false },
} as const

/** What a quantile forest maps: the median and the bounds of a 90 % interval. */
const SHARES = [0.05, 0.5, 0.95] as const
const TILE = 256
/** Cells of a task, at most. */
const TASK_CELLS = 1 << 18

export async function predictForest(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, OPTIONS)
  const language = languageOfTerminal()
  const zh = language === 'zh'
  const workers = values.workers === undefined ? Math.min(8, availableParallelism()) : Number(values.workers)
  if (positionals.length !== 2 || !values.out || !(Number.isInteger(workers) && workers >= 1 && workers <= 256)) {
    process.stderr.write(
      zh
        ? '用法：dishu forest predict MODEL.json RASTER.tif --out MAP.tif\n'
        : 'Usage: dishu forest predict MODEL.json RASTER.tif --out MAP.tif\n',
    )
    return EXIT.usage
  }
  const { out: path } = values
  await checkOutputs([path], positionals)
  const began = performance.now()
  const abort = interruptible()
  const model = readModel(positionals[0])
  const notes: ForestNote[] = []
  const raster = await openBands(positionals[1], model, values.bands, notes)
  const applicability = values['no-applicability'] ? null : model.applicability
  const setup: PredictSetup = { forest: model.forest, quantiles: model.quantiles, shares: SHARES, applicability }
  const crew = new Crew<PredictSetup, PredictTask, PredictAnswer>(
    new URL('./forest.child.ts', import.meta.url),
    setup,
    workers,
    predictWork,
    abort.signal,
  )
  try {
    const bands = bandNames(model, applicability !== null)
    const { columns, rows, x0, y0, dx, dy } = raster.grid
    // whole tasks make a tile row
    const taskRows = Math.max(1, Math.min(TILE, 2 ** Math.floor(Math.log2(TASK_CELLS / columns))))
    const answers = inOrder(Math.ceil(rows / taskRows), workers + 2, async (index) => {
      abort.signal.throwIfAborted()
      return crew.run({ rows: await raster.rows(index * taskRows, Math.min(rows, (index + 1) * taskRows)) })
    })
    let [known, unlike] = [0, 0]
    const write = () =>
      writeGeotiff(
        path,
        {
          width: columns,
          height: rows,
          bandCount: bands.length,
          type: 'float32',
          geotransform: [x0 - dx / 2, dx, 0, y0 - dy / 2, 0, dy],
          epsg: raster.crs?.epsg ?? null,
          wkt: raster.crs?.wkt ?? null,
          geographic: raster.crs?.geographic ?? false,
          nodata: Number.NaN,
          bands: bands.map((name) => ({ name })),
          metadata: {
            METHOD: 'random forest',
            VALUE: model.value,
            ...(model.classNames.length > 0 ? { CLASSES: model.classNames.join(',') } : {}),
          },
          rows: async (_, n) => {
            const out = bands.map(() => new Float32Array(n * columns))
            for (let row = 0; row < n; row += taskRows) {
              const { value } = await answers.next()
              if (!value) throw new Error('expected rows for the whole raster')
              for (const [b, band] of value.bands.entries()) out[b].set(band, row * columns)
            }
            const applicable = applicability ? out[bands.length - 1] : null
            for (const [i, each] of out[0].entries()) {
              if (Number.isNaN(each)) continue
              known++
              if (applicable?.[i] === 0) unlike++
            }
            return out
          },
        },
        { tile: TILE, overviews: model.classNames.length > 0 ? 'first' : 'mean' },
      )
    const bytes = await orRefusedByDisk(path, write)
    if (unlike > 0) notes.push({ code: 'forest/unlike', details: { percent: (100 * unlike) / known } })
    const seconds = (performance.now() - began) / 1000
    const told = {
      ...{ file: resolve(values.out), columns, rows, bands, bytes, cells: known, unlike, workers, seconds },
      notes: notes.map((each) => ({ ...each, ...say(each, language) })),
    }
    if (values.json) process.stdout.write(`${JSON.stringify(told)}\n`)
    else {
      for (const { message } of told.notes) process.stdout.write(`${message}\n`)
      process.stdout.write(
        zh
          ? `${told.file}：${columns} × ${rows} 格，${known} 格有值；波段 ${bands.join('、')}。\n`
          : `${told.file}: ${columns} × ${rows} cells, ${known} with a value; bands ${bands.join(', ')}.\n`,
      )
    }
    return EXIT.done
  } catch (fault) {
    if (abort.signal.aborted) return EXIT.interrupted
    throw fault
  } finally {
    await crew.close()
    raster.close()
  }
}

/** The bands that are the model's covariates: those named, else those of the same names, else, where none has a name, all in their order. */
async function openBands(path: string, model: ForestModel, named: string | undefined, notes: ForestNote[]): Promise<CovariateRaster> {
  const wanted = model.covariates
  const list = (named ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
  if (list.length > 0 && list.length !== wanted.length) throw new Refused({ code: 'forest/bands-differ', details: { wanted, bands: list } })
  if (list.length > 0) return openCovariates(path, list)
  const all = await openCovariates(path, [])
  if (wanted.every((name, k) => all.names[k] === name)) {
    if (all.names.length === wanted.length) return all
  }
  all.close()
  if (wanted.every((name) => all.names.includes(name))) return openCovariates(path, wanted)
  const nameless = all.names.every((name) => /^\d+$/.test(name))
  if (!nameless || all.names.length !== wanted.length)
    throw new Refused({ code: 'forest/bands-differ', details: { wanted, bands: all.names.length > 0 ? all.names : [basename(path)] } })
  notes.push({ code: 'forest/bands-by-place', details: { bands: wanted } })
  return openCovariates(path, [])
}

function bandNames({ classNames, quantiles }: ForestModel, withApplicability: boolean): string[] {
  const values = classNames.length > 0 ? ['class', ...classNames.map((name) => `share of ${name}`)] : ['prediction']
  const shares = quantiles ? SHARES.map((share) => `quantile ${share}`) : []
  return [...values, ...shares, ...(withApplicability ? ['dissimilarity', 'applicable'] : [])]
}
