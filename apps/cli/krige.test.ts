/** `dishu krige` as a person runs it: maps, blocks, simulations, threads, and what it says to samples that no map can be made of. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { writePolygonWkb } from '@dishu/base/wkb'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { fileSource } from '@dishu/formats/geotiff/source'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { writeGeoPackage } from '@dishu/formats/write/geopackage'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { Kriging } from '@dishu/numeric/kriging/kriging'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { dishu, noShared, type RefusalReply, shared, temporaryFolder } from './acceptance.testing.ts'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const GRID = ['--extent', '0,0,1000,800', '--cells', '50x40'] as const
const MODEL = '0.1 Nug + 0.9 Sph(400)'

type Rows = readonly (readonly (string | number)[])[]
function csv(name: string, rows: Rows, head = 'x,y,ec'): string {
  writeFileSync(at(name), `${head}\n${rows.map((row) => row.join(',')).join('\n')}\n`)
  return at(name)
}

/** Invented samples of a smooth field with noise. */
function field(n: number, seed = 1): [number, number, number][] {
  const random = seededRandom(seed)
  return Array.from({ length: n }, () => {
    const [x, y] = [Math.round(1e4 * random()) / 10, Math.round(8e3 * random()) / 10]
    return [x, y, Math.round(1e4 * (5 + 2 * Math.sin(x / 150) + Math.cos(y / 120) + 0.2 * gaussian(random))) / 1e4]
  })
}

const krige = async (...words: readonly string[]) => {
  const said = await dishu(['krige', ...words, '--json'])
  return { code: said.code, told: JSON.parse(said.out || '{}') }
}
async function refusal(...words: readonly string[]): Promise<{ code: string; details: Readonly<Record<string, unknown>> }> {
  const { code, told } = await krige(...words)
  assert.equal(code, 3, JSON.stringify(told))
  const { refusal: said } = told as RefusalReply
  assert.ok(said.message && !said.message.includes('{'))
  return said
}

async function bandsOf(
  path: string,
): Promise<{ bands: readonly ArrayLike<number | bigint>[]; tiff: Awaited<ReturnType<typeof openTiff>> }> {
  const source = fileSource(path)
  const tiff = await openTiff(source)
  const bands = await tiff.readWindow([...tiff.bands.keys()], { x: 0, y: 0, width: tiff.width, height: tiff.height })
  source.close()
  return { bands, tiff }
}

