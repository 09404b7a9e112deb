/** What an import would do, in codes and numbers; sentences are made of it in the reader's language (intake.view.ts). */
import type { Refusal } from '@dishu/base/refusal'
import type { SourceFile } from '../records/records.ts'

export type SavedMapping = {
  readonly standard: string
  readonly fields: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string>>
}

/** What the person decided, by question id. */
export type Answers = {
  readonly unclassified?: boolean
  readonly as?: string | null // a Standard's `as`, where the person said what the files are
  readonly county?: string | null
  readonly validFrom?: string | null
  readonly encoding?: string | null
  readonly crs?: Readonly<Record<string, string>> // by layer key: EPSG:4529
  readonly mapping?: Readonly<Record<string, SavedMapping>> // by layer key
  readonly shifted?: Readonly<Record<string, string>> // by layer key: 'accept'
}

export type LayerSummary = {
  readonly key: string // file and layer, as in questions
  readonly signature: string // of its field names, by which a mapping is found again
  readonly file: string
  readonly layer: string
  readonly format: string
  readonly standard: string | null
  readonly encoding: string | null
  readonly crs: string | null
  readonly srid: number | null
  readonly rowsRead: number
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly ended: number
  readonly refused: number
  readonly areaIn: number | null // hundredths of m²
  readonly areaOut: number | null
  readonly fields: readonly {
    readonly name: string
    readonly type: string
    readonly usedAs: string | null
    readonly examples: readonly string[]
  }[]
  readonly notes: readonly Refusal[]
}

export type QuestionData =
  | { readonly id: 'unclassified' }
  | { readonly id: 'county'; readonly proposal: string | null; readonly choices: readonly string[] }
  | {
      readonly id: `crs:${string}`
      readonly layer: string
      readonly example: readonly [number, number]
      readonly proposal: string | null
      readonly choices: readonly string[]
    }
  | { readonly id: `mapping:${string}`; readonly layer: string }
  | { readonly id: `shifted:${string}`; readonly layer: string; readonly eastM: number; readonly northM: number }

export type RefusedRowData = {
  readonly file: string
  readonly layer: string
  readonly row: number
  readonly field: string | null
  readonly refusal: Refusal
}
export type ChangedRowData = {
  readonly kind: string
  readonly key: string
  readonly layer: string
  readonly row: number
  readonly fields: readonly { readonly name: string; readonly before: unknown; readonly after: unknown }[]
}

/** Rows staged for one county and kind, in their own file beside the import's. */
export type StagedKind = {
  readonly county: string
  readonly kind: string
  readonly added: number
  readonly changed: number
  readonly ended: number
}

export type Preview = {
  readonly layers: readonly LayerSummary[]
  readonly questions: readonly QuestionData[]
  readonly refusedRows: readonly RefusedRowData[]
  readonly refusedCount: number
  readonly changedRows: readonly ChangedRowData[]
  readonly changedFields: readonly { readonly kind: string; readonly name: string; readonly rows: number }[]
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly rows: number }[]
  readonly staged: readonly StagedKind[]
  readonly sources: Readonly<Record<string, readonly SourceFile[]>> // by county
  readonly base: Readonly<Record<string, number>> // the revision of each county that the rows were compared with
  readonly validFrom: string
  readonly crs: readonly { readonly srid: number; readonly name: string; readonly wkt: string }[] // systems that the register must keep a definition of
  readonly refusal: Refusal | null // why the import cannot go on at all
}

export const SHOWN_ROWS = 200

export type IntakeRefusal =
  | Refusal<'intake/no-files', Record<string, never>>
  | Refusal<'intake/nothing-recognised', { readonly files: readonly string[] }>
  | Refusal<'intake/nothing-to-take', { readonly rows: number; readonly refused: number }>
  | Refusal<'intake/wrong-state', { readonly id: string; readonly state: string }>
  | Refusal<'intake/no-such-import', { readonly id: string }>
  | Refusal<'intake/unanswered', { readonly questions: readonly string[] }>
  | Refusal<'intake/not-confirmed-unclassified', Record<string, never>>
  | Refusal<'intake/no-county', { readonly files: readonly string[] }>
  | Refusal<'intake/interrupted', Record<string, never>>
  | Refusal<'intake/file-too-large', { readonly file: string; readonly limitMb: number }>
  | Refusal<'intake/file-changed', { readonly file: string }>
  | Refusal<
      'intake/encoding-does-not-fit',
      { readonly file: string; readonly layer: string; readonly encoding: string; readonly row: number; readonly field: string }
    >
  | Refusal<'intake/disk-nearly-full', { readonly freeMb: number; readonly neededMb: number }>

export type IntakeRowRefusal =
  | Refusal<'intake/duplicate-row', { readonly key: string; readonly firstRow: number }>
  | Refusal<'intake/coordinates-impossible', { readonly x: number; readonly y: number; readonly crs: string }>
  | Refusal<'intake/not-a-county', { readonly code: string }>

export type IntakeNote =
  | Refusal<'intake/crs-from-coordinates', { readonly crs: string; readonly example: number }>
  | Refusal<'intake/crs-not-the-zone', { readonly crs: string; readonly longitude: number }>
  | Refusal<'intake/shift-suspected', { readonly eastM: number; readonly northM: number }>
  | Refusal<'intake/renumbered', { readonly rows: number; readonly by: string }>
  | Refusal<'intake/rows-joined', { readonly rows: number }>
  | Refusal<'intake/stray-counties', { readonly county: string; readonly codes: readonly string[] }>
  | Refusal<'intake/duplicate-keys', { readonly rows: number; readonly example: string }>
  | Refusal<'intake/layer-skipped', { readonly reason: 'empty' | 'unknown' | 'no-fields' }>
  | Refusal<'intake/rows-without-geometry', { readonly rows: number }>
