/** The water of a plan: sources and canals month by month in every year type, what an option draws at its district's gate, and what the fields of today keep. */
import {
  balanceOf,
  demandOf,
  findingsOf,
  M2_PER_MU,
  type MeshSolver,
  MONTHS,
  type Water,
  waterAccounts,
  type YearType,
} from '../water/water.ts'
import type { Candidate, WaterCourse, Way } from './candidates.ts'
import type { Tell } from './findings.ts'
import type { StatedAccount, StatedLimit, StatedNetwork, StatedTogether } from './program.ts'
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
  readonly limits: readonly StatedLimit[]
  readonly network: StatedNetwork | null
  readonly screening: readonly Screened[]
  readonly kept: readonly (KeptWater | null)[] // by year type
  accountOf(candidate: Candidate, way: Way, s: number): { readonly id: string; readonly amount: number } | null
}

export function waterPart(terms: PlanTerms, planned: readonly Candidate[], water: Water, mesh: MeshSolver | null, tell: Tell): WaterPart {
  const thirsty = planned.some(({ ways }) => ways.some(({ method, water: course }) => method !== 'rainfed' || sumsToMore(course)))
  if (!thirsty) return { accounts: [], limits: [], network: null, screening: [], kept: [], accountOf: () => null }
  tellWater(water, tell)
  const types = terms.yearTypes.map(({ id }) => ({ id, accounts: waterAccounts(water, id) }))
  const [{ accounts: first }] = types
  const used = new Set(
    planned.flatMap(({ ways, district }) => (ways.some(({ water: course }) => sumsToMore(course)) ? [district ?? ''] : [])),
  )
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
  for (const { limitId, drained } of first.outlets)
    if (drained.length === 0 || drained.some(({ tPerM3 }) => tPerM3 === null)) tell('salt-not-planned', 'note', limitId)
  const isKept = first.sources.some(({ storageM3 }) => storageM3 > 0)

  // what is kept in a month without demand serves a later one
  const months = Array.from({ length: MONTHS }, (_, m) => m).filter(
    (m) => isKept || planned.some(({ ways }) => ways.some(({ water: course }) => drawsIn(course, m))),
  )
  const periods = terms.years.flatMap((year) =>
    types.flatMap(({ id }, t) => months.map((month) => ({ name: periodOf(year, id, month), t, month }))),
  )
  const kept = types.map(({ id, accounts }) => presentFlows(terms, water, id, accounts, mesh, tell))
  const together = groundwaterTogether(terms, types, kept, months, tell)
  const byPeriod = (amount: (t: number, month: number) => number) =>
    Object.fromEntries(periods.map(({ name, t, month }) => [name, Math.max(0, amount(t, month))]))
  const node = (n: number) => first.nodes[n]
  const network: StatedNetwork = {
    ...{ id: 'canal', kind: 'water', unit: 'm³', periods: periods.map(({ name }) => name) },
    ...(isKept ? { chains: terms.years.flatMap((year) => types.map(({ id }) => months.map((month) => periodOf(year, id, month)))) } : {}),
    ...(together.length > 0 ? { together } : {}),
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
    sources: first.sources.flatMap(({ sourceId, node: at, storageM3, storageLossShare }, i) =>
      at < 0
        ? []
        : [
            {
              ...{ id: sourceId, node: node(at) },
              volume: byPeriod((t, m) => (types[t].accounts.sources[i]?.availableM3[m] ?? 0) - (kept[t]?.drawn[i][m] ?? 0)),
              ...(storageM3 > 0 ? { keeps: storageM3, loses: storageLossShare } : {}),
            },
          ],
    ),
  }
  const salt = saltPart(terms, types, kept, tell)
  // of one option in one district from one year on: what a m² draws at the gate, month by month
  const accounts = new Map<string, StatedAccount>()
  const accountOf = (candidate: Candidate, way: Way, s: number) => {
    const district = districts.get(candidate.district ?? '')
    if (!sumsToMore(way.water) || !district || district.node < 0) return null
    const id = `water/${candidate.district}/${way.id}@${terms.years[s]}`
    if (!accounts.has(id)) {
      const draws: Record<string, number> = {}
      for (const { id: type } of types)
        for (let k = 0; s + k < terms.years.length; k++)
          for (let m = 0; m < MONTHS; m++) {
            const m3 = (way.water[type]?.[k]?.[m] ?? 0) / (district.fieldEfficiency ?? 1)
            if (m3 > 0) draws[`canal/${node(district.node)}/${periodOf(terms.years[s + k], type, m)}`] = m3
            const field = way.water[type]?.[k]?.[m] ?? 0
            for (const { id: row, tPerM3 } of field > 0 ? salt.rowsOf(district.districtId, terms.years[s + k], type) : [])
              draws[row] = (draws[row] ?? 0) + field * tPerM3
          }
      accounts.set(id, { id, unit: 'm²', draws })
    }
    return { id, amount: way.areaM2 }
  }
  for (const candidate of planned)
    for (const way of candidate.ways) for (let s = 0; s < terms.years.length; s++) accountOf(candidate, way, s)
  return { accounts: [...accounts.values()], limits: salt.limits, network, screening: screeningOf(types, planned), kept, accountOf }
}

