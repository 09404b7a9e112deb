import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import fc from 'fast-check'
import { gather, shapeOf } from '../gather.testing.ts'
import { openGeojson } from './geojson.ts'
import { NumberReader } from './scan.ts'

const folder = mkdtempSync(join(tmpdir(), 'geojson-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

async function read(text: string | Buffer, name = 't.geojson') {
  const path = join(folder, name)
  writeFileSync(path, text)
  const source = await openGeojson(path)
  try {
    return { layer: source.layers[0], ...(await gather(source)) }
  } finally {
    await source.close()
  }
}

const refused = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code
const feature = (geometry: string, properties = '{}') => `{"type":"Feature","properties":${properties},"geometry":${geometry}}`
const collection = (...features: string[]) => `{"type":"FeatureCollection","features":[${features.join(',\n')}]}`
const POINT = '{"type":"Point","coordinates":[1,2]}'

test('a number read from bytes is the one JavaScript reads', () => {
  const reader = new NumberReader()
  const same = (text: string) => {
    const bytes = Buffer.from(`${text},`)
    assert.ok(Object.is(reader.read(bytes, 0, bytes.length), Number(text)), text)
    assert.equal(reader.at, text.length)
  }
  for (const text of [
    '0',
    '-0',
    '0.1',
    '123456789.12345678',
    '500018.326999999990221',
    '1e300',
    '-1.5E-7',
    '9007199254740993',
    '0.000000000000001',
    '9999999999999999999999',
    '1e999',
  ])
    same(text)
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (v) => same(JSON.stringify(v))))
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 22n }), fc.nat(20), fc.boolean(), (v, places, negative) => {
    const digits = v.toString().padStart(places + 1, '0')
    same(`${negative ? '-' : ''}${digits.slice(0, digits.length - places)}${places ? '.' : ''}${digits.slice(digits.length - places)}`)
  }), { numRuns: 5000 }) // biome-ignore format: a property
})

test('geometries of every kind, however their members are ordered', async () => {
  const one = async (geometry: string) => shapeOf((await read(collection(feature(geometry)))).wkb[0])
  assert.equal(await one(POINT), '1(1 2)')
  assert.equal(await one('{ "coordinates" : [ 1 , 2 , 3, 4 ] , "type" : "Point" }'), '1(1 2)')
  assert.equal(await one('{"type":"MultiPoint","coordinates":[[0,0],[1,1]]}'), '4(1(0 0),1(1 1))')
  assert.equal(await one('{"type":"LineString","coordinates":[[0,0],[1,1]]}'), '2(0 0,1 1)')
  assert.equal(await one('{"type":"MultiLineString","coordinates":[[[0,0],[1,1]],[[2,2],[3,3]]]}'), '5(2(0 0,1 1),2(2 2,3 3))')
  assert.equal(await one('{"coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"type":"Polygon"}'), '3((0 0,1 0,1 1,0 0))')
  assert.equal(
    await one('{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,0],[6,0],[6,1],[5,0]]]]}'),
    '6(3((0 0,1 0,1 1,0 0)),3((5 0,6 0,6 1,5 0)))',
  )
  assert.equal(await one(`{"geometries":[${POINT},{"type":"Point","coordinates":[3,4]}],"type":"GeometryCollection"}`), '7(1(1 2),1(3 4))')
  for (const empty of [
    'null',
    '{"type":"Point","coordinates":[]}',
    '{"type":"Polygon","coordinates":[]}',
    '{"type":"Polygon","coordinates":[[]]}',
    '{"type":"GeometryCollection","geometries":[]}',
  ])
    assert.equal(await one(empty), '', empty)
})

test('values keep their kinds, long numbers their digits, nested ones their text', async () => {
  const { layer, columns } = await read(
    collection(
      feature('null', '{"BSM":2299991012010100001,"n":1.5,"t":"盐碱\\u5730\\n","b":true,"o":{"a":[1.0,2]},"mix":1,"only":null}'),
      feature('null', '{"mix":"x","n":null,"BSM":7,"late":false}'),
    ),
  )
  assert.deepEqual(
    layer.fields.map((f) => `${f.name}:${f.type}`),
    ['BSM:number', 'n:number', 't:text', 'b:boolean', 'o:text', 'mix:text', 'only:text', 'late:boolean'],
  )
  assert.deepEqual(columns, [['2299991012010100001', 7], [1.5, null], ['盐碱地\n', null], [true, null], ['{"a":[1.0,2]}', null], ['1', 'x'], [null, null], [null, false]]) // biome-ignore format: a table
})

