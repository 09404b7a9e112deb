/**
 * Settles what the prices leave open. An option whose worth at the prices lies further below its unit's best than the bound lies above the
 * plan at hand cannot be part of a better plan (reduced-cost fixing: Dantzig, Fulkerson and Johnson 1954), so that a program in whole numbers
 * over the open options alone is exact. Done only where few are open.
 */
import type { LinearProgram } from './prices.ts'
import { type AllocationProblem, type Choice, sumUp } from './problem.ts'
import { worthOf } from './relaxation.ts'

/** Solves a program in whole numbers (all columns, or those marked in `whole`), after so many simplex iterations at most and while `goesOn`; from `start` where given; `bound` is proven: no solution is below it. Null where none was found. */
export type SolveWhole = (
  program: LinearProgram & { readonly whole?: Uint8Array },
  limits: { readonly iterations: number; readonly gap: number; readonly start?: Float64Array; readonly goesOn?: () => boolean },
) => { readonly x: Float64Array; readonly bound: number; readonly iterations: number } | null

const MOST_OPEN = 4000
/** Simplex iterations spent: counted work, some seconds of it. */
const MOST_ITERATIONS = 24_000

export type Settled = { readonly choice: Choice; readonly bound: number }

/** The best plan over the open options, or null where too many are open or nothing was found. `plan`: the plan at hand, if any. */
export function solveCore(
  problem: AllocationProblem,
  prices: Float64Array,
  bound: number,
  plan: Choice | null,
  whole: SolveWhole,
): Settled | null {
  const { firstOption, required } = problem
  const known = plan ? sumUp(problem, plan).benefit : Number.NEGATIVE_INFINITY
  const slack = bound - known + 1e-9 * Math.abs(bound)
  const best: Choice = new Int16Array(firstOption.length - 1)
  const open: number[] = [] // options
  const openUnit: number[] = []
  for (let i = 0; i < best.length; i++) {
    const worths = Float64Array.from({ length: firstOption[i + 1] - firstOption[i] }, (_, j) =>
      worthOf(problem, prices, firstOption[i] + j),
    )
    let highest = required?.[i] === 1 ? Number.NEGATIVE_INFINITY : 0
    best[i] = -1
    worths.forEach((worth, j) => {
      if (worth > highest) {
        highest = worth
        best[i] = j
      }
    })
    const candidates = [...worths.keys()].filter((j) => highest - worths[j] <= slack)
    if (candidates.length === 0 || (candidates.length === 1 && best[i] === candidates[0] && (required?.[i] === 1 || highest > slack)))
      continue // nothing to choose
    for (const j of candidates) {
      open.push(firstOption[i] + j)
      openUnit.push(i)
    }
    if (open.length > MOST_OPEN) return null
  }
  const choice = best.slice()
  for (const i of openUnit) choice[i] = -1
  const fixed = sumUp(problem, choice)
  const money = powerOfTwo(open.reduce((most, k) => Math.max(most, Math.abs(problem.benefit[k])), 0)) / COST_SIZE
  const solved = whole(
    programOf(
      problem,
      open,
      openUnit,
      fixed.use,
      money,
      (i) => required?.[i] === 1 || (best[i] >= 0 && worthOf(problem, prices, firstOption[i] + best[i]) > slack),
    ),
    {
      iterations: MOST_ITERATIONS,
      gap: 1e-9,
    },
  )
  if (!solved) return null
  open.forEach((k, n) => {
    if (solved.x[n] > 0.5) choice[openUnit[n]] = k - firstOption[openUnit[n]]
  })
  const sums = sumUp(problem, choice)
  const proven = fixed.benefit - solved.bound * money
  // what whole-number solvers call kept may be passed by their tolerance: such a plan is not ours
  if (sums.violation > 1e-9 || sums.benefit < known) return plan ? { choice: plan, bound: Math.max(known, proven) } : null
  return { choice, bound: Math.max(sums.benefit, proven) }
}

/** Limits are brought to about this, so that what the solver calls kept (to 1e-6) is kept to the billionth that we allow; benefits to about that. */
const [ROW_SIZE, COST_SIZE] = [1024, 131_072]
/** Sizes are powers of two, so that scaling rounds no figure and units of measure change nothing. */
const powerOfTwo = (value: number) => (value > 0 ? 2 ** Math.floor(Math.log2(value)) : 1)

/** Minimise −benefit ÷ `money` over the open options: one row for each limit they touch and one for each unit (at most one; exactly one where none is no choice). */
function programOf(
  problem: AllocationProblem,
  open: readonly number[],
  openUnit: readonly number[],
  fixedUse: Float64Array,
  money: number,
  mustChoose: (unit: number) => boolean,
): LinearProgram {
  const { width, row, use, limit, benefit } = problem
  const lists = new Map<number, [column: number, coefficient: number][]>()
  const unitRows = new Map<number, number[]>()
  open.forEach((k, n) => {
    for (let q = k * width; q < (k + 1) * width; q++) {
      if (use[q] === 0) continue
      const list = lists.get(row[q]) ?? []
      lists.set(row[q], list)
      list.push([n, -use[q]])
    }
    const members = unitRows.get(openUnit[n]) ?? []
    unitRows.set(openUnit[n], members)
    members.push(n)
  })
  const rows: { entries: readonly (readonly [number, number])[]; atLeast: number }[] = []
  for (const [r, list] of lists) {
    const size = powerOfTwo(Math.abs(limit[r]) || list.reduce((most, [, value]) => Math.max(most, Math.abs(value)), 0)) / ROW_SIZE
    rows.push({ entries: list.map(([n, value]) => [n, value / size] as const), atLeast: (fixedUse[r] - limit[r]) / size })
  }
  for (const [unit, members] of unitRows) {
    rows.push({ entries: members.map((n) => [n, -1] as const), atLeast: -1 })
    if (mustChoose(unit)) rows.push({ entries: members.map((n) => [n, 1] as const), atLeast: 1 })
  }
  const rowStart = new Uint32Array(rows.length + 1)
  rows.forEach((each, n) => {
    rowStart[n + 1] = rowStart[n] + each.entries.length
  })
  return {
    cost: Float64Array.from(open, (k) => -benefit[k] / money),
    from: new Float64Array(open.length),
    to: new Float64Array(open.length).fill(1),
    rowStart,
    column: Uint32Array.from(rows.flatMap((each) => each.entries.map(([n]) => n))),
    coefficient: Float64Array.from(rows.flatMap((each) => each.entries.map(([, value]) => value))),
    atLeast: Float64Array.from(rows, (each) => each.atLeast),
  }
}
