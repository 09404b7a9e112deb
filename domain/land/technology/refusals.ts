/** What may be wrong with a library as a person states it, each with its place. */
import type { Refusal } from '@dishu/base/refusal'

type At = { readonly sheet: string; readonly row: number; readonly column: string }
export type LibraryProblem =
  | Refusal<'library/unknown-sheet', { readonly sheet: string; readonly known: readonly string[] }>
  | Refusal<'library/missing-column', { readonly sheet: string; readonly column: string }>
  | Refusal<'library/missing-cell', At>
  | Refusal<'library/not-readable-cell', At & { readonly found: string; readonly expected: string }>
  | Refusal<'library/out-of-range', At & { readonly found: number; readonly from: number; readonly to: number }>
  | Refusal<'library/named-twice', { readonly sheet: string; readonly row: number; readonly first: number; readonly key: string }>
  | Refusal<'library/unknown-code', At & { readonly code: string }>
  | Refusal<'library/incomplete', { readonly sheet: string; readonly row: number; readonly columns: readonly string[] }>
  | Refusal<'library/wrong-way-round', { readonly sheet: string; readonly row: number; readonly low: string; readonly high: string }>
export type LibraryRefusal =
  | LibraryProblem
  | Refusal<'library/nothing', { readonly file: string }>
  | Refusal<'library/changes-nothing', { readonly file: string }>
  | Refusal<'library/too-large', { readonly file: string; readonly limitMb: number }>
  | Refusal<'library/not-a-workbook', { readonly file: string }>
  | Refusal<'library/refused', { readonly file: string; readonly problems: number; readonly where: string }>
  | Refusal<'library/no-such-patch', { readonly id: string }>
