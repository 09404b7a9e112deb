/**
 * A checked program as arrays: rows and accounts by name, options with the locks applied, works laid out in trees, flows of meshes. What names each other wrongly
 * is refused here, with its place.
 */
import { type Refusal, Refused, type Result } from '@dishu/base/refusal'
import { MOST_OPTIONS, type PlanRefusal, type Program, sound } from './plan.ts'
import type { StatedAccount, StatedOpening, StatedParcel, StatedProgram } from './program.ts'
import { networkRows } from './program-network.ts'
import { OptionColumns } from './program-options.ts'
import { layOut, type WorkToLay } from './program-works.ts'

/** Combinations of states along one way up the works: beyond it a county's tables would not be small any more. */
const MOST_COMBINATIONS = 4096

/** Ends the reading with a refusal; caught where reading began. */
export const no = <R extends Refusal & PlanRefusal>(code: R['code'], details: R['details']): never => {
  throw new Refused({ code, details })
}

/** Rows and accounts as they are named. An account draws on rows; a limit's own account is made when an option or a work names it. */
class Rows {
  readonly names: string[] = []
  readonly limit: number[] = []
  readonly sign: number[] = []
  readonly kinds: string[] = []
  readonly accounts: (readonly (readonly [row: number, coefficient: number])[])[] = []
  readonly #rowOf = new Map<string, number>()
  readonly #drawn = new Map<string, readonly (readonly [number, number])[]>() // network periods
  readonly #stated = new Map<string, StatedAccount>()
  readonly #accountOf = new Map<string, number>()
  readonly #resolving: string[] = []

