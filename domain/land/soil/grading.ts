/**
 * How bad a soil is. A sample is graded by a scheme; a patch by the samples in it, of one depth and one season, by a stated rule.
 * Every input gets an answer: what cannot be graded is `not-graded`, which is a category of its own.
 */

import type { Day } from '@dishu/base/date'
import { isCultivated, isUnusedSaline } from '@dishu/kernel/areas/areas'
import { eceFrom } from './conversions.ts'
import { type Censored, ends, type Span, spanOf } from './lab-values.ts'
import { type Grade, type IndicatorName, type Limits, SCHEMES, type Scheme } from './schemes.data.ts'

export type { Grade, IndicatorName, Scheme } from './schemes.data.ts'

export const GRADES: readonly Grade[] = ['none', 'light', 'moderate', 'heavy', 'extreme']
export type SampleGrade = Grade | 'not-graded'
export type SaltType = 'normal' | 'saline' | 'sodic' | 'saline-sodic'
export const schemeOf = (id: string): Scheme | null => SCHEMES.find((scheme) => scheme.id === id) ?? null

/** What a laboratory found; null where it did not measure. Ions in cmol of charge per kg. */
export type SampleValues = {
  readonly ph: number | null
  readonly phRatio?: string | null
  readonly ec: number | null // of the extract, dS/m
  readonly ecRatio?: string | null
  readonly ece: number | null // of the saturation extract, dS/m
  readonly salt: number | null // g/kg
  readonly esp: number | null // %
  readonly ions?: Readonly<Record<string, number>> | null
  /** What lies below or above what the laboratory could see, by column of the register (`ec_ds_per_m`) or ion; its value above is null. */
  readonly censored?: Readonly<Record<string, Censored>> | null
}

/** `value` null and `grade` null: of a value of which only a side is known; the grade then stands only where both of its ends have it. */
export type GradedIndicator = {
  readonly name: IndicatorName
  readonly value: number | null
  readonly span: Span
  readonly grade: Grade | null
  readonly label: string | null
}

/**
 * indicators-differ: they stand two or more grades apart. soda: by its ions a soda soil. alkaline: pH ≥ 8.2 though neither saline nor sodic.
 * impossible: a value was left out because no soil has it. ece-converted: ECe was converted from the extract; ece-outside-calibration: it
 * could not be. ph-in-cacl2: pH was not measured in water and was left out. censored: a value of which only a side is known was graded by both its
 * ends; censored-undecided: the ends have different grades, and the sample is not graded.
 */
export type GradeFlag =
  | 'indicators-differ'
  | 'soda'
  | 'alkaline'
  | 'impossible'
  | 'ece-converted'
  | 'ece-outside-calibration'
  | 'ph-in-cacl2'
  | 'censored'
  | 'censored-undecided'
  | 'no-indicator'

export type SampleGrading = {
  readonly grade: SampleGrade
  readonly type: SaltType | null
  readonly phClass: string | null
  readonly indicators: readonly GradedIndicator[]
  readonly flags: readonly GradeFlag[]
}

/** What a soil can have. Beyond it a value is a slip of the pen or of a unit, and is never graded. */
export const POSSIBLE: Readonly<Record<IndicatorName | 'ec', readonly [from: number, to: number]>> = {
  ph: [2, 12.5],
  salt: [0, 400],
  esp: [0, 100],
  ece: [0, 300],
  ec: [0, 80], // of an extract
}
const possible = (name: IndicatorName, value: number) => Number.isFinite(value) && value >= POSSIBLE[name][0] && value <= POSSIBLE[name][1]

const PH_CLASSES: readonly (readonly [from: number, name: string])[] = [
  [10, '>10'],
  [9.5, '9.5–10'],
  [9, '9–9.5'],
  [8.5, '8.5–9'],
  [8.2, '8.2–8.5'],
]
/** The six pH classes of the domain notes, 1.4; exactly 10 is not yet above 10. */
export const phClass = (value: number): string => (value === 10 ? '9.5–10' : (PH_CLASSES.find(([from]) => value >= from)?.[1] ?? '<8.2'))

/** The grade of one value by its limits, 0 (none) to 4 (extreme) as a place in GRADES. */
export function placeIn(limits: Limits, value: number): number {
  const { light, moderate, heavy, extreme, above } = limits
  if (above ? value > extreme : value >= extreme) return 4
  return value >= heavy ? 3 : value >= moderate ? 2 : value >= light ? 1 : 0
}

