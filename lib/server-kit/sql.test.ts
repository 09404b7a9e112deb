import assert from 'node:assert/strict'
import test from 'node:test'
import { freshDatabase } from '@dishu/testkit/database'
import {
  copyIn,
  cursor,
  every,
  ident,
  joined,
  json,
  numbered,
  onConnection,
  SqlFault,
  savepoint,
  sql,
  transaction,
  violatedConstraint,
} from './sql.ts'

test('pieces of SQL nest, and their values are numbered in the order of the text', () => {
  const where = every([sql`county = ${'220899'}`, sql`area > ${5} or area < ${1}`])
  const query = sql`select ${joined([ident('a'), ident('b"c')])} from t where ${where} limit ${10}`
  assert.deepEqual(numbered(query), {
    text: 'select "a", "b""c" from t where (county = $1) and (area > $2 or area < $3) limit $4',
    values: ['220899', 5, 1, 10],
  })
  assert.equal(numbered(sql`select 1 where ${every([])}`).text, 'select 1 where true')
})

test('an undefined value is a fault and not a null', () => {
  assert.throws(() => numbered(sql`select ${undefined}`), /undefined/)
})

test('values come back as the words of the house', async () => {
  await using database = await freshDatabase({ migrations: null })
  await onConnection(database.pool, async (db) => {
    const row = await db.one`
      select 9007199254740991::bigint as area, sum(x) as total, '2024-02-03'::date as day, 'infinity'::date as forever,
        '2024-02-03T00:00:00+08'::timestamptz as at, '{"a":[1]}'::jsonb as note, box(point(3,4), point(1,2)) as bbox,
        array[1, null]::bigint[] as counts, array['2024-02-03'::date] as days, '\x00ff'::bytea as bytes, array['a','b c'] as texts, '7' ~ '^\d$' as digit
      from generate_series(1::bigint, 10) x`
    assert.deepEqual(row, {
      area: 9007199254740991,
      total: 55,
      day: '2024-02-03',
      forever: 'infinity',
      at: new Date('2024-02-02T16:00:00Z'),
      note: { a: [1] },
      bbox: [1, 2, 3, 4],
      counts: [1, null],
      days: ['2024-02-03'],
      bytes: Buffer.from([0, 255]),
      texts: ['a', 'b c'],
      digit: true,
    })
    await assert.rejects(() => db.one`select 9007199254740993::bigint as too_long`, /does not fit/)
    await assert.rejects(() => db.one`select 1.5 as fraction`, /cast it to float8/)
    assert.deepEqual(await db.one`select ${json([1, 'x'])}::jsonb as list, ${new Date(0)}::timestamptz as at, ${null}::text as none`, {
      list: [1, 'x'],
      at: new Date(0),
      none: null,
    })
    assert.equal(await db.maybe`select 1 where false`, null)
    await assert.rejects(() => db.one`select 1 where false`, /expected one row, got 0/)
  })
})

test('a value never becomes SQL', async () => {
  await using database = await freshDatabase({ migrations: null })
  const evil = `'; drop table x; --`
  await onConnection(database.pool, async (db) => {
    await db.run`create table ${ident(evil)} (v text)`
    assert.equal(await db.run`insert into ${ident(evil)} values (${evil})`, 1)
    assert.deepEqual(await db.all`select v from ${ident(evil)}`, [{ v: evil }])
  })
})

test('a constraint that does not hold is known by its name, and by that of its shard', async () => {
  await using database = await freshDatabase({ migrations: null })
  await onConnection(database.pool, async (db) => {
    await db.raw(`create table plot (area int constraint area_is_positive check (area > 0), n int constraint plot_n_once_102008 unique)`)
    const fault = await db.run`insert into plot values (${-1}, 1)`.catch((cause: unknown) => cause)
    assert.ok(fault instanceof SqlFault)
    assert.equal(fault.code, '23514')
    assert.equal(violatedConstraint(fault), 'area_is_positive')
    assert.equal(violatedConstraint(new Error('outer', { cause: fault })), 'area_is_positive')
    assert.match(fault.message, /insert into plot values \(\$1, 1\)/)
    await db.run`insert into plot values (1, 1)`
    assert.equal(violatedConstraint(await db.run`insert into plot values (1, 1)`.catch((cause: unknown) => cause)), 'plot_n_once')
    assert.equal(violatedConstraint(await db.run`select nonsense`.catch((cause: unknown) => cause)), null)
  })
})

