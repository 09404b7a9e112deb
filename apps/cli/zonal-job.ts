/** What `dishu zonal` is asked, as plain data that goes to the process which does it. */

export type ZonalJob = {
  /** Each on its own grid. Bands are numbered from 1; null for all that hold data. */
  readonly rasters: readonly { readonly path: string; readonly name: string; readonly size: number; readonly remote: boolean }[]
  readonly bands: readonly number[] | null
  readonly layer: string
  /** The files of the layer: the process may not look into the folder. */
  readonly siblings: readonly string[]
  readonly layerName: string | null
  readonly key: string | null
  readonly statistics: readonly string[]
  /** Covered cells of every value, and their shares. */
  readonly histogram: boolean
  readonly fractions: boolean
  /** A raster on the same grid whose values weigh the cells. */
  readonly weights: string | null
  readonly rasterEpsg: number | null
  readonly layerEpsg: number | null
  /** Every cell counts alike, whatever its area on the ground. */
  readonly plainCells: boolean
  readonly workers: number
  readonly out: string
  readonly format: 'csv' | 'json' | 'parquet'
  /** A table of every covered cell beside it. */
  readonly cellsOut: string | null
}

/** What became of it. */
export type ZonalSummary = {
  readonly layer: string
  readonly zones: number
  readonly key: string | null
  readonly columns: readonly string[]
  readonly rasters: readonly {
    readonly name: string
    readonly width: number
    readonly height: number
    readonly crs: string
    readonly bands: readonly number[]
    /** Whether means and shares count cells by their area on the ground. */
    readonly byArea: boolean
    /** Zones that lie on no cell of it. */
    readonly outside: number
  }[]
  /** Zones without figures, at most a thousand of them, and how many there are. */
  readonly withoutFigures: number
  readonly skipped: readonly { readonly zone: string | number | null; readonly why: 'crossing' | 'no-polygon' }[]
  /** Names that several zones have, at most a thousand of them, and how many there are: their rows cannot be told apart by name. */
  readonly repeatedKeys: { readonly count: number; readonly first: readonly (string | number | boolean)[] }
  /** Rows of the layer that could not be read at all. */
  readonly leftOut: readonly { readonly row: number; readonly code: string }[]
  readonly bytes: number
}
