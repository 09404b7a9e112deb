/** Runs a job of `dishu topology` in a process with limits: memory, time without a sign of life, time in all; no network, no other files. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Refused } from '@dishu/base/refusal'
import { compiledCode } from '@dishu/formats/sandbox/compiled'
import { fences, permissions } from '@dishu/formats/sandbox/fence'
import { TOPOLOGY } from './topology-code.ts'
import type { TopologyJob, TopologyReport } from './topology-job.ts'

const CHILD = fileURLToPath(new URL('./topology.child.ts', import.meta.url))
const LOOK_MS = 200

export type ProcessLimits = { readonly rssMb: number; readonly idleS: number; readonly wallS: number }

/** Limits for files of this many bytes: coordinates are held once, and what is made of them up to three times. */
export function processLimits(bytes: number): ProcessLimits {
  const mb = bytes / 2 ** 20
  return { rssMb: Math.ceil(1536 + 4 * mb), idleS: 60 + mb, wallS: 300 + 6 * mb }
}

/** Refused as the readers refuse, and where a limit is passed. */
export async function runTopology(job: TopologyJob, scratch: string, limits: ProcessLimits, signal: AbortSignal): Promise<TopologyReport> {
  signal.throwIfAborted()
  const { network, cpu } = fences()
  const code = compiledCode(TOPOLOGY, scratch)
  const node = [
    process.execPath,
    ...TOPOLOGY.flags,
    `--max-old-space-size=${Math.floor(limits.rssMb * 0.75)}`,
    '--disable-warning=ExperimentalWarning',
    '--allow-worker',
    ...permissions([...job.siblings, ...(job.within?.siblings ?? []), `${dirname(CHILD)}/*`], scratch),
    CHILD,
    JSON.stringify({ job, scratch }),
  ]
  const seconds = Math.ceil(2 * limits.wallS * job.workers) + 60
  const [program, ...args] = [...(cpu ? ['prlimit', `--cpu=${seconds}:${seconds + 5}`, '--core=0'] : []), ...(network ?? []), ...node]
  const child = spawn(program, args, {
    cwd: scratch,
    env: code ? { NODE_COMPILE_CACHE: code } : {},
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const refused = (code: string, details: object) => new Refused({ code, details: { file: basename(job.path), rows: 0, ...details } })
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < 4000) stderr += chunk.toString('utf8')
  })
  const started = performance.now()
  let heard = started
  let ended: Refused | null = null
  child.stdio[3]?.on('data', () => {
    heard = performance.now()
  })
  const timer = setInterval(() => {
    const now = performance.now()
    if ((now - heard) / 1000 > limits.idleS || (now - started) / 1000 > limits.wallS)
      ended = refused('formats/took-too-long', { seconds: Math.round((now - started) / 1000) })
    else if (residentMb(child.pid) > limits.rssMb) ended = refused('formats/needs-too-much-memory', { limitMb: limits.rssMb })
    if (ended) child.kill('SIGKILL')
  }, LOOK_MS)
  const onAbort = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const how = await new Promise<string | number | null>((done, failed) => {
      child.on('error', failed)
      child.on('close', (code, by) => done(by ?? code))
    })
    signal.throwIfAborted()
    if (ended) throw ended
    if (how === 0)
      return reportFrom(readFileSync(join(scratch, 'told.json'), 'utf8'), (reason) => refused('formats/reader-failed', { reason }))
    const memory = how === 'SIGKILL' || /heap out of memory|allocation failed/i.test(stderr)
    throw memory
      ? refused('formats/needs-too-much-memory', { limitMb: limits.rssMb })
      : refused('formats/reader-failed', { reason: (stderr.trim() || `exit ${how}`).slice(0, 300) })
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function reportFrom(text: string, failed: (reason: string) => Refused): TopologyReport {
  const told: { report?: TopologyReport; refusal?: { code: string; details: unknown }; fault?: string } = JSON.parse(text)
  if (told.report) return told.report
  if (told.refusal) throw new Refused(told.refusal)
  // a check of the kernel that fails is a fault of ours and is shown as one
  if (told.fault?.includes('expected the outer outlines')) throw new Error(told.fault)
  throw failed((told.fault ?? 'no answer').slice(0, 300))
}

/** Resident memory of a process in MB, from /proc; 0 where there is none. */
function residentMb(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
