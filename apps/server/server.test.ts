import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as rawRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { IntakeView } from '@dishu/kernel/intake/intake.wire'
import type { RevisionView, SessionView } from '@dishu/kernel/records/records.wire'
import type { CountReply, Dossier, PatchPage } from '@dishu/land/count/count.wire'
import type { CheckState, FindingsReply, FixesReply, FixPreview } from '@dishu/land/quality/quality.wire'
import { generateSample } from '@dishu/land/sample/sample'
import { SAMPLE_FILES, writeSample } from '@dishu/land/sample/sample.exchange'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const folder = mkdtempSync(join(tmpdir(), 'dishu-server-'))
let database: TestDatabase
let app: App
let running: Running

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 400 })
  running = await serve(app, 0)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

type Answer<T> = { readonly status: number; readonly body: T; readonly headers: Headers }
async function call<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  const response = await fetch(running.address + path, init)
  const text = await response.text()
  return {
    status: response.status,
    body: (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text) as T,
    headers: response.headers,
  }
}
const get = <T>(path: string, headers: Record<string, string> = {}) => call<T>(path, { headers })
const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
  call<T>(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
const county = (rest: string) => `/api/counties/${COUNTY}/${rest}`
type Refused = { code: string; message: string; hint?: string; details?: unknown }

async function upload(paths: readonly string[]): Promise<IntakeView> {
  const form = new FormData()
  for (const path of paths) form.append('files', new Blob([readFileSync(path)]), path.split('/').at(-1))
  const { status, body } = await call<IntakeView>('/api/intakes', { method: 'POST', body: form })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
async function until(id: string, ...states: IntakeView['state'][]): Promise<IntakeView> {
  for (let tries = 0; tries < 600; tries++) {
    const { body } = await get<IntakeView>(`/api/intakes/${id}`)
    if (states.includes(body.state)) return body
    assert.ok(
      ['uploaded', 'reading', 'writing', ...states].includes(body.state),
      `the import is ${body.state}: ${JSON.stringify(body.refusal)}`,
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the import never became ${states.join(' or ')}`)
}

test('the session names the person, the mode, and the counties with what is invented marked', async () => {
  const { body } = await get<SessionView>('/api/session')
  assert.equal(body.mode, 'single-user')
  assert.deepEqual(
    body.counties.map(({ county: code, synthetic, head }) => ({ code, synthetic, head })),
    [{ code: COUNTY, synthetic: true, head: 1 }],
  )
  const box = body.counties[0].bbox
  assert.ok(box && box[0] < box[2] && box[1] < box[3])
})

test('figures are whole hundredths that add up at every level, and every figure opens to its rows', async () => {
  const { body: whole } = await get<CountReply>(county('count?by=class&level=county'))
  const { body: byTown } = await get<CountReply>(county('count?by=area,class&level=town'))
  const { body: byVillage } = await get<CountReply>(county('count?by=area&level=village'))
  assert.ok(whole.total.area > 0 && Number.isInteger(whole.total.area))
  assert.deepEqual(byTown.total, whole.total)
  assert.deepEqual(byVillage.total, whole.total)
  const saline = whole.rows.find((row) => row.by.class === '1204')
  assert.ok(saline)
  const { body: page } = await get<PatchPage>(county('patches?class=1204&limit=1000'))
  assert.equal(page.area, saline.area)
  const exported = await get<string>(county('export?what=patches&to=csv&class=1204'))
  assert.equal(exported.status, 200)
  assert.match(exported.headers.get('content-disposition') ?? '', /filename/)
  assert.equal(exported.body.trim().split('\n').length - 1, page.matched)
})

test('a patch opens to its areas, rights, history and the file behind it', async () => {
  const { body: page } = await get<PatchPage>(county('patches?contract=contracted&limit=1'))
  const { body: dossier } = await get<Dossier>(county(`patches/${page.rows[0].id}`))
  assert.equal(dossier.patch.patchKey, page.rows[0].patchKey)
  assert.equal(
    dossier.cells.reduce((sum, cell) => sum + cell.area, 0),
    dossier.areas.official,
  )
  assert.ok(dossier.rights.some(({ right }) => right === 'ownership') && dossier.rights.some(({ right }) => right === 'contract'))
  const [entry] = dossier.history
  assert.equal(entry.source?.file, SAMPLE_FILES.patches)
  assert.ok(entry.source?.row && entry.source.row > 0)
  const kept = await fetch(`${running.address}/api/documents/${COUNTY}/${entry.source.sha256}`)
  const bytes = Buffer.from(await kept.arrayBuffer())
  assert.equal(createHash('sha256').update(bytes).digest('hex'), entry.source.sha256)
})

test('a tile holds the cells of its window, is not sent twice, and a stated revision may be kept', async () => {
  const { body: session } = await get<SessionView>('/api/session')
  const [west, south, east, north] = session.counties[0].bbox as [number, number, number, number]
  const z = 13
  const x = Math.floor((((west + east) / 2 + 180) / 360) * 2 ** z)
  const radians = (((south + north) / 2) * Math.PI) / 180
  const y = Math.floor(((1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2) * 2 ** z)
  const response = await fetch(`${running.address}/tiles/${COUNTY}/${z}/${x}/${y}.mvt`)
  assert.equal(response.headers.get('content-type'), 'application/vnd.mapbox-vector-tile')
  const tile = new VectorTile(new PbfReader(new Uint8Array(await response.arrayBuffer())))
  assert.ok(tile.layers.cells.length > 0)
  const { class: landClass, owner, contract, saline } = tile.layers.cells.feature(0).properties
  for (const value of [landClass, owner, contract, saline]) assert.equal(typeof value, 'string')
  const again = await fetch(`${running.address}/tiles/${COUNTY}/${z}/${x}/${y}.mvt`, {
    headers: { 'if-none-match': response.headers.get('etag') ?? '' },
  })
  assert.equal(again.status, 304)
  const fixed = await fetch(`${running.address}/tiles/${COUNTY}/${z}/${x}/${y}.mvt?known=1`)
  assert.match(fixed.headers.get('cache-control') ?? '', /max-age=86400/)
  assert.equal((await get<Refused>(`/tiles/${COUNTY}/3/99/1.mvt`)).status, 404)
})

test('refusals come in the reader’s language, with a code, and faults never show their insides', async () => {
  const zh = await get<Refused>(county('count?by=colour'))
  assert.equal(zh.status, 422)
  assert.equal(zh.body.code, 'count/unknown-word')
  assert.match(zh.body.message, /[一-鿿]/)
  const en = await get<Refused>(county('count?by=colour'), { 'accept-language': 'en' })
  assert.doesNotMatch(en.body.message, /[一-鿿]/)
  assert.equal((await get<Refused>(county('count?asOf=2026-02-30'))).status, 422)
  assert.equal((await get<Refused>(county('count?known=99'))).body.code, 'count/no-such-revision')
  assert.equal((await get<Refused>('/api/counties/22/count')).status, 400)
  assert.equal((await get<Refused>(county('patches/999999999'))).status, 404)
  assert.equal((await get<Refused>('/api/nothing')).status, 404)
  assert.equal((await post<Refused>(county('revisions/1/undo'), {})).status, 400) // a reason is needed
})

test('only this machine is answered, and no page of another site can write', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    rawRequest(`${running.address}/api/session`, { headers: { host: 'dishu.example.com' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  assert.equal(status, 421)
  const other = await post<Refused>(county('check'), {}, { origin: 'http://dishu.example.com' })
  assert.equal(other.status, 403)
  // a sandboxed page has no origin to name
  assert.equal((await post<Refused>(county('check'), {}, { origin: 'null' })).status, 403)
  const { headers } = await get('/api/session')
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/) // data loads nothing; the page's own policy is tested in the browser
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
})

test('static files stay in their folder', async () => {
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/assets/../../package.json',
    '/assets/nothing.js',
  ]) {
    const status = await new Promise<{ code: number | undefined; text: string }>((resolve, reject) => {
      const { port } = running
      rawRequest({ port, path }, (response) => {
        let text = ''
        response.on('data', (part: Buffer) => {
          text += part.toString()
        })
        response.on('end', () => resolve({ code: response.statusCode, text }))
      })
        .on('error', reject)
        .end()
    })
    assert.ok(!status.text.includes('"workspaces"'), path)
    if (path.startsWith('/assets')) assert.equal(status.code, 404, path)
  }
})

test('files go from upload through preview to a revision, which can be undone', async () => {
  const folderOfFiles = join(folder, 'other')
  // another edition of the same county: other seed, fewer patches
  await writeSample(generateSample(11, 300), folderOfFiles)
  const files = readdirSync(folderOfFiles)
    .filter((name) => /^(DLTB|XZQ)\./.test(name))
    .map((name) => join(folderOfFiles, name))
  const begun = await upload(files)
  const ready = await until(begun.id, 'ready')
  assert.deepEqual(
    ready.questions.map(({ id }) => id),
    ['unclassified'],
  )
  const layer = ready.layers.find(({ standard }) => standard === 'dltb')
  assert.ok(layer && layer.rowsRead > 0 && layer.areaInM2)
  assert.equal(layer.encoding?.toUpperCase().startsWith('GB'), true)
  // nobody has said that the files are free of secrets
  const early = await post<Refused>(`/api/intakes/${begun.id}/confirm`, { reason: '新版' })
  assert.equal(early.body.code, 'intake/not-confirmed-unclassified')
  await post(`/api/intakes/${begun.id}/answers`, { answers: { unclassified: 'yes' } })
  const before = (await get<CountReply>(county('count?by=class'))).body
  await post(`/api/intakes/${begun.id}/confirm`, { reason: '新版调查成果', cause: 're-survey' })
  const done = await until(begun.id, 'done')
  assert.equal(done.revisions.length, 1)
  const { rev } = done.revisions[0]
  const { body: revisions } = await get<{ revisions: RevisionView[]; head: number }>(county('revisions'))
  assert.equal(revisions.revisions[0].rev, rev)
  assert.equal(revisions.revisions[0].reason, '新版调查成果')
  // as it was known before, nothing has changed
  const known = (await get<CountReply>(county(`count?by=class&known=${rev - 1}`))).body
  assert.deepEqual(known.rows, before.rows)
  const undone = await post<RevisionView>(county(`revisions/${rev}/undo`), { reason: '导错了文件' })
  assert.equal(undone.status, 200, JSON.stringify(undone.body))
  assert.equal(undone.body.undoes, rev)
  assert.deepEqual((await get<CountReply>(county('count?by=class'))).body.rows, before.rows)
  const twice = await post<Refused>(county(`revisions/${rev}/undo`), { reason: '再撤一次' })
  assert.equal(twice.status, 409)
  assert.equal(twice.body.code, 'records/already-undone')
})

test('a table with unknown columns asks what they mean, and remembers the answer', async () => {
  const path = join(folder, 'plots.csv')
  const rows = ['no,place,acidity,x,y', 'S-1,0-20,9.1,123.9,45.3', 'S-2,0-20,8.4,123.91,45.31']
  writeFileSync(path, `${rows.join('\n')}\n`)
  const begun = await upload([path])
  const asked = await until(begun.id, 'needs-answers')
  const question = asked.questions.find(({ id }) => id.startsWith('mapping:'))
  assert.ok(question && 'standards' in question)
  const soil = question.standards.find((each) => each.id === 'soil-sheet' || each.fields.some((field) => field.name === 'ph'))
  assert.ok(soil, JSON.stringify(question.standards.map(({ id }) => id)))
  const named = (words: RegExp) => soil.fields.find(({ name, label }) => words.test(name) || words.test(label))?.name
  const fields = Object.fromEntries(
    [
      [named(/^(code|sample|sampleCode)$|样品编号|编号/i), 'no'],
      [named(/^depth$|深度/i), 'place'],
      [named(/^ph$/i), 'acidity'],
      [named(/^(lon|longitude)$|经度/i), 'x'],
      [named(/^(lat|latitude)$|纬度/i), 'y'],
    ].filter((entry): entry is [string, string] => entry[0] !== undefined),
  )
  await post(`/api/intakes/${begun.id}/answers`, { answers: { county: COUNTY, [question.id]: { standard: soil.id, fields } } })
  const ready = await until(begun.id, 'ready')
  assert.equal(ready.layers[0].added, 2, JSON.stringify(ready.refusedRows))
  await post(`/api/intakes/${begun.id}/cancel`, {})
  const again = await upload([path])
  const second = await until(again.id, 'needs-answers', 'ready')
  assert.ok(!second.questions.some(({ id }) => id.startsWith('mapping:')), 'the mapping was kept')
  const cancelled = await post<IntakeView>(`/api/intakes/${again.id}/cancel`, {})
  assert.equal(cancelled.body.state, 'cancelled')
})

test('a cancel while files are read leaves no trace', async () => {
  const folderOfFiles = join(folder, 'long')
  await writeSample(generateSample(12, 4000), folderOfFiles)
  const head = (await get<{ head: number }>(county('revisions'))).body.head
  const begun = await upload(
    readdirSync(folderOfFiles)
      .filter((name) => /^DLTB\./.test(name))
      .map((name) => join(folderOfFiles, name)),
  )
  await new Promise((resolve) => setTimeout(resolve, 400))
  const { body } = await post<IntakeView>(`/api/intakes/${begun.id}/cancel`, {})
  assert.equal(body.state, 'cancelled')
  assert.equal((await get<{ head: number }>(county('revisions'))).body.head, head)
  assert.equal(existsSync(join(folder, 'data', 'intake', begun.id)), false)
})

test('a file that is none is refused in a sentence', async () => {
  const path = join(folder, 'broken.zip')
  writeFileSync(path, 'PK\u0003\u0004 not really')
  const refused = await until((await upload([path])).id, 'refused')
  assert.ok(refused.refusal && refused.refusal.message.length > 0)
  assert.match(refused.refusal.code, /^formats\/|^tables\/|^intake\//)
  assert.doesNotMatch(refused.refusal.message, /[{}]/)
})

test('a finding is accepted with a reason and a name, or handed to someone', async () => {
  const { body: findings } = await get<FindingsReply>(county('findings?limit=5'))
  assert.ok(findings.rows.length > 0)
  const [first, second] = findings.rows
  const accepted = await post<{ rev: number }>(county(`findings/${first.id}/accept`), { reason: '已现场核实', name: '王核实' })
  assert.equal(accepted.status, 200, JSON.stringify(accepted.body))
  assert.equal(
    (await post<Refused>(county(`findings/${first.id}/accept`), { reason: '再次', name: '王核实' })).body.code,
    'quality/already-accepted',
  )
  const { body: after } = await get<FindingsReply>(county(`findings?state=accepted&rule=${encodeURIComponent(first.rule)}`))
  assert.deepEqual(after.rows.find(({ id }) => id === first.id)?.accepted, { reason: '已现场核实', by: '王核实', rev: accepted.body.rev })
  const assigned = await post<FindingsReply['rows'][number]>(county(`findings/${second.id}/assign`), { to: '李外业', note: '请量一下' })
  assert.equal(assigned.body.assigned?.to, '李外业')
})

test('rules are counted where the list is: in every town they add up to what is listed there, and no town has all', async () => {
  const { body: areas } = await get<{ areas: { code: string; level: string }[] }>(county('areas'))
  const towns = areas.areas.filter(({ level }) => level === 'town')
  const countIn = async (place: string) => {
    const { body } = await get<FindingsReply>(county(`findings?state=all&limit=1${place}`))
    assert.equal(
      body.rules.reduce((sum, { open, accepted }) => sum + open + accepted, 0),
      body.matched,
    )
    return body.matched
  }
  const whole = await countIn('')
  const parts = []
  for (const { code } of towns) parts.push(await countIn(`&within=${code}`))
  assert.ok(parts.length > 1 && parts.every((part) => part < whole) && parts.some((part) => part > 0), `${parts} of ${whole}`)
})

test('search finds patches, parcels, contracts and areas, and never a person', async () => {
  const { body: page } = await get<PatchPage>(county('patches?limit=1'))
  const { body: found } = await get<{ hits: { kind: string; label: string }[] }>(`/api/search?county=${COUNTY}&q=${page.rows[0].patchKey}`)
  assert.ok(found.hits.some(({ kind }) => kind === 'patch'))
  const { body: areas } = await get<{ areas: { code: string; name: string; level: string }[] }>(county('areas'))
  const town = areas.areas.find(({ level }) => level === 'town')
  const { body: named } = await get<{ hits: { kind: string }[] }>(`/api/search?county=${COUNTY}&q=${encodeURIComponent(town?.name ?? '')}`)
  assert.ok(named.hits.some(({ kind }) => kind === 'area'))
})

test('a check is run beside the server, can be watched and stopped, and a stopped one leaves the findings as they were', async () => {
  const state = async () => (await get<CheckState>(county('check'))).body
  const findings = async () =>
    (await get<FindingsReply>(county('findings?state=all&limit=1000'))).body.rows.map(({ rule, rows }) => `${rule} ${rows}`).sort()
  for (let tries = 0; (await state()).running && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 50))
  const whole = await post<{ checked: boolean }>(county('check'), {})
  assert.deepEqual([whole.status, whole.body.checked], [200, true])
  const before = await findings()
  assert.ok(before.some((each) => each.startsWith('geometry/overlap')))
  const { body: reply } = await get<FindingsReply>(county('findings?limit=1'))
  assert.equal(reply.checkedRev, reply.head)
  for (const { layer, fault, differenceM2 } of reply.geometry) assert.ok(fault === null && Math.abs(differenceM2 ?? 1) < 1e-3, layer)

  const cut = post<Refused>(county('check'), {})
  for (let tries = 0; !(await state()).running && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal((await state()).running, true)
  const stopped = await post<CheckState>(county('check/stop'), {})
  assert.equal(stopped.body.running, false)
  const { status, body } = await cut
  assert.deepEqual([status, body.code], [422, 'quality/check-stopped'])
  assert.deepEqual(await findings(), before)
})

test('a repair is offered, shown before and after, and written; one that cannot be is refused in a sentence', async () => {
  const { body: list } = await get<FindingsReply>(county('findings?rule=geometry/overlap'))
  const finding = list.rows.find(({ subjectKind }) => subjectKind === 'patch')
  assert.ok(finding)
  const { body: fixes } = await get<FixesReply>(county(`findings/${finding.id}/fixes`))
  const [option] = fixes.options
  assert.deepEqual([option.way, option.why], ['cut', 'too-large'])
  assert.deepEqual([...new Set(fixes.shapes.features.map(({ properties }) => properties.role))].sort(), ['before', 'defect', 'near'])
  const asked = `way=cut&target=${option.target}&against=${option.against}`
  const { body: preview } = await get<FixPreview>(county(`findings/${finding.id}/fix?${asked}`))
  assert.ok(preview.holds && preview.gone && preview.fresh.length === 0)
  assert.ok(Math.abs(preview.sumAfter - preview.sumBefore + (finding.area ?? 0)) <= 1)
  assert.ok(preview.rows.every(({ before, after }) => before.official === after.official)) // drawn back to what was measured
  const body = {
    way: 'cut',
    target: option.target,
    against: option.against,
    withinM: null,
    areas: 'by-rule',
    head: fixes.head,
    cause: 'correction',
    reason: 'as surveyed',
  }
  assert.equal(
    (await post<Refused>(county(`findings/${finding.id}/fix`), { ...body, head: fixes.head - 1 })).body.code,
    'records/register-moved',
  )
  assert.equal((await post<Refused>(county(`findings/${finding.id}/fix`), { ...body, way: 'melt' })).status, 400)
  assert.equal((await get<Refused>(county('findings/999999/fixes'))).body.code, 'quality/no-such-finding')
  const attribute = (await get<FindingsReply>(county('findings?limit=400'))).body.rows.find(({ rule }) => rule.startsWith('patch/'))
  const none = await get<Refused>(county(`findings/${attribute?.id}/fixes`), { 'accept-language': 'en' })
  assert.equal(none.body.code, 'quality/no-fix')
  assert.match(none.body.message, /^No repair/)

  const { status, body: written } = await post<{ rev: number }>(county(`findings/${finding.id}/fix`), body)
  assert.deepEqual([status, written.rev], [200, fixes.head + 1])
  const newest = async () => (await get<FindingsReply>(county('findings?rule=geometry/overlap'))).body
  for (let tries = 0; (await newest()).checkedRev !== written.rev && tries < 200; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok((await newest()).rows.every(({ rows }) => rows.join() !== finding.rows.join()))
  const { revisions } = (await get<{ revisions: RevisionView[] }>(county('revisions'))).body
  assert.deepEqual([revisions[0].what, revisions[0].cause, revisions[0].reason], ['write', 'correction', 'as surveyed'])
})
