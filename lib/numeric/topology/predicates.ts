/**
 * Signs of cross products that are right to the last bit, for whole numbers below 2^52 in doubles (the grid of this folder).
 *
 * A product of two differences needs up to 106 bits. It is taken as a sum of two doubles (Dekker 1971, the product rule with Veltkamp's split),
 * and only where the plain evaluation could be wrong, after the filter of Shewchuk (1997, "Adaptive Precision Floating-Point Arithmetic").
 */

/** Rounding of a·d − b·c: two products and a difference, each within 2^-53, with room for the bound's own rounding. */
export const CROSS_ERROR = 4 * 2 ** -53

const SPLITTER = 2 ** 27 + 1

/** What the product p = a·b lost in rounding: a·b = p + lost exactly. */
function lost(a: number, b: number, p: number): number {
  const ca = SPLITTER * a
  const ah = ca - (ca - a)
  const al = a - ah
  const cb = SPLITTER * b
  const bh = cb - (cb - b)
  const bl = b - bh
  return al * bl - (p - ah * bh - al * bh - ah * bl)
}

/**
 * a·d − b·c, relatively exact: its sign is right, and its size within a few units of the last place. Positive where (c, d) lies counter-clockwise
 * of (a, b).
 */
export function cross(a: number, b: number, c: number, d: number): number {
  const p = a * d
  const q = b * c
  const det = p - q
  if (Math.abs(det) > (Math.abs(p) + Math.abs(q)) * CROSS_ERROR * 64) return det
  return det + (lost(a, d, p) - lost(b, c, q))
}
