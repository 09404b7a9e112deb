import assert from 'node:assert/strict'
import test from 'node:test'
import { toGcj02 } from './gcj02.ts'

test('the middle of Beijing is displaced as the published examples have it', () => {
  // coordtransform (npm), README: wgs84togcj02(116.404, 39.915)
  const [longitude, latitude] = toGcj02(Float64Array.of(116.404, 39.915))
  assert.ok(Math.abs(longitude - 116.41024449916938) < 1e-9, String(longitude))
  assert.ok(Math.abs(latitude - 39.91640428150164) < 1e-9, String(latitude))
})

test('places of one layer are displaced each by itself, and NaN stays NaN', () => {
  const both = toGcj02(Float64Array.of(123.5, 45.2, Number.NaN, 45.2, 80, 40))
  assert.deepEqual([...both.subarray(4)], [...toGcj02(Float64Array.of(80, 40))])
  assert.ok(Number.isNaN(both[2]))
})
