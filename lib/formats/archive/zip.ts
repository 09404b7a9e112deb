/**
 * A zip file as a list of entries that are safe to unpack, and their bytes, counted while they come.
 * Everything its directory gives away is checked before the first byte is unpacked.
 */
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { refuseFile } from '../tables/refusals.ts'

/** `ratio` counts once more than `ratioFloor` bytes would come out: small files of blanks are no bombs. */
export type ZipLimits = { readonly entries: number; readonly totalBytes: number; readonly ratio: number; readonly ratioFloor: number }

export const ZIP_LIMITS: ZipLimits = { entries: 2000, totalBytes: 4 * 2 ** 30, ratio: 250, ratioFloor: 64 * 2 ** 20 }

/** `name` has `/` between its parts and no `.` or `..` among them. */
export type ZipEntry = { readonly name: string; readonly bytes: number; readonly raw: Entry }

export type Zip = {
  readonly entries: readonly ZipEntry[]
  /** The bytes of an entry, checked against its stated size and CRC-32. */
  read(entry: ZipEntry): AsyncGenerator<Uint8Array>
  close(): void
}

const DIRECTORY = /\/$/
const UTF8_NAME = 0x0800
const ENCRYPTED = 0x0001
const UNICODE_PATH = 0x7075
const SYMLINK = 0o120000
const FILE_KIND = 0o170000

/** Opens a zip; refuses damaged and encrypted ones, bombs, links, overlapping and repeated entries, and names that lead elsewhere. */
export async function openZip(path: string, limits: ZipLimits = ZIP_LIMITS): Promise<Zip> {
  const file = basename(path)
  const zip = await damaged(file, () => yauzl.openPromise(path, { autoClose: false, decodeStrings: false, validateEntrySizes: true }))
  try {
    if (zip.entryCount > limits.entries) {
      refuseFile({ code: 'formats/zip-too-many-entries', details: { file, entries: zip.entryCount, limit: limits.entries } })
    }
    const found = await damaged(file, () => entriesOf(zip))
    const entries = checked(file, found, limits)
    return { entries, read: (entry) => bytesOf(zip, file, entry), close: () => zip.close() }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function damaged<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('E') && 'syscall' in error)
      throw error
    if (error instanceof Error && error.message.startsWith('strong encryption'))
      refuseFile({ code: 'formats/zip-encrypted', details: { file, part: file } })
    return refuseFile({ code: 'formats/zip-damaged', details: { file, reason: error instanceof Error ? error.message : String(error) } })
  }
}

const entriesOf = (zip: ZipFile) =>
  new Promise<Entry[]>((resolve, reject) => {
    const entries: Entry[] = []
    zip.on('error', reject)
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: Entry) => {
      entries.push(entry)
      zip.readEntry()
    })
    zip.readEntry()
  })

function checked(file: string, found: readonly Entry[], limits: ZipLimits): ZipEntry[] {
  const entries: ZipEntry[] = []
  const taken = new Set<string>()
  let total = 0
  for (const raw of found) {
    const part = nameOf(raw)
    if (!isSafe(part)) refuseFile({ code: 'formats/zip-unsafe-name', details: { file, part: part.replaceAll('\0', '␀').slice(0, 200) } })
    if (((raw.externalFileAttributes >>> 16) & FILE_KIND) === SYMLINK) refuseFile({ code: 'formats/zip-link', details: { file, part } })
    const name = part
      .split('/')
      .filter((step) => step !== '' && step !== '.')
      .join('/')
    const key = `${name.normalize('NFC').toLowerCase()}${DIRECTORY.test(part) ? '/' : ''}`
    if (taken.has(key)) refuseFile({ code: 'formats/zip-duplicate', details: { file, part } })
    taken.add(key)
    if (DIRECTORY.test(part)) continue

    if (raw.generalPurposeBitFlag & ENCRYPTED) refuseFile({ code: 'formats/zip-encrypted', details: { file, part } })
    total += raw.uncompressedSize
    const ratio = Math.round(raw.uncompressedSize / Math.max(raw.compressedSize, 1))
    if (raw.uncompressedSize > limits.ratioFloor && ratio > limits.ratio) {
      refuseFile({ code: 'formats/zip-ratio', details: { file, part, ratio, limit: limits.ratio } })
    }
    if (total > limits.totalBytes) refuseFile({ code: 'formats/zip-too-large', details: { file, bytes: total, limit: limits.totalBytes } })
    entries.push({ name, bytes: raw.uncompressedSize, raw })
  }
  refuseOverlaps(file, found)
  return entries
}

// Two entries that share compressed bytes are how 42 kB become gigabytes (D. Fifield, 2019); no writer makes them by accident.
function refuseOverlaps(file: string, found: readonly Entry[]) {
  const spans = found.map((raw) => ({
    raw,
    from: raw.relativeOffsetOfLocalHeader,
    to: raw.relativeOffsetOfLocalHeader + 30 + raw.fileNameLength + raw.compressedSize,
  }))
  spans.sort((a, b) => a.from - b.from)
  for (let i = 1; i < spans.length; i++) {
    if (spans[i].from < spans[i - 1].to) refuseFile({ code: 'formats/zip-overlap', details: { file, part: nameOf(spans[i].raw) } })
  }
}

function isSafe(name: string): boolean {
  if (name === '' || name.includes('\0') || name.length > 1000) return false
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return false
  return !name.split('/').includes('..')
}

/**
 * An entry's name: UTF-8 where its flag or its Unicode extra field says so or its bytes are, else GBK, as Chinese Windows writes it.
 * Backslashes become slashes only after decoding, since 0x5C is the second byte of many GBK characters.
 */
function nameOf(raw: Entry): string {
  const bytes = raw.fileNameRaw
  const unicode = raw.extraFields.find((field) => field.id === UNICODE_PATH)
  const text = unicode && unicode.data.length > 5 ? decoded('utf-8', unicode.data.subarray(5)) : decoded('utf-8', bytes)
  const plain = text ?? (raw.generalPurposeBitFlag & UTF8_NAME ? null : decoded('gb18030', bytes)) ?? bytes.toString('latin1')
  return plain.replaceAll('\\', '/')
}

function decoded(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

async function* bytesOf(zip: ZipFile, file: string, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const { raw, name: part } = entry
  if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8) {
    refuseFile({ code: 'formats/zip-method', details: { file, part, method: raw.compressionMethod } })
  }
  let crc = 0
  let count = 0
  const stream = await damaged(file, () => zip.openReadStreamPromise(raw))
  const source = stream[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { value, done } = await damaged(file, () => source.next())
      if (done) break
      const chunk: Uint8Array = value
      count += chunk.length
      if (count > entry.bytes) refuseFile({ code: 'formats/zip-size-lies', details: { file, part } })
      crc = crc32(chunk, crc)
      yield chunk
    }
  } finally {
    stream.destroy()
  }
  if (count !== entry.bytes || crc !== raw.crc32) refuseFile({ code: 'formats/zip-size-lies', details: { file, part } })
}
