/** What the figures of a plan with works mean; explain.ts has the same for plain plans. */
import { Bundle, type OpenMaster } from './bundle.ts'
import type { Conflict, OptionWorth, Worth } from './explain.ts'
import { Relaxed, type StagedProblem } from './relaxed.ts'
import { conflictOfStaged } from './staged.ts'
import { withForced } from './variants.ts'

const START = { tolerance: 2e-7, mostRounds: 40, floor: -1e300, reach: 0.02 }

/** Brackets the price of a row by lowering the bound anew with `share` of its limit more and less: L is concave in a limit. */
export function worthOfLimitStaged(problem: StagedProblem, prices: Float64Array, row: number, open: OpenMaster, share = 0.01): Worth {
  const step = Math.max(Math.abs(problem.limit[row]) * share, Number.MIN_VALUE)
  const at = (change: number) => {
    const limit = problem.limit.slice()
    limit[row] += change
    return lowestBound({ ...problem, limit }, prices, open)
  }
  const bound = at(0)
  return { row, price: prices[row], more: (at(step) - bound) / step, less: (bound - at(-step)) / step, step }
}

function lowestBound(problem: StagedProblem, prices: Float64Array, open: OpenMaster): number {
  const bundle = new Bundle(new Relaxed(problem), open)
  try {
    return bundle.run(prices, START).look.bound
  } finally {
    bundle.close()
  }
}

/** The options of a unit, none (−1) among them: `loss` is how far the bound at the prices lies lower when the unit is forced there, works as is best then. */
export function optionsOfStaged(problem: StagedProblem, prices: Float64Array, unit: number): OptionWorth[] {
  const first = problem.firstOption[unit]
  const all = new Relaxed(problem).look(prices).bound
  const list = problem.required?.[unit] === 1 ? [] : [-1]
  for (let j = 0; first + j < problem.firstOption[unit + 1]; j++) list.push(j)
  return list.map((option) => {
    const bound = new Relaxed(withForced(problem, unit, option)).look(prices).bound
    return { option, benefit: option < 0 ? 0 : problem.benefit[first + option], atPrices: bound, loss: all - bound }
  })
}

/** A smallest set of limits in conflict (none can be spared: a deletion filter, Chinneck and Dravnieks 1991), or null when a plan may exist. */
export function smallestConflictStaged(problem: StagedProblem, open: OpenMaster): Conflict | null {
  let proof = conflictOfStaged(problem, open)
  if (!proof) return null
  let kept = [...proof.keys()].filter((r) => (proof?.[r] ?? 0) > 0)
  for (const candidate of [...kept]) {
    const without = kept.filter((r) => r !== candidate)
    const narrower = conflictOfStaged(only(problem, new Set(without)), open)
    if (!narrower) continue
    kept = without.filter((r) => narrower[r] > 0)
    proof = narrower
  }
  const weights = conflictOfStaged(only(problem, new Set(kept)), open) ?? proof
  const { works, flows } = problem
  const bare = {
    ...problem,
    benefit: new Float64Array(problem.benefit.length),
    ...(works ? { works: { ...works, benefit: works.benefit.map((each) => (Number.isNaN(each) ? each : 0)) } } : {}),
    ...(flows ? { flows: { ...flows, benefit: new Float64Array(flows.benefit.length) } } : {}),
  }
  const short = -new Relaxed(bare).look(weights).bound
  return { rows: kept, atLeast: Float64Array.from(kept, (r) => (weights[r] > 0 ? short / weights[r] : 0)) }
}

/** The program with only these limits: the prices of the others are held at nothing by limits that no plan can reach. */
function only(problem: StagedProblem, rows: ReadonlySet<number>): StagedProblem {
  const most = mostUse(problem)
  return { ...problem, limit: problem.limit.map((limit, r) => (rows.has(r) ? limit : most[r] + 1)) }
}

/** What all options, works and flows together could use of each row. */
function mostUse(problem: StagedProblem): Float64Array {
  const { accounts, works, flows, limit } = problem
  const most = new Float64Array(limit.length)
  const take = (account: number, amount: number) => {
    if (!accounts) most[account] += Math.max(0, amount)
    else
      for (let e = accounts.start[account]; e < accounts.start[account + 1]; e++)
        most[accounts.row[e]] += Math.max(0, amount * accounts.coefficient[e])
  }
  for (let q = 0; q < problem.row.length; q++) take(problem.row[q], problem.use[q])
  works?.row.forEach((account, e) => {
    take(account, works.use[e])
  })
  flows?.to.forEach((to, c) => {
    for (let e = flows.start[c]; e < flows.start[c + 1]; e++)
      most[flows.row[e]] += Math.max(0, to * flows.coefficient[e], flows.from[c] * flows.coefficient[e])
  })
  return most
}
