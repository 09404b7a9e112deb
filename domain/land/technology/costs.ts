/** What an option costs, line by line and year by year. A technology of which no line is stated has no cost of nothing: it has none that is known. */
import type { Crop, Mark } from '../crops/crops.ts'
import type { OptionDose } from './doses.ts'
import type { OutReason } from './facts.ts'
import type { CostScope, Library, Practice, Technology } from './measures.ts'
import { isUsedIn, sumOf, type WaterOfYear } from './water-use.ts'

export type OptionCost = {
  readonly of: string // technology or crop
  readonly line: string
  readonly scope: CostScope | 'growing'
  readonly year: number // from the start, 0 first
  readonly fenPerMu: number
  readonly source: string
  readonly mark: Mark
}

export function costsOf(
  { steps }: Practice,
  measures: readonly Technology[],
  doses: readonly OptionDose[],
  water: readonly WaterOfYear[],
  { costs, economics }: Library,
  crop: Crop,
  years: number,
): { readonly lines: readonly OptionCost[]; readonly reasons: readonly OutReason[] } {
  const lines: OptionCost[] = []
  const reasons: OutReason[] = []
  measures.forEach((technology, i) => {
    const { code } = technology
    const own = costs.filter((cost) => cost.technology === code)
    const dose = doses.find((each) => each.technology === code)
    if (own.length === 0 || (dose && !own.some(({ unit }) => unit === 't'))) {
      reasons.push({ kind: 'not-configured', what: 'price', of: code })
      return
    }
    for (const { line, scope, unit, fen, source, mark } of own) {
      for (let year = 0; year < years; year++) {
        if (!isUsedIn(steps[i], year)) continue
        // a dose is given once, in the first year of its step
        if (unit === 't' && year !== steps[i].from) continue
        const leaching = technology.water ? sumOf(technology.water.months) : 0
        const amount = unit === 'mu' ? 1 : unit === 't' ? (dose?.tPerHa ?? 0) / 15 : leaching
        if (amount > 0) lines.push({ of: code, line, scope, year, fenPerMu: fen * amount, source, mark })
      }
    }
  })
  const price = economics.waterFenPerM3
  if (water.some((year) => sumOf(year.crop) + sumOf(year.leaching) > 0) && price === null)
    reasons.push({ kind: 'not-configured', what: 'water-price', of: 'economics' })
  const growing = crop.growingCost
  if (growing === null) reasons.push({ kind: 'not-configured', what: 'growing-cost', of: crop.code })
  for (let year = 0; year < years; year++) {
    if (growing)
      lines.push({
        of: crop.code,
        line: 'growing',
        scope: 'growing',
        year,
        fenPerMu: growing.value,
        source: growing.source,
        mark: growing.mark,
      })
    const used = water[year] ? sumOf(water[year].crop) + sumOf(water[year].leaching) : 0
    if (price && used > 0)
      lines.push({
        of: crop.code,
        line: 'water',
        scope: 'water',
        year,
        fenPerMu: used * price.value,
        source: price.source,
        mark: price.mark,
      })
  }
  return { lines: reasons.length > 0 ? [] : lines, reasons }
}
