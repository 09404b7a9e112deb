/** Rasters that come without a product's metadata: what their names and their bands' names let guess. A person has the last word. */
import { baseOf, type CommonName, type Product, type ProductBand } from './product.ts'

/** What is known of a raster once it is open. */
export type RasterFacts = {
  readonly file: string
  readonly bands: number
  readonly names: readonly (string | null)[]
  readonly nodata: number | null
  readonly scale: readonly number[]
  readonly offset: readonly number[]
}

const WORDS: readonly (readonly [pattern: RegExp, common: CommonName])[] = [
  [/coastal|aerosol|海岸/, 'coastal'],
  [/red.?edge.?(1|071|705)|红边.?1/, 'rededge071'],
  [/red.?edge.?(2|075|740)|红边.?2/, 'rededge075'],
  [/red.?edge.?(3|078|783)|红边.?3/, 'rededge078'],
  [/(?:^|[^a-z])blue|蓝/, 'blue'],
  [/(?:^|[^a-z])green|绿/, 'green'],
  [/near.?infra|近红外|(?:^|[^a-z])nir(?![a-z0-9])/, 'nir'],
  [/(?:^|[^a-z])nir.?08/, 'nir08'],
  [/short.?wave.?infra.*1|短波红外.?1|swir.?(1|16)/, 'swir16'],
  [/short.?wave.?infra.*2|短波红外.?2|swir.?(2|22)/, 'swir22'],
  [/cirrus|卷云/, 'cirrus'],
  [/thermal|lwir|热红外/, 'lwir11'],
  [/(?:^|[^a-z])pan(chromatic)?(?![a-z])|全色/, 'pan'],
  [/(?:^|[^a-z])red(?![a-z])|红光|红波段/, 'red'],
]

/** The common name that a text names in words; a mere number says nothing, since it means another band on every sensor. */
export function commonIn(text: string): CommonName | null {
  const plain = text.toLowerCase().replaceAll('_', ' ')
  return WORDS.find(([pattern]) => pattern.test(plain))?.[1] ?? null
}

/** A day in a file's name: 20240512, 2024-05-12, 2024_05_12. */
export function dayIn(name: string): string | null {
  for (const [, y, m, d] of name.matchAll(/(?<!\d)(19[7-9]\d|20[0-4]\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)/g)) {
    const at = new Date(Date.UTC(Number(y), Number(m) - 1, Number(d)))
    if (at.getUTCDate() === Number(d)) return `${y}-${m}-${d}`
  }
  return null
}

/** Every band of every raster, in the order of the files. */
export function plainProduct(rasters: readonly RasterFacts[]): Product {
  const bands: ProductBand[] = rasters.flatMap((raster) =>
    Array.from({ length: raster.bands }, (_, band): ProductBand => {
      const stem = baseOf(raster.file).replace(/\.[^.]*$/, '')
      const own = raster.names[band]
      const name = own || (raster.bands === 1 ? stem : `${stem} ${band + 1}`)
      return {
        name: name.slice(0, 60),
        common: commonIn(own || (raster.bands === 1 ? stem : '')),
        file: raster.file,
        band,
        scale: raster.scale[band] ?? 1,
        offset: raster.offset[band] ?? 0,
        unit: null,
        nodata: raster.nodata,
      }
    }),
  )
  const takenOn = rasters.map(({ file }) => dayIn(baseOf(file))).find((day) => day !== null) ?? null
  return {
    kind: 'plain',
    id: null,
    takenOn,
    takenAt: null,
    platform: null,
    instrument: null,
    level: null,
    cloudPercent: null,
    bands,
    mask: null,
    places: {},
  }
}
