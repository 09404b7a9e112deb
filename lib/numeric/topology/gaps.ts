/** Ground under no parcel: closed in, or open to the outside but too narrow to be meant. */
import { type Arrangement, arrange } from './arrangement.ts'
import { Boxes } from './boxes.ts'
import { boxesOf } from './cells.ts'
import { depths } from './cover.ts'
import { SegmentList } from './edges.ts'
import { type Grid, PER_METRE } from './ground.ts'
import type { Gap, RingArea } from './layer.ts'
import { type Measure, measureOf } from './outline.ts'

/** Parcels that border a face, ascending. */
export function neighboursOf(plane: Arrangement, measure: Measure, faces: readonly number[]): number[] {
  const { cycle, first, face, next, start, owner, side } = plane
  const mine = new Set(faces)
  const found = new Set<number>()
  for (const f of faces)
    for (const c of measure.cyclesOf(f)) {
      let h = first[c]
      do {
        if (!mine.has(face[cycle[h ^ 1]])) {
          const across = h & 1 ? 1 : -1
          for (let o = start[h >> 1]; o < start[(h >> 1) + 1]; o++) if (side[o] === across) found.add(owner[o])
        }
        h = next[h]
      } while (h !== first[c])
    }
  return [...found].sort((a, b) => a - b)
}

const BRIDGE = -1

/** A gap is at least this many times as long as it is wide: the corner between two parcels that meet at an acute angle is none. */
const SLENDER = 4

/**
 * Ways between parcels that reach the outside and are at most `width` wide (m). From every vertex of the outer outlines a bridge is thrown to the
 * nearest point of each edge of another parcel within that width; what the bridges enclose is a gap, from the first bridge to the last.
 */
export function openGaps(
  plane: Arrangement,
  measure: Measure,
  {
    width,
    leastArea,
    tolerance,
    grid,
    areaOf,
    outlines,
  }: {
    readonly width: number
    readonly leastArea: number
    readonly tolerance: number
    readonly grid: Grid
    readonly areaOf: RingArea | null
    readonly outlines: boolean
  },
): Gap[] {
  const reach = width * PER_METRE
  const drawn = new SegmentList()
  const border: number[] = []
  for (const c of measure.cyclesOf(0)) {
    let h = plane.first[c]
    do {
      border.push(h)
      h = plane.next[h]
    } while (h !== plane.first[c])
  }
  const { x, y, origin, start, owner, side } = plane
  const across = (h: number) => {
    const who: number[] = []
    for (let o = start[h >> 1]; o < start[(h >> 1) + 1]; o++) if (side[o] === (h & 1 ? 1 : -1)) who.push(owner[o])
    return who
  }
  const segment = {
    x0: Float64Array.from(border, (h) => Math.min(x[origin[h]], x[origin[h ^ 1]])),
    y0: new Float64Array(border.length),
    x1: new Float64Array(border.length),
    y1: new Float64Array(border.length),
  }
  const owners = border.map(across)
  border.forEach((h, i) => {
    const [a, b] = [origin[h], origin[h ^ 1]]
    const [lo, hi] = x[a] < x[b] || (x[a] === x[b] && y[a] <= y[b]) ? [a, b] : [b, a]
    segment.y0[i] = y[lo]
    segment.x1[i] = x[hi]
    segment.y1[i] = y[hi]
    // the outside is to the left of h, the ground to the right
    for (const who of owners[i]) drawn.add(x[a], y[a], x[b], y[b], who, -1)
  })
  const bridges = throwBridges(segment, owners, reach, (i) => [origin[border[i]], origin[border[i] ^ 1]], x, y)
  if (bridges.length === 0) return []
  for (const [ax, ay, bx, by] of bridges) drawn.add(ax, ay, bx, by, BRIDGE, 0)

  const closed = arrange(drawn.done(), 'all')
  const depth = depths(closed)
  const closedMeasure = measureOf(closed, grid, areaOf)
  const gaps: Gap[] = []
  for (const faces of joined(closed, depth)) {
    const areaM2 = faces.reduce((sum, f) => sum + closedMeasure.faceArea(f), 0)
    if (!(areaM2 > leastArea)) continue
    const outline = closedMeasure.outline(faces)
    const around = perimeterM(outline)
    const mean = (2 * areaM2) / around
    if (mean < tolerance || around / 2 < SLENDER * mean) continue
    const neighbours = neighboursOf(closed, closedMeasure, faces).filter((who) => who !== BRIDGE)
    if (neighbours.length < 2) continue
    const largest = faces.reduce((best, f) => (closedMeasure.faceArea(f) > closedMeasure.faceArea(best) ? f : best))
    gaps.push({ areaM2, open: true, neighbours, outline: outlines ? outline : null, ...closedMeasure.inside(largest) })
  }
  return gaps
}

