/**
 * What is left of values when their regression on covariates is taken away (ordinary least squares, with a constant): the variogram of a universal or
 * regression kriging is taken of these.
 */

/** `explained`: R², the part of the variance that the regression explains. Covariates (n × q) are finite; one that is a sum of others is passed over. */
export function withoutTrend(
  z: Float64Array,
  covariates: Float64Array,
  q: number,
): { readonly residuals: Float64Array; readonly explained: number } {
  const n = z.length
  const residuals = centred(z)
  const total = residuals.reduce((sum, value) => sum + value * value, 0)
  const basis: Float64Array[] = []
  for (let a = 0; a < q; a++) {
    // Gram and Schmidt, twice over: the second pass takes out what rounding left of the first
    const column = centred(Float64Array.from({ length: n }, (_, i) => covariates[i * q + a]))
    const size = norm(column)
    for (let pass = 0; pass < 2; pass++) for (const other of basis) takeOut(column, other)
    const left = norm(column)
    if (!(left > 1e-9 * size)) continue
    for (let i = 0; i < n; i++) column[i] /= left
    basis.push(column)
    takeOut(residuals, column)
  }
  const left = residuals.reduce((sum, value) => sum + value * value, 0)
  return { residuals, explained: total > 0 ? 1 - left / total : 0 }
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))

function takeOut(from: Float64Array, direction: Float64Array): void {
  let along = 0
  for (let i = 0; i < from.length; i++) along += from[i] * direction[i]
  for (let i = 0; i < from.length; i++) from[i] -= along * direction[i]
}
