/**
 * What the receiving side asks of a layer: its fields with their widths, which must be filled, which words they may have. Looked at before anything
 * is written, so that a file is not sent back. Sources as in the field lists of docs/formats.md: DLTB by TD/T 1057-2020, the registry by NY/T 2539-2016.
 */
import { type ExportField, type ExportRow, type ExportValue, maskOf } from './fields.ts'

export type ReceiverField = ExportField & {
  readonly dbf: { readonly type: 'C' | 'N' | 'D'; readonly width: number; readonly decimals?: number }
  readonly required?: true
  readonly words?: readonly string[]
}
type ReceiverRule = 'required' | 'too-wide' | 'not-in-list' | 'twice' | 'no-outline' | 'does-not-add-up' | 'not-in-gbk'
export type ReceiverFinding = {
  readonly rule: ReceiverRule
  readonly field: string
  readonly count: number
  readonly examples: readonly string[]
}

const extraOf = (row: ExportRow, name: string): string | number | null => {
  const value = (row.extra as Readonly<Record<string, unknown>> | null)?.[name]
  return typeof value === 'string' || typeof value === 'number' ? value : null
}
const textOf = (value: unknown) => (value === null || value === undefined ? null : String(value))
const column = (row: ExportRow, name: string) => textOf(row[name])
const hundredths = (value: unknown) => (typeof value === 'number' ? value / 100 : null)

type More = { readonly required?: true; readonly words?: readonly string[] }
const text = (name: string, zh: string, width: number, of: (row: ExportRow) => string | null, more: More = {}): ReceiverField => ({
  name,
  zh,
  type: 'text',
  of,
  dbf: { type: 'C', width },
  ...more,
})
const number = (
  name: string,
  zh: string,
  width: number,
  decimals: number,
  of: (row: ExportRow) => number | null,
  more: More = {},
): ReceiverField => ({
  name,
  zh,
  type: 'number',
  decimals,
  of,
  dbf: { type: 'N', width, decimals },
  ...more,
})
const day = (name: string, zh: string, columnName: string, more: More = {}): ReceiverField => ({
  name,
  zh,
  type: 'date',
  of: (row) => (row[columnName] === 'infinity' ? null : column(row, columnName)),
  dbf: { type: 'D', width: 8 },
  ...more,
})
const kept = (name: string, zh: string, width: number) => text(name, zh, width, (row) => textOf(extraOf(row, name)))
const place = (row: ExportRow, own: string, columnName: string) =>
  textOf(extraOf(row, own)) ?? column(row, columnName)?.padEnd(19, '0') ?? null

/** 37 权属性质 of TD/T 1057-2020, with those of uninhabited islands. */
const OWNER_KINDS = ['10', '20', '21', '30', '31', '32', '33', '34', '40', '41']

