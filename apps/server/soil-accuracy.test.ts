/** A map against the samples of a stored design: joined to its strata and chances, areas by the textbook's formula, and the change between two visits. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { AccuracyReply } from '@dishu/land/soil/accuracy.wire'
import type { DesignView } from '@dishu/land/soil/design.wire'
import type { SoilTaskView } from '@dishu/land/soil/maps.wire'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { type Running, serve } from './serve.ts'
import { COUNTY, patchesFrom, sampleOf, writeCounty, writeSamples } from './soil.testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-accuracy-'))
let database: TestDatabase
let app: App
let running: Running

const saltAt = (u: number, random: () => number) => Math.max(0.1, 0.5 + 0.9 * u + 0.5 * gaussian(random))

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await writeCounty(app, (u, _, random) => ({ salt_g_per_kg: saltAt(u, random) }))
  running = await serve(app, 0)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

const api = (rest: string) => `${running.address}/api/counties/${COUNTY}/${rest}`
async function get<T>(rest: string): Promise<{ status: number; body: T & { code?: string } }> {
  const reply = await fetch(api(rest))
  return { status: reply.status, body: (await reply.json()) as T & { code?: string } }
}
async function post<T>(rest: string, body: unknown): Promise<T> {
  const reply = await fetch(api(rest), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: running.address },
    body: JSON.stringify(body),
  })
  const text = await reply.text()
  assert.equal(reply.status, 200, text)
  return JSON.parse(text) as T
}
async function makeMap(title: string): Promise<string> {
  const begun = await post<SoilTaskView>('soil/maps', { request: { title, values: ['salt'], draws: 99, cellM: 100 }, reason: title })
  for (;;) {
    const { body } = await get<SoilTaskView>(`soil/tasks/${begun.id}`)
    if (body.state === 'done') return body.map ?? ''
    assert.equal(body.state, 'working', JSON.stringify(body))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

let design: DesignView
let map: string
const GRADES = ['none', 'light', 'moderate', 'heavy', 'extreme']
const BOUNDS = [1, 3, 5, 7] // of the scheme that is asked below, g/kg

/** Samples at the first points of the design, with its codes. */
const visit = (count: number, prefix: string, day: string, salt: (u: number, random: () => number) => number, seed: number) => {
  const random = seededRandom(seed)
  return design.points.slice(0, count).map((point) => {
    const { u } = patchesFrom(point)
    return sampleOf({ code: `${point.code}-${prefix}`, day, place: point }, { salt_g_per_kg: salt(u, random) })
  })
}

test('a design drawn by the map’s grades, partly carried out, gives areas by the stratified estimator with its own strata', async () => {
  map = await makeMap('原图')
  design = await post<DesignView>('soil/designs', {
    ...{ title: '核查', method: 'stratified', strataBy: 'mapgrade', points: 80, seed: 2, reachM: 30 },
  })
  await writeSamples(app, visit(72, 'a', '2025-04-20', saltAt, 8))
  const { status, body } = await get<AccuracyReply>(`soil/accuracy?design=${design.key}&indicator=salt`)
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual([body.map, body.visit.planned, body.visit.taken, body.visit.used], [map, 80, 72, 72])
  assert.ok(body.notes.some(({ code }) => code === 'accuracy/not-all-taken'))
  assert.ok(!body.notes.some(({ code }) => code === 'accuracy/map-knew-places')) // the map was made before
  assert.equal(
    body.visit.strata.reduce((sum, { area }) => sum + area, 0),
    body.total,
  )
  for (const stratum of body.visit.strata) assert.ok((stratum.inclusion ?? 0) > 0 && stratum.used >= 2)
  // by another road: Σ W p, and √ Σ W² p (1 − p) / (n − 1) (Olofsson et al. 2014, eq. 10, 11)
  const truth = new Map(
    (await get<{ samples: { code: string; values: Record<string, number> }[] }>('soil/samples')).body.samples
      .filter(({ code }) => code.endsWith('-a'))
      .map((sample) => [sample.code.slice(0, -2), saltOf(sample)]),
  )
  const placeOf = (salt: number) => GRADES[BOUNDS.filter((bound) => salt >= bound).length]
  for (const grade of body.byClass) {
    let [area, variance] = [0, 0]
    for (const { id, area: whole } of body.visit.strata) {
      const own = design.points.filter(({ stratum, code }) => stratum === id && truth.has(code))
      const p = own.filter(({ code }) => placeOf(truth.get(code) ?? 0) === grade.class).length / own.length
      area += whole * p
      variance += (whole * whole * p * (1 - p)) / (own.length - 1)
    }
    assert.ok(Math.abs(grade.area - area) < 1e-6 * body.total, `${grade.class} ${grade.area} ${area}`)
    assert.ok(Math.abs(grade.error - Math.sqrt(variance)) < 1e-6 * body.total, `${grade.class} ${grade.error} ${Math.sqrt(variance)}`)
  }
  assert.equal(
    body.counts.flat().reduce((a, b) => a + b, 0),
    72,
  )
})

