import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PassThrough } from 'node:stream'
import { after, type TestContext, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import exceljs from 'exceljs'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import proj4 from 'proj4'
import type { Field } from '../layers.ts'
import { crsName, esriWkt, ogcWkt } from './crswkt.ts'
import { writeCsv } from './csv.ts'
import { type DbfField, dbfFieldsFrom, writeDbf } from './dbf.ts'
import { writeGeoJson } from './geojson.ts'
import { writeGeoPackage } from './geopackage.ts'
import { neutralise, unneutralise } from './neutral.ts'
import type { Row } from './rows.ts'
import { writeShapefile } from './shapefile.ts'
import { writeXlsx } from './xlsx.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-write-'))
after(() => rmSync(folder, { recursive: true }))

const FIELDS: DbfField[] = [
  { name: 'DKBM', type: 'C', width: 19 },
  { name: 'MC', type: 'C', width: 20 },
  { name: 'SCMJ', type: 'N', width: 15, decimals: 2 },
  { name: 'SJNF', type: 'N', width: 4 },
  { name: 'RQ', type: 'D', width: 8 },
]

/** Polygons as WKB, little-endian; rings closed by the caller. */
function polygon(...rings: number[][]): Uint8Array {
  const bytes = Buffer.alloc(9 + rings.reduce((sum, ring) => sum + 4 + 8 * ring.length, 0))
  bytes.writeUInt8(1)
  bytes.writeUInt32LE(3, 1)
  bytes.writeUInt32LE(rings.length, 5)
  let at = 9
  for (const ring of rings) {
    at = bytes.writeUInt32LE(ring.length / 2, at)
    for (const value of ring) at = bytes.writeDoubleLE(value, at)
  }
  return bytes
}

/** A square with its lower left corner at (x, y), counter-clockwise. */
const square = (x: number, y: number, side: number) => [x, y, x + side, y, x + side, y + side, x, y + side, x, y]
const [X, Y] = [41_570_000, 5_018_000]

function gdal(t: TestContext, tool: string, ...args: string[]): string | null {
  try {
    return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault
    t.skip(`${tool} not present`)
    return null
  }
}

const refusedWith = (code: string) => (fault: unknown) => fault instanceof Refused && fault.refusal.code === code

test('any text comes back from neutralising as it went in, and none begins like a formula', () => {
  const text = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom('', "'", "''", '=', '+', '-', '@', '\t', '\r'), fc.string()).map(([a, b]) => a + b),
  )
  fc.assert(
    fc.property(text, (before) => {
      assert.equal(unneutralise(neutralise(before)), before)
      assert.doesNotMatch(neutralise(before), /^[=+\-@\t\r]/)
    }),
  )
  assert.equal(neutralise('=1+1'), "'=1+1")
  assert.equal(unneutralise("'90s"), "'90s")
})

