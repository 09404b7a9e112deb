/**
 * Area on the ellipsoid by the rule of the land survey (TD/T 1055-2019, annex on 图斑 area): every edge from (B₁, L₁) to (B₂, L₂) closes a
 * trapezoid between itself and a meridian L₀,
 *
 *   S = 2b²·ΔL·[A sin ½ΔB cos Bₘ − B sin 3⁄2ΔB cos 3Bₘ + C sin 5⁄2ΔB cos 5Bₘ − D sin 7⁄2ΔB cos 7Bₘ + E sin 9⁄2ΔB cos 9Bₘ],
 *
 * ΔL = ½(L₁ + L₂) − L₀, Bₘ = ½(B₁ + B₂), and the ring is their signed sum.
 *
 * Here 2 sin ½k(B₂ − B₁) cos ½k(B₁ + B₂) is written as what it equals, sin kB₂ − sin kB₁. The bracket is then ½(F(B₂) − F(B₁)) with
 * F(B) = A sin B − B sin 3B + C sin 5B − D sin 7B + E sin 9B, which is a polynomial in sin B: one sine per vertex. The sum becomes
 * the shoelace of the points (L, F(B)) and is measured from the ring's first vertex like any shoelace, so that L₀ drops out.
 * An edge that is straight in this rule is straight in (L, F(B)), not a geodesic. Between the two lies
 * a lens of at most l³ tan B / 12R per edge of length l: below 2e-5 of a parcel of ordinary shape while its edges are under 1 km.
 */
import { DEGREE, ECCENTRICITY2 as e2, SEMI_MINOR_M } from './ellipsoid.ts'
import { onEllipsoid, type Zone } from './zone.ts'

/** A shell (first) and its holes, each x, y, x, y, … */
export type Polygon = { readonly rings: readonly Float64Array[] }

/**
 * Area in m² of polygons given as shells with their holes, each ring in degrees lon, lat, lon, lat, …, closed or not.
 * The first ring of a polygon is its shell; what is inside the others is taken away, whichever way rings run.
 * No polygons are 0; a ring of fewer than three vertices is 0; NaN in any vertex gives NaN.
 */
export function ellipsoidalArea(polygons: readonly Polygon[]): number {
  return areaOf(polygons, ringOf)
}

/**
 * The same from coordinates of a zone: rings x, y, x, y, … in metres. Every vertex is taken to the ellipsoid and the survey's rule applied
 * there; edges are thus straight in longitude and F(latitude), as the rule wants, not in the zone.
 */
export function ellipsoidalAreaInZone(polygons: readonly Polygon[], zone: Zone): number {
  return areaOf(polygons, (ring) => ringInZone(ring, zone))
}

/**
 * The same, and where the polygons lie: `bounds` gets the least longitude and latitude and the greatest ones, in degrees. One pass instead of
 * two, and no latitude is taken from its sine but the two outermost. No vertex leaves them at infinity, the least above the greatest.
 */
export function areaAndBoundsInZone(polygons: readonly Polygon[], zone: Zone, bounds: Float64Array): number {
  extent.set(NOWHERE)
  const area = areaOf(polygons, (ring) => ringInZone(ring, zone))
  bounds[0] = zone.centralMeridian + extent[0] / DEGREE
  bounds[1] = extent[1] > 1 ? Number.POSITIVE_INFINITY : Math.asin(extent[1]) / DEGREE
  bounds[2] = zone.centralMeridian + extent[2] / DEGREE
  bounds[3] = extent[3] < -1 ? Number.NEGATIVE_INFINITY : Math.asin(extent[3]) / DEGREE
  return area
}
const NOWHERE = Float64Array.of(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY)
/** Of the vertices that `ringInZone` saw since it was set: least longitude (from the meridian, radians), least sine of latitude, and the greatest ones. */
const extent = NOWHERE.slice()

function areaOf(polygons: readonly Polygon[], signed: (ring: Float64Array) => number): number {
  let total = 0
  for (const { rings } of polygons) {
    for (let i = 0; i < rings.length; i++) total += i === 0 ? Math.abs(signed(rings[0])) : -Math.abs(signed(rings[i]))
  }
  return total
}

function ringOf(lonLat: Float64Array): number {
  const lon0 = lonLat[0]
  const f0 = trapezoid(Math.sin(lonLat[1] * DEGREE))
  let twice = 0
  let u = 0
  let v = 0
  for (let i = 2; i + 1 < lonLat.length; i += 2) {
    const u2 = (lonLat[i] - lon0) * DEGREE
    const v2 = trapezoid(Math.sin(lonLat[i + 1] * DEGREE)) - f0
    twice += u * v2 - u2 * v
    u = u2
    v = v2
  }
  return (twice / 2) * SEMI_MINOR_M * SEMI_MINOR_M
}

function ringInZone(xy: Float64Array, zone: Zone): number {
  if (xy.length < 2) return 0
  onEllipsoid(xy[0] - zone.falseEasting, xy[1], angles)
  const lon0 = angles[0]
  const f0 = trapezoid(angles[1])
  let west = lon0
  let east = lon0
  let south = angles[1]
  let north = south
  let twice = 0
  let u = 0
  let v = 0
  for (let i = 2; i + 1 < xy.length; i += 2) {
    onEllipsoid(xy[i] - zone.falseEasting, xy[i + 1], angles)
    const lon = angles[0]
    const sine = angles[1]
    if (lon < west) west = lon
    else if (lon > east) east = lon
    if (sine < south) south = sine
    else if (sine > north) north = sine
    const u2 = lon - lon0
    const v2 = trapezoid(sine) - f0
    twice += u * v2 - u2 * v
    u = u2
    v = v2
  }
  if (west < extent[0]) extent[0] = west
  if (south < extent[1]) extent[1] = south
  if (east > extent[2]) extent[2] = east
  if (north > extent[3]) extent[3] = north
  return (twice / 2) * SEMI_MINOR_M * SEMI_MINOR_M
}

/** F(B) from sin B. */
function trapezoid(s: number): number {
  const s2 = s * s
  return s * (F[0] + s2 * (F[1] + s2 * (F[2] + s2 * (F[3] + s2 * F[4]))))
}

const angles = new Float64Array(3)

/** The rule's five constants, by its own truncated series in e². */
const A = 1 + (3 / 6) * e2 + (30 / 80) * e2 ** 2 + (35 / 112) * e2 ** 3 + (630 / 2304) * e2 ** 4
const B = (1 / 6) * e2 + (15 / 80) * e2 ** 2 + (21 / 112) * e2 ** 3 + (420 / 2304) * e2 ** 4
const C = (3 / 80) * e2 ** 2 + (7 / 112) * e2 ** 3 + (180 / 2304) * e2 ** 4
const D = (1 / 112) * e2 ** 3 + (45 / 2304) * e2 ** 4
const E = (5 / 2304) * e2 ** 4

// sin 3x = 3s − 4s³, sin 5x = 5s − 20s³ + 16s⁵, sin 7x = 7s − 56s³ + 112s⁵ − 64s⁷, sin 9x = 9s − 120s³ + 432s⁵ − 576s⁷ + 256s⁹
const F = Float64Array.of(
  A - 3 * B + 5 * C - 7 * D + 9 * E,
  4 * B - 20 * C + 56 * D - 120 * E,
  16 * C - 112 * D + 432 * E,
  64 * D - 576 * E,
  256 * E,
)
