import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { degreeCellAreas } from './cell-area.ts'
import { clippedFractions, outlinesOf } from './clip.testing.ts'
import { Coverage, type Window } from './coverage.ts'
import { statisticOf } from './statistics.ts'
import { planZonal, ZONE, type ZonalBand, type ZonalQuestion, type ZonalRaster, ZonalWork } from './zonal.ts'
import { prepareZones, toCells } from './zones.ts'

type Point = readonly [number, number]
type Polygons = Parameters<typeof outlinesOf>[0]

const PLAIN: ZonalBand = { nodata: null, scale: 1, offset: 0, wide: true }
const NAMES = [
  'count',
  'sum',
  'mean',
  'variance',
  'stdev',
  'min',
  'max',
  'median',
  'p90',
  'q0.25',
  'majority',
  'minority',
  'variety',
  'area',
] as const
type Name = (typeof NAMES)[number] | 'weighted_mean' | 'weighted_sum' | 'weighted_count'

function questionOf(names: readonly string[], classes = false): ZonalQuestion {
  return { statistics: names.map((name) => statisticOf(name)).filter((each) => each !== null), classes }
}

type Cells = {
  readonly width: number
  readonly height: number
  readonly values: ArrayLike<number>
  readonly mask?: ArrayLike<number>
  readonly others?: ArrayLike<number>
}

/** Measures zones given in cells, in blocks of `side`, and gives an object of figures for each zone. */
function measure(
  zones: Polygons,
  cells: Cells,
  more: { names?: readonly Name[]; side?: number; band?: Partial<ZonalBand>; raster?: Partial<ZonalRaster>; classes?: boolean } = {},
) {
  const { width, height, values, mask, others } = cells
  const names: readonly Name[] = more.names ?? NAMES
  const side = more.side ?? Math.max(width, height)
  const raster: ZonalRaster = {
    width,
    height,
    tile: { width: side, height: side },
    bands: [{ ...PLAIN, ...more.band }],
    cellArea: 100,
    byArea: false,
    ...more.raster,
  }
  const plan = planZonal(prepareZones(outlinesOf(zones)), raster, questionOf(names, more.classes))
  const workers = [new ZonalWork(plan), new ZonalWork(plan)]
  const inWindow = (all: ArrayLike<number>, { x, y, width: w, height: h }: Window) =>
    Float64Array.from({ length: w * h }, (_, i) => all[(y + Math.floor(i / w)) * width + x + (i % w)])
  // blocks in the wrong order and by two workers: it must not show
  for (let block = workers[0].blocks.count - 1; block >= 0; block--) {
    if (!workers[0].meets(block)) continue
    const window = workers[0].window(block)
    workers[block % 2].add(block, {
      bands: [inWindow(values, window)],
      mask: mask ? inWindow(mask, window) : null,
      others: others ? inWindow(others, window) : null,
    })
  }
  const { figures, states, classes } = workers[0].finish([workers[1].rest()])
  const answers = zones.map(
    (_, z) => Object.fromEntries(names.map((name, s) => [name, figures[z * names.length + s]])) as Record<Name, number>,
  )
  return { answers, states, classes }
}

function fractionsOf(
  zones: Polygons,
  z: number,
  width: number,
  height: number,
  window: Window = { x: 0, y: 0, width, height },
): Float64Array {
  const coverage = new Coverage()
  const out = new Float64Array(window.width * window.height)
  if (!coverage.measure(prepareZones(outlinesOf(zones)), z, window)) return out
  assert.ok(coverage.isValid)
  for (let k = 0; k < coverage.runCount; k++) out.fill(1, coverage.runs[2 * k], coverage.runs[2 * k + 1])
  for (let k = 0; k < coverage.cellCount; k++) out[coverage.cells[k]] = coverage.fractions[k]
  return out
}

const box = (x0: number, y0: number, x1: number, y1: number): Point[] => [[x0, y0], [x1, y0], [x1, y1], [x0, y1]] // biome-ignore format: a box
const near = (actual: number, expected: number, relative = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.max(1e-9, Math.abs(expected)), `expected ${expected}, got ${actual}`)

