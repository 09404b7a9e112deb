/**
 * The sheets a person fills in: what a column is called, its unit, what may stand in it. Template, import, export, forms, checks and the columns
 * of the register all follow this one description.
 */
import type { Language } from '@dishu/base/refusal'
import type { ColumnType } from '@dishu/kernel/records/records'
import { MONTHS } from './things.ts'

export type SheetId =
  | 'node'
  | 'reach'
  | 'source'
  | 'volume'
  | 'district'
  | 'planting'
  | 'limit'
  | 'quota'
  | 'season'
  | 'climate'
  | 'storage'
  | 'drainage'
  | 'setting'
export type Said = Readonly<Record<Language, string>>

export type SheetField = {
  readonly name: string // of the thing in memory
  readonly column: string // of its table
  readonly kind: 'text' | 'choice' | 'number' | 'day' | 'months' | 'line' | 'polygon'
  readonly title: Said
  readonly unit: Said | null
  /** What is written in a sheet, times this, is what is kept. */
  readonly factor: number
  readonly needed: boolean
  /** Of what is written in a sheet: what may stand there, and what is unusual enough to be a slip of units. */
  readonly from: number | null
  readonly to: number | null
  readonly likely: readonly [number, number] | null
  readonly choices: readonly string[]
  readonly explains: Said
}
export type Sheet = {
  readonly id: SheetId
  readonly of: string // the list in Water
  readonly title: Said
  readonly key: readonly string[]
  readonly explains: Said
  readonly fields: readonly SheetField[]
}

const TYPES: Readonly<Record<SheetField['kind'], ColumnType>> = {
  text: 'text',
  choice: 'text',
  day: 'text',
  number: 'float8',
  months: 'jsonb',
  line: 'bytea',
  polygon: 'bytea',
}
/** The columns of a sheet's table after the ledger's frame; a shape brings its box. */
export const contentColumnsOf = (sheet: Sheet): readonly (readonly [string, ColumnType])[] =>
  sheet.fields.flatMap(({ column, kind }) => [[column, TYPES[kind]] as const, ...(kind === 'polygon' ? [['bbox', 'box'] as const] : [])])

/** A row by the names of its fields. */
export type Row = Readonly<Record<string, unknown>>

/** What tells a row from the others of its sheet. */
export const keyOf = (sheet: Sheet, row: Row): string => sheet.key.map((name) => String(row[name] ?? '')).join(' · ')

export type FieldFault = {
  readonly code: 'missing' | 'not-a-number' | 'out-of-range' | 'not-a-choice' | 'not-a-geometry' | 'not-a-day' | 'too-long'
  readonly expected: string
  readonly month?: number // counted from 1
}
const MOST_TEXT = 2000

/** Whether a value, in our units, may stand in a field. */
export function faultOf(field: SheetField, value: unknown): FieldFault | null {
  const { kind, needed, from, to, factor, choices } = field
  if (value === null || value === undefined || (value === '' && kind !== 'text')) return needed ? { code: 'missing', expected: '' } : null
  if (value === '' && needed) return { code: 'missing', expected: '' }
  const range = `${from ?? '−∞'} … ${to ?? '∞'}`
  const number = (each: unknown): FieldFault | null => {
    if (typeof each !== 'number' || !Number.isFinite(each)) return { code: 'not-a-number', expected: range }
    const stated = each / factor
    return (from !== null && stated < from) || (to !== null && stated > to) ? { code: 'out-of-range', expected: range } : null
  }
  switch (kind) {
    case 'number':
      return number(value)
    case 'months': {
      if (!Array.isArray(value) || value.length !== MONTHS) return { code: 'not-a-number', expected: '12' }
      for (const [m, each] of value.entries()) {
        const fault = each === null ? null : number(each)
        if (fault) return { ...fault, month: m + 1 }
      }
      return null
    }
    case 'choice':
      return choices.includes(String(value)) ? null : { code: 'not-a-choice', expected: choices.join('、') }
    case 'day':
      return isMonthDay(String(value)) ? null : { code: 'not-a-day', expected: '05-20' }
    case 'line':
    case 'polygon':
      return isShape(value, kind === 'line' ? 2 : 4)
        ? null
        : { code: 'not-a-geometry', expected: kind === 'line' ? 'LINESTRING' : 'POLYGON' }
    default:
      return typeof value === 'string' && value.length <= MOST_TEXT ? null : { code: 'too-long', expected: String(MOST_TEXT) }
  }
}

function isMonthDay(text: string): boolean {
  const found = /^(\d{2})-(\d{2})$/.exec(text)
  if (!found) return false
  const at = new Date(Date.UTC(2001, Number(found[1]) - 1, Number(found[2])))
  return at.getUTCMonth() === Number(found[1]) - 1 && at.getUTCDate() === Number(found[2])
}

/** Lists of lists down to points; the lists of points have `least` points at least. */
function isShape(value: unknown, least: number): boolean {
  if (!Array.isArray(value) || value.length === 0) return false
  const isPoint = (each: unknown) =>
    Array.isArray(each) && each.length === 2 && each.every((part) => typeof part === 'number' && Number.isFinite(part))
  if (isPoint(value[0]))
    return value.length >= least && value.every((each) => isPoint(each) && Math.abs(each[0]) <= 180 && Math.abs(each[1]) <= 90)
  return value.every((each) => isShape(each, least))
}
