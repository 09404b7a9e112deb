import assert from 'node:assert/strict'
import test from 'node:test'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { compareWays } from './map-compare.ts'
import { jointSamples } from './map-drift.ts'
import { modelFor } from './map-model.ts'
import type { ValueSamples } from './map-samples.ts'
import { forestTrend, likenessOf, linearTrend, rowsOf } from './map-trend.ts'
import { USUAL } from './maps.ts'

/** Places in 10 km; a covariate that jumps from place to place, another that means nothing. */
function invented(n: number, seed: number, value: (height: number, x: number, noise: number) => number) {
  const random = seededRandom(seed)
  const of = (make: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => make(i))
  const [x, y] = [of(() => 10_000 * random()), of(() => 10_000 * random())]
  const [height, other] = [of(() => 4 * random()), of(() => gaussian(random))]
  return { x, y, z: of((i) => value(height[i], x[i], gaussian(random))), columns: [height, other] }
}
const SPHERICAL = [
  { kind: 'Nug', sill: 0.5, range: 0 },
  { kind: 'Sph', sill: 0.5, range: 3000 },
] as const
const MODELS = { ordinary: [...SPHERICAL], regression: [...SPHERICAL], forest: [...SPHERICAL] }

test('a straight line is found by the regression, and a step by the forest', () => {
  const line = invented(150, 1, (height, _, noise) => 3 - 2 * height + 0.05 * noise)
  const linear = linearTrend(line.columns, line.z)
  assert.ok(Math.abs(linear.at(Float64Array.of(1, 0, 3, 0))[0] - 1) < 0.05)
  assert.ok(linear.explained > 0.99)
  assert.ok(linear.importance[0] > 20 * linear.importance[1])
  const step = invented(300, 2, (height, _, noise) => (height > 2 ? 5 : 1) + 0.1 * noise)
  const forest = forestTrend(step.columns, step.z, 1, 60)
  const [below, above] = forest.at(Float64Array.of(1, 0, 3, 0))
  assert.ok(Math.abs(below - 1) < 0.1 && Math.abs(above - 5) < 0.1)
  assert.ok(Number.isNaN(forest.at(Float64Array.of(Number.NaN, 0))[0]))
  const [low, high] = forest.quantiles?.(Float64Array.of(3, 0), [0.05, 0.95]) ?? []
  assert.ok(low > 4.5 && low < 5 && high > 5 && high < 5.5) // 5 ± 1.645 × 0.1, roughly
  assert.deepEqual(forest.at(rowsOf(step.columns)), forestTrend(step.columns, step.z, 1, 60).at(rowsOf(step.columns))) // the same for the same seed
})

test('what the trees say of a sample they did not see leans on others only', () => {
  const noise = invented(200, 3, (_, __, noise) => noise)
  const forest = forestTrend(noise.columns, noise.z, 1, 100)
  const seen = forest.at(rowsOf(noise.columns))
  const error = (of: Float64Array) => noise.z.reduce((sum, each, i) => sum + (each - of[i]) ** 2, 0)
  assert.ok(error(seen) < 0.8 * error(forest.own)) // the whole forest knows its own samples
  assert.ok(forest.explained < 0.05) // and nothing is explained where there is nothing
})

test('rows unlike all samples are not applicable, and those like them are', () => {
  const { columns } = invented(200, 4, (height) => height)
  const like = likenessOf(
    columns,
    Float64Array.of(1, 0),
    Int32Array.from({ length: 200 }, (_, i) => i % 10),
  )
  assert.deepEqual([...like(Float64Array.of(2, 50, 9, 0, Number.NaN, 0))], [1, 0, Number.NaN]) // the second covariate does not count
})

