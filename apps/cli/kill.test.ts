/**
 * Imports that are killed: `kill -9` of the whole process group, of the engine, of the server, at moments drawn from a seed.
 * After each the register proves whole, and either everything of the import is in it or nothing.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, openAsBlob, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { IntakeView } from '@dishu/kernel/intake/intake.wire'
import type { CountReply } from '@dishu/land/count/count.wire'
import { type Db, onConnection, openPool, type Pool } from '@dishu/server-kit/sql'
import {
  begin,
  dbfRows,
  dishu,
  dishuJson,
  hundredthsOf,
  type ImportReply,
  isRunning,
  type OpenFolder,
  openFolder,
  registerHash,
  type Said,
  temporaryFolder,
  type VerifyReply,
} from './acceptance.testing.ts'

const PATCHES = Number(process.env.DISHU_KILL_PATCHES ?? 10_000)
const SEED = 7
const skip = process.platform === 'win32' ? 'Windows has neither process groups nor SIGKILL' : false

const root = temporaryFolder()
const files = join(root, 'files')
const data = join(root, 'data')
const kept = join(root, 'kept') // as it was before any import of patches
const served = join(root, 'served')
process.env.NODE_COMPILE_CACHE ??= join(root, 'compiled')

const IMPORT = ['import', join(files, 'DLTB.shp'), '--yes', '--json', '--data', data]

let patches: number
let area: number // Σ TBMJ in hundredths of m²
let pristine = '' // hash of the register without the import
let last: string | null = null // the newest import that is over
/** Milliseconds that an undisturbed import takes for each phase on this machine, by a rehearsal: the moments of the kills are shares of them. */
const took: Record<Phase, number> = { reading: 0, writing: 0, done: 0 }
/** The small generator of Bays and Durham's school: the same moments for the same seed. */
function drawFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
const draw = drawFrom(SEED)

type Phase = 'reading' | 'writing' | 'done'
const ORDER = ['uploaded', 'reading', 'ready', 'writing', 'done']
type Standing = {
  readonly id: string
  readonly state: string
  readonly progress: { readonly phase?: string; readonly done?: number; readonly total?: number | null }
}
const newestImport = (db: Db) => db.maybe<Standing>`
  select intake_id as id, state, progress from ops.intake order by created_at desc, intake_id desc limit 1`

/** The newest import of a folder whose engine is run by someone else; null before there is any. */
class Watch {
  readonly #data: string
  #pool: Pool | null = null
  #before: string | null = null
  constructor(data: string, before: string | null = null) {
    this.#data = data
    this.#before = before
  }
  async look(): Promise<Standing | null> {
    try {
      const file = join(this.#data, 'connection.json')
      if (!this.#pool && existsSync(file)) {
        const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string }
        this.#pool = openPool(url, { max: 1, idle: 'exit' })
      }
      if (!this.#pool) return null
      const newest = await onConnection(this.#pool, newestImport)
      return newest && newest.id !== this.#before ? newest : null
    } catch {
      return null // the engine is starting, or gone
    }
  }
  /** Returns when the import has been in `phase` for `share` of the time the rehearsal took for it, or is past it; with how it stood then. */
  async until(phase: Phase, share: number, child: ReturnType<typeof begin>): Promise<string> {
    while (child.exitCode === null && child.signalCode === null) {
      const state = (await this.look())?.state ?? 'nothing'
      if (ORDER.indexOf(state) < ORDER.indexOf(phase)) await pause(3)
      else if (state !== phase) return state
      else {
        await pause(share * took[phase])
        return (await this.look())?.state ?? state
      }
    }
    return 'nothing'
  }
  async close(): Promise<void> {
    await this.#pool?.end().catch(() => {})
  }
}

const enginePid = (folder: string) => Number.parseInt(readFileSync(join(folder, 'pg', 'postmaster.pid'), 'utf8'), 10)

/** The engine's own process and all its sessions, with no chance to write another byte. */
function killEngine(folder: string): void {
  const engine = enginePid(folder)
  const sessions = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(engine)
    } catch {
      return false // it has just ended
    }
  })
  for (const pid of [engine, ...sessions.map(Number)]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {}
  }
}

