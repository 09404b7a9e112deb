/** Patches of a county in the plane of a map: the points that stand for each, and the raster over them all. */
import { Refused } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import { toZone, type Zone } from '@dishu/numeric/geodesy/zone'
import type { Grid } from '@dishu/numeric/kriging/kriging'
import { polygonSupport, type Support } from '@dishu/numeric/kriging/support'

type Box = readonly [number, number, number, number]

/** The 3° zone of CGCS2000 (without a number before the easting) around a county, and its EPSG code; null outside China's zones. */
export function zoneFor([west, , east]: Box): { readonly zone: Zone; readonly epsg: number } | null {
  const meridian = Math.round((west + east) / 2 / 3) * 3
  return meridian >= 75 && meridian <= 135
    ? { zone: { centralMeridian: meridian, falseEasting: 500_000 }, epsg: 4534 + (meridian - 75) / 3 }
    : null
}

/** Points of a patch at most: more change its mean by less than the simulations scatter. */
const MOST_POINTS = 16
/** Parts of the shortest range that one point stands for. */
const FINENESS = 8

/** The points of a patch, few where it is small beside the range; null for what is no polygon, or has no area. `toLonLat` null: nobody knows its system. */
export function supportOf(outline: Uint8Array, toLonLat: ((xy: Float64Array) => void) | null, zone: Zone, range: number): Support | null {
  if (toLonLat === null) return null
  const shape = readShape(outline)
  if (shape === null || shape.type !== 'polygon') return null
  const rings = shape.polygons.flatMap((polygon) =>
    polygon.rings.map((ring) => {
      const lonLat = ring.slice()
      toLonLat(lonLat)
      return toZone(lonLat, zone)
    }),
  )
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const ring of rings)
    for (let i = 0; i + 1 < ring.length; i += 2) {
      minX = Math.min(minX, ring[i])
      maxX = Math.max(maxX, ring[i])
      minY = Math.min(minY, ring[i + 1])
      maxY = Math.max(maxY, ring[i + 1])
    }
  const side = Math.max(range / FINENESS, 1)
  const count = Math.min(MOST_POINTS, Math.max(1, Math.round(((maxX - minX) * (maxY - minY)) / (side * side))))
  return polygonSupport(rings, count)
}

function readShape(outline: Uint8Array) {
  try {
    return readWkb(outline)
  } catch (fault) {
    if (fault instanceof RangeError) return null
    throw fault
  }
}

const MOST_CELLS = 4_000_000
const USUAL_CELLS = 200_000
const SIDES = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000]

/** Cells over a box of degrees, in the plane of the zone, on whole multiples of their side. Without a side, one that makes about 200,000 of them. */
export function gridOver([west, south, east, north]: Box, zone: Zone, cellM: number | null): Grid {
  const steps = 8
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i <= steps; i++) {
    const [lon, lat] = [west + ((east - west) * i) / steps, south + ((north - south) * i) / steps]
    const edge = toZone(Float64Array.of(lon, south, lon, north, west, lat, east, lat), zone)
    for (let k = 0; k < edge.length; k += 2) {
      minX = Math.min(minX, edge[k])
      maxX = Math.max(maxX, edge[k])
      minY = Math.min(minY, edge[k + 1])
      maxY = Math.max(maxY, edge[k + 1])
    }
  }
  const wanted = Math.sqrt(((maxX - minX) * (maxY - minY)) / USUAL_CELLS)
  const side = cellM ?? SIDES.find((each) => each >= wanted) ?? SIDES[SIDES.length - 1]
  const [left, top] = [Math.floor(minX / side) * side, Math.ceil(maxY / side) * side]
  const [columns, rows] = [Math.max(1, Math.ceil((maxX - left) / side)), Math.max(1, Math.ceil((top - minY) / side))]
  if (columns * rows > MOST_CELLS)
    throw new Refused({ code: 'soil-map/grid-too-large', details: { cells: columns * rows, most: MOST_CELLS, cellM: side } })
  return { x0: left + side / 2, y0: top - side / 2, dx: side, dy: -side, columns, rows }
}