/** Soda soils (domain notes 1.6, 2): carbonates outweigh chloride and sulfate, alkalis outweigh calcium and magnesium. */
export function isSoda(ions: Readonly<Record<string, number>>): boolean {
  const of = (name: string) => (Number.isFinite(ions[name]) ? ions[name] : 0)
  const carbonate = of('co3') + of('hco3')
  const neutral = of('cl') + of('so4')
  return carbonate > 0 && (neutral === 0 || carbonate / neutral > 1) && of('na') + of('k') > of('ca') + of('mg')
}

export const saltType = (ece: number, esp: number): SaltType =>
  ece >= 4 ? (esp >= 15 ? 'saline-sodic' : 'saline') : esp >= 15 ? 'sodic' : 'normal'

/** Soda under every choice of the ends of ions of which only a side is known. */
function isSurelySoda({ ions, censored }: SampleValues): boolean {
  const spans: Record<string, Span> = {}
  for (const name of ['co3', 'hco3', 'cl', 'so4', 'na', 'k', 'ca', 'mg']) {
    const span = spanOf(ions?.[name], censored?.[name], [0, Number.POSITIVE_INFINITY])
    if (span !== null) spans[name] = span
  }
  // without a limit an ion may be anything, and nothing is sure
  if (Object.values(spans).some(([, most]) => most === Number.POSITIVE_INFINITY)) return false
  return Object.keys(spans).length > 0 && ends(spans).every(isSoda)
}

/**
 * Grades a sample: the worst of the scheme's indicators that were measured. `conversion` says how ECe may be had from an extract; without it, it may
 * not. A value below or above what could be seen has the grade that both its ends have, and none otherwise.
 */
export function gradeSample(scheme: Scheme, values: SampleValues, conversion: string | null = null): SampleGrading {
  const flags = new Set<GradeFlag>()
  const measured = measuredSpans(scheme, values, conversion, flags)
  const indicators: GradedIndicator[] = []
  const places: (readonly [least: number, most: number])[] = []
  for (const { name, limits, labels } of scheme.indicators) {
    const span = measured[name]
    if (span === null) continue
    const [least, most] = [placeIn(limits, span[0]), placeIn(limits, span[1])]
    places.push([least, most])
    const sure = least === most
    if (span[0] !== span[1]) flags.add('censored')
    indicators.push({
      name,
      value: span[0] === span[1] ? span[0] : null,
      span,
      grade: sure ? GRADES[least] : null,
      label: sure ? (labels?.[least] ?? null) : null,
    })
  }
  const [least, most] = [Math.max(...places.map(([from]) => from)), Math.max(...places.map(([, to]) => to))]
  const sure = places.filter(([from, to]) => from === to).map(([place]) => place)
  if (sure.length > 1 && Math.max(...sure) - Math.min(...sure) >= 2) flags.add('indicators-differ')
  if (places.length === 0) flags.add('no-indicator')
  else if (least !== most) flags.add('censored-undecided')

  const type = scheme.typed === null ? null : sureType(measured.ece, measured.esp)
  if (measured.ph !== null && measured.ph[0] >= 8.2 && type === 'normal') flags.add('alkaline')
  if (isSurelySoda(values)) flags.add('soda')
  return {
    grade: places.length === 0 || least !== most ? 'not-graded' : GRADES[least],
    type,
    phClass: measured.ph === null || phClass(measured.ph[0]) !== phClass(measured.ph[1]) ? null : phClass(measured.ph[0]),
    indicators,
    flags: [...flags],
  }
}

function sureType(ece: Span | null, esp: Span | null): SaltType | null {
  if (ece === null || esp === null) return null
  const [low, high] = [saltType(ece[0], esp[0]), saltType(ece[1], esp[1])]
  return low === high ? low : null
}

const COLUMN_OF: Readonly<Record<IndicatorName, string>> = {
  ph: 'ph',
  salt: 'salt_g_per_kg',
  esp: 'esp_percent',
  ece: 'ece_ds_per_m',
}

