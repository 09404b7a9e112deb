import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { type Refusal, Refused } from '@dishu/base/refusal'
import { checkClasses, checkCount, checkCovariates, type ForestNote } from '@dishu/land/soil/forest'
import { checkValues, extentOf } from '@dishu/land/soil/interpolation'
import { applicabilityOf } from '@dishu/numeric/forest/applicability'
import { thresholdsOf } from '@dishu/numeric/forest/codes'
import { joinTrees } from '@dishu/numeric/forest/forest'
import type { Tree } from '@dishu/numeric/forest/grow'
import { fitLinear } from '@dishu/numeric/forest/linear'
import { outOfBag } from '@dishu/numeric/forest/outofbag'
import { leafLevels } from '@dishu/numeric/forest/quantiles'
import { fitVariogram } from '@dishu/numeric/kriging/fit'
import { rangeOf } from '@dishu/numeric/kriging/model'
import { foldsOfSquares, validateBySquares } from '@dishu/numeric/kriging/validate'
import { experimentalVariogram } from '@dishu/numeric/kriging/variogram'
import { orRefused } from '@dishu/server-kit/http'
import { say } from '../server/sentences.ts'
import { openCovariates } from './covariate-raster.ts'
import { Crew } from './crew.ts'
import { writeModel } from './forest-model.ts'
import { mostProbable, type TrainAnswer, type TrainSetup, type TrainTask, trainingOf, trainWork } from './forest-work.ts'
import { checkOutputs } from './outputs.ts'
import { readSampleFile, type SampleColumns, type SampleFile } from './samples-file.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, table, wordsOf } from './terminal.ts'

