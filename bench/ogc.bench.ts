/**
 * Patches of a county read by other programs: `ogr2ogr` over the open interface, against `ogr2ogr` from PostGIS over the very same rows (the views
 * with outlines, and a plain table of them) in the same PostgreSQL 15; CPU seconds of client, of this program and of the database, apart and
 * together. Then QGIS without a screen, page by page, by its own page size.
 *
 *   npm run bench -- ogc                              100,000 patches, three rounds; QGIS over 200,000
 *   npm run bench -- ogc --patches=20000 --rounds=1
 *
 * Needs Debian's gdal-bin, postgresql-15, postgresql-15-postgis-3 and python3-qgis; says which of them is missing.
 */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '@dishu/server-kit/migrate'
import { onConnection, openPool } from '@dishu/server-kit/sql'
import { MIGRATIONS, urlIn } from '@dishu/testkit/database'
import { startTestServer } from '@dishu/testkit/server'
import { joinApp } from '../apps/server/app.ts'
import { loadSample } from '../apps/server/first-sample.ts'
import { serve } from '../apps/server/serve.ts'

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const patches = option('patches', 100_000)
const rounds = option('rounds', 3)
const PG15 = '/usr/lib/postgresql/15/bin'
const COUNTY = '220899'
const TICKS = 100 // of the kernel's clock in a second, as /proc counts them

if (!existsSync(join(PG15, 'postgres')) || !existsSync('/usr/share/postgresql/15/extension/postgis.control')) {
  console.log('postgresql-15 or postgresql-15-postgis-3 is not installed: nothing to compare with')
  process.exit(0)
}

