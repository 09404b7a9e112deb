/**
 * Sums over the cells of a zone, kept so that parts of a zone (blocks of the raster) can be put together without loss.
 *
 * The second moment is taken about a value near the mean: first about some value of the zone, and anew about the mean where that was
 * too far off. Two parts are joined by T. F. Chan, G. H. Golub & R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing
 * sample variances" (1979), eq. 2.1.
 */
import type { Coverage } from './coverage.ts'
import type { Found } from './lanes.ts'

/** Places of a record of moments. `weight` is what mean and second moment count by; `fraction` is covered cells. */
export const M = { fraction: 0, weight: 1, mean: 2, second: 3, min: 4, max: 5, sum: 6, otherWeight: 7, otherSum: 8 } as const
export const MOMENTS = 9

export type Cells = ArrayLike<number>

export function clearMoments(into: Float64Array, at: number): void {
  into.fill(0, at, at + MOMENTS)
  into[at + M.min] = Number.POSITIVE_INFINITY
  into[at + M.max] = Number.NEGATIVE_INFINITY
}

/** Moments of all cells a zone covers, each weighing as much as it is covered. Every cell is taken to hold a value. `found`: what a first pass has found already. */
export function momentsOfCells(values: Cells, coverage: Coverage, found: Found | null, into: Float64Array): void {
  const { runs, runCount, cells, total } = coverage
  clearMoments(into, 0)
  const about = found !== null ? found.about : values[runCount > 0 ? runs[0] : cells[0]]
  if (found !== null) {
    pass[0] = found.first
    pass[1] = found.second
    pass[2] = about
    into[M.min] = found.min
    into[M.max] = found.max
  } else if (coverage.width <= LONGEST_RUN && isShort(values)) passShorts(values, coverage, about, into)
  else passCells(values, coverage, about, into)
  if (isFar(total)) passCells(values, coverage, about + pass[0] / total, into)
  settle(into, total, total)
}

/** What the last pass found: Σ w (v − about), Σ w (v − about)², and about. */
const pass = new Float64Array(3)

type Shorts = Uint8Array | Int8Array | Uint16Array | Int16Array
const isShort = (values: Cells): values is Shorts =>
  values instanceof Uint16Array || values instanceof Uint8Array || values instanceof Int16Array || values instanceof Int8Array

/** A run's sum of differences of 16 bits stays within 32. */
const LONGEST_RUN = 1 << 14

/** `passCells` for integers of at most 16 bits and runs of at most LONGEST_RUN: the same sums without a branch or a conversion per cell. */
function passShorts(values: Shorts, { runs, runCount, cells, fractions, cellCount }: Coverage, about: number, into: Float64Array): void {
  const zero = about | 0
  let first = 0
  let second = 0
  let min = zero
  let max = zero
  for (let k = 0; k < runCount; k++) {
    let sum = 0
    for (let i = runs[2 * k], end = runs[2 * k + 1]; i < end; i++) {
      const value = values[i] | 0
      // the sign of a difference, spread over all bits, chooses
      const below = (value - min) | 0
      min = (min + (below & (below >> 31))) | 0
      const above = (max - value) | 0
      max = (max - (above & (above >> 31))) | 0
      const d = (value - zero) | 0
      sum = (sum + d) | 0
      second += d * d
    }
    first += sum
  }
  for (let k = 0; k < cellCount; k++) {
    const value = values[cells[k]] | 0
    const below = (value - min) | 0
    min = (min + (below & (below >> 31))) | 0
    const above = (max - value) | 0
    max = (max - (above & (above >> 31))) | 0
    const d = (value - zero) | 0
    const weighted = fractions[k] * d
    first += weighted
    second += weighted * d
  }
  pass[0] = first
  pass[1] = second
  pass[2] = about
  into[M.min] = min
  into[M.max] = max
}

