/**
 * Contract parcels (地块) laid over the survey's patches (图斑): every patch falls into pieces that share no ground and leave none out,
 * each under one parcel or under none. Ground under two parcels or more counts for the one whose id comes first, and is reported.
 */
import { wkbArea, wkbBounds } from '@dishu/base/wkb'
import { common, kept, NOTHING, type Origin, type Outline, outlineOf, type Sliver, together, trimmed, without, wkbOf } from './cutting.ts'
import { type Footprint, footprintOf } from './footprint.ts'
import { type Bounds, gridOf } from './nearby.ts'
import { type Relation, relation } from './relation.ts'

/** An outline with its id: WKB polygons in metres of the zone in which the survey's edges are straight. Ids are unique within a layer. */
export type Shape = { readonly id: string; readonly wkb: Uint8Array }

/**
 * Ground of one patch that counts for one parcel (`parcel` null: for none). `areaM2` is planar, in the zone. `outline` is null when it is the whole
 * patch, else WKB to 0.1 mm. `overlapping` are parcels that lie on part of this ground too and do not count here.
 */
export type Piece = {
  readonly patch: string
  readonly parcel: string | null
  readonly areaM2: number
  readonly outline: Uint8Array | null
  readonly overlapping: readonly string[]
}

/** Ground of one patch that lies under all of `parcels` (in order of id; the first has it) and under no other. */
export type DoublyCovered = {
  readonly patch: string
  readonly parcels: readonly string[]
  readonly areaM2: number
  readonly outline: Uint8Array
}

export type Overlay = { readonly pieces: readonly Piece[]; readonly doubly: readonly DoublyCovered[] }

/** 0.01 m² is the last digit the standard records; a millimetre is less than any survey resolves. */
export const SLIVER: Sliver = { areaM2: 0.01, widthM: 0.001 }

/**
 * Lays `parcels` over `patches`, both in the same zone, each layer any part of a register. Pieces come patch by patch in the order given; within a
 * patch by parcel id, uncovered ground last. The order of either list changes no piece.
 *
 * Pieces of a patch add up to its planar area (to rounding); a piece below the sliver limits is no piece, its area goes to the patch's largest one, and outlines of
 * neighbouring pieces may part or overlap by as much.
 * Should a patch's outline cross itself, its pieces add up to the ground it encloses, which no signed area gives.
 * Throws RangeError where a shape is no polygon or a coordinate is not finite (imports refuse both).
 */
export function overlay(patches: readonly Shape[], parcels: readonly Shape[], sliver: Sliver = SLIVER): Overlay {
  const pieces: Piece[] = []
  const doubly: DoublyCovered[] = []
  const ranked = parcels.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const near = gridOf(ranked.map(placeOf))
  const footprints = new Array<Footprint | undefined>(ranked.length)

  for (const patch of patches) {
    const on = ranked.length === 0 ? [] : near(placeOf(patch))
    const division = on.length === 0 ? null : divided(patch, on)
    if (division === null) pieces.push({ patch: patch.id, parcel: null, areaM2: planarArea(patch), outline: null, overlapping: [] })
    else report(patch, division)
  }
  return { pieces, doubly }

  /** The patch cut by those of the candidates that share ground with it; null when none does. */
  function divided(patch: Shape, candidates: readonly number[]): Division | null {
    const ground = footprintOf(patch.wkb)
    const on: Layer[] = []
    for (const rank of candidates) {
      footprints[rank] ??= footprintOf(ranked[rank].wkb)
      const how = relation(ground, footprints[rank])
      if (how !== 'apart') on.push({ parcel: ranked[rank].id, footprint: footprints[rank], how })
    }
    return on.length === 0 ? null : steadily(ground, on, sliver)
  }

  function report(patch: Shape, { ground, cells, origin }: Division): void {
    const owned = new Map<string | null, { outlines: Outline[]; others: Set<string> }>()
    for (const { outline, parcels: under } of cells) {
      const [first = null, ...others] = under
      const mine = owned.get(first) ?? { outlines: [], others: new Set() }
      owned.set(first, mine)
      mine.outlines.push(outline)
      for (const other of others) mine.others.add(other)
      if (others.length > 0) doubly.push({ patch: patch.id, parcels: under, areaM2: outline.areaM2, outline: wkbOf(outline, origin) })
    }

    const found = [...owned].sort(([a], [b]) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1))
    const areas = found.map(([, { outlines }]) => outlines.reduce((sum, outline) => sum + outline.areaM2, 0))
    shareOut(areas, ground.areaM2, planarArea(patch))
    found.forEach(([parcel, { outlines, others }], i) => {
      const outline = found.length === 1 ? null : wkbOf(outlines.length === 1 ? outlines[0] : union(outlines), origin)
      pieces.push({ patch: patch.id, parcel, areaM2: areas[i], outline, overlapping: [...others].sort() })
    })
  }

  /** One outline of several that touch; side by side as they are should the cutter not get their area. */
  function union(outlines: readonly Outline[]): Outline {
    const paths = outlines.flatMap((outline) => outline.paths)
    const areaM2 = outlines.reduce((sum, outline) => sum + outline.areaM2, 0)
    const one = together(paths, sliver)
    return Math.abs(one.areaM2 - areaM2) <= one.droppedM2 + sliver.areaM2 + areaM2 * 1e-8 ? one : { paths, areaM2, droppedM2: 0 }
  }
}

