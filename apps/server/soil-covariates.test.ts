/** Soil maps that lean on rasters of the register: terrain added as a scene like any image, maps by regression and by forest, what they are compared with, and what is refused. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { memorySource } from '@dishu/formats/geotiff/source'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import type { SceneTaskView } from '@dishu/land/imagery/imagery.wire'
import type { CovariatesReply, MapDetail, MapPreview, MapsReply, PatchMapReply, SoilTaskView } from '@dishu/land/soil/maps.wire'
import { gaussian } from '@dishu/numeric/shared/random'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { type Running, serve } from './serve.ts'
import { COLUMNS, COUNTY, EPSG, LEFT, ROWS, SIDE, TOP, writeCounty } from './soil.testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-covariates-'))
let database: TestDatabase
let app: App
let running: Running

/** Land that goes up and down from patch to patch, without any order: neighbours tell nothing of it. */
const heightOf = (u: number, v: number) => ((Math.floor(u) * 7919 + Math.floor(v) * 104_729 + Math.floor(u) * Math.floor(v) * 31) % 11) / 2
const CELL = 25

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await writeCounty(app, (u, v, random) => ({ salt_g_per_kg: Math.max(0.1, 1 + 1.2 * heightOf(u, v) + 0.3 * gaussian(random)) }), 120)
  running = await serve(app, 0)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

const api = (rest: string) => `${running.address}/api/counties/${COUNTY}/${rest}`
async function get<T>(rest: string): Promise<T> {
  const reply = await fetch(api(rest))
  const text = await reply.text()
  assert.equal(reply.status, 200, text)
  return JSON.parse(text) as T
}
async function post<T>(rest: string, body: unknown): Promise<{ status: number; body: T & { code?: string } }> {
  const reply = await fetch(api(rest), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: running.address },
    body: JSON.stringify(body),
  })
  return { status: reply.status, body: (await reply.json()) as T & { code?: string } }
}
async function until<T extends { readonly state: string }>(rest: string, states: readonly string[]): Promise<T> {
  for (const end = Date.now() + 90_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const now = await get<T>(rest)
    if (states.includes(now.state)) return now
    assert.ok(!['failed', 'refused', 'cancelled'].includes(now.state), JSON.stringify(now))
  }
  throw new Error(`${rest} did not come to be ${states}`)
}
const ended = (task: SoilTaskView) => until<SoilTaskView>(`soil/tasks/${task.id}`, ['done', 'refused', 'failed'])

/** A raster of heights and of noise over the first columns of patches, with a margin, added as a scene. */
async function addTerrain(columns: number, name: string): Promise<void> {
  const margin = 20
  const [width, height] = [(columns * SIDE) / CELL + 2 * margin, (ROWS * SIDE) / CELL + 2 * margin]
  const path = join(folder, `${name}.tif`)
  const at = (i: number, first: number) => [
    ((i % width) - margin + 0.5) * (CELL / SIDE),
    (first + Math.floor(i / width) - margin + 0.5) * (CELL / SIDE),
  ]
  await writeGeotiff(path, {
    ...{ width, height, bandCount: 2, type: 'float32', epsg: EPSG, geographic: false, nodata: -9999 },
    geotransform: [LEFT - margin * CELL, CELL, 0, TOP + margin * CELL, 0, -CELL],
    bands: [{ name: 'height' }, { name: 'noise' }],
    rows: (y, n) => [
      Float32Array.from({ length: n * width }, (_, i) => heightOf(...(at(i, y) as [number, number])) + 140),
      Float32Array.from({ length: n * width }, (_, i) => Math.sin(12.9898 * (i % width) + 78.233 * (y + Math.floor(i / width)))),
    ],
  })
  const form = new FormData()
  form.append('files', new Blob([readFileSync(path)]), `${name}.tif`)
  const begun = (await (await fetch(api('scene-tasks'), { method: 'POST', body: form })).json()) as SceneTaskView
  await until<SceneTaskView>(`scene-tasks/${begun.id}`, ['needs-answers', 'ready'])
  const answered = await post<SceneTaskView>(`scene-tasks/${begun.id}/answers`, {
    ...{ takenOn: '2023-05-01', platform: 'other', title: name, scale: 1, offset: 0, roles: {} },
  })
  assert.equal(answered.body.state, 'ready', JSON.stringify(answered.body))
  await post(`scene-tasks/${begun.id}/confirm`, { reason: '地形', unclassified: true })
  await until<SceneTaskView>(`scene-tasks/${begun.id}`, ['done'])
}

const REQUEST = { title: '地形图', values: ['salt'], draws: 99, cellM: 50, seed: 3 }
const covariates = async (scene: string) =>
  (await get<CovariatesReply>('soil/covariates')).covariates.filter((each) => each.scene === scene).map(({ id }) => id)

