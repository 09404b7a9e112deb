/**
 * Outlines made to fit their neighbours: an overlap cut out of one of two, a gap filled into one of its neighbours, corners moved onto those next to
 * them. Cutting is Clipper2's (clipper2-ts) on whole micrometres from a corner of the place; a corner that was there before keeps its coordinates to
 * the last bit. Where a layer's neighbours share their corners, corners that come up are put into every outline they lie on, so that a repair leaves no
 * corner that only one side has.
 */
import { ringArea } from '@dishu/numeric/topology/ring'
import { Clipper, Clipper64, ClipType, FillRule, type Path64, type Paths64 } from 'clipper2-ts'
import { areaOfPolygons, closedRing, distanceToEdge, inRing, type Polygon, type Xy } from './planar.ts'

/** A row's outline in metres of a plane, with its key. Rings are closed; a shell first, then its holes. */
export type Shape = { readonly key: string; readonly polygons: readonly Polygon[] }

export type Box = readonly [minX: number, minY: number, maxX: number, maxY: number]

/** `cut`: what `from` has in common with `against` is taken out of `from`. `fill`: the gap round `at` goes to `into`. `snap`: corners of `move` within `box` go onto what lies within `withinM`. */
export type Repair =
  | { readonly way: 'cut'; readonly from: string; readonly against: string }
  | { readonly way: 'fill'; readonly into: string; readonly gap: readonly Polygon[] }
  | { readonly way: 'snap'; readonly move: string; readonly withinM: number; readonly box: Box }

export type Repaired =
  | { readonly ok: true; readonly changed: readonly Shape[]; readonly region: readonly Polygon[]; readonly areaM2: number }
  | { readonly ok: false; readonly why: 'nothing-there' | 'nothing-left' }

const PER_M = 1e6
/** Corners and lines nearer than this are the same: the rounding of a micrometre and of the lines through it. */
const SAME_M = 5e-6
/** What is smaller is no ground but rounding: a square millimetre, or thinner than ten micrometres. */
const NOISE = { areaM2: 1e-6, widthM: 1e-5 }

/**
 * `around` holds the rows that the repair speaks of and all of their layer that touch them. `planar`: neighbours share their corners (a survey's
 * patches, not a registry's parcels). Gives the outlines that change, and the ground that the repair is about.
 */
export function repair(around: readonly Shape[], what: Repair, planar: boolean): Repaired {
  const byKey = new Map(around.map((shape) => [shape.key, shape]))
  const named = (key: string) => {
    const shape = byKey.get(key)
    if (!shape) throw new Error(`expected the outline of ${key} among ${around.length} outlines round the repair`)
    return shape
  }
  const grid = new Grid(originOf(around, what))
  const known = new Set(around.flatMap((shape) => grid.corners(shape)))
  let region: Paths64
  let made: Shape
  if (what.way === 'snap') {
    const moved = snapped(named(what.move), around, what)
    if (moved === null) return { ok: false, why: 'nothing-there' }
    region = []
    made = moved
  } else {
    const owner = named(what.way === 'cut' ? what.from : what.into)
    const own = grid.paths(owner)
    if (what.way === 'cut') {
      region = clean(cut(ClipType.Intersection, own, grid.paths(named(what.against))))
      if (region.length === 0) return { ok: false, why: 'nothing-there' }
      made = { key: owner.key, polygons: grid.polygons(clean(cut(ClipType.Difference, own, grid.paths(named(what.against))))) }
    } else {
      region = clean(
        cut(
          ClipType.Difference,
          grid.pathsOf(ontoCorners(what.gap, around)),
          around.flatMap((shape) => grid.paths(shape)),
        ),
      )
      if (region.length === 0) return { ok: false, why: 'nothing-there' }
      made = { key: owner.key, polygons: grid.polygons(clean(cut(ClipType.Union, [...own, ...region], []))) }
    }
  }
  if (made.polygons.length === 0) return { ok: false, why: 'nothing-left' }
  const polygons = grid.polygons(region)
  const changed = planar ? woven(made, around, known, grid) : [made]
  return { ok: true, changed, region: polygons, areaM2: areaOfPolygons(polygons) }
}

