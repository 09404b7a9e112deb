/** Outlines as they are stored, and as they lie in the plane in which they are worked with; corners that were there keep their stored coordinates. */
import type { RingPolygon } from '@dishu/numeric/topology/divide'
import { sideOfPolygons } from '@dishu/numeric/topology/divide'
import { type GroundPlane, groundPlane, inPlane } from '../quality/quality.ts'
import type { GroundRow, LonLat, StoredOutline } from './lineage.ts'

/** Polygons of the plane; the plane itself; and where its corners are stored. */
export type Drawing = {
  readonly plane: GroundPlane
  readonly srid: number | null
  readonly polygons: ReadonlyMap<number, readonly RingPolygon[]> // by row
  line(lonLat: readonly LonLat[]): Float64Array
  /** Polygons of the plane as a row of `srid` stores them. */
  stored(polygons: readonly RingPolygon[], srid: number | null): StoredOutline
}

const polygonsFrom = (outline: StoredOutline): RingPolygon[] =>
  outline.map((rings) => ({ rings: rings.map((ring) => Float64Array.from(ring)) }))
export const storedFrom = (polygons: readonly RingPolygon[]): StoredOutline => polygons.map(({ rings }) => rings.map((ring) => [...ring]))

/** Rows drawn in the plane of one of them; null where its coordinates are foreign. Rows that cannot be brought there are left out. */
export function drawingOf(rows: readonly GroundRow[], target: GroundRow): Drawing | null {
  const first = target.outline[0]?.[0]
  if (!first) return null
  // a plane of degrees is laid round the place itself; a zone's does not ask for it
  const plane = groundPlane(target.srid, [first[0], first[1]])
  if (!plane) return null
  const polygons = new Map<number, readonly RingPolygon[]>()
  const written = new Map<string, readonly [number, number]>()
  for (const row of rows) {
    const bring = plane.from(row.srid)
    if (!bring || row.outline.length === 0) continue
    const own = polygonsFrom(row.outline)
    const there = inPlane(own, bring)
    own.forEach(({ rings }, p) => {
      rings.forEach((ring, r) => {
        for (let i = 0; i < ring.length; i += 2)
          written.set(`${row.srid} ${there[p].rings[r][i]} ${there[p].rings[r][i + 1]}`, [ring[i], ring[i + 1]])
      })
    })
    polygons.set(row.id, there)
  }
  const fromDegrees = plane.from(4490)
  return {
    plane,
    srid: target.srid,
    polygons,
    line: (lonLat) => {
      const xy = Float64Array.from(lonLat.flat())
      fromDegrees?.(xy)
      return xy
    },
    stored: (shapes, srid) => {
      const into = plane.into(srid)
      if (!into) throw new Error(`expected a way from the plane of ${target.srid} into ${srid}`)
      return shapes.map(({ rings }) =>
        rings.map((ring) => {
          const there = ring.slice()
          into(there)
          for (let i = 0; i < ring.length; i += 2) {
            const known = written.get(`${srid} ${ring[i]} ${ring[i + 1]}`)
            if (known) there.set(known, i)
          }
          return [...there]
        }),
      )
    },
  }
}

/** A place within a polygon, away from its border: the middle of the longest stretch inside along a level line through the middle of its corners. */
export function placeInside(polygon: RingPolygon): readonly [number, number] {
  const [shell] = polygon.rings
  const ys = [...new Set(Array.from({ length: shell.length / 2 }, (_, i) => shell[2 * i + 1]))].sort((a, b) => a - b)
  let best: readonly [number, number] = [shell[0], shell[1]]
  let longest = 0
  // levels between neighbouring corners never run along an edge; the widest bands come first
  const bands = ys.slice(1).map((y, i) => ({ y: (y + ys[i]) / 2, height: y - ys[i] }))
  for (const { y } of bands.sort((a, b) => b.height - a.height).slice(0, 5)) {
    const crossings: number[] = []
    for (const ring of polygon.rings)
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[i + 2], ring[i + 3]]
        if (ay > y !== by > y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax))
      }
    crossings.sort((a, b) => a - b)
    for (let i = 0; i + 1 < crossings.length; i += 2)
      if (crossings[i + 1] - crossings[i] > longest)
        [longest, best] = [crossings[i + 1] - crossings[i], [(crossings[i] + crossings[i + 1]) / 2, y]]
  }
  return best
}

export const liesIn = (place: readonly [number, number], polygons: readonly RingPolygon[]): boolean =>
  sideOfPolygons(polygons, ...place) > 0

export const bordersOf = (polygons: readonly RingPolygon[]): Float64Array[] => polygons.flatMap(({ rings }) => [...rings])
