/**
 * Where the next samples decide most: one after the other, each where the expected error of grades falls most for its cost. No value is needed for that: how sure a
 * prediction becomes depends on places alone (McBratney, Webster & Burgess 1981), and what a value will be is averaged over (a preposterior analysis: Raiffa & Schlaifer 1961).
 *
 * A place has a prediction μ with variance σ² from the samples there are. New samples bring the variance down to σ′²; then the prediction will have moved by a normal
 * amount of variance σ² − σ′². Grades are parted by bounds. The expected error of a grade, in steps, is the number of bounds that lie between what will be predicted and
 * what is so: for one bound at distance δ = |b − μ| / σ it depends on δ and ρ² = 1 − σ′²/σ² alone, and is tabled. Without bounds it is the variance that is brought down.
 */
import { normalCdf, normalDensity } from '../shared/normal.ts'

/**
 * Places: `x`, `y` metres; `weights` (hectares, say) what each counts for; `mean`, `variance` the predictions (variance above 0). `bounds`: between grades, in the unit of
 * the mean, rising. `candidate[i]` 0: no sample can be taken there. `costs`: above 0, in the unit of `budget`; without costs each sample is 1 and `budget` a number.
 * `covariance`: fills squared distances (m²) with covariances of the values without their nugget, in place. `nugget`: variance of one sample beside what its
 * surroundings have. `sampleX`, `sampleY`: samples there are, from which `mean` and `variance` came.
 */
export type GreedyProblem = {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly weights: Float64Array
  readonly mean: Float64Array
  readonly bounds: readonly number[]
  readonly candidate: Uint8Array
  readonly costs?: Float64Array
  readonly budget: number
  covariance(d2: Float64Array, count: number): void
  readonly nugget: number
  readonly sampleX: Float64Array
  readonly sampleY: Float64Array
}

/** `chosen`: places by their numbers, the most useful first. `errors[k]`: expected error (weighted mean, steps of grade; variance without bounds) with k new samples. */
export type GreedyPlan = { readonly chosen: Int32Array; readonly errors: Float64Array }

const KNOTS = 33

export function greedyReduction(problem: GreedyProblem): GreedyPlan {
  const { costs, candidate } = problem
  const state = new Posterior(problem)
  const chosen: number[] = []
  const errors = [state.error()]
  let left = problem.budget
  const open = Uint8Array.from(candidate)
  for (;;) {
    let [best, most] = [-1, 0]
    for (let s = 0; s < open.length; s++) {
      const cost = costs?.[s] ?? 1
      if (open[s] === 0 || cost > left) continue
      const gain = state.gain(s) / cost
      if (gain > most) [best, most] = [s, gain]
    }
    if (best < 0) break
    state.take(best)
    open[best] = 0
    left -= costs?.[best] ?? 1
    chosen.push(best)
    errors.push(state.error())
  }
  return { chosen: Int32Array.from(chosen), errors: Float64Array.from(errors) }
}

/** The expected error with these new samples, as `greedyReduction` counts it: any other design can be held against it. */
export function expectedError(problem: GreedyProblem, chosen: Int32Array): number {
  const state = new Posterior(problem)
  for (const s of chosen) state.take(s)
  return state.error()
}

/** Covariances of the places given the samples so far, and what the grades are worth at each place by how much is known. */
class Posterior {
  readonly #n: number
  readonly #nugget: number
  readonly #c: Float64Array // n × n
  readonly #first: Float64Array // variances before any new sample
  readonly #value: Float64Array // expected error at ρ² = k / (KNOTS − 1), weighted, of place t at t · KNOTS
  readonly #whole: number