const OPTIONS = {
  value: { type: 'string' },
  covariates: { type: 'string' },
  out: { type: 'string' },
  trees: { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
  tried: { type: 'string' },
  leaf: { type: 'string' },
  quantile: { type: 'boolean', default: false },
  classes: { type: 'boolean', default: false },
  x: { type: 'string' },
  y: { type: 'string' },
  epsg: { type: 'string' },
  raster: { type: 'string' },
  square: { type: 'string' },
  workers: { type: 'string' },
  'accept-outliers': { type: 'boolean', default: false },
} as const

const USAGE = {
  zh: '用法：dishu forest train SAMPLES.csv --value 列 --covariates a,b,c --out MODEL.json\n',
  en: 'Usage: dishu forest train SAMPLES.csv --value COLUMN --covariates a,b,c --out MODEL.json\n',
}

const FOLDS = 10
/** Trees of a task: few enough that threads end together. */
const TASK_TREES = 5

export async function trainForest(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, OPTIONS)
  const language = languageOfTerminal()
  const covariates = (values.covariates ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
  const whole = (text: string | undefined, otherwise: number, least: number, most: number) =>
    text === undefined ? otherwise : /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : Number.NaN
  const p = covariates.length
  const trees = whole(values.trees, 100, 1, 10_000)
  const seed = whole(values.seed, 1, 0, 2 ** 31)
  // a third of the covariates for measured values, the root of their number for classes (Breiman 2001; the defaults of R's randomForest)
  const tried = whole(values.tried, Math.max(1, values.classes ? Math.floor(Math.sqrt(p)) : Math.floor(p / 3)), 1, 100_000)
  const leaf = whole(values.leaf, values.classes ? 1 : 5, 1, 1_000_000)
  const epsg = values.epsg === undefined ? null : whole(values.epsg, 0, 1, 100_000)
  const square = values.square === undefined ? null : Number(values.square)
  const workers = whole(values.workers, Math.min(8, availableParallelism()), 1, 256)
  const isWrong = [trees, seed, tried, leaf, epsg, workers].some(Number.isNaN) || (square !== null && !(square > 0))
  if (positionals.length !== 1 || !values.value || !values.out || p === 0 || isWrong || (values.classes && values.quantile)) {
    process.stderr.write(USAGE[language])
    return EXIT.usage
  }
  orRefused(checkCovariates(values.value, covariates))
  await checkOutputs([values.out], [positionals[0], values.raster])
  const began = performance.now()
  const abort = interruptible()
  const placed = values.raster !== undefined || (values.x !== undefined && values.y !== undefined)
  const asked = { x: values.x ?? null, y: values.y ?? null, value: values.value, covariates, asText: values.classes }
  const file = values.raster
    ? await withBands(values.raster, covariates, positionals[0], asked, epsg, abort.signal)
    : await readSampleFile(positionals[0], asked, epsg, { placeNeeded: placed, signal: abort.signal })
  const count = file.rows.length
  orRefused(checkCount(count))
  const classNames = values.classes ? [...new Set(file.words)].sort() : []
  if (values.classes) orRefused(checkClasses(classNames.length))
  else orRefused(checkValues(file, { believed: values['accept-outliers'], forLogarithms: false }))
  const response = values.classes ? Float64Array.from(file.words, (word) => classNames.indexOf(word)) : file.value
  const columns = covariates.map((_, f) => Float64Array.from({ length: count }, (_, i) => file.covariates[i * p + f]))
  const classes = classNames.length
  const squares = placed ? squaresOf(file, response, classes, square, seed) : null
  const notes: (ForestNote | Refusal)[] = [...file.notes]
  if (!squares) notes.push({ code: 'forest/not-validated', details: {} })

  const setup: TrainSetup = { columns, response, classes, tried, leaf, trees, seed, folds: squares?.folds ?? new Int32Array(0) }
  const crew = new Crew<TrainSetup, TrainTask, TrainAnswer>(
    new URL('./forest.child.ts', import.meta.url),
    setup,
    workers,
    trainWork,
    abort.signal,
  )
  try {
    const run = (task: TrainTask) => crew.run(task)
    const tasks = Array.from({ length: Math.ceil(trees / TASK_TREES) }, (_, k) => k * TASK_TREES)
    const grown = await Promise.all(tasks.map((from) => run({ do: 'grow', from, to: Math.min(trees, from + TASK_TREES) })))
    const growSeconds = (performance.now() - began) / 1000
    const all: Tree[] = grown.flatMap((each) => each.trees)
    const importance = meanLosses(
      grown.flatMap((each) => each.losses),
      p,
    )
    const thresholds = thresholdsOf(columns)
    const oob = outOfBag(all, trainingOf(columns, response, classes, thresholds), seed)
    const validation = squares ? await validate(squares, setup, run, file) : null
    if (validation && !(validation.forest < validation.mean))
      notes.push({ code: 'forest/no-better', details: { rmse: validation.forest, meanRmse: validation.mean, square: validation.square } })
    const about = {
      samples: count,
      trees,
      seed,
      tried,
      leaf,
      outOfBag: errorOf(oob, response, classes),
      mean: errorOfMean(response, classes),
      importance: Object.fromEntries(covariates.map((name, f) => [name, importance[f]])),
      validation,
    }
    await writeModel(values.out, {
      value: values.value,
      covariates,
      classNames,
      forest: joinTrees(all, thresholds, classes),
      quantiles: values.quantile ? leafLevels(all, response) : null,
      applicability: applicabilityOf(columns, importance, squares?.folds ?? foldsByTurn(count)),
      about,
    })
    const told = {
      file: resolve(values.out),
      ...about,
      classNames,
      workers,
      seconds: { grow: growSeconds, all: (performance.now() - began) / 1000 },
      notes: notes.map((each) => ({ ...each, ...say(each, language) })),
    }
    process.stdout.write(values.json ? `${JSON.stringify(told)}\n` : inWords(told, covariates, language === 'zh'))
    return EXIT.done
  } catch (fault) {
    if (abort.signal.aborted) return EXIT.interrupted
    throw fault
  } finally {
    await crew.close()
  }
}

/** Samples whose covariates are read from a raster where they lie; those outside it, or on a cell without a value, are left out and counted. */
async function withBands(
  path: string,
  covariates: readonly string[],
  samples: string,
  asked: SampleColumns,
  epsg: number | null,
  signal: AbortSignal,
): Promise<SampleFile> {
  const raster = await openCovariates(path, covariates)
  try {
    const file = await readSampleFile(samples, { ...asked, covariates: [] }, epsg ?? raster.crs?.epsg ?? null, {
      placeNeeded: true,
      signal,
    })
    const p = covariates.length
    const found = await raster.at(file.x, file.y)
    const covered = Int32Array.from(file.rows.keys()).filter((i) => found.subarray(i * p, (i + 1) * p).every((each) => !Number.isNaN(each)))
    const left = file.rows.length - covered.length
    if (covered.length < file.rows.length / 2)
      throw new Refused({ code: 'kriging/covariates-elsewhere', details: { samples: file.rows.length, covered: covered.length } })
    const pick = (all: Float64Array) => Float64Array.from(covered, (i) => all[i])
    return {
      rows: Uint32Array.from(covered, (i) => file.rows[i]),
      x: pick(file.x),
      y: pick(file.y),
      value: file.value.length > 0 ? pick(file.value) : file.value,
      words: file.words.length > 0 ? Array.from(covered, (i) => file.words[i]) : file.words,
      covariates: Float64Array.from({ length: covered.length * p }, (_, k) => found[covered[Math.floor(k / p)] * p + (k % p)]),
      notes: left > 0 ? [...file.notes, { code: 'kriging/not-covered', details: { samples: left } }] : file.notes,
    }
  } finally {
    raster.close()
  }
}

type Squares = { readonly side: number; readonly folds: Int32Array }

/** Folds of squares as wide as values are alike: the range of their variogram, within a twentieth and a third of the samples' own extent. */
function squaresOf({ x, y }: SampleFile, response: Float64Array, classes: number, asked: number | null, seed: number): Squares | null {
  const [left, bottom, right, top] = extentOf(x, y)
  const extent = Math.max(right - left, top - bottom)
  const fit = asked || classes > 0 ? null : fitVariogram(experimentalVariogram(x, y, response))
  const side = asked ?? Math.min(extent / 3, Math.max(extent / 20, fit ? rangeOf(fit.model) : extent / 10))
  const folds = side > 0 ? foldsOfSquares(x, y, side, FOLDS, seed) : new Int32Array(x.length)
  return folds.some((fold) => fold !== folds[0]) ? { side, folds } : null
}

const foldsByTurn = (count: number) => Int32Array.from({ length: count }, (_, i) => i % FOLDS)

/** Errors with squares left out: RMSE of measured values, share of wrong classes. `kriging`: ordinary kriging with a variogram of all samples. */
type Validation = {
  readonly square: number
  readonly folds: number
  readonly forest: number
  readonly mean: number
  readonly linear: number | null
  readonly kriging: number | null
}

async function validate(
  { side, folds }: Squares,
  setup: TrainSetup,
  run: (task: TrainTask) => Promise<TrainAnswer>,
  file: SampleFile,
): Promise<Validation> {
  const { columns, response, classes } = setup
  const width = Math.max(1, classes)
  const count = folds.reduce((most, fold) => Math.max(most, fold + 1), 0)
  const predicted = new Float64Array(response.length * width)
  const answers = await Promise.all(Array.from({ length: count }, (_, fold) => run({ do: 'fold', fold })))
  for (const [fold, { predictions }] of answers.entries()) {
    let at = 0
    folds.forEach((own, i) => {
      if (own === fold) for (let c = 0; c < width; c++) predicted[i * width + c] = predictions[at++]
    })
  }
  const baseline = new Float64Array(response.length * width)
  const linear = new Float64Array(response.length)
  for (let fold = 0; fold < count; fold++) {
    const outside = folds.map((_, i) => i).filter((i) => folds[i] !== fold)
    const kept = Float64Array.from(outside, (i) => response[i])
    const line =
      classes > 0
        ? null
        : fitLinear(
            columns.map((column) => Float64Array.from(outside, (i) => column[i])),
            kept,
          )
    const means = Float64Array.from(
      { length: width },
      (_, c) => kept.reduce((sum, each) => sum + (classes > 0 ? Number(each === c) : each), 0) / kept.length,
    )
    folds.forEach((own, i) => {
      if (own !== fold) return
      baseline.set(means, i * width)
      if (line) linear[i] = columns.reduce((sum, column, f) => sum + line[1 + f] * column[i], line[0])
    })
  }
  return {
    square: side,
    folds: count,
    forest: errorOf(predicted, response, classes),
    mean: errorOf(baseline, response, classes),
    linear: classes > 0 ? null : errorOf(linear, response, 0),
    kriging: classes > 0 ? null : krigingError(file, response, side, setup.seed),
  }
}

function krigingError({ x, y }: SampleFile, z: Float64Array, side: number, seed: number): number | null {
  const fit = fitVariogram(experimentalVariogram(x, y, z))
  const left = fit && validateBySquares(onePlaceEach({ x, y, z }), fit.model, { nmax: 32 }, side, FOLDS, seed)
  return left ? errorOf(left.prediction, onePlaceEach({ x, y, z }).z, 0) : null
}

/** Samples of one place, of which kriging takes one, with their mean. */
function onePlaceEach({ x, y, z }: { x: Float64Array; y: Float64Array; z: Float64Array }) {
  const places = new Map<string, number[]>()
  for (let i = 0; i < x.length; i++) places.set(`${x[i]} ${y[i]}`, [...(places.get(`${x[i]} ${y[i]}`) ?? []), i])
  const groups = [...places.values()]
  const mean = (all: Float64Array) => Float64Array.from(groups, (group) => group.reduce((sum, i) => sum + all[i], 0) / group.length)
  return { x: Float64Array.from(groups, ([i]) => x[i]), y: Float64Array.from(groups, ([i]) => y[i]), z: mean(z) }
}

/** Root of the mean squared error, or the share of samples whose most probable class is not theirs. Samples that nothing was said of (NaN) aside. */
function errorOf(predicted: Float64Array, response: Float64Array, classes: number): number {
  const width = Math.max(1, classes)
  let [sum, count] = [0, 0]
  response.forEach((own, i) => {
    if (Number.isNaN(predicted[i * width])) return
    count++
    sum += classes > 0 ? Number(mostProbable(predicted, i * width, width) !== own + 1) : (predicted[i] - own) ** 2
  })
  return classes > 0 ? sum / count : Math.sqrt(sum / count)
}

function errorOfMean(response: Float64Array, classes: number): number {
  const shares = Float64Array.from(
    { length: Math.max(1, classes) },
    (_, c) => response.reduce((sum, each) => sum + (classes > 0 ? Number(each === c) : each), 0) / response.length,
  )
  const predicted = new Float64Array(response.length * shares.length)
  for (let i = 0; i < response.length; i++) predicted.set(shares, i * shares.length)
  return errorOf(predicted, response, classes)
}

function meanLosses(losses: readonly Float64Array[], p: number): Float64Array {
  return Float64Array.from({ length: p }, (_, f) => losses.reduce((sum, each) => sum + each[f], 0) / losses.length)
}

type Told = {
  readonly file: string
  readonly samples: number
  readonly trees: number
  readonly outOfBag: number
  readonly mean: number
  readonly importance: Readonly<Record<string, number>>
  readonly validation: Validation | null
  readonly classNames: readonly string[]
  readonly notes: readonly { readonly message: string; readonly hint?: string }[]
}

function inWords(told: Told, covariates: readonly string[], zh: boolean): string {
  const short = (value: number) => String(Number(value.toPrecision(4)))
  const isClasses = told.classNames.length > 0
  const what = isClasses ? (zh ? '错分率' : 'share of wrong classes') : zh ? '均方根误差' : 'RMSE'
  const { validation } = told
  const lines = [
    zh ? `样品 ${told.samples} 个，树 ${told.trees} 棵。` : `${told.samples} samples, ${told.trees} trees.`,
    zh
      ? `袋外${what} ${short(told.outOfBag)}（平均值 ${short(told.mean)}）。`
      : `Out of the bag: ${what} ${short(told.outOfBag)} (the mean ${short(told.mean)}).`,
  ]
  if (validation) {
    const others = [
      [zh ? '平均值' : 'the mean', validation.mean],
      [zh ? '线性回归' : 'linear regression', validation.linear],
      [zh ? '普通克里金' : 'ordinary kriging', validation.kriging],
    ] as const
    const rest = others.flatMap(([name, value]) => (value === null ? [] : [`${name} ${short(value)}`])).join(zh ? '，' : ', ')
    lines.push(
      zh
        ? `按 ${validation.square.toFixed(0)} 米方块留出（${validation.folds} 组）：${what} ${short(validation.forest)}；${rest}。`
        : `With squares of ${validation.square.toFixed(0)} m left out (${validation.folds} folds): ${what} ${short(validation.forest)}; ${rest}.`,
    )
  }
  const ranked = [...covariates].sort((a, b) => told.importance[b] - told.importance[a])
  lines.push(
    table(
      zh ? ['协变量', '打乱后误差的增加'] : ['covariate', 'loss when shuffled'],
      ranked.map((name) => [name, short(told.importance[name])]),
      new Set([1]),
    ).trimEnd(),
  )
  for (const { message, hint } of told.notes) lines.push(hint ? `${message} ${hint}` : message)
  lines.push(told.file)
  return `${lines.join('\n')}\n`
}
