/**
 * An office at work: 200 readers and 20 editors at once on a running server with its own durable database, each a person who is signed in, acts,
 * looks and acts again. Readers move the map (eight tiles, six at a time as a browser asks), page through tables and ask for roll-ups; editors
 * assign findings and put exceptions forward, which a reviewer approves (a revision of the register); two of them keep uploading files that are read and
 * given up. The sequence of each person follows from the seed. The people are in a process of their own.
 *
 *   npm run bench -- load --minutes=10 --patches=1000000 --readers=200 --editors=20 --think=5
 *
 * `--data=FOLDER` keeps the county that is made, and uses it the next time. Prints p50, p95 and the worst of each kind of request, what was refused or
 * failed, what the goals are, the memory of the server over time, and which of server, database and people had how much of the processors.
 */
import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { dayOf, FOREVER } from '@dishu/base/date'
import type { Role } from '@dishu/kernel/people/people'
import { firstLink, followLink, grant, identityOfSession, invite } from '@dishu/kernel/people/people.jobs'
import { seededRandom } from '@dishu/numeric/shared/random'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { type App, openApp } from '../apps/server/app.ts'
import { loadSample } from '../apps/server/first-sample.ts'
import type { Manner } from '../apps/server/office.ts'
import { serve } from '../apps/server/serve.ts'

const option = (name: string, usual: number) => Number(stated(name) ?? usual)
const stated = (name: string) => process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1]
const COUNTY = '220899'
const GOALS: Readonly<Partial<Record<Kind, number>>> = { tile: 150, 'roll-up': 500, edit: 300 }
type Kind = 'tile' | 'table' | 'roll-up' | 'dossier' | 'edit' | 'import'
type Order = {
  readonly address: string
  readonly seconds: number
  readonly readers: number
  readonly editors: number
  readonly thinkS: number
  readonly box: readonly [number, number, number, number]
  readonly villages: readonly string[]
  readonly findings: readonly number[]
  /** What each signs in with: readers, editors, and the one who approves. */
  readonly cookies: { readonly reader: readonly string[]; readonly editor: readonly string[]; readonly reviewer: string }
}
type Told = { readonly took: Readonly<Record<Kind, number[]>>; readonly odd: Readonly<Record<string, number>>; readonly cpuS: number }

const quantile = (sorted: Float64Array, q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
const megabytes = (bytes: number) => Math.round(bytes / 1048576)
const PEOPLE = 'DISHU_LOAD_PEOPLE'

if (process.env[PEOPLE]) process.once('message', async (order) => process.send?.(await people(order as Order)))
else await bench()

async function bench() {
  const minutes = option('minutes', 2)
  const patches = option('patches', 20_000)
  const kept = stated('data')
  const dataDir = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'dishu-load-'))
  const made = existsSync(join(dataDir, 'pg'))
  const opened = await openApp({ dataDir, role: 'server' })
  if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))
  const app = opened.value
  try {
    if (!made) {
      console.log(`an invented county of ${patches} patches is made and imported …`)
      await loadSample(app, { patches })
    }
    await onConnection(app.pool, (db) => db.raw('vacuum analyze'))
    const readers = option('readers', 200)
    const editors = option('editors', 20)
    const cookies = await signedIn(app, readers, editors)
    const plenty = { perSecond: 1e6, burst: 1e6 } // everyone here is at one address
    const office: Manner = {
      mode: 'office',
      host: '127.0.0.1',
      hosts: [],
      proxied: false,
      rates: { address: plenty, actor: plenty, atOnce: option('at-once', 256) },
    }
    const running = await serve(app, 0, office)
    const known = await onConnection(app.pool, async (db) => ({
      ...(await db.one<{ box: readonly [number, number, number, number]; count: number }>`
        select array[min((bbox[1])[0]), min((bbox[1])[1]), max((bbox[0])[0]), max((bbox[0])[1])] as box, count(*) as count from land.patch_now where bbox is not null`),
      villages: (await db.all<{ village: string }>`select distinct village from land.patch_now order by village`).map(
        ({ village }) => village,
      ),
      findings: (
        await db.all<{ id: number }>`select finding_id as id from land.finding where subject_kind = 'patch' order by finding_id limit 20000`
      ).map(({ id }) => id),
    }))
    const order: Order = {
      address: running.address,
      seconds: 60 * minutes,
      readers,
      editors,
      thinkS: option('think', 5),
      cookies,
      ...known,
    }
    const memory: number[] = []
    const cpu = process.cpuUsage()
    const database = databaseSeconds(dataDir)
    const loop = monitorEventLoopDelay({ resolution: 10 })
    loop.enable()
    const watch = setInterval(() => memory.push(process.memoryUsage.rss()), 5000)
    const child = fork(new URL(import.meta.url), [], { env: { ...process.env, [PEOPLE]: '1' } })
    child.send(order)
    const { took, odd, cpuS } = await new Promise<Told>((found, failed) => {
      child.once('message', (told) => found(told as Told))
      child.once('exit', (code) => failed(new Error(`the people ended with ${code}`)))
    })
    child.kill()
    clearInterval(watch)
    loop.disable()
    const { user, system } = process.cpuUsage(cpu)
    const databaseS = databaseSeconds(dataDir) - database
    await running.close()
    console.log(
      `${known.count} patches, ${readers} readers and ${editors} editors for ${minutes} min, ${order.thinkS} s between acts; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`,
    )
    for (const [kind, times] of Object.entries(took) as [Kind, number[]][]) {
      const sorted = Float64Array.from(times).sort()
      if (sorted.length === 0) continue
      const [p50, p95, worst] = [0.5, 0.95, 1].map((q) => quantile(sorted, q).toFixed(0).padStart(6))
      const goal = GOALS[kind] === undefined ? '' : `   goal of p95: ${GOALS[kind]} ms`
      console.log(
        `${kind.padEnd(8)} ${String(sorted.length).padStart(7)} requests   p50 ${p50} ms   p95 ${p95} ms   worst ${worst} ms${goal}`,
      )
    }
    console.log(`not answered as wished: ${Object.keys(odd).length === 0 ? 'none' : JSON.stringify(odd)}`)
    const half = memory.slice(Math.floor(memory.length / 2))
    const [first, last] = [memory.slice(0, memory.length - half.length), half].map((part) => megabytes(Math.max(0, ...part)))
    const share = (seconds: number) => `${seconds.toFixed(0)} s (${((100 * seconds) / (60 * minutes)).toFixed(0)} % of a core)`
    console.log(`memory of the server: at most ${first} MB in the first half, ${last} MB in the second`)
    console.log(
      `CPU: server ${share((user + system) / 1e6)}, database ${share(databaseS)}, people ${share(cpuS)}; the server’s loop was late by ${(loop.percentile(95) / 1e6 - 10).toFixed(0)} ms at p95`,
    )
  } finally {
    await app.close()
    if (!kept) rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Processor seconds of the database's processes that are there, where the system tells. */
function databaseSeconds(dataDir: string): number {
  const file = join(dataDir, 'pg', 'postmaster.pid')
  if (!existsSync(file) || !existsSync('/proc/self/stat')) return 0
  const parent = readFileSync(file, 'utf8').split('\n')[0]
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      // state ppid … utime stime and, of processes that have ended, cutime cstime are the 12th to 15th after the name
      if (fields[1] === parent) ticks += Number(fields[11]) + Number(fields[12])
      if (pid === parent) ticks += Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])
    } catch {
      // ended while we looked
    }
  }
  return ticks / 100
}

