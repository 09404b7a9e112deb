/**
 * Everything that is wrong with how a layer of parcels lies together: overlaps, gaps, parcels drawn twice or inside one another, slivers, vertices
 * that only one of two neighbours has, rings that are no rings.
 *
 * Edges that two parcels share cancel; the few that are left are noded and the faces between them counted from outside inwards (how many parcels lie
 * on top of one another there). Only for the parcels on an overlap all edges are noded again, heap by heap, to tell who is on it.
 */
import { type Arrangement, arrange } from './arrangement.ts'
import { bySharedGround, type CommonGround, commonGround, commonGroundOf, withAllOwners } from './common.ts'
import { depths } from './cover.ts'
import { edgeTable, netted, type OwnedSegments, segmentsOf, together } from './edges.ts'
import { neighboursOf, openGaps } from './gaps.ts'
import { PER_METRE } from './ground.ts'
import { type Heaps, heapsOf } from './heaps.ts'
import type { Gap, Invalid, PolygonLayer, TopologyFindings, TopologyOptions } from './layer.ts'
import { oneSidedVertices } from './onesided.ts'
import { type Measure, measureOf } from './outline.ts'
import { type Survey, type Surveyed, surveyParcels } from './survey.ts'

/** Where more of the edges than this are not shared, nothing is won by leaving out those that are. */
const CROWDED = 0.3

/**
 * Looks over a whole layer. The order of parcels, the vertex a ring starts at and its direction change nothing but the numbers of parcels; rings that
 * cross themselves count as rings.ts describes. Throws where the two ways to the area of the whole do not agree: that is a fault of this kernel, and
 * no finding is to be trusted.
 */
export function findTopology(layer: PolygonLayer, options: TopologyOptions = {}): TopologyFindings {
  const surveyed = surveyParcels(layer, options)
  const look = firstLook([surveyed.survey], options)
  if (look.crowded) return look.finish(surveyed)
  return look.finish(commonGroundOf([{ first: 0, layer }], look.heaps, surveyed.ground.grid, options))
}

/** What is left to do after the first look. */
export type FirstLook =
  /** Hardly an edge is shared: the survey of all parcels as one layer is asked for. */
  | { readonly crowded: true; readonly finish: (surveyed: Surveyed) => TopologyFindings }
  /** The common ground of each heap of parcels is asked for (`commonGroundOf`), in any order. What does not need it is found by `rest`, once; `finish` does that too. */
  | {
      readonly crowded: false
      readonly heaps: Heaps
      readonly rest: () => void
      readonly finish: (common: CommonGround) => TopologyFindings
    }

/** The whole layer from the surveys of its parts, which are in the order of their first parcels and on one grid. */
export function firstLook(surveys: readonly Survey[], options: TopologyOptions): FirstLook {
  const open = surveys.length === 1 ? surveys[0].open : netted(together(surveys.map((survey) => survey.open)))
  const mended = together(surveys.map((survey) => survey.mended))
  const drawn = surveys.reduce((sum, survey) => sum + survey.drawn, 0)
  const areaOf = options.areaOf ?? null
  if (open.x0.length > CROWDED * drawn) {
    const finish = ({ survey, ground }: Surveyed) => {
      const segments = segmentsOf(ground, edgeTable(ground), survey.mended)
      const plane = arrange(segments, 'all')
      const measure = measureOf(plane, ground.grid, areaOf)
      const members = Uint32Array.from({ length: survey.area.length }, (_, p) => p)
      const common = bySharedGround(
        commonGround({ ground, area: survey.area, perimeter: survey.perimeter, mended: survey.mended, plane, measure, members }, options),
      )
      return { ...restOf([survey], plane, measure, options), ...told(common), oneSided: oneSided(segments, plane, ground.grid, options) }
    }
    return { crowded: true, finish }
  }
  const { grid } = surveys[0]
  const segments = together([open, mended])
  const plane = arrange(segments, 'open')
  const measure = measureOf(plane, grid, areaOf)
  const depth = depths(plane)
  let found: Rest | null = null
  const rest = () => {
    found ??= restOf(surveys, plane, measure, options, depth)
    return found
  }
  const finish = (given: CommonGround) => {
    const common = bySharedGround(given)
    const whole = withAllOwners(segments, open.x0.length, common.busy)
    return { ...rest(), ...told(common), oneSided: oneSided(whole, plane, grid, options) }
  }
  return { crowded: false, heaps: heapsOf(surveys, plane, depth), rest: () => void rest(), finish }
}

const told = ({ overlaps, duplicates, contained }: CommonGround) => ({ overlaps, duplicates, contained })

function oneSided(segments: OwnedSegments, plane: Arrangement, grid: Survey['grid'], options: TopologyOptions) {
  return oneSidedVertices(segments, plane.noded, Math.max(options.near ?? 0.001, options.tolerance ?? 0), grid)
}

