/** Rows at half the size, for the overviews of an image. */
import type { Samples } from './samples.ts'

/**
 * `n` rows of `width` cells become half as many of half as many (rounded up; a last odd row or column stands for itself).
 * `mean`: of the up to four cells, those that are nodata or NaN left out; integers are rounded half up. Otherwise the first that is data.
 * Where none is, the first as it is.
 */
export function halved(rows: Samples, width: number, n: number, nodata: number | null, mean: boolean): Samples {
  const across = Math.ceil(width / 2)
  const down = Math.ceil(n / 2)
  const out = rows.slice(0, across * down)
  const integers = !(rows instanceof Float32Array || rows instanceof Float64Array)
  for (let y = 0; y < down; y++) {
    const upper = 2 * y * width
    const lower = Math.min(2 * y + 1, n - 1) * width
    for (let x = 0; x < across; x++) {
      const left = 2 * x
      const right = Math.min(2 * x + 1, width - 1)
      const first = rows[upper + left]
      let sum = 0
      let count = 0
      let found = first
      for (const value of [first, rows[upper + right], rows[lower + left], rows[lower + right]]) {
        if (value === nodata || Number.isNaN(value)) continue
        if (count === 0) found = value
        sum += value
        count++
      }
      const value = mean && count > 0 ? sum / count : found
      out[y * across + x] = integers ? Math.floor(value + 0.5) : value
    }
  }
  return out
}
