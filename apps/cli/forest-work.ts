/** What one thread of `dishu forest` does: trees, the trees of a fold, rows of a map. The same in a thread of its own and in the command's. */
import { type Applicability, Dissimilarity } from '@dishu/numeric/forest/applicability'
import { codesByColumn, thresholdsOf } from '@dishu/numeric/forest/codes'
import { type Forest, joinTrees, predictRows } from '@dishu/numeric/forest/forest'
import { growTree, type Training, type Tree } from '@dishu/numeric/forest/grow'
import { permutationLosses } from '@dishu/numeric/forest/outofbag'
import { type LeafLevels, predictQuantiles } from '@dishu/numeric/forest/quantiles'

export type TrainSetup = {
  readonly columns: readonly Float64Array[]
  readonly response: Float64Array
  readonly classes: number
  readonly tried: number
  readonly leaf: number
  readonly trees: number
  readonly seed: number
  /** The fold of each sample, for the validation; none where there is none. */
  readonly folds: Int32Array
}

export type TrainTask = { readonly do: 'grow'; readonly from: number; readonly to: number } | { readonly do: 'fold'; readonly fold: number }

/** Trees with what each loses when covariates are shuffled; or predictions of a fold's samples, max(1, classes) numbers each. */
export type TrainAnswer = { readonly trees: readonly Tree[]; readonly losses: readonly Float64Array[]; readonly predictions: Float64Array }

export function trainWork(setup: TrainSetup): (task: TrainTask) => TrainAnswer {
  const { columns, response, classes, seed } = setup
  let whole: Training | null = null
  const grow = (training: Training, tree: number) => growTree(training, tree, setup)
  return (task) => {
    if (task.do === 'grow') {
      whole ??= trainingOf(columns, response, classes, thresholdsOf(columns))
      const trees: Tree[] = []
      const losses: Float64Array[] = []
      for (let t = task.from; t < task.to; t++) {
        const tree = grow(whole, t)
        trees.push(tree)
        losses.push(permutationLosses(tree, whole, seed, t))
      }
      return { trees, losses, predictions: new Float64Array(0) }
    }
    const all = setup.folds.map((_, i) => i)
    const [outside, inside] = [all.filter((i) => setup.folds[i] !== task.fold), all.filter((i) => setup.folds[i] === task.fold)]
    const pick = (values: Float64Array, index: Int32Array) => Float64Array.from(index, (i) => values[i])
    const kept = columns.map((column) => pick(column, outside))
    const thresholds = thresholdsOf(kept)
    const training = trainingOf(kept, pick(response, outside), classes, thresholds)
    const forest = joinTrees(
      Array.from({ length: setup.trees }, (_, t) => grow(training, t)),
      thresholds,
      classes,
    )
    const rows = new Float64Array(inside.length * columns.length)
    inside.forEach((i, k) => {
      for (const [f, column] of columns.entries()) rows[k * columns.length + f] = column[i]
    })
    const predictions = new Float64Array(inside.length * Math.max(1, classes))
    predictRows(forest, rows, predictions)
    return { trees: [], losses: [], predictions }
  }
}

/** Samples as trees take them. */
export function trainingOf(
  columns: readonly Float64Array[],
  response: Float64Array,
  classes: number,
  thresholds: readonly Float64Array[],
): Training {
  return { count: response.length, covariates: columns.length, codes: codesByColumn(columns, thresholds), response, classes }
}

export type PredictSetup = {
  readonly forest: Forest
  readonly quantiles: LeafLevels | null
  readonly shares: readonly number[]
  readonly applicability: Applicability | null
}
export type PredictTask = { readonly rows: Float64Array }
/** Bands of the rows, in the order of `bandsOf`. */
export type PredictAnswer = { readonly bands: readonly Float32Array[] }

/**
 * Bands of a map: the prediction (of classes the most probable one's number, from 1, then the share of each), quantiles, dissimilarity and 1 or 0 for applicable.
 */
export function predictWork({ forest, quantiles, shares, applicability }: PredictSetup): (task: PredictTask) => PredictAnswer {
  const p = forest.thresholds.length
  const width = Math.max(1, forest.classes)
  const dissimilarity = applicability ? new Dissimilarity(applicability) : null
  return ({ rows }) => {
    const count = rows.length / p
    const means = new Float64Array(count * width)
    predictRows(forest, rows, means)
    const every = (values: Float64Array, of: number, c: number) => Float32Array.from({ length: count }, (_, i) => values[i * of + c])
    const bands: Float32Array[] = []
    if (forest.classes > 0) bands.push(Float32Array.from({ length: count }, (_, i) => mostProbable(means, i * width, width)))
    for (let c = 0; c < width; c++) bands.push(every(means, width, c))
    if (quantiles) {
      const out = new Float64Array(count * shares.length)
      predictQuantiles(forest, quantiles, rows, shares, out)
      for (const k of shares.keys()) bands.push(every(out, shares.length, k))
    }
    if (dissimilarity && applicability) {
      const out = new Float64Array(count)
      dissimilarity.of(rows, p, out)
      bands.push(Float32Array.from(out))
      bands.push(Float32Array.from(out, (each) => (Number.isNaN(each) ? Number.NaN : each <= applicability.limit ? 1 : 0)))
    }
    return { bands }
  }
}

/** The number, from 1, of the class with the greatest share; the first of equals; NaN where shares are. */
export function mostProbable(shares: Float64Array, from: number, classes: number): number {
  if (Number.isNaN(shares[from])) return Number.NaN
  let best = 0
  for (let c = 1; c < classes; c++) if (shares[from + c] > shares[from + best]) best = c
  return best + 1
}
