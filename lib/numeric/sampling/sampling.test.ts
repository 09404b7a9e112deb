import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gaussian, seededRandom } from '../shared/random.ts'
import { nearestDistances } from './access.ts'
import { crossing, expectedError, type GreedyProblem, greedyReduction } from './greedy.ts'
import { conditionedLatinHypercube } from './latin.ts'
import { allocate, stepsFor, stratifiedRandom, systematicGrid } from './random.ts'
import { routeOrder } from './route.ts'

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

test('proportional and Neyman shares as by hand, two at least, all of a small stratum at most', () => {
  assert.deepEqual([...allocate(Int32Array.of(600, 300, 100), 50)], [30, 15, 5])
  // size × deviation 600, 900, 400: 50 is shared as 15.8, 23.7, 10.5
  assert.deepEqual([...allocate(Int32Array.of(600, 300, 100), 50, Float64Array.of(1, 3, 4))], [16, 24, 10])
  assert.deepEqual([...allocate(Int32Array.of(996, 2, 2), 10)], [6, 2, 2])
  assert.deepEqual([...allocate(Int32Array.of(3, 1, 0), 100)], [3, 1, 0])
  assert.deepEqual([...allocate(Int32Array.of(5, 4, 3), 2)], [1, 1, 0])
})

test('shares add up to what was asked for, or to all there is', () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 0, max: 800 }),
      (sizes, total) => {
        const parts = allocate(Int32Array.from(sizes), total)
        const all = sizes.reduce((sum, size) => sum + size, 0)
        assert.equal(
          parts.reduce((sum, part) => sum + part, 0),
          Math.min(total, all),
        )
        for (const [h, part] of parts.entries()) assert.ok(part <= sizes[h] && (total < 2 * sizes.length || part >= Math.min(2, sizes[h])))
      },
    ),
  ))

/** χ² of how often each of n candidates was drawn; its mean is near the degrees of freedom, its deviation √(2·df) or less. */
const chiSquare = (hits: readonly number[], expected: number) => hits.reduce((sum, hit) => sum + (hit - expected) ** 2 / expected, 0)

test('every candidate of a stratum is drawn equally often, over 4,000 seeds', () => {
  const stratum = Int32Array.from([...range(40).map(() => 0), ...range(20).map(() => 1), -1])
  const hits = range(61).map(() => 0)
  for (let seed = 0; seed < 4000; seed++) for (const i of stratifiedRandom(stratum, Int32Array.of(8, 5), seed)) hits[i]++
  assert.equal(hits[60], 0)
  // 99.9 % of χ² with 39 and 19 degrees of freedom: 72.1 and 43.8; draws without replacement spread less
  assert.ok(chiSquare(hits.slice(0, 40), (4000 * 8) / 40) < 72.1)
  assert.ok(chiSquare(hits.slice(40, 60), (4000 * 5) / 20) < 43.8)
})

test('every candidate of a lattice has the chance of one over the steps, and a grid is as regular as its steps', () => {
  const [column, row] = [Int32Array.from(range(60), (i) => i % 10), Int32Array.from(range(60), (i) => Math.floor(i / 10))]
  const hits = range(60).map(() => 0)
  for (let seed = 0; seed < 3000; seed++) for (const i of systematicGrid(column, row, { columns: 3, rows: 4 }, seed)) hits[i]++
  // one start of twelve decides for all: χ² of 11 degrees of freedom, 99.9 % is 31.3
  const starts = range(12).map((k) => hits[Math.floor(k / 3) * 10 + (k % 3)])
  assert.ok(chiSquare(starts, 3000 / 12) < 31.3)
  const one = systematicGrid(column, row, { columns: 3, rows: 4 }, 7)
  for (const i of one) assert.ok((column[i] - column[one[0]]) % 3 === 0 && (row[i] - row[one[0]]) % 4 === 0)
  const steps = stepsFor(10_000, 120)
  assert.ok(Math.abs(10_000 / (steps.columns * steps.rows) - 120) < 6, JSON.stringify(steps))
})

test('the same seed draws the same samples, another seed others', () => {
  const stratum = new Int32Array(200)
  const draw = (seed: number) => [...stratifiedRandom(stratum, Int32Array.of(20), seed)]
  assert.deepEqual(draw(5), draw(5))
  assert.notDeepEqual(draw(5), draw(6))
  const covariates = Float64Array.from(range(400), (i) => Math.sin(i * 12.9898) * 43758.5453)
  const latin = (seed: number) => [...conditionedLatinHypercube({ covariates, covariateCount: 2, steps: 2000 }, 10, seed).chosen]
  assert.deepEqual(latin(3), latin(3))
  assert.notDeepEqual(latin(3), latin(4))
})

