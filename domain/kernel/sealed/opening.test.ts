import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import fc from 'fast-check'
import { decidePurpose, eventsToDrop, isPastTerm, NO_SETTINGS, writingsOf } from './opening.ts'
import { CATALOGUE, isSealedField, SEALED_FIELDS, seal } from './sealed.ts'

const DAY = 86_400_000

test('every field of the catalogue says why, on which ground, how long and how sensitive; one that is not there is not sealed', () => {
  for (const field of SEALED_FIELDS) {
    const row = CATALOGUE[field]
    assert.ok(row.zh && row.en && row.purpose.zh && row.purpose.en && row.keepYears > 0, field)
  }
  assert.equal(isSealedField('passport'), false)
  assert.equal(isSealedField('toString'), false)
  const keys = { reference: () => new Uint8Array(16), encrypt: () => new Uint8Array(1), decrypt: () => new Uint8Array(0) }
  assert.throws(() => seal(keys, { passport: 'E123' }), /declared/)
})

test('a purpose is of the list, and its note names nobody by number', () => {
  assert.ok(decidePurpose('check', '案号 2026-17').ok)
  const unlisted = decidePurpose('curiosity', '')
  assert.equal(unlisted.ok ? null : unlisted.refusal.code, 'sealed/no-such-purpose')
  for (const note of ['核对 220899197001011234', '电话 13800000000', '电话 138-0000-0000', '１３８００００００００', '22089919700101123X'])
    assert.equal(decidePurpose('check', note).ok, false, note)
})

test('a number is looked up however its check letter was typed', () => {
  assert.ok(writingsOf(' 22089919700101123x ').includes('22089919700101123X'))
  assert.ok(writingsOf('22089919700101123X').includes('22089919700101123x'))
})

test('a value is past its term on the day its years are over, and not the day before', () => {
  const ended = '2020-03-01' as Day
  assert.equal(isPastTerm('phone', ended, NO_SETTINGS, '2023-02-28' as Day), false) // 3 years
  assert.equal(isPastTerm('phone', ended, NO_SETTINGS, '2023-03-01' as Day), true)
  assert.equal(isPastTerm('name', ended, NO_SETTINGS, '2049-12-31' as Day), false) // 30 years
  assert.equal(isPastTerm('phone', ended, { years: { phone: 5 }, logDays: null }, '2023-03-01' as Day), false)
  assert.equal(isPastTerm('phone', ended, { years: { phone: -1 }, logDays: null }, '2020-03-02' as Day), false) // a figure that is none
})

test('no log is deleted younger than 180 days, or three years where it is of personal information, whatever is set', () => {
  const now = new Date('2026-11-24T00:00:00Z')
  const acts = fc.constantFrom(
    'wrote',
    'sign-in',
    'refused',
    'opened-personal',
    'searched-personal',
    'broke-glass',
    'exported',
    'subject-right',
  )
  const event = fc.record({ days: fc.integer({ min: 0, max: 3000 }), what: acts })
  const logDays = fc.oneof(fc.constant(null), fc.integer({ min: -5000, max: 5000 }), fc.constant(Number.NaN), fc.constant(0))
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), logDays, (some, set) => {
      const events = some
        .sort((a, b) => b.days - a.days)
        .map(({ days, what }) => ({ at: new Date(now.getTime() - days * DAY), what, days }))
      const gone = events.slice(0, eventsToDrop(events, { years: {}, logDays: set }, now))
      return gone.every(({ days, what }) => days >= (/personal|glass|exported|subject/.test(what) ? 3 * 365 : 180) && days >= (set ?? 9999))
    }),
    { numRuns: 1000 },
  )
  const old = [{ at: new Date(now.getTime() - 181 * DAY), what: 'sign-in' }]
  assert.equal(eventsToDrop(old, { years: {}, logDays: 0 }, now), 1)
  assert.equal(eventsToDrop(old, NO_SETTINGS, now), 0)
})
