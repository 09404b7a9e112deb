/**
 * Pages written as PDF: outlines stay outlines, letters stay letters (their faces embedded, only the used ones), headings are bookmarks. Given the same
 * pages the bytes are the same: the only time in the file is the document's own.
 */
import PDFDocument from 'pdfkit'
import { type Face, piecesOf, widthOf } from './fonts.ts'
import { hatchLines } from './hatch.ts'
import type { Laid } from './pages.ts'
import { at, type HatchMark, type Mark, type PathMark, type TextMark } from './picture.ts'

export type PdfWords = {
  readonly title: string
  readonly subject: string
  readonly author: string
  readonly language: string
  readonly created: Date
  readonly program: string
}
type Pdf = InstanceType<typeof PDFDocument> & { addContent(text: string): void }

/** The file's bytes, in parts as they are made. */
export async function* writePdf({ pages, bookmarks }: Laid, words: PdfWords): AsyncGenerator<Uint8Array> {
  const pdf = new PDFDocument({
    autoFirstPage: false,
    pdfVersion: '1.7',
    lang: words.language === 'zh' ? 'zh-CN' : 'en',
    displayTitle: true,
    margin: 0,
    info: {
      Title: words.title,
      Subject: words.subject,
      Author: words.author,
      Creator: words.program,
      Producer: words.program,
      CreationDate: words.created,
      ModDate: words.created,
    },
  }) as Pdf
  const writer = new Writer(pdf)
  const parts: Uint8Array[] = []
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on('data', (part: Uint8Array) => parts.push(part))
    pdf.once('end', resolve)
    pdf.once('error', reject)
  })
  const outlines: (typeof pdf.outline | undefined)[] = [pdf.outline]
  for (const [i, { width, height, marks }] of pages.entries()) {
    pdf.addPage({ size: [width, height], margin: 0 })
    for (const mark of marks) writer.mark(mark, 0, 0)
    for (const { text, level } of bookmarks.filter(({ page }) => page === i)) {
      const parent = outlines.slice(0, level).findLast((each) => each !== undefined) ?? pdf.outline
      outlines.length = level
      outlines[level] = parent.addItem(text, { expanded: level === 1 })
    }
    await new Promise((resume) => setImmediate(resume))
    yield* parts.splice(0)
  }
  pdf.end()
  await ended
  yield* parts
}

const SHAPE = { kern: false, liga: false, calt: false, locl: false, ccmp: false } as unknown as PDFKit.Mixins.OpenTypeFeatures[]

class Writer {
  readonly #pdf: Pdf
  readonly #registered = new Set<Face>()
  constructor(pdf: Pdf) {
    this.#pdf = pdf
  }

  mark(mark: Mark, x0: number, y0: number): void {
    const pdf = this.#pdf
    switch (mark.draw) {
      case 'group':
        pdf.addContent(`q 1 0 0 1 ${at(mark.x)} ${at(mark.y)} cm`)
        if (mark.clip) pdf.addContent(`0 0 ${at(mark.clip[0])} ${at(mark.clip[1])} re W n`)
        for (const each of mark.marks) this.mark(each, x0 + mark.x, y0 + mark.y)
        pdf.addContent('Q')
        return
      case 'path':
        this.#path(mark)
        break
      case 'hatch':
        this.#hatch(mark)
        break
      case 'text':
        this.#text(mark, x0, y0)
    }
  }

  #path({ d, fill, stroke, width, dash }: PathMark) {
    if (d === '') return
    const paint = [
      fill && `${rgb(fill)} rg`,
      stroke && `${rgb(stroke)} RG ${at(width ?? 1)} w 1 j`,
      stroke && dash && `[${dash.join(' ')}] 0 d`,
    ]
    this.#pdf.addContent(`q ${paint.filter(Boolean).join(' ')} ${operators(d)}${fill && stroke ? 'B*' : fill ? 'f*' : 'S'} Q`)
  }

  #hatch({ d, box, stroke, width, step }: HatchMark) {
    if (d === '') return
    this.#pdf.addContent(`q ${operators(d)}W* n ${rgb(stroke)} RG ${at(width)} w ${operators(hatchLines(box, step))}S Q`)
  }

  #text({ text, x, y, size, weight, fill, anchor = 'start', spacing = 0, halo, href }: TextMark, x0: number, y0: number) {
    if (text === '') return
    const pdf = this.#pdf
    const width = widthOf(text, size, weight) + spacing * ([...text].length - 1)
    const left = anchor === 'middle' ? x - width / 2 : anchor === 'end' ? x - width : x
    const draw = (outline: boolean) => {
      let from = left
      for (const { face, text: part } of piecesOf(text, weight)) {
        this.#face(face)
        pdf.fontSize(size).text(part, from, y, {
          lineBreak: false,
          baseline: 'alphabetic',
          characterSpacing: spacing,
          features: SHAPE,
          stroke: outline,
          fill: !outline,
        })
        from += widthOf(part, size, weight) + spacing * [...part].length
      }
    }
    if (halo) {
      pdf.lineWidth(2).lineJoin('round').strokeColor(halo)
      draw(true)
    }
    pdf.fillColor(fill)
    draw(false)
    // links are told in the page's own place, which groups move
    if (href) pdf.link(left + x0, y + y0 - size, width, size * 1.25, href)
  }

  #face(face: Face) {
    if (!this.#registered.has(face)) {
      this.#pdf.registerFont(face.name, face.bytes as unknown as PDFKit.Mixins.PDFFontSource)
      this.#registered.add(face)
    }
    this.#pdf.font(face.name)
  }
}

const operators = (d: string) =>
  d.replaceAll(/([ML])([^MLZ]*)/g, (_, letter: string, point: string) => `${point} ${letter === 'M' ? 'm' : 'l'} `).replaceAll('Z', 'h ')

const rgb = (hex: string) => [1, 3, 5].map((from) => at(Number.parseInt(hex.slice(from, from + 2), 16) / 255)).join(' ')
