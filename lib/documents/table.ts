/** Tables set into their rows: columns as wide as what stands in them, numbers never broken, the head on every page. */
import type { ReportDocument, Row, TableBlock } from './document.ts'
import { breakLines, type Measure } from './lines.ts'
import { ACCENT, CELL, GROUND, HAIRLINE, INK } from './look.ts'
import { at, type Mark, rectangle, type Weight } from './picture.ts'

export type TablePart = { readonly height: number; readonly marks: readonly Mark[] }
export type LaidTable = { readonly head: TablePart; readonly rows: readonly TablePart[] }

const INDENT = 10
/** A row's code stands behind its last figure in a narrow column of its own. */
const CODE_SIZE = 6.2

export function layTable(table: TableBlock, width: number, measure: Measure, document: ReportDocument): LaidTable {
  const coded = table.rows.some(({ code }) => code)
  const codeWidth = coded ? Math.max(...table.rows.map(({ code }) => measure(code ?? '', CODE_SIZE, 400))) + 2 * CELL.padX : 0
  const widths = columnWidths(table, width - codeWidth, measure)
  const xs = [0]
  for (const each of widths) xs.push(xs[xs.length - 1] + each)
  const head: Row = { cells: table.columns.map(({ title }) => title), strong: true }
  const set = (row: Row, isHead: boolean): TablePart => {
    const weight: Weight = row.strong ? 600 : 400
    const cells = table.columns.map((_, i) => {
      const inset = i === 0 ? (row.indent ?? 0) * INDENT : 0
      return breakLines(
        [{ text: row.cells[i] ?? '', size: CELL.size, weight, fill: INK }],
        widths[i] - 2 * CELL.padX - inset + 0.01,
        measure,
      )
    })
    const height = Math.max(...cells.map((lines) => lines.length)) * CELL.leading + 2 * CELL.padY
    const marks: Mark[] = []
    if (isHead || row.strong) marks.push({ draw: 'path', d: rectangle(0, 0, width, height), fill: isHead ? '#E8ECEA' : GROUND })
    cells.forEach((lines, i) => {
      const align = isHead ? 'center' : (table.columns[i].align ?? 'left')
      const inset = i === 0 && !isHead ? (row.indent ?? 0) * INDENT : 0
      const top = (height - lines.length * CELL.leading) / 2
      lines.forEach(({ pieces, width: used }, k) => {
        const from = xs[i] + CELL.padX + inset
        const room = widths[i] - 2 * CELL.padX - inset
        const x = align === 'right' ? from + room - used : align === 'center' ? from + (room - used) / 2 : from
        const y = top + k * CELL.leading + (CELL.leading + CELL.size * 0.76) / 2
        for (const piece of pieces) marks.push({ draw: 'text', text: piece.text, x: x + piece.x, y, size: CELL.size, weight, fill: INK })
      })
    })
    const codeText = isHead ? (document.language === 'zh' ? '证据码' : 'code') : (row.code ?? '')
    if (coded && codeText !== '') {
      const href = !isHead && document.evidence ? document.evidence.replace('CODE', codeText) : null
      const y = (height + CODE_SIZE * 0.76) / 2
      marks.push({
        draw: 'text',
        text: codeText,
        x: width - CELL.padX,
        y,
        size: CODE_SIZE,
        weight: 400,
        fill: isHead ? INK : ACCENT,
        anchor: 'end',
        ...(href ? { href } : {}),
      })
    }
    const lines = [...xs.slice(0, coded ? xs.length : -1), width].map((x) => `M${at(x)} 0L${at(x)} ${at(height)}`)
    marks.push({
      draw: 'path',
      d: `${lines.join('')}M0 ${at(height)}L${at(width)} ${at(height)}${isHead ? `M0 0L${at(width)} 0` : ''}`,
      stroke: HAIRLINE,
      width: isHead ? 0.7 : 0.4,
    })
    return { height, marks }
  }
  return { head: set(head, true), rows: table.rows.map((row) => set(row, false)) }
}

/** Each column gets what its longest word needs; what is left goes to those whose texts are longer, most to the longest. */
export function columnWidths({ columns, rows }: TableBlock, width: number, measure: Measure): number[] {
  const pad = 2 * CELL.padX + 1
  const size = (text: string, strong: boolean | undefined) => measure(text, CELL.size, strong ? 600 : 400)
  const wanted = columns.map(({ title, align }, i) => {
    const cells = rows.map(({ cells: all, strong, indent }) => size(all[i] ?? '', strong) + (i === 0 ? (indent ?? 0) * INDENT : 0))
    const widest = cells.reduce((most, each) => Math.max(most, each), 0)
    const titleWidth = size(title, true)
    const titleWords = Math.max(
      ...title.split(/\s+/).map((word) => (/[A-Za-z]/.test(word) ? size(word, true) : Math.min(size(word, true), 4.2 * CELL.size))),
    )
    const least = align === 'right' ? Math.max(widest, titleWords) : Math.max(Math.min(widest, 5 * CELL.size), titleWords)
    return { least: least + pad, most: Math.max(widest, titleWidth, least) + pad }
  })
  const least = wanted.reduce((sum, each) => sum + each.least, 0)
  const most = wanted.reduce((sum, each) => sum + each.most, 0)
  if (least >= width) return wanted.map((each) => (each.least * width) / least)
  if (most <= width) return wanted.map((each) => each.most + ((width - most) * each.most) / most)
  return wanted.map((each) => each.least + ((width - least) * (each.most - each.least)) / (most - least))
}
