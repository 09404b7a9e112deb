/**
 * What samples leave open about the field they come from: a distribution of variograms, and of sill and mean given a variogram.
 *
 * For a correlation R(θ) of unit sill, θ its kind, range and nugget's share, values y with mean Fβ and variance σ²R, and the prior 1/σ² for (β, σ²), sill and
 * mean integrate out in closed form (Diggle & Ribeiro 2002, Model-based Geostatistics; the restricted likelihood of Patterson & Thompson 1971 with σ² averaged over):
 *
 *   p(θ | y) ∝ |R|^−½ |Fᵀ R⁻¹ F|^−½ (S²)^−(n−p)/2      S² = (y − Fβ̂)ᵀ R⁻¹ (y − Fβ̂)
 *   σ² | θ, y ~ S² / χ²(n−p)                          β | σ², θ, y ~ N(β̂, σ² (Fᵀ R⁻¹ F)⁻¹)
 *
 * on a grid of θ, times the reference prior (Berger, De Oliveira & Sansó 2001, Journal of the American Statistical Association 96:1361–1374; with a nugget: Ren, Sun & He 2012), the one for which
 * such intervals are known to hold about as often as they say: a range longer than the samples reach is believed the less the longer it is. It is taken of 36 of the places.
 * Of more than 600 samples each looks at 24 before it (Vecchia 1988), and of more than 3,000 a seeded choice is looked at: the answer is then less sure than it could be,
 * never surer.
 */
import { gaussian, seededRandom } from '../shared/random.ts'
import { Covariance, type Structure, type VariogramModel } from './model.ts'
import { pathThrough } from './path.ts'
import { KrigingSystem } from './system.ts'

const MOST_DENSE = 600
const MOST_LOOKED_AT = 3000
const LOOKS_BACK = 24
const MOST_FOR_PRIOR = 36
const RANGES = 10
const NUGGET_SHARES = 7
/** A variogram e¹² times less probable than the best, with both its neighbours, is not looked at. */
const OUT_OF_THE_QUESTION = 12

/** Kinds tried, with the longest range of each as a share of the samples' diagonal, and its range for the shortest distance looked at. */
const TRIED: readonly { readonly kind: Structure['kind']; readonly longest: number; readonly shortest: number }[] = [
  { kind: 'Sph', longest: 1.5, shortest: 1 },
  { kind: 'Exp', longest: 0.5, shortest: 1 / 3 },
]

/** Turns columns of numbers, one a sample, into ones whose errors are independent and alike, in place. `logDeterminant`: log |R|. */
export type Whitener = { readonly whiten: (columns: readonly Float64Array[]) => void; readonly logDeterminant: number }

/** Of a correlation of unit sill at places x, y (metres). Exact up to 600 samples, above that by looking back at 24. */
export function whitenerOf(x: Float64Array, y: Float64Array, unit: VariogramModel): Whitener {
  return x.length <= MOST_DENSE ? denseWhitener(x, y, unit) : sparseWhitener(x, y, unit)
}

function denseWhitener(x: Float64Array, y: Float64Array, unit: VariogramModel): Whitener {
  const n = x.length
  const covariance = new Covariance(unit)
  const factor = new Float64Array((n * (n + 1)) / 2) // L, row after row
  let logDeterminant = 0
  for (let i = 0, own = 0; i < n; own += ++i) {
    const row = factor.subarray(own, own + i + 1)
    for (let j = 0; j < i; j++) row[j] = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2
    covariance.fillContinuous(row, i)
    let left = covariance.sill
    for (let j = 0, other = 0; j < i; other += ++j) {
      let s = row[j]
      let q = 0
      for (; q + 3 < j; q += 4) {
        s -=
          row[q] * factor[other + q] +
          row[q + 1] * factor[other + q + 1] +
          row[q + 2] * factor[other + q + 2] +
          row[q + 3] * factor[other + q + 3]
      }
      for (; q < j; q++) s -= row[q] * factor[other + q]
      s /= factor[other + j]
      row[j] = s
      left -= s * s
    }
    // samples at one place of a field without a nugget tell the same twice: rounding must not make more of it
    row[i] = Math.sqrt(Math.max(left, 1e-10))
    logDeterminant += 2 * Math.log(row[i])
  }
  const whiten = (columns: readonly Float64Array[]) => {
    for (const column of columns) {
      for (let i = 0, own = 0; i < n; own += ++i) {
        let s = column[i]
        for (let q = 0; q < i; q++) s -= factor[own + q] * column[q]
        column[i] = s / factor[own + i]
      }
    }
  }
  return { whiten, logDeterminant }
}

