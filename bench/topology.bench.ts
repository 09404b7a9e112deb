/**
 * Overlaps and gaps of a layer, and a layer laid over another: ours against PostGIS (ST_Relate, ST_Intersection and ST_Union with an index on the geometry) on the
 * same invented parcels in the same run. CPU seconds, the least of some rounds; of PostGIS those of its backend.
 *
 *   npm run bench -- topology                       100,000 parcels
 *   npm run bench -- topology --million=1           also 1,000,000 parcels through the command, on one thread and on two
 *   npm run bench -- topology --parcels=20000 --unshared=5000 --polygons=1000 --rounds=1
 *
 * Needs Debian's postgresql-15 and postgresql-15-postgis-3 for the peer; without them it says so and prints its own figures alone.
 */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeGeoPackage } from '@dishu/formats/write/geopackage'
import { findTopology } from '@dishu/numeric/topology/find'
import type { PolygonLayer } from '@dishu/numeric/topology/layer'
import { overlayLayers } from '@dishu/numeric/topology/overlay'
import { copyIn, type Db, onConnection, openPool } from '@dishu/server-kit/sql'
import { startTestServer } from '@dishu/testkit/server'
import { villageLayer, wkbOf } from './village-layer.ts'

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const PARCELS = option('parcels', 100_000)
const UNSHARED = option('unshared', 20_000)
const POLYGONS = option('polygons', 5000)
const ROUNDS = option('rounds', 3)
const MILLION = option('million', 0)
const PG15 = '/usr/lib/postgresql/15/bin'
const TICKS = 100 // of the kernel's clock in a second, as /proc counts them
const SPACING = 94.3 // metres to a parcel's side: 30 km for 100,000
const DISHU = fileURLToPath(new URL('../apps/cli/main.ts', import.meta.url))

const parcelsIn = (layer: PolygonLayer) => layer.polygonRing.length - 1
const sideFor = (parcels: number) => SPACING * Math.sqrt(parcels)
const two = (value: number) => value.toFixed(2)

type Figures = { readonly overlaps: number; readonly overlapM2: number; readonly gaps: number; readonly gapM2: number }
type Measured<T> = { readonly seconds: number; readonly result: T }

/** The least CPU seconds of this process over some rounds. */
function measured<T>(work: () => T): Measured<T> {
  let seconds = Number.POSITIVE_INFINITY
  let result: T | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    result = work()
    const { user, system } = process.cpuUsage(before)
    seconds = Math.min(seconds, (user + system) / 1e6)
  }
  if (result === undefined) throw new Error('expected one round at least')
  return { seconds, result }
}

function ours(layer: PolygonLayer): Measured<Figures> {
  return measured(() => {
    const { overlaps, gaps } = findTopology(layer, { outlines: false, gapWidth: 0 })
    const sum = (list: readonly { readonly areaM2: number }[]) => list.reduce((total, { areaM2 }) => total + areaM2, 0)
    return { overlaps: overlaps.length, overlapM2: sum(overlaps), gaps: gaps.length, gapM2: sum(gaps) }
  })
}

const OVERLAPS = (table: string) => `
  create temp table ov as select a.id a, b.id b, st_area(st_collectionextract(st_intersection(a.geom, b.geom), 3)) area
  from ${table} a join ${table} b on a.geom && b.geom and a.id < b.id where st_relate(a.geom, b.geom, '2********')`
const UNION = (table: string) => `create temp table un as select (st_dump(st_union(geom))).geom geom from ${table}`
const GAPS = `create temp table gap as select st_area((r.d).geom) area from (select st_dumprings(geom) d from un) r where (r.d).path[1] > 0`

const LAID = `create temp table laid as select a.id a, b.id b, st_area(st_intersection(a.geom, b.geom)) area
  from shared_parcels a join polygons b on st_intersects(a.geom, b.geom)`
/** Right only where the polygons do not lie on one another. */
const REST_BY_AREA = `create temp table rest_area as select p.id, st_area(p.geom) - coalesce(sum(laid.area), 0) area
  from shared_parcels p left join laid on laid.a = p.id group by p.id, p.geom`
