/**
 * Baselines (底数): one figure that an office signs and must defend for years. A baseline names the state of the register it was counted from
 * (a day, and the revision with its hash), everything it was counted by, and the counted table; it is signed. Counted anew from the rows of
 * that state it must come to the same table, to the last hundredth of a square metre.
 */
import type { Day } from '@dishu/base/date'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import type { GradingConfig } from '../soil/soil.ts'
import type { CountRow } from './count.wire.ts'

export const BASELINE_FORMAT = 'dishu/baseline/1'

/** The ways of counting that a table depends on, each with the number of its present form. Whoever changes what one of them gives raises its number. */
export const METHODS = { cells: 1, overlay: 1, apportionment: 1, grading: 1, contracts: 1, saline: 1 } as const

export const baselineKind: Kind = {
  name: 'baseline',
  table: 'land.baseline',
  columns: [
    ['baseline_key', 'text'],
    ['title', 'text'],
    ['day', 'date'],
    ['known', 'int4'],
    ['area', 'int8'],
    ['patches', 'int4'],
    ['document', 'text'],
    ['public_key', 'text'],
    ['signature', 'text'],
  ],
  key: ['baseline_key'],
  scope: null,
  derived: false,
}

/** One row of the frozen table: the words it is counted by, then hundredths of a square metre, patches by their leads, cells. */
export type TableRow = readonly [
  village: string,
  landClass: string,
  grade: string,
  mapgrade: string,
  owner: string,
  contract: string,
  saline: string,
  area: number,
  patches: number,
  cells: number,
]
export type RowsDigest = { readonly kind: string; readonly rows: number; readonly digest: string }
export type Total = { readonly area: number; readonly patches: number; readonly cells: number }

export type BaselineDocument = {
  readonly format: typeof BASELINE_FORMAT
  readonly program: string // the version that froze it
  readonly county: string
  readonly countyName: string
  readonly key: string
  readonly title: string
  readonly day: Day
  readonly known: number
  readonly hash: string // of the known revision: it stands for the whole ledger up to there
  readonly frozenAt: string
  readonly frozenBy: string
  readonly synthetic: boolean
  readonly methods: Readonly<Record<string, number>>
  readonly grading: GradingConfig
  readonly areas: readonly { readonly code: string; readonly parent: string | null; readonly level: string; readonly name: string }[]
  readonly seeds: readonly { readonly of: string; readonly key: string; readonly seed: number | null }[]
  readonly rows: readonly RowsDigest[]
  readonly table: readonly TableRow[]
  readonly total: Total
}
/** A baseline as it is kept and handed on: the signed bytes, and by whom. */
export type SignedBaseline = { readonly document: string; readonly publicKey: string; readonly signature: string }

export type BaselineRefusal =
  | Refusal<'baseline/no-such-baseline', { county: string; key: string; known: readonly string[] }>
  | Refusal<'baseline/does-not-recount', { county: string; rows: number; area: number; patches: number }>
  | Refusal<'baseline/not-a-baseline', { file: string }>
  | Refusal<'baseline/nothing-to-freeze', { county: string; day: string }>
  | Refusal<'baseline/not-a-state', { name: string; value: string }>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const WORDS = 7

/** The words that a row is counted by, as one text. */
export const wordsOf = (row: TableRow): string => row.slice(0, WORDS).join('\u001f')

/** Rows in the order of their words. */
export const inOrder = (rows: readonly TableRow[]): TableRow[] => {
  const words = new Map(rows.map((row) => [row, wordsOf(row)]))
  return [...rows].sort((a, b) => (words.get(a)! < words.get(b)! ? -1 : words.get(a)! > words.get(b)! ? 1 : 0))
}

export const totalOf = (rows: readonly TableRow[]): Total =>
  rows.reduce((sum, row) => ({ area: sum.area + row[7], patches: sum.patches + row[8], cells: sum.cells + row[9] }), {
    area: 0,
    patches: 0,
    cells: 0,
  })

/** An answer of the count by all dimensions, villages apart, as rows of the table. */
export const tableOf = (counted: readonly CountRow[]): TableRow[] =>
  inOrder(
    counted.map(({ by, area, patches, cells }) => [
      by.area ?? '',
      by.class ?? '',
      by.grade ?? '',
      by.mapgrade ?? '',
      by.owner ?? '',
      by.contract ?? '',
      by.saline ?? '',
      area,
      patches,
      cells,
    ]),
  )

export type TableDifference = { readonly rows: number; readonly area: number; readonly patches: number; readonly cells: number }

/** How far two tables lie apart: rows that differ, and the sums of the sizes of their differences, so that no two errors cancel. */
export function compareTables(frozen: readonly TableRow[], found: readonly TableRow[]): TableDifference {
  const left = new Map(found.map((row) => [wordsOf(row), row]))
  let [rows, area, patches, cells] = [0, 0, 0, 0]
  const add = (a: TableRow | undefined, b: TableRow | undefined) => {
    const apart = [7, 8, 9].map((i) => Math.abs(Number(a?.[i] ?? 0) - Number(b?.[i] ?? 0)))
    if (a && b && apart.every((each) => each === 0)) return
    rows++
    area += apart[0]
    patches += apart[1]
    cells += apart[2]
  }
  for (const row of frozen) {
    const key = wordsOf(row)
    add(row, left.get(key))
    left.delete(key)
  }
  for (const row of left.values()) add(undefined, row)
  return { rows, area, patches, cells }
}

/** Reads a kept baseline out of a file's text; says nothing yet of whether its signature holds or its table is right. */
export function signedBaselineFrom(text: string, file: string): Result<SignedBaseline, BaselineRefusal> {
  const no = refuse('baseline/not-a-baseline', { file })
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value)) return no
    const { document, publicKey, signature } = value
    if (typeof document !== 'string' || typeof publicKey !== 'string' || typeof signature !== 'string') return no
    return documentFrom(document, file).ok ? accept({ document, publicKey, signature }) : no
  } catch {
    return no
  }
}

/** The words of a kept baseline. */
export function documentFrom(text: string, file: string): Result<BaselineDocument, BaselineRefusal> {
  const no = refuse('baseline/not-a-baseline', { file })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return no
  }
  if (!isRecord(value) || value.format !== BASELINE_FORMAT || !Array.isArray(value.table) || !Array.isArray(value.rows)) return no
  const whole = value.table.every(
    (row: unknown) =>
      Array.isArray(row) &&
      row.length === 10 &&
      row.every((each, i) => (i < WORDS ? typeof each === 'string' : Number.isSafeInteger(each))),
  )
  return whole && typeof value.day === 'string' && typeof value.known === 'number' && isRecord(value.grading)
    ? accept(value as unknown as BaselineDocument)
    : no
}
