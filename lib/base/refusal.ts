/**
 * A refusal is an answer: the caller asked for something the rules or the data do not allow, and can do
 * something about it. A fault (a bug, a lost connection) is thrown as an ordinary Error and caught once, at the edge.
 */
export type Refusal<Code extends string = string, Details = unknown> = { readonly code: Code; readonly details: Details }

export type Result<T, R extends Refusal = Refusal> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: R }

export const accept = <T>(value: T) => ({ ok: true, value }) as const
export const refuse = <const Code extends string, D>(code: Code, details: D) => ({ ok: false, refusal: { code, details } }) as const

/** Thrown by code that is too deep to hand a Result up; carries the refusal to the edge, where it becomes an answer again. */
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(`${refusal.code} ${JSON.stringify(refusal.details)}`)
    this.name = 'Refused'
    this.refusal = refusal
  }
}

export type Language = 'zh' | 'en'

/** What we say to a person: the fact in one line with its numbers, and what to try. */
export type Sentence = { readonly message: string; readonly hint?: string }

/** One sentence in each language for every code of `R`; a missing or misspelt code does not compile. */
export type MessagesFor<R extends Refusal> = {
  readonly [C in R['code']]: (details: Extract<R, { code: C }>['details']) => Readonly<Record<Language, Sentence>>
}
