/**
 * Between values and the scale on which they are simulated, in one realisation.
 *
 * Scores: that a value is exceeded by a share of the land is known from a few samples only. A realisation therefore gives each sample a weight of its own,
 * drawn from the distribution that n values leave open (the Bayesian bootstrap: Rubin 1981, Annals of Statistics 9:130; weights Dirichlet(1, …, 1)), and
 * the scores of the samples follow from the weighted table. Mean and variance of the scores are then estimated anew (posterior.ts), so that what the draw does
 * to them is taken out again, and only what it does to the shape of the distribution is added.
 *
 * Between samples a table runs straight, and beyond its ends on with the slope of its outermost unit of score, as far as `lowest` and `highest`: in the logarithms of values
 * where these are all positive and less skewed than the values themselves.
 */
import { normalQuantile } from './normal.ts'

/** How a variable is simulated. `lowest`, `highest`: what a soil can have; only of scores. */
export type Scale = { readonly kind: 'none' | 'log' | 'scores'; readonly lowest?: number; readonly highest?: number }

/** One realisation's scale: the samples' values on it, and the way back of a field at a place of which a normal part with `deviation` is still open. */
export type DrawnScale = { readonly scaled: Float64Array; readonly back: (deviation: number) => (scaled: number) => number }

/** Knots of the way back, equally spaced from −6 to 6. */
const KNOTS = 241
const FARTHEST = 6
/** Shares of the open part: midpoints of classes of equal probability, scaled to variance 1. */
const OPEN = (() => {
  const shares = Array.from({ length: 24 }, (_, i) => normalQuantile((i + 0.5) / 24))
  const spread = Math.sqrt(shares.reduce((sum, each) => sum + each * each, 0) / shares.length)
  return Float64Array.from(shares, (each) => each / spread)
})()

/** Values sorted once: entries of `values` in ascending order, equal ones together. `inLogs`: whether their table is one of logarithms. */
export type SortedValues = { readonly values: Float64Array; readonly order: Int32Array; readonly inLogs: boolean }
export const sortValues = (values: Float64Array): SortedValues => ({
  values,
  order: Int32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b),
  inLogs: values.every((each) => each > 0) && Math.abs(skewness(values.map(Math.log))) < Math.abs(skewness(values)),
})

function skewness(values: Float64Array): number {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  const moment = (power: number) => values.reduce((sum, each) => sum + (each - mean) ** power, 0) / values.length
  return moment(3) / moment(2) ** 1.5
}

/** `random`: draws the samples' weights; null for equal ones. Values are finite, at least two, for logarithms positive. */
export function drawScale({ kind, lowest, highest }: Scale, sorted: SortedValues, random: (() => number) | null): DrawnScale {
  const { values, order, inLogs } = sorted
  if (kind === 'none') return { scaled: values, back: () => (scaled) => scaled }
  if (kind === 'log') {
    return {
      scaled: values.map(Math.log),
      back: (deviation) => {
        const open = Math.exp((deviation * deviation) / 2) // the mean of exp over what is open
        return (scaled) => Math.exp(scaled) * open
      },
    }
  }
  const n = values.length
  // −log(1 − u) is exponential, and exponentials over their sum are Dirichlet(1, …, 1)
  const weights = Float64Array.from(order, () => (random ? -Math.log(1 - random()) : 1))
  const total = weights.reduce((sum, each) => sum + each, 0)
  const scaled = new Float64Array(n)
  const scores: number[] = []
  const knots: number[] = []
  let below = 0
  for (let from = 0; from < n; ) {
    let to = from
    let own = 0
    while (to < n && values[order[to]] === values[order[from]]) own += weights[to++]
    const share = (below + own / 2) / total
    const score = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, share)))
    for (let i = from; i < to; i++) scaled[order[i]] = score
    scores.push(score)
    knots.push(inLogs ? Math.log(values[order[from]]) : values[order[from]])
    below += own
    from = to
  }
  const step = (2 * FARTHEST) / (KNOTS - 1)
  const least = lowest ?? (inLogs || knots[0] >= 0 ? 0 : Number.NEGATIVE_INFINITY)
  const table = tabulate(scores, knots, step).map((each) =>
    Math.min(highest ?? Number.POSITIVE_INFINITY, Math.max(least, inLogs ? Math.exp(each) : each)),
  )
  return {
    scaled,
    back: (deviation) => {
      const smooth = deviation > 0 ? smoothed(table, step, deviation) : table
      return (score) => straight(smooth, step, score)
    },
  }
}

/** The broken line through scores and values at equal steps of the score, with its tails. */
function tabulate(scores: readonly number[], values: readonly number[], step: number): Float64Array {
  const last = scores.length - 1
  const below = tailSlope(scores, values, 0, 1)
  const above = tailSlope(scores, values, last, -1)
  let at = 0
  return Float64Array.from({ length: KNOTS }, (_, k) => {
    const score = -FARTHEST + k * step
    while (at < last && scores[at + 1] < score) at++
    if (score <= scores[0]) return values[0] + below * (score - scores[0])
    if (score >= scores[last]) return values[last] + above * (score - scores[last])
    return values[at] + ((score - scores[at]) / (scores[at + 1] - scores[at])) * (values[at + 1] - values[at])
  })
}

function tailSlope(scores: readonly number[], values: readonly number[], end: number, inwards: 1 | -1): number {
  let to = end
  while (to + inwards >= 0 && to + inwards < scores.length && Math.abs(scores[to] - scores[end]) < 1) to += inwards
  return to === end ? 0 : (values[to] - values[end]) / (scores[to] - scores[end])
}

/** At every knot the mean over a normal part that is still open. */
function smoothed(table: Float64Array, step: number, deviation: number): Float64Array {
  return table.map((_, k) => {
    const score = -FARTHEST + k * step
    let sum = 0
    for (const each of OPEN) sum += straight(table, step, score + deviation * each)
    return sum / OPEN.length
  })
}

/** Between knots; beyond ±6 it stands still. */
function straight(table: Float64Array, step: number, score: number): number {
  const place = Math.min(KNOTS - 1, Math.max(0, (score + FARTHEST) / step))
  const k = Math.min(KNOTS - 2, Math.max(0, Math.floor(place)))
  return table[k] + (place - k) * (table[k + 1] - table[k])
}
