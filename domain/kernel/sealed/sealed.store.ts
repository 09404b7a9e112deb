import { copyIn, type Db, type Sql } from '@dishu/server-kit/sql'
import { encodeRows } from '@dishu/server-kit/sql-copy'
import type { County } from '../records/records.ts'
import type { DocumentRow, SealedRow } from './sealed.ts'

/** Keeps sealed values; those that are there already stay as they are. */
export async function writeSealed(db: Db, county: County, rows: readonly SealedRow[]): Promise<void> {
  if (rows.length === 0) return
  await db.raw(`create temp table if not exists sealed_new (ref bytea not null, field text not null, cipher bytea not null) on commit drop`)
  await copyIn(
    db,
    'copy sealed_new (ref, field, cipher) from stdin (format binary)',
    encodeRows(
      ['bytea', 'text', 'bytea'],
      rows.map((row) => [row.ref, row.field, row.cipher]),
    ),
  )
  await db.run`
    insert into kernel.sealed (county, ref, field, cipher)
    select distinct on (ref) ${county}, ref, field, cipher from sealed_new on conflict do nothing`
  await db.raw('truncate sealed_new')
}

export const writeDocument = (db: Db, row: DocumentRow) => db.run`
  insert into kernel.document (county, sha256, name, size, wrapped_key, stored_at)
  values (${row.county}, ${row.sha256}, ${row.name}, ${row.size}, ${row.wrappedKey}, ${row.storedAt})
  on conflict (county, sha256) do nothing`

export const readDocument = (db: Db, county: County, sha256: Buffer) => db.maybe<DocumentRow>`
  select county, sha256, name, size, wrapped_key as "wrappedKey", stored_at as "storedAt" from kernel.document where county = ${county} and sha256 = ${sha256}`

export const readDocuments = (db: Db, county: County) => db.all<DocumentRow>`
  select county, sha256, name, size, wrapped_key as "wrappedKey", stored_at as "storedAt" from kernel.document where county = ${county} order by sha256`

/** Destroys the keys of kept files and leaves that this was on purpose; gives those that had one. Their bytes are nobody's from here on. */
export const eraseDocuments = (db: Db, county: County, sha256: readonly Buffer[], now: Date) => db.all<{ sha256: Buffer }>`
  with gone as (
    update kernel.document set wrapped_key = null where county = ${county} and sha256 = any(${sha256}::bytea[]) and wrapped_key is not null returning sha256)
  insert into kernel.document_erased (county, sha256, why, erased_at) select ${county}, sha256, 'retention', ${now} from gone returning sha256`

export const readErasedDocuments = (db: Db, county: County) =>
  db.all<{ sha256: Buffer; erasedAt: Date }>`select sha256, erased_at as "erasedAt" from kernel.document_erased where county = ${county}`

/** Every sealed value of a county, for the check that each still opens with the county's key and is what its reference says. */
export const readSealedRows = (db: Db, county: County) =>
  db.all<SealedRow>`select ref, field, cipher from kernel.sealed where county = ${county} order by ref`

/** How many sealed values that present rows of a kind refer to are not in the store, and were not deleted on purpose. */
export const countMissingSealed = async (db: Db, county: County, table: Sql): Promise<number> =>
  (
    await db.one<{ missing: number }>`
      select count(*) as missing from (
        select distinct value ->> 'ref' as ref from ${table} version, jsonb_each(version.sealed) where version.county = ${county} and version.until is null) named
      where not exists (select from kernel.sealed kept where kept.county = ${county} and kept.ref = decode(named.ref, 'hex'))
        and not exists (select from kernel.sealed_erased gone where gone.county = ${county} and gone.ref = decode(named.ref, 'hex'))`
  ).missing
