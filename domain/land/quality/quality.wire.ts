export type FindingView = {
  readonly id: number
  readonly rule: string
  readonly ruleName: string
  readonly severity: 'error' | 'warning' | 'notice'
  readonly subjectKind: string
  readonly subjectId: number | null
  readonly subjectKey: string
  readonly village: string | null
  readonly bbox: readonly [number, number, number, number] | null
  readonly area: number | null
  readonly message: string
  readonly hint: string | null
  readonly accepted: { readonly reason: string; readonly by: string; readonly rev: number } | null
  readonly assigned: { readonly to: string; readonly by: string; readonly at: string; readonly note: string } | null
}
export type FindingsReply = {
  readonly county: string
  readonly checkedRev: number | null // null: never checked
  readonly head: number
  readonly rules: readonly {
    readonly rule: string
    readonly name: string
    readonly severity: string
    readonly source: string
    readonly open: number
    readonly accepted: number
  }[]
  readonly rows: readonly FindingView[]
  readonly matched: number
  readonly next: number | null
}
// GET  /api/counties/:county/findings?rule=&within=&state=open|accepted|all&offset=&limit=  -> FindingsReply
// POST /api/counties/:county/findings/:id/accept   { reason, name }     -> { rev }
// POST /api/counties/:county/findings/:id/assign   { to, note }         -> FindingView
// POST /api/counties/:county/check                                      -> { open, byRule }
