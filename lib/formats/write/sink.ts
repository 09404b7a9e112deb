/**
 * Bytes to a file or a stream, collected into large pieces. A file sink can go back and fill in what is only known at the
 * end (record counts, extents); whatever was begun and not finished is removed again.
 */
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** 1 MiB: large enough that the number of writes does not matter, small enough to hold a dozen. */
const PIECE = 1 << 20

export class FileSink {
  readonly path: string
  #file: FileHandle
  #buffer = Buffer.allocUnsafe(PIECE)
  #used = 0
  #flushed = 0

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  static async create(path: string): Promise<FileSink> {
    await mkdir(dirname(path), { recursive: true })
    return new FileSink(path, await open(path, 'w'))
  }

  /** Bytes written so far, the unflushed ones included. */
  get length(): number {
    return this.#flushed + this.#used
  }

  /** Room for `size` bytes at the end, to be filled by the caller at once. Call `settle` between rows: it empties a full buffer. */
  reserve(size: number): { readonly bytes: Buffer; readonly at: number } {
    if (this.#used + size > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#used + size))
      this.#buffer.copy(grown, 0, 0, this.#used)
      this.#buffer = grown
    }
    const at = this.#used
    this.#used += size
    return { bytes: this.#buffer, at }
  }

  append(bytes: Uint8Array) {
    const room = this.reserve(bytes.length)
    room.bytes.set(bytes, room.at)
  }

  /** Whether enough has gathered that `settle` should be awaited. */
  get isFull(): boolean {
    return this.#used >= PIECE / 2
  }

  async settle(): Promise<void> {
    let from = 0
    while (from < this.#used) {
      const { bytesWritten } = await this.#file.write(this.#buffer, from, this.#used - from, this.#flushed + from)
      from += bytesWritten
    }
    this.#flushed += this.#used
    this.#used = 0
  }

  /** Overwrites bytes that were settled before. */
  async patch(bytes: Uint8Array, position: number): Promise<void> {
    await this.settle()
    await this.#file.write(bytes, 0, bytes.length, position)
  }

  async close(): Promise<void> {
    await this.settle()
    await this.#file.close()
  }

  /** Closes and removes the file. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => {})
    await rm(this.path, { force: true })
  }
}

/** A path to be created, or a stream that somebody else opened (standard output, an HTTP answer). */
export type Target = string | Writable

/** Writes text in pieces to a target, waiting when it is slow. A path that is not finished is removed; a stream is ended. */
export async function writeText(
  target: Target,
  body: (put: (text: string) => void, settle: () => Promise<void>) => Promise<void>,
): Promise<number> {
  return typeof target === 'string' ? textToFile(target, body) : textToStream(target, body)
}

async function textToFile(path: string, body: (put: (text: string) => void, settle: () => Promise<void>) => Promise<void>) {
  const sink = await FileSink.create(path)
  try {
    await body(
      (text) => {
        const room = sink.reserve(Buffer.byteLength(text))
        room.bytes.write(text, room.at, 'utf8')
      },
      async () => {
        if (sink.isFull) await sink.settle()
      },
    )
    await sink.close()
    return sink.length
  } catch (fault) {
    await sink.abandon()
    throw fault
  }
}

async function textToStream(stream: Writable, body: (put: (text: string) => void, settle: () => Promise<void>) => Promise<void>) {
  const ended = finished(stream)
  ended.catch(() => {}) // awaited below; a fault while the body still runs must not count as unhandled
  let parts: string[] = []
  let held = 0
  let total = 0
  const flush = async () => {
    const bytes = Buffer.from(parts.join(''))
    parts = []
    held = 0
    total += bytes.length
    if (stream.write(bytes)) return
    await Promise.race([new Promise<void>((resolve) => stream.once('drain', resolve)), ended])
  }
  try {
    await body(
      (text) => {
        parts.push(text)
        held += text.length
      },
      async () => {
        if (held > 1 << 16) await flush()
      },
    )
    await flush()
  } catch (fault) {
    stream.destroy(fault instanceof Error ? fault : new Error(String(fault)))
    throw fault
  }
  stream.end()
  await ended
  return total
}
