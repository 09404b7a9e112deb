/** Samples, variograms and sampling designs over a real database and the real server. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { Day } from '@dishu/base/date'
import { writePolygonWkb } from '@dishu/base/wkb'
import { openRevision, rowToWrite, undoRevision } from '@dishu/kernel/records/records.store'
import { patchKind } from '@dishu/land/parcels/parcels'
import { decideRequest } from '@dishu/land/soil/design'
import type { DesignsReply, DesignView, RedrawReply } from '@dishu/land/soil/design.wire'
import { beginTask } from '@dishu/land/soil/maps.jobs'
import type { SoilTaskView } from '@dishu/land/soil/maps.wire'
import type { LaboratoryReply, ProfileReply, SamplesReply } from '@dishu/land/soil/samples.wire'
import { sampleKind } from '@dishu/land/soil/soil'
import type { VariogramCheckReply, VariogramReply } from '@dishu/land/soil/variogram.wire'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { KINDS } from './parts.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const AT = `/api/counties/${COUNTY}/soil`
const folder = mkdtempSync(join(tmpdir(), 'dishu-soil-design-'))
const ZONE = { centralMeridian: 123, falseEasting: 500_000 }
let database: TestDatabase
let app: App
let running: Running

const [LEFT, BOTTOM, SIDE] = [560_000, 5_010_000, 1000]
const lonLat = (x: number, y: number) => {
  const [longitude, latitude] = fromZone(Float64Array.of(x, y), ZONE)
  return { longitude, latitude }
}

/** Thirty square patches of a kilometre, six by five; the first column is a country road, the last a village. */
function patchRow(i: number) {
  const [c, r] = [i % 6, Math.floor(i / 6)]
  const [x0, y0] = [LEFT + c * SIDE, BOTTOM + r * SIDE]
  const ring = Float64Array.of(x0, y0, x0 + SIDE, y0, x0 + SIDE, y0 + SIDE, x0, y0 + SIDE, x0, y0)
  const [a, b] = [lonLat(x0, y0), lonLat(x0 + SIDE, y0 + SIDE)]
  const content = {
    ...{
      patch_key: `K${i}`,
      patch_number: String(i).padStart(4, '0'),
      village: r < 3 ? '220899100200' : '220899101200',
      village_name: '村',
    },
    ...{
      class: c === 0 ? '1006' : c === 5 ? '0702' : r % 2 === 0 ? '0103' : '1204',
      class_name: null,
      owner_kind: '30',
      owner_unit: null,
      owner_name: null,
    },
    ...{
      official_area: 1e8,
      deducted_class: null,
      deduction: null,
      deducted_area: 0,
      class_area: 1e8,
      computed_area: 1e8,
      survey_year: 2024,
    },
    ...{ srid: 4550, outline: writePolygonWkb([{ rings: [ring] }]), bbox: [a.longitude, a.latitude, b.longitude, b.latitude], extra: {} },
  }
  return rowToWrite(patchKind, { validFrom: '2024-01-01' as Day, content })
}

function sampleRow(code: string, changes: Record<string, unknown>, day = '2024-05-02') {
  const { longitude = null, latitude = null } = changes as { longitude?: number; latitude?: number }
  const content = {
    ...{
      sample_code: code,
      longitude,
      latitude,
      place: longitude === null ? null : [longitude, latitude, longitude, latitude],
      plot_code: null,
    },
    ...{
      depth_from_cm: 0,
      depth_to_cm: 20,
      sampled_on: day,
      season: 'spring',
      ph: 8.5,
      ph_ratio: '1:5',
      ec_ds_per_m: null,
      ec_ratio: null,
      ece_ds_per_m: null,
    },
    ...{ salt_g_per_kg: 1, cec_cmol_per_kg: null, esp_percent: null, ions: {}, texture: null, lab: '一室', method: null, extra: {} },
    ...changes,
  }
  return rowToWrite(sampleKind, { validFrom: day as Day, content })
}

async function write(kind: typeof sampleKind, rows: readonly ReturnType<typeof sampleRow>[]): Promise<number> {
  return transaction(
    app.pool,
    async (db) => {
      const revision = await openRevision(db, COUNTY, KINDS)
      await revision.add(kind, rows)
      await app.derive(db, revision)
      return (await revision.seal({ what: 'write', cause: 'correction', actor: 't', reason: 't', now: new Date() })).rev
    },
    { actor: 't' },
  )
}

