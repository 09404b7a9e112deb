/** The area tree as GIS programs read it. */
import { type Collection, FRAME_FIELDS } from '@dishu/server-kit/ogc/collection'
import { sql } from '@dishu/server-kit/sql'

export const areasCollection: Collection = {
  id: 'areas',
  title: { zh: '行政区', en: 'Areas' },
  description: { zh: '县、乡镇、村的界线、名称与控制面积。', en: 'County, towns and villages: boundaries, names and control areas.' },
  table: ['kernel', 'area'],
  key: 'id',
  versioned: true,
  geometry: { type: 'polygon', outline: sql`line.outline`, srid: sql`line.srid`, box: sql`line.bbox` },
  fields: [
    { name: 'code', type: 'text', title: { zh: '行政区代码', en: 'Code' }, value: sql`line.code`, queryable: true },
    { name: 'name', type: 'text', title: { zh: '名称', en: 'Name' }, value: sql`line.name`, queryable: true },
    {
      name: 'level',
      type: 'text',
      title: { zh: '级别', en: 'Level' },
      value: sql`line.level`,
      queryable: true,
      words: ['county', 'town', 'village'],
    },
    { name: 'parent', type: 'text', title: { zh: '上级代码', en: 'Parent' }, value: sql`line.parent`, queryable: true },
    {
      name: 'control_area_m2',
      type: 'number',
      unit: 'm2',
      title: { zh: '控制面积', en: 'Control area' },
      value: sql`(line.control_area::numeric / 100)::numeric(18, 2)`,
      queryable: true,
    },
    ...FRAME_FIELDS,
  ],
  matched: (county, stands) =>
    sql`select count(*)::int4 as matched from kernel.area counted where counted.county = ${county} and ${stands('counted')}`,
}
