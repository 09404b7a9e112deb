export type LagView = { readonly pairs: number; readonly distance: number; readonly gamma: number }
export type VariogramReply = {
  readonly value: string
  readonly unit: string
  readonly transform: 'scores' | 'log' | 'none'
  readonly robust: boolean
  readonly campaign: string
  readonly samples: number
  readonly variance: number
  readonly cutoff: number // metres
  readonly lags: readonly LagView[]
  readonly directions: readonly { readonly direction: number; readonly lags: readonly LagView[] }[]
  readonly fitted: string | null // null: too few lags
  readonly directed: string | null // with a direction, where one brings the error down; else null
  readonly directedGain: number // share of the weighted error that the direction takes away
  readonly notes: readonly string[]
}
export type VariogramCheckReply = {
  readonly model: string
  readonly isShown: boolean
  readonly gain: number
  readonly krigingRmse: number
  readonly meanRmse: number
  readonly inverseDistanceRmse: number
  readonly bias: number
  readonly zScore: number | null
  readonly squares: { readonly side: number; readonly rmse: number; readonly meanRmse: number } | null
  readonly message: string | null // where there is no structure
}
// GET /api/counties/:county/soil/variogram?value=&transform=&robust=&season=&depth=&cutoff=&asOf   -> VariogramReply
// GET /api/counties/:county/soil/variogram/check?…&model=                                           -> VariogramCheckReply
