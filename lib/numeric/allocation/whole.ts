/**
 * A program with works written out as one program in whole numbers: for a solver that settles small ones, for the linear relaxation as a second way
 * to the bound, and for files that other solvers read.
 */
import { ownAccounts } from './accounts.ts'
import type { LinearProgram } from './prices.ts'
import type { Choice } from './problem.ts'
import type { StagedProblem } from './relaxed.ts'
import { NO_NEED } from './works.ts'

/** What a row of the written program stands for; `work` and `stage` as numbers. */
export type WrittenRow =
  | { readonly what: 'limit'; readonly row: number }
  | { readonly what: 'account'; readonly account: number }
  | { readonly what: 'unit' | 'required'; readonly unit: number }
  | { readonly what: 'work' | 'must-open' | 'least'; readonly work: number }
  | { readonly what: 'need'; readonly unit: number; readonly work: number; readonly stage: number }

/**
 * Columns: options, then works × stages, then flows, then what is used of accounts that draw on several limits. Minimises the benefit with its sign turned; every row is
 * at least its figure.
 */
export type Written = { readonly program: LinearProgram & { readonly whole: Uint8Array }; readonly rows: readonly WrittenRow[] }

/** Writes a program out: for small programs. */
export function writtenOut(problem: StagedProblem): Written {
  const { firstOption, benefit, width, row, use, limit, required, works, flows } = problem
  const accounts = problem.accounts ?? ownAccounts(limit.length)
  const stages = works?.stages ?? 0
  const count = works?.parent.length ?? 0
  const firstWork = benefit.length
  const firstFlow = firstWork + count * stages
  const firstAccount = firstFlow + (flows?.benefit.length ?? 0)
  const totals = totalsOf(problem)
  const columns = firstAccount + totals.accounts.length
  const limits: [number[], number[]][] = Array.from(limit, () => [[], []])
  const rows: WrittenRow[] = []
  const entries: [number[], number[]][] = []
  const atLeast: number[] = []
  const drawn: [number[], number[]][] = totals.accounts.map(() => [[], []])
  const touched = new Map<number, number>()
  const spread = (column: number) => {
    for (const [r, amount] of touched) {
      if (amount === 0) continue
      limits[r][0].push(column)
      limits[r][1].push(-amount)
    }
    touched.clear()
  }
  const take = (column: number, account: number, amount: number) => {
    const total = totals.place[account]
    if (total >= 0) {
      drawn[total][0].push(column)
      drawn[total][1].push(-amount)
    } else
      for (let e = accounts.start[account]; e < accounts.start[account + 1]; e++)
        touched.set(accounts.row[e], (touched.get(accounts.row[e]) ?? 0) + amount * accounts.coefficient[e])
  }
  const add = (what: WrittenRow, list: readonly (readonly [number, number])[], least: number) => {
    rows.push(what)
    entries.push([list.map(([column]) => column), list.map(([, value]) => value)])
    atLeast.push(least)
  }
  for (let k = 0; k < benefit.length; k++) {
    for (let q = k * width; q < (k + 1) * width; q++) if (use[q] !== 0) take(k, row[q], use[q])
    spread(k)
  }
  if (works)
    for (let n = 0; n < count * stages; n++) {
      if (Number.isNaN(works.benefit[n])) continue
      for (let e = works.start[n]; e < works.start[n + 1]; e++) take(firstWork + n, works.row[e], works.use[e])
      spread(firstWork + n)
    }
  flows?.benefit.forEach((_, c) => {
    for (let e = flows.start[c]; e < flows.start[c + 1]; e++)
      touched.set(flows.row[e], (touched.get(flows.row[e]) ?? 0) + flows.coefficient[e])
    spread(firstFlow + c)
  })
  totals.accounts.forEach((account, n) => {
    for (let e = accounts.start[account]; e < accounts.start[account + 1]; e++)
      touched.set(accounts.row[e], (touched.get(accounts.row[e]) ?? 0) + accounts.coefficient[e])
    spread(firstAccount + n)
    rows.push({ what: 'account', account })
    entries.push([
      [...drawn[n][0], firstAccount + n],
      [...drawn[n][1], 1],
    ])
    atLeast.push(0)
  })
  for (let r = 0; r < limit.length; r++) {
    rows.push({ what: 'limit', row: r })
    entries.push(limits[r])
    atLeast.push(-limit[r])
  }
  for (let i = 0; i + 1 < firstOption.length; i++) {
    const own = Array.from({ length: firstOption[i + 1] - firstOption[i] }, (_, j) => firstOption[i] + j)
    if (own.length === 0) continue
    add(
      { what: 'unit', unit: i },
      own.map((k) => [k, -1] as const),
      -1,
    )
    if (required?.[i] === 1)
      add(
        { what: 'required', unit: i },
        own.map((k) => [k, 1] as const),
        1,
      )
    if (!works) continue
    const chain: number[] = []
    for (let w = works.of[i]; w >= 0; w = works.parent[w]) chain.unshift(w)
    chain.forEach((w, d) => {
      for (let t = 0; t < stages; t++) {
        const needing = own.filter((k) => works.need[k * works.depth + d] <= t)
        if (!own.some((k) => works.need[k * works.depth + d] === t)) continue
        const open = Array.from({ length: t + 1 }, (_, s) => [firstWork + w * stages + s, 1] as const)
        add({ what: 'need', unit: i, work: w, stage: t }, [...open, ...needing.map((k) => [k, -1] as const)], 0)
      }
    })
  }
  for (let w = 0; works && w < count; w++) {
    const own = Array.from({ length: stages }, (_, s) => firstWork + w * stages + s)
    add(
      { what: 'work', work: w },
      own.map((n) => [n, -1] as const),
      -1,
    )
    if (works.required[w] === 1)
      add(
        { what: 'must-open', work: w },
        own.map((n) => [n, 1] as const),
        1,
      )
  }
  if (works) addLeast(problem, works, firstWork, add)
  const rowStart = new Uint32Array(rows.length + 1)
  entries.forEach(([list], n) => {
    rowStart[n + 1] = rowStart[n] + list.length
  })
  const column = new Uint32Array(rowStart[rows.length])
  const coefficient = new Float64Array(column.length)
  entries.forEach(([list, values], n) => {
    column.set(list, rowStart[n])
    coefficient.set(values, rowStart[n])
  })
  const cost = new Float64Array(columns)
  const from = new Float64Array(columns)
  const to = new Float64Array(columns).fill(1)
  const whole = new Uint8Array(columns).fill(1)
  for (let k = 0; k < benefit.length; k++) cost[k] = -benefit[k]
  for (let n = 0; works && n < count * stages; n++) {
    if (Number.isNaN(works.benefit[n])) to[firstWork + n] = 0
    else cost[firstWork + n] = -works.benefit[n]
  }
  flows?.benefit.forEach((each, c) => {
    cost[firstFlow + c] = -each
    from[firstFlow + c] = flows.from[c]
    to[firstFlow + c] = flows.to[c]
    whole[firstFlow + c] = 0
  })
  from.set(totals.from, firstAccount)
  to.set(totals.to, firstAccount)
  whole.fill(0, firstAccount)
  return { program: { cost, from, to, rowStart, column, coefficient, atLeast: Float64Array.from(atLeast), whole }, rows }
}

