/** Varieties that sources name (domain notes 3.4). Limits and prices of seed were found for none. */
import type { Variety } from './crop.ts'

const variety = (code: string, crop: string, name: string, note: string, source: string, mark: Variety['mark'] = 'found'): Variety => ({
  code,
  crop,
  name,
  approval: null,
  seedSource: null,
  seedPrice: null,
  seedKgPerMu: null,
  note,
  source,
  mark,
})

export const VARIETIES: readonly Variety[] = [
  variety(
    'zhongji602',
    'soybean',
    '中吉602',
    '通榆中度盐碱地 306.18 kg/亩，当地一般约 100 | 306.18 kg/亩 in Tongyu on moderately saline soil; about 100 is usual there',
    'S75 (Xinhua 2023-10-18)',
  ),
  variety(
    'baiyan',
    'oats',
    '白燕（系列）',
    '镇南 500 亩连作十余年，已种 28 万亩 | ten years and more on 500 亩 at Zhennan; planted on 280 000 亩',
    'S77 (People’s Daily 2022-11-18)',
  ),
  variety(
    'zhongke-tianjing',
    'sesbania',
    '中科田菁',
    'pH 9.5 以上重度碱土鲜重 2513.46 kg/亩 | 2513.46 kg/亩 fresh on heavy alkali soil, pH above 9.5',
    'S76 (China News 2023-09-08)',
  ),
  variety(
    'yanhuang-xiangjing',
    'rice',
    '盐黄香粳',
    '东营 6–8 ‰ 含盐 505.1 kg/亩；为氯化物土，非苏打土 | 505.1 kg/亩 at 6–8 ‰ of salt in Dongying: chloride soil, not soda',
    'S80 (科技日报 2022-10-28)',
  ),
  variety('zhongyou351', 'canola', '中油351', '渤海沿岸 | Bohai coast', '文献提及 | named in the literature'),
  ...['东稻4', '东稻122', '白粳1', '长白9'].map((name, i) =>
    variety(`rice-${i + 1}`, 'rice', name, '', '凭记忆列出，待核 | named from memory, not re-checked', 'recalled'),
  ),
  variety('jisheng-leymus', 'leymus', '吉生羊草', '', '凭记忆列出，待核 | named from memory, not re-checked', 'recalled'),
  variety('gongnong1', 'alfalfa', '公农1', '', '凭记忆列出，待核 | named from memory, not re-checked', 'recalled'),
]
