import type { MessagesFor } from '@dishu/base/refusal'
import type { BaselineRefusal } from './baseline.ts'

export const messages: MessagesFor<BaselineRefusal> = {
  'baseline/no-such-baseline': ({ county, key, known }) => ({
    zh: {
      message: `${county} 没有底数“${key}”。`,
      hint: known.length > 0 ? `已有：${known.join('、')}。` : '请先冻结：dishu baseline freeze',
    },
    en: {
      message: `${county} has no baseline "${key}".`,
      hint: known.length > 0 ? `There are: ${known.join(', ')}.` : 'Freeze one first: dishu baseline freeze',
    },
  }),
  'baseline/does-not-recount': ({ county, rows, area, patches }) => ({
    zh: {
      message: `${county} 从登记行重新统计与汇总不一致：${rows} 行，面积相差 ${(area / 100).toFixed(2)} 平方米，图斑相差 ${patches}。没有冻结。`,
      hint: '请运行 dishu verify 查明原因。',
    },
    en: {
      message: `${county} counted anew from its rows differs from its sums: ${rows} rows, ${(area / 100).toFixed(2)} m², ${patches} patches. Nothing was frozen.`,
      hint: 'Run dishu verify to find out why.',
    },
  }),
  'baseline/not-a-baseline': ({ file }) => ({
    zh: { message: `${file} 不是底数文件，或已损坏。`, hint: '请使用 dishu baseline export 写出的文件夹。' },
    en: { message: `${file} is no baseline, or is damaged.`, hint: 'Use a folder written by dishu baseline export.' },
  }),
  'baseline/nothing-to-freeze': ({ county, day }) => ({
    zh: { message: `${county} 在 ${day} 没有图斑，没有可冻结的底数。`, hint: '请先导入图斑，或换一个日期。' },
    en: { message: `${county} has no patch on ${day}: there is nothing to freeze.`, hint: 'Import patches first, or take another day.' },
  }),
  'baseline/not-a-state': ({ name, value }) => ({
    zh: { message: `参数 ${name} 的“${value}”不是底数编号，也不是“日期@修订”。`, hint: '例如：B1、2026-05-31、2026-05-31@4、@4。' },
    en: {
      message: `"${value}" for ${name} is neither a baseline nor DAY@REVISION.`,
      hint: 'For instance: B1, 2026-05-31, 2026-05-31@4, @4.',
    },
  }),
}
