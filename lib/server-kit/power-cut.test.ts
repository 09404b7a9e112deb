/**
 * The embedded database on a disk of its own (a file mounted as ext4, which needs root): the power goes, the disk is full, the disk is read-only.
 * A cut: everything that runs is stopped at once, the file is copied (what the disk had received by then), the copy is mounted and opened.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { after, before, describe } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openCluster } from './embedded.ts'
import { onConnection, openPool } from './sql.ts'

const WRITER = fileURLToPath(new URL('./cut-writer.child.ts', import.meta.url))
const CUTS = Number(process.env.DISHU_CUTS ?? 20)

/** Null where this machine lets us mount a file. */
function cannotMount(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a disk of its own needs Linux and root'
  const probe = mkdtempSync(join(tmpdir(), 'dishu-probe-'))
  const done = spawnSync('sh', ['-c', `cd ${probe} && truncate -s 8M i && mkfs.ext4 -q -F i && mkdir m && mount -o loop i m && umount m`])
  rmSync(probe, { recursive: true, force: true })
  return done.status === 0 ? false : `no file can be mounted here: ${done.stderr}`
}
const skip = cannotMount()

const root = mkdtempSync(join(tmpdir(), 'dishu-cut-'))
chmodSync(root, 0o711) // PostgreSQL's own user passes through
const base = join(root, 'base.img')
const empty = join(root, 'empty.img')
const sh = (file: string, ...words: string[]) => execFileSync(file, words, { stdio: ['ignore', 'pipe', 'pipe'] }).toString()

function mounted(image: string, name: string): string {
  const place = join(root, name)
  mkdirSync(place, { recursive: true })
  sh('mount', '-o', 'loop', image, place)
  return place
}
/** Takes the disk away, with whatever a failed test has left on it. */
async function unmount(place: string): Promise<void> {
  if (spawnSync('mountpoint', ['-q', place]).status !== 0) return
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      if (readlinkSync(`/proc/${name}/cwd`).startsWith(`${place}/`)) process.kill(Number(name), 'SIGKILL')
    } catch {} // it has just ended
  }
  for (let i = 0; i < 50 && spawnSync('umount', [place]).status !== 0; i++) await pause(100)
}

type Writer = ChildProcess & { acknowledged: number; readonly said: string[] }

const writers = new Set<Writer>()

function startWriter(dataDir: string, most = 'Infinity'): Writer {
  const child = spawn(process.execPath, [WRITER, dataDir, most], {
    env: { ...process.env, DISHU_DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const writer: Writer = Object.assign(child, { acknowledged: 0, said: [] as string[] })
  writers.add(writer)
  createInterface(child.stdout).on('line', (line) => {
    const ack = /^ack (\d+)$/.exec(line)
    if (ack) writer.acknowledged = Number(ack[1])
    else writer.said.push(line)
  })
  return writer
}

async function until(question: () => boolean, seconds: number, what: string, writer: Writer): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !question(); await pause(10)) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    if (writer.exitCode !== null) throw new Error(`the writer ended before: ${what}`)
  }
}

function engineAndSessions(dataDir: string): number[] {
  const engine = Number.parseInt(readFileSync(join(dataDir, 'pg', 'postmaster.pid'), 'utf8'), 10)
  const sessions = readdirSync('/proc').filter((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return /^\d+$/.test(name) && stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(engine)
    } catch {
      return false
    }
  })
  return [engine, ...sessions.map(Number)]
}

/** Opens the folder as the next start would: how many rows, without a gap, and how long it took. */
async function opened(dataDir: string): Promise<{ rows: number; ms: number }> {
  const began = performance.now()
  const cluster = await openCluster({ dataDir, role: 'tests' })
  assert.ok(cluster.ok, JSON.stringify(cluster))
  const pool = openPool(cluster.value.url(), { max: 1 })
  try {
    return await onConnection(pool, async (db) => {
      const ms = performance.now() - began
      const { rows, last, sums } = await db.one<{ rows: number; last: number; sums: string }>`
        select count(*) as rows, coalesce(max(i), 0) as last, current_setting('data_checksums') as sums from kept`
      assert.equal(rows, last, 'a row in the middle is missing')
      assert.equal(sums, 'on')
      // by the index and by the table: the same rows
      await db.raw('set enable_seqscan = off')
      assert.equal((await db.one<{ rows: number }>`select count(*) as rows from kept where i > 0`).rows, rows)
      return { rows, ms }
    })
  } finally {
    await pool.end()
    await cluster.value.stop()
  }
}