function sparseWhitener(x: Float64Array, y: Float64Array, unit: VariogramModel): Whitener {
  const nobody = new Float64Array(0)
  const path = pathThrough(x, y, nobody, nobody, LOOKS_BACK, 5)
  const { order, most, turns, turnCounts } = path
  const n = x.length
  const covariance = new Covariance(unit)
  const system = new KrigingSystem(covariance, most, 0)
  const candidates = { covariances: new Float64Array(most * most), stride: most, drift: nobody, values: new Float64Array(most) }
  const members = Int32Array.from({ length: most }, (_, i) => i)
  const [k, out] = [new Float64Array(most), new Float64Array(3)]
  const weights = new Float64Array(n * most)
  const scale = new Float64Array(n)
  let logDeterminant = 0
  for (let t = 0; t < n; t++) {
    const size = turnCounts[t]
    const seen = Int32Array.from(turns.subarray(t * most, t * most + size), (turn) => order[turn])
    const place = order[t]
    for (let a = 0; a < size; a++) {
      const row = candidates.covariances.subarray(a * most, a * most + a + 1)
      for (let b = 0; b < a; b++) row[b] = (x[seen[a]] - x[seen[b]]) ** 2 + (y[seen[a]] - y[seen[b]]) ** 2
      covariance.fillContinuous(row, a)
      row[a] = covariance.sill
      k[a] = (x[seen[a]] - x[place]) ** 2 + (y[seen[a]] - y[place]) ** 2
    }
    covariance.fillContinuous(k, size)
    system.forget()
    system.use(members, size, candidates)
    system.solve(k, nobody, 0, covariance.sill, out)
    if (size > 0) system.simpleWeights(weights.subarray(t * most, t * most + size))
    const left = Math.max(out[1], 1e-10)
    scale[t] = 1 / Math.sqrt(left)
    logDeterminant += Math.log(left)
  }
  const whiten = (columns: readonly Float64Array[]) => {
    for (const column of columns) {
      const plain = column.slice()
      for (let t = 0; t < n; t++) {
        let s = plain[order[t]]
        for (let a = 0; a < turnCounts[t]; a++) s -= weights[t * most + a] * plain[order[turns[t * most + a]]]
        column[t] = s * scale[t]
      }
    }
  }
  return { whiten, logDeterminant }
}

/** Generalised least squares of the last of the columns on those before it, all whitened. `root`: L of Fᵀ R⁻¹ F = L Lᵀ, p × p. */
export type MeanFit = {
  readonly beta: Float64Array
  readonly root: Float64Array
  readonly squares: number
  readonly logDeterminant: number
}

/** Changes the columns. A drift column that those before it make up (to 1e-9 of its length) has β 0 and is not counted. */
export function fitMean(columns: readonly Float64Array[]): MeanFit {
  const p = columns.length - 1
  const z = columns[p]
  const n = z.length
  const root = new Float64Array(p * p)
  const along = new Float64Array(p)
  let logDeterminant = 0
  // Gram and Schmidt: columns become directions q, root the products of the old with them
  for (let a = 0; a < p; a++) {
    const own = columns[a]
    const whole = dot(own, own, n)
    for (let pass = 0; pass < 2; pass++) {
      for (let b = 0; b < a; b++) {
        if (root[b * p + b] === 0) continue
        const s = dot(own, columns[b], n)
        root[a * p + b] += s
        for (let i = 0; i < n; i++) own[i] -= s * columns[b][i]
      }
    }
    const left = dot(own, own, n)
    if (!(left > 1e-18 * whole)) continue
    const length = Math.sqrt(left)
    root[a * p + a] = length
    logDeterminant += 2 * Math.log(length)
    for (let i = 0; i < n; i++) own[i] /= length
    along[a] = dot(z, own, n)
    for (let i = 0; i < n; i++) z[i] -= along[a] * own[i]
  }
  return { beta: backwards(root, along), root, squares: dot(z, z, n), logDeterminant }
}

const dot = (a: Float64Array, b: Float64Array, n: number) => {
  let s = 0
  for (let i = 0; i < n; i++) s += a[i] * b[i]
  return s
}

/** Solves Lᵀ β = right; entries without a pivot are 0. */
function backwards(root: Float64Array, right: Float64Array): Float64Array {
  const p = right.length
  const out = right.slice()
  for (let a = p - 1; a >= 0; a--) {
    for (let b = a + 1; b < p; b++) out[a] -= root[b * p + a] * out[b]
    out[a] = root[a * p + a] === 0 ? 0 : out[a] / root[a * p + a]
  }
  return out
}

/** Sill and mean drawn from what the samples leave open: σ², then β given it. `degrees`: n − p. */
export function drawMean(fit: MeanFit, degrees: number, random: () => number): { readonly sill: number; readonly beta: Float64Array } {
  const sill = fit.squares / (2 * gammaDraw(degrees / 2, random))
  const deviation = Math.sqrt(sill)
  const noise = backwards(
    fit.root,
    Float64Array.from(fit.beta, () => deviation * gaussian(random)),
  )
  return { sill, beta: fit.beta.map((each, a) => each + noise[a]) }
}

