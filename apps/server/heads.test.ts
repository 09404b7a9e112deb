/** Tampering by whoever owns the database, against the chain and against a signed head kept elsewhere. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { appendEvent } from '@dishu/kernel/people/people.store'
import { signedHeadFrom } from '@dishu/kernel/records/heads'
import { readHead, undoRevision } from '@dishu/kernel/records/records.store'
import { seededRandom } from '@dishu/numeric/shared/random'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { checkHead, dailyHead, signHead } from './heads.ts'
import { KINDS } from './parts.ts'
import { verifyAll } from './verify.ts'

const COUNTY = '220899'
const ROUNDS = Number(process.env.DISHU_TAMPER ?? 60)
const folder = mkdtempSync(join(tmpdir(), 'dishu-heads-'))
let database: TestDatabase
let app: App

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 120 })
  await transaction(app.pool, async (db) => {
    for (let i = 0; i < 5; i++)
      await appendEvent(db, {
        county: COUNTY,
        at: new Date(),
        actor: 'li',
        what: 'exported',
        outcome: 'done',
        subject: `sheet ${i}`,
        details: '{}',
        address: '10.0.0.8',
      })
  })
})
after(async () => {
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

const UNDO = Symbol('taken back')
/** Runs `body` with nobody watching: constraints that would stop a decent program are switched off; all of it is taken back. */
async function asOwner(body: (db: Db) => Promise<void>): Promise<void> {
  await transaction(
    app.pool,
    async (db) => {
      await db.raw(`
        set local session_replication_role = replica;
        alter table kernel.revision drop constraint revision_hash_fits;
        alter table kernel.revision drop constraint only_the_first_has_none_before`)
      await body(db)
      throw UNDO
    },
    { retries: 0 },
  ).catch((thrown: unknown) => {
    if (thrown !== UNDO) throw thrown
  })
}

test('a head is signed, read back, and holds; altered or signed by another it is refused', async () => {
  const { fingerprint, ...signed } = await signHead(app, new Date())
  const read = signedHeadFrom(JSON.stringify(signed), 'head.json')
  assert.ok(read.ok)
  await transaction(app.pool, async (db) => {
    assert.deepEqual(await checkHead(db, read.value, 'head.json', fingerprint), { ok: true, value: [] })
    const later = { ...signed, head: { ...signed.head, at: '2020-01-01T00:00:00.000Z' } }
    const altered = await checkHead(db, later, 'head.json', null)
    assert.ok(!altered.ok && altered.refusal.code === 'records/head-not-signed')
    const other = await checkHead(db, read.value, 'head.json', '0'.repeat(64))
    assert.ok(!other.ok && other.refusal.code === 'records/head-of-another-key')
  })
  for (const text of ['', '{}', '[]', '{"head":{"format":"dishu/head/1","at":"x","chains":[{}]},"publicKey":"","signature":""}'])
    assert.equal(signedHeadFrom(text, 'x').ok, false, text)
  assert.equal(await dailyHead(app, new Date()), await dailyHead(app, new Date()))
})

test(`${ROUNDS} acts of tampering are all found, and a cut-off end names the first revision that is gone`, async () => {
  // a second revision, so that there is an end to cut off
  await transaction(app.pool, async (db) => {
    const { rev } = await readHead(db, COUNTY)
    const undone = await undoRevision(db, COUNTY, rev, KINDS, { actor: 'li', reason: 'test', now: new Date() }, (open) =>
      app.derive(db, open),
    )
    assert.ok(undone.ok, JSON.stringify(undone))
    const again = await undoRevision(db, COUNTY, rev + 1, KINDS, { actor: 'li', reason: 'test', now: new Date() }, (open) =>
      app.derive(db, open),
    )
    assert.ok(again.ok, JSON.stringify(again))
  })
  const signed = await signHead(app, new Date())
  const last = signed.head.chains.find(({ county }) => county === COUNTY)?.revisions.length ?? 0
  assert.ok(last >= 3)
  const random = seededRandom(25)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]
  const acts: readonly (readonly [string, (db: Db) => Promise<unknown>])[] = [
    [
      'an area',
      (db) =>
        db.run`update land.patch set official_area = official_area + 1 where county = ${COUNTY} and id = (select id from land.patch where county = ${COUNTY} order by md5(id::text || ${String(random())}) limit 1)`,
    ],
    [
      'a class',
      (db) =>
        db.run`update land.patch set class = '0103' where ctid = (select ctid from land.patch where class <> '0103' order by md5(id::text || ${String(random())}) limit 1)`,
    ],
    [
      'a contract’s end',
      (db) =>
        db.run`update land.contract set term_to = term_to + 1 where ctid = (select ctid from land.contract where term_to is not null order by md5(id::text || ${String(random())}) limit 1)`,
    ],
    [
      'a row taken out',
      (db) =>
        db.run`delete from land.sample where ctid = (select ctid from land.sample order by md5(id::text || ${String(random())}) limit 1)`,
    ],
    [
      'a row put in',
      (db) =>
        db.run`insert into land.contract_parcel select (jsonb_populate_record(present, jsonb_build_object('id', present.id + 1000000))).* from land.contract_parcel present limit 1`,
    ],
    [
      'a reason',
      (db) =>
        db.run`update kernel.revision set reason = reason || '.' where county = ${COUNTY} and rev = ${1 + Math.floor(random() * last)}`,
    ],
    [
      'an actor',
      (db) => db.run`update kernel.revision set actor = 'someone' where county = ${COUNTY} and rev = ${1 + Math.floor(random() * last)}`,
    ],
    [
      'two revisions exchanged',
      (db) =>
        db.raw(
          `update kernel.revision set rev = rev + 100 where county = '${COUNTY}' and rev = 1; update kernel.revision set rev = 1 where county = '${COUNTY}' and rev = 2; update kernel.revision set rev = 2 where county = '${COUNTY}' and rev = 101`,
        ),
    ],
    [
      'the end cut off',
      (db) =>
        db.raw(
          `delete from kernel.revision where county = '${COUNTY}' and rev = ${last}; update kernel.chain_head set rev = ${last - 1}, hash = (select hash from kernel.revision where county = '${COUNTY}' and rev = ${last - 1}) where county = '${COUNTY}'`,
        ),
    ],
    [
      'an event',
      (db) =>
        db.run`update kernel.access_event set subject = 'nothing' where county = ${COUNTY} and event_id = ${1 + Math.floor(random() * 5)}`,
    ],
    [
      'the end of the events',
      (db) => db.run`delete from kernel.access_event where county = ${COUNTY} and event_id >= ${2 + Math.floor(random() * 4)}`,
    ],
  ]
  let tried = 0
  for (let round = 0; round < ROUNDS; round++) {
    const [what, act] = round < acts.length ? acts[round] : pick(acts)
    await asOwner(async (db) => {
      await act(db)
      tried++
      const checked = await checkHead(db, signed, 'head', signed.fingerprint)
      assert.ok(checked.ok)
      if (what === 'the end cut off')
        assert.deepEqual(
          checked.value.filter(({ rev }) => rev === last),
          [{ county: COUNTY, rev: last, problem: 'revisions-missing' }],
        )
      const proof = checked.value.length > 0 ? null : await verifyAll(db, COUNTY, app)
      assert.ok(checked.value.length > 0 || (proof?.problems.length ?? 0) > 0, `${what} was not found`)
    })
  }
  assert.equal(tried, ROUNDS)
})
