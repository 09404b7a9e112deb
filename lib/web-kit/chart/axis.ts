/** Round numbers along an axis, and months along a line of days. */
export type Axis = { readonly low: number; readonly high: number; readonly ticks: readonly number[] }

/** About four steps of 1, 2 or 5 times a power of ten that hold all values; a single value gets room on both sides. */
export function axisOf(values: readonly number[]): Axis {
  let [least, most] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1]
  if (most - least < 1e-9 * Math.max(1, Math.abs(most))) {
    const room = Math.abs(most) < 1e-9 ? 0.5 : 0.5 * Math.abs(most) // next to nothing is shown as nothing
    ;[least, most] = [least - room, most + room]
  }
  const raw = (most - least) / 4
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * ([1, 2, 5].find((each) => each * power >= raw) ?? 10)
  const [from, to] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)]
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => Number(((from + i) * step).toPrecision(12)))
  return { low: ticks[0], high: ticks[ticks.length - 1], ticks }
}

const DAY = 86_400_000
export const daysApart = (from: string, to: string) => Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY)

const MOST_MONTHS = 8

/** Firsts of months from one day to another, so many apart that they can be read; years alone over long times. */
export function monthsOf(first: string, last: string): readonly { readonly day: string; readonly name: string }[] {
  if (first === '' || last === '') return []
  if (first === last) return [{ day: first, name: first }]
  const number = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1
  const [from, to] = [number(first), number(last)]
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => (to - from) / each <= MOST_MONTHS) ?? 240
  const marks = []
  for (let month = from; month <= to; month++) {
    if (month % step !== 0 && step > 1) continue
    const day = `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01`
    if (day >= first && day <= last) marks.push({ day, name: step >= 12 ? day.slice(0, 4) : day.slice(0, 7) })
  }
  return marks.length > 0
    ? marks
    : [
        { day: first, name: first },
        { day: last, name: last },
      ]
}
