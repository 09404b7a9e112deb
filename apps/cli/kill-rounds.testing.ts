/**
 * Kill tests under load: a server works for a second process (kill-keeper.child.ts) and is killed, or its database is, at moments drawn from a
 * seed. After each kill everything that was acknowledged is there once, nothing is there by half, the whole proof holds.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { joinApp } from '../server/app.ts'
import { verifyAll } from '../server/verify.ts'
import { begin, dishu } from './acceptance.testing.ts'
import type { KeeperLine, KeeperOrder } from './kill-keeper.child.ts'

const COUNTY = '220899'
const KEEPER = fileURLToPath(new URL('./kill-keeper.child.ts', import.meta.url))

/** What is killed: a session of the database; the database with all its sessions; the server alone; server, workers and database; or SIGTERM to the server. */
const VICTIMS = ['session', 'engine', 'engine', 'server', 'all', 'stop'] as const
type Victim = (typeof VICTIMS)[number]

export type KillOptions = {
  readonly folder: string
  readonly rounds: number
  readonly seed: number
  readonly report?: (line: string) => void
}
export type KillFigures = {
  readonly rounds: number
  readonly kills: Readonly<Record<Victim, number>>
  readonly acknowledged: Readonly<Record<KeeperLine['lane'], number>>
  /** Milliseconds until the register answered again after a kill: the longest, and the middle one. */
  readonly longestMs: number
  readonly middleMs: number
  /** Of a polite stop. */
  readonly longestStopMs: number
}

type Server = ReturnType<typeof begin> & { readonly at: string }

async function startServer(data: string): Promise<Server> {
  const child = begin(['start', '--no-sample', '--port', '0', '--data', data])
  let said = ''
  const at = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (part: Buffer) => {
      said += part
      const found = /ready: (\S+)/.exec(said)
      if (found) resolve(found[1])
    })
    child.once('close', () => void child.said.then(({ err }) => reject(new Error(`the server ended: ${said} ${err}`))))
  })
  return Object.assign(child, { at })
}

const enginePid = (data: string) => Number.parseInt(readFileSync(join(data, 'pg', 'postmaster.pid'), 'utf8'), 10)

/** Sessions and helpers of the engine. */
function sessionsOf(engine: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(engine) ? [Number(name)] : []
    } catch {
      return [] // it has just ended
    }
  })
}

function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {}
}

/** The same draws for the same seed (a linear congruence, modulus 2³²). */
function drawFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state / 2 ** 32) * below
  }
}

export async function killRounds({ folder, rounds, seed, report = () => {} }: KillOptions): Promise<KillFigures> {
  const data = join(folder, 'data')
  const list = join(folder, 'list')
  const draw = drawFrom(seed)
  await prepared(folder, data)
  let server = await startServer(data)
  const keeper = fork(KEEPER, [list, COUNTY, '4'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  keeper.on('message', (text) => text !== 'resting' && report(String(text)))
  const kills: Record<Victim, number> = { session: 0, engine: 0, server: 0, all: 0, stop: 0 }
  const opened: number[] = []
  let longestStopMs = 0
  try {
    for (let round = 1; round <= rounds; round++) {
      const victim = VICTIMS[Math.floor(draw(VICTIMS.length))]
      keeper.send({ at: server.at } satisfies KeeperOrder)
      // every fourth time long enough for an import to come far
      await pause(round % 4 === 0 ? 1_500 + draw(1_500) : 50 + draw(500))
      kills[victim]++
      const began = performance.now()
      const engine = enginePid(data)
      if (victim === 'session') {
        const sessions = sessionsOf(engine)
        kill(sessions[Math.floor(draw(sessions.length))])
      } else if (victim === 'engine') for (const pid of [engine, ...sessionsOf(engine)]) kill(pid)
      else if (victim === 'stop') {
        kill(server.pid as number, 'SIGTERM')
        const { code } = await server.said
        longestStopMs = Math.max(longestStopMs, performance.now() - began)
        assert.equal(code, 143, 'a polite stop ends politely')
        assert.equal(existsSync(join(data, 'pg', 'postmaster.pid')), false, 'and takes its database along')
      } else {
        // the whole group: workers of the server must not go on by themselves; the engine is in a group of its own
        kill(-(server.pid as number))
        if (victim === 'all') for (const pid of [engine, ...sessionsOf(engine)]) kill(pid)
        await server.said
      }
      const again = performance.now()
      if (victim === 'server' || victim === 'all' || victim === 'stop') server = await startServer(data)
      await answers(server)
      const took = performance.now() - again
      opened.push(took)
      await resting(keeper)
      await provenWhole(data, list)
      report(`${round}/${rounds} ${victim}: answers after ${Math.round(took)} ms, ${kept(list).size} acknowledged`)
    }
    const all = Object.fromEntries((['accept', 'undo', 'assign', 'import'] as const).map((lane) => [lane, 0])) as Record<
      KeeperLine['lane'],
      number
    >
    for (const { lane } of kept(list).values()) all[lane]++
    opened.sort((a, b) => a - b)
    return {
      rounds,
      kills,
      acknowledged: all,
      longestMs: Math.round(opened.at(-1) ?? 0),
      middleMs: Math.round(opened[opened.length >> 1] ?? 0),
      longestStopMs: Math.round(longestStopMs),
    }
  } finally {
    keeper.kill('SIGKILL')
    kill(server.pid as number, 'SIGTERM')
    await Promise.race([server.said, pause(15_000)])
    kill(-(server.pid as number))
  }
}

async function prepared(folder: string, data: string): Promise<void> {
  const files = join(folder, 'files')
  for (const words of [
    ['sample', '--out', files, '--patches', '150'],
    ['import', join(files, 'XZQ.shp'), '--yes', '--data', data],
    ['import', join(files, 'DLTB.shp'), '--yes', '--data', data],
  ]) {
    const { code, err, out } = await dishu(words)
    assert.equal(code, 0, `${words[0]}: ${err} ${out}`)
  }
}

/** Until the register answers a question: after a kill of the database alone the server starts it again itself. */
async function answers(server: Server, seconds = 30): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(20)) {
    const reply = await fetch(`${server.at}/api/counties/${COUNTY}/findings?limit=1`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => null,
    )
    if (reply?.status === 200) return
    if (server.exitCode !== null) break
  }
  const ended = server.exitCode === null ? '' : `; the server ended with ${server.exitCode}: ${(await server.said).err.slice(-3000)}`
  throw new Error(`the register did not answer within ${seconds} s${ended}`)
}

