/** Questions to the count as they stand in an address: texts, read and checked once for the map, the tables, the API and the command line. */
import { type Day, dayFrom } from '@dishu/base/date'
import { type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { type CountFilters, FILTERS, type Level } from './count.ts'
import { DIMENSIONS, type Dimension } from './count.wire.ts'

export type CountRefusal =
  | Refusal<'count/unknown-word', { name: string; value: string; allowed: readonly string[] }>
  | Refusal<'count/not-a-day', { name: string; value: string }>
  | Refusal<'count/not-an-area', { value: string; county: string }>
  | Refusal<'count/not-a-number', { name: string; value: string; from: number; to: number }>
  | Refusal<'count/no-such-revision', { county: string; rev: number; newest: number }>
  | Refusal<'count/no-such-archive', { county: string }>
  | Refusal<'count/no-such-patch', { county: string; id: number }>

export type Address = Readonly<Record<string, string | undefined>>

/** When: the day asked for, and up to what it was known: a revision's number, a day, or null for all that is known now. */
export type When = { readonly day: Day; readonly known: number | Day | null }

export function whenFrom({ asOf, known }: Address, today: Day): Result<When, CountRefusal> {
  const day = asOf ? dayFrom(asOf) : today
  if (day === null) return refuse('count/not-a-day', { name: 'asOf', value: asOf ?? '' })
  if (!known) return { ok: true, value: { day, known: null } }
  if (/^\d{1,7}$/.test(known)) return { ok: true, value: { day, known: Number(known) } }
  const knownDay = dayFrom(known)
  return knownDay === null ? refuse('count/not-a-day', { name: 'known', value: known }) : { ok: true, value: { day, known: knownDay } }
}

/** An area of the county: its code, or nothing for the county itself. */
export function withinFrom(value: string | undefined, county: string): Result<string, CountRefusal> {
  const code = value?.trim() || county
  // a row may carry, by a slip of the pen, a town or village code of another county: its figure opens like any other
  const fits = code === county || /^(\d{9}|\d{12})$/.test(code)
  return fits ? { ok: true, value: code } : refuse('count/not-an-area', { value: code, county })
}

const LEVELS = ['county', 'town', 'village'] as const

/** The level asked for; without it the one below the area asked about. */
export function levelFrom(value: string | undefined, within: string): Result<Level, CountRefusal> {
  if (!value) return { ok: true, value: within.length === 6 ? 'town' : 'village' }
  return oneOf('level', value, LEVELS)
}

export function byFrom(value: string | undefined): Result<readonly Dimension[], CountRefusal> {
  const words = [
    ...new Set(
      (value ?? '')
        .split(',')
        .map((word) => word.trim())
        .filter(Boolean),
    ),
  ]
  const wrong = words.find((word) => !DIMENSIONS.some((dimension) => dimension === word))
  if (wrong !== undefined) return refuse('count/unknown-word', { name: 'by', value: wrong, allowed: DIMENSIONS })
  return {
    ok: true,
    value: DIMENSIONS.filter((dimension) => words.includes(dimension)).sort((a, b) => words.indexOf(a) - words.indexOf(b)),
  }
}

/** Several values of one dimension, parted by commas, are alternatives. */
export const filtersFrom = (address: Address): CountFilters =>
  Object.fromEntries(
    FILTERS.flatMap((name) =>
      address[name]
        ? [
            [
              name,
              address[name]
                .split(',')
                .map((value) => value.trim())
                .filter(Boolean),
            ],
          ]
        : [],
    ),
  )

/** A selection of patches: their numbers in the register, parted by commas; null where none is asked for. */
export function idsFrom(value: string | undefined): Result<readonly number[] | null, CountRefusal> {
  if (!value) return { ok: true, value: null }
  const ids = value.split(',').map(Number)
  return ids.every((id) => Number.isSafeInteger(id) && id > 0)
    ? { ok: true, value: ids }
    : refuse('count/not-a-number', { name: 'ids', value, from: 1, to: Number.MAX_SAFE_INTEGER })
}

export function oneOf<const T extends string>(name: string, value: string, allowed: readonly T[]): Result<T, CountRefusal> {
  const found = allowed.find((word) => word === value)
  return found === undefined ? refuse('count/unknown-word', { name, value, allowed }) : { ok: true, value: found }
}

export function wholeFrom(
  name: string,
  value: string | undefined,
  from: number,
  to: number,
  otherwise: number,
): Result<number, CountRefusal> {
  if (value === undefined || value === '') return { ok: true, value: otherwise }
  const number = Number(value)
  return Number.isInteger(number) && number >= from && number <= to
    ? { ok: true, value: number }
    : refuse('count/not-a-number', { name, value, from, to })
}
