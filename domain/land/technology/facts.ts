/** What is known of a patch where it is asked what may be done with it, and the words for why something may not. */
import type { Mark } from '../crops/crops.ts'
import type { Act, LimitPart } from '../ecology/ecology.ts'
import type { Indicator } from './measures.ts'

/** Soil of the graded depth; null: not measured, or not to be had from what was. */
export type SoilFacts = {
  readonly ph: number | null
  readonly esp: number | null // %
  readonly ece: number | null // dS/m
  readonly saltGPerKg: number | null
  readonly cec: number | null // cmol/kg
  /** Soluble CO₃ + HCO₃ − Ca − Mg, meq/100 g; below zero: calcium to spare. */
  readonly alkalinity: number | null
  readonly limeGPerKg: number | null // CaCO₃
  readonly bulkDensity: number | null // t/m³
  readonly samples: readonly string[] // their codes
  readonly campaign: string | null
}
/** null: not known. */
export type WaterFacts = {
  readonly district: string | null // the irrigation district that serves the patch
  readonly paddy: boolean | null
  readonly irrigation: boolean | null
  readonly drainOutlet: boolean | null
}
export type PatchFacts = {
  readonly id: string
  readonly landClass: string
  readonly areaM2: number
  readonly slopeDegrees: number | null
  readonly soil: SoilFacts | null // null: no sample speaks for it
  readonly water: WaterFacts
  readonly limits: readonly LimitPart[] // add up to areaM2
  /** The crop that grows there now; without one, cultivated land is taken to grow the option's own. */
  readonly presentCrop?: string | null
}

export type Because = { readonly indicator: Indicator; readonly value: number | boolean }
export type NotConfigured =
  | 'technology'
  | 'crop'
  | 'dose'
  | 'certificate'
  | 'price'
  | 'water-price'
  | 'quota'
  | 'salt-limit'
  | 'sodicity-limit'
  | 'ph-limit'
  | 'potential'
  | 'crop-price'
  | 'growing-cost'
  | 'discount'
  | 'horizon'
export type OutReason =
  | {
      readonly kind: 'condition'
      readonly of: string
      readonly indicator: Indicator
      readonly is: string
      readonly limit: number | null
      readonly value: number | boolean
      readonly source: string
      readonly mark: Mark
    }
  | { readonly kind: 'unknown'; readonly of: string; readonly indicator: Indicator | 'soil' | 'limits' }
  | { readonly kind: 'limit'; readonly limit: string; readonly act: Act; readonly areaM2: number }
  | {
      readonly kind: 'rule'
      readonly rule: string
      readonly value: number
      readonly limit: number
      readonly source: string
      readonly mark: Mark
    }
  | { readonly kind: 'contaminant'; readonly of: string; readonly substance: string; readonly value: number; readonly limit: number }
  | { readonly kind: 'no-yield'; readonly of: string }
  | { readonly kind: 'not-configured'; readonly what: NotConfigured; readonly of: string }
