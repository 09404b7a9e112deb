/**
 * Records of separated text (RFC 4180 and what spreadsheets make of it), from text that arrives in pieces.
 * Written for 10 million rows: a line without quotes is cut with two native calls, only quoted ones are walked.
 */

export type CsvRecord = { readonly row: number; readonly fields: readonly string[]; readonly strayQuote: number }
export type CsvTrouble = { readonly kind: 'quote-not-closed' | 'row-too-long'; readonly row: number }

/** A record is at most this many characters; a longer one is a lost quote or no table at all. */
export const MAX_RECORD = 1 << 24

/**
 * `row` counts records from 1, blank lines included: the number a spreadsheet shows beside the row.
 * `strayQuote` is the column (from 1) of a quoted field with text behind its closing quote, 0 when there is none.
 */
export class CsvRecords {
  readonly #delimiter: string
  readonly #newline: string
  #rest = ''
  #row = 0
  trouble: CsvTrouble | null = null

  constructor(delimiter: string, newline: string) {
    this.#delimiter = delimiter
    this.#newline = newline
  }

  /** The records that are whole once `text` has come; `last` when nothing comes after it. Stops for good at a `trouble`. */
  feed(text: string, last: boolean): CsvRecord[] {
    const out: CsvRecord[] = []
    if (this.trouble) return out
    const s = this.#rest ? this.#rest + text : text
    let at = 0
    let quote = -2
    while (at < s.length) {
      const end = s.indexOf(this.#newline, at)
      if (quote !== -1 && quote < at) quote = s.indexOf('"', at)
      if (quote === -1 || (end !== -1 && quote > end)) {
        if (end === -1 && !last) break
        const line = s.slice(at, end === -1 ? s.length : end)
        at = end === -1 ? s.length : end + 1
        this.#row++
        const plain = line.endsWith('\r') ? line.slice(0, -1) : line
        if (plain.length > MAX_RECORD) {
          this.trouble = { kind: 'row-too-long', row: this.#row }
          return out
        }
        if (plain !== '') out.push({ row: this.#row, fields: plain.split(this.#delimiter), strayQuote: 0 })
        continue
      }
      const next = this.#quoted(s, at, last, out)
      if (next < 0) break
      at = next
    }
    this.#rest = s.slice(at)
    if (!this.trouble && this.#rest.length > MAX_RECORD)
      this.trouble = { kind: this.#rest.includes('"') ? 'quote-not-closed' : 'row-too-long', row: this.#row + 1 }
    return out
  }

  // Reads one record that has a quote in it; −1 when it is not whole yet.
  #quoted(s: string, start: number, last: boolean, out: CsvRecord[]): number {
    const fields: string[] = []
    let stray = 0
    let at = start
    for (;;) {
      let field = ''
      const quoted = s[at] === '"'
      if (quoted) {
        at++
        for (;;) {
          const close = s.indexOf('"', at)
          if (close === -1) {
            if (last) this.trouble = { kind: 'quote-not-closed', row: this.#row + 1 }
            return -1
          }
          field += s.slice(at, close)
          at = close + 1
          if (s[at] !== '"') break
          field += '"'
          at++
        }
      }
      const end = this.#fieldEnd(s, at)
      if (end === s.length && !last) return -1
      const tail = this.#withoutReturn(s, at, end)
      if (quoted && tail !== '') stray ||= fields.length + 1
      fields.push(field + tail)
      at = end
      if (s[at] === this.#delimiter) {
        at++
        continue
      }
      this.#row++
      out.push({ row: this.#row, fields, strayQuote: stray })
      return Math.min(at + 1, s.length)
    }
  }

  #fieldEnd(s: string, at: number): number {
    const newline = s.indexOf(this.#newline, at)
    const lineEnd = newline === -1 ? s.length : newline
    // not indexOf: with a single column it would run to the end of the text for every record
    for (let i = at; i < lineEnd; i++) if (s[i] === this.#delimiter) return i
    return lineEnd
  }

  #withoutReturn(s: string, at: number, end: number): string {
    const atLineEnd = end === s.length || s.startsWith(this.#newline, end)
    return s.slice(at, atLineEnd && end > at && s[end - 1] === '\r' ? end - 1 : end)
  }
}

const CANDIDATES = [',', '\t', ';', '|'] as const

/** How a table's text is cut, judged by its first records. `skip` is the length of a leading `sep=;` line. */
export function sniff(head: string, whole: boolean): { delimiter: string; newline: string; skip: number } {
  const newline = head.includes('\n') ? '\n' : head.includes('\r') ? '\r' : '\n'
  const said = /^sep=([^\r\n])\r?(?:\n|$)/i.exec(head)
  if (said) return { delimiter: said[1], newline, skip: said[0].length }

  let best = { delimiter: ',', score: 0 }
  for (const delimiter of CANDIDATES) {
    const records = new CsvRecords(delimiter, newline).feed(head, whole).slice(0, 200)
    const widths = new Map<number, number>()
    for (const { fields } of records) widths.set(fields.length, (widths.get(fields.length) ?? 0) + 1)
    const [width, count] = [...widths].reduce((a, b) => (b[1] > a[1] ? b : a), [1, 0])
    // A separator cuts every row alike; among those that do, the one that finds more columns.
    const score = width > 1 ? (count / records.length) ** 2 * Math.log2(width + 1) : 0
    if (score > best.score + 1e-9) best = { delimiter, score }
  }
  return { delimiter: best.delimiter, newline, skip: 0 }
}
