/** What all commands share: exit codes, the language, progress on a terminal, the words that every command knows. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Language } from '@dishu/base/refusal'
import { Refused } from '@dishu/base/refusal'
import { defaultDataDir } from '@dishu/server-kit/embedded'
import type { App } from '../server/app.ts'

/** Exit codes, stable for scripts. */
export const EXIT = {
  done: 0,
  /** Something unforeseen went wrong; nothing was half-written. */
  fault: 1,
  /** The words of the command are not understood. */
  usage: 2,
  /** The data or the rules do not allow it; the sentence says what to do. */
  refused: 3,
  /** An import needs an answer first (its county, its coordinate system, its fields). */
  unanswered: 4,
  /** A preview was shown and not confirmed. */
  notConfirmed: 5,
  /** `check` found open findings, or `verify` found that something was changed. */
  found: 6,
  /** Interrupted by a signal: nothing was written. */
  interrupted: 130,
} as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

export type Command = {
  readonly name: string
  readonly usage: string
  readonly zh: string
  readonly en: string
  readonly help: string
  readonly load: () => Promise<(words: readonly string[]) => Promise<Exit>>
}

export const languageOfTerminal = (environment: NodeJS.ProcessEnv = process.env): Language =>
  /^en/i.test(environment.DISHU_LANGUAGE ?? environment.LC_ALL ?? environment.LC_MESSAGES ?? environment.LANG ?? '') ? 'en' : 'zh'

const COMMON = {
  data: { type: 'string' },
  port: { type: 'string' },
  json: { type: 'boolean', default: false },
  language: { type: 'string' },
} as const

/** The words of a command: its own options and those that all have. */
export function wordsOf<const Options extends NonNullable<ParseArgsConfig['options']>>(words: readonly string[], options: Options) {
  const said = /^--language(?:=(.*))?$/
  const at = words.findIndex((word) => said.test(word))
  const language = at < 0 ? undefined : (said.exec(words[at])?.[1] ?? words[at + 1])
  if (language === 'en' || language === 'zh') process.env.DISHU_LANGUAGE = language
  return parseArgs({ args: [...words], allowPositionals: true, strict: true, options: { ...COMMON, ...options } })
}

export const dataDirOf = (values: { readonly data?: string | undefined }): string => values.data ?? defaultDataDir()

/** Opens the data folder for a command, runs it, and closes again, also when it fails. */
export async function withApp<T>(values: { readonly data?: string | undefined }, body: (app: App) => Promise<T>): Promise<T> {
  // commands that need no data folder do without the server's code
  const { openApp } = await import('../server/app.ts')
  const opened = await openApp({ dataDir: dataDirOf(values), role: 'cli', onStep: (step) => note(STEPS[step][languageOfTerminal()]) })
  if (!opened.ok) throw new Refused(opened.refusal)
  try {
    return await body(opened.value)
  } finally {
    await opened.value.close()
  }
}

const STEPS = {
  initialise: { zh: '正在建立数据库…', en: 'Making the database …' },
  recover: { zh: '上次未正常关闭，数据库正在恢复…', en: 'The last run did not end properly; the database recovers …' },
  restart: { zh: '数据库意外停止，正在重新启动…', en: 'The database stopped unexpectedly and is started again …' },
  away: {
    zh: '数据库未能重新启动（磁盘已满或不可写？），稍后再试…',
    en: 'The database could not be started again (disk full, or not writable?); it is tried again …',
  },
  migrate: { zh: '数据库结构已更新。', en: 'The schema is up to date.' },
} as const

/** A line for a person, beside what a script reads. */
export function note(text: string): void {
  if (!process.argv.includes('--json') || process.stderr.isTTY) process.stderr.write(`${text}\n`)
}

/** One line on a terminal that is written over as work goes on; silent where nobody looks. */
export function progressLine(): { show(text: string): void; end(): void } {
  const live = process.stderr.isTTY === true
  let shown = 0
  let last = 0
  return {
    show(text) {
      const now = Date.now()
      if (!live || now - last < 100) return
      last = now
      process.stderr.write(`\r${text.padEnd(shown)}`)
      shown = text.length
    },
    end() {
      if (shown > 0) process.stderr.write(`\r${' '.repeat(shown)}\r`)
      shown = 0
    },
  }
}

/** 亩 with two decimals from whole hundredths of a square metre. */
export const muText = (area: number) =>
  ((area * 15) / 1_000_000).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
export const m2Text = (area: number) => (area / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** A plain table; numbers to the right. Chinese characters take two places. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const width = (text: string) => [...text].reduce((sum, c) => sum + (/[ᄀ-￯]/.test(c) ? 2 : 1), 0)
  const widths = head.map((title, i) => Math.max(width(title), ...rows.map((row) => width(row[i]))))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const pad = ' '.repeat(widths[i] - width(cell))
        return right.has(i) ? pad + cell : cell + pad
      })
      .join('  ')
      .trimEnd()
  return [line(head), widths.map((each) => '─'.repeat(each)).join('  '), ...rows.map(line), ''].join('\n')
}

/** Aborts on Ctrl-C once; a second one ends the process. */
export function interruptible(): AbortController {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort(new Error('interrupted')))
  process.once('SIGTERM', () => controller.abort(new Error('interrupted')))
  return controller
}
