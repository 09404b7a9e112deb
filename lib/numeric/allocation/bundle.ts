/**
 * Prices of a program with works: cutting planes of its parts within a box around the best prices so far, as in prices.ts, with a master that is kept open
 * between rounds, so that each begins where the last ended. Parts depend on accounts, and the prices of accounts are columns of the master
 * tied to those of the rows: few entries a cut, however many rows an account draws on.
 */
import type { Look, Relaxed } from './relaxed.ts'

/** Rows of a master: `atLeast ≤ Σ coefficient x ≤ atMost`; without `atMost` there is none. */
export type MasterRows = {
  readonly rowStart: Uint32Array
  readonly column: Uint32Array
  readonly coefficient: Float64Array
  readonly atLeast: Float64Array
  readonly atMost?: Float64Array
}
export type MasterColumns = { readonly cost: Float64Array; readonly from: Float64Array; readonly to: Float64Array }
/** A linear program that is minimised again and again while rows are added and bounds move. */
export type OpenMaster = (columns: MasterColumns) => {
  readonly add: (rows: MasterRows) => void
  /** New bounds of the columns from the first. */
  readonly bound: (from: Float64Array, to: Float64Array) => void
  /** Null where no optimum was reached. */
  readonly solve: () => { readonly x: Float64Array; readonly objective: number; readonly rowDual: Float64Array } | null
  readonly close: () => void
}

export type BundleWork = {
  /** The share of the bound within which the master must come. */
  readonly tolerance: number
  readonly mostRounds: number
  /** No plan brings less: a bound below it proves that there is none. */
  readonly floor: number
  readonly mostPrices?: Float64Array
  readonly reach: number
  readonly onRound?: (bound: number, round: number) => boolean
}
export type Bundled = {
  readonly look: Look
  /** Master's shares of what flows could be, 0 … 1 between their bounds. */
  readonly flowShare: Float64Array
  readonly rounds: number
  readonly converged: boolean
  readonly stopped: boolean
}

/** Cutting planes that are kept between runs: of the whole program first, then with more and more works held in a state. */
export class Bundle {
  readonly #relaxed: Relaxed
  readonly #master: Master

  constructor(relaxed: Relaxed, open: OpenMaster, mostPrices?: Float64Array) {
    this.#relaxed = relaxed
    this.#master = new Master(relaxed, open, mostPrices)
  }

  run(start: Float64Array, work: BundleWork): Bundled {
    const master = this.#master
    let best = this.#relaxed.look(start)
    if (best.bound > Number.NEGATIVE_INFINITY) master.learn(best) // otherwise some tree has no way to be: the work ends here
    let flowShare = new Float64Array(this.#relaxed.problem.flows?.benefit.length ?? 0)
    let reach = work.reach
    let stuck = 0
    let rounds = 1
    const ended = (converged: boolean, stopped: boolean) => ({ look: best, flowShare, rounds: rounds + 1, converged, stopped })
    for (; rounds < work.mostRounds && best.bound >= work.floor; rounds++) {
      const proposal = master.propose(best.prices, reach)
      if (!proposal) break
      const seen = this.#relaxed.look(proposal.prices)
      master.learn(seen)
      const hoped = best.bound - proposal.bound
      const gained = best.bound - seen.bound
      flowShare = proposal.flowShare
      const nearEnough = hoped <= work.tolerance * Math.abs(best.bound)
      if (gained > 0) best = seen
      if (nearEnough && !proposal.atEdge) return ended(true, false)
      if (nearEnough || gained > 0.5 * hoped) reach = Math.min(4, reach * (proposal.atEdge ? 2.5 : 1.2))
      else if (gained < -1.5 * hoped) reach *= 0.5 // otherwise what was learnt is worth another look from here
      stuck = gained > 0 ? 0 : stuck + 1
      if (stuck > 60) break
      if (work.onRound?.(best.bound, rounds) === false) return ended(false, true)
    }
    return ended(false, false)
  }

  /** Of every work the shares of its states in the master's mixture, at w × (stages + 1) + state. */
  shares(): Float64Array {
    return this.#master.shares()
  }

  /** Forgets what was learnt of states that works are no longer free to take. */
  restrict(): void {
    this.#master.restrict()
  }

  /** What has been learnt until now: `recall` takes it up again. */
  remember(): readonly Cut[] {
    return this.#master.remember()
  }
  recall(cuts: readonly Cut[]): void {
    this.#master.recall(cuts)
  }

  close(): void {
    this.#master.close()
  }
}

type Cut = {
  readonly part: number
  readonly constant: number
  readonly use: Float64Array
  /** What the part's works did. */
  readonly state: Uint8Array
  share: number
  idle: number
}

class Master {
  readonly #relaxed: Relaxed
  readonly #openMaster: OpenMaster
  readonly #most: Float64Array | undefined
  readonly #typical: Float64Array
  readonly #worth: number
  /** Column of each account: an account of one row alone is that row's, others have their own; −1 where none touches it. */
  readonly #column: Int32Array
  readonly #tied: readonly number[]
  #cuts: Cut[] = []
  #known = 0 // cuts that the open master has
  #open: ReturnType<OpenMaster> | null = null
  #unit: Float64Array
  #size: Float64Array // of each account's price
  #money = 1
  #firstCut = 0

