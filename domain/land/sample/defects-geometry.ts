/**
 * Planted defects of outlines: a corner put in or moved on one side of a shared line, a parcel drawn over another. Official areas stay as they were: the ground in question is less
 * than what an outline may differ from its area.
 */
import { readWkb, writePolygonWkb } from '@dishu/base/wkb'
import { ellipsoidalAreaInZone } from '@dishu/numeric/geodesy/area'
import type { Draw, Note, Planted } from './draw.ts'
import type { Parcel } from './parcels.ts'
import { muOf, type Patch, round2, toCents, ZONE } from './patches.ts'
import { fromSegment, round4 } from './plane.ts'

/** m²: well above what the rules tell, well below a thousandth of a patch of the least size. */
const GROUND = 8
const LEAST_AREA = 20_000
const LEAST_EDGE_M = 15
/** How far away the middle of a neighbour may lie. */
const NEAR_M = 2_000
const MOST_TRIES = 400
/** A line that goes forth and back beside an edge takes less ground with it the shorter the edge is. */
const SHORT_EDGE_M = 30

type Xy = readonly [number, number]
type Drawn = { readonly row: { wkb: Uint8Array } }

export function plantInOutlines({ patches, parcels }: Planted, draw: Draw, note: Note): void {
  plantBetweenPatches(patches, new Set(parcels.map(({ patch }) => patch)), draw, note)
  plantInRings(patches, draw, note)
  plantBetweenParcels(parcels, draw, note)
}

function plantBetweenPatches(patches: readonly Patch[], contracted: ReadonlySet<Patch>, draw: Draw, note: Note): void {
  const fits = (patch: Patch) => patch.areaM2 > LEAST_AREA && !contracted.has(patch)
  const keys = (a: Patch, b: Patch) => [a.row.BSM, b.row.BSM].sort().join(' ')
  for (const { a, b, from, to, length } of neighbours(patches, fits, (a, b) => a.village === b.village, draw)) {
    put(b, from, to, [beside(from, to, (-2 * GROUND) / length)])
    note('geometry/overlap', 'DLTB', keys(a, b), 'outline', keys(a, b), null, GROUND, 'm2')
  }
  for (const { a, b, from, to, length } of neighbours(patches, fits, (a, b) => a.village === b.village, draw)) {
    put(b, from, to, [beside(from, to, (2 * GROUND) / length)])
    note('geometry/gap', 'DLTB', keys(a, b), 'outline', keys(a, b), null, GROUND, 'm2')
  }
  for (const { a, b, from, to } of neighbours(patches, fits, (a, b) => a.village === b.village, draw)) {
    put(b, from, to, [beside(from, to, 0)])
    note('geometry/one-sided-vertex', 'DLTB', keys(a, b), 'outline', keys(a, b), null)
  }
  for (const { a, b, from, to, length } of neighbours(patches, fits, (a, b) => a.village !== b.village, draw)) {
    // both patches agree on the line, and it is not their villages' border
    const corner = beside(from, to, (-2 * GROUND) / length)
    put(b, from, to, [corner])
    put(a, to, from, [corner])
    note('geometry/outside', 'DLTB', b.row.BSM, 'outline', keys(a, b), null, GROUND, 'm2')
  }
}

function plantInRings(patches: readonly Patch[], draw: Draw, note: Note): void {
  const roomy = (patch: Patch) => patch.areaM2 > LEAST_AREA && longEdge(patch) !== null
  for (const [, patch] of draw.some(patches, roomy)) {
    const [from, to] = longEdge(patch) ?? []
    if (!from || !to) continue
    put(patch, from, to, [into(from, to, 3), from])
    note('geometry/spike', 'DLTB', patch.row.BSM, 'outline', patch.row.BSM, null)
  }
  for (const [, patch] of draw.some(patches, roomy)) {
    const [from, to] = longEdge(patch) ?? []
    if (!from || !to) continue
    put(patch, from, to, [from])
    note('geometry/repeated-point', 'DLTB', patch.row.BSM, 'outline', patch.row.BSM, null)
  }
  for (const [, patch] of draw.some(patches, (patch) => roomy(patch) && longEdge(patch, SHORT_EDGE_M) !== null)) {
    const [from, to] = longEdge(patch, SHORT_EDGE_M) ?? []
    if (!from || !to) continue
    // forth, back a little, and forth again: a centimetre off the line, so that the ground is too little to be told of
    put(patch, from, to, [along(from, to, 0.8, 0.01), along(from, to, 0.2, 0.01)])
    note('geometry/self-intersection', 'DLTB', patch.row.BSM, 'outline', patch.row.BSM, null)
  }
}

