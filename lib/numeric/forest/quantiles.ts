/**
 * Quantile regression forest (Meinshausen 2006): a leaf keeps which samples lie in it, and a row's distribution is that of the samples it shares leaves with, each
 * weighing one over the size of the leaf, averaged over the trees.
 */
import { type Forest, Passage, TOGETHER } from './forest.ts'
import type { Tree } from './grow.ts'

/** Values that samples have, rising; many values are thinned to the means of so many classes of equal number. */
const MOST_LEVELS = 1024

/** Samples of leaf l (row of the forest's values) have the levels `members[starts[l]…starts[l + 1])`. */
export type LeafLevels = { readonly levels: Float64Array; readonly members: Uint16Array; readonly starts: Int32Array }

export function leafLevels(trees: readonly Tree[], response: Float64Array): LeafLevels {
  const n = response.length
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => response[a] - response[b] || a - b)
  const levelOf = new Uint16Array(n)
  const distinct = new Set(response).size
  const sums: number[] = []
  const counts: number[] = []
  for (let k = 0; k < n; k++) {
    const i = order[k]
    const isNew =
      distinct <= MOST_LEVELS ? k === 0 || response[i] !== response[order[k - 1]] : Math.floor((k * MOST_LEVELS) / n) === sums.length
    if (isNew) {
      sums.push(0)
      counts.push(0)
    }
    const level = sums.length - 1
    sums[level] += response[i]
    counts[level]++
    levelOf[i] = level
  }
  const leaves = trees.reduce((sum, tree) => sum + tree.memberStarts.length - 1, 0)
  const starts = new Int32Array(leaves + 1)
  const members = new Uint16Array(trees.reduce((sum, tree) => sum + tree.members.length, 0))
  let [leaf, at] = [0, 0]
  for (const tree of trees) {
    for (let l = 0; l + 1 < tree.memberStarts.length; l++) {
      for (let m = tree.memberStarts[l]; m < tree.memberStarts[l + 1]; m++) members[at++] = levelOf[tree.members[m]]
      starts[++leaf] = at
    }
  }
  return { levels: Float64Array.from(sums, (sum, level) => sum / counts[level]), members, starts }
}

/** The least level whose weight with all below reaches each of `shares` (0…1): one number a share for each row, into `out`; NaN for a row with a NaN. */
export function predictQuantiles(
  forest: Forest,
  { levels, members, starts }: LeafLevels,
  rows: Float64Array,
  shares: readonly number[],
  out: Float64Array,
): void {
  const p = forest.thresholds.length
  const q = shares.length
  const trees = forest.roots.length
  const passage = new Passage(forest)
  const together = Math.min(TOGETHER, 8192)
  const leaves = new Int32Array(trees * together)
  const weights = new Float64Array(levels.length)
  const count = rows.length / p
  for (let from = 0; from < count; from += together) {
    const n = Math.min(together, count - from)
    passage.take(rows.subarray(from * p, (from + n) * p), n)
    for (let t = 0; t < trees; t++) {
      passage.pass(forest.roots[t])
      leaves.set(passage.leaves.subarray(0, n), t * together)
    }
    for (let i = 0; i < n; i++) {
      const at = (from + i) * q
      if (passage.known[i] === 0) {
        out.fill(Number.NaN, at, at + q)
        continue
      }
      weights.fill(0)
      for (let t = 0; t < trees; t++) {
        const leaf = leaves[t * together + i]
        const weight = 1 / (starts[leaf + 1] - starts[leaf]) / trees
        for (let m = starts[leaf]; m < starts[leaf + 1]; m++) weights[members[m]] += weight
      }
      for (let k = 0; k < q; k++) out[at + k] = levelAt(levels, weights, shares[k])
    }
  }
}

function levelAt(levels: Float64Array, weights: Float64Array, share: number): number {
  let sum = 0
  for (let level = 0; level < levels.length; level++) {
    sum += weights[level]
    if (sum >= share - 1e-12) return levels[level]
  }
  return levels[levels.length - 1]
}
