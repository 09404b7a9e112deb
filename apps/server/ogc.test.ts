/** The open interfaces of a running server, asked as programs ask: by hand, by GDAL, by QGIS. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { onConnection } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const folder = mkdtempSync(join(tmpdir(), 'dishu-ogc-'))
let database: TestDatabase
let app: App
let running: Running
let root = ''

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 400 })
  running = await serve(app, 0)
  root = `${running.address}/ogc/${COUNTY}`
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

type Link = { readonly rel: string; readonly href: string; readonly type?: string }
type Feature = {
  readonly id: number
  readonly geometry: { readonly type: string; readonly coordinates: unknown } | null
  readonly properties: Record<string, unknown>
}
type Page = {
  readonly features: readonly Feature[]
  readonly numberReturned: number
  readonly numberMatched?: number
  readonly links: readonly Link[]
  readonly 'dishu:state': { readonly known: number; readonly datetime: string }
}

async function ask<T>(address: string, init: RequestInit = {}) {
  const response = await fetch(address.startsWith('http') ? address : root + address, init)
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (/json$|json;/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : null) as T,
  }
}
const items = (collection: string, query = '') => ask<Page>(`/collections/${collection}/items${query === '' ? '' : `?${query}`}`)
const filtered = (filter: string, more = '') => items('patches', `limit=10000&filter=${encodeURIComponent(filter)}${more}`)
const linkOf = (links: readonly Link[], rel: string) => links.find((link) => link.rel === rel)?.href
const patchesNow = () =>
  onConnection(
    app.pool,
    (db) => db.all<{ id: number; class: string; area: number; box: readonly [number, number, number, number] }>`
    select id, class, official_area as area, bbox as box from land.patch_now where county = ${COUNTY} and valid_from <= current_date and valid_to > current_date order by id`,
  )

test('sums of the count over the open interface are the figures of the pages, of an interval as of its last day; pages of an open interval go on', async () => {
  const sumOf = async (query: string) => {
    let sum = 0
    for (let at: string | null = `${root}/collections/count/items?limit=50&${query}`; at; ) {
      const { status, body }: { status: number; body: Page } = await ask<Page>(at)
      assert.equal(status, 200, JSON.stringify(body))
      for (const { properties } of body.features) sum += Math.round(Number(properties.area_m2) * 100)
      at = body.links.find(({ rel }) => rel === 'next')?.href ?? null
    }
    return sum
  }
  const day = new Date().toISOString().slice(0, 10)
  const { body: told } = await ask<{ total: { area: number } }>(`${running.address}/api/counties/${COUNTY}/count?asOf=${day}`)
  assert.equal(await sumOf(`datetime=${day}`), told.total.area)
  assert.equal(await sumOf(`datetime=2020-01-01/${day}`), told.total.area)
  let rows = 0
  for (let at: string | null = `${root}/collections/patches/items?limit=100&skipGeometry=true&datetime=../..`; at && rows < 250; ) {
    const { status, body }: { status: number; body: Page } = await ask<Page>(at)
    assert.equal(status, 200, JSON.stringify(body).slice(0, 200))
    rows += body.features.length
    at = body.links.find(({ rel }) => rel === 'next')?.href ?? null
  }
  assert.ok(rows >= 200, `${rows}`)
})

test('from the landing page a program finds everything: description, standards, collections, rows, fields', async () => {
  const { body: landing } = await ask<{ links: Link[] }>('')
  for (const link of landing.links) assert.equal((await ask(link.href)).status, 200, link.href)
  const { body: standards } = await ask<{ conformsTo: string[] }>('/conformance')
  for (const part of ['features-1/1.0/conf/core', 'features-2/1.0/conf/crs', 'features-3/1.0/conf/features-filter'])
    assert.ok(
      standards.conformsTo.some((each) => each.endsWith(part)),
      part,
    )
  const { body: all } = await ask<{ collections: { id: string; links: Link[]; crs: string[] }[] }>('/collections')
  assert.deepEqual(all.collections.map(({ id }) => id).slice(0, 5), ['patches', 'parcels', 'samples', 'areas', 'findings'])
  for (const { id, links, crs } of all.collections) {
    assert.ok(crs.includes('http://www.opengis.net/def/crs/EPSG/0/4529'), `${id}: the county’s zone`)
    for (const rel of ['self', 'items', 'describedby']) {
      const answer = await ask<{ properties?: Record<string, unknown>; features?: Feature[] }>(`${linkOf(links, rel)}`)
      assert.equal(answer.status, 200, `${id} ${rel}`)
      if (rel === 'items') {
        const { body: schema } = await ask<{ properties: Record<string, unknown> }>(`/collections/${id}/schema`)
        for (const name of Object.keys(answer.body.features?.[0]?.properties ?? {})) assert.ok(name in schema.properties, `${id}.${name}`)
      }
    }
  }
  assert.match((await ask(root, { headers: { accept: 'text/html' } })).text, /^<!doctype html>.*<a href="http/)
})

test('pages of any size give every row once, in the order of their numbers, and know their number where it is kept', async () => {
  const known = (await patchesNow()).map(({ id }) => id)
  const { body: whole } = await items('patches', 'limit=10000')
  assert.deepEqual(
    whole.features.map(({ id }) => id),
    known,
  )
  assert.equal(whole.numberMatched, known.length)
  // on the machine itself nothing is packed: that costs more than it saves
  assert.equal((await ask('/collections/patches/items?limit=100')).headers.get('content-encoding'), null)
  for (const limit of [1000, 97, 13]) {
    const found: number[] = []
    let next: string | undefined = `${root}/collections/patches/items?limit=${limit}&skipGeometry=true&properties=class`
    while (next) {
      const { body }: { body: Page } = await ask<Page>(next)
      assert.ok(body.features.length === limit || !linkOf(body.links, 'next'))
      found.push(...body.features.map(({ id }) => id))
      next = linkOf(body.links, 'next')
    }
    assert.deepEqual(found, known)
  }
})

test('a filter in CQL2 finds what the rows themselves say, in text, in JSON and as plain parameters', async () => {
  const rows = await patchesNow()
  const ids = async (answer: ReturnType<typeof items>) => (await answer).body.features.map(({ id }) => id)
  const meant = (test: (row: (typeof rows)[number]) => boolean) => rows.filter(test).map(({ id }) => id)
  const dry = meant(({ class: of }) => of === '1204')
  assert.ok(dry.length > 3)
  assert.deepEqual(await ids(filtered("class = '1204'")), dry)
  assert.deepEqual(await ids(items('patches', 'class=1204&limit=10000')), dry)
  assert.deepEqual(
    await ids(
      items('patches', `limit=10000&filter-lang=cql2-json&filter=${encodeURIComponent('{"op":"=","args":[{"property":"class"},"1204"]}')}`),
    ),
    dry,
  )
  assert.deepEqual(
    await ids(filtered("class LIKE '01%' AND NOT official_area_m2 BETWEEN 10000 AND 50000")),
    meant(({ class: of, area }) => of.startsWith('01') && !(area >= 1_000_000 && area <= 5_000_000)),
  )
  assert.deepEqual(await ids(filtered('valid_to IS NOT NULL')), [])
  const { status, body } = await filtered('nothing = 1')
  assert.equal(status, 422)
  assert.equal((body as unknown as { code: string }).code, 'ogc/filter-unknown-property')
})

test('a box takes the outlines that meet it, not all whose own box does; everywhere else in a filter too', async () => {
  const rows = await patchesNow()
  const { body: whole } = await items('patches', 'limit=10000')
  const outlines = new Map(whole.features.map(({ id, geometry }) => [id, geometry?.coordinates as [number, number][][][]]))
  // round one vertex of one patch, too small to hold any other vertex
  let [byBox, byOutline] = [0, 0]
  for (const { id } of rows.slice(0, 40)) {
    const outline = outlines.get(id)
    assert.ok(outline)
    const [x, y] = outline[0][0][0]
    const box = [x - 1e-7, y - 1e-7, x + 1e-7, y + 1e-7] as const
    const { body } = await items('patches', `bbox=${box.join(',')}&limit=10000&properties=class`)
    const found = body.features.map((feature) => feature.id)
    assert.ok(found.includes(id))
    const near = rows.filter(({ box: [w, s, e, n] }) => w <= box[2] && e >= box[0] && s <= box[3] && n >= box[1])
    byBox += near.length
    byOutline += found.length
    const inFilter = await filtered(`S_INTERSECTS(geometry, BBOX(${box.join(',')}))`)
    assert.deepEqual(
      inFilter.body.features.map((feature) => feature.id),
      found,
    )
    const others = await filtered(
      `NOT S_INTERSECTS(geometry, POLYGON((${box[0]} ${box[1]}, ${box[2]} ${box[1]}, ${box[2]} ${box[3]}, ${box[0]} ${box[3]}, ${box[0]} ${box[1]})))`,
      '&properties=class&skipGeometry=true',
    )
    assert.equal(others.body.features.length, rows.length - found.length)
  }
  assert.ok(byOutline < byBox, `${byOutline} < ${byBox}`)
})

test('coordinates come in the system asked for, in the order its authority gives, and say which it is', async () => {
  const first = async (crs: string) => {
    const { body, headers } = await items('patches', `limit=1&crs=${encodeURIComponent(crs)}`)
    const [{ geometry, id }] = body.features
    assert.ok(geometry)
    return { id, at: (geometry.coordinates as [number, number][][][])[0][0][0], crs: headers.get('content-crs') }
  }
  const degrees = await first('http://www.opengis.net/def/crs/OGC/1.3/CRS84')
  const swapped = await first('http://www.opengis.net/def/crs/EPSG/0/4490')
  assert.deepEqual(swapped.at, degrees.at.toReversed())
  assert.equal(swapped.crs, '<http://www.opengis.net/def/crs/EPSG/0/4490>')
  const zone = await first('http://www.opengis.net/def/crs/EPSG/0/4529')
  const drawn = await onConnection(
    app.pool,
    (db) => db.one<{ srid: number; outline: Buffer }>`
    select srid, outline from land.patch_now where county = ${COUNTY} order by id limit 1`,
  )
  assert.equal(drawn.srid, 4529)
  const [x, y] = [
    drawn.outline.readDoubleLE(drawn.outline.readUInt32LE(1) === 6 ? 22 : 13),
    drawn.outline.readDoubleLE(drawn.outline.readUInt32LE(1) === 6 ? 30 : 21),
  ]
  assert.ok(
    [y, x].every((value, i) => zone.at.includes(value) || value === zone.at[i]),
    'as drawn, to the last bit',
  )
  assert.ok(zone.at[0] < 10_000_000 && zone.at[1] > 40_000_000, 'north, then east')
  const box = `${zone.at[0] - 5},${zone.at[1] - 5},${zone.at[0] + 5},${zone.at[1] + 5}`
  const inZone = await items('patches', `bbox=${box}&bbox-crs=${encodeURIComponent('http://www.opengis.net/def/crs/EPSG/0/4529')}`)
  assert.ok(inZone.body.features.some(({ id }) => id === zone.id))
  assert.equal((await items('patches', 'crs=EPSG:3857')).status, 422)
})

test('a state of the past is the same whatever was written since: by day, by revision, with its versions listed', async () => {
  const { body: before } = await items('patches', 'limit=10000')
  const id = before.features[0].id
  const known = before['dishu:state'].known
  const item = `${root}/collections/patches/items/${id}`
  const changed = await ask<{ rev: number }>(`${item}?reason=test&cause=re-survey&from=2026-06-01`, {
    method: 'PATCH',
    body: JSON.stringify({ type: 'Feature', properties: { village_name: '改名村' } }),
    headers: { 'content-type': 'application/merge-patch+json' },
  })
  assert.equal(changed.status, 200, changed.text)
  assert.equal(changed.body.rev, known + 1)
  const name = async (query: string) => (await ask<Feature>(`${item}?${query}`)).body.properties.village_name
  const was = before.features[0].properties.village_name
  assert.equal(await name('datetime=2026-05-31'), was)
  assert.equal(await name('datetime=2026-06-01'), '改名村')
  assert.equal(await name(`datetime=2026-06-01&known=${known}`), was)
  assert.equal(await name('datetime=2025-01-01T00:00:00Z/..'), '改名村') // of an interval the newest version
  const past = await items('patches', `limit=10000&known=${known}`)
  assert.deepEqual(past.body.features, before.features)
  // a page that was begun before goes on in the state it began in
  const { body: half } = await items('patches', `limit=1&known=${known}`)
  const { body: rest } = await ask<Page>(linkOf(half.links, 'next') ?? '')
  assert.deepEqual(rest['dishu:state'].known, known)
  const map = (await ask(`${item}/timemap`)).text
  assert.equal(map.match(/rel="[^"]*memento/g)?.length, 2)
  assert.match(map, /datetime="Sun, 31 May 2026 16:00:00 GMT"/)
  const gate = await ask<Feature>(item, { headers: { 'accept-datetime': 'Thu, 01 Jan 2026 00:00:00 GMT' } })
  assert.equal(gate.body.properties.village_name, was)
  assert.equal(gate.headers.get('memento-datetime'), 'Wed, 31 Dec 2025 16:00:00 GMT')
  assert.match(gate.headers.get('link') ?? '', /rel="original timegate".*rel="timemap"/)
  assert.equal((await items('findings', 'known=1&datetime=2020-01-01')).status, 422)
  assert.equal((await items('patches', 'known=999')).status, 422 - 18) // a revision that is not there: 404
})

test('an unchanged page is not sent twice; a change makes it anew', async () => {
  const address = '/collections/samples/items?limit=3'
  const first = await ask<Page>(address)
  const etag = first.headers.get('etag') ?? ''
  assert.equal((await ask(address, { headers: { 'if-none-match': etag } })).status, 304)
  const made = await ask<{ rev: number }>('/collections/samples/items?reason=test', {
    method: 'POST',
    body: JSON.stringify({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [123.9, 45.3] },
      properties: { sample_code: 'TEST-1', sampled_on: '2026-04-01', depth_from_cm: 0, depth_to_cm: 20, ph: 8.45, ph_ratio: '1:5' },
    }),
    headers: { 'content-type': 'application/geo+json' },
  })
  assert.equal(made.status, 201, made.text)
  assert.equal((await ask(address, { headers: { 'if-none-match': etag } })).status, 200)
  const { body } = await items('samples', 'sample_code=TEST-1')
  assert.equal(body.features.length, 1)
  const [{ id, properties, geometry }] = body.features
  assert.deepEqual([properties.ph, properties.sampled_on, geometry?.coordinates], [8.45, '2026-04-01', [123.9, 45.3]])
  const item = `/collections/samples/items/${id}`
  const read = (await ask(item)).headers.get('etag') ?? ''
  const send = (method: string, value: unknown, headers: Record<string, string> = {}) =>
    ask<{ code?: string }>(`${item}?reason=test`, {
      method,
      ...(value === null ? {} : { body: JSON.stringify(value) }),
      headers: { ...(value === null ? {} : { 'content-type': 'application/geo+json' }), ...headers },
    })
  assert.equal((await send('PATCH', { properties: { ph: '8' } })).body.code, 'ogc/change-not-read')
  assert.equal((await send('PATCH', { properties: { since: 8 } })).body.code, 'ogc/field-cannot-be-changed')
  assert.equal((await send('PATCH', { properties: { ph: 8.5 } }, { 'if-match': read })).status, 200)
  assert.equal((await send('PATCH', { properties: { ph: 8.6 } }, { 'if-match': read })).body.code, 'ogc/row-moved')
  assert.equal((await send('PUT', { type: 'Feature', geometry: null, properties: { sample_code: 'TEST-1', ph: 8.7 } })).status, 200)
  const replaced = (await ask<Feature>(`${item}?datetime=2026-04-01`)).body
  assert.deepEqual([replaced.properties.ph, replaced.properties.sampled_on, replaced.geometry], [8.7, null, null])
  assert.equal((await send('DELETE', null)).status, 200)
  assert.equal((await ask(item)).status, 404)
  assert.equal(
    (await ask(`/collections/patches/items`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status,
    422,
  )
})

test('the feed tells every revision once, what it touched, and where the row can be read as it was and is', async () => {
  type Feed = {
    head: number
    next: string | null
    changes: { rev: number; cause: string; kinds: Record<string, { made: number; closed: number }>; rows: string }[]
  }
  const seen: number[] = []
  let next: string | null = `/api/changes?county=${COUNTY}&since=0&limit=2`
  while (next) {
    const { body }: { body: Feed } = await ask<Feed>(running.address + next)
    seen.push(...body.changes.map(({ rev }) => rev))
    next = body.next
  }
  const head = (await items('patches', 'limit=1')).body['dishu:state'].known
  assert.deepEqual(
    seen,
    Array.from({ length: head }, (_, i) => i + 1),
  )
  const { body: second } = await ask<Feed>(`${running.address}/api/changes?county=${COUNTY}&since=1&limit=1`)
  assert.equal(second.changes[0].cause, 're-survey')
  type Rows = {
    rows: { kind: string; id: number; key: Record<string, unknown>; before: unknown[]; after: unknown[]; was?: string; is?: string }[]
    next: string | null
  }
  const { body: rows } = await ask<Rows>(running.address + second.changes[0].rows)
  const patch = rows.rows.find(({ kind }) => kind === 'patch')
  assert.ok(patch?.was && patch.is)
  assert.deepEqual([patch.before.length, patch.after.length], [1, 2]) // the old version is closed; its earlier days and the new ones are made
  const names = await Promise.all([patch.was, patch.is].map(async (address) => (await ask<Feature>(running.address + address)).status))
  assert.deepEqual(names, [200, 200])
  // by pages of three rows all rows of the first revision, each once
  const paged: string[] = []
  for (let at: string | null = `/api/changes/1?county=${COUNTY}&limit=400`; at; ) {
    const { body }: { body: Rows } = await ask<Rows>(running.address + at)
    paged.push(...body.rows.map(({ kind, id }) => `${kind} ${id}`))
    at = body.next
  }
  assert.equal(new Set(paged).size, paged.length)
  const members = await ask<Rows>(`${running.address}/api/changes/1?county=${COUNTY}&kind=member&limit=5`)
  assert.ok(members.body.rows.length > 0)
  assert.ok(!/mask|"ref"|sealed/.test(members.text), 'neither masks nor references of persons')
  const lines = (await ask(`${running.address}/api/changes?county=${COUNTY}&since=0&f=jsonl`)).text.trim().split('\n')
  assert.equal(lines.length, head)
  const { body: first } = await ask<Feed>(`${running.address}/api/changes?county=${COUNTY}&since=0&limit=1`)
  assert.equal(
    paged.length,
    Object.values(first.changes[0].kinds).reduce((sum, { made }) => sum + made, 0),
  )
})

/** What a program of GDAL's said; null, loudly, where it is not there. The server is in this process, so it must not be blocked meanwhile. */
function gdal(t: TestContext, ...[program, ...args]: readonly [string, ...string[]]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { encoding: 'utf8', timeout: 120_000, maxBuffer: 64 << 20 }, (cause, stdout, stderr) => {
      if ((cause as NodeJS.ErrnoException | null)?.code === 'ENOENT') {
        t.skip(`${program} is not installed (Debian: gdal-bin)`)
        resolve(null)
      } else if (cause || /ERROR/.test(stderr)) reject(new Error(`${args.join(' ')}\n${stderr}`, { cause }))
      else resolve(stdout)
    })
  })
}
const GDAL_ROOT = () => `OAPIF:${root}`

