/**
 * A layer of survey patches from a GeoPackage to a state in which it can be queried: Dishu (validation, areas, ledger, cells and findings
 * included) against `ogr2ogr` into PostGIS with its spatial index. Both into the same PostgreSQL 15, in turns; CPU seconds of the client and
 * of the server's processes together.
 *
 *   npm run bench -- import                 100,000 patches, three rounds
 *   npm run bench -- import --patches=20000 --rounds=1
 *   npm run bench -- import --patches=1000000 --rounds=1 --then=verify,check     memory of a large import, and the commands over its register
 *
 * Needs Debian's gdal-bin, postgresql-15 and postgresql-15-postgis-3 for the peer; without them it says so and prints its own figure alone.
 */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateSample } from '@dishu/land/sample/sample'
import { SAMPLE_FILES, writeSample } from '@dishu/land/sample/sample.exchange'
import { onConnection, openPool } from '@dishu/server-kit/sql'
import { urlIn } from '@dishu/testkit/database'
import { startTestServer } from '@dishu/testkit/server'

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const patches = option('patches', 100_000)
const rounds = option('rounds', 3)
/** Commands that are timed over the register of each round. */
const then = (process.argv.find((word) => word.startsWith('--then='))?.slice('--then='.length) ?? '').split(',').filter(Boolean)
const PG15 = '/usr/lib/postgresql/15/bin'
/** Exit codes of `verify` and `check`: nothing found, and something. */
const FOUND_SOMETHING = [0, 6]
const TICKS = 100 // of the kernel's clock in a second, as /proc counts them
/** The command as scripts/dishu.mjs runs it; its code is compiled in the first round, and kept as `npm run dishu` keeps it. */
const DISHU = [
  '--single-threaded-gc',
  '--initial-old-space-size=256',
  '--max-semi-space-size=32',
  fileURLToPath(new URL('../apps/cli/main.ts', import.meta.url)),
]

const has = (command: string, ...words: string[]) => spawnSync(command, words, { stdio: 'ignore' }).status === 0
const ogr = has('ogr2ogr', '--version')
const server15 = existsSync(join(PG15, 'postgres'))
const postgis = existsSync('/usr/share/postgresql/15/extension/postgis.control')

