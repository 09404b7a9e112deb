/** Operations on a sample county: written as one revision, conserved in every sum, shown in the graph, taken back; and refused where the register has moved. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { Day } from '@dishu/base/date'
import { verifyCounty } from '@dishu/kernel/records/verify.jobs'
import type { CountReply, PatchPage } from '@dishu/land/count/count.wire'
import type { DifferencesReply } from '@dishu/land/count/differences.wire'
import { brought } from '@dishu/land/lineage/judge'
import type { Around, GroundRow, LonLat, Operation } from '@dishu/land/lineage/lineage'
import { lineageByKey } from '@dishu/land/lineage/lineage.routes'
import { readLastKey } from '@dishu/land/lineage/lineage.store'
import type { LineageReply, OperationReply, PreviewReply } from '@dishu/land/lineage/lineage.wire'
import { decide } from '@dishu/land/lineage/operations'
import { fromZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import { transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { KINDS } from './parts.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const folder = mkdtempSync(join(tmpdir(), 'dishu-lineage-'))
let database: TestDatabase
let app: App
let running: Running

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 300, scenes: false })
  running = await serve(app, 0)
})
after(async () => {
  // the check that follows a revision is let end before its database goes
  while (running && (await ok<{ running: unknown }>('check')).running) await new Promise((resolve) => setTimeout(resolve, 200))
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function call<T>(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: T }> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`${running.address}/api/counties/${COUNTY}/${path}`, init)
  return { status: response.status, body: (await response.json()) as T }
}
async function ok<T>(path: string, body?: unknown): Promise<T> {
  const answer = await call<T>(path, body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}
const refusal = async (path: string, body: unknown) => (await call<{ code: string; details: never }>(path, body)).body
const count = (more = '') => ok<CountReply>(`count?by=class,grade,owner,contract,saline&level=village${more}`)
const around = (layer: string, ...ids: number[]) => ok<Around>(`lineage/around?layer=${layer}&ids=${ids.join()}`)
const seenOf = ({ rows }: Around, ...ids: number[]) => ids.map((id) => ({ id, since: rows.find((row) => row.id === id)?.since ?? 0 }))

/** Degrees of corners in the row's own system. */
function degrees(row: GroundRow, corners: readonly (readonly [number, number])[]): LonLat[] {
  const zone = zoneOfEpsg(row.srid ?? 0)
  return corners.map(([x, y]) => {
    const [lon, lat] = zone ? fromZone(Float64Array.of(x, y), zone) : [x, y]
    return [lon, lat] as const
  })
}
/** A line from south to north through the middle of a row's box. */
function across(row: GroundRow, at = 0.5): Operation {
  const ring = row.outline[0][0]
  const xs = ring.filter((_, i) => i % 2 === 0)
  const ys = ring.filter((_, i) => i % 2 === 1)
  const x = Math.min(...xs) + at * (Math.max(...xs) - Math.min(...xs))
  const past = 0.01 * (Math.max(...ys) - Math.min(...ys))
  return {
    kind: 'split',
    id: row.id,
    lines: [
      degrees(row, [
        [x, Math.min(...ys) - past],
        [x + past, Math.max(...ys) + past],
      ]),
    ],
  }
}
/** A patch that a line through its middle divides in two without bringing an error. */
async function dividable(layer: 'patch' | 'parcel', ids: readonly number[]) {
  for (const id of ids) {
    const known = await around(layer, id)
    const row = known.rows.find((each) => each.id === id) as GroundRow
    const operation = across(row)
    const decided = decide(operation, known)
    if (decided.ok && decided.value.made.length === 2 && !brought(decided.value, known).some(({ blocks }) => blocks))
      return { known, row, operation, plan: decided.value }
  }
  throw new Error(`none of ${ids.length} rows can be divided`)
}
const head = async () => (await ok<{ revisions: { rev: number; cause: string }[] }>('revisions?limit=1')).revisions[0]
const proven = async () => {
  const { problems } = await transaction(app.pool, (db) => verifyCounty(db, COUNTY, KINDS))
  assert.deepEqual(problems, [])
}