test('a conditioned hypercube has a sample in nearly every stratum of every covariate, where chance leaves a third of them empty', () => {
  const random = seededRandom(11)
  const [n, q, count] = [600, 4, 30]
  const covariates = Float64Array.from(range(n * q), () => Math.exp(gaussian(random)))
  const empty = (chosen: ArrayLike<number>) => {
    let sum = 0
    for (let a = 0; a < q; a++) {
      const sorted = Float64Array.from(range(n), (i) => covariates[i * q + a]).sort()
      const strata = new Set(Array.from(chosen, (i) => Math.floor((sorted.indexOf(covariates[i * q + a]) * count) / n)))
      sum += 1 - strata.size / count
    }
    return sum / q
  }
  const latin = conditionedLatinHypercube({ covariates, covariateCount: q }, count, 1)
  assert.equal(new Set(latin.chosen).size, count)
  const byChance = range(20).map((seed) => empty(stratifiedRandom(new Int32Array(n), Int32Array.of(count), seed)))
  assert.ok(empty(latin.chosen) < 0.12, `${empty(latin.chosen)} of the strata are empty`)
  assert.ok(Math.min(...byChance) > 2 * empty(latin.chosen), `${Math.min(...byChance)} by chance`)
})

test('where one way to fill the strata is dear and one is cheap, the cheap one is taken', () => {
  // pairs of equal places, one of each pair dear
  const covariates = Float64Array.from(range(80), (i) => Math.floor(i / 2))
  const costs = Float64Array.from(range(80), (i) => (i % 2 === 0 ? 1 : 10))
  const { chosen } = conditionedLatinHypercube({ covariates, covariateCount: 1, costs, costWeight: 1 }, 20, 2)
  assert.ok([...chosen].filter((i) => i % 2 === 1).length <= 2)
})

test('the chance that a bound lies between prediction and truth: nothing known, half known by arithmetic, all known', () => {
  assert.ok(Math.abs(crossing(0, 0) - 0.5) < 1e-12)
  assert.ok(Math.abs(crossing(1, 0) - 0.15865525393145707) < 1e-9)
  assert.equal(crossing(0.3, 1), 0)
  // at the bound itself the two have the correlation ρ, and differ in sign with the chance arccos(ρ) / π (Sheppard 1899)
  for (const known of [0.25, 0.5, 0.75]) assert.ok(Math.abs(crossing(0, known) - Math.acos(Math.sqrt(known)) / Math.PI) < 2e-4)
})

function problemOf(seed: number, budget: number, bounds: readonly number[] = [0]): GreedyProblem {
  const random = seededRandom(seed)
  const n = 120
  const draw = (scale: number) => Float64Array.from(range(n), () => random() * scale)
  return {
    x: draw(4000),
    y: draw(4000),
    weights: draw(2).map((weight) => weight + 0.1),
    mean: Float64Array.from(range(n), () => 1.5 * gaussian(random)),
    bounds,
    candidate: new Uint8Array(n).fill(1),
    budget,
    covariance: (d2, count) => {
      for (let i = 0; i < count; i++) d2[i] = 0.8 * Math.exp(-Math.sqrt(d2[i]) / 800)
    },
    nugget: 0.2,
    sampleX: Float64Array.from(range(12), () => random() * 4000),
    sampleY: Float64Array.from(range(12), () => random() * 4000),
  }
}

test('greedy is never worse than chance with as many samples, and more samples are never worse than fewer', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const problem = problemOf(seed, 10, seed % 3 === 0 ? [] : [-0.5, 0.5])
    const { chosen, errors } = greedyReduction(problem)
    assert.equal(chosen.length, 10)
    for (let k = 1; k < errors.length; k++) assert.ok(errors[k] < errors[k - 1])
    assert.ok(Math.abs(expectedError(problem, chosen) - errors[10]) < 1e-12)
    for (let draw = 0; draw < 20; draw++) {
      const byChance = stratifiedRandom(new Int32Array(120), Int32Array.of(10), 100 * seed + draw)
      assert.ok(errors[10] <= expectedError(problem, byChance))
    }
  }
})

