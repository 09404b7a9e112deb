/**
 * The values of a zone with their weights, sorted: quantiles, majority, variety, classes.
 *
 * Cells covered whole all weigh 1 and are kept as bare numbers, which sort at the speed of the machine; the others are pairs.
 */
import type { Coverage } from './coverage.ts'
import { sortPairs } from './sort.ts'

/** Values that have gathered for a zone: `whole` weigh 1 each, `values[i]` weighs `weights[i]`. */
export class Gathered {
  whole: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>
  wholeCount = 0
  values = new Float64Array(64)
  weights = new Float64Array(64)
  count = 0

  /** `wide` where values need doubles: 32-bit integers and more. */
  constructor(wide: boolean, capacity = 64) {
    this.whole = wide ? new Float64Array(capacity) : new Float32Array(capacity)
  }

  /** Room for so many more of each. */
  private reserve(whole: number, pairs: number): void {
    if (this.whole.length < this.wholeCount + whole) {
      const length = Math.ceil(1.5 * (this.wholeCount + whole))
      const more = this.whole instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)
      more.set(this.whole.subarray(0, this.wholeCount))
      this.whole = more
    }
    if (this.values.length < this.count + pairs) {
      const length = Math.ceil(1.5 * (this.count + pairs))
      const values = new Float64Array(length)
      const weights = new Float64Array(length)
      values.set(this.values.subarray(0, this.count))
      weights.set(this.weights.subarray(0, this.count))
      this.values = values
      this.weights = weights
    }
  }

  clear(): void {
    this.wholeCount = 0
    this.count = 0
  }

  /** Replaces what was here by all cells of a coverage. */
  takeCells(samples: ArrayLike<number>, { runs, runCount, cells, fractions, cellCount, whole }: Coverage): void {
    this.clear()
    this.reserve(whole, cellCount)
    let n = 0
    for (let k = 0; k < runCount; k++) for (let i = runs[2 * k], end = runs[2 * k + 1]; i < end; i++) this.whole[n++] = samples[i]
    for (let k = 0; k < cellCount; k++) {
      this.values[k] = samples[cells[k]]
      this.weights[k] = fractions[k]
    }
    this.wholeCount = n
    this.count = cellCount
  }

  /** Replaces what was here by values with their weights. */
  takeList(values: Float64Array, weights: Float64Array, count: number): void {
    this.clear()
    this.reserve(0, count)
    this.values.set(values.subarray(0, count))
    this.weights.set(weights.subarray(0, count))
    this.count = count
  }

  add(other: Gathered): void {
    this.reserve(other.wholeCount, other.count)
    this.whole.set(other.whole.subarray(0, other.wholeCount), this.wholeCount)
    this.values.set(other.values.subarray(0, other.count), this.count)
    this.weights.set(other.weights.subarray(0, other.count), this.count)
    this.wholeCount += other.wholeCount
    this.count += other.count
  }
}

/** The different values in ascending order and what each weighs in all; arrays are longer than `count`. */
export type Distribution = { values: Float64Array; weights: Float64Array; count: number }

/** Sorts what has gathered (in place) and adds up equal values. `into` is reused. */
export function distributionOf(gathered: Gathered, into: Distribution): Distribution {
  const { whole, wholeCount, values, weights, count } = gathered
  whole.subarray(0, wholeCount).sort()
  sortPairs(values, weights, count)
  if (into.values.length < wholeCount + count) {
    into.values = new Float64Array(Math.ceil(1.5 * (wholeCount + count)))
    into.weights = new Float64Array(into.values.length)
  }
  const out = into.values
  const sums = into.weights
  let n = 0
  for (let i = 0, j = 0; i < wholeCount || j < count; ) {
    const value = j >= count || (i < wholeCount && whole[i] <= values[j]) ? whole[i] : values[j]
    let weight = 0
    const from = i
    while (i < wholeCount && whole[i] === value) i++
    weight += i - from
    while (j < count && values[j] === value) weight += weights[j++]
    out[n] = value
    sums[n++] = weight
  }
  into.count = n
  return into
}

/**
 * Quantile of a weighted distribution, as exactextract has it (weighted_quantiles.cpp) and R's wquantiles: value k of n stands at
 * S_k = (k − 1) w_k + (n − 1) Σ_{j<k} w_j, the quantile q at q (n − 1) Σ w, and between two values the line between them holds.
 * With equal weights it is R's type 7. NaN for no values.
 */
export function quantileOf({ values, weights, count }: Distribution, q: number): number {
  if (count === 0) return Number.NaN
  let total = 0
  for (let k = 0; k < count; k++) total += weights[k]
  const wanted = q * (count - 1) * total
  let before = 0
  let place = 0
  for (let k = 0; k < count; k++) {
    const here = k * weights[k] + (count - 1) * before
    if (here > wanted) {
      if (k === 0) return values[0]
      return values[k - 1] + ((wanted - place) * (values[k] - values[k - 1])) / (here - place)
    }
    place = here
    before += weights[k]
  }
  return values[count - 1]
}

/** The value of the most weight; of several the greatest. NaN for no values. */
export function majorityOf({ values, weights, count }: Distribution): number {
  let best = -1
  for (let k = 0; k < count; k++) if (best < 0 || weights[k] >= weights[best]) best = k
  return best < 0 ? Number.NaN : values[best]
}

/** The value of the least weight; of several the smallest. NaN for no values. */
export function minorityOf({ values, weights, count }: Distribution): number {
  let best = -1
  for (let k = 0; k < count; k++) if (best < 0 || weights[k] < weights[best]) best = k
  return best < 0 ? Number.NaN : values[best]
}
