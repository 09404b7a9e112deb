/**
 * The database of a data folder: the PostgreSQL that comes with Dishu, or one's own (`DISHU_DATABASE_URL`).
 *
 * The folder holds `pg/` (the cluster), `run/` (its socket), `pg.log`, `pg-password`, `owner.lock` (who runs it) and
 * `connection.json` (how to reach it while it runs). Files with a secret are readable by their owner only.
 */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { closedFolder, engineUser, initialise, type NoEngine, type NoUser, prepareEngine, type User } from './cluster-engine.ts'
import { livingOwner, type Owner, takeLock, textOf } from './cluster-lock.ts'
import { launch, orphan, type Place, pause, stop, stopUnwatched } from './cluster-process.ts'
import { settings } from './cluster-settings.ts'
import { holdConnection, ident, onConnection, openPool } from './sql.ts'

export type DatabaseRefusal =
  | Refusal<'database/in-use', { readonly pid: number; readonly dataDir: string }>
  | Refusal<'database/folder-closed', { readonly dataDir: string; readonly closed: string }>
  | Refusal<'database/other-version', { readonly dataDir: string; readonly found: string; readonly needed: string }>
  | Refusal<'database/too-old', { readonly found: string; readonly needed: string }>
  | Refusal<'database/not-utf8', { readonly encoding: string }>
  | Refusal<'database/unreachable', { readonly address: string; readonly reason: string }>
  | NoEngine
  | NoUser

export type Cluster = {
  readonly dataDir: string
  /** A connection string; it holds the password, so it is never logged. */
  url(database?: string): string
  /** Ends sessions, writes everything and stops: at most ten seconds. May be called twice. */
  stop(): Promise<void>
}

const DATABASE = 'dishu'
const USER = 'dishu'
const MAJOR = '18' // of the packaged engine; a folder belongs to one major version
const OLDEST_OWN = 150_000
/** Bytes of a Unix socket's address (104 on macOS, 108 on Linux) without the socket's own name. */
const LONGEST_SOCKET_FOLDER = 104 - '/.s.PGSQL.5432'.length - 1

/** `$DISHU_DATA`, else the place the system has for a user's data; under root one that PostgreSQL's unprivileged user may enter. */
export function defaultDataDir(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.DISHU_DATA) return resolve(environment.DISHU_DATA)
  if (process.platform === 'win32') return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'dishu')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'dishu')
  const usual = environment.XDG_DATA_HOME ? join(environment.XDG_DATA_HOME, 'dishu') : join(homedir(), '.local', 'share', 'dishu')
  const user = engineUser()
  return user.ok && user.value !== null && closedFolder(dirname(usual), user.value) !== null ? '/var/lib/dishu' : usual
}

export type ClusterOptions = {
  readonly dataDir: string
  /** Said to others who ask for the folder. */
  readonly role?: string
  /** Without it nothing waits for the disk: for tests, whose data is worth nothing. */
  readonly durable?: boolean
  /** What takes longer than a moment is said: `initialise`, `recover`, `restart`, and `away` where it could not be started again and will be tried once more. */
  readonly onProgress?: (step: 'initialise' | 'recover' | 'restart' | 'away') => void
}

/**
 * Starts the embedded PostgreSQL of `dataDir` (made on first use) and owns it until `stop`. Refused at once when a running
 * process owns it. What a killed owner left is taken over: its lock, and its engine, which is stopped first. An engine that
 * dies under us is started again.
 */
