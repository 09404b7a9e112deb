/** Tables over the one count: rows of the report are sums of rows of the state, each with its code. */
import type { Block, Row } from '@dishu/documents/document'
import type { CountFilters } from '../count/count.ts'
import type { Dimension } from '../count/count.wire.ts'
import { type AreaName, type CountedRow, type ReportWords, type StateFacts, squareMetres, sumBy, sumOf } from './facts.ts'
import type { FigureBook } from './figures.ts'

export type Sheet = { readonly facts: StateFacts; readonly words: ReportWords; readonly book: FigureBook }
export type Counted = Exclude<Dimension, 'area'>
const DIGITS = { county: 6, town: 9, village: 12 } as const

/** A figure of the count in words, with its code: 亩 first, for whoever reads aloud. */
export function muRun({ facts, words, book }: Sheet, within: string, filters: CountFilters) {
  const sum = sumOf(rowsOf(facts, within, filters))
  return { text: words.mu(sum.area), strong: true, code: book.code({ of: 'count', within, filters }, sum) }
}

export function rowsOf({ rows, within: all }: StateFacts, within: string, filters: CountFilters): readonly CountedRow[] {
  const asked = Object.entries(filters) as [Counted, readonly string[]][]
  return rows.filter(
    (row) =>
      (within === all || row.village.startsWith(within)) &&
      asked.every(([name, values]) => values.length === 0 || values.includes(row[name])),
  )
}

/** The areas of a level that the count knows, named or not, in the order of their codes. */
export function areasOf({ rows, areas, within }: StateFacts, level: 'town' | 'village'): readonly AreaName[] {
  const names = new Map(areas.map((area) => [area.code, area]))
  const codes = new Set(rows.map((row) => row.village.slice(0, DIGITS[level])))
  for (const area of areas) if (area.level === level && area.code.startsWith(within)) codes.add(area.code)
  return [...codes].sort().map((code) => names.get(code) ?? { code, parent: null, level, name: `${code}?` })
}

const TITLES = {
  zh: { patches: '图斑（个）', m2: '面积（平方米）', mu: '面积（亩）', share: '占比', total: '合计', town: '乡镇', village: '行政村' },
  en: { patches: 'Patches', m2: 'Area (m²)', mu: 'Area (mu)', share: 'Share', total: 'Total', town: 'Town', village: 'Village' },
} as const

/** One dimension: its values, patches, square metres, 亩 and shares; the last row is the sum. */
export function dimensionTable(sheet: Sheet, dimension: Counted, caption: string, note?: string): Block {
  const { facts, words, book } = sheet
  const t = TITLES[words.language]
  const { within } = facts
  const sums = [...sumBy(facts.rows, (row) => row[dimension])].sort(
    ([a], [b]) => orderOf(dimension, a) - orderOf(dimension, b) || (a < b ? -1 : 1),
  )
  const areas = sums.map(([, { area }]) => area)
  const [mu, shares] = [words.muParts(areas), words.shares(areas)]
  const total = sumOf(facts.rows)
  return {
    kind: 'table',
    caption,
    columns: [
      { title: headOf(dimension, words.language) },
      { title: t.patches, align: 'right' },
      { title: t.m2, align: 'right' },
      { title: t.mu, align: 'right' },
      { title: t.share, align: 'right' },
    ],
    rows: [
      ...sums.map(
        ([value, sum], i): Row => ({
          cells: [
            dimension === 'class' ? `${value} ${words.nameOf(dimension, value)}` : words.nameOf(dimension, value),
            words.count(sum.patches),
            squareMetres(sum.area),
            mu[i],
            shares[i],
          ],
          code: book.code({ of: 'count', within, filters: { [dimension]: [value] } }, sum),
        }),
      ),
      {
        cells: [t.total, words.count(total.patches), squareMetres(total.area), words.mu(total.area), '100.0%'],
        strong: true,
        code: book.code({ of: 'count', within, filters: {} }, total),
      },
    ],
    ...(note ? { note } : {}),
  }
}

