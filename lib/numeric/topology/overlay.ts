/**
 * Parcels laid over other layers: how much of each lies under which of their polygons, exact and complete.
 *
 * A parcel whose box no edge of another layer meets lies wholly inside or outside every polygon, and one point of it tells. Only the others are cut,
 * all of them in one arrangement, so that what two neighbours have in common is the same to the last bit.
 */
import { arrange } from './arrangement.ts'
import { Boxes } from './boxes.ts'
import { counts, cursorOf, flags, floats, IntList, ints, marked, pooled, startsFrom } from './buffer.ts'
import { clippedAreas } from './clip.ts'
import { Covers, coverOf, depths } from './cover.ts'
import { edgeTable, type OwnedSegments, ofOwners, segmentsOf, together } from './edges.ts'
import { deepBoxes } from './find.ts'
import { fromGrid, type Ground, groundOf, PER_METRE, parcelArea } from './ground.ts'
import type { OverlayOptions, Piece, PolygonLayer } from './layer.ts'
import { locator } from './locate.ts'
import { type Measure, measureOf } from './outline.ts'
import { checkRings } from './rings.ts'

type Prepared = { readonly ground: Ground; readonly mended: ReadonlyMap<number, number>; readonly segments: OwnedSegments }

type Found = { readonly others: readonly number[]; areaM2: number; readonly faces: number[] }

/**
 * Pieces parcel by parcel, ascending; within a parcel in order of `under`, uncovered ground last. The areas of a parcel's pieces add up to its area:
 * what the grid rounded away (of the order of perimeter × 7e-9 m) is with its largest piece. A parcel without ground has no piece. Overlapping parcels
 * each have their own pieces. Rings that cross themselves count as rings.ts describes.
 */
export function overlayLayers(parcels: PolygonLayer, others: readonly PolygonLayer[], options: OverlayOptions = {}): Piece[] {
  return pooled(() => laidOver(parcels, others, options))
}

function laidOver(parcels: PolygonLayer, others: readonly PolygonLayer[], options: OverlayOptions): Piece[] {
  const areaOf = options.areaOf ?? null
  const count = parcels.polygonRing.length - 1
  const own = prepared(parcels)
  const { grid } = own.ground
  const layers = others.map((layer) => prepared(layer, grid))
  const area = floats(count)
  for (let p = 0; p < count; p++) area[p] = own.mended.get(p) ?? parcelArea(own.ground, p, areaOf)

  const { cut, cutting, near } = whoMeets(own.ground, layers)
  const pieces = new Array<Piece[] | undefined>(count)
  const locators = layers.map((layer) => locator(layer.ground))
  for (let p = 0; p < count; p++) {
    if (cut[p] || !(area[p] > 0)) continue
    const v = 2 * parcels.ringStart[parcels.polygonRing[p]]
    const under = locators.map((locate) => locate(parcels.xy[v], parcels.xy[v + 1]))
    if (options.firstOnly) for (const here of under) here.splice(1)
    pieces[p] = [{ parcel: p, under, areaM2: area[p], outline: null }]
  }
  if (options.outlines === false && areaOf === null && !options.firstOnly) clipParcels()
  cutParcels()
  return pieces.flatMap((mine) => mine ?? [])

  /** Areas alone need no arrangement where one layer's borders cross a parcel's cleanly. */
  function clipParcels(): void {
    const doubtful = layers.flatMap(doubtfulGround)
    const { start, layer: ofLayer, vertex, polygon } = near
    const { box } = own.ground
    for (let p = 0; p < count; p++) {
      if (!cut[p] || !(area[p] > 0) || own.mended.has(p)) continue
      const k = ofLayer[start[p]]
      let isOne = start[p] < start[p + 1]
      for (let e = start[p]; e < start[p + 1]; e++) if (ofLayer[e] !== k) isOne = false
      if (!isOne || doubtful.some((boxes) => boxes.meets(box[4 * p], box[4 * p + 1], box[4 * p + 2], box[4 * p + 3]))) continue
      const edges = { vertex, polygon, from: start[p], to: start[p + 1] }
      const areas = clippedAreas(p, area[p], own.ground, layers[k].ground, edges, locators[k])
      if (!areas) continue
      const v = 2 * parcels.ringStart[parcels.polygonRing[p]]
      const around = locators.map((locate, l) => (l === k ? [] : locate(parcels.xy[v], parcels.xy[v + 1])))
      const found = [...areas].map(([j, areaM2]) => ({
        under: around.map((each, l) => (l === k && j >= 0 ? [j] : each)),
        areaM2,
        faces: [],
      }))
      pieces[p] = piecesOf(p, found, null)
      cut[p] = 0
    }
  }

  function prepared(layer: PolygonLayer, shared?: Ground['grid']): Prepared {
    const ground = groundOf(layer, shared)
    const rings = checkRings(ground, areaOf)
    return { ground, mended: rings.mended, segments: rings.segments }
  }

  function cutParcels(): void {
    const members = marked(cut).filter((p) => area[p] > 0)
    if (members.length === 0) return
    const drawn = [segmentsOf(own.ground, edgeTable(own.ground, members), 'all', ofOwners(own.segments, cut))]
    const offsets: number[] = []
    let owners = count
    layers.forEach((layer, k) => {
      offsets.push(owners)
      const polygons = marked(cutting[k])
      const theirs = segmentsOf(layer.ground, edgeTable(layer.ground, polygons), 'all', ofOwners(layer.segments, cutting[k]))
      drawn.push({ ...theirs, owner: theirs.owner.map((owner) => owner + owners) })
      owners += cutting[k].length
    })
    const plane = arrange(together(drawn), 'all')
    const covers = new Covers()
    const cover = coverOf(plane, covers)
    const measure = measureOf(plane, grid, areaOf)

    const found = new Map<number, Found[]>()
    const split = Array.from({ length: covers.count }, (_, set) => {
      const owners = covers.members(set)
      return { on: owners.filter((owner) => owner < count), others: owners.filter((owner) => owner >= count) }
    })
    for (let f = 1; f < plane.faces; f++) {
      const { on, others } = split[cover[f]]
      if (on.length === 0) continue
      const areaM2 = measure.faceArea(f)
      for (const p of on) {
        let mine = found.get(p)
        if (!mine) {
          mine = []
          found.set(p, mine)
        }
        const piece = mine.find((each) => isSame(each.others, others))
        if (!piece) mine.push({ others, areaM2, faces: [f] })
        else {
          piece.areaM2 += areaM2
          piece.faces.push(f)
        }
      }
    }
    const underOf = (others: readonly number[]) =>
      offsets.map((offset, k) =>
        others.filter((owner) => owner >= offset && owner < offset + cutting[k].length).map((owner) => owner - offset),
      )
    for (const [p, mine] of found) {
      // polygons none of whose edges are here lie around the whole parcel or not at all
      const v = 2 * parcels.ringStart[parcels.polygonRing[p]]
      const around = locators.map((locate, k) => locate(parcels.xy[v], parcels.xy[v + 1]).filter((j) => !cutting[k][j]))
      const under = (others: readonly number[]) => underOf(others).map((on, k) => [...on, ...around[k]].sort((a, b) => a - b))
      const found = mine.map(({ others, areaM2, faces }) => ({ under: under(others), areaM2, faces }))
      pieces[p] = piecesOf(p, options.firstOnly ? underFirst(found) : found, measure)
    }
  }

  function piecesOf(
    p: number,
    found: { readonly under: number[][]; areaM2: number; readonly faces: number[] }[],
    measure: Measure | null,
  ): Piece[] {
    found.sort((a, b) => compareUnder(a.under, b.under))
    let largest = found[0]
    let sum = 0
    for (const piece of found) {
      sum += piece.areaM2
      if (piece.areaM2 > largest.areaM2) largest = piece
    }
    largest.areaM2 += area[p] - sum
    const whole = found.length === 1
    return found.map(({ under, areaM2, faces }) => ({
      parcel: p,
      under,
      areaM2,
      outline: whole || options.outlines === false || !measure ? null : measure.outline(faces),
    }))
  }
}

