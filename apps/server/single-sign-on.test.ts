/** Signing in by the office's own provider: a real one (oidc-provider) runs beside the server, and a browser of few lines goes between them. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { firstLink, followLink, identityOfSession, invite, leave } from '@dishu/kernel/people/people.jobs'
import type { MeReply, SignInState } from '@dishu/kernel/people/people.wire'
import { isIssuer, singleSignOn } from '@dishu/server-kit/single-sign-on'
import { transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { Provider } from 'oidc-provider'
import { type App, joinApp } from './app.ts'
import { mannerOf } from './office.ts'
import { type Running, serve } from './serve.ts'

const PASSWORD = '碱地 春天 三头牛 铁锹'
const SECRET = 'a secret of the test alone'
const folder = mkdtempSync(join(tmpdir(), 'dishu-oidc-'))
let database: TestDatabase
let app: App
let running: Running
let providerServer: Server
let answerAsProvider: RequestListener = (_, response) => response.writeHead(503).end()
let issuer = ''
let admin = ''

const ids: Record<string, number> = {}

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  providerServer = createServer((request, response) => answerAsProvider(request, response))
  await new Promise<void>((listening) => providerServer.listen(0, '127.0.0.1', listening))
  issuer = `http://127.0.0.1:${(providerServer.address() as AddressInfo).port}`
  const now = new Date()
  await transaction(app.pool, async (db) => {
    const told = { now, address: '127.0.0.1', agent: 'test' }
    const first = await firstLink(db, now)
    assert.ok(first)
    admin = (await followLink(db, { secret: first, login: 'admin', displayName: '王', password: PASSWORD }, told)).secret
    const by = await identityOfSession(db, admin, now)
    assert.ok(by)
    for (const [login, subject] of [
      ['li', 'staff-0017'],
      ['gone', 'staff-0018'],
    ]) {
      const { person } = await invite(db, by.identity, { login, displayName: login, subject }, now)
      ids[login] = person.id
    }
    await leave(db, by.identity, ids.gone, 'moved away', now, async () => {})
  })
  running = await serve(app, 0, {
    mode: 'office',
    host: '127.0.0.1',
    hosts: [],
    proxied: false,
    oidc: { issuer, client: 'dishu', secret: SECRET, hosts: [], name: '县统一门户' },
  })
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'dishu', client_secret: SECRET, redirect_uris: [`${running.address}/api/sign-in/oidc/callback`] }],
    cookies: { keys: ['only for this test'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  })
  answerAsProvider = provider.callback()
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  await new Promise((closed) => {
    providerServer.close(closed)
    providerServer.closeAllConnections()
  })
  rmSync(folder, { recursive: true, force: true })
})

/** A browser: keeps cookies by host, follows one redirection at a time, and fills in the provider's forms. */
class Browser {
  readonly jar = new Map<string, Map<string, string>>()
  async go(
    address: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; next: string | null; text: string; cookies: string[] }> {
    const { host } = new URL(address)
    const own = this.jar.get(host) ?? new Map<string, string>()
    this.jar.set(host, own)
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...own].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    })
    const cookies = response.headers.getSetCookie()
    for (const cookie of cookies) {
      const [name, value] = cookie.split(';')[0].split(/=(.*)/s)
      if (value === '') own.delete(name)
      else own.set(name, value)
    }
    const location = response.headers.get('location')
    return {
      status: response.status,
      next: location === null ? null : new URL(location, address).href,
      text: await response.text(),
      cookies,
    }
  }
  /** To the end of the way, or to where `stop` says; gives the last address. */
  async signIn(subject: string, stop: (address: string) => boolean = () => false): Promise<string> {
    let at = `${running.address}/api/sign-in/oidc`
    for (let step = 0; step < 20; step++) {
      if (stop(at)) return at
      const { next, text } = await this.go(at)
      if (next !== null) at = next
      else {
        const action = /<form[^>]*action="([^"]+)"/.exec(text)?.[1]
        if (!action || new URL(at).host !== new URL(issuer).host) return at
        const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1] ?? ''
        const sent = await this.go(new URL(action, at).href, prompt === 'login' ? { prompt, login: subject, password: 'x' } : { prompt })
        assert.ok(sent.next, 'the provider goes on')
        at = sent.next
      }
    }
    throw new Error(`the way has no end: ${at}`)
  }
  me = () => this.go(`${running.address}/api/me`)
}

const isCallback = (address: string) => address.includes('/api/sign-in/oidc/callback')

test('whom the provider vouches for comes in; an invitation is accepted by it, and no password was set', async () => {
  const state = (await (await fetch(`${running.address}/api/sign-in`)).json()) as SignInState
  assert.equal(state.oidc, '县统一门户')
  const browser = new Browser()
  assert.equal(await browser.signIn('staff-0017'), `${running.address}/`)
  const me = await browser.me()
  assert.equal(me.status, 200)
  const told = JSON.parse(me.text) as MeReply
  assert.equal(told.login, 'li')
  assert.equal(told.sessions.length, 1)
  const again = new Browser()
  assert.equal(await again.signIn('staff-0017'), `${running.address}/`)
})