const DLTB: readonly ReceiverField[] = [
  text('BSM', '标识码', 18, (row) => column(row, 'patch_key'), { required: true }),
  text('YSDM', '要素代码', 10, (row) => textOf(extraOf(row, 'YSDM')) ?? '2001010100', { required: true }),
  kept('TBYBH', '图斑预编号', 18),
  text('TBBH', '图斑编号', 8, (row) => column(row, 'patch_number'), { required: true }),
  text('DLBM', '地类编码', 5, (row) => column(row, 'class'), { required: true }),
  text('DLMC', '地类名称', 60, (row) => column(row, 'class_name')),
  text('QSXZ', '权属性质', 2, (row) => column(row, 'owner_kind'), { required: true, words: OWNER_KINDS }),
  text('QSDWDM', '权属单位代码', 19, (row) => column(row, 'owner_unit')),
  text('QSDWMC', '权属单位名称', 254, (row) => column(row, 'owner_name')),
  text('ZLDWDM', '坐落单位代码', 19, (row) => place(row, 'ZLDWDM', 'village'), { required: true }),
  text('ZLDWMC', '坐落单位名称', 254, (row) => column(row, 'village_name')),
  number('TBMJ', '图斑面积', 15, 2, (row) => hundredths(row.official_area), { required: true }),
  text('KCDLBM', '扣除地类编码', 5, (row) => column(row, 'deducted_class')),
  number('KCXS', '扣除系数', 6, 4, (row) => (typeof row.deduction === 'number' ? row.deduction : null)),
  number('KCMJ', '扣除面积', 15, 2, (row) => hundredths(row.deducted_area), { required: true }),
  number('TBDLMJ', '图斑地类面积', 15, 2, (row) => hundredths(row.class_area), { required: true }),
  kept('GDLX', '耕地类型', 2),
  kept('GDPDJB', '耕地坡度级', 2),
  number('XZDWKD', '线状地物宽度', 5, 1, (row) => {
    const value = Number(extraOf(row, 'XZDWKD') ?? Number.NaN)
    return Number.isFinite(value) ? value : null
  }),
  kept('TBXHDM', '图斑细化代码', 6),
  kept('TBXHMC', '图斑细化名称', 20),
  kept('ZZSXDM', '种植属性代码', 6),
  kept('ZZSXMC', '种植属性名称', 20),
  number('GDDB', '耕地等别', 2, 0, (row) => {
    const value = Number(extraOf(row, 'GDDB') ?? Number.NaN)
    return Number.isInteger(value) ? value : null
  }),
  kept('FRDBS', '飞入地标识', 1),
  kept('CZCSXM', '城镇村属性码', 4),
  number('SJNF', '数据年份', 4, 0, (row) => (typeof row.survey_year === 'number' ? row.survey_year : null)),
  kept('MSSM', '描述说明', 2),
  kept('HDMC', '海岛名称', 100),
  kept('BZ', '备注', 254),
]

const mask = (name: string, zh: string, width: number, key: string) => text(name, zh, width, ({ sealed }) => maskOf(sealed, key))

/** DK, the spatial layer of the registry. Personal values leave masked. */
const DK: readonly ReceiverField[] = [
  number('BSM', '标识码', 10, 0, (row) => {
    const value = Number(extraOf(row, 'BSM') ?? row.id)
    return Number.isInteger(value) ? value : null
  }),
  text('YSDM', '要素代码', 6, (row) => textOf(extraOf(row, 'YSDM')) ?? '211011', { required: true }),
  text('DKBM', '地块编码', 19, (row) => column(row, 'parcel_code'), { required: true }),
  text('DKMC', '地块名称', 50, (row) => column(row, 'name'), { required: true }),
  text('SYQXZ', '所有权性质', 2, (row) => column(row, 'owner_kind'), { words: ['10', '30', '31', '32', '33', '34'] }),
  text('DKLB', '地块类别', 2, (row) => column(row, 'category'), { required: true, words: ['10', '21', '22', '23', '99'] }),
  text('TDLYLX', '土地利用类型', 3, (row) => column(row, 'use_class')),
  text('DLDJ', '地力等级', 2, (row) => column(row, 'fertility')),
  text('TDYT', '土地用途', 1, (row) => column(row, 'purpose'), { words: ['1', '2', '3', '4', '5'] }),
  text('SFJBNT', '是否基本农田', 1, (row) => column(row, 'basic_farmland')),
  number('SCMJ', '实测面积', 15, 2, (row) => hundredths(row.official_area), { required: true }),
  number('SCMJM', '实测面积（亩）', 15, 2, (row) => (typeof row.official_mu === 'number' ? row.official_mu : null)),
  mask('DKDZ', '东至', 50, 'neighbourEast'),
  mask('DKXZ', '西至', 50, 'neighbourWest'),
  mask('DKNZ', '南至', 50, 'neighbourSouth'),
  mask('DKBZ', '北至', 50, 'neighbourNorth'),
  kept('DKBZXX', '地块备注信息', 254),
  mask('ZJRXM', '指界人姓名', 100, 'pointedOutBy'),
  kept('KJZB', '空间坐标', 254),
]

