/** Reads a program from its file, and solves it with the solver at hand. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { optionsOf, smallestConflict, worthOfLimit } from '@dishu/numeric/allocation/explain'
import type { StagedPlan } from '@dishu/numeric/allocation/staged'
import { optionsOfStaged, smallestConflictStaged, worthOfLimitStaged } from '@dishu/numeric/allocation/staged-explain'
import { front, solveAny, withObjective } from '@dishu/numeric/allocation/variants'
import { type FencedSolver, fencedSolver } from '@dishu/server-kit/fenced-solver'
import { linesOf } from './lines.jobs.ts'
import { MOST_OPTIONS, type PlanRefusal, type Program, sound } from './plan.ts'
import { BENEFIT, measureNamed, sensitivityOf } from './program-questions.ts'
import { programInParts, statedProgramFrom } from './program-read.ts'

const MOST_BYTES = 2 ** 31 - 1 // of one file; beyond it a text is no string any more
const MOST_TEXT = 500_000_000

/**
 * A program's file: JSON as described in docs/methods/plan.md, or the header `{N, O, M, Z}` of a program in five files (`.json`, `.b` benefits,
 * `.idx` rows, `.co` uses, `.rhs` limits; little-endian, O options a unit, Z entries an option).
 */
export async function readProgram(file: string): Promise<Result<Program, PlanRefusal>> {
  let text: string
  try {
    const inParts = readInLines(file)
    if (inParts) return inParts
    if ((await stat(file)).size > MOST_TEXT) return refuse('plan/not-readable', { file, why: `> ${MOST_TEXT / 1e6} MB` })
    text = await readFile(file, 'utf8')
  } catch (fault) {
    return refuse('plan/not-readable', { file, why: fault instanceof Error ? fault.message : String(fault) })
  }
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, '')) // as Windows' editors begin a file
  } catch (fault) {
    return refuse('plan/not-readable', { file, why: fault instanceof Error ? fault.message : String(fault) })
  }
  const header = headerOf(json)
  return header ? readParts(file, header) : statedProgramFrom(json, file)
}

/** A program as `programText` writes it, parcel by parcel: of any length. Null where a file is laid out otherwise. */
function readInLines(file: string): Result<Program, PlanRefusal> | null {
  if (!endsInLines(file)) return null
  const lines = linesOf(file)
  try {
    const first = lines.next()
    if (first.done || !first.value.endsWith(PARCELS)) return null
    const head: unknown = JSON.parse(`${first.value.slice(0, -PARCELS.length)}}`)
    return programInParts(head, parcelsOf(lines), file)
  } catch (fault) {
    // a line that is no parcel: the file is read as a whole, which tells the place
    if (fault instanceof SyntaxError || fault instanceof RangeError) return null
    throw fault
  } finally {
    lines.return(undefined)
  }
}
function* parcelsOf(lines: Iterator<string>): Generator<unknown> {
  for (let next = lines.next(); !next.done && next.value !== ']}'; next = lines.next())
    yield JSON.parse(next.value.endsWith(',') ? next.value.slice(0, -1) : next.value)
}
/** As `programText` ends one: what is laid out otherwise need not be looked through for it. */
function endsInLines(file: string): boolean {
  const handle = openSync(file, 'r')
  try {
    const end = Buffer.alloc(4)
    const got = readSync(handle, end, 0, 4, Math.max(0, fstatSync(handle).size - 4))
    return got === 4 && end.toString('latin1') === '\n]}\n'
  } finally {
    closeSync(handle)
  }
}
/** Where the first line ends, and a parcel to a line begins. */
export const PARCELS = ',"parcels":['

type Header = { readonly N: number; readonly O: number; readonly M: number; readonly Z: number; readonly D?: number; readonly Cn?: number }

function headerOf(json: unknown): Header | null {
  if (typeof json !== 'object' || json === null || !('N' in json && 'O' in json && 'M' in json && 'Z' in json)) return null
  const { N, O, M, Z } = json
  if (![N, O, M, Z].every((each) => Number.isInteger(each) && Number(each) > 0)) return null
  return json as Header // every field was looked at
}

