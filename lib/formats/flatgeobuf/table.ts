/**
 * FlatBuffers tables read in place: the few shapes FlatGeobuf uses, every offset checked against the buffer's end.
 * A table starts with the distance back to its vtable; a vtable slot holds a field's distance from the table, 0 when absent.
 */

/** Thrown where an offset leads outside; becomes a refusal one floor up. */
export class OutOfBounds {}

export class TableView {
  readonly #view: DataView
  readonly #from: number // nothing of this buffer lies before
  readonly #to: number
  #table = 0
  #vtable = 0
  #slots = 0

  constructor(view: DataView, from: number, to: number) {
    this.#view = view
    this.#from = from
    this.#to = to
  }

  /** Moves to the root table of the buffer. */
  root(): this {
    return this.at(this.#from + this.#u32(this.#from))
  }

  /** Moves to the table at byte `table`. */
  at(table: number): this {
    this.#need(table, 4)
    const vtable = table - this.#view.getInt32(table, true)
    this.#need(vtable, 4)
    this.#slots = this.#view.getUint16(vtable, true)
    this.#need(vtable, this.#slots)
    this.#table = table
    this.#vtable = vtable
    return this
  }

  /** A view of the same buffer that can stand on another table. */
  twin(): TableView {
    return new TableView(this.#view, this.#from, this.#to)
  }

  /** Byte of field `slot` (0, 1, 2, … in the schema's order), 0 when absent. */
  field(slot: number): number {
    const at = 4 + slot * 2
    if (at + 2 > this.#slots) return 0
    const offset = this.#view.getUint16(this.#vtable + at, true)
    return offset === 0 ? 0 : this.#table + offset
  }

  u8(slot: number, absent: number): number {
    const at = this.field(slot)
    if (!at) return absent
    this.#need(at, 1)
    return this.#view.getUint8(at)
  }

  u16(slot: number, absent: number): number {
    const at = this.field(slot)
    if (!at) return absent
    this.#need(at, 2)
    return this.#view.getUint16(at, true)
  }

  i32(slot: number, absent: number): number {
    const at = this.field(slot)
    if (!at) return absent
    this.#need(at, 4)
    return this.#view.getInt32(at, true)
  }

  u64(slot: number): number {
    const at = this.field(slot)
    if (!at) return 0
    this.#need(at, 8)
    return Number(this.#view.getBigUint64(at, true))
  }

  text(slot: number): string | null {
    const { at, length } = this.vector(slot, 1)
    if (at === 0) return null
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + at, length).toString('utf8')
  }

  /** Where the elements of a vector lie and how many they are; `at` is 0 when it is absent. */
  vector(slot: number, width: number): { at: number; length: number } {
    const field = this.field(slot)
    if (!field) return { at: 0, length: 0 }
    const start = field + this.#u32(field)
    const length = this.#u32(start)
    this.#need(start + 4, length * width)
    return { at: start + 4, length }
  }

  /** The table that element `i` of a vector of tables, or a field (i = 0, `at` its byte), points to. */
  target(at: number): number {
    return at + this.#u32(at)
  }

  #u32(at: number): number {
    this.#need(at, 4)
    return this.#view.getUint32(at, true)
  }

  #need(at: number, n: number): void {
    if (at < this.#from || at + n > this.#to) throw new OutOfBounds()
  }
}
