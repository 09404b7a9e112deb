/** The routes of reports, and the process that makes one. */
import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dayOf } from '@dishu/base/date'
import { readResults } from '@dishu/land/plan/scenarios.store'
import { keepReport, workOnTask } from '@dishu/land/reports/reports.jobs'
import { type ReportRunner, reportRoutes } from '@dishu/land/reports/reports.routes'
import { endTask } from '@dishu/land/reports/reports.store'
import type { Route } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import type { Manner } from './office.ts'
import { KINDS } from './parts.ts'
import { workProcesses } from './processes.ts'
import { type MadeReport, makeReport, writeReport } from './reports.ts'
import { settledRequest } from './reports-facts.ts'
import { handleFigure } from './reports-figures.ts'
import { clearExport, mapApprovalOf } from './reviews.ts'
import { say } from './sentences.ts'

export type ReportWorkOrder = { readonly dataDir: string; readonly url: string; readonly county: string; readonly id: string }

/** From this scale on a map shows the ground as surveys do, and is cleared as one (see clearance.data.ts: 1:500–1:2,000). */
const SURVEY_SCALE = 2_000

export const reportsRoutes = (app: App, runner: ReportRunner, { mode }: Pick<Manner, 'mode'>): Route[] =>
  reportRoutes({
    ...{ pool: app.pool, vault: app.vault, kinds: KINDS, runner, say },
    settle: settledRequest,
    clear: async (db, request, report) => {
      const asSurvey = report.template === 'poster' && (report.denominator ?? Number.POSITIVE_INFINITY) <= SURVEY_SCALE
      const query = {
        ...(asSurvey ? { what: 'patches', to: 'gpkg', within: report.within } : {}),
        ...(report.isPublic ? { public: 'true' } : {}),
      }
      await clearExport(db, { ...request, query }, mode, report.day ?? dayOf(request.now))
    },
    look: async (db, county, request, today) => {
      const { title, laid, figures } = await makeReport(db, app, county, request, { today, report: () => {}, signal: null })
      return { title, laid, figures: figures.length }
    },
    figure: handleFigure,
    results: async (db, county) =>
      (await readResults(db, county)).map(({ key, scenario, basis }) => ({ key, scenario, title: basis.title })),
    mapApproval: mapApprovalOf,
  })

/** A report slows no page. */
export function reportRunner(app: App, onFault: (fault: string) => void): ReportRunner & { stopAll(): Promise<void> } {
  const { start, stop, stopAll } = workProcesses<ReportWorkOrder>(new URL('./reports-worker.ts', import.meta.url), [], onFault)
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

const fileNameOf = ({ title, request }: MadeReport) =>
  `${title.replaceAll(/[\\/:*?"<>|\s\p{Cc}]/gu, '')}-${request.day}-r${request.known}.${request.format}`

/** Makes the report of a task and keeps it; the worker's end of the above. */
export function workOnReport(app: App, county: string, id: string, signal: AbortSignal): Promise<void> {
  return workOnTask(app, county, id, signal, async ({ request, createdBy: actor }, report) => {
    const now = new Date()
    const folder = join(app.dataDir, 'report-tasks')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, `${id}-${randomBytes(3).toString('hex')}`)
    try {
      const made = await transaction(app.pool, (db) => makeReport(db, app, county, request, { today: dayOf(now), report, signal }), {
        readOnly: true,
        isolation: 'repeatable read',
        retries: 0,
      })
      signal.throwIfAborted()
      await writeReport(made, file)
      signal.throwIfAborted()
      const { title, figures, facts, laid } = made
      return await keepReport(
        { pool: app.pool, vault: app.vault, kinds: KINDS },
        county,
        { request: made.request, title, figures, quality: facts.quality, file, fileName: fileNameOf(made), pages: laid?.pages.length ?? 0 },
        { actor, now },
      )
    } finally {
      await rm(file, { force: true })
    }
  })
}
