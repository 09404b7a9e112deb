/** Water as it crosses the network. Volumes m³, areas m², flows m³/s; texts come in the language of the request. */
import type { Decided, MonthBalance, OutletLoad, Row, Severity, SheetId, Water } from './water.ts'

export type FindingView = {
  readonly code: string
  readonly severity: Severity
  readonly sheet: SheetId
  readonly key: string
  readonly name: string
  readonly at: readonly [number, number] | null
  readonly message: string
  readonly hint: string | null
}
export type WaterReply = {
  readonly county: string
  readonly rev: number // the county's newest revision
  readonly asOf: string
  readonly water: Water
  readonly findings: readonly FindingView[]
  readonly synthetic: boolean
}
export type ScreeningView = {
  readonly crop: string
  readonly zone: string
  readonly method: string
  readonly m3PerMu: number
  readonly availableM3: number
  readonly efficiency: number
  readonly mostM2: number
}
export type BalanceView = {
  readonly yearType: string
  readonly months: readonly MonthBalance[]
  readonly districts: readonly {
    readonly districtId: string
    readonly name: string
    readonly demand: readonly number[] | null
    readonly delivered: readonly number[] | null
  }[]
  readonly canals: readonly {
    readonly reachId: string
    readonly name: string
    readonly entering: readonly number[]
    readonly capacity: readonly (number | null)[]
  }[]
  readonly outlets: readonly OutletLoad[]
  readonly missing: readonly string[]
  readonly screening: readonly ScreeningView[]
  readonly screeningMissing: readonly string[]
}
export type BalanceReply = { readonly county: string; readonly level: 'advanced' | 'general'; readonly balances: readonly BalanceView[] }

export type ChangeView = {
  readonly sheet: SheetId
  readonly title: string
  readonly added: readonly Row[]
  readonly changed: Decided['changed']
  readonly removed: readonly Row[]
  readonly same: number
}
/** What would change, or did: `rev` is the revision that was written, null for a look. `findings` are those of the water as it would stand. */
export type ChangesReply = {
  readonly rev: number | null
  readonly changes: readonly ChangeView[]
  readonly findings: readonly FindingView[]
  readonly base: number
}
// GET  /api/counties/:county/water?asOf&known                       -> WaterReply
// GET  /api/counties/:county/water/balance?level=&asOf&known        -> BalanceReply, all year types
// GET  /api/counties/:county/water/template?filled=1                -> XLSX
// POST /api/counties/:county/water/changes  {changes, reason, expected, validFrom?, look?} -> ChangesReply
// POST /api/counties/:county/water/import?look=1&whole=1&expected=&reason=   multipart, one XLSX -> ChangesReply
