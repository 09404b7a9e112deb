import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { gaussian, seededRandom } from '../shared/random.ts'
import { besselK, gamma } from './bessel.ts'
import { fitVariogram } from './fit.ts'
import { modelText, nuggetOf, parseModel, rangeOf, semivariance, sillOf, type VariogramModel } from './model.ts'
import { withoutTrend } from './trend.ts'
import { foldsOfSquares, leaveOneOut, spatialStructure, validateBySquares } from './validate.ts'
import { experimentalVariogram } from './variogram.ts'

const close = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected} ± ${within}, got ${found}`)
const modelOf = (text: string): VariogramModel => {
  const model = parseModel(text)
  if (typeof model === 'string') throw new Error(`not a model: ${model}`)
  return model
}

test('models are read as people write them', () => {
  assert.deepEqual(parseModel('0.2 Nug + 0.8 Sph(6000)'), [
    { kind: 'Nug', sill: 0.2, range: 0 },
    { kind: 'Sph', sill: 0.8, range: 6000 },
  ])
  assert.deepEqual(parseModel('1e-2*exp( 40 )+2 MAT(500, 1.5)'), [
    { kind: 'Exp', sill: 0.01, range: 40 },
    { kind: 'Mat', sill: 2, range: 500, kappa: 1.5 },
  ])
  for (const wrong of [
    '',
    '0.8 Sph',
    '0.8 Sph(-3)',
    '0.8 Sph(0)',
    '-1 Nug',
    '1 Mat(500)',
    '1 Sph(500, 2)',
    '1 Nug(5)',
    'Sph(500)',
    '0 Nug',
    '1 Foo(2)',
    '1 Sph(500) 2',
  ])
    assert.equal(typeof parseModel(wrong), 'string', wrong)
})

test('what is written is read again', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom('Nug', 'Sph', 'Exp', 'Gau'),
          fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
          fc.double({ min: 1, max: 1e5, noNaN: true }),
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      (parts) => {
        const text = parts.map(([kind, sill, range]) => `${sill} ${kind}${kind === 'Nug' ? '' : `(${range})`}`).join(' + ')
        const model = modelOf(text)
        close(sillOf(modelOf(modelText(model))), sillOf(model), 1e-6)
        close(rangeOf(modelOf(modelText(model))), rangeOf(model), 1e-3)
        assert.ok(nuggetOf(model) <= sillOf(model))
      },
    ),
  ))

test('semivariances at half a range and beyond, by hand', () => {
  close(semivariance(modelOf('0.2 Nug + 0.8 Sph(6000)'), 3000), 0.2 + 0.8 * (0.75 - 0.0625), 1e-15)
  close(semivariance(modelOf('0.2 Nug + 0.8 Sph(6000)'), 6000), 1, 1e-15)
  close(semivariance(modelOf('1 Exp(100)'), 300), 1 - Math.exp(-3), 1e-15)
  close(semivariance(modelOf('1 Gau(100)'), 200), 1 - Math.exp(-4), 1e-15)
  assert.equal(semivariance(modelOf('0.2 Nug + 0.8 Sph(6000)'), 0), 0)
})

test('K and Γ: published values, and closed forms at the half-integers', () => {
  close(besselK(0, 1), 0.4210244382407083, 1e-13) // Abramowitz & Stegun 1964, table 9.8
  close(besselK(1, 1), 0.6019072301972346, 1e-13)
  close(besselK(0, 0.1), 2.427069024702017, 1e-12)
  close(gamma(5), 24, 1e-12)
  close(gamma(0.5), Math.sqrt(Math.PI), 1e-14)
  for (const x of [0.01, 0.5, 3, 40]) {
    const half = Math.sqrt(Math.PI / (2 * x)) * Math.exp(-x)
    close(besselK(0.5, x) / half, 1, 1e-12)
    close(besselK(1.5, x) / (half * (1 + 1 / x)), 1, 1e-12)
  }
})

test('Matérn runs through its closed forms without a break', () => {
  for (const [kappa, near] of [
    [0.5, 0.5000001],
    [1.5, 1.5000001],
    [2.5, 2.5000001],
  ])
    for (const h of [1, 50, 200, 900])
      close(semivariance(modelOf(`1 Mat(100, ${kappa})`), h), semivariance(modelOf(`1 Mat(100, ${near})`), h), 1e-6)
})

test('four samples in a line, worked by hand', () => {
  // z 1 3 2 6 at 0 10 20 30: at 10 m (4 + 1 + 16)/6, at 20 m (1 + 9)/4
  const lags = experimentalVariogram(Float64Array.of(0, 10, 20, 30), new Float64Array(4), Float64Array.of(1, 3, 2, 6), {
    cutoff: 20,
    width: 10,
  })
  assert.deepEqual(lags, [
    { pairs: 3, distance: 10, gamma: 21 / 6 },
    { pairs: 2, distance: 20, gamma: 10 / 4 },
  ])
  // robust: mean of √2 √1 √4 to the fourth, over 0.457 + 0.494/3, halved
  const [robust] = experimentalVariogram(Float64Array.of(0, 10, 20, 30), new Float64Array(4), Float64Array.of(1, 3, 2, 6), {
    cutoff: 10,
    width: 10,
    robust: true,
  })
  close(robust.gamma, ((Math.SQRT2 + 1 + 2) / 3) ** 4 / (0.457 + 0.494 / 3) / 2, 1e-12)
})

test('directions: stripes that run north differ from east to west only', () => {
  const [x, y] = [0, 1].map((axis) => Float64Array.from({ length: 400 }, (_, i) => 10 * (axis === 0 ? i % 20 : Math.floor(i / 20))))
  const z = x.map((each) => Math.sin(each / 30))
  for (const { gamma } of experimentalVariogram(x, y, z, { cutoff: 90, width: 10, direction: 0, tolerance: 5 })) assert.equal(gamma, 0)
  const [first] = experimentalVariogram(x, y, z, { cutoff: 90, width: 10, direction: 90, tolerance: 5 })
  assert.ok(first.gamma > 0)
  const all = experimentalVariogram(x, y, z, { cutoff: 90, width: 10 })
  const parts = [0, 45, 90, 135].map((direction) => experimentalVariogram(x, y, z, { cutoff: 90, width: 10, direction, tolerance: 22.5 }))
  // four directions of 45° together hold every pair
  assert.equal(
    parts.flat().reduce((sum, { pairs }) => sum + pairs, 0),
    all.reduce((sum, { pairs }) => sum + pairs, 0),
  )
})

test('a model is found again in its own curve', () => {
  for (const [text, family] of [
    ['0.3 Nug + 0.7 Sph(500)', { kind: 'Sph' }],
    ['0.1 Nug + 2 Exp(200)', { kind: 'Exp' }],
    ['0.4 Nug + 1 Mat(100, 1.5)', { kind: 'Mat', kappa: 1.5 }],
  ] as const) {
    const model = modelOf(text)
    const lags = Array.from({ length: 15 }, (_, i) => ({
      pairs: 100 + i,
      distance: 40 * (i + 1),
      gamma: semivariance(model, 40 * (i + 1)),
    }))
    const fit = fitVariogram(lags, [family])
    assert.ok(fit && !fit.atBound)
    close(nuggetOf(fit.model), nuggetOf(model), 1e-5)
    close(rangeOf(fit.model) / rangeOf(model), 1, 1e-5)
    const best = fitVariogram(lags)
    assert.equal(best?.model.at(-1)?.kind, family.kind)
  }
  assert.equal(fitVariogram([{ pairs: 1, distance: 1, gamma: 1 }]), null)
})

test('residuals know nothing of the covariates any more', () => {
  const random = seededRandom(4)
  const covariates = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 2 ? 0 : 1e6 + gaussian(random)))
  for (let i = 0; i < 100; i++) covariates[3 * i + 2] = covariates[3 * i] - 2 * covariates[3 * i + 1]
  const z = Float64Array.from({ length: 100 }, (_, i) => 5 + 2 * covariates[3 * i] - covariates[3 * i + 1] + gaussian(random))
  const { residuals, explained } = withoutTrend(z, covariates, 3)
  assert.ok(explained > 0.5 && explained < 1)
  for (const a of [0, 1, 2])
    close(
      residuals.reduce((sum, value, i) => sum + value * (covariates[3 * i + a] - 1e6 * (a === 2 ? -1 : 1)), 0),
      0,
      1e-4,
    )
})

test('squares of land stay whole, and every hand gets its share', () => {
  const random = seededRandom(8)
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: 500 }, () => 1000 * random()))
  const folds = foldsOfSquares(x, y, 100, 10, 1)
  const hand = new Map<string, number>()
  folds.forEach((fold, i) => {
    const square = `${Math.floor(x[i] / 100)} ${Math.floor(y[i] / 100)}`
    assert.equal(hand.get(square) ?? fold, fold)
    hand.set(square, fold)
  })
  assert.equal(new Set(folds).size, 10)
  assert.deepEqual(foldsOfSquares(x, y, 100, 10, 1), folds)
  assert.equal(validateBySquares({ x, y, z: x }, modelOf('1 Sph(100)'), { nmax: 8 }, 1e9), null)
})

/** A field with that variogram at n places: Cholesky of its covariances. */
function fieldOf(model: VariogramModel, x: Float64Array, y: Float64Array, random: () => number): Float64Array {
  const n = x.length
  const factor = Array.from({ length: n }, () => new Float64Array(n))
  const noise = Float64Array.from({ length: n }, () => gaussian(random))
  return Float64Array.from({ length: n }, (_, i) => {
    for (let j = 0; j <= i; j++) {
      let s = sillOf(model) - semivariance(model, Math.hypot(x[i] - x[j], y[i] - y[j]))
      for (let q = 0; q < j; q++) s -= factor[i][q] * factor[j][q]
      factor[i][j] = i === j ? Math.sqrt(s) : s / factor[j][j]
    }
    return factor[i].reduce((sum, each, j) => sum + each * noise[j], 0)
  })
}

test('structure is claimed of pure noise in less than one trial of twenty, and seen where half of the variance has a range', () => {
  const random = seededRandom(31)
  const claims = (text: string, trials: number) => {
    let shown = 0
    for (let trial = 0; trial < trials; trial++) {
      const [x, y] = [0, 1].map(() => Float64Array.from({ length: 100 }, () => 1000 * random()))
      const samples = { x, y, z: fieldOf(modelOf(text), x, y, random) }
      const fit = fitVariogram(experimentalVariogram(x, y, samples.z))
      if (!fit) throw new Error('expected a fit')
      if (spatialStructure(samples, leaveOneOut(samples, fit.model, { nmax: 32 }), 32).isShown) shown++
    }
    return shown
  }
  assert.ok(claims('1 Nug', 100) < 5)
  assert.ok(claims('0.5 Nug + 0.5 Sph(600)', 30) >= 24)
})
