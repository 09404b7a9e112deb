/** The parts of soil maps put together, and the processes that do their long work. */
import { asOfFrom } from '@dishu/land/count/count.routes'
import { readSampleMoves } from '@dishu/land/count/moves.store'
import { accuracyRoutes } from '@dishu/land/soil/accuracy.routes'
import { type GradingRoutesTools, gradingRoutes } from '@dishu/land/soil/grading.routes'
import type { MapTools } from '@dishu/land/soil/maps.jobs'
import { mapRoutes, type SoilRunner } from '@dishu/land/soil/maps.routes'
import { endTask } from '@dishu/land/soil/maps.store'
import { orRefused, type Route } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { isSynthetic } from './county.ts'
import { covariateTools } from './covariates.ts'
import { KINDS } from './parts.ts'
import { workProcesses } from './processes.ts'
import { say } from './sentences.ts'

/** What the process that does the work is told, in one message; the rest stands in the task's row. */
export type SoilWorkOrder = { readonly dataDir: string; readonly url: string; readonly county: string; readonly id: string }

export const mapTools = (app: Pick<App, 'pool' | 'vault' | 'dataDir'>): MapTools => ({
  pool: app.pool,
  vault: app.vault,
  dataDir: app.dataDir,
  kinds: KINDS,
  covariates: covariateTools(app),
})

export const soilRoutes = (app: App, runner: SoilRunner): Route[] => {
  const tools: GradingRoutesTools = {
    ...mapTools(app),
    runner,
    asOfFrom: async (db, county, address, today) => orRefused(await asOfFrom(db, county, address, today)).asOf,
    isSynthetic,
    say,
    readSampleMoves,
  }
  return [...mapRoutes(tools), ...gradingRoutes(tools), ...accuracyRoutes(tools)]
}

/** As imports and scenes are: a map slows no page, and a worker that is killed leaves nothing half-written. */
export function soilRunner(app: App, onFault: (fault: string) => void): SoilRunner & { stopAll(): Promise<void> } {
  const { start, stop, stopAll } = workProcesses<SoilWorkOrder>(new URL('./soil-worker.ts', import.meta.url), [], onFault)
  return {
    start(county, id) {
      start(id, { dataDir: app.dataDir, url: app.database.url, county, id }, () =>
        transaction(app.pool, (db) => endTask(db, county, id, 'failed', null, new Date())),
      )
    },
    stop,
    stopAll,
  }
}