test('a place whose grade is in doubt is asked before one that is as unsure and far from any bound', () => {
  const problem: GreedyProblem = {
    ...problemOf(1, 1),
    x: Float64Array.of(0, 50_000),
    y: Float64Array.of(0, 0),
    weights: Float64Array.of(1, 1),
    mean: Float64Array.of(3, 0.1),
    candidate: Uint8Array.of(1, 1),
    sampleX: new Float64Array(0),
    sampleY: new Float64Array(0),
  }
  assert.deepEqual([...greedyReduction(problem).chosen], [1])
  // ten times as dear it is worth less
  assert.deepEqual(
    [...greedyReduction({ ...problem, mean: Float64Array.of(0.15, 0.1), costs: Float64Array.of(1, 10), budget: 10 }).chosen],
    [0],
  )
})

test('conditioning on samples is ordinary kriging: the variance at one place from two samples, by hand', () => {
  // exponential of range 1 and sill 1, samples at ±1, place 0: k = e⁻¹, C = e⁻²; both weights ½, σ² = 1 − 2·½·2e⁻¹ + ½(1 + e⁻²)
  const expected = 1 - 2 * Math.exp(-1) + (1 + Math.exp(-2)) / 2
  const { errors } = greedyReduction({
    ...problemOf(1, 0, []),
    x: Float64Array.of(0),
    y: Float64Array.of(0),
    weights: Float64Array.of(1),
    mean: Float64Array.of(0),
    candidate: Uint8Array.of(1),
    nugget: 0,
    covariance: (d2, count) => {
      for (let i = 0; i < count; i++) d2[i] = Math.exp(-Math.sqrt(d2[i]))
    },
    sampleX: Float64Array.of(-1, 1),
    sampleY: Float64Array.of(0, 0),
  })
  assert.ok(Math.abs(errors[0] - expected) < 1e-12)
})

test('distances to the nearest road are those of looking at all', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer(), (m, seed) => {
      const random = seededRandom(seed)
      const draw = (n: number, scale: number) => Float64Array.from(range(n), () => (random() - 0.3) * scale)
      const [x, y, tx, ty] = [draw(30, 3000), draw(30, 3000), draw(m, 1000), draw(m, m % 5 === 0 ? 0 : 1000)]
      nearestDistances(x, y, tx, ty).forEach((found, i) => {
        const all = range(m).map((j) => Math.hypot(x[i] - tx[j], y[i] - ty[j]))
        assert.ok(Math.abs(found - Math.min(...all)) < 1e-9)
      })
    }),
  ))
test('without a road the way is endless', () =>
  assert.equal(nearestDistances(Float64Array.of(1), Float64Array.of(1), new Float64Array(0), new Float64Array(0))[0], Infinity))

/** The shortest way by trying all orders. */
function shortest(x: Float64Array, y: Float64Array, start: readonly [number, number], round: boolean): number {
  const go = (left: readonly number[], px: number, py: number): number =>
    left.length === 0
      ? round
        ? Math.hypot(px - start[0], py - start[1])
        : 0
      : Math.min(
          ...left.map(
            (i) =>
              Math.hypot(px - x[i], py - y[i]) +
              go(
                left.filter((j) => j !== i),
                x[i],
                y[i],
              ),
          ),
        )
  return go([...x.keys()], start[0], start[1])
}

test('a way through seven places is within a twentieth of the shortest, visits each once, and is as long as it says', () => {
  let [sum, best] = [0, 0]
  for (let seed = 0; seed < 12; seed++) {
    const random = seededRandom(seed)
    const [x, y] = [0, 1].map(() => Float64Array.from(range(7), () => random() * 1000))
    const round = seed % 2 === 0
    const { order, length } = routeOrder(x, y, { start: [0, 0], round })
    assert.deepEqual([...order].sort(), range(7))
    let walked = 0
    let at = [0, 0]
    for (const i of order) {
      walked += Math.hypot(x[i] - at[0], y[i] - at[1])
      at = [x[i], y[i]]
    }
    if (round) walked += Math.hypot(at[0], at[1])
    assert.ok(Math.abs(walked - length) < 1e-6)
    sum += length
    best += shortest(x, y, [0, 0], round)
    assert.ok(length <= 1.12 * shortest(x, y, [0, 0], round))
  }
  assert.ok(sum <= 1.03 * best, `${sum / best}`)
})

test('places on a line are visited along it; none and one are no trouble', () => {
  const x = Float64Array.of(300, 0, 200, 100, 400)
  assert.deepEqual([...routeOrder(x, new Float64Array(5)).order], [1, 3, 2, 0, 4])
  assert.deepEqual(routeOrder(new Float64Array(0), new Float64Array(0)), { order: new Int32Array(0), length: 0 })
  assert.deepEqual([...routeOrder(Float64Array.of(5), Float64Array.of(5), { start: [2, 1], round: true }).order], [0])
})
