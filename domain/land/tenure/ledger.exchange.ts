/**
 * An office's own ledger of contracts: a sheet without geometry, with the bounds of the land in words ("east: …"), a rent and a term.
 * A row becomes a contract, its parties, and a parcel without outline that waits to be placed.
 */
import { addYears, type Day, dayFrom } from '@dishu/base/date'
import {
  code,
  codeFrom,
  countyOf,
  field,
  hundredthsFromMu,
  isBody,
  likeness,
  noteOf,
  number,
  rest,
  statedArea,
  texts,
} from '@dishu/kernel/areas/areas'
import type { ReadOutcome, ReadRecord, RowValues, Standard, StandardField } from '@dishu/kernel/intake/intake'
import { parcelKind } from '../parcels/parcels.ts'
import { contractKind, contractMode, contractParcelKind, partyKind, type Role } from './tenure.ts'

const FIELDS: readonly StandardField[] = [
  field('contract', '合同编号', 'Contract number', {
    as: ['合同编码', '合同号', '承包合同编号', '承包合同编码', '编号', 'contract no', 'contract number'],
    required: true,
  }),
  field('contractor', '承包方', 'Contractor', {
    as: [
      '承包方名称',
      '承包方姓名',
      '承包人',
      '承包人姓名',
      '承包户',
      '承租方',
      '承租人',
      '乙方',
      '承包方(乙方)',
      '乙方(承包方)',
      'contractor',
    ],
  }),
  field('contractorCode', '承包方编码', 'Contractor’s code', { as: ['承包方代码', 'CBFBM'] }),
  field('contractorId', '承包方证件号', 'Contractor’s identity number', {
    as: ['身份证号', '身份证号码', '承包方身份证号', '承包方身份证号码', '证件号码', '承包人身份证号', '乙方身份证号'],
  }),
  field('phone', '联系电话', 'Phone', { as: ['电话', '手机号', '手机', '手机号码', '承包方电话', '承包人电话', '联系方式', 'phone'] }),
  field('bankAccount', '银行账号', 'Bank account', {
    as: ['银行卡号', '一卡通账号', '一卡通', '开户行账号', '账号', '卡号', '承包方银行账号', 'bank account', 'account'],
  }),
  field('address', '住址', 'Address', { as: ['地址', '承包方住址', '家庭住址', '承包方地址', 'address'] }),
  field('issuer', '发包方', 'Issuer', {
    as: ['发包方名称', '发包单位', '出租方', '出租人', '甲方', '发包方(甲方)', '甲方(发包方)', 'issuer'],
  }),
  field('issuerCode', '发包方编码', 'Issuer’s code', { as: ['发包方代码', 'FBFBM'] }),
  field('parcelCode', '地块编码', 'Parcel code', { as: ['地块代码', '地块编号', 'DKBM'] }),
  field('parcelName', '地块名称', 'Parcel name', { as: ['地块', '地块位置', '小地名', '地名', '坐落', 'DKMC', 'parcel'] }),
  field('areaMu', '面积（亩）', 'Area (亩)', {
    type: 'number',
    unit: '亩',
    as: [
      '面积亩',
      '承包面积(亩)',
      '合同面积(亩)',
      '合同面积',
      '承包面积',
      '面积',
      '亩数',
      '地块面积(亩)',
      '流转面积(亩)',
      '租赁面积(亩)',
      'area mu',
    ],
  }),
  field('areaM2', '面积（平方米）', 'Area (m²)', {
    type: 'number',
    unit: 'm²',
    as: ['面积(㎡)', '面积(m2)', '面积(m²)', '承包面积(平方米)', '合同面积(平方米)'],
  }),
  field('totalMu', '合同总面积（亩）', 'Area of the whole contract (亩)', {
    type: 'number',
    unit: '亩',
    as: ['总面积(亩)', '合同总面积', '总面积'],
  }),
  field('east', '东至', 'East', { as: ['东', '四至东', '四至-东', '四至(东)', '东邻', 'east'] }),
  field('south', '南至', 'South', { as: ['南', '四至南', '四至-南', '四至(南)', '南邻', 'south'] }),
  field('west', '西至', 'West', { as: ['西', '四至西', '四至-西', '四至(西)', '西邻', 'west'] }),
  field('north', '北至', 'North', { as: ['北', '四至北', '四至-北', '四至(北)', '北邻', 'north'] }),
  field('sides', '四至', 'Bounds in words', { as: ['四至界限', '地块四至', '四至描述', '四至范围'] }),
  field('term', '承包期限', 'Term', { as: ['期限', '合同期限', '承包期', '承包年限', '承包期限(年)', '租赁期限', '流转期限', 'term'] }),
  field('from', '起始日期', 'First day', {
    type: 'date',
    as: [
      '开始日期',
      '承包起始日期',
      '合同起始日期',
      '起始时间',
      '开始时间',
      '承包期限起',
      '起',
      '起日',
      '合同开始日期',
      '生效日期',
      'from',
    ],
  }),
  field('to', '终止日期', 'Last day', {
    type: 'date',
    as: [
      '结束日期',
      '截止日期',
      '到期日期',
      '承包终止日期',
      '合同终止日期',
      '终止时间',
      '截止时间',
      '到期时间',
      '承包期限止',
      '止',
      '止日',
      '合同结束日期',
      'to',
    ],
  }),
  field('rentYuan', '租金（元/年）', 'Rent (yuan a year)', {
    type: 'number',
    unit: '元/年',
    as: [
      '租金(元)',
      '租金',
      '年租金',
      '年租金(元)',
      '承包费(元)',
      '承包费',
      '承包费(元/年)',
      '年承包费(元)',
      '承包金(元)',
      '承包金',
      'rent',
    ],
  }),
  field('rentYuanPerMu', '租金（元/亩）', 'Rent (yuan per 亩 a year)', {
    type: 'number',
    unit: '元/亩',
    as: ['租金(元/亩·年)', '租金(元/亩/年)', '亩租金', '每亩租金(元)', '承包费(元/亩)', '单价(元/亩)', '单价'],
  }),
  field('rentTotalYuan', '总租金（元）', 'Rent of the whole term (yuan)', {
    type: 'number',
    unit: '元',
    as: ['租金总额(元)', '租金总额', '总租金', '合同总金额(元)', '合同金额(元)', '合同金额', '承包费总额(元)'],
  }),
  field('signed', '签订日期', 'Day of signing', { type: 'date', as: ['签订时间', '合同签订日期', '签约日期', '签订日', 'signed'] }),
  field('mode', '承包方式', 'Mode', { as: ['合同类型', '方式', '承包类型', '流转方式', 'mode'] }),
  field('use', '用途', 'Use', { as: ['土地用途', '承包用途', '种植作物'] }),
  field('remarks', '备注', 'Remarks', { as: ['说明', 'remarks'] }),
]

