import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Refused } from '@dishu/base/refusal'
import { formatsMessages } from './formats.messages.ts'
import { filesBehind, kindOf, openFile, openFiles } from './formats.ts'
import { areaOf, gather, sharedFile } from './gather.testing.ts'
import { openInSandbox } from './sandbox/sandbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'formats-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, bytes: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const refusedAs = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code

test('a file is what its bytes say, and its name where they say nothing', () => {
  const kinds: [string, string | Buffer, string][] = [
    ['a.dat', 'SQLite format 3\0…', 'geopackage'],
    ['b.csv', 'SQLite format 3\0…', 'geopackage'],
    ['c.bin', Buffer.of(0x66, 0x67, 0x62, 3, 0x66, 0x67, 0x62, 0), 'flatgeobuf'],
    ['d.json', '\ufeff  {"type":', 'geojson'],
    ['e.txt', '{a},b\n1,2', 'csv'],
    ['f.xml', '<?xml version="1.0"?><x xmlns:gml="http://www.opengis.net/gml">', 'gml'],
    ['g.xlsx', 'PK\x03\x04…', 'xlsx'],
    ['h.zip', 'PK\x03\x04…', 'archive'],
    ['i.xls', Buffer.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1), 'xlsx'],
    ['j.mdb', '\0\x01\0\0Standard Jet DB\0', 'mdb'],
    ['k.shp', Buffer.of(0, 0, 0x27, 0x0a), 'shapefile'],
    ['l.dbf', '\x03…', 'dbf'],
    ['k.dbf', '\x03…', 'shapefile'],
    ['k.prj', '', 'shapefile'],
    ['m.geojsonl', '\x1e{}', 'geojson'],
    ['n.csv', '编号,名称', 'csv'],
  ]
  for (const [name, bytes, kind] of kinds) assert.equal(kindOf(file(name, bytes)), kind, name)
  const gdb = join(folder, 'x.gdb')
  mkdirSync(gdb)
  assert.equal(kindOf(gdb), 'filegdb')
})

test('what is none of ours is refused politely', () => {
  const cases: [string, string | Buffer, string][] = [
    ['a.tif', 'II*\0', 'formats/raster-not-yet'],
    ['b.dat', 'MM\0+', 'formats/raster-not-yet'],
    ['c.png', Buffer.of(0x89, 0x50, 0x4e, 0x47), 'formats/raster-not-yet'],
    ['d.jpg', Buffer.of(0xff, 0xd8, 0xff, 0xe0), 'formats/raster-not-yet'],
    ['e.img', 'EHFA_HEADER_TAG', 'formats/raster-not-yet'],
    ['f.pdf', '%PDF-1.7', 'formats/unknown-kind'],
    ['g.kml', '<kml xmlns="http://www.opengis.net/kml/2.2">', 'formats/unknown-kind'],
    ['h.docx?', 'hello', 'formats/unknown-kind'],
    ['i.csv', '', 'formats/file-empty'],
  ]
  for (const [name, bytes, code] of cases) assert.throws(() => kindOf(file(name, bytes)), refusedAs(code), name)
  assert.throws(() => kindOf(folder), refusedAs('formats/is-a-folder'))
  assert.throws(() => kindOf(join(folder, 'nowhere')), refusedAs('formats/not-found'))
})

test('members of one shapefile are one layer, other files their own', async (t) => {
  const one = sharedFile('data/03_admin/shp_gbk_cgcs2000/XZQ_GBK.shp')
  const other = sharedFile('data/03_admin/baicheng_prefecture_wgs84.geojson')
  if (!one || !other) return t.skip('shared data not present')
  const members = filesBehind(one)
  assert.deepEqual(
    members.map((m) => m.slice(-4)),
    ['.shp', '.dbf', '.shx', '.prj', '.cpg'],
  )
  const source = await openFiles([...members.reverse(), other])
  assert.deepEqual(
    source.layers.map((l) => l.name),
    ['XZQ_GBK', 'baicheng_prefecture_wgs84'],
  )
  assert.equal((await gather(source, 1)).rows.length, 1)
  await source.close()
})

/**
 * [file, layer, rows, EPSG, planar area, encoding and where it is from]. Rows, EPSG and area by GDAL 3.6:
 * `ogrinfo -dialect OGRSQL -sql "select count(*), sum(OGR_GEOM_AREA) from layer"`; areas agree to 1e-9.
 */