function throwBridges(
  { x0, y0, x1, y1 }: { x0: Float64Array; y0: Float64Array; x1: Float64Array; y1: Float64Array },
  owners: readonly (readonly number[])[],
  reach: number,
  endsOf: (i: number) => readonly [number, number],
  x: Float64Array,
  y: Float64Array,
): [number, number, number, number][] {
  const bridges: [number, number, number, number][] = []
  const boxes = new Boxes(boxesOf({ x0, y0, x1, y1 }))
  const around = new Map<number, number[]>() // owners at a node: those of the edges that leave it and reach it
  for (let i = 0; i < x0.length; i++) {
    for (const node of endsOf(i)) {
      const who = around.get(node)
      if (who) who.push(...owners[i])
      else around.set(node, [...owners[i]])
    }
  }
  for (const [node, mine] of around) {
    const vx = x[node]
    const vy = y[node]
    boxes.meet(vx - reach, vy - reach, vx + reach, vy + reach, (s) => {
      if (owners[s].some((who) => mine.includes(who))) return
      const ux = x1[s] - x0[s]
      const uy = y1[s] - y0[s]
      const t = Math.min(1, Math.max(0, ((vx - x0[s]) * ux + (vy - y0[s]) * uy) / (ux * ux + uy * uy)))
      const qx = Math.round(x0[s] + t * ux)
      const qy = Math.round(y0[s] + t * uy)
      if (Math.hypot(qx - vx, qy - vy) <= reach) bridges.push([vx, vy, qx, qy])
    })
  }
  return bridges
}

/** Bounded faces without ground, those with only a bridge between them together. */
function joined(plane: Arrangement, depth: Int32Array): number[][] {
  const { cycle, face, origin } = plane
  const parent = Int32Array.from({ length: plane.faces }, (_, f) => f)
  const root = (f: number): number => {
    let r = f
    while (parent[r] !== r) r = parent[r]
    parent[f] = r
    return r
  }
  const isGap = (f: number) => f !== 0 && depth[f] === 0
  for (let h = 0; h < origin.length; h += 2) {
    const f = face[cycle[h]]
    const g = face[cycle[h + 1]]
    if (f === g || !isGap(f) || !isGap(g)) continue
    const [a, b] = [root(f), root(g)]
    parent[Math.max(a, b)] = Math.min(a, b)
  }
  const groups = new Map<number, number[]>()
  for (let f = 1; f < plane.faces; f++) {
    if (!isGap(f)) continue
    const r = root(f)
    const group = groups.get(r)
    if (group) group.push(f)
    else groups.set(r, [f])
  }
  return [...groups.values()]
}

/** Length of all rings of an outline, m. */
export function perimeterM(outline: readonly (readonly Float64Array[])[]): number {
  let length = 0
  for (const rings of outline)
    for (const ring of rings)
      for (let i = 0; i + 3 < ring.length; i += 2) length += Math.hypot(ring[i + 2] - ring[i], ring[i + 3] - ring[i + 1])
  return length
}
