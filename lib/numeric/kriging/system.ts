/**
 * The equations of kriging for one set of samples: covariances factored once, answers for many targets.
 *
 * With K the covariances of the m samples, F their drift (m × p, the first column 1) and z their values, all is told by the Cholesky factor
 * K = L Lᵀ: with c = L⁻¹k for the covariances k to a target, G = L⁻¹F, w = L⁻¹z and f the target's drift,
 *
 *   prediction = cᵀw + (f − Gᵀc)ᵀ β,     β = (GᵀG)⁻¹ Gᵀw              generalised least squares
 *   variance   = C(0) − cᵀc + (f − Gᵀc)ᵀ (GᵀG)⁻¹ (f − Gᵀc)
 *
 * (Cressie 1993, 3.4.5; the same numbers as the bordered system with Lagrange multipliers, from a matrix that is positive definite.)
 *
 * A sample whose value the ones before it determine to within 1e-10 of the sill adds nothing but rounding: its row is left out, and so is a drift
 * column that the samples cannot tell from those before it. `leftOut` counts them.
 */
import type { Covariance } from './model.ts'

const NOTHING_LEFT = 1e-10

export class KrigingSystem {
  readonly drifts: number
  /** Samples and drift columns left out so far, over all sets. */
  leftOut = 0
  /** How many rows were factored so far: what the work is counted by. */
  rowsFactored = 0
  readonly #sill: number
  readonly #room: number
  /** Samples of the present set, as their places among the candidates. */
  readonly #members: Int32Array
  #size = 0
  readonly #factor: Float64Array // L without its diagonal, row i at i · room
  readonly #inverse: Float64Array // one over L's diagonal, 0 for a sample left out
  readonly #g: Float64Array // m × p
  readonly #w: Float64Array
  readonly #gram: Float64Array // Cholesky factor of GᵀG, p × p
  readonly #gramInverse: Float64Array
  readonly #beta: Float64Array
  readonly #c: Float64Array
  readonly #gc: Float64Array // Gᵀc
  readonly #u: Float64Array // R⁻¹(f − Gᵀc), with GᵀG = R Rᵀ
  readonly #back: Float64Array

  /** `room`: the most samples of a set. `drifts`: columns of the drift, at least the constant one; 0 for simple kriging of values with mean 0. */
  constructor(covariance: Covariance, room: number, drifts: number) {
    this.#sill = covariance.sill
    this.#room = room
    this.drifts = drifts
    this.#members = new Int32Array(room)
    this.#factor = new Float64Array(room * room)
    this.#inverse = new Float64Array(room)
    this.#g = new Float64Array(room * drifts)
    this.#w = new Float64Array(room)
    this.#gram = new Float64Array(drifts * drifts)
    this.#gramInverse = new Float64Array(drifts)
    this.#beta = new Float64Array(drifts)
    this.#c = new Float64Array(room)
    this.#gc = new Float64Array(drifts)
    this.#u = new Float64Array(drifts)
    this.#back = new Float64Array(drifts)
  }

  get size(): number {
    return this.#size
  }

  /** The next set has other candidates: nothing of the present one holds any more. */
  forget(): void {
    this.#size = 0
  }

