/** From values to colours: three bands as red, green, blue, or one value along a ramp. */
import type { RampName } from './indices.data.ts'

/** Every ramp runs from light to dark, or to both sides from a pale middle, so that it can be read without telling red from green, and in print without colour. */
export const RAMP_COLOURS: Readonly<Record<RampName, readonly string[]>> = {
  salt: ['#F2EFE6', '#E9D8A6', '#E0A458', '#C1652F', '#7A2E1D'],
  green: ['#F7F4E9', '#D5DFA3', '#8FBC6B', '#3F8A4A', '#0B4F2B'],
  water: ['#F3EFE3', '#C9DDE3', '#7FB3CE', '#3A7CB0', '#123F73'],
  change: ['#7F3B08', '#E08214', '#F4F1EC', '#8073AC', '#2D004B'],
}

/** Ground that is hidden: no colour of any ramp. */
const HIDDEN_GREY = [0x9a, 0xa3, 0xa8, 0xd0] as const

const STEPS = 256
const tables = new Map<RampName, Uint8Array>()

/** 256 colours of a ramp, three bytes each. */
export function rampTable(name: RampName): Uint8Array {
  const known = tables.get(name)
  if (known) return known
  const stops = RAMP_COLOURS[name].map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)))
  const table = new Uint8Array(3 * STEPS)
  for (let i = 0; i < STEPS; i++) {
    const at = (i / (STEPS - 1)) * (stops.length - 1)
    const from = Math.min(stops.length - 2, Math.floor(at))
    for (let c = 0; c < 3; c++) table[3 * i + c] = Math.round(stops[from][c] + (stops[from + 1][c] - stops[from][c]) * (at - from))
  }
  tables.set(name, table)
  return table
}

export type Stretch = readonly [low: number, high: number]

/** Land is dark: of its reflectances most lie in the lowest third. This lifts them, as cameras do, and changes no order. */
const GAMMA = 1 / 1.5
const LIFTED = Uint8ClampedArray.from({ length: 1024 }, (_, i) => 255 * (i / 1023) ** GAMMA)

/** `cells`: for each pixel its value's place, or −1. What has no value in all three is not drawn. */
export function compositePicture(
  bands: readonly ArrayLike<number>[],
  stretches: readonly Stretch[],
  cells: readonly Int32Array[],
): Uint8ClampedArray {
  const pixels = cells[0].length
  const rgba = new Uint8ClampedArray(4 * pixels)
  for (let k = 0; k < pixels; k++) {
    let whole = true
    for (let c = 0; c < 3; c++) {
      const at = cells[c][k]
      const value = at < 0 ? Number.NaN : bands[c][at]
      const [low, high] = stretches[c]
      if (Number.isNaN(value)) whole = false
      else rgba[4 * k + c] = LIFTED[Math.max(0, Math.min(1023, Math.round(((value - low) / (high - low)) * 1023)))]
    }
    if (whole) rgba[4 * k + 3] = 255
    else rgba.fill(0, 4 * k, 4 * k + 3)
  }
  return rgba
}

/** One value a pixel along a ramp; hidden ground is grey, no value is not drawn. */
export function indexPicture(values: Float64Array, [low, high]: Stretch, ramp: RampName, hidden: Uint8Array | null): Uint8ClampedArray {
  const table = rampTable(ramp)
  const rgba = new Uint8ClampedArray(4 * values.length)
  for (let k = 0; k < values.length; k++) {
    if (hidden?.[k]) {
      rgba.set(HIDDEN_GREY, 4 * k)
      continue
    }
    const value = values[k]
    if (Number.isNaN(value)) continue
    const step = Math.max(0, Math.min(STEPS - 1, Math.round(((value - low) / (high - low)) * (STEPS - 1))))
    rgba[4 * k] = table[3 * step]
    rgba[4 * k + 1] = table[3 * step + 1]
    rgba[4 * k + 2] = table[3 * step + 2]
    rgba[4 * k + 3] = 255
  }
  return rgba
}

export type Summary = {
  readonly cells: number // that have a value
  readonly min: number
  readonly max: number
  readonly percentiles: Readonly<Record<'1' | '2' | '5' | '25' | '50' | '75' | '95' | '98' | '99', number>>
  readonly bins: readonly number[] // from the 1st to the 99th percentile, in 48 equal steps
}

const BINS = 48

/** Of values that may be NaN; null where all are. Percentiles as R's type 7. */
export function summaryOf(values: ArrayLike<number>): Summary | null {
  const sorted = Float64Array.from({ length: values.length }, (_, i) => values[i])
    .filter((value) => !Number.isNaN(value))
    .sort()
  if (sorted.length === 0) return null
  const at = (percent: number) => {
    const place = ((sorted.length - 1) * percent) / 100
    const below = Math.floor(place)
    return sorted[below] + (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]) * (place - below)
  }
  const [low, high] = [at(1), at(99)]
  const bins = new Array<number>(BINS).fill(0)
  if (high > low)
    for (const value of sorted)
      if (value >= low && value <= high) bins[Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS))]++
  return {
    cells: sorted.length,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    percentiles: { 1: low, 2: at(2), 5: at(5), 25: at(25), 50: at(50), 75: at(75), 95: at(95), 98: at(98), 99: high },
    bins,
  }
}
