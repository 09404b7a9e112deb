/** Checks of one soil sample: where it lies, how deep, and whether its values can be. */
import type { Day } from '@dishu/base/date'
import { POSSIBLE, waterOf } from '../soil/soil.ts'
import type { Finding } from './findings.ts'
import { holds, Notes, numberOf, type RuleBook } from './rules.ts'

export type SampleFacts = {
  readonly longitude: number | null
  readonly latitude: number | null
  readonly depth_from_cm: number | null
  readonly depth_to_cm: number | null
  readonly sampled_on: Day | null
  readonly ph: number | null
  readonly ph_ratio: string | null
  readonly ec_ds_per_m: number | null
  readonly ec_ratio: string | null
  readonly ece_ds_per_m: number | null
  readonly salt_g_per_kg: number | null
  readonly cec_cmol_per_kg: number | null
  readonly esp_percent: number | null
  readonly ions?: Readonly<Record<string, number>> | null
  readonly extra?: Readonly<Record<string, unknown>> | null
}

const SAMPLE_VALUES = [
  ['ph', 'ph', 'pH'],
  ['ec_ds_per_m', 'ec', 'EC'],
  ['ece_ds_per_m', 'ece', 'ECe'],
  ['salt_g_per_kg', 'salt', '全盐量'],
  ['esp_percent', 'esp', 'ESP'],
] as const

/** China's land lies between these meridians and parallels, so that a pair read the wrong way round cannot be another place in it. */
const WITHIN = { longitude: [73, 136], latitude: [3, 54] } as const
const inside = (value: number, [from, to]: readonly [number, number]) => value >= from && value <= to

export function checkSample(row: SampleFacts, book: RuleBook): readonly Finding[] {
  const notes = new Notes(book)
  const { longitude, latitude, depth_from_cm: from, depth_to_cm: to } = row
  if (longitude !== null && latitude !== null) {
    if (inside(latitude, WITHIN.longitude) && inside(longitude, WITHIN.latitude))
      notes.add({ rule: 'sample/coordinates-swapped', details: { longitude, latitude } })
    else if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90)
      notes.add({ rule: 'sample/coordinates-impossible', details: { longitude, latitude } })
  }
  for (const [column, name, shown] of SAMPLE_VALUES) {
    const value = row[column]
    const [least, most] = POSSIBLE[name]
    if (value !== null && !(value >= least && value <= most)) {
      notes.add({ rule: 'sample/value-impossible', details: { value: shown, stated: value, from: least, to: most } })
    }
  }
  if (row.cec_cmol_per_kg !== null && !(row.cec_cmol_per_kg > 0 && row.cec_cmol_per_kg <= 200)) {
    notes.add({ rule: 'sample/value-impossible', details: { value: 'CEC', stated: row.cec_cmol_per_kg, from: 0, to: 200 } })
  }
  if (typeof row.extra?.unread === 'string') notes.add({ rule: 'sample/value-unread', details: { stated: row.extra.unread } })
  // a laboratory's blanks and standards come from no depth and no day
  const ofSoil = row.extra?.role !== 'blank' && row.extra?.role !== 'standard'
  if (typeof row.extra?.unitAssumed === 'string') notes.add({ rule: 'sample/unit-missing', details: { columns: row.extra.unitAssumed } })
  if (from === null || to === null) {
    if (ofSoil) notes.add({ rule: 'sample/depth-missing', details: {} })
  } else if (from >= to || from < 0) notes.add({ rule: 'sample/depth-backwards', details: { from, to } })
  if (row.sampled_on === null && ofSoil) notes.add({ rule: 'sample/date-missing', details: {} })
  if (row.ec_ds_per_m !== null && row.ec_ratio === null) notes.add({ rule: 'sample/ratio-missing', details: { value: 'EC' } })
  if (row.ph !== null && row.ph_ratio === null) notes.add({ rule: 'sample/ratio-missing', details: { value: 'pH' } })
  const solution = row.extra?.solution as { readonly ratio?: unknown } | undefined
  if (solution && solution.ratio === null) notes.add({ rule: 'sample/ratio-missing', details: { value: '离子' } })
  chemistry(row, book, notes)
  return notes.found
}

/** By how much cations and anions miss each other, in % of both, positive where cations are more. NaN where there are neither. */
export const chargeBalance = (cations: number, anions: number) => (100 * (cations - anions)) / (cations + anions)

/** EC against the cations of the same extract: about 10 meq/L for each dS/m. */
function conductivity({ ions, extra, ec_ds_per_m: ec, ec_ratio: ratio }: SampleFacts, book: RuleBook, notes: Notes) {
  const rule = 'sample/ec-does-not-fit-ions'
  const water = waterOf(ratio)
  if (!ions || ec === null || water === null || !holds(book, rule)) return
  // ions whose extract nobody named are taken for those of the EC's
  if (typeof extra?.ionRatio === 'string' && extra.ionRatio !== ratio) return
  if (!['na', 'ca', 'mg'].every((ion) => Number.isFinite(ions[ion]))) return
  const cations = CATIONS.reduce((total, ion) => total + (ions[ion] ?? 0), 0)
  const expected = (cations * 10) / water / numberOf(book, rule, 'meqPerDsPerM')
  const least = numberOf(book, rule, 'leastDsPerM')
  if (Math.max(ec, expected) < least) return
  const off = Math.max(ec, expected) / Math.min(ec, expected)
  if (off > numberOf(book, rule, 'times')) {
    notes.add({ rule, details: { ec, cations: Number(cations.toFixed(3)), expected: Number(expected.toPrecision(3)) } })
  }
}

const CATIONS = ['na', 'k', 'ca', 'mg']
const ANIONS = ['co3', 'hco3', 'cl', 'so4']
const tenths = (value: number) => Math.round(value * 10) / 10

/** Sums that must come out whatever the soil: charges balance where all eight ions were measured, ESP is sodium over capacity. */
function chemistry(row: SampleFacts, book: RuleBook, notes: Notes) {
  const { ions, esp_percent: esp, cec_cmol_per_kg: cec } = row
  if (ions && [...CATIONS, ...ANIONS].every((ion) => Number.isFinite(ions[ion])) && holds(book, 'sample/ions-unbalanced')) {
    const [cations, anions] = [CATIONS, ANIONS].map((names) => names.reduce((total, ion) => total + ions[ion], 0))
    const percent = Math.abs(chargeBalance(cations, anions))
    if (percent > numberOf(book, 'sample/ions-unbalanced', 'percent')) {
      const details = { cations: Number(cations.toFixed(3)), anions: Number(anions.toFixed(3)), percent: tenths(percent) }
      notes.add({ rule: 'sample/ions-unbalanced', details })
    }
  }
  // ions that do not balance are wrong themselves: their sum says nothing of the EC
  if (!notes.found.some(({ rule }) => rule === 'sample/ions-unbalanced')) conductivity(row, book, notes)
  // an ESP that no soil can have is reported as that already
  const sodium = row.extra?.exchangeableSodium
  if (
    typeof sodium !== 'number' ||
    esp === null ||
    esp < 0 ||
    esp > 100 ||
    cec === null ||
    cec <= 0 ||
    !holds(book, 'sample/esp-does-not-fit')
  )
    return
  const expected = (100 * sodium) / cec
  if (Math.abs(esp - expected) > numberOf(book, 'sample/esp-does-not-fit', 'points')) {
    notes.add({ rule: 'sample/esp-does-not-fit', details: { esp, sodium, cec, expected: tenths(expected) } })
  }
}
