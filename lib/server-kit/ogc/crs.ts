/** Coordinate systems by the addresses OGC gives them, and the order of their axes. What lies between two systems is not known here. */

/** CRS84 is longitude and latitude in this order; it has no number of its own among ours. */
export const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'

/** `epsg`: the system whose x (east) and y (north) are meant; `swapped`: north comes first when coordinates are written. */
export type NamedCrs = { readonly uri: string; readonly epsg: number; readonly swapped: boolean }

const LONGITUDE_FIRST: NamedCrs = { uri: CRS84, epsg: 4490, swapped: false }

/**
 * A system by its address or short name (`EPSG:4529`, `[EPSG:4529]`); null where it is none that is offered. The authority's order holds: the
 * degrees of EPSG have latitude first, and the Gauss–Krüger zones have x north and y east (EPSG dataset, coordinate systems 6422 and 4530).
 */
export function crsFrom(text: string, offered: readonly number[]): NamedCrs | null {
  const named = text.trim().replace(/^\[(.*)\]$/, '$1')
  if (/^(https?:\/\/www\.opengis\.net\/def\/crs\/OGC\/(1\.3|0)\/CRS84|urn:ogc:def:crs:OGC:(1\.3)?:CRS84|(OGC:)?CRS84)$/i.test(named))
    return LONGITUDE_FIRST
  const epsg = Number(
    /^(?:https?:\/\/www\.opengis\.net\/def\/crs\/EPSG\/[\d.]+\/|urn:ogc:def:crs:EPSG:[\d.]*:|EPSG:)(\d{4,6})$/i.exec(named)?.[1],
  )
  return offered.includes(epsg) ? { uri: uriOf(epsg), epsg, swapped: true } : null
}

export const uriOf = (epsg: number) => `http://www.opengis.net/def/crs/EPSG/0/${epsg}`

/** What a county's collections offer: both kinds of degrees in both orders, and the zones its outlines are drawn in. */
export const crsList = (offered: readonly number[]): string[] => [CRS84, ...offered.map(uriOf)]

export const isDegrees = (epsg: number) => epsg === 4490 || epsg === 4326
