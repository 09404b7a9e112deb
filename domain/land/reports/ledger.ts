/** 台账: the state's figures as a workbook that adds up by itself: sums of rows and of columns are formulas, 亩 follow from square metres. */
import { type Cell, columnName, firstRow, type LedgerSheet } from '@dishu/documents/workbook'
import { dressOf } from './baseline-report.ts'
import { type CountedRow, type ReportWords, type StateFacts, sumBy, sumOf } from './facts.ts'
import type { FigureBook } from './figures.ts'
import { hasSection, type ReportRequest } from './reports.ts'
import { areasOf, type Counted, headOf, orderOf } from './tables.ts'

const M2 = '#,##0.00'
const WHOLE = '#,##0'
/** Hundredths of a square metre as square metres: the nearest double, which shows the same two decimals. */
const metres = (area: number) => area / 100
const muFormula = (cell: string) => `ROUND(${cell}*15/10000,2)`
const muValue = (area: number) => Math.round((area * 15) / 10_000) / 100

export function ledgerSheets(request: ReportRequest, facts: StateFacts, words: ReportWords, book: FigureBook): LedgerSheet[] {
  const zh = words.language === 'zh'
  const has = (section: string) => hasSection(request, section)
  const dress = dressOf(request, facts, words, zh ? '盐碱地资源台账' : 'Ledger of saline land')
  const titles = [dress.title, `${dress.footer}${dress.band ? ` · ${dress.band}` : ''}`]
  const sheets: LedgerSheet[] = [about(facts, words, dress.title, titles)]
  const cross = (level: 'town' | 'village', dimension: Counted, name: string) =>
    sheets.push(crossSheet(facts, words, book, titles, level, dimension, name))
  if (has('towns') && facts.within.length === 6) cross('town', 'saline', zh ? '分乡镇' : 'Towns')
  if (has('villages') && facts.within.length < 12) cross('village', 'saline', zh ? '分村' : 'Villages')
  if (has('classes')) sheets.push(dimensionSheet(facts, words, book, titles, 'class', zh ? '地类' : 'Classes'))
  if (has('grades')) {
    sheets.push(dimensionSheet(facts, words, book, titles, 'grade', zh ? '等级（样品）' : 'Grades by sample'))
    if (facts.intervals.length > 0)
      sheets.push(dimensionSheet(facts, words, book, titles, 'mapgrade', zh ? '等级（制图）' : 'Grades by map'))
  }
  if (has('owners')) sheets.push(dimensionSheet(facts, words, book, titles, 'owner', zh ? '权属' : 'Owners'))
  if (has('contracts')) sheets.push(dimensionSheet(facts, words, book, titles, 'contract', zh ? '承包' : 'Contracts'))
  return sheets
}

function about(facts: StateFacts, words: ReportWords, title: string, titles: readonly string[]): LedgerSheet {
  const zh = words.language === 'zh'
  const total = sumOf(facts.rows)
  const rows: [string, string | number][] = [
    [zh ? '名称' : 'Title', title],
    [zh ? '范围' : 'Area', `${facts.areaName}（${facts.within}）`],
    [zh ? '时点' : 'As of', facts.day],
    [zh ? '依据修订' : 'Revision', facts.known],
    [zh ? '修订哈希' : 'Revision hash', facts.hash],
    [zh ? '底数' : 'Baseline', facts.baseline ? `${facts.baseline.key} ${facts.baseline.title}` : zh ? '未冻结' : 'not frozen'],
    [zh ? '分级方案' : 'Grading', facts.scheme],
    [zh ? '总面积（平方米）' : 'Total (m²)', metres(total.area)],
    [zh ? '图斑（个）' : 'Patches', total.patches],
    [
      zh ? '说明' : 'Notes',
      zh
        ? '合计、亩和核对均为公式，可在表中重新计算；平方米精确到0.01，1亩=10000/15平方米。'
        : 'Sums, mu and checks are formulas. Square metres are exact to 0.01; 1 mu = 10 000/15 m².',
    ],
  ]
  return {
    name: zh ? '说明' : 'About',
    titles,
    columns: [
      { title: zh ? '项目' : 'Item', width: 20 },
      { title: zh ? '内容' : 'Value', width: 80 },
    ],
    rows: rows.map(([name, value]) => ({ cells: [name, value] })),
  }
}

const valuesOf = ({ rows }: StateFacts, dimension: Counted) =>
  [...new Set(rows.map((row) => row[dimension]))].sort((a, b) => orderOf(dimension, a) - orderOf(dimension, b) || (a < b ? -1 : 1))

