/** Fuzzing of the readers: damaged copies of our own small files, read in a fenced process that is watched for faults, silence and memory. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fences, permissions } from '../sandbox/fence.ts'
import type { FuzzOrder, FuzzWord } from './fuzz.child.testing.ts'
import { makeSeeds, type Target } from './seeds.testing.ts'

const CHILD = join(import.meta.dirname, 'fuzz.child.testing.ts')
const SILENT_MS = 15_000
const MOST_MB = 1024
const BATCH = 40

type Finding = { readonly target: string; readonly seed: number; readonly n: number; readonly what: string }
export type Fuzzed = {
  readonly cases: number
  readonly network: boolean
  readonly peakMb: number
  readonly byTarget: Readonly<Record<string, { read: number; refused: number; codes: number; slowestMs: number }>>
  readonly findings: readonly Finding[]
}
export type FuzzOptions = {
  readonly seconds: number
  readonly seed: number
  /** Only these; all by default. */
  readonly targets?: readonly string[]
  /** Only this case, to look at it again. */
  readonly only?: number
}

/** Reads damaged files for so many seconds, every target at least one batch; findings are faults, silences, deaths and too much memory. */
export async function fuzz({ seconds, seed, targets: wanted, only }: FuzzOptions): Promise<Fuzzed> {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-fuzz-'))
  const scratch = join(folder, 'scratch')
  mkdirSync(scratch)
  const findings: Finding[] = []
  const tally: Record<string, { read: number; refused: number; codes: Set<string>; slowestMs: number }> = {}
  let peakMb = 0
  let cases = 0
  let child: ChildProcess | null = null
  try {
    const targets = (await makeSeeds(folder)).filter(({ name }) => !wanted || wanted.includes(name))
    const turns = targets.flatMap((target) => Array.from({ length: target.weight }, () => target))
    const next = new Map<string, number>()
    const until = performance.now() + seconds * 1000
    for (let turn = 0; turn < targets.length || performance.now() < until; turn++) {
      const target = turn < targets.length ? targets[turn] : turns[(turn * 7) % turns.length]
      const from = only ?? next.get(target.name) ?? 0
      const count = only === undefined ? BATCH : 1
      next.set(target.name, from + count)
      tally[target.name] ??= { read: 0, refused: 0, codes: new Set(), slowestMs: 0 }
      child ??= begin(folder, scratch)
      const ended = await batch(child, { target, seed, from, count, scratch })
      peakMb = Math.max(peakMb, ended.peakMb)
      cases += ended.ran
      if (ended.dead) {
        child.kill('SIGKILL')
        child = null
        // what comes after the case that ended it is still to be read
        next.set(target.name, from + ended.ran)
      }
      if (only !== undefined && turn + 1 >= targets.length) break
    }
  } finally {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  const byTarget = Object.fromEntries(Object.entries(tally).map(([name, each]) => [name, { ...each, codes: each.codes.size }]))
  return { cases, network: fences().network === null, peakMb: Math.round(peakMb), byTarget, findings }

  function batch(process: ChildProcess, order: FuzzOrder): Promise<{ ran: number; dead: boolean; peakMb: number }> {
    const { name } = order.target
    return new Promise((resolve) => {
      let at = order.from
      let began = performance.now()
      let ran = 0
      let most = 0
      let stderr = ''
      const find = (what: string) => findings.push({ target: name, seed, n: at, what })
      const end = (dead: boolean) => {
        clearInterval(look)
        process.removeAllListeners()
        process.stderr?.removeAllListeners()
        resolve({ ran, dead, peakMb: most })
      }
      const look = setInterval(() => {
        const mb = residentMb(process.pid)
        most = Math.max(most, mb)
        const silent = performance.now() - began
        if (mb <= MOST_MB && silent <= SILENT_MS) return
        ran++
        find(mb > MOST_MB ? `holds ${Math.round(mb)} MB` : `says nothing for ${Math.round(silent / 1000)} s`)
        end(true)
      }, 100)
      process.stderr?.on('data', (piece: Buffer) => (stderr = (stderr + piece.toString('utf8')).slice(-600)))
      process.on('exit', (code, signal) => {
        ran++
        find(`the process ended (${code ?? signal}): ${stderr.trim()}`)
        end(true)
      })
      process.on('message', (word: FuzzWord) => {
        if ('begins' in word) {
          at = word.begins
          began = performance.now()
        } else if ('ends' in word) {
          ran++
          const own = tally[name]
          own.slowestMs = Math.max(own.slowestMs, Math.round(performance.now() - began))
          if (word.how === 'fault') find(word.what)
          else own[word.how]++
          if (word.how === 'refused') own.codes.add(word.what)
        } else end(false)
      })
      process.send(order)
    })
  }
}

function begin(folder: string, scratch: string): ChildProcess {
  const node = [
    process.execPath,
    `--max-old-space-size=${0.75 * MOST_MB}`,
    '--disable-warning=ExperimentalWarning',
    ...permissions([folder, `${folder}/*`], scratch),
    CHILD,
  ]
  const [program, ...args] = [...(fences().network ?? []), ...node]
  return spawn(program, args, { cwd: scratch, env: {}, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
}

function residentMb(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

export type { Target }
