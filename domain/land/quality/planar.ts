/** Small plane geometry in metres: areas of polygons, distances to edges, points in rings. */
import { ringArea } from '@dishu/numeric/topology/ring'

/** A shell first, then its holes; each x, y, x, y, … and closed. */
export type Polygon = { readonly rings: readonly Float64Array[] }
export type Xy = readonly [x: number, y: number]

/** Shells less their holes, whichever way they run. */
export const areaOfPolygons = (polygons: readonly Polygon[]): number =>
  polygons.reduce((sum, { rings }) => rings.reduce((of, ring, i) => of + (i === 0 ? 1 : -1) * Math.abs(ringArea(ring)), sum), 0)

/** The corners as a ring whose last is its first. */
export function closedRing(corners: readonly Xy[]): Float64Array {
  const ring = new Float64Array(2 * corners.length + 2)
  corners.forEach(([x, y], i) => {
    ring[2 * i] = x
    ring[2 * i + 1] = y
  })
  ring[2 * corners.length] = ring[0]
  ring[2 * corners.length + 1] = ring[1]
  return ring
}

/** How far a point lies from the edge that begins at index `i` of a ring, and how far along the edge, 0 to 1, it is nearest. */
export function distanceToEdge(x: number, y: number, ring: Float64Array, i: number): { readonly distance: number; readonly along: number } {
  const [dx, dy] = [ring[i + 2] - ring[i], ring[i + 3] - ring[i + 1]]
  const length2 = dx * dx + dy * dy
  const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((x - ring[i]) * dx + (y - ring[i + 1]) * dy) / length2))
  return { distance: Math.hypot(x - ring[i] - along * dx, y - ring[i + 1] - along * dy), along }
}

/** Whether a ring holds a point: an odd number of its edges lie east of it. */
export function inRing(ring: Float64Array, x: number, y: number): boolean {
  let inside = false
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const [x1, y1, x2, y2] = [ring[i], ring[i + 1], ring[i + 2], ring[i + 3]]
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside
  }
  return inside
}
