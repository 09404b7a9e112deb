import assert from 'node:assert/strict'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { modelFor } from './map-model.ts'
import { type PlacedSample, samplesFor } from './map-samples.ts'
import { requestFrom, USUAL } from './maps.ts'

const sample = (i: number, change: Partial<PlacedSample> = {}): PlacedSample => ({
  ...{
    code: `S${i}`,
    x: 500_000 + 300 * i,
    y: 5_000_000 + 170 * ((i * 7) % 12),
    depthFromCm: 0,
    depthToCm: 20,
    sampledOn: '2024-04-20' as Day,
    season: 'spring',
  },
  ...{ ph: 8 + (i % 5) / 10, ec: null, ece: null, salt: 1 + (i % 7), esp: null },
  ...change,
})
const many = (n: number, change: (i: number) => Partial<PlacedSample> = () => ({})) =>
  Array.from({ length: n }, (_, i) => sample(i, change(i)))
const asked = { ...USUAL, title: 't' }
const refusalOf = (samples: readonly PlacedSample[], name: 'ph' | 'salt' | 'ece' = 'ph', request = asked) => {
  const found = samplesFor(samples, name, request, null)
  return found.ok ? null : found.refusal
}

test('fewer than ten places are refused, with what was left out and why', () => {
  const samples = [
    ...many(9),
    ...many(4, () => ({ depthFromCm: 40, depthToCm: 60 })),
    sample(20, { x: null, y: null }),
    sample(21, { ph: null }),
  ]
  const refusal = refusalOf(samples)
  assert.equal(refusal?.code, 'soil-map/too-few')
  assert.deepEqual(refusal?.details, { value: 'ph', samples: 9, depth: 4, season: 0, unplaced: 1, places: 9, least: 10, unmeasured: 1 })
  assert.equal(refusalOf(many(12), 'ece')?.code, 'soil-map/too-few') // EC without a conversion is no ECe
})

test('a constant, one value far out, and places of another coordinate system are refused by name', () => {
  assert.equal(refusalOf(many(12, () => ({ ph: 8 })))?.code, 'soil-map/constant')
  const out = refusalOf(
    many(30, (i) => (i === 7 ? { salt: 399 } : { salt: 1 + (i % 3) / 10 })),
    'salt',
  )
  assert.deepEqual(out?.code === 'soil-map/outlier' && [out.details.sample, out.details.found], ['S7', 399])
  assert.equal(
    refusalOf(
      many(30, (i) => (i === 7 ? { salt: 399 } : { salt: 1 + (i % 3) / 10 })),
      'salt',
      { ...asked, believed: true },
    ),
    null,
  )
  const apart = refusalOf(many(12, (i) => (i === 3 ? { x: 41_500_000 } : {})))
  assert.deepEqual(apart?.code === 'soil-map/apart' && apart.details.sample, 'S3')
})

test('a single place that is a slip of the pen is left out by name', () => {
  const found = samplesFor(
    many(30, (i) => (i === 3 ? { x: 41_500_000 } : {})),
    'ph',
    asked,
    null,
  )
  assert.ok(found.ok)
  assert.equal(found.value.x.length, 29)
  const note = found.value.notes.find(({ code }) => code === 'soil-map/strays')
  assert.deepEqual(note?.code === 'soil-map/strays' && note.details.samples, ['S3'])
})

test('identical places become one with their mean, and it is said', () => {
  const found = samplesFor([...many(12), sample(0, { code: 'again', ph: 9 })], 'ph', asked, null)
  assert.ok(found.ok)
  assert.equal(found.value.x.length, 12)
  assert.equal(found.value.z[0], (8 + 9) / 2)
  assert.deepEqual(found.value.codes[0], ['S0', 'again'])
  assert.ok(found.value.notes.some(({ code }) => code === 'soil-map/same-place'))
})