test('a GBK shapefile says what was put in, seen by GDAL', async (t) => {
  const path = join(folder, 'gbk.shp')
  const holed = polygon(square(X, Y, 100), square(X + 10, Y + 10, 20)) // 10 000 − 400
  const rows: Row[] = [
    { values: ['2208991002010100001', '碱泉县一地块', 9600, 2024, '1998-12-31'], wkb: holed },
    { values: ['0000000000000000002', null, -0.005, null, null], wkb: null },
    { values: ['', '鹤', 123456789012.45, 7, '2028-12-31'], wkb: polygon(square(X + 200, Y, 10)) },
  ]
  assert.equal((await writeShapefile(path, FIELDS, rows, { geometry: 'polygon', epsg: 4529 })).rows, 3)
  assert.equal(readFileSync(join(folder, 'gbk.cpg'), 'utf8'), 'GBK')
  const told = gdal(
    t,
    'ogrinfo',
    '-q',
    '-dialect',
    'sqlite',
    '-sql',
    'select DKBM, MC, SCMJ, SJNF, RQ, st_area(geometry) as m2, st_isvalid(geometry) as ok from gbk',
    path,
  )
  if (told === null) return
  assert.match(told, /DKBM \(String\) = 2208991002010100001/)
  assert.match(told, /MC \(String\) = 碱泉县一地块/)
  assert.match(told, /m2 \(Real\) = 9600/)
  assert.match(told, /m2 \(Real\) = 100\b/)
  assert.match(told, /SCMJ \(Real\) = -0\.01/)
  assert.match(told, /SCMJ \(Real\) = 123456789012\.45/)
  assert.doesNotMatch(told, /ok \(Integer\) = 0/)
  assert.match(gdal(t, 'ogrinfo', '-so', '-al', path) ?? '', /EPSG",4529|CGCS2000_3_Degree_GK_Zone_41|zone 41/)
})

test('outer rings of a shapefile run clockwise, holes the other way, and the lengths in its headers are true', async () => {
  const path = join(folder, 'turn.shp')
  await writeShapefile(path, FIELDS, [{ values: ['1', '', 1, 1, null], wkb: polygon(square(0, 0, 10), square(2, 2, 2)) }], {
    geometry: 'polygon',
  })
  const shp = readFileSync(path)
  assert.equal(shp.readInt32BE(24) * 2, shp.length)
  assert.equal(shp.length, 100 + 8 + 44 + 2 * 4 + 10 * 16)
  assert.equal(readFileSync(join(folder, 'turn.shx')).length, 108)
  const points = Array.from({ length: 10 }, (_, i) => [shp.readDoubleLE(100 + 8 + 52 + 16 * i), shp.readDoubleLE(100 + 8 + 60 + 16 * i)])
  const twiceArea = (ring: number[][]) => ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i][0] * y - x * ring[i][1], 0)
  assert.equal(twiceArea(points.slice(0, 5)), -200)
  assert.equal(twiceArea(points.slice(5)), 8)
})

test('what does not fit is refused with its row and field, and nothing is left behind', async () => {
  const path = join(folder, 'refused.shp')
  const write = (values: (string | number | null)[], wkb: Uint8Array | null = null) =>
    writeShapefile(path, FIELDS, [{ values, wkb }], { geometry: 'polygon', epsg: 4529 })
  await assert.rejects(write(['22089910020101000012', '', 1, 1, null]), refusedWith('formats/value-does-not-fit'))
  await assert.rejects(write(['1', '一二三四五六七八九十一', 1, 1, null]), refusedWith('formats/value-does-not-fit'), '22 bytes into 20')
  await assert.rejects(write(['1', '', 1e14, 1, null]), refusedWith('formats/value-does-not-fit'))
  await assert.rejects(write(['1', '', 1, 1, '1998/12/31']), refusedWith('formats/value-does-not-fit'))
  await assert.rejects(write(['1', '𠮷', 1, 1, null]), refusedWith('formats/text-not-in-encoding'))
  await assert.rejects(write(['1', '', 1, 1, null], polygon([0, 0, NaN, 0, 1, 1, 0, 0])), refusedWith('formats/coordinates-not-finite'))
  await assert.rejects(
    writeShapefile(path, [{ name: '这是一个长字段', type: 'C', width: 5 }], [], { geometry: 'point' }),
    refusedWith('formats/fields-do-not-fit'),
  )
  await assert.rejects(writeShapefile(path, FIELDS, [], { geometry: 'point', epsg: 3857 }), refusedWith('formats/crs-not-known'))
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('refused')),
    [],
  )
})

test('a number is rounded as a person would, on the digits it prints', async () => {
  const path = join(folder, 'round.dbf')
  const given = [1.005, 2.675, -1.005, 0.125, 1e-7, 99.995]
  await writeDbf(
    path,
    [{ name: 'M', type: 'N', width: 10, decimals: 2 }],
    given.map((value) => ({ values: [value] })),
  )
  const dbf = readFileSync(path)
  const read = given.map((_, i) => dbf.toString('latin1', 65 + 11 * i + 1, 65 + 11 * (i + 1)).trim())
  assert.deepEqual(read, ['1.01', '2.68', '-1.01', '0.13', '0.00', '100.00'])
})

