/** From simulated fields to grades of patches, areas of grades, and what can be asked of them. */
import { gaussian } from '../shared/random.ts'

/**
 * Patches as points that stand for them (polygonSupport, or one point in the middle of a small patch): patch p has points `starts[p]` … `starts[p + 1]` − 1, whose
 * `weights` add up to 1. `areas` (m², or any unit) is what it counts for, `groups` the group of land it belongs to, `parents` the group that holds each group
 * (−1 for none), in any order. `covariates`: q a point.
 */
export type Patches = {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly weights: Float64Array
  readonly starts: Int32Array
  readonly covariates?: Float64Array
  readonly areas: Float64Array
  readonly groups: Int32Array
  readonly parents: Int32Array
}

/**
 * A scheme of grades: of each of its variables the grade is the number of `bounds` (ascending) at or below the value; the patch has the worst of them. `grades` is
 * one more than the longest list of bounds.
 */
export type Grading = { readonly variables: readonly number[]; readonly bounds: readonly Float64Array[] }
export const gradeCount = ({ bounds }: Grading): number => 1 + Math.max(0, ...bounds.map((each) => each.length))

/**
 * Draws of realisations `first` … `first + count − 1`, a grading a member: `counts` (patches × grades) how many of them gave the patch that grade, `areas`
 * (count × groups × grades) the area of each grade in each group.
 */
export type AreaDraws = {
  readonly first: number
  readonly count: number
  readonly groups: number
  readonly gradings: readonly { readonly grades: number; readonly counts: Int32Array; readonly areas: Float64Array }[]
}

/** Where the means over patches of a batch go: its realisations are `from` … of the `of` that the whole call makes. */
export type Kept = { readonly means: Float32Array; readonly from: number; readonly of: number }

export function emptyDraws(grading: Grading, { areas, parents }: Patches, count: number) {
  const grades = gradeCount(grading)
  return { grades, counts: new Int32Array(areas.length * grades), areas: new Float64Array(count * parents.length * grades) }
}

/**
 * Grades the patches of realisations `first` … `first + count − 1` from the fields at their points (`fields[v]`, points × count), by the ways back to values (`backs[s][v]`). `openParts`: what of the nugget stays
 * in the values, null where it evens out.
 */
export function gradePatches(
  patches: Patches,
  gradings: readonly Grading[],
  fields: readonly Float64Array[],
  backs: readonly (readonly ((scaled: number) => number)[])[],
  openParts: readonly (readonly Float64Array[])[] | null,
  noises: readonly (() => number)[],
  first: number,
  count: number,
  kept: Kept | undefined,
): AreaDraws {
  const { starts, weights, areas, groups, parents } = patches
  const variables = fields.length
  const told = gradings.map((grading) => emptyDraws(grading, patches, count))
  const values = new Float64Array(variables)
  const open = new Float64Array(variables)
  for (let p = 0; p < areas.length; p++) {
    for (let s = 0; s < count; s++) {
      values.fill(0)
      for (let at = starts[p]; at < starts[p + 1]; at++) {
        if (openParts) for (let u = 0; u < variables; u++) open[u] = gaussian(noises[s])
        for (let v = 0; v < variables; v++) {
          let scaled = fields[v][at * count + s]
          if (openParts) for (let u = 0; u <= v; u++) scaled += openParts[v][s][u] * open[u]
          values[v] += weights[at] * backs[s][v](scaled)
        }
      }
      if (kept) for (let v = 0; v < variables; v++) kept.means[(p * variables + v) * kept.of + kept.from + s] = values[v]
      for (const [g, grading] of gradings.entries()) {
        const { grades, counts, areas: summed } = told[g]
        const grade = gradeOf(grading, values)
        counts[p * grades + grade]++
        summed[(s * parents.length + groups[p]) * grades + grade] += areas[p]
      }
    }
  }
  const upwards = fromTheLeaves(parents)
  for (const { grades, areas: summed } of told) {
    for (let s = 0; s < count; s++) {
      for (const group of upwards) {
        if (parents[group] < 0) continue
        const [own, above] = [(s * parents.length + group) * grades, (s * parents.length + parents[group]) * grades]
        for (let k = 0; k < grades; k++) summed[above + k] += summed[own + k]
      }
    }
  }
  return { first, count, groups: parents.length, gradings: told }
}

