/**
 * Sentinel-2 Level 2A (.SAFE) by its MTD_MSIL2A.xml and, for the place of its rasters, MTD_TL.xml: ESA S2-PDGS-TAS-DI-PSD (Product Specification
 * Document). Since processing baseline 04.00 (January 2022) numbers carry an offset: reflectance = (stored + BOA_ADD_OFFSET) / BOA_QUANTIFICATION_VALUE.
 */
import {
  baseOf,
  type CommonName,
  fileNamed,
  numberIn,
  type Product,
  type ProductBand,
  type ProductMask,
  RASTER_ENDINGS,
  type StatedPlace,
} from './product.ts'
import { stopScene } from './scene.refusals.ts'

/** Each band once, at the finest grid it has; `offsetId` is the band's number in the list of offsets. */
const BANDS: readonly (readonly [name: string, metres: 10 | 20 | 60, common: CommonName, offsetId: number])[] = [
  ['B02', 10, 'blue', 1],
  ['B03', 10, 'green', 2],
  ['B04', 10, 'red', 3],
  ['B08', 10, 'nir', 7],
  ['B05', 20, 'rededge071', 4],
  ['B06', 20, 'rededge075', 5],
  ['B07', 20, 'rededge078', 6],
  ['B8A', 20, 'nir08', 8],
  ['B11', 20, 'swir16', 11],
  ['B12', 20, 'swir22', 12],
  ['B01', 60, 'coastal', 0],
  ['B09', 60, 'nir09', 9],
]
/** Scene classes: 3 cloud shadow, 8 and 9 clouds, 10 thin cirrus, 11 snow hide the ground; 0 is no data, 1 saturated or defective. */
const SCL_HIDDEN = [3, 8, 9, 10, 11]
const SCL_NOTHING = [0, 1]
const OFFSETS_SINCE = 4

export const isMtd = (file: string) => /(^|\/)MTD_MSIL(1C|2A)\.xml$/i.test(file)

/** `read` gives the text of one of `files`, or null where it is not among them. */
export function sentinel2Product(mtd: string, text: string, files: readonly string[], read: (file: string) => string | null): Product {
  const broken = (what: string, file = mtd) => stopScene({ code: 'formats/scene-metadata-broken', details: { file: baseOf(file), what } })
  if (/<!DOCTYPE/i.test(text)) return broken('DOCTYPE')
  const one = (name: string) => elements(text, name)[0]?.text ?? null
  const id = one('PRODUCT_URI')?.replace(/\.SAFE$/, '') ?? null
  const start = one('PRODUCT_START_TIME')
  if (!id || !start) return broken('PRODUCT_URI')
  if (/MSIL1C/i.test(baseOf(mtd)) || /_MSIL1C_/.test(id))
    return stopScene({ code: 'formats/scene-not-surface-reflectance', details: { product: id, level: 'L1C' } })
  const quantification = numberIn(one('BOA_QUANTIFICATION_VALUE')) ?? broken('BOA_QUANTIFICATION_VALUE')
  if (!(quantification > 0)) return broken('BOA_QUANTIFICATION_VALUE')
  const baseline = numberIn(one('PROCESSING_BASELINE'))
  const offsets = new Map(
    elements(text, 'BOA_ADD_OFFSET').map(({ attributes, text: value }) => [numberIn(attributes.band_id), numberIn(value)]),
  )
  // without the list, reflectance of such a product would come out 0.1 too high, and nobody would see it
  if (offsets.size === 0 && (baseline === null || baseline >= OFFSETS_SINCE)) return broken('BOA_ADD_OFFSET')

  const bands: ProductBand[] = []
  const rasterOf = (name: string, metres: number) => {
    const stated = elements(text, 'IMAGE_FILE').find(({ text: path }) => path.endsWith(`_${name}_${metres}m`))
    return stated ? fileNamed(files, baseOf(stated.text), RASTER_ENDINGS) : null
  }
  const metresOf = new Map<string, number>()
  for (const [name, metres, common, offsetId] of BANDS) {
    const file = rasterOf(name, metres)
    if (file === null) continue
    const offset = offsets.size === 0 ? 0 : (offsets.get(offsetId) ?? broken(`BOA_ADD_OFFSET band_id="${offsetId}"`))
    bands.push({ name, common, file, band: 0, scale: 1 / quantification, offset: offset / quantification, unit: 'reflectance', nodata: 0 })
    metresOf.set(file, metres)
  }
  if (bands.length === 0) return stopScene({ code: 'formats/scene-without-raster', details: { file: baseOf(mtd) } })
  const classes = rasterOf('SCL', 20)
  if (classes !== null) metresOf.set(classes, 20)
  const mask: ProductMask | null =
    classes === null ? null : { name: 'SCL', file: classes, band: 0, kind: 'classes', hidden: SCL_HIDDEN, nothing: SCL_NOTHING }
  const tile = files.find((each) => /(^|\/)MTD_TL\.xml$/i.test(each))
  const places = tile === undefined ? {} : placesIn(tile, read(tile) ?? '', metresOf)
  return {
    kind: 'sentinel2-l2a',
    id,
    takenOn: /^\d{4}-\d{2}-\d{2}/.exec(start)?.[0] ?? null,
    takenAt: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.test(start) ? `${start.slice(0, 19)}Z` : null,
    platform: one('SPACECRAFT_NAME')?.toLowerCase() ?? null,
    instrument: 'msi',
    level: 'L2A',
    cloudPercent: numberIn(one('Cloud_Coverage_Assessment')),
    bands,
    mask,
    places,
  }
}