function killGroup(leader: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(-leader, signal)
  } catch {}
}

async function groupHasEnded(leader: number, seconds = 20): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(20)) if (!isRunning(-leader)) return
  throw new Error(`processes of the group ${leader} are still there`)
}

type Found = { readonly rows: 'none' | 'all'; readonly hash: string; readonly left: string }

/** `verify` as a command, and the register's own tables: all of the import or nothing of it. */
async function provenWhole(of: string): Promise<Found> {
  // this command starts the engine itself: it recovers, and clears away what the killed one left
  const { counties } = await dishuJson<VerifyReply>(['verify', '--data', of])
  assert.deepEqual(
    counties.map(({ problems }) => problems),
    [[]],
  )
  const folder: OpenFolder = await openFolder(of)
  try {
    const [registered, open, newest] = await onConnection(folder.pool, async (db) => [
      await db.one<{ rows: number; area: number }>`
        select count(*)::int as rows, coalesce(sum(official_area), 0)::float8 as area from land.patch where until is null`,
      await db.all`select intake_id, state from ops.intake where state in ('reading', 'writing')`,
      await newestImport(db),
    ])
    assert.deepEqual(open, [], 'no import is under way any more')
    const all = registered.rows > 0
    assert.deepEqual({ ...registered }, all ? { rows: patches, area } : { rows: 0, area: 0 })
    for (const id of intakeFolders(of)) assert.equal(existsSync(join(of, 'intake', id, 'staged')), false, 'staged rows are gone')
    const hash = await registerHash(folder.pool)
    // what is counted follows from the rows: the same tables need not be counted again
    if (hash !== pristine) {
      const { total } = await dishuJson<CountReply>(['count', '--by', 'class', '--data', of])
      assert.deepEqual([total.patches, total.area], [registered.rows, registered.area])
    }
    if (of === data) last = newest?.id ?? null
    return { rows: all ? 'all' : 'none', hash, left: newest?.state ?? '' }
  } finally {
    await folder.close()
  }
}

const intakeFolders = (of: string) => (existsSync(join(of, 'intake')) ? readdirSync(join(of, 'intake')) : [])

/** The folder as it was before the import, so that the next one has everything to write again. */
async function putBack(): Promise<void> {
  await rm(data, { recursive: true })
  copyFolder(kept, data)
  assert.equal((await provenWhole(data)).hash, pristine)
}

/** With owners and modes: the engine's files belong to its own user. */
const copyFolder = (from: string, to: string) => execFileSync('cp', ['-a', from, to])

before(async () => {
  if (skip) return
  await dishu(['sample', '--out', files, '--patches', String(PATCHES)])
  const rows = dbfRows(join(files, 'DLTB.dbf'))
  patches = rows.length
  area = rows.reduce((sum, row) => sum + hundredthsOf(row.TBMJ), 0)
  await dishuJson(['import', join(files, 'XZQ.shp'), '--yes', '--data', data])
  pristine = (await provenWhole(data)).hash
  copyFolder(data, kept)
  copyFolder(data, served)
  await rehearse()
})

/** One import that nobody disturbs, in a folder of its own. */
async function rehearse(): Promise<void> {
  const folder = join(root, 'rehearsal')
  copyFolder(kept, folder)
  const watch = new Watch(folder, last)
  const child = begin(IMPORT.map((word) => (word === data ? folder : word)))
  const since = new Map<string, number>()
  while (child.exitCode === null && !since.has('done')) {
    const state = (await watch.look())?.state
    if (state && !since.has(state)) since.set(state, performance.now())
    await pause(3)
  }
  await child.said
  await watch.close()
  const at = (state: string) => since.get(state) ?? Number.NaN
  took.reading = at('writing') - at('reading')
  took.writing = at('done') - at('writing')
  assert.ok(took.reading > 0 && took.writing > 0, JSON.stringify([...since]))
  await rm(folder, { recursive: true })
}

