/** What a plan needs to know of water in a year of one kind: districts, canals and sources by month, and what a m³ at a gate takes further up. */
import { efficiencyOf, networkOf, reachedFrom, wayTo } from './network.ts'
import { MONTHS, type Water, type WaterDistrict, type WaterSource, type YearType } from './things.ts'

/** A use of something further up: `factor` m³ there for each m³ handed over at the district's gate. */
export type Upstream = { readonly index: number; readonly factor: number }

export type CanalAccount = {
  readonly reachId: string
  readonly name: string
  readonly from: number // nodes of `nodes`
  readonly to: number
  readonly efficiency: number | null // null: not configured
  readonly capacityM3: readonly (number | null)[] // that may enter, by month; null: not configured
}
export type SourceAccount = {
  readonly sourceId: string
  readonly name: string
  readonly sourceKind: WaterSource['sourceKind']
  readonly node: number
  readonly zone: string | null
  readonly reliability: YearType | null
  readonly supplyM3: readonly (number | null)[] // as stated, by month; null: not configured
  readonly reserveM3: readonly number[] // stays first; nothing stated counts as nothing
  readonly otherM3: readonly number[] // others take before any field
  /** Kept from one month to the next, at most; 0 for nothing. */
  readonly storageM3: number
  readonly storageLossShare: number
  /** supply − reserve − other, never below nothing; null where the supply is not configured. */
  readonly availableM3: readonly (number | null)[]
}
export type DistrictAccount = {
  readonly districtId: string
  readonly name: string
  readonly node: number // −1: its node does not exist
  readonly zone: string | null
  readonly station: string | null
  readonly serves: readonly string[]
  readonly areaM2: number | null
  readonly fieldEfficiency: number | null
  /** Canals from the head down, with what each takes for a m³ at the gate. Null: more ways than one lead there, or an efficiency is not configured. */
  readonly canals: readonly Upstream[] | null
  /** Sources whose water can come here; `factor` null where ways differ or an efficiency is not configured. */
  readonly sources: readonly { readonly index: number; readonly factor: number | null }[]
  /** What arrives at the gate of a m³ at the head; null where not configured or not single. */
  readonly conveyance: number | null
}
export type WaterAccounts = {
  readonly yearType: YearType
  readonly nodes: readonly string[]
  readonly isForest: boolean
  readonly districts: readonly DistrictAccount[]
  readonly canals: readonly CanalAccount[]
  readonly sources: readonly SourceAccount[]
  /** Zones whose groundwater is limited: m³ a year over these sources together. */
  readonly groundwater: readonly {
    readonly limitId: string
    readonly zone: string | null
    readonly volumeM3: number
    readonly sources: readonly number[]
  }[]
  /** Drain outlets with a limit of salt, tonnes a year. */
  readonly outlets: readonly {
    readonly limitId: string
    readonly name: string
    readonly saltT: number
    /** Districts that drain there, with tonnes of salt for each m³ that their fields get; null where that is not configured. */
    readonly drained: readonly { readonly districtId: string; readonly tPerM3: number | null }[]
  }[]
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value)

/** The accounts of a county in a year type. */
export function waterAccounts(water: Water, yearType: YearType): WaterAccounts {
  const network = networkOf(water)
  const sources = water.sources.map((source) => sourceAccount(water, source, yearType, network.at.get(source.nodeId) ?? -1))
  const reached = sources.map(({ node }) => (node < 0 ? new Set<number>() : reachedFrom(network, [node])))
  const districts = water.districts.map((district) => {
    const node = network.at.get(district.nodeId) ?? -1
    const way = node < 0 ? null : wayTo(network, node)
    const factorFrom = (place: number) => (way === null ? null : orNull(1 / efficiencyOf(network, way.slice(place))))
    // a source stands at the head of the way's first canal, or where one of them ends
    const places = way === null ? [] : [way.length > 0 ? network.canals[way[0]].from : node, ...way.map((c) => network.canals[c].to)]
    return districtAccount(district, node, {
      canals:
        way === null || Number.isNaN(efficiencyOf(network, way))
          ? null
          : way.map((c, i) => ({ index: c, factor: 1 / efficiencyOf(network, way.slice(i)) })),
      sources: sources.flatMap((source, index) =>
        reached[index].has(node) ? [{ index, factor: factorFrom(places.indexOf(source.node)) }] : [],
      ),
      conveyance: way === null ? null : orNull(efficiencyOf(network, way)),
    })
  })
  return {
    yearType,
    nodes: network.nodes,
    isForest: network.isForest,
    districts,
    canals: network.canals.map(({ reach, from, to, efficiency, capacityM3 }) => ({
      reachId: reach.reachId,
      name: reach.name,
      from,
      to,
      efficiency: orNull(efficiency),
      capacityM3: Array.from(capacityM3, orNull),
    })),
    sources,
    groundwater: water.limits.flatMap(({ limitId, limitKind, zone, volume }) =>
      limitKind === 'groundwater' && volume !== null
        ? [
            {
              limitId,
              zone,
              volumeM3: volume,
              sources: sources.flatMap((source, i) =>
                source.sourceKind === 'groundwater' && (zone === null || source.zone === zone) ? [i] : [],
              ),
            },
          ]
        : [],
    ),
    outlets: water.limits.flatMap(({ limitId, name, limitKind, nodeId, saltT }) =>
      limitKind === 'salt-load' && saltT !== null
        ? [
            {
              ...{ limitId, name, saltT },
              drained: water.drainages
                .filter((each) => each.nodeId === nodeId)
                .map(({ districtId, drainedShare, saltKgPerM3 }) => ({
                  districtId,
                  tPerM3: drainedShare === null || saltKgPerM3 === null ? null : (drainedShare * saltKgPerM3) / 1000,
                })),
            },
          ]
        : [],
    ),
  }
}

const districtAccount = (
  district: WaterDistrict,
  node: number,
  ways: Pick<DistrictAccount, 'canals' | 'sources' | 'conveyance'>,
): DistrictAccount => ({
  districtId: district.districtId,
  name: district.name,
  node,
  zone: district.zone,
  station: district.station,
  serves: (district.serves ?? '').split(/[\s,，、;；]+/).filter(Boolean),
  areaM2: district.areaM2,
  fieldEfficiency: district.fieldEfficiency,
  ...ways,
})

function sourceAccount(water: Water, source: WaterSource, yearType: YearType, node: number): SourceAccount {
  const of = (purpose: 'supply' | 'reserve' | 'other') =>
    water.volumes.find((each) => each.sourceId === source.sourceId && each.yearType === yearType && each.purpose === purpose)?.volume
  const supply = Array.from({ length: MONTHS }, (_, m) => of('supply')?.[m] ?? null)
  const first = (purpose: 'reserve' | 'other') => Array.from({ length: MONTHS }, (_, m) => of(purpose)?.[m] ?? 0)
  const [reserve, other] = [first('reserve'), first('other')]
  const kept = water.storages.find(({ sourceId }) => sourceId === source.sourceId)
  return {
    sourceId: source.sourceId,
    name: source.name,
    sourceKind: source.sourceKind,
    node,
    zone: source.zone,
    reliability: source.reliability,
    supplyM3: supply,
    reserveM3: reserve,
    otherM3: other,
    storageM3: kept?.storage ?? 0,
    storageLossShare: kept?.lossShare ?? 0,
    availableM3: supply.map((each, m) => (each === null ? null : Math.max(0, each - reserve[m] - other[m]))),
  }
}
