/**
 * dBASE tables (.dbf, levels III to 5 and FoxPro's common types), read record by record.
 * Layout: 32 bytes of header, 32 per field up to 0x0D, then records of fixed width, each behind a deletion mark.
 */
import { isAscii } from 'node:buffer'
import { closeSync } from 'node:fs'
import { basename } from 'node:path'
import iconv from 'iconv-lite'
import { stop } from '../batches.ts'
import type { Field, FieldType, Layer, Value } from '../layers.ts'
import { memberOf, type OpenOptions, openPlain, readBytes, siblingsOf, Window } from '../place.ts'
import type { LayerNote } from '../refusals.ts'
import { chooseEncoding, encodingNamed, encodingOfLdid } from './encoding.ts'

type Column = { readonly letter: string; readonly from: number; readonly to: number; readonly field: Field }

/** Records read for evidence of the encoding and of deleted rows. */
const EVIDENCE_BYTES = 64 << 20
const EVIDENCE_TEXTS = 5000
/** A whole number of more digits than this may not fit a double: it is a code, and stays text. */
const NUMBER_DIGITS = 15
const BINARY = 'IBOTY@+'

export class Dbf {
  readonly file: string
  readonly fields: readonly Field[]
  readonly encoding: NonNullable<Layer['encoding']>
  readonly notes: LayerNote[] = []
  /** Records in the file, the deleted among them. */
  readonly records: number
  /** Null: the file is too large to count them beforehand. */
  readonly deleted: number | null
  readonly #fd: number
  readonly #window: Window
  readonly #columns: readonly Column[]
  readonly #start: number
  readonly #width: number
  readonly #decoded = new Map<string, string>()
  readonly #wide: boolean