/** A gap comes from elsewhere, by way of degrees; its corners are those of the outlines round it. */
function ontoCorners(gap: readonly Polygon[], around: readonly Shape[]): Polygon[] {
  const corners = new Map<string, Xy[]>()
  const cell = (x: number, y: number) => `${Math.floor(x)} ${Math.floor(y)}`
  for (const shape of around)
    eachCorner(shape, (x, y) => {
      const at = cell(x, y)
      const list = corners.get(at)
      if (list) list.push([x, y])
      else corners.set(at, [[x, y]])
    })
  const nearest = (x: number, y: number): Xy => {
    for (let dx = -1; dx <= 1; dx++)
      for (let dy = -1; dy <= 1; dy++) {
        const found = corners.get(cell(x + dx, y + dy))?.find((corner) => same(x, y, ...corner))
        if (found) return found
      }
    return [x, y]
  }
  return gap.map(({ rings }) => ({
    rings: rings.map((ring) => closedRing(Array.from({ length: ring.length / 2 - 1 }, (_, i) => nearest(ring[2 * i], ring[2 * i + 1])))),
  }))
}

/** The neighbours of a gap by the length of the border they share with it, the longest first; of equal ones the first by key. */
export function neighboursOfGap(
  gap: readonly Polygon[],
  around: readonly Shape[],
): readonly { readonly key: string; readonly lengthM: number }[] {
  const lengths = new Map<string, number>()
  for (const { rings } of gap)
    for (const ring of rings)
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[i + 2], ring[i + 3]]
        const [mx, my] = [(ax + bx) / 2, (ay + by) / 2]
        for (const shape of around)
          if (touches(shape, mx, my, 1e-3)) lengths.set(shape.key, (lengths.get(shape.key) ?? 0) + Math.hypot(bx - ax, by - ay))
      }
  return [...lengths]
    .map(([key, lengthM]) => ({ key, lengthM }))
    .sort((a, b) => (Math.abs(a.lengthM - b.lengthM) > 1e-3 ? b.lengthM - a.lengthM : a.key < b.key ? -1 : 1))
}

/** Whether a point lies within `withinM` of the border of a shape. */
function touches(shape: Shape, x: number, y: number, withinM: number): boolean {
  for (const { rings } of shape.polygons)
    for (const ring of rings)
      for (let i = 0; i + 3 < ring.length; i += 2) if (distanceToEdge(x, y, ring, i).distance <= withinM) return true
  return false
}

