/**
 * Batches as bytes between the reading process and ours. A format of our own, not `v8.deserialize`: what comes from a process
 * that has parsed a stranger's file is read with every length checked.
 *
 * Frame: kind, id, length of payload, 0 (u32 each), payload. Payload of a batch: rows, fields, bytes of WKB, bytes of JSON
 * (u32 each), row numbers, offsets, columns, WKB, JSON of problems and notes. Parts start at multiples of 8.
 */
import type { Batch, RowProblem, Value } from '../layers.ts'

export const FRAME = { opened: 1, batch: 2, end: 3, refused: 4, failed: 5 } as const
export const FRAME_HEAD = 16
/** More than any batch: 1,000 rows, a geometry of at most 256 MB at the end. */
export const FRAME_MOST = 1 << 30

export const COLUMN = { empty: 0, numbers: 1, latin1: 2, utf16: 3, booleans: 4, mixed: 5, utf8: 6 } as const
/** Stands for the length of a text that is not there. */
export const NO_TEXT = 0xffffffff

/**
 * The values of a column as bytes. Texts: the length of each in units of UTF-16 (u32), then all of them in one. Numbers are doubles, NaN where
 * there is none.
 */
export type PackedColumn = { readonly kind: number; readonly body: Uint8Array }

/** By division: `& ~7` would turn lengths past 2^31 negative, and a check of theirs true. */
const padded = (n: number): number => Math.ceil(n / 8) * 8

export function frameHead(kind: number, id: number, length: number): Buffer {
  const head = Buffer.alloc(FRAME_HEAD)
  head.writeUInt32LE(kind, 0)
  head.writeUInt32LE(id, 4)
  head.writeUInt32LE(length, 8)
  return head
}

/** The whole frame of a batch; a reader may have packed its columns already. */
export function batchFrame(id: number, batch: Batch & { readonly packed?: readonly PackedColumn[] }): Buffer {
  const n = batch.rows.length
  const json = Buffer.from(
    batch.problems.length || batch.notes?.length ? JSON.stringify({ problems: batch.problems, notes: batch.notes ?? [] }) : '',
  )
  const columns = batch.packed ?? batch.columns.map(encodeColumn)
  const rowsAt = FRAME_HEAD + 16
  const offsetsAt = padded(rowsAt + n * 4)
  let at = padded(offsetsAt + (n + 1) * 4)
  const columnsAt = at
  for (const c of columns) at = padded(at + 8 + c.body.length)
  const wkbAt = at
  const jsonAt = padded(wkbAt + batch.wkb.length)
  const frame = Buffer.alloc(jsonAt + json.length)
  frame.set(frameHead(FRAME.batch, id, frame.length - FRAME_HEAD), 0)
  frame.writeUInt32LE(n, FRAME_HEAD)
  frame.writeUInt32LE(columns.length, FRAME_HEAD + 4)
  frame.writeUInt32LE(batch.wkb.length, FRAME_HEAD + 8)
  frame.writeUInt32LE(json.length, FRAME_HEAD + 12)
  frame.set(bytesOf(batch.rows), rowsAt)
  frame.set(bytesOf(batch.offsets), offsetsAt)
  at = columnsAt
  for (const { kind, body } of columns) {
    frame.writeUInt32LE(kind, at)
    frame.writeUInt32LE(body.length, at + 4)
    frame.set(body, at + 8)
    at = padded(at + 8 + body.length)
  }
  frame.set(batch.wkb, wkbAt)
  frame.set(json, jsonAt)
  return frame
}

const bytesOf = (a: Uint32Array | Float64Array): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength)

export function encodeColumn(values: readonly Value[]): PackedColumn {
  let numbers = 0
  let texts = 0
  let booleans = 0
  for (const v of values) {
    if (typeof v === 'number') numbers++
    else if (typeof v === 'string') texts++
    else if (v !== null) booleans++
  }
  if (numbers + texts + booleans === 0) return { kind: COLUMN.empty, body: new Uint8Array(0) }
  if (texts + booleans === 0) {
    const doubles = new Float64Array(values.length)
    for (let i = 0; i < values.length; i++) doubles[i] = values[i] === null ? Number.NaN : Number(values[i])
    return { kind: COLUMN.numbers, body: bytesOf(doubles) }
  }
  if (numbers + booleans === 0) return encodeTexts(values)
  if (numbers + texts === 0) return { kind: COLUMN.booleans, body: Uint8Array.from(values, (v) => (v === null ? 2 : v ? 1 : 0)) }
  return { kind: COLUMN.mixed, body: Buffer.from(JSON.stringify(values)) }
}

