/** What samples say of a patch's soil, for the rules of amelioration: the samples that grade it, each indicator by its median. */
import type { Day } from '@dishu/base/date'
import { campaignOf, coversDepth, derive, type GradingConfig, gradePatch, type LabFacts, type Sample } from '../soil/soil.ts'
import type { SoilFacts } from './facts.ts'

export type SoilSample = Sample & LabFacts

const middle = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b)
  const half = Math.floor(known.length / 2)
  return known.length === 0 ? null : known.length % 2 === 1 ? known[half] : (known[half - 1] + known[half]) / 2
}
/** What a soil can have at all. A value beyond is a slip of the pen, which the quality rules report; nothing is reckoned from it. */
const POSSIBLE = {
  ph: [2, 14],
  esp: [0, 100],
  ece: [0, 500],
  salt: [0, 1000],
  cec: [0, 299],
  lime: [0, 1000],
  bulkDensity: [0.2, 2.6],
} as const
const possible = (quantity: keyof typeof POSSIBLE, value: number | null): number | null =>
  value !== null && value >= POSSIBLE[quantity][0] && value <= POSSIBLE[quantity][1] ? value : null

const numberIn = (extra: Readonly<Record<string, unknown>> | null | undefined, name: string) => {
  const value = extra?.[name]
  return typeof value === 'number' ? value : null
}

/**
 * Null where no sample grades the patch. `conversion`: how ECe may be had from an extract; null: only where it was measured. A value of which only a side is known is
 * none here, since a dose by it would be a guess.
 */
export function soilFactsOf(samples: readonly SoilSample[], grading: GradingConfig, day: Day, conversion: string | null): SoilFacts | null {
  const graded = gradePatch(samples, grading, day)
  const used = samples.filter(
    (sample) =>
      graded.samplesUsed.includes(sample.code) &&
      coversDepth(sample, grading.depthFromCm, grading.depthToCm) &&
      campaignOf(sample)?.name === graded.why.campaign,
  )
  if (used.length === 0) return null
  const derived = used.map((sample) => {
    const found = derive(sample, conversion)
    return (quantity: 'ece' | 'esp' | 'salt') => {
      const span = found.find((each) => each.quantity === quantity && each.span !== null)?.span
      return span && span[0] === span[1] ? span[0] : null
    }
  })
  const of = (value: (sample: SoilSample, from: (quantity: 'ece' | 'esp' | 'salt') => number | null) => number | null) =>
    middle(used.map((sample, i) => value(sample, derived[i])))
  return {
    ph: of(({ ph, phRatio }) => (/cacl|kcl/i.test(phRatio ?? '') ? null : possible('ph', ph))),
    esp: of(({ esp }, from) => possible('esp', esp ?? from('esp'))),
    ece: of(({ ece }, from) => possible('ece', ece ?? from('ece'))),
    saltGPerKg: of(({ salt }, from) => possible('salt', salt ?? from('salt'))),
    cec: of(({ cec }) => possible('cec', cec ?? null)),
    alkalinity: of(({ ions }) => alkalinityOf(ions)),
    limeGPerKg: of(({ extra }) => possible('lime', numberIn(extra, 'limeGPerKg'))),
    bulkDensity: of(({ extra }) => possible('bulkDensity', numberIn(extra, 'bulkDensity'))),
    samples: used.map(({ code }) => code).sort(),
    campaign: graded.why.campaign,
  }
}

/** CO₃ + HCO₃ − Ca − Mg of the soluble ions, cmol of charge per kg; null where one of the four was not measured. */
function alkalinityOf(ions: SoilSample['ions']): number | null {
  if (!ions) return null
  const four = ['co3', 'hco3', 'ca', 'mg'].map((name) => ions[name])
  if (four.some((value) => typeof value !== 'number' || !Number.isFinite(value))) return null
  const [carbonate, bicarbonate, calcium, magnesium] = four
  return carbonate + bicarbonate - calcium - magnesium
}
