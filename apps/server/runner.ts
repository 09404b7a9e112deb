import type { IntakeRunner } from '@dishu/kernel/intake/intake.routes'
import { moveIntake } from '@dishu/kernel/intake/intake.store'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { workProcesses } from './processes.ts'
import type { WorkOrder } from './worker.ts'

/** A worker's memory is collected by its own thread, and not before there is some of it: a tenth less work in an import (docs/performance.md). */
const COLLECTOR = ['--single-threaded-gc', '--initial-old-space-size=256', '--max-semi-space-size=32']

/** Runs the long work of imports in processes of their own, so that a large file slows no page. */
export function intakeRunner(app: App, onFault: (fault: string) => void): IntakeRunner & { stopAll(): Promise<void> } {
  const { start, stop, stopAll } = workProcesses<WorkOrder>(new URL('./worker.ts', import.meta.url), COLLECTOR, onFault)
  return {
    start(id, work) {
      // a worker that was killed could not say how the import stands; what it wrote is there whole or not at all
      start(id, { dataDir: app.dataDir, url: app.database.url, id, work }, () =>
        transaction(app.pool, async (db) => {
          await moveIntake(db, id, ['reading'], 'failed', new Date())
          await moveIntake(db, id, ['writing'], 'ready', new Date())
        }),
      )
    },
    stop,
    stopAll,
  }
}