function passCells(values: Cells, { runs, runCount, cells, fractions, cellCount }: Coverage, about: number, into: Float64Array): void {
  let first = 0
  let second = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let k = 0; k < runCount; k++) {
    for (let i = runs[2 * k], end = runs[2 * k + 1]; i < end; i++) {
      const value = values[i]
      if (value < min) min = value
      if (value > max) max = value
      const d = value - about
      first += d
      second += d * d
    }
  }
  for (let k = 0; k < cellCount; k++) {
    const value = values[cells[k]]
    if (value < min) min = value
    if (value > max) max = value
    const d = value - about
    const weighted = fractions[k] * d
    first += weighted
    second += weighted * d
  }
  pass[0] = first
  pass[1] = second
  pass[2] = about
  into[M.min] = min
  into[M.max] = max
}

/** Whether the value taken was so far from the mean that the second moment lost four digits or more. */
const isFar = (weight: number): boolean => {
  const shift = (pass[0] * pass[0]) / weight
  return shift > 1e4 * Math.max(0, pass[1] - shift)
}

function settle(into: Float64Array, weight: number, fraction: number): void {
  const shift = pass[0] / weight
  into[M.fraction] = fraction
  into[M.weight] = weight
  into[M.mean] = pass[2] + shift
  into[M.second] = Math.max(0, pass[1] - shift * pass[0])
  into[M.sum] = into[M.mean] * fraction
}

/**
 * Moments of values that were picked out one by one: `fractions` of a cell covered, `weights` what they count by (the same array where
 * no cell counts for more than another), `others` a second weight or null.
 */
export function momentsOfList(
  values: Float64Array,
  fractions: Float64Array,
  weights: Float64Array,
  others: Float64Array | null,
  count: number,
  into: Float64Array,
): void {
  clearMoments(into, 0)
  if (count === 0) return
  let weight = 0
  let fraction = 0
  let sum = 0
  for (let i = 0; i < count; i++) {
    weight += weights[i]
    fraction += fractions[i]
    sum += fractions[i] * values[i]
  }
  passList(values, weights, count, values[0], into)
  if (isFar(weight)) passList(values, weights, count, values[0] + pass[0] / weight, into)
  settle(into, weight, fraction)
  if (weights !== fractions) into[M.sum] = sum
  if (others === null) return
  for (let i = 0; i < count; i++) {
    into[M.otherWeight] += weights[i] * others[i]
    into[M.otherSum] += weights[i] * others[i] * values[i]
  }
}

function passList(values: Float64Array, weights: Float64Array, count: number, about: number, into: Float64Array): void {
  let first = 0
  let second = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (value < min) min = value
    if (value > max) max = value
    const d = value - about
    const weighted = weights[i] * d
    first += weighted
    second += weighted * d
  }
  pass[0] = first
  pass[1] = second
  pass[2] = about
  into[M.min] = min
  into[M.max] = max
}

/** Adds the record `part` (at 0) to the one at `at` of `into`. */
export function joinMoments(into: Float64Array, at: number, part: Float64Array, from = 0): void {
  const wa = into[at + M.weight]
  const wb = part[from + M.weight]
  if (wb > 0) {
    const d = part[from + M.mean] - into[at + M.mean]
    const w = wa + wb
    if (wa === 0) into[at + M.mean] = part[from + M.mean]
    else {
      into[at + M.mean] += (d * wb) / w
      into[at + M.second] += (d * d * wa * wb) / w
    }
    into[at + M.second] += part[from + M.second]
    into[at + M.weight] = w
  }
  into[at + M.fraction] += part[from + M.fraction]
  into[at + M.sum] += part[from + M.sum]
  into[at + M.otherWeight] += part[from + M.otherWeight]
  into[at + M.otherSum] += part[from + M.otherSum]
  if (part[from + M.min] < into[at + M.min]) into[at + M.min] = part[from + M.min]
  if (part[from + M.max] > into[at + M.max]) into[at + M.max] = part[from + M.max]
}
