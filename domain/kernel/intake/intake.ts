/**
 * Files in. A *standard* knows one kind of layer by its fields and turns its rows into register rows; the machinery
 * (reading in a sandbox, staging, preview, confirmation, undo) is the same for all and knows no standard by name.
 */
import type { Day } from '@dishu/base/date'
import type { Language, Refusal, Sentence } from '@dishu/base/refusal'
import type { Content, Kind } from '../records/records.ts'

/** A field as a standard knows it: its name there, other spellings, and what a person reads on the mapping screen. */
export type StandardField = {
  readonly name: string
  readonly aliases: readonly string[]
  readonly required: boolean
  readonly type: 'text' | 'number' | 'date'
  readonly unit: string | null // of the number as the standard has it: m², 亩, dS/m
  readonly label: Readonly<Record<Language, string>>
}

/** The values of one row by the standard's field names; a field that the layer lacks reads as null. Codes come as text, untouched but for surrounding blanks. */
export type RowValues = {
  text(name: string): string | null
  /** A number, also from text with blanks or thousands separators; NaN where there is text that is no number. */
  number(name: string): number | null
  day(name: string): Day | null
  /** The header, as the file has it, of the column that stands for a field: it may say the unit. Null where the layer lacks it. */
  header(name: string): string | null
  /** All fields of the layer that no standard field took, by the file's own names: kept with the row. */
  rest(): Record<string, string | number | boolean | null>
}

/** The outline of a row, measured once for every standard. */
export type RowGeometry = {
  readonly wkb: Uint8Array // in srid
  readonly srid: number
  readonly type: 'point' | 'line' | 'polygon' | 'mixed'
  readonly bbox: readonly [number, number, number, number] // longitude and latitude
  readonly area: number | null // ellipsoidal, whole hundredths of a square metre; null for points and lines
  readonly point: readonly [number, number] | null // longitude and latitude of a point
}

export type ReadContext = {
  readonly county: string
  readonly layer: string // the layer's name in its file
  readonly validFrom: Day // what the person chose, or the survey's day; rows that state a day of their own use that
  readonly options: Readonly<Record<string, string>>
}

/** One register row read from a file. `personal` holds clear values that the machinery seals before anything is written anywhere. */
export type ReadRecord = {
  readonly kind: string
  readonly content: Content // without the column `sealed`, which the machinery fills from `personal`
  readonly personal?: Readonly<Record<string, string | null>>
  readonly validFrom?: Day
  readonly validTo?: Day
  /**
   * How it meets another row of the same import and key, for kinds that are held: 'complete' fills what the other leaves open; a list of
   * columns is added up (one contract over several rows of a ledger, a parcel each). Without it a second row is another thing under the same number.
   */
  readonly joins?: 'complete' | readonly string[]
}

export type ReadOutcome = { readonly records: readonly ReadRecord[]; readonly refusals: readonly FieldRefusal[] }
/** What is wrong with a row, and in which field (null: the row as a whole, or its geometry). */
export type FieldRefusal = { readonly field: string | null; readonly refusal: Refusal }

export type Standard = {
  readonly id: string // dltb, nyt2539-dk, soil-sheet …
  readonly as: 'areas' | 'patches' | 'contracts' | 'soil' | 'layer' // what `--as` calls it
  readonly name: Readonly<Record<Language, string>>
  readonly kinds: readonly Kind[]
  readonly geometry: 'polygon' | 'point' | 'any' | 'none'
  readonly fields: readonly StandardField[]
  /** Header by field, of headers that no spelling matched, where headers are built of parts (quantity, unit, extract). */
  fieldsOf?(headers: readonly string[]): ReadonlyMap<string, string>
  /** Who made the sheet, where makers use one set of headers for different things (laboratories): what a person says of columns is kept for each. */
  makerOf?(values: RowValues): string | null
  /** 0 (no) to 1 (certainly), from the layer's name and field names alone. */
  recognise(layer: { readonly name: string; readonly fields: readonly string[]; readonly hasGeometry: boolean }): number
  /** The county a row belongs to, by its codes; null where they do not say. */
  countyOf(values: RowValues): string | null
  /** The day from which the layer's rows hold, where a row says so (the survey's year). */
  validFromOf(values: RowValues): Day | null
  read(values: RowValues, geometry: RowGeometry | null, context: ReadContext): ReadOutcome
}

export type Progress = {
  readonly phase: 'reading' | 'comparing' | 'writing' | 'counting' | 'checking'
  readonly done: number
  readonly total: number | null
  readonly startedAt: string
}

export type Message = Sentence & { readonly code: string }
