import type { Language, MessagesFor, Sentence } from '@dishu/base/refusal'
import type { PlanFinding } from './findings.ts'
import type { ScenarioRefusal } from './scenarios.ts'

const STATE: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  draft: { zh: '草稿', en: 'a draft' },
  submitted: { zh: '已提交', en: 'submitted' },
  approved: { zh: '已批准', en: 'approved' },
}

export const scenarioMessages: MessagesFor<ScenarioRefusal> = {
  'plan/no-such-scenario': ({ scenario }) => ({
    zh: { message: `没有规划方案 ${scenario}。`, hint: '请刷新方案列表。' },
    en: { message: `There is no scenario ${scenario}.`, hint: 'Reload the list of scenarios.' },
  }),
  'plan/no-such-result': ({ result }) => ({
    zh: { message: `没有规划结果 ${result}。`, hint: '请刷新方案列表，或重新求解。' },
    en: { message: `There is no result ${result}.`, hint: 'Reload the list of scenarios, or solve again.' },
  }),
  'plan/no-such-task': ({ task }) => ({
    zh: { message: `没有求解任务 ${task}。`, hint: '请刷新页面。' },
    en: { message: `There is no solving task ${task}.`, hint: 'Reload the page.' },
  }),
  'plan/no-such-patch': ({ patch }) => ({
    zh: { message: `规划范围内没有图斑 ${patch}。`, hint: '请在结果地图上选择。' },
    en: { message: `The plan has no patch ${patch}.`, hint: 'Choose one on the map of the result.' },
  }),
  'plan/terms-not-understood': ({ field, stated, wanted }) => ({
    zh: { message: `方案条件 ${field} 不可用：${stated}。`, hint: `应为：${wanted}。` },
    en: { message: `The scenario's ${field} cannot be used: ${stated}.`, hint: `It should be: ${wanted}.` },
  }),
  'plan/not-a-draft': ({ scenario, state }) => ({
    zh: { message: `方案 ${scenario} ${STATE[state]?.zh ?? state}，不能修改。`, hint: '请退回为草稿，或复制一份再改。' },
    en: {
      message: `Scenario ${scenario} is ${STATE[state]?.en ?? state} and is not changed.`,
      hint: 'Take it back to draft, or change a copy.',
    },
  }),
  'plan/not-submitted': ({ scenario, state }) => ({
    zh: { message: `方案 ${scenario} 现为${STATE[state]?.zh ?? state}，不能批准。`, hint: '提交之后才能批准。' },
    en: { message: `Scenario ${scenario} is ${STATE[state]?.en ?? state} and cannot be approved.`, hint: 'It is submitted first.' },
  }),
  'plan/not-solved': ({ scenario }) => ({
    zh: { message: `方案 ${scenario} 还没有求解结果。`, hint: '请先求解，再提交。' },
    en: { message: `Scenario ${scenario} has no result yet.`, hint: 'Solve it before it is submitted.' },
  }),
  'plan/stale': ({ scenario, result }) => ({
    zh: { message: `方案 ${scenario} 的结果 ${result} 已过期：条件或数据在求解后有变动。`, hint: '请重新求解。' },
    en: {
      message: `Result ${result} of scenario ${scenario} is out of date: terms or data changed after it was solved.`,
      hint: 'Solve it again.',
    },
  }),
  'plan/already-at-work': ({ task }) => ({
    zh: { message: `本县正在求解（任务 ${task}）。`, hint: '请等它结束，或先停止。' },
    en: { message: `The county has a plan being solved (task ${task}).`, hint: 'Wait for its end, or stop it first.' },
  }),
  'plan/not-ready': ({ findings, first }) => ({
    zh: { message: `有 ${findings} 项检查未通过，不求解：${first}。`, hint: '请逐项补齐；资料不全时不给出看似最优的方案。' },
    en: {
      message: `${findings} checks stand against solving: ${first}.`,
      hint: 'Mend each; no plan is given that looks optimal on incomplete data.',
    },
  }),
}

