/** What a report is written from: plain figures and words, read once from one state of the register. */
import type { Day } from '@dishu/base/date'
import type { Language } from '@dishu/base/refusal'
import type { Dimension } from '../count/count.wire.ts'

/** One row of the whole count: the words it is counted by, hundredths of a square metre, patches by their leads. */
export type CountedRow = Readonly<Record<Exclude<Dimension, 'area'>, string>> & {
  readonly village: string
  readonly area: number
  readonly patches: number
}
export type AreaName = {
  readonly code: string
  readonly parent: string | null
  readonly level: 'county' | 'town' | 'village'
  readonly name: string
}
export type Interval = {
  readonly grade: string
  readonly area: number
  readonly low: number
  readonly estimate: number
  readonly high: number
}
export type QualityFacts = {
  readonly checkedRev: number | null // null: never checked
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly count: number; readonly accepted: number }[]
}
export type SourceFact = { readonly rev: number; readonly file: string; readonly layer: string; readonly sha256: string }
export type ExceptionFact = { readonly rule: string; readonly subject: string; readonly reason: string; readonly acceptedBy: string }

export type StateFacts = {
  readonly county: string
  readonly countyName: string
  readonly within: string
  readonly areaName: string // 县 › 乡 › 村
  readonly day: Day
  readonly known: number
  readonly knownAt: string | null // when that revision was recorded
  readonly hash: string // of the known revision
  readonly baseline: {
    readonly key: string
    readonly title: string
    readonly frozenAt: string
    readonly frozenBy: string
    readonly fingerprint: string
    readonly methods: string
  } | null
  readonly synthetic: boolean
  readonly scheme: string // the grading, in words
  readonly mapApproval: string | null
  readonly rows: readonly CountedRow[]
  readonly areas: readonly AreaName[]
  readonly intervals: readonly Interval[] // none: there is no soil map
  readonly unplaced: { readonly contracts: number; readonly area: number }
  readonly quality: QualityFacts
  readonly exceptions: readonly ExceptionFact[]
  readonly sources: readonly SourceFact[]
  readonly changes: ChangeFacts | null
}
/** From the baseline before to this state, by cause; hundredths of a square metre. */
export type ChangeFacts = {
  readonly from: string
  readonly fromDay: string
  readonly before: number
  readonly after: number
  readonly causes: readonly { readonly cause: string; readonly name: string; readonly area: number; readonly patches: number }[]
  readonly sets: readonly { readonly set: string; readonly before: number; readonly after: number }[]
}

/** How things are written and coloured; the same as on the screen. */
export type ReportWords = {
  readonly language: Language
  mu(area: number): string
  muParts(areas: readonly number[]): readonly string[]
  shares(areas: readonly number[]): readonly string[]
  count(n: number): string
  nameOf(dimension: Exclude<Dimension, 'area'>, value: string): string
  colourOf(dimension: Exclude<Dimension, 'area'>, value: string): string
  isHatched(dimension: Exclude<Dimension, 'area'>, value: string): boolean
  ruleName(rule: string): string
  severityName(severity: string): string
}

/** Hundredths of a square metre as square metres, exact: `1234567` as `12,345.67`. */
export function squareMetres(area: number): string {
  const digits = String(Math.abs(area)).padStart(3, '0')
  return `${area < 0 ? '−' : ''}${digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')}.${digits.slice(-2)}`
}

/** `2026-05-31` as a sentence has it. */
export function dayText(day: string, language: Language): string {
  const [year, month, date] = day.split('-').map(Number)
  return language === 'zh' ? `${year}年${month}月${date}日` : day
}

export const sumBy = (rows: readonly CountedRow[], keyOf: (row: CountedRow) => string) => {
  const sums = new Map<string, { area: number; patches: number }>()
  for (const row of rows) {
    const key = keyOf(row)
    const sum = sums.get(key) ?? { area: 0, patches: 0 }
    sum.area += row.area
    sum.patches += row.patches
    sums.set(key, sum)
  }
  return sums
}
export const sumOf = (rows: readonly CountedRow[]) =>
  rows.reduce((sum, { area, patches }) => ({ area: sum.area + area, patches: sum.patches + patches }), { area: 0, patches: 0 })
