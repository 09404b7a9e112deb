import type { Day } from '@dishu/base/date'
import { type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import type { County, Kind } from '../records/records.ts'
import type { SealedField, SealedRow, SealedValues } from './sealed.ts'

const tableOf = (kind: Kind): Sql => ident(...(kind.table.split('.') as [string, ...string[]]))
/** What a row is known by, besides the person's own references. */
const keyOf = (kind: Kind, alias: string): Sql =>
  sql`concat_ws(' ', ${joined(kind.key.filter((column) => column !== 'sealed').map((column) => sql`${ident(alias, column)}::text`))})`

export type PersonalRow = {
  readonly kind: string
  readonly id: number
  readonly key: string
  readonly validFrom: Day
  readonly validTo: Day
  readonly present: boolean // as the register stands now
  readonly sealed: SealedValues
}
const ROW = (kind: Kind) => sql`
  ${kind.name}::text as kind, version.id, ${keyOf(kind, 'version')} as key, version.valid_from as "validFrom", version.valid_to as "validTo", version.until is null as present, version.sealed`

/** All versions of one row, the present and latest first. What the caller's areas do not show is not among them. */
export const readPersonalRow = (db: Db, county: County, kind: Kind, id: number) =>
  db.all<PersonalRow>`
    select ${ROW(kind)} from ${tableOf(kind)} version where version.county = ${county} and version.id = ${id}
    order by version.until is null desc, version.valid_from desc, version.since desc`

/** Rows that name one of the references, in any field; `every` with those that are no longer in the register. */
export async function findRowsByRef(
  db: Db,
  county: County,
  kinds: readonly Kind[],
  refs: readonly string[],
  every = false,
): Promise<PersonalRow[]> {
  const rows: PersonalRow[] = []
  for (const kind of kinds) {
    rows.push(
      ...(await db.all<PersonalRow>`
        select ${ROW(kind)} from ${tableOf(kind)} version
        where version.county = ${county} and (${every} or version.until is null)
          and exists (select from jsonb_each(version.sealed) named where named.value ->> 'ref' = any(${refs}))
        order by version.id, version.valid_from limit 1000`),
    )
  }
  return rows
}

export const readSealedValue = (db: Db, county: County, ref: string) =>
  db.maybe<SealedRow>`select ref, field, cipher from kernel.sealed where county = ${county} and ref = decode(${ref}, 'hex')`

export const readErased = (db: Db, county: County, ref: string) =>
  db.maybe<{ erasedAt: Date; why: 'retention' | 'request' }>`
    select erased_at as "erasedAt", why from kernel.sealed_erased where county = ${county} and ref = decode(${ref}, 'hex') order by erased_at desc limit 1`

/** Values all of whose rows have ended, with the day from which no row names them: its last valid day, or the day the register was put right. */
export const readEnded = (db: Db, county: County, kinds: readonly Kind[]) =>
  db.all<{ ref: string; field: SealedField; ended: Day }>`
    with named as (${joined(
      kinds.map(
        (kind) => sql`
      select named.value ->> 'ref' as ref,
        case when version.until is null then version.valid_to else (revision.recorded_at at time zone 'Asia/Shanghai')::date end as ended
      from ${tableOf(kind)} version
      cross join lateral jsonb_each(version.sealed) named
      left join kernel.revision_now revision on revision.county = version.county and revision.rev = version.until
      where version.county = ${county}`,
      ),
      sql` union all `,
    )}),
    last as (select ref, max(ended) as ended from named group by ref having max(ended) < 'infinity')
    select last.ref, kept.field, last.ended from last join kernel.sealed kept on kept.county = ${county} and kept.ref = decode(last.ref, 'hex') order by last.ref`

export type FileEnd = {
  readonly origin: number
  readonly place: number // in the list of that revision's sources
  readonly fields: readonly SealedField[]
  readonly ended: Day
}

/** Places in the lists of sources of which a row of any of these kinds stands. */
export const readStandingPlaces = (db: Db, county: County, kinds: readonly Kind[]) =>
  db.all<{ origin: number; place: number }>`${joined(
    kinds.map(
      (kind) => sql`
      select version.origin, version.source_file as place from ${tableOf(kind)} version
      where version.county = ${county} and version.source_file is not null and version.until is null and version.valid_to = 'infinity' group by 1, 2`,
    ),
    sql` union `,
  )}`

/** For each file with personal values of which no row stands, the fields its rows had, and the day by which all of them have ended. */
export const readFileEnds = (db: Db, county: County, kinds: readonly Kind[]) =>
  db.all<FileEnd>`
    with place as (${joined(
      kinds.map(
        (kind) => sql`
      select version.origin, version.source_file as place, bool_or(version.until is null and version.valid_to = 'infinity') as stands
      from ${tableOf(kind)} version where version.county = ${county} and version.source_file is not null group by 1, 2`,
      ),
      sql` union all `,
    )}),
    over as (select origin, place from place group by origin, place having not bool_or(stands))
    select named.origin, named.place, array_agg(distinct named.field) as fields, max(named.ended) as ended from (${joined(
      kinds.map(
        (kind) => sql`
      select version.origin, version.source_file as place, field.name as field,
        case when version.until is null then version.valid_to else (revision.recorded_at at time zone 'Asia/Shanghai')::date end as ended
      from over join ${tableOf(kind)} version on version.county = ${county} and version.origin = over.origin and version.source_file = over.place
      cross join lateral jsonb_object_keys(version.sealed) field (name)
      left join kernel.revision_now revision on revision.county = version.county and revision.rev = version.until`,
      ),
      sql` union all `,
    )}) named group by named.origin, named.place order by named.origin, named.place`

/** Takes values out of the store and leaves that they are gone on purpose. */
export async function eraseSealed(
  db: Db,
  county: County,
  refs: readonly string[],
  why: 'retention' | 'request',
  now: Date,
): Promise<number> {
  return db.run`
    with gone as (delete from kernel.sealed where county = ${county} and ref = any(array(select decode(each, 'hex') from unnest(${refs}::text[]) each)) returning ref, field)
    insert into kernel.sealed_erased (county, ref, field, why, erased_at) select ${county}, ref, field, ${why}, ${now} from gone`
}

/** Values after `after` in the order of their references, for sealing them anew. */
export const readSealedAfter = (db: Db, county: County, after: string, limit: number) =>
  db.all<SealedRow>`
    select ref, field, cipher from kernel.sealed where county = ${county} and ref > decode(${after}, 'hex') order by ref limit ${limit} for update`

export const renewSealed = (db: Db, county: County, rows: readonly { readonly ref: string; readonly cipher: string }[]) =>
  db.run`
    update kernel.sealed kept set cipher = decode(fresh.cipher, 'base64')
    from unnest(${rows.map(({ ref }) => ref)}::text[], ${rows.map(({ cipher }) => cipher)}::text[]) fresh (ref, cipher)
    where kept.county = ${county} and kept.ref = decode(fresh.ref, 'hex')`

export const renewDocument = (db: Db, county: County, sha256: Buffer, wrappedKey: Buffer) =>
  db.run`update kernel.document set wrapped_key = ${wrappedKey} where county = ${county} and sha256 = ${sha256}`

/** Files of the register with a row in which the person stands. */
export const readContent = async (
  db: Db,
  county: County,
  kind: Kind,
  id: number,
): Promise<(Readonly<Record<string, unknown>> & { validFrom: Day; validTo: Day }) | null> =>
  db.maybe`
    select version.valid_from as "validFrom", version.valid_to as "validTo", ${joined(kind.columns.map(([column]) => ident('version', column)))}
    from ${tableOf(kind)} version where version.county = ${county} and version.id = ${id} and version.until is null
    order by version.valid_from desc limit 1`
