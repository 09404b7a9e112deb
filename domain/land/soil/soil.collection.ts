/** Soil samples as GIS programs read them. */
import { type Collection, type CollectionField, FRAME_FIELDS } from '@dishu/server-kit/ogc/collection'
import { ident, sql } from '@dishu/server-kit/sql'

const column = (name: string, type: CollectionField['type'], zh: string, en: string, unit?: string): CollectionField => ({
  name,
  type,
  title: { zh, en },
  value: ident('line', name),
  queryable: true,
  ...(unit ? { unit } : {}),
  writes: { column: name, from: (stated) => stated },
})

export const samplesCollection: Collection = {
  id: 'samples',
  title: { zh: '土壤样点', en: 'Soil samples' },
  description: {
    zh: '采样的位置、日期、深度与化验值；同一点可有多个深度。',
    en: 'Where, when and how deep soil was sampled, and what the laboratory measured; one place may have several depths.',
  },
  table: ['land', 'sample'],
  key: 'id',
  versioned: true,
  geometry: { type: 'point', longitude: sql`line.longitude`, latitude: sql`line.latitude`, box: sql`line.place` },
  holdsFrom: 'sampled_on',
  changes: ['create', 'replace', 'update', 'delete'],
  fields: [
    column('sample_code', 'text', '样品编号', 'Code'),
    column('plot_code', 'text', '地块编号', 'Plot'),
    column('sampled_on', 'date', '采样日期', 'Sampled on'),
    column('season', 'text', '季节', 'Season'),
    column('depth_from_cm', 'number', '深度起', 'Depth from', 'cm'),
    column('depth_to_cm', 'number', '深度止', 'Depth to', 'cm'),
    column('ph', 'number', 'pH', 'pH'),
    column('ph_ratio', 'text', 'pH 土水比', 'pH soil to water'),
    column('ec_ds_per_m', 'number', '电导率', 'Electrical conductivity', 'dS/m'),
    column('ec_ratio', 'text', '电导率土水比', 'Conductivity soil to water'),
    column('ece_ds_per_m', 'number', '饱和浸提液电导率', 'Conductivity of the saturation extract', 'dS/m'),
    column('salt_g_per_kg', 'number', '全盐量', 'Salt', 'g/kg'),
    column('cec_cmol_per_kg', 'number', '阳离子交换量', 'Cation exchange capacity', 'cmol/kg'),
    column('esp_percent', 'number', '碱化度', 'Exchangeable sodium', '%'),
    column('texture', 'text', '质地', 'Texture'),
    column('lab', 'text', '实验室', 'Laboratory'),
    column('method', 'text', '方法', 'Method'),
    ...FRAME_FIELDS,
  ],
  matched: (county, stands) =>
    sql`select count(*)::int4 as matched from land.sample counted where counted.county = ${county} and ${stands('counted')}`,
}
