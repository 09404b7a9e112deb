import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import { DEFAULT_GRADING } from '../soil/soil.ts'
import { type SoilSample, soilFactsOf } from './soil-facts.ts'

const sample = (code: string, values: Partial<SoilSample>): SoilSample => ({
  code,
  ph: 9.4,
  ec: null,
  ece: null,
  salt: 3,
  esp: null,
  sampledOn: '2024-04-20' as Day,
  depthFromCm: 0,
  depthToCm: 20,
  season: null,
  ...values,
})

test('an impossible value is none: nothing is reckoned from it, and the other samples speak alone', () => {
  const facts = (...samples: SoilSample[]) => soilFactsOf(samples, DEFAULT_GRADING, '2026-11-01' as Day, null)
  assert.equal(facts(sample('a', { esp: 130.5 }))?.esp, null)
  assert.equal(facts(sample('a', { esp: 130.5 }), sample('b', { esp: 42 }))?.esp, 42)
  assert.equal(facts(sample('a', { esp: 40, cec: -3 }))?.cec, null)
  assert.equal(facts(sample('a', { esp: 100 }))?.esp, 100)
})
