import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gaussian, seededRandom } from '../shared/random.ts'
import { studentCdf } from '../shared/student.ts'
import {
  areasOf,
  type Grading,
  intervalOf,
  type JointSamples,
  joinDraws,
  type Patches,
  prepareAreas,
  probabilitiesOf,
  simulateAreas,
} from './areas.ts'
import { Kriging } from './kriging.ts'
import type { VariogramModel } from './model.ts'
import { pathThrough } from './path.ts'
import { fitMean, representatives, variogramPosterior, whitenerOf } from './posterior.ts'
import { simulate } from './simulate.ts'

/** Places in a square of 1000 m, and values that grow to the east, with noise; two variables that go together. */
function invented(n: number, seed = 11): JointSamples {
  const random = seededRandom(seed)
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: n }, () => 1000 * random()))
  const first = x.map((each, i) => Math.sin(each / 150) + Math.cos(y[i] / 200) + 0.3 * gaussian(random))
  return { x, y, z: [first, first.map((each) => 8 + 0.5 * each + 0.2 * gaussian(random))] }
}

/** Patches of four points on a grid, in two villages of one county. */
function grid(side: number): Patches {
  const count = side * side
  const step = 1000 / side
  const at = (p: number, i: number, axis: 'x' | 'y') => {
    const [cell, half] = axis === 'x' ? [p % side, i % 2] : [Math.floor(p / side), i >> 1]
    return (cell + 0.25 + half / 2) * step
  }
  const points = (axis: 'x' | 'y') => Float64Array.from({ length: 4 * count }, (_, i) => at(i >> 2, i & 3, axis))
  return {
    x: points('x'),
    y: points('y'),
    weights: new Float64Array(4 * count).fill(0.25),
    starts: Int32Array.from({ length: count + 1 }, (_, p) => 4 * p),
    areas: Float64Array.from({ length: count }, (_, p) => 1 + (p % 3)),
    groups: Int32Array.from({ length: count }, (_, p) => (p % side < side / 2 ? 2 : 0)),
    parents: Int32Array.of(1, -1, 1), // the county is group 1
  }
}

const SALT: Grading = { variables: [0], bounds: [Float64Array.of(-0.5, 0.5, 1.2)] }
const WORST: Grading = { variables: [0, 1], bounds: [Float64Array.of(-0.5, 0.5, 1.2), Float64Array.of(8, 8.4)] }
const SCALES = [{ kind: 'scores' }, { kind: 'none' }] as const

test('realisations are the same alone and together, and in every one the parts make up the whole', () => {
  const samples = invented(60)
  const patches = grid(8)
  const plan = prepareAreas(samples, SCALES, { realisations: 24, seed: 5, variograms: 6 })
  const whole = simulateAreas(plan, patches, [SALT, WORST], 0, 24)
  const sent = structuredClone(plan)
  const parts = [simulateAreas(sent, patches, [SALT, WORST], 17, 7), simulateAreas(sent, patches, [SALT, WORST], 0, 17)]
  assert.deepEqual(joinDraws(parts), whole)
  const other = simulateAreas({ ...plan, seed: 6 }, patches, [SALT, WORST], 0, 24)
  assert.notDeepEqual(other.gradings[0].areas, whole.gradings[0].areas)
  for (const [grading, { grades }] of whole.gradings.entries()) {
    const probabilities = probabilitiesOf(whole, grading)
    for (let p = 0; p < patches.areas.length; p++) {
      const sum = probabilities.subarray(p * grades, (p + 1) * grades).reduce((a, b) => a + b, 0)
      assert.ok(Math.abs(sum - 1) < 1e-12)
    }
    for (let s = 0; s < 24; s++) {
      let county = 0
      for (let grade = 0; grade < grades; grade++) {
        const [west, all, east] = [2, 1, 0].map((group) => areasOf(whole, { grading, group, grade })[s])
        assert.equal(all, west + east)
        county += all
      }
      assert.equal(
        county,
        patches.areas.reduce((a, b) => a + b, 0),
      )
    }
  }
  // the worst of two indicators is never better than one of them
  const atLeast = (grading: number, grade: number, s: number) => {
    let sum = 0
    for (let g = grade; g < 4; g++) sum += areasOf(whole, { grading, group: 1, grade: g })[s]
    return sum
  }
  for (let s = 0; s < 24; s++) for (const grade of [1, 2, 3]) assert.ok(atLeast(1, grade, s) >= atLeast(0, grade, s))
})

