/**
 * Texts broken into lines. Chinese may break between any two characters, but a closing mark never begins a line and an opening one never ends it
 * (GB/T 15834-2011, 5.1.1–5.1.10; W3C Requirements for Chinese Text Layout, 3.1.4); words and numbers stay whole.
 */
import type { Weight } from './picture.ts'

export type Measure = (text: string, size: number, weight: Weight) => number
export type StyledRun = {
  readonly text: string
  readonly size: number
  readonly weight: Weight
  readonly fill: string
  readonly href?: string
}
export type LinePiece = StyledRun & { readonly x: number; readonly width: number }
export type Line = { readonly pieces: readonly LinePiece[]; readonly width: number; readonly spacing: number }

const NOT_FIRST = /^[，。、；：？！）》」』】〕〉”’％‰℃·…—～,.;:?!)\]}%]/u
const NOT_LAST = /[（《「『【〔〈“‘([{￥$]$/u
const WORD = /[A-Za-z0-9\u00C0-\u024F\u0370-\u04FF.,:;%+\-−–/_@#&'²³()[\]<>=±×·*]/u
/** More room between characters than this share of their size looks torn: such a line is left ragged. */
const MOST_SPACING = 0.25

const MOST_LETTERS = 0.35

type Token = { readonly text: string; readonly run: StyledRun; readonly width: number; readonly space: boolean }

function tokensOf(runs: readonly StyledRun[], measure: Measure): Token[] {
  const tokens: Token[] = []
  for (const run of runs) {
    for (const text of run.text.match(/\n|[^\S\n]+|[\s\S]/gu) ?? []) {
      const last = tokens.at(-1)
      if (last && last.run === run && WORD.test(text) && WORD.test(last.text.slice(-1))) tokens.pop()
      const whole = last && tokens.at(-1) !== last && last.run === run ? last.text + text : text
      tokens.push({ text: whole, run, width: whole === '\n' ? 0 : measure(whole, run.size, run.weight), space: /^[^\S\n]+$/.test(whole) })
    }
  }
  return tokens
}

/** Tokens that may not be parted, in groups. A group that is wider than a line is given up into its characters. */
function groupsOf(tokens: readonly Token[], width: number, measure: Measure): Token[][] {
  const groups: Token[][] = []
  for (const token of tokens) {
    const last = groups.at(-1)
    const previous = last?.at(-1)
    const glued =
      last &&
      previous &&
      !token.space &&
      !previous.space &&
      token.text !== '\n' &&
      previous.text !== '\n' &&
      (NOT_FIRST.test(token.text) || NOT_LAST.test(previous.text))
    if (glued) last.push(token)
    else groups.push([token])
  }
  return groups.flatMap((group) =>
    group.reduce((sum, token) => sum + token.width, 0) <= width
      ? [group]
      : group.flatMap((token) =>
          Array.from(token.text, (text) => [{ ...token, text, width: measure(text, token.run.size, token.run.weight) }]),
        ),
  )
}

/** Lines of at most `width`; the first begins `indent` to the right. `justify`: all but the last of a paragraph fill their width. */
export function breakLines(
  runs: readonly StyledRun[],
  width: number,
  measure: Measure,
  { indent = 0, justify = false }: { readonly indent?: number; readonly justify?: boolean } = {},
): Line[] {
  const lines: Line[] = []
  let current: Token[] = []
  let used = indent
  const end = (last: boolean) => {
    while (current.at(-1)?.space) used -= current.pop()?.width ?? 0
    lines.push(lineOf(current, lines.length === 0 ? indent : 0, used, justify && !last ? width : null))
    current = []
    used = 0
  }
  for (const group of groupsOf(tokensOf(runs, measure), width, measure)) {
    if (group[0].text === '\n') {
      end(true)
      continue
    }
    const size = group.reduce((sum, token) => sum + token.width, 0)
    if (used + size > width + 1e-6 && current.length > 0) {
      end(false)
      if (group[0].space) continue
    }
    current.push(...group)
    used += size
  }
  if (current.length > 0 || lines.length === 0) end(true)
  return lines
}

function lineOf(tokens: readonly Token[], indent: number, used: number, full: number | null): Line {
  const pieces: { run: StyledRun; text: string; width: number }[] = []
  for (const { run, text, width } of tokens) {
    const last = pieces.at(-1)
    if (last?.run === run) {
      last.text += text
      last.width += width
    } else pieces.push({ run, text, width })
  }
  const signs = pieces.reduce((sum, { text }) => sum + [...text].length, 0)
  const room = full === null || signs < 2 ? 0 : (full - used) / (signs - 1)
  // words stretched letter by letter look torn
  const letters = pieces.reduce((sum, { text }) => sum + (text.match(/[A-Za-z]/g)?.length ?? 0), 0)
  const spacing =
    room > 0 && letters < signs * MOST_LETTERS && room <= MOST_SPACING * Math.max(...tokens.map(({ run }) => run.size)) ? room : 0
  let x = indent
  const placed = pieces.map(({ run, text, width }): LinePiece => {
    const piece = { ...run, text, x, width }
    x += width + spacing * [...text].length
    return piece
  })
  return { pieces: placed, width: used, spacing }
}