test('a value below what could be seen stands at its limit, never at nothing; mostly limits are refused', () => {
  const below = { salt: null, censored: { salt_g_per_kg: { text: '<0.5', below: 0.5 } } }
  const above = { salt: null, censored: { salt_g_per_kg: { text: '>20', above: 20 } } }
  const found = samplesFor(
    many(20, (i) => (i === 2 ? below : i === 3 ? above : {})),
    'salt',
    asked,
    null,
  )
  assert.ok(found.ok)
  assert.deepEqual([found.value.z[2], found.value.z[3]], [0.5, 20])
  assert.deepEqual(found.value.notes.find(({ code }) => code === 'soil-map/at-limit')?.details, { value: 'salt', samples: 2 })
  const unseen = { salt: null, censored: { salt_g_per_kg: { text: '未检出' } } }
  assert.equal(
    samplesFor(
      many(20, (i) => (i === 2 ? unseen : {})),
      'salt',
      asked,
      null,
    ).ok,
    true,
  ) // says nothing at all: left out
  assert.equal(
    refusalOf(
      many(20, (i) => (i < 6 ? below : {})),
      'salt',
    )?.code,
    'soil-map/mostly-limits',
  )
})

test('the newest campaign with places enough is taken, and seasons do not mix unless asked to', () => {
  const autumn = { sampledOn: '2024-10-10' as Day, season: 'autumn' }
  const samples = [...many(15), ...many(5, () => autumn).map((each, i) => ({ ...each, code: `A${i}`, x: (each.x ?? 0) + 9000 }))]
  const take = (season: 'latest' | 'any' | 'autumn') => samplesFor(samples, 'ph', { ...asked, season }, null)
  const latest = take('latest')
  assert.ok(latest.ok && latest.value.campaign === '2024 spring' && latest.value.x.length === 15)
  const any = take('any')
  assert.ok(any.ok && any.value.x.length === 20)
  assert.equal(take('autumn').ok, false)
  const inDays = samplesFor(samples, 'ph', { ...asked, season: 'any', to: '2024-06-30' as Day }, null)
  assert.ok(inDays.ok && inDays.value.x.length === 15)
})

test('what is asked of a map is read with the usual filled in, and refused by its name', () => {
  const plain = requestFrom({ title: '春' })
  assert.ok(plain.ok)
  assert.deepEqual(plain.value, { ...USUAL, title: '春' })
  const code = (stated: Parameters<typeof requestFrom>[0]) => {
    const read = requestFrom({ title: 't', ...stated })
    return read.ok ? null : read.refusal.code
  }
  assert.equal(code({ title: ' ' }), 'soil-map/no-title')
  assert.equal(code({ values: [] }), 'soil-map/no-values')
  assert.equal(code({ values: ['salt', 'ph', 'esp', 'ece'] }), 'soil-map/no-values') // four do not fit into a draw
  assert.equal(code({ values: ['humus'] }), 'soil-map/unknown-word')
  assert.equal(code({ depthFromCm: 20, depthToCm: 20 }), 'soil-map/depth-not-read')
  assert.equal(code({ from: '2024-13-01' }), 'soil-map/not-a-day')
  assert.equal(code({ from: '2024-06-01', to: '2024-05-01' }), 'soil-map/days-run-backwards')
  assert.equal(code({ nmax: 2 }), 'soil-map/number-out-of-range')
  assert.equal(code({ draws: 100_000 }), 'soil-map/number-out-of-range')
  assert.equal(code({ models: { ph: '0.2 Nug + ' } }), 'soil-map/model-not-read')
})

test('200,000 samples are made one value a place, and a model, in seconds', () => {
  const random = seededRandom(6)
  const county = many(200_000, () => {
    const [x, y] = [60_000 * random(), 60_000 * random()]
    return { x, y, ph: 8 + Math.sin(x / 6000) / 2 + 0.2 * gaussian(random) }
  })
  const found = samplesFor(county, 'ph', { ...USUAL, season: 'any' }, null)
  assert.ok(found.ok && found.value.x.length === 200_000)
  const made = modelFor(found.value, USUAL)
  assert.ok(made.ok)
  assert.equal(made.value.told.samples, 200_000)
  assert.equal(made.value.told.squares, null) // leaving out samples one by one has to do
  assert.equal(made.value.told.structure.isShown, true)
})