function gradeOf({ variables, bounds }: Grading, values: Float64Array): number {
  let worst = 0
  for (let i = 0; i < variables.length; i++) {
    const value = values[variables[i]]
    const own = bounds[i]
    let grade = 0
    while (grade < own.length && value >= own[grade]) grade++
    if (grade > worst) worst = grade
  }
  return worst
}

/** Groups in an order in which each comes before the one that holds it. A circle is a fault. */
function fromTheLeaves(parents: Int32Array): Int32Array {
  const depth = Int32Array.from(parents, (_, group) => {
    let steps = 0
    for (let at = parents[group]; at >= 0; at = parents[at])
      if (++steps > parents.length) throw new RangeError(`group ${group} holds itself`)
    return steps
  })
  return Int32Array.from(parents, (_, group) => group).sort((a, b) => depth[b] - depth[a] || a - b)
}

/** Draws of different realisations, put together in their order; none may be missing between the first and the last. */
export function joinDraws(parts: readonly AreaDraws[]): AreaDraws {
  const ordered = [...parts].filter(({ count }) => count > 0).sort((a, b) => a.first - b.first)
  if (ordered.length === 0) return parts[0]
  for (const [i, part] of ordered.entries())
    if (i > 0 && part.first !== ordered[i - 1].first + ordered[i - 1].count)
      throw new RangeError(`expected realisation ${ordered[i - 1].first + ordered[i - 1].count} next, got ${part.first}`)
  const count = ordered.reduce((sum, part) => sum + part.count, 0)
  const gradings = ordered[0].gradings.map(({ grades, counts }, g) => {
    const all = { grades, counts: new Int32Array(counts.length), areas: new Float64Array(count * ordered[0].groups * grades) }
    let at = 0
    for (const part of ordered) {
      const own = part.gradings[g]
      for (let i = 0; i < own.counts.length; i++) all.counts[i] += own.counts[i]
      all.areas.set(own.areas, at)
      at += own.areas.length
    }
    return all
  })
  return { first: ordered[0].first, count, groups: ordered[0].groups, gradings }
}

/** Probabilities of the grades of each patch (patches × grades): the share of realisations. */
export const probabilitiesOf = ({ count, gradings }: AreaDraws, grading: number): Float64Array =>
  Float64Array.from(gradings[grading].counts, (each) => each / count)

/** The area of one grade in one group, in every realisation. Joint: entry s of any two answers is of the same soil. */
export function areasOf(
  { count, groups, gradings }: AreaDraws,
  at: { readonly grading: number; readonly group: number; readonly grade: number },
): Float64Array {
  const { grades, areas } = gradings[at.grading]
  return Float64Array.from({ length: count }, (_, s) => areas[(s * groups + at.group) * grades + at.grade])
}

/**
 * The interval that holds the truth with probability `share`, were it one more draw like the others: of n draws those at ranks p(n + 1) and (1 − p)(n + 1), p half of
 * what is left out, between ranks in a straight line (Hyndman & Fan 1996, definition 6). 199 draws give ranks 5 and 195 for 95 %.
 */
export function intervalOf(draws: Float64Array, share = 0.95): readonly [low: number, high: number] {
  const sorted = draws.slice().sort()
  const at = (p: number) => {
    const rank = Math.min(sorted.length, Math.max(1, p * (sorted.length + 1))) - 1
    const below = Math.floor(rank)
    return sorted[below] + (rank - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below])
  }
  return [at((1 - share) / 2), at((1 + share) / 2)]
}
