/** All code lists and names that a screen shows, in one language. */
import type { Language } from '@dishu/base/refusal'
import { LAND_CLASSES, OWNER_KINDS, usedAs } from '@dishu/kernel/areas/areas'
import { PARCEL_LISTS, PATCH_LISTS } from '../parcels/parcels.ts'
import { type SampleGrade, SCHEMES, SEASONS } from '../soil/soil.ts'
import { TENURE_LISTS } from '../tenure/tenure.ts'
import { RULES } from './rules.data.ts'

type Names = Readonly<Record<Language, string>>
/** Colours of the grades: light to dark in one hue (SCREENS, map); what is not graded is grey and hatched. */
const GRADES: readonly (readonly [id: SampleGrade, colour: string, names: Names])[] = [
  ['none', '#F2EFE6', { zh: '非盐碱', en: 'Not saline' }],
  ['light', '#E9D8A6', { zh: '轻度', en: 'Light' }],
  ['moderate', '#E0A458', { zh: '中度', en: 'Moderate' }],
  ['heavy', '#C1652F', { zh: '重度', en: 'Heavy' }],
  ['extreme', '#7A2E1D', { zh: '盐碱土', en: 'Extreme' }],
  ['not-graded', '#B9BEC4', { zh: '未分级', en: 'Not graded' }],
]
const WORDS: Readonly<
  Record<'owner' | 'contract' | 'saline' | 'season' | 'type' | 'usedAs' | 'severity' | 'rule', Readonly<Record<string, Names>>>
> = {
  owner: {
    state: { zh: '国有', en: 'State' },
    collective: { zh: '集体', en: 'Collective' },
    unknown: { zh: '权属不明', en: 'Owner unknown' },
  },
  contract: {
    none: { zh: '未承包', en: 'No contract' },
    contracted: { zh: '承包中', en: 'Under contract' },
    expired: { zh: '到期未续', en: 'Past its term' },
    overlapping: { zh: '重复承包', en: 'Overlapping contracts' },
  },
  saline: {
    unused: { zh: '未利用盐碱地', en: 'Unused saline land' },
    cultivated: { zh: '盐碱耕地', en: 'Saline cultivated land' },
    none: { zh: '非盐碱', en: 'Not saline' },
    unknown: { zh: '耕地未分级', en: 'Cultivated, not graded' },
  },
  season: {
    spring: { zh: '春季', en: 'Spring' },
    summer: { zh: '夏季', en: 'Summer' },
    autumn: { zh: '秋季', en: 'Autumn' },
    winter: { zh: '冬季', en: 'Winter' },
    latest: { zh: '最近一次', en: 'Newest campaign' },
  },
  type: {
    normal: { zh: '正常', en: 'Normal' },
    saline: { zh: '盐土', en: 'Saline' },
    sodic: { zh: '碱土', en: 'Sodic' },
    'saline-sodic': { zh: '盐碱土', en: 'Saline-sodic' },
  },
  usedAs: {
    agricultural: { zh: '农用地', en: 'Agricultural land' },
    construction: { zh: '建设用地', en: 'Construction land' },
    unused: { zh: '未利用地', en: 'Unused land' },
  },
  severity: { error: { zh: '错误', en: 'Error' }, warning: { zh: '警告', en: 'Warning' }, notice: { zh: '提示', en: 'Notice' } },
  rule: {
    median: { zh: '取中位等级', en: 'Median grade' },
    worst: { zh: '取最重等级', en: 'Worst grade' },
    latest: { zh: '取最近一日', en: 'Latest day' },
  },
}

export type Vocabulary = ReturnType<typeof vocabulary>

/** `name` is in the language asked for; classes also carry their English name, for exports. */
export function vocabulary(language: Language) {
  const list = ({ id, field, source, mark, rows, ...names }: (typeof TENURE_LISTS)[number]) => ({
    id,
    field,
    name: names[language],
    source,
    mark,
    rows: rows.map(([code, zh, en]) => ({ code, name: language === 'zh' ? zh : en })),
  })
  const words = (of: Readonly<Record<string, Names>>) => Object.entries(of).map(([id, names]) => ({ id, name: names[language] }))
  return {
    classes: LAND_CLASSES.map((row) => ({
      code: row.code,
      name: row[language],
      name_en: row.en,
      edition: row.edition,
      level: row.level,
      usedAs: usedAs(row.code),
    })),
    ownerKinds: OWNER_KINDS.map((row) => ({ code: row.code, name: row[language], owner: row.owner })),
    lists: [...PATCH_LISTS, ...PARCEL_LISTS, ...TENURE_LISTS].map(list),
    grades: GRADES.map(([id, colour, names]) => ({ id, colour, name: names[language] })),
    schemes: SCHEMES.map((scheme) => ({
      id: scheme.id,
      name: scheme[language],
      source: scheme.source,
      mark: scheme.mark,
      region: scheme.region,
      note: scheme.note,
      indicators: scheme.indicators.map(({ name, unit, limits }) => ({ name, unit, limits })),
    })),
    rules: RULES.map((rule) => ({
      id: rule.id,
      name: rule[language],
      severity: rule.severity,
      source: rule.source,
      mark: rule.mark,
      parameters: rule.parameters,
    })),
    owners: words(WORDS.owner),
    contractStates: words(WORDS.contract),
    salineSets: words(WORDS.saline),
    seasons: [...SEASONS, 'latest' as const].map((id) => ({ id, name: WORDS.season[id][language] })),
    soilTypes: words(WORDS.type),
    uses: words(WORDS.usedAs),
    severities: words(WORDS.severity),
    gradingRules: words(WORDS.rule),
  }
}
