/** The maps of `dishu krige`, written as their rows are made. */
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Geotransform } from '@dishu/formats/geotiff/geotiff'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { type Grid, PATCH } from '@dishu/numeric/kriging/kriging'
import type { CovariateRaster } from './covariate-raster.ts'
import { inOrder } from './crew.ts'
import type { KrigeAnswer, KrigeTask } from './krige-work.ts'

type Run = (task: KrigeTask) => Promise<KrigeAnswer>

/** Rows of a task: whole patches, and a divisor of a tile's side. */
const TASK_ROWS = 2 * PATCH
const TILE = 256
/** Tasks on their way at a time: enough that no thread waits while a tile row is packed. */
const AHEAD = (2 * TILE) / TASK_ROWS
/** Bytes of the simulations that one task makes. */
const SIMULATION_BYTES = 200e6

const placeOf = ({ x0, y0, dx, dy }: Grid): Geotransform => [x0 - dx / 2, dx, 0, y0 - dy / 2, 0, dy]

export type MapFile = {
  readonly file: string
  readonly columns: number
  readonly rows: number
  readonly bytes: number
  readonly empty: number
}

/** Two bands in double precision: prediction and variance, NaN where there is none. `empty` counts such cells. */
export async function writeMap(
  out: string,
  grid: Grid,
  epsg: number | null,
  raster: CovariateRaster | null,
  run: Run,
  metadata: Readonly<Record<string, string>>,
): Promise<MapFile> {
  const { columns, rows } = grid
  const taskOf = async (index: number): Promise<KrigeAnswer> => {
    const [from, to] = [index * TASK_ROWS, Math.min(rows, (index + 1) * TASK_ROWS)]
    return run({ do: 'rows', from, to, ...(raster ? { covariates: await raster.rows(from, to) } : {}) })
  }
  const answers = inOrder(Math.ceil(rows / TASK_ROWS), AHEAD, taskOf)
  let empty = 0
  const bytes = await writeGeotiff(
    out,
    {
      width: columns,
      height: rows,
      bandCount: 2,
      type: 'float64',
      geotransform: placeOf(grid),
      epsg,
      nodata: Number.NaN,
      bands: [{ name: 'prediction' }, { name: 'variance' }],
      metadata,
      rows: async (_, n) => {
        const bands = [new Float64Array(n * columns), new Float64Array(n * columns)]
        for (let row = 0; row < n; row += TASK_ROWS) {
          const { value } = await answers.next()
          if (!value) throw new Error('expected rows for the whole grid')
          bands[0].set(value.prediction, row * columns)
          bands[1].set(value.variance, row * columns)
        }
        for (const each of bands[0]) if (Number.isNaN(each)) empty++
        return bands
      },
    },
    { tile: TILE },
  )
  return { file: resolve(out), columns, rows, bytes, empty }
}

/** One file for each simulation beside the map: MAP.sim001.tif and so on, in single precision. Returns their names. */
export async function writeSimulations(
  out: string,
  count: number,
  grid: Grid,
  epsg: number | null,
  run: Run,
  metadata: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string[]> {
  const { columns, rows } = grid
  const batch = Math.max(1, Math.min(count, Math.floor(SIMULATION_BYTES / (8 * columns * rows))))
  const digits = Math.max(3, String(count).length)
  const nameOf = (index: number) => resolve(out.replace(/(\.tiff?)?$/i, `.sim${String(index + 1).padStart(digits, '0')}.tif`))
  const taskOf = (index: number) => run({ do: 'simulate', first: index * batch, count: Math.min(batch, count - index * batch) })
  const files: string[] = []
  try {
    for await (const { maps } of inOrder(Math.ceil(count / batch), 2, taskOf)) {
      for (const map of maps) {
        signal.throwIfAborted()
        const file = nameOf(files.length)
        files.push(file)
        await writeGeotiff(file, {
          width: columns,
          height: rows,
          bandCount: 1,
          type: 'float32',
          geotransform: placeOf(grid),
          epsg,
          nodata: Number.NaN,
          bands: [{ name: `simulation ${files.length}` }],
          metadata,
          rows: (y, n) => [map.subarray(y * columns, (y + n) * columns)],
        })
      }
    }
  } catch (fault) {
    for (const file of files) await rm(file, { force: true })
    throw fault
  }
  return files
}
