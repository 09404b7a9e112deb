/**
 * CSV and other separated text as a table: one layer, every value text, nothing interpreted.
 * `=1+1` stays those four characters; `007` stays `007`; an empty field is null.
 */

import { basename, extname } from 'node:path'
import type { Refusal } from '@dishu/base/refusal'
import type { Batch, Layer, Source, Value } from '../layers.ts'
import { encodingOf, type TextEncoding, textOf } from '../tables/encoding.ts'
import { note, refuseFile } from '../tables/refusals.ts'
import { columnLetters, mendNames, type OpenOptions, TableBatch } from '../tables/rows.ts'
import { type CsvRecord, CsvRecords, MAX_RECORD, sniff } from './records.ts'

const HEAD = 1 << 16 // characters by which separator and line end are judged
const MAX_COLUMNS = 4096

type Layout = {
  readonly encoding: TextEncoding
  readonly delimiter: string
  readonly newline: string
  readonly skip: number
  readonly headerRow: number
}

/**
 * Opens separated text. `encoding` overrules the evidence of the file.
 * Refused: empty and binary files, unknown encodings, a quote that never closes, records over 16 M characters, over 4096 columns.
 * Rows with too few or too many fields are problems of those rows; blank lines are skipped and counted.
 */
export async function openCsv(path: string, options: OpenOptions = {}): Promise<Source> {
  const file = basename(path)
  const encoding = await encodingOf(path, options.encoding)
  const { head, whole } = await headText(path, encoding)
  const cut = sniff(head, whole)

  const records = recordsOf(path, file, { encoding, ...cut })
  const first = await records.next()
  await records.return(undefined)
  const titles = first.done || first.value.length === 0 ? null : first.value[0]
  if (titles === null) return refuseFile({ code: 'formats/text-is-empty', details: { file } })
  const found = titles.fields.slice(0, titles.fields.findLastIndex((title) => title.trim() !== '') + 1)
  const header = found.length ? found : titles.fields
  const name = basename(path, extname(path))
  if (header.length > MAX_COLUMNS)
    refuseFile({ code: 'formats/too-many-columns', details: { file, layer: name, columns: header.length, limit: MAX_COLUMNS } })

  const { names, mended } = mendNames(header, columnLetters)
  const notes: Refusal[] = []
  if (encoding.guess) notes.push(note({ code: 'formats/text-encoding-guessed', details: { file, encoding: encoding.name } }))
  if (mended.length) notes.push(note({ code: 'formats/column-names-mended', details: { layer: name, columns: mended } }))
  const layer: Layer = {
    name,
    file,
    format: 'csv',
    fields: names.map((field) => ({ name: field, type: 'text' })),
    geometry: 'none',
    crs: null,
    rowCount: null,
    encoding: { name: encoding.name, from: encoding.from },
    notes,
  }
  return {
    layers: [layer],
    read: () => batchesOf(path, file, names.length, { encoding, ...cut, headerRow: titles.row }),
    close: async () => {},
  }
}

async function headText(path: string, encoding: TextEncoding): Promise<{ head: string; whole: boolean }> {
  let head = ''
  for await (const text of textOf(path, encoding)) {
    head += text
    if (head.length >= HEAD) return { head: head.slice(0, HEAD), whole: false }
  }
  return { head, whole: true }
}

// Records as they come, piece by piece of the file; never an empty piece.
async function* recordsOf(path: string, file: string, layout: Omit<Layout, 'headerRow'>): AsyncGenerator<CsvRecord[]> {
  const records = new CsvRecords(layout.delimiter, layout.newline)
  let skip = layout.skip
  const checked = (found: CsvRecord[]) => {
    if (found.length === 0 && records.trouble) refuseTrouble(file, records)
    return found
  }
  for await (const text of textOf(path, layout.encoding)) {
    const piece = skip ? text.slice(skip) : text
    skip = 0
    const found = checked(records.feed(piece, false))
    if (found.length) yield found
    if (records.trouble) refuseTrouble(file, records)
  }
  const found = checked(records.feed('', true))
  if (found.length) yield found
  if (records.trouble) refuseTrouble(file, records)
}

function refuseTrouble(file: string, records: CsvRecords): never {
  const { kind, row } = records.trouble!
  if (kind === 'quote-not-closed') return refuseFile({ code: 'formats/csv-quote-not-closed', details: { file, row } })
  return refuseFile({ code: 'formats/csv-row-too-long', details: { file, row, limit: MAX_RECORD } })
}

async function* batchesOf(path: string, file: string, width: number, layout: Layout): AsyncGenerator<Batch> {
  const batch = new TableBatch(width)
  const sep = layout.skip ? 1 : 0 // the `sep=` line is the sheet's first row
  for await (const records of recordsOf(path, file, layout)) {
    for (const { row, fields, strayQuote } of records) {
      if (row <= layout.headerRow || fields.every((field) => field === '')) continue
      const problem = problemOf(file, row + sep, fields, strayQuote, width)
      const full = problem ? batch.fail({ row: row + sep, refusal: problem }) : batch.add(row + sep, valuesOf(fields, width))
      if (full) yield batch.take()
    }
  }
  if (!batch.empty) yield batch.take()
}

function problemOf(file: string, row: number, fields: readonly string[], strayQuote: number, width: number): Refusal | null {
  if (strayQuote) return note({ code: 'formats/csv-stray-quote', details: { file, row, column: strayQuote } })
  // Spreadsheets write separators for formatted but empty cells behind the last column.
  const ragged = fields.length < width || fields.slice(width).some((field) => field.trim() !== '')
  return ragged ? note({ code: 'formats/csv-ragged-row', details: { file, row, expected: width, got: fields.length } }) : null
}

const valuesOf = (fields: readonly string[], width: number): Value[] => {
  const values: Value[] = new Array(width)
  for (let f = 0; f < width; f++) values[f] = fields[f] === '' ? null : fields[f]
  return values
}
