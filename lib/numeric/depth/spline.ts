/**
 * A value down a profile as a smooth curve through the means of its layers (Bishop, McBratney & Laslett 1999, eq. 1–6; Malone et al. 2009).
 *
 * Layer i reaches from u_i to v_i with the measured mean y_i; layers may leave gaps and do not overlap. Of all curves f with a continuous
 * derivative the one is taken that makes
 *
 *   (1/n) Σ (y_i − f̄_i)² + λ ∫ f'(x)² dx
 *
 * least, f̄_i being the mean of f over layer i. It is a parabola in a layer and a straight line in a gap, and its slope is nothing at the top
 * and at the bottom. With h_i = v_i − u_i, g_i = u_{i+1} − v_i and b_i the slope in and at the ends of gap i (b_0 = b_n = 0), continuity says
 *
 *   h_i b_{i−1} + (2h_i + 2h_{i+1} + 6g_i) b_i + h_{i+1} b_{i+1} = 6 (f̄_{i+1} − f̄_i),     R b = 6 Q f̄
 *
 * and the least sum f̄ = y − nλ Qᵀb. Put together, (R + 6nλ QQᵀ) b = 6 Q y: a symmetric positive definite system of three diagonals.
 * As λ → 0 the curve keeps the mass of every layer; as λ grows it becomes the constant mean of the layers.
 */
export type DepthSpline = {
  /** Tops and bottoms of the layers, downwards. */
  readonly top: Float64Array
  readonly bottom: Float64Array
  /** Means of the curve over the layers; those measured, as λ → 0. */
  readonly mean: Float64Array
  /** Slopes at the top of the first layer, in each gap, and at the bottom of the last: n + 1. */
  readonly slope: Float64Array
}

/**
 * Fits the curve. `top`, `bottom` in any unit of length, `value` the means, all of length n ≥ 1; `lambda` ≥ 0 belongs to the unit: 0.1 is Malone's
 * for centimetres. Layers out of order, overlapping or without thickness, and values that are no numbers, are faults of the caller.
 */
export function fitDepthSpline(top: Float64Array, bottom: Float64Array, value: Float64Array, lambda: number): DepthSpline {
  const n = value.length
  checkLayers(top, bottom, value, lambda)
  const slope = new Float64Array(n + 1)
  const mean = value.slice()
  if (n === 1) return { top, bottom, mean, slope }

  // slope[i] of gap i between layers i − 1 and i stands at place i, 1 ≤ i < n; `above` is the reduced upper diagonal
  const above = new Float64Array(n)
  const smooth = 6 * n * lambda
  for (let i = 1; i < n; i++) {
    const [h0, h1] = [bottom[i - 1] - top[i - 1], bottom[i] - top[i]]
    const before = i > 1 ? h0 - smooth : 0
    const diagonal = 2 * (h0 + h1) + 6 * (top[i] - bottom[i - 1]) + 2 * smooth - before * above[i - 1]
    above[i] = i < n - 1 ? (h1 - smooth) / diagonal : 0
    slope[i] = (6 * (value[i] - value[i - 1]) - before * slope[i - 1]) / diagonal
  }
  for (let i = n - 2; i >= 1; i--) slope[i] -= above[i] * slope[i + 1]
  for (let i = 0; i < n; i++) mean[i] += n * lambda * (slope[i + 1] - slope[i])
  return { top, bottom, mean, slope }
}

function checkLayers(top: Float64Array, bottom: Float64Array, value: Float64Array, lambda: number): void {
  const n = value.length
  if (n === 0 || top.length !== n || bottom.length !== n) throw new Error(`expected as many tops and bottoms as values, got ${n}`)
  if (!(lambda >= 0)) throw new Error(`expected lambda of 0 or more, got ${lambda}`)
  for (let i = 0; i < n; i++) {
    const follows = i === 0 || top[i] >= bottom[i - 1]
    if (!Number.isFinite(value[i]) || !(bottom[i] > top[i]) || !follows || !Number.isFinite(bottom[i] - top[i]))
      throw new Error(`expected layers downwards without overlap and finite values, got ${top[i]} to ${bottom[i]} with ${value[i]}`)
  }
}

/** The curve at a depth; NaN above the first layer and below the last. */
export function splineAt(spline: DepthSpline, depth: number): number {
  const { top, bottom, mean, slope } = spline
  const n = mean.length
  if (!(depth >= top[0] && depth <= bottom[n - 1])) return Number.NaN
  let i = n - 1
  while (top[i] > depth) i--
  const h = bottom[i] - top[i]
  const [b0, b1] = [slope[i], slope[i + 1]]
  if (depth > bottom[i]) return mean[i] + (h * (b0 + 2 * b1)) / 6 + b1 * (depth - bottom[i])
  const x = depth - top[i]
  return mean[i] - (h * (2 * b0 + b1)) / 6 + b0 * x + ((b1 - b0) * x * x) / (2 * h)
}

/** The mean of the curve between two depths; NaN where the profile does not reach over all of it, or `from` is not above `to`. */
export function splineMean(spline: DepthSpline, from: number, to: number): number {
  const { top, bottom, mean } = spline
  const n = mean.length
  if (!(from < to) || !(from >= top[0] && to <= bottom[n - 1])) return Number.NaN
  let mass = 0
  for (let i = 0; i < n; i++) {
    mass += piece(spline, Math.max(from, top[i]), Math.min(to, bottom[i]))
    if (i + 1 < n) mass += piece(spline, Math.max(from, bottom[i]), Math.min(to, top[i + 1]))
  }
  return mass / (to - from)
}

/** ∫ f over a stretch that lies in one layer or one gap: Simpson's rule, which is exact for a parabola. */
function piece(spline: DepthSpline, a: number, b: number): number {
  if (!(a < b)) return 0
  return ((b - a) / 6) * (splineAt(spline, a) + 4 * splineAt(spline, (a + b) / 2) + splineAt(spline, b))
}
