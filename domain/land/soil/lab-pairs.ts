/** A laboratory against itself and against another: duplicates beside their originals, and two laboratories at the same places, depths and days. */
import { type Censored, type Span, spanOf } from './lab-values.ts'

/** A sample as the register's columns have it. */
export type LabRow = {
  readonly sample_code: string
  readonly longitude: number | null
  readonly latitude: number | null
  readonly depth_from_cm: number | null
  readonly depth_to_cm: number | null
  readonly sampled_on: string | null
  readonly ph: number | null
  readonly ph_ratio: string | null
  readonly ec_ds_per_m: number | null
  readonly ec_ratio: string | null
  readonly ece_ds_per_m: number | null
  readonly salt_g_per_kg: number | null
  readonly cec_cmol_per_kg: number | null
  readonly esp_percent: number | null
  readonly lab: string | null
  readonly extra?: Readonly<Record<string, unknown>> | null
}

/** What is compared. pH by its difference; the rest by their relative difference. */
export const COMPARED = [
  ['ph', 'pH'],
  ['ec_ds_per_m', 'EC'],
  ['ece_ds_per_m', 'ECe'],
  ['salt_g_per_kg', '全盐量'],
  ['esp_percent', 'ESP'],
  ['cec_cmol_per_kg', 'CEC'],
] as const
export type LabColumn = (typeof COMPARED)[number][0]

