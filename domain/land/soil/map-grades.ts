/**
 * From simulated means of a patch to grades with their probabilities, and from patches to areas with an interval.
 *
 * A simulation gives each patch one value of every indicator, so one grade: its land has that grade in that simulation. Areas of a county and of its villages
 * are added up within each simulation, so that they hang together; an interval is read off a part's own sums and never added up from its children's.
 */
import { intervalOf } from '@dishu/numeric/kriging/areas'
import { normalCdf } from '@dishu/numeric/kriging/normal'
import { apportion } from '@dishu/numeric/shared/apportion'
import { GRADES, type Grade, type IndicatorName, placeIn, type Scheme } from './grading.ts'
import type { MapRule } from './schemes.ts'

/** Digits of the base five in one byte. */
const MOST_DIGITS = 3
const BASE = 5

/** Indicators of a scheme that a map has; a byte of draws holds three. */
export const indicatorsIn = (scheme: Scheme, values: readonly IndicatorName[]): readonly IndicatorName[] =>
  scheme.indicators
    .map(({ name }) => name)
    .filter((name) => values.includes(name))
    .slice(0, MOST_DIGITS)

/** Places of the indicators in one draw's byte, the first in the lowest digit. */
const digit = (code: number, i: number) => Math.floor(code / BASE ** i) % BASE
const worstOf = (code: number) => Math.max(code % BASE, Math.floor(code / BASE) % BASE, Math.floor(code / (BASE * BASE)))

/** `chances`: of each grade, none to extreme, for 'combined' and each indicator; each adds up to 1. */
export type PatchGrade = {
  readonly grade: Grade
  readonly share: number
  readonly chances: Readonly<Record<string, readonly number[]>>
  readonly draws: Uint8Array
}

/**
 * `means`: the simulated means of a patch, value by value in the order of `values`, `draws` of each. Null where the map has none of the scheme's indicators, or
 * no value.
 */
export function gradeDraws(
  scheme: Scheme,
  values: readonly IndicatorName[],
  means: Float32Array,
  draws: number,
  rule: MapRule,
): PatchGrade | null {
  const indicators = indicatorsIn(scheme, values)
  if (indicators.length === 0 || values.some((_, v) => Number.isNaN(means[v * draws]))) return null
  const codes = new Uint8Array(draws)
  const chances: Record<string, number[]> = {}
  for (const [i, name] of indicators.entries()) {
    const { limits } = scheme.indicators.find((each) => each.name === name) ?? scheme.indicators[i]
    const at = values.indexOf(name) * draws
    const counts = new Array<number>(BASE).fill(0)
    for (let d = 0; d < draws; d++) {
      const place = placeIn(limits, means[at + d])
      counts[place]++
      codes[d] += place * BASE ** i
    }
    chances[name] = counts.map((count) => count / draws)
  }
  const combined = chancesOf(codes)
  const place = byRule(combined, rule)
  return { grade: GRADES[place], share: combined[place], chances: { combined, ...chances }, draws: codes }
}

/** Shares of draws by their worst indicator. */
function chancesOf(codes: Uint8Array): number[] {
  const counts = new Array<number>(BASE).fill(0)
  for (const code of codes) counts[worstOf(code)]++
  return counts.map((count) => count / codes.length)
}

/** The most probable grade, of equals the worse; or the worst grade that the land has, or a worse one, with at least the stated probability. */
export function byRule(chances: readonly number[], { rule, share }: MapRule): number {
  if (rule === 'most-probable') return chances.reduce((best, chance, place) => (chance >= chances[best] ? place : best), 0)
  let worse = 0
  for (let place = BASE - 1; place > 0; place--) {
    worse += chances[place]
    if (worse >= share - 1e-12) return place
  }
  return 0
}

/** Mean, deviation and the middle 95 % of the simulated means of one value. */
export function figuresOf(means: Float32Array): readonly [mean: number, deviation: number, low: number, high: number] {
  const n = means.length
  let [sum, squares] = [0, 0]
  for (const value of means) sum += value
  const mean = sum / n
  for (const value of means) squares += (value - mean) ** 2
  return [mean, Math.sqrt(squares / Math.max(1, n - 1)), ...intervalOf(Float64Array.from(means))]
}

/** Land with its draws; `area` in hundredths of a square metre. `draws` null: no map speaks of it. */
export type DrawnLand = { readonly area: number; readonly grade: string; readonly draws: Uint8Array | null; readonly indicators: string }

/**
 * `counted`: land whose stated grade it is. `estimate`: its mean over the simulations, `low` and `high` their middle 95 %. All in hundredths of a square metre;
 * counted figures, and estimates, add up to the whole over grades and what is not mapped.
 */
