// GET  /api/counties/:county/personal?kind=&id=            -> PersonalReply     read: masks, and why each is held
// POST /api/counties/:county/personal/open { kind, id, field, purpose, note }   -> OpenedReply     open-personal
// POST /api/counties/:county/personal/break-glass { reason, minutes }           -> { review, until }   read
// POST /api/counties/:county/personal/open-broken { kind, id, field, note }     -> OpenedReply     read, while the glass is broken
// POST /api/counties/:county/personal/find { field, value, purpose, note }      -> FoundReply      open-personal
// GET  /api/counties/:county/personal/log?kind=&id=&field=                      -> LookedReply     audit
export type PersonalReply = {
  readonly kind: string
  readonly id: number
  readonly key: string
  readonly fields: readonly {
    readonly field: string
    readonly name: string
    readonly mask: string
    readonly erased: string | null
    readonly purpose: string
    readonly basis: string
    readonly keepYears: number
    readonly sensitive: boolean
  }[]
  readonly purposes: readonly { readonly id: string; readonly name: string }[]
  readonly mayOpen: boolean
  readonly mayAudit: boolean
  readonly brokenUntil: string | null
}
export type OpenedReply = { readonly value: string; readonly until: string }
export type FoundReply = {
  readonly hits: readonly {
    readonly kind: string
    readonly id: number
    readonly key: string
    readonly masks: Readonly<Record<string, string>>
    readonly validTo: string
  }[]
}
export type LookedReply = {
  readonly looks: readonly {
    readonly at: string
    readonly actor: string
    readonly what: string
    readonly outcome: string
    readonly field: string | null
    readonly purpose: string | null
    readonly note: string | null
    readonly review: string | null // of the broken glass it was seen through
  }[]
}