export const periodOf = (year: number, yearType: string, month: number) => `${year}/${yearType}/${String(month + 1).padStart(2, '0')}`
/** By month whether water is drawn; worked out once for each course. */
const drawn = new WeakMap<WaterCourse, readonly boolean[]>()
function monthsOf(course: WaterCourse): readonly boolean[] {
  const known = drawn.get(course)
  if (known) return known
  const months = Array.from({ length: MONTHS }, (_, m) => Object.values(course).some((years) => years.some((each) => each[m] > 0)))
  drawn.set(course, months)
  return months
}
const drawsIn = (course: WaterCourse, month: number) => monthsOf(course)[month]
const sumsToMore = (course: WaterCourse) => monthsOf(course).some(Boolean)

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

/** A zone's yearly groundwater, where its wells together could give more: less what fields of today draw of it. */
function groundwaterTogether(
  terms: PlanTerms,
  types: readonly { readonly id: YearType; readonly accounts: Accounts }[],
  kept: readonly (KeptWater | null)[],
  months: readonly number[],
  tell: Tell,
): StatedTogether[] {
  return types.flatMap(({ id: yearType, accounts }, t) =>
    accounts.groundwater.flatMap(({ limitId, volumeM3, sources }) => {
      const own = sources.filter((i) => accounts.sources[i].node >= 0)
      const sum = own.reduce((total, i) => total + accounts.sources[i].availableM3.reduce<number>((a, b) => a + (b ?? 0), 0), 0)
      if (sum <= volumeM3) return []
      tell('groundwater-shared', 'note', limitId, { yearType, statedM3: sum, limitM3: volumeM3 })
      const present = own.reduce((total, i) => total + (kept[t]?.drawn[i] ?? []).reduce((a, b) => a + b, 0), 0)
      return terms.years.map((year) => ({
        id: `${limitId}/${year}/${yearType}`,
        sources: own.map((i) => accounts.sources[i].sourceId),
        periods: months.map((month) => periodOf(year, yearType, month)),
        atMost: Math.max(0, volumeM3 - present),
      }))
    }),
  )
}

/** Salt that outlets may still get: a limit for each outlet, year and year type, less what fields of today bring; and what a m³ at a district's fields brings to each. */
function saltPart(
  terms: PlanTerms,
  types: readonly { readonly id: YearType; readonly accounts: Accounts }[],
  kept: readonly (KeptWater | null)[],
  tell: Tell,
) {
  const of = new Map<string, { readonly limitId: string; readonly tPerM3: number }[]>()
  const limits: StatedLimit[] = []
  for (const [t, { id: yearType, accounts }] of types.entries())
    for (const { limitId, saltT, drained } of accounts.outlets) {
      const known = drained.filter((each): each is { districtId: string; tPerM3: number } => each.tPerM3 !== null)
      if (known.length === 0) continue
      if (t === 0) for (const { districtId, tPerM3 } of known) of.set(districtId, [...(of.get(districtId) ?? []), { limitId, tPerM3 }])
      const present = known.reduce((sum, { districtId, tPerM3 }) => sum + tPerM3 * (kept[t]?.fieldM3.get(districtId) ?? 0), 0)
      if (present > saltT) tell('salt-above-limit', 'warning', limitId, { yearType, presentT: present, limitT: saltT })
      for (const year of terms.years)
        limits.push({ id: `salt/${limitId}/${year}/${yearType}`, kind: 'salt', unit: 't', atMost: Math.max(0, saltT - present) })
    }
  return {
    limits,
    rowsOf: (districtId: string, year: number, yearType: YearType) =>
      (of.get(districtId) ?? []).map(({ limitId, tPerM3 }) => ({ id: `salt/${limitId}/${year}/${yearType}`, tPerM3 })),
  }
}

type Accounts = ReturnType<typeof waterAccounts>
/** By canal, by source, and month; and what a district's fields get in a year. */
export type KeptWater = {
  readonly entering: readonly (readonly number[])[]
  readonly drawn: readonly (readonly number[])[]
  readonly fieldM3: ReadonlyMap<string, number>
}

/** What the fields of today get in a year of a kind, and by which way: it is theirs before the plan. Null where nothing is to be kept. */
/** What all districts get in a year, m³ at their gates. */
const deliveredBy = ({ districts }: { readonly districts: readonly { readonly delivered: readonly number[] | null }[] }) =>
  districts.reduce((sum, { delivered }) => sum + (delivered ?? []).reduce((total, each) => total + each, 0), 0)

function presentFlows(
  terms: PlanTerms,
  water: Water,
  yearType: YearType,
  accounts: Accounts,
  mesh: MeshSolver | null,
  tell: Tell,
): KeptWater | null {
  if (terms.presentFields === 'released' || water.plantings.length === 0) return null
  const balance = balanceOf({ ...water, storages: [] }, yearType, demandOf(water), mesh)
  if (balance === null) {
    tell('present-fields', 'error', yearType)
    return null
  }
  // fields of today come first: what they take out of storage is not reckoned here, and must not be given away
  const stored = water.storages.length === 0 ? balance : balanceOf(water, yearType, demandOf(water), mesh)
  if (stored === null || deliveredBy(stored) > deliveredBy(balance) + 1) {
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
  const fieldM3 = new Map(
    balance.districts.map(({ districtId, delivered }, d) => [
      districtId,
      (delivered ?? []).reduce((sum, each) => sum + each, 0) * (accounts.districts[d].fieldEfficiency ?? 0),
    ]),
  )
  return { entering, drawn, fieldM3 }
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
        const m3 = (way.water[id]?.at(-1) ?? []).reduce((a, b) => a + b, 0) * M2_PER_MU
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