export type GradedArea = {
  readonly grade: string
  readonly counted: number
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export const NOT_MAPPED = 'not-mapped'

/** Adds up land draw by draw: one for each area of a table, fed in any order. */
export class AreaSums {
  readonly #indicator: string
  #sums: Float64Array[] | null = null // of each grade, the area in each draw
  readonly #counted = new Map<string, number>()
  #total = 0
  #unmapped = 0

  /** `indicator`: 'combined', or one whose grade alone is asked about. */
  constructor(indicator = 'combined') {
    this.#indicator = indicator
  }

  add({ area, grade, draws, indicators }: DrawnLand): void {
    this.#total += area
    const at = this.#indicator === 'combined' ? -1 : indicators.split(',').indexOf(this.#indicator)
    if (draws === null || (at < 0 && this.#indicator !== 'combined')) {
      this.#unmapped += area
      this.#counted.set(NOT_MAPPED, (this.#counted.get(NOT_MAPPED) ?? 0) + area)
      return
    }
    this.#sums ??= GRADES.map(() => new Float64Array(draws.length))
    if (this.#sums[0].length !== draws.length) throw new Error(`expected ${this.#sums[0].length} draws, got ${draws.length}`)
    const counts = at < 0 ? null : new Float64Array(BASE)
    for (let d = 0; d < draws.length; d++) {
      const place = at < 0 ? worstOf(draws[d]) : digit(draws[d], at)
      this.#sums[place][d] += area
      if (counts) counts[place]++
    }
    const stated = counts ? GRADES[counts.indexOf(Math.max(...counts))] : grade
    this.#counted.set(stated, (this.#counted.get(stated) ?? 0) + area)
  }

  /** Every grade, and what is not mapped, in that order. */
  all(): GradedArea[] {
    const mapped = this.#total - this.#unmapped
    const sums = this.#sums
    const rows: GradedArea[] = []
    if (sums) {
      const means = Float64Array.from(sums, (sum) => sum.reduce((all, each) => all + each, 0) / sum.length)
      // rounding must neither make land nor lose it
      const estimates = mapped > 0 ? apportion(mapped, means) : means
      for (const [place, grade] of GRADES.entries()) {
        const [low, high] = intervalOf(sums[place])
        rows.push({
          grade,
          counted: this.#counted.get(grade) ?? 0,
          estimate: estimates[place],
          low: Math.floor(low),
          high: Math.ceil(high),
        })
      }
    }
    if (this.#unmapped > 0 || rows.length === 0)
      rows.push({ grade: NOT_MAPPED, counted: this.#unmapped, estimate: this.#unmapped, low: this.#unmapped, high: this.#unmapped })
    return rows
  }
}

/** A grade is decided where it is as probable as this. */
export const DECIDED = 0.8
/** More samples in one patch than anybody takes. */
export const MOST_MORE = 10
/** Of the draws, as many as the mean over them needs. */
const LOOKS = 32

/**
 * How many more samples in the patch would decide its grade: the least number after which the probability of its likeliest grade is expected to reach 0.8;
 * `MOST_MORE + 1` where ten do not do.
 *
 * N samples in the patch take its variance v to v (1 − K), K = 1/(1 + ρ/N), with ρ = e/v and e the variance of one sample about the mean of the patch; the new
 * mean is not known beforehand and scatters by √K about the present one (pre-posterior analysis: Raiffa & Schlaifer 1961, 5.4), as the draws do, all indicators
 * together. `ratios[i]`: ρ of value i.
 */
export function neededSamples(
  scheme: Scheme,
  values: readonly IndicatorName[],
  means: Float32Array,
  draws: number,
  ratios: readonly number[],
  best: number,
): number {
  if (best >= DECIDED) return 0
  const step = Math.max(1, Math.floor(draws / LOOKS))
  const parts = indicatorsIn(scheme, values).map((name) => {
    const v = values.indexOf(name)
    const own = means.subarray(v * draws, (v + 1) * draws)
    const [mean, deviation] = figuresOf(own)
    const { light, moderate, heavy, extreme } = (scheme.indicators.find((each) => each.name === name) ?? scheme.indicators[0]).limits
    return { own, mean, deviation, ratio: ratios[v], bounds: [light, moderate, heavy, extreme] }
  })
  const expected = (n: number) => {
    let [sum, looks] = [0, 0]
    const below = new Float64Array(BASE)
    for (let d = 0; d < draws; d += step) {
      below.fill(1)
      for (const { own, mean, deviation, ratio, bounds } of parts) {
        const gain = 1 / (1 + ratio / n)
        const centre = mean + Math.sqrt(gain) * (own[d] - mean)
        const spread = deviation * Math.sqrt(1 - gain)
        for (let place = 0; place < BASE - 1; place++)
          below[place] *= spread > 0 ? normalCdf((bounds[place] - centre) / spread) : centre < bounds[place] ? 1 : 0
      }
      let most = below[0]
      for (let place = 1; place < BASE; place++) most = Math.max(most, below[place] - below[place - 1])
      sum += most
      looks++
    }
    return sum / looks
  }
  if (expected(MOST_MORE) < DECIDED) return MOST_MORE + 1
  let [low, high] = [1, MOST_MORE]
  while (low < high) {
    const middle = (low + high) >> 1
    if (expected(middle) >= DECIDED) high = middle
    else low = middle + 1
  }
  return low
}
