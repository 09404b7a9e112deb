/**
 * Kriging from the samples nearby: ordinary, universal and regression kriging, of points, of the nodes of a grid, and of blocks.
 *
 * The neighbourhood of a target is its `nmax` nearest samples within `maxdist`; of samples equally far the one that comes first in the input is
 * nearer. Nodes of a grid are taken in small square patches: the samples that any node of a patch can have are found once, and their covariances
 * taken once; the set is then carried from node to node, and rows of the factor that do not change are kept. Patches lie fast in the grid, so the
 * numbers do not depend on who works on which.
 *
 * Under a model with a direction all of it happens on its stretched ground, so that the nearest samples are those with the most in common.
 */
import { Buckets } from './buckets.ts'
import { Covariance, type Stretch, stretchOf, type VariogramModel, withoutDirection } from './model.ts'
import { ownDistance2, type Support, withinVariance } from './support.ts'
import { type Candidates, KrigingSystem } from './system.ts'

/**
 * Samples: places in metres, all different, and values; all finite. `drift`: covariates beside the constant, `covariates` a row (n × q), none for ordinary kriging.
 */
export type Samples = {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly z: Float64Array
  readonly covariates?: Float64Array
  readonly covariateCount?: number
}

/**
 * `nmax`: the most samples of a neighbourhood. `maxdist`: metres beyond which a sample is not looked at. `mean`: the known mean for simple kriging; else it
 * (with the drift) is estimated within each neighbourhood.
 */
export type Neighbourhood = { readonly nmax: number; readonly maxdist?: number; readonly mean?: number }

/** Centres of cells: node (column, row) lies at x0 + column · dx, y0 + row · dy (dy is negative where rows run south). */
export type Grid = {
  readonly x0: number
  readonly y0: number
  readonly dx: number
  readonly dy: number
  readonly columns: number
  readonly rows: number
}

/** Nodes of a patch along each side, at most. Rows of a grid are worked on in whole patches: split them at multiples of this. */
export const PATCH = 16
/** Patches are made smaller until they see no more candidates than this many times nmax. */
const CROWD = 3

/** Answers for many targets; NaN where no sample is near enough. `predictorVariance` is filled where given. */
export type Answers = { readonly prediction: Float64Array; readonly variance: Float64Array; readonly predictorVariance?: Float64Array }

export class Kriging {
  readonly covariance: Covariance
  readonly system: KrigingSystem
  readonly #samples: Samples // on stretched ground
  readonly #stretch: Stretch | null
  readonly #buckets: Buckets
  readonly #nmax: number
  readonly #maxdist: number
  readonly #mean: number
  readonly #drifts: number
  readonly #shift: Float64Array // covariates are centred and scaled, so that their size means nothing
  readonly #scale: Float64Array

  // the candidates of the present patch
  #count = 0
  #ids = new Int32Array(0)
  #x = new Float64Array(0)
  #y = new Float64Array(0)
  #candidates: Candidates
  #d2 = new Float64Array(0)
  #inside = new Uint8Array(0)
  readonly #members: Int32Array
  #size = 0
  readonly #k: Float64Array
  readonly #out = new Float64Array(3)
  #targetDrift: Float64Array