  constructor(path: string, options: OpenOptions = {}) {
    const file = basename(path)
    const { fd, size } = openPlain(path)
    this.file = file
    this.#fd = fd
    try {
      if (size === 0) stop({ code: 'formats/file-empty', details: { file } })
      const head = readBytes(fd, 0, 65_536 + 32)
      if (head.length < 33) stop({ code: 'formats/not-this-format', details: { file, format: 'dbf' } })
      this.#start = head.readUInt16LE(8)
      this.#width = head.readUInt16LE(10)
      const described = describedFields(head, this.#start)
      const needed = described.reduce((sum, d) => sum + d.width, 1)
      if ((head[0] & 7) === 4 || described.length === 0 || this.#width < 2 || this.#start < 33 || needed > this.#width) {
        stop({ code: 'formats/not-this-format', details: { file, format: 'dbf' } })
      }
      const stated = head.readUInt32LE(4)
      const fitting = Math.max(0, Math.floor((size - this.#start) / this.#width))
      if (stated > fitting) stop({ code: 'formats/truncated', details: { file, expected: stated, found: fitting, of: 'rows' } })
      // a header of 0 over records is a writer that died before it came back to the header
      this.records = stated === 0 ? fitting : stated
      if (this.records !== stated) this.notes.push({ code: 'formats/header-wrong', details: { file, stated, found: fitting } })
      this.#window = new Window(fd, size)

      const { texts, deleted } = this.#evidence(described)
      for (const d of described) if (!isAscii(d.name)) texts.push(d.name)
      this.deleted = deleted
      const cpg = memberOf(path, '.cpg', siblingsOf(path, options))
      const chosen = chooseEncoding({ cpg: cpg && this.#stated(cpg), ldid: encodingOfLdid(head[29]), given: this.#given(options) }, texts)
      this.encoding = { name: chosen.name, from: chosen.from }
      this.#wide = /^utf-?16/i.test(chosen.name)
      if (chosen.stated) this.notes.push({ code: 'formats/encoding-differs', details: { file, stated: chosen.stated, used: chosen.name } })
      else if (!chosen.sure) this.notes.push({ code: 'formats/encoding-guessed', details: { file, encoding: chosen.name } })
      this.#columns = this.#named(described)
      this.fields = this.#columns.map((c) => c.field)
    } catch (problem) {
      closeSync(fd)
      throw problem
    }
  }

  close(): void {
    closeSync(this.#fd)
  }

  /**
   * Values of record `index` (from 0) into `values`; false when it is deleted. `note` hears of values that are not what
   * their field holds; those become null.
   */
  row(index: number, values: Value[], note: (field: string, value: string) => void): boolean {
    const at = this.#window.ask(this.#start + index * this.#width, this.#width)
    if (at < 0) return stop({ code: 'formats/truncated', details: { file: this.file, expected: this.records, found: index, of: 'rows' } })
    const bytes = this.#window.bytes
    if (bytes[at] === 0x2a) return false
    const record = bytes.toString('latin1', at, at + this.#width)
    for (let f = 0; f < this.#columns.length; f++) {
      const column = this.#columns[f]
      const value = BINARY.includes(column.letter)
        ? binaryValue(column, this.#window.view, at + column.from)
        : this.#textValue(column, record)
      if (value !== undefined) values[f] = value
      else {
        values[f] = null
        note(column.field.name, record.slice(column.from, column.to).trim())
      }
    }
    return true
  }

  /** Undefined: it holds something else. */
  #textValue(column: Column, record: string): Value | undefined {
    if (column.letter === 'C') return this.#text(record, column.from, column.to)
    const text = trimmed(record, column.from, column.to)
    if (text === '') return null
    switch (column.letter) {
      case 'N':
      case 'F':
        return column.field.type === 'text' ? text : numberOf(text)
      case 'D':
        return dateOf(text)
      case 'L':
        return 'YyTt'.includes(text) ? true : 'NnFf'.includes(text) ? false : text === '?' ? null : undefined
      default:
        return null
    }
  }

  #text(record: string, from: number, to: number): string | null {
    let end = to
    if (!this.#wide) {
      const nul = record.indexOf('\0', from)
      if (nul >= 0 && nul < end) end = nul
    }
    while (end > from && (record.charCodeAt(end - 1) === 0x20 || record.charCodeAt(end - 1) === 0)) end--
    if (end === from) return null
    const raw = record.slice(from, end)
    if (!this.#wide && !hasHighByte(raw)) return raw
    const known = this.#decoded.get(raw)
    if (known !== undefined) return known
    const text = this.#decode(Buffer.from(raw, 'latin1'))
    if (this.#decoded.size > 50_000) this.#decoded.clear()
    this.#decoded.set(raw, text)
    return text
  }

  /** A character cut in two by the width of its field is left out. */
  #decode(bytes: Buffer): string {
    return iconv.decode(bytes, this.encoding.name).replace(/\uFFFD+$/, '')
  }

  #stated(cpg: string): string | null {
    const { fd } = openPlain(cpg)
    const text = readBytes(fd, 0, 64).toString('latin1')
    closeSync(fd)
    const name = encodingNamed(text)
    if (!name && text.trim()) this.notes.push({ code: 'formats/encoding-not-known', details: { file: basename(cpg), stated: text.trim() } })
    return name
  }

  #given(options: OpenOptions): string | null {
    if (!options.encoding) return null
    return (
      encodingNamed(options.encoding) ??
      stop({ code: 'formats/encoding-not-known', details: { file: this.file, stated: options.encoding } })
    )
  }

  /** Distinct texts with bytes above 0x7F, and how many records are deleted. */
  #evidence(described: readonly Described[]): { texts: Buffer[]; deleted: number | null } {
    const found = new Map<string, Buffer>()
    const whole = this.records * this.#width <= EVIDENCE_BYTES
    const records = whole ? this.records : Math.floor(EVIDENCE_BYTES / this.#width)
    const perLook = Math.max(1, Math.floor((1 << 20) / this.#width))
    const texts: { from: number; to: number }[] = []
    let offset = 1
    for (const d of described) {
      if (d.letter === 'C') texts.push({ from: offset, to: offset + d.width })
      offset += d.width
    }
    let deleted = 0
    for (let first = 0; first < records; first += perLook) {
      const n = Math.min(perLook, records - first)
      const at = this.#window.ask(this.#start + first * this.#width, n * this.#width)
      if (at < 0) break
      const bytes = this.#window.bytes
      const look = found.size < EVIDENCE_TEXTS && !isAscii(bytes.subarray(at, at + n * this.#width))
      for (let i = 0, p = at; i < n; i++, p += this.#width) {
        if (bytes[p] === 0x2a) deleted++
        else if (look && found.size < EVIDENCE_TEXTS) gatherHigh(bytes, p, texts, found)
      }
    }
    return { texts: [...found.values()], deleted: whole ? deleted : null }
  }

  #named(described: readonly Described[]): Column[] {
    const taken = new Set<string>()
    const renamed: string[] = []
    const unread: string[] = []
    let offset = 1
    const columns: Column[] = []
    for (const [i, d] of described.entries()) {
      const from = offset
      offset += d.width
      const given = this.#decode(d.name).trim()
      let name = given || `field_${i + 1}`
      for (let k = 2; taken.has(name.toLowerCase()); k++) name = `${given || `field_${i + 1}`}_${k}`
      if (name !== given) renamed.push(name)
      taken.add(name.toLowerCase())
      const type = typeOf(d)
      if (type === 'bytes') unread.push(name)
      columns.push({
        letter: type === 'bytes' ? 'M' : d.letter,
        from,
        to: offset,
        field: { name, type, width: d.width, ...(d.decimals ? { decimals: d.decimals } : {}) },
      })
    }
    if (renamed.length) this.notes.push({ code: 'formats/fields-renamed', details: { file: this.file, fields: renamed } })
    if (unread.length) this.notes.push({ code: 'formats/fields-not-read', details: { file: this.file, fields: unread } })
    return columns
  }
}

type Described = { readonly name: Buffer; readonly letter: string; readonly width: number; readonly decimals: number }

function describedFields(head: Buffer, start: number): Described[] {
  const fields: Described[] = []
  for (let at = 32; at + 32 <= Math.min(start, head.length) && head[at] !== 0x0d; at += 32) {
    const raw = head.subarray(at, at + 11)
    const end = raw.indexOf(0)
    const letter = String.fromCharCode(head[at + 11]).toUpperCase()
    // FoxPro keeps the high byte of a long text's width where a number has its decimals
    const width = letter === 'C' ? head[at + 16] + (head[at + 17] << 8) : head[at + 16]
    fields.push({ name: Buffer.from(end < 0 ? raw : raw.subarray(0, end)), letter, width, decimals: letter === 'C' ? 0 : head[at + 17] })
  }
  return fields
}

function typeOf(d: Described): FieldType {
  switch (d.letter) {
    case 'C':
      return 'text'
    case 'N':
      return d.decimals === 0 && d.width > NUMBER_DIGITS ? 'text' : 'number'
    case 'F':
    case 'Y':
      return 'number'
    case 'I':
    case '+':
      return d.width === 4 ? 'number' : 'bytes'
    case 'B':
    case 'O':
      return d.width === 8 ? 'number' : 'bytes' // a memo's block number has ten digits
    case 'D':
      return 'date'
    case 'T':
    case '@':
      return d.width === 8 ? 'text' : 'bytes'
    case 'L':
      return 'boolean'
    default:
      return 'bytes'
  }
}

function binaryValue(column: Column, view: DataView, at: number): Value | undefined {
  switch (column.letter) {
    case 'I':
      return view.getInt32(at, true)
    case '+':
      return view.getInt32(at, false)
    case 'Y':
      return Number(view.getBigInt64(at, true)) / 10_000
    case 'T':
    case '@': {
      const julianDay = view.getInt32(at, true)
      if (julianDay === 0) return null
      const ms = (julianDay - 2_440_588) * 86_400_000 + view.getInt32(at + 4, true) // 2 440 588: the Julian day of 1970-01-01
      return Math.abs(ms) > 8e15 ? undefined : new Date(ms).toISOString().slice(0, 19)
    }
    default: {
      const value = view.getFloat64(at, true)
      return Number.isFinite(value) ? value : null
    }
  }
}

function gatherHigh(bytes: Buffer, record: number, texts: readonly { from: number; to: number }[], found: Map<string, Buffer>): void {
  for (const { from, to } of texts) {
    let end = record + to
    const nul = bytes.indexOf(0, record + from)
    if (nul >= 0 && nul < end) end = nul
    while (end > record + from && bytes[end - 1] === 0x20) end--
    const raw = bytes.toString('latin1', record + from, end)
    if (hasHighByte(raw) && !found.has(raw)) found.set(raw, Buffer.from(raw, 'latin1'))
  }
}

const HIGH = /[\x80-\xff]/
const hasHighByte = (latin1: string): boolean => HIGH.test(latin1)

function trimmed(record: string, from: number, to: number): string {
  let a = from
  let b = to
  while (a < b && record.charCodeAt(a) <= 0x20) a++
  while (b > a && record.charCodeAt(b - 1) <= 0x20) b--
  return record.slice(a, b)
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/

/** Undefined for a word, and for the asterisks a writer leaves where the number did not fit its field. */
function numberOf(text: string): number | undefined {
  const plain = text.includes(',') ? text.replace(',', '.') : text
  if (NUMBER.test(plain)) {
    const value = Number(plain)
    return Number.isFinite(value) ? value : undefined
  }
  return undefined
}

function dateOf(text: string): string | null | undefined {
  if (/^0+$/.test(text)) return null
  if (!/^\d{8}$/.test(text)) return undefined
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`
  const time = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date ? undefined : date
}