test('with a given variogram probabilities are those of Student, around ordinary kriging', () => {
  // mean and sill unknown, all samples seen: the prediction has n − 1 degrees of freedom (Diggle & Ribeiro 2002), scale² = S²/(n − 1) · kriging variance of unit sill
  const { x, y, z } = invented(12, 4)
  const model: VariogramModel = [
    { kind: 'Nug', sill: 0.2, range: 0 },
    { kind: 'Exp', sill: 0.8, range: 300 },
  ]
  const patches: Patches = {
    x: Float64Array.of(500, 100, 930),
    y: Float64Array.of(500, 200, 40),
    weights: Float64Array.of(1, 1, 1),
    starts: Int32Array.of(0, 1, 2, 3),
    areas: Float64Array.of(1, 1, 1),
    groups: Int32Array.of(0, 0, 0),
    parents: Int32Array.of(-1),
  }
  const answers = { prediction: new Float64Array(3), variance: new Float64Array(3) }
  new Kriging({ x, y, z: z[0] }, model, { nmax: 12 }).predictPoints(patches.x, patches.y, answers)
  const { whiten } = whitenerOf(x, y, model)
  const columns = [new Float64Array(12).fill(1), z[0].slice()]
  whiten(columns)
  const sill = fitMean(columns).squares / 11
  const bounds = Float64Array.of(-1, 0, 0.5, 1)
  const count = 6000
  for (const withNugget of [false, true]) {
    const plan = prepareAreas({ x, y, z: [z[0]] }, [{ kind: 'none' }], { realisations: count, seed: 2, models: [model], withNugget })
    const probabilities = probabilitiesOf(simulateAreas(plan, patches, [{ variables: [0], bounds: [bounds] }], 0, count), 0)
    for (let p = 0; p < 3; p++) {
      // kriging's variance is of a place with its nugget
      const scale = Math.sqrt(sill * (answers.variance[p] - (withNugget ? 0 : 0.2)))
      for (const [b, bound] of bounds.entries()) {
        const below = probabilities.subarray(5 * p, 5 * p + b + 1).reduce((sum, each) => sum + each, 0)
        const expected = studentCdf((bound - answers.prediction[p]) / scale, 11)
        const error = Math.sqrt((expected * (1 - expected)) / count)
        assert.ok(Math.abs(below - expected) < 4.5 * error, `patch ${p}, below ${bound}: ${below}, expected ${expected} ± ${error}`)
      }
    }
  }
})

test('variables that go together in the samples go together in the realisations', () => {
  const samples = invented(100)
  const patches = grid(6)
  const plan = prepareAreas(samples, [{ kind: 'none' }, { kind: 'none' }], { realisations: 100, seed: 3, variograms: 5 })
  // a patch is high of one where it is high of the other: 8 + 0.5 · z
  const high: Grading[] = [
    { variables: [0], bounds: [Float64Array.of(0.3)] },
    { variables: [1], bounds: [Float64Array.of(8.15)] },
    { variables: [0, 1], bounds: [Float64Array.of(0.3), Float64Array.of(8.15)] },
  ]
  const draws = simulateAreas(plan, patches, high, 0, 100)
  const mean = (grading: number) => areasOf(draws, { grading, group: 1, grade: 1 }).reduce((sum, each) => sum + each, 0) / 100
  const [first, second, either] = [mean(0), mean(1), mean(2)]
  const total = patches.areas.reduce((a, b) => a + b, 0)
  assert.ok(Math.abs(first - second) < 0.08 * total)
  // independent ones would come to first + second − first · second / total
  const apart = first + second - (first * second) / total
  assert.ok(either < first + 0.35 * (apart - first), `either ${either}, one ${first}, were they strangers ${apart}`)
})

test('a variable measured at some places only is simulated from those', () => {
  const { x, y, z } = invented(50)
  const partly = z[1].map((each, i) => (i % 2 === 0 ? each : Number.NaN))
  const plan = prepareAreas({ x, y, z: [z[0], partly] }, SCALES, { realisations: 10, seed: 1, variograms: 3 })
  const draws = simulateAreas(plan, grid(4), [WORST], 0, 10)
  assert.equal(
    draws.gradings[0].counts.reduce((a, b) => a + b, 0),
    160,
  )
})

