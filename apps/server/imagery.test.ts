/** Imagery over a real database and the real server: from files to figures, and back by the undo. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { promisify } from 'node:util'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { writePolygonWkb } from '@dishu/base/wkb'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { memorySource } from '@dishu/formats/geotiff/source'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { openRevision, rowToWrite, undoRevision } from '@dishu/kernel/records/records.store'
import { answerScene, beginScene, readScene, writeScene } from '@dishu/land/imagery/imagery.jobs'
import { readScenes } from '@dishu/land/imagery/imagery.store'
import type { ScenesReply, SceneTaskView, SeriesReply, SummaryReply } from '@dishu/land/imagery/imagery.wire'
import { measureCounty } from '@dishu/land/imagery/measure.jobs'
import { patchKind } from '@dishu/land/parcels/parcels'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { imageryTools } from './imagery.ts'
import { KINDS } from './parts.ts'
import { type Running, serve } from './serve.ts'
import { verifyAll } from './verify.ts'

const COUNTY = '220899'
const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'dishu-imagery-'))
let database: TestDatabase
let app: App
let running: Running

// 40 × 30 cells of 10 m in UTM 51 N. Red rises to the east, near infrared to the south, so that means over boxes are worked by hand.
const [LEFT, TOP, CELL, WIDTH, HEIGHT] = [580_000, 5_020_000, 10, 40, 30]
const SCALE = 0.0001
const redAt = (column: number) => 1000 + 10 * column
const nirAt = (row: number) => 3000 + 20 * row
/** Clouds hide the columns from 30 on; the last row holds no data. */
const CLOUD_FROM = 30

async function writeFolder(id: string, day: string): Promise<string> {
  const path = mkdtempSync(join(folder, 'scene-'))
  const write = (name: string, nodata: number | null, at: (column: number, row: number) => number) =>
    writeGeotiff(
      join(path, `${id}_${name}.TIF`),
      {
        ...{ width: WIDTH, height: HEIGHT, bandCount: 1, type: 'uint16', epsg: 32_651, geographic: false, nodata },
        geotransform: [LEFT, CELL, 0, TOP, 0, -CELL],
        rows: (y, n) => [Uint16Array.from({ length: n * WIDTH }, (_, i) => at(i % WIDTH, y + Math.floor(i / WIDTH)))],
      },
      { tile: 16 },
    )
  const none = (row: number, value: number) => (row === HEIGHT - 1 ? 0 : value)
  await write('SR_B4', 0, (column, row) => none(row, redAt(column)))
  await write('SR_B5', 0, (_, row) => none(row, nirAt(row)))
  await write('QA_PIXEL', null, (column, row) => (row === HEIGHT - 1 ? 1 : column >= CLOUD_FROM ? 1 << 3 : 1 << 6))
  writeFileSync(
    join(path, `${id}_MTL.txt`),
    `GROUP = PRODUCT_CONTENTS
LANDSAT_PRODUCT_ID = "${id}"
PROCESSING_LEVEL = "L2SP"
FILE_NAME_BAND_4 = "${id}_SR_B4.TIF"
FILE_NAME_BAND_5 = "${id}_SR_B5.TIF"
FILE_NAME_QUALITY_L1_PIXEL = "${id}_QA_PIXEL.TIF"
END_GROUP = PRODUCT_CONTENTS
GROUP = IMAGE_ATTRIBUTES
SPACECRAFT_ID = "LANDSAT_8"
SENSOR_ID = "OLI"
DATE_ACQUIRED = ${day}
SCENE_CENTER_TIME = "02:31:04Z"
END_GROUP = IMAGE_ATTRIBUTES
GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
REFLECTANCE_MULT_BAND_4 = ${SCALE}
REFLECTANCE_MULT_BAND_5 = ${SCALE}
REFLECTANCE_ADD_BAND_4 = 0
REFLECTANCE_ADD_BAND_5 = 0
END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
`,
  )
  return path
}