test('a patch is split as the browser decided; sums stay, the graph grows, and one undo takes it back', async () => {
  const was = await count()
  const page = await ok<PatchPage>('patches?class=0103&limit=60&sort=officialArea&descending=1')
  const { known, row, operation, plan } = await dividable(
    'patch',
    page.rows.map(({ id }) => id),
  )

  const preview = await ok<PreviewReply>('lineage/preview', { layer: 'patch', operation })
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), preview.plan)
  assert.ok(preview.holds)
  const done = await ok<OperationReply>('lineage/operations', {
    ...{ layer: 'patch', operation, seen: seenOf(known, row.id), reason: '示例：分割', document: '示例〔2026〕1号' },
  })
  assert.deepEqual(done.made.map(({ key }) => key).sort(), plan.made.map(({ key }) => key).sort())
  assert.deepEqual({ ...(await head()), hash: 0 }.cause, 'split-merge')

  const now = await count()
  assert.equal(now.total.area, was.total.area)
  const byClass = ({ rows }: CountReply) => {
    const sums = new Map<string, number>()
    for (const each of rows) sums.set(each.by.class ?? '', (sums.get(each.by.class ?? '') ?? 0) + each.area)
    return [...sums].sort()
  }
  assert.deepEqual(byClass(now), byClass(was))
  assert.equal(now.total.patches, was.total.patches + 1)
  const before = await count(`&known=${done.rev - 1}`)
  assert.deepEqual(before.rows, was.rows)
  await proven()

  // both directions, and both clocks
  const up = await ok<LineageReply>(`lineage/patch/${done.made[0].id}`)
  assert.deepEqual(
    up.nodes.map(({ id, generation, holds }) => [id, generation, holds]),
    [
      [row.id, -1, false],
      [done.made[0].id, 0, true],
    ],
  )
  const down = await ok<LineageReply>(`lineage/patch/${row.id}`)
  assert.equal(down.nodes.filter(({ generation }) => generation === 1).length, 2)
  assert.equal(
    down.steps.reduce((sum, { area }) => sum + area, 0),
    row.official,
  )
  assert.deepEqual([down.steps[0].document, down.steps[0].rev, down.steps[0].operation], ['示例〔2026〕1号', done.rev, 'split'])
  assert.equal((await ok<LineageReply>(`lineage/patch/${row.id}?known=${done.rev - 1}`)).steps.length, 0)
  assert.equal((await ok<LineageReply>(`lineage/patch/${row.id}?asOf=2025-06-01`)).steps.length, 0)

  // by its number, as the command line asks
  const named = await transaction(app.pool, (db) => lineageByKey(db, COUNTY, row.key, { day: '2099-01-01' as Day, rev: null }))
  assert.deepEqual(
    named.map(({ layer, steps }) => [layer, steps.length]),
    [['patch', 2]],
  )

  // whoever still has the old patch before them is told who changed it
  const late = await refusal('lineage/operations', { layer: 'patch', operation, seen: seenOf(known, row.id), reason: 'late' })
  assert.equal(late.code, 'lineage/changed-meanwhile')
  const again = await around('patch', done.made[0].id)
  const stale = await refusal('lineage/operations', {
    ...{
      layer: 'patch',
      operation: across(again.rows.find(({ id }) => id === done.made[0].id) as GroundRow),
      seen: [{ id: done.made[0].id, since: 1 }],
      reason: 'stale',
    },
  })
  assert.equal(stale.code, 'lineage/changed-meanwhile')

  // a part divided further stands in the way of taking the first back; merged again they are the patch they were
  const part = again.rows.find(({ id }) => id === done.made[0].id) as GroundRow
  const second = await ok<OperationReply>('lineage/operations', {
    layer: 'patch',
    operation: across(part, 0.4),
    seen: seenOf(again, part.id),
    reason: '示例：再分割',
  })
  const deep = await ok<LineageReply>(`lineage/patch/${second.made[0].id}`)
  assert.deepEqual(
    deep.nodes.map(({ generation }) => generation).sort((a, b) => a - b),
    [-2, -1, 0],
  )
  const blocked = await call<{ code: string }>(`revisions/${done.rev}/undo`, { reason: 'x' })
  assert.equal(blocked.body.code, 'records/cannot-undo')
  const ids = [...second.made.map(({ id }) => id), done.made[1].id]
  const parts = await around('patch', ...ids)
  const merged = await ok<OperationReply>('lineage/operations', {
    ...{ layer: 'patch', operation: { kind: 'merge', ids, lead: ids[0] }, seen: seenOf(parts, ...ids), reason: '示例：合并' },
  })
  const whole = await around('patch', merged.made[0].id)
  const one = whole.rows.find(({ id }) => id === merged.made[0].id) as GroundRow
  assert.equal(one.official, row.official)
  // the survey's formula runs from corner to corner in degrees: a corner more on a straight line of the zone is worth some 1e-6 of the area
  assert.ok(Math.abs(one.computed - row.computed) <= 4e-6 * row.computed, `${one.computed} ${row.computed}`)
  assert.notEqual(one.key, row.key)
  assert.equal((await count()).total.area, was.total.area)
  for (const rev of [merged.rev, second.rev, done.rev]) await ok(`revisions/${rev}/undo`, { reason: '示例：撤销' })
  const back = await count()
  assert.deepEqual(back.rows, was.rows)
  assert.equal((await ok<LineageReply>(`lineage/patch/${row.id}`)).steps.length, 0)
  await proven()
})

