/** Soil maps over a real database and the real server: from samples to grades with their probability, to another scheme, and back by the undo. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { memorySource } from '@dishu/formats/geotiff/source'
import { requestFrom } from '@dishu/land/soil/maps'
import { beginTask } from '@dishu/land/soil/maps.jobs'
import type {
  AreasReply,
  GradingReply,
  MapDetail,
  MapPreview,
  MapsReply,
  MovesReply,
  PatchMapReply,
  SoilTaskView,
} from '@dishu/land/soil/maps.wire'
import { transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { type Running, serve } from './serve.ts'
import { AREA, COLUMNS, COUNTY, ROWS, writeCounty } from './soil.testing.ts'
import { verifyAll } from './verify.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-soil-'))
let database: TestDatabase
let app: App
let running: Running

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await writeCounty(app)
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
async function ended(task: SoilTaskView): Promise<SoilTaskView> {
  for (const until = Date.now() + 60_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const now = await get<SoilTaskView>(`soil/tasks/${task.id}`)
    if (now.state !== 'working') return now
  }
  throw new Error(`the task ${task.id} did not end`)
}

const REQUEST = { title: '试验图', values: ['salt', 'ph', 'esp'], draws: 99, cellM: 100, seed: 3 }
let made: SoilTaskView

test('a preview says what the map would be made of, and whether there is a map at all', async () => {
  const { status, body } = await post<MapPreview>('soil/map-preview', { request: REQUEST })
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(
    body.models.map(({ value, samples }) => [value, samples]),
    [
      ['salt', 60],
      ['ph', 60],
      ['esp', 45],
    ],
  )
  assert.ok(body.models.every(({ structure }) => structure.isShown))
  assert.ok(body.correlations[0][1] > 0.5) // salt and pH rise together
})

test('what would make no map is refused before the work begins, with the number that is wrong', async () => {
  const deep = await post('soil/maps', { request: { ...REQUEST, depthFromCm: 60, depthToCm: 80 }, reason: 'test' })
  assert.deepEqual([deep.status, deep.body.code], [422, 'soil-map/too-few'], JSON.stringify(deep.body))
  const none = await post('soil/maps', { request: { ...REQUEST, values: ['ece'] }, reason: 'test' })
  assert.equal(none.body.code, 'soil-map/not-in-scheme')
  const model = await post('soil/maps', { request: { ...REQUEST, models: { ph: '1 Sph' } }, reason: 'test' })
  assert.equal(model.body.code, 'soil-map/model-not-read')
  const cells = await post('soil/maps', { request: { ...REQUEST, cellM: 1 }, reason: 'test' })
  assert.equal(cells.body.code, 'soil-map/grid-too-large')
})

test('a map is made by a process of its own and stored as COGs that say how they were made', async () => {
  const begun = await post<SoilTaskView>('soil/maps', { request: REQUEST, reason: '第一张图' })
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  made = await ended(begun.body)
  assert.deepEqual([made.state, made.patches], ['done', COLUMNS * ROWS], JSON.stringify(made))
  const { maps } = await get<MapsReply>('soil/maps')
  assert.deepEqual(
    maps.map(({ key, rev, validFrom }) => [key, rev, validFrom]),
    [[made.id, made.rev, '2024-04-22']],
  )
  const detail = await get<MapDetail>(`soil/maps/${made.id}`)
  assert.ok(detail.models.every(({ pairs, reliability }) => pairs.length > 40 && reliability.length === 11))
  const grid = maps[0].grids[0]
  const reply = await fetch(api(`soil/maps/${made.id}/files/${grid.sha256}`))
  const tiff = await openTiff(memorySource('a.tif', new Uint8Array(await reply.arrayBuffer())))
  assert.deepEqual([tiff.width, tiff.height, tiff.crs?.epsg], [grid.width, grid.height, grid.epsg])
  assert.deepEqual([tiff.metadata.SEED, tiff.metadata.SAMPLES_REVISION, tiff.metadata.METHOD], ['3', '1', 'ordinary kriging'])
  assert.deepEqual(
    tiff.bands.map(({ name }) => name),
    ['prediction', 'deviation', 'p-light-or-worse', 'p-moderate-or-worse', 'p-heavy-or-worse', 'p-extreme-or-worse'],
  )
  const [light, moderate] = await tiff.readWindow([2, 3], { x: 0, y: 0, width: grid.width, height: grid.height })
  assert.ok(light.every((each, i) => Number.isNaN(each) || (each >= moderate[i] && each <= 1))) // a worse grade is never more probable
})

test('probabilities of a patch add up to one, its figures lie in their interval, and samples stand behind it', async () => {
  const { rows } = await get<{ rows: { id: number; patchKey: string }[] }>('patches')
  const west = rows.find(({ patchKey }) => patchKey === 'P1')
  const east = rows.find(({ patchKey }) => patchKey === 'P8')
  assert.ok(west && east)
  for (const { id } of [west, east]) {
    const { graded } = await get<PatchMapReply>(`soil/patches/${id}`)
    assert.ok(graded)
    for (const chances of Object.values(graded.chances)) assert.ok(Math.abs(chances.reduce((a, b) => a + b, 0) - 1) < 1e-5)
    assert.deepEqual(Object.keys(graded.chances).sort(), ['combined', 'esp', 'ph', 'salt'])
    for (const { mean, low, high } of graded.figures) assert.ok(low <= mean && mean <= high)
    assert.ok(graded.samples.length === 8 && graded.samples[0].metres <= graded.samples[7].metres)
    assert.ok(graded.share >= 0.8 ? graded.needed === 0 : (graded.needed ?? 0) > 0)
  }
  const salt = async (id: number) =>
    (await get<PatchMapReply>(`soil/patches/${id}`)).graded?.figures.find(({ value }) => value === 'salt')?.mean ?? 0
  assert.ok((await salt(east.id)) > (await salt(west.id)) + 2) // the field rises by 0.9 g/kg a column
})

test('areas add up to the land to the last hundredth, and parts and whole are of the same simulations', async () => {
  const towns = await get<AreasReply>('soil/areas?level=town')
  const all = AREA * COLUMNS * ROWS
  for (const { total, grades } of [...towns.areas, towns.whole]) {
    assert.equal(
      grades.reduce((sum, { counted }) => sum + counted, 0),
      total,
    )
    assert.equal(
      grades.reduce((sum, { estimate }) => sum + estimate, 0),
      total,
    )
    assert.ok(grades.every(({ low, high }) => low <= high && low >= 0))
  }
  assert.deepEqual([towns.whole.total, towns.areas.length], [all, 2])
  const county = await get<AreasReply>('soil/areas?level=county')
  assert.deepEqual(county.areas[0].grades, towns.whole.grades)
  const width = (of: AreasReply['whole']) => of.grades.reduce((sum, { low, high }) => sum + high - low, 0)
  // areas of towns go up and down against each other: the whole is surer than the sum of its parts
  assert.ok(width(towns.whole) < towns.areas.reduce((sum, each) => sum + width(each), 0))
})

test('the count by map adds up to the land, with each interval beside its figure, and its parts are the rows behind them', async () => {
  type Reply = {
    rows: { by: Record<string, string>; area: number; patches: number; interval?: { estimate: number; low: number; high: number } }[]
    total: { area: number; patches: number }
  }
  const all = AREA * COLUMNS * ROWS
  const count = await get<Reply>('count?by=mapgrade')
  assert.deepEqual([count.total.area, count.total.patches], [all, COLUMNS * ROWS])
  assert.equal(
    count.rows.reduce((sum, { interval }) => sum + (interval?.estimate ?? 0), 0),
    all,
  )
  const { whole } = await get<AreasReply>('soil/areas?level=county')
  for (const { by, area, interval } of count.rows) {
    const same = whole.grades.find(({ grade }) => grade === by.mapgrade)
    assert.deepEqual([area, interval], [same?.counted, { estimate: same?.estimate, low: same?.low, high: same?.high }])
  }
  // crossed with towns it is the same land, and one filter gives the patches behind a figure
  const crossed = await get<Reply>('count?by=area,mapgrade&level=town')
  assert.equal(
    crossed.rows.reduce((sum, { area }) => sum + area, 0),
    all,
  )
  const [first] = count.rows.filter(({ patches }) => patches > 0)
  const behind = await get<{ matched: number; area: number; rows: { mapgrade: string }[] }>(`patches?mapgrade=${first.by.mapgrade}`)
  assert.deepEqual([behind.matched, behind.area], [first.patches, first.area])
  assert.ok(behind.rows.every(({ mapgrade }) => mapgrade === first.by.mapgrade))
  // before the samples were taken there was no map
  const before = await get<Reply>('count?by=mapgrade&asOf=2024-02-01')
  assert.deepEqual(
    before.rows.map(({ by, area }) => [by.mapgrade, area]),
    [['not-mapped', all]],
  )
  const tile = await fetch(`${running.address}/tiles/${COUNTY}/11/1730/731.mvt`)
  assert.equal(tile.status, 200)
})

test('tiles of value, uncertainty and probability are pictures, and a word that is none of these is refused', async () => {
  for (const show of ['value', 'faded', 'deviation', 'p-moderate-or-worse']) {
    const reply = await fetch(`${running.address}/tiles/${COUNTY}/soil/${made.id}/salt/${show}/11/1730/731.png`)
    assert.deepEqual([reply.status, reply.headers.get('content-type')], [200, 'image/png'], show)
  }
  const wrong = await fetch(`${running.address}/tiles/${COUNTY}/soil/${made.id}/salt/nothing/11/1730/731.png`)
  assert.equal(wrong.status, 422)
})

test('another scheme grades everything in one revision, says who moves, and the undo takes it back', async () => {
  const before = await get<AreasReply>('soil/areas?level=county')
  const present = await get<GradingReply>('soil/grading')
  const copied = present.schemes.find(({ id }) => id === 'songnen-1')
  assert.ok(copied)
  const scheme = {
    ...{
      id: 'own-1',
      nameZh: '本县方案',
      nameEn: 'Our scheme',
      region: '',
      source: '县农业农村局 2026（虚构）',
      readOn: '2026-03-01',
      note: '',
      copiedFrom: 'songnen-1',
    },
    indicators: copied.indicators.map((each) => ({
      ...each,
      bounds: each.bounds.map((bound) => bound * (each.name === 'ph' ? 1.05 : 1.5)),
    })),
  }
  const wrong = await post('soil/regrades', {
    grading: { scheme: 'own-1' },
    scheme: { ...scheme, indicators: [{ name: 'ph', bounds: [9, 8, 9.5, 10], above: true }] },
    reason: 'x',
  })
  assert.equal(wrong.body.code, 'grading/bounds-not-rising')
  const head = (await get<{ head: number }>('place').catch(() => ({ head: 0 }))).head
  const looked = await ended(
    (await post<SoilTaskView>('soil/regrades', { grading: { scheme: 'own-1' }, scheme, reason: '先看', look: true })).body,
  )
  assert.deepEqual([looked.what, looked.state], ['look', 'done'], JSON.stringify(looked))
  const seen = await get<MovesReply>(`soil/tasks/${looked.id}/moves`)
  assert.equal((await get<GradingReply>('soil/grading')).present.scheme, 'songnen-1') // nothing is written
  assert.equal((await get<{ head: number }>('place').catch(() => ({ head: 0 }))).head, head)
  const begun = await post<SoilTaskView>('soil/regrades', { grading: { scheme: 'own-1' }, scheme, reason: '采用本县界限' })
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  const done = await ended(begun.body)
  assert.equal(done.state, 'done', JSON.stringify(done))
  const moves = await get<MovesReply>(`soil/regrades/${done.rev}`)
  assert.deepEqual([moves.before.scheme, moves.after.scheme], ['songnen-1', 'own-1'])
  // what was seen before is what came, patch by patch, with its land
  assert.deepEqual([seen.rev, seen.byMap, seen.bySample, seen.patches], [null, moves.byMap, moves.bySample, moves.patches])
  for (const { patches, area } of [...moves.byMap, ...moves.bySample]) assert.equal(area, patches * AREA)
  const moved = moves.byMap.reduce((sum, { patches }) => sum + patches, 0)
  assert.ok(moved > 0 && moves.patches.length === moved)
  assert.ok(moves.bySample.length > 0)
  const after = await get<AreasReply>('soil/areas?level=county')
  assert.notDeepEqual(after.whole.grades, before.whole.grades)
  const count = await get<{ scheme: { id: string } }>('count?by=grade')
  assert.equal(count.scheme.id, 'own-1')
  const undone = await post(`revisions/${done.rev}/undo`, { reason: '撤回' })
  assert.equal(undone.status, 200, JSON.stringify(undone.body))
  const back = await get<AreasReply>('soil/areas?level=county')
  assert.deepEqual(back.whole.grades, before.whole.grades)
  assert.equal((await get<GradingReply>('soil/grading')).present.scheme, 'songnen-1')
})

test('a map that is stopped leaves nothing, and while one is at work no other begins', async () => {
  const begun = await post<SoilTaskView>('soil/maps', { request: { ...REQUEST, title: '停', draws: 399, cellM: 5 }, reason: 'x' })
  const second = await post('soil/maps', { request: REQUEST, reason: 'x' })
  assert.equal(second.body.code, 'soil-map/already-at-work')
  const stopped = await post<SoilTaskView>(`soil/tasks/${begun.body.id}/cancel`, {})
  assert.equal(stopped.body.state, 'cancelled')
  assert.equal((await get<MapsReply>('soil/maps')).maps.length, 1)
})

test('a map that was under way when the server stopped is made after its start', async () => {
  const request = requestFrom({ ...REQUEST, title: '续', values: ['ph'] })
  assert.ok(request.ok)
  const task = await beginTask(app, COUNTY, { what: 'map', request: request.value, reason: '续' }, 't', new Date())
  await running.close()
  running = await serve(app, 0)
  const done = await ended({ id: task.id } as SoilTaskView)
  assert.equal(done.state, 'done', JSON.stringify(done))
  const { rows } = await get<{ rows: { id: number }[] }>('patches?limit=1')
  const graded = async () => (await get<PatchMapReply>(`soil/patches/${rows[0].id}`)).graded?.map
  assert.equal(await graded(), done.map) // of two maps of one day the later one holds
  const undone = await post(`revisions/${done.rev}/undo`, { reason: '撤' })
  assert.equal(undone.status, 200, JSON.stringify(undone.body))
  assert.equal(await graded(), made.id)
})

test('the proof of the county holds: chain, files, and the count made anew', async () => {
  const proof = await transaction(app.pool, (db) => verifyAll(db, COUNTY, app), { readOnly: true }).catch(() =>
    transaction(app.pool, (db) => verifyAll(db, COUNTY, app), { actor: 't' }),
  )
  assert.deepEqual(proof.problems, [])
})
