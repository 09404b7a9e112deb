/**
 * A plan's program as people and files state it: limits with names, parcels with named options, and from it the arrays that the solver
 * takes. Everything wrong is found here, with its place, before anything is solved.
 */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { faultsOf, type ProblemFault } from '@dishu/numeric/allocation/problem'
import type { StagedProblem } from '@dishu/numeric/allocation/relaxed'

/** The program in arrays, with the names of its parts for answers and exports. `sign` is −1 for targets. */
export type Program = {
  readonly problem: StagedProblem
  readonly unitName: (unit: number) => string
  readonly optionName: (unit: number, option: number) => string
  readonly rowName: (row: number) => string
  readonly sign: Int8Array
  /** Options as stated, of each of the program's: a parcel that is locked lacks the others. */
  readonly statedOption: (unit: number, option: number) => number
  /** Of programs with works, years, networks or further objectives: the names of those, and what scenarios change. */
  readonly staged?: StagedNames
}

export type StagedNames = {
  readonly workName: (work: number) => string
  /** 1 for copies of works where works cross: they only say that the work is open. */
  readonly isCopy: Uint8Array
  readonly stageName: (stage: number) => string
  readonly flowName: (flow: number) => string
  /** What one unit used at `network/node/period` draws on which rows. */
  readonly draws: ReadonlyMap<string, readonly (readonly [row: number, coefficient: number])[]>
  /** What limits are of: water, money, …; empty where nothing was stated. */
  readonly kinds: readonly string[]
  readonly objectives: readonly ObjectiveScores[]
  /** Of each option, the part of the benefit that follows price and yield; absent where none was stated. */
  readonly revenue: Float64Array | null
  readonly yearTypes: readonly { readonly id: string; readonly probability: number; readonly benefit: Float64Array }[]
}
/** Another measure of plans, of every option and of works × stages. */
export type ObjectiveScores = {
  readonly id: string
  readonly sense: 'most' | 'least'
  readonly options: Float64Array
  readonly openings: Float64Array
}

type Named = 'limit' | 'parcel' | 'option' | 'account' | 'network' | 'work' | 'cluster' | 'year' | 'objective'

export type PlanRefusal =
  | Refusal<'plan/not-readable', { file: string; why: string }>
  | Refusal<'plan/not-a-program', { file: string; where: string; expected: string }>
  | Refusal<'plan/missing-part', { file: string; part: string }>
  | Refusal<'plan/wrong-size', { file: string; part: string; expected: number; found: number }>
  | Refusal<'plan/not-a-number', { where: string }>
  | Refusal<'plan/negative', { where: string; value: number }>
  | Refusal<'plan/named-twice', { what: Named; id: string }>
  | Refusal<'plan/unknown-limit', { where: string; limit: string }>
  | Refusal<'plan/unknown-option', { parcel: string; option: string }>
  | Refusal<'plan/no-option', { parcel: string }>
  | Refusal<'plan/no-parcels', { file: string }>
  | Refusal<'plan/too-many-options', { parcel: string; options: number; most: number }>
  | Refusal<'plan/beyond-measure', { where: string; value: number }>
  | Refusal<'plan/out-of-reach', { limit: string; target: boolean; stated: number; reachable: number }>
  | Refusal<'plan/unknown-name', { where: string; what: Named | 'node'; id: string }>
  | Refusal<'plan/circle', { where: string; through: string }>
  | Refusal<'plan/not-a-share', { where: string; value: number }>
  | Refusal<'plan/too-deep', { parcel: string; works: number; most: number }>
  | Refusal<'plan/in-two-clusters', { parcel: string; clusters: readonly string[] }>
  | Refusal<'plan/unsound', { fault: string }>
  | Refusal<'plan/unknown-word', { name: string; value: string; allowed: readonly string[] }>

/** Options of one parcel: a choice is kept in 16 bits. */
export const MOST_OPTIONS = 32_767
/** Figures outside are slips of a unit or of a pen, whatever they measure; inside, no sum or product of theirs leaves the doubles. */
const [SMALLEST, LARGEST] = [1e-30, 1e30]
export const isBeyondMeasure = (value: number) => Math.abs(value) > LARGEST || (value !== 0 && Math.abs(value) < SMALLEST)

