/** What revisions did, read for programs that follow the register: how many rows of each kind, and which. */
import { type Db, ident, joined, sql } from '@dishu/server-kit/sql'
import type { County, Kind } from './records.ts'

const tableOf = (kind: Kind) => ident(...(kind.table.split('.') as [string, string]))

export type Tally = { readonly rev: number; readonly made: number; readonly closed: number }

/** Of one kind, by revision: how many versions were made and closed in the revisions after `since` up to `last`. Of an area's reader only what that area has. */
export const tallyOf = (db: Db, kind: Kind, county: County, since: number, last: number) =>
  db.all<Tally>`
    select rev, sum(made)::int4 as made, sum(closed)::int4 as closed from (
      select since as rev, count(*) as made, 0 as closed from ${tableOf(kind)}
      where county = ${county} and since > ${since}::int4 and since <= ${last}::int4 group by since
      union all
      select until, 0, count(*) from ${tableOf(kind)}
      where county = ${county} and until is not null and until > ${since}::int4 and until <= ${last}::int4 group by until) counted
    group by rev`

export type ChangedVersion = {
  readonly id: number
  readonly key: Readonly<Record<string, string | number | null>>
  readonly validFrom: string
  readonly validTo: string
  readonly digest: string
}

/** The numbers of the rows of a kind that a revision touched, after one of them. */
export const touchedIds = async (db: Db, kind: Kind, county: County, rev: number, after: number, limit: number): Promise<number[]> =>
  (
    await db.all<{ id: number }>`
      select id from ${tableOf(kind)} where county = ${county} and since = ${rev}::int4 and id > ${after}
      union
      select id from ${tableOf(kind)} where county = ${county} and until = ${rev}::int4 and id > ${after}
      order by id limit ${limit}`
  ).map(({ id }) => id)

/** Versions of these rows that a revision made (`since`) or closed (`until`). */
export const versionsOf = (db: Db, kind: Kind, county: County, rev: number, what: 'since' | 'until', ids: readonly number[]) =>
  db.all<ChangedVersion>`
    select id, json_build_object(${joined(kind.key.filter((column) => column !== 'sealed').flatMap((column) => [sql`${column}::text`, ident(column)]))}) as key,
      valid_from as "validFrom", valid_to as "validTo", encode(digest, 'hex') as digest
    from ${tableOf(kind)}
    where county = ${county} and ${ident(what)} = ${rev}::int4 and id = any(${ids}::int8[])
    order by id, valid_from`
