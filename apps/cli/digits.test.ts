import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Digits } from './digits.ts'

function printed(...values: number[]): string {
  let out = ''
  const digits = new Digits((bytes) => {
    out += Buffer.from(bytes).toString('latin1')
  })
  for (const value of values) digits.number(value)
  digits.flush()
  return out
}

test('whole numbers are printed in full, others to fifteen digits without zeros behind', () => {
  const cases: [number, string][] = [
    [0, '0'], [7, '7'], [-12, '-12'], [9999, '9999'], [10_000, '10000'], [99_999, '99999'], [999_999_999_999, '999999999999'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'], [0.1, '0.1'], [0.05, '0.05'], [-0.25, '-0.25'], [1 / 3, '0.333333333333333'], [2 / 3, '0.666666666666667'],
    [1000.5, '1000.5'], [12_345.000001, '12345.000001'], [999.9999999999999, '1000'], [123_456_789_012_345.6, '123456789012346'], [0.00012345678901234567, '0.000123456789012346'],
    [1e-5, '0.00001'], [1.5e-9, '1.5e-9'], [1.25e20, '125000000000000000000'],
  ] // biome-ignore format: a table
  for (const [value, text] of cases) assert.equal(printed(value), text)
})

test('a repeated figure is printed as any other, also where the buffer was emptied in between', () => {
  let out = ''
  const digits = new Digits((bytes) => {
    out += Buffer.from(bytes).toString('latin1')
  })
  const values = Array.from({ length: 200_000 }, (_, i) => Math.floor(i / 3) / 7)
  for (const value of values) {
    digits.repeated(value)
    digits.byte(10)
  }
  digits.flush()
  assert.equal(out, values.map((value) => `${printed(value)}\n`).join(''))
})

test('what is printed reads back within a unit of the fifteenth digit', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const back = Number(printed(value))
      assert.ok(Math.abs(back - value) <= 1e-14 * Math.abs(value), `${value} became ${back}`)
    }),
    { numRuns: 5000 },
  )
})

test('any amount comes out whole and in order', () => {
  const values = Array.from({ length: 200_000 }, (_, i) => i)
  assert.equal(printed(...values.slice(0, 50_000)), values.slice(0, 50_000).join(''))
  let bytes = 0
  const digits = new Digits((piece) => {
    bytes += piece.length
  })
  digits.text('盐'.repeat(1_000_000)) // longer than the buffer
  digits.flush()
  assert.equal(bytes, 3_000_000)
})
