/** Where the rows of a family stand in its picture: generations from left to right, each column in the order in which its rows came. */
import type { LineageReply } from './lineage.wire.ts'

export type Spot = { readonly id: number; readonly column: number; readonly line: number }

/** Columns from 0 (the oldest). Within a column rows stand near those they came from or went to, and apart from each other. */
export function layOut({ nodes, steps }: Pick<LineageReply, 'nodes' | 'steps'>): readonly Spot[] {
  const oldest = Math.min(...nodes.map(({ generation }) => generation))
  const columns = new Map<number, number[]>()
  for (const { id, generation } of [...nodes].sort((a, b) => a.id - b.id)) {
    const column = generation - oldest
    columns.set(column, [...(columns.get(column) ?? []), id])
  }
  const line = new Map<number, number>()
  for (const column of [...columns.keys()].sort((a, b) => a - b)) {
    const ids = columns.get(column) ?? []
    const wish = (id: number) => {
      const parents = steps.flatMap(({ from, to }) => (to === id && line.has(from) ? [line.get(from) ?? 0] : []))
      return parents.length === 0 ? Number.POSITIVE_INFINITY : parents.reduce((sum, at) => sum + at, 0) / parents.length
    }
    const order = ids.map((id) => ({ id, wish: wish(id) })).sort((a, b) => (a.wish === b.wish ? a.id - b.id : a.wish - b.wish))
    let next = 0
    for (const { id, wish: wanted } of order) {
      const at = Math.max(next, Number.isFinite(wanted) ? Math.floor(wanted) : next)
      line.set(id, at)
      next = at + 1
    }
  }
  return nodes.map(({ id, generation }) => ({ id, column: generation - oldest, line: line.get(id) ?? 0 }))
}
