/**
 * Edges of a layer, each once, with the parcels that draw it. Where two parcels share an edge vertex for vertex, one lies to its left and one to its
 * right; over the whole layer such edges cancel, and only the others can bound an overlap, a gap or the outside.
 */
import { counts, cursorOf, floats, IntList, ints, powerOfTwo, signs, sortPart, startsFrom } from './buffer.ts'
import type { Segments } from './cells.ts'
import { type Ground, toGrid } from './ground.ts'
import { edgeHash, vertexHash } from './hash.ts'
import { Nodes } from './nodes.ts'

/**
 * Segments on the grid. Segment k is drawn by owner[start[k]] … owner[start[k + 1]]; `side` is 1 where that owner's ground lies to the left of the
 * way from (x0, y0) to (x1, y1), −1 to the right. A segment may occur twice.
 */
export type OwnedSegments = Segments & { readonly start: Uint32Array; readonly owner: Int32Array; readonly side: Int8Array }

/** Every directed edge of the layer in a table by its two ends: of each edge the first two occurrences, and a list of further ones. */
export type EdgeTable = {
  /** Two entries a slot: 2·(vertex the edge starts at) + (1 where the ground is to the left of the edge from its lesser end), −1 where empty. */
  readonly slots: Int32Array
  readonly more: ReadonlyMap<number, readonly number[]>
  readonly edges: number
}

export function edgeTable(ground: Ground, parcels?: Uint32Array): EdgeTable {
  const { layer, side } = ground
  const { xy, ringStart, polygonRing } = layer
  const bits = new Int32Array(xy.buffer, xy.byteOffset, xy.length * 2)
  let drawn = 0
  each((r) => {
    drawn += ringStart[r + 1] - ringStart[r] - 1
  })
  let capacity = powerOfTwo(Math.max(16, drawn * 0.7))
  let mask = capacity - 1
  let slots = ints(2 * capacity).fill(-1)
  let more = new Map<number, number[]>()
  let used = 0

  each((r) => {
    const left = side[r] > 0 ? 1 : 0
    const end = ringStart[r + 1] - 1
    let a = ringStart[r]
    let ha = vertexHash(bits, a)
    for (; a < end; a++) {
      const b = a + 1
      const hb = vertexHash(bits, b)
      const ax = xy[2 * a]
      const ay = xy[2 * a + 1]
      const bx = xy[2 * b]
      const by = xy[2 * b + 1]
      const back = ax > bx || (ax === bx && ay > by)
      const h = edgeHash(ha, hb)
      ha = hb
      if (ax === bx && ay === by) continue
      put(h, 2 * a + (back ? 1 - left : left), ax, ay, bx, by)
    }
  })
  return { slots, more, edges: used }

  function each(visit: (ring: number) => void): void {
    if (parcels) {
      for (const p of parcels) for (let r = polygonRing[p]; r < polygonRing[p + 1]; r++) if (side[r] !== 0) visit(r)
    } else for (let r = 0; r < side.length; r++) if (side[r] !== 0) visit(r)
  }

  function put(h: number, code: number, ax: number, ay: number, bx: number, by: number): void {
    let slot = h & mask
    for (;;) {
      const first = slots[2 * slot]
      if (first < 0) {
        slots[2 * slot] = code
        if (++used > capacity * 0.8) grow()
        return
      }
      const v = 2 * (first >> 1)
      const x = xy[v]
      const y = xy[v + 1]
      if (x === ax && y === ay ? xy[v + 2] === bx && xy[v + 3] === by : x === bx && y === by && xy[v + 2] === ax && xy[v + 3] === ay) {
        if (slots[2 * slot + 1] < 0) slots[2 * slot + 1] = code
        else {
          const list = more.get(slot)
          if (list) list.push(code)
          else more.set(slot, [code])
        }
        return
      }
      slot = (slot + 1) & mask
    }
  }

  function grow(): void {
    const old = slots
    const rest = more
    capacity *= 2
    mask = capacity - 1
    slots = ints(2 * capacity).fill(-1)
    more = new Map()
    for (let s = 0; 2 * s < old.length; s++) {
      if (old[2 * s] < 0) continue
      const a = old[2 * s] >> 1
      let slot = edgeHash(vertexHash(bits, a), vertexHash(bits, a + 1)) & mask
      while (slots[2 * slot] >= 0) slot = (slot + 1) & mask
      slots[2 * slot] = old[2 * s]
      slots[2 * slot + 1] = old[2 * s + 1]
      const list = rest.get(s)
      if (list) more.set(slot, list)
    }
  }
}

