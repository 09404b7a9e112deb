/** Which face a component of the arrangement lies in: the one to the left of its westernmost node. */
import { Boxes } from './boxes.ts'
import { flags, floats, ints, marked, sortPart } from './buffer.ts'
import { cross } from './predicates.ts'

type Cycles = {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly origin: Int32Array
  readonly cycle: Int32Array
  readonly first: Int32Array
  readonly westmost: Int32Array
}

/** Face of every cycle (0 is the unbounded one), the number of faces, and the components' outer cycles from west to east. */
export function nesting({ x, y, origin, cycle, first, westmost }: Cycles): { face: Int32Array; faces: number; outer: Int32Array } {
  const component = components(origin, cycle, first.length)
  const west = ints(first.length).fill(-1) // component → its westernmost node, of several the southernmost
  const box = floats(4 * first.length)
  for (let h = 0; h < origin.length; h++) {
    const c = component[cycle[h]]
    const v = origin[h]
    const old = west[c]
    const at = 4 * c
    if (old < 0) {
      west[c] = v
      box[at] = box[at + 2] = x[v]
      box[at + 1] = box[at + 3] = y[v]
      continue
    }
    if (x[v] < x[old] || (x[v] === x[old] && y[v] < y[old])) west[c] = v
    if (x[v] < box[at]) box[at] = x[v]
    else if (x[v] > box[at + 2]) box[at + 2] = x[v]
    if (y[v] < box[at + 1]) box[at + 1] = y[v]
    else if (y[v] > box[at + 3]) box[at + 3] = y[v]
  }
  const there = flags(first.length)
  for (let c = 0; c < first.length; c++) if (west[c] >= 0) there[c] = 1
  const order = marked(there)
  sortPart(order, 0, order.length, (c, d) => x[west[c]] - x[west[d]] || y[west[c]] - y[west[d]])
  const outer = ints(order.length)
  const isOuter = flags(first.length)
  for (let k = 0; k < order.length; k++) {
    outer[k] = cycle[westmost[west[order[k]]]]
    isOuter[outer[k]] = 1
  }
  const face = ints(first.length)
  let faces = 1
  for (let c = 0; c < face.length; c++) if (!isOuter[c]) face[c] = faces++
  if (order.length > 1) place()
  return { face, faces, outer }

  /** From west to east: whatever a component lies in has its westernmost node farther west, and has its place already. */
  function place(): void {
    const inside = order.filter(withBoxes())
    const byHeight = inside.toSorted((c, d) => y[west[c]] - y[west[d]])
    const heights = Float64Array.from(byHeight, (c) => y[west[c]])
    const best = ints(first.length).fill(-1)
    for (let h = 0; h < origin.length; h += 2) {
      const a = origin[h]
      const b = origin[h ^ 1]
      const [low, high] = y[a] < y[b] ? [a, b] : [b, a]
      // an edge passes the heights from its lower end, which counts, to its upper, which does not
      for (let i = firstFrom(heights, y[low]); i < heights.length && heights[i] < y[high]; i++) {
        const c = byHeight[i]
        const v = west[c]
        if (component[cycle[h]] === c) continue
        if (cross(x[high] - x[low], y[high] - y[low], x[v] - x[low], y[v] - y[low]) >= 0) continue
        if (best[c] < 0 || eastOf(low, high, best[c], y[v])) best[c] = h
      }
    }
    for (const c of inside) {
      const hit = best[c]
      if (hit < 0) continue
      // the side of the edge that looks east
      const up = y[origin[hit]] < y[origin[hit ^ 1]] ? hit : hit ^ 1
      face[cycle[westmost[west[c]]]] = face[cycle[up ^ 1]]
    }
  }

  function withBoxes(): (c: number) => boolean {
    const boxes = new Boxes(box, order)
    return (c) => {
      const v = west[c]
      let found = false
      boxes.meet(x[v], y[v], x[v], y[v], (d) => {
        if (d !== c && box[4 * d] < x[v] && box[4 * d + 3] > y[v]) found = true
      })
      return found
    }
  }

  /** Whether the edge from low to high passes height `at` to the east of edge `best`; where they meet there, just above. */
  function eastOf(low: number, high: number, best: number, at: number): boolean {
    const [b, t] = y[origin[best]] < y[origin[best ^ 1]] ? [origin[best], origin[best ^ 1]] : [origin[best ^ 1], origin[best]]
    const mine = x[low] + ((at - y[low]) / (y[high] - y[low])) * (x[high] - x[low])
    const its = x[b] + ((at - y[b]) / (y[t] - y[b])) * (x[t] - x[b])
    if (Math.abs(mine - its) > 8) return mine > its
    // they do not cross: the lower of the two upper ends tells
    if (y[high] <= y[t]) {
      const side = cross(x[t] - x[b], y[t] - y[b], x[high] - x[b], y[high] - y[b])
      if (side !== 0) return side < 0
    }
    const side = cross(x[high] - x[low], y[high] - y[low], x[t] - x[low], y[t] - y[low])
    if (side !== 0) return side > 0
    return cross(x[t] - x[b], y[t] - y[b], x[high] - x[b], y[high] - y[b]) < 0
  }
}

/** Component of every cycle, named by one of its cycles. Cycles that meet in a node are joined by the edges around it. */
function components(origin: Int32Array, cycle: Int32Array, cycles: number): Int32Array {
  const parent = ints(cycles)
  for (let c = 0; c < cycles; c++) parent[c] = c
  const root = (c: number): number => {
    let r = c
    while (parent[r] !== r) {
      parent[r] = parent[parent[r]]
      r = parent[r]
    }
    return r
  }
  for (let h = 0; h < origin.length; h += 2) {
    const a = root(cycle[h])
    const b = root(cycle[h + 1])
    if (a !== b) parent[Math.max(a, b)] = Math.min(a, b)
  }
  for (let c = 0; c < cycles; c++) parent[c] = root(c)
  return parent
}

/** The first of ascending values that is at least `least`. */
function firstFrom(values: Float64Array, least: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] < least) low = middle + 1
    else high = middle
  }
  return low
}