  constructor(problem: GreedyProblem) {
    const { x, weights, mean, bounds } = problem
    this.#n = x.length
    this.#nugget = problem.nugget
    this.#c = conditioned(problem)
    this.#first = Float64Array.from({ length: this.#n }, (_, t) => this.#c[t * this.#n + t])
    this.#value = new Float64Array(this.#n * KNOTS)
    this.#whole = weights.reduce((sum, weight) => sum + weight, 0)
    for (let t = 0; t < this.#n; t++) {
      const deviation = Math.sqrt(this.#first[t])
      for (let k = 0; k < KNOTS; k++) {
        const known = k / (KNOTS - 1)
        let error = bounds.length === 0 ? this.#first[t] * (1 - known) : 0
        for (const bound of bounds) error += crossing(Math.abs(bound - mean[t]) / deviation, known)
        this.#value[t * KNOTS + k] = weights[t] * error
      }
    }
  }

  #errorAt(t: number, variance: number): number {
    const known = Math.min(1, Math.max(0, 1 - variance / this.#first[t])) * (KNOTS - 1)
    const k = Math.min(KNOTS - 2, Math.floor(known))
    const at = t * KNOTS + k
    return this.#value[at] + (known - k) * (this.#value[at + 1] - this.#value[at])
  }

  error(): number {
    let sum = 0
    for (let t = 0; t < this.#n; t++) sum += this.#errorAt(t, this.#c[t * this.#n + t])
    return sum / this.#whole
  }

  /** How much less the errors would be in sum with a sample at place s. */
  gain(s: number): number {
    const n = this.#n
    const own = this.#c[s * n + s] + this.#nugget
    if (!(own > 1e-12 * (this.#first[s] + this.#nugget))) return 0
    let sum = 0
    for (let t = 0; t < n; t++) {
      const shared = this.#c[s * n + t]
      const less = (shared * shared) / own
      const variance = this.#c[t * n + t]
      if (less > 1e-6 * variance) sum += this.#errorAt(t, variance) - this.#errorAt(t, variance - less)
    }
    return sum
  }

  take(s: number): void {
    const n = this.#n
    const row = this.#c.slice(s * n, (s + 1) * n)
    const own = row[s] + this.#nugget
    if (!(own > 0)) return
    for (let a = 0; a < n; a++) {
      const share = row[a] / own
      if (share === 0) continue
      const at = a * n
      for (let b = 0; b < n; b++) this.#c[at + b] -= share * row[b]
    }
  }
}

/**
 * Covariances of the errors at the places once the samples that are there have been kriged (ordinary kriging of the values without their nugget; the equations of
 * Cressie 1993, 3.4.5 with places in place of one target). Without samples the mean counts as known.
 */
function conditioned({ x, y, covariance, nugget, sampleX, sampleY }: GreedyProblem): Float64Array {
  const n = x.length
  const m = sampleX.length
  const c = new Float64Array(n * n)
  const fill = (row: Float64Array, px: number, py: number, toX: Float64Array, toY: Float64Array) => {
    for (let b = 0; b < row.length; b++) row[b] = (toX[b] - px) ** 2 + (toY[b] - py) ** 2
    covariance(row, row.length)
  }
  for (let a = 0; a < n; a++) fill(c.subarray(a * n, (a + 1) * n), x[a], y[a], x, y)
  if (m === 0) return c
  const factor = new Float64Array(m * m)
  for (let i = 0; i < m; i++) {
    const row = factor.subarray(i * m, i * m + m)
    fill(row, sampleX[i], sampleY[i], sampleX, sampleY)
    row[i] += nugget
  }
  const whole = factor[0]
  const inverse = new Float64Array(m) // 0: a sample that those before it determine
  for (let i = 0; i < m; i++) {
    let left = factor[i * m + i]
    for (let j = 0; j < i; j++) {
      let s = factor[i * m + j]
      for (let q = 0; q < j; q++) s -= factor[i * m + q] * factor[j * m + q]
      s *= inverse[j]
      factor[i * m + j] = s
      left -= s * s
    }
    inverse[i] = left > 1e-10 * whole ? 1 / Math.sqrt(left) : 0
  }
  const solve = (right: Float64Array) => {
    for (let i = 0; i < m; i++) {
      let s = right[i]
      for (let q = 0; q < i; q++) s -= factor[i * m + q] * right[q]
      right[i] = s * inverse[i]
    }
    return right
  }
  const ones = solve(new Float64Array(m).fill(1))
  const gram = ones.reduce((sum, one) => sum + one * one, 0)
  const v = new Float64Array(n * m)
  const u = new Float64Array(n)
  for (let a = 0; a < n; a++) {
    const own = v.subarray(a * m, (a + 1) * m)
    fill(own, x[a], y[a], sampleX, sampleY)
    solve(own)
    let shared = 0
    for (let i = 0; i < m; i++) shared += own[i] * ones[i]
    u[a] = (1 - shared) / Math.sqrt(gram)
  }
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let s = c[a * n + b] + u[a] * u[b]
      for (let i = 0; i < m; i++) s -= v[a * m + i] * v[b * m + i]
      c[a * n + b] = s
      c[b * n + a] = s
    }
    // a place where a sample lies is known but for rounding
    if (!(c[a * n + a] > 1e-9 * whole)) c[a * n + a] = 1e-9 * whole
  }
  return c
}

const WIDEST = 5 // deviations between prediction and bound beyond which nothing is in doubt
const DELTAS = 101
let table: Float64Array | null = null

/** Probability that a bound δ deviations away lies between the prediction to come and what is so, when a share `known` = ρ² of the variance will have been taken away. */
export function crossing(delta: number, known: number): number {
  table ??= crossingTable()
  const d = (Math.min(delta, WIDEST) / WIDEST) * (DELTAS - 1)
  const k = Math.min(1, Math.max(0, known)) * (KNOTS - 1)
  const [i, j] = [Math.min(DELTAS - 2, Math.floor(d)), Math.min(KNOTS - 2, Math.floor(k))]
  const [s, t] = [d - i, k - j]
  const at = (a: number, b: number) => (table as Float64Array)[a * KNOTS + b]
  return (1 - s) * ((1 - t) * at(i, j) + t * at(i, j + 1)) + s * ((1 - t) * at(i + 1, j) + t * at(i + 1, j + 1))
}

/** ∫ φ(u) Φ(−|δ + ρu| / √(1 − ρ²)) du: the prediction to come is δ + ρu deviations from the bound, and the rest of the variance decides on which side the truth lies. */
function crossingTable(): Float64Array {
  const out = new Float64Array(DELTAS * KNOTS)
  const [reach, nodes] = [6, 240]
  const step = (2 * reach) / nodes
  for (let i = 0; i < DELTAS; i++) {
    const delta = (i / (DELTAS - 1)) * WIDEST
    for (let j = 0; j < KNOTS - 1; j++) {
      const rho2 = j / (KNOTS - 1)
      const [rho, rest] = [Math.sqrt(rho2), Math.sqrt(1 - rho2)]
      if (j === 0) {
        out[i * KNOTS] = normalCdf(-delta)
        continue
      }
      let sum = 0
      for (let node = 0; node <= nodes; node++) {
        const u = -reach + node * step
        sum += normalDensity(u) * normalCdf(-Math.abs(delta + rho * u) / rest) * step
      }
      out[i * KNOTS + j] = sum
    }
  }
  return out // with all of the variance taken away nothing is between them
}