/** Accounts that have a column of their own, since that is shorter: what is used of them, at least. `place`: of each account its number among them, or −1. */
type Totals = {
  readonly accounts: readonly number[]
  readonly place: Int32Array
  readonly from: Float64Array
  readonly to: Float64Array
}

function totalsOf({ firstOption, benefit, width, row, use, limit, accounts, works }: StagedProblem): Totals {
  const count = accounts ? accounts.start.length - 1 : limit.length
  const place = new Int32Array(count).fill(-1)
  const users = new Uint32Array(count)
  const from = new Float64Array(count)
  const to = new Float64Array(count)
  const unitFrom = new Map<number, number>()
  const unitTo = new Map<number, number>()
  const take = (account: number, amount: number) => {
    users[account]++
    unitFrom.set(account, Math.min(unitFrom.get(account) ?? 0, amount))
    unitTo.set(account, Math.max(unitTo.get(account) ?? 0, amount))
  }
  const endUnit = () => {
    for (const [account, amount] of unitFrom) from[account] += amount
    for (const [account, amount] of unitTo) to[account] += amount
    unitFrom.clear()
    unitTo.clear()
  }
  if (accounts) {
    for (let i = 0; i + 1 < firstOption.length; i++) {
      for (let q = firstOption[i] * width; q < firstOption[i + 1] * width; q++) if (use[q] !== 0) take(row[q], use[q])
      endUnit()
    }
    for (let w = 0; works && w < works.parent.length; w++) {
      for (let e = works.start[w * works.stages]; e < works.start[(w + 1) * works.stages]; e++) take(works.row[e], works.use[e])
      endUnit()
    }
  }
  const own: number[] = []
  for (let a = 0; accounts && a < count; a++) {
    const rows = accounts.start[a + 1] - accounts.start[a]
    // at least what is used is enough where more of it takes of every limit
    const takes = accounts.coefficient.subarray(accounts.start[a], accounts.start[a + 1]).every((each) => each >= 0)
    if (!takes || rows * users[a] <= 2 * (rows + users[a]) || benefit.length === 0) continue
    place[a] = own.length
    own.push(a)
  }
  return { accounts: own, place, from: Float64Array.from(own, (a) => from[a]), to: Float64Array.from(own, (a) => to[a]) }
}