/** Gamma(shape ≥ 1, 1) by rejection (Marsaglia & Tsang 2000, ACM TOMS 26:363); shape ½ by Stuart's boost. */
function gammaDraw(shape: number, random: () => number): number {
  if (shape < 1) return gammaDraw(shape + 1, random) * (1 - random()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = gaussian(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}

/** A variogram of unit sill and its share of the probability. */
export type Candidate = { readonly model: VariogramModel; readonly weight: number }

/**
 * The distribution over variograms of values `z` at x, y (metres) with drift `columns` (a constant among them). Weights add up to 1. Fewer samples than three
 * more than drift columns leave everything open: a fault.
 */
export function variogramPosterior(x: Float64Array, y: Float64Array, z: Float64Array, columns: readonly Float64Array[]): Candidate[] {
  const chosen = lookedAt(z.length)
  const pick = (all: Float64Array) => (chosen ? Float64Array.from(chosen, (i) => all[i]) : all)
  const [px, py] = [pick(x), pick(y)]
  const all = [...columns.map(pick), pick(z)]
  const degrees = px.length - columns.length
  if (degrees < 3)
    throw new RangeError(`expected at least ${columns.length + 3} samples for ${columns.length} drift columns, got ${px.length}`)
  const models = variogramGrid(px, py)
  const prior = referencePrior(px, py, all.slice(0, -1), models)
  const logOf = (m: number) => {
    const { whiten, logDeterminant } = whitenerOf(px, py, models[m])
    const copies = all.map((column) => column.slice())
    whiten(copies)
    const fit = fitMean(copies)
    return Math.log(prior[m]) - (logDeterminant + fit.logDeterminant + degrees * Math.log(fit.squares)) / 2
  }
  // every other range first; one between two that are both out of the question is too
  const isBetween = (m: number) => Math.floor(m / NUGGET_SHARES) % 2 === 1
  const logs = Float64Array.from(models, (_, m) => (isBetween(m) ? Number.NEGATIVE_INFINITY : logOf(m)))
  const hopeless = logs.reduce((best, log) => Math.max(best, log), Number.NEGATIVE_INFINITY) - OUT_OF_THE_QUESTION
  for (const m of models.keys()) {
    if (!isBetween(m)) continue
    // the list goes there and back: the same nugget one range on is its mirror image
    const k = m % NUGGET_SHARES
    const [before, after] = [m - 2 * k - 1, m + 2 * (NUGGET_SHARES - k) - 1]
    const isLast = Math.floor(m / NUGGET_SHARES) % RANGES === RANGES - 1
    if (isLast || Math.max(logs[before], logs[after]) > hopeless) logs[m] = logOf(m)
  }
  const most = logs.reduce((best, log) => Math.max(best, log), Number.NEGATIVE_INFINITY)
  const total = logs.reduce((sum, log) => sum + Math.exp(log - most), 0)
  return models.map((model, m) => ({ model, weight: Math.exp(logs[m] - most) / total }))
}

/** Variograms that are thought possible: ranges from the samples' distance to beyond their extent, nuggets of any share. */
function variogramGrid(x: Float64Array, y: Float64Array): VariogramModel[] {
  const span = (values: Float64Array) =>
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const diagonal = Math.hypot(span(x), span(y))
  const apart = diagonal / Math.sqrt(2 * x.length) // side of a square that one sample stands for, were they spread over a square
  const models: VariogramModel[] = []
  for (const { kind, longest, shortest } of TRIED) {
    const [from, to] = [shortest * apart, longest * diagonal]
    for (let r = 0; r < RANGES; r++) {
      const range = from * (to / from) ** (r / (RANGES - 1))
      for (let k = 0; k < NUGGET_SHARES; k++) {
        const nugget = (k + 0.5) / NUGGET_SHARES
        // there and back, so that neighbours in the list are neighbours
        const share = r % 2 === 0 ? nugget : 1 - nugget
        models.push([
          { kind: 'Nug', sill: share, range: 0 },
          { kind, sill: 1 - share, range },
        ])
      }
    }
  }
  return models
}

/** Those of n samples that tell variogram, sill and mean: all (null), or a seeded choice. */
export const lookedAt = (n: number): Int32Array | null => choose(n, MOST_LOOKED_AT)

/** All of n (null), or a seeded choice of `most`, in the order of the input. */
function choose(n: number, most: number): Int32Array | null {
  if (n <= most) return null
  const random = seededRandom(4)
  const all = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = 0; i < most; i++) {
    const j = i + Math.floor(random() * (n - i))
    const kept = all[i]
    all[i] = all[j]
    all[j] = kept
  }
  return all.slice(0, most).sort()
}

/**
 * How much each variogram is believed before the values are seen, each kind alike in sum. Density over (log range, nugget's share), from the information that the restricted likelihood has of them:
 * |Σ|^½, Σᵢⱼ = tr(WᵢWⱼ) − tr Wᵢ tr Wⱼ / (n − p), Wᵢ = (∂R/∂θᵢ) Q, Q = R⁻¹ − R⁻¹F (Fᵀ R⁻¹ F)⁻¹ Fᵀ R⁻¹ (Berger et al. 2001, eq. 10). With R = L Lᵀ and M = K (∂R/∂θ) Kᵀ, K = L⁻¹ less its part
 * along L⁻¹F, tr(WᵢWⱼ) is the sum of the entries of Mᵢ times those of Mⱼ.
 */
function referencePrior(x: Float64Array, y: Float64Array, drift: readonly Float64Array[], models: readonly VariogramModel[]): Float64Array {
  const chosen = choose(x.length, MOST_FOR_PRIOR)
  const pick = (all: Float64Array) => (chosen ? Float64Array.from(chosen, (i) => all[i]) : all)
  const [px, py] = [pick(x), pick(y)]
  const n = px.length
  const density = models.map((model) => {
    const { whiten } = whitenerOf(px, py, model)
    const directions = drift.map((column) => pick(column).slice())
    whiten(directions)
    fitMean([...directions, new Float64Array(n)]) // makes them orthonormal
    const used = directions.filter((each) => dot(each, each, n) > 0.5)
    const project = (columns: readonly Float64Array[]) => {
      whiten(columns)
      for (const column of columns) {
        for (const direction of used) {
          const s = dot(column, direction, n)
          for (let i = 0; i < n; i++) column[i] -= s * direction[i]
        }
      }
    }
    const [m1, m2] = derivativesOf(model, px, py).map((columns) => {
      project(columns)
      const turned = columns.map((_, i) => Float64Array.from(columns, (column) => column[i]))
      project(turned)
      return turned
    })
    const products = (a: readonly Float64Array[], b: readonly Float64Array[]) => a.reduce((sum, column, i) => sum + dot(column, b[i], n), 0)
    const trace = (a: readonly Float64Array[]) => a.reduce((sum, column, i) => sum + column[i], 0)
    const [t1, t2, free] = [trace(m1), trace(m2), n - used.length]
    const [s11, s22, s12] = [products(m1, m1) - (t1 * t1) / free, products(m2, m2) - (t2 * t2) / free, products(m1, m2) - (t1 * t2) / free]
    return Math.sqrt(Math.max(1e-300, s11 * s22 - s12 * s12))
  })
  const sums = new Map<string, number>()
  for (const [m, model] of models.entries()) sums.set(model[1].kind, (sums.get(model[1].kind) ?? 0) + density[m])
  return Float64Array.from(density, (each, m) => each / (sums.get(models[m][1].kind) ?? 1))
}

/** The correlation's derivatives by the logarithm of its range (a difference over a ten-thousandth of it) and by its nugget's share, column by column. */
function derivativesOf([nugget, structure]: VariogramModel, x: Float64Array, y: Float64Array): [Float64Array[], Float64Array[]] {
  const step = 1e-4
  const structured = (range: number) => new Covariance([{ ...structure, sill: 1, range }])
  const [longer, shorter, same] = [Math.exp(step), Math.exp(-step), 1].map((by) => structured(structure.range * by))
  const [byRange, byShare]: [Float64Array[], Float64Array[]] = [[], []]
  for (let j = 0; j < x.length; j++) {
    const [up, down, own] = [longer, shorter, same].map((covariance) => {
      const column = x.map((each, i) => (each - x[j]) ** 2 + (y[i] - y[j]) ** 2)
      covariance.fillContinuous(column, column.length)
      return column
    })
    byRange.push(up.map((each, i) => ((1 - nugget.sill) * (each - down[i])) / (2 * step)))
    byShare.push(own.map((each, i) => (i === j ? 1 : 0) - each))
  }
  return [byRange, byShare]
}

/** `count` variograms that stand for the distribution, each for an equal share of it: those at the middles of `count` equal classes of probability. */
export function representatives(candidates: readonly Candidate[], count: number): VariogramModel[] {
  const out: VariogramModel[] = []
  let [at, passed] = [0, 0]
  for (let k = 0; k < count; k++) {
    const wanted = (k + 0.5) / count
    while (at < candidates.length - 1 && passed + candidates[at].weight < wanted) passed += candidates[at++].weight
    out.push(candidates[at].model)
  }
  return out
}
