/** Personal data and four eyes in a running office: opening with a purpose, who looked, breaking the glass, retention, keys, and marked persons nobody may find in the clear. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { addYears, dayOf, FOREVER } from '@dishu/base/date'
import { writeSetting } from '@dishu/kernel/intake/intake.store'
import { beginIntake, confirmIntake, filesFolder, readIntakeFiles } from '@dishu/kernel/intake/service.jobs'
import type { Role } from '@dishu/kernel/people/people'
import { firstLink, followLink, grant, identityOfSession, invite } from '@dishu/kernel/people/people.jobs'
import { firstBrokenEvent, readEvents } from '@dishu/kernel/people/people.store'
import type { ReviewReply, ReviewsReply } from '@dishu/kernel/review/review.wire'
import { renewSeals } from '@dishu/kernel/sealed/keys.jobs'
import type { FoundReply, LookedReply, OpenedReply, PersonalReply } from '@dishu/kernel/sealed/personal.wire'
import { correctSubject, eraseSubject, showSubject } from '@dishu/kernel/sealed/subject.jobs'
import type { FindingsReply } from '@dishu/land/quality/quality.wire'
import { orRefused } from '@dishu/server-kit/http'
import { ident, onConnection, transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { ROUTES } from './access.ts'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { checkHead, signHead } from './heads.ts'
import type { Manner } from './office.ts'
import { retainAll, subjectTools } from './personal.ts'
import { type Running, serve } from './serve.ts'
import { verifyAll } from './verify.ts'

const COUNTY = '220899'
const PASSWORD = '碱地 春天 三头牛 铁锹'
const fast = { perSecond: 1e6, burst: 1e6 }
const OFFICE: Manner = { mode: 'office', host: '127.0.0.1', hosts: [], proxied: false, rates: { address: fast, actor: fast, atOnce: 1000 } }
/** Invented persons that stand nowhere else; the numbers' check digits are wrong on purpose. */
const CANARY = {
  name: '鲜于灿若灯',
  idNumber: '220899198803074729',
  phone: '13944417283',
  address: '吉林省碱泉县东甸镇银杏胡同七七四号',
  neighbour: '司徒望舒禾',
  bankAccount: '6228481774083077419',
}
const folder = mkdtempSync(join(tmpdir(), 'dishu-personal-'))
const dataDir = join(folder, 'data')
let database: TestDatabase
let app: App
let running: Running
const cookies = new Map<string, string>()
let party = 0
let patch = 0

async function personWith(login: string, role: Role, area: string): Promise<void> {
  const now = new Date()
  await transaction(app.pool, async (db) => {
    const guard = await identityOfSession(db, cookies.get('guard') ?? '', now)
    const admin = await identityOfSession(db, cookies.get('admin') ?? '', now)
    assert.ok(guard && admin)
    const { person, secret } = await invite(db, admin.identity, { login, displayName: login, subject: null }, now)
    await grant(db, guard.identity, { personId: person.id, role, area, from: dayOf(now), until: FOREVER, reason: 'test' }, now)
    const told = { now, address: '127.0.0.1', agent: 'test' }
    cookies.set(login, (await followLink(db, { secret, login: null, displayName: null, password: PASSWORD }, told)).secret)
  })
}

async function importText(name: string, text: string): Promise<void> {
  const file = join(folder, name)
  writeFileSync(file, text)
  const told = { now: new Date(), signal: new AbortController().signal, report: () => {}, paths: [file] }
  const answers = { unclassified: true, as: 'contracts', county: COUNTY, validFrom: '2015-01-01' }
  const id = await beginIntake(app.pool, app.dataDir, app.actor, answers, new Date())
  const read = orRefused(await readIntakeFiles(app.tools, id, told))
  assert.equal(read.preview?.refusal ?? null, null, JSON.stringify(read.preview))
  orRefused(await confirmIntake(app.tools, id, { ...told, actor: app.actor, reason: 'marked persons', cause: 'contract' }))
}