test('GDAL opens the service, counts, pages through it, and hands its own filters over', async (t) => {
  const told = await gdal(t, 'ogrinfo', '-ro', '-so', GDAL_ROOT(), 'patches')
  if (told === null) return
  const list = (...args: readonly string[]) => gdal(t, 'ogrinfo', '-ro', '-q', GDAL_ROOT(), 'patches', ...args)
  const rows = await patchesNow()
  assert.match(told, new RegExp(`Feature Count: ${rows.length}`))
  assert.match(told, /Geometry: Multi Polygon/)
  assert.match(told, /official_area_m2: Real/)
  const out = join(folder, 'patches.gpkg')
  await gdal(t, 'ogr2ogr', '-f', 'GPKG', out, GDAL_ROOT(), 'patches', '-oo', 'PAGE_SIZE=150')
  const sums = await gdal(t, 'ogrinfo', '-q', '-sql', 'select count(*) as n, sum(official_area_m2) as m2 from patches', out)
  assert.match(sums ?? '', new RegExp(`n \\(Integer\\) = ${rows.length}`))
  const m2 = rows.reduce((sum, { area }) => sum + area, 0) / 100
  assert.ok(Math.abs(Number(/m2 \(Real\) = ([\d.]+)/.exec(sums ?? '')?.[1]) - m2) < 1e-3)
  const dry = await list('-where', "class = '1204' and official_area_m2 > 10000")
  assert.equal(dry?.match(/^OGRFeature/gm)?.length ?? 0, rows.filter((row) => row.class === '1204' && row.area > 1_000_000).length)
  const near = await list('-spat', ...rows[0].box.map(String))
  const { body } = await items('patches', `bbox=${rows[0].box.join(',')}&limit=10000`)
  assert.equal(near?.match(/^OGRFeature/gm)?.length, body.features.length)
})

