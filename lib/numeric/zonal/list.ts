/** The cells of a zone that hold a value, picked out one by one: for rasters with nodata, masks, weights, or cells of unequal area. */
import type { Coverage } from './coverage.ts'

type Cells = ArrayLike<number>

export class List {
  values = new Float64Array(1024)
  fractions = new Float64Array(1024)
  /** What a cell counts by: the same array as `fractions` where cells are equal. */
  weights: Float64Array<ArrayBuffer> = this.fractions
  others = new Float64Array(1024)
  count = 0
  #weights = new Float64Array(1024)

  /** `rows`: what cells of each row count beside their fraction, in a window of that width. */
  take(
    samples: Cells,
    nodata: number | null,
    { mask, others }: { readonly mask: Cells | null; readonly others: Cells | null },
    { runs, runCount, cells, fractions, cellCount, whole }: Coverage,
    rows: { readonly weights: Float64Array; readonly width: number } | null,
  ): void {
    const most = whole + cellCount
    if (this.values.length < most) {
      const length = Math.ceil(1.5 * most)
      this.values = new Float64Array(length)
      this.fractions = new Float64Array(length)
      this.others = new Float64Array(length)
      this.#weights = new Float64Array(length)
    }
    const { values } = this
    let n = 0
    for (let k = 0; k < runCount; k++) {
      for (let i = runs[2 * k], end = runs[2 * k + 1]; i < end; i++) {
        const value = samples[i]
        if (value === nodata || Number.isNaN(value) || (mask !== null && mask[i] === 0)) continue
        values[n] = value
        this.fractions[n] = 1
        if (others !== null) this.others[n] = others[i]
        if (rows !== null) this.#weights[n] = rows.weights[Math.floor(i / rows.width)]
        n++
      }
    }
    for (let k = 0; k < cellCount; k++) {
      const i = cells[k]
      const value = samples[i]
      if (value === nodata || Number.isNaN(value) || (mask !== null && mask[i] === 0)) continue
      values[n] = value
      this.fractions[n] = fractions[k]
      if (others !== null) this.others[n] = others[i]
      if (rows !== null) this.#weights[n] = fractions[k] * rows.weights[Math.floor(i / rows.width)]
      n++
    }
    this.count = n
    this.weights = rows === null ? this.fractions : this.#weights
  }
}