type Moment = { readonly phase: 'start' | Phase; readonly share: number }
const MOMENTS: readonly Moment[] = (
  ['start', 'reading', 'reading', 'writing', 'writing', 'writing', 'writing', 'writing', 'writing', 'done'] as const
).map((phase, i) => ({ phase, share: phase === 'done' ? 0 : i === 7 || i === 8 ? 0.8 : draw() * 0.7 }))

describe('an import that is killed', { skip, timeout: 600_000 }, () => {
  const left: string[] = []

  for (const [i, { phase, share }] of MOMENTS.entries()) {
    const engineToo = i % 2 === 1
    test(`${phase} ${Math.round(share * 100)} %, ${engineToo ? 'with' : 'without'} its engine: all or nothing`, async (t) => {
      const watch = new Watch(data, last)
      const child = begin(IMPORT)
      let seen = 'starting'
      if (phase === 'start') await pause(share * 1000)
      else seen = await watch.until(phase, share, child)
      killGroup(child.pid as number)
      if (engineToo && existsSync(join(data, 'pg', 'postmaster.pid'))) killEngine(data)
      const { signal } = await child.said
      await groupHasEnded(child.pid as number)
      await watch.close()
      left.push(`${seen} ${signal}`)
      // the machine is faster than at the rehearsal: the moments that follow are shares of less
      if (phase === 'writing' && seen === 'done') took.writing *= 0.5
      const found = await provenWhole(data)
      t.diagnostic(`killed at “${seen}”; ${found.rows} of it is in the register; the import stands ${found.left}`)
      if (found.rows === 'none') {
        assert.equal(found.hash, pristine, 'not one row of any table differs')
        assert.ok(phase !== 'done')
      } else {
        assert.equal(found.left, 'done')
        await putBack()
      }
    })
  }

  test('most of them were really killed, and within the writing transaction', () => {
    assert.ok(left.filter((each) => /^writing.*SIGKILL/.test(each)).length >= 4, left.join(', '))
  })

  test('the engine alone is killed while rows are written: the import fails, says so, and leaves nothing', async () => {
    const watch = new Watch(data, last)
    const child = begin(IMPORT)
    await watch.until('writing', 0.2, child)
    killEngine(data)
    const { code } = await child.said
    await watch.close()
    const found = await provenWhole(data)
    assert.deepEqual([code, found.rows, found.hash], [1, 'none', pristine])
  })

  for (const [signal, phase] of [
    ['SIGINT', 'reading'],
    ['SIGTERM', 'writing'],
  ] as const)
    test(`${signal} while ${phase}: it stops at once and leaves nothing`, async () => {
      const folders = intakeFolders(data)
      const watch = new Watch(data, last)
      const child = begin(IMPORT)
      await watch.until(phase, 0.1 + draw() * 0.3, child)
      killGroup(child.pid as number, signal)
      const began = performance.now()
      const said: Said = await child.said
      const took = performance.now() - began
      await watch.close()
      assert.equal(said.code, signal === 'SIGINT' ? 130 : 143, said.err)
      assert.equal(said.err.trim(), 'Interrupted; nothing was written.')
      assert.ok(took < 10_000, `${Math.round(took)} ms`)
      assert.deepEqual(intakeFolders(data), folders)
      assert.equal(existsSync(join(data, 'pg', 'postmaster.pid')), false, 'its engine has stopped')
      const found = await provenWhole(data)
      assert.deepEqual([found.rows, found.hash, found.left], ['none', pristine, 'cancelled'])
    })

  test('after all of them the import goes through', async () => {
    const { import: done } = await dishuJson<ImportReply>(IMPORT.filter((word) => word !== '--json'))
    assert.deepEqual([done.state, done.layers[0].added], ['done', patches])
    assert.equal((await provenWhole(data)).rows, 'all')
  })
})

