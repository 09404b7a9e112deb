/**
 * A document laid out on pages: every letter and line in its place, so that PDF and preview are the same picture, and a page number in the contents is
 * known before anything is written. Pure: widths of letters come from the caller.
 */
import { type Block, type ReportDocument, withNumbers } from './document.ts'
import { breakLines, type Line, type Measure, type StyledRun } from './lines.ts'
import { ACCENT, ALARM, BODY, CAPTION, GROUND, HAIRLINE, HEADINGS, INK, MARGIN, NOTE, QUIET } from './look.ts'
import { at, type Mark, mm, rectangle, type Weight } from './picture.ts'
import { layTable, type TablePart } from './table.ts'

export type Page = { readonly width: number; readonly height: number; readonly marks: readonly Mark[]; readonly number: number | null }
export type Bookmark = { readonly text: string; readonly level: number; readonly page: number; readonly y: number } // page: place in the list
export type Laid = { readonly pages: readonly Page[]; readonly bookmarks: readonly Bookmark[] }

const A4 = [mm(210), mm(297)] as const

export function layOut(document: ReportDocument, measure: Measure): Laid {
  const blocks = withNumbers(document)
  const front: Sheet[] = []
  if (document.cover) front.push(coverSheet(document, measure))
  const body = new Flow(document, measure)
  for (const [i, block] of blocks.entries()) body.put(block, blocks[i + 1])
  const sheets = body.done()
  const contents = document.contents ? contentsSheets(document, measure, body.headings) : []
  const before = front.length + contents.length
  const finished = sheets.map((sheet, i) => dressed(sheet, document, measure, i + 1, sheets.length))
  return {
    pages: [...front, ...contents].map((sheet) => dressed(sheet, document, measure, null, 0)).concat(finished),
    bookmarks: body.headings.map(({ text, level, sheet, y }) => ({ text, level, page: before + sheet, y })),
  }
}

type Sheet = { readonly width: number; readonly height: number; readonly marks: Mark[] }
type HeadingPlace = { readonly text: string; readonly level: number; readonly sheet: number; readonly y: number }

const newSheet = (landscape: boolean): Sheet => ({ width: landscape ? A4[1] : A4[0], height: landscape ? A4[0] : A4[1], marks: [] })

export const textMark = (
  text: string,
  x: number,
  y: number,
  size: number,
  { weight = 400, fill = INK, anchor = 'start' }: { weight?: Weight; fill?: string; anchor?: 'start' | 'middle' | 'end' } = {},
): Mark => ({ draw: 'text', text, x, y, size, weight, fill, anchor })

/** Header, footer, page number and band. */
function dressed(sheet: Sheet, document: ReportDocument, measure: Measure, number: number | null, of: number): Page {
  const { width, height } = sheet
  const marks: Mark[] = [...sheet.marks]
  const [left, right] = [MARGIN.left, width - MARGIN.right]
  if (number !== null) {
    const y = mm(20)
    const room = right - left
    marks.push(textMark(shortened(document.header, room * 0.8, 8, measure), left, y, 8, { fill: QUIET }))
    marks.push({ draw: 'path', d: `M${at(left)} ${at(y + 5)}L${at(right)} ${at(y + 5)}`, stroke: HAIRLINE, width: 0.5 })
    const foot = height - mm(15)
    marks.push(textMark(shortened(document.footer, room * 0.72, 7.5, measure), left, foot, 7.5, { fill: QUIET }))
    const zh = document.language === 'zh'
    marks.push(textMark(zh ? `— ${number} —` : `${number} / ${of}`, right, foot, 9, { anchor: 'end' }))
  }
  if (document.band !== null) marks.push(...bandMarks(document.band, width))
  return { width, height, marks, number }
}

/** `k`: how much larger than on A4. */
export function bandMarks(band: string, width: number, k = 1): Mark[] {
  const y = mm(7) * k ** 0.6
  return [
    { draw: 'path', d: rectangle(0, y, width, 16 * k), fill: '#FBF3DC' },
    textMark(band, width / 2, y + 11 * k, 8.5 * k, { fill: ALARM, weight: 600, anchor: 'middle' }),
  ]
}

function shortened(text: string, room: number, size: number, measure: Measure): string {
  if (measure(text, size, 400) <= room) return text
  let cut = text
  while (cut.length > 1 && measure(`${cut}…`, size, 400) > room) cut = cut.slice(0, -1)
  return `${cut}…`
}

