import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { gaussian, seededRandom } from '../shared/random.ts'
import { applicabilityOf, Dissimilarity } from './applicability.ts'
import { codeOf, codesByColumn, codesOfRows, MOST_CODES, thresholdsOf } from './codes.ts'
import { type Forest, joinTrees, predictRows } from './forest.ts'
import { bagOf, growTree, type Training, type Tree } from './grow.ts'
import { fitLinear } from './linear.ts'
import { outOfBag, permutationLosses } from './outofbag.ts'
import { leafLevels, predictQuantiles } from './quantiles.ts'

const close = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected} ± ${within}, got ${found}`)

/** n samples of p covariates; what is learnt leans on the first two only. */
function invented(n: number, p: number, seed: number) {
  const random = seededRandom(seed)
  const columns = Array.from({ length: p }, () => Float64Array.from({ length: n }, () => gaussian(random)))
  const response = Float64Array.from({ length: n }, (_, i) => 3 * Math.sin(columns[0][i]) + columns[1][i] + 0.3 * gaussian(random))
  const rows = Float64Array.from({ length: n * p }, (_, k) => columns[k % p][Math.floor(k / p)])
  return { columns, response, rows }
}

function trained(
  columns: readonly Float64Array[],
  response: Float64Array,
  options: { trees: number; tried: number; leaf: number; seed: number; classes?: number },
) {
  const { classes = 0 } = options
  const thresholds = thresholdsOf(columns)
  const training: Training = {
    count: response.length,
    covariates: columns.length,
    codes: codesByColumn(columns, thresholds),
    response,
    classes,
  }
  const trees = Array.from({ length: options.trees }, (_, t) => growTree(training, t, options))
  return { training, trees, forest: joinTrees(trees, thresholds, classes) }
}

/** The forest as it is defined: every tree from its root, values against thresholds, sums in the order of the trees. */
function byDefinition({ thresholds, roots, nodes, leafOf, values, classes }: Forest, row: Float64Array): number[] {
  const width = Math.max(1, classes)
  const sums = new Array<number>(width).fill(0)
  for (const root of roots) {
    let node = root
    while (leafOf[node] < 0) {
      const [covariate, code] = [nodes[2 * node] >> 8, nodes[2 * node] & 255]
      node = nodes[2 * node + 1] + (row[covariate] > thresholds[covariate][code] ? 1 : 0)
    }
    for (let c = 0; c < width; c++) sums[c] += values[leafOf[node] * width + c]
  }
  return sums.map((sum) => sum / roots.length)
}

test('a code is the number of thresholds below a value, and each value of few has its own', () =>
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }),
      fc.double({ noNaN: true }),
      (list, probe) => {
        const column = Float64Array.from(list)
        const [edges] = thresholdsOf([column])
        assert.ok(edges.length < MOST_CODES)
        assert.ok(edges.every((edge, i) => i === 0 || edge > edges[i - 1]))
        assert.equal(codeOf(edges, probe), edges.filter((edge) => edge < probe).length)
        const distinct = [...new Set(column)].sort((a, b) => a - b)
        if (distinct.length <= MOST_CODES) assert.equal(new Set(distinct.map((value) => codeOf(edges, value))).size, distinct.length)
      },
    ),
  ))

test('codes of rows are those of columns, whatever stood before, and NaN is known', () => {
  const { columns, rows } = invented(2000, 3, 1)
  const thresholds = thresholdsOf(columns)
  const withGap = rows.slice()
  withGap[3 * 17 + 1] = Number.NaN
  const [codes, known] = [new Uint8Array(3 * 2048), new Uint8Array(2048)]
  codesOfRows(withGap, 2000, thresholds, codes, 2048, known)
  const expected = codesByColumn(columns, thresholds)
  for (let i = 0; i < 2000; i++) {
    assert.equal(known[i], i === 17 ? 0 : 1)
    for (const f of [0, 1, 2]) if (i !== 17) assert.equal(codes[f * 2048 + i], expected[f * 2000 + i])
  }
})

test('a step is found where it is: one split, two means', () => {
  // 40 samples, y = 1 below x = 20 and 5 from there on; a tree of everything in the bag would split at 19.5
  const x = Float64Array.from({ length: 40 }, (_, i) => i)
  const y = x.map((each) => (each < 20 ? 1 : 5))
  const { trees, forest } = trained([x], y, { trees: 1, tried: 1, leaf: 1, seed: 3 })
  assert.equal(trees[0].splits.length, 3)
  const edge = forest.thresholds[0][trees[0].splits[0] & 255]
  const bag = bagOf(40, 3, 0)
  const below = Math.max(...x.filter((each) => each < 20 && bag[each] > 0))
  const above = Math.min(...x.filter((each) => each >= 20 && bag[each] > 0))
  assert.ok(edge > below && edge < above)
  assert.deepEqual([...trees[0].values], [1, 5])
})

test('the first split is the best of all, by trying every one', () => {
  const { columns, response } = invented(60, 4, 7)
  const { training, trees } = trained(columns, response, { trees: 12, tried: 4, leaf: 3, seed: 2 })
  for (const [t, tree] of trees.entries()) {
    const bag = bagOf(60, 2, t)
    const lossOf = (covariate: number, code: number) => {
      let loss = 0
      for (const side of [false, true]) {
        const inside = Array.from(bag.keys()).filter((i) => bag[i] > 0 && training.codes[covariate * 60 + i] > code === side)
        const weight = inside.reduce((sum, i) => sum + bag[i], 0)
        if (weight < 3) return Number.POSITIVE_INFINITY
        const mean = inside.reduce((sum, i) => sum + bag[i] * response[i], 0) / weight
        loss += inside.reduce((sum, i) => sum + bag[i] * (response[i] - mean) ** 2, 0)
      }
      return loss
    }
    let best = Number.POSITIVE_INFINITY
    for (let covariate = 0; covariate < 4; covariate++) for (let code = 0; code < 59; code++) best = Math.min(best, lossOf(covariate, code))
    close(lossOf(tree.splits[0] >> 8, tree.splits[0] & 255), best, 1e-9)
  }
})

test('leaves hold at least so many samples, their mean, and together every sample of the bag once', () => {
  const { columns, response } = invented(500, 3, 4)
  const { trees } = trained(columns, response, { trees: 5, tried: 1, leaf: 7, seed: 1 })
  for (const [t, { members, memberStarts, values }] of trees.entries()) {
    const bag = bagOf(500, 1, t)
    for (let l = 0; l + 1 < memberStarts.length; l++) {
      const own = [...members.subarray(memberStarts[l], memberStarts[l + 1])]
      const weight = own.reduce((sum, i) => sum + bag[i], 0)
      assert.ok(weight >= 7)
      close(values[l], own.reduce((sum, i) => sum + bag[i] * response[i], 0) / weight, 1e-12)
    }
    assert.deepEqual(
      [...members].sort((a, b) => a - b),
      Array.from(bag.keys()).filter((i) => bag[i] > 0),
    )
  }
})

for (const classes of [0, 4]) {
  test(`predictions are the forest’s definition, bit for bit (${classes === 0 ? 'values' : 'classes'})`, () => {
    const { columns, response, rows } = invented(3000, 5, 5)
    const learnt = classes > 0 ? response.map((value) => Math.min(3, Math.max(0, Math.floor(value + 2)))) : response
    const { forest } = trained(columns, learnt, { trees: 20, tried: 2, leaf: 1, seed: 9, classes })
    const many = new Float64Array(40_000 * 5)
    for (let k = 0; k < many.length; k++) many[k] = rows[k % rows.length] + (k < rows.length ? 0 : 0.01 * (k % 7))
    many[5 * 100 + 2] = Number.NaN
    const width = Math.max(1, classes)
    const out = new Float64Array(40_000 * width)
    predictRows(forest, many, out)
    for (let i = 0; i < 40_000; i += 13) {
      if (i === 100) continue
      const expected = byDefinition(forest, many.subarray(5 * i, 5 * i + 5))
      for (let c = 0; c < width; c++) assert.equal(out[i * width + c], expected[c])
    }
    for (let c = 0; c < width; c++) assert.ok(Number.isNaN(out[100 * width + c]))
    if (classes > 0)
      for (let i = 0; i < 50; i++)
        close(
          out.subarray(i * width, (i + 1) * width).reduce((a, b) => a + b, 0),
          1,
          1e-12,
        )
  })
}

test('trees are the same whoever grows them, and others with another seed', () => {
  const { columns, response } = invented(400, 6, 6)
  const grow = (numbers: readonly number[], seed: number) => {
    const thresholds = thresholdsOf(columns)
    const training: Training = { count: 400, covariates: 6, codes: codesByColumn(columns, thresholds), response, classes: 0 }
    return new Map(numbers.map((t) => [t, growTree(training, t, { tried: 2, leaf: 2, seed })]))
  }
  const [forwards, backwards, other] = [grow([0, 1, 2, 3], 1), grow([3, 2, 0], 1), grow([0], 2)]
  for (const t of [0, 2, 3]) assert.deepEqual(backwards.get(t), forwards.get(t))
  assert.notDeepEqual(other.get(0)?.splits, forwards.get(0)?.splits)
})

test('out of the bag the forest is nearly as good as on new samples, and far better than the mean', () => {
  const { columns, response } = invented(1500, 6, 10)
  const { training, trees, forest } = trained(columns, response, { trees: 60, tried: 2, leaf: 5, seed: 1 })
  const mse = (predicted: Float64Array, of: Float64Array) => predicted.reduce((sum, each, i) => sum + (each - of[i]) ** 2, 0) / of.length
  const oob = mse(outOfBag(trees, training, 1), response)
  const fresh = invented(1500, 6, 11)
  const out = new Float64Array(1500)
  predictRows(forest, fresh.rows, out)
  const anew = mse(out, fresh.response)
  const mean = response.reduce((sum, each) => sum + each, 0) / 1500
  const variance = mse(new Float64Array(1500).fill(mean), response)
  close(oob / anew, 1, 0.15)
  assert.ok(anew < 0.3 * variance)
})

test('shuffling tells which covariates matter', () => {
  const { columns, response } = invented(800, 5, 12)
  const { training, trees } = trained(columns, response, { trees: 30, tried: 2, leaf: 5, seed: 1 })
  const losses = trees.map((tree: Tree, t) => permutationLosses(tree, training, 1, t))
  const mean = [0, 1, 2, 3, 4].map((f) => losses.reduce((sum, each) => sum + each[f] / 30, 0))
  assert.ok(mean[0] > mean[1] && mean[1] > 5 * Math.max(...mean.slice(2).map(Math.abs)))
})

test('quantiles cover: nine of ten new samples lie within the 90 % interval', () => {
  const { columns, response } = invented(2000, 4, 14)
  const { trees, forest } = trained(columns, response, { trees: 60, tried: 2, leaf: 10, seed: 1 })
  const levels = leafLevels(trees, response)
  const fresh = invented(1000, 4, 15)
  const out = new Float64Array(3000)
  predictQuantiles(forest, levels, fresh.rows, [0.05, 0.5, 0.95], out)
  let inside = 0
  for (let i = 0; i < 1000; i++) {
    assert.ok(out[3 * i] <= out[3 * i + 1] && out[3 * i + 1] <= out[3 * i + 2])
    if (fresh.response[i] >= out[3 * i] && fresh.response[i] <= out[3 * i + 2]) inside++
  }
  // forests shrink to the middle, so the interval is wide rather than narrow
  assert.ok(inside >= 880 && inside <= 990, `${inside} of 1000`)
})

test('quantiles of one tree are those of the leaf, by hand', () => {
  const x = Float64Array.from({ length: 40 }, (_, i) => i)
  const y = x.map((each) => (each < 20 ? each : 100 + each))
  const { trees, forest } = trained([x], y, { trees: 1, tried: 1, leaf: 15, seed: 3 })
  const out = new Float64Array(2)
  predictQuantiles(forest, leafLevels(trees, y), Float64Array.of(3), [0.5, 1], out)
  const own = [...y.filter((each, i) => each < 100 && bagOf(40, 3, 0)[i] > 0)]
  assert.deepEqual([...out], [own[Math.ceil(own.length / 2) - 1], own[own.length - 1]])
})

test('dissimilarity is the distance to the nearest sample, by looking at all of them', () => {
  const { columns } = invented(700, 4, 16)
  const importance = Float64Array.of(2, 1, -0.3, 0.5)
  const folds = Int32Array.from({ length: 700 }, (_, i) => i % 10)
  const where = applicabilityOf(columns, importance, folds)
  assert.equal(where.axes.length, 3)
  assert.ok(where.limit > 0 && where.limit < 1)
  const probe = invented(300, 4, 17).rows.map((each) => 2 * each)
  probe[4 * 5 + 2] = Number.NaN
  const out = new Float64Array(300)
  new Dissimilarity(where).of(probe, 4, out)
  const deviation = (f: number) => {
    const mean = columns[f].reduce((sum, each) => sum + each, 0) / 700
    return Math.sqrt(columns[f].reduce((sum, each) => sum + (each - mean) ** 2, 0) / 699)
  }
  const scale = [0, 1, 3].map((f) => [f, importance[f] / 2 / deviation(f)])
  for (let r = 0; r < 300; r++) {
    if (r === 5) continue
    let nearest = Infinity
    for (let i = 0; i < 700; i++)
      nearest = Math.min(nearest, Math.hypot(...scale.map(([f, factor]) => (probe[4 * r + f] - columns[f][i]) * factor)))
    close(out[r], nearest / where.meanDistance, 1e-9)
  }
  assert.ok(Number.isNaN(out[5]))
})

test('a sample is like itself, and a place far from all is beyond the limit', () => {
  const { columns, rows } = invented(500, 3, 18)
  const where = applicabilityOf(
    columns,
    new Float64Array(3),
    Int32Array.from({ length: 500 }, (_, i) => i % 10),
  )
  const out = new Float64Array(1)
  const tree = new Dissimilarity(where)
  tree.of(rows.subarray(0, 3), 3, out)
  close(out[0], 0, 1e-12)
  tree.of(Float64Array.of(30, -30, 30), 3, out)
  assert.ok(out[0] > 10 * where.limit)
})

test('a plane is found again by linear regression, with a column that is a sum of others passed over', () => {
  const { columns } = invented(50, 2, 19)
  const sum = columns[0].map((each, i) => each + columns[1][i])
  const [constant, a, b, c] = fitLinear(
    [columns[0], columns[1], sum],
    columns[0].map((each, i) => 7 + 2 * each - 3 * columns[1][i]),
  )
  close(constant, 7, 1e-10)
  close(a + c, 2, 1e-10)
  close(b + c, -3, 1e-10)
})
