/** Scenarios and their results as they cross the network. Money 分, areas m², water m³, grain kg; texts come in the language of the request. */

import type { FrontOfPlan, PatchWhy, PlanFigures } from './results.ts'
import type { Measure, PlanTerms, ScenarioState } from './scenarios.ts'

export type SaidText = { readonly message: string; readonly hint?: string | undefined }
export type FindingText = SaidText & {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'note'
  readonly place: string
  readonly count: number
}

export type ScenarioView = {
  readonly key: string
  readonly title: string
  readonly notes: string
  readonly terms: PlanTerms
  readonly state: ScenarioState
  readonly author: string
  readonly submittedBy: string | null
  readonly decidedBy: string | null
  readonly copiedFrom: string | null
  readonly result: ResultSummary | null
}
export type ResultSummary = Pick<PlanFigures, 'status' | 'stopped' | 'objective' | 'bound' | 'gap' | 'totals'> & {
  readonly key: string
  readonly stale: boolean
  readonly measure: Measure
  readonly at: string | null
}
export type ScenariosReply = {
  readonly county: string
  readonly rev: number
  readonly synthetic: boolean
  readonly me: string
  readonly scenarios: readonly ScenarioView[]
  readonly towns: readonly { readonly code: string; readonly areaM2: number }[]
}
export type PlanTaskView = {
  readonly id: string
  readonly scenario: string
  readonly what: 'solve' | 'recompute' | 'front' | 'limits'
  readonly state: 'working' | 'stopping' | 'done' | 'cancelled' | 'refused' | 'failed'
  readonly phase: string | null
  readonly done: number
  readonly curve: readonly (readonly [number, number, number | null])[]
  readonly result: string | null
  readonly same: boolean | null // of a recompute
  readonly total: number | null
  readonly at: string // when it last changed
  readonly front: FrontOfPlan | null
  readonly refusal: (SaidText & { readonly code: string }) | null
  readonly findings: readonly FindingText[]
}
export type PlanTasksReply = { readonly tasks: readonly PlanTaskView[] }
export type ResultReply = {
  readonly key: string
  readonly scenario: string
  readonly title: string
  readonly terms: PlanTerms
  readonly rev: number
  readonly day: string
  readonly sha256: string
  readonly stale: boolean
  readonly figures: Omit<PlanFigures, 'prices' | 'findings'>
  readonly findings: readonly FindingText[]
  /** Patches by what is decided of them. */
  readonly choices: readonly { readonly label: string; readonly patches: readonly number[] }[]
  /** What options are called. */
  readonly names: Readonly<Record<string, string>>
  /** Where patches with options lie. */
  readonly places: readonly (readonly [patch: number, lon: number, lat: number])[]
}
export type WhyReply = {
  readonly patch: number
  readonly key: string
  readonly village: string
  readonly areaM2: number
  readonly label: string
  readonly out: string | null // why it has no option at all
  readonly options: readonly (PatchWhy & { readonly name: string | null })[]
}
export type CompareReply = {
  readonly a: ResultReply
  readonly b: ResultReply
  readonly differences: readonly {
    readonly patch: number
    readonly key: string
    readonly village: string
    readonly a: string
    readonly b: string
  }[]
  readonly differing: number
}
/** What can be said of terms before anything is read patch by patch. */
export type LookReply = {
  readonly findings: readonly FindingText[]
  readonly landM2: number
  readonly patches: number
  readonly moneyFen: number
  readonly targetM2: number
  readonly screening: readonly { readonly yearType: string; readonly crop: string; readonly m3PerMu: number; readonly mostM2: number }[]
}
// GET  /api/counties/:county/plan/scenarios                      -> ScenariosReply
// POST /api/counties/:county/plan/scenarios   {key?, title, notes, terms, from?}  -> { key, rev }
// POST /api/counties/:county/plan/scenarios/:scenario/state  {to} -> { rev }
// POST /api/counties/:county/plan/scenarios/:scenario/approve    -> { rev }, by another person
// POST /api/counties/:county/plan/scenarios/:scenario/solve      -> PlanTaskView
// POST /api/counties/:county/plan/look       {terms}             -> LookReply
// GET  /api/counties/:county/plan/tasks                          -> PlanTasksReply
// POST /api/counties/:county/plan/tasks/:task/stop               -> PlanTaskView, with the best plan so far
// GET  /api/counties/:county/plan/results/:result                -> ResultReply
// GET  /api/counties/:county/plan/results/:result/why?patch=     -> WhyReply
// POST /api/counties/:county/plan/results/:result/recompute      -> PlanTaskView
// GET  /api/counties/:county/plan/results/:result/annex.xlsx     -> workbook
// GET  /api/counties/:county/plan/compare?a=&b=                  -> CompareReply
