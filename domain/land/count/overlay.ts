/**
 * Contract parcels (地块) laid over the survey's patches (图斑): every patch falls into pieces that share no ground and leave none out,
 * each under one parcel or under none. Ground under two parcels or more counts for the one whose id comes first, and is reported.
 */
import { readWkb, wkbArea, wkbBounds, writePolygonWkb } from '@dishu/base/wkb'
import type { Outline, PolygonLayer } from '@dishu/numeric/topology/layer'
import { overlayLayers } from '@dishu/numeric/topology/overlay'
import { ringArea } from '@dishu/numeric/topology/ring'
import { type Bounds, gridOf } from './nearby.ts'

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

/** Smaller or thinner pieces are no ground but the noise of drawing. */
export type Sliver = { readonly areaM2: number; readonly widthM: number }

/** 0.01 m² is the last digit the standard records; a millimetre is less than any survey resolves. */
export const SLIVER: Sliver = { areaM2: 0.01, widthM: 0.001 }

/**
 * Lays `parcels` over `patches`, both in the same zone, each layer any part of a register. Pieces come patch by patch in the order given; within a
 * patch by parcel id, uncovered ground last. The order of either list changes no piece, nor does what else is in the layers: every patch is cut
 * for itself.
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
  for (const patch of patches) {
    const on = near(placeOf(patch)).map((rank) => ranked[rank])
    if (on.length === 0) pieces.push({ patch: patch.id, parcel: null, areaM2: planarArea(patch), outline: null, overlapping: [] })
    else divide(patch, on)
  }
  return { pieces, doubly }

  function divide(patch: Shape, on: readonly Shape[]): void {
    const ground = layerOf([patch])
    const over = [layerOf(on)]
    const combinations = overlayLayers(ground, over)
    const doubled = combinations.filter(({ under }) => under[0].length > 1)
    // where parcels overlap, ground that counts for the first of them is one piece with the rest of its ground
    const counted = doubled.length === 0 ? combinations : overlayLayers(ground, over, { firstOnly: true })
    const shares = shared(counted, planarArea(patch), sliver)

    const others = new Map<number, Set<string>>()
    for (const { under, areaM2, outline } of doubled) {
      const real = withoutSlivers(outline, areaM2, sliver)
      if (real.areaM2 === 0) continue
      const [first, ...rest] = under[0]
      const here = others.get(first) ?? new Set()
      others.set(first, here)
      for (const rank of rest) here.add(on[rank].id)
      const ids = under[0].map((rank) => on[rank].id)
      doubly.push({ patch: patch.id, parcels: ids, areaM2: real.areaM2, outline: real.outline ? wkbOf(real.outline) : patch.wkb })
    }
    for (const { rank, areaM2, outline } of shares)
      pieces.push({
        patch: patch.id,
        parcel: rank < 0 ? null : on[rank].id,
        areaM2,
        outline: outline && wkbOf(outline),
        overlapping: [...(others.get(rank) ?? [])].sort(),
      })
  }
}

/** Ground that counts for the parcel of this rank, for none at −1. `outline` null: the whole patch. */
type Share = { readonly rank: number; areaM2: number; readonly outline: Outline | null }

/**
 * Pieces that are ground, their areas made to add up to the patch: what slivers had goes to the largest. A patch whose outline crosses itself keeps the
 * ground it encloses, which its planar area does not tell.
 */
function shared(found: readonly Found[], planarM2: number, sliver: Sliver): Share[] {
  if (found.length === 0) return [{ rank: -1, areaM2: 0, outline: null }]
  const ground = found.reduce((sum, { areaM2 }) => sum + areaM2, 0)
  const all = found.map(({ under, areaM2, outline }) => ({ rank: under[0][0] ?? -1, ...withoutSlivers(outline, areaM2, sliver) }))
  const largestOf = (list: readonly Share[]) => list.reduce((most, each) => (each.areaM2 > most.areaM2 ? each : most))
  const kept: Share[] = all.filter(({ areaM2 }) => areaM2 > 0)
  if (kept.length === 0) {
    // the patch itself is a sliver: it counts for whoever has most of it
    const most = found.reduce((best, each) => (each.areaM2 > best.areaM2 ? each : best))
    kept.push({ rank: most.under[0][0] ?? -1, areaM2: most.areaM2, outline: null })
  }
  const total = Math.abs(planarM2 / ground - 1) < 1e-3 ? planarM2 : ground
  const largest = largestOf(kept)
  largest.areaM2 += total - kept.reduce((sum, { areaM2 }) => sum + areaM2, 0)
  return kept.length === 1 ? [{ ...kept[0], outline: null }] : kept
}
type Found = ReturnType<typeof overlayLayers>[number]

/** The polygons of an outline that are ground; with nothing left the area is 0. A piece without outline is the whole patch and stays. */
function withoutSlivers(
  outline: Outline | null,
  areaM2: number,
  sliver: Sliver,
): { readonly areaM2: number; readonly outline: Outline | null } {
  if (outline === null) return { areaM2, outline }
  const kept = outline.filter((rings) => {
    const area = rings.reduce((sum, ring) => sum + ringArea(ring), 0)
    return area >= sliver.areaM2 && 2 * area >= sliver.widthM * rings.reduce((sum, ring) => sum + ringLength(ring), 0)
  })
  if (kept.length === outline.length) return { areaM2, outline }
  return { areaM2: kept.flat().reduce((sum, ring) => sum + ringArea(ring), 0), outline: kept }
}

function ringLength(ring: Float64Array): number {
  let length = 0
  for (let i = 2; i < ring.length; i += 2) length += Math.hypot(ring[i] - ring[i - 2], ring[i + 1] - ring[i - 1])
  return length
}

/** Coordinates to 0.1 mm: what falls together there is no edge any more. */
function wkbOf(outline: Outline): Uint8Array {
  return writePolygonWkb(
    outline.map((rings) => ({ rings: rings.map((ring) => ring.map((value) => Math.round(value * PER_METRE) / PER_METRE)) })),
  )
}
const PER_METRE = 10_000

/** Shapes as the kernel takes them: the first ring of every part is its shell. */
function layerOf(shapes: readonly Shape[]): PolygonLayer {
  const polygonRing = new Uint32Array(shapes.length + 1)
  const ringStart = [0]
  const hole: number[] = []
  const rings: Float64Array[] = []
  shapes.forEach(({ id, wkb }, i) => {
    const geometry = readWkb(wkb)
    if (geometry.type !== 'polygon') throw new RangeError(`expected a polygon in ${id}, got a ${geometry.type}`)
    for (const polygon of geometry.polygons)
      polygon.rings.forEach((ring, r) => {
        rings.push(ring)
        ringStart.push(ringStart[ringStart.length - 1] + ring.length / 2)
        hole.push(r === 0 ? 0 : 1)
      })
    polygonRing[i + 1] = rings.length
  })
  const xy = new Float64Array(2 * ringStart[ringStart.length - 1])
  rings.forEach((ring, r) => {
    xy.set(ring, 2 * ringStart[r])
  })
  return { xy, ringStart: Uint32Array.from(ringStart), polygonRing, hole: Uint8Array.from(hole) }
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
