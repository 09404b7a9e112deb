/**
 * Technologies on soda saline-alkali land as sources report them (domain notes 2.1–2.4). Doses follow the soil by formula or stand as reported; prices were found
 * for none. An effect is `planned` where it was seen in the field with a figure; results of pots and of other soils are shown only.
 */
import type { Condition, Contaminant, Dose, Effect, Technology } from './measures.ts'

const OPEN = { source: 'Zhang et al. 2023 (S31)', mark: 'found' } as const
const yes = (indicator: Condition['indicator'], source: string, mark: Condition['mark'] = 'found'): Condition => ({
  indicator,
  is: 'yes',
  value: null,
  source,
  mark,
})
/** Exchanged sodium must leave as sulfate, else it stays in the root zone. */
const OUTLET = yes(
  'drain-outlet',
  '置换出的钠须随水排走；凭记忆，待核 | exchanged sodium must leave with the water; known, not re-checked',
  'recalled',
)

const LAYER = { depthM: 0.2, bulkDensity: 1.4 }
const byRequirement = (amendment: Extract<Dose, { by: 'gypsum-requirement' }>['amendment'], purity: number, source: string): Dose => ({
  by: 'gypsum-requirement',
  amendment,
  targetEsp: 5,
  efficiency: 1.2,
  purity,
  ...LAYER,
  source: `Oster 公式，F 1.2、目标 ESP 5（S22），苏打项按化学计量；${source.split(' | ')[0]}；0.2 m，容重缺测时 1.4 t/m³ | Oster's equation with F 1.2 to ESP 5 (S22), the soda term by stoichiometry; ${source.split(' | ')[1]}; 0.2 m at 1.4 t/m³ where the soil's density is not known`,
  mark: 'computed',
})
const fixed = (tPerHa: number, source: string): Dose => ({ by: 'fixed', tPerHa, ...LAYER, source, mark: 'found' })

const effect = (
  indicator: Effect['indicator'],
  kind: Effect['kind'],
  least: number,
  most: number,
  where: string,
  source: string,
  more: Partial<Pick<Effect, 'crop' | 'planned' | 'year'>> = {},
): Effect => ({ indicator, kind, least, most, where, source, mark: 'found', crop: null, planned: false, year: 1, ...more })

/** Found in nobody's tables (domain notes 2.2): a certificate of the batch and the limits in force are asked for. */
const certificate = (substance: string, of: Contaminant['of'] = 'soil'): Contaminant => ({
  substance,
  content: null,
  limit: null,
  of,
  background: null,
  source: '未找到：需批次检测报告和现行限值 | not found: certificate of the batch, limits in force',
  mark: 'recalled',
})

const technology = (
  code: string,
  zh: string,
  en: string,
  family: Technology['family'],
  part: Partial<Omit<Technology, 'code' | 'zh' | 'en' | 'family'>> & Pick<Technology, 'source'>,
): Technology => ({
  code,
  zh,
  en,
  family,
  conditions: [],
  dose: null,
  contaminants: [],
  effects: [],
  water: null,
  note: '',
  mark: 'found',
  ...part,
})

