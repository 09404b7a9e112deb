/** Names of the closed lists of this subject, in both languages. */
import type { Language } from '@dishu/base/refusal'
import type { CropMethod, Mark, TrialDesign } from '../crops/crops.ts'
import type { Act } from '../ecology/ecology.ts'
import type { CostScope, CostUnit, Family, Indicator } from './measures.ts'

type Both = Readonly<Record<Language, string>>

export const ACT_NAMES: Readonly<Record<Act, Both>> = {
  ameliorate: { zh: '改良', en: 'amelioration' },
  reclaim: { zh: '开垦', en: 'reclaiming' },
  'to-paddy': { zh: '旱改水', en: 'turning dry land into paddy' },
  convert: { zh: '改变用途', en: 'conversion' },
  drain: { zh: '开挖排水', en: 'new drains' },
  build: { zh: '建设', en: 'building' },
  farm: { zh: '耕种', en: 'tilling' },
}
export const FAMILY_NAMES: Readonly<Record<Family, Both>> = {
  amendment: { zh: '改良剂', en: 'amendment' },
  organic: { zh: '有机物料', en: 'organic matter' },
  leaching: { zh: '淋洗', en: 'leaching' },
  drainage: { zh: '排水', en: 'drainage' },
  sand: { zh: '客沙', en: 'sand' },
  'sub-soiling': { zh: '深松', en: 'sub-soiling' },
  paddy: { zh: '种稻改良', en: 'paddy rice' },
  'green-manure': { zh: '绿肥', en: 'green manure' },
  cropping: { zh: '耐盐种植', en: 'tolerant cropping' },
}
export const MARK_NAMES: Readonly<Record<Mark, Both>> = {
  found: { zh: '有出处', en: 'found' },
  computed: { zh: '推算', en: 'computed' },
  recalled: { zh: '凭记忆，待核', en: 'recalled' },
  own: { zh: '本单位', en: 'own' },
  invented: { zh: '虚构', en: 'invented' },
}
export const METHOD_NAMES: Readonly<Record<CropMethod, Both>> = {
  paddy: { zh: '水田', en: 'paddy' },
  irrigated: { zh: '水浇地', en: 'irrigated' },
  rainfed: { zh: '旱作', en: 'rain-fed' },
}
export const DESIGN_NAMES: Readonly<Record<TrialDesign, Both>> = {
  rcbd: { zh: '随机区组', en: 'randomised complete blocks' },
  crd: { zh: '完全随机', en: 'completely randomised' },
  'paired-strips': { zh: '成对条带', en: 'paired strips' },
  demonstration: { zh: '示范（无重复）', en: 'demonstration without replicates' },
}
export const SCOPE_NAMES: Readonly<Record<CostScope | 'growing', Both>> = {
  material: { zh: '材料', en: 'material' },
  spreading: { zh: '运撒', en: 'spreading' },
  earthworks: { zh: '土方', en: 'earthworks' },
  drainage: { zh: '排水', en: 'drainage' },
  'water-works': { zh: '水利设施', en: 'water works' },
  water: { zh: '水费', en: 'water' },
  seed: { zh: '种子', en: 'seed' },
  labour: { zh: '人工', en: 'labour' },
  other: { zh: '其他', en: 'other' },
  growing: { zh: '种植成本', en: 'growing' },
}
export const UNIT_NAMES: Readonly<Record<CostUnit, Both>> = {
  mu: { zh: '亩', en: '亩' },
  t: { zh: '吨', en: 't' },
  m3: { zh: 'm³', en: 'm³' },
}
export const INDICATOR_NAMES: Readonly<Record<Indicator, Both>> = {
  ph: { zh: 'pH', en: 'pH' },
  esp: { zh: 'ESP（%）', en: 'ESP (%)' },
  ece: { zh: 'ECe（dS/m）', en: 'ECe (dS/m)' },
  salt: { zh: '含盐量（g/kg）', en: 'salt (g/kg)' },
  cec: { zh: 'CEC（cmol/kg）', en: 'CEC (cmol/kg)' },
  alkalinity: { zh: '可溶碱度（cmol/kg）', en: 'soluble alkalinity (cmol/kg)' },
  lime: { zh: '碳酸钙（g/kg）', en: 'lime (g/kg)' },
  'bulk-density': { zh: '容重（t/m³）', en: 'bulk density (t/m³)' },
  slope: { zh: '坡度（°）', en: 'slope (°)' },
  'paddy-water': { zh: '可及稻田用水', en: 'paddy water reachable' },
  irrigation: { zh: '可及灌溉用水', en: 'irrigation water reachable' },
  'drain-outlet': { zh: '有排水出口', en: 'a drain outlet' },
}
