/** The parts of imagery put together, and the processes that do its long work. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { readCountyBox } from '@dishu/kernel/areas/areas.store'
import type { ImageryTools } from '@dishu/land/imagery/imagery.jobs'
import type { SceneRunner } from '@dishu/land/imagery/imagery.routes'
import { moveTask } from '@dishu/land/imagery/imagery.store'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { KINDS } from './parts.ts'

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

const WORKER = fileURLToPath(new URL('./scene-worker.ts', import.meta.url))
const GRACE_MS = 3_000

/** As imports are: a large scene slows no page, and a worker that is killed leaves nothing half-written. */
export function sceneRunner(app: App, onFault: (fault: string) => void): SceneRunner & { stopAll(): Promise<void> } {
  const running = new Map<string, ChildProcess>()
  const asked = new Set<string>()
  const stop = async (id: string) => {
    const child = running.get(id)
    if (!child) return
    asked.add(id)
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await new Promise<void>((resolve) =>
      child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve()),
    )
    clearTimeout(kill)
  }
  return {
    start(county, id, work) {
      if (running.has(id)) return
      const child = fork(WORKER, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] })
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
        void transaction(app.pool, async (db) => {
          await moveTask(db, county, id, ['reading', 'measuring'], 'failed', new Date())
          await moveTask(db, county, id, ['writing'], 'ready', new Date())
        }).catch(() => {})
      })
      const order: SceneWorkOrder = { dataDir: app.dataDir, url: app.database.url, county, id, work }
      child.send(order)
    },
    stop,
    async stopAll() {
      await Promise.all([...running.keys()].map(stop))
    },
  }
}
