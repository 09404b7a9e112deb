import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { areaOfRings, dissolve, divide, type RingPolygon, sideOfPolygons, withCorners } from './divide.ts'

const EAST = 41_500_000
const NORTH = 5_040_000
const ring = (...corners: readonly (readonly [number, number])[]) =>
  Float64Array.from([...corners, corners[0]].flatMap(([x, y]) => [EAST + x, NORTH + y]))
const line = (...corners: readonly (readonly [number, number])[]) => Float64Array.from(corners.flatMap(([x, y]) => [EAST + x, NORTH + y]))
const square = (x: number, y: number, side: number): RingPolygon => ({
  rings: [ring([x, y], [x + side, y], [x + side, y + side], [x, y + side])],
})
const areas = (pieces: readonly RingPolygon[]) => pieces.map((piece) => Math.round(areaOfRings(piece) * 1e4) / 1e4)
const cornersOf = (pieces: readonly RingPolygon[]) =>
  new Set(
    pieces.flatMap(({ rings }) =>
      rings.flatMap((each) => Array.from({ length: each.length / 2 }, (_, i) => `${each[2 * i]} ${each[2 * i + 1]}`)),
    ),
  )

test('a line through a square makes two pieces whose areas are those of arithmetic', () => {
  assert.deepEqual(areas(divide([square(0, 0, 100)], [line([-5, 30], [105, 30])])), [7000, 3000])
})

test('a line that ends inside, or passes by, divides nothing', () => {
  assert.equal(divide([square(0, 0, 100)], [line([-5, 30], [60, 30])]).length, 1)
  assert.equal(divide([square(0, 0, 100)], [line([-5, 130], [160, 130])]).length, 1)
})

test('a line drawn from corner to corner within a millimetre takes the corners themselves', () => {
  const pieces = divide([square(0, 0, 100)], [line([0.0004, -0.0003], [99.9996, 100.0002])])
  assert.deepEqual(areas(pieces), [5000, 5000])
  assert.deepEqual(cornersOf(pieces), cornersOf([square(0, 0, 100)]))
})

test('a ring drawn inside cuts an island out and leaves a hole', () => {
  const pieces = divide([square(0, 0, 100)], [line([20, 20], [40, 20], [40, 40], [20, 40], [20, 20])])
  assert.deepEqual(areas(pieces), [9600, 400])
  assert.equal(pieces[0].rings.length, 2)
})

test('a line through a hole opens it: two pieces, none of them with the hole', () => {
  //  ┌──────────┐
  //  │  ┌────┐  │
  //──┼──┼────┼──┼──
  //  │  └────┘  │
  //  └──────────┘
  const holed = { rings: [...square(0, 0, 100).rings, ...square(40, 40, 20).rings] }
  const pieces = divide([holed], [line([-1, 50], [101, 50])])
  assert.deepEqual(areas(pieces), [4800, 4800])
  assert.ok(pieces.every(({ rings }) => rings.length === 1))
})

test('a zigzag makes as many pieces as it cuts off', () => {
  const pieces = divide([square(0, 0, 100)], [line([-10, 50], [50, 110], [110, 50], [50, -10], [-10, 50])])
  assert.equal(pieces.length, 5)
  assert.deepEqual(
    areas(pieces),
    [8 * 900 - 0, 800, 800, 800, 800].map((_, i) => (i === 0 ? 10_000 - 4 * 800 : 800)),
  )
})

test('two lines that cross make four', () => {
  assert.deepEqual(areas(divide([square(0, 0, 100)], [line([50, -1], [50, 101]), line([-1, 50], [101, 50])])), [2500, 2500, 2500, 2500])
})

test('squares side by side become one; what touches at a corner only stays two shells', () => {
  assert.deepEqual(areas(dissolve([[square(0, 0, 100)], [square(100, 0, 100)]])), [20_000])
  assert.equal(dissolve([[square(0, 0, 100)], [square(100, 100, 100)]]).length, 2)
})

