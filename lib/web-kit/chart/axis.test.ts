import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { axisOf, daysApart, monthsOf } from './axis.ts'

test('an axis has round steps', () => {
  assert.deepEqual(axisOf([0.13, 0.81]).ticks, [0, 0.2, 0.4, 0.6, 0.8, 1])
  assert.deepEqual(axisOf([-3, 12]).ticks, [-5, 0, 5, 10, 15])
  assert.deepEqual(axisOf([]).ticks, [0, 0.5, 1])
  assert.deepEqual(axisOf([5e-324]).ticks, [-0.5, 0, 0.5]) // no step is as small as that
})

test('an axis holds all its values, on three ticks or more', () =>
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
      const { low, high, ticks } = axisOf(values)
      const slack = (high - low) * 1e-6
      return low - slack <= Math.min(...values) && high + slack >= Math.max(...values) && ticks.length >= 3 && ticks.length <= 9
    }),
  ))

test('days are counted over the end of February, and months are marked so that they can be read', () => {
  assert.equal(daysApart('2024-02-28', '2024-03-01'), 2)
  assert.deepEqual(
    monthsOf('2024-05-06', '2024-08-14').map(({ name }) => name),
    ['2024-06', '2024-07', '2024-08'],
  )
  assert.deepEqual(
    monthsOf('2018-05-06', '2024-08-14').map(({ name }) => name),
    ['2019', '2020', '2021', '2022', '2023', '2024'],
  )
  assert.deepEqual(monthsOf('2024-05-06', '2024-05-20').length, 2)
})
