/**
 * The ledger's words. Every write is a *revision* of one county; register rows are versions with two clocks:
 * recorded (since/until, revision numbers) and valid (validFrom/validTo, half-open days). See docs/ledger.md.
 */
import type { Day } from '@dishu/base/date'
import type { Refusal } from '@dishu/base/refusal'

/** A county's six digits (GB/T 2260). */
export type County = string

export const CAUSES = ['re-survey', 'split-merge', 're-grade', 'contract', 'project', 'correction', 'undo', 'method'] as const
export type Cause = (typeof CAUSES)[number]

/** A file behind a revision. A row's `sourceFile` is the place of its entry in the revision's list. */
export type SourceFile = { readonly file: string; readonly layer: string; readonly size: number; readonly sha256: string }

export type Revision = {
  readonly county: County
  readonly rev: number
  readonly what: 'write' | 'import' | 'undo'
  readonly cause: Cause
  readonly undoes: number | null
  readonly actor: string
  readonly recordedAt: Date
  readonly reason: string
  readonly sources: readonly SourceFile[]
  readonly made: number
  readonly closed: number
  readonly hash: string // hex
}

/** Which state of the register a reader wants: valid on a day, as it was known at a revision (null: the newest). */
export type AsOf = { readonly day: Day; readonly rev: number | null }

export type ColumnType = 'text' | 'int2' | 'int4' | 'int8' | 'float8' | 'date' | 'bytea' | 'jsonb' | 'box'

/**
 * A kind of register row: its table and the columns that are its content, in the order of the migration.
 * `key` names the columns by which an import finds the row again; `scope` those whose values say which part of the
 * register a file covers, so that a row of a covered part that the file no longer has is ended (none: never ended).
 * A derived kind is made anew by the program from other rows; it is sealed like the others but never blocks an undo.
 */
export type Kind = {
  readonly name: string
  readonly table: string
  readonly columns: readonly (readonly [column: string, type: ColumnType])[]
  readonly key: readonly string[]
  readonly scope: ((row: Content) => string) | null
  readonly derived: boolean
  /** Other columns by which a row that came under a new key is known again, best first; a lone 'outline' means the very same outline. */
  readonly alternatives?: readonly (readonly string[])[]
  /** Rows of one import that share a key may complete each other (a contract and its entry in the register of rights), so they are held until all are read. */
  readonly held?: boolean
}

/** The content of a row by column name. int8 is a safe whole number, date a Day, bytea a Uint8Array, box [minX, minY, maxX, maxY]. */
export type Content = Readonly<Record<string, unknown>>

/** The frame that every version has around its content. */
export type Version = {
  readonly county: County
  readonly id: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly since: number
  readonly until: number | null
  readonly origin: number // the revision whose sources hold its file and row
  readonly sourceFile: number | null
  readonly sourceRow: number | null
}

export type LedgerRefusal =
  | Refusal<'records/nothing-to-record', { county: County }>
  | Refusal<'records/no-such-revision', { county: County; rev: number }>
  | Refusal<
      'records/cannot-undo',
      { county: County; rev: number; dependents: readonly { rev: number; kind: string; rows: number; reason: string }[] }
    >
  | Refusal<'records/already-undone', { county: County; rev: number; by: number }>
  | Refusal<'records/not-a-day', { stated: string | undefined }>
  | Refusal<'records/register-moved', { county: County; expected: number; found: number }>

/**
 * Which later revisions can stand in the way of undoing `rev`, and which one has already undone it.
 *
 * A revision counts for nothing once an undo that itself stands has undone it; and such a pair changes nothing together, so
 * neither an undone revision nor the undo of a later one stands in the way. `revisions` are all of the county, in order.
 */
export function dependentsOf(
  revisions: readonly { readonly rev: number; readonly undoes: number | null }[],
  rev: number,
): { readonly undoneBy: number | null; readonly later: readonly number[] } {
  const undoneBy = new Map<number, number>()
  for (const each of [...revisions].sort((a, b) => b.rev - a.rev)) {
    if (each.undoes !== null && !undoneBy.has(each.rev)) undoneBy.set(each.undoes, each.rev)
  }
  const later = revisions
    .filter((each) => each.rev > rev && !undoneBy.has(each.rev) && !(each.undoes !== null && each.undoes > rev))
    .map((each) => each.rev)
  return { undoneBy: undoneBy.get(rev) ?? null, later }
}
