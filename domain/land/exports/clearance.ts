/** Which exports need a second approval, and which a public map's number. */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { CLEARANCE } from './clearance.data.ts'

export { CLEARANCE, MAP_APPROVAL } from './clearance.data.ts'

export type ClearanceRefusal =
  | Refusal<
      'exports/needs-second-approval',
      { readonly areaKm2: number; readonly limitKm2: number; readonly why: 'heights' | 'full-elements' }
    >
  | Refusal<'exports/needs-map-approval', Record<string, never>>
  | Refusal<'exports/not-a-map-approval', { readonly stated: string }>

/** One row's outline by its box, and its area in m². */
export type Extent = { readonly box: readonly [xMin: number, yMin: number, xMax: number, yMax: number]; readonly areaM2: number }

/**
 * Area in m² of the largest piece that hangs together. Rows whose boxes touch within `slack` (units of the boxes) count as one piece, so a piece may be taken
 * for larger than it is and never for smaller. Sweep over the left edges; O(n log n) where few boxes stand side by side.
 */
export function largestPiece(extents: readonly Extent[], slack: number): number {
  const order = extents.map((_, i) => i).sort((a, b) => extents[a].box[0] - extents[b].box[0])
  const parent = extents.map((_, i) => i)
  const rootOf = (i: number) => {
    let root = i
    while (parent[root] !== root) root = parent[root]
    for (let at = i; parent[at] !== root; ) {
      const next = parent[at]
      parent[at] = root
      at = next
    }
    return root
  }
  let open: number[] = []
  for (const i of order) {
    const [xMin, yMin, , yMax] = extents[i].box
    open = open.filter((each) => extents[each].box[2] + slack >= xMin)
    for (const each of open)
      if (extents[each].box[1] - slack <= yMax && extents[each].box[3] + slack >= yMin) parent[rootOf(each)] = rootOf(i)
    open.push(i)
  }
  const sums = new Map<number, number>()
  for (let i = 0; i < extents.length; i++) sums.set(rootOf(i), (sums.get(rootOf(i)) ?? 0) + extents[i].areaM2)
  return Math.max(0, ...sums.values())
}

/**
 * Why an export would need a second approval if it is large: it has heights, or it has every row and every column with outlines. Null where it is neither.
 */
export function sensitivityOf(asked: {
  readonly withOutlines: boolean
  readonly filtered: boolean
  readonly columns: readonly string[] | null // null: all
  readonly known: readonly string[] // the names of all columns there are
}): 'heights' | 'full-elements' | null {
  const columns = asked.columns ?? asked.known
  if (columns.some((name) => CLEARANCE.heights.test(name))) return 'heights'
  return asked.withOutlines && !asked.filtered && asked.columns === null ? 'full-elements' : null
}

export function decideClearance(
  why: 'heights' | 'full-elements' | null,
  areaM2: number,
  approved: boolean,
): Result<null, ClearanceRefusal> {
  if (why === null || approved || areaM2 <= CLEARANCE.contiguousKm2 * 1e6) return accept(null)
  const areaKm2 = Math.round(areaM2 / 1e4) / 100
  return refuse('exports/needs-second-approval', { areaKm2, limitKm2: CLEARANCE.contiguousKm2, why })
}