test('each cell weighs as much as the box covers of it, and nodata weighs nothing', () => {
  const cells = { width: 3, height: 2, values: Float64Array.of(10, 20, 30, 40, -9, 60) }
  //  x from 0.5 to 2, y from 0 to 1.5:   10 half, 20 whole / 40 a quarter, −9 (nodata) half
  const { answers } = measure([[[box(0.5, 0, 2, 1.5)]]], cells, { band: { nodata: -9 } })
  const [a] = answers
  near(a.count, 1.75)
  near(a.sum, 10 * 0.5 + 20 + 40 * 0.25)
  near(a.mean, 35 / 1.75)
  near(a.variance, (0.5 * 10 ** 2 + 1 * 0 + 0.25 * 20 ** 2) / 1.75)
  assert.deepEqual([a.min, a.max, a.variety, a.majority, a.minority], [10, 40, 3, 20, 40])
  near(a.area, 175)
})

test('quantiles stand where their definition puts them, and equal weights give type 7', () => {
  // weights 0.5, 1, 0.25 of 10, 20, 40: S = 0, 1·1 + 2·0.5 = 2, 2·0.25 + 2·1.5 = 3.5; all 1.75·2 = 3.5
  const cells = { width: 3, height: 2, values: Float64Array.of(10, 20, 30, 40, Number.NaN, 60) }
  const [a] = measure([[[box(0.5, 0, 2, 1.5)]]], cells).answers
  near(a.median, 10 + (1.75 / 2) * 10) // 0.5 · 3.5 = 1.75, between 0 and 2
  near(a.p90, 20 + ((3.15 - 2) / 1.5) * 20)
  // R: quantile(c(1, 2, 4, 8, 16, 32), c(.5, .9, .25), type = 7) gives 6, 24, 2.5
  const [b] = measure([[[box(0, 0, 3, 2)]]], { width: 3, height: 2, values: Float64Array.of(32, 1, 8, 2, 16, 4) }).answers
  near(b.median, 6)
  near(b.p90, 24)
  near(b['q0.25'], 2.5)
})

test('scale and offset change figures as they change values, also when the scale turns them over', () => {
  const values = Float64Array.of(3, 5, 5, 9)
  const zone = [[[box(0, 0, 1.5, 2)]]]
  const [a] = measure([zone[0]], { width: 2, height: 2, values }, { band: { scale: -0.5, offset: 7 } }).answers
  const [b] = measure([zone[0]], { width: 2, height: 2, values: values.map((v) => -0.5 * v + 7) }).answers
  for (const name of NAMES) near(a[name], b[name], 1e-12)
})

test('masks, weights of their own, and weights that are none', () => {
  const cells = { width: 2, height: 2, values: Float64Array.of(1, 2, 3, 4) }
  const names = ['count', 'mean', 'weighted_count', 'weighted_sum', 'weighted_mean'] as const
  const [masked] = measure([[[box(0, 0, 2, 2)]]], { ...cells, mask: [1, 0, 1, 1] }, { names: ['count', 'mean'] }).answers
  near(masked.count, 3)
  near(masked.mean, 8 / 3)
  const [a] = measure([[[box(0, 0, 2, 1.5)]]], { ...cells, others: [2, 0, 4, 6] }, { names }).answers
  near(a.weighted_count, 2 + 0 + 2 + 3)
  near(a.weighted_mean, (2 * 1 + 0 * 2 + 2 * 3 + 3 * 4) / 7)
  near(a.mean, (1 + 2 + 1.5 + 2) / 3)
  const [none] = measure([[[box(0, 0, 2, 2)]]], { ...cells, others: [2, Number.NaN, 4, 6] }, { names }).answers
  assert.deepEqual([none.weighted_mean, none.count], [Number.NaN, 4])
})

test('classes: how many cells of each value', () => {
  const { classes } = measure([[[box(0.5, 0, 3, 1)]]], { width: 3, height: 1, values: [4, 7, 4] }, { names: ['count'], classes: true })
  assert.deepEqual(classes.get(0), { values: Float64Array.of(4, 7), cells: Float64Array.of(1.5, 1) })
})

