/**
 * Excel workbooks (.xlsx, .xlsm) as tables: every worksheet with anything in it is a layer.
 * Sheets are scanned as they are unpacked, twice: once on opening, for heading, types and counts, once for the rows.
 */

import { open } from 'node:fs/promises'
import { basename, posix } from 'node:path'
import type { Refusal } from '@dishu/base/refusal'
import { openZip, ZIP_LIMITS, type Zip } from '../archive/zip.ts'
import type { Batch, Field, FieldType, Layer, Source, Value } from '../layers.ts'
import { note, refuseFile } from '../tables/refusals.ts'
import { columnLetters, mendNames, type OpenOptions, TableBatch } from '../tables/rows.ts'
import { findHeading, HEAD_ROWS, type Heading } from './header.ts'
import { KIND, type SheetRow, SheetSink, StylesSink, TextsSink, type Workbook } from './sheet.ts'
import { attribute, scanned, scanXml } from './xml.ts'

/** `formulas`: whether a formula cell gives its formula as text (the default) or the result Excel stored with it. */
export type XlsxOptions = OpenOptions & { readonly formulas?: 'text' | 'results' }

const LIMITS = { ...ZIP_LIMITS, entries: 10_000 }
const TEXT_LIMITS = { texts: 10_000_000, characters: 200_000_000 }
const MAX_FIELDS = 4096

type Sheet = { readonly name: string; readonly part: string; readonly hidden: boolean }
type Survey = { readonly layer: Layer; readonly sheet: Sheet; readonly columns: readonly number[]; readonly lastHeadingRow: number }

/**
 * Opens a workbook. Values: text, numbers, booleans, dates as `YYYY-MM-DD` (with `THH:MM:SS` where a cell has a time), formulas as text
 * beginning with `=`. Numbers shown with leading zeros (format `0000`) come as that text; whole numbers beyond 2⁵³ as their digits.
 * Rows keep the sheet's numbers; empty rows are left out. The field's type is that of all its cells, else text.
 */
export async function openXlsx(path: string, options: XlsxOptions = {}): Promise<Source> {
  const file = basename(path)
  await refuseOtherKinds(path, file)
  const zip = await openZip(path, LIMITS)
  try {
    const { book, sheets } = await openWorkbook(zip, file, options.formulas ?? 'text')
    const surveys: Survey[] = []
    for (const sheet of sheets) {
      const survey = await surveySheet(zip, book, sheet)
      if (survey) surveys.push(survey)
    }
    if (surveys.length === 0) refuseFile({ code: 'formats/xlsx-no-data', details: { file } })
    return {
      layers: surveys.map(({ layer }) => layer),
      read: (layer) => batchesOf(zip, book, surveys[layer]),
      close: async () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function refuseOtherKinds(path: string, file: string): Promise<void> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 16), 0, 1 << 16, 0)
    const head = buffer.subarray(0, bytesRead)
    if (head.length === 0) refuseFile({ code: 'formats/text-is-empty', details: { file } })
    const ole = head.length >= 8 && head.readUInt32BE(0) === 0xd0cf11e0
    if (ole) {
      const size = (await handle.stat()).size
      const tail = await handle.read(Buffer.alloc(Math.min(size, 1 << 16)), 0, Math.min(size, 1 << 16), Math.max(0, size - (1 << 16)))
      const mark = Buffer.from('EncryptedPackage', 'utf16le')
      const encrypted = head.includes(mark) || tail.buffer.subarray(0, tail.bytesRead).includes(mark)
      refuseFile({ code: encrypted ? 'formats/xlsx-encrypted' : 'formats/xlsx-old-format', details: { file } })
    }
    const bareBiff = head[0] === 0x09 && [0x00, 0x02, 0x04, 0x08].includes(head[1])
    if (bareBiff) refuseFile({ code: 'formats/xlsx-old-format', details: { file } })
    if (head.subarray(0, 2).toString('latin1') !== 'PK')
      refuseFile({ code: 'formats/xlsx-not-a-workbook', details: { file, reason: 'no zip' } })
  } finally {
    await handle.close()
  }
}

type Relation = { readonly type: string; readonly part: string }

