/**
 * Everything that is wrong with how a layer of parcels lies together: overlaps, gaps, parcels drawn twice or inside one another, slivers, vertices
 * that only one of two neighbours has, rings that are no rings.
 *
 * Edges that two parcels share cancel; the few that are left are noded and the faces between them counted from outside inwards (how many parcels lie
 * on top of one another there). Only for the parcels on an overlap all edges are noded again, to tell who is on it.
 */
import { type Arrangement, arrange } from './arrangement.ts'
import { Boxes } from './boxes.ts'
import { depths } from './cover.ts'
import { edgeTable, netted, type OwnedSegments, segmentsOf, together } from './edges.ts'
import { neighboursOf, openGaps, perimeterM } from './gaps.ts'
import { fromGrid, type Grid, PER_METRE } from './ground.ts'
import type { Contained, Duplicate, Gap, Invalid, Overlap, PolygonLayer, TopologyFindings, TopologyOptions } from './layer.ts'
import { oneSidedVertices } from './onesided.ts'
import { type Measure, measureOf } from './outline.ts'
import { isDeep, isDrawnTwice, pairsOf, pairsTwoByTwo } from './pairs.ts'
import { partOf, type Survey, type Surveyed, surveyParcels } from './survey.ts'

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
  return look.crowded ? look.finish(surveyed) : look.finish(surveyParcels(partOf(layer, look.members), options, 0, surveyed.ground.grid))
}

/**
 * The whole layer from the surveys of its parts, which are in the order of their first parcels and on one grid. To finish, it needs the survey of `members`
 * alone, as a layer of their own (`partOf`): of the parcels that may lie on others, or of all where the layer is crowded.
 */
export function firstLook(surveys: readonly Survey[], options: TopologyOptions) {
  const open = surveys.length === 1 ? surveys[0].open : netted(together(surveys.map((survey) => survey.open)))
  const mended = together(surveys.map((survey) => survey.mended))
  const drawn = surveys.reduce((sum, survey) => sum + survey.drawn, 0)
  const parcels = surveys.reduce((sum, survey) => sum + survey.area.length, 0)
  if (open.x0.length > CROWDED * drawn) {
    const members = Uint32Array.from({ length: parcels }, (_, p) => p)
    const finish = ({ survey, ground }: Surveyed) => {
      const segments = segmentsOf(ground, edgeTable(ground), 'all', survey.mended)
      const plane = arrange(segments, 'all')
      const measure = measureOf(plane, ground.grid, options.areaOf ?? null)
      return findings([survey], segments, plane, measure, depths(plane), { ground, survey, plane, measure, members }, options)
    }
    return { crowded: true, members, finish }
  }
  const { grid } = surveys[0]
  const segments = together([open, mended])
  const plane = arrange(segments, 'open')
  const measure = measureOf(plane, grid, options.areaOf ?? null)
  const depth = depths(plane)
  const members = onOverlaps(surveys, plane, depth)
  const finish = ({ survey, ground }: Surveyed) => {
    const again = arrange(segmentsOf(ground, edgeTable(ground), 'all', survey.mended), 'all')
    const on = { ground, survey, plane: again, measure: measureOf(again, grid, options.areaOf ?? null), members }
    return findings(surveys, segments, plane, measure, depth, on, options)
  }
  return { crowded: false, members, finish }
}

/** The plane of the parcels that may lie on others; parcel i of its ground is `members[i]` of the layer. */
type OverlapPlane = Surveyed & { readonly plane: Arrangement; readonly measure: Measure; readonly members: Uint32Array }

function findings(
  surveys: readonly Survey[],
  segments: OwnedSegments,
  plane: Arrangement,
  measure: Measure,
  depth: Int32Array,
  on: OverlapPlane,
  options: TopologyOptions,
): TopologyFindings {
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
    ...sharedGround(on, options),
    gaps,
    slivers: surveys.flatMap((survey) => survey.slivers),
    oneSided: oneSidedVertices(segments, plane.noded, Math.max(options.near ?? 0.001, tolerance), grid),
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

/** Parcels whose boxes meet ground that is covered more than once, ascending. */
function onOverlaps(surveys: readonly Survey[], plane: Arrangement, depth: Int32Array): Uint32Array {
  const members: number[] = []
  const deep = deepBoxes(plane, depth, surveys[0].grid)
  if (!deep) return Uint32Array.from(members)
  for (const { first: from, box } of surveys)
    for (let p = 0; 4 * p < box.length; p++) {
      if (deep.meets(box[4 * p], box[4 * p + 1], box[4 * p + 2], box[4 * p + 3])) members.push(from + p)
    }
  return Uint32Array.from(members)
}

/** Boxes around all ground that is covered more than once; null where there is none. */
export function deepBoxes(plane: Arrangement, depth: Int32Array, grid: Grid): Boxes | null {
  const { x, y, origin, next, first, face } = plane
  const windows: number[] = []
  for (let c = 0; c < first.length; c++) {
    if (depth[face[c]] < 2) continue
    let [west, south, east, north] = [
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]
    let h = first[c]
    do {
      west = Math.min(west, x[origin[h]])
      east = Math.max(east, x[origin[h]])
      south = Math.min(south, y[origin[h]])
      north = Math.max(north, y[origin[h]])
      h = next[h]
    } while (h !== first[c])
    windows.push(fromGrid(west - 1, grid.x), fromGrid(south - 1, grid.y), fromGrid(east + 1, grid.x), fromGrid(north + 1, grid.y))
  }
  return windows.length === 0 ? null : new Boxes(Float64Array.from(windows))
}

function sharedGround({ ground, survey, plane, measure, members }: OverlapPlane, options: TopologyOptions) {
  const { tolerance = 0, leastArea = 0.01, sameShare = 0.95, outlines = true } = options
  const near = Math.max(options.near ?? 0.001, tolerance)
  const { area, perimeter } = survey
  const wanted = { leastArea, outlined: outlines || tolerance > 0 }
  const pairs = isDeep(depths(plane))
    ? pairsTwoByTwo(ground, survey.mended, options.areaOf ?? null, wanted)
    : pairsOf(plane, measure, wanted)
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
  contained.sort((c, d) => c.inner - d.inner || c.outer - d.outer)
  return { overlaps, duplicates, contained }
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
  for (const { first, box } of surveys)
    for (let p = 0; 4 * p < box.length; p++) {
      const [w, s, e, t] = [box[4 * p], box[4 * p + 1], box[4 * p + 2], box[4 * p + 3]]
      if (!(w <= e) || isOn(w, s, e, t) || !isOn(s, w, t, e)) continue
      found.push({ parcel: first + p, rule: 'swapped-axes', x: (w + e) / 2, y: (s + t) / 2 })
    }
  return found
}
