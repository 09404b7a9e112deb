/**
 * Rows of an import on their way: read, checked and compared, but in no table yet. They lie in one file for each county and kind in
 * the import's folder, already in the bytes that the database takes, so that writing them is copying them.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { RowToWrite } from '../records/records.store.ts'

/** How a staged row meets the register. */
export const STATUS = { added: 0, changed: 1 } as const

// length of the rest | id, -1 for a new one | status | validFrom | validTo | sourceFile | sourceRow | digest | content
const HEAD = 4 + 8 + 1 + 4 + 4 + 2 + 4 + 32
const BUFFER = 1 << 20

export class StagedRows {
  readonly path: string
  count = 0
  private readonly file: number
  private readonly buffer = Buffer.allocUnsafe(BUFFER)
  private used = 0
  private written = 0

  constructor(path: string) {
    this.path = path
    this.file = openSync(path, 'w+', 0o600)
  }

  /** Gives the place of the row in the file, for `rename`. */
  add(row: RowToWrite, status: number): number {
    const size = HEAD + row.bytes.length
    if (this.used + size > BUFFER) this.flush()
    const into = size > BUFFER ? Buffer.allocUnsafe(size) : this.buffer
    let at = size > BUFFER ? 0 : this.used
    const place = this.written + at
    at = into.writeUInt32BE(size - 4, at)
    at = into.writeDoubleBE(row.id ?? -1, at)
    at = into.writeUInt8(status, at)
    at = into.writeInt32BE(row.validFrom, at)
    at = into.writeInt32BE(row.validTo, at)
    at = into.writeInt16BE(row.sourceFile ?? -1, at)
    at = into.writeInt32BE(row.sourceRow ?? -1, at)
    into.set(row.digest, at)
    into.set(row.bytes, at + 32)
    if (size > BUFFER) {
      writeSync(this.file, into, 0, size, this.written)
      this.written += size
    } else {
      this.used += size
    }
    this.count++
    return place
  }

  /** A row staged as new turns out to be a row of the register under another number. */
  rename(place: number, id: number): void {
    this.flush()
    const bytes = Buffer.allocUnsafe(9)
    bytes.writeDoubleBE(id, 0)
    bytes.writeUInt8(STATUS.changed, 8)
    writeSync(this.file, bytes, 0, 9, place + 4)
  }

  private flush(): void {
    if (this.used === 0) return
    writeSync(this.file, this.buffer, 0, this.used, this.written)
    this.written += this.used
    this.used = 0
  }

  close(): void {
    this.flush()
    closeSync(this.file)
  }
}

export type StagedRow = RowToWrite & { readonly status: number }

/** The rows of a staged file, in order, block by block. Their byte arrays are views that hold until the next block is read. */
export async function* readStagedBlocks(path: string): AsyncGenerator<readonly StagedRow[]> {
  const file = await open(path, 'r')
  try {
    let block = Buffer.allocUnsafeSlow(BUFFER)
    let filled = 0
    for (let position = 0; ; ) {
      if (filled === block.length) block = Buffer.concat([block], 2 * filled) // a row larger than the block
      const { bytesRead } = await file.read(block, filled, block.length - filled, position)
      position += bytesRead
      filled += bytesRead
      const rows: StagedRow[] = []
      let at = 0
      while (filled - at >= 4) {
        const size = block.readUInt32BE(at) + 4
        if (filled - at < size) break
        rows.push(stagedRow(block, at, size))
        at += size
      }
      if (rows.length > 0) yield rows
      block.copyWithin(0, at, filled)
      filled -= at
      if (bytesRead === 0) {
        if (filled > 0) throw new Error(`the staged file ${path} ends in the middle of a row`)
        return
      }
    }
  } finally {
    await file.close()
  }
}

function stagedRow(block: Buffer, at: number, size: number): StagedRow {
  const id = block.readDoubleBE(at + 4)
  const sourceFile = block.readInt16BE(at + 21)
  const sourceRow = block.readInt32BE(at + 23)
  return {
    id: id < 0 ? null : id,
    status: block[at + 12],
    validFrom: block.readInt32BE(at + 13),
    validTo: block.readInt32BE(at + 17),
    sourceFile: sourceFile < 0 ? null : sourceFile,
    sourceRow: sourceRow < 0 ? null : sourceRow,
    digest: block.subarray(at + 27, at + 59),
    bytes: block.subarray(at + HEAD, at + size),
  }
}

/** The same one by one. */
export async function* readStaged(path: string): AsyncGenerator<StagedRow> {
  for await (const rows of readStagedBlocks(path)) yield* rows
}
