/** What a scene is made of, whoever made it: which raster holds which band, how its numbers become reflectance, and where clouds are said. */

/** What a band looks at, by the common names of STAC's eo extension 1.1; null where nothing says so. */
export type CommonName =
  | 'coastal'
  | 'blue'
  | 'green'
  | 'red'
  | 'rededge071'
  | 'rededge075'
  | 'rededge078'
  | 'nir'
  | 'nir08'
  | 'nir09'
  | 'cirrus'
  | 'swir16'
  | 'swir22'
  | 'lwir11'
  | 'pan'

export type ProductBand = {
  readonly name: string // as the product calls it: B04, SR_B4
  readonly common: CommonName | null
  readonly file: string // path of its raster among the scene's files
  readonly band: number // of the raster, from 0
  /** Stored numbers become values as `stored · scale + offset`. */
  readonly scale: number
  readonly offset: number
  readonly unit: 'reflectance' | 'K' | null
  readonly nodata: number | null
}

/** Where the product says what hides the ground: bits of a number, or classes. `nothing`: pixels that hold no data at all. */
export type ProductMask = {
  readonly name: string
  readonly file: string
  readonly band: number
  readonly kind: 'bits' | 'classes'
  readonly hidden: readonly number[]
  readonly nothing: readonly number[]
}

/** Where a raster lies, where it does not say so itself. */
export type StatedPlace = {
  readonly epsg: number
  readonly originX: number
  readonly originY: number
  readonly stepX: number
  readonly stepY: number
}

export type Product = {
  readonly kind: 'landsat-c2-l2' | 'sentinel2-l2a' | 'plain'
  readonly id: string | null
  /** The day, and the moment in UTC where it is said. */
  readonly takenOn: string | null
  readonly takenAt: string | null
  readonly platform: string | null
  readonly instrument: string | null
  readonly level: string | null
  readonly cloudPercent: number | null
  readonly bands: readonly ProductBand[]
  readonly mask: ProductMask | null
  /** By file. */
  readonly places: Readonly<Record<string, StatedPlace>>
}

export const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** The file of a list that has a name, whatever folder it lies in and whatever its ending among those given. */
export function fileNamed(files: readonly string[], stem: string, endings: readonly string[]): string | null {
  const wanted = endings.map((ending) => `${stem}${ending}`.toLowerCase())
  return files.find((each) => wanted.includes(baseOf(each).toLowerCase())) ?? null
}

export const RASTER_ENDINGS = ['.tif', '.tiff', '.jp2', '.j2k', '.jp2k']
export const isRaster = (file: string) => /\.(tiff?|jp2|j2k|jp2k)$/i.test(file)

/** The finite number of a text, or null. */
export const numberIn = (text: string | null | undefined): number | null => {
  if (text === null || text === undefined || text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}