  row(name: string, limit: number, sign: 1 | -1, kind: string): number {
    if (this.#rowOf.has(name)) no('plan/named-twice', { what: 'limit', id: name })
    this.#rowOf.set(name, this.names.length)
    this.names.push(name)
    this.limit.push(sign * limit)
    this.sign.push(sign)
    this.kinds.push(kind)
    return this.names.length - 1
  }
  get drawn(): ReadonlyMap<string, readonly (readonly [number, number])[]> {
    return this.#drawn
  }
  draw(name: string, entries: readonly (readonly [number, number])[]): void {
    this.#drawn.set(name, entries)
  }
  state(account: StatedAccount): void {
    if (this.#stated.has(account.id) || this.#rowOf.has(account.id) || this.#drawn.has(account.id))
      no('plan/named-twice', { what: 'account', id: account.id })
    this.#stated.set(account.id, account)
  }
  /** The account of an added row. */
  own(row: number): number {
    return this.account(this.names[row], '')
  }
  account(name: string, where: string): number {
    const known = this.#accountOf.get(name)
    if (known !== undefined) return known
    const entries = this.#entries(name, where)
    this.accounts.push(entries)
    this.#accountOf.set(name, this.accounts.length - 1)
    return this.accounts.length - 1
  }
  #entries(name: string, where: string): readonly (readonly [number, number])[] {
    const row = this.#rowOf.get(name)
    const drawn = this.#drawn.get(name)
    if (drawn) return drawn
    if (row !== undefined) return [[row, this.sign[row]]]
    const account = this.#stated.get(name) ?? no('plan/unknown-limit', { where, limit: name })
    if (this.#resolving.includes(name)) no('plan/circle', { where: name, through: [...this.#resolving, name].join(' → ') })
    this.#resolving.push(name)
    const sums = new Map<number, number>()
    for (const [each, amount] of Object.entries(account.draws))
      if (amount !== 0) for (const [r, coefficient] of this.#entries(each, name)) sums.set(r, (sums.get(r) ?? 0) + amount * coefficient)
    this.#resolving.pop()
    return [...sums]
  }
}

/** A program without its parcels, which come one by one. */
export type ProgramHead = Omit<StatedProgram, 'parcels'>

/** The arrays of a program whose figures have been checked; of each parcel nothing is kept but its figures. */
export function compiled(stated: ProgramHead, parcels: Iterable<StatedParcel>, file: string): Result<Program, PlanRefusal> {
  const { years = [], accounts = [], networks = [], works = [], clusters = [], limits } = stated
  const rows = new Rows()
  for (const { id, kind, atMost, atLeast } of limits) rows.row(id, atMost ?? atLeast ?? 0, atMost === undefined ? -1 : 1, kind ?? '')
  const flows: { name: string; benefit: number; to: number; entries: (readonly [number, number])[] }[] = []
  for (const network of networks) {
    const read = networkRows(network, network.id)
    if (!read.ok) return read
    const first = rows.names.length
    for (const { name, limit } of read.value.rows) rows.row(name, limit, 1, network.kind ?? 'water')
    for (const [name, entries] of read.value.draws)
      rows.draw(
        name,
        entries.map(([r, c]) => [first + r, c] as const),
      )
    for (const each of read.value.flows) flows.push({ ...each, entries: each.entries.map(([r, c]) => [first + r, c] as const) })
  }
  for (const account of accounts) rows.state(account)
  const stages = Math.max(1, years.length)
  const stageOf = (year: string, where: string) => {
    const stage = years.length === 0 ? 0 : years.indexOf(year)
    return stage < 0 ? no('plan/unknown-name', { where, what: 'year', id: year }) : stage
  }
  const usesOf = (uses: Readonly<Record<string, number>>, where: string) =>
    Object.entries(uses).flatMap(([name, amount]) => {
      const account = rows.account(name, where)
      return amount === 0 ? [] : [[account, amount] as const]
    })
  // works, then clusters
  const workOf = new Map<string, number>()
  for (const { id } of [...works, ...clusters]) {
    if (workOf.has(id)) no('plan/named-twice', { what: 'work', id })
    workOf.set(id, workOf.size)
  }
  const openingsOf = (openings: readonly StatedOpening[] | undefined, locked: string | undefined, where: string): WorkToLay['openings'] => {
    const list: WorkToLay['openings'][number][] = Array.from({ length: stages }, () => (openings ? null : { benefit: 0, uses: [] }))
    for (const [n, { year, benefit, uses }] of (openings ?? []).entries()) {
      const at = `${where}.openings[${n}]`
      if (years.length > 0 && year === undefined) no('plan/unknown-name', { where: at, what: 'year', id: '' })
      list[stageOf(year ?? '', at)] = { benefit, uses: usesOf(uses ?? {}, at) }
    }
    const only = locked === undefined || locked === 'in' || locked === 'out' ? null : stageOf(locked, `${where}.locked`)
    return list.map((opening, s) => (locked === 'out' || (only !== null && s !== only) ? null : opening))
  }
  const toLay: WorkToLay[] = [
    ...works.map(({ id, openings, after = [], locked }) => ({
      id,
      openings: openingsOf(openings, locked, id),
      required: locked !== undefined && locked !== 'out',
      least: 0,
      after: after.map((name) => workOf.get(name) ?? no('plan/unknown-name', { where: `${id}.after`, what: 'work', id: name })),
    })),
    ...clusters.map(({ id, openings, locked, atLeast }) => ({
      id,
      openings: openingsOf(openings, locked, id),
      required: locked !== undefined && locked !== 'out',
      least: atLeast,
      after: [],
    })),
  ]
  const clusterNamed = new Map<string, number>()
  clusters.forEach((cluster, c) => {
    for (const name of cluster.parcels) {
      const other = clusterNamed.get(name) ?? c
      if (other !== c) no('plan/in-two-clusters', { parcel: name, clusters: [clusters[other].id, cluster.id] })
      clusterNamed.set(name, c)
    }
  })
  // options, those that a lock leaves; parcels with the works that they need, those of a cluster together
  const { objectives = [], yearTypes = [] } = stated
  const kept = new OptionColumns(
    objectives.map(({ id }) => id),
    yearTypes.length,
  )
  const names: string[] = []
  const known = new Set<string>()
  const firstOption = [0]
  const required: number[] = []
  const bundles: Bundle[] = clusters.map((_, c) => ({ parcels: [], works: [], cluster: works.length + c }))
  for (const { id, options, locked } of parcels) {
    const i = names.length
    if (known.has(id)) no('plan/named-twice', { what: 'parcel', id })
    known.add(id)
    names.push(id)
    const cluster = clusterNamed.get(id) ?? -1
    const bundle: Bundle = bundles[cluster] ?? { parcels: [], works: [], cluster: -1 }
    if (cluster < 0) bundles.push(bundle)
    bundle.parcels.push(i)
    if (options.length > MOST_OPTIONS) no('plan/too-many-options', { parcel: id, options: options.length, most: MOST_OPTIONS })
    const ids = new Set<string>()
    for (const option of options) {
      if (ids.has(option.id)) no('plan/named-twice', { what: 'option', id: `${id} ${option.id}` })
      ids.add(option.id)
    }
    if (locked !== undefined && locked !== 'in' && locked !== 'out' && !ids.has(locked))
      no('plan/unknown-option', { parcel: id, option: locked })
    for (const [place, option] of options.entries()) {
      if (locked === 'out' || (locked !== undefined && locked !== 'in' && locked !== option.id)) continue
      const where = `${id} ${option.id}`
      const needs = Object.entries(option.needs ?? {}).map(([name, by]) => ({
        work: workOf.get(name) ?? no('plan/unknown-name', { where, what: 'work', id: name }),
        latest: stageOf(by, `${where}.needs`),
      }))
      if (cluster >= 0 && option.free !== true)
        needs.push({ work: works.length + cluster, latest: option.year === undefined ? stages - 1 : stageOf(option.year, `${where}.year`) })
      for (const { work } of needs) if (!bundle.works.includes(work)) bundle.works.push(work)
      const byType = yearTypes.map(({ id: type }) =>
        option.byYearType
          ? (option.byYearType[type] ?? no('plan/not-a-number', { where: `${where}.byYearType["${type}"]` }))
          : option.benefit,
      )
      kept.push({ parcel: i, place, option, needs, uses: usesOf(option.uses, where), byType })
    }
    firstOption.push(kept.length)
    required.push(locked === undefined || locked === 'out' ? 0 : 1)
    if (required[i] === 1 && firstOption[i + 1] === firstOption[i]) no('plan/no-option', { parcel: id })
  }
  if (names.length === 0) no('plan/no-parcels', { file })
  for (const [name, c] of clusterNamed) if (!known.has(name)) no('plan/unknown-name', { where: clusters[c].id, what: 'parcel', id: name })
  const deepest = Math.max(1, Math.floor(Math.log(MOST_COMBINATIONS) / Math.log(stages + 1)))
  for (const bundle of bundles)
    if (bundle.works.length > deepest) no('plan/too-deep', { parcel: names[bundle.parcels[0]], works: bundle.works.length, most: deepest })
  const circle = circleOf(toLay)
  if (circle) no('plan/circle', { where: 'works', through: circle })
  const linkRows: number[] = []
  const laid =
    toLay.length === 0
      ? null
      : layOut(toLay, stages, bundles, names.length, kept.needs, (n) => {
          while (linkRows.length <= n) linkRows.push(rows.row(`works/${linkRows.length}`, 0, 1, 'works'))
          return rows.own(linkRows[n])
        })
  laid?.links.forEach((name, n) => {
    rows.names[linkRows[n]] = `works/${name}`
  })
  return arrays(stated, rows, { names, kept, firstOption, required }, laid, flows)
}

type Bundle = { readonly parcels: number[]; readonly works: number[]; readonly cluster: number }
type Parcels = {
  readonly names: readonly string[]
  readonly kept: OptionColumns
  readonly firstOption: readonly number[]
  readonly required: readonly number[]
}

function arrays(
  stated: ProgramHead,
  rows: Rows,
  parcels: Parcels,
  laid: ReturnType<typeof layOut> | null,
  flows: readonly {
    readonly name: string
    readonly benefit: number
    readonly to: number
    readonly entries: readonly (readonly [number, number])[]
  }[],
): Result<Program, PlanRefusal> {
  const { years = [], works = [], clusters = [], objectives = [], yearTypes = [] } = stated
  const { names: parcelNames, kept } = parcels
  const firstOption = Uint32Array.from(parcels.firstOption)
  const entries = rows.accounts.flat()
  const start = new Uint32Array(rows.accounts.length + 1)
  rows.accounts.forEach((each, a) => {
    start[a + 1] = start[a] + each.length
  })
  const stagesOf = Math.max(1, years.length)
  const statedWorks = [...works, ...clusters]
  const openingScores = (id: string) =>
    Float64Array.from({ length: (laid?.stated.length ?? 0) * stagesOf }, (_, n) => {
      if (!laid) return 0
      const w = Math.floor(n / stagesOf)
      if (laid.stated.indexOf(laid.stated[w]) !== w && laid.works.benefit[n] === 0) return 0 // a copy
      const opening = statedWorks[laid.stated[w]].openings?.find(({ year }) => years.length === 0 || year === years[n % stagesOf])
      return opening?.scores?.[id] ?? 0
    })
  const names = new Map<number, number>()
  const isCopy = Uint8Array.from(laid?.stated ?? [], (work) => {
    const seen = names.has(work)
    names.set(work, 1)
    return seen ? 1 : 0
  })
  const firstStart = new Uint32Array(flows.length + 1)
  flows.forEach(({ entries: list }, c) => {
    firstStart[c + 1] = firstStart[c] + list.length
  })
  const flowEntries = flows.flatMap(({ entries: list }) => list)
  return sound({
    problem: {
      firstOption,
      benefit: kept.benefit,
      ...kept.wide,
      limit: Float64Array.from(rows.limit),
      required: Uint8Array.from(parcels.required),
      accounts: { start, row: Uint32Array.from(entries, ([r]) => r), coefficient: Float64Array.from(entries, ([, c]) => c) },
      ...(laid ? { works: laid.works } : {}),
      ...(flows.length > 0
        ? {
            flows: {
              benefit: Float64Array.from(flows, ({ benefit }) => benefit),
              from: new Float64Array(flows.length),
              to: Float64Array.from(flows, ({ to }) => to),
              start: firstStart,
              row: Uint32Array.from(flowEntries, ([r]) => r),
              coefficient: Float64Array.from(flowEntries, ([, c]) => c),
            },
          }
        : {}),
    },
    unitName: (unit) => parcelNames[unit],
    optionName: (unit, option) => kept.nameOf(firstOption[unit] + option),
    statedOption: (unit, option) => kept.placeOf(firstOption[unit] + option),
    rowName: (r) => rows.names[r],
    sign: Int8Array.from(rows.sign),
    staged: {
      workName: (w) => statedWorks[laid?.stated[w] ?? 0].id,
      isCopy,
      stageName: (s) => years[s] ?? '',
      flowName: (c) => flows[c].name,
      kinds: rows.kinds,
      draws: rows.drawn,
      objectives: objectives.map(({ id, sense }, n) => ({
        id,
        sense,
        options: kept.scores(n),
        openings: openingScores(id),
      })),
      revenue: kept.revenue,
      yearTypes: yearTypes.map(({ id, probability }, t) => ({ id, probability, benefit: kept.byType(t) })),
    },
  })
}

/** Works that wait for each other, or null. */
function circleOf(works: readonly WorkToLay[]): string | null {
  const state = new Uint8Array(works.length)
  const way: number[] = []
  const visit = (w: number): string | null => {
    if (state[w] === 1) return [...way.slice(way.indexOf(w)), w].map((each) => works[each].id).join(' → ')
    if (state[w] === 2) return null
    state[w] = 1
    way.push(w)
    for (const earlier of works[w].after) {
      const found = visit(earlier)
      if (found) return found
    }
    way.pop()
    state[w] = 2
    return null
  }
  for (let w = 0; w < works.length; w++) {
    const found = visit(w)
    if (found) return found
  }
  return null
}
