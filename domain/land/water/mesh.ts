/**
 * A month's water in a network with several ways or pumped rings, as a linear program: a flow into every canal, a delivery at every node. Delivered water is
 * worth far more than drawn water costs, so that all that can be delivered is, and no more is drawn or sent round than that takes. What is left is left at the
 * sources; supply at a node can be passed on or left, but what a canal brings cannot vanish.
 */
import type { Delivery, Network } from './network.ts'

/** Minimise Σ cost x with `from ≤ x ≤ to` and rows Σ coefficient x ≥ atLeast: the shape of the solver. */
type Program = {
  readonly cost: Float64Array
  readonly from: Float64Array
  readonly to: Float64Array
  readonly rowStart: Uint32Array
  readonly column: Uint32Array
  readonly coefficient: Float64Array
  readonly atLeast: Float64Array
}
const WORTH = 1000 // of a delivered m³ against the entering of one into one canal; no way has a thousand canals in a row

export function meshProgram(
  network: Network,
  month: number,
  supply: Float64Array,
  demand: Float64Array,
): { readonly program: Program; read(x: Float64Array): Delivery } {
  const { nodes, canals, into, out } = network
  const flows = canals.length
  const gates = nodes.flatMap((_, node) => (demand[node] > 0 ? [node] : []))
  const gateOf = new Map(gates.map((node, g) => [node, flows + g]))
  const scale = Math.max(1, ...supply, ...demand) // numbers near one suit the solver
  const to = new Float64Array(flows + gates.length)
  canals.forEach(({ capacityM3, efficiency }, c) => {
    to[c] = capacityM3[month] >= 0 && efficiency > 0 ? capacityM3[month] / scale : 0
  })
  gates.forEach((node, g) => {
    to[flows + g] = demand[node] / scale
  })
  const cost = new Float64Array(to.length).fill(-WORTH).fill(1, 0, flows)
  const rowStart = [0]
  const column: number[] = []
  const coefficient: number[] = []
  nodes.forEach((_, node) => {
    for (const c of into[node]) {
      column.push(c)
      coefficient.push(canals[c].efficiency > 0 ? canals[c].efficiency : 0)
    }
    for (const c of out[node]) {
      column.push(c)
      coefficient.push(-1)
    }
    const gate = gateOf.get(node)
    if (gate !== undefined) {
      column.push(gate)
      coefficient.push(-1)
    }
    rowStart.push(column.length)
  })
  return {
    program: {
      cost,
      from: new Float64Array(to.length),
      to,
      rowStart: Uint32Array.from(rowStart),
      column: Uint32Array.from(column),
      coefficient: Float64Array.from(coefficient),
      atLeast: Float64Array.from(supply, (each) => -each / scale),
    },
    read(x) {
      const entering = Float64Array.from({ length: flows }, (_, c) => Math.max(0, x[c]) * scale)
      const delivered = new Float64Array(nodes.length)
      gates.forEach((node, g) => {
        delivered[node] = Math.min(demand[node], Math.max(0, x[flows + g]) * scale)
      })
      const lost = entering.map((each, c) => (each === 0 ? 0 : each * (1 - canals[c].efficiency)))
      const unused = Float64Array.from(nodes, (_, node) => {
        const arriving = into[node].reduce((sum, c) => sum + entering[c] - lost[c], supply[node])
        return Math.max(0, arriving - delivered[node] - out[node].reduce((sum, c) => sum + entering[c], 0))
      })
      return { delivered, entering, lost, unused }
    },
  }
}
