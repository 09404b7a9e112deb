/** The running PostgreSQL of a data folder: started, watched, stopped; and one that an owner who was killed left behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Engine, engineEnvironment, type User } from './cluster-engine.ts'
import { processStart, textOf } from './cluster-lock.ts'

/** Where the engine listens: a Unix socket in a private folder, or the loopback address where there are none. */
export type Place = { readonly socketFolder: string; readonly port: 5432 } | { readonly socketFolder: null; readonly port: number }

export type Launch = {
  readonly engine: Engine
  readonly folder: string
  readonly log: string
  readonly place: Place
  readonly user: User | null
}

const FAST = 'SIGINT' // PostgreSQL: end sessions, write everything, stop
const IMMEDIATE = 'SIGQUIT' // stop at once; the next start recovers from the log
const FAST_MS = 8_000
const LOG_BYTES = 10 * 1024 * 1024

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Starts the engine and waits until it takes connections, however long a recovery takes. */
export async function launch(launching: Launch, onRecovery: () => void = () => {}): Promise<ChildProcess> {
  // Sessions of an engine that was killed notice it within moments; until they have ended, its memory is still in use.
  const patience = Date.now() + 15_000
  for (;;) {
    const logStart = rotated(launching.log)
    const child = start(launching)
    const ended = await ready(launching.folder, child, onRecovery)
    if (ended === null) return child
    const said = textOf(launching.log)?.slice(logStart).trim() ?? ''
    const busy = /pre-existing shared memory block|already in use|lock file .* already exists/.test(said)
    if (!busy || Date.now() > patience) throw new Error(`PostgreSQL did not start (${ended}): ${said.slice(-2000)}`)
    await pause(200)
  }
}

function start({ engine, folder, log, place, user }: Launch): ChildProcess {
  const output = openSync(log, 'a', 0o600)
  const where =
    place.socketFolder === null
      ? { listen_addresses: '127.0.0.1', unix_socket_directories: '' }
      : { listen_addresses: '', unix_socket_directories: place.socketFolder }
  const flags = Object.entries({ ...where, port: place.port }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  try {
    // In a group of its own: Ctrl-C in a terminal goes to the whole group, and the engine must outlive the requests it serves.
    const child = spawn(engine.postgres, ['-D', folder, ...flags], {
      ...user,
      cwd: folder,
      detached: true,
      stdio: ['ignore', output, output],
      env: engineEnvironment(),
    })
    child.on('error', () => {}) // told by its exit, or by having no pid
    child.unref()
    return child
  } finally {
    closeSync(output)
  }
}

/** Null once the engine is ready; else how it ended. */
async function ready(folder: string, child: ChildProcess, onRecovery: () => void): Promise<string | null> {
  if (child.pid === undefined) return 'the program could not be run'
  const began = Date.now()
  let told = false
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) return `exit ${child.exitCode ?? child.signalCode}`
    const lines = textOf(join(folder, 'postmaster.pid'))?.split('\n') ?? []
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return null
    if (!told && Date.now() - began > 2_000) {
      told = true
      onRecovery()
    }
    await pause(15)
  }
}

/** Stops the engine: politely, and when it has not ended after eight seconds, at once. */
export async function stop(pid: number, engine: Engine, folder: string, user: User | null): Promise<void> {
  const identity = processStart(pid)
  if (identity === null) return
  if (process.platform === 'win32') {
    spawnSync(engine.pgCtl, ['stop', '-m', 'fast', '-w', '-t', '9', '-D', folder], { ...user, env: engineEnvironment() })
    return
  }
  for (const [signal, ms] of [
    [FAST, FAST_MS],
    [IMMEDIATE, 1_500],
    ['SIGKILL', 1_000],
  ] as const) {
    send(pid, signal)
    const until = Date.now() + ms
    while (Date.now() < until) {
      if (processStart(pid) !== identity) return
      await pause(10)
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) does not end`)
}

/** Tells the engine to stop without waiting: for the last moment of a process, when nothing can be awaited any more. */
export const stopUnwatched = (pid: number) => send(pid, FAST)

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause
  }
}

/**
 * The engine an owner left running when it was killed: its process, or null. The caller holds the folder's lock.
 * A pid file whose number now belongs to some other program is removed, since PostgreSQL would take that program for itself.
 */
export function orphan(folder: string): number | null {
  const file = join(folder, 'postmaster.pid')
  const pid = Number.parseInt(textOf(file) ?? '', 10)
  if (!Number.isSafeInteger(pid)) return null
  if (processStart(pid) !== null && isEngineOf(pid, folder)) return pid
  rmSync(file, { force: true })
  return null
}

function isEngineOf(pid: number, folder: string): boolean {
  const real = realpathSync(folder)
  if (process.platform === 'linux') {
    try {
      return realpathSync(readlinkSync(`/proc/${pid}/cwd`)) === real
    } catch {
      return (textOf(`/proc/${pid}/comm`) ?? '').startsWith('postgres')
    }
  }
  if (process.platform === 'win32') return true // it cannot be told; PostgreSQL's own lock decides
  const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.includes('postgres') && (stdout.includes(folder) || stdout.includes(real))
}

/** Sets a long log aside; gives the length of what is already in the current one. */
function rotated(log: string): number {
  if (!existsSync(log)) return 0
  if (statSync(log).size > LOG_BYTES) {
    renameSync(log, `${log}.1`)
    return 0
  }
  return readFileSync(log).length
}
