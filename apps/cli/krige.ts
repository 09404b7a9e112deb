/** `dishu krige`: a map from samples, with what is not sure about it. */
import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import {
  checkExtent,
  checkModel,
  type Extent,
  type KrigingNote,
  MOST_CLASSES_OF_DISTANCE,
  MOST_FOR_ALL,
  type Preparation,
  prepareSamples,
} from '@dishu/land/soil/interpolation'
import { FAMILIES, type Family, fitVariogram } from '@dishu/numeric/kriging/fit'
import type { Grid, Samples } from '@dishu/numeric/kriging/kriging'
import { modelText, parseModel, rangeOf, type VariogramModel } from '@dishu/numeric/kriging/model'
import { normalScores } from '@dishu/numeric/kriging/scores'
import { generalisedMean } from '@dishu/numeric/kriging/simulate'
import { withoutTrend } from '@dishu/numeric/kriging/trend'
import { errorsOf, leaveOneOut, type Structure, spatialStructure, validateBySquares } from '@dishu/numeric/kriging/validate'
import { defaultCutoff, experimentalVariogram, type Lag } from '@dishu/numeric/kriging/variogram'
import { orRefused } from '@dishu/server-kit/http'
import { say } from '../server/sentences.ts'
import { type CovariateRaster, openCovariates } from './covariate-raster.ts'
import { Crew } from './crew.ts'
import { krigeBlocks } from './krige-blocks.ts'
import { writeMap, writeSimulations } from './krige-map.ts'
import { inWords } from './krige-words.ts'
import { type KrigeAnswer, type KrigeSetup, type KrigeTask, krigeWork, type Transform } from './krige-work.ts'
import { checkOutputs, intoPlace } from './outputs.ts'
import { readSampleFile } from './samples-file.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, wordsOf } from './terminal.ts'

const OPTIONS = {
  x: { type: 'string' },
  y: { type: 'string' },
  value: { type: 'string' },
  model: { type: 'string' },
  family: { type: 'string' },
  robust: { type: 'boolean', default: false },
  cutoff: { type: 'string' },
  width: { type: 'string' },
  nmax: { type: 'string', default: '32' },
  maxdist: { type: 'string' },
  extent: { type: 'string' },
  cells: { type: 'string' },
  out: { type: 'string' },
  blocks: { type: 'string' },
  'blocks-out': { type: 'string' },
  workers: { type: 'string' },
  log: { type: 'boolean', default: false },
  scores: { type: 'boolean', default: false },
  drift: { type: 'string' },
  raster: { type: 'string' },
  covariates: { type: 'string' },
  epsg: { type: 'string' },
  simulate: { type: 'string' },
  seed: { type: 'string', default: '1' },
  square: { type: 'string' },
  'accept-outliers': { type: 'boolean', default: false },
} as const

const USAGE = {
  zh: '用法：dishu krige SAMPLES.csv --value 列 --extent XMIN,YMIN,XMAX,YMAX --cells NXxNY --out MAP.tif（各选项见 dishu krige --help）\n',
  en: 'Usage: dishu krige SAMPLES.csv --value COLUMN --extent XMIN,YMIN,XMAX,YMAX --cells NXxNY --out MAP.tif (options: dishu krige --help)\n',
}

const MOST_CELLS = 400_000_000
/** Cells along a side: a row of tiles is held at a time. */
const LONGEST_SIDE = 50_000
/** Tasks that lie with a thread: a row of tiles is packed while each works through about so many. */
const TASKS_IN_HAND = 3
/** Points that stand for a parcel: its variance is then right to a thousandth of the sill, its value to a hundredth of the sill's root (docs/methods/soil.md). */
const BLOCK_POINTS = 36
type Values = ReturnType<typeof wordsOf<typeof OPTIONS>>['values']

