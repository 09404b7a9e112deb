/** From moments and distributions of samples to the figures of measured values. */
import { type Distribution, majorityOf, minorityOf, quantileOf } from './distribution.ts'
import { M } from './moments.ts'
import type { Statistic } from './statistics.ts'

/**
 * One statistic of the record of moments at `at`; NaN where there is none. Values are samples · `scale` + `offset`; `cellAreaM2` is that of
 * a cell that weighs 1.
 */
export function figureOf(
  statistic: Statistic,
  moments: Float64Array,
  at: number,
  distribution: Distribution,
  scale: number,
  offset: number,
  cellAreaM2: number,
): number {
  const weight = moments[at + M.weight]
  const fraction = moments[at + M.fraction]
  const valued = (sample: number) => sample * scale + offset
  switch (statistic.kind) {
    case 'count':
      return fraction
    case 'area':
      return weight * cellAreaM2
    case 'sum':
      return moments[at + M.sum] * scale + offset * fraction
    case 'weighted_count':
      return moments[at + M.otherWeight]
    case 'weighted_sum':
      return moments[at + M.otherSum] * scale + offset * moments[at + M.otherWeight]
  }
  if (weight === 0) return statistic.kind === 'variety' ? 0 : Number.NaN
  switch (statistic.kind) {
    case 'mean':
      return valued(moments[at + M.mean])
    case 'variance':
      return (moments[at + M.second] / weight) * scale * scale
    case 'stdev':
      return Math.sqrt(moments[at + M.second] / weight) * Math.abs(scale)
    case 'coefficient_of_variation':
      return (Math.sqrt(moments[at + M.second] / weight) * Math.abs(scale)) / valued(moments[at + M.mean])
    case 'min':
      return valued(moments[at + (scale < 0 ? M.max : M.min)])
    case 'max':
      return valued(moments[at + (scale < 0 ? M.min : M.max)])
    case 'weighted_mean':
      return valued(moments[at + M.otherSum] / moments[at + M.otherWeight])
    case 'quantile':
      return valued(quantileOf(distribution, scale < 0 ? 1 - statistic.q : statistic.q))
    case 'majority':
      return valued(majorityOf(distribution))
    case 'minority':
      return valued(minorityOf(distribution))
    case 'variety':
      return distribution.count
  }
}
