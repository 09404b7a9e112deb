/** The second route: each cell's share of a polygon by clipping (I. E. Sutherland & G. W. Hodgman, 1974), and statistics from the list of cells. */

type Point = readonly [number, number]

/** The area of a closed or open ring inside the unit cell at (column, row); positive whichever way the ring runs. */
export function clippedArea(ring: readonly Point[], column: number, row: number): number {
  let points = ring
  const sides: [axis: 0 | 1, limit: number, keep: 1 | -1][] = [[0, column, 1], [0, column + 1, -1], [1, row, 1], [1, row + 1, -1]] // biome-ignore format: four sides
  for (const [axis, limit, keep] of sides) {
    const next: Point[] = []
    for (let i = 0; i < points.length; i++) {
      const [a, b] = [points[i], points[(i + 1) % points.length]]
      const [insideA, insideB] = [(a[axis] - limit) * keep >= 0, (b[axis] - limit) * keep >= 0]
      if (insideA) next.push(a)
      if (insideA === insideB) continue
      const t = (limit - a[axis]) / (b[axis] - a[axis])
      next.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])])
    }
    points = next
  }
  let twice = 0
  for (let i = 0; i < points.length; i++) {
    const [a, b] = [points[i], points[(i + 1) % points.length]]
    twice += (a[0] - column) * (b[1] - row) - (b[0] - column) * (a[1] - row)
  }
  return Math.abs(twice) / 2
}

/** Fractions of all cells under a shell with holes, by clipping each. */
export function clippedFractions(
  shell: readonly Point[],
  holes: readonly (readonly Point[])[],
  width: number,
  height: number,
): Float64Array {
  const fractions = new Float64Array(width * height)
  for (let i = 0; i < fractions.length; i++) {
    const [column, row] = [i % width, Math.floor(i / width)]
    fractions[i] = clippedArea(shell, column, row) - holes.reduce((sum, hole) => sum + clippedArea(hole, column, row), 0)
  }
  return fractions
}

/** Outlines of zones that are each a list of polygons, each a list of rings. Rings are closed where they are not. */
export function outlinesOf(zones: readonly (readonly (readonly (readonly Point[])[])[])[]) {
  const xy: number[] = []
  const rings = [0]
  const shells: number[] = []
  const ends = [0]
  for (const polygons of zones) {
    for (const polygon of polygons) {
      for (const [i, ring] of polygon.entries()) {
        xy.push(...ring.flat(), ...ring[0])
        rings.push(xy.length / 2)
        shells.push(i === 0 ? 1 : 0)
      }
    }
    ends.push(shells.length)
  }
  return { xy: Float64Array.from(xy), rings: Uint32Array.from(rings), shells: Uint8Array.from(shells), zones: Uint32Array.from(ends) }
}
