/** Every route of a running server asked the wrong way: too large, poisoned, with what breaks other systems' filters. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import test, { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { PatchPage } from '@dishu/land/count/count.wire'
import type { SearchReply } from '@dishu/land/exports/exports.wire'
import { SqlFault, transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { ROUTES } from './access.ts'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { SINGLE_USER } from './office.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'dishu-hardening-'))
/** The program's own files of some folders, by their place in the project. */
const sources = (...folders: readonly string[]): readonly string[] =>
  folders
    .flatMap((each) => globSync(`${each}/**/*.ts`, { cwd: ROOT, exclude: ['**/node_modules'] }))
    .filter((file) => !/\.test\.ts$|\.testing\.ts$|testkit|node_modules/.test(file))
    .sort()
const plenty = { perSecond: 1e6, burst: 1e6 }
let database: TestDatabase
let app: App
let running: Running

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 200 })
  running = await serve(app, 0, { ...SINGLE_USER, rates: { address: plenty, actor: plenty, atOnce: 256 } })
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** An address of a route at which nothing is found or done. */
const addressOf = (route: string) => {
  const own: Record<string, string> = { county: COUNTY, z: '3', x: '999', y: '999', sha256: '0'.repeat(64) }
  return route.replace(/:(\w+)/g, (_, name: string) => own[name] ?? '999999999')
}
const posts = Object.keys(ROUTES)
  .filter((line) => line.startsWith('POST '))
  .map((line) => line.slice('POST '.length))
const gets = Object.keys(ROUTES)
  .filter((line) => line.startsWith('GET '))
  .map((line) => line.slice('GET '.length))
const post = (route: string, body: string) =>
  fetch(running.address + addressOf(route), { method: 'POST', body, headers: { 'content-type': 'application/json' } })

/** What no answer may show, whatever happens: words of the database, of the program, of this machine. */
const INSIDE = /syntax error at|relation "|column "|pg_|SqlFault|invalid input syntax|node_modules|\.ts:\d|at async|ECONNREFUSED|password=/

test('no route takes a body beyond the limit, or one that poisons prototypes', async () => {
  assert.ok(posts.length > 30)
  const large = JSON.stringify({ text: 'x'.repeat(2_200_000) })
  for (const route of posts) {
    const tooLarge = await post(route, large)
    assert.equal(tooLarge.status, 413, route)
    for (const body of ['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"a":[{"__proto__":null}]}'])
      assert.equal((await post(route, body)).status, 400, `${route} ${body}`)
    const broken = await post(route, '{"a":')
    assert.equal(broken.status, 400)
    assert.doesNotMatch(await broken.text(), INSIDE)
  }
  assert.equal(({} as { polluted?: number }).polluted, undefined)
})

const shared = process.env.DISHU_SHARED ?? join(ROOT, '../shared')
const archive = join(shared, 'corpora/corpora-bad-input.tar.xz')

