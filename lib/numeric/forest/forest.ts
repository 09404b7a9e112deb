/**
 * Trees joined into a forest, laid out for prediction: two numbers a node, side by side, children side by side. The sum over trees is taken in their order, so that
 * it is the same, bit for bit, whoever adds up.
 */
import { codesOfRows, type Thresholds } from './codes.ts'
import type { Tree } from './grow.ts'

/**
 * `nodes`: [split, child] of each node (see Tree), all trees after one another; tree t begins at node `roots[t]`. `leafOf`: the row of `values` of a leaf, −1 of other
 * nodes. `classes`: 0 for regression; `values` has max(1, classes) numbers a row.
 */
export type Forest = {
  readonly thresholds: Thresholds
  readonly classes: number
  readonly roots: Int32Array
  readonly nodes: Int32Array
  readonly leafOf: Int32Array
  readonly values: Float64Array
}

export function joinTrees(trees: readonly Tree[], thresholds: Thresholds, classes: number): Forest {
  const count = trees.reduce((sum, { splits }) => sum + splits.length, 0)
  const width = Math.max(1, classes)
  const roots = new Int32Array(trees.length)
  const nodes = new Int32Array(2 * count)
  const leafOf = new Int32Array(count)
  const values = new Float64Array(trees.reduce((sum, tree) => sum + tree.values.length, 0))
  let [node, row] = [0, 0]
  for (const [t, tree] of trees.entries()) {
    roots[t] = node
    for (let i = 0; i < tree.splits.length; i++) {
      nodes[2 * (node + i)] = tree.splits[i]
      nodes[2 * (node + i) + 1] = node + tree.children[i]
      leafOf[node + i] = tree.leaves[i] < 0 ? -1 : row + tree.leaves[i]
    }
    values.set(tree.values, row * width)
    row += tree.values.length / width
    node += tree.splits.length
  }
  return { thresholds, classes, roots, nodes, leafOf, values }
}

/** Rows that pass through a tree together, at most: with many, each node is read for many rows at once (measured: 32,768 is a quarter faster than 8,192). */
export const TOGETHER = 32_768
/** So few rows walk on one by one. */
const FEW = 2

/**
 * Rows on their way through a forest. A tree parts them at each of its nodes as it parted the samples it grew from: memory is read in order and no step waits
 * for the one before, which is several times faster than following row after row from node to node.
 */
export class Passage {
  readonly #forest: Forest
  readonly #codes: Uint8Array
  readonly known = new Uint8Array(TOGETHER)
  #count = 0
  readonly #rows = [new Int32Array(TOGETHER), new Int32Array(TOGETHER)] as const
  readonly #waiting = new Int32Array(4 * TOGETHER)
  /** The leaf (row of the forest's values) of each row in the tree last passed. */
  readonly leaves = new Int32Array(TOGETHER)

  constructor(forest: Forest) {
    this.#forest = forest
    this.#codes = new Uint8Array(TOGETHER * forest.thresholds.length)
  }

  /** Takes up to TOGETHER rows of covariates. */
  take(rows: Float64Array, count: number): void {
    this.#count = count
    codesOfRows(rows, count, this.#forest.thresholds, this.#codes, TOGETHER, this.known)
  }

  /** Passes them through the tree with that root. */
  pass(root: number): void {
    const { nodes, leafOf } = this.#forest
    const codes = this.#codes
    const leaves = this.leaves
    const waiting = this.#waiting
    const [even, odd] = this.#rows
    for (let i = 0; i < this.#count; i++) even[i] = i
    // node, first and end of its rows, and which of the two arrays they are in
    waiting[0] = root
    waiting[1] = 0
    waiting[2] = this.#count
    waiting[3] = 0
    for (let top = 4; top > 0; ) {
      top -= 4
      const node = waiting[top]
      const first = waiting[top + 1]
      const end = waiting[top + 2]
      const side = waiting[top + 3]
      const here = side === 0 ? even : odd
      const child = nodes[2 * node + 1]
      if (child === node) {
        const leaf = leafOf[node]
        for (let r = first; r < end; r++) leaves[here[r]] = leaf
        continue
      }
      if (end - first <= FEW) {
        for (let r = first; r < end; r++) leaves[here[r]] = this.#walk(node, here[r])
        continue
      }
      const there = side === 0 ? odd : even
      const split = nodes[2 * node]
      const column = (split >> 8) * TOGETHER
      const most = split & 255
      let left = first
      let right = end
      for (let r = first; r < end; r++) {
        const row = here[r]
        // 1 where the code is above the split's: the sign bit of the difference
        const goesRight = (most - codes[column + row]) >>> 31
        there[left] = row
        there[right - 1] = row
        left += 1 - goesRight
        right -= goesRight
      }
      if (left > first) {
        waiting[top] = child
        waiting[top + 1] = first
        waiting[top + 2] = left
        waiting[top + 3] = 1 - side
        top += 4
      }
      if (left < end) {
        waiting[top] = child + 1
        waiting[top + 1] = left
        waiting[top + 2] = end
        waiting[top + 3] = 1 - side
        top += 4
      }
    }
  }

  #walk(from: number, row: number): number {
    const { nodes, leafOf } = this.#forest
    const codes = this.#codes
    let node = from
    for (;;) {
      const split = nodes[2 * node]
      const next = nodes[2 * node + 1] + (((split & 255) - codes[(split >> 8) * TOGETHER + row]) >>> 31)
      if (next === node) return leafOf[node]
      node = next
    }
  }
}

/**
 * Means over the trees for rows of covariates (p each), max(1, classes) numbers a row, into `out`: the mean value, or the share of each class. A row with a NaN is
 * answered NaN.
 */
export function predictRows(forest: Forest, rows: Float64Array, out: Float64Array): void {
  const { thresholds, roots, values } = forest
  const p = thresholds.length
  const width = Math.max(1, forest.classes)
  const count = rows.length / p
  const passage = new Passage(forest)
  const { leaves, known } = passage
  for (let from = 0; from < count; from += TOGETHER) {
    const n = Math.min(TOGETHER, count - from)
    passage.take(rows.subarray(from * p, (from + n) * p), n)
    const sums = out.subarray(from * width, (from + n) * width).fill(0)
    for (const root of roots) {
      passage.pass(root)
      if (width === 1) for (let i = 0; i < n; i++) sums[i] += values[leaves[i]]
      else for (let i = 0; i < n; i++) for (let c = 0; c < width; c++) sums[i * width + c] += values[leaves[i] * width + c]
    }
    for (let i = 0; i < n; i++)
      for (let c = 0; c < width; c++) sums[i * width + c] = known[i] === 1 ? sums[i * width + c] / roots.length : Number.NaN
  }
}
