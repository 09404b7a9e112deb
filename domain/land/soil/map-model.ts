/** The model of one mapped value: its scale, its variogram, and what leaving samples out says of it. */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { fitVariogram } from '@dishu/numeric/kriging/fit'
import type { Samples } from '@dishu/numeric/kriging/kriging'
import { modelText, parseModel, rangeOf, type VariogramModel } from '@dishu/numeric/kriging/model'
import { normalCdf } from '@dishu/numeric/kriging/normal'
import { momentsFromScores, normalScores, type ScoreTable } from '@dishu/numeric/kriging/scores'
import { withoutTrend } from '@dishu/numeric/kriging/trend'
import { errorsOf, leaveOneOut, spatialStructure, type Validation, validateBySquares } from '@dishu/numeric/kriging/validate'
import { experimentalVariogram } from '@dishu/numeric/kriging/variogram'
import { LEAST_FOR_FOREST } from './forest.ts'
import type { IndicatorName } from './grading.ts'
import { checkModel } from './interpolation.ts'
import { bestOf, compareWays } from './map-compare.ts'
import type { ValueSamples } from './map-samples.ts'
import { forestTrend, likenessOf, linearTrend, PLACES_A_COVARIATE, type Trend } from './map-trend.ts'
import { FEW_FOR_CHANCES, type MapMethod, type MapModel, type MapNote, type MapRefusal, type MapRequest, UNITS } from './maps.ts'

/**
 * A value ready to be mapped. `samples` are on the scale on which it is kriged, less its trend where it has one; `table` null: as they were measured, or their logarithms.
 * `like`: which rows of covariates are like the samples' own.
 */
export type ValueModel = {
  readonly name: IndicatorName
  readonly method: Exclude<MapMethod, 'best'>
  readonly samples: Samples
  readonly table: ScoreTable | null
  readonly model: VariogramModel
  readonly trend: Trend | null
  readonly like: ((rows: Float64Array) => Float64Array) | null
  readonly told: MapModel
  readonly notes: readonly MapNote[]
}

/** Samples up to which whole squares of land are left out: beyond that leaving out one after the other has to do. */
const MOST_FOR_SQUARES = 5000
const LEVELS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
/** Points of a plot. */
const MOST_PAIRS = 500
/** Where squares are too few to be left out, samples are dealt out in turn to so many hands. */
const HANDS = 10
/** Samples on which ways are compared: forests are grown anew for every square. */
const MOST_COMPARED = 2000

type Asked = Pick<MapRequest, 'models' | 'method' | 'transform' | 'nmax'> & Partial<Pick<MapRequest, 'seed'>>

/**
 * Fits or takes the model, and asks the samples left out. `columns`: covariates of the samples, if there are any; then every way is tried on squares that were left out, and
 * what comes of it is told. Refused: too few lags for a fit, a model that is worse than none, values without a logarithm.
 */