/** More than slots in any table. */
const FAR = 2 ** 26

/** Of an edge's code: 1 where the ground lies to its left, −1 to its right. */
export const net = (code: number): 1 | -1 => (code & 1 ? 1 : -1)

/** Edges of the table on the grid. Others that lie on the grid already are put behind them. */
export function segmentsOf(ground: Ground, { slots, more, edges }: EdgeTable, others: OwnedSegments): OwnedSegments {
  const { layer, grid } = ground
  const { xy, ringStart, polygonRing } = layer
  const chosen = new IntList(edges)
  let owners = 0
  for (let s = 0; 2 * s < slots.length; s++) {
    const first = slots[2 * s]
    if (first < 0) continue
    const second = slots[2 * s + 1]
    const rest = second < 0 ? undefined : more.get(s)
    chosen.push(s)
    owners += second < 0 ? 1 : 2 + (rest?.length ?? 0)
  }
  const n = chosen.length
  // in the order in which they are drawn, not in that of the table: neighbours stay neighbours in memory
  const order = floats(n)
  for (let i = 0; i < n; i++) order[i] = (slots[2 * chosen.values[i]] >> 1) * FAR + chosen.values[i]
  order.sort()
  const m = others.x0.length
  const x0 = floats(n + m)
  const y0 = floats(n + m)
  const x1 = floats(n + m)
  const y1 = floats(n + m)
  const start = counts(n + m + 1)
  const owner = ints(owners + others.owner.length)
  const side = signs(owner.length)
  let at = 0
  let k = 0
  for (let i = 0; i < n; i++) {
    const s = order[i] - Math.floor(order[i] / FAR) * FAR
    const a = 2 * (slots[2 * s] >> 1)
    const back = xy[a] > xy[a + 2] || (xy[a] === xy[a + 2] && xy[a + 1] > xy[a + 3])
    const lo = back ? a + 2 : a
    const hi = back ? a : a + 2
    const ax = toGrid(xy[lo], grid.x)
    const ay = toGrid(xy[lo + 1], grid.y)
    const bx = toGrid(xy[hi], grid.x)
    const by = toGrid(xy[hi + 1], grid.y)
    if (ax === bx && ay === by) continue
    x0[k] = ax
    y0[k] = ay
    x1[k] = bx
    y1[k] = by
    start[k++] = at
    put(slots[2 * s])
    if (slots[2 * s + 1] < 0) continue
    put(slots[2 * s + 1])
    const rest = more.get(s)
    if (rest) for (const code of rest) put(code)
  }
  for (let i = 0; i < m; i++) {
    x0[k] = others.x0[i]
    y0[k] = others.y0[i]
    x1[k] = others.x1[i]
    y1[k] = others.y1[i]
    start[k++] = at
    for (let o = others.start[i]; o < others.start[i + 1]; o++) {
      owner[at] = others.owner[o]
      side[at++] = others.side[o]
    }
  }
  start[k] = at
  const cut = (values: Float64Array) => (k === n + m ? values : values.subarray(0, k))
  return {
    x0: cut(x0),
    y0: cut(y0),
    x1: cut(x1),
    y1: cut(y1),
    start: start.subarray(0, k + 1),
    owner: owner.subarray(0, at),
    side: side.subarray(0, at),
  }

  function put(code: number): void {
    owner[at] = ownerOf(polygonRing, ownerOf(ringStart, code >> 1))
    side[at++] = net(code)
  }
}

export const NO_SEGMENTS: OwnedSegments = {
  x0: new Float64Array(0),
  y0: new Float64Array(0),
  x1: new Float64Array(0),
  y1: new Float64Array(0),
  start: new Uint32Array(1),
  owner: new Int32Array(0),
  side: new Int8Array(0),
}

/** The last group that starts at or before `member`; groups may be empty. */
export function ownerOf(start: Uint32Array, member: number): number {
  let low = 0
  let high = start.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (start[middle] <= member) low = middle
    else high = middle
  }
  return low
}

/** Segments of the chosen owners, each of which has one. */
export function ofOwners(segments: OwnedSegments, chosen: Uint8Array): OwnedSegments {
  if (segments.owner.length === 0) return segments
  const kept = Uint32Array.from(segments.owner.keys()).filter((k) => chosen[segments.owner[k]] === 1)
  const pick = (values: Float64Array) => Float64Array.from(kept, (k) => values[k])
  return {
    x0: pick(segments.x0),
    y0: pick(segments.y0),
    x1: pick(segments.x1),
    y1: pick(segments.y1),
    start: Uint32Array.from({ length: kept.length + 1 }, (_, i) => i),
    owner: Int32Array.from(kept, (k) => segments.owner[k]),
    side: Int8Array.from(kept, (k) => segments.side[k]),
  }
}

