/**
 * Canals as rows: where each node has one reach leading to it, a use there is charged to every reach on the way, divided by the efficiencies it passed;
 * in a mesh, or where pumping costs, flows are decided with the plan.
 */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import type { PlanRefusal } from './plan.ts'
import type { StatedNetwork } from './program.ts'

export type NetworkRows = {
  /** Rows added, in their order: name, limit. */
  readonly rows: readonly { readonly name: string; readonly limit: number }[]
  /** What one unit used at `node/period` draws on these rows. */
  readonly draws: ReadonlyMap<string, readonly (readonly [row: number, coefficient: number])[]>
  readonly flows: readonly {
    readonly name: string
    readonly benefit: number
    readonly to: number
    readonly entries: readonly (readonly [row: number, coefficient: number])[]
  }[]
}

export function networkRows(network: StatedNetwork, where: string): Result<NetworkRows, PlanRefusal> {
  const incoming = new Map<string, number[]>()
  network.reaches.forEach((reach, e) => {
    incoming.set(reach.to, [...(incoming.get(reach.to) ?? []), e])
  })
  const circle = circleIn(network)
  if (circle) return refuse('plan/circle', { where, through: circle })
  const sourceNodes = new Set(network.sources.map(({ node }) => node))
  const isTree =
    [...incoming].every(([node, list]) => list.length === 1 && !sourceNodes.has(node)) &&
    network.reaches.every(({ cost }) => (cost ?? 0) === 0) &&
    network.sources.every(({ keeps }) => (keeps ?? 0) === 0) &&
    (network.together ?? []).length === 0
  for (const period of network.periods)
    for (const source of network.sources)
      if (source.volume[period] === undefined) return refuse('plan/not-a-number', { where: `${where} ${source.id}.volume["${period}"]` })
  return accept(isTree ? treeRows(network, incoming) : meshRows(network))
}

const capacityOf = (reach: StatedNetwork['reaches'][number], period: string): number | undefined =>
  typeof reach.capacity === 'object' ? reach.capacity[period] : reach.capacity

function treeRows(network: StatedNetwork, incoming: ReadonlyMap<string, readonly number[]>): NetworkRows {
  const { id, reaches, sources, periods } = network
  const rows: { name: string; limit: number }[] = []
  const draws = new Map<string, (readonly [number, number])[]>()
  const nodes = new Set([...reaches.flatMap(({ from, to }) => [from, to]), ...sources.map(({ node }) => node)])
  for (const period of periods) {
    const rowOf = new Map<number, number>()
    reaches.forEach((reach, e) => {
      const limit = capacityOf(reach, period)
      if (limit === undefined) return
      rowOf.set(e, rows.length)
      rows.push({ name: `${id}/${reach.id}/${period}`, limit })
    })
    const supply = new Map<string, number>()
    for (const node of nodes) {
      if (incoming.has(node)) continue // only from above
      const own = sources.filter((source) => source.node === node)
      supply.set(node, rows.length)
      rows.push({
        name: `${id}/${own.map((source) => source.id).join('+') || node}/${period}`,
        limit: own.reduce((sum, { volume }) => sum + volume[period], 0),
      })
    }
    for (const node of nodes) {
      const list: (readonly [number, number])[] = []
      let at = node
      let needed = 1
      for (let reach = incoming.get(at)?.[0]; reach !== undefined; reach = incoming.get(at)?.[0]) {
        needed /= reaches[reach].efficiency
        const row = rowOf.get(reach)
        if (row !== undefined) list.push([row, needed])
        at = reaches[reach].from
      }
      const row = supply.get(at)
      if (row !== undefined) list.push([row, needed])
      draws.set(`${id}/${node}/${period}`, list)
    }
  }
  return { rows, draws, flows: [] }
}

