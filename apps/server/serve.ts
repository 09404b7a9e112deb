/** Starts the server over an opened app: takes up what a crash left, mounts the routes, and listens on loopback. */
import { appendFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { settleAfterCrash } from '@dishu/kernel/intake/service.jobs'
import { settleTasks } from '@dishu/land/imagery/imagery.store'
import { readUnfinished as readUnfinishedPlans } from '@dishu/land/plan/scenarios.store'
import { readUnfinished as readUnfinishedReports } from '@dishu/land/reports/reports.store'
import { readUnfinished } from '@dishu/land/soil/maps.store'
import { httpServer, type Route } from '@dishu/server-kit/http'
import { establish } from '@dishu/server-kit/permission'
import { openPool, transaction } from '@dishu/server-kit/sql'
import { TABLES } from './access.ts'
import { type App, WEB_FOLDER } from './app.ts'
import { backupKeeper } from './backups.ts'
import { countyChecks } from './checks.ts'
import { gateOf, needOf } from './gate.ts'
import { dailyHead } from './heads.ts'
import { sceneRunner } from './imagery.ts'
import { type Manner, SINGLE_USER } from './office.ts'
import { originOf } from './ogc.ts'
import { openapiRoute } from './openapi.ts'
import { retentionKeeper } from './personal.ts'
import { planRunner, plansRoutes } from './plan.ts'
import { reportRunner, reportsRoutes } from './reports-work.ts'
import { allRoutes } from './routes.ts'
import { intakeRunner } from './runner.ts'
import { say } from './sentences.ts'
import { soilRunner } from './soil.ts'

export type Running = { readonly address: string; readonly port: number; close(): Promise<void> }

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

/** `onRoutes` is told what is served. Requests reach the database under a role of their own, which sees only what the request may see. */
export async function serve(
  app: App,
  port: number,
  manner: Manner = SINGLE_USER,
  onRoutes: (routes: readonly Route[]) => void = () => {},
): Promise<Running> {
  const established = await establish(app.pool, app.database.url, app.dataDir, TABLES)
  if (!established.ok) throw new Refused(established.refusal)
  const requests = openPool(established.value, { max: 10, idle: 'exit' })
  const aside = openPool(established.value, { max: 3, idle: 'exit' })
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
  const soil = soilRunner(app, (fault) => keep('worker', fault, 'soil'))
  const plans = planRunner(app, (fault) => keep('worker', fault, 'plan'))
  const reports = reportRunner(app, (fault) => keep('worker', fault, 'report'))
  const reportTasks = await transaction(app.pool, (db) => readUnfinishedReports(db))
  const planTasks = await transaction(app.pool, (db) => readUnfinishedPlans(db))
  const soilTasks = await transaction(app.pool, (db) => readUnfinished(db))
  const routes = [
    ...allRoutes(app, runner, checks, scenes, soil, version, manner),
    ...plansRoutes(app, plans),
    ...reportsRoutes(app, reports, manner),
  ]
  routes.push(openapiRoute([...routes], version, originOf(manner)))
  for (const { method, url } of routes) needOf(method, url) // a route nobody has decided on stops the start
  onRoutes(routes)
  const server = await httpServer({
    pool: requests,
    aside,
    routes,
    gate: gateOf(aside, manner.mode === 'office' ? null : app.actor),
    hosts: manner.hosts,
    tls: manner.tls,
    proxied: manner.proxied,
    ...(manner.rates ? { rates: manner.rates } : {}),
    say,
    webFolder: WEB_FOLDER,
    onFault: keep,
  })
  for (const { county, id } of unfinished) scenes.start(county, id, { do: 'measure' })
  for (const { county, id } of soilTasks) soil.start(county, id)
  for (const { county, id } of planTasks) plans.start(county, id)
  for (const { county, id } of reportTasks) reports.start(county, id)
  const seal = () => dailyHead(app, new Date()).catch((fault: unknown) => keep('head', fault, 'signing'))
  await seal()
  const backups = backupKeeper(app, (fault) => keep('backup', fault, 'schedule'))
  const retention = retentionKeeper(app, (fault) => keep('retention', fault, 'schedule'))
  const sealing = setInterval(() => void seal(), 3_600_000).unref()
  await server.listen({ host: manner.host, port })
  const { port: bound } = server.server.address() as { port: number }
  return {
    address: `${manner.tls ? 'https' : 'http'}://${manner.hosts[0] ?? '127.0.0.1'}:${bound}`,
    port: bound,
    async close() {
      clearInterval(sealing)
      await backups.stop()
      await retention.stop()
      await Promise.all([runner.stopAll(), checks.stopAll(), scenes.stopAll(), soil.stopAll(), plans.stopAll(), reports.stopAll()])
      await server.close()
      await Promise.all([requests.end(), aside.end()])
    },
  }
}
