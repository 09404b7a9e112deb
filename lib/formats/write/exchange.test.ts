/** Formats that leave for other programs: read back by their own libraries, by our readers and, where it is there, by GDAL. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, type TestContext, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { readWkb, writeWkb } from '@dishu/base/wkb'
import fc from 'fast-check'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import iconv from 'iconv-lite'
import { openZip } from '../archive/zip.ts'
import { openFlatgeobuf } from '../flatgeobuf/flatgeobuf.ts'
import { gather } from '../gather.testing.ts'
import type { Field } from '../layers.ts'
import { writeFlatgeobuf } from './flatgeobuf.ts'
import { writeGeoPackage } from './geopackage.ts'
import { writeGeoparquet } from './geoparquet.ts'
import { writeKml } from './kml.ts'
import { writePlotText } from './plot-text.ts'
import { categoriesQml } from './qml.ts'
import type { Row } from './rows.ts'
import { zipFolder } from './zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-exchange-'))
after(() => rmSync(folder, { recursive: true }))

const FIELDS: Field[] = [
  { name: '编码', type: 'text' },
  { name: 'AREA', type: 'number', decimals: 2 },
  { name: 'N', type: 'number', decimals: 0 },
  { name: 'DAY', type: 'date' },
]
const ring = (...xy: number[]) => Float64Array.from(xy)
const polygons = (...each: Float64Array[][]) =>
  writeWkb({ type: 'polygon', multi: each.length > 1, polygons: each.map((rings) => ({ rings })) })
const square = (x: number, y: number, side: number) => ring(x, y, x + side, y, x + side, y + side, x, y + side, x, y)
const hole = (x: number, y: number, side: number) => ring(x, y, x, y + side, x + side, y + side, x + side, y, x, y)
const [X, Y] = [41_570_000.123, 5_018_000.456]
const ROWS: Row[] = [
  { values: ['盐碱 <1> & "一"', 9600.25, 7, '2028-12-31'], wkb: polygons([square(X, Y, 100), hole(X + 10, Y + 10, 20)]) },
  { values: ['=1+1', -0.5, 2 ** 40, null], wkb: polygons([square(X + 200, Y, 10)], [square(X + 300, Y, 10)]) },
  { values: [null, null, null, null], wkb: null },
]

function gdal(t: TestContext, tool: string, ...args: string[]): string | null {
  try {
    return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault
    t.skip(`${tool} not present`)
    return null
  }
}
/** Rings of all polygons, to the last bit. */
const ringsOf = (wkb: Uint8Array | null | undefined) => {
  const geometry = wkb?.length ? readWkb(wkb) : null
  return geometry?.type === 'polygon' ? geometry.polygons.map(({ rings }) => rings.map((each) => [...each])) : null
}

test('FlatGeobuf comes back to the last bit, and GDAL finds the areas and the system', async (t) => {
  const path = join(folder, 'a.fgb')
  const written = await writeFlatgeobuf(path, FIELDS, ROWS, { name: '图斑', geometry: 'polygon', epsg: 4529, titles: ['编码', '面积'] })
  assert.deepEqual([written.rows, written.bytes], [3, readFileSync(path).length])
  const source = await openFlatgeobuf(path)
  const { columns, wkb } = await gather(source)
  assert.deepEqual([source.layers[0].name, source.layers[0].rowCount, source.layers[0].crs?.epsg], ['图斑', 3, 4529])
  for (const [i, row] of ROWS.entries()) {
    assert.deepEqual(
      columns.map((column) => column[i] ?? null),
      row.values,
    )
    assert.deepEqual(ringsOf(wkb[i]), ringsOf(row.wkb))
  }
  await source.close()
  const told = gdal(t, 'ogrinfo', '-q', '-dialect', 'sqlite', '-sql', 'select "编码" as c, st_area(geometry) as m2 from "图斑"', path)
  if (told === null) return
  assert.match(told, /盐碱 <1> & "一"/)
  assert.match(told, /m2 \(Real\) = 9600\b/)
  assert.match(told, /m2 \(Real\) = 200\b/)
  assert.match(gdal(t, 'ogrinfo', '-so', '-al', path) ?? '', /Feature Count: 3[\s\S]*4529/)
})

