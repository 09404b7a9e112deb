/**
 * From a scenario and what the register knows to the program that is solved: options of every patch and year, canals and sources month by month, money, targets,
 * works, blocks. What stands in the way is found here, each with its place; a program with a finding that blocks is not solved.
 */
import type { MeshSolver, Water } from '../water/water.ts'
import { blocksOf } from './blocks.ts'
import { type KeptWater, type Screened, waterPart } from './building-water.ts'
import type { Candidate, Way } from './candidates.ts'
import type { PlanFinding, Tell } from './findings.ts'
import { type FundingRow, fundingRows } from './funding.ts'
import type { StatedCluster, StatedLimit, StatedOption, StatedParcel, StatedProgram, StatedWork } from './program.ts'
import type { PlannedWork, PlanTerms } from './scenarios.ts'

/** Parcels are made as they are asked for: those of a large county would not lie in memory all at once. */
export type BuiltProgram = Omit<StatedProgram, 'parcels'> & { readonly parcels: Iterable<StatedParcel> & { readonly length: number } }
export type Built = {
  readonly program: BuiltProgram
  readonly findings: readonly PlanFinding[]
  readonly funding: readonly FundingRow[]
  readonly candidates: readonly Candidate[]
  readonly screening: readonly Screened[]
  readonly kept: readonly (KeptWater | null)[]
}
export type County = {
  readonly candidates: readonly Candidate[]
  readonly water: Water
  readonly discountPercent: number | null
  readonly mesh: MeshSolver | null
}

export function buildProgram(terms: PlanTerms, county: County): Built {
  const { water, discountPercent } = county
  const candidates = county.candidates.filter(
    ({ village, landClass }) =>
      village.startsWith(terms.within) && (terms.classes.length === 0 || terms.classes.some((each) => landClass.startsWith(each))),
  )
  const findings: PlanFinding[] = []
  const tell: Tell = (code, severity, place, details = {}, count = 1) => void findings.push({ code, severity, place, count, details })
  const planned = candidates.filter(({ ways }) => ways.length > 0)
  if (planned.length === 0) tell('nothing-to-plan', 'error', terms.within, { patches: candidates.length })
  tellMissing(candidates, tell)
  if (discountPercent === null) tell('economics', 'error', 'discount')
  const funding = terms.years.flatMap((year) => fundingRows(terms.budgets, year))
  if (terms.budgets.length === 0) tell('no-budget', 'warning', terms.within)
  else
    for (const year of terms.years)
      if (!terms.budgets.some((each) => each.year === year && each.fen > 0)) tell('no-budget-in-year', 'warning', String(year))

  const limits: StatedLimit[] = funding.map(({ id, fen }) => ({ id, kind: 'money', unit: '分', atMost: fen }))
  const targets = targetLimits(terms, planned, tell)
  limits.push(...targets.map(({ limit }) => limit))
  for (const { year, m2 } of terms.capacity) limits.push({ id: `contractor/${year}`, kind: 'contractor', unit: 'm²', atMost: m2 })

  const watered = waterPart(terms, planned, water, county.mesh, tell)
  limits.push(...watered.limits)
  const works = worksOf(terms, discountPercent ?? 0, funding, tell)
  const blocks = clustersOf(terms, planned, tell)
  const rate = 1 + (discountPercent ?? 0) / 100
  const option = (candidate: Candidate, way: Way, s: number): StatedOption => {
    const year = String(terms.years[s])
    const at = (fen: number) => Math.round(fen / rate ** s)
    const uses: Record<string, number> = {}
    for (const row of funding) {
      const k = row.year - terms.years[s]
      const fen = way.costs.reduce((sum, cost) => sum + (cost.year === k && row.scopes.has(cost.scope) ? cost.fen : 0), 0)
      if (fen > 0) uses[row.id] = fen
    }
    for (const { limit, area, measure } of targets)
      if (candidate.village.startsWith(area)) uses[limit.id] = measure === 'area' ? way.areaM2 : way.grainKg
    if (terms.capacity.some((each) => String(each.year) === year)) uses[`contractor/${year}`] = way.areaM2
    const account = watered.accountOf(candidate, way, s)
    if (account) uses[account.id] = account.amount
    const needs = Object.fromEntries(works.filter((work) => serves(work.work, candidate, way)).map(({ work }) => [`work/${work.id}`, year]))
    const byYearType = Object.fromEntries(terms.yearTypes.map(({ id }) => [id, at(way.netFen[id] ?? 0)]))
    const benefit = Math.round(terms.yearTypes.reduce((sum, { id, probability }) => sum + probability * byYearType[id], 0))
    return {
      ...{ id: `${way.id}@${year}`, benefit, uses, needs, year, size: way.areaM2, byYearType, revenue: at(way.revenueFen) },
      scores: { npv: benefit, area: way.areaM2, grain: way.grainKg, water: meanWater(terms, way) },
    }
  }
  const locks = new Map(terms.locks.map(({ patch, to }) => [patch, to]))
  const parcelOf = (candidate: Candidate): StatedParcel => {
    const options = candidate.ways.flatMap((way) => terms.years.map((_, s) => option(candidate, way, s)))
    const to = locks.get(candidate.key)
    if (to === undefined || to === 'in' || to === 'out') return { id: candidate.key, options, ...(to ? { locked: to } : {}) }
    return { id: candidate.key, options: options.filter(({ id }) => isNamed(id, to)), locked: 'in' }
  }
  const known = new Map(candidates.map((each) => [each.key, each]))
  for (const { patch, to } of terms.locks) {
    const candidate = known.get(patch)
    if (!candidate) tell('lock-unknown', 'error', patch)
    else if (candidate.ways.length === 0 ? to !== 'out' : !hasWay(candidate, terms.years, to))
      tell('lock-impossible', 'error', patch, { to })
  }
  return {
    program: {
      years: terms.years.map(String),
      yearTypes: terms.yearTypes,
      objectives: [
        { id: 'npv', sense: 'most', unit: '分' },
        { id: 'area', sense: 'most', unit: 'm²' },
        { id: 'grain', sense: 'most', unit: 'kg' },
        { id: 'water', sense: 'least', unit: 'm³' },
      ],
      limits,
      accounts: watered.accounts,
      networks: watered.network ? [watered.network] : [],
      works: works.map(({ stated }) => stated),
      clusters: blocks,
      parcels: {
        length: planned.length,
        *[Symbol.iterator]() {
          for (const candidate of planned) yield parcelOf(candidate)
        },
      },
    },
    findings,
    funding,
    candidates,
    screening: watered.screening,
    kept: watered.kept,
  }
}

