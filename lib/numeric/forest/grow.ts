/**
 * One tree (Breiman, Friedman, Olshen & Stone 1984), grown on a bootstrap of the samples with a few covariates drawn at each node (Breiman 2001).
 *
 * A node's best split is found from sums by code: one pass over its samples for each covariate drawn, one over the codes. Regression trees lessen the sum of
 * squares, classification trees the Gini impurity; of equal splits the first found stays.
 */
import { seededRandom } from '../shared/random.ts'

/** `codes`: column after column (codes.ts). `response`: values, or classes 0 … classes − 1. `classes`: 0 for regression. */
export type Training = {
  readonly count: number
  readonly covariates: number
  readonly codes: Uint8Array
  readonly response: Float64Array
  readonly classes: number
}

/** `tried`: covariates drawn at a node. `leaf`: samples (with their repetitions) that a leaf has at least. */
export type GrowOptions = { readonly tried: number; readonly leaf: number; readonly seed: number }

/**
 * Nodes of a tree; children lie side by side. An inner node i sends a sample whose code of covariate `splits[i] >> 8` is above `splits[i] & 255` to `children[i] + 1`,
 * others to `children[i]`. A leaf is its own child and sends nobody on, and its value is row `leaves[i]` of `values`: the mean, or the share of each class.
 */
export type Tree = {
  readonly splits: Int32Array
  readonly children: Int32Array
  readonly leaves: Int32Array
  readonly values: Float64Array
  /** Samples in each leaf, without repetitions: those of leaf l are `members[memberStarts[l]…memberStarts[l + 1])`. */
  readonly members: Int32Array
  readonly memberStarts: Int32Array
}

/** A leaf's split: no code is above 255. */
export const LEAF = 255

/** How often each sample is in the bag of tree `tree`: n draws with repetition from a stream of the tree's own. */
export function bagOf(count: number, seed: number, tree: number): Uint8Array {
  const random = seededRandom(treeSeed(seed, tree))
  const bag = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const drawn = Math.floor(random() * count)
    if (bag[drawn] < 255) bag[drawn]++
  }
  return bag
}

/** A seed for each tree and purpose, so that trees are the same whoever grows them. */
export function treeSeed(seed: number, tree: number, purpose = 0): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(3 * tree + purpose + 1, 0xc2b2ae35)
  for (let round = 0; round < 2; round++) {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    h ^= h >>> 16
  }
  return h
}

/** Nodes with fewer samples than this are sorted instead of counted. */
const SMALL = 20

export function growTree(training: Training, tree: number, { tried, leaf, seed }: GrowOptions): Tree {
  const bag = bagOf(training.count, seed, tree)
  return new Growth(training, bag, seededRandom(treeSeed(seed, tree, 1)), tried, leaf).grow()
}

class Growth {
  readonly #training: Training
  readonly #weight: Float64Array
  readonly #random: () => number
  readonly #tried: number
  readonly #leaf: number
  readonly #width: number // numbers kept for a code: one sum, or a count of each class
  readonly #samples: Int32Array // of the bag; a node's lie together
  readonly #aside: Int32Array
  readonly #order: Int32Array // covariates, being shuffled
  readonly #weights = new Float64Array(256)
  readonly #sums: Float64Array
  readonly #left: Float64Array
  readonly #total: Float64Array
  // the samples of a small node, sorted by code
  readonly #smallCode = new Int32Array(SMALL)
  readonly #smallSample = new Int32Array(SMALL)
  // the best split of the node so far
  #bestScore = 0
  #bestCovariate = -1
  #bestCode = 0

  readonly #splits: number[] = []
  readonly #children: number[] = []
  readonly #leaves: number[] = []
  readonly #values: number[] = []
  readonly #members: number[] = []
  readonly #memberStarts: number[] = [0]

  constructor(training: Training, bag: Uint8Array, random: () => number, tried: number, leaf: number) {
    this.#training = training
    this.#weight = Float64Array.from(bag)
    this.#random = random
    this.#tried = Math.max(1, Math.min(tried, training.covariates))
    this.#leaf = Math.max(1, leaf)
    this.#width = Math.max(1, training.classes)
    this.#samples = Int32Array.from({ length: training.count }, (_, i) => i).filter((i) => bag[i] > 0)
    this.#aside = new Int32Array(this.#samples.length)
    this.#order = Int32Array.from({ length: training.covariates }, (_, f) => f)
    this.#sums = new Float64Array(256 * this.#width)
    this.#left = new Float64Array(this.#width)
    this.#total = new Float64Array(this.#width)
  }