test('squares left out tell which way is best: the covariate where it rules, the neighbours where they do, nothing where nothing does', () => {
  const best = (data: ReturnType<typeof invented>) => {
    const found = compareWays(data, data.columns, MODELS, { nmax: 16, seed: 1, range: 1000 })
    assert.ok(found)
    return found.comparison
  }
  assert.equal(best(invented(150, 5, (height, _, noise) => 2 * height + 0.3 * noise)).best, 'linear')
  assert.match(best(invented(250, 6, (height, _, noise) => (height > 1 && height < 3 ? 4 : 0) + 0.3 * noise)).best, /^forest/)
  assert.equal(best(invented(150, 7, (_, x, noise) => Math.sin(x / 1500) + 0.1 * noise)).best, 'ordinary')
  assert.equal(best(invented(150, 8, (_, __, noise) => noise)).best, 'mean')
})

test('the best way is taken where it is asked for, says so, and noise is no better than the mean', () => {
  const data = invented(120, 9, (height, x, noise) => 8 + 0.5 * height + 0.4 * Math.sin(x / 2000) + 0.1 * noise)
  const made = modelFor({ name: 'ph', ...data }, { ...USUAL, method: 'best' }, data.columns)
  assert.ok(made.ok)
  assert.ok(made.value.method === 'regression' || made.value.method === 'forest', made.value.method)
  assert.ok(made.value.notes.some(({ code, details }) => code === 'soil-map/ways-compared' && details.taken === made.value.method))
  assert.equal(made.value.told.structure.isShown, true)
  const { comparison } = made.value.told
  assert.ok(comparison && (comparison.rmse[made.value.method] ?? 9) < 0.7 * (comparison.rmse.mean ?? 0))
  const noise = invented(120, 10, (_, __, noise) => 8 + noise)
  const flat = modelFor({ name: 'ph', ...noise }, { ...USUAL, method: 'forest' }, noise.columns)
  assert.ok(flat.ok && flat.value.notes.some(({ code }) => code === 'soil-map/no-structure'))
})

test('too few places for the covariates, and values without a logarithm, are refused', () => {
  const few = invented(19, 11, (height) => 8 + height)
  const made = modelFor({ name: 'ph', ...few }, { ...USUAL, method: 'regression' }, few.columns)
  assert.deepEqual(!made.ok && made.refusal.details, { value: 'ph', places: 19, least: 20, covariates: 2 })
  const zero = invented(40, 12, (height) => height - 1)
  const logs = modelFor({ name: 'salt', ...zero }, { ...USUAL, transform: 'log' })
  assert.equal(!logs.ok && logs.refusal.code, 'soil-map/not-positive')
})

test('with logarithms the model is that of the logarithms', () => {
  const data = invented(120, 13, (_, x, noise) => Math.exp(Math.sin(x / 1500) + 0.2 * noise))
  const [logs, plain] = [
    modelFor({ name: 'salt', ...data }, { ...USUAL, transform: 'log' }),
    modelFor({ name: 'salt', ...data, z: data.z.map(Math.log) }, { ...USUAL, transform: 'none' }),
  ]
  assert.ok(logs.ok && plain.ok)
  assert.equal(logs.value.told.model, plain.value.told.model)
  assert.ok(logs.value.told.pairs.every(([predicted]) => predicted > 0))
})

test('each value has the drift of its own way, and a forest’s at its samples is of trees that did not see them', () => {
  const data = invented(80, 14, (height, _, noise) => height + 0.3 * noise)
  const [linear, forest] = [linearTrend(data.columns, data.z), forestTrend(data.columns, data.z, 1, 60)]
  const samples = { ...data, name: 'ph', codes: [], newest: null, campaign: '', notes: [] } as unknown as ValueSamples
  const joint = jointSamples(
    [samples, samples],
    [
      { method: 'regression', trend: linear },
      { method: 'forest', trend: forest },
    ],
  )
  assert.deepEqual([joint.covariateCount, joint.uses], [3, [[0, 1], [2]]])
  assert.deepEqual([...(joint.covariates ?? [])].slice(0, 3), [data.columns[0][0], data.columns[1][0], forest.own[0]])
  assert.equal(joint.drift?.(Float64Array.of(1), Float64Array.of(1), Float64Array.of(3, 0))[2], forest.at(Float64Array.of(3, 0))[0])
  const none = jointSamples([samples], [{ method: 'ordinary', trend: null }])
  assert.deepEqual([none.drift, none.covariates], [null, undefined])
})
