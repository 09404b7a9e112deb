/** Whether two geometries have a point in common, in the plane of longitude and latitude. Small shapes against parcels: no index, no overlay. */
import type { WkbGeometry } from '@dishu/base/wkb'

/** What a question names: lines as x, y, x, y, … (a point is a line of one vertex), and which of them close round an inside. */
export type Shape = {
  readonly box: readonly [west: number, south: number, east: number, north: number]
  /** Of each part its rings: a polygon's shell and holes, or one line or point. */
  readonly parts: readonly { readonly filled: boolean; readonly rings: readonly Float64Array[] }[]
}

const NESTING: Readonly<Record<string, { readonly depth: number; readonly filled: boolean; readonly multi: boolean }>> = {
  POINT: { depth: 0, filled: false, multi: false },
  LINESTRING: { depth: 1, filled: false, multi: false },
  POLYGON: { depth: 2, filled: true, multi: false },
  MULTIPOINT: { depth: 1, filled: false, multi: true },
  MULTILINESTRING: { depth: 2, filled: false, multi: true },
  MULTIPOLYGON: { depth: 3, filled: true, multi: true },
}

/** A GeoJSON geometry, or `{bbox}` of four or six numbers, as a shape; null where it is none. A box whose west lies beyond its east goes over the date line and becomes two. */
export function shapeFrom(stated: Readonly<Record<string, unknown>>): Shape | null {
  if (Array.isArray(stated.bbox)) {
    const all = stated.bbox as readonly unknown[]
    const corners = all.length === 6 ? [all[0], all[1], all[3], all[4]] : all
    if (corners.length !== 4 || !corners.every((each) => typeof each === 'number' && Number.isFinite(each))) return null
    const [west, south, east, north] = corners as readonly [number, number, number, number]
    if (south > north) return null
    return west <= east
      ? shapeOf([boxPart(west, south, east, north)])
      : shapeOf([boxPart(west, south, 180, north), boxPart(-180, south, east, north)])
  }
  const kind = typeof stated.type === 'string' ? NESTING[stated.type.toUpperCase()] : undefined
  if (!kind) return null
  const { depth, filled, multi } = kind
  const single = multi ? depth - 1 : depth
  const each = multi ? (Array.isArray(stated.coordinates) ? (stated.coordinates as readonly unknown[]) : null) : [stated.coordinates]
  if (each === null || each.length === 0) return null
  const parts = each.map((coordinates) => {
    const lines =
      single === 2 ? (Array.isArray(coordinates) ? (coordinates as readonly unknown[]) : []) : [single === 1 ? coordinates : [coordinates]]
    const rings = lines.map(lineOf)
    if (rings.length === 0 || rings.some((ring) => ring === null)) return null
    const whole = rings as readonly Float64Array[]
    const least = filled ? 8 : single === 1 ? 4 : 2
    return whole.every((ring) => ring.length >= least) ? { filled, rings: whole } : null
  })
  return parts.every((part) => part !== null) ? shapeOf(parts) : null
}

const boxPart = (w: number, s: number, e: number, n: number) => ({ filled: true, rings: [Float64Array.of(w, s, e, s, e, n, w, n, w, s)] })

function lineOf(coordinates: unknown): Float64Array | null {
  if (!Array.isArray(coordinates)) return null
  const line = new Float64Array(2 * coordinates.length)
  for (let i = 0; i < coordinates.length; i++) {
    const position = coordinates[i] as unknown
    if (!Array.isArray(position) || position.length < 2) return null
    const [x, y] = position as readonly unknown[]
    if (typeof x !== 'number' || typeof y !== 'number' || !Number.isFinite(x) || !Number.isFinite(y)) return null
    line[2 * i] = x
    line[2 * i + 1] = y
  }
  return line
}

/** The same shape with other coordinates. */
export const mapShape = ({ parts }: Shape, change: (xy: Float64Array) => void): Shape =>
  shapeOf(
    parts.map(({ filled, rings }) => ({
      filled,
      rings: rings.map((ring) => {
        const changed = ring.slice()
        change(changed)
        return changed
      }),
    })),
  )

function shapeOf(parts: Shape['parts']): Shape {
  let [west, south, east, north] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { rings } of parts)
    for (const ring of rings)
      for (let i = 0; i + 1 < ring.length; i += 2) {
        west = Math.min(west, ring[i])
        east = Math.max(east, ring[i])
        south = Math.min(south, ring[i + 1])
        north = Math.max(north, ring[i + 1])
      }
  return { box: [west, south, east, north], parts }
}

/** Parts of a geometry read from WKB, as shapes have them. */
export const partsOf = (geometry: WkbGeometry): Shape['parts'] =>
  geometry.type === 'polygon'
    ? geometry.polygons.map(({ rings }) => ({ filled: true, rings }))
    : geometry.type === 'line'
      ? geometry.lines.map((line) => ({ filled: false, rings: [line] }))
      : Array.from({ length: geometry.points.length / 2 }, (_, i) => ({
          filled: false,
          rings: [geometry.points.subarray(2 * i, 2 * i + 2)],
        }))

/** Whether any part of one has a point in common with any part of the other; touching counts. */
export const meet = (a: Shape['parts'], b: Shape['parts']): boolean => a.some((one) => b.some((other) => partsMeet(one, other)))

type Part = Shape['parts'][number]

function partsMeet(a: Part, b: Part): boolean {
  for (const ring of a.rings) for (const other of b.rings) if (linesMeet(ring, other)) return true
  // no edge crosses another: one lies within the other, or they are apart
  const [ax, ay] = a.rings[0]
  const [bx, by] = b.rings[0]
  return (b.filled && holds(b.rings, ax, ay)) || (a.filled && holds(a.rings, bx, by))
}

function holds(rings: readonly Float64Array[], x: number, y: number): boolean {
  let inside = false
  for (const ring of rings)
    for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
      const [y1, y2] = [ring[i + 1], ring[j + 1]]
      if (y1 > y !== y2 > y && x - ring[i] < ((ring[j] - ring[i]) * (y - y1)) / (y2 - y1)) inside = !inside
    }
  return inside
}

function linesMeet(a: Float64Array, b: Float64Array): boolean {
  const lastA = Math.max(a.length - 2, 2) // a point is one edge without length
  const lastB = Math.max(b.length - 2, 2)
  for (let i = 0; i < lastA; i += 2) {
    const [ax, ay] = [a[i], a[i + 1]]
    const [bx, by] = a.length === 2 ? [ax, ay] : [a[i + 2], a[i + 3]]
    const [minX, maxX] = ax < bx ? [ax, bx] : [bx, ax]
    const [minY, maxY] = ay < by ? [ay, by] : [by, ay]
    for (let k = 0; k < lastB; k += 2) {
      const [cx, cy] = [b[k], b[k + 1]]
      const [dx, dy] = b.length === 2 ? [cx, cy] : [b[k + 2], b[k + 3]]
      if ((cx < minX && dx < minX) || (cx > maxX && dx > maxX) || (cy < minY && dy < minY) || (cy > maxY && dy > maxY)) continue
      if (side(ax, ay, bx, by, cx, cy) * side(ax, ay, bx, by, dx, dy) > 0) continue
      if (side(cx, cy, dx, dy, ax, ay) * side(cx, cy, dx, dy, bx, by) > 0) continue
      return true
    }
  }
  return false
}

/** Which side of the line from a to b the point lies on. */
const side = (ax: number, ay: number, bx: number, by: number, x: number, y: number) =>
  Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax))
