/**
 * Covariates as small numbers. A tree only asks on which side of a threshold a value lies, so the thresholds are chosen once for all trees (at most 255 for each
 * covariate, where its values are densest) and a value becomes the number of thresholds below it: one byte, from 0 to 255. Where a covariate has no more than
 * 256 different values nothing is lost; else a split lies at one of 255 quantiles instead of between two samples (as in the histograms of Ke et al. 2017).
 */

/** Thresholds of each covariate, rising. */
export type Thresholds = readonly Float64Array[]

export const MOST_CODES = 256

/** Thresholds for columns of n finite values each: half way between neighbours, between all of them or at 255 quantiles. */
export function thresholdsOf(columns: readonly Float64Array[]): Float64Array[] {
  return columns.map((column) => {
    const sorted = column.slice().sort()
    const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1])
    const edges: number[] = []
    if (distinct.length <= MOST_CODES) for (let i = 1; i < distinct.length; i++) edges.push(between(distinct[i - 1], distinct[i]))
    else {
      for (let k = 1; k < MOST_CODES; k++) {
        const at = Math.round((k * sorted.length) / MOST_CODES)
        // the nearest place where the value changes, so that equal values stay together
        let i = at
        while (i < sorted.length && sorted[i] === sorted[i - 1]) i++
        if (i === sorted.length) break
        const edge = between(sorted[i - 1], sorted[i])
        if (edges.length === 0 || edge > edges[edges.length - 1]) edges.push(edge)
      }
    }
    return Float64Array.from(edges)
  })
}

/** A number from `low` on and below `high`, half way where doubles have one. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2
  return middle < high ? middle : low
}

/** How many thresholds are below the value. */
export function codeOf(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (edges[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Codes of the columns, column after column: code of sample i in covariate f at f · n + i. */
export function codesByColumn(columns: readonly Float64Array[], thresholds: Thresholds): Uint8Array {
  const n = columns[0]?.length ?? 0
  const codes = new Uint8Array(n * columns.length)
  for (const [f, column] of columns.entries()) for (let i = 0; i < n; i++) codes[f * n + i] = codeOf(thresholds[f], column[i])
  return codes
}

/**
 * Codes of `n` rows (p values each), column after column: of row i in covariate f at f · stride + i. `known[i]` becomes 0 where a value of row i is NaN; its codes
 * then mean nothing. Neighbouring cells of an image are alike, so the search begins where the last one ended.
 */
export function codesOfRows(
  rows: Float64Array,
  n: number,
  thresholds: Thresholds,
  codes: Uint8Array,
  stride: number,
  known: Uint8Array,
): void {
  const p = thresholds.length
  known.fill(1, 0, n)
  for (let f = 0; f < p; f++) {
    const edges = thresholds[f]
    const last = edges.length
    const column = f * stride
    let code = 0
    for (let i = 0; i < n; i++) {
      const value = rows[i * p + f]
      if (!Number.isNaN(value)) {
        if ((code > 0 && edges[code - 1] >= value) || (code < last && edges[code] < value)) code = codeOf(edges, value)
      } else known[i] = 0
      codes[column + i] = code
    }
  }
}