test('FlatGeobuf keeps any values and points, few or many', async () => {
  const rows = fc.array(
    fc.record({
      text: fc.option(fc.string({ unit: 'grapheme' })),
      number: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      at: fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true })),
    }),
    { maxLength: 5 },
  )
  const path = join(folder, 'p.fgb')
  const fields: Field[] = [
    { name: 't', type: 'text' },
    { name: 'n', type: 'number' },
  ]
  await fc.assert(
    fc.asyncProperty(rows, async (each) => {
      const made = each.map(({ text, number, at }) => ({
        values: [text, number],
        wkb: writeWkb({ type: 'point', multi: false, points: Float64Array.from(at) }),
      }))
      await writeFlatgeobuf(path, fields, made, { name: 'p', geometry: 'point', epsg: 4490 })
      const source = await openFlatgeobuf(path)
      const { columns, wkb } = await gather(source)
      await source.close()
      assert.deepEqual(
        made.map((_, i) => [columns[0][i] ?? null, columns[1][i] ?? null]),
        made.map(({ values }) => [values[0], values[1]]),
      )
      assert.deepEqual(
        wkb.map((bytes) => [...readPoint(bytes)]),
        each.map(({ at }) => at),
      )
    }),
    { numRuns: 60 },
  )
})
const readPoint = (bytes: Uint8Array | null) => {
  const geometry = bytes ? readWkb(bytes) : null
  return geometry?.type === 'point' ? geometry.points : new Float64Array(0)
}

test('GeoParquet says what it holds as the specification asks, and its WKB is ours byte for byte', async () => {
  const path = join(folder, 'a.parquet')
  const many = Array.from({ length: 20_001 }, (_, i) => ROWS[i % 3]) // more than one group of rows
  const written = await writeGeoparquet(path, FIELDS, many, { geometry: 'polygon', epsg: 4529, metadata: { dishu: 'x' } })
  assert.deepEqual([written.rows, written.bytes], [20_001, readFileSync(path).length])
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file, { geoparquet: false })
  const geo = JSON.parse(metadata.key_value_metadata?.find(({ key }) => key === 'geo')?.value ?? '') as {
    version: string
    primary_column: string
    columns: Record<
      string,
      {
        encoding: string
        geometry_types: string[]
        bbox: number[]
        crs: { id: { code: number }; conversion: { parameters: { value: number }[] } }
      }
    >
  }
  assert.deepEqual([geo.version, geo.primary_column], ['1.1.0', 'geometry'])
  const { encoding, geometry_types, bbox, crs } = geo.columns.geometry
  assert.deepEqual([encoding, geometry_types, crs.id.code], ['WKB', ['MultiPolygon', 'Polygon'], 4529])
  assert.deepEqual(bbox, [X, Y, X + 310, Y + 100])
  assert.deepEqual(
    crs.conversion.parameters.map(({ value }) => value),
    [0, 123, 1, 41_500_000, 0],
  )
  assert.equal(metadata.row_groups.length, 2)
  const rows = await parquetReadObjects({ file, metadata, utf8: false, geoparquet: false, rowStart: 0, rowEnd: 3 })
  for (const [i, row] of ROWS.entries()) {
    const {
      geometry,
      编码: code,
      AREA,
      N,
      DAY,
    } = rows[i] as { geometry: Uint8Array | null; 编码: string | null; AREA: number | null; N: bigint | null; DAY: Date | null }
    const text = code as unknown
    assert.equal(text instanceof Uint8Array ? Buffer.from(text).toString() : (text ?? null), row.values[0])
    assert.deepEqual(
      [AREA ?? null, N === null || N === undefined ? null : Number(N), DAY?.toISOString().slice(0, 10) ?? null],
      row.values.slice(1),
    )
    assert.deepEqual(geometry ? Buffer.from(geometry) : null, row.wkb ? Buffer.from(row.wkb) : null)
  }
})

test('KML has every value and outline, holes in their place, and GDAL reads it', async (t) => {
  const path = join(folder, 'a.kml')
  const degrees: Row[] = [
    { ...ROWS[0], wkb: polygons([square(123.5, 45.25, 0.25), hole(123.55, 45.3, 0.1)]) },
    { ...ROWS[1], wkb: polygons([square(124, 45, 0.1)], [square(125, 45, 0.1)]) },
    ROWS[2],
  ]
  await writeKml(path, FIELDS, degrees, { name: '图斑', nameField: '编码', colours: { field: '编码', of: new Map([['=1+1', '#7A2E1D']]) } })
  const text = readFileSync(path, 'utf8')
  assert.match(text, /<color>b31D2E7A<\/color>/) // aabbggrr
  const told = gdal(t, 'ogrinfo', '-q', '-al', path)
  if (told === null) return
  assert.match(told, /编码 \(String\) = 盐碱 <1> & "一"/)
  assert.match(told, /AREA \(Real\) = 9600\.25/)
  assert.match(told, /POLYGON (Z )?\(\(123\.5 45\.25[^)]*\),\(123\.55 45\.3[^)]*\)\)/)
  assert.match(told, /MULTIPOLYGON|GEOMETRYCOLLECTION/)
})

