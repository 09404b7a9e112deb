// GET  /api/counties/:county/reviews?state=&act=           -> ReviewsReply                  read
// GET  /api/counties/:county/reviews/:review               -> ReviewView with its steps     read
// POST /api/counties/:county/reviews/:review/approve { seen, note } -> { rev }              approve
// POST /api/counties/:county/reviews/:review/return  { seen, note } -> {}                   approve
// POST /api/counties/:county/reviews/:review/submit  { note } -> {}                         the author
// POST /api/counties/:county/reviews/:review/withdraw { note } -> {}                        the author
// An act that waits for a second person answers its own route with 202 and Proposed.
// With ?draft=true it is kept as a draft, which only its author sees, until they submit it.
// POST /api/counties/:county/reviews/:review/try { }       -> TriedReply: done and taken back  read
export type Proposed = { readonly review: string; readonly state: 'submitted' | 'draft' }
export type TriedReply = {
  /** Rows that would begin and end, by the kind of row; none for what writes no revision. */
  readonly rows: readonly { readonly kind: string; readonly made: number; readonly closed: number }[]
}

export type ReviewView = {
  readonly id: string
  readonly act: string
  readonly actName: string
  readonly area: string
  readonly state: 'draft' | 'submitted' | 'approved' | 'returned' | 'withdrawn'
  readonly author: string
  readonly title: string
  readonly asked: Readonly<Record<string, unknown>>
  readonly seen: string
  readonly head: number
  readonly madeAt: string
  readonly settledAt: string | null
  readonly rev: number | null
  readonly until: string | null
  readonly own: boolean
}
export type ReviewsReply = { readonly reviews: readonly ReviewView[]; readonly mayApprove: boolean }
export type ReviewReply = ReviewView & {
  readonly holds: boolean // every step is signed over what is kept
  readonly steps: readonly {
    readonly what: string
    readonly actor: string
    readonly role: string
    readonly at: string
    readonly note: string
    readonly fingerprint: string | null
  }[]
}
