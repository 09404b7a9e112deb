/** What leaching leaves of a soil's salt: Hoffman's (1980) relation read from the water to the salt. */

/**
 * The share of the salt that is left in a layer of `soilDepthM` after `waterDepthM` has gone through it: C/C₀ = k ÷ (dL/dS), at most 1. `k` is Hoffman's constant
 * of the soil and the way of leaching (crop-water has those that are recalled); `floor` the share below which the leaching water's own salt keeps it.
 */
export function saltLeft(waterDepthM: number, soilDepthM: number, k: number, floor = 0): number {
  if (!(soilDepthM > 0)) throw new RangeError(`expected a depth of soil in metres, got ${soilDepthM}`)
  if (!(waterDepthM >= 0)) throw new RangeError(`expected a depth of water in metres, got ${waterDepthM}`)
  const ratio = waterDepthM / soilDepthM
  return Math.max(Math.min(1, floor), ratio <= k ? 1 : k / ratio)
}
