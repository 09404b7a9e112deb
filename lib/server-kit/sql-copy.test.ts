import assert from 'node:assert/strict'
import test from 'node:test'
import { freshDatabase } from '@dishu/testkit/database'
import fc from 'fast-check'
import { copyIn, copyOut, onConnection, sql } from './sql.ts'
import { CopyEncoder, type CopyType, decodeRows, encodeRows } from './sql-copy.ts'

const COLUMNS: readonly (readonly [string, CopyType])[] = [
  ['t', 'text'],
  ['i2', 'int2'],
  ['i4', 'int4'],
  ['i8', 'int8'],
  ['f8', 'float8'],
  ['b', 'bool'],
  ['d', 'date'],
  ['z', 'timestamptz'],
  ['y', 'bytea'],
  ['j', 'jsonb'],
  ['bx', 'box'],
  ['ta', 'text[]'],
  ['ia', 'int8[]'],
]
const TYPES = COLUMNS.map(([, type]) => type)
const TABLE = `create table wide (${COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ')})`

const text = fc.string({ unit: 'grapheme', maxLength: 80 }).map((s) => s.replaceAll('\0', ''))
const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2200-12-31'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10))
const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 5 })
const row = fc.tuple(
  nullable(text),
  nullable(fc.integer({ min: -32768, max: 32767 })),
  nullable(fc.integer()),
  nullable(fc.maxSafeInteger()),
  nullable(fc.double()),
  nullable(fc.boolean()),
  nullable(fc.oneof(day, fc.constant('infinity'))),
  nullable(fc.date({ min: new Date('1900-01-01'), max: new Date('2200-12-31'), noInvalidDate: true })),
  nullable(fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))),
  nullable(fc.record({ a: fc.integer(), b: text }, { noNullPrototype: true })),
  nullable(fc.tuple(fc.integer(), fc.integer(), fc.nat(1000), fc.nat(1000)).map(([x, y, w, h]) => [x, y, x + w, y + h])),
  nullable(fc.array(text, { maxLength: 4 })),
  nullable(fc.array(fc.maxSafeInteger(), { maxLength: 4 })),
)

test('what is copied in is read back, whatever it is', async () => {
  await using database = await freshDatabase({ migrations: null })
  await onConnection(database.pool, async (db) => {
    await db.raw(TABLE)
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
        await db.raw('truncate wide')
        assert.equal(await copyIn(db, 'copy wide from stdin (format binary)', encodeRows(TYPES, rows)), rows.length)
        const back = await db.all<Record<string, unknown>>`select t, i2, i4, i8, f8, b, d, z, y, j, bx, ta, ia from wide`
        assert.deepEqual(
          back.map((each) => COLUMNS.map(([name]) => each[name])),
          rows.map((each) => each.map((value) => (Object.is(value, -0) ? value : value))),
        )
      }),
      { numRuns: 40 },
    )
  })
})

test('what is copied out is what rows in text say, however its bytes come', async () => {
  await using database = await freshDatabase({ migrations: null })
  await onConnection(database.pool, async (db) => {
    await db.raw(TABLE)
    const types: readonly CopyType[] = ['text', 'int4', 'int8', 'float8', 'bytea', 'box']
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), fc.integer({ min: 1, max: 200 }), text, async (rows, size, word) => {
        await db.raw('truncate wide')
        await copyIn(db, 'copy wide from stdin (format binary)', encodeRows(TYPES, rows))
        // values of a query become literals
        const query = sql`select t || ${word}::text, i4, i8, f8, y, bx from wide where i4 is distinct from ${17} and ${"o'\\k"}::text is not null`
        const whole: Uint8Array[] = []
        for await (const chunk of copyOut(db, query)) whole.push(chunk)
        const bytes = Buffer.concat(whole)
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
        const found: unknown[][] = []
        for await (const some of decodeRows(types, pieces))
          found.push(...some.map((each) => each.map((value) => (Buffer.isBuffer(value) ? Buffer.from(value) : value))))
        const expected = await db.all<
          Record<string, unknown>
        >`select t || ${word}::text as t, i4, i8, f8, y, bx from wide where i4 is distinct from 17`
        assert.deepEqual(
          found,
          expected.map((each) => ['t', 'i4', 'i8', 'f8', 'y', 'bx'].map((name) => each[name])),
        )
        if (bytes.length > 30)
          await assert.rejects(async () => {
            for await (const _ of decodeRows(types, [bytes.subarray(0, bytes.length - 3)]));
          }, /in the middle of a row/)
      }),
      { numRuns: 30 },
    )
    // a query that fails is a fault like any, and the connection works on
    await assert.rejects(async () => {
      for await (const _ of copyOut(db, sql`select 1 / i4 from (values (0)) v (i4)`));
    }, /division by zero/)
    assert.deepEqual(await db.one`select 1 as one`, { one: 1 })
  })
})

test('chunks may be as small as they like: the bytes are the same', () => {
  const encode = (rows: readonly (readonly unknown[])[], chunkBytes?: number) => {
    const encoder = new CopyEncoder(TYPES, chunkBytes)
    for (const each of rows) encoder.row(each)
    return Buffer.concat([...encoder.finish()])
  }
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 64, max: 300 }), (rows, chunkBytes) =>
      assert.deepEqual(encode(rows, chunkBytes), encode(rows)),
    ),
  )
})

test('a value that does not fit its column is a fault that names row and column', () => {
  const bad: [CopyType, unknown, RegExp][] = [
    ['int2', 40_000, /row 1, column 1 \(int2\): expected a whole number/],
    ['int4', 1.5, /whole number/],
    ['int8', Number.NaN, /whole number/],
    ['date', '2023-02-29', /expected a day/],
    ['date', '2024-1-5', /expected a day/],
    ['text', 'a\0b', /NUL/],
    ['text', `${'x'.repeat(60)}\0`, /NUL/],
    ['text', 5, /expected text/],
    ['timestamptz', new Date(Number.NaN), /expected a Date/],
    ['float8', '1', /expected a number/],
  ]
  for (const [type, value, message] of bad) assert.throws(() => new CopyEncoder([type]).row([value]), message)
  assert.throws(() => new CopyEncoder(['text', 'text']).row(['a']), /expected 2 values, got 1/)
})
