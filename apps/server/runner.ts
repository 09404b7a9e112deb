import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { IntakeRunner } from '@dishu/kernel/intake/intake.routes'
import { moveIntake } from '@dishu/kernel/intake/intake.store'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import type { WorkOrder } from './worker.ts'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))
/** Time for a worker to leave its transaction when it is told to stop; then it is killed, which leaves nothing either. */
const GRACE_MS = 3_000

/** A worker's memory is collected by its own thread, and not before there is some of it: a tenth less work in an import (docs/performance.md). */
const COLLECTOR = ['--single-threaded-gc', '--initial-old-space-size=256']

/** Runs the long work of imports in processes of their own, so that a large file slows no page. */
export function intakeRunner(app: App, onFault: (fault: string) => void): IntakeRunner & { stopAll(): Promise<void> } {
  const running = new Map<string, ChildProcess>()
  const asked = new Set<string>() // to stop: what becomes of those is for the one who asked to say
  const ended = (child: ChildProcess) =>
    new Promise<void>((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve())))
  const stop = async (id: string) => {
    const child = running.get(id)
    if (!child) return
    asked.add(id)
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await ended(child)
    clearTimeout(kill)
  }
  return {
    start(id, work) {
      if (running.has(id)) return
      const child = fork(WORKER, [], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        execArgv: [...COLLECTOR, '--disable-warning=ExperimentalWarning'],
      })
      running.set(id, child)
      let said = ''
      child.stderr?.on('data', (text: Buffer) => {
        said = (said + text.toString()).slice(-4000)
      })
      child.on('message', (message: { fault?: string }) => {
        if (message.fault) onFault(message.fault)
      })
      child.once('exit', (code) => {
        running.delete(id)
        if (asked.delete(id) || code === 0) return
        if (said) onFault(said)
        // a worker that was killed could not say how the import stands; what it wrote is there whole or not at all
        void transaction(app.pool, async (db) => {
          await moveIntake(db, id, ['reading'], 'failed', new Date())
          await moveIntake(db, id, ['writing'], 'ready', new Date())
        }).catch(() => {})
      })
      const order: WorkOrder = { dataDir: app.dataDir, url: app.database.url, id, work }
      child.send(order)
    },
    stop,
    async stopAll() {
      await Promise.all([...running.keys()].map(stop))
    },
  }
}
