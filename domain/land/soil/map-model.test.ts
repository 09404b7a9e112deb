import assert from 'node:assert/strict'
import test from 'node:test'
import { fromScore, normalScores } from '@dishu/numeric/kriging/scores'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { correlationOf, modelFor, scoreOf } from './map-model.ts'
import { USUAL } from './maps.ts'

const random = seededRandom(11)
const n = 120
const x = Float64Array.from({ length: n }, () => 10_000 * random())
const y = Float64Array.from({ length: n }, () => 10_000 * random())
const wave = Float64Array.from(x, (at, i) => 8 + Math.sin(at / 2500) + Math.cos(y[i] / 3000) + 0.1 * gaussian(random))
const noise = Float64Array.from(x, () => 8 + gaussian(random))
const asked = { ...USUAL, transform: 'scores', method: 'ordinary' } as const

test('a field is a map, and pure noise is said to be no better than the mean', () => {
  const field = modelFor({ name: 'ph', x, y, z: wave }, asked)
  assert.ok(field.ok)
  assert.equal(field.value.told.structure.isShown, true)
  assert.ok(!field.value.notes.some(({ code }) => code === 'soil-map/no-structure'))
  const flat = modelFor({ name: 'ph', x, y, z: noise }, asked)
  assert.ok(flat.ok)
  assert.ok(flat.value.notes.some(({ code }) => code === 'soil-map/no-structure'))
})

test('a given variogram is used as it stands, and one that doubles the mean’s error is refused', () => {
  const given = modelFor({ name: 'ph', x, y, z: wave }, { ...asked, models: { ph: '0.1 Nug + 1 Sph(5000)' } })
  assert.ok(given.ok)
  assert.deepEqual([given.value.told.model, given.value.told.fitted], ['0.1 Nug + 1 Sph(5000)', false])
  const wrong = modelFor({ name: 'ph', x, y, z: noise }, { ...asked, models: { ph: '1 Gau(9000)' } })
  assert.equal(!wrong.ok && wrong.refusal.code, 'soil-map/model-does-not-hold')
})

test('the score of a bound is where the table comes back to the bound, and beyond its ends nothing is said', () => {
  const { table } = normalScores(wave)
  for (const bound of [7.2, 8, 8.5, 9.1]) assert.ok(Math.abs(fromScore(table, scoreOf(table, bound)) - bound) < 1e-9)
  assert.equal(scoreOf(table, 2), Number.NEGATIVE_INFINITY)
  assert.equal(scoreOf(table, 14), Number.POSITIVE_INFINITY)
})

test('values that rise together are correlated 1, and with fewer than ten places in common nothing is said', () => {
  const of = (z: Float64Array, from = 0) => ({
    ...{
      name: 'ph' as const,
      x: x.subarray(from),
      y: y.subarray(from),
      z: z.subarray(from),
      codes: [],
      newest: null,
      campaign: '',
      notes: [],
    },
  })
  assert.ok(Math.abs((correlationOf(of(wave), of(wave.map((each) => each ** 3))).r ?? 0) - 1) < 1e-12)
  assert.deepEqual(correlationOf(of(wave, n - 9), of(noise)), { r: null, places: 9 })
})
