/**
 * Which way of mapping a value is the best, told by samples that had no part in it: whole squares of land are left out, and every way is learnt anew without them.
 * (Roberts et al. 2017, Ecography 40:913: samples left out one by one flatter what leans on their neighbours.)
 */
import { Kriging, type Samples } from '@dishu/numeric/kriging/kriging'
import type { VariogramModel } from '@dishu/numeric/kriging/model'
import { foldsOfSquares, type Validation } from '@dishu/numeric/kriging/validate'
import { forestTrend, linearTrend, type Trend } from './map-trend.ts'

/** From the simplest on: of equals the simpler is the better. `forest-alone`: without kriging what it leaves. */
export const COMPARED = ['mean', 'linear', 'ordinary', 'regression', 'forest-alone', 'forest'] as const
export type Compared = (typeof COMPARED)[number]

/** `rmse` on the scale on which the map is made. `models`: of ordinary kriging, and of what each trend leaves; null: such a variogram could not be had. */
export type Comparison = {
  readonly square: number
  readonly folds: number
  readonly rmse: Readonly<Partial<Record<Compared, number>>>
  readonly best: Compared
}
type Models = Readonly<Record<'ordinary' | 'regression' | 'forest', VariogramModel | null>>

const FOLDS = 10
/** Fewer trees than the map's own: enough to tell the ways apart. */
const TREES_IN_FOLDS = 80
/** Less than this part of the error apart, two ways are as good as each other. */
const AS_GOOD = 0.005

export type Compare = {
  readonly comparison: Comparison
  readonly folds: Int32Array
  readonly validations: ReadonlyMap<Compared, Validation>
}

/**
 * Null with fewer than two squares. Squares are as wide as the range, but no wider than a third of the samples' extent and no narrower than a twentieth.
 * `columns`: covariates of the samples.
 */
export function compareWays(
  { x, y, z }: Pick<Samples, 'x' | 'y' | 'z'>,
  columns: readonly Float64Array[],
  models: Models,
  { nmax, seed, range }: { readonly nmax: number; readonly seed: number; readonly range: number },
): Compare | null {
  const span = (all: Float64Array) => all.reduce((a, b) => Math.max(a, b)) - all.reduce((a, b) => Math.min(a, b))
  const extent = Math.max(span(x), span(y))
  const square = Math.min(extent / 3, Math.max(extent / 20, range))
  const folds = foldsOfSquares(x, y, square, FOLDS, seed)
  const count = folds.reduce((most, fold) => Math.max(most, fold + 1), 0)
  if (!(square > 0) || count < 2) return null
  const n = z.length
  const all = () => ({ index: Int32Array.from({ length: n }, (_, i) => i), prediction: new Float64Array(n), variance: new Float64Array(n) })
  const told = new Map<Compared, ReturnType<typeof all>>(COMPARED.map((way) => [way, all()]))
  const q = columns.length
  for (let fold = 0; fold < count; fold++) {
    const [inside, outside] = [indicesOf(folds, (each) => each === fold), indicesOf(folds, (each) => each !== fold)]
    const pick = (values: Float64Array, of: Int32Array) => Float64Array.from(of, (i) => values[i])
    const [px, py, pz] = [pick(x, outside), pick(y, outside), pick(z, outside)]
    const [tx, ty] = [pick(x, inside), pick(y, inside)]
    const kept = columns.map((column) => pick(column, outside))
    const rows = new Float64Array(q * inside.length)
    for (const [a, column] of columns.entries())
      inside.forEach((i, k) => {
        rows[k * q + a] = column[i]
      })
    const put = (way: Compared, prediction: (k: number) => number, variance: (k: number) => number) => {
      const own = told.get(way)
      inside.forEach((i, k) => {
        if (own) [own.prediction[i], own.variance[i]] = [prediction(k), variance(k)]
      })
    }
    const krige = (way: 'ordinary' | 'regression' | 'forest', trend: Trend | null) => {
      const model = models[way]
      if (model === null)
        return put(
          way,
          () => Number.NaN,
          () => Number.NaN,
        )
      const answers = { prediction: new Float64Array(inside.length), variance: new Float64Array(inside.length) }
      const left = trend ? pz.map((each, k) => each - trend.own[k]) : pz
      new Kriging({ x: px, y: py, z: left }, model, { nmax }).predictPoints(tx, ty, answers)
      const known = trend?.at(rows)
      put(
        way,
        (k) => answers.prediction[k] + (known?.[k] ?? 0),
        (k) => answers.variance[k],
      )
    }
    const mean = pz.reduce((sum, each) => sum + each, 0) / pz.length
    put(
      'mean',
      () => mean,
      () => Number.NaN,
    )
    const [linear, forest] = [linearTrend(kept, pz), forestTrend(kept, pz, seed, TREES_IN_FOLDS)]
    const [byLinear, byForest] = [linear.at(rows), forest.at(rows)]
    put(
      'linear',
      (k) => byLinear[k],
      () => Number.NaN,
    )
    put(
      'forest-alone',
      (k) => byForest[k],
      () => Number.NaN,
    )
    krige('ordinary', null)
    krige('regression', linear)
    krige('forest', forest)
  }
  const rmse: Partial<Record<Compared, number>> = {}
  for (const [way, { prediction }] of told) {
    const own = rmseOf(prediction, z)
    if (Number.isFinite(own)) rmse[way] = own
  }
  return { comparison: { square, folds: count, rmse, best: bestOf(rmse, COMPARED) }, folds, validations: told }
}

/** The least error among some ways; one that is as good and simpler goes before. */
export function bestOf<const T extends Compared>(rmse: Comparison['rmse'], among: readonly T[]): T {
  const least = among.reduce((all, way) => Math.min(all, rmse[way] ?? Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY)
  return among.find((way) => (rmse[way] ?? Number.POSITIVE_INFINITY) <= least * (1 + AS_GOOD)) ?? among[0]
}

const indicesOf = (folds: Int32Array, is: (fold: number) => boolean) => folds.map((_, i) => i).filter((i) => is(folds[i]))

function rmseOf(prediction: Float64Array, z: Float64Array): number {
  let [sum, count] = [0, 0]
  z.forEach((each, i) => {
    if (Number.isNaN(prediction[i])) return
    sum += (each - prediction[i]) ** 2
    count++
  })
  return count > 0 ? Math.sqrt(sum / count) : Number.NaN
}