const DATE = /\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?/g

/** A term in words: two dates, or a number of years from a first day. The last day is the day before the anniversary. */
export function termFrom(text: string | null, first: Day | null, last: Day | null): { readonly from: Day | null; readonly to: Day | null } {
  if (text === null || (first !== null && last !== null)) return { from: first, to: last }
  const days = [...text.normalize('NFKC').matchAll(DATE)]
    .map(([found]) => dayFrom(found.replaceAll(/\s/g, '')))
    .filter((day) => day !== null)
  const from = first ?? days[0] ?? null
  const years = /^(\d{1,2})\s*(?:年|年期|周年)?$/.exec(text.normalize('NFKC').trim())
  const to = last ?? days[1] ?? (years && from !== null ? dayBefore(addYears(from, Number(years[1]))) : null)
  return { from, to }
}

function dayBefore(day: Day): Day {
  const [y, m, d] = day.split('-').map(Number)
  return new Date(Date.UTC(y, m - 1, d - 1)).toISOString().slice(0, 10) as Day
}

/** Rent of a year in whole 分: as stated for the year, else by 亩. */
function rentFen(values: RowValues, areaMu: number | null): number | null {
  const year = number(values, 'rentYuan')
  if (year !== null) return Math.round(year * 100)
  const perMu = number(values, 'rentYuanPerMu')
  return perMu === null || areaMu === null ? null : Math.round(perMu * areaMu * 100)
}

function partyRecord(role: Role, partyCode: string, name: string | null, more: Readonly<Record<string, string | null>>): ReadRecord {
  const open = name !== null && isBody(name)
  const personal = Object.fromEntries(Object.entries({ name: open ? null : name, ...more }).filter(([, value]) => value !== null))
  return {
    kind: partyKind.name,
    content: {
      party_code: partyCode,
      role,
      party_kind: role === 'contractor' && open ? '3' : null,
      name: open ? name : null,
      member_count: null,
      extra: {},
    },
    personal,
  }
}

