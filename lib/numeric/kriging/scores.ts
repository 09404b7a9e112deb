/**
 * Values on a scale where they are normal, and the way back without bias.
 *
 * Logarithms: the mean of exp(Y) is exp(μ + σ²/2), so exp of a kriged logarithm is the median and too low. With Ŷ = λᵀy unbiased and Var(Ŷ) the
 * predictor's variance, exp(Ŷ + (C(0) − Var Ŷ)/2) has the right mean (lognormal ordinary kriging: Journel 1980; Cressie 1993, 3.2.40).
 *
 * Normal scores: the i-th of n values, sorted, becomes Φ⁻¹((i − ½)/n) (Goovaerts 1997, 7.2.2), ties their mean rank's; between them the table runs straight,
 * and beyond its ends it stands still, so nothing is ever said beyond the data. The mean on the way back is the integral of that broken line over the normal
 * distribution of the prediction, in closed form.
 */
import { normalCdf, normalDensity, normalQuantile } from './normal.ts'

/** Back from logarithms: the mean of what was measured, and the variance of its error given the data, mean² (e^σ² − 1). */
export function fromLogarithms(
  prediction: number,
  variance: number,
  predictorVariance: number,
  sill: number,
): { mean: number; variance: number } {
  const mean = Math.exp(prediction + (sill - predictorVariance) / 2)
  return { mean, variance: mean * mean * Math.expm1(variance) }
}

/** Knots of the table, at most: more values are thinned to quantiles. */
const MOST_KNOTS = 256

/** Increasing scores and the values they stand for. */
export type ScoreTable = { readonly scores: Float64Array; readonly values: Float64Array }

/** The table of a set of values (finite, at least one), and their scores in the order of the input. */
export function normalScores(values: Float64Array): { readonly table: ScoreTable; readonly scores: Float64Array } {
  const n = values.length
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b)
  const scores = new Float64Array(n)
  const knots: { readonly score: number; readonly value: number }[] = []
  for (let from = 0; from < n; ) {
    let to = from + 1
    while (to < n && values[order[to]] === values[order[from]]) to++
    const score = normalQuantile((from + to) / 2 / n)
    for (let i = from; i < to; i++) scores[order[i]] = score
    knots.push({ score, value: values[order[from]] })
    from = to
  }
  const step = Math.max(1, (knots.length - 1) / (MOST_KNOTS - 1))
  const kept = step === 1 ? knots : Array.from({ length: MOST_KNOTS }, (_, i) => knots[Math.round(i * step)])
  return { table: { scores: Float64Array.from(kept, (k) => k.score), values: Float64Array.from(kept, (k) => k.value) }, scores }
}

/** The value of a score: the broken line, and its ends beyond them. */
export function fromScore({ scores, values }: ScoreTable, score: number): number {
  const last = scores.length - 1
  if (Number.isNaN(score)) return Number.NaN
  if (score <= scores[0]) return values[0]
  if (score >= scores[last]) return values[last]
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (scores[middle] <= score) low = middle
    else high = middle
  }
  return values[low] + ((score - scores[low]) / (scores[high] - scores[low])) * (values[high] - values[low])
}

/** Mean and variance of `fromScore` over a normal distribution, segment by segment. */
export function momentsFromScores(table: ScoreTable, mean: number, variance: number): { mean: number; variance: number } {
  const { scores, values } = table
  const deviation = Math.sqrt(variance)
  if (!(deviation > 0)) return { mean: fromScore(table, mean), variance: Number.isNaN(variance) ? Number.NaN : 0 }
  const last = scores.length - 1
  let z = (scores[0] - mean) / deviation
  let [cdf, density] = [normalCdf(z), normalDensity(z)]
  let first = values[0] * cdf
  let second = values[0] * values[0] * cdf
  for (let i = 0; i < last; i++) {
    const next = (scores[i + 1] - mean) / deviation
    // outside eight deviations a segment weighs less than rounding
    const [nextCdf, nextDensity] = [normalCdf(next), normalDensity(next)]
    if (next > -8 && z < 8) {
      const slope = (values[i + 1] - values[i]) / (scores[i + 1] - scores[i])
      const [a, b] = [values[i] + slope * (mean - scores[i]), slope * deviation] // value = a + b t, t standard normal
      const p = nextCdf - cdf
      const t1 = density - nextDensity
      const t2 = p + z * density - next * nextDensity
      first += a * p + b * t1
      second += a * a * p + 2 * a * b * t1 + b * b * t2
    }
    ;[z, cdf, density] = [next, nextCdf, nextDensity]
  }
  first += values[last] * (1 - cdf)
  second += values[last] * values[last] * (1 - cdf)
  return { mean: first, variance: Math.max(0, second - first * first) }
}

/** Terms of the expansion below, and the places where its coefficients are taken, with the normal weight of each: equal steps, which are as good as exact under that density. */
const TERMS = 10
const STEP = 0.15
const PLACES = Float64Array.from({ length: 81 }, (_, i) => (i - 40) * STEP)
const PLACE_WEIGHTS = PLACES.map((t) => STEP * normalDensity(t))

/**
 * Mean and variance of the weighted mean of values whose scores were kriged jointly: score a is normal with mean `prediction[a]` and `variance[a]`, and two go together by `errors` (count × count).
 * The mean is exact. For the covariance g(m + s t), g the broken line, is expanded in Hermite polynomials h_k of t (Lantuéjoul 2002, Geostatistical Simulation, 3.2; Abramowitz &
 * Stegun 1964, 22.2.15, normalised): cov = Σ c_k(a) c_k(b) ρᵏ, ρ = errors / (s_a s_b), to ten terms.
 */
export function meanFromScores(
  table: ScoreTable,
  prediction: Float64Array,
  variance: Float64Array,
  errors: Float64Array,
  weights: Float64Array,
): { mean: number; variance: number } {
  const count = prediction.length
  const deviations = variance.map(Math.sqrt)
  const coefficients = new Float64Array(count * TERMS)
  let mean = 0
  for (let a = 0; a < count; a++) {
    mean += weights[a] * momentsFromScores(table, prediction[a], variance[a]).mean
    for (const [i, t] of PLACES.entries()) {
      const value = PLACE_WEIGHTS[i] * fromScore(table, prediction[a] + deviations[a] * t)
      // h_1 = t, h_{k+1} = (t h_k − √k h_{k−1}) / √(k + 1)
      for (let k = 1, before = 1, own = t; k <= TERMS; k++) {
        coefficients[a * TERMS + k - 1] += value * own
        const next = (t * own - Math.sqrt(k) * before) / Math.sqrt(k + 1)
        before = own
        own = next
      }
    }
  }
  let spread = 0
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      const whole = deviations[a] * deviations[b]
      const rho = whole > 0 ? Math.max(-1, Math.min(1, errors[a * count + b] / whole)) : 0
      let sum = 0
      for (let k = TERMS - 1; k >= 0; k--) sum = rho * (sum + coefficients[a * TERMS + k] * coefficients[b * TERMS + k])
      spread += (a === b ? 1 : 2) * weights[a] * weights[b] * sum
    }
  }
  return { mean, variance: Math.max(0, spread) }
}
