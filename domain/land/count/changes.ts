/** How a state of the register is named in an address: a baseline, a day, a day as it was known at a revision, or that revision today. */
import { type Day, dayFrom } from '@dishu/base/date'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import type { BaselineRefusal } from './baseline.ts'

export type StateName = { readonly baseline: string } | { readonly day: Day | null; readonly known: number | null }

/** `B1`, `2026-05-31`, `2026-05-31@4`, `@4`; nothing is today, as it is known now. */
export function stateFrom(name: string, value: string | undefined): Result<StateName, BaselineRefusal> {
  const text = value?.trim() ?? ''
  if (text === '') return accept({ day: null, known: null })
  if (/^B\d{1,6}$/i.test(text)) return accept({ baseline: text.toUpperCase() })
  const [, stated, rev] = /^(\d{4}-\d{2}-\d{2})?(?:@(\d{1,7}))?$/.exec(text) ?? []
  const day = stated ? dayFrom(stated) : null
  if ((stated === undefined && rev === undefined) || (stated !== undefined && day === null))
    return refuse('baseline/not-a-state', { name, value: text })
  return accept({ day, known: rev === undefined ? null : Number(rev) })
}
