import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DepthSpline, fitDepthSpline, splineAt, splineMean } from './spline.ts'

type Layers = { readonly top: Float64Array; readonly bottom: Float64Array; readonly value: Float64Array }

/** One to nine layers of 1 to 60 cm, with or without gaps. */
const layers = fc
  .array(
    fc.record({
      gap: fc.constantFrom(0, 0, 0, 5, 12.5),
      thick: fc.integer({ min: 1, max: 60 }),
      value: fc.double({ min: 0, max: 100, noNaN: true }),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((list): Layers => {
    const [top, bottom, value] = [0, 1, 2].map(() => new Float64Array(list.length))
    let depth = 0
    list.forEach((each, i) => {
      top[i] = depth + (i === 0 ? 0 : each.gap)
      bottom[i] = depth = top[i] + each.thick
      value[i] = each.value
    })
    return { top, bottom, value }
  })
const lambdas = fc.constantFrom(0, 1e-3, 0.1, 10)
const fit = ({ top, bottom, value }: Layers, lambda: number) => fitDepthSpline(top, bottom, value, lambda)
const near = (actual: number, expected: number, tolerance: number, what = '') =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} expected ${expected} ± ${tolerance}, got ${actual}`)

/** The published form, Z f̄ = y with Z = I + 6nλ Qᵀ R⁻¹ Q, by elimination with pivots on full matrices: another way to the same means. */
function denseMeans({ top, bottom, value }: Layers, lambda: number): number[] {
  const n = value.length
  const h = Array.from(top, (u, i) => bottom[i] - u)
  const r = Array.from({ length: n - 1 }, (_, i) =>
    Array.from({ length: n - 1 }, (_, j) =>
      i === j ? 2 * (h[i] + h[i + 1]) + 6 * (top[i + 1] - bottom[i]) : j === i + 1 ? h[j] : j === i - 1 ? h[i] : 0,
    ),
  )
  const q = Array.from({ length: n - 1 }, (_, i) => Array.from({ length: n }, (_, j) => (j === i ? -1 : j === i + 1 ? 1 : 0)))
  const rq = q[0] === undefined ? [] : eliminate(r, q)
  const z = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 1 : 0) + 6 * n * lambda * q.reduce((sum, row, k) => sum + row[i] * rq[k][j], 0)),
  )
  return eliminate(
    z,
    Array.from(value, (y) => [y]),
  ).map(([mean]) => mean)
}

/** A⁻¹B by Gauss–Jordan with pivots. */
function eliminate(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] {
  const m = a.map((row, i) => [...row, ...b[i]])
  for (let c = 0; c < m.length; c++) {
    const pivot = m.reduce((best, row, i) => (i >= c && Math.abs(row[c]) > Math.abs(m[best][c]) ? i : best), c)
    ;[m[c], m[pivot]] = [m[pivot], m[c]]
    const lead = m[c][c]
    m[c] = m[c].map((each) => each / lead)
    for (let i = 0; i < m.length; i++) {
      const factor = m[i][c]
      if (i !== c && factor !== 0) m[i] = m[i].map((each, j) => each - factor * m[c][j])
    }
  }
  return m.map((row) => row.slice(a.length))
}

/** What the curve makes least, taken from the curve itself: the misfit of its means and λ ∫ f'², by its slopes. */
function cost({ top, bottom, value }: Layers, lambda: number, mean: ArrayLike<number>, slope: ArrayLike<number>): number {
  const n = value.length
  let misfit = 0
  let bend = 0
  for (let i = 0; i < n; i++) {
    misfit += (value[i] - mean[i]) ** 2 / n
    const [b0, b1] = [slope[i], slope[i + 1]]
    bend += ((bottom[i] - top[i]) * (b0 * b0 + b0 * b1 + b1 * b1)) / 3
    if (i + 1 < n) bend += (top[i + 1] - bottom[i]) * b1 * b1
  }
  return misfit + lambda * bend
}

test('two layers of 10 cm with 1 and 3: worked by hand', () => {
  // 2·(10 + 10)·b = 6·(3 − 1), b = 0.3; f(10) = 1 + 10·(0 + 2·0.3)/6 = 2; f(0) = 1 − 10·0.3/6 = 0.5
  const spline = fit({ top: Float64Array.of(0, 10), bottom: Float64Array.of(10, 20), value: Float64Array.of(1, 3) }, 0)
  near(spline.slope[1], 0.3, 1e-15)
  near(splineAt(spline, 10), 2, 1e-14)
  near(splineAt(spline, 0), 0.5, 1e-14)
  near(splineAt(spline, 20), 3.5, 1e-14)
  // with λ = 0.1, n = 2: (40 + 6·2·0.1·2)·b = 12, b = 12/42.4; means move by nλb = 0.2b towards each other
  const smooth = fit({ top: Float64Array.of(0, 10), bottom: Float64Array.of(10, 20), value: Float64Array.of(1, 3) }, 0.1)
  near(smooth.slope[1], 12 / 42.4, 1e-15)
  near(smooth.mean[0], 1 + (0.2 * 12) / 42.4, 1e-15)
})

test('without smoothing the mass of every layer is kept', () =>
  fc.assert(
    fc.property(layers, (each) => {
      const spline = fit(each, 0)
      for (let i = 0; i < each.value.length; i++) near(splineMean(spline, each.top[i], each.bottom[i]), each.value[i], 1e-9)
    }),
  ))

test('with smoothing the mean of all layers is kept, weighed alike', () =>
  fc.assert(
    fc.property(layers, lambdas, (each, lambda) => {
      const spline = fit(each, lambda)
      const sum = (list: Float64Array) => list.reduce((total, value) => total + value, 0)
      near(sum(spline.mean), sum(each.value), 1e-9)
    }),
  ))

test('a constant profile is reproduced, at every depth and with any smoothing', () =>
  fc.assert(
    fc.property(layers, lambdas, fc.double({ min: -50, max: 50, noNaN: true }), (each, lambda, constant) => {
      const spline = fit({ ...each, value: each.value.map(() => constant) }, lambda)
      for (const depth of [each.top[0], each.bottom[0], each.bottom[each.value.length - 1]]) near(splineAt(spline, depth), constant, 1e-10)
    }),
  ))

test('the curve is linear in the values', () =>
  fc.assert(
    fc.property(layers, lambdas, fc.double({ min: -3, max: 3, noNaN: true }), (each, lambda, factor) => {
      const other = each.value.map((value, i) => 7 * Math.sin(i + value))
      const both = fit({ ...each, value: each.value.map((value, i) => factor * value + other[i]) }, lambda)
      const [a, b] = [fit(each, lambda), fit({ ...each, value: other }, lambda)]
      const to = each.bottom[each.value.length - 1]
      near(splineMean(both, 0, to), factor * splineMean(a, 0, to) + splineMean(b, 0, to), 1e-8)
    }),
  ))

test('curve and slope run on from piece to piece, and end flat', () =>
  fc.assert(
    fc.property(layers, lambdas, (each, lambda) => {
      const spline = fit(each, lambda)
      const last = each.value.length - 1
      assert.deepEqual([spline.slope[0], spline.slope[last + 1]], [0, 0])
      for (let i = 0; i < last; i++) {
        // from the side of the layer below: f(u) = mean − h(2b₀ + b₁)/6
        const h = each.bottom[i + 1] - each.top[i + 1]
        const below = spline.mean[i + 1] - (h * (2 * spline.slope[i + 1] + spline.slope[i + 2])) / 6
        const h0 = each.bottom[i] - each.top[i]
        const above = spline.mean[i] + (h0 * (spline.slope[i] + 2 * spline.slope[i + 1])) / 6
        near(above + spline.slope[i + 1] * (each.top[i + 1] - each.bottom[i]), below, 1e-8)
      }
    }),
  ))

test('the full system of the paper, by elimination, has the same means', () =>
  fc.assert(
    fc.property(layers, lambdas, (each, lambda) => {
      const dense = denseMeans(each, lambda)
      const { mean } = fit(each, lambda)
      dense.forEach((value, i) => {
        near(mean[i], value, 1e-8)
      })
    }),
  ))

test('no other means of layers make the sum of misfit and bending less', () =>
  fc.assert(
    fc.property(
      layers,
      fc.constantFrom(0.1, 10),
      fc.integer({ min: 0, max: 8 }),
      fc.constantFrom(-0.5, 0.01, 2),
      (each, lambda, at, by) => {
        const spline = fit(each, lambda)
        const other = spline.mean.slice()
        other[at % other.length] += by
        const through = fit({ ...each, value: other }, 0) // the smoothest curve with these means
        assert.ok(cost(each, lambda, spline.mean, spline.slope) <= cost(each, lambda, other, through.slope) + 1e-9)
      },
    ),
  ))

test('means of stretches add up to the mean of the whole', () =>
  fc.assert(
    fc.property(layers, lambdas, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (each, lambda, share) => {
      const spline = fit(each, lambda)
      const to = each.bottom[each.value.length - 1]
      const cut = share * to
      near((splineMean(spline, 0, cut) * cut + splineMean(spline, cut, to) * (to - cut)) / to, splineMean(spline, 0, to), 1e-9)
    }),
  ))

test('the mean of a stretch is that of many points of the curve', () => {
  const each = {
    top: Float64Array.of(0, 12, 30, 70),
    bottom: Float64Array.of(12, 30, 60, 110),
    value: Float64Array.of(0.66, 1.9, 3.1, 1.2),
  }
  const spline: DepthSpline = fit(each, 0.1)
  for (const [from, to] of [
    [0, 20],
    [0, 30],
    [30, 100],
    [61, 69],
  ]) {
    const steps = 20_000
    let sum = 0
    for (let i = 0; i < steps; i++) sum += splineAt(spline, from + ((i + 0.5) * (to - from)) / steps)
    near(splineMean(spline, from, to), sum / steps, 1e-7)
  }
})

test('nothing is said of depths the profile does not reach', () => {
  const spline = fit({ top: Float64Array.of(5), bottom: Float64Array.of(20), value: Float64Array.of(2) }, 0.1)
  assert.ok(Number.isNaN(splineMean(spline, 0, 20)))
  assert.ok(Number.isNaN(splineMean(spline, 5, 21)))
  assert.ok(Number.isNaN(splineMean(spline, 10, 10)))
  assert.ok(Number.isNaN(splineAt(spline, 4.9)))
  assert.equal(splineMean(spline, 5, 20), 2)
})

test('layers that overlap, stand on their heads or have no number are faults', () => {
  const of = (...list: number[]) => Float64Array.from(list)
  assert.throws(() => fitDepthSpline(of(0, 15), of(20, 40), of(1, 2), 0.1), /overlap/)
  assert.throws(() => fitDepthSpline(of(20), of(0), of(1), 0.1), /overlap/)
  assert.throws(() => fitDepthSpline(of(0), of(20), of(Number.NaN), 0.1), /finite/)
  assert.throws(() => fitDepthSpline(of(), of(), of(), 0.1), /as many/)
  assert.throws(() => fitDepthSpline(of(0), of(20), of(1), -1), /lambda/)
})
