/**
 * The directories of a TIFF file (TIFF 6.0, Aldus 1992, §2) and of a BigTIFF: tags and their values, either byte order.
 * Offsets and counts are a stranger's: each is held against the file's size and a limit before anything is allocated.
 */

import { stopTiff } from './geotiff.refusals.ts'
import type { ByteSource } from './source.ts'

/** Bytes of one value by field type; 0 for types that do not exist. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]

/** A COG with masks has two dozen directories; a stack of pages that are no overviews is not what we read. */
const DIRECTORIES = 256
const TAGS = 1024
/** Values of one tag: 8 million tiles, which of 512 × 512 cells are two million million. */
const VALUES = 8_000_000
const TEXT = 4 << 20

type Entry = { readonly type: number; readonly count: number; readonly at: number }

export class Directory {
  readonly #file: TiffFile
  readonly #entries: ReadonlyMap<number, Entry>

  constructor(file: TiffFile, entries: ReadonlyMap<number, Entry>) {
    this.#file = file
    this.#entries = entries
  }

  has(tag: number): boolean {
    return this.#entries.has(tag)
  }

  count(tag: number): number {
    return this.#entries.get(tag)?.count ?? 0
  }

  /** The values of a numeric tag, of at most `most` values; empty where it is absent. */
  async numbers(tag: number, most = VALUES): Promise<Float64Array> {
    const entry = this.#entries.get(tag)
    if (!entry) return new Float64Array(0)
    if (entry.count > most) this.#file.tooLarge(`tag ${tag}`, entry.count, most)
    const bytes = await this.#file.bytes(entry.at, entry.count * TYPE_BYTES[entry.type], `tag ${tag}`)
    return this.#file.decode(bytes, entry.type, entry.count)
  }

  async number(tag: number, absent: number): Promise<number> {
    const entry = this.#entries.get(tag)
    if (!entry || entry.count === 0) return absent
    const bytes = await this.#file.bytes(entry.at, TYPE_BYTES[entry.type], `tag ${tag}`)
    return this.#file.decode(bytes, entry.type, 1)[0]
  }

  /** A tag's text up to its first NUL; '' where it is absent. */
  async text(tag: number): Promise<string> {
    const entry = this.#entries.get(tag)
    if (!entry) return ''
    const length = entry.count * TYPE_BYTES[entry.type]
    if (length > TEXT) this.#file.tooLarge(`tag ${tag}`, length, TEXT)
    const text = new TextDecoder().decode(await this.#file.bytes(entry.at, length, `tag ${tag}`))
    const end = text.indexOf('\0')
    return end < 0 ? text : text.slice(0, end)
  }
}

/** A source known to be a TIFF, and how its numbers are written. */
class TiffFile {
  readonly little: boolean
  readonly big: boolean
  readonly #source: ByteSource
  readonly #head: Uint8Array

  constructor(source: ByteSource, head: Uint8Array, little: boolean, big: boolean) {
    this.#source = source
    this.#head = head
    this.little = little
    this.big = big
  }

