/**
 * What samples that were not in a tree's bag say of it (Breiman 2001): the error of the forest, and how much worse a tree becomes when a covariate's values are
 * shuffled among them, which is how much it leans on that covariate (permutation importance).
 */
import { seededRandom } from '../shared/random.ts'
import { bagOf, type Training, type Tree, treeSeed } from './grow.ts'

/** The leaf of a sample; where covariate `shuffled` is asked, sample `other` answers. */
function leafOf(tree: Tree, { codes, count }: Training, sample: number, shuffled: number, other: number): number {
  const { splits, children, leaves } = tree
  let node = 0
  while (leaves[node] < 0) {
    const split = splits[node]
    const covariate = split >> 8
    const code = codes[covariate * count + (covariate === shuffled ? other : sample)]
    node = children[node] + (code > (split & 255) ? 1 : 0)
  }
  return leaves[node]
}

/** The squared error of a leaf's mean, or 1 less the share that it gives the right class. */
function lossOf({ values }: Tree, leaf: number, { classes, response }: Training, sample: number): number {
  return classes === 0 ? (values[leaf] - response[sample]) ** 2 : 1 - values[leaf * classes + response[sample]]
}

/** Mean loss over the samples out of the bag with each covariate's values shuffled, less the loss as it is; 0 for covariates the tree does not ask. */
export function permutationLosses(tree: Tree, training: Training, seed: number, number: number): Float64Array {
  const losses = new Float64Array(training.covariates)
  const out = outsideOf(training.count, seed, number)
  if (out.length < 2) return losses
  const asked = new Set<number>()
  for (let node = 0; node < tree.splits.length; node++) if (tree.leaves[node] < 0) asked.add(tree.splits[node] >> 8)
  let own = 0
  for (const i of out) own += lossOf(tree, leafOf(tree, training, i, -1, 0), training, i)
  const random = seededRandom(treeSeed(seed, number, 2))
  const order = out.slice()
  for (let covariate = 0; covariate < training.covariates; covariate++) {
    if (!asked.has(covariate)) continue
    for (let k = order.length - 1; k > 0; k--) {
      const j = Math.floor(random() * (k + 1))
      const kept = order[k]
      order[k] = order[j]
      order[j] = kept
    }
    let shuffled = 0
    for (let k = 0; k < out.length; k++) shuffled += lossOf(tree, leafOf(tree, training, out[k], covariate, order[k]), training, out[k])
    losses[covariate] = (shuffled - own) / out.length
  }
  return losses
}

function outsideOf(count: number, seed: number, tree: number): Int32Array {
  const bag = bagOf(count, seed, tree)
  return Int32Array.from({ length: count }, (_, i) => i).filter((i) => bag[i] === 0)
}

/**
 * Each sample's mean over the trees that did not see it, max(1, classes) numbers a sample; NaN where all did. Trees in their order: the sums are the same whoever grew them.
 */
export function outOfBag(trees: readonly Tree[], training: Training, seed: number): Float64Array {
  const width = Math.max(1, training.classes)
  const sums = new Float64Array(training.count * width)
  const counts = new Int32Array(training.count)
  for (const [t, tree] of trees.entries()) {
    for (const i of outsideOf(training.count, seed, t)) {
      const leaf = leafOf(tree, training, i, -1, 0)
      counts[i]++
      for (let c = 0; c < width; c++) sums[i * width + c] += tree.values[leaf * width + c]
    }
  }
  return sums.map((sum, at) => sum / counts[Math.floor(at / width)])
}
