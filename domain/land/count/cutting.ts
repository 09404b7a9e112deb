/**
 * Cutting outlines with one another, by Clipper2 (clipper2-ts) on whole numbers: micrometres from an origin near the ground in question,
 * so that Clipper's products stay as exact as can be.
 */
import { writePolygonWkb } from '@dishu/base/wkb'
import { Clipper, Clipper64, ClipType, FillRule, type Path64, type Paths64, type Point64 } from 'clipper2-ts'
import { type Footprint, GRID_PER_M } from './footprint.ts'

/** Cuts fall between the corners of the grid and are kept finer, or the rounding of one would bend the lines that the next one cuts. */
const FINER = 100
const CUT_PER_M = GRID_PER_M * FINER

/** Smaller or thinner pieces are no ground but the noise of drawing. */
export type Sliver = { readonly areaM2: number; readonly widthM: number }

/** An outline in micrometres from the origin, with its area in m²; shells run counter-clockwise, holes clockwise. `droppedM2` is what its slivers had. */
export type Outline = { readonly paths: Paths64; readonly areaM2: number; readonly droppedM2: number }
export const NOTHING: Outline = { paths: [], areaM2: 0, droppedM2: 0 }

/** Where the cutting takes place: a point of the footprint's grid, and by how many quarters of a circle the ground is turned about it. */
export type Origin = { readonly x: number; readonly y: number; readonly quarters: number }

/** Beyond the box to which a large outline is trimmed: its cut edges stay clear of everything that is compared there. 10 m. */
const MARGIN = 10 * CUT_PER_M
const LARGE = 200 // vertices from which trimming costs less than it saves

export function outlineOf(footprint: Footprint, origin: Origin): Outline {
  const paths = footprint.rings.map((ring) => {
    const path: Path64 = new Array(ring.length / 2)
    for (let i = 0; i < path.length; i++) path[i] = toCut(ring[2 * i], ring[2 * i + 1], origin)
    return path
  })
  return { paths, areaM2: footprint.areaM2, droppedM2: 0 }
}

/** What `outline` shows in the box of `around` and some way beyond. A large one is trimmed, so that a small one laid over it does not cost its whole length. */
export function trimmed({ paths }: Outline, around: Footprint, origin: Origin): Paths64 {
  let vertices = 0
  for (const path of paths) vertices += path.length
  if (vertices < LARGE || vertices < 2 * around.vertices) return paths
  const a = toCut(around.minX, around.minY, origin)
  const b = toCut(around.maxX, around.maxY, origin)
  const box = {
    left: Math.min(a.x, b.x) - MARGIN,
    right: Math.max(a.x, b.x) + MARGIN,
    top: Math.min(a.y, b.y) - MARGIN, // Clipper's y runs down: its top is our south
    bottom: Math.max(a.y, b.y) + MARGIN,
  }
  return Clipper.rectClip(box, paths)
}

function toCut(x: number, y: number, origin: Origin): Point64 {
  const east = (x - origin.x) * FINER
  const north = (y - origin.y) * FINER
  if (origin.quarters === 1) return { x: -north, y: east }
  if (origin.quarters === 2) return { x: -east, y: -north }
  if (origin.quarters === 3) return { x: north, y: -east }
  return { x: east, y: north }
}

export const common = (a: Paths64, b: Paths64, sliver: Sliver) => cut(ClipType.Intersection, a, b, sliver)
export const without = (a: Paths64, b: Paths64, sliver: Sliver) => cut(ClipType.Difference, a, b, sliver)
export const together = (a: Paths64, sliver: Sliver) => cut(ClipType.Union, a, [], sliver)

function cut(how: ClipType, subject: Paths64, clip: Paths64, sliver: Sliver): Outline {
  const clipper = new Clipper64()
  const solution: Paths64 = []
  clipper.addSubject(subject)
  if (clip.length > 0) clipper.addClip(clip)
  if (!clipper.execute(how, FillRule.NonZero, solution)) throw new Error(`Clipper could not cut ${subject.length} paths by ${clip.length}`)
  return kept(solution, sliver)
}

