/** Models with a direction (geometric anisotropy). The numbers are those of gstat 2.1-0; the R calls stand beside them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitDirections } from './fit.ts'
import { Kriging } from './kriging.ts'
import { Covariance, modelText, parseModel, semivariance, stretchOf, type VariogramModel } from './model.ts'
import { rectangleSupport } from './support.ts'
import { leaveOneOut } from './validate.ts'
import { experimentalVariogram } from './variogram.ts'

const modelOf = (text: string): VariogramModel => {
  const model = parseModel(text)
  if (typeof model === 'string') throw new Error(`not a model: ${model}`)
  return model
}
function agree(found: ArrayLike<number>, expected: readonly number[], within = 1e-9): void {
  for (const [i, each] of expected.entries()) assert.ok(Math.abs(found[i] - each) < within, `entry ${i}: expected ${each}, got ${found[i]}`)
}

// x <- c(0,300,700,1200,150,900,400,1000,600,250); y <- c(0,400,100,300,800,900,600,1200,1100,1300)
// z <- c(1.2,2.1,0.4,3.3,1.9,2.8,0.7,2.2,1.1,3.0); d <- data.frame(x,y,z); coordinates(d) <- ~x+y
// t <- data.frame(x=c(500,820,60), y=c(500,640,1250)); coordinates(t) <- ~x+y
const samples = {
  x: Float64Array.of(0, 300, 700, 1200, 150, 900, 400, 1000, 600, 250),
  y: Float64Array.of(0, 400, 100, 300, 800, 900, 600, 1200, 1100, 1300),
  z: Float64Array.of(1.2, 2.1, 0.4, 3.3, 1.9, 2.8, 0.7, 2.2, 1.1, 3.0),
}
const [tx, ty] = [Float64Array.of(500, 820, 60), Float64Array.of(500, 640, 1250)]
const krige = (text: string, nmax: number) => {
  const answers = { prediction: new Float64Array(3), variance: new Float64Array(3) }
  new Kriging(samples, modelOf(text), { nmax }).predictPoints(tx, ty, answers)
  return answers
}

test('spherical towards 30°, 0.4 across', () => {
  // krige(z~1, d, t, vgm(0.8, "Sph", 900, 0.2, anis=c(30, 0.4)))
  const { prediction, variance } = krige('0.2 Nug + 0.8 Sph(900, 30, 0.4)', 10)
  agree(prediction, [1.752199255625538, 2.157719885519548, 2.256742496169903])
  agree(variance, [0.8574092025839631, 0.8632463342870023, 0.9506558072150275])
})

test('exponential towards 120°, 0.5 across', () => {
  // krige(z~1, d, t, vgm(1, "Exp", 400, anis=c(120, 0.5)))
  const { prediction, variance } = krige('1 Exp(400, 120, 0.5)', 10)
  agree(prediction, [1.168238757281255, 2.151678610067627, 2.358269737805265])
  agree(variance, [0.5063602628131212, 0.8528252674554067, 0.8009743543824188])
})

test('blocks of 200 × 100 m', () => {
  // krige(z~1, d, t, vgm(0.8, "Sph", 900, 0.2, anis=c(30, 0.4)), block=c(200, 100))
  const kriging = new Kriging(samples, modelOf('0.2 Nug + 0.8 Sph(900, 30, 0.4)'), { nmax: 10 })
  const answers = { prediction: new Float64Array(3), variance: new Float64Array(3) }
  for (let b = 0; b < 3; b++) {
    const support = rectangleSupport(tx[b], ty[b], 200, 100)
    kriging.predictBlock(support, kriging.withinVariance(support), answers, b)
  }
  agree(answers.prediction, [1.736520534416972, 2.118165797776701, 2.263947531816384], 1e-8) // gstat writes its nodes to nine digits
  agree(answers.variance, [0.4423509821617325, 0.4789217164328878, 0.5349878634896084], 1e-7)
})

test('the nearest four are those with the most in common, and the grid has the numbers of its nodes', () => {
  const model = modelOf('0.2 Nug + 0.8 Sph(900, 30, 0.4)')
  // predict(gstat(NULL, "z", z~1, d, model=m, nmax=4, vdist=TRUE, maxdist=1e6), t)
  agree(krige('0.2 Nug + 0.8 Sph(900, 30, 0.4)', 4).prediction, [1.678651921073768, 1.865456809954755, 2.123011915196749])
  const grid = { x0: -40, y0: 1310, dx: 90, dy: -80, columns: 14, rows: 17 }
  const nodes = { prediction: new Float64Array(14 * 17), variance: new Float64Array(14 * 17) }
  new Kriging(samples, model, { nmax: 4 }).predictRows(grid, 0, 17, nodes)
  const each = { prediction: new Float64Array(14 * 17), variance: new Float64Array(14 * 17) }
  const [x, y] = [0, 1].map((axis) =>
    Float64Array.from({ length: 14 * 17 }, (_, i) => (axis === 0 ? -40 + 90 * (i % 14) : 1310 - 80 * Math.floor(i / 14))),
  )
  new Kriging(samples, model, { nmax: 4 }).predictPoints(x, y, each)
  agree(nodes.prediction, [...each.prediction])
  agree(nodes.variance, [...each.variance])
})

test('variograms of two directions', () => {
  // variogram(z~1, d, alpha=c(30, 120), tol.hor=45, cutoff=1200, width=400)
  const lagsOf = (direction: number) =>
    experimentalVariogram(samples.x, samples.y, samples.z, { direction, tolerance: 45, cutoff: 1200, width: 400 })
  const [along, across] = [lagsOf(30), lagsOf(120)]
  assert.deepEqual(
    [...along, ...across].map(({ pairs }) => pairs),
    [2, 10, 9, 2, 10, 5],
  )
  agree(
    [...along, ...across].map(({ gamma }) => gamma),
    [0.58, 1.1335, 0.797222222222, 1.0825, 0.511, 1.725],
  )
  agree(
    [...along, ...across].map(({ distance }) => distance),
    [269.917281883, 619.046638002, 939.780537426, 340.355669709, 598.013747233, 962.626782809],
    1e-8,
  )
})

test('a direction that is there is found: lags made from a model give it back', () => {
  const [nugget, sill, range, angle, ratio] = [0.2, 0.8, 3000, 60, 0.4]
  const lagsOf = (direction: number) => {
    const turn = ((direction - angle) * Math.PI) / 180
    const stretch = Math.hypot(Math.cos(turn), Math.sin(turn) / ratio)
    return Array.from({ length: 15 }, (_, i) => {
      const distance = 200 * (i + 0.5)
      const u = Math.min(1, (distance * stretch) / range)
      return { pairs: 100, distance, gamma: nugget + sill * (1.5 * u - 0.5 * u ** 3) }
    })
  }
  const directions = [0, 45, 90, 135].map((direction) => ({ direction, lags: lagsOf(direction) }))
  const found = fitDirections(directions, [{ kind: 'Sph' }])
  const [, structure] = found?.model ?? []
  assert.ok(Math.abs((structure?.angle ?? 0) - angle) <= 5 && Math.abs((structure?.ratio ?? 0) - ratio) < 0.06, JSON.stringify(structure))
  assert.ok(Math.abs((structure?.range ?? 0) / range - 1) < 0.1)
  assert.equal(fitDirections([], [{ kind: 'Sph' }]), null)
})

test('turning the land and the model together changes nothing; a ratio of 1 is no direction', () => {
  const turned = (degrees: number) => {
    const [s, c] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)]
    // clockwise, as the angle is counted
    return { x: samples.x.map((x, i) => x * c + samples.y[i] * s), y: samples.y.map((y, i) => y * c - samples.x[i] * s), z: samples.z }
  }
  const errors = (set: typeof samples, text: string) => leaveOneOut(set, modelOf(text), { nmax: 6 }).prediction
  const plain = errors(samples, '0.1 Nug + 1 Mat(300, 1.5, 10, 0.3)')
  agree(errors(turned(35), '0.1 Nug + 1 Mat(300, 1.5, 45, 0.3)'), [...plain])
  agree(errors(samples, '1 Exp(300, 77, 1)'), [...errors(samples, '1 Exp(300)')])
})

test('how a direction is written and read', () => {
  assert.deepEqual(parseModel('0.8 sph(6000, 45, 0.5)'), [{ kind: 'Sph', sill: 0.8, range: 6000, angle: 45, ratio: 0.5 }])
  assert.deepEqual(parseModel('1 Mat(500, 1.5, 225, 0.5)'), [{ kind: 'Mat', sill: 1, range: 500, kappa: 1.5, angle: 45, ratio: 0.5 }])
  assert.deepEqual(parseModel('1 Sph(9, 45, 1)'), [{ kind: 'Sph', sill: 1, range: 9 }])
  for (const text of ['0.2 Nug + 0.8 Sph(6000, 45, 0.5)', '1 Mat(500, 1.5, 45, 0.5)']) assert.equal(modelText(modelOf(text)), text)
  for (const text of [
    '1 Sph(6000, 45)',
    '1 Sph(6000, 45, 0)',
    '1 Sph(6000, 45, 1.5)',
    '1 Nug(0, 45, 0.5)',
    '1 Sph(6, 45, 0.5, 2)',
    '1 Sph(6, , 0.5)',
  ])
    assert.equal(typeof parseModel(text), 'string', text)
  assert.equal(parseModel('1 Sph(900, 30, 0.4) + 1 Exp(100)'), '1 Exp(100)') // two grounds: not modelled
  assert.equal(stretchOf(modelOf('1 Sph(900)')), null)
  assert.throws(() => new Covariance(modelOf('1 Sph(900, 30, 0.4)')), RangeError)
  assert.equal(semivariance(modelOf('1 Sph(900, 30, 0.4)'), 450), 1.5 * 0.5 - 0.5 * 0.5 ** 3) // along the direction
})
