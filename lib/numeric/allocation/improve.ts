/**
 * From the relaxation's choice to a plan that keeps its limits, and then to a better one. Prices say what a move costs: its loss is what
 * the unit's worth at the prices falls by. All lists are ordered by loss, then by place, so that the same input gives the same plan.
 */

import { accountPrices } from './accounts.ts'
import { Draft } from './draft.ts'
import type { AllocationProblem, Choice } from './problem.ts'
import { worthOf } from './relaxation.ts'

/** Possible moves of single units, by ascending loss. */
type Moves = { readonly unit: Uint32Array; readonly option: Int16Array; readonly loss: Float64Array }

/**
 * Brings a draft within its limits by the cheapest moves that lower an excess and raise none; tells whether that was possible.
 * Targets are limits too: a move into an option that counts towards a missed target lowers its excess. `units`: only these may move.
 */
export function repair(draft: Draft, prices: Float64Array, units?: Uint32Array): boolean {
  for (let pass = 0, most = 5000; pass < 40 && !draft.keepsAll(); pass++) {
    const passed = passedAccounts(draft)
    const moves = movesOf(draft, prices, { ...(units ? { units } : {}), unitCounts: (unit) => touchesPassed(draft, unit, passed), most })
    let moved = 0
    for (let n = 0; n < moves.unit.length; n++) {
      if (draft.choice[moves.unit[n]] === moves.option[n] || !(draft.relief(moves.unit[n], moves.option[n]) > 0)) continue
      draft.move(moves.unit[n], moves.option[n])
      moved++
    }
    if (moved < 10) {
      if (moves.unit.length < most && moved === 0) break
      most *= 4 // the cheap moves are used up
    }
  }
  // where relief in one row needs room in another, two units move at once
  for (let pass = 0, most = 4000; pass < 40 && !draft.keepsAll() && most < 300_000; pass++)
    if (exchangeOnce(draft, prices, movesOf(draft, prices, { ...(units ? { units } : {}), most }), 'relief') === 0) most *= 4
  return draft.keepsAll()
}

/** Fills what room is left with moves that raise the benefit, the least lossy first, until none fits. `units`: only these may move. */
export function fill(draft: Draft, prices: Float64Array, units?: Uint32Array): void {
  for (let pass = 0, most = 20_000; pass < 16; pass++) {
    // a move that fits uses room worth its gain and its loss together, so that no loss above the worth of all room can pay
    const mostLoss = roomWorth(draft, prices)
    const moves = movesOf(draft, prices, {
      ...(units ? { units } : {}),
      most,
      mostLoss,
      moveCounts: (unit, option) => draft.gainOf(unit, option) > 0,
    })
    let moved = 0
    for (let n = 0; n < moves.unit.length; n++) {
      const unit = moves.unit[n]
      const option = moves.option[n]
      if (!(draft.gainOf(unit, option) > 0) || !draft.fits(unit, option)) continue
      draft.move(unit, option)
      moved++
    }
    if (moved < 10) {
      if (moves.unit.length < most || most > 50_000) return // what is left is for exchanges
      most *= 4
    }
  }
}

/**
 * Exchanges in pairs: one unit moves to an option that brings more but finds no room, another gives way for less than that. Only the
 * `most` moves of smallest loss are tried, since a plan near the bound can only be improved by moves that cost next to nothing at the
 * prices. Ends when no pair helps or after `passes`. Returns the number of pairs exchanged.
 */
export function exchange(draft: Draft, prices: Float64Array, most: number, passes: number, goesOn: () => boolean = () => true): number {
  const pool = Uint32Array.from(new Set(movesOf(draft, prices, { most: 2 * most }).unit)).sort()
  let exchanged = 0
  for (let pass = 0; pass < passes && goesOn(); pass++) {
    const found = exchangeOnce(draft, prices, movesOf(draft, prices, { units: pool, most }), 'gain')
    exchanged += found
    if (found === 0) break
  }
  return exchanged
}

/** What the first of two moves is for: more benefit, or less excess over a limit that is passed. */
type Purpose = 'gain' | 'relief'

