/** Every reason for which a vector file, a layer or a row of it is not taken as it is. */
import type { Refusal } from '@dishu/base/refusal'
import type { Format } from './layers.ts'

type InFile = { readonly file: string }
type InRow = { readonly file: string; readonly layer: string; readonly row: number }

/** The file cannot be used at all. */
export type FileRefusal =
  | Refusal<'formats/not-found', InFile>
  | Refusal<'formats/no-permission', InFile>
  | Refusal<'formats/is-a-folder', InFile>
  | Refusal<'formats/not-a-plain-file', InFile>
  | Refusal<'formats/file-empty', InFile>
  | Refusal<'formats/unknown-kind', InFile>
  | Refusal<'formats/raster-not-yet', InFile & { readonly kind: string }>
  | Refusal<'formats/not-this-format', InFile & { readonly format: Format }>
  | Refusal<'formats/damaged', InFile & { readonly format: Format; readonly at?: number; readonly row?: number }>
  | Refusal<'formats/truncated', InFile & { readonly expected: number; readonly found: number; readonly of: 'bytes' | 'rows' }>
  | Refusal<'formats/counts-differ', InFile & { readonly shapes: number; readonly records: number }>
  | Refusal<'formats/no-layers', InFile>
  | Refusal<'formats/member-missing', InFile & { readonly member: string }>
  | Refusal<'formats/shape-type-not-read', InFile & { readonly type: number }>
  | Refusal<'formats/unsaved-changes', InFile>
  | Refusal<'formats/not-utf8', InFile & { readonly row?: number }>
  | Refusal<'formats/json-broken', InFile & { readonly row: number; readonly line: number; readonly byte: number }>
  | Refusal<'formats/not-geojson', InFile>
  | Refusal<'formats/too-many-fields', InFile & { readonly limit: number }>
  | Refusal<'formats/row-too-large', InFile & { readonly row: number; readonly limitMb: number }>
  | Refusal<'formats/encoding-not-known', InFile & { readonly stated: string }>
  | Refusal<'formats/crs-not-known', { readonly name: string; readonly epsg: number | null }>
  | Refusal<'formats/took-too-long', InFile & { readonly seconds: number; readonly rows: number }>
  | Refusal<'formats/needs-too-much-memory', InFile & { readonly limitMb: number; readonly rows: number }>
  | Refusal<'formats/reader-failed', InFile & { readonly rows: number; readonly reason: string }>

/** Said of a layer that is read all the same. */
export type LayerNote =
  | Refusal<'formats/member-missing', InFile & { readonly member: string }>
  | Refusal<'formats/index-ignored', InFile>
  | Refusal<'formats/header-wrong', InFile & { readonly stated: number; readonly found: number }>
  | Refusal<'formats/encoding-guessed', InFile & { readonly encoding: string }>
  | Refusal<'formats/encoding-not-known', InFile & { readonly stated: string }>
  | Refusal<'formats/encoding-differs', InFile & { readonly stated: string; readonly used: string }>
  | Refusal<'formats/fields-renamed', InFile & { readonly fields: readonly string[] }>
  | Refusal<'formats/fields-not-read', InFile & { readonly fields: readonly string[] }>
  | Refusal<'formats/crs-unreadable', InFile>
  | Refusal<'formats/coordinates-not-degrees', InFile>
  | Refusal<'formats/old-datum', InFile & { readonly crs: string }>

/** Said of one row: it is left out. */
export type RowRefusal =
  | Refusal<'formats/row-cut-short', InRow>
  | Refusal<'formats/record-length-wrong', InRow & { readonly stated: number; readonly needed: number }>
  | Refusal<'formats/bad-coordinate', InRow>
  | Refusal<'formats/ring-too-short', InRow & { readonly points: number }>
  | Refusal<'formats/line-too-short', InRow & { readonly points: number }>
  | Refusal<'formats/geometry-broken', InRow>
  | Refusal<'formats/geometry-not-read', InRow & { readonly type: string }>
  | Refusal<'formats/too-deep', InRow>
  | Refusal<'formats/row-not-json', InRow>
  | Refusal<'formats/row-not-geojson', InRow>

/** Said of one row that is kept. */
export type RowNote =
  | Refusal<'formats/hole-outside-shell', InRow & { readonly holes: number }>
  | Refusal<'formats/ring-direction-wrong', InRow & { readonly rings: number }>
  | Refusal<'formats/ring-closed', InRow>
  | Refusal<'formats/bad-value', InRow & { readonly field: string; readonly value: string }>

export type FormatsRefusal = FileRefusal | LayerNote | RowRefusal | RowNote