const folder = mkdtempSync(join(tmpdir(), 'dishu-bench-ogc-'))
chmodSync(folder, 0o711)
const server = await startTestServer(join(folder, 'server'), PG15)
const postmaster = Number(readFileSync(join(folder, 'server', 'pg', 'postmaster.pid'), 'utf8').split('\n')[0])
try {
  const admin = openPool(server.url, { max: 1 })
  await onConnection(admin, async (db) => {
    // else what autovacuum does is on somebody's account
    await db.raw('alter system set autovacuum = off')
    await db.raw('select pg_reload_conf()')
    await db.raw('create database ogc')
  })
  await admin.end()
  const url = urlIn(server.url, 'ogc')
  const pool = openPool(url, { max: 2 })
  await migrate(pool, MIGRATIONS)
  const app = await joinApp(join(folder, 'data'), url)
  await loadSample(app, { patches })
  await onConnection(pool, (db) =>
    db.raw(
      'create extension postgis; select open.with_outlines(); create table public.patch_plain as select * from open.patch_outline; analyze',
    ),
  )
  const plenty = { perSecond: 1e6, burst: 1e6 }
  const running = await serve(app, 0, {
    ...{ mode: 'single-user', host: '127.0.0.1', hosts: [], proxied: false },
    rates: { address: plenty, actor: plenty, atOnce: 64 },
  })
  const root = `${running.address}/ogc/${COUNTY}`
  const { rows } = await onConnection(pool, (db) => db.one<{ rows: number }>`select count(*) as rows from land.patch_now`)
  console.log(`${rows} patches, ${rounds} rounds; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}`)
  const totals = new Map<string, number[]>()
  for (let round = 1; round <= rounds; round++)
    for (const [name, source] of [
      ['open interface', [`OAPIF:${root}`, 'patches', '-oo', 'PAGE_SIZE=10000']],
      ['PostGIS view', [`PG:${url}`, 'open.patch_outline']],
      ['PostGIS table', [`PG:${url}`, 'public.patch_plain']],
    ] as const) {
      const out = join(folder, 'out.fgb')
      const took = await timed(() => run('ogr2ogr', ['-f', 'FlatGeobuf', out, ...source]))
      rmSync(out, { force: true })
      if (took === null) continue
      const all = took.client + took.program + took.database
      totals.set(name, [...(totals.get(name) ?? []), all])
      console.log(
        `round ${round}: ${name.padEnd(14)} client ${took.client.toFixed(2)}, program ${took.program.toFixed(2)}, database ${took.database.toFixed(2)}, together ${all.toFixed(2)} CPU s; wall ${took.wall.toFixed(1)} s`,
      )
    }
  const least = (name: string) => Math.min(...(totals.get(name) ?? [Number.NaN]))
  for (const peer of ['PostGIS view', 'PostGIS table'])
    console.log(
      `open interface / ${peer}: ${(least('open interface') / least(peer)).toFixed(2)} of the least CPU times (goal: at most 1.5)`,
    )

  await onConnection(pool, (db) =>
    db.raw(`
      insert into land.patch select p.county, p.id + 10000000, p.valid_from, p.valid_to, p.since, p.until, p.origin, p.source_file, p.source_row, p.digest, p.patch_key || 'x', p.patch_number,
        p.village, p.village_name, p.class, p.class_name, p.owner_kind, p.owner_unit, p.owner_name, p.official_area, p.deducted_class, p.deduction, p.deducted_area, p.class_area,
        p.computed_area, p.survey_year, p.srid, p.outline, p.bbox, p.extra from land.patch p; analyze land.patch`),
  )
  const script = fileURLToPath(new URL('../apps/server/fixtures/qgis/open-layer.py', import.meta.url))
  let told = ''
  const qgis = await timed(async () => {
    const done = await run('/usr/bin/python3', [script, root, 'patches', '-', `"class" = '1204'`], {
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
    })
    told = done?.text ?? ''
    return told.includes('{"rows"') ? done : null
  })
  const seen = told.split('\n').find((line) => line.startsWith('{"rows"'))
  if (qgis && seen) {
    const { rows: read, seconds } = JSON.parse(seen) as { rows: number; seconds: number }
    console.log(
      `QGIS: ${read} rows in ${seconds.toFixed(1)} s (goal: 200,000 in under 40 s); client ${qgis.client.toFixed(1)}, program ${qgis.program.toFixed(1)}, database ${qgis.database.toFixed(1)} CPU s for this and a filtered reading`,
    )
  } else console.log('QGIS was not run: python3-qgis is not installed')
  await running.close()
  await app.close()
  await pool.end()
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

type Done = { readonly cpu: number; readonly text: string }
type Took = { readonly client: number; readonly program: number; readonly database: number; readonly wall: number }

/** What a client, this program and the database took, while `body` ran. */
async function timed(body: () => Promise<Done | null>): Promise<Took | null> {
  const [database, program, began] = [databaseSeconds(), process.cpuUsage(), performance.now()]
  const done = await body()
  if (done === null) return null
  const { user, system } = process.cpuUsage(program)
  return {
    client: done.cpu,
    program: (user + system) / 1e6,
    database: databaseSeconds() - database,
    wall: (performance.now() - began) / 1000,
  }
}

/** Runs a command beside the server in this process; its CPU seconds as the kernel counts ended children. Null where there is no such command. */
function run(command: string, words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Done | null> {
  const before = childrenSeconds()
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { env: { ...process.env, ...more }, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    child.once('error', (cause: NodeJS.ErrnoException) => (cause.code === 'ENOENT' ? resolve(null) : reject(cause)))
    // QGIS without a screen may fall over on its way out, when all is said
    child.once('close', () => resolve({ cpu: childrenSeconds() - before, text }))
  })
}

function fieldsOf(file: string): number[] {
  return readFileSync(file, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number)
}

/** utime and stime are the 12th and 13th behind the name, those of ended children the 14th and 15th. */
function childrenSeconds(): number {
  const fields = fieldsOf('/proc/self/stat')
  return (fields[13] + fields[14]) / TICKS
}

function databaseSeconds(): number {
  let ticks = 0
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = fieldsOf(`/proc/${entry}/stat`)
      if (Number(entry) === postmaster) ticks += fields[11] + fields[12] + fields[13] + fields[14]
      else if (fields[1] === postmaster) ticks += fields[11] + fields[12]
    } catch {
      // it has ended meanwhile
    }
  }
  return ticks / TICKS
}
