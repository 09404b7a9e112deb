/** Bands of a raster as covariates: measured values, row by row, NaN where there is none. The file is a stranger's: it is read in a process of its own with limits, without network or other files. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Refusal, Refused } from '@dishu/base/refusal'
import type { Crs } from '@dishu/formats/layers'
import { fences, permissions } from '@dishu/formats/sandbox/fence'
import type { Grid } from '@dishu/numeric/kriging/kriging'

type Opened = { readonly grid: Grid; readonly crs: Crs | null; readonly names: readonly string[] }

export type CovariateRaster = Opened & {
  /** Rows `from` … `to` − 1 of the bands, side by side: one entry a band for each cell. */
  rows(from: number, to: number): Promise<Float64Array>
  /** The same at places (metres of the raster's system): NaN outside and where a band has no value. */
  at(x: Float64Array, y: Float64Array): Promise<Float64Array>
  close(): void
}

export type RasterOrder = { readonly id: number } & (
  | { readonly do: 'open'; readonly path: string; readonly wanted: readonly string[] }
  | { readonly do: 'rows'; readonly from: number; readonly to: number }
  | { readonly do: 'at'; readonly x: readonly number[]; readonly y: readonly number[] }
)
/** A line before `bytes` bytes of doubles. */
export type RasterHead = {
  readonly id: number
  readonly bytes: number
  readonly opened?: Opened
  readonly refused?: Refusal
  readonly failed?: string
}

const CHILD = fileURLToPath(new URL('./covariate.child.ts', import.meta.url))
const RSS_MB = 2048
/** Seconds for one answer. */
const IDLE_S = 300
const CPU_S = 24 * 3600
const LOOK_MS = 200

type Waiting = {
  readonly since: number
  readonly done: (told: { head: RasterHead; bytes: Uint8Array }) => void
  readonly failed: (why: unknown) => void
}

/**
 * Opens the bands of those names; a number is the band's place, from 1, and no names are all bands. Refused: a band that is not there, an image without a
 * place, one that does not run north, and what the reading process needs too much memory or time for.
 */
export async function openCovariates(path: string, wanted: readonly string[]): Promise<CovariateRaster> {
  const reader = startReader(path)
  try {
    const { head } = await reader.ask({ do: 'open', path: realPath(path), wanted })
    if (!head.opened) throw new Error('expected the raster to be opened')
    const values = async (order: Order) => doublesOf((await reader.ask(order)).bytes)
    return {
      ...head.opened,
      rows: (from, to) => values({ do: 'rows', from, to }),
      at: (x, y) => values({ do: 'at', x: [...x], y: [...y] }),
      close: reader.close,
    }
  } catch (fault) {
    reader.close()
    throw fault
  }
}

type Order = RasterOrder extends infer One ? (One extends RasterOrder ? Omit<One, 'id'> : never) : never

/** Links are followed here: the process may read the file itself, and no way to it. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path // refused by whoever opens it
  }
}

/** A copy: a Buffer is a window on memory that others use, and begins anywhere. */
const doublesOf = (bytes: Uint8Array) => new Float64Array(new Uint8Array(bytes).buffer)

function startReader(path: string): { ask(order: Order): Promise<{ head: RasterHead; bytes: Uint8Array }>; close(): void } {
  const scratch = mkdtempSync(join(tmpdir(), 'dishu-raster-'))
  const { network, cpu } = fences()
  const node = [
    process.execPath,
    `--max-old-space-size=${Math.floor(RSS_MB * 0.75)}`,
    '--disable-warning=ExperimentalWarning',
    ...permissions([realPath(path), `${dirname(CHILD)}/*`], scratch),
    CHILD,
  ]
  const [program, ...args] = [...(cpu ? ['prlimit', `--cpu=${CPU_S}:${CPU_S}`, '--core=0'] : []), ...(network ?? []), ...node]
  const child = spawn(program, args, { cwd: scratch, env: {}, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] })
  const waiting = new Map<number, Waiting>()
  const refused = (code: string, details: object) => new Refused({ code, details: { file: basename(path), rows: 0, ...details } })
  let ended: unknown = null
  const end = (why: unknown) => {
    ended ??= why
    child.kill('SIGKILL')
    for (const { failed } of waiting.values()) failed(ended)
    waiting.clear()
  }
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < 4000) stderr += chunk.toString('utf8')
  })
  child.stdin?.on('error', () => {}) // it is gone: its exit says why
  child.on('error', end)
  child.on('close', (code, by) => {
    const memory = by === 'SIGKILL' || /heap out of memory|allocation failed/i.test(stderr)
    end(
      memory
        ? refused('formats/needs-too-much-memory', { limitMb: RSS_MB })
        : refused('formats/reader-failed', { reason: (stderr.trim() || `exit ${code ?? by}`).slice(0, 300) }),
    )
  })
  const look = setInterval(() => {
    const oldest = Math.min(...[...waiting.values()].map(({ since }) => since))
    if ((performance.now() - oldest) / 1000 > IDLE_S) end(refused('formats/took-too-long', { seconds: IDLE_S }))
    else if (residentMb(child.pid) > RSS_MB) end(refused('formats/needs-too-much-memory', { limitMb: RSS_MB }))
  }, LOOK_MS)
  look.unref()
  hearFrames(child.stdio[3] as NodeJS.ReadableStream, (head, bytes) => {
    const asked = waiting.get(head.id)
    waiting.delete(head.id)
    if (head.refused) asked?.failed(new Refused(head.refused))
    else if (head.failed) {
      const memory = /heap out of memory|allocation failed|Invalid (array|string) length|ERR_MEMORY/i.test(head.failed)
      asked?.failed(
        memory
          ? refused('formats/needs-too-much-memory', { limitMb: RSS_MB })
          : refused('formats/reader-failed', { reason: head.failed.slice(0, 300) }),
      )
    } else asked?.done({ head, bytes })
  })
  let next = 0
  return {
    ask: (order) =>
      new Promise((done, failed) => {
        if (ended !== null) return failed(ended)
        const id = next++
        waiting.set(id, { since: performance.now(), done, failed })
        child.stdin?.write(`${JSON.stringify({ ...order, id })}\n`)
      }),
    close() {
      clearInterval(look)
      end(new Error('the raster was closed'))
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

/** A head, a line of JSON, and so many bytes behind it; again and again. */
function hearFrames(stream: NodeJS.ReadableStream, hear: (head: RasterHead, bytes: Uint8Array) => void): void {
  let head: RasterHead | null = null
  let chunks: Buffer[] = []
  let held = 0
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    held += chunk.length
    for (;;) {
      if (!head) {
        const all = Buffer.concat(chunks)
        const line = all.indexOf(10)
        chunks = [all]
        if (line < 0) return
        head = JSON.parse(all.toString('utf8', 0, line)) as RasterHead
        chunks = [all.subarray(line + 1)]
        held = all.length - line - 1
      }
      if (held < head.bytes) return
      const all = Buffer.concat(chunks)
      const [told, bytes] = [head, all.subarray(0, head.bytes)]
      chunks = [all.subarray(head.bytes)]
      held -= head.bytes
      head = null
      hear(told, bytes)
    }
  })
}

/** Resident memory of a process in MB, from /proc; 0 where there is none. */
function residentMb(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
