/** Checks of a laboratory's work, of all samples of a county together: its duplicates and blanks, two laboratories side by side, and the bags on their way. */
import { COMPARED, duplicatePairs, type LabColumn, labPairs, pairedInterval, sayDifference, spanIn } from '../soil/soil.ts'
import type { SampleFacts } from './check-samples.ts'
import type { SubjectFinding } from './check-sets.ts'
import { holds, Notes, numberOf, type RuleBook } from './rules.ts'

export type LabSample = SampleFacts & { readonly sample_code: string; readonly lab: string | null; readonly plot_code: string | null }

const text = (sample: SampleFacts, name: string): string | null => {
  const value = sample.extra?.[name]
  return typeof value === 'string' && value !== '' ? value : null
}
const roleOf = (sample: SampleFacts) => text(sample, 'role')
const bagOf = (sample: SampleFacts) => text(sample, 'bag')
const hasValues = (sample: SampleFacts) =>
  COMPARED.some(([column]) => spanIn(sample, column) !== null) ||
  Object.keys(sample.ions ?? {}).length > 0 ||
  sample.extra?.solution !== undefined
const short = (value: number) => Number(value.toPrecision(4))

export function checkLaboratory(samples: readonly LabSample[], book: RuleBook): readonly SubjectFinding[] {
  return [...duplicatesOf(samples, book), ...blanksOf(samples, book), ...labsOf(samples, book), ...bagsOf(samples, book)]
}

const from = (notes: Notes, subject: string): SubjectFinding[] => notes.found.map((finding) => ({ ...finding, subject }))

function duplicatesOf(samples: readonly LabSample[], book: RuleBook): SubjectFinding[] {
  const rule = 'sample/replicates-differ'
  if (!holds(book, rule)) return []
  const [percent, points] = [numberOf(book, rule, 'percent'), numberOf(book, rule, 'ph')]
  return duplicatePairs(samples).flatMap(({ duplicate, of, value, first, second, off, relative }) => {
    const limit = relative ? percent : points
    if (off <= limit) return []
    const notes = new Notes(book)
    notes.add({ rule, details: { value, of, first: short(first), second: short(second), difference: short(off), limit, relative } })
    return from(notes, duplicate)
  })
}

function blanksOf(samples: readonly LabSample[], book: RuleBook): SubjectFinding[] {
  const rule = 'sample/blank-not-empty'
  if (!holds(book, rule)) return []
  const limits: Readonly<Partial<Record<LabColumn, number>>> = {
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
  return labPairs(samples, numberOf(book, rule, 'days')).flatMap(({ labs, column, value, differences }) => {
    const interval = differences.length < least ? null : pairedInterval(differences)
    if (interval === null || (interval[0] <= 0 && interval[2] >= 0)) return []
    const [low, mean, high] = interval.map((each) => sayDifference(column, each))
    const notes = new Notes(book)
    notes.add({ rule, details: { labs, value, pairs: differences.length, mean, from: low, to: high, relative: column !== 'ph' } })
    return from(notes, `${labs.join(' / ')} ${value}`)
  })
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