test('JSONTestSuite over HTTP: what is JSON is read, what is none is refused, and nothing is a fault', {
  skip: existsSync(archive) ? false : `SKIPPED: no JSONTestSuite at ${archive} (set DISHU_SHARED)`,
}, async () => {
  const place = join(folder, 'json')
  mkdirSync(place)
  const { status, stderr } = spawnSync('tar', ['xJf', archive, '-C', place, '--no-same-owner', './json'], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const files = globSync('json/JSONTestSuite/**/*.json', { cwd: place }).sort()
  assert.ok(files.length > 300, `${files.length} files`)
  const seen = { y: 0, n: 0, i: 0 }
  for (const file of files) {
    const kind = (/_([yni])_/.exec(basename(file))?.[1] ?? 'i') as 'y' | 'n' | 'i'
    const response = await fetch(`${running.address}/api/counties/${COUNTY}/findings/999999999/assign`, {
      method: 'POST',
      body: readFileSync(join(place, file)),
      headers: { 'content-type': 'application/json' },
    })
    const text = await response.text()
    assert.ok(response.status < 500, `${file}: ${response.status} ${text}`)
    assert.doesNotMatch(text, INSIDE, file)
    const code = (JSON.parse(text) as { code: string }).code
    // what was read is not of the declared shape, and is refused as that and not as broken text; two names could poison a prototype
    if (kind === 'y')
      assert.ok(code === 'http/not-valid' || /__proto__|constructor/.test(readFileSync(join(place, file), 'utf8')), `${file}: ${code}`)
    if (kind === 'n') assert.equal(response.status, 400, file)
    seen[kind]++
  }
  assert.ok(seen.y >= 95 && seen.n >= 185, JSON.stringify(seen))
  for (const depth of [100, 5000]) {
    const response = await post('/api/counties/:county/findings/:id/assign', `${'['.repeat(depth)}${']'.repeat(depth)}`)
    assert.equal(response.status, 400, `${depth} deep`)
  }
  const endless = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(1 << 20).fill(32))
    },
  })
  const stream = await fetch(`${running.address}/api/counties/${COUNTY}/findings/1/assign`, {
    method: 'POST',
    body: endless,
    duplex: 'half',
    headers: { 'content-type': 'application/json' },
  } as RequestInit & { duplex: 'half' }).then(
    ({ status: answered }) => answered,
    () => 413,
  ) // cut off before it was sent
  assert.equal(stream, 413)
  assert.equal(({} as { polluted?: number }).polluted, undefined)
})

const PAYLOADS = [
  ...[
    "'",
    "''",
    '"',
    '\\',
    "' or '1'='1",
    "' or 1=1--",
    '1; drop table land.patch;--',
    "1' union select null,null--",
    "%' or '%'='",
    '_',
    '%',
    "'||sleep(3)||'",
  ],
  ...[
    "strEndsWith(x,'') = true",
    "jsonArrayContains(a,'b','c')",
    'FeatureId = 1',
    'exec(java.lang.Runtime)',
    "in ('a','b')",
    '1 and (select 1)',
  ],
  ...[
    '$1',
    '$$',
    '\u0024{7*7}',
    '{{7*7}}',
    '#{7*7}',
    '<%= 7*7 %>',
    '../../etc/passwd',
    '..%2f',
    'file:///etc/passwd',
    'http://127.0.0.1:1/',
  ],
  ...[
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    'javascript:alert(1)',
    '\u0000',
    '\u202e',
    '\ud800',
    '️',
    '٣',
    '１',
    '-0',
    '1e999',
    'NaN',
  ],
  ...[
    'Infinity',
    '-1',
    '99999999999999999999',
    '0x10',
    'null',
    'undefined',
    '[]',
    '{}',
    '[object Object]',
    'true',
    '__proto__',
    'constructor',
    'toString',
  ],
  ...['a'.repeat(5000), '*'.repeat(300), '('.repeat(300), '=cmd|calc', '@sum(1)', '\r\nset-cookie: a=1', '\t', ' ', '🏞️'],
]
const PARAMETERS =
  'by within class q county asOf known sort order filter where bbox limit offset state rule village kind what to level value language cursor fields group season from until grade scheme depth indicator target way against'.split(
    ' ',
  )

