/** The rules that hold on a day, with their numbers. */
import type { Day } from '@dishu/base/date'
import type { Finding, RuleId } from './findings.ts'
import { type Parameters, RULES, type Rule } from './rules.data.ts'

/** Rules in force by id. A check asks here whether its rule holds and with which numbers. */
export type RuleBook = { readonly rules: ReadonlyMap<RuleId, Rule>; readonly day: Day }

/** The rules of a day. `changed` are an office's own numbers, by rule; a rule set to null is switched off. */
export function ruleBook(day: Day, changed: Readonly<Partial<Record<RuleId, Parameters | null>>> = {}): RuleBook {
  const rules = new Map<RuleId, Rule>()
  for (const rule of RULES) {
    const own = changed[rule.id]
    if (own === null || (rule.validFrom !== null && day < rule.validFrom) || (rule.validTo !== null && day >= rule.validTo)) continue
    rules.set(rule.id, own === undefined ? rule : { ...rule, parameters: { ...rule.parameters, ...own } })
  }
  return { rules, day }
}

export const holds = (book: RuleBook, rule: RuleId) => book.rules.has(rule)

/** A number of a rule in force. A rule without it is a fault of the data file. */
export function numberOf(book: RuleBook, rule: RuleId, name: string): number {
  const value = book.rules.get(rule)?.parameters[name]
  if (typeof value !== 'number') throw new Error(`expected the number ${name} of rule ${rule}, got ${JSON.stringify(value)}`)
  return value
}
export function listOf(book: RuleBook, rule: RuleId, name: string): readonly (string | number)[] {
  const value = book.rules.get(rule)?.parameters[name]
  if (!Array.isArray(value)) throw new Error(`expected the list ${name} of rule ${rule}, got ${JSON.stringify(value)}`)
  return value
}

/** Findings as they are made, of rules in force only. */
export class Notes {
  readonly found: Finding[] = []
  readonly #book: RuleBook
  constructor(book: RuleBook) {
    this.#book = book
  }
  add(finding: Finding) {
    if (holds(this.#book, finding.rule)) this.found.push(finding)
  }
}
