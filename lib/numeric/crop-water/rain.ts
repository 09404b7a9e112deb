/** Effective rain: the part of it that a crop can use. Each way is a choice that is stated with its result. */

/**
 * USDA Soil Conservation Service (1970, Technical Release 21; Dastane 1974, FAO Irrigation and Drainage Paper 25): mean effective rain of a month from the
 * month's rain and the crop's evapotranspiration, mm, for a net depth of irrigation of 75 mm or another. Never more than either.
 */
export function effectiveRainScs(rainMm: number, etcMm: number, netDepthMm = 75): number {
  if (rainMm <= 0 || etcMm <= 0) return 0
  const storage = 0.531747 + 0.295164 * (netDepthMm / 25.4) - 0.057697 * (netDepthMm / 25.4) ** 2 + 0.003804 * (netDepthMm / 25.4) ** 3
  const inches = storage * (0.70917 * (rainMm / 25.4) ** 0.82416 - 0.11556) * 10 ** ((0.02426 * etcMm) / 25.4)
  return Math.max(0, Math.min(rainMm, etcMm, inches * 25.4))
}

/** The shorter form of the same Service, as CROPWAT has it (Smith 1992, FAO Irrigation and Drainage Paper 46): of a month's rain alone. */
export const effectiveRainUsda = (rainMm: number) => (rainMm <= 250 ? (rainMm * (125 - 0.2 * rainMm)) / 125 : 125 + 0.1 * rainMm)

export type RainRule =
  | { readonly by: 'usda' }
  | { readonly by: 'scs'; readonly netDepthMm: number }
  | { readonly by: 'share'; readonly share: number }

export function effectiveRain(rule: RainRule, rainMm: number, etcMm: number): number {
  if (rule.by === 'scs') return effectiveRainScs(rainMm, etcMm, rule.netDepthMm)
  return rule.by === 'usda' ? effectiveRainUsda(rainMm) : rule.share * rainMm
}
