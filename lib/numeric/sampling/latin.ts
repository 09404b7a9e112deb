/**
 * Conditioned Latin hypercube (Minasny & McBratney 2006): so many of the candidates that every covariate is spread among them as it is among all, told by equal
 * strata of each covariate, by classes, and by the correlations. Found by annealing; places that are cheap to reach may be preferred (Roudier, Beaudette & Hewitt 2012).
 * No probabilities are known of it: it serves a map, not an estimate.
 */
import { seededRandom } from '../shared/random.ts'

/**
 * `covariates`: n × q, row by row, finite. `classes`: a class of each candidate, from 0 (none: leave it out). `costs`: of each candidate, from 0; `costWeight`: what
 * the mean cost, as a share of the dearest, counts beside the rest (0). `steps`: of the annealing (2,000 a sample, 20,000 at least and 400,000 at most).
 */
export type LatinProblem = {
  readonly covariates: Float64Array
  readonly covariateCount: number
  readonly classes?: Int32Array
  readonly costs?: Float64Array
  readonly costWeight?: number
  readonly steps?: number
}

/** `objective`: equations 1 to 3 of the paper, each with weight 1, the first two per sample; 0 is perfect. `chosen`: candidates by their numbers, rising. */
export type Latin = { readonly chosen: Int32Array; readonly objective: number }

/** Temperature at the start and at the end, in what one sample more or less in a stratum is worth; how often the worst sample rather than any is changed (Minasny & McBratney 2006, 3). */
const HOT = 1
const COLD = 0.01
const WORST = 0.5

export function conditionedLatinHypercube(problem: LatinProblem, count: number, seed: number): Latin {
  const { covariates, covariateCount: q } = problem
  const n = q > 0 ? covariates.length / q : (problem.classes?.length ?? 0)
  if (!(count >= 1) || count > n) throw new RangeError(`expected 1 to ${n} samples, got ${count}`)
  const random = seededRandom(seed)
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let k = 0; k < count; k++) swap(order, k, k + Math.floor(random() * (n - k)))
  const state = new State(problem, n, count)
  for (let k = 0; k < count; k++) state.add(order[k])
  let now = state.objective()
  let best = now
  let kept = order.slice(0, count)
  const steps = problem.steps ?? Math.max(20_000, Math.min(2000 * count, 400_000))
  const cooling = (COLD / HOT) ** (1 / steps)
  let heat = HOT / count
  for (let step = 0; step < steps && n > count && best > 0; step++) {
    heat *= cooling
    const out = random() < WORST ? state.worst(order, count, random) : Math.floor(random() * count)
    const into = count + Math.floor(random() * (n - count))
    state.remove(order[out])
    state.add(order[into])
    const then = state.objective()
    // better is taken; worse sometimes, less and less often
    if (then <= now || random() < Math.exp((now - then) / heat)) {
      swap(order, out, into)
      now = then
      if (now < best - 1e-12) {
        best = now
        kept = order.slice(0, count)
      }
    } else {
      state.remove(order[into])
      state.add(order[out])
    }
  }
  return { chosen: kept.sort(), objective: best }
}

function swap(order: Int32Array, a: number, b: number): void {
  const kept = order[a]
  order[a] = order[b]
  order[b] = kept
}

/** What the objective is worked from, kept up as samples come and go. */
class State {
  readonly #problem: LatinProblem
  readonly #count: number
  readonly #n: number
  readonly #stratum: Int32Array // of candidate i in covariate a, at i · q + a
  readonly #filled: Int32Array // samples in stratum s of covariate a, at a · count + s
  readonly #shares: Float64Array
  readonly #inClass: Int32Array
  readonly #wanted: Float64Array // correlations of all candidates
  readonly #scaled: Float64Array
  readonly #sums: Float64Array
  readonly #products: Float64Array
  readonly #dearest: number
  #cost = 0