export async function krige(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, OPTIONS)
  const language = languageOfTerminal()
  const [epsg, workers, simulations, seed] = [
    whole(values.epsg, 1, 1e6),
    whole(values.workers, 1, 256),
    whole(values.simulate, 1, 10_000),
    whole(values.seed, 0, 2 ** 31),
  ]
  const [cutoff, width, maxdist, square] = [values.cutoff, values.width, values.maxdist, values.square].map(positive)
  const nmax = values.nmax === 'all' ? Number.POSITIVE_INFINITY : whole(values.nmax, 1, 1e6)
  const family = FAMILY_WORDS[(values.family ?? '').toLowerCase()]
  const isWrong =
    [epsg, cutoff, width, maxdist, workers, simulations, seed, square, nmax].some(Number.isNaN) ||
    positionals.length !== 1 ||
    !values.value ||
    (values.family !== undefined && family === undefined) ||
    (values.drift !== undefined && values.drift !== 'place') ||
    (values['blocks-out'] !== undefined && !/\.(csv|gpkg)$/i.test(values['blocks-out'])) ||
    (!values.out && (!values.blocks || values.simulate !== undefined))
  if (isWrong || !values.value) {
    process.stderr.write(USAGE[language])
    return EXIT.usage
  }
  refuseTogether(values)
  const blocksOut = values.blocks ? blocksFile(values) : null
  await checkOutputs([values.out ?? null, blocksOut], [positionals[0], values.raster, values.blocks])
  const began = performance.now()
  const abort = interruptible()
  const raster = values.raster ? await openCovariates(values.raster, listOf(values.covariates)) : null
  try {
    const plane = epsg ?? raster?.crs?.epsg ?? null
    const file = await readSampleFile(
      positionals[0],
      { x: values.x ?? null, y: values.y ?? null, value: values.value, covariates: [] },
      plane,
      { placeNeeded: true, signal: abort.signal },
    )
    const prepared = orRefused(prepareSamples(file, { believed: values['accept-outliers'], forLogarithms: values.log }))
    const grid = raster?.grid ?? gridFrom(values.extent, values.cells, Boolean(values.out))
    if (grid) orRefused(checkExtent(prepared.x, prepared.y, boxOf(grid)))
    const notes: KrigingNote[] = [...file.notes, ...prepared.notes]
    const samples = await samplesFrom(prepared, values, raster, notes)
    if (Math.min(nmax ?? 32, samples.x.length) > MOST_FOR_ALL)
      throw new Refused({ code: 'kriging/too-many-for-all', details: { samples: samples.x.length, most: MOST_FOR_ALL } })
    const { transformed, transform } = transformOf(samples, values)
    const neighbourhood = { nmax: nmax ?? 32, ...(maxdist ? { maxdist } : {}) }
    const variogram = variogramOf(transformed, values.robust, cutoff, width)
    const { model, fitted } = modelFrom(values.model, family, variogram, notes)
    const validation = leaveOneOut(transformed, model, neighbourhood)
    const structure = spatialStructure(transformed, validation, Math.min(neighbourhood.nmax, 32))
    orRefused(checkModel(modelText(model), structure))
    if (!structure.isShown) notes.push(noStructure(structure))
    const side = square ?? Math.max(rangeOf(model), 1)
    const squares = samples.x.length <= 20_000 ? validateBySquares(transformed, model, neighbourhood, side) : null
    const setup: KrigeSetup = {
      samples: transformed,
      model,
      neighbourhood,
      transform,
      drift: raster ? 'given' : values.drift ? 'place' : 'none',
      grid,
      blockPoints: BLOCK_POINTS,
      simulation: simulations
        ? { nmax: Math.min(neighbourhood.nmax, 64), seed: seed ?? 1, mean: generalisedMean(transformed, model) }
        : null,
    }
    const threads = workers ?? Math.min(8, availableParallelism())
    const prepareSeconds = (performance.now() - began) / 1000
    const crew = new Crew<KrigeSetup, KrigeTask, KrigeAnswer>(
      new URL('./krige.child.ts', import.meta.url),
      setup,
      threads,
      krigeWork,
      abort.signal,
      TASKS_IN_HAND,
    )
    try {
      let leftOut = 0
      const run = async (task: KrigeTask) => {
        const answer = await crew.run(task)
        leftOut += answer.leftOut
        return answer
      }
      const facts = metadataOf(model, samples, structure, neighbourhood.nmax)
      const { out } = values
      let mapSeconds = 0
      const make = async (draft: string | null) => {
        const map = draft && grid ? await writeMap(draft, grid, plane, raster, run, facts) : null
        mapSeconds = (performance.now() - began) / 1000 - prepareSeconds
        const seeded = { ...facts, SEED: String(seed ?? 1) }
        const simulated = simulations && grid && out ? await writeSimulations(out, simulations, grid, plane, run, seeded, abort.signal) : []
        try {
          const check = (box: Extent) => void orRefused(checkExtent(samples.x, samples.y, box))
          const blocks = values.blocks && blocksOut ? await krigeBlocks(values.blocks, blocksOut, plane, run, check, abort.signal) : null
          return { map, simulated, blocks }
        } catch (fault) {
          for (const each of simulated) await rm(each, { force: true })
          throw fault
        }
      }
      // the map is put into place last: of a run that ends before, nothing is left
      const { map, simulated, blocks } = out ? await intoPlace(out, make) : await make(null)
      if (blocks) notes.push(...blocks.notes)
      if (leftOut > 0) notes.push({ code: 'kriging/left-out', details: { rows: leftOut } })
      const told = {
        samples: { read: file.rows.length, used: samples.x.length },
        model: modelText(model),
        fitted,
        variogram: variogram.map(({ pairs, distance, gamma }) => ({ pairs, distance, gamma })),
        structure,
        leaveOneOut: errorsOf(validation, transformed.z),
        squares: squares && { side, ...errorsOf(squares, transformed.z) },
        transform: transform.kind,
        map: map && out ? { ...map, file: resolve(out) } : null,
        simulations: simulated,
        blocks: blocks && { file: blocks.file, rows: blocks.rows },
        workers: threads,
        seconds: { prepare: prepareSeconds, map: mapSeconds, all: (performance.now() - began) / 1000 },
        notes: notes.map((each) => ({ ...each, ...say(each, language) })),
      }
      if (values.json) process.stdout.write(`${JSON.stringify(told)}\n`)
      else process.stdout.write(inWords(told, language === 'zh'))
      return EXIT.done
    } finally {
      await crew.close()
    }
  } catch (fault) {
    if (abort.signal.aborted) return EXIT.interrupted
    throw fault
  } finally {
    raster?.close()
  }
}

