import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { freshDatabase } from '@dishu/testkit/database'
import { migrate, readMigrations } from './migrate.ts'
import { ident, onConnection, openPool, type Pool } from './sql.ts'

function folder(t: TestContext, files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'dishu-migrations-'))
  t.after(() => rmSync(path, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

const FIRST = { '0001_kernel_first.sql': '-- owner: kernel/records\ncreate schema kernel; create table kernel.a (v int);' }
const SECOND = {
  '0002_land_second.sql':
    '-- owner: land/soil\ncreate table kernel.b (v int); insert into kernel.b values (1); do $$ begin perform 1; end $$;',
}

/** Every table of the database with its columns and its rows: what "as it was" means. */
const everything = (pool: Pool) =>
  onConnection(pool, async (db) => {
    const tables = await db.all<{ schema: string; name: string }>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2`
    const contents: unknown[] = []
    for (const { schema, name } of tables) {
      contents.push({ schema, name, rows: await db.all`select to_jsonb(each) as row from ${ident(schema, name)} each` })
    }
    return contents
  })

test('files run once, in order, and are remembered', async (t) => {
  await using database = await freshDatabase({ migrations: null })
  const path = folder(t, { ...SECOND, ...FIRST })
  assert.deepEqual(await migrate(database.pool, path), { ok: true, value: ['0001_kernel_first.sql', '0002_land_second.sql'] })
  assert.deepEqual(await migrate(database.pool, path), { ok: true, value: [] })
  const rows = await onConnection(database.pool, (db) => db.all`select number, file, owner from migration.applied order by number`)
  assert.deepEqual(rows, [
    { number: 1, file: '0001_kernel_first.sql', owner: 'kernel/records' },
    { number: 2, file: '0002_land_second.sql', owner: 'land/soil' },
  ])
})

test('a failed migration leaves the database as it was, and a corrected one goes through', async (t) => {
  await using database = await freshDatabase({ migrations: null })
  const bad = {
    '0003_land_third.sql':
      '-- owner: land/soil\ncreate table kernel.c (v int); update kernel.b set v = 9; insert into kernel.c values (1/0);',
  }
  await migrate(database.pool, folder(t, { ...FIRST, ...SECOND }))
  const before = await everything(database.pool)
  await assert.rejects(
    migrate(database.pool, folder(t, { ...FIRST, ...SECOND, ...bad })),
    /0003_land_third.sql failed and was taken back: division by zero/,
  )
  assert.deepEqual(await everything(database.pool), before)
  const good = { '0003_land_third.sql': '-- owner: land/soil\ncreate table kernel.c (v int);' }
  assert.deepEqual(await migrate(database.pool, folder(t, { ...FIRST, ...SECOND, ...good })), { ok: true, value: ['0003_land_third.sql'] })
})

test('the very first migration failing leaves an empty database', async (t) => {
  await using database = await freshDatabase({ migrations: null })
  await assert.rejects(
    migrate(database.pool, folder(t, { '0001_kernel_first.sql': '-- owner: kernel/records\ncreate table x (v int); nonsense;' })),
    /syntax error/,
  )
  assert.deepEqual(await everything(database.pool), [])
})

test('a changed file, a newer database and a late number are refused', async (t) => {
  await using database = await freshDatabase({ migrations: null })
  await migrate(database.pool, folder(t, { ...FIRST, '0003_land_third.sql': '-- owner: land/soil\nselect 1;' }))
  const changed = await migrate(
    database.pool,
    folder(t, {
      '0001_kernel_first.sql': `${FIRST['0001_kernel_first.sql']}\n-- and more`,
      '0003_land_third.sql': '-- owner: land/soil\nselect 1;',
    }),
  )
  assert.deepEqual(changed, { ok: false, refusal: { code: 'migrations/changed', details: { file: '0001_kernel_first.sql' } } })
  assert.deepEqual(await migrate(database.pool, folder(t, FIRST)), {
    ok: false,
    refusal: { code: 'migrations/database-newer', details: { database: '0003_land_third.sql', program: '0001_kernel_first.sql' } },
  })
  assert.deepEqual(
    await migrate(database.pool, folder(t, { ...FIRST, ...SECOND, '0003_land_third.sql': '-- owner: land/soil\nselect 1;' })),
    {
      ok: false,
      refusal: { code: 'migrations/out-of-order', details: { file: '0002_land_second.sql', after: '0003_land_third.sql' } },
    },
  )
})

test('five that start at once do the work once', async (t) => {
  await using database = await freshDatabase({ migrations: null })
  const path = folder(t, { ...FIRST, ...SECOND })
  const pools = Array.from({ length: 5 }, () => openPool(database.url, { max: 1 }))
  const ran = await Promise.all(pools.map((pool) => migrate(pool, path)))
  await Promise.all(pools.map((pool) => pool.end()))
  assert.deepEqual(ran.map((each) => each.ok && each.value.length).sort(), [0, 0, 0, 0, 2])
})

test('a file without an owner, with a wrong name, a used number, or its own transaction is a fault', (t) => {
  assert.throws(() => readMigrations(folder(t, { '0001_a.sql': 'select 1;' })), /must begin with/)
  assert.throws(() => readMigrations(folder(t, { '1_a.sql': '-- owner: a/b\n' })), /NNNN_owner_subject/)
  assert.throws(() => readMigrations(folder(t, { '0001_a.sql': '-- owner: a/b\n', '0001_b.sql': '-- owner: a/b\n' })), /same number/)
  assert.throws(() => readMigrations(folder(t, { '0001_a.sql': '-- owner: a/b\nselect 1; COMMIT;' })), /says "COMMIT"/)
  assert.equal(readMigrations(folder(t, { '0001_a.sql': "-- owner: a/b\nselect '; commit;'; -- ; commit\n" })).length, 1)
  assert.throws(() => readMigrations(folder(t, { '0001_a.sql': "-- owner: a/b\n-- it's here;\ncommit; -- it's\n" })), /says "commit"/)
})
