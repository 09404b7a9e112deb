import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { findTopology } from './find.ts'
import type { TopologyFindings, TopologyOptions } from './layer.ts'
import { areasBySlabs, type Drawn, layerFrom, square } from './layers.testing.ts'

const near = (found: number, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected}, got ${found}`)

const look = (parcels: Drawn, options: TopologyOptions = {}) => findTopology(layerFrom(parcels), { leastArea: 0, gapWidth: 0, ...options })
const rules = (found: TopologyFindings) => found.invalid.map(({ parcel, rule }) => `${parcel} ${rule}`)

test('two squares that overlap, with the shape and a place on it', () => {
  const found = look([square(0, 0, 10), square(8, 7, 10)])
  assert.equal(found.overlaps.length, 1)
  const [{ a, b, areaM2, outline, x, y }] = found.overlaps
  assert.deepEqual([a, b], [0, 1])
  near(areaM2, 2 * 3)
  const [ring] = outline?.[0] ?? []
  const vertices = Array.from({ length: ring.length / 2 - 1 }, (_, v) => `${ring[2 * v]} ${ring[2 * v + 1]}`)
  assert.deepEqual(vertices.sort(), ['10 10', '10 7', '8 10', '8 7'])
  assert.ok(x > 8 && x < 10 && y > 7 && y < 10)
  near(found.identity.outerM2, 200 - 6)
  near(found.identity.differenceM2, 0)
})

test('neighbours that share vertices, or only the line between them, do not overlap', () => {
  assert.equal(look([square(0, 0, 10), square(10, 0, 10)]).overlaps.length, 0)
  // the right one's corners lie on the left one's edge, where that has no vertex
  const found = look([square(0, 0, 30), square(30, 10, 10)])
  assert.deepEqual([found.overlaps.length, found.gaps.length], [0, 0])
  assert.deepEqual(
    found.oneSided.map(({ parcel, neighbour, x, y }) => [parcel, neighbour, x, y]),
    [
      [1, 0, 30, 10],
      [1, 0, 30, 20],
    ],
  )
})

test('an enclosed gap, a hole that is filled and one that is not', () => {
  const ring = (x: number, y: number, side: number) => square(x, y, side)[0][0]
  const around: Drawn[number] = [[ring(0, 0, 30), ring(10, 10, 5).toReversed(), ring(20, 20, 4).toReversed()]]
  const found = look([around, square(10, 10, 5), square(30, 0, 30)])
  assert.equal(found.gaps.length, 1)
  assert.deepEqual(found.gaps[0].neighbours, [0])
  near(found.gaps[0].areaM2, 16)
  assert.equal(found.gaps[0].open, false)
  near(found.identity.outerM2, 1800)
})

test('an island in a gap is no part of it', () => {
  const frame: Drawn[number] = [[square(0, 0, 30)[0][0], square(5, 5, 20)[0][0].toReversed()]]
  const found = look([frame, square(10, 10, 6)])
  near(found.gaps[0].areaM2, 20 * 20 - 6 * 6)
  assert.equal(found.gaps[0].outline?.[0].length, 2)
  assert.deepEqual(found.gaps[0].neighbours, [0, 1])
})

test('three parcels on one another: every pair has its whole overlap', () => {
  const found = look([square(0, 0, 10), square(5, 0, 10), square(8, 0, 10)])
  assert.deepEqual(
    found.overlaps.map(({ a, b, areaM2 }) => [a, b, Math.round(areaM2)]),
    [
      [0, 1, 50],
      [0, 2, 20],
      [1, 2, 70],
    ],
  )
  near(found.identity.outerM2, 180)
})

test('a parcel over neighbours whose border is shared meets each of them', () => {
  // no edge of the four lies open within the fifth: all of theirs cancel there
  const four = [square(0, 0, 50), square(50, 0, 50), square(0, 50, 50), square(50, 50, 50)]
  const found = look([...four, square(40, 45, 20)])
  assert.deepEqual(
    found.overlaps.map(({ a, b, areaM2 }) => [a, b, Math.round(areaM2)]),
    [
      [0, 4, 10 * 5],
      [1, 4, 10 * 5],
      [2, 4, 10 * 15],
      [3, 4, 10 * 15],
    ],
  )
})

test('hundreds of parcels on one another: every pair has its overlap, whatever it takes to tell', () => {
  const n = 120
  // each square lies a step to the north-east of the one before: i and j have a square of side 100 − (j − i) / 8 in common
  const found = look(
    Array.from({ length: n }, (_, i) => square(i / 8, i / 8, 100)),
    { outlines: false },
  )
  assert.equal(found.overlaps.length, (n * (n - 1)) / 2)
  for (const { a, b, areaM2 } of found.overlaps) near(areaM2, (100 - (b - a) / 8) ** 2)
  near(found.identity.differenceM2, 0, 1e-5)
})

test('drawn twice: vertex for vertex, turned, shifted by a little', () => {
  const parcel = square(0, 0, 100)
  const turned: Drawn[number] = [[[...parcel[0][0].slice(2), ...parcel[0][0].slice(0, 2)].reverse()]]
  const found = look([parcel, turned, square(500, 0, 100), square(500.02, 0, 100)])
  assert.deepEqual(
    found.duplicates.map(({ a, b, exact }) => [a, b, exact]),
    [
      [0, 1, true],
      [2, 3, false],
    ],
  )
})

test('a parcel inside another', () => {
  const found = look([square(0, 0, 100), square(20, 20, 10)])
  assert.deepEqual(
    found.contained.map(({ inner, outer }) => [inner, outer]),
    [[1, 0]],
  )
})

test('a way between two parcels is a gap up to the width asked for', () => {
  const left: Drawn[number] = [[[[0, 0], [50, 0], [50, 40], [0, 40]]]] // biome-ignore format: one line a parcel
  const right: Drawn[number] = [[[[50.3, 0], [90, 0], [90, 40], [50.3, 40]]]] // biome-ignore format: one line a parcel
  const found = look([left, right], { gapWidth: 0.5 })
  assert.equal(found.gaps.length, 1)
  near(found.gaps[0].areaM2, 0.3 * 40)
  assert.deepEqual([found.gaps[0].open, found.gaps[0].neighbours], [true, [0, 1]])
  assert.equal(look([left, right], { gapWidth: 0.2 }).gaps.length, 0)
})

test('a sliver by its mean width', () => {
  const thin: Drawn[number] = [[[[0, 0], [40, 0], [40, 0.05], [0, 0.05]]]] // biome-ignore format: one line a parcel
  const found = look([thin, square(100, 100, 10)])
  assert.deepEqual(
    found.slivers.map(({ parcel }) => parcel),
    [0],
  )
  near(found.slivers[0].widthM, (2 * 2) / 80.1)
})

test('rings that are no rings, one rule each', () => {
  const ring = (...vertices: number[][]): Drawn[number] => [[vertices]]
  assert.deepEqual(rules(look([ring([0, 0], [10, 10], [10, 0], [0, 10])])), ['0 self-intersection'])
  assert.deepEqual(rules(look([ring([0, 0], [10, 0], [10, 0], [10, 10], [0, 10])])), ['0 repeated-point'])
  assert.deepEqual(rules(look([ring([0, 0], [10, 0], [10, 5], [90, 5.0005], [10, 5.0005], [10, 10], [0, 10])])), ['0 spike'])
  assert.deepEqual(rules(look([ring([0, 0], [10, 0], [4, 0])])), ['0 zero-area'])
  assert.deepEqual(rules(look([ring([0, 0], [10, 0], [5, 5], [10, 10], [0, 10], [5, 5])])), ['0 self-touch'])
  const shell = square(0, 0, 10)[0][0]
  assert.deepEqual(rules(look([[[shell, square(20, 20, 5)[0][0].toReversed()]]])), ['0 hole-outside-shell'])
  assert.deepEqual(rules(look([[[shell, square(2, 2, 5)[0][0]]]])), ['0 orientation'])
  assert.deepEqual(rules(look([[[shell], square(2, 2, 5)[0]]])), ['0 nested-parts'])
  assert.deepEqual(rules(look([[]])), ['0 no-geometry'])
  assert.deepEqual(rules(look([ring([0, 0], [Number.NaN, 0], [4, 5])])), ['0 not-a-number'])
  assert.deepEqual(rules(look([square(0, 0, 10), square(20, 0, 10)])), [])
})

test('a figure of eight counts as the two loops it draws', () => {
  const found = look([[[[[0, 0], [10, 10], [10, 0], [0, 10]]]]]) // biome-ignore format: one line a parcel
  near(found.areaM2, 50)
  near(found.identity.outerM2, 50)
})

test('parts of one parcel that lie on one another are a finding of their own, and no gap; parts that share a line only are none of it', () => {
  const [left, right] = [square(0, 0, 10)[0], square(6, 4, 10)[0]]
  const found = look([[left, right], square(40, 0, 5)])
  assert.deepEqual(rules(found), ['0 part-overlap'])
  assert.deepEqual([found.gaps.length, found.overlaps.length], [0, 0])
  near(found.areaM2, 100 + 100 - 4 * 6 + 25)
  near(found.identity.outerM2, 100 + 100 - 4 * 6 + 25)
  // a hole of one part stays empty where the other part does not reach
  const holed = look([[[square(0, 0, 10)[0][0], square(2, 2, 2)[0][0].toReversed()], right]])
  assert.deepEqual([rules(holed), holed.gaps.map(({ areaM2 }) => areaM2)], [['0 part-overlap'], [4]])
  // the hole lies under the other part
  const filled = look([[[square(0, 0, 10)[0][0], square(7, 5, 2)[0][0].toReversed()], right]])
  assert.deepEqual([rules(filled), filled.gaps.length], [['0 part-overlap'], 0])
  const side = look([[square(0, 0, 10)[0], square(10, 5, 10)[0]]])
  assert.deepEqual(rules(side), ['0 self-intersection'])
  near(side.areaM2, 200)
})

test('a parcel with its axes swapped stands apart from the rest', () => {
  const row = Array.from({ length: 10 }, (_, i) => square(520_000 + 20 * i, 480_000, 20))
  assert.deepEqual(rules(look([...row, square(480_000, 520_040, 20)])), ['10 swapped-axes'])
})

test('a layer of nothing, of one parcel, of parcels without ground', () => {
  assert.equal(look([]).parcels, 0)
  assert.equal(look([square(0, 0, 1)]).identity.outerM2, 1)
  assert.equal(look([[], []]).invalid.length, 2)
})

const corner = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 }))
const triangle = fc
  .tuple(corner, corner, corner)
  .filter(([a, b, c]) => (b[0] - a[0]) * (c[1] - a[1]) !== (c[0] - a[0]) * (b[1] - a[1]))
  .map((vertices): Drawn[number] => [[vertices]])
const star = fc
  .tuple(
    fc.double({ min: 0, max: 8, noNaN: true }),
    fc.double({ min: 0, max: 8, noNaN: true }),
    fc.array(fc.double({ min: 0.5, max: 4, noNaN: true }), { minLength: 3, maxLength: 9 }),
  )
  .map(([x, y, radii]): Drawn[number] => {
    const n = radii.length
    return [[radii.map((r, i) => [x + r * Math.cos((2 * Math.PI * i) / n), y + r * Math.sin((2 * Math.PI * i) / n)])]]
  })
/** Heaps on a coarse grid, where everything touches everything, and loose ones. */
const heap = fc.array(fc.oneof(triangle, star), { minLength: 1, maxLength: 8 })

const pairsIn = (found: TopologyFindings) => new Map(found.overlaps.map(({ a, b, areaM2 }) => [`${a} ${b}`, areaM2]))

test('areas are those of the slow way, and the outlines have them', () => {
  fc.assert(
    fc.property(heap, (parcels) => {
      const found = look(parcels)
      const slow = areasBySlabs(parcels)
      const fast = pairsIn(found)
      for (const [pair, area] of slow.pairs) if (area > 1e-6) near(fast.get(pair) ?? 0, area)
      for (const [pair, area] of fast) near(area, slow.pairs.get(pair) ?? 0)
      const empty = found.gaps.reduce((sum, gap) => sum + gap.areaM2, 0)
      near(found.identity.outerM2 - empty, slow.covered)
      for (const { outline, areaM2 } of [...found.overlaps, ...found.gaps]) near(areaOf(outline ?? []), areaM2)
    }),
    { numRuns: 400 },
  )
})

function areaOf(outline: readonly (readonly Float64Array[])[]): number {
  let area = 0
  for (const rings of outline)
    for (const ring of rings)
      for (let i = 0; i + 3 < ring.length; i += 2)
        area += ((ring[i] - ring[0]) * (ring[i + 3] - ring[1]) - (ring[i + 2] - ring[0]) * (ring[i + 1] - ring[1])) / 2
  return area
}

test('the order of parcels, the vertex a ring starts at and its direction change no finding', () => {
  fc.assert(
    fc.property(heap, fc.infiniteStream(fc.nat()), (parcels, chance) => {
      const draw = () => chance.next().value as number
      const order = parcels.map((_, i) => [draw() % 1000, i]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
      const mixed = order.map(([, i]) =>
        parcels[i].map((rings) =>
          rings.map((ring) => {
            const start = draw() % ring.length
            const turned = [...ring.slice(start), ...ring.slice(0, start)]
            return draw() % 2 ? turned.reverse() : turned
          }),
        ),
      )
      const before = pairsIn(look(parcels))
      const after = look(mixed)
      const back = new Map(
        after.overlaps.map(({ a, b, areaM2 }) => {
          const [i, j] = [order[a][1], order[b][1]]
          return [`${Math.min(i, j)} ${Math.max(i, j)}`, areaM2]
        }),
      )
      assert.deepEqual([...back].sort(), [...before].sort())
      assert.deepEqual(
        after.gaps.map(({ areaM2 }) => areaM2),
        look(parcels).gaps.map(({ areaM2 }) => areaM2),
      )
    }),
    { numRuns: 200 },
  )
})

test('a layer moved to the far end of a zone has the same findings', () => {
  fc.assert(
    fc.property(heap, (parcels) => {
      const [dx, dy] = [41_500_000, 4_900_000]
      const moved = parcels.map((parts) => parts.map((rings) => rings.map((ring) => ring.map(([x, y]) => [x + dx, y + dy]))))
      const [here, there] = [look(parcels), look(moved)]
      const [fast, slow] = [pairsIn(here), pairsIn(there)]
      // an easting of 41.5 million has steps of 7e-9 m
      for (const [pair, area] of fast) if (area > 1e-5) near(slow.get(pair) ?? 0, area, 1e-5)
      near(there.identity.outerM2, here.identity.outerM2, 1e-5)
    }),
    { numRuns: 100 },
  )
})

test('areas by a function of the caller: the identity holds in its areas too', () => {
  const found = look([square(0, 0, 10), square(8, 7, 10)], { areaOf: (ring) => 3 * areaOf([[ring]]) })
  near(found.overlaps[0].areaM2, 18)
  near(found.identity.outerM2, 3 * 194)
})