export async function openCluster(options: ClusterOptions): Promise<Result<Cluster, DatabaseRefusal>> {
  const { role = 'server', durable = true, onProgress = () => {} } = options
  const dataDir = resolve(options.dataDir)
  const user = engineUser()
  if (!user.ok) return user
  const folder = join(dataDir, 'pg')
  if (existsSync(join(dataDir, 'owner.lock'))) {
    const owner = livingOwner(join(dataDir, 'owner.lock'))
    if (owner) return refuse('database/in-use', { pid: owner.pid, dataDir })
  }
  makeDataDir(dataDir, user.value)
  const closed = user.value && closedFolder(dataDir, user.value)
  if (closed) return refuse('database/folder-closed', { dataDir, closed })
  const engine = prepareEngine(dataDir, user.value)
  if (!engine.ok) return engine
  const lock = takeLock(join(dataDir, 'owner.lock'), role)
  if (!lock.held) return refuse('database/in-use', { pid: lock.owner.pid, dataDir })
  try {
    const found = textOf(join(folder, 'PG_VERSION'))?.trim()
    if (found !== undefined && found !== MAJOR) {
      lock.release()
      return refuse('database/other-version', { dataDir, found, needed: MAJOR })
    }
    const connectionFile = join(dataDir, 'connection.json')
    rmSync(connectionFile, { force: true })
    const left = found === undefined ? null : orphan(folder)
    if (left !== null) {
      onProgress('recover')
      await stop(left, engine.value, folder, user.value)
    }
    if (found === undefined) {
      onProgress('initialise')
      makeCluster(dataDir, user.value, (draft, passwordFile) => initialise(engine.value, draft, passwordFile, user.value))
    }
    ownFile(join(folder, 'dishu.conf'), settings({ durable }), user.value)
    const place = await choosePlace(dataDir, user.value)
    const launching = { engine: engine.value, folder, log: join(dataDir, 'pg.log'), place, user: user.value }
    const password = readFileSync(join(dataDir, 'pg-password'), 'utf8')
    const url = (database = DATABASE) => urlOf(place, password, database)

    let child = await launch(launching, () => onProgress('recover'))
    let stopping = false
    let restarting: Promise<void> = Promise.resolve()
    const watch = () =>
      child.once('exit', () => {
        if (stopping) return
        onProgress('restart')
        restarting = relaunch()
      })
    // What stops it from starting may pass: a full disk that is cleared, a disk that is mounted again. Until then requests fail, and say why.
    const relaunch = async () => {
      for (let tries = 0; !stopping; tries++) {
        try {
          child = await launch(launching)
          watch()
          return
        } catch (cause) {
          if (tries === 0) console.error(cause instanceof Error ? cause.message : cause)
          onProgress('away')
          await pause(Math.min(250 * 2 ** tries, 2_000))
        }
      }
    }
    watch()
    const lastMoment = () => {
      if (child.pid !== undefined && child.exitCode === null) stopUnwatched(child.pid)
      rmSync(connectionFile, { force: true })
      lock.release()
    }
    process.once('exit', lastMoment)
    await ensureDatabase(url('postgres'), DATABASE)
    writeFileSync(connectionFile, JSON.stringify({ url: url(), pid: process.pid }), { mode: 0o600 })

    let stopped: Promise<void> | undefined
    const stopOnce = async () => {
      stopping = true
      rmSync(connectionFile, { force: true })
      await restarting
      if (child.pid !== undefined) await stop(child.pid, engine.value, folder, user.value)
      if (place.socketFolder !== null && !place.socketFolder.startsWith(dataDir))
        rmSync(place.socketFolder, { recursive: true, force: true })
      process.removeListener('exit', lastMoment)
      lock.release()
    }
    const stopAll = () => {
      stopped ??= stopOnce()
      return stopped
    }
    return accept({ dataDir, url, stop: stopAll })
  } catch (cause) {
    lock.release()
    throw cause
  }
}

/** The data folder: ours, closed to others; under root the engine's user may pass through it (and see no names). */
function makeDataDir(dataDir: string, user: User | null): void {
  mkdirSync(dataDir, { recursive: true, mode: user ? 0o711 : 0o700 })
  if (user === null) return
  const { mode, uid } = statSync(dataDir)
  if (uid === 0 && !(mode & 0o001)) chmodSync(dataDir, mode | 0o011)
}

