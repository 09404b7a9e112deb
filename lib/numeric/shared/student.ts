/** Student's distribution, for intervals of a mean of few values. */

/** ln Γ(x) for x > 0 by Lanczos' series (1964) with g = 5 and six terms; relative error below 2e-10. */
function logGamma(x: number): number {
  const series = [76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2, -0.5395239384953e-5]
  const shifted = x + 5.5
  const sum = series.reduce((total, each, i) => total + each / (x + 1 + i), 1.000000000190015)
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((Math.sqrt(2 * Math.PI) * sum) / x)
}

/** The regularised incomplete beta function by Lentz's continued fraction (Abramowitz & Stegun 26.5.8). */
function betaRegularised(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // the fraction converges fast on one side only; the other is its mirror image
  if (x > (a + 1) / (a + b + 2)) return 1 - betaRegularised(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  const tiny = 1e-300
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny)
  let fraction = d
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d || tiny)
    c = 1 + even / c || tiny
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d || tiny)
    c = 1 + odd / c || tiny
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return front * fraction
}

/** P(T ≤ t) for `freedom` > 0 degrees of freedom. */
export function studentCdf(t: number, freedom: number): number {
  const tail = betaRegularised(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
  return t > 0 ? 1 - tail : tail
}

/** The t below which the share `p` lies, 0 < p < 1, to 1e-9: found by halving, since it is asked for a few times a page. */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`expected a share between 0 and 1, got ${p}`)
  if (!(freedom > 0)) throw new RangeError(`expected degrees of freedom, got ${freedom}`)
  if (p < 0.5) return -studentQuantile(1 - p, freedom)
  let low = 0
  let high = 1
  while (studentCdf(high, freedom) < p) high *= 2
  while (high - low > 1e-10 * Math.max(1, high)) {
    const middle = (low + high) / 2
    if (studentCdf(middle, freedom) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