test('an account that is not there, or has left, does not come in, and is told so on the page', async () => {
  for (const subject of ['staff-9999', 'staff-0018']) {
    const browser = new Browser()
    assert.equal(await browser.signIn(subject), `${running.address}/sign-in?refused=people%2Funknown-subject`)
    assert.equal((await browser.me()).status, 401)
  }
})

test('the address of a sign-in is worth nothing in another browser, a second time, or with anything changed', async () => {
  const failed = `${running.address}/sign-in?refused=people%2Foffice-sign-in-failed`
  const mine = new Browser()
  const back = await mine.signIn('staff-0017', isCallback)

  // whoever is made to open it has not begun it (login CSRF)
  const other = new Browser()
  assert.equal((await other.go(back)).next, failed)
  const begun = new Browser()
  await begun.signIn('staff-0017', isCallback)
  assert.equal((await begun.go(back)).next, failed, 'state of another flow')

  const altered = new URL(back)
  altered.searchParams.set('code', `${altered.searchParams.get('code')}x`)
  assert.equal((await mine.go(altered.href)).next, failed)
  altered.searchParams.set('iss', 'https://elsewhere.example')
  assert.equal((await mine.go(altered.href)).next, failed)
  assert.equal((await mine.me()).status, 401)

  const fresh = new Browser()
  const good = await fresh.signIn('staff-0017', isCallback)
  const kept = new Map(fresh.jar.get(new URL(running.address).host))
  assert.equal((await fresh.go(good)).next, `${running.address}/`)
  const replay = new Browser()
  replay.jar.set(new URL(running.address).host, kept)
  assert.equal((await replay.go(good)).next, failed, 'the code was used')
})