test('a neighbour that only takes in a corner keeps what is recorded of it for later days', async () => {
  const page = await ok<PatchPage>('patches?class=0103&limit=60&sort=officialArea&descending=1')
  const { known, row, operation, plan } = await dividable(
    'patch',
    page.rows.map(({ id }) => id),
  )
  const [neighbour] = plan.reshaped.filter(({ id }) => id !== row.id)
  assert.ok(neighbour, 'a line across a patch ends on a border')
  const before = known.rows.find(({ id }) => id === neighbour.id) as GroundRow
  const later = await fetch(
    `${running.address}/ogc/${COUNTY}/collections/patches/items/${neighbour.id}?${new URLSearchParams({ reason: '示例', cause: 'project', from: '2031-01-01' })}`,
    {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ type: 'Feature', properties: { owner_name: '示例单位' } }),
    },
  )
  assert.equal(later.status, 200, await later.text())
  const seen = await around('patch', row.id)
  const done = await ok<OperationReply>('lineage/operations', {
    ...{ layer: 'patch', operation, seen: seenOf(seen, row.id), reason: '示例：分割' },
  })
  assert.ok(done.made.length === 2)
  const versions = await transaction(
    app.pool,
    (db) =>
      db.all<{ from: string; to: string; name: string | null }>`
      select valid_from::text as from, valid_to::text as to, owner_name as name from land.patch_now where county = ${COUNTY} and id = ${before.id} order by valid_from`,
  )
  assert.equal(versions.at(-1)?.name, '示例单位', JSON.stringify(versions))
  assert.deepEqual([versions.at(-1)?.from, versions.at(-2)?.to], ['2031-01-01', '2031-01-01'])
  await proven()
})

test('a number that was given out is not given out again, however many digits the last one had', async () => {
  const taken = await transaction(app.pool, async (db) => {
    await db.run`update land.patch set patch_key = 'V-' || id where county = ${COUNTY} and id in (select id from land.patch where county = ${COUNTY} order by id limit 120)`
    const { last } = await db.one<{
      last: string
    }>`select max(id)::text as last from land.patch where county = ${COUNTY} and patch_key like 'V-%'`
    const found = await readLastKey(db, COUNTY, 'patch', 'V-', 1)
    await db.raw('rollback')
    await db.raw('begin')
    return { last, found }
  })
  assert.equal(taken.found, taken.last)
  assert.ok(taken.last.length > 1)
})

test('a contract parcel hands its contract on to its parts; the contract area stays whole', async () => {
  const links = await transaction(
    app.pool,
    (db) =>
      db.all<{ id: number; contract: string; area: number | null; code: string }>`
      select parcel.id, link.contract_code as contract, link.contract_area as area, link.parcel_code as code from land.contract_parcel_now link
      join land.parcel_now parcel on parcel.county = link.county and parcel.parcel_code = link.parcel_code
      where link.county = ${COUNTY} and parcel.outline is not null order by parcel.official_area desc limit 40`,
  )
  const { known, row, operation, plan } = await dividable(
    'parcel',
    links.map(({ id }) => id),
  )
  const link = links.find(({ id }) => id === row.id)
  const done = await ok<OperationReply>('lineage/operations', {
    layer: 'parcel',
    operation,
    seen: seenOf(known, row.id),
    reason: '示例：分户',
  })
  assert.match(done.made[0].key, /^\d{19}$/)
  assert.equal(done.made[0].key.slice(0, 14), row.key.slice(0, 14))
  const now = await transaction(
    app.pool,
    (db) =>
      db.all<{ code: string; area: number | null }>`
      select parcel_code as code, contract_area as area from land.contract_parcel_now where county = ${COUNTY} and contract_code = ${link?.contract}
        and parcel_code = any(${[row.key, ...done.made.map(({ key }) => key)]}::text[]) and valid_to = 'infinity'`,
  )
  assert.deepEqual(now.map(({ code }) => code).sort(), plan.made.map(({ key }) => key).sort())
  assert.equal(
    now.reduce((sum, { area }) => sum + (area ?? 0), 0),
    link?.area,
  )
  await proven()
})

