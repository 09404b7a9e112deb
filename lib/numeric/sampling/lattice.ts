/** A lattice of candidate places over polygons: every place of the ground has the same chance to be one, and each stands for as much land as any other. */

/** Nodes lie at x0 + column · spacing, y0 + row · spacing. */
export type Lattice = { readonly x0: number; readonly y0: number; readonly spacing: number }

/**
 * Nodes inside a polygon, as column, row, column, row, …; rings are x, y, x, y, … and inside is what an odd number of them encloses. A node on a border that two polygons
 * share belongs to exactly one of them.
 */
export function nodesInside(rings: readonly Float64Array[], { x0, y0, spacing }: Lattice): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 2) {
      if (ring[i] < low) low = ring[i]
      if (ring[i] > high) high = ring[i]
    }
  }
  const nodes: number[] = []
  for (let row = Math.ceil((low - y0) / spacing); row <= Math.floor((high - y0) / spacing); row++) {
    const cuts = cutsAt(rings, y0 + row * spacing)
    for (let c = 0; c + 1 < cuts.length; c += 2) {
      // from the cut itself up to, not including, the next: half-open, as rows are
      for (let column = Math.ceil((cuts[c] - x0) / spacing); x0 + column * spacing < cuts[c + 1]; column++) nodes.push(column, row)
    }
  }
  return nodes
}

/** Where the rings cross the horizontal line at y, in order. */
function cutsAt(rings: readonly Float64Array[], y: number): number[] {
  const cuts: number[] = []
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
      const [ya, yb] = [ring[j + 1], ring[i + 1]]
      if (ya > y === yb > y) continue
      // the same formula for both polygons of a border, whichever way they run
      const [lowX, lowY, highX, highY] = ya < yb ? [ring[j], ya, ring[i], yb] : [ring[i], yb, ring[j], ya]
      cuts.push(lowX + ((y - lowY) / (highY - lowY)) * (highX - lowX))
    }
  }
  return cuts.sort((a, b) => a - b)
}