const namedTwice = (what: Named, id: string) => refuse('plan/named-twice', { what, id })

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads what a JSON file states, checking every place of it. */
export function programFrom(json: unknown, file: string): Result<Program, PlanRefusal> {
  const shape = (where: string, expected: string) => refuse('plan/not-a-program', { file, where, expected })
  if (!isRecord(json)) return shape('$', '{ limits: [...], parcels: [...] }')
  if (!Array.isArray(json.limits)) return shape('$.limits', '[{ id, atMost | atLeast }]')
  if (!Array.isArray(json.parcels)) return shape('$.parcels', '[{ id, options: [{ id, benefit, uses }] }]')
  if (json.parcels.length === 0) return refuse('plan/no-parcels', { file })
  const rows = new Map<string, { row: number; sign: 1 | -1 }>()
  const limit = new Float64Array(json.limits.length)
  for (const [r, each] of json.limits.entries()) {
    const where = `$.limits[${r}]`
    if (!isRecord(each) || typeof each.id !== 'string' || each.id === '') return shape(where, '{ id, atMost | atLeast }')
    const target = each.atLeast !== undefined
    const value = target ? each.atLeast : each.atMost
    if (target && each.atMost !== undefined) return shape(where, 'atMost | atLeast')
    if (typeof value !== 'number' || !Number.isFinite(value)) return refuse('plan/not-a-number', { where: `${where} (${each.id})` })
    if (value < 0) return refuse('plan/negative', { where: `${where} (${each.id})`, value })
    if (isBeyondMeasure(value)) return refuse('plan/beyond-measure', { where: `${where} (${each.id})`, value })
    if (rows.has(each.id)) return namedTwice('limit', each.id)
    rows.set(each.id, { row: r, sign: target ? -1 : 1 })
    limit[r] = target ? -value : value
  }
  return parcelsFrom(json.parcels, rows, limit, shape)
}

type Shape = (where: string, expected: string) => Result<never, PlanRefusal>

function parcelsFrom(
  parcels: readonly unknown[],
  rows: ReadonlyMap<string, { readonly row: number; readonly sign: 1 | -1 }>,
  limit: Float64Array,
  shape: Shape,
): Result<Program, PlanRefusal> {
  const names: string[] = []
  const kept: {
    readonly id: string
    readonly stated: number
    readonly benefit: number
    readonly entries: readonly (readonly [number, number])[]
  }[][] = []
  const required = new Uint8Array(parcels.length)
  const seen = new Set<string>()
  for (const [i, parcel] of parcels.entries()) {
    const where = `$.parcels[${i}]`
    if (!isRecord(parcel) || typeof parcel.id !== 'string' || !Array.isArray(parcel.options)) return shape(where, '{ id, options: [...] }')
    if (seen.has(parcel.id)) return namedTwice('parcel', parcel.id)
    seen.add(parcel.id)
    if (parcel.options.length > MOST_OPTIONS)
      return refuse('plan/too-many-options', { parcel: parcel.id, options: parcel.options.length, most: MOST_OPTIONS })
    const options: (typeof kept)[number] = []
    const optionIds = new Set<string>()
    for (const [j, option] of parcel.options.entries()) {
      const read = optionFrom(option, j, `${where}.options[${j}] (${parcel.id})`, rows, shape)
      if (!read.ok) return read
      if (optionIds.has(read.value.id)) return namedTwice('option', `${parcel.id} ${read.value.id}`)
      optionIds.add(read.value.id)
      options.push(read.value)
    }
    const locked = parcel.locked
    if (locked !== undefined && typeof locked !== 'string') return shape(`${where}.locked`, 'in | out | option id')
    if (locked !== undefined && locked !== 'in' && locked !== 'out' && !optionIds.has(locked))
      return refuse('plan/unknown-option', { parcel: parcel.id, option: locked })
    const allowed = locked === 'out' ? [] : locked === undefined || locked === 'in' ? options : options.filter(({ id }) => id === locked)
    if (locked !== undefined && locked !== 'out') {
      if (allowed.length === 0) return refuse('plan/no-option', { parcel: parcel.id })
      required[i] = 1
    }
    names.push(parcel.id)
    kept.push(allowed)
  }
  const all = kept.flat()
  const width = all.reduce((most, { entries }) => Math.max(most, entries.length), 1)
  const firstOption = new Uint32Array(kept.length + 1)
  kept.forEach((options, i) => {
    firstOption[i + 1] = firstOption[i] + options.length
  })
  const row = new Uint32Array(all.length * width)
  const use = new Float64Array(all.length * width)
  for (const [k, { entries }] of all.entries()) {
    for (const [z, [r, amount]] of entries.entries()) {
      row[k * width + z] = r
      use[k * width + z] = amount
    }
  }
  const problem = { firstOption, benefit: Float64Array.from(all, ({ benefit }) => benefit), width, row, use, limit, required }
  const rowNames = [...rows.keys()]
  return sound({
    problem,
    unitName: (unit) => names[unit],
    optionName: (unit, option) => all[firstOption[unit] + option].id,
    statedOption: (unit, option) => all[firstOption[unit] + option].stated,
    rowName: (r) => rowNames[r],
    sign: Int8Array.from(rows.values(), ({ sign }) => sign),
  })
}

