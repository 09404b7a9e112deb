/** The sentences of findings of geometry: which rows, how much ground, and what to try. */
import type { Language, Sentence } from '@dishu/base/refusal'
import type { GeometryFinding, SentencesFor } from './findings.ts'

const area = (m2: number) => m2.toFixed(2)
const both = (zh: string, zhHint: string, en: string, enHint: string): Record<Language, Sentence> => ({
  zh: { message: zh, hint: zhHint },
  en: { message: en, hint: enHint },
})
const CHECK_SOURCE = ['请对照原始资料核实后更正。', 'Check it against the source and correct it.'] as const

const MOST_LISTED = 4
/** Keys of rows, the first few of many. */
const listed = (keys: readonly string[], mark: string) =>
  keys.length > MOST_LISTED ? `${keys.slice(0, MOST_LISTED - 1).join(mark)}${mark}…（${keys.length}）` : keys.join(mark)
const drawn =
  (zh: string, zhHint: string, en: string, enHint: string) =>
  ({ rows: [row] }: { rows: readonly string[] }) =>
    both(`${row} ${zh}。`, zhHint, `${row} ${en}.`, enHint)

export const geometrySentences: Pick<SentencesFor, GeometryFinding['rule']> = {
  'geometry/overlap': ({ rows, area: m2 }) =>
    both(
      `${listed(rows, '、')} 重叠 ${area(m2)} 平方米。`,
      '可从较晚或较小的一方切除，或在容差内捕捉。',
      `${listed(rows, ', ')} overlap by ${area(m2)} m².`,
      'Cut it out of the younger or the smaller, or snap within the tolerance.',
    ),
  'geometry/contained': ({ rows: [inner, outer], area: m2 }) =>
    both(
      `${inner} 完全位于 ${outer} 之内（${area(m2)} 平方米）。`,
      '请核实是否重复调查；可从外侧图形中切除。',
      `${inner} lies wholly on the ground of ${outer} (${area(m2)} m²).`,
      'Find out whether it was surveyed twice; it can be cut out of the outer one.',
    ),
  'geometry/drawn-twice': ({ rows: [a, b], area: m2, exact }) =>
    both(
      `${a} 与 ${b} ${exact ? '图形完全相同' : '几乎是同一图形'}（${area(m2)} 平方米）。`,
      '请核实保留哪一个，重新导入时删除另一个。',
      `${a} and ${b} are ${exact ? 'the same outline' : 'nearly the same outline'} (${area(m2)} m²).`,
      'Find out which one stays, and leave the other out of the next import.',
    ),
  'geometry/gap': ({ rows, area: m2 }) =>
    both(
      `${listed(rows, '、')} 之间有 ${area(m2)} 平方米的缝隙。`,
      '可并入共用边最长的相邻图形。',
      `A gap of ${area(m2)} m² lies between ${listed(rows, ', ')}.`,
      'It can be filled into the neighbour with the longest border.',
    ),
  'geometry/gap-open': ({ rows, area: m2 }) =>
    both(
      `${listed(rows, '、')} 之间有 ${area(m2)} 平方米通向外部的狭缝。`,
      '请核对界线；可并入共用边最长的相邻图形。',
      `A narrow gap of ${area(m2)} m² between ${listed(rows, ', ')} is open to the outside.`,
      'Check the border; it can be filled into the neighbour with the longest border.',
    ),
  'geometry/sliver': ({ rows: [row], area: m2, width }) =>
    both(
      `${row} 平均宽 ${width.toFixed(2)} 米（${area(m2)} 平方米）。`,
      '多为叠加产生的碎图形，请并入相邻图形。',
      `${row} is ${width.toFixed(2)} m wide on average (${area(m2)} m²).`,
      'Most such pieces are left over from an overlay; join it to a neighbour.',
    ),
  'geometry/one-sided-vertex': ({ rows: [row, other], vertices }) =>
    both(
      `${row} 在与 ${other} 的共用界线上缺 ${vertices} 个界址点。`,
      '可将界址点补入。',
      `${row} lacks ${vertices} corners that ${other} has on their shared line.`,
      'They can be put in.',
    ),
  'geometry/outside': ({ rows: [row], of, area: m2 }) =>
    both(
      `${row} 有 ${area(m2)} 平方米不在 ${of} 的范围内。`,
      '请核对坐落单位代码与行政界线。',
      `${area(m2)} m² of ${row} lie outside ${of}.`,
      'Check the code of its area, and the border.',
    ),
  'geometry/self-intersection': drawn(
    '的边界自相交',
    '请在制图软件中改正后重新导入。',
    'crosses itself',
    'Correct it in the mapping program and import it again.',
  ),
  'geometry/self-touch': drawn('的边界与自身重合', '请核对界线走向。', 'touches itself along a line', 'Check the course of the border.'),
  'geometry/spike': drawn(
    '有没有宽度的尖刺',
    '可去除，不影响面积。',
    'has a spike without any width',
    'It can be taken off; the area stays.',
  ),
  'geometry/repeated-point': drawn(
    '有连续重复的界址点',
    '可去除，不影响面积。',
    'repeats a corner',
    'It can be taken out; the area stays.',
  ),
  'geometry/hole-outside': drawn('的内环不在外环之内', CHECK_SOURCE[0], 'has a hole outside its shell', CHECK_SOURCE[1]),
  'geometry/nested-parts': drawn('的一部分位于另一部分之内', CHECK_SOURCE[0], 'has a part inside another part', CHECK_SOURCE[1]),
  'geometry/part-overlap': drawn('的两个部分相互重叠', CHECK_SOURCE[0], 'has two parts that lie on one another', CHECK_SOURCE[1]),
  'geometry/orientation': drawn(
    '的内环与外环方向相同',
    '可改正方向，不影响面积。',
    'has a hole that runs the same way as its shell',
    'It can be turned; the area stays.',
  ),
  'geometry/zero-area': drawn('的图形没有面积', CHECK_SOURCE[0], 'has no area', CHECK_SOURCE[1]),
}
