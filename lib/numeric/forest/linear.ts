/**
 * Linear regression by least squares, with a constant: what a forest has to beat. Columns are scaled to unit deviation; one that is a sum of others is passed over.
 * Coefficients are for the columns as they are, the constant first.
 */
export function fitLinear(columns: readonly Float64Array[], response: Float64Array): Float64Array {
  const n = response.length
  const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / n
  const means = columns.map(meanOf)
  const middle = meanOf(response)
  // R of a QR by Gram and Schmidt, twice over, and Qᵀy
  const basis: {
    readonly column: number
    readonly q: Float64Array
    readonly r: Float64Array
    readonly length: number
    readonly y: number
  }[] = []
  for (const [f, column] of columns.entries()) {
    const q = column.map((value) => value - means[f])
    const r = new Float64Array(basis.length)
    const whole = Math.sqrt(q.reduce((sum, value) => sum + value * value, 0))
    for (let pass = 0; pass < 2; pass++) {
      for (const [k, other] of basis.entries()) {
        let along = 0
        for (let i = 0; i < n; i++) along += q[i] * other.q[i]
        r[k] += along
        for (let i = 0; i < n; i++) q[i] -= along * other.q[i]
      }
    }
    const length = Math.sqrt(q.reduce((sum, value) => sum + value * value, 0))
    if (!(length > 1e-9 * whole)) continue
    for (let i = 0; i < n; i++) q[i] /= length
    basis.push({ column: f, q, r, length, y: response.reduce((sum, value, i) => sum + (value - middle) * q[i], 0) })
  }
  const coefficients = new Float64Array(1 + columns.length)
  for (let k = basis.length - 1; k >= 0; k--) {
    let y = basis[k].y
    for (let m = k + 1; m < basis.length; m++) y -= basis[m].r[k] * coefficients[1 + basis[m].column]
    coefficients[1 + basis[k].column] = y / basis[k].length
  }
  coefficients[0] = means.reduce((sum, mean, f) => sum - coefficients[1 + f] * mean, middle)
  return coefficients
}
