import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decideClearance, type Extent, largestPiece, MAP_APPROVAL, sensitivityOf } from './clearance.ts'

const square = (x: number, y: number, side: number): Extent => ({ box: [x, y, x + side, y + side], areaM2: side * side })

test('rows that touch are one piece, rows apart are not', () => {
  assert.equal(largestPiece([], 1), 0)
  assert.equal(largestPiece([square(0, 0, 10), square(10, 0, 10), square(50, 50, 10)], 0), 200)
  assert.equal(largestPiece([square(0, 0, 10), square(12, 0, 10)], 1), 100)
  assert.equal(largestPiece([square(0, 0, 10), square(12, 0, 10)], 2), 200)
})

test('law: the largest piece is that of the graph of touching boxes, asked pair by pair', () => {
  const extent = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 12 }))
    .map(([x, y, side]) => square(x, y, side))
  fc.assert(
    fc.property(fc.array(extent, { maxLength: 40 }), (extents) => {
      const seen = new Set<number>()
      let largest = 0
      for (let start = 0; start < extents.length; start++) {
        if (seen.has(start)) continue
        seen.add(start)
        let sum = 0
        for (const queue = [start]; queue.length > 0; ) {
          const at = queue.pop() ?? 0
          sum += extents[at].areaM2
          for (let other = 0; other < extents.length; other++) {
            const [a, b] = [extents[at].box, extents[other].box]
            if (seen.has(other) || a[0] > b[2] || b[0] > a[2] || a[1] > b[3] || b[1] > a[3]) continue
            seen.add(other)
            queue.push(other)
          }
        }
        largest = Math.max(largest, sum)
      }
      return largestPiece(extents, 0) === largest
    }),
  )
})

test('what is sensitive: heights by any name, or every row and column with outlines', () => {
  const asked = { withOutlines: true, filtered: false, columns: null, known: ['DKBM', 'SCMJ'] }
  assert.equal(sensitivityOf(asked), 'full-elements')
  assert.equal(sensitivityOf({ ...asked, withOutlines: false }), null)
  assert.equal(sensitivityOf({ ...asked, filtered: true }), null)
  assert.equal(sensitivityOf({ ...asked, columns: ['DKBM'] }), null)
  for (const name of ['高程', '地面高程', '平均海拔', 'elevation', 'DEM', 'GC', 'mean_h'])
    assert.equal(sensitivityOf({ ...asked, withOutlines: false, columns: [name] }), 'heights', name)
  for (const name of ['DKBM', 'HTMJ', 'SHAPE_LENGTH', '高标准农田', 'ZLDWDM', 'month'])
    assert.equal(sensitivityOf({ ...asked, columns: [name] }), null, name)
})

test('above 25 km² in one piece a second person approves; at 25 and below nobody is asked', () => {
  assert.ok(decideClearance('full-elements', 25e6, false).ok)
  assert.ok(decideClearance(null, 1e12, false).ok)
  assert.ok(decideClearance('heights', 26e6, true).ok)
  const refused = decideClearance('heights', 25.01e6, false)
  assert.equal(refused.ok ? null : refused.refusal.code, 'exports/needs-second-approval')
})

test('a map review number is known by its form', () => {
  for (const number of ['GS（2024）1234号', 'GS(2024)0001号', '吉S（2026）012号']) assert.ok(MAP_APPROVAL.test(number), number)
  for (const number of ['', '1234', 'GS2024-1', 'GS（24）1号']) assert.equal(MAP_APPROVAL.test(number), false, number)
})
