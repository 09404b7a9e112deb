/** Starts the server over an opened app: takes up what a crash left, mounts the routes, and listens on loopback. */
import { appendFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { settleAfterCrash } from '@dishu/kernel/intake/service.jobs'
import { httpServer } from '@dishu/server-kit/http'
import { type App, WEB_FOLDER } from './app.ts'
import { allRoutes } from './routes.ts'
import { intakeRunner } from './runner.ts'
import { say } from './sentences.ts'

export type Running = { readonly address: string; readonly port: number; close(): Promise<void> }

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

export async function serve(app: App, port: number): Promise<Running> {
  await settleAfterCrash(app.pool, app.dataDir, new Date())
  const faults = join(app.dataDir, 'faults.log')
  const keep = (code: string, fault: unknown, where: string) => {
    const text = `${new Date().toISOString()} ${code} ${where}\n${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`
    process.stderr.write(text)
    void appendFile(faults, text, { mode: 0o600 }).catch(() => {})
  }
  const runner = intakeRunner(app, (fault) => keep('worker', fault, 'import'))
  const server = await httpServer({
    pool: app.pool,
    routes: allRoutes(app, runner, version),
    actor: app.actor,
    say,
    webFolder: WEB_FOLDER,
    onFault: keep,
  })
  await server.listen({ host: '127.0.0.1', port })
  const { port: bound } = server.server.address() as { port: number }
  return {
    address: `http://127.0.0.1:${bound}`,
    port: bound,
    async close() {
      await runner.stopAll()
      await server.close()
    },
  }
}
