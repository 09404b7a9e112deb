/** Workbooks whose sums are formulas: whoever opens one can add up again; the values that stand in them are those that the formulas give. */
import exceljs from 'exceljs'
import { settled } from './package-zip.ts'

export type Cell = string | number | null | { readonly formula: string; readonly value: number }
export type LedgerSheet = {
  readonly name: string
  readonly titles: readonly string[]
  readonly columns: readonly { readonly title: string; readonly width: number; readonly format?: string }[]
  readonly rows: readonly { readonly cells: readonly Cell[]; readonly strong?: boolean }[]
  readonly landscape?: boolean
}

/** The number of a sheet's first row below its head. */
export const firstRow = ({ titles }: Pick<LedgerSheet, 'titles'>) => titles.length + 2

/** A column's letters: 0 is A. */
export function columnName(i: number): string {
  return i < 26 ? String.fromCharCode(65 + i) : columnName(Math.floor(i / 26) - 1) + columnName(i % 26)
}

/** Texts that a spreadsheet would run as a formula stay texts, since they are written as such. */
export async function writeWorkbook(
  sheets: readonly LedgerSheet[],
  words: { readonly title: string; readonly author: string; readonly created: Date },
): Promise<Uint8Array> {
  const workbook = new exceljs.Workbook()
  workbook.creator = words.author
  workbook.lastModifiedBy = words.author
  workbook.title = words.title
  workbook.created = words.created
  workbook.modified = words.created
  const thin = { style: 'thin', color: { argb: 'FFAEB6BB' } } as const
  const border = { top: thin, bottom: thin, left: thin, right: thin }
  for (const { name, titles, columns, rows, landscape } of sheets) {
    const sheet = workbook.addWorksheet(name, {
      views: [{ state: 'frozen', ySplit: titles.length + 1, xSplit: 1 }],
      pageSetup: {
        paperSize: 9,
        orientation: landscape ? 'landscape' : 'portrait',
        fitToPage: true,
        fitToWidth: 1,
        fitToHeight: 0,
        printTitlesRow: `${titles.length + 1}:${titles.length + 1}`,
      },
      headerFooter: { oddFooter: '&L&8&F&R&8&P / &N' },
    })
    sheet.columns = columns.map(({ width }) => ({ width }))
    titles.forEach((title, i) => {
      const row = sheet.addRow([title])
      row.font = { name: '宋体', size: i === 0 ? 14 : 9, bold: i === 0, ...(i === 0 ? {} : { color: { argb: 'FF5C6970' } }) }
      if (columns.length > 1) sheet.mergeCells(i + 1, 1, i + 1, columns.length)
    })
    const head = sheet.addRow(columns.map(({ title }) => title))
    head.eachCell((cell) => {
      cell.font = { name: '宋体', size: 10, bold: true }
      cell.fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFE8ECEA' } }
      cell.alignment = { horizontal: 'center', vertical: 'middle', wrapText: true }
      cell.border = border
    })
    for (const { cells, strong } of rows) {
      const row = sheet.addRow(
        cells.map((cell) => (typeof cell === 'object' && cell !== null ? { formula: cell.formula, result: cell.value } : cell)),
      )
      columns.forEach(({ format }, i) => {
        const cell = row.getCell(i + 1)
        cell.font = { name: '宋体', size: 10, bold: strong ?? false }
        cell.border = border
        if (format) cell.numFmt = format
        if (strong) cell.fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFF3F4F2' } }
      })
    }
  }
  return settled(new Uint8Array(await workbook.xlsx.writeBuffer()), words.created)
}
