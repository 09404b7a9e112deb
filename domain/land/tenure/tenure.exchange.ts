/** Tables of the contract registry (NY/T 2539): issuers, contractors, members, contracts, their parcels, transfers, register of rights. */
import { code, countyOf, field, isBody, likeness, noteOf, number, rest, statedArea, texts, whole } from '@dishu/kernel/areas/areas'
import type { FieldRefusal, ReadContext, ReadOutcome, ReadRecord, RowValues, Standard, StandardField } from '@dishu/kernel/intake/intake'
import type { Kind } from '@dishu/kernel/records/records'
import { ledgerStandard } from './ledger.exchange.ts'
import type { TenureRefusal } from './tenure.messages.ts'
import { contractKind, contractMode, contractParcelKind, memberKind, partyKind, transferKind } from './tenure.ts'

type Table = {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly table: string // its name in the registry
  readonly kinds: readonly Kind[]
  readonly fields: readonly StandardField[]
  readonly marks: readonly (readonly string[])[]
  readonly county: string
  readonly read: (values: RowValues, context: ReadContext) => ReadRecord | TenureRefusal | null // null: nothing to record
}

const day = (name: string, zh: string, en: string) => field(name, zh, en, { type: 'date', as: [zh] })
const num = (name: string, zh: string, en: string, unit?: string) =>
  field(name, zh, en, { type: 'number', as: [zh], ...(unit === undefined ? {} : { unit }) })
const txt = (name: string, zh: string, en: string, as: readonly string[] = []) => field(name, zh, en, { as: [...as, zh] })
const must = (name: string, zh: string, en: string) => field(name, zh, en, { as: [zh], required: true })

/** Values to be sealed: by the register's names, from the standard's fields. */
function seal(values: RowValues, names: Readonly<Record<string, string>>): Record<string, string> {
  const sealed: Record<string, string> = {}
  for (const [name, personal] of Object.entries(names)) {
    const text = values.text(name)
    if (text !== null) sealed[personal] = text
  }
  return sealed
}
const isRefusal = (outcome: ReadRecord | TenureRefusal): outcome is TenureRefusal => 'code' in outcome && 'details' in outcome
const noCode = (name: string): TenureRefusal => ({ code: 'tenure/no-code', details: { field: name } })

/** The areas of a contract; the one in m² goes before the one in 亩, which is kept as stated. */
function contractAreas(values: RowValues, m2: string, mu: string) {
  return { contract_area: statedArea(values, m2, mu), contract_mu: number(values, mu) }
}

const ISSUERS: Table = {
  id: 'nyt2539-fbf',
  zh: '发包方（FBF）',
  en: 'Issuers (FBF)',
  table: 'FBF',
  kinds: [partyKind],
  county: 'FBFBM',
  marks: [['FBFBM'], ['FBFMC', 'FBFFZRXM']],
  fields: [
    must('FBFBM', '发包方编码', 'Issuer’s code'),
    txt('FBFMC', '发包方名称', 'Issuer’s name'),
    txt('FBFFZRXM', '发包方负责人姓名', 'Name of the person in charge'),
    txt('FZRZJLX', '负责人证件类型', 'Kind of document'),
    txt('FZRZJHM', '负责人证件号码', 'Document number'),
    txt('LXDH', '联系电话', 'Phone'),
    txt('FBFDZ', '发包方地址', 'Address'),
    txt('YZBM', '邮政编码', 'Postcode'),
    txt('FBFDCY', '发包方调查员', 'Surveyor'),
    day('FBFDCRQ', '发包方调查日期', 'Day of the survey'),
    txt('FBFDCJS', '发包方调查记事', 'Notes of the survey'),
  ],
  read(values) {
    const party = code(values, 'FBFBM')
    if (party === null) return noCode('FBFBM')
    const more = rest(values)
    return {
      kind: partyKind.name,
      content: {
        party_code: party,
        role: 'issuer',
        party_kind: null,
        name: values.text('FBFMC'),
        member_count: null,
        extra: { ...more.extra, ...texts(values, ['FZRZJLX', 'YZBM', 'FBFDCRQ']) },
      },
      personal: {
        ...seal(values, { FBFFZRXM: 'principalName', FZRZJHM: 'idNumber', LXDH: 'phone', FBFDZ: 'address', FBFDCY: 'investigatorName' }),
        note: noteOf({ ...more.personal, ...seal(values, { FBFDCJS: 'FBFDCJS' }) }),
      },
    }
  },
}

