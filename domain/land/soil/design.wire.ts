import type { DesignRequest, PlannedPoint, PointState, Stratum } from './design.ts'

export type DesignPointView = PlannedPoint & PointState
export type DesignView = {
  readonly key: string | null // null: drawn and not kept
  readonly title: string
  readonly method: DesignRequest['method']
  readonly request: DesignRequest
  readonly validFrom: string
  readonly since: number | null
  readonly frame: {
    readonly epsg: number
    readonly spacingM: number
    readonly candidates: number
    readonly patches: number
    readonly digest: string
  }
  readonly strata: readonly (Stratum & { readonly name: string; readonly taken: number; readonly inclusion: number | null })[]
  readonly points: readonly DesignPointView[]
  readonly taken: number
  readonly figures: {
    readonly routeM: number
    readonly cost: number
    readonly objective: number | null
    readonly errorBefore: number | null
    readonly errorAfter: number | null
  }
}
export type DesignsReply = {
  readonly county: string
  readonly designs: readonly {
    readonly key: string
    readonly title: string
    readonly method: DesignRequest['method']
    readonly validFrom: string
    readonly points: number
    readonly taken: number
  }[]
  readonly layers: readonly string[] // that a design may leave out
  readonly values: readonly string[] // that a map knows, for a hypercube
}
export type RedrawReply = { readonly same: boolean; readonly sameGround: boolean; readonly points: number; readonly differing: number }
// GET  /api/counties/:county/soil/designs?asOf&known            -> DesignsReply
// GET  /api/counties/:county/soil/designs/:key                  -> DesignView
// POST /api/counties/:county/soil/designs/draw  DesignRequest   -> SoilTaskView (nothing is written)
// GET  /api/counties/:county/soil/tasks/:task/design            -> DesignView, not kept
// POST /api/counties/:county/soil/designs       {task} | DesignRequest   -> DesignView
// GET  /api/counties/:county/soil/designs/:key/redraw           -> RedrawReply
// GET  /api/counties/:county/soil/designs/:key/export?format=xlsx|csv|gpx|kml|geojson
