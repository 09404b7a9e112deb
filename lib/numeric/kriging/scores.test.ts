import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { gaussian, seededRandom } from '../shared/random.ts'
import { Kriging } from './kriging.ts'
import { parseModel, semivariance, sillOf, type VariogramModel } from './model.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import { fromLogarithms, fromScore, meanFromScores, momentsFromScores, normalScores } from './scores.ts'
import { generalisedMean, simulate } from './simulate.ts'
import { experimentalVariogram } from './variogram.ts'

const close = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected} ± ${within}, got ${found}`)
const modelOf = (text: string): VariogramModel => {
  const model = parseModel(text)
  if (typeof model === 'string') throw new Error(`not a model: ${model}`)
  return model
}

test('the normal distribution, against published values', () => {
  close(normalCdf(1), 0.8413447460685429, 1e-15)
  close(normalCdf(-1.959963984540054), 0.025, 1e-15)
  close(normalCdf(-6) / 9.865876450376981e-10, 1, 1e-9)
  close(normalQuantile(0.975), 1.959963984540054, 1e-13)
  close(normalQuantile(1e-10), -6.361340902404056, 1e-9)
})

test('quantile and distribution undo one another', () =>
  fc.assert(fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (p) => close(normalCdf(normalQuantile(p)), p, 1e-12))))

test('scores keep the order, ties share one, and the way back ends where it began', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 200 }), (list) => {
      const values = Float64Array.from(list)
      const { table, scores } = normalScores(values)
      values.forEach((value, i) => {
        close(fromScore(table, scores[i]), value, 1e-9)
        for (const [j, other] of values.entries()) assert.equal(Math.sign(scores[i] - scores[j]), Math.sign(value - other))
      })
    }),
  ))

test('the mean of a broken line over a normal distribution, against half a million draws and against the line’s own end', () => {
  const { table } = normalScores(Float64Array.of(1, 2, 2, 3, 5, 8, 13, 40))
  const { mean, variance } = momentsFromScores(table, 0.4, 0.7)
  const random = seededRandom(1)
  let [sum, squares] = [0, 0]
  const draws = 500_000
  for (let i = 0; i < draws; i++) {
    const value = fromScore(table, 0.4 + Math.sqrt(0.7) * gaussian(random))
    sum += value
    squares += value * value
  }
  close(mean, sum / draws, 5 * Math.sqrt(variance / draws))
  close(variance / (squares / draws - (sum / draws) ** 2), 1, 0.02)
  assert.deepEqual(momentsFromScores(table, 9, 0.01), { mean: 40, variance: 0 })
  assert.equal(momentsFromScores(table, 0, 0).mean, fromScore(table, 0))
})

test('kriging of logarithms comes back without bias: over 400 invented fields the mean error is nothing, that of plain exp is not', () => {
  const model = modelOf('0.3 Nug + 0.7 Exp(200)')
  const random = seededRandom(12)
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: 21 }, () => 500 * random()))
  const factor = Array.from({ length: 21 }, () => new Float64Array(21))
  for (let i = 0; i < 21; i++) {
    for (let j = 0; j <= i; j++) {
      let s = sillOf(model) - semivariance(model, Math.hypot(x[i] - x[j], y[i] - y[j]))
      for (let q = 0; q < j; q++) s -= factor[i][q] * factor[j][q]
      factor[i][j] = i === j ? Math.sqrt(s) : s / factor[j][j]
    }
  }
  const trials = 4000
  let [bias, naive, squares] = [0, 0, 0]
  const answers = { prediction: new Float64Array(1), variance: new Float64Array(1), predictorVariance: new Float64Array(1) }
  for (let trial = 0; trial < trials; trial++) {
    const noise = Float64Array.from({ length: 21 }, () => gaussian(random))
    const field = Float64Array.from(factor, (row) => 1 + row.reduce((sum, each, j) => sum + each * noise[j], 0))
    // the last place is predicted from the others
    new Kriging({ x: x.slice(0, 20), y: y.slice(0, 20), z: field.slice(0, 20) }, model, { nmax: 20 }).predictPoints(
      x.slice(20),
      y.slice(20),
      answers,
    )
    const { mean } = fromLogarithms(answers.prediction[0], answers.variance[0], answers.predictorVariance[0], sillOf(model))
    const error = Math.exp(field[20]) - mean
    bias += error / trials
    squares += (error * error) / trials
    naive += (Math.exp(field[20]) - Math.exp(answers.prediction[0])) / trials
  }
  const standardError = Math.sqrt(squares / trials)
  assert.ok(Math.abs(bias) < 3 * standardError, `bias ${bias}, standard error ${standardError}`)
  assert.ok(naive > 5 * standardError)
})

const GRID = { x0: 0, y0: 0, dx: 20, dy: 20, columns: 40, rows: 40 }
const random = seededRandom(21)
const SAMPLES = {
  x: Float64Array.from({ length: 40 }, () => 800 * random()),
  y: Float64Array.from({ length: 40 }, () => 800 * random()),
  z: Float64Array.from({ length: 40 }, () => 5 + gaussian(random)),
}
const MODEL = modelOf('0.1 Nug + 0.9 Sph(300)')

test('simulations have the mean and the variance of kriging, cell by cell', () => {
  const count = 300
  const mean = generalisedMean(SAMPLES, MODEL)
  const values = simulate(SAMPLES, MODEL, GRID, { nmax: 40, seed: 5, mean }, 0, count)
  const cells = GRID.columns * GRID.rows
  const answers = { prediction: new Float64Array(cells), variance: new Float64Array(cells) }
  new Kriging(SAMPLES, MODEL, { nmax: 40, mean }).predictRows(GRID, 0, GRID.rows, answers)
  let [scaled, spread, expected] = [0, 0, 0]
  for (let v = 0; v < cells; v++) {
    let [sum, squares] = [0, 0]
    for (let s = 0; s < count; s++) {
      sum += values[v * count + s]
      squares += values[v * count + s] ** 2
    }
    scaled += (sum / count - answers.prediction[v]) ** 2 / answers.variance[v] / cells
    spread += (squares / count - (sum / count) ** 2) / cells
    expected += answers.variance[v] / cells
  }
  // the squared error of a mean of 300 is a 300th of the variance; neighbours in a limited window add a little
  assert.ok(scaled * count < 2, `scaled error ${scaled * count}`)
  close(spread / expected, 1, 0.05)
})

test('simulations vary as the variogram says', () => {
  // far fewer samples than cells: the field is the model's
  const few = { x: SAMPLES.x.slice(0, 1), y: SAMPLES.y.slice(0, 1), z: Float64Array.of(5) }
  const count = 30
  const values = simulate(few, MODEL, GRID, { nmax: 40, seed: 9, mean: 5 }, 0, count)
  const [x, y] = [0, 1].map((axis) => Float64Array.from({ length: 1600 }, (_, v) => 20 * (axis === 0 ? v % 40 : Math.floor(v / 40))))
  const all = Array.from({ length: count }, (_, s) =>
    experimentalVariogram(
      x,
      y,
      Float64Array.from({ length: 1600 }, (_, v) => values[v * count + s]),
      { cutoff: 200, width: 40 },
    ),
  )
  for (const [lag, { distance }] of all[0].entries()) {
    const gamma = all.reduce((sum, each) => sum + each[lag].gamma / count, 0)
    close(gamma, semivariance(MODEL, distance), 0.1)
  }
})

test('a simulation is the same in any batch, another with another seed, and honours a sample on a node', () => {
  const whole = simulate(SAMPLES, MODEL, GRID, { nmax: 20, seed: 1, mean: 5 }, 0, 6)
  const alone = simulate(SAMPLES, MODEL, GRID, { nmax: 20, seed: 1, mean: 5 }, 4, 1)
  const other = simulate(SAMPLES, MODEL, GRID, { nmax: 20, seed: 2, mean: 5 }, 4, 1)
  for (let v = 0; v < 1600; v++) assert.equal(alone[v], whole[v * 6 + 4])
  assert.ok(other.some((value, v) => value !== alone[v]))
  const onNode = { x: Float64Array.of(100), y: Float64Array.of(60), z: Float64Array.of(7.25) }
  close(simulate(onNode, MODEL, GRID, { nmax: 20, seed: 1, mean: 5 }, 0, 1)[3 * 40 + 5], 7.25, 1e-9)
})

test('the generalised mean gives a cluster no more weight than it has news', () => {
  // ten samples within a metre say 10, one far away says 0: nearly the mean of two
  const x = Float64Array.from({ length: 11 }, (_, i) => (i < 10 ? i / 10 : 1e5))
  const z = Float64Array.from({ length: 11 }, (_, i) => (i < 10 ? 10 : 0))
  close(generalisedMean({ x, y: new Float64Array(11), z }, modelOf('1 Sph(1000)')), 5, 0.01)
})

test('the mean of values whose scores go together: mean and variance as drawing shows, and of one place the plain moments', () => {
  const table = normalScores(Float64Array.from({ length: 40 }, (_, i) => Math.exp(i / 12))).table
  const one = meanFromScores(table, Float64Array.of(0.4), Float64Array.of(0.5), Float64Array.of(0.5), Float64Array.of(1))
  const plain = momentsFromScores(table, 0.4, 0.5)
  close(one.mean, plain.mean, 1e-12)
  close(one.variance / plain.variance, 1, 0.01)
  // three places: s² = 0.6, 0.5, 0.8, joined by a common part of variance 0.45
  const [prediction, variance, weights] = [
    [0.2, -0.5, 1],
    [0.6, 0.5, 0.8],
    [0.5, 0.3, 0.2],
  ].map((each) => Float64Array.from(each))
  const errors = Float64Array.from({ length: 9 }, (_, k) => (k % 4 === 0 ? variance[k / 4] : 0.45))
  const told = meanFromScores(table, prediction, variance, errors, weights)
  const random = seededRandom(31)
  const count = 60_000
  let [sum, squares] = [0, 0]
  for (let i = 0; i < count; i++) {
    const common = Math.sqrt(0.45) * gaussian(random)
    let value = 0
    for (let a = 0; a < 3; a++)
      value += weights[a] * fromScore(table, prediction[a] + common + Math.sqrt(variance[a] - 0.45) * gaussian(random))
    sum += value
    squares += value * value
  }
  const mean = sum / count
  const spread = squares / count - mean * mean
  close(told.mean, mean, 4 * Math.sqrt(spread / count))
  close(told.variance / spread, 1, 0.03)
})
