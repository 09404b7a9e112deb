/**
 * A model fitted to an experimental variogram by weighted least squares with the weights N/h² (Cressie 1985; the default of gstat).
 *
 * For given ranges the sills enter linearly, so they are solved for exactly (not below zero), and only the range is searched: variable projection
 * (Golub & Pereyra 1973). The whole span of ranges is scanned before the best place is refined, so no first guess is needed and none can mislead.
 */
import { type Structure, type StructureKind, semivariance, type VariogramModel } from './model.ts'
import type { Lag } from './variogram.ts'

/** `error`: Σ N/h² (γ − model)². `atBound`: the best range lies at an end of the span searched, so that the lags do not show where the curve levels out. */
export type Fit = { readonly model: VariogramModel; readonly error: number; readonly atBound: boolean }

export type Family = { readonly kind: Exclude<StructureKind, 'Nug'>; readonly kappa?: number }

/** What is tried where nobody chose: of Matérn the exponential's smoother neighbour. Gaussian is only fitted when asked for: it makes systems that cannot be solved in doubles. */
export const FAMILIES: readonly Family[] = [{ kind: 'Sph' }, { kind: 'Exp' }, { kind: 'Mat', kappa: 1.5 }]

const SCAN = 120
const RATIO = (Math.sqrt(5) - 1) / 2

/** The best of the families, each with a nugget; null with fewer than three lags. The first of equals. */
export function fitVariogram(lags: readonly Lag[], families: readonly Family[] = FAMILIES): Fit | null {
  if (lags.length < 3) return null
  let best: Fit | null = null
  for (const family of families) {
    const fit = fitFamily(lags, family)
    if (!best || fit.error < best.error) best = fit
  }
  return best
}

function fitFamily(lags: readonly Lag[], family: Family): Fit {
  const farthest = lags[lags.length - 1].distance
  // a spherical's range is where it ends, the others' about a third of that
  const [shortest, longest] = family.kind === 'Sph' ? [lags[0].distance / 2, 3 * farthest] : [lags[0].distance / 6, farthest]
  const step = Math.log(longest / shortest) / SCAN
  const rangeAt = (i: number) => shortest * Math.exp(i * step)
  const errorAt = (range: number) => sillsFor(lags, family, range).error
  let at = 0
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i <= SCAN; i++) {
    const error = errorAt(rangeAt(i))
    if (error < least) {
      least = error
      at = i
    }
  }
  const range = goldenSection(errorAt, rangeAt(Math.max(0, at - 1)), rangeAt(Math.min(SCAN, at + 1)))
  const { nugget, sill, error } = sillsFor(lags, family, range)
  const kappa = family.kappa === undefined ? {} : { kappa: family.kappa }
  const model: Structure[] = []
  if (nugget > 0 || sill === 0) model.push({ kind: 'Nug', sill: nugget, range: 0 })
  if (sill > 0) model.push({ kind: family.kind, sill, range, ...kappa })
  return { model, error, atBound: sill > 0 && (at === 0 || at === SCAN) }
}

/** Least squares for nugget and sill, neither negative: two unknowns, so the bounds are tried one by one. */
function sillsFor(lags: readonly Lag[], family: Family, range: number): { nugget: number; sill: number; error: number } {
  const unit: VariogramModel = [{ ...family, sill: 1, range }]
  const shape = lags.map(({ distance }) => semivariance(unit, distance))
  const weight = lags.map(({ pairs, distance }) => pairs / (distance * distance))
  let [s11, s1f, sff, s1g, sfg] = [0, 0, 0, 0, 0]
  for (let i = 0; i < lags.length; i++) {
    const [w, f, g] = [weight[i], shape[i], lags[i].gamma]
    s11 += w
    s1f += w * f
    sff += w * f * f
    s1g += w * g
    sfg += w * f * g
  }
  const errorOf = (nugget: number, sill: number) => {
    let sum = 0
    for (let i = 0; i < lags.length; i++) sum += weight[i] * (lags[i].gamma - nugget - sill * shape[i]) ** 2
    return { nugget, sill, error: sum }
  }
  const determinant = s11 * sff - s1f * s1f
  if (determinant > 1e-12 * s11 * sff) {
    const nugget = (sff * s1g - s1f * sfg) / determinant
    const sill = (s11 * sfg - s1f * s1g) / determinant
    if (nugget >= 0 && sill >= 0) return errorOf(nugget, sill)
  }
  const flat = errorOf(s1g / s11, 0)
  const rising = errorOf(0, Math.max(0, sff > 0 ? sfg / sff : 0))
  return rising.error < flat.error ? rising : flat
}

/** The least value of a function with one valley between two bounds, to twelve digits of the place or as close as rounding lets it. */
function goldenSection(f: (at: number) => number, from: number, to: number): number {
  let [a, d] = [from, to]
  let [b, c] = [d - RATIO * (d - a), a + RATIO * (d - a)]
  let [fb, fc] = [f(b), f(c)]
  while (d - a > 1e-12 * d) {
    if (fb <= fc) {
      ;[d, c, fc] = [c, b, fb]
      b = d - RATIO * (d - a)
      if (b >= c) break
      fb = f(b)
    } else {
      ;[a, b, fb] = [b, c, fc]
      c = a + RATIO * (d - a)
      if (c <= b) break
      fc = f(c)
    }
  }
  return (a + d) / 2
}