/** Accounts of five readers, four editors and a reviewer, each signed in as often as it takes. */
async function signedIn(app: App, readers: number, editors: number): Promise<Order['cookies']> {
  const now = new Date()
  const told = { now, address: '127.0.0.1', agent: 'bench' }
  const mark = now.getTime().toString(36)
  const password = 'sechs alte Pflüge im Salz'
  return transaction(app.pool, async (db) => {
    const first = await firstLink(db, now)
    if (first === null) throw new Error('the folder has persons already: the bench makes its own')
    const admin = await followLink(db, { secret: first, login: `admin-${mark}`, displayName: 'admin', password }, told)
    const system = await identityOfSession(db, admin.secret, now)
    if (!system) throw new Error('the first administrator is not signed in')
    const account = async (login: string, role: Role, area: string, by: typeof system) => {
      const { person, secret } = await invite(db, system.identity, { login, displayName: login, subject: null }, now)
      await grant(db, by.identity, { personId: person.id, role, area, from: dayOf(now), until: FOREVER, reason: 'bench' }, now)
      return (await followLink(db, { secret, login: null, displayName: null, password }, told)).secret
    }
    const guard = await identityOfSession(db, await account(`guard-${mark}`, 'security-administrator', '', system), now)
    if (!guard) throw new Error('the security administrator is not signed in')
    const several = async (role: Role, accounts: number, people: number) => {
      const secrets: string[] = []
      for (let i = 0; i < Math.min(accounts, people); i++) secrets.push(await account(`${role}-${i}-${mark}`, role, COUNTY, guard))
      return Array.from({ length: people }, (_, i) => secrets[i % secrets.length])
    }
    return {
      reader: await several('reader', 50, readers),
      editor: await several('editor', 20, editors),
      reviewer: await account(`reviewer-${mark}`, 'reviewer', COUNTY, guard),
    }
  })
}

