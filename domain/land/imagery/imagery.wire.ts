/** Scenes as they cross the network. Texts come in the language of the request. */
export type SceneView = {
  readonly id: number
  readonly key: string
  readonly title: string
  readonly takenOn: string
  readonly takenAt: string | null
  readonly platform: string
  readonly instrument: string | null
  readonly product: string
  readonly level: string | null
  readonly provider: string | null
  readonly cloudPercent: number | null
  readonly masked: boolean // whether it says where clouds are
  readonly crs: string
  readonly metresPerCell: number | null // null: in degrees
  readonly bbox: readonly [number, number, number, number]
  readonly footprint: unknown // GeoJSON
  readonly bytes: number
  readonly version: string // of its content: part of the address of its tiles
  readonly bands: readonly {
    readonly id: string // its letter, or band:NAME
    readonly name: string
    readonly role: string | null
    readonly roleName: string | null
    readonly unit: 'reflectance' | 'K' | null
    readonly min: number | null
    readonly max: number | null
  }[]
  readonly indices: readonly string[] // that its bands allow
  readonly measured: number // patches and parcels that have figures of it
}
export type IndexView = {
  readonly id: string
  readonly name: string
  readonly formula: string
  readonly bands: readonly string[]
  readonly range: readonly [number, number]
  readonly ramp: string
  readonly colours: readonly string[]
  readonly source: string
  readonly elsewhere: string
  readonly own: boolean
}
export type ScenesReply = {
  readonly county: string
  readonly scenes: readonly SceneView[]
  readonly indices: readonly IndexView[]
  readonly roles: readonly { readonly id: string; readonly name: string }[]
  readonly limits: { readonly mostHidden: number; readonly leastSeen: number; readonly leastCells: number; readonly source: string }
}
export type SummaryReply = {
  readonly of: string
  readonly summary: {
    readonly cells: number
    readonly min: number
    readonly max: number
    readonly percentiles: Readonly<Record<string, number>>
    readonly bins: readonly number[]
  } | null
}
export type SceneMessage = { readonly code: string; readonly message: string; readonly hint?: string }
export type SceneTaskView = {
  readonly id: string
  readonly what: 'add' | 'measure'
  readonly state: string
  readonly createdAt: string
  readonly createdBy: string
  readonly files: readonly { readonly name: string; readonly size: number }[]
  readonly progress: { readonly phase: string; readonly done: number; readonly total: number | null } | null
  readonly questions: readonly string[] // takenOn, platform, crs, roles, scale
  readonly found: {
    readonly product: string
    readonly id: string | null
    readonly takenOn: string | null
    readonly platform: string | null
    readonly crs: string | null
    readonly cloudPercent: number | null
    readonly masked: boolean
    readonly bbox: readonly number[] | null
    readonly rasters: readonly {
      readonly file: string
      readonly width: number
      readonly height: number
      readonly type: string
      readonly crs: string | null
    }[]
    readonly bands: readonly {
      readonly name: string
      readonly role: string | null
      readonly file: string
      readonly scale: number
      readonly offset: number
      readonly unit: string | null
    }[]
  } | null
  readonly refusal: SceneMessage | null
  readonly scene: number | null
  readonly rev: number | null
  readonly measured: { readonly scenes: number; readonly subjects: number; readonly crossing: number; readonly unplaced: number } | null
}
export type SeriesReply = {
  readonly county: string
  readonly kind: 'patch' | 'parcel'
  readonly id: number
  readonly measures: readonly { readonly id: string; readonly name: string; readonly unit: string | null }[]
  readonly limits: { readonly mostHidden: number; readonly leastSeen: number; readonly leastCells: number }
  readonly dates: readonly {
    readonly sceneId: number
    readonly takenOn: string
    readonly title: string
    readonly masked: boolean
    readonly seenShare: number
    readonly hiddenShare: number
    readonly cells: number
    /** Why no figure is shown: too much is hidden, too little lies on the scene, the patch is smaller than a cell, the outline was changed since. */
    readonly withheld: 'hidden' | 'unseen' | 'small' | 'stale' | null
    readonly figures: Readonly<
      Record<
        string,
        { readonly mean: number; readonly stdev: number; readonly low: number; readonly median: number; readonly high: number }
      >
    >
  }[]
}
// GET  /api/counties/:county/scenes?asOf&known                        -> ScenesReply
// GET  /api/counties/:county/scenes/:scene/summary?of=                -> SummaryReply
// GET  /api/counties/:county/series?kind=patch|parcel&id=&asOf=       -> SeriesReply
// GET  /tiles/:county/scenes/:scene/:z/:x/:y.png?bands=R,G,B&stretch=lo,hi,lo,hi,lo,hi | ?show=NDVI&stretch=lo,hi   (&v= for lasting addresses)
// POST /api/counties/:county/scene-tasks          multipart files     -> SceneTaskView
// GET  /api/counties/:county/scene-tasks, /:task                      -> { tasks }, SceneTaskView
// POST /api/counties/:county/scene-tasks/:task/answers|confirm|cancel -> SceneTaskView
// POST /api/counties/:county/scenes/measure                           -> SceneTaskView
// POST /api/counties/:county/indices                                  -> { rev }
// GET  /stac, /stac/collections[/:id[/items[/:item]]], /stac/search   -> STAC 1.0
