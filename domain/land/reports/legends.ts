/** What the map of a subject shows: its categories with their areas, in the order of their lists. */
import type { LegendEntry } from '@dishu/documents/map'
import { type ReportWords, type StateFacts, sumBy } from './facts.ts'
import type { MapSubject } from './reports.ts'
import { orderOf } from './tables.ts'

/** Of many classes the smallest together: a legend is read, not searched. */
const MOST_CLASSES = 18

export function legendOf({ rows }: Pick<StateFacts, 'rows'>, words: ReportWords, subject: MapSubject): LegendEntry[] {
  const sums = [...sumBy(rows, (row) => row[subject])]
    .filter(([, { area }]) => area > 0)
    .sort(([a, x], [b, y]) => (subject === 'class' ? y.area - x.area : orderOf(subject, a) - orderOf(subject, b)) || (a < b ? -1 : 1))
  const unit = words.language === 'zh' ? ' 亩' : ' mu'
  const mu = words.muParts(sums.map(([, { area }]) => area))
  return sums.slice(0, MOST_CLASSES).map(([value], i) => ({
    key: value,
    name: subject === 'class' ? `${value} ${words.nameOf(subject, value)}` : words.nameOf(subject, value),
    value: `${mu[i]}${unit}`,
    look: { fill: words.colourOf(subject, value), hatched: words.isHatched(subject, value) },
  }))
}

/** What a map says below itself. */
export function mapLines(facts: StateFacts, language: 'zh' | 'en', meridian: number): string[] {
  const { baseline, day, known } = facts
  const zh = language === 'zh'
  const state = baseline ? `${zh ? '底数' : 'baseline'} ${baseline.key}` : zh ? '登记簿现势' : 'present register'
  return [
    zh
      ? `坐标系：2000国家大地坐标系（CGCS2000），高斯-克吕格投影3°带，中央经线${meridian}°；高程不表示`
      : `CGCS2000, Gauss–Krüger 3° zone, central meridian ${meridian}°; no heights are shown`,
    zh
      ? `资料：${state}，时点${day}，第 ${known} 号修订${facts.mapApproval ? `；审图号：${facts.mapApproval}` : ''}`
      : `Source: ${state}, ${day}, revision ${known}${facts.mapApproval ? `; map review number ${facts.mapApproval}` : ''}`,
    ...(facts.synthetic ? [zh ? '虚构示例数据，不代表任何真实地区' : 'Synthetic sample; no real place'] : []),
  ]
}
