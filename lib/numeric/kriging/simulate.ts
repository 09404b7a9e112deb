/**
 * Conditional simulation: maps that could be, all of which honour the samples and vary as the variogram says (sequential Gaussian simulation: Deutsch &
 * Journel 1998, V.2; Goovaerts 1997, 8.3). What a map of means smooths away, areas above a limit above all, is counted on these.
 *
 * Nodes are visited by grids of halving step (Tran 1994), within each in an order drawn from the seed, the same for every simulation: a node's neighbours and
 * weights are then found once for a whole batch of them. Each simulation draws from a stream of its own, so that it is the same in whatever batch, and on
 * whatever worker, it is made.
 */
import { gaussian, seededRandom } from '../shared/random.ts'
import { Buckets } from './buckets.ts'
import { type Grid, Kriging, placesOn, type Samples } from './kriging.ts'
import { Covariance, type Stretch, stretchOf, type VariogramModel, withoutDirection } from './model.ts'
import { KrigingSystem } from './system.ts'

/** `nmax`: the most neighbours, half of them samples and half nodes already simulated. `mean`: of the field, known (simple kriging). */
export type SimulationOptions = { readonly nmax: number; readonly seed: number; readonly mean: number }

/** Offsets tried around a node, at most, before it makes do with the simulated nodes found. */
const MOST_OFFSETS = 200

/**
 * Simulations `first` … `first + count − 1`, interleaved: simulation s of node v is entry v · count + s of the answer, nodes row by row. Values on a scale
 * where they are normal. Samples' places are all different. Memory: 8 · count bytes a node.
 */
export function simulate(
  samples: Samples,
  model: VariogramModel,
  grid: Grid,
  { nmax, seed, mean }: SimulationOptions,
  first: number,
  count: number,
): Float64Array {
  const { columns, rows, x0, y0, dx, dy } = grid
  const covariance = new Covariance(withoutDirection(model))
  // under a model with a direction all distances are those of its stretched ground
  const stretch = stretchOf(model)
  const seen = stretch ? placesOn(stretch, samples) : samples
  const half = Math.max(1, nmax >> 1)
  const buckets = new Buckets(seen.x, seen.y)
  const values = new Float64Array(columns * rows * count)
  const done = new Uint8Array(columns * rows)
  const streams = Array.from({ length: count }, (_, s) => seededRandom(streamSeed(seed, first + s)))
  const system = new KrigingSystem(covariance, 2 * half, 0)
  const candidates = {
    covariances: new Float64Array(4 * half * half),
    stride: 2 * half,
    drift: new Float64Array(0),
    values: new Float64Array(2 * half),
  }
  const members = Int32Array.from({ length: 2 * half }, (_, i) => i)
  const [x, y] = [new Float64Array(2 * half), new Float64Array(2 * half)]
  const origin = new Int32Array(2 * half) // a sample as −1 − its number, a node as itself
  const k = new Float64Array(2 * half)
  const weights = new Float64Array(2 * half)
  const out = new Float64Array(3)
  const offsets = spiral(dx, dy, stretch)
  const path = seededRandom(streamSeed(seed, -1))
  const nearby: { readonly id: number; readonly d2: number }[] = []

  const placeOf = (column: number, row: number): readonly [number, number] => {
    const [px, py] = [x0 + column * dx, y0 + row * dy]
    return stretch ? stretch.to(px, py) : [px, py]
  }
  const visit = (column: number, row: number, step: number) => {
    const node = row * columns + column
    const [px, py] = placeOf(column, row)
    let size = 0
    nearby.length = 0
    buckets.forEachWithin(px, py, Math.sqrt(buckets.reach2(px, py, half)) * (1 + 1e-12), (id, d2) => nearby.push({ id, d2 }))
    nearby.sort((a, b) => a.d2 - b.d2 || a.id - b.id)
    for (let i = 0; i < nearby.length && size < half; i++, size++) {
      const { id } = nearby[i]
      origin[size] = -1 - id
      x[size] = seen.x[id]
      y[size] = seen.y[id]
    }
    const most = size + half
    for (let o = 0; o < offsets.length && size < most; o += 2) {
      const [c, r] = [column + offsets[o] * step, row + offsets[o + 1] * step]
      if (c < 0 || r < 0 || c >= columns || r >= rows || done[r * columns + c] === 0) continue
      origin[size] = r * columns + c
      ;[x[size], y[size]] = placeOf(c, r)
      size++
    }
    const { covariances, stride } = candidates
    for (let a = 0; a < size; a++) {
      const own = covariances.subarray(a * stride, a * stride + a + 1)
      for (let b = 0; b <= a; b++) own[b] = (x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2
      covariance.fill(own, a + 1)
      k[a] = (x[a] - px) ** 2 + (y[a] - py) ** 2
    }
    covariance.fill(k, size)
    system.forget()
    system.use(members, size, candidates)
    system.solve(k, candidates.drift, 0, covariance.sill, out)
    system.simpleWeights(weights)
    const deviation = Math.sqrt(out[1])
    let known = mean
    let nodes = 0
    for (let a = 0; a < size; a++) {
      if (origin[a] < 0) known += weights[a] * (samples.z[-1 - origin[a]] - mean)
      else {
        // simulated neighbours to the front
        origin[nodes] = origin[a]
        weights[nodes++] = weights[a]
      }
    }
    const at = node * count
    for (let s = 0; s < count; s++) {
      let value = known
      for (let a = 0; a < nodes; a++) value += weights[a] * (values[origin[a] * count + s] - mean)
      values[at + s] = value + deviation * gaussian(streams[s])
    }
    done[node] = 1
  }

  const coarsest = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(columns, rows) / 4)))
  for (let step = coarsest; step >= 1; step /= 2) {
    const order: number[] = []
    for (let row = 0; row < rows; row += step)
      for (let column = 0; column < columns; column += step) if (done[row * columns + column] === 0) order.push(row * columns + column)
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(path() * (i + 1))
      const kept = order[i]
      order[i] = order[j]
      order[j] = kept
    }
    for (const node of order) visit(node % columns, Math.floor(node / columns), step)
  }
  return values
}