before(async () => {
  if (skip) return
  sh('truncate', '-s', '500M', base)
  sh('mkfs.ext4', '-q', '-F', base)
  sh('cp', '--sparse=always', base, empty)
  const place = mounted(base, 'base')
  const writer = startWriter(join(place, 'data'), '1')
  await once(writer, 'exit')
  await unmount(place)
})
after(async () => {
  for (const writer of writers) writer.kill('SIGKILL')
  for (const name of existsSync(root) ? readdirSync(root) : []) if (!name.endsWith('.img')) await unmount(join(root, name))
  rmSync(root, { recursive: true, force: true })
})

describe('a disk of its own', { skip, timeout: 120_000 + CUTS * 20_000 }, () => {
  test(`${CUTS} power cuts: no acknowledged row is lost, every folder opens within 30 s`, async (t) => {
    let [acknowledged, longest] = [0, 0]
    for (let cut = 0; cut < CUTS; cut++) {
      const [image, copy] = [join(root, 'cut.img'), join(root, 'copy.img')]
      // the first cut comes in the first minute of a new folder, when nothing of it has had time to reach the disk by itself
      sh('cp', '--sparse=always', cut === 0 ? empty : base, image)
      const place = mounted(image, 'cut')
      const data = join(place, 'data')
      const writer = startWriter(data)
      await until(() => writer.acknowledged > 1, 60, 'the first row', writer)
      await pause(100 + Math.random() * 1_200)
      const all = engineAndSessions(data)
      for (const pid of [writer.pid as number, ...all]) process.kill(pid, 'SIGSTOP')
      await pause(20) // what was said is read
      sh('cp', '--sparse=always', image, copy)
      for (const pid of [writer.pid as number, ...all]) process.kill(pid, 'SIGKILL')
      await once(writer, 'exit')
      await unmount(place)
      const after = mounted(copy, 'after')
      const { rows, ms } = await opened(join(after, 'data'))
      await unmount(after)
      assert.ok(rows >= writer.acknowledged, `cut ${cut}: ${writer.acknowledged} rows were acknowledged, ${rows} are there`)
      acknowledged += writer.acknowledged
      longest = Math.max(longest, ms)
    }
    t.diagnostic(JSON.stringify({ cuts: CUTS, acknowledged, lost: 0, longestMs: Math.round(longest) }))
    assert.ok(longest <= 30_000)
  })

  test('a full disk: writes fail and say so, none is acknowledged that is not there, and it goes on by itself when there is room again', async (t) => {
    const image = join(root, 'full.img')
    sh('cp', '--sparse=always', base, image)
    const place = mounted(image, 'full')
    try {
      // all of the room but some 30 MB
      const free = Number(
        sh('stat', '-f', '-c', '%a %S', place)
          .split(' ')
          .reduce((a, b) => String(Number(a) * Number(b))),
      )
      sh('fallocate', '-l', String(free - 30 * 1_048_576), join(place, 'ballast'))
      const writer = startWriter(join(place, 'data'))
      await until(() => writer.said.some((line) => line.startsWith('failed')), 120, 'the disk is full', writer)
      const before = writer.acknowledged
      await pause(1_000)
      rmSync(join(place, 'ballast'))
      await until(() => writer.acknowledged > before + 20, 60, 'it goes on', writer)
      t.diagnostic(`${before} rows until the disk was full; said: ${writer.said.join(', ')}`)
      writer.kill('SIGTERM')
      await once(writer, 'exit')
      const { rows } = await opened(join(place, 'data'))
      assert.ok(rows >= writer.acknowledged)
    } finally {
      await unmount(place)
    }
  })

  test('a disk that turns read-only: writes fail, and when it is writable again the folder opens with everything that was acknowledged', async (t) => {
    const image = join(root, 'readonly.img')
    sh('cp', '--sparse=always', base, image)
    const place = mounted(image, 'readonly')
    try {
      const data = join(place, 'data')
      const writer = startWriter(data)
      await until(() => writer.acknowledged > 20, 60, 'rows', writer)
      // what ext4 itself does when its disk fails under it
      const shut = spawnSync('mount', ['-o', 'remount,abort', place])
      if (shut.status !== 0) return t.skip(`this kernel does not make a disk in use read-only: ${shut.stderr}`)
      await until(() => writer.said.some((line) => line.startsWith('failed')), 60, 'writes fail', writer)
      const before = writer.acknowledged
      writer.kill('SIGKILL')
      await once(writer, 'exit')
      await unmount(place)
      mounted(image, 'readonly')
      const { rows } = await opened(data)
      assert.ok(rows >= before, `${before} rows were acknowledged, ${rows} are there`)
    } finally {
      await unmount(place)
    }
  })
})
