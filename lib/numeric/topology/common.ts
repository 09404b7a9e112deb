/** Ground that parcels have in common: who lies on whom in a heap, what is drawn twice, what lies inside another. */
import { type Arrangement, arrange } from './arrangement.ts'
import { pooled } from './buffer.ts'
import { depths } from './cover.ts'
import { edgeTable, NO_SEGMENTS, type OwnedSegments, segmentsOf, together } from './edges.ts'
import { perimeterM } from './gaps.ts'
import type { Grid } from './ground.ts'
import type { Heaps } from './heaps.ts'
import type { Contained, Duplicate, Overlap, TopologyOptions } from './layer.ts'
import { type Measure, measureOf } from './outline.ts'
import { isDeep, isDrawnTwice, pairsOf, pairsTwoByTwo } from './pairs.ts'
import { type LayerPart, type Measured, measureLayer, partOf } from './survey.ts'

export type CommonGround = {
  readonly overlaps: readonly Overlap[]
  readonly duplicates: readonly Duplicate[]
  readonly contained: readonly Contained[]
  /** Edges that are drawn from both sides and yet do not cancel: while parcels are laid side by side some of their owners are lost (open-edges.ts). */
  readonly busy: OwnedSegments
}

/** Some parcels with the plane of all their edges; parcel i of their ground is `members[i]` of the layer. */
export type Heap = Measured & { readonly plane: Arrangement; readonly measure: Measure; readonly members: Uint32Array }

/** Looks at every heap alone: what is found in it is the same to the last bit whoever looks at the others. */
export function commonGroundOf(parts: readonly LayerPart[], { members, start }: Heaps, grid: Grid, options: TopologyOptions): CommonGround {
  const found: CommonGround[] = []
  for (let h = 0; h + 1 < start.length; h++) {
    const own = members.subarray(start[h], start[h + 1])
    found.push(pooled(() => heapGround(parts, own, grid, options)))
  }
  return joined(found)
}

/** What was found in several lots of heaps. */
export function joined(found: readonly CommonGround[]): CommonGround {
  return {
    overlaps: found.flatMap(({ overlaps }) => overlaps),
    duplicates: found.flatMap(({ duplicates }) => duplicates),
    contained: found.flatMap(({ contained }) => contained),
    busy: found.length === 0 ? NO_SEGMENTS : together(found.map(({ busy }) => busy)),
  }
}

/** The same in the order of the parcels. */
export function bySharedGround({ overlaps, duplicates, contained, busy }: CommonGround): CommonGround {
  const byPair = (p: { readonly a: number; readonly b: number }, q: { readonly a: number; readonly b: number }) => p.a - q.a || p.b - q.b
  return {
    overlaps: overlaps.toSorted(byPair),
    duplicates: duplicates.toSorted(byPair),
    contained: contained.toSorted((c, d) => c.inner - d.inner || c.outer - d.outer),
    busy,
  }
}

function heapGround(parts: readonly LayerPart[], members: Uint32Array, grid: Grid, options: TopologyOptions): CommonGround {
  const measured = measureLayer(partOf(parts, members), options, grid)
  const segments = segmentsOf(measured.ground, edgeTable(measured.ground), measured.mended)
  const plane = arrange(segments, 'all')
  const measure = measureOf(plane, grid, options.areaOf ?? null)
  return { ...commonGround({ ...measured, plane, measure, members }, options), busy: busyEdges(segments, members) }
}

export function commonGround({ ground, area, perimeter, mended, plane, measure, members }: Heap, options: TopologyOptions): CommonGround {
  const { tolerance = 0, leastArea = 0.01, sameShare = 0.95, outlines = true } = options
  const near = Math.max(options.near ?? 0.001, tolerance)
  const wanted = { leastArea, outlined: outlines || tolerance > 0 }
  const pairs = isDeep(depths(plane)) ? pairsTwoByTwo(ground, mended, options.areaOf ?? null, wanted) : pairsOf(plane, measure, wanted)
  const overlaps: Overlap[] = []
  const duplicates: Duplicate[] = []
  const contained: Contained[] = []
  for (const { a: i, b: j, areaM2, outline, x, y } of pairs) {
    if (outline && tolerance > 0 && 2 * areaM2 < tolerance * perimeterM(outline)) continue
    const at = { x, y }
    const [a, b] = [members[i], members[j]]
    overlaps.push({ a, b, areaM2, outline: outlines ? outline : null, ...at })
    const inner = area[i] < area[j] || (area[i] === area[j] && i > j) ? i : j
    if (areaM2 >= sameShare * Math.max(area[i], area[j])) duplicates.push({ a, b, exact: isDrawnTwice(ground, i, j), areaM2, ...at })
    else if (area[inner] - areaM2 <= (near * perimeter[inner]) / 2)
      contained.push({ inner: members[inner], outer: inner === i ? b : a, areaM2, ...at })
  }
  return { overlaps, duplicates, contained, busy: NO_SEGMENTS }
}

/** The busy ones of a heap's edges, in arrays of their own and with the layer's owners. */
function busyEdges({ x0, y0, x1, y1, start, owner, side }: OwnedSegments, members: Uint32Array): OwnedSegments {
  const busy: number[] = []
  for (let k = 0; k < x0.length; k++) {
    const drawn = start[k + 1] - start[k]
    if (drawn < 3) continue
    let net = 0
    for (let o = start[k]; o < start[k + 1]; o++) net += side[o]
    if (net !== 0 && Math.abs(net) !== drawn) busy.push(k)
  }
  if (busy.length === 0) return NO_SEGMENTS
  const pick = (values: Float64Array) => Float64Array.from(busy, (k) => values[k])
  const owners: number[] = []
  const sides: number[] = []
  const starts = new Uint32Array(busy.length + 1)
  busy.forEach((k, i) => {
    for (let o = start[k]; o < start[k + 1]; o++) {
      owners.push(members[owner[o]])
      sides.push(side[o])
    }
    starts[i + 1] = owners.length
  })
  return {
    x0: pick(x0),
    y0: pick(y0),
    x1: pick(x1),
    y1: pick(y1),
    start: starts,
    owner: Int32Array.from(owners),
    side: Int8Array.from(sides),
  }
}

/** Segments of which the first `open` are those that parcels laid side by side leave, with the owners that busy edges lost there. */
export function withAllOwners(segments: OwnedSegments, open: number, busy: OwnedSegments): OwnedSegments {
  if (busy.x0.length === 0) return segments
  const { x0, y0, x1, y1 } = segments
  const byWest = new Map<number, number[]>()
  busy.x0.forEach((x, b) => {
    const same = byWest.get(x)
    if (same) same.push(b)
    else byWest.set(x, [b])
  })
  const owner: number[] = []
  const side: number[] = []
  const start = new Uint32Array(x0.length + 1)
  for (let k = 0; k < x0.length; k++) {
    const whole =
      k < open ? byWest.get(x0[k])?.find((b) => busy.y0[b] === y0[k] && busy.x1[b] === x1[k] && busy.y1[b] === y1[k]) : undefined
    const from = whole === undefined ? segments : busy
    const at = whole ?? k
    for (let o = from.start[at]; o < from.start[at + 1]; o++) {
      owner.push(from.owner[o])
      side.push(from.side[o])
    }
    start[k + 1] = owner.length
  }
  return { ...segments, start, owner: Int32Array.from(owner), side: Int8Array.from(side) }
}
