/** One sentence for every finding, with its numbers, and what to try. */
import type { Language, Sentence } from '@dishu/base/refusal'
import type { Finding, MixUp, RuleId, SentencesFor } from './findings.ts'
import { geometrySentences } from './geometry.messages.ts'
import { sampleSentences } from './samples.messages.ts'

const area = (m2: number) => m2.toFixed(2)
const percent = (ratio: number) => `${((ratio - 1) * 100).toFixed(2)} %`
const both = (zh: string, zhHint: string, en: string, enHint: string): Record<Language, Sentence> => ({
  zh: { message: zh, hint: zhHint },
  en: { message: en, hint: enHint },
})

const LOOKS_LIKE: Readonly<Record<MixUp, Readonly<Record<Language, string>>>> = {
  mu: { zh: '平方米字段中填的像是亩', en: 'it looks like 亩 in the m² field' },
  hectares: { zh: '平方米字段中填的像是公顷', en: 'it looks like hectares in the m² field' },
  fifteenfold: { zh: '像是多乘了一次 15（公顷与亩混用）', en: 'it looks multiplied by 15 once too often (hectares and 亩 mixed)' },
  'one-fifteenth': { zh: '像是多除了一次 15（亩与公顷混用）', en: 'it looks divided by 15 once too often (亩 and hectares mixed)' },
  'mu-as-square-metres': { zh: '像是把平方米当作亩又换算了一次', en: 'it looks like m² taken for 亩 and converted again' },
}

const CHECK_SOURCE = ['请对照原始资料核实后更正。', 'Check it against the source and correct it.'] as const
const CODE_LIST = ['请改为代码表中的值。', 'Use a value of the list.'] as const

const differs = ({ stated, computed, ratio }: { stated: number; computed: number; ratio: number }) =>
  both(
    `登记 ${area(stated)} 平方米，图形 ${area(computed)} 平方米，相差 ${percent(ratio)}。`,
    '请核对面积字段与图形，以勘测成果为准。',
    `${area(stated)} m² stated, ${area(computed)} m² by the outline: ${percent(ratio)} apart.`,
    'Check the field and the outline; the survey decides.',
  )
const mixUp = ({ stated, computed, looksLike }: { stated: number; computed: number; looksLike: MixUp }) =>
  both(
    `登记 ${area(stated)} 平方米，图形 ${area(computed)} 平方米，${LOOKS_LIKE[looksLike].zh}。`,
    '请核对该字段的单位。',
    `${area(stated)} m² stated, ${area(computed)} m² by the outline: ${LOOKS_LIKE[looksLike].en}.`,
    'Check the unit of the field.',
  )
const unlisted = ({ field, stated }: { field: string; stated: string | null }) =>
  both(
    `${field} 的值“${stated ?? '空'}”不在代码表中。`,
    CODE_LIST[0],
    `${field} is "${stated ?? 'empty'}", which is on no list.`,
    CODE_LIST[1],
  )
const length = ({ field, stated, expected }: { field: string; stated: string | null; expected: string }) =>
  both(
    `${field} “${stated ?? ''}”有 ${stated?.length ?? 0} 位，应为 ${expected} 位。`,
    '请核对是否少位、多位，或在表格中丢了前导零。',
    `${field} "${stated ?? ''}" has ${stated?.length ?? 0} places; ${expected} expected.`,
    'Check for digits lost or added, or leading zeros dropped by a spreadsheet.',
  )
const outside = ({ field, stated, county }: { field: string; stated: string | null; county: string }) =>
  both(
    `${field} “${stated ?? ''}”不以本县代码 ${county} 开头。`,
    '请核对代码，或确认是否为飞地。',
    `${field} "${stated ?? ''}" does not begin with the county's ${county}.`,
    'Check the code, or whether it is an exclave.',
  )
const repeated = ({ key, rows }: { key: string; rows: number }) =>
  both(
    `编码 ${key} 用于 ${rows} 行。`,
    '请为其余各行重新编码，或删除重复行。',
    `${key} stands for ${rows} rows.`,
    'Give the others a code of their own, or remove what is there twice.',
  )
