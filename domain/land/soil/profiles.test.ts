import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harmonised, profilesOf, STANDARD_DEPTHS } from './profiles.ts'

const layer = (fromCm: number, toCm: number, value: number | null) => ({ fromCm, toCm, value })
const SALT = [0, 400] as const
const say = (list: ReturnType<typeof harmonised>) => list.map((each) => (each.ok ? Number(each.value.toFixed(6)) : each.refusal.code))

test('two layers of 20 cm: what the curve of the kernel gives, by hand', () => {
  // λ = 0: b = 6·(5 − 3) ÷ (2·(20 + 20)) = 0.15. The first 20 cm keep their 3. From 20 to 30: f(20) = 3 + 20·0.3/6 = 4, and below it
  // f = 4 + 0.15x − 0.15x²/40: over 10 cm ∫ = 40 + 7.5 − 1.25 = 46.25. Mean of 0–30: (60 + 46.25) ÷ 30.
  const found = harmonised([layer(0, 20, 3), layer(20, 40, 5)], STANDARD_DEPTHS, SALT, 0)
  assert.deepEqual(say(found), [3, Number((106.25 / 30).toFixed(6)), 'soil/profile-too-short'])
})

test('layers in any order, the same twice, and a constant soil', () => {
  const mixed = [layer(60, 100, 2), layer(0, 20, 1), layer(20, 60, 2), layer(0, 20, 3)]
  assert.deepEqual(say(harmonised(mixed, STANDARD_DEPTHS, SALT)), [2, 2, 2]) // 1 and 3 are 2
  // as files write 7
  assert.deepEqual(say(harmonised([layer(0, 7.000000000000001, 2), layer(7, 20, 2)], [[0, 20]], SALT)), [2])
})

test('where nothing can be said, it is said why', () => {
  assert.deepEqual(say(harmonised([layer(0, 20, 1), layer(15, 40, 2)], [[0, 20]], SALT)), ['soil/layers-overlap'])
  assert.deepEqual(say(harmonised([layer(0, 20, null), layer(20, 40, 2)], [[0, 20]], SALT)), ['soil/profile-censored'])
  assert.deepEqual(say(harmonised([], [[0, 20]], SALT)), ['soil/profile-too-short'])
  assert.deepEqual(say(harmonised([layer(20, 0, 1)], [[0, 20]], SALT)), ['soil/layers-overlap'])
  // a thin layer of much salt over a thick one without any: the curve dips below nothing
  const steep = [layer(0, 2, 30), layer(2, 40, 0), layer(40, 60, 0)]
  assert.deepEqual(say(harmonised(steep, [[25, 38]], SALT)), ['soil/spline-overshoots'])
})

test('a profile is one hole of one day with two layers or more', () => {
  const at = (longitude: number, depthFromCm: number | null, sampledOn: string | null = '2024-04-20') => ({
    longitude,
    latitude: 45.3,
    sampledOn,
    depthFromCm,
    depthToCm: depthFromCm === null ? null : depthFromCm + 20,
  })
  const samples = [at(1, 0), at(2, 0), at(1, 20), at(1, 20, '2024-10-01'), at(2, null), at(3, 0, null), at(3, 20, null)]
  assert.deepEqual(profilesOf(samples), [[samples[0], samples[2]]])
})
