/** Water against demand, month by month in a year of one kind; and the bound that people reckon by hand. */
import { waterAccounts } from './accounts.ts'
import { type DemandOptions, demandsOf, type Missing, USUAL_DEMAND } from './demand.ts'
import { type Delivery, deliver, type Network, networkOf, reachedFrom } from './network.ts'
import { M2_PER_MU, MONTHS, type Water, type YearType } from './things.ts'

export { cropNameOf, type DemandOptions, type Missing, requirementOf, USUAL_DEMAND } from './demand.ts'

/**
 * m³ of one month over the county. supply = reserve + other + available where there is enough; available + fromStore = delivered + lost + unused + intoStore.
 */
export type MonthBalance = {
  readonly supply: number
  readonly reserve: number
  readonly other: number
  readonly available: number
  readonly demand: number // at the districts' gates
  readonly delivered: number
  readonly short: number // demand − delivered
  readonly lost: number // in canals
  readonly unused: number
  readonly fromStore: number // kept from the month before
  readonly intoStore: number // kept for the next, before what is lost of it
}
/** Salt that a drain's outlet gets of what fields of today get, against its limit; tonnes a year. Null where it is not configured. */
export type OutletLoad = { readonly limitId: string; readonly name: string; readonly loadT: number | null; readonly limitT: number }
export type WaterBalance = {
  readonly yearType: YearType
  readonly months: readonly MonthBalance[]
  readonly districts: readonly {
    readonly districtId: string
    readonly name: string
    readonly demand: readonly number[] | null
    readonly delivered: readonly number[] | null
  }[]
  readonly canals: readonly {
    readonly reachId: string
    readonly name: string
    readonly entering: readonly number[]
    readonly capacity: readonly (number | null)[]
  }[]
  readonly outlets: readonly OutletLoad[]
  /** What kept districts and sources out of the sums; empty: the balance is whole. */
  readonly missing: readonly Missing[]
}
/** Shares one month's water in a network with several ways or pumped rings. */
export type MeshSolver = (network: Network, month: number, supply: Float64Array, demand: Float64Array) => Delivery

/**
 * The balance of a county. Districts whose demand, way, efficiencies or capacities are not stated have no part in it, and are named in `missing`. A network
 * that is no forest needs `mesh`; without it null comes back.
 */
export function balanceOf(
  water: Water,
  yearType: YearType,
  options: DemandOptions = USUAL_DEMAND,
  mesh: MeshSolver | null = null,
): WaterBalance | null {
  const network = networkOf(water)
  if (!network.isForest && mesh === null) return null
  const accounts = waterAccounts(water, yearType)
  const demands = demandsOf(water, network, yearType, options)
  const missing: Missing[] = []
  for (const { sourceId, availableM3 } of accounts.sources)
    if (availableM3.some((each) => each === null)) missing.push({ what: 'volume', source: sourceId, yearType })
  const above = reversed(network)
  const usable = accounts.districts.map(({ node, districtId }, d) => {
    if (demands[d].gateM3 === null) {
      missing.push(...demands[d].missing)
      return false
    }
    if (node < 0) {
      missing.push({ what: 'way', district: districtId })
      return false
    }
    const ways = unconfigured(network, above(node))
    missing.push(...ways)
    return ways.length === 0
  })
  const delivered: number[][] = accounts.districts.map(() => [])
  const entering: number[][] = accounts.canals.map(() => [])
  const stored = accounts.sources.map(() => 0) // a year begins with empty reservoirs
  const months = Array.from({ length: MONTHS }, (_, month): MonthBalance => {
    const [supply, demand] = [new Float64Array(network.nodes.length), new Float64Array(network.nodes.length)]
    const sum = { supply: 0, reserve: 0, other: 0, available: 0, fromStore: 0, intoStore: 0 }
    for (const { node, supplyM3, reserveM3, otherM3, availableM3 } of accounts.sources) {
      const [comes, free] = [supplyM3[month], availableM3[month]]
      if (comes === null || free === null || node < 0) continue
      supply[node] += free
      sum.supply += comes
      sum.reserve += Math.min(comes, reserveM3[month])
      sum.other += Math.min(comes - Math.min(comes, reserveM3[month]), otherM3[month])
      sum.available += free
    }
    accounts.sources.forEach(({ node }, i) => {
      if (node < 0) return
      supply[node] += stored[i]
      sum.fromStore += stored[i]
    })
    accounts.districts.forEach(({ node }, d) => {
      if (usable[d]) demand[node] += demands[d].gateM3?.[month] ?? 0
    })
    const flow = network.isForest ? deliver(network, month, supply, demand) : (mesh as MeshSolver)(network, month, supply, demand)
    accounts.districts.forEach(({ node }, d) => {
      const asked = usable[d] ? (demands[d].gateM3?.[month] ?? 0) : 0
      delivered[d].push(asked === 0 ? 0 : (flow.delivered[node] * asked) / demand[node])
    })
    for (let c = 0; c < entering.length; c++) entering[c].push(flow.entering[c])
    const left = flow.unused.slice()
    accounts.sources.forEach(({ node, storageM3, storageLossShare }, i) => {
      if (storageM3 === 0 || node < 0) return
      const kept = Math.min(storageM3, left[node])
      left[node] -= kept
      sum.intoStore += kept
      stored[i] = kept * (1 - storageLossShare)
    })
    const [asked, given] = [total(demand), total(flow.delivered)]
    return {
      ...sum,
      demand: asked,
      delivered: given,
      short: Math.max(0, asked - given),
      lost: total(flow.lost),
      unused: total(left),
    }
  })
  return {
    yearType,
    months,
    districts: accounts.districts.map(({ districtId, name }, d) => ({
      districtId,
      name,
      demand: usable[d] ? demands[d].gateM3 : null,
      delivered: usable[d] ? delivered[d] : null,
    })),
    canals: accounts.canals.map(({ reachId, name, capacityM3 }, c) => ({ reachId, name, entering: entering[c], capacity: capacityM3 })),
    outlets: accounts.outlets.map(({ limitId, name, saltT, drained }) => {
      const loads = drained.map(({ districtId, tPerM3 }) => {
        const d = accounts.districts.findIndex((each) => each.districtId === districtId)
        const fieldM3 = usable[d]
          ? delivered[d].reduce((sum, each) => sum + each, 0) * (accounts.districts[d].fieldEfficiency ?? Number.NaN)
          : Number.NaN
        return tPerM3 === null ? Number.NaN : tPerM3 * fieldM3
      })
      const load = loads.reduce((sum, each) => sum + each, 0)
      return { limitId, name, limitT: saltT, loadT: loads.length === 0 || Number.isNaN(load) ? null : load }
    }),
    missing: unique(missing),
  }
}