/** Several sets of segments as one. */
export function together(parts: readonly OwnedSegments[]): OwnedSegments {
  if (parts.length === 1) return parts[0]
  const count = parts.reduce((sum, part) => sum + part.x0.length, 0)
  const owners = parts.reduce((sum, part) => sum + part.owner.length, 0)
  const all = {
    x0: floats(count),
    y0: floats(count),
    x1: floats(count),
    y1: floats(count),
    start: counts(count + 1),
    owner: ints(owners),
    side: signs(owners),
  }
  let at = 0
  let owned = 0
  for (const part of parts) {
    all.x0.set(part.x0, at)
    all.y0.set(part.y0, at)
    all.x1.set(part.x1, at)
    all.y1.set(part.y1, at)
    for (let k = 0; k < part.x0.length; k++) all.start[at + k] = owned + part.start[k]
    all.owner.set(part.owner, owned)
    all.side.set(part.side, owned)
    at += part.x0.length
    owned += part.owner.length
  }
  all.start[count] = owned
  return all
}

/** Segments of which several may be the same, each once and only where its sides do not cancel: what is left when parts of a layer come together. */
export function netted(segments: OwnedSegments): OwnedSegments {
  const { x0, y0, x1, y1, start, owner, side } = segments
  const n = x0.length
  const ends = new Nodes(n)
  const from = ints(n)
  const to = ints(n)
  for (let k = 0; k < n; k++) {
    from[k] = ends.at(x0[k], y0[k])
    to[k] = ends.at(x1[k], y1[k])
  }
  const starting = counts(ends.count + 1)
  for (let k = 0; k < n; k++) starting[from[k]]++
  const group = startsFrom(starting)
  const sorted = ints(n)
  const at = cursorOf(group)
  for (let k = 0; k < n; k++) sorted[at[from[k]]++] = k
  const byEnd = (k: number, l: number) => to[k] - to[l] || k - l
  const kept = new IntList(1024)
  const starts = new IntList(1024)
  const owners = new IntList(1024)
  const sides = new IntList(1024)
  for (let v = 0; v < ends.count; v++) {
    sortPart(sorted, group[v], group[v + 1], byEnd)
    for (let i = group[v]; i < group[v + 1]; ) {
      const first = sorted[i]
      const began = owners.length
      let sum = 0
      for (; i < group[v + 1] && to[sorted[i]] === to[first]; i++)
        for (let o = start[sorted[i]]; o < start[sorted[i] + 1]; o++) {
          owners.push(owner[o])
          sides.push(side[o])
          sum += side[o]
        }
      if (sum === 0) {
        owners.length = began
        sides.length = began
        continue
      }
      kept.push(first)
      starts.push(began)
    }
  }
  starts.push(owners.length)
  const pick = (values: Float64Array) => Float64Array.from(kept.done(), (k) => values[k])
  return {
    x0: pick(x0),
    y0: pick(y0),
    x1: pick(x1),
    y1: pick(y1),
    start: Uint32Array.from(starts.done()),
    owner: owners.done(),
    side: Int8Array.from(sides.done()),
  }
}

/** Gathers segments one by one: from (ax, ay) to (bx, by) with the owner's ground to the left. */
export class SegmentList {
  #ends: number[] = []
  #owner: number[] = []
  #side: number[] = []

  add(ax: number, ay: number, bx: number, by: number, owner: number, side: 1 | -1 | 0 = 1): void {
    if (ax === bx && ay === by) return
    const back = ax > bx || (ax === bx && ay > by)
    if (back) this.#ends.push(bx, by, ax, ay)
    else this.#ends.push(ax, ay, bx, by)
    this.#owner.push(owner)
    this.#side.push(back ? -side : side)
  }

  done(): OwnedSegments {
    const n = this.#owner.length
    if (n === 0) return NO_SEGMENTS
    const [x0, y0, x1, y1] = [0, 1, 2, 3].map((c) => Float64Array.from({ length: n }, (_, i) => this.#ends[4 * i + c]))
    const start = Uint32Array.from({ length: n + 1 }, (_, i) => i)
    return { x0, y0, x1, y1, start, owner: Int32Array.from(this.#owner), side: Int8Array.from(this.#side) }
  }
}
