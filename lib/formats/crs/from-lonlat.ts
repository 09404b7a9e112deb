/** The way back: from degrees to a system's x and y. */
import { Refused } from '@dishu/base/refusal'
import proj4 from 'proj4'
import type { Crs } from '../layers.ts'
import { toLonLat } from './crs.ts'
import { GEOGRAPHIC_TITLES, KNOWN, utmOfEpsg } from './known.ts'
import { proj4OfZone, zoneOfEpsg } from './zones.ts'

const ways = new Map<string, (lonLat: Float64Array) => void>()

/** Longitude and latitude in degrees (lon, lat, lon, lat, …) to the system's x and y, in place; the inverse of `toLonLat`. Refused as that is. */
export function fromLonLat(crs: Crs): (lonLat: Float64Array) => void {
  const key = crs.epsg ? String(crs.epsg) : (crs.wkt ?? crs.name)
  const known = ways.get(key)
  if (known) return known
  const way = wayOf(crs)
  ways.set(key, way)
  return way
}

function wayOf(crs: Crs): (lonLat: Float64Array) => void {
  if (crs.epsg && crs.epsg in GEOGRAPHIC_TITLES) return () => {}
  const definition = crs.epsg ? definitionOf(crs.epsg) : null
  if (definition === null) return searching(crs)
  const { inverse } = proj4(definition, '+proj=longlat +ellps=WGS84 +datum=WGS84 +no_defs')
  return (lonLat) => {
    for (let i = 0; i + 1 < lonLat.length; i += 2) {
      const [x, y] = inverse([lonLat[i], lonLat[i + 1]])
      lonLat[i] = x
      lonLat[i + 1] = y
    }
  }
}

const definitionOf = (epsg: number): string | null => {
  const zone = zoneOfEpsg(epsg)
  return zone ? proj4OfZone(zone) : (KNOWN[epsg]?.proj ?? utmOfEpsg(epsg)?.proj ?? null)
}

const STEPS = 30
const NEAR_DEGREES = 1e-11
const UNIT = 1 // of x and y, for the slope

/** Newton's method on the way there, for systems that only their WKT describes. From the last place found, since places come near to one another. */
function searching(crs: Crs): (lonLat: Float64Array) => void {
  const there = toLonLat(crs)
  if (crs.geographic) return () => {}
  let last: readonly [number, number] | null = null
  const find = (lon: number, lat: number): readonly [number, number] | null => {
    for (const start of last ? [last, ...STARTS] : STARTS) {
      let [x, y] = start
      for (let step = 0; step < STEPS; step++) {
        const [u, v] = there(x, y)
        const [du, dv] = [lon - u, lat - v]
        if (Math.abs(du) < NEAR_DEGREES && Math.abs(dv) < NEAR_DEGREES) return [x, y]
        const [ux, vx] = there(x + UNIT, y)
        const [uy, vy] = there(x, y + UNIT)
        const determinant = (ux - u) * (vy - v) - (uy - u) * (vx - v)
        if (!Number.isFinite(determinant) || determinant === 0) break
        x += (du * (vy - v) - dv * (uy - u)) / determinant
        y += (dv * (ux - u) - du * (vx - v)) / determinant
      }
    }
    return null
  }
  return (lonLat) => {
    for (let i = 0; i + 1 < lonLat.length; i += 2) {
      const found = find(lonLat[i], lonLat[i + 1])
      if (found === null) throw new Refused({ code: 'formats/crs-not-known', details: { name: crs.name, epsg: crs.epsg } })
      last = found
      lonLat[i] = found[0]
      lonLat[i + 1] = found[1]
    }
  }
}
const STARTS = [
  [500_000, 4_000_000],
  [500_000, 500_000],
  [0, 0],
] as const
