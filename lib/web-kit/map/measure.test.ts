import assert from 'node:assert/strict'
import test from 'node:test'
import { areaOf, lengthOf, scaleBar } from './measure.ts'

test('a degree of latitude at 45° is 111 131.8 m, one of longitude 78 846.8 m', () => {
  // Snyder, Map Projections (1987), p. 25: lengths of a degree on the ellipsoid at 45°, to 0.1 m
  assert.ok(
    Math.abs(
      lengthOf([
        [124, 44.5],
        [124, 45.5],
      ]) - 111_131.8,
    ) < 2,
  )
  assert.ok(
    Math.abs(
      lengthOf([
        [123.5, 45],
        [124.5, 45],
      ]) - 78_846.8,
    ) < 2,
  )
})

test('a small square has the area of its sides, whichever way it is drawn', () => {
  const square = [
    [124, 45],
    [124.001, 45],
    [124.001, 45.001],
    [124, 45.001],
  ] as const
  const sides =
    lengthOf([
      [124, 45.0005],
      [124.001, 45.0005],
    ]) *
    lengthOf([
      [124, 45],
      [124, 45.001],
    ])
  assert.ok(Math.abs(areaOf(square) / sides - 1) < 1e-6)
  assert.equal(areaOf(square), areaOf([...square].reverse()))
  assert.equal(areaOf(square.slice(0, 2)), 0)
})

test('a bar is a round number of metres and no longer than asked', () => {
  assert.deepEqual(scaleBar(10, 100), { metres: 1000, width: 100 })
  assert.equal(scaleBar(7.3, 100).metres, 500)
  assert.equal(scaleBar(0.29, 100).metres, 20)
})
