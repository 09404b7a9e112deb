/** The sheets of water as a workbook: the empty template, the filled one, and the way back. Sheets and columns are known by their names in either language. */
import type { Writable } from 'node:stream'
import { type Language, Refused } from '@dishu/base/refusal'
import type { Source, Value } from '@dishu/formats/layers'
import { type Sheet as OutSheet, writeXlsx } from '@dishu/formats/write/xlsx'
import { openXlsx } from '@dishu/formats/xlsx/xlsx'
import { lineFromText, lineText, outlineFromText, outlineText } from './shapes.ts'
import {
  choiceFrom,
  choiceText,
  MONTH_NAMES,
  MONTHS,
  type Row,
  rowsOf,
  SHEETS,
  type Sheet,
  type SheetChange,
  type SheetField,
  type Water,
} from './water.ts'

const READ_ME = { zh: '填写说明', en: 'read me' } as const
const LONGEST_CELL = 32_000

type Column = { readonly field: SheetField; readonly month: number | null; readonly title: string }
const withUnit = (title: string, unit: string | undefined, language: Language) =>
  unit ? (language === 'zh' ? `${title}（${unit}）` : `${title} (${unit})`) : title

const columnsOf = (sheet: Sheet, language: Language): readonly Column[] =>
  sheet.fields.flatMap((field): Column[] => {
    const unit = field.unit?.[language]
    if (field.kind !== 'months') return [{ field, month: null, title: withUnit(field.title[language], unit, language) }]
    return Array.from({ length: MONTHS }, (_, month) => ({
      field,
      month,
      title: withUnit(language === 'zh' ? `${month + 1}月` : MONTH_NAMES[month], unit, language),
    }))
  })

/** Writes the template: an explanation, then every sheet; with `water` the sheets are filled, so that it can be changed and sent back. */
export async function writeWorkbook(target: string | Writable, language: Language, water: Water | null, title: string): Promise<void> {
  const text = (name: string, width: number) => ({ name, type: 'text' as const, width })
  const readMe: OutSheet = {
    name: READ_ME[language],
    fields: (language === 'zh'
      ? ['工作表', '列', '必填', '单位', '可填', '说明']
      : ['Sheet', 'Column', 'Needed', 'Unit', 'Choices', 'What it is']
    ).map((name, i) => text(name, [14, 20, 8, 10, 34, 60][i])),
    titles: [title],
    rows: Object.values(SHEETS).flatMap((sheet) => [
      { values: [sheet.title[language], '', '', '', '', sheet.explains[language]] },
      ...sheet.fields.map((field) => ({
        values: [
          sheet.title[language],
          field.kind === 'months' ? (language === 'zh' ? '1月 … 12月' : 'Jan … Dec') : field.title[language],
          field.needed ? (language === 'zh' ? '是' : 'yes') : '',
          field.unit?.[language] ?? '',
          field.choices.map((choice) => choiceText(choice, language)).join(language === 'zh' ? '、' : ', '),
          field.explains[language],
        ],
      })),
    ]),
  }
  const sheets = Object.values(SHEETS).map((sheet): OutSheet => {
    const columns = columnsOf(sheet, language)
    return {
      name: sheet.title[language],
      fields: columns.map(({ field, title: name }) => ({
        name,
        type: field.kind === 'number' || field.kind === 'months' ? 'number' : 'text',
        width: Math.max(name.length * 2, 10),
      })),
      rows: water ? rowsOf(water, sheet.id).map((row) => ({ values: columns.map((column) => cellOf(column, row, language)) })) : [],
    }
  })
  await writeXlsx(target, [readMe, ...sheets])
}

function cellOf({ field, month }: Column, row: Row, language: Language): Value {
  const value = row[field.name]
  if (value === null || value === undefined) return null
  const number = (each: unknown) => (typeof each === 'number' ? statedOf(field, each) : null)
  if (field.kind === 'months') return number((value as readonly unknown[])[month ?? 0])
  if (field.kind === 'number') return number(value)
  if (field.kind === 'choice') return choiceText(String(value), language)
  if (field.kind !== 'line' && field.kind !== 'polygon') return String(value)
  const written = field.kind === 'line' ? lineText(value as never) : outlineText(value as never)
  // a longer one does not fit a cell: the empty cell keeps what is registered
  return written.length > LONGEST_CELL ? null : written
}

/** A value in the unit of its column. A factor leaves crumbs in the last digits, which nobody wrote. */
const statedOf = ({ factor }: SheetField, value: number) => (factor === 1 ? value : Number((value / factor).toPrecision(12)))

