/**
 * A plan with works that is being worked on. Works and flows are given; what they use is taken off the limits, options whose works are not open are out, and
 * least sizes are targets: what is left is a plain plan, which repair, filling and exchange know how to better. Then works change one by one.
 */
import { ownAccounts } from './accounts.ts'
import { Draft } from './draft.ts'
import { flowUse } from './flows.ts'
import { exchange, fill, repair } from './improve.ts'
import type { AllocationProblem, Choice } from './problem.ts'
import type { Look, Relaxed } from './relaxed.ts'
import { SIZE_ROUNDING } from './works.ts'

type Kept = {
  readonly choice: Choice
  readonly used: Float64Array
  readonly limit: Float64Array
  readonly state: Uint8Array
  readonly benefit: number
  readonly fixed: number
}

export class StagedDraft {
  readonly relaxed: Relaxed
  readonly draft: Draft
  readonly state: Uint8Array
  flow: Float64Array
  /** Prices of rows, then of least sizes. */
  readonly prices: Float64Array
  fixed = 0 // what works and flows bring
  readonly #plain: AllocationProblem
  readonly #leastRow: Int32Array
  readonly #allowed: Uint8Array
  readonly #onlyWorks: Float64Array // of rows that only works touch, what one of them uses at most
  readonly #scratch: Choice

