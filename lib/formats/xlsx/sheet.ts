/** The rows of one worksheet, cell by cell, from its XML. */
import type { Value } from '../layers.ts'
import { refuseFile } from '../tables/refusals.ts'
import { cellAt, dateText, type NumberShape, shapeOfFormat, shiftFormula, unescapeText } from './cells.ts'
import { attribute, type XmlSink } from './xml.ts'

export const MAX_ROWS = 1_048_576
export const MAX_COLUMNS = 16_384
const MAX_CELL = 32_767 * 4 // Excel's own limit is 32,767 characters; others are laxer

/** What a cell was, as bits, so that kinds can be gathered by column. */
export const KIND = { text: 1, number: 2, date: 4, datetime: 8, boolean: 16, formula: 32, error: 64, digitsLost: 128 } as const

/** `row` from 1; cells with something in them, in column order; `columns` from 0. */
export type SheetRow = { readonly row: number; readonly columns: number[]; readonly values: Value[]; readonly kinds: number[] }

export type Workbook = {
  readonly file: string
  readonly texts: readonly string[]
  readonly shapes: readonly NumberShape[] // by cell style
  readonly from1904: boolean
  readonly formulas: 'text' | 'results'
}

/** Gathers rows as the scanner passes through a sheet; take them from `rows` after each piece. */
export class SheetSink implements XmlSink {
  rows: SheetRow[] = []
  readonly #book: Workbook
  readonly #shared = new Map<string, { formula: string; row: number; column: number }>()
  #inData = false
  #row = 0
  #column = -1
  #current: SheetRow | null = null
  #type = ''
  #style = 0
  #value = ''
  #formula: string | null = null
  #sharedIndex: string | null = null
  #into: 'value' | 'formula' | 'inline' | null = null
  #phonetic = 0

  constructor(book: Workbook) {
    this.#book = book
  }

