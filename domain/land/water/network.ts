/**
 * The canals of a county as a graph, and how much water can go where. A month's water moves within the month; what a canal loses is lost. Pure:
 * nodes and canals in, volumes out.
 */
import { MONTH_DAYS, MONTHS, type Months, SECONDS_A_DAY, type Water, type WaterReach } from './things.ts'

/** A canal between two nodes of the graph. NaN: not configured. */
export type Canal = {
  readonly reach: WaterReach
  readonly from: number
  readonly to: number
  readonly efficiency: number
  readonly capacityM3: Float64Array // of each month
}
export type Network = {
  readonly nodes: readonly string[]
  readonly at: ReadonlyMap<string, number>
  readonly canals: readonly Canal[]
  readonly into: readonly (readonly number[])[] // canals that end at a node
  readonly out: readonly (readonly number[])[] // canals that begin at a node
  /** Nodes from the heads down; null where canals form a ring. */
  readonly order: readonly number[] | null
  /** Whether no node is fed by two canals and no ring is there: then every place has one way from its head. */
  readonly isForest: boolean
}

/** m³ that a flow in m³/s brings in each month; NaN where none is stated. */
export const monthlyM3 = (flow: Months): Float64Array =>
  Float64Array.from({ length: MONTHS }, (_, m) => {
    const each = flow[m]
    return each === null || each === undefined ? Number.NaN : each * MONTH_DAYS[m] * SECONDS_A_DAY
  })

/** The canals whose two nodes are known, as a graph. Drains carry nothing to a field and are left out. */
export function networkOf({ nodes, reaches }: Pick<Water, 'nodes' | 'reaches'>): Network {
  const ids = nodes.map(({ nodeId }) => nodeId)
  const at = new Map(ids.map((id, i) => [id, i]))
  const canals = reaches.flatMap((reach): Canal[] => {
    const [from, to] = [at.get(reach.fromNode), at.get(reach.toNode)]
    if (reach.reachKind !== 'canal' || from === undefined || to === undefined || from === to) return []
    return [{ reach, from, to, efficiency: reach.efficiency ?? Number.NaN, capacityM3: monthlyM3(reach.capacity) }]
  })
  const into: number[][] = ids.map(() => [])
  const out: number[][] = ids.map(() => [])
  canals.forEach(({ from, to }, c) => {
    out[from].push(c)
    into[to].push(c)
  })
  const order = topologicalOrder(ids.length, canals, into, out)
  return { nodes: ids, at, canals, into, out, order, isForest: order !== null && into.every((each) => each.length <= 1) }
}

function topologicalOrder(
  count: number,
  canals: readonly Canal[],
  into: readonly (readonly number[])[],
  out: readonly (readonly number[])[],
): number[] | null {
  const left = into.map((each) => each.length)
  const order = left.flatMap((each, node) => (each === 0 ? [node] : []))
  for (let i = 0; i < order.length; i++) for (const c of out[order[i]]) if (--left[canals[c].to] === 0) order.push(canals[c].to)
  return order.length === count ? order : null
}

/** Rings of reaches (strongly connected parts of two nodes and more) that no pump closes: water does not run in a circle by itself. */
export function gravityRings(reaches: readonly WaterReach[]): readonly (readonly WaterReach[])[] {
  const gravity = reaches.filter(({ lifted, fromNode, toNode }) => lifted === 'no' && fromNode !== toNode)
  const out = Map.groupBy(gravity, ({ fromNode }) => fromNode)
  // Tarjan 1972, with a list of its own instead of the call stack: a long canal is a deep walk
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const rings: WaterReach[][] = []
  for (const start of out.keys()) {
    if (index.has(start)) continue
    const walk: { node: string; next: number }[] = [{ node: start, next: 0 }]
    while (walk.length > 0) {
      const step = walk[walk.length - 1]
      const { node } = step
      if (step.next === 0) {
        index.set(node, index.size)
        low.set(node, index.get(node) ?? 0)
        open.push(node)
        isOpen.add(node)
      }
      const ways = out.get(node) ?? []
      if (step.next < ways.length) {
        const { toNode } = ways[step.next++]
        if (!index.has(toNode)) walk.push({ node: toNode, next: 0 })
        else if (isOpen.has(toNode)) low.set(node, Math.min(low.get(node) ?? 0, index.get(toNode) ?? 0))
        continue
      }
      walk.pop()
      const above = walk.at(-1)
      if (above) low.set(above.node, Math.min(low.get(above.node) ?? 0, low.get(node) ?? 0))
      if (low.get(node) !== index.get(node)) continue
      const part = new Set(open.splice(open.indexOf(node)))
      for (const each of part) isOpen.delete(each)
      if (part.size > 1) rings.push(gravity.filter(({ fromNode, toNode }) => part.has(fromNode) && part.has(toNode)))
    }
  }
  return rings
}