/** The program of fixtures/qgis, run by Debian's QGIS without a screen; null, loudly, where there is none. */
function qgis(t: TestContext, collection: string, picture: string, expression: string): Promise<Seen | null> {
  const script = fileURLToPath(new URL('fixtures/qgis/open-layer.py', import.meta.url))
  // settings and a cache of its own: QGIS keeps both under the home folder
  const env = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder, QT_QPA_PLATFORM: 'offscreen' }
  return new Promise((resolve, reject) => {
    execFile(
      '/usr/bin/python3',
      [script, root, collection, picture, expression],
      { encoding: 'utf8', timeout: 180_000, env },
      (cause, stdout, stderr) => {
        const line = stdout.split('\n').find((each) => each.startsWith('{"rows"'))
        if (line) resolve(JSON.parse(line) as Seen)
        else if (/No module named '?qgis/.test(stderr) || (cause as NodeJS.ErrnoException | null)?.code === 'ENOENT') {
          t.skip('QGIS is not installed (Debian: python3-qgis)')
          resolve(null)
        } else reject(new Error(stderr || stdout, { cause: cause ?? undefined }))
      },
    )
  })
}
type Seen = {
  readonly rows: number
  readonly empty: number
  readonly area: number
  readonly kept: number
  readonly colours: Readonly<Record<string, number>>
  readonly box: readonly [number, number, number, number]
  readonly fields: readonly string[]
}

