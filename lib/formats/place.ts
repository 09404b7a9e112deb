/** Opening files: what the system says when it will not, and a window over a file too large to hold. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { stop } from './batches.ts'

/** What a caller may say about a file when opening it. */
export type OpenOptions = {
  /** The encoding of its texts, for a file that does not say or says it wrongly. */
  readonly encoding?: string
  /** Paths of the files beside it, for a process that may not list the folder. */
  readonly siblings?: readonly string[]
  /** A folder for what has to be unpacked; the system's temporary folder when absent. */
  readonly scratch?: string
  /** Of a GeoPackage also the number that its writer gave each row (fid), as a field: to name rows, not to know them. */
  readonly rowIds?: boolean
  /** Rows that only a look at all of them would count are not counted. */
  readonly uncounted?: boolean
}

/** Opens for reading, or refuses. Only plain files: a pipe would wait for ever. */
export function openPlain(path: string): { fd: number; size: number } {
  const file = basename(path)
  let fd: number
  try {
    // opening a pipe would wait for someone to write into it
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return stop({ code: 'formats/not-found', details: { file } })
    if (code === 'EACCES' || code === 'EPERM' || code === 'ERR_ACCESS_DENIED')
      return stop({ code: 'formats/no-permission', details: { file } })
    throw cause
  }
  const stat = fstatSync(fd)
  if (stat.isFile()) return { fd, size: stat.size }
  closeSync(fd)
  return stop(
    stat.isDirectory() ? { code: 'formats/is-a-folder', details: { file } } : { code: 'formats/not-a-plain-file', details: { file } },
  )
}

/** Names beside `path` in its folder. */
export function siblingsOf(path: string, options: OpenOptions): readonly string[] {
  if (options.siblings) return options.siblings.filter((s) => dirname(s) === dirname(path)).map((s) => basename(s))
  try {
    return readdirSync(dirname(path))
  } catch {
    return [basename(path)]
  }
}

/** The member of a file family with this extension, whatever its case: `DLTB.shp` + `.DBF`. */
export function memberOf(path: string, extension: string, names: readonly string[]): string | null {
  const stem = stemOf(path)
  const wanted = `${stem}${extension}`.toLowerCase()
  const exact = names.find((n) => n === `${stem}${extension}`) ?? names.find((n) => n.toLowerCase() === wanted)
  return exact ? join(dirname(path), exact) : null
}

/** The name without its last extension. */
export const stemOf = (path: string): string => basename(path).replace(/\.[^.]*$/, '')

/** Bytes `[from, from + length)` of a file, fewer at its end. */
export function readBytes(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let n = 0
  while (n < length) {
    const got = readSync(fd, bytes, n, length - n, from + n)
    if (got === 0) break
    n += got
  }
  return n === length ? bytes : bytes.subarray(0, n)
}

/**
 * A window that moves forward over a file. `ask(from, length)` gives the bytes' place in `bytes`; what was given before is
 * stale after it. Reads a megabyte at a time.
 */
export class Window {
  bytes: Buffer = Buffer.alloc(0)
  view = new DataView(this.bytes.buffer)
  readonly fd: number
  readonly size: number
  #from = 0

  constructor(fd: number, size: number) {
    this.fd = fd
    this.size = size
  }

  /** Index in `bytes` of the file's byte `from`, or −1 where the file ends before `from + length`. */
  ask(from: number, length: number): number {
    const at = from - this.#from
    if (at >= 0 && at + length <= this.bytes.length) return at
    if (from + length > this.size) return -1
    const want = Math.min(Math.max(length, 1 << 20), this.size - from)
    this.bytes = readBytes(this.fd, from, want)
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
    this.#from = from
    return length <= this.bytes.length ? 0 : -1
  }
}