let postmaster = 0
const folder = mkdtempSync(join(tmpdir(), 'dishu-bench-'))
chmodSync(folder, 0o711)
try {
  console.log(
    `${patches} patches (asked for), ${rounds} rounds; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}`,
  )
  const county = generateSample(7, patches)
  await writeSample(county, join(folder, 'sample'))
  let input = join(folder, 'sample', SAMPLE_FILES.patches)
  if (ogr) {
    const converted = join(folder, 'patches.gpkg')
    spawnSync('ogr2ogr', ['-f', 'GPKG', converted, input, '-nln', 'DLTB', '-nlt', 'POLYGON'], { stdio: 'inherit' })
    input = converted
  }
  const server = await startTestServer(join(folder, 'server'), server15 ? PG15 : undefined)
  postmaster = Number(readFileSync(join(folder, 'server', 'pg', 'postmaster.pid'), 'utf8').split('\n')[0])
  try {
    // else what autovacuum does for the tables of one round is on the account of the next
    const admin = openPool(server.url, { max: 1 })
    await onConnection(admin, async (db) => {
      await db.raw('alter system set autovacuum = off')
      await db.raw('select pg_reload_conf()')
    })
    await admin.end()
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = 1; round <= rounds; round++) {
      const own = await timed(postmaster, async () => {
        const url = await newDatabase(server.url, `dishu_${round}`)
        return run(process.execPath, [...DISHU, 'import', input, '--yes', '--data', join(folder, `data-${round}`)], {
          DISHU_DATABASE_URL: url,
        })
      })
      ours.push(own.client + own.server)
      console.log(`round ${round}: Dishu    ${spent(own)}`)
      for (const command of then) {
        const url = urlIn(server.url, `dishu_${round}`)
        const took = await timed(postmaster, () =>
          run(process.execPath, [...DISHU, command, '--data', join(folder, `data-${round}`)], { DISHU_DATABASE_URL: url }, FOUND_SOMETHING),
        )
        console.log(`round ${round}: ${command.padEnd(8)} ${spent(took)}`)
      }
      if (!ogr || !server15 || !postgis) continue
      const peer = await timed(postmaster, async () => {
        const url = await newDatabase(server.url, `peer_${round}`, 'create extension postgis')
        return run('ogr2ogr', ['-f', 'PostgreSQL', `PG:${url}`, input, '-nln', 'dltb'])
      })
      theirs.push(peer.client + peer.server)
      console.log(`round ${round}: ogr2ogr  ${spent(peer)}`)
    }
    const middle = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
    console.log(`${county.patches.length} patches, CPU seconds, median: Dishu ${middle(ours).toFixed(2)}`)
    if (theirs.length > 0)
      console.log(`ogr2ogr + PostGIS ${middle(theirs).toFixed(2)}; ratio ${(middle(ours) / middle(theirs)).toFixed(2)} (goal: at most 1.0)`)
    else console.log('the peer was not run: gdal-bin, postgresql-15 or postgresql-15-postgis-3 is not installed')
  } finally {
    await server.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function newDatabase(url: string, name: string, more?: string): Promise<string> {
  const pool = openPool(url, { max: 1 })
  await onConnection(pool, (db) => db.raw(`create database ${name}`))
  await pool.end()
  const own = urlIn(url, name)
  if (more) {
    const second = openPool(own, { max: 1 })
    await onConnection(second, (db) => db.raw(more))
    await second.end()
  }
  return own
}

type Peak = { readonly clientMb: number; readonly togetherMb: number }
type Spent = Peak & { readonly client: number; readonly server: number; readonly wall: number }
function spent({ client, server: ofServer, wall, clientMb, togetherMb }: Spent): string {
  const seconds = `client ${client.toFixed(2)} s, server ${ofServer.toFixed(2)} s, wall ${wall.toFixed(1)} s`
  return `${seconds}; memory at most ${clientMb} MB, with the server's processes ${togetherMb} MB`
}

/** Runs a command to its end; the most memory its processes had at a time, and with those of the server, by looking now and then. */
function run(command: string, words: readonly string[], more: NodeJS.ProcessEnv = {}, fine: readonly number[] = [0]): Promise<Peak> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, {
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled'), ...more },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    let [clientKb, togetherKb] = [0, 0]
    const look = setInterval(() => {
      const own = residentKb(child.pid ?? 0)
      clientKb = Math.max(clientKb, own)
      togetherKb = Math.max(togetherKb, own + serverKb())
    }, 250)
    child.once('error', reject)
    child.once('close', (code) => {
      clearInterval(look)
      if (code !== null && fine.includes(code))
        resolve({ clientMb: Math.round(clientKb / 1024), togetherMb: Math.round(togetherKb / 1024) })
      else reject(new Error(`${command} ended with ${code}`))
    })
  })
}

function numbersOf(file: string): number[] {
  return readFileSync(file, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number)
}

/** CPU seconds that this process's ended children took, with their own. */
function childrenSeconds(): number {
  const fields = numbersOf('/proc/self/stat')
  return (fields[13] + fields[14]) / TICKS
}
/** CPU seconds of a postmaster, of its backends that live, and of those that ended. */
function serverSeconds(pid: number): number {
  const own = numbersOf(`/proc/${pid}/stat`)
  let sum = own[11] + own[12] + own[13] + own[14]
  for (const child of childrenOf(pid)) {
    try {
      const fields = numbersOf(`/proc/${child}/stat`)
      sum += fields[11] + fields[12]
    } catch {
      // it has just ended, and is counted with its parent next time
    }
  }
  return sum / TICKS
}
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        return numbersOf(`/proc/${each}/stat`)[1] === pid
      } catch {
        return false
      }
    })
}
/** Resident memory of a process and its children together. */
function residentKb(pid: number): number {
  try {
    const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
    return own + childrenOf(pid).reduce((sum, child) => sum + residentKb(child), 0)
  } catch {
    return 0
  }
}

/** Memory of the server's processes, what they share counted once. */
function serverKb(): number {
  return [postmaster, ...childrenOf(postmaster)].reduce((sum, pid) => {
    try {
      return sum + Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    } catch {
      return sum
    }
  }, 0)
}

async function timed(postmaster: number, body: () => Promise<Peak>): Promise<Spent> {
  const before = { client: childrenSeconds(), server: serverSeconds(postmaster), at: performance.now() }
  const peak = await body()
  return {
    client: childrenSeconds() - before.client,
    server: serverSeconds(postmaster) - before.server,
    wall: (performance.now() - before.at) / 1000,
    ...peak,
  }
}
