/** How a county grades: which scheme, by which rule; schemes of its own beside those of the program, each with who says so and since when. */
import { type Day, dayFrom } from '@dishu/base/date'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { GRADES, type GradingConfig, type IndicatorName, POSSIBLE, SEASONS } from './grading.ts'
import { type IndicatorRule, type Limits, SCHEMES, type Scheme } from './schemes.data.ts'

export const gradingKind: Kind = {
  name: 'grading',
  table: 'land.grading',
  columns: [
    ['scheme', 'text'],
    ['depth_from_cm', 'float8'],
    ['depth_to_cm', 'float8'],
    ['season', 'text'],
    ['rule', 'text'],
    ['conversion', 'text'],
    ['map_rule', 'text'],
    ['map_share', 'float8'],
  ],
  key: [],
  scope: null,
  derived: false,
}

export const gradingSchemeKind: Kind = {
  name: 'grading-scheme',
  table: 'land.grading_scheme',
  columns: [
    ['scheme_id', 'text'],
    ['name_zh', 'text'],
    ['name_en', 'text'],
    ['region', 'text'],
    ['source', 'text'],
    ['mark', 'text'],
    ['read_on', 'date'],
    ['typed', 'text'],
    ['indicators', 'jsonb'],
    ['note', 'text'],
    ['copied_from', 'text'],
  ],
  key: ['scheme_id'],
  scope: null,
  derived: false,
}

/** A choice of grading holds for all days: what a soil was is asked by the scheme of today. */
export const ALWAYS = '1900-01-01' as Day

/** Which grade a map gives a patch: the most probable one, or the worst that it has with at least `share`. Data of the county, not of the program. */
export type MapRule = { readonly rule: 'most-probable' | 'worst-likely'; readonly share: number }
export const USUAL_MAP_RULE: MapRule = { rule: 'most-probable', share: 0.3 }

export type CountyGrading = GradingConfig & { readonly map: MapRule }

export type SchemeRefusal =
  | Refusal<'grading/no-such-scheme', { readonly scheme: string; readonly there: readonly string[] }>
  | Refusal<'grading/scheme-id', { readonly id: string }>
  | Refusal<'grading/scheme-exists', { readonly id: string }>
  | Refusal<'grading/no-indicator', Record<string, never>>
  | Refusal<'grading/too-many-indicators', { readonly most: number; readonly found: number }>
  | Refusal<'grading/bounds-not-rising', { readonly indicator: IndicatorName; readonly bounds: readonly number[] }>
  | Refusal<
      'grading/bound-impossible',
      { readonly indicator: IndicatorName; readonly bound: number; readonly from: number; readonly to: number }
    >
  | Refusal<'grading/no-source', { readonly missing: string }>
  | Refusal<'grading/not-read', { readonly name: string; readonly value: string }>
  | Refusal<'grading/no-change', { readonly scheme: string }>

export const MOST_INDICATORS = 3
const INDICATORS: readonly IndicatorName[] = ['salt', 'ph', 'esp', 'ece']

/** A scheme as a person wrote it. */
export type SchemeStated = {
  readonly id: string
  readonly nameZh: string
  readonly nameEn: string
  readonly region: string
  readonly source: string
  readonly readOn: string
  readonly note: string
  readonly copiedFrom: string | null
  readonly indicators: readonly { readonly name: string; readonly bounds: readonly number[]; readonly above: boolean }[]
}

const SCHEME_UNITS: Readonly<Record<IndicatorName, string>> = { salt: 'g/kg', ph: 'pH', esp: '%', ece: 'dS/m' }