/** Offsets (column, row) of nodes around one, nearest first. */
function spiral(dx: number, dy: number, stretch: Stretch | null): Int32Array {
  const reach = 8
  const all: { readonly c: number; readonly r: number; readonly d2: number }[] = []
  for (let c = -reach; c <= reach; c++)
    for (let r = -reach; r <= reach; r++) {
      const [east, north] = stretch ? stretch.to(c * dx, r * dy) : [c * dx, r * dy]
      if (c !== 0 || r !== 0) all.push({ c, r, d2: east ** 2 + north ** 2 })
    }
  all.sort((a, b) => a.d2 - b.d2 || a.c - b.c || a.r - b.r)
  return Int32Array.from(all.slice(0, MOST_OFFSETS).flatMap(({ c, r }) => [c, r]))
}

/** A seed of its own for each stream: two rounds of the finaliser of MurmurHash3 (Appleby 2011, public domain). */
export function streamSeed(seed: number, stream: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)
  for (let round = 0; round < 2; round++) {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    h ^= h >>> 16
  }
  return h
}

/** Samples from whose covariances the mean is estimated, at most. */
const MOST_FOR_MEAN = 1000

/**
 * The mean of the field by generalised least squares: clustered samples count for less. It is what ordinary kriging says infinitely far from all samples.
 * Of more than 1,000 samples a seeded choice is taken.
 */
export function generalisedMean(samples: Samples, model: VariogramModel): number {
  const n = samples.x.length
  const random = seededRandom(3)
  const share = MOST_FOR_MEAN / n
  const chosen = Int32Array.from(Array.from({ length: n }, (_, i) => i).filter(() => share >= 1 || random() < share))
  const pick = (all: Float64Array) => Float64Array.from(chosen, (i) => all[i])
  const answers = { prediction: new Float64Array(1), variance: new Float64Array(1) }
  const far = Number.MAX_SAFE_INTEGER * 1e30
  new Kriging({ x: pick(samples.x), y: pick(samples.y), z: pick(samples.z) }, model, { nmax: chosen.length }).predictPoints(
    Float64Array.of(far),
    Float64Array.of(far),
    answers,
  )
  return answers.prediction[0]
}
