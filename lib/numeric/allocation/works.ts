/**
 * Works and clusters: things that are opened once, in one of a few stages (years), or never, and without which some options cannot be chosen.
 * They lie in trees (a cluster of parcels within a district's works), a unit lies under one of them, and an option states for each work on the way up the
 * latest stage in which it may have been opened. Of a work with a least size, the chosen options that need it have at least that size together
 * once it is open: the smallest contiguous block.
 *
 * Given the prices of accounts, the best stages and options of a tree are found exactly, from its leaves up (dynamic programming over the stages of the
 * works above): this is one part of the Lagrangian relaxation (Geoffrion 1974), so that stages are never relaxed there.
 */
import type { AllocationProblem, Choice } from './problem.ts'

export type Works = {
  /** Stages there are; a work's state is its stage, 0 the first, or `stages` for never. */
  readonly stages: number
  /** The work that each lies in, of smaller number; −1 for the root of a tree. */
  readonly parent: Int32Array
  /** Of work w opened in stage s, at `w × stages + s`: what it brings (a cost is negative); NaN where it cannot be. */
  readonly benefit: Float64Array
  /** What opening uses: entries `start[n] … start[n + 1] − 1` of `row` (accounts, where the program has them) and `use`, n = w × stages + s. */
  readonly start: Uint32Array
  readonly row: Uint32Array
  readonly use: Float64Array
  /** Least size of what needs each work, once open; 0 for none. Only of works that no other lies in. */
  readonly least: Float64Array
  /** 1 for works that must be opened. */
  readonly required: Uint8Array
  /** The work each unit lies under; −1 for none. */
  readonly of: Int32Array
  /** Options need works by depth in their tree: option k at `k × depth + d` the latest stage of the work at depth d, or `NO_NEED`. */
  readonly depth: number
  readonly need: Uint8Array
  /** Of each option, what it counts towards a least size. */
  readonly size: Float64Array
}
export const NO_NEED = 255

/** A least size counts as reached within what sums lose; far below what a plan may be passed by. */
export const SIZE_ROUNDING = 1e-11
const SUM_ERROR = 1e-12 // what double sums lose, as a share of what was summed
const MOST_RISES = 40

/** A program with works. */
export type WorkedProblem = AllocationProblem & { readonly works: Works }

type Menus = {
  /** Classes of needs: one a local class of options. */
  readonly classes: number
  /** Classes that each menu allows, in their order, and as marks. */
  readonly allowed: readonly Uint16Array[]
  readonly marks: readonly Uint8Array[]
  readonly open: readonly boolean[]
  /** Menu of each combination of states from the root down to the work. */
  readonly of: Uint16Array
}

/** The least size of an open work is bought by a price of size: the two choices that meet at it, and the share of the first. */
type Bought = { readonly low: number; readonly high: number; readonly share: number }

export class Forest {
  readonly problem: WorkedProblem
  readonly depthOf: Uint8Array
  readonly rootOf: Int32Array
  readonly children: readonly number[][]
  /** Units of work w: `units[unitStart[w]] … units[unitStart[w + 1] − 1]`. */
  readonly units: Uint32Array
  readonly unitStart: Uint32Array
  /** 1 for states, at w × (stages + 1) + state, that works may not take for the time being. */
  readonly barred: Uint8Array
  readonly #classOf: Uint16Array // of each option
  readonly #menus: (Menus | null)[]
  // at the prices looked at last
  readonly #value: Float64Array[] // of every combination of states from the root down to the work, with all that lies in it
  readonly #menuValue: Float64Array[]
  readonly #bought: (Bought | null)[][]
  #prices: Float64Array = new Float64Array(0)
  readonly #short: Uint8Array[] // 1 for menus whose least size is not paid yet