/** A whole number within bounds; null where none was said, NaN for anything else. */
const whole = (text: string | undefined, least: number, most: number): number | null =>
  text === undefined ? null : /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : Number.NaN
const positive = (text: string | undefined): number | null =>
  text === undefined ? null : Number(text) > 0 && Number.isFinite(Number(text)) ? Number(text) : Number.NaN

const FAMILY_WORDS: Readonly<Record<string, Family>> = {
  sph: { kind: 'Sph' },
  exp: { kind: 'Exp' },
  gau: { kind: 'Gau' },
  'mat0.5': { kind: 'Mat', kappa: 0.5 },
  'mat1.5': { kind: 'Mat', kappa: 1.5 },
  'mat2.5': { kind: 'Mat', kappa: 2.5 },
}

const listOf = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)

/** Ways that do not go together, said before anything is read. */
function refuseTogether(values: Values): void {
  const pairs: readonly (readonly [unknown, string, unknown, string])[] = [
    [values.log, '--log', values.scores, '--scores'],
    [values.raster, '--raster', values.blocks, '--blocks'],
    [values.raster, '--raster', values.drift, '--drift'],
    [values.raster, '--raster', values.extent, '--extent'],
    [values.raster, '--raster', values.simulate, '--simulate'],
    [values.drift, '--drift', values.simulate, '--simulate'],
    [values.log && values.drift, '--log --drift', values.blocks, '--blocks'],
    [values.scores && values.drift, '--scores --drift', values.blocks, '--blocks'],
  ]
  for (const [one, option, two, other] of pairs) if (one && two) throw new Refused({ code: 'kriging/not-with', details: { option, other } })
}

/** Cells of the extent; null where neither was given and no map is asked for. */
function gridFrom(extent: string | undefined, cells: string | undefined, mapWanted: boolean): Grid | null {
  if (!extent && !cells && !mapWanted) return null
  const [xmin, ymin, xmax, ymax, ...more] = (extent ?? '').split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)))
  const [columns, rows] = (/^(\d+)[x×](\d+)$/.exec(cells ?? '') ?? []).slice(1).map(Number)
  if (!(xmax > xmin && ymax > ymin && Number.isFinite(xmax - xmin + ymax - ymin) && columns > 0 && rows > 0) || more.length > 0)
    throw new Refused({ code: 'kriging/grid-not-read', details: { extent: extent ?? '', cells: cells ?? '' } })
  if (columns * rows > MOST_CELLS)
    throw new Refused({ code: 'kriging/grid-too-large', details: { cells: columns * rows, most: MOST_CELLS } })
  if (Math.max(columns, rows) > LONGEST_SIDE)
    throw new Refused({ code: 'kriging/grid-too-long', details: { columns, rows, most: LONGEST_SIDE } })
  const [dx, dy] = [(xmax - xmin) / columns, (ymin - ymax) / rows]
  return { x0: xmin + dx / 2, y0: ymax + dy / 2, dx, dy, columns, rows }
}

