import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { gaussian, seededRandom } from '../shared/random.ts'
import { inverseDistance } from './idw.ts'
import { type Grid, Kriging, PATCH, type Samples } from './kriging.ts'
import { parseModel, sillOf, type VariogramModel } from './model.ts'
import { polygonSupport, rectangleSupport, withinVariance } from './support.ts'

const modelOf = (text: string): VariogramModel => {
  const model = parseModel(text)
  if (typeof model === 'string') throw new Error(`not a model: ${model}`)
  return model
}
const answersFor = (n: number) => ({
  prediction: new Float64Array(n),
  variance: new Float64Array(n),
  predictorVariance: new Float64Array(n),
})
const close = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected} ± ${within}, got ${found}`)

/** Scattered samples of a smooth surface with noise, the same for a seed. */
function scattered(n: number, seed: number, side = 1000): Samples {
  const random = seededRandom(seed)
  const x = Float64Array.from({ length: n }, () => random() * side)
  const y = Float64Array.from({ length: n }, () => random() * side)
  const z = x.map((each, i) => Math.sin(each / 150) + Math.cos(y[i] / 200) + 0.2 * gaussian(random))
  return { x, y, z }
}

test('two samples, worked by hand: a target between them takes the mean, with the textbook variance', () => {
  // covariances of Exp(100): C(0) = 1; samples 200 m apart ρ = e^−2, target 100 m from both c = e^−1
  const kriging = new Kriging({ x: Float64Array.of(0, 200), y: Float64Array.of(0, 0), z: Float64Array.of(3, 7) }, modelOf('1 Exp(100)'), {
    nmax: 2,
  })
  const answers = answersFor(1)
  kriging.predictPoints(Float64Array.of(100), Float64Array.of(0), answers)
  const [rho, c] = [Math.exp(-2), Math.exp(-1)]
  close(answers.prediction[0], 5, 1e-12)
  // weights ½ each: Var(z₀ − λᵀz) = 1 − 2c + (1 + ρ)/2
  close(answers.variance[0], 1 - 2 * c + (1 + rho) / 2, 1e-12)
  close(answers.predictorVariance[0], (1 + rho) / 2, 1e-12)
})

test('the numbers are those of the bordered system with a Lagrange multiplier, solved by Gaussian elimination', () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 12 }),
      fc.integer(),
      fc.constantFrom('0.3 Nug + 1 Sph(400)', '1 Exp(300)', '1 Mat(90, 1.5)'),
      (n, seed, text) => {
        const samples = scattered(n, seed)
        const model = modelOf(text)
        const [tx, ty] = [417.3, 388.1]
        const answers = answersFor(1)
        new Kriging(samples, model, { nmax: n }).predictPoints(Float64Array.of(tx), Float64Array.of(ty), answers)
        const expected = bordered(samples, model, tx, ty)
        close(answers.prediction[0], expected.prediction, 1e-8)
        close(answers.variance[0], expected.variance, 1e-8)
      },
    ),
    { numRuns: 60 },
  ))

/** The classical equations Γλ + μ = γ₀, Σλ = 1, by elimination with pivots. */
function bordered({ x, y, z }: Samples, model: VariogramModel, tx: number, ty: number) {
  const n = x.length
  const gamma = (a: number, b: number) => {
    const h = Math.hypot(a, b)
    return model.reduce((sum, { kind, sill, range }) => {
      const u = h / (range || 1)
      const rho =
        kind === 'Nug'
          ? Number(h === 0)
          : kind === 'Sph'
            ? u < 1
              ? 1 - 1.5 * u + 0.5 * u ** 3
              : 0
            : kind === 'Exp'
              ? Math.exp(-u)
              : (1 + u) * Math.exp(-u)
      return sum + sill * (1 - rho)
    }, 0)
  }
  const rows = Array.from({ length: n + 1 }, (_, i) =>
    Array.from({ length: n + 2 }, (_, j) => {
      if (j === n + 1) return i === n ? 1 : gamma(x[i] - tx, y[i] - ty)
      return i === n || j === n ? Number(i !== j) : gamma(x[i] - x[j], y[i] - y[j])
    }),
  )
  for (let c = 0; c <= n; c++) {
    let pivot = c
    for (let r = c; r <= n; r++) if (Math.abs(rows[r][c]) > Math.abs(rows[pivot][c])) pivot = r
    ;[rows[c], rows[pivot]] = [rows[pivot], rows[c]]
    for (let r = 0; r <= n; r++) {
      if (r === c) continue
      const factor = rows[r][c] / rows[c][c]
      for (let k = c; k <= n + 1; k++) rows[r][k] -= factor * rows[c][k]
    }
  }
  const weights = rows.map((row, i) => row[n + 1] / row[i])
  let [prediction, variance] = [0, weights[n]]
  for (let i = 0; i < n; i++) {
    prediction += weights[i] * z[i]
    variance += weights[i] * gamma(x[i] - tx, y[i] - ty)
  }
  return { prediction, variance }
}

test('at a sample its own value comes back, and nothing is unsure', () => {
  const samples = scattered(40, 1)
  const answers = answersFor(40)
  new Kriging(samples, modelOf('0.2 Nug + 0.8 Sph(500)'), { nmax: 16 }).predictPoints(samples.x, samples.y, answers)
  for (let i = 0; i < 40; i++) {
    close(answers.prediction[i], samples.z[i], 1e-9)
    close(answers.variance[i], 0, 1e-9)
  }
})

const GRID: Grid = { x0: 5, y0: 5, dx: 10, dy: 10, columns: 100, rows: 100 }

test('patches of a grid give what every node alone gives', () => {
  const samples = scattered(300, 2)
  for (const neighbourhood of [{ nmax: 20 }, { nmax: 20, maxdist: 60 }, { nmax: 300 }]) {
    const model = modelOf('0.1 Nug + 0.9 Sph(300)')
    const onGrid = answersFor(10_000)
    new Kriging(samples, model, neighbourhood).predictRows(GRID, 0, 100, onGrid)
    const alone = answersFor(10_000)
    const x = Float64Array.from({ length: 10_000 }, (_, v) => 5 + 10 * (v % 100))
    const y = Float64Array.from({ length: 10_000 }, (_, v) => 5 + 10 * Math.floor(v / 100))
    new Kriging(samples, model, neighbourhood).predictPoints(x, y, alone)
    for (let v = 0; v < 10_000; v++) {
      if (Number.isNaN(alone.prediction[v])) assert.ok(Number.isNaN(onGrid.prediction[v]))
      else close(onGrid.prediction[v], alone.prediction[v], 1e-10)
    }
  }
})

test('rows made apart are the same, bit for bit', () => {
  const samples = scattered(500, 3)
  const model = modelOf('0.1 Nug + 0.9 Exp(150)')
  const whole = answersFor(10_000)
  new Kriging(samples, model, { nmax: 24 }).predictRows(GRID, 0, 100, whole)
  const second = answersFor(100 * (100 - 3 * PATCH))
  new Kriging(samples, model, { nmax: 24 }).predictRows(GRID, 3 * PATCH, 100, second)
  assert.deepEqual(second.prediction, whole.prediction.slice(3 * PATCH * 100))
  assert.deepEqual(second.variance, whole.variance.slice(3 * PATCH * 100))
})

test('clusters make patches smaller, and change nothing', () => {
  const random = seededRandom(5)
  // 400 samples within 20 m, 30 in all the rest
  const x = Float64Array.from({ length: 430 }, (_, i) => (i < 400 ? 500 + 20 * random() : 1000 * random()))
  const y = Float64Array.from({ length: 430 }, (_, i) => (i < 400 ? 500 + 20 * random() : 1000 * random()))
  const samples = { x, y, z: x.map((each) => each / 100) }
  const model = modelOf('0.1 Nug + 0.9 Sph(300)')
  const [onGrid, alone] = [answersFor(10_000), answersFor(1)]
  new Kriging(samples, model, { nmax: 12 }).predictRows(GRID, 0, 100, onGrid)
  for (const v of [5050, 5149, 4951, 17, 9999]) {
    new Kriging(samples, model, { nmax: 12 }).predictPoints(
      Float64Array.of(5 + 10 * (v % 100)),
      Float64Array.of(5 + 10 * Math.floor(v / 100)),
      alone,
    )
    close(onGrid.prediction[v], alone.prediction[0], 1e-10)
  }
})

test('a plane is found again by universal kriging in x and y, where ordinary kriging flattens it', () => {
  const { x, y } = scattered(60, 6)
  const z = x.map((each, i) => 2 + each / 100 - y[i] / 50)
  const place = (xs: Float64Array, ys: Float64Array) =>
    Float64Array.from({ length: 2 * xs.length }, (_, i) => (i % 2 === 0 ? xs : ys)[i >> 1])
  const universal = new Kriging({ x, y, z, covariates: place(x, y), covariateCount: 2 }, modelOf('1 Sph(200)'), { nmax: 60 })
  const [tx, ty] = [Float64Array.of(1500, -300), Float64Array.of(-200, 1400)] // far outside
  const answers = answersFor(2)
  universal.predictPoints(tx, ty, answers, place(tx, ty))
  for (let i = 0; i < 2; i++) close(answers.prediction[i], 2 + tx[i] / 100 - ty[i] / 50, 1e-8)
  const ordinary = answersFor(2)
  new Kriging({ x, y, z }, modelOf('1 Sph(200)'), { nmax: 60 }).predictPoints(tx, ty, ordinary)
  assert.ok(Math.abs(ordinary.prediction[0] - (2 + 15 + 4)) > 5)
})

test('a missing covariate makes a missing answer, and one that is a sum of others changes nothing', () => {
  const { x, y, z } = scattered(50, 7)
  const once = new Kriging({ x, y, z, covariates: x.slice(), covariateCount: 1 }, modelOf('1 Sph(200)'), { nmax: 20 })
  const doubled = Float64Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -3) * x[i >> 1])
  const twice = new Kriging({ x, y, z, covariates: doubled, covariateCount: 2 }, modelOf('1 Sph(200)'), { nmax: 20 })
  const [a, b, none] = [answersFor(1), answersFor(1), answersFor(1)]
  once.predictPoints(Float64Array.of(300), Float64Array.of(300), a, Float64Array.of(300))
  twice.predictPoints(Float64Array.of(300), Float64Array.of(300), b, Float64Array.of(300, -900))
  close(a.prediction[0], b.prediction[0], 1e-8)
  assert.ok(twice.system.leftOut > 0)
  once.predictPoints(Float64Array.of(300), Float64Array.of(300), none, Float64Array.of(Number.NaN))
  assert.ok(Number.isNaN(none.prediction[0]) && Number.isNaN(none.variance[0]))
})

test('a singular system (Gaussian model, samples a hand apart) is solved without the samples that add nothing', () => {
  const samples = scattered(200, 8, 100)
  const kriging = new Kriging(samples, modelOf('1 Gau(400)'), { nmax: 32 })
  const answers = answersFor(1)
  kriging.predictPoints(Float64Array.of(50), Float64Array.of(50), answers)
  assert.ok(kriging.system.leftOut > 0)
  assert.ok(Number.isFinite(answers.prediction[0]) && answers.variance[0] >= 0 && answers.variance[0] < 1e-3)
})

test('a rectangle by Gauss points and by the scan lines of a polygon agree, and a block is surer than a point', () => {
  const samples = scattered(100, 9)
  const model = modelOf('0.2 Nug + 0.8 Sph(300)')
  const kriging = new Kriging(samples, model, { nmax: 32 })
  const ring = Float64Array.of(440, 440, 560, 440, 560, 560, 440, 560, 440, 440)
  const polygon = polygonSupport([ring], 400)
  assert.ok(polygon)
  const blocks = answersFor(3)
  const rectangle = rectangleSupport(500, 500, 120, 120)
  kriging.predictBlock(rectangle, withinVariance(rectangle, kriging.covariance), blocks, 0)
  kriging.predictBlock(polygon, withinVariance(polygon, kriging.covariance), blocks, 1)
  close(blocks.prediction[1], blocks.prediction[0], 2e-3)
  // sixteen nodes, each counted with itself at no distance at all, make the block's own variance a little too large: gstat's rule, not ours
  close(blocks.variance[1], blocks.variance[0], 3e-3)
  const point = answersFor(1)
  kriging.predictPoints(Float64Array.of(500), Float64Array.of(500), point)
  assert.ok(blocks.variance[0] < point.variance[0])
})

test('36 points for a parcel are enough: prediction within 0.01 and variance within 0.001 of 2,500, at a sill of 1', () => {
  const kriging = new Kriging(scattered(100, 13), modelOf('0.2 Nug + 0.8 Sph(300)'), { nmax: 100 })
  for (const side of [10, 60, 120]) {
    const ring = Float64Array.of(400, 400, 400 + side, 410, 400 + 2 * side, 400 + side, 420, 400 + 2 * side, 400, 400)
    const blocks = answersFor(2)
    for (const [i, count] of [36, 2500].entries()) {
      const support = polygonSupport([ring], count)
      assert.ok(support)
      kriging.predictBlock(support, withinVariance(support, kriging.covariance), blocks, i)
    }
    close(blocks.prediction[0], blocks.prediction[1], 1e-2)
    close(blocks.variance[0], blocks.variance[1], 1e-3)
  }
})

test('points of a polygon lie in it and stand for equal areas, whatever its shape', () => {
  //  an L, 40 × 40 without its upper right 20 × 20, and a hole of 10 × 10 in its foot
  const shell = Float64Array.of(0, 0, 40, 0, 40, 20, 20, 20, 20, 40, 0, 40, 0, 0)
  const hole = Float64Array.of(25, 5, 35, 5, 35, 15, 25, 15, 25, 5)
  const support = polygonSupport([shell, hole], 1100)
  assert.ok(support)
  const inside = (x: number, y: number) =>
    x > 0 && y > 0 && x < 40 && y < 40 && !(x > 20 && y > 20) && !(x > 25 && x < 35 && y > 5 && y < 15)
  for (let i = 0; i < support.x.length; i++) assert.ok(inside(support.x[i], support.y[i]), `${support.x[i]}, ${support.y[i]}`)
  // centroid: (40·20·(20, 10) + 20·20·(10, 30) − 100·(30, 10)) / 1100
  close(support.middleX, (800 * 20 + 400 * 10 - 100 * 30) / 1100, 0.2)
  close(support.middleY, (800 * 10 + 400 * 30 - 100 * 10) / 1100, 0.2)
  close(support.cellSide, 1, 0.02)
  assert.equal(polygonSupport([Float64Array.of(0, 0, 5, 5, 9, 9, 0, 0)], 36), null)
  assert.equal(polygonSupport([], 36), null)
})

test('a comb of ten thousand teeth is not cut into more points than were asked for', () => {
  const teeth = Array.from({ length: 10_000 }, (_, t) => [3 * t, 0, 3 * t + 1, 0, 3 * t + 1, 50, 3 * t, 50, 3 * t, 0]).map((ring) =>
    Float64Array.from(ring),
  )
  const support = polygonSupport(teeth, 36)
  assert.ok(support && support.x.length <= 4 * 36)
  for (const x of support.x) assert.ok(x % 3 <= 1)
})

test('a strip a metre wide has its points in it', () => {
  const strip = polygonSupport([Float64Array.of(0, 0, 1000, 700, 1000, 701, 0, 1, 0, 0)], 36)
  assert.ok(strip)
  assert.ok(strip.x.length <= 4 * 36)
  for (let i = 0; i < strip.x.length; i++) assert.ok(strip.y[i] > 0.7 * strip.x[i] && strip.y[i] < 0.7 * strip.x[i] + 1)
})

test('a sample left out is predicted as if it had never been taken', () => {
  const samples = scattered(80, 10)
  const model = modelOf('0.2 Nug + 0.8 Sph(500)')
  for (const nmax of [16, 80]) {
    const answers = answersFor(80)
    new Kriging(samples, model, { nmax }).leaveOneOut(
      Int32Array.from({ length: 80 }, (_, i) => i),
      answers,
    )
    for (const i of [0, 17, 79]) {
      const others = (all: Float64Array) => all.filter((_, k) => k !== i)
      const alone = answersFor(1)
      new Kriging({ x: others(samples.x), y: others(samples.y), z: others(samples.z) }, model, { nmax }).predictPoints(
        samples.x.subarray(i, i + 1),
        samples.y.subarray(i, i + 1),
        alone,
      )
      close(answers.prediction[i], alone.prediction[0], 1e-9)
      close(answers.variance[i], alone.variance[0], 1e-9)
    }
  }
})

test('simple kriging of a target beyond all ranges is the mean, with the whole sill', () => {
  const answers = answersFor(1)
  const model = modelOf('0.2 Nug + 0.8 Sph(100)')
  new Kriging(scattered(30, 11), model, { nmax: 10, mean: 4.5 }).predictPoints(Float64Array.of(1e6), Float64Array.of(1e6), answers)
  close(answers.prediction[0], 4.5, 1e-12)
  close(answers.variance[0], sillOf(model), 1e-12)
})

test('coordinates of a national grid cost no digits', () => {
  const near = scattered(60, 12)
  const far = { ...near, x: near.x.map((each) => each + 41_500_000), y: near.y.map((each) => each + 5_050_000) }
  const model = modelOf('0.1 Nug + 0.9 Sph(400)')
  const [a, b] = [answersFor(1), answersFor(1)]
  new Kriging(near, model, { nmax: 60 }).predictPoints(Float64Array.of(500), Float64Array.of(500), a)
  new Kriging(far, model, { nmax: 60 }).predictPoints(Float64Array.of(41_500_500), Float64Array.of(5_050_500), b)
  close(b.prediction[0], a.prediction[0], 1e-7)
})

test('inverse distances: the mean of two, and a value of its own where a sample lies', () => {
  const samples = { x: Float64Array.of(0, 30), y: Float64Array.of(0, 0), z: Float64Array.of(1, 4) }
  // weights 1/10² and 1/20²: (1·4 + 4·1)/5
  const [between, at] = inverseDistance(samples, Float64Array.of(10, 30), Float64Array.of(0, 0))
  close(between, 8 / 5, 1e-12)
  assert.equal(at, 4)
  assert.ok(Number.isNaN(inverseDistance(samples, Float64Array.of(100), Float64Array.of(0), { maxdist: 5 })[0]))
})
