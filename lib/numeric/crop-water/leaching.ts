/** Water that carries salt away: each year's leaching, and the leaching that reclaims. EC in dS/m; depths of water and soil in m unless named otherwise. */

/**
 * Share of the applied water that must pass through the root zone (Rhoades 1974; Ayers and Westcot 1985, FAO-29, eq. 9): ECw / (5 ECe − ECw), for surface
 * irrigation with the 40-30-20-10 pattern of extraction. `ece` is what the crop tolerates at the yield wanted. Null where no leaching is enough (ECw ≥ 5 ECe),
 * or the result is a share of 1 or more.
 */
export function leachingRequirement(ecw: number, ece: number): number | null {
  const share = ecw / (5 * ece - ecw)
  return ecw >= 5 * ece || share >= 1 ? null : share
}

/** The same where water is given often, as by drip (FAO-29, eq. 10): ECw / (2 max ECe), max ECe that of no yield at all. */
export const leachingRequirementFrequent = (ecw: number, maxEce: number): number | null => (ecw < 2 * maxEce ? ecw / (2 * maxEce) : null)

/** Mean ECe of the root zone that a leaching fraction leads to (FAO-56, eq. 93). */
export const rootZoneEc = (ecw: number, fraction: number) => (ecw * (1 + fraction)) / (5 * fraction)

/** Water to apply for an evapotranspiration with a leaching share (FAO-29, eq. 7). */
export const withLeaching = (et: number, share: number) => et / (1 - share)

/**
 * Hoffman (1980, recalled; FAO-29 ch. 2): (C/C0)·(dL/dS) = k for continuous ponding, 0.1 of every texture for intermittent. Constants are recalled and not
 * checked against the paper: whoever uses them says so.
 */
export const HOFFMAN = { peat: 0.45, clayLoam: 0.3, sandyLoam: 0.1, intermittent: 0.1 } as const

/** Depth of water, m, that brings a depth of soil, m, from a salinity to another; 0 where it is there already. Null where the wanted one is not above the water's own. */
export function reclamationDepth(soilM: number, from: number, to: number, k: number, ofWater = 0): number | null {
  if (from <= to) return 0
  const left = (to - ofWater) / (from - ofWater)
  return left > 0 ? (k / left) * soilM : null
}
/**
 * The same as salinity falls along an exponential (form of Leffelaar and Sharma 1977, recalled): C/C0 = exp(−a·dL/dS), with a found by trial plots. Returns
 * m of water; null where the wanted salinity is not above the water's own.
 */
export function reclamationDepthExponential(soilM: number, from: number, to: number, a: number, ofWater = 0): number | null {
  if (from <= to) return 0
  const left = (to - ofWater) / (from - ofWater)
  return left > 0 ? (-Math.log(left) / a) * soilM : null
}

/** Net water as gross at the head: the efficiencies of all ways it takes multiply. Null where one is missing or no share. */
export function grossOfNet(net: number, efficiencies: readonly (number | null)[]): number | null {
  let gross = net
  for (const each of efficiencies) {
    if (each === null || !(each > 0 && each <= 1)) return null
    gross /= each
  }
  return gross
}
