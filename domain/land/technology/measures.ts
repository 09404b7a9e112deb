/**
 * The words of amelioration: technologies (one measure each), practices (measures over years, with the crops they are for), and what an office states beside them.
 * All of it is data: conditions, doses, effects and costs carry their source and how sure they are.
 */
import type { AmendmentId } from '@dishu/numeric/amelioration/equivalents'
import type { HOFFMAN } from '@dishu/numeric/crop-water/leaching'
import type { Crop, Figure, Mark, Sourced, YieldRule } from '../crops/crops.ts'
import type { Act } from '../ecology/ecology.ts'

export const FAMILIES = [
  'amendment',
  'organic',
  'leaching',
  'drainage',
  'sand',
  'sub-soiling',
  'paddy',
  'green-manure',
  'cropping',
] as const
export type Family = (typeof FAMILIES)[number]

/** Soil and way of leaching, of which Hoffman's constant is recalled. */
export type LeachingKind = keyof typeof HOFFMAN

/** What a condition may ask of a patch: its soil (0–20 cm unless the office grades another depth), its water, its slope. */
export const SOIL_INDICATORS = ['ph', 'esp', 'ece', 'salt', 'cec', 'alkalinity', 'lime', 'bulk-density'] as const
export const SITE_INDICATORS = ['slope', 'paddy-water', 'irrigation', 'drain-outlet'] as const
export type SoilIndicator = (typeof SOIL_INDICATORS)[number]
export type SiteIndicator = (typeof SITE_INDICATORS)[number]
export type Indicator = SoilIndicator | SiteIndicator
export const INDICATORS: readonly Indicator[] = [...SOIL_INDICATORS, ...SITE_INDICATORS]
export const OPERATORS = ['at-least', 'at-most', 'yes', 'no'] as const
export type Operator = (typeof OPERATORS)[number]

/** `value` in the indicator's unit; null for yes and no. */
export type Condition = Sourced & { readonly indicator: Indicator; readonly is: Operator; readonly value: number | null }

/**
 * How much: by the gypsum requirement of the soil and the equivalent of the substance; as a share of the soil's mass; or so many t/ha whatever the soil.
 * `bulkDensity` stands in where the soil's was not measured.
 */
export type Dose = Sourced & { readonly depthM: number; readonly bulkDensity: number } & (
    | {
        readonly by: 'gypsum-requirement'
        readonly amendment: AmendmentId
        readonly targetEsp: number
        readonly efficiency: number
        readonly purity: number
      }
    | { readonly by: 'soil-mass'; readonly percent: number }
    | { readonly by: 'fixed'; readonly tPerHa: number }
  )

export const EFFECT_KINDS = ['to', 'change', 'change-percent'] as const
export type EffectKind = (typeof EFFECT_KINDS)[number]
/**
 * What was seen of an indicator after a year: its new value, its change, or its change in %. `least` and `most` are the ends by how much was achieved, equal for one figure. A plan
 * reckons with `least` of effects that are `planned`; the others (a pot, another soil) are shown beside it. `yield` is kg/亩 of `crop`.
 */
export type Effect = Sourced & {
  readonly indicator: 'ph' | 'esp' | 'ece' | 'salt' | 'yield'
  readonly crop: string | null
  readonly kind: EffectKind
  readonly least: number
  readonly most: number
  readonly year: number // 1: the first season after
  readonly planned: boolean
  readonly where: string // site, soil, pot or field
}

/** What an amendment holds besides, by a laboratory's certificate: shares in mg/kg, radionuclides in Bq/kg. `limit` of the soil after the dose, or of the material. */
export type Contaminant = Sourced & {
  readonly substance: string
  readonly content: number | null
  readonly limit: number | null
  readonly of: 'material' | 'soil'
  readonly background: number | null // of the soil, mg/kg
}

export type Technology = {
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly family: Family
  readonly conditions: readonly Condition[]
  readonly dose: Dose | null // null: none is needed, or none is configured where the family is amendment or organic
  /** Contents that must be stated before it may be planned; an empty list asks for none. */
  readonly contaminants: readonly Contaminant[]
  readonly effects: readonly Effect[]
  /** Water of each year of its use, m³/亩 at the field beyond the crop's own, by month; null: none. */
  readonly water: (Sourced & { readonly months: readonly number[]; readonly kind: LeachingKind }) | null
  readonly note: string
  readonly source: string
  readonly mark: Mark
}

export const COST_SCOPES = ['material', 'spreading', 'earthworks', 'drainage', 'water-works', 'water', 'seed', 'labour', 'other'] as const
export type CostScope = (typeof COST_SCOPES)[number]
export const COST_UNITS = ['mu', 't', 'm3'] as const
export type CostUnit = (typeof COST_UNITS)[number]
/** One line of a technology's cost, 分 per unit: 亩 (each year of its use), tonne of its dose, or m³ of its water. */
export type CostLine = Sourced & {
  readonly technology: string
  readonly line: string
  readonly scope: CostScope
  readonly unit: CostUnit
  readonly fen: number
  readonly year: number // whose prices
}

/** `years` counted from the start, 0 first; `to` null: on and on. */
export type Step = { readonly technology: string; readonly from: number; readonly to: number | null }
export type Practice = Sourced & {
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly steps: readonly Step[]
  readonly crops: readonly string[]
  readonly conditions: readonly Condition[]
  readonly acts: readonly Act[] // beyond those that follow from the land and the crop
  readonly note: string
}

/** A rule that stands above all practices. */
export type PlanRule = Sourced & { readonly id: 'no-leaching-untreated'; readonly espAbove: number }

/** Net water at the field, m³/亩 by month, in a stated year type. */
export type WaterNeed = {
  readonly crop: string
  readonly months: readonly number[]
  readonly yearType: number | null
  readonly source: string
  readonly mark: Mark
}

export type Economics = {
  readonly discountPercent: Figure | null
  readonly horizonYears: Figure | null
  readonly waterFenPerM3: Figure | null // price of water at the field
  readonly yieldRule: YieldRule
}

export type Library = {
  readonly technologies: readonly Technology[]
  readonly costs: readonly CostLine[]
  readonly practices: readonly Practice[]
  readonly crops: readonly Crop[]
  readonly waterNeeds: readonly WaterNeed[]
  readonly rules: readonly PlanRule[]
  readonly economics: Economics
}
