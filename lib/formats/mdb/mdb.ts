/**
 * Access databases (.mdb, .accdb) as tables: every table a person made is a layer.
 * The reader holds the whole file in memory, so larger ones are refused; the shapes of a personal geodatabase are not read.
 */

import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Refusal } from '@dishu/base/refusal'
import MDBReader from 'mdb-reader'
import type { Batch, Field, FieldType, Layer, Source, Value } from '../layers.ts'
import { note, refuseFile } from '../tables/refusals.ts'
import { type OpenOptions, TableBatch } from '../tables/rows.ts'

const MAX_BYTES = 2 ** 30
const ROWS_AT_ONCE = 20_000 // the reader walks its pages from the first one at every call

type Table = ReturnType<MDBReader['getTable']>
type Column = ReturnType<Table['getColumns']>[number]

const TYPES: Record<string, FieldType> = {
  boolean: 'boolean',
  byte: 'number',
  integer: 'number',
  long: 'number',
  bigint: 'number',
  currency: 'number',
  numeric: 'number',
  float: 'number',
  double: 'number',
  datetime: 'date',
  datetimextended: 'text',
  binary: 'bytes',
  ole: 'bytes',
}

/**
 * Opens an Access database. Decimals with more digits than a double holds come as text; a date is `YYYY-MM-DD`, with `THH:MM:SS`
 * behind it where the cell has a time; of pictures and other objects only the length in bytes is given.
 * Rows are numbered as they lie in the table. A table that cannot be read is left out with a note on the others.
 */
export async function openMdb(path: string, _options: OpenOptions = {}): Promise<Source> {
  const file = basename(path)
  const reader = readerOf(await bytesOf(path, file), file)
  const names = withReason(file, () => reader.getTableNames())
  const tables: { layer: Layer; table: Table; columns: Column[] }[] = []
  const left: Refusal[] = []
  for (const name of names) {
    try {
      const table = reader.getTable(name)
      const columns = table.getColumns()
      tables.push({ table, columns, layer: layerOf(file, name, table, columns) })
    } catch (error) {
      left.push(note({ code: 'formats/mdb-table-damaged', details: { file, layer: name, reason: reasonOf(error) } }))
    }
  }
  if (tables.length === 0) {
    if (left.length) refuseFile({ code: 'formats/mdb-damaged', details: { file, reason: left.map(({ code }) => code).join(', ') } })
    refuseFile({ code: 'formats/mdb-no-tables', details: { file } })
  }
  return {
    layers: tables.map(({ layer }) => ({ ...layer, notes: [...layer.notes, ...left] })),
    read: (i) => batchesOf(file, tables[i].layer, tables[i].table, tables[i].columns),
    close: async () => {},
  }
}

async function bytesOf(path: string, file: string): Promise<Buffer> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    if (size === 0) refuseFile({ code: 'formats/text-is-empty', details: { file } })
    if (size > MAX_BYTES) refuseFile({ code: 'formats/mdb-too-large', details: { file, bytes: size, limit: MAX_BYTES } })
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 200)

// Whatever the parser stumbles over is the file's doing: it reads a buffer and nothing else.
function withReason<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    return refuseFile({ code: 'formats/mdb-damaged', details: { file, reason: reasonOf(error) } })
  }
}

function readerOf(bytes: Buffer, file: string): MDBReader {
  try {
    return new MDBReader(bytes)
  } catch (error) {
    if (/password|encrypt/i.test(reasonOf(error))) refuseFile({ code: 'formats/mdb-encrypted', details: { file } })
    return refuseFile({ code: 'formats/mdb-damaged', details: { file, reason: reasonOf(error) } })
  }
}

function layerOf(file: string, name: string, table: Table, columns: readonly Column[]): Layer {
  const fields: Field[] = columns.map((column) => ({
    name: column.name,
    type: TYPES[column.type] ?? 'text',
    ...(column.type === 'text' ? { width: Math.floor(column.size / 2) } : {}),
    ...(column.scale === undefined ? {} : { decimals: column.scale }),
  }))
  const notes = fields
    .filter(({ type }) => type === 'bytes')
    .map((field) => note({ code: 'formats/mdb-bytes-not-read', details: { layer: name, field: field.name } }))
  return { name, file, format: 'mdb', fields, geometry: 'none', crs: null, rowCount: table.rowCount, encoding: null, notes }
}

async function* batchesOf(file: string, layer: Layer, table: Table, columns: readonly Column[]): AsyncGenerator<Batch> {
  const batch = new TableBatch(columns.length)
  for (let from = 0; ; from += ROWS_AT_ONCE) {
    const rows = rowsAt(file, layer.name, table, from)
    for (let i = 0; i < rows.length; i++) {
      const values = columns.map((column) => cellValue(rows[i][column.name], column.type))
      if (batch.add(from + i + 1, values)) yield batch.take()
    }
    if (rows.length < ROWS_AT_ONCE) break
  }
  if (!batch.empty) yield batch.take()
}

type Row = Readonly<Record<string, unknown>>

function rowsAt(file: string, layer: string, table: Table, rowOffset: number): Row[] {
  try {
    const rows: Row[] = []
    // a call may stop at the end of a page before its limit: asked again until it gives nothing
    while (rows.length < ROWS_AT_ONCE) {
      const more: readonly Row[] = table.getData({ rowOffset: rowOffset + rows.length, rowLimit: ROWS_AT_ONCE - rows.length })
      if (more.length === 0) break
      for (const row of more) rows.push(row)
    }
    return rows
  } catch (error) {
    return refuseFile({ code: 'formats/mdb-table-damaged', details: { file, layer, reason: reasonOf(error) } })
  }
}

function cellValue(value: unknown, type: string): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return type === 'currency' || type === 'numeric' ? decimalOf(value) : value.replace(/\0+$/, '')
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (value instanceof Date) return dateOf(value)
  if (value instanceof Uint8Array) return value.length
  if (Array.isArray(value))
    return value.map((item) => (item && typeof item === 'object' && 'name' in item ? String(item.name) : '')).join('; ')
  return String(value)
}

// A decimal of up to 15 digits is the same number as a double; a longer one keeps its text.
function decimalOf(text: string): Value {
  const digits = text.replaceAll(/\D/g, '').replace(/^0+/, '')
  return digits.length <= 15 && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

function dateOf(date: Date): string | null {
  if (Number.isNaN(date.getTime())) return null
  const iso = date.toISOString()
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19)
}
