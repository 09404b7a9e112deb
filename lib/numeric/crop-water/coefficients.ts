/** Crop coefficients through a season: FAO-56 (Allen et al. 1998), chapters 6 and 7. */

export type Stages = { readonly ini: number; readonly dev: number; readonly mid: number; readonly late: number } // days
export type Kc = { readonly ini: number; readonly mid: number; readonly end: number }

export const seasonDays = ({ ini, dev, mid, late }: Stages) => ini + dev + mid + late

/** Kc on a day counted from 0 at planting (fig. 34, eq. 66): flat, rising, flat, falling; after the season the last value. */
export function kcOn(day: number, stages: Stages, kc: Kc): number {
  const { ini, dev, mid, late } = stages
  if (day < ini) return kc.ini
  if (day < ini + dev) return kc.ini + ((kc.mid - kc.ini) * (day - ini)) / dev
  if (day < ini + dev + mid) return kc.mid
  const into = day - ini - dev - mid
  return into < late ? kc.mid + ((kc.end - kc.mid) * into) / late : kc.end
}

/** A tabled Kc (mid or end above 0.45, or basal) for another climate than RHmin 45 % and 2 m/s (eqs 62, 65, 70). `u2` 1 to 6, `rhMin` 20 to 80, height 0.1 to 10 m are held to. */
export function adjustedKc(tabled: number, u2: number, rhMin: number, heightM: number): number {
  const [wind, dry, high] = [clamp(u2, 1, 6), clamp(rhMin, 20, 80), clamp(heightM, 0.1, 10)]
  return tabled + (0.04 * (wind - 2) - 0.004 * (dry - 45)) * (high / 3) ** 0.3
}
const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value))

/** Upper limit Kc,max of evaporation and transpiration together (eq. 72). */
export const kcMax = (kcb: number, u2: number, rhMin: number, heightM: number) =>
  Math.max(1.2 + (0.04 * (clamp(u2, 1, 6) - 2) - 0.004 * (clamp(rhMin, 20, 80) - 45)) * (Math.max(heightM, 0.001) / 3) ** 0.3, kcb + 0.05)

/** Share of the ground under leaves (eq. 76). */
export const coverOf = (kcb: number, kcMin: number, max: number, heightM: number) =>
  clamp((Math.max(kcb - kcMin, 0.01) / Math.max(max - kcMin, 0.01)) ** (1 + 0.5 * heightM), 0, 0.99)
