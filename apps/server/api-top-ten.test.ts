/**
 * What the OWASP API Security Top 10 (2023) asks, put to every route of a running office: made from the routes' own schemas, so that a new route is asked
 * too. Which test answers to which of the ten stands in docs/security.md.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { dayOf, FOREVER } from '@dishu/base/date'
import type { Role } from '@dishu/kernel/people/people'
import { firstLink, followLink, grant, identityOfSession, invite } from '@dishu/kernel/people/people.jobs'
import type { Route } from '@dishu/server-kit/http'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { ROUTES } from './access.ts'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import type { Manner } from './office.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const PASSWORD = '碱地 春天 三头牛 铁锹'
const plenty = { perSecond: 1e6, burst: 1e6 }
const OFFICE: Manner = {
  mode: 'office',
  host: '127.0.0.1',
  hosts: [],
  proxied: false,
  rates: { address: plenty, actor: plenty, atOnce: 1000 },
}
const folder = mkdtempSync(join(tmpdir(), 'dishu-top-ten-'))
const cookies = new Map<string, string>()
let database: TestDatabase
let app: App
let running: Running
let routes: readonly Route[] = []

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 200 })
  const now = new Date()
  await transaction(app.pool, async (db) => {
    const told = { now, address: '127.0.0.1', agent: 'test' }
    const first = await firstLink(db, now)
    assert.ok(first)
    const enter = async (login: string, secret: string, named: string | null = null) => {
      const { secret: session } = await followLink(db, { secret, login: named, displayName: named, password: PASSWORD }, told)
      cookies.set(login, session)
      const found = await identityOfSession(db, session, now)
      assert.ok(found)
      return found.identity
    }
    const admin = await enter('admin', first, 'admin')
    const person = async (login: string, role: Role, area: string, by = admin) => {
      const { person: made, secret } = await invite(db, admin, { login, displayName: login, subject: null }, now)
      await grant(db, by, { personId: made.id, role, area, from: dayOf(now), until: FOREVER, reason: 'test' }, now)
      return enter(login, secret)
    }
    const guard = await person('guard', 'security-administrator', '')
    for (const [login, role] of [
      ['manager', 'area-manager'],
      ['editor', 'editor'],
      ['reader', 'reader'],
      ['reviewer', 'reviewer'],
      ['auditor', 'auditor'],
    ] as const)
      await person(login, role, COUNTY, guard)
    await person('stranger', 'area-manager', '220882', guard)
  })
  running = await serve(app, 0, OFFICE, (all) => {
    routes = all
  })
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

type Body = { readonly code?: string; readonly [name: string]: unknown }
async function ask(login: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: Body; text: string }> {
  const response = await fetch(running.address + path, {
    method,
    headers: { cookie: `dishu-session=${cookies.get(login)}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (/^[{[]/.test(text) ? JSON.parse(text) : {}) as Body, text }
}
const events = async () =>
  (await onConnection(app.pool, (db) => db.one<{ n: number }>`select count(*) as n from kernel.access_event_now`)).n

type Schema = {
  readonly type?: string
  readonly anyOf?: readonly Schema[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly pattern?: string
  readonly minLength?: number
  readonly minItems?: number
  readonly minimum?: number
  readonly exclusiveMinimum?: number
}
const TEXTS = [
  COUNTY,
  'a',
  'abcdefghijkl',
  '0'.repeat(64),
  '2026-01-01',
  'csv',
  '123456',
  '220899101',
  '220899101201',
  '0103',
  '1.0',
  'EPSG:4490',
  'spring',
]

/** The least that a schema takes. */
function leastOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) return leastOf(schema.anyOf[0])
  switch (schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((name) => [name, leastOf(schema.properties?.[name] ?? {})]))
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => leastOf(schema.items ?? {}))
    case 'string': {
      const { pattern, minLength = 0 } = schema
      if (pattern === undefined) return 'x'.repeat(Math.max(1, minLength))
      return TEXTS.find((text) => new RegExp(pattern).test(text) && text.length >= minLength) ?? COUNTY
    }
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + (schema.exclusiveMinimum === undefined ? 0 : 1))
    case 'boolean':
      return false
    case 'null':
      return null
    default:
      return {}
  }
}
/** An address of a route at which there is nothing, of a county that is there. */
const nowhere = (url: string, county = COUNTY) => {
  const own: Record<string, string> = { county, z: '3', x: '1', y: '1', sha256: '0'.repeat(64), key: 'none', show: 'grade', value: 'ph' }
  return url.replace(/:(\w+)/g, (_, name: string) => (url.includes('/intakes/:id') ? '00000000-0000' : (own[name] ?? '999999999')))
}
const bodyOf = ({ schema }: Route) => (schema?.body ? leastOf(schema.body as Schema) : {})
// these end sessions or accounts that the test goes on with
const ENDS = /sign-out|sign-in|\/leave$|sessions\/end|me\/password|second-factor/

