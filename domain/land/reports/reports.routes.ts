/** Reports over the network: looked at before they are made, made by a process of their own, kept, and their figures opened by their codes. */
import { type Day, dayOf } from '@dishu/base/date'
import { type Language, type Refusal, Refused, type Sentence } from '@dishu/base/refusal'
import type { Laid } from '@dishu/documents/pages'
import { readDocument } from '@dishu/kernel/sealed/sealed.store'
import { FileAnswer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import { beginTask, type KeepTools, requireTask } from './reports.jobs.ts'
import { endTask, type KeptReport, type ReportTask, readReport, readReports, readTasks } from './reports.store.ts'
import {
  MAP_SUBJECTS,
  PAPER_SIZES,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportRequest,
  requestFrom,
  type StatedReport,
  TEMPLATES,
} from './reports.ts'
import type { FigureReply, PreviewReply, ReportsReply, ReportTaskView, ReportView } from './reports.wire.ts'

/** Processes that make reports, and can be stopped. */
export type ReportRunner = { start(county: string, id: string): void; stop(id: string): Promise<void> }

export type ReportRoutesTools = KeepTools & {
  readonly runner: ReportRunner
  settle(db: Db, county: string, request: ReportRequest, today: Day): Promise<ReportRequest>
  /** Refuses what may not leave, or not yet. */
  clear(db: Db, request: RouteRequest, report: ReportRequest): Promise<void>
  look(
    db: Db,
    county: string,
    request: ReportRequest,
    today: Day,
  ): Promise<{ readonly title: string; readonly laid: Laid | null; readonly figures: number }>
  figure(db: Db, county: string, code: string, told: { readonly now: Date; readonly language: Language }): Promise<FigureReply>
  results(db: Db, county: string): Promise<ReportsReply['results']>
  mapApproval(db: Db, county: string): Promise<string | null>
  say(refusal: Refusal, language: Language): Sentence
}

const COUNTY = Type.String({ pattern: '^\\d{6}$' })
const CountyParams = Type.Object({ county: COUNTY })
const word = (allowed: readonly string[]) =>
  Type.Optional(Type.Union([...allowed.map((each) => Type.Literal(each)), Type.Literal(''), Type.Null()]))
const text = (maxLength: number) => Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))
const Body = Type.Object({
  template: Type.Union(TEMPLATES.map((each) => Type.Literal(each))),
  ...{ format: word(REPORT_FORMATS), language: word(['zh', 'en']), paper: word(PAPER_SIZES), subject: word(MAP_SUBJECTS) },
  ...{
    within: text(12),
    baseline: text(8),
    day: text(20),
    result: text(8),
    title: text(120),
    office: text(120),
    signedOn: text(60),
    evidence: text(200),
  },
  signers: Type.Optional(
    Type.Array(Type.Object({ role: Type.String({ maxLength: 60 }), name: Type.String({ maxLength: 60 }) }), { maxItems: 12 }),
  ),
  without: Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { maxItems: 20 })),
  ...{
    landscape: Type.Optional(Type.Boolean()),
    isPublic: Type.Optional(Type.Boolean()),
    denominator: Type.Optional(Type.Integer()),
  },
})

/** Pages looked at in one go. */
const PAGES_AT_ONCE = 3
/** Looked at and not made yet: page after page of one report is asked for. */
const KEPT_LOOKS = 4

export const FILE_TYPES: Readonly<Record<ReportFormat, string>> = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

