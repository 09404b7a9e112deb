import type { MessagesFor, Refusal } from '@dishu/base/refusal'
import type { ConversionRefusal } from './conversions.ts'

export type SoilRefusal =
  | ConversionRefusal
  | Refusal<'soil/no-code', { readonly field: string }>
  | Refusal<'soil/nowhere', { readonly sample: string }>

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
}
