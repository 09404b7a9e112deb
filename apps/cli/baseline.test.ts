/** Baselines and the proof of one number, over the invented sample county in a real database. */
import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Day } from '@dishu/base/date'
import { undoRevision } from '@dishu/kernel/records/records.store'
import { documentFrom, signedBaselineFrom } from '@dishu/land/count/baseline'
import { freezeBaseline, recountBaseline } from '@dishu/land/count/baseline.jobs'
import type { BaselineView, ChangedPatches, ChangesReply } from '@dishu/land/count/baseline.wire'
import { seededRandom } from '@dishu/numeric/shared/random'
import { transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from '../server/app.ts'
import { freezeTools } from '../server/baselines.ts'
import { loadSample } from '../server/first-sample.ts'
import { KINDS } from '../server/parts.ts'
import { prove } from '../server/prove.ts'
import { noPdfReader } from '../server/prove-reports.ts'
import { serveReads } from '../server/reads.ts'
import { keep, recountKept } from './baseline.ts'

const COUNTY = '220899'
const FIXTURES = fileURLToPath(new URL('../server/fixtures/', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'dishu-baseline-'))
let database: TestDatabase
let app: App
let server: Awaited<ReturnType<typeof serveReads>>

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 300 })
  // some history: the last revision taken back, and brought back
  await transaction(app.pool, async (db) => {
    const { rev } = await db.one<{ rev: number }>`select max(rev) as rev from kernel.revision_now where county = ${COUNTY}`
    for (const each of [rev, rev + 1]) {
      const undone = await undoRevision(db, COUNTY, each, KINDS, { actor: 'li', reason: 'test', now: new Date() }, (open) =>
        app.derive(db, open),
      )
      assert.ok(undone.ok, JSON.stringify(undone))
    }
  })
  server = await serveReads(app)
})
after(async () => {
  await server?.close()
  await app?.close()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

const freeze = (title: string, day: string) =>
  transaction(
    app.pool,
    (db) => freezeBaseline(db, freezeTools(app), COUNTY, { title, day: day as Day }, { actor: 'li', now: new Date() }),
    { retries: 0 },
  )
const get = async <T>(path: string) => (await (await fetch(`${server.address}/api/counties/${COUNTY}${path}`)).json()) as T

test('the sample county is frozen, recounts to 0.00, and the folder of it recounts anywhere', async () => {
  const made = await freeze('示例底数', '2026-06-30')
  assert.equal(made.patches, 300)
  const found = await transaction(app.pool, (db) => recountBaseline(db, COUNTY, made.key))
  assert.deepEqual([found.fromRows.area, found.fromSums?.area, found.holds, found.patches], [0, 0, true, 300])
  const { baselines } = await get<{ baselines: BaselineView[] }>('/baselines')
  assert.deepEqual(baselines, [made])

  const kept = join(folder, 'kept')
  assert.equal(await keep(app, COUNTY, made.key, kept), 300)
  const elsewhere = await recountKept(kept)
  assert.deepEqual([elsewhere.fromRows.area, elsewhere.holds, elsewhere.chain], [0, true, null])
  if (process.env.UPDATE_GOLDEN === '1') await cp(kept, join(FIXTURES, 'baseline-0.1'), { recursive: true })

  // a hundredth of a square metre taken from one patch
  const rows = join(kept, 'rows.ndjson')
  await writeFile(
    rows,
    (await readFile(rows, 'utf8')).replace(/"officialArea":(\d+)/, (_, area) => `"officialArea":${Number(area) - 1}`),
  )
  const altered = await recountKept(kept)
  assert.deepEqual([altered.holds, altered.fromRows.area], [false, 1])
  await assert.rejects(recountKept(join(folder, 'nowhere')), /baseline\/not-a-baseline/)
})

for (const name of (await readdir(FIXTURES)).filter((each) => each.startsWith('baseline-'))) {
  test(`${name}, frozen by that version, recounts to 0.00 today`, async () => {
    const found = await recountKept(join(FIXTURES, name))
    assert.deepEqual(found.fromRows, { rows: 0, area: 0, patches: 0, cells: 0 })
    assert.ok(found.signature && found.holds)
    const signed = signedBaselineFrom(await readFile(join(FIXTURES, name, 'baseline.json'), 'utf8'), name)
    assert.ok(signed.ok)
    const document = documentFrom(signed.value.document, name)
    // the fixture is worth something: contracts, grades and several villages are in it
    assert.ok(document.ok && document.value.synthetic && document.value.table.length > 50)
    assert.ok(new Set(document.value.table.map((row) => row[5])).size > 2 && new Set(document.value.table.map((row) => row[2])).size > 2)
  })
}

test('what a revision took back and another brought back is told by cause, with the patches behind it', async () => {
  const { head } = await get<{ head: number }>('/revisions')
  const before = await get<ChangesReply>(`/changes?from=2026-06-30@1&to=2026-06-30@${head}&by=area,saline`)
  assert.ok(before.adds && before.synthetic && before.causes.length > 0, JSON.stringify(before.causes))
  for (const { cause, area, patches } of before.causes) {
    const behind = await get<ChangedPatches>(`/changes/patches?from=2026-06-30@1&to=2026-06-30@${head}&cause=${cause}&limit=3`)
    assert.deepEqual([behind.area, behind.patches], [area, patches])
  }
  const days = await get<ChangesReply>('/changes?from=B1&to=2040-01-01&by=contract')
  assert.deepEqual([days.from.baseline, days.adds], ['B1', true])
  assert.ok(
    days.causes.some(({ cause, gained }) => cause === 'day' && gained > 0),
    'contracts end in the course of years',
  )
  for (const [path, code] of [
    ['/changes?from=B9', 'baseline/no-such-baseline'],
    ['/changes?from=soon', 'baseline/not-a-state'],
    ['/changes?from=@9999', 'count/no-such-revision'],
  ])
    assert.equal((await get<{ code: string }>(path)).code, code)
})

test('40 questions have one answer by every interface', async () => {
  const proof = await prove(app, {
    draws: 40,
    random: seededRandom(7),
    address: server.address,
    reportEvery: 5,
    commandEvery: 20,
    pageEvery: Number.POSITIVE_INFINITY, // the browser's tests do that
    now: new Date(),
  })
  assert.deepEqual(proof.mismatches, [])
  assert.ok(proof.aboveZero >= 36, `${proof.aboveZero} of 40 above zero`)
  const { api, parts, list, csv, xlsx, gpkg, command, sql, ogc, word, pdf } = proof.byInterface
  assert.deepEqual([api, parts, list, csv, xlsx, gpkg, command], [40, 120, 40, 40, 40, 40, 2])
  assert.ok(sql >= 20)
  assert.equal(ogc, sql)
  assert.ok(word >= 6)
  assert.equal(pdf, noPdfReader ? 0 : word)
})

test('a proof finds a sum that is one hundredth off', async () => {
  await transaction(
    app.pool,
    (db) => db.run`
    update land.cell_sum set area = area + 1 where ctid in (select ctid from land.cell_sum where until is null and valid_to = 'infinity' limit 400)`,
  )
  const proof = await prove(app, {
    draws: 6,
    random: seededRandom(8),
    address: server.address,
    reportEvery: 100,
    commandEvery: 100,
    pageEvery: Number.POSITIVE_INFINITY,
    now: new Date(),
  })
  assert.ok(proof.mismatches.length > 0)
})