/** The outline without its slivers: shells and holes of next to no area or width, and all of it when what is left is one. */
export function kept(paths: Paths64, sliver: Sliver): Outline {
  const good: Paths64 = []
  let areaM2 = 0
  let lengthM = 0
  let droppedM2 = 0
  for (const path of paths) {
    const area = Clipper.area(path) / (CUT_PER_M * CUT_PER_M)
    const length = perimeter(path) / CUT_PER_M
    if (isSliver(Math.abs(area), length, sliver)) {
      droppedM2 += Math.abs(area)
      continue
    }
    good.push(path)
    areaM2 += area
    lengthM += length
  }
  if (areaM2 <= 0 || isSliver(areaM2, lengthM, sliver)) return { paths: [], areaM2: 0, droppedM2: droppedM2 + Math.abs(areaM2) }
  return { paths: good, areaM2, droppedM2 }
}

/** The width of a long thin piece is its area over half its length round. */
const isSliver = (areaM2: number, lengthM: number, sliver: Sliver) => areaM2 < sliver.areaM2 || 2 * areaM2 < lengthM * sliver.widthM

function perimeter(path: Path64): number {
  let length = 0
  let from = path[path.length - 1]
  for (const to of path) {
    length += Math.sqrt((to.x - from.x) ** 2 + (to.y - from.y) ** 2)
    from = to
  }
  return length
}

/** WKB in metres of the zone; every hole goes to the smallest shell around it. */
export function wkbOf(outline: Outline, origin: Origin): Uint8Array {
  const ofArea = outline.paths.map((path) => ({ path, area: Clipper.area(path) }))
  const polygons = ofArea.filter(({ area }) => area > 0).map(({ path, area }) => ({ shell: path, area, rings: [closed(path, origin)] }))
  for (const { path, area } of ofArea) {
    if (area > 0) continue
    const around = polygons.length === 1 ? polygons : polygons.filter(({ shell }) => surrounds(shell, middleOf(path)))
    const home = around.reduce<(typeof polygons)[number] | undefined>((best, p) => (best && best.area < p.area ? best : p), undefined)
    home?.rings.push(closed(path, origin))
  }
  return writePolygonWkb(polygons)
}

function closed(path: Path64, origin: Origin): Float64Array {
  const ring = new Float64Array(2 * path.length + 2)
  for (let i = 0; i <= path.length; i++) {
    const { x, y } = path[i % path.length]
    const [east, north] = [
      [x, y],
      [y, -x],
      [-x, -y],
      [-y, x],
    ][origin.quarters]
    ring[2 * i] = (east / FINER + origin.x) / GRID_PER_M
    ring[2 * i + 1] = (north / FINER + origin.y) / GRID_PER_M
  }
  return ring
}

/** Where the level line y meets a path, in ascending order of x. */
function meets(path: Path64, y: number): number[] {
  const xs: number[] = []
  let a = path[path.length - 1]
  for (const b of path) {
    if (a.y > y !== b.y > y) xs.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x))
    a = b
  }
  return xs.sort((p, q) => p - q)
}

/** A point well inside a path: the middle of the longest stretch at half its height. Its vertices will not do, they may lie on another path's line. */
function middleOf(path: Path64): Point64 {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { y } of path) {
    if (y < low) low = y
    if (y > high) high = y
  }
  const y = (low + high) / 2 + 0.1 // no vertex lies at a tenth
  const xs = meets(path, y)
  let x = path[0].x
  for (let k = 0, longest = 0; k + 1 < xs.length; k += 2) {
    if (xs[k + 1] - xs[k] <= longest) continue
    longest = xs[k + 1] - xs[k]
    x = (xs[k] + xs[k + 1]) / 2
  }
  return { x, y }
}

const surrounds = (shell: Path64, point: Point64) => meets(shell, point.y).filter((x) => x < point.x).length % 2 === 1