test('what leaves the raster counts as far as it lies on it; what lies beside it has no cells', () => {
  const cells = { width: 2, height: 2, values: Float64Array.of(1, 2, 3, 4) }
  const sides: [Point[], number, number][] = [
    [box(-5, -5, 9, 9), 4, 2.5],
    [box(-5, 0, 1, 1), 1, 1],
    [box(1, 1, 8, 1.5), 0.5, 4],
    [box(0.5, -3, 1.5, 0.5), 0.5, 1.5],
    [box(0, 1.75, 2, 7), 0.5, 3.5],
    [[[-9, -9], [9, 9], [-9, 9]], 2, (1 * 0.5 + 3 + 4 * 0.5) / 2], // biome-ignore format: a triangle
  ]
  for (const side of [1, 2]) {
    const { answers } = measure(sides.map(([ring]) => [[ring]]), cells, { side }) // biome-ignore format: one line
    for (const [i, [, count, mean]] of sides.entries()) {
      near(answers[i].count, count)
      near(answers[i].mean, mean)
    }
  }
  const { answers } = measure([[[box(3, 0, 4, 1)]], [[box(-2, -2, 0, 0)]], []], cells)
  for (const each of answers)
    assert.deepEqual([each.count, each.sum, each.mean, each.min, each.median, each.variety], [0, 0, Number.NaN, Number.NaN, Number.NaN, 0])
})

test('rings that cross have no figures; rings that run either way have the same', () => {
  const cells = { width: 3, height: 3, values: Float64Array.from({ length: 9 }, (_, i) => i) }
  const bow: Point[] = [[0, 0], [3, 3], [3, 0], [0, 2]] // biome-ignore format: a bow tie
  const { answers, states } = measure(
    [[[bow]], [[box(0, 0, 2, 2)], [box(1, 1, 3, 3)]], [[box(0, 0, 2, 2)]], [[box(0, 0, 2, 2).reverse()]], [[box(0, 0, Number.NaN, 2)]]],
    cells,
  )
  assert.deepEqual([...states], [ZONE.crossing, ZONE.crossing, ZONE.measured, ZONE.measured, ZONE.noShape])
  assert.ok(Number.isNaN(answers[0].count) && Number.isNaN(answers[4].count))
  assert.deepEqual(answers[2], answers[3])
})

test('a cell that is one cell is one cell, and one of a hundred-millionth is measured', () => {
  const cells = { width: 3, height: 3, values: Float64Array.from({ length: 9 }, (_, i) => i) }
  const [a, b] = measure([[[box(1, 1, 2, 2)]], [[box(1.5, 1.5, 1.5001, 1.5001)]]], cells).answers
  assert.deepEqual([a.count, a.mean, a.variety], [1, 4, 1])
  near(b.count, 1e-8, 1e-6)
  assert.equal(b.mean, 4)
})

test('variance keeps its digits where values are large and differ little', () => {
  const values = Float64Array.from({ length: 100 }, (_, i) => 1e9 + (i % 2) / 8)
  values[0] = 0 // the first value, far off all others
  const [a] = measure([[[box(1, 0, 10, 10)]]], { width: 10, height: 10, values }).answers
  // columns 1 to 9 of ten rows: 50 odd, 40 even
  near(a.variance, ((50 / 90) * (40 / 90)) / 64, 1e-9)
})

test('in degrees, cells count by their area: a parallel at 60° holds half of what the equator does', () => {
  const areas = degreeCellAreas(90, 1, -1, 180)
  // the ellipsoid whole: 4π times the square of the authalic radius 6 371 007.181 m (GRS 80)
  near(areas.reduce((sum, area) => sum + area, 0) * 360, 4 * Math.PI * 6_371_007.181 ** 2, 1e-9)
  near(areas[0], areas[179], 1e-12)
  const zone = [[[box(0, 0, 1, 180)]]]
  const values = Float64Array.from({ length: 180 }, (_, row) => (row < 30 || row >= 150 ? 1 : 0))
  const raster = { cellArea: areas, byArea: true }
  const [a] = measure([zone[0]], { width: 1, height: 180, values }, { raster, side: 7, names: ['mean', 'count', 'sum', 'area'] }).answers
  near(a.mean, (areas.subarray(0, 30).reduce((s, v) => s + v, 0) * 2) / areas.reduce((s, v) => s + v, 0))
  near(a.count, 180)
  near(a.sum, 60)
  near(
    a.area,
    areas.reduce((s, v) => s + v, 0),
  )
})