async function people(order: Order): Promise<Told> {
  const took: Record<Kind, number[]> = { tile: [], table: [], 'roll-up': [], dossier: [], edit: [], import: [] }
  const odd: Record<string, number> = {}
  const until = performance.now() + order.seconds * 1000
  const county = `/api/counties/${COUNTY}`
  const [x0, y0, x1, y1] = order.box

  const person = (cookie: string, random: () => number, own: readonly number[]) => {
    let next = 0
    const ask = async (kind: Kind, path: string, init: RequestInit = {}, as = cookie): Promise<unknown> => {
      const began = performance.now()
      try {
        const response = await fetch(order.address + path, { ...init, headers: { ...init.headers, cookie: `dishu-session=${as}` } })
        const body = await response.arrayBuffer()
        took[kind].push(performance.now() - began)
        const fine = response.status === 200 || response.status === 202 || response.status === 204
        if (!fine) odd[`${kind} ${response.status}`] = (odd[`${kind} ${response.status}`] ?? 0) + 1
        return kind === 'tile' || !fine ? null : JSON.parse(Buffer.from(body).toString('utf8'))
      } catch (cause) {
        const word = `${kind} ${(cause as { cause?: { code?: string } }).cause?.code ?? String(cause)}`
        odd[word] = (odd[word] ?? 0) + 1
        return null
      }
    }
    const write = (path: string, body: unknown, as = cookie) =>
      ask('edit', path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }, as)

    async function read() {
      const village = order.villages[Math.floor(random() * order.villages.length)]
      const place = random() < 0.4 ? '' : `&within=${random() < 0.5 ? village.slice(0, 9) : village}`
      const dice = random()
      if (dice < 0.5) {
        const z = 12 + Math.floor(random() * 5)
        const lon = x0 + random() * (x1 - x0)
        const lat = y0 + random() * (y1 - y0)
        const x = Math.floor(((lon + 180) / 360) * 2 ** z)
        const y = Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z)
        const tiles = Array.from({ length: 8 }, (_, i) => `/tiles/${COUNTY}/${z}/${x + (i % 4)}/${y + (i >> 2)}.mvt`)
        const line = async () => {
          for (let tile = tiles.shift(); tile; tile = tiles.shift()) await ask('tile', tile)
        }
        await Promise.all(Array.from({ length: 6 }, line)) // a browser opens six connections
      } else if (dice < 0.75) {
        const page = (await ask('table', `${county}/patches?limit=100&offset=${100 * Math.floor(random() * 20)}${place}`)) as {
          rows?: { id: number }[]
        } | null
        const row = page?.rows?.[Math.floor(random() * (page.rows.length || 1))]
        if (row) await ask('dossier', `${county}/patches/${row.id}`)
      } else await ask('roll-up', `${county}/count?by=${['class', 'area', 'grade', 'owner'][Math.floor(random() * 4)]}${place}`)
    }
    async function edit() {
      if (random() < 0.75) {
        const id = order.findings[Math.floor(random() * order.findings.length)]
        if (id !== undefined) await write(`${county}/findings/${id}/assign`, { to: `li${Math.floor(random() * 50)}`, note: '请复核' })
        return
      }
      const id = own[next++]
      if (id === undefined) return
      const proposed = (await write(`${county}/findings/${id}/accept`, { reason: '实地看过，情况属实', name: '王' })) as {
        review?: string
      } | null
      if (!proposed?.review) return
      const review = `${county}/reviews/${proposed.review}`
      const seen = (await ask('table', review, {}, order.cookies.reviewer)) as { seen?: string } | null
      if (seen?.seen) await write(`${review}/approve`, { seen: seen.seen, note: '' }, order.cookies.reviewer)
    }
    async function bring() {
      const feature = {
        type: 'Feature',
        properties: { BSM: `9${Math.floor(random() * 1e9)}`, DLBM: '0103', ZLDWDM: order.villages[0], TBMJ: 100, TBBH: '1' },
        geometry: null,
      }
      const form = new FormData()
      form.append('files', new Blob([JSON.stringify({ type: 'FeatureCollection', features: Array(200).fill(feature) })]), 'DLTB.geojson')
      const begun = (await ask('import', '/api/intakes', { method: 'POST', body: form })) as { id?: string } | null
      if (!begun?.id) return
      for (let i = 0; i < 60; i++) {
        const { state } = ((await ask('table', `/api/intakes/${begun.id}`)) ?? {}) as { state?: string }
        if (state !== 'uploaded' && state !== 'reading') break
        await new Promise((later) => setTimeout(later, 1000))
      }
      await ask('import', `/api/intakes/${begun.id}/cancel`, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json' },
      })
    }
    return { read, edit, bring }
  }

  await Promise.all(
    Array.from({ length: order.readers + order.editors }, async (_, i) => {
      const random = seededRandom(i + 1)
      const editor = i - order.readers
      const own = editor < 0 ? [] : order.findings.filter((_, n) => n % order.editors === editor)
      const cookie = editor < 0 ? order.cookies.reader[i] : order.cookies.editor[editor]
      const { read, edit, bring } = person(cookie, random, own)
      const act = editor < 0 ? read : editor < 2 && order.editors > 2 ? bring : () => (random() < 0.5 ? edit() : read())
      await new Promise((later) => setTimeout(later, random() * 1000 * order.thinkS))
      while (performance.now() < until) {
        await act()
        await new Promise((later) => setTimeout(later, -Math.log(1 - random()) * 1000 * order.thinkS))
      }
    }),
  )
  const { user, system } = process.cpuUsage()
  return { took, odd, cpuS: (user + system) / 1e6 }
}