type Asked = { readonly indicators: readonly { readonly name: IndicatorName }[] }
function measuredSpans(scheme: Asked, values: SampleValues, conversion: string | null, flags: Set<GradeFlag>) {
  const measured: Record<IndicatorName, Span | null> = { ph: null, salt: null, esp: null, ece: null }
  for (const name of ['ph', 'salt', 'esp', 'ece'] as const) {
    const span = spanOf(values[name], values.censored?.[COLUMN_OF[name]], POSSIBLE[name])
    if (span !== null && possible(name, span[0]) && possible(name, span[1]) && span[0] <= span[1]) measured[name] = span
    else if (span !== null) flags.add('impossible')
  }
  if (measured.ph !== null && /cacl|kcl/i.test(values.phRatio ?? '')) {
    measured.ph = null
    flags.add('ph-in-cacl2')
  }
  const stated = values.ece !== null || values.censored?.ece_ds_per_m !== undefined
  const ec = stated ? null : spanOf(values.ec, values.censored?.ec_ds_per_m, POSSIBLE.ec)
  if (ec !== null && conversion !== null && scheme.indicators.some(({ name }) => name === 'ece')) {
    const [low, high] = ec.map((end) => eceFrom(conversion, end, values.ecRatio ?? ''))
    if (!low.ok || !high.ok) flags.add('ece-outside-calibration')
    else {
      flags.add('ece-converted')
      if (possible('ece', low.value) && possible('ece', high.value)) measured.ece = [low.value, high.value]
      else flags.add('impossible')
    }
  }
  return measured
}

/** What the value of one indicator lies between, with ECe by the office's conversion where it was not measured; null where it is not known or no soil has it. */
export const spanOfIndicator = (name: IndicatorName, values: SampleValues, conversion: string | null): Span | null =>
  measuredSpans({ indicators: [{ name }] }, values, conversion, new Set())[name]

export const SEASONS = ['spring', 'summer', 'autumn', 'winter'] as const
export type Season = (typeof SEASONS)[number]

export type Sample = SampleValues & {
  readonly code: string
  readonly depthFromCm: number | null
  readonly depthToCm: number | null
  readonly sampledOn: Day | null
  readonly season: string | null
}

/** How a patch is graded. `latest` takes the newest campaign (a year's season); a named season takes its newest year. Seasons never mix. */
export type GradingConfig = {
  readonly scheme: string
  readonly depthFromCm: number
  readonly depthToCm: number
  readonly season: Season | 'latest'
  readonly rule: 'median' | 'worst' | 'latest'
  readonly conversion?: string | null
  /** The scheme itself, where the county wrote it. */
  readonly own?: Scheme | null
}

/** The scheme a county grades by: its own, or one of the program's. */
export const schemeIn = ({ scheme, own }: Pick<GradingConfig, 'scheme' | 'own'>): Scheme | null =>
  own?.id === scheme ? own : schemeOf(scheme)

export const DEFAULT_GRADING: GradingConfig = { scheme: 'songnen-1', depthFromCm: 0, depthToCm: 20, season: 'latest', rule: 'median' }

export type PatchGrading = {
  readonly grade: SampleGrade
  readonly samplesUsed: readonly string[]
  readonly why: {
    readonly scheme: string
    readonly depth: string
    readonly rule: GradingConfig['rule']
    readonly campaign: string | null // 2024 spring; null where no sample is left
    readonly leftOut: { readonly later: number; readonly depth: number; readonly season: number; readonly unusable: number }
  }
}

/** Winter runs from December on: January and February belong to the winter of the year before. */
export function seasonOf(day: Day): Season {
  const month = Number(day.slice(5, 7))
  return month <= 2 || month === 12 ? 'winter' : month <= 5 ? 'spring' : month <= 8 ? 'summer' : 'autumn'
}
const isSeason = (text: string | null): text is Season => SEASONS.some((season) => season === text)

export type Campaign = { readonly year: number | null; readonly season: Season; readonly name: string }

/** The year and season a sample belongs to; the stated season goes before the day's. None: a sample that tells neither. */
export function campaignOf({ sampledOn, season }: Pick<Sample, 'sampledOn' | 'season'>): Campaign | null {
  const stated = isSeason(season) ? season : sampledOn === null ? null : seasonOf(sampledOn)
  if (stated === null) return null
  const year =
    sampledOn === null ? null : Number(sampledOn.slice(0, 4)) - (stated === 'winter' && Number(sampledOn.slice(5, 7)) <= 2 ? 1 : 0)
  return { year, season: stated, name: `${year ?? '?'} ${stated}` }
}
// undated campaigns are older than any dated one; within a year in the order of the seasons
export const orderOfCampaigns = ({ year, season }: Campaign) => (year ?? -1) * 4 + SEASONS.indexOf(season)

