/**
 * Compiled code for the process behind the fence: with it the process starts in a third of the time (no types to strip, nothing to compile).
 *
 * Node's compile cache wants to write where it reads. What a stranger's file was read by shall not leave code behind that runs elsewhere, so the
 * process gets a copy in its own folder, which is thrown away with it; the original is made by a run that reads no file but our sources.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const LIB = fileURLToPath(new URL('../../lib', import.meta.url))
const HERE = fileURLToPath(new URL('.', import.meta.url))
const WARM = fileURLToPath(new URL('./zonal-warm.child.ts', import.meta.url))
const SOURCES = [HERE, ...['base', 'formats', 'numeric/zonal', 'numeric/geodesy'].map((folder) => join(LIB, folder))]

/** How the engine runs the process: collecting and compiling on threads beside it costs a tenth more CPU and takes them from its own. */
export const ENGINE = ['--single-threaded-gc', '--no-concurrent-recompilation']

/** Where the process finds its code, inside `scratch`; null where this machine keeps no compiled code (NODE_COMPILE_CACHE, as `npm run dishu` sets it). */
export function compiledCode(scratch: string): string | null {
  const kept = process.env.NODE_COMPILE_CACHE
  if (!kept) return null
  const original = `${resolve(kept)}-zonal`
  const copy = join(scratch, 'code')
  try {
    const version = upToDate(original) ?? made(original)
    if (version === null) return null
    cpSync(join(original, version), join(copy, version), { recursive: true })
    return copy
  } catch {
    return null // a disk that is full or not ours to write: the process compiles for itself
  }
}

/** The folder of this Node's code in `original`; null where there is none, or sources have changed since. */
function upToDate(original: string): string | null {
  try {
    const { version, newest } = JSON.parse(readFileSync(join(original, 'made.json'), 'utf8'))
    return newest === stampOfSources() && typeof version === 'string' ? version : null
  } catch {
    return null
  }
}

function made(original: string): string | null {
  mkdirSync(original, { recursive: true })
  const run = spawnSync(process.execPath, [...ENGINE, '--disable-warning=ExperimentalWarning', WARM], {
    env: { NODE_COMPILE_CACHE: original },
    encoding: 'utf8',
  })
  const version = run.status === 0 ? run.stdout.trim() : ''
  if (version === '') return null
  writeFileSync(join(original, 'made.json'), JSON.stringify({ version, newest: stampOfSources() }))
  return version
}

/** Changes with every source that changes; wrong only about speed, since Node compares the text of each. */
function stampOfSources(): string {
  let newest = 0
  for (const folder of SOURCES)
    for (const entry of readdirSync(folder, { recursive: folder !== HERE, encoding: 'utf8' }))
      if (entry.endsWith('.ts') && !entry.endsWith('.test.ts')) newest = Math.max(newest, statSync(`${folder}/${entry}`).mtimeMs)
  return `${process.version} ${ENGINE} ${newest}`
}
