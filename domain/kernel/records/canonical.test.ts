import assert from 'node:assert/strict'
import test from 'node:test'
import { FOREVER } from '@dishu/base/date'
import fc from 'fast-check'
import { canonicalJson, contentBytes, dayNumber, dayOfNumber } from './canonical.ts'
import type { Kind } from './records.ts'

const kind: Kind = {
  name: 'thing',
  table: 'land.thing',
  columns: [
    ['name', 'text'],
    ['area', 'int8'],
    ['when', 'date'],
    ['extra', 'jsonb'],
  ],
  key: ['name'],
  scope: null,
  derived: false,
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('a row is its columns one after another, each with its length before it', () => {
  const bytes = contentBytes(kind, { name: '碱', area: 258, when: '2000-01-02', extra: { b: 1, a: null } })
  assert.equal(
    hex(bytes),
    '00000003' +
      'e7a2b1' +
      '00000008' +
      '0000000000000102' +
      '00000004' +
      '00000001' +
      '00000011' +
      '01' +
      hex(Buffer.from('{"a":null,"b":1}')),
  )
  assert.equal(hex(contentBytes(kind, {})), 'ffffffff'.repeat(4))
})

test('negative and large whole numbers keep their value through eight bytes', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (area) => {
      const bytes = Buffer.from(contentBytes({ ...kind, columns: [['area', 'int8']] }, { area }))
      assert.equal(bytes.readBigInt64BE(4), BigInt(area))
    }),
  )
})

test('the order of keys does not change the bytes of JSON, and any change of a value does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const turned = (v: unknown): unknown =>
        Array.isArray(v)
          ? v.map(turned)
          : v !== null && typeof v === 'object'
            ? Object.fromEntries(
                Object.entries(v)
                  .reverse()
                  .map(([k, each]) => [k, turned(each)]),
              )
            : v
      assert.equal(canonicalJson(turned(value)), canonicalJson(value))
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('a day and its number are the same thing', () => {
  assert.equal(dayNumber('2000-01-01'), 0)
  assert.equal(dayNumber('1999-12-31'), -1)
  assert.equal(dayOfNumber(dayNumber(FOREVER)), FOREVER)
  fc.assert(fc.property(fc.integer({ min: -60_000, max: 60_000 }), (n) => assert.equal(dayNumber(dayOfNumber(n)), n)))
  assert.throws(() => dayNumber('2026-02-30x'), RangeError)
})

test('a value of another type than its column is a fault, never a silent change', () => {
  assert.throws(() => contentBytes(kind, { area: 1.5 }), /whole number/)
  assert.throws(() => contentBytes({ ...kind, columns: [['x', 'float8']] }, { x: Number.NaN }), /finite/)
})