function exchangeOnce(draft: Draft, prices: Float64Array, moves: Moves, purpose: Purpose): number {
  const { limit } = draft.problem
  const { unit, option, loss } = moves
  const changes = changesOf(draft, moves)
  const gain = Float64Array.from(unit, (_, m) => draft.gainOf(unit[m], option[m]))
  const givesWay = reliefLists(changes, limit.length)
  // a pair cannot gain more than all the room is worth at the prices, less both losses
  const mostLoss = purpose === 'gain' ? roomWorth(draft, prices) : Number.POSITIVE_INFINITY
  const moved = new Set<number>() // a unit that has moved is left alone until the next pass
  const wanted = new Float64Array(limit.length) // the change of the move that looks for room
  let found = 0
  for (let a = 0; a < unit.length; a++) {
    if (moved.has(unit[a]) || (purpose === 'gain' && !(gain[a] > 0))) continue
    let missing = 0 // rows without room for the move
    let scarce = -1 // the one that the fewest other moves relieve
    let relieved = -1 // a passed row that the move relieves
    for (let q = changes.start[a]; q < changes.start[a + 1]; q++) {
      const r = changes.row[q]
      wanted[r] = changes.amount[q]
      if (wanted[r] < 0 && draft.isPassed(r)) relieved = r
      if (!(wanted[r] > 0) || draft.used[r] + wanted[r] <= limit[r]) continue
      missing++
      if (scarce < 0 || givesWay[r].length < givesWay[scarce].length) scarce = r
    }
    let partner = -1
    if (scarce >= 0 && (purpose === 'gain' || relieved >= 0)) {
      for (const b of givesWay[scarce]) {
        if (loss[a] + loss[b] > mostLoss) break
        if (
          unit[b] === unit[a] ||
          moved.has(unit[b]) ||
          (purpose === 'gain' && !(gain[a] + gain[b] > SMALLEST_SHARE * Math.abs(gain[a] - gain[b])))
        )
          continue
        if (!makesRoom(draft, changes, b, wanted, missing, relieved)) continue
        partner = b
        break
      }
    }
    for (let q = changes.start[a]; q < changes.start[a + 1]; q++) wanted[changes.row[q]] = 0
    if ((scarce >= 0 && partner < 0) || (purpose === 'relief' && relieved < 0)) continue
    draft.move(unit[a], option[a])
    moved.add(unit[a])
    if (partner >= 0) {
      draft.move(unit[partner], option[partner])
      moved.add(unit[partner])
    }
    found++
    if (purpose === 'relief' && draft.keepsAll()) break
  }
  return found
}

const SMALLEST_SHARE = 1e-12 // of two gains: below this what they leave may be the rounding of a sum

/**
 * Whether both moves together keep every limit: the second relieves each of the `missing` rows enough, passes none itself, and leaves some
 * of the relief of a row that is passed.
 */
function makesRoom(draft: Draft, changes: Changes, b: number, wanted: Float64Array, missing: number, relieved: number): boolean {
  const { limit } = draft.problem
  let madeRoom = 0
  for (let q = changes.start[b]; q < changes.start[b + 1]; q++) {
    const r = changes.row[q]
    const both = wanted[r] + changes.amount[q]
    if (both > 0 && draft.used[r] + both > limit[r]) return false
    if (r === relieved && both >= 0) return false
    if (wanted[r] > 0 && draft.used[r] + wanted[r] > limit[r]) madeRoom++
  }
  return madeRoom === missing
}

/** What every move changes: entries `start[m] … start[m + 1] − 1` say by how much in which row. */
type Changes = { readonly start: Uint32Array; readonly row: Uint32Array; readonly amount: Float64Array }

function changesOf(draft: Draft, moves: Moves): Changes {
  const { firstOption, width, row, use, limit, accounts } = draft.problem
  const start = new Uint32Array(moves.unit.length + 1)
  let rows = new Uint32Array(moves.unit.length * 2 * width)
  let amount = new Float64Array(rows.length)
  const at = new Int32Array(limit.length).fill(-1)
  let n = 0
  const add = (r: number, change: number, first: number) => {
    if (at[r] < first) {
      if (n === rows.length) {
        rows = grown(rows, new Uint32Array(2 * n + 64))
        amount = grown(amount, new Float64Array(2 * n + 64))
      }
      at[r] = n
      rows[n] = r
      amount[n++] = 0
    }
    amount[at[r]] += change
  }
  for (let m = 0; m < moves.unit.length; m++) {
    const first = n
    for (const [option, sign] of [
      [draft.choice[moves.unit[m]], -1],
      [moves.option[m], 1],
    ]) {
      if (option < 0) continue
      const k = firstOption[moves.unit[m]] + option
      for (let q = k * width; q < (k + 1) * width; q++) {
        if (use[q] === 0) continue
        if (!accounts) add(row[q], sign * use[q], first)
        else
          for (let e = accounts.start[row[q]]; e < accounts.start[row[q] + 1]; e++)
            add(accounts.row[e], sign * use[q] * accounts.coefficient[e], first)
      }
    }
    start[m + 1] = n
  }
  return { start, row: rows, amount }
}

