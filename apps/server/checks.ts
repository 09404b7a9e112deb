import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Refused } from '@dishu/base/refusal'
import type { CheckState } from '@dishu/land/quality/quality.wire'
import type { App } from './app.ts'
import type { CheckMessage, CheckOrder } from './check-worker.ts'

const WORKER = fileURLToPath(new URL('./check-worker.ts', import.meta.url))
/** Time for a check to leave its transaction when it is told to stop; then it is killed, which leaves nothing either. */
const GRACE_MS = 3_000

export type Checks = {
  /** Answers when the county is checked as it stands now: one that is under way may have begun before, and is followed by another. */
  run(county: string): Promise<void>
  /** The same after a change that is written: that the check is stopped does not take the change back. */
  follow(county: string): Promise<void>
  state(county: string): CheckState
  stop(county: string): Promise<void>
  stopAll(): Promise<void>
}

const IDLE: CheckState = { running: false, phase: null, layer: null, done: 0, total: null, startedAt: null }

type Running = {
  readonly child: ChildProcess
  readonly ended: Promise<void>
  state: CheckState
  stopped: boolean
  next: Promise<void> | null
}

/** Checks counties in processes of their own: the topology of a large layer takes seconds in which no page must wait. */
export function countyChecks(app: Pick<App, 'dataDir' | 'database'>, onFault: (fault: string) => void): Checks {
  const running = new Map<string, Running>()

  const start = (county: string): Promise<void> => {
    const child = fork(WORKER, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] })
    let said = ''
    child.stderr?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-4000)
    })
    const ended = new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => {
        const { stopped } = running.get(county) ?? { stopped: false }
        running.delete(county)
        if (stopped) reject(new Refused({ code: 'quality/check-stopped', details: { county } }))
        else if (code === 0) resolve()
        else {
          onFault(said)
          reject(new Error(`the check of ${county} ended with code ${code}: ${said.slice(-500)}`))
        }
      })
    })
    const entry: Running = {
      child,
      ended,
      stopped: false,
      next: null,
      state: { ...IDLE, running: true, startedAt: new Date().toISOString() },
    }
    running.set(county, entry)
    child.on('message', (message: CheckMessage) => {
      if ('fault' in message) said += message.fault
      else entry.state = { ...entry.state, ...message.progress }
    })
    const order: CheckOrder = { dataDir: app.dataDir, url: app.database.url, county }
    child.send(order)
    return ended
  }

  const stop = async (county: string) => {
    const entry = running.get(county)
    if (!entry) return
    entry.stopped = true
    entry.child.kill('SIGTERM')
    const kill = setTimeout(() => entry.child.kill('SIGKILL'), GRACE_MS)
    await entry.ended.catch(() => {})
    clearTimeout(kill)
  }

  const run = (county: string): Promise<void> => {
    const entry = running.get(county)
    if (!entry) return start(county)
    entry.next ??= entry.ended.catch(() => {}).then(() => start(county))
    return entry.next
  }

  return {
    run,
    follow: (county) =>
      run(county).catch((cause: unknown) => {
        if (!(cause instanceof Refused)) throw cause
      }),
    state: (county) => running.get(county)?.state ?? IDLE,
    stop,
    async stopAll() {
      await Promise.all([...running.keys()].map(stop))
    },
  }
}
