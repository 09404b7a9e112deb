/**
 * The soil of a patch year by year under a practice. Calcium works as fast as the field's water dissolves it, salt goes with leaching water, and what else was
 * seen (of pH, above all) counts at its least. What no evidence speaks of stays as it is.
 */
import { AMENDMENTS, equivalentOfGypsum } from '@dishu/numeric/amelioration/equivalents'
import { dissolvedBy, espAfterGypsum } from '@dishu/numeric/amelioration/gypsum'
import { saltLeft } from '@dishu/numeric/amelioration/leaching'
import { HOFFMAN } from '@dishu/numeric/crop-water/leaching'
import type { SoilState } from '../crops/crops.ts'
import type { OptionDose } from './doses.ts'
import type { SoilFacts } from './facts.ts'
import type { Effect, Practice, Technology } from './measures.ts'
import { isUsedIn, sumOf, type WaterOfYear } from './water-use.ts'

const MU_PER_HECTARE = 15
/** Leaching is reckoned for the root zone of the first years, half a metre. */
const LEACHED_DEPTH_M = 0.5

/** States at the start (0) and in the season of each year; null where pH, ESP or ECe is not known. */
export function soilByYear(
  soil: SoilFacts | null,
  practice: Practice,
  measures: readonly Technology[],
  doses: readonly OptionDose[],
  water: readonly WaterOfYear[],
  years: number,
): SoilState[] | null {
  if (soil === null || soil.ph === null || soil.esp === null || soil.ece === null) return null
  const start: SoilState = { ph: soil.ph, esp: soil.esp, ece: soil.ece }
  const states = [start]
  const dissolved = measures.map(() => 0)
  let leached = 0
  for (let year = 0; year < years; year++) {
    const now = water[year]
    const waterM3PerHa = (sumOf(now.crop) + sumOf(now.leaching)) * MU_PER_HECTARE
    let esp = start.esp
    measures.forEach((technology, i) => {
      if (practice.steps[i].from > year) return
      esp = Math.min(esp, espByCalcium(technology, i, waterM3PerHa))
    })
    leached += (sumOf(now.leaching) * MU_PER_HECTARE) / 10_000
    const leaching =
      measures.find(({ water: of }, i) => of !== null && isUsedIn(practice.steps[i], year)) ?? measures.find(({ water: of }) => of !== null)
    let ece = leaching?.water ? start.ece * saltLeft(leached, LEACHED_DEPTH_M, HOFFMAN[leaching.water.kind]) : start.ece
    let ph = start.ph
    measures.forEach(({ effects }, i) => {
      for (const effect of inForce(effects, year + 1 - practice.steps[i].from)) {
        if (effect.indicator === 'ph') ph = Math.min(ph, after(start.ph, effect))
        if (effect.indicator === 'esp') esp = Math.min(esp, Math.max(0, after(start.esp, effect)))
        if (effect.indicator === 'ece') ece = Math.min(ece, Math.max(0, after(start.ece, effect)))
      }
    })
    states.push({ ph, esp, ece })
  }
  return states

  function espByCalcium({ dose, code }: Technology, i: number, waterM3PerHa: number): number {
    const given = doses.find(({ technology }) => technology === code)
    if (!given || dose?.by !== 'gypsum-requirement' || soil === null || soil.esp === null) return start.esp
    const pure = (given.tPerHa * dose.purity) / equivalentOfGypsum(dose.amendment)
    // what is acid or salt dissolves at once; gypsum waits for its water
    const slow = dose.amendment === 'gypsum' || dose.amendment === 'anhydrite'
    dissolved[i] = slow && !AMENDMENTS[dose.amendment].freesLime ? dissolved[i] + dissolvedBy(pure - dissolved[i], waterM3PerHa) : pure
    const layer = {
      depthM: dose.depthM,
      bulkDensity: soil.bulkDensity ?? dose.bulkDensity,
      cec: soil.cec ?? 0,
      espPercent: soil.esp,
      solubleAlkalinity: soil.alkalinity ?? 0,
    }
    return espAfterGypsum(layer, { efficiency: dose.efficiency, purity: 1 }, dissolved[i])
  }
}

/** Effects that a plan reckons with, of each indicator the latest that has come. `season` 1: the first after the measure. */
function inForce(effects: readonly Effect[], season: number): Effect[] {
  const come = effects.filter(({ planned, year, indicator }) => planned && indicator !== 'yield' && year <= season)
  const latest = new Map<string, Effect>()
  for (const effect of come) if ((latest.get(effect.indicator)?.year ?? 0) < effect.year) latest.set(effect.indicator, effect)
  return [...latest.values()]
}

const after = (value: number, { kind, least }: Effect): number =>
  kind === 'to' ? least : kind === 'change' ? value + least : value * (1 + least / 100)
