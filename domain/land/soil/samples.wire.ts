export type SampleView = {
  readonly id: number
  readonly code: string
  readonly longitude: number | null
  readonly latitude: number | null
  readonly plotCode: string | null
  readonly depthFromCm: number | null
  readonly depthToCm: number | null
  readonly sampledOn: string | null
  readonly season: string | null
  readonly campaign: string | null
  readonly ph: number | null
  readonly ec: number | null
  readonly ece: number | null
  readonly salt: number | null
  readonly esp: number | null
  readonly censored: Readonly<Record<string, string>> // `<0.05` by quantity
  readonly values: Readonly<Partial<Record<string, number>>> // of indicators, for colours and charts
  readonly grade: string
  readonly flags: readonly string[]
  readonly lab: string | null
  readonly role: string | null
  readonly duplicateOf: string | null
  readonly bag: string | null
  readonly findings: readonly { readonly id: number; readonly severity: string; readonly message: string }[]
}
export type SamplesReply = {
  readonly county: string
  readonly total: number // in the register; the list ends at 20,000
  readonly samples: readonly SampleView[]
  readonly scheme: { readonly id: string; readonly name: string; readonly depth: string }
  /** Bounds between grades by indicator, for the colours of a value. */
  readonly bounds: Readonly<Record<string, readonly number[]>>
}
export type ProfileView = {
  readonly quantity: 'ph' | 'ec' | 'ece' | 'salt' | 'esp'
  readonly layers: readonly {
    readonly from: number
    readonly to: number
    readonly value: number | null
    readonly limit: string | null
    readonly code: string
  }[]
  readonly curve: readonly (readonly [depth: number, value: number])[]
  readonly standard: readonly { readonly depth: string; readonly text: string | null; readonly refused: string | null }[]
}
export type ProfileReply = { readonly code: string; readonly sampledOn: string | null; readonly profiles: readonly ProfileView[] }
export type LaboratoryReply = {
  readonly duplicates: readonly {
    readonly duplicate: string
    readonly of: string
    readonly value: string
    readonly off: number
    readonly relative: boolean
  }[]
  readonly labs: readonly {
    readonly labs: readonly [string, string]
    readonly value: string
    readonly pairs: number
    readonly relative: boolean
    readonly mean: number
    readonly low: number | null // 95 %; null with one pair
    readonly high: number | null
  }[]
}
// GET /api/counties/:county/soil/samples?asOf&known                  -> SamplesReply
// GET /api/counties/:county/soil/samples/:id/profile?asOf&known      -> ProfileReply
// GET /api/counties/:county/soil/laboratory?asOf&known               -> LaboratoryReply