/** Makes the cluster beside its final place and renames it, so that a start cut off in the middle leaves nothing that looks whole. */
function makeCluster(dataDir: string, user: User | null, initialiseIn: (draft: string, passwordFile: string) => void): void {
  const nest = join(dataDir, 'pg.new')
  rmSync(nest, { recursive: true, force: true })
  mkdirSync(nest, { mode: 0o700 })
  if (user) chownSync(nest, user.uid, user.gid)
  const password = randomBytes(24).toString('base64url')
  const passwordFile = join(nest, 'password')
  ownFile(passwordFile, password, user)
  initialiseIn(join(nest, 'pg'), passwordFile)
  const conf = join(nest, 'pg', 'postgresql.conf')
  writeFileSync(conf, `${readFileSync(conf, 'utf8')}\ninclude 'dishu.conf'\ninclude_if_exists 'local.conf'\n`, { flush: true })
  // on the disk before the cluster has its name: without its password nobody opens it again
  writeFileSync(join(dataDir, 'pg-password'), password, { mode: 0o600, flush: true })
  renameSync(join(nest, 'pg'), join(dataDir, 'pg'))
  rmSync(nest, { recursive: true, force: true })
}

function ownFile(file: string, text: string, user: User | null): void {
  writeFileSync(file, text, { mode: 0o600, flush: true })
  if (user) chownSync(file, user.uid, user.gid)
}

/** A socket in the data folder; in the system's temporary folder when the path is too long for one; else a loopback port. */
async function choosePlace(dataDir: string, user: User | null): Promise<Place> {
  if (process.platform !== 'win32') {
    const short = join(tmpdir(), `dishu-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`)
    for (const socketFolder of [join(dataDir, 'run'), short]) {
      if (Buffer.byteLength(socketFolder) <= LONGEST_SOCKET_FOLDER && makePrivate(socketFolder, user)) return { socketFolder, port: 5432 }
    }
  }
  return { socketFolder: null, port: await freePort() }
}

/** A folder that only PostgreSQL's user may enter. False when someone else made it first: the temporary folder is open to all. */
function makePrivate(path: string, user: User | null): boolean {
  const uid = user?.uid ?? process.getuid?.()
  if (!existsSync(path)) {
    mkdirSync(path, { mode: 0o700 })
    if (user) chownSync(path, user.uid, user.gid)
  }
  const found = lstatSync(path)
  if (!found.isDirectory() || found.uid !== uid) return false
  if (found.mode & 0o077) chmodSync(path, 0o700)
  return user === null || closedFolder(path, user) === null
}

const freePort = () =>
  new Promise<number>((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address !== null && typeof address === 'object' ? done(address.port) : fail(new Error('no free port'))))
    })
  })

function urlOf(place: Place, password: string, database: string): string {
  const secret = encodeURIComponent(password)
  return place.socketFolder === null
    ? `postgresql://${USER}:${secret}@127.0.0.1:${place.port}/${database}`
    : `postgresql://${USER}:${secret}@/${database}?host=${encodeURIComponent(place.socketFolder)}&port=${place.port}`
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const pool = openPool(adminUrl, { max: 1, idle: 'exit' })
  try {
    await onConnection(pool, async (db) => {
      if (!(await db.maybe`select 1 from pg_database where datname = ${name}`)) await db.run`create database ${ident(name)}`
    })
  } finally {
    await pool.end()
  }
}

export type Database = {
  /** The connection string of Dishu's database; it holds the password, so it is never logged. */
  readonly url: string
  readonly kind: 'embedded' | 'own'
  /** Whether this process started the engine, and `close` stops it. */
  readonly owner: boolean
  close(): Promise<void>
}

export type DatabaseOptions = Omit<ClusterOptions, 'role'> & {
  readonly role: 'server' | 'cli'
  /** One's own PostgreSQL, 15 or newer, instead of the embedded one. */
  readonly ownUrl?: string | undefined
}

