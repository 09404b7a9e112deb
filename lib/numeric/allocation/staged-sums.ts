/** Adds a plan with works up again from the raw figures: the second opinion on its benefit and on everything it must keep. */
import { ownAccounts } from './accounts.ts'
import type { Choice, Sums } from './problem.ts'
import type { StagedProblem } from './relaxed.ts'
import { NO_NEED } from './works.ts'

/** A sum that keeps what its rounding loses (Neumaier 1974). */
class Sum {
  #sum = 0
  #lost = 0
  largest = 0
  add(amount: number): void {
    const next = this.#sum + amount
    this.#lost += Math.abs(this.#sum) >= Math.abs(amount) ? this.#sum - next + amount : amount - next + this.#sum
    this.#sum = next
    this.largest = Math.max(this.largest, Math.abs(amount))
  }
  get value(): number {
    return this.#sum + this.#lost
  }
}

/**
 * What a plan brings and uses. `violation`: the largest excess over a limit or below a least size, as a share of it; 1 where an option is chosen whose work is not open in
 * time, a work is open where it cannot be, or one that must be is not.
 */
export function sumUpStaged(problem: StagedProblem, choice: Choice, state: Uint8Array, flow: Float64Array): Sums {
  const { firstOption, benefit, width, row, use, limit, required, works, flows } = problem
  const accounts = problem.accounts ?? ownAccounts(limit.length)
  const total = new Sum()
  const byRow = Array.from(limit, () => new Sum())
  let broken = 0
  const take = (account: number, amount: number) => {
    for (let e = accounts.start[account]; e < accounts.start[account + 1]; e++) byRow[accounts.row[e]].add(amount * accounts.coefficient[e])
  }
  const size = Array.from({ length: works?.parent.length ?? 0 }, () => new Sum())
  for (let i = 0; i < choice.length; i++) {
    if (choice[i] < 0) {
      if (required?.[i] === 1) broken = 1
      continue
    }
    const k = firstOption[i] + choice[i]
    total.add(benefit[k])
    for (let q = k * width; q < (k + 1) * width; q++) if (use[q] !== 0) take(row[q], use[q])
    if (!works || works.of[i] < 0) continue
    const chain: number[] = []
    for (let w = works.of[i]; w >= 0; w = works.parent[w]) chain.unshift(w)
    chain.forEach((w, d) => {
      const latest = works.need[k * works.depth + d]
      if (latest === NO_NEED) return
      if (state[w] > latest || state[w] === works.stages) broken = 1
      size[w].add(works.size[k])
    })
  }
  let violation = 0
  if (works)
    for (let w = 0; w < works.parent.length; w++) {
      if (state[w] === works.stages) {
        if (works.required[w] === 1) broken = 1
        continue
      }
      const n = w * works.stages + state[w]
      if (Number.isNaN(works.benefit[n])) broken = 1
      total.add(works.benefit[n])
      for (let e = works.start[n]; e < works.start[n + 1]; e++) take(works.row[e], works.use[e])
      if (works.least[w] > 0) violation = Math.max(violation, (works.least[w] - size[w].value) / works.least[w])
    }
  if (flows)
    flow.forEach((amount, c) => {
      const span = Math.max(Math.abs(flows.from[c]), Math.abs(flows.to[c])) || 1
      violation = Math.max(violation, (flows.from[c] - amount) / span, (amount - flows.to[c]) / span)
      total.add(amount * flows.benefit[c])
      for (let e = flows.start[c]; e < flows.start[c + 1]; e++) byRow[flows.row[e]].add(amount * flows.coefficient[e])
    })
  const used = Float64Array.from(byRow, (sum) => sum.value)
  for (let r = 0; r < limit.length; r++)
    violation = Math.max(violation, (used[r] - limit[r]) / (Math.abs(limit[r]) || byRow[r].largest || 1))
  return { benefit: total.value, use: used, violation: Math.max(violation, broken) }
}
