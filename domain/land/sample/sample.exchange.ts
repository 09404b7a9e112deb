/**
 * The sample county as files: what a land office would hand over, in the forms it would use.
 */

import type { Field, Value } from '@dishu/formats/layers'
import { type DbfField, dbfFieldsFrom } from '@dishu/formats/write/dbf'
import type { Row } from '@dishu/formats/write/rows'
import { writeShapefile } from '@dishu/formats/write/shapefile'
import { writeText } from '@dishu/formats/write/sink'
import { type Sheet, writeXlsx } from '@dishu/formats/write/xlsx'
import type { DkRow, DltbRow, SampleCounty, SoilRow, Truth, XzqRow } from './rows.ts'

/** Text, number, whole number or day of a standard's table, with its width: `C19`, `N15.2`, `I4`, `D`. */
type Spec = Readonly<Record<string, string>>

const XZQ: Spec = { BSM: 'C18', YSDM: 'C10', XZQDM: 'C12', XZQMC: 'C100', DCMJ: 'N15.2', JSMJ: 'N15.2', MS: 'C2', HDMC: 'C100', BZ: 'C254' }

const DLTB: Spec = {
  ...{
    BSM: 'C18',
    YSDM: 'C10',
    TBYBH: 'C18',
    TBBH: 'C8',
    DLBM: 'C5',
    DLMC: 'C60',
    QSXZ: 'C2',
    QSDWDM: 'C19',
    QSDWMC: 'C254',
    ZLDWDM: 'C19',
    ZLDWMC: 'C254',
  },
  ...{
    TBMJ: 'N15.2',
    KCDLBM: 'C5',
    KCXS: 'N6.4',
    KCMJ: 'N15.2',
    TBDLMJ: 'N15.2',
    GDLX: 'C2',
    GDPDJB: 'C2',
    XZDWKD: 'N5.1',
    TBXHDM: 'C6',
    TBXHMC: 'C20',
  },
  ...{ ZZSXDM: 'C6', ZZSXMC: 'C20', GDDB: 'I2', FRDBS: 'C1', CZCSXM: 'C4', SJNF: 'I4', MSSM: 'C2', HDMC: 'C100', BZ: 'C254' },
}

const DK: Spec = {
  ...{
    BSM: 'I10',
    YSDM: 'C6',
    DKBM: 'C19',
    DKMC: 'C50',
    SYQXZ: 'C2',
    DKLB: 'C2',
    TDLYLX: 'C3',
    DLDJ: 'C2',
    TDYT: 'C1',
    SFJBNT: 'C1',
    SCMJ: 'N15.2',
  },
  ...{ SCMJM: 'N15.2', DKDZ: 'C50', DKXZ: 'C50', DKNZ: 'C50', DKBZ: 'C50', DKBZXX: 'C254', ZJRXM: 'C100', KJZB: 'C254' },
}

const TABLES = {
  FBF: {
    ...{
      FBFBM: 'C14',
      FBFMC: 'C50',
      FBFFZRXM: 'C50',
      FZRZJLX: 'C1',
      FZRZJHM: 'C30',
      LXDH: 'C15',
      FBFDZ: 'C100',
      YZBM: 'C6',
      FBFDCY: 'C254',
    },
    ...{ FBFDCRQ: 'D', FBFDCJS: 'C254' },
  },
  CBF: {
    ...{
      CBFBM: 'C18',
      CBFLX: 'C1',
      CBFMC: 'C50',
      CBFZJLX: 'C1',
      CBFZJHM: 'C20',
      CBFDZ: 'C100',
      YZBM: 'C6',
      LXDH: 'C20',
      CBFCYSL: 'I2',
      CBFDCRQ: 'D',
    },
    ...{ CBFDCY: 'C50', CBFDCJS: 'C254', GSJS: 'C254', GSJSR: 'C50', GSSHRQ: 'D', GSSHR: 'C50' },
  },
  CBF_JTCY: { CBFBM: 'C18', CYXM: 'C50', CYXB: 'C1', CYZJLX: 'C1', CYZJHM: 'C20', YHZGX: 'C2', CYBZ: 'C1', SFGYR: 'C1', CYBZSM: 'C254' },
  CBHT: {
    ...{
      CBHTBM: 'C19',
      YCBHTBM: 'C19',
      FBFBM: 'C14',
      CBFBM: 'C18',
      CBFS: 'C3',
      CBQXQ: 'D',
      CBQXZ: 'D',
      HTZMJ: 'N15.2',
      CBDKZS: 'I3',
      QDSJ: 'D',
    },
    ...{ HTZMJM: 'N15.2', YHTZMJ: 'N15.2', YHTZMJM: 'N15.2' },
  },
  CBDKXX: {
    ...{
      DKBM: 'C19',
      FBFBM: 'C14',
      CBFBM: 'C18',
      CBJYQQDFS: 'C3',
      HTMJ: 'N15.2',
      CBHTBM: 'C19',
      LZHTBM: 'C18',
      CBJYQZBM: 'C19',
      YHTMJ: 'N15.2',
    },
    ...{ HTMJM: 'N15.2', YHTMJM: 'N15.2', SFQQQG: 'C1' },
  },
  LZHT: {
    ...{
      CBHTBM: 'C19',
      LZHTBM: 'C18',
      CBFBM: 'C18',
      SRFBM: 'C18',
      LZFS: 'C3',
      LZQX: 'C10',
      LZQXKSRQ: 'D',
      LZQXJSRQ: 'D',
      LZMJ: 'N15.2',
      LZMJM: 'N15.2',
    },
    ...{ LZDKS: 'I3', LZQTDYT: 'C1', LZHTDYT: 'C1', LZJGSM: 'C100', HTQDRQ: 'D' },
  },
  CBJYQZDJB: {
    ...{
      CBJYQZBM: 'C19',
      FBFBM: 'C14',
      CBFBM: 'C18',
      CBFS: 'C3',
      CBQX: 'C30',
      CBQXQ: 'D',
      CBQXZ: 'D',
      DKSYT: 'C254',
      CBJYQZLSH: 'C254',
      DJBFJ: 'C254',
    },
    ...{ YCBJYQZBH: 'C100', DBR: 'C50', DJSJ: 'D' },
  },
} as const satisfies Record<string, Spec>

