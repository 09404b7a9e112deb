/**
 * What is left of a crop's yield on a soil. Salt alone overestimates on soda soils: the published thresholds come from chloride soils without sodium, so ESP and
 * pH count beside it, each by limits of its own.
 */
import type { Crop, PhLimits, SaltTolerance, UpperLimits } from './crop.ts'

/** Share of the yield left, 0–1: Yr = 1 − b·(EC − a) above the threshold (Maas & Hoffman 1977). */
export function maasHoffman({ threshold, slope }: Pick<SaltTolerance, 'threshold' | 'slope'>, ec: number): number {
  return Math.min(1, Math.max(0, 1 - (slope / 100) * Math.max(0, ec - threshold)))
}
/** The EC, dS/m, at which this share of the yield is left (below 1). */
export const ecForYield = ({ threshold, slope }: Pick<SaltTolerance, 'threshold' | 'slope'>, share: number): number =>
  threshold + (1 - share) / (slope / 100)

/** The curve of Steppuhn et al. 2005 with the same two numbers: half the yield at C50 = 0.988·(0.5/b + a) − 0.252, steepness 1.52·b (b a fraction). */
export function steppuhn({ threshold, slope }: Pick<SaltTolerance, 'threshold' | 'slope'>): {
  readonly c50: number
  readonly steepness: number
  readonly index: number // ST-Index
  yieldAt(ec: number): number
} {
  const b = slope / 100
  const c50 = 0.988 * (0.5 / b + threshold) - 0.252
  const steepness = 1.52 * b
  return {
    c50,
    steepness,
    index: c50 + steepness * c50,
    yieldAt: (ec) => (ec <= 0 ? 1 : 1 / (1 + (ec / c50) ** Math.exp(steepness * c50))),
  }
}

/** 1 up to `noLossTo`, 0 from `noneFrom`. */
export const withinUpper = ({ noLossTo, noneFrom }: Pick<UpperLimits, 'noLossTo' | 'noneFrom'>, value: number): number =>
  value <= noLossTo ? 1 : value >= noneFrom ? 0 : (noneFrom - value) / (noneFrom - noLossTo)

export function withinPh({ noneTo, noLossFrom, ...upper }: PhLimits, value: number): number {
  if (noneTo === null || noLossFrom === null || value >= noLossFrom) return withinUpper(upper, value)
  return value <= noneTo ? 0 : (value - noneTo) / (noLossFrom - noneTo)
}

/** `product`: losses come on top of one another, as FAO-56 (eq. 92) lets salt and drought; `min`: the worst alone decides. */
export const YIELD_RULES = ['product', 'min'] as const
export type YieldRule = (typeof YIELD_RULES)[number]
export type SaltCurve = 'maas-hoffman' | 'steppuhn'

export type SoilState = { readonly ph: number; readonly esp: number; readonly ece: number }
export type YieldFactor =
  | { readonly known: true; readonly factor: number; readonly salt: number; readonly sodicity: number; readonly ph: number }
  /** The limits that nobody has stated for this crop: then no factor is given, since any would leave a loss out. */
  | { readonly known: false; readonly missing: readonly ('salt-limit' | 'sodicity-limit' | 'ph-limit')[] }

export function yieldFactor(
  crop: Pick<Crop, 'salt' | 'sodicity' | 'ph'>,
  soil: SoilState,
  rule: YieldRule = 'product',
  curve: SaltCurve = 'maas-hoffman',
): YieldFactor {
  const missing = (['salt', 'sodicity', 'ph'] as const).filter((name) => crop[name] === null).map((name) => `${name}-limit` as const)
  if (crop.salt === null || crop.sodicity === null || crop.ph === null) return { known: false, missing }
  const salt = curve === 'steppuhn' ? steppuhn(crop.salt).yieldAt(soil.ece) : maasHoffman(crop.salt, soil.ece)
  const sodicity = withinUpper(crop.sodicity, soil.esp)
  const ph = withinPh(crop.ph, soil.ph)
  return { known: true, factor: rule === 'min' ? Math.min(salt, sodicity, ph) : salt * sodicity * ph, salt, sodicity, ph }
}
