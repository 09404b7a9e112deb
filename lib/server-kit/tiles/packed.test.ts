import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { redrawn, twiceArea } from './outline.ts'
import { type PackedFeature, Packer, unpack } from './packed.ts'
import { SquareSums } from './squares.ts'

const whole = fc.integer({ min: -(2 ** 20), max: 2 ** 20 })
const feature = fc
  .record({
    id: fc.nat(2 ** 31 - 1).map((n) => n * 4096), // beyond 32 bits too
    twin: fc.nat(2 ** 31 - 1),
    part: fc.boolean(),
    words: fc.array(fc.constantFrom('', '0103', '盐碱', 'a\tb'), { minLength: 2, maxLength: 2 }),
    value: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
    corner: fc.tuple(whole, whole),
    size: fc.tuple(fc.nat(9000), fc.nat(9000)),
    rings: fc.array(fc.array(fc.tuple(whole, whole), { minLength: 3, maxLength: 9 }), { maxLength: 3 }),
    shells: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  })
  .map(({ corner: [minX, minY], size: [w, h], rings, shells, ...rest }) => ({
    ...rest,
    ...{ minX, minY, maxX: minX + w, maxY: minY + h },
    rings: rings.map((ring) => Int32Array.from(ring.flat())),
    shells: shells.slice(0, rings.length),
  }))

test('what is packed comes back whole, moved by what it was moved by', () => {
  fc.assert(
    fc.property(fc.array(feature, { maxLength: 6 }), fc.tuple(whole, whole), (features, [dx, dy]) => {
      const packer = new Packer()
      for (const each of features) packer.feature({ ...each, words: packer.words(each.words) }, dx, dy)
      packer.square({ place: 3, words: packer.words(['x', 'y']), value: -7 })
      packer.square({ place: 300, words: packer.words(['x', 'z']), value: 2 ** 40 })
      const packed = unpack(packer.bytes())
      assert.ok(packed)
      const back: unknown[] = []
      const squares: unknown[] = []
      packed.read(
        ({ id, twin, part, words, value, minX, minY, maxX, maxY, rings, shells }: PackedFeature) =>
          back.push({
            id,
            twin,
            part,
            words: packed.words[words],
            value,
            minX,
            minY,
            maxX,
            maxY,
            rings: rings.map((ring) => [...ring]),
            shells: [...shells],
          }),
        ({ place, words, value }) => squares.push([place, packed.words[words], value]),
      )
      assert.deepEqual(
        back,
        features.map(({ rings, ...rest }) => ({
          ...rest,
          ...{ minX: rest.minX + dx, minY: rest.minY + dy, maxX: rest.maxX + dx, maxY: rest.maxY + dy },
          rings: rings.map((ring) => Array.from(ring, (v, i) => v + (i % 2 === 0 ? dx : dy))),
        })),
      )
      assert.deepEqual(squares, [
        [3, ['x', 'y'], -7],
        [300, ['x', 'z'], 2 ** 40],
      ])
    }),
  )
  assert.equal(unpack(Uint8Array.of(99, 0, 0)), null)
})

test('a square shows for each word the one with most of it, of equals the first by name, and the sum of all', () => {
  const sums = new SquareSums()
  const add = (place: number, a: string, b: string, value: number) => sums.add(place, sums.words([a, b]), value)
  add(5, 'corn', 'state', 3)
  add(5, 'rice', 'state', 4) // rice 4, corn 5: 3 of the state, 2 not
  add(5, 'corn', 'village', 2)
  add(1, 'rice', 'b', 1)
  add(1, 'corn', 'a', 1)
  const seen: unknown[] = []
  sums.each((place, dominant, value) => seen.push([place, dominant, value]))
  assert.deepEqual(seen, [
    [1, ['corn', 'a'], 2],
    [5, ['corn', 'state'], 9],
  ])
})

test('a ring drawn at another scale is where the scale puts it, and turns as it did', () => {
  const square = Int32Array.of(0, 0, 800, 0, 800, 400, 0, 400) // clockwise to the eye
  const half = redrawn(square, true, 0.5, 100, 50)
  assert.deepEqual([...(half ?? [])], [100, 50, 500, 50, 500, 250, 100, 250])
  const hole = redrawn(Int32Array.of(0, 0, 0, 400, 800, 400, 800, 0), false, 0.5, 0, 0)
  assert.ok(hole && twiceArea(hole) < 0)
  assert.equal(redrawn(square, true, 1 / 2048, 0, 0), null) // less than a unit
  assert.equal(redrawn(square, true, 1, 9000, 0), null) // outside of the tile
  assert.ok(redrawn(square, true, 1, 9000, 0, null))
})