function placeOf(shape: Shape): Bounds {
  const box = wkbBounds(shape.wkb)
  if (box[0] <= box[2] && !box.every(Number.isFinite))
    throw new RangeError(`expected coordinates in metres in ${shape.id}, got ${box.join(' ')}`)
  return box
}

function planarArea(shape: Shape): number {
  const area = wkbArea(shape.wkb)
  if (!Number.isFinite(area)) throw new RangeError(`expected coordinates in metres in ${shape.id}, its area is ${area}`)
  return area
}

/** A parcel on the patch and how it lies there. */
type Layer = { readonly parcel: string; readonly footprint: Footprint; readonly how: Relation }

/** Ground under exactly these parcels, in order of id; of none when the list is empty. */
type Cell = { readonly outline: Outline; readonly parcels: readonly string[]; readonly footprints: readonly Footprint[] }

type Division = { readonly ground: Outline; readonly cells: readonly Cell[]; readonly origin: Origin }

/**
 * Clipper, sweeping from south to north, now and then loses or doubles ground where many edges lie upon one another (one in fifty of random
 * heaps of overlapping stars, hardly ever in drawn layers). The areas of the cells must add up to the ground; where they do not, the ground is
 * turned by a quarter and cut again, and of four ways that all fail the one that fails least is taken.
 */
function steadily(footprint: Footprint, on: readonly Layer[], sliver: Sliver): Division {
  let best: Division | null = null
  let least = Number.POSITIVE_INFINITY
  for (let quarters = 0; quarters < 4; quarters++) {
    const origin = { x: footprint.minX, y: footprint.minY, quarters }
    const ground = outlineOf(footprint, origin)
    const cells = divide(footprint, ground, on, origin, sliver)
    let off = -ground.areaM2
    let dropped = 0
    for (const { outline } of cells) {
      off += outline.areaM2
      dropped += outline.droppedM2
    }
    const beyond = Math.abs(off) - dropped - sliver.areaM2 - ground.areaM2 * 1e-8
    if (best === null || beyond < least) {
      best = { ground, cells: cells.filter((cell) => cell.outline.areaM2 > 0), origin }
      least = beyond
    }
    if (beyond <= 0) break
  }
  return best!
}

function divide(footprint: Footprint, ground: Outline, on: readonly Layer[], origin: Origin, sliver: Sliver): Cell[] {
  const drawn = on.map((layer) => outlineOf(layer.footprint, origin))
  const covers = on.map((layer, i): Cell => {
    const { how, parcel } = layer
    const outline =
      how === 'within'
        ? ground
        : how === 'contains'
          ? kept(drawn[i].paths, sliver)
          : common(trimmed(ground, layer.footprint, origin), trimmed(drawn[i], footprint, origin), sliver)
    return { outline, parcels: [parcel], footprints: [layer.footprint] }
  })
  // one parcel over everything leaves nothing
  const whole = on.some(({ how }) => how === 'within')
  const clip = drawn.filter((_, i) => covers[i].outline.areaM2 > 0).flatMap((outline) => trimmed(outline, footprint, origin))
  const rest = whole ? NOTHING : clip.length === 0 ? ground : without(ground.paths, clip, sliver)
  const covered = covers.reduce((sum, { outline }) => sum + outline.areaM2, 0)
  const overlapping = covers.length > 1 && covered + rest.areaM2 - ground.areaM2 > sliver.areaM2
  return [...(overlapping ? layered(covers, sliver) : covers), { outline: rest, parcels: [], footprints: [] }]
}

/** Covers that overlap, taken one after another: each splits the cells it meets and keeps what is left as a cell of its own. */
function layered(covers: readonly Cell[], sliver: Sliver): Cell[] {
  let cells: Cell[] = []
  for (const cover of covers) {
    const [footprint] = cover.footprints
    let left = cover.outline
    const next: Cell[] = []
    for (const cell of cells) {
      const clear = left.areaM2 === 0 || cell.footprints.some((other) => relation(other, footprint) === 'apart')
      const both = clear ? NOTHING : common(cell.outline.paths, left.paths, sliver)
      if (both.areaM2 === 0) {
        next.push(cell)
        continue
      }
      const parcels = [...cell.parcels, ...cover.parcels]
      next.push({ ...cell, outline: without(cell.outline.paths, both.paths, sliver) })
      next.push({ outline: both, parcels, footprints: [...cell.footprints, footprint] })
      left = without(left.paths, both.paths, sliver)
    }
    next.push({ ...cover, outline: left })
    cells = next
  }
  return cells
}

/**
 * Makes `areas` (in place) add up to the patch: what slivers lost goes to the largest, and the grid's rounding is shared by all.
 * `onGrid` and `planar` are the patch's area before and after rounding; where they differ by more than rounding can, the outline crosses itself.
 */
function shareOut(areas: number[], onGrid: number, planar: number): void {
  let sum = 0
  let largest = 0
  areas.forEach((area, i) => {
    sum += area
    if (area > areas[largest]) largest = i
  })
  areas[largest] += onGrid - sum
  const scale = planar / onGrid
  if (Math.abs(scale - 1) < 1e-3) for (let i = 0; i < areas.length; i++) areas[i] *= scale
}
