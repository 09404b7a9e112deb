/**
 * Where the water of a plan flows, month by month: worked out anew from what each chosen option takes at its gate, beside the solver, which only answers for there being
 * enough. In a tree of canals by sums, in a mesh with the least that must be drawn.
 */
import type { SolveLinear } from '@dishu/numeric/allocation/prices'
import { deliver, type MeshSolver, networkOf, type Water } from '../water/water.ts'
import type { BuiltProgram } from './building.ts'
import { type KeptWater, periodOf } from './building-water.ts'
import type { StatedNetwork } from './program.ts'
import type { WaterOfMonth } from './results.ts'
import type { PlanTerms } from './scenarios.ts'
import { yearFlows } from './water-year.ts'

/** Share of a month's demand that sums may lose; more is a fault of the plan. */
const LOST = 1e-6

/** `chosen`: parcel to option. Throws where the plan asks for water that is not there. */
export function waterTable(
  terms: PlanTerms,
  { networks, accounts, parcels }: BuiltProgram,
  water: Water,
  kept: readonly (KeptWater | null)[],
  chosen: ReadonlyMap<string, string>,
  mesh: MeshSolver | null,
  linear: SolveLinear | null,
): WaterOfMonth[] {
  const [stated] = networks ?? []
  if (!stated) return []
  const network = networkOf(water)
  const draws = new Map((accounts ?? []).map((account) => [account.id, account.draws]))
  const amounts = new Map<string, number>()
  for (const { id, options } of parcels) {
    const option = options.find((each) => each.id === chosen.get(id))
    for (const [account, amount] of Object.entries(option?.uses ?? {}))
      if (draws.has(account)) amounts.set(account, (amounts.get(account) ?? 0) + amount)
  }
  const asked = new Map<string, number>()
  for (const [account, amount] of amounts)
    for (const [at, each] of Object.entries(draws.get(account) ?? {})) asked.set(at, (asked.get(at) ?? 0) + amount * each)
  if (stated.chains || stated.together) return overYears(terms, stated, water, kept, asked, linear)
  const capacity = new Map(stated.reaches.map((reach) => [reach.id, reach.capacity as Readonly<Record<string, number>>]))
  const list: WaterOfMonth[] = []
  for (const year of terms.years)
    for (const [t, { id: yearType }] of terms.yearTypes.entries())
      for (let month = 0; month < 12; month++) {
        const period = periodOf(year, yearType, month)
        if (!stated.periods.includes(period)) continue
        const demand = Float64Array.from(network.nodes, (node) => asked.get(`canal/${node}/${period}`) ?? 0)
        const supply = new Float64Array(network.nodes.length)
        for (const { node, volume } of stated.sources) supply[network.at.get(node) ?? -1] += volume[period]
        const canals = network.canals.map((canal) => ({
          ...canal,
          capacityM3: canal.capacityM3.with(month, capacity.get(canal.reach.reachId)?.[period] ?? 0),
        }))
        const flow = network.isForest
          ? deliver({ ...network, canals }, month, supply, demand)
          : mesh?.({ ...network, canals }, month, supply, demand)
        if (!flow) throw new Error('expected a solver for a network that is no forest')
        demand.forEach((wanted, n) => {
          if (wanted - flow.delivered[n] > LOST * wanted)
            throw new Error(`the plan asks for ${wanted} m³ at ${network.nodes[n]} in ${period}, and ${flow.delivered[n]} can be had`)
        })
        const row = (id: string, planM3: number, presentM3: number, leftM3: number) => {
          if (planM3 + presentM3 > 0) list.push({ id, year, yearType, month: month + 1, planM3, presentM3, limitM3: leftM3 + presentM3 })
        }
        for (const [c, { reach, capacityM3 }] of canals.entries())
          row(reach.reachId, flow.entering[c], kept[t]?.entering[c][month] ?? 0, capacityM3[month])
        const taken = Float64Array.from(network.nodes, (_, n) => flow.delivered[n])
        canals.forEach(({ from, to }, c) => {
          taken[from] += flow.entering[c]
          taken[to] -= flow.entering[c] - flow.lost[c]
        })
        stated.sources.forEach(({ id, node, volume }) => {
          const n = network.at.get(node) ?? -1
          const i = water.sources.findIndex(({ sourceId }) => sourceId === id)
          const own = supply[n] > 0 ? (Math.max(0, taken[n]) * volume[period]) / supply[n] : 0
          row(id, own, kept[t]?.drawn[i]?.[month] ?? 0, volume[period])
        })
      }
  return list
}

/** Where months depend on each other: each year of each kind as one program. What is kept at a month's end is a row of its own. */
function overYears(
  terms: PlanTerms,
  stated: StatedNetwork,
  water: Water,
  kept: readonly (KeptWater | null)[],
  asked: ReadonlyMap<string, number>,
  linear: SolveLinear | null,
): WaterOfMonth[] {
  if (linear === null) throw new Error('expected a solver for water that is kept from month to month')
  const list: WaterOfMonth[] = []
  const canals = new Map(networkOf(water).canals.map(({ reach }, c) => [reach.reachId, c]))
  for (const year of terms.years)
    for (const [t, { id: yearType }] of terms.yearTypes.entries()) {
      const head = `${year}/${yearType}/`
      const periods = stated.periods.filter((each) => each.startsWith(head))
      const own: StatedNetwork = {
        ...stated,
        periods,
        ...(stated.chains ? { chains: stated.chains.filter(([first]) => first.startsWith(head)) } : {}),
        ...(stated.together ? { together: stated.together.filter(({ periods: over }) => over[0]?.startsWith(head)) } : {}),
      }
      const flows = yearFlows(own, new Map([...asked].filter(([at]) => at.includes(`/${head}`))), linear)
      if (!flows) throw new Error(`the plan asks for more water in ${year} of the kind ${yearType} than can be had`)
      for (const period of periods) {
        const month = Number(period.slice(head.length))
        const row = (id: string, planM3: number, presentM3: number, leftM3: number) => {
          if (planM3 + presentM3 > 1e-6) list.push({ id, year, yearType, month, planM3, presentM3, limitM3: leftM3 + presentM3 })
        }
        for (const { id, capacity } of stated.reaches)
          row(
            id,
            flows.get(`canal/${id}/${period}`) ?? 0,
            kept[t]?.entering[canals.get(id) ?? -1]?.[month - 1] ?? 0,
            typeof capacity === 'object' ? capacity[period] : (capacity ?? 0),
          )
        for (const { id, volume, keeps = 0 } of stated.sources) {
          const i = water.sources.findIndex(({ sourceId }) => sourceId === id)
          row(id, flows.get(`canal/${id}/${period}`) ?? 0, kept[t]?.drawn[i]?.[month - 1] ?? 0, volume[period] + keeps)
          row(`${id} kept`, flows.get(`canal/${id} kept/${period}`) ?? 0, 0, keeps)
        }
      }
    }
  return list
}
