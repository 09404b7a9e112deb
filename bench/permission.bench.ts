/**
 * What row-level security costs: the same questions as the owner of the tables (whom no policy binds), as a request of the whole county, and
 * as one of a single village, who asks for the village, and for the county (the database then has to look at every row of it).
 *
 *   npm run bench -- permission --patches=20000
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { establish } from '@dishu/server-kit/permission'
import { type Db, onConnection, openPool, type Pool, transaction } from '@dishu/server-kit/sql'
import { TABLES } from '../apps/server/access.ts'
import { openApp } from '../apps/server/app.ts'
import { loadSample } from '../apps/server/first-sample.ts'

const patches = Number(process.argv.find((word) => word.startsWith('--patches='))?.split('=')[1] ?? 20_000)
const TIMES = Number(process.argv.find((word) => word.startsWith('--times='))?.split('=')[1] ?? 200)
const COUNTY = '220899'

const dataDir = mkdtempSync(join(tmpdir(), 'dishu-permission-'))
const opened = await openApp({ dataDir, role: 'server' })
if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))
const app = opened.value
try {
  await loadSample(app, { patches })
  const established = await establish(app.pool, app.database.url, app.dataDir, TABLES)
  if (!established.ok) throw new Error(JSON.stringify(established.refusal))
  const requests = openPool(established.value, { max: 1 })
  await onConnection(app.pool, (db) => db.raw('analyze'))
  const { village, x, y } = await onConnection(
    app.pool,
    (db) => db.one<{ village: string; x: number; y: number }>`
      select village, avg((center(bbox))[0]) as x, avg((center(bbox))[1]) as y from land.patch_now where bbox is not null group by village order by count(*) desc limit 1`,
  )
  const questions: Record<string, (db: Db, within: string) => Promise<unknown>> = {
    'roll-up': (db, within) => db.all`
      select class, sum(official_area) as area, count(*) as patches from land.patch_now
      where county = ${COUNTY} and village like ${`${within}%`} group by class order by class`,
    list: (db, within) => db.all`
      select id, patch_key, village, class, official_area from land.patch_now
      where county = ${COUNTY} and village like ${`${within}%`} order by patch_key limit 100`,
    tile: (db, within) => db.all`
      select id, outline from land.patch_now
      where county = ${COUNTY} and village like ${`${within}%`} and bbox && box(point(${x - 0.01}, ${y - 0.01}), point(${x + 0.01}, ${y + 0.01}))`,
  }
  const measure = async (
    pool: Pool,
    scope: readonly string[],
    ask: (db: Db) => Promise<unknown>,
  ): Promise<{ p50: number; p95: number }> => {
    const times = new Float64Array(TIMES)
    for (let i = -10; i < TIMES; i++) {
      const began = performance.now()
      await transaction(pool, ask, { actor: 'bench', scope, readOnly: true, isolation: 'repeatable read' })
      if (i >= 0) times[i] = performance.now() - began
    }
    times.sort()
    return { p50: times[Math.floor(TIMES / 2)], p95: times[Math.floor(0.95 * TIMES)] }
  }
  console.log(`${patches} patches, ${TIMES} times each, load ${loadavg()[0].toFixed(1)}`)
  for (const [name, ask] of Object.entries(questions)) {
    const rows = {
      'owner, county': await measure(app.pool, ['*'], (db) => ask(db, COUNTY)),
      'request, county': await measure(requests, [COUNTY], (db) => ask(db, COUNTY)),
      'owner, village': await measure(app.pool, ['*'], (db) => ask(db, village)),
      'request, village': await measure(requests, [village], (db) => ask(db, village)),
      'request, village, asking for the county': await measure(requests, [village], (db) => ask(db, COUNTY)),
    }
    for (const [who, { p50, p95 }] of Object.entries(rows))
      console.log(`${name.padEnd(8)} ${who.padEnd(39)} p50 ${p50.toFixed(2).padStart(7)} ms   p95 ${p95.toFixed(2).padStart(7)} ms`)
    const more = (with_: number, without: number) => `${(100 * (with_ / without - 1)).toFixed(0)} %`
    console.log(
      `${name.padEnd(8)} costs  county ${more(rows['request, county'].p95, rows['owner, county'].p95)} of p95 (${more(rows['request, county'].p50, rows['owner, county'].p50)} of p50), village ${more(rows['request, village'].p95, rows['owner, village'].p95)} (${more(rows['request, village'].p50, rows['owner, village'].p50)})`,
    )
  }
  await requests.end()
} finally {
  await app.close()
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
}