  /**
   * Takes the first `size` of `members` as the set: places in `candidates`' matrix of covariances (n × n, lower triangle), its drift (n × p) and values.
   * Rows that are the same as before, from the front, are kept: sets that begin alike share that work, and the numbers are the same either way.
   */
  use(members: Int32Array, size: number, candidates: Candidates): void {
    let same = 0
    while (same < size && same < this.#size && this.#members[same] === members[same]) same++
    if (same === size && size === this.#size) return
    for (let i = same; i < size; i++) this.#members[i] = members[i]
    this.#size = size
    for (let i = same; i < size; i++) this.#factorRow(i, candidates)
    this.#solveDrift()
  }

  #factorRow(i: number, { covariances, stride, drift, values }: Candidates): void {
    const factor = this.#factor
    const inverse = this.#inverse
    const members = this.#members
    const own = i * this.#room
    const from = members[i]
    let left = covariances[from * stride + from]
    for (let j = 0; j < i; j++) {
      const other = j * this.#room
      const to = members[j]
      let s = from > to ? covariances[from * stride + to] : covariances[to * stride + from]
      let q = 0
      for (; q + 3 < j; q += 4) {
        s -=
          factor[own + q] * factor[other + q] +
          factor[own + q + 1] * factor[other + q + 1] +
          factor[own + q + 2] * factor[other + q + 2] +
          factor[own + q + 3] * factor[other + q + 3]
      }
      for (; q < j; q++) s -= factor[own + q] * factor[other + q]
      s *= inverse[j]
      factor[own + j] = s
      left -= s * s
    }
    this.rowsFactored++
    const one = left > NOTHING_LEFT * this.#sill ? 1 / Math.sqrt(left) : 0
    if (one === 0) this.leftOut++
    inverse[i] = one
    const { drifts } = this
    const g = this.#g
    for (let d = 0; d < drifts; d++) {
      let s = drift[from * drifts + d]
      for (let q = 0; q < i; q++) s -= factor[own + q] * g[q * drifts + d]
      g[i * drifts + d] = s * one
    }
    let s = values[from]
    for (let q = 0; q < i; q++) s -= factor[own + q] * this.#w[q]
    this.#w[i] = s * one
  }

  /** β and the factor of GᵀG, for the whole set. */
  #solveDrift(): void {
    const p = this.drifts
    const g = this.#g
    const gram = this.#gram
    for (let a = 0; a < p; a++) {
      let right = 0
      for (let i = 0; i < this.#size; i++) right += g[i * p + a] * this.#w[i]
      let whole = 0
      for (let b = 0; b <= a; b++) {
        let s = 0
        for (let i = 0; i < this.#size; i++) s += g[i * p + a] * g[i * p + b]
        if (a === b) whole = s
        for (let q = 0; q < b; q++) s -= gram[a * p + q] * gram[b * p + q]
        if (b < a) gram[a * p + b] = s * this.#gramInverse[b]
        else {
          const kept = s > NOTHING_LEFT * whole
          if (!kept) this.leftOut++
          this.#gramInverse[a] = kept ? 1 / Math.sqrt(s) : 0
        }
      }
      for (let q = 0; q < a; q++) right -= gram[a * p + q] * this.#beta[q]
      this.#beta[a] = right * this.#gramInverse[a]
    }
    for (let a = p - 1; a >= 0; a--) {
      let s = this.#beta[a]
      for (let b = a + 1; b < p; b++) s -= gram[b * p + a] * this.#beta[b]
      this.#beta[a] = s * this.#gramInverse[a]
    }
  }

  /**
   * Prediction and variance for one target: `k[0…size)` its covariances to the set's samples, in the set's order, `drift` its drift from `at` on,
   * `variance` the target's own (the sill for a point, less for a block). Writes the answer to `out`: [prediction, variance, variance of the predictor].
   * The last, Var(λᵀz), is what an unbiased return from logarithms needs.
   */
  solve(k: Float64Array, drift: Float64Array, at: number, variance: number, out: Float64Array): void {
    const size = this.#size
    const factor = this.#factor
    const c = this.#c
    let known = 0
    let explained = 0
    for (let i = 0; i < size; i++) {
      const own = i * this.#room
      let s = k[i]
      let q = 0
      for (; q + 3 < i; q += 4) {
        s -= factor[own + q] * c[q] + factor[own + q + 1] * c[q + 1] + factor[own + q + 2] * c[q + 2] + factor[own + q + 3] * c[q + 3]
      }
      for (; q < i; q++) s -= factor[own + q] * c[q]
      s *= this.#inverse[i]
      c[i] = s
      known += s * this.#w[i]
      explained += s * s
    }
    const p = this.drifts
    const g = this.#g
    const gram = this.#gram
    const u = this.#u
    for (let a = 0; a < p; a++) {
      let gc = 0
      for (let i = 0; i < size; i++) gc += g[i * p + a] * c[i]
      this.#gc[a] = gc
      u[a] = drift[at + a] - gc
      known += u[a] * this.#beta[a]
    }
    let unsure = 0 // what not knowing the drift adds
    for (let a = 0; a < p; a++) {
      for (let q = 0; q < a; q++) u[a] -= gram[a * p + q] * u[q]
      u[a] *= this.#gramInverse[a]
      unsure += u[a] * u[a]
    }
    // Var(λᵀz) = |c + G (GᵀG)⁻¹ (f − Gᵀc)|²
    let shared = 0
    const back = this.#back
    for (let a = p - 1; a >= 0; a--) {
      back[a] = u[a]
      for (let b = a + 1; b < p; b++) back[a] -= gram[b * p + a] * back[b]
      back[a] *= this.#gramInverse[a]
      shared += back[a] * this.#gc[a]
    }
    out[0] = known
    out[1] = Math.max(0, variance - explained + unsure)
    out[2] = explained + 2 * shared + unsure
  }

  /** Weights of the samples in the prediction last solved, for simple kriging (no drift): λ = L⁻ᵀc, into `out`. */
  simpleWeights(out: Float64Array): void {
    const factor = this.#factor
    for (let i = 0; i < this.#size; i++) out[i] = this.#c[i]
    for (let i = this.#size - 1; i >= 0; i--) {
      const weight = out[i] * this.#inverse[i]
      out[i] = weight
      const own = i * this.#room
      for (let q = 0; q < i; q++) out[q] -= factor[own + q] * weight
    }
  }

  /**
   * The target last solved, in coordinates where errors are plain: the errors of targets a and b, solved from one set, covary by
   * C(a, b) − c_aᵀc_b + u_aᵀu_b. Copies c to `c` at `atC` (size entries) and u to `u` at `atU` (p entries).
   */
  keepLast(c: Float64Array, atC: number, u: Float64Array, atU: number): void {
    for (let i = 0; i < this.#size; i++) c[atC + i] = this.#c[i]
    for (let a = 0; a < this.drifts; a++) u[atU + a] = this.#u[a]
  }
}

/** Samples from which sets are chosen, with their covariances (lower triangle, row r at r · stride), drift (p a row) and values. */
export type Candidates = {
  readonly covariances: Float64Array
  readonly stride: number
  readonly drift: Float64Array
  readonly values: Float64Array
}
