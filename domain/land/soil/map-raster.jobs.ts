/** The raster of one mapped value: a COG with its prediction, its deviation, and the probability of each grade or a worse one. */
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { type Grid, Kriging, PATCH } from '@dishu/numeric/kriging/kriging'
import { modelText, sillOf } from '@dishu/numeric/kriging/model'
import { normalCdf } from '@dishu/numeric/kriging/normal'
import { fromLogarithms, fromScore, momentsFromScores } from '@dishu/numeric/kriging/scores'
import { rowsOfStack, type Stack } from './covariates.ts'
import { GRADES } from './grading.ts'
import { scoreOf, type ValueModel } from './map-model.ts'
import type { PreparedMap } from './map-prepare.jobs.ts'
import type { MapGrid } from './maps.ts'

/** Rows between two looks at the signal. */
const ROWS = 4 * PATCH

/** The part of the distribution between which a forest's own leaves put nine of ten values. */
const QUANTILES = [0.05, 0.95] as const

/** Writes the file; `progress` is told of rows done. NaN where there is no value. `unlikeShare`: of the cells with a value, those that are unlike all samples. */
export async function writeRaster(
  path: string,
  value: ValueModel,
  { request, scheme, grading, epsg, grid, samples: all }: PreparedMap,
  stack: Stack | null,
  facts: Readonly<Record<string, string>>,
  signal: AbortSignal,
  progress: (rows: number) => void,
): Promise<Omit<MapGrid, 'sha256'> & { readonly unlikeShare: number }> {
  const { name, method, samples, model, trend, like, told } = value
  const { columns, rows, x0, y0, dx, dy } = grid
  const limits = scheme.indicators.find((each) => each.name === name)?.limits ?? null
  const bounds = limits ? [limits.light, limits.moderate, limits.heavy, limits.extreme] : []
  const scale = scaleOf(value, request)
  const onScale = bounds.map(scale.to)
  const bands = [
    ...['prediction', 'deviation', ...bounds.map((_, i) => `p-${GRADES[i + 1]}-or-worse`)],
    ...(like ? ['applicable'] : []),
    ...(trend?.quantiles ? QUANTILES.map((share) => `forest-q${String(100 * share).padStart(2, '0')}`) : []),
  ]
  const cells = bands.map(() => new Float32Array(columns * rows))
  const band = (of: string) => cells[bands.indexOf(of)]
  const kriging = new Kriging(samples, model, { nmax: request.nmax })
  let [known, unlike] = [0, 0]
  for (let from = 0; from < rows; from += ROWS) {
    const to = Math.min(rows, from + ROWS)
    const count = (to - from) * columns
    const answers = {
      ...{ prediction: new Float64Array(count), variance: new Float64Array(count), predictorVariance: new Float64Array(count) },
    }
    kriging.predictRows(grid, from, to, answers, samples.covariates ? placesOf(grid, from, to) : undefined)
    const covariates = stack && trend ? rowsOfStack(stack, grid, from, to) : null
    const drift = covariates && trend ? trend.at(covariates) : null
    const likeness = covariates && like ? like(covariates) : null
    const quantiles = covariates && trend?.quantiles ? trend.quantiles(covariates, QUANTILES) : null
    for (let k = 0, at = from * columns; k < count; k++, at++) {
      const [mean, variance] = [answers.prediction[k] + (drift ? drift[k] : 0), answers.variance[k]]
      const deviation = Math.sqrt(variance)
      const back = scale.back(mean, variance, answers.predictorVariance[k])
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
      if (likeness) {
        band('applicable')[at] = likeness[k]
        known += Number(!Number.isNaN(likeness[k]))
        unlike += Number(likeness[k] === 0)
      }
      if (quantiles)
        for (const [i] of QUANTILES.entries())
          cells[bands.length - QUANTILES.length + i][at] = scale.from(quantiles[QUANTILES.length * k + i])
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
      bands: bands.map((each) => ({ name: each })),
      metadata: {
        ...facts,
        ...{
          VALUE: name,
          UNIT: told.unit,
          METHOD: METHODS[method],
          ...(request.covariates?.length ? { COVARIATES: request.covariates.join(',') } : {}),
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
  return { value: name, bytes, width: columns, height: rows, geotransform, epsg, bands, unlikeShare: known > 0 ? unlike / known : 0 }
}

const METHODS: Readonly<Record<ValueModel['method'], string>> = {
  ordinary: 'ordinary kriging',
  universal: 'universal kriging',
  regression: 'regression kriging',
  forest: 'random forest with kriged residuals',
}

/** Between a value and the scale on which it is kriged. `back`: of a prediction, mean and variance of what would be measured; `from`: of one number. */
function scaleOf({ table, model }: ValueModel, { transform }: PreparedMap['request']) {
  const sill = sillOf(model)
  if (transform === 'log')
    return {
      to: Math.log,
      from: Math.exp,
      back: (mean: number, variance: number, predictorVariance: number) => fromLogarithms(mean, variance, predictorVariance, sill),
    }
  return {
    to: (bound: number) => (table ? scoreOf(table, bound) : bound),
    from: (scaled: number) => (table && !Number.isNaN(scaled) ? fromScore(table, scaled) : scaled),
    back: (mean: number, variance: number) =>
      table && !Number.isNaN(mean) ? momentsFromScores(table, mean, variance) : { mean, variance },
  }
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