  constructor(relaxed: Relaxed, open: OpenMaster, most: Float64Array | undefined) {
    this.#relaxed = relaxed
    this.#openMaster = open
    this.#most = most
    const { limit, accounts } = relaxed.problem
    this.#worth = worthAtMost(relaxed) || 1
    const touched = largestByRow(relaxed)
    this.#typical = Float64Array.from(limit, (amount, r) => (0.02 * this.#worth) / (Math.max(Math.abs(amount), touched[r]) || 1))
    this.#column = new Int32Array(relaxed.accounts).fill(-1)
    const used = new Uint8Array(relaxed.accounts)
    for (const part of relaxed.parts) for (const a of part.accounts) used[a] = 1
    const tied: number[] = []
    for (let a = 0; a < used.length; a++) {
      if (used[a] === 0) continue
      if (!accounts) this.#column[a] = a
      else if (accounts.start[a + 1] - accounts.start[a] === 1 && accounts.coefficient[accounts.start[a]] === 1)
        this.#column[a] = accounts.row[accounts.start[a]]
      else {
        this.#column[a] = limit.length + tied.length
        tied.push(a)
      }
    }
    this.#tied = tied
    this.#unit = this.#typical
    this.#size = new Float64Array(tied.length)
  }

  /** value_p(π) ≥ value_p(π₀) − Σ_a use_pa (π_a − π₀_a) */
  learn(look: Look): void {
    this.#relaxed.parts.forEach((part, p) => {
      let constant = look.value[p]
      part.accounts.forEach((a, n) => {
        constant += look.use[p][n] * look.accountPrices[a]
      })
      const state = Uint8Array.from(part.works, (w) => this.#relaxed.state[w])
      this.#cuts.push({ part: p, constant, use: look.use[p], state, share: 0, idle: 0 })
    })
  }