  open(name: string, attributes: string): void {
    if (name === 'sheetData') this.#inData = true
    if (!this.#inData) return
    switch (name) {
      case 'row':
        this.#openRow(attributes)
        return
      case 'c':
        this.#openCell(attributes)
        return
      case 'v':
        this.#into = 'value'
        return
      case 'f':
        this.#into = 'formula'
        this.#formula = ''
        this.#sharedIndex = attribute(attributes, 't') === 'shared' ? attribute(attributes, 'si') : null
        return
      case 't':
        if (this.#phonetic === 0) this.#into = 'inline'
        return
      case 'rPh':
        this.#phonetic++
    }
  }

  text(text: string): void {
    if (this.#into === null) return
    if (this.#into === 'formula') this.#formula += text
    else this.#value += text
    if (this.#value.length > MAX_CELL || (this.#formula?.length ?? 0) > MAX_CELL) this.#tooLarge('cell', MAX_CELL)
  }

  close(name: string): void {
    switch (name) {
      case 'v':
      case 'f':
      case 't':
        this.#into = null
        return
      case 'rPh':
        this.#phonetic--
        return
      case 'c':
        if (this.#inData) this.#closeCell()
        return
      case 'row':
        if (this.#current?.columns.length) this.rows.push(this.#current)
        this.#current = null
        return
      case 'sheetData':
        this.#inData = false
    }
  }

  #tooLarge(what: 'rows' | 'columns' | 'cell', limit: number): never {
    return refuseFile({ code: 'formats/xlsx-too-large', details: { file: this.#book.file, what, limit } })
  }

  #openRow(attributes: string): void {
    const stated = Number(attribute(attributes, 'r') ?? Number.NaN)
    this.#row = Number.isInteger(stated) && stated > 0 ? stated : this.#row + 1
    if (this.#row > MAX_ROWS) this.#tooLarge('rows', MAX_ROWS)
    this.#column = -1
    this.#current = { row: this.#row, columns: [], values: [], kinds: [] }
  }

  #openCell(attributes: string): void {
    const reference = attribute(attributes, 'r')
    this.#column = (reference === null ? null : cellAt(reference)?.column) ?? this.#column + 1
    if (this.#column >= MAX_COLUMNS) this.#tooLarge('columns', MAX_COLUMNS)
    this.#type = attribute(attributes, 't') ?? 'n'
    this.#style = Number(attribute(attributes, 's') ?? 0)
    this.#value = ''
    this.#formula = null
    this.#sharedIndex = null
  }

  #closeCell(): void {
    const current = this.#current
    if (current === null) return
    let { value, kind } = this.#content()
    if (this.#formula !== null) {
      kind |= KIND.formula
      const formula = this.#formulaText()
      if (this.#book.formulas === 'text' && formula !== null) {
        value = `=${formula}`
        kind = KIND.formula | KIND.text
      }
    }
    if (value === null && kind === 0) return
    current.columns.push(this.#column)
    current.values.push(value)
    current.kinds.push(kind)
  }

  // The formula of a cell; a shared one is written out once and shifted for the others. Null: the sheet does not say.
  #formulaText(): string | null {
    const own = unescapeText(this.#formula ?? '')
    if (this.#sharedIndex === null) return own === '' ? null : own
    if (own !== '') {
      this.#shared.set(this.#sharedIndex, { formula: own, row: this.#row, column: this.#column })
      return own
    }
    const master = this.#shared.get(this.#sharedIndex)
    return master ? shiftFormula(master.formula, this.#row - master.row, this.#column - master.column) : null
  }

  #content(): { value: Value; kind: number } {
    const raw = this.#value
    switch (this.#type) {
      case 's': {
        if (raw === '') return { value: null, kind: 0 }
        const text = this.#book.texts[Number(raw)]
        if (text === undefined) return { value: null, kind: KIND.error }
        return text === '' ? { value: null, kind: 0 } : { value: text, kind: KIND.text }
      }
      case 'b':
        return raw === '' ? { value: null, kind: 0 } : { value: raw === '1' || raw === 'true', kind: KIND.boolean }
      case 'e':
        return { value: null, kind: KIND.error }
      case 'd':
        return { value: raw.replace(/T00:00(:00(\.0*)?)?Z?$/, ''), kind: /T(?!00:00)/.test(raw) ? KIND.datetime : KIND.date }
      case 'n':
        return raw === '' ? { value: null, kind: 0 } : this.#number(raw.trim())
      default: // str, inlineStr
        return raw === '' ? { value: null, kind: 0 } : { value: unescapeText(raw), kind: KIND.text }
    }
  }

  #number(raw: string): { value: Value; kind: number } {
    const number = Number(raw)
    if (raw === '' || !Number.isFinite(number)) return { value: raw === '' ? null : raw, kind: raw === '' ? 0 : KIND.text }
    const shape = this.#book.shapes[this.#style]
    if (shape && shape.kind !== 'plain') {
      if (shape.kind === 'padded') {
        if (Number.isInteger(number) && number >= 0 && number < 1e15)
          return { value: String(number).padStart(shape.width, '0'), kind: KIND.text }
      } else {
        const text = dateText(number, shape.kind, this.#book.from1904)
        if (text !== null) return { value: text, kind: text.length === 10 ? KIND.date : KIND.datetime }
      }
    }
    // Excel keeps 15 digits of a number: a 19-digit parcel code typed as one has lost its tail already.
    const lost = Math.abs(number) >= 1e15 ? KIND.digitsLost : 0
    if (!Number.isSafeInteger(number) && Number.isInteger(number) && Math.abs(number) < 1e21) {
      return { value: /^-?\d+$/.test(raw) ? raw : String(number), kind: KIND.number | lost }
    }
    return { value: number, kind: KIND.number | lost }
  }
}

/** The shared texts of a workbook: rich text joined, phonetic guides left out. */
export class TextsSink implements XmlSink {
  readonly texts: string[] = []
  readonly #file: string
  readonly #limit: { texts: number; characters: number }
  #current: string | null = null
  #inText = false
  #phonetic = 0
  #characters = 0

  constructor(file: string, limit: { texts: number; characters: number }) {
    this.#file = file
    this.#limit = limit
  }

  open(name: string): void {
    if (name === 'si') this.#current = ''
    else if (name === 't' && this.#phonetic === 0) this.#inText = true
    else if (name === 'rPh') this.#phonetic++
  }

  text(text: string): void {
    if (!this.#inText || this.#current === null) return
    this.#current += text
    this.#characters += text.length
    // one text may stand in a million cells, each of which carries it on
    if (this.#current.length > MAX_CELL)
      refuseFile({ code: 'formats/xlsx-too-large', details: { file: this.#file, what: 'cell', limit: MAX_CELL } })
    if (this.#characters > this.#limit.characters) this.#tooLarge(this.#limit.characters)
  }

  close(name: string): void {
    if (name === 't') this.#inText = false
    else if (name === 'rPh') this.#phonetic--
    else if (name === 'si') {
      this.texts.push(unescapeText(this.#current ?? ''))
      this.#current = null
      if (this.texts.length > this.#limit.texts) this.#tooLarge(this.#limit.texts)
    }
  }

  #tooLarge(limit: number): never {
    return refuseFile({ code: 'formats/xlsx-too-large', details: { file: this.#file, what: 'texts', limit } })
  }
}

/** The number shapes of the cell styles. */
export class StylesSink implements XmlSink {
  readonly shapes: NumberShape[] = []
  readonly #codes = new Map<number, string>()
  #inCells = false

  open(name: string, attributes: string): void {
    if (name === 'cellXfs') this.#inCells = true
    else if (name === 'numFmt') this.#codes.set(Number(attribute(attributes, 'numFmtId')), attribute(attributes, 'formatCode') ?? 'General')
    else if (name === 'xf' && this.#inCells && this.shapes.length < 65_536) {
      const id = Number(attribute(attributes, 'numFmtId') ?? 0)
      this.shapes.push(shapeOfFormat(id, this.#codes.get(id)))
    }
  }

  text(): void {}

  close(name: string): void {
    if (name === 'cellXfs') this.#inCells = false
  }
}
