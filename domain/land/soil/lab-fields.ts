/** The fields of a laboratory's sheet: measured quantities, which take any unit and extract their header names, and the words around them. */
import { field } from '@dishu/kernel/areas/areas'
import type { StandardField } from '@dishu/kernel/intake/intake'
import { isIon, type Quantity } from './lab-headers.ts'

/** A measured quantity: its field, and the column of the register it goes to (of an ion: its name among the ions). */
export type Measured = { readonly quantity: Quantity; readonly column: string; readonly field: StandardField }

const measured = (
  quantity: Quantity,
  column: string,
  zh: string,
  en: string,
  unit: string | null,
  as: readonly string[] = [],
): Measured => ({
  quantity,
  column,
  field: field(quantity === 'phCacl2' ? 'ph_cacl2' : quantity, zh, en, { type: 'number', as, ...(unit === null ? {} : { unit }) }),
})

export const MEASURED: readonly Measured[] = [
  measured('ph', 'ph', 'pH', 'pH', null, ['酸碱度', 'pH值', '土壤pH']),
  measured('phCacl2', 'ph', 'pH（氯化钙）', 'pH (CaCl₂)', null, ['ph_cacl2']),
  measured('ec', 'ec_ds_per_m', '电导率', 'EC', 'dS/m', ['EC', '土壤电导率', 'ec5']),
  measured('ece', 'ece_ds_per_m', '饱和浸提液电导率', 'ECe', 'dS/m', ['ECe']),
  measured('salt', 'salt_g_per_kg', '全盐量', 'Total salt', 'g/kg', ['全盐', '含盐量', '水溶性盐总量', 'TSC']),
  measured('cec', 'cec_cmol_per_kg', '阳离子交换量', 'CEC', 'cmol(+)/kg', ['CEC']),
  measured('esp', 'esp_percent', '碱化度', 'ESP', '%', ['ESP', '钠饱和度', '交换性钠百分率']),
  measured('exchangeableSodium', 'exchangeableSodium', '交换性钠', 'Exchangeable sodium', 'cmol/kg', ['na_cmol_kg_ex']),
  measured('co3', 'co3', '碳酸根', 'Carbonate', 'cmol/kg'),
  measured('hco3', 'hco3', '重碳酸根', 'Bicarbonate', 'cmol/kg', ['碳酸氢根']),
  measured('cl', 'cl', '氯离子', 'Chloride', 'cmol/kg', ['氯根']),
  measured('so4', 'so4', '硫酸根', 'Sulfate', 'cmol/kg'),
  measured('ca', 'ca', '水溶性钙', 'Soluble calcium', 'cmol/kg'),
  measured('mg', 'mg', '水溶性镁', 'Soluble magnesium', 'cmol/kg'),
  measured('na', 'na', '水溶性钠', 'Soluble sodium', 'cmol/kg'),
  measured('k', 'k', '水溶性钾', 'Soluble potassium', 'cmol/kg'),
].map((each) => (isIon(each.quantity) ? { ...each, field: { ...each.field, aliases: [] } } : each)) // an ion is read with its unit or not at all

export const NAMED: readonly StandardField[] = [
  field('sample', '样品编号', 'Sample number', {
    as: [
      ...['样品编码', '样品号', '样点编号', '样点编码', '采样点编号', '采样编号', '样号', '点位编号', '编号'],
      ...['sample', 'sample_id', 'sample_code', 'sample no', 'sourceid', 'site_id', 'id'],
    ],
    required: true,
  }),
  field('bag', '样袋编号', 'Bag code', {
    as: ['袋号', '样袋号', '样品袋号', '送样编号', '送检编号', '条码', 'bag', 'bag_code', 'bag no', 'barcode'],
  }),
  field('role', '样品类型', 'Kind of sample', {
    as: ['样品类别', '质控类型', '质控样类型', 'sample type', 'sample_type', 'qc type', 'qc_type'],
  }),
  field('duplicateOf', '原样编号', 'Duplicate of', {
    as: ['平行样编号', '平行于', '重复于', 'duplicate of', 'duplicate_of', 'parent sample'],
  }),
  field('longitude', '经度', 'Longitude', {
    type: 'number',
    unit: '°',
    as: ['经度(°)', '经度E', '东经', 'X经度', 'lon', 'lng', 'long', 'longitude', 'lon_wgs84', 'lon_deg'],
  }),
  field('latitude', '纬度', 'Latitude', {
    type: 'number',
    unit: '°',
    as: ['纬度(°)', '纬度N', '北纬', 'Y纬度', 'lat', 'latitude', 'lat_wgs84', 'lat_deg'],
  }),
  field('plot', '地块编码', 'Plot', {
    as: ['地块编号', '地块号', '图斑编号', '图斑号', '标识码', 'DKBM', 'BSM', 'plot', 'plot_code', 'paddock'],
  }),
  field('depth', '采样深度（cm）', 'Depth (cm)', {
    as: ['采样深度', '深度', '深度(cm)', '土层', '土层深度', '土层(cm)', '土层深度(cm)', '取样深度', '取样深度(cm)', 'depth', 'depth_cm'],
  }),
  field('depthFrom', '深度上限（cm）', 'Depth from (cm)', {
    type: 'number',
    unit: 'cm',
    as: ['上层深度', '起始深度', '深度上限', '起始深度(cm)', 'depth_from', 'depth_from_cm', 'upper_depth_cm', 'uhdicm'],
  }),
  field('depthTo', '深度下限（cm）', 'Depth to (cm)', {
    type: 'number',
    unit: 'cm',
    as: ['下层深度', '终止深度', '深度下限', '终止深度(cm)', 'depth_to', 'depth_to_cm', 'lower_depth_cm', 'lhdicm'],
  }),
  field('date', '采样日期', 'Sampled on', {
    type: 'date',
    as: ['采样时间', '取样日期', '取样时间', '日期', 'date', 'sampled_on', 'observation_date', 'sampling date'],
  }),
  field('season', '采样季节', 'Season', { as: ['季节', 'season'] }),
  field('ratio', '水土比', 'Extract ratio', { as: ['土水比', '浸提比例', 'ratio'] }),
  field('texture', '质地', 'Texture', { as: ['土壤质地', 'texture'] }),
  field('lab', '检测单位', 'Laboratory', { as: ['化验单位', '检测机构', '实验室', 'lab', 'laboratory'] }),
  field('receivedOn', '收样日期', 'Received on', { type: 'date', as: ['接样日期', '送样日期', 'received_on', 'date received'] }),
  field('analysedOn', '检测日期', 'Analysed on', { type: 'date', as: ['分析日期', '化验日期', 'analysed_on', 'date analysed'] }),
  field('method', '检测方法', 'Method', { as: ['化验方法', '测定方法', '检测依据', 'method'] }),
  field('village', '所在村', 'Village', { as: ['村', '采样地点', '地点', '行政村'] }),
]
