/** Imports as they cross the network. Every text that a person reads comes in the language of the request (`Accept-Language`: zh or en). */
export type IntakeState = 'uploaded' | 'reading' | 'needs-answers' | 'ready' | 'writing' | 'done' | 'cancelled' | 'refused' | 'failed'

export type IntakeMessage = { readonly code: string; readonly message: string; readonly hint?: string }

export type LayerPreview = {
  readonly layer: string
  readonly file: string
  readonly format: string
  readonly standard: string | null // null: not recognised, a mapping is needed
  readonly standardName: string | null
  readonly encoding: string | null
  readonly crs: string | null
  readonly rowsRead: number
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly ended: number
  readonly refused: number
  readonly areaInM2: number | null // of the rows that would be taken
  readonly areaOutM2: number | null // of the rows refused
  readonly fields: readonly {
    readonly name: string
    readonly type: string
    readonly usedAs: string | null
    readonly examples: readonly string[]
  }[]
  readonly notes: readonly IntakeMessage[]
}

export type RefusedRow = {
  readonly file: string
  readonly layer: string
  readonly row: number
  readonly field: string | null
  readonly code: string
  readonly message: string
  readonly hint?: string
}
export type ChangedRow = {
  readonly kind: string
  readonly key: string
  readonly layer: string
  readonly row: number
  readonly fields: readonly {
    readonly name: string
    readonly label: string
    readonly before: string | null
    readonly after: string | null
  }[]
}

export type Question =
  | { readonly id: 'unclassified'; readonly text: string } // is the data free of state secrets?
  | { readonly id: `shifted:${string}`; readonly text: string } // the layer seems displaced; answered with 'accept'
  | { readonly id: 'county'; readonly text: string; readonly proposal: string | null; readonly choices: readonly string[] }
  | {
      readonly id: `crs:${string}`
      readonly text: string
      readonly proposal: string | null
      readonly choices: readonly { readonly value: string; readonly label: string }[]
    }
  | {
      readonly id: `mapping:${string}`
      readonly text: string
      readonly standards: readonly {
        readonly id: string
        readonly name: string
        readonly fields: readonly {
          readonly name: string
          readonly label: string
          readonly required: boolean
          readonly unit: string | null
          readonly guess: string | null
        }[]
      }[]
    }
  | { readonly id: 'validFrom'; readonly text: string; readonly proposal: string }

/** `unlaid`: patches that could not be laid under the parcels on them and count whole, as under no contract; left out where there are none. */
export type WrittenRevision = { readonly county: string; readonly rev: number; readonly unlaid?: number }

export type IntakeView = {
  readonly id: string
  readonly state: IntakeState
  readonly county: string | null
  readonly createdAt: string
  readonly createdBy: string
  readonly files: readonly { readonly name: string; readonly size: number }[]
  readonly progress: { readonly phase: string; readonly done: number; readonly total: number | null; readonly seconds: number } | null
  readonly questions: readonly Question[]
  readonly layers: readonly LayerPreview[]
  readonly refusedRows: readonly RefusedRow[] // the first 200
  readonly changedRows: readonly ChangedRow[] // the first 200
  readonly changedFields: readonly { readonly kind: string; readonly name: string; readonly label: string; readonly rows: number }[]
  readonly findings: readonly { readonly rule: string; readonly name: string; readonly severity: string; readonly rows: number }[]
  readonly refusal: IntakeMessage | null
  readonly revisions: readonly WrittenRevision[]
}

// POST   /api/intakes                     multipart files          -> IntakeView
// GET    /api/intakes                                              -> { intakes: IntakeView[] } (newest first, without rows)
// GET    /api/intakes/:id                                          -> IntakeView
// POST   /api/intakes/:id/answers         { answers: Record<question id, string | object> } -> IntakeView
// POST   /api/intakes/:id/confirm         { reason, cause }        -> IntakeView
// POST   /api/intakes/:id/cancel                                   -> IntakeView
// GET    /api/intakes/:id/refused.csv     every refused row