const REAL: readonly [string, string, number, number | null, number, string][] = [
  ['02_parcels/dirty_dev/DK_GBK.shp', 'DK_GBK', 125, 31287, 644069.712453849, 'GBK cpg'],
  ['02_parcels/dirty_dev/parcels_dirty.geojson', 'parcels_dirty', 125, 31287, 642642.945693923, 'UTF-8 format'],
  ['02_parcels/lpis/ai4sf/1_vietnam_areas.gpkg', 'reference', 100, 32648, 528809.554278044, 'UTF-8 format'],
  ['02_parcels/lpis/ai4sf/4_cambodia_areas.gpkg', 'reference', 100, 32648, 753739.355468055, 'UTF-8 format'],
  ['02_parcels/lpis/fi/LandUse.ExistingLandUse.GSAAAgriculturalParcel.gpkg', 'hvd_kasvulohko', 100, 3067, 2319536.57343334, 'UTF-8 format'],
  ['02_parcels/lpis/nl/brpgewaspercelen_definitief_2023.gpkg', 'brp_gewas', 100, 28992, 632289.704755243, 'UTF-8 format'],
  ['03_admin/baicheng_counties_gcj02.geojson', 'baicheng_counties_gcj02', 5, 4326, 2.95823527836691, 'UTF-8 format'],
  ['03_admin/baicheng_counties_wgs84.geojson', 'baicheng_counties_wgs84', 5, 4326, 2.95762971863052, 'UTF-8 format'],
  ['03_admin/baicheng_prefecture_gcj02.geojson', 'baicheng_prefecture_gcj02', 1, 4326, 2.95823527836722, 'UTF-8 format'],
  ['03_admin/baicheng_prefecture_wgs84.geojson', 'baicheng_prefecture_wgs84', 1, 4326, 2.95762971863055, 'UTF-8 format'],
  ['03_admin/jilin_counties_osm_mapchina.geojson', 'jilin_counties_osm_mapchina', 60, 4326, 21.3237249076734, 'UTF-8 format'],
  ['03_admin/shp_gbk_cgcs2000/XZQ_GBK.shp', 'XZQ_GBK', 5, 4529, 25761168121.6881, 'GBK cpg'],
  ['03_admin/shp_gbk_cgcs2000/XZQ_GBK_nocpg.shp', 'XZQ_GBK_nocpg', 5, 4529, 25761168121.6881, 'GBK guessed'],
  ['03_admin/shp_gbk_cgcs2000/XZQ_UTF8.shp', 'XZQ_UTF8', 5, 4529, 25761168121.6881, 'UTF-8 cpg'],
  ['03_admin/shp_gbk_cgcs2000/ZLDW_PT_GBK.shp', 'ZLDW_PT_GBK', 146, 4529, 0, 'GBK cpg'],
  ['06_golden/zonal/polygons.shp', 'polygons', 2, null, 84230.9498765543, 'UTF-8 guessed'],
  ['06_golden/zonal/polygons_partial_overlap.shp', 'polygons_partial_overlap', 9, null, 1312573.11883368, 'UTF-8 guessed'],
  ['06_golden/zonal/sistan_test_polygons_utm41.geojson', 'sistan_test_polygons_utm41', 44, 32641, 51784757.6851746, 'UTF-8 format'],
  ['06_golden/topology/ladm_col_topology_cases.gpkg', 'polygon_case7', 2, 3116, 684.022931696382, 'UTF-8 format'],
  ['06_golden/encoding/mapshaper_broken/518_519_shp_reading/data_corruption_error.shp', 'data_corruption_error', 8, 3006, 0, 'UTF-8 cpg'],
  [
    '06_golden/encoding/mapshaper_broken/518_519_shp_reading/max_callstack_error.shp',
    'max_callstack_error',
    138,
    null,
    0,
    'windows-1252 ldid',
  ],
]

test('real files give the rows, system, area and encoding that GDAL gives', async (t) => {
  if (!sharedFile('data/02_parcels')) return t.skip('shared data not present')
  for (const [name, layerName, rows, epsg, area, encoding] of REAL) {
    const path = sharedFile(`data/${name}`)
    assert.ok(path, name)
    const source = await openFile(path)
    const i = source.layers.findIndex((l) => l.name === layerName)
    const layer = source.layers[i]
    const read = await gather(source, i)
    await source.close()
    assert.deepEqual([read.rows.length, layer.rowCount, read.problems, layer.crs?.epsg ?? null], [rows, rows, [], epsg], name)
    assert.equal(`${layer.encoding?.name} ${layer.encoding?.from}`, encoding, name)
    const total = read.wkb.reduce((sum, wkb) => sum + areaOf(wkb), 0)
    assert.ok(Math.abs(total - area) <= area * 1e-9, `${name}: ${total} against ${area}`)
  }
})

test('names in GBK, without a .cpg and in UTF-8 are the same names', async (t) => {
  const paths = ['XZQ_GBK', 'XZQ_GBK_nocpg', 'XZQ_UTF8'].map((n) => sharedFile(`data/03_admin/shp_gbk_cgcs2000/${n}.shp`))
  const read = []
  for (const path of paths) {
    if (!path) return t.skip('shared data not present')
    const source = await openFile(path)
    read.push((await gather(source)).columns)
    await source.close()
  }
  assert.deepEqual(read[1], read[0])
  assert.deepEqual(read[2], read[0])
  assert.ok(JSON.stringify(read[0]).includes('大安'))
})

