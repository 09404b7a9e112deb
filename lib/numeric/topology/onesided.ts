/** Vertices that a neighbour's edge passes without having one there. */
import { Boxes } from './boxes.ts'
import { startsFrom } from './buffer.ts'
import { boxesOf, bucketOf } from './cells.ts'
import type { OwnedSegments } from './edges.ts'
import { fromGrid, type Grid, PER_METRE } from './ground.ts'
import type { OneSidedVertex } from './layer.ts'
import type { Noded } from './snap.ts'

const WIDE = 4

/**
 * Of edges that are shared vertex for vertex nothing is found: they have their vertices on both sides.
 * Ascending by parcel and neighbour, each vertex once for a neighbour.
 */
export function oneSidedVertices(segments: OwnedSegments, noded: Noded, nearM: number, grid: Grid): OneSidedVertex[] {
  const { x0, y0, x1, y1, start, owner } = segments
  const near = nearM * PER_METRE
  const { start: first, items, size, mask } = noded.cells
  const { nodes, ends, start: chainStart, chain } = noded
  const counts = new Uint32Array(ends + 1)
  const lastOf = (k: number) => chain[chainStart[k + 1] - 1]
  for (let k = 0; k < x0.length; k++) {
    counts[chain[chainStart[k]]]++
    counts[lastOf(k)]++
  }
  const meeting = startsFrom(counts)
  const edges = new Uint32Array(2 * x0.length)
  const at = meeting.slice()
  for (let k = 0; k < x0.length; k++) {
    edges[at[chain[chainStart[k]]]++] = k
    edges[at[lastOf(k)]++] = k
  }
  // a reach of many cells is looked up by boxes instead
  const boxes = near > WIDE * size ? new Boxes(boxesOf(segments)) : null
  const found: OneSidedVertex[] = []
  const told = new Set<number>()
  for (let v = 0; v < ends; v++) {
    if (told.size > 0) told.clear()
    look(v, nodes.x[v], nodes.y[v])
  }
  found.sort((a, b) => a.parcel - b.parcel || a.neighbour - b.neighbour || a.x - b.x || a.y - b.y)
  // a vertex that is drawn several times within reach is told once
  return found.filter((each, i) => {
    const last = found[i - 1]
    if (!last || last.parcel !== each.parcel || last.neighbour !== each.neighbour) return true
    return Math.hypot(each.x - last.x, each.y - last.y) > nearM
  })

  function look(v: number, x: number, y: number): void {
    if (boxes) {
      boxes.meet(x - near, y - near, x + near, y + near, (s) => beside(v, s, x, y))
      return
    }
    const right = Math.floor((x + near) / size)
    const top = Math.floor((y + near) / size)
    for (let cx = Math.floor((x - near) / size); cx <= right; cx++)
      for (let cy = Math.floor((y - near) / size); cy <= top; cy++) {
        const bucket = bucketOf(cx, cy, mask)
        for (let i = first[bucket]; i < first[bucket + 1]; i++) {
          const s = items[i]
          if (x < x0[s] - near || x > x1[s] + near) continue
          if (y0[s] < y1[s] ? y < y0[s] - near || y > y1[s] + near : y < y1[s] - near || y > y0[s] + near) continue
          beside(v, s, x, y)
        }
      }
  }

  function beside(v: number, s: number, x: number, y: number): void {
    const ux = x1[s] - x0[s]
    const uy = y1[s] - y0[s]
    const px = x - x0[s]
    const py = y - y0[s]
    const length = Math.hypot(ux, uy)
    const distance = Math.abs(ux * py - uy * px) / length
    if (distance > near) return
    // an end of the edge is as near: that is its vertex
    if (Math.hypot(px, py) <= near || Math.hypot(x - x1[s], y - y1[s]) <= near) return
    const along = (px * ux + py * uy) / length
    if (along < 0 || along > length) return
    for (let e = meeting[v]; e < meeting[v + 1]; e++)
      for (let o = start[edges[e]]; o < start[edges[e] + 1]; o++)
        for (let q = start[s]; q < start[s + 1]; q++) {
          const parcel = owner[o]
          const neighbour = owner[q]
          const key = parcel * 2 ** 26 + neighbour
          if (parcel === neighbour || told.has(key)) continue
          told.add(key)
          const distanceM = distance / PER_METRE
          found.push({ parcel, neighbour, distanceM, x: fromGrid(x, grid.x), y: fromGrid(y, grid.y) })
        }
  }
}
