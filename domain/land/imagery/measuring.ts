/** Figures of subjects (patches, parcels) from one window of a scene: what clouds leave of each, and the statistics of every measure over that. */
import { Coverage, type Window } from '@dishu/numeric/zonal/coverage'
import { type Distribution, distributionOf, Gathered, quantileOf } from '@dishu/numeric/zonal/distribution'
import { M, MOMENTS, momentsOfList } from '@dishu/numeric/zonal/moments'
import type { Zones } from '@dishu/numeric/zonal/zones'
import { CLEAR, HIDDEN, NOTHING } from './mask.ts'

/** The part of a subject that one window holds. Cells are numbered in the window; weights are covered fractions. */
export type Part = {
  readonly zone: number
  readonly seen: number // cells with data, in sum of fractions
  readonly hidden: number // of these
  readonly cells: Int32Array // the clear ones
  readonly weights: Float64Array
}

const coverage = new Coverage()

/** Null where the subject's rings cross, so that nothing true can be said of it; a subject outside the window has no cells. */
export function partOf(zones: Zones, zone: number, window: Window, states: Uint8Array): Part | null {
  const any = coverage.measure(zones, zone, window)
  if (!coverage.isValid) return null
  let [seen, hidden, count] = [0, 0, 0]
  const { runs, runCount, cells, fractions, cellCount, whole } = coverage
  const clear = new Int32Array(any ? whole + cellCount : 0)
  const weights = new Float64Array(clear.length)
  const take = (cell: number, weight: number) => {
    const state = states[cell]
    if (state === NOTHING) return
    seen += weight
    if (state === HIDDEN) hidden += weight
    else if (state === CLEAR) {
      clear[count] = cell
      weights[count++] = weight
    }
  }
  if (any) {
    for (let k = 0; k < runCount; k++) for (let i = runs[2 * k]; i < runs[2 * k + 1]; i++) take(i, 1)
    for (let k = 0; k < cellCount; k++) take(cells[k], fractions[k])
  }
  return { zone, seen, hidden, cells: clear.subarray(0, count), weights: weights.subarray(0, count) }
}

/** Cells that a subject has in all, on the scene or not: the area of its rings in cells. */
export function cellsOf({ xy, rings, zones, turns }: Zones, zone: number): number {
  let area = 0
  for (let r = zones[zone]; r < zones[zone + 1]; r++) {
    const [x0, y0] = [xy[2 * rings[r]], xy[2 * rings[r] + 1]]
    let twice = 0
    for (let v = rings[r]; v + 1 < rings[r + 1]; v++)
      twice += (xy[2 * v] - x0) * (xy[2 * v + 3] - y0) - (xy[2 * v + 2] - x0) * (xy[2 * v + 1] - y0)
    area += (-turns[r] * twice) / 2
  }
  return area
}

export type Figures = {
  readonly mean: number
  readonly stdev: number
  readonly low: number
  readonly median: number
  readonly high: number
}
const NONE: Figures = { mean: Number.NaN, stdev: Number.NaN, low: Number.NaN, median: Number.NaN, high: Number.NaN }

/** Values with weights that were picked out of windows, until all are there. */
export class Values {
  values = new Float64Array(256)
  weights = new Float64Array(256)
  count = 0

  clear(): void {
    this.count = 0
  }

  /** The clear cells of a part that have a value. */
  add(part: Part, cells: ArrayLike<number>): void {
    const most = this.count + part.cells.length
    if (this.values.length < most) {
      const [values, weights] = [new Float64Array(2 * most), new Float64Array(2 * most)]
      values.set(this.values.subarray(0, this.count))
      weights.set(this.weights.subarray(0, this.count))
      Object.assign(this, { values, weights })
    }
    for (let i = 0; i < part.cells.length; i++) {
      const value = cells[part.cells[i]]
      if (!Number.isFinite(value)) continue
      this.values[this.count] = value
      this.weights[this.count++] = part.weights[i]
    }
  }
}

const record = new Float64Array(MOMENTS)
const gathered = new Gathered(true)
const sorted: Distribution = { values: new Float64Array(64), weights: new Float64Array(64), count: 0 }

/** Mean and deviation weighted by covered fraction (of the population), the extremes of every cell touched, and the weighted median. NaN for no values. */
export function figuresOf({ values, weights, count }: Values): Figures {
  if (count === 0) return NONE
  momentsOfList(values, weights, weights, null, count, record)
  gathered.takeList(values, weights, count)
  return {
    mean: record[M.mean],
    stdev: Math.sqrt(record[M.second] / record[M.weight]),
    low: record[M.min],
    median: quantileOf(distributionOf(gathered, sorted), 0.5),
    high: record[M.max],
  }
}
