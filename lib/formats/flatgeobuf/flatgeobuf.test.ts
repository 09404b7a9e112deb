import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import fc from 'fast-check'
import { serialize } from 'flatgeobuf/lib/mjs/geojson.js'
import { gather, shapeOf } from '../gather.testing.ts'
import { openFlatgeobuf } from './flatgeobuf.ts'

const folder = mkdtempSync(join(tmpdir(), 'flatgeobuf-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 't.fgb')

async function read(bytes: Uint8Array) {
  writeFileSync(path, bytes)
  const source = await openFlatgeobuf(path)
  try {
    return { layer: source.layers[0], ...(await gather(source)) }
  } finally {
    await source.close()
  }
}

const feature = (geometry: object, properties: object) => ({ type: 'Feature', geometry, properties }) as never
const collection = (features: readonly object[]) => ({ type: 'FeatureCollection', features }) as never
const square = (x: number, size: number) => [[x, 0], [x + size, 0], [x + size, size], [x, size], [x, 0]] // biome-ignore format: a ring

// the other side is the format's own library
test('geometries of every kind come as the library wrote them', async () => {
  const one = async (geometry: object) => shapeOf((await read(serialize(collection([feature(geometry, { a: 1 })]), 4490))).wkb[0])
  assert.equal(await one({ type: 'Point', coordinates: [1, 2] }), '1(1 2)')
  assert.equal(await one({ type: 'LineString', coordinates: [[0, 0], [1, 1]] }), '2(0 0,1 1)') // biome-ignore format: points
  assert.equal(await one({ type: 'MultiPoint', coordinates: [[0, 0], [1, 1]] }), '4(1(0 0),1(1 1))') // biome-ignore format: points
  assert.equal(await one({ type: 'MultiLineString', coordinates: [[[0, 0], [1, 1]], [[2, 2], [3, 3]]] }), '5(2(0 0,1 1),2(2 2,3 3))') // biome-ignore format: points
  assert.equal(await one({ type: 'Polygon', coordinates: [square(0, 9), square(1, 1)] }), '3((0 0,9 0,9 9,0 9,0 0),(1 0,2 0,2 1,1 1,1 0))')
  assert.equal(
    await one({ type: 'MultiPolygon', coordinates: [[square(0, 1)], [square(5, 1)]] }),
    '6(3((0 0,1 0,1 1,0 1,0 0)),3((5 0,6 0,6 1,5 1,5 0)))',
  )
  assert.equal(
    await one({ type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [1, 2] }, { type: 'LineString', coordinates: [[0, 0], [1, 1]] }] }), // biome-ignore format: points
    '7(1(1 2),2(0 0,1 1))',
  )
})

test('values, fields and the coordinate system', async () => {
  const point = { type: 'Point', coordinates: [1, 2] }
  const { layer, columns, rows } = await read(
    serialize(collection([feature(point, { 名: '盐碱地', n: 1.5, b: true }), feature(point, { 名: 'x', n: 2, b: false })]), 4490),
  )
  assert.deepEqual(
    layer.fields.map((f) => `${f.name}:${f.type}`),
    ['名:text', 'n:number', 'b:boolean'],
  )
  assert.deepEqual(columns, [['盐碱地', 'x'], [1.5, 2], [true, false]]) // biome-ignore format: a table
  assert.deepEqual(rows, [1, 2])
  assert.deepEqual([layer.crs?.epsg, layer.crs?.geographic, layer.rowCount], [4490, true, 2])
})

test('cut or altered bytes are refused or a row’s problem, never more', async () => {
  const whole = serialize(
    collection(Array.from({ length: 5 }, (_, i) => feature({ type: 'Polygon', coordinates: [square(i, 1)] }, { i, t: `row ${i}` }))),
    4490,
  )
  for (let cut = 0; cut < whole.length; cut += 5) await assert.rejects(read(whole.subarray(0, cut)), Refused, `cut at ${cut}`)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), async (hits) => {
      const bytes = Uint8Array.from(whole)
      for (const [at, value] of hits) bytes[at] = value
      try {
        await read(bytes)
      } catch (problem) {
        if (!(problem instanceof Refused)) throw problem
      }
    }),
    { numRuns: 500 },
  )
})