/** A box of cells as a ring in metres. */
const box = (c0: number, r0: number, c1: number, r1: number) => {
  const [x0, x1, y0, y1] = [LEFT + c0 * CELL, LEFT + c1 * CELL, TOP - r1 * CELL, TOP - r0 * CELL]
  return writePolygonWkb([{ rings: [Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0)] }])
}
const BBOX = [124.0, 45.3, 124.05, 45.35] as const // wide enough to hold the scene; only to find it by
const PATCHES = {
  inside: box(2.5, 3, 6, 8), // half of one column, and whole ones
  clouded: box(26, 2, 34, 10), // half under cloud
  edge: box(-4, 10, 4, 20), // half off the scene
  none: box(100, 100, 104, 104), // off the scene
  crossing: writePolygonWkb([
    {
      rings: [Float64Array.of(LEFT, TOP - 100, LEFT + 100, TOP - 100, LEFT + 60, TOP - 220, LEFT + 40, TOP, LEFT, TOP - 100)],
    },
  ]),
} as const
type Name = keyof typeof PATCHES
const ids = new Map<Name, number>()

const content = (name: string, outline: Uint8Array) => ({
  ...{
    patch_key: name,
    patch_number: name,
    village: '220899100200',
    village_name: '村',
    class: '0103',
    class_name: null,
    owner_kind: '30',
    owner_unit: null,
    owner_name: null,
  },
  ...{
    official_area: 100,
    deducted_class: null,
    deduction: null,
    deducted_area: 0,
    class_area: 100,
    computed_area: 100,
    survey_year: 2024,
  },
  ...{ srid: 32_651, outline, bbox: BBOX, extra: {} },
})

async function writePatches(rows: readonly (readonly [name: Name, outline: Uint8Array])[], day: string) {
  await transaction(
    app.pool,
    async (db) => {
      const revision = await openRevision(db, COUNTY, KINDS)
      const known = rows.flatMap(([name]) => (ids.has(name) ? [{ id: ids.get(name) ?? 0, validFrom: 0, validTo: 2_147_483_647 }] : []))
      if (known.length > 0) await revision.take(patchKind, known)
      await revision.add(
        patchKind,
        rows.map(([name, outline]) =>
          rowToWrite(patchKind, { id: ids.get(name) ?? null, validFrom: day as Day, content: content(name, outline) }),
        ),
      )
      await revision.seal({ what: 'write', cause: 'correction', actor: 't', reason: 't', now: new Date() })
      for (const { id, key } of await db.all<{
        id: number
        key: Name
      }>`select id, patch_key as key from land.patch_now where county = ${COUNTY}`)
        ids.set(key, id)
    },
    { actor: 't' },
  )
}

