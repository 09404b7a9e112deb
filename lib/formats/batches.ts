/** Growing bytes and the batches made of them: what every reader of this folder writes into. */
import { Refused } from '@dishu/base/refusal'
import type { Batch, RowProblem, Value } from './layers.ts'
import { BATCH_ROWS } from './layers.ts'
import type { FormatsRefusal } from './refusals.ts'

/** A batch is handed on early once its geometries pass this, so that a layer of huge polygons stays in bounds. */
const BATCH_BYTES = 8 << 20
/** One geometry of more bytes than this (16 million vertices) is refused. */
export const GEOMETRY_BYTES = 256 << 20

/** Little-endian bytes that grow as they are written. */
export class Bytes {
  buffer: Uint8Array
  view: DataView
  length = 0

  constructor(capacity = 1 << 16) {
    this.buffer = new Uint8Array(capacity)
    this.view = new DataView(this.buffer.buffer)
  }

  /** Makes room for `n` more bytes; views taken before may be stale afterwards. */
  reserve(n: number): void {
    const needed = this.length + n
    if (needed <= this.buffer.length) return
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2))
    grown.set(this.buffer.subarray(0, this.length))
    this.buffer = grown
    this.view = new DataView(grown.buffer)
  }

  u8(value: number): void {
    this.reserve(1)
    this.buffer[this.length++] = value
  }

  u32(value: number): void {
    this.reserve(4)
    this.view.setUint32(this.length, value, true)
    this.length += 4
  }

  xy(x: number, y: number): void {
    this.reserve(16)
    this.view.setFloat64(this.length, x, true)
    this.view.setFloat64(this.length + 8, y, true)
    this.length += 16
  }

  copy(source: Uint8Array, from: number, to: number): void {
    const n = to - from
    this.reserve(n)
    // under about 64 bytes a loop beats the call
    if (n < 64) for (let i = 0; i < n; i++) this.buffer[this.length + i] = source[from + i]
    else this.buffer.set(source.subarray(from, to), this.length)
    this.length += n
  }

  /** The head of a WKB geometry, little-endian. Returns where a count written later goes. */
  head(type: number, count: number): number {
    this.reserve(9)
    this.buffer[this.length] = 1
    this.view.setUint32(this.length + 1, type, true)
    this.view.setUint32(this.length + 5, count, true)
    this.length += 9
    return this.length - 4
  }
}

/** Thrown inside one row: that row becomes a problem and reading goes on. Carries no stack: there may be a million of them. */
export class RowTrouble {
  readonly refusal: FormatsRefusal
  constructor(refusal: FormatsRefusal) {
    this.refusal = refusal
  }
}

/** Stops the whole file. */
export const stop = (refusal: FormatsRefusal): never => {
  throw new Refused(refusal)
}

/** Gathers rows into batches: write the geometry into `wkb`, the values into `values`, then `keep` the row or `lose` it. */
export class BatchBuilder {
  readonly wkb = new Bytes()
  readonly values: Value[]
  #rows = new Uint32Array(BATCH_ROWS)
  #offsets = new Uint32Array(BATCH_ROWS + 1)
  #columns: Value[][]
  #problems: RowProblem[] = []
  #notes: RowProblem[] = []
  #n = 0

  constructor(fieldCount: number) {
    this.values = new Array<Value>(fieldCount).fill(null)
    this.#columns = this.#emptyColumns()
  }

  get full(): boolean {
    return this.#n >= BATCH_ROWS || this.wkb.length >= BATCH_BYTES || this.#problems.length >= BATCH_ROWS
  }

  get empty(): boolean {
    return this.#n === 0 && this.#problems.length === 0
  }

  /** Where the geometry of the row being written starts. */
  get start(): number {
    return this.#offsets[this.#n]
  }

  keep(row: number): void {
    const columns = this.#columns
    for (let f = 0; f < columns.length; f++) columns[f].push(this.values[f])
    this.#rows[this.#n++] = row
    this.#offsets[this.#n] = this.wkb.length
  }

  /** Forgets what was written of this row. */
  lose(row: number, refusal: FormatsRefusal): void {
    this.wkb.length = this.start
    this.#problems.push({ row, refusal })
  }

  note(row: number, refusal: FormatsRefusal): void {
    this.#notes.push({ row, refusal })
  }

  /** The rows so far as a batch of its own; the builder starts anew. */
  take(): Batch {
    const batch: Batch = {
      rows: this.#rows.slice(0, this.#n),
      columns: this.#columns,
      wkb: this.wkb.buffer.slice(0, this.wkb.length),
      offsets: this.#offsets.slice(0, this.#n + 1),
      problems: this.#problems,
      notes: this.#notes,
    }
    this.wkb.length = 0
    this.#columns = this.#emptyColumns()
    this.#problems = []
    this.#notes = []
    this.#n = 0
    return batch
  }

  #emptyColumns(): Value[][] {
    return this.values.map(() => [])
  }
}