type Server = ReturnType<typeof begin> & { readonly at: string }

async function startServer(): Promise<Server> {
  const child = begin(['start', '--no-sample', '--port', '0', '--data', served])
  let said = ''
  const at = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (part: Buffer) => {
      said += part
      const found = /ready: (\S+)/.exec(said)
      if (found) resolve(found[1])
    })
    child.once('close', () => reject(new Error(`the server ended: ${said}`)))
  })
  return Object.assign(child, { at })
}

async function ask(url: string, body?: object | FormData): Promise<IntakeView> {
  const sent =
    body === undefined
      ? {}
      : body instanceof FormData
        ? { method: 'POST', body }
        : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const reply = await fetch(url, { ...sent, headers: { ...('headers' in sent ? sent.headers : {}), 'accept-language': 'en' } })
  const text = await reply.text()
  assert.equal(reply.status, 200, text)
  return JSON.parse(text) as IntakeView
}

async function stateBecomes(url: string, states: readonly string[], seconds = 60): Promise<IntakeView> {
  for (const end = Date.now() + seconds * 1000; ; await pause(20)) {
    const view = await ask(url)
    if (states.includes(view.state)) return view
    if (Date.now() > end) throw new Error(`the import stands ${view.state}, not ${states.join(' or ')}`)
  }
}

describe('a server that is killed during an import', { skip, timeout: 300_000 }, () => {
  const upload = async () => {
    const form = new FormData()
    for (const ending of ['shp', 'shx', 'dbf', 'prj', 'cpg'])
      form.append('files', await openAsBlob(join(files, `DLTB.${ending}`)), `DLTB.${ending}`)
    return form
  }
  let server: Server
  after(() => server && killGroup(server.pid as number))

  test('while it reads, while it writes; the import is taken up again and goes through', async (t) => {
    // only the server: the process that reads for it must not go on by itself
    server = await startServer()
    const { id } = await ask(`${server.at}/api/intakes`, await upload())
    const url = () => `${server.at}/api/intakes/${id}`
    await stateBecomes(url(), ['reading'])
    await pause(draw() * 500)
    process.kill(server.pid as number, 'SIGKILL')
    await groupHasEnded(server.pid as number)

    server = await startServer()
    assert.equal((await ask(url())).state, 'uploaded')
    await ask(`${url()}/answers`, { answers: { county: '220899', unclassified: true } })
    const ready = await stateBecomes(url(), ['ready', 'failed', 'refused', 'needs-answers'])
    assert.deepEqual([ready.state, ready.layers[0].added], ['ready', patches])

    await ask(`${url()}/confirm`, { reason: 'first survey' })
    await stateBecomes(url(), ['writing', 'done'])
    await pause(draw() * 400)
    const { state } = await ask(url())
    killGroup(server.pid as number)
    killEngine(served)
    await groupHasEnded(server.pid as number)
    t.diagnostic(`the server was killed while ${state}`)

    server = await startServer()
    const again = await ask(url())
    assert.ok(again.state === 'done' || (again.state === 'ready' && state !== 'done'), again.state)
    if (again.state === 'ready') {
      const { counties } = await dishuJson<VerifyReply>(['verify', '--data', served])
      assert.deepEqual([counties[0].revisions, counties[0].problems], [1, []])
      await ask(`${url()}/confirm`, { reason: 'first survey' })
      const done = await stateBecomes(url(), ['done', 'failed', 'refused', 'ready'])
      assert.equal(done.state, 'done')
    }
    killGroup(server.pid as number, 'SIGTERM')
    assert.equal((await server.said).code, 143)
    assert.equal((await provenWhole(served)).rows, 'all')
  })
})