const options = () => ({ now: new Date(), signal: new AbortController().signal, report: () => {} })
async function register(path: string): Promise<{ scene: number; rev: number }> {
  const tools = imageryTools(app)
  const id = await beginScene(tools, COUNTY, 't', {}, new Date())
  const task = await readScene(tools, COUNTY, id, { ...options(), paths: [path] })
  assert.equal(task.state, 'ready', JSON.stringify(task.outcome))
  const written = await writeScene(tools, COUNTY, id, { ...options(), actor: 't', reason: 'test' })
  assert.ok(written.ok, JSON.stringify(written))
  return { scene: written.value.scene, rev: written.value.revision.rev }
}

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await writePatches(Object.entries(PATCHES) as [Name, Uint8Array][], '2024-01-01')
  running = await serve(app, 0)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function get<T>(path: string): Promise<{ status: number; body: T; headers: Headers }> {
  const reply = await fetch(running.address + path)
  const text = await reply.text()
  return { status: reply.status, body: (/^[{[]/.test(text) ? JSON.parse(text) : text) as T, headers: reply.headers }
}
const api = (rest: string) => `/api/counties/${COUNTY}/${rest}`
const series = async (name: Name, query = '') => (await get<SeriesReply>(api(`series?kind=patch&id=${ids.get(name)}${query}`))).body
const near = (found: number | undefined, expected: number) =>
  assert.ok(found !== undefined && Math.abs(found - expected) < 1e-6, `${found} instead of ${expected}`)

let first: { scene: number; rev: number }

test('a product becomes a scene whose pixels are a COG of the content store', async () => {
  first = await register(await writeFolder('LC08_L2SP_TEST_20240512', '2024-05-12'))
  const { body } = await get<ScenesReply>(api('scenes'))
  const [scene] = body.scenes
  assert.deepEqual(
    [scene.id, scene.takenOn, scene.platform, scene.masked, scene.crs],
    [first.scene, '2024-05-12', 'landsat-8', true, 'WGS 84 / UTM zone 51N'],
  )
  assert.deepEqual(
    scene.bands.map(({ id, min, max }) => [id, min, max]),
    [
      ['R', 0.1, redAt(WIDTH - 1) * SCALE],
      ['N', 0.3, nirAt(HEIGHT - 2) * SCALE],
    ],
  )
  assert.ok(scene.indices.includes('NDVI') && !scene.indices.includes('NDWI')) // no green band
  const [row] = await onConnection(app.pool, (db) => readScenes(db, COUNTY, { day: '2024-12-31' as Day, rev: null }))
  const { body: bytes, status } = await fetch(`${running.address}/api/documents/${COUNTY}/${row.grids[0].sha256}`).then(async (reply) => ({
    status: reply.status,
    body: new Uint8Array(await reply.arrayBuffer()),
  }))
  assert.equal(status, 200)
  const tiff = await openTiff(memorySource('a.tif', bytes))
  assert.equal(tiff.block.tiled, true)
  const [red] = await tiff.readWindow([0], { x: 0, y: 0, width: WIDTH, height: 1 })
  assert.deepEqual(
    [...red],
    Array.from({ length: WIDTH }, (_, column) => redAt(column)),
  )
})

test('patches are measured exactly: shares of cells, clouds left out, what lies off the scene is not seen', async () => {
  const measured = await measureCounty(imageryTools(app), COUNTY)
  assert.deepEqual([measured.scenes, measured.subjects, measured.crossing], [1, 5, 1])
  const inside = (await series('inside')).dates[0]
  // columns 2 (half), 3, 4, 5 of rows 3 to 7
  const weights = [0.5, 1, 1, 1]
  const reds = [2, 3, 4, 5].map((column) => redAt(column) * SCALE)
  const red = reds.reduce((sum, value, i) => sum + value * weights[i], 0) / 3.5
  near(inside.figures.R?.mean, red)
  near(inside.figures.R?.low, reds[0])
  near(inside.figures.R?.high, reds[3])
  near(inside.figures.N?.mean, nirAt(5) * SCALE) // rows 3 to 7 lie evenly about row 5
  near(inside.figures.N?.median, nirAt(5) * SCALE)
  let [sum, weight] = [0, 0]
  for (let row = 3; row < 8; row++)
    for (const [i, value] of reds.entries()) {
      const nir = nirAt(row) * SCALE
      sum += (weights[i] * (nir - value)) / (nir + value)
      weight += weights[i]
    }
  near(inside.figures.NDVI?.mean, sum / weight) // the mean of the index, not the index of means
  near(inside.cells, 3.5 * 5)
  assert.deepEqual([inside.withheld, inside.seenShare, inside.hiddenShare], [null, 1, 0])
})

test('where too much is hidden or off the scene no figure leaves the server, and the share is said', async () => {
  const clouded = (await series('clouded')).dates[0]
  assert.deepEqual([clouded.withheld, clouded.hiddenShare, clouded.seenShare, clouded.figures], ['hidden', 0.5, 1, {}])
  const edge = (await series('edge')).dates[0]
  assert.deepEqual([edge.withheld, edge.seenShare, edge.figures], ['unseen', 0.5, {}])
  const none = (await series('none')).dates[0]
  assert.deepEqual([none.withheld, none.seenShare], ['unseen', 0])
  assert.deepEqual((await series('crossing')).dates[0].figures, {})
  // the county may set its own limit
  await transaction(
    app.pool,
    (db) => db.run`insert into ops.setting (county, name, value) values (${COUNTY}, 'imagery', '{"mostHidden": 0.6}')`,
  )
  const allowed = (await series('clouded')).dates[0]
  assert.equal(allowed.withheld, null)
  near(allowed.figures.R?.mean, ((redAt(26) + redAt(29)) / 2) * SCALE) // columns 26 to 29 are clear
  await transaction(app.pool, (db) => db.run`delete from ops.setting where county = ${COUNTY} and name = 'imagery'`)
})

test('only what is new is measured: nothing, then a changed outline, then a new index', async () => {
  const tools = imageryTools(app)
  assert.equal((await measureCounty(tools, COUNTY)).subjects, 0)
  await writePatches([['inside', box(10, 3, 12, 8)]], '2024-01-01')
  assert.equal((await series('inside')).dates[0].withheld, 'stale')
  assert.equal((await measureCounty(tools, COUNTY)).subjects, 1)
  near((await series('inside')).dates[0].figures.R?.mean, redAt(10.5) * SCALE)
  const body = { id: 'twice', formula: '2 * N - R', nameZh: '两倍', nameEn: 'twice', low: 0, high: 1, ramp: 'green', source: '试验' }
  const reply = await fetch(running.address + api('indices'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.equal(reply.status, 200)
  assert.equal((await measureCounty(tools, COUNTY)).subjects, 5)
  near((await series('inside')).dates[0].figures.twice?.mean, (2 * nirAt(5) - redAt(10.5)) * SCALE)
  const again = await fetch(running.address + api('indices'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.equal(((await again.json()) as { code: string }).code, 'imagery/index-id-taken')
})

test('tiles show the scene, name their content, and are refused where there is nothing to ask for', async () => {
  const { body } = await get<ScenesReply>(api('scenes'))
  const [scene] = body.scenes
  const [west, south, east, north] = scene.bbox
  const [lon, lat] = [(west + east) / 2, (south + north) / 2]
  const z = 14
  const x = Math.floor(((lon + 180) / 360) * 2 ** z)
  const y = Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** z)
  const tile = (query: string) => get<unknown>(`/tiles/${COUNTY}/scenes/${scene.id}/${z}/${x}/${y}.png?${query}`)
  const shown = await tile(`show=NDVI&v=${scene.version}`)
  assert.deepEqual([shown.status, shown.headers.get('content-type')], [200, 'image/png'])
  assert.match(shown.headers.get('cache-control') ?? '', /immutable/)
  assert.match((await tile('bands=N,R,R')).headers.get('cache-control') ?? '', /no-cache/)
  const kept = await fetch(`${running.address}/tiles/${COUNTY}/scenes/${scene.id}/${z}/${x}/${y}.png?show=NDVI`, {
    headers: { 'if-none-match': shown.headers.get('etag') ?? '' },
  })
  assert.equal(kept.status, 304)
  const code = async (query: string) => ((await tile(query)).body as { code: string }).code
  assert.equal(await code('bands=G,R,N'), 'imagery/no-such-band')
  assert.equal(await code('show=nothing'), 'imagery/no-such-index')
  assert.equal(await code('show=NDWI'), 'imagery/index-lacks-bands')
  assert.equal((await get<{ code: string }>(`/tiles/${COUNTY}/scenes/9999999/${z}/${x}/${y}.png`)).status, 404)
  assert.equal((await get<{ code: string }>(`/tiles/${COUNTY}/scenes/${scene.id}/3/9/0.png`)).body.code, 'imagery/no-such-tile')
  const { body: spread } = await get<SummaryReply>(api(`scenes/${scene.id}/summary?of=R`))
  assert.equal(spread.summary?.cells, CLOUD_FROM * (HEIGHT - 1)) // neither clouds nor what holds no data
  near(spread.summary?.min, redAt(0) * SCALE)
  near(spread.summary?.max, redAt(CLOUD_FROM - 1) * SCALE)
})

test('the catalogue is STAC 1.0: every field that the specification requires is there', async () => {
  const root = (await get<Record<string, unknown>>('/stac')).body
  for (const field of ['type', 'stac_version', 'id', 'description', 'links', 'conformsTo']) assert.ok(field in root, field)
  assert.deepEqual([root.type, root.stac_version], ['Catalog', '1.0.0'])
  const { collections } = (await get<{ collections: Record<string, unknown>[] }>('/stac/collections')).body
  const [collection] = collections
  for (const field of ['type', 'stac_version', 'id', 'description', 'license', 'extent', 'links']) assert.ok(field in collection, field)
  const extent = collection.extent as { spatial: { bbox: number[][] }; temporal: { interval: (string | null)[][] } }
  assert.deepEqual(extent.temporal.interval, [['2024-05-12T02:31:04Z', '2024-05-12T02:31:04Z']])
  assert.equal(extent.spatial.bbox[0].length, 4)
  const items = (await get<{ type: string; features: Item[]; numberMatched: number }>(`/stac/collections/${collection.id}/items`)).body
  assert.deepEqual([items.type, items.numberMatched], ['FeatureCollection', 1])
  const [item] = items.features
  for (const field of ['type', 'stac_version', 'id', 'geometry', 'bbox', 'properties', 'links', 'assets', 'collection'])
    assert.ok(field in item, field)
  assert.deepEqual([item.type, item.stac_version, item.properties.datetime], ['Feature', '1.0.0', '2024-05-12T02:31:04Z'])
  const ring = item.geometry.coordinates[0]
  assert.deepEqual(ring[0], ring[ring.length - 1])
  assert.ok(
    ring.every(([x, y]) => x >= item.bbox[0] - 1e-9 && x <= item.bbox[2] + 1e-9 && y >= item.bbox[1] - 1e-9 && y <= item.bbox[3] + 1e-9),
  )
  for (const link of item.links) assert.ok(link.rel && link.href)
  assert.ok(item.links.some(({ rel }) => rel === 'collection'))
  const asset = item.assets['grid-0']
  assert.match(asset.type, /cloud-optimized/)
  assert.deepEqual(
    asset['eo:bands'].map(({ common_name }) => common_name),
    ['red', 'nir'],
  )
  assert.equal((await fetch(asset.href)).status, 200)
  const self = (await get<Item>(new URL(item.links.find(({ rel }) => rel === 'self')?.href ?? '').pathname)).body
  assert.equal(self.id, item.id)
  const found = async (query: string) => (await get<{ numberMatched: number }>(`/stac/search?${query}`)).body.numberMatched
  assert.equal(await found(`bbox=${item.bbox.join(',')}&datetime=2024-05-01/2024-06-01`), 1)
  assert.equal(await found('bbox=0,0,1,1'), 0)
  assert.equal(await found('datetime=../2024-05-11'), 0)
  assert.equal((await get<{ code: string }>('/stac/search?bbox=1,2')).body.code, 'imagery/not-a-search')
  assert.equal((await get<unknown>('/stac/collections/scenes-999999')).status, 404)
})
type Item = {
  type: string
  stac_version: string
  id: string
  bbox: number[]
  geometry: { coordinates: number[][][] }
  properties: { datetime: string }
  links: { rel: string; href: string }[]
  assets: Record<string, { href: string; type: string; 'eo:bands': { common_name: string }[] }>
}

test('a scene of the same product, of elsewhere, or without a system of coordinates is not written', async () => {
  const tools = imageryTools(app)
  const look = async (path: string) => {
    const id = await beginScene(tools, COUNTY, 't', {}, new Date())
    return { id, task: await readScene(tools, COUNTY, id, { ...options(), paths: [path] }) }
  }
  const same = await look(await writeFolder('LC08_L2SP_TEST_20240512', '2024-05-12'))
  assert.deepEqual([same.task.state, (same.task.outcome as { code: string }).code], ['refused', 'imagery/already-there'])
  const plain = async (geotransform: readonly [number, number, number, number, number, number], epsg: number | null) => {
    const path = join(mkdtempSync(join(folder, 'plain-')), 'Red.tif')
    await writeGeotiff(path, {
      width: 8,
      height: 8,
      bandCount: 1,
      type: 'float32',
      geotransform,
      epsg,
      geographic: false,
      rows: (_, n) => [new Float32Array(8 * n).fill(0.2)],
    })
    return path
  }
  const said = { takenOn: '2024-05-12', platform: 'x' }
  const elsewhere = await look(await plain([300_000, 10, 0, 4_000_000, 0, -10], 32_651))
  await assert.rejects(answerScene(tools, COUNTY, elsewhere.id, said, new Date()), refusedWith('imagery/elsewhere'))
  const unplaced = await look(await plain([LEFT, 10, 0, TOP, 0, -10], null))
  await answerScene(tools, COUNTY, unplaced.id, said, new Date())
  await assert.rejects(answerScene(tools, COUNTY, unplaced.id, { crs: 999_999 }, new Date()), refusedWith('imagery/crs-not-usable'))
  const placed = await answerScene(tools, COUNTY, unplaced.id, { crs: 32_651 }, new Date())
  assert.equal(placed.state, 'ready')
})
const refusedWith = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code

test('through the browser’s road: upload, questions, answers, a yes, figures', { timeout: 60_000 }, async () => {
  const path = join(mkdtempSync(join(folder, 'upload-')), 'gf_20240601.tif')
  await writeGeotiff(path, {
    ...{
      width: WIDTH,
      height: HEIGHT,
      bandCount: 2,
      type: 'uint16',
      geotransform: [LEFT, CELL, 0, TOP, 0, -CELL],
      epsg: 32_651,
      geographic: false,
    },
    rows: (y, n) => [
      Uint16Array.from({ length: n * WIDTH }, (_, i) => redAt(i % WIDTH)),
      Uint16Array.from({ length: n * WIDTH }, (_, i) => nirAt(y + Math.floor(i / WIDTH))),
    ],
  })
  const form = new FormData()
  form.append('files', new Blob([readFileSync(path)]), 'gf_20240601.tif')
  const post = async (rest: string, body: unknown) => {
    const reply = await fetch(running.address + api(rest), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: reply.status, body: (await reply.json()) as SceneTaskView & { code?: string } }
  }
  const begun = (await (await fetch(running.address + api('scene-tasks'), { method: 'POST', body: form })).json()) as SceneTaskView
  const until = async (state: string): Promise<SceneTaskView> => {
    for (let i = 0; i < 300; i++) {
      const { body } = await get<SceneTaskView>(api(`scene-tasks/${begun.id}`))
      if (body.state === state) return body
      assert.ok(!['failed', 'refused'].includes(body.state), JSON.stringify(body))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`the task did not come to be ${state}`)
  }
  const asked = await until('needs-answers')
  assert.deepEqual(asked.questions, ['platform', 'roles', 'scale'])
  assert.equal(asked.found?.takenOn, '2024-06-01')
  const names = asked.found?.bands.map(({ name }) => name) ?? []
  assert.equal((await post(`scene-tasks/${begun.id}/confirm`, { reason: 'x', unclassified: true })).body.code, 'imagery/wrong-state')
  const answered = await post(`scene-tasks/${begun.id}/answers`, {
    platform: 'gf-1',
    scale: SCALE,
    offset: 0,
    roles: { [names[0]]: 'R', [names[1]]: 'N' },
  })
  assert.deepEqual([answered.status, answered.body.state], [200, 'ready'])
  assert.equal((await post(`scene-tasks/${begun.id}/confirm`, { reason: 'x' })).status, 400) // without the word on secrets
  await post(`scene-tasks/${begun.id}/confirm`, { reason: '登记', unclassified: true })
  const done = await until('done')
  assert.ok(done.scene && done.rev)
  for (let i = 0; i < 100; i++) {
    const { dates } = await series('inside')
    if (dates.length === 2) {
      near(dates[1].figures.R?.mean, redAt(10.5) * SCALE)
      assert.equal(dates[1].masked, false)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('the new scene was not measured')
})

async function sceneTile(z: number): Promise<readonly [z: number, x: number, y: number]> {
  const [{ bbox }] = (await get<ScenesReply>(api('scenes?asOf=2024-05-12'))).body.scenes
  const [lon, lat] = [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2]
  return [
    z,
    Math.floor(((lon + 180) / 360) * 2 ** z),
    Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** z),
  ]
}

test('a map tile service gives scenes to GDAL, whose pixels are those of the tile', async (t) => {
  const capabilities = `${running.address}/wmts/${COUNTY}/1.0.0/WMTSCapabilities.xml`
  const text = await (await fetch(capabilities)).text()
  assert.match(text, new RegExp(`<ows:Identifier>scene-${first.scene}</ows:Identifier>`))
  const kvp = await fetch(`${running.address}/wmts/${COUNTY}?service=WMTS&Request=GetCapabilities`)
  assert.equal(await kvp.text(), text)
  const before = await (await fetch(`${capabilities}?asOf=2024-01-01`)).text()
  assert.doesNotMatch(before, /scene-/)
  const faults = async (query: string) => (await fetch(`${running.address}/wmts/${COUNTY}?${query}`)).text()
  assert.match(await faults('request=GetTile&layer=x'), /exceptionCode="MissingParameterValue" locator="tilematrixset"/)
  assert.match(await faults('request=Dance'), /OperationNotSupported/)
  const service = `WMTS:${capabilities},layer=scene-${first.scene},style=NDVI`
  // the server answers out of this very process, so nothing may hold it up
  const gdal = async (tool: string, ...args: string[]) => {
    try {
      return (await run(tool, args, { env: { ...process.env, GDAL_HTTP_TIMEOUT: '20' }, timeout: 60_000 })).stdout
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault
      t.skip(`${tool} not present`)
      return null
    }
  }
  const told = await gdal('gdalinfo', '-json', service)
  if (told === null) return
  const { bands, coordinateSystem } = JSON.parse(told) as { bands: unknown[]; coordinateSystem: { wkt: string } }
  assert.ok(bands.length >= 3)
  assert.match(coordinateSystem.wkt, /3857/)
  const [z, x, y] = await sceneTile(14)
  const pixels = join(folder, 'wmts.png')
  const side = (2 * 20_037_508.342789244) / 2 ** z
  const [left, top] = [x * side - 20_037_508.342789244, 20_037_508.342789244 - y * side]
  await gdal(
    'gdal_translate',
    '-q',
    '-of',
    'PNG',
    '-outsize',
    '512',
    '512',
    '-projwin',
    `${left}`,
    `${top}`,
    `${left + side}`,
    `${top - side}`,
    service,
    pixels,
  )
  const rest = await fetch(`${running.address}/wmts/${COUNTY}/rest/scene-${first.scene}/NDVI/WebMercatorQuad512/${z}/${y}/${x}.png`)
  const ours = join(folder, 'ours.png')
  writeFileSync(ours, new Uint8Array(await rest.arrayBuffer()))
  const meansOf = async (path: string) =>
    [...((await gdal('gdalinfo', '-stats', path)) ?? '').matchAll(/STATISTICS_MEAN=([\d.]+)/g)].map((found) => Number(found[1]))
  const [theirs, own] = [await meansOf(pixels), await meansOf(ours)]
  // GDAL cuts its window out of the world's pixels, which may be one beside ours
  assert.ok(own.length >= 3 && new Set(own).size > 1)
  for (const [i, mean] of own.entries()) assert.ok(Math.abs(mean - theirs[i]) < 2, `${own} and ${theirs}`)
})

test('a STAC client finds scenes from the landing page on, by box, days and collection, page by page', async () => {
  type Link = { rel: string; href: string; method?: string; body?: object; merge?: boolean }
  type Item = {
    type: string
    id: string
    stac_version: string
    geometry: object
    bbox: number[]
    properties: { datetime: string }
    links: Link[]
    assets: Record<string, { href: string; type: string }>
    collection: string
  }
  type Page = { type: string; features: Item[]; links: Link[]; numberMatched: number }
  const { body: root } = await get<{
    type: string
    id: string
    description: string
    stac_version: string
    links: Link[]
    conformsTo: string[]
  }>('/stac')
  for (const key of ['type', 'id', 'description', 'stac_version', 'links', 'conformsTo'] as const) assert.ok(root[key], key)
  const to = (rel: string, method = 'GET') => root.links.find((link) => link.rel === rel && (link.method ?? 'GET') === method)!.href
  for (const rel of ['self', 'root', 'data', 'conformance', 'search', 'service-desc']) assert.ok(to(rel), rel)
  const search = async (address: string, body?: object) => {
    const reply = await fetch(
      address,
      body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {},
    )
    assert.equal(reply.status, 200)
    return (await reply.json()) as Page
  }
  // every page, following what the page says comes next
  const all = async (ask: object) => {
    const found: Item[] = []
    let body: object | undefined = { ...ask, limit: 1 }
    for (let address: string | undefined = to('search', 'POST'); address; ) {
      const page: Page = await search(address, body)
      found.push(...page.features)
      const next: Link | undefined = page.links.find(({ rel }) => rel === 'next')
      address = next?.href
      body = next?.merge ? { ...body, ...next.body } : next?.body
    }
    return found.map(({ id }) => id)
  }
  const everything = await search(`${to('search')}?limit=100`)
  assert.equal(everything.numberMatched, 2)
  for (const item of everything.features) {
    // what the item specification asks for
    assert.deepEqual([item.type, item.stac_version], ['Feature', '1.0.0'])
    assert.ok(item.bbox.length === 4 && item.geometry && !Number.isNaN(Date.parse(item.properties.datetime)))
    const collection = item.links.find(({ rel }) => rel === 'collection')
    assert.equal((await get<{ id: string }>(collection!.href.replace(running.address, ''))).body.id, item.collection)
    for (const { href } of Object.values(item.assets)) assert.equal((await fetch(href)).status, 200)
  }
  const ids = everything.features.map(({ id }) => id)
  assert.deepEqual((await all({})).sort(), [...ids].sort())
  assert.deepEqual(await all({ datetime: '2024-05-01T00:00:00Z/2024-05-31T00:00:00Z' }), [`scene-${first.scene}`])
  assert.deepEqual(await all({ ids: [`scene-${first.scene}`], collections: [`scenes-${COUNTY}`] }), [`scene-${first.scene}`])
  assert.deepEqual(await all({ bbox: [0, 0, 1, 1] }), [])
  assert.deepEqual(await all({ collections: ['scenes-110101'] }), [])
})

test('scenes are shown from the day they were taken, and as the register knew them', async () => {
  const count = async (query: string) => (await get<ScenesReply>(api(`scenes?${query}`))).body.scenes.length
  assert.equal(await count('asOf=2024-05-11'), 0)
  assert.equal(await count('asOf=2024-05-12'), 1)
  assert.equal(await count('asOf=2024-06-01'), 2)
  assert.equal(await count(`known=${first.rev}`), 1)
  assert.equal((await series('inside', '&asOf=2024-05-20')).dates.length, 1)
})

test('the undo takes a scene and its figures away, its own undo brings them back, and the register proves whole', async () => {
  const undo = (rev: number) =>
    transaction(app.pool, (db) => undoRevision(db, COUNTY, rev, KINDS, { actor: 't', reason: 'undo', now: new Date() }, async () => {}), {
      actor: 't',
    })
  const undone = await undo(first.rev)
  assert.ok(undone.ok, JSON.stringify(undone))
  assert.equal((await series('inside')).dates.length, 1)
  assert.ok((await undo(undone.value.rev)).ok)
  assert.equal((await series('inside')).dates.length, 2)
  const { problems } = await transaction(app.pool, (db) => verifyAll(db, COUNTY, app))
  // the derived cells are the count's own business and were not made here
  assert.deepEqual(
    problems.filter(({ problem }) => problem !== 'cells-do-not-add-up'),
    [],
  )
})
