/**
 * The experimental variogram: half the mean squared difference of values, by the distance of their places.
 */

import { seededRandom } from '../shared/random.ts'
import { Buckets } from './buckets.ts'

/** A class of pairs: how many, their mean distance (m), and γ. Classes without a pair are left out. */
export type Lag = { readonly pairs: number; readonly distance: number; readonly gamma: number }

/**
 * `cutoff`: pairs farther apart are not looked at; a third of the diagonal of the samples' box where not given. `width`: of the classes of
 * distance, metres; a fifteenth of the cutoff where not given.
 * `robust`: the estimator of Cressie & Hawkins (1980), which a few extreme values do not carry away. `direction`: degrees clockwise from north, with a
 * tolerance to either side (22.5): only pairs that lie that way. `most`: of more samples than this a seeded choice of so many is taken (10,000).
 */
export type VariogramOptions = {
  readonly cutoff?: number
  readonly width?: number
  readonly robust?: boolean
  readonly direction?: number
  readonly tolerance?: number
  readonly most?: number
}

/**
 * Classical (Matheron 1962): γ = Σ (zᵢ − zⱼ)² / 2N. Robust (Cressie & Hawkins 1980, eq. 2.4.12 in Cressie 1993):
 * γ = (Σ |zᵢ − zⱼ|^½ / N)⁴ / (0.457 + 0.494/N) / 2. A pair at exactly a class's upper bound belongs to it; places that are the same make no pair.
 */
export function experimentalVariogram(x: Float64Array, y: Float64Array, z: Float64Array, options: VariogramOptions = {}): Lag[] {
  const { robust = false, direction, tolerance = 22.5, most = 10_000 } = options
  const chosen = chooseSamples(x.length, most)
  const [px, py, pz] = [x, y, z].map((all) => Float64Array.from(chosen, (i) => all[i]))
  const cutoff = options.cutoff ?? defaultCutoff(x, y)
  const width = options.width ?? cutoff / 15
  if (!(cutoff > 0) || !(width > 0)) return []
  const lags = Math.ceil(cutoff / width - 1e-9)
  const pairs = new Float64Array(lags)
  const distances = new Float64Array(lags)
  const sums = new Float64Array(lags)
  // within the tolerance of the direction: |cos| of the angle to it at least this
  const angle = ((direction ?? 0) * Math.PI) / 180
  const [east, north] = [Math.sin(angle), Math.cos(angle)]
  const leastCosine = direction === undefined ? -1 : Math.cos((tolerance * Math.PI) / 180) - 1e-12
  const buckets = new Buckets(px, py)
  for (let i = 0; i < px.length; i++) {
    buckets.forEachWithin(px[i], py[i], cutoff, (j, d2) => {
      if (j >= i || d2 === 0) return
      const distance = Math.sqrt(d2)
      if (direction !== undefined && Math.abs((px[i] - px[j]) * east + (py[i] - py[j]) * north) < leastCosine * distance) return
      const lag = Math.min(lags, Math.ceil(distance / width)) - 1
      pairs[lag]++
      distances[lag] += distance
      sums[lag] += robust ? Math.sqrt(Math.abs(pz[i] - pz[j])) : (pz[i] - pz[j]) ** 2
    })
  }
  const out: Lag[] = []
  for (let lag = 0; lag < lags; lag++) {
    const n = pairs[lag]
    if (n === 0) continue
    const mean = sums[lag] / n
    out.push({ pairs: n, distance: distances[lag] / n, gamma: (robust ? mean ** 4 / (0.457 + 0.494 / n) : mean) / 2 })
  }
  return out
}

/** A third of the diagonal of the box around the places, metres. */
export function defaultCutoff(x: Float64Array, y: Float64Array): number {
  const span = (values: Float64Array) =>
    values.reduce((a, b) => Math.max(a, b), -Infinity) - values.reduce((a, b) => Math.min(a, b), Infinity)
  return x.length === 0 ? 0 : Math.hypot(span(x), span(y)) / 3
}

/** All of n, or a seeded choice without repetition (Fisher and Yates), in the order of the input. */
function chooseSamples(n: number, most: number): Int32Array {
  const all = Int32Array.from({ length: n }, (_, i) => i)
  if (n <= most) return all
  const random = seededRandom(1)
  for (let i = 0; i < most; i++) {
    const j = i + Math.floor(random() * (n - i))
    const kept = all[i]
    all[i] = all[j]
    all[j] = kept
  }
  return all.subarray(0, most).sort()
}