/**
 * Opens Dishu's database. A server owns its folder's engine or is refused; a command joins the engine that runs, or starts
 * it for itself. A command that started it waits in `close` for the commands that have joined since.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Result<Database, DatabaseRefusal>> {
  const { role, ownUrl = process.env.DISHU_DATABASE_URL } = options
  if (ownUrl) return openOwn(ownUrl)
  for (;;) {
    const cluster = await openCluster({ ...options, role })
    if (cluster.ok) return accept(owned(cluster.value, role))
    if (cluster.refusal.code !== 'database/in-use' || role === 'server') return cluster
    const joined = await joinRunning(resolve(options.dataDir))
    if (joined !== null) return accept(joined)
    // the owner has just stopped: then the folder is free, and it is our turn
  }
}

const GUEST = 'dishu guest'

function owned(cluster: Cluster, role: string): Database {
  const close = async () => {
    if (role === 'cli') {
      rmSync(join(cluster.dataDir, 'connection.json'), { force: true }) // no one joins any more
      await guestsHaveLeft(cluster.url('postgres'))
    }
    await cluster.stop()
  }
  return { url: cluster.url(), kind: 'embedded', owner: true, close }
}

async function guestsHaveLeft(adminUrl: string): Promise<void> {
  const pool = openPool(adminUrl, { max: 1 })
  try {
    await onConnection(pool, async (db) => {
      while (await db.maybe`select 1 from pg_stat_activity where application_name = ${GUEST} limit 1`) await pause(100)
    })
  } finally {
    await pool.end()
  }
}

/** Joins the engine another process runs; null when that process ends first. */
async function joinRunning(dataDir: string): Promise<Database | null> {
  const lock = join(dataDir, 'owner.lock')
  for (let owner: Owner | null = livingOwner(lock); owner !== null; owner = livingOwner(lock)) {
    const text = textOf(join(dataDir, 'connection.json'))
    if (text) {
      const { url } = JSON.parse(text) as { url: string }
      // a connection that is only held: it tells the owner that someone is here
      const hold = await holdConnection(url, GUEST).catch(() => null)
      if (hold) return { url, kind: 'embedded', owner: false, close: hold.release }
    }
    await pause(50) // it is starting, or stopping
  }
  return null
}

async function openOwn(url: string): Promise<Result<Database, DatabaseRefusal>> {
  const pool = openPool(url, { max: 1 })
  try {
    const { version, number, encoding } = await onConnection(
      pool,
      (db) => db.one<{ version: string; number: number; encoding: string }>`
        select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
          current_setting('server_encoding') as encoding`,
    )
    if (number < OLDEST_OWN) return refuse('database/too-old', { found: version, needed: '15' })
    if (encoding !== 'UTF8') return refuse('database/not-utf8', { encoding })
    return accept({ url, kind: 'own', owner: false, close: async () => {} })
  } catch (cause) {
    return refuse('database/unreachable', { address: addressOf(url), reason: cause instanceof Error ? cause.message : String(cause) })
  } finally {
    await pool.end()
  }
}

/** The address without user and password. */
function addressOf(url: string): string {
  const found = /^[a-z]+:\/\/(?:[^@/]*@)?([^?]*)/.exec(url)
  const host = /[?&]host=([^&]*)/.exec(url)
  return `${host ? decodeURIComponent(host[1]) : ''}${found?.[1] ?? ''}`
}

/**
 * On SIGINT and SIGTERM: runs `close` and exits with 128 + the signal's number, as a shell expects. A second signal exits at once;
 * the engine is then told to stop and does so by itself.
 */
export function closeOnSignals(close: () => Promise<void>): void {
  let asked = false
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.on(signal, () => {
      if (asked) process.exit(128 + number)
      asked = true
      close().then(
        () => process.exit(128 + number),
        (cause: unknown) => {
          console.error(cause)
          process.exit(1)
        },
      )
    })
  }
}
