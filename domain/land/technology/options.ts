/**
 * What may be done with a patch, and why each other thing may not. An option breaks none of its conditions and has every figure that its benefit needs; where
 * one is not stated, there is no option but a reason.
 */
import { isCultivated } from '@dishu/kernel/areas/areas'
import type { Crop, SoilState } from '../crops/crops.ts'
import { type Act, type LimitRule, usableFor } from '../ecology/ecology.ts'
import { askConditions } from './conditions.ts'
import { costsOf, type OptionCost } from './costs.ts'
import { dosesOf, type OptionDose } from './doses.ts'
import type { Because, OutReason, PatchFacts } from './facts.ts'
import type { Library, Practice, Technology } from './measures.ts'
import { benefitOf, type YieldOfYear, yieldsOf } from './returns.ts'
import { soilByYear } from './soil-course.ts'
import { type WaterOfYear, waterOf } from './water-use.ts'

export type LandOption = {
  readonly id: string // practice/crop
  readonly practice: string
  readonly crop: string
  readonly acts: readonly Act[]
  /** Ground of the patch that may see it; the rest is forbidden by `forbidden`. All figures per 亩 are for this ground. */
  readonly usableM2: number
  readonly forbidden: readonly { readonly limit: string; readonly act: Act; readonly areaM2: number }[]
  readonly doses: readonly OptionDose[]
  readonly costs: readonly OptionCost[] // of each year from the start
  readonly water: readonly WaterOfYear[]
  readonly soil: readonly SoilState[] // by year, 0 as it is
  readonly yields: readonly YieldOfYear[]
  /** Net present value of doing it against leaving it, 分 per 亩. */
  readonly benefitFenPerMu: number
  readonly because: readonly Because[]
}
/** What is known of an option that is out: what could be worked out before something stood in the way. */
export type RuledOut = {
  readonly id: string
  readonly practice: string
  readonly crop: string
  readonly reasons: readonly OutReason[]
  readonly doses: readonly OptionDose[]
}
export type PatchOptions = { readonly patch: string; readonly options: readonly LandOption[]; readonly out: readonly RuledOut[] }

/** Every practice with every crop it is for, in or out. `limits` are the rules of the day. Pure: the same facts give the same answer. */
export function optionsOf(facts: PatchFacts, library: Library, limits: readonly LimitRule[]): PatchOptions {
  const options: LandOption[] = []
  const out: RuledOut[] = []
  for (const practice of library.practices)
    for (const crop of practice.crops) {
      const found = optionOf(facts, library, limits, practice, crop)
      if ('reasons' in found) out.push(found)
      else options.push(found)
    }
  return { patch: facts.id, options, out }
}

/** What follows for land and law from growing a crop in a practice. */
function actsOf(landClass: string, crop: Pick<Crop, 'method'>, technologies: readonly Technology[], practice: Practice): Act[] {
  const acts: Act[] = [isCultivated(landClass) ? 'ameliorate' : 'reclaim']
  if (crop.method === 'paddy' && landClass !== PADDY) acts.push('to-paddy')
  if (technologies.some(({ family }) => family === 'drainage')) acts.push('drain')
  return [...new Set([...acts, ...practice.acts])]
}
const PADDY = '0101'

function optionOf(
  facts: PatchFacts,
  library: Library,
  limits: readonly LimitRule[],
  practice: Practice,
  cropCode: string,
): LandOption | RuledOut {
  const id = `${practice.code}/${cropCode}`
  const named = { id, practice: practice.code, crop: cropCode }
  const crop = library.crops.find(({ code }) => code === cropCode)
  const technologies = practice.steps.map(({ technology }) => library.technologies.find(({ code }) => code === technology))
  const lacking: OutReason[] = practice.steps
    .filter((_, i) => technologies[i] === undefined)
    .map(({ technology }) => ({ kind: 'not-configured', what: 'technology', of: technology }))
  if (!crop) lacking.push({ kind: 'not-configured', what: 'crop', of: cropCode })
  if (!crop || lacking.length > 0) return { ...named, reasons: lacking, doses: [] }
  const measures = technologies as readonly Technology[]

  const reasons: OutReason[] = []
  const acts = actsOf(facts.landClass, crop, measures, practice)
  const usable = usableFor(facts.limits, limits, acts)
  if (usable.areaM2 <= 0) for (const { limit, act, areaM2 } of usable.forbidden) reasons.push({ kind: 'limit', limit, act, areaM2 })
  // ground that was not laid under the limits may be forbidden all the same
  if (facts.limits.length === 0) reasons.push({ kind: 'unknown', of: practice.code, indicator: 'limits' })
  const asked = askConditions(facts, practice, measures, crop, library.rules)
  reasons.push(...asked.reasons)
  // a dose is shown even where something else stands in the way: it tells what the soil would need
  const dosed = dosesOf(facts.soil, measures)
  reasons.push(...dosed.reasons)
  if (reasons.length > 0) return { ...named, reasons: distinct(reasons), doses: dosed.doses }

  const { discountPercent, horizonYears } = library.economics
  if (discountPercent === null) reasons.push({ kind: 'not-configured', what: 'discount', of: 'economics' })
  if (horizonYears === null) reasons.push({ kind: 'not-configured', what: 'horizon', of: 'economics' })
  const years = horizonYears?.value ?? 1
  const water = waterOf(practice, measures, crop, library.waterNeeds, years)
  reasons.push(...water.reasons)
  const soil = soilByYear(facts.soil, practice, measures, dosed.doses, water.years, years)
  if (soil === null)
    reasons.push(...(['ph', 'esp', 'ece'] as const).filter((each) => facts.soil?.[each] == null).map(unknownSoil(cropCode)))
  const yields = soil && yieldsOf(crop, soil, library.economics.yieldRule)
  reasons.push(...(yields?.reasons ?? []))
  const costs = costsOf(practice, measures, dosed.doses, water.years, library, crop, years)
  reasons.push(...costs.reasons)
  // what never yields is no way to use land, whatever it costs; what is not stated comes first, since water is part of the yield
  if (reasons.length === 0 && yields && yields.years.every(({ factor }) => factor === 0)) reasons.push({ kind: 'no-yield', of: cropCode })
  if (reasons.length > 0 || soil === null || yields === null || discountPercent === null)
    return { ...named, reasons: distinct(reasons), doses: dosed.doses }

  const benefitFenPerMu = benefitOf(facts, crop, library, yields.years, costs.lines, discountPercent.value, years)
  return {
    ...named,
    acts,
    usableM2: usable.areaM2,
    forbidden: usable.forbidden,
    doses: dosed.doses,
    costs: costs.lines,
    water: water.years,
    soil,
    yields: yields.years,
    benefitFenPerMu,
    because: asked.because,
  }
}

const unknownSoil = (of: string) => (indicator: 'ph' | 'esp' | 'ece') => ({ kind: 'unknown', of, indicator }) as const

function distinct(reasons: readonly OutReason[]): OutReason[] {
  const seen = new Set<string>()
  return reasons.filter((reason) => {
    // what is not known, or not there, is one reason, whoever needs it
    const lacks = reason.kind === 'condition' && reason.limit === null
    const key = reason.kind === 'unknown' || lacks ? `${reason.kind} ${reason.indicator}` : JSON.stringify(reason)
    return !seen.has(key) && seen.add(key)
  })
}
