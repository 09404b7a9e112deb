import type { MessagesFor } from '@dishu/base/refusal'
import type { CountRefusal } from './questions.ts'

export const messages: MessagesFor<CountRefusal> = {
  'count/unknown-word': ({ name, value, allowed }) => ({
    zh: { message: `参数 ${name} 不认识“${value}”。`, hint: `可用：${allowed.join('、')}。` },
    en: { message: `${name} does not know "${value}".`, hint: `Use one of: ${allowed.join(', ')}.` },
  }),
  'count/not-a-day': ({ name, value }) => ({
    zh: { message: `参数 ${name} 的“${value}”不是日期。`, hint: '请写成 2026-05-31 的样子。' },
    en: { message: `"${value}" for ${name} is no day.`, hint: 'Write it like 2026-05-31.' },
  }),
  'count/not-an-area': ({ value, county }) => ({
    zh: { message: `“${value}”不是 ${county} 内的行政区代码。`, hint: '县 6 位、乡镇 9 位、村 12 位数字，前 6 位是本县代码。' },
    en: {
      message: `"${value}" is no area of ${county}.`,
      hint: 'A county has 6 digits, a town 9, a village 12; the first 6 are those of the county.',
    },
  }),
  'count/not-a-number': ({ name, value, from, to }) => ({
    zh: { message: `参数 ${name} 的“${value}”不是 ${from} 到 ${to} 之间的整数。` },
    en: { message: `"${value}" for ${name} is no whole number from ${from} to ${to}.` },
  }),
  'count/no-such-revision': ({ county, rev, newest }) => ({
    zh: { message: `${county} 没有第 ${rev} 次修订。`, hint: `最新的是第 ${newest} 次。` },
    en: { message: `${county} has no revision ${rev}.`, hint: `The newest is ${newest}.` },
  }),
  'count/no-such-archive': ({ county }) => ({
    zh: { message: `${county} 还没有整县瓦片文件。`, hint: '请管理员运行 dishu tiles build。' },
    en: { message: `There is no archive of tiles of ${county} yet.`, hint: 'Whoever keeps the system runs dishu tiles build.' },
  }),
  'count/no-such-patch': ({ county, id }) => ({
    zh: { message: `${county} 在该日期没有编号为 ${id} 的图斑。`, hint: '它可能在另一个日期或更早的修订中存在。' },
    en: { message: `${county} has no patch ${id} on that date.`, hint: 'It may exist on another date, or in another revision.' },
  }),
}
