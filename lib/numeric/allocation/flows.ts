/**
 * Flows: amounts between two bounds that enter rows beside the options (water in a canal of a mesh, a worst case that is maximised). In the relaxation each decides
 * for itself like a unit, and its part of the bound has two pieces only, so that the master knows it exactly.
 */

/** Flow c brings `benefit[c]` for each unit of it and has the entries `start[c] … start[c + 1] − 1` of `row` (rows, not accounts) and `coefficient`. */
export type Flows = {
  readonly benefit: Float64Array
  readonly from: Float64Array
  readonly to: Float64Array
  readonly start: Uint32Array
  readonly row: Uint32Array
  readonly coefficient: Float64Array
}

/** What one unit of each flow is worth at these prices of rows. */
export function flowWorths(flows: Flows, prices: Float64Array): Float64Array {
  return flows.benefit.map((benefit, c) => {
    let worth = benefit
    for (let e = flows.start[c]; e < flows.start[c + 1]; e++) worth -= prices[flows.row[e]] * flows.coefficient[e]
    return worth
  })
}

/** The part of flows in the bound, and its size without cancelling. */
export function flowBound(flows: Flows, prices: Float64Array): { readonly value: number; readonly size: number } {
  let value = 0
  let size = 0
  flowWorths(flows, prices).forEach((worth, c) => {
    const part = Math.max(worth * flows.from[c], worth * flows.to[c])
    value += part
    size += Math.abs(part)
  })
  return { value, size }
}

/** What the flows use of every row. */
export function flowUse(flows: Flows, flow: Float64Array, rows: number): Float64Array {
  const used = new Float64Array(rows)
  for (let c = 0; c < flow.length; c++)
    for (let e = flows.start[c]; e < flows.start[c + 1]; e++) used[flows.row[e]] += flow[c] * flows.coefficient[e]
  return used
}
