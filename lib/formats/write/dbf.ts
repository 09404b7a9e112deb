/**
 * dBASE III tables, the attribute half of a shapefile. Fixed widths: a value that does not fit is refused, never cut.
 */
import { Refused } from '@dishu/base/refusal'
import iconv from 'iconv-lite'
import type { Field, Value } from '../layers.ts'
import type { Rows, Written } from './rows.ts'
import { FileSink } from './sink.ts'

export type DbfEncoding = 'GBK' | 'UTF-8'

/** C text (width in bytes), N and F decimal numbers, D a day, L yes or no. */
export type DbfField = {
  readonly name: string
  readonly type: 'C' | 'N' | 'F' | 'D' | 'L'
  readonly width: number
  readonly decimals?: number
}

/** Language driver: 0x4D says Windows 936; there is none for UTF-8, whose readers go by the .cpg. */
const LDID: Record<DbfEncoding, number> = { GBK: 0x4d, 'UTF-8': 0 }

const FIXED = { D: 8, L: 1 } as const

/**
 * dBASE fields for fields as a reader gives them. Names longer than ten bytes are shortened and made unique: the renamed
 * ones come back in `renamed`, so that the caller can say so.
 */
export function dbfFieldsFrom(
  fields: readonly Field[],
  encoding: DbfEncoding = 'GBK',
): { fields: DbfField[]; renamed: Map<string, string> } {
  const taken = new Set<string>()
  const renamed = new Map<string, string>()
  const out = fields.map((field): DbfField => {
    const name = shortName(field.name, taken, encoding)
    if (name !== field.name) renamed.set(field.name, name)
    if (field.type === 'number') return { name, type: 'N', width: Math.min(field.width ?? 24, 32), decimals: field.decimals ?? 15 }
    if (field.type === 'date') return { name, type: 'D', width: 8 }
    if (field.type === 'boolean') return { name, type: 'L', width: 1 }
    return { name, type: 'C', width: Math.min(field.width ?? 254, 254) }
  })
  return { fields: out, renamed }
}

function shortName(name: string, taken: Set<string>, encoding: DbfEncoding): string {
  const cut = (text: string, bytes: number) => {
    let short = text
    while (iconv.encode(short, encoding).length > bytes) short = [...short].slice(0, -1).join('')
    return short
  }
  let short = cut(name, 10)
  for (let n = 1; taken.has(short.toUpperCase()); n++) short = `${cut(name, 9 - String(n).length)}_${n}`
  taken.add(short.toUpperCase())
  return short
}

/** Writes a table alone to `path`, with a .cpg beside it. Refuses what `DbfWriter` refuses. */
export async function writeDbf(path: string, fields: readonly DbfField[], rows: Rows, encoding: DbfEncoding = 'GBK'): Promise<Written> {
  const dbf = await DbfWriter.create(path, fields, encoding)
  try {
    for await (const row of rows) {
      dbf.add(row.values)
      if (dbf.isFull) await dbf.settle()
    }
    await dbf.close()
    await writeCpg(path, encoding)
    return { rows: dbf.rows, bytes: dbf.length }
  } catch (fault) {
    await dbf.abandon()
    throw fault
  }
}

export async function writeCpg(beside: string, encoding: DbfEncoding) {
  const cpg = await FileSink.create(beside.replace(/\.[^.]*$/, '.cpg'))
  cpg.append(Buffer.from(encoding))
  await cpg.close()
}

/** A table being written. Throws Refused `formats/fields-do-not-fit` on creation, and `formats/value-does-not-fit`, `formats/text-not-in-encoding` on rows. */
export class DbfWriter {
  rows = 0
  readonly #sink: FileSink
  readonly #fields: readonly DbfField[]
  readonly #encoding: DbfEncoding
  readonly #recordLength: number
  /** Texts repeat (village names, class names): their bytes are kept, up to a bound. */
  readonly #encoded = new Map<string, Buffer>()

  private constructor(sink: FileSink, fields: readonly DbfField[], encoding: DbfEncoding) {
    this.#sink = sink
    this.#fields = fields.map((field) => ({ ...field, width: field.type === 'D' || field.type === 'L' ? FIXED[field.type] : field.width }))
    this.#encoding = encoding
    this.#recordLength = 1 + this.#fields.reduce((sum, field) => sum + field.width, 0)
  }