test('a line of neighbours moves with its ground, and what would overlap is refused by name', async () => {
  const page = await ok<PatchPage>('patches?class=0103&limit=60&sort=officialArea&descending=1')
  for (const { id } of page.rows) {
    const known = await around('patch', id)
    const row = known.rows.find((each) => each.id === id) as GroundRow
    // a corner that exactly one neighbour has too, and that is nobody else's
    const ring = row.outline[0][0]
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const mid: readonly [number, number] = [(ring[i] + ring[i + 2]) / 2, (ring[i + 1] + ring[i + 3]) / 2]
      const length = Math.hypot(ring[i + 2] - ring[i], ring[i + 3] - ring[i + 1])
      if (row.srid === 4490 || length < 40) continue
      const [nx, ny] = [-(ring[i + 3] - ring[i + 1]) / length, (ring[i + 2] - ring[i]) / length]
      const [from, to] = degrees(row, [mid, [mid[0] + 2 * nx, mid[1] + 2 * ny]])
      const operation: Operation = { kind: 'adjust', ids: [id], moves: [{ from, to }] }
      const decided = decide(operation, known)
      if (!decided.ok || brought(decided.value, known).some(({ blocks }) => blocks)) continue
      const was = await count()
      const done = await ok<OperationReply>('lineage/operations', {
        layer: 'patch',
        operation,
        seen: seenOf(known, id),
        reason: '示例：界线调整',
        cause: 'correction',
      })
      assert.equal((await count()).total.area, was.total.area)
      const graph = await ok<LineageReply>(`lineage/patch/${id}`)
      assert.deepEqual(
        graph.steps.map(({ operation: name, rev, cause }) => [name, rev, cause]),
        [['adjust', done.rev, 'correction']],
      )
      assert.ok(Math.abs(graph.steps[0].area - 100 * length) < 2, `${graph.steps[0].area} ${length}`) // a triangle of 2 m on the edge
      await proven()
      return
    }
  }
  throw new Error('no line between two patches could be moved')
})

test('what is malformed is refused before anything is read', async () => {
  assert.equal((await call('lineage/preview', { layer: 'patch', operation: { kind: 'split', id: 1 } })).status, 400)
  assert.equal(
    (
      await call('lineage/preview', {
        layer: 'patch',
        operation: {
          kind: 'split',
          id: 1,
          lines: [
            [
              [500, 0],
              [1, 1],
            ],
          ],
        },
      })
    ).status,
    400,
  )
  assert.equal(
    (await refusal('lineage/preview', { layer: 'patch', operation: { kind: 'merge', ids: [999_999_999, 999_999_998], lead: 1 } })).code,
    'lineage/no-such-row',
  )
})

test('differences on the map are the figures of the changes page, value by value, whatever the states', async () => {
  type Changes = {
    rows: { by: Record<string, string>; before: { area: number; patches: number }; after: { area: number; patches: number } }[]
  }
  for (const by of ['class', 'grade', 'owner', 'contract', 'saline'])
    for (const states of ['from=@1&to=', 'from=@1&to=@3', 'from=@3&to=@1', 'from=2026-01-01@1&to=2040-01-01']) {
      const changes = await ok<Changes>(`changes?${states}&by=${by}`)
      const map = await ok<DifferencesReply>(`changes/map?${states}&by=${by}`)
      const net = (list: readonly { value: string; area: number; patches: number }[]) =>
        list
          .filter(({ area, patches }) => area !== 0 || patches !== 0)
          .map(({ value, area, patches }) => `${value} ${area} ${patches}`)
          .sort()
      assert.deepEqual(
        net(map.values.map(({ value, before, after, patches }) => ({ value, area: after - before, patches }))),
        net(
          changes.rows.map(({ by: named, before, after }) => ({
            value: named[by],
            area: after.area - before.area,
            patches: after.patches - before.patches,
          })),
        ),
        `${by} ${states}`,
      )
      // every patch that differs is drawn, and the legend is the sum of them
      assert.equal(map.shapes.features.length, map.matched)
      assert.equal(
        map.legend.reduce((sum, { area }) => sum + area, 0),
        map.rows.reduce((sum, { moved }) => sum + moved, 0),
      )
    }
  const split = await ok<DifferencesReply>('changes/map?from=@1&to=@2&by=class')
  assert.deepEqual(split.rows.map(({ kind }) => kind).sort(), ['added', 'added', 'ended'])
})