  constructor(samples: Samples, model: VariogramModel, { nmax, maxdist = Number.POSITIVE_INFINITY, mean }: Neighbourhood) {
    const n = samples.x.length
    const q = samples.covariateCount ?? 0
    if (n === 0 || samples.y.length !== n || samples.z.length !== n || (samples.covariates?.length ?? 0) !== n * q)
      throw new RangeError(`expected as many y, values and rows of ${q} covariates as x (${n}, at least 1)`)
    if (!(nmax >= 1) || !(maxdist > 0))
      throw new RangeError(`expected nmax of at least 1 and a positive maxdist, got ${nmax} and ${maxdist}`)
    this.#stretch = stretchOf(model)
    this.#samples = this.#stretch ? { ...samples, ...placesOn(this.#stretch, samples) } : samples
    this.#nmax = Math.min(Math.floor(nmax), n)
    this.#maxdist = maxdist
    this.#mean = mean ?? 0
    this.#drifts = mean === undefined ? 1 + q : 0
    this.covariance = new Covariance(withoutDirection(model))
    this.system = new KrigingSystem(this.covariance, this.#nmax, this.#drifts)
    this.#buckets = new Buckets(this.#samples.x, this.#samples.y)
    this.#members = new Int32Array(this.#nmax)
    this.#k = new Float64Array(this.#nmax)
    this.#targetDrift = new Float64Array(this.#drifts)
    this.#candidates = { covariances: new Float64Array(0), stride: 0, drift: new Float64Array(0), values: new Float64Array(0) }
    this.#shift = new Float64Array(q)
    this.#scale = new Float64Array(q).fill(1)
    for (let a = 0; a < q; a++) {
      const column = Float64Array.from({ length: n }, (_, i) => samples.covariates?.[i * q + a] ?? 0)
      const mid = column.reduce((sum, value) => sum + value, 0) / n
      const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mid) ** 2, 0) / n)
      this.#shift[a] = mid
      if (spread > 0) this.#scale[a] = spread
    }
  }

  /**
   * Rows `from`…`to` − 1 of a grid into `answers`, whose first entry is the first node of row `from`; both are multiples of PATCH, or `to` is the last.
   * `covariates`: those of the nodes, row by row from row `from` on (q a node); a node where one is NaN is answered NaN.
   */
  predictRows(grid: Grid, from: number, to: number, answers: Answers, covariates?: Float64Array): void {
    for (let row = from; row < to; row += PATCH) {
      for (let column = 0; column < grid.columns; column += PATCH) {
        this.#predictPatch(grid, column, Math.min(column + PATCH, grid.columns), row, Math.min(row + PATCH, to), from, answers, covariates)
      }
    }
  }

  #predictPatch(
    grid: Grid,
    left: number,
    right: number,
    bottom: number,
    top: number,
    origin: number,
    answers: Answers,
    covariates: Float64Array | undefined,
  ): void {
    const { x0, y0, dx, dy, columns } = grid
    const halfWidth = ((right - left - 1) * Math.abs(dx)) / 2
    const halfHeight = ((top - bottom - 1) * Math.abs(dy)) / 2
    const stretch = this.#stretch
    const radius = Math.sqrt(halfWidth * halfWidth + halfHeight * halfHeight) / (stretch?.ratio ?? 1)
    const [x, y] = this.#place(x0 + ((left + right - 1) / 2) * dx, y0 + ((bottom + top - 1) / 2) * dy)
    const seen = this.#gather(
      x,
      y,
      radius,
      this.#nmax < this.#samples.x.length && (right - left > 1 || top - bottom > 1) ? CROWD * this.#nmax : Number.POSITIVE_INFINITY,
    )
    if (!seen) {
      const middle = right - left > 1 ? (left + right) >> 1 : right
      const centre = top - bottom > 1 ? (bottom + top) >> 1 : top
      for (const [b, t] of centre < top
        ? [
            [bottom, centre],
            [centre, top],
          ]
        : [[bottom, top]])
        for (const [l, r] of middle < right
          ? [
              [left, middle],
              [middle, right],
            ]
          : [[left, right]])
          this.#predictPatch(grid, l, r, b, t, origin, answers, covariates)
      return
    }
    for (let column = left; column < right; column++) {
      const up = (column - left) % 2 === 0
      for (let step = bottom; step < top; step++) {
        // up one column and down the next, so that the next node is always a neighbour
        const row = up ? step : top - 1 - (step - bottom)
        const node = (row - origin) * columns + column
        const [px, py] = [x0 + column * dx, y0 + row * dy]
        if (stretch === null) this.#predict(px, py, covariates, node, answers, node)
        else this.#predict(...stretch.to(px, py), covariates, node, answers, node)
      }
    }
  }

  /** Targets anywhere, one after the other: x, y and their covariates (q each). */
  predictPoints(x: Float64Array, y: Float64Array, answers: Answers, covariates?: Float64Array): void {
    for (let i = 0; i < x.length; i++) {
      const [px, py] = this.#place(x[i], y[i])
      this.#gather(px, py, 0, Number.POSITIVE_INFINITY)
      this.#predict(px, py, covariates, i, answers, i)
    }
  }

  #place(x: number, y: number): readonly [number, number] {
    return this.#stretch ? this.#stretch.to(x, y) : [x, y]
  }

  /** Points of a support on stretched ground; what a point stands for with itself is not stretched, and counts as the mean of along and across. */
  #supportOn(support: Support): Support {
    if (this.#stretch === null) return support
    const [middleX, middleY] = this.#stretch.to(support.middleX, support.middleY)
    const cellSide = support.cellSide / Math.sqrt(this.#stretch.ratio)
    return { ...support, ...placesOn(this.#stretch, support), middleX, middleY, cellSide }
  }

  /** The variance of the mean over a block: `withinVariance` of support.ts, under a model that may have a direction. */
  withinVariance(support: Support): number {
    return withinVariance(this.#supportOn(support), this.covariance)
  }

  /**
   * The mean over a block: prediction of the average of the values over `support`, and its variance, with `withinVariance` the block's own (`withinVariance` of
   * support.ts). The neighbourhood is that of the support's middle. `covariates`: means over the block, from entry `node` · q on.
   */
  predictBlock(block: Support, withinVariance: number, answers: Answers, at: number, covariates?: Float64Array, node = 0): void {
    const out = this.#out
    const support = this.#supportOn(block)
    this.#gather(support.middleX, support.middleY, 0, Number.POSITIVE_INFINITY)
    if (!this.aim(support.middleX, support.middleY) || !this.#setDrift(covariates, node)) out.fill(Number.NaN)
    else {
      this.#covariancesToBlock(support)
      this.system.solve(this.#k, this.#targetDrift, 0, withinVariance, out)
    }
    answers.prediction[at] = out[0] + this.#mean
    answers.variance[at] = out[1]
    if (answers.predictorVariance) answers.predictorVariance[at] = out[2]
  }

  /**
   * The points of a support one by one, all from the neighbourhood of its middle, with what their errors have in common: `errors` (count × count, both
   * triangles) becomes the covariance of the errors of points a and b, without the nugget, which a mean over places evens out. False where no sample is near,
   * and with covariates. For what is not a mean of the values themselves.
   */
  predictJointly(block: Support, answers: Answers, errors: Float64Array): boolean {
    const support = this.#supportOn(block)
    const { x, y, middleX, middleY } = support
    const count = x.length
    this.#gather(middleX, middleY, 0, Number.POSITIVE_INFINITY)
    if (this.#drifts > 1 || !this.aim(middleX, middleY) || !this.#setDrift(undefined, 0)) return false
    const size = this.#size
    const p = this.#drifts
    const c = new Float64Array(count * size)
    const u = new Float64Array(count * p)
    for (let a = 0; a < count; a++) {
      this.#covariancesTo(x[a], y[a])
      this.system.solve(this.#k, this.#targetDrift, 0, this.covariance.sill, this.#out)
      this.system.keepLast(c, a * size, u, a * p)
      answers.prediction[a] = this.#out[0] + this.#mean
      answers.variance[a] = this.#out[1]
      if (answers.predictorVariance) answers.predictorVariance[a] = this.#out[2]
    }
    for (let a = 0; a < count; a++) {
      const row = errors.subarray(a * count, (a + 1) * count)
      for (let b = 0; b < count; b++) row[b] = a === b ? ownDistance2(support) : (x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2
      this.covariance.fillContinuous(row, count)
      for (let b = 0; b < count; b++) {
        let s = row[b]
        for (let i = 0; i < size; i++) s -= c[a * size + i] * c[b * size + i]
        for (let i = 0; i < p; i++) s += u[a * p + i] * u[b * p + i]
        row[b] = s
      }
    }
    return true
  }

  /** Every sample from the others: sample `which[i]` into entry i of `answers`. */
  leaveOneOut(which: Int32Array, answers: Answers): void {
    const { x, y, covariates } = this.#samples
    for (let i = 0; i < which.length; i++) {
      const own = which[i]
      this.#gather(x[own], y[own], 0, Number.POSITIVE_INFINITY, own)
      this.#predict(x[own], y[own], covariates, own, answers, i)
    }
    this.#count = 0
  }

  #predict(x: number, y: number, covariates: Float64Array | undefined, node: number, answers: Answers, at: number): void {
    const out = this.#out
    if (!this.aim(x, y) || !this.#setDrift(covariates, node)) out.fill(Number.NaN)
    else {
      this.#covariancesTo(x, y)
      this.system.solve(this.#k, this.#targetDrift, 0, this.covariance.sill, out)
    }
    answers.prediction[at] = out[0] + this.#mean
    answers.variance[at] = out[1]
    if (answers.predictorVariance) answers.predictorVariance[at] = out[2]
  }

  /** The target's drift from its covariates; false where one is missing. */
  #setDrift(covariates: Float64Array | undefined, node: number): boolean {
    if (this.#drifts === 0) return true
    const drift = this.#targetDrift
    drift[0] = 1
    const q = this.#drifts - 1
    for (let a = 0; a < q; a++) {
      const value = covariates?.[node * q + a] ?? Number.NaN
      if (Number.isNaN(value)) return false
      drift[1 + a] = (value - this.#shift[a]) / this.#scale[a]
    }
    return true
  }

  /**
   * The samples that any target within `radius` of x, y can have among its nearest become the candidates; false, and nothing done, where they are more
   * than `most`. With r₀ the distance from the middle to its nmax-th neighbour, a target's nmax-th is within r₀ + radius of it, so within r₀ + 2 radius of
   * the middle. `without`: a sample that is not to be seen.
   */
  #gather(x: number, y: number, radius: number, most: number, without = -1): boolean {
    const n = this.#samples.x.length
    const all = this.#nmax === n && this.#maxdist === Number.POSITIVE_INFINITY
    if (all && this.#count === n && without < 0) return true
    const nearest = this.#nmax + (without < 0 ? 0 : 1)
    const reach = nearest >= n ? Number.POSITIVE_INFINITY : Math.sqrt(this.#buckets.reach2(x, y, nearest)) + 2 * radius
    const within = Math.min(reach, this.#maxdist + radius) * (1 + 1e-12)
    const found: { readonly id: number; readonly d2: number }[] = []
    let crowd = 0
    this.#buckets.forEachWithin(x, y, within, (id, d2) => {
      if (id !== without && crowd++ < most) found.push({ id, d2 })
    })
    if (crowd > most && !all) return false
    // the nearest first: they stay in every set, so that the front of the factor is kept
    found.sort(all ? (a, b) => a.id - b.id : (a, b) => a.d2 - b.d2 || a.id - b.id)
    this.#setCandidates(found)
    return true
  }

  #setCandidates(found: readonly { readonly id: number }[]): void {
    const count = found.length
    const { x, y, z, covariates } = this.#samples
    const p = this.#drifts
    if (this.#ids.length < count) {
      const room = Math.max(count, 2 * this.#ids.length)
      this.#ids = new Int32Array(room)
      this.#x = new Float64Array(room)
      this.#y = new Float64Array(room)
      this.#d2 = new Float64Array(room)
      this.#inside = new Uint8Array(room)
      const [drift, values] = [new Float64Array(room * p), new Float64Array(room)]
      this.#candidates = { covariances: new Float64Array(room * room), stride: room, drift, values }
    }
    this.#count = count
    this.#size = 0
    this.system.forget()
    const { covariances, stride, drift, values } = this.#candidates
    for (let c = 0; c < count; c++) {
      const { id } = found[c]
      this.#ids[c] = id
      this.#x[c] = x[id]
      this.#y[c] = y[id]
      values[c] = z[id] - this.#mean
      if (p > 0) drift[c * p] = 1
      for (let a = 1; a < p; a++) drift[c * p + a] = ((covariates?.[id * (p - 1) + a - 1] ?? 0) - this.#shift[a - 1]) / this.#scale[a - 1]
    }
    for (let r = 0; r < count; r++) {
      const row = covariances.subarray(r * stride, r * stride + r + 1)
      for (let c = 0; c < r; c++) {
        const dx = this.#x[r] - this.#x[c]
        const dy = this.#y[r] - this.#y[c]
        row[c] = dx * dx + dy * dy
      }
      row[r] = 0
      this.covariance.fill(row, r + 1)
    }
  }

  /** Makes the neighbourhood of x, y the system's set, from the candidates; false where it has no sample. */
  aim(x: number, y: number): boolean {
    const count = this.#count
    const d2 = this.#d2
    const ids = this.#ids
    const inside = this.#inside
    const most = this.#maxdist * this.#maxdist
    let near = count
    for (let c = 0; c < count; c++) {
      const dx = this.#x[c] - x
      const dy = this.#y[c] - y
      d2[c] = dx * dx + dy * dy
    }
    if (most < Infinity) {
      near = 0
      for (let c = 0; c < count; c++) if (d2[c] <= most) near++
    }
    const size = Math.min(this.#nmax, near)
    if (size !== this.#size) {
      for (let c = 0; c < count; c++) inside[c] = c < size ? 1 : 0
      this.#size = size
    }
    if (size === 0) return false
    // those who are farther than one who is left out change places with it
    for (;;) {
      let far = -1
      let close = -1
      for (let c = 0; c < count; c++) {
        if (inside[c] === 1) {
          if (far < 0 || d2[c] > d2[far] || (d2[c] === d2[far] && ids[c] > ids[far])) far = c
        } else if (close < 0 || d2[c] < d2[close] || (d2[c] === d2[close] && ids[c] < ids[close])) close = c
      }
      if (close < 0 || d2[close] > d2[far] || (d2[close] === d2[far] && ids[close] > ids[far])) break
      inside[far] = 0
      inside[close] = 1
    }
    const members = this.#members
    let m = 0
    for (let c = 0; m < size; c++) if (inside[c] === 1) members[m++] = c
    this.system.use(members, size, this.#candidates)
    return true
  }

  /** Covariances of the set's samples to a place. */
  #covariancesTo(x: number, y: number): void {
    const k = this.#k
    const size = this.#size
    const members = this.#members
    for (let i = 0; i < size; i++) {
      const c = members[i]
      const dx = this.#x[c] - x
      const dy = this.#y[c] - y
      k[i] = dx * dx + dy * dy
    }
    this.covariance.fill(k, size)
  }

  /** Covariances of the set's samples to the mean over a support. */
  #covariancesToBlock({ x, y, weights }: Support): void {
    const points = x.length
    if (this.#d2.length < points) this.#d2 = new Float64Array(points)
    const d2 = this.#d2
    for (let i = 0; i < this.#size; i++) {
      const c = this.#members[i]
      for (let a = 0; a < points; a++) {
        const dx = this.#x[c] - x[a]
        const dy = this.#y[c] - y[a]
        d2[a] = dx * dx + dy * dy
      }
      this.covariance.fillContinuous(d2, points)
      let mean = 0
      for (let a = 0; a < points; a++) mean += weights[a] * d2[a]
      this.#k[i] = mean
    }
  }
}

export function placesOn(stretch: Stretch, { x, y }: { readonly x: Float64Array; readonly y: Float64Array }) {
  const [along, across] = [new Float64Array(x.length), new Float64Array(x.length)]
  for (let i = 0; i < x.length; i++) {
    const [a, c] = stretch.to(x[i], y[i])
    along[i] = a
    across[i] = c
  }
  return { x: along, y: across }
}
