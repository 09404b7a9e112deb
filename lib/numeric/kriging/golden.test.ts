/**
 * The numbers of gstat 2.1-0 (Pebesma 2004) for the meuse and Sistan samples, to 1e-6. The files lie outside the project (see CONTRIBUTING.md); where they
 * are not, these tests skip and say so.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, test } from 'node:test'
import { fitVariogram } from './fit.ts'
import { inverseDistance } from './idw.ts'
import { Kriging, type Samples } from './kriging.ts'
import { parseModel, semivariance, type VariogramModel } from './model.ts'
import { rectangleSupport, withinVariance } from './support.ts'
import { withoutTrend } from './trend.ts'
import { errorsOf, leaveOneOut, spatialStructure } from './validate.ts'
import { experimentalVariogram, type Lag } from './variogram.ts'

const FOLDER = join(process.env.DISHU_SHARED ?? resolve(import.meta.dirname, '../../../../shared'), 'data/06_golden/kriging')
const skip = existsSync(FOLDER) ? false : `SKIPPED: no golden results of gstat at ${FOLDER} (set DISHU_SHARED)`
if (skip) console.error(skip)

function columnsOf(file: string): Record<string, Float64Array> {
  const [head, ...rows] = readFileSync(join(FOLDER, file), 'utf8').trim().replaceAll('"', '').split('\n')
  const cells = rows.map((row) => row.split(','))
  return Object.fromEntries(head.split(',').map((name, c) => [name, Float64Array.from(cells, (row) => Number(row[c]))]))
}

function agree(found: ArrayLike<number>, expected: ArrayLike<number>, within = 1e-6): void {
  assert.equal(found.length, expected.length)
  for (let i = 0; i < found.length; i++)
    assert.ok(Math.abs(found[i] - expected[i]) <= within, `entry ${i}: expected ${expected[i]}, got ${found[i]}`)
}

const modelOf = (text: string): VariogramModel => {
  const model = parseModel(text)
  if (typeof model === 'string') throw new Error(`not a model: ${model}`)
  return model
}
const answersFor = (n: number) => ({ prediction: new Float64Array(n), variance: new Float64Array(n) })

describe('meuse, logarithm of zinc', { skip }, () => {
  const meuse = skip ? {} : columnsOf('meuse.csv')
  const grid = skip ? {} : columnsOf('meuse_grid.csv')
  const others = skip ? {} : columnsOf('meuse_other_predictions.csv')
  const samples: Samples = { x: meuse.x, y: meuse.y, z: meuse.zinc?.map(Math.log) }
  const model = modelOf('0.0506624268192143 Nug + 0.590607802210119 Sph(897.020909797001)')
  const krige = (nmax: number) => {
    const answers = answersFor(grid.x.length)
    new Kriging(samples, model, { nmax }).predictPoints(grid.x, grid.y, answers)
    return answers
  }
  const variogram = (): Lag[] => experimentalVariogram(samples.x, samples.y, samples.z)

  test('the experimental variogram', () => {
    const expected = columnsOf('meuse_logzinc_variogram.csv')
    const lags = variogram()
    agree(
      Float64Array.from(lags, (lag) => lag.pairs),
      expected.np,
      0,
    )
    agree(
      Float64Array.from(lags, (lag) => lag.distance),
      expected.dist,
    )
    agree(
      Float64Array.from(lags, (lag) => lag.gamma),
      expected.gamma,
    )
  })

  test('robust and directional variograms, computed with gstat 2.1-0 (cressie = TRUE; alpha = 0, 45, 90, 135)', () => {
    const robust = experimentalVariogram(samples.x, samples.y, samples.z, { robust: true })
    agree(
      Float64Array.from(robust, (lag) => lag.gamma),
      [
        0.098903540342, 0.178893486932, 0.253501403099, 0.40467833006, 0.469154019545, 0.58296111722, 0.618679265934, 0.658179941761,
        0.6649768143, 0.754514453941, 0.760484993507, 0.653453308094, 0.703633020105, 0.627025008672, 0.615093055685,
      ],
      1e-9,
    )
    const first = (direction: number) =>
      experimentalVariogram(samples.x, samples.y, samples.z, { direction, tolerance: 22.5 })
        .slice(0, 5)
        .flatMap(({ pairs, gamma }) => [pairs, gamma])
    agree(
      first(0),
      [
        [12, 0.053278572364],
        [76, 0.225946548848],
        [109, 0.273214103634],
        [134, 0.337272941608],
        [158, 0.515301689239],
      ].flat(),
      1e-9,
    )
    agree(
      first(45),
      [
        [11, 0.078515712382],
        [91, 0.12581005297],
        [118, 0.213333215117],
        [136, 0.299754757373],
        [172, 0.257284767755],
      ].flat(),
      1e-9,
    )
  })

  test('the fitted model: the same sum of squares, and the place that gstat comes to when it is run on from its own answer', () => {
    const fit = fitVariogram(variogram(), [{ kind: 'Sph' }])
    assert.ok(fit)
    const [nugget, structure] = fit.model
    // gstat stops early: its model's error, by our formula, is the one it states, and ours is no greater
    const errorOf = (each: VariogramModel) =>
      variogram().reduce(
        (sum, { pairs, distance, gamma }) => sum + (pairs / distance ** 2) * (gamma - semivariance(each, distance)) ** 2,
        0,
      )
    assert.ok(Math.abs(errorOf(model) / 9.01119439892861e-6 - 1) < 1e-9)
    assert.ok(fit.error <= 9.01119439892861e-6)
    agree([nugget.sill, structure.sill], [0.0506624268192143, 0.590607802210119], 2.5e-6)
    assert.ok(Math.abs(structure.range / 897.020909797001 - 1) < 2e-5)
    // fit.variogram(v, fit.variogram(v, …)) in gstat 2.1-0, five times over
    agree([nugget.sill, structure.sill, structure.range / 1000], [0.050660440084219, 0.59060583452318, 0.89700642233045], 1e-8)
  })

  test('residuals of a regression on the root of the distance', () => {
    const { residuals } = withoutTrend(samples.z, meuse.dist.map(Math.sqrt), 1)
    const fit = fitVariogram(experimentalVariogram(samples.x, samples.y, residuals), [{ kind: 'Sph' }])
    assert.ok(fit)
    // variogram(log(zinc) ~ sqrt(dist)) in gstat 2.1-0, and fit.variogram run on from its own answer twelve times
    agree([fit.model[0].sill, fit.model[1].sill, fit.model[1].range / 1000], [0.079802654286509, 0.14904409021192, 0.87231102754798], 1e-8)
  })

  test('ordinary kriging from all samples, and from the nearest 16', () => {
    const expected = columnsOf('meuse_logzinc_OK.csv')
    const all = krige(155)
    agree(all.prediction, expected.pred)
    agree(all.variance, expected.var)
    const near = krige(16)
    agree(near.prediction, others.ok_nmax16)
    agree(near.variance, others.ok_nmax16_var)
  })

  test('kriging of blocks of 40 m', () => {
    const kriging = new Kriging(samples, model, { nmax: 155 })
    const answers = answersFor(grid.x.length)
    const within = withinVariance(rectangleSupport(0, 0, 40, 40), kriging.covariance)
    for (let i = 0; i < grid.x.length; i++) kriging.predictBlock(rectangleSupport(grid.x[i], grid.y[i], 40, 40), within, answers, i)
    agree(answers.prediction, others.block40)
    agree(answers.variance, others.block40_var)
  })

  test('universal kriging on the root of the distance to the river', () => {
    const covariates = meuse.dist.map(Math.sqrt)
    const answers = answersFor(grid.x.length)
    // the model is not among the golden files; these round numbers give their 3,103 predictions to 1e-14
    const kriging = new Kriging({ ...samples, covariates, covariateCount: 1 }, modelOf('0.0571 Nug + 0.1527 Sph(1000)'), { nmax: 155 })
    kriging.predictPoints(grid.x, grid.y, answers, grid.dist.map(Math.sqrt))
    agree(answers.prediction, others.uk_sqrtdist)
    agree(answers.variance, others.uk_var)
  })

  test('inverse distances', () => {
    agree(inverseDistance({ x: meuse.x, y: meuse.y, z: meuse.zinc }, grid.x, grid.y), others.idw2_zinc)
  })

  test('leaving one out, and the word that there is a map', () => {
    const expected = columnsOf('meuse_logzinc_LOOCV.csv')
    const validation = leaveOneOut(samples, model, { nmax: 155 })
    agree(validation.prediction, expected.pred)
    agree(validation.variance, expected.var)
    const errors = errorsOf(validation, samples.z)
    agree([errors.rmse, errors.bias, errors.zScore], [0.391803506866122, -2.07358610293256e-5, 0.907667771384966])
    assert.equal(spatialStructure(samples, validation, 32).isShown, true)
  })
})

describe('Sistan, logarithm of EC', { skip }, () => {
  const sistan = skip ? {} : columnsOf('sistan_EC_Ahorizon_input.csv')
  const samples: Samples = { x: sistan.x_utm41, y: sistan.y_utm41, z: sistan.EC?.map(Math.log) }
  const model = modelOf('1 Nug + 0.7 Exp(4000)')

  test('the experimental variogram', () => {
    const expected = columnsOf('sistan_logEC_variogram.csv')
    const lags = experimentalVariogram(samples.x, samples.y, samples.z, { cutoff: 20_000, width: 1500 })
    agree(
      Float64Array.from(lags, (lag) => lag.pairs),
      expected.np,
      0,
    )
    agree(
      Float64Array.from(lags, (lag) => lag.distance),
      expected.dist,
    )
    agree(
      Float64Array.from(lags, (lag) => lag.gamma),
      expected.gamma,
    )
  })

  test('ordinary kriging', () => {
    const expected = columnsOf('sistan_logEC_OK_1km.csv')
    const answers = answersFor(expected.pred.length)
    new Kriging(samples, model, { nmax: 93 }).predictPoints(expected.x_utm41, expected.y_utm41, answers)
    agree(answers.prediction, expected.pred)
    agree(answers.variance, expected.var)
  })

  test('leaving one out, and the word that the map is no better than the mean: by the given model and by a fitted one, of logarithms and of EC itself', () => {
    const validation = leaveOneOut(samples, model, { nmax: 93 })
    const errors = errorsOf(validation, samples.z)
    agree([errors.rmse, errors.bias], [1.23156296083441, -0.00309654854051506])
    assert.equal(spatialStructure(samples, validation, 32).isShown, false)
    for (const z of [samples.z, sistan.EC]) {
      const own = { ...samples, z }
      const fit = fitVariogram(experimentalVariogram(own.x, own.y, z))
      assert.ok(fit)
      for (const nmax of [32, 93]) assert.equal(spatialStructure(own, leaveOneOut(own, fit.model, { nmax }), 32).isShown, false)
    }
  })
})
