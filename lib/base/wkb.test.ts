import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { mapWkb, readWkb, type WkbGeometry, wkbArea, wkbBounds, wkbVertices, writePolygonWkb, writeWkb } from './wkb.ts'

const hex = (text: string) => Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const xy = (...values: number[]) => Float64Array.from(values)
const square = xy(0, 0, 4, 0, 4, 4, 0, 4, 0, 0)
const hole = xy(1, 1, 1, 2, 2, 2, 2, 1, 1, 1)

// 1.0 = 3ff0…, 2.0 = 4000…, 3.0 = 4008…
const point12 = hex('01 01000000 000000000000f03f 0000000000000040')

test('a point is read as OGC 06-103r4 writes it, in either byte order', () => {
  assert.deepEqual(readWkb(point12), { type: 'point', multi: false, points: xy(1, 2) })
  assert.deepEqual(readWkb(hex('00 00000001 3ff0000000000000 4000000000000000')), { type: 'point', multi: false, points: xy(1, 2) })
  assert.deepEqual(writeWkb({ type: 'point', multi: false, points: xy(1, 2) }), point12)
})

test('z, m and SRID are passed over, announced either way', () => {
  const z = '0000000000000840'
  const flat = '000000000000f03f 0000000000000040'
  for (const text of [
    `01 e9030000 ${flat} ${z}`, // POINT Z, ISO
    `01 d1070000 ${flat} ${z}`, // POINT M
    `01 b90b0000 ${flat} ${z} ${z}`, // POINT ZM
    `01 01000080 ${flat} ${z}`, // PostGIS, z
    `01 010000c0 ${flat} ${z} ${z}`, // z and m
    `01 01000020 8a110000 ${flat}`, // SRID 4490
  ]) {
    assert.deepEqual(readWkb(hex(text)), { type: 'point', multi: false, points: xy(1, 2) })
    assert.deepEqual(
      mapWkb(hex(text), () => {}),
      point12,
    )
    assert.deepEqual(wkbBounds(hex(text)), [1, 2, 1, 2])
  }
})

test('a big-endian part may stand in a little-endian whole', () => {
  const bytes = hex('01 04000000 02000000  00 00000001 3ff0000000000000 4000000000000000  01 01000000 0000000000000840 000000000000f03f')
  assert.deepEqual(readWkb(bytes), { type: 'point', multi: true, points: xy(1, 2, 3, 1) })
  assert.deepEqual(wkbBounds(bytes), [1, 1, 3, 2])
})

test('a polygon with a hole keeps its rings, vertex for vertex', () => {
  const bytes = writePolygonWkb([{ rings: [square, hole] }])
  assert.equal(bytes.length, 1 + 4 + 4 + 2 * 4 + 10 * 16)
  assert.deepEqual(readWkb(bytes), { type: 'polygon', multi: false, polygons: [{ rings: [square, hole] }] })
  assert.deepEqual(wkbBounds(bytes), [0, 0, 4, 4])
  assert.equal(wkbVertices(bytes), 10)
  assert.equal(wkbArea(bytes), 4 * 4 - 1)
  assert.equal(wkbArea(writePolygonWkb([{ rings: [square, hole] }, { rings: [hole.toReversed()] }])), 4 * 4 - 1 + 1)
})

test('empty ones are as OGC has them and have no box', () => {
  for (const [geometry, text] of [
    [{ type: 'polygon', multi: false, polygons: [] }, '01 03000000 00000000'],
    [{ type: 'polygon', multi: true, polygons: [] }, '01 06000000 00000000'],
    [{ type: 'line', multi: true, lines: [] }, '01 05000000 00000000'],
    [{ type: 'point', multi: false, points: xy() }, '01 01000000 000000000000f87f 000000000000f87f'],
  ] as [WkbGeometry, string][]) {
    assert.deepEqual(writeWkb(geometry), hex(text))
    assert.deepEqual(readWkb(hex(text)), geometry)
    assert.deepEqual(wkbBounds(hex(text)), [Infinity, Infinity, -Infinity, -Infinity])
  }
})

const run = fc
  .array(fc.double({ noDefaultInfinity: true, noNaN: true }), { maxLength: 60 })
  .map((v) => Float64Array.from(v.slice(0, v.length & ~1)))