test('QGIS reads the layer whole, filters it, and draws as much ground as the outlines cover', async (t) => {
  const seen = await qgis(t, 'patches', join(folder, 'patches.png'), `"class" = '1204' and "official_area_m2" > 10000`)
  if (seen === null) return
  const rows = await patchesNow()
  assert.deepEqual([seen.rows, seen.empty], [rows.length, 0])
  assert.ok(Math.abs(seen.area - rows.reduce((sum, { area }) => sum + area, 0) / 100) < 1e-3)
  assert.equal(seen.kept, rows.filter((row) => row.class === '1204' && row.area > 1_000_000).length)
  const { body } = await items('patches', 'limit=10000&properties=')
  const ringArea = (ring: readonly (readonly [number, number])[]) =>
    ring
      .slice(1)
      .reduce((sum, [x, y], i) => sum + (ring[i][0] - ring[0][0]) * (y - ring[0][1]) - (x - ring[0][0]) * (ring[i][1] - ring[0][1]), 0) / 2
  const covered = body.features
    .flatMap(({ geometry }) => (geometry?.coordinates ?? []) as [number, number][][][])
    .reduce((sum, polygon) => sum + polygon.reduce((whole, ring) => whole + ringArea(ring), 0), 0)
  const [west, south, east, north] = seen.box
  const drawn = (seen.colours['#1f7a3a'] ?? 0) / 90_000
  const meant = covered / ((east - west) * (north - south))
  assert.ok(meant > 0.2 && Math.abs(drawn - meant) < 0.02, `${drawn} of the picture is drawn, ${meant} of it is covered`)
})