const CONTRACTORS: Table = {
  id: 'nyt2539-cbf',
  zh: '承包方（CBF）',
  en: 'Contractors (CBF)',
  table: 'CBF',
  kinds: [partyKind],
  county: 'CBFBM',
  marks: [['CBFBM'], ['CBFMC', 'CBFLX']],
  fields: [
    must('CBFBM', '承包方编码', 'Contractor’s code'),
    txt('CBFLX', '承包方类型', 'Kind of contractor'),
    txt('CBFMC', '承包方名称', 'Name', ['承包方（代表）名称']),
    txt('CBFZJLX', '承包方证件类型', 'Kind of document'),
    txt('CBFZJHM', '承包方证件号码', 'Document number'),
    txt('CBFDZ', '承包方地址', 'Address'),
    txt('YZBM', '邮政编码', 'Postcode'),
    txt('LXDH', '联系电话', 'Phone'),
    num('CBFCYSL', '承包方成员数量', 'Number of members'),
    day('CBFDCRQ', '承包方调查日期', 'Day of the survey'),
    txt('CBFDCY', '承包方调查员', 'Surveyor'),
    txt('CBFDCJS', '承包方调查记事', 'Notes of the survey'),
    txt('GSJS', '公示记事', 'Notes of the public notice'),
    txt('GSJSR', '公示记事人', 'Who noted it'),
    day('GSSHRQ', '公示审核日期', 'Day of the review'),
    txt('GSSHR', '公示审核人', 'Reviewer'),
  ],
  read(values) {
    const party = code(values, 'CBFBM')
    if (party === null) return noCode('CBFBM')
    const kind = code(values, 'CBFLX')
    const name = values.text('CBFMC')
    // a household (1) or person (2) has a person's name; where the kind is not stated only the words of a body make it one
    const open = name !== null && (kind === '3' || (kind !== '1' && kind !== '2' && isBody(name)))
    const more = rest(values)
    return {
      kind: partyKind.name,
      content: {
        party_code: party,
        role: 'contractor',
        party_kind: kind,
        name: open ? name : null,
        member_count: whole(values, 'CBFCYSL'),
        extra: { ...more.extra, ...texts(values, ['CBFZJLX', 'YZBM', 'CBFDCRQ', 'GSSHRQ']) },
      },
      personal: {
        ...(open ? {} : seal(values, { CBFMC: 'name' })),
        ...seal(values, { CBFZJHM: 'idNumber', CBFDZ: 'address', LXDH: 'phone', CBFDCY: 'investigatorName' }),
        note: noteOf({ ...more.personal, ...seal(values, { CBFDCJS: 'CBFDCJS', GSJS: 'GSJS', GSJSR: 'GSJSR', GSSHR: 'GSSHR' }) }),
      },
    }
  },
}

const MEMBERS: Table = {
  id: 'nyt2539-cbf-jtcy',
  zh: '承包方家庭成员（CBF_JTCY）',
  en: 'Members of households (CBF_JTCY)',
  table: 'CBF_JTCY',
  kinds: [memberKind],
  county: 'CBFBM',
  marks: [['CBFBM'], ['CYXM', 'YHZGX'], ['YHZGX', 'CYZJHM', 'CYXB']],
  fields: [
    must('CBFBM', '承包方编码', 'Contractor’s code'),
    txt('CYXM', '成员姓名', 'Name'),
    txt('CYXB', '成员性别', 'Sex'),
    txt('CYZJLX', '成员证件类型', 'Kind of document'),
    txt('CYZJHM', '成员证件号码', 'Document number'),
    txt('YHZGX', '与户主关系', 'Relation to the head'),
    txt('CYBZ', '成员备注', 'Note'),
    txt('SFGYR', '是否共有人', 'Co-owner'),
    txt('CYBZSM', '成员备注说明', 'Explanation of the note'),
  ],
  read(values) {
    const party = code(values, 'CBFBM')
    if (party === null) return noCode('CBFBM')
    const more = rest(values)
    return {
      kind: memberKind.name,
      content: {
        party_code: party,
        relation: code(values, 'YHZGX'),
        sex: code(values, 'CYXB'),
        note: code(values, 'CYBZ'),
        co_owner: code(values, 'SFGYR'),
        extra: { ...more.extra, ...texts(values, ['CYZJLX']) },
      },
      personal: {
        ...seal(values, { CYXM: 'name', CYZJHM: 'idNumber' }),
        note: noteOf({ ...more.personal, ...seal(values, { CYBZSM: 'CYBZSM' }) }),
      },
    }
  },
}

