/** Connections that are ended from outside, in every state a connection can be in, and what a caller is told of them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { freshDatabase } from '@dishu/testkit/database'
import { databaseState } from './database-state.ts'
import { onConnection, openPool, transaction } from './sql.ts'

test('sessions are ended while a statement runs, between two statements, and while idle: each time told, never the end of the process', async () => {
  await using database = await freshDatabase({ migrations: null })
  const other = openPool(database.url, { max: 1, idle: 'exit' })
  await onConnection(database.pool, (db) => db.raw('create table kept (i int4 primary key)'))
  const end = (pid: number) => onConnection(other, (db) => db.run`select pg_terminate_backend(${pid})`)
  for (let round = 0; round < 12; round++) {
    const fault = await transaction(
      database.pool,
      async (db) => {
        const { pid } = await db.one<{ pid: number }>`select pg_backend_pid() as pid`
        await db.run`insert into kept values (${round})`
        if (round % 2 === 0) await Promise.all([db.run`select pg_sleep(5)`, end(pid)])
        else {
          await end(pid)
          await new Promise((resolve) => setTimeout(resolve, 30)) // the end arrives while nobody asks anything
          await db.run`select 1`
        }
      },
      { retries: 0 },
    ).then(
      () => null,
      (cause: unknown) => cause,
    )
    assert.equal(databaseState(fault)?.code, 'database/away', String(fault))
    // the next one has a connection again, and nothing of the last stands
    assert.deepEqual(await onConnection(database.pool, (db) => db.all`select i from kept`), [])
  }
  await onConnection(
    other,
    (db) => db.run`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await onConnection(database.pool, (db) => db.run`insert into kept values (1)`).catch((cause: unknown) =>
    assert.equal(databaseState(cause)?.code, 'database/away'),
  )
  await other.end()
})

test('a full or read-only disk is told from an error of ours', async () => {
  const coded = (code: string, syscall?: string) => Object.assign(new Error('x'), { code, syscall })
  assert.equal(databaseState(new Error('outside', { cause: coded('53100') }))?.code, 'database/disk-full')
  assert.equal(databaseState(coded('ENOSPC'))?.code, 'database/disk-full')
  assert.equal(databaseState(coded('EROFS'))?.code, 'database/read-only')
  assert.equal(databaseState(coded('ENOENT', 'connect'))?.code, 'database/away')
  for (const fault of [coded('ENOENT', 'open'), coded('23505'), new Error('x'), null]) assert.equal(databaseState(fault), null)
  // what a database that is not there says itself
  const nobody = openPool('postgresql://x@127.0.0.1:1/x', { max: 1 })
  const refused = await onConnection(nobody, async () => {}).catch((cause: unknown) => cause)
  assert.equal(databaseState(refused)?.code, 'database/away')
  await nobody.end()
})