/** Tables of the package beside the layer, by the columns of their own rows in the register. */
export const REGISTRY_TABLES: Readonly<Record<'FBF' | 'CBF' | 'CBHT' | 'CBDKXX', readonly ReceiverField[]>> = {
  FBF: [
    text('FBFBM', '发包方编码', 14, (row) => column(row, 'party_code'), { required: true }),
    text('FBFMC', '发包方名称', 50, (row) => column(row, 'name')),
    mask('FBFFZRXM', '发包方负责人姓名', 50, 'principalName'),
    kept('FZRZJLX', '负责人证件类型', 1),
    mask('FZRZJHM', '负责人证件号码', 30, 'idNumber'),
    mask('LXDH', '联系电话', 15, 'phone'),
    mask('FBFDZ', '发包方地址', 100, 'address'),
    kept('YZBM', '邮政编码', 6),
  ],
  CBF: [
    text('CBFBM', '承包方编码', 18, (row) => column(row, 'party_code'), { required: true }),
    text('CBFLX', '承包方类型', 1, (row) => column(row, 'party_kind'), { words: ['1', '2', '3'] }),
    text('CBFMC', '承包方名称', 50, (row) => column(row, 'name') ?? maskOf(row.sealed, 'name')),
    kept('CBFZJLX', '承包方证件类型', 1),
    mask('CBFZJHM', '承包方证件号码', 20, 'idNumber'),
    mask('CBFDZ', '承包方地址', 100, 'address'),
    kept('YZBM', '邮政编码', 6),
    mask('LXDH', '联系电话', 20, 'phone'),
    number('CBFCYSL', '承包方成员数量', 2, 0, (row) => (typeof row.member_count === 'number' ? row.member_count : null)),
  ],
  CBHT: [
    text('CBHTBM', '承包合同编码', 19, (row) => column(row, 'contract_code'), { required: true }),
    text('YCBHTBM', '原承包合同编码', 19, (row) => column(row, 'previous_code')),
    text('FBFBM', '发包方编码', 14, (row) => column(row, 'issuer_code'), { required: true }),
    text('CBFBM', '承包方编码', 18, (row) => column(row, 'contractor_code'), { required: true }),
    text('CBFS', '承包方式', 3, (row) => column(row, 'mode')),
    day('CBQXQ', '承包期限起', 'term_from', { required: true }),
    day('CBQXZ', '承包期限止', 'term_to'),
    number('HTZMJ', '合同总面积', 15, 2, (row) => hundredths(row.contract_area), { required: true }),
    number('CBDKZS', '承包地块总数', 3, 0, (row) => (typeof row.parcel_count === 'number' ? row.parcel_count : null)),
    day('QDSJ', '签订时间', 'signed_on'),
    number('HTZMJM', '合同总面积（亩）', 15, 2, (row) => (typeof row.contract_mu === 'number' ? row.contract_mu : null)),
  ],
  CBDKXX: [
    text('DKBM', '地块编码', 19, (row) => column(row, 'parcel_code'), { required: true }),
    text('FBFBM', '发包方编码', 14, (row) => column(row, 'issuer_code')),
    text('CBFBM', '承包方编码', 18, (row) => column(row, 'contractor_code')),
    text('CBJYQQDFS', '承包经营权取得方式', 3, (row) => column(row, 'mode')),
    number('HTMJ', '合同面积', 15, 2, (row) => hundredths(row.contract_area)),
    text('CBHTBM', '承包合同编码', 19, (row) => column(row, 'contract_code'), { required: true }),
    number('HTMJM', '合同面积（亩）', 15, 2, (row) => (typeof row.contract_mu === 'number' ? row.contract_mu : null)),
  ],
}

