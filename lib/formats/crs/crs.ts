/** Coordinate systems: what a file states, which one it is, and the way from it to longitude and latitude. */
import { Refused } from '@dishu/base/refusal'
import proj4 from 'proj4'
import type { Crs } from '../layers.ts'
import { epsgOfName, GEOGRAPHIC_TITLES, KNOWN, utmOfEpsg } from './known.ts'
import { child, epsgOf, isNode, parametersOf, parseWkt, title, type WktNode } from './wkt.ts'
import { type Datum, ELLIPSOID, epsgOfZone, GEOGRAPHIC, proj4OfZone, type Zone, zoneOfEpsg, zoneTitle } from './zones.ts'

export { type Zone, zoneFromEasting } from './zones.ts'

/** The system of a WKT (WKT 1, Esri's .prj, WKT 2); null where the text is none. Its EPSG number is stated or recognised. */
export function crsFromWkt(wkt: string): Crs | null {
  const root = parseWkt(wkt.replaceAll('\0', '').trim())
  const node = root && unwrapped(root)
  if (!node) return null
  const geographic = isGeographic(node)
  if (!geographic && node.name !== 'PROJCS' && node.name !== 'PROJCRS' && node.name !== 'PROJECTEDCRS') return null
  const epsg = epsgOf(node) ?? recognise(node, geographic)
  return { epsg, name: title(node) || (epsg ? titleOf(epsg) : null) || 'unnamed', wkt, geographic }
}

/** The system an EPSG number names. Its WKT, where the file has one, may be given for systems we have no definition of. */
export function crsFromEpsg(epsg: number, wkt: string | null = null): Crs {
  const stated = wkt ? crsFromWkt(wkt) : null
  const name = stated?.name ?? titleOf(epsg) ?? `EPSG:${epsg}`
  // 4001–4999 holds the geographic systems save where we know better: the CGCS2000 zones lie among them
  const geographic =
    stated?.geographic ?? (epsg in GEOGRAPHIC_TITLES || (epsg > 4000 && epsg < 5000 && !zoneOfEpsg(epsg) && !(epsg in KNOWN)))
  return { epsg, name, wkt, geographic }
}

/** `urn:ogc:def:crs:EPSG::4490`, `EPSG:4490`, `http://www.opengis.net/def/crs/EPSG/0/4490`, CRS84; null for anything else. */
export function crsFromName(name: string): Crs | null {
  if (/CRS:?84$/i.test(name)) return crsFromEpsg(4326)
  const code = /epsg[:/](?:[\d.]*[:/])?(\d{4,6})$/i.exec(name)?.[1]
  return code ? crsFromEpsg(Number(code)) : null
}

/**
 * The old national datum a system stands on, if it does. Between it and CGCS2000 lie up to 100 m and more, and the parameters
 * are the surveying authority's: what `toLonLat` gives for it are degrees on the old datum.
 */
export function oldDatum(crs: Crs): Exclude<Datum, 'cgcs2000'> | null {
  const datum = (crs.epsg && (zoneOfEpsg(crs.epsg)?.datum ?? datumOfGeographic(crs.epsg))) || (crs.wkt && chineseDatum(crs.wkt)) || null
  return datum === 'cgcs2000' ? null : datum
}

export type ToLonLat = (x: number, y: number) => [lon: number, lat: number]

type Transform = { readonly to: ToLonLat; readonly from: (lon: number, lat: number) => [x: number, y: number] }
const transforms = new Map<string, Transform>()

/**
 * The way from a system's x (easting) and y (northing) to degrees. Systems of our own table go by their definition, others
 * by their WKT. Refused with `formats/crs-not-known` where there is neither. CGCS2000, ETRS89, NAD83 and WGS 84 count as one.
 */
export const toLonLat = (crs: Crs): ToLonLat => transformFor(crs).to

function transformFor(crs: Crs): Transform {
  const key = crs.epsg ? String(crs.epsg) : (crs.wkt ?? crs.name)
  const made = transforms.get(key)
  if (made) return made
  const transform = transformOf(crs)
  transforms.set(key, transform)
  return transform
}