function plantBetweenParcels(parcels: readonly Parcel[], draw: Draw, note: Note): void {
  const layer = 'DK'
  const keys = (a: Parcel, b: Parcel) => [a.row.DKBM, b.row.DKBM].sort().join(' ')
  for (const [, b] of draw.some(parcels, (parcel) => parcel.siblings.length > 1 && parcel.row.SCMJ > LEAST_AREA / 2)) {
    const a = b.siblings.map((i) => parcels[i]).find((one) => one !== b && one.row.SCMJ > LEAST_AREA / 2 && edgeBetween(one, b) !== null)
    const edge = a && edgeBetween(a, b)
    if (!a || !edge || !draw.claim(a) || !draw.claim(b.patch)) continue
    const [from, to] = edge
    put(b, from, to, [beside(from, to, (-2 * GROUND) / Math.hypot(to[0] - from[0], to[1] - from[1]))])
    note('geometry/overlap', layer, keys(a, b), 'outline', keys(a, b), null, GROUND, 'm2')
    note('parcel/ground-covered-twice', layer, b.patch.row.BSM, 'outline', keys(a, b), null, GROUND, 'm2', `geometry/overlap ${keys(a, b)}`)
  }
  const reserve = parcels.filter(({ holding }) => holding === 'reserve')
  for (const [, b] of draw.some(reserve)) {
    const a = reserve.find(
      (one) => one !== b && one.patch !== b.patch && one.row.SYQXZ === b.row.SYQXZ && one.siblings.length === 1 && draw.claim(one),
    )
    if (!a || !draw.claim(a.patch)) continue
    b.row.wkb = a.row.wkb
    b.row.SCMJ = a.row.SCMJ
    b.row.SCMJM = muOf(b.row.SCMJ)
    note('geometry/drawn-twice', layer, keys(a, b), 'outline', keys(a, b), null, a.row.SCMJ, 'm2')
    note(
      'parcel/ground-covered-twice',
      layer,
      a.patch.row.BSM,
      'outline',
      keys(a, b),
      null,
      a.row.SCMJ,
      'm2',
      `geometry/drawn-twice ${keys(a, b)}`,
    )
  }
  for (const [, parcel] of draw.some(reserve, (one) => longEdge(one) !== null)) {
    const [from, to] = longEdge(parcel) ?? []
    if (!from || !to) continue
    const width = 0.15
    const corners = [from, to, along(from, to, 1, width), along(from, to, 0, width), from]
    const rings = [Float64Array.from(corners.flat())]
    parcel.row.wkb = writePolygonWkb([{ rings }])
    parcel.row.SCMJ = toCents(ellipsoidalAreaInZone([{ rings }], ZONE)) / 100
    parcel.row.SCMJM = muOf(parcel.row.SCMJ)
    note('geometry/sliver', layer, parcel.row.DKBM, 'outline', parcel.row.DKBM, null, round2(parcel.row.SCMJ), 'm2')
  }
}

type Neighbours = { readonly a: Patch; readonly b: Patch; readonly from: Xy; readonly to: Xy; readonly length: number }