/** Bytes of a text in GBK: two for what is not ASCII; four are taken only by signs that GBK itself does not have. */
const gbkBytes = (value: string) => [...value].reduce((sum, sign) => sum + (sign.charCodeAt(0) < 0x80 ? 1 : 2), 0)
const MOST_EXAMPLES = 5

/** Rows looked at one by one; `findings` is what is wrong so far. `key` names a row to a person and may stand once only. */
export class ReceiverCheck {
  readonly #fields: readonly ReceiverField[]
  readonly #keyAt: number
  readonly #seen = new Set<string>()
  readonly #found = new Map<string, { rule: ReceiverRule; field: string; count: number; examples: string[] }>()
  readonly #encodes: (text: string) => boolean
  /** The widest value of each field, in bytes: what was accepted is written in fields that hold it, for nothing is cut off. */
  readonly widths = new Map<string, number>()
  rows = 0

  constructor(fields: readonly ReceiverField[], key: string, encodes: (text: string) => boolean) {
    this.#fields = fields
    this.#keyAt = fields.findIndex(({ name }) => name === key)
    this.#encodes = encodes
  }

  row(values: readonly ExportValue[], placed: boolean): void {
    this.rows++
    const key = String(values[this.#keyAt] ?? `第 ${this.rows} 行`)
    const wrong = (rule: ReceiverRule, field: string) => {
      const found = this.#found.get(`${rule} ${field}`) ?? { rule, field, count: 0, examples: [] }
      found.count++
      if (found.examples.length < MOST_EXAMPLES) found.examples.push(key)
      this.#found.set(`${rule} ${field}`, found)
    }
    for (const [i, { name, required, words, dbf }] of this.#fields.entries()) {
      const value = values[i] ?? null
      if (value === null || value === '') {
        if (required) wrong('required', name)
        continue
      }
      if (words && !words.includes(String(value))) wrong('not-in-list', name)
      if (dbf.type === 'C') {
        const width = gbkBytes(String(value))
        if (width > dbf.width) {
          wrong('too-wide', name)
          this.widths.set(name, Math.max(width, this.widths.get(name) ?? 0))
        }
        if (!this.#encodes(String(value))) wrong('not-in-gbk', name)
      }
      if (dbf.type === 'N' && typeof value === 'number' && value.toFixed(dbf.decimals ?? 0).length > dbf.width) wrong('too-wide', name)
    }
    if (this.#keyAt >= 0) {
      if (this.#seen.has(key)) wrong('twice', this.#fields[this.#keyAt].name)
      this.#seen.add(key)
    }
    if (!placed) wrong('no-outline', '')
    this.#sums(values, wrong)
  }

  /** TBDLMJ = TBMJ − KCMJ, to the hundredth that all three have. */
  #sums(values: readonly ExportValue[], wrong: (rule: ReceiverRule, field: string) => void) {
    const of = (name: string) => {
      const value = values[this.#fields.findIndex((field) => field.name === name)]
      return typeof value === 'number' ? Math.round(value * 100) : null
    }
    const [whole, deducted, rest] = [of('TBMJ'), of('KCMJ'), of('TBDLMJ')]
    if (whole !== null && deducted !== null && rest !== null && whole - deducted !== rest) wrong('does-not-add-up', 'TBDLMJ')
  }

  get findings(): readonly ReceiverFinding[] {
    return [...this.#found.values()]
  }
}

/** The receiving side of a table in a format; null where it is nobody's in particular. */
export function receiverOf(
  what: string,
  format: string,
): { readonly layer: string; readonly key: string; readonly fields: readonly ReceiverField[] } | null {
  if (what === 'patches' && format === 'shp') return { layer: 'DLTB', key: 'BSM', fields: DLTB }
  if (what === 'parcels' && (format === 'shp' || format === 'nyt2539')) return { layer: 'DK', key: 'DKBM', fields: DK }
  return null
}