function coverSheet({ cover, title }: ReportDocument, measure: Measure): Sheet {
  const sheet = newSheet(false)
  if (!cover) return sheet
  const { width, height, marks } = sheet
  const middle = width / 2
  let y = mm(78)
  const big = (text: string, size: number, weight: Weight, fill: string, leading: number) => {
    for (const { pieces } of breakLines([{ text, size, weight, fill }], width - mm(60), measure)) {
      marks.push(textMark(pieces.map((piece) => piece.text).join(''), middle, y, size, { weight, fill, anchor: 'middle' }))
      y += leading
    }
  }
  marks.push({ draw: 'path', d: rectangle(mm(30), y - 44, width - mm(60), 1.6), fill: ACCENT })
  big(cover.title || title, 26, 600, INK, 40)
  y += 2
  big(cover.subtitle, 14, 400, QUIET, 24)
  marks.push({ draw: 'path', d: rectangle(mm(30), y - 4, width - mm(60), 0.6), fill: ACCENT })
  const rows = cover.lines
  const labelWidth = Math.max(...rows.map(([label]) => measure(label, 11, 400)), 0)
  y = Math.max(y + mm(22), mm(150))
  for (const [label, value] of rows) {
    const x = mm(46)
    marks.push(textMark(label, x, y, 11, { fill: QUIET }))
    for (const { pieces } of breakLines([{ text: value, size: 11, weight: 400, fill: INK }], width - x - labelWidth - mm(40), measure)) {
      marks.push(textMark(pieces.map((piece) => piece.text).join(''), x + labelWidth + mm(6), y, 11))
      y += 21
    }
    marks.push({
      draw: 'path',
      d: `M${at(x + labelWidth + mm(6))} ${at(y - 16)}L${at(width - mm(34))} ${at(y - 16)}`,
      stroke: HAIRLINE,
      width: 0.4,
    })
  }
  let foot = height - mm(36) - (cover.foot.length - 1) * 22
  for (const line of cover.foot) {
    marks.push(textMark(line, middle, foot, 12.5, { anchor: 'middle', weight: 400 }))
    foot += 22
  }
  return sheet
}

/** Lines of contents that fit a page. */
const CONTENTS_ROWS = 30

function contentsSheets(document: ReportDocument, measure: Measure, headings: readonly HeadingPlace[]): Sheet[] {
  const listed = headings.filter(({ level }) => level <= 2)
  const sheets: Sheet[] = []
  for (let from = 0; from < Math.max(1, listed.length); from += CONTENTS_ROWS) {
    const sheet = newSheet(false)
    sheets.push(sheet)
    const { width, marks } = sheet
    let y = MARGIN.top + 24
    if (from === 0)
      marks.push(textMark(document.language === 'zh' ? '目　　录' : 'Contents', width / 2, y, 17, { weight: 600, anchor: 'middle' }))
    y += 38
    for (const { text, level, sheet: page } of listed.slice(from, from + CONTENTS_ROWS)) {
      const x = MARGIN.left + (level - 1) * 20
      const right = width - MARGIN.right
      const weight: Weight = level === 1 ? 600 : 400
      const shown = shortened(text, right - x - 50, 10.5, measure)
      marks.push(textMark(shown, x, y, 10.5, { weight }))
      marks.push(textMark(String(page + 1), right, y, 10.5, { anchor: 'end' }))
      const dots = [x + measure(shown, 10.5, weight) + 6, right - measure(String(page + 1), 10.5, 400) - 6]
      if (dots[1] > dots[0])
        marks.push({
          draw: 'path',
          d: `M${at(dots[0])} ${at(y - 2)}L${at(dots[1])} ${at(y - 2)}`,
          stroke: QUIET,
          width: 0.7,
          dash: [0.8, 2.6],
        })
      y += 20
    }
  }
  return sheets
}

/** Blocks flowing down pages. */
class Flow {
  readonly headings: HeadingPlace[] = []
  readonly #document: ReportDocument
  readonly #measure: Measure
  readonly #sheets: Sheet[] = []
  #sheet: Sheet
  #y = MARGIN.top
  #fresh = true
  readonly #waiting: Extract<Block, { kind: 'picture' }>[] = []

  constructor(document: ReportDocument, measure: Measure) {
    this.#document = document
    this.#measure = measure
    this.#sheet = newSheet(false)
    this.#sheets.push(this.#sheet)
  }

