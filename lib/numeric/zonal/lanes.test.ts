import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Coverage } from './coverage.ts'
import { lanesOrNone, type Shorts } from './lanes.ts'
import { MOMENTS, momentsOfCells } from './moments.ts'

const lanes = lanesOrNone()

/** A coverage of any shape: runs of 1 to 40 cells and single cells, none twice. */
function coverageOf(pieces: readonly { readonly gap: number; readonly length: number; readonly fraction: number }[]): Coverage {
  const coverage = new Coverage()
  let cell = 0
  for (const { gap, length, fraction } of pieces) {
    cell += gap
    if (fraction < 1) {
      coverage.cells[coverage.cellCount] = cell
      coverage.fractions[coverage.cellCount++] = fraction
      coverage.total += fraction
      cell++
    } else {
      coverage.runs[2 * coverage.runCount] = cell
      cell += length
      coverage.runs[2 * coverage.runCount++ + 1] = cell
      coverage.whole += length
      coverage.total += length
    }
  }
  coverage.width = 40
  return coverage
}

const piece = fc.record({
  gap: fc.integer({ min: 0, max: 9 }),
  length: fc.integer({ min: 1, max: 40 }),
  fraction: fc.oneof(fc.constant(1), fc.double({ min: 1e-9, max: 0.999, noNaN: true })),
})

test('this machine has lanes', () => assert.ok(lanes))

for (const type of ['uint16', 'int16'] as const) {
  const [least, most] = type === 'uint16' ? [0, 65_535] : [-32_768, 32_767]
  test(`eight cells at a time give the same moments to the last bit as one at a time (${type})`, () => {
    assert.ok(lanes)
    const found = { first: 0, second: 0, min: 0, max: 0, about: 0 }
    let inLanes = 0
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: least, max: most }),
        fc.integer({ min: 0, max: 40_000 }),
        fc.integer(),
        (pieces, lowest, range, seed) => {
          const coverage = coverageOf(pieces)
          const count = 49 * pieces.length
          // stale samples behind the last must not be seen
          for (const old of lanes.room(type, 3, count + 64) ?? []) old.fill(most)
          const bands = lanes.room(type, 3, count) ?? []
          let state = seed
          for (const band of bands)
            for (let i = 0; i < count; i++) {
              state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
              band[i] = Math.min(most, lowest + ((state >>> 8) % (range + 1)))
            }
          assert.ok(lanes.measure(bands, coverage))
          for (const [b, band] of bands.entries()) {
            const expected = new Float64Array(MOMENTS)
            momentsOfCells(band, coverage, null, expected)
            const got = new Float64Array(MOMENTS)
            const isFound = lanes.found(b, found)
            assert.equal(isFound, expected[5] - expected[4] <= 32_767)
            if (!isFound) continue
            inLanes++
            momentsOfCells(band, coverage, found, got)
            assert.deepEqual(got, expected)
          }
        },
      ),
      { numRuns: 400 },
    )
    assert.ok(inLanes > 600, `only ${inLanes} were measured in lanes`)
  })
}

test('differences of 15 bits at both ends are not too large for sums and squares', () => {
  assert.ok(lanes)
  const coverage = coverageOf([{ gap: 0, length: 16_384, fraction: 1 }])
  const [band] = lanes.room('int16', 1, 16_384) ?? []
  band.fill(32_767)
  band[0] = 0
  const found = { first: 0, second: 0, min: 0, max: 0, about: 0 }
  assert.ok(lanes.measure([band], coverage) === false, 'an array of other bands is refused')
  const bands = lanes.room('int16', 1, 16_384) ?? []
  bands[0].fill(32_767)
  bands[0][0] = 0
  assert.ok(lanes.measure(bands, coverage))
  assert.ok(lanes.found(0, found))
  assert.deepEqual(found, { first: 16_383 * 32_767, second: 16_383 * 32_767 * 32_767, min: 0, max: 32_767, about: 0 })
})

test('what is too large for the memory set aside is left to others', () => {
  assert.ok(lanes)
  assert.equal(lanes.room('uint16', 1, 1 << 28), null)
  assert.equal(lanes.room('uint16', 257, 64), null)
  const bands = lanes.room('uint16', 1, 64) ?? []
  const coverage = coverageOf([{ gap: 0, length: 8, fraction: 1 }])
  coverage.cellCount = 10_000
  assert.equal(lanes.measure(bands, coverage), false)
})

test('differences along rows become samples, and nothing beside the rows is touched', () => {
  assert.ok(lanes)
  for (const type of ['uint16', 'int16'] as const) {
    for (const [columns, stride, from] of [
      [1, 1, 0],
      [8, 8, 0],
      [29, 64, 3],
      [512, 512, 0],
    ]) {
      const rows = 7
      const [, band]: readonly Shorts[] = lanes.room(type, 2, from + rows * stride) ?? []
      band.forEach((_, i) => {
        band[i] = (i * 40_503) >> 3
      })
      const expected: Shorts = band.slice()
      for (let r = 0; r < rows; r++)
        for (let c = 1; c < columns; c++) expected[from + r * stride + c] += expected[from + r * stride + c - 1] // modulo 2^16
      lanes.sumRows(band, from, columns, rows, stride)
      assert.deepEqual(band, expected)
    }
  }
  assert.throws(() => lanes.sumRows(new Uint16Array(8), 0, 8, 1, 8))
})
