/**
 * Where a forest may speak (Meyer & Pebesma 2021): a cell whose covariates are unlike all samples gets a prediction like any other, but nothing stands behind it.
 *
 * Covariates are scaled to unit deviation and weighted by their importance (none where it is negative). The dissimilarity of a cell is its distance to the nearest
 * sample over the mean distance of samples. The limit is the largest dissimilarity, outliers aside (above the upper quartile by 1.5 interquartile ranges), that
 * samples themselves have to samples of other folds: as far as the validation went, so far its errors hold.
 */
import { seededRandom } from '../shared/random.ts'

/** `points`: samples, scaled and weighted, `axes.length` numbers each: covariates without weight are left out. */
export type Applicability = {
  readonly axes: Int32Array
  readonly centre: Float64Array
  readonly factor: Float64Array
  readonly points: Float64Array
  readonly meanDistance: number
  readonly limit: number
}

/** Samples between which distances are averaged, and samples whose own dissimilarity is taken, at most. */
const MOST_PAIRED = 1000
const MOST_ASKED = 3000

/** `columns`: covariates of the samples. `folds`: of each sample. */
export function applicabilityOf(columns: readonly Float64Array[], importance: Float64Array, folds: Int32Array): Applicability {
  const n = folds.length
  const positive = importance.map((each) => Math.max(0, each))
  const most = positive.reduce((a, b) => Math.max(a, b), 0)
  const weights = most > 0 ? positive.map((each) => each / most) : positive.fill(1)
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / n)
  const deviations = columns.map((column, f) =>
    Math.sqrt(column.reduce((sum, value) => sum + (value - means[f]) ** 2, 0) / Math.max(1, n - 1)),
  )
  const axes = Int32Array.from(columns.keys()).filter((f) => weights[f] > 0 && deviations[f] > 0)
  // the heaviest first: distances then show early that they are too long
  axes.sort((a, b) => weights[b] - weights[a] || a - b)
  const centre = Float64Array.from(axes, (f) => means[f])
  const factor = Float64Array.from(axes, (f) => weights[f] / deviations[f])
  const d = axes.length
  const points = new Float64Array(n * d)
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) points[i * d + a] = (columns[axes[a]][i] - centre[a]) * factor[a]
  const paired = chosen(n, MOST_PAIRED, 4)
  let [sum, pairs] = [0, 0]
  for (let a = 0; a < paired.length; a++) {
    for (let b = 0; b < a; b++) {
      sum += Math.sqrt(distance2(points, paired[a], points, paired[b], d, Number.POSITIVE_INFINITY))
      pairs++
    }
  }
  const meanDistance = sum / pairs
  const own = Float64Array.from(chosen(n, MOST_ASKED, 5), (i) => {
    let nearest = Number.POSITIVE_INFINITY
    for (let j = 0; j < n; j++) if (folds[j] !== folds[i]) nearest = Math.min(nearest, distance2(points, i, points, j, d, nearest))
    return Math.sqrt(nearest) / meanDistance
  })
    .filter(Number.isFinite)
    .sort()
  const at = (share: number) => own[Math.round(share * (own.length - 1))]
  const fence = at(0.75) + 1.5 * (at(0.75) - at(0.25))
  const limit = own.reduce((largest, each) => (each <= fence ? Math.max(largest, each) : largest), 0)
  return { axes, centre, factor, points, meanDistance, limit }
}

/** Squared distance of two points of `d` numbers, or anything from `most` on once it is reached. */
function distance2(a: Float64Array, i: number, b: Float64Array, j: number, d: number, most: number): number {
  let sum = 0
  for (let k = 0; k < d && sum < most; k++) {
    const difference = a[i * d + k] - b[j * d + k]
    sum += difference * difference
  }
  return sum
}

function chosen(n: number, most: number, seed: number): Int32Array {
  const random = seededRandom(seed)
  const all = Int32Array.from({ length: n }, (_, i) => i)
  return n <= most ? all : all.filter(() => random() < most / n)
}

