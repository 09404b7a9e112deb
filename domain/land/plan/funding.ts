/**
 * Money of several sources, each of which may pay only some kinds of cost. A year's costs can be paid if and only if, for every set of sources, the costs that nobody
 * else may pay are within what the set has (Hall 1935, for amounts: Gale 1957); so a few limits say it all, and who pays what is settled afterwards.
 */
import { COST_SCOPES, type CostScope } from '../technology/technology.ts'
import type { Budget } from './scenarios.ts'

export type FundingRow = {
  readonly id: string
  readonly year: number
  readonly sources: readonly string[]
  readonly fen: number
  readonly scopes: ReadonlySet<CostScope> // costs that only these sources may pay
}

/** The limits of a year. No row where nobody has said what money there is. */
export function fundingRows(budgets: readonly Budget[], year: number): FundingRow[] {
  if (budgets.length === 0) return []
  const own = budgets.filter((each) => each.year === year)
  const names = [...new Set(own.map(({ source }) => source))].sort()
  const pays = (scope: CostScope) =>
    names.filter((name) => own.some(({ source, scopes }) => source === name && (scopes.length === 0 || scopes.includes(scope))))
  const groups = new Map(COST_SCOPES.map((scope) => [pays(scope).join('+'), pays(scope)]))
  let unions = new Map<string, readonly string[]>()
  for (const group of groups.values()) {
    const next = new Map(unions)
    for (const union of [[], ...unions.values()]) {
      const joined = [...new Set([...union, ...group])].sort()
      next.set(joined.join('+'), joined)
    }
    unions = next
  }
  return [...unions].map(([name, sources]) => ({
    id: `money/${year}/${name || '—'}`,
    year,
    sources,
    fen: own.filter(({ source }) => sources.includes(source)).reduce((sum, { fen }) => sum + fen, 0),
    scopes: new Set(COST_SCOPES.filter((scope) => pays(scope).every((source) => sources.includes(source)))),
  }))
}

export type PaidBy = { readonly source: string; readonly year: number; readonly budgetFen: number; readonly paidFen: number }

/** Who pays a year's costs: sources that may pay least go first, and give way where another is needed (augmenting paths, Ford and Fulkerson 1956). Whole 分. */
export function paidBy(budgets: readonly Budget[], year: number, costs: Readonly<Partial<Record<CostScope, number>>>): PaidBy[] {
  const own = budgets
    .filter((each) => each.year === year)
    .toSorted((a, b) => (a.scopes.length || 99) - (b.scopes.length || 99) || (a.source < b.source ? -1 : 1))
  const scopes = COST_SCOPES.filter((scope) => (costs[scope] ?? 0) > 0)
  const paid = own.map(() => scopes.map(() => 0))
  const left = scopes.map((scope) => costs[scope] ?? 0)
  const free = own.map(({ fen }) => fen)
  const may = (j: number, c: number) => own[j].scopes.length === 0 || own[j].scopes.includes(scopes[c])
  for (let c = 0; c < scopes.length; c++)
    while (left[c] > 0) {
      // from the cost to a source with money, through costs that others could pay
      const from = new Map<number, { readonly cost: number; readonly before: number | null }>()
      const queue: { readonly cost: number; readonly by: number | null }[] = [{ cost: c, by: null }]
      let found: number | null = null
      for (let q = 0; q < queue.length && found === null; q++)
        for (let j = 0; j < own.length && found === null; j++) {
          if (from.has(j) || !may(j, queue[q].cost)) continue
          from.set(j, { cost: queue[q].cost, before: queue[q].by })
          if (free[j] > 0) found = j
          else for (let other = 0; other < scopes.length; other++) if (paid[j][other] > 0) queue.push({ cost: other, by: j })
        }
      if (found === null) break
      const steps: { readonly j: number; readonly cost: number }[] = []
      for (let at: number | null = found; at !== null; ) {
        const step: { readonly cost: number; readonly before: number | null } | undefined = from.get(at)
        if (!step) break
        steps.push({ j: at, cost: step.cost })
        at = step.before
      }
      // each source on the way takes the cost that the one before it lets go
      const amount = Math.min(left[c], free[found], ...steps.slice(0, -1).map(({ cost }, n) => paid[steps[n + 1].j][cost]))
      steps.forEach(({ j, cost }, n) => {
        paid[j][cost] += amount
        if (n + 1 < steps.length) paid[steps[n + 1].j][cost] -= amount
      })
      free[found] -= amount
      left[c] -= amount
    }
  return own.map(({ source, fen }, j) => ({ source, year, budgetFen: fen, paidFen: paid[j].reduce((sum, each) => sum + each, 0) }))
}
