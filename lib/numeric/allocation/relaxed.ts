/** The Lagrangian relaxation of a program with works, accounts and flows: see relaxation.ts for the plain one, works.ts for what is decided in a tree. */
import { accountPrices, ownAccounts } from './accounts.ts'
import { type Flows, flowBound } from './flows.ts'
import type { AllocationProblem, Choice } from './problem.ts'
import { groupsOf } from './relaxation.ts'
import { Forest, type Works } from './works.ts'

/** A program with everything there is. */
export type StagedProblem = AllocationProblem & { readonly works?: Works; readonly flows?: Flows }

/** Parts of the bound that depend on few accounts each: trees of works, and units without works by the accounts they touch. */
export type Part = {
  readonly works: Uint32Array
  readonly roots: readonly number[]
  readonly units: Uint32Array
  readonly accounts: Uint32Array
}
/** What double sums of a county's figures can lose, as a share of what was summed. */
const EVALUATION_ERROR = 1e-12

/** No plan brings more than this: the bound of a look with what its sums can have lost. −∞ where some tree of works has no way to be. */
export const provenBy = ({ bound, size }: Look): number => (bound === Number.NEGATIVE_INFINITY ? bound : bound + EVALUATION_ERROR * size)

/** The relaxation at some prices: of each part its value, and what it uses of its accounts. */
export type Look = {
  readonly prices: Float64Array
  readonly accountPrices: Float64Array
  readonly bound: number
  readonly size: number
  readonly value: Float64Array
  readonly use: readonly Float64Array[]
}

/** More parts would make the master larger than what they teach it. */
const MOST_PARTS = 300
const NO_WORKS: Works = {
  stages: 1,
  parent: new Int32Array(0),
  benefit: new Float64Array(0),
  start: new Uint32Array(1),
  row: new Uint32Array(0),
  use: new Float64Array(0),
  least: new Float64Array(0),
  required: new Uint8Array(0),
  of: new Int32Array(0),
  depth: 1,
  need: new Uint8Array(0),
  size: new Float64Array(0),
}

export class Relaxed {
  readonly problem: StagedProblem
  readonly forest: Forest
  readonly parts: readonly Part[]
  readonly accounts: number
  readonly choice: Choice
  readonly state: Uint8Array
  looked = 0
  readonly #place: Int32Array // scratch: of each account within a part

  constructor(problem: StagedProblem) {
    this.problem = problem
    this.forest = new Forest({ ...problem, works: problem.works ?? NO_WORKS })
    this.accounts = (problem.accounts ?? ownAccounts(problem.limit.length)).start.length - 1
    this.choice = new Int16Array(problem.firstOption.length - 1)
    this.state = new Uint8Array(this.forest.children.length)
    this.#place = new Int32Array(this.accounts).fill(-1)
    this.parts = this.#partsOf()
  }

  #partsOf(): Part[] {
    const { works } = this.forest.problem
    const roots = this.forest.children.flatMap((_, w) => (works.parent[w] < 0 ? [w] : []))
    const parts: Part[] = []
    const each = Math.max(1, Math.ceil(roots.length / MOST_PARTS))
    for (let n = 0; n < roots.length; n += each) {
      const own = roots.slice(n, n + each)
      const touched = new Set<number>()
      const within = own.flatMap((root) => [...this.forest.within(root)])
      for (const w of within) this.#touchedBy(w, touched)
      parts.push({ works: Uint32Array.from(within), roots: own, units: new Uint32Array(0), accounts: Uint32Array.from(touched).sort() })
    }
    const free = Uint32Array.from({ length: this.choice.length }, (_, i) => i).filter((i) => (works.of[i] ?? -1) < 0)
    if (free.length === 0) return parts
    const groups = groupsOf(this.problem)
    const members = new Map<number, number[]>()
    for (const i of free) {
      const list = members.get(groups.of[i])
      if (list) list.push(i)
      else members.set(groups.of[i], [i])
    }
    for (const [g, units] of members)
      parts.push({ works: new Uint32Array(0), roots: [], units: Uint32Array.from(units), accounts: groups.rows[g] })
    return parts
  }

  #touchedBy(w: number, touched: Set<number>): void {
    const { works, firstOption, width, row, use } = this.forest.problem
    for (let e = works.start[w * works.stages]; e < works.start[(w + 1) * works.stages]; e++) touched.add(works.row[e])
    for (let n = this.forest.unitStart[w]; n < this.forest.unitStart[w + 1]; n++) {
      const i = this.forest.units[n]
      for (let q = firstOption[i] * width; q < firstOption[i + 1] * width; q++) if (use[q] !== 0) touched.add(row[q])
    }
  }

  /** Evaluates the bound at these prices of rows; `choice` and `state` are then what every part decides. */
  look(prices: Float64Array): Look {
    const { problem, forest, choice, state } = this
    const { firstOption, benefit, width, row, use, required, limit } = problem
    const { works } = forest.problem
    const priced = accountPrices(problem.accounts, prices)
    this.looked += choice.length
    forest.look(priced)
    const value = new Float64Array(this.parts.length)
    const uses = this.parts.map((part, p) => {
      const used = new Float64Array(part.accounts.length)
      part.accounts.forEach((a, n) => {
        this.#place[a] = n
      })
      const take = (k: number, share: number) => {
        for (let q = k * width; q < (k + 1) * width; q++) if (use[q] !== 0) used[this.#place[row[q]]] += share * use[q]
      }
      for (const root of part.roots) {
        value[p] += forest.valueOf(root)
        forest.decide(root, state)
        for (const w of forest.within(root)) {
          forest.choose(w, state, choice, take)
          if (state[w] === works.stages) continue
          const n = w * works.stages + state[w]
          for (let e = works.start[n]; e < works.start[n + 1]; e++) used[this.#place[works.row[e]]] += works.use[e]
        }
      }
      for (const i of part.units) {
        let best = required?.[i] === 1 ? Number.NEGATIVE_INFINITY : 0
        let bestOption = -1
        for (let k = firstOption[i], q = k * width; k < firstOption[i + 1]; k++) {
          let worth = benefit[k]
          for (const end = q + width; q < end; q++) worth -= priced[row[q]] * use[q]
          if (worth > best) {
            best = worth
            bestOption = k
          }
        }
        choice[i] = bestOption < 0 ? -1 : bestOption - firstOption[i]
        value[p] += best
        if (bestOption >= 0) take(bestOption, 1)
      }
      return used
    })
    let bound = 0
    let size = 0
    for (let r = 0; r < limit.length; r++) {
      bound += prices[r] * limit[r]
      size += Math.abs(prices[r] * limit[r])
    }
    for (const each of value) {
      bound += each
      size += Math.abs(each)
    }
    if (problem.flows) {
      const flows = flowBound(problem.flows, prices)
      bound += flows.value
      size += flows.size
    }
    // what is no number proves nothing, and must not be taken for a bound below every plan
    if (Number.isNaN(bound) || bound === Number.POSITIVE_INFINITY) throw new Error(`expected a number for the bound, got ${bound}`)
    return { prices, accountPrices: priced, bound, size, value, use: uses }
  }
}