test('whitened errors are independent and alike: L⁻¹ R L⁻ᵀ is 1', () => {
  const { x, y } = invented(20)
  const model: VariogramModel = [
    { kind: 'Nug', sill: 0.3, range: 0 },
    { kind: 'Sph', sill: 0.7, range: 600 },
  ]
  const correlation = (i: number, j: number) => {
    const u = Math.hypot(x[i] - x[j], y[i] - y[j]) / 600
    return i === j ? 1 : u >= 1 ? 0 : 0.7 * (1 - 1.5 * u + 0.5 * u ** 3)
  }
  const rows = Array.from({ length: 20 }, (_, i) => Float64Array.from({ length: 20 }, (_, j) => correlation(i, j)))
  const { whiten } = whitenerOf(x, y, model)
  const turned = () => rows.map((_, j) => Float64Array.from(rows, (row) => row[j]))
  whiten(rows)
  for (const [j, column] of turned().entries()) for (let i = 0; i < 20; i++) rows[j][i] = column[i]
  whiten(rows)
  rows.forEach((row, i) => {
    row.forEach((each, j) => {
      assert.ok(Math.abs(each - (i === j ? 1 : 0)) < 1e-9)
    })
  })
})

test('of many samples each looks back at few, and the likelihood hardly changes', () => {
  // 700 samples are whitened by looking back, 600 are not: the same 600, with 100 far away that tell nothing of them
  const { x, y, z } = invented(600)
  const far = invented(100, 9)
  const join = (a: Float64Array, b: Float64Array, shift: number) => Float64Array.from([...a, ...b.map((each) => each + shift)])
  const model: VariogramModel = [
    { kind: 'Nug', sill: 0.3, range: 0 },
    { kind: 'Exp', sill: 0.7, range: 150 },
  ]
  const squares = (px: Float64Array, py: Float64Array, pz: Float64Array) => {
    const { whiten, logDeterminant } = whitenerOf(px, py, model)
    const column = [pz.slice()]
    whiten(column)
    return { logDeterminant, squares: column[0].reduce((sum, each) => sum + each * each, 0) }
  }
  const near = squares(x, y, z[0])
  const apart = squares(far.x, far.y, far.z[0])
  const both = squares(join(x, far.x, 8000), join(y, far.y, 0), join(z[0], far.z[0], 0))
  assert.ok(Math.abs(both.squares / (near.squares + apart.squares) - 1) < 0.015)
  assert.ok(Math.abs(both.logDeterminant / (near.logDeterminant + apart.logDeterminant) - 1) < 0.015)
})

test('the variograms thought possible gather around the one the samples come from, and noise gets a large nugget', () => {
  const random = seededRandom(21)
  const { x, y, z } = invented(150)
  const shareOf = (values: Float64Array) =>
    variogramPosterior(x, y, values, [new Float64Array(150).fill(1)]).reduce((sum, { model, weight }) => sum + weight * model[0].sill, 0)
  assert.ok(shareOf(z[0]) < 0.3)
  assert.ok(shareOf(z[0].map(() => gaussian(random))) > 0.7)
})

test('representatives stand for equal shares', () => {
  const candidate = (sill: number, weight: number) => ({ model: [{ kind: 'Nug', sill, range: 0 }] as const, weight })
  const chosen = representatives([candidate(1, 0.5), candidate(2, 0.05), candidate(3, 0.45)], 4)
  assert.deepEqual(
    chosen.map(([{ sill }]) => sill),
    [1, 1, 3, 3],
  ) // middles 1/8, 3/8, 5/8, 7/8
})

test('a path visits every place once, and looks at the nearest of those before', () => {
  const random = seededRandom(2)
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: 400 }, () => Math.round(40 * random())))
  const path = pathThrough(x, y, x.subarray(0, 30), y.subarray(0, 30), 8, 1)
  assert.deepEqual(
    [...path.order].sort((a, b) => a - b),
    [...x.keys()],
  )
  let [seen, nearest, first] = [0, 0, 0]
  for (let t = 1; t < 400; t++) {
    assert.ok(path.turnCounts[t] > 0)
    assert.equal(path.sampleCounts[t], 8)
    const distance = (turn: number) => Math.hypot(x[path.order[turn]] - x[path.order[t]], y[path.order[turn]] - y[path.order[t]])
    const own = [...path.turns.subarray(8 * t, 8 * t + path.turnCounts[t])]
    assert.equal(new Set(own).size, own.length)
    assert.ok(own.every((turn) => turn < t))
    const best = Array.from({ length: t }, (_, turn) => distance(turn))
      .sort((a, b) => a - b)
      .slice(0, own.length)
    if (distance(own[0]) <= best[0] + 1e-9) first++
    own.forEach((turn, i) => {
      seen++
      if (distance(turn) <= best[i] + 1e-9) nearest++
    })
  }
  // rings of square cells: now and then one around the corner is nearer than the last one found
  assert.ok(first === 399 && nearest / seen > 0.85, `${first}, ${nearest} of ${seen}`)
})

