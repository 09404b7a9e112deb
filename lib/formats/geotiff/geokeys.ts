/** Where a GeoTIFF lies: its affine transform and its coordinate system (OGC 19-008r4, GeoTIFF 1.1). */
import { crsFromEpsg, crsFromWkt } from '../crs/crs.ts'
import type { Crs } from '../layers.ts'
import type { Directory } from './directories.ts'

/**
 * From column and row (of a cell's upper left corner) to coordinates, in GDAL's order:
 * x = g[0] + column · g[1] + row · g[2], y = g[3] + column · g[4] + row · g[5].
 */
export type Geotransform = readonly [number, number, number, number, number, number]

const TAG = { pixelScale: 33550, tiepoints: 33922, transformation: 34264, keys: 34735, doubles: 34736, ascii: 34737 }
const KEY = {
  modelType: 1024, rasterType: 1025, citation: 1026, geographic: 2048, geographicCitation: 2049, ellipsoid: 2056, semiMajor: 2057, semiMinor: 2058, inverseFlattening: 2059,
  projected: 3072, projectedCitation: 3073, method: 3075, units: 3076, unitSize: 3077, parallel1: 3078, parallel2: 3079, originLongitude: 3080, originLatitude: 3081,
  falseEasting: 3082, falseNorthing: 3083, falseOriginLongitude: 3084, falseOriginLatitude: 3085, falseOriginEasting: 3086, falseOriginNorthing: 3087,
  centreLongitude: 3088, centreLatitude: 3089, scale: 3092, straightLongitude: 3095,
} // biome-ignore format: a table
const USER_DEFINED = 32767

type Keys = ReadonlyMap<number, number | string>

export async function readPlace(directory: Directory): Promise<{ geotransform: Geotransform | null; crs: Crs | null }> {
  const keys = await readKeys(directory)
  return { geotransform: await readGeotransform(directory, keys.get(KEY.rasterType) === 2), crs: crsOf(keys) }
}

/** `onPoints`: the coordinates are those of cell centres, so that corners lie half a cell before. */
async function readGeotransform(directory: Directory, onPoints: boolean): Promise<Geotransform | null> {
  const scale = await directory.numbers(TAG.pixelScale, 16)
  const points = await directory.numbers(TAG.tiepoints, 60_000)
  const matrix = await directory.numbers(TAG.transformation, 16)
  let g: [number, number, number, number, number, number]
  if (matrix.length >= 8) g = [matrix[3], matrix[0], matrix[1], matrix[7], matrix[4], matrix[5]]
  else if (scale.length >= 2 && points.length >= 6)
    g = [points[3] - points[0] * scale[0], scale[0], 0, points[4] + points[1] * scale[1], 0, -scale[1]]
  else return null
  if (onPoints) {
    g[0] -= (g[1] + g[2]) / 2
    g[3] -= (g[4] + g[5]) / 2
  }
  const determinant = g[1] * g[5] - g[2] * g[4]
  return g.every(Number.isFinite) && determinant !== 0 && Number.isFinite(1 / determinant) ? g : null
}

async function readKeys(directory: Directory): Promise<Keys> {
  const table = await directory.numbers(TAG.keys, 4096)
  const doubles = await directory.numbers(TAG.doubles, 4096)
  const ascii = await directory.text(TAG.ascii)
  const keys = new Map<number, number | string>()
  for (let i = 4; i + 3 < table.length && i < 4 * (table[3] + 1); i += 4) {
    const [id, location, count, value] = table.subarray(i, i + 4)
    if (location === 0) keys.set(id, value)
    else if (location === TAG.doubles && value < doubles.length) keys.set(id, doubles[value])
    else if (location === TAG.ascii) keys.set(id, ascii.slice(value, value + count).replace(/\|$/, ''))
  }
  return keys
}

const isEpsg = (code: number | string | undefined): code is number => typeof code === 'number' && code >= 1024 && code < USER_DEFINED

function crsOf(keys: Keys): Crs | null {
  const projected = keys.get(KEY.projected)
  if (isEpsg(projected)) return crsFromEpsg(projected)
  for (const citation of [KEY.citation, KEY.projectedCitation, KEY.geographicCitation]) {
    const esri = /^ESRI PE String = (.*)$/s.exec(String(keys.get(citation) ?? ''))?.[1]
    const crs = esri ? crsFromWkt(esri) : null
    if (crs) return crs
  }
  const wkt = keys.get(KEY.modelType) === 1 || keys.has(KEY.method) ? projectedWkt(keys) : null
  if (wkt) return crsFromWkt(wkt)
  const geographic = keys.get(KEY.geographic)
  if (keys.get(KEY.modelType) === 2 || projected === undefined) {
    if (isEpsg(geographic)) return crsFromEpsg(geographic)
    const base = geographicWkt(keys)
    return base && keys.get(KEY.modelType) === 2 ? crsFromWkt(base) : null
  }
  return null
}

