/**
 * CSV as RFC 4180 writes it. Text only: codes keep their zeros where the reader lets them, formulas do not run (see neutral.ts).
 */
import type { Field, Value } from '../layers.ts'
import { neutralise } from './neutral.ts'
import type { Rows, Written } from './rows.ts'
import { type Target, writeText } from './sink.ts'

/** `bom`: Excel takes a CSV for UTF-8 only with one in front, so it is there unless switched off. */
export type CsvOptions = { readonly bom?: boolean; readonly delimiter?: ',' | ';' | '\t'; readonly newline?: '\r\n' | '\n' }

/** Writes rows; null is an empty cell, a boolean 1 or 0. Geometry is not written: give coordinates as fields. */
export async function writeCsv(target: Target, fields: readonly Field[], rows: Rows, options: CsvOptions = {}): Promise<Written> {
  const { bom = true, delimiter = ',', newline = '\r\n' } = options
  let count = 0
  const bytes = await writeText(target, async (put, settle) => {
    put((bom ? '\uFEFF' : '') + fields.map((field) => cell(field.name, delimiter)).join(delimiter) + newline)
    for await (const row of rows) {
      let line = ''
      for (let f = 0; f < fields.length; f++) line += (f > 0 ? delimiter : '') + cell(row.values[f] ?? null, delimiter)
      put(line + newline)
      count++
      await settle()
    }
  })
  return { rows: count, bytes }
}

function cell(value: Value, delimiter: string): string {
  if (value === null) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  if (typeof value === 'boolean') return value ? '1' : '0'
  const text = neutralise(value)
  return /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text
}
