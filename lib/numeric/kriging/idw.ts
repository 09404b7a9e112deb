import { Buckets } from './buckets.ts'

/**
 * Inverse distance weighting (Shepard 1968): the mean of the `nmax` nearest samples within `maxdist`, weighted by distance^−power; at a sample its own
 * value. No statement of how sure it is: what kriging is compared with. `without[i]`: a sample that target i is not to see. NaN where none is near.
 */
export function inverseDistance(
  samples: { readonly x: Float64Array; readonly y: Float64Array; readonly z: Float64Array },
  x: Float64Array,
  y: Float64Array,
  options: { readonly power?: number; readonly nmax?: number; readonly maxdist?: number; readonly without?: Int32Array } = {},
): Float64Array {
  const { power = 2, nmax = Number.POSITIVE_INFINITY, maxdist = Number.POSITIVE_INFINITY, without } = options
  const buckets = new Buckets(samples.x, samples.y)
  const n = samples.x.length
  return Float64Array.from(x, (px, t) => {
    const skip = without?.[t] ?? -1
    const nearest = nmax + (skip < 0 ? 0 : 1)
    const reach = nearest >= n ? Number.POSITIVE_INFINITY : Math.sqrt(buckets.reach2(px, y[t], nearest)) * (1 + 1e-12)
    let [weights, sum, count, here, hits] = [0, 0, 0, 0, 0]
    buckets.forEachWithin(px, y[t], Math.min(reach, maxdist), (i, d2) => {
      if (i === skip) return
      count++
      if (d2 === 0) {
        hits++
        here += samples.z[i]
        return
      }
      const weight = d2 ** (-power / 2)
      weights += weight
      sum += weight * samples.z[i]
    })
    if (hits > 0) return here / hits
    return count === 0 ? Number.NaN : sum / weights
  })
}
