/** Day by day: water in a root zone, evaporation from a surface layer, water standing on a paddy. Depths mm. FAO-56 (Allen et al. 1998), chapters 7 and 8. */

/** Available water of a root zone (eq. 82), mm; contents m³/m³, depth m. */
export const totalAvailable = (fieldCapacity: number, wilting: number, depthM: number) => 1000 * (fieldCapacity - wilting) * depthM

/** Share of it a crop takes without stress, for the day's evapotranspiration (table 22's footnote): held to 0.1–0.8. */
export const depletionFraction = (tabled: number, etc: number) => Math.max(0.1, Math.min(0.8, tabled + 0.04 * (5 - etc)))

/** Stress coefficient Ks (eq. 84). */
export function stress(depletion: number, total: number, fraction: number): number {
  const ready = fraction * total
  if (depletion <= ready) return 1
  return total > ready ? Math.max(0, (total - depletion) / (total - ready)) : 0
}
/** Ks where salt and thirst work together (eqs 89–91): yield loss b % per dS/m above the threshold a, yield response Ky. */
export function saltStress(ece: number, threshold: number, slope: number, ky: number, thirst = 1): number {
  return Math.max(0, 1 - (slope / (ky * 100)) * Math.max(0, ece - threshold)) * thirst
}

export type Surface = { readonly total: number; readonly ready: number } // TEW, REW
/** TEW of a surface layer (eq. 73), mm. */
export const totalEvaporable = (fieldCapacity: number, wilting: number, layerM: number) => 1000 * (fieldCapacity - 0.5 * wilting) * layerM

export type Standing = { readonly surface: number; readonly root: number } // depletion of the surface layer, and of the root zone
export type DayOfDual = {
  readonly et0: number
  readonly kcb: number
  readonly kcMax: number
  readonly cover: number // share under leaves
  readonly wetted: number // share wetted by the last water
  readonly rain: number // less what ran off
  readonly irrigation: number
  readonly available: number // TAW
  readonly tabledFraction: number
  readonly surface: Surface
}
export type DualResult = Standing & {
  readonly kr: number
  readonly ke: number
  readonly evaporation: number
  readonly etc: number // without stress
  readonly fraction: number
  readonly ks: number
  readonly transpiration: number
  readonly eta: number
  readonly surfaceDrained: number
  readonly drained: number // below the root zone
}

/** One day of the dual balance (eqs 71, 74, 77–81, 84–88). Coefficients follow from the depletions of the evening before; water comes before evaporation leaves. */
export function dualDay(before: Standing, day: DayOfDual): DualResult {
  const { et0, kcb, wetted, rain, irrigation, available, surface } = day
  const exposed = Math.min(1 - day.cover, wetted)
  const kr = before.surface <= surface.ready ? 1 : Math.max(0, (surface.total - before.surface) / (surface.total - surface.ready))
  const ke = Math.max(0, Math.min(kr * (day.kcMax - kcb), exposed * day.kcMax))
  const evaporation = ke * et0
  const inflow = rain + irrigation / wetted
  const surfaceDrained = Math.max(0, inflow - before.surface)
  const surfaceNow = Math.max(0, Math.min(surface.total, before.surface - inflow + evaporation / exposed + surfaceDrained))
  const etc = (kcb + ke) * et0
  const fraction = depletionFraction(day.tabledFraction, etc)
  const ks = stress(before.root, available, fraction)
  const transpiration = ks * kcb * et0
  const eta = transpiration + evaporation
  const drained = Math.max(0, rain + irrigation - eta - before.root)
  const root = Math.max(0, Math.min(available, before.root - rain - irrigation + eta + drained))
  return { surface: surfaceNow, root, kr, ke, evaporation, etc, fraction, ks, transpiration, eta, surfaceDrained, drained }
}

export type DayOfSingle = {
  readonly etc: number
  readonly rain: number
  readonly irrigation: number
  readonly available: number
  readonly tabledFraction: number
}
/** One day of the single balance (eqs 85, 88): depletion of the root zone in the evening. */
export function singleDay(depletion: number, day: DayOfSingle): { root: number; ks: number; eta: number; drained: number } {
  const ks = stress(depletion, day.available, depletionFraction(day.tabledFraction, day.etc))
  const eta = ks * day.etc
  const drained = Math.max(0, day.rain + day.irrigation - eta - depletion)
  return { root: Math.max(0, Math.min(day.available, depletion - day.rain - day.irrigation + eta + drained)), ks, eta, drained }
}

export type PaddyDay = {
  readonly etc: number
  readonly rain: number
  readonly percolation: number
  readonly low: number // refilled when it falls below
  readonly full: number // filled up to
  readonly crest: number // what stands higher runs off
}
export type PaddyResult = {
  readonly depth: number
  readonly irrigation: number
  readonly spilled: number
  readonly percolated: number
  readonly eta: number
}
/**
 * One day of a flooded paddy: h₂ = h₁ + rain + irrigation − ETc − percolation − spill. Evapotranspiration goes before percolation where both cannot be had.
 * Whoever wants the paddy dry sets `full` to 0.
 */
export function paddyDay(depth: number, day: PaddyDay): PaddyResult {
  const wet = depth + day.rain
  const spilled = Math.max(0, wet - Math.max(day.crest, day.full))
  let left = wet - spilled
  const taken = day.etc + day.percolation
  // water is given in the morning of a day that would end below the least depth
  const irrigation = day.full > 0 && left - taken < day.low ? Math.max(0, day.full + taken - left) : 0
  left += irrigation
  const eta = Math.min(day.etc, left)
  const percolated = Math.min(day.percolation, left - eta)
  return { depth: left - eta - percolated, irrigation, spilled, percolated, eta }
}
