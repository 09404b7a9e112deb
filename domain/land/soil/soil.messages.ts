import type { MessagesFor, Refusal } from '@dishu/base/refusal'
import type { DerivedRefusal } from './derived.ts'
import type { ProfileRefusal } from './profiles.ts'

export type SoilRefusal =
  | DerivedRefusal
  | ProfileRefusal
  | Refusal<'soil/no-code', { readonly field: string }>
  | Refusal<'soil/nowhere', { readonly sample: string }>
  | Refusal<'soil/no-such-sample', { readonly id: number }>

export const messages: MessagesFor<SoilRefusal> = {
  'soil/outside-calibration': ({ conversion, value, from, to }) => ({
    zh: {
      message: `${value} 在换算公式 ${conversion} 的适用范围（${from.toFixed(3)} 至 ${to ?? '不限'}）之外，不换算。`,
      hint: '请改用其他公式，或直接测定。',
    },
    en: {
      message: `${value} lies outside the calibration of ${conversion} (${from.toFixed(3)} to ${to ?? 'no limit'}); it is not converted.`,
      hint: 'Choose another formula, or measure it.',
    },
  }),
  'soil/no-such-conversion': ({ conversion, extract }) => ({
    zh: { message: `没有适用于“${extract}”的换算公式 ${conversion}。`, hint: '请核对浸提比例或质地。' },
    en: { message: `There is no conversion ${conversion} for "${extract}".`, hint: 'Check the extract ratio or the texture.' },
  }),
  'soil/not-a-number': ({ conversion, value }) => ({
    zh: { message: `换算 ${conversion} 的输入 ${value} 不可用。`, hint: '请核对该值。' },
    en: { message: `The input ${value} cannot be used in ${conversion}.`, hint: 'Check the value.' },
  }),
  'soil/extract-not-fitting': ({ relation, extract, wanted }) => ({
    zh: {
      message: `换算 ${relation} 只用于${wanted === 'paste' ? '饱和浸提液' : wanted}，而该样品为${extract === null ? '未注明的浸提液' : ` ${extract} `}，不换算。`,
      hint: '请注明水土比，或直接测定。',
    },
    en: {
      message: `${relation} is for ${wanted === 'paste' ? 'the saturation extract' : wanted} only; this sample was extracted ${extract === null ? 'in a ratio not stated' : `at ${extract}`}.`,
      hint: 'State the extract ratio, or measure it.',
    },
  }),
  'soil/not-all-measured': ({ relation, missing }) => ({
    zh: { message: `${relation} 所需的离子未全部测定：缺 ${missing.join('、')}。`, hint: '请补测所缺离子。' },
    en: { message: `${relation} needs ions that were not measured: ${missing.join(', ')}.`, hint: 'Have them measured.' },
  }),
  'soil/undecided': ({ relation, between }) => ({
    zh: {
      message: `有检测值低于（或高于）检出限，${relation} 不能判定${between.length > 1 ? `（${between.join('、')}）` : ''}。`,
      hint: '请向化验室索取检出限或更灵敏的结果。',
    },
    en: {
      message: `A value lies below (or above) what the laboratory could see, and ${relation} cannot decide${between.length > 1 ? ` (${between.join(', ')})` : ''}.`,
      hint: 'Ask the laboratory for its limit, or for a finer method.',
    },
  }),
  'soil/impossible-result': ({ relation, value, from, to }) => ({
    zh: { message: `${relation} 得 ${value.toPrecision(4)}，不在 ${from} 至 ${to} 之间，不采用。`, hint: '请核对数值与单位。' },
    en: {
      message: `${relation} gives ${value.toPrecision(4)}, which is not from ${from} to ${to}; it is not used.`,
      hint: 'Check the values and their units.',
    },
  }),
  'soil/layers-overlap': ({ from, to }) => ({
    zh: { message: `同一剖面的土层 ${from}–${to} 厘米与其他土层重叠或上下颠倒。`, hint: '请核对采样深度。' },
    en: { message: `The layer of ${from}–${to} cm overlaps another of the same profile, or runs backwards.`, hint: 'Check the depths.' },
  }),
  'soil/profile-too-short': ({ from, to, reachesFrom, reachesTo }) => ({
    zh: { message: `剖面只到 ${reachesFrom}–${reachesTo} 厘米，不推算 ${from}–${to} 厘米。`, hint: '请取更深的样品。' },
    en: {
      message: `The profile reaches from ${reachesFrom} to ${reachesTo} cm; nothing is said of ${from}–${to} cm.`,
      hint: 'Sample deeper.',
    },
  }),
  'soil/profile-censored': ({ from, to }) => ({
    zh: { message: `${from}–${to} 厘米的检测值低于（或高于）检出限，不作深度换算。`, hint: '请用该层的检出限另作判断。' },
    en: {
      message: `The value of ${from}–${to} cm is only known to lie below (or above) a limit; depths are not converted.`,
      hint: 'Judge by the layers as they are.',
    },
  }),
  'soil/spline-overshoots': ({ from, to, value }) => ({
    zh: { message: `样条在 ${from}–${to} 厘米得 ${value.toPrecision(3)}，土壤不可能有此值，不采用。`, hint: '请看各层原值。' },
    en: {
      message: `The spline gives ${value.toPrecision(3)} for ${from}–${to} cm, which no soil has; it is not used.`,
      hint: 'Look at the layers as they are.',
    },
  }),
  'soil/no-code': ({ field }) => ({
    zh: { message: `没有样品编号（${field}）。`, hint: '每个样品须有编号，才能在下次导入时认出它。' },
    en: { message: `There is no sample number (${field}).`, hint: 'Every sample needs one, so that the next import finds it again.' },
  }),
  'soil/nowhere': ({ sample }) => ({
    zh: { message: `样品 ${sample} 没有坐标，也没有地块编号。`, hint: '请补填经纬度，或所在地块的编码。' },
    en: {
      message: `Sample ${sample} has neither a position nor a plot.`,
      hint: 'Give its longitude and latitude, or the code of the plot it was taken in.',
    },
  }),
  'soil/no-such-sample': ({ id }) => ({
    zh: { message: `没有编号为 ${id} 的样品（在这个时点）。`, hint: '请刷新样品列表。' },
    en: { message: `There is no sample ${id} on this date.`, hint: 'Reload the samples.' },
  }),
}
