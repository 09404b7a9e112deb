/** Cells of a sheet as its columns mean them, with every cell that does not fit and where it stands. */
import { dayFrom } from '@dishu/base/date'
import type { Language } from '@dishu/base/refusal'
import { type Column, LIBRARY_SHEETS, type LibrarySheet, type SheetName } from './library-sheets.ts'
import type { LibraryProblem } from './refusals.ts'

type Cell = string | number | boolean | null
export type RawSheet = {
  readonly name: string
  readonly fields: readonly string[]
  readonly rows: readonly { readonly row: number; readonly values: readonly Cell[] }[]
}
export type StatedRow = {
  readonly row: number
  readonly of: Readonly<Record<string, string | number | boolean | readonly string[] | null>>
}
export type StatedLibrary = Readonly<Partial<Record<SheetName, readonly StatedRow[]>>>

const plain = (text: string) => text.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase()
const bothOf = ({ zh, en }: Readonly<Record<Language, string>>) => [plain(zh), plain(en)]

/** The name under which the sheet with explanations stands; it is not read. */
export const EXPLANATIONS = { zh: '说明', en: 'explanations' } as const

/** Sheets by title or name in either language; a workbook without any of ours has nothing in it. */
export function statedLibrary(raw: readonly RawSheet[]): { readonly stated: StatedLibrary; readonly problems: readonly LibraryProblem[] } {
  const stated: Partial<Record<SheetName, readonly StatedRow[]>> = {}
  const problems: LibraryProblem[] = []
  for (const sheet of raw) {
    if (bothOf(EXPLANATIONS).includes(plain(sheet.name))) continue
    const found = LIBRARY_SHEETS.find(({ name, title }) => plain(sheet.name) === name || bothOf(title).includes(plain(sheet.name)))
    if (!found) {
      if (sheet.rows.length > 0)
        problems.push({ code: 'library/unknown-sheet', details: { sheet: sheet.name, known: LIBRARY_SHEETS.map(({ title }) => title.zh) } })
      continue
    }
    const read = readRows(sheet, found)
    problems.push(...read.problems)
    stated[found.name] = read.rows
  }
  return { stated, problems }
}

function readRows(raw: RawSheet, { columns, key }: LibrarySheet): { rows: StatedRow[]; problems: LibraryProblem[] } {
  const problems: LibraryProblem[] = []
  const at = new Map<string, number>()
  for (const { name, title } of columns) {
    const place = raw.fields.findIndex((field) => plain(field) === plain(name) || bothOf(title).includes(plain(field)))
    if (place >= 0) at.set(name, place)
  }
  // a sheet without rows says nothing, and lacks nothing
  if (raw.rows.length === 0) return { rows: [], problems }
  const missing = columns.filter(({ needed, name }) => needed && !at.has(name))
  if (missing.length > 0)
    return {
      rows: [],
      problems: missing.map(({ title }) => ({ code: 'library/missing-column', details: { sheet: raw.name, column: title.zh } })),
    }
  const rows: StatedRow[] = []
  const seen = new Map<string, number>()
  for (const { row, values } of raw.rows) {
    if (values.every((value) => value === null || value === '')) continue
    const of: Record<string, StatedRow['of'][string]> = {}
    let broken = false
    for (const column of columns) {
      const place = at.get(column.name)
      const found = readCell(column, place === undefined ? null : (values[place] ?? null), {
        sheet: raw.name,
        row,
        column: column.title.zh,
      })
      if ('problem' in found) {
        problems.push(found.problem)
        broken = true
      } else of[column.name] = found.value
    }
    if (broken) continue
    const name = key.map((each) => String(of[each] ?? '')).join(' · ')
    const first = seen.get(name)
    if (first !== undefined) problems.push({ code: 'library/named-twice', details: { sheet: raw.name, row, first, key: name } })
    else {
      seen.set(name, row)
      rows.push({ row, of })
    }
  }
  return { rows, problems }
}

type At = { readonly sheet: string; readonly row: number; readonly column: string }
type Read = { readonly value: StatedRow['of'][string] } | { readonly problem: LibraryProblem }

const YES = ['是', 'yes', 'true', '1', 'y']
const NO = ['否', 'no', 'false', '0', 'n']

function readCell({ is, needed, choices, from, to }: Column, cell: Cell, at: At): Read {
  const text = cell === null ? '' : String(cell).trim()
  if (text === '') return needed ? { problem: { code: 'library/missing-cell', details: at } } : { value: null }
  const unread = (expected: string): Read => ({
    problem: { code: 'library/not-readable-cell', details: { ...at, found: text.slice(0, 60), expected } },
  })
  // what begins with = is a formula that was not worked out
  if (text.startsWith('=') && is !== 'text') return unread('value')
  if (is === 'text') return { value: text }
  if (is === 'number' || is === 'whole') {
    const value = typeof cell === 'number' ? cell : Number(text.normalize('NFKC'))
    if (!Number.isFinite(value) || (is === 'whole' && !Number.isInteger(value))) return unread(is === 'whole' ? '0, 1, 2 …' : '0.5')
    if ((from !== null && value < from) || (to !== null && value > to))
      return { problem: { code: 'library/out-of-range', details: { ...at, found: value, from: from ?? value, to: to ?? value } } }
    return { value }
  }
  if (is === 'day') {
    const day = dayFrom(text)
    return day === null ? unread('2026-05-01') : { value: day }
  }
  if (is === 'yes-no') {
    const word = plain(text)
    return YES.includes(word) ? { value: true } : NO.includes(word) ? { value: false } : unread('是 / 否')
  }
  if (is === 'choice') {
    const found = choices?.find((each) => each.toLowerCase() === text.toLowerCase())
    return found === undefined ? unread(choices?.join(' / ') ?? '') : { value: found }
  }
  const all = text
    .split(/[;；,，、]/)
    .map((each) => each.trim())
    .filter(Boolean)
  const wrong = choices === null ? undefined : all.find((each) => !choices.includes(each))
  return wrong === undefined ? { value: all } : unread(choices?.join('; ') ?? '')
}
