/** A small part of `npm run bench -- coverage`: enough to see an interval that is much too sure or not sure at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindOfTrial, runTrial, TRIAL_KINDS } from './coverage.testing.ts'

const TRIALS = 60

test('in 60 invented soils of 60 samples each, variograms fitted anew, intervals hold about as often as they say, and probabilities come so', () => {
  const kinds = TRIAL_KINDS.filter(({ samples }) => samples === 60)
  let [all, held, hits] = [0, 0, 0]
  const sure = { stated: 0, came: 0 }
  const odd = { stated: 0, came: 0 }
  for (let i = 0; i < TRIALS; i++) {
    const { areas, stated, came } = runTrial(kindOfTrial(i, kinds), 9000 + i, { realisations: 79, variograms: 10 })
    for (const { group, low, high, truth } of areas) {
      if (group > 0) continue
      all++
      if (truth >= low - 1e-9 && truth <= high + 1e-9) held++
      if (high - low < 1e-9) hits++
    }
    for (const [j, p] of stated.entries()) {
      const bin = p > 0.85 ? sure : p > 0.4 && p < 0.6 ? odd : null
      if (!bin) continue
      bin.stated += p
      bin.came += came[j]
    }
  }
  assert.equal(all, 4 * TRIALS)
  // a trial's four intervals go together: were they one, 60 tries at 95 % fall below 88 % once in a hundred
  assert.ok(held / all > 0.88 && held < all, `${held} of ${all}`)
  assert.ok(hits < all / 50, `${hits} intervals without a width`)
  for (const { stated, came } of [sure, odd]) assert.ok(Math.abs(came / stated - 1) < 0.12, `stated ${stated}, came ${came}`)
})
