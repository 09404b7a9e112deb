/** What happened to a row, told from its versions: revision by revision what was added, changed and ended, and what differs. */
import type { Content, Kind } from '@dishu/kernel/records/records'
import { parcelKind, patchKind } from '../parcels/parcels.ts'
import { contractKind, contractParcelKind } from '../tenure/tenure.ts'
import type { HistoryEntry } from './exports.wire.ts'

/** A key is looked for in this order; what is registered of a parcel in contracts, and of a contract in parcels, is part of its history. */
export const SUBJECTS: readonly {
  readonly kind: 'patch' | 'parcel' | 'contract'
  readonly rows: Kind
  readonly key: string
  readonly with: readonly Kind[]
}[] = [
  { kind: 'patch', rows: patchKind, key: 'patch_key', with: [] },
  { kind: 'parcel', rows: parcelKind, key: 'parcel_code', with: [contractParcelKind] },
  { kind: 'contract', rows: contractKind, key: 'contract_code', with: [contractParcelKind] },
]

/** A version as the store gives it: its frame, and its words with the outline as a digest. */
export type RowVersion = {
  readonly kind: string
  readonly id: number
  readonly validFrom: string
  readonly validTo: string
  readonly since: number
  readonly until: number | null
  readonly origin: number
  readonly sourceFile: number | null
  readonly sourceRow: number | null
  readonly words: Content
}
export type RevisionWords = {
  readonly rev: number
  readonly recordedAt: string
  readonly actor: string
  readonly what: string
  readonly cause: string
  readonly reason: string
  readonly undoes: number | null
  readonly sources: readonly { readonly file: string; readonly layer: string; readonly sha256: string }[]
}

/**
 * The entries of a history, oldest first. A version that a revision made is held against the one it closed for the same days (the longest common span
 * where there are several); one that only keeps the rest of a row whose other days were taken is no event of its own. A row that was closed for good
 * is ended.
 */
export function historyOf(versions: readonly RowVersion[], revisions: ReadonlyMap<number, RevisionWords>): HistoryEntry[] {
  const entries: HistoryEntry[] = []
  const rows = Map.groupBy(versions, ({ kind, id }) => `${kind} ${id}`)
  for (const row of rows.values()) {
    const revs = [...new Set(row.flatMap(({ since, until }) => (until === null ? [since] : [since, until])))].sort((a, b) => a - b)
    for (const rev of revs) {
      const made = row.filter((version) => version.since === rev)
      const closed = row.filter((version) => version.until === rev)
      // the same words under the same origin: what is left of a row of which some days were taken
      const news = made.filter(
        (version) => !closed.some((before) => before.origin === version.origin && contains(before, version) && same(before, version)),
      )
      for (const version of news) {
        const before = closest(closed, version)
        entries.push(
          entryOf(
            revisions.get(rev),
            rev,
            version,
            before ? 'changed' : 'added',
            changesBetween(before?.words ?? {}, version.words),
            revisions,
          ),
        )
      }
      for (const version of closed) {
        if (news.some((each) => overlap(each, version) > 0)) continue
        const left = made.filter((each) => contains(version, each))
        const validFrom = left.length > 0 ? left.map((each) => each.validTo).sort()[0] : version.validFrom
        entries.push({ ...entryOf(revisions.get(rev), rev, version, 'ended', [], revisions), validFrom, values: null })
      }
    }
  }
  return entries.sort((a, b) => a.rev - b.rev || a.kind.localeCompare(b.kind) || a.id - b.id || (a.validFrom < b.validFrom ? -1 : 1))
}

function entryOf(
  revision: RevisionWords | undefined,
  rev: number,
  version: RowVersion,
  action: HistoryEntry['action'],
  changes: HistoryEntry['changes'],
  revisions: ReadonlyMap<number, RevisionWords>,
): HistoryEntry {
  const source = version.sourceFile === null ? undefined : revisions.get(version.origin)?.sources[version.sourceFile]
  return {
    rev,
    recordedAt: revision?.recordedAt ?? '',
    actor: revision?.actor ?? '',
    what: revision?.what ?? '',
    cause: revision?.cause ?? '',
    reason: revision?.reason ?? '',
    undoes: revision?.undoes ?? null,
    kind: version.kind,
    id: version.id,
    action,
    validFrom: version.validFrom,
    validTo: version.validTo,
    knownUntil: action === 'ended' ? null : version.until,
    source: source && action !== 'ended' ? { file: source.file, layer: source.layer, row: version.sourceRow, sha256: source.sha256 } : null,
    changes,
    values: version.words,
  }
}

/** Words are flat: what the file had besides as `extra.NAME`, personal values as `sealed.NAME` with their mask alone. */
export function wordsOf(row: Readonly<Record<string, unknown>>): Content {
  const words: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    if ((name === 'extra' || name === 'ions') && isRecord(value))
      for (const [key, each] of Object.entries(value)) words[`${name}.${key}`] = each
    else if (name === 'sealed' && isRecord(value)) {
      for (const [key, each] of Object.entries(value)) if (isRecord(each)) words[`sealed.${key}`] = each.mask ?? null
    } else words[name] = value
  }
  return words
}
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function changesBetween(before: Content, after: Content): HistoryEntry['changes'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .map((name) => ({ name, before: before[name] ?? null, after: after[name] ?? null }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after))
}

const same = (a: RowVersion, b: RowVersion) => changesBetween(a.words, b.words).length === 0
const contains = (outer: RowVersion, inner: RowVersion) =>
  outer.validFrom <= inner.validFrom && later(outer.validTo, inner.validTo) === outer.validTo
const later = (a: string, b: string) => (a === 'infinity' || (b !== 'infinity' && a > b) ? a : b)
const earlier = (a: string, b: string) => (later(a, b) === a ? b : a)

/** Common days of two versions; a day count where both are finite, and more than any where they are open. */
function overlap(a: RowVersion, b: RowVersion): number {
  const from = later(a.validFrom, b.validFrom)
  const to = earlier(a.validTo, b.validTo)
  if (to === 'infinity') return Number.MAX_SAFE_INTEGER
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 86_400_000)
}
function closest(closed: readonly RowVersion[], version: RowVersion): RowVersion | undefined {
  return closed
    .map((each) => [each, overlap(each, version)] as const)
    .filter(([, days]) => days > 0)
    .sort((a, b) => b[1] - a[1])[0]?.[0]
}
