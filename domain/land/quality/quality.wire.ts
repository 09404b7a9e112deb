export type FindingView = {
  readonly id: number
  readonly rule: string
  readonly ruleName: string
  readonly severity: 'error' | 'warning' | 'notice'
  readonly subjectKind: string
  readonly subjectId: number | null
  readonly subjectKey: string
  readonly village: string | null
  /** The keys of all rows that it speaks of; of a finding of geometry there may be many. */
  readonly rows: readonly string[]
  readonly bbox: readonly [number, number, number, number] | null
  readonly area: number | null
  readonly message: string
  readonly hint: string | null
  readonly accepted: { readonly reason: string; readonly by: string; readonly rev: number } | null
  readonly assigned: { readonly to: string; readonly by: string; readonly at: string; readonly note: string } | null
}
/** What the last check of a layer's outlines rested on; without a proof (`fault`) there are no findings of it. */
export type CheckedLayerView = {
  readonly layer: 'patch' | 'parcel' | 'area'
  readonly rev: number
  readonly rows: number
  readonly sumM2: number | null
  readonly outerM2: number | null
  readonly differenceM2: number | null
  readonly fault: string | null
}
export type FindingsReply = {
  readonly geometry: readonly CheckedLayerView[]
  readonly county: string
  readonly checkedRev: number | null // null: never checked
  readonly head: number
  /** Whether rows that rules look at have changed since. */
  readonly outdated: boolean
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

/** A check under way, and what it is at; `running` false: none. */
export type CheckState = {
  readonly running: boolean
  readonly phase: string | null
  readonly layer: string | null
  readonly done: number
  readonly total: number | null
  readonly startedAt: string | null
}

/** GeoJSON polygons in degrees. `role`: the rows as they are, as they would be, those that stay, their neighbours, the ground in question. */
export type FixShapes = {
  readonly type: 'FeatureCollection'
  readonly features: readonly {
    readonly type: 'Feature'
    readonly properties: { readonly role: 'before' | 'after' | 'stays' | 'near' | 'defect'; readonly key: string }
    readonly geometry: {
      readonly type: 'MultiPolygon'
      readonly coordinates: readonly (readonly (readonly (readonly [number, number])[])[])[]
    }
  }[]
}

export type FixOptionView = {
  readonly way: 'cut' | 'fill' | 'snap'
  readonly target: string
  readonly against: string | null
  readonly withinM: number | null
  readonly why: string
  readonly borderM: number | null
}
export type FixesReply = {
  readonly head: number
  readonly options: readonly FixOptionView[]
  readonly shapes: FixShapes
}

/** Areas in hundredths of m²; `mu` as the registry states it. */
export type AreasView = {
  readonly computed: number | null
  readonly official: number | null
  readonly deducted: number | null
  readonly classArea: number | null
  readonly mu: number | null
}
export type FixPreview = {
  readonly head: number
  readonly regionM2: number
  readonly rows: readonly {
    readonly key: string
    readonly id: number
    readonly before: AreasView
    readonly after: AreasView
    readonly changeM2: number
  }[]
  readonly sumBefore: number // of the changed rows' outlines, hundredths of m²
  readonly sumAfter: number
  readonly villages: readonly {
    readonly village: string
    readonly name: string | null
    readonly before: number
    readonly after: number
    readonly control: number | null
  }[]
  readonly gone: boolean
  readonly fresh: readonly { readonly rule: string; readonly ruleName: string; readonly message: string; readonly geometry: boolean }[]
  /** Whether it can be applied: the finding is gone, and no other of geometry comes. */
  readonly holds: boolean
  readonly shapes: FixShapes
}
// GET  /api/counties/:county/findings?rule=&within=&state=open|accepted|all&offset=&limit=  -> FindingsReply
// GET  /api/counties/:county/findings/:id/fixes                          -> FixesReply
// GET  /api/counties/:county/findings/:id/fix?way=&target=&against=&within=&areas=          -> FixPreview
// POST /api/counties/:county/findings/:id/fix      { way, target, against, withinM, areas, head, cause, reason } -> { rev }
// POST /api/counties/:county/findings/:id/accept   { reason, name }     -> { rev }
// POST /api/counties/:county/findings/:id/assign   { to, note }         -> FindingView
// POST /api/counties/:county/check                                      -> { checked } when it is done
// GET  /api/counties/:county/check                                      -> CheckState
// POST /api/counties/:county/check/stop                                 -> CheckState
