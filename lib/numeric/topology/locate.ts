/** Which polygons of a layer a point lies in. */
import { Boxes } from './boxes.ts'
import { counts, cursorOf, startsFrom } from './buffer.ts'
import type { Ground } from './ground.ts'

/** Edges of one polygon by height, for many points. */
type Bands = { readonly south: number; readonly perUnit: number; readonly start: Uint32Array; readonly edges: Uint32Array }

/** A polygon of fewer edges is looked through as it is. */
const FEW = 32

export type Locator = {
  /** Polygons around a point that lies on no edge, ascending. */
  readonly all: (x: number, y: number) => number[]
  /** The one polygon around a point where at most one can be, −1 where there is none. */
  readonly one: (x: number, y: number) => number
}

/** A point lies in the polygons with an odd number of edges to the west of it. */
export function locator({ layer, box, nowhere }: Ground): Locator {
  const { xy, ringStart, polygonRing } = layer
  let boxes: Boxes | null = null
  const known = new Map<number, Bands>()
  let last = -1
  return {
    all(x, y) {
      const found: number[] = []
      boxes ??= new Boxes(box)
      boxes.meet(x, y, x, y, (p) => {
        if (!nowhere[p] && isIn(p, x, y)) found.push(p)
      })
      return found.length > 1 ? found.sort((a, b) => a - b) : found
    },
    one(x, y) {
      // the next point asked for is often in the same polygon
      if (last >= 0 && isInBox(last, x, y) && isIn(last, x, y)) return last
      boxes ??= new Boxes(box)
      let found = -1
      boxes.meet(x, y, x, y, (p) => {
        if (found < 0 && !nowhere[p] && isIn(p, x, y)) found = p
      })
      if (found >= 0) last = found
      return found
    },
  }

  function isInBox(p: number, x: number, y: number): boolean {
    return x >= box[4 * p] && x <= box[4 * p + 2] && y >= box[4 * p + 1] && y <= box[4 * p + 3]
  }

  function isIn(p: number, x: number, y: number): boolean {
    let inside = false
    const first = ringStart[polygonRing[p]]
    const end = ringStart[polygonRing[p + 1]]
    if (end - first <= FEW) {
      for (let r = polygonRing[p]; r < polygonRing[p + 1]; r++)
        for (let v = ringStart[r]; v < ringStart[r + 1] - 1; v++) if (isWest(v, x, y)) inside = !inside
      return inside
    }
    let bands = known.get(p)
    if (!bands) {
      bands = bandsOf(p)
      known.set(p, bands)
    }
    const band = Math.min(bands.start.length - 2, Math.max(0, Math.floor((y - bands.south) * bands.perUnit)))
    for (let k = bands.start[band]; k < bands.start[band + 1]; k++) if (isWest(bands.edges[k], x, y)) inside = !inside
    return inside
  }

  /** Whether the edge from vertex v passes the point's height to the west of it. */
  function isWest(v: number, x: number, y: number): boolean {
    const ay = xy[2 * v + 1] - y
    const by = xy[2 * v + 3] - y
    if (ay > 0 === by > 0) return false
    const ax = xy[2 * v] - x
    const bx = xy[2 * v + 2] - x
    return ax * by - ay * bx > 0 === by < ay
  }

  function bandsOf(p: number): Bands {
    const edges = ringStart[polygonRing[p + 1]] - ringStart[polygonRing[p]]
    const count = Math.ceil(edges / 4)
    const south = box[4 * p + 1]
    const high = box[4 * p + 3] - south
    const perUnit = high > 0 ? count / high : 0
    const edgesIn = counts(count + 1)
    const bandAt = (y: number) => Math.min(count - 1, Math.max(0, Math.floor((y - south) * perUnit)))
    const each = (visit: (band: number, v: number) => void) => {
      for (let r = polygonRing[p]; r < polygonRing[p + 1]; r++)
        for (let v = ringStart[r]; v < ringStart[r + 1] - 1; v++) {
          const a = bandAt(xy[2 * v + 1])
          const b = bandAt(xy[2 * v + 3])
          for (let band = Math.min(a, b); band <= Math.max(a, b); band++) visit(band, v)
        }
    }
    each((band) => edgesIn[band]++)
    const start = startsFrom(edgesIn)
    const list = counts(start[count])
    const at = cursorOf(start)
    each((band, v) => {
      list[at[band]++] = v
    })
    return { south, perUnit, start, edges: list }
  }
}