export function modelFor(
  { name, x, y, z: measured }: Pick<ValueSamples, 'name' | 'x' | 'y' | 'z'>,
  { models, method: wanted, transform, nmax, seed = 1 }: Asked,
  columns: readonly Float64Array[] = [],
): Result<ValueModel, MapRefusal> {
  const low = least(measured)
  if (transform === 'log' && low <= 0)
    return refuse('soil-map/not-positive', { value: name, found: low, samples: measured.filter((each) => each <= 0).length })
  const scored = transform === 'scores' ? normalScores(measured) : null
  const z = scored ? scored.scores : transform === 'log' ? measured.map(Math.log) : measured
  const table = scored?.table ?? null
  const parsed = models[name] === undefined ? null : parseModel(models[name])
  if (typeof parsed === 'string') return refuse('soil-map/model-not-read', { value: name, part: parsed })
  if (columns.length > 0) {
    const needed = Math.max(LEAST_FOR_FOREST, PLACES_A_COVARIATE * (1 + columns.length))
    if (x.length < needed)
      return refuse('soil-map/few-for-covariates', { value: name, places: x.length, least: needed, covariates: columns.length })
  }
  const trends = columns.length > 0 ? { regression: linearTrend(columns, z), forest: forestTrend(columns, z, seed) } : null
  const fitOf = (values: Float64Array) => {
    const lags = experimentalVariogram(x, y, values)
    return { lags, fit: fitVariogram(lags) }
  }
  const left = (trend: Trend) => z.map((each, i) => each - trend.own[i])
  const plain = fitOf(z)
  const fits = trends && { ordinary: plain, regression: fitOf(left(trends.regression)), forest: fitOf(left(trends.forest)) }
  const compared = fits && compare({ x, y, z }, columns, fits, nmax, seed)
  const method = wanted !== 'best' ? wanted : compared ? bestOf(compared.comparison.rmse, ['ordinary', 'regression', 'forest']) : 'ordinary'
  const trend = method === 'regression' || method === 'forest' ? (trends?.[method] ?? null) : null
  const samples: Samples = {
    ...{ x, y, z: trend ? left(trend) : z },
    ...(method === 'universal'
      ? { covariates: Float64Array.from({ length: 2 * x.length }, (_, i) => (i % 2 === 0 ? x : y)[i >> 1]), covariateCount: 2 }
      : {}),
  }
  const { lags, fit } =
    method === 'universal'
      ? fitOf(withoutTrend(z, samples.covariates ?? z, 2).residuals)
      : method === 'ordinary'
        ? plain
        : (fits?.[method] ?? plain)
  const model = parsed ?? fit?.model
  if (!model) return refuse('soil-map/no-variogram', { value: name })
  const notes: MapNote[] = []
  if (parsed === null && fit?.atBound)
    notes.push({
      code: 'soil-map/range-beyond-lags',
      details: { value: name, range: rangeOf(model), farthest: lags[lags.length - 1].distance },
    })
  const whole = (of: Validation): Validation =>
    trend ? { ...of, prediction: of.prediction.map((each, k) => each + trend.own[of.index[k]]) } : of
  const validation = whole(leaveOneOut(samples, model, { nmax }))
  const side = compared?.comparison.square ?? Math.max(rangeOf(model), 1)
  const byFolds = method === 'universal' ? null : (compared?.validations.get(method) ?? null)
  const squares = byFolds ?? (x.length <= MOST_FOR_SQUARES && !trend ? validateBySquares(samples, model, { nmax }, side) : null)
  // a trend knows the samples it was learnt from: only those left out with their land tell what it is worth
  const judge = trend && byFolds ? byFolds : validation
  const structure = spatialStructure({ x, y, z }, judge, Math.min(nmax, 32))
  if (!checkModel(modelText(model), structure).ok) return refuse('soil-map/model-does-not-hold', { value: name, model: modelText(model) })
  if (!structure.isShown) notes.push({ code: 'soil-map/no-structure', details: { value: name, gainPercent: 100 * structure.gain } })
  if (compared)
    notes.push({
      code: 'soil-map/ways-compared',
      details: { value: name, best: compared.comparison.best, taken: method, rmse: compared.comparison.rmse },
    })
  if (x.length < FEW_FOR_CHANCES) notes.push({ code: 'soil-map/few-for-chances', details: { value: name, places: x.length } })
  const { isShown, gain, krigingRmse, meanRmse } = structure
  const errors = (of: Validation) => {
    const { rmse, bias, zScore } = errorsOf(of, z)
    return { rmse, bias, zScore }
  }
  return accept({
    ...{ name, method, samples, table, model, trend, notes },
    like: trend ? likenessOf(columns, trend.importance, compared?.folds ?? byTurns(z.length)) : null,
    told: {
      ...{ value: name, unit: UNITS[name], samples: x.length, model: modelText(model), fitted: parsed === null, method },
      trend: trend && { kind: trend.kind, explained: fourDigits(trend.explained), importance: Array.from(trend.importance, fourDigits) },
      comparison: compared?.comparison ?? null,
      lags: lags.map(({ pairs, distance, gamma }) => ({ pairs, distance: sixDigits(distance), gamma: sixDigits(gamma) })),
      structure: { isShown, gain, krigingRmse, meanRmse },
      leaveOneOut: errors(validation),
      squares: squares && { side, ...errors(squares) },
      pairs: pairsOf(judge, measured, transform === 'log' ? 'log' : table),
      reliability: reliabilityOf(squares ?? validation, z),
      ...{ low, high: most(measured) },
    },
  })
}