const total = (values: Float64Array) => values.reduce((sum, each) => sum + each, 0)
const unique = (missing: readonly Missing[]) => [...new Map(missing.map((each) => [JSON.stringify(each), each])).values()]

/** Canals above a node, by whatever way. */
function reversed(network: Network): (node: number) => readonly number[] {
  return (node) => {
    const canals = new Set<number>()
    const nodes = new Set([node])
    for (const here of nodes)
      for (const c of network.into[here]) {
        canals.add(c)
        nodes.add(network.canals[c].from)
      }
    return [...canals]
  }
}
const unconfigured = (network: Network, canals: readonly number[]): Missing[] =>
  canals.flatMap((c): Missing[] => {
    const { reach, efficiency, capacityM3 } = network.canals[c]
    return [
      ...(efficiency > 0 ? [] : [{ what: 'efficiency', reach: reach.reachId } as const]),
      ...(capacityM3.some(Number.isNaN) ? [{ what: 'capacity', reach: reach.reachId } as const] : []),
    ]
  })

export type Screening = {
  readonly yearType: YearType
  readonly availableM3: number // W − W_eco − W_other, of sources that reach a district
  readonly efficiency: number // η from head to field, weighted by the districts' areas
  readonly m3PerMu: number // net
  readonly mostM2: number
}
/**
 * The screening bound A_max = η (W − W_eco − W_other) / m: what a year's water could serve if months, canals and money set no limit. `m3PerMu` is net at the
 * field. What it lacks comes back instead.
 */
export function screeningBound(water: Water, yearType: YearType, m3PerMu: number): Screening | readonly Missing[] {
  const network = networkOf(water)
  const accounts = waterAccounts(water, yearType)
  const missing: Missing[] = []
  const served = new Set(accounts.districts.flatMap(({ node }) => (node < 0 ? [] : [node])))
  let available = 0
  for (const { sourceId, node, availableM3 } of accounts.sources) {
    if (node < 0 || ![...reachedFrom(network, [node])].some((each) => served.has(each))) continue
    if (availableM3.includes(null)) missing.push({ what: 'volume', source: sourceId, yearType })
    available += availableM3.reduce<number>((sum, each) => sum + (each ?? 0), 0)
  }
  let [area, weighted] = [0, 0]
  for (const { districtId, conveyance, fieldEfficiency, areaM2 } of accounts.districts) {
    if (conveyance === null) missing.push({ what: 'way', district: districtId })
    else if (fieldEfficiency === null) missing.push({ what: 'field-efficiency', district: districtId })
    else {
      area += areaM2 ?? 0
      weighted += (areaM2 ?? 0) * conveyance * fieldEfficiency
    }
  }
  if (missing.length > 0 || area === 0 || !(m3PerMu > 0)) return unique(missing)
  const efficiency = weighted / area
  return { yearType, availableM3: available, efficiency, m3PerMu, mostM2: ((efficiency * available) / m3PerMu) * M2_PER_MU }
}