type Add = (what: WrittenRow, list: readonly (readonly [number, number])[], least: number) => void

/** Of every work with a least size: the size of what needs it, at least that once it is open. */
function addLeast({ firstOption }: StagedProblem, works: NonNullable<StagedProblem['works']>, firstWork: number, add: Add): void {
  const sizes = new Map<number, [number, number][]>()
  works.of.forEach((w, i) => {
    if (w < 0 || !(works.least[w] > 0)) return
    let d = 0
    for (let above = works.parent[w]; above >= 0; above = works.parent[above]) d++
    const list = sizes.get(w) ?? []
    sizes.set(w, list)
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++)
      if (works.need[k * works.depth + d] !== NO_NEED && works.size[k] !== 0) list.push([k, works.size[k]])
  })
  works.least.forEach((least, w) => {
    if (!(least > 0)) return
    const open = Array.from({ length: works.stages }, (_, s) => [firstWork + w * works.stages + s, -least] as const)
    add({ what: 'least', work: w }, [...(sizes.get(w) ?? []), ...open], 0)
  })
}

/** Reads a solution of the written program. */
export function readWritten(
  problem: StagedProblem,
  x: Float64Array,
): { readonly choice: Choice; readonly state: Uint8Array; readonly flow: Float64Array } {
  const { firstOption, benefit, works, flows } = problem
  const choice: Choice = new Int16Array(firstOption.length - 1).fill(-1)
  for (let i = 0; i < choice.length; i++)
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) if (x[k] > 0.5) choice[i] = k - firstOption[i]
  const stages = works?.stages ?? 0
  const state = new Uint8Array(works?.parent.length ?? 0).fill(stages)
  for (let n = 0; n < state.length * stages; n++) if (x[benefit.length + n] > 0.5) state[Math.floor(n / stages)] = n % stages
  const first = benefit.length + state.length * stages
  const flow = Float64Array.from(flows?.benefit ?? [], (_, c) => Math.min(flows?.to[c] ?? 0, Math.max(flows?.from[c] ?? 0, x[first + c])))
  return { choice, state, flow }
}

/** A plan as a solution of the written program: where a solver may begin. */
export function asWritten(problem: StagedProblem, choice: Choice, state: Uint8Array, flow: Float64Array): Float64Array {
  const { firstOption, benefit, width, row, use, works } = problem
  const stages = works?.stages ?? 0
  const firstFlow = benefit.length + state.length * stages
  const firstAccount = firstFlow + flow.length
  const { accounts, place } = totalsOf(problem)
  const x = new Float64Array(firstAccount + accounts.length)
  const take = (account: number, amount: number) => {
    if (place[account] >= 0) x[firstAccount + place[account]] += amount
  }
  choice.forEach((option, i) => {
    if (option < 0) return
    const k = firstOption[i] + option
    x[k] = 1
    for (let q = k * width; q < (k + 1) * width; q++) if (use[q] !== 0) take(row[q], use[q])
  })
  state.forEach((s, w) => {
    if (!works || s === stages) return
    const n = w * stages + s
    x[benefit.length + n] = 1
    for (let e = works.start[n]; e < works.start[n + 1]; e++) take(works.row[e], works.use[e])
  })
  x.set(flow, firstFlow)
  return x
}