test('terrain that was added as a scene is a covariate by the names of its bands', { timeout: 120_000 }, async () => {
  await addTerrain(COLUMNS, '地形')
  const all = (await get<CovariatesReply>('soil/covariates')).covariates
  assert.deepEqual(
    all.map(({ measure, takenOn }) => [measure, takenOn]),
    [
      ['height', '2023-05-01'],
      ['noise', '2023-05-01'],
    ],
  )
})

let made: MapDetail
test('of all ways the one is taken that leaves out land with the least error, and the map says so', { timeout: 120_000 }, async () => {
  const request = { ...REQUEST, method: 'best', covariates: await covariates('地形') }
  const preview = await post<MapPreview>('soil/map-preview', { request })
  assert.equal(preview.status, 200, JSON.stringify(preview.body))
  const begun = await post<SoilTaskView>('soil/maps', { request, reason: '带地形' })
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  const done = await ended(begun.body)
  assert.equal(done.state, 'done', JSON.stringify(done))
  assert.equal(done.patches, COLUMNS * ROWS)
  made = await get<MapDetail>(`soil/maps/${done.map}`)
  const [model] = made.models
  assert.ok(model.method === 'regression' || model.method === 'forest', model.method)
  const { rmse, best } = model.comparison ?? { rmse: {}, best: '' }
  assert.deepEqual(Object.keys(rmse).sort(), ['forest', 'forest-alone', 'linear', 'mean', 'ordinary', 'regression'])
  assert.ok((rmse[model.method] ?? 9) < 0.6 * (rmse.ordinary ?? 0), JSON.stringify(rmse)) // the terrain tells what neighbours cannot
  assert.ok(['linear', 'regression', 'forest', 'forest-alone'].includes(best))
  assert.ok((model.trend?.importance[0] ?? 0) > 5 * (model.trend?.importance[1] ?? 9)) // by heights, and not by noise
  assert.equal(model.structure.isShown, true)
  assert.ok(made.notes.some(({ code }) => code === 'soil-map/ways-compared'))
  assert.deepEqual(model, (preview.body as MapPreview).models[0]) // what was looked at before is what was made
})

test('patches have the salt of their own terrain, which a map without it cannot know', { timeout: 120_000 }, async () => {
  const error = async () => {
    const { rows } = await get<{ rows: { id: number; patchKey: string }[] }>('patches?limit=100')
    let squares = 0
    for (const { id, patchKey } of rows) {
      const i = Number(patchKey.slice(1)) - 1
      const truth = 1 + 1.2 * heightOf(i % COLUMNS, Math.floor(i / COLUMNS))
      const { graded } = await get<PatchMapReply>(`soil/patches/${id}`)
      squares += ((graded?.figures[0].mean ?? 99) - truth) ** 2
    }
    return Math.sqrt(squares / rows.length)
  }
  const withTerrain = await error()
  assert.ok(withTerrain < 0.35, String(withTerrain)) // samples scatter by 0.3 about their patch
  const plain = await ended((await post<SoilTaskView>('soil/maps', { request: REQUEST, reason: '不带' })).body)
  const without = await error()
  assert.ok(without > 2 * withTerrain, `${without} ${withTerrain}`)
  await post(`revisions/${plain.rev}/undo`, { reason: '撤' })
})

test('the raster says where it is applicable, by what it was made, and opens with the usual tools', { timeout: 120_000 }, async (t) => {
  const forest = await ended(
    (
      await post<SoilTaskView>('soil/maps', {
        request: { ...REQUEST, method: 'forest', transform: 'log', covariates: await covariates('地形') },
        reason: '森林',
      })
    ).body,
  )
  const { maps } = await get<MapsReply>('soil/maps')
  const [grid] = maps.find(({ key }) => key === forest.map)?.grids ?? []
  assert.deepEqual(grid.bands.slice(-3), ['applicable', 'forest-q05', 'forest-q95'])
  const bytes = new Uint8Array(await (await fetch(api(`soil/maps/${forest.map}/files/${grid.sha256}`))).arrayBuffer())
  const tiff = await openTiff(memorySource('a.tif', bytes))
  const facts = tiff.metadata
  assert.deepEqual(
    [facts.METHOD, facts.TRANSFORM, facts.SEED, facts.SAMPLES_REVISION],
    ['random forest with kriged residuals', 'log', '3', String((await get<MapDetail>(`soil/maps/${forest.map}`)).samplesRev)],
  )
  assert.equal(facts.COVARIATES, (await covariates('地形')).join(','))
  const last = grid.bands.length - 3
  const [value, applicable, low, high] = await tiff.readWindow([0, last, last + 1, last + 2], {
    x: 0,
    y: 0,
    width: grid.width,
    height: grid.height,
  })
  assert.ok(applicable.every((each) => each === 0 || each === 1 || Number.isNaN(each)))
  let [inside, all] = [0, 0]
  for (let i = 0; i < value.length; i++) {
    if (Number.isNaN(value[i])) continue
    all++
    assert.ok(value[i] > 0 && low[i] <= high[i])
    inside += Number(value[i] >= low[i] * 0.8 && value[i] <= high[i] * 1.2)
  }
  assert.ok(inside > 0.8 * all)
  for (const show of ['applicable', 'forest-q05', 'forest-q95']) {
    const reply = await fetch(`${running.address}/tiles/${COUNTY}/soil/${forest.map}/salt/${show}/11/1730/731.png`)
    assert.deepEqual([reply.status, reply.headers.get('content-type')], [200, 'image/png'], show)
  }
  const path = join(folder, 'map.tif')
  writeFileSync(path, bytes)
  await openedBy(t, path, grid.bands.length, grid.epsg)
})