describe('a map', () => {
  const samples = field(200)
  const file = csv('samples.csv', samples)

  test('has two bands in the place that was asked for, the first row in the north, the same with any number of threads', async () => {
    for (const workers of [1, 3]) {
      const { code, told } = await krige(
        file,
        '--value',
        'ec',
        '--model',
        MODEL,
        ...GRID,
        '--epsg',
        '4550',
        '--out',
        at(`map${workers}.tif`),
        '--workers',
        `${workers}`,
      )
      assert.equal(code, 0)
      assert.deepEqual([told.map.columns, told.map.rows, told.map.empty, told.fitted], [50, 40, 0, false])
    }
    assert.ok(readFileSync(at('map1.tif')).equals(readFileSync(at('map3.tif'))))
    const { bands, tiff } = await bandsOf(at('map1.tif'))
    assert.deepEqual(
      tiff.bands.map(({ name }) => name),
      ['prediction', 'variance'],
    )
    assert.deepEqual([tiff.crs?.epsg, tiff.geotransform], [4550, [0, 20, 0, 800, 0, -20]])
    assert.equal(tiff.metadata.MODEL, MODEL)
    // second route: the kernel asked for three nodes
    const column = (c: number) => Float64Array.from(samples, (row) => row[c])
    const kriging = new Kriging(
      { x: column(0), y: column(1), z: column(2) },
      [
        { kind: 'Nug', sill: 0.1, range: 0 },
        { kind: 'Sph', sill: 0.9, range: 400 },
      ],
      { nmax: 32 },
    )
    const answers = { prediction: new Float64Array(3), variance: new Float64Array(3) }
    kriging.predictPoints(Float64Array.of(10, 510, 990), Float64Array.of(790, 430, 10), answers)
    for (const [k, cell] of [0, 18 * 50 + 25, 39 * 50 + 49].entries()) {
      assert.ok(Math.abs(Number(bands[0][cell]) - answers.prediction[k]) < 1e-9)
      assert.ok(Math.abs(Number(bands[1][cell]) - answers.variance[k]) < 1e-9)
    }
  })

  test('without a model one is fitted and told, and the map is better than the mean', async () => {
    const { code, told } = await krige(file, '--value', 'ec', ...GRID, '--out', at('fitted.tif'))
    assert.equal(code, 0)
    assert.equal(told.fitted, true)
    assert.match(told.model, /(Sph|Exp|Mat)\(/)
    assert.ok(told.variogram.length >= 10 && told.structure.isShown && told.structure.gain > 0.5)
    assert.deepEqual(told.notes, [])
  })

  test('in words, in Chinese and in English', async () => {
    const zh = await dishu(['krige', file, '--value', 'ec', ...GRID, '--out', at('words.tif'), '--language', 'zh'])
    assert.match(zh.out, /变异函数（自动拟合）/)
    const en = await dishu(['krige', file, '--value', 'ec', ...GRID, '--out', at('words.tif'), '--language', 'en'])
    assert.match(en.out, /Variogram \(fitted\)/)
  })

  test('degrees are brought to the zone that is named', async () => {
    const zone = { centralMeridian: 123, falseEasting: 500_000 }
    const degrees = samples.map(([x, y, ec]) => [...fromZone(Float64Array.of(500_000 + x, 5_000_000 + y), zone), ec])
    const grid = ['--extent', '500000,5000000,501000,5000800', '--cells', '50x40', '--model', MODEL, '--epsg', '4550']
    const { told } = await krige(csv('degrees.csv', degrees), '--value', 'ec', ...grid, '--out', at('degrees.tif'))
    assert.deepEqual(
      told.notes.map((note: { code: string }) => note.code),
      ['kriging/projected'],
    )
    const [a, b] = [await bandsOf(at('degrees.tif')), await bandsOf(at('map1.tif'))]
    for (let v = 0; v < 2000; v++) assert.ok(Math.abs(Number(a.bands[0][v]) - Number(b.bands[0][v])) < 1e-5)
  })

  test('a raster of covariates makes the map where the samples alone cannot', async () => {
    // the value is twice the covariate and noise; the covariate jumps from cell to cell, so that no neighbour tells it
    const random = seededRandom(3)
    const cells = Float64Array.from({ length: 2000 }, () => gaussian(random))
    await writeGeotiff(at('covariate.tif'), {
      ...{ width: 50, height: 40, bandCount: 1, type: 'float64', geotransform: [0, 20, 0, 800, 0, -20], epsg: 4550 },
      bands: [{ name: 'wetness' }],
      rows: (y, n) => [cells.subarray(50 * y, 50 * (y + n))],
    })
    const rows = field(150, 5).map(([x, y]) => [
      x,
      y,
      3 + 2 * cells[Math.floor((800 - y) / 20) * 50 + Math.floor(x / 20)] + 0.2 * gaussian(random),
    ])
    const path = csv('covariate.csv', rows)
    const { told } = await krige(
      path,
      '--value',
      'ec',
      '--raster',
      at('covariate.tif'),
      '--covariates',
      'wetness',
      '--out',
      at('regression.tif'),
    )
    assert.ok(told.structure.isShown && told.structure.gain > 0.9, JSON.stringify(told.structure))
    const { bands } = await bandsOf(at('regression.tif'))
    for (let v = 0; v < 2000; v += 97) assert.ok(Math.abs(Number(bands[0][v]) - 3 - 2 * cells[v]) < 0.8)
    const alone = await krige(path, '--value', 'ec', ...GRID, '--out', at('alone.tif'))
    assert.ok(!alone.told.structure.isShown)
    const { details } = await refusal(
      path,
      '--value',
      'ec',
      '--raster',
      at('covariate.tif'),
      '--covariates',
      'slope',
      '--out',
      at('no.tif'),
    )
    assert.deepEqual(details.bands, ['wetness'])
  })

  test('parcels get their means, in a table and in a layer, whatever their shape', async () => {
    const square = (x: number, y: number, side: number) => Float64Array.of(x, y, x + side, y, x + side, y + side, x, y + side, x, y)
    const shapes = [square(100, 100, 40), square(500, 300, 300), Float64Array.of(50, 50, 60, 60, 70, 70, 50, 50)]
    const layer = at('parcels.gpkg')
    await writeGeoPackage(layer, [
      {
        name: 'parcels',
        fields: [{ name: 'code', type: 'text' }],
        geometry: 'polygon',
        epsg: 4550,
        rows: shapes.map((ring, i) => ({ values: [`p${i}`], wkb: writePolygonWkb([{ rings: [ring] }]) })),
      },
    ])
    for (const out of ['blocks.csv', 'blocks.gpkg']) {
      const { code, told } = await krige(
        file,
        '--value',
        'ec',
        '--model',
        MODEL,
        '--epsg',
        '4550',
        '--blocks',
        layer,
        '--blocks-out',
        at(out),
      )
      assert.equal(code, 0)
      assert.deepEqual(told.blocks.rows, 3)
      assert.deepEqual(
        told.notes.map((note: { code: string }) => note.code),
        ['kriging/blocks-without-area'],
      )
    }
    const [, first, second, third] = readFileSync(at('blocks.csv'), 'utf8')
      .trim()
      .split('\r\n')
      .map((line) => line.split(','))
    assert.deepEqual([first[0], second[0], third], ['p0', 'p1', ['p2', '', '']])
    // a large block is surer than a small one, and near the mean of the map's cells in it
    assert.ok(Number(second[2]) < Number(first[2]))
    const { bands } = await bandsOf(at('map1.tif'))
    let sum = 0
    for (let row = 10; row < 25; row++) for (let column = 25; column < 40; column++) sum += Number(bands[0][row * 50 + column]) / 225
    assert.ok(Math.abs(Number(second[1]) - sum) < 0.1, `${second[1]} and ${sum}`)
    for (const transform of ['--log', '--scores']) {
      const words = ['--value', 'ec', transform, '--epsg', '4550', '--blocks', layer, '--blocks-out', at('changed.csv')]
      assert.equal((await krige(file, ...words)).code, 0)
      const [, , large] = readFileSync(at('changed.csv'), 'utf8')
        .trim()
        .split('\r\n')
        .map((line) => line.split(','))
      assert.ok(Math.abs(Number(large[1]) - sum) < 0.3 && Number(large[2]) > 0, `${transform}: ${large} and ${sum}`)
    }
  })

  test('blocks far from the samples are refused, and what is no polygon goes without a value and a shape', async () => {
    const layer = at('mixed.geojson')
    const square = (x: number) => ({ type: 'Polygon', coordinates: [[[x, 100], [x + 50, 100], [x + 50, 150], [x, 150], [x, 100]]] }) // biome-ignore format: one line
    const write = (...geometries: readonly unknown[]) =>
      writeFileSync(
        layer,
        JSON.stringify({
          type: 'FeatureCollection',
          crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::4550' } },
          features: geometries.map((geometry, i) => ({ type: 'Feature', properties: { code: `p${i}` }, geometry })),
        }),
      )
    const blocks = (out: string) => ['--value', 'ec', '--model', MODEL, '--epsg', '4550', '--blocks', layer, '--blocks-out', at(out)]
    write(square(1e5), square(2e5))
    assert.equal((await refusal(file, ...blocks('far.csv'))).code, 'kriging/apart')
    assert.ok(!readdirSync(folder).some((name) => name.startsWith('far.csv')))

    write(square(300), { type: 'Point', coordinates: [1, 1] }, { type: 'GeometryCollection', geometries: [square(300)] })
    for (const out of ['mixed.csv', 'mixed.gpkg']) {
      const { code, told } = await krige(file, ...blocks(out))
      assert.deepEqual([code, told.blocks.rows], [0, 3], JSON.stringify(told))
      const without = told.notes.find((note: { code: string }) => note.code === 'kriging/blocks-without-area')
      assert.deepEqual(without.details, { rows: 2, first: 2 })
    }
  })

  test('a result is never written onto what is read', async () => {
    const before = readFileSync(file)
    const { code, details } = await refusal(file, '--value', 'ec', ...GRID, '--out', file)
    assert.deepEqual([code, details.why], ['exports/cannot-write-there', 'INPUT'])
    assert.deepEqual(readFileSync(file), before)
    const nowhere = join(folder, 'none', 'map.tif')
    assert.deepEqual((await refusal(file, '--value', 'ec', ...GRID, '--out', nowhere)).details, { file: nowhere, why: 'ENOENT' })
  })

  test('simulations are files beside the map, the same with any number of threads', async () => {
    const run = (name: string, workers: string) =>
      krige(file, '--value', 'ec', '--scores', ...GRID, '--out', at(name), '--simulate', '3', '--seed', '7', '--workers', workers)
    const { told } = await run('one.tif', '1')
    assert.equal(told.simulations.length, 3)
    assert.equal((await run('two.tif', '2')).code, 0)
    for (const number of ['001', '002', '003']) {
      const [one, two] = [await bandsOf(at(`one.sim${number}.tif`)), await bandsOf(at(`two.sim${number}.tif`))]
      assert.deepEqual(one.bands, two.bands)
      const values = Array.from(one.bands[0], Number)
      const [least, most] = [Math.min(...samples.map((row) => row[2])), Math.max(...samples.map((row) => row[2]))]
      assert.ok(values.every((value) => value >= least - 1e-6 && value <= most + 1e-6))
    }
  })
})

describe('what no map can be made of', () => {
  const random = seededRandom(2)
  const out = ['--value', 'ec', ...GRID, '--out', at('never.tif')] as const
  const cases: readonly (readonly [string, string, Rows, readonly string[]])[] = [
    ['fewer than ten samples', 'kriging/too-few', field(9), []],
    ['samples of one place', 'kriging/too-few', field(50).map(([, , ec]) => [500, 400, ec]), []],
    ['a constant', 'kriging/constant', field(50).map(([x, y]) => [x, y, 4.2]), []],
    ['an outlier of a million', 'kriging/outlier', field(50).map((row, i) => (i === 20 ? [row[0], row[1], 1e6] : row)), []],
    [
      'values below the detection limit',
      'kriging/not-a-number',
      field(50).map((row, i) => (i === 20 ? [row[0], row[1], '<0.05'] : row)),
      [],
    ],
    ['values without a logarithm', 'kriging/not-positive', field(50).map((row, i) => (i === 20 ? [row[0], row[1], 0] : row)), ['--log']],
    ['degrees without a zone', 'kriging/degrees', field(50).map(([x, y, ec]) => [123 + x / 1e5, 45 + y / 1e5, ec]), []],
    ['samples of another coordinate system', 'kriging/apart', field(50).map(([x, y, ec]) => [41_500_000 + x, 5_000_000 + y, ec]), []],
    ['a model that is none', 'kriging/model-not-read', field(50), ['--model', '0.8 Spx(60)']],
    ['a model that is not one of the samples', 'kriging/model-does-not-hold', field(200), ['--model', '1 Gau(2000)']],
    [
      'all samples for each node where they are too many',
      'kriging/too-many-for-all',
      Array.from({ length: 1500 }, () => [1000 * random(), 800 * random(), random()]),
      ['--nmax', 'all'],
    ],
    [
      'as good as all samples',
      'kriging/too-many-for-all',
      Array.from({ length: 1500 }, () => [1000 * random(), 800 * random(), random()]),
      ['--nmax', '5000'],
    ],
    ['no sample at all', 'kriging/too-few', [], []],
    ['codes that look like numbers', 'kriging/not-a-number', field(50).map((row, i) => (i === 20 ? [row[0], row[1], '0x1F'] : row)), []],
    ['a model beyond what is measured', 'kriging/model-not-read', field(50), ['--model', '1 Sph(1e300)']],
    ['classes of distance without number', 'kriging/too-many-classes', field(50), ['--width', '0.000001']],
    ['ways that do not go together', 'kriging/not-with', field(50), ['--log', '--scores']],
  ]
  for (const [name, code, rows, more] of cases)
    test(name, async () => {
      assert.equal((await refusal(csv('bad.csv', rows), ...out, ...more)).code, code)
      assert.ok(!existsSync(at('never.tif')))
    })

  test('numbers that are no whole ones, or nothing, are not understood', async () => {
    const path = csv('good.csv', field(50))
    for (const more of [
      ['--workers', '1.5'],
      ['--simulate', '1.5'],
      ['--maxdist', '0'],
      ['--blocks', path, '--blocks-out', at('x.shp')],
    ])
      assert.equal((await krige(path, ...out, ...more)).code, 2, more.join(' '))
  })

  test('a column that is not there, and cells that are none', async () => {
    const path = csv('good.csv', field(50))
    assert.deepEqual((await refusal(path, '--value', 'ph', ...GRID, '--out', at('never.tif'))).details.columns, ['x', 'y', 'ec'])
    assert.equal(
      (await refusal(path, '--value', 'ec', '--extent', '0,0,0,0', '--cells', '5x5', '--out', at('never.tif'))).code,
      'kriging/grid-not-read',
    )
    assert.equal(
      (await refusal(path, '--value', 'ec', '--extent', '0,0,9,9', '--cells', '99999x99999', '--out', at('never.tif'))).code,
      'kriging/grid-too-large',
    )
    const long = await refusal(path, '--value', 'ec', '--extent', '0,0,9,9', '--cells', '400000000x1', '--out', at('never.tif'))
    assert.deepEqual([long.code, long.details.columns], ['kriging/grid-too-long', 400_000_000])
  })

  test('an outlier that is believed, and several samples of one place, are mapped and remarked on', async () => {
    const rows = field(60).map((row, i) => (i === 20 ? [row[0], row[1], 1e6] : i > 50 ? [100, 100, row[2]] : row))
    const { code, told } = await krige(csv('odd.csv', rows), ...out.slice(0, -1), at('odd.tif'), '--accept-outliers')
    assert.equal(code, 0)
    const codes = told.notes.map((note: { code: string }) => note.code)
    assert.ok(codes.includes('kriging/same-place') && codes.includes('kriging/no-structure'))
  })

  test('two hundred thousand samples take seconds', async () => {
    const rows = Array.from({ length: 200_000 }, () => [
      Math.round(1e6 * random()) / 100,
      Math.round(8e5 * random()) / 100,
      Math.round(1e4 * random()) / 1e4,
    ])
    const began = performance.now()
    const { code, told } = await krige(
      csv('many.csv', rows),
      '--value',
      'ec',
      '--extent',
      '0,0,10000,8000',
      '--cells',
      '50x40',
      '--out',
      at('many.tif'),
    )
    assert.equal(code, 0)
    assert.ok(!told.structure.isShown) // nothing but noise
    assert.ok(performance.now() - began < 60_000)
  })
})

test('of Sistan’s EC it says that the map is no better than the mean, of meuse’s zinc it does not', { skip: noShared }, async () => {
  const golden = join(shared ?? '', 'data/06_golden/kriging')
  for (const more of [[], ['--log']]) {
    const words = [
      '--value',
      'EC',
      '--x',
      'x_utm41',
      '--y',
      'y_utm41',
      '--extent',
      '386250,3343000,430000,3387000',
      '--cells',
      '43x43',
      '--out',
      at('sistan.tif'),
    ]
    const { code, told } = await krige(join(golden, 'sistan_EC_Ahorizon_input.csv'), ...words, ...more)
    assert.equal(code, 0)
    assert.ok(told.notes.some((note: { code: string }) => note.code === 'kriging/no-structure'))
  }
  const words = [
    '--value',
    'zinc',
    '--extent',
    '178440,329600,181560,333760',
    '--cells',
    '78x104',
    '--out',
    at('meuse.tif'),
    '--log',
    '--nmax',
    'all',
  ]
  const { told } = await krige(join(golden, 'meuse.csv'), ...words)
  assert.ok(told.structure.isShown && told.notes.length === 0)
  assert.ok(Math.abs(told.leaveOneOut.rmse - 0.3918) < 1e-3)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.part') || name.endsWith('.tiles')),
    [],
  )
})
