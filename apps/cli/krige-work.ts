/** What one thread of `dishu krige` does: rows of a map, means over blocks, simulations. The same in a thread of its own and in the command's. */
import { readWkb } from '@dishu/base/wkb'
import type { Crs } from '@dishu/formats/layers'
import { type Grid, Kriging, type Neighbourhood, type Samples } from '@dishu/numeric/kriging/kriging'
import { sillOf, type VariogramModel } from '@dishu/numeric/kriging/model'
import { fromLogarithms, fromScore, meanFromScores, momentsFromScores, type ScoreTable } from '@dishu/numeric/kriging/scores'
import { simulate } from '@dishu/numeric/kriging/simulate'
import { polygonSupport } from '@dishu/numeric/kriging/support'
import { planeOf } from './planes.ts'

/** How values were changed before kriging, and are changed back. */
export type Transform = { readonly kind: 'none' } | { readonly kind: 'log' } | { readonly kind: 'scores'; readonly table: ScoreTable }

/** `drift`: 'place' takes x and y of every target as its covariates, 'given' expects them with the task. */
export type KrigeSetup = {
  readonly samples: Samples
  readonly model: VariogramModel
  readonly neighbourhood: Neighbourhood
  readonly transform: Transform
  readonly drift: 'none' | 'place' | 'given'
  readonly grid: Grid | null
  readonly blockPoints: number
  readonly simulation: { readonly nmax: number; readonly seed: number; readonly mean: number } | null
}

export type KrigeTask =
  | { readonly do: 'rows'; readonly from: number; readonly to: number; readonly covariates?: Float64Array }
  | {
      readonly do: 'blocks'
      readonly wkb: Uint8Array
      readonly offsets: Uint32Array
      readonly from: Crs | null
      readonly epsg: number | null
    }
  | { readonly do: 'simulate'; readonly first: number; readonly count: number }

/** `leftOut`: rows that near-singular systems did without, in this task. Of simulations `maps` holds one after the other, in single precision. */
export type KrigeAnswer = {
  readonly prediction: Float64Array
  readonly variance: Float64Array
  readonly maps: readonly Float32Array[]
  readonly leftOut: number
  /** Of blocks: the box around their middles (metres), infinitely small where there are none. */
  readonly middles: Box
}
type Box = readonly [minX: number, minY: number, maxX: number, maxY: number]
const NOWHERE: Box = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]