  done(): readonly Sheet[] {
    while (this.#waiting.length > 0) this.#turn()
    return this.#sheets
  }

  get #left() {
    return this.#sheet.width - MARGIN.right - MARGIN.left
  }
  get #bottom() {
    return this.#sheet.height - MARGIN.bottom
  }
  #turn(landscape = this.#sheet.width > this.#sheet.height) {
    if (this.#fresh && this.#sheet.width > this.#sheet.height === landscape) return
    const sheet = newSheet(landscape)
    if (this.#fresh) this.#sheets.pop()
    this.#sheets.push(sheet)
    this.#sheet = sheet
    this.#y = MARGIN.top
    this.#fresh = true
    if (landscape) return
    while (this.#waiting.length > 0 && (this.#fresh || this.#fits(this.#waiting[0])))
      this.#set(this.#waiting.shift() as Extract<Block, { kind: 'picture' }>)
  }
  /** Makes sure of room; a page that is still empty has what it has. */
  #need(height: number) {
    if (this.#y + height > this.#bottom && !this.#fresh) this.#turn()
  }
  #mark(...marks: Mark[]) {
    this.#sheet.marks.push(...marks)
    this.#fresh = false
  }

  put(block: Block, next: Block | undefined) {
    switch (block.kind) {
      case 'page':
        // what waits belongs to what stands before
        while (block.landscape && this.#waiting.length > 0) this.#turn(false)
        return this.#turn(block.landscape ?? false)
      case 'heading':
        return this.#heading(block.text, block.level, next)
      case 'paragraph':
        return this.#paragraph(block.runs, block.look ?? 'body')
      case 'figures':
        return this.#figures(block.figures)
      case 'table':
        return this.#table(block)
      case 'picture':
        return this.#picture(block)
      case 'signatures':
        return this.#signatures(block)
    }
  }

  #heading(text: string, level: 1 | 2 | 3, next: Block | undefined) {
    const { size, leading, before } = HEADINGS[level - 1]
    const lines = breakLines([{ text, size, weight: 600, fill: INK }], this.#left, this.#measure)
    // a heading never stands alone at a page's foot
    const follows = next?.kind === 'table' ? 90 : 46
    this.#need(before + lines.length * leading + follows)
    if (!this.#fresh) this.#y += before
    this.headings.push({ text, level, sheet: this.#sheets.length - 1, y: this.#y })
    for (const line of lines) this.#line(line, leading, size)
    this.#y += 3
  }

  #line(line: Line, leading: number, size: number, x0 = MARGIN.left) {
    const baseline = this.#y + (leading + size * 0.76) / 2
    for (const { text, x, size: own, weight, fill, href } of line.pieces)
      this.#mark({ draw: 'text', text, x: x0 + x, y: baseline, size: own, weight, fill, spacing: line.spacing, ...(href ? { href } : {}) })
    this.#fresh = false
    this.#y += leading
  }

  #paragraph(runs: readonly { text: string; strong?: boolean; quiet?: boolean; code?: string }[], look: 'body' | 'note' | 'lead') {
    const { size, leading } = look === 'note' ? NOTE : look === 'lead' ? { size: BODY.size + 1, leading: BODY.leading + 2 } : BODY
    const zh = this.#document.language === 'zh'
    const styled = runs.flatMap(({ text, strong, quiet, code }): StyledRun[] => [
      { text, size, weight: strong ? 600 : 400, fill: quiet || look === 'note' ? QUIET : INK },
      ...(code ? [this.#codeRun(code, size * 0.68)] : []),
    ])
    const lines = breakLines(styled, this.#left, this.#measure, { indent: zh && look !== 'note' ? size * 2 : 0, justify: look !== 'note' })
    lines.forEach((line, i) => {
      // neither the first nor the last line stands alone
      this.#need(leading * (i === 0 && lines.length > 1 ? 2 : i === lines.length - 2 ? 2 : 1))
      this.#line(line, leading, size)
    })
    this.#y += look === 'note' ? 4 : 5
  }

  #codeRun(code: string, size: number): StyledRun {
    const { evidence } = this.#document
    return { text: `〔${code}〕`, size, weight: 400, fill: ACCENT, ...(evidence ? { href: evidence.replace('CODE', code) } : {}) }
  }

  /** Three in a row, each with its name above and its code below. */
  #figures(figures: readonly { label: string; value: string; unit: string; code?: string }[]) {
    const [columns, height] = [3, 68]
    const width = this.#left / columns
    for (let from = 0; from < figures.length; from += columns) {
      this.#need(height + 6)
      figures.slice(from, from + columns).forEach(({ label, value, unit, code }, i) => {
        const x = MARGIN.left + i * width
        const size = Math.min(19, (19 * (width - 24 - this.#measure(unit, 8.5, 400))) / Math.max(1, this.#measure(value, 19, 600)))
        this.#mark(
          { draw: 'path', d: rectangle(x, this.#y, width - 8, height), fill: GROUND },
          { draw: 'path', d: rectangle(x, this.#y, 2, height), fill: ACCENT },
          textMark(label, x + 9, this.#y + 16, 8.5, { fill: QUIET }),
          textMark(value, x + 9, this.#y + 41, size, { weight: 600 }),
          textMark(unit, x + 12 + this.#measure(value, size, 600), this.#y + 41, 8.5, { fill: QUIET }),
        )
        if (code) {
          const { evidence } = this.#document
          this.#mark({
            draw: 'text',
            text: code,
            x: x + 9,
            y: this.#y + 58,
            size: 7,
            weight: 400,
            fill: ACCENT,
            ...(evidence ? { href: evidence.replace('CODE', code) } : {}),
          })
        }
      })
      this.#y += height + 7
    }
    this.#y += 4
  }

  #caption(text: string) {
    this.#mark(textMark(text, MARGIN.left + this.#left / 2, this.#y + 12, CAPTION.size, { weight: 600, anchor: 'middle' }))
    this.#y += CAPTION.leading
  }

  #table(block: Extract<Block, { kind: 'table' }>) {
    const table = layTable(block, this.#left, this.#measure, this.#document)
    const place = (part: TablePart) => {
      this.#mark({ draw: 'group', x: MARGIN.left, y: this.#y, marks: part.marks })
      this.#y += part.height
    }
    this.#need(CAPTION.leading + table.head.height + (table.rows[0]?.height ?? 0) + (table.rows[1]?.height ?? 0))
    if (block.caption !== '') this.#caption(block.caption)
    place(table.head)
    table.rows.forEach((row, i) => {
      // the last row, a sum more often than not, takes one with it
      const height = i === table.rows.length - 2 ? row.height + table.rows[i + 1].height : row.height
      if (this.#y + height > this.#bottom) {
        this.#turn()
        if (block.caption !== '')
          this.#caption(this.#document.language === 'zh' ? `${block.caption}（续）` : `${block.caption} (continued)`)
        place(table.head)
      }
      place(row)
    })
    this.#y += 5
    if (block.note) this.#paragraph([{ text: block.note }], 'note')
    this.#y += 7
  }

  /** A picture for which there is no room waits for the next page, and the text goes on; pictures keep their order. */
  #picture(block: Extract<Block, { kind: 'picture' }>) {
    if (this.#waiting.length > 0 || !(this.#fresh || this.#fits(block))) this.#waiting.push(block)
    else this.#set(block)
  }

  #fits({ picture, note }: Extract<Block, { kind: 'picture' }>) {
    return this.#y + picture.height + CAPTION.leading + 12 + (note ? NOTE.leading : 0) <= this.#bottom
  }

  #set({ caption, picture, note }: Extract<Block, { kind: 'picture' }>) {
    const room = this.#bottom - MARGIN.top - CAPTION.leading - 10
    const scale = Math.min(1, this.#left / picture.width, room / picture.height)
    if (scale < 0.999)
      throw new Error(
        `a picture of ${at(picture.width)} × ${at(picture.height)} pt does not fit its page: a scaled map would lie about its scale`,
      )
    this.#mark({ draw: 'group', x: MARGIN.left + (this.#left - picture.width) / 2, y: this.#y, marks: picture.marks })
    this.#y += picture.height + 3
    if (caption !== '') this.#caption(caption)
    if (note) this.#paragraph([{ text: note }], 'note')
    this.#y += 6
  }

  #signatures({ lines, day }: Extract<Block, { kind: 'signatures' }>) {
    const height = 40
    this.#need(lines.length * height + 40)
    const [x, right] = [MARGIN.left + 20, MARGIN.left + this.#left]
    for (const { role, name } of lines) {
      const base = this.#y + 26
      const start = x + Math.max(90, this.#measure(role, BODY.size, 400) + 16)
      this.#mark(
        textMark(role, x, base, BODY.size),
        textMark(name, start + 6, base, BODY.size),
        { draw: 'path', d: `M${at(start)} ${at(base + 4)}L${at(right - 150)} ${at(base + 4)}`, stroke: INK, width: 0.6 },
        textMark(this.#document.language === 'zh' ? '年　　月　　日' : 'date', right - 20, base, BODY.size, { fill: QUIET, anchor: 'end' }),
      )
      this.#y += height
    }
    if (day !== '') {
      this.#mark(textMark(day, right - 20, this.#y + 20, BODY.size, { anchor: 'end' }))
      this.#y += 30
    }
  }
}
