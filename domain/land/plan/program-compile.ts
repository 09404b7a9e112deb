/**
 * A checked program as arrays: rows and accounts by name, options with the locks applied, works laid out in trees, flows of meshes. What names each other wrongly
 * is refused here, with its place.
 */
import { type Refusal, Refused, type Result } from '@dishu/base/refusal'
import { MOST_OPTIONS, type PlanRefusal, type Program, sound } from './plan.ts'
import type { StatedAccount, StatedOpening, StatedOption, StatedProgram } from './program.ts'
import { networkRows } from './program-network.ts'
import { layOut, type NeedToLay, type WorkToLay } from './program-works.ts'

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

/** The arrays of a program whose figures have been checked. */
export function compiled(stated: StatedProgram): Result<Program, PlanRefusal> {
  const { years = [], accounts = [], networks = [], works = [], clusters = [], parcels, limits } = stated
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
  const parcelOf = new Map<string, number>()
  for (const { id } of parcels) {
    if (parcelOf.has(id)) no('plan/named-twice', { what: 'parcel', id })
    parcelOf.set(id, parcelOf.size)
  }
  const clusterOf = new Int32Array(parcels.length).fill(-1)
  clusters.forEach((cluster, c) => {
    for (const name of cluster.parcels) {
      const i = parcelOf.get(name) ?? no('plan/unknown-name', { where: cluster.id, what: 'parcel', id: name })
      if (clusterOf[i] >= 0 && clusterOf[i] !== c)
        no('plan/in-two-clusters', { parcel: name, clusters: [clusters[clusterOf[i]].id, cluster.id] })
      clusterOf[i] = c
    }
  })
  // options, those that a lock leaves
  const firstOption = new Uint32Array(parcels.length + 1)
  const required = new Uint8Array(parcels.length)
  const kept: {
    readonly parcel: number
    readonly place: number
    readonly option: StatedOption
    readonly needs: NeedToLay[]
    readonly uses: (readonly [number, number])[]
  }[] = []
  parcels.forEach(({ id, options, locked }, i) => {
    if (options.length > MOST_OPTIONS) no('plan/too-many-options', { parcel: id, options: options.length, most: MOST_OPTIONS })
    const ids = new Set<string>()
    for (const option of options) {
      if (ids.has(option.id)) no('plan/named-twice', { what: 'option', id: `${id} ${option.id}` })
      ids.add(option.id)
    }
    if (locked !== undefined && locked !== 'in' && locked !== 'out') {
      if (!ids.has(locked)) no('plan/unknown-option', { parcel: id, option: locked })
    }
    for (const [place, option] of options.entries()) {
      if (locked === 'out' || (locked !== undefined && locked !== 'in' && locked !== option.id)) continue
      const where = `${id} ${option.id}`
      const needs = Object.entries(option.needs ?? {}).map(([name, by]) => ({
        work: workOf.get(name) ?? no('plan/unknown-name', { where, what: 'work', id: name }),
        latest: stageOf(by, `${where}.needs`),
      }))
      if (clusterOf[i] >= 0 && option.free !== true)
        needs.push({
          work: works.length + clusterOf[i],
          latest: option.year === undefined ? stages - 1 : stageOf(option.year, `${where}.year`),
        })
      kept.push({ parcel: i, place, option, needs, uses: usesOf(option.uses, where) })
    }
    firstOption[i + 1] = kept.length
    if (locked !== undefined && locked !== 'out') {
      if (firstOption[i + 1] === firstOption[i]) no('plan/no-option', { parcel: id })
      required[i] = 1
    }
  })
  // parcels with the works that they need; those of a cluster together
  const bundles: { parcels: number[]; works: number[]; cluster: number }[] = clusters.map((_, c) => ({
    parcels: [],
    works: [],
    cluster: works.length + c,
  }))
  const bundleOf = Int32Array.from(clusterOf, (c, i) => {
    if (c < 0) bundles.push({ parcels: [], works: [], cluster: -1 })
    const b = c < 0 ? bundles.length - 1 : c
    bundles[b].parcels.push(i)
    return b
  })
  for (const { parcel, needs } of kept)
    for (const { work } of needs) if (!bundles[bundleOf[parcel]].works.includes(work)) bundles[bundleOf[parcel]].works.push(work)
  const deepest = Math.max(1, Math.floor(Math.log(MOST_COMBINATIONS) / Math.log(stages + 1)))
  for (const bundle of bundles)
    if (bundle.works.length > deepest)
      no('plan/too-deep', { parcel: parcels[bundle.parcels[0]].id, works: bundle.works.length, most: deepest })
  const circle = circleOf(toLay)
  if (circle) no('plan/circle', { where: 'works', through: circle })
  const linkRows: number[] = []
  const laid =
    toLay.length === 0
      ? null
      : layOut(
          toLay,
          stages,
          bundles,
          parcels.length,
          kept.map(({ parcel, needs, option }) => ({ parcel, needs, size: option.size ?? 0 })),
          (n) => {
            while (linkRows.length <= n) linkRows.push(rows.row(`works/${linkRows.length}`, 0, 1, 'works'))
            return rows.own(linkRows[n])
          },
        )
  laid?.links.forEach((name, n) => {
    rows.names[linkRows[n]] = `works/${name}`
  })
  return arrays(stated, rows, kept, firstOption, required, laid, flows)
}