export function reportRoutes(tools: ReportRoutesTools): Route[] {
  const looks = new Map<string, { readonly title: string; readonly laid: Laid | null; readonly figures: number }>()
  const settledFrom = async ({ db, params: { county }, body, language, now }: RouteRequest) =>
    tools.settle(db, county, orRefused(requestFrom(body as StatedReport, county, language)), dayOf(now))
  const taskView = (task: ReportTask, language: Language): ReportTaskView => viewOfTask(task, (refusal) => tools.say(refusal, language))
  return [
    {
      method: 'GET',
      url: '/api/counties/:county/reports',
      schema: { params: CountyParams },
      handle: async ({ db, params: { county }, language }): Promise<ReportsReply> => ({
        county,
        reports: (await readReports(db, county)).map(viewOf),
        tasks: (await readTasks(db, county)).map((task) => taskView(task, language)),
        results: await tools.results(db, county),
        mapApproval: await tools.mapApproval(db, county),
      }),
    },
    {
      method: 'POST',
      url: '/api/counties/:county/reports/preview',
      long: true,
      schema: { params: CountyParams, body: Body },
      handle: async (request): Promise<PreviewReply> => {
        const settled = await settledFrom(request)
        const { db, params, query, now, scope } = request
        const key = JSON.stringify([params.county, scope, settled])
        const look = looks.get(key) ?? (await tools.look(db, params.county, settled, dayOf(now)))
        looks.delete(key)
        looks.set(key, look)
        for (const old of looks.keys()) if (looks.size > KEPT_LOOKS) looks.delete(old)
        const pages = look.laid?.pages ?? []
        const from = Math.max(0, Math.min(pages.length - 1, Number(query.from ?? 0) || 0))
        return {
          title: look.title,
          of: pages.length,
          from,
          figures: look.figures,
          pages: pages.slice(from, from + PAGES_AT_ONCE).map(({ width, height, marks }) => ({ width, height, marks })),
        }
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/reports',
      schema: { params: CountyParams, body: Body },
      handle: async (request): Promise<ReportTaskView> => {
        const settled = await settledFrom(request)
        await tools.clear(request.db, request, settled)
        const { county } = request.params
        const task = await beginTask(tools, county, settled, request.actor, request.now)
        request.afterCommit(async () => tools.runner.start(county, task.id))
        return taskView(task, request.language)
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/report-tasks/:task/cancel',
      schema: { params: Type.Object({ county: COUNTY, task: Type.String({ pattern: '^[0-9a-f-]{8,40}$' }) }) },
      handle: async ({ params: { county, task: id }, language, now }): Promise<ReportTaskView> => {
        await tools.runner.stop(id)
        await transaction(tools.pool, (own) => endTask(own, county, id, 'cancelled', null, now))
        return taskView(await onConnection(tools.pool, (own) => requireTask(own, county, id)), language)
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/reports/:report/file',
      schema: { params: Type.Object({ county: COUNTY, report: Type.String({ pattern: '^D\\d{1,7}$' }) }) },
      handle: async ({ db, params: { county, report: key } }) => {
        const report = await readReport(db, county, key)
        // the store of files is closed to requests: what may be read of it is decided by the report
        const document = report && (await onConnection(tools.pool, (own) => readDocument(own, county, Buffer.from(report.sha256, 'hex'))))
        if (!report || !document) throw new Refused({ code: 'reports/no-such-report', details: { report: key } })
        return new FileAnswer(FILE_TYPES[report.request.format], await tools.vault.readDocument(document), {
          'content-disposition': `attachment; filename="${key}.${report.request.format}"; filename*=UTF-8''${encodeURIComponent(report.fileName).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`,
          'cache-control': 'private, no-store',
        })
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/figures/:code',
      schema: { params: Type.Object({ county: COUNTY, code: Type.String({ minLength: 1, maxLength: 40 }) }) },
      handle: ({ db, params, now, language }) => tools.figure(db, params.county, params.code, { now, language }),
    },
  ]
}

const viewOf = ({ key, template, title, within, day, known, since, request, sha256, fileName, bytes, pages }: KeptReport): ReportView => ({
  ...{ key, template, title, within, day, known, since, request, sha256, fileName, bytes, pages },
  ...{ baseline: request.baseline, format: request.format },
})

function viewOfTask(task: ReportTask, say: (refusal: Refusal) => Sentence): ReportTaskView {
  const { id, state, progress, request, outcome, changedAt } = task
  const refusal = state === 'refused' ? (outcome as Refusal) : null
  return {
    ...{ id, state, title: request.title, template: request.template, at: changedAt.toISOString() },
    phase: 'phase' in progress ? progress.phase : null,
    report: state === 'done' ? ((outcome as { report?: string } | null)?.report ?? null) : null,
    refusal: refusal && { code: refusal.code, ...say(refusal) },
  }
}
