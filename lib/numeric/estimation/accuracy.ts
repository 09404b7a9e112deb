/**
 * How right a map is, and how much land of each class there really is: from places drawn by chance at which the truth was seen (Olofsson et al. 2014, Remote Sensing of
 * Environment 148:42–57). Where the strata are the map's own classes the answers are that paper's equations 1–11; where they are others (Stehman 2014, International Journal of
 * Remote Sensing 35:4923–4939) the same means and ratios are taken over the strata that there are.
 */
import { normalCdf } from '../shared/normal.ts'
import {
  type Design,
  type Estimate,
  estimateMean,
  estimateRatio,
  postStratifiedMean,
  shareInterval,
  stratumCounts,
  triesOf,
} from './estimation.ts'

/** A share with its standard error and its 95 % interval, 0 … 1. NaN where there is nothing to take a share of. */
export type Share = { readonly value: number; readonly error: number; readonly low: number; readonly high: number }

/**
 * `matrix`: shares of the whole that the map has as i (row) and the truth as j (column), classes × classes. `area[j]`: the share of the land that is truly j. `users[i]`: of what the
 * map has as i, the share that is so; `producers[j]`: of what is j, the share that the map has so. `counts`: samples, as the matrix.
 */
export type Accuracy = {
  readonly classes: number
  readonly counts: Int32Array
  readonly matrix: Float64Array
  readonly overall: Share
  readonly area: readonly Share[]
  readonly users: readonly Share[]
  readonly producers: readonly Share[]
}

/**
 * `map`, `truth`: classes 0 … `classes` − 1 of each sample. `mapShares`: the map's shares of its classes; given with simple random sampling (one stratum) they cut the sample after the fact,
 * which makes areas surer; each class with a share then has at least two samples.
 */
export function assessMap(design: Design, map: Int32Array, truth: Int32Array, classes: number, mapShares?: Float64Array): Accuracy {
  const n = map.length
  const is = (test: (i: number) => boolean) => Float64Array.from({ length: n }, (_, i) => (test(i) ? 1 : 0))
  const cut = mapShares && design.shares.length === 1 ? { strata: map, shares: mapShares } : null
  const size = design.sizes?.[0]
  const mean = (y: Float64Array) => (cut ? postStratifiedMean(cut, y, size) : estimateMean(design, y))
  const tries = triesOf(design)
  const shareOf = (estimate: Estimate, fallback: number): Share => {
    const [low, high] = shareInterval(estimate, fallback)
    return { value: estimate.value, error: Math.sqrt(estimate.variance), low, high }
  }
  // a ratio that does not vary rests on the samples below its line alone
  const ratio = (y: Float64Array, x: Float64Array) =>
    shareOf(estimateRatio(design, y, x), tries === Number.POSITIVE_INFINITY ? tries : x.reduce((sum, each) => sum + each, 0))
  const counts = new Int32Array(classes * classes)
  for (let i = 0; i < n; i++) counts[map[i] * classes + truth[i]]++
  const each = Array.from({ length: classes }, (_, c) => c)
  const right = (c: number) => is((i) => map[i] === c && truth[i] === c)
  return {
    classes,
    counts,
    matrix: Float64Array.from(counts, (_, k) => {
      const [row, column] = [Math.floor(k / classes), k % classes]
      return counts[k] === 0 ? 0 : mean(is((i) => map[i] === row && truth[i] === column)).value
    }),
    overall: shareOf(mean(is((i) => map[i] === truth[i])), tries),
    area: each.map((c) => shareOf(mean(is((i) => truth[i] === c)), tries)),
    users: each.map((c) =>
      ratio(
        right(c),
        is((i) => map[i] === c),
      ),
    ),
    producers: each.map((c) =>
      ratio(
        right(c),
        is((i) => truth[i] === c),
      ),
    ),
  }
}

/** How a share has changed. `covariance`: of the two estimates. `z`: the change over its standard error; `p`: of a change as large by chance alone, either way. */
export type Change = {
  readonly before: Estimate
  readonly after: Estimate
  readonly change: number
  readonly covariance: number
  readonly error: number
  readonly z: number
  readonly p: number
}

/** The change of the mean of y between two visits to the same places: the visits' errors go together, and mostly cancel. */
export function pairedChange(design: Design, before: Float64Array, after: Float64Array): Change {
  const [first, second] = [estimateMean(design, before), estimateMean(design, after)]
  const own = estimateMean(
    design,
    after.map((value, i) => value - before[i]),
  )
  return changeOf(first, second, own.value, (first.variance + second.variance - own.variance) / 2, own.variance)
}

/** The change between two samples that were drawn apart: their variances add up. */
export const separateChange = (before: Estimate, after: Estimate): Change =>
  changeOf(before, after, after.value - before.value, 0, before.variance + after.variance)

function changeOf(before: Estimate, after: Estimate, change: number, covariance: number, variance: number): Change {
  const error = Math.sqrt(variance)
  const z = error > 0 ? change / error : change === 0 ? 0 : Math.sign(change) * Number.POSITIVE_INFINITY
  return { before, after, change, covariance, error, z, p: 2 * normalCdf(-Math.abs(z)) }
}

/** Strata that have a share and too few samples to say how sure they are (fewer than two, unless that is all of their units). */
export function thinStrata(design: Design): number[] {
  const counts = stratumCounts(design)
  return [...design.shares.keys()].filter((h) => {
    const isWhole = counts[h] > 0 && counts[h] === design.sizes?.[h]
    return design.shares[h] > 0 && counts[h] < 2 && !isWhole
  })
}
