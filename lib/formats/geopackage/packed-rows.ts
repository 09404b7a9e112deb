/**
 * The rows of a GeoPackage's layer from its pages, their values packed as they lie: texts are copied as bytes and become strings where they are used,
 * which spares the reading process most of its work.
 */
import { isUtf8 } from 'node:buffer'
import { closeSync } from 'node:fs'
import { BatchBuilder, GEOMETRY_BYTES, RowTrouble, stop } from '../batches.ts'
import { BATCH_ROWS, type Batch, type Value } from '../layers.ts'
import { openPlain } from '../place.ts'
import { COLUMN, decodeColumn, encodeColumn, NO_TEXT, type PackedColumn } from '../sandbox/codec.ts'
import type { PagedLayer } from '../sqlite/layer-pages.ts'
import { BrokenPages, RowCursor } from '../sqlite/pages.ts'
import { appendBlob } from './blob.ts'

/** A batch whose columns are unpacked when somebody asks for them. */
export type PackedBatch = Batch & { readonly packed: readonly PackedColumn[] }

/** All rows of a layer in the order of their numbers. Refused with `formats/damaged` where pages do not hang together. */
export async function* packedRows(paged: PagedLayer): AsyncGenerator<PackedBatch> {
  const { fd } = openPlain(paged.path)
  let row = 0
  try {
    const cursor = new RowCursor(fd, paged.table, paged.columns, 0, paged.table.leaves.length, 2 * GEOMETRY_BYTES)
    const out = new BatchBuilder(0)
    const columns = paged.fields.map((field, i) => new ColumnPacker(field, i + 1))
    while (cursor.next()) {
      row++
      const place = { file: paged.file, layer: paged.layer, row }
      try {
        const length = cursor.blob(0)
        if (length >= 0) {
          if (appendBlob(out.wkb, cursor.bytes, cursor.places[0], cursor.places[0] + length, place))
            out.note(row, { code: 'formats/ring-closed', details: place })
        } else if (!cursor.isNull(0)) throw new RowTrouble({ code: 'formats/geometry-broken', details: place })
        for (let c = 0; c < columns.length; c++) columns[c].add(cursor)
        out.keep(row)
      } catch (trouble) {
        if (!(trouble instanceof RowTrouble)) throw trouble
        out.lose(row, trouble.refusal)
      }
      if (out.full) yield packed(out, columns)
    }
    if (!out.empty) yield packed(out, columns)
  } catch (cause) {
    if (!(cause instanceof BrokenPages)) throw cause
    stop({ code: 'formats/damaged', details: { file: paged.file, format: 'geopackage', row: row + 1 } })
  } finally {
    closeSync(fd)
  }
}

function packed(out: BatchBuilder, packers: readonly ColumnPacker[]): PackedBatch {
  const batch = out.take()
  const columns = packers.map((packer) => packer.take())
  let unpacked: readonly (readonly Value[])[] | null = null
  return {
    ...batch,
    packed: columns,
    get columns() {
      unpacked ??= columns.map(({ kind, body }) => decodeColumn(kind, body, batch.rows.length))
      return unpacked
    },
  }
}

/** The values of one field of a batch. What is not of the field's own kind is kept aside, and packed by the general way. */
class ColumnPacker {
  readonly #isNumber: boolean
  readonly #isRowid: boolean
  readonly #slot: number
  readonly #numbers: Float64Array
  readonly #lengths: Uint32Array // of texts in units of UTF-16
  readonly #ends: Uint32Array // of texts in bytes
  #bytes = new Uint8Array(0)
  #used = 0
  #n = 0
  #filled = 0
  #plain = true // every byte is a character of its own
  #torn = false // a text begins in the middle of a character
  readonly #aside = new Map<number, Value>()