test('names that mean something to JavaScript mean nothing here', async () => {
  const { layer, columns } = await read(collection(feature('null', '{"__proto__":{"polluted":1},"constructor":"c","toString":1}')))
  assert.deepEqual(
    layer.fields.map((f) => f.name),
    ['__proto__', 'constructor', 'toString'],
  )
  assert.deepEqual(columns, [['{"polluted":1}'], ['c'], [1]])
  assert.equal(({} as { polluted?: number }).polluted, undefined)
})

test('an id beside the properties is a field, unless they have one', async () => {
  const withId = (id: string, properties: string) => `{"type":"Feature","id":${id},"geometry":null,"properties":${properties}}`
  assert.deepEqual((await read(collection(withId('"a"', '{"x":1}'), withId('5', 'null')))).columns, [
    [1, null],
    ['a', '5'],
  ])
  assert.deepEqual((await read(collection(withId('"a"', '{"id":1}')))).columns, [[1]])
})

test('the coordinate system: by default, by the elder member, and when it cannot be', async () => {
  const crs = async (member: string, xy = '[1,2]') => {
    const { layer } = await read(`{"type":"FeatureCollection",${member}"features":[${feature(`{"type":"Point","coordinates":${xy}}`)}]}`)
    return [layer.crs?.epsg ?? null, layer.notes.map((n) => n.code)]
  }
  assert.deepEqual(await crs(''), [4326, []])
  assert.deepEqual(await crs('', '[41487521.3,5053862.3]'), [null, ['formats/coordinates-not-degrees']])
  assert.deepEqual(await crs('"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4529"}},', '[41487521.3,5053862.3]'), [
    4529,
    [],
  ])
  assert.deepEqual(await crs('"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},'), [4326, []])
  assert.deepEqual(await crs('"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},', '[500000,5000000]'), [
    null,
    ['formats/coordinates-not-degrees'],
  ])
  assert.deepEqual(await crs('"crs":{"type":"EPSG","properties":{"code":4490}},'), [4490, []])
  assert.deepEqual(await crs('"crs":null,'), [null, []])
  assert.deepEqual(await crs('"crs":{"type":"link"},'), [null, ['formats/crs-unreadable']])
  const after = await read(
    `{"features":[${feature(POINT)}],"crs":{"type":"name","properties":{"name":"EPSG:4490"}},"name":"地块","type":"FeatureCollection"}`,
  )
  assert.deepEqual([after.layer.crs?.epsg, after.layer.name], [4490, '地块'])
})

test('bad rows are problems, the others are read', async () => {
  const { rows, problems, notes } = await read(
    collection(
      feature(POINT),
      feature('{"type":"Point","coordinates":[NaN,1]}'),
      feature('{"type":"Point","coordinates":[1e400,1]}'),
      feature('{"type":"Point","coordinates":["1",2]}'),
      feature('{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}'),
      feature('{"type":"Circle","coordinates":[1,2]}'),
      feature('7'),
      '3',
      feature(`${'{"type":"GeometryCollection","geometries":['.repeat(40)}${POINT}${']}'.repeat(40)}`),
      feature('null', `{"deep":${'['.repeat(150)}${']'.repeat(150)}}`),
      feature('{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}', '{"x":NaN}'),
    ),
  )
  assert.deepEqual(rows, [1, 11])
  assert.deepEqual(problems.map((p) => [p.row, p.refusal.code.slice(8)]), [
    [2, 'bad-coordinate'], [3, 'bad-coordinate'], [4, 'row-not-geojson'], [5, 'ring-too-short'], [6, 'geometry-not-read'], [7, 'row-not-geojson'],
    [8, 'row-not-geojson'], [9, 'too-deep'], [10, 'too-deep'],
  ]) // biome-ignore format: a table
  assert.deepEqual(
    notes.map((n) => n.refusal.code),
    ['formats/bad-value', 'formats/ring-closed'],
  )
})

