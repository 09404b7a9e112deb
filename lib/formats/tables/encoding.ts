/**
 * In what encoding a text file is written, by evidence: a byte order mark, else the whole file.
 * A file that is valid UTF-8 throughout and has more than ASCII in it is UTF-8; GBK text practically never is.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { refuseFile } from './refusals.ts'

/** `from` is `format` where the file (its mark) or the person says so. */
export type TextEncoding = { readonly name: string; readonly from: 'format' | 'guessed'; readonly bom: number; readonly guess: boolean }

const CHUNK = 1 << 20
const GBK_EVIDENCE = 64 << 20 // bytes looked at to tell GBK from Western text: far more than settles it

/** WHATWG label of an encoding as people and .cpg files write it; null when no decoder knows it. */
export function encodingLabel(name: string): string | null {
  const plain = name.trim().toLowerCase()
  const known: Record<string, string> = {
    '936': 'gb18030',
    cp936: 'gb18030',
    gbk: 'gb18030',
    gb2312: 'gb18030',
    '65001': 'utf-8',
    '950': 'big5',
    cp950: 'big5',
  }
  try {
    return new TextDecoder(known[plain] ?? plain).encoding
  } catch {
    return null
  }
}

/** Decides the encoding of a text file; refuses empty files, files with NUL bytes and text no known encoding fits. */
export async function encodingOf(path: string, wanted?: string): Promise<TextEncoding> {
  const file = basename(path)
  const head = await headOf(path, 1 << 16)
  if (head.length === 0) refuseFile({ code: 'formats/text-is-empty', details: { file } })

  const bom = byteOrderMark(head)
  if (wanted !== undefined) {
    const name = encodingLabel(wanted)
    if (name === null) refuseFile({ code: 'formats/text-encoding-unsupported', details: { file, encoding: wanted } })
    return { name, from: 'format', bom: bom?.name === name ? bom.length : 0, guess: false }
  }
  if (bom) return { name: bom.name, from: 'format', bom: bom.length, guess: false }
  const wide = utf16Without(head)
  if (wide) return { name: wide, from: 'guessed', bom: 0, guess: true }
  return evidence(path, file)
}

async function headOf(path: string, bytes: number): Promise<Buffer> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

export function byteOrderMark(head: Uint8Array): { name: string; length: number } | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { name: 'utf-8', length: 3 }
  if (head[0] === 0xff && head[1] === 0xfe && !(head[2] === 0 && head[3] === 0)) return { name: 'utf-16le', length: 2 }
  if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be', length: 2 }
  return null
}

// In UTF-16 the separators and digits of any table have a zero byte on one fixed side.
function utf16Without(head: Uint8Array): string | null {
  let even = 0
  let odd = 0
  for (let i = 0; i < head.length; i++) if (head[i] === 0) i % 2 ? odd++ : even++
  const pairs = head.length / 2
  if (odd + even < 4) return null
  if (odd > pairs * 0.2 && even === 0) return 'utf-16le'
  if (even > pairs * 0.2 && odd === 0) return 'utf-16be'
  return null
}

async function evidence(path: string, file: string): Promise<TextEncoding> {
  let ascii = true
  let utf8 = true
  let carry: Buffer = Buffer.alloc(0)
  let at = 0
  const gbk = new GbkEvidence()
  for await (const piece of createReadStream(path, { highWaterMark: CHUNK })) {
    const chunk: Buffer = piece
    const zero = chunk.indexOf(0)
    if (zero >= 0) refuseFile({ code: 'formats/text-is-binary', details: { file, byte: at + zero } })
    at += chunk.length
    if (gbk.bytes < GBK_EVIDENCE) gbk.look(chunk)
    if (ascii && carry.length === 0 && isAscii(chunk)) continue
    ascii = false
    if (utf8) {
      const joined = carry.length ? Buffer.concat([carry, chunk]) : chunk
      const whole = wholeUtf8(joined)
      utf8 = isUtf8(joined.subarray(0, whole))
      carry = joined.subarray(whole)
    }
    if (!utf8 && gbk.bytes >= GBK_EVIDENCE) break
  }
  if (ascii) return { name: 'utf-8', from: 'guessed', bom: 0, guess: false }
  if (utf8 && carry.length === 0) return { name: 'utf-8', from: 'guessed', bom: 0, guess: false }
  if (gbk.plausible) return { name: 'gb18030', from: 'guessed', bom: 0, guess: true }
  if (gbk.western) return { name: 'windows-1252', from: 'guessed', bom: 0, guess: true }
  return refuseFile({ code: 'formats/text-encoding-unknown', details: { file, tried: ['UTF-8', 'UTF-16', 'GB18030', 'windows-1252'] } })
}

/** How many of the bytes end on a whole character, if they are UTF-8 at all. */
function wholeUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const b = bytes[bytes.length - back]
    if (b < 0x80) break
    if (b >= 0xc0) return back < (b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/**
 * Walks bytes as GB18030 pairs. Chinese text in GBK is nearly all of the GB 2312 rows (both bytes ≥ 0xA1);
 * Western text read as GBK pairs an accented letter with the plain letter behind it.
 */
class GbkEvidence {
  bytes = 0
  #lead = 0
  #common = 0
  #rare = 0
  #broken = 0
  #high = 0
  #lone = 0
  #before = 0

  look(chunk: Uint8Array) {
    this.bytes += chunk.length
    for (let i = 0; i < chunk.length; i++) {
      const b = chunk[i]
      if (b >= 0x80) {
        this.#high++
        if (b >= 0xc0 && this.#before < 0x80) this.#lone++
        else if (this.#before >= 0x80) this.#lone--
      }
      this.#before = b
      if (this.#lead === 0) {
        if (b >= 0x80) this.#lead = b
        if (b === 0x80 || b === 0xff) {
          this.#broken++
          this.#lead = 0
        }
        continue
      }
      if (b >= 0xa1 && b <= 0xfe && this.#lead >= 0xa1 && this.#lead <= 0xf7) this.#common++
      else if ((b >= 0x40 && b !== 0x7f && b <= 0xfe) || (b >= 0x30 && b <= 0x39)) this.#rare++
      else this.#broken++
      this.#lead = 0
    }
  }

  get plausible(): boolean {
    return this.#common > 0 && this.#broken === 0 && this.#common >= 0.7 * (this.#common + this.#rare)
  }

  get western(): boolean {
    return this.#high > 0 && this.#lone >= 0.7 * this.#high
  }
}

/** The text of a file in pieces. Bytes that are not of the encoding are refused, never replaced. */
export async function* textOf(path: string, encoding: TextEncoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding.name, { fatal: true, ignoreBOM: true })
  let at = encoding.bom
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK, start: encoding.bom })) {
      const text = decoder.decode(chunk, { stream: true })
      at += chunk.length
      if (text) yield text
    }
    const rest = decoder.decode()
    if (rest) yield rest
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      refuseFile({ code: 'formats/text-not-in-encoding', details: { file: basename(path), encoding: encoding.name, nearByte: at } })
    }
    throw error
  }
}
