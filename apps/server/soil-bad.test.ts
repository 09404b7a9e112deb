/** Samples that no map can be made of, by the road of the product: each is refused with its number before any work, or mapped with a word on what was done. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { MapDetail, MapPreview, SoilTaskView } from '@dishu/land/soil/maps.wire'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { type Running, serve } from './serve.ts'
import { COLUMNS, COUNTY, placeOf, ROWS, sampleOf, writeCounty, writeSamples } from './soil.testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-soil-bad-'))
let database: TestDatabase
let app: App
let running: Running

type Place = { longitude: number; latitude: number }
const random = seededRandom(4)
const anywhere = (): Place => placeOf(random() * COLUMNS, random() * ROWS)
/** Samples of one year, so that each case is asked about alone. */
const year = (of: number, count: number, salt: (i: number) => number, place: (i: number) => Place = anywhere) =>
  Array.from({ length: count }, (_, i) => sampleOf({ code: `${of}-${i}`, day: `${of}-04-20`, place: place(i) }, { salt_g_per_kg: salt(i) }))
const usual = () => Math.max(0.2, 3 + gaussian(random))

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await writeCounty(app)
  const twice = anywhere()
  const steps = Array.from({ length: 30 }, anywhere)
  await writeSamples(app, [
    ...year(2010, 30, () => 2.5), // a constant
    ...year(2011, 30, (i) => (i === 7 ? 1e6 : usual())), // no soil has it
    ...year(2017, 30, (i) => (i === 7 ? 390 : usual())), // a slip of the pen that a soil might have
    ...year(2012, 30, usual, (i) => (i < 12 ? { longitude: 45.4, latitude: 124.2 - i / 100 } : anywhere())), // longitude and latitude swapped
    ...year(2013, 12, usual, () => twice), // one place
    ...year(2014, 9, usual),
    ...year(2015, 60, usual, (i) => steps[i % 30]), // every place twice
    // neighbours a millimetre apart: without a nugget their equations are as good as the same
    ...year(2016, 60, usual, (i) => ({ ...steps[i % 30], latitude: steps[i % 30].latitude + (i < 30 ? 0 : 1e-8) })),
  ])
  running = await serve(app, 0)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

const api = (rest: string) => `${running.address}/api/counties/${COUNTY}/${rest}`
async function post<T>(rest: string, body: unknown): Promise<{ status: number; body: T & { code?: string; message?: string } }> {
  const reply = await fetch(api(rest), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: running.address },
    body: JSON.stringify(body),
  })
  return { status: reply.status, body: (await reply.json()) as T & { code?: string; message?: string } }
}
const of = (asked: number, more: object = {}) => ({
  ...{ title: `${asked}`, values: ['salt'], season: 'any', from: `${asked}-01-01`, to: `${asked}-12-31`, draws: 99, cellM: 200 },
  ...more,
})
async function made(request: object): Promise<MapDetail> {
  const begun = await post<SoilTaskView>('soil/maps', { request, reason: 'x' })
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  for (;;) {
    const task = (await (await fetch(api(`soil/tasks/${begun.body.id}`))).json()) as SoilTaskView
    if (task.state === 'done') return (await (await fetch(api(`soil/maps/${task.map}`))).json()) as MapDetail
    assert.equal(task.state, 'working', JSON.stringify(task))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('what would make no map is refused before the work, by what is wrong with it', async () => {
  const wrong: readonly (readonly [year: number, code: string, says: RegExp])[] = [
    [2010, 'soil-map/constant', /2\.5/],
    [2017, 'soil-map/outlier', /2017-7 /],
    [2012, 'soil-map/apart', /12 个/],
    [2013, 'soil-map/too-few', /1 个/],
    [2014, 'soil-map/too-few', /9 个/],
  ]
  for (const [asked, code, says] of wrong) {
    const { status, body } = await post('soil/maps', { request: of(asked), reason: 'x' })
    assert.deepEqual([status, body.code], [422, code], JSON.stringify(body))
    assert.match(body.message ?? '', says)
  }
})

test('a value of 1e6 is left out by name, one that somebody believes is mapped, and identical places stand as their mean', {
  timeout: 90_000,
}, async () => {
  const impossible = await post<MapPreview>('soil/map-preview', { request: of(2011) })
  assert.deepEqual([impossible.status, impossible.body.models[0].samples], [200, 29])
  assert.match(impossible.body.notes.find(({ code }) => code === 'soil-map/impossible')?.message ?? '', /2011-7/)
  const believed = await post<MapPreview>('soil/map-preview', { request: of(2017, { believed: true }) })
  assert.deepEqual([believed.status, believed.body.models[0].samples, believed.body.models[0].high], [200, 30, 390])
  const twice = await made(of(2015))
  assert.equal(twice.models[0].samples, 30)
  assert.ok(twice.notes.some(({ code }) => code === 'soil-map/same-place'))
})

test('equations that are as good as singular give a map of numbers, or the model is refused', { timeout: 60_000 }, async () => {
  const { status, body } = await post('soil/maps', { request: of(2016, { models: { salt: '1 Gau(4000)' } }), reason: 'x' })
  assert.deepEqual([status, body.code], [422, 'soil-map/model-does-not-hold']) // neighbours a millimetre apart differ: no nugget is no model
  const map = await made(of(2016))
  const { models } = map
  assert.equal(models[0].samples, 60)
  assert.ok([models[0].leaveOneOut.rmse, models[0].structure.gain].every(Number.isFinite))
  const reply = (await (await fetch(api('soil/areas?level=county'))).json()) as { whole: { total: number; grades: { estimate: number }[] } }
  assert.equal(
    reply.whole.grades.reduce((sum, { estimate }) => sum + estimate, 0),
    reply.whole.total,
  )
})
