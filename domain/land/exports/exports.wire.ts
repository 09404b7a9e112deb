/** What the search finds: things with a place, never a person. */
export type SearchHit = {
  readonly kind: 'patch' | 'parcel' | 'contract' | 'area'
  readonly id: string // the row's number; of an area its code
  readonly label: string // its key or code; of an area its name
  readonly detail: string | null
  readonly bbox: readonly [number, number, number, number] | null
}
export type SearchReply = { readonly hits: readonly SearchHit[] }
// GET /api/search?county=&q=  -> SearchReply, at most 20

/** One revision's say about a row, as `dishu history --json` gives it. Areas are whole hundredths of a m². */
export type HistoryEntry = {
  readonly rev: number
  readonly recordedAt: string
  readonly actor: string
  readonly what: string // write | import | undo
  readonly cause: string
  readonly reason: string
  readonly undoes: number | null
  readonly kind: string // patch | parcel | contract | contract_parcel
  readonly id: number
  readonly action: 'added' | 'changed' | 'ended'
  readonly validFrom: string
  readonly validTo: string // 'infinity' until further notice
  readonly knownUntil: number | null // the revision that closed this version again
  readonly source: { readonly file: string; readonly layer: string; readonly row: number | null; readonly sha256: string } | null
  readonly changes: readonly { readonly name: string; readonly before: unknown; readonly after: unknown }[]
  readonly values: Readonly<Record<string, unknown>> | null // of what was added or changed; null where the row ended
}
export type HistoryReply = {
  readonly county: string
  readonly key: string
  readonly kind: 'patch' | 'parcel' | 'contract'
  readonly ids: readonly number[]
  readonly entries: readonly HistoryEntry[] // oldest first
}
