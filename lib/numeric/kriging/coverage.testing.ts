/**
 * Trials of the intervals: invented soils whose truth is known. A soil is drawn exactly (by the factor of the covariance of all its places, not by the simulation
 * that is on trial), sampled, and handed over as values at places; the variogram is fitted anew each time. Then: does the stated interval of the area of each
 * grade hold the true area, and come parcels said to be of a grade with probability p out so in a share p of cases?
 */

import { normalQuantile } from '../shared/normal.ts'
import { gaussian, seededRandom } from '../shared/random.ts'
import { areasOf, type Grading, intervalOf, type Patches, prepareAreas, probabilitiesOf, simulateAreas } from './areas.ts'
import { Covariance, type Structure } from './model.ts'
import type { Scale } from './tables.ts'

/** One kind of soil and of sampling. `skew`: values are exp(skew · normal), 0 for normal ones. Ranges as a share of the side. */
export type TrialKind = {
  readonly kind: Structure['kind']
  readonly range: number
  readonly nugget: number
  readonly skew: number
  readonly samples: number
  readonly clustered: boolean
  readonly scale: Scale['kind']
}

/** An interval and the truth, of one grade of one group; `patches` pairs of stated probability and outcome, of all patches and grades. */
export type TrialResult = {
  readonly areas: readonly {
    readonly group: number
    readonly grade: number
    readonly low: number
    readonly high: number
    readonly truth: number
  }[]
  readonly stated: Float64Array
  readonly came: Uint8Array
}

const SIDE = 12_000 // metres
const PARCELS = 12 // along each side
const CANDIDATES = 600 // places that may be sampled
/** Bounds of grades at these shares of the distribution that soils are drawn from. */
const BOUND_SHARES = [0.3, 0.6, 0.85]

/** Places of a trial: four points to a parcel, then places that may be sampled; the same for all trials, so that the factor of a covariance serves many. */
const PLACES = (() => {
  const random = seededRandom(77)
  const fine = 2 * PARCELS
  const [x, y] = [new Float64Array(fine * fine + CANDIDATES), new Float64Array(fine * fine + CANDIDATES)]
  let at = 0
  for (let parcel = 0; parcel < PARCELS * PARCELS; parcel++) {
    for (let quarter = 0; quarter < 4; quarter++, at++) {
      x[at] = ((2 * (parcel % PARCELS) + (quarter % 2) + 0.5) * SIDE) / fine
      y[at] = ((2 * Math.floor(parcel / PARCELS) + (quarter >> 1) + 0.5) * SIDE) / fine
    }
  }
  for (; at < x.length; at++) {
    x[at] = SIDE * random()
    y[at] = SIDE * random()
  }
  return { x, y, points: fine * fine }
})()

const PATCHES: Patches = (() => {
  const parcels = PARCELS * PARCELS
  const random = seededRandom(78)
  const half = PARCELS / 2
  return {
    x: PLACES.x.slice(0, PLACES.points),
    y: PLACES.y.slice(0, PLACES.points),
    weights: new Float64Array(PLACES.points).fill(0.25),
    starts: Int32Array.from({ length: parcels + 1 }, (_, p) => 4 * p),
    areas: Float64Array.from({ length: parcels }, () => 0.5 + random()),
    // four villages and their county
    groups: Int32Array.from({ length: parcels }, (_, p) => 1 + (p % PARCELS < half ? 0 : 1) + (Math.floor(p / PARCELS) < half ? 0 : 2)),
    parents: Int32Array.of(-1, 0, 0, 0, 0),
  }
})()

const factors = new Map<string, Float64Array>()

/** L of the correlation without its nugget, n × n; kept, since drawing it costs more than all else. */
function factorOf(kind: Structure['kind'], range: number): Float64Array {
  const name = `${kind} ${range}`
  const known = factors.get(name)
  if (known) return known
  const { x, y } = PLACES
  const n = x.length
  const covariance = new Covariance([{ kind, sill: 1, range: range * SIDE }])
  const factor = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = factor.subarray(i * n, i * n + i + 1)
    for (let j = 0; j < i; j++) row[j] = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2
    covariance.fill(row, i + 1)
    for (let j = 0; j < i; j++) {
      let s = row[j]
      for (let k = 0; k < j; k++) s -= row[k] * factor[j * n + k]
      row[j] = s / factor[j * n + j]
    }
    let left = 1 + 1e-9
    for (let k = 0; k < i; k++) left -= row[k] * row[k]
    row[i] = Math.sqrt(left)
  }
  if (factors.size > 3) factors.delete([...factors.keys()][0])
  factors.set(name, factor)
  return factor
}