const CONTRACTS: Table = {
  id: 'nyt2539-cbht',
  zh: '承包合同（CBHT）',
  en: 'Contracts (CBHT)',
  table: 'CBHT',
  kinds: [contractKind],
  county: 'CBHTBM',
  marks: [['CBHTBM'], ['HTZMJ', 'HTZMJM', 'QDSJ', 'CBDKZS'], ['CBFBM', 'FBFBM', 'CBFS']],
  fields: [
    must('CBHTBM', '承包合同编码', 'Contract code'),
    txt('YCBHTBM', '原承包合同编码', 'Code of the former contract'),
    txt('FBFBM', '发包方编码', 'Issuer’s code'),
    txt('CBFBM', '承包方编码', 'Contractor’s code'),
    txt('CBFS', '承包方式', 'Mode'),
    day('CBQXQ', '承包期限起', 'First day of the term'),
    day('CBQXZ', '承包期限止', 'Last day of the term'),
    num('HTZMJ', '合同总面积', 'Contract area', 'm²'),
    num('HTZMJM', '合同总面积（亩）', 'Contract area (亩)', '亩'),
    num('CBDKZS', '承包地块总数', 'Number of parcels'),
    day('QDSJ', '签订时间', 'Day of signing'),
    num('YHTZMJ', '原合同总面积', 'Area of the former contract', 'm²'),
    num('YHTZMJM', '原合同总面积（亩）', 'Area of the former contract (亩)', '亩'),
  ],
  read(values) {
    const contract = code(values, 'CBHTBM')
    if (contract === null) return noCode('CBHTBM')
    const areas = contractAreas(values, 'HTZMJ', 'HTZMJM')
    if (areas.contract_area !== null && areas.contract_area < 0) {
      return { code: 'tenure/area-is-negative', details: { field: 'HTZMJ', area: areas.contract_area / 100 } }
    }
    const more = rest(values)
    return {
      kind: contractKind.name,
      content: {
        contract_code: contract,
        previous_code: code(values, 'YCBHTBM'),
        issuer_code: code(values, 'FBFBM'),
        contractor_code: code(values, 'CBFBM'),
        mode: contractMode(code(values, 'CBFS')),
        term_from: values.day('CBQXQ'),
        term_to: values.day('CBQXZ'),
        ...areas,
        parcel_count: whole(values, 'CBDKZS'),
        rent_fen: null,
        signed_on: values.day('QDSJ'),
        extra: { ...more.extra, ...texts(values, ['YHTZMJ', 'YHTZMJM']) },
      },
      personal: { note: noteOf(more.personal) },
    }
  },
}

/**
 * An entry of the register of rights carries its contract's code, and says of the contract what the contract table may leave open. In one import
 * with the contracts it completes them; by itself it stands for contracts that the register does not have.
 */