test('an interval of 199 draws goes from the 5th to the 195th', () => {
  const draws = Float64Array.from({ length: 199 }, (_, i) => (i * 77) % 199)
  const [low, high] = intervalOf(draws)
  assert.ok(Math.abs(low - 4) < 1e-9 && Math.abs(high - 194) < 1e-9)
})

test('faults: a group that holds itself, a missing realisation, patches that do not fit together', () => {
  const plan = prepareAreas(invented(30), SCALES, { realisations: 4, seed: 1, variograms: 2 })
  const patches = grid(2)
  assert.throws(() => simulateAreas(plan, { ...patches, parents: Int32Array.of(1, 0, 1) }, [SALT], 0, 4), /holds itself/)
  assert.throws(() => simulateAreas(plan, { ...patches, weights: new Float64Array(3) }, [SALT], 0, 4), /fit together/)
  const parts = [simulateAreas(plan, patches, [SALT], 0, 1), simulateAreas(plan, patches, [SALT], 2, 2)]
  assert.throws(() => joinDraws(parts), /expected realisation 1 next/)
})

test('a given variogram with a direction is the same without one on stretched ground', () => {
  const { x, y, z } = invented(25)
  const patches = grid(4)
  const [sin, cos] = [Math.sin(Math.PI / 6), Math.cos(Math.PI / 6)]
  const turned = (px: Float64Array, py: Float64Array) => ({
    x: px.map((each, i) => each * sin + py[i] * cos),
    y: px.map((each, i) => (each * cos - py[i] * sin) / 0.5),
  })
  const drawsOf = (samples: JointSamples, of: Patches, structure: Partial<VariogramModel[number]>) => {
    const models: VariogramModel[] = [
      [
        { kind: 'Nug', sill: 0.1, range: 0 },
        { kind: 'Exp', sill: 0.9, range: 300, ...structure },
      ],
    ]
    const plan = prepareAreas(samples, [{ kind: 'none' }], { realisations: 40, seed: 8, models })
    return simulateAreas(plan, of, [SALT], 0, 40).gradings[0].areas
  }
  const directed = drawsOf({ x, y, z: [z[0]] }, patches, { angle: 30, ratio: 0.5 })
  const stretched = drawsOf({ ...turned(x, y), z: [z[0]] }, { ...patches, ...turned(patches.x, patches.y) }, {})
  assert.deepEqual(directed, stretched)
  const plain = drawsOf({ x, y, z: [z[0]] }, patches, {})
  assert.notDeepEqual(directed, plain)
  // maps too: eastwards the ground is stretched twofold
  const samples = { x: x.slice(), y: y.slice(), z: z[0] }
  const north: VariogramModel = [{ kind: 'Exp', sill: 1, range: 300, angle: 0, ratio: 0.5 }]
  const nodes = { x0: 0, y0: 0, dx: 100, dy: 100, columns: 11, rows: 11 }
  const options = { nmax: 16, seed: 3, mean: 0 }
  const one = simulate(samples, north, nodes, options, 0, 2)
  const other = simulate(
    { ...samples, x: x.map((each) => 2 * each) },
    [{ kind: 'Exp', sill: 1, range: 300 }],
    { ...nodes, dx: 200 },
    options,
    0,
    2,
  )
  one.forEach((each, i) => {
    assert.ok(Math.abs(each - other[i]) < 1e-6)
  })
})

test('a variable uses its own covariates: one that is another’s changes nothing in it, and its own does', () => {
  const plain = invented(60)
  const covariates = Float64Array.from({ length: 120 }, (_, k) => (k % 2 === 0 ? plain.x[k >> 1] / 100 : Math.sin(k)))
  const patches = grid(4)
  const at = Float64Array.from({ length: 2 * patches.x.length }, (_, k) => (k % 2 === 0 ? patches.x[k >> 1] / 100 : Math.cos(k)))
  const draws = (samples: JointSamples, own?: Float64Array) => {
    const plan = prepareAreas(samples, SCALES, { realisations: 8, seed: 5, variograms: 3 })
    const means = new Float32Array(16 * samples.z.length * 8)
    simulateAreas(plan, own ? { ...patches, covariates: own } : patches, [], 0, 8, means)
    return means
  }
  const first = (means: Float32Array) => Array.from({ length: 16 }, (_, p) => [...means.subarray(p * 16, p * 16 + 8)])
  const without = first(draws(plain))
  const others = first(draws({ ...plain, covariates, covariateCount: 2, uses: [[], [0, 1]] }, at))
  assert.deepEqual(others, without)
  const owns = first(draws({ ...plain, covariates, covariateCount: 2, uses: [[0], []] }, at))
  assert.notDeepEqual(owns, without)
})
