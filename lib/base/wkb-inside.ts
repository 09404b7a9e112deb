import { readWkb } from './wkb.ts'

/**
 * Whether a point lies in polygons given as shells and holes, by the number of edges crossed on the way out (even–odd rule).
 * A point on an edge is on one side of it, and always the same. Other geometries hold nothing.
 */
export function wkbHolds(wkb: Uint8Array, x: number, y: number): boolean {
  const geometry = readWkb(wkb)
  if (geometry.type !== 'polygon') return false
  let inside = false
  for (const { rings } of geometry.polygons) {
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
        const [y1, y2] = [ring[i + 1], ring[j + 1]]
        if (y1 > y !== y2 > y && x - ring[i] < ((ring[j] - ring[i]) * (y - y1)) / (y2 - y1)) inside = !inside
      }
    }
  }
  return inside
}
