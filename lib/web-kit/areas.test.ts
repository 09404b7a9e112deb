import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  AREA_UNITS,
  formatArea,
  formatCount,
  formatShare,
  hundredthsOf,
  shownParts,
  shownShares,
  writeHundredths,
  writtenParts,
} from './areas.ts'

test('10 000 m² are 15 亩, 0.0015 万亩 and one hectare', () => {
  const area = 1_000_000 // hundredths of a square metre
  assert.equal(formatArea(area, 'mu'), '15.00')
  assert.equal(formatArea(area * 1000, 'wanmu'), '1.50')
  assert.equal(formatArea(area, 'hectare'), '1.00')
})

test('half a hundredth is rounded away from zero, and a trace is not called nothing', () => {
  assert.equal(hundredthsOf(5_000, 'hectare'), 1) // 50 m² = 0.005 ha
  assert.equal(hundredthsOf(4_999, 'hectare'), 0)
  assert.equal(hundredthsOf(-5_000, 'hectare'), -1)
  assert.equal(formatArea(4_999, 'hectare'), '<0.01')
  assert.equal(formatArea(0, 'hectare'), '0.00')
})

test('thousands are separated, decimals are not', () => {
  assert.equal(writeHundredths(123_456_789), '1,234,567.89')
  assert.equal(writeHundredths(-5), '−0.05')
  assert.equal(formatCount(20_071), '20,071')
  assert.equal(formatCount(999), '999')
})

test('three thirds of a hectare show 0.34, 0.33 and 0.33', () => {
  assert.deepEqual(shownParts([333_334, 333_333, 333_333], 'hectare'), [34, 33, 33])
})

test('shown parts add up to the shown total, and none is off by a whole step', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e11 }), { maxLength: 40 }), fc.constantFrom(...AREA_UNITS), (parts, unit) => {
      const shown = shownParts(parts, unit)
      const total = parts.reduce((sum, part) => sum + part, 0)
      assert.equal(
        shown.reduce((sum, part) => sum + part, 0),
        hundredthsOf(total, unit),
      )
      for (const [i, part] of parts.entries()) assert.ok(Math.abs(shown[i] - hundredthsOf(part, unit)) <= 1)
    }),
  ))

test('parts are written as they are shown, and a trace is not written as nothing', () => {
  assert.deepEqual(writtenParts([333_334, 333_333, 333_333, 1], 'hectare'), ['0.34', '0.33', '0.33', '<0.01'])
  assert.deepEqual(writtenParts([], 'mu'), [])
})

test('shares add up to a hundred per cent', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e11 }), { minLength: 1, maxLength: 40 }), (parts) => {
      fc.pre(parts.some((part) => part > 0))
      assert.equal(
        shownShares(parts).reduce((sum, part) => sum + part, 0),
        1_000,
      )
    }),
  ))

test('a share too small to show is not shown as zero', () => {
  assert.equal(formatShare(0, 5), '<0.1%')
  assert.equal(formatShare(0, 0), '0.0%')
  assert.equal(formatShare(1_000, 5), '100.0%')
  assert.deepEqual(shownShares([0, 0]), [0, 0])
})
