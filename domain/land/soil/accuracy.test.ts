import assert from 'node:assert/strict'
import test from 'node:test'
import { changesAtPlaces, probabilitySample, type TruthPlace, verdictOf } from './accuracy.ts'

/** `changed` of `count` places in the stratum of heavy land became light; all others stayed. */
const visits = (count: number, changed: number): TruthPlace[] => [
  ...Array.from({ length: count }, (_, i) => ({
    row: i,
    stratum: 'heavy',
    map: 'heavy',
    earlier: 'heavy',
    truth: i < changed ? 'light' : 'heavy',
  })),
  ...Array.from({ length: 20 }, (_, i) => ({ row: i, stratum: 'light', map: 'light', earlier: 'light', truth: 'light' })),
]
const AREAS = new Map([
  ['heavy', 400],
  ['light', 600],
])
const heavy = (places: readonly TruthPlace[]) => {
  const sample = probabilitySample(places, 'stratified', AREAS)
  assert.ok(sample.ok)
  const { classes } = sample.value
  return changesAtPlaces(sample.value)[classes.indexOf('heavy')]
}

test('places that all changed have no deviation, and are no proof while they are few', () => {
  const two = heavy(visits(2, 2))
  assert.equal(two.error, 0)
  assert.equal(two.p, 0.5) // two heads of two, either way: 2 × ¼
  assert.deepEqual(verdictOf(two), { verdict: 'not-shown', detectable: 0.4 })
  const six = heavy(visits(6, 6))
  assert.equal(six.p, 2 / 64)
  assert.equal(verdictOf(six).verdict, 'shrunk')
})

test('with many changed places the deviation is leant on, and without any nothing has changed', () => {
  const many = heavy(visits(40, 20))
  assert.ok(many.p < 1e-6 && verdictOf(many).verdict === 'shrunk')
  assert.equal(verdictOf(heavy(visits(40, 0))).verdict, 'not-shown')
})