/** Every way tried on squares left out; of many samples on a seeded choice. */
function compare(
  { x, y, z }: { readonly x: Float64Array; readonly y: Float64Array; readonly z: Float64Array },
  columns: readonly Float64Array[],
  fits: Readonly<Record<'ordinary' | 'regression' | 'forest', { readonly fit: { readonly model: VariogramModel } | null }>>,
  nmax: number,
  seed: number,
) {
  const models = {
    ordinary: fits.ordinary.fit?.model ?? null,
    regression: fits.regression.fit?.model ?? null,
    forest: fits.forest.fit?.model ?? null,
  }
  const step = Math.max(1, x.length / MOST_COMPARED)
  const kept = Int32Array.from({ length: Math.min(x.length, MOST_COMPARED) }, (_, k) => Math.floor(k * step))
  const pick = (all: Float64Array) => (step > 1 ? Float64Array.from(kept, (i) => all[i]) : all)
  const range = models.ordinary ? rangeOf(models.ordinary) : 0
  const found = compareWays({ x: pick(x), y: pick(y), z: pick(z) }, columns.map(pick), models, { nmax, seed, range })
  if (!found || step === 1) return found
  const validations = new Map(
    [...found.validations].map(([way, each]) => [way, { ...each, index: each.index.map((k) => kept[k]) }] as const),
  )
  return { ...found, validations, folds: byTurns(x.length) }
}

const byTurns = (count: number) => Int32Array.from({ length: count }, (_, i) => i % HANDS)
const sixDigits = (value: number) => Number(value.toPrecision(6))
const fourDigits = (value: number) => Number(value.toPrecision(4))
const least = (values: Float64Array) => values.reduce((a, b) => Math.min(a, b))
const most = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b))

/** Predicted and measured values of samples left out, at most five hundred of them, evenly chosen. */
function pairsOf(
  { index, prediction, variance }: Validation,
  z: Float64Array,
  back: ScoreTable | 'log' | null,
): (readonly [number, number])[] {
  const step = Math.max(1, Math.ceil(index.length / MOST_PAIRS))
  const pairs: (readonly [number, number])[] = []
  for (let k = 0; k < index.length; k += step) {
    if (Number.isNaN(prediction[k])) continue
    const predicted =
      back === 'log'
        ? Math.exp(prediction[k] + variance[k] / 2)
        : back
          ? momentsFromScores(back, prediction[k], variance[k]).mean
          : prediction[k]
    pairs.push([sixDigits(predicted), sixDigits(z[index[k]])])
  }
  return pairs
}

/** How often samples lay below the value that they were said to lie below with a probability. */
function reliabilityOf({ index, prediction, variance }: Validation, z: Float64Array): (readonly [number, number, number])[] {
  const stated: number[] = []
  index.forEach((i, k) => {
    if (!Number.isNaN(prediction[k]) && variance[k] > 0) stated.push(normalCdf((z[i] - prediction[k]) / Math.sqrt(variance[k])))
  })
  if (stated.length === 0) return []
  return LEVELS.map((level) => [level, stated.filter((each) => each <= level).length / stated.length, stated.length] as const)
}

/** Where a bound of a grade lies on the scale of the scores: the score at which the table reaches it; beyond the table's ends nothing is ever said. */
export function scoreOf({ scores, values }: ScoreTable, bound: number): number {
  const last = values.length - 1
  if (bound <= values[0]) return Number.NEGATIVE_INFINITY
  if (bound > values[last]) return Number.POSITIVE_INFINITY
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (values[middle] < bound) low = middle
    else high = middle
  }
  return values[high] === values[low]
    ? scores[high]
    : scores[low] + ((bound - values[low]) / (values[high] - values[low])) * (scores[high] - scores[low])
}

/** Correlation of two values' scores at the places that both have; null with fewer than ten of those. */
export function correlationOf(one: ValueSamples, other: ValueSamples): { readonly r: number | null; readonly places: number } {
  const at = new Map(Array.from(one.x, (x, i) => [`${x} ${one.y[i]}`, i]))
  const [a, b] = [normalScores(one.z).scores, normalScores(other.z).scores]
  const pairs: (readonly [number, number])[] = []
  other.x.forEach((x, k) => {
    const i = at.get(`${x} ${other.y[k]}`)
    if (i !== undefined) pairs.push([a[i], b[k]])
  })
  const n = pairs.length
  if (n < 10) return { r: null, places: n }
  const mean = (which: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[which], 0) / n
  const [ma, mb] = [mean(0), mean(1)]
  let [sab, saa, sbb] = [0, 0, 0]
  for (const [u, v] of pairs) {
    sab += (u - ma) * (v - mb)
    saa += (u - ma) ** 2
    sbb += (v - mb) ** 2
  }
  return { r: saa > 0 && sbb > 0 ? sab / Math.sqrt(saa * sbb) : 0, places: n }
}