/** First text of each encoding sample of mapshaper's test set, a word of the language it is named for, and how its encoding is known. */
const TEXTS: readonly [string, string, string][] = [
  ['big5.dbf', '繁體國語', 'guessed'],
  ['gbk.dbf', '简体国语', 'guessed'],
  ['gb2312.dbf', '简体国语', 'guessed'],
  ['utf8.dbf', '国语國語', 'guessed'],
  ['latin1.dbf', 'Peçeña México', 'guessed'],
  ['ldid/chinese.dbf', '简体', 'ldid'],
  ['cpg/big5.dbf', '國語', 'cpg'],
  ['cpg/euckr.dbf', '한국말', 'cpg'],
  ['cpg/koi8r.dbf', 'русский', 'cpg'],
  ['cpg/latin2.dbf', 'čeština', 'cpg'],
  ['cpg/shiftjis.dbf', 'カタカナひらがな', 'cpg'],
  ['cpg/win1251.dbf', 'РУССКИЙ', 'cpg'],
  ['cpg/win874.dbf', 'ภาษาไทย', 'cpg'],
]

test('encodings of the sample tables', async (t) => {
  for (const [name, text, from] of TEXTS) {
    const path = sharedFile(`data/06_golden/encoding/mapshaper_dbf/${name}`)
    if (!path) return t.skip('shared data not present')
    const source = await openFile(path)
    const { columns } = await gather(source)
    await source.close()
    assert.deepEqual([columns[0][0], source.layers[0].encoding?.from], [text, from], name)
  }
})

test('real files in the sandbox are the same, and archives and geodatabases work there', async (t) => {
  const cases: [string, number, number][] = [
    ['02_parcels/lpis/us_ca_scm/i15_crop_mapping_2023_provisional_20241127.gdb.zip', 100, 4269],
    ['02_parcels/lpis/bg/bg_arable_land_2024.zip', 100, 32635],
    ['02_parcels/lpis/at/inspire_schlaege_2025-1_polygon.gpkg.zip', 100, 31287],
    ['02_parcels/dirty_dev/DK_GBK.shp', 125, 31287],
  ]
  for (const [name, rows, epsg] of cases) {
    const path = sharedFile(`data/${name}`)
    if (!path) return t.skip('shared data not present')
    const source = await openInSandbox([path])
    const { rows: read } = await gather(source)
    await source.close()
    assert.deepEqual([read.length, source.layers[0].crs?.epsg], [rows, epsg], name)
  }
})

test('broken real files are refused or their rows are problems, with the reason', async (t) => {
  const cases: [string, string][] = [
    ['mapshaper_broken/384_invalid_json/sample.json', 'formats/json-broken'],
    ['mapshaper_broken/384_invalid_json/sample1.json', 'formats/json-broken'],
    ['mapshaper_broken/invalid_coords/invalid_coordinates.shp', 'formats/bad-coordinate'],
    ['mapshaper_broken/invalid_coords/invalid_coordinates.json', 'formats/bad-coordinate'],
    ['pyshp/corrupt_too_long.shp', 'formats/damaged'],
  ]
  for (const [name, code] of cases) {
    const path = sharedFile(`data/06_golden/encoding/${name}`)
    if (!path) return t.skip('shared data not present')
    const said: string[] = []
    try {
      const source = await openFile(path)
      said.push(...(await gather(source)).problems.map((p) => p.refusal.code))
      await source.close()
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem
      said.push(problem.refusal.code)
    }
    assert.deepEqual(said, [code], name)
  }
})

test('every code thrown in these folders has its sentences, in both languages', () => {
  const details = { file: 'a.shp', layer: 'a', row: 3, format: 'shapefile', of: 'rows', fields: ['a'], value: 'x', field: 'f', stated: 'x', type: 'x', reason: 'x', crs: 'x', name: 'x', expected: 2, found: 1 } // biome-ignore format: words
  for (const [code, sentence] of Object.entries(formatsMessages)) {
    const said = (sentence as (d: object) => Record<'zh' | 'en', { message: string; hint?: string }>)(details)
    for (const text of [said.zh.message, said.en.message])
      assert.ok(text.length > 5 && !/undefined(?! )|\[object/.test(text.replace(/undefined/g, '')), `${code}: ${text}`)
    assert.match(said.zh.message, /[\u4e00-\u9fff].*。$|：x$/, code)
  }
  const here = dirname(fileURLToPath(import.meta.url))
  const codes = readFileSync(resolve(here, 'refusals.ts'), 'utf8').matchAll(/'(formats\/[a-z0-9-]+)'/g)
  for (const [, code] of codes) assert.ok(code in formatsMessages, code)
})