  constructor({ isNumber, isRowid }: PagedLayer['fields'][number], slot: number) {
    this.#isNumber = isNumber
    this.#isRowid = isRowid
    this.#slot = slot
    this.#numbers = new Float64Array(isNumber ? BATCH_ROWS : 0)
    this.#lengths = new Uint32Array(isNumber ? 0 : BATCH_ROWS)
    this.#ends = new Uint32Array(isNumber ? 0 : BATCH_ROWS)
  }

  add(cursor: RowCursor): void {
    const slot = this.#slot
    const type = cursor.types[slot]
    if (type >= 13 && (type & 1) === 1 && !this.#isNumber) {
      this.#text(cursor.bytes, cursor.places[slot], (type - 13) >> 1)
      return
    }
    let value = type === 0 ? (this.#isRowid ? cursor.rowNumber() : null) : cursor.value(slot)
    // a whole number in a field of texts keeps its digits as a text
    if (typeof value === 'number' && !this.#isNumber && type !== 7) value = String(value)
    if (value !== null) this.#filled++
    if (this.#isNumber) this.#numbers[this.#n] = typeof value === 'number' ? value : Number.NaN
    else this.#lengths[this.#n] = NO_TEXT
    if (value !== null && !(this.#isNumber && typeof value === 'number')) this.#aside.set(this.#n, value)
    this.#n++
  }

  #text(source: Uint8Array, from: number, length: number): void {
    if (this.#used + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(1 << 12, 2 * (this.#used + length)))
      larger.set(this.#bytes.subarray(0, this.#used))
      this.#bytes = larger
    }
    const bytes = this.#bytes
    let at = this.#used
    let units = length
    for (let i = from, end = from + length; i < end; i++) {
      const byte = source[i]
      bytes[at++] = byte
      // of a character's bytes the first counts one, and of four bytes two: that many units of UTF-16
      if (byte >= 0x80) {
        this.#plain = false
        if (byte < 0xc0) units--
        else if (byte >= 0xf0) units++
      }
    }
    if (length > 0 && (source[from] & 0xc0) === 0x80) this.#torn = true
    this.#used = at
    this.#ends[this.#n] = at
    this.#lengths[this.#n++] = units
    this.#filled++
  }

  /** The values since the last time. */
  take(): PackedColumn {
    const n = this.#n
    const column = this.#packed(n)
    this.#used = 0
    this.#n = 0
    this.#filled = 0
    this.#plain = true
    this.#torn = false
    this.#aside.clear()
    return column
  }

  #packed(n: number): PackedColumn {
    if (this.#filled === 0) return { kind: COLUMN.empty, body: new Uint8Array(0) }
    if (this.#aside.size === 0) {
      if (this.#isNumber) return { kind: COLUMN.numbers, body: new Uint8Array(this.#numbers.slice(0, n).buffer) }
      if (this.#plain) return this.#texts(n, COLUMN.latin1)
      if (!this.#torn && isUtf8(this.#bytes.subarray(0, this.#used))) return this.#texts(n, COLUMN.utf8)
    }
    return encodeColumn(this.#values(n))
  }

  #texts(n: number, kind: number): PackedColumn {
    const body = new Uint8Array(4 * n + this.#used)
    body.set(new Uint8Array(this.#lengths.buffer, 0, 4 * n))
    body.set(this.#bytes.subarray(0, this.#used), 4 * n)
    return { kind, body }
  }

  /** One by one, as SQLite gives them: bytes that are no UTF-8 become the sign for that. */
  #values(n: number): Value[] {
    const values: Value[] = []
    const bytes = Buffer.from(this.#bytes.buffer)
    let at = 0
    for (let i = 0; i < n; i++) {
      const aside = this.#aside.get(i)
      if (aside !== undefined) values.push(aside)
      else if (this.#isNumber) values.push(Number.isNaN(this.#numbers[i]) ? null : this.#numbers[i])
      else if (this.#lengths[i] === NO_TEXT) values.push(null)
      else {
        values.push(bytes.toString('utf8', at, this.#ends[i]))
        at = this.#ends[i]
      }
    }
    return values
  }
}
