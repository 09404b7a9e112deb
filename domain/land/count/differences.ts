/** Two states of the register held against each other patch by patch: what came, what went, and what is counted as something else. */

/** What a patch counted as before and counts as after, by one value of a dimension; hundredths of m², patches by their leads. */
export type Counted = {
  readonly patchId: number
  readonly value: string
  readonly before: number | null
  readonly after: number | null
  readonly patchesBefore: number | null
  readonly patchesAfter: number | null
}

export type DifferenceKind = 'added' | 'ended' | 'changed' | 'resized'

export type PatchDifference = {
  readonly id: number
  readonly kind: DifferenceKind
  /** The value that most of it had and has; null where it was not, or is no more. */
  readonly from: string | null
  readonly to: string | null
  readonly before: number
  readonly after: number
  /** The ground that is counted otherwise: of a patch that came or went all of it, else what its values gained. */
  readonly moved: number
}

/** Net changes by value, and the patches behind them. The net of a value is the sum over the patches, to the hundredth. */
export function differences(rows: readonly Counted[]): {
  readonly patches: readonly PatchDifference[]
  readonly values: readonly { readonly value: string; readonly before: number; readonly after: number; readonly patches: number }[]
} {
  const byPatch = new Map<number, Counted[]>()
  const values = new Map<string, { before: number; after: number; patches: number }>()
  for (const row of rows) {
    const own = byPatch.get(row.patchId)
    if (own) own.push(row)
    else byPatch.set(row.patchId, [row])
    const sum = values.get(row.value) ?? { before: 0, after: 0, patches: 0 }
    sum.before += row.before ?? 0
    sum.after += row.after ?? 0
    sum.patches += (row.patchesAfter ?? 0) - (row.patchesBefore ?? 0)
    values.set(row.value, sum)
  }
  const patches: PatchDifference[] = []
  for (const [id, own] of byPatch) {
    const was = own.some(({ before }) => before !== null)
    const is = own.some(({ after }) => after !== null)
    const before = own.reduce((sum, row) => sum + (row.before ?? 0), 0)
    const after = own.reduce((sum, row) => sum + (row.after ?? 0), 0)
    const gained = own.reduce((sum, row) => sum + Math.max(0, (row.after ?? 0) - (row.before ?? 0)), 0)
    const lost = own.reduce((sum, row) => sum + Math.max(0, (row.before ?? 0) - (row.after ?? 0)), 0)
    if (gained === 0 && lost === 0) continue
    const from = was ? most(own, 'before') : null
    const to = is ? most(own, 'after') : null
    // the ground that changed its value, not the ground that only came or went
    const turned = Math.min(gained, lost)
    const kind = !was ? 'added' : !is ? 'ended' : turned > 0 ? 'changed' : 'resized'
    patches.push({
      ...{ id, kind, before, after },
      from: kind === 'changed' ? (most(own, 'before', 'after') ?? from) : from,
      to: kind === 'changed' ? (most(own, 'after', 'before') ?? to) : to,
      moved: kind === 'added' ? after : kind === 'ended' ? before : kind === 'changed' ? turned : Math.abs(after - before),
    })
  }
  return {
    patches: patches.sort((a, b) => b.moved - a.moved || a.id - b.id),
    values: [...values].map(([value, sum]) => ({ value, ...sum })).sort((a, b) => (a.value < b.value ? -1 : 1)),
  }
}

/** The value with most area on a side; with `less`, with most above the other side. */
function most(rows: readonly Counted[], side: 'before' | 'after', less?: 'before' | 'after'): string | null {
  let best: string | null = null
  let greatest = 0
  for (const row of rows) {
    const area = (row[side] ?? 0) - (less ? (row[less] ?? 0) : 0)
    if (area > greatest) [best, greatest] = [row.value, area]
  }
  return best
}
