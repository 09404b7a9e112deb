/**
 * A model fitted to an experimental variogram by weighted least squares with the weights N/h² (Cressie 1985; the default of gstat).
 *
 * For given ranges the sills enter linearly, so they are solved for exactly (not below zero), and only the range is searched: variable projection
 * (Golub & Pereyra 1973). The whole span of ranges is scanned before the best place is refined, so no first guess is needed and none can mislead.
 */
import { Covariance, type Structure, type StructureKind, type VariogramModel } from './model.ts'
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

/** Lags of pairs that lie in a direction, degrees clockwise from north. */
export type DirectedLags = { readonly direction: number; readonly lags: readonly Lag[] }

/** Angles and ratios that are tried first, and how far around the best they are looked for more closely. */
const TURN = 15
const RATIOS = [0.9, 0.75, 0.6, 0.45, 0.3, 0.2]
const CLOSER = { turns: [-10, -5, 0, 5, 10], ratios: [-0.1, -0.05, 0, 0.05, 0.1] }

/**
 * A model with a direction fitted to variograms of several directions: for angles (in the end each 5°) and ratios (each 0.05, 0.2 at least) distances are taken on stretched
 * ground and the rest is fitted as in `fitVariogram`; the least error wins, of equals the one without a direction. Weights stay N/h² of the true distances. Null with fewer
 * than three lags.
 */
export function fitDirections(directed: readonly DirectedLags[], families: readonly Family[] = FAMILIES): Fit | null {
  const plain = fitVariogram(stretchedLags(directed, 0, 1), families)
  if (plain === null) return null
  let best = { fit: plain, angle: 0, ratio: 1 }
  const look = (angle: number, ratio: number) => {
    if (!(ratio >= 0.199 && ratio < 0.999)) return
    const fit = fitVariogram(stretchedLags(directed, angle, ratio), families)
    if (fit && fit.error < best.fit.error * (1 - 1e-9)) best = { fit, angle, ratio }
  }
  for (const ratio of RATIOS) for (let angle = 0; angle < 180; angle += TURN) look(angle, ratio)
  const { angle, ratio } = best
  if (ratio < 1)
    for (const turn of CLOSER.turns) for (const more of CLOSER.ratios) look((angle + turn + 180) % 180, Number((ratio + more).toFixed(2)))
  if (best.ratio === 1) return plain
  const directedBy = { angle: best.angle, ratio: best.ratio }
  return { ...best.fit, model: best.fit.model.map((structure) => (structure.kind === 'Nug' ? structure : { ...structure, ...directedBy })) }
}

/** Lags with their distances on stretched ground; pairs are scaled so that pairs / distance² stays what it was. */
function stretchedLags(directed: readonly DirectedLags[], angle: number, ratio: number): Lag[] {
  return directed
    .flatMap(({ direction, lags }) => {
      const turn = ((direction - angle) * Math.PI) / 180
      const stretch = Math.hypot(Math.cos(turn), Math.sin(turn) / ratio)
      return lags.map(({ pairs, distance, gamma }) => ({ pairs: pairs * stretch * stretch, distance: distance * stretch, gamma }))
    })
    .sort((a, b) => a.distance - b.distance)
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
  const shape = Float64Array.from(lags, ({ distance }) => distance * distance)
  new Covariance([{ ...family, sill: 1, range }]).fill(shape, shape.length)
  for (let i = 0; i < shape.length; i++) shape[i] = 1 - shape[i]
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