async function readParts(file: string, header: Header): Promise<Result<Program, PlanRefusal>> {
  const { N, O, M, Z } = header
  if (O > MOST_OPTIONS) return refuse('plan/too-many-options', { parcel: '0', options: O, most: MOST_OPTIONS })
  const base = file.replace(/\.json$/, '')
  const read = async (extension: string, bytes: number): Promise<Result<ArrayBuffer, PlanRefusal>> => {
    const part = `${base}.${extension}`
    const found = await stat(part).then(
      (stats) => stats.size,
      () => -1,
    )
    if (found < 0) return refuse('plan/missing-part', { file, part })
    if (found !== bytes || bytes > MOST_BYTES) return refuse('plan/wrong-size', { file, part, expected: bytes, found })
    const content = await readFile(part)
    return accept(content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength))
  }
  const benefit = await read('b', N * O * 8)
  if (!benefit.ok) return benefit
  const row = await read('idx', N * O * Z * 2)
  if (!row.ok) return row
  const use = await read('co', N * O * Z * 8)
  if (!use.ok) return use
  const limit = await read('rhs', M * 8)
  if (!limit.ok) return limit
  const limits = new Float64Array(limit.value)
  return sound({
    problem: {
      firstOption: Uint32Array.from({ length: N + 1 }, (_, i) => i * O),
      benefit: new Float64Array(benefit.value),
      width: Z,
      row: new Uint16Array(row.value),
      use: new Float64Array(use.value),
      limit: limits,
    },
    unitName: String,
    optionName: (_, option) => String(option),
    statedOption: (_, option) => option,
    rowName: (r) => nameOfRow(header, r),
    sign: Int8Array.from(limits, (value) => (value < 0 ? -1 : 1)),
  })
}

/** The generator's rows: water of district and season, money of county, money of all, area of county. */
function nameOfRow({ D, Cn }: Header, r: number): string {
  if (D === undefined || Cn === undefined) return `r${r}`
  if (r < 2 * D) return `water/${Math.floor(r / 2)}/${r % 2 === 0 ? 'spring' : 'summer'}`
  if (r < 2 * D + Cn) return `money/${r - 2 * D}`
  return r === 2 * D + Cn ? 'money' : `area/${r - 2 * D - Cn - 1}`
}

export type SolveWords = { readonly seed: number | undefined; readonly gap: number | undefined; readonly seconds: number | undefined }

/** Solves; `seconds` is a guard and no measure: the work ends by itself, the same on every machine. */
export async function solveProgram(
  program: Program,
  words: SolveWords,
  onProgress: (bound: number) => void,
  interrupted: () => boolean,
): Promise<StagedPlan> {
  const goesOn = until(words, interrupted)
  const solver = fencedSolver({ goesOn })
  try {
    return solveAny(program.problem, solver, {
      ...(words.seed === undefined ? {} : { seed: words.seed }),
      ...(words.gap === undefined ? {} : { gap: words.gap }),
      onProgress: ({ bound }) => onProgress(bound),
      goesOn,
    })
  } finally {
    solver.close()
  }
}
function until({ seconds }: SolveWords, interrupted: () => boolean): () => boolean {
  const end = seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000
  return () => !interrupted() && performance.now() < end
}

/** The program with one of its measures as the objective; where that is to be least, the benefit of a plan is its negative. */
export function programFor(program: Program, objective: string | undefined): Result<Program, PlanRefusal> {
  if (objective === undefined || objective === BENEFIT) return accept(program)
  const measure = measureNamed(program, objective, '--objective')
  if (!measure.ok) return measure
  const { staged } = program
  return accept({
    ...program,
    problem: withObjective(program.problem, measure.value.figures),
    ...(staged ? { staged: { ...staged, revenue: null } } : {}),
  })
}

/** A point of a front: what its plan comes to by both measures, and within which share of the best first measure it is, the second being at least as it was asked. */
export type PointOfFront = {
  readonly values: Readonly<Record<string, number>>
  readonly status: StagedPlan['status']
  readonly gap: number
  readonly maxViolation: number
}