  static async create(path: string, fields: readonly DbfField[], encoding: DbfEncoding = 'GBK'): Promise<DbfWriter> {
    const problem = problemWith(fields, encoding)
    if (problem) throw new Refused({ code: 'formats/fields-do-not-fit', details: { file: path, ...problem } })
    const sink = await FileSink.create(path)
    const dbf = new DbfWriter(sink, fields, encoding)
    sink.append(dbf.#header())
    return dbf
  }

  get isFull() {
    return this.#sink.isFull
  }
  get length() {
    return this.#sink.length
  }
  settle() {
    return this.#sink.settle()
  }

  add(values: readonly Value[]) {
    this.rows++
    const { bytes, at: start } = this.#sink.reserve(this.#recordLength)
    bytes.fill(0x20, start, start + this.#recordLength)
    let at = start + 1
    for (let f = 0; f < this.#fields.length; f++) {
      const field = this.#fields[f]
      const value = values[f] ?? null
      if (value !== null && value !== '') this.#put(bytes, at, field, value)
      at += field.width
    }
  }

  #put(bytes: Buffer, at: number, field: DbfField, value: string | number | boolean) {
    if (field.type === 'C') {
      const text = this.#encode(typeof value === 'boolean' ? (value ? '1' : '0') : String(value), field)
      if (text.length > field.width) this.#refuse('formats/value-does-not-fit', field, value)
      text.copy(bytes, at)
      return
    }
    const text = fixedText(field, value)
    if (text === null || text.length > field.width) this.#refuse('formats/value-does-not-fit', field, value)
    else bytes.write(text, at + (field.type === 'D' ? 0 : field.width - text.length), 'latin1')
  }

  #encode(text: string, field: DbfField): Buffer {
    const known = this.#encoded.get(text)
    if (known) return known
    const bytes = this.#encoding === 'UTF-8' ? Buffer.from(text) : iconv.encode(text, 'gbk')
    // what the encoding lacks becomes a question mark
    if (this.#encoding === 'GBK' && bytes.includes(0x3f) && iconv.decode(bytes, 'gbk') !== text)
      this.#refuse('formats/text-not-in-encoding', field, text)
    if (this.#encoded.size < 20_000) this.#encoded.set(text, bytes)
    return bytes
  }

  #refuse(code: string, field: DbfField, value: Value): never {
    throw new Refused({
      code,
      details: {
        file: this.#sink.path,
        row: this.rows,
        field: field.name,
        value,
        type: field.type,
        width: field.width,
        encoding: this.#encoding,
      },
    })
  }

  #header(): Buffer {
    const header = Buffer.alloc(32 + 32 * this.#fields.length + 1)
    header[0] = 3
    header.set([124, 1, 1], 1) // last change, 2024-01-01: a fixed day, so that the same rows give the same bytes
    header.writeUInt16LE(header.length, 8)
    header.writeUInt16LE(this.#recordLength, 10)
    header[29] = LDID[this.#encoding]
    this.#fields.forEach((field, f) => {
      const at = 32 + 32 * f
      iconv.encode(field.name, this.#encoding).copy(header, at)
      header.write(field.type, at + 11, 'latin1')
      header[at + 16] = field.width
      header[at + 17] = field.type === 'N' || field.type === 'F' ? (field.decimals ?? 0) : 0
    })
    header[header.length - 1] = 0x0d
    return header
  }

  async close() {
    this.#sink.append(Uint8Array.of(0x1a))
    const count = Buffer.alloc(4)
    count.writeUInt32LE(this.rows)
    await this.#sink.patch(count, 4)
    await this.#sink.close()
  }

  abandon() {
    return this.#sink.abandon()
  }
}

function problemWith(fields: readonly DbfField[], encoding: DbfEncoding): { field: string; why: string } | null {
  if (fields.length === 0 || fields.length > 255) return { field: '', why: `${fields.length} fields; a dBASE table has 1 to 255` }
  const names = new Set<string>()
  for (const { name, type, width, decimals = 0 } of fields) {
    if (name === '' || iconv.encode(name, encoding).length > 10) return { field: name, why: 'a field name has 1 to 10 bytes' }
    if (names.has(name.toUpperCase())) return { field: name, why: 'two fields have this name' }
    names.add(name.toUpperCase())
    if (type === 'C' && (width < 1 || width > 254)) return { field: name, why: `text ${width} bytes wide; 254 is the most` }
    if ((type === 'N' || type === 'F') && (width < 1 || width > 32 || decimals > Math.max(0, width - 2))) {
      return { field: name, why: `a number ${width} wide with ${decimals} decimals` }
    }
  }
  return null
}

/** Whether GBK has every sign of a text. */
export const fitsGbk = (text: string): boolean => /^[\x20-\x7e]*$/.test(text) || iconv.decode(iconv.encode(text, 'gbk'), 'gbk') === text

/** Numbers, days and yes/no as dBASE spells them; null for what is none. */
function fixedText(field: DbfField, value: string | number | boolean): string | null {
  if (field.type === 'L') return value === true || value === 1 ? 'T' : value === false || value === 0 ? 'F' : null
  if (field.type === 'D') return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value.replaceAll('-', '') : null
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'string') return /^-?\d+(\.\d+)?$/.test(value) ? value : null // whole numbers too long for a double come as text
  if (!Number.isFinite(value)) return null
  const decimals = field.decimals ?? 0
  if (decimals < 15) return decimalText(value, decimals)
  // no decimals were asked for: the shortest text that reads back as the same number
  const shortest = String(value)
  return shortest.includes('e') ? value.toFixed(15) : shortest
}

/** Rounded half away from zero on the decimal the number prints as: 1.005 with two decimals is 1.01, as a person would round it. */
function decimalText(value: number, decimals: number): string {
  const shortest = String(Math.abs(value))
  const point = shortest.indexOf('.')
  if (shortest.includes('e') || point < 0 || shortest.length - point - 1 <= decimals) return value.toFixed(decimals)
  const up = shortest.charCodeAt(point + decimals + 1) >= 53
  const cut = Number(shortest.slice(0, point + decimals + 1))
  const text = (up ? cut + 10 ** -decimals : cut).toFixed(decimals)
  return value < 0 && Number(text) !== 0 ? `-${text}` : text
}
