/** Patches of the survey and parcels of the contract registry as GIS programs read them: the names and units of the views for analysts. */
import { type Collection, type CollectionField, type CollectionGeometry, FRAME_FIELDS } from '@dishu/server-kit/ogc/collection'
import { type Sql, sql } from '@dishu/server-kit/sql'

const text = (name: string, zh: string, en: string, value: Sql, column?: string): CollectionField => ({
  name,
  type: 'text',
  title: { zh, en },
  value,
  queryable: true,
  ...(column ? { writes: { column, from: (stated) => (stated === null ? null : String(stated)) } } : {}),
})
/** Whole hundredths of a square metre as m². */
const m2 = (name: string, zh: string, en: string, column: Sql): CollectionField => ({
  name,
  type: 'number',
  unit: 'm2',
  title: { zh, en },
  value: sql`(${column}::numeric / 100)::numeric(18, 2)`,
  queryable: true,
})
const OUTLINE: CollectionGeometry = { type: 'polygon', outline: sql`line.outline`, srid: sql`line.srid`, box: sql`line.bbox` }

export const patchesCollection: Collection = {
  id: 'patches',
  title: { zh: '图斑', en: 'Patches' },
  description: { zh: '国土调查的图斑：地类、权属性质与面积。', en: 'Patches of the land survey: class, ownership and area.' },
  table: ['land', 'patch'],
  key: 'id',
  versioned: true,
  geometry: OUTLINE,
  changes: ['update'],
  fields: [
    text('patch_key', '标识码', 'Identifier', sql`line.patch_key`),
    text('patch_number', '图斑编号', 'Number', sql`line.patch_number`, 'patch_number'),
    text('village', '村代码', 'Village', sql`line.village`),
    text('village_name', '坐落单位名称', 'Village name', sql`line.village_name`, 'village_name'),
    text('class', '地类编码', 'Class', sql`line.class`, 'class'),
    text('class_name', '地类名称', 'Class name', sql`line.class_name`, 'class_name'),
    text('owner_kind', '权属性质', 'Ownership', sql`line.owner_kind`, 'owner_kind'),
    text('owner_unit', '权属单位代码', 'Owner code', sql`line.owner_unit`, 'owner_unit'),
    text('owner_name', '权属单位名称', 'Owner', sql`line.owner_name`, 'owner_name'),
    m2('official_area_m2', '图斑面积', 'Official area', sql`line.official_area`),
    m2('deducted_area_m2', '扣除面积', 'Deducted area', sql`line.deducted_area`),
    text('deducted_class', '扣除地类编码', 'Deducted class', sql`line.deducted_class`),
    m2('computed_area_m2', '计算面积', 'Computed area', sql`line.computed_area`),
    {
      name: 'survey_year',
      type: 'integer',
      title: { zh: '数据年份', en: 'Year of survey' },
      value: sql`line.survey_year`,
      queryable: true,
    },
    ...FRAME_FIELDS,
  ],
}

export const parcelsCollection: Collection = {
  id: 'parcels',
  title: { zh: '承包地块', en: 'Contract parcels' },
  description: {
    zh: '承包经营权登记的地块，个人信息不在其中。',
    en: 'Parcels of the contract registry, without anything personal.',
  },
  table: ['land', 'parcel'],
  key: 'id',
  versioned: true,
  geometry: OUTLINE,
  changes: ['update'],
  fields: [
    text('parcel_code', '地块编码', 'Code', sql`line.parcel_code`),
    text('name', '地块名称', 'Name', sql`line.name`, 'name'),
    text('owner_kind', '所有权性质', 'Ownership', sql`line.owner_kind`, 'owner_kind'),
    text('category', '地块类别', 'Category', sql`line.category`, 'category'),
    text('use_class', '土地利用类型', 'Land use', sql`line.use_class`, 'use_class'),
    text('fertility', '地力等级', 'Fertility', sql`line.fertility`, 'fertility'),
    text('purpose', '土地用途', 'Purpose', sql`line.purpose`, 'purpose'),
    text('basic_farmland', '是否基本农田', 'Basic farmland', sql`line.basic_farmland`, 'basic_farmland'),
    m2('official_area_m2', '实测面积', 'Surveyed area', sql`line.official_area`),
    m2('computed_area_m2', '计算面积', 'Computed area', sql`line.computed_area`),
    ...FRAME_FIELDS,
  ],
  matched: (county, stands) =>
    sql`select count(*)::int4 as matched from land.parcel counted where counted.county = ${county} and ${stands('counted')}`,
}