test('no filter, sort or name of a field reaches the database as words of its own, and none of them makes a fault', async () => {
  assert.ok(PAYLOADS.length >= 60, `${PAYLOADS.length} payloads`)
  const wrong: string[] = []
  let asked = 0
  const ask = async (path: string) => {
    asked++
    const response = await fetch(running.address + path)
    const text = await response.text()
    if (response.status >= 500 || INSIDE.test(text) || response.headers.get('set-cookie') !== null)
      wrong.push(`${path.slice(0, 160)}: ${response.status} ${text.slice(0, 160)}`)
    return { status: response.status, text }
  }
  const write = (payload: string) => encodeURIComponent(payload.toWellFormed())
  // every parameter of every route at once, and each alone where the questions are freest
  for (const route of gets) {
    if (/health|oidc/.test(route)) continue
    for (let i = 0; i < PAYLOADS.length; i += 6)
      await ask(`${addressOf(route)}?${PARAMETERS.map((name, k) => `${name}=${write(PAYLOADS[(i + k) % PAYLOADS.length])}`).join('&')}`)
  }
  for (const path of [`/api/counties/${COUNTY}/count`, `/api/counties/${COUNTY}/patches`, `/api/counties/${COUNTY}/findings`])
    for (const name of PARAMETERS) for (const payload of PAYLOADS.slice(0, 24)) await ask(`${path}?${name}=${write(payload)}`)
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} of ${asked}`)
  assert.ok(asked > 2500, `${asked} requests`)
})

test('a search is for the text itself: no sign in it finds everything', async () => {
  const of = async (q: string) =>
    ((await (await fetch(`${running.address}/api/search?county=${COUNTY}&q=${encodeURIComponent(q)}`)).json()) as SearchReply).hits ?? []
  for (const q of ['%', '_', "' or '1'='1", '*', '.*', '%%%', '\\']) assert.deepEqual(await of(q), [], q)
  const page = (await (await fetch(`${running.address}/api/counties/${COUNTY}/patches?limit=1`)).json()) as PatchPage
  assert.equal(page.matched, 200)
})

test('parameters in the path are judged before anything is asked of the database', async () => {
  for (const payload of PAYLOADS) {
    const text = encodeURIComponent(payload.toWellFormed())
    for (const path of [
      `/api/counties/${text}/count`,
      `/api/counties/${COUNTY}/patches/${text}`,
      `/tiles/${COUNTY}/3/1/${text}`,
      `/api/documents/${COUNTY}/${text}`,
    ]) {
      const response = await fetch(running.address + path)
      assert.ok(response.status < 500, `${path}: ${response.status}`)
      assert.doesNotMatch(await response.text(), INSIDE, path)
    }
  }
})

test('a statement that takes too long is ended by the database', async () => {
  await assert.rejects(
    transaction(app.pool, (db) => db.run`select pg_sleep(30)`, { statementS: 1, retries: 0 }),
    (fault) => fault instanceof SqlFault && fault.code === '57014',
  )
  const { limit } = await transaction(app.pool, (db) => db.one<{ limit: string }>`select current_setting('statement_timeout') as limit`, {
    actor: 'li',
  })
  assert.equal(limit, '0', 'and the limit goes with its transaction')
})

test('only the named files ask anything of a network', () => {
  const asks = /(?<![\w.])(?:fetch\(|https?\.(?:request|get)\(|net\.connect|createConnection\(|new WebSocket|XMLHttpRequest)/
  const named: Record<string, string> = {
    'lib/server-kit/single-sign-on.ts': 'the office’s own sign-in: the configured hosts only, no redirection',
    'apps/server/prove.ts': 'a server of its own on this machine, whose answers are compared',
    'apps/cli/zonal-remote.ts': 'rasters on hosts allowed by --allow-host, on the command line only',
  }
  const found = sources('lib', 'domain', 'apps').filter(
    (file) => !/lib\/web-kit|apps\/web|\.layer\.ts$|kill-keeper/.test(file) && asks.test(readFileSync(join(ROOT, file), 'utf8')),
  )
  assert.deepEqual(
    found.filter((file) => named[file] === undefined),
    [],
  )
})

test('no SQL is put together from text: the tag alone writes it, and raw statements hold no value', () => {
  const raw = /\.raw\(\s*`[^`]*\$\{/s
  const found = sources('lib/server-kit', 'domain', 'apps').filter((file) => raw.test(readFileSync(join(ROOT, file), 'utf8')))
  // names and words of the program's own, none from a request: each was read
  const named = [
    'domain/kernel/records/records.store.ts',
    'lib/server-kit/permission.ts',
    'lib/server-kit/sql-copy.ts',
    'lib/server-kit/sql.ts',
  ]
  assert.deepEqual(
    found.filter((file) => !named.includes(file)),
    [],
  )
})
