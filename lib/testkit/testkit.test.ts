import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { onConnection } from '@dishu/server-kit/sql'
import { freshDatabase, testServer, urlIn } from './database.ts'
import { matchesGolden } from './golden.ts'
import { inRolledBackTransaction } from './rollback.ts'

test('what a rolled-back test writes is not there for the next', async () => {
  const make = () =>
    inRolledBackTransaction(async (db) => {
      await db.raw('create table only_here (v int)')
      assert.equal(await db.run`insert into only_here values (1)`, 1)
    })
  await make()
  await make()
})

test('a failure inside is the failure of the test', async () => {
  await assert.rejects(
    inRolledBackTransaction(async () => {
      throw new Error('seen')
    }),
    /seen/,
  )
})

test('fresh databases have the migrations, do not see each other, and are gone afterwards', async (t) => {
  const migrations = mkdtempSync(join(tmpdir(), 'dishu-testkit-'))
  t.after(() => rmSync(migrations, { recursive: true }))
  writeFileSync(join(migrations, '0001_land_t.sql'), '-- owner: land/t\ncreate table t (v int);')
  let url: string
  {
    await using one = await freshDatabase({ migrations })
    await using two = await freshDatabase({ migrations })
    url = one.url
    assert.notEqual(one.url, two.url)
    await onConnection(one.pool, (db) => db.run`insert into t values (1)`)
    assert.deepEqual(await onConnection(two.pool, (db) => db.all`select v from t`), [])
  }
  const name = /\/([^/?]+)(\?|$)/.exec(url)![1]
  const rest = await (async () => {
    await using other = await freshDatabase({ migrations: null })
    return onConnection(other.pool, (db) => db.maybe`select 1 from pg_database where datname = ${name}`)
  })()
  assert.equal(rest, null)
})

test('the same server, another database', async () => {
  assert.equal(urlIn('postgresql://a:b@host:5/x?host=%2Ftmp', 'y'), 'postgresql://a:b@host:5/y?host=%2Ftmp')
  assert.equal(urlIn('postgresql://a@/x', 'y z'), 'postgresql://a@/y%20z')
  assert.match(await testServer(), /^postgresql:/)
})

test('a golden answer is compared to the last character', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-golden-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'a.json')
  writeFileSync(file, '{\n  "a": 1\n}\n')
  if (process.env.UPDATE_GOLDEN) return
  matchesGolden(file, { a: 1 })
  assert.throws(() => matchesGolden(file, { a: 2 }))
  assert.throws(() => matchesGolden(join(folder, 'none'), 'text'), /UPDATE_GOLDEN=1/)
})
