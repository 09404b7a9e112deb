import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ByteWriter } from './bytes.ts'
import { canonicalJson, contentBytes } from './canonical.ts'
import type { Kind } from './records.ts'

const kind: Kind = {
  name: 'thing',
  table: 'land.thing',
  columns: [
    ['name', 'text'],
    ['extra', 'jsonb'],
  ],
  key: ['name'],
  scope: null,
  derived: false,
}
const framed = (...parts: readonly Uint8Array[]) =>
  Buffer.concat(parts.flatMap((part) => [Buffer.from(Uint32Array.of(part.length).buffer).swap32(), part]))

// any code units at all, the signs of the survey, and texts longer than the short way takes
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)), maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('地', '类', '图', '斑', '𠮷', 'a', '0', '\u00e9', '"', '\\', '\n'), maxLength: 300 }),
)

test('a text has the bytes of the platform’s own encoder', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const to = new ByteWriter()
      to.text(text)
      assert.deepEqual(Buffer.from(to.taken()), framed(new TextEncoder().encode(text)))
    }),
    { numRuns: 2000 },
  )
})

test('plain objects go the short way and all others the long one, to the same bytes', () => {
  const plain = fc.oneof(anyText, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null))
  const value = fc.oneof(plain, fc.array(plain, { maxLength: 3 }), fc.constant(undefined))
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(anyText, fc.constantFrom('GDLX', 'BZ', '10', '9', '__proto__')), value, { maxKeys: 8 }), (extra) => {
      const name = 'x'
      const json = Buffer.concat([Uint8Array.of(1), Buffer.from(canonicalJson(extra))])
      assert.deepEqual(Buffer.from(contentBytes(kind, { name, extra })), framed(Buffer.from(name), json))
    }),
    { numRuns: 3000 },
  )
})

test('what was taken stays as it is however much is written after it', () => {
  const to = new ByteWriter(64)
  const taken: Uint8Array[] = []
  for (let i = 0; i < 500; i++) {
    to.int32(i)
    to.raw(new Uint8Array(i % 97).fill(i % 251))
    if (i % 5 === 0) {
      to.text('forgotten')
      to.forget()
      to.int32(i)
      to.raw(new Uint8Array(i % 97).fill(i % 251))
    }
    taken.push(to.taken())
  }
  for (const [i, bytes] of taken.entries()) {
    const expected = Buffer.alloc(4 + (i % 97), i % 251)
    expected.writeInt32BE(i, 0)
    assert.deepEqual(Buffer.from(bytes), expected)
  }
})
