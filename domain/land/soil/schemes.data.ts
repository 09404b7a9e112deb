/**
 * Grading schemes, as data with their source, the day they were read, and how sure we are of them: `found` in a published source, `known`
 * from a named work that was not at hand, `recalled` from regional literature without a standard behind it (domain notes 1.1–1.4).
 *
 * Limits are the lower bounds of light, moderate, heavy and extreme. A bound belongs to the grade above it, except where the source writes
 * "greater than": there the last is `above`.
 */
export type Grade = 'none' | 'light' | 'moderate' | 'heavy' | 'extreme'
export type IndicatorName = 'salt' | 'ph' | 'esp' | 'ece'

export type Limits = {
  readonly light: number
  readonly moderate: number
  readonly heavy: number
  readonly extreme: number
  readonly above?: true
}
export type IndicatorRule = {
  readonly name: IndicatorName
  readonly unit: string
  readonly limits: Limits
  readonly labels?: readonly string[]
}

export type Scheme = {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly region: string
  readonly source: string
  readonly mark: 'found' | 'known' | 'recalled'
  readonly readOn: string
  readonly typed: 'ece-esp' | null // whether it also names a type by ECe ≥ 4 and ESP ≥ 15
  readonly indicators: readonly IndicatorRule[]
  readonly note: string
}

const READ = '2026-11-01'
const S34 = 'Two regional series of salt content (S34); attributed to 王遵亲等《中国盐渍土》1993 and the second soil survey'
const above = (light: number, moderate: number, heavy: number, extreme: number): Limits => ({
  light,
  moderate,
  heavy,
  extreme,
  above: true,
})
const from = (light: number, moderate: number, heavy: number, extreme: number): Limits => ({ light, moderate, heavy, extreme })

const salt = (limits: Limits): IndicatorRule => ({ name: 'salt', unit: 'g/kg', limits })
const esp = (limits: Limits, labels?: readonly string[]): IndicatorRule => ({
  name: 'esp',
  unit: '%',
  limits,
  ...(labels ? { labels } : {}),
})
const ph = (limits: Limits): IndicatorRule => ({ name: 'ph', unit: 'pH', limits })
const ece = (limits: Limits, labels: readonly string[]): IndicatorRule => ({ name: 'ece', unit: 'dS/m', limits, labels })

const A = '滨海、半湿润、半干旱、干旱区'
const B = '半漠境及漠境区'
const SODICITY = ['none', 'slight', 'moderate', 'strong', 'very strong']

export const SCHEMES: readonly Scheme[] = [
  {
    id: 'songnen-1',
    zh: '松嫩苏打盐碱土（盐、pH、碱化度）',
    en: 'Songnen soda soils (salt, pH, ESP)',
    region: '松嫩平原',
    source: 'Songnen regional literature; no single standard (domain notes 1.3)',
    mark: 'recalled',
    readOn: READ,
    typed: null,
    indicators: [salt(above(1, 3, 5, 7)), ph(above(8, 8.5, 9, 9.5)), esp(above(5, 15, 30, 45))],
    note: 'Worst of the available indicators; variants disagree, limits are to be set by the office.',
  },
  {
    id: 'songnen-2',
    zh: '松嫩苏打盐碱土（pH 另一组界限）',
    en: 'Songnen soda soils (the other pH limits)',
    region: '松嫩平原',
    source: 'Songnen regional literature, bounds given in brackets; no single standard (domain notes 1.3)',
    mark: 'recalled',
    readOn: READ,
    typed: null,
    indicators: [salt(above(1, 3, 5, 7)), ph(above(7.1, 9, 9.5, 10)), esp(above(5, 15, 30, 45))],
    note: 'Worst of the available indicators.',
  },
  {
    id: 'usda',
    zh: '美国农业部手册 60（ECe × ESP）',
    en: 'USDA Handbook 60 (ECe × ESP)',
    region: '',
    source: 'USDA Agriculture Handbook 60, 1954 (types); USDA criterion of S17 (salinity); Abrol et al. 1988 (sodicity)',
    mark: 'known',
    readOn: READ,
    typed: 'ece-esp',
    indicators: [ece(from(2, 4, 8, 16), ['none', 'slight', 'moderate', 'strong', 'extreme']), esp(from(15, 30, 50, 70), SODICITY)],
    note: 'pH never vetoes saline-sodic: soda soils have pH 9–10.5.',
  },
  {
    id: 'fao',
    zh: '联合国粮农组织 GSSmap（ECe × ESP）',
    en: 'FAO GSSmap (ECe × ESP)',
    region: '',
    source: 'Abrol et al. 1988 and FAO 2006, as in soilassessment 1.3.0 (S17)',
    mark: 'found',
    readOn: READ,
    typed: 'ece-esp',
    indicators: [ece(from(0.75, 2, 4, 8), ['none', 'slight', 'moderate', 'strong', 'very strong']), esp(from(15, 30, 50, 70), SODICITY)],
    note: 'From 15 dS/m the source says extreme; both count as our highest grade. Where the source has "not classified" we say saline-sodic.',
  },
  {
    id: 'salt-a',
    zh: `含盐量（${A}）`,
    en: 'Total salt (coastal, semi-humid to arid)',
    region: A,
    source: S34,
    mark: 'found',
    readOn: READ,
    typed: null,
    indicators: [salt(above(1, 2, 4, 6))],
    note: '',
  },
  {
    id: 'salt-a-10',
    zh: `含盐量（${A}，括号内上限）`,
    en: 'Total salt (coastal, semi-humid to arid; bound in brackets)',
    region: A,
    source: S34,
    mark: 'found',
    readOn: READ,
    typed: null,
    indicators: [salt(above(1, 2, 4, 10))],
    note: '',
  },
  {
    id: 'salt-b',
    zh: `含盐量（${B}）`,
    en: 'Total salt (semi-desert and desert)',
    region: B,
    source: S34,
    mark: 'found',
    readOn: READ,
    typed: null,
    indicators: [salt(above(2, 3, 5, 10))],
    note: '',
  },
  {
    id: 'salt-b-20',
    zh: `含盐量（${B}，括号内界限）`,
    en: 'Total salt (semi-desert and desert; bounds in brackets)',
    region: B,
    source: S34,
    mark: 'found',
    readOn: READ,
    typed: null,
    indicators: [salt(above(2, 4, 6, 20))],
    note: '',
  },
  {
    id: 'esp-1',
    zh: '碱化度',
    en: 'Alkalisation (ESP)',
    region: '',
    source: 'S34, which says itself that regional results do not quite agree',
    mark: 'found',
    readOn: READ,
    typed: null,
    indicators: [esp(above(5, 10, 15, 25))],
    note: '',
  },
  {
    id: 'esp-1-30',
    zh: '碱化度（括号内界限）',
    en: 'Alkalisation (ESP; bounds in brackets)',
    region: '',
    source: 'S34, bounds in brackets',
    mark: 'found',
    readOn: READ,
    typed: null,
    indicators: [esp(above(5, 10, 20, 30))],
    note: '',
  },
  {
    id: 'esp-2',
    zh: '碱化度（王遵亲 1993）',
    en: 'Alkalisation (ESP; Wang 1993)',
    region: '',
    source: '王遵亲等《中国盐渍土》1993',
    mark: 'known',
    readOn: READ,
    typed: null,
    indicators: [esp(above(5, 10, 15, 20))],
    note: '',
  },
]
