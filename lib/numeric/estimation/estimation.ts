/**
 * Means and ratios from a probability sample, by its design alone: no variogram and no model of the soil, only that chance chose the places.
 *
 * Stratified (Cochran 1977, 5.1–5.4), with W_h the share of stratum h in the whole, n_h of its N_h units drawn, f_h = n_h / N_h:
 *
 *   mean = Σ W_h ȳ_h          variance = Σ W_h² (1 − f_h) s_h² / n_h                                   (5.1, 5.13)
 *   degrees of freedom  (Σ g_h s_h²)² / Σ g_h² s_h⁴ / (n_h − 1),   g_h = W_h² (1 − f_h) / n_h           (5.16, Satterthwaite 1946)
 *
 * Simple random sampling is one stratum. Places drawn from a continuum have no N_h: f_h = 0.
 */
import { studentQuantile } from '../shared/student.ts'

/**
 * How the samples were drawn: `strata[i]` is the stratum of sample i, `shares` the strata's shares of the whole (they add up to 1), `sizes` the number of units each
 * holds, where units are drawn without repetition (Infinity or left out: a continuum).
 */
export type Design = { readonly strata: Int32Array; readonly shares: Float64Array; readonly sizes?: Float64Array }

/** `degrees`: of freedom of the variance; 0 where nothing varied. */
export type Estimate = { readonly value: number; readonly variance: number; readonly degrees: number }

/** The design of simple random sampling of n places, from `size` units. */
export const simpleDesign = (n: number, size = Number.POSITIVE_INFINITY): Design => ({
  strata: new Int32Array(n),
  shares: Float64Array.of(1),
  sizes: Float64Array.of(size),
})

/** Samples in each stratum. */
export function stratumCounts({ strata, shares }: Design): Int32Array {
  const counts = new Int32Array(shares.length)
  for (const stratum of strata) counts[stratum]++
  return counts
}

/**
 * The mean of `y` over the whole. Every stratum with a share has at least two samples, or all of its units: else its variance is not known, a fault. Strata
 * without a share are passed over.
 */
export function estimateMean(design: Design, y: Float64Array): Estimate {
  const moments = momentsOf(design, y, y)
  let value = 0
  for (const { share, meanY } of moments) value += share * meanY
  return { value, ...varianceOf(moments, ({ varY }) => varY) }
}

/**
 * The ratio of the means of `y` and `x` over the whole (Cochran 1977, 6.44, the combined ratio; variance by 6.49, to first order). NaN where x is nothing.
 * What share of the land mapped as heavy is heavy: y whether both, x whether mapped so.
 */
export function estimateRatio(design: Design, y: Float64Array, x: Float64Array): Estimate {
  const moments = momentsOf(design, y, x)
  let [top, bottom] = [0, 0]
  for (const { share, meanY, meanX } of moments) {
    top += share * meanY
    bottom += share * meanX
  }
  const value = top / bottom
  const { variance, degrees } = varianceOf(moments, ({ varY, varX, covariance }) =>
    Math.max(0, varY + value * value * varX - 2 * value * covariance),
  )
  return { value, variance: variance / (bottom * bottom), degrees }
}

type Moments = {
  readonly share: number
  readonly count: number
  readonly open: number // 1 − f
  readonly meanY: number
  readonly meanX: number
  readonly varY: number
  readonly varX: number
  readonly covariance: number
}

function momentsOf(design: Design, y: Float64Array, x: Float64Array): Moments[] {
  const { strata, shares, sizes } = design
  const counts = stratumCounts(design)
  const [sumY, sumX] = [new Float64Array(shares.length), new Float64Array(shares.length)]
  for (const [i, h] of strata.entries()) {
    sumY[h] += y[i]
    sumX[h] += x[i]
  }
  const [meanY, meanX] = [sumY.map((sum, h) => sum / counts[h]), sumX.map((sum, h) => sum / counts[h])]
  const [yy, xx, xy] = [0, 1, 2].map(() => new Float64Array(shares.length))
  for (const [i, h] of strata.entries()) {
    yy[h] += (y[i] - meanY[h]) ** 2
    xx[h] += (x[i] - meanX[h]) ** 2
    xy[h] += (y[i] - meanY[h]) * (x[i] - meanX[h])
  }
  const out: Moments[] = []
  for (const [h, share] of shares.entries()) {
    if (share === 0) continue
    const count = counts[h]
    const open = 1 - count / (sizes?.[h] ?? Number.POSITIVE_INFINITY)
    if (count === 0 || open < 0 || (count === 1 && open > 0))
      throw new RangeError(`expected two samples or more, and no more than there are units, in stratum ${h}, got ${count}`)
    const over = Math.max(1, count - 1)
    out.push({ share, count, open, meanY: meanY[h], meanX: meanX[h], varY: yy[h] / over, varX: xx[h] / over, covariance: xy[h] / over })
  }
  return out
}