type UnderSome = { readonly under: number[][]; areaM2: number; readonly faces: number[] }

/** Pieces with only the first polygon of each layer, joined where that makes them the same. */
function underFirst(found: readonly UnderSome[]): UnderSome[] {
  const joined: UnderSome[] = []
  for (const { under, areaM2, faces } of found) {
    const first = under.map((on) => on.slice(0, 1))
    const same = joined.find((piece) => piece.under.every((on, k) => isSame(on, first[k])))
    if (!same) joined.push({ under: first, areaM2, faces })
    else {
      same.areaM2 += areaM2
      same.faces.push(...faces)
    }
  }
  return joined
}

const isSame = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((each, i) => each === b[i])

/** By the first layer's polygons, then the second's …; ground under none comes after ground under some. */
function compareUnder(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  for (let k = 0; k < a.length; k++) {
    const n = Math.max(a[k].length, b[k].length)
    for (let i = 0; i < n; i++) {
      const d = (a[k][i] ?? Number.POSITIVE_INFINITY) - (b[k][i] ?? Number.POSITIVE_INFINITY)
      if (d !== 0 && !Number.isNaN(d)) return d
    }
  }
  return 0
}

/** Ground of a layer of which no single polygon can be told: where it overlaps itself, and where rings had to be mended. */
function doubtfulGround({ ground, mended, segments }: Prepared): readonly Boxes[] {
  const plane = arrange(segmentsOf(ground, edgeTable(ground), 'open', segments), 'open')
  const deep = deepBoxes(plane, depths(plane), ground.grid)
  const around = new Boxes(ground.box, Uint32Array.from(mended.keys()))
  return deep ? [deep, around] : [around]
}

/** Edges whose parcels are looked up together. */
const STRETCH = 16

/** Edges of the layers near each parcel: those of parcel p are start[p] … start[p + 1]. */
type Near = { readonly start: Uint32Array; readonly layer: Int32Array; readonly vertex: Int32Array; readonly polygon: Int32Array }

/** Parcels whose box an edge of another layer meets, and the polygons that have such edges. */
function whoMeets(ground: Ground, layers: readonly Prepared[]): { cut: Uint8Array; cutting: Uint8Array[]; near: Near } {
  const { box, grid } = ground
  const boxes = new Boxes(box)
  const cut = flags(box.length / 4)
  const margin = 4 / PER_METRE
  const candidate: number[] = []
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
      for (let i = 0; i < candidates; i++) {
        const p = candidate[i]
        if (box[4 * p] > east || box[4 * p + 2] < west || box[4 * p + 1] > north || box[4 * p + 3] < south) continue
        // the line may pass the box by: then all four corners lie to one side of it
        const c = ((box[4 * p] + box[4 * p + 2]) / 2 - ax) * nx + ((box[4 * p + 1] + box[4 * p + 3]) / 2 - ay) * ny
        const reach =
          ((box[4 * p + 2] - box[4 * p]) / 2 + margin) * Math.abs(nx) + ((box[4 * p + 3] - box[4 * p + 1]) / 2 + margin) * Math.abs(ny)
        if (Math.abs(c) > reach * (1 + 1e-9)) continue
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
