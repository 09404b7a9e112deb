/** Why water's data are refused: always with the place. */
import type { Refusal } from '@dishu/base/refusal'
import type { SheetId } from './sheets.ts'

/** Where in a workbook a row was refused. */
export type RowRefusal = {
  readonly sheet: SheetId
  readonly row: number // of the file, or of the list that was sent
  readonly field: string | null
  readonly month: number | null // of a field with twelve columns
  readonly code: RowFault
  readonly stated: string
  readonly expected: string
}
export type RowFault = 'missing' | 'not-a-number' | 'out-of-range' | 'not-a-choice' | 'not-a-geometry' | 'not-a-day' | 'twice' | 'too-long'

export type WaterRefusal =
  | Refusal<'water/rows-refused', { readonly count: number; readonly first: RowRefusal; readonly rows: readonly RowRefusal[] }>
  | Refusal<'water/no-sheet', { readonly file: string; readonly found: readonly string[]; readonly known: readonly string[] }>
  | Refusal<'water/no-columns', { readonly sheet: SheetId; readonly missing: readonly string[] }>
  | Refusal<'water/no-such-sheet', { readonly sheet: string }>
  | Refusal<'water/no-such-row', { readonly sheet: SheetId; readonly key: string }>
  | Refusal<'water/no-file', Readonly<Record<string, never>>>
  | Refusal<'water/too-many-rows', { readonly sheet: SheetId; readonly limit: number }>
  | Refusal<'water/no-such-year-type', { readonly stated: string; readonly known: readonly string[] }>
  | Refusal<'water/nothing-changed', { readonly county: string }>
