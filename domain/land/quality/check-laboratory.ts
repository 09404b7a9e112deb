/** Checks of a laboratory's work, of all samples of a county together: its duplicates and blanks, two laboratories side by side, and the bags on their way. */
import { type Censored, type Span, spanOf } from '../soil/soil.ts'
import type { SampleFacts } from './check-samples.ts'
import type { SubjectFinding } from './check-sets.ts'
import { holds, Notes, numberOf, type RuleBook } from './rules.ts'

export type LabSample = SampleFacts & { readonly sample_code: string; readonly lab: string | null; readonly plot_code: string | null }

/** What is compared. pH by its difference; the rest by their relative difference. */
const COMPARED = [
  ['ph', 'pH'],
  ['ec_ds_per_m', 'EC'],
  ['ece_ds_per_m', 'ECe'],
  ['salt_g_per_kg', '全盐量'],
  ['esp_percent', 'ESP'],
  ['cec_cmol_per_kg', 'CEC'],
] as const
type Column = (typeof COMPARED)[number][0]

const text = (sample: SampleFacts, name: string): string | null => {
  const value = sample.extra?.[name]
  return typeof value === 'string' && value !== '' ? value : null
}
const roleOf = (sample: SampleFacts) => text(sample, 'role')
const bagOf = (sample: SampleFacts) => text(sample, 'bag')
const spanIn = (sample: SampleFacts, column: Column): Span | null =>
  spanOf(sample[column], (sample.extra?.censored as Readonly<Record<string, Censored>> | undefined)?.[column], [
    0,
    Number.POSITIVE_INFINITY,
  ])
const hasValues = (sample: SampleFacts) =>
  COMPARED.some(([column]) => spanIn(sample, column) !== null) ||
  Object.keys(sample.ions ?? {}).length > 0 ||
  sample.extra?.solution !== undefined
const short = (value: number) => Number(value.toPrecision(4))

export function checkLaboratory(samples: readonly LabSample[], book: RuleBook): readonly SubjectFinding[] {
  return [...duplicatesOf(samples, book), ...blanksOf(samples, book), ...labsOf(samples, book), ...bagsOf(samples, book)]
}

const from = (notes: Notes, subject: string): SubjectFinding[] => notes.found.map((finding) => ({ ...finding, subject }))

/** The least that two values may be apart, of values of which only a side is known too; 0 where their spans meet. */
const apart = (a: Span, b: Span): readonly [number, number] => (a[1] < b[0] ? [a[1], b[0]] : b[1] < a[0] ? [b[1], a[0]] : [0, 0])

function duplicatesOf(samples: readonly LabSample[], book: RuleBook): SubjectFinding[] {
  const rule = 'sample/replicates-differ'
  if (!holds(book, rule)) return []
  const [percent, points] = [numberOf(book, rule, 'percent'), numberOf(book, rule, 'ph')]
  const originals = groupBy(
    samples.filter((sample) => roleOf(sample) === null),
    ({ sample_code }) => sample_code,
  )
  return samples.flatMap((duplicate) => {
    const of = roleOf(duplicate) === 'duplicate' ? text(duplicate, 'duplicateOf') : null
    const original = of === null ? undefined : originals.get(of)?.find((each) => sameLayer(each, duplicate))
    if (of === null || original === undefined) return []
    const notes = new Notes(book)
    for (const [column, value] of COMPARED) {
      const [a, b] = [spanIn(original, column), spanIn(duplicate, column)]
      if (a === null || b === null) continue
      const [low, high] = apart(a, b)
      const off = column === 'ph' ? high - low : high + low === 0 ? 0 : (200 * (high - low)) / (high + low)
      const limit = column === 'ph' ? points : percent
      if (off > limit)
        notes.add({
          rule,
          details: { value, of, first: short(low), second: short(high), difference: short(off), limit, relative: column !== 'ph' },
        })
    }
    return from(notes, duplicate.sample_code)
  })
}

const sameLayer = (a: SampleFacts, b: SampleFacts) =>
  (['depth_from_cm', 'depth_to_cm', 'sampled_on'] as const).every((name) => a[name] === null || b[name] === null || a[name] === b[name])

function blanksOf(samples: readonly LabSample[], book: RuleBook): SubjectFinding[] {
  const rule = 'sample/blank-not-empty'
  if (!holds(book, rule)) return []
  const limits: Readonly<Partial<Record<Column, number>>> = {
    ec_ds_per_m: numberOf(book, rule, 'ecDsPerM'),
    salt_g_per_kg: numberOf(book, rule, 'saltGPerKg'),
  }
  const ionLimit = numberOf(book, rule, 'ionCmolPerKg')
  return samples.flatMap((blank) => {
    if (roleOf(blank) !== 'blank') return []
    const notes = new Notes(book)
    for (const [column, value] of COMPARED) {
      const [limit, span] = [limits[column], spanIn(blank, column)]
      if (limit !== undefined && span !== null && span[0] > limit) notes.add({ rule, details: { value, stated: span[0], limit } })
    }
    for (const [ion, amount] of Object.entries(blank.ions ?? {}))
      if (amount > ionLimit) notes.add({ rule, details: { value: ion, stated: amount, limit: ionLimit } })
    return from(notes, blank.sample_code)
  })
}

