/**
 * What every reader of a vector or table file gives: layers with named fields, and their rows in batches.
 * Readers know bytes, encodings and coordinate systems; they know nothing of land.
 */
import type { Refusal } from '@dishu/base/refusal'

export type Format =
  | 'shapefile'
  | 'dbf'
  | 'geopackage'
  | 'filegdb'
  | 'flatgeobuf'
  | 'geojson'
  | 'geojsonseq'
  | 'gml'
  | 'csv'
  | 'xlsx'
  | 'mdb'

export type FieldType = 'text' | 'number' | 'date' | 'boolean' | 'bytes'
export type Field = { readonly name: string; readonly type: FieldType; readonly width?: number; readonly decimals?: number }

/** Text of a date is `YYYY-MM-DD`. A whole number too long for a double comes as text, digit by digit. */
export type Value = string | number | boolean | null

/** A coordinate system as the file states it. `epsg` where the file names one or its WKT is one we know; `wkt` or `proj` as found. */
export type Crs = { readonly epsg: number | null; readonly name: string; readonly wkt: string | null; readonly geographic: boolean }

export type GeometryType = 'none' | 'point' | 'line' | 'polygon' | 'mixed'

export type Layer = {
  readonly name: string // as a person sees it: the layer, the sheet, the table, or the file's own name
  readonly file: string // the file it lies in, with its place inside an archive: `county.zip/DLTB.shp`
  readonly format: Format
  readonly fields: readonly Field[]
  readonly geometry: GeometryType
  readonly crs: Crs | null // null: the file does not say
  readonly rowCount: number | null // null: not known before reading
  readonly encoding: { readonly name: string; readonly from: 'format' | 'cpg' | 'ldid' | 'guessed' | 'given' } | null // given: by the caller
  readonly notes: readonly Refusal[] // what a person should know though it stops nothing: a missing .shx, a guessed encoding
}

/**
 * Rows of a layer, column by column.
 * `rows[i]` is the row's number in its file, counted from 1 (a sheet's own row number for XLSX and CSV);
 * `columns[f][i]` the value of field f; the WKB (little-endian, 2D: z and m are dropped) of row i is
 * `wkb.subarray(offsets[i], offsets[i + 1])`, empty where the row has no geometry. Polygons keep the file's vertex
 * order and closing vertex; rings are grouped into shells with their holes.
 * `problems` names rows that could not be read and are not among `rows`; `notes` says what was mended or left out in rows
 * that are: a hole outside every shell kept as a polygon, a number field holding a word.
 */
export type Batch = {
  readonly rows: Uint32Array
  readonly columns: readonly (readonly Value[])[]
  readonly wkb: Uint8Array
  readonly offsets: Uint32Array
  readonly problems: readonly RowProblem[]
  readonly notes?: readonly RowProblem[]
}
export type RowProblem = { readonly row: number; readonly refusal: Refusal }

/** An opened file (or folder, or archive). A Refused is thrown by `open…` and while reading where the file cannot be used at all. */
export type Source = {
  readonly layers: readonly Layer[]
  read(layer: number): AsyncIterable<Batch>
  close(): Promise<void>
}

export const BATCH_ROWS = 1000