test('every write, whatever comes of it, leaves exactly one event: done, refused, not allowed, failed', async () => {
  const writes = routes.filter(({ method, url }) => method !== 'GET' && !ENDS.test(url))
  assert.ok(writes.length > 40, `${writes.length} routes`)
  const wrong: string[] = []
  const seen = { done: 0, refused: 0, 'not allowed': 0, failed: 0 }
  const once = async (login: string, route: Route, note = '') => {
    const before = await events()
    const { status, body } = await ask(login, route.method, nowhere(route.url), bodyOf(route))
    const left = (await events()) - before
    // a body that is not of the declared shape is no act; the rest is one
    const act = !(status === 400 || status === 415 || status === 406)
    if (left !== (act ? 1 : 0)) wrong.push(`${route.url} as ${login}${note}: ${status} ${body.code} left ${left}`)
    if (!act) return
    seen[status < 400 ? 'done' : status >= 500 ? 'failed' : String(body.code).startsWith('people/not-') ? 'not allowed' : 'refused']++
  }
  for (const route of writes) for (const login of ['manager', 'admin', 'reader', 'stranger']) await once(login, route)
  // the register's tables are taken from the server: what can no longer be read is a fault, and on record as one
  const { role } = JSON.parse(
    String(await import('node:fs').then(({ readFileSync }) => readFileSync(join(folder, 'data', 'request-role.json')))),
  ) as { role: string }
  await transaction(app.pool, (db) => db.raw(`revoke usage on schema land from ${role}`))
  const told = process.stderr.write
  process.stderr.write = () => true // faults are told there, and here they are wished for
  try {
    for (const route of writes) if (route.url.includes(':county')) await once('manager', route, ' without tables')
  } finally {
    process.stderr.write = told
    await transaction(app.pool, (db) => db.raw(`grant usage on schema land to ${role}`))
  }
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} wrong`)
  assert.ok(seen.done > 5 && seen.refused > 20 && seen['not allowed'] > 60 && seen.failed > 0, JSON.stringify(seen))
  const chain = await onConnection(app.pool, (db) =>
    import('@dishu/kernel/people/people.store').then((store) => store.firstBrokenEvent(db, COUNTY)),
  )
  assert.equal(chain, null)
})

test('API1 and API5: of another county a route tells nothing, and what a role does not hold is refused by the gate', async () => {
  const wrong: string[] = []
  for (const route of routes) {
    if (!route.url.includes(':county') || ROUTES[`${route.method} ${route.url}`].on !== 'county') continue
    const answers = []
    for (const county of [COUNTY, '220111']) {
      const { status, body } = await ask(
        'stranger',
        route.method,
        nowhere(route.url, county),
        route.method === 'POST' ? bodyOf(route) : undefined,
      )
      answers.push(`${status} ${body.code} ${body.message}`)
    }
    // a county that is there and one that never was answer in the same words
    if (answers[0] !== answers[1] || !answers[0].startsWith('404 people/not-found')) wrong.push(`${route.url}: ${answers.join(' | ')}`)
  }
  assert.deepEqual(wrong, [])
  for (const [line, { power }] of Object.entries(ROUTES))
    if (line.startsWith('POST') && power !== 'anyone' && power !== 'signed-in' && power !== 'read') {
      const url = line.slice(5)
      const { status } = await ask('reader', 'POST', nowhere(url), {})
      assert.equal(status, 403, line)
    }
})

test('API3: a field nobody declared is refused, and no answer holds a secret', async () => {
  const open: string[] = []
  let closed = 0
  for (const route of routes) {
    const schema = route.schema?.body as Schema | undefined
    if (schema?.type !== 'object' || 'patternProperties' in schema || 'additionalProperties' in schema || ENDS.test(route.url)) continue
    const { status } = await ask('manager', 'POST', nowhere(route.url), { ...(leastOf(schema) as object), isAdmin: true })
    if (status === 400 || status === 403) closed += status === 400 ? 1 : 0
    else open.push(`${route.url}: ${status}`)
  }
  assert.deepEqual(open, [])
  assert.ok(closed > 10, `${closed} bodies`)
  for (const [login, path] of [
    ['manager', '/api/me'],
    ['guard', '/api/people'],
    ['manager', '/api/session'],
  ] as const)
    assert.doesNotMatch((await ask(login, 'GET', path)).text, /argon2|totp"|"password"|"cipher"|wrapped|"token":"[\w-]{20}/i, path)
})

test('API4: no list gives more than a thousand rows, whatever is asked', async () => {
  for (const { method, url } of routes) {
    if (method !== 'GET' || !url.startsWith('/api/counties/:county')) continue
    for (const limit of ['1001', '1000000', '-1', '1e9']) {
      const { status, body } = await ask('manager', 'GET', `${nowhere(url)}?limit=${limit}`)
      assert.ok(status < 500, `${url} ${limit}: ${status}`)
      const rows = Object.values(body).find((value) => Array.isArray(value) && value.length > 1000)
      assert.equal(rows, undefined, `${url} with limit ${limit}`)
    }
  }
})

test('API2, API8, API9: without a session nothing but the way in is answered; an address outside the written list is not there', async () => {
  const { 'GET /api/health': _, ...rest } = ROUTES
  for (const [line, { power }] of Object.entries(rest)) {
    if (power === 'anyone') continue
    const [method, url] = line.split(' ')
    const response = await fetch(running.address + nowhere(url), {
      method,
      ...(method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}),
    })
    assert.equal(response.status, 401, line)
    await response.arrayBuffer()
  }
  assert.deepEqual(routes.map(({ method, url }) => `${method} ${url}`).sort(), Object.keys(ROUTES).sort())
  for (const path of ['/api/v1/session', '/api/debug', '/api/counties/220899/patches/1/../../../people', '/metrics', '/.env']) {
    const response = await fetch(running.address + path)
    // an address of no route is a page of the program, which says that there is no such page
    assert.ok([401, 404].includes(response.status) || /^text\/html/.test(response.headers.get('content-type') ?? ''), path)
    await response.arrayBuffer()
  }
  for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE' in {} ? 'TRACE' : 'OPTIONS']) {
    const { status } = await ask('manager', method, `/api/counties/${COUNTY}/patches`)
    assert.equal(status, 404, method)
  }
})

const WHEN = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g // when it was made stands in its head

test('the same export asked for a hundred times at once is a hundred times the same', async () => {
  const digests = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const { status, text } = await ask('editor', 'GET', `/api/counties/${COUNTY}/export?what=patches&to=csv`)
      return `${status} ${createHash('sha256').update(text.replaceAll(WHEN, '')).digest('hex')} ${text.length > 5000}`
    }),
  )
  assert.equal(new Set(digests).size, 1, [...new Set(digests)].join('\n'))
  assert.match(digests[0], /^200 .* true$/)
})
