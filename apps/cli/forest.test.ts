/** `dishu forest` as a person runs it: trained, written, read again, and mapped. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { fileSource } from '@dishu/formats/geotiff/source'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { predictRows } from '@dishu/numeric/forest/forest'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { dishu, dishuJson, noShared, type RefusalReply, shared, temporaryFolder } from './acceptance.testing.ts'
import { readModel } from './forest-model.ts'
import type { Exit } from './terminal.ts'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const NAMES = ['ndvi', 'dem', 'noise'] as const

type Trained = {
  readonly outOfBag: number
  readonly mean: number
  readonly importance: Readonly<Record<string, number>>
  readonly validation: {
    readonly forest: number
    readonly mean: number
    readonly linear: number | null
    readonly kriging: number | null
  } | null
  readonly notes: readonly { readonly code: string }[]
}
type Mapped = {
  readonly bands: readonly string[]
  readonly cells: number
  readonly unlike: number
  readonly notes: readonly { readonly code: string }[]
}

// covariates of 60 × 50 cells, ndvi and dem smooth; the value leans on both and not in a straight line
const random = seededRandom(4)
const CELLS = 3000
const bands = [
  Float32Array.from({ length: CELLS }, (_, v) => Math.sin((v % 60) / 9) + 0.1 * gaussian(random)),
  Float32Array.from({ length: CELLS }, (_, v) => 140 + Math.floor(v / 60) / 5 + gaussian(random)),
  Float32Array.from({ length: CELLS }, () => gaussian(random)),
]
const truth = (v: number) => 4 + 3 * bands[0][v] ** 2 + (bands[1][v] > 145 ? 2 : 0)
const raster = (name: string, named: boolean, change: (values: Float32Array, b: number) => Float32Array = (values) => values) =>
  writeGeotiff(at(name), {
    ...{ width: 60, height: 50, bandCount: 3, type: 'float32', geotransform: [0, 30, 0, 1500, 0, -30], epsg: 4550, nodata: -9999 },
    ...(named ? { bands: NAMES.map((each) => ({ name: each })) } : {}),
    rows: (y, n) => bands.map((band, b) => change(band, b).subarray(60 * y, 60 * (y + n))),
  })
const chosen = Array.from({ length: 400 }, () => Math.floor(CELLS * random()))
const lines = chosen.map((v) => {
  const value = truth(v) + 0.3 * gaussian(random)
  return [
    15 + 30 * (v % 60),
    1485 - 30 * Math.floor(v / 60),
    value.toFixed(4),
    value > 6 ? '重' : '轻',
    bands[0][v],
    bands[1][v],
    bands[2][v],
  ].join(',')
})
writeFileSync(at('samples.csv'), `x,y,ec,grade,${NAMES.join(',')}\n${lines.join('\n')}\n`)

const train = (out: string, ...more: readonly string[]) =>
  dishuJson<Trained>([
    'forest',
    'train',
    at('samples.csv'),
    '--value',
    'ec',
    '--covariates',
    NAMES.join(','),
    '--trees',
    '40',
    '--out',
    at(out),
    ...more,
  ])
async function refused(...words: readonly string[]): Promise<RefusalReply['refusal']> {
  const code: Exit = 3
  return (await dishuJson<RefusalReply>(['forest', ...words], code)).refusal
}

async function read(path: string) {
  const source = fileSource(path)
  const tiff = await openTiff(source)
  const values = await tiff.readWindow([...tiff.bands.keys()], { x: 0, y: 0, width: tiff.width, height: tiff.height })
  source.close()
  return { values, tiff }
}

describe('a forest', () => {
  test('is the same file with any number of threads, and beats mean and line with squares left out', async () => {
    const told = await train('one.json', '--x', 'x', '--y', 'y', '--square', '200', '--quantile', '--workers', '1')
    await train('two.json', '--x', 'x', '--y', 'y', '--square', '200', '--quantile', '--workers', '2')
    assert.ok(readFileSync(at('one.json')).equals(readFileSync(at('two.json'))))
    assert.ok(told.validation && told.validation.linear !== null && told.validation.forest < 0.6 * told.validation.linear)
    assert.ok(told.outOfBag < told.validation.mean && told.importance.ndvi > 10 * Math.abs(told.importance.noise))
    assert.deepEqual(told.notes, [])
  })

  test('maps a raster: prediction, interval, and where it may speak; the same with any number of threads', async () => {
    await raster('scene.tif', true, (values, b) => values.map((value, v) => (v === 77 ? -9999 : b === 1 && v < 60 ? 1000 : value)))
    const told = await dishuJson<Mapped>(['forest', 'predict', at('one.json'), at('scene.tif'), '--out', at('one.tif'), '--workers', '1'])
    await dishuJson<Mapped>(['forest', 'predict', at('one.json'), at('scene.tif'), '--out', at('two.tif'), '--workers', '2'])
    assert.ok(readFileSync(at('one.tif')).equals(readFileSync(at('two.tif'))))
    assert.deepEqual(told.bands, ['prediction', 'quantile 0.05', 'quantile 0.5', 'quantile 0.95', 'dissimilarity', 'applicable'])
    assert.equal(told.cells, CELLS - 1)
    const { values, tiff } = await read(at('one.tif'))
    assert.deepEqual([tiff.crs?.epsg, tiff.geotransform], [4550, [0, 30, 0, 1500, 0, -30]])
    const [prediction, low, , high, , applicable] = values.map((band) => Array.from(band, Number))
    assert.ok(Number.isNaN(prediction[77]))
    // the first row stands on a mountain that no sample has seen
    for (let v = 0; v < 60; v++) assert.equal(applicable[v], 0)
    let [inside, known] = [0, 0]
    for (let v = 120; v < CELLS; v++) {
      if (applicable[v] !== 1) continue
      known++
      if (truth(v) >= low[v] && truth(v) <= high[v]) inside++
    }
    assert.ok(known > 2000 && inside / known > 0.85, `${inside} of ${known}`)
    // second route: the forest of the file, asked for one cell
    const model = readModel(at('one.json'))
    const out = new Float64Array(1)
    predictRows(model.forest, Float64Array.of(bands[0][1500], bands[1][1500], bands[2][1500]), out)
    assert.equal(prediction[1500], Math.fround(out[0]))
  })

  test('learns classes, and their names are in the map', async () => {
    const told = await dishuJson<Trained>([
      ...['forest', 'train', at('samples.csv'), '--value', 'grade', '--classes', '--covariates', NAMES.join(','), '--trees', '40'],
      ...['--x', 'x', '--y', 'y', '--square', '200', '--out', at('classes.json')],
    ])
    assert.ok(told.validation && told.validation.forest < 0.5 * told.validation.mean)
    await raster('plain.tif', true)
    const { bands: names } = await dishuJson<Mapped>([
      'forest',
      'predict',
      at('classes.json'),
      at('plain.tif'),
      '--no-applicability',
      '--out',
      at('classes.tif'),
    ])
    assert.deepEqual(names, ['class', 'share of 轻', 'share of 重'])
    const { values, tiff } = await read(at('classes.tif'))
    assert.equal(tiff.metadata.CLASSES, '轻,重')
    let right = 0
    for (let v = 0; v < CELLS; v++) if (Number(values[0][v]) === (truth(v) > 6 ? 2 : 1)) right++
    assert.ok(right > 0.9 * CELLS, `${right} of ${CELLS}`)
  })

  test('takes covariates from a raster where the samples lie, and says when it has not been validated', async () => {
    await raster('plain.tif', true)
    const fromBands = await train('bands.json', '--raster', at('plain.tif'), '--x', 'x', '--y', 'y', '--square', '200', '--workers', '1')
    const fromColumns = await train('columns.json', '--x', 'x', '--y', 'y', '--square', '200', '--workers', '1')
    assert.deepEqual(fromBands.importance, fromColumns.importance)
    const without = await train('without.json')
    assert.deepEqual(
      without.notes.map(({ code }) => code),
      ['forest/not-validated'],
    )
    assert.equal(without.validation, null)
  })

  test('says of noise that it is no better than the mean', async () => {
    const told = await dishuJson<Trained>([
      ...['forest', 'train', at('samples.csv'), '--value', 'noise', '--covariates', 'ndvi,dem', '--trees', '40'],
      ...['--x', 'x', '--y', 'y', '--square', '200', '--out', at('noise.json')],
    ])
    assert.ok(told.notes.some(({ code }) => code === 'forest/no-better'))
  })

  test('refuses what it cannot use', async () => {
    writeFileSync(at('few.csv'), `x,y,ec,grade,${NAMES.join(',')}\n${lines.slice(0, 15).join('\n')}\n`)
    const options = ['--covariates', 'ndvi,dem', '--out', at('never.json')]
    assert.equal((await refused('train', at('few.csv'), '--value', 'ec', ...options)).code, 'forest/too-few')
    assert.equal((await refused('train', at('samples.csv'), '--value', 'ec', '--classes', ...options)).code, 'forest/classes')
    const leaking = await refused('train', at('samples.csv'), '--value', 'ndvi', ...options)
    assert.deepEqual([leaking.code, leaking.details], ['forest/not-a-covariate', { column: 'ndvi', isValue: true }])
    assert.equal((await refused('train', at('samples.csv'), '--value', 'ph', ...options)).code, 'kriging/no-such-column')
    assert.equal((await refused('train', at('samples.csv'), '--value', 'grade', ...options)).code, 'kriging/not-a-number')
    await raster('nameless.tif', false)
    const byPlace = await dishuJson<Mapped>(['forest', 'predict', at('one.json'), at('nameless.tif'), '--out', at('place.tif')])
    assert.ok(byPlace.notes.some(({ code }) => code === 'forest/bands-by-place'))
    assert.equal(
      (await refused('predict', at('one.json'), at('nameless.tif'), '--bands', '1,2', '--out', at('never.tif'))).code,
      'forest/bands-differ',
    )
    assert.equal((await refused('predict', at('samples.csv'), at('nameless.tif'), '--out', at('never.tif'))).code, 'forest/not-a-model')
  })

  test('a file whose nodes walk in circles or out of the forest is no model', async () => {
    const whole = JSON.parse(readFileSync(at('one.json'), 'utf8'))
    const change = (name: string, edit: (values: Int32Array) => void) => {
      const bytes = Buffer.from(whole.forest[name], 'base64')
      edit(new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4))
      return { ...whole, forest: { ...whole.forest, [name]: bytes.toString('base64') } }
    }
    const broken = [
      change('nodes', (nodes) => nodes.set([nodes[0], 0], 0)),
      change('nodes', (nodes) => nodes.set([9 << 8, nodes[1]], 0)),
      change('nodes', (nodes) => nodes.set([nodes[0], 2 ** 30], 0)),
      change('roots', (roots) => roots.set([-1], 0)),
      { ...whole, version: 2 },
      { ...whole, covariates: ['ndvi'] },
      { ...whole, quantiles: { ...whole.quantiles, levels: '' } },
      { ...whole, forest: null },
    ]
    for (const [i, model] of broken.entries()) {
      writeFileSync(at('broken.json'), JSON.stringify(model))
      assert.throws(() => readModel(at('broken.json')), /forest\/not-a-model/, String(i))
    }
  })
})

test('of the Hunter Valley’s subsoil pH it tells what others do better', { skip: noShared }, async () => {
  const covariates =
    'Terrain_Ruggedness_Index,AACN,Landsat_Band1,Elevation,Hillshading,Light_insolation,Mid_Slope_Positon,MRVBF,NDVI,TWI,Slope'
  const file = join(shared ?? '', 'data/01_soil/hunter_valley/HV_subsoilpH.csv')
  const said = await dishu([
    'forest',
    'train',
    file,
    '--value',
    'pH60_100cm',
    '--covariates',
    covariates,
    '--x',
    'X',
    '--y',
    'Y',
    '--out',
    at('hunter.json'),
    '--json',
  ])
  const told: Trained = JSON.parse(said.out)
  // 506 samples: the forest is better than the mean, out of the bag by a tenth and more, with squares left out barely
  assert.ok(told.outOfBag < 0.92 * told.mean && told.validation && told.validation.forest < told.validation.mean)
  assert.ok(told.validation.kriging !== null && told.validation.kriging < told.validation.forest)
})
