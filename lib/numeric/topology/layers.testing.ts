/** Layers for tests, and the slow way to their areas. */
import type { PolygonLayer } from './layer.ts'

/** Polygons as in GeoJSON: parcels → parts → rings (the first is the shell) → vertices; closed here where they are not. */
export type Drawn = readonly (readonly (readonly (readonly (readonly number[])[])[])[])[]

export function layerFrom(parcels: Drawn): PolygonLayer {
  const xy: number[] = []
  const ringStart = [0]
  const polygonRing = [0]
  const hole: number[] = []
  for (const parts of parcels) {
    for (const rings of parts)
      rings.forEach((ring, r) => {
        for (const [x, y] of ring) xy.push(x, y)
        const last = ring[ring.length - 1]
        if (last[0] !== ring[0][0] || last[1] !== ring[0][1]) xy.push(ring[0][0], ring[0][1])
        hole.push(r === 0 ? 0 : 1)
        ringStart.push(xy.length / 2)
      })
    polygonRing.push(hole.length)
  }
  return {
    xy: Float64Array.from(xy),
    ringStart: Uint32Array.from(ringStart),
    polygonRing: Uint32Array.from(polygonRing),
    hole: Uint8Array.from(hole),
  }
}

export const square = (x: number, y: number, side: number): number[][][][] => [
  [
    [
      [x, y],
      [x + side, y],
      [x + side, y + side],
      [x, y + side],
    ],
  ],
]

type Edge = { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number; readonly owner: number }

/**
 * Areas by slabs: between two neighbouring heights at which an edge ends or crosses another, edges run side by side from west to east, and whoever has an odd
 * number of them to the west covers the ground. Of the order of n² edges; shares nothing with the kernel.
 */
export function areasBySlabs(parcels: Drawn): { readonly pairs: Map<string, number>; readonly covered: number; readonly own: number[] } {
  const edges: Edge[] = []
  parcels.forEach((parts, owner) => {
    for (const rings of parts)
      for (const ring of rings)
        ring.forEach(([x0, y0], i) => {
          const [x1, y1] = ring[(i + 1) % ring.length]
          if (y0 !== y1) edges.push(y0 < y1 ? { x0, y0, x1, y1, owner } : { x0: x1, y0: y1, x1: x0, y1: y0, owner })
        })
  })
  const at = (e: Edge, y: number) => e.x0 + ((y - e.y0) / (e.y1 - e.y0)) * (e.x1 - e.x0)
  const heights = new Set(edges.flatMap((e) => [e.y0, e.y1]))
  edges.forEach((e, i) => {
    for (const f of edges.slice(i + 1)) {
      const [from, to] = [Math.max(e.y0, f.y0), Math.min(e.y1, f.y1)]
      if (from >= to) continue
      const [a, b] = [at(e, from) - at(f, from), at(e, to) - at(f, to)]
      if (a * b < 0) heights.add(from + (a / (a - b)) * (to - from))
    }
  })
  const sorted = [...heights].sort((a, b) => a - b)
  const pairs = new Map<string, number>()
  const own = parcels.map(() => 0)
  let covered = 0
  for (let k = 0; k + 1 < sorted.length; k++) {
    const [from, to] = [sorted[k], sorted[k + 1]]
    const middle = (from + to) / 2
    const passing = edges
      .filter((e) => e.y0 < middle && e.y1 > middle)
      .map((e) => ({ x: at(e, middle), owner: e.owner }))
      .sort((a, b) => a.x - b.x)
    const inside = new Set<number>()
    passing.forEach(({ x, owner }, i) => {
      if (inside.has(owner)) inside.delete(owner)
      else inside.add(owner)
      const width = (passing[i + 1]?.x ?? x) - x
      const area = width * (to - from)
      const now = [...inside].sort((a, b) => a - b)
      if (now.length > 0) covered += area
      for (const one of now) own[one] += area
      now.forEach((a, j) => {
        for (const b of now.slice(j + 1)) pairs.set(`${a} ${b}`, (pairs.get(`${a} ${b}`) ?? 0) + area)
      })
    })
  }
  return { pairs, covered, own }
}
