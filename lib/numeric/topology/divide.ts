/**
 * Ground divided by lines, pieces joined to one, and corners put into the lines they lie on: what split, merge and boundary adjustment are made of.
 * Every corner that was there keeps its coordinates to the last bit; only crossings of a line with a border are new.
 */
import { PlaneGraph, type RingPolygon, sideOfPolygons } from './plane-graph.ts'
import { ringArea } from './ring.ts'

export type { RingPolygon } from './plane-graph.ts'
export { sideOfPolygons } from './plane-graph.ts'

/** A drawn place is a corner, or lies on a line, that is nearer than this, m: less than a survey tells apart. */
export const DRAWN_M = 0.001
/** Two surveys' common line, m: the tolerance of the topology check. */
const COMMON_M = 0.001
/** Corners of what has just been cut, m: the rounding of a crossing. */
const CUT_M = 5e-6

/**
 * The pieces into which lines (x, y, x, y, …; metres of the plane of the polygons) divide polygons; one piece, the whole, where no line goes through.
 * Ends that lead nowhere are left out. The pieces cover the ground of the whole once; the largest first.
 */
export function divide(polygons: readonly RingPolygon[], lines: readonly Float64Array[]): RingPolygon[] {
  const graph = new PlaneGraph(DRAWN_M)
  graph.addPolygons(polygons, true)
  for (const line of lines) graph.addLine(line)
  const { border, cut } = graph.edges()
  const key = (a: number, b: number) => `${a} ${b}`
  const drawn = new Set(border.flatMap(({ a, b }) => [key(a, b), key(b, a)]))
  // a cut that runs along a border or was drawn twice is there already; one outside of the ground cuts nothing
  const inner: { readonly a: number; readonly b: number }[] = []
  for (const { a, b } of cut) {
    if (drawn.has(key(a, b))) continue
    drawn.add(key(a, b)).add(key(b, a))
    const [[ax, ay], [bx, by]] = [graph.place(a), graph.place(b)]
    if (sideOfPolygons(polygons, (ax + bx) / 2, (ay + by) / 2) > 0) inner.push({ a, b })
  }
  const kept = withoutDeadEnds(inner, new Set(border.flatMap(({ a, b }) => [a, b])))
  const rings = graph.rings([...border, ...kept, ...kept.map(({ a, b }) => ({ a: b, b: a }))])
  return graph.polygons(rings).sort((p, q) => areaOfRings(q) - areaOfRings(p))
}

function withoutDeadEnds(edges: readonly { readonly a: number; readonly b: number }[], border: ReadonlySet<number>) {
  let kept = edges
  for (;;) {
    const degree = new Map<number, number>()
    for (const { a, b } of kept) for (const node of [a, b]) degree.set(node, (degree.get(node) ?? 0) + 1)
    const next = kept.filter(({ a, b }) => [a, b].every((node) => border.has(node) || (degree.get(node) ?? 0) > 1))
    if (next.length === kept.length) return kept
    kept = next
  }
}

/** Shell less holes, m² of the plane. */
export const areaOfRings = ({ rings }: RingPolygon): number =>
  rings.reduce((sum, ring, i) => sum + (i === 0 ? 1 : -1) * Math.abs(ringArea(ring)), 0)

/** Pieces that lie side by side joined to one: a line that two have in common goes. Pieces must not cover each other; corners nearer than a millimetre are one. */
export function dissolve(pieces: readonly (readonly RingPolygon[])[]): RingPolygon[] {
  const graph = new PlaneGraph(COMMON_M)
  pieces.forEach((polygons, i) => {
    graph.addPolygons(polygons, i === 0)
  })
  const { border } = graph.edges()
  const back = new Map<string, number>()
  for (const { a, b } of border) back.set(`${a} ${b}`, (back.get(`${a} ${b}`) ?? 0) + 1)
  const kept = border.filter(({ a, b }) => {
    const other = `${b} ${a}`
    const left = back.get(other) ?? 0
    return left === 0
  })
  return graph.polygons(graph.rings(kept)).sort((p, q) => areaOfRings(q) - areaOfRings(p))
}

/** Polygons with those of the points (x, y, x, y, …) that lie on their lines as corners; null where none does. */
export function withCorners(polygons: readonly RingPolygon[], points: Float64Array): RingPolygon[] | null {
  let some = false
  const woven = polygons.map(({ rings }) => ({
    rings: rings.map((ring) => {
      const put: number[] = []
      for (let i = 0; i + 3 < ring.length; i += 2) {
        put.push(ring[i], ring[i + 1])
        const on = pointsOnEdge(ring, i, points)
        for (const { x, y } of on) put.push(x, y)
        some ||= on.length > 0
      }
      put.push(put[0], put[1])
      return put.length === ring.length ? ring : Float64Array.from(put)
    }),
  }))
  return some ? woven : null
}

function pointsOnEdge(ring: Float64Array, i: number, points: Float64Array) {
  const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[i + 2], ring[i + 3]]
  const [dx, dy] = [bx - ax, by - ay]
  const length = Math.hypot(dx, dy)
  const on: { readonly along: number; readonly x: number; readonly y: number }[] = []
  if (length === 0) return on
  for (let p = 0; p + 1 < points.length; p += 2) {
    const [x, y] = [points[p], points[p + 1]]
    const along = ((x - ax) * dx + (y - ay) * dy) / length
    if (along <= CUT_M || along >= length - CUT_M) continue
    if (Math.abs((x - ax) * dy - (y - ay) * dx) / length > CUT_M) continue
    if (!on.some((other) => Math.abs(other.along - along) <= CUT_M)) on.push({ along, x, y })
  }
  return on.sort((p, q) => p.along - q.along)
}