/** Leaves of the tree of points hold no more than this many. */
const BUCKET = 12

/** The dissimilarity of rows of covariates, by a k-d tree over the samples (Bentley 1975). */
export class Dissimilarity {
  readonly #of: Applicability
  readonly #order: Int32Array // samples, a node's lie together
  readonly #axis: number[] = []
  readonly #cut: number[] = []
  readonly #child: number[] = []
  readonly #from: number[] = []
  readonly #to: number[] = []
  readonly #place: Float64Array

  constructor(of: Applicability) {
    this.#of = of
    const d = of.axes.length
    this.#place = new Float64Array(d)
    this.#order = Int32Array.from({ length: d === 0 ? 0 : of.points.length / d }, (_, i) => i)
    this.#add(0, this.#order.length)
    for (let node = 0; node < this.#from.length; node++) this.#split(node)
  }

  #add(from: number, to: number): void {
    this.#axis.push(-1)
    this.#cut.push(0)
    this.#child.push(-1)
    this.#from.push(from)
    this.#to.push(to)
  }

  #split(node: number): void {
    const [from, to] = [this.#from[node], this.#to[node]]
    if (to - from <= BUCKET) return
    const { points, axes } = this.#of
    const d = axes.length
    let [axis, widest] = [0, -1]
    for (let a = 0; a < d; a++) {
      let [low, high] = [Infinity, -Infinity]
      for (let k = from; k < to; k++) {
        const value = points[this.#order[k] * d + a]
        if (value < low) low = value
        if (value > high) high = value
      }
      if (high - low > widest) {
        widest = high - low
        axis = a
      }
    }
    if (!(widest > 0)) return
    const sorted = this.#order.slice(from, to).sort((i, j) => points[i * d + axis] - points[j * d + axis] || i - j)
    this.#order.set(sorted, from)
    const middle = from + ((to - from) >> 1)
    this.#axis[node] = axis
    this.#cut[node] = points[this.#order[middle] * d + axis]
    this.#child[node] = this.#from.length
    this.#add(from, middle)
    this.#add(middle, to)
  }

  /** Of `count` rows of p covariates, into `out`; NaN where one is NaN. Neighbouring cells are alike: the sample nearest to the last one is tried first. */
  of(rows: Float64Array, p: number, out: Float64Array): void {
    const { axes, centre, factor, points, meanDistance } = this.#of
    const d = axes.length
    const place = this.#place
    let nearest = 0
    for (let r = 0; r < out.length; r++) {
      for (let a = 0; a < d; a++) place[a] = (rows[r * p + axes[a]] - centre[a]) * factor[a]
      let known = true
      for (let f = 0; f < p; f++) if (Number.isNaN(rows[r * p + f])) known = false
      if (!known || d === 0) {
        out[r] = known ? 0 : Number.NaN
        continue
      }
      let best = distance2(place, 0, points, nearest, d, Number.POSITIVE_INFINITY)
      const waiting = [0]
      const bounds = [0]
      for (
        let node = waiting.pop(), bound = bounds.pop();
        node !== undefined && bound !== undefined;
        node = waiting.pop(), bound = bounds.pop()
      ) {
        if (bound >= best) continue
        const child = this.#child[node]
        if (child < 0) {
          for (let k = this.#from[node]; k < this.#to[node]; k++) {
            const own = distance2(place, 0, points, this.#order[k], d, best)
            if (own < best) {
              best = own
              nearest = this.#order[k]
            }
          }
          continue
        }
        const gap = place[this.#axis[node]] - this.#cut[node]
        const near = gap < 0 ? child : child + 1
        waiting.push(near === child ? child + 1 : child, near)
        // the far side lies beyond the cut at least; bounds along other axes are not added up, which costs visits and no truth
        bounds.push(Math.max(bound, gap * gap), bound)
      }
      out[r] = Math.sqrt(best) / meanDistance
    }
  }
}
