/**
 * Codes of places and holders as the survey and the contract registry write them. A code is text: it keeps its leading zeros and all of
 * its digits, and nothing here ever calculates with one.
 */
export type AreaLevel = 'county' | 'town' | 'village'
const DIGITS: Readonly<Record<AreaLevel, number>> = { county: 6, town: 9, village: 12 }
const LEVELS: readonly AreaLevel[] = ['village', 'town', 'county']

const DIGITS_ONLY = /^\d+$/

/**
 * A code as it stood in a file, made plain: full-width digits, blanks inside and a leading apostrophe go; a number that a spreadsheet
 * wrote with `.0` or in powers of ten gives its digits where they are all there. Text that is not of that kind is left as it is.
 */
export function codeFrom(text: string | null): string | null {
  if (text === null) return null
  if (DIGITS_ONLY.test(text)) return text // nearly all of them
  const plain = text
    .normalize('NFKC')
    .replace(/^['‘’`]/, '')
    .replaceAll(/\s+/g, '')
  if (plain === '') return null
  const whole = /^(\d+)\.0*$/.exec(plain)
  if (whole) return whole[1]
  const power = /^(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})$/.exec(plain)
  if (!power) return plain
  const [, first, decimals = '', exponent] = power
  const zeros = Number(exponent) - decimals.length
  // with fewer decimals than the power the last digits were lost on the way, unless they were zeros: not ours to guess
  return zeros === 0 ? first + decimals : plain
}

/** The level a code names by its length: 6 county, 9 town, 12 village digits; also longer ones whose rest is zeros (a county as 12 digits). */
export function levelOf(code: string): AreaLevel | null {
  const short = shortened(code)
  return LEVELS.find((level) => DIGITS[level] === short.length) ?? null
}

/** The code of `level` that `code` lies in; null where it is too short to say or does not begin with digits. */
export function codeAt(code: string, level: AreaLevel): string | null {
  const head = code.slice(0, DIGITS[level])
  return /^\d+$/.test(head) && head.length === DIGITS[level] ? head : null
}
export const countyOf = (code: string) => codeAt(code, 'county')
export const townOf = (code: string) => codeAt(code, 'town')
export const villageOf = (code: string) => codeAt(code, 'village')

/** The code one level up: village → town → county → none. */
export function parentOf(code: string): string | null {
  const level = levelOf(code)
  if (level === 'village') return codeAt(code, 'town')
  if (level === 'town') return codeAt(code, 'county')
  return null
}

/** Whether `code` is `area` or lies in it. */
export const isWithin = (code: string, area: string) => code.startsWith(shortened(area))

/**
 * A code without the zeros that only fill it up: 220882000000 is the county 220882, 2208821002070000000 the village 220882100207.
 * Real places never have 000 in the place of their own digits.
 */
export function shortened(code: string): string {
  if (!/^\d{6,19}$/.test(code)) return code
  const head = code.slice(0, 12)
  if (head.length === 12 && !head.endsWith('000')) return head
  if (head.length >= 9 && head.slice(6, 9) !== '000') return head.slice(0, 9)
  return head.length === 9 || head.length === 12 ? head.slice(0, 6) : head
}

/** Whole hundredths of a square metre, the measure in which areas are counted. */
export const hundredths = (m2: number): number => Math.round(m2 * 100)
/** 亩 to whole hundredths of a square metre: 1 亩 is 10 000/15 m². */
export const hundredthsFromMu = (mu: number): number => Math.round((mu * 1_000_000) / 15)
/** Hundredths of a square metre to 亩: m² × 0.0015. */
export const muFrom = (area: number): number => (area * 15) / 1_000_000
