/** What a crop needs of irrigation month by month: evapotranspiration, rain that counts, and for a paddy puddling and percolation. Depths mm. */
import { type Kc, kcOn, type Stages, seasonDays } from './coefficients.ts'
import { effectiveRain, type RainRule } from './rain.ts'

export type Season = {
  readonly plantingDay: number // of the year, from 1
  readonly stages: Stages
  readonly kc: Kc
  /** A paddy: water for puddling, given in the days before planting, and percolation while flooded (all but the last ten days). */
  readonly flooded: { readonly puddlingMm: number; readonly puddlingDays: number; readonly percolationMmPerDay: number } | null
}
export type Requirement = {
  readonly etcMm: Float64Array // of each month
  readonly effectiveRainMm: Float64Array
  readonly percolationMm: Float64Array
  readonly puddlingMm: Float64Array
  readonly netMm: Float64Array
}
const MONTH_ENDS = [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365] as const
const DRAINED_BEFORE_HARVEST = 10 // days a paddy lies dry before it is cut (usual practice; FAO-24, Doorenbos and Pruitt 1977)
const monthOf = (day: number) => MONTH_ENDS.findIndex((end) => day <= end)
const inYear = (day: number) => ((((day - 1) % 365) + 365) % 365) + 1

/**
 * Net requirement of each month: ETc + percolation + puddling − effective rain, never below nothing. `et0` is mm a day and `rainMm` mm of each month; rain
 * counts for the days of a month that belong to the season. A season over New Year falls into the same twelve months. NaN in a month of the season makes it NaN.
 */
export function seasonRequirement(season: Season, et0: ArrayLike<number>, rainMm: ArrayLike<number>, rule: RainRule): Requirement {
  const { plantingDay, stages, kc, flooded } = season
  const [etcMm, percolationMm, puddlingMm] = [new Float64Array(12), new Float64Array(12), new Float64Array(12)]
  const days = new Float64Array(12)
  const length = seasonDays(stages)
  for (let day = 0; day < length; day++) {
    const month = monthOf(inYear(plantingDay + day))
    etcMm[month] += kcOn(day, stages, kc) * et0[month]
    days[month]++
    if (flooded && day < length - DRAINED_BEFORE_HARVEST) percolationMm[month] += flooded.percolationMmPerDay
  }
  if (flooded)
    for (let day = 1; day <= flooded.puddlingDays; day++)
      puddlingMm[monthOf(inYear(plantingDay - day))] += flooded.puddlingMm / flooded.puddlingDays
  const lengths = MONTH_ENDS.map((end, m) => end - (MONTH_ENDS[m - 1] ?? 0))
  const effectiveRainMm = etcMm.map((etc, m) =>
    days[m] === 0 ? 0 : effectiveRain(rule, rainMm[m], (etc / days[m]) * lengths[m]) * (days[m] / lengths[m]),
  )
  const netMm = etcMm.map((etc, m) => {
    const net = etc + percolationMm[m] + puddlingMm[m] - effectiveRainMm[m]
    return Number.isNaN(net) ? Number.NaN : Math.max(0, net)
  })
  return { etcMm, effectiveRainMm, percolationMm, puddlingMm, netMm }
}
