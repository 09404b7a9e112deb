/** What a raster has to say to be written. */
import type { Geotransform } from './geokeys.ts'
import type { Samples, SampleType } from './samples.ts'

/** Types that are written: those that are numbers as they stand in memory. */
export type WritableType = Exclude<SampleType, 'uint64' | 'int64' | 'float16'>

export type RasterToWrite = {
  readonly width: number
  readonly height: number
  readonly bandCount: number
  readonly type: WritableType
  /** In GDAL's order; null for an image without a place. */
  readonly geotransform: Geotransform | null
  /** The coordinate system: a code, or an Esri WKT where there is none. */
  readonly epsg: number | null
  readonly wkt?: string | null
  /** Whether the system is in degrees; asked only where `epsg` or `wkt` is given. */
  readonly geographic?: boolean
  readonly nodata?: number | null
  /** Of each band: its name, and how a sample becomes a measured value. */
  readonly bands?: readonly { readonly name?: string; readonly scale?: number; readonly offset?: number }[]
  /** Items for the whole image. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Rows `y … y + n − 1`, one array of `n · width` samples per band. Asked once for each row, from the top. */
  rows(y: number, n: number): readonly Samples[] | Promise<readonly Samples[]>
}