/** The same for x, y, x, y, … in place. */
export function toLonLatInPlace(crs: Crs, xy: Float64Array): void {
  const to = toLonLat(crs)
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const [lon, lat] = to(xy[i], xy[i + 1])
    xy[i] = lon
    xy[i + 1] = lat
  }
}

/** The way back: longitude and latitude in degrees, lon, lat, lon, lat, …, to a system's x and y, in place. Refused as `toLonLat` is. */
export function fromLonLatInPlace(crs: Crs, lonLat: Float64Array): void {
  const { from } = transformFor(crs)
  for (let i = 0; i + 1 < lonLat.length; i += 2) {
    const [x, y] = from(lonLat[i], lonLat[i + 1])
    lonLat[i] = x
    lonLat[i + 1] = y
  }
}

function transformOf(crs: Crs): Transform {
  const definition = crs.epsg ? definitionOf(crs.epsg) : null
  if (definition === 'degrees' || (definition === null && crs.geographic && isPlainDegrees(crs.wkt)))
    return { to: (x, y) => [x, y], from: (lon, lat) => [lon, lat] }
  const from = definition ?? crs.wkt
  if (!from) throw new Refused({ code: 'formats/crs-not-known', details: { name: crs.name, epsg: crs.epsg } })
  let converter: { forward(xy: number[]): number[]; inverse(xy: number[]): number[] }
  try {
    converter = proj4(proj4Text(from, crs), '+proj=longlat +ellps=WGS84 +datum=WGS84 +no_defs')
    const [lon, lat] = converter.forward([500_000, 500_000])
    if (typeof lon !== 'number' || typeof lat !== 'number') throw new Error('proj4 gave no numbers')
  } catch (cause) {
    throw Object.assign(new Refused({ code: 'formats/crs-not-known', details: { name: crs.name, epsg: crs.epsg } }), { cause })
  }
  return {
    to: (x, y) => {
      const [lon, lat] = converter.forward([x, y])
      return [lon, lat]
    },
    from: (lon, lat) => {
      const [x, y] = converter.inverse([lon, lat])
      return [x, y]
    },
  }
}

/** A text proj4 reads: our zones written out where the WKT is a Gauss–Kruger of a known shape, else the WKT itself. */
function proj4Text(from: string, crs: Crs): string {
  if (!from.includes('[')) return from
  const node = unwrapped(parseWkt(from))
  const gauss = node && !crs.geographic ? gaussKruger(node) : null
  if (!gauss) return from
  const { meridian, easting, northing, scale, a, rf } = gauss
  return `+proj=tmerc +lat_0=0 +lon_0=${meridian} +k=${scale} +x_0=${easting} +y_0=${northing} +a=${a} +rf=${rf} +units=m +no_defs`
}

function definitionOf(epsg: number): string | null {
  if (epsg in GEOGRAPHIC_TITLES) return 'degrees'
  const zone = zoneOfEpsg(epsg)
  return zone ? proj4OfZone(zone) : (KNOWN[epsg]?.proj ?? utmOfEpsg(epsg)?.proj ?? null)
}

function titleOf(epsg: number): string | null {
  const zone = zoneOfEpsg(epsg)
  return zone ? zoneTitle(zone) : (GEOGRAPHIC_TITLES[epsg] ?? KNOWN[epsg]?.title ?? utmOfEpsg(epsg)?.title ?? null)
}

const isGeographic = (node: WktNode): boolean => ['GEOGCS', 'GEOGCRS', 'GEOGRAPHICCRS', 'GEODCRS', 'GEODETICCRS'].includes(node.name)

/** The horizontal part of a compound or bound system. */
function unwrapped(node: WktNode | null): WktNode | null {
  if (!node) return null
  if (node.name === 'COMPD_CS' || node.name === 'COMPOUNDCRS') return unwrapped(node.items.find(isNode) ?? null)
  if (node.name === 'BOUNDCRS') return unwrapped(child(node, 'SOURCECRS')?.items.find(isNode) ?? null)
  return node
}

