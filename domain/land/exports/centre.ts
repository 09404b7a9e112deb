/** One point for an outline: where a table has room for two numbers. */
import { readWkb } from '@dishu/base/wkb'

/**
 * The centroid of polygons (holes taken out), in the coordinates of the outline; of points and lines, and of outlines without area, the mean of the
 * vertices. Null for an empty geometry. It may lie outside a bent outline.
 *
 * Each ring is measured from the first vertex of all, since eastings of 4·10⁷ m leave a double no digits for areas (STYLE §7).
 */
export function centreOf(wkb: Uint8Array): readonly [x: number, y: number] | null {
  const geometry = readWkb(wkb)
  const runs =
    geometry.type === 'polygon'
      ? geometry.polygons.flatMap(({ rings }) => rings)
      : geometry.type === 'line'
        ? geometry.lines
        : [geometry.points]
  const first = runs.find((run) => run.length > 0)
  if (first === undefined) return null
  const [x0, y0] = first
  let [twice, mx, my] = [0, 0, 0]
  if (geometry.type === 'polygon') {
    for (const { rings } of geometry.polygons) {
      rings.forEach((ring, r) => {
        const [area, x, y] = moments(ring, x0, y0)
        // a shell adds and a hole takes away, whichever way they run
        const sign = area > 0 === (r === 0) ? 1 : -1
        twice += sign * area
        mx += sign * x
        my += sign * y
      })
    }
  }
  if (twice !== 0) return [x0 + mx / (3 * twice), y0 + my / (3 * twice)]
  let [sx, sy, n] = [0, 0, 0]
  for (const run of runs) {
    for (let i = 0; i + 1 < run.length; i += 2, n++) {
      sx += run[i] - x0
      sy += run[i + 1] - y0
    }
  }
  return [x0 + sx / n, y0 + sy / n]
}

/** Twice the signed area, and Σ (x₁ + x₂)·cross and Σ (y₁ + y₂)·cross: six times area times centroid, all measured from x0, y0. */
function moments(ring: Float64Array, x0: number, y0: number): [twiceArea: number, x: number, y: number] {
  let [twice, x, y] = [0, 0, 0]
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const j = i + 2 < ring.length ? i + 2 : 0 // an open ring is closed here
    const [x1, y1, x2, y2] = [ring[i] - x0, ring[i + 1] - y0, ring[j] - x0, ring[j + 1] - y0]
    const cross = x1 * y2 - x2 * y1
    twice += cross
    x += (x1 + x2) * cross
    y += (y1 + y2) * cross
  }
  return [twice, x, y]
}