function varianceOf(
  moments: readonly Moments[],
  squared: (own: Moments) => number,
): { readonly variance: number; readonly degrees: number } {
  let [variance, fourth] = [0, 0]
  for (const own of moments) {
    const part = (own.share ** 2 * own.open * squared(own)) / own.count
    variance += part
    if (own.count > 1) fourth += (part * part) / (own.count - 1)
  }
  return { variance, degrees: fourth > 0 ? (variance * variance) / fourth : 0 }
}

/**
 * The mean of `y` over the whole from a simple random sample, when the classes of a map (shares known) cut it after the fact: the classes' own means, weighted by
 * their true shares, and a variance that counts how unevenly chance filled the classes (Cochran 1977, 5A.42):
 * (1 − f) (Σ W_h s_h² / n + Σ (1 − W_h) s_h² / n²).
 */
export function postStratifiedMean({ strata, shares }: Design, y: Float64Array, size = Number.POSITIVE_INFINITY): Estimate {
  const n = strata.length
  const moments = momentsOf({ strata, shares }, y, y)
  let value = 0
  for (const { share, meanY } of moments) value += share * meanY
  const weigh = ({ share }: Moments) => share / n + (1 - share) / (n * n)
  let [variance, fourth] = [0, 0]
  for (const own of moments) {
    const part = (1 - n / size) * weigh(own) * own.varY
    variance += part
    fourth += (part * part) / (own.count - 1)
  }
  return { value, variance, degrees: fourth > 0 ? (variance * variance) / fourth : 0 }
}

/** A central interval by Student's distribution; of a value without variance the value itself. */
export function studentInterval({ value, variance, degrees }: Estimate, share = 0.95): readonly [low: number, high: number] {
  if (!(variance > 0)) return [value, value]
  const reach = studentQuantile((1 + share) / 2, degrees) * Math.sqrt(variance)
  return [value - reach, value + reach]
}

/**
 * The interval of a share, from Wilson (1927): of n tries, but n is what a simple sample with the same variance would have been (Korn & Graubard 1998): v (1 − v) / variance, and
 * Student's quantile stands for the normal one. It stays between 0 and 1, and where not one sample is of a kind (`fallback` tries and no variance) its upper end says how
 * much there may be all the same. `fallback` Infinity: everything was seen, and the share is what it is.
 */
export function shareInterval(
  { value, variance, degrees }: Estimate,
  fallback: number,
  share = 0.95,
): readonly [low: number, high: number] {
  if (Number.isNaN(value)) return [Number.NaN, Number.NaN]
  const isKnown = variance > 0 && value > 0 && value < 1
  const tries = isKnown ? (value * (1 - value)) / variance : fallback
  if (tries === Number.POSITIVE_INFINITY) return [value, value]
  const z = studentQuantile((1 + share) / 2, isKnown ? degrees : Math.max(1, fallback - 1))
  const z2 = (z * z) / tries
  const middle = (value + z2 / 2) / (1 + z2)
  const reach = Math.sqrt(z2 * (value * (1 - value) + z2 / 4)) / (1 + z2)
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)]
}

/** Tries of a simple sample that would be as good, for a share that does not vary in the sample: 1 / Σ W_h² (1 − f_h) / n_h; Infinity where everything was seen. */
export function triesOf(design: Design): number {
  const counts = stratumCounts(design)
  let sum = 0
  for (const [h, share] of design.shares.entries())
    if (share > 0) sum += (share * share * (1 - counts[h] / (design.sizes?.[h] ?? Number.POSITIVE_INFINITY))) / counts[h]
  return sum > 0 ? 1 / sum : Number.POSITIVE_INFINITY
}