before(async () => {
  database = await freshDatabase()
  app = await joinApp(dataDir, database.url)
  await loadSample(app, { patches: 300 })
  const { code, patchId } = await onConnection(
    app.pool,
    (db) => db.one<{ code: string; patchId: number }>`
      select parcel.parcel_code as code, cell.patch_id as "patchId" from land.cell_now cell join land.parcel_now parcel on parcel.county = cell.county and parcel.id = cell.parcel_id
      where cell.county = ${COUNTY} order by parcel.parcel_code limit 1`,
  )
  patch = patchId
  await importText(
    '合同台账.csv',
    `合同编号,承包方,身份证号,联系电话,银行卡号,住址,地块编码,面积（亩）,起始日期,终止日期,东至\nHT-0774,${CANARY.name},${CANARY.idNumber},${CANARY.phone},${CANARY.bankAccount},${CANARY.address},${code},3.5,2015-01-01,2040-12-31,${CANARY.neighbour}\n`,
  )
  const now = new Date()
  await transaction(app.pool, async (db) => {
    const told = { now, address: '127.0.0.1', agent: 'test' }
    const first = await firstLink(db, now)
    assert.ok(first)
    cookies.set('admin', (await followLink(db, { secret: first, login: 'admin', displayName: '王', password: PASSWORD }, told)).secret)
    const system = await identityOfSession(db, cookies.get('admin') ?? '', now)
    assert.ok(system)
    const guard = await invite(db, system.identity, { login: 'guard', displayName: '赵', subject: null }, now)
    const role = { role: 'security-administrator', area: '', from: dayOf(now), until: FOREVER, reason: 'test' } as const
    await grant(db, system.identity, { personId: guard.person.id, ...role }, now)
    cookies.set('guard', (await followLink(db, { secret: guard.secret, login: null, displayName: null, password: PASSWORD }, told)).secret)
  })
  await personWith('reader', 'reader', COUNTY)
  await personWith('manager', 'area-manager', COUNTY)
  await personWith('editor', 'editor', COUNTY)
  await personWith('reviewer', 'reviewer', COUNTY)
  await personWith('second', 'reviewer', COUNTY)
  await personWith('auditor', 'auditor', COUNTY)
  await personWith('elsewhere', 'area-manager', '220882')
  const found = await onConnection(
    app.pool,
    (db) =>
      db.one<{ id: number }>`select id from land.party_now where county = ${COUNTY} and sealed -> 'idNumber' ->> 'mask' = '2208****4729'`,
  )
  party = found.id
  running = await serve(app, 0, OFFICE)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function ask<T>(
  login: string,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: T; bytes: Buffer; headers: Headers }> {
  const response = await fetch(running.address + path, {
    ...init,
    headers: { ...init.headers, cookie: `dishu-session=${cookies.get(login)}` },
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = bytes.toString()
  return { status: response.status, body: (/^[[{]/.test(text) ? JSON.parse(text) : text) as T, bytes, headers: response.headers }
}
const post = <T>(login: string, path: string, body: unknown = {}) =>
  ask<T>(login, `/api/counties/${COUNTY}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
const get = <T>(login: string, path: string) => ask<T>(login, `/api/counties/${COUNTY}/${path}`)
const codeOf = ({ body }: { body: unknown }) => (body as { code?: string }).code

const opening = (field: string, purpose = 'check', note = '案号 17') => ({ kind: 'party', id: party, field, purpose, note })

test('a mask opens for whoever may, with a purpose, for minutes; the record holds reference and purpose and no value', async () => {
  const masks = await get<PersonalReply>('reader', `personal?kind=party&id=${party}`)
  assert.equal(masks.status, 200)
  assert.equal(masks.body.mayOpen, false)
  assert.deepEqual(masks.body.fields.map(({ field, mask }) => [field, mask]).sort(), [
    ['address', '吉林省碱泉县东甸镇***'],
    ['bankAccount', '****7419'],
    ['idNumber', '2208****4729'],
    ['name', '鲜于*'],
    ['phone', '139****7283'],
  ])
  assert.equal((await post('reader', 'personal/open', opening('phone'))).status, 403)
  const opened = await post<OpenedReply>('manager', 'personal/open', opening('phone'))
  assert.equal(opened.status, 200, JSON.stringify(opened.body))
  assert.equal(opened.body.value, CANARY.phone)
  assert.equal(opened.headers.get('cache-control'), 'no-store')
  const minutes = (new Date(opened.body.until).getTime() - Date.now()) / 60_000
  assert.ok(minutes > 4 && minutes <= 5, `${minutes}`)
  assert.equal(codeOf(await post('manager', 'personal/open', opening('phone', 'curiosity'))), 'sealed/no-such-purpose')
  assert.equal(codeOf(await post('manager', 'personal/open', opening('phone', 'check', CANARY.phone))), 'sealed/note-names-a-person')
  assert.equal(codeOf(await post('manager', 'personal/open', opening('passport'))), 'sealed/undeclared')
  assert.equal((await post('elsewhere', 'personal/open', opening('phone'))).status, 404)

  const looked = await get<LookedReply>('auditor', `personal/log?kind=party&id=${party}&field=phone`)
  assert.equal(looked.status, 200)
  const done = looked.body.looks.filter(({ outcome }) => outcome === 'done')
  assert.deepEqual(
    done.map(({ actor, what, purpose, note }) => ({ actor, what, purpose, note })),
    [{ actor: 'manager', what: 'opened-personal', purpose: 'check', note: '案号 17' }],
  )
  assert.equal((await get('manager', `personal/log?kind=party&id=${party}`)).status, 403)
})

test('a person is found by the exact number alone, and the search itself is kept', async () => {
  const found = await post<FoundReply>('manager', 'personal/find', {
    field: 'idNumber',
    value: ` ${CANARY.idNumber} `,
    purpose: 'dispute',
    note: '',
  })
  assert.deepEqual(
    found.body.hits.filter(({ kind }) => kind === 'party').map(({ id, masks }) => [id, masks.name]),
    [[party, '鲜于*']],
  )
  const none = await post<FoundReply>('manager', 'personal/find', {
    field: 'idNumber',
    value: '220899198803074720',
    purpose: 'check',
    note: '',
  })
  assert.deepEqual(none.body.hits, [])
  assert.equal(
    codeOf(await post('manager', 'personal/find', { field: 'name', value: CANARY.name, purpose: 'check', note: '' })),
    'sealed/not-searched',
  )
  assert.equal(
    (await post('reader', 'personal/find', { field: 'idNumber', value: CANARY.idNumber, purpose: 'check', note: '' })).status,
    403,
  )
  const events = await onConnection(app.pool, (db) =>
    readEvents(db, { county: COUNTY, actor: 'manager', what: 'searched-personal', subject: null, before: null, limit: 10 }),
  )
  assert.equal(events.length, 2)
})

test('whoever only reads breaks the glass with a reason: for hours, on record, and looked at by another', async () => {
  const shut = { kind: 'party', id: party, field: 'name', note: '' }
  assert.equal(codeOf(await post('reader', 'personal/open-broken', shut)), 'sealed/glass-not-broken')
  assert.equal((await post('reader', 'personal/break-glass', { reason: '汛期转移人员', minutes: 181 })).status, 400)
  const broken = await post<{ review: string; until: string }>('reader', 'personal/break-glass', { reason: '汛期转移人员', minutes: 120 })
  assert.equal(broken.status, 200, JSON.stringify(broken.body))
  const opened = await post<OpenedReply>('reader', 'personal/open-broken', shut)
  assert.equal(opened.body.value, CANARY.name)
  const list = await get<ReviewsReply>('reviewer', 'reviews?state=submitted&act=break-glass')
  assert.deepEqual(
    list.body.reviews.map(({ id, author }) => [id, author]),
    [[broken.body.review, 'reader']],
  )
  const { seen } = list.body.reviews[0]
  // judged not to have been needed: it is shut at once
  assert.equal((await post('reviewer', `reviews/${broken.body.review}/return`, { seen, note: '不属紧急' })).status, 200)
  assert.equal(codeOf(await post('reader', 'personal/open-broken', shut)), 'sealed/glass-not-broken')
  const looked = await get<LookedReply>('auditor', `personal/log?kind=party&id=${party}&field=name`)
  assert.ok(looked.body.looks.some(({ actor, review }) => actor === 'reader' && review === broken.body.review))
})

test('an exception waits for a second person; its author cannot approve it; the approval is a signed act over what was seen', async () => {
  await app.check(COUNTY)
  const { rows } = (await get<FindingsReply>('editor', 'findings?limit=5')).body
  assert.ok(rows.length >= 2)
  const revs = async () =>
    (await onConnection(app.pool, (db) => db.one<{ rev: number }>`select rev from kernel.chain_head where county = ${COUNTY}`)).rev
  const before = await revs()
  const accept = await post<{ review: string }>('editor', `findings/${rows[0].id}/accept`, { reason: '现场核实无误', name: '李' })
  assert.equal(accept.status, 202, JSON.stringify(accept.body))
  assert.equal(await revs(), before, 'nothing is written yet')
  const { review: id } = accept.body
  const view = (await get<ReviewReply>('reviewer', `reviews/${id}`)).body
  assert.equal(view.holds, true)
  assert.equal((await post('editor', `reviews/${id}/approve`, { seen: view.seen, note: '' })).status, 403)
  assert.equal(codeOf(await post('reviewer', `reviews/${id}/approve`, { seen: 'f'.repeat(64), note: '' })), 'review/not-what-was-seen')
  const approved = await post<{ rev: number }>('reviewer', `reviews/${id}/approve`, { seen: view.seen, note: '同意' })
  assert.equal(approved.status, 200, JSON.stringify(approved.body))
  assert.equal(approved.body.rev, before + 1)
  const revision = await onConnection(
    app.pool,
    (db) => db.one<{ actor: string }>`select actor from kernel.revision where county = ${COUNTY} and rev = ${before + 1}`,
  )
  assert.equal(revision.actor, 'editor')
  assert.equal(codeOf(await post('second', `reviews/${id}/approve`, { seen: view.seen, note: '' })), 'review/wrong-state')
  const kept = (await get<ReviewReply>('auditor', `reviews/${id}`)).body
  assert.deepEqual(
    kept.steps.map(({ what, actor, role }) => [what, actor, role]),
    [
      ['submitted', 'editor', 'author'],
      ['approved', 'reviewer', 'reviewer'],
    ],
  )
  // a step altered by whoever can write to the tables no longer holds
  await transaction(
    app.pool,
    (db) => db.run`update kernel.review_step set note = 'x' where county = ${COUNTY} and review_id = ${id} and step = 2`,
  )
  assert.equal((await get<ReviewReply>('auditor', `reviews/${id}`)).body.holds, false)
  const found = await transaction(app.pool, (db) => verifyAll(db, COUNTY, app))
  assert.deepEqual(
    found.problems.map(({ problem }) => problem),
    ['review-altered'],
  )
  await transaction(
    app.pool,
    (db) => db.run`update kernel.review_step set note = '同意' where county = ${COUNTY} and review_id = ${id} and step = 2`,
  )

  // returned: nothing is written, and its author may submit it again or take it back
  const other = await post<{ review: string }>('editor', `findings/${rows[1].id}/accept`, { reason: '待补材料', name: '李' })
  const { seen } = (await get<ReviewReply>('reviewer', `reviews/${other.body.review}`)).body
  await post('reviewer', `reviews/${other.body.review}/return`, { seen, note: '补照片' })
  assert.equal(codeOf(await post('second', `reviews/${other.body.review}/withdraw`, { note: '' })), 'review/not-the-author')
  assert.equal((await post('editor', `reviews/${other.body.review}/submit`, { note: '已补' })).status, 200)
  assert.equal((await post('editor', `reviews/${other.body.review}/withdraw`, { note: '' })).status, 200)
  assert.equal(await revs(), before + 1)

  // an undo is one too, and what cannot be done is refused to its author at once
  assert.equal(codeOf(await post('editor', 'revisions/9999/undo', { reason: 'x' })), 'records/no-such-revision')
  const undo = await post<{ review: string }>('editor', `revisions/${before + 1}/undo`, { reason: '误认' })
  assert.equal(undo.status, 202)
  const asked = (await get<ReviewReply>('second', `reviews/${undo.body.review}`)).body
  assert.equal(
    (await post<{ rev: number }>('second', `reviews/${undo.body.review}/approve`, { seen: asked.seen, note: '' })).body.rev,
    before + 2,
  )
})

test('a draft is its author’s own until it is submitted; what it would change is tried and taken back; a baseline is frozen by the approval', async () => {
  const kept = async () => (await get<{ baselines: unknown[] }>('editor', 'baselines')).body.baselines.length
  const before = await kept()
  const put = await post<{ review: string; state: string }>('editor', 'baselines?draft=true', { title: '年末底数' })
  assert.deepEqual([put.status, put.body.state], [202, 'draft'], JSON.stringify(put.body))
  const { review: id } = put.body
  const drafts = async (login: string) => (await get<ReviewsReply>(login, 'reviews?state=draft')).body.reviews.map((each) => each.id)
  assert.deepEqual([await drafts('editor'), await drafts('reviewer')], [[id], []])
  assert.equal((await get('reviewer', `reviews/${id}`)).status, 404)
  const { seen } = (await get<ReviewReply>('editor', `reviews/${id}`)).body
  assert.equal(codeOf(await post('reviewer', `reviews/${id}/approve`, { seen, note: '' })), 'review/wrong-state')
  const tried = await post<{ rows: { kind: string; made: number; closed: number }[] }>('editor', `reviews/${id}/try`)
  assert.deepEqual(tried.body.rows, [{ kind: 'baseline', made: 1, closed: 0 }], JSON.stringify(tried.body))
  assert.equal(await kept(), before, 'what was tried is taken back')
  assert.equal((await post('editor', `reviews/${id}/submit`, { note: '' })).status, 200)
  assert.equal((await post('editor', `reviews/${id}/approve`, { seen, note: '' })).status, 403)
  const approved = await post('reviewer', `reviews/${id}/approve`, { seen, note: '' })
  assert.equal(approved.status, 200, JSON.stringify(approved.body))
  assert.equal(await kept(), before + 1)
  assert.deepEqual(
    (await get<ReviewReply>('auditor', `reviews/${id}`)).body.steps.map(({ what, actor }) => `${what} ${actor}`),
    ['drafted editor', 'submitted editor', 'approved reviewer'],
  )
})

test('an import that changes contracts waits for a second person, and is not what was approved once its answers changed', async () => {
  const file = join(folder, '变更.csv')
  writeFileSync(file, '合同编号,承包方,面积（亩）,起始日期,终止日期\nHT-0775,前甸村合作社,2,2016-01-01,2040-12-31\n')
  const begin = async () => {
    const answers = { unclassified: true, as: 'contracts', county: COUNTY, validFrom: '2016-01-01' }
    const id = await beginIntake(app.pool, app.dataDir, 'editor', answers, new Date())
    // as an upload leaves them: the files lie in the import's own folder
    await mkdir(filesFolder(app.dataDir, id), { recursive: true })
    await copyFile(file, join(filesFolder(app.dataDir, id), '变更.csv'))
    const told = { now: new Date(), signal: new AbortController().signal, report: () => {} }
    orRefused(await readIntakeFiles(app.tools, id, told))
    return id
  }
  const id = await begin()
  const proposed = await ask<{ review: string; code?: string }>('editor', `/api/intakes/${id}/confirm`, {
    method: 'POST',
    body: JSON.stringify({ reason: '新签合同', cause: 'contract' }),
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(proposed.status, 202, JSON.stringify(proposed.body))
  const contracts = async () =>
    (
      await onConnection(
        app.pool,
        (db) => db.one<{ n: number }>`select count(*) as n from land.contract_now where county = ${COUNTY} and contract_code = 'HT-0775'`,
      )
    ).n
  assert.equal(await contracts(), 0)
  const { seen, asked } = (await get<ReviewReply>('reviewer', `reviews/${proposed.body.review}`)).body
  assert.match(JSON.stringify(asked), /contract \+1/)
  await transaction(
    app.pool,
    (db) => db.run`update ops.intake set preview = jsonb_set(preview, '{validFrom}', '"2017-01-01"') where intake_id = ${id}`,
  )
  assert.equal(codeOf(await post('reviewer', `reviews/${proposed.body.review}/approve`, { seen, note: '' })), 'review/not-what-was-seen')
  await transaction(
    app.pool,
    (db) => db.run`update ops.intake set preview = jsonb_set(preview, '{validFrom}', '"2016-01-01"') where intake_id = ${id}`,
  )
  const approved = await post('reviewer', `reviews/${proposed.body.review}/approve`, { seen, note: '' })
  assert.equal(approved.status, 200, JSON.stringify(approved.body))
  for (let wait = 0; wait < 300 && (await contracts()) === 0; wait++) await new Promise((done) => setTimeout(done, 100))
  assert.equal(await contracts(), 1)
  const written = await onConnection(
    app.pool,
    (db) => db.one<{ actor: string }>`select actor from kernel.revision where county = ${COUNTY} order by rev desc limit 1`,
  )
  assert.equal(written.actor, 'editor')
})

test('a large export with outlines and every column needs a second approval; a public map its review number', async () => {
  const query = 'what=patches&to=geojson'
  const { area } = await onConnection(
    app.pool,
    (db) => db.one<{ area: number }>`select sum(official_area) / 100.0::float8 as area from land.patch_now where county = ${COUNTY}`,
  )
  if (area <= 25e6)
    await transaction(
      app.pool,
      (db) => db.run`update land.patch set official_area = official_area * ${Math.ceil(60e6 / area)}::int8 where county = ${COUNTY}`,
    )
  try {
    const refused = await get<{ code: string; details: { areaKm2: number } }>('editor', `export?${query}`)
    assert.equal(codeOf(refused), 'exports/needs-second-approval', JSON.stringify(refused.body).slice(0, 200))
    assert.equal((await get('editor', `export?${query}&class=0103`)).status, 200) // neither heights nor every element
    assert.equal((await get('editor', 'export?what=patches&to=csv')).status, 200)
    assert.equal(
      codeOf(await get('editor', 'export?what=patches&to=shp&columns=BSM')),
      'exports/needs-second-approval',
      'a receiver’s field list is written whole, whatever columns are named',
    )
    const asked = await post<{ review: string }>('editor', 'export/approval', { what: 'patches', to: 'geojson', reason: '市局汇总' })
    assert.equal(asked.status, 202, JSON.stringify(asked.body))
    assert.equal(codeOf(await get('editor', `export?${query}`)), 'exports/needs-second-approval')
    const { seen } = (await get<ReviewReply>('reviewer', `reviews/${asked.body.review}`)).body
    await post('reviewer', `reviews/${asked.body.review}/approve`, { seen, note: '' })
    assert.equal((await get('editor', `export?${query}`)).status, 200)
    assert.equal(
      codeOf(await get('editor', 'export?what=patches&to=gpkg')),
      'exports/needs-second-approval',
      'another export is another question',
    )
  } finally {
    if (area <= 25e6)
      await transaction(
        app.pool,
        (db) => db.run`update land.patch set official_area = official_area / ${Math.ceil(60e6 / area)}::int8 where county = ${COUNTY}`,
      )
  }
  assert.equal(codeOf(await get('editor', 'export?what=patches&to=csv&public=true')), 'exports/needs-map-approval')
  assert.equal(codeOf(await post('admin', 'map-approval', { number: 'abc' })), 'exports/not-a-map-approval')
  assert.equal((await post('admin', 'map-approval', { number: '吉S（2026）012号' })).status, 200)
  const shown = await get<string>('editor', 'export?what=patches&to=geojson&class=0103&public=true')
  assert.ok(shown.bytes.toString().includes('吉S（2026）012号'))
})

const marks = Object.values(CANARY)
/** Which marks stand in bytes: in the clear, in JSON's escapes, in an address, or in UTF-16. */
function marksIn(bytes: Buffer): string[] {
  return marks.filter((mark) =>
    [
      Buffer.from(mark),
      Buffer.from(mark, 'utf16le'),
      Buffer.from(encodeURIComponent(mark)),
      Buffer.from(JSON.stringify(mark).slice(1, -1)),
    ].some((each) => bytes.includes(each)),
  )
}
/** The entries of a zip (a workbook), inflated; other bytes as they are. */
function unpacked(bytes: Buffer): Buffer {
  if (bytes.readUInt32LE(0) !== 0x04034b50) return bytes
  const parts: Buffer[] = []
  for (let at = bytes.indexOf('PK\x01\x02', 0, 'latin1'); at !== -1; at = bytes.indexOf('PK\x01\x02', at + 4, 'latin1')) {
    const [method, size, local] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)]
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const body = bytes.subarray(from, from + size)
    parts.push(method === 8 ? inflateRawSync(body) : body)
  }
  return Buffer.concat(parts)
}

test('marked persons stand nowhere in the clear: no page, tile, export, search, refusal, log, file or column', async () => {
  assert.deepEqual(marksIn(Buffer.from(`x${CANARY.phone}y`)), [CANARY.phone], 'the search itself finds')
  const values: Record<string, string> = { county: COUNTY, id: String(patch), rev: '2', z: '12', collection: `scenes-${COUNTY}`, item: '1' }
  const extra = [
    ...['csv', 'geojson', 'gpkg', 'xlsx'].flatMap((to) =>
      ['areas', 'patches', 'parcels', 'contracts', 'soil'].map((what) => `/api/counties/${COUNTY}/export?what=${what}&to=${to}&class=`),
    ),
    ...marks.map((mark) => `/api/search?county=${COUNTY}&q=${encodeURIComponent(mark)}`),
    `/api/counties/${COUNTY}/personal?kind=party&id=${party}`,
    `/api/counties/${COUNTY}/personal/log?kind=party&id=${party}`,
    `/api/access?county=${COUNTY}&limit=500`,
    `/api/counties/${COUNTY}/revisions/no`,
  ]
  const box = await onConnection(
    app.pool,
    (db) =>
      db.one<{
        x: number
        y: number
      }>`select (center(bbox))[0] as x, (center(bbox))[1] as y from land.patch_now where county = ${COUNTY} and id = ${patch}`,
  )
  for (const z of [10, 13, 15]) {
    const x = Math.floor(((box.x + 180) / 360) * 2 ** z)
    const y = Math.floor(((1 - Math.asinh(Math.tan((box.y * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z)
    extra.push(`/tiles/${COUNTY}/${z}/${x}/${y}.mvt`)
  }
  const walked = Object.keys(ROUTES)
    .filter((line) => line.startsWith('GET '))
    .map((line) => `${line.slice(4).replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? '1')}?county=${COUNTY}`)
    .filter((path) => !path.includes('/documents/')) // the file itself, for auditors only: tested by its own rule
  const leaks: string[] = []
  let answered = 0
  for (const login of ['reader', 'editor', 'auditor'])
    for (const path of [...walked, ...extra]) {
      const { bytes, headers, status } = await ask(login, path)
      answered += status === 200 ? 1 : 0
      // what was typed into a search stands in the question, never in the answer
      const found = marksIn(
        Buffer.concat([unpacked(bytes.length > 4 ? bytes : Buffer.alloc(4)), Buffer.from(JSON.stringify([...headers]))]),
      )
      if (found.length > 0) leaks.push(`${path} as ${login}: ${found}`)
    }
  assert.deepEqual(leaks, [])
  assert.ok(answered > 60, `${answered} answers`)

  const places: string[] = []
  const columns = await onConnection(
    app.pool,
    (db) => db.all<{ table: string; column: string }>`
      select table_schema || '.' || table_name as table, column_name as column from information_schema.columns
      where table_schema in ('kernel', 'land', 'ops') and table_name not like '%\\_now' and data_type in ('text', 'jsonb', 'ARRAY', 'bytea', 'character varying')`,
  )
  assert.ok(columns.length > 100)
  for (const { table, column } of columns) {
    const at = ident(...(table.split('.') as [string, ...string[]]))
    const likes = marks.flatMap((mark) => [`%${mark}%`, `%${Buffer.from(mark).toString('hex')}%`])
    const { hits } = await onConnection(
      app.pool,
      (db) => db.one<{ hits: number }>`select count(*) as hits from ${at} kept where ${ident('kept', column)}::text like any (${likes})`,
    )
    if (hits > 0) places.push(`${table}.${column}: ${hits}`)
  }
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  for (const each of files) {
    const path = join(each.parentPath, each.name)
    if (existsSync(path) && statSync(path).size < 50e6 && marksIn(readFileSync(path)).length > 0) places.push(path)
  }
  assert.deepEqual(places, [])
})

test('a person sees, puts right and, once no right names them, has deleted what is held of them', async () => {
  const tools = subjectTools(app)
  const asked = { actor: 'window', now: new Date(), note: '窗口申请' }
  const view = await transaction(app.pool, (db) => showSubject(db, COUNTY, { idNumber: CANARY.idNumber }, tools, asked))
  assert.ok(view.rows.some(({ values }) => values.name === CANARY.name && values.phone === CANARY.phone))
  assert.ok(view.looks.some(({ actor, what }) => actor === 'manager' && what === 'searched-personal'))
  await assert.rejects(
    transaction(app.pool, (db) => eraseSubject(db, COUNTY, { idNumber: CANARY.idNumber }, tools, asked)),
    (fault: { refusal?: { code: string } }) => fault.refusal?.code === 'sealed/still-holds',
  )
  // as it will be when the contract has ended: everything goes but what others bear as well
  await assert.rejects(
    transaction(app.pool, async (db) => {
      for (const table of ['party', 'contract', 'parcel'])
        await db.run`update ${ident('land', table)} set valid_to = current_date where county = ${COUNTY} and until is null and sealed::text like '%2208****4729%'`
      const { erased, shared } = await eraseSubject(db, COUNTY, { idNumber: CANARY.idNumber }, tools, asked)
      assert.deepEqual([erased.idNumber, erased.phone, shared], [1, 1, 0])
      const gone = await showSubject(db, COUNTY, { kind: 'party', id: party }, tools, asked)
      assert.ok(gone.rows.every(({ values }) => Object.values(values).every((value) => value === null)))
      throw new Error('taken back')
    }),
    /taken back/,
  )
  await transaction(app.pool, (db) =>
    correctSubject(db, COUNTY, { kind: 'party', id: party }, { field: 'phone', value: '13900000001' }, tools, asked),
  )
  const opened = await post<OpenedReply>('manager', 'personal/open', opening('phone'))
  assert.equal(opened.body.value, '13900000001')
  const proof = await transaction(app.pool, (db) => verifyAll(db, COUNTY, app))
  assert.deepEqual(proof.problems, [])
})

test('new keys while the office works: references stay, old and new open, and only the newest seals', async () => {
  const seals = () =>
    onConnection(
      app.pool,
      (db) =>
        db.all<{
          ref: string
          cipher: string
        }>`select encode(ref, 'hex') as ref, encode(cipher, 'hex') as cipher from kernel.sealed where county = ${COUNTY} order by ref`,
    )
  const before = await seals()
  await app.vault.ring.rotate(COUNTY, new Date())
  assert.equal(
    (await post<OpenedReply>('manager', 'personal/open', opening('name'))).body.value,
    CANARY.name,
    'between the new key and the sealing',
  )
  const done = await renewSeals(app.pool, app.vault, COUNTY, new Date())
  assert.equal(done.values, before.length)
  assert.equal(done.dropped, 0)
  const now = await seals()
  assert.deepEqual(
    now.map(({ ref }) => ref),
    before.map(({ ref }) => ref),
  )
  assert.ok(now.every(({ cipher }, i) => cipher !== before[i].cipher))
  const again = await renewSeals(app.pool, app.vault, COUNTY, new Date(Date.now() + 31 * 86_400_000))
  assert.deepEqual([again.values, again.documents, again.dropped], [0, 0, 1])
  await app.vault.ring.changeMaster()
  assert.equal((await post<OpenedReply>('manager', 'personal/open', opening('name'))).body.value, CANARY.name)
  assert.deepEqual((await transaction(app.pool, (db) => verifyAll(db, COUNTY, app))).problems, [])
})

test('retention deletes by itself what is past its term and nothing before, leaves a certificate, and the cut chain still holds', async () => {
  const now = new Date()
  const head = await signHead(app, now)
  // the phone was put right today: the old one ends today, and is past its three years in three years
  const at = (years: number, days = 0) => new Date(new Date(`${addYears(dayOf(now), years)}T04:00:00Z`).getTime() + days * 86_400_000)
  const run = (when: Date, dryRun: boolean) => retainAll(app, { actor: 'retention', now: when, dryRun }, COUNTY)
  assert.equal((await run(at(3, -1), false))[0].values, 0)
  const [dry] = await run(at(3), true)
  assert.deepEqual(dry.fields, { phone: { values: 1, years: 3 } })
  const [certificate] = await run(at(3), false)
  assert.deepEqual(certificate.fields, dry.fields)
  assert.equal((await run(at(3), false))[0].values, 0, 'once is enough')
  assert.equal((await post<OpenedReply>('manager', 'personal/open', opening('phone'))).body.value, '13900000001')
  const [event] = await onConnection(app.pool, (db) =>
    readEvents(db, { county: COUNTY, actor: null, what: 'retention', subject: null, before: null, limit: 1 }),
  )
  assert.deepEqual((JSON.parse(event.details) as { fields: unknown }).fields, dry.fields)

  await transaction(app.pool, (db) => writeSetting(db, COUNTY, 'retention', { years: {}, logDays: 1 }))
  assert.equal((await run(new Date(now.getTime() + 179 * 86_400_000), false))[0].events, 0)
  const later = new Date(now.getTime() + 5 * 366 * 86_400_000)
  const cut = (await run(later, false))[0].events
  assert.ok(cut > 10, `${cut} events`)
  assert.equal(await onConnection(app.pool, (db) => firstBrokenEvent(db, COUNTY)), null)
  const against = await onConnection(app.pool, (db) => checkHead(db, head, 'head.json', null))
  assert.deepEqual(against.ok ? against.value : against.refusal, [])
  // without its certificate the cut shows
  await assert.rejects(
    transaction(app.pool, async (db) => {
      await db.run`update kernel.access_event set details = '{}' where county = ${COUNTY} and what = 'retention'`
      assert.notEqual(await firstBrokenEvent(db, COUNTY), null)
      throw new Error('back')
    }),
    /back/,
  )
})

test('a kept file goes when every row that came from it has ended and its longest-kept value is past its term; the register still verifies', async () => {
  const own = async () =>
    onConnection(
      app.pool,
      (db) =>
        db.one<{ sha256: string; erased: boolean }>`
        select encode(sha256, 'hex') as sha256, wrapped_key is null as erased from kernel.document where county = ${COUNTY} and name = '合同台账.csv'`,
    )
  const now = new Date()
  const run = (when: Date, dryRun = false) => retainAll(app, { actor: 'retention', now: when, dryRun }, COUNTY)
  const far = new Date(`${addYears(dayOf(now), 40)}T04:00:00Z`)
  const [still] = await run(far, true)
  assert.equal(still.files, 0, 'its rows stand')
  const tables = ['party', 'contract', 'contract_parcel', 'parcel'] as const
  // as it will be when all of it has ended; the rows are put back below
  await transaction(app.pool, async (db) => {
    for (const table of tables) {
      await db.run`create table ${ident('public', `was_${table}`)} as select id, since, valid_from, valid_to from ${ident('land', table)}
        where county = ${COUNTY} and until is null and valid_to > current_date and valid_from < current_date
          and origin = (select rev from kernel.revision where county = ${COUNTY} and sources like '%合同台账.csv%')`
      await db.run`update ${ident('land', table)} own set valid_to = current_date from ${ident('public', `was_${table}`)} was
        where own.county = ${COUNTY} and own.id = was.id and own.since = was.since and own.valid_from = was.valid_from`
    }
  })
  const term = new Date(`${addYears(dayOf(now), 30)}T04:00:00Z`)
  assert.equal((await run(new Date(term.getTime() - 2 * 86_400_000), true))[0].files, 0, 'names are kept thirty years')
  const { sha256 } = await own()
  const there = () => readdirSync(join(dataDir, 'store', COUNTY, sha256.slice(0, 2))).some((name) => name.startsWith(sha256))
  assert.equal(there(), true)
  const [certificate] = await run(new Date(term.getTime() + 2 * 86_400_000))
  assert.equal(certificate.files, 1)
  assert.deepEqual([(await own()).erased, there()], [true, false])
  const refused = await get('auditor', `../../documents/${COUNTY}/${sha256}`)
  assert.equal(codeOf(refused), 'sealed/file-erased')
  const [event] = await onConnection(app.pool, (db) =>
    readEvents(db, { county: COUNTY, actor: null, what: 'retention', subject: null, before: null, limit: 1 }),
  )
  assert.equal((JSON.parse(event.details) as { files: number }).files, 1)
  const problems = async () => (await transaction(app.pool, (db) => verifyAll(db, COUNTY, app))).problems.map(({ problem }) => problem)
  await transaction(app.pool, async (db) => {
    for (const table of tables)
      await db.run`update ${ident('land', table)} own set valid_to = was.valid_to from ${ident('public', `was_${table}`)} was
        where own.county = ${COUNTY} and own.id = was.id and own.since = was.since and own.valid_from = was.valid_from`
  })
  assert.deepEqual(await problems(), [])
  // a key that is gone without a word is a file that was taken away
  await assert.rejects(
    transaction(app.pool, async (db) => {
      await db.run`delete from kernel.document_erased where county = ${COUNTY}`
      assert.equal(
        (await verifyAll(db, COUNTY, app)).problems.some(({ problem }) => problem === 'document-missing'),
        true,
      )
      throw new Error('back')
    }),
    /back/,
  )
})

test('a county’s destroyed keys erase what they sealed: nothing opens, a repeated import is refused, the register still verifies', async () => {
  await app.vault.ring.destroy(COUNTY, new Date())
  const refused = await post('manager', 'personal/open', opening('name'))
  assert.equal(codeOf(refused), 'database/keys-destroyed', JSON.stringify(refused.body))
  const other = await joinApp(dataDir, database.url)
  try {
    await assert.rejects(other.vault.keysOf(COUNTY), /keys-destroyed/)
    assert.deepEqual((await transaction(other.pool, (db) => verifyAll(db, COUNTY, other))).problems, [])
  } finally {
    await other.close()
  }
})
