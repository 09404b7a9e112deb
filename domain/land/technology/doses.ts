/** How much of each amendment a soil needs, and whether what comes with it stays within its limits. */
import { AMENDMENTS, equivalentOfGypsum, limeNeeded } from '@dishu/numeric/amelioration/equivalents'
import { addedContent, doseOfSoilMass, type GypsumRequirement, gypsumRequirement } from '@dishu/numeric/amelioration/gypsum'
import type { OutReason, SoilFacts } from './facts.ts'
import type { Dose, Indicator, Technology } from './measures.ts'

export type OptionDose = {
  readonly technology: string
  readonly tPerHa: number
  readonly by: Dose['by']
  /** Of a dose by the gypsum requirement, in pure gypsum. */
  readonly requirement: GypsumRequirement | null
}
type Dosed = { readonly doses: readonly OptionDose[]; readonly reasons: readonly OutReason[] }

/** The part of the amended layer that 1 kg of soil in 1 ha of it is: g/kg of lime to t/ha. */
const limeStore = (limeGPerKg: number, { depthM, bulkDensity }: Pick<Dose, 'depthM' | 'bulkDensity'>) =>
  limeGPerKg * 10 * depthM * bulkDensity

export function dosesOf(soil: SoilFacts | null, measures: readonly Technology[]): Dosed {
  const doses: OptionDose[] = []
  const reasons: OutReason[] = []
  for (const technology of measures) {
    const { code, dose, family } = technology
    if (dose === null) {
      // these are nothing without an amount; what is ploughed or flooded has none
      if (family === 'amendment' || family === 'organic' || family === 'sand')
        reasons.push({ kind: 'not-configured', what: 'dose', of: code })
      continue
    }
    const found = doseOf(soil, code, dose)
    if ('reasons' in found) reasons.push(...found.reasons)
    else {
      doses.push(found)
      reasons.push(...contaminantsOf(technology, dose, found.tPerHa, soil))
    }
  }
  return { doses, reasons }
}

function doseOf(soil: SoilFacts | null, technology: string, dose: Dose): OptionDose | { readonly reasons: readonly OutReason[] } {
  const { by } = dose
  if (by === 'fixed') return { technology, tPerHa: dose.tPerHa, by, requirement: null }
  if (soil === null) return { reasons: [{ kind: 'unknown', of: technology, indicator: 'soil' }] }
  const layer = { depthM: dose.depthM, bulkDensity: soil.bulkDensity ?? dose.bulkDensity }
  if (by === 'soil-mass') return { technology, tPerHa: doseOfSoilMass(dose.percent, layer), by, requirement: null }

  const { esp, cec, alkalinity } = soil
  const unknown = (Object.entries({ esp, cec, alkalinity }) as [Indicator, number | null][]).filter(([, value]) => value === null)
  if (esp === null || cec === null || alkalinity === null)
    return { reasons: unknown.map(([indicator]) => ({ kind: 'unknown', of: technology, indicator })) }
  const { targetEsp: targetEspPercent, efficiency, purity, amendment } = dose
  const requirement = gypsumRequirement(
    { ...layer, cec, espPercent: esp, solubleAlkalinity: alkalinity },
    { targetEspPercent, efficiency, purity: 1 },
  )
  if (AMENDMENTS[amendment].freesLime) {
    if (soil.limeGPerKg === null) return { reasons: [{ kind: 'unknown', of: technology, indicator: 'lime' }] }
    const needed = limeNeeded(requirement.total)
    const there = limeStore(soil.limeGPerKg, layer)
    if (there < needed) {
      const limit = (needed / there) * soil.limeGPerKg
      const { source, mark } = dose
      return {
        reasons: [
          {
            kind: 'condition',
            of: technology,
            indicator: 'lime',
            is: 'at-least',
            limit: there > 0 ? limit : needed / (10 * layer.depthM * layer.bulkDensity),
            value: soil.limeGPerKg,
            source,
            mark,
          },
        ],
      }
    }
  }
  return { technology, tPerHa: (requirement.total * equivalentOfGypsum(amendment)) / purity, by, requirement }
}

function contaminantsOf(technology: Technology, dose: Dose, tPerHa: number, soil: SoilFacts | null): OutReason[] {
  const reasons: OutReason[] = []
  const layer = { depthM: dose.depthM, bulkDensity: soil?.bulkDensity ?? dose.bulkDensity }
  for (const { substance, content, limit, of, background } of technology.contaminants) {
    if (content === null || limit === null || (of === 'soil' && background === null)) {
      reasons.push({ kind: 'not-configured', what: 'certificate', of: `${technology.code}: ${substance}` })
      continue
    }
    const value = of === 'material' ? content : (background ?? 0) + addedContent(content, tPerHa, layer)
    if (value > limit) reasons.push({ kind: 'contaminant', of: technology.code, substance, value, limit })
  }
  return reasons
}