/** The front of two measures, each plan with its own gap: the best by the first, then steps towards the best by the second. No point where there is no plan. */
export async function frontOf(
  program: Program,
  of: readonly [string, string],
  points: number,
  words: SolveWords,
  interrupted: () => boolean,
): Promise<Result<readonly PointOfFront[], PlanRefusal>> {
  const [first, second] = of.map((id) => measureNamed(program, id, '--of'))
  if (!first.ok) return first
  if (!second.ok) return second
  const goesOn = until(words, interrupted)
  const solver = fencedSolver({ goesOn })
  const found = front(program.problem, first.value.figures, second.value.figures, points, solver, {
    ...(words.seed === undefined ? {} : { seed: words.seed }),
    ...(words.gap === undefined ? {} : { gap: words.gap }),
    goesOn,
  })
  solver.close()
  return accept(
    found.map((point) => ({
      values: { [of[0]]: first.value.sign * point.first, [of[1]]: second.value.sign * point.second },
      status: point.plan.status,
      gap: point.plan.gap,
      maxViolation: point.plan.violation,
    })),
  )
}

/** What the figures of a plan mean: limits that bind with their bracketed prices, one parcel's options, or the limits in conflict. */
export async function explainProgram(program: Program, solved: StagedPlan, parcel: string | undefined, sensitivity = false) {
  const solver = fencedSolver()
  try {
    return explained(program, solved, parcel, sensitivity, solver)
  } finally {
    solver.close()
  }
}
function explained(program: Program, solved: StagedPlan, parcel: string | undefined, sensitivity: boolean, solver: FencedSolver) {
  const { problem, rowName, sign } = program
  if (solved.status === 'infeasible' || solved.status === 'unknown') {
    const found = program.staged ? smallestConflictStaged(problem, solver.open) : smallestConflict(problem, solver.linear)
    return accept({
      status: solved.status,
      limits: [],
      parcel: null,
      sensitivity: [],
      conflict: found ? found.rows.map((r, n) => ({ limit: rowName(r), atLeast: found.atLeast[n] })) : null,
    })
  }
  const unit = parcel === undefined ? -1 : unitNamed(program, parcel)
  if (parcel !== undefined && unit < 0)
    return refuse('plan/unknown-word', { name: '--parcel', value: parcel, allowed: [program.unitName(0), '…'] })
  const relaxed = solved.relaxedBound
  const binding = [...solved.prices.keys()].filter((r) => solved.prices[r] > 0)
  binding.sort((a, b) => solved.prices[b] * Math.abs(problem.limit[b]) - solved.prices[a] * Math.abs(problem.limit[a]) || a - b)
  const limits = binding.map((r) => {
    const worth = program.staged
      ? worthOfLimitStaged(problem, solved.prices, r, solver.open)
      : worthOfLimit(problem, solved.prices, relaxed, r, solver.linear)
    // of a target, the price is what one more unit demanded costs
    const [more, less] = sign[r] < 0 ? [worth.less, worth.more] : [worth.more, worth.less]
    return {
      limit: rowName(r),
      target: sign[r] < 0,
      stated: sign[r] * problem.limit[r],
      used: sign[r] * solved.used[r],
      price: worth.price,
      more,
      less,
    }
  })
  const options =
    unit < 0
      ? null
      : {
          parcel: program.unitName(unit),
          options: (program.staged ? optionsOfStaged(problem, solved.prices, unit) : optionsOf(problem, solved.prices, unit)).map(
            ({ option, benefit, atPrices, loss }) => ({
              option: option < 0 ? null : program.optionName(unit, option),
              benefit,
              atPrices,
              // forced, no plan is above bound − loss: what it must cost against the plan at hand
              cost: Math.max(0, solved.benefit - (relaxed - loss)),
              chosen: solved.choice[unit] === option,
            }),
          ),
        }
  return accept({
    status: solved.status,
    limits,
    parcel: options,
    sensitivity: sensitivity ? sensitivityOf(program, solved.prices, solver) : [],
    conflict: null,
  })
}

function unitNamed({ problem, unitName }: Program, name: string): number {
  for (let i = 0; i + 1 < problem.firstOption.length; i++) if (unitName(i) === name) return i
  return -1
}