/** Every kind that is tried: shapes, ranges, nuggets, normal and skewed values, few and many samples, scattered and in knots. All by normal scores. */
export const TRIAL_KINDS: readonly TrialKind[] = (['Sph', 'Exp'] as const).flatMap((kind) =>
  [0.2, 0.5].flatMap((reach) =>
    [0.1, 0.3, 0.6].flatMap((nugget) =>
      [0, 1].flatMap((skew) =>
        [60, 120, 300].flatMap((samples) =>
          [false, true].map(
            (clustered): TrialKind => ({
              kind,
              range: kind === 'Exp' ? reach / 3 : reach, // where 95 % of the sill is reached
              nugget,
              skew,
              samples,
              clustered,
              scale: 'scores',
            }),
          ),
        ),
      ),
    ),
  ),
)

/** The kind of trial number i: a stride through all of them, so that any run of trials has every sort. */
export const kindOfTrial = (i: number, kinds: readonly TrialKind[] = TRIAL_KINDS): TrialKind => kinds[(i * 7) % kinds.length]

/** The trial of one kind with a seed. */
export function runTrial(trial: TrialKind, seed: number, { realisations = 199, variograms = 20 } = {}): TrialResult {
  const random = seededRandom(seed)
  const { x, y } = PLACES
  const n = x.length
  const factor = factorOf(trial.kind, trial.range)
  const noise = Float64Array.from({ length: n }, () => gaussian(random))
  const smooth = Float64Array.from({ length: n }, (_, i) => {
    let s = 0
    for (let j = 0; j <= i; j++) s += factor[i * n + j] * noise[j]
    return s * Math.sqrt(1 - trial.nugget)
  })
  const { skew, nugget } = trial
  // the nugget evens out over a parcel: of logarithms it leaves half of its variance behind
  const evened = (value: number) => (skew > 0 ? Math.exp(skew * value + (skew * skew * nugget) / 2) : value)
  const single = (value: number) => (skew > 0 ? Math.exp(skew * value) : value)
  const bounds = Float64Array.from(BOUND_SHARES, (share) => single(normalQuantile(share)))
  const chosen = choose(trial, random)
  const at = (of: Float64Array) => Float64Array.from(chosen, (i) => of[i])
  const z = Float64Array.from(chosen, (i) => single(smooth[i] + Math.sqrt(nugget) * gaussian(random)))
  const grading: Grading = { variables: [0], bounds: [bounds] }
  const plan = prepareAreas({ x: at(x), y: at(y), z: [z] }, [{ kind: trial.scale }], { realisations, variograms, seed })
  const draws = simulateAreas(plan, PATCHES, [grading], 0, realisations)
  const probabilities = probabilitiesOf(draws, 0)
  const grades = bounds.length + 1
  const truth = new Float64Array(PATCHES.parents.length * grades)
  const came = new Uint8Array(probabilities.length)
  for (let p = 0; p < PATCHES.areas.length; p++) {
    let mean = 0
    for (let i = PATCHES.starts[p]; i < PATCHES.starts[p + 1]; i++) mean += PATCHES.weights[i] * evened(smooth[i])
    const grade = bounds.filter((bound) => mean >= bound).length
    came[p * grades + grade] = 1
    truth[PATCHES.groups[p] * grades + grade] += PATCHES.areas[p]
    truth[grade] += PATCHES.areas[p]
  }
  const areas = Array.from(truth, (own, i) => {
    const [group, grade] = [Math.floor(i / grades), i % grades]
    const [low, high] = intervalOf(areasOf(draws, { grading: 0, group, grade }))
    return { group, grade, low, high, truth: own }
  })
  return { areas, stated: probabilities, came }
}

/** Samples scattered over all places, or in knots of five near a few. */
function choose({ samples, clustered }: TrialKind, random: () => number): number[] {
  const { points, x, y } = PLACES
  const left = new Set(Array.from({ length: CANDIDATES }, (_, i) => points + i))
  const chosen: number[] = []
  while (chosen.length < samples) {
    const all = [...left]
    const middle = all[Math.floor(random() * all.length)]
    const near = clustered
      ? all.sort((a, b) => Math.hypot(x[a] - x[middle], y[a] - y[middle]) - Math.hypot(x[b] - x[middle], y[b] - y[middle])).slice(0, 5)
      : [middle]
    for (const i of near.slice(0, samples - chosen.length)) {
      chosen.push(i)
      left.delete(i)
    }
  }
  return chosen
}
