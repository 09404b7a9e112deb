/** A layer in another system of coordinates: an edge that is straight in one is bent in the other. */
import type { PolygonLayer } from './layer.ts'

/** Halving an edge so often leaves pieces of a thousandth of a millimetre of any edge on earth. */
const DEEPEST = 32

/**
 * The layer as `to` changes its coordinates (x, y, x, y, … in place), with vertices put in where a straight edge would leave the bent one by more than `bend` metres
 * at its middle. Edges between the same two vertices get the same vertices whichever way they run.
 */
export function transformed(layer: PolygonLayer, to: (xy: Float64Array) => void, bend: number): PolygonLayer {
  const { xy, ringStart, polygonRing, hole } = layer
  const there = xy.slice()
  to(there)
  const out: number[] = []
  const starts = new Uint32Array(ringStart.length)
  for (let r = 0; r + 1 < ringStart.length; r++) {
    starts[r] = out.length / 2
    for (let v = ringStart[r]; v < ringStart[r + 1]; v++) {
      out.push(there[2 * v], there[2 * v + 1])
      if (v + 1 === ringStart[r + 1]) continue
      const back = xy[2 * v] > xy[2 * v + 2] || (xy[2 * v] === xy[2 * v + 2] && xy[2 * v + 1] > xy[2 * v + 3])
      const [a, b] = back ? [2 * v + 2, 2 * v] : [2 * v, 2 * v + 2]
      const between: number[] = []
      halve(xy[a], xy[a + 1], there[a], there[a + 1], xy[b], xy[b + 1], there[b], there[b + 1], 0, between)
      if (!back) for (const each of between) out.push(each)
      else for (let i = between.length - 2; i >= 0; i -= 2) out.push(between[i], between[i + 1])
    }
  }
  starts[ringStart.length - 1] = out.length / 2
  return { xy: Float64Array.from(out), ringStart: starts, polygonRing, hole }

  function halve(
    ax: number,
    ay: number,
    au: number,
    av: number,
    bx: number,
    by: number,
    bu: number,
    bv: number,
    depth: number,
    into: number[],
  ): void {
    const [mx, my] = [(ax + bx) / 2, (ay + by) / 2]
    const middle = Float64Array.of(mx, my)
    to(middle)
    const [mu, mv] = middle
    if (depth === DEEPEST || !(Math.hypot(mu - (au + bu) / 2, mv - (av + bv) / 2) > bend)) return
    halve(ax, ay, au, av, mx, my, mu, mv, depth + 1, into)
    into.push(mu, mv)
    halve(mx, my, mu, mv, bx, by, bu, bv, depth + 1, into)
  }
}