/**
 * Two laboratories at the same places and depths: the mean of their paired differences (of pH; else of logarithms, as a ratio) with its 95 % interval. A finding
 * where the interval leaves out no difference.
 */
function labsOf(samples: readonly LabSample[], book: RuleBook): SubjectFinding[] {
  const rule = 'sample/labs-differ'
  if (!holds(book, rule)) return []
  const least = numberOf(book, rule, 'leastPairs')
  const days = numberOf(book, rule, 'days')
  const places = groupBy(
    samples.filter((each) => each.lab !== null && each.longitude !== null && each.latitude !== null && each.depth_from_cm !== null),
    // a hundred-thousandth of a degree is about a metre
    ({ longitude, latitude, depth_from_cm: top, depth_to_cm: bottom }) =>
      `${longitude?.toFixed(5)} ${latitude?.toFixed(5)} ${top} ${bottom}`,
  )
  const found: SubjectFinding[] = []
  for (const [column, value] of COMPARED) {
    const pairs = new Map<string, { readonly labs: readonly [string, string]; readonly differences: number[] }>()
    for (const there of places.values()) {
      for (const [i, a] of there.entries()) {
        for (const b of there.slice(i + 1)) {
          const [one, other] = (a.lab ?? '') < (b.lab ?? '') ? [a, b] : [b, a]
          if (one.lab === other.lab || daysBetween(one, other) > days || !sameMethod(column, one, other)) continue
          const difference = differenceOf(column, one[column], other[column])
          if (difference === null) continue
          const key = `${one.lab} / ${other.lab}`
          const pair = pairs.get(key) ?? { labs: [one.lab ?? '', other.lab ?? ''] as const, differences: [] }
          pair.differences.push(difference)
          pairs.set(key, pair)
        }
      }
    }
    for (const [key, { labs, differences }] of [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const interval = differences.length < least ? null : pairedInterval(differences)
      if (interval === null || (interval[0] <= 0 && interval[2] >= 0)) continue
      const say = (each: number) => (column === 'ph' ? Number(each.toFixed(3)) : Number(((Math.exp(each) - 1) * 100).toFixed(1)))
      const [low, mean, high] = interval.map(say)
      const notes = new Notes(book)
      notes.add({ rule, details: { labs, value, pairs: differences.length, mean, from: low, to: high, relative: column !== 'ph' } })
      found.push(...from(notes, `${key} ${value}`))
    }
  }
  return found
}

/** EC of other extracts, and pH in other liquids, are other quantities. */
const sameMethod = (column: Column, a: SampleFacts, b: SampleFacts) =>
  column === 'ec_ds_per_m' ? a.ec_ratio === b.ec_ratio : column === 'ph' ? a.ph_ratio === b.ph_ratio : true

function differenceOf(column: Column, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null
  if (column === 'ph') return a - b
  return a > 0 && b > 0 ? Math.log(a / b) : null
}

function daysBetween(a: SampleFacts, b: SampleFacts): number {
  if (a.sampled_on === null || b.sampled_on === null) return Number.POSITIVE_INFINITY
  return Math.abs(Date.parse(a.sampled_on) - Date.parse(b.sampled_on)) / 86_400_000
}

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

/** The way of the bags: from the place (a row with a place or plot) to the laboratory (a row with values). One row may be both. */
function bagsOf(samples: readonly LabSample[], book: RuleBook): SubjectFinding[] {
  const own = samples.filter((sample) => roleOf(sample) === null)
  const bagged = own.filter((sample) => bagOf(sample) !== null)
  if (bagged.length === 0) return []
  const taken = (sample: LabSample) => sample.longitude !== null || sample.plot_code !== null
  const fieldOf = groupBy(bagged.filter(taken), (sample) => bagOf(sample) ?? '')
  const labOf = groupBy(bagged.filter(hasValues), (sample) => bagOf(sample) ?? '')
  const found: SubjectFinding[] = []
  const labsWithBags = new Set(bagged.map(({ lab }) => lab))
  for (const sample of own) {
    const notes = new Notes(book)
    const bag = bagOf(sample)
    if (bag === null) {
      // where a laboratory works with bags, a sample without one has lost it
      if (hasValues(sample) && labsWithBags.has(sample.lab)) notes.add({ rule: 'sample/bag-missing', details: { lab: sample.lab } })
    } else {
      const [there, analysed] = [fieldOf.get(bag) ?? [], labOf.get(bag) ?? []]
      const twice = there.length > 1 && taken(sample) ? there : analysed.length > 1 && hasValues(sample) ? analysed : []
      if (twice.length > 0)
        notes.add({ rule: 'sample/bag-twice', details: { bag, samples: twice.map(({ sample_code }) => sample_code).sort() } })
      if (!taken(sample) && there.length === 0) notes.add({ rule: 'sample/bag-not-taken', details: { bag } })
      if (!hasValues(sample) && analysed.length === 0) notes.add({ rule: 'sample/bag-not-analysed', details: { bag } })
    }
    found.push(...from(notes, sample.sample_code))
  }
  return found
}

function groupBy<Each>(list: readonly Each[], keyOf: (each: Each) => string): ReadonlyMap<string, readonly Each[]> {
  const groups = new Map<string, Each[]>()
  for (const each of list) {
    const group = groups.get(keyOf(each))
    if (group) group.push(each)
    else groups.set(keyOf(each), [each])
  }
  return groups
}