/** A name without its unit, blanks and capitals. */
const plain = (name: string) =>
  name
    .replace(/[（(][\s\S]*$/, '')
    .replaceAll(/\s/g, '')
    .toLowerCase()

/**
 * The rows of a filled workbook as changes, with the row numbers of its sheets. What cannot stand in a cell is kept as it is written, so that the decision
 * refuses it with its place. Refused: no sheet is known, or a sheet lacks columns that a row needs. `whole`: each sheet that has rows is the whole list.
 */
export async function readWorkbook(path: string, file: string, whole: boolean): Promise<readonly SheetChange[]> {
  const source = await openXlsx(path, { formulas: 'results' })
  try {
    const changes: SheetChange[] = []
    const found: string[] = []
    for (const [layer, { name, fields }] of source.layers.entries()) {
      const sheet = Object.values(SHEETS).find(({ id, title }) => [id, title.zh, title.en].some((each) => plain(each) === plain(name)))
      if (sheet === undefined) {
        found.push(name)
        continue
      }
      changes.push(
        await readSheet(
          source,
          layer,
          sheet,
          fields.map((field) => plain(field.name)),
          whole,
        ),
      )
    }
    if (changes.length === 0)
      throw new Refused({ code: 'water/no-sheet', details: { file, found, known: Object.values(SHEETS).map(({ title }) => title.zh) } })
    return changes.filter(({ put }) => put.length > 0)
  } finally {
    await source.close()
  }
}

async function readSheet(source: Source, layer: number, sheet: Sheet, names: readonly string[], whole: boolean): Promise<SheetChange> {
  const english = columnsOf(sheet, 'en')
  const columns = columnsOf(sheet, 'zh').map((column, i) => ({
    ...column,
    at: names.findIndex(
      (name) =>
        name === plain(column.title) || name === plain(english[i].title) || (column.month === null && name === plain(column.field.name)),
    ),
  }))
  const missing = columns.filter(({ at, field }) => at < 0 && (field.needed || field.kind === 'months')).map(({ title }) => title)
  const put: Row[] = []
  const rowOf: number[] = []
  for await (const batch of source.read(layer)) {
    for (let i = 0; i < batch.rows.length; i++) {
      const row: Record<string, unknown> = {}
      let empty = true
      for (const { field, month, at } of columns) {
        const cell = at < 0 ? null : batch.columns[at][i]
        if (cell !== null && cell !== '') empty = false
        if (field.kind === 'months') {
          const months = (row[field.name] ?? new Array(MONTHS).fill(null)) as unknown[]
          months[month ?? 0] = read(field, cell)
          row[field.name] = months
        } else row[field.name] = read(field, cell)
      }
      if (empty) continue
      put.push(row)
      rowOf.push(batch.rows[i])
    }
  }
  if (put.length > 0 && missing.length > 0) throw new Refused({ code: 'water/no-columns', details: { sheet: sheet.id, missing } })
  return { sheet: sheet.id, put, remove: [], rowOf, ...(whole ? { whole } : {}) }
}

/** What a cell says, in our units; text where it says nothing that fits. */
function read(field: SheetField, cell: Value): unknown {
  const said = typeof cell === 'string' ? cell.trim() : cell
  const isShape = field.kind === 'line' || field.kind === 'polygon'
  if (said === null || said === '') return isShape ? undefined : field.name === 'soil' ? '' : null
  switch (field.kind) {
    case 'number':
    case 'months': {
      const number = typeof said === 'number' ? said : /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(String(said)) ? Number(said) : Number.NaN
      return Number.isNaN(number) ? String(said) : number * field.factor
    }
    case 'choice':
      return choiceFrom(typeof said === 'boolean' ? (said ? 'yes' : 'no') : String(said), field.choices)
    case 'day':
      return monthDay(String(said))
    case 'line':
      return lineFromText(String(said)) ?? String(said)
    case 'polygon':
      return outlineFromText(String(said)) ?? String(said)
    default:
      return String(said)
  }
}

/** `5-20`, `05/20`, `5月20日` and days that a spreadsheet made of them, as `05-20`. */
function monthDay(said: string): string {
  const found = /^(?:\d{4}-)?(\d{1,2})[-/.月](\d{1,2})日?(?:T.*)?$/.exec(said)
  return found ? `${found[1].padStart(2, '0')}-${found[2].padStart(2, '0')}` : said
}