/** Areas in rows, values in columns, square metres; the last column adds the row, the last row the columns, and a check takes the difference. */
function crossSheet(
  facts: StateFacts,
  words: ReportWords,
  book: FigureBook,
  titles: readonly string[],
  level: 'town' | 'village',
  dimension: Counted,
  name: string,
): LedgerSheet {
  const zh = words.language === 'zh'
  const values = valuesOf(facts, dimension)
  const first = firstRow({ titles })
  const under = Map.groupBy(facts.rows, (row) => row.village.slice(0, level === 'town' ? 9 : 12))
  const areas = areasOf(facts, level)
  const [from, to] = [columnName(3), columnName(2 + values.length)]
  const [sumColumn] = [columnName(3 + values.length)]
  const last = first + areas.length - 1
  const line = (rows: readonly CountedRow[], row: number): Cell[] => {
    const by = sumBy(rows, (each) => each[dimension])
    const whole = sumOf(rows)
    return [
      whole.patches,
      ...values.map((value) => metres(by.get(value)?.area ?? 0)),
      { formula: `ROUND(SUM(${from}${row}:${to}${row}),2)`, value: metres(whole.area) },
      { formula: muFormula(`${sumColumn}${row}`), value: muValue(whole.area) },
    ]
  }
  const by = sumBy(facts.rows, (row) => row[dimension])
  const whole = sumOf(facts.rows)
  const down = (column: string, value: number): Cell => ({
    formula: areas.length === 0 ? '0' : `ROUND(SUM(${column}${first}:${column}${last}),2)`,
    value,
  })
  return {
    ...{ name, titles, landscape: true },
    columns: [
      { title: zh ? '代码' : 'Code', width: 15 },
      { title: zh ? '名称' : 'Name', width: 18 },
      { title: zh ? '图斑（个）' : 'Patches', width: 11, format: WHOLE },
      ...values.map((value) => ({ title: `${words.nameOf(dimension, value)}${zh ? '（平方米）' : ' (m²)'}`, width: 18, format: M2 })),
      { title: zh ? '合计（平方米）' : 'Total (m²)', width: 18, format: M2 },
      { title: zh ? '合计（亩）' : 'Total (mu)', width: 14, format: M2 },
      { title: zh ? '证据码' : 'Code', width: 14 },
    ],
    rows: [
      ...areas.map(({ code, name: called }, i) => {
        const rows = under.get(code) ?? []
        return { cells: [code, called, ...line(rows, first + i), book.code({ of: 'count', within: code, filters: {} }, sumOf(rows))] }
      }),
      {
        strong: true,
        cells: [
          zh ? '合计' : 'Total',
          '',
          down('C', whole.patches),
          ...values.map((value, i) => down(columnName(3 + i), metres(by.get(value)?.area ?? 0))),
          down(sumColumn, metres(whole.area)),
          { formula: muFormula(`${sumColumn}${last + 1}`), value: muValue(whole.area) },
          book.code({ of: 'count', within: facts.within, filters: {} }, whole),
        ],
      },
      {
        cells: [
          zh ? '核对：行合计与列合计之差' : 'Check: rows less columns',
          '',
          null,
          ...values.map(() => null),
          { formula: `ROUND(SUM(${from}${last + 1}:${to}${last + 1})-${sumColumn}${last + 1},2)`, value: 0 },
          null,
          null,
        ],
      },
    ].map((row) => ({ ...row, cells: row.cells.slice(0, 6 + values.length) })),
  }
}

function dimensionSheet(
  facts: StateFacts,
  words: ReportWords,
  book: FigureBook,
  titles: readonly string[],
  dimension: Counted,
  name: string,
): LedgerSheet {
  const zh = words.language === 'zh'
  const sums = sumBy(facts.rows, (row) => row[dimension])
  const values = valuesOf(facts, dimension)
  const first = firstRow({ titles })
  const last = first + values.length - 1
  const whole = sumOf(facts.rows)
  return {
    ...{ name, titles },
    columns: [
      { title: zh ? '代码' : 'Code', width: 15 },
      { title: headOf(dimension, words.language), width: 22 },
      { title: zh ? '图斑（个）' : 'Patches', width: 11, format: WHOLE },
      { title: zh ? '面积（平方米）' : 'Area (m²)', width: 20, format: M2 },
      { title: zh ? '面积（亩）' : 'Area (mu)', width: 16, format: M2 },
      { title: zh ? '占比' : 'Share', width: 9, format: '0.0%' },
      { title: zh ? '证据码' : 'Code', width: 14 },
    ],
    rows: [
      ...values.map((value, i) => {
        const { area, patches } = sums.get(value) ?? { area: 0, patches: 0 }
        const row = first + i
        return {
          cells: [
            value,
            words.nameOf(dimension, value),
            patches,
            metres(area),
            { formula: muFormula(`D${row}`), value: muValue(area) },
            { formula: `IF(D$${last + 1}=0,0,D${row}/D$${last + 1})`, value: whole.area === 0 ? 0 : area / whole.area },
            book.code({ of: 'count', within: facts.within, filters: { [dimension]: [value] } }, { area, patches }),
          ],
        }
      }),
      {
        strong: true,
        cells: [
          zh ? '合计' : 'Total',
          '',
          { formula: `SUM(C${first}:C${last})`, value: whole.patches },
          { formula: `ROUND(SUM(D${first}:D${last}),2)`, value: metres(whole.area) },
          { formula: muFormula(`D${last + 1}`), value: muValue(whole.area) },
          { formula: `SUM(F${first}:F${last})`, value: whole.area === 0 ? 0 : 1 },
          book.code({ of: 'count', within: facts.within, filters: {} }, whole),
        ],
      },
    ],
  }
}
