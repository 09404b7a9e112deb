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
import type { IndicatorName } from './grading.ts'
import { checkModel } from './interpolation.ts'
import type { ValueSamples } from './map-samples.ts'
import { type MapModel, type MapNote, type MapRefusal, type MapRequest, UNITS } from './maps.ts'

/** A value ready to be mapped. `samples` are on the scale on which it is kriged; `table` null: as they were measured. */
export type ValueModel = {
  readonly name: IndicatorName
  readonly samples: Samples
  readonly table: ScoreTable | null
  readonly model: VariogramModel
  readonly told: MapModel
  readonly notes: readonly MapNote[]
}

/** Samples up to which whole squares of land are left out: beyond that leaving out one after the other has to do. */
const MOST_FOR_SQUARES = 5000
const LEVELS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
/** Points of a plot. */
const MOST_PAIRS = 500

/** Fits or takes the model, and asks the samples left out. Refused: too few lags for a fit, a model that is worse than none. */
export function modelFor(
  { name, x, y, z }: Pick<ValueSamples, 'name' | 'x' | 'y' | 'z'>,
  { models, method, transform, nmax }: Pick<MapRequest, 'models' | 'method' | 'transform' | 'nmax'>,
): Result<ValueModel, MapRefusal> {
  const scored = transform === 'scores' ? normalScores(z) : null
  const samples: Samples = {
    ...{ x, y, z: scored ? scored.scores : z },
    ...(method === 'universal'
      ? { covariates: Float64Array.from({ length: 2 * x.length }, (_, i) => (i % 2 === 0 ? x : y)[i >> 1]), covariateCount: 2 }
      : {}),
  }
  const left = samples.covariates ? withoutTrend(samples.z, samples.covariates, 2).residuals : samples.z
  const lags = experimentalVariogram(x, y, left)
  const notes: MapNote[] = []
  const given = models[name]
  let model: VariogramModel
  if (given === undefined) {
    const fit = fitVariogram(lags)
    if (!fit) return refuse('soil-map/no-variogram', { value: name })
    model = fit.model
    if (fit.atBound)
      notes.push({
        code: 'soil-map/range-beyond-lags',
        details: { value: name, range: rangeOf(model), farthest: lags[lags.length - 1].distance },
      })
  } else {
    const parsed = parseModel(given)
    if (typeof parsed === 'string') return refuse('soil-map/model-not-read', { value: name, part: parsed })
    model = parsed
  }
  const validation = leaveOneOut(samples, model, { nmax })
  const structure = spatialStructure(samples, validation, Math.min(nmax, 32))
  if (!checkModel(modelText(model), structure).ok) return refuse('soil-map/model-does-not-hold', { value: name, model: modelText(model) })
  if (!structure.isShown) notes.push({ code: 'soil-map/no-structure', details: { value: name, gainPercent: 100 * structure.gain } })
  const side = Math.max(rangeOf(model), 1)
  const squares = x.length <= MOST_FOR_SQUARES ? validateBySquares(samples, model, { nmax }, side) : null
  const { isShown, gain, krigingRmse, meanRmse } = structure
  const errors = (of: Validation) => {
    const { rmse, bias, zScore } = errorsOf(of, samples.z)
    return { rmse, bias, zScore }
  }
  const table = scored?.table ?? null
  return accept({
    ...{ name, samples, table, model, notes },
    told: {
      ...{ value: name, unit: UNITS[name], samples: x.length, model: modelText(model), fitted: given === undefined },
      lags: lags.map(({ pairs, distance, gamma }) => ({ pairs, distance: sixDigits(distance), gamma: sixDigits(gamma) })),
      structure: { isShown, gain, krigingRmse, meanRmse },
      leaveOneOut: errors(validation),
      squares: squares && { side, ...errors(squares) },
      pairs: pairsOf(validation, z, table),
      reliability: reliabilityOf(squares ?? validation, samples.z),
      ...{ low: least(z), high: most(z) },
    },
  })
}

const sixDigits = (value: number) => Number(value.toPrecision(6))
const least = (values: Float64Array) => values.reduce((a, b) => Math.min(a, b))
const most = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b))

/** Predicted and measured values of samples left out, at most five hundred of them, evenly chosen. */
function pairsOf({ index, prediction, variance }: Validation, z: Float64Array, table: ScoreTable | null): (readonly [number, number])[] {
  const step = Math.max(1, Math.ceil(index.length / MOST_PAIRS))
  const pairs: (readonly [number, number])[] = []
  for (let k = 0; k < index.length; k += step) {
    if (Number.isNaN(prediction[k])) continue
    const predicted = table ? momentsFromScores(table, prediction[k], variance[k]).mean : prediction[k]
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
