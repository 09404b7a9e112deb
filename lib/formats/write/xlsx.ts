/**
 * Workbooks, streamed: one sheet after the other, one row after the other, nothing kept. Codes and numbers are told apart by their
 * field: text stays text (a spreadsheet cannot round an 19-digit code), and text that looks like a formula does not run.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Refused } from '@dishu/base/refusal'
import exceljs from 'exceljs'
import type { Field, Value } from '../layers.ts'
import { neutralise } from './neutral.ts'
import type { Table, Written } from './rows.ts'
import type { Target } from './sink.ts'

/** `titles` are lines above the header, each merged over the width of the table, as office sheets have them. */
export type Sheet = Table & { readonly titles?: readonly string[] }

/** What the format holds: rows and columns of a sheet, characters of a cell. */
const MOST_ROWS = 1_048_576
const MOST_COLUMNS = 16_384
const MOST_TEXT = 32_767

/**
 * Writes the sheets in order. A table longer than a sheet goes on in `name (2)`, with its header again.
 * Refused: `formats/sheet-does-not-fit` (a name Excel rejects, too many columns), `formats/value-does-not-fit` (a text past 32 767 characters).
 */
export async function writeXlsx(target: Target, sheets: readonly Sheet[]): Promise<Written> {
  for (const { name, fields } of sheets) {
    if (!/^[^[\]:*?/\\]{1,31}$/.test(name) || name.startsWith("'") || fields.length > MOST_COLUMNS) {
      throw new Refused({ code: 'formats/sheet-does-not-fit', details: { sheet: name, columns: fields.length } })
    }
  }
  if (typeof target === 'string') await mkdir(dirname(target), { recursive: true })
  const stream: Writable = typeof target === 'string' ? createWriteStream(target) : target
  const ended = finished(stream)
  ended.catch(() => {}) // awaited below
  try {
    const workbook = new exceljs.stream.xlsx.WorkbookWriter({ stream, useStyles: true, useSharedStrings: false })
    let rows = 0
    for (const sheet of sheets) rows += await addSheet(workbook, sheet)
    await workbook.commit()
    await ended
    return { rows, bytes: typeof target === 'string' ? (await stat(target)).size : 0 }
  } catch (fault) {
    stream.destroy()
    if (typeof target === 'string') await rm(target, { force: true })
    throw fault
  }
}

async function addSheet(workbook: exceljs.stream.xlsx.WorkbookWriter, { name, fields, rows, titles = [] }: Sheet): Promise<number> {
  let part = 1
  let sheet = begin(workbook, name, fields, titles)
  let used = titles.length + 1
  let count = 0
  for await (const row of rows) {
    if (used === MOST_ROWS) {
      sheet.commit()
      part++
      sheet = begin(workbook, `${name.slice(0, 25)} (${part})`, fields, titles)
      used = titles.length + 1
    }
    count++
    used++
    const cells = fields.map((field, f) => cell(row.values[f] ?? null, field, name, count))
    sheet.addRow(cells).commit()
    if (count % 2000 === 0) await new Promise(setImmediate) // lets the zip stream drain, and the server answer others
  }
  sheet.commit()
  return count
}

function begin(workbook: exceljs.stream.xlsx.WorkbookWriter, name: string, fields: readonly Field[], titles: readonly string[]) {
  const sheet = workbook.addWorksheet(name, { views: [{ state: 'frozen', ySplit: titles.length + 1 }] })
  sheet.columns = fields.map((field) => ({ width: Math.min(40, Math.max(10, (field.width ?? 12) + 2)) }))
  titles.forEach((title, t) => {
    const row = sheet.addRow([neutralise(title)])
    row.font = { bold: true, size: 14 }
    if (fields.length > 1) sheet.mergeCells(t + 1, 1, t + 1, fields.length)
    row.commit()
  })
  const header = sheet.addRow(fields.map((field) => neutralise(field.name)))
  header.font = { bold: true }
  header.commit()
  return sheet
}

function cell(value: Value, field: Field, sheet: string, row: number): string | number | boolean | null {
  if (typeof value !== 'string') return typeof value === 'number' && !Number.isFinite(value) ? null : value
  if (value === '') return null
  if (value.length >= MOST_TEXT) {
    throw new Refused({
      code: 'formats/value-does-not-fit',
      details: { sheet, row, field: field.name, width: MOST_TEXT, value: `${value.slice(0, 40)}…` },
    })
  }
  return neutralise(value)
}