function encodeTexts(values: readonly Value[]): { kind: number; body: Uint8Array } {
  const joined = values.join('')
  const wide = /[^\0-\xff]/.test(joined)
  const body = Buffer.from(new ArrayBuffer(values.length * 4 + joined.length * (wide ? 2 : 1)))
  const lengths = new Uint32Array(body.buffer, 0, values.length)
  for (let i = 0; i < values.length; i++) {
    const v = values[i]
    lengths[i] = typeof v === 'string' ? v.length : NO_TEXT
  }
  body.write(joined, values.length * 4, wide ? 'utf16le' : 'latin1')
  return { kind: wide ? COLUMN.utf16 : COLUMN.latin1, body }
}

/** The batch in a payload, which must start at a multiple of 8 of its memory. Throws where lengths do not fit. */
export function decodeBatch(payload: Buffer, fields: number): Batch {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const need = (ok: boolean) => {
    if (!ok) throw new Error('a batch whose lengths do not fit came out of the reading process')
  }
  need(payload.length >= 16)
  const n = view.getUint32(0, true)
  const columnCount = view.getUint32(4, true)
  const wkbLength = view.getUint32(8, true)
  const jsonLength = view.getUint32(12, true)
  // places are counted from the frame's start, 16 bytes before: multiples of 8 all the same
  const offsetsAt = padded(16 + n * 4)
  let at = padded(offsetsAt + (n + 1) * 4)
  need(columnCount === fields && at <= payload.length)
  const rows = new Uint32Array(payload.buffer, payload.byteOffset + 16, n)
  const offsets = new Uint32Array(payload.buffer, payload.byteOffset + offsetsAt, n + 1)
  const columns: Value[][] = []
  for (let c = 0; c < columnCount; c++) {
    need(at + 8 <= payload.length)
    const kind = view.getUint32(at, true)
    const length = view.getUint32(at + 4, true)
    need(at + 8 + length <= payload.length)
    columns.push(decodeColumn(kind, payload.subarray(at + 8, at + 8 + length), n))
    at = padded(at + 8 + length)
  }
  const jsonAt = padded(at + wkbLength)
  need(jsonAt + jsonLength <= payload.length && offsets[0] === 0 && offsets[n] <= wkbLength)
  for (let i = 0; i < n; i++) need(offsets[i] <= offsets[i + 1])
  const said = jsonLength ? spoken(payload.toString('utf8', jsonAt, jsonAt + jsonLength)) : { problems: [], notes: [] }
  return { rows, columns, wkb: payload.subarray(at, at + wkbLength), offsets, ...said }
}

/** The values of a packed column of `n` rows, whose body begins at a multiple of 8 of its memory. Throws where lengths do not fit. */
export function decodeColumn(kind: number, bytes: Uint8Array, n: number): Value[] {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  switch (kind) {
    case COLUMN.empty:
      return new Array<Value>(n).fill(null)
    case COLUMN.numbers: {
      if (body.length !== n * 8) break
      const numbers = new Float64Array(body.buffer, body.byteOffset, n)
      const values = new Array<Value>(n)
      for (let i = 0; i < n; i++) values[i] = Number.isNaN(numbers[i]) ? null : numbers[i]
      return values
    }
    case COLUMN.latin1:
    case COLUMN.utf8:
    case COLUMN.utf16: {
      if (body.length < n * 4) break
      const joined = body.toString(kind === COLUMN.latin1 ? 'latin1' : kind === COLUMN.utf8 ? 'utf8' : 'utf16le', n * 4)
      const values = new Array<Value>(n)
      const lengths = new Uint32Array(body.buffer, body.byteOffset, n)
      let from = 0
      for (let i = 0; i < n; i++) {
        const length = lengths[i]
        values[i] = length === NO_TEXT ? null : joined.slice(from, from + length)
        if (length !== NO_TEXT) from += length
      }
      if (from === joined.length) return values
      break
    }
    case COLUMN.booleans:
      if (body.length !== n) break
      return Array.from(body, (v) => (v === 2 ? null : v === 1))
    case COLUMN.mixed: {
      const values: unknown = JSON.parse(body.toString('utf8'))
      if (Array.isArray(values) && values.length === n && values.every(isValue)) return values
    }
  }
  throw new Error('a column whose length does not fit came out of the reading process')
}

const isValue = (v: unknown): v is Value => v === null || typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean'

function spoken(text: string): { problems: RowProblem[]; notes: RowProblem[] } {
  const said: { problems?: unknown; notes?: unknown } = JSON.parse(text)
  return { problems: rowProblems(said.problems), notes: rowProblems(said.notes) }
}

function rowProblems(said: unknown): RowProblem[] {
  if (!Array.isArray(said)) throw new Error('no list of problems came out of the reading process')
  return said.filter((p): p is RowProblem => typeof p?.row === 'number' && typeof p?.refusal?.code === 'string')
}
