/** The figures of one report with their questions: what a code stands for. */
import type { CountFilters } from '../count/count.ts'
import { figureCode } from './codes.ts'

export type FigureQuestion =
  | { readonly of: 'count'; readonly within: string; readonly filters: CountFilters }
  | { readonly of: 'unplaced'; readonly within: string }
  | { readonly of: 'findings'; readonly within: string; readonly rule: string }
  | { readonly of: 'plan'; readonly result: string; readonly part: string; readonly key: string }

export type Figure = {
  readonly code: string
  readonly question: FigureQuestion
  readonly state: { readonly day: string; readonly known: number; readonly baseline: string | null }
  /** What the report says: hundredths of a m² and patches, or what the part of the plan holds. */
  readonly value: Readonly<Record<string, number>>
}

/** Written the same for the same question, whatever order it was put together in. */
export const questionText = (question: FigureQuestion): string =>
  JSON.stringify(question, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : Array.isArray(value)
        ? value.toSorted()
        : value,
  )

export class FigureBook {
  readonly figures: Figure[] = []
  readonly #prefix: string
  readonly #state: Figure['state']
  readonly #byQuestion = new Map<string, string>()
  readonly #byCode = new Set<string>()

  /** `prefix`: B1, R4, P1. */
  constructor(prefix: string, state: Figure['state']) {
    this.#prefix = prefix
    this.#state = state
  }

  code(question: FigureQuestion, value: Figure['value']): string {
    const text = `${this.#state.day} ${this.#state.known} ${questionText(question)}`
    const known = this.#byQuestion.get(text)
    if (known !== undefined) return known
    let turn = 0
    while (this.#byCode.has(figureCode(this.#prefix, text, turn))) turn++
    const code = figureCode(this.#prefix, text, turn)
    this.#byQuestion.set(text, code)
    this.#byCode.add(code)
    this.figures.push({ code, question, state: this.#state, value })
    return code
  }
}