type Rest = Omit<TopologyFindings, 'overlaps' | 'duplicates' | 'contained' | 'oneSided'>

/** What needs not be known who lies on whom for. */
function restOf(
  surveys: readonly Survey[],
  plane: Arrangement,
  measure: Measure,
  options: TopologyOptions,
  depth: Int32Array = depths(plane),
): Rest {
  const { tolerance = 0, leastArea = 0.01, outlines = true, gapWidth = 0.5 } = options
  const { grid } = surveys[0]
  const gaps: Gap[] = []
  const double: number[] = []
  const empty: number[] = []
  for (let f = 1; f < plane.faces; f++) {
    if (depth[f] === 1) continue
    const areaM2 = measure.faceArea(f)
    if (depth[f] < 0) {
      const { x, y } = measure.inside(f)
      throw new Error(`expected no ground to lie under less than no parcel, got ${depth[f]} at ${x} ${y}`)
    }
    if (depth[f] > 1) {
      double.push(areaM2 * (depth[f] - 1))
      continue
    }
    empty.push(areaM2)
    if (!(areaM2 > leastArea)) continue
    if (tolerance > 0 && 2 * areaM2 < tolerance * measure.perimeterM(f)) continue
    const neighbours = neighboursOf(plane, measure, [f])
    gaps.push({ areaM2, open: false, neighbours, outline: outlines ? measure.outline([f]) : null, ...measure.inside(f) })
  }
  // parcel by parcel, so that it does not depend on the parts
  const areaM2 = surveys.reduce((total, survey) => sum(survey.area, total), 0)
  const outerM2 = -measure.faceArea(0)
  // in order of size, so that the sum does not depend on how the faces are numbered
  const sumM2 = areaM2 - sum(double.sort((a, b) => a - b)) + sum(empty.sort((a, b) => a - b))
  checkIdentity(outerM2, sumM2, sum(surveys.map((survey) => sum(survey.perimeter))) / PER_METRE)

  if (gapWidth > 0) {
    const limits = { width: gapWidth, leastArea, tolerance, grid, areaOf: options.areaOf ?? null, outlines }
    gaps.push(...openGaps(plane, measure, limits))
  }
  gaps.sort((g, h) => g.x - h.x || g.y - h.y)
  return {
    parcels: surveys.reduce((total, survey) => total + survey.area.length, 0),
    areaM2,
    gaps,
    slivers: surveys.flatMap((survey) => survey.slivers),
    invalid: [...surveys.flatMap((survey) => survey.invalid), ...swappedAxes(surveys)].sort((a, b) => a.parcel - b.parcel),
    identity: { outerM2, sumM2, differenceM2: outerM2 - sumM2 },
  }
}

function sum(values: ArrayLike<number>, from = 0): number {
  let total = from
  for (let i = 0; i < values.length; i++) total += values[i]
  return total
}

/** Every edge may have moved by half a unit of the grid; `moved` is their length times one unit, m². */
function checkIdentity(outerM2: number, sumM2: number, moved: number): void {
  const allowed = moved + 1e-6 + Math.abs(outerM2) * 1e-11
  if (!(Math.abs(outerM2 - sumM2) <= allowed))
    throw new Error(`expected the outer outlines to enclose the sum of parcels, overlaps and gaps: ${outerM2} m² against ${sumM2} m²`)
}

/** Parcels off the rest of the layer that would lie within it if their two coordinates changed places. */
function swappedAxes(surveys: readonly Survey[]): Invalid[] {
  const n = surveys.reduce((total, survey) => total + survey.area.length, 0)
  if (n < 4) return []
  const step = Math.ceil(n / 2000)
  const quantile = (axis: number, share: number) => {
    const sample: number[] = []
    for (const { first, box } of surveys)
      for (let p = (step - (first % step)) % step; 4 * p < box.length; p += step)
        if (Number.isFinite(box[4 * p + axis])) sample.push(box[4 * p + axis])
    sample.sort((a, b) => a - b)
    return sample[Math.min(sample.length - 1, Math.floor(share * sample.length))]
  }
  const [west, south, east, north] = [quantile(0, 0.1), quantile(1, 0.1), quantile(2, 0.9), quantile(3, 0.9)]
  const [dx, dy] = [east - west, north - south]
  const isOn = (w: number, s: number, e: number, t: number) => w >= west - dx && e <= east + dx && s >= south - dy && t <= north + dy
  const found: Invalid[] = []
  for (const { first, box, extent } of surveys) {
    if (isOn(...extent)) continue
    for (let p = 0; 4 * p < box.length; p++) {
      const [w, s, e, t] = [box[4 * p], box[4 * p + 1], box[4 * p + 2], box[4 * p + 3]]
      if (!(w <= e) || isOn(w, s, e, t) || !isOn(s, w, t, e)) continue
      found.push({ parcel: first + p, rule: 'swapped-axes', x: (w + e) / 2, y: (s + t) / 2 })
    }
  }
  return found
}
