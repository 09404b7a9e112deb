/** The statistics there are, by the names people ask for them. */

export type Statistic =
  | { readonly kind: Plain }
  /** Share `q` (0 … 1) of the weight lies at or below. */
  | { readonly kind: 'quantile'; readonly q: number }

/**
 * count: cells covered, fractions added up · area: the same in m² · sum: Σ fraction · value · mean, variance, stdev, coefficient_of_variation
 * (of the population, not a sample) · min, max: of every cell touched · majority, minority: the value with the most and the least weight ·
 * variety: how many values · weighted_…: with a second raster as a further weight.
 */
type Plain =
  | 'count'
  | 'area'
  | 'sum'
  | 'mean'
  | 'variance'
  | 'stdev'
  | 'coefficient_of_variation'
  | 'min'
  | 'max'
  | 'majority'
  | 'minority'
  | 'variety'
  | 'weighted_count'
  | 'weighted_sum'
  | 'weighted_mean'

const PLAIN: Readonly<Record<string, Plain>> = {
  count: 'count', area: 'area', area_m2: 'area', sum: 'sum', mean: 'mean', variance: 'variance', stdev: 'stdev', std: 'stdev',
  coefficient_of_variation: 'coefficient_of_variation', cv: 'coefficient_of_variation', min: 'min', max: 'max',
  majority: 'majority', mode: 'majority', minority: 'minority', variety: 'variety',
  weighted_count: 'weighted_count', weighted_sum: 'weighted_sum', weighted_mean: 'weighted_mean',
} // biome-ignore format: a table

/** `mean`, `median`, `p90` (percent), `q0.25` (share), …; null where the name is none. */
export function statisticOf(name: string): Statistic | null {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : null
  if (plain) return { kind: plain }
  if (name === 'median') return { kind: 'quantile', q: 0.5 }
  const [, letter, digits] = /^([pq])(\d+(?:\.\d+)?)$/.exec(name) ?? []
  if (!letter) return null
  const q = letter === 'p' ? Number(digits) / 100 : Number(digits)
  return q >= 0 && q <= 1 ? { kind: 'quantile', q } : null
}

/** Whether a statistic asks for the values themselves, not only for their sums. */
export const asksForValues = ({ kind }: Statistic): boolean =>
  kind === 'quantile' || kind === 'majority' || kind === 'minority' || kind === 'variety'

export const asksForWeights = ({ kind }: Statistic): boolean => kind.startsWith('weighted_')
