/** The fields of each exported table: the register's columns under the names that survey and registry give them, then what Dishu adds. */

import type { Day } from '@dishu/base/date'
import type { Language } from '@dishu/base/refusal'
import { vocabulary } from '../quality/quality.ts'
import { type Censored, sayLimit } from '../soil/soil.ts'
import { contractState } from '../tenure/tenure.ts'

export type ExportValue = string | number | boolean | null
/** A row as the store gives it: the register's columns by their names, and what the reader of it adds. */
export type ExportRow = Readonly<Record<string, unknown>>
export type ExportField = {
  readonly name: string
  readonly type: 'text' | 'number' | 'date'
  readonly decimals?: number
  readonly width?: number // of the column of a sheet
  readonly zh: string
  /** Only where it is asked for by name: it costs a query of its own, or is of the page only. */
  readonly asked?: boolean
  readonly of: (row: ExportRow) => ExportValue
}

const plain = (value: unknown): ExportValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const text = (name: string, column: string, zh: string, width?: number): ExportField => ({
  name,
  type: 'text',
  zh,
  ...(width ? { width } : {}),
  of: (row) => {
    const value = row[column]
    return value === null || value === undefined ? null : String(value)
  },
})
const number = (name: string, column: string, zh: string): ExportField => ({ name, type: 'number', zh, of: (row) => plain(row[column]) })
const whole = (name: string, column: string, zh: string): ExportField => ({ ...number(name, column, zh), decimals: 0 })
const day = (name: string, column: string, zh: string): ExportField => ({
  name,
  type: 'date',
  zh,
  of: (row) => (row[column] === 'infinity' ? null : plain(row[column])),
})
/** Whole hundredths of a m² as m². Division by 100 is exact to the last decimal that is written. */
const m2 = (name: string, column: string, zh: string): ExportField => ({
  name,
  type: 'number',
  decimals: 2,
  zh: `${zh}（平方米）`,
  of: (row) => (isNumber(row[column]) ? row[column] / 100 : null),
})
/** The same in 亩 to two decimals. Sums are taken in m²: 0.01 亩 is 6.67 m². */
const mu = (name: string, column: string, zh: string): ExportField => ({
  name,
  type: 'number',
  decimals: 2,
  zh: `${zh}（亩）`,
  of: (row) => (isNumber(row[column]) ? inMu(row[column]) : null),
})
/** 1 亩 is 10 000 / 15 m²: hundredths of a m² × 15 / 10⁶, rounded half away from zero in whole numbers. */
export const inMu = (hundredths: number): number => (Math.sign(hundredths) * Math.round((Math.abs(hundredths) * 15) / 10_000)) / 100

const mask = (name: string, key: string, zh: string): ExportField => ({
  name,
  type: 'text',
  zh: `${zh}（脱敏）`,
  of: ({ sealed }) => maskOf(sealed, key),
})
export function maskOf(sealed: unknown, key: string): string | null {
  const value = typeof sealed === 'object' && sealed !== null ? (sealed as Readonly<Record<string, unknown>>)[key] : null
  const masked = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>).mask : null
  return typeof masked === 'string' ? masked : null
}

const FRAME: readonly ExportField[] = [
  { ...number('DISHU_ID', 'id', '底数行号'), decimals: 0 },
  day('VALID_FROM', 'valid_from', '生效日'),
  day('VALID_TO', 'valid_to', '失效日（不含）'),
]

type WordList = 'grades' | 'owners' | 'contractStates' | 'salineSets'
const names = new Map<string, string>()
/** The Chinese word for one of our own ids: files go to offices whose other columns are Chinese too. */
function wordOf(list: WordList, id: unknown): string | null {
  if (names.size === 0) {
    const words = vocabulary('zh' satisfies Language)
    for (const each of ['grades', 'owners', 'contractStates', 'salineSets'] as const)
      for (const word of words[each]) names.set(`${each} ${word.id}`, word.name)
  }
  return typeof id === 'string' ? (names.get(`${list} ${id}`) ?? id) : null
}
const word = (name: string, column: string, list: WordList, zh: string): readonly ExportField[] => [
  text(name, column, `${zh}（代号）`),
  { name: `${name}_MC`, type: 'text', zh, of: (row) => wordOf(list, row[column]) },
]

