/**
 * The catalogue of personal fields: why each is held, on which ground, how long after its last row has ended, and how sensitive it is. An
 * office reads it, shows it to whoever asks, and replaces it when its own rules or the law change. A field that is not here cannot be stored.
 *
 * `mark`: where the figure comes from. `found`: read in the text named; `recalled`: from general knowledge, to be checked by the office.
 */

/** Of PIPL (个人信息保护法) Art. 28: sensitive values are those whose leak can harm a person; the others are ordinary. */
export type Sensitivity = 'ordinary' | 'sensitive'

type FieldRow = {
  readonly zh: string
  readonly en: string
  readonly purpose: { readonly zh: string; readonly en: string }
  readonly basis: keyof typeof GROUNDS
  /** Whole years after the last row that names the value has ended; then it is deleted. */
  readonly keepYears: number
  readonly sensitivity: Sensitivity
  /** Whether an exact value may be looked up; of a name or an address that would be leafing through people. */
  readonly exactSearch: boolean
  readonly mark: 'found' | 'recalled'
}

/** The grounds in law, by which a field says why it may be held at all. */
export const GROUNDS = {
  'contract-register': {
    zh: '农村土地承包法第二十三、二十四条：承包合同与登记簿载明承包方',
    en: 'Rural Land Contract Law Art. 23 and 24: contract and register name the contractor',
  },
  duty: {
    zh: '个人信息保护法第十三条第（三）项、第三十四条：履行法定职责，不超出必要范围',
    en: 'PIPL Art. 13(3) and 34: a statutory duty, no further than it needs',
  },
  survey: {
    zh: '个人信息保护法第十三条第（三）项：权属调查须载明指界人、四至与调查人',
    en: 'PIPL Art. 13(3): a survey of rights names who pointed out the bounds, the neighbours and the surveyor',
  },
} as const

const KEEP = {
  /** 机关档案保管期限的“长期”档：国家档案局令第8号（2006）分永久、30年、10年。 */
  register: 30,
  survey: 10,
  contact: 3,
} as const

const holder = {
  purpose: { zh: '确定承包地的权利人', en: 'to know who holds a contract on land' },
  basis: 'contract-register',
  keepYears: KEEP.register,
  mark: 'recalled',
} as const
const neighbour = (zh: string, en: string): FieldRow => ({
  zh,
  en,
  purpose: { zh: '记载地块四至', en: 'to describe the bounds of a parcel' },
  basis: 'survey',
  keepYears: KEEP.survey,
  sensitivity: 'ordinary',
  exactSearch: false,
  mark: 'recalled',
})

export const CATALOGUE = {
  name: { zh: '姓名', en: 'Name', ...holder, sensitivity: 'ordinary', exactSearch: false },
  idNumber: { zh: '证件号码', en: 'Identity number', ...holder, sensitivity: 'sensitive', exactSearch: true },
  phone: {
    zh: '联系电话',
    en: 'Telephone',
    purpose: { zh: '就其承包地与本人联系', en: 'to reach the holder about the land' },
    basis: 'duty',
    keepYears: KEEP.contact,
    sensitivity: 'sensitive',
    exactSearch: false,
    mark: 'recalled',
  },
  bankAccount: {
    zh: '银行账号',
    en: 'Bank account',
    purpose: { zh: '发放补贴、补偿或流转费', en: 'to pay a subsidy, compensation or rent' },
    basis: 'duty',
    keepYears: KEEP.survey, // a voucher is kept by the finance office under its own rules
    sensitivity: 'sensitive', // PIPL Art. 28 names financial accounts
    exactSearch: false,
    mark: 'recalled',
  },
  address: {
    zh: '住址',
    en: 'Address',
    purpose: { zh: '送达通知', en: 'to serve notices' },
    basis: 'duty',
    keepYears: KEEP.survey,
    sensitivity: 'sensitive',
    exactSearch: false,
    mark: 'recalled',
  },
  neighbourEast: neighbour('东至', 'Neighbour to the east'),
  neighbourSouth: neighbour('南至', 'Neighbour to the south'),
  neighbourWest: neighbour('西至', 'Neighbour to the west'),
  neighbourNorth: neighbour('北至', 'Neighbour to the north'),
  pointedOutBy: {
    ...neighbour('指界人', 'Who pointed out the bounds'),
    purpose: { zh: '证明界址经指认', en: 'to prove that the bounds were pointed out' },
  },
  contractorName: { zh: '承包方代表', en: 'Contractor’s name', ...holder, sensitivity: 'ordinary', exactSearch: false },
  issuerName: { zh: '发包方名称', en: 'Issuer’s name', ...holder, sensitivity: 'ordinary', exactSearch: false },
  principalName: { zh: '负责人姓名', en: 'Name of the person in charge', ...holder, sensitivity: 'ordinary', exactSearch: false },
  investigatorName: {
    zh: '调查员',
    en: 'Surveyor',
    purpose: { zh: '说明由谁调查', en: 'to say who surveyed' },
    basis: 'survey',
    keepYears: KEEP.survey,
    sensitivity: 'ordinary',
    exactSearch: false,
    mark: 'recalled',
  },
  note: {
    zh: '备注',
    en: 'Note',
    purpose: { zh: '原文件的备注，可能含个人信息', en: 'a remark of the file, which may speak of a person' },
    basis: 'duty',
    keepYears: KEEP.contact,
    sensitivity: 'sensitive',
    exactSearch: false,
    mark: 'recalled',
  },
} as const satisfies Readonly<Record<string, FieldRow>>

/** Why a value is opened: a closed list, with words of one's own beside it. */
export const PURPOSES = {
  contact: { zh: '联系本人', en: 'to reach the person' },
  check: { zh: '核对身份或合同', en: 'to check identity or contract' },
  dispute: { zh: '处理纠纷或信访', en: 'to settle a dispute or petition' },
  'pay-out': { zh: '发放补贴或补偿', en: 'to pay a subsidy or compensation' },
  correction: { zh: '更正登记', en: 'to correct the register' },
  'subject-request': { zh: '本人要求查阅', en: 'the person asks to see it' },
  'lawful-request': { zh: '司法或监察机关调取', en: 'a court or supervisor demands it' },
} as const

/** How long an opened value stays on the page, and how long a break of the glass may last. */
export const OPENING = { showMinutes: 5, breakMinutesMost: 180 } as const

/**
 * Logs are kept at least so long, whatever an office sets: network logs six months (网络安全法，2026年1月1日起施行的修正本), records of handling
 * personal information three years (个人信息保护法第五十六条；网络数据安全管理条例第十二条).
 */
export const LEAST_LOG_DAYS = { any: 180, personal: 3 * 366 } as const