async function resting(keeper: ChildProcess): Promise<void> {
  const rests = once(keeper, 'message')
  keeper.send({ at: null } satisfies KeeperOrder)
  for (let [said] = await rests; said !== 'resting'; [said] = await once(keeper, 'message'));
}

const linesOf = (list: string): KeeperLine[] =>
  existsSync(list)
    ? readFileSync(list, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as KeeperLine)
    : []
const kept = (list: string) => new Map(linesOf(list).flatMap((each) => (each.state === 'kept' ? [[each.token, each] as const] : [])))

/** Everything acknowledged once; everything else once or not at all; nothing that was never asked for; the proof of `verify`. */
async function provenWhole(data: string, list: string): Promise<void> {
  const lines = linesOf(list)
  const acknowledged = kept(list)
  const asked = new Set(lines.map(({ token }) => token))
  const { url } = JSON.parse(readFileSync(join(data, 'connection.json'), 'utf8')) as { url: string }
  const app = await joinApp(data, url)
  try {
    const found = await transaction(
      app.pool,
      async (db) => ({
        revisions: await writtenTokens(db),
        samples: await db.all<{ token: string; rows: number }>`
          select sample_code as token, count(*)::int as rows from land.sample where county = ${COUNTY} group by 1`,
        notes: await db.all<{ rule: string; key: string; note: string }>`
          select rule, subject_kind || ' ' || subject_key as key, note from land.finding_assignment where county = ${COUNTY}`,
        proof: await verifyAll(db, COUNTY, app),
      }),
      { isolation: 'repeatable read', retries: 0 },
    )
    assert.deepEqual(found.proof.problems, [])
    const times = new Map(found.revisions.map(({ reason, times }) => [reason, times]))
    const samples = new Map(found.samples.map(({ token, rows }) => [token, rows]))
    for (const [token, { lane }] of acknowledged) {
      if (lane === 'assign') continue
      assert.equal(times.get(token) ?? 0, 1, `${token} was acknowledged and is there ${times.get(token) ?? 0} times`)
    }
    for (const [token, count] of times) {
      assert.ok(asked.has(token), `${token} was never asked for`)
      assert.equal(count, 1, `${token} is there ${count} times`)
      if (token.startsWith('import-')) assert.equal(samples.get(token), 1, `the rows of ${token}`)
    }
    for (const [token] of samples) assert.equal(times.get(token), 1, `a sample ${token} without its revision`)
    // a finding bears the last note that was acknowledged, or one that was asked for after it
    const notes = new Map(found.notes.map(({ rule, key, note }) => [`${rule} ${key}`, note]))
    const possible = new Map<string, Set<string>>()
    for (const { token, lane, state, finding = '' } of lines) {
      if (lane !== 'assign') continue
      if (state === 'kept') possible.set(finding, new Set([token]))
      else possible.set(finding, (possible.get(finding) ?? new Set(['no note'])).add(token))
    }
    for (const [finding, tokens] of possible) {
      const note = notes.get(finding) ?? 'no note'
      assert.ok(tokens.has(note), `${finding} bears “${note}”, not ${[...tokens].join(' or ')}`)
    }
  } finally {
    await app.close()
  }
}

const writtenTokens = (db: Db) => db.all<{ reason: string; times: number }>`
  select reason, count(*)::int as times from kernel.revision_now where county = ${COUNTY} and reason ~ '^(accept|undo|import)-[0-9]' group by 1`
