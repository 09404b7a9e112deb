/** Runs a job of `dishu zonal` in a process with limits: memory, time without a sign of life, time in all; no network, no other files. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Refused } from '@dishu/base/refusal'
import { compiledCode } from '@dishu/formats/sandbox/compiled'
import { fences, permissions } from '@dishu/formats/sandbox/fence'
import { ZONAL } from './zonal-code.ts'
import type { ZonalJob, ZonalSummary } from './zonal-job.ts'
import type { Answer, FromChild } from './zonal-talk.ts'

export type Limits = { readonly rssMb: number; readonly idleS: number; readonly wallS: number }

const CHILD = fileURLToPath(new URL('./zonal.child.ts', import.meta.url))
const LOOK_MS = 200

/** `remote` gives bytes of a raster that is no file. Refused as the readers refuse, and where a limit is passed. */
export async function runZonal(
  job: ZonalJob,
  scratch: string,
  limits: Limits,
  remote: (raster: number, offset: number, length: number) => Promise<Uint8Array>,
  signal: AbortSignal,
): Promise<ZonalSummary> {
  signal.throwIfAborted()
  const local = job.rasters.filter((raster) => !raster.remote).map(({ path }) => path)
  const files = [...job.siblings, ...local, ...(job.weights ? [job.weights] : [])]
  const { network, cpu } = fences()
  const node = [
    process.execPath,
    ...ZONAL.flags,
    `--max-old-space-size=${Math.floor(limits.rssMb * 0.75)}`,
    '--disable-warning=ExperimentalWarning',
    '--allow-worker',
    ...permissions([...files, `${dirname(CHILD)}/*`], scratch),
    CHILD,
  ]
  const seconds = Math.ceil(2 * limits.wallS * job.workers) + 60
  const [program, ...args] = [...(cpu ? ['prlimit', `--cpu=${seconds}:${seconds + 5}`, '--core=0'] : []), ...(network ?? []), ...node]
  const code = compiledCode(ZONAL, scratch)
  const child = spawn(program, args, {
    cwd: scratch,
    env: code ? { NODE_COMPILE_CACHE: code } : {},
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  })
  const refused = (code: string, details: object) =>
    new Refused({ code, details: { file: basename(job.rasters[0].path), rows: 0, ...details } })
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < 4000) stderr += chunk.toString('utf8')
  })
  child.stdin?.on('error', () => {}) // it is gone: its exit says why
  const say = (answer: Answer) => void (child.stdin?.writable && child.stdin.write(`${JSON.stringify(answer)}\n`))
  const started = performance.now()
  let heard = started
  let timer: NodeJS.Timeout | undefined
  const onAbort = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await new Promise<ZonalSummary>((done, failed) => {
      const end = (problem: unknown) => {
        child.kill('SIGKILL')
        failed(problem)
      }
      timer = setInterval(() => {
        const now = performance.now()
        if ((now - heard) / 1000 > limits.idleS || (now - started) / 1000 > limits.wallS)
          end(refused('formats/took-too-long', { seconds: Math.round((now - started) / 1000) }))
        else if (residentMb(child.pid) > limits.rssMb) end(refused('formats/needs-too-much-memory', { limitMb: limits.rssMb }))
      }, LOOK_MS)
      const frames = child.stdio[3]
      if (!frames || !('on' in frames) || !('read' in frames)) throw new Error('the process has no descriptor 3')
      createInterface({ input: frames as NodeJS.ReadableStream }).on('line', (line) => {
        heard = performance.now()
        const told: FromChild = JSON.parse(line)
        if (told.told === 'done') done(told.summary)
        else if (told.told === 'refused') failed(new Refused(told.refusal))
        else if (told.told === 'failed') {
          const memory = /heap out of memory|allocation failed|Invalid (array|string) length|ERR_MEMORY/i.test(told.fault)
          failed(
            memory
              ? refused('formats/needs-too-much-memory', { limitMb: limits.rssMb })
              : refused('formats/reader-failed', { reason: told.fault.slice(0, 300) }),
          )
        } else if (told.told === 'read')
          remote(told.raster, told.offset, told.length).then(
            (bytes) => say({ id: told.id, bytes: Buffer.from(bytes).toString('base64') }),
            end,
          )
      })
      child.on('error', failed)
      child.on('close', (code, by) => {
        if (signal.aborted) failed(signal.reason)
        else if (by === 'SIGKILL' || /heap out of memory|allocation failed/i.test(stderr))
          failed(refused('formats/needs-too-much-memory', { limitMb: limits.rssMb }))
        else failed(refused('formats/reader-failed', { reason: (stderr.trim() || `exit ${code ?? by}`).slice(0, 300) }))
      })
      say({ job, scratch })
    })
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', onAbort)
    child.kill('SIGKILL')
  }
}

/** Resident memory of a process in MB, from /proc; 0 where there is none. */
function residentMb(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
