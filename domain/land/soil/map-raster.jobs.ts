/** The raster of one mapped value: a COG with its prediction, its deviation, and the probability of each grade or a worse one. */
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { type Grid, Kriging, PATCH } from '@dishu/numeric/kriging/kriging'
import { modelText } from '@dishu/numeric/kriging/model'
import { normalCdf } from '@dishu/numeric/kriging/normal'
import { momentsFromScores } from '@dishu/numeric/kriging/scores'
import { GRADES } from './grading.ts'
import { scoreOf, type ValueModel } from './map-model.ts'
import type { PreparedMap } from './map-prepare.jobs.ts'
import type { MapGrid } from './maps.ts'

/** Rows between two looks at the signal. */
const ROWS = 4 * PATCH

/** Writes the file; `progress` is told of rows done. NaN where there is no value. */
export async function writeRaster(
  path: string,
  value: ValueModel,
  { request, scheme, grading, epsg, samples: all }: PreparedMap,
  grid: Grid,
  facts: Readonly<Record<string, string>>,
  signal: AbortSignal,
  progress: (rows: number) => void,
): Promise<Omit<MapGrid, 'sha256'>> {
  const { name, samples, table, model, told } = value
  const { columns, rows, x0, y0, dx, dy } = grid
  const limits = scheme.indicators.find((each) => each.name === name)?.limits ?? null
  const bounds = limits ? [limits.light, limits.moderate, limits.heavy, limits.extreme] : []
  const onScale = bounds.map((bound) => (table ? scoreOf(table, bound) : bound))
  const bands = ['prediction', 'deviation', ...bounds.map((_, i) => `p-${GRADES[i + 1]}-or-worse`)]
  const cells = bands.map(() => new Float32Array(columns * rows))
  const kriging = new Kriging(samples, model, { nmax: request.nmax })
  for (let from = 0; from < rows; from += ROWS) {
    const to = Math.min(rows, from + ROWS)
    const count = (to - from) * columns
    const answers = { prediction: new Float64Array(count), variance: new Float64Array(count) }
    kriging.predictRows(grid, from, to, answers, samples.covariates ? placesOf(grid, from, to) : undefined)
    for (let k = 0, at = from * columns; k < count; k++, at++) {
      const [mean, variance] = [answers.prediction[k], answers.variance[k]]
      const deviation = Math.sqrt(variance)
      const back = table ? momentsFromScores(table, mean, variance) : { mean, variance }
      cells[0][at] = back.mean
      cells[1][at] = Math.sqrt(back.variance)
      for (const [i, bound] of onScale.entries())
        cells[2 + i][at] = Number.isNaN(mean)
          ? Number.NaN
          : deviation > 0
            ? 1 - normalCdf((bound - mean) / deviation)
            : mean >= bound
              ? 1
              : 0
    }
    progress(to)
    await new Promise<void>((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
  }
  const geotransform = [x0 - dx / 2, dx, 0, y0 - dy / 2, 0, dy] as const
  const own = all.find((each) => each.name === name)
  const bytes = await writeGeotiff(
    path,
    {
      ...{
        width: columns,
        height: rows,
        bandCount: bands.length,
        type: 'float32',
        geotransform,
        epsg,
        geographic: false,
        nodata: Number.NaN,
      },
      bands: bands.map((band) => ({ name: band })),
      metadata: {
        ...facts,
        ...{
          VALUE: name,
          UNIT: told.unit,
          METHOD: `${request.method} kriging`,
          TRANSFORM: request.transform,
          MODEL: modelText(model),
          NMAX: String(request.nmax),
        },
        ...{ SEED: String(request.seed), SAMPLES: String(told.samples), DEPTH_CM: `${request.depthFromCm}-${request.depthToCm}` },
        ...{ CAMPAIGN: own?.campaign ?? request.season, SCHEME: scheme.id, GRADING_RULE: grading.map.rule },
        BETTER_THAN_THE_MEAN: told.structure.isShown ? 'yes' : 'not shown by the samples',
      },
      rows: (y, n) => cells.map((band) => band.subarray(y * columns, (y + n) * columns)),
    },
    { tile: 256 },
  )
  return { value: name, bytes, width: columns, height: rows, geotransform, epsg, bands }
}

/** x and y of the nodes of some rows, as covariates. */
function placesOf({ x0, y0, dx, dy, columns }: Grid, from: number, to: number): Float64Array {
  const out = new Float64Array(2 * columns * (to - from))
  for (let row = from, at = 0; row < to; row++)
    for (let column = 0; column < columns; column++) {
      out[at++] = x0 + column * dx
      out[at++] = y0 + row * dy
    }
  return out
}
