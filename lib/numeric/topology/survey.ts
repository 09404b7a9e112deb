/** What can be said of parcels one by one, and the edges that are left when they are laid side by side. Any part of a layer can be surveyed alone. */
import { edgeTable, NO_SEGMENTS, type OwnedSegments, segmentsOf } from './edges.ts'
import { type Grid, type Ground, groundOf, parcelArea } from './ground.ts'
import type { Invalid, PolygonLayer, ThinParcel, TopologyOptions } from './layer.ts'
import { checkRings } from './rings.ts'

export type Survey = {
  /** The layer's number of the first parcel here; owners and findings are numbered by the layer. */
  readonly first: number
  readonly grid: Grid
  readonly box: Float64Array
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
  const areaOf = options.areaOf ?? null
  const ground = groundOf(layer, grid)
  const rings = checkRings(ground, areaOf)
  const parcels = layer.polygonRing.length - 1
  const area = new Float64Array(parcels)
  for (let p = 0; p < parcels; p++) area[p] = rings.mended.get(p) ?? parcelArea(ground, p, areaOf)
  const table = edgeTable(ground)
  const survey = {
    first,
    grid: ground.grid,
    box: ground.box,
    area,
    perimeter: rings.perimeter,
    invalid: rings.invalid.map((each) => ({ ...each, parcel: each.parcel + first })),
    slivers: thinParcels(layer, area, rings.perimeter, options.sliverWidth ?? 0.2, first),
    open: renumbered(segmentsOf(ground, table, 'open', NO_SEGMENTS), first),
    mended: renumbered(rings.segments, first),
    drawn: layer.xy.length / 2 - layer.ringStart.length + 1,
  }
  return { survey, ground }
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

/** The chosen parcels of a layer as a layer of their own. */
export function partOf(layer: PolygonLayer, parcels: Uint32Array): PolygonLayer {
  let rings = 0
  let vertices = 0
  for (const p of parcels) {
    const [from, to] = [layer.polygonRing[p], layer.polygonRing[p + 1]]
    rings += to - from
    vertices += layer.ringStart[to] - layer.ringStart[from]
  }
  const xy = new Float64Array(2 * vertices)
  const ringStart = new Uint32Array(rings + 1)
  const polygonRing = new Uint32Array(parcels.length + 1)
  const hole = new Uint8Array(rings)
  let r = 0
  let v = 0
  parcels.forEach((p, i) => {
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
