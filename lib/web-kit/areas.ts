/**
 * Areas as a person reads them. Inside, an area is a whole number of hundredths of a square metre, so that sums are exact;
 * here it becomes 亩, 万亩 or 公顷, each to two decimals, and the parts of a total are rounded so that they still add up to it.
 */
export const AREA_UNITS = ['mu', 'wanmu', 'hectare'] as const
export type AreaUnit = (typeof AREA_UNITS)[number]

/** How many hundredths of a unit one hundredth of a square metre is, as a fraction of whole numbers (1 亩 = 10 000 / 15 m²). */
const FRACTION: Readonly<Record<AreaUnit, readonly [number, number]>> = {
  mu: [3, 2_000],
  wanmu: [3, 20_000_000],
  hectare: [1, 10_000],
}

/** The area in whole hundredths of the unit, half away from zero. Exact up to 3e15 hundredths of a square metre, which is more than the country. */
export function hundredthsOf(area: number, unit: AreaUnit): number {
  const [up, down] = FRACTION[unit]
  const size = Math.abs(area) * up
  const rest = size % down
  const whole = (size - rest) / down + (rest * 2 >= down ? 1 : 0)
  return area < 0 ? -whole : whole
}

/** `1234567` hundredths as `12,345.67`. */
export function writeHundredths(value: number): string {
  const digits = String(Math.abs(value)).padStart(3, '0')
  return `${value < 0 ? '−' : ''}${thousands(digits.slice(0, -2))}.${digits.slice(-2)}`
}

/** An area in the unit with two decimals and thousands separated. An area that is there but rounds to nothing says so: `<0.01`. */
export function formatArea(area: number, unit: AreaUnit): string {
  const value = hundredthsOf(area, unit)
  return value === 0 && area !== 0 ? '<0.01' : writeHundredths(value)
}

/** A whole number with thousands separated. */
export const formatCount = (value: number) => `${value < 0 ? '−' : ''}${thousands(String(Math.abs(Math.round(value))))}`

const thousands = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/**
 * The parts of a total in whole hundredths of the unit, adding up to the rounded total: every part is rounded down, and what is
 * missing goes, one hundredth each, to the parts that lost most (largest remainder, Hamilton 1792); ties go to the earlier part.
 * Parts are not negative.
 */
export function shownParts(parts: readonly number[], unit: AreaUnit): readonly number[] {
  const [up, down] = FRACTION[unit]
  return shareOut(
    parts.map((part) => part * up),
    down,
    hundredthsOf(
      parts.reduce((sum, part) => sum + part, 0),
      unit,
    ),
  )
}

/** Each part of a total as it is written wherever the total's parts stand, so that one figure reads the same in table, legend and print. */
export function writtenParts(parts: readonly number[], unit: AreaUnit): readonly string[] {
  return shownParts(parts, unit).map((shown, i) => (shown === 0 && parts[i] !== 0 ? '<0.01' : writeHundredths(shown)))
}

/** Shares of a total in tenths of a per cent, adding up to 1000; all zero when the total is zero. */
export function shownShares(parts: readonly number[]): readonly number[] {
  const total = parts.reduce((sum, part) => sum + part, 0)
  if (total === 0) return parts.map(() => 0)
  const exact = parts.map((part) => (part / total) * 1_000)
  const down = exact.map(Math.floor)
  return topUp(
    down,
    exact.map((share, i) => share - down[i]),
    1_000,
  )
}

/** Tenths of a per cent as `12.3%`; what is there but rounds to nothing reads `<0.1%`. */
export const formatShare = (tenths: number, part: number) =>
  tenths === 0 && part !== 0 ? '<0.1%' : `${Math.floor(tenths / 10)}.${tenths % 10}%`

function shareOut(sizes: readonly number[], down: number, total: number): readonly number[] {
  const rests = sizes.map((size) => size % down)
  return topUp(
    sizes.map((size, i) => (size - rests[i]) / down),
    rests,
    total,
  )
}

function topUp(floors: readonly number[], rests: readonly number[], total: number): readonly number[] {
  const shown = [...floors]
  const missing = total - shown.reduce((sum, part) => sum + part, 0)
  const order = rests.map((_, i) => i).sort((a, b) => rests[b] - rests[a] || a - b)
  for (const i of order.slice(0, Math.max(0, missing))) shown[i] += 1
  return shown
}
