/** The parts of imagery put together, and the processes that do its long work. */
import { readCountyBox } from '@dishu/kernel/areas/areas.store'
import type { ImageryTools } from '@dishu/land/imagery/imagery.jobs'
import type { SceneRunner } from '@dishu/land/imagery/imagery.routes'
import { moveTask } from '@dishu/land/imagery/imagery.store'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { KINDS } from './parts.ts'
import { workProcesses } from './processes.ts'

type SceneWork =
  | { readonly do: 'read' }
  | { readonly do: 'write'; readonly actor: string; readonly reason: string }
  | { readonly do: 'measure' }
/** What the process that does the work is told, in one message. */
export type SceneWorkOrder = {
  readonly dataDir: string
  readonly url: string
  readonly county: string
  readonly id: string
  readonly work: SceneWork
}

export const imageryTools = (app: Pick<App, 'pool' | 'vault' | 'dataDir'>): ImageryTools => ({
  pool: app.pool,
  vault: app.vault,
  dataDir: app.dataDir,
  kinds: KINDS,
  knownBox: readCountyBox,
})

/** As imports are: a large scene slows no page, and a worker that is killed leaves nothing half-written. */
export function sceneRunner(app: App, onFault: (fault: string) => void): SceneRunner & { stopAll(): Promise<void> } {
  const { start, stop, stopAll } = workProcesses<SceneWorkOrder>(new URL('./scene-worker.ts', import.meta.url), [], onFault)
  return {
    start(county, id, work) {
      start(id, { dataDir: app.dataDir, url: app.database.url, county, id, work }, () =>
        transaction(app.pool, async (db) => {
          await moveTask(db, county, id, ['reading', 'measuring'], 'failed', new Date())
          await moveTask(db, county, id, ['writing'], 'ready', new Date())
        }),
      )
    },
    stop,
    stopAll,
  }
}