/** Areas of a level in rows, their whole area and a dimension's values in columns, all in 亩 that add up along each row. */
export function crossTable(sheet: Sheet, level: 'town' | 'village', dimension: Counted, caption: string, note?: string): Block {
  const { facts, words, book } = sheet
  const t = TITLES[words.language]
  const values = [...new Set(facts.rows.map((row) => row[dimension]))].sort(
    (a, b) => orderOf(dimension, a) - orderOf(dimension, b) || (a < b ? -1 : 1),
  )
  const line = (name: string, rows: readonly CountedRow[], within: string, strong: boolean, indent = 0): Row => {
    const by = sumBy(rows, (row) => row[dimension])
    const sum = sumOf(rows)
    return {
      cells: [name, words.count(sum.patches), words.mu(sum.area), ...words.muParts(values.map((value) => by.get(value)?.area ?? 0))],
      ...{ strong, indent, code: book.code({ of: 'count', within, filters: {} }, sum) },
    }
  }
  const rows: Row[] = []
  const under = Map.groupBy(facts.rows, (row) => row.village.slice(0, DIGITS[level]))
  const towns = level === 'village' && facts.within.length === 6 ? areasOf(facts, 'town') : [null]
  const areas = areasOf(facts, level)
  for (const town of towns) {
    if (town !== null)
      rows.push(
        line(
          town.name,
          facts.rows.filter((row) => row.village.startsWith(town.code)),
          town.code,
          true,
        ),
      )
    for (const { code, name } of areas)
      if (town === null || code.startsWith(town.code)) rows.push(line(name, under.get(code) ?? [], code, false, town === null ? 0 : 1))
  }
  rows.push(line(t.total, facts.rows, facts.within, true))
  return {
    kind: 'table',
    caption,
    columns: [
      { title: t[level] },
      { title: t.patches, align: 'right' },
      { title: t.mu, align: 'right' },
      ...values.map((value) => ({ title: words.nameOf(dimension, value), align: 'right' as const })),
    ],
    rows,
    ...(note ? { note } : {}),
  }
}

/** Grades by the soil map: the counted area, and the middle 95 % of the map's simulations. */
export function intervalTable({ facts, words, book }: Sheet, caption: string, note: string): Block {
  const t = TITLES[words.language]
  const zh = words.language === 'zh'
  const rows = [...facts.intervals].sort((a, b) => orderOf('mapgrade', a.grade) - orderOf('mapgrade', b.grade))
  const mu = words.muParts(rows.map(({ area }) => area))
  return {
    kind: 'table',
    caption,
    columns: [
      { title: headOf('mapgrade', words.language) },
      { title: t.m2, align: 'right' },
      { title: t.mu, align: 'right' },
      { title: zh ? '模拟均值（亩）' : 'Mean of simulations (mu)', align: 'right' },
      { title: zh ? '95%区间（亩）' : '95 % interval (mu)', align: 'right' },
    ],
    rows: [
      ...rows.map(({ grade, area, low, estimate, high }, i): Row => {
        const sum = sumOf(facts.rows.filter((row) => row.mapgrade === grade))
        const mapped = grade !== 'not-mapped'
        return {
          cells: [
            words.nameOf('mapgrade', grade),
            squareMetres(area),
            mu[i],
            mapped ? words.mu(Math.round(estimate)) : '—',
            mapped ? `${words.mu(Math.round(low))} – ${words.mu(Math.round(high))}` : '—',
          ],
          code: book.code({ of: 'count', within: facts.within, filters: { mapgrade: [grade] } }, sum),
        }
      }),
      {
        cells: [t.total, squareMetres(sumOf(facts.rows).area), words.mu(sumOf(facts.rows).area), '', ''],
        strong: true,
        code: book.code({ of: 'count', within: facts.within, filters: {} }, sumOf(facts.rows)),
      },
    ],
    note,
  }
}

const ORDER: Readonly<Partial<Record<Counted, readonly string[]>>> = {
  grade: ['none', 'light', 'moderate', 'heavy', 'extreme', 'not-graded'],
  mapgrade: ['none', 'light', 'moderate', 'heavy', 'extreme', 'not-mapped'],
  owner: ['state', 'collective', 'unknown'],
  contract: ['none', 'contracted', 'expired', 'overlapping'],
  saline: ['unused', 'cultivated', 'unknown', 'none'],
}
/** Where a value stands in its list; what is not listed comes after, by name. */
export const orderOf = (dimension: Counted, value: string): number => {
  const at = ORDER[dimension]?.indexOf(value) ?? -1
  return at < 0 ? 99 : at
}

const HEADS: Readonly<Record<Counted, Readonly<Record<'zh' | 'en', string>>>> = {
  class: { zh: '地类', en: 'Class' },
  grade: { zh: '盐碱等级（样品）', en: 'Grade by sample' },
  mapgrade: { zh: '盐碱等级（制图）', en: 'Grade by map' },
  owner: { zh: '权属性质', en: 'Owner' },
  contract: { zh: '承包状况', en: 'Contract' },
  saline: { zh: '盐碱地类别', en: 'Saline set' },
}
export const headOf = (dimension: Counted, language: 'zh' | 'en') => HEADS[dimension][language]
