/**
 * What covariates tell of a value: a straight regression, or a forest. Both are trends of a kriged map: what they leave is kriged, and simulated, as values are where
 * there are no covariates (regression kriging: Odeh, McBratney & Chittleborough 1995, Geoderma 67:215; Hengl, Heuvelink & Stein 2004, Geoderma 120:75).
 */
import { applicabilityOf, Dissimilarity } from '@dishu/numeric/forest/applicability'
import { codesByColumn, thresholdsOf } from '@dishu/numeric/forest/codes'
import { joinTrees, predictRows } from '@dishu/numeric/forest/forest'
import { growTree, type Training } from '@dishu/numeric/forest/grow'
import { fitLinear } from '@dishu/numeric/forest/linear'
import { outOfBag, permutationLosses } from '@dishu/numeric/forest/outofbag'
import { leafLevels, predictQuantiles } from '@dishu/numeric/forest/quantiles'

/**
 * `own`: at the samples; of a forest what the trees say that did not see the sample, so that what is left is left by any place. `at`: for rows of covariates (q each),
 * NaN where one is missing. `importance`: of each covariate, what is lost without it. `quantiles`: of a forest, of its leaves, for rows and shares.
 */
export type Trend = {
  readonly kind: 'linear' | 'forest'
  readonly own: Float64Array
  at(rows: Float64Array): Float64Array
  readonly explained: number
  readonly importance: Float64Array
  readonly quantiles: ((rows: Float64Array, shares: readonly number[]) => Float64Array) | null
}

/** A regression needs so many places for each covariate; a forest does not count them. */
export const PLACES_A_COVARIATE = 5

export const TREES = 200
const LEAF = 5

export function linearTrend(columns: readonly Float64Array[], z: Float64Array): Trend {
  const fit = fitLinear(columns, z)
  const q = columns.length
  const at = (rows: Float64Array) =>
    Float64Array.from({ length: rows.length / q }, (_, i) => {
      let sum = fit[0]
      for (let a = 0; a < q; a++) sum += fit[1 + a] * rows[i * q + a]
      return sum
    })
  const own = at(rowsOf(columns))
  const importance = Float64Array.from(columns, (column, a) => Math.abs(fit[1 + a]) * deviationOf(column))
  return { kind: 'linear', own, at, explained: explainedBy(own, z), importance, quantiles: null }
}

/** Trees of 5 samples a leaf and a third of the covariates at each node, as `dishu forest train` grows them. */
export function forestTrend(columns: readonly Float64Array[], z: Float64Array, seed: number, trees = TREES): Trend {
  const q = columns.length
  const thresholds = thresholdsOf(columns)
  const training: Training = { count: z.length, covariates: q, codes: codesByColumn(columns, thresholds), response: z, classes: 0 }
  const grown = Array.from({ length: trees }, (_, t) => growTree(training, t, { tried: Math.max(1, Math.floor(q / 3)), leaf: LEAF, seed }))
  const forest = joinTrees(grown, thresholds, 0)
  const at = (rows: Float64Array) => {
    const out = new Float64Array(rows.length / q)
    predictRows(forest, rows, out)
    return out
  }
  const whole = at(rowsOf(columns))
  // a sample that every tree saw is answered by all of them
  const own = outOfBag(grown, training, seed).map((each, i) => (Number.isNaN(each) ? whole[i] : each))
  const importance = new Float64Array(q)
  for (const [t, tree] of grown.entries())
    for (const [a, loss] of permutationLosses(tree, training, seed, t).entries()) importance[a] += loss / trees
  const levels = leafLevels(grown, z)
  const quantiles = (rows: Float64Array, shares: readonly number[]) => {
    const out = new Float64Array((rows.length / q) * shares.length)
    predictQuantiles(forest, levels, rows, shares, out)
    return out
  }
  return { kind: 'forest', own, at, explained: explainedBy(own, z), importance, quantiles }
}

/** Which rows of covariates are like those of the samples (Meyer & Pebesma 2021): 1, 0 where nothing stands behind a trend, NaN where a covariate is missing. */
export function likenessOf(
  columns: readonly Float64Array[],
  importance: Float64Array,
  folds: Int32Array,
): (rows: Float64Array) => Float64Array {
  const applicability = applicabilityOf(columns, importance, folds)
  const dissimilarity = new Dissimilarity(applicability)
  const limit = Number.isFinite(applicability.limit) ? applicability.limit : Number.POSITIVE_INFINITY
  return (rows) => {
    const out = new Float64Array(rows.length / columns.length)
    dissimilarity.of(rows, columns.length, out)
    return out.map((each) => (Number.isNaN(each) ? Number.NaN : each <= limit ? 1 : 0))
  }
}

/** Columns side by side, q numbers a sample. */
export function rowsOf(columns: readonly Float64Array[]): Float64Array {
  const q = columns.length
  const rows = new Float64Array(q * (columns[0]?.length ?? 0))
  for (const [a, column] of columns.entries()) for (let i = 0; i < column.length; i++) rows[i * q + a] = column[i]
  return rows
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, values.length - 1))
}

/** The part of the variance that the trend takes away; below 0 where it adds to it. */
function explainedBy(own: Float64Array, z: Float64Array): number {
  const whole = deviationOf(z) ** 2 * Math.max(1, z.length - 1)
  return 1 - z.reduce((sum, each, i) => sum + (each - own[i]) ** 2, 0) / whole
}
