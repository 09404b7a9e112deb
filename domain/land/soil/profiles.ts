/** Samples of one place and day, one below the other, brought to standard depths by the mass-preserving spline. */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { fitDepthSpline, splineMean } from '@dishu/numeric/depth/spline'
import type { Span } from './lab-values.ts'

export type ProfileRefusal =
  | Refusal<'soil/layers-overlap', { readonly from: number; readonly to: number }>
  | Refusal<
      'soil/profile-too-short',
      { readonly from: number; readonly to: number; readonly reachesFrom: number; readonly reachesTo: number }
    >
  | Refusal<'soil/profile-censored', { readonly from: number; readonly to: number }>
  | Refusal<'soil/spline-overshoots', { readonly from: number; readonly to: number; readonly value: number }>

/** `value` null: it was measured, but only a side of it is known. */
export type Layer = { readonly fromCm: number; readonly toCm: number; readonly value: number | null }

/** The depths that land work asks for, cm. */
export const STANDARD_DEPTHS: readonly Span[] = [
  [0, 20],
  [0, 30],
  [30, 100],
]
/** Malone et al. 2009, for depths in cm. */
export const SPLINE_LAMBDA = 0.1

/**
 * The mean of a quantity over each of `depths` (cm). Several samples of one layer count with their mean. Nothing is said of depths the profile does not reach
 * over whole, of profiles with a value of which only a side is known, nor where the curve leaves what a soil can have.
 */
export function harmonised(
  layers: readonly Layer[],
  depths: readonly Span[],
  [least, most]: Span,
  lambda = SPLINE_LAMBDA,
): readonly Result<number, ProfileRefusal>[] {
  const ordered = sameLayersOnce(layers)
  const wrong = ordered.find(({ fromCm, toCm }, i) => !(fromCm < toCm) || fromCm < 0 || (i > 0 && fromCm < ordered[i - 1].toCm))
  if (wrong) return depths.map(() => refuse('soil/layers-overlap', { from: wrong.fromCm, to: wrong.toCm }))
  const censored = ordered.find(({ value }) => value === null)
  if (censored) return depths.map(() => refuse('soil/profile-censored', { from: censored.fromCm, to: censored.toCm }))
  if (ordered.length === 0) return depths.map(([from, to]) => refuse('soil/profile-too-short', { from, to, reachesFrom: 0, reachesTo: 0 }))

  const spline = fitDepthSpline(
    Float64Array.from(ordered, ({ fromCm }) => fromCm),
    Float64Array.from(ordered, ({ toCm }) => toCm),
    Float64Array.from(ordered, ({ value }) => value ?? Number.NaN),
    lambda,
  )
  return depths.map(([from, to]) => {
    const value = splineMean(spline, from, to)
    if (Number.isNaN(value)) {
      return refuse('soil/profile-too-short', { from, to, reachesFrom: ordered[0].fromCm, reachesTo: ordered[ordered.length - 1].toCm })
    }
    return value >= least && value <= most ? accept(value) : refuse('soil/spline-overshoots', { from, to, value })
  })
}

/** Files have 7.000000000000001 for 7: layers that meet there do not overlap. */
const toMicrometre = (cm: number) => Math.round(cm * 1e4) / 1e4

function sameLayersOnce(layers: readonly Layer[]): readonly Layer[] {
  const byDepth = new Map<string, Layer[]>()
  for (const each of layers) {
    const layer = { ...each, fromCm: toMicrometre(each.fromCm), toCm: toMicrometre(each.toCm) }
    const key = `${layer.fromCm} ${layer.toCm}`
    byDepth.set(key, [...(byDepth.get(key) ?? []), layer])
  }
  return [...byDepth.values()]
    .map((same) => ({
      ...same[0],
      value: same.some(({ value }) => value === null) ? null : same.reduce((sum, { value }) => sum + (value ?? 0), 0) / same.length,
    }))
    .sort((a, b) => a.fromCm - b.fromCm || a.toCm - b.toCm)
}

/** Samples of one place and day as profiles: only where there are two layers or more. A sample without place, day or depth is part of none. */
export function profilesOf<
  Sample extends {
    readonly longitude: number | null
    readonly latitude: number | null
    readonly sampledOn: string | null
    readonly depthFromCm: number | null
    readonly depthToCm: number | null
  },
>(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const byPlace = new Map<string, Sample[]>()
  for (const sample of samples) {
    if (sample.longitude === null || sample.latitude === null || sample.sampledOn === null) continue
    if (sample.depthFromCm === null || sample.depthToCm === null) continue
    // a sheet has one position for all layers of a hole, to the last digit
    const key = `${sample.longitude} ${sample.latitude} ${sample.sampledOn}`
    byPlace.set(key, [...(byPlace.get(key) ?? []), sample])
  }
  return [...byPlace.values()].filter((layers) => new Set(layers.map(({ depthFromCm }) => depthFromCm)).size > 1)
}