  propose(centre: Float64Array, reach: number) {
    const { limit, flows } = this.#relaxed.problem
    if (!this.#open || this.#cuts.length > MOST_CUTS * this.#relaxed.parts.length) this.#build(centre)
    const master = this.#open
    if (!master) return null
    this.#tell(master)
    const from = new Float64Array(limit.length)
    const to = new Float64Array(limit.length)
    for (let r = 0; r < limit.length; r++) {
      const unit = Math.max(centre[r], this.#typical[r])
      const most = this.#most?.[r] ?? Number.POSITIVE_INFINITY
      from[r] = Math.max(0, centre[r] - reach * unit) / this.#unit[r]
      to[r] = Math.max(from[r], Math.min(centre[r] + reach * unit, most) / this.#unit[r])
    }
    master.bound(from, to)
    const solution = master.solve()
    if (!solution) return null
    const prices = Float64Array.from(limit, (_, r) =>
      Math.min(Math.max(0, solution.x[r] * this.#unit[r]), this.#most?.[r] ?? Number.POSITIVE_INFINITY),
    )
    if (!prices.every(Number.isFinite)) return null
    const atEdge = limit.some(
      (_, r) =>
        (to[r] > from[r] &&
          to[r] - solution.x[r] < 1e-9 * to[r] &&
          to[r] * this.#unit[r] < (this.#most?.[r] ?? Number.POSITIVE_INFINITY)) ||
        (from[r] > 0 && solution.x[r] - from[r] < 1e-9 * from[r]),
    )
    this.#cuts.forEach((cut, n) => {
      cut.share = Math.abs(solution.rowDual[this.#firstCut + n])
      cut.idle = cut.share > 1e-9 ? 0 : cut.idle + 1
    })
    const count = flows?.benefit.length ?? 0
    const firstFlow = this.#tied.length
    const flowShare = Float64Array.from({ length: count }, (_, c) => Math.min(1, Math.max(0, solution.rowDual[firstFlow + c])))
    let constant = 0 // of flows at their lower bounds
    for (let c = 0; c < count; c++) constant += (flows?.from[c] ?? 0) * (flows?.benefit[c] ?? 0)
    return { prices, bound: solution.objective * this.#money + constant, atEdge, flowShare }
  }

  close(): void {
    this.#open?.close()
    this.#open = null
  }

  shares(): Float64Array {
    const { forest, parts } = this.#relaxed
    const states = forest.problem.works.stages + 1
    const shares = new Float64Array(forest.children.length * states)
    for (const cut of this.#cuts)
      if (cut.share > 0)
        parts[cut.part].works.forEach((w, n) => {
          shares[w * states + cut.state[n]] += cut.share
        })
    return shares
  }

  remember(): readonly Cut[] {
    return this.#cuts.slice()
  }

  recall(cuts: readonly Cut[]): void {
    this.#cuts = cuts.slice()
    this.close()
  }

  restrict(): void {
    const { forest, parts } = this.#relaxed
    const states = forest.problem.works.stages + 1
    this.#cuts = this.#cuts.filter((cut) => parts[cut.part].works.every((w, n) => forest.barred[w * states + cut.state[n]] === 0))
    this.close()
  }

  /** A new master around these prices, with the cuts that held the last one up. */
  #build(centre: Float64Array): void {
    const { limit, accounts, flows } = this.#relaxed.problem
    const { parts } = this.#relaxed
    this.close()
    this.#cuts = this.#cuts.filter((cut) => cut.idle < MOST_IDLE)
    this.#known = 0
    this.#unit = Float64Array.from(this.#typical, (price, r) => Math.max(price, centre[r]))
    this.#money = this.#cuts.slice(-parts.length).reduce((most, cut) => Math.max(most, Math.abs(cut.constant)), 1e-9 * this.#worth)
    const tiedColumns = this.#tied.length
    const flowCount = flows?.benefit.length ?? 0
    const columns = limit.length + tiedColumns + parts.length + flowCount
    const cost = new Float64Array(columns).fill(1)
    const from = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY)
    const to = new Float64Array(columns).fill(Number.POSITIVE_INFINITY)
    for (let r = 0; r < limit.length; r++) {
      cost[r] = (limit[r] * this.#unit[r]) / this.#money
      from[r] = 0
    }
    cost.fill(0, limit.length, limit.length + tiedColumns)
    const rows = new Rows()
    this.#size = Float64Array.from(this.#tied, (a, n) => {
      let size = 0
      if (accounts)
        for (let e = accounts.start[a]; e < accounts.start[a + 1]; e++)
          size = Math.max(size, Math.abs(accounts.coefficient[e]) * this.#unit[accounts.row[e]])
      size ||= 1
      rows.entry(limit.length + n, -1)
      if (accounts)
        for (let e = accounts.start[a]; e < accounts.start[a + 1]; e++)
          rows.entry(accounts.row[e], (accounts.coefficient[e] * this.#unit[accounts.row[e]]) / size)
      rows.end(0, 0)
      return size
    })
    if (flows)
      for (let c = 0; c < flowCount; c++) {
        // t ≥ from × worth and t ≥ (to − from) × worth beyond it: the first is taken out into the rows' limits
        const column = limit.length + tiedColumns + parts.length + c
        const span = flows.to[c] - flows.from[c]
        from[column] = 0
        rows.entry(column, 1)
        for (let e = flows.start[c]; e < flows.start[c + 1]; e++) {
          rows.entry(flows.row[e], (span * flows.coefficient[e] * this.#unit[flows.row[e]]) / this.#money)
          cost[flows.row[e]] -= (flows.from[c] * flows.coefficient[e] * this.#unit[flows.row[e]]) / this.#money
        }
        rows.end((span * flows.benefit[c]) / this.#money)
      }
    this.#firstCut = tiedColumns + flowCount
    const master = this.#openMaster({ cost, from, to })
    this.#open = master
    if (rows.count > 0) master.add(rows.done())
  }

  /** Tells the master the cuts that it does not have. */
  #tell(master: ReturnType<OpenMaster>): void {
    const { limit } = this.#relaxed.problem
    const rows = new Rows()
    const firstPart = limit.length + this.#tied.length
    for (const cut of this.#cuts.slice(this.#known)) {
      rows.entry(firstPart + cut.part, 1)
      this.#relaxed.parts[cut.part].accounts.forEach((a, n) => {
        const column = this.#column[a]
        const unit = column < limit.length ? this.#unit[column] : this.#size[column - limit.length]
        const value = (cut.use[n] * unit) / this.#money
        if (value !== 0) rows.entry(column, value)
      })
      rows.end(cut.constant / this.#money)
    }
    if (rows.count > 0) master.add(rows.done())
    this.#known = this.#cuts.length
  }
}
/** Cuts of a part before the master is built anew without those that have been idle so long. */
const MOST_CUTS = 25
const MOST_IDLE = 8

/** Rows of a master as they are written, entry by entry. */
class Rows {
  count = 0
  #column: number[] = []
  #coefficient: number[] = []
  readonly #start: number[] = [0]
  readonly #atLeast: number[] = []
  readonly #atMost: number[] = []
  entry(column: number, coefficient: number): void {
    this.#column.push(column)
    this.#coefficient.push(coefficient)
  }
  end(atLeast: number, atMost = Number.POSITIVE_INFINITY): void {
    this.#start.push(this.#column.length)
    this.#atLeast.push(atLeast)
    this.#atMost.push(atMost)
    this.count++
  }
  done(): MasterRows {
    return {
      rowStart: Uint32Array.from(this.#start),
      column: Uint32Array.from(this.#column),
      coefficient: Float64Array.from(this.#coefficient),
      atLeast: Float64Array.from(this.#atLeast),
      atMost: Float64Array.from(this.#atMost),
    }
  }
}

/** What there is to win or to lose at most: of every unit and work the largest benefit or cost, and of every flow. */
function worthAtMost({ problem, forest }: Relaxed): number {
  const { benefit, firstOption, flows } = problem
  const { works } = forest.problem
  const largest = (list: Float64Array, from: number, to: number) => {
    let most = 0
    for (let k = from; k < to; k++) most = Math.max(most, Math.abs(list[k]) || 0) // NaN where a work cannot be opened
    return most
  }
  let worth = 0
  for (let i = 0; i + 1 < firstOption.length; i++) worth += largest(benefit, firstOption[i], firstOption[i + 1])
  for (let n = 0; n < works.benefit.length; n += works.stages) worth += largest(works.benefit, n, n + works.stages)
  flows?.benefit.forEach((each, c) => {
    worth += Math.abs(each) * Math.max(Math.abs(flows.from[c]), Math.abs(flows.to[c]))
  })
  return worth
}

/** The largest use of every account by one option or work. */
function largestUses({ problem, forest, accounts }: Relaxed): Float64Array {
  const largest = new Float64Array(accounts)
  problem.use.forEach((use, q) => {
    largest[problem.row[q]] = Math.max(largest[problem.row[q]], Math.abs(use))
  })
  const { works } = forest.problem
  works.use.forEach((use, e) => {
    largest[works.row[e]] = Math.max(largest[works.row[e]], Math.abs(use))
  })
  return largest
}

/** The largest amount of every row by one option or work. */
export function largestByRow(relaxed: Relaxed): Float64Array {
  const { accounts, limit } = relaxed.problem
  const largest = new Float64Array(limit.length)
  largestUses(relaxed).forEach((use, a) => {
    if (!accounts) largest[a] = Math.max(largest[a], use)
    else
      for (let e = accounts.start[a]; e < accounts.start[a + 1]; e++)
        largest[accounts.row[e]] = Math.max(largest[accounts.row[e]], use * Math.abs(accounts.coefficient[e]))
  })
  return largest
}