/** The laboratory's headings, in its order. */
const SOIL: Readonly<Record<keyof SoilRow, string>> = {
  code: '样品编号',
  site: '样地号',
  town: '乡镇',
  village: '村',
  longitude: '经度(°)',
  latitude: '纬度(°)',
  depth: '采样深度(cm)',
  sampledOn: '采样日期',
  ph: 'pH(1:5)',
  ecMsPerCm: 'EC(1:5)(mS/cm)',
  saltGPerKg: '全盐量(g/kg)',
  carbonate: '碳酸根(cmol/kg)',
  bicarbonate: '重碳酸根(cmol/kg)',
  chloride: '氯离子(cmol/kg)',
  sulfate: '硫酸根(cmol/kg)',
  calcium: '钙离子(cmol/kg)',
  magnesium: '镁离子(cmol/kg)',
  potassium: '钾离子(cmol/kg)',
  sodium: '钠离子(cmol/kg)',
  cec: 'CEC(cmol/kg)',
  exchangeableSodium: '交换性钠(cmol/kg)',
  espPercent: '碱化度(%)',
  organicMatterGPerKg: '有机质(g/kg)',
  lab: '化验单位',
  method: '化验方法',
  note: '备注',
}
const SOIL_TEXT = new Set(['code', 'site', 'town', 'village', 'depth', 'lab', 'method', 'note'])

export const SAMPLE_FILES = {
  patches: 'DLTB.shp',
  areas: 'XZQ.shp',
  parcels: 'DK.shp',
  tables: '承包经营权.xlsx',
  soil: '土壤化验.xlsx',
  truth: 'truth.json',
  readme: 'README.txt',
} as const

/** Writes the county into `folder` (made if missing; files of these names are replaced). */
export async function writeSample(sample: SampleCounty, folder: string): Promise<void> {
  const at = (name: string) => `${folder}/${name}`
  const shape = { geometry: 'polygon', epsg: sample.epsg, encoding: 'GBK' } as const
  await writeShapefile(at(SAMPLE_FILES.patches), dbfFields(DLTB), spatialRows<DltbRow>(sample.patches, DLTB), shape)
  await writeShapefile(at(SAMPLE_FILES.areas), dbfFields(XZQ), spatialRows<XzqRow>(sample.areas, XZQ), shape)
  await writeShapefile(at(SAMPLE_FILES.parcels), dbfFields(DK), spatialRows<DkRow>(sample.parcels, DK), shape)
  await writeXlsx(at(SAMPLE_FILES.tables), registrySheets(sample))
  await writeXlsx(at(SAMPLE_FILES.soil), [soilSheet(sample)])
  await write(at(SAMPLE_FILES.truth), `${JSON.stringify(truthFile(sample), null, 1)}\n`)
  await write(at(SAMPLE_FILES.readme), readme(sample))
}

