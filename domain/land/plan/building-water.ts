/** The water of a plan: sources and canals month by month in every year type, what an option draws at its district's gate, and what the fields of today keep. */
import {
  balanceOf,
  findingsOf,
  M2_PER_MU,
  type MeshSolver,
  MONTHS,
  USUAL_DEMAND,
  type Water,
  waterAccounts,
  type YearType,
} from '../water/water.ts'
import type { Candidate, Way } from './candidates.ts'
import type { Tell } from './findings.ts'
import type { StatedAccount, StatedNetwork } from './program.ts'
import type { PlanTerms } from './scenarios.ts'

/** A_max = η (W − W_eco − W_other) ÷ m, of the thirstiest and of the least thirsty option that is watered. */
export type Screened = {
  readonly yearType: YearType
  readonly option: string
  readonly m3PerMu: number
  readonly availableM3: number
  readonly efficiency: number
  readonly mostM2: number
}

export type WaterPart = {
  readonly accounts: readonly StatedAccount[]
  readonly network: StatedNetwork | null
  readonly screening: readonly Screened[]
  readonly kept: readonly (KeptWater | null)[] // by year type
  accountOf(candidate: Candidate, way: Way, s: number): { readonly id: string; readonly amount: number } | null
}

export function waterPart(terms: PlanTerms, planned: readonly Candidate[], water: Water, mesh: MeshSolver | null, tell: Tell): WaterPart {
  const thirsty = planned.some(({ ways }) => ways.some(({ method, waterM3 }) => method !== 'rainfed' || sumsToMore(waterM3)))
  if (!thirsty) return { accounts: [], network: null, screening: [], kept: [], accountOf: () => null }
  tellWater(water, tell)
  const types = terms.yearTypes.map(({ id }) => ({ id, accounts: waterAccounts(water, id) }))
  const [{ accounts: first }] = types
  const used = new Set(planned.flatMap(({ ways, district }) => (ways.some(({ waterM3 }) => sumsToMore(waterM3)) ? [district ?? ''] : [])))
  const districts = new Map(first.districts.map((each) => [each.districtId, each]))
  for (const id of used) {
    const district = districts.get(id)
    if (!district || district.node < 0 || district.sources.length === 0) tell('no-water', 'error', id || '—')
    else if (district.fieldEfficiency === null) tell('field-efficiency', 'error', id)
  }
  for (const { reachId, efficiency, capacityM3 } of first.canals)
    if (efficiency === null || capacityM3.some((each) => each === null)) tell('canal-not-configured', 'error', reachId)
  for (const { id, accounts } of types)
    for (const { sourceId, availableM3 } of accounts.sources)
      if (availableM3.some((each) => each === null)) tell('volume-not-configured', 'error', sourceId, { yearType: id })
  for (const { limitId } of first.outlets) tell('salt-not-planned', 'note', limitId)

  const months = Array.from({ length: MONTHS }, (_, m) => m).filter((m) =>
    planned.some(({ ways }) => ways.some(({ waterM3 }) => drawsIn(waterM3, m))),
  )
  const periods = terms.years.flatMap((year) =>
    types.flatMap(({ id }, t) => months.map((month) => ({ name: periodOf(year, id, month), t, month }))),
  )
  const shares = types.map(({ accounts }) => groundwaterShares(accounts, tell))
  const kept = types.map(({ id, accounts }) => presentFlows(terms, water, id, accounts, mesh, tell))
  const byPeriod = (amount: (t: number, month: number) => number) =>
    Object.fromEntries(periods.map(({ name, t, month }) => [name, Math.max(0, amount(t, month))]))
  const node = (n: number) => first.nodes[n]
  const network: StatedNetwork = {
    ...{ id: 'canal', kind: 'water', unit: 'm³', periods: periods.map(({ name }) => name) },
    reaches: first.canals.flatMap(({ reachId, from, to, efficiency, capacityM3 }, c) =>
      efficiency === null || efficiency <= 0
        ? []
        : [
            {
              ...{ id: reachId, from: node(from), to: node(to), efficiency },
              capacity: byPeriod((t, m) => (capacityM3[m] ?? 0) - (kept[t]?.entering[c][m] ?? 0)),
            },
          ],
    ),
    sources: first.sources.flatMap(({ sourceId, node: at }, i) =>
      at < 0
        ? []
        : [
            {
              ...{ id: sourceId, node: node(at) },
              volume: byPeriod((t, m) => (types[t].accounts.sources[i]?.availableM3[m] ?? 0) * shares[t][i] - (kept[t]?.drawn[i][m] ?? 0)),
            },
          ],
    ),
  }
  // of one option in one district from one year on: what a m² draws at the gate, month by month
  const accounts = new Map<string, StatedAccount>()
  const accountOf = (candidate: Candidate, way: Way, s: number) => {
    const district = districts.get(candidate.district ?? '')
    if (!sumsToMore(way.waterM3) || !district || district.node < 0) return null
    const id = `water/${candidate.district}/${way.id}@${terms.years[s]}`
    if (!accounts.has(id)) {
      const draws: Record<string, number> = {}
      for (const { id: type } of types)
        for (let k = 0; s + k < terms.years.length; k++)
          for (let m = 0; m < MONTHS; m++) {
            const m3 = (way.waterM3[type]?.[k]?.[m] ?? 0) / way.areaM2 / (district.fieldEfficiency ?? 1)
            if (m3 > 0) draws[`canal/${node(district.node)}/${periodOf(terms.years[s + k], type, m)}`] = m3
          }
      accounts.set(id, { id, unit: 'm²', draws })
    }
    return { id, amount: way.areaM2 }
  }
  for (const candidate of planned)
    for (const way of candidate.ways) for (let s = 0; s < terms.years.length; s++) accountOf(candidate, way, s)
  return { accounts: [...accounts.values()], network, screening: screeningOf(types, planned), kept, accountOf }
}