const polygon = fc.array(run, { minLength: 1, maxLength: 4 }).map((rings) => ({ rings }))
const geometries: fc.Arbitrary<WkbGeometry> = fc.oneof(
  fc.array(polygon, { maxLength: 4 }).map((polygons) => ({ type: 'polygon', multi: true, polygons }) as const),
  polygon.map((one) => ({ type: 'polygon', multi: false, polygons: [one] }) as const),
  fc.array(run, { maxLength: 4 }).map((lines) => ({ type: 'line', multi: true, lines }) as const),
  run.map((line) => ({ type: 'line', multi: false, lines: [line] }) as const),
  run.map((points) => ({ type: 'point', multi: true, points }) as const),
)
const runsOf = (g: WkbGeometry) => (g.type === 'polygon' ? g.polygons.flatMap((p) => p.rings) : g.type === 'line' ? g.lines : [g.points])

test('what is written is read back, at any offset of a buffer', () =>
  fc.assert(
    fc.property(geometries, fc.nat(9), (geometry, shift) => {
      const bytes = writeWkb(geometry)
      const within = new Uint8Array(bytes.length + shift + 3).fill(255)
      within.set(bytes, shift)
      const view = within.subarray(shift, shift + bytes.length)
      assert.deepEqual(readWkb(view), geometry)
      assert.deepEqual(
        mapWkb(view, () => {}),
        bytes,
      )
      const all = runsOf(geometry).flatMap((r) => [...r])
      assert.equal(wkbVertices(view), all.length / 2)
      const [xs, ys] = [all.filter((_, i) => i % 2 === 0), all.filter((_, i) => i % 2 === 1)]
      assert.deepEqual(
        wkbBounds(view).map((v) => v + 0), // −0 and 0 are the same place
        [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map((v) => v + 0),
      )
    }),
  ))

test('mapping changes every vertex once and nothing of the caller', () =>
  fc.assert(
    fc.property(geometries, (geometry) => {
      const bytes = writeWkb(geometry)
      const before = bytes.slice()
      const moved = readWkb(mapWkb(bytes, (all) => void all.set(all.map((v) => v / 2 + 1))))
      assert.deepEqual(bytes, before)
      assert.deepEqual(
        runsOf(moved).map((r) => [...r]),
        runsOf(geometry).map((r) => [...r].map((v) => v / 2 + 1)),
      )
    }),
  ))

test('bytes that are no geometry are refused with the place', () => {
  const whole = writePolygonWkb([{ rings: [square, hole] }, { rings: [square] }])
  for (let cut = 0; cut < whole.length; cut++) assert.throws(() => readWkb(whole.subarray(0, cut)), RangeError, `${cut}`)
  for (const [text, sentence] of [
    ['', /ends within a geometry header: byte 0 of 0/],
    ['02 01000000', /byte order 0 or 1, got 2 at byte 0/],
    ['01 07000000 00000000', /type 7 .* no point, line, polygon/],
    ['01 0a000000 00000000', /type 10 /],
    ['01 03000000 ffffffff', /announces 4294967295 rings at byte 5, with 0 bytes left/],
    ['01 03000000 01000000 ffffff7f', /announces 2147483647 vertices/],
    ['01 06000000 01000000 01 02000000 00000000', /promises polygons and has type 2/],
    ['01 03000000 00000000 00', /ends at byte 9, with 1 bytes after it/],
  ] as [string, RegExp][]) {
    for (const read of [readWkb, wkbBounds, wkbVertices, (b: Uint8Array) => mapWkb(b, () => {})]) {
      assert.throws(
        () => read(hex(text)),
        (error) => error instanceof RangeError && sentence.test(error.message),
        text,
      )
    }
  }
  assert.throws(() => writeWkb({ type: 'line', multi: false, lines: [square, hole] }), RangeError)
})

test('a changed byte gives another geometry or a RangeError, never another fault', () =>
  fc.assert(
    fc.property(geometries, fc.nat(), fc.nat(255), (geometry, place, byte) => {
      const bytes = writeWkb(geometry)
      bytes[place % Math.min(bytes.length, 40)] = byte
      try {
        wkbBounds(bytes)
        readWkb(bytes)
        mapWkb(bytes, () => {})
      } catch (error) {
        assert.ok(error instanceof RangeError && error.message.startsWith('WKB'), `${error}`)
      }
    }),
    { numRuns: 1000 },
  ))
