import assert from 'node:assert/strict'
import test from 'node:test'
import { writeWkb } from '@dishu/base/wkb'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import { seededRandom } from '@dishu/numeric/shared/random'
import { measure, projectionOf } from './measure.jobs.ts'

const projection = projectionOf(crsFromEpsg(4529), 4529)

/** A ring around a place in zone 41, closed. */
function ring(random: () => number, x: number, y: number, radius: number): Float64Array {
  const n = 3 + Math.floor(random() * 40)
  const xy = new Float64Array(2 * n + 2)
  for (let i = 0; i < n; i++) {
    const r = radius * (0.5 + random() / 2)
    xy[2 * i] = x + r * Math.cos((2 * Math.PI * i) / n)
    xy[2 * i + 1] = y + r * Math.sin((2 * Math.PI * i) / n)
  }
  xy.copyWithin(2 * n, 0, 2)
  return xy
}

test('the common outline is measured as the same one written as a multiple of one', () => {
  const random = seededRandom(11)
  for (let i = 0; i < 300; i++) {
    const [x, y] = [41_500_000 + random() * 90_000, 4_980_000 + random() * 70_000]
    const rings = [ring(random, x, y, 200)]
    if (i % 3 === 0) rings.push(ring(random, x, y, 40))
    const single = measure(writeWkb({ type: 'polygon', multi: false, polygons: [{ rings }] }), projection)
    const multiple = measure(writeWkb({ type: 'polygon', multi: true, polygons: [{ rings }] }), projection)
    assert.ok(single.ok && multiple.ok)
    assert.deepEqual(single.geometry.bbox, multiple.geometry.bbox)
    assert.equal(single.geometry.area, multiple.geometry.area)
    assert.ok(single.geometry.area !== null && single.geometry.area > 0)
  }
})

test('an outline larger than any before it is measured too, and one that breaks off is a fault', () => {
  const n = 5000
  const xy = new Float64Array(2 * n + 2)
  for (let i = 0; i < n; i++) {
    xy[2 * i] = 41_500_000 + 1000 * Math.cos((2 * Math.PI * i) / n)
    xy[2 * i + 1] = 5_000_000 + 1000 * Math.sin((2 * Math.PI * i) / n)
  }
  xy.copyWithin(2 * n, 0, 2)
  const wkb = writeWkb({ type: 'polygon', multi: false, polygons: [{ rings: [xy] }] })
  const measured = measure(wkb, projection)
  // a circle of 1 km on the zone's meridian, where the scale is 1: π km², less what 5,000 chords cut off
  assert.ok(measured.ok && Math.abs((measured.geometry.area as number) / 100 / (Math.PI * 1e6) - 1) < 2e-6)
  assert.throws(() => measure(wkb.subarray(0, wkb.length - 8), projection), RangeError)
})

test('numbers that no place of the zone has are refused, with the corner they come from', () => {
  for (const [x, y] of [
    [50_000_000, 50_000_000], // beyond the pole, and in no zone
    [41_500_000, 10_100_000],
    [500_000, 5_000_000], // the zone's number is missing
  ]) {
    const square = Float64Array.of(x, y, x + 10, y, x + 10, y + 10, x, y + 10, x, y)
    const measured = measure(writeWkb({ type: 'polygon', multi: false, polygons: [{ rings: [square] }] }), projection)
    assert.ok(!measured.ok)
    assert.deepEqual(measured.at, [x, y])
  }
})
