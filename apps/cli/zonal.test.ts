/** `dishu zonal` from file to file: golden answers, coordinate systems, tables, distant rasters, and what is refused. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { crsFromEpsg, toLonLatInPlace } from '@dishu/formats/crs/crs'
import { fromLonLat } from '@dishu/formats/crs/from-lonlat'
import { type RasterToWrite, writeGeotiff } from '@dishu/formats/geotiff/write'
import { ellipsoidalArea } from '@dishu/numeric/geodesy/area'
import { dishu, noShared, openFolder, shared, temporaryFolder } from './acceptance.testing.ts'
import { EXIT } from './terminal.ts'
import { zonal } from './zonal.ts'

const folder = temporaryFolder()
process.setMaxListeners(100) // every command waits for Ctrl-C, and here they are many in one process
const at = (name: string) => join(folder, name)

type Row = Readonly<Record<string, string>>

function rowsOf(path: string): Row[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n').map((line) => line.split(',')) // biome-ignore format: one line
  return lines.map((line) => Object.fromEntries(head.map((name, i) => [name.replace(/\r$/, ''), line[i]])))
}

async function measured(...words: string[]): Promise<Row[]> {
  const out = at('table.csv')
  assert.equal(await zonal([...words, '--out', out]), EXIT.done)
  return rowsOf(out)
}

const refused = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code
const near = (actual: unknown, expected: number, relative = 1e-9) =>
  assert.ok(Math.abs(Number(actual) - expected) <= relative * Math.max(1e-9, Math.abs(expected)), `expected ${expected}, got ${actual}`)

type Ring = readonly (readonly [number, number])[]

function geojson(name: string, epsg: number | null, rings: readonly Ring[]): string {
  const crs = epsg === null ? undefined : { type: 'name', properties: { name: `urn:ogc:def:crs:EPSG::${epsg}` } }
  const features = rings.map((ring, i) => ({
    ...{ type: 'Feature', properties: { id: `Z${i + 1}` } },
    geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] },
  }))
  writeFileSync(at(name), JSON.stringify({ type: 'FeatureCollection', crs, features }))
  return at(name)
}

async function tiff(
  name: string,
  raster: Partial<RasterToWrite> & Pick<RasterToWrite, 'width' | 'height'>,
  value: (x: number, y: number, band: number) => number,
) {
  const { width, bandCount = 1 } = raster
  await writeGeotiff(at(name), {
    ...{ bandCount, type: 'float64', geotransform: [41_500_000, 10, 0, 5_000_000, 0, -10], epsg: 4529 },
    ...raster,
    rows: (y, n) => Array.from({ length: bandCount }, (_, band) => Float64Array.from({ length: n * width }, (_, i) => value(i % width, y + Math.floor(i / width), band))),
  }, { tile: 64 }) // biome-ignore format: a call
  return at(name)
}

const box = (x0: number, y0: number, x1: number, y1: number): Ring => [[x0, y0], [x1, y0], [x1, y1], [x0, y1]] // biome-ignore format: a box

const GOLDEN = '06_golden/zonal'
const golden = [
  ['slope.tif', 'polygons.shp', 'expected_slope_polygons.csv'],
  ['slope_nodata.tif', 'polygons.shp', 'expected_slope_nodata_polygons.csv'],
  ['slope.tif', 'polygons_partial_overlap.shp', 'expected_slope_partial_overlap.csv'],
  ['../../01_soil/sistan/grids/ec.tif', 'sistan_test_polygons_utm41.geojson', 'expected_sistan_ec.csv'],
] as const

for (const [raster, layer, expected] of golden) {
  test(`${expected} is answered`, { skip: noShared }, async () => {
    const file = (name: string) => join(shared ?? '', 'data', GOLDEN, name)
    const found = await measured(file(raster), file(layer), '--stats', 'count,mean,sum,min,max,stdev', '--workers', '2')
    const wanted = rowsOf(file(expected))
    assert.equal(found.length, wanted.length)
    for (const [i, row] of wanted.entries()) {
      near(found[i].count, Number(row.coverage_sum_cells))
      if (Number(row.n_cells_touched) === 0) {
        assert.deepEqual([found[i].mean, found[i].min], ['', ''])
        continue
      }
      near(found[i].mean, Number(row.mean_area_weighted))
      near(found[i].sum, Number(row.sum_area_weighted))
      near(found[i].max, Number(row.max))
      // polygon 43 is one cell to the last digit: the reference counts a millionth of a millionth of its neighbour too
      if (Number(row.n_cells_touched) === 2 && Number(row.coverage_sum_cells) < 1.00001 && Number(row.coverage_sum_cells) > 1) continue
      near(found[i].min, Number(row.min))
      near(found[i].stdev, Number(row.stdev_area_weighted))
    }
  })
}

test('parcels of another system are brought to the raster: a zone and degrees give the same figures', async () => {
  const raster = await tiff('zone.tif', { width: 300, height: 200 }, (x, y) => Math.sin(x / 20) * 50 + y)
  const ring = box(41_500_415.5, 4_998_310.25, 41_502_700, 4_999_820)
  const inDegrees = (points: Ring): Ring => {
    const xy = Float64Array.from(points.flat())
    toLonLatInPlace(crsFromEpsg(4529), xy)
    return Array.from({ length: points.length }, (_, i) => [xy[2 * i], xy[2 * i + 1]] as const)
  }
  const same = geojson('zone.geojson', 4529, [ring])
  // a straight edge of the zone, in degrees, needs its points between
  const dense = ring.flatMap(([x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length]
    return Array.from({ length: 64 }, (_, k) => [x + ((u - x) * k) / 64, y + ((v - y) * k) / 64] as const)
  })
  const degrees = geojson('degrees.geojson', 4490, [inDegrees(dense)])
  const [a] = await measured(raster, same)
  const [b] = await measured(raster, degrees)
  // GeoJSON of the test has all digits of a double, so what differs is the bend left within 64ths of an edge
  for (const name of ['count', 'mean', 'stdev']) near(b[name], Number(a[name]), 1e-6)
})

test('long straight edges of the layer are bent to the raster, not their ends joined', async () => {
  // an edge of 79 km along a parallel bows by 120 m in the zone
  const corners: Ring = [[122.5, 45], [123.5, 45], [123, 45.5]] // biome-ignore format: a triangle
  const dense = corners.flatMap(([x, y], i) => {
    const [u, v] = corners[(i + 1) % 3]
    return Array.from({ length: 500 }, (_, k) => [x + ((u - x) * k) / 500, y + ((v - y) * k) / 500] as const)
  })
  const raster = await tiff('wide.tif', { width: 900, height: 650, geotransform: [41_455_000, 100, 0, 5_045_000, 0, -100] }, () => 1)
  const [few, many] = await measured(raster, geojson('long.geojson', 4490, [corners, dense]), '--stats', 'area')
  near(few.area, Number(many.area), 1e-5) // an edge is let bend by a thousandth of a cell, here ten centimetres
  const xy = Float64Array.from([...corners, corners[0]].flat())
  fromLonLat(crsFromEpsg(4529))(xy)
  let chords = 0
  for (let i = 0; i + 3 < xy.length; i += 2)
    chords += ((xy[i] - xy[0]) * (xy[i + 3] - xy[1]) - (xy[i + 2] - xy[0]) * (xy[i + 1] - xy[1])) / 2
  assert.ok(Math.abs(chords - Number(few.area)) > 5e-4 * chords, `${chords} and ${few.area}`)
})

test('on a raster in degrees the mean counts cells by their area on the ground, unless they shall count alike', async () => {
  const raster = await tiff(
    'deg.tif',
    { width: 40, height: 400, geotransform: [120, 0.1, 0, 80, 0, -0.1], epsg: 4490, geographic: true },
    (_, y) => 80 - 0.1 * (y + 0.5),
  )
  const layer = geojson('deg.geojson', 4490, [box(120.5, 42, 123, 78)])
  const [ground] = await measured(raster, layer, '--stats', 'mean,count,area')
  const [alike] = await measured(raster, layer, '--stats', 'mean,count', '--plain-cells')
  near(alike.mean, 60, 1e-9)
  near(ground.count, 25 * 360)
  near(ground.area, ellipsoidalArea([{ rings: [Float64Array.of(120.5, 42, 123, 42, 123, 78, 120.5, 78, 120.5, 42)] }]), 1e-7)
  // on a sphere: ∫ φ cos φ / ∫ cos φ between the parallels
  const [from, to] = [(42 * Math.PI) / 180, (78 * Math.PI) / 180]
  const sphere =
    ((to * Math.sin(to) + Math.cos(to) - from * Math.sin(from) - Math.cos(from)) / (Math.sin(to) - Math.sin(from))) * (180 / Math.PI)
  near(ground.mean, sphere, 2e-3)
})

test('several bands and several rasters, each on its own grid, name their columns', async () => {
  const fine = await tiff('fine.tif', { width: 60, height: 60, bandCount: 3 }, (x, y, band) => 1000 * (band + 1) + x + y)
  const coarse = await tiff(
    'coarse.tif',
    { width: 9, height: 11, geotransform: [41_500_003, 70, 0, 4_999_990, 0, -55] },
    (x, y) => 10 * x + y,
  )
  const layer = geojson('grids.geojson', 4529, [box(41_500_105, 4_999_705, 41_500_195, 4_999_795)])
  const [several] = await measured(fine, layer, '--stats', 'mean,max', '--bands', '1,3')
  assert.deepEqual(Object.keys(several), ['id', 'band_1_mean', 'band_1_max', 'band_3_mean', 'band_3_max'])
  // columns 10.5 to 19.5 and rows 20.5 to 29.5: the middle of both
  near(several.band_1_mean, 1000 + 14.5 + 24.5)
  near(several.band_3_mean, 3000 + 14.5 + 24.5)
  const [both] = await measured(fine, coarse, layer, '--stats', 'count,mean', '--bands', '1')
  assert.deepEqual(Object.keys(both), ['id', 'fine_band_1_count', 'fine_band_1_mean', 'coarse_count', 'coarse_mean'])
  near(both.fine_band_1_count, 81)
  near(both.coarse_count, 8100 / (70 * 55))
})

test('classes, weights, cells, JSON and Parquet', async () => {
  const raster = await tiff('classes.tif', { width: 8, height: 8, nodata: 9 }, (x, y) => (y === 0 ? 9 : x < 4 ? 1 : 2.5))
  const weights = await tiff('weights.tif', { width: 8, height: 8 }, (x) => x)
  // rows 0 to 1 (the upper without data), columns 3 to 5.5
  const layer = geojson('classes.geojson', 4529, [
    box(41_500_030, 4_999_980, 41_500_055, 5_000_000),
    box(41_600_000, 4_999_980, 41_600_055, 5_000_000),
  ])
  const rows = await measured(
    raster,
    layer,
    '--stats',
    'count,majority,histogram,frac,weighted_mean',
    '--weights',
    weights,
    '--cells-out',
    at('cells.csv'),
  )
  assert.deepEqual(rows[0], {
    id: 'Z1',
    count: '2.5',
    majority: '2.5',
    weighted_mean: String(Math.round(((3 + 2.5 * 4 + 2.5 * 2.5) / 9.5) * 1e14) / 1e14),
    histogram_1: '1',
    frac_1: '0.4',
    'histogram_2.5': '1.5',
    'frac_2.5': '0.6',
  })
  assert.deepEqual(rows[1], {
    id: 'Z2',
    count: '0',
    majority: '',
    weighted_mean: '',
    histogram_1: '0',
    frac_1: '',
    'histogram_2.5': '0',
    'frac_2.5': '',
  })
  const cells = rowsOf(at('cells.csv'))
  assert.equal(cells.length, 6)
  assert.deepEqual(
    cells.find((cell) => cell.column === '5' && cell.row === '1'),
    { id: 'Z1', column: '5', row: '1', x: '41500055', y: '4999985', coverage: '0.5', value: '2.5' },
  )
  assert.deepEqual(
    cells.filter((cell) => cell.value === '').map((cell) => cell.row),
    ['0', '0', '0'],
  )

  assert.equal(await zonal([raster, layer, '--stats', 'mean,min', '--out', at('t.json')]), EXIT.done)
  assert.deepEqual(JSON.parse(readFileSync(at('t.json'), 'utf8')), [{ id: 'Z1', mean: 1.9, min: 1 }, { id: 'Z2', mean: null, min: null }]) // biome-ignore format: rows
  assert.equal(await zonal([raster, layer, '--stats', 'mean,min', '--out', at('t.parquet')]), EXIT.done)
  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet')
  assert.deepEqual(await parquetReadObjects({ file: await asyncBufferFromFile(at('t.parquet')) }), [{ id: 'Z1', mean: 1.9, min: 1 }, { id: 'Z2', mean: null, min: null }]) // biome-ignore format: rows
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('.dishu')), []) // biome-ignore format: one line
})

test('what a script gets with --json is one document', async () => {
  const raster = await tiff('plain.tif', { width: 4, height: 4 }, () => 7)
  const layer = geojson('plain.geojson', 4529, [box(41_500_000, 4_999_960, 41_500_040, 5_000_000), [[41_500_000, 5_000_000], [41_500_030, 4_999_970], [41_500_030, 5_000_000], [41_500_000, 4_999_980]]]) // biome-ignore format: a box and a bow tie
  const told = spawnSync(
    process.execPath,
    [new URL('./main.ts', import.meta.url).pathname, 'zonal', raster, layer, '--stats', 'mean', '--json'],
    { encoding: 'utf8' },
  )
  const { rows, zones, columns, withoutFigures, skipped, rasters } = JSON.parse(told.stdout)
  assert.deepEqual([zones, columns, withoutFigures, skipped], [2, ['mean'], 1, [{ zone: 'Z2', why: 'crossing' }]])
  assert.deepEqual(rows, [{ id: 'Z1', mean: 7 }, { id: 'Z2', mean: null }]) // biome-ignore format: rows
  assert.deepEqual([rasters[0].width, rasters[0].bands, rasters[0].outside], [4, [1], 0])
})

test('a raster on another machine is read by ranges, from hosts allowed by name only', async () => {
  const path = await tiff('far.tif', { width: 600, height: 500 }, (x, y) => Math.sin(x * 12.9898 + y * 78.233) * 43_758.5453)
  const bytes = readFileSync(path)
  let served = 0
  const server = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (request.url === '/away.tif') response.writeHead(302, { location: '/far.tif' }).end()
    else if (from === undefined) response.writeHead(200).end()
    else {
      const part = bytes.subarray(Number(from), Number(to) + 1)
      served += part.length
      response.writeHead(206, { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` }).end(part)
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    const { port } = server.address() as AddressInfo
    const layer = geojson('far.geojson', 4529, [box(41_500_100, 4_999_800, 41_500_200, 4_999_900)])
    const near127 = `http://127.0.0.1:${port}`
    await assert.rejects(measured(`${near127}/far.tif`, layer), refused('formats/raster-host-not-allowed'))
    await assert.rejects(measured(`${near127}/far.tif`, layer, '--allow-host', 'example.org'), refused('formats/raster-host-not-allowed'))
    await assert.rejects(measured(`${near127}/away.tif`, layer, '--allow-host', '127.0.0.1'), refused('formats/raster-not-served'))
    assert.equal(served, 0)
    const [far] = await measured(`${near127}/far.tif`, layer, '--allow-host', '127.0.0.1')
    const [here] = await measured(path, layer)
    assert.deepEqual(far, here)
    assert.ok(served < bytes.length / 4, `${served} of ${bytes.length} bytes`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('what cannot be put together is refused with its reason, and nothing is left behind', async () => {
  const raster = await tiff('ok.tif', { width: 8, height: 8 }, () => 1)
  const layer = geojson('ok.geojson', 4529, [box(41_500_010, 4_999_930, 41_500_050, 4_999_990)])
  const cases: [string, string[]][] = [
    ['formats/raster-no-such-statistic', [raster, layer, '--stats', 'mean,middle']],
    ['formats/raster-no-such-band', [raster, layer, '--bands', '2']],
    ['formats/raster-elsewhere', [raster, geojson('away.geojson', 4529, [box(41_400_000, 4_900_000, 41_400_010, 4_900_010)])]],
    ['formats/raster-without-crs', [await tiff('nocrs.tif', { width: 8, height: 8, epsg: null }, () => 1), layer]],
    ['formats/tiff-without-place', [await tiff('noplace.tif', { width: 8, height: 8, geotransform: null, epsg: null }, () => 1), layer]],
    ['formats/raster-grids-differ', [raster, layer, '--weights', await tiff('w.tif', { width: 9, height: 8 }, () => 1)]],
    ['formats/no-such-field', [raster, layer, '--key', 'DKBM']],
    ['formats/no-such-layer', [raster, layer, '--layer', 'else']],
    ['formats/raster-datum-differs', [await tiff('old.tif', { width: 8, height: 8, epsg: 2365 }, () => 1), layer]],
    ['formats/tiff-not-a-tiff', [layer, layer]],
    ['formats/not-found', [at('none.tif'), layer]],
    ['exports/cannot-write-there', [raster, layer, '--out', at('nowhere/x.csv')]],
  ]
  for (const [code, words] of cases) {
    const out = words.includes('--out') ? [] : ['--out', at('refused.csv')]
    await assert.rejects(zonal([...words, ...out]), refused(code), code)
  }
  assert.ok(!readdirSync(folder).some((name) => name === 'refused.csv' || name.startsWith('.dishu')))
  assert.equal(await zonal([raster, layer, '--bands', '0-3']), EXIT.usage)
  assert.equal(await zonal([raster]), EXIT.usage)
  assert.equal(await zonal([raster, layer, '--stats', 'weighted_mean']), EXIT.usage)
  // a point layer of GeoJSON encloses nothing
  writeFileSync(
    at('points.geojson'),
    JSON.stringify({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [123, 45] } }],
    }),
  )
  await assert.rejects(measured(raster, at('points.geojson')), refused('formats/layer-without-polygons'))
})

test('a result is never written over what it is made of, and nothing asked for twice is told twice', async () => {
  const raster = await tiff('over.tif', { width: 4, height: 4 }, (x) => x)
  const layer = geojson('over.json', 4529, [box(41_500_000, 4_999_980, 41_500_020, 5_000_000)])
  const before = readFileSync(layer)
  for (const words of [
    ['--out', layer],
    ['--cells-out', layer, '--out', at('over.csv')],
    ['--out', raster.replace(/tif$/, 'csv'), '--cells-out', raster],
  ])
    await assert.rejects(zonal([raster, layer, ...words]), refused('exports/cannot-write-there'))
  assert.deepEqual(readFileSync(layer), before)
  const [row] = await measured(raster, layer, '--stats', 'mean,mean', '--bands', '1,1')
  assert.deepEqual([Object.keys(row), row.mean], [['id', 'mean'], '0.5']) // columns 0 and 1 of the raster
  assert.equal(await zonal([raster, layer, '--stats', '', '--out', at('over.csv')]), EXIT.usage)
  assert.equal(await zonal([raster, raster, layer, '--out', at('over.csv')]), EXIT.usage)
})

test('a layer of the register is measured as the file it came from', async () => {
  const data = at('data')
  const open = await openFolder(data)
  try {
    const run = async (...words: string[]) => {
      const said = await dishu(words)
      assert.ok(said.code === 0 || said.code === EXIT.found, said.err)
      return said.out
    }
    await run('sample', '--out', at('sample'), '--patches', '100')
    await run('import', at('sample/XZQ.shp'), at('sample/DLTB.shp'), '--yes', '--data', data)
    // the sample county lies somewhere in zone 41: a raster of four kilometres' cells holds all of it
    const raster = await tiff(
      'county.tif',
      { width: 100, height: 100, geotransform: [41_400_000, 4000, 0, 5_200_000, 0, -4000] },
      (x, y) => x - 3 * y,
    )
    const names = ['--stats', 'count,mean,max']
    const fromRegister = (await run('zonal', raster, 'patches', ...names, '--data', data)).trim().split('\n')
    const fromFile = await measured(raster, at('sample/DLTB.shp'), ...names)
    // the sample has two rows of one key, planted
    const once = fromFile.filter((row) => fromFile.filter((other) => other.BSM === row.BSM).length === 1)
    const byKey = new Map(once.map((row) => [row.BSM, row]))
    assert.ok(fromRegister.length > 80)
    for (const line of fromRegister.slice(1)) {
      const [key, count, mean, max] = line.split(',')
      const row = byKey.get(key.replace(/~.*/, ''))
      if (!row || key.includes('~')) continue
      near(row.count, Number(count))
      near(row.mean, Number(mean))
      near(row.max, Number(max))
    }
  } finally {
    await open.close()
  }
})
