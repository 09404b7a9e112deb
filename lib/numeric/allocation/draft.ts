/** A plan that is being worked on: choices, and what they use and bring, kept up move by move. */
import type { AllocationProblem, Choice } from './problem.ts'

export class Draft {
  readonly problem: AllocationProblem
  readonly choice: Choice
  readonly used: Float64Array
  benefit = 0
  // the change that `weigh` found last: rows touched and by how much
  readonly #change: Float64Array
  readonly #touched: Uint32Array
  #count = 0

  constructor(problem: AllocationProblem, choice: Choice) {
    this.problem = problem
    this.choice = choice.slice()
    this.used = new Float64Array(problem.limit.length)
    this.#change = new Float64Array(problem.limit.length)
    this.#touched = new Uint32Array(2 * problem.width)
    for (let i = 0; i < choice.length; i++) {
      if (choice[i] < 0) continue
      const k = problem.firstOption[i] + choice[i]
      this.benefit += problem.benefit[k]
      for (let q = k * problem.width; q < (k + 1) * problem.width; q++) this.used[problem.row[q]] += problem.use[q]
    }
  }

  benefitOf(unit: number, option: number): number {
    return option < 0 ? 0 : this.problem.benefit[this.problem.firstOption[unit] + option]
  }

  gainOf(unit: number, option: number): number {
    return this.benefitOf(unit, option) - this.benefitOf(unit, this.choice[unit])
  }

  /** Whether the plan stays within its limits with this move; a row that is passed already may not get worse. */
  fits(unit: number, option: number): boolean {
    this.#weigh(unit, option)
    const { limit } = this.problem
    let fits = true
    for (let n = 0; n < this.#count; n++) {
      const r = this.#touched[n]
      const change = this.#change[r]
      this.#change[r] = 0
      if (change > 0 && this.used[r] + change > limit[r]) fits = false
    }
    return fits
  }

  /** By how much a move lowers the excess over limits, each as a share of its limit; NaN when it raises the excess of any row. */
  relief(unit: number, option: number): number {
    this.#weigh(unit, option)
    const { limit } = this.problem
    let relief = 0
    let worse = false
    for (let n = 0; n < this.#count; n++) {
      const r = this.#touched[n]
      const before = Math.max(0, this.used[r] - limit[r])
      const after = Math.max(0, this.used[r] + this.#change[r] - limit[r])
      this.#change[r] = 0
      if (after > before) worse = true
      relief += (before - after) / (Math.abs(limit[r]) || 1)
    }
    return worse ? Number.NaN : relief
  }

  move(unit: number, option: number): void {
    const { benefit, firstOption, width, row, use } = this.problem
    const old = this.choice[unit]
    if (old >= 0) {
      const k = firstOption[unit] + old
      this.benefit -= benefit[k]
      for (let q = k * width; q < (k + 1) * width; q++) this.used[row[q]] -= use[q]
    }
    if (option >= 0) {
      const k = firstOption[unit] + option
      this.benefit += benefit[k]
      for (let q = k * width; q < (k + 1) * width; q++) this.used[row[q]] += use[q]
    }
    this.choice[unit] = option
  }

  isPassed(r: number): boolean {
    return this.used[r] > this.problem.limit[r]
  }

  keepsAll(): boolean {
    return this.used.every((_, r) => !this.isPassed(r))
  }

  #weigh(unit: number, option: number): void {
    this.#count = 0
    this.#add(unit, this.choice[unit], -1)
    this.#add(unit, option, 1)
  }

  #add(unit: number, option: number, sign: number): void {
    if (option < 0) return
    const { firstOption, width, row, use } = this.problem
    const k = firstOption[unit] + option
    for (let q = k * width; q < (k + 1) * width; q++) {
      if (use[q] === 0) continue
      const r = row[q]
      let known = false
      for (let n = 0; n < this.#count; n++) if (this.#touched[n] === r) known = true
      if (!known) this.#touched[this.#count++] = r
      this.#change[r] += sign * use[q]
    }
  }
}