const saltOf = (sample: object): number => {
  const found = JSON.stringify(sample).match(/"salt[A-Za-z_]*":\s*(?:\{[^}]*"value":)?([\d.]+)/)
  assert.ok(found, JSON.stringify(sample))
  return Number(found[1])
}

test('a second visit to the same points tells a change that is there from one that is not', async () => {
  // the east is washed out by 4 g/kg; the west stays as it was
  await writeSamples(
    app,
    visit(80, 'b', '2026-04-20', (u, random) => Math.max(0.1, saltAt(u, random) - (u > 4 ? 4 : 0)), 9),
  )
  const asked = `design=${design.key}&indicator=salt&from=2026-01-01&earlierDesign=${design.key}&earlierFrom=2025-01-01&earlierTo=2025-12-31`
  const { body } = await get<AccuracyReply>(`soil/accuracy?${asked}`)
  assert.equal(body.paired, true, JSON.stringify(body))
  assert.equal(body.visit.used, 72) // where both visits were
  const of = (grade: string) => body.changes.find((each) => each.class === grade)
  assert.equal(of('extreme')?.verdict, 'shrunk')
  assert.ok((of('extreme')?.change ?? 0) < 0 && (of('extreme')?.p ?? 1) < 0.05)
  const total = body.changes.reduce((sum, { change }) => sum + change, 0)
  assert.ok(Math.abs(total) < 1e-6 * body.total) // land goes from one grade to another
  const still = `design=${design.key}&indicator=salt&from=2025-01-01&to=2025-12-31&earlierDesign=${design.key}&earlierFrom=2025-01-01&earlierTo=2025-12-31`
  const same = (await get<AccuracyReply>(`soil/accuracy?${still}`)).body
  assert.ok(same.changes.every(({ verdict, change }) => verdict === 'not-shown' && change === 0))
})

test('a map that was made of these very samples is named, and places that nobody drew by chance are refused', async () => {
  const later = await makeMap('后图')
  const { body } = await get<AccuracyReply>(`soil/accuracy?design=${design.key}&indicator=salt&map=${later}`)
  assert.ok(
    body.notes.some(({ code }) => code === 'accuracy/map-knew-places'),
    JSON.stringify(body.notes),
  )
  const latin = await post<DesignView>('soil/designs', { title: '拉丁', method: 'latin', points: 20, seed: 2, covariates: ['place'] })
  await writeSamples(
    app,
    latin.points.map((point) => sampleOf({ code: point.code, day: '2026-05-01', place: point }, { salt_g_per_kg: 2 })),
  )
  const refused = await get(`soil/accuracy?design=${latin.key}`)
  assert.deepEqual([refused.status, refused.body.code], [422, 'accuracy/not-by-chance'])
  const none = await get(`soil/accuracy?design=P77`)
  assert.deepEqual([none.status, none.body.code], [404, 'design/no-such-design'])
  const wrong = await get(`soil/accuracy?design=${design.key}&indicator=mud`)
  assert.equal(wrong.body.code, 'soil-map/unknown-word')
})

test('of a bag the field’s record says where, and the laboratory’s row what: the two make one place of the design', async () => {
  const bagged = await post<DesignView>('soil/designs', { title: '袋', method: 'grid', points: 16, seed: 4 })
  await writeSamples(
    app,
    bagged.points.flatMap((point, i) => [
      sampleOf({ code: point.code, day: '2026-06-01', place: point, extra: { bag: `BAG${i}` } }, {}),
      sampleOf({ code: `L${i}`, day: '2026-06-01', place: null, extra: { bag: `BAG${i}` } }, { salt_g_per_kg: 0.5 + (i % 2) }),
    ]),
  )
  const { status, body } = await get<AccuracyReply>(`soil/accuracy?design=${bagged.key}&indicator=salt`)
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.visit.used, bagged.points.length)
  assert.ok(body.notes.some(({ code }) => code === 'accuracy/grid-as-simple'))
})