  constructor(problem: WorkedProblem) {
    const { works } = problem
    const count = works.parent.length
    this.problem = problem
    this.depthOf = new Uint8Array(count)
    this.rootOf = new Int32Array(count)
    this.children = Array.from({ length: count }, () => [])
    for (let w = 0; w < count; w++) {
      const parent = works.parent[w]
      this.depthOf[w] = parent < 0 ? 0 : this.depthOf[parent] + 1
      this.rootOf[w] = parent < 0 ? w : this.rootOf[parent]
      if (parent >= 0) this.children[parent].push(w)
    }
    this.unitStart = new Uint32Array(count + 1)
    for (const w of works.of) if (w >= 0) this.unitStart[w + 1]++
    for (let w = 0; w < count; w++) this.unitStart[w + 1] += this.unitStart[w]
    const at = this.unitStart.slice()
    this.units = new Uint32Array(this.unitStart[count])
    works.of.forEach((w, i) => {
      if (w >= 0) this.units[at[w]++] = i
    })
    this.barred = new Uint8Array(count * (works.stages + 1))
    this.#classOf = new Uint16Array(problem.benefit.length)
    this.#menus = this.children.map((_, w) => this.#menusOf(w))
    const states = works.stages + 1
    this.#value = this.children.map((_, w) => new Float64Array(states ** (this.depthOf[w] + 1)))
    this.#menuValue = this.#menus.map((menus) => new Float64Array(menus?.allowed.length ?? 0))
    this.#bought = this.#menus.map((menus) => Array.from({ length: menus?.allowed.length ?? 0 }, () => null))
    this.#short = this.#menus.map((menus) => new Uint8Array(menus?.allowed.length ?? 0))
  }

