/**
 * Gauss–Krüger zones of CGCS2000: longitude and latitude to the plane of a zone and back.
 *
 * Krüger's series (1912) in the third flattening n, to n⁶, with the coefficients of C. F. F. Karney, "Transverse Mercator
 * with an accuracy of a few nanometers", J. Geodesy 85 (2011), eqs. 35 and 36, and for the conformal latitude
 * K. Kawase (2011) / Karney's eqs. for χ(φ) and φ(χ) to the same order. The scale on the central meridian is 1.
 * Within 4° of it the error is below a micrometre. Sines of sums are taken apart (the corrections are under 0.004 rad),
 * so that a vertex costs one pair of sine and cosine and two arctangents.
 */
import { DEGREE, THIRD_FLATTENING as n, SEMI_MAJOR_M } from './ellipsoid.ts'

/** `centralMeridian` in degrees; `falseEasting` in metres, with the zone's number in front where the survey writes it (41 500 000). */
export type Zone = { readonly centralMeridian: number; readonly falseEasting: number }

/**
 * The zone of an EPSG code of CGCS2000, or null when the code names none: 4491–4501 (6°, zone number in the easting), 4502–4512 (6°, without),
 * 4513–4533 (3°, with), 4534–4554 (3°, without).
 */
export function zoneOfEpsg(epsg: number): Zone | null {
  if (!Number.isInteger(epsg) || epsg < 4491 || epsg > 4554) return null
  if (epsg <= 4501) return { centralMeridian: (epsg - 4478) * 6 - 3, falseEasting: (epsg - 4478) * 1e6 + 500_000 }
  if (epsg <= 4512) return { centralMeridian: 75 + (epsg - 4502) * 6, falseEasting: 500_000 }
  if (epsg <= 4533) return { centralMeridian: (epsg - 4488) * 3, falseEasting: (epsg - 4488) * 1e6 + 500_000 }
  return { centralMeridian: 75 + (epsg - 4534) * 3, falseEasting: 500_000 }
}

/** Longitude and latitude in degrees (lon, lat, lon, lat, …) become x (east) and y (north) in metres of the zone, in place. NaN stays NaN. */
export function toZone(lonLat: Float64Array, zone: Zone): Float64Array {
  for (let i = 0; i + 1 < lonLat.length; i += 2) {
    const lambda = (lonLat[i] - zone.centralMeridian) * DEGREE
    const phi = lonLat[i + 1] * DEGREE
    const s = Math.sin(phi)
    const c = Math.cos(phi)
    const toConformal = sineSeries(CONFORMAL, s, c)
    const sd = smallSin(toConformal)
    const cd = smallCos(toConformal)
    const sinChi = s * cd + c * sd
    const cosChi = c * cd - s * sd

    // the sphere's transverse Mercator: ξ′ = atan(tan χ / cos λ), tanh η′ = cos χ sin λ
    const v = cosChi * Math.cos(lambda)
    const t = cosChi * Math.sin(lambda)
    const h2 = sinChi * sinChi + v * v // 1 − t²
    const sinXi = (2 * sinChi * v) / h2
    const cosXi = (v * v - sinChi * sinChi) / h2
    const sinhEta = (2 * t) / h2
    const coshEta = (1 + t * t) / h2
    krueger(ALPHA, sinXi, cosXi, sinhEta, coshEta)
    lonLat[i] = zone.falseEasting + RADIUS_M * (Math.atanh(t) + wave[1])
    lonLat[i + 1] = RADIUS_M * (Math.atan2(sinChi, v) + wave[0])
  }
  return lonLat
}

/** x (east) and y (north) in metres of the zone (x, y, x, y, …) become longitude and latitude in degrees, in place. NaN stays NaN. */
export function fromZone(xy: Float64Array, zone: Zone): Float64Array {
  const angles = new Float64Array(3)
  for (let i = 0; i + 1 < xy.length; i += 2) {
    onEllipsoid(xy[i] - zone.falseEasting, xy[i + 1], angles)
    xy[i] = zone.centralMeridian + angles[0] / DEGREE
    xy[i + 1] = Math.atan2(angles[1], angles[2]) / DEGREE
  }
  return xy
}

/**
 * One vertex of the plane on the ellipsoid: `out` gets the longitude from the central meridian (radians), and the sine and the cosine
 * of the latitude, which is what an area needs. `east` without the false easting, metres.
 */
