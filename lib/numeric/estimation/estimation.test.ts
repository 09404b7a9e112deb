import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gaussian, seededRandom } from '../shared/random.ts'
import { assessMap, pairedChange, separateChange, thinStrata } from './accuracy.ts'
import {
  type Design,
  estimateMean,
  estimateRatio,
  postStratifiedMean,
  shareInterval,
  simpleDesign,
  studentInterval,
  triesOf,
} from './estimation.ts'

const near = (found: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected}, got ${found}`)

/** Olofsson et al. 2014, table 8: samples by map class (row) and reference (column). */
const COUNTS = [
  [66, 0, 5, 4],
  [0, 55, 8, 12],
  [1, 0, 153, 11],
  [2, 1, 9, 313],
]
/** Pixels of 0.09 ha that the map has as deforestation, forest gain, stable forest and stable other land. */
const PIXELS = [200_000, 150_000, 3_200_000, 6_450_000]

function published(): { design: Design; map: Int32Array; truth: Int32Array } {
  const [map, truth]: [number[], number[]] = [[], []]
  COUNTS.forEach((row, i) => {
    row.forEach((count, j) => {
      for (let k = 0; k < count; k++) {
        map.push(i)
        truth.push(j)
      }
    })
  })
  const strata = Int32Array.from(map)
  return { design: { strata, shares: Float64Array.from(PIXELS, (each) => each / 1e7) }, map: strata, truth: Int32Array.from(truth) }
}

test('the worked example of Olofsson et al. (2014): areas in hectares, accuracies, and their margins', () => {
  const { design, map, truth } = published()
  const { area, users, producers, overall } = assessMap(design, map, truth, 4)
  const hectares = area.map(({ value }) => Math.round(value * 1e7 * 0.09))
  const margins = area.map(({ error }) => Math.round(1.96 * error * 1e7 * 0.09))
  assert.deepEqual(hectares, [21_158, 11_686, 285_770, 581_386])
  assert.deepEqual(margins, [6158, 3756, 15_510, 16_282])
  const two = (value: number) => Number(value.toFixed(2))
  assert.deepEqual(
    users.map(({ value, error }) => [two(value), two(1.96 * error)]),
    [
      [0.88, 0.07],
      [0.73, 0.1],
      [0.93, 0.04],
      [0.96, 0.02],
    ],
  )
  assert.deepEqual(
    producers.map(({ value }) => two(value)),
    [0.75, 0.85, 0.93, 0.96],
  )
  // the paper's equation 7, written out
  const rows = COUNTS.map((row) => row.reduce((sum, each) => sum + each, 0))
  producers.forEach(({ value, error }, j) => {
    const whole = COUNTS.reduce((sum, row, i) => sum + (PIXELS[i] * row[j]) / rows[i], 0)
    const own = COUNTS[j][j] / rows[j]
    const others = COUNTS.map((row, i) => (i === j ? 0 : (PIXELS[i] ** 2 * (row[j] / rows[i]) * (1 - row[j] / rows[i])) / (rows[i] - 1)))
    const variance = (PIXELS[j] ** 2 * (1 - value) ** 2 * own * (1 - own)) / (rows[j] - 1) + value ** 2 * others.reduce((a, b) => a + b, 0)
    near(error, Math.sqrt(variance) / whole)
  })
  assert.deepEqual([two(overall.value), two(1.96 * overall.error)], [0.95, 0.02])
})

test('the same standard errors by drawing the sample again and again from its own strata', () => {
  const { design, map, truth } = published()
  const told = assessMap(design, map, truth, 4)
  const random = seededRandom(1)
  const places = COUNTS.map((_, h) => [...map.keys()].filter((i) => map[i] === h))
  const areas: number[][] = [[], [], [], []]
  const rounds = 2000
  for (let r = 0; r < rounds; r++) {
    const shares = [0, 0, 0, 0]
    for (const [h, own] of places.entries())
      for (let k = 0; k < own.length; k++) shares[truth[own[Math.floor(random() * own.length)]]] += design.shares[h] / own.length
    shares.forEach((share, j) => {
      areas[j].push(share)
    })
  }
  areas.forEach((drawn, j) => {
    const mean = drawn.reduce((sum, each) => sum + each, 0) / rounds
    const spread = Math.sqrt(drawn.reduce((sum, each) => sum + (each - mean) ** 2, 0) / rounds)
    // the bootstrap has n where the estimator has n − 1; 2,000 rounds know a deviation to 1.6 %
    assert.ok(Math.abs(spread / told.area[j].error - 1) < 0.06, `class ${j}: ${spread} against ${told.area[j].error}`)
  })
})

/** All ways to choose k of the numbers 0 … n − 1. */
function choices(n: number, k: number): number[][] {
  if (k === 0) return [[]]
  if (n < k) return []
  return [...choices(n - 1, k), ...choices(n - 1, k - 1).map((rest) => [...rest, n - 1])]
}

test('over all samples of a small population the mean estimate is the truth, and the mean variance the variance', () => {
  // two strata of 6 and 5 units, 3 and 2 of them drawn: 20 × 10 samples
  const population = [
    [1, 4, 4, 9, 2, 7],
    [30, 12, 18, 25, 11],
  ]
  const shares = Float64Array.of(6 / 11, 5 / 11)
  const estimates: { value: number; variance: number }[] = []
  for (const first of choices(6, 3)) {
    for (const second of choices(5, 2)) {
      const y = Float64Array.from([...first.map((i) => population[0][i]), ...second.map((i) => population[1][i])])
      estimates.push(estimateMean({ strata: Int32Array.of(0, 0, 0, 1, 1), shares, sizes: Float64Array.of(6, 5) }, y))
    }
  }
  const truth = [...population[0], ...population[1]].reduce((sum, each) => sum + each, 0) / 11
  const mean = estimates.reduce((sum, { value }) => sum + value, 0) / estimates.length
  const variance = estimates.reduce((sum, { value }) => sum + (value - truth) ** 2, 0) / estimates.length
  near(mean, truth)
  near(estimates.reduce((sum, each) => sum + each.variance, 0) / estimates.length, variance)
})

test('over all samples of a small population the 95 % interval of a share holds the truth in 93 % of them or more', () => {
  const ways = (n: number, k: number): number => (k < 0 || k > n ? 0 : k === 0 ? 1 : (ways(n - 1, k - 1) * n) / k)
  for (let ones = 0; ones <= 20; ones++) {
    // all 77,520 samples of 7 of 20 units, by how many ones are in them
    let [held, all] = [0, 0]
    for (let drawn = 0; drawn <= 7; drawn++) {
      const samples = ways(ones, drawn) * ways(20 - ones, 7 - drawn)
      if (samples === 0) continue
      const design = simpleDesign(7, 20)
      const [low, high] = shareInterval(
        estimateMean(
          design,
          Float64Array.from({ length: 7 }, (_, i) => (i < drawn ? 1 : 0)),
        ),
        triesOf(design),
      )
      all += samples
      if (ones / 20 >= low - 1e-12 && ones / 20 <= high + 1e-12) held += samples
    }
    near(all, 77_520, 1e-6)
    assert.ok(held / all > 0.93, `${ones} of 20: ${held / all}`)
  }
})

test('strata that say nothing: one stratum is simple random sampling, by the schoolbook', () => {
  const y = Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9) // mean 5, Σ (y − 5)² = 32
  const told = estimateMean(simpleDesign(8, 40), y)
  near(told.value, 5)
  near(told.variance, ((32 / 7 / 8) * (40 - 8)) / 40)
  near(told.degrees, 7)
  const [low, high] = studentInterval(told)
  near((low + high) / 2, 5)
  near(high - 5, 2.364624 * Math.sqrt(told.variance), 1e-5) // t of 7 degrees
})

test('whoever has seen all units is sure', () => {
  const design: Design = { strata: Int32Array.of(0, 0, 1), shares: Float64Array.of(2 / 3, 1 / 3), sizes: Float64Array.of(2, 1) }
  const told = estimateMean(design, Float64Array.of(1, 0, 1))
  near(told.value, 2 / 3)
  near(told.variance, 0)
  assert.equal(triesOf(design), Number.POSITIVE_INFINITY)
  const { area, users } = assessMap(design, Int32Array.of(0, 0, 1), Int32Array.of(0, 1, 1), 2)
  assert.deepEqual([area[0].low, area[0].high, users[1].low, users[1].high], [area[0].value, area[0].value, 1, 1])
})

test('a stratum with one sample of many units says nothing of its variance', () => {
  const design: Design = { strata: Int32Array.of(0, 0, 1), shares: Float64Array.of(0.5, 0.5) }
  assert.deepEqual(thinStrata(design), [1])
  assert.throws(() => estimateMean(design, Float64Array.of(1, 2, 3)), /two samples or more/)
})

test('laws: shares of areas add up to 1, rows to the strata, and accuracies lie between 0 and 1', () => {
  const matrix = fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(matrix, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }), (counts, sizes) => {
      const rows = counts.map((row) => row.reduce((sum, each) => sum + each, 0))
      fc.pre(rows.every((row) => row >= 2))
      const total = sizes.reduce((sum, each) => sum + each, 0)
      const map = Int32Array.from(counts.flatMap((row, i) => row.flatMap((count) => Array.from({ length: count }, () => i))))
      const truth = Int32Array.from(counts.flatMap((row) => row.flatMap((count, j) => Array.from({ length: count }, () => j))))
      const shares = Float64Array.from(sizes, (each) => each / total)
      const told = assessMap({ strata: map, shares }, map, truth, 3)
      near(
        told.area.reduce((sum, { value }) => sum + value, 0),
        1,
      )
      for (let i = 0; i < 3; i++)
        near(
          told.matrix.slice(3 * i, 3 * i + 3).reduce((a, b) => a + b, 0),
          shares[i],
        )
      for (const { value, low, high } of [told.overall, ...told.area, ...told.users, ...told.producers])
        assert.ok(Number.isNaN(value) || (low >= -1e-12 && low <= value + 1e-12 && value <= high + 1e-12 && high <= 1 + 1e-12))
      // where the strata are the map's classes a user's accuracy is its row's share, with the variance of a simple sample
      for (let i = 0; i < 3; i++) {
        const p = counts[i][i] / rows[i]
        near(told.users[i].value, p)
        near(told.users[i].error ** 2, (p * (1 - p)) / (rows[i] - 1))
      }
    }),
    { numRuns: 60 },
  )
})

test('a map that cuts a simple sample after the fact makes the area surer, and over many samples the variance is what is said', () => {
  const random = seededRandom(3)
  const shares = Float64Array.of(0.7, 0.3)
  const [truthIn, rounds, n] = [[0.1, 0.8], 4000, 60]
  const [values, variances, plain]: number[][] = [[], [], []]
  for (let r = 0; r < rounds; r++) {
    const strata = Int32Array.from({ length: n }, () => (random() < 0.7 ? 0 : 1))
    const y = Float64Array.from(strata, (h) => (random() < truthIn[h] ? 1 : 0))
    const told = postStratifiedMean({ strata, shares }, y)
    values.push(told.value)
    variances.push(told.variance)
    plain.push(estimateMean(simpleDesign(n), y).variance)
  }
  const mean = (all: number[]) => all.reduce((sum, each) => sum + each, 0) / all.length
  near(mean(values), 0.7 * 0.1 + 0.3 * 0.8, 0.004)
  const spread = mean(values.map((value) => (value - 0.31) ** 2))
  assert.ok(Math.abs(mean(variances) / spread - 1) < 0.08, `${mean(variances)} against ${spread}`)
  assert.ok(mean(variances) < 0.7 * mean(plain))
})

test('a ratio of means has the variance that drawing again shows', () => {
  const random = seededRandom(8)
  const [values, variances]: number[][] = [[], []]
  for (let r = 0; r < 3000; r++) {
    const x = Float64Array.from({ length: 80 }, (_, i) => 1 + (i < 50 ? 0 : 3) + random())
    const y = x.map((each) => 2 * each + gaussian(random))
    const strata = Int32Array.from(x, (_, i) => (i < 50 ? 0 : 1))
    const told = estimateRatio({ strata, shares: Float64Array.of(0.4, 0.6) }, y, x)
    values.push(told.value)
    variances.push(told.variance)
  }
  const mean = (all: number[]) => all.reduce((sum, each) => sum + each, 0) / all.length
  near(mean(values), 2, 0.003)
  const spread = mean(values.map((value) => (value - 2) ** 2))
  assert.ok(Math.abs(mean(variances) / spread - 1) < 0.08)
})

test('a change seen at the same places is surer than one between samples drawn apart', () => {
  // 40 places, 12 heavy before, 8 of those and 1 other heavy after
  const before = Float64Array.from({ length: 40 }, (_, i) => (i < 12 ? 1 : 0))
  const after = Float64Array.from({ length: 40 }, (_, i) => (i < 8 || i === 20 ? 1 : 0))
  const design = simpleDesign(40)
  const paired = pairedChange(design, before, after)
  near(paired.change, -3 / 40)
  // by hand: differences are −1 four times and +1 once, mean −0.075, so s² = (5 − 40 · 0.075²) / 39
  near(paired.error ** 2, (5 - 40 * 0.075 ** 2) / 39 / 40)
  const apart = separateChange(estimateMean(design, before), estimateMean(design, after))
  assert.ok(paired.error < apart.error && paired.p < apart.p)
  near(apart.error ** 2 - 2 * paired.covariance, paired.error ** 2)
})
