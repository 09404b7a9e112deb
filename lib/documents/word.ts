/**
 * A document written for Word and WPS, with the faces that official documents in China use (GB/T 9704-2012, 7.3: 黑体, 楷体, 仿宋; tables in 宋体); where a
 * machine lacks them the program takes its own. Pictures go in as pixels with true size. The bytes are the same each time: the package's marks of
 * time and chance are taken out.
 */
import {
  AlignmentType,
  BorderStyle,
  Document,
  ExternalHyperlink,
  type FileChild,
  Footer,
  Header,
  HeadingLevel,
  ImageRun,
  type IParagraphOptions,
  type ISectionOptions,
  LineRuleType,
  Packer,
  PageNumber,
  PageOrientation,
  Paragraph,
  type ParagraphChild,
  SectionType,
  ShadingType,
  Table,
  TableCell,
  TableLayoutType,
  TableOfContents,
  TableRow,
  TabStopType,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx'
import { type Block, type ReportDocument, type Run, type TableBlock, withNumbers } from './document.ts'
import { widthOf } from './fonts.ts'
import { MARGIN } from './look.ts'
import { settled } from './package-zip.ts'
import { mm } from './picture.ts'
import { toPng } from './raster.ts'
import { columnWidths } from './table.ts'

const DOTS_PER_INCH = 220
const TWIPS = 20 // of a point
const LATIN = 'Times New Roman'
const face = (eastAsia: string) => ({ ascii: LATIN, hAnsi: LATIN, cs: LATIN, eastAsia })
const [FANGSONG, HEI, KAI, SONG] = ['仿宋', '黑体', '楷体', '宋体'].map(face)
const HAIRLINE = { style: BorderStyle.SINGLE, size: 4, color: '8A949A' } as const
const QUIET = '5C6970'
const ACCENT = '0B7A75'

const WIDE = (mm(297) - MARGIN.left - MARGIN.right) * TWIPS
const NARROW = (mm(210) - MARGIN.left - MARGIN.right) * TWIPS

export async function writeWord(document: ReportDocument): Promise<Uint8Array> {
  const writer = new Writer(document)
  const file = new Document({
    title: document.title,
    subject: document.subject,
    creator: document.author,
    lastModifiedBy: document.author,
    description: document.program,
    features: { updateFields: false },
    styles: {
      default: {
        document: { run: { font: FANGSONG, size: 24, language: { value: 'en-US', eastAsia: 'zh-CN' } } },
        heading1: { run: { font: HEI, size: 32, color: '1F2A30' }, paragraph: { spacing: { before: 320, after: 160 }, keepNext: true } },
        heading2: {
          run: { font: KAI, size: 28, bold: true, color: '1F2A30' },
          paragraph: { spacing: { before: 220, after: 120 }, keepNext: true },
        },
        heading3: {
          run: { font: FANGSONG, size: 26, bold: true, color: '1F2A30' },
          paragraph: { spacing: { before: 160, after: 80 }, keepNext: true },
        },
      },
    },
    sections: writer.sections(),
  })
  return settled(await Packer.toBuffer(file), document.created, mended)
}

class Writer {
  readonly #document: ReportDocument
  readonly #zh: boolean
  constructor(document: ReportDocument) {
    this.#document = document
    this.#zh = document.language === 'zh'
  }

  sections(): ISectionOptions[] {
    const { cover, contents } = this.#document
    const sections: ISectionOptions[] = []
    if (cover) sections.push(this.#section(this.#cover(cover), false, { plain: true }))
    if (contents)
      sections.push(
        this.#section(
          [
            this.#plain(
              this.#zh ? '目　　录' : 'Contents',
              { alignment: AlignmentType.CENTER, spacing: { before: 200, after: 300 } },
              { font: HEI, size: 34 },
            ),
            new TableOfContents('contents', { hyperlink: true, headingStyleRange: '1-2' }),
          ],
          false,
          { plain: true },
        ),
      )
    let [landscape, first] = [false, true]
    let children: FileChild[] = []
    for (const block of withNumbers(this.#document)) {
      if (block.kind !== 'page') {
        children.push(...this.#block(block, landscape))
        continue
      }
      if (children.length > 0) {
        sections.push(this.#section(children, landscape, { first }))
        first = false
      }
      children = []
      landscape = block.landscape ?? false
    }
    if (children.length > 0) sections.push(this.#section(children, landscape, { first }))
    return sections
  }

  #section(
    children: readonly FileChild[],
    landscape: boolean,
    { plain = false, first = false }: { readonly plain?: boolean; readonly first?: boolean },
  ): ISectionOptions {
    const { header, footer, band } = this.#document
    const bandLine =
      band === null
        ? []
        : [
            new Paragraph({
              alignment: AlignmentType.CENTER,
              shading: { type: ShadingType.CLEAR, fill: 'FBF3DC', color: 'auto' },
              children: [new TextRun({ text: band, size: 17, bold: true, color: 'B5432E', font: HEI })],
            }),
          ]
    const line = { style: BorderStyle.SINGLE, size: 4, color: 'AEB6BB', space: 2 } as const
    const head = plain
      ? []
      : [new Paragraph({ border: { bottom: line }, children: [new TextRun({ text: header, size: 16, color: QUIET, font: SONG })] })]
    const number = { size: 20, font: SONG }
    const foot = plain
      ? []
      : [
          new Paragraph({
            tabStops: [{ type: TabStopType.RIGHT, position: Math.round(landscape ? WIDE : NARROW) }],
            children: [
              new TextRun({ text: footer, size: 15, color: QUIET, font: SONG }),
              new TextRun({ children: ['\t— ', PageNumber.CURRENT, ' —'], ...number }),
            ],
          }),
        ]
    return {
      properties: {
        type: SectionType.NEXT_PAGE,
        page: {
          size: {
            width: Math.round(mm(210) * TWIPS),
            height: Math.round(mm(297) * TWIPS),
            orientation: landscape ? PageOrientation.LANDSCAPE : PageOrientation.PORTRAIT,
          },
          margin: {
            top: Math.round(MARGIN.top * TWIPS),
            bottom: Math.round(MARGIN.bottom * TWIPS),
            left: Math.round(MARGIN.left * TWIPS),
            right: Math.round(MARGIN.right * TWIPS),
            header: 500,
            footer: 800,
          },
          ...(first ? { pageNumbers: { start: 1 } } : {}),
        },
      },
      headers: {
        default: new Header({ children: [...bandLine, ...head, ...(bandLine.length + head.length === 0 ? [new Paragraph('')] : [])] }),
      },
      footers: { default: new Footer({ children: foot.length > 0 ? foot : [new Paragraph('')] }) },
      children,
    }
  }

  #plain(
    text: string,
    options: IParagraphOptions,
    run: { readonly font?: ReturnType<typeof face>; readonly size?: number; readonly bold?: boolean; readonly color?: string } = {},
  ) {
    return new Paragraph({ ...options, children: [new TextRun({ text, ...run })] })
  }

  #cover({ title, subtitle, lines, foot }: NonNullable<ReportDocument['cover']>): FileChild[] {
    const centre = { alignment: AlignmentType.CENTER }
    const none = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const
    const label = 2400
    return [
      this.#plain(title, { ...centre, spacing: { before: 3000, after: 300 } }, { font: HEI, size: 52 }),
      this.#plain(subtitle, { ...centre, spacing: { after: 2200 } }, { font: KAI, size: 28, color: QUIET }),
      new Table({
        width: { size: 7200, type: WidthType.DXA },
        alignment: AlignmentType.CENTER,
        layout: TableLayoutType.FIXED,
        columnWidths: [label, 7200 - label],
        borders: { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none },
        rows: lines.map(
          ([name, value]) =>
            new TableRow({
              children: [
                new TableCell({
                  width: { size: label, type: WidthType.DXA },
                  children: [this.#plain(name, { spacing: { before: 80, after: 80 } }, { size: 24, color: QUIET })],
                }),
                new TableCell({
                  width: { size: 7200 - label, type: WidthType.DXA },
                  borders: { bottom: HAIRLINE },
                  children: [this.#plain(value, { spacing: { before: 80, after: 80 } }, { size: 24 })],
                }),
              ],
            }),
        ),
      }),
      ...foot.map((text, i) => this.#plain(text, { ...centre, spacing: { before: i === 0 ? 2400 : 120 } }, { size: 30 })),
    ]
  }

  #block(block: Exclude<Block, { kind: 'page' }>, landscape: boolean): FileChild[] {
    switch (block.kind) {
      case 'heading':
        return [
          new Paragraph({
            heading: [HeadingLevel.HEADING_1, HeadingLevel.HEADING_2, HeadingLevel.HEADING_3][block.level - 1],
            children: [new TextRun(block.text)],
          }),
        ]
      case 'paragraph': {
        const note = block.look === 'note'
        const size = note ? 18 : block.look === 'lead' ? 26 : 24
        return [
          new Paragraph({
            alignment: note ? AlignmentType.LEFT : AlignmentType.BOTH,
            spacing: { line: note ? 280 : 440, lineRule: LineRuleType.EXACT, after: note ? 120 : 60 },
            ...(this.#zh && !note ? { indent: { firstLine: size * 20 } } : {}),
            children: block.runs.flatMap((run) => this.#runs(run, size, note)),
          }),
        ]
      }
      case 'figures':
        return [
          this.#table(
            {
              kind: 'table',
              caption: '',
              columns: [
                { title: this.#zh ? '指标' : 'Figure' },
                { title: this.#zh ? '数值' : 'Value', align: 'right' },
                { title: this.#zh ? '单位' : 'Unit' },
              ],
              rows: block.figures.map(({ label, value, unit, code }) => ({ cells: [label, value, unit], ...(code ? { code } : {}) })),
            },
            landscape,
          ),
          new Paragraph({ spacing: { after: 80 } }),
        ]
      case 'table':
        return [
          ...this.#caption(block.caption, { before: 200, after: 80 }, true),
          this.#table(block, landscape),
          block.note
            ? this.#plain(block.note, { spacing: { before: 60, after: 200 } }, { size: 17, color: QUIET, font: SONG })
            : new Paragraph({ spacing: { after: 120 } }),
        ]
      case 'picture': {
        const { picture } = block
        const image = new ImageRun({
          type: 'png',
          data: toPng(picture, DOTS_PER_INCH),
          transformation: { width: (picture.width * 96) / 72, height: (picture.height * 96) / 72 },
          altText: { name: block.caption, title: block.caption, description: block.caption },
        })
        return [
          new Paragraph({ alignment: AlignmentType.CENTER, keepNext: block.caption !== '', spacing: { before: 120 }, children: [image] }),
          ...this.#caption(block.caption, { before: 60, after: 160 }, false),
          ...(block.note ? [this.#plain(block.note, { spacing: { after: 200 } }, { size: 17, color: QUIET, font: SONG })] : []),
        ]
      }
      case 'signatures':
        return this.#signatures(block)
    }
  }

  #caption(text: string, spacing: { readonly before: number; readonly after: number }, keepNext: boolean) {
    return text === '' ? [] : [this.#plain(text, { alignment: AlignmentType.CENTER, spacing, keepNext }, { font: HEI, size: 20 })]
  }

  #runs({ text, strong, quiet, code }: Run, size: number, note: boolean): ParagraphChild[] {
    const run = new TextRun({ text, size, ...(strong ? { font: HEI } : {}), ...(quiet || note ? { color: QUIET } : {}) })
    return code ? [run, this.#code(`〔${code}〕`, code, Math.round(size * 0.7))] : [run]
  }

  #code(text: string, code: string, size: number): ParagraphChild {
    const run = new TextRun({ text, size, color: ACCENT, font: SONG })
    const { evidence } = this.#document
    return evidence ? new ExternalHyperlink({ link: evidence.replace('CODE', code), children: [run] }) : run
  }

  #table(table: TableBlock, landscape: boolean): Table {
    const coded = table.rows.some(({ code }) => code)
    const whole = Math.round(landscape ? WIDE : NARROW)
    const codeWidth = coded ? 1040 : 0
    const widths = columnWidths(table, (whole - codeWidth) / TWIPS, widthOf).map((width) => Math.floor(width * TWIPS))
    if (coded) widths.push(codeWidth)
    const cell = (
      children: ParagraphChild[],
      i: number,
      {
        align,
        head,
        strong,
        indent = 0,
      }: {
        readonly align?: string | undefined
        readonly head?: boolean
        readonly strong?: boolean | undefined
        readonly indent?: number | undefined
      },
    ) =>
      new TableCell({
        width: { size: widths[i], type: WidthType.DXA },
        verticalAlign: VerticalAlign.CENTER,
        margins: { left: 70, right: 70, top: 30, bottom: 30 },
        ...(head || strong ? { shading: { type: ShadingType.CLEAR, fill: head ? 'E8ECEA' : 'F3F4F2', color: 'auto' } } : {}),
        children: [
          new Paragraph({
            alignment: head || align === 'center' ? AlignmentType.CENTER : align === 'right' ? AlignmentType.RIGHT : AlignmentType.LEFT,
            ...(indent > 0 ? { indent: { left: indent * 200 } } : {}),
            children,
          }),
        ],
      })
    const words = (text: string, strong: boolean | undefined) => [new TextRun({ text, size: 18, font: strong ? HEI : SONG })]
    const rows = [
      new TableRow({
        tableHeader: true,
        cantSplit: true,
        children: [...table.columns.map(({ title }) => title), ...(coded ? [this.#zh ? '证据码' : 'code'] : [])].map((title, i) =>
          cell(words(title, true), i, { head: true }),
        ),
      }),
      ...table.rows.map(
        ({ cells, strong, indent, code }) =>
          new TableRow({
            cantSplit: true,
            children: [
              ...table.columns.map(({ align }, i) =>
                cell(words(cells[i] ?? '', strong), i, { align, strong, indent: i === 0 ? indent : 0 }),
              ),
              ...(coded ? [cell(code ? [this.#code(code, code, 13)] : [], table.columns.length, { align: 'right', strong })] : []),
            ],
          }),
      ),
    ]
    return new Table({
      width: { size: widths.reduce((sum, each) => sum + each, 0), type: WidthType.DXA },
      layout: TableLayoutType.FIXED,
      columnWidths: widths,
      borders: { top: HAIRLINE, bottom: HAIRLINE, left: HAIRLINE, right: HAIRLINE, insideHorizontal: HAIRLINE, insideVertical: HAIRLINE },
      rows,
    })
  }

  #signatures({ lines, day }: Extract<Block, { kind: 'signatures' }>): FileChild[] {
    const none = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const
    const widths = [2000, 3800, 2800]
    const cell = (text: string, i: number, alignment: (typeof AlignmentType)[keyof typeof AlignmentType], line: boolean) =>
      new TableCell({
        width: { size: widths[i], type: WidthType.DXA },
        verticalAlign: VerticalAlign.BOTTOM,
        ...(line ? { borders: { bottom: { style: BorderStyle.SINGLE, size: 6, color: '1F2A30' } } } : {}),
        children: [this.#plain(text, { alignment, spacing: { before: 360 } }, { size: 24 })],
      })
    return [
      new Table({
        width: { size: 8600, type: WidthType.DXA },
        layout: TableLayoutType.FIXED,
        columnWidths: widths,
        borders: { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none },
        rows: lines.map(
          ({ role, name }) =>
            new TableRow({
              cantSplit: true,
              children: [
                cell(role, 0, AlignmentType.LEFT, false),
                cell(name, 1, AlignmentType.LEFT, true),
                cell(this.#zh ? '年　　月　　日' : 'date', 2, AlignmentType.RIGHT, false),
              ],
            }),
        ),
      }),
      ...(day === '' ? [] : [this.#plain(day, { alignment: AlignmentType.RIGHT, spacing: { before: 480 } }, { size: 24 })]),
    ]
  }
}

/** Names by chance become names by order, and counts of the process counts of the document. */
function mended(xml: string, all: ReadonlyMap<string, string>): string {
  const names = new Map<string, string>()
  for (const [name, part] of all)
    if (name.endsWith('.rels'))
      for (const [, id] of part.matchAll(/Id="(?:rId)?([a-z0-9_-]{21})"/g)) if (!names.has(id)) names.set(id, `n${names.size + 1}`)
  const named =
    names.size === 0
      ? xml
      : xml.replaceAll(/(?<=")(rId)?([a-z0-9_-]{21})(?=")/g, (found, prefix: string | undefined, id: string) =>
          names.has(id) ? `${prefix ?? ''}${names.get(id)}` : found,
        )
  const marks = renumbered(
    renumbered(named, /(?<=_Toc)\d+(?=[" ])/g),
    /(?<=<(?:w:bookmarkStart w:name="_Toc\d+" w:id|w:bookmarkEnd w:id)=")\d+/g,
  )
  return renumbered(marks, /(?<=<wp:docPr id=")\d+/g)
}

/** Numbers that count through all documents of the process, counted from one. */
function renumbered(text: string, numbers: RegExp): string {
  const known = new Map<string, string>()
  return text.replaceAll(numbers, (number) => {
    if (!known.has(number)) known.set(number, String(known.size + 1))
    return known.get(number) ?? number
  })
}
