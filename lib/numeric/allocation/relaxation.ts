/**
 * The Lagrangian relaxation of a plan: limits become prices, and every unit decides for itself (Geoffrion 1974).
 *
 *   L(λ) = Σ_r λ_r limit_r + Σ_i max(0, max_k (benefit_k − Σ_r λ_r use_kr))
 *
 * For any prices λ ≥ 0, L(λ) is at least the benefit of every plan that keeps the limits: this is the certificate of the plan's gap.
 * Units whose options touch the same rows form a group: a group's part of L depends on those few prices alone, which is what the
 * cutting-plane master needs.
 */
import type { AllocationProblem, Choice } from './problem.ts'

/** Groups of units by the rows that they touch. */
export type Groups = {
  readonly of: Uint16Array // of each unit
  readonly rows: readonly Uint32Array[] // touched by each group, ascending
}

/** More groups would make the master larger than what they teach it. */
const MOST_GROUPS = 400

export function groupsOf(problem: AllocationProblem): Groups {
  const { firstOption, width, row, use } = problem
  const units = firstOption.length - 1
  const names = new Map<string, number>()
  const rowsOf: Uint32Array[] = []
  const of = new Uint32Array(units)
  let lastKey: string | null = null
  let lastGroup = -1
  for (let i = 0; i < units; i++) {
    const touched = new Set<number>()
    for (let q = firstOption[i] * width; q < firstOption[i + 1] * width; q++) if (use[q] !== 0) touched.add(row[q])
    const rows = Uint32Array.from(touched).sort()
    const key = rows.join()
    if (key !== lastKey) {
      lastKey = key
      lastGroup = names.get(key) ?? -1
      if (lastGroup < 0) {
        lastGroup = rowsOf.length
        names.set(key, lastGroup)
        rowsOf.push(rows)
      }
    }
    of[i] = lastGroup
  }
  return rowsOf.length <= MOST_GROUPS ? { of: Uint16Array.from(of), rows: rowsOf } : merged(of, rowsOf)
}

/** Groups that touch neighbouring rows are put together until there are few enough. */
function merged(of: Uint32Array, rowsOf: readonly Uint32Array[]): Groups {
  const order = rowsOf.map((_, g) => g).sort((a, b) => compareRows(rowsOf[a], rowsOf[b]))
  const place = new Uint16Array(rowsOf.length)
  order.forEach((g, n) => {
    place[g] = Math.floor((n * MOST_GROUPS) / rowsOf.length)
  })
  const together = Array.from({ length: MOST_GROUPS }, () => new Set<number>())
  rowsOf.forEach((rows, g) => {
    for (const r of rows) together[place[g]].add(r)
  })
  return { of: Uint16Array.from(of, (g) => place[g]), rows: together.map((rows) => Uint32Array.from(rows).sort()) }
}

function compareRows(a: Uint32Array, b: Uint32Array): number {
  for (let n = 0; n < Math.min(a.length, b.length); n++) if (a[n] !== b[n]) return a[n] - b[n]
  return a.length - b.length
}

/**
 * The relaxation at some prices. `value` and `use` are of the groups: row r's use by group g is `use[g × rows + r]`. `size` is what `bound` would be if nothing
 * cancelled in its sum: the measure of its rounding.
 */
export type Evaluation = { readonly bound: number; readonly size: number; readonly value: Float64Array; readonly use: Float64Array }

/**
 * Evaluates L at the prices and writes every unit's best option into `choice`. `units`: only these (a sample), with the limits scaled
 * by `share`. Of equal options the first wins, and none wins over zero (where none is allowed).
 */
export function evaluate(
  problem: AllocationProblem,
  groups: Groups,
  prices: Float64Array,
  choice: Choice,
  sample?: { readonly units: Uint32Array; readonly share: number },
): Evaluation {
  const { firstOption, benefit, width, row, use, limit, required } = problem
  const rows = limit.length
  const value = new Float64Array(groups.rows.length)
  const used = new Float64Array(groups.rows.length * rows)
  const count = sample ? sample.units.length : choice.length
  for (let n = 0; n < count; n++) {
    const i = sample ? sample.units[n] : n
    let best = required?.[i] === 1 ? Number.NEGATIVE_INFINITY : 0
    let bestOption = -1
    const last = firstOption[i + 1]
    for (let k = firstOption[i], q = k * width; k < last; k++) {
      let worth = benefit[k]
      for (const end = q + width; q < end; q++) worth -= prices[row[q]] * use[q]
      if (worth > best) {
        best = worth
        bestOption = k
      }
    }
    if (bestOption < 0) {
      choice[i] = -1
      continue
    }
    choice[i] = bestOption - firstOption[i]
    const g = groups.of[i]
    value[g] += best
    const at = g * rows
    for (let q = bestOption * width; q < (bestOption + 1) * width; q++) used[at + row[q]] += use[q]
  }
  let bound = 0
  let size = 0
  const share = sample?.share ?? 1
  for (let r = 0; r < rows; r++) {
    bound += prices[r] * limit[r] * share
    size += Math.abs(prices[r] * limit[r]) * share
  }
  for (const each of value) {
    bound += each
    size += Math.abs(each)
  }
  return { bound, size, value, use: used }
}

/** What option k of the program is worth at these prices. */
export function worthOf(problem: AllocationProblem, prices: Float64Array, k: number): number {
  let worth = problem.benefit[k]
  for (let q = k * problem.width; q < (k + 1) * problem.width; q++) worth -= prices[problem.row[q]] * problem.use[q]
  return worth
}