const mu = (m2: number | string | undefined) => (Number(m2 ?? 0) / (2000 / 3)).toLocaleString('en-US', { maximumFractionDigits: 1 })
const amount = (value: number | string | undefined) => Number(value ?? 0).toLocaleString('en-US', { maximumFractionDigits: 1 })
const quantity = (measure: number | string | undefined, value: number | string | undefined, language: Language) =>
  measure === 'grain' ? `${amount(value)} kg` : `${mu(value)} ${language === 'zh' ? '亩' : 'mu'}`

/** What a finding says, with its place. */
export function planFindingText(finding: PlanFinding, language: Language): Sentence {
  const { place, count, details } = finding
  const say = (zh: string, zhHint: string, en: string, enHint: string): Sentence =>
    language === 'zh' ? { message: zh, hint: zhHint } : { message: en, hint: enHint }
  switch (finding.code) {
    case 'nothing-to-plan':
      return say(
        `${place} 范围内 ${details.patches} 个图斑都没有可行措施。`,
        '请查看各图斑落选原因。',
        `None of ${details.patches} patches in ${place} has an option.`,
        'See why each is out.',
      )
    case 'no-soil':
      return say(
        `${count} 个图斑（${mu(details.areaM2)} 亩）没有土壤样品，未参与规划，如 ${place}。`,
        '请补采土样。',
        `${count} patches (${mu(details.areaM2)} mu) have no soil sample and are not planned, such as ${place}.`,
        'Take samples there.',
      )
    case 'not-configured':
      return say(
        `${count} 个图斑因“${details.what}”未配置而没有可行措施，如 ${place}。`,
        '请在技术与品种、水资源页补齐，不作猜测。',
        `${count} patches have no option because “${details.what}” is not configured, such as ${place}.`,
        'State it under library or water; nothing is guessed.',
      )
    case 'unknown':
      return say(
        `${count} 个图斑缺少“${details.what}”，未参与规划，如 ${place}。`,
        '请补测。',
        `${count} patches lack “${details.what}” and are not planned, such as ${place}.`,
        'Have it measured.',
      )
    case 'economics':
      return say('折现率未配置。', '请在技术与品种页填写。', 'The discount rate is not configured.', 'State it in the library.')
    case 'water-fault':
      return say(
        `水资源表“${place}”等 ${count} 处有错（${details.code}）。`,
        '请在水页“检查”中改正；循环渠道等不能求解。',
        `The water tables have ${count} faults (${details.code}), such as “${place}”.`,
        'Mend them under water, findings; canals in a ring cannot be planned.',
      )
    case 'water-doubtful':
      return say(
        `水资源表“${place}”等 ${count} 处可疑（${details.code}）。`,
        '请在水页“检查”中核对单位和数值。',
        `The water tables have ${count} doubts (${details.code}), such as “${place}”.`,
        'Look at units and values under water, findings.',
      )
    case 'no-water':
      return say(`灌区 ${place} 没有水源。`, '请在水页连通渠系。', `District ${place} has no source of water.`, 'Connect it under water.')
    case 'canal-not-configured':
      return say(
        `渠段 ${place} 的水利用系数或过水能力未配置。`,
        '请在水页填写。',
        `Canal ${place} lacks efficiency or capacity.`,
        'State them under water.',
      )
    case 'volume-not-configured':
      return say(
        `水源 ${place} 在 ${details.yearType} 年型下缺少来水量。`,
        '请在水页填写各月水量，或换一个年型。',
        `Source ${place} has no volumes for ${details.yearType}.`,
        'State them under water, or take another year type.',
      )
    case 'field-efficiency':
      return say(
        `灌区 ${place} 的田间水利用系数未配置。`,
        '请在水页填写。',
        `District ${place} lacks its field efficiency.`,
        'State it under water.',
      )
    case 'present-fields':
      return say(
        `${place} 现有灌溉面积的需水未配置齐全，未预留其用水。`,
        '请补齐现状种植的定额，或在方案中选择“释放”。',
        `What the present fields of ${place} need is not configured, so nothing is kept for them.`,
        'State quotas of what is planted, or release their water in the scenario.',
      )
    case 'groundwater-shared':
      return say(
        `${place}：${details.yearType} 年各井来水合计 ${whole(details.statedM3)} m³，超过年控制量 ${whole(details.limitM3)} m³；规划各月合计不超过控制量。`,
        '无需处理；如控制量有误，请改控制指标表。',
        `${place}: in a year of ${details.yearType} the wells could give ${whole(details.statedM3)} m³, above the year's limit of ${whole(details.limitM3)} m³; the plan takes no more than the limit over its months.`,
        'Nothing to do, unless the limit is wrong: mend it under water.',
      )
    case 'salt-not-planned':
      return say(
        `排盐限额 ${place}：排向该口的灌区或其排出份额、含盐量未配置齐全，没有配置的部分未进入规划。`,
        '请补齐“排水去向”表。',
        `The salt limit of ${place}: which districts drain there, how much and how salt, is not all configured; what is not has no part in the plan.`,
        'State it in the sheet of drainage.',
      )
    case 'salt-above-limit':
      return say(
        `排水口 ${place} 现有灌溉在 ${details.yearType} 年已排盐 ${whole(details.presentT)} 吨，超过限量 ${whole(details.limitT)} 吨；规划中排向该口的地块都不能再增加。`,
        '请核对限量与排水含盐，或在方案中选择“现有用水可调整”。',
        `At outlet ${place} today's fields already bring ${whole(details.presentT)} t of salt in a year of ${details.yearType}, above the limit of ${whole(details.limitT)} t: nothing more that drains there fits.`,
        'Check the limit and the salt of the drains, or release the water of today in the scenario.',
      )
    case 'target-above-land':
      return say(
        `${place} 的目标 ${quantity(details.measure, details.stated, language)} 超过可实现的 ${quantity(details.measure, details.reachable, language)}。`,
        '请降低目标，或放开地类、锁定。',
        `The target of ${place}, ${quantity(details.measure, details.stated, language)}, is above what can be had, ${quantity(details.measure, details.reachable, language)}.`,
        'Lower it, or open more land.',
      )
    case 'no-budget':
      return say(
        '未填资金来源：结果不受资金约束。',
        '请按来源和年度填写。',
        'No money is stated: the plan is not limited by it.',
        'State sources and years.',
      )
    case 'no-budget-in-year':
      return say(
        `${place} 年没有资金：当年不能有投入。`,
        '如有资金请填写。',
        `There is no money in ${place}: nothing can be paid then.`,
        'State it if there is some.',
      )
    case 'lock-unknown':
      return say(
        `锁定的图斑 ${place} 不在规划范围内。`,
        '请核对图斑编号。',
        `The locked patch ${place} is not within the plan.`,
        'Look at its number.',
      )
    case 'lock-impossible':
      return say(
        `图斑 ${place} 锁定为“${details.to}”，但没有这一措施。`,
        '请查看该图斑可行措施。',
        `Patch ${place} is locked to “${details.to}”, which it does not have.`,
        'See its options.',
      )
    case 'work-unknown':
      return say(
        `工程 ${place} 的前置工程“${details.after}”不存在。`,
        '请改正编号。',
        `Work ${place} comes after “${details.after}”, which there is not.`,
        'Mend its id.',
      )
    case 'block-too-small':
      return say(
        `${count} 个图斑所在连片不足 ${mu(details.leastM2)} 亩，不能入选，如 ${place}。`,
        '请降低最小连片面积。',
        `${count} patches lie in blocks below ${mu(details.leastM2)} mu and cannot be taken, such as ${place}.`,
        'Lower the least block.',
      )
  }
}

/** Why a patch has nothing to choose, as it is kept with the result. */
export function outText(out: string, language: Language): string {
  const [kind, what = ''] = out.split(':', 2)
  const words: Readonly<Record<string, readonly [zh: string, en: string]>> = {
    'no-soil': ['没有土壤样品', 'no soil sample'],
    'not-configured': [`未配置：${what}`, `not configured: ${what}`],
    unknown: [`未知：${what}`, `not known: ${what}`],
    limit: [`限制：${what}`, `forbidden by ${what}`],
    condition: [`条件不符：${what}`, `condition not met: ${what}`],
    'no-yield': ['改良后仍无收成', 'no yield even then'],
    rule: ['不合总规则', 'against a rule'],
    contaminant: ['材料污染物超限', 'contaminants above a limit'],
  }
  const found = words[kind]
  return found ? found[language === 'zh' ? 0 : 1] : out
}

const whole = (value: string | number | undefined) => Math.round(Number(value)).toLocaleString('en-US')
