import type { MessagesFor } from '@dishu/base/refusal'
import type { VariogramRefusal } from './variograms.ts'

export const messages: MessagesFor<VariogramRefusal> = {
  'variogram/not-positive': ({ value, samples }) => ({
    zh: { message: `${value} 有 ${samples} 个值不大于 0，不能取对数。`, hint: '请改用正态得分或原值。' },
    en: {
      message: `${samples} values of ${value} are not above 0 and have no logarithm.`,
      hint: 'Use normal scores or the values as they are.',
    },
  }),
  'variogram/model-not-read': ({ part }) => ({
    zh: { message: `变异函数模型中的“${part}”读不懂。`, hint: '写法如 0.2 Nug + 0.8 Sph(6000) 或 0.8 Sph(6000, 45, 0.5)。' },
    en: { message: `"${part}" of the model cannot be read.`, hint: 'Write 0.2 Nug + 0.8 Sph(6000), or 0.8 Sph(6000, 45, 0.5).' },
  }),
  'variogram/not-understood': ({ field, stated, wanted }) => ({
    zh: { message: `“${field}”填写为“${stated}”，应为：${wanted}。` },
    en: { message: `"${field}" is "${stated}"; wanted: ${wanted}.` },
  }),
}
