/**
 * Designs that leave the choice to chance with known probabilities, so that what is counted on the samples can be carried over to the land: stratified
 * random samples and systematic grids (Cochran 1977, chapters 5 and 8). The frame is a list of candidate places, each standing for as much land as any other.
 */
import { apportion } from '../shared/apportion.ts'
import { seededRandom } from '../shared/random.ts'

/** A stratum with one sample says nothing of its own spread: two are the least wherever there are two places. */
const LEAST = 2

/**
 * How many of `total` samples each stratum gets: in proportion to `sizes`, or with `deviations` in proportion to size × deviation, which makes the variance of
 * the whole's mean least (Neyman 1934). At least two to a stratum that has so many places, never more than it has; where `total` cannot give two to each, the
 * larger strata come first. Adds up to `total`, or to all places there are.
 */
export function allocate(sizes: Int32Array, total: number, deviations?: Float64Array): Int32Array {
  const weights = Float64Array.from(sizes, (size, h) => size * (deviations?.[h] ?? 1))
  if (!weights.every((weight) => weight >= 0 && Number.isFinite(weight)))
    throw new RangeError('expected sizes and deviations of zero or more')
  const parts = new Int32Array(sizes.length)
  const order = [...sizes.keys()].sort((a, b) => weights[b] - weights[a] || a - b)
  let left = Math.min(
    Math.max(0, Math.floor(total)),
    sizes.reduce((sum, size) => sum + size, 0),
  )
  for (let round = 0; round < LEAST; round++) {
    for (const h of order) {
      if (left === 0 || parts[h] >= sizes[h]) continue
      parts[h]++
      left--
    }
  }
  // what is still to be given, so that the whole comes as near to its proportions as the least lets it
  while (left > 0) {
    const wanted = apportion(left + parts.reduce((sum, part) => sum + part, 0), hasRoom(weights, parts, sizes))
    const missing = Float64Array.from(wanted, (each, h) => Math.max(0, Math.min(sizes[h], each) - parts[h]))
    const sum = missing.reduce((all, each) => all + each, 0)
    const given = apportion(left, sum > 0 ? missing : hasRoom(Float64Array.from(sizes), parts, sizes))
    for (let h = 0; h < parts.length; h++) {
      const more = Math.min(given[h], sizes[h] - parts[h])
      parts[h] += more
      left -= more
    }
  }
  return parts
}

const hasRoom = (weights: Float64Array, parts: Int32Array, sizes: Int32Array) =>
  weights.map((weight, h) => (parts[h] < sizes[h] ? weight : 0))

/**
 * A simple random sample without replacement in each stratum: `stratum[i]` is the stratum of candidate i (negative: in none), `counts[h]` how many are wanted
 * of stratum h. Every candidate of a stratum has the same chance. Candidates by their numbers, stratum after stratum, in the order drawn: any beginning of a
 * stratum's list is a random sample too, so that its last ones may be left out when money runs short.
 */
export function stratifiedRandom(stratum: Int32Array, counts: Int32Array, seed: number): Int32Array {
  const members: number[][] = Array.from(counts, () => [])
  stratum.forEach((h, i) => {
    if (h >= 0) members[h].push(i)
  })
  const random = seededRandom(seed)
  const chosen: number[] = []
  for (const [h, all] of members.entries()) {
    if (counts[h] > all.length) throw new RangeError(`expected at least ${counts[h]} candidates in stratum ${h}, got ${all.length}`)
    for (let k = 0; k < counts[h]; k++) {
      const j = k + Math.floor(random() * (all.length - k))
      ;[all[k], all[j]] = [all[j], all[k]]
      chosen.push(all[k])
    }
  }
  return Int32Array.from(chosen)
}

/** Steps of a grid on a lattice of candidates, in its columns and rows. */
export type Steps = { readonly columns: number; readonly rows: number }

/** The steps, as nearly square as can be, that bring a lattice of `candidates` places nearest to `total` samples. */
export function stepsFor(candidates: number, total: number): Steps {
  const wanted = candidates / Math.max(1, total)
  let best: Steps = { columns: 1, rows: 1 }
  let least = Number.POSITIVE_INFINITY
  for (let columns = 1; columns <= Math.ceil(Math.sqrt(wanted)) + 1; columns++) {
    for (const rows of [Math.floor(wanted / columns), Math.ceil(wanted / columns)]) {
      if (rows < columns || rows > 2 * columns) continue
      const error = Math.abs(Math.log((columns * rows) / wanted)) + 0.02 * (rows / columns - 1)
      if (error < least) {
        least = error
        best = { columns, rows }
      }
    }
  }
  return best
}

/**
 * A systematic grid with a random start: of a lattice whose candidate i stands in `column[i]`, `row[i]`, every so many columns and rows, begun by chance. Every
 * candidate has the chance 1 / (columns × rows) of the steps; how many there are in the end is left to chance.
 */
export function systematicGrid(column: Int32Array, row: Int32Array, steps: Steps, seed: number): Int32Array {
  const random = seededRandom(seed)
  const [left, bottom] = [Math.floor(random() * steps.columns), Math.floor(random() * steps.rows)]
  const on = (at: number, start: number, step: number) => (((at - start) % step) + step) % step === 0
  return Int32Array.from(column.keys()).filter((i) => on(column[i], left, steps.columns) && on(row[i], bottom, steps.rows))
}
