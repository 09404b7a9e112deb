/**
 * Files of strangers are read in a process of their own: it sees the files and our code and nothing else, has no network and no
 * environment, and is ended when it takes too long, too much memory, or is no longer wanted. What it sends is a Source like any.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { filesBehind } from '../formats.ts'
import type { Batch, Layer, Source } from '../layers.ts'
import type { FormatsRefusal } from '../refusals.ts'
import type { Order } from './child.ts'
import { decodeBatch, FRAME, FRAME_HEAD, FRAME_MOST } from './codec.ts'
import { compiledCode, READER } from './compiled.ts'
import { CHILD, fences, permissions } from './fence.ts'

export type Limits = {
  /** Memory of the process, MB. */
  readonly rssMb: number
  /** Seconds it may work without a sign of life. */
  readonly idleS: number
  /** Seconds it may work in all. */
  readonly wallS: number
}

export type SandboxOptions = {
  readonly encoding?: string
  readonly limits?: Partial<Limits>
  readonly signal?: AbortSignal
  /** Hears of every batch: rows read so far of the layer, and how many there are, if that is known. */
  readonly onProgress?: (layer: Layer, rows: number, of: number | null) => void
}

/** `fence.network` is false where the system has no way to take a process's network away. */
export type SandboxSource = Source & { readonly fence: { readonly network: boolean; readonly cpu: boolean } }

const MB = 1 << 20
const LOOK_MS = 100
/** Batches on their way at a time: enough that neither side waits for the other. */
const AHEAD = 4

/** Limits for files of this many bytes in all. A first look at a file reads it whole: 10 MB/s is a slow reader on a slow disk. */
export function limitsFor(bytes: number, limits: Partial<Limits> = {}): Limits {
  const reading = bytes / (10 * MB)
  return { rssMb: limits.rssMb ?? 1024, idleS: limits.idleS ?? 15 + reading, wallS: limits.wallS ?? 60 + 6 * reading }
}

/**
 * Opens files, members of shapefiles together, as `openFiles` does, in a process of its own. Refused as they would be here,
 * and with `formats/took-too-long`, `formats/needs-too-much-memory` or `formats/reader-failed` when the process is ended or
 * ends itself. An abort rejects with the signal's reason. Always close the source: the process lives until then.
 */
export async function openInSandbox(paths: readonly string[], options: SandboxOptions = {}): Promise<SandboxSource> {
  options.signal?.throwIfAborted()
  const files = [...new Set(paths.flatMap((path) => filesBehind(resolve(path))))]
  const reader = new Reader(
    paths.map((p) => resolve(p)),
    files,
    options,
  )
  try {
    const layers = await reader.open()
    return { layers, read: (layer) => reader.read(layer), close: () => reader.close(), fence: reader.fence }
  } catch (problem) {
    await reader.close()
    throw problem
  }
}

type Item = { readonly batch: Batch } | { readonly end: true } | { readonly problem: unknown }
type Reading = { readonly layer: number; readonly items: Item[]; wake: () => void }

class Reader {
  readonly fence: { readonly network: boolean; readonly cpu: boolean }
  readonly #paths: readonly string[]
  readonly #options: SandboxOptions
  readonly #limits: Limits
  readonly #scratch: string
  readonly #file: string
  readonly #process
  readonly #reads = new Map<number, Reading>()
  readonly #siblings: readonly string[]
  readonly #timer
  readonly #onAbort
  #layers: readonly Layer[] = []
  #opened: { readonly resolve: (layers: readonly Layer[]) => void; readonly reject: (problem: unknown) => void } | null = null
  #problem: unknown = null // why nothing more will come
  #closing = false
  #exited
  #stderr = ''
  #rows = 0
  #nextId = 1
  #waiting = 0 // readers waiting for the process
  #heard = performance.now()
  #lastLook = performance.now()
  #worked = 0 // ms it worked for us
  // the frame being received
  #head = Buffer.alloc(FRAME_HEAD)
  #payload: Buffer | null = null
  #filled = 0

