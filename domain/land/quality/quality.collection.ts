/** What the rules found, as GIS programs read it: each with the box of the place it speaks of. */
import type { Collection, CollectionField } from '@dishu/server-kit/ogc/collection'
import { ident, sql } from '@dishu/server-kit/sql'

const column = (name: string, zh: string, en: string): CollectionField => ({
  name,
  type: 'text',
  title: { zh, en },
  value: ident('line', name),
  queryable: true,
})

export const findingsCollection: Collection = {
  id: 'findings',
  title: { zh: '质检结果', en: 'Findings' },
  description: {
    zh: '最近一次检查的结果；每次检查后重新生成，没有历史。',
    en: 'What the last check found; made anew by every check, so without a history.',
  },
  table: ['land', 'finding'],
  key: 'finding_id',
  versioned: false,
  geometry: { type: 'box', box: sql`line.place` },
  fields: [
    column('rule', '规则', 'Rule'),
    column('severity', '严重程度', 'Severity'),
    column('subject_kind', '对象类别', 'Kind of subject'),
    column('subject_key', '对象', 'Subject'),
    column('village', '村代码', 'Village'),
    {
      name: 'area_m2',
      type: 'number',
      unit: 'm2',
      title: { zh: '涉及面积', en: 'Area' },
      value: sql`(line.area::numeric / 100)::numeric(18, 2)`,
      queryable: true,
    },
    {
      name: 'checked_rev',
      type: 'integer',
      title: { zh: '检查时的版本', en: 'Checked at revision' },
      value: sql`line.checked_rev`,
      queryable: true,
    },
  ],
  matched: (county) => sql`select count(*)::int4 as matched from land.finding counted where counted.county = ${county}`,
}