async function openWorkbook(zip: Zip, file: string, formulas: 'text' | 'results'): Promise<{ book: Workbook; sheets: Sheet[] }> {
  const roots = [...(await relationsOf(zip, file, '')).values()]
  const main = roots.find(({ type }) => type.endsWith('/officeDocument'))?.part ?? 'xl/workbook.xml'
  if (main.endsWith('.bin') || has(zip, 'xl/workbook.bin')) refuseFile({ code: 'formats/xlsx-binary-format', details: { file } })
  if (!has(zip, main)) refuseFile({ code: 'formats/xlsx-not-a-workbook', details: { file, reason: `no ${main.slice(0, 80)}` } })
  const relations = await relationsOf(zip, file, main)
  const ofKind = (kind: string) => [...relations.values()].find(({ type }) => type.endsWith(`/${kind}`))?.part

  const sheets: Sheet[] = []
  let from1904 = false
  await scan(zip, file, main, {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = /^(1|true)$/.test(attribute(attributes, 'date1904') ?? '')
      if (name !== 'sheet') return
      const relation = relations.get(attribute(attributes, 'id') ?? '')
      if (relation?.type.endsWith('/worksheet') && has(zip, relation.part)) {
        const state = attribute(attributes, 'state') ?? 'visible'
        sheets.push({
          name: attribute(attributes, 'name') ?? `Sheet${sheets.length + 1}`,
          part: relation.part,
          hidden: state !== 'visible',
        })
      }
    },
    text() {},
    close() {},
  })
  const texts = new TextsSink(file, TEXT_LIMITS)
  const textsPart = ofKind('sharedStrings')
  if (textsPart && has(zip, textsPart)) await scan(zip, file, textsPart, texts)
  const styles = new StylesSink()
  const stylesPart = ofKind('styles')
  if (stylesPart && has(zip, stylesPart)) await scan(zip, file, stylesPart, styles)
  return { book: { file, texts: texts.texts, shapes: styles.shapes, from1904, formulas }, sheets }
}

const entryOf = (zip: Zip, part: string) => zip.entries.find(({ name }) => name.toLowerCase() === part.toLowerCase())
const has = (zip: Zip, part: string) => entryOf(zip, part) !== undefined
const scan = (zip: Zip, file: string, part: string, sink: Parameters<typeof scanXml>[3]) =>
  scanXml(zip.read(entryOf(zip, part)!), file, part, sink)

/** The relations of a part ('' for the package), by their ids; targets outside the package are left out. */
async function relationsOf(zip: Zip, file: string, part: string): Promise<Map<string, Relation>> {
  const relations = new Map<string, Relation>()
  const folder = posix.dirname(part)
  const rels = posix.join(folder, '_rels', `${posix.basename(part)}.rels`)
  if (!has(zip, rels)) return relations
  await scan(zip, file, rels, {
    open(name, attributes) {
      const target = attribute(attributes, 'Target')
      if (name !== 'Relationship' || target === null || attribute(attributes, 'TargetMode') === 'External') return
      const full = target.startsWith('/') ? target.slice(1) : posix.join(folder, target)
      relations.set(attribute(attributes, 'Id') ?? '', { type: attribute(attributes, 'Type') ?? '', part: full })
    },
    text() {},
    close() {},
  })
  return relations
}

async function* rowsOf(zip: Zip, book: Workbook, sheet: Sheet): AsyncGenerator<SheetRow[]> {
  const sink = new SheetSink(book)
  for await (const _ of scanned(zip.read(entryOf(zip, sheet.part)!), book.file, sheet.part, sink)) {
    if (sink.rows.length === 0) continue
    const rows = sink.rows
    sink.rows = []
    yield rows
  }
}

/** What all cells of a column have been, and where something of note first was. */
class ColumnCensus {
  readonly kinds: number[] = []
  readonly firstLost: number[] = []
  rows = 0
  formulas = { cells: 0, firstRow: 0 }
  errors = { cells: 0, firstRow: 0 }

  count(row: SheetRow) {
    this.rows++
    for (let i = 0; i < row.columns.length; i++) {
      const column = row.columns[i]
      const kind = row.kinds[i]
      this.kinds[column] = (this.kinds[column] ?? 0) | kind
      if (kind & KIND.formula && this.formulas.cells++ === 0) this.formulas.firstRow = row.row
      if (kind & KIND.error && this.errors.cells++ === 0) this.errors.firstRow = row.row
      if (kind & KIND.digitsLost) this.firstLost[column] ??= row.row
    }
  }
}

