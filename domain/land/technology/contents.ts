/** Things of the library as rows of the register. */
import type { Content } from '@dishu/kernel/records/records'
import type { Crop, Variety } from '../crops/crops.ts'
import type { LimitRule } from '../ecology/ecology.ts'
import type { Practice, Technology } from './measures.ts'

export const cropContent = ({ code, zh, en, growingCost, ...crop }: Crop): Content => ({
  crop_code: code,
  name_zh: zh,
  name_en: en,
  ...crop,
  growing_cost: growingCost,
})
export const technologyContent = ({ code, zh, en, ...technology }: Technology): Content => ({
  technology_code: code,
  name_zh: zh,
  name_en: en,
  ...technology,
})
export const practiceContent = ({ code, zh, en, ...practice }: Practice): Content => ({
  practice_code: code,
  name_zh: zh,
  name_en: en,
  ...practice,
})
export const varietyContent = ({ code, crop, seedSource, seedPrice, seedKgPerMu, ...variety }: Variety): Content => ({
  variety_code: code,
  crop_code: crop,
  seed_source: seedSource,
  seed_price: seedPrice,
  seed_kg_per_mu: seedKgPerMu,
  ...variety,
})
export const limitContent = ({ code, zh, en, from, to, ...limit }: LimitRule): Content => ({
  limit_code: code,
  name_zh: zh,
  name_en: en,
  law_from: from,
  law_to: to,
  ...limit,
})
