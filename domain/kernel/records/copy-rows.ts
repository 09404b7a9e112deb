/**
 * Rows on their way into the tables: in PostgreSQL's binary copy form, and as the leaves by which a revision's body knows them
 * (docs/ledger.md, “Byte by byte”). A leaf is written as its row is, so that nothing is read back to seal a revision that only added.
 */
import { ByteWriter } from './bytes.ts'
import type { County } from './records.ts'

/** A row under way into the register. `id` null: a row of its own, which gets the next number. */
export type RowToWrite = {
  readonly id: number | null
  readonly validFrom: number // days since 2000-01-01, see dayNumber
  readonly validTo: number
  readonly sourceFile: number | null
  readonly sourceRow: number | null
  readonly digest: Uint8Array
  readonly bytes: Uint8Array // contentBytes of its kind
}

/** Days of a row that are taken from the present state: what it said of them is closed, what it said of other days is kept. */
export type Span = { readonly id: number; readonly validFrom: number; readonly validTo: number }

/** What a revision made of a kind, as far as it is known without asking the table: rows only added, in the order of their leaves. */
export type Leaves = {
  rows: number
  lastId: number
  lastFrom: number
  readonly hash: { update(bytes: Uint8Array): unknown; digest(): Uint8Array }
}

/** Writes the leaves of rows as they go to the table, as the store reads them there. */
export class LeafWriter {
  outOfOrder = false
  private readonly leaves: Leaves | null
  private readonly rev: number
  private readonly to = new ByteWriter()

  constructor(leaves: Leaves | null, rev: number) {
    this.leaves = leaves
    this.rev = rev
  }

  add(id: number, row: RowToWrite): void {
    const { leaves, to } = this
    if (leaves === null || this.outOfOrder) return
    if (id < leaves.lastId || (id === leaves.lastId && row.validFrom <= leaves.lastFrom)) {
      this.outOfOrder = true
      return
    }
    leaves.rows++
    leaves.lastId = id
    leaves.lastFrom = row.validFrom
    to.int64(id)
    to.int32(row.validFrom)
    to.int32(row.validTo)
    to.int32(this.rev)
    to.int32(row.sourceFile ?? -1)
    to.int32(row.sourceRow ?? -1)
    to.raw(row.digest)
    if (to.length > LEAF_BYTES) this.hand()
  }

  hand(): void {
    this.leaves?.hash.update(this.to.taken())
  }
}
const LEAF_BYTES = 32 * 1024

export function bodyPart(name: string, made: number, madeHash: Uint8Array, closed: number, closedHash: Uint8Array): Uint8Array {
  const to = new ByteWriter()
  to.text(name)
  to.int64(made)
  to.raw(madeHash)
  to.int64(closed)
  to.raw(closedHash)
  return to.taken()
}

const COPY_HEAD = Uint8Array.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0])
const CHUNK = 256 * 1024
const LAST_ROW = 32 * 1024 // room for the row with which a chunk is full

export function* spanChunks(spans: Iterable<Span>): Generator<Uint8Array> {
  const to = new ByteWriter()
  to.raw(COPY_HEAD)
  for (const { id, validFrom, validTo } of spans) {
    to.int16(3)
    to.int32(8)
    to.int64(id)
    to.int32(4)
    to.int32(validFrom)
    to.int32(4)
    to.int32(validTo)
    if (to.length > CHUNK) yield to.taken()
  }
  to.int16(-1)
  yield to.taken()
}

/** Rows come one by one, or, where they must be waited for, in blocks. */
export async function* rowChunks(
  county: County,
  rev: number,
  columns: number,
  rows: Iterable<RowToWrite> | AsyncIterable<Iterable<RowToWrite>>,
  leaves: LeafWriter,
  nextId: () => number,
): AsyncGenerator<Uint8Array> {
  const to = new ByteWriter(CHUNK + LAST_ROW)
  to.raw(COPY_HEAD)
  for await (const block of Symbol.iterator in rows ? [rows] : rows) {
    for (const row of block) {
      const id = row.id ?? nextId()
      leaves.add(id, row)
      writeRow(to, county, rev, columns, row, id)
      if (to.length > CHUNK) yield to.taken()
    }
  }
  leaves.hand()
  to.int16(-1)
  yield to.taken()
}

function writeRow(to: ByteWriter, county: County, rev: number, columns: number, row: RowToWrite, id: number): void {
  to.int16(columns)
  to.text(county)
  to.int32(8)
  to.int64(id)
  to.int32(4)
  to.int32(row.validFrom)
  to.int32(4)
  to.int32(row.validTo)
  to.int32(4)
  to.int32(rev)
  to.int32(-1) // until
  to.int32(4)
  to.int32(rev) // origin
  if (row.sourceFile === null) to.int32(-1)
  else {
    to.int32(2)
    to.int16(row.sourceFile)
  }
  if (row.sourceRow === null) to.int32(-1)
  else {
    to.int32(4)
    to.int32(row.sourceRow)
  }
  to.int32(row.digest.length)
  to.raw(row.digest)
  to.raw(row.bytes)
}
