/** What an option brings: yields by year, and their worth today against leaving the land as it is. */
import { isCultivated } from '@dishu/kernel/areas/areas'
import { type Crop, type SoilState, type YieldRule, yieldFactor } from '../crops/crops.ts'
import type { OptionCost } from './costs.ts'
import type { OutReason, PatchFacts } from './facts.ts'
import type { Library } from './measures.ts'
import { sumOf } from './water-use.ts'

export type YieldOfYear = { readonly year: number; readonly factor: number; readonly kgPerMu: number }

/** Year 0 is the first season: its soil is state 1. */
export function yieldsOf(
  crop: Crop,
  soil: readonly SoilState[],
  rule: YieldRule,
): { readonly years: readonly YieldOfYear[]; readonly reasons: readonly OutReason[] } {
  const reasons: OutReason[] = []
  const years: YieldOfYear[] = []
  if (crop.potential === null) reasons.push({ kind: 'not-configured', what: 'potential', of: crop.code })
  if (crop.price === null) reasons.push({ kind: 'not-configured', what: 'crop-price', of: crop.code })
  soil.slice(1).forEach((state, year) => {
    const found = yieldFactor(crop, state, rule)
    if (found.known) years.push({ year, factor: found.factor, kgPerMu: found.factor * (crop.potential?.value ?? 0) })
    else if (year === 0) for (const what of found.missing) reasons.push({ kind: 'not-configured', what, of: crop.code })
  })
  return { years: reasons.length > 0 ? [] : years, reasons }
}

/**
 * Net present value, 分 per 亩: Σ (yield × price − costs − what the land brings untreated) ÷ (1 + r)^year. Uncultivated land brings nothing; cultivated land the
 * present crop's yield on the present soil less its growing and water costs, and nothing where that is a loss.
 */
export function benefitOf(
  facts: PatchFacts,
  crop: Crop,
  library: Library,
  yields: readonly YieldOfYear[],
  costs: readonly OptionCost[],
  discountPercent: number,
  years: number,
): number {
  const price = crop.price?.value ?? 0
  const before = untreated(facts, crop, library)
  const spent = new Float64Array(years)
  for (const { year, fenPerMu } of costs) spent[year] += fenPerMu
  let total = 0
  for (let year = 0; year < years; year++)
    total += ((yields[year]?.kgPerMu ?? 0) * price - spent[year] - before) / (1 + discountPercent / 100) ** year
  return total
}

function untreated({ landClass, presentCrop, soil }: PatchFacts, optionCrop: Crop, { crops, economics, waterNeeds }: Library): number {
  if (!isCultivated(landClass) || soil === null || soil.ph === null || soil.esp === null || soil.ece === null) return 0
  const crop = presentCrop ? (crops.find(({ code }) => code === presentCrop) ?? optionCrop) : optionCrop
  const found = yieldFactor(crop, { ph: soil.ph, esp: soil.esp, ece: soil.ece }, economics.yieldRule)
  if (!found.known || !crop.potential || !crop.price || !crop.growingCost) return 0
  const months = crop.method === 'rainfed' ? [] : (waterNeeds.find((need) => need.crop === crop.code)?.months ?? [])
  const water = sumOf(months) * (economics.waterFenPerM3?.value ?? 0)
  return Math.max(0, found.factor * crop.potential.value * crop.price.value - crop.growingCost.value - water)
}
