import assert from 'node:assert/strict'
import test from 'node:test'
import { decideIndex, INDICES, type IndexStated } from './index-list.ts'
import { limitsOn } from './limits.data.ts'
import { CLEAR, HIDDEN, NOTHING, statesOf } from './mask.ts'
import { compositePicture, indexPicture, rampTable, summaryOf } from './picture.ts'
import { decidePlace, decideScene, type SceneFacts } from './scenes.ts'

const RASTER = {
  file: 'a.tif',
  width: 100,
  height: 80,
  type: 'uint16',
  geotransform: [580_000, 10, 0, 5_020_000, 0, -10],
  epsg: 32_651,
  wkt: null,
  geographic: false,
  nodata: 0,
  crs: 'WGS 84 / UTM zone 51N',
} as const
const BAND = { role: null, raster: 0, scale: 1, offset: 0, unit: null, nodata: 0 } as const
const PLAIN: SceneFacts = {
  ...{
    product: 'plain',
    id: null,
    takenOn: null,
    takenAt: null,
    platform: null,
    instrument: null,
    level: null,
    cloudPercent: null,
    mask: null,
  },
  rasters: [RASTER],
  bands: [
    { ...BAND, name: 'Red', role: 'R', band: 0 },
    { ...BAND, name: 'x', band: 1 },
  ],
}
const TODAY = '2026-11-24'
const SAID = { takenOn: '2024-05-12', platform: 'gf-1', scale: 1e-4, roles: { Red: 'R', x: 'N' } }
const code = (facts: SceneFacts, answers: Parameters<typeof decideScene>[1]) => {
  const decided = decideScene(facts, answers, TODAY)
  return decided.ok ? 'accepted' : decided.refusal.code
}

test('of plain rasters everything is asked that nobody said', () => {
  const decided = decideScene(PLAIN, {}, TODAY)
  assert.deepEqual(decided.ok && decided.value, { questions: ['takenOn', 'platform', 'roles', 'scale'], draft: null })
  const unplaced = decideScene({ ...PLAIN, rasters: [{ ...RASTER, epsg: null, crs: null }] }, SAID, TODAY)
  assert.deepEqual(unplaced.ok && unplaced.value.questions, ['crs'])
})

test('answers make a draft; a scale makes numbers reflectance, and 1 leaves them what they are', () => {
  const decided = decideScene(PLAIN, { ...SAID, offset: -0.1, nodata: 7 }, TODAY)
  assert.ok(decided.ok && decided.value.draft)
  const { bands, grids, title } = decided.value.draft
  assert.deepEqual(
    bands.map(({ name, role, grid, band, scale, offset, unit }) => [name, role, grid, band, scale, offset, unit]),
    [
      ['Red', 'R', 0, 0, 1e-4, -0.1, 'reflectance'],
      ['x', 'N', 0, 1, 1e-4, -0.1, 'reflectance'],
    ],
  )
  assert.deepEqual([grids.length, grids[0].nodata, title], [1, 7, 'gf-1 2024-05-12'])
  const plain = decideScene(PLAIN, { ...SAID, scale: 1 }, TODAY)
  assert.deepEqual(plain.ok && plain.value.draft?.bands.map(({ unit }) => unit), [null, null])
})

test('a product’s own factors are never changed by an answer', () => {
  const product: SceneFacts = {
    ...{ ...PLAIN, product: 'landsat-c2-l2', id: 'LC08', takenOn: '2024-05-12', platform: 'landsat-8' },
    bands: [{ ...BAND, name: 'SR_B4', role: 'R', band: 0, scale: 2.75e-5, offset: -0.2, unit: 'reflectance' }],
  }
  const decided = decideScene(product, { scale: 1, offset: 0 }, TODAY)
  assert.deepEqual(decided.ok && decided.value.draft?.bands.map(({ scale, offset }) => [scale, offset]), [[2.75e-5, -0.2]])
})

test('what cannot be is refused with what was stated', () => {
  assert.equal(code(PLAIN, { ...SAID, takenOn: '2024-02-30' }), 'imagery/not-a-day')
  assert.equal(code(PLAIN, { ...SAID, takenOn: '1960-01-01' }), 'imagery/not-a-day')
  assert.equal(code(PLAIN, { ...SAID, takenOn: '2030-01-01' }), 'imagery/day-to-come')
  assert.equal(code(PLAIN, { ...SAID, scale: 0 }), 'imagery/not-a-scale')
  assert.equal(code(PLAIN, { ...SAID, offset: Number.NaN }), 'imagery/not-a-scale')
  assert.equal(code(PLAIN, { ...SAID, roles: { Red: 'R', x: 'R' } }), 'imagery/role-twice')
  assert.equal(code(PLAIN, { ...SAID, roles: { Red: 'Z' } }), 'imagery/not-a-role')
  assert.equal(code(PLAIN, { ...SAID, roles: { y: 'N' } }), 'imagery/no-such-band')
  assert.equal(code(PLAIN, { ...SAID, crs: 3 }), 'imagery/crs-not-usable')
  assert.equal(code({ ...PLAIN, rasters: [RASTER, { ...RASTER, epsg: 32_652 }] }, SAID), 'imagery/grids-differ')
})