/** Right whatever they do, as ours. */
const REST_BY_SHAPE = `create temp table rest_shape as select p.id, coalesce(st_area(st_difference(p.geom, st_union(b.geom))), st_area(p.geom)) area
  from shared_parcels p left join polygons b on st_intersects(p.geom, b.geom) group by p.id, p.geom`

async function peer(db: Db, table: string, layer: PolygonLayer): Promise<Measured<Figures>> {
  await load(db, table, layer)
  const before = await backendSeconds(db)
  for (const statement of [OVERLAPS(table), UNION(table), GAPS]) await db.raw(statement)
  const seconds = (await backendSeconds(db)) - before
  const overlaps = await db.one<{
    n: number
    area: number
  }>`select count(*)::int4 as n, coalesce(sum(area), 0)::float8 as area from ov where area > 0.01`
  const gaps = await db.one<{
    n: number
    area: number
  }>`select count(*)::int4 as n, coalesce(sum(area), 0)::float8 as area from gap where area > 0.01`
  await db.raw('drop table ov, un, gap')
  return { seconds, result: { overlaps: overlaps.n, overlapM2: overlaps.area, gaps: gaps.n, gapM2: gaps.area } }
}

async function load(db: Db, table: string, layer: PolygonLayer): Promise<void> {
  await db.raw(`create table ${table} (id int, geom geometry)`)
  function* rows() {
    for (let i = 0; i < parcelsIn(layer); i++) yield Buffer.from(`${i}\t${Buffer.from(wkbOf(layer, i)).toString('hex')}\n`)
  }
  await copyIn(db, `copy ${table} from stdin`, rows())
  await db.raw(`create index on ${table} using gist (geom)`)
  await db.raw(`analyze ${table}`)
}

/** CPU seconds of the backend of this connection. */
async function backendSeconds(db: Db): Promise<number> {
  const { pid } = await db.one<{ pid: number }>`select pg_backend_pid()::int4 as pid`
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number)
  return (fields[11] + fields[12]) / TICKS
}

function told(what: string, own: Measured<Figures>, its: Measured<Figures> | null, goal: number): void {
  const figures = ({ overlaps, overlapM2, gaps, gapM2 }: Figures) =>
    `${overlaps} pairs ${overlapM2.toFixed(4)} m², ${gaps} gaps ${gapM2.toFixed(4)} m²`
  console.log(`${what}: ours    ${two(own.seconds)} s   ${figures(own.result)}`)
  if (!its) return
  console.log(`${what}: PostGIS ${two(its.seconds)} s   ${figures(its.result)}`)
  console.log(`${what}: ratio ${(its.seconds / own.seconds).toFixed(1)} (goal: at least ${goal})`)
}

/** Runs the command; CPU seconds of it and its processes, wall seconds, and the most memory of the process that works. */
async function command(...words: string[]): Promise<{ cpu: number; wall: number; peakMb: number }> {
  const childSeconds = () => {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number)
    return (fields[13] + fields[14]) / TICKS
  }
  const before = childSeconds()
  const began = performance.now()
  const child = spawn(process.execPath, ['--single-threaded-gc', DISHU, 'topology', ...words, '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let peakMb = 0
  const look = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(child.pid ?? 0))
  }, 50)
  const code = await new Promise((done) => child.once('close', done))
  clearInterval(look)
  if (code !== 0) throw new Error(`dishu topology ended with ${code}`)
  return { cpu: childSeconds() - before, wall: (performance.now() - began) / 1000, peakMb }
}

/** Of a process and those below it. */
function residentMb(pid: number): number {
  try {
    const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
    return own + below.reduce((sum, child) => sum + residentMb(Number(child)), 0)
  } catch {
    return 0
  }
}

async function geopackage(path: string, layer: PolygonLayer): Promise<void> {
  function* rows() {
    for (let i = 0; i < parcelsIn(layer); i++) yield { values: [i, i % 20], wkb: wkbOf(layer, i) }
  }
  const fields = [
    { name: 'id', type: 'number' },
    { name: 'county', type: 'number' },
  ] as const
  await writeGeoPackage(path, [{ name: 'parcels', fields, rows: rows(), geometry: 'polygon', epsg: 4527 }])
}