const RIGHTS: Table = {
  id: 'nyt2539-cbjyqzdjb',
  zh: '承包经营权登记簿（CBJYQZDJB）',
  en: 'Register of contract rights (CBJYQZDJB)',
  table: 'CBJYQZDJB',
  kinds: [contractKind],
  county: 'CBJYQZBM',
  marks: [['CBJYQZBM'], ['CBQXQ', 'CBQX', 'DJSJ', 'CBJYQZLSH'], ['CBFBM', 'FBFBM', 'CBFS']],
  fields: [
    must('CBJYQZBM', '承包经营权证（登记簿）编码', 'Code of the entry'),
    txt('FBFBM', '发包方编码', 'Issuer’s code'),
    txt('CBFBM', '承包方编码', 'Contractor’s code'),
    txt('CBFS', '承包方式', 'Mode'),
    txt('CBQX', '承包期限', 'Term'),
    day('CBQXQ', '承包期限起', 'First day of the term'),
    day('CBQXZ', '承包期限止', 'Last day of the term'),
    txt('DKSYT', '地块示意图', 'Sketch of the parcels'),
    txt('CBJYQZLSH', '承包经营权证流水号', 'Serial number of the certificate'),
    txt('DJBFJ', '登记簿附记', 'Notes of the register'),
    txt('YCBJYQZBH', '原承包经营权证编号', 'Number of the former certificate', ['YCBJYQZLSH']),
    txt('DBR', '登簿人', 'Registrar'),
    day('DJSJ', '登簿时间', 'Day of the entry'),
  ],
  read(values) {
    const contract = code(values, 'CBJYQZBM')
    if (contract === null) return noCode('CBJYQZBM')
    const more = rest(values)
    return {
      kind: contractKind.name,
      content: {
        contract_code: contract,
        previous_code: null,
        issuer_code: code(values, 'FBFBM'),
        contractor_code: code(values, 'CBFBM'),
        mode: contractMode(code(values, 'CBFS')),
        term_from: values.day('CBQXQ'),
        term_to: values.day('CBQXZ'),
        contract_area: null,
        contract_mu: null,
        parcel_count: null,
        rent_fen: null,
        signed_on: null,
        extra: { ...more.extra, ...texts(values, ['CBQX', 'CBJYQZLSH', 'YCBJYQZBH', 'DJSJ']) },
      },
      personal: { note: noteOf({ ...more.personal, ...seal(values, { DBR: 'DBR', DJBFJ: 'DJBFJ' }) }) },
      joins: 'complete',
    }
  },
}

const CONTRACT_PARCELS: Table = {
  id: 'nyt2539-cbdkxx',
  zh: '承包地块信息（CBDKXX）',
  en: 'Parcels in contracts (CBDKXX)',
  table: 'CBDKXX',
  kinds: [contractParcelKind],
  county: 'DKBM',
  marks: [['DKBM'], ['CBHTBM', 'CBJYQZBM'], ['CBFBM', 'HTMJ', 'HTMJM', 'CBJYQQDFS']],
  fields: [
    must('DKBM', '地块编码', 'Parcel code'),
    txt('FBFBM', '发包方编码', 'Issuer’s code'),
    txt('CBFBM', '承包方编码', 'Contractor’s code'),
    txt('CBJYQQDFS', '承包经营权取得方式', 'How the right was acquired'),
    num('HTMJ', '合同面积', 'Contract area', 'm²'),
    num('HTMJM', '合同面积（亩）', 'Contract area (亩)', '亩'),
    txt('CBHTBM', '承包合同编码', 'Contract code'),
    txt('LZHTBM', '流转合同编码', 'Transfer code'),
    txt('CBJYQZBM', '承包经营权证（登记簿）编码', 'Code of the entry'),
    num('YHTMJ', '原合同面积', 'Area of the former contract', 'm²'),
    num('YHTMJM', '原合同面积（亩）', 'Area of the former contract (亩)', '亩'),
    txt('SFQQQG', '是否确权确股', 'By shares'),
  ],
  read(values) {
    const parcel = code(values, 'DKBM')
    const contract = code(values, 'CBHTBM') ?? code(values, 'CBJYQZBM')
    if (parcel === null) return noCode('DKBM')
    if (contract === null) return noCode('CBHTBM')
    return {
      kind: contractParcelKind.name,
      content: {
        contract_code: contract,
        parcel_code: parcel,
        issuer_code: code(values, 'FBFBM'),
        contractor_code: code(values, 'CBFBM'),
        mode: contractMode(code(values, 'CBJYQQDFS')),
        ...contractAreas(values, 'HTMJ', 'HTMJM'),
        share_part: 1,
        share_whole: 1,
        extra: { ...rest(values).extra, ...texts(values, ['LZHTBM', 'CBJYQZBM', 'YHTMJ', 'YHTMJM', 'SFQQQG']) },
      },
    }
  },
}

