/**
 * Where a sheet's table begins. Sheets in offices open with a merged title, a line with the reporting unit and the date,
 * and often a heading of two rows in which groups of columns are merged.
 */
import { KIND, type SheetRow } from './sheet.ts'

/** `rows`: the sheet rows the heading takes, none when the sheet has no heading; `titles` by column; `last` the heading's last row. */
export type Heading = { readonly rows: readonly number[]; readonly titles: ReadonlyMap<number, string>; readonly last: number }

export const HEAD_ROWS = 60 // rows looked at: titles and notes above a table never run longer

const isText = (row: SheetRow, i: number) => (row.kinds[i] & KIND.text) !== 0
const textCount = (row: SheetRow) => row.kinds.filter((_kind, i) => isText(row, i)).length
const allText = (row: SheetRow) => textCount(row) === row.columns.length

/**
 * The first row that is mostly text and nearly as wide as the widest row; failing that, the first that is text alone with two
 * cells or more. With the row above or below it where the two complete each other as a heading of groups and members does.
 */
export function findHeading(rows: readonly SheetRow[]): Heading {
  const width = rows.reduce((most, row) => Math.max(most, row.columns.length), 0)
  const wide = (row: SheetRow) =>
    row.columns.length >= 0.6 * width && textCount(row) >= Math.max(Math.min(2, width), row.columns.length / 2)
  let at = rows.findIndex(wide)
  if (at === -1) at = rows.findIndex((row) => row.columns.length >= 2 && allText(row))
  if (at === -1) return { rows: [], titles: new Map(), last: 0 }

  if (at > 0 && grouped(rows[at - 1], rows[at])) return two(rows[at - 1], rows[at])
  if (at + 1 < rows.length && grouped(rows[at], rows[at + 1])) return two(rows[at], rows[at + 1])
  return { rows: [rows[at].row], titles: titlesOf(rows[at]), last: rows[at].row }
}

const titlesOf = (row: SheetRow) => new Map(row.columns.map((column, i) => [column, String(row.values[i] ?? '')]))

/** The column of `upper` under whose merged cell `column` lies. */
const groupOf = (upper: SheetRow, column: number) => upper.columns.findLast((c) => c <= column)

// Merged cells keep their text in their first column: a group leaves blanks to its right in the upper row, and a title that
// spans both rows leaves a blank in the lower one. Both must be there, and every group has a member below its first column.
function grouped(upper: SheetRow, lower: SheetRow): boolean {
  if (lower.row !== upper.row + 1 || upper.columns.length < 2 || !allText(upper) || !allText(lower)) return false
  const members = lower.columns.filter((column) => !upper.columns.includes(column))
  const spanning = upper.columns.filter((column) => !lower.columns.includes(column))
  if (members.length === 0 || spanning.length === 0) return false
  return members.every((column) => {
    const group = groupOf(upper, column)
    return group !== undefined && lower.columns.includes(group)
  })
}

function two(upper: SheetRow, lower: SheetRow): Heading {
  const above = titlesOf(upper)
  const below = titlesOf(lower)
  const titles = new Map(above)
  for (const [column, title] of below) {
    const group = groupOf(upper, column)
    titles.set(column, group === undefined ? title : `${above.get(group)}_${title}`)
  }
  return { rows: [upper.row, lower.row], titles, last: lower.row }
}