test('whatever is asked of an earlier revision or day is answered as before the register moved: screens, exports and tiles', async () => {
  const known = (await head()).rev
  const page = await ok<PatchPage>('patches?class=0103&limit=60&sort=officialArea&descending=1')
  const {
    known: seen,
    row,
    operation,
  } = await dividable(
    'patch',
    page.rows.map(({ id }) => id),
  )
  const middle = row.outline[0][0]
  const [[lon, lat]] = degrees(row, [[middle[0], middle[1]]])
  const z = 15
  const x = Math.floor(((lon + 180) / 360) * 2 ** z)
  const y = Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** z)
  const county = `/api/counties/${COUNTY}`
  const asked = [
    `${county}/areas`,
    `${county}/count?by=area,class,contract&level=village`,
    `${county}/patches?class=0103&limit=500`,
    `${county}/patches/${row.id}`,
    `${county}/export?what=patches&to=csv`,
    `${county}/export?what=patches&to=geojson`,
    `${county}/export?what=parcels&to=csv`,
    `${county}/soil/samples`,
    `${county}/soil/areas`,
    `${county}/soil/laboratory`,
    `${county}/scenes`,
    `${county}/water`,
    `${county}/library`,
    `${county}/lineage/patch/${row.id}`,
    `/tiles/${COUNTY}/${z}/${x}/${y}.mvt`,
  ]
  const answers = async (clocks: string) => {
    const found: Record<string, string> = {}
    for (const path of asked) {
      const reply = await fetch(`${running.address}${path}${path.includes('?') ? '&' : '?'}${clocks}`)
      const body = Buffer.from(await reply.arrayBuffer())
      found[path] = reply.ok ? withoutClock(body, path) : `${reply.status} ${body.toString().slice(0, 200)}`
    }
    return found
  }
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const before = await answers(`asOf=${day}&known=${known}`)
  await ok<OperationReply>('lineage/operations', { layer: 'patch', operation, seen: seenOf(seen, row.id), reason: '示例：两个时钟' })
  const after = await answers(`asOf=${day}&known=${known}`)
  const now = await answers(`asOf=${day}`)
  for (const path of asked) {
    assert.doesNotMatch(before[path], /^\d{3} /, path)
    assert.equal(after[path], before[path], path)
  }
  // and the question is one: what the register says today is another answer
  for (const path of [asked[1], asked[2], asked[4], asked[5], asked.at(-1) ?? '']) assert.notEqual(now[path], before[path], path)
  // the day before nothing was divided yet, whatever is known now
  assert.deepEqual(
    (await ok<PatchPage>(`patches?ids=${row.id}&asOf=2026-01-01`)).rows.map(({ id }) => id),
    [row.id],
  )
})

/** Findings are those of the last check, whatever the clocks say; some answers tell the newest revision for a later write; files tell when they were made. */
function withoutClock(body: Buffer, path: string): string {
  if (path.includes('export')) return body.toString().replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
  if (path.startsWith('/tiles')) return drawnIn(body)
  const apart = /\/(water|library)$/.test(path) ? /^(findings|head|rev|base)$/ : /^(findings|head)$/
  return JSON.stringify(JSON.parse(body.toString()), (name, value) => (apart.test(name) ? undefined : value))
}

/** What a tile draws, in no order: the register is read by another index in the past. */
function drawnIn(body: Buffer): string {
  const tile = new VectorTile(new PbfReader(body))
  const drawn = Object.entries(tile.layers).flatMap(([name, layer]) =>
    Array.from({ length: layer.length }, (_, i) => {
      const { id, properties, loadGeometry } = layer.feature(i)
      return JSON.stringify([name, id, properties, loadGeometry.call(layer.feature(i))])
    }),
  )
  return createHash('sha256').update(drawn.sort().join('\n')).digest('hex')
}
