/** What can be said of parcels one by one, and the edges that are left when they are laid side by side. Any part of a layer can be surveyed alone. */
import { counts, flags, floats } from './buffer.ts'
import type { OwnedSegments } from './edges.ts'
import { type Grid, type Ground, groundOf, measureParcels, parcelArea, unmeasured } from './ground.ts'
import type { Invalid, PolygonLayer, ThinParcel, TopologyOptions } from './layer.ts'
import { OpenEdges } from './open-edges.ts'
import { ringCheck } from './rings.ts'

/** Parcels that are gone over together: their coordinates stay in the nearest memory meanwhile. */
const BLOCK = 1024

export type Survey = {
  /** The layer's number of the first parcel here; owners and findings are numbered by the layer. */
  readonly first: number
  readonly grid: Grid
  readonly box: Float64Array
  /** West, south, east, north of all of them; +∞ and −∞ where there is none. */
  readonly extent: readonly [number, number, number, number]
  readonly area: Float64Array
  readonly perimeter: Float64Array
  readonly invalid: readonly Invalid[]
  readonly slivers: readonly ThinParcel[]
  /** Edges whose sides do not cancel within this part. */
  readonly open: OwnedSegments
  /** Edges of parcels whose rings had to be mended. */
  readonly mended: OwnedSegments
  /** How many edges were drawn. */
  readonly drawn: number
}

/** A survey with the ground it was made on. */
export type Surveyed = { readonly survey: Survey; readonly ground: Ground }

/** Surveys a layer, or the part of it whose first parcel has the number `first`; parts of one layer need the same grid. */
export function surveyParcels(layer: PolygonLayer, options: TopologyOptions, first = 0, grid?: Grid): Surveyed {
  const ground = grid ? unmeasured(layer, grid) : groundOf(layer)
  const edges = new OpenEdges(ground)
  const { area, perimeter, invalid, mended, extent } = overRings(ground, options, grid !== undefined, (from, to) => edges.add(from, to))
  const survey = {
    first,
    grid: ground.grid,
    box: ground.box,
    extent,
    area,
    perimeter,
    invalid: invalid.map((each) => ({ ...each, parcel: each.parcel + first })),
    slivers: thinParcels(layer, area, perimeter, options.sliverWidth ?? 0.2, first),
    open: renumbered(edges.segments(), first),
    mended: renumbered(mended, first),
    drawn: layer.xy.length / 2 - layer.ringStart.length + 1,
  }
  return { survey, ground }
}

/** What is needed of some parcels to lay all of their edges side by side. */
export type Measured = {
  readonly ground: Ground
  readonly area: Float64Array
  readonly perimeter: Float64Array
  readonly mended: OwnedSegments
}

export function measureLayer(layer: PolygonLayer, options: TopologyOptions, grid: Grid): Measured {
  const ground = unmeasured(layer, grid)
  return { ground, ...overRings(ground, options, true, () => {}) }
}

/** Measures and checks block by block, with whatever else is to be done with a block as long as it is at hand. */
function overRings(
  ground: Ground,
  { areaOf = undefined }: TopologyOptions,
  isToMeasure: boolean,
  also: (from: number, to: number) => void,
) {
  const rings = ringCheck(ground, areaOf ?? null)
  const { box, nowhere } = ground
  const parcels = nowhere.length
  const extent: [number, number, number, number] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  for (let from = 0; from < parcels; from += BLOCK) {
    const to = Math.min(parcels, from + BLOCK)
    if (isToMeasure) measureParcels(ground, from, to)
    rings.check(from, to)
    also(from, to)
    for (let p = 4 * from; p < 4 * to; p += 4) {
      if (box[p] < extent[0]) extent[0] = box[p]
      if (box[p + 1] < extent[1]) extent[1] = box[p + 1]
      if (box[p + 2] > extent[2]) extent[2] = box[p + 2]
      if (box[p + 3] > extent[3]) extent[3] = box[p + 3]
    }
  }
  const { invalid, mended, segments, perimeter } = rings.done()
  const area = floats(parcels)
  for (let p = 0; p < parcels; p++) area[p] = mended.get(p) ?? parcelArea(ground, p, areaOf ?? null)
  return { area, perimeter, invalid, mended: segments, extent }
}

/** A survey as if `by` parcels more lay before its own: for parts whose place in the layer was not known when they were surveyed. */
export function renumberedSurvey(survey: Survey, by: number): Survey {
  if (by === 0) return survey
  const moved = <F extends { readonly parcel: number }>(finding: F): F => ({ ...finding, parcel: finding.parcel + by })
  return {
    ...survey,
    first: survey.first + by,
    invalid: survey.invalid.map(moved),
    slivers: survey.slivers.map(moved),
    open: renumbered(survey.open, by),
    mended: renumbered(survey.mended, by),
  }
}

/** Parcels that follow one another in a layer, `first` of them being the number of the first. */
export type LayerPart = { readonly first: number; readonly layer: PolygonLayer }

/** The chosen parcels, ascending, of a layer in parts as a layer of their own. */
export function partOf(parts: readonly LayerPart[], parcels: Uint32Array): PolygonLayer {
  let rings = 0
  let vertices = 0
  eachParcel(parts, parcels, ({ polygonRing, ringStart }, p) => {
    rings += polygonRing[p + 1] - polygonRing[p]
    vertices += ringStart[polygonRing[p + 1]] - ringStart[polygonRing[p]]
  })
  const xy = floats(2 * vertices)
  const ringStart = counts(rings + 1)
  const polygonRing = counts(parcels.length + 1)
  const hole = flags(rings)
  let r = 0
  let v = 0
  eachParcel(parts, parcels, (layer, p, i) => {
    polygonRing[i] = r
    const [from, to] = [layer.polygonRing[p], layer.polygonRing[p + 1]]
    const [begin, end] = [layer.ringStart[from], layer.ringStart[to]]
    xy.set(layer.xy.subarray(2 * begin, 2 * end), 2 * v)
    for (let ring = from; ring < to; ring++) {
      hole[r] = layer.hole[ring]
      ringStart[r++] = v + layer.ringStart[ring] - begin
    }
    v += end - begin
  })
  polygonRing[parcels.length] = r
  ringStart[r] = v
  return { xy, ringStart, polygonRing, hole }
}

function eachParcel(
  parts: readonly LayerPart[],
  parcels: Uint32Array,
  visit: (layer: PolygonLayer, parcel: number, place: number) => void,
): void {
  let part = 0
  parcels.forEach((p, i) => {
    while (part + 1 < parts.length && parts[part + 1].first <= p) part++
    visit(parts[part].layer, p - parts[part].first, i)
  })
}

function renumbered(segments: OwnedSegments, first: number): OwnedSegments {
  return first === 0 ? segments : { ...segments, owner: segments.owner.map((owner) => owner + first) }
}

function thinParcels(layer: PolygonLayer, area: Float64Array, perimeter: Float64Array, width: number, first: number): ThinParcel[] {
  const thin: ThinParcel[] = []
  for (let p = 0; p < area.length; p++) {
    const widthM = (2 * area[p]) / perimeter[p]
    if (!(area[p] > 0 && widthM < width)) continue
    const v = 2 * layer.ringStart[layer.polygonRing[p]]
    thin.push({ parcel: first + p, areaM2: area[p], widthM, x: layer.xy[v], y: layer.xy[v + 1] })
  }
  return thin
}
