/** The open interfaces of an office: who is shown what, with which kind of sign-in, and how a change waits for a second person. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { dayOf, FOREVER } from '@dishu/base/date'
import type { Role } from '@dishu/kernel/people/people'
import { firstLink, followLink, grant, identityOfSession, invite, makeToken } from '@dishu/kernel/people/people.jobs'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import type { Manner } from './office.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const PASSWORD = '碱地 春天 三头牛 铁锹'
const plenty = { perSecond: 1e5, burst: 1e5 }
const OFFICE: Manner = {
  mode: 'office',
  host: '127.0.0.1',
  hosts: [],
  proxied: false,
  rates: { address: plenty, actor: plenty, atOnce: 64 },
}
const folder = mkdtempSync(join(tmpdir(), 'dishu-ogc-office-'))
let database: TestDatabase
let app: App
let running: Running
let village = ''
const cookies = new Map<string, string>()

async function person(login: string, role: Role, area: string): Promise<void> {
  const now = new Date()
  await transaction(app.pool, async (db) => {
    const guard = await identityOfSession(db, cookies.get('guard') ?? '', now)
    const admin = await identityOfSession(db, cookies.get('admin') ?? '', now)
    assert.ok(guard && admin)
    const { person: made, secret } = await invite(db, admin.identity, { login, displayName: login, subject: null }, now)
    await grant(db, guard.identity, { personId: made.id, role, area, from: dayOf(now), until: FOREVER, reason: 'test' }, now)
    const told = { now, address: '127.0.0.1', agent: 'test' }
    cookies.set(login, (await followLink(db, { secret, login: null, displayName: null, password: PASSWORD }, told)).secret)
  })
}

async function token(login: string, area: string): Promise<string> {
  const now = new Date()
  const made = await transaction(app.pool, async (db) => {
    const found = await identityOfSession(db, cookies.get(login) ?? '', now)
    assert.ok(found)
    return makeToken(db, found.identity, { name: 'gis', powers: ['read'], area, days: 30 }, now)
  })
  assert.ok(made.ok)
  return made.value.secret
}

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 200 })
  const now = new Date()
  await transaction(app.pool, async (db) => {
    const told = { now, address: '127.0.0.1', agent: 'test' }
    const first = await firstLink(db, now)
    assert.ok(first)
    cookies.set('admin', (await followLink(db, { secret: first, login: 'admin', displayName: '王', password: PASSWORD }, told)).secret)
    const system = await identityOfSession(db, cookies.get('admin') ?? '', now)
    assert.ok(system)
    const guard = await invite(db, system.identity, { login: 'guard', displayName: '赵', subject: null }, now)
    await grant(
      db,
      system.identity,
      { personId: guard.person.id, role: 'security-administrator', area: '', from: dayOf(now), until: FOREVER, reason: 'test' },
      now,
    )
    cookies.set('guard', (await followLink(db, { secret: guard.secret, login: null, displayName: null, password: PASSWORD }, told)).secret)
  })
  village = (
    await onConnection(
      app.pool,
      (db) => db.one<{ village: string }>`select min(village) as village from land.patch_now where county = ${COUNTY}`,
    )
  ).village
  await person('reader', 'reader', village)
  await person('editor', 'editor', COUNTY)
  await person('checker', 'reviewer', COUNTY)
  running = await serve(app, 0, OFFICE)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

const ask = async (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) => {
  const response = await fetch(running.address + path, { ...init, headers })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> }
}
const signedIn = (login: string) => ({ cookie: `dishu-session=${cookies.get(login)}` })
const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`qgis:${secret}`).toString('base64')}` })
const ITEMS = `/ogc/${COUNTY}/collections/patches/items`
type Features = readonly { readonly id: number; readonly properties: { readonly village: string } }[]

test('a token opens the service as the password of Basic, which is what GIS programs send; a wrong one, and none, open nothing', async () => {
  const secret = await token('editor', COUNTY)
  assert.equal((await ask(ITEMS, basic(secret))).status, 200)
  assert.equal((await ask(ITEMS, { authorization: `Bearer ${secret}` })).status, 200)
  assert.equal((await ask(ITEMS, basic(`${secret}x`))).status, 401)
  assert.equal((await ask(ITEMS, basic(PASSWORD))).status, 401) // a person's password is no token
  assert.equal((await ask(ITEMS)).status, 401)
  assert.equal((await ask(`${ITEMS}?token=${secret}`)).status, 401) // no secret in an address
})

test('a reader of a village gets its rows, by pages, box, filter, item and feed, and no number of the others', async () => {
  const all = (await ask(`${ITEMS}?limit=10000`, signedIn('editor'))).body
  const own = (await ask(`${ITEMS}?limit=10000`, basic(await token('reader', village)))).body
  const features = own.features as Features
  assert.ok(features.length > 0 && features.length < (all.features as Features).length)
  assert.ok(features.every(({ properties }) => properties.village === village))
  assert.equal(own.numberMatched, features.length)
  assert.deepEqual(features.map(({ id }) => id), (all.features as Features).filter(({ properties }) => properties.village === village).map(({ id }) => id)) // biome-ignore format: one comparison
  const other = (all.features as Features).find(({ properties }) => properties.village !== village)
  assert.equal((await ask(`${ITEMS}/${other?.id}`, signedIn('reader'))).status, 404)
  assert.equal((await ask(`${ITEMS}/${features[0].id}`, signedIn('reader'))).status, 200)
  const boxed = (await ask(`${ITEMS}?limit=10000&bbox=70,10,140,60&filter=${encodeURIComponent("NOT class = 'x'")}`, signedIn('reader')))
    .body
  assert.equal((boxed.features as Features).length, features.length)
  const rows = (await ask(`/api/changes/1?county=${COUNTY}&kind=patch&limit=5000`, signedIn('reader'))).body.rows as { kind: string }[]
  assert.equal(rows.filter(({ kind }) => kind === 'patch').length, features.length)
  assert.equal((await ask('/ogc/110101', signedIn('reader'))).status, 404)
  assert.equal((await ask(`/ogc/110101/collections/patches/items`, signedIn('reader'))).status, 404)
})

test('a change waits for a second person, is carried out by the approval, and not when the row has moved on', async () => {
  const id = ((await ask(`${ITEMS}?limit=1`, signedIn('editor'))).body.features as Features)[0].id
  const send = (name: string, login = 'editor') =>
    ask(
      `${ITEMS}/${id}?reason=test`,
      { ...signedIn(login), 'content-type': 'application/geo+json' },
      {
        method: 'PATCH',
        body: JSON.stringify({ type: 'Feature', properties: { village_name: name } }),
      },
    )
  const nameNow = async () => ((await ask(`${ITEMS}/${id}`, signedIn('editor'))).body.properties as { village_name: string }).village_name
  const review = (which: unknown) => `/api/counties/${COUNTY}/reviews/${String(which)}`
  const decide = async (which: unknown, login: string) => {
    const { body } = await ask(review(which), signedIn(login))
    const seen = (body.review as { seen: string } | undefined)?.seen ?? body.seen
    return ask(
      `${review(which)}/approve`,
      { ...signedIn(login), 'content-type': 'application/json' },
      { method: 'POST', body: JSON.stringify({ seen, note: 'ok' }) },
    )
  }
  const was = await nameNow()
  assert.equal((await send('甲村', 'reader')).status, 403)
  const first = await send('甲村')
  assert.equal(first.status, 202, JSON.stringify(first.body))
  const second = await send('乙村')
  assert.equal(second.status, 202)
  assert.equal(await nameNow(), was)
  assert.notEqual((await decide(first.body.review, 'editor')).status, 200) // nobody approves what they proposed
  const approved = await decide(first.body.review, 'checker')
  assert.equal(approved.status, 200, JSON.stringify(approved.body))
  assert.equal(await nameNow(), '甲村')
  const late = await decide(second.body.review, 'checker')
  assert.equal(late.body.code, 'review/not-what-was-seen')
  assert.equal(await nameNow(), '甲村')
})
