/**
 * Trials and what they say of varieties. Two varieties are compared fairly: on the same site, in the same year, under the same treatment; a difference stands
 * with its interval over site-years, and one site-year ranks nothing.
 */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { studentQuantile } from '@dishu/numeric/shared/student'
import type { CropsRefusal, Mark } from './crop.ts'

/** Randomised complete blocks, completely randomised, pairs of strips, or a demonstration without replicates, which compares nothing by itself. */
export const DESIGNS = ['rcbd', 'crd', 'paired-strips', 'demonstration'] as const
export type TrialDesign = (typeof DESIGNS)[number]

export type TrialSoil = {
  readonly ph: number | null
  readonly esp: number | null
  readonly ece: number | null
  readonly saltGPerKg: number | null
}
export type Trial = {
  readonly code: string
  readonly title: string
  readonly crop: string
  readonly site: string
  readonly year: number
  readonly design: TrialDesign
  readonly replicates: number
  readonly blocks: number
  readonly plotM2: number | null
  readonly soil: TrialSoil
  readonly registeredOn: string | null // a trial registered after its harvest is one that was chosen
  readonly question: string
  readonly source: string
  readonly mark: Mark
}
export type TrialResult = {
  readonly trial: string
  readonly block: string
  readonly plot: string
  readonly variety: string
  readonly treatment: string
  readonly yieldKgPerMu: number
  readonly note: string
}

export type Interval = { readonly mean: number; readonly low: number; readonly high: number; readonly n: number }

/** Mean and t-interval of values; null for fewer than two, whose spread nobody knows. */
export function intervalOf(values: readonly number[], level = 0.95): Interval | null {
  const n = values.length
  if (n < 2) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  const half = studentQuantile(1 - (1 - level) / 2, n - 1) * Math.sqrt(variance / n)
  return { mean, low: mean - half, high: mean + half, n }
}

/** One trial of one site and year under one treatment: the ground on which varieties may be held against each other. */
export type SiteYear = {
  readonly trial: string
  readonly site: string
  readonly year: number
  readonly treatment: string
  /** A − B, kg/亩: the mean of the blocks that have both; of a trial without blocks the difference of the means. */
  readonly difference: number
  readonly blocks: number
  /** Of the blocks, within this trial; null for fewer than two. */
  readonly within: Interval | null
}
export type Comparison = {
  readonly a: string
  readonly b: string
  readonly siteYears: readonly SiteYear[]
  /** A − B over site-years, each counting once. */
  readonly difference: Interval
  readonly verdict: 'a' | 'b' | 'not-told-apart'
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}

/** Where both varieties stood side by side. */
export function siteYearsOf(trials: readonly Trial[], results: readonly TrialResult[], a: string, b: string, level = 0.95): SiteYear[] {
  const byCode = new Map(trials.map((trial) => [trial.code, trial]))
  const found: SiteYear[] = []
  for (const rows of grouped(results, ({ trial, treatment }) => `${trial}\0${treatment}`).values()) {
    const trial = byCode.get(rows[0].trial)
    if (!trial || !rows.some(({ variety }) => variety === a) || !rows.some(({ variety }) => variety === b)) continue
    const yields = (of: readonly TrialResult[], variety: string) =>
      of.filter((row) => row.variety === variety).map((row) => row.yieldKgPerMu)
    const paired = trial.design === 'crd' ? [] : [...grouped(rows, ({ block }) => block).values()]
    const differences = paired.flatMap((block) => {
      const [of, other] = [yields(block, a), yields(block, b)]
      return of.length > 0 && other.length > 0 ? [mean(of) - mean(other)] : []
    })
    if (differences.length === 0 && trial.design !== 'crd') continue // never side by side in one block
    const difference = differences.length > 0 ? mean(differences) : mean(yields(rows, a)) - mean(yields(rows, b))
    const { code, site, year } = trial
    found.push({
      trial: code,
      site,
      year,
      treatment: rows[0].treatment,
      difference,
      blocks: differences.length,
      within: intervalOf(differences, level),
    })
  }
  return found.sort(
    (p, q) => p.year - q.year || (p.trial < q.trial ? -1 : p.trial > q.trial ? 1 : 0) || (p.treatment < q.treatment ? -1 : 1),
  )
}

/**
 * A against B. Treatments of one site-year are averaged first, so that a trial with many counts no more than one with few. Refused where they never stood side by
 * side, or did in one site-year only.
 */
export function compareVarieties(
  trials: readonly Trial[],
  results: readonly TrialResult[],
  a: string,
  b: string,
  level = 0.95,
): Result<Comparison, CropsRefusal> {
  const siteYears = siteYearsOf(trials, results, a, b, level)
  if (siteYears.length === 0) return refuse('crops/not-compared', { a, b })
  const grounds = [...grouped(siteYears, ({ site, year }) => `${site} ${year}`).entries()]
  const difference = intervalOf(
    grounds.map(([, own]) => mean(own.map((each) => each.difference))),
    level,
  )
  if (difference === null) return refuse('crops/one-site-year', { varieties: [a, b], siteYears: grounds.length, siteYear: grounds[0][0] })
  return accept({ a, b, siteYears, difference, verdict: difference.low > 0 ? 'a' : difference.high < 0 ? 'b' : 'not-told-apart' })
}

export type Standing = { readonly variety: string; readonly against: Result<Comparison, CropsRefusal> }

/** Every variety against a check, by the difference; those that cannot be compared stand last, each with its reason. */
export function rankAgainst(trials: readonly Trial[], results: readonly TrialResult[], check: string, level = 0.95): Standing[] {
  const varieties = [...new Set(results.map(({ variety }) => variety))].filter((variety) => variety !== check).sort()
  const difference = ({ against }: Standing) => (against.ok ? against.value.difference.mean : Number.NEGATIVE_INFINITY)
  return varieties
    .map((variety) => ({ variety, against: compareVarieties(trials, results, variety, check, level) }))
    .sort((p, q) => {
      const [of, other] = [difference(p), difference(q)]
      return of === other ? (p.variety < q.variety ? -1 : 1) : of > other ? -1 : 1
    })
}

export type SoilStanding = {
  readonly variety: string
  readonly soil: string // the class of the soil, as `soilClass` names it
  readonly siteYears: number
  readonly meanKgPerMu: number
  readonly interval: Interval | null // over site-years; null for one
}

/** Yields of each variety by class of the trial's soil; a trial whose soil was not measured is a class of its own, `null` becomes '?'. */
export function byVarietyAndSoil(
  trials: readonly Trial[],
  results: readonly TrialResult[],
  soilClass: (soil: TrialSoil) => string | null,
): SoilStanding[] {
  const byCode = new Map(trials.map((trial) => [trial.code, trial]))
  const rows = results.flatMap((row) => {
    const trial = byCode.get(row.trial)
    return trial ? [{ ...row, soil: soilClass(trial.soil) ?? '?', ground: `${trial.site} ${trial.year}` }] : []
  })
  return [...grouped(rows, ({ variety, soil }) => `${soil}\0${variety}`).values()]
    .map((own) => {
      const means = [...grouped(own, ({ ground }) => ground).values()].map((each) => mean(each.map((row) => row.yieldKgPerMu)))
      return {
        variety: own[0].variety,
        soil: own[0].soil,
        siteYears: means.length,
        meanKgPerMu: mean(means),
        interval: intervalOf(means),
      }
    })
    .sort((p, q) => (p.soil < q.soil ? -1 : p.soil > q.soil ? 1 : q.meanKgPerMu - p.meanKgPerMu))
}
