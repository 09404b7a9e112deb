/**
 * A report before it has a form: blocks that say what they are. The writers of PDF, Word and the preview read the same document, so that a figure
 * stands in all of them or in none.
 */
import type { Language } from '@dishu/base/refusal'
import type { Picture } from './picture.ts'

/** A stretch of text. `code` is the short code by which a figure's evidence is found; it is written after the figure. */
export type Run = { readonly text: string; readonly strong?: boolean; readonly quiet?: boolean; readonly code?: string }

export type Column = { readonly title: string; readonly align?: 'left' | 'right' | 'center' }
export type Row = {
  readonly cells: readonly string[]
  readonly strong?: boolean // a sum
  readonly indent?: number // steps below the row above
  readonly code?: string
}
export type TableBlock = {
  readonly kind: 'table'
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  readonly note?: string
}
export type PictureBlock = { readonly kind: 'picture'; readonly caption: string; readonly picture: Picture; readonly note?: string }
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly runs: readonly Run[]; readonly look?: 'body' | 'note' | 'lead' }
  | {
      readonly kind: 'figures'
      readonly figures: readonly { readonly label: string; readonly value: string; readonly unit: string; readonly code?: string }[]
    }
  | TableBlock
  | PictureBlock
  | { readonly kind: 'signatures'; readonly lines: readonly { readonly role: string; readonly name: string }[]; readonly day: string }
  | { readonly kind: 'page'; readonly landscape?: boolean } // a new page, lying where it is said

export type Paper = 'A4' | 'A3' | 'A2' | 'A1' | 'A0'
export type Cover = {
  readonly title: string
  readonly subtitle: string
  readonly lines: readonly (readonly [label: string, value: string])[]
  readonly foot: readonly string[]
}
export type ReportDocument = {
  readonly title: string
  readonly subject: string
  readonly author: string
  readonly language: Language
  /** Never the clock of the writing: a report is written anew with the same bytes. */
  readonly created: Date
  readonly program: string
  readonly cover: Cover | null
  readonly contents: boolean
  readonly numbered: boolean // headings: 一、（一） 1.
  readonly header: string
  readonly footer: string
  /** Written over every page, such as that the data are invented. */
  readonly band: string | null
  /** What opens an evidence page, with `CODE` where the code goes; null: codes are written and lead nowhere. */
  readonly evidence: string | null
  readonly blocks: readonly Block[]
}

/** Short and long side, mm (ISO 216). */
export const PAPERS: Readonly<Record<Paper, readonly [number, number]>> = {
  A4: [210, 297],
  A3: [297, 420],
  A2: [420, 594],
  A1: [594, 841],
  A0: [841, 1189],
}

const DIGITS = '〇一二三四五六七八九'
/** 1 to 99 as Chinese numbering writes them. */
export function chineseNumber(n: number): string {
  if (n < 10) return DIGITS[n]
  const [tens, ones] = [Math.floor(n / 10), n % 10]
  return `${tens === 1 ? '' : DIGITS[tens]}十${ones === 0 ? '' : DIGITS[ones]}`
}

/** The blocks with their numbers written: headings as official documents number them (GB/T 9704-2012, 7.3.3), tables and figures in their order. */
export function withNumbers({ blocks, language, numbered }: ReportDocument): readonly Block[] {
  const zh = language === 'zh'
  const counts = [0, 0, 0]
  let [tables, pictures] = [0, 0]
  return blocks.map((block) => {
    if (block.kind === 'table' && block.caption !== '')
      return { ...block, caption: `${zh ? '表' : 'Table '}${zh ? ' ' : ''}${++tables}  ${block.caption}` }
    if (block.kind === 'picture' && block.caption !== '')
      return { ...block, caption: `${zh ? '图' : 'Figure '}${zh ? ' ' : ''}${++pictures}  ${block.caption}` }
    if (block.kind !== 'heading' || !numbered) return block
    counts[block.level - 1]++
    counts.fill(0, block.level)
    const [one, two, three] = counts
    const number = zh
      ? [`${chineseNumber(one)}、`, `（${chineseNumber(two)}）`, `${three}. `][block.level - 1]
      : `${[one, two, three].slice(0, block.level).join('.')}  `
    return { ...block, text: `${number}${block.text}` }
  })
}