export const TECHNOLOGIES: readonly Technology[] = [
  technology('fgd-gypsum', '脱硫石膏', 'FGD gypsum', 'amendment', {
    conditions: [OUTLET],
    dose: byRequirement('gypsum', 0.9, '纯度 90 % 以上（S23） | purity above 90 % (S23)'),
    effects: [
      effect(
        'ph',
        'to',
        7.8,
        7.8,
        '向日葵盆栽，原 pH 9.2，7.5 t/ha 加 1200 m³/ha | pot with sunflower, from pH 9.2: 7.5 t/ha and 1200 m³/ha',
        'PLOS ONE 0052437 (S29)',
      ),
      effect('esp', 'to', 2.8, 2.8, '同上，原 ESP 63.5 | the same pot, from ESP 63.5', 'PLOS ONE 0052437 (S29)'),
      effect('salt', 'to', 0.6, 0.6, '同上，原 6.5 g/kg | the same pot, from 6.5 g/kg', 'PLOS ONE 0052437 (S29)'),
    ],
    source:
      'Chi 等 2012（S23）；稻田试验（S24）；大安 2014 年 1100 ha、查干 2017 年（S45） | Chi et al. 2012 (S23); field with rice (S24); 1100 ha Da’an 2014, Chagan 2017 (S45)',
    note: '稻田 4.17、16.68、29.17 t/ha 中 29.17 对 0–40 cm 最好：pH、SAR 降，0–20 cm EC 升（S24）。Chi 的土壤 100 % 需要量为 15 g/kg，约 42 t/ha。 | In a rice field 29.17 t/ha was best of 4.17, 16.68 and 29.17 for 0–40 cm: pH and SAR down, EC up in 0–20 cm (S24). 100 % of the requirement of Chi’s soil was 15 g/kg, about 42 t/ha.',
  }),
  technology('phosphogypsum', '磷石膏', 'phosphogypsum', 'amendment', {
    conditions: [OUTLET],
    dose: fixed(
      30,
      '与农家肥 50 t/ha、草炭 30 t/ha 同施，大安重度苏打盐碱稻田（S25） | with 50 t/ha manure and 30 t/ha peat, severe saline-sodic paddy, Da’an (S25)',
    ),
    contaminants: [...['F', 'Cd', 'As', 'Pb', 'Cr', 'Hg'].map((substance) => certificate(substance)), certificate('Ra-226', 'material')],
    effects: [
      effect(
        'yield',
        'to',
        387.9,
        387.9,
        '大安重度苏打盐碱稻田，为对照的 32.52 倍 | severe saline-sodic paddy, Da’an; 32.52 times the control',
        'Agronomy 2023, 13, 1364 (S25)',
        {
          crop: 'rice',
        },
      ),
    ],
    source:
      'Agronomy 2023, 13, 1364（S25）；大安模式，2017 年起 200 ha（S47） | Agronomy 2023, 13, 1364 (S25); the Da’an mode, 200 ha from 2017 (S47)',
    note: '纯度、氟、重金属、放射性随厂家和批次不同：没有检测报告不列入规划。 | Purity, fluorine, heavy metals and radioactivity differ by works and batch: without a certificate it is not planned.',
  }),
  technology('manure', '腐熟农家肥', 'farmyard manure', 'organic', {
    dose: fixed(50, '与磷石膏 30 t/ha、草炭 30 t/ha 同施（S25） | with 30 t/ha phosphogypsum and 30 t/ha peat (S25)'),
    source: 'Agronomy 2023, 13, 1364 (S25)',
  }),
  technology('peat', '草炭', 'peat', 'organic', {
    dose: fixed(30, '与磷石膏 30 t/ha、农家肥 50 t/ha 同施（S25） | with 30 t/ha phosphogypsum and 50 t/ha manure (S25)'),
    source: 'Agronomy 2023, 13, 1364 (S25)',
  }),
  technology('aluminium-sulfate', '硫酸铝', 'aluminium sulfate', 'amendment', {
    conditions: [OUTLET],
    dose: {
      by: 'soil-mass',
      percent: 0.6,
      ...LAYER,
      source: '0.075–0.6 % 中土重的 0.6 % 最好（S26） | 0.6 % of the soil’s mass was best of 0.075–0.6 % (S26)',
      mark: 'found',
    },
    effects: [
      effect(
        'esp',
        'change-percent',
        -25.2,
        -71.5,
        '水田交换性钠（旱田 −38.6 至 −61.3 %） | exchangeable sodium in paddy (−38.6 to −61.3 % on dry land)',
        'IJABE 15(1) 6252 (S27)',
        { planned: true },
      ),
      effect('yield', 'change-percent', 52.5, 260, '水田 | paddy', 'IJABE 15(1) 6252 (S27)', { crop: 'rice' }),
      effect('yield', 'change-percent', 24, 60.8, '旱田 | dry land', 'IJABE 15(1) 6252 (S27)'),
    ],
    source: 'S26; IJABE 15(1) 6252 (S27)',
    note: '0.6 % 时 pH 降得最多，降幅未找到。 | pH fell most at 0.6 %; by how much was not found.',
  }),
  technology('iron-sulfate-humic', '硫酸亚铁、腐植酸、风化煤', 'iron sulfate, humic acid, weathered coal', 'amendment', {
    conditions: [OUTLET],
    effects: [
      effect('ph', 'change-percent', -2.87, -5.39, '大田，青贮玉米 | field, forage maize', 'S28', { planned: true }),
      effect('esp', 'change-percent', -38.7, -75.2, '大田，青贮玉米 | field, forage maize', 'S28', { planned: true }),
    ],
    source: 'S28',
    note: '用量未找到。 | The dose was not found.',
  }),
  technology('citric-gypsum', '柠檬酸石膏加柠檬酸降碱剂', 'citric-acid gypsum with citric alkali reducer', 'amendment', {
    conditions: [OUTLET],
    effects: [
      effect('ph', 'change', -1, -1, '镇赉建平，约降 1 | Jianping, Zhenlai: about 1', '吉林日报 2025-08-13 (S49)', { planned: true }),
    ],
    source: '吉林日报 2025-08-13 (S49)',
    note: '用量未找到。 | The dose was not found.',
  }),
  technology('organosilicon', '有机硅改良剂', 'organosilicon conditioner', 'amendment', {
    effects: [
      effect(
        'ph',
        'to',
        7.5,
        7.5,
        '大安返碱稻田约 500 亩，原 pH 9 以上，降至约 7.5 | about 500 亩 of re-alkalised paddy at pH above 9, Da’an; about 7.5',
        'S46',
        { planned: true },
      ),
      effect('yield', 'to', 650, 659.7, '同上 | the same fields', 'S46', { crop: 'rice' }),
    ],
    source: 'S46',
    note: '用量未找到。 | The dose was not found.',
  }),
  technology('sulfur', '硫磺', 'sulfur', 'amendment', {
    conditions: [OUTLET],
    dose: byRequirement('sulfur', 0.95, '1 t 石膏相当于 0.186 t，纯度为假定 | equivalent 0.186 t for 1 t of gypsum; purity assumed'),
    source: '改良剂当量按化学计量 | amendment equivalents by stoichiometry',
    mark: 'computed',
    note: '在土中一季以上才氧化成酸，需土中有碳酸钙。 | Becomes acid in the soil over one season and more, and needs lime there.',
  }),
  technology('leaching', '以水洗碱（淋洗）', 'leaching', 'leaching', {
    conditions: [yes('irrigation', '需渠水（S47） | needs canal water (S47)'), yes('drain-outlet', '需排水（S47） | needs drains (S47)')],
    source: 'S47; Soviet norm (S82)',
    note: '曾按 4000–10000 m³/ha 洗去 1 m 土层盐分（S82）。2016 年大安农场单独使用失败，亩产不足 50 kg（S47）。水量由本单位填写。 | 4,000–10,000 m³/ha were reckoned to take the salt out of 1 m (S82). Alone it failed at a Da’an farm in 2016: under 50 kg/亩 (S47). The office states the water.',
  }),
  technology('paddy', '以稻治碱（种稻改良）', 'reclaiming under rice', 'paddy', {
    conditions: [
      yes('paddy-water', '需稳定的地表水（S48） | needs secure surface water (S48)'),
      yes('drain-outlet', '需排水出口（S48） | needs an outfall for its drains (S48)'),
    ],
    effects: [
      effect(
        'yield',
        'to',
        500,
        600,
        '民乐村 1136 ha，改良后 1000–1200 斤/亩 | Minle village, 1136 ha, after improvement: 1000–1200 斤/亩',
        'S48',
        { crop: 'rice' },
      ),
    ],
    source: 'S48',
  }),
  technology('drainage', '排水（明沟、暗管）', 'drains, open or under ground', 'drainage', {
    conditions: [yes('drain-outlet', '排水必有出口 | a drain ends somewhere', 'computed')],
    source: '文献只提及，无数字 | named in the literature, without figures',
    note: '间距、深度、费用未找到。 | Spacing, depth and cost were not found.',
  }),
  technology('sand', '客沙（掺沙）', 'sand mixed in', 'sand', {
    source: '文献只提及，无数字 | named in the literature, without figures',
    note: '用量和费用未找到。 | Dose and cost were not found.',
  }),
  technology('sub-soiling', '深松', 'sub-soiling', 'sub-soiling', {
    source: '文献只提及，无数字 | named in the literature, without figures',
    note: '深度、效果、费用未找到。 | Depth, effect and cost were not found.',
  }),
  technology('straw', '秸秆还田', 'straw', 'organic', {
    source: '文献只提及，无数字 | named in the literature, without figures',
    note: '用量和费用未找到。 | Dose and cost were not found.',
  }),
  technology('sesbania-manure', '种植翻压田菁', 'sesbania ploughed in', 'green-manure', {
    effects: [
      effect(
        'yield',
        'to',
        2513.46,
        2513.46,
        '鲜重，pH 9.5 以上重度碱土，蛋白 22–24 % | fresh mass, heavy alkali soil of pH above 9.5; protein 22–24 %',
        'China News 2023-09-08 (S76)',
        { crop: 'sesbania' },
      ),
    ],
    source: 'China News 2023-09-08 (S76)',
  }),
  technology('oats-continuous', '燕麦连作', 'continuous oats', 'cropping', {
    source: 'People’s Daily 2022-11-18 (S77)',
    note: '镇南 500 亩十余年，明显恢复，无数字。 | More than ten years on 500 亩 at Zhennan: visible recovery, without figures.',
  }),
]

export const SHIPPED_RULES = [{ id: 'no-leaching-untreated', espAbove: 30, ...OPEN }] as const
