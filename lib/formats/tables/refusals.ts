/** Everything the table, archive and library-backed readers have to say to the person who brought the file. */
import { type Refusal, Refused } from '@dishu/base/refusal'

type InFile = { readonly file: string }
type InPart = InFile & { readonly part: string }

export type TextRefusal =
  | Refusal<'formats/text-is-empty', InFile>
  | Refusal<'formats/text-is-binary', InFile & { readonly byte: number }>
  | Refusal<'formats/text-encoding-unknown', InFile & { readonly tried: readonly string[] }>
  | Refusal<'formats/text-encoding-unsupported', InFile & { readonly encoding: string }>
  | Refusal<'formats/text-not-in-encoding', InFile & { readonly encoding: string; readonly nearByte: number }>
  | Refusal<'formats/text-encoding-guessed', InFile & { readonly encoding: string }>

export type TableRefusal =
  | Refusal<
      'formats/column-names-mended',
      { readonly layer: string; readonly columns: readonly { readonly was: string; readonly now: string }[] }
    >
  | Refusal<'formats/too-many-columns', InFile & { readonly layer: string; readonly columns: number; readonly limit: number }>

export type CsvRefusal =
  | Refusal<'formats/csv-quote-not-closed', InFile & { readonly row: number }>
  | Refusal<'formats/csv-row-too-long', InFile & { readonly row: number; readonly limit: number }>
  | Refusal<'formats/csv-ragged-row', InFile & { readonly row: number; readonly expected: number; readonly got: number }>
  | Refusal<'formats/csv-stray-quote', InFile & { readonly row: number; readonly column: number }>

export type XmlRefusal =
  | Refusal<'formats/xml-doctype', InPart>
  | Refusal<'formats/xml-malformed', InPart & { readonly reason: string }>
  | Refusal<'formats/xml-encoding', InPart & { readonly encoding: string }>

export type XlsxRefusal =
  | Refusal<'formats/xlsx-old-format', InFile>
  | Refusal<'formats/xlsx-binary-format', InFile>
  | Refusal<'formats/xlsx-encrypted', InFile>
  | Refusal<'formats/xlsx-not-a-workbook', InFile & { readonly reason: string }>
  | Refusal<'formats/xlsx-no-data', InFile>
  | Refusal<'formats/xlsx-too-large', InFile & { readonly what: 'rows' | 'columns' | 'texts' | 'cell'; readonly limit: number }>
  | Refusal<'formats/xlsx-formulas-kept', { readonly layer: string; readonly cells: number; readonly firstRow: number }>
  | Refusal<'formats/xlsx-formula-results-taken', { readonly layer: string; readonly cells: number; readonly firstRow: number }>
  | Refusal<'formats/xlsx-errors-left-out', { readonly layer: string; readonly cells: number; readonly firstRow: number }>
  | Refusal<'formats/xlsx-digits-lost', { readonly layer: string; readonly column: string; readonly firstRow: number }>
  | Refusal<'formats/xlsx-two-row-header', { readonly layer: string; readonly row: number }>
  | Refusal<'formats/xlsx-no-header', { readonly layer: string }>
  | Refusal<'formats/xlsx-rows-above-header', { readonly layer: string; readonly row: number }>
  | Refusal<'formats/xlsx-hidden-sheet', { readonly layer: string }>

export type ZipRefusal =
  | Refusal<'formats/zip-damaged', InFile & { readonly reason: string }>
  | Refusal<'formats/zip-encrypted', InPart>
  | Refusal<'formats/zip-method', InPart & { readonly method: number }>
  | Refusal<'formats/zip-too-many-entries', InFile & { readonly entries: number; readonly limit: number }>
  | Refusal<'formats/zip-too-large', InFile & { readonly bytes: number; readonly limit: number }>
  | Refusal<'formats/zip-ratio', InPart & { readonly ratio: number; readonly limit: number }>
  | Refusal<'formats/zip-nested', InPart>
  | Refusal<'formats/zip-link', InPart>
  | Refusal<'formats/zip-unsafe-name', InPart>
  | Refusal<'formats/zip-duplicate', InPart>
  | Refusal<'formats/zip-overlap', InPart>
  | Refusal<'formats/zip-size-lies', InPart>
  | Refusal<'formats/zip-nothing-inside', InFile & { readonly found: readonly string[] }>
  | Refusal<'formats/zip-member-left-out', InPart & { readonly reason: Refusal }>

export type MdbRefusal =
  | Refusal<'formats/mdb-too-large', InFile & { readonly bytes: number; readonly limit: number }>
  | Refusal<'formats/mdb-damaged', InFile & { readonly reason: string }>
  | Refusal<'formats/mdb-encrypted', InFile>
  | Refusal<'formats/mdb-no-tables', InFile>
  | Refusal<'formats/mdb-table-damaged', InFile & { readonly layer: string; readonly reason: string }>
  | Refusal<'formats/mdb-bytes-not-read', { readonly layer: string; readonly field: string }>

export type GdalRefusal =
  | Refusal<'formats/gdb-not-readable', InFile & { readonly reason: string }>
  | Refusal<'formats/gml-not-readable', InFile & { readonly reason: string }>
  | Refusal<'formats/gdb-several-in-zip', InFile & { readonly found: readonly string[] }>
  | Refusal<'formats/gdb-no-layers', InFile>

export type TablesRefusal = TextRefusal | TableRefusal | CsvRefusal | XmlRefusal | XlsxRefusal | ZipRefusal | MdbRefusal | GdalRefusal

/** Throws one of the refusals above; the type keeps code and details together. */
export function refuseFile(refusal: TablesRefusal): never {
  throw new Refused(refusal)
}

/** A note: the same words, said of something that stops nothing. */
export const note = (refusal: TablesRefusal): Refusal => refusal
