/** A year's water where something is kept from month to month, or wells share a year's limit: what flows where for what is taken at the gates, by one linear program. */
import type { LinearProgram, SolveLinear } from '@dishu/numeric/allocation/prices'
import type { StatedNetwork } from './program.ts'
import { networkRows } from './program-network.ts'

/** Sums may lose so much of a demand. */
const LOST = 1e-7
/** Flows in canals cost a little, so that none goes round for nothing; what sources give, a thousand times as much. */
const [GIVEN, SENT] = [1, 1e-3]

/**
 * m³ of each flow of the network (`canal/reach/period`, `canal/source/period`, `canal/source kept/period`), the least that must be given; `demand` by `canal/node/period`. Null
 * where what is asked cannot be had.
 */
export function yearFlows(
  network: StatedNetwork,
  demand: ReadonlyMap<string, number>,
  solve: SolveLinear,
): ReadonlyMap<string, number> | null {
  const read = networkRows(network, network.id)
  if (!read.ok) throw new Error(`expected a network that was read before, got ${read.refusal.code}`)
  const { rows, draws, flows } = read.value
  const scale = Math.max(1, ...demand.values())
  const atLeast = Float64Array.from(rows, ({ limit }) => -limit / scale)
  for (const [name, amount] of demand)
    for (const [r, coefficient] of draws.get(name) ?? []) atLeast[r] += (coefficient * amount * (1 - LOST)) / scale
  const entries: (readonly [number, number])[][] = rows.map(() => [])
  flows.forEach(({ entries: own }, c) => {
    for (const [r, coefficient] of own) entries[r].push([c, -coefficient])
  })
  const rowStart = new Uint32Array(rows.length + 1)
  entries.forEach((list, r) => {
    rowStart[r + 1] = rowStart[r] + list.length
  })
  const sources = new Set(network.sources.map(({ id }) => id))
  const program: LinearProgram = {
    cost: Float64Array.from(flows, ({ name }) => (sources.has(name.split('/')[1]) ? GIVEN : SENT)),
    from: new Float64Array(flows.length),
    to: Float64Array.from(flows, ({ to }) => to / scale),
    rowStart,
    column: Uint32Array.from(entries.flatMap((list) => list.map(([c]) => c))),
    coefficient: Float64Array.from(entries.flatMap((list) => list.map(([, value]) => value))),
    atLeast,
  }
  const solved = solve(program)
  return solved && new Map(flows.map(({ name }, c) => [name, Math.max(0, solved.x[c] * scale)]))
}
