/**
 * Landsat Collection 2 Level 2, by its MTL file (text or JSON): USGS LSDS-1618 (Landsat 8–9 Collection 2 Level 2 Data Format Control Book) and
 * LSDS-1619 (Landsat 4–7). Factors are read from the group of surface reflectance: the groups of Level 1 in the same file name theirs alike.
 */
import { type CommonName, fileNamed, numberIn, type Product, type ProductBand, type ProductMask } from './product.ts'
import { stopScene } from './scene.refusals.ts'

type Group = Readonly<Record<string, string>>
type Groups = Readonly<Record<string, Group>>

const OLI: readonly (readonly [band: string, common: CommonName])[] = [
  ['1', 'coastal'],
  ['2', 'blue'],
  ['3', 'green'],
  ['4', 'red'],
  ['5', 'nir'],
  ['6', 'swir16'],
  ['7', 'swir22'],
]
const TM: readonly (readonly [band: string, common: CommonName])[] = [
  ['1', 'blue'],
  ['2', 'green'],
  ['3', 'red'],
  ['4', 'nir'],
  ['5', 'swir16'],
  ['7', 'swir22'],
]

/** QA_PIXEL: 0 fill, 1 dilated cloud, 2 cirrus, 3 cloud, 4 cloud shadow, 5 snow (LSDS-1619, table 6-2). */
const QA_HIDDEN = [1, 2, 3, 4, 5]
const QA_NOTHING = [0]

export const isMtl = (file: string) => /_MTL\.(txt|json)$/i.test(file)

/** Reads an MTL; `files` are the scene's, of which those that are there are taken. */
export function landsatProduct(mtl: string, text: string, files: readonly string[]): Product {
  const groups = groupsOf(mtl, text)
  const all = (name: string) => Object.values(groups).find((group) => group[name] !== undefined)?.[name] ?? null
  const contents = groups.PRODUCT_CONTENTS ?? {}
  const level = contents.PROCESSING_LEVEL ?? all('PROCESSING_LEVEL')
  const id = contents.LANDSAT_PRODUCT_ID ?? all('LANDSAT_PRODUCT_ID')
  const platform = all('SPACECRAFT_ID')
  if (!id || !platform || !level)
    return stopScene({ code: 'formats/scene-metadata-broken', details: { file: mtl, what: 'LANDSAT_PRODUCT_ID' } })
  if (!/^L2S[PR]$/.test(level)) return stopScene({ code: 'formats/scene-not-surface-reflectance', details: { product: id, level } })
  const number = numberIn(/\d+$/.exec(platform)?.[0])
  if (number === null) return stopScene({ code: 'formats/scene-metadata-broken', details: { file: mtl, what: 'SPACECRAFT_ID' } })

  const reflectance = groups.LEVEL2_SURFACE_REFLECTANCE_PARAMETERS ?? {}
  const bands: ProductBand[] = []
  const place = (key: string) => {
    const name = contents[key]
    return name ? fileNamed(files, name.replace(/\.tiff?$/i, ''), ['.tif', '.tiff']) : null
  }
  const factor = (from: Group, key: string) =>
    numberIn(from[key]) ?? stopScene({ code: 'formats/scene-metadata-broken', details: { file: mtl, what: key } })
  for (const [band, common] of number >= 8 ? OLI : TM) {
    const file = place(`FILE_NAME_BAND_${band}`)
    if (file === null) continue
    const scale = factor(reflectance, `REFLECTANCE_MULT_BAND_${band}`)
    const offset = factor(reflectance, `REFLECTANCE_ADD_BAND_${band}`)
    bands.push({ name: `SR_B${band}`, common, file, band: 0, scale, offset, unit: 'reflectance', nodata: 0 })
  }
  const thermal = number >= 8 ? 'ST_B10' : 'ST_B6'
  const heat = place(`FILE_NAME_BAND_${thermal}`)
  if (heat !== null) {
    const from = groups.LEVEL2_SURFACE_TEMPERATURE_PARAMETERS ?? {}
    const scale = factor(from, `TEMPERATURE_MULT_BAND_${thermal}`)
    const offset = factor(from, `TEMPERATURE_ADD_BAND_${thermal}`)
    bands.push({ name: thermal, common: 'lwir11', file: heat, band: 0, scale, offset, unit: 'K', nodata: 0 })
  }
  if (bands.length === 0) return stopScene({ code: 'formats/scene-without-raster', details: { file: mtl } })
  const quality = place('FILE_NAME_QUALITY_L1_PIXEL')
  const mask: ProductMask | null =
    quality === null ? null : { name: 'QA_PIXEL', file: quality, band: 0, kind: 'bits', hidden: QA_HIDDEN, nothing: QA_NOTHING }
  const day = all('DATE_ACQUIRED')
  const time = /^\d{2}:\d{2}:\d{2}/.exec((all('SCENE_CENTER_TIME') ?? '').replaceAll('"', ''))?.[0]
  const cloud = numberIn(all('CLOUD_COVER'))
  return {
    kind: 'landsat-c2-l2',
    id,
    takenOn: day,
    takenAt: day && time ? `${day}T${time}Z` : null,
    platform: platform.toLowerCase().replace('_', '-'),
    instrument: all('SENSOR_ID')?.toLowerCase() ?? null,
    level,
    cloudPercent: cloud === null || cloud < 0 ? null : cloud,
    bands,
    mask,
    places: {},
  }
}

const MOST_LINES = 5000

/** `GROUP = X`, `KEY = "value"`, `END_GROUP = X`; or the same as JSON. Groups within groups are told by the inner name. */
function groupsOf(file: string, text: string): Groups {
  const broken = (what: string) => stopScene({ code: 'formats/scene-metadata-broken', details: { file, what } })
  if (/\.json$/i.test(file)) {
    let tree: unknown
    try {
      tree = JSON.parse(text)
    } catch {
      return broken('JSON')
    }
    const root = isRecord(tree) && isRecord(tree.LANDSAT_METADATA_FILE) ? tree.LANDSAT_METADATA_FILE : null
    if (root === null) return broken('LANDSAT_METADATA_FILE')
    return Object.fromEntries(
      Object.entries(root).flatMap(([name, group]) =>
        isRecord(group) ? [[name, Object.fromEntries(Object.entries(group).map(([key, value]) => [key, String(value)]))]] : [],
      ),
    )
  }
  const groups: Record<string, Record<string, string>> = {}
  const open: string[] = []
  const lines = text.split(/\r?\n/)
  if (lines.length > MOST_LINES) return broken(`${lines.length} lines`)
  for (const line of lines) {
    const found = /^\s*([A-Z0-9_]+)\s*=\s*"?(.*?)"?\s*$/.exec(line)
    if (!found) continue
    const [, key, value] = found
    if (key === 'GROUP') open.push(value)
    else if (key === 'END_GROUP') open.pop()
    else {
      const name = open.at(-1) ?? ''
      groups[name] ??= {}
      groups[name][key] = value
    }
  }
  return groups
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
