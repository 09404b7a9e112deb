/** A day of the civil calendar, `YYYY-MM-DD`. Plain text: it compares and sorts as a day does, and knows no time zone. */
declare const day: unique symbol
export type Day = string & { readonly [day]: true }

/** The end of time in a half-open validity: "until further notice". PostgreSQL's `infinity`. */
export const FOREVER = 'infinity' as Day

/** A day with a time and blanks around it; of a longer text the expression below would try every place twice. */
const LONGEST = 80

/** Reads a day written `YYYY-MM-DD`, `YYYY/M/D`, `YYYY.M.D`, `YYYYMMDD` or `YYYY年M月D日`; anything else, or a day that is not in the calendar, gives null. */
export function dayFrom(text: string): Day | null {
  if (text.length > LONGEST) return null
  const found = /^\s*(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[T ]\d{2}:\d{2}.*)?\s*$/.exec(text)
  if (!found) return null
  const [year, month, date] = [Number(found[1]), Number(found[2] ?? found[4]), Number(found[3] ?? found[5])]
  const at = new Date(Date.UTC(year, month - 1, date))
  if (at.getUTCFullYear() !== year || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== date) return null
  return at.toISOString().slice(0, 10) as Day
}

/** The day of `at` in the office's time zone (China has one: UTC+8). */
export const dayOf = (at: Date) => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10) as Day

export const addYears = (from: Day, years: number): Day => {
  const [y, m, d] = from.split('-').map(Number)
  const at = new Date(Date.UTC(y + years, m - 1, d))
  return at.toISOString().slice(0, 10) as Day
}