  constructor(paths: readonly string[], files: readonly string[], options: SandboxOptions) {
    this.#paths = paths
    this.#siblings = files
    this.#options = options
    this.#file =
      paths
        .map((p) => basename(p))
        .slice(0, 3)
        .join(', ') + (paths.length > 3 ? ', …' : '')
    this.#limits = limitsFor(bytesOf(files), options.limits)
    this.#scratch = mkdtempSync(join(tmpdir(), 'dishu-read-'))
    const { network, cpu } = fences()
    this.fence = { network: network !== null, cpu }
    const heapMb = Math.max(64, Math.floor(this.#limits.rssMb * 0.75))
    const readable = files.flatMap((f) => (isFolder(f) ? [f, `${f}/*`] : [f]))
    const node = [
      process.execPath,
      `--max-old-space-size=${heapMb}`,
      '--disable-warning=ExperimentalWarning',
      ...permissions(readable, this.#scratch),
      CHILD,
    ]
    // far beyond the wall: the kernel's limit is there for a process whose parent is gone
    const seconds = Math.ceil(this.#limits.wallS * 2) + 60
    const limit = cpu ? ['prlimit', `--cpu=${seconds}:${seconds + 5}`, '--core=0'] : []
    const [program, ...args] = [...limit, ...(network ?? []), ...node]
    const code = compiledCode(READER, this.#scratch)
    const env = code ? { NODE_COMPILE_CACHE: code } : {}
    this.#process = spawn(program, args, { cwd: this.#scratch, env, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] })
    this.#exited = new Promise<void>((done) => {
      this.#process.on('close', (code, signal) => {
        this.#end(code, signal)
        done()
      })
      this.#process.on('error', (cause) => {
        this.#fail(cause)
        done()
      })
    })
    this.#process.stdin?.on('error', () => {}) // it is gone: the exit says why
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      if (this.#stderr.length < 4000) this.#stderr += chunk.toString('utf8')
    })
    const frames = this.#process.stdio[3]
    if (!frames || !('on' in frames)) throw new Error('the reading process has no descriptor 3')
    frames.on('data', (chunk: Buffer) => this.#receive(chunk))
    frames.on('error', () => {})
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#timer.unref()
    this.#onAbort = () => this.#kill(options.signal?.reason)
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  async open(): Promise<readonly Layer[]> {
    const { encoding } = this.#options
    const opened = new Promise<readonly Layer[]>((resolve, reject) => (this.#opened = { resolve, reject }))
    this.#order({
      do: 'open',
      paths: this.#paths,
      options: { siblings: this.#siblings, scratch: this.#scratch, ...(encoding ? { encoding } : {}) },
    })
    if (this.#problem) throw this.#problem
    this.#layers = await this.#whileWaiting(opened)
    return this.#layers
  }

  async *read(layer: number): AsyncGenerator<Batch> {
    if (this.#problem) throw this.#problem
    const id = this.#nextId++
    const reading: Reading = { layer, items: [], wake: () => {} }
    this.#reads.set(id, reading)
    this.#order({ do: 'read', id, layer, batches: AHEAD })
    let rows = 0
    try {
      for (;;) {
        if (reading.items.length === 0) await this.#whileWaiting(new Promise<void>((wake) => (reading.wake = wake)))
        const item = reading.items.shift()
        if (!item) continue
        if ('problem' in item) throw item.problem
        if ('end' in item) return
        this.#order({ do: 'more', id, batches: 1 })
        rows += item.batch.rows.length
        this.#options.onProgress?.(this.#layers[layer], rows, this.#layers[layer].rowCount)
        yield item.batch
      }
    } finally {
      this.#reads.delete(id)
      this.#order({ do: 'stop', id })
    }
  }

  /** Ends the process, in good order if it listens, and removes its folder. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true
      this.#problem ??= new Error('the source is closed')
      clearInterval(this.#timer)
      this.#options.signal?.removeEventListener('abort', this.#onAbort)
      this.#order({ do: 'close' })
      const patience = setTimeout(() => this.#process.kill('SIGKILL'), this.#waiting > 0 ? 0 : 1000)
      await this.#exited
      clearTimeout(patience)
      rmSync(this.#scratch, { recursive: true, force: true })
    } else await this.#exited
  }

  #order(order: Order): void {
    if (this.#process.stdin?.writable) this.#process.stdin.write(`${JSON.stringify(order)}\n`)
  }

  async #whileWaiting<T>(promise: Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) {
      this.#heard = performance.now()
      this.#lastLook = this.#heard
    }
    try {
      return await promise
    } finally {
      this.#account(performance.now())
      this.#waiting--
    }
  }

  /** Ten times a second: how long it has been working, how much memory it holds. */
  #look(): void {
    const now = performance.now()
    this.#account(now)
    const silent = this.#waiting > 0 ? (now - this.#heard) / 1000 : 0
    const worked = this.#worked / 1000
    if (silent > this.#limits.idleS || worked > this.#limits.wallS) this.#kill(this.#tookTooLong(Math.max(silent, worked)))
    if (residentMb(this.#process.pid) > this.#limits.rssMb) this.#kill(this.#tooMuchMemory())
  }

  /** Adds the time since the last look to what it worked, if anyone waited for it. */
  #account(now: number): void {
    if (this.#waiting > 0) this.#worked += now - this.#lastLook
    this.#lastLook = now
  }

  #receive(chunk: Buffer): void {
    this.#heard = performance.now()
    for (let at = 0; at < chunk.length; ) {
      const target = this.#payload ?? this.#head
      const n = Math.min(target.length - this.#filled, chunk.length - at)
      chunk.copy(target, this.#filled, at, at + n)
      this.#filled += n
      at += n
      if (this.#filled < target.length) return
      this.#filled = 0
      if (!this.#payload) {
        const length = this.#head.readUInt32LE(8)
        if (length > FRAME_MOST) {
          this.#kill(this.#readerFailed('it sent more than a batch can be'))
          return
        }
        // memory of its own, so that typed arrays over it are aligned
        this.#payload = Buffer.from(new ArrayBuffer(length))
        if (length > 0) continue
      }
      const payload = this.#payload
      this.#payload = null
      try {
        this.#frame(this.#head.readUInt32LE(0), this.#head.readUInt32LE(4), payload)
      } catch (problem) {
        this.#kill(this.#readerFailed(problem instanceof Error ? problem.message : String(problem)))
        return
      }
    }
  }

  #frame(kind: number, id: number, payload: Buffer): void {
    if (kind === FRAME.batch) {
      const reading = this.#reads.get(id)
      if (!reading) return // no longer wanted
      const batch = decodeBatch(payload, this.#layers[reading.layer].fields.length)
      this.#rows += batch.rows.length
      this.#give(reading, { batch })
      return
    }
    const said: unknown = JSON.parse(payload.toString('utf8'))
    if (kind === FRAME.opened) this.#opened?.resolve(layersFrom(said))
    else if (kind === FRAME.end) {
      const reading = this.#reads.get(id)
      if (reading) this.#give(reading, { end: true })
    } else {
      const problem = kind === FRAME.refused ? refusedFrom(said) : this.#failure(String(said))
      const reading = this.#reads.get(id)
      if (reading) this.#give(reading, { problem })
      else if (id === 0) this.#opened?.reject(problem)
    }
  }

  #give(reading: Reading, item: Item): void {
    reading.items.push(item)
    reading.wake()
  }

  #kill(problem: unknown): void {
    this.#process.kill('SIGKILL')
    this.#fail(problem)
  }

  /** Nothing more will come, for this reason: all who wait hear it. */
  #fail(problem: unknown): void {
    this.#problem ??= problem
    this.#opened?.reject(this.#problem)
    for (const reading of this.#reads.values()) this.#give(reading, { problem: this.#problem })
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    clearInterval(this.#timer)
    if (this.#problem) this.#fail(this.#problem)
    else if (signal === 'SIGXCPU') this.#fail(this.#tookTooLong(this.#limits.wallS))
    // not by us: the system does so when memory runs out
    else if (signal === 'SIGKILL') this.#fail(this.#tooMuchMemory())
    else this.#fail(this.#failure(this.#stderr.trim() || `exit ${code ?? signal}`))
    if (!this.#closing) rmSync(this.#scratch, { recursive: true, force: true })
  }

  /** What a broken reader said, told apart: out of memory, or a fault of ours that the file brought out. */
  #failure(said: string): Refused {
    if (/heap out of memory|Array buffer allocation failed|Invalid (array|string) length|out of memory|ERR_MEMORY/i.test(said))
      return this.#tooMuchMemory()
    const line = said.split('\n').find((l) => /Error|exit|SIG/.test(l)) ?? said.split('\n')[0]
    return this.#readerFailed(line)
  }

  #readerFailed(reason: string): Refused {
    return this.#refused({ code: 'formats/reader-failed', details: { file: this.#file, rows: this.#rows, reason: reason.slice(0, 200) } })
  }

  #tooMuchMemory(): Refused {
    return this.#refused({
      code: 'formats/needs-too-much-memory',
      details: { file: this.#file, limitMb: this.#limits.rssMb, rows: this.#rows },
    })
  }

  #tookTooLong(seconds: number): Refused {
    return this.#refused({ code: 'formats/took-too-long', details: { file: this.#file, seconds: Math.round(seconds), rows: this.#rows } })
  }

  #refused(refusal: FormatsRefusal): Refused {
    return new Refused(refusal)
  }
}

function bytesOf(files: readonly string[]): number {
  let bytes = 0
  for (const file of files) {
    try {
      bytes += statSync(file).size
    } catch {
      // the reader will say that it is not there
    }
  }
  return bytes
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Resident memory of a process in MB, from /proc; 0 where there is none. */
function residentMb(pid: number | undefined): number {
  try {
    const kb = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return Number(kb ?? 0) / 1024
  } catch {
    return 0
  }
}

const isRecord = (said: unknown): said is Record<string, unknown> => typeof said === 'object' && said !== null

function refusedFrom(said: unknown): Refused {
  if (!isRecord(said) || typeof said.code !== 'string' || !said.code.startsWith('formats/'))
    throw new Error('no refusal came out of the reading process')
  return new Refused({ code: said.code, details: said.details })
}

/** Layers as the process describes them; only their shape is checked, their texts are a stranger's in any case. */
function layersFrom(said: unknown): readonly Layer[] {
  const isLayer = (layer: unknown): layer is Layer =>
    isRecord(layer) &&
    typeof layer.name === 'string' &&
    typeof layer.file === 'string' &&
    Array.isArray(layer.fields) &&
    layer.fields.every((f) => isRecord(f) && typeof f.name === 'string' && typeof f.type === 'string') &&
    Array.isArray(layer.notes)
  if (!Array.isArray(said) || !said.every(isLayer)) throw new Error('no layers came out of the reading process')
  return said
}
