import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ringArea } from './ring.ts'

test('a notch is taken out of the square', () => {
  //  (0,4) ┌────────┐ (4,4)
  //        │  (2,2) │
  //        │   ┌────┘ (4,2)
  //  (0,0) └───┘ (2,0)
  const ring = Float64Array.of(0, 0, 2, 0, 2, 2, 4, 2, 4, 4, 0, 4)
  assert.equal(ringArea(ring), 4 * 4 - 2 * 2)
})

test('area does not depend on where the ring lies or where it starts', () => {
  const ring = [0, 0, 50, 0, 50, 40, 0, 40]
  const offset = fc.integer({ min: -40_000_000, max: 40_000_000 })
  fc.assert(
    fc.property(offset, offset, fc.nat(3), (dx, dy, start) => {
      const moved = ring.map((v, i) => v + (i % 2 ? dy : dx))
      const turned = [...moved.slice(2 * start), ...moved.slice(0, 2 * start)]
      assert.equal(ringArea(Float64Array.from(turned)), 2000)
    }),
  )
})
