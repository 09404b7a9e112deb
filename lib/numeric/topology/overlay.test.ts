import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { areasBySlabs, type Drawn, layerFrom, square } from './layers.testing.ts'
import { overlayLayers } from './overlay.ts'

const near = (found: number, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected}, got ${found}`)

test('a parcel falls into what lies under each polygon and the rest', () => {
  const line = layerFrom([square(5, -5, 30)])
  const district = layerFrom([square(-10, 0, 14), square(4, 0, 20)])
  const pieces = overlayLayers(layerFrom([square(0, 0, 10), square(100, 0, 10), square(12, 2, 3)]), [line, district])
  assert.deepEqual(
    pieces.map(({ parcel, under, areaM2 }) => [parcel, under, Math.round(areaM2)]),
    [
      [0, [[0], [1]], 50],
      [0, [[], [0]], 40],
      [0, [[], [1]], 10],
      [1, [[], []], 100],
      [2, [[0], [1]], 9],
    ],
  )
  assert.equal(pieces[4].outline, null) // whole
  assert.equal(pieces[0].outline?.length, 1)
})

test('a layer that overlaps itself gives ground under both', () => {
  const pieces = overlayLayers(layerFrom([square(0, 0, 10)]), [layerFrom([square(0, 0, 6), square(4, 0, 6)])])
  assert.deepEqual(
    pieces.map(({ under, areaM2 }) => [under, Math.round(areaM2)]),
    [
      [[[0, 1]], 12],
      [[[0]], 24],
      [[[1]], 24],
      [[[]], 40],
    ],
  )
})

test('asked for the first only, ground under two polygons of a layer is the first one’s, in one piece', () => {
  // the third polygon lies around all of it; none of its edges is near
  const layer = layerFrom([square(4, 0, 6), square(0, 0, 6), square(-50, -50, 100)])
  const pieces = overlayLayers(layerFrom([square(0, 0, 10)]), [layer], { firstOnly: true })
  assert.deepEqual(
    pieces.map(({ under, areaM2, outline }) => [under, Math.round(areaM2), outline?.length]),
    [
      [[[0]], 36, 1],
      [[[1]], 24, 1],
      [[[2]], 40, 1],
    ],
  )
})

test('pieces stay what they are when other layers are laid over one another after them', () => {
  const parcels = layerFrom([square(0, 0, 10), square(20, 0, 5)])
  const first = overlayLayers(parcels, [layerFrom([square(5, 5, 10)])])
  const copy = structuredClone(first)
  // the same working memory, filled with other numbers; a fault within leaves it clean as well
  overlayLayers(layerFrom([square(3, 1, 40), square(900, 0, 7)]), [layerFrom([square(1, 2, 30), square(899, 1, 3)])])
  const throws = () => {
    throw new RangeError('no area today')
  }
  assert.throws(() => overlayLayers(parcels, [layerFrom([square(5, 5, 10)])], { areaOf: throws }), /no area today/)
  assert.deepEqual(first, copy)
  assert.deepEqual(overlayLayers(parcels, [layerFrom([square(5, 5, 10)])]), copy)
})

test('a parcel in the hole of a polygon is under none', () => {
  const ring: Drawn[number] = [[square(0, 0, 100)[0][0], square(40, 40, 20)[0][0].toReversed()]]
  const pieces = overlayLayers(layerFrom([square(45, 45, 5), square(10, 10, 5)]), [layerFrom([ring])])
  assert.deepEqual(
    pieces.map(({ under }) => under),
    [[[]], [[0]]],
  )
})

const corner = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
const triangle = fc
  .tuple(corner, corner, corner)
  .filter(([a, b, c]) => (b[0] - a[0]) * (c[1] - a[1]) !== (c[0] - a[0]) * (b[1] - a[1]))
  .map((vertices): Drawn[number] => [[vertices]])
const heap = fc.array(triangle, { minLength: 1, maxLength: 6 })

test('a hole outside its shell covers nothing, a figure of eight its two loops', () => {
  const astray: Drawn[number] = [[square(0, 0, 10)[0][0], square(20, 0, 10)[0][0].toReversed()]]
  const eight: Drawn[number] = [[[[40, 0], [50, 10], [50, 0], [40, 10]]]] // biome-ignore format: one line a parcel
  const parcels = layerFrom([square(2, 2, 2), square(22, 2, 2), square(44, 0, 1), square(48, 4, 1.5)])
  for (const outlines of [true, false])
    assert.deepEqual(
      overlayLayers(parcels, [layerFrom([astray, eight])], { outlines }).map(({ parcel, under, areaM2 }) => [
        parcel,
        under,
        areaM2.toFixed(4),
      ]),
      [
        [0, [[0]], '4.0000'],
        [1, [[]], '4.0000'],
        [2, [[]], '1.0000'],
        [3, [[1]], '2.2500'],
      ],
    )
})

test('a polygon far away on all sides is over a parcel that another cuts', () => {
  const pieces = overlayLayers(layerFrom([square(0, 0, 10)]), [layerFrom([square(5, -5, 30)]), layerFrom([square(-1000, -1000, 2000)])])
  assert.deepEqual(
    pieces.map(({ under, areaM2 }) => [under, Math.round(areaM2)]),
    [
      [[[0], [0]], 50],
      [[[], [0]], 50],
    ],
  )
})

test('areas alone are those of the pieces with outlines', () => {
  const star = fc
    .tuple(
      fc.double({ min: 0, max: 8, noNaN: true }),
      fc.double({ min: 0, max: 8, noNaN: true }),
      fc.array(fc.double({ min: 0.5, max: 4, noNaN: true }), { minLength: 3, maxLength: 9 }),
    )
    .map(([x, y, radii]): Drawn[number] => [
      [radii.map((r, i) => [x + r * Math.cos((2 * Math.PI * i) / radii.length), y + r * Math.sin((2 * Math.PI * i) / radii.length)])],
    ])
  const squares = [square(0, 0, 4.1), square(4.1, 0, 4), square(0, 4.1, 4), square(20, 20, 3)]
  fc.assert(
    fc.property(fc.array(star, { minLength: 1, maxLength: 6 }), fc.boolean(), (parcels, loose) => {
      const layers = [layerFrom(loose ? [squares[0], squares[3]] : squares)]
      const cut = overlayLayers(layerFrom(parcels), layers)
      const clipped = overlayLayers(layerFrom(parcels), layers, { outlines: false })
      const real = (pieces: typeof cut) => pieces.filter(({ areaM2 }) => areaM2 > 1e-6)
      const whose = (pieces: typeof cut) => real(pieces).map(({ parcel, under }) => [parcel, under])
      assert.deepEqual(whose(clipped), whose(cut))
      const expected = real(cut)
      for (const [i, { areaM2 }] of real(clipped).entries()) near(areaM2, expected[i].areaM2)
    }),
    { numRuns: 200 },
  )
})

test('parts and rest are the parcel, and what lies under a polygon is what both cover', () => {
  fc.assert(
    fc.property(heap, heap, heap, (parcels, one, two) => {
      const pieces = overlayLayers(layerFrom(parcels), [layerFrom(one), layerFrom(two)])
      const slow = areasBySlabs([...parcels, ...one, ...two])
      parcels.forEach((_, p) => {
        const mine = pieces.filter(({ parcel }) => parcel === p)
        near(
          mine.reduce((sum, { areaM2 }) => sum + areaM2, 0),
          slow.own[p],
        )
        const covered = (k: number, j: number) =>
          mine.filter(({ under }) => under[k].includes(j)).reduce((sum, { areaM2 }) => sum + areaM2, 0)
        for (const j of one.keys()) near(covered(0, j), slow.pairs.get(`${p} ${parcels.length + j}`) ?? 0)
        for (const j of two.keys()) near(covered(1, j), slow.pairs.get(`${p} ${parcels.length + one.length + j}`) ?? 0)
        for (const { outline, areaM2 } of mine) if (outline) near(areaOf(outline), areaM2)
      })
    }),
    { numRuns: 300 },
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