  /** Options of the units of a work by what they need, and which of these each combination of states leaves. */
  #menusOf(w: number): Menus | null {
    const { works, firstOption } = this.problem
    if (this.unitStart[w] === this.unitStart[w + 1]) return null
    const depth = this.depthOf[w] + 1
    const names = new Map<string, number>()
    const needs: Uint8Array[] = []
    for (let n = this.unitStart[w]; n < this.unitStart[w + 1]; n++) {
      const i = this.units[n]
      for (let k = firstOption[i]; k < firstOption[i + 1]; k++) {
        const need = works.need.subarray(k * works.depth, k * works.depth + depth)
        const key = need.join()
        let known = names.get(key)
        if (known === undefined) {
          known = needs.length
          names.set(key, known)
          needs.push(need)
        }
        this.#classOf[k] = known
      }
    }
    const states = works.stages + 1
    const of = new Uint16Array(states ** depth)
    const menus = new Map<string, number>()
    const allowed: Uint16Array[] = []
    const open: boolean[] = []
    for (let combination = 0; combination < of.length; combination++) {
      const state = statesOf(combination, states, depth)
      const classes = needs.flatMap((need, c) => (need.every((latest, d) => latest === NO_NEED || state[d] <= latest) ? [c] : []))
      const isOpen = state[depth - 1] < works.stages
      const key = `${isOpen} ${classes.join()}`
      let known = menus.get(key)
      if (known === undefined) {
        known = allowed.length
        menus.set(key, known)
        allowed.push(Uint16Array.from(classes))
        open.push(isOpen)
      }
      of[combination] = known
    }
    const marks = allowed.map((classes) => {
      const each = new Uint8Array(needs.length)
      for (const c of classes) each[c] = 1
      return each
    })
    return { classes: needs.length, allowed, marks, open, of }
  }

  /** Looks at all works at these prices of accounts; afterwards `decide` and `valueOf` answer. */
  look(prices: Float64Array): void {
    this.#prices = prices
    const states = this.problem.works.stages + 1
    for (let w = this.children.length - 1; w >= 0; w--) {
      const menus = this.#menus[w]
      if (menus) this.#lookAtUnits(w, menus, prices)
      const value = this.#value[w]
      for (let combination = 0; combination < value.length; combination++) {
        let sum = this.stageValue(w, combination % states, prices)
        if (menus) sum += this.#menuValue[w][menus.of[combination]]
        for (const child of this.children[w]) {
          let best = Number.NEGATIVE_INFINITY
          for (let s = 0; s < states; s++) best = Math.max(best, this.#value[child][combination * states + s])
          sum += best
        }
        value[combination] = sum
      }
      if (menus && this.problem.works.least[w] > 0) this.#buyBest(w, menus)
    }
  }

  /** Least sizes are bought where they matter: for the best state below every combination above, until the best is one that is paid. */
  #buyBest(w: number, menus: Menus): void {
    const states = this.problem.works.stages + 1
    const value = this.#value[w]
    for (let first = 0; first < value.length; first += states) {
      for (let tries = 0; tries < states; tries++) {
        let best = first
        for (let c = first + 1; c < first + states; c++) if (value[c] >= value[best]) best = c // of equals the last, as `decide` has it
        const m = menus.of[best]
        if (this.#short[w][m] === 0 || value[best] === Number.NEGATIVE_INFINITY) break
        this.#pay(w, menus, m)
      }
    }
  }

  /** Buys the least size for a menu. */
  #pay(w: number, menus: Menus, m: number): void {
    if (this.#short[w][m] === 0) return
    const { bought, value: lower } = this.#buySize(w, menus.marks[m], this.#prices)
    const before = this.#menuValue[w][m]
    const change = before === Number.NEGATIVE_INFINITY ? 0 : lower - before
    this.#menuValue[w][m] = lower
    this.#bought[w][m] = bought
    this.#short[w][m] = 0
    const value = this.#value[w]
    for (let c = 0; c < value.length; c++) if (menus.of[c] === m) value[c] += change
  }

  /** What opening work w in a stage is worth by itself at these prices of accounts; −∞ where it cannot be. */
  stageValue(w: number, state: number, prices: Float64Array): number {
    const { works } = this.problem
    if (this.barred[w * (works.stages + 1) + state] === 1) return Number.NEGATIVE_INFINITY
    if (state === works.stages) return works.required[w] === 1 ? Number.NEGATIVE_INFINITY : 0
    const n = w * works.stages + state
    if (Number.isNaN(works.benefit[n])) return Number.NEGATIVE_INFINITY
    let value = works.benefit[n]
    for (let e = works.start[n]; e < works.start[n + 1]; e++) value -= prices[works.row[e]] * works.use[e]
    return value
  }

  #lookAtUnits(w: number, menus: Menus, prices: Float64Array): void {
    const { firstOption, benefit, width, row, use, required } = this.problem
    const value = this.#menuValue[w].fill(0)
    const size = new Float64Array(value.length)
    const best = new Float64Array(menus.classes)
    const bestSize = new Float64Array(menus.classes)
    const least = this.#leastOf(w)
    for (let n = this.unitStart[w]; n < this.unitStart[w + 1]; n++) {
      const i = this.units[n]
      best.fill(Number.NEGATIVE_INFINITY)
      for (let k = firstOption[i], q = k * width; k < firstOption[i + 1]; k++) {
        let worth = benefit[k]
        for (const end = q + width; q < end; q++) worth -= prices[row[q]] * use[q]
        const c = this.#classOf[k]
        if (worth > best[c]) {
          best[c] = worth
          if (least > 0) bestSize[c] = this.sizeOf(w, k)
        }
      }
      const none = required?.[i] === 1 ? Number.NEGATIVE_INFINITY : 0
      for (let m = 0; m < value.length; m++) {
        let most = none
        let mostSize = 0
        for (const c of menus.allowed[m]) {
          if (best[c] > most) {
            most = best[c]
            mostSize = bestSize[c]
          }
        }
        value[m] += most
        size[m] += mostSize
      }
    }
    for (let m = 0; m < value.length; m++) {
      this.#bought[w][m] = null
      this.#short[w][m] = least > 0 && menus.open[m] && size[m] < least ? 1 : 0
    }
  }

  /** What option k counts towards the least size of work w. */
  sizeOf(w: number, k: number): number {
    const { works } = this.problem
    return works.need[k * works.depth + this.depthOf[w]] === NO_NEED ? 0 : works.size[k]
  }

  /**
   * The least of Σ_i max_k (worth_k + μ size_k) − μ least over prices of size μ ≥ 0: convex and piecewise linear, so that the tangents of a
   * point on either side meet at or below it.
   */
  #buySize(w: number, marks: Uint8Array, prices: Float64Array): { readonly bought: Bought | null; readonly value: number } {
    const least = this.#leastOf(w)
    const { worth, size, first, none, largest, most } = this.#worthsOf(w, marks, prices)
    if (most < least) return { bought: null, value: Number.NEGATIVE_INFINITY } // not even all of it is that large
    const at = (mu: number) => {
      let value = -mu * least
      let total = 0
      for (let n = 0; n + 1 < first.length; n++) {
        let best = none[n]
        let bestSize = 0
        for (let j = first[n]; j < first[n + 1]; j++) {
          const paid = worth[j] + mu * size[j]
          if (paid > best) {
            best = paid
            bestSize = size[j]
          }
        }
        value += best
        total += bestSize
      }
      return { mu, value, slope: total - least }
    }
    /** What is told is no lower than the least, whatever the sums at a high price lose. */
    const bought = (value: number, low: number, high: number, share: number) => ({
      bought: { low, high, share },
      value: value + SUM_ERROR * high * least,
    })
    let low = at(0)
    if (low.value === Number.NEGATIVE_INFINITY) return { bought: null, value: low.value } // a unit that must choose has no option left
    if (low.slope >= 0) return { bought: null, value: low.value } // of equal options the larger were taken here
    let high = low
    for (let mu = largest / 16 / least, tries = 0; high.slope < 0; mu *= 8, tries++) {
      // sizes that differ by next to nothing: any price will do for a bound
      if (tries > MOST_RISES) return bought(Math.min(low.value, high.value), high.mu, high.mu, 0)
      const next = at(mu)
      if (next.slope < 0) low = next
      high = next
    }
    for (let tries = 0; tries < 60; tries++) {
      const mu = (high.value - high.slope * high.mu - low.value + low.slope * low.mu) / (low.slope - high.slope)
      const meet = low.value + low.slope * (mu - low.mu)
      const middle = at(Math.min(Math.max(mu, low.mu), high.mu))
      if (middle.value <= meet + 1e-12 * (Math.abs(meet) + Math.abs(low.value)) || middle.mu === low.mu || middle.mu === high.mu)
        return bought(middle.value, low.mu, high.mu, high.slope / (high.slope - low.slope))
      if (middle.slope < 0) low = middle
      else high = middle
    }
    return bought(Math.min(low.value, high.value), low.mu, high.mu, high.slope / (high.slope - low.slope))
  }

  /** The least size of a work as it is held: within what sums of sizes lose. */
  #leastOf(w: number): number {
    return this.problem.works.least[w] * (1 - SIZE_ROUNDING)
  }

  /**
   * What the options of a work's units that are marked are worth, and their sizes: unit n has those from `first[n]`. `largest`: the largest worth without its
   * sign (1 where there is none); `most`: the size of all units at their largest.
   */
  #worthsOf(w: number, marks: Uint8Array, prices: Float64Array) {
    const { firstOption, benefit, width, row, use, required } = this.problem
    const count = this.unitStart[w + 1] - this.unitStart[w]
    const first = new Uint32Array(count + 1)
    const none = new Float64Array(count)
    let options = 0
    for (let n = 0; n < count; n++) {
      const i = this.units[this.unitStart[w] + n]
      options += firstOption[i + 1] - firstOption[i]
    }
    const worth = new Float64Array(options)
    const size = new Float64Array(options)
    let j = 0
    let most = 0
    let largest = 0
    for (let n = 0; n < count; n++) {
      const i = this.units[this.unitStart[w] + n]
      let mostSize = 0
      if (required?.[i] === 1) none[n] = Number.NEGATIVE_INFINITY
      for (let k = firstOption[i], q = k * width; k < firstOption[i + 1]; k++, q = k * width) {
        if (marks[this.#classOf[k]] === 0) continue
        let sum = benefit[k]
        for (const end = q + width; q < end; q++) sum -= prices[row[q]] * use[q]
        worth[j] = sum
        size[j] = this.sizeOf(w, k)
        largest = Math.max(largest, Math.abs(sum))
        mostSize = Math.max(mostSize, size[j++])
      }
      most += mostSize
      first[n + 1] = j
    }
    return { worth, size, first, none, largest: largest || 1, most }
  }

  /** The best option of a unit among the marked classes, its size paid with `mu`; −1 for none. */
  #bestOf(w: number, i: number, marks: Uint8Array, prices: Float64Array, mu: number): number {
    const { firstOption, benefit, width, row, use, required } = this.problem
    let most = required?.[i] === 1 ? Number.NEGATIVE_INFINITY : 0
    let option = -1
    for (let k = firstOption[i], q = k * width; k < firstOption[i + 1]; k++, q = k * width) {
      if (marks[this.#classOf[k]] === 0) continue
      let worth = benefit[k]
      for (const end = q + width; q < end; q++) worth -= prices[row[q]] * use[q]
      if (mu > 0) worth += mu * this.sizeOf(w, k)
      if (worth > most) {
        most = worth
        option = k
      }
    }
    return option
  }

  /** The value of the tree of a root at the prices looked at last. */
  valueOf(root: number): number {
    let best = Number.NEGATIVE_INFINITY
    for (let s = 0; s <= this.problem.works.stages; s++) best = Math.max(best, this.#value[root][s])
    return best
  }

  /** What work w is worth in each state with all that lies in it, those above it being as they are. */
  valuesOf(w: number, state: Uint8Array): Float64Array {
    const states = this.problem.works.stages + 1
    const above = this.#combinationOf(this.problem.works.parent[w], state)
    return this.#value[w].slice(above * states, (above + 1) * states)
  }

  #combinationOf(w: number, state: Uint8Array): number {
    return w < 0 ? 0 : this.#combinationOf(this.problem.works.parent[w], state) * (this.problem.works.stages + 1) + state[w]
  }

  /** Sets work w to a state, or where null to its best, and all that lies in it to the best that leaves; of equals the last: not at all, then late. */
  decide(w: number, state: Uint8Array, forced: number | null = null): void {
    const states = this.problem.works.stages + 1
    if (forced === null) {
      const values = this.valuesOf(w, state)
      let best = states - 1
      for (let s = states - 2; s >= 0; s--) if (values[s] > values[best]) best = s
      state[w] = best
    } else state[w] = forced
    for (const child of this.children[w]) this.decide(child, state)
  }

  /** Of an open work whose least size costs something: that cost, a unit of size. */
  sizePrice(w: number, state: Uint8Array): number {
    const menus = this.#menus[w]
    return menus ? (this.#bought[w][menus.of[this.#combinationOf(w, state)]]?.high ?? 0) : 0
  }

  /**
   * Chooses for every unit of a work at the prices looked at last; `count(option, share)` is told what is taken. Where a least size is bought two choices meet: both are
   * told with their shares, and the larger is chosen.
   */
  choose(w: number, state: Uint8Array, choice: Choice, count?: (option: number, share: number) => void): void {
    const prices = this.#prices
    const menus = this.#menus[w]
    if (!menus) return
    const m = menus.of[this.#combinationOf(w, state)]
    this.#pay(w, menus, m)
    const bought = this.#bought[w][m]
    for (let n = this.unitStart[w]; n < this.unitStart[w + 1]; n++) {
      const i = this.units[n]
      const option = this.#bestOf(w, i, menus.marks[m], prices, bought?.high ?? 0)
      choice[i] = option < 0 ? -1 : option - this.problem.firstOption[i]
      if (!count) continue
      if (option >= 0) count(option, bought ? 1 - bought.share : 1)
      if (!bought) continue
      const smaller = this.#bestOf(w, i, menus.marks[m], prices, bought.low)
      if (smaller >= 0) count(smaller, bought.share)
    }
  }

  /** Marks in `allowed` the options of a work's units that the states leave. */
  mark(w: number, state: Uint8Array, allowed: Uint8Array): void {
    const menus = this.#menus[w]
    if (!menus) return
    const classes = menus.marks[menus.of[this.#combinationOf(w, state)]]
    const { firstOption } = this.problem
    for (let n = this.unitStart[w]; n < this.unitStart[w + 1]; n++)
      for (let k = firstOption[this.units[n]]; k < firstOption[this.units[n] + 1]; k++) allowed[k] = classes[this.#classOf[k]]
  }

  /** Leaves a work no state but this. */
  hold(w: number, state: number): void {
    const states = this.problem.works.stages + 1
    this.barred.fill(1, w * states, (w + 1) * states)
    this.barred[w * states + state] = 0
  }

  /** Whether a work has one state left. */
  isHeld(w: number): boolean {
    const states = this.problem.works.stages + 1
    let left = 0
    for (let n = w * states; n < (w + 1) * states; n++) left += 1 - this.barred[n]
    return left === 1
  }

  /** Work w and all that lies in it. */
  *within(w: number): Generator<number> {
    yield w
    for (const child of this.children[w]) yield* this.within(child)
  }
}

function statesOf(combination: number, states: number, depth: number): Uint8Array {
  const state = new Uint8Array(depth)
  for (let d = depth - 1, rest = combination; d >= 0; d--) {
    state[d] = rest % states
    rest = Math.floor(rest / states)
  }
  return state
}
