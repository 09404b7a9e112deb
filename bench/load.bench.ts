/**
 * An office at work: 200 readers and 20 editors at once on a running server with its own durable database, each a person who acts, looks and
 * acts again. Readers move the map (eight tiles), page through tables and ask for roll-ups; editors settle findings, undo nothing, and two of
 * them keep uploading files that are read and given up. The sequence of each person follows from the seed. Clients run in a thread of their own.
 *
 *   npm run bench -- load --minutes=10 --patches=1000000 --readers=200 --editors=20 --think=5
 *
 * Prints p50, p95 and the worst of each kind of request, what was refused or failed, and the memory of the server over time.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { seededRandom } from '@dishu/numeric/shared/random'
import { onConnection } from '@dishu/server-kit/sql'
import { openApp } from '../apps/server/app.ts'
import { loadSample } from '../apps/server/first-sample.ts'
import { SINGLE_USER } from '../apps/server/office.ts'
import { serve } from '../apps/server/serve.ts'

const option = (name: string, usual: number) => Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? usual)
const COUNTY = '220899'
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
}
type Told = { readonly took: Readonly<Record<Kind, number[]>>; readonly odd: Readonly<Record<string, number>> }

const quantile = (sorted: Float64Array, q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
const megabytes = (bytes: number) => Math.round(bytes / 1048576)

if (isMainThread) await bench()
else parentPort?.postMessage(await people(workerData as Order))

async function bench() {
  const minutes = option('minutes', 2)
  const patches = option('patches', 20_000)
  const dataDir = mkdtempSync(join(tmpdir(), 'dishu-load-'))
  const opened = await openApp({ dataDir, role: 'server' })
  if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))
  const app = opened.value
  try {
    console.log(`an invented county of ${patches} patches is made and imported …`)
    await loadSample(app, { patches })
    const plenty = { perSecond: 1e6, burst: 1e6 } // everyone here is one person at one address
    const running = await serve(app, 0, { ...SINGLE_USER, rates: { address: plenty, actor: plenty, atOnce: 256 } })
    const known = await onConnection(app.pool, async (db) => ({
      ...(await db.one<{ box: readonly [number, number, number, number] }>`
        select array[min((bbox[1])[0]), min((bbox[1])[1]), max((bbox[0])[0]), max((bbox[0])[1])] as box from land.patch_now where bbox is not null`),
      villages: (await db.all<{ village: string }>`select distinct village from land.patch_now order by village`).map(
        ({ village }) => village,
      ),
      findings: (await db.all<{ id: number }>`select finding_id as id from land.finding order by finding_id limit 20000`).map(
        ({ id }) => id,
      ),
    }))
    const order: Order = {
      address: running.address,
      seconds: 60 * minutes,
      readers: option('readers', 200),
      editors: option('editors', 20),
      thinkS: option('think', 5),
      ...known,
    }
    const memory: number[] = []
    const cpu = process.cpuUsage()
    const watch = setInterval(() => memory.push(process.memoryUsage.rss()), 5000)
    const worker = new Worker(new URL(import.meta.url), { workerData: order })
    const { took, odd } = await new Promise<Told>((resolve, reject) => worker.once('message', resolve).once('error', reject))
    clearInterval(watch)
    const { user, system } = process.cpuUsage(cpu)
    await running.close()
    console.log(
      `${patches} patches, ${order.readers} readers and ${order.editors} editors for ${minutes} min, ${order.thinkS} s between acts; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`,
    )
    for (const [kind, times] of Object.entries(took)) {
      const sorted = Float64Array.from(times).sort()
      if (sorted.length === 0) continue
      const [p50, p95, worst] = [0.5, 0.95, 1].map((q) => quantile(sorted, q).toFixed(0).padStart(6))
      console.log(`${kind.padEnd(8)} ${String(sorted.length).padStart(7)} requests   p50 ${p50} ms   p95 ${p95} ms   worst ${worst} ms`)
    }
    console.log(`not answered with 200: ${Object.keys(odd).length === 0 ? 'none' : JSON.stringify(odd)}`)
    const half = memory.slice(Math.floor(memory.length / 2))
    const [first, last] = [memory.slice(0, memory.length - half.length), half].map((part) => megabytes(Math.max(0, ...part)))
    console.log(
      `memory of server and clients together: at most ${first} MB in the first half, ${last} MB in the second; ${((user + system) / 1e6).toFixed(0)} s of CPU without the database`,
    )
  } finally {
    await app.close()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function people(order: Order): Promise<Told> {
  const took: Record<Kind, number[]> = { tile: [], table: [], 'roll-up': [], dossier: [], edit: [], import: [] }
  const odd: Record<string, number> = {}
  const until = performance.now() + order.seconds * 1000
  const ask = async (kind: Kind, path: string, init: RequestInit = {}): Promise<unknown> => {
    const began = performance.now()
    try {
      const response = await fetch(order.address + path, init)
      const body = await response.arrayBuffer()
      took[kind].push(performance.now() - began)
      if (response.status !== 200 && response.status !== 204)
        odd[`${kind} ${response.status}`] = (odd[`${kind} ${response.status}`] ?? 0) + 1
      return kind === 'tile' || response.status !== 200 ? null : JSON.parse(Buffer.from(body).toString('utf8'))
    } catch (cause) {
      const word = `${kind} ${(cause as { cause?: { code?: string } }).cause?.code ?? String(cause)}`
      odd[word] = (odd[word] ?? 0) + 1
      return null
    }
  }
  const write = (path: string, body: unknown) =>
    ask('edit', path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const county = `/api/counties/${COUNTY}`
  const [x0, y0, x1, y1] = order.box

  async function read(random: () => number) {
    const village = order.villages[Math.floor(random() * order.villages.length)]
    const place = random() < 0.4 ? '' : `&within=${random() < 0.5 ? village.slice(0, 9) : village}`
    const dice = random()
    if (dice < 0.5) {
      const z = 12 + Math.floor(random() * 5)
      const lon = x0 + random() * (x1 - x0)
      const lat = y0 + random() * (y1 - y0)
      const x = Math.floor(((lon + 180) / 360) * 2 ** z)
      const y = Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z)
      await Promise.all(Array.from({ length: 8 }, (_, i) => ask('tile', `/tiles/${COUNTY}/${z}/${x + (i % 4)}/${y + (i >> 2)}.mvt`)))
    } else if (dice < 0.75) {
      const page = (await ask('table', `${county}/patches?limit=100&offset=${100 * Math.floor(random() * 20)}${place}`)) as {
        rows?: { id: number }[]
      } | null
      const row = page?.rows?.[Math.floor(random() * (page.rows.length || 1))]
      if (row) await ask('dossier', `${county}/patches/${row.id}`)
    } else await ask('roll-up', `${county}/count?by=${['class', 'area', 'grade', 'owner'][Math.floor(random() * 4)]}${place}`)
  }
  async function edit(random: () => number) {
    const id = order.findings[Math.floor(random() * order.findings.length)]
    if (id === undefined) return
    await write(`${county}/findings/${id}/assign`, { to: `li${Math.floor(random() * 50)}`, note: '请复核' })
  }
  async function bring(random: () => number) {
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
    await ask('import', `/api/intakes/${begun.id}/cancel`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  }
  await Promise.all(
    Array.from({ length: order.readers + order.editors }, async (_, i) => {
      const random = seededRandom(i + 1)
      const act =
        i < order.readers
          ? read
          : i < order.readers + 2 && order.editors > 2
            ? bring
            : (next: () => number) => (next() < 0.5 ? edit(next) : read(next))
      await new Promise((later) => setTimeout(later, random() * 1000 * order.thinkS))
      while (performance.now() < until) {
        await act(random)
        await new Promise((later) => setTimeout(later, -Math.log(1 - random()) * 1000 * order.thinkS))
      }
    }),
  )
  return { took, odd }
}
