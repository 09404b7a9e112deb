/**
 * Whether an outline can be measured. A ring that crosses itself encloses some ground twice or backwards, and a hole outside its shell takes
 * away what was never there: an area differing from the stated one then says nothing about the statement.
 */

/** One polygon: its shell and holes, each x, y, x, y, …, closed or not. True where no two edges cross and every hole begins inside the shell. */
export function outlineIsSimple(rings: readonly Float64Array[]): boolean {
  const edges = edgesOf(rings)
  // edges in order of their western ends: only those that still reach the next one's beginning can cross it
  const order = [...edges.keys()].sort((a, b) => west(edges[a]) - west(edges[b]))
  let active: number[] = []
  for (const i of order) {
    const edge = edges[i]
    active = active.filter((j) => east(edges[j]) >= west(edge))
    if (active.some((j) => cross(edge, edges[j]))) return false
    active.push(i)
  }
  return rings.slice(1).every((hole) => hole.length < 2 || holds(rings[0], hole[0], hole[1]))
}

type Edge = readonly [x1: number, y1: number, x2: number, y2: number]
const west = ([x1, , x2]: Edge) => Math.min(x1, x2)
const east = ([x1, , x2]: Edge) => Math.max(x1, x2)

function edgesOf(rings: readonly Float64Array[]): Edge[] {
  const edges: Edge[] = []
  for (const ring of rings) {
    const n = ring.length / 2
    for (let i = 0; i < n; i++) {
      const j = (i + 1) % n
      const edge: Edge = [ring[2 * i], ring[2 * i + 1], ring[2 * j], ring[2 * j + 1]]
      if (edge[0] !== edge[2] || edge[1] !== edge[3]) edges.push(edge)
    }
  }
  return edges
}

/** Twice the area of the triangle, signed: on which side of the line (a, b) the point lies. */
const side = (ax: number, ay: number, bx: number, by: number, x: number, y: number) => (bx - ax) * (y - ay) - (by - ay) * (x - ax)

/** Edges cross where each has its ends strictly on both sides of the other. Edges that touch or lie on one another change no area. */
function cross([ax, ay, bx, by]: Edge, [cx, cy, dx, dy]: Edge): boolean {
  if (Math.max(ay, by) < Math.min(cy, dy) || Math.max(cy, dy) < Math.min(ay, by)) return false
  const [c, d] = [side(ax, ay, bx, by, cx, cy), side(ax, ay, bx, by, dx, dy)]
  if (c === 0 || d === 0 || c > 0 === d > 0) return false
  const [a, b] = [side(cx, cy, dx, dy, ax, ay), side(cx, cy, dx, dy, bx, by)]
  return a !== 0 && b !== 0 && a > 0 !== b > 0
}

/** Whether a ring holds a point: an odd number of its edges lie east of it. A point on the ring may count either way. */
function holds(ring: Float64Array, x: number, y: number): boolean {
  let inside = false
  const n = ring.length / 2
  for (let i = 0, j = n - 1; i < n; j = i++) {
    const [x1, y1, x2, y2] = [ring[2 * i], ring[2 * i + 1], ring[2 * j], ring[2 * j + 1]]
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside
  }
  return inside
}
