/** The edge of the server by itself: headers, limits of size, time and rate, and what a fault shows to strangers. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import type { FastifyInstance } from 'fastify'
import { NONCE_MARK } from './headers.ts'
import { Answer, type Gate, httpServer, type Route, type ServerOptions } from './http.ts'
import type { Rates } from './rates.ts'
import type { Pool } from './sql.ts'

const open: Gate = {
  async pass({ headers, address }) {
    return { caller: { actor: String(headers['x-actor'] ?? 'li'), address, identity: null }, scope: ['*'] }
  },
}
const PLENTY: Rates = { address: { perSecond: 1e6, burst: 1e6 }, actor: { perSecond: 1e6, burst: 1e6 }, atOnce: 1000 }

async function started(t: TestContext, routes: readonly Route[], options: Partial<ServerOptions> = {}) {
  const faults: string[] = []
  const server: FastifyInstance = await httpServer({
    pool: {} as Pool,
    routes: routes.map((route) => ({ ...route, free: true })),
    gate: open,
    say: ({ code }) => ({ message: code }),
    webFolder: null,
    rates: PLENTY,
    onFault: (_, fault) => void faults.push(String(fault)),
    ...options,
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.close())
  return { address: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`, faults }
}

const plain: Route = { method: 'GET', url: '/api/plain', handle: async () => ({ ok: true }) }

test('what a fault shows is a number; its words, its place and its stack stay inside', async (t) => {
  const secret = 'relation "kernel.person" does not exist'
  const { address, faults } = await started(t, [
    { method: 'GET', url: '/api/fault', handle: async () => Promise.reject(new Error(secret, { cause: new Error('password=hunter2') })) },
    { method: 'GET', url: '/api/thrown', handle: async () => Promise.reject('a bare text') },
  ])
  for (const path of ['/api/fault', '/api/thrown']) {
    const response = await fetch(address + path)
    const text = await response.text()
    assert.equal(response.status, 500)
    assert.match(text, /^\{"code":"http\/fault","message":"系统出错（[0-9a-f]{8}），没有写入任何内容。","hint":"[^"]+"\}$/)
    assert.doesNotMatch(text, /person|hunter2|\.ts|at |bare/)
  }
  assert.equal(faults.length, 2)
})

test('data runs and loads nothing when it is opened by itself; nothing is kept on the way; TLS is remembered', async (t) => {
  const { address } = await started(t, [plain])
  const { headers } = await fetch(`${address}/api/plain`)
  assert.equal(headers.get('content-security-policy'), "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
  assert.equal(headers.get('cache-control'), 'private, no-store')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('x-frame-options'), 'DENY')
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
  assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
  assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
  assert.match(headers.get('permissions-policy') ?? '', /geolocation=\(self\), microphone=\(\)/)
  assert.equal(headers.get('strict-transport-security'), null)
  assert.equal(headers.get('x-powered-by') ?? headers.get('server'), null)
  const proxied = await started(t, [plain], { proxied: true })
  const behind = await fetch(`${proxied.address}/api/plain`)
  assert.equal(behind.headers.get('strict-transport-security'), 'max-age=31536000')
})

test('a page bears a nonce of its own, new each time, and obeys no other style', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-http-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'index.html'), `<!doctype html><meta property="csp-nonce" nonce="${NONCE_MARK}"><title>x</title>`)
  const { address } = await started(t, [plain], { webFolder: folder })
  const nonces = new Set<string>()
  for (const path of ['/', '/parcels?county=220899', '/index.html', '/sign-in']) {
    const response = await fetch(address + path)
    const nonce = /nonce="([\w+/=]{24})"/.exec(await response.text())?.[1] ?? ''
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.ok(policy.includes(`style-src 'self' 'nonce-${nonce}'`), path)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    nonces.add(nonce)
  }
  assert.equal(nonces.size, 4)
})

test('who asks too often waits, and is told how long; another does not', async (t) => {
  const { address } = await started(t, [plain], { rates: { ...PLENTY, actor: { perSecond: 0.5, burst: 3 } } })
  const as = (actor: string) => fetch(`${address}/api/plain`, { headers: { 'x-actor': actor } })
  const statuses = []
  for (let i = 0; i < 5; i++) statuses.push((await as('li')).status)
  assert.deepEqual(statuses, [200, 200, 200, 429, 429])
  const refused = await as('li')
  assert.equal(refused.headers.get('retry-after'), '2')
  assert.equal(((await refused.json()) as { code: string }).code, 'http/too-many')
  assert.equal((await as('wang')).status, 200)
})

test('an address that floods is stopped whoever it says it is; behind a proxy each client is one', async (t) => {
  const rates: Rates = { ...PLENTY, address: { perSecond: 0.01, burst: 4 } }
  const { address } = await started(t, [plain], { rates })
  const statuses = []
  for (let i = 0; i < 6; i++)
    statuses.push((await fetch(`${address}/api/plain`, { headers: { 'x-actor': `${i}`, 'x-forwarded-for': `10.0.0.${i}` } })).status)
  assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429], 'a header of the client’s own changes nothing')
  const proxied = await started(t, [plain], { rates, proxied: true })
  const through = (forwarded: string) => fetch(`${proxied.address}/api/plain`, { headers: { 'x-forwarded-for': forwarded } })
  for (let i = 0; i < 8; i++) assert.equal((await through(`10.0.0.${i}`)).status, 200)
  const lied = []
  for (let i = 0; i < 6; i++) lied.push((await through(`192.168.0.${i}, 10.0.1.1`)).status) // only the proxy’s own word counts
  assert.deepEqual(lied, [200, 200, 200, 200, 429, 429])
})

test('a route may be dearer than the rest', async (t) => {
  const { address } = await started(t, [plain, { ...plain, url: '/api/dear', rate: { perSecond: 0.01, burst: 2 } }])
  const statuses = []
  for (let i = 0; i < 4; i++) statuses.push((await fetch(`${address}/api/dear`)).status)
  assert.deepEqual(statuses, [200, 200, 429, 429])
  assert.equal((await fetch(`${address}/api/plain`)).status, 200)
})

test('four times more than fits is sent away politely and at once, and afterwards all is as before', async (t) => {
  let release = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const slow: Route = { method: 'GET', url: '/api/slow', handle: async () => gate.then(() => ({ ok: true })) }
  const { address } = await started(t, [plain, slow], { rates: { ...PLENTY, atOnce: 8 } })
  const given = new AbortController()
  const asked = Array.from({ length: 32 }, () =>
    fetch(`${address}/api/slow`).then(async (r) => ({ status: r.status, after: r.headers.get('retry-after'), body: await r.json() })),
  )
  const away = (
    await Promise.all(asked.map((each) => Promise.race([each, new Promise<null>((late) => setTimeout(() => late(null), 1000))])))
  ).filter((each) => each !== null)
  assert.equal(away.length, 24)
  assert.ok(away.every(({ status, after }) => status === 503 && after === '2'))
  release()
  const all = await Promise.all(asked)
  assert.equal(all.filter(({ status }) => status === 200).length, 8)
  // those who hang up make room too
  const hung = Array.from({ length: 8 }, () => fetch(`${address}/api/plain`, { signal: given.signal }).catch(() => null))
  given.abort()
  await Promise.all(hung)
  for (let i = 0; i < 20; i++) assert.equal((await fetch(`${address}/api/plain`)).status, 200)
})

test('a body beyond the limit, broken JSON, a poisoned prototype, too many headers: refused, none of it a fault', async (t) => {
  let ran = 0
  const { address, faults } = await started(t, [
    { method: 'POST', url: '/api/write', handle: async ({ body }) => ({ ran: ++ran, keys: Object.keys(body as object) }) },
  ])
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${address}/api/write`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
  assert.equal((await post(JSON.stringify({ text: 'x'.repeat(3 * 1024 * 1024) }))).status, 413)
  for (const body of ['{', 'nul', '[1,]', '{"a":NaN}', '{"a":1}x', '\u0000', '['.repeat(200_000)])
    assert.equal((await post(body)).status, 400, body.slice(0, 9))
  for (const body of ['{"__proto__":{"polluted":1}}', '{"a":{"__proto__":{"polluted":1}}}', '{"constructor":{"prototype":{"polluted":1}}}'])
    assert.equal((await post(body)).status, 400, body)
  assert.equal((await post('a=1', { 'content-type': 'application/x-www-form-urlencoded' })).status, 415)
  assert.equal((await post('x', { 'content-type': 'text/xml' })).status, 415)
  assert.equal(ran, 0)
  assert.equal(({} as { polluted?: number }).polluted, undefined)
  assert.equal((await fetch(`${address}/api/write`, { headers: { 'x-long': 'x'.repeat(40_000) } })).status, 431)
  assert.equal((await post('{}', { origin: 'https://elsewhere.example' })).status, 403)
  assert.equal((await post('{}', { origin: 'null' })).status, 403)
  assert.equal((await post('{}')).status, 200)
  assert.deepEqual(faults, [])
})

test('no way of writing an address leads out of the folder of pages', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-http-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'index.html'), '<title>the page</title>')
  const outside = `${folder}-secret.txt`
  writeFileSync(outside, 'the secret')
  t.after(() => rmSync(outside))
  const { address } = await started(t, [plain], { webFolder: folder })
  const name = outside.split('/').pop()
  const ways = [
    `/../${name}`,
    `/..%2f${name}`,
    `/%2e%2e/${name}`,
    `/%2e%2e%2f${name}`,
    `/..%5c${name}`,
    `/..\\${name}`,
    `/assets/../../${name}`,
  ]
  ways.push(
    `/assets/%2e%2e/%2e%2e/${name}`,
    `//${outside}`,
    `/${encodeURIComponent(outside)}`,
    `/index.html%00/../../${name}`,
    `/%252e%252e/${name}`,
  )
  ways.push(
    '/%c0%ae%c0%ae/etc/passwd',
    '//127.0.0.1/c$/x',
    `/.%00./${name}`,
    '/api/../../../etc/passwd',
    '/file:///etc/passwd',
    '/..;/etc/passwd',
  )
  const { port } = new URL(address)
  for (const path of ways) {
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      ask({ host: '127.0.0.1', port, path }, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
        .on('error', reject)
        .end()
    })
    assert.ok(status >= 400 || text === '<title>the page</title>', `${path}: ${status} ${text.slice(0, 80)}`)
    assert.doesNotMatch(text, /secret|root:/)
  }
})

test('a browser that was sent here and is refused is sent to a page, not shown JSON', async (t) => {
  const { address } = await started(t, [
    {
      method: 'GET',
      url: '/api/back',
      refusedTo: '/sign-in',
      handle: async () => Promise.reject(new Refused({ code: 'people/unknown-subject', details: {} })),
    },
    { method: 'GET', url: '/api/cookies', handle: async () => new Answer({}, { 'set-cookie': ['a=1', 'b=2'] }) },
  ])
  const response = await fetch(`${address}/api/back`, { redirect: 'manual' })
  assert.equal(response.status, 303)
  assert.equal(response.headers.get('location'), '/sign-in?refused=people%2Funknown-subject')
  assert.deepEqual((await fetch(`${address}/api/cookies`)).headers.getSetCookie(), ['a=1', 'b=2'])
})
