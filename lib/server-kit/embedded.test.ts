import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { processStart } from './cluster-lock.ts'
import { settings } from './cluster-settings.ts'
import { defaultDataDir, openDatabase } from './embedded.ts'
import { onConnection, openPool, type Sql, sql } from './sql.ts'

const HOLD = fileURLToPath(new URL('../testkit/hold-database.ts', import.meta.url))

type Said = { url?: string; owner?: boolean; kind?: string; code?: string; details?: { pid: number; dataDir: string } }
type Holder = { readonly process: ChildProcess; readonly pid: number; readonly said: Said; end(signal: NodeJS.Signals): Promise<number> }

/** Starts another process that opens the database of `dataDir`, and waits for what it says. */
async function hold(t: TestContext, dataDir: string, role: 'server' | 'cli', environment: NodeJS.ProcessEnv = {}): Promise<Holder> {
  const child = spawn(process.execPath, [HOLD, dataDir, role], {
    env: { ...process.env, DISHU_DATABASE_URL: '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  const [line] = await Promise.race([once(createInterface(child.stdout!), 'line'), exit.then(() => ['{"code":"ended without a word"}'])])
  const end = async (signal: NodeJS.Signals) => {
    const began = performance.now()
    child.kill(signal)
    await exit
    return performance.now() - began
  }
  return { process: child, pid: child.pid!, said: JSON.parse(line) as Said, end }
}

/** A folder that is removed after the test, with whatever engine still runs in it. */
function folder(t: TestContext): string {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'dishu-embedded-')), 'data')
  chmodSync(join(dataDir, '..'), 0o755)
  t.after(() => {
    const engine = enginePid(dataDir)
    if (engine !== null && processStart(engine) !== null) process.kill(engine, 'SIGQUIT')
    rmSync(join(dataDir, '..'), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })
  return dataDir
}

function enginePid(dataDir: string): number | null {
  const file = join(dataDir, 'pg', 'postmaster.pid')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : null
}

async function ask<T>(url: string, question: Sql): Promise<T> {
  const pool = openPool(url, { max: 1 })
  try {
    return await onConnection(pool, (db) => db.one<T>(question))
  } finally {
    await pool.end()
  }
}

async function keep(url: string): Promise<void> {
  const pool = openPool(url, { max: 1 })
  await onConnection(pool, (db) => db.raw('create table kept as select 42 as v'))
  await pool.end()
}

test('a folder becomes a database that only we can read, with checksums and UTF-8', async (t) => {
  const dataDir = folder(t)
  const { said, end } = await hold(t, dataDir, 'server', { DURABLE: '1' })
  assert.equal(said.owner, true)
  const pool = openPool(said.url!, { max: 1 })
  const row = await onConnection(
    pool,
    (db) => db.one`
    select current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
      current_setting('jit') as jit, current_setting('work_mem') as "workMem", current_setting('listen_addresses') as listens,
      (select datlocprovider from pg_database where datname = 'dishu') as provider`,
  )
  await pool.end()
  assert.deepEqual(row, { checksums: 'on', encoding: 'UTF8', fsync: 'on', jit: 'off', workMem: '64MB', listens: '', provider: 'b' })
  for (const secret of ['pg-password', 'connection.json', 'pg.log']) assert.equal(statSync(join(dataDir, secret)).mode & 0o077, 0, secret)
  for (const place of ['pg', 'run']) assert.equal(statSync(join(dataDir, place)).mode & 0o077, 0, place)
  await assert.rejects(ask(said.url!.replace(/:[^:@/]+@/, ':wrong@'), sql`select 1`), /password authentication failed/)
  assert.ok((await end('SIGTERM')) < 10_000)
  assert.equal(existsSync(join(dataDir, 'connection.json')), false)
  assert.equal(existsSync(join(dataDir, 'owner.lock')), false)
  assert.equal(enginePid(dataDir), null)
})

test('a second server on the same folder is refused within a second, with the first one’s process', async (t) => {
  const dataDir = folder(t)
  const first = await hold(t, dataDir, 'server')
  const began = performance.now()
  const second = await openDatabase({ dataDir, role: 'server', ownUrl: '' })
  assert.ok(performance.now() - began < 1_000)
  assert.deepEqual(second, { ok: false, refusal: { code: 'database/in-use', details: { pid: first.pid, dataDir } } })
  assert.deepEqual((await hold(t, dataDir, 'server')).said.details, { pid: first.pid, dataDir })
  await first.end('SIGINT')
})

test('of ten that start at once exactly one becomes the owner', async (t) => {
  const dataDir = folder(t)
  await (await hold(t, dataDir, 'server')).end('SIGKILL')
  const all = await Promise.all(Array.from({ length: 10 }, () => hold(t, dataDir, 'server')))
  const owners = all.filter((each) => each.said.owner)
  assert.equal(owners.length, 1)
  for (const each of all) if (each !== owners[0]) assert.equal(each.said.details?.pid, owners[0].pid)
  await owners[0].end('SIGTERM')
})

test('what was committed is there after the owner was killed, and its engine is not left running', async (t) => {
  const dataDir = folder(t)
  const first = await hold(t, dataDir, 'server', { DURABLE: '1' })
  const pool = openPool(first.said.url!, { max: 1 })
  await onConnection(pool, async (db) => {
    await db.raw('create table kept as select 42 as v')
    await db.raw('begin; insert into kept values (43)') // never committed
  })
  const engine = enginePid(dataDir)!
  await first.end('SIGKILL')
  await pool.end().catch(() => {})
  assert.notEqual(processStart(engine), null, 'the engine outlives its owner')
  const second = await hold(t, dataDir, 'server')
  assert.equal(processStart(engine), null, 'and is stopped by the next one')
  assert.deepEqual(await ask(second.said.url!, sql`select sum(v) as v from kept`), { v: 42 })
  await second.end('SIGTERM')
})

test('owner and engine both killed: the next start recovers', async (t) => {
  const dataDir = folder(t)
  const first = await hold(t, dataDir, 'server', { DURABLE: '1' })
  await keep(first.said.url!)
  const engine = enginePid(dataDir)!
  await first.end('SIGKILL')
  process.kill(engine, 'SIGKILL')
  const second = await hold(t, dataDir, 'server', { DURABLE: '1' })
  assert.deepEqual(await ask(second.said.url!, sql`select v from kept`), { v: 42 })
  await second.end('SIGTERM')
})

test('an engine that is killed under a running server comes back by itself, at the same address', async (t) => {
  const dataDir = folder(t)
  const server = await hold(t, dataDir, 'server', { DURABLE: '1' })
  await keep(server.said.url!)
  const engine = enginePid(dataDir)!
  process.kill(engine, 'SIGKILL')
  const until = Date.now() + 20_000
  let answer: unknown = null
  while (answer === null && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    answer = await ask(server.said.url!, sql`select v from kept`).catch(() => null)
  }
  assert.deepEqual(answer, { v: 42 })
  assert.notEqual(enginePid(dataDir), engine)
  assert.ok((await server.end('SIGTERM')) < 10_000)
  assert.equal(enginePid(dataDir), null)
})

test('a command joins the running server, and leaves it running', async (t) => {
  const dataDir = folder(t)
  const server = await hold(t, dataDir, 'server')
  const command = await openDatabase({ dataDir, role: 'cli', ownUrl: '' })
  assert.ok(command.ok)
  assert.deepEqual([command.value.owner, command.value.url], [false, server.said.url])
  await command.value.close()
  assert.deepEqual(await ask(server.said.url!, sql`select 1 as v`), { v: 1 })
  await server.end('SIGTERM')
})

test('a command that started the engine waits for the one that joined it', async (t) => {
  const dataDir = folder(t)
  const first = await openDatabase({ dataDir, role: 'cli', ownUrl: '', durable: false })
  assert.ok(first.ok && first.value.owner)
  const second = await hold(t, dataDir, 'cli')
  assert.equal(second.said.owner, false)
  let closed = false
  const closing = first.value.close().then(() => {
    closed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.equal(closed, false)
  assert.deepEqual(await ask(second.said.url!, sql`select 1 as v`), { v: 1 })
  const third = hold(t, dataDir, 'cli') // comes while the first is leaving: it waits, and then starts its own
  await second.end('SIGTERM')
  await closing
  assert.equal((await third).said.owner, true)
  await (await third).end('SIGTERM')
})

test('a lock whose number now belongs to another process does not count', async (t) => {
  const dataDir = folder(t)
  await (await hold(t, dataDir, 'server')).end('SIGTERM')
  writeFileSync(join(dataDir, 'owner.lock'), JSON.stringify({ pid: process.pid, started: 'long ago', role: 'server' }))
  writeFileSync(join(dataDir, 'pg', 'postmaster.pid'), `${process.pid}\n${join(dataDir, 'pg')}\n`)
  const next = await hold(t, dataDir, 'server')
  assert.equal(next.said.owner, true)
  await next.end('SIGTERM')
})

test('a first start that was cut off is begun anew', async (t) => {
  const dataDir = folder(t)
  mkdirSync(join(dataDir, 'pg.new', 'pg'), { recursive: true })
  writeFileSync(join(dataDir, 'pg.new', 'pg', 'PG_VERSION'), '18\n')
  const next = await hold(t, dataDir, 'server')
  assert.equal(next.said.owner, true)
  await next.end('SIGTERM')
})

test('a folder made by another major version is refused and not touched', async (t) => {
  const dataDir = folder(t)
  mkdirSync(join(dataDir, 'pg'), { recursive: true })
  writeFileSync(join(dataDir, 'pg', 'PG_VERSION'), '17\n')
  const opened = await openDatabase({ dataDir, role: 'server', ownUrl: '' })
  assert.deepEqual(opened, { ok: false, refusal: { code: 'database/other-version', details: { dataDir, found: '17', needed: '18' } } })
  assert.equal(existsSync(join(dataDir, 'owner.lock')), false)
})

test('a path too long for a socket works as well, also with spaces and Chinese', async (t) => {
  const dataDir = join(folder(t), `底数 ${'数据'.repeat(20)}`)
  const holder = await hold(t, dataDir, 'server')
  assert.deepEqual(await ask(holder.said.url!, sql`select 1 as v`), { v: 1 })
  await holder.end('SIGTERM')
})

test('under root, a folder that the unprivileged user may not enter is refused by name', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('not run as root')
  const outer = join(folder(t), 'closed')
  mkdirSync(outer, { recursive: true, mode: 0o700 })
  chmodSync(join(outer, '..'), 0o755)
  const dataDir = join(outer, 'data')
  const opened = await openDatabase({ dataDir, role: 'server', ownUrl: '' })
  assert.deepEqual(opened, { ok: false, refusal: { code: 'database/folder-closed', details: { dataDir, closed: outer } } })
})

test('the data folder: as told, else the system’s place', () => {
  assert.equal(defaultDataDir({ DISHU_DATA: '/srv/dishu' }), '/srv/dishu')
  if (process.platform === 'linux') assert.equal(defaultDataDir({ XDG_DATA_HOME: '/tmp/xdg' }), '/tmp/xdg/dishu')
})

test('memory: an eighth of the machine for buffers, a quarter of a gigabyte at most; small shared memory is gone round', () => {
  const GB = 1024 ** 3
  assert.match(settings({ memory: GB }), /shared_buffers = 128MB/)
  assert.match(settings({ memory: 64 * GB }), /shared_buffers = 256MB/)
  assert.match(settings({ sharedMemory: 64 * 1024 ** 2 }), /dynamic_shared_memory_type = mmap/)
  assert.doesNotMatch(settings(), /fsync = off/)
})

test('one’s own PostgreSQL: 15 is taken, an unreachable one is refused without its password', async (t) => {
  const bin = '/usr/lib/postgresql/15/bin'
  const lost = await openDatabase({ dataDir: '/nowhere', role: 'server', ownUrl: 'postgresql://someone:secret@127.0.0.1:9/none' })
  assert.ok(!lost.ok && lost.refusal.code === 'database/unreachable')
  assert.doesNotMatch(JSON.stringify(lost.refusal), /secret/)
  if (!existsSync(bin)) return t.skip('Debian’s postgresql-15 is not installed')
  const place = join(folder(t), 'own')
  mkdirSync(place, { recursive: true })
  chmodSync(join(place, '..'), 0o755)
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  if (process.getuid?.() === 0) spawnSync('chown', ['nobody', place])
  const initdb = spawnSync(
    join(bin, 'initdb'),
    ['-D', join(place, 'pg'), '-U', 'office', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
    { ...nobody, cwd: '/', encoding: 'utf8' },
  )
  assert.equal(initdb.status, 0, initdb.stderr)
  const engine = spawn(
    join(bin, 'postgres'),
    ['-D', join(place, 'pg'), '-c', `unix_socket_directories=${place}`, '-c', 'listen_addresses='],
    { ...nobody, cwd: place, stdio: 'ignore' },
  )
  t.after(async () => {
    engine.kill('SIGQUIT')
    if (engine.exitCode === null) await once(engine, 'exit')
  })
  const url = `postgresql://office@/postgres?host=${encodeURIComponent(place)}`
  for (let i = 0; i < 100; i++) {
    const opened = await openDatabase({ dataDir: '/nowhere', role: 'server', ownUrl: url })
    if (opened.ok) {
      assert.equal(opened.value.kind, 'own')
      return opened.value.close()
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('PostgreSQL 15 did not come up')
})
