/** Baselines and changes, as they cross the network. Areas are whole hundredths of a square metre. */
import type { Dimension } from './count.wire.ts'

export type BaselineView = {
  readonly key: string
  readonly title: string
  readonly day: string
  readonly known: number
  readonly since: number // the revision that froze it
  readonly area: number
  readonly patches: number
}
// GET  /api/counties/:county/baselines -> { baselines: BaselineView[] }
// POST /api/counties/:county/baselines { title, day? } -> BaselineView
// GET  /api/counties/:county/baselines/:key -> the signed file
// POST /api/counties/:county/baselines/:key/recount -> RecountView

type Apart = { readonly rows: number; readonly area: number; readonly patches: number; readonly cells: number }
export type RecountView = {
  readonly key: string
  readonly day: string
  readonly known: number
  readonly signature: boolean
  readonly fingerprint: string | null
  readonly chain: boolean | null // the revision still has the hash that was frozen; null: there is no register to ask
  readonly methods: readonly string[] // whose form has changed since
  readonly rows: readonly { readonly kind: string; readonly frozen: number; readonly found: number; readonly same: boolean }[]
  readonly fromRows: Apart // counted anew from the rows
  readonly fromSums: Apart | null // the register's sums; null: there is no register
  readonly patches: number // gone through
  readonly holds: boolean
}

export type Cause = string // the causes of revisions, and 'day': days that passed
export type Amount = { readonly area: number; readonly patches: number }
export type ChangesReply = {
  readonly county: string
  readonly within: string
  readonly from: { readonly day: string; readonly known: number; readonly baseline: string | null }
  readonly to: { readonly day: string; readonly known: number; readonly baseline: string | null }
  readonly before: Amount
  readonly after: Amount
  /** One for each cause that changed anything; `gained` and `lost` are taken over the rows asked for, so that what only moved shows too. */
  readonly causes: readonly (Amount & {
    readonly cause: Cause
    readonly gained: number
    readonly lost: number
    readonly revisions: readonly number[]
  })[]
  readonly rows: readonly {
    readonly by: Readonly<Partial<Record<Dimension, string>>>
    readonly before: Amount
    readonly after: Amount
    readonly causes: Readonly<Record<Cause, Amount>>
  }[]
  /** Whether before and all causes come to after, in area and number, in every row. */
  readonly adds: boolean
  readonly synthetic: boolean
}
// GET /api/counties/:county/changes?from=B1|DAY|DAY@REV|@REV&to=…&by=&within=&level=&class=&grade=&mapgrade=&owner=&contract=&saline=  -> ChangesReply

export type ChangedPatch = {
  readonly id: number
  readonly patchKey: string | null
  readonly villageName: string | null
  readonly cause: Cause
  readonly rev: number | null // null: days that passed
  readonly area: number // what it adds to the figure that was asked for
  readonly patches: number
  readonly parts: readonly (Readonly<Record<string, string | number>> & { readonly area: number; readonly patches: number })[]
}
export type ChangedPatches = {
  readonly rows: readonly ChangedPatch[]
  readonly matched: number
  readonly area: number
  readonly patches: number
  readonly next: number | null
}
// GET /api/counties/:county/changes/patches?…as above&cause=&rev=&offset=&limit=  -> ChangedPatches
