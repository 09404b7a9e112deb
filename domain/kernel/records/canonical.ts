/**
 * The one byte form of a row's content: what its digest is taken over and what is sent to the database are the same bytes.
 *
 * Each column is a 4-byte big-endian length (-1: null) and that many bytes, in PostgreSQL's binary form: text in UTF-8, integers
 * and doubles big-endian, a date as days since 2000-01-01, a box as its upper and lower corner, jsonb as the byte 1 and JSON
 * with sorted keys. Two rows with equal content have equal bytes on every machine and in every version.
 */
import { type Day, FOREVER } from '@dishu/base/date'
import { ByteWriter } from './bytes.ts'
import type { ColumnType, Content, Kind } from './records.ts'

const utf8 = new TextEncoder()
const EPOCH_2000 = Date.UTC(2000, 0, 1)
export const INFINITE_DAY = 0x7fffffff

/** Days since 2000-01-01; `infinity` is PostgreSQL's largest. Throws RangeError for text that is no day. */
export function dayNumber(day: Day | string): number {
  if (day === FOREVER) return INFINITE_DAY
  if (day === lastDay) return lastDayNumber // rows of a file mostly hold from one day on
  const days = Math.round((Date.parse(`${day}T00:00:00Z`) - EPOCH_2000) / 86_400_000)
  if (!Number.isFinite(days)) throw new RangeError(`expected a day, got ${day}`)
  lastDay = day
  lastDayNumber = days
  return days
}
let lastDay = ''
let lastDayNumber = 0

export const dayOfNumber = (days: number): Day =>
  (days === INFINITE_DAY ? FOREVER : new Date(EPOCH_2000 + days * 86_400_000).toISOString().slice(0, 10)) as Day

/** JSON with keys in code-unit order and without `undefined`: equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const text = flatJson(value as Record<string, unknown>)
    if (text !== null) return text
  }
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each ?? null)).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined)
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries.map(([key, each]) => `${JSON.stringify(storable(key))}:${canonicalJson(each)}`).join(',')}}`
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`JSON knows no ${value}`)
  return JSON.stringify(typeof value === 'string' ? storable(value) : value)
}

/** The same for the usual case, an object of plain values under plain names, in one call; null where it is not that. */
function flatJson(value: Record<string, unknown>): string | null {
  const keys = Object.keys(value).sort()
  const sorted: Record<string, unknown> = {}
  for (const key of keys) {
    const each = value[key]
    // names that look like numbers would come first in an object whatever their order
    if ((each !== null && typeof each === 'object') || (typeof each === 'number' && !Number.isFinite(each)) || NUMERIC_START.test(key))
      return null
    sorted[key] = each
  }
  const text = JSON.stringify(sorted)
  // an escape by number is NUL, half a surrogate, or some other rare thing: the long way knows what to do
  return text.includes('\\u') ? null : text
}
const NUMERIC_START = /^\d|^__proto__$/

/** PostgreSQL's jsonb holds neither NUL nor half a surrogate pair. */
const storable = (text: string) => (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed()

const INTEGER_RANGE = { int2: 32_767, int4: 2_147_483_647, int8: Number.MAX_SAFE_INTEGER } as const

function integer(column: string, type: keyof typeof INTEGER_RANGE, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > INTEGER_RANGE[type]) {
    throw new TypeError(`column ${column}: expected a whole number (${type}), got ${String(value)}`)
  }
  return value
}

function write(to: ByteWriter, column: string, type: ColumnType, value: unknown) {
  if (value === null || value === undefined) return to.int32(-1)
  switch (type) {
    case 'text':
      // PostgreSQL's text holds no NUL
      return to.text(typeof value === 'string' ? (value.includes('\0') ? value.replaceAll('\0', '') : value) : String(value))
    case 'int2':
      to.int32(2)
      return to.int16(integer(column, type, value))
    case 'int4':
      to.int32(4)
      return to.int32(integer(column, type, value))
    case 'int8':
      to.int32(8)
      return to.int64(integer(column, type, value))
    case 'float8':
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw new TypeError(`column ${column}: expected a finite number, got ${String(value)}`)
      to.int32(8)
      return to.float64(value)
    case 'date':
      to.int32(4)
      return to.int32(dayNumber(value as Day))
    case 'bytea': {
      const bytes = value as Uint8Array
      to.int32(bytes.length)
      return to.raw(bytes)
    }
    case 'box': {
      const [minX, minY, maxX, maxY] = value as readonly number[]
      to.int32(32)
      to.float64(maxX)
      to.float64(maxY)
      to.float64(minX)
      return to.float64(minY)
    }
    case 'jsonb': {
      if (isObject(value) && to.plainJson(JSONB_VERSION, value, orderOf(value))) return
      const text = utf8.encode(canonicalJson(value))
      to.int32(text.length + 1)
      to.raw(Uint8Array.of(JSONB_VERSION))
      return to.raw(text)
    }
  }
}
const JSONB_VERSION = 1
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

type Ordered = readonly { readonly key: string; readonly quoted: string }[]
/** Rows of a layer have few different sets of names among their other fields. */
const orders = new Map<string, Ordered>()
const KNOWN_ORDERS = 2000

/** The names of an object in code-unit order, each also as JSON writes it before its value. */
function orderOf(value: Readonly<Record<string, unknown>>): Ordered {
  const keys = Object.keys(value)
  // one row after another has the same names in the same order
  if (sameNames(keys, lastNames)) return lastOrder
  const order = orderOfNames(keys.slice())
  lastNames = keys
  lastOrder = order
  return order
}
let lastNames: readonly string[] = []
let lastOrder: Ordered = []

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function orderOfNames(keys: string[]): Ordered {
  const names = keys.join('\0')
  const known = orders.get(names)
  if (known?.length === keys.length) return known
  const order = keys.sort().map((key) => ({ key, quoted: `${JSON.stringify(storable(key))}:` }))
  if (keys.some((key) => key.includes('\0'))) return order // joined, they could be taken for others
  if (orders.size >= KNOWN_ORDERS) orders.clear()
  orders.set(names, order)
  return order
}

const rows = new ByteWriter()
const prefixes = new Map<string, Uint8Array>()

/**
 * What the digest of a row is taken over: its kind and its content (docs/ledger.md, 2). The content begins at `from`. Where it is not
 * `lasting`, the next call writes over it.
 */
export function digestedBytes(kind: Kind, content: Content, lasting: boolean): { readonly all: Uint8Array; readonly from: number } {
  let prefix = prefixes.get(kind.name)
  if (!prefix) {
    prefix = utf8.encode(`dishu/row/1 ${kind.name}\0`)
    prefixes.set(kind.name, prefix)
  }
  rows.forget() // a fault in the middle of a row may have left something
  rows.raw(prefix)
  const { columns } = kind
  for (let c = 0; c < columns.length; c++) write(rows, columns[c][0], columns[c][1], content[columns[c][0]])
  return { all: lasting ? rows.taken() : rows.written(), from: prefix.length }
}

/** The bytes of a row's content. A column of `kind` that `content` lacks is null. */
export function contentBytes(kind: Kind, content: Content): Uint8Array {
  const { all, from } = digestedBytes(kind, content, true)
  return all.subarray(from)
}
