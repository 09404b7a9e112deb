/**
 * Scenes of strangers are read in a process of their own, as vector files are (see sandbox): it sees the files, our code and one folder to write
 * in, has no network and no environment, and is ended when it takes too long or too much memory.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Refused } from '@dishu/base/refusal'
import { fences, permissions } from '../sandbox/fence.ts'
import type { SceneLine, SceneOrder } from './child.ts'
import type { Look } from './look.ts'
import type { Packed, PackGroup } from './pack.ts'

export type { Geotransform } from '../geotiff/geotiff.ts'
export type { Look } from './look.ts'
export type { Packed, PackGroup } from './pack.ts'
export type { CommonName, Product, ProductBand, ProductMask } from './product.ts'
export type { Raster } from './raster.ts'

export type SceneOptions = {
  /** A folder of one's own: archives are unpacked into it, COGs written. */
  readonly scratch: string
  readonly signal?: AbortSignal
  readonly limits?: Partial<Limits>
  readonly onProgress?: (done: number, of: number) => void
}
type Limits = { readonly rssMb: number; readonly wallS: number }

const MB = 1 << 20
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))
const LOOK_MS = 100

/** What a scene is, from its metadata or, where it has none, from its rasters alone. `paths`: files of one folder, a folder, or a zip or tar. */
export async function lookAtScene(paths: readonly string[], options: SceneOptions): Promise<Look> {
  const whole = paths.map((path) => resolve(path))
  for (const path of whole) if (!existsSync(path)) throw new Refused({ code: 'formats/not-found', details: { file: basename(path) } })
  return run<Look>({ do: 'look', paths: whole, scratch: resolve(options.scratch) }, whole, options)
}

/** Makes the COGs of a plan in the scratch folder. Give the same paths as to the look. */
export async function packScene(
  paths: readonly string[],
  look: Look,
  groups: readonly PackGroup[],
  options: SceneOptions,
): Promise<readonly Packed[]> {
  const order = { do: 'pack', root: look.root, scratch: resolve(options.scratch), groups, places: look.product.places } as const
  return run<readonly Packed[]>(
    order,
    paths.map((path) => resolve(path)),
    options,
  )
}

function run<T>(order: SceneOrder, readable: readonly string[], options: SceneOptions): Promise<T> {
  options.signal?.throwIfAborted()
  const file = readable
    .map((path) => basename(path))
    .slice(0, 3)
    .join(', ')
  const bytes = readable.reduce((sum, path) => sum + sizeOf(path), 0)
  // unpacking and decoding go at some 2 MB/s on a slow and busy machine
  const limits: Limits = { rssMb: 2048, wallS: 120 + bytes / (2 * MB), ...options.limits }
  const { network, cpu } = fences()
  const scratch = resolve(options.scratch)
  const node = [
    process.execPath,
    `--max-old-space-size=${Math.floor(limits.rssMb / 2)}`,
    '--disable-warning=ExperimentalWarning',
    ...permissions(
      readable.flatMap((path) => [path, `${path}/*`]),
      scratch,
    ),
    CHILD,
  ]
  const seconds = Math.ceil(limits.wallS * 2) + 60
  const [program, ...args] = [...(cpu ? ['prlimit', `--cpu=${seconds}:${seconds + 5}`, '--core=0'] : []), ...(network ?? []), ...node]
  const child = spawn(program, args, { cwd: scratch, env: {}, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] })
  return new Promise<T>((settle, fail) => {
    let problem: unknown = null
    let answer: T | undefined
    let rest = ''
    let said = ''
    const began = performance.now()
    const end = (why: unknown) => {
      problem ??= why
      child.kill('SIGKILL')
    }
    const tooMuch = () => new Refused({ code: 'formats/needs-too-much-memory', details: { file, limitMb: limits.rssMb, rows: 0 } })
    const onAbort = () => end(options.signal?.reason)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    const timer = setInterval(() => {
      const worked = (performance.now() - began) / 1000
      if (worked > limits.wallS)
        end(new Refused({ code: 'formats/took-too-long', details: { file, seconds: Math.round(worked), rows: 0 } }))
      if (residentMb(child.pid) > limits.rssMb) end(tooMuch())
    }, LOOK_MS)
    const hear = (line: SceneLine) => {
      if ('progress' in line) options.onProgress?.(line.progress, line.of)
      else if ('answer' in line) answer = line.answer as T
      else if ('refused' in line && /^formats\//.test(line.refused.code)) problem ??= new Refused(line.refused)
      else if ('failed' in line) said += line.failed
    }
    child.stdio[3]?.on('data', (piece: Buffer) => {
      const lines = (rest + piece.toString('utf8')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) hear(JSON.parse(line) as SceneLine)
    })
    child.stdin?.on('error', () => {}) // it is gone: the exit says why
    child.stderr?.on('data', (piece: Buffer) => {
      if (said.length < 4000) said += piece.toString('utf8')
    })
    child.on('error', end)
    child.on('close', (code, signal) => {
      clearInterval(timer)
      options.signal?.removeEventListener('abort', onAbort)
      if (problem !== null) fail(problem)
      else if (answer !== undefined) settle(answer)
      else if (signal === 'SIGKILL' || /heap out of memory|allocation failed|Invalid (typed )?array length|out of memory/i.test(said))
        fail(tooMuch())
      else {
        const reason = (said.split('\n').find((each) => /Error/.test(each)) ?? said.split('\n')[0]) || `exit ${code ?? signal}`
        fail(new Refused({ code: 'formats/reader-failed', details: { file, rows: 0, reason: reason.slice(0, 200) } }))
      }
    })
    child.stdin?.write(`${JSON.stringify(order)}\n`)
  })
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? 0 : stat.isDirectory() ? 1 << 30 : stat.size // a folder is counted as a full scene
}

/** Resident memory of a process in MB, from /proc; 0 where there is none. */
function residentMb(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
