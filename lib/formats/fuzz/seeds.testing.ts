/** Small valid files of every kind that is read, written by our own writers: what fuzzing begins with. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePolygonWkb } from '@dishu/base/wkb'
import { serialize } from 'flatgeobuf/lib/mjs/geojson.js'
import { zipOf } from '../bombs.testing.ts'
import { tiffOf } from '../geotiff/tiffs.testing.ts'
import { jetOf } from '../mdb/mdb.testing.ts'
import { writeCsv } from '../write/csv.ts'
import { dbfFieldsFrom } from '../write/dbf.ts'
import { writeGeoJson } from '../write/geojson.ts'
import { writeGeoPackage } from '../write/geopackage.ts'
import { writeShapefile } from '../write/shapefile.ts'
import { writeXlsx } from '../write/xlsx.ts'

/** A target: its files, all of one name; the first is the one that is opened. */
export type Target = { readonly name: string; readonly files: readonly string[]; readonly weight: number }

const FIELDS = [
  { name: 'DLBM', type: 'text', width: 8 },
  { name: 'TBMJ', type: 'number', width: 15, decimals: 2 },
  { name: 'GXSJ', type: 'date' },
  { name: 'BZ', type: 'text', width: 40 },
] as const
const [X, Y] = [41_570_000, 5_018_000]
const ring = (x: number, y: number, side: number) => Float64Array.of(x, y, x + side, y, x + side, y + side, x, y + side, x, y)
const ROWS = Array.from({ length: 12 }, (_, i) => ({
  values: ['0103', 1234.5 + i, '2024-12-31', `盐碱地 ${i}, "甲"\n乙`],
  wkb: writePolygonWkb([{ rings: [ring(X + 100 * i, Y, 80), ...(i % 3 === 0 ? [ring(X + 100 * i + 10, Y + 10, 20)] : [])] }]),
}))

/** Writes the files into `folder`. Invented data. */
export async function makeSeeds(folder: string): Promise<readonly Target[]> {
  const at = (name: string, ...rest: string[]) => {
    mkdirSync(join(folder, name), { recursive: true })
    return join(folder, name, ...rest)
  }
  const targets: Target[] = []
  const add = (name: string, files: readonly string[], weight: number) =>
    targets.push({ name, files: files.map((file) => at(name, file)), weight })
  const put = (name: string, file: string, bytes: Uint8Array | string, weight: number) => {
    writeFileSync(at(name, file), bytes)
    add(name, [file], weight)
  }
  await writeShapefile(at('shapefile', 'dk.shp'), dbfFieldsFrom([...FIELDS]).fields, ROWS, { geometry: 'polygon', epsg: 4529 })
  add('shapefile', ['dk.shp', 'dk.dbf', 'dk.shx', 'dk.prj', 'dk.cpg'], 4)
  await writeShapefile(at('dbf', 'dk.shp'), dbfFieldsFrom([...FIELDS]).fields, ROWS, { geometry: 'polygon', epsg: 4529 })
  copyFileSync(at('dbf', 'dk.dbf'), at('dbf', 'only.dbf'))
  add('dbf', ['only.dbf'], 2)
  await writeGeoPackage(at('geopackage', 'dk.gpkg'), [{ name: 'dk', fields: FIELDS, rows: ROWS, geometry: 'polygon', epsg: 4529 }])
  add('geopackage', ['dk.gpkg'], 3)
  await writeCsv(at('csv', 'dk.csv'), FIELDS, ROWS)
  add('csv', ['dk.csv'], 2)
  await writeGeoJson(at('geojson', 'dk.geojson'), FIELDS, ROWS)
  add('geojson', ['dk.geojson'], 3)
  await writeXlsx(at('xlsx', 'dk.xlsx'), [{ name: 'dk', fields: FIELDS, rows: ROWS }])
  add('xlsx', ['dk.xlsx'], 2)
  const collection = {
    type: 'FeatureCollection',
    features: ROWS.map(({ values }, i) => ({
      type: 'Feature',
      geometry: { type: 'Polygon', coordinates: [[[i, 0], [i + 0.5, 0], [i + 0.5, 1], [i, 0]]] }, // biome-ignore format: a ring
      properties: { DLBM: values[0], TBMJ: values[1], BZ: values[3] },
    })),
  }
  put('flatgeobuf', 'dk.fgb', serialize(collection as never, 4490), 3)
  put('gml', 'dk.gml', GML, 1)
  put('mdb', 'dk.mdb', jetOf([{ name: 'DK', columns: [['BSM', 'long'], ['MC', 'text'], ['MJ', 'double'], ['BZ', 'memo']], rows: [[1, '甲', 1.5, '备注'], [2, '乙', null, null]] }]), 2) // biome-ignore format: a table
  put('zip', 'dk.zip', zipOf([{ name: '甲/a.csv', data: 'a,b\n1,2\n' }, { name: 'b.geojson', data: JSON.stringify(collection) }]), 3) // biome-ignore format: entries
  const cells = Uint8Array.from({ length: 4096 }, (_, i) => i % 251)
  put(
    'tiff',
    'dk.tif',
    tiffOf({ width: 64, height: 64, bits: 8, strips: [cells.subarray(0, 2048), cells.subarray(2048)], rowsPerStrip: 32 }),
    4,
  )
  put('wkb', 'dk.wkb', writePolygonWkb([{ rings: [ring(X, Y, 80), ring(X + 10, Y + 10, 20)] }, { rings: [ring(X + 200, Y, 80)] }]), 1)
  copyFileSync(join(import.meta.dirname, '../jp2/fixtures/gml.jp2'), at('jp2', 'dk.jp2'))
  add('jp2', ['dk.jp2'], 3)
  return targets
}

const GML = `<?xml version="1.0" encoding="UTF-8"?>
<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="c"><ogr:featureMember><ogr:DK gml:id="d1">
 <ogr:shape><gml:Polygon gml:id="p1" srsName="urn:ogc:def:crs:EPSG::4529"><gml:exterior><gml:LinearRing><gml:posList>5018000 41570000 5018000 41570080 5018080 41570080 5018000 41570000</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ogr:shape>
 <ogr:MC>东地</ogr:MC></ogr:DK></ogr:featureMember></ogr:FeatureCollection>`
