/**
 * Covariates of a map: rasters of the register that may explain a value: bands and indices of scenes, and terrain or any other raster that was added as a scene. Samples,
 * patches and cells of the map all take them as means over a cell of the map's own grid, so that what is learnt at samples is asked of the same kind of land elsewhere.
 */
import { fromZone, type Zone } from '@dishu/numeric/geodesy/zone'
import type { Grid } from '@dishu/numeric/kriging/kriging'

/** A raster that the register has. `id`: the scene's number and the band or index. */
export type CovariateChoice = {
  readonly id: string
  readonly scene: string
  readonly takenOn: string
  readonly measure: string
  readonly name: string
}

/** Covariates opened for reading. `at`: for places (degrees; longitude, latitude, …) one number a covariate, place by place; NaN where there is none, or a cloud. */
export type OpenCovariates = { readonly names: readonly string[]; at(lonLat: Float64Array): Promise<Float64Array>; close(): Promise<void> }

export const MOST_COVARIATES = 12
/** Cells times covariates that are held at a time, in single precision. */
export const MOST_STACKED = 40_000_000
/** Points along a cell's side whose mean the cell has. */
const POINTS = 3

/** Columns and rows of the cells in which places lie; of places beyond the grid the cells it would have there. */
export function cellsAt({ x0, y0, dx, dy }: Grid, x: Float64Array, y: Float64Array): Int32Array {
  const cells = new Int32Array(2 * x.length)
  for (let i = 0; i < x.length; i++) {
    cells[2 * i] = Math.round((x[i] - x0) / dx)
    cells[2 * i + 1] = Math.round((y[i] - y0) / dy)
  }
  return cells
}

/** Means over cells (column, row, …), q numbers a cell: over the points of the cell that have a value, NaN where fewer than half have one. */
export async function covariatesOfCells(
  { names, at }: OpenCovariates,
  { x0, y0, dx, dy }: Grid,
  zone: Zone,
  cells: Int32Array,
): Promise<Float64Array> {
  const [q, n, k] = [names.length, cells.length / 2, POINTS * POINTS]
  const places = new Float64Array(2 * k * n)
  for (let c = 0, to = 0; c < n; c++)
    for (let p = 0; p < k; p++) {
      places[to++] = x0 + dx * (cells[2 * c] + ((p % POINTS) + 0.5) / POINTS - 0.5)
      places[to++] = y0 + dy * (cells[2 * c + 1] + (Math.floor(p / POINTS) + 0.5) / POINTS - 0.5)
    }
  const found = await at(fromZone(places, zone))
  const out = new Float64Array(n * q)
  for (let c = 0; c < n; c++)
    for (let a = 0; a < q; a++) {
      let [sum, count] = [0, 0]
      for (let p = 0; p < k; p++) {
        const value = found[(c * k + p) * q + a]
        if (!Number.isFinite(value)) continue
        sum += value
        count++
      }
      // as a stack keeps it, so that samples and cells of one covariate agree to the last bit
      out[c * q + a] = 2 * count > k ? Math.fround(sum / count) : Number.NaN
    }
  return out
}

/** Covariates of a whole grid, q numbers a cell, row by row. */
export type Stack = { readonly q: number; readonly values: Float32Array }

/** Rows of a stack from `from` on, up to `to`. */
export const rowsOfStack = ({ q, values }: Stack, { columns }: Grid, from: number, to: number): Float64Array =>
  Float64Array.from(values.subarray(from * columns * q, to * columns * q))

/** What the stack has where places lie; NaN beyond the grid. */
export function stackAt({ q, values }: Stack, grid: Grid, x: Float64Array, y: Float64Array): Float64Array {
  const cells = cellsAt(grid, x, y)
  const out = new Float64Array(q * x.length).fill(Number.NaN)
  for (let i = 0; i < x.length; i++) {
    const [column, row] = [cells[2 * i], cells[2 * i + 1]]
    if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) continue
    const from = q * (row * grid.columns + column)
    for (let a = 0; a < q; a++) out[i * q + a] = values[from + a]
  }
  return out
}