function meshRows(network: StatedNetwork): NetworkRows {
  const { id, reaches, sources, periods } = network
  const rows: { name: string; limit: number }[] = []
  const draws = new Map<string, (readonly [number, number])[]>()
  const flows: Flow[] = []
  const given = new Map<string, number>()
  const nodes = [...new Set([...reaches.flatMap(({ from, to }) => [from, to]), ...sources.map(({ node }) => node)])]
  for (const period of periods) {
    // used at a node + what leaves it ≤ what arrives
    const rowOf = new Map(nodes.map((node, n) => [node, rows.length + n]))
    for (const node of nodes) {
      rows.push({ name: `${id}/${node}/${period}`, limit: 0 })
      draws.set(`${id}/${node}/${period}`, [[rows.length - 1, 1]])
    }
    const all = sources.reduce((sum, { volume, keeps }) => sum + volume[period] + (keeps ?? 0), 0)
    for (const source of sources) {
      given.set(`${source.id}/${period}`, flows.length)
      flows.push({
        name: `${id}/${source.id}/${period}`,
        benefit: 0,
        to: source.volume[period] + (source.keeps ?? 0),
        entries: [[rowOf.get(source.node) ?? 0, -1]],
      })
    }
    for (const reach of reaches)
      flows.push({
        name: `${id}/${reach.id}/${period}`,
        benefit: -(reach.cost ?? 0),
        to: Math.min(capacityOf(reach, period) ?? all, all),
        entries: [
          [rowOf.get(reach.from) ?? 0, 1],
          [rowOf.get(reach.to) ?? 0, -reach.efficiency],
        ],
      })
  }
  carry(network, rows, flows, given)
  for (const { id: name, sources: own, periods: over, atMost } of network.together ?? []) {
    rows.push({ name: `${id}/${name}`, limit: atMost })
    for (const source of own) for (const period of over) flows[given.get(`${source}/${period}`) ?? -1]?.entries.push([rows.length - 1, 1])
  }
  return { rows, draws, flows }
}

type Flow = { name: string; benefit: number; to: number; entries: (readonly [number, number])[] }

/** What sources keep: given in a period + kept at its end ≤ what comes + what is left of what was kept before. */
function carry(
  { id, sources, chains = [] }: StatedNetwork,
  rows: { name: string; limit: number }[],
  flows: Flow[],
  given: ReadonlyMap<string, number>,
): void {
  for (const { id: source, keeps = 0, loses = 0, volume } of sources) {
    if (keeps === 0) continue
    for (const chain of chains) {
      let before: Flow | null = null
      for (const period of chain) {
        rows.push({ name: `${id}/${source} kept/${period}`, limit: volume[period] })
        const row = rows.length - 1
        flows[given.get(`${source}/${period}`) ?? -1]?.entries.push([row, 1])
        const kept: Flow = { name: `${id}/${source} kept/${period}`, benefit: 0, to: keeps, entries: [[row, 1]] }
        before?.entries.push([row, -(1 - loses)])
        flows.push(kept)
        before = kept
      }
    }
  }
}

/** Nodes of a circle of reaches, or null: water does not run back to where it came from. */
function circleIn({ reaches }: StatedNetwork): string | null {
  const next = new Map<string, string[]>()
  for (const { from, to } of reaches) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  for (const start of next.keys()) {
    // depth first, with the way from the start
    const way: { node: string; turn: number }[] = [{ node: start, turn: 0 }]
    const onWay = new Set([start])
    while (way.length > 0) {
      const top = way[way.length - 1]
      const to = done.has(top.node) ? undefined : next.get(top.node)?.[top.turn++]
      if (to === undefined) {
        done.add(top.node)
        onWay.delete(top.node)
        way.pop()
      } else if (onWay.has(to)) return [...way.map(({ node }) => node).slice(way.findIndex(({ node }) => node === to)), to].join(' → ')
      else {
        way.push({ node: to, turn: 0 })
        onWay.add(to)
      }
    }
  }
  return null
}