export const ledgerStandard: Standard = {
  id: 'contract-ledger',
  as: 'contracts',
  name: { zh: '合同台账（无图形）', en: 'Contract ledger (no geometry)' },
  kinds: [contractKind, partyKind, parcelKind, contractParcelKind],
  geometry: 'none',
  fields: FIELDS,
  recognise: ({ fields, name, hasGeometry }) => {
    if (hasGeometry || fields.some((header) => /^(CBHTBM|LZHTBM|DLBM)$/i.test(header))) return 0
    const score = likeness(
      FIELDS,
      [['contract'], ['contractor', 'issuer'], ['areaMu', 'areaM2', 'east', 'from', 'term', 'rentYuan', 'rentYuanPerMu']],
      fields,
    )
    return score === 0 ? 0 : Math.min(1, score + (/合同|台账|ledger/i.test(name) ? 0.1 : 0))
  },
  countyOf(values) {
    for (const name of ['parcelCode', 'contractorCode', 'issuerCode', 'contract']) {
      const found = code(values, name)
      if (found !== null && /^\d{14,19}[JQ]?$/.test(found)) return countyOf(found)
    }
    return null
  },
  validFromOf: () => null,
  read(values): ReadOutcome {
    // an office's number may have blanks and words in it; only what a spreadsheet did to digits is undone
    const contract = codeFrom(values.text('contract'))
    if (contract === null) {
      return { records: [], refusals: [{ field: 'contract', refusal: { code: 'tenure/no-code', details: { field: '合同编号' } } }] }
    }
    const area = statedArea(values, 'areaM2', 'areaMu')
    const areaMu = number(values, 'areaMu') ?? (area === null ? null : (area * 15) / 1_000_000)
    const total = number(values, 'totalMu')
    const wholeArea = total === null ? area : hundredthsFromMu(total)
    if (area !== null && area < 0) {
      return {
        records: [],
        refusals: [{ field: 'areaMu', refusal: { code: 'tenure/area-is-negative', details: { field: '面积', area: area / 100 } } }],
      }
    }
    const { from, to } = termFrom(values.text('term'), values.day('from'), values.day('to'))

    const contractor = partyOf(values, 'contractor', contract)
    const issuer = partyOf(values, 'issuer', contract)
    const statedParcel = code(values, 'parcelCode')
    const parcelName = values.text('parcelName')
    const onMap = statedParcel !== null && /^\d{19}$/.test(statedParcel)
    const parcel = statedParcel ?? `${contract}/${parcelName ?? '1'}`
    const sides = sidesOf(values)
    const more = rest(values)

    const records: ReadRecord[] = [
      {
        kind: contractKind.name,
        content: {
          contract_code: contract,
          previous_code: null,
          issuer_code: issuer?.code ?? null,
          contractor_code: contractor?.code ?? null,
          mode: contractMode(values.text('mode')),
          term_from: from,
          term_to: to,
          contract_area: wholeArea,
          contract_mu: total ?? number(values, 'areaMu'),
          parcel_count: null,
          rent_fen: rentFen(values, areaMu),
          signed_on: values.day('signed'),
          extra: { ...more.extra, ...texts(values, ['use', 'term', 'rentYuanPerMu', 'rentTotalYuan']) },
        },
        personal: { note: noteOf({ ...more.personal, 备注: values.text('remarks'), ...(onMap ? boundsOf(values) : {}) }) },
        // a contract over several rows, a parcel each: what stands in every row is of that parcel, and adds up
        joins: total === null ? ['contract_area', 'contract_mu', 'rent_fen'] : ['rent_fen'],
      },
    ]
    if (contractor?.record) records.push(contractor.record)
    if (issuer?.record) records.push(issuer.record)
    // a parcel of the registry has its own row with an outline; only land that no map knows yet gets one from here
    if (!onMap)
      records.push({ kind: parcelKind.name, content: unplacedParcel(parcel, parcelName, area, number(values, 'areaMu')), personal: sides })
    records.push({
      kind: contractParcelKind.name,
      content: {
        contract_code: contract,
        parcel_code: parcel,
        issuer_code: issuer?.code ?? null,
        contractor_code: contractor?.code ?? null,
        mode: contractMode(values.text('mode')),
        contract_area: area,
        contract_mu: number(values, 'areaMu'),
        share_part: 1,
        share_whole: 1,
        extra: {},
      },
    })
    return { records, refusals: [] }
  },
}

type Party = { readonly code: string; readonly record: ReadRecord | null }

/** A party with a registry code is only named by it; one without gets a row of its own, known by its contract. */
function partyOf(values: RowValues, role: 'contractor' | 'issuer', contract: string): Party | null {
  const stated = code(values, role === 'issuer' ? 'issuerCode' : 'contractorCode')
  if (stated !== null && /^\d{14}(\d{4})?$/.test(stated)) return { code: stated, record: null }
  const name = values.text(role)
  if (name === null && stated === null) return null
  const partyCode = stated ?? `${contract}/${role}`
  const more =
    role === 'contractor'
      ? {
          idNumber: values.text('contractorId'),
          phone: values.text('phone'),
          bankAccount: values.text('bankAccount'),
          address: values.text('address'),
        }
      : {}
  return { code: partyCode, record: partyRecord(role, partyCode, name, more) }
}

/** What lies on the four sides, sealed with the parcel; a description in one sentence as its note. */
const sidesOf = (values: RowValues): Record<string, string | null> => ({
  neighbourEast: values.text('east'),
  neighbourSouth: values.text('south'),
  neighbourWest: values.text('west'),
  neighbourNorth: values.text('north'),
  note: values.text('sides'),
})
/** The same for a contract that has no parcel row to seal them with. */
const boundsOf = (values: RowValues): Record<string, string | null> => ({
  东: values.text('east'),
  南: values.text('south'),
  西: values.text('west'),
  北: values.text('north'),
  四至: values.text('sides'),
})

const unplacedParcel = (parcelCode: string, name: string | null, area: number | null, areaMu: number | null) => ({
  parcel_code: parcelCode,
  name,
  owner_kind: null,
  category: null,
  use_class: null,
  fertility: null,
  purpose: null,
  basic_farmland: null,
  official_area: area,
  official_mu: areaMu,
  computed_area: null,
  srid: null,
  outline: null,
  bbox: null,
  extra: {},
})