const isNamed = (id: string, to: string) => id === to || id.startsWith(`${to}@`)
const hasWay = ({ ways }: Candidate, years: readonly number[], to: string) =>
  to === 'in' || to === 'out' || ways.some(({ id }) => years.some((year) => isNamed(`${id}@${year}`, to)))

/** Patches without an option for want of data: one finding for each thing that is missing, with the first patch it is missing for. */
function tellMissing(candidates: readonly Candidate[], tell: Tell) {
  for (const [out, patches] of Map.groupBy(candidates, ({ out: why }) => why)) {
    const [kind, what = ''] = out.split(':', 2)
    const areaM2 = patches.reduce((sum, each) => sum + each.areaM2, 0)
    if (kind === 'no-soil') tell('no-soil', 'warning', patches[0].key, { areaM2 }, patches.length)
    if (kind === 'not-configured') tell('not-configured', 'warning', patches[0].key, { what, areaM2 }, patches.length)
    if (kind === 'unknown') tell('unknown', 'warning', patches[0].key, { what, areaM2 }, patches.length)
  }
}

/** m³ of a year at the field, once the land is in use, by the chances of the year types. */
const meanWater = ({ yearTypes }: PlanTerms, { water, areaM2 }: Way) =>
  Math.round(
    areaM2 * yearTypes.reduce((sum, { id, probability }) => sum + probability * (water[id]?.[0]?.reduce((a, b) => a + b, 0) ?? 0), 0),
  )

function targetLimits(terms: PlanTerms, planned: readonly Candidate[], tell: Tell) {
  return terms.targets.flatMap(({ area, measure, atLeast, atMost }) => {
    const most = planned
      .filter(({ village }) => village.startsWith(area))
      .reduce((sum, { ways }) => sum + Math.max(...ways.map((way) => (measure === 'area' ? way.areaM2 : way.grainKg))), 0)
    if (atLeast !== null && atLeast > most * (1 + 1e-9))
      tell('target-above-land', 'error', area, { measure, stated: atLeast, reachable: most })
    const unit = measure === 'area' ? 'm²' : 'kg'
    const of = (limit: StatedLimit) => ({ limit, area, measure })
    return [
      ...(atLeast === null ? [] : [of({ id: `target/${measure}/${area}`, kind: measure === 'grain' ? 'grain' : 'target', unit, atLeast })]),
      ...(atMost === null ? [] : [of({ id: `most/${measure}/${area}`, kind: 'most', unit, atMost })]),
    ]
  })
}

const serves = ({ serves: who, district }: PlannedWork, candidate: Candidate, way: Way) =>
  (district === null || district === candidate.district) &&
  (who === 'all' || (who === 'paddy' ? way.method === 'paddy' : way.method !== 'rainfed'))

function worksOf(terms: PlanTerms, discountPercent: number, funding: readonly FundingRow[], tell: Tell) {
  const ids = new Set(terms.works.map(({ id }) => id))
  return terms.works.map((work) => {
    for (const each of work.after) if (!ids.has(each)) tell('work-unknown', 'error', work.id, { after: each })
    const stated: StatedWork = {
      id: `work/${work.id}`,
      after: work.after.filter((each) => ids.has(each)).map((each) => `work/${each}`),
      openings: terms.years.map((year, s) => ({
        year: String(year),
        benefit: -Math.round(work.costFen / (1 + discountPercent / 100) ** s),
        uses: Object.fromEntries(
          funding
            .filter((row) => row.year === year && row.scopes.has('water-works') && work.costFen > 0)
            .map(({ id }) => [id, work.costFen]),
        ),
      })),
    }
    return { work, stated }
  })
}

function clustersOf(terms: PlanTerms, planned: readonly Candidate[], tell: Tell): StatedCluster[] {
  const least = terms.blockM2
  if (least === null || least === 0) return []
  const blocks = blocksOf(planned.map(({ bbox }) => bbox))
  const byBlock = Map.groupBy(planned, (_, i) => blocks[i])
  let [small, first] = [0, '']
  const list = [...byBlock].map(([block, members]) => {
    const most = members.reduce((sum, { ways }) => sum + Math.max(...ways.map(({ areaM2 }) => areaM2)), 0)
    if (most < least) {
      small += members.length
      first ||= members[0].key
    }
    return { id: `block/${planned[block].key}`, parcels: members.map(({ key }) => key), atLeast: least }
  })
  if (small > 0) tell('block-too-small', 'note', first, { leastM2: least }, small)
  return list
}
