import assert from 'node:assert/strict'
import test from 'node:test'
import { writePolygonWkb } from '@dishu/base/wkb'
import { seededRandom } from '@dishu/numeric/shared/random'
import fc from 'fast-check'
import { together, wkbOf } from './cutting.ts'
import { footprintOf } from './footprint.ts'
import { relation } from './relation.ts'

type Point = readonly [number, number]
const footprint = (...rings: Point[][]) =>
  footprintOf(writePolygonWkb([{ rings: rings.map((points) => Float64Array.from([...points, points[0]].flat())) }]))
const rectangle = (x1: number, y1: number, x2: number, y2: number): Point[] => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
]

test('neighbours along a whole line, at a corner and far away are apart', () => {
  const a = footprint(rectangle(0, 0, 4, 4))
  for (const b of [rectangle(4, 0, 8, 4), rectangle(4, 4, 8, 8), rectangle(9, 9, 10, 10)]) {
    assert.equal(relation(a, footprint(b)), 'apart')
    assert.equal(relation(footprint(b), a), 'apart')
  }
})

test('boxes may meet where outlines do not', () => {
  //  ┌────────┐
  //  │ ┌──────┘
  //  │ │  ▪        a small one in the arm of a corner piece
  //  └─┘
  const corner = footprint([
    [0, 0],
    [2, 0],
    [2, 6],
    [8, 6],
    [8, 8],
    [0, 8],
  ])
  assert.equal(relation(corner, footprint(rectangle(4, 2, 5, 3))), 'apart')
})

test('what lies within is told from what contains, touching the border or not', () => {
  const large = footprint(rectangle(0, 0, 8, 8))
  const free = footprint(rectangle(2, 2, 4, 4))
  assert.equal(relation(free, large), 'within')
  assert.equal(relation(large, free), 'contains')
  const sharesCorner = footprint([
    [0, 0],
    [4, 3],
    [3, 4],
  ])
  assert.equal(relation(sharesCorner, large), 'within')
  const sharesSide = footprint([
    [0, 0],
    [8, 0],
    [3, 4],
  ])
  assert.equal(relation(sharesSide, large), 'within')
  assert.equal(relation(large, sharesSide), 'contains')
  assert.equal(relation(large, large), 'within')
})

test('a hole filled by another is not common ground, a hole with ground around it is', () => {
  const ring = footprint(rectangle(0, 0, 8, 8), rectangle(2, 2, 4, 4))
  assert.equal(relation(ring, footprint(rectangle(2, 2, 4, 4))), 'apart')
  assert.equal(relation(ring, footprint(rectangle(2.5, 2.5, 3, 3))), 'apart')
  assert.equal(relation(ring, footprint(rectangle(1, 1, 5, 5))), 'crossing')
  assert.equal(relation(ring, footprint(rectangle(0, 0, 8, 8))), 'within')
})

test('a corner on the middle of a line is left to the cutter', () => {
  //  (0,8)
  //    │ ╲  ┌ (6,6)
  //    │  ╲╱ (4,4) on the slope
  //  (0,0)──╲ (8,0)
  const slope = footprint([
    [0, 0],
    [8, 0],
    [0, 8],
  ])
  assert.equal(relation(slope, footprint(rectangle(4, 4, 6, 6))), 'crossing')
  assert.equal(relation(slope, footprint(rectangle(4.5, 4, 6, 6))), 'apart')
})

test('of ground made of the same cells it is never wrong, and certain unless an outline touches itself', () => {
  // 25 jittered squares, each outline a union of some of them: the truth is a matter of sets
  const n = 5
  const random = seededRandom(20260)
  const corners = Array.from({ length: (n + 1) * (n + 1) }, (_, k) => ({
    x: Math.round(1e5 * ((k % (n + 1)) + 0.3 * random())),
    y: Math.round(1e5 * (Math.floor(k / (n + 1)) + 0.3 * random())),
  }))
  const cell = (k: number) => {
    const c = Math.floor(k / n) * (n + 1) + (k % n)
    return [corners[c], corners[c + 1], corners[c + n + 2], corners[c + n + 1]]
  }
  const origin = { x: 0, y: 0, quarters: 0 }
  const groundOf = (cells: number[]) => footprintOf(wkbOf(together(cells.map(cell), { areaM2: 0, widthM: 0 }), origin))
  const cells = fc.uniqueArray(fc.nat(n * n - 1), { minLength: 1, maxLength: 12 })
  let certain = 0
  let total = 0
  fc.assert(
    fc.property(cells, cells, (a, b) => {
      const common = a.filter((k) => b.includes(k)).length
      const truth = common === 0 ? 'apart' : common === a.length ? 'within' : common === b.length ? 'contains' : 'crossing'
      const got = relation(groundOf(a), groundOf(b))
      assert.ok(got === truth || got === 'crossing', `${got}, but ${truth}`)
      total++
      if (got === truth) certain++
    }),
    { numRuns: 1000 },
  )
  assert.ok(certain / total > 0.95, `${certain} of ${total}`)
})