/** The survey writes a place with 19 digits; the register keeps the village's 12, and the whole code where its end says something. */
function placeCode(row: ExportRow): string | null {
  const whole = (row.extra as Readonly<Record<string, unknown>> | null)?.ZLDWDM
  if (typeof whole === 'string') return whole
  return typeof row.village === 'string' ? row.village.padEnd(19, '0') : null
}

const PATCHES: readonly ExportField[] = [
  text('BSM', 'patch_key', '标识码', 20),
  text('TBBH', 'patch_number', '图斑编号'),
  { name: 'ZLDWDM', type: 'text', width: 21, zh: '坐落单位代码', of: placeCode },
  text('ZLDWMC', 'village_name', '坐落单位名称', 18),
  text('DLBM', 'class', '地类编码'),
  text('DLMC', 'class_name', '地类名称'),
  text('QSXZ', 'owner_kind', '权属性质'),
  text('QSDWDM', 'owner_unit', '权属单位代码', 21),
  text('QSDWMC', 'owner_name', '权属单位名称', 18),
  m2('TBMJ', 'official_area', '图斑面积'),
  text('KCDLBM', 'deducted_class', '扣除地类编码'),
  number('KCXS', 'deduction', '扣除系数'),
  m2('KCMJ', 'deducted_area', '扣除面积'),
  m2('TBDLMJ', 'class_area', '图斑地类面积'),
  whole('SJNF', 'survey_year', '数据年份'),
  m2('JSMJ', 'computed_area', '计算面积'),
  mu('TBMJ_MU', 'official_area', '图斑面积'),
  ...word('GRADE', 'grade', 'grades', '盐碱化等级'),
  ...word('MAPGRADE', 'mapgrade', 'grades', '按图盐碱化等级'),
  ...word('OWNER', 'owner', 'owners', '所有权'),
  ...word('CONTRACT', 'contract', 'contractStates', '承包状态'),
  ...word('SALINE', 'saline', 'salineSets', '盐碱地类别'),
  ...FRAME,
  {
    name: 'CYMJ',
    type: 'number',
    decimals: 2,
    asked: true,
    zh: '计算面积与图斑面积之差（平方米）',
    of: ({ computed_area: computed, official_area: official }) =>
      isNumber(computed) && isNumber(official) ? (computed - official) / 100 : null,
  },
  { ...whole('FINDINGS', 'findings', '质检结果数'), asked: true },
  // of a patch the part that the filters ask for: the column adds up to the figure of the count under the same filters
  { ...m2('JRMJ', 'counted_area', '计入面积'), asked: true },
]

/** Columns of the page of patches, in fields. */
export const PAGE_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  patchKey: ['BSM'],
  patchNumber: ['TBBH'],
  villageName: ['ZLDWMC'],
  village: ['ZLDWDM'],
  class: ['DLBM', 'DLMC'],
  grade: ['GRADE', 'GRADE_MC'],
  mapgrade: ['MAPGRADE', 'MAPGRADE_MC'],
  officialArea: ['TBMJ', 'TBMJ_MU'],
  contract: ['CONTRACT', 'CONTRACT_MC'],
  owner: ['OWNER', 'OWNER_MC'],
  saline: ['SALINE', 'SALINE_MC'],
  computed: ['JSMJ'],
  difference: ['CYMJ'],
  findings: ['FINDINGS'],
}

