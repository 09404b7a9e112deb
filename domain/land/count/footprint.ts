/**
 * A polygon on the grid of a tenth of a millimetre, where the overlay works: whole numbers, so that the same corner is the same corner
 * in every layer and cross products are exact. The grid is that of the zone's own coordinates, hence a run on a part of a layer sees
 * the same corners as a run on the whole.
 */
import { readWkb } from '@dishu/base/wkb'

export const GRID_PER_M = 1e4
const M2_PER_GRID2 = 1 / (GRID_PER_M * GRID_PER_M)

/** Rings in grid units x, y, x, y, … without the closing vertex and without repeated ones; shells run counter-clockwise, holes clockwise. */
export type Footprint = {
  readonly rings: readonly Float64Array[]
  readonly vertices: number
  readonly areaM2: number
  readonly minX: number
  readonly minY: number
  readonly maxX: number
  readonly maxY: number
}

/** The footprint of WKB polygons given in metres of a zone. Rings that vanish on the grid are left out. Throws RangeError where the WKB is no polygon or has a coordinate that is not finite. */
export function footprintOf(wkb: Uint8Array): Footprint {
  const geometry = readWkb(wkb)
  if (geometry.type !== 'polygon') throw new RangeError(`expected a polygon to lay over others, got a ${geometry.type}`)
  const rings: Float64Array[] = []
  let twiceArea = 0
  for (const polygon of geometry.polygons) {
    for (let i = 0; i < polygon.rings.length; i++) {
      const ring = onGrid(polygon.rings[i])
      const twice = gridTwiceArea(ring)
      if (twice === 0) {
        if (i === 0) break // a shell without area has no holes to speak of
        continue
      }
      if (twice > 0 !== (i === 0)) turnRound(ring)
      twiceArea += i === 0 ? Math.abs(twice) : -Math.abs(twice)
      rings.push(ring)
    }
  }
  return boundsOf(rings, (twiceArea / 2) * M2_PER_GRID2)
}

function boundsOf(rings: readonly Float64Array[], areaM2: number): Footprint {
  let minX = Number.POSITIVE_INFINITY
  let minY = Number.POSITIVE_INFINITY
  let maxX = Number.NEGATIVE_INFINITY
  let maxY = Number.NEGATIVE_INFINITY
  let vertices = 0
  for (const ring of rings) {
    vertices += ring.length / 2
    for (let i = 0; i < ring.length; i += 2) {
      if (ring[i] < minX) minX = ring[i]
      if (ring[i] > maxX) maxX = ring[i]
      if (ring[i + 1] < minY) minY = ring[i + 1]
      if (ring[i + 1] > maxY) maxY = ring[i + 1]
    }
  }
  return { rings, vertices, areaM2, minX, minY, maxX, maxY }
}

function onGrid(xy: Float64Array): Float64Array {
  const out = new Float64Array(xy.length)
  let n = 0
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const x = Math.round(xy[i] * GRID_PER_M)
    const y = Math.round(xy[i + 1] * GRID_PER_M)
    if (!Number.isSafeInteger(x) || !Number.isSafeInteger(y))
      throw new RangeError(`expected coordinates in metres, got ${xy[i]}, ${xy[i + 1]}`)
    if (n > 0 && out[n - 2] === x && out[n - 1] === y) continue
    out[n++] = x
    out[n++] = y
  }
  while (n > 2 && out[n - 2] === out[0] && out[n - 1] === out[1]) n -= 2
  return out.subarray(0, n)
}

/** Twice the signed area of an unclosed ring, grid units squared, from its first vertex. */
function gridTwiceArea(ring: Float64Array): number {
  const [x0, y0] = ring
  let twice = 0
  for (let i = 2; i + 3 < ring.length; i += 2) {
    twice += (ring[i] - x0) * (ring[i + 3] - y0) - (ring[i + 2] - x0) * (ring[i + 1] - y0)
  }
  return twice
}

function turnRound(ring: Float64Array): void {
  for (let i = 0, j = ring.length - 2; i < j; i += 2, j -= 2) {
    const x = ring[i]
    const y = ring[i + 1]
    ring[i] = ring[j]
    ring[i + 1] = ring[j + 1]
    ring[j] = x
    ring[j + 1] = y
  }
}
