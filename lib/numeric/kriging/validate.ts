/**
 * How good a map is, told by samples that had no part in it: leave-one-out, and folds of whole squares of land, so that a sample's near neighbours do not
 * answer for it. And the plain question whether there is a map at all: whether kriging says more than the mean does.
 */
import { seededRandom } from '../shared/random.ts'
import { inverseDistance } from './idw.ts'
import { Kriging, type Neighbourhood, type Samples } from './kriging.ts'
import type { VariogramModel } from './model.ts'

/** Predictions of samples from others; `index[i]` is the sample that entry i is about. Samples without a neighbour are NaN. */
export type Validation = { readonly index: Int32Array; readonly prediction: Float64Array; readonly variance: Float64Array }

/** Samples that leave-one-out looks at, at most, and the most neighbours it gives each of them. */
const MOST_LEFT_OUT = 5000
const MOST_NEIGHBOURS = 200

/** Each sample (of more than 5,000 a seeded choice) from its neighbours, of which it sees at most 200. */
export function leaveOneOut(samples: Samples, model: VariogramModel, neighbourhood: Neighbourhood): Validation {
  const n = samples.x.length
  const random = seededRandom(2)
  const every = MOST_LEFT_OUT / n
  const index = Int32Array.from(Array.from({ length: n }, (_, i) => i).filter(() => every >= 1 || random() < every))
  const answers = { index, prediction: new Float64Array(index.length), variance: new Float64Array(index.length) }
  const nmax = Math.min(neighbourhood.nmax, Math.max(MOST_NEIGHBOURS, n <= 300 ? n : 0))
  new Kriging(samples, model, { ...neighbourhood, nmax }).leaveOneOut(index, answers)
  return answers
}

/**
 * Every sample from those of other folds. Folds are squares of `side` metres dealt out by chance (`seed`) to `folds` hands; where there are fewer squares
 * than folds, there are as many folds as squares. Null with fewer than two squares.
 */
export function validateBySquares(
  samples: Samples,
  model: VariogramModel,
  neighbourhood: Neighbourhood,
  side: number,
  folds = 10,
  seed = 1,
): Validation | null {
  const fold = foldsOfSquares(samples.x, samples.y, side, folds, seed)
  const count = fold.reduce((most, each) => Math.max(most, each + 1), 0)
  if (count < 2) return null
  const n = samples.x.length
  const q = samples.covariateCount ?? 0
  const all = { index: Int32Array.from({ length: n }, (_, i) => i), prediction: new Float64Array(n), variance: new Float64Array(n) }
  for (let f = 0; f < count; f++) {
    const inside = all.index.filter((i) => fold[i] === f)
    const outside = all.index.filter((i) => fold[i] !== f)
    const answers = { prediction: new Float64Array(inside.length), variance: new Float64Array(inside.length) }
    const kriging = new Kriging(subset(samples, outside), model, neighbourhood)
    const { x, y, covariates } = subset(samples, inside)
    kriging.predictPoints(x, y, answers, q > 0 ? covariates : undefined)
    for (const [k, i] of inside.entries()) {
      all.prediction[i] = answers.prediction[k]
      all.variance[i] = answers.variance[k]
    }
  }
  return all
}

/** The fold of each place, from 0: squares of `side` metres, shuffled and dealt out in turn. */
export function foldsOfSquares(x: Float64Array, y: Float64Array, side: number, folds: number, seed: number): Int32Array {
  const names = Array.from(x, (px, i) => `${Math.floor(px / side)} ${Math.floor(y[i] / side)}`)
  const squares = [...new Set(names)].sort()
  const random = seededRandom(seed)
  for (let i = squares.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[squares[i], squares[j]] = [squares[j], squares[i]]
  }
  const hand = new Map(squares.map((square, i) => [square, i % folds]))
  return Int32Array.from(names, (name) => hand.get(name) ?? 0)
}

function subset(samples: Samples, index: Int32Array): Samples {
  const q = samples.covariateCount ?? 0
  const pick = (all: Float64Array) => Float64Array.from(index, (i) => all[i])
  const { covariates } = samples
  if (!covariates) return { x: pick(samples.x), y: pick(samples.y), z: pick(samples.z) }
  const rows = new Float64Array(index.length * q)
  index.forEach((i, k) => {
    rows.set(covariates.subarray(i * q, (i + 1) * q), k * q)
  })
  return { x: pick(samples.x), y: pick(samples.y), z: pick(samples.z), covariates: rows, covariateCount: q }
}

/** Errors of a validation: root mean square, mean, mean of absolutes, and the deviation of errors over their stated deviations (1 where those are right). */
export type Errors = { readonly count: number; readonly rmse: number; readonly bias: number; readonly mae: number; readonly zScore: number }

export function errorsOf({ index, prediction, variance }: Validation, z: Float64Array): Errors {
  let [count, squares, sum, absolute, scaled, scaledSquares, known] = [0, 0, 0, 0, 0, 0, 0]
  index.forEach((i, k) => {
    const error = z[i] - prediction[k]
    if (Number.isNaN(error)) return
    count++
    squares += error * error
    sum += error
    absolute += Math.abs(error)
    if (!(variance[k] > 0)) return
    const score = error / Math.sqrt(variance[k])
    known++
    scaled += score
    scaledSquares += score * score
  })
  const zScore = known > 1 ? Math.sqrt((scaledSquares - (scaled * scaled) / known) / (known - 1)) : Number.NaN
  return { count, rmse: Math.sqrt(squares / count), bias: sum / count, mae: absolute / count, zScore }
}

/**
 * `gain`: the part of the mean's squared error that kriging takes away, 0 for none. `isShown`: whether samples show that there is a map: it takes away a
 * tenth or more, and so on the whole, not by a few lucky samples (the mean of the differences is 1.645 of its standard errors above 0: one-sided, 95 %).
 */
export type Structure = {
  readonly isShown: boolean
  readonly gain: number
  readonly krigingRmse: number
  readonly meanRmse: number
  readonly inverseDistanceRmse: number
}

export const LEAST_GAIN = 0.1
const ONE_SIDED_95 = 1.645

/** Compares leave-one-out predictions with the mean of all other samples, and with inverse distances from as many neighbours. */
export function spatialStructure(samples: Samples, validation: Validation, nmax: number): Structure {
  const { z } = samples
  const n = z.length
  const total = z.reduce((sum, value) => sum + value, 0)
  const { index, prediction } = validation
  const pick = (all: Float64Array) => Float64Array.from(index, (i) => all[i])
  const byDistance = inverseDistance(samples, pick(samples.x), pick(samples.y), { nmax, without: index })
  let [count, kriging, mean, idw, sum, squares] = [0, 0, 0, 0, 0, 0]
  index.forEach((i, k) => {
    if (Number.isNaN(prediction[k])) return
    const own = (z[i] - prediction[k]) ** 2
    const others = (z[i] - (total - z[i]) / (n - 1)) ** 2
    count++
    kriging += own
    mean += others
    idw += (z[i] - byDistance[k]) ** 2
    sum += others - own
    squares += (others - own) ** 2
  })
  const deviation = Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1))
  const gain = 1 - kriging / mean
  const isShown = gain >= LEAST_GAIN && sum / count > (ONE_SIDED_95 * deviation) / Math.sqrt(count)
  const rmse = (squared: number) => Math.sqrt(squared / count)
  return { isShown, gain, krigingRmse: rmse(kriging), meanRmse: rmse(mean), inverseDistanceRmse: rmse(idw) }
}