/** Whether a sample speaks for a depth: the two intervals share at least half of the shorter one. A sample without depth speaks for none. */
export function coversDepth(sample: Pick<Sample, 'depthFromCm' | 'depthToCm'>, fromCm: number, toCm: number): boolean {
  const { depthFromCm, depthToCm } = sample
  if (depthFromCm === null || depthToCm === null || !(depthFromCm < depthToCm) || !(fromCm < toCm)) return false
  const shared = Math.min(depthToCm, toCm) - Math.max(depthFromCm, fromCm)
  return shared > 0 && shared * 2 >= Math.min(depthToCm - depthFromCm, toCm - fromCm)
}

/**
 * The grade of a patch on a day, from the samples in it. Median is the middle grade, of two middle ones the worse; latest is the grade of the
 * last sampling day, of several the worst. The order of the samples does not matter.
 */
export function gradePatch(samples: readonly Sample[], config: GradingConfig, day: Day): PatchGrading {
  const scheme = schemeIn(config)
  if (scheme === null) throw new Error(`expected a grading scheme, got ${config.scheme}`)
  const known = samples.filter(({ sampledOn }) => sampledOn === null || sampledOn <= day)
  const deep = known.filter((sample) => coversDepth(sample, config.depthFromCm, config.depthToCm))
  const graded = deep
    .map((sample) => ({
      sample,
      campaign: campaignOf(sample),
      place: placeOf(gradeSample(scheme, sample, config.conversion ?? null).grade),
    }))
    .filter((one) => one.place !== null)
  const inSeason = graded.filter(({ campaign }) => campaign !== null && (config.season === 'latest' || campaign.season === config.season))
  const newest = inSeason.reduce<Campaign | null>(
    (best, { campaign }) => (best === null || orderOfCampaigns(campaign!) > orderOfCampaigns(best) ? campaign : best),
    null,
  )
  const used = newest === null ? [] : inSeason.filter(({ campaign }) => campaign?.name === newest.name)
  const place = used.length === 0 ? null : byRule(config.rule, used)
  return {
    grade: place === null ? 'not-graded' : GRADES[place],
    samplesUsed: used.map(({ sample }) => sample.code).sort(),
    why: {
      scheme: scheme.id,
      depth: `${config.depthFromCm}–${config.depthToCm} cm`,
      rule: config.rule,
      campaign: newest?.name ?? null,
      leftOut: {
        later: samples.length - known.length,
        depth: known.length - deep.length,
        season: graded.length - used.length,
        unusable: deep.length - graded.length,
      },
    },
  }
}

const placeOf = (grade: SampleGrade) => (grade === 'not-graded' ? null : GRADES.indexOf(grade))

function byRule(rule: GradingConfig['rule'], used: readonly { readonly sample: Sample; readonly place: number | null }[]): number {
  const places = used.map(({ place }) => place ?? 0).sort((a, b) => a - b)
  if (rule === 'worst') return places[places.length - 1]
  if (rule === 'median') return places[Math.floor(places.length / 2)]
  const last = used
    .map(({ sample }) => sample.sampledOn ?? '')
    .sort()
    .at(-1)
  return Math.max(...used.filter(({ sample }) => (sample.sampledOn ?? '') === last).map(({ place }) => place ?? 0))
}

/** The days on which the grade of a patch may change: those on which it was sampled, in order, each once. */
export const gradeChanges = (samples: readonly Pick<Sample, 'sampledOn'>[]): Day[] =>
  [...new Set(samples.map(({ sampledOn }) => sampledOn).filter((day) => day !== null))].sort()

export type SalineSet = 'unused' | 'cultivated' | 'unknown' | 'none'

/** The two sets of saline land, which never add up silently: unused land of class 1204 (124 of 2007), and cultivated land whose soil is at least lightly saline. */
export function salineSet(landClass: string, grade: SampleGrade): SalineSet {
  if (isUnusedSaline(landClass)) return 'unused'
  if (!isCultivated(landClass)) return 'none'
  return grade === 'not-graded' ? 'unknown' : grade === 'none' ? 'none' : 'cultivated'
}
