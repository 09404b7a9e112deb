import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { areaOfPolygons, closedRing, type Polygon, type Xy } from './planar.ts'
import { neighboursOfGap, type Repaired, repair, type Shape } from './repair.ts'

// eastings as the survey writes them, so that nothing hangs on small numbers
const [EAST, NORTH] = [41_500_000, 5_000_000]
const ring = (...corners: Xy[]) => closedRing(corners.map(([x, y]) => [EAST + x, NORTH + y]))
const shape = (key: string, ...corners: Xy[]): Shape => ({ key, polygons: [{ rings: [ring(...corners)] }] })
const box = (x1: number, y1: number, x2: number, y2: number): Xy[] => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
]
const areaOf = (of: Shape) => areaOfPolygons(of.polygons)
const cornersOf = ({ polygons }: Shape) =>
  polygons.flatMap(({ rings }) =>
    rings.flatMap((each) => Array.from({ length: each.length / 2 - 1 }, (_, i) => `${each[2 * i] - EAST} ${each[2 * i + 1] - NORTH}`)),
  )
function made(of: Repaired) {
  assert.ok(of.ok)
  return of
}
const near = (a: number, b: number, within = 1e-6) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`)

test('an overlap is cut out of one of two, the other stays, and the corners that come up are put into both', () => {
  //  (0,10)┌────────┬─┬──────┐(20,10)   a reaches from 0 to 11, b from 10 to 20; b is 2 m lower, so that the cut leaves a corner on a's side
  const a = shape('a', ...box(0, 0, 11, 10))
  const b = shape('b', ...box(10, -2, 20, 8))
  const { changed, areaM2, region } = made(repair([a, b], { way: 'cut', from: 'b', against: 'a' }, true))
  near(areaM2, 8) // 1 m wide from 0 to 8
  near(areaOfPolygons(region), 8)
  const [mine, other] = changed
  assert.deepEqual([mine.key, other.key], ['b', 'a'])
  near(areaOf(mine), 100 - 8)
  near(areaOf(other), 110) // only corners were added: (11, 8) and (10, 0)
  for (const corner of ['11 8', '10 0']) assert.ok(cornersOf(other).includes(corner), corner)
  assert.deepEqual(
    made(repair([a, b], { way: 'cut', from: 'b', against: 'a' }, false)).changed.map(({ key }) => key),
    ['b'],
  )
})

test('a cut that would leave nothing, and one where nothing is, are told', () => {
  const a = shape('a', ...box(0, 0, 10, 10))
  const inside = shape('b', ...box(2, 2, 4, 4))
  assert.deepEqual(repair([a, inside], { way: 'cut', from: 'b', against: 'a' }, true), { ok: false, why: 'nothing-left' })
  assert.deepEqual(repair([a, shape('c', ...box(10, 0, 20, 10))], { way: 'cut', from: 'a', against: 'c' }, true), {
    ok: false,
    why: 'nothing-there',
  })
  const { changed } = made(repair([a, inside], { way: 'cut', from: 'a', against: 'b' }, true))
  near(areaOf(changed[0]), 96)
  assert.equal(changed[0].polygons[0].rings.length, 2) // a hole where the other lies
})

test('a gap goes to the neighbour with the longest border to it, which grows by the area of the gap', () => {
  //  ┌────┬────┐   a 3 × 1 gap between a (left), b (right) and c (above), d (below)
  const gap: Polygon[] = [{ rings: [ring(...box(10, 5, 13, 6))] }]
  const a = shape('a', [0, 0], [10, 0], [10, 5], [10, 6], [10, 10], [0, 10])
  const b = shape('b', [13, 0], [20, 0], [20, 10], [13, 10], [13, 6], [13, 5])
  const c = shape('c', ...box(10, 6, 13, 10))
  const d = shape('d', ...box(10, 0, 13, 5))
  const around = [a, b, c, d]
  assert.deepEqual(
    neighboursOfGap(gap, around).map(({ key, lengthM }) => [key, Math.round(lengthM * 1e6) / 1e6]),
    [
      ['c', 3],
      ['d', 3],
      ['a', 1],
      ['b', 1],
    ],
  )
  const { changed, areaM2 } = made(repair(around, { way: 'fill', into: 'c', gap }, true))
  near(areaM2, 3)
  assert.deepEqual(
    changed.map(({ key }) => key),
    ['c'],
  )
  near(areaOf(changed[0]), 12 + 3)
})

test('corners within the tolerance go onto the neighbour’s, and what is further stays', () => {
  const a = shape('a', [0, 0], [10, 0], [10, 5], [10, 10], [0, 10])
  const b = shape('b', [10.03, 0], [20, 0], [20, 10], [10.04, 10], [10.02, 5.01])
  const around = [a, b]
  const { changed } = made(
    repair(around, { way: 'snap', move: 'b', withinM: 0.05, box: [EAST + 10, NORTH, EAST + 10.04, NORTH + 10] }, true),
  )
  assert.deepEqual(
    changed.map(({ key }) => key),
    ['b'],
  )
  assert.deepEqual(cornersOf(changed[0]).sort(), ['10 0', '10 10', '10 5', '20 0', '20 10'])
  const little = repair(around, { way: 'snap', move: 'b', withinM: 0.005, box: [EAST + 10, NORTH, EAST + 10.04, NORTH + 10] }, true)
  assert.deepEqual(little, { ok: false, why: 'nothing-there' })
  // a corner of the neighbour halfway along an edge is taken in; a place halfway along the neighbour's edge becomes a corner of it
  const c = shape('c', ...box(10.02, 2, 20, 8))
  const joined = made(
    repair([a, c], { way: 'snap', move: 'c', withinM: 0.05, box: [EAST + 10, NORTH + 2, EAST + 10.02, NORTH + 8] }, true),
  ).changed
  assert.deepEqual(
    joined.map(({ key }) => key),
    ['c', 'a'],
  )
  assert.ok(cornersOf(joined[0]).includes('10 5'))
  for (const corner of ['10 2', '10 8']) assert.ok(cornersOf(joined[1]).includes(corner))
})

/** A star round a middle: radii from 20 to 60 m, in order of angle, so that it never crosses itself. */
const star = (key: string, x: number, y: number, radii: readonly number[]) =>
  shape(
    key,
    ...radii.map((r, i): Xy => [x + r * Math.cos((2 * Math.PI * i) / radii.length), y + r * Math.sin((2 * Math.PI * i) / radii.length)]),
  )
const radii = fc.array(fc.double({ min: 20, max: 60, noNaN: true }), { minLength: 3, maxLength: 12 })

test('a cut takes away exactly what was common, whatever the shapes', () =>
  fc.assert(
    fc.property(radii, radii, fc.double({ min: 5, max: 110, noNaN: true }), (one, two, apart) => {
      const [a, b] = [star('a', 0, 0, one), star('b', apart, 3, two)]
      const done = repair([a, b], { way: 'cut', from: 'b', against: 'a' }, true)
      if (!done.ok) return
      near(areaOf(b) - areaOf(done.changed[0]), done.areaM2, 0.002)
      for (const other of done.changed.slice(1)) near(areaOf(other), areaOf(a), 0.002)
      const again = repair([a, ...done.changed], { way: 'cut', from: 'b', against: 'a' }, true)
      // the line of a micrometre's rounding is no ground
      assert.ok(!again.ok || again.areaM2 < 0.002)
    }),
    { numRuns: 200 },
  ))
