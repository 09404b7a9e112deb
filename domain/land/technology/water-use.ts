/** Water that an option takes at the field, by year and month. */
import type { Crop } from '../crops/crops.ts'
import type { OutReason } from './facts.ts'
import type { Practice, Step, Technology, WaterNeed } from './measures.ts'

/** Net m³/亩 at the field: `crop` by the quota, `leaching` beyond it. Twelve months each. */
export type WaterOfYear = { readonly crop: readonly number[]; readonly leaching: readonly number[] }
export const NO_WATER: readonly number[] = Array.from({ length: 12 }, () => 0)

export const isUsedIn = ({ from, to }: Step, year: number): boolean => from <= year && (to === null || year <= to)
export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

export function waterOf(
  { steps }: Practice,
  measures: readonly Technology[],
  crop: Crop,
  needs: readonly WaterNeed[],
  years: number,
): { readonly years: readonly WaterOfYear[]; readonly reasons: readonly OutReason[] } {
  const need = needs.find((each) => each.crop === crop.code)
  const reasons: OutReason[] = crop.method !== 'rainfed' && !need ? [{ kind: 'not-configured', what: 'quota', of: crop.code }] : []
  // leaching is nothing but its water: how much is for the office to say
  for (const { code, family, water } of measures)
    if (family === 'leaching' && water === null) reasons.push({ kind: 'not-configured', what: 'quota', of: code })
  const own = crop.method === 'rainfed' ? NO_WATER : (need?.months ?? NO_WATER)
  const leaching = (year: number): readonly number[] => {
    const wet = measures.flatMap(({ water }, i) => (water && isUsedIn(steps[i], year) ? [water.months] : []))
    return wet.length === 0 ? NO_WATER : wet.length === 1 ? wet[0] : NO_WATER.map((_, month) => sumOf(wet.map((each) => each[month])))
  }
  return { years: Array.from({ length: years }, (_, year) => ({ crop: own, leaching: leaching(year) })), reasons }
}