type Kept = {
  readonly parcel: number
  readonly place: number
  readonly option: StatedOption
  readonly uses: readonly (readonly [number, number])[]
}

function arrays(
  stated: StatedProgram,
  rows: Rows,
  kept: readonly Kept[],
  firstOption: Uint32Array,
  required: Uint8Array,
  laid: ReturnType<typeof layOut> | null,
  flows: readonly {
    readonly name: string
    readonly benefit: number
    readonly to: number
    readonly entries: readonly (readonly [number, number])[]
  }[],
): Result<Program, PlanRefusal> {
  const { years = [], works = [], clusters = [], parcels, objectives = [], yearTypes = [] } = stated
  const width = kept.reduce((most, { uses }) => Math.max(most, uses.length), 1)
  const row = new Uint32Array(kept.length * width)
  const use = new Float64Array(kept.length * width)
  kept.forEach(({ uses }, k) => {
    uses.forEach(([account, amount], z) => {
      row[k * width + z] = account
      use[k * width + z] = amount
    })
  })
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
  const revenue = kept.some(({ option }) => option.revenue !== undefined)
    ? Float64Array.from(kept, ({ option }) => option.revenue ?? 0)
    : null
  const firstStart = new Uint32Array(flows.length + 1)
  flows.forEach(({ entries: list }, c) => {
    firstStart[c + 1] = firstStart[c] + list.length
  })
  const flowEntries = flows.flatMap(({ entries: list }) => list)
  return sound({
    problem: {
      firstOption,
      benefit: Float64Array.from(kept, ({ option }) => option.benefit),
      width,
      row,
      use,
      limit: Float64Array.from(rows.limit),
      required,
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
    unitName: (unit) => parcels[unit].id,
    optionName: (unit, option) => kept[firstOption[unit] + option].option.id,
    statedOption: (unit, option) => kept[firstOption[unit] + option].place,
    rowName: (r) => rows.names[r],
    sign: Int8Array.from(rows.sign),
    staged: {
      workName: (w) => statedWorks[laid?.stated[w] ?? 0].id,
      isCopy,
      stageName: (s) => years[s] ?? '',
      flowName: (c) => flows[c].name,
      kinds: rows.kinds,
      objectives: objectives.map(({ id, sense }) => ({
        id,
        sense,
        options: Float64Array.from(kept, ({ option }) => option.scores?.[id] ?? 0),
        openings: openingScores(id),
      })),
      revenue,
      yearTypes: yearTypes.map(({ id, probability }) => ({
        id,
        probability,
        benefit: Float64Array.from(kept, ({ option, parcel }) => {
          if (!option.byYearType) return option.benefit
          return option.byYearType[id] ?? no('plan/not-a-number', { where: `${parcels[parcel].id} ${option.id}.byYearType["${id}"]` })
        }),
      })),
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