test('twenty thousand rows go through GDAL in pages of ten thousand, each once', async (t) => {
  if ((await gdal(t, 'ogrinfo', '--version')) === null) return
  await onConnection(app.pool, async (db) => {
    await db.run`
      insert into land.parcel (county, id, valid_from, valid_to, since, until, origin, source_file, source_row, digest, parcel_code, name, official_area, computed_area, srid, outline, bbox, sealed, extra)
      select county, 1000000 + n, '2024-12-31', 'infinity', 1, null, 1, null, null, digest, parcel_code, name, official_area, computed_area, srid, outline, bbox, sealed, extra
      from (select * from land.parcel_now join (select county, id, valid_from, digest from land.parcel) kept using (county, id, valid_from) where county = ${COUNTY} order by id limit 1) one, generate_series(1, 20000) n`
  })
  const { numberMatched } = (await items('parcels', 'limit=1')).body
  assert.ok(numberMatched && numberMatched > 20_000)
  const out = join(folder, 'parcels.fgb')
  await gdal(t, 'ogr2ogr', '-f', 'FlatGeobuf', out, GDAL_ROOT(), 'parcels', '-oo', 'PAGE_SIZE=10000')
  assert.match((await gdal(t, 'ogrinfo', '-so', '-al', out)) ?? '', new RegExp(`Feature Count: ${numberMatched}`))
})