const TRANSFERS: Table = {
  id: 'nyt2539-lzht',
  zh: '流转合同（LZHT）',
  en: 'Transfers (LZHT)',
  table: 'LZHT',
  kinds: [transferKind],
  county: 'CBFBM',
  marks: [['LZHTBM'], ['SRFBM', 'LZFS', 'LZMJ', 'LZMJM', 'LZQXKSRQ']],
  fields: [
    must('LZHTBM', '流转合同编码', 'Transfer code'),
    txt('CBHTBM', '承包合同编码', 'Contract code', ['YCBHTBM']),
    txt('CBFBM', '承包方编码', 'From'),
    txt('SRFBM', '受让方编码', 'To'),
    txt('LZFS', '流转方式', 'Mode'),
    txt('LZQX', '流转期限', 'Term'),
    day('LZQXKSRQ', '流转期限开始日期', 'First day of the term'),
    day('LZQXJSRQ', '流转期限结束日期', 'Last day of the term'),
    num('LZMJ', '流转面积', 'Area', 'm²'),
    num('LZMJM', '流转面积（亩）', 'Area (亩)', '亩'),
    num('LZDKS', '流转地块数', 'Number of parcels'),
    txt('LZQTDYT', '流转前土地用途', 'Use before'),
    txt('LZHTDYT', '流转后土地用途', 'Use after'),
    txt('LZJGSM', '流转费用说明', 'Terms of payment'),
    day('HTQDRQ', '合同签订日期', 'Day of signing'),
  ],
  read(values) {
    const transfer = code(values, 'LZHTBM')
    if (transfer === null) return noCode('LZHTBM')
    const more = rest(values)
    return {
      kind: transferKind.name,
      content: {
        transfer_code: transfer,
        contract_code: code(values, 'CBHTBM'),
        from_code: code(values, 'CBFBM'),
        to_code: code(values, 'SRFBM'),
        mode: code(values, 'LZFS'),
        term_from: values.day('LZQXKSRQ'),
        term_to: values.day('LZQXJSRQ'),
        transfer_area: statedArea(values, 'LZMJ', 'LZMJM'),
        parcel_count: whole(values, 'LZDKS'),
        extra: { ...more.extra, ...texts(values, ['LZQX', 'LZMJM', 'LZQTDYT', 'LZHTDYT', 'LZJGSM', 'HTQDRQ']) },
      },
      personal: { note: noteOf(more.personal) },
    }
  },
}

const TABLES = [ISSUERS, CONTRACTORS, MEMBERS, CONTRACTS, RIGHTS, CONTRACT_PARCELS, TRANSFERS]
// every table has the mark that only it has; a layer with a mark of another table is likelier that one
const ONLY = {
  FBF: /^FBFFZRXM$/i,
  CBF: /^CBFLX$/i,
  CBF_JTCY: /^(YHZGX|CYXM)$/i,
  CBHT: /^HTZMJM?$/i,
  CBJYQZDJB: /^(CBJYQZLSH|DJSJ|DBR)$/i,
  CBDKXX: /^CBJYQQDFS$/i,
  LZHT: /^SRFBM$/i,
}

const standardOf = (table: Table): Standard => ({
  id: table.id,
  as: 'contracts',
  name: { zh: table.zh, en: table.en },
  kinds: table.kinds,
  geometry: 'none',
  fields: table.fields,
  recognise: ({ fields, name }) => {
    const score = likeness(table.fields, table.marks, fields)
    if (score === 0) return 0
    const others = Object.entries(ONLY).filter(([other]) => other !== table.table)
    const foreign = others.some(([, mark]) => fields.some((header) => mark.test(header)))
    const named = name.toUpperCase().replace(/^.*[./\\]/, '') === table.table
    return Math.max(0, Math.min(1, score + (named ? 0.2 : 0) - (foreign ? 0.3 : 0)))
  },
  countyOf: (values) => countyOf(code(values, table.county) ?? ''),
  validFromOf: () => null,
  read(values, _geometry, context): ReadOutcome {
    const outcome = table.read(values, context)
    if (outcome === null) return { records: [], refusals: [] }
    if (!isRefusal(outcome)) return { records: [outcome], refusals: [] }
    const name = 'field' in outcome.details ? outcome.details.field : null
    return { records: [], refusals: [{ field: name, refusal: outcome } satisfies FieldRefusal] }
  },
})

export const registryStandards: readonly Standard[] = TABLES.map(standardOf)
export const tenureStandards: readonly Standard[] = [...registryStandards, ledgerStandard]