/** For every row the moves that make room in it, by ascending loss. */
function reliefLists(changes: Changes, rows: number): readonly number[][] {
  const lists: number[][] = Array.from({ length: rows }, () => [])
  for (let m = 0; m + 1 < changes.start.length; m++)
    for (let q = changes.start[m]; q < changes.start[m + 1]; q++) if (changes.amount[q] < 0) lists[changes.row[q]].push(m)
  return lists
}

/** What all the room left under the limits would be worth at the prices. */
function roomWorth(draft: Draft, prices: Float64Array): number {
  let worth = 0
  for (let r = 0; r < prices.length; r++) worth += prices[r] * Math.max(0, draft.problem.limit[r] - draft.used[r])
  return worth
}

function touchesPassed(draft: Draft, unit: number, passed: Uint8Array): boolean {
  const { firstOption, width, row, use } = draft.problem
  for (let q = firstOption[unit] * width; q < firstOption[unit + 1] * width; q++) if (use[q] !== 0 && passed[row[q]] === 1) return true
  return false
}

/** 1 for every account, or row where there are none, that draws on a row that is passed. */
function passedAccounts(draft: Draft): Uint8Array {
  const { accounts, limit } = draft.problem
  if (!accounts) return Uint8Array.from(limit, (_, r) => (draft.isPassed(r) ? 1 : 0))
  const passed = new Uint8Array(accounts.start.length - 1)
  for (let a = 0; a < passed.length; a++)
    for (let e = accounts.start[a]; e < accounts.start[a + 1]; e++) if (draft.isPassed(accounts.row[e])) passed[a] = 1
  return passed
}

type MovesWanted = {
  /** Only moves of these units. */
  readonly units?: Uint32Array
  readonly unitCounts?: (unit: number) => boolean
  readonly moveCounts?: (unit: number, option: number) => boolean
  readonly mostLoss?: number
  /** So many of the smallest loss. */
  readonly most?: number
}

function movesOf(draft: Draft, rowPrices: Float64Array, wanted: MovesWanted): Moves {
  const prices = accountPrices(draft.problem.accounts, rowPrices)
  const { firstOption, required } = draft.problem
  const { units, unitCounts, moveCounts, mostLoss = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY } = wanted
  let unit = new Uint32Array(1024)
  let option = new Int16Array(1024)
  let loss = new Float64Array(1024)
  let n = 0
  const keep = new Threshold(most)
  const count = units ? units.length : draft.choice.length
  for (let place = 0; place < count; place++) {
    const i = units ? units[place] : place
    if (unitCounts && !unitCounts(i)) continue
    const current = draft.choice[i]
    const now = current < 0 ? 0 : worthOf(draft.problem, prices, firstOption[i] + current)
    for (let j = required?.[i] === 1 ? 0 : -1; j < firstOption[i + 1] - firstOption[i]; j++) {
      if (j === current || !draft.allows(i, j)) continue
      const lost = now - (j < 0 ? 0 : worthOf(draft.problem, prices, firstOption[i] + j))
      if (lost > mostLoss || (moveCounts && !moveCounts(i, j)) || !keep.admits(lost)) continue
      if (n === unit.length) {
        unit = grown(unit, new Uint32Array(2 * n))
        option = grown(option, new Int16Array(2 * n))
        loss = grown(loss, new Float64Array(2 * n))
      }
      unit[n] = i
      option[n] = j
      loss[n++] = lost
    }
  }
  const order = Uint32Array.from({ length: n }, (_, m) => m).sort((a, b) => loss[a] - loss[b] || a - b)
  const kept = order.subarray(0, Math.min(n, most))
  return {
    unit: Uint32Array.from(kept, (m) => unit[m]),
    option: Int16Array.from(kept, (m) => option[m]),
    loss: Float64Array.from(kept, (m) => loss[m]),
  }
}

function grown<T extends Uint32Array | Int16Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** Lets through about the `most` smallest of the numbers it is shown; never holds back one of those. */
class Threshold {
  readonly #most: number
  #seen: number[] = []
  #edge = Number.POSITIVE_INFINITY
  constructor(most: number) {
    this.#most = most
  }
  admits(value: number): boolean {
    if (value > this.#edge) return false
    if (this.#most === Number.POSITIVE_INFINITY) return true
    this.#seen.push(value)
    if (this.#seen.length >= 4 * this.#most) {
      this.#seen.sort((a, b) => a - b)
      this.#seen.length = this.#most
      this.#edge = this.#seen[this.#most - 1]
    }
    return true
  }
}

/** A plan within its limits from the relaxation's choice at these prices, or null where the cheap moves do not lead to one. */
export function planFrom(problem: AllocationProblem, choice: Choice, prices: Float64Array): Draft | null {
  const draft = new Draft(problem, choice)
  if (!repair(draft, prices)) return null
  fill(draft, prices)
  return draft
}
