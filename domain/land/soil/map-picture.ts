/** Colours of soil maps: values from light to dark, uncertainty by fading to grey. */
import type { IndicatorName } from './grading.ts'

export const SALINITY = ['#F2EFE6', '#E9D8A6', '#E0A458', '#C1652F', '#7A2E1D']
export const SODICITY = ['#F1EEF6', '#BDC9E1', '#8E94C8', '#7A4FA3', '#4D1A66']
export const GREY = '#9AA3A8'
export const rampOf = (value: string): readonly string[] => (value === 'salt' || value === 'ece' ? SALINITY : SODICITY)

/** Whether a picture shows the value itself, and not how sure it is or how probable a grade. */
export const isOfValue = (show: string): boolean => show === 'value' || show === 'faded' || show.startsWith('forest-q')

const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))

/** The colour of a share of the way along a ramp, three channels. */
function along(ramp: readonly (readonly number[])[], share: number): readonly [number, number, number] {
  const at = Math.max(0, Math.min(1, share)) * (ramp.length - 1)
  const from = Math.min(ramp.length - 2, Math.floor(at))
  const mix = (c: number) => ramp[from][c] + (ramp[from + 1][c] - ramp[from][c]) * (at - from)
  return [mix(0), mix(1), mix(2)]
}

export type Shown = {
  readonly show: 'value' | 'faded' | 'deviation' | 'probability'
  readonly low: number
  readonly high: number
  readonly value: IndicatorName
}

/**
 * Pixels of a map. `values`: what is shown; `deviations`: for 'faded', how unsure it is: at a third of `high − low`, more than the samples themselves scatter, nothing but grey
 * is left. No value is not drawn.
 */
export function mapPicture(values: Float64Array, deviations: Float64Array | null, { show, low, high, value }: Shown): Uint8ClampedArray {
  const ramp = (show === 'deviation' ? ['#FFFFFF', GREY, '#3C464B'] : rampOf(value)).map(channels)
  const grey = channels(GREY)
  const rgba = new Uint8ClampedArray(4 * values.length)
  const span = high > low ? high - low : 1
  for (let k = 0; k < values.length; k++) {
    if (Number.isNaN(values[k])) continue
    const colour = along(ramp, (values[k] - low) / span)
    const fade = deviations === null ? 0 : Math.max(0, Math.min(1, deviations[k] / (span / 3)))
    for (let c = 0; c < 3; c++) rgba[4 * k + c] = colour[c] + (grey[c] - colour[c]) * fade
    rgba[4 * k + 3] = 255
  }
  return rgba
}
