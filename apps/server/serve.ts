/** Starts the server over an opened app: takes up what a crash left, mounts the routes, and listens on loopback. */
import { appendFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { settleAfterCrash } from '@dishu/kernel/intake/service.jobs'
import { settleTasks } from '@dishu/land/imagery/imagery.store'
import { httpServer } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import { type App, WEB_FOLDER } from './app.ts'
import { countyChecks } from './checks.ts'
import { sceneRunner } from './imagery.ts'
import { allRoutes } from './routes.ts'
import { intakeRunner } from './runner.ts'
import { say } from './sentences.ts'

export type Running = { readonly address: string; readonly port: number; close(): Promise<void> }

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

export async function serve(app: App, port: number): Promise<Running> {
  await settleAfterCrash(app.pool, app.dataDir, new Date())
  const unfinished = await transaction(app.pool, (db) => settleTasks(db, new Date()))
  const faults = join(app.dataDir, 'faults.log')
  const keep = (code: string, fault: unknown, where: string) => {
    const text = `${new Date().toISOString()} ${code} ${where}\n${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`
    process.stderr.write(text)
    void appendFile(faults, text, { mode: 0o600 }).catch(() => {})
  }
  const runner = intakeRunner(app, (fault) => keep('worker', fault, 'import'))
  const checks = countyChecks(app, (fault) => keep('worker', fault, 'check'))
  const scenes = sceneRunner(app, (fault) => keep('worker', fault, 'imagery'))
  const server = await httpServer({
    pool: app.pool,
    routes: allRoutes(app, runner, checks, scenes, version),
    actor: app.actor,
    say,
    webFolder: WEB_FOLDER,
    onFault: keep,
  })
  for (const { county, id } of unfinished) scenes.start(county, id, { do: 'measure' })
  await server.listen({ host: '127.0.0.1', port })
  const { port: bound } = server.server.address() as { port: number }
  return {
    address: `http://127.0.0.1:${bound}`,
    port: bound,
    async close() {
      await Promise.all([runner.stopAll(), checks.stopAll(), scenes.stopAll()])
      await server.close()
    },
  }
}
