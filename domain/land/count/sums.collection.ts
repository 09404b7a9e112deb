/** The count itself as a collection: one row for every combination of what is counted, so that another program's sums are the figures of the pages. */
import { type Collection, FRAME_FIELDS } from '@dishu/server-kit/ogc/collection'
import { sql } from '@dishu/server-kit/sql'

export const countCollection: Collection = {
  id: 'count',
  title: { zh: '底数', en: 'Count' },
  description: {
    zh: '统计的底层行：村、地类、等级、权属、承包、盐碱地类别的每一种组合，面积精确到 0.01 平方米。任何合计都等于网页上的数。',
    en: 'The rows below the count: every combination of village, class, grade by sample, owner, contract and saline set, areas exact to 0.01 m². Any sum of them is the figure of the pages.',
  },
  table: ['land', 'count_row'],
  key: 'id',
  versioned: true,
  sums: true,
  geometry: null,
  fields: [
    { name: 'village', type: 'text', title: { zh: '村代码', en: 'Village' }, value: sql`line.village`, queryable: true },
    { name: 'class', type: 'text', title: { zh: '地类编码', en: 'Class' }, value: sql`line.class`, queryable: true },
    { name: 'grade', type: 'text', title: { zh: '盐碱等级（按样品）', en: 'Grade by sample' }, value: sql`line.grade`, queryable: true },
    { name: 'owner', type: 'text', title: { zh: '权属', en: 'Owner' }, value: sql`line.owner`, queryable: true },
    { name: 'contract', type: 'text', title: { zh: '承包', en: 'Contract' }, value: sql`line.contract`, queryable: true },
    { name: 'saline', type: 'text', title: { zh: '盐碱地', en: 'Saline set' }, value: sql`line.saline`, queryable: true },
    {
      name: 'area_m2',
      type: 'number',
      unit: 'm2',
      title: { zh: '面积', en: 'Area' },
      value: sql`(line.area::numeric / 100)::numeric(18, 2)`,
      queryable: true,
    },
    { name: 'patches', type: 'integer', title: { zh: '图斑数', en: 'Patches' }, value: sql`line.patches`, queryable: true },
    { name: 'cells', type: 'integer', title: { zh: '计量单元数', en: 'Cells' }, value: sql`line.cells`, queryable: true },
    ...FRAME_FIELDS,
  ],
}