test('a transaction knows its actor, and takes everything back when it throws or is refused', async () => {
  await using database = await freshDatabase({ migrations: null })
  const { pool } = database
  await onConnection(pool, (db) => db.raw('create table t (v int)'))
  const count = () => onConnection(pool, async (db) => (await db.one<{ n: number }>`select count(*) as n from t`).n)
  const actor = await transaction(pool, async (db) => (await db.one<{ a: string }>`select current_setting('dishu.actor') as a`).a, {
    actor: '王测绘',
  })
  assert.equal(actor, '王测绘')
  assert.equal((await onConnection(pool, (db) => db.one<{ a: string }>`select current_setting('dishu.actor', true) as a`)).a || '', '')
  const insert = (db: Parameters<Parameters<typeof transaction>[1]>[0]) => db.run`insert into t values (1)`
  await assert.rejects(
    transaction(pool, async (db) => {
      await insert(db)
      throw new Error('no')
    }),
  )
  assert.equal(await count(), 0)
  const refused = await transaction(pool, async (db) => {
    await insert(db)
    return { ok: false, refusal: { code: 'x', details: {} } } as const
  })
  assert.equal(refused.refusal.code, 'x')
  assert.equal(await count(), 0)
  await transaction(pool, async (db) => {
    await insert(db)
    await assert.rejects(savepoint(db, () => db.run`insert into t values (1/0)`))
    await insert(db)
  })
  assert.equal(await count(), 2)
  await assert.rejects(transaction(pool, insert, { readOnly: true }), /read-only/)
})

test('two transactions that cross are both done, the loser a second time', async () => {
  await using database = await freshDatabase({ migrations: null })
  const { pool } = database
  await onConnection(pool, (db) => db.raw('create table account (id int primary key, v int); insert into account values (1, 0), (2, 0)'))
  let runs = 0
  const both = (first: number, second: number) =>
    transaction(pool, async (db) => {
      runs++
      await db.run`update account set v = v + 1 where id = ${first}`
      await new Promise((resolve) => setTimeout(resolve, 50))
      await db.run`update account set v = v + 1 where id = ${second}`
    })
  await Promise.all([both(1, 2), both(2, 1)])
  assert.deepEqual(await onConnection(pool, (db) => db.all`select v from account`), [{ v: 2 }, { v: 2 }])
  assert.equal(runs, 3)
  runs = 0
  const bump = () =>
    transaction(
      pool,
      async (db) => {
        runs++
        const { v } = await db.one<{ v: number }>`select v from account where id = 1`
        await new Promise((resolve) => setTimeout(resolve, 30))
        await db.run`update account set v = ${v + 1} where id = 1`
      },
      { isolation: 'serializable' },
    )
  await Promise.all([bump(), bump()])
  assert.equal((await onConnection(pool, (db) => db.one<{ v: number }>`select v from account where id = 1`)).v, 4)
  assert.equal(runs, 3)
})

test('a long answer is read in batches, and the connection is free in between', async () => {
  await using database = await freshDatabase({ migrations: null })
  await transaction(database.pool, async (db) => {
    const sizes: number[] = []
    let sum = 0
    for await (const rows of cursor<{ x: number }>(db, sql`select x from generate_series(1, ${2500}::int) x`, 1000)) {
      sizes.push(rows.length)
      for (const { x } of rows) sum += x
      assert.deepEqual(await db.one`select 1 as between`, { between: 1 })
    }
    assert.deepEqual(sizes, [1000, 1000, 500])
    assert.equal(sum, (2500 * 2501) / 2)
    for await (const _ of cursor(db, sql`select x from generate_series(1, 2500) x`)) break
    assert.deepEqual(await db.all`select name from pg_cursors`, [])
    await assert.rejects(async () => {
      for await (const _ of cursor(db, sql`select 10 / (5 - x) from generate_series(1, 10) x`, 2)) void _
    }, /division by zero/)
  }).catch((cause: unknown) => assert.match(String(cause), /aborted/))
})

test('a copy that fails half way leaves nothing and the connection usable', async () => {
  await using database = await freshDatabase({ migrations: null })
  const { pool } = database
  await onConnection(pool, async (db) => {
    await db.raw('create table t (v int constraint small check (v < 100))')
    const lines = function* (last: string) {
      for (let i = 0; i < 99; i++) yield Buffer.from(`${i}\n`)
      yield Buffer.from(last)
    }
    assert.equal(await copyIn(db, 'copy t from stdin', lines('99\n')), 100)
    const fault = await copyIn(db, 'copy t from stdin', lines('500\n')).catch((cause: unknown) => cause)
    assert.equal(violatedConstraint(fault), 'small')
    await assert.rejects(
      copyIn(
        db,
        'copy t from stdin',
        (function* () {
          yield Buffer.from('1\n')
          throw new Error('the file ends here')
        })(),
      ),
      /the file ends here/,
    )
    await assert.rejects(copyIn(db, 'copy nothing from stdin', lines('1\n')), /nothing/)
    assert.equal((await db.one<{ n: number }>`select count(*) as n from t`).n, 100)
  })
})
