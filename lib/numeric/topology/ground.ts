/** A layer made ready: every ring measured and oriented, every place on one grid. */
import { flags, floats, signs } from './buffer.ts'
import type { PolygonLayer, RingArea } from './layer.ts'

/**
 * 2^-27 m is the step of a double at an easting of 41 500 000: a grid of it holds every coordinate of a Chinese zone as it is, and a whole hemisphere in
 * numbers below 2^52.
 */
export const PER_METRE = 2 ** 27

/** Where the grid has its zero, in the layer's coordinates. */
export type Grid = { readonly x: number; readonly y: number }

export const toGrid = (at: number, zero: number): number => Math.round((at - zero) * PER_METRE)
export const fromGrid = (unit: number, zero: number): number => zero + unit / PER_METRE

export type Ground = {
  readonly layer: PolygonLayer
  readonly grid: Grid
  /** 1 where the parcel lies to the left of ring r as it is drawn, −1 to the right, 0 where the ring is left out. */
  readonly side: Int8Array
  /** Signed planar area of every ring as drawn, m². */
  readonly ringArea: Float64Array
  /** west, south, east, north of every parcel; of one without a place, +∞ and −∞. */
  readonly box: Float64Array
  /** Parcel whose coordinates are not all finite, or too far from the rest to be a place. */
  readonly nowhere: Uint8Array
}

/** Farther than this from the middle of the layer (m) nothing is on the grid. */
const REACH = 2 ** 51 / PER_METRE

/** Measures a layer. Rings are taken as closed; one of fewer than four vertices has no area. */
export function groundOf(layer: PolygonLayer, shared?: Grid): Ground {
  const parcels = layer.polygonRing.length - 1
  const ground = unmeasured(layer, shared ?? { x: 0, y: 0 })
  measure(ground, 0, parcels)
  if (shared) {
    leaveOutFar(ground, 0, parcels)
    return ground
  }
  const own = { ...ground, grid: gridFor(ground.box, ground.nowhere) }
  leaveOutFar(own, 0, parcels)
  return own
}

/** A layer of which nothing is known yet, to be measured some parcels at a time: then whoever goes over them next still has them at hand. */
export function unmeasured(layer: PolygonLayer, grid: Grid): Ground {
  const parcels = layer.polygonRing.length - 1
  const rings = layer.ringStart.length - 1
  return { layer, grid, side: signs(rings), ringArea: floats(rings), box: floats(4 * parcels), nowhere: flags(parcels) }
}

/** Measures the parcels `from` … `to` − 1 of a layer whose grid is known. */
export function measureParcels(ground: Ground, from: number, to: number): void {
  measure(ground, from, to)
  leaveOutFar(ground, from, to)
}

function measure({ layer, side, ringArea, box, nowhere }: Ground, from: number, to: number): void {
  const { xy, ringStart, polygonRing, hole } = layer
  for (let p = from; p < to; p++) {
    let west = Number.POSITIVE_INFINITY
    let south = Number.POSITIVE_INFINITY
    let east = Number.NEGATIVE_INFINITY
    let north = Number.NEGATIVE_INFINITY
    for (let r = polygonRing[p]; r < polygonRing[p + 1]; r++) {
      const first = ringStart[r]
      const end = ringStart[r + 1]
      if (end === first) continue
      const x0 = xy[2 * first]
      const y0 = xy[2 * first + 1]
      let twice = 0
      let u = 0
      let v = 0
      for (let i = first; i < end; i++) {
        const x = xy[2 * i]
        const y = xy[2 * i + 1]
        if (x < west) west = x
        if (x > east) east = x
        if (y < south) south = y
        if (y > north) north = y
        const u2 = x - x0
        const v2 = y - y0
        twice += u * v2 - u2 * v
        u = u2
        v = v2
      }
      ringArea[r] = twice / 2
      if (!Number.isFinite(twice)) nowhere[p] = 1
      side[r] = twice === 0 || end - first < 4 ? 0 : twice > 0 === (hole[r] === 0) ? 1 : -1
    }
    box[4 * p] = west
    box[4 * p + 1] = south
    box[4 * p + 2] = east
    box[4 * p + 3] = north
  }
}

function leaveOutFar({ layer, grid, side, box, nowhere }: Ground, from: number, to: number): void {
  const { polygonRing } = layer
  for (let p = from; p < to; p++) {
    const at = 4 * p
    if (box[at] < grid.x - REACH || box[at + 2] > grid.x + REACH || box[at + 1] < grid.y - REACH || box[at + 3] > grid.y + REACH)
      if (box[at] <= box[at + 2]) nowhere[p] = 1
    if (!nowhere[p]) continue
    side.fill(0, polygonRing[p], polygonRing[p + 1])
    box.fill(Number.POSITIVE_INFINITY, at, at + 2)
    box.fill(Number.NEGATIVE_INFINITY, at + 2, at + 4)
  }
}

/** The grid's middle is a whole number near the median parcel, so that one wild coordinate does not move it. */
function gridFor(box: Float64Array, nowhere: Uint8Array): Grid {
  const middle = (axis: number) => {
    const sample: number[] = []
    const step = Math.max(1, Math.floor(nowhere.length / 1001))
    for (let p = 0; p < nowhere.length; p += step) {
      const at = (box[4 * p + axis] + box[4 * p + axis + 2]) / 2
      if (Number.isFinite(at) && !nowhere[p]) sample.push(at)
    }
    if (sample.length === 0) return 0
    sample.sort((a, b) => a - b)
    return Math.round(sample[sample.length >> 1])
  }
  return { x: middle(0), y: middle(1) }
}

/** Area of a parcel in m²: what its rings are drawn around. */
export function parcelArea(ground: Ground, parcel: number, areaOf: RingArea | null): number {
  const { layer, side, ringArea } = ground
  let area = 0
  for (let r = layer.polygonRing[parcel]; r < layer.polygonRing[parcel + 1]; r++) {
    if (side[r] === 0) continue
    area += side[r] * (areaOf ? areaOf(layer.xy.subarray(2 * layer.ringStart[r], 2 * layer.ringStart[r + 1])) : ringArea[r])
  }
  return area
}