/** Where each raster lies, by the size of its pixels. */
function placesIn(file: string, text: string, metresOf: ReadonlyMap<string, number>): Record<string, StatedPlace> {
  const broken = (what: string) => stopScene({ code: 'formats/scene-metadata-broken', details: { file: baseOf(file), what } })
  if (/<!DOCTYPE/i.test(text)) return broken('DOCTYPE')
  const epsg = numberIn(/^EPSG:(\d{4,6})$/i.exec(elements(text, 'HORIZONTAL_CS_CODE')[0]?.text ?? '')?.[1]) ?? broken('HORIZONTAL_CS_CODE')
  const corners = new Map(
    elements(text, 'Geoposition').map(({ attributes, text: inside }) => {
      const [originX, originY, stepX, stepY] = ['ULX', 'ULY', 'XDIM', 'YDIM'].map(
        (name) => numberIn(elements(inside, name)[0]?.text) ?? broken(name),
      )
      return [numberIn(attributes.resolution), { epsg, originX, originY, stepX, stepY }]
    }),
  )
  return Object.fromEntries(
    [...metresOf].map(([raster, metres]) => [raster, corners.get(metres) ?? broken(`Geoposition resolution="${metres}"`)]),
  )
}

type Element = { readonly attributes: Readonly<Record<string, string>>; readonly text: string }
const MOST_ELEMENTS = 2000

/** Every element of a name, whatever its prefix: what stands between its tags, and its attributes. Elements of one name do not lie in one another here. */
function elements(xml: string, name: string): Element[] {
  const found: Element[] = []
  const opens = new RegExp(`<(?:\\w+:)?${name}(\\s[^<>]*)?>`, 'g')
  for (let open = opens.exec(xml); open !== null && found.length < MOST_ELEMENTS; open = opens.exec(xml)) {
    const from = open.index + open[0].length
    if (open[1]?.endsWith('/')) continue
    const close = new RegExp(`</(?:\\w+:)?${name}\\s*>`, 'g')
    close.lastIndex = from
    const end = close.exec(xml)
    if (end === null) break
    const attributes = Object.fromEntries([...(open[1] ?? '').matchAll(/([\w:]+)\s*=\s*"([^"]*)"/g)].map(([, key, value]) => [key, value]))
    found.push({ attributes, text: xml.slice(from, end.index).trim() })
    opens.lastIndex = end.index
  }
  return found
}
