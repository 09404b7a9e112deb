/** Code lists of the contract registry for parties, members, contracts and transfers: [code, zh, en]. NY/T 2539-2016, domain notes 5.2. */
type Row = readonly [code: string, zh: string, en: string]
type CodeList = {
  readonly id: string
  readonly field: string
  readonly zh: string
  readonly en: string
  readonly source: string
  readonly mark: 'found' | 'known'
  readonly rows: readonly Row[]
}

const MODES: readonly Row[] = [
  ['100', '承包', 'Contract'],
  ['110', '家庭承包', 'Household contract'],
  ['120', '其他方式承包', 'Contract by another mode'],
  ['121', '招标承包', 'Contract by tender'],
  ['122', '拍卖承包', 'Contract by auction'],
  ['123', '公开协商承包', 'Contract by open negotiation'],
  ['129', '其他承包方式', 'Contract otherwise'],
  ['200', '转让', 'Assignment'],
  ['300', '互换', 'Exchange'],
  ['900', '其他', 'Other'],
]

export const TENURE_LISTS: readonly CodeList[] = [
  {
    id: 'contract-mode',
    field: 'CBFS',
    zh: '承包方式',
    en: 'Mode of contract',
    source: 'NY/T 2539-2016, C.10',
    mark: 'found',
    rows: MODES,
  },
  {
    id: 'party-kind',
    field: 'CBFLX',
    zh: '承包方类型',
    en: 'Kind of contractor',
    source: 'NY/T 2539-2016, C.16',
    mark: 'found',
    rows: [
      ['1', '农户', 'Household'],
      ['2', '个人', 'Person'],
      ['3', '单位', 'Body'],
    ],
  },
  {
    id: 'identity-document',
    field: 'ZJLX',
    zh: '证件类型',
    en: 'Identity document',
    source: 'NY/T 2539-2016, C.15',
    mark: 'found',
    rows: [
      ['1', '居民身份证', 'Identity card'],
      ['2', '军官证', 'Officer’s card'],
      ['3', '行政、企事业单位机构代码证或法人代码证', 'Organisation code'],
      ['4', '户口簿', 'Household register'],
      ['5', '护照', 'Passport'],
      ['9', '其他', 'Other'],
    ],
  },
  {
    id: 'sex',
    field: 'CYXB',
    zh: '性别',
    en: 'Sex',
    source: 'NY/T 2539-2016, C.17',
    mark: 'found',
    rows: [
      ['1', '男', 'Male'],
      ['2', '女', 'Female'],
    ],
  },
  {
    id: 'member-note',
    field: 'CYBZ',
    zh: '成员备注',
    en: 'Note on a member',
    source: 'NY/T 2539-2016, C.18',
    mark: 'found',
    rows: [
      ['1', '外嫁女', 'Married out'],
      ['2', '入赘男', 'Married in'],
      ['3', '在校大学生', 'Student'],
      ['4', '国家公职人员', 'Public servant'],
      ['5', '军人', 'Soldier'],
      ['6', '新生儿', 'Newborn'],
      ['7', '去世', 'Deceased'],
      ['9', '其他', 'Other'],
    ],
  },
  {
    id: 'yes-no',
    field: 'SFGYR',
    zh: '是否共有人',
    en: 'Co-owner',
    source: 'NY/T 2539-2016, C.19',
    mark: 'found',
    rows: [
      ['1', '是', 'Yes'],
      ['2', '否', 'No'],
    ],
  },
]

const byWord: readonly (readonly [RegExp, string])[] = [
  [/家庭/, '110'],
  [/招标/, '121'],
  [/拍卖/, '122'],
  [/协商/, '123'],
  [/其他方式|其它方式/, '129'],
  [/转让/, '200'],
  [/互换/, '300'],
  [/出租|租赁|流转|转包|入股/, '900'],
]

/** A contract's mode by its code, or by the word a ledger uses for it; what is neither stays as it stands, for the rules to say. */
export function contractMode(stated: string | null): string | null {
  if (stated === null) return null
  return MODES.find(([code, zh]) => code === stated || zh === stated)?.[0] ?? byWord.find(([word]) => word.test(stated))?.[1] ?? stated
}