test('boundary points go out with northing first, rings numbered, the first point closing each', async () => {
  const path = join(folder, 'a.txt')
  const columns = { areaM2: 1, number: 0, name: null, sheet: null, use: null, landClass: null }
  await writePlotText(path, ROWS, { epsg: 4529, columns, producer: '碱泉县', day: '2026-06-01' })
  const lines = iconv.decode(readFileSync(path), 'gbk').split('\r\n')
  assert.ok(lines.includes('带号=41') && lines.includes('几度分带=3') && lines.includes('坐标系=2000国家大地坐标系'))
  const at = lines.indexOf('[地块坐标]') + 1
  assert.deepEqual(lines.slice(at, at + 12), [
    '10,0.9600,盐碱 <1> & "一",,面,,,,@',
    'J1,1,5018000.456,41570000.123',
    'J2,1,5018000.456,41570100.123',
    'J3,1,5018100.456,41570100.123',
    'J4,1,5018100.456,41570000.123',
    'J1,1,5018000.456,41570000.123',
    'J5,2,5018010.456,41570010.123',
    'J6,2,5018030.456,41570010.123',
    'J7,2,5018030.456,41570030.123',
    'J8,2,5018010.456,41570030.123',
    'J5,2,5018010.456,41570010.123',
    '10,-0.0001,=1+1,,面,,,,@',
  ])
  await assert.rejects(writePlotText(path, ROWS, { epsg: 4490, columns, producer: '', day: '' }), Refused)
})

test('a GeoPackage says what its fields are, how it is drawn, and what belongs to what', async (t) => {
  const path = join(folder, 'a.gpkg')
  const qml = categoriesQml({
    field: '编码',
    values: [{ value: '=1+1', label: '"x" & y', colour: '#7A2E1D' }],
    other: { label: '其他', colour: '#C9CED2' },
  })
  await writeGeoPackage(
    path,
    [
      {
        name: 'parcels',
        fields: FIELDS,
        rows: ROWS,
        geometry: 'polygon',
        epsg: 4529,
        titles: ['地块编码', '面积', '', '到期'],
        style: { name: '地类', qml },
      },
      { name: 'contracts', fields: [{ name: 'CODE', type: 'text' }], rows: [{ values: ['K1'] }, { values: ['K2'] }] },
    ],
    new Date('2026-06-01T00:00:00Z'),
    [{ name: 'parcels_contracts', base: ['parcels', '编码'], related: ['contracts', 'CODE'], pairs: [['=1+1', 'K2'], ['none', 'K1']] }], // biome-ignore format: pairs
  )
  const db = new DatabaseSync(path, { readOnly: true })
  const all = (query: string) =>
    db
      .prepare(query)
      .all()
      .map((row) => ({ ...row }))
  assert.deepEqual(all("select column_name, title from gpkg_data_columns where table_name = 'parcels' order by rowid"), [
    { column_name: '编码', title: '地块编码' },
    { column_name: 'AREA', title: '面积' },
    { column_name: 'DAY', title: '到期' },
  ])
  assert.deepEqual(all('select f_table_name, f_geometry_column, useAsDefault from layer_styles'), [
    { f_table_name: 'parcels', f_geometry_column: 'geom', useAsDefault: 1 },
  ])
  assert.deepEqual(all('select base_id, related_id from parcels_contracts'), [{ base_id: 2, related_id: 2 }])
  assert.deepEqual(all('select base_table_name, related_table_name, mapping_table_name from gpkgext_relations'), [
    { base_table_name: 'parcels', related_table_name: 'contracts', mapping_table_name: 'parcels_contracts' },
  ])
  db.close()
  const told = gdal(t, 'ogrinfo', '-so', '-al', path)
  if (told !== null) assert.match(told, /Feature Count: 3/)
})

test('a zip of a folder comes back file by file', async (t) => {
  const from = join(folder, 'pack')
  mkdirSync(join(from, '权属数据'), { recursive: true })
  writeFileSync(join(from, 'a.txt'), 'a'.repeat(100_000))
  writeFileSync(join(from, '权属数据', '空.txt'), '')
  const path = join(folder, 'a.zip')
  const { files, bytes } = await zipFolder(from, path)
  assert.deepEqual([files, bytes], [2, readFileSync(path).length])
  const zip = await openZip(path)
  assert.deepEqual(zip.entries.map(({ name, bytes: size }) => [name, size]).sort(), [
    ['a.txt', 100_000],
    ['权属数据/空.txt', 0],
  ])
  await zip.close()
  const told = gdal(t, 'unzip', '-t', path)
  if (told !== null) assert.match(told, /No errors/)
})
