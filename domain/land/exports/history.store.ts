import type { County, Kind } from '@dishu/kernel/records/records'
import { type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'

const tableOf = (kind: Kind): Sql => ident(...(kind.table.split('.') as [string, ...string[]]))

/** The numbers of rows that ever had a key, newest row last. */
export const readIdsOfKey = async (db: Db, kind: Kind, column: string, county: County, key: string): Promise<number[]> =>
  (
    await db.all<{ id: number }>`
      select distinct line.id from ${tableOf(kind)} line where line.county = ${county} and ${ident('line', column)} = ${key} order by line.id`
  ).map(({ id }) => id)

export type VersionRow = {
  readonly id: number
  readonly validFrom: string
  readonly validTo: string
  readonly since: number
  readonly until: number | null
  readonly origin: number
  readonly sourceFile: number | null
  readonly sourceRow: number | null
  readonly words: Readonly<Record<string, unknown>>
}

/** Every version of rows, on both clocks. An outline stands as its digest: that it changed is what a history can say of it. */
export const readVersions = (db: Db, kind: Kind, county: County, ids: readonly number[]) => {
  const words = kind.columns
    .filter(([column]) => column !== 'bbox')
    .map(([column, type]) =>
      type === 'bytea' ? sql`encode(sha256(${ident('line', column)}), 'hex') as ${ident(column)}` : ident('line', column),
    )
  return db.all<VersionRow>`
    select line.id, line.valid_from as "validFrom", line.valid_to as "validTo", line.since, line.until, line.origin, line.source_file as "sourceFile",
      line.source_row as "sourceRow", to_jsonb(words) as words
    from ${tableOf(kind)} line, lateral (select ${joined(words)}) words
    where line.county = ${county} and line.id = any(${ids}::int8[]) order by line.id, line.since, line.valid_from`
}

export const readRevisionsNamed = (db: Db, county: County, revs: readonly number[]) => db.all<{
  rev: number
  recordedAt: Date
  actor: string
  what: string
  cause: string
  reason: string
  undoes: number | null
  sources: string
}>`
  select rev, recorded_at as "recordedAt", actor, what, cause, reason, undoes, sources from kernel.revision_now where county = ${county} and rev = any(${revs}::int4[])`
