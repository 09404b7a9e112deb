/** Which edges of other layers come near which parcels. */
import { Boxes } from './boxes.ts'
import { counts, cursorOf, flags, floats, IntList, ints, startsFrom } from './buffer.ts'
import type { OwnedSegments } from './edges.ts'
import { fromGrid, type Ground, PER_METRE } from './ground.ts'

/** A layer with the edges of those of its polygons whose rings had to be mended, and their areas. */
export type Prepared = { readonly ground: Ground; readonly mended: ReadonlyMap<number, number>; readonly segments: OwnedSegments }

/** Edges whose parcels are looked up together. */
const STRETCH = 16

/** Edges of the layers near each parcel: those of parcel p are start[p] … start[p + 1]. */
export type Near = { readonly start: Uint32Array; readonly layer: Int32Array; readonly vertex: Int32Array; readonly polygon: Int32Array }

/** Parcels whose box an edge of another layer meets, and the polygons that have such edges. */
export function whoMeets(ground: Ground, layers: readonly Prepared[]): { cut: Uint8Array; cutting: Uint8Array[]; near: Near } {
  const { box, grid } = ground
  const boxes = new Boxes(box)
  const cut = flags(box.length / 4)
  const margin = 4 / PER_METRE
  /** Parcels looked up for a stretch, and their boxes side by side. */
  const candidate: number[] = []
  let candidateBox = floats(64)
  let candidates = 0
  const some = Math.min(1024, 4 * cut.length + 64)
  const met = { parcel: new IntList(some), layer: new IntList(some), vertex: new IntList(some), polygon: new IntList(some) }
  const cutting = layers.map(({ ground: other, mended, segments }, k) => {
    const { xy, ringStart, polygonRing } = other.layer
    const meets = flags(polygonRing.length - 1)
    const edge = (owner: number, ax: number, ay: number, bx: number, by: number, vertex: number): void => {
      const west = Math.min(ax, bx) - margin
      const east = Math.max(ax, bx) + margin
      const south = Math.min(ay, by) - margin
      const north = Math.max(ay, by) + margin
      const nx = ay - by
      const ny = bx - ax
      const [boxes, many] = [candidateBox, 4 * candidates]
      for (let i = 0; i < many; i += 4) {
        if (boxes[i] > east || boxes[i + 2] < west || boxes[i + 1] > north || boxes[i + 3] < south) continue
        // the line may pass the box by: then all four corners lie to one side of it
        const c = ((boxes[i] + boxes[i + 2]) / 2 - ax) * nx + ((boxes[i + 1] + boxes[i + 3]) / 2 - ay) * ny
        const reach = ((boxes[i + 2] - boxes[i]) / 2 + margin) * Math.abs(nx) + ((boxes[i + 3] - boxes[i + 1]) / 2 + margin) * Math.abs(ny)
        if (Math.abs(c) > reach * (1 + 1e-9)) continue
        const p = candidate[i >> 2]
        cut[p] = 1
        meets[owner] = 1
        met.parcel.push(p)
        met.layer.push(k)
        met.vertex.push(vertex)
        met.polygon.push(owner)
      }
    }
    for (let j = 0; j + 1 < polygonRing.length; j++)
      for (let r = polygonRing[j]; r < polygonRing[j + 1]; r++) {
        if (other.side[r] === 0) continue
        const end = ringStart[r + 1] - 1
        // edges of a stretch lie near one another: their parcels are looked up together
        for (let from = ringStart[r]; from < end; from += STRETCH) {
          const to = Math.min(end, from + STRETCH)
          lookUp(xy, from, to)
          for (let v = from; v < to; v++) edge(j, xy[2 * v], xy[2 * v + 1], xy[2 * v + 2], xy[2 * v + 3], v)
        }
      }
    const { x0, y0, x1, y1 } = segments
    for (let s = 0; s < x0.length; s++) {
      const ends = Float64Array.of(fromGrid(x0[s], grid.x), fromGrid(y0[s], grid.y), fromGrid(x1[s], grid.x), fromGrid(y1[s], grid.y))
      lookUp(ends, 0, 1)
      edge(segments.owner[s], ends[0], ends[1], ends[2], ends[3], -1)
    }
    // what a mended polygon covers its rings do not tell
    for (const j of mended.keys()) {
      const [west, south, east, north] = other.box.subarray(4 * j, 4 * j + 4)
      boxes.meet(west, south, east, north, (p) => {
        cut[p] = 1
        meets[j] = 1
      })
    }
    return meets
  })
  /** Parcels whose boxes touch the box of vertices from … to. */
  function lookUp(xy: Float64Array, from: number, to: number): void {
    let [west, south, east, north] = [
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]
    for (let v = from; v <= to; v++) {
      if (xy[2 * v] < west) west = xy[2 * v]
      if (xy[2 * v] > east) east = xy[2 * v]
      if (xy[2 * v + 1] < south) south = xy[2 * v + 1]
      if (xy[2 * v + 1] > north) north = xy[2 * v + 1]
    }
    candidates = 0
    boxes.meet(west - margin, south - margin, east + margin, north + margin, (p) => {
      candidate[candidates++] = p
    })
    if (4 * candidates > candidateBox.length) candidateBox = floats(8 * candidates)
    for (let i = 0; i < candidates; i++) for (let c = 0; c < 4; c++) candidateBox[4 * i + c] = box[4 * candidate[i] + c]
  }

  const edgesNear = counts(cut.length + 1)
  for (let i = 0; i < met.parcel.length; i++) edgesNear[met.parcel.values[i]]++
  const start = startsFrom(edgesNear)
  const fill = cursorOf(start)
  const near = {
    start,
    layer: ints(met.parcel.length),
    vertex: ints(met.parcel.length),
    polygon: ints(met.parcel.length),
  }
  for (let i = 0; i < met.parcel.length; i++) {
    const at = fill[met.parcel.values[i]]++
    near.layer[at] = met.layer.values[i]
    near.vertex[at] = met.vertex.values[i]
    near.polygon[at] = met.polygon.values[i]
  }
  return { cut, cutting, near }
}
