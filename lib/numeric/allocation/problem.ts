/**
 * The program of a plan: for every unit (a parcel) at most one of its options (technology × crop × year) is chosen, so that the benefit is
 * greatest and no limit is passed.
 *
 *   maximise  Σ benefit[k] x[k]   with  Σ use[k, r] x[k] ≤ limit[r] for every row r,  Σ x over a unit's options ≤ 1,  x ∈ {0, 1}
 *
 * A target (at least so much) is a limit with both sides negated. This is the multiple-choice knapsack problem with several rows
 * (Nemhauser and Wolsey 1988, II.1).
 */
import type { Accounts } from './accounts.ts'

export type AllocationProblem = {
  /** Options of unit i are `firstOption[i] … firstOption[i + 1] − 1`; units + 1 numbers. */
  readonly firstOption: Uint32Array
  /** One number an option, in the unit of the objective. */
  readonly benefit: Float64Array
  /** Rows an option touches: option k has entries `k × width … (k + 1) × width − 1` of `row` and `use`. Unused entries have use 0. */
  readonly width: number
  readonly row: Uint16Array | Uint32Array
  readonly use: Float64Array
  /** One number a row, in the row's own unit. */
  readonly limit: Float64Array
  /** 1 for units that must have one of their options (locked in); without it none must. */
  readonly required?: Uint8Array
  /** Where given, `row` names accounts, each of which draws on many rows; otherwise the rows themselves. */
  readonly accounts?: Accounts
}

/** What is wrong with a program, at which place. */
export type ProblemFault =
  | { readonly what: 'lengths'; readonly expected: number; readonly found: number; readonly of: 'firstOption' | 'benefit' | 'row' | 'use' }
  | { readonly what: 'option-order'; readonly unit: number }
  | { readonly what: 'not-a-number'; readonly of: 'benefit' | 'use' | 'limit'; readonly index: number }
  | { readonly what: 'no-option'; readonly unit: number }
  | { readonly what: 'unknown-row'; readonly option: number; readonly row: number; readonly rows: number }
  | { readonly what: 'row-twice'; readonly option: number; readonly row: number }
  | { readonly what: 'out-of-reach'; readonly row: number; readonly limit: number; readonly least: number }

/** A row counts as kept when it is passed by no more than this share of its limit (and of the amounts it sums): what double sums can lose. */
const KEPT = 1e-9

/** Everything that makes a program unusable, the first of each kind; empty when it can be solved. */
export function faultsOf(problem: AllocationProblem): ProblemFault[] {
  const { firstOption, benefit, width, row, use, limit } = problem
  const faults: ProblemFault[] = []
  const options = benefit.length
  const last = firstOption[firstOption.length - 1]
  if (firstOption.length === 0 || last !== options) faults.push({ what: 'lengths', of: 'firstOption', expected: options, found: last ?? 0 })
  if (row.length !== options * width) faults.push({ what: 'lengths', of: 'row', expected: options * width, found: row.length })
  if (use.length !== options * width) faults.push({ what: 'lengths', of: 'use', expected: options * width, found: use.length })
  if (faults.length > 0) return faults
  for (let i = 0; i + 1 < firstOption.length; i++) if (firstOption[i] > firstOption[i + 1]) return [{ what: 'option-order', unit: i }]
  const empty = problem.required?.findIndex((must, i) => must === 1 && firstOption[i] === firstOption[i + 1]) ?? -1
  if (empty >= 0) faults.push({ what: 'no-option', unit: empty })
  for (const [of, list] of [
    ['benefit', benefit],
    ['use', use],
    ['limit', limit],
  ] as const) {
    const index = list.findIndex((value) => !Number.isFinite(value))
    if (index >= 0) faults.push({ what: 'not-a-number', of, index })
  }
  const named = problem.accounts ? problem.accounts.start.length - 1 : limit.length
  for (let q = 0; q < row.length; q++) {
    if (use[q] === 0) continue
    if (row[q] >= named) return [...faults, { what: 'unknown-row', option: Math.floor(q / width), row: row[q], rows: named }]
    for (let z = q - (q % width); z < q; z++)
      if (row[z] === row[q] && use[z] !== 0) return [...faults, { what: 'row-twice', option: Math.floor(q / width), row: row[q] }]
  }
  return faults.length > 0 || problem.accounts ? faults : unreachable(problem)
}

/** Rows that no choice can satisfy, whatever the others say: the least use of all units together is still above the limit. */
function unreachable(problem: AllocationProblem): ProblemFault[] {
  const { firstOption, width, row, use, limit } = problem
  const least = new Float64Array(limit.length)
  const size = new Float64Array(limit.length)
  const of = new Float64Array(limit.length)
  for (let i = 0; i + 1 < firstOption.length; i++) {
    const from = firstOption[i] * width
    const to = firstOption[i + 1] * width
    for (let q = from; q < to; q++) if (use[q] < of[row[q]]) of[row[q]] = use[q]
    if (problem.required?.[i] === 1 && to - from === width) for (let q = from; q < to; q++) of[row[q]] += use[q] - of[row[q]]
    for (let q = from; q < to; q++) {
      least[row[q]] += of[row[q]]
      size[row[q]] -= of[row[q]]
      of[row[q]] = 0
    }
  }
  const faults: ProblemFault[] = []
  for (let r = 0; r < limit.length; r++)
    if (least[r] > limit[r] + KEPT * Math.max(Math.abs(limit[r]), size[r]))
      faults.push({ what: 'out-of-reach', row: r, limit: limit[r], least: least[r] })
  return faults
}

/** A choice for each unit: the option's place within the unit (0, 1, …), or −1 for none. */
export type Choice = Int16Array

export type Sums = {
  readonly benefit: number
  readonly use: Float64Array
  /** The largest excess over a limit, as a share of the limit (where that is 0, of the largest amount summed); 0 when all are kept. */
  readonly violation: number
}

/** Adds a plan up again from the raw figures, with compensated sums (Neumaier 1974): the second opinion on every result. */
export function sumUp(problem: AllocationProblem, choice: Choice): Sums {
  const { firstOption, benefit, width, row, use, limit } = problem
  const used = new Float64Array(limit.length)
  const lost = new Float64Array(limit.length)
  const largest = new Float64Array(limit.length)
  let value = 0
  let valueLost = 0
  for (let i = 0; i < choice.length; i++) {
    if (choice[i] < 0) continue
    const k = firstOption[i] + choice[i]
    const sum = value + benefit[k]
    valueLost += Math.abs(value) >= Math.abs(benefit[k]) ? value - sum + benefit[k] : benefit[k] - sum + value
    value = sum
    for (let q = k * width; q < (k + 1) * width; q++) {
      const r = row[q]
      const amount = use[q]
      const next = used[r] + amount
      largest[r] = Math.max(largest[r], Math.abs(amount))
      lost[r] += Math.abs(used[r]) >= Math.abs(amount) ? used[r] - next + amount : amount - next + used[r]
      used[r] = next
    }
  }
  let violation = 0
  for (let r = 0; r < limit.length; r++) {
    used[r] += lost[r]
    violation = Math.max(violation, (used[r] - limit[r]) / (Math.abs(limit[r]) || largest[r] || 1))
  }
  return { benefit: value + valueLost, use: used, violation }
}
