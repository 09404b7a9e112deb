/** A plan that is being worked on: choices, and what they use and bring, kept up move by move. */
import type { AllocationProblem, Choice } from './problem.ts'

export class Draft {
  readonly problem: AllocationProblem
  readonly choice: Choice
  readonly used: Float64Array
  benefit = 0
  /** 0 for options that are out for the time being: their work is not open. */
  readonly allowed: Uint8Array | null
  // the change that `weigh` found last: rows touched and by how much
  readonly #change: Float64Array
  readonly #touched: Uint32Array
  readonly #seen: Uint32Array // of each row the weighing that touched it last
  #weighing = 0
  #count = 0

  constructor(problem: AllocationProblem, choice: Choice, allowed: Uint8Array | null = null) {
    this.problem = problem
    this.choice = choice.slice()
    this.allowed = allowed
    this.used = new Float64Array(problem.limit.length)
    this.#change = new Float64Array(problem.limit.length)
    this.#touched = new Uint32Array(problem.limit.length)
    this.#seen = new Uint32Array(problem.limit.length)
    for (let i = 0; i < choice.length; i++) {
      if (choice[i] < 0) continue
      const k = problem.firstOption[i] + choice[i]
      this.benefit += problem.benefit[k]
      this.#use(k, 1)
    }
  }

  benefitOf(unit: number, option: number): number {
    return option < 0 ? 0 : this.problem.benefit[this.problem.firstOption[unit] + option]
  }

  gainOf(unit: number, option: number): number {
    return this.benefitOf(unit, option) - this.benefitOf(unit, this.choice[unit])
  }

  allows(unit: number, option: number): boolean {
    return option < 0 || this.allowed === null || this.allowed[this.problem.firstOption[unit] + option] === 1
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
    const { benefit, firstOption } = this.problem
    const old = this.choice[unit]
    if (old >= 0) {
      const k = firstOption[unit] + old
      this.benefit -= benefit[k]
      this.#use(k, -1)
    }
    if (option >= 0) {
      const k = firstOption[unit] + option
      this.benefit += benefit[k]
      this.#use(k, 1)
    }
    this.choice[unit] = option
  }

  /** Takes up another plan's choices with what they use and bring. */
  restore(kept: Pick<Draft, 'choice' | 'used' | 'benefit'>): void {
    this.choice.set(kept.choice)
    this.used.set(kept.used)
    this.benefit = kept.benefit
  }

  isPassed(r: number): boolean {
    return this.used[r] > this.problem.limit[r]
  }

  keepsAll(): boolean {
    return this.used.every((_, r) => !this.isPassed(r))
  }

  #use(k: number, sign: 1 | -1): void {
    const { width, row, use, accounts } = this.problem
    for (let q = k * width; q < (k + 1) * width; q++) {
      if (!accounts) this.used[row[q]] += sign * use[q]
      else if (use[q] !== 0)
        for (let e = accounts.start[row[q]]; e < accounts.start[row[q] + 1]; e++)
          this.used[accounts.row[e]] += sign * use[q] * accounts.coefficient[e]
    }
  }

  #weigh(unit: number, option: number): void {
    this.#count = 0
    this.#weighing++
    this.#add(unit, this.choice[unit], -1)
    this.#add(unit, option, 1)
  }

  #add(unit: number, option: number, sign: 1 | -1): void {
    if (option < 0) return
    const { firstOption, width, row, use, accounts } = this.problem
    const k = firstOption[unit] + option
    for (let q = k * width; q < (k + 1) * width; q++) {
      if (use[q] === 0) continue
      if (!accounts) this.#touch(row[q], sign * use[q])
      else
        for (let e = accounts.start[row[q]]; e < accounts.start[row[q] + 1]; e++)
          this.#touch(accounts.row[e], sign * use[q] * accounts.coefficient[e])
    }
  }

  #touch(r: number, amount: number): void {
    if (this.#seen[r] !== this.#weighing) {
      this.#seen[r] = this.#weighing
      this.#touched[this.#count++] = r
    }
    this.#change[r] += amount
  }
}