const folder = mkdtempSync(join(tmpdir(), 'dishu-bench-'))
chmodSync(folder, 0o711)
const postgis = existsSync(join(PG15, 'postgres')) && existsSync('/usr/share/postgresql/15/extension/postgis.control')
const server = postgis ? await startTestServer(join(folder, 'server'), PG15) : null
const pool = server && openPool(server.url, { max: 1 })
try {
  console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}, the least of ${ROUNDS} rounds`)
  if (!postgis) console.log('the peer is not run: postgresql-15 or postgresql-15-postgis-3 is not installed')
  const withPeer = async <T>(body: (db: Db) => Promise<T>): Promise<T | null> => (pool ? onConnection(pool, body) : null)
  await withPeer((db) =>
    db.raw(`create extension if not exists postgis; set max_parallel_workers_per_gather = 0; set jit = off; set work_mem = '256MB'`),
  )

  const shared = villageLayer({ parcels: PARCELS, side: sideFor(PARCELS), seed: 12_345, defects: 0.01 })
  const its = await withPeer((db) => peer(db, 'shared_parcels', shared))
  told(`${parcelsIn(shared)} parcels with shared vertices, arrays`, ours(shared), its, 20)

  const file = join(folder, 'parcels.gpkg')
  await geopackage(file, shared)
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) least = Math.min(least, (await command(file, '--gap-width', '0')).cpu)
  console.log(
    `${parcelsIn(shared)} parcels, the command on a GeoPackage: ${two(least)} s${its ? `; ratio ${(its.seconds / least).toFixed(1)} (goal: at least 8)` : ''}`,
  )

  const loose = villageLayer({ parcels: UNSHARED, side: sideFor(UNSHARED), seed: 7, jitter: 0.02 })
  told(`${parcelsIn(loose)} parcels without a shared vertex`, ours(loose), await withPeer((db) => peer(db, 'loose_parcels', loose)), 1.5)

  const polygons = villageLayer({ parcels: POLYGONS, side: sideFor(PARCELS), seed: 99 })
  const laid = measured(() => overlayLayers(shared, [polygons], { outlines: false }).length)
  console.log(`${parcelsIn(shared)} parcels over ${parcelsIn(polygons)} polygons: ours    ${two(laid.seconds)} s   ${laid.result} pieces`)
  const laidByPeer = await withPeer(async (db) => {
    await load(db, 'polygons', polygons)
    const timed = async (...statements: string[]) => {
      const before = await backendSeconds(db)
      for (const statement of statements) await db.raw(statement)
      return (await backendSeconds(db)) - before
    }
    const parts = await timed(LAID)
    return { parts, minus: await timed(REST_BY_AREA), cut: await timed(REST_BY_SHAPE) }
  })
  if (laidByPeer !== null) {
    const { parts, minus, cut } = laidByPeer
    const what = `${parcelsIn(shared)} parcels over ${parcelsIn(polygons)} polygons`
    const ratio = (seconds: number) => (seconds / laid.seconds).toFixed(1)
    console.log(`${what}: PostGIS ${two(parts)} s for the parts alone; ratio ${ratio(parts)}`)
    console.log(`${what}: PostGIS ${two(parts + minus)} s with what is left as a difference of areas; ratio ${ratio(parts + minus)}`)
    console.log(`${what}: PostGIS ${two(parts + cut)} s with what is left cut out; ratio ${ratio(parts + cut)} (goal: at least 5)`)
  }

  if (MILLION > 0) {
    const million = join(folder, 'million.gpkg')
    await geopackage(million, villageLayer({ parcels: 1_000_000, side: sideFor(1_000_000), seed: 12_345, defects: 0.01 }))
    const [one, both] = [await command(million, '--workers', '1'), await command(million, '--workers', '2')]
    console.log(
      `1,000,000 parcels, one thread: ${two(one.cpu)} s CPU, ${two(one.wall)} s wall, ${one.peakMb.toFixed(0)} MB (goal: at most 10 s, 1024 MB)`,
    )
    console.log(
      `1,000,000 parcels, two threads: ${two(both.cpu)} s CPU, ${two(both.wall)} s wall, ${both.peakMb.toFixed(0)} MB; ${(one.wall / both.wall).toFixed(2)} times less wall (goal: at least 1.7)`,
    )
  }
} finally {
  await pool?.end()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