const PARCELS: readonly ExportField[] = [
  text('DKBM', 'parcel_code', '地块编码', 21),
  text('DKMC', 'name', '地块名称', 16),
  text('SYQXZ', 'owner_kind', '所有权性质'),
  text('DKLB', 'category', '地块类别'),
  text('TDLYLX', 'use_class', '土地利用类型'),
  text('DLDJ', 'fertility', '地力等级'),
  text('TDYT', 'purpose', '土地用途'),
  text('SFJBNT', 'basic_farmland', '是否基本农田'),
  m2('SCMJ', 'official_area', '实测面积'),
  number('SCMJM', 'official_mu', '实测面积（亩，原值）'),
  m2('JSMJ', 'computed_area', '计算面积'),
  mu('SCMJ_MU', 'official_area', '实测面积'),
  text('CBHTBM', 'contract_codes', '承包合同编码', 22),
  m2('HTMJ', 'contract_area', '合同面积'),
  mask('DKDZ', 'neighbourEast', '东至'),
  mask('DKNZ', 'neighbourSouth', '南至'),
  mask('DKXZ', 'neighbourWest', '西至'),
  mask('DKBZ', 'neighbourNorth', '北至'),
  mask('ZJRXM', 'pointedOutBy', '指界人姓名'),
  ...FRAME,
]

const CONTRACTS: readonly ExportField[] = [
  text('CBHTBM', 'contract_code', '承包合同编码', 21),
  text('YCBHTBM', 'previous_code', '原承包合同编码', 21),
  text('FBFBM', 'issuer_code', '发包方编码', 16),
  text('FBFMC', 'issuer', '发包方名称（个人脱敏）', 20),
  text('CBFBM', 'contractor_code', '承包方编码', 20),
  text('CBFMC', 'contractor', '承包方名称（个人脱敏）', 16),
  text('CBFS', 'mode', '承包方式'),
  day('CBQXQ', 'term_from', '承包期限起'),
  day('CBQXZ', 'term_to', '承包期限止'),
  day('QDSJ', 'signed_on', '签订时间'),
  m2('HTZMJ', 'contract_area', '合同总面积'),
  number('HTZMJM', 'contract_mu', '合同总面积（亩，原值）'),
  mu('HTZMJ_MU', 'contract_area', '合同总面积'),
  whole('CBDKZS', 'parcel_count', '承包地块总数（原值）'),
  whole('DKS', 'linked', '登记地块数'),
  whole('LTDKS', 'placed', '其中已落图地块数'),
  m2('DKHTMJ', 'linked_area', '登记地块合同面积合计'),
  m2('DKSCMJ', 'surveyed_area', '登记地块实测面积合计'),
  {
    name: 'ZJ_YUAN',
    type: 'number',
    decimals: 2,
    zh: '年租金（元）',
    of: ({ rent_fen: rent }) => (isNumber(rent) ? rent / 100 : null),
  },
  {
    name: 'STATE',
    type: 'text',
    zh: '承包状态（代号）',
    of: (row) => stateOf(row),
  },
  { name: 'STATE_MC', type: 'text', zh: '承包状态', of: (row) => wordOf('contractStates', stateOf(row)) },
  ...FRAME,
]
/** What the contract itself is on the day: others on the same land are the parcels' matter. */
const stateOf = ({ contract_code: code, term_from: from, term_to: to, as_of: asOf }: ExportRow) =>
  contractState([{ code: String(code), from: from as Day | null, to: to as Day | null }], asOf as Day)

const ion = (key: string): ExportField => ({
  name: `${key.toUpperCase()}_CMOL_PER_KG`,
  type: 'number',
  zh: `${key.toUpperCase()}（cmol/kg）`,
  of: ({ ions }) => {
    const value = typeof ions === 'object' && ions !== null ? (ions as Readonly<Record<string, unknown>>)[key] : null
    return isNumber(value) ? value : null
  },
})

/** Values of which only a side is known stand in no column of numbers: `ec_ds_per_m <0.05; co3 未检出`, in the unit of their column where there is a limit. */
function sayCensored(censored: unknown): string | null {
  if (typeof censored !== 'object' || censored === null) return null
  const entries = Object.entries(censored as Readonly<Record<string, Censored>>)
  return entries.map(([column, value]) => `${column} ${sayLimit(value)}`).join('; ')
}

