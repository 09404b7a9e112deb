import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { apportion } from './apportion.ts'

const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e7, noNaN: true }), fc.nat(1000)), {
  minLength: 1,
  maxLength: 40,
})
const totals = fc.oneof(fc.nat(1000), fc.integer({ min: -1_000_000, max: 1e12 }))
const sumOf = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)

test('the textbook case: ten seats, votes 47 16 15.8 12 6.1 3.1 thousand', () => {
  // shares 4.7 1.6 1.58 1.2 0.61 0.31; the three left over go to .7, .61 and .6
  assert.deepEqual([...apportion(10, Float64Array.of(47_000, 16_000, 15_800, 12_000, 6_100, 3_100))], [5, 2, 1, 1, 1, 0])
})

test('parts are whole and add up exactly', () =>
  fc.assert(
    fc.property(totals, weights, (total, w) => {
      const parts = apportion(total, Float64Array.from(w))
      assert.ok(parts.every(Number.isInteger))
      assert.equal(sumOf(parts), total)
    }),
  ))

test('a part is its share rounded down or up', () =>
  fc.assert(
    fc.property(fc.nat(1_000_000), weights, (total, w) => {
      const sum = sumOf(w)
      fc.pre(sum > 0)
      apportion(total, Float64Array.from(w)).forEach((part, i) => {
        assert.ok(Math.abs(part - (total * w[i]) / sum) < 1 + 1e-6)
        if (w[i] === 0) assert.equal(part, 0)
      })
    }),
  ))

test('more weight never gets less, and order does not matter but among equals', () =>
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.uniqueArray(fc.nat(10_000), { minLength: 1, maxLength: 30 }), (total, w) => {
      const parts = apportion(total, Float64Array.from(w))
      for (let i = 0; i < w.length; i++) for (let j = 0; j < w.length; j++) if (w[i] > w[j]) assert.ok(parts[i] >= parts[j])
      if (sumOf(w) > 0) assert.deepEqual([...apportion(total, Float64Array.from(w.toReversed()))].reverse(), [...parts])
    }),
  ))

test('equals are served from the front', () => {
  assert.deepEqual([...apportion(5, Float64Array.of(1, 1, 1))], [2, 2, 1])
})

test('without weights the parts are as equal as they can be', () => {
  assert.deepEqual([...apportion(5, new Float64Array(3))], [2, 2, 1])
  assert.deepEqual([...apportion(0, new Float64Array(3))], [0, 0, 0])
})

test('what is owed is divided like what is had', () => {
  assert.deepEqual([...apportion(-10, Float64Array.of(2, 1, 0))], [-7, -3, 0])
})

test('a bigint gives bigints, the same ones', () => {
  assert.deepEqual([...apportion(10n, Float64Array.of(2, 1, 0))], [7n, 3n, 0n])
  const parts = apportion(480_000_000_001n, Float64Array.of(0.1, 0.2, 0.7)) // a county in hundredths of a square metre
  assert.equal(
    parts.reduce((a, b) => a + b, 0n),
    480_000_000_001n,
  )
})

test('what cannot be divided is refused loudly', () => {
  for (const total of [1.5, NaN, 2 ** 53]) assert.throws(() => apportion(total, Float64Array.of(1)), RangeError)
  for (const w of [-1, NaN, Infinity]) assert.throws(() => apportion(1, Float64Array.of(1, w)), RangeError)
  assert.throws(() => apportion(1, new Float64Array(0)), RangeError)
  assert.equal(apportion(0, new Float64Array(0)).length, 0)
})