  tooLarge(what: string, found: number, limit: number): never {
    return stopTiff({ code: 'formats/tiff-too-large', details: { file: this.#source.name, what, found, limit } })
  }

  async bytes(at: number, length: number, what: string): Promise<Uint8Array> {
    const { name, size } = this.#source
    if (!(at >= 0) || at + length > size)
      stopTiff({ code: 'formats/tiff-cut-short', details: { file: name, what, needs: at + length, size } })
    if (at + length <= this.#head.length) return this.#head.subarray(at, at + length)
    const bytes = await this.#source.read(at, length)
    if (bytes.length < length)
      stopTiff({ code: 'formats/tiff-cut-short', details: { file: name, what, needs: at + length, size: at + bytes.length } })
    return bytes
  }

  decode(bytes: Uint8Array, type: number, count: number): Float64Array {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const { little } = this
    const out = new Float64Array(count)
    for (let i = 0; i < count; i++) out[i] = valueAt(view, type, i, little)
    return out
  }

  /** One directory and the place of the next, 0 for none. */
  async directory(at: number): Promise<{ directory: Directory; next: number }> {
    const { little, big } = this
    const countBytes = big ? 8 : 2
    const each = big ? 20 : 12
    const head = await this.bytes(at, countBytes, 'a directory')
    const headView = new DataView(head.buffer, head.byteOffset, head.byteLength)
    const count = big ? Number(headView.getBigUint64(0, little)) : headView.getUint16(0, little)
    if (count > TAGS) this.tooLarge('the number of tags', count, TAGS)
    const size = big ? 8 : 4
    const body = await this.bytes(at + countBytes, count * each + size, 'a directory')
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
    const offset = (from: number) => (big ? Number(view.getBigUint64(from, little)) : view.getUint32(from, little))
    const entries = new Map<number, Entry>()
    for (let i = 0; i < count; i++) {
      const from = i * each
      const type = view.getUint16(from + 2, little)
      const values = offset(from + 4)
      const length = values * (TYPE_BYTES[type] ?? 0)
      if (!TYPE_BYTES[type]) continue // a type of the future: TIFF 6.0 says to pass over it
      const field = from + 4 + size
      const inline = length <= size
      entries.set(view.getUint16(from, little), { type, count: values, at: inline ? at + countBytes + field : offset(field) })
    }
    return { directory: new Directory(this, entries), next: offset(count * each) }
  }
}

function valueAt(view: DataView, type: number, i: number, little: boolean): number {
  switch (type) {
    case 3:
      return view.getUint16(2 * i, little)
    case 4:
    case 13:
      return view.getUint32(4 * i, little)
    case 5:
      return view.getUint32(8 * i, little) / view.getUint32(8 * i + 4, little)
    case 6:
      return view.getInt8(i)
    case 8:
      return view.getInt16(2 * i, little)
    case 9:
      return view.getInt32(4 * i, little)
    case 10:
      return view.getInt32(8 * i, little) / view.getInt32(8 * i + 4, little)
    case 11:
      return view.getFloat32(4 * i, little)
    case 12:
      return view.getFloat64(8 * i, little)
    case 16:
    case 18:
      return Number(view.getBigUint64(8 * i, little))
    case 17:
      return Number(view.getBigInt64(8 * i, little))
    default:
      return view.getUint8(i)
  }
}

/** All directories of the chain, in file order. Refused: no TIFF, cut short, a chain that bites its own tail, absurd counts. */
export async function readDirectories(source: ByteSource): Promise<{ little: boolean; directories: Directory[] }> {
  const notTiff = () => stopTiff({ code: 'formats/tiff-not-a-tiff', details: { file: source.name } })
  const head = (await source.read(0, Math.min(source.size, 1 << 16))).slice()
  if (head.length < 8) notTiff()
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const order = view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) notTiff()
  const little = order === 0x4949
  const version = view.getUint16(2, little)
  if (version !== 42 && version !== 43) notTiff()
  const big = version === 43
  if (big && (head.length < 16 || view.getUint16(4, little) !== 8)) notTiff()
  const file = new TiffFile(source, head, little, big)
  const directories: Directory[] = []
  const seen = new Set<number>()
  for (let at = big ? Number(view.getBigUint64(8, little)) : view.getUint32(4, little); at !== 0; ) {
    if (seen.has(at))
      stopTiff({ code: 'formats/tiff-damaged', details: { file: source.name, what: `its directories lead back to byte ${at}` } })
    if (directories.length === DIRECTORIES) file.tooLarge('the number of directories', DIRECTORIES + 1, DIRECTORIES)
    seen.add(at)
    const { directory, next } = await file.directory(at)
    directories.push(directory)
    at = next
  }
  if (directories.length === 0) stopTiff({ code: 'formats/tiff-damaged', details: { file: source.name, what: 'it has no directory' } })
  return { little, directories }
}