/** Nodes that water from these nodes reaches, themselves included. */
export function reachedFrom(network: Network, starts: Iterable<number>): ReadonlySet<number> {
  const reached = new Set(starts)
  for (const node of reached) for (const c of network.out[node]) reached.add(network.canals[c].to)
  return reached
}

/** The canals from the head down to a node; null where more ways than one lead there, or a ring. Empty for a head. */
export function wayTo(network: Network, node: number): readonly number[] | null {
  const way: number[] = []
  const seen = new Set([node])
  for (let here = node; ; ) {
    const [c, second] = network.into[here]
    if (c === undefined) return way
    if (second !== undefined) return null
    way.unshift(c)
    here = network.canals[c].from
    if (seen.has(here)) return null
    seen.add(here)
  }
}

/** What leaves the end of a way for each m³ that enters its beginning: the efficiencies multiply. NaN where one is not configured. */
export const efficiencyOf = (network: Network, way: readonly number[]): number =>
  way.reduce((product, c) => product * network.canals[c].efficiency, 1)

export type Delivery = {
  readonly delivered: Float64Array // m³ at each node
  readonly entering: Float64Array // m³ into each canal
  readonly lost: Float64Array // m³ in each canal
  readonly unused: Float64Array // m³ left at each node
}

/**
 * What each node and each canal is asked for in a month, from the demands upwards: m³ needed at a node, m³ wanted at the head of a canal. `limited`: no more
 * than a canal can carry. Throws where an efficiency or a capacity that matters is NaN, or the network is no forest: those are asked about before.
 */
export function askedOf(
  network: Network,
  month: number,
  supply: Float64Array,
  demand: Float64Array,
  limited: boolean,
): { readonly need: Float64Array; readonly want: Float64Array } {
  const { canals, out, order, isForest } = network
  if (!isForest || order === null) throw new RangeError('expected a forest of canals')
  const need = Float64Array.from(demand)
  const want = new Float64Array(canals.length)
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]
    for (const c of out[node]) {
      const { to, efficiency, capacityM3, reach } = canals[c]
      const lacking = Math.max(0, need[to] - supply[to])
      if (lacking > 0 && !(efficiency > 0 && (capacityM3[month] >= 0 || !limited)))
        throw new RangeError(`canal ${reach.reachId} is not configured`)
      want[c] = lacking === 0 ? 0 : Math.min(limited ? capacityM3[month] : Number.POSITIVE_INFINITY, lacking / efficiency)
      need[node] += want[c]
    }
  }
  return { need, want }
}

/**
 * One month's water shared among demands, in a forest: a node that has less than is asked of it gives every asker the same share. What enters equals
 * what is delivered, lost and left, node by node. `supply` and `demand` are m³ at each node. Throws as askedOf does.
 */
export function deliver(network: Network, month: number, supply: Float64Array, demand: Float64Array): Delivery {
  const { nodes, canals, out } = network
  const { need, want } = askedOf(network, month, supply, demand, true)
  const order = network.order ?? []
  const delivered = new Float64Array(nodes.length)
  const unused = new Float64Array(nodes.length)
  const entering = new Float64Array(canals.length)
  const lost = new Float64Array(canals.length)
  const there = Float64Array.from(supply)
  for (const node of order) {
    const share = need[node] > there[node] ? there[node] / need[node] : 1
    delivered[node] = share * demand[node]
    let given = delivered[node]
    for (const c of out[node]) {
      entering[c] = share * want[c]
      given += entering[c]
      if (entering[c] === 0) continue
      const arriving = entering[c] * canals[c].efficiency
      lost[c] = entering[c] - arriving
      there[canals[c].to] += arriving
    }
    unused[node] = Math.max(0, there[node] - given)
  }
  return { delivered, entering, lost, unused }
}

/**
 * The most that could enter each canal in a month if it alone drew on all above it: the least of what can arrive at its head and its capacity. An upper
 * bound for any plan, in any network without rings; null where there is one. NaN where what decides it is not configured.
 */
export function mostInto(network: Network, month: number, supply: Float64Array): Float64Array | null {
  const { canals, out, order } = network
  if (order === null) return null
  const there = Float64Array.from(supply)
  const most = new Float64Array(canals.length)
  for (const node of order)
    for (const c of out[node]) {
      const { to, efficiency, capacityM3 } = canals[c]
      most[c] = there[node] === 0 ? 0 : Math.min(there[node], capacityM3[month]) // NaN stays NaN
      there[to] += most[c] === 0 ? 0 : most[c] * efficiency
    }
  return most
}