const zero = ({ field }: { field: string }) => both(`${field} 为 0。`, CHECK_SOURCE[0], `${field} is 0.`, CHECK_SOURCE[1])
const muOff = ({ mu, m2, expected }: { mu: number; m2: number; expected: number }) =>
  both(
    `登记 ${mu} 亩，而 ${area(m2)} 平方米应为 ${expected.toFixed(2)} 亩。`,
    '1 亩 = 666.67 平方米；请以平方米为准更正亩数。',
    `${mu} 亩 stated, where ${area(m2)} m² are ${expected.toFixed(2)} 亩.`,
    '1 亩 is 666.67 m²; correct the 亩 by the m².',
  )
const m2InMu = ({ mu, m2 }: { mu: number; m2: number }) =>
  both(
    `亩数字段为 ${mu}，与平方米数 ${area(m2)} 相同，像是平方米。`,
    '请将亩数改为平方米 × 0.0015。',
    `The field for 亩 holds ${mu}, the same as the m² (${area(m2)}): it looks like m².`,
    'Make it m² × 0.0015.',
  )

export const sentences: SentencesFor = {
  'patch/class-not-listed': unlisted,
  'patch/class-is-of-2007': ({ field, stated, usually }) =>
    both(
      `${field} “${stated}”是 2007 版编码，现行多为 ${usually}。`,
      '请改为 GB/T 21010-2017 编码。',
      `${field} "${stated}" is of the 2007 edition, now usually ${usually}.`,
      'Use the code of GB/T 21010-2017.',
    ),
  'patch/owner-kind-not-listed': unlisted,
  'patch/list-code-unknown': unlisted,
  'patch/code-length': length,
  'patch/outside-county': outside,
  'patch/area-is-zero': zero,
  'patch/areas-do-not-add-up': ({ official, deducted, classArea, difference }) =>
    both(
      `图斑地类面积 ${area(classArea)} ≠ 图斑面积 ${area(official)} − 扣除面积 ${area(deducted)}，差 ${area(difference)} 平方米。`,
      '请重新计算 TBDLMJ。',
      `TBDLMJ ${area(classArea)} is not TBMJ ${area(official)} − KCMJ ${area(deducted)}: ${area(difference)} m² apart.`,
      'Work TBDLMJ out again.',
    ),
  'patch/deduction-does-not-fit': ({ official, deduction, deducted, expected }) =>
    both(
      `扣除面积 ${area(deducted)} ≠ 图斑面积 ${area(official)} × 扣除系数 ${deduction} = ${area(expected)} 平方米。`,
      '请核对 KCXS 与 KCMJ。',
      `KCMJ ${area(deducted)} is not TBMJ ${area(official)} × KCXS ${deduction} = ${area(expected)} m².`,
      'Check KCXS and KCMJ.',
    ),
  'patch/deduction-out-of-range': ({ deduction }) =>
    both(
      `扣除系数 ${deduction} 不在 0 到 1 之间。`,
      '若填的是百分数，请除以 100。',
      `The deduction ${deduction} is not between 0 and 1.`,
      'If it is a percentage, divide by 100.',
    ),
  'patch/deduction-without-class': ({ deducted }) =>
    both(
      `扣除 ${area(deducted)} 平方米，但没有扣除地类编码。`,
      '田坎请填 1203。',
      `${area(deducted)} m² are deducted for no class.`,
      'For field ridges enter 1203.',
    ),
  'patch/area-differs': differs,
  'patch/unit-mix-up': mixUp,
  'patch/duplicate-key': repeated,
  'patch/duplicate-number': repeated,
  'patch/class-name-differs': ({ code, stated, expected }) =>
    both(
      `地类编码 ${code} 为${expected}，而名称填“${stated}”。`,
      '请核对编码与名称哪一个正确。',
      `Class ${code} is ${expected}, but the name says "${stated}".`,
      'Find out which of the two is right.',
    ),
  'patch/owner-name-contradicts': ({ ownerKind, survey, name }) =>
    both(
      `权属性质 ${ownerKind} 为${survey === 'state' ? '国有' : '集体'}，而权属单位是“${name}”。`,
      '请核对权属性质与权属单位。',
      `The kind of owner ${ownerKind} means ${survey}, but the owner is "${name}".`,
      'Check the kind of owner and its name.',
    ),
  'patch/owner-contradicts-register': ({ ownerKind, survey, register, holder }) => {
    const zh = { state: '国有', collective: '集体' }
    const name = (owner: string) => (owner === 'state' ? zh.state : zh.collective)
    return both(
      `调查权属性质 ${ownerKind ?? ''}（${name(survey)}），而宗地登记为${name(register)}${holder === null ? '' : `（${holder}）`}。`,
      '请会同不动产登记部门核实。',
      `The survey says ${survey} (${ownerKind ?? ''}), the land register ${register}${holder === null ? '' : ` (${holder})`}.`,
      'Settle it with the land registry.',
    )
  },

  'parcel/code-length': length,
  'parcel/outside-county': outside,
  'parcel/list-code-unknown': unlisted,
  'parcel/use-class-is-of-2017': ({ field, stated }) =>
    both(
      `${field} “${stated ?? ''}”是 2017 版编码，NY/T 2539 用 2007 版三位编码。`,
      '可不改；交换数据时请换为 2007 版。',
      `${field} "${stated ?? ''}" is of the 2017 edition; NY/T 2539 uses the three digits of 2007.`,
      'It may stay; turn it back for exchange.',
    ),
  'parcel/area-is-zero': zero,
  'parcel/area-differs': differs,
  'parcel/area-slightly-off': differs,
  'parcel/unit-mix-up': mixUp,
  'parcel/square-metres-in-mu': m2InMu,
  'parcel/mu-does-not-match': muOff,
  'parcel/duplicate-code': repeated,
  'parcel/issuer-unknown': ({ issuer }) =>
    both(
      `发包方 ${issuer} 不在库中。`,
      '请导入 FBF 表，或核对地块编码。',
      `The issuer ${issuer} is not known.`,
      'Import FBF, or check the parcel code.',
    ),
  'parcel/owner-contradicts-survey': ({ ownerKind, registry, survey, patch }) =>
    both(
      `所有权性质 ${ownerKind}（${registry === 'state' ? '国有' : '集体'}），而所在图斑 ${patch} 为${survey === 'state' ? '国有' : '集体'}。`,
      CHECK_SOURCE[0],
      `The registry says ${registry} (${ownerKind}), the patch ${patch} under it ${survey}.`,
      CHECK_SOURCE[1],
    ),
  'parcel/without-contract': ({ category }) =>
    both(
      `地块类别为 ${category}（承包地块），但没有合同。`,
      '请补录合同，或更正地块类别。',
      `Its category is ${category} (contracted), but there is no contract.`,
      'Enter the contract, or correct the category.',
    ),
  'parcel/in-two-contracts': ({ contracts, from, to }) =>
    both(
      `${from || '起始不明'} 至 ${to ?? '无止期'} 同时在 ${contracts.length} 份合同中：${contracts.join('、')}。`,
      '请核实哪一份有效，或登记各自份额。',
      `From ${from || 'an unknown day'} to ${to ?? 'no end'} it is in ${contracts.length} contracts at once: ${contracts.join(', ')}.`,
      'Find out which holds, or enter the shares.',
    ),
  'parcel/ground-covered-twice': ({ patch, parcels, area }) =>
    both(
      `图斑 ${patch} 内有 ${area.toFixed(2)} 平方米被 ${parcels.length} 个地块重复覆盖：${parcels.join('、')}；统计只计一次，归编码最小的地块。`,
      '请核对地块界线。',
      `In patch ${patch}, ${area.toFixed(2)} m² lie under ${parcels.length} parcels at once: ${parcels.join(', ')}; the count takes them once, for the first by code.`,
      'Check the bounds of these parcels.',
    ),
  'parcel/shares-do-not-add-up': ({ shares, sum }) =>
    both(
      `份额 ${shares.join(' + ')} = ${sum}，不等于 1。`,
      '请核对各共有人的份额。',
      `The shares ${shares.join(' + ')} make ${sum}, not 1.`,
      'Check the share of each holder.',
    ),

  'contract/code-form': ({ stated, expected }) =>
    both(
      `合同编码“${stated ?? ''}”不是“${expected}”的形式。`,
      '应为承包方编码 18 位加 J（家庭承包）或 Q（其他方式）。',
      `The contract code "${stated ?? ''}" is not of the form "${expected}".`,
      'It should be the contractor’s 18 digits and J (household) or Q (otherwise).',
    ),
  'contract/outside-county': outside,
  'contract/contractor-outside-issuer': ({ contractor, issuer }) =>
    both(
      `承包方 ${contractor} 的前 14 位不是发包方 ${issuer}。`,
      CHECK_SOURCE[0],
      `Contractor ${contractor} does not begin with issuer ${issuer}.`,
      CHECK_SOURCE[1],
    ),
  'contract/code-does-not-begin-with-contractor': ({ code, contractor }) =>
    both(
      `合同 ${code} 不以承包方 ${contractor} 开头。`,
      CHECK_SOURCE[0],
      `Contract ${code} does not begin with contractor ${contractor}.`,
      CHECK_SOURCE[1],
    ),
  'contract/mode-not-listed': unlisted,
  'contract/mode-contradicts-code': ({ code, mode }) =>
    both(
      `合同 ${code} 以 ${code.slice(-1)} 结尾，而承包方式为 ${mode}。`,
      'J 对应家庭承包 110，Q 对应其他方式。',
      `Contract ${code} ends in ${code.slice(-1)}, but its mode is ${mode}.`,
      'J goes with 110 (household), Q with the others.',
    ),
  'contract/term-missing': ({ from, to }) =>
    both(
      `承包期限不全：起 ${from ?? '空'}，止 ${to ?? '空'}。`,
      '请补填；缺止期的按未到期计。',
      `The term is not complete: from ${from ?? 'empty'} to ${to ?? 'empty'}.`,
      'Fill it in; without a last day it counts as running.',
    ),
  'contract/term-backwards': ({ from, to }) =>
    both(
      `承包期限止 ${to} 早于起 ${from}。`,
      '请核对是否填反。',
      `The term ends (${to}) before it begins (${from}).`,
      'Check whether they were swapped.',
    ),
  'contract/term-too-long': ({ from, to, years, limit }) =>
    both(
      `期限 ${from} 至 ${to} 满 ${years} 年，超过 ${limit} 年。`,
      '耕地 30 年，草地 30–50 年，林地 30–70 年。',
      `From ${from} to ${to} are ${years} years, more than ${limit}.`,
      'Cultivated land 30 years, grassland 30–50, forest 30–70.',
    ),
  'contract/past-term': ({ to, day }) =>
    both(
      `合同于 ${to} 到期（查于 ${day}），没有续签记录。`,
      '请补录续签合同，或收回登记。',
      `The term ended on ${to} (seen on ${day}), without a recorded extension.`,
      'Enter the extension, or record the return.',
    ),
  'contract/square-metres-in-mu': m2InMu,
  'contract/mu-does-not-match': muOff,
  'contract/area-differs-from-parcels': ({ stated, parcels, count }) =>
    both(
      `合同总面积 ${area(stated)}，${count} 个地块合计 ${area(parcels)} 平方米。`,
      '请核对是否漏列地块。',
      `The contract says ${area(stated)} m², its ${count} parcels make ${area(parcels)} m².`,
      'Check for parcels left out.',
    ),
  'contract/parcel-count-differs': ({ stated, found }) =>
    both(
      `合同记 ${stated} 个地块，实有 ${found} 个。`,
      CHECK_SOURCE[0],
      `The contract counts ${stated} parcels, ${found} are there.`,
      CHECK_SOURCE[1],
    ),
  'contract/without-parcel': ({ area: stated }) =>
    both(
      `合同没有地块${stated === null ? '' : `（${area(stated)} 平方米）`}。`,
      '请导入承包地块信息（CBDKXX），或在图上落位。',
      `The contract has no parcel${stated === null ? '' : ` (${area(stated)} m²)`}.`,
      'Import CBDKXX, or place it on the map.',
    ),
  'contract/parcel-unknown': ({ parcel }) =>
    both(
      `合同中的地块 ${parcel} 不在地块库中。`,
      '请导入地块图层（DK）。',
      `Its parcel ${parcel} is not known.`,
      'Import the parcel layer (DK).',
    ),
  'contract/parcel-outside-issuer': ({ parcel, issuer }) =>
    both(
      `地块 ${parcel} 的前 14 位不是发包方 ${issuer}。`,
      CHECK_SOURCE[0],
      `Parcel ${parcel} does not begin with issuer ${issuer}.`,
      CHECK_SOURCE[1],
    ),
  'contract/party-unknown': ({ role, code }) =>
    both(
      `${role === 'issuer' ? '发包方' : '承包方'} ${code} 不在库中。`,
      '请导入 FBF、CBF 表。',
      `The ${role} ${code} is not known.`,
      'Import the tables FBF and CBF.',
    ),
  'contract/parcel-square-metres-in-mu': m2InMu,
  'contract/parcel-mu-does-not-match': muOff,
  'contract/duplicate-code': repeated,
  'contract/area-differs-from-parcel': ({ parcel, contract, surveyed, ratio }) =>
    both(
      `地块 ${parcel} 合同面积 ${area(contract)}，实测 ${area(surveyed)} 平方米，相差 ${percent(ratio)}。`,
      '二轮合同面积与实测面积常有出入，确认后可作例外。',
      `Parcel ${parcel}: ${area(contract)} m² by contract, ${area(surveyed)} m² surveyed, ${percent(ratio)} apart.`,
      'Old contracts often differ from the survey; accept it when confirmed.',
    ),

  ...sampleSentences,
  'sample/duplicate': repeated,
  'party/member-count-differs': ({ stated, found }) =>
    both(`登记 ${stated} 人，成员表 ${found} 人。`, CHECK_SOURCE[0], `${stated} members stated, ${found} listed.`, CHECK_SOURCE[1]),

  'area/total-differs': ({ control, total, difference }) =>
    both(
      `控制面积 ${area(control)}，图斑合计 ${area(total)}，差 ${area(difference)} 平方米。`,
      '请检查缝隙、重叠与未导入的图斑。',
      `Control area ${area(control)} m², patches ${area(total)} m²: ${area(difference)} m² apart.`,
      'Look for gaps, overlaps and patches not imported.',
    ),
  'area/code-not-nested': ({ code, parent }) =>
    both(`代码 ${code} 不在上级 ${parent} 之内。`, CHECK_SOURCE[0], `${code} does not lie in ${parent}.`, CHECK_SOURCE[1]),
  'area/village-unknown': ({ village, patches }) =>
    both(
      `村 ${village} 有 ${patches} 个图斑，但不在行政区表中。`,
      '请导入村级行政区，或核对 ZLDWDM。',
      `Village ${village} has ${patches} patches, but is not in the area list.`,
      'Import the villages, or check ZLDWDM.',
    ),
  ...geometrySentences,
}

/** The sentence of a finding in one language; a stored finding's details are what its rule wrote. */
export function sentenceOf(finding: Finding, language: Language): Sentence {
  const sentence = sentences[finding.rule] as (details: Finding['details']) => Readonly<Record<Language, Sentence>>
  return sentence(finding.details)[language]
}
export const isRule = (rule: string): rule is RuleId => Object.hasOwn(sentences, rule)