test('long names become short ones that differ', () => {
  const { fields, renamed } = dbfFieldsFrom([
    { name: 'land_use_class', type: 'text' },
    { name: 'land_use_class_name', type: 'text', width: 60 },
    { name: '权属单位名称', type: 'text' },
  ])
  assert.deepEqual(
    fields.map((field) => field.name),
    ['land_use_c', 'land_use_1', '权属单位名'],
  )
  assert.equal(renamed.size, 3)
  assert.ok(fields.every((field) => iconv.encode(field.name, 'gbk').length <= 10))
})

test('a CSV quotes what must be quoted and carries a BOM for Excel', async () => {
  const stream = new PassThrough()
  const text = stream.setEncoding('utf8').toArray()
  const fields: Field[] = [
    { name: '名称', type: 'text' },
    { name: 'n', type: 'number' },
  ]
  await writeCsv(stream, fields, [{ values: ['a,"b"\nc', -1.5] }, { values: ['-1+cmd|x', null] }])
  assert.equal((await text).join(''), '\uFEFF名称,n\r\n"a,""b""\nc",-1.5\r\n\'-1+cmd|x,\r\n')
})

test('a GeoJSON has its outer rings counter-clockwise and its text escaped', async () => {
  const path = join(folder, 'a.geojson')
  const wkb = polygon([123, 45, 123, 46, 124, 46, 124, 45, 123, 45]) // clockwise
  await writeGeoJson(path, [{ name: '名"', type: 'text' }], [{ values: ['引"号'], wkb }, { values: [null] }], { note: 'synthetic' })
  const read = JSON.parse(readFileSync(path, 'utf8'))
  assert.deepEqual(read.features[0].geometry.coordinates, [
    [
      [123, 45],
      [124, 45],
      [124, 46],
      [123, 46],
      [123, 45],
    ],
  ])
  assert.deepEqual(read.features[0].properties, { '名"': '引"号' })
  assert.equal(read.features[1].geometry, null)
})

test('a GeoPackage holds layers and tables, finds by its R-tree, and GDAL agrees', async (t) => {
  const path = join(folder, 'a.gpkg')
  const fields: Field[] = [
    { name: 'fid', type: 'text' },
    { name: '面积', type: 'number' },
    { name: '日期', type: 'date' },
  ]
  const rows: Row[] = Array.from({ length: 50 }, (_, i) => ({
    values: [`0${i}`, i + 0.5, '2024-01-02'],
    wkb: i === 7 ? null : polygon(square(X + 100 * i, Y, 50)),
  }))
  const tables = [
    { name: '图斑', fields, rows, geometry: 'polygon' as const, epsg: 4529 },
    { name: '合同', fields, rows: rows.map(({ values }) => ({ values })) },
  ]
  assert.equal((await writeGeoPackage(path, tables)).rows, 100)
  const db = new DatabaseSync(path, { readOnly: true })
  const found = db.prepare('select count(*) n from "rtree_图斑_geom" where minx < ? and maxx > ?').get(X + 1020, X + 1010)
  assert.equal(found?.n, 1)
  assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok')
  db.close()
  const told = gdal(t, 'ogrinfo', '-so', '-al', path)
  if (told === null) return
  assert.match(told, /Layer name: 图斑\nGeometry: Multi Polygon\nFeature Count: 50/)
  assert.match(told, /Layer name: 合同\nGeometry: None\nFeature Count: 50/)
  assert.match(told, /ID\["EPSG",4529\]/)
  assert.match(
    gdal(t, 'ogrinfo', '-q', '-dialect', 'sqlite', '-sql', 'select sum(st_area(geom)) as m2 from "图斑"', path) ?? '',
    /m2 \(Real\) = 122500/,
  )
})

