import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { figureCode, readCode } from './codes.ts'
import { FigureBook } from './figures.ts'

const SIGNS = [...'0123456789ABCDEFGHJKMNPQRSTVWXY']
const state = fc.constantFrom('B1', 'B27', 'R4', 'R1305', 'P2')
const code = fc.tuple(state, fc.string({ maxLength: 60 }), fc.nat(3)).map(([of, question, turn]) => figureCode(of, question, turn))

test('law: a code is read back, however it was typed', () => {
  fc.assert(
    fc.property(code, (made) => {
      for (const typed of [made, ` ${made.toLowerCase()} `, made.replace('-', '–'), made.split('').join(' ')])
        assert.deepEqual(readCode(typed), { ok: true, value: made })
    }),
  )
})

test('law: every single wrong sign behind the hyphen is found', () => {
  fc.assert(
    fc.property(code, fc.nat(5), fc.constantFrom(...SIGNS), (made, at, sign) => {
      const [of, signs] = made.split('-')
      fc.pre(signs[at] !== sign)
      const read = readCode(`${of}-${signs.slice(0, at)}${sign}${signs.slice(at + 1)}`)
      assert.equal(read.ok ? null : read.refusal.code, 'reports/code-misspelt')
    }),
  )
})

test('law: two neighbours that were swapped are found', () => {
  fc.assert(
    fc.property(code, fc.nat(3), (made, at) => {
      const [of, signs] = made.split('-')
      fc.pre(signs[at] !== signs[at + 1])
      const read = readCode(`${of}-${signs.slice(0, at)}${signs[at + 1]}${signs[at]}${signs.slice(at + 2)}`)
      assert.equal(read.ok, false)
    }),
  )
})

test('what is no code is refused as such', () => {
  for (const typed of ['', 'B1', '3F7K9Q', 'B1-3F7K9', 'X1-3F7K9Q', 'B1-3F7K9Q7', '<script>']) {
    const read = readCode(typed)
    assert.equal(read.ok ? null : read.refusal.code, 'reports/not-a-code', typed)
  }
})

test('one question has one code, and of many no two share one', () => {
  const book = new FigureBook('B1', { day: '2026-05-31', known: 1, baseline: 'B1' })
  const ask = (within: string, value: number) =>
    book.code({ of: 'count', within, filters: { saline: ['unused'] } }, { area: value, patches: 1 })
  const codes = Array.from({ length: 20_000 }, (_, i) => ask(String(220_899_000_000 + i), i))
  assert.equal(new Set(codes).size, codes.length)
  assert.equal(ask('220899000007', 7), codes[7])
  assert.equal(book.figures.length, codes.length)
})
