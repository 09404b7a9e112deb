/** Opening what is covered: by whom, for which purpose, for how long; and what may be deleted when. */
import { addYears, type Day } from '@dishu/base/date'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { CATALOGUE, LEAST_LOG_DAYS, OPENING, PURPOSES } from './catalogue.data.ts'
import { isSealedField, type SealedField } from './sealed.ts'

export type Purpose = keyof typeof PURPOSES
const isPurpose = (name: string): name is Purpose => Object.hasOwn(PURPOSES, name)

export type SealedRefusal =
  | Refusal<'sealed/no-such-value', { readonly kind: string; readonly id: number; readonly field: string }>
  | Refusal<'sealed/erased', { readonly field: SealedField; readonly on: string; readonly why: 'retention' | 'request' }>
  | Refusal<'sealed/file-erased', { readonly name: string; readonly on: string }>
  | Refusal<'sealed/no-such-purpose', { readonly purpose: string; readonly allowed: readonly string[] }>
  | Refusal<'sealed/note-names-a-person', Record<string, never>>
  | Refusal<'sealed/not-searched', { readonly field: string; readonly allowed: readonly string[] }>
  | Refusal<'sealed/glass-not-broken', Record<string, never>>
  | Refusal<'sealed/still-holds', { readonly rows: number; readonly kinds: readonly string[] }>
  | Refusal<'sealed/undeclared', { readonly field: string; readonly allowed: readonly string[] }>

const LOOKS_PERSONAL = /\d{17}[\dxX]|(?<!\d)1[3-9]\d{9}(?!\d)/

/** A purpose of the list, and words beside it that do not themselves give away a number which the log would then hold in the clear. */
export function decidePurpose(purpose: string, note: string): Result<{ readonly purpose: Purpose; readonly note: string }, SealedRefusal> {
  if (!isPurpose(purpose)) return refuse('sealed/no-such-purpose', { purpose, allowed: Object.keys(PURPOSES) })
  return noteWithoutPerson(note).ok ? accept({ purpose, note: note.trim() }) : refuse('sealed/note-names-a-person', {})
}

export const noteWithoutPerson = (note: string): Result<string, SealedRefusal> =>
  LOOKS_PERSONAL.test(note.normalize('NFKC').replaceAll(/[\s-]/g, '')) ? refuse('sealed/note-names-a-person', {}) : accept(note.trim())

export const fieldNamed = (field: string): Result<SealedField, SealedRefusal> =>
  isSealedField(field) ? accept(field) : refuse('sealed/undeclared', { field, allowed: Object.keys(CATALOGUE) })

export const SEARCHED_FIELDS = Object.keys(CATALOGUE).filter((name) => isSealedField(name) && CATALOGUE[name].exactSearch)

/** The ways an exact number may stand in the register: as it was typed, and with its check letter either way. */
export const writingsOf = (value: string): readonly string[] => {
  const plain = value.normalize('NFKC').trim()
  return [...new Set([value.trim(), plain, plain.toUpperCase(), plain.toLowerCase(), plain.replaceAll(/[\s-]/g, '').toUpperCase()])].filter(
    Boolean,
  )
}

export const shownUntil = (now: Date): Date => new Date(now.getTime() + OPENING.showMinutes * 60_000)

/** What an office has set for retention; null where the catalogue's own figure holds, or nothing of the log is ever deleted. */
export type RetentionSettings = {
  readonly years: Readonly<Partial<Record<SealedField, number>>>
  readonly logDays: number | null
}
export const NO_SETTINGS: RetentionSettings = { years: {}, logDays: null }

/** Years a value is kept after its last row ended: the office's figure, else the catalogue's. A figure that is none, or negative, does not count. */
export function keepYears(field: SealedField, settings: RetentionSettings): number {
  const own = settings.years[field]
  return typeof own === 'number' && Number.isFinite(own) && own >= 0 ? own : CATALOGUE[field].keepYears
}

/** Whether a value whose last row ended on `ended` (the first day it no longer held) is past its term on `today`. */
export const isPastTerm = (field: SealedField, ended: Day, settings: RetentionSettings, today: Day): boolean =>
  addYears(ended, Math.ceil(keepYears(field, settings))) <= today

/** Whether a kept file is past its term: all its rows ended by `ended`, and the longest-kept of the fields they had is due. A file of no person has none. */
export const isFilePastTerm = (fields: readonly SealedField[], ended: Day, settings: RetentionSettings, today: Day): boolean =>
  fields.length > 0 && fields.every((field) => isPastTerm(field, ended, settings, today))

/** Acts that handle personal information, whose records are kept three years. */
const PERSONAL_ACTS = new Set([
  'opened-personal',
  'searched-personal',
  'subject-right',
  'broke-glass',
  'exported',
  'document-read',
  'retention',
  'reviewed',
])

/**
 * How many events from the first on may go: those of one unbroken beginning that are all older than the law asks, and than the office has set. Nothing
 * goes where the office has set nothing.
 */
export function eventsToDrop(
  events: readonly { readonly at: Date; readonly what: string }[],
  settings: RetentionSettings,
  now: Date,
): number {
  const { logDays } = settings
  if (logDays === null || !Number.isFinite(logDays)) return 0
  const stays = events.findIndex(({ at, what }) => {
    const least = PERSONAL_ACTS.has(what) ? LEAST_LOG_DAYS.personal : LEAST_LOG_DAYS.any
    return now.getTime() - at.getTime() < Math.max(least, logDays) * 86_400_000
  })
  return stays === -1 ? events.length : stays
}