/** GDAL and QGIS, where they are installed, see a COG with its bands and facts. */
async function openedBy(t: { diagnostic(text: string): void }, path: string, bands: number, epsg: number): Promise<void> {
  const run = (program: string, args: readonly string[]) => {
    try {
      return execFileSync(program, args, {
        encoding: 'utf8',
        env: { ...process.env, QT_QPA_PLATFORM: 'offscreen' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    } catch (problem) {
      if (
        (problem as NodeJS.ErrnoException).code !== 'ENOENT' &&
        !/No module named|ModuleNotFoundError/.test(String((problem as { stderr?: string }).stderr))
      )
        throw problem
      t.diagnostic(`SKIPPED: ${program} is not installed; the raster was not opened with it`)
      return null
    }
  }
  const info = run('gdalinfo', ['-json', path])
  if (info !== null) {
    const told = JSON.parse(info) as {
      bands: { description: string }[]
      metadata: Record<string, Record<string, string>>
      coordinateSystem: { wkt: string }
    }
    assert.equal(told.bands.length, bands)
    assert.equal(told.bands[0].description, 'prediction')
    assert.equal(told.metadata.IMAGE_STRUCTURE.COMPRESSION, 'DEFLATE')
    assert.match(told.metadata[''].METHOD, /random forest/)
    assert.match(told.coordinateSystem.wkt, new RegExp(String(epsg)))
  }
  const valid = run('/usr/bin/python3', ['-m', 'osgeo_utils.samples.validate_cloud_optimized_geotiff', path])
  if (valid !== null) assert.match(valid, /is a valid cloud optimized GeoTIFF/)
  const script = `
import os, sys
from qgis.core import QgsApplication, QgsRasterLayer
app = QgsApplication([], False)
app.initQgis()
layer = QgsRasterLayer(${JSON.stringify(path)}, 'map')
stats = layer.dataProvider().bandStatistics(1)
print(layer.isValid(), layer.bandCount(), layer.crs().authid(), layer.bandName(1), stats.maximumValue > stats.minimumValue)
sys.stdout.flush()
os._exit(0)`
  const seen = run('/usr/bin/python3', ['-c', script])
  if (seen !== null) assert.equal(seen.trim().split('\n').at(-1), `True ${bands} EPSG:${epsg} Band 1: prediction True`)
}

test('rasters that do not cover the land, covariates nobody has and none at all are refused before any work', {
  timeout: 120_000,
}, async () => {
  await addTerrain(2, '西部')
  const refused = async (request: object) => {
    const { status, body } = await post('soil/maps', { request: { ...REQUEST, ...request }, reason: 'x' })
    assert.equal(status, /no-such/.test(body.code ?? '') ? 404 : 422, JSON.stringify(body))
    return body.code
  }
  const west = await covariates('西部')
  assert.equal(await refused({ method: 'forest', covariates: west }), 'soil-map/covariates-elsewhere')
  assert.equal(await refused({ method: 'forest', covariates: ['77/NDVI'] }), 'soil-map/no-such-covariate')
  assert.equal(await refused({ method: 'regression' }), 'soil-map/no-covariates')
  assert.equal(
    await refused({ method: 'forest', covariates: Array.from({ length: 13 }, (_, i) => `${i}/x`) }),
    'soil-map/too-many-covariates',
  )
})

test('land that a raster leaves out is not graded, and counted', { timeout: 120_000 }, async () => {
  await addTerrain(6, '大部')
  const request = { ...REQUEST, title: '大部', method: 'regression', covariates: await covariates('大部') }
  const done = await ended((await post<SoilTaskView>('soil/maps', { request, reason: 'x' })).body)
  assert.equal(done.state, 'done', JSON.stringify(done))
  // six columns and a margin of the seventh, which is told by the part of it that is covered
  assert.equal(done.patches, 7 * ROWS)
  const detail = await get<MapDetail>(`soil/maps/${done.map}`)
  const codes = detail.notes.map(({ code }) => code)
  assert.ok(codes.includes('soil-map/patches-uncovered') && codes.includes('soil-map/samples-uncovered'), codes.join())
})