/** Semi-major axis and inverse flattening by EPSG code of the ellipsoid, or of the geographic system on it. */
const ELLIPSOIDS: Readonly<Record<number, readonly [name: string, a: number, inverse: number]>> = {
  7030: ['WGS 84', 6378137, 298.257223563], 7019: ['GRS 1980', 6378137, 298.257222101], 1024: ['CGCS2000', 6378137, 298.257222101],
  7024: ['Krassowsky 1940', 6378245, 298.3], 7049: ['IAG 1975', 6378140, 298.257],
  4326: ['WGS 84', 6378137, 298.257223563], 4258: ['GRS 1980', 6378137, 298.257222101], 4269: ['GRS 1980', 6378137, 298.257222101], 4490: ['CGCS2000', 6378137, 298.257222101],
  4214: ['Krassowsky 1940', 6378245, 298.3], 4610: ['IAG 1975', 6378140, 298.257],
} // biome-ignore format: a table
const DATUMS: Readonly<Record<number, string>> = { 4326: 'WGS_1984', 4490: 'China_2000', 4214: 'Beijing_1954', 4610: 'Xian_1980' }

function geographicWkt(keys: Keys): string | null {
  const system = Number(keys.get(KEY.geographic) ?? 0)
  const known = ELLIPSOIDS[Number(keys.get(KEY.ellipsoid) ?? 0)] ?? ELLIPSOIDS[system]
  const a = Number(keys.get(KEY.semiMajor) ?? known?.[1])
  const b = Number(keys.get(KEY.semiMinor))
  const inverse = Number(keys.get(KEY.inverseFlattening) ?? known?.[2] ?? (b > 0 && b < a ? a / (a - b) : 0))
  if (!(a > 6e6 && a < 7e6)) return null
  const name = DATUMS[system] ?? 'unknown'
  return `GEOGCS["${name}",DATUM["${name}",SPHEROID["${known?.[0] ?? 'unknown'}",${a},${inverse}]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`
}

type Parameter = readonly [name: string, keys: readonly number[], absent: number]
const ORIGIN: readonly Parameter[] = [
  ['latitude_of_origin', [KEY.originLatitude, KEY.falseOriginLatitude, KEY.centreLatitude], 0],
  ['central_meridian', [KEY.originLongitude, KEY.falseOriginLongitude, KEY.centreLongitude], 0],
  ['false_easting', [KEY.falseEasting, KEY.falseOriginEasting], 0],
  ['false_northing', [KEY.falseNorthing, KEY.falseOriginNorthing], 0],
]
const SCALE: Parameter = ['scale_factor', [KEY.scale], 1]
const PARALLELS: readonly Parameter[] = [['standard_parallel_1', [KEY.parallel1], 0], ['standard_parallel_2', [KEY.parallel2], 0]] // biome-ignore format: a pair
const CENTRE: readonly Parameter[] = [
  ['latitude_of_center', [KEY.centreLatitude, KEY.originLatitude, KEY.falseOriginLatitude], 0],
  ['longitude_of_center', [KEY.centreLongitude, KEY.originLongitude, KEY.falseOriginLongitude], 0],
  ...ORIGIN.slice(2),
]

/** Methods of ProjMethodGeoKey in the words of WKT 1. */
const METHODS: Readonly<Record<number, readonly [name: string, parameters: readonly Parameter[]]>> = {
  1: ['Transverse_Mercator', [...ORIGIN, SCALE]],
  7: ['Mercator_1SP', [...ORIGIN, SCALE]],
  8: ['Lambert_Conformal_Conic_2SP', [...PARALLELS, ...ORIGIN]],
  9: ['Lambert_Conformal_Conic_1SP', [...ORIGIN, SCALE]],
  10: ['Lambert_Azimuthal_Equal_Area', CENTRE],
  11: ['Albers_Conic_Equal_Area', [...PARALLELS, ...CENTRE]],
  15: ['Polar_Stereographic', [['central_meridian', [KEY.straightLongitude, KEY.originLongitude], 0], ORIGIN[0], ORIGIN[2], ORIGIN[3], SCALE]],
} // biome-ignore format: a table

/** Metres of a unit by EPSG code. */
const UNITS: Readonly<Record<number, number>> = { 9001: 1, 9002: 0.3048, 9003: 1200 / 3937 }

function projectedWkt(keys: Keys): string | null {
  const base = geographicWkt(keys)
  const method = METHODS[Number(keys.get(KEY.method))]
  const metres = UNITS[Number(keys.get(KEY.units) ?? 9001)] ?? Number(keys.get(KEY.unitSize))
  if (!base || !method || !(metres > 0)) return null
  const parameters = method[1].map(([name, from, absent]) => {
    const found = from.map((key) => keys.get(key)).find((value) => typeof value === 'number')
    return `PARAMETER["${name}",${found ?? absent}]`
  })
  const title = String(keys.get(KEY.projectedCitation) ?? keys.get(KEY.citation) ?? 'unnamed').replace(/["\n]/g, ' ')
  return `PROJCS["${title.slice(0, 80)}",${base},PROJECTION["${method[0]}"],${parameters.join(',')},UNIT["metre",${metres}]]`
}
