import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MapSheet, roundScale, scaleBarMarks } from './map.ts'
import type { Mark } from './picture.ts'

const WORDS = { legend: '', scale: (n: string) => n, north: 'N', metres: 'm', kilometres: 'km' }
const METRES_PER_POINT = 0.0254 / 72
const pathsOf = (marks: readonly Mark[]): string[] =>
  marks.flatMap((mark) => (mark.draw === 'group' ? pathsOf(mark.marks) : mark.draw === 'path' && mark.fill === '#123456' ? [mark.d] : []))

test('a kilometre at 1:50 000 is two centimetres', () => {
  const sheet = new MapSheet([0, 0, 1000, 1000], 500, 500, 50_000)
  assert.ok(Math.abs(sheet.onPaper(1000) - (2 / 2.54) * 72) < 1e-9)
})

test('law: the scale is the smallest round one at which the ground fits the paper', () => {
  fc.assert(
    fc.property(fc.double({ min: 10, max: 1e6, noNaN: true }), fc.double({ min: 10, max: 1e6, noNaN: true }), (width, height) => {
      const n = roundScale(width, height, 400, 500)
      const most = Math.max(width / 400, height / 500) / METRES_PER_POINT
      assert.ok(n >= most * (1 - 1e-9) && n <= Math.max(most * 1.5, 1.5), `${n} for ${most}`)
      assert.match(String(n), /^(1|12|15|2|25|3|4|5|6|75|8)0*$/)
    }),
  )
})

test('law: the scale bar is as long on paper as its numbers say', () => {
  fc.assert(
    fc.property(fc.integer({ min: 500, max: 5_000_000 }), (denominator) => {
      const { marks, width } = scaleBarMarks(0, 0, 200, denominator, WORDS, 8)
      const last = marks.findLast((mark) => mark.draw === 'text')
      assert.ok(last?.draw === 'text')
      const [, number, unit] = /^([\d.]+) (k?m)$/.exec(last.text) ?? []
      const metres = Number(number) * (unit === 'km' ? 1000 : 1)
      assert.ok(Math.abs(width * METRES_PER_POINT * denominator - metres) < 1e-6 * metres)
      assert.ok(width <= 200)
    }),
  )
})

test('neighbours share their edge to the last digit, however finely it was surveyed', () => {
  const sheet = new MapSheet([0, 0, 1000, 1000], 300, 300)
  const edge = [500.0004, 0, 500.0011, 333.3331, 499.9996, 666.7, 500.0002, 1000]
  sheet.polygon('a', [Float64Array.of(0, 0, ...edge, 0, 1000, 0, 0)])
  sheet.polygon('b', [Float64Array.of(1000, 0, ...edge, 1000, 1000, 1000, 0)])
  const looks = new Map(['a', 'b'].map((key) => [key, { fill: '#123456' }]))
  const [a, b] = pathsOf(sheet.marks(looks, () => 0))
  const points = (d: string) => new Set(d.match(/[\d.]+ [\d.]+/g))
  const shared = [...points(a)].filter((point) => points(b).has(point))
  // 500 m lie in the middle of the paper; the points between the ends were less than a grain off the straight way
  assert.deepEqual(
    shared.map((point) => point.split(' ')[0]),
    ['150', '150'],
  )
})

test('what is smaller than a grain of the paper leaves nothing', () => {
  const sheet = new MapSheet([0, 0, 100_000, 100_000], 300, 300)
  sheet.polygon('a', [Float64Array.of(5, 5, 6, 5, 6, 6, 5, 5)])
  assert.deepEqual(pathsOf(sheet.marks(new Map([['a', { fill: '#123456' }]]), () => 0)), [])
})
