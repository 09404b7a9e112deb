/** A server for this program alone, on a free port of this machine: reads only, so that it can stand beside the office's own over the same data. */
import { createRequire } from 'node:module'
import { Refused } from '@dishu/base/refusal'
import { httpServer } from '@dishu/server-kit/http'
import { establish } from '@dishu/server-kit/permission'
import { openPool } from '@dishu/server-kit/sql'
import { TABLES } from './access.ts'
import { type App, WEB_FOLDER } from './app.ts'
import { countyChecks } from './checks.ts'
import { gateOf } from './gate.ts'
import { sceneRunner } from './imagery.ts'
import { SINGLE_USER } from './office.ts'
import { allRoutes } from './routes.ts'
import { intakeRunner } from './runner.ts'
import { say } from './sentences.ts'
import { soilRunner } from './soil.ts'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
const MANY = { perSecond: 10_000, burst: 100_000 } // nobody else can ask

/** Takes up no work that a crash left and starts no schedule: see serve.ts for the office's server. */
export async function serveReads(app: App): Promise<{ readonly address: string; close(): Promise<void> }> {
  const established = await establish(app.pool, app.database.url, app.dataDir, TABLES)
  if (!established.ok) throw new Refused(established.refusal)
  const requests = openPool(established.value, { max: 4, idle: 'exit' })
  const fault = (_: string, cause: unknown) => void process.stderr.write(`${cause instanceof Error ? cause.stack : String(cause)}\n`)
  const quiet = (cause: unknown) => fault('', cause)
  const [runner, checks, scenes, soil] = [
    intakeRunner(app, quiet),
    countyChecks(app, quiet),
    sceneRunner(app, quiet),
    soilRunner(app, quiet),
  ]
  const routes = allRoutes(app, runner, checks, scenes, soil, version, SINGLE_USER).filter(({ method }) => method === 'GET')
  const server = await httpServer({
    pool: requests,
    routes,
    gate: gateOf(requests, app.actor),
    hosts: SINGLE_USER.hosts,
    rates: { address: MANY, actor: MANY, atOnce: 64 },
    say,
    webFolder: WEB_FOLDER,
    onFault: fault,
  })
  await server.listen({ host: SINGLE_USER.host, port: 0 })
  const { port } = server.server.address() as { port: number }
  return {
    address: `http://127.0.0.1:${port}`,
    async close() {
      await server.close()
      await requests.end()
    },
  }
}
