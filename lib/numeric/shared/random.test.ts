import assert from 'node:assert/strict'
import test from 'node:test'
import { gaussian, seededRandom } from './random.ts'

test('the same seed gives the same numbers, those of mulberry32', () => {
  const random = seededRandom(1)
  // second route: the generator in 64-bit whole numbers, cut to 32 bits after every step
  const mask = (1n << 32n) - 1n
  let state = 1n
  for (let i = 0; i < 100; i++) {
    state = (state + 0x6d2b79f5n) & mask
    let t = ((state ^ (state >> 15n)) * (state | 1n)) & mask
    t ^= (t + (((t ^ (t >> 7n)) * (t | 61n)) & mask)) & mask
    assert.equal(random(), Number((t ^ (t >> 14n)) & mask) / 2 ** 32)
  }
})

test('numbers lie in [0, 1) and fill ten drawers evenly', () => {
  const random = seededRandom(20260101)
  const drawers = new Array<number>(10).fill(0)
  for (let i = 0; i < 100_000; i++) drawers[Math.floor(random() * 10)]++
  const chi2 = drawers.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
  assert.ok(chi2 < 27.9, `χ² with 9 degrees of freedom is ${chi2}`) // exceeded once in a thousand seeds
})

test('the normal draws have mean 0, deviation 1 and no third moment', () => {
  const random = seededRandom(7)
  const n = 200_000
  const moments = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const x = gaussian(random)
    for (let k = 0; k < 3; k++) moments[k] += x ** (k + 1) / n
  }
  // standard errors: 0.0022, 0.0032, 0.0087
  assert.ok(Math.abs(moments[0]) < 0.01 && Math.abs(moments[1] - 1) < 0.015 && Math.abs(moments[2]) < 0.04, `${moments}`)
})
