import assert from 'node:assert/strict'
import test from 'node:test'
import { stateFrom } from './changes.ts'

test('a state is a baseline, a day, a revision, or a day as it was known at a revision', () => {
  const of = (text?: string) => {
    const read = stateFrom('from', text)
    return read.ok ? read.value : read.refusal.code
  }
  assert.deepEqual(of(), { day: null, known: null })
  assert.deepEqual(of('b12'), { baseline: 'B12' })
  assert.deepEqual(of('2026-05-31'), { day: '2026-05-31', known: null })
  assert.deepEqual(of('2026-05-31@4'), { day: '2026-05-31', known: 4 })
  assert.deepEqual(of('@4'), { day: null, known: 4 })
  for (const wrong of ['2026-02-30', '@', '4', '2026-05-31@', 'B', '2026-05-31@x']) assert.equal(of(wrong), 'baseline/not-a-state', wrong)
})