test('a ring of squares round an empty place keeps the place as a hole', () => {
  const around = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => [i, j] as const)).filter(([i, j]) => i !== 1 || j !== 1)
  const [joined, ...more] = dissolve(around.map(([i, j]) => [square(100 * i, 100 * j, 100)]))
  assert.deepEqual([areaOfRings(joined), joined.rings.length, more.length], [80_000, 2, 0])
})

test('a neighbour that has corners the other lacks joins all the same', () => {
  const left = { rings: [ring([0, 0], [100, 0], [100, 37], [100, 100], [0, 100])] }
  assert.deepEqual(areas(dissolve([[left], [square(100, 0, 100)]])), [20_000])
})

test('corners on a line are taken in, in their order; others are not', () => {
  const woven = withCorners([square(0, 0, 100)], line([70, 0], [30, 0], [30, 1], [0, 0]))
  assert.deepEqual(
    [...(woven?.[0].rings[0] ?? [])].slice(0, 8),
    [0, 0, 30, 0, 70, 0, 100, 0].map((v, i) => (i % 2 ? NORTH : EAST) + v),
  )
  assert.equal(withCorners([square(0, 0, 100)], line([50, 50])), null)
})

const star = fc.array(fc.integer({ min: 20, max: 100 }), { minLength: 4, maxLength: 14 }).map((radii) => ({
  rings: [
    ring(
      ...radii.map((r, i) => {
        const at = (2 * Math.PI * i) / radii.length
        return [r * Math.cos(at), r * Math.sin(at)] as const
      }),
    ),
  ],
}))
const drawn = fc
  .array(fc.tuple(fc.integer({ min: -120, max: 120 }), fc.integer({ min: -120, max: 120 })), { minLength: 2, maxLength: 6 })
  .map((corners) => line(...corners))

test('pieces of any outline by any lines add up to it, keep all its corners, and join to it again', () => {
  fc.assert(
    fc.property(star, fc.array(drawn, { minLength: 1, maxLength: 3 }), (whole, lines) => {
      const pieces = divide([whole], lines)
      const sum = pieces.reduce((total, piece) => total + areaOfRings(piece), 0)
      assert.ok(Math.abs(sum - areaOfRings(whole)) < 0.25, `${sum} ${areaOfRings(whole)}`)
      const corners = cornersOf(pieces)
      for (const corner of cornersOf([whole])) assert.ok(corners.has(corner))
      const joined = dissolve(pieces.map((piece) => [piece]))
      assert.equal(joined.length, 1)
      assert.ok(Math.abs(areaOfRings(joined[0]) - areaOfRings(whole)) < 0.25)
    }),
    { numRuns: 400, seed: 7 },
  )
})

test('lines along borders, through corners and over themselves: the pieces still cover the ground once', () => {
  const place = fc.tuple(fc.constantFrom(-25, 0, 25, 50, 75, 100, 125), fc.constantFrom(-25, 0, 25, 50, 75, 100, 125))
  const lines = fc.array(fc.array(place, { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 4 })
  const holed = { rings: [...square(0, 0, 100).rings, ...square(25, 25, 25).rings] }
  fc.assert(
    fc.property(lines, fc.boolean(), (drawnLines, withHole) => {
      const whole = withHole ? holed : square(0, 0, 100)
      const pieces = divide(
        [whole],
        drawnLines.map((corners) => line(...corners)),
      )
      assert.ok(Math.abs(pieces.reduce((sum, piece) => sum + areaOfRings(piece), 0) - areaOfRings(whole)) < 1e-5)
      // a place in one piece lies in no other
      for (let x = 3; x < 100; x += 13)
        for (let y = 7; y < 100; y += 17) assert.ok(pieces.filter((piece) => sideOfPolygons([piece], EAST + x, NORTH + y) > 0).length <= 1)
    }),
    { numRuns: 600, seed: 3 },
  )
})