export function krigeWork(setup: KrigeSetup): (task: KrigeTask) => KrigeAnswer {
  const { samples, model, neighbourhood, transform, drift, grid } = setup
  const kriging = new Kriging(samples, model, neighbourhood)
  const sill = sillOf(model)

  const back = (prediction: Float64Array, variance: Float64Array, predictorVariance: Float64Array) => {
    if (transform.kind === 'none') return
    for (let i = 0; i < prediction.length; i++) {
      const moments =
        transform.kind === 'log'
          ? fromLogarithms(prediction[i], variance[i], predictorVariance[i], sill)
          : momentsFromScores(transform.table, prediction[i], variance[i])
      prediction[i] = moments.mean
      variance[i] = moments.variance
    }
  }
  const room = (count: number) => ({
    prediction: new Float64Array(count),
    variance: new Float64Array(count),
    predictorVariance: new Float64Array(count),
  })

  const rows = (from: number, to: number, given: Float64Array | undefined, on: Grid): KrigeAnswer => {
    const answers = room((to - from) * on.columns)
    const covariates = drift === 'place' ? placesOf(on, from, to) : given
    kriging.predictRows(on, from, to, answers, covariates)
    back(answers.prediction, answers.variance, answers.predictorVariance)
    return { ...answers, maps: [], leftOut: 0, middles: NOWHERE }
  }

  const blocks = ({ wkb, offsets, from, epsg }: Extract<KrigeTask, { do: 'blocks' }>): KrigeAnswer => {
    const count = offsets.length - 1
    const answers = room(count)
    answers.prediction.fill(Number.NaN)
    answers.variance.fill(Number.NaN)
    const toPlane = planeOf(from, epsg)
    let [minX, minY, maxX, maxY] = NOWHERE
    for (let b = 0; b < count; b++) {
      const rings = ringsOf(wkb.subarray(offsets[b], offsets[b + 1]))
      if (!rings) continue
      const support = polygonSupport(toPlane ? rings.map(toPlane) : rings, setup.blockPoints)
      if (!support) continue
      minX = Math.min(minX, support.middleX)
      minY = Math.min(minY, support.middleY)
      maxX = Math.max(maxX, support.middleX)
      maxY = Math.max(maxY, support.middleY)
      if (transform.kind === 'none') {
        const covariates = drift === 'place' ? Float64Array.of(support.middleX, support.middleY) : undefined
        kriging.predictBlock(support, kriging.withinVariance(support), answers, b, covariates)
      } else {
        const joint = room(support.x.length)
        const errors = new Float64Array(support.x.length ** 2)
        if (!kriging.predictJointly(support, joint, errors)) continue
        const { mean, variance } =
          transform.kind === 'log'
            ? meanOfLogs(joint.prediction, joint.predictorVariance, errors, support.weights, sill)
            : meanFromScores(transform.table, joint.prediction, joint.variance, errors, support.weights)
        answers.prediction[b] = mean
        answers.variance[b] = variance
      }
    }
    return { ...answers, maps: [], leftOut: 0, middles: [minX, minY, maxX, maxY] }
  }

  const simulations = (first: number, count: number, on: Grid): KrigeAnswer => {
    if (!setup.simulation) throw new Error('expected a set-up for simulations')
    const values = simulate(samples, model, on, setup.simulation, first, count)
    const maps = Array.from({ length: count }, (_, s) => {
      const map = new Float32Array(on.columns * on.rows)
      for (let v = 0; v < map.length; v++) {
        const value = values[v * count + s]
        map[v] = transform.kind === 'log' ? Math.exp(value) : transform.kind === 'scores' ? fromScore(transform.table, value) : value
      }
      return map
    })
    return { prediction: new Float64Array(0), variance: new Float64Array(0), maps, leftOut: 0, middles: NOWHERE }
  }

  return (task) => {
    const before = kriging.system.leftOut
    if (task.do !== 'blocks' && !grid) throw new Error('expected a grid')
    const answer =
      task.do === 'blocks'
        ? blocks(task)
        : task.do === 'rows'
          ? rows(task.from, task.to, task.covariates, grid as Grid)
          : simulations(task.first, task.count, grid as Grid)
    return { ...answer, leftOut: kriging.system.leftOut - before }
  }
}

/** Rings of a polygon or several; null for anything else, a collection among them. */
function ringsOf(wkb: Uint8Array): Float64Array[] | null {
  if (wkb.length === 0) return null
  try {
    const shape = readWkb(wkb)
    return shape.type === 'polygon' ? shape.polygons.flatMap((polygon) => polygon.rings) : null
  } catch (fault) {
    if (fault instanceof RangeError) return null
    throw fault
  }
}

/** x and y of the nodes of some rows, as covariates. */
function placesOf({ x0, y0, dx, dy, columns }: Grid, from: number, to: number): Float64Array {
  const out = new Float64Array(2 * columns * (to - from))
  let at = 0
  for (let row = from; row < to; row++) {
    for (let column = 0; column < columns; column++) {
      out[at++] = x0 + column * dx
      out[at++] = y0 + row * dy
    }
  }
  return out
}

/**
 * Mean and variance over a block of values whose logarithms were kriged at its points: given the data two places covary by m_a m_b (e^cov − 1), with m their
 * means and cov their logarithms' error covariance.
 */
function meanOfLogs(prediction: Float64Array, predictorVariance: Float64Array, errors: Float64Array, weights: Float64Array, sill: number) {
  const count = prediction.length
  const shares = prediction.map((value, a) => weights[a] * Math.exp(value + (sill - predictorVariance[a]) / 2))
  let [mean, variance] = [0, 0]
  for (let a = 0; a < count; a++) {
    mean += shares[a]
    for (let b = 0; b < count; b++) variance += shares[a] * shares[b] * Math.expm1(errors[a * count + b])
  }
  return { mean, variance: Math.max(0, variance) }
}
