/**
 * Compiled code for a fenced process: with it the process starts in a third of the time or less (no types to strip, nothing to compile).
 *
 * Node's compile cache wants to write where it reads. What a stranger's file was read by shall not leave code behind that runs elsewhere, so the
 * process gets a copy in its own folder, which is thrown away with it; the original is made by a run that reads no file but our sources.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A program that is run behind the fence. */
export type FencedProgram = {
  readonly name: string
  /** A module that loads the program's code, says the name of the cache's folder, and ends. */
  readonly warm: string
  /** Folders whose sources make it up; `deep` ones with all below. */
  readonly sources: readonly { readonly folder: string; readonly deep: boolean }[]
  /** How the engine runs it; code that was compiled under other flags does not fit. */
  readonly flags: readonly string[]
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The process that reads files of users. */
export const READER: FencedProgram = {
  name: 'reader',
  warm: here('./warm.child.ts'),
  sources: [
    { folder: here('../'), deep: true },
    { folder: here('../../base'), deep: true },
  ],
  flags: [],
}

/** Where a process finds its code, inside `scratch`; null where this machine keeps no compiled code (NODE_COMPILE_CACHE, as `npm run dishu` sets it). */
export function compiledCode(program: FencedProgram, scratch: string): string | null {
  const kept = process.env.NODE_COMPILE_CACHE
  if (!kept) return null
  const original = `${resolve(kept)}-${program.name}`
  const copy = join(scratch, 'code')
  try {
    const version = upToDate(program, original) ?? made(program, original)
    if (version === null) return null
    cpSync(join(original, version), join(copy, version), { recursive: true })
    return copy
  } catch {
    return null // a disk that is full or not ours to write: the process compiles for itself
  }
}

/** The folder of this Node's code in `original`; null where there is none, or sources have changed since. */
function upToDate(program: FencedProgram, original: string): string | null {
  try {
    const { version, stamp } = JSON.parse(readFileSync(join(original, 'made.json'), 'utf8'))
    return stamp === stampOf(program) && typeof version === 'string' ? version : null
  } catch {
    return null
  }
}

function made(program: FencedProgram, original: string): string | null {
  const stamp = stampOf(program)
  mkdirSync(original, { recursive: true, mode: 0o700 })
  const run = spawnSync(process.execPath, [...program.flags, '--disable-warning=ExperimentalWarning', program.warm], {
    env: { NODE_COMPILE_CACHE: original },
    encoding: 'utf8',
  })
  const version = run.status === 0 ? run.stdout.trim() : ''
  if (version === '') return null
  writeFileSync(join(original, 'made.json'), JSON.stringify({ version, stamp }))
  return version
}

/** Changes with every source that changes; wrong only about speed, since Node compares the text of each. */
function stampOf({ sources, flags }: FencedProgram): string {
  let newest = 0
  for (const { folder, deep } of sources)
    for (const entry of readdirSync(folder, { recursive: deep, encoding: 'utf8' }))
      if (entry.endsWith('.ts') && !entry.endsWith('.test.ts')) newest = Math.max(newest, statSync(join(folder, entry)).mtimeMs)
  return `${process.version} ${flags.join(' ')} ${newest}`
}
