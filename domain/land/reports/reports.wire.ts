/** Reports as they cross the network. */
import type { Mark } from '@dishu/documents/picture'
import type { FigureQuestion } from './figures.ts'
import type { ReportRequest, Template } from './reports.ts'

export type ReportView = {
  readonly key: string
  readonly template: Template
  readonly title: string
  readonly within: string
  readonly day: string
  readonly known: number
  readonly since: number
  readonly baseline: string | null
  readonly format: string
  readonly sha256: string
  readonly fileName: string
  readonly bytes: number
  readonly pages: number
  readonly request: ReportRequest
}
export type ReportTaskView = {
  readonly id: string
  readonly state: 'working' | 'done' | 'cancelled' | 'refused' | 'failed'
  readonly phase: 'reading' | 'maps' | 'writing' | null
  readonly title: string
  readonly template: Template
  readonly report: string | null // when it is done
  readonly refusal: { readonly code: string; readonly message: string; readonly hint?: string | undefined } | null
  readonly at: string
}
export type ReportsReply = {
  readonly county: string
  readonly reports: readonly ReportView[]
  readonly tasks: readonly ReportTaskView[]
  readonly results: readonly { readonly key: string; readonly scenario: string; readonly title: string }[]
  readonly mapApproval: string | null
}
/** Pages as they will be printed, drawn by the browser; points, y downwards. */
export type PreviewReply = {
  readonly title: string
  readonly of: number // pages in all
  readonly from: number
  readonly figures: number
  readonly pages: readonly { readonly width: number; readonly height: number; readonly marks: readonly Mark[] }[]
}
/** `stated`: what the reports say; `counted`: the same question asked now of the same state, null where it cannot be counted again. */
export type FigureReply = {
  readonly county: string
  readonly code: string
  readonly figures: readonly {
    readonly question: FigureQuestion
    readonly words: readonly string[]
    readonly day: string
    readonly known: number
    readonly baseline: string | null
    readonly stated: Readonly<Record<string, number>>
    readonly counted: Readonly<Record<string, number>> | null
    readonly reports: readonly { readonly key: string; readonly title: string; readonly since: number }[]
  }[]
}
// GET  /api/counties/:county/reports                     -> ReportsReply
// POST /api/counties/:county/reports/preview?from=&language=   StatedReport -> PreviewReply
// POST /api/counties/:county/reports                      StatedReport -> ReportTaskView
// POST /api/counties/:county/report-tasks/:task/cancel    -> ReportTaskView
// GET  /api/counties/:county/reports/:report/file         -> the file
// GET  /api/counties/:county/figures/:code                -> FigureReply