export const periodOf = (year: number, yearType: string, month: number) => `${year}/${yearType}/${String(month + 1).padStart(2, '0')}`
const drawsIn = (water: Way['waterM3'], month: number) => Object.values(water).some((years) => years.some((each) => each[month] > 0))
const sumsToMore = (water: Way['waterM3']) => Object.values(water).some((years) => years.some((months) => months.some((each) => each > 0)))

/** What the checks of the water tables found: faults block, doubts are told. */
function tellWater(water: Water, tell: Tell) {
  for (const severity of ['error', 'warning'] as const) {
    // a capacity below today's demand is the plan's business, not a fault of the tables
    const found = findingsOf(water).filter((each) => each.severity === severity && each.code !== 'capacity-below-demand')
    for (const [code, list] of Map.groupBy(found, ({ code: what }) => what)) {
      const isFault = severity === 'error' && ['ring', 'no-such-node', 'same-ends', 'negative'].includes(code)
      tell(
        isFault ? 'water-fault' : 'water-doubtful',
        isFault ? 'error' : 'warning',
        list[0].name,
        { code, sheet: list[0].sheet },
        list.length,
      )
    }
  }
}

/** A zone's yearly groundwater is kept by taking its wells' months down together; so the sum of a year is never above it. */
function groundwaterShares(accounts: Accounts, tell: Tell): number[] {
  const share = accounts.sources.map(() => 1)
  for (const { limitId, volumeM3, sources } of accounts.groundwater) {
    const sum = sources.reduce((total, i) => total + accounts.sources[i].availableM3.reduce<number>((a, b) => a + (b ?? 0), 0), 0)
    if (sum <= volumeM3) continue
    tell('groundwater-shared', 'note', limitId, { yearType: accounts.yearType, statedM3: sum, limitM3: volumeM3 })
    for (const i of sources) share[i] = Math.min(share[i], volumeM3 / sum)
  }
  return share
}

type Accounts = ReturnType<typeof waterAccounts>
export type KeptWater = { readonly entering: readonly (readonly number[])[]; readonly drawn: readonly (readonly number[])[] } // by canal, by source, and month

/** What the fields of today get in a year of a kind, and by which way: it is theirs before the plan. Null where nothing is to be kept. */
function presentFlows(
  terms: PlanTerms,
  water: Water,
  yearType: YearType,
  accounts: Accounts,
  mesh: MeshSolver | null,
  tell: Tell,
): KeptWater | null {
  if (terms.presentFields === 'released' || water.plantings.length === 0) return null
  const balance = balanceOf(water, yearType, USUAL_DEMAND, mesh)
  if (balance === null) {
    tell('present-fields', 'error', yearType)
    return null
  }
  for (const { districtId, demand } of balance.districts) if (demand === null) tell('present-fields', 'warning', districtId, { yearType })
  const entering = balance.canals.map((canal) => canal.entering)
  const drawn = accounts.sources.map(() => new Array<number>(MONTHS).fill(0))
  for (let m = 0; m < MONTHS; m++) {
    // what leaves a node or is used there, less what canals bring, comes of its own sources, each by its share
    const taken = accounts.nodes.map(() => 0)
    accounts.canals.forEach(({ from, to, efficiency }, c) => {
      taken[from] += entering[c][m]
      taken[to] -= entering[c][m] * (efficiency ?? 0)
    })
    balance.districts.forEach(({ delivered }, d) => {
      if (accounts.districts[d].node >= 0) taken[accounts.districts[d].node] += delivered?.[m] ?? 0
    })
    const there = accounts.nodes.map(() => 0)
    for (const { node, availableM3 } of accounts.sources) if (node >= 0) there[node] += availableM3[m] ?? 0
    accounts.sources.forEach(({ node, availableM3 }, i) => {
      if (node >= 0 && there[node] > 0) drawn[i][m] = (Math.max(0, taken[node]) * (availableM3[m] ?? 0)) / there[node]
    })
  }
  return { entering, drawn }
}

function screeningOf(types: readonly { readonly id: YearType; readonly accounts: Accounts }[], planned: readonly Candidate[]): Screened[] {
  return types.flatMap(({ id, accounts }) => {
    const served = accounts.districts.filter(({ sources }) => sources.length > 0)
    const land = served.reduce((sum, { areaM2 }) => sum + (areaM2 ?? 0), 0)
    const efficiency =
      land > 0
        ? served.reduce(
            (sum, { areaM2, conveyance, fieldEfficiency }) => sum + (areaM2 ?? 0) * (conveyance ?? 1) * (fieldEfficiency ?? 1),
            0,
          ) / land
        : 0
    const reaching = new Set(served.flatMap(({ sources }) => sources.map(({ index }) => index)))
    const availableM3 = accounts.sources.reduce(
      (sum, { availableM3: months }, i) => sum + (reaching.has(i) ? months.reduce<number>((a, b) => a + (b ?? 0), 0) : 0),
      0,
    )
    const needs = new Map<string, number>()
    for (const { ways } of planned)
      for (const way of ways) {
        const m3 = ((way.waterM3[id]?.at(-1) ?? []).reduce((a, b) => a + b, 0) / way.areaM2) * M2_PER_MU
        if (m3 > 0) needs.set(way.id.split('/')[1], Math.max(m3, needs.get(way.id.split('/')[1]) ?? 0))
      }
    return [...needs].map(([option, m3PerMu]) => ({
      yearType: id,
      option,
      m3PerMu,
      availableM3,
      efficiency,
      mostM2: ((efficiency * availableM3) / m3PerMu) * M2_PER_MU,
    }))
  })
}