test('a workbook keeps codes as text, marks what looks like a formula, and has its titles above the header', async () => {
  const path = join(folder, 'a.xlsx')
  const fields: Field[] = [
    { name: '编码', type: 'text', width: 19 },
    { name: 'pH(1:5)', type: 'number' },
  ]
  await writeXlsx(path, [
    {
      name: '土壤',
      fields,
      titles: ['碱泉县土壤化验结果'],
      rows: [{ values: ['0000000000000000012', 9.25] }, { values: ['=HYPERLINK("x")', null] }],
    },
    { name: '空', fields, rows: [] },
  ])
  const book = new exceljs.Workbook()
  await book.xlsx.readFile(path)
  const sheet = book.getWorksheet('土壤')
  assert.deepEqual(
    [1, 2, 3, 4].map((r) => sheet?.getRow(r).getCell(1).value),
    ['碱泉县土壤化验结果', '编码', '0000000000000000012', '\'=HYPERLINK("x")'],
  )
  assert.equal(sheet?.getRow(3).getCell(2).value, 9.25)
  assert.equal(book.getWorksheet('空')?.rowCount, 1)
  await assert.rejects(writeXlsx(join(folder, 'b.xlsx'), [{ name: 'a/b', fields, rows: [] }]), refusedWith('formats/sheet-does-not-fit'))
})

test('a fault among the rows reaches the caller and leaves no file', async () => {
  const fields: Field[] = [{ name: 'a', type: 'text' }]
  async function* broken() {
    yield { values: ['1'] }
    throw new Error('the cursor broke')
  }
  for (const write of [
    (path: string) => writeXlsx(path, [{ name: 's', fields, rows: broken() }]),
    (path: string) => writeCsv(path, fields, broken()),
    (path: string) => writeGeoJson(path, fields, broken()),
    (path: string) => writeGeoPackage(path, [{ name: 's', fields, rows: broken() }]),
    (path: string) => writeDbf(path, [{ name: 'a', type: 'C', width: 3 }], broken()),
  ]) {
    await assert.rejects(write(join(folder, 'broken.out')), /the cursor broke/)
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('broken')),
    [],
  )
})

// from domain section 5.4, computed there with PROJ: 45.62 N 122.84 E and 45.40 N 124.20 E
const POINTS = [
  [4529, 122.84, 45.62, 41487521.302, 5053862.2889],
  [4550, 122.84, 45.62, 487521.302, 5053862.2889],
  [4499, 122.84, 45.62, 21487521.302, 5053862.2889],
  [4529, 124.2, 45.4, 41593955.4738, 5030099.2654],
] as const

test('the generated systems put the known points where PROJ does', () => {
  for (const [epsg, lon, lat, east, north] of POINTS) {
    for (const wkt of [esriWkt(epsg), ogcWkt(epsg)]) {
      const [x, y] = proj4('+proj=longlat +ellps=GRS80', wkt ?? '').forward([lon, lat])
      assert.ok(Math.abs(x - east) < 1e-3 && Math.abs(y - north) < 1e-3, `${epsg}: ${x} ${y}`)
    }
  }
})

test('all 65 systems of CGCS2000 are known by number and name', (t) => {
  for (let epsg = 4490; epsg <= 4554; epsg++) {
    assert.ok(esriWkt(epsg) && ogcWkt(epsg)?.endsWith(`AUTHORITY["EPSG","${epsg}"]]`))
  }
  assert.equal(esriWkt(4489), null)
  assert.equal(ogcWkt(4555), null)
  for (const epsg of [4490, 4491, 4501, 4502, 4512, 4513, 4533, 4534, 4554]) {
    const [wkt1, esri] = [
      gdal(t, 'gdalsrsinfo', '-o', 'wkt1', '--single-line', `EPSG:${epsg}`),
      gdal(t, 'gdalsrsinfo', '-o', 'wkt_esri', '--single-line', `EPSG:${epsg}`),
    ]
    if (wkt1 === null || esri === null) return
    assert.equal(ogcWkt(epsg), wkt1.trim())
    assert.equal(esriWkt(epsg), esri.trim())
    assert.ok(wkt1.includes(crsName(epsg) ?? '?'))
  }
})
