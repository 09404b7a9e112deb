/** The normal distribution, as precise as doubles need here. */

/** Φ(x), relative error below 1e-14 in the middle and below 1e-10 far out: a series near 0, a continued fraction beyond (Abramowitz & Stegun 1964, 26.2.10, 26.2.14). */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  const a = Math.abs(x)
  if (a > 38) return x > 0 ? 1 : 0
  if (a < 3) {
    // Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/15 + …)
    let term = x
    let sum = x
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= (x * x) / k
      sum += term
    }
    return 0.5 + normalDensity(x) * sum
  }
  let fraction = 0
  for (let k = 60; k > 0; k--) fraction = k / (a + fraction)
  const tail = normalDensity(a) / (a + fraction)
  return x > 0 ? 1 - tail : tail
}

export const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)

/** Φ⁻¹(p): Acklam's rational approximation (2003, relative error 1e-9), mended by one step of Halley's method. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : Number.NaN
  if (p > 0.5) return -normalQuantile(1 - p)
  const x = p < 0.02425 ? tailQuantile(p) : middleQuantile(p)
  const error = (normalCdf(x) - p) / normalDensity(x)
  return x - error / (1 + (x * error) / 2)
}

const A = [-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239]
const B = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1]
const C = [-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783]
const D = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1]

const polynomial = (coefficients: readonly number[], x: number) => coefficients.reduce((sum, each) => sum * x + each, 0)

function middleQuantile(p: number): number {
  const q = p - 0.5
  return (q * polynomial(A, q * q)) / polynomial(B, q * q)
}

function tailQuantile(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p))
  return polynomial(C, q) / polynomial(D, q)
}
