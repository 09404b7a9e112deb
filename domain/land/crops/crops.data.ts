/**
 * Crops as published, with where each figure comes from (domain notes 3.1–3.4). Limits of pH, potential yields and prices were found for none: they are the
 * office's to state, and until then a plan says "not configured".
 */
import type { Crop, SaltTolerance, UpperLimits } from './crop.ts'

const fao56 = (threshold: number, slope: number, medium: SaltTolerance['medium'] = 'ece'): SaltTolerance => ({
  threshold,
  slope,
  medium,
  edition: 'FAO-56 Table 23 (1998)',
  source: 'Allen et al. 1998, FAO-56 Table 23, from FAO 29 and 48 (S15)',
  mark: 'found',
})
const fao61 = (threshold: number, slope: number, medium: SaltTolerance['medium'] = 'ece'): SaltTolerance => ({
  threshold,
  slope,
  medium,
  edition: 'FAO 61 Annex 1 (Maas & Grattan 1999)',
  source: 'FAO 61 Annex 1, Maas & Grattan 1999, not re-checked',
  mark: 'recalled',
})

/**
 * Classes of FAO 29 and Abrol et al. 1988 (sensitive below ESP 15, semi-tolerant 15–40, tolerant above 40), read as: no loss up to where a class begins, nothing
 * left where it ends. A sensitive crop loses from 5, where sodic soils begin (domain notes 1.2); a tolerant one has nothing left at 70, where FAO calls sodicity extreme (1.4).
 * This reading is ours, and coarse: trials of the place go before it.
 */
const SOURCE =
  'FAO 29 / Abrol 等 1988 分级，待核；级内按直线读 | FAO 29 / Abrol et al. 1988 classes, not re-checked; read as a straight line over the class'
const SENSITIVE: UpperLimits = { noLossTo: 5, noneFrom: 15, source: SOURCE, mark: 'recalled' }
const SEMI_TOLERANT: UpperLimits = { noLossTo: 15, noneFrom: 40, source: SOURCE, mark: 'recalled' }
const TOLERANT: UpperLimits = { noLossTo: 40, noneFrom: 70, source: SOURCE, mark: 'recalled' }

const crop = (
  code: string,
  zh: string,
  en: string,
  method: Crop['method'],
  salt: SaltTolerance | null,
  sodicity: UpperLimits | null,
  note: string,
): Crop => ({ code, zh, en, method, salt, sodicity, ph: null, potential: null, price: null, growingCost: null, note })

export const CROPS: readonly Crop[] = [
  crop(
    'rice',
    '水稻',
    'rice (paddy)',
    'paddy',
    fao56(3.0, 12.0, 'soil-water'),
    SEMI_TOLERANT,
    '为田面水电导率。Gupta 与 Sharma 1990：阈值 ESP 高于 15 的三种作物之一（S59）。科右中旗 pH 8.8–9.6 收 533.95 kg/亩（S79）。 | EC of the water over the soil. Gupta & Sharma 1990: one of three crops whose threshold ESP is above 15 (S59). 533.95 kg/亩 were harvested at pH 8.8–9.6 in Keyouzhong (S79).',
  ),
  crop('maize', '玉米', 'maize', 'irrigated', fao56(1.7, 12.0), SENSITIVE, ''),
  crop('sorghum', '高粱', 'sorghum', 'irrigated', fao56(6.8, 16.0), SEMI_TOLERANT, ''),
  crop('soybean', '大豆', 'soybean', 'irrigated', fao56(5.0, 20.0), null, ''),
  crop(
    'sunflower',
    '向日葵',
    'sunflower',
    'irrigated',
    fao61(4.8, 5.0),
    null,
    'FAO-56 仅列为 MS，无数值（S15）。 | FAO-56 rates it MS without numbers (S15).',
  ),
  crop(
    'wheat',
    '小麦',
    'wheat',
    'irrigated',
    fao56(6.0, 7.1),
    SEMI_TOLERANT,
    'Gupta 与 Sharma 1990：阈值 ESP 高于 15（S59）。 | Gupta & Sharma 1990: a threshold ESP above 15 (S59).',
  ),
  crop('barley', '大麦', 'barley (grain)', 'irrigated', fao56(8.0, 5.0), TOLERANT, ''),
  crop('barley-forage', '饲用大麦', 'barley (forage)', 'irrigated', fao56(6.0, 7.1), null, ''),
  crop('rye', '黑麦', 'rye', 'irrigated', fao61(11.4, 10.8), SEMI_TOLERANT, ''),
  crop('triticale', '小黑麦', 'triticale', 'irrigated', fao61(6.1, 2.5), null, ''),
  crop('canola', '甘蓝型油菜', 'canola (B. napus)', 'irrigated', fao61(11.0, 13.0), null, ''),
  crop('cotton', '棉花', 'cotton', 'irrigated', fao56(7.7, 5.2), SENSITIVE, ''),
  crop('sugar-beet', '甜菜', 'sugar beet', 'irrigated', fao56(7.0, 5.9), TOLERANT, ''),
  crop('groundnut', '花生', 'groundnut', 'irrigated', fao56(3.2, 29.0), SENSITIVE, ''),
  crop('bean', '菜豆', 'beans', 'irrigated', fao56(1.0, 19.0), null, ''),
  crop('cowpea', '豇豆', 'cowpea', 'irrigated', fao56(4.9, 12.0), SENSITIVE, ''),
  crop('flax', '亚麻', 'flax', 'irrigated', fao56(1.7, 12.0), null, ''),
  crop('potato', '马铃薯', 'potato', 'irrigated', fao56(1.7, 12.0), null, ''),
  crop('alfalfa', '紫花苜蓿', 'alfalfa', 'irrigated', fao56(2.0, 7.3), TOLERANT, ''),
  crop(
    'sesbania',
    '田菁',
    'sesbania',
    'irrigated',
    fao56(2.3, 7.0),
    null,
    'Gupta 与 Sharma 1990：20 种作物中阈值 ESP 最高（S59）；pH 9.5 以上鲜重 2513.46 kg/亩（S76）。 | Gupta & Sharma 1990: the highest threshold ESP of 20 crops (S59). Fresh mass 2513.46 kg/亩 at pH above 9.5 (S76).',
  ),
  crop('sudangrass', '苏丹草', 'sudangrass', 'irrigated', fao56(2.8, 4.3), null, ''),
  crop('leymus', '羊草', 'wildrye (Leymus)', 'irrigated', fao56(2.7, 6.0), null, ''),
  crop('tall-wheatgrass', '长穗偃麦草', 'tall wheatgrass', 'irrigated', fao56(7.5, 4.2), null, ''),
  crop('maize-forage', '青贮玉米', 'maize (forage)', 'irrigated', fao56(1.8, 7.4), null, ''),
  crop(
    'oats',
    '燕麦',
    'oats',
    'irrigated',
    null,
    SEMI_TOLERANT,
    'FAO-56 仅列为 MT，无数值（S15）；镇南苏打土连作十余年（S77）。 | Rated MT without numbers (S15). Grown for more than ten years on soda soil in Zhennan (S77).',
  ),
  crop(
    'millet',
    '谷子',
    'millet',
    'irrigated',
    null,
    null,
    'FAO-56 仅列为 MS，无数值（S15）；穇子曾在 pH 9.5 种植（S78）。 | Rated MS without numbers (S15). Barnyard millet was grown at pH 9.5 (S78).',
  ),
  crop('safflower', '红花', 'safflower', 'irrigated', null, null, 'FAO-56 仅列为 MT，无数值（S15）。 | Rated MT without numbers (S15).'),
]