  constructor(problem: LatinProblem, n: number, count: number) {
    const { covariates, covariateCount: q, classes, costs } = problem
    this.#problem = problem
    this.#count = count
    this.#n = n
    this.#stratum = new Int32Array(n * q)
    this.#scaled = new Float64Array(n * q)
    for (let a = 0; a < q; a++) this.#divide(covariates, a, q)
    this.#filled = new Int32Array(q * count)
    const kinds = classes ? classes.reduce((most, each) => Math.max(most, each + 1), 0) : 0
    this.#shares = new Float64Array(kinds)
    for (const kind of classes ?? []) this.#shares[kind] += 1 / n
    this.#inClass = new Int32Array(kinds)
    this.#sums = new Float64Array(q)
    this.#products = new Float64Array(q * q)
    this.#wanted = new Float64Array(q * q)
    this.#dearest = costs?.reduce((most, each) => Math.max(most, each), 0) ?? 0
    for (let i = 0; i < n; i++) this.#moments(i, 1)
    for (let a = 0; a < q; a++) for (let b = 0; b < a; b++) this.#wanted[a * q + b] = this.#correlation(a, b, n)
    this.#sums.fill(0)
    this.#products.fill(0)
  }

  /** `count` strata of a covariate with as many candidates each; equal values share their middle one's, so that nothing is told apart that is the same. */
  #divide(covariates: Float64Array, a: number, q: number): void {
    const n = this.#n
    const value = (i: number) => covariates[i * q + a]
    const order = Int32Array.from({ length: n }, (_, i) => i).sort((i, j) => value(i) - value(j) || i - j)
    const mean = order.reduce((sum, i) => sum + value(i), 0) / n
    const spread = Math.sqrt(order.reduce((sum, i) => sum + (value(i) - mean) ** 2, 0) / n)
    order.forEach((i, rank) => {
      this.#stratum[i * q + a] = Math.floor((rank * this.#count) / n)
      this.#scaled[i * q + a] = spread > 0 ? (value(i) - mean) / spread : 0
    })
  }

  add(i: number): void {
    this.#change(i, 1)
  }

  remove(i: number): void {
    this.#change(i, -1)
  }

  #change(i: number, by: number): void {
    const { covariateCount: q, classes, costs } = this.#problem
    for (let a = 0; a < q; a++) this.#filled[a * this.#count + this.#stratum[i * q + a]] += by
    if (classes) this.#inClass[classes[i]] += by
    if (costs) this.#cost += by * costs[i]
    this.#moments(i, by)
  }

  #moments(i: number, by: number): void {
    const q = this.#problem.covariateCount
    for (let a = 0; a < q; a++) {
      const own = this.#scaled[i * q + a]
      this.#sums[a] += by * own
      for (let b = 0; b <= a; b++) this.#products[a * q + b] += by * own * this.#scaled[i * q + b]
    }
  }

  #correlation(a: number, b: number, n: number): number {
    const q = this.#problem.covariateCount
    const of = (c: number, d: number) => this.#products[c * q + d] - (this.#sums[c] * this.#sums[d]) / n
    const spread = of(a, a) * of(b, b)
    return spread > 1e-12 * n * n ? of(a, b) / Math.sqrt(spread) : 0
  }

  objective(): number {
    const { covariateCount: q, costWeight = 0 } = this.#problem
    let strata = 0
    for (let s = 0; s < this.#filled.length; s++) strata += Math.abs(this.#filled[s] - 1)
    let classes = 0
    for (let c = 0; c < this.#shares.length; c++) classes += Math.abs(this.#inClass[c] / this.#count - this.#shares[c])
    let correlations = 0
    for (let a = 0; a < q; a++)
      for (let b = 0; b < a; b++) correlations += Math.abs(this.#correlation(a, b, this.#count) - this.#wanted[a * q + b])
    const cost = this.#dearest > 0 ? (costWeight * this.#cost) / this.#count / this.#dearest : 0
    return strata / this.#count + classes + correlations + cost
  }

  /** One of those whose strata are the fullest: its place in `order`, of a few looked at. */
  worst(order: Int32Array, count: number, random: () => number): number {
    const q = this.#problem.covariateCount
    let [at, most] = [0, -1]
    for (let tries = 0; tries < 8; tries++) {
      const k = Math.floor(random() * count)
      let full = 0
      for (let a = 0; a < q; a++) full += this.#filled[a * this.#count + this.#stratum[order[k] * q + a]]
      if (full > most) [at, most] = [k, full]
    }
    return at
  }
}
