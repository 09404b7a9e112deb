/** A GeoPackage of enough pages for threads to share: whoever reads, measures and writes, the table is the same to the byte, and the same as of another format. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { writePolygonWkb } from '@dishu/base/wkb'
import { filesBehind } from '@dishu/formats/formats'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { writeGeoPackage } from '@dishu/formats/write/geopackage'
import { seededRandom } from '@dishu/numeric/shared/random'
import { temporaryFolder } from './acceptance.testing.ts'
import { topologyOfFile } from './topology-file.ts'
import type { ZonalJob } from './zonal-job.ts'
import { zonalWork } from './zonal-work.ts'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const ROWS = 3000
const SIZE = 512
const WEST = 41_500_000
const NORTH = 5_000_000

/** Parcels of 13 corners and 16 to 40 m across, anywhere on the scene and a little off it; every 300th row has no geometry. */
function shapes() {
  const random = seededRandom(11)
  return Array.from({ length: ROWS }, (_, i) => {
    if (i % 300 === 7) return null
    const [x, y, r] = [WEST + 10 * SIZE * random() - 20, NORTH - 10 * SIZE * random() + 20, 8 + 12 * random()]
    const ring = Array.from({ length: 13 }, (_, k) => [x + r * Math.cos((k * Math.PI) / 6), y + r * Math.sin((k * Math.PI) / 6)])
    return Float64Array.from([...ring.slice(0, 12), ring[0]].flat())
  })
}

async function inputs() {
  const rings = shapes()
  const fields = [
    { name: 'id', type: 'text' },
    { name: 'filling', type: 'text' },
  ] as const
  const rows = rings.map((ring, i) => ({
    values: [`P${i}`, 'x'.repeat(400)],
    wkb: ring && writePolygonWkb([{ rings: [ring] }]),
  }))
  await writeGeoPackage(at('parcels.gpkg'), [{ name: 'parcels', fields, rows, geometry: 'polygon', epsg: 4529 }])
  // rows that cannot be read lie in both halves, and move the numbers of those behind
  const db = new DatabaseSync(at('parcels.gpkg'))
  // the triggers of the index ask for functions that only spatial programs have
  for (const { name } of db.prepare("select name from sqlite_schema where type = 'trigger'").all()) db.exec(`drop trigger "${name}"`)
  db.exec("update parcels set geom = x'00112233445566778899' where rowid in (5, 1200, 1600, 2990)")
  const lost = db.prepare('select rowid as row from parcels where length(geom) = 10').all().map(({ row }) => Number(row) - 1) // biome-ignore format: a query
  db.close()
  const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::4529' } }
  const features = rings.flatMap((ring, i) => {
    if (lost.includes(i)) return []
    const coordinates = ring && [Array.from({ length: ring.length / 2 }, (_, k) => [ring[2 * k], ring[2 * k + 1]])]
    return [{ type: 'Feature', properties: { id: `P${i}` }, geometry: coordinates && { type: 'Polygon', coordinates } }]
  })
  writeFileSync(at('parcels.geojson'), JSON.stringify({ type: 'FeatureCollection', crs, features }))
  const cell = (x: number, y: number, band: number) => (x * 7 + y * 13 + ((x * y) % 97) * (band + 1)) % 5000
  await writeGeotiff(
    at('scene.tif'),
    {
      ...{ width: SIZE, height: SIZE, bandCount: 3, type: 'uint16', geotransform: [WEST, 10, 0, NORTH, 0, -10], epsg: 4529 },
      rows: (y, n) =>
        Array.from({ length: 3 }, (_, band) =>
          Uint16Array.from({ length: n * SIZE }, (_, i) => cell(i % SIZE, y + Math.floor(i / SIZE), band)),
        ),
    },
    { tile: 64 },
  )
}

const made = inputs()

async function table(layer: string, workers: number, more: Partial<ZonalJob> = {}) {
  await made
  const out = at(`table.${more.format ?? 'csv'}`)
  const job: ZonalJob = {
    rasters: [{ path: at('scene.tif'), name: 'scene', size: 0, remote: false }],
    ...{ bands: null, layer: at(layer), siblings: filesBehind(at(layer)), layerName: null, key: null },
    ...{ statistics: ['count', 'mean', 'stdev', 'min', 'max', 'p90'], histogram: false, fractions: false, weights: null },
    ...{ rasterEpsg: null, layerEpsg: null, plainCells: false, workers, out, format: 'csv', cellsOut: null },
    ...more,
  }
  const remote = () => {
    throw new Error('nothing is remote here')
  }
  const summary = await zonalWork(job, { scratch: folder, beat: () => {}, remote })
  return { summary, text: readFileSync(out, 'utf8') }
}

test('one thread, two and three write the same table, which is that of the same parcels as GeoJSON', async () => {
  const alone = await table('parcels.gpkg', 1)
  assert.equal(alone.summary.zones, ROWS - 4)
  assert.deepEqual(
    alone.summary.leftOut.map(({ row }) => row),
    [5, 1200, 1600, 2990],
  )
  assert.equal(alone.summary.withoutFigures, 10)
  for (const workers of [2, 3]) {
    const together = await table('parcels.gpkg', workers)
    assert.equal(together.text, alone.text)
    assert.deepEqual(together.summary, alone.summary)
  }
  assert.equal((await table('parcels.geojson', 1)).text, alone.text)
})

test('names reach tables that one thread writes, and rows without a name keep their numbers', async () => {
  const json = await table('parcels.gpkg', 1, { format: 'json' })
  assert.equal((await table('parcels.gpkg', 2, { format: 'json' })).text, json.text)
  const numbered = async (workers: number) => (await table('parcels.gpkg', workers, { key: 'filling', histogram: false })).text
  assert.equal(await numbered(2), await numbered(1))
})

test('topology: parcels read by threads from pages have the findings of those read by one', async () => {
  await made
  const report = (workers: number, path: string) =>
    topologyOfFile(
      {
        ...{ path: at(path), siblings: filesBehind(at(path)), layer: null, key: null, within: null, workers, out: null },
        limits: { tolerance: 0, leastArea: 0.01, gapWidth: 0.5, sliverWidth: 0.2 },
      },
      folder,
      () => {},
    )
  const alone = await report(1, 'parcels.gpkg')
  assert.equal(alone.layer.key, 'id')
  assert.ok(alone.overlaps.length > 50)
  assert.deepEqual(
    alone.invalid.filter(({ rule }) => rule === 'unreadable').map(({ id }) => id),
    [5, 1200, 1600, 2990],
  )
  for (const workers of [2, 3]) assert.deepEqual(await report(workers, 'parcels.gpkg'), alone)
  // the grid on which coordinates are rounded lies elsewhere
  const other = await report(1, 'parcels.geojson')
  assert.deepEqual(
    other.overlaps.map(({ a, b }) => [a, b]),
    alone.overlaps.map(({ a, b }) => [a, b]),
  )
  for (const [i, { areaM2 }] of other.overlaps.entries()) assert.ok(Math.abs(areaM2 - alone.overlaps[i].areaM2) < 1e-5)
})