const textOf = ({ extra }: Pick<LabRow, 'extra'>, name: string): string | null => {
  const value = extra?.[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** What a value may be, of one below or above a limit too. */
export const spanIn = (row: Pick<LabRow, LabColumn | 'extra'>, column: LabColumn): Span | null =>
  spanOf(row[column], (row.extra?.censored as Readonly<Record<string, Censored>> | undefined)?.[column], [0, Number.POSITIVE_INFINITY])

/** The ends by which two values are least apart; 0 and 0 where they may be the same. */
const apart = (a: Span, b: Span): readonly [number, number] => (a[1] < b[0] ? [a[1], b[0]] : b[1] < a[0] ? [b[1], a[0]] : [0, 0])

/** `off`: by how much they miss each other at least: of pH the difference, else % of their mean. `first`, `second`: the nearest ends, the lower one first. */
export type DuplicatePair = {
  readonly duplicate: string
  readonly of: string
  readonly column: LabColumn
  readonly value: string
  readonly first: number
  readonly second: number
  readonly off: number
  readonly relative: boolean
}

/** Every value that a duplicate and its original both have. */
export function duplicatePairs(rows: readonly LabRow[]): readonly DuplicatePair[] {
  const originals = new Map<string, LabRow[]>()
  for (const row of rows) if (textOf(row, 'role') === null) originals.set(row.sample_code, [...(originals.get(row.sample_code) ?? []), row])
  return rows.flatMap((duplicate) => {
    const of = textOf(duplicate, 'role') === 'duplicate' ? textOf(duplicate, 'duplicateOf') : null
    const original = of === null ? undefined : originals.get(of)?.find((each) => isSameLayer(each, duplicate))
    if (of === null || original === undefined) return []
    return COMPARED.flatMap(([column, value]): DuplicatePair[] => {
      const [a, b] = [spanIn(original, column), spanIn(duplicate, column)]
      if (a === null || b === null) return []
      const [first, second] = apart(a, b)
      const relative = column !== 'ph'
      const off = !relative ? second - first : second + first === 0 ? 0 : (200 * (second - first)) / (second + first)
      return [{ duplicate: duplicate.sample_code, of, column, value, first, second, off, relative }]
    })
  })
}

const isSameLayer = (a: LabRow, b: LabRow) =>
  (['depth_from_cm', 'depth_to_cm', 'sampled_on'] as const).every((name) => a[name] === null || b[name] === null || a[name] === b[name])

/** `differences`: of pH as they are, else of logarithms; the first laboratory (by name) less the second. */
export type LabPair = {
  readonly labs: readonly [string, string]
  readonly column: LabColumn
  readonly value: string
  readonly differences: readonly number[]
}

/** Two laboratories at the same place and depth, sampled no more than `days` apart, by the same method. */
export function labPairs(rows: readonly LabRow[], days: number): readonly LabPair[] {
  const places = new Map<string, LabRow[]>()
  for (const row of rows) {
    const { longitude, latitude, depth_from_cm: top, depth_to_cm: bottom } = row
    if (row.lab === null || longitude === null || latitude === null || top === null) continue
    // a hundred-thousandth of a degree is about a metre
    const key = `${longitude.toFixed(5)} ${latitude.toFixed(5)} ${top} ${bottom}`
    const there = places.get(key)
    if (there) there.push(row)
    else places.set(key, [row])
  }
  const found: LabPair[] = []
  for (const [column, value] of COMPARED) {
    const pairs = new Map<string, { labs: readonly [string, string]; differences: number[] }>()
    for (const there of places.values()) {
      for (const [i, a] of there.entries()) {
        for (const b of there.slice(i + 1)) {
          const [one, other] = (a.lab ?? '') < (b.lab ?? '') ? [a, b] : [b, a]
          if (one.lab === other.lab || daysBetween(one, other) > days || !isSameMethod(column, one, other)) continue
          const difference = differenceOf(column, one[column], other[column])
          if (difference === null) continue
          const key = `${one.lab} / ${other.lab}`
          const pair = pairs.get(key) ?? { labs: [one.lab ?? '', other.lab ?? ''] as const, differences: [] }
          pair.differences.push(difference)
          pairs.set(key, pair)
        }
      }
    }
    for (const [, pair] of [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))) found.push({ column, value, ...pair })
  }
  return found
}

/** EC of other extracts, and pH in other liquids, are other quantities. */
const isSameMethod = (column: LabColumn, a: LabRow, b: LabRow) =>
  column === 'ec_ds_per_m' ? a.ec_ratio === b.ec_ratio : column === 'ph' ? a.ph_ratio === b.ph_ratio : true

function differenceOf(column: LabColumn, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null
  if (column === 'ph') return a - b
  return a > 0 && b > 0 ? Math.log(a / b) : null
}

function daysBetween(a: LabRow, b: LabRow): number {
  if (a.sampled_on === null || b.sampled_on === null) return Number.POSITIVE_INFINITY
  return Math.abs(Date.parse(a.sampled_on) - Date.parse(b.sampled_on)) / 86_400_000
}

/** A difference as it is said: of pH itself, else as % of the second laboratory's value. */
export const sayDifference = (column: LabColumn, difference: number): number =>
  column === 'ph' ? Number(difference.toFixed(3)) : Number(((Math.exp(difference) - 1) * 100).toFixed(1))

/** Mean of paired differences with its 95 % interval (Student 1908): least, mean, most. Of fewer than two there is none. */
export function pairedInterval(differences: readonly number[]): readonly [number, number, number] | null {
  const n = differences.length
  if (n < 2) return null
  const mean = differences.reduce((sum, each) => sum + each, 0) / n
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1)
  const half = student975(n - 1) * Math.sqrt(variance / n)
  return [mean - half, mean, mean + half]
}

/** The 97.5 % point of Student's t with ν degrees of freedom: the first three exactly, the rest by the expansion of Fisher & Cornish (1960) to ν⁻⁴. */
export function student975(nu: number): number {
  const exact = [12.706205, 4.302653, 3.182446][nu - 1]
  if (exact !== undefined) return exact
  const z = 1.959963985
  const [z2, z3] = [z * z, z ** 3]
  const [z5, z7, z9] = [z3 * z2, z3 * z2 * z2, z3 * z3 * z3]
  return (
    z +
    (z3 + z) / (4 * nu) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * nu ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * nu ** 3) +
    (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92_160 * nu ** 4)
  )
}