const SOIL: readonly ExportField[] = [
  text('SAMPLE_CODE', 'sample_code', '样品编号', 16),
  text('PLOT_CODE', 'plot_code', '地块编号', 20),
  number('LON_DEG', 'longitude', '经度（度，CGCS2000）'),
  number('LAT_DEG', 'latitude', '纬度（度，CGCS2000）'),
  number('DEPTH_FROM_CM', 'depth_from_cm', '采样深度起（cm）'),
  number('DEPTH_TO_CM', 'depth_to_cm', '采样深度止（cm）'),
  day('SAMPLED_ON', 'sampled_on', '采样日期'),
  text('SEASON', 'season', '季节'),
  number('PH', 'ph', 'pH'),
  text('PH_RATIO', 'ph_ratio', 'pH 土水比'),
  number('EC_DS_PER_M', 'ec_ds_per_m', '电导率（dS/m）'),
  text('EC_RATIO', 'ec_ratio', '电导率土水比'),
  number('ECE_DS_PER_M', 'ece_ds_per_m', '饱和浸提液电导率（dS/m）'),
  number('SALT_G_PER_KG', 'salt_g_per_kg', '全盐量（g/kg）'),
  number('CEC_CMOL_PER_KG', 'cec_cmol_per_kg', '阳离子交换量（cmol/kg）'),
  number('ESP_PERCENT', 'esp_percent', '碱化度（%）'),
  ...['co3', 'hco3', 'cl', 'so4', 'ca', 'mg', 'na', 'k'].map(ion),
  {
    name: 'CENSORED',
    type: 'text',
    zh: '低于或高于检出限的值',
    of: ({ extra }) => sayCensored((extra as Readonly<Record<string, unknown>> | null)?.censored),
  },
  text('TEXTURE', 'texture', '质地'),
  text('LAB', 'lab', '实验室', 16),
  text('METHOD', 'method', '方法', 16),
  ...FRAME,
]

const AREAS: readonly ExportField[] = [
  text('XZQDM', 'code', '行政区代码', 14),
  text('XZQMC', 'name', '行政区名称', 18),
  text('LEVEL', 'level', '级别'),
  text('SJDM', 'parent', '上级代码', 12),
  m2('KZMJ', 'control_area', '控制面积'),
  m2('TBMJ', 'counted', '图斑面积合计'),
  whole('TBS', 'patches', '图斑数'),
  m2('WLYYJD', 'unused', '未利用盐碱地'),
  m2('YJGD', 'cultivated', '盐碱耕地'),
  m2('WFJGD', 'ungraded', '耕地未分级'),
  mu('TBMJ_MU', 'counted', '图斑面积合计'),
  mu('WLYYJD_MU', 'unused', '未利用盐碱地'),
  mu('YJGD_MU', 'cultivated', '盐碱耕地'),
]

export const FIELDS: Readonly<Record<'areas' | 'patches' | 'parcels' | 'contracts' | 'soil', readonly ExportField[]>> = {
  areas: AREAS,
  patches: PATCHES,
  parcels: PARCELS,
  contracts: CONTRACTS,
  soil: SOIL,
}

/** The place of a row where its outline does not go out. */
export const PLACE_FIELDS: readonly ExportField[] = [
  { name: 'LON', type: 'number', decimals: 8, zh: '中心点经度（度，CGCS2000）', of: ({ place }) => coordinate(place, 0) },
  { name: 'LAT', type: 'number', decimals: 8, zh: '中心点纬度（度，CGCS2000）', of: ({ place }) => coordinate(place, 1) },
]
const coordinate = (place: unknown, i: 0 | 1): number | null => {
  const value = Array.isArray(place) ? place[i] : null
  return isNumber(value) ? Number(value.toFixed(8)) : null
}