function optionFrom(
  option: unknown,
  stated: number,
  where: string,
  rows: ReadonlyMap<string, { readonly row: number; readonly sign: 1 | -1 }>,
  shape: Shape,
) {
  if (!isRecord(option) || typeof option.id !== 'string' || !isRecord(option.uses))
    return shape(where, '{ id, benefit, uses: { limit: amount } }')
  if (typeof option.benefit !== 'number' || !Number.isFinite(option.benefit))
    return refuse('plan/not-a-number', { where: `${where}.benefit` })
  if (isBeyondMeasure(option.benefit)) return refuse('plan/beyond-measure', { where: `${where}.benefit`, value: option.benefit })
  const entries: (readonly [number, number])[] = []
  for (const [name, amount] of Object.entries(option.uses)) {
    const known = rows.get(name)
    if (!known) return refuse('plan/unknown-limit', { where, limit: name })
    if (typeof amount !== 'number' || !Number.isFinite(amount)) return refuse('plan/not-a-number', { where: `${where}.uses["${name}"]` })
    if (amount < 0) return refuse('plan/negative', { where: `${where}.uses["${name}"]`, value: amount })
    if (isBeyondMeasure(amount)) return refuse('plan/beyond-measure', { where: `${where}.uses["${name}"]`, value: amount })
    if (amount > 0) entries.push([known.row, known.sign * amount])
  }
  return accept({ id: option.id, stated, benefit: option.benefit, entries })
}

/** A program that stands, or the first reason why it cannot be solved, in the words of its limits and parcels. */
export function sound(program: Program): Result<Program, PlanRefusal> {
  const [fault] = faultsOf(program.problem)
  if (fault) return refusalOf(fault, program)
  for (const part of ['benefit', 'use', 'limit'] as const) {
    const index = program.problem[part].findIndex(isBeyondMeasure)
    if (index >= 0) return refuse('plan/beyond-measure', { where: `${part}[${index}]`, value: program.problem[part][index] })
  }
  return accept(program)
}

function refusalOf(fault: ProblemFault, { rowName, unitName, sign }: Program): Result<never, PlanRefusal> {
  switch (fault.what) {
    case 'out-of-reach': {
      const target = sign[fault.row] < 0
      return refuse('plan/out-of-reach', {
        limit: rowName(fault.row),
        target,
        stated: Math.abs(fault.limit),
        reachable: Math.abs(fault.least),
      })
    }
    case 'no-option':
      return refuse('plan/no-option', { parcel: unitName(fault.unit) })
    case 'not-a-number':
      return refuse('plan/not-a-number', { where: `${fault.of}[${fault.index}]` })
    default:
      return refuse('plan/unsound', { fault: JSON.stringify(fault) })
  }
}