const SIDE = 12

const inCells = fc.double({ min: -2, max: 14, noNaN: true })
const radii = fc.array(fc.double({ min: 0.05, max: 6, noNaN: true }), { minLength: 3, maxLength: 14 })

/** A star-shaped ring about a centre: it never crosses itself, and drawn smaller it lies within itself. */
const starOf = ([x, y, lengths]: readonly [number, number, readonly number[]], times = 1): Point[] =>
  lengths.map((radius, i) => {
    const angle = (2 * Math.PI * i) / lengths.length
    return [x + times * radius * Math.cos(angle), y + times * radius * Math.sin(angle)]
  })
const star = fc.tuple(inCells, inCells, radii).map((each) => starOf(each))

test('fractions are those of clipping the polygon to each cell, with and without a hole', () => {
  fc.assert(
    fc.property(fc.tuple(inCells, inCells, radii), fc.option(fc.double({ min: 0.1, max: 0.9, noNaN: true })), (each, times) => {
      const shell = starOf(each)
      const holes = times === null ? [] : [starOf(each, times)]
      const expected = clippedFractions(shell, holes, SIDE, SIDE)
      const found = fractionsOf([[[shell, ...holes]]], 0, SIDE, SIDE)
      for (let i = 0; i < expected.length; i++)
        assert.ok(Math.abs(found[i] - expected[i]) < 1e-9, `cell ${i}: ${found[i]} and ${expected[i]}`)
    }),
    { numRuns: 400 },
  )
})

test('holes are taken out, islands in them put back, as clipping does', () => {
  const shell = box(0.3, 0.2, 10.7, 11.1)
  const hole = box(2.5, 3.25, 7.75, 8.5).reverse()
  const island: Point[] = [[4, 4.5], [6.5, 5], [5, 7.75]] // biome-ignore format: a triangle
  const found = fractionsOf([[[shell, hole], [island]]], 0, SIDE, SIDE)
  const expected = clippedFractions(shell, [hole], SIDE, SIDE).map((value, i) => value + clippedFractions(island, [], SIDE, SIDE)[i])
  for (let i = 0; i < expected.length; i++) near(found[i] + 1, expected[i] + 1, 1e-12)
})

const surface = Float64Array.from({ length: SIDE * SIDE }, (_, i) => 50 + 30 * Math.sin(i / 5) + ((i * 31) % 17))

test('statistics are those of the list of cells, however the raster is cut into blocks', () => {
  fc.assert(
    fc.property(fc.array(star, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 13 }), (shells, side) => {
      const zones = shells.map((shell) => [[shell]])
      const { answers } = measure(zones, { width: SIDE, height: SIDE, values: surface }, { side })
      for (const [z, shell] of shells.entries()) {
        const fractions = clippedFractions(shell, [], SIDE, SIDE)
        const count = fractions.reduce((sum, f) => sum + f, 0)
        if (count < 1e-6) continue
        const mean = fractions.reduce((sum, f, i) => sum + f * surface[i], 0) / count
        const variance = fractions.reduce((sum, f, i) => sum + f * (surface[i] - mean) ** 2, 0) / count
        near(answers[z].count, count)
        near(answers[z].mean, mean)
        near(answers[z].variance + 1, variance + 1)
        const touched = surface.filter((_, i) => fractions[i] > 1e-11)
        near(answers[z].min, Math.min(...touched))
        near(answers[z].max, Math.max(...touched))
      }
      const whole = measure(zones, { width: SIDE, height: SIDE, values: surface }, { side: 99 }).answers
      for (const [z, answer] of answers.entries())
        for (const name of NAMES) if (!Number.isNaN(whole[z][name])) near(answer[name], whole[z][name], 1e-9)
    }),
    { numRuns: 150 },
  )
})