/** The seven attribute tables of NY/T 2539, a sheet each. */
export function registrySheets(sample: SampleCounty): Sheet[] {
  const sheet = <T extends object>(name: keyof typeof TABLES, rows: readonly T[]): Sheet => ({
    name,
    fields: fieldsOf(TABLES[name]),
    rows: plainRows(rows, TABLES[name]),
  })
  return [
    sheet('FBF', sample.issuers),
    sheet('CBF', sample.contractors),
    sheet('CBF_JTCY', sample.members),
    sheet('CBHT', sample.contracts),
    sheet('CBDKXX', sample.contractParcels),
    sheet('LZHT', sample.transfers),
    sheet('CBJYQZDJB', sample.registrations),
  ]
}

/** The soil sheet with its two title lines. */
export function soilSheet(sample: SampleCounty): Sheet {
  const keys = Object.keys(SOIL) as (keyof SoilRow)[]
  const fields = keys.map(
    (key): Field => ({
      name: SOIL[key],
      type: SOIL_TEXT.has(key) ? 'text' : key === 'sampledOn' ? 'date' : 'number',
      width: key === 'method' ? 40 : 14,
    }),
  )
  return {
    name: '土壤化验',
    titles: [`${sample.name}盐碱地土壤样品化验结果表`, '（合成数据，仅供演示；离子为1:5浸提液，以每千克土计）'],
    fields,
    rows: sample.soil.map((row) => ({ values: keys.map((key) => row[key]) })),
  }
}

/** The truth list as written: soil fields under their headings, and the file each key is found in. */
function truthFile(sample: SampleCounty) {
  const file: Record<string, string> = {
    DLTB: SAMPLE_FILES.patches,
    XZQ: SAMPLE_FILES.areas,
    DK: SAMPLE_FILES.parcels,
    soil: SAMPLE_FILES.soil,
  }
  const heading = (field: string) =>
    field
      .split(' ')
      .map((one) => SOIL[one as keyof SoilRow] ?? one)
      .join(' ')
  const rows = sample.truth.map((one: Truth) => ({
    ...one,
    file: file[one.layer] ?? SAMPLE_FILES.tables,
    field: one.layer === 'soil' ? heading(one.field) : one.field,
  }))
  return { synthetic: true, county: sample.code, name: sample.name, seed: sample.seed, size: sample.size, defects: rows }
}

function readme(sample: SampleCounty): string {
  const n = (value: readonly unknown[]) => String(value.length)
  return [
    `SYNTHETIC DATA  合成数据`,
    ``,
    `${sample.name}（${sample.code}）是虚构的县：行政区划代码未被使用，界线、村屯、人员、证件号码、电话、化验结果均由程序生成，与任何真实地区、个人无关。`,
    `The county, its places, people, numbers and measurements are generated by a program (seed ${sample.seed}, size ${sample.size}). None is real.`,
    ``,
    `${SAMPLE_FILES.patches}  地类图斑 ${n(sample.patches)}，GBK，EPSG:4529（CGCS2000 3度带 41 带）`,
    `${SAMPLE_FILES.areas}  行政区（县、乡镇、村） ${n(sample.areas)}`,
    `${SAMPLE_FILES.parcels}  承包地块 ${n(sample.parcels)}`,
    `${SAMPLE_FILES.tables}  FBF ${n(sample.issuers)}, CBF ${n(sample.contractors)}, CBF_JTCY ${n(sample.members)}, CBHT ${n(sample.contracts)}, CBDKXX ${n(sample.contractParcels)}, LZHT ${n(sample.transfers)}, CBJYQZDJB ${n(sample.registrations)}`,
    `${SAMPLE_FILES.soil}  土壤样品 ${n(sample.soil)}`,
    `${SAMPLE_FILES.truth}  有意埋设的错误 ${n(sample.truth)}（planted defects: rule, layer, key, field, found, expected, magnitude）`,
    ``,
  ].join('\r\n')
}

const write = (path: string, text: string) => writeText(path, async (put) => put(text))

function fieldsOf(spec: Spec): Field[] {
  return Object.entries(spec).map(([name, kind]): Field => {
    const [width, decimals] = kind.slice(1).split('.').map(Number)
    if (kind === 'D') return { name, type: 'date', width: 10 }
    if (kind[0] === 'C') return { name, type: 'text', width }
    return { name, type: 'number', width, decimals: decimals ?? 0 }
  })
}

const dbfFields = (spec: Spec): DbfField[] => dbfFieldsFrom(fieldsOf(spec)).fields

function* plainRows<T extends object>(rows: readonly T[], spec: Spec): Generator<Row> {
  const names = Object.keys(spec) as (keyof T)[]
  for (const row of rows) yield { values: names.map((name) => row[name] as Value) }
}

function* spatialRows<T extends { wkb: Uint8Array }>(rows: readonly T[], spec: Spec): Generator<Row> {
  const names = Object.keys(spec) as (keyof T)[]
  for (const row of rows) yield { values: names.map((name) => row[name] as Value), wkb: row.wkb }
}
