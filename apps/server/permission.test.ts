/** Who sees and may what, asked of a running office: every route as every role, in and out of its area, against the written matrix. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { type Day, dayOf, FOREVER } from '@dishu/base/date'
import { isRole, ROLE_NAMES, ROLES, type Role } from '@dishu/kernel/people/people'
import { firstLink, followLink, grant, identityOfSession, invite, makeToken } from '@dishu/kernel/people/people.jobs'
import type { MeReply, PeopleReply } from '@dishu/kernel/people/people.wire'
import type { SessionView } from '@dishu/kernel/records/records.wire'
import type { CountReply, PatchPage } from '@dishu/land/count/count.wire'
import { onConnection, openPool, type Pool, SqlFault, transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { type Need, ROUTES, TABLES } from './access.ts'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import type { Manner } from './office.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const PASSWORD = '碱地 春天 三头牛 铁锹'
const OFFICE: Manner = { mode: 'office', host: '127.0.0.1', hosts: [], proxied: false }
const folder = mkdtempSync(join(tmpdir(), 'dishu-permission-'))
let database: TestDatabase
let app: App
let running: Running
let town = ''
let village = ''
const cookies = new Map<string, string>()

/** A person with one role on one area, signed in. */
async function personWith(login: string, role: Role, area: string): Promise<string> {
  const now = new Date()
  const today = dayOf(now)
  return transaction(app.pool, async (db) => {
    const by = await identityOfSession(db, cookies.get('guard') ?? '', now)
    const admin = await identityOfSession(db, cookies.get('admin') ?? '', now)
    assert.ok(by && admin)
    const { person, secret } = await invite(db, admin.identity, { login, displayName: login, subject: null }, now)
    await grant(db, by.identity, { personId: person.id, role, area, from: today, until: FOREVER, reason: 'test' }, now)
    const followed = await followLink(
      db,
      { secret, login: null, displayName: null, password: PASSWORD },
      { now, address: '127.0.0.1', agent: 'test' },
    )
    cookies.set(login, followed.secret)
    return followed.secret
  })
}

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 400 })
  const now = new Date()
  await transaction(app.pool, async (db) => {
    const told = { now, address: '127.0.0.1', agent: 'test' }
    const first = await firstLink(db, now)
    assert.ok(first)
    const admin = await followLink(db, { secret: first, login: 'admin', displayName: '王', password: PASSWORD }, told)
    cookies.set('admin', admin.secret)
    const system = await identityOfSession(db, admin.secret, now)
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
  const villages = await onConnection(
    app.pool,
    (db) =>
      db.all<{
        village: string
        patches: number
      }>`select village, count(*) as patches from land.patch_now group by village order by village`,
  )
  village = villages[0].village
  town = village.slice(0, 9)
  running = await serve(app, 0, OFFICE)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

type Answer<T> = { readonly status: number; readonly body: T; readonly bytes: Uint8Array }
async function ask<T>(login: string | null, path: string, init: RequestInit = {}): Promise<Answer<T>> {
  const cookie = login === null ? null : cookies.get(login)
  const response = await fetch(running.address + path, {
    ...init,
    headers: { ...init.headers, ...(cookie ? { cookie: `dishu-session=${cookie}` } : {}) },
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  return { status: response.status, body: (/^[[{]/.test(text) ? JSON.parse(text) : text) as T, bytes }
}
const post = <T>(login: string | null, path: string, body: unknown = {}) =>
  ask<T>(login, path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

/** An address of a route, about a county: its other parameters are such that nothing is found or valid behind the gate. */
function addressOf(route: string, county: string): string {
  const values: Record<string, string> = {
    county,
    id: '999999999',
    rev: '999999999',
    z: '3',
    x: '999',
    y: '999',
    scene: '999999999',
    task: '00000000-0000',
    session: 'nobody',
    token: 'nobody',
    sha256: '0'.repeat(64),
    collection: `scenes-${county}`,
    item: '1',
  }
  const path = route.replaceAll(/:(\w+)/g, (_, name: string) => (route.includes('/intakes/:id') ? '00000000-0000' : (values[name] ?? '1')))
  return `${path}?county=${county}`
}

/** What the matrix says, in fifteen lines of its own: 401, 403, 404 from the gate, or 'passes'. */
function expected(need: Need, role: Role | null, area: string, county: string): 401 | 403 | 404 | 'passes' {
  if (need.power === 'anyone') return 'passes'
  if (role === null) return 401
  if (need.power === 'signed-in') return 'passes'
  const powers: readonly string[] = ROLES[role].powers
  const has = powers.includes(need.power)
  const separated = ROLES[role].side === 'separated' // they hold no area: their work is the office's
  const held = separated ? '' : area
  if (need.on === 'office') return has && held === '' ? 'passes' : 403
  if (need.on === 'anywhere') return has ? 'passes' : 403
  const touches = county.startsWith(held) || held.startsWith(county)
  const reads = powers.includes('read') && touches
  if (!reads && !(has && touches)) return 404
  if (!has || (need.whole && !county.startsWith(held))) return 403
  return 'passes'
}

test('every route as every role on five areas answers as the matrix says; a stranger is asked to sign in', async () => {
  const areas = { province: '22', county: COUNTY, town, village, neighbour: '220882' }
  const people: { login: string | null; role: Role | null; area: string }[] = [{ login: null, role: null, area: '' }]
  for (const role of ROLE_NAMES) {
    for (const [name, area] of Object.entries(areas)) {
      if (ROLES[role].side === 'separated' && name !== 'province') continue
      await personWith(`${role}.${name}`, role, area)
      people.push({ login: `${role}.${name}`, role, area })
    }
  }
  let asked = 0
  const wrong: string[] = []
  for (const [line, need] of Object.entries(ROUTES)) {
    const [method, route] = line.split(' ') as [string, string]
    if (
      /sign-(in|out)|\/api\/me\/(second|password|tokens$)|people\/:id\/(leave|grants|sessions)|\/check(\/stop)?$|^\/api\/people$|measure$/.test(
        route,
      ) &&
      method === 'POST'
    ) {
      // these do something when they pass: only those who may not are sent there
      for (const { login, role, area } of people) {
        const want = expected(need, role, area, COUNTY)
        if (want === 'passes') continue
        asked++
        const { status } = await post(login, addressOf(route, COUNTY))
        if (status !== want) wrong.push(`${line} as ${login}: ${status}, not ${want}`)
      }
      continue
    }
    for (const { login, role, area } of people) {
      asked++
      const want = expected(need, role, area, COUNTY)
      const { status, body } =
        method === 'GET'
          ? await ask<{ code?: string }>(login, addressOf(route, COUNTY))
          : await ask<{ code?: string }>(login, addressOf(route, COUNTY), {
              method,
              body: '{}',
              headers: { 'content-type': 'application/json' },
            })
      const gate = typeof body === 'object' && (body.code?.startsWith('people/') ?? false)
      const got = gate && [401, 403, 404].includes(status) ? status : status >= 500 ? `fault ${status}` : 'passes'
      if (got !== want) wrong.push(`${line} as ${login}: ${got} (${status} ${body?.code ?? ''}), not ${want}`)
    }
  }
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${asked}`)
  assert.ok(asked > 2500, `${asked} requests`)
})

test('a reader of a village sees its rows and sums, in lists, figures, tiles, search and exports, and none beside them', async () => {
  const rows = await onConnection(
    app.pool,
    (db) => db.all<{ village: string; patches: number; area: number }>`
    select village, count(*) as patches, sum(official_area) as area from land.patch_now group by village order by village`,
  )
  const own = rows.find((each) => each.village === village)
  assert.ok(own && rows.length >= 2)
  const login = 'reader.village'
  const page = await ask<PatchPage>(login, `/api/counties/${COUNTY}/patches?limit=500`)
  assert.equal(page.status, 200)
  assert.equal(page.body.matched, own.patches)
  const totalOf = async (as: string, within = '') => {
    const { status, body } = await ask<CountReply>(as, `/api/counties/${COUNTY}/count?by=class${within ? `&within=${within}` : ''}`)
    return status === 200 ? body.total.area : 0
  }
  assert.equal(await totalOf(login), await totalOf('reader.county', village))
  assert.ok((await totalOf('reader.county')) > (await totalOf(login)))
  assert.equal(await totalOf(login, rows[rows.length - 1].village), 0)

  const hidden = await onConnection(
    app.pool,
    (db) => db.one<{ id: number; key: string; x: number; y: number }>`
    select id, patch_key as key, (center(bbox))[0] as x, (center(bbox))[1] as y from land.patch_now where village <> ${village} order by id limit 1`,
  )
  assert.equal((await ask(login, `/api/counties/${COUNTY}/patches/${hidden.id}`)).status, 404)
  assert.equal((await ask('reader.county', `/api/counties/${COUNTY}/patches/${hidden.id}`)).status, 200)
  const found = await ask<{ hits: { id: string }[] }>(login, `/api/search?county=${COUNTY}&q=${hidden.key}`)
  assert.deepEqual(
    found.body.hits.filter(({ id }) => id === String(hidden.id)),
    [],
  )

  // the whole county on one tile of a low zoom: what the reader gets is the village's
  const keysOn = async (as: string) => {
    const ids = new Set<number>()
    for (let z = 12; z <= 12; z++) {
      const [x0, x1] = [hidden.x - 0.4, hidden.x + 0.4].map((x) => Math.floor(((x + 180) / 360) * 2 ** z))
      const rowOf = (lat: number) => Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z)
      const [y0, y1] = [rowOf(hidden.y + 0.3), rowOf(hidden.y - 0.3)]
      for (let x = x0; x <= x1; x++)
        for (let y = y0; y <= y1; y++) {
          const { bytes, status } = await ask(as, `/tiles/${COUNTY}/${z}/${x}/${y}.mvt`)
          assert.equal(status, 200)
          for (const layer of Object.values(new VectorTile(new PbfReader(bytes)).layers))
            for (let i = 0; i < layer.length; i++) {
              const { id, patch } = layer.feature(i).properties
              ids.add(Number(patch ?? id))
            }
        }
    }
    return ids
  }
  const seen = await keysOn(login)
  const all = await keysOn('reader.county')
  assert.ok(all.size > seen.size)

  const sheet = await ask<string>('editor.village', `/api/counties/${COUNTY}/export?what=patches&to=csv`)
  assert.equal(sheet.status, 200)
  const others = await onConnection(
    app.pool,
    (db) => db.all<{ key: string }>`select patch_key as key from land.patch_now where village <> ${village}`,
  )
  const text = String(sheet.body)
  assert.deepEqual(
    others.filter(({ key }) => text.includes(key)),
    [],
  )
  const ours = await onConnection(
    app.pool,
    (db) => db.all<{ key: string }>`select patch_key as key from land.patch_now where village = ${village}`,
  )
  assert.deepEqual(
    ours.filter(({ key }) => !text.includes(key)),
    [],
  )
})

test('another county’s reader learns nothing of this one, not even that it is there', async () => {
  const session = await ask<SessionView>('reader.neighbour', '/api/session')
  assert.deepEqual(session.body.counties, [])
  assert.equal((await ask('reader.neighbour', `/api/counties/${COUNTY}/count?by=class`)).status, 404)
  assert.equal((await ask('reader.neighbour', '/api/counties/220111/count?by=class')).status, 404)
})

/** The database as a request sees it, by the role of requests itself. */
async function asRequest<T>(
  scope: readonly string[],
  body: (db: Parameters<Parameters<typeof onConnection>[1]>[0]) => Promise<T>,
): Promise<T> {
  const { establish } = await import('@dishu/server-kit/permission')
  const established = await establish(app.pool, app.database.url, app.dataDir, TABLES)
  assert.ok(established.ok)
  const pool: Pool = openPool(established.value, { max: 1 })
  try {
    return await transaction(pool, body, { actor: 'canary', scope, retries: 0 })
  } finally {
    await pool.end()
  }
}

test('the net is on: every table has a line and a policy, every view shows what its reader may see, and the role owns nothing', async () => {
  const tables = await onConnection(
    app.pool,
    (db) => db.all<{ name: string; secured: boolean; policies: number }>`
    select schemaname || '.' || tablename as name, rowsecurity as secured, (select count(*) from pg_policies p where p.schemaname = t.schemaname and p.tablename = t.tablename) as policies
    from pg_tables t where schemaname in ('kernel', 'land', 'ops', 'response') order by 1`,
  )
  assert.deepEqual(
    tables.map(({ name }) => name),
    Object.keys(TABLES).sort(),
  )
  assert.deepEqual(
    tables.filter(({ secured, policies }) => !secured || policies === 0),
    [],
  )
  const views = await onConnection(
    app.pool,
    (db) => db.all<{ name: string }>`
    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and n.nspname in ('kernel', 'land', 'ops', 'response') and not coalesce(c.reloptions @> '{security_invoker=true}', false)`,
  )
  assert.deepEqual(views, [])
  const { role, free } = await asRequest(
    ['*'],
    (db) => db.one<{ role: string; free: boolean }>`
    select current_user::text as role, (select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user) as free`,
  )
  assert.equal(free, false)
  const { owned } = await onConnection(
    app.pool,
    (db) =>
      db.one<{ owned: number }>`select count(*) as owned from pg_class join pg_roles on pg_roles.oid = relowner where rolname = ${role}`,
  )
  assert.equal(owned, 0)
})

test('the canary: without a scope, or with another county’s, no table of land or people shows a row', async () => {
  for (const scope of [[], ['220882'], ['220882101']]) {
    await asRequest(scope, async (db) => {
      for (const [name, { shows }] of Object.entries(TABLES)) {
        if (shows === 'everyone' || (shows === 'own' && name.startsWith('ops.'))) continue
        const rows = await db.all(
          Object.assign([`select 1 from ${name} limit 1`], { raw: [`select 1 from ${name} limit 1`] }) as unknown as TemplateStringsArray,
        )
        assert.equal(rows.length, 0, `${name} under ${scope.join()}`)
      }
    })
  }
})

test('nobody rewrites history: the role of requests can neither change, delete nor truncate what the ledger keeps', async () => {
  const ledger = Object.entries(TABLES).filter(([, { writes }]) => writes === 'ledger' || writes === 'log')
  assert.ok(ledger.length > 15)
  const attempts = ledger.flatMap(([name, { writes }]) => [
    `delete from ${name}`,
    `truncate ${name}`,
    `update ${name} set county = county`,
    ...(writes === 'log'
      ? []
      : [
          `update ${name} set since = 0`,
          `update ${name} set digest = ''`,
          `alter table ${name} disable row level security`,
          `drop policy by_area on ${name}`,
        ]),
  ])
  for (const statement of attempts)
    await assert.rejects(
      asRequest(['*'], (db) => db.raw(statement)),
      (fault) => fault instanceof SqlFault && fault.code === '42501',
      statement,
    )
  for (const statement of [
    `set role dishu`,
    `alter role current_user superuser`,
    `create table land.mine (county text)`,
    `set session authorization postgres`,
  ])
    await assert.rejects(
      asRequest(['*'], (db) => db.raw(statement)),
      SqlFault,
      statement,
    )
})

test('a token opens what it was made for, says who uses it, and ends', async () => {
  const now = new Date()
  const made = await transaction(app.pool, async (db) => {
    const found = await identityOfSession(db, cookies.get('editor.county') ?? '', now)
    assert.ok(found)
    return makeToken(db, found.identity, { name: 'qgis', powers: ['read'], area: town, days: 30 }, now)
  })
  assert.ok(made.ok)
  const as = (path: string, method = 'GET') =>
    fetch(running.address + path, {
      method,
      headers: { authorization: `Bearer ${made.value.secret}`, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: '{"reason":"x"}' } : {}),
    })
  assert.equal((await as(`/api/counties/${COUNTY}/count?by=class`)).status, 200)
  assert.equal((await as(`/api/counties/${COUNTY}/revisions/1/undo`, 'POST')).status, 403)
  assert.equal((await as(`/api/counties/${COUNTY}/export?what=patches&to=csv`)).status, 403)
  const me = await ask<MeReply>('editor.county', '/api/me')
  assert.equal(me.body.tokens[0].name, 'qgis')
  await post('editor.county', `/api/me/tokens/${made.value.id}/end`)
  assert.equal((await as(`/api/counties/${COUNTY}/count?by=class`)).status, 401)
})

test('signing in: the cookie is closed to scripts, sign-out ends it, and each try is on record', async () => {
  const signed = await fetch(`${running.address}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'reader.county', password: PASSWORD }),
  })
  assert.equal(signed.status, 200)
  const cookie = signed.headers.get('set-cookie') ?? ''
  assert.match(cookie, /^dishu-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
  const wrong = await post<{ code: string; message: string }>(null, '/api/sign-in', {
    login: 'reader.county',
    password: 'not the password',
  })
  assert.equal(wrong.status, 401)
  assert.equal(wrong.body.code, 'people/wrong-sign-in')
  cookies.set('again', /dishu-session=([\w-]+)/.exec(cookie)?.[1] ?? '')
  assert.equal((await ask('again', '/api/me')).status, 200)
  await post('again', '/api/sign-out')
  assert.equal((await ask('again', '/api/me')).status, 401)
  const events = await onConnection(
    app.pool,
    (db) => db.all<{ what: string; outcome: string; actor: string }>`
    select what, outcome, actor from kernel.access_event_now where county = '000000' and subject like 'POST /api/sign-%' order by event_id desc limit 3`,
  )
  assert.deepEqual(
    events.map(({ what, outcome }) => `${what} ${outcome}`),
    ['sign-out done', 'refused refused', 'sign-in done'],
  )
})

test('every write leaves one event, whether it was done, refused or not allowed', async () => {
  const events = () => onConnection(app.pool, (db) => db.one<{ events: number }>`select count(*) as events from kernel.access_event_now`)
  const before = (await events()).events
  await post('editor.county', `/api/counties/${COUNTY}/findings/1/assign`, { to: 'li', note: '' })
  await post('editor.county', `/api/counties/${COUNTY}/findings/999999999/assign`, { to: 'li', note: '' })
  await post('reader.county', `/api/counties/${COUNTY}/findings/1/assign`, { to: 'li', note: '' })
  await ask('editor.county', `/api/counties/${COUNTY}/export?what=patches&to=csv`)
  await ask('editor.county', `/api/counties/${COUNTY}/count?by=class`)
  assert.equal((await events()).events - before, 4)
})

test('the people page tells who holds what, and the first administrator grants nothing on land', async () => {
  const { body } = await ask<PeopleReply>('guard', '/api/people')
  assert.ok(body.people.length > 40)
  assert.ok(body.roles.every(({ id }) => isRole(id)))
  const editor = body.people.find(({ login }) => login === 'reader.neighbour')
  const refused = await post<{ code: string }>('admin', `/api/people/${editor?.id}/grants`, {
    role: 'editor',
    area: COUNTY,
    from: '2026-01-01',
    reason: 'x',
  })
  assert.equal(refused.status, 403)
  const granted = await post('guard', `/api/people/${editor?.id}/grants`, {
    role: 'reader',
    area: COUNTY,
    from: '2026-01-01' as Day,
    reason: 'x',
  })
  assert.equal(granted.status, 200)
  assert.equal((await ask('reader.neighbour', `/api/counties/${COUNTY}/count?by=class`)).status, 200)
})
