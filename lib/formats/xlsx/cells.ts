/** What a cell of a workbook holds: number formats, dates, escapes and formulas (ECMA-376 part 1, 18.3 and 18.8). */

/** How a number is shown: as itself, as a date, a date with its time, a time of day, or padded with zeros to a width. */
export type NumberShape = { readonly kind: 'plain' | 'date' | 'datetime' | 'time' } | { readonly kind: 'padded'; readonly width: number }

const PLAIN: NumberShape = { kind: 'plain' }

/** The shape of a number format, by its id and, where it is not one of the built-in ones, its code. */
export function shapeOfFormat(id: number, code: string | undefined): NumberShape {
  if (code !== undefined) return shapeOfCode(code)
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 54) || id === 57 || id === 58)
    return { kind: 'date' }
  if (id === 22) return { kind: 'datetime' }
  // 32–35, 55 and 56 are times in Chinese and dates in Japanese Excel; the serial number itself decides
  if (id === 34 || id === 35 || id === 55 || id === 56 || id === 32 || id === 33) return { kind: 'datetime' }
  if (id >= 18 && id <= 21) return { kind: 'time' }
  return PLAIN
}

function shapeOfCode(code: string): NumberShape {
  const first = code.split(';')[0]
  // an elapsed time such as [h]:mm is a quantity
  if (/\[(?:h+|m+|s+)\]/i.test(first)) return PLAIN
  const bare = first.replaceAll(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '')
  if (/general/i.test(bare)) return PLAIN
  if (/^0{2,}$/.test(bare)) return { kind: 'padded', width: bare.length }
  const days = /[yd]/i.test(bare) || /^m{1,5}$/i.test(bare)
  const hours = /[hs]/i.test(bare)
  if (days) return { kind: hours ? 'datetime' : 'date' }
  return hours ? { kind: 'time' } : PLAIN
}

const DAY_MS = 86_400_000

/**
 * A serial number as text: `YYYY-MM-DD`, with `THH:MM:SS` where there is a time of day, `HH:MM:SS` for a time alone;
 * null where it is no date. Day 60 of the 1900 system is 29 February 1900, which never was.
 */
export function dateText(serial: number, shape: NumberShape['kind'], from1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < 0 || serial >= 2_958_466) return null
  const all = Math.round(serial * 86_400)
  const seconds = all % 86_400
  const day = (all - seconds) / 86_400
  if (shape === 'time' && day === 0) return new Date(seconds * 1000).toISOString().slice(11, 19)
  if (!from1904 && day === 0) return null
  if (!from1904 && day === 60) return null
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, day < 60 ? 31 : 30)
  const iso = new Date(epoch + day * DAY_MS + seconds * 1000).toISOString()
  return seconds === 0 ? iso.slice(0, 10) : iso.slice(0, 19)
}

/** `_x000D_` and its like stand for characters XML cannot hold; `_x005F_` for the underscore before such a group. */
export const unescapeText = (text: string): string =>
  text.includes('_x') ? text.replaceAll(/_x([\da-f]{4})_/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text

/** Row and column (from 0) of a reference such as `AB12`; null when it is none. */
export function cellAt(reference: string): { row: number; column: number } | null {
  let column = 0
  let i = 0
  for (; i < reference.length; i++) {
    const c = reference.charCodeAt(i) & ~0x20
    if (c < 65 || c > 90) break
    column = column * 26 + (c - 64)
  }
  let row = 0
  const digits = i
  for (; i < reference.length; i++) {
    const d = reference.charCodeAt(i) - 48
    if (d < 0 || d > 9) return null
    row = row * 10 + d
  }
  return digits === 0 || digits === reference.length ? null : { row: row - 1, column: column - 1 }
}

/** A shared formula as it reads `rows` down and `columns` to the right of where it was written; text in quotes and `$` parts stay. */
export function shiftFormula(formula: string, rows: number, columns: number): string {
  return formula.replaceAll(
    /"(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![\w.$])(\$?)([A-Z]{1,3})(\$?)(\d{1,7})(?![\w(.])/gi,
    (all: string, fixedColumn: string | undefined, letters: string | undefined, fixedRow: string, digits: string) => {
      if (letters === undefined) return all
      const at = cellAt(letters + digits)
      if (at === null) return all
      const column = fixedColumn ? at.column : at.column + columns
      const row = fixedRow ? at.row : at.row + rows
      return row < 0 || column < 0 ? '#REF!' : `${fixedColumn}${lettersOf(column)}${fixedRow}${row + 1}`
    },
  )
}

const lettersOf = (column: number): string =>
  (column < 26 ? '' : lettersOf(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26))