const get = async <T>(path: string): Promise<T> => (await (await fetch(running.address + AT + path)).json()) as T
const post = async <T>(path: string, body: unknown): Promise<T> =>
  (await (
    await fetch(running.address + AT + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  ).json()) as T

before(async () => {
  database = await freshDatabase()
  app = await joinApp(folder, database.url)
  running = await serve(app, 0)
  await write(
    patchKind,
    Array.from({ length: 30 }, (_, i) => patchRow(i)),
  )
  const random = seededRandom(3)
  // salt rises smoothly to the east: there is structure
  const placed = Array.from({ length: 60 }, (_, i) => {
    const [x, y] = [LEFT + random() * 6 * SIDE, BOTTOM + random() * 5 * SIDE]
    return sampleRow(`S${i}`, { ...lonLat(x, y), salt_g_per_kg: Math.exp((x - LEFT) / 2000 - 1 + 0.15 * gaussian(random)) })
  })
  const hole = lonLat(LEFT + 2500, BOTTOM + 2500)
  await write(sampleKind, [
    ...placed,
    sampleRow('H-1', { ...hole, salt_g_per_kg: 4 }),
    sampleRow('H-2', { ...hole, depth_from_cm: 20, depth_to_cm: 40, salt_g_per_kg: 2 }),
    sampleRow('H-3', {
      ...hole,
      depth_from_cm: 40,
      depth_to_cm: 100,
      salt_g_per_kg: null,
      extra: { censored: { salt_g_per_kg: { text: '<0.5', below: 0.5 } } },
    }),
    sampleRow('H-1-平行', { salt_g_per_kg: 5, extra: { role: 'duplicate', duplicateOf: 'H-1' } }),
  ])
})
after(async () => {
  await running.close()
  await app.close()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

test('samples come with grade, limit and role; a hole by depth with the spline; a duplicate beside its original', async () => {
  const { samples, total, bounds } = await get<SamplesReply>('/samples')
  assert.equal(total, 64)
  const by = new Map(samples.map((sample) => [sample.code, sample]))
  assert.equal(by.get('H-3')?.censored.salt, '<0.5')
  assert.equal(by.get('H-1-平行')?.grade, 'not-graded')
  assert.notEqual(by.get('H-1')?.grade, 'not-graded')
  assert.equal(bounds.salt.length, 4)
  const { profiles } = await get<ProfileReply>(`/samples/${by.get('H-1')?.id}/profile`)
  const ph = profiles.find(({ quantity }) => quantity === 'ph')
  assert.deepEqual(
    ph?.standard.map(({ text }) => text),
    ['8.50', '8.50', '8.50'],
  )
  const salt = profiles.find(({ quantity }) => quantity === 'salt')
  // a layer below a limit carries no curve, and no mean
  assert.deepEqual([salt?.layers.length, salt?.curve.length, salt?.standard[0].text], [3, 0, null])
  const { duplicates, labs } = await get<LaboratoryReply>('/laboratory')
  // 5 against 4: 200 · 1 / 9 %
  assert.deepEqual(
    duplicates.find(({ value }) => value === '全盐量'),
    { duplicate: 'H-1-平行', of: 'H-1', value: '全盐量', off: 22.22, relative: true },
  )
  assert.deepEqual(labs, [])
})

test('a variogram is read, fitted, and held against samples left out; a bad model is refused by its part', async () => {
  const variogram = await get<VariogramReply>('/variogram?value=salt&transform=log')
  assert.equal(variogram.samples, 61)
  assert.ok(variogram.lags.length > 5 && variogram.fitted !== null)
  const check = await get<VariogramCheckReply>(
    `/variogram/check?value=salt&transform=log&model=${encodeURIComponent(variogram.fitted ?? '')}`,
  )
  assert.ok(check.isShown && check.krigingRmse < 0.5 * check.meanRmse, JSON.stringify(check))
  const along = await get<VariogramCheckReply>(
    `/variogram/check?value=salt&transform=log&model=${encodeURIComponent('0.02 Nug + 1 Sph(9000, 0, 0.5)')}`,
  )
  assert.ok(along.isShown)
  const wrong = await get<{ code: string; details: unknown }>(
    `/variogram/check?value=salt&model=${encodeURIComponent('1 Sph(900) + 2 Wave(3)')}`,
  )
  assert.deepEqual([wrong.code, wrong.details], ['variogram/model-not-read', { part: '2 Wave(3)' }])
  const none = await get<{ code: string }>('/variogram?value=esp')
  assert.equal(none.code, 'soil-map/too-few')
})

async function ended(task: SoilTaskView): Promise<SoilTaskView> {
  assert.equal(task.state, 'working', JSON.stringify(task))
  for (const until = Date.now() + 60_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const now = await get<SoilTaskView>(`/tasks/${task.id}`)
    if (now.state !== 'working') return now
  }
  throw new Error(`the task ${task.id} did not end`)
}

test('a design is drawn, kept, drawn again the same, exported, carried out, and undone', async () => {
  const asked = { method: 'stratified', strataBy: 'class', points: 20, seed: 11, title: '=1+1 春季', perKm: 100, perPoint: 50 }
  const task = await ended(await post<SoilTaskView>('/designs/draw', asked))
  assert.deepEqual([task.what, task.state, task.title], ['design', 'done', '=1+1 春季'])
  const drawn = await get<DesignView>(`/tasks/${task.id}/design`)
  assert.equal(drawn.key, null)
  const kept = await post<DesignView>('/designs', { task: task.id })
  assert.equal(kept.key, 'P1')
  assert.deepEqual(kept.points, drawn.points)
  // roads and houses are no land to sample; the two classes share by area: 12 and 8 of 20 patches
  assert.deepEqual(kept.strata.map(({ id, planned }) => [id, planned]).sort(), [
    ['0103', 12],
    ['1204', 8],
  ])
  for (const { landClass, distanceM } of kept.points)
    assert.ok(['0103', '1204'].includes(landClass) && distanceM !== null && distanceM <= 2100)
  assert.deepEqual(await get<RedrawReply>('/designs/P1/redraw'), { same: true, sameGround: true, points: 20, differing: 0 })

  const file = async (format: string) => (await fetch(`${running.address}${AT}/designs/P1/export?format=${format}`)).text()
  assert.equal((await file('csv')).trim().split('\n').length, 21)
  assert.equal(JSON.parse(await file('geojson')).features.length, 20)
  assert.match(await file('gpx'), /<name>=1\+1 春季<\/name>/)
  assert.equal(JSON.parse(await file('shp')).code, 'design/not-understood')

  const [first, second] = kept.points
  const rev = await write(sampleKind, [
    sampleRow('P1-001', { ...lonLat(LEFT, BOTTOM) }, '2030-05-01'),
    sampleRow('late', { longitude: second.longitude + 0.0002, latitude: second.latitude }, '2030-05-01'),
  ])
  const after = await get<DesignView>('/designs/P1')
  assert.deepEqual([after.taken, after.points[0].sample, after.points[1].sample], [2, 'P1-001', 'late'])
  assert.equal(first.code, 'P1-001')
  const { designs } = await get<DesignsReply>('/designs')
  assert.deepEqual(
    designs.map(({ key, points, taken }) => [key, points, taken]),
    [['P1', 20, 2]],
  )

  await transaction(app.pool, (db) => undoRevision(db, COUNTY, rev, KINDS, { actor: 't', reason: 't', now: new Date() }, async () => {}), {
    actor: 't',
  })
  assert.equal((await get<DesignView>('/designs/P1')).taken, 0)
  assert.equal((await post<DesignView>('/designs', { points: 5 })).key, 'P2')
})

test('the greedy design lowers the error it expects, and is refused without samples of the value', async () => {
  const task = await ended(await post<SoilTaskView>('/designs/draw', { method: 'greedy', points: 6 }))
  const greedy = await get<DesignView>(`/tasks/${task.id}/design`)
  assert.equal(greedy.points.length, 6)
  assert.ok((greedy.figures.errorAfter ?? 1) < (greedy.figures.errorBefore ?? 0), JSON.stringify(greedy.figures))
  const refused = async (asked: object) => (await ended(await post<SoilTaskView>('/designs/draw', asked))).refusal?.code
  assert.equal(await refused({ method: 'greedy', value: 'esp' }), 'soil-map/too-few')
  assert.equal(await refused({ classes: ['9999'] }), 'design/no-ground')
})

test('a laboratory row with nothing but a bag takes place, depth and day from the record of that bag, and grades the patch it lies in', async () => {
  const there = lonLat(LEFT + 3300, BOTTOM + 1200)
  const bare = { ph: null, ph_ratio: null, salt_g_per_kg: null, lab: null }
  const analysed = { sampled_on: null, season: null, depth_from_cm: null, depth_to_cm: null, salt_g_per_kg: 6.5 }
  const read = <Row>(body: (db: Db) => Promise<Row>) => transaction(app.pool, body, { actor: 't' })
  const gradeThere = async () =>
    (
      await read(
        (db) =>
          db.maybe<{ grade: string }>`
          select cell.grade from land.cell_now cell join land.patch_now patch on patch.county = cell.county and patch.id = cell.patch_id
          where cell.county = ${COUNTY} and patch.patch_key = 'K9' and cell.valid_to = 'infinity' and cell.lead = 1 and cell.part = 0`,
      )
    )?.grade
  const before = await gradeThere()
  await write(sampleKind, [
    sampleRow('F-1', { ...there, ...bare, season: 'summer', extra: { bag: 'B7' } }, '2024-06-01'),
    sampleRow('F-2', { ...there, ...bare, extra: { bag: 'twice' } }, '2024-06-01'),
    sampleRow('F-3', { ...lonLat(LEFT, BOTTOM), ...bare, extra: { bag: 'twice' } }, '2024-06-01'),
  ])
  assert.equal(await gradeThere(), before) // a record without values grades nothing
  await write(sampleKind, [
    sampleRow('L-1', { ...analysed, extra: { bag: 'B7' } }, '2024-07-01'),
    sampleRow('L-2', { ...analysed, extra: { bag: 'twice' } }, '2024-07-01'),
  ])
  const { samples } = await get<SamplesReply>('/samples')
  const own = samples.find(({ code }) => code === 'L-1')
  assert.deepEqual(
    [own?.longitude, own?.latitude, own?.depthFromCm, own?.depthToCm, own?.sampledOn, own?.values.salt],
    [there.longitude, there.latitude, 0, 20, '2024-06-01', 6.5],
  )
  // a bag that two records claim decides nothing
  const torn = samples.find(({ code }) => code === 'L-2')
  assert.deepEqual([torn?.longitude, torn?.sampledOn], [null, null])
  const view = await read(
    (db) =>
      db.all<{ code: string; record: string; validFrom: string }>`
      select sample_code as code, record_code as record, valid_from as "validFrom" from land.sample_by_bag_now where county = ${COUNTY}`,
  )
  assert.deepEqual(view, [{ code: 'L-1', record: 'F-1', validFrom: '2024-06-01' }])
  // summer is the newest campaign there, and L-1 its only sample with values: salt 6.5 lies between 5 and 7
  assert.equal(await gradeThere(), 'heavy')
})

test('a drawing that is stopped leaves nothing, and one under way when the server stopped is drawn after its start', async () => {
  const task = await post<SoilTaskView>('/designs/draw', { method: 'stratified', points: 30 })
  const stopped = await post<SoilTaskView>(`/tasks/${task.id}/cancel`, {})
  assert.ok(stopped.state === 'cancelled' || stopped.state === 'done')
  const request = { method: 'grid', points: 12, title: '续' }
  const before = (await get<DesignsReply>('/designs')).designs.length
  const decided = decideRequest(request, COUNTY)
  assert.ok(decided.ok)
  const { id } = await beginTask(app, COUNTY, { what: 'design', request: decided.value, reason: '续' }, 't', new Date())
  await running.close()
  running = await serve(app, 0)
  const done = await ended({ id, state: 'working' } as SoilTaskView)
  assert.equal(done.state, 'done', JSON.stringify(done))
  assert.ok((await get<DesignView>(`/tasks/${id}/design`)).points.length >= 8)
  assert.equal((await get<DesignsReply>('/designs')).designs.length, before) // drawn, and not kept
})