  grow(): Tree {
    this.#addNode()
    const waiting: { readonly node: number; readonly from: number; readonly to: number }[] = [
      { node: 0, from: 0, to: this.#samples.length },
    ]
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node, from, to } = next
      if (!this.#findSplit(from, to)) {
        this.#makeLeaf(node, from, to)
        continue
      }
      const middle = this.#part(from, to)
      const child = this.#addNode()
      this.#addNode()
      this.#splits[node] = (this.#bestCovariate << 8) | this.#bestCode
      this.#children[node] = child
      waiting.push({ node: child + 1, from: middle, to }, { node: child, from, to: middle })
    }
    return {
      splits: Int32Array.from(this.#splits),
      children: Int32Array.from(this.#children),
      leaves: Int32Array.from(this.#leaves),
      values: Float64Array.from(this.#values),
      members: Int32Array.from(this.#members),
      memberStarts: Int32Array.from(this.#memberStarts),
    }
  }

  #addNode(): number {
    const node = this.#splits.length
    this.#splits.push(LEAF)
    this.#children.push(node)
    this.#leaves.push(-1)
    return node
  }

  /** Of a node's samples: their weight, which is returned, and in `#total` their sum or the count of each class. */
  #tally(from: number, to: number): number {
    const { response, classes } = this.#training
    const total = this.#total.fill(0)
    let weight = 0
    for (let s = from; s < to; s++) {
      const i = this.#samples[s]
      const w = this.#weight[i]
      weight += w
      if (classes > 0) total[response[i]] += w
      else total[0] += w * response[i]
    }
    return weight
  }

  #makeLeaf(node: number, from: number, to: number): void {
    const weight = this.#tally(from, to)
    this.#leaves[node] = this.#memberStarts.length - 1
    for (const total of this.#total) this.#values.push(total / weight)
    for (let s = from; s < to; s++) this.#members.push(this.#samples[s])
    this.#memberStarts.push(this.#members.length)
  }

  /** Looks for the best split among covariates drawn until as many as are to be tried were not constant here. */
  #findSplit(from: number, to: number): boolean {
    const weight = this.#tally(from, to)
    if (weight < 2 * this.#leaf) return false
    let own = 0
    for (const total of this.#total) own += total * total
    own /= weight
    if (this.#training.classes > 0 ? own >= weight * (1 - 1e-12) : this.#isConstant(from, to)) return false
    this.#bestCovariate = -1
    this.#bestScore = own + 1e-10 * Math.abs(own)
    const order = this.#order
    for (let drawn = 0, tried = 0; drawn < order.length && tried < this.#tried; drawn++) {
      const other = drawn + Math.floor(this.#random() * (order.length - drawn))
      const covariate = order[other]
      order[other] = order[drawn]
      order[drawn] = covariate
      if (to - from < SMALL ? this.#tryFew(covariate, from, to, weight) : this.#tryMany(covariate, from, to, weight)) tried++
    }
    return this.#bestCovariate >= 0
  }

  #isConstant(from: number, to: number): boolean {
    const { response } = this.#training
    const first = response[this.#samples[from]]
    for (let s = from + 1; s < to; s++) if (response[this.#samples[s]] !== first) return false
    return true
  }

  /** By sums for each code. False where the covariate is constant in the node. */
  #tryMany(covariate: number, from: number, to: number, weight: number): boolean {
    const { codes, count, response, classes } = this.#training
    const samples = this.#samples
    const column = covariate * count
    let [low, high] = [255, 0]
    for (let s = from; s < to; s++) {
      const code = codes[column + samples[s]]
      if (code < low) low = code
      if (code > high) high = code
    }
    if (low === high) return false
    const [weights, sums, width] = [this.#weights, this.#sums, this.#width]
    weights.fill(0, low, high + 1)
    sums.fill(0, low * width, (high + 1) * width)
    if (classes > 0) {
      for (let s = from; s < to; s++) {
        const i = samples[s]
        const code = codes[column + i]
        const w = this.#weight[i]
        weights[code] += w
        sums[code * width + response[i]] += w
      }
    } else {
      for (let s = from; s < to; s++) {
        const i = samples[s]
        const code = codes[column + i]
        const w = this.#weight[i]
        weights[code] += w
        sums[code] += w * response[i]
      }
    }
    const left = this.#left.fill(0)
    let leftWeight = 0
    for (let code = low; code < high; code++) {
      const w = weights[code]
      if (w === 0) continue
      leftWeight += w
      for (let c = 0; c < width; c++) left[c] += sums[code * width + c]
      this.#weigh(covariate, code, leftWeight, weight)
    }
    return true
  }

  /** By sorting the few samples of the node. */
  #tryFew(covariate: number, from: number, to: number, weight: number): boolean {
    const { codes, count, response, classes } = this.#training
    const [code, sample] = [this.#smallCode, this.#smallSample]
    const column = covariate * count
    const m = to - from
    for (let k = 0; k < m; k++) {
      const i = this.#samples[from + k]
      const own = codes[column + i]
      let at = k
      for (; at > 0 && code[at - 1] > own; at--) {
        code[at] = code[at - 1]
        sample[at] = sample[at - 1]
      }
      code[at] = own
      sample[at] = i
    }
    if (code[0] === code[m - 1]) return false
    const left = this.#left.fill(0)
    let leftWeight = 0
    for (let k = 0; k < m - 1; k++) {
      const i = sample[k]
      const w = this.#weight[i]
      leftWeight += w
      if (classes > 0) left[response[i]] += w
      else left[0] += w * response[i]
      if (code[k] !== code[k + 1]) this.#weigh(covariate, code[k], leftWeight, weight)
    }
    return true
  }

  /** Whether the split after `code`, with `#left` on its left, is the best so far. The score is what remains of Σ total² / weight: the more the better. */
  #weigh(covariate: number, code: number, leftWeight: number, weight: number): void {
    const rightWeight = weight - leftWeight
    if (leftWeight < this.#leaf || rightWeight < this.#leaf) return
    const [left, total] = [this.#left, this.#total]
    let [ofLeft, ofRight] = [0, 0]
    for (let c = 0; c < left.length; c++) {
      const right = total[c] - left[c]
      ofLeft += left[c] * left[c]
      ofRight += right * right
    }
    const score = ofLeft / leftWeight + ofRight / rightWeight
    if (score <= this.#bestScore) return
    this.#bestScore = score
    this.#bestCovariate = covariate
    this.#bestCode = code
  }

  /** Puts the samples of the left child first, both sides in their order; returns where the right ones begin. */
  #part(from: number, to: number): number {
    const { codes, count } = this.#training
    const samples = this.#samples
    const column = this.#bestCovariate * count
    let middle = from
    let right = 0
    for (let s = from; s < to; s++) {
      const i = samples[s]
      if (codes[column + i] <= this.#bestCode) samples[middle++] = i
      else this.#aside[right++] = i
    }
    samples.set(this.#aside.subarray(0, right), middle)
    return middle
  }
}