test('sequences: lines or records, a broken one costs only itself', async () => {
  const lines = await read([feature(POINT, '{"a":1}'), '{"broken', '', feature(POINT, '{"a":2}'), 'junk', POINT].join('\n'), 't.geojsonl')
  assert.equal(lines.layer.format, 'geojsonseq')
  assert.deepEqual(lines.rows, [1, 3, 5])
  assert.deepEqual(
    lines.problems.map((p) => p.row),
    [2, 4],
  )
  assert.deepEqual(lines.columns, [[1, 2, null]])
  const records = await read(`\x1e{\n"type":"Feature",\n"properties":null,"geometry":${POINT}}\n\x1e${feature(POINT)}\n`, 't.json')
  assert.deepEqual(records.rows, [1, 2])
  assert.equal((await read(`${feature(POINT)}\n${feature(POINT)}`, 't.json')).rows.length, 2)
  assert.equal((await read(feature(POINT), 't.json')).rows.length, 1)
  assert.equal((await read(POINT, 't.json')).rows.length, 1)
  assert.deepEqual((await read(collection(), 't.json')).rows, [])
})

test('what is no GeoJSON is refused with the place', async () => {
  await assert.rejects(read(''), refused('formats/file-empty'))
  await assert.rejects(read('[1,2]'), refused('formats/not-geojson'))
  await assert.rejects(read('{"type":"Topology"}'), refused('formats/not-geojson'))
  await assert.rejects(read(Buffer.from(`\ufeff${collection()}`, 'utf16le')), refused('formats/not-utf8'))
  await assert.rejects(read(Buffer.from(collection(feature('null', '{"a":"\xd1\xce"}')), 'latin1')), refused('formats/not-utf8'))
  await assert.rejects(read(`${collection(feature(POINT)).slice(0, -12)}`), refused('formats/json-broken'))
  await assert.rejects(
    read(`{"type":"FeatureCollection","features":[\n${feature(POINT)}\n${feature(POINT)}]}`),
    (p) => p instanceof Refused && p.refusal.code === 'formats/json-broken' && JSON.stringify(p.refusal.details).includes('"line":3'),
  )
  assert.equal((await read(`\ufeff${collection(feature(POINT))}`)).rows.length, 1)
})

test('any JSON collection is read as JSON.parse reads it', async () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null))
  const point = fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ a: value, 'b"\\': fc.string(), p: point }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(0, 1),
      async (items, indent) => {
        const text = JSON.stringify(
          {
            type: 'FeatureCollection',
            features: items.map(({ p, ...properties }) => ({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: p } })),
          },
          null,
          indent,
        )
        const { columns, wkb, layer } = await read(text)
        const asText = layer.fields[0].type === 'text'
        assert.deepEqual(
          columns[0],
          items.map(({ a }) =>
            typeof a === 'number' && (asText || (Number.isInteger(a) && !Number.isSafeInteger(a) && !JSON.stringify(a).includes('e')))
              ? JSON.stringify(a)
              : a === null
                ? null
                : Object.is(a, -0)
                  ? 0
                  : a,
          ),
        )
        assert.deepEqual(
          columns[1],
          items.map((i) => i['b"\\']),
        )
        assert.deepEqual(
          wkb.map((w) => [w.readDoubleLE(5), w.readDoubleLE(13)]),
          JSON.parse(JSON.stringify(items.map((i) => i.p))),
        )
      },
    ),
    { numRuns: 200 },
  )
})

test('a feature longer than the window is read whole', async () => {
  const ring = Array.from({ length: 60_000 }, (_, i) => [100 + Math.cos(i) / 3, 30 + Math.sin(i) / 3])
  const geometry = JSON.stringify({ type: 'Polygon', coordinates: [[...ring, ring[0]]] })
  const { wkb } = await read(collection(feature(POINT), feature(geometry), feature(POINT)))
  assert.deepEqual(
    wkb.map((w) => w.length),
    [21, 9 + 4 + 60_001 * 16, 21],
  )
})
