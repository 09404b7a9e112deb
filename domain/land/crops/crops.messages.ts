import type { MessagesFor } from '@dishu/base/refusal'
import type { CropsRefusal } from './crops.ts'

export const messages: MessagesFor<CropsRefusal> = {
  'crops/no-such-crop': ({ code }) => ({
    zh: { message: `没有作物“${code}”。`, hint: '请从作物列表中选择。' },
    en: { message: `There is no crop “${code}”.`, hint: 'Choose one of the list.' },
  }),
  'crops/one-site-year': ({ varieties, siteYear }) => ({
    zh: {
      message: `${varieties.join(' 与 ')} 只在一个地点一年（${siteYear ?? '—'}）并排种过，不能据此排名。`,
      hint: '至少要两个地点或年份的同处理对比。',
    },
    en: {
      message: `${varieties.join(' and ')} stood side by side in one site-year only (${siteYear ?? '—'}): that ranks nothing.`,
      hint: 'Two site-years under the same treatment are the least.',
    },
  }),
  'crops/not-compared': ({ a, b }) => ({
    zh: { message: `${a} 与 ${b} 没有在同一地点、同一年、同一处理下并排种过。`, hint: '不同试验的产量不能直接相比。' },
    en: {
      message: `${a} and ${b} never stood side by side on one site, in one year, under one treatment.`,
      hint: 'Yields of different trials are not comparable.',
    },
  }),
}
