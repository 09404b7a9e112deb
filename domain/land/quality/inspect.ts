/** What the rules say of one row on its way in, by itself: the findings that need no other row. */
import type { Day } from '@dishu/base/date'
import type { Language } from '@dishu/base/refusal'
import type { Content } from '@dishu/kernel/records/records'
import {
  type ContractFacts,
  checkContract,
  checkParcel,
  checkPatch,
  checkSample,
  type ParcelFacts,
  type PatchFacts,
  type SampleFacts,
} from './check-rows.ts'
import type { Finding } from './findings.ts'
import { RULES } from './rules.data.ts'
import { type RuleBook, ruleBook } from './rules.ts'

/** The columns of a register row are the facts of its check; the check reads them by their names. */
export function checkRow(kind: string, row: Content, book: RuleBook, county = row.county as string): readonly Finding[] {
  if (kind === 'patch') return checkPatch(row as unknown as PatchFacts, book, county)
  if (kind === 'parcel') return checkParcel(row as unknown as ParcelFacts, book, county)
  if (kind === 'contract') return checkContract(row as unknown as ContractFacts, book, county)
  if (kind === 'sample') return checkSample(row as unknown as SampleFacts, book)
  return []
}

export function inspectRow(day: Day) {
  const book = ruleBook(day)
  return (kind: string, content: Content, county: string): readonly { readonly rule: string; readonly severity: string }[] => {
    const found = checkRow(kind, content, book, county)
    return found.length === 0 ? NONE : found.map(({ rule }) => ({ rule, severity: severityOf(rule, book) }))
  }
}
const NONE: readonly never[] = []

export const severityOf = (rule: Finding['rule'], book: RuleBook) => book.rules.get(rule)?.severity ?? 'notice'

export const ruleName = (rule: string, language: Language): string => RULES.find(({ id }) => id === rule)?.[language] ?? rule
