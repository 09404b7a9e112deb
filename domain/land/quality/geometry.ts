/**
 * Findings of geometry: what the topology of a layer says in the rules' words. Which ground is meant is told by rows and place, so that a finding keeps its
 * name, and what was decided on it, from one check to the next.
 */
import type { Outline, Place, PolygonLayer, TopologyFindings, TopologyOptions } from '@dishu/numeric/topology/layer'
import type { GeometryFinding, GeometryLayer } from './findings.ts'
import { type GroundPlane, groundArea, inPlane, lonLatWkb } from './ground-plane.ts'
import type { Polygon } from './planar.ts'
import { holds, listOf, numberOf, type RuleBook } from './rules.ts'

export const GEOMETRY_LAYERS: readonly GeometryLayer[] = ['patch', 'parcel', 'area']

/** A row as the check knows it; its outline stands at the same index of the layer. `box` in degrees. */
export type GeometryRow = {
  readonly id: number
  readonly key: string
  readonly village: string | null
  readonly box: LonLatBox | null
}
type LonLatBox = readonly [west: number, south: number, east: number, north: number]

export type LocatedFinding = {
  readonly finding: GeometryFinding
  readonly ids: readonly number[]
  readonly key: string
  readonly village: string | null
  readonly box: LonLatBox | null
  readonly area: number | null // whole hundredths of m²
  readonly outline: Uint8Array | null // WKB in degrees
}

const POLYGON = 3

/** A layer's rings gathered row by row. */
export class LayerBuilder {
  #xy = new Float64Array(1 << 16)
  #used = 0
  readonly #ringStart: number[] = [0]
  readonly #polygonRing: number[] = [0]
  readonly #hole: number[] = []