test('the cookies: the session’s is Strict, the flow’s lives ten minutes on its own path, is sealed, and goes at the end', async () => {
  const browser = new Browser()
  const began = await browser.go(`${running.address}/api/sign-in/oidc`)
  assert.match(began.cookies[0], /^dishu-sign-in=[\w-]+; Path=\/api\/sign-in\/oidc; HttpOnly; SameSite=Lax; Max-Age=600$/)
  const sealed = Buffer.from(began.cookies[0].split(/[=;]/)[1], 'base64url').toString('latin1')
  assert.doesNotMatch(sealed, /verifier|nonce|state/)
  const address = new URL(began.next ?? '')
  assert.equal(address.searchParams.get('code_challenge_method'), 'S256')
  assert.ok((address.searchParams.get('state') ?? '').length >= 40 && (address.searchParams.get('nonce') ?? '').length >= 40)
  const back = await new Browser().signIn('staff-0017', isCallback)
  assert.ok(isCallback(back))
  const whole = new Browser()
  const ended = await whole.go(await whole.signIn('staff-0017', isCallback))
  assert.match(ended.cookies[0], /^dishu-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
  assert.match(ended.cookies[1], /^dishu-sign-in=; .*Max-Age=0$/)
})

/** Ways to write an address inside that have passed other systems' lists. */
function tricksFor(inside: string, own: string): string[] {
  const { port } = new URL(inside)
  const hosts =
    '127.0.0.1 localhost LOCALHOST localhost. 127.0.0.1. 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.1 127.0.1 0 0.0.0.0'.split(
      ' ',
    )
  hosts.push('[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]', '127。0。0。1', '①②⑦.0.0.1', 'ⓛocalhost')
  hosts.push('169.254.169.254', '[fd00:ec2::254]', '10.0.0.1', '192.168.0.1', '172.16.0.1', '[fe80::1]', 'localtest.me')
  const ownHost = new URL(own).host
  return [
    ...hosts.flatMap((host) => [`http://${host}:${port}/token`, `http://${ownHost}@${host}:${port}/token`]),
    ...[`${inside}/token?${own}`, `${inside}/${ownHost}`, `${inside}\\@${ownHost}`, `https://${ownHost}/token`, `http:${inside.slice(5)}`],
    ...[
      'file:///etc/passwd',
      `gopher://127.0.0.1:${port}/_GET`,
      `ftp://127.0.0.1:${port}/`,
      'data:application/json,{}',
      `ws://127.0.0.1:${port}/`,
    ],
  ]
}

test('no host is asked but the configured one, whatever the provider’s description says', async () => {
  const touched: string[] = []
  let trick = ''
  const inside = createServer((request, response) => {
    touched.push(request.url ?? '')
    response.end('{}')
  })
  await new Promise<void>((listening) => inside.listen(0, '127.0.0.1', listening))
  const elsewhere = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`
  const liar = createServer((request, response) => {
    if (request.url === '/moved/.well-known/openid-configuration')
      return void response.writeHead(302, { location: `${elsewhere}/.well-known/openid-configuration` }).end()
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        issuer: own,
        authorization_endpoint: `${own}/auth`,
        token_endpoint: trick,
        jwks_uri: trick,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      }),
    )
  })
  await new Promise<void>((listening) => liar.listen(0, '127.0.0.1', listening))
  trick = `${elsewhere}/token`
  const own = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
  try {
    const settings = { client: 'dishu', secret: SECRET, hosts: [] }
    const provider = singleSignOn({ ...settings, issuer: own })
    const now = new Date()
    const { flow } = await provider.begin(`${running.address}/api/sign-in/oidc/callback`, now)
    const failed = (problem: unknown) => problem instanceof Refused && problem.refusal.code === 'people/office-sign-in-failed'
    await assert.rejects(provider.finish(new URL(`${flow.redirect}?code=x&state=${flow.state}`), flow, now), failed)
    await assert.rejects(singleSignOn({ ...settings, issuer: `${own}/moved` }).begin(flow.redirect, now), failed)
    const tricks = tricksFor(elsewhere, own)
    assert.ok(tricks.length >= 60, `${tricks.length} tricks`)
    for (trick of tricks) {
      const tricked = singleSignOn({ ...settings, issuer: own })
      const back = async () => {
        const { flow: begun } = await tricked.begin(flow.redirect, now)
        return tricked.finish(new URL(`${begun.redirect}?code=x&state=${begun.state}`), begun, now)
      }
      await assert.rejects(back, failed, trick)
    }
    assert.deepEqual(touched, [])
    assert.deepEqual(
      [
        'https://id.example.cn/realms/county',
        'http://127.0.0.1:8080',
        'http://id.example.cn',
        'file:///etc/passwd',
        'https://u:p@id.example.cn',
        'x',
      ].map(isIssuer),
      [true, true, false, false, false, false],
    )
  } finally {
    for (const server of [inside, liar]) {
      server.close()
      server.closeAllConnections()
    }
  }
})

test('a start with half of it is refused, and each sign-in is on record', async () => {
  const stated = { office: true, singleUser: false, names: [], proxied: false }
  const code = (refused: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === refused
  await assert.rejects(mannerOf(app, { ...stated, oidc: { issuer, hosts: [] } }), code('office/half-an-oidc'))
  await assert.rejects(mannerOf(app, { ...stated, oidc: { issuer: 'http://id.example.cn', hosts: [] } }), code('office/oidc-issuer'))
  await assert.rejects(
    mannerOf(app, { ...stated, oidc: { issuer, client: 'dishu', secretFile: join(folder, 'none'), hosts: [] } }),
    code('office/oidc-secret'),
  )
  const events = await transaction(
    app.pool,
    (db) => db.all<{ outcome: string; times: number }>`
      select outcome, count(*) as times from kernel.access_event_now where subject = 'GET /api/sign-in/oidc/callback' group by outcome order by 1`,
  )
  assert.deepEqual(
    events.map(({ outcome }) => outcome),
    ['done', 'refused'],
  )
})

test('where the office asks for a second factor, an account with a password alone can only set one up', async () => {
  const cookie = { cookie: `dishu-session=${admin}` }
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(running.address + path, { ...init, headers: { ...cookie, 'content-type': 'application/json' } })
    return { status: response.status, body: (await response.json()) as { code?: string; secondFactorRequired?: boolean; text?: string } }
  }
  const set = (secondFactorRequired: boolean) =>
    ask('/api/office/sign-in-policy', { method: 'POST', body: JSON.stringify({ secondFactorRequired }) })
  assert.equal((await ask('/api/people')).status, 200)
  assert.deepEqual((await set(true)).body, { secondFactorRequired: true })
  const refused = await ask('/api/people')
  assert.deepEqual([refused.status, refused.body.code], [403, 'people/second-factor-needed'])
  assert.equal((await set(false)).status, 403, 'nor can it lift the demand')
  assert.equal((await ask('/api/me')).status, 200)
  assert.equal((await ask('/api/session')).status, 200)
  const byProvider = new Browser() // no password opens this account: the second factor is the provider's
  await byProvider.signIn('staff-0017')
  assert.equal((await byProvider.go(`${running.address}/api/people`)).status, 200)
  const begun = await ask('/api/me/second-factor', { method: 'POST', body: '{}' })
  assert.equal(begun.status, 200)
  const { Secret, TOTP } = await import('otpauth')
  const totp = new TOTP({ secret: Secret.fromBase32((begun.body.text ?? '').replaceAll(' ', '')) })
  const confirmed = await ask('/api/me/second-factor/confirm', { method: 'POST', body: JSON.stringify({ code: totp.generate() }) })
  assert.equal(confirmed.status, 200)
  assert.equal((await ask('/api/people')).status, 200)
  assert.deepEqual((await set(false)).body, { secondFactorRequired: false })
})
