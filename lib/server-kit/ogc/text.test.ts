import assert from 'node:assert/strict'
import test from 'node:test'
import { writeWkb } from '@dishu/base/wkb'
import fc from 'fast-check'
import { crsFrom } from './crs.ts'
import { meet, partsOf, shapeFrom } from './meets.ts'
import { changed, GeoJsonWriter } from './text.ts'

const written = (x: number, y: number, decimals: 4 | 9 | 'all', order: 0 | 1 = 0) => {
  const writer = new GeoJsonWriter()
  writer.geometry({ type: 'point', multi: false, points: Float64Array.of(x, y) }, order, decimals)
  return (JSON.parse(writer.take().toString()) as { coordinates: [number, number] }).coordinates
}

test('a number is written rounded to its last decimal, and reads back as that', () => {
  assert.deepEqual(written(123.960062422, 45.3, 9), [123.960062422, 45.3])
  assert.deepEqual(written(-0.0000000004, -7, 9), [0, -7])
  assert.deepEqual(written(41574506.68574, 5019679.00006, 4), [41574506.6857, 5019679.0001])
  assert.deepEqual(written(0.1 + 0.2, 1e21, 'all'), [0.1 + 0.2, 1e21])
  const degree = fc.double({ min: -180, max: 180, noNaN: true })
  fc.assert(
    fc.property(degree, degree, (x, y) => {
      const back = written(x, y, 9)
      assert.ok(Math.abs(back[0] - x) <= 5.0001e-10 && Math.abs(back[1] - y) <= 5.0001e-10)
      assert.ok(String(back[0]).length <= 14 || back[0] !== 0)
    }),
  )
  const metre = fc.double({ min: -1e8, max: 1e8, noNaN: true })
  fc.assert(fc.property(metre, metre, (x, y) => assert.deepEqual(written(x, y, 'all'), [x + 0, y + 0])))
})

test('the authority’s order is kept: EPSG has latitude first, CRS84 longitude; an unknown system is none', () => {
  assert.deepEqual(written(123, 45, 9, crsFrom('http://www.opengis.net/def/crs/EPSG/0/4490', [4490])?.swapped ? 1 : 0), [45, 123])
  assert.equal(crsFrom('http://www.opengis.net/def/crs/OGC/1.3/CRS84', [])?.swapped, false)
  assert.equal(crsFrom('[EPSG:4529]', [4529])?.epsg, 4529)
  assert.equal(crsFrom('EPSG:4529', [4490]), null)
})

test('shells run counter-clockwise and holes clockwise, whichever way they were drawn', () => {
  //  (0,4) ┌──────┐ (4,4)
  //        │ ┌──┐ │        the hole from (1,1) to (2,2)
  //  (0,0) └──────┘ (4,0)
  const clockwise = Float64Array.of(0, 0, 0, 4, 4, 4, 4, 0, 0, 0)
  const hole = Float64Array.of(1, 1, 2, 1, 2, 2, 1, 2, 1, 1)
  const wkb = writeWkb({ type: 'polygon', multi: false, polygons: [{ rings: [clockwise, hole] }] })
  const moved = (xy: Float64Array) => {
    for (let i = 0; i < xy.length; i++) xy[i] += 1
  }
  for (const change of [null, moved]) {
    const [byHand, byParts] = [new GeoJsonWriter(8), new GeoJsonWriter()]
    byHand.outline(wkb, change, 0, 9)
    byParts.geometry(changed(wkb, change), 0, 9)
    assert.equal(byHand.take().toString(), byParts.take().toString())
  }
  assert.throws(() => new GeoJsonWriter().outline(wkb.subarray(0, 60), null, 0, 9), RangeError)
  const writer = new GeoJsonWriter()
  writer.outline(wkb, null, 0, 9)
  const { type, coordinates } = JSON.parse(writer.take().toString()) as { type: string; coordinates: [number, number][][][] }
  assert.equal(type, 'MultiPolygon')
  const twice = (ring: [number, number][]) => ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i][0] * y - x * ring[i][1], 0)
  assert.deepEqual(coordinates[0].map(twice), [32, -2])
})

test('shapes meet where they have a point in common: crossing, within, touching, and not where only their boxes do', () => {
  const parts = (stated: Record<string, unknown>) => shapeFrom(stated)?.parts ?? assert.fail(JSON.stringify(stated))
  const polygon = (...ring: number[]) => {
    const pairs = Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i], ring[2 * i + 1]])
    return parts({ type: 'Polygon', coordinates: [[...pairs, pairs[0]]] })
  }
  const triangle = polygon(0, 0, 10, 0, 0, 10)
  assert.equal(meet(triangle, parts({ bbox: [8, 8, 10, 10] })), false) // in the box of the triangle, beyond its long side
  assert.equal(meet(triangle, parts({ bbox: [4, 4, 10, 10] })), true)
  assert.equal(meet(triangle, parts({ bbox: [1, 1, 2, 2] })), true) // within
  assert.equal(meet(parts({ bbox: [1, 1, 2, 2] }), triangle), true)
  assert.equal(meet(triangle, parts({ type: 'Point', coordinates: [5, 5] })), true) // on the side
  assert.equal(meet(triangle, parts({ type: 'Point', coordinates: [5.1, 5] })), false)
  assert.equal(meet(triangle, parts({ type: 'LineString', coordinates: [[-1, 5], [11, 5]] })), true) // biome-ignore format: a line
  const holed = parts({ type: 'Polygon', coordinates: [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]], [[3, 3], [6, 3], [6, 6], [3, 6], [3, 3]]] }) // biome-ignore format: rings
  assert.equal(meet(holed, parts({ bbox: [4, 4, 5, 5] })), false) // in the hole
  assert.equal(meet(holed, parts({ bbox: [4, 4, 6, 5] })), true)
  assert.equal(meet(partsOf({ type: 'point', multi: false, points: Float64Array.of(1, 1) }), holed), true)
})

test('a box over the date line is two, and what is no box or geometry is none', () => {
  assert.equal(shapeFrom({ bbox: [170, -10, -170, 10] })?.parts.length, 2)
  for (const wrong of [
    { bbox: [0, 1, 2] },
    { bbox: [0, 5, 1, 4] },
    { type: 'Polygon', coordinates: [[[0, 0]]] },
    { type: 'Circle' },
    { type: 'MultiPoint', coordinates: [] },
  ])
    assert.equal(shapeFrom(wrong), null, JSON.stringify(wrong))
})