test('an outline of thousands of vertices is the same in small blocks, whole, and by its own formula', () => {
  const ring = Array.from({ length: 5000 }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / 5000
    const radius = 5 + 0.5 * Math.sin(40 * angle)
    return [6 + radius * Math.cos(angle), 6 + radius * Math.sin(angle)]
  })
  let twice = 0
  for (const [i, [x, y]] of ring.entries()) {
    const [u, v] = ring[(i + 1) % ring.length]
    twice += x * v - u * y
  }
  const cells = { width: SIDE, height: SIDE, values: surface }
  for (const side of [1, 3, 12]) {
    const [answer] = measure([[[ring]]], cells, { side }).answers
    near(answer.count, twice / 2, 1e-12)
  }
})

test('fractions of a partition add up to one in every cell', () => {
  const knots = fc.array(fc.double({ min: 0.3, max: 0.7, noNaN: true }), { minLength: 49, maxLength: 49 })
  fc.assert(
    fc.property(knots, knots, (across, down) => {
      // a grid of six by six bent quadrilaterals over the raster and beyond it
      const at = (i: number, j: number): Point => [2.4 * (i - 0.5 + across[7 * j + i]) - 1, 2.4 * (j - 0.5 + down[7 * j + i]) - 1]
      const zones: Polygons = Array.from({ length: 36 }, (_, k) => {
        const [i, j] = [k % 6, Math.floor(k / 6)]
        return [[[at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)]]]
      })
      const sums = new Float64Array(SIDE * SIDE)
      for (let z = 0; z < 36; z++) for (const [i, fraction] of fractionsOf(zones, z, SIDE, SIDE).entries()) sums[i] += fraction
      for (let row = 2; row < 10; row++) for (let column = 2; column < 10; column++) near(sums[row * SIDE + column], 1, 1e-12)
    }),
    { numRuns: 60 },
  )
})

test('cutting a polygon in two loses nothing', () => {
  fc.assert(
    fc.property(star, fc.double({ min: 0, max: 12, noNaN: true }), (shell, x) => {
      const half = (keep: 1 | -1): Point[] => {
        const out: Point[] = []
        for (let i = 0; i < shell.length; i++) {
          const [a, b] = [shell[i], shell[(i + 1) % shell.length]]
          if ((a[0] - x) * keep >= 0) out.push(a)
          if ((a[0] - x) * (b[0] - x) < 0) out.push([x, a[1] + ((x - a[0]) / (b[0] - a[0])) * (b[1] - a[1])])
        }
        return out
      }
      const halves = [half(1), half(-1)].filter((ring) => ring.length >= 3)
      const [whole, ...parts] = measure(
        [[[shell]], ...halves.map((ring) => [[ring]])],
        { width: SIDE, height: SIDE, values: surface },
        { side: 5, names: ['count', 'sum'] },
      ).answers
      // a star cut by a line can fall apart into more than two: then the halves' rings touch along the cut, which has no area
      near(parts.reduce((sum, part) => sum + part.count, 0) + 1, whole.count + 1, 1e-9)
      near(parts.reduce((sum, part) => sum + part.sum, 0) + 1, whole.sum + 1, 1e-9)
    }),
    { numRuns: 200 },
  )
})

test('moving a polygon by whole cells moves the result', () => {
  fc.assert(
    fc.property(star, fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }), (shell, dx, dy) => {
      const before = fractionsOf([[[shell]]], 0, SIDE, SIDE, { x: -20, y: -20, width: 60, height: 60 })
      const moved = shell.map(([x, y]): Point => [x + dx, y + dy])
      const afterwards = fractionsOf([[[moved]]], 0, SIDE, SIDE, { x: -20 + dx, y: -20 + dy, width: 60, height: 60 })
      for (let i = 0; i < before.length; i++) assert.ok(Math.abs(before[i] - afterwards[i]) < 1e-12)
    }),
    { numRuns: 100 },
  )
})

test('ground coordinates become cells, on a raster that is turned, oblong and far from the origin', () => {
  const g = [39_500_123, 8, 6, 4_200_456, 6, -8] as const // turned by atan(6/8), ten metres along either side
  const back = (column: number, row: number): Point => [g[0] + column * g[1] + row * g[2], g[3] + column * g[4] + row * g[5]]
  const xy = toCells(Float64Array.of(...back(3, 7), ...back(0.25, 1000.5)), g)
  for (const [i, expected] of [3, 7, 0.25, 1000.5].entries()) near(xy[i], expected, 1e-9)
})