async function surveySheet(zip: Zip, book: Workbook, sheet: Sheet): Promise<Survey | null> {
  let head: SheetRow[] = []
  let heading: Heading | null = null
  const census = new ColumnCensus()
  const settle = (): Heading => {
    const found = findHeading(head)
    for (const row of head) if (row.row > found.last) census.count(row)
    head = []
    return found
  }
  let firstRow = 0
  for await (const rows of rowsOf(zip, book, sheet)) {
    firstRow ||= rows[0].row
    for (const row of rows) {
      if (heading) census.count(row)
      else if (head.push(row) >= HEAD_ROWS) heading = settle()
    }
  }
  heading ??= settle()
  if (firstRow === 0) return null

  const columns = [...new Set([...heading.titles.keys(), ...census.kinds.keys().filter((column) => census.kinds[column])])].sort(
    (a, b) => a - b,
  )
  if (columns.length > MAX_FIELDS) {
    refuseFile({
      code: 'formats/too-many-columns',
      details: { file: book.file, layer: sheet.name, columns: columns.length, limit: MAX_FIELDS },
    })
  }
  const { names, mended } = mendNames(
    columns.map((column) => heading.titles.get(column) ?? ''),
    (i) => columnLetters(columns[i]),
  )
  const fields: Field[] = names.map((name, i) => ({ name, type: typeOf(census.kinds[columns[i]] ?? 0) }))
  const layer: Layer = {
    name: sheet.name,
    file: book.file,
    format: 'xlsx',
    fields,
    geometry: 'none',
    crs: null,
    rowCount: census.rows,
    encoding: null,
    notes: notesOf(book, sheet, heading, firstRow, census, columns, names, mended),
  }
  return { layer, sheet, columns, lastHeadingRow: heading.last }
}

function typeOf(kinds: number): FieldType {
  const kind = kinds & ~(KIND.error | KIND.formula | KIND.digitsLost)
  if (kind === KIND.number) return 'number'
  if (kind === KIND.date) return 'date'
  return kind === KIND.boolean ? 'boolean' : 'text'
}

function notesOf(
  book: Workbook,
  sheet: Sheet,
  heading: Heading,
  firstRow: number,
  census: ColumnCensus,
  columns: readonly number[],
  names: readonly string[],
  mended: readonly { was: string; now: string }[],
): Refusal[] {
  const layer = sheet.name
  const notes: Refusal[] = []
  if (sheet.hidden) notes.push(note({ code: 'formats/xlsx-hidden-sheet', details: { layer } }))
  if (heading.rows.length === 0) notes.push(note({ code: 'formats/xlsx-no-header', details: { layer } }))
  else if (heading.rows[0] > firstRow)
    notes.push(note({ code: 'formats/xlsx-rows-above-header', details: { layer, row: heading.rows[0] } }))
  if (heading.rows.length === 2) notes.push(note({ code: 'formats/xlsx-two-row-header', details: { layer, row: heading.rows[0] } }))
  if (mended.length && heading.rows.length) notes.push(note({ code: 'formats/column-names-mended', details: { layer, columns: mended } }))
  if (census.formulas.cells) {
    const code = book.formulas === 'text' ? 'formats/xlsx-formulas-kept' : 'formats/xlsx-formula-results-taken'
    notes.push(note({ code, details: { layer, ...census.formulas } }))
  }
  if (census.errors.cells) notes.push(note({ code: 'formats/xlsx-errors-left-out', details: { layer, ...census.errors } }))
  census.firstLost.forEach((row, column) => {
    notes.push(note({ code: 'formats/xlsx-digits-lost', details: { layer, column: names[columns.indexOf(column)], firstRow: row } }))
  })
  return notes
}

async function* batchesOf(zip: Zip, book: Workbook, { sheet, columns, lastHeadingRow }: Survey): AsyncGenerator<Batch> {
  const fieldOf = new Map(columns.map((column, field) => [column, field]))
  const batch = new TableBatch(columns.length)
  for await (const rows of rowsOf(zip, book, sheet)) {
    for (const row of rows) {
      if (row.row <= lastHeadingRow) continue
      const values: Value[] = new Array(columns.length).fill(null)
      for (let i = 0; i < row.columns.length; i++) values[fieldOf.get(row.columns[i])!] = row.values[i]
      if (batch.add(row.row, values)) yield batch.take()
    }
  }
  if (!batch.empty) yield batch.take()
}
