/**
 * The Gauss–Kruger zones of China by EPSG number: CGCS2000 and the two older national systems.
 * 6°: zones 13–23, central meridian 6·zone − 3; 3°: zones 25–45, central meridian 3·zone. "Prefixed" eastings carry the zone
 * number in front of a false easting of 500 km. Ranges: EPSG registry (CGCS2000 checked against PROJ over all 64).
 */

export type Datum = 'cgcs2000' | 'xian80' | 'beijing54'
export type Zone = { readonly datum: Datum; readonly degrees: 3 | 6; readonly zone: number; readonly prefixed: boolean }

type Series = { readonly datum: Datum; readonly degrees: 3 | 6; readonly prefixed: boolean; readonly first: number }

const SERIES: readonly Series[] = [
  { datum: 'cgcs2000', degrees: 6, prefixed: true, first: 4491 },
  { datum: 'cgcs2000', degrees: 6, prefixed: false, first: 4502 },
  { datum: 'cgcs2000', degrees: 3, prefixed: true, first: 4513 },
  { datum: 'cgcs2000', degrees: 3, prefixed: false, first: 4534 },
  { datum: 'xian80', degrees: 6, prefixed: true, first: 2327 },
  { datum: 'xian80', degrees: 6, prefixed: false, first: 2338 },
  { datum: 'xian80', degrees: 3, prefixed: true, first: 2349 },
  { datum: 'xian80', degrees: 3, prefixed: false, first: 2370 },
  { datum: 'beijing54', degrees: 6, prefixed: true, first: 21413 },
  { datum: 'beijing54', degrees: 6, prefixed: false, first: 21453 },
  { datum: 'beijing54', degrees: 3, prefixed: true, first: 2401 },
  { datum: 'beijing54', degrees: 3, prefixed: false, first: 2422 },
]

const firstZone = (degrees: 3 | 6) => (degrees === 6 ? 13 : 25)
const zoneCount = (degrees: 3 | 6) => (degrees === 6 ? 11 : 21)

/** The geographic system each datum's zones lie on. */
export const GEOGRAPHIC: Readonly<Record<Datum, number>> = { cgcs2000: 4490, xian80: 4610, beijing54: 4214 }
export const ELLIPSOID: Readonly<Record<Datum, readonly [a: number, inverseFlattening: number]>> = {
  cgcs2000: [6378137, 298.257222101],
  xian80: [6378140, 298.257],
  beijing54: [6378245, 298.3],
}
const TITLES: Readonly<Record<Datum, string>> = { cgcs2000: 'CGCS2000', xian80: 'Xian 1980', beijing54: 'Beijing 1954' }

export function zoneOfEpsg(epsg: number): Zone | null {
  for (const s of SERIES) {
    const i = epsg - s.first
    if (i >= 0 && i < zoneCount(s.degrees))
      return { datum: s.datum, degrees: s.degrees, prefixed: s.prefixed, zone: firstZone(s.degrees) + i }
  }
  return null
}

export function epsgOfZone(zone: Zone): number | null {
  const series = SERIES.find((s) => s.datum === zone.datum && s.degrees === zone.degrees && s.prefixed === zone.prefixed)
  const i = zone.zone - firstZone(zone.degrees)
  return series && i >= 0 && i < zoneCount(zone.degrees) ? series.first + i : null
}

/** Degrees east. */
export const centralMeridian = (zone: Zone): number => (zone.degrees === 6 ? 6 * zone.zone - 3 : 3 * zone.zone)

/** Metres. */
export const falseEasting = (zone: Zone): number => (zone.prefixed ? zone.zone * 1e6 : 0) + 500_000

/** As the EPSG registry titles it, `CGCS2000 / 3-degree Gauss-Kruger zone 41`. */
export function zoneTitle(zone: Zone): string {
  const kind = zone.degrees === 3 ? '3-degree Gauss-Kruger' : 'Gauss-Kruger'
  return `${TITLES[zone.datum]} / ${kind} ${zone.prefixed ? `zone ${zone.zone}` : `CM ${centralMeridian(zone)}E`}`
}

export function proj4OfZone(zone: Zone): string {
  const [a, rf] = ELLIPSOID[zone.datum]
  return `+proj=tmerc +lat_0=0 +lon_0=${centralMeridian(zone)} +k=1 +x_0=${falseEasting(zone)} +y_0=0 +a=${a} +rf=${rf} +units=m +no_defs`
}

/**
 * The zone whose number stands in front of an easting (metres, eight digits before the point), taken as CGCS2000.
 * Null for an easting without prefix, and where the rest lies farther from the central meridian than a zone of China is
 * wide (3° at latitude 18° is 318 km, 1.5° is 159 km; half as much again for layers that overlap the neighbour).
 */
export function zoneFromEasting(x: number): Zone | null {
  if (!(x >= 1e7 && x < 1e8)) return null
  const number = Math.floor(x / 1e6)
  const degrees = number >= 13 && number <= 23 ? 6 : number >= 25 && number <= 45 ? 3 : null
  if (degrees === null) return null
  const fromMeridian = Math.abs(x - number * 1e6 - 500_000)
  if (fromMeridian > (degrees === 6 ? 480_000 : 250_000)) return null
  return { datum: 'cgcs2000', degrees, zone: number, prefixed: true }
}
