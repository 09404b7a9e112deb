export type RevisionView = {
  readonly rev: number
  readonly what: 'write' | 'import' | 'undo'
  readonly cause: string
  readonly undoes: number | null
  readonly undoneBy: number | null
  readonly actor: string
  readonly recordedAt: string
  readonly reason: string
  readonly sources: readonly { readonly file: string; readonly layer: string; readonly size: number; readonly sha256: string }[]
  readonly made: number
  readonly closed: number
  readonly hash: string
}
// GET  /api/counties/:county/revisions?before=REV&limit=   -> { revisions: RevisionView[]; head: number }
// POST /api/counties/:county/revisions/:rev/undo { reason } -> RevisionView, or 409 with a refusal { code, message, hint, dependents }
// Every refusal: HTTP 4xx with { code, message, hint?, details }.

export type SessionView = {
  readonly actor: string
  readonly mode: 'single-user' | 'office' // one person on this machine, loopback only; or everyone signs in
  readonly powers: readonly string[] // what the person may do on some area, see kernel/people
  readonly version: string
  readonly today: string
  readonly counties: readonly {
    readonly county: string
    readonly name: string
    readonly head: number
    readonly bbox: readonly [number, number, number, number] | null
    readonly synthetic: boolean
  }[]
}
// GET /api/session -> SessionView

export type AreaView = {
  readonly code: string
  readonly parent: string | null
  readonly level: 'county' | 'town' | 'village'
  readonly name: string
  readonly bbox: readonly [number, number, number, number] | null
  readonly controlArea: number | null
}
// GET /api/counties/:county/areas?asOf=&known= -> { areas: AreaView[] }   (a county without XZQ rows gets its areas from the patches' village codes)

// GET /api/counties/:county/vocabulary -> { classes: {code, name, name_en, usedAs}, grades: [{id, name, colour}], schemes: [...], rules: [...] } with names in the request's language
// GET /api/counties/:county/export?what=areas|patches|parcels|contracts|soil&to=gpkg|geojson|csv|xlsx&asOf=&known=&…filters of patches  -> file
// GET /api/search?county=&q=  -> { hits: [{ kind: 'patch'|'parcel'|'contract'|'area', id, label, detail, bbox }] }