test('bands of unlike grids, types or nodata lie in COGs of their own, and classes apart', () => {
  const facts: SceneFacts = {
    ...{ ...PLAIN, takenOn: '2024-05-12', platform: 'x', product: 'sentinel2-l2a' },
    rasters: [
      RASTER,
      { ...RASTER, width: 50, height: 40, geotransform: [580_000, 20, 0, 5_020_000, 0, -20] },
      { ...RASTER, type: 'uint8' },
    ],
    bands: [
      { ...BAND, name: 'B02', band: 0 },
      { ...BAND, name: 'B11', raster: 1, band: 0 },
      { ...BAND, name: 'B03', band: 1 },
      { ...BAND, name: 'B04', band: 0, raster: 2 },
    ],
    mask: { name: 'SCL', raster: 1, band: 0, kind: 'classes', hidden: [3, 8, 9, 10, 11], nothing: [0, 1] },
  }
  const decided = decideScene(facts, {}, TODAY)
  assert.ok(decided.ok && decided.value.draft)
  const { grids, bands, mask } = decided.value.draft
  assert.deepEqual(
    grids.map(({ from, classes }) => [from.map(({ name }) => name), classes]),
    [
      [['B02', 'B03'], false],
      [['B11'], false],
      [['B04'], false],
      [['SCL'], true],
    ],
  )
  assert.deepEqual(
    bands.map(({ grid, band }) => [grid, band]),
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [2, 0],
    ],
  )
  assert.deepEqual([mask?.grid, mask?.band], [3, 0])
})

test('a scene that shows nothing of the county is refused; one that touches it is not', () => {
  assert.equal(decidePlace([0, 0, 1, 1], [2, 0, 3, 1]).ok, false)
  assert.equal(decidePlace([0, 0, 2, 1], [2, 0, 3, 1]).ok, true)
  assert.equal(decidePlace([0, 0, 1, 1], null).ok, true)
})

test('an index is added only whole, readable, and under a name that nothing has', () => {
  const stated: IndexStated = {
    id: 'mine',
    formula: '(N - S1) / N',
    nameZh: '甲',
    nameEn: 'mine',
    low: 0,
    high: 1,
    ramp: 'salt',
    source: '某某 2024，式 3',
  }
  const decide = (change: Partial<IndexStated>) => {
    const decided = decideIndex({ ...stated, ...change }, INDICES)
    return decided.ok ? 'accepted' : decided.refusal.code
  }
  assert.equal(decide({}), 'accepted')
  assert.equal(decide({ id: 'ndvi' }), 'imagery/index-id-taken')
  assert.equal(decide({ id: 'N' }), 'imagery/index-id-taken')
  assert.equal(decide({ id: '1x' }), 'imagery/index-not-complete')
  assert.equal(decide({ formula: 'N -' }), 'imagery/formula-broken')
  assert.equal(decide({ low: 1 }), 'imagery/index-not-complete')
  assert.equal(decide({ ramp: 'rainbow' }), 'imagery/index-not-complete')
  assert.equal(decide({ source: ' ' }), 'imagery/index-not-complete')
})

test('states by bits and by classes; no data goes before clouds', () => {
  const bits = { kind: 'bits', hidden: [1, 2, 3, 4, 5], nothing: [0] } as const
  assert.deepEqual([...statesOf(bits, [64, 1, 8 + 64, 1 + 8, 16, 128])], [CLEAR, NOTHING, HIDDEN, NOTHING, HIDDEN, CLEAR])
  const classes = { kind: 'classes', hidden: [3, 8, 9, 10, 11], nothing: [0, 1] } as const
  assert.deepEqual([...statesOf(classes, [0, 3, 4, 5, 9, 11, 300])], [NOTHING, HIDDEN, CLEAR, CLEAR, HIDDEN, HIDDEN, NOTHING])
})

test('limits hold by day, and a county’s own go before them', () => {
  assert.equal(limitsOn('2024-05-12').mostHidden, 0.2)
  assert.deepEqual(limitsOn('2024-05-12', { mostHidden: 0.5 }), { mostHidden: 0.5, leastSeen: 0.8, leastCells: 1 })
})

test('a picture: the ends of a stretch are black and white, what has no value is not drawn, what is hidden is grey', () => {
  const cells = [Int32Array.of(0, 1, 2, -1)]
  const rgba = compositePicture(
    [
      [0.1, 0.4, Number.NaN],
      [0.1, 0.4, 0.4],
      [0, 0.5, 0.4],
    ],
    [
      [0.1, 0.4],
      [0.1, 0.4],
      [0.1, 0.4],
    ],
    [cells[0], cells[0], cells[0]],
  )
  assert.deepEqual([...rgba], [0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0])
  const index = indexPicture(Float64Array.of(0, 1, Number.NaN, 0.5), [0, 1], 'salt', Uint8Array.of(0, 0, 0, 1))
  assert.deepEqual([...index.subarray(0, 4)], [0xf2, 0xef, 0xe6, 255])
  assert.deepEqual([...index.subarray(4, 8)], [0x7a, 0x2e, 0x1d, 255])
  assert.deepEqual([...index.subarray(8, 12)], [0, 0, 0, 0])
  assert.equal(index[15], 0xd0)
})

test('ramps of one direction get darker all the way, so that they can be read without colour', () => {
  for (const name of ['salt', 'green', 'water'] as const) {
    const table = rampTable(name)
    const light = (i: number) => 0.2126 * table[3 * i] + 0.7152 * table[3 * i + 1] + 0.0722 * table[3 * i + 2]
    for (let i = 1; i < 256; i++) assert.ok(light(i) <= light(i - 1) + 0.5, `${name} ${i}`)
  }
})

test('percentiles are R’s type 7', () => {
  // quantile(c(1, 2, 4, 8), c(.05, .25, .5, .95)) = 1.15 1.75 3 7.4
  const summary = summaryOf([8, Number.NaN, 2, 1, 4])
  assert.ok(summary)
  for (const [percent, expected] of [
    ['5', 1.15],
    ['25', 1.75],
    ['50', 3],
    ['95', 7.4],
  ] as const)
    assert.ok(Math.abs(summary.percentiles[percent] - expected) < 1e-12)
  assert.equal(summaryOf([Number.NaN]), null)
})