export function onEllipsoid(east: number, north: number, out: Float64Array): void {
  const xi = north / RADIUS_M
  const eta = east / RADIUS_M
  const s = Math.sin(xi)
  const c = Math.cos(xi)
  const e = Math.exp(eta)
  const sinh = (e - 1 / e) / 2
  const cosh = (e + 1 / e) / 2
  krueger(BETA, 2 * s * c, c * c - s * s, 2 * sinh * cosh, 1 + 2 * sinh * sinh)

  // the same sines, moved by the small step to the sphere: ξ′ = ξ − Σ, η′ = η − Σ
  const dXi = wave[0]
  const dEta = wave[1]
  const sd = smallSin(dXi)
  const cd = smallCos(dXi)
  const sinXi = s * cd - c * sd
  const cosXi = c * cd + s * sd
  const shd = dEta * (1 + (dEta * dEta) / 6)
  const chd = 1 + (dEta * dEta) / 2
  const sinhEta = sinh * chd - cosh * shd
  const coshEta = cosh * chd - sinh * shd
  const sinChi = sinXi / coshEta
  const cosChi = Math.sqrt(sinhEta * sinhEta + cosXi * cosXi) / coshEta

  const toGeodetic = sineSeries(GEODETIC, sinChi, cosChi)
  const sg = smallSin(toGeodetic)
  const cg = smallCos(toGeodetic)
  out[0] = Math.atan2(sinhEta, cosXi)
  out[1] = sinChi * cg + cosChi * sg
  out[2] = cosChi * cg - sinChi * sg
}

/** Σ of Krüger's series at (ξ, η): real part to `wave[0]`, imaginary to `wave[1]`. Takes the sines of 2ξ and 2η; Clenshaw's recurrence on complex numbers. */
function krueger(k: Float64Array, sinXi: number, cosXi: number, sinhEta: number, coshEta: number): void {
  const re = 2 * cosXi * coshEta
  const im = -2 * sinXi * sinhEta
  let br = k[5]
  let bi = 0
  let lastR = 0
  let lastI = 0
  for (let j = 4; j >= 0; j--) {
    const r = k[j] + re * br - im * bi - lastR
    const i = re * bi + im * br - lastI
    lastR = br
    lastI = bi
    br = r
    bi = i
  }
  const sr = sinXi * coshEta
  const si = cosXi * sinhEta
  wave[0] = br * sr - bi * si
  wave[1] = br * si + bi * sr
}

/** Σ k[j] sin 2(j+1)x, from sin x and cos x. */
function sineSeries(k: Float64Array, s: number, c: number): number {
  const twice = 2 * (c * c - s * s)
  let b = k[5]
  let last = 0
  for (let j = 4; j >= 0; j--) {
    const next = k[j] + twice * b - last
    last = b
    b = next
  }
  return b * 2 * s * c
}

// for |x| < 0.004: the first terms left out are x⁷/5040 and x⁶/720, below 1e-17
const smallSin = (x: number) => x * (1 - (x * x) / 6 + (x * x * x * x) / 120)
const smallCos = (x: number) => 1 - (x * x) / 2 + (x * x * x * x) / 24

/** Radius of the sphere whose meridian is as long as the ellipsoid's. */
const RADIUS_M = (SEMI_MAJOR_M / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64 + n ** 6 / 256)

const wave = new Float64Array(2) // where `krueger` leaves its answer; two numbers without an allocation per vertex

/** Value of a polynomial in n that starts at n^first. */
const inN = (first: number, ...c: number[]) => c.reduceRight((sum, x) => sum * n + x, 0) * n ** first

/** Sphere to plane, Karney eq. 35. */
const ALPHA = Float64Array.of(
  inN(1, 1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800),
  inN(2, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360),
  inN(3, 61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440),
  inN(4, 49561 / 161280, -179 / 168, 6601661 / 7257600),
  inN(5, 34729 / 80640, -3418889 / 1995840),
  inN(6, 212378941 / 319334400),
)

/** Plane to sphere, Karney eq. 36. */
const BETA = Float64Array.of(
  inN(1, 1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800),
  inN(2, 1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720),
  inN(3, 17 / 480, -37 / 840, -209 / 4480, 5569 / 90720),
  inN(4, 4397 / 161280, -11 / 504, -830251 / 7257600),
  inN(5, 4583 / 161280, -108847 / 3991680),
  inN(6, 20648693 / 638668800),
)

/** χ − φ as a series in sin 2jφ. */
const CONFORMAL = Float64Array.of(
  inN(1, -2, 2 / 3, 4 / 3, -82 / 45, 32 / 45, 4642 / 4725),
  inN(2, 5 / 3, -16 / 15, -13 / 9, 904 / 315, -1522 / 945),
  inN(3, -26 / 15, 34 / 21, 8 / 5, -12686 / 2835),
  inN(4, 1237 / 630, -12 / 5, -24832 / 14175),
  inN(5, -734 / 315, 109598 / 31185),
  inN(6, 444337 / 155925),
)

/** φ − χ as a series in sin 2jχ. */
const GEODETIC = Float64Array.of(
  inN(1, 2, -2 / 3, -2, 116 / 45, 26 / 45, -2854 / 675),
  inN(2, 7 / 3, -8 / 5, -227 / 45, 2704 / 315, 2323 / 945),
  inN(3, 56 / 15, -136 / 35, -1262 / 105, 73814 / 2835),
  inN(4, 4279 / 630, -332 / 35, -399572 / 14175),
  inN(5, 4174 / 315, -144838 / 6237),
  inN(6, 601676 / 22275),
)