  constructor(relaxed: Relaxed, plain: PlainPart, look: Look, flow: Float64Array) {
    this.relaxed = relaxed
    const { problem, forest } = relaxed
    this.#plain = { ...plain.problem, limit: plain.problem.limit.slice() }
    this.#leastRow = plain.leastRow
    this.#onlyWorks = plain.onlyWorks
    this.state = relaxed.state.slice()
    this.flow = flow
    this.#scratch = relaxed.choice.slice()
    this.#allowed = new Uint8Array(problem.benefit.length).fill(1)
    this.prices = new Float64Array(this.#plain.limit.length)
    this.prices.set(look.prices)
    forest.children.forEach((_, w) => {
      forest.mark(w, this.state, this.#allowed)
      if (this.#leastRow[w] >= 0) this.prices[this.#leastRow[w]] = forest.sizePrice(w, this.state)
    })
    this.draft = new Draft(this.#plain, relaxed.choice, this.#allowed)
    this.settleLimits()
  }

  get benefit(): number {
    return this.draft.benefit + this.fixed
  }

  /** Limits less what works and flows use, anew from the raw figures. */
  settleLimits(): void {
    const { problem, forest } = this.relaxed
    const { works } = forest.problem
    this.#plain.limit.set(problem.limit)
    this.fixed = 0
    if (problem.flows) {
      const used = flowUse(problem.flows, this.flow, problem.limit.length)
      used.forEach((amount, r) => {
        this.#plain.limit[r] -= amount
      })
      this.flow.forEach((amount, c) => {
        this.fixed += amount * (problem.flows?.benefit[c] ?? 0)
      })
    }
    for (let w = 0; w < works.parent.length; w++) {
      if (this.#leastRow[w] >= 0) this.#plain.limit[this.#leastRow[w]] = 0
      this.#account(w, 1)
    }
  }

  /** Takes what a work uses in its state off the limits (or back), and counts what it brings. */
  #account(w: number, sign: 1 | -1): void {
    const { problem, forest } = this.relaxed
    const { works } = forest.problem
    const s = this.state[w]
    if (s === works.stages) return
    const n = w * works.stages + s
    this.fixed += sign * works.benefit[n]
    const { limit } = this.#plain
    const accounts = problem.accounts
    for (let e = works.start[n]; e < works.start[n + 1]; e++) {
      if (!accounts) limit[works.row[e]] -= sign * works.use[e]
      else
        for (let a = accounts.start[works.row[e]]; a < accounts.start[works.row[e] + 1]; a++)
          limit[accounts.row[a]] -= sign * works.use[e] * accounts.coefficient[a]
    }
    if (this.#leastRow[w] >= 0) limit[this.#leastRow[w]] -= sign * works.least[w] * (1 - SIZE_ROUNDING)
  }

  /** Work w in another state, all that lies in it and its units as is best then at the prices. */
  change(w: number, s: number): void {
    const { forest } = this.relaxed
    const tree = [...forest.within(w)]
    for (const each of tree) this.#account(each, -1)
    forest.decide(w, this.state, s)
    for (const each of tree) {
      this.#account(each, 1)
      forest.mark(each, this.state, this.#allowed)
      forest.choose(each, this.state, this.#scratch)
      if (this.#leastRow[each] >= 0) this.prices[this.#leastRow[each]] = forest.sizePrice(each, this.state)
      for (let n = forest.unitStart[each]; n < forest.unitStart[each + 1]; n++) {
        const i = forest.units[n]
        if (this.draft.choice[i] !== this.#scratch[i]) this.draft.move(i, this.#scratch[i])
      }
    }
  }

  keep(): Kept {
    const { choice, used, benefit } = this.draft
    return {
      choice: choice.slice(),
      used: used.slice(),
      limit: this.#plain.limit.slice(),
      state: this.state.slice(),
      benefit,
      fixed: this.fixed,
    }
  }

  /** Back to what was kept; only the tree of w had changed. */
  back(kept: Kept, w: number): void {
    const { forest } = this.relaxed
    this.draft.restore(kept)
    this.#plain.limit.set(kept.limit)
    this.state.set(kept.state)
    this.fixed = kept.fixed
    for (const each of forest.within(w)) {
      forest.mark(each, this.state, this.#allowed)
      if (this.#leastRow[each] >= 0) this.prices[this.#leastRow[each]] = forest.sizePrice(each, this.state)
    }
  }

  /** The sum of what works' own rows are passed by, as shares of what they are made of. */
  #worksExcess(): number {
    let excess = 0
    this.#onlyWorks.forEach((size, r) => {
      if (size > 0 && this.#plain.limit[r] < 0) excess -= this.#plain.limit[r] / size
    })
    return excess
  }

  /** Opens or shuts works by the cheapest changes until the rows that only works touch (a district's works after its branch) are kept. */
  settleWorks(): boolean {
    const { forest } = this.relaxed
    const { works } = forest.problem
    let excess = this.#worksExcess()
    for (let tries = 0; excess > 1e-12 && tries < 4 * works.parent.length + 10; tries++) {
      let best: { w: number; s: number; cost: number } | null = null
      for (let w = 0; w < works.parent.length; w++) {
        if (!this.#touchesPassed(w)) continue
        const values = forest.valuesOf(w, this.state)
        for (let s = 0; s <= works.stages; s++) {
          if (s === this.state[w] || values[s] === Number.NEGATIVE_INFINITY) continue
          const relief = excess - this.#excessWith(w, s)
          if (!(relief > 1e-12)) continue
          const cost = (values[this.state[w]] - values[s]) / relief
          if (!best || cost < best.cost) best = { w, s, cost }
        }
      }
      if (!best) return false
      this.change(best.w, best.s)
      excess = this.#worksExcess()
    }
    return excess <= 1e-12
  }

  #excessWith(w: number, s: number): number {
    const old = this.state[w]
    this.#account(w, -1)
    this.state[w] = s
    this.#account(w, 1)
    const excess = this.#worksExcess()
    this.#account(w, -1)
    this.state[w] = old
    this.#account(w, 1)
    return excess
  }

  #touchesPassed(w: number): boolean {
    const { problem, forest } = this.relaxed
    const { works } = forest.problem
    const accounts = problem.accounts
    const passed = (r: number) => this.#onlyWorks[r] > 0 && this.#plain.limit[r] < 0
    for (let e = works.start[w * works.stages]; e < works.start[(w + 1) * works.stages]; e++) {
      if (!accounts) {
        if (passed(works.row[e])) return true
      } else for (let a = accounts.start[works.row[e]]; a < accounts.start[works.row[e] + 1]; a++) if (passed(accounts.row[a])) return true
    }
    return false
  }

  worksKept(): boolean {
    return this.#worksExcess() <= 1e-12
  }

  /** Within all limits by moves of units; false where the cheap ones do not lead there. */
  repair(units?: Uint32Array): boolean {
    return repair(this.draft, this.prices, units)
  }
  fill(units?: Uint32Array): void {
    fill(this.draft, this.prices, units)
  }
  exchange(most: number, goesOn: () => boolean): void {
    exchange(this.draft, this.prices, most, 40, goesOn)
  }

  /** Units under work w and all that lies in it. */
  unitsWithin(w: number): Uint32Array {
    const { forest } = this.relaxed
    const units: number[] = []
    for (const each of forest.within(w))
      for (let n = forest.unitStart[each]; n < forest.unitStart[each + 1]; n++) units.push(forest.units[n])
    return Uint32Array.from(units).sort()
  }
}

/** The plain plan beneath one with works: least sizes as rows of their own, after the others. */
export type PlainPart = {
  readonly problem: AllocationProblem
  /** Row of each work's least size; −1 for none. */
  readonly leastRow: Int32Array
  /** Of rows that only works touch, the largest amount by one; 0 for all others. */
  readonly onlyWorks: Float64Array
}

export function plainPartOf({ problem, forest }: Relaxed): PlainPart {
  const { firstOption, benefit, limit, required } = problem
  const { works } = forest.problem
  const accounts = problem.accounts ?? ownAccounts(limit.length)
  const leastRow = new Int32Array(works.parent.length).fill(-1)
  let rows = limit.length
  works.least.forEach((least, w) => {
    if (least > 0) leastRow[w] = rows++
  })
  const added = rows - limit.length
  const width = added > 0 ? problem.width + 1 : problem.width
  let { row, use } = problem
  if (added > 0) {
    const old = problem.width
    row = new Uint32Array(benefit.length * width)
    use = new Float64Array(benefit.length * width)
    const first = accounts.start.length - 1
    for (let i = 0; i + 1 < firstOption.length; i++) {
      const w = works.of[i]
      for (let k = firstOption[i]; k < firstOption[i + 1]; k++) {
        for (let z = 0; z < old; z++) {
          row[k * width + z] = problem.row[k * old + z]
          use[k * width + z] = problem.use[k * old + z]
        }
        if (w < 0 || leastRow[w] < 0) continue
        row[k * width + old] = first + leastRow[w] - limit.length
        use[k * width + old] = -forest.sizeOf(w, k)
      }
    }
  }
  const touched = new Uint8Array(limit.length)
  const byAccount = new Uint8Array(accounts.start.length - 1 + added)
  for (let q = 0; q < problem.row.length; q++) if (problem.use[q] !== 0) byAccount[problem.row[q]] = 1
  for (let a = 0; a + 1 < accounts.start.length; a++)
    if (byAccount[a] === 1) for (let e = accounts.start[a]; e < accounts.start[a + 1]; e++) touched[accounts.row[e]] = 1
  if (problem.flows) for (const r of problem.flows.row) touched[r] = 1
  const onlyWorks = new Float64Array(limit.length)
  for (let e = 0; e < works.row.length; e++)
    for (let a = accounts.start[works.row[e]]; a < accounts.start[works.row[e] + 1]; a++) {
      const r = accounts.row[a]
      if (touched[r] === 0) onlyWorks[r] = Math.max(onlyWorks[r], Math.abs(works.use[e] * accounts.coefficient[a]))
    }
  const grown = new Float64Array(rows)
  grown.set(limit)
  return {
    problem: {
      firstOption,
      benefit,
      width,
      row,
      use,
      limit: grown,
      ...(required ? { required } : {}),
      ...(problem.accounts || added > 0 ? { accounts: added > 0 ? withOwn(accounts, limit.length, added) : accounts } : {}),
    },
    leastRow,
    onlyWorks,
  }
}

function withOwn(accounts: ReturnType<typeof ownAccounts>, firstRow: number, added: number) {
  const last = accounts.start[accounts.start.length - 1]
  return {
    start: Uint32Array.from([...accounts.start, ...Array.from({ length: added }, (_, n) => last + n + 1)]),
    row: Uint32Array.from([...accounts.row, ...Array.from({ length: added }, (_, n) => firstRow + n)]),
    coefficient: Float64Array.from([...accounts.coefficient, ...Array.from({ length: added }, () => 1)]),
  }
}