  add(polygons: readonly Polygon[], bring: (xy: Float64Array) => void): void {
    for (const { rings } of polygons) {
      rings.forEach((ring, r) => {
        this.#makeRoom(ring.length)
        const end = this.#used + ring.length
        this.#xy.set(ring, this.#used)
        bring(this.#xy.subarray(this.#used, end))
        this.#used = end
        this.#ringStart.push(end / 2)
        this.#hole.push(r === 0 ? 0 : 1)
      })
    }
    this.#polygonRing.push(this.#hole.length)
  }

  /** The same from the bytes of the common outline, one polygon in little-endian and two dimensions; false, and nothing added, for any other. */
  addPlain(wkb: Uint8Array, bring: (xy: Float64Array) => void): boolean {
    const view = new DataView(wkb.buffer, wkb.byteOffset, wkb.length)
    if (wkb.length < 9 || wkb[0] !== 1 || view.getUint32(1, true) !== POLYGON) return false
    const rings = view.getUint32(5, true)
    let at = 9
    for (let r = 0; r < rings; r++) {
      if (at + 4 > wkb.length) return false
      at += 4 + 16 * view.getUint32(at, true)
    }
    if (rings === 0 || at !== wkb.length) return false
    this.#makeRoom(wkb.length / 8)
    at = 9
    for (let r = 0; r < rings; r++) {
      const end = this.#used + 2 * view.getUint32(at, true)
      at += 4
      const from = this.#used
      for (; this.#used < end; at += 8) this.#xy[this.#used++] = view.getFloat64(at, true)
      bring(this.#xy.subarray(from, end))
      this.#ringStart.push(end / 2)
      this.#hole.push(r === 0 ? 0 : 1)
    }
    this.#polygonRing.push(this.#hole.length)
    return true
  }

  #makeRoom(numbers: number): void {
    const end = this.#used + numbers
    if (end <= this.#xy.length) return
    const larger = new Float64Array(2 * end)
    larger.set(this.#xy.subarray(0, this.#used))
    this.#xy = larger
  }

  layer(): PolygonLayer {
    return {
      xy: this.#xy.subarray(0, this.#used),
      ringStart: Uint32Array.from(this.#ringStart),
      polygonRing: Uint32Array.from(this.#polygonRing),
      hole: Uint8Array.from(this.#hole),
    }
  }
}

/** The polygons of a row of a layer. */
export function polygonsOf(layer: PolygonLayer, i: number): Polygon[] {
  const polygons: { rings: Float64Array[] }[] = []
  for (let r = layer.polygonRing[i]; r < layer.polygonRing[i + 1]; r++) {
    const ring = layer.xy.slice(2 * layer.ringStart[r], 2 * layer.ringStart[r + 1])
    if (layer.hole[r] === 1 && polygons.length > 0) polygons[polygons.length - 1].rings.push(ring)
    else polygons.push({ rings: [ring] })
  }
  return polygons
}

const speaksOf = (book: RuleBook, rule: GeometryFinding['rule'], layer: GeometryLayer) =>
  holds(book, rule) && (book.rules.get(rule)?.parameters.layers === undefined || listOf(book, rule, 'layers').includes(layer))

/** What the kernel is asked of a layer, by the rules of the day. */
export function topologyOptions(layer: GeometryLayer, book: RuleBook): TopologyOptions {
  const number = (rule: GeometryFinding['rule'], name: string, off: number) =>
    speaksOf(book, rule, layer) ? numberOf(book, rule, name) : off
  return {
    tolerance: 0.001,
    leastArea: 0.01,
    gapWidth: number('geometry/gap-open', 'widthM', 0),
    sliverWidth: number('geometry/sliver', 'widthM', 0),
    near: number('geometry/one-sided-vertex', 'nearM', 0.001),
    sameShare: number('geometry/drawn-twice', 'share', 0.95),
  }
}

const INVALID: Readonly<Record<string, GeometryFinding['rule']>> = {
  'zero-area': 'geometry/zero-area',
  'ring-too-short': 'geometry/zero-area',
  'repeated-point': 'geometry/repeated-point',
  spike: 'geometry/spike',
  'self-intersection': 'geometry/self-intersection',
  'self-touch': 'geometry/self-touch',
  'hole-outside-shell': 'geometry/hole-outside',
  'nested-parts': 'geometry/nested-parts',
  'part-overlap': 'geometry/part-overlap',
  orientation: 'geometry/orientation',
}

/** The findings of a layer. `rows[i]` is the row of parcel i of the layer that the kernel went over. */
export function geometryFindings(
  layer: GeometryLayer,
  rows: readonly GeometryRow[],
  ground: PolygonLayer,
  found: TopologyFindings,
  plane: GroundPlane,
  book: RuleBook,
): LocatedFinding[] {
  const located: LocatedFinding[] = []
  const add = (finding: GeometryFinding, of: readonly number[], at: At) => {
    if (speaksOf(book, finding.rule, layer))
      located.push(
        locate(
          finding,
          of.map((i) => rows[i]),
          at,
          plane,
        ),
      )
  }
  const keysOf = (of: readonly number[]) => of.map((i) => rows[i].key)
  const least = (rule: 'geometry/overlap' | 'geometry/gap', name: string) =>
    holds(book, rule) ? numberOf(book, rule, name) : Number.POSITIVE_INFINITY

  // a pair is told once: drawn twice, or one on the other, or else by the ground they share
  const told = new Set<string>()
  for (const { a, b, exact } of found.duplicates) {
    told.add(`${a} ${b}`)
    const polygons = polygonsOf(ground, a)
    const areaM2 = groundArea(polygons, plane)
    add({ rule: 'geometry/drawn-twice', details: { layer, rows: keysOf([a, b]), area: hundredth(areaM2), exact } }, [a, b], {
      polygons,
      areaM2,
    })
  }
  for (const { inner, outer } of found.contained) {
    const pair = inner < outer ? `${inner} ${outer}` : `${outer} ${inner}`
    if (told.has(pair)) continue
    told.add(pair)
    const polygons = polygonsOf(ground, inner)
    const areaM2 = groundArea(polygons, plane)
    add({ rule: 'geometry/contained', details: { layer, rows: keysOf([inner, outer]), area: hundredth(areaM2) } }, [inner, outer], {
      polygons,
      areaM2,
    })
  }
  const leastOverlap = least('geometry/overlap', layer === 'parcel' ? 'parcelLeastM2' : 'leastM2')
  for (const { a, b, outline, x, y, areaM2: planar } of found.overlaps) {
    if (told.has(`${a} ${b}`) || planar < leastOverlap || thin(outline, planar, least('geometry/overlap', 'leastWidthM'))) continue
    const at = shown(outline, plane, planar, { x, y })
    add({ rule: 'geometry/overlap', details: { layer, rows: keysOf([a, b]), area: hundredth(at.areaM2) } }, [a, b], at)
  }
  for (const { outline, areaM2: planar, open, neighbours, x, y } of found.gaps) {
    if (planar < least('geometry/gap', 'leastM2') || thin(outline, planar, least('geometry/gap', 'leastWidthM'))) continue
    const at = shown(outline, plane, planar, { x, y })
    add(
      { rule: open ? 'geometry/gap-open' : 'geometry/gap', details: { layer, rows: keysOf(neighbours), area: hundredth(at.areaM2) } },
      neighbours,
      at,
    )
  }
  for (const { parcel, widthM } of found.slivers) {
    const polygons = polygonsOf(ground, parcel)
    const areaM2 = groundArea(polygons, plane)
    add(
      {
        rule: 'geometry/sliver',
        details: { layer, rows: keysOf([parcel]), area: hundredth(areaM2), width: Number(widthM.toPrecision(4)) },
      },
      [parcel],
      { polygons, areaM2 },
    )
  }
  for (const [pair, places] of byPair(found.oneSided.map((each) => [`${each.neighbour} ${each.parcel}`, each]))) {
    const [row, other] = pair.split(' ').map(Number)
    add({ rule: 'geometry/one-sided-vertex', details: { layer, rows: keysOf([row, other]), vertices: places.length } }, [row, other], {
      places,
    })
  }
  for (const { parcel, rule, x, y } of found.invalid) {
    const own = INVALID[rule]
    if (own === undefined) continue // no outline, or numbers that are none: an import says so of the row
    const drawn = { layer, rows: keysOf([parcel]) }
    add({ rule: own, details: drawn } as GeometryFinding, [parcel], { places: [{ x, y }] })
  }
  return located
}

/** Ground of a row that lies outside the area it belongs to. */
export function outsideFinding(
  layer: GeometryLayer,
  row: GeometryRow,
  of: string,
  outlines: readonly Outline[],
  plane: GroundPlane,
  book: RuleBook,
): LocatedFinding | null {
  const rule = 'geometry/outside'
  if (!holds(book, rule)) return null
  const polygons = outlines.flat().map((rings) => ({ rings }))
  const areaM2 = groundArea(polygons, plane)
  if (areaM2 < numberOf(book, rule, layer === 'parcel' ? 'parcelLeastM2' : 'leastM2')) return null
  return locate({ rule, details: { layer, rows: [row.key], area: hundredth(areaM2), of } }, [row], { polygons, areaM2 }, plane)
}

/** Where a finding is: its ground and a point in it; or the places on a line. */
type At = { readonly polygons: readonly Polygon[]; readonly areaM2: number; readonly in?: Place } | { readonly places: readonly Place[] }

/** Round a place that is a point alone: about twenty metres, so that it is seen. */
const ROUND_DEGREES = 0.0001
const MOST_IN_KEY = 3

function locate(finding: GeometryFinding, rows: readonly GeometryRow[], at: At, plane: GroundPlane): LocatedFinding {
  const ground = 'polygons' in at && at.polygons.length > 0 ? at : null
  const keys = rows.map(({ key }) => key).sort()
  const names = keys.length > MOST_IN_KEY ? `${keys.slice(0, MOST_IN_KEY).join(' ')} +${keys.length - MOST_IN_KEY}` : keys.join(' ')
  let key = names
  if (ground?.in) {
    const point = Float64Array.of(ground.in.x, ground.in.y)
    plane.toLonLat(point)
    key += ` @${point[0].toFixed(5)},${point[1].toFixed(5)}`
  }
  if (finding.rule === 'geometry/outside') key += ` ∉${finding.details.of}`
  return {
    finding,
    ids: rows.map(({ id }) => id),
    key,
    village: rows[0]?.village ?? null,
    box: ground
      ? boxOf(inPlane(ground.polygons, plane.toLonLat).flatMap(({ rings }) => rings))
      : boxOfPlaces('places' in at ? at.places : [], rows, plane),
    area: ground ? Math.round(ground.areaM2 * 100) : null,
    outline: ground ? lonLatWkb(ground.polygons, plane) : null,
  }
}

function shown(outline: Outline | null, plane: GroundPlane, planarM2: number, at: Place) {
  const polygons = (outline ?? []).map((rings) => ({ rings }))
  return { polygons, areaM2: polygons.length > 0 ? groundArea(polygons, plane) : planarM2, in: at }
}

/** Whether ground is thinner on average than a width: what rounding leaves along a line that two rows share. */
function thin(outline: Outline | null, areaM2: number, widthM: number): boolean {
  if (outline === null) return false
  let length = 0
  for (const rings of outline)
    for (const ring of rings)
      for (let i = 0; i + 3 < ring.length; i += 2) length += Math.hypot(ring[i + 2] - ring[i], ring[i + 3] - ring[i + 1])
  return 2 * areaM2 < widthM * length
}

function boxOf(rings: readonly Float64Array[]): LonLatBox | null {
  let [west, south, east, north] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const ring of rings)
    for (let i = 0; i < ring.length; i += 2) {
      west = Math.min(west, ring[i])
      east = Math.max(east, ring[i])
      south = Math.min(south, ring[i + 1])
      north = Math.max(north, ring[i + 1])
    }
  return west <= east ? [west, south, east, north] : null
}

function boxOfPlaces(places: readonly Place[], rows: readonly GeometryRow[], plane: GroundPlane): LonLatBox | null {
  const known = places.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  if (known.length === 0) return rows[0]?.box ?? null
  const xy = Float64Array.from(known.flatMap(({ x, y }) => [x, y]))
  plane.toLonLat(xy)
  const [west, south, east, north] = boxOf([xy]) ?? [0, 0, 0, 0]
  return [west - ROUND_DEGREES, south - ROUND_DEGREES, east + ROUND_DEGREES, north + ROUND_DEGREES]
}

const hundredth = (areaM2: number) => Math.round(areaM2 * 100) / 100

function byPair<T>(entries: readonly (readonly [string, T])[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const [key, value] of entries) {
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}

/** The name of a finding that was decided on before and is the same one: its rows, and a place within two metres. */
const SAME_PLACE_DEGREES = 2e-5

/** The key under which an earlier decision (an exception, an assignment) of the rule holds for a finding; its own where there is none. */
export function keyHeldBefore(rule: string, key: string, decided: ReadonlyMap<string, readonly string[]>): string {
  const mine = placeIn(key)
  if (mine === null) return key
  const held = decided.get(rule)?.find((other) => {
    const theirs = placeIn(other)
    return theirs !== null && theirs.rows === mine.rows && Math.hypot(theirs.lon - mine.lon, theirs.lat - mine.lat) <= SAME_PLACE_DEGREES
  })
  return held ?? key
}

function placeIn(key: string): { readonly rows: string; readonly lon: number; readonly lat: number } | null {
  const found = /^(.*) @(-?[\d.]+),(-?[\d.]+)$/.exec(key)
  return found && { rows: found[1], lon: Number(found[2]), lat: Number(found[3]) }
}