/** A new scheme, or a new version of one of the county's own; those of the program are copied, not changed. */
export function decideScheme(stated: SchemeStated, own: readonly Scheme[]): Result<Scheme, SchemeRefusal> {
  const id = stated.id.trim()
  if (!/^[a-z][a-z0-9-]{1,39}$/.test(id)) return refuse('grading/scheme-id', { id })
  if (SCHEMES.some((each) => each.id === id)) return refuse('grading/scheme-exists', { id })
  if (stated.nameZh.trim() === '' && stated.nameEn.trim() === '') return refuse('grading/no-source', { missing: 'name' })
  if (stated.source.trim() === '') return refuse('grading/no-source', { missing: 'source' })
  const readOn = dayFrom(stated.readOn)
  if (readOn === null) return refuse('grading/not-read', { name: 'readOn', value: stated.readOn })
  if (stated.indicators.length === 0) return refuse('grading/no-indicator', {})
  if (stated.indicators.length > MOST_INDICATORS)
    return refuse('grading/too-many-indicators', { most: MOST_INDICATORS, found: stated.indicators.length })
  const copied = [...own, ...SCHEMES].find((each) => each.id === stated.copiedFrom) ?? null
  const indicators: IndicatorRule[] = []
  for (const { name, bounds, above } of stated.indicators) {
    const known = INDICATORS.find((each) => each === name)
    if (known === undefined || indicators.some((each) => each.name === name))
      return refuse('grading/not-read', { name: 'indicator', value: name })
    const wrong = bounds.find((bound) => !(bound >= POSSIBLE[known][0] && bound <= POSSIBLE[known][1]))
    if (wrong !== undefined)
      return refuse('grading/bound-impossible', { indicator: known, bound: wrong, from: POSSIBLE[known][0], to: POSSIBLE[known][1] })
    if (bounds.length !== GRADES.length - 1 || bounds.some((bound, i) => i > 0 && bound <= bounds[i - 1]))
      return refuse('grading/bounds-not-rising', { indicator: known, bounds })
    const [light, moderate, heavy, extreme] = bounds
    const limits: Limits = { light, moderate, heavy, extreme, ...(above ? { above: true as const } : {}) }
    const labels = copied?.indicators.find((each) => each.name === known)?.labels
    indicators.push({ name: known, unit: SCHEME_UNITS[known], limits, ...(labels ? { labels } : {}) })
  }
  const [zh, en] = [stated.nameZh.trim() || stated.nameEn.trim(), stated.nameEn.trim() || stated.nameZh.trim()]
  return accept({
    ...{ id, zh, en, region: stated.region.trim(), source: stated.source.trim(), mark: 'known' as const, readOn },
    ...{ typed: copied?.typed ?? null, indicators, note: stated.note.trim() },
  })
}

/** A change of how the county grades; what is left out stays. */
export type GradingStated = Readonly<Partial<Record<'scheme' | 'season' | 'rule' | 'mapRule', string>>> & {
  readonly depthFromCm?: number
  readonly depthToCm?: number
  readonly mapShare?: number
}

/** What the county grades by afterwards. `schemes`: its own and the program's. Refused where nothing would be different. */
export function decideGrading(
  stated: GradingStated,
  present: CountyGrading,
  schemes: readonly Scheme[],
  schemeChanges: boolean,
): Result<CountyGrading, SchemeRefusal> {
  const scheme = stated.scheme ?? present.scheme
  if (!schemes.some(({ id }) => id === scheme)) return refuse('grading/no-such-scheme', { scheme, there: schemes.map(({ id }) => id) })
  const season = stated.season ?? present.season
  if (season !== 'latest' && !SEASONS.some((each) => each === season)) return refuse('grading/not-read', { name: 'season', value: season })
  const rule = stated.rule ?? present.rule
  if (rule !== 'median' && rule !== 'worst' && rule !== 'latest') return refuse('grading/not-read', { name: 'rule', value: rule })
  const mapRule = stated.mapRule ?? present.map.rule
  if (mapRule !== 'most-probable' && mapRule !== 'worst-likely') return refuse('grading/not-read', { name: 'mapRule', value: mapRule })
  const share = stated.mapShare ?? present.map.share
  if (!(share > 0 && share < 1)) return refuse('grading/not-read', { name: 'mapShare', value: String(share) })
  const [depthFromCm, depthToCm] = [stated.depthFromCm ?? present.depthFromCm, stated.depthToCm ?? present.depthToCm]
  if (!(depthFromCm >= 0 && depthToCm > depthFromCm))
    return refuse('grading/not-read', { name: 'depth', value: `${depthFromCm}–${depthToCm}` })
  const next: CountyGrading = {
    ...{ scheme, depthFromCm, depthToCm, season: season as CountyGrading['season'], rule, conversion: present.conversion ?? null },
    map: { rule: mapRule, share },
    own: schemes.find(({ id }) => id === scheme) ?? null,
  }
  const plain = (grading: CountyGrading) => [
    grading.scheme,
    grading.depthFromCm,
    grading.depthToCm,
    grading.season,
    grading.rule,
    grading.map.rule,
    grading.map.share,
  ]
  const unchanged = JSON.stringify(plain(next)) === JSON.stringify(plain(present))
  return unchanged && !schemeChanges ? refuse('grading/no-change', { scheme }) : accept(next)
}