/** Pairs of patches that share a long straight edge with room on both sides; `from`, `to` as it runs in b. */
function* neighbours(
  patches: readonly Patch[],
  fits: (patch: Patch) => boolean,
  pair: (a: Patch, b: Patch) => boolean,
  draw: Draw,
): Generator<Neighbours> {
  const free = (patch: Patch) => fits(patch) && draw.isFree(patch)
  for (let n = 0, tries = 0; n < draw.count && tries < MOST_TRIES; tries++) {
    const b = patches[Math.floor(draw.random() * patches.length)]
    if (!free(b)) continue
    for (const a of patches) {
      if (a === b || Math.abs(a.x - b.x) > NEAR_M || Math.abs(a.y - b.y) > NEAR_M || !free(a) || !pair(a, b)) continue
      const edge = edgeBetween(a, b)
      if (!edge) continue
      const [from, to] = edge
      draw.claim(a)
      draw.claim(b)
      n++
      yield { a, b, from, to, length: Math.hypot(to[0] - from[0], to[1] - from[1]) }
      break
    }
  }
}

/** An edge of b, as it runs there, that a has the other way; with some metres of room beside it in both. */
function edgeBetween(a: Drawn, b: Drawn): readonly [Xy, Xy] | null {
  const theirs = new Set(edges(a).map(([from, to]) => `${to} ${from}`))
  return edges(b).find((edge) => isLong(edge) && theirs.has(`${edge[0]} ${edge[1]}`) && hasRoom(a, edge, -2) && hasRoom(b, edge, 2)) ?? null
}

const longEdge = (of: Drawn, most = Number.POSITIVE_INFINITY) =>
  edges(of).find((edge) => isLong(edge, most) && hasRoom(of, edge, 4)) ?? null
function isLong([from, to]: readonly [Xy, Xy], most = Number.POSITIVE_INFINITY): boolean {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  return length >= LEAST_EDGE_M && length <= most
}

/** Whether no other edge comes near the middle of an edge on its left (`side` > 0) or right. */
function hasRoom(of: Drawn, [from, to]: readonly [Xy, Xy], side: number): boolean {
  const [x, y] = along(from, to, 0.5, side)
  return edges(of).every(([p, q]) => fromSegment(x, y, p[0], p[1], q[0], q[1]) > 0.9 * Math.abs(side))
}

function rings(of: Drawn): readonly Float64Array[] {
  const shape = readWkb(of.row.wkb)
  return shape.type === 'polygon' ? shape.polygons.flatMap(({ rings }) => rings) : []
}

function edges(of: Drawn): (readonly [Xy, Xy])[] {
  return rings(of).flatMap((ring) =>
    Array.from(
      { length: ring.length / 2 - 1 },
      (_, i) => [[ring[2 * i], ring[2 * i + 1]] as const, [ring[2 * i + 2], ring[2 * i + 3]] as const] as const,
    ),
  )
}

/** Puts corners into the edge that runs from one corner to the next. */
function put(of: Drawn, from: Xy, to: Xy, corners: readonly Xy[]): void {
  const shape = readWkb(of.row.wkb)
  if (shape.type !== 'polygon') return
  const polygons = shape.polygons.map(({ rings }) => ({
    rings: rings.map((ring) => {
      const xy: number[] = []
      for (let i = 0; i < ring.length; i += 2) {
        xy.push(ring[i], ring[i + 1])
        if (ring[i] === from[0] && ring[i + 1] === from[1] && ring[i + 2] === to[0] && ring[i + 3] === to[1]) xy.push(...corners.flat())
      }
      return Float64Array.from(xy)
    }),
  }))
  of.row.wkb = writePolygonWkb(polygons)
}

/** A place at a share of an edge's length and so many metres to its left; shells run counter-clockwise, so that left is inside. */
function along(from: Xy, to: Xy, share: number, left: number): Xy {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const length = Math.hypot(dx, dy)
  return [round4(from[0] + share * dx - (left * dy) / length), round4(from[1] + share * dy + (left * dx) / length)]
}
const beside = (from: Xy, to: Xy, left: number) => along(from, to, 0.5, left)
/** From the beginning of an edge slantwise inwards. */
const into = (from: Xy, to: Xy, metres: number): Xy => along(from, to, metres / Math.hypot(to[0] - from[0], to[1] - from[1]), metres)
