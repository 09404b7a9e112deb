/**
 * Real databases for tests. `npm test` starts one PostgreSQL for all test files and names it in `DISHU_TEST_DATABASE` (a
 * connection string that may create databases); a test file run by itself starts one of its own in the temporary folder.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openCluster } from '@dishu/server-kit/embedded'
import { migrate, readMigrations } from '@dishu/server-kit/migrate'
import { type Db, ident, onConnection, openPool, type Pool } from '@dishu/server-kit/sql'

export const MIGRATIONS = fileURLToPath(new URL('../../apps/server/migrations/', import.meta.url))

let server: Promise<string> | undefined

/** The connection string of the test server; `urlIn` names a database on it. */
export function testServer(): Promise<string> {
  server ??= process.env.DISHU_TEST_DATABASE ? Promise.resolve(process.env.DISHU_TEST_DATABASE) : startOwn()
  return server
}

async function startOwn(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'dishu-test-'))
  const cluster = await openCluster({ dataDir, role: 'tests', durable: false })
  if (!cluster.ok) throw new Error(`the test database does not start: ${JSON.stringify(cluster.refusal)}`)
  process.once('exit', () => {
    // The engine has just been told to stop; nothing can be awaited here, so wait on the spot for its last file.
    const until = Date.now() + 3_000
    const clock = new Int32Array(new SharedArrayBuffer(4))
    while (existsSync(join(dataDir, 'pg', 'postmaster.pid')) && Date.now() < until) Atomics.wait(clock, 0, 0, 20)
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  })
  return cluster.value.url('postgres')
}

/** The same server, another database. */
export function urlIn(url: string, database: string): string {
  return url.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, (_, server: string) => `${server}${encodeURIComponent(database)}`)
}

export type TestDatabase = AsyncDisposable & { readonly url: string; readonly pool: Pool; drop(): Promise<void> }

/**
 * A database of one's own with the migrations of `migrations` applied (about 50 ms: it is a copy), or an empty one.
 * `await using database = await freshDatabase()` drops it at the end of the block.
 */
export async function freshDatabase({ migrations = MIGRATIONS }: { migrations?: string | null } = {}): Promise<TestDatabase> {
  const admin = await testServer()
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  const template = migrations === null ? 'template0' : await migratedTemplate(admin, migrations)
  await onServer(admin, (db) => db.run`create database ${ident(name)} template ${ident(template)}`)
  const url = urlIn(admin, name)
  const pool = openPool(url, { max: 4, idle: 'exit' })
  const drop = async () => {
    if (!pool.ended) await pool.end()
    await onServer(admin, (db) => db.run`drop database if exists ${ident(name)} with (force)`)
  }
  return { url, pool, drop, [Symbol.asyncDispose]: drop }
}

let shared: Promise<Pool> | undefined

/** Connections to the one migrated database that all tests of a run share, and none may change. */
export function sharedDatabase(): Promise<Pool> {
  shared ??= (async () => {
    const admin = await testServer()
    const template = await migratedTemplate(admin, MIGRATIONS)
    const name = template.replace('template', 'shared')
    await once(admin, name, (db) => db.run`create database ${ident(name)} template ${ident(template)}`)
    return openPool(urlIn(admin, name), { max: 4, idle: 'exit' })
  })()
  return shared
}

/** The name of a database on which exactly these migrations have run; made once for a server, whoever asks first. */
async function migratedTemplate(admin: string, folder: string): Promise<string> {
  const digest = createHash('sha256')
  for (const each of readMigrations(folder)) digest.update(each.file).update(each.sha256)
  const name = `dishu_template_${digest.digest('hex').slice(0, 16)}`
  await once(admin, name, async (db) => {
    const draft = `${name}_draft`
    await db.run`drop database if exists ${ident(draft)} with (force)`
    await db.run`create database ${ident(draft)} template template0`
    const pool = openPool(urlIn(admin, draft), { max: 1 })
    try {
      const migrated = await migrate(pool, folder)
      if (!migrated.ok) throw new Error(JSON.stringify(migrated.refusal))
    } finally {
      await pool.end()
    }
    // renamed when whole, so that one cut off in the middle is never taken for a template
    await db.run`alter database ${ident(draft)} rename to ${ident(name)}`
  })
  return name
}

const known = new Set<string>()

async function once(admin: string, database: string, make: (db: Db) => Promise<unknown>): Promise<void> {
  if (known.has(database)) return
  await onServer(admin, async (db) => {
    await db.run`select pg_advisory_lock(hashtext(${database}))`
    if (!(await db.maybe`select 1 from pg_database where datname = ${database}`)) await make(db)
  })
  known.add(database)
}

async function onServer<T>(admin: string, body: (db: Db) => Promise<T>): Promise<T> {
  const pool = openPool(admin, { max: 1 })
  try {
    return await onConnection(pool, body)
  } finally {
    await pool.end()
  }
}