const boxOf = ({ x0, y0, dx, dy, columns, rows }: Grid): Extent => [
  x0 - dx / 2,
  y0 - dy / 2 + rows * dy,
  x0 - dx / 2 + columns * dx,
  y0 - dy / 2,
]

/** Samples with the covariates that were asked for; those outside the raster are left out. */
async function samplesFrom(prepared: Preparation, values: Values, raster: CovariateRaster | null, notes: KrigingNote[]): Promise<Samples> {
  const { x, y, value: z } = prepared
  const n = x.length
  if (values.drift)
    return { x, y, z, covariates: Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? x : y)[i >> 1]), covariateCount: 2 }
  if (!raster) return { x, y, z }
  const q = raster.names.length
  const found = await raster.at(x, y)
  const covered = Int32Array.from({ length: n }, (_, i) => i).filter((i) =>
    found.subarray(i * q, (i + 1) * q).every((each) => !Number.isNaN(each)),
  )
  if (covered.length < 10 || covered.length < n / 2)
    throw new Refused({ code: 'kriging/covariates-elsewhere', details: { samples: n, covered: covered.length } })
  if (covered.length < n) notes.push({ code: 'kriging/not-covered', details: { samples: n - covered.length } })
  const pick = (all: Float64Array) => Float64Array.from(covered, (i) => all[i])
  const covariates = new Float64Array(covered.length * q)
  covered.forEach((i, k) => {
    covariates.set(found.subarray(i * q, (i + 1) * q), k * q)
  })
  return { x: pick(x), y: pick(y), z: pick(z), covariates, covariateCount: q }
}

function transformOf(samples: Samples, { log, scores }: Values): { transformed: Samples; transform: Transform } {
  if (log) return { transformed: { ...samples, z: samples.z.map(Math.log) }, transform: { kind: 'log' } }
  if (!scores) return { transformed: samples, transform: { kind: 'none' } }
  const scored = normalScores(samples.z)
  return { transformed: { ...samples, z: scored.scores }, transform: { kind: 'scores', table: scored.table } }
}

/** With covariates the variogram is that of what their regression leaves. */
function variogramOf(
  { x, y, z, covariates, covariateCount }: Samples,
  robust: boolean,
  cutoff: number | null,
  width: number | null,
): Lag[] {
  const classes = width ? Math.ceil((cutoff ?? defaultCutoff(x, y)) / width) : 0
  if (classes > MOST_CLASSES_OF_DISTANCE)
    throw new Refused({ code: 'kriging/too-many-classes', details: { classes, most: MOST_CLASSES_OF_DISTANCE } })
  const left = covariates && covariateCount ? withoutTrend(z, covariates, covariateCount).residuals : z
  return experimentalVariogram(x, y, left, { robust, ...(cutoff ? { cutoff } : {}), ...(width ? { width } : {}) })
}

function modelFrom(
  text: string | undefined,
  family: Family | undefined,
  variogram: readonly Lag[],
  notes: KrigingNote[],
): { model: VariogramModel; fitted: boolean } {
  if (text !== undefined) {
    const model = parseModel(text)
    if (typeof model === 'string') throw new Refused({ code: 'kriging/model-not-read', details: { part: model } })
    return { model, fitted: false }
  }
  const fit = fitVariogram(variogram, family ? [family] : FAMILIES)
  if (!fit) throw new Refused({ code: 'kriging/no-variogram', details: { lags: variogram.length } })
  if (fit.atBound)
    notes.push({
      code: 'kriging/range-beyond-lags',
      details: { range: rangeOf(fit.model), farthest: variogram[variogram.length - 1].distance },
    })
  return { model: fit.model, fitted: true }
}

const noStructure = ({ gain, krigingRmse, meanRmse }: Structure): KrigingNote => ({
  code: 'kriging/no-structure',
  details: { gainPercent: 100 * gain, krigingRmse, meanRmse },
})

/** Beside the map, or beside the layer where there is no map. */
const blocksFile = (values: Values): string =>
  values['blocks-out'] ?? `${(values.out ?? values.blocks ?? '').replace(/\.[^./\\]*$/, '')}.blocks.csv`

/** What a map must say of itself, in its file. */
const metadataOf = (model: VariogramModel, samples: Samples, structure: Structure, nmax: number): Record<string, string> => ({
  METHOD: samples.covariateCount ? 'universal kriging' : 'ordinary kriging',
  MODEL: modelText(model),
  NMAX: String(nmax),
  SAMPLES: String(samples.x.length),
  BETTER_THAN_THE_MEAN: structure.isShown ? 'yes' : 'not shown by the samples',
})