/** Whole micrometres from an origin, and the way back to the coordinates as they were written. */
class Grid {
  readonly #x0: number
  readonly #y0: number
  readonly #written = new Map<string, Xy>()
  constructor([x0, y0]: Xy) {
    this.#x0 = x0
    this.#y0 = y0
  }
  at(x: number, y: number): string {
    return `${Math.round((x - this.#x0) * PER_M)} ${Math.round((y - this.#y0) * PER_M)}`
  }
  corners(shape: Shape): string[] {
    const found: string[] = []
    for (const { rings } of shape.polygons)
      for (const ring of rings)
        for (let i = 0; i < ring.length; i += 2) {
          const at = this.at(ring[i], ring[i + 1])
          if (!this.#written.has(at)) this.#written.set(at, [ring[i], ring[i + 1]])
          found.push(at)
        }
    return found
  }
  paths(shape: Shape): Paths64 {
    return this.pathsOf(shape.polygons)
  }
  /** Shells run counter-clockwise and holes clockwise, however they were drawn. */
  pathsOf(polygons: readonly Polygon[]): Paths64 {
    const paths: Paths64 = []
    for (const { rings } of polygons)
      rings.forEach((ring, r) => {
        const path: Path64 = []
        for (let i = 0; i + 3 < ring.length; i += 2)
          path.push({ x: Math.round((ring[i] - this.#x0) * PER_M), y: Math.round((ring[i + 1] - this.#y0) * PER_M) })
        if (Clipper.area(path) > 0 !== (r === 0)) path.reverse()
        paths.push(path)
      })
    return paths
  }
  /** Polygons of paths; every hole goes to the smallest shell round it. */
  polygons(paths: Paths64): Polygon[] {
    const rings = paths.map((path) =>
      closedRing(path.map(({ x, y }) => this.#written.get(`${x} ${y}`) ?? [this.#x0 + x / PER_M, this.#y0 + y / PER_M])),
    )
    const shells = rings.filter((ring) => ringArea(ring) > 0).map((ring) => ({ area: ringArea(ring), rings: [ring] }))
    for (const hole of rings) {
      if (ringArea(hole) > 0) continue
      const [x, y] = [(hole[0] + hole[2]) / 2, (hole[1] + hole[3]) / 2]
      const home = shells.filter((shell) => inRing(shell.rings[0], x, y)).sort((a, b) => a.area - b.area)[0]
      home?.rings.push(hole)
    }
    return shells.map((shell) => ({ rings: shell.rings }))
  }
}

function originOf(around: readonly Shape[], what: Repair): Xy {
  if (what.way === 'snap') return [what.box[0], what.box[1]]
  const ring = what.way === 'fill' ? what.gap[0]?.rings[0] : around.find(({ key }) => key === what.from)?.polygons[0]?.rings[0]
  return [ring?.[0] ?? 0, ring?.[1] ?? 0]
}

function cut(how: ClipType, subject: Paths64, clip: Paths64): Paths64 {
  const clipper = new Clipper64()
  const solution: Paths64 = []
  clipper.addSubject(subject)
  if (clip.length > 0) clipper.addClip(clip)
  if (!clipper.execute(how, FillRule.NonZero, solution)) throw new Error(`Clipper could not cut ${subject.length} paths by ${clip.length}`)
  return solution
}

/** Without what is only rounding. */
function clean(paths: Paths64): Paths64 {
  return paths.filter((path) => {
    const area = Math.abs(Clipper.area(path)) / (PER_M * PER_M)
    let length = 0
    path.forEach((to, i) => {
      const from = path[(i + path.length - 1) % path.length]
      length += Math.hypot(to.x - from.x, to.y - from.y) / PER_M
    })
    return area > NOISE.areaM2 && 2 * area > length * NOISE.widthM
  })
}

/** The outline with every corner of its neighbours on its border, and the neighbours with every corner of it on theirs: those that get one are changed too. */
function woven(made: Shape, around: readonly Shape[], known: ReadonlySet<string>, grid: Grid): Shape[] {
  const fresh: Xy[] = []
  eachCorner(made, (x, y) => {
    if (!known.has(grid.at(x, y))) fresh.push([x, y])
  })
  const near: Xy[] = []
  for (const shape of around) if (shape.key !== made.key) eachCorner(shape, (x, y) => near.push([x, y]))
  const changed = [withCorners(made, near) ?? made]
  if (fresh.length === 0) return changed
  for (const shape of around) {
    if (shape.key === made.key) continue
    const with_ = withCorners(shape, fresh)
    if (with_) changed.push(with_)
  }
  return changed
}

function eachCorner(shape: Shape, body: (x: number, y: number) => void): void {
  for (const { rings } of shape.polygons) for (const ring of rings) for (let i = 0; i + 3 < ring.length; i += 2) body(ring[i], ring[i + 1])
}

/** The shape with those of the points that lie on its edges as corners; null where none does. */
function withCorners(shape: Shape, points: readonly Xy[]): Shape | null {
  let some = false
  const polygons = shape.polygons.map(({ rings }) => ({
    rings: rings.map((ring) => {
      const put: Xy[] = []
      let added = false
      for (let i = 0; i + 3 < ring.length; i += 2) {
        put.push([ring[i], ring[i + 1]])
        const [minX, maxX] = [Math.min(ring[i], ring[i + 2]) - SAME_M, Math.max(ring[i], ring[i + 2]) + SAME_M]
        const [minY, maxY] = [Math.min(ring[i + 1], ring[i + 3]) - SAME_M, Math.max(ring[i + 1], ring[i + 3]) + SAME_M]
        const on: { readonly at: number; readonly point: Xy }[] = []
        for (const point of points) {
          const [x, y] = point
          if (x < minX || x > maxX || y < minY || y > maxY) continue
          if (same(x, y, ring[i], ring[i + 1]) || same(x, y, ring[i + 2], ring[i + 3])) continue
          const { distance, along } = distanceToEdge(x, y, ring, i)
          if (distance <= SAME_M && !on.some((other) => same(x, y, ...other.point))) on.push({ at: along, point })
        }
        for (const { point } of on.sort((a, b) => a.at - b.at)) put.push(point)
        added ||= on.length > 0
      }
      some ||= added
      return added ? closedRing(put) : ring
    }),
  }))
  return some ? { key: shape.key, polygons } : null
}

const same = (x: number, y: number, u: number, v: number) => Math.hypot(x - u, y - v) <= SAME_M

/**
 * The corners of a shape within the box, moved onto the nearest corner of a neighbour within the tolerance, or else onto the nearest place of a
 * neighbour's edge; and corners of neighbours that then lie that near to one of its edges are taken into it. Null where nothing moves.
 */
function snapped(shape: Shape, around: readonly Shape[], { withinM, box }: Extract<Repair, { way: 'snap' }>): Shape | null {
  const others = around.filter(({ key }) => key !== shape.key)
  const inBox = (x: number, y: number) => x >= box[0] - withinM && x <= box[2] + withinM && y >= box[1] - withinM && y <= box[3] + withinM
  const corners: Xy[] = []
  for (const other of others) eachCorner(other, (x, y) => inBox(x, y) && corners.push([x, y]))
  let moved = false
  const target = (x: number, y: number): Xy => {
    let best: Xy | null = null
    let least = withinM
    for (const [u, v] of corners) {
      const d = Math.hypot(u - x, v - y)
      if (d <= least) [best, least] = [[u, v], d]
    }
    if (best) return best
    least = withinM
    for (const other of others)
      for (const { rings } of other.polygons)
        for (const ring of rings)
          for (let i = 0; i + 3 < ring.length; i += 2) {
            const { distance, along } = distanceToEdge(x, y, ring, i)
            if (distance > least) continue
            least = distance
            best = [ring[i] + along * (ring[i + 2] - ring[i]), ring[i + 1] + along * (ring[i + 3] - ring[i + 1])]
          }
    return best ?? [x, y]
  }
  const polygons = shape.polygons.map(({ rings }) => ({
    rings: rings.flatMap((ring) => {
      const put: Xy[] = []
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const here: Xy = [ring[i], ring[i + 1]]
        const there = inBox(...here) ? target(...here) : here
        if (there[0] !== here[0] || there[1] !== here[1]) moved = true
        const last = put.at(-1)
        if (!last || !same(...there, ...last)) put.push(there)
      }
      while (put.length > 1 && same(...put[0], ...(put.at(-1) ?? put[0]))) put.pop()
      const taken = withNear(put, corners, withinM)
      moved ||= taken.length !== put.length
      return taken.length < 3 ? [] : [closedRing(taken)]
    }),
  }))
  return moved ? { key: shape.key, polygons: polygons.filter(({ rings }) => rings.length > 0) } : null
}

/** The ring with the corners that lie within the tolerance of one of its edges, each in the edge it is nearest to. */
function withNear(put: readonly Xy[], corners: readonly Xy[], withinM: number): Xy[] {
  const ring = closedRing(put)
  const on = new Map<number, { readonly along: number; readonly point: Xy }[]>()
  for (const point of corners) {
    if (put.some((own) => same(...own, ...point))) continue
    let [edge, least, at] = [-1, withinM, 0]
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const { distance, along } = distanceToEdge(point[0], point[1], ring, i)
      if (distance <= least && along > 0 && along < 1) [edge, least, at] = [i, distance, along]
    }
    if (edge < 0) continue
    const list = on.get(edge) ?? []
    if (!list.some((each) => same(...each.point, ...point))) list.push({ along: at, point })
    on.set(edge, list)
  }
  return put.flatMap((corner, k) => [corner, ...(on.get(2 * k) ?? []).sort((a, b) => a.along - b.along).map(({ point }) => point)])
}
