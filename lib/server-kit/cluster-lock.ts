/** One owner of a data folder at a time, told by a file that names a process; a dead owner's file does not count. */
import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export type Owner = { readonly pid: number; readonly started: string; readonly role: string }

/**
 * What tells a process from a later one with the same number: its start, and on Linux the boot it belongs to.
 * Null when there is no such process (a zombie has ended, it only has not been buried).
 */
export function processStart(pid: number): string | null {
  if (process.platform === 'linux') {
    const stat = textOf(`/proc/${pid}/stat`)
    if (stat === null) return null
    // the command's name is in brackets and may itself hold spaces and brackets
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return `${textOf('/proc/sys/kernel/random/boot_id')?.trim()} ${fields[19]}`
  }
  if (!isThere(pid)) return null
  if (process.platform === 'win32') return 'running'
  const told = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return told.status === 0 ? told.stdout.trim() || null : null
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The owner that `file` names if it is still running; null when there is no file, or it is a dead owner's or unreadable. */
export function livingOwner(file: string): Owner | null {
  const text = textOf(file)
  const owner = text === null ? null : ownerFrom(text)
  return owner !== null && processStart(owner.pid) === owner.started ? owner : null
}

export type Lock = { readonly held: true; release(): void }

/** Takes the lock for this process, or tells who holds it. A dead owner's lock is taken over. */
export function takeLock(file: string, role: string): Lock | { readonly held: false; readonly owner: Owner } {
  mkdirSync(dirname(file), { recursive: true })
  const mine = JSON.stringify({ pid: process.pid, started: processStart(process.pid), role })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, mine, { mode: 0o644 })
  try {
    for (;;) {
      // a link either makes the whole file or fails, so that no one ever reads half a lock
      if (attempt(() => linkSync(draft, file), 'EEXIST')) return { held: true, release: () => release(file, mine) }
      const found = textOf(file)
      if (found === null) continue
      const owner = ownerFrom(found)
      if (owner !== null && processStart(owner.pid) === owner.started) return { held: false, owner }
      bury(file, found)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Removes the dead owner's file, and only that one: another process may have buried it and taken the lock since we looked. */
function bury(file: string, dead: string): void {
  const aside = `${file}.dead.${process.pid}`
  if (!attempt(() => renameSync(file, aside), 'ENOENT')) return
  if (textOf(aside) !== dead) attempt(() => linkSync(aside, file), 'EEXIST')
  rmSync(aside, { force: true })
}

function release(file: string, mine: string): void {
  if (textOf(file) === mine) rmSync(file, { force: true })
}

function attempt(act: () => void, expected: string): boolean {
  try {
    act()
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === expected) return false
    throw cause
  }
}

function ownerFrom(text: string): Owner | null {
  try {
    const { pid, started, role } = JSON.parse(text) as Partial<Owner>
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started, role: role ?? '' } : null
  } catch {
    return null
  }
}

export function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
