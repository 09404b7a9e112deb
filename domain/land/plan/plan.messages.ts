import type { MessagesFor } from '@dishu/base/refusal'
import type { PlanRefusal } from './plan.ts'

const KIND: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  limit: { zh: '限额', en: 'limit' },
  parcel: { zh: '地块', en: 'parcel' },
  option: { zh: '方案', en: 'option' },
  account: { zh: '账目', en: 'account' },
  network: { zh: '渠系', en: 'network' },
  work: { zh: '工程', en: 'work' },
  cluster: { zh: '连片', en: 'cluster' },
  year: { zh: '年份', en: 'year' },
  objective: { zh: '目标', en: 'objective' },
  node: { zh: '节点', en: 'node' },
}
const SEE = { zh: '文件格式见 docs/methods/plan.md。', en: 'The format is described in docs/methods/plan.md.' }

export const messages: MessagesFor<PlanRefusal> = {
  'plan/not-readable': ({ file, why }) => ({
    zh: { message: `无法读取 ${file}：${why}。`, hint: SEE.zh },
    en: { message: `${file} cannot be read: ${why}.`, hint: SEE.en },
  }),
  'plan/not-a-program': ({ file, where, expected }) => ({
    zh: { message: `${file} 的 ${where} 处不是规划模型，应为 ${expected}。`, hint: SEE.zh },
    en: { message: `${file} is no plan at ${where}: expected ${expected}.`, hint: SEE.en },
  }),
  'plan/missing-part': ({ file, part }) => ({
    zh: { message: `${file} 缺少配套文件 ${part}。`, hint: '请把 .json、.b、.idx、.co、.rhs 五个文件放在同一文件夹。' },
    en: { message: `${file} lacks its companion ${part}.`, hint: 'Keep the five files .json, .b, .idx, .co and .rhs in one folder.' },
  }),
  'plan/wrong-size': ({ file, part, expected, found }) => ({
    zh: { message: `${part} 应有 ${expected} 字节，实有 ${found} 字节，与 ${file} 不符。`, hint: '文件可能被截断，请重新生成。' },
    en: { message: `${part} should have ${expected} bytes by ${file}, and has ${found}.`, hint: 'It may be cut off; generate it anew.' },
  }),
  'plan/not-a-number': ({ where }) => ({
    zh: { message: `${where} 缺少数值或不是数字。`, hint: '规划不会替您猜测定额、价格或目标，请补全后再求解。' },
    en: {
      message: `${where} is missing or no number.`,
      hint: 'A plan does not guess quotas, prices or targets; fill it in and solve again.',
    },
  }),
  'plan/negative': ({ where, value }) => ({
    zh: { message: `${where} 为负数（${value}）。`, hint: '用量、限额和目标都不能小于零；效益可以为负。' },
    en: {
      message: `${where} is negative (${value}).`,
      hint: 'Amounts, limits and targets are zero or more; only a benefit may be negative.',
    },
  }),
  'plan/named-twice': ({ what, id }) => ({
    zh: { message: `${KIND[what]?.zh ?? what}“${id}”出现两次。`, hint: '请使用互不相同的编号。' },
    en: { message: `The ${KIND[what]?.en ?? what} “${id}” occurs twice.`, hint: 'Give each an id of its own.' },
  }),
  'plan/unknown-limit': ({ where, limit }) => ({
    zh: { message: `${where} 用到未定义的限额“${limit}”。`, hint: '请在 limits 中定义，或改正编号。' },
    en: { message: `${where} uses the limit “${limit}”, which is not stated.`, hint: 'State it under limits, or mend its id.' },
  }),
  'plan/unknown-option': ({ parcel, option }) => ({
    zh: { message: `地块 ${parcel} 被锁定为“${option}”，但没有这一方案。`, hint: 'locked 可取 in、out 或该地块的方案编号。' },
    en: {
      message: `Parcel ${parcel} is locked to “${option}”, which it does not have.`,
      hint: 'locked is in, out, or the id of one of its options.',
    },
  }),
  'plan/no-option': ({ parcel }) => ({
    zh: { message: `地块 ${parcel} 必须入选，但没有任何方案。`, hint: '请补充方案，或取消锁定。' },
    en: { message: `Parcel ${parcel} must be in, and has no option.`, hint: 'Give it an option, or unlock it.' },
  }),
  'plan/no-parcels': ({ file }) => ({
    zh: { message: `${file} 中没有地块。`, hint: '请检查导出时的筛选条件。' },
    en: { message: `${file} has no parcels.`, hint: 'Look at what was selected when it was made.' },
  }),
  'plan/too-many-options': ({ parcel, options, most }) => ({
    zh: { message: `地块 ${parcel} 有 ${options} 个方案，最多 ${most} 个。`, hint: '请先去掉明显不合适的方案。' },
    en: { message: `Parcel ${parcel} has ${options} options; ${most} is the most.`, hint: 'Leave out those that no one would choose.' },
  }),
  'plan/beyond-measure': ({ where, value }) => ({
    zh: { message: `${where} 为 ${value}，超出任何计量单位的合理范围。`, hint: '请检查单位与小数点。' },
    en: { message: `${where} is ${value}, beyond what any unit measures.`, hint: 'Check its unit and its decimal point.' },
  }),
  'plan/out-of-reach': ({ limit, target, stated, reachable }) => ({
    zh: {
      message: target
        ? `目标“${limit}”为 ${stated}，但全部地块最多只能达到 ${reachable}。`
        : `限额“${limit}”为 ${stated}，但已锁定的地块至少需要 ${reachable}。`,
      hint: target ? '请降低目标，或增加可选方案。' : '请提高限额，或取消部分锁定。',
    },
    en: {
      message: target
        ? `The target “${limit}” is ${stated}; all parcels together reach ${reachable} at most.`
        : `The limit “${limit}” is ${stated}; the locked parcels alone need ${reachable}.`,
      hint: target ? 'Lower the target, or allow more options.' : 'Raise the limit, or unlock some parcels.',
    },
  }),
  'plan/unknown-name': ({ where, what, id }) => ({
    zh: { message: `${where} 用到未定义的${KIND[what]?.zh ?? what}“${id}”。`, hint: '请先定义，或改正编号。' },
    en: { message: `${where} uses the ${KIND[what]?.en ?? what} “${id}”, which is not stated.`, hint: 'State it, or mend its id.' },
  }),
  'plan/circle': ({ where, through }) => ({
    zh: { message: `${where} 首尾相接：${through}。`, hint: '自流渠道、账目和工程先后都不能循环，请改正其中一段。' },
    en: { message: `${where} runs in a circle: ${through}.`, hint: 'Canals, accounts and the order of works cannot; mend one of these.' },
  }),
  'plan/not-a-share': ({ where, value }) => ({
    zh: { message: `${where} 为 ${value}，应大于 0 且不超过 1。`, hint: '水利用系数和概率用小数表示，例如 0.85。' },
    en: {
      message: `${where} is ${value}; it must be above 0 and at most 1.`,
      hint: 'Efficiencies and probabilities are shares, such as 0.85.',
    },
  }),
  'plan/too-deep': ({ parcel, works, most }) => ({
    zh: { message: `地块 ${parcel} 依赖 ${works} 项工程，最多 ${most} 项。`, hint: '请把总是同时开工的工程合为一项。' },
    en: {
      message: `Parcel ${parcel} depends on ${works} works; ${most} is the most.`,
      hint: 'Join works that are always opened together.',
    },
  }),
  'plan/in-two-clusters': ({ parcel, clusters }) => ({
    zh: { message: `地块 ${parcel} 同时属于 ${clusters.join('、')}。`, hint: '每个地块只能属于一个连片。' },
    en: { message: `Parcel ${parcel} lies in ${clusters.join(' and ')}.`, hint: 'A parcel lies in one cluster.' },
  }),
  'plan/unsound': ({ fault }) => ({
    zh: { message: `规划模型有误：${fault}。`, hint: SEE.zh },
    en: { message: `The program is unsound: ${fault}.`, hint: SEE.en },
  }),
  'plan/unknown-word': ({ name, value, allowed }) => ({
    zh: { message: `${name} 不认识“${value}”。`, hint: `可用：${allowed.join('、')}。` },
    en: { message: `${name} does not know “${value}”.`, hint: `Use one of: ${allowed.join(', ')}.` },
  }),
}
