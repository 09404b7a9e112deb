/** The words for a crop, for where a figure comes from, and for how sure it is. */
import type { Refusal } from '@dishu/base/refusal'

/**
 * How sure a figure is: `found` in a published source, `computed` from a stated formula, `recalled` from a named work that was not at hand, `own` of the office,
 * `invented` for the sample county. A figure that nobody has is absent.
 */
export const MARKS = ['found', 'computed', 'recalled', 'own', 'invented'] as const
export type Mark = (typeof MARKS)[number]

export type Sourced = { readonly source: string; readonly mark: Mark }
/** A figure of a year, in the unit that its field says. */
export type Figure = Sourced & { readonly value: number; readonly year: number }

/** Maas & Hoffman's two numbers; `medium`: whose electrical conductivity (of rice, the water over the soil). Editions differ, so each row keeps its own. */
export type SaltTolerance = Sourced & {
  readonly threshold: number // dS/m
  readonly slope: number // % of yield per dS/m
  readonly medium: 'ece' | 'soil-water'
  readonly edition: string
}
/** No loss up to `noLossTo`, nothing left from `noneFrom`, a straight line between. */
export type UpperLimits = Sourced & { readonly noLossTo: number; readonly noneFrom: number }
/** The same on both sides of pH; the lower side where it is known. */
export type PhLimits = UpperLimits & { readonly noneTo: number | null; readonly noLossFrom: number | null }

export const METHODS = ['paddy', 'irrigated', 'rainfed'] as const
export type CropMethod = (typeof METHODS)[number]

export type Crop = {
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly method: CropMethod
  readonly salt: SaltTolerance | null
  readonly sodicity: UpperLimits | null // ESP, %
  readonly ph: PhLimits | null
  /** kg/亩 on ground without salt, with enough water. */
  readonly potential: Figure | null
  /** 分 per kg */
  readonly price: Figure | null
  /** 分 per 亩 and year: seed, fertiliser, machines, labour, without water and amelioration. */
  readonly growingCost: Figure | null
  readonly note: string
}

export type Variety = {
  readonly code: string
  readonly crop: string
  readonly name: string
  readonly approval: string | null // 审定编号
  readonly seedSource: string | null
  readonly seedPrice: Figure | null // 分 per kg
  readonly seedKgPerMu: number | null
  readonly note: string
  readonly source: string
  readonly mark: Mark
}

export type CropsRefusal =
  | Refusal<'crops/no-such-crop', { readonly code: string }>
  | Refusal<'crops/one-site-year', { readonly varieties: readonly string[]; readonly siteYears: number; readonly siteYear: string | null }>
  | Refusal<'crops/not-compared', { readonly a: string; readonly b: string }>