function isPlainDegrees(wkt: string | null): boolean {
  const node = wkt ? unwrapped(parseWkt(wkt)) : null
  if (!node) return true
  const meridian = Number(child(node, 'PRIMEM', 'PRIMEMERIDIAN')?.items[1] ?? 0)
  const text = wkt ?? ''
  return (
    meridian === 0 && /UNIT\["(decimal_)?degree/i.test(text.replaceAll(' ', '_').replaceAll('UNIT[_', 'UNIT[')) && !/TOWGS84/i.test(text)
  )
}

function recognise(node: WktNode, geographic: boolean): number | null {
  if (geographic) {
    const datum = chineseDatum(nodeText(node))
    if (datum) return GEOGRAPHIC[datum]
    if (/wgs.?(19)?84/i.test(title(node))) return 4326
    return /etrs.?(19)?89/i.test(title(node)) ? 4258 : null
  }
  const zone = chineseZone(node)
  return zone ? epsgOfZone(zone) : epsgOfName(title(node))
}

/** A Gauss–Kruger of a Chinese datum with a central meridian and false easting of the national scheme. */
function chineseZone(node: WktNode): Zone | null {
  const datum = chineseDatum(nodeText(node))
  const gauss = datum && gaussKruger(node)
  if (!datum || !gauss || gauss.scale !== 1 || gauss.northing !== 0) return null
  const { meridian, easting } = gauss
  for (const degrees of [3, 6] as const) {
    const zone = degrees === 3 ? meridian / 3 : (meridian + 3) / 6
    if (!Number.isInteger(zone)) continue
    if (easting === zone * 1e6 + 500_000) return { datum, degrees, zone, prefixed: true }
  }
  if (easting !== 500_000) return null
  // without a prefix the 6° zone and the 3° zone of one meridian are the same numbers: the name decides, 3° where it is silent
  const name = title(node)
  const six = Number.isInteger((meridian + 3) / 6) && /g(auss.?)?k(ruger)?[ _]cm/i.test(name) && !/3.?degree/i.test(name)
  if (six) return { datum, degrees: 6, zone: (meridian + 3) / 6, prefixed: false }
  return Number.isInteger(meridian / 3) ? { datum, degrees: 3, zone: meridian / 3, prefixed: false } : null
}

function gaussKruger(node: WktNode) {
  const method = title(child(node, 'PROJECTION') ?? child(child(node, 'CONVERSION'), 'METHOD', 'PROJECTION'))
  if (!/gauss.?kr|transverse.?mercator/i.test(method)) return null
  const base = child(node, 'GEOGCS', 'BASEGEOGCRS', 'BASEGEODCRS', 'GEOGCRS', 'GEODCRS')
  const spheroid = child(child(base, 'DATUM', 'GEODETICDATUM', 'ENSEMBLE'), 'SPHEROID', 'ELLIPSOID')
  const unit = child(node, 'UNIT', 'LENGTHUNIT')
  const p = parametersOf(node)
  const metre = unit ? Number(unit.items[1]) : 1
  const latitude = p.get('latitude_of_origin') ?? p.get('latitude_of_natural_origin') ?? 0
  const meridian = p.get('central_meridian') ?? p.get('longitude_of_natural_origin')
  const a = Number(spheroid?.items[1])
  const rf = Number(spheroid?.items[2])
  if (meridian === undefined || latitude !== 0 || metre !== 1 || !(a > 0) || !(rf > 0) || !chineseDatum(nodeText(node))) return null
  return {
    meridian,
    easting: p.get('false_easting') ?? 0,
    northing: p.get('false_northing') ?? 0,
    scale: p.get('scale_factor') ?? p.get('scale_factor_at_natural_origin') ?? 1,
    a,
    rf,
  }
}

/** The titles inside a WKT, where a datum betrays itself. */
const nodeText = (node: WktNode): string =>
  node.items.map((item) => (isNode(item) ? nodeText(item) : typeof item === 'string' ? item : '')).join(' ')

function chineseDatum(text: string): Datum | null {
  if (/cgcs.?2000|china.?(geodetic.?coordinate.?system.?)?2000|china_geodetic/i.test(text)) return 'cgcs2000'
  if (/xi.?an.?(19)?80/i.test(text)) return 'xian80'
  return /beijing.?(19)?54/i.test(text) ? 'beijing54' : null
}

function datumOfGeographic(epsg: number): Datum | null {
  for (const datum of Object.keys(ELLIPSOID) as Datum[]) if (GEOGRAPHIC[datum] === epsg) return datum
  return null
}
