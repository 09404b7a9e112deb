import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { wkbArea, wkbBounds } from '@dishu/base/wkb'
import { billionLaughs, zipOf } from '../bombs.testing.ts'
import type { Source } from '../layers.ts'
import { openInSandbox } from '../sandbox/sandbox.ts'
import { openGdb, openGml } from './gdal.ts'

const folder = mkdtempSync(join(tmpdir(), 'gdal-test-'))
after(() => rmSync(folder, { recursive: true }))
const shared = process.env.DISHU_SHARED ?? join(import.meta.dirname, '../../../../shared')
const geodatabase = join(shared, 'data/02_parcels/lpis/us_ca_scm/i15_crop_mapping_2023_provisional_20241127.gdb.zip')

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(mkdtempSync(join(folder, 'in-')), name)
  writeFileSync(path, content)
  return path
}

async function read(source: Source) {
  const rows: unknown[][] = []
  const shapes: Uint8Array[] = []
  for await (const batch of source.read(0)) {
    for (let i = 0; i < batch.rows.length; i++) {
      rows.push(batch.columns.map((column) => column[i]))
      shapes.push(batch.wkb.slice(batch.offsets[i], batch.offsets[i + 1]))
    }
  }
  return { rows, shapes }
}

const refused = (code: string) => (error: unknown) => error instanceof Refused && error.refusal.code === code

const there = existsSync(geodatabase) ? false : 'shared data not present'
for (const [how, open] of [
  ['here', openGdb],
  ['in a process of its own', (path: string) => openInSandbox([path])],
] as const) {
  test(`a zipped file geodatabase, ${how}: rows, order, fields, coordinate system, area`, { skip: there }, async () => {
    const source = await open(geodatabase)
    const [layer] = source.layers
    // ogrinfo -so: 100 features, EPSG:4269, 56 fields, the first Shape_Area; ogrinfo -sql "select sum(Shape_Area), sum(ACRES)"
    assert.deepEqual(
      [layer.name, layer.format, layer.rowCount, layer.crs?.epsg, layer.fields.length],
      ['i15_Crop_Mapping_2023_Provisional', 'filegdb', 100, 4269, 56],
    )
    const { rows, shapes } = await read(source)
    await source.close()
    const column = (name: string) => layer.fields.findIndex((field) => field.name === name)
    const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)
    assert.ok(Math.abs(sum(rows.map((row) => Number(row[column('Shape_Area')]))) - 0.00031340943926722) < 1e-16)
    assert.ok(Math.abs(sum(rows.map((row) => Number(row[column('ACRES')]))) - 755.573849007662) < 1e-9)
    // the file's own areas against those of the shapes as read, one by one
    for (const [i, shape] of shapes.entries())
      assert.ok(Math.abs(wkbArea(shape) - Number(rows[i][column('Shape_Area')])) < 1e-15, `row ${i + 1}`)
    assert.equal(rows[0][column('UniqueID')], '4900289')
  })
}

const gml = (body: string, head = '') => `<?xml version="1.0" encoding="UTF-8"?>${head}
<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://ogr.maptools.org/ http://127.0.0.1:9/never.xsd" gml:id="c">${body}</ogr:FeatureCollection>`

const parcel = (id: number, name: string, ring: string, srs = 'urn:ogc:def:crs:EPSG::4529') => `<ogr:featureMember><ogr:DK gml:id="d${id}">
 <ogr:shape><gml:Polygon gml:id="p${id}" srsName="${srs}"><gml:exterior><gml:LinearRing><gml:posList>${ring}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ogr:shape>
 <ogr:DKBM>000${id}</ogr:DKBM><ogr:DKMC>${name}</ogr:DKMC></ogr:DK></ogr:featureMember>`

test('GML: rows in order, codes as text, x is the easting whatever the axis order of the file', async () => {
  // EPSG:4529 writes northing first: a rectangle 30 m east by 20 m north
  const ring = '5000000 41500000 5000000 41500030 5000020 41500030 5000020 41500000 5000000 41500000'
  const source = await openGml(fileOf('地块.gml', gml(parcel(7, '东地', ring) + parcel(3, '西地', ring))))
  assert.deepEqual(
    source.layers.map(({ name, file, format, crs, geometry }) => [name, file, format, crs?.epsg, geometry]),
    [['DK', '地块.gml', 'gml', 4529, 'polygon']],
  )
  const { rows, shapes } = await read(source)
  const names = source.layers[0].fields.map(({ name }) => name)
  assert.deepEqual(
    rows.map((row) => [row[names.indexOf('DKBM')], row[names.indexOf('DKMC')]]),
    [
      ['0007', '东地'],
      ['0003', '西地'],
    ],
  )
  assert.deepEqual(wkbBounds(shapes[0]), [41_500_000, 5_000_000, 41_500_030, 5_000_020])
  assert.equal(wkbArea(shapes[0]), 600)
  await source.close()
})

for (const [what, content, code] of [
  ['a DOCTYPE', gml('', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), 'formats/xml-doctype'],
  ['a billion laughs', billionLaughs('gml'), 'formats/xml-doctype'],
  ['UTF-7', gml('').replace('UTF-8', 'UTF-7'), 'formats/xml-encoding'],
  ['no features', '<a><b/></a>', 'formats/gml-not-readable'],
  ['half of it', gml(parcel(1, 'x', '0 0 0 1 1 1 0 0')).slice(0, 600), 'formats/gml-not-readable'],
  ['no XML', 'hello', 'formats/xml-malformed'],
] as const) {
  test(`GML with ${what} is refused, and leaves no scratch folder`, async () => {
    const scratch = mkdtempSync(join(folder, 'scratch-'))
    await assert.rejects(openGml(fileOf('a.gml', content), { scratch }).then(read), refused(code))
    assert.deepEqual(readdirSync(scratch), [])
  })
}

test('what is no geodatabase is refused as such', async () => {
  const empty = join(folder, 'empty.gdb')
  mkdirSync(empty)
  await assert.rejects(openGdb(empty), refused('formats/gdb-not-readable'))
  await assert.rejects(
    openGdb(fileOf('a.zip', zipOf([{ name: 'x.gdb/a00000001.gdbtable', data: 'nonsense' }]))),
    refused('formats/gdb-not-readable'),
  )
  await assert.rejects(
    openGdb(fileOf('b.zip', zipOf([{ name: 'a/a00000001.gdbtable' }, { name: 'b/a00000001.gdbtable' }]))),
    refused('formats/gdb-several-in-zip'),
  )
})
