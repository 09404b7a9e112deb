/** Soil maps and grading as they cross the network. Areas are whole hundredths of a square metre; texts come in the language of the request. */
import type { CovariateChoice } from './covariates.ts'
import type { MapGrid, MapModel, MapRequest } from './maps.ts'

export type Said = { readonly code: string; readonly message: string; readonly hint?: string }

export type MapView = {
  readonly key: string
  readonly title: string
  readonly validFrom: string
  readonly rev: number
  readonly campaign: string
  readonly samplesRev: number
  readonly scheme: string
  readonly request: MapRequest
  readonly bbox: readonly [number, number, number, number]
  readonly values: readonly {
    readonly value: string
    readonly unit: string
    readonly samples: number
    readonly isShown: boolean
    readonly low: number
    readonly high: number
  }[]
  readonly grids: readonly (Pick<MapGrid, 'value' | 'sha256' | 'bytes' | 'width' | 'height' | 'epsg' | 'bands'> & {
    readonly cellM: number
  })[]
  readonly simulations: { readonly sha256: string; readonly bytes: number; readonly draws: number; readonly patches: number }
  readonly notes: readonly Said[]
}
export type MapsReply = { readonly county: string; readonly maps: readonly MapView[] }
// GET /api/counties/:county/soil/maps?asOf=&known=  -> MapsReply

export type MapDetail = MapView & { readonly models: readonly MapModel[]; readonly correlations: readonly (readonly number[])[] }
// GET /api/counties/:county/soil/maps/:map  -> MapDetail

/** What a map would be made of, without its making. */
export type MapPreview = {
  readonly epsg: number
  readonly cellM: number
  readonly cells: number
  readonly patches: number
  readonly scheme: string
  readonly models: readonly MapModel[]
  readonly correlations: readonly (readonly number[])[]
  readonly notes: readonly Said[]
}
// POST /api/counties/:county/soil/map-preview {request}  -> MapPreview

export type CovariatesReply = { readonly covariates: readonly CovariateChoice[] }
// GET /api/counties/:county/soil/covariates  -> CovariatesReply

export type SoilTaskView = {
  readonly id: string
  readonly what: 'map' | 'regrade' | 'look' | 'design'
  readonly state: 'working' | 'done' | 'cancelled' | 'refused' | 'failed'
  readonly createdAt: string
  readonly createdBy: string
  readonly title: string
  readonly reason: string
  readonly progress: { readonly phase: string; readonly done: number; readonly total: number | null } | null
  readonly refusal: Said | null
  readonly map: string | null
  readonly rev: number | null
  readonly patches: number | null
}
export type SoilTasksReply = { readonly tasks: readonly SoilTaskView[] }
// POST /api/counties/:county/soil/maps {request, reason} -> SoilTaskView
// GET /api/counties/:county/soil/tasks -> SoilTasksReply    GET …/soil/tasks/:task -> SoilTaskView    POST …/soil/tasks/:task/cancel -> SoilTaskView

export type AreaGrades = {
  readonly code: string
  readonly total: number
  readonly grades: readonly {
    readonly grade: string
    readonly counted: number
    readonly estimate: number
    readonly low: number
    readonly high: number
  }[]
}
export type AreasReply = {
  readonly county: string
  readonly within: string
  readonly level: string
  readonly asOf: string
  readonly scheme: string
  readonly schemeName: string
  readonly rule: string
  readonly share: number
  readonly indicator: string // combined, or one indicator
  readonly indicators: readonly string[]
  readonly map: { readonly key: string; readonly title: string } | null
  readonly areas: readonly AreaGrades[]
  readonly whole: AreaGrades // of `within`, from the same simulations
  readonly synthetic: boolean
}
// GET /api/counties/:county/soil/areas?within=&level=county|town|village&indicator=&asOf=&known=  -> AreasReply

export type PatchMapReply = {
  readonly patch: number
  readonly graded: {
    readonly map: string
    readonly title: string
    readonly validFrom: string
    readonly scheme: string
    readonly schemeName: string
    readonly rule: string
    readonly ruleShare: number
    readonly grade: string
    readonly share: number
    readonly chances: Readonly<Record<string, readonly number[]>>
    readonly figures: readonly {
      readonly value: string
      readonly unit: string
      readonly mean: number
      readonly deviation: number
      readonly low: number
      readonly high: number
    }[]
    readonly samples: readonly { readonly code: string; readonly metres: number }[]
    readonly needed: number | null // 11: more than ten
    readonly isShown: boolean // that the map is better than the mean, for every value
  } | null
}
// GET /api/counties/:county/soil/patches/:id?asOf=&known=  -> PatchMapReply

export type SchemeView = {
  readonly id: string
  readonly name: string
  readonly nameZh: string
  readonly nameEn: string
  readonly region: string
  readonly source: string
  readonly mark: string
  readonly readOn: string
  readonly note: string
  readonly own: boolean
  readonly copiedFrom: string | null
  readonly indicators: readonly {
    readonly name: string
    readonly unit: string
    readonly bounds: readonly number[]
    readonly above: boolean
  }[]
}
export type GradingView = {
  readonly scheme: string
  readonly depthFromCm: number
  readonly depthToCm: number
  readonly season: string
  readonly rule: string
  readonly conversion: string | null
  readonly mapRule: string
  readonly mapShare: number
}
export type GradingReply = {
  readonly county: string
  readonly present: GradingView
  readonly schemes: readonly SchemeView[]
  readonly regrades: readonly {
    readonly rev: number
    readonly recordedAt: string
    readonly actor: string
    readonly reason: string
    readonly undoneBy: number | null
  }[]
}
// GET /api/counties/:county/soil/grading -> GradingReply
// POST /api/counties/:county/soil/regrades {grading, scheme, reason, look?} -> SoilTaskView   look: nothing is written, and the task's moves say who would move
// GET /api/counties/:county/soil/tasks/:task/moves -> MovesReply

export type MovesReply = {
  readonly rev: number | null // null: of a look, of which nothing is written
  readonly before: GradingView & { readonly schemeView: SchemeView | null }
  readonly after: GradingView & { readonly schemeView: SchemeView | null }
  readonly bySample: readonly Moved[]
  readonly byMap: readonly Moved[]
  /** The first of those who moved by map, with the figures that decide. */
  readonly patches: readonly {
    readonly id: number
    readonly before: string
    readonly after: string
    readonly area: number
    readonly figures: readonly {
      readonly value: string
      readonly mean: number
      readonly before: string | null
      readonly after: string | null
    }[]
  }[]
}
export type Moved = { readonly before: string; readonly after: string; readonly patches: number; readonly area: number }
// GET /api/counties/:county/soil/regrades/:rev -> MovesReply

// GET /tiles/:county/soil/:map/:value/:show/:z/:x/:y.png   show: value, faded (to grey where it is unsure), deviation, or a probability band of the grid
