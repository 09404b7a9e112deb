/** What `dishu zonal` says beside its figures, and rasters whose blocks are pictures. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { temporaryFolder } from './acceptance.testing.ts'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const MAIN = new URL('./main.ts', import.meta.url).pathname
const GDAL = spawnSync('gdal_translate', ['--version'], { stdio: 'ignore' }).status === 0

function told(...words: string[]) {
  const said = spawnSync(process.execPath, [MAIN, 'zonal', ...words], {
    encoding: 'utf8',
    env: { ...process.env, DISHU_LANG: 'en', LANG: 'en_US.UTF-8' },
  })
  assert.equal(said.status, 0, said.stderr)
  return said
}

function layer(name: string, ids: readonly string[]): string {
  const features = ids.map((id, i) => {
    const [x, y] = [41_500_000 + 40 * i, 4_999_940]
    return { type: 'Feature', properties: { id }, geometry: { type: 'Polygon', coordinates: [[[x, y], [x + 35, y], [x + 35, y + 35], [x, y + 35], [x, y]]] } } // biome-ignore format: a box
  })
  const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::4529' } }
  writeFileSync(at(name), JSON.stringify({ type: 'FeatureCollection', crs, features }))
  return at(name)
}

async function hills(name: string, bandCount: number): Promise<string> {
  const [width, height] = [40, 40]
  const cell = (i: number, band: number) => Math.round(120 + 60 * Math.sin((i % width) / 5 + band) + 50 * Math.cos(i / width / 7))
  await writeGeotiff(at(name), {
    ...{ width, height, bandCount, type: 'uint8', epsg: 4529, geotransform: [41_500_000, 10, 0, 5_000_000, 0, -10] },
    rows: (y, n) =>
      Array.from({ length: bandCount }, (_, band) => Uint8Array.from({ length: n * width }, (_, i) => cell(y * width + i, band))),
  })
  return at(name)
}

test('names that several polygons have are told, in words and with --json, and their rows are all there', async () => {
  const raster = await hills('named.tif', 1)
  const twice = layer('twice.geojson', ['A', 'B', 'A', 'C', 'B', 'A'])
  const { stdout } = told(raster, twice, '--stats', 'mean', '--json')
  const { repeatedKeys, rows } = JSON.parse(stdout)
  assert.deepEqual(repeatedKeys, { count: 2, first: ['A', 'B'] })
  assert.deepEqual(rows.map((row: { id: string }) => row.id), ['A', 'B', 'A', 'C', 'B', 'A']) // biome-ignore format: one line
  assert.match(told(raster, twice, '--stats', 'mean', '--out', at('twice.csv')).stderr, /2 names occur more than once|2 个标识重复/)
  const once = told(raster, layer('once.geojson', ['A', 'B', 'C']), '--stats', 'mean', '--json')
  assert.deepEqual(JSON.parse(once.stdout).repeatedKeys, { count: 0, first: [] })
  assert.doesNotMatch(once.stderr, /more than once|重复/)
})

for (const options of ['COMPRESS=JPEG', 'COMPRESS=JPEG PHOTOMETRIC=YCBCR', 'COMPRESS=WEBP', 'COMPRESS=LERC_ZSTD'])
  test(`behind its fence, ${options} has the figures of what GDAL unpacks`, {
    skip: GDAL ? false : 'gdal_translate is not installed',
  }, async () => {
    const raster = await hills('plain.tif', 3)
    const run = (...words: string[]) => assert.equal(spawnSync('gdal_translate', ['-q', ...words]).status, 0)
    run(...options.split(' ').flatMap((option) => ['-co', option]), raster, at('packed.tif'))
    run('-co', 'COMPRESS=DEFLATE', at('packed.tif'), at('unpacked.tif'))
    const boxes = layer('boxes.geojson', ['A', 'B', 'C'])
    for (const name of ['packed', 'unpacked'])
      told(at(`${name}.tif`), boxes, '--stats', 'mean,min,max', '--bands', '1-3', '--workers', '2', '--out', at(`${name}.csv`))
    assert.equal(readFileSync(at('packed.csv'), 'utf8'), readFileSync(at('unpacked.csv'), 'utf8'))
  })
