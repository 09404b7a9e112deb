/**
 * The word by which a slice offers rows to GIS programs: a collection, declared as data. The machinery beside this file turns it into OGC API
 * Features (landing page, collections, items, queryables, schemas, filters); a slice writes no HTTP and no paging.
 *
 * Rows stand in one table with a county and a key of whole numbers, and every expression below is over that table under the alias `line`.
 */
import type { Language } from '@dishu/base/refusal'
import { type Sql, sql } from '../sql.ts'

export type Said = Readonly<Record<Language, string>>

export type FieldType = 'text' | 'integer' | 'number' | 'boolean' | 'date'

export type CollectionField = {
  /** As it stands in `properties`. */
  readonly name: string
  readonly type: FieldType
  readonly title: Said
  /** UCUM. */
  readonly unit?: string
  /** Its value; a number is given as the database writes it, to the last digit. */
  readonly value: Sql
  /** May be asked for in filters. Without it only shown. */
  readonly queryable?: true
  /** The column of the table that a change of this field writes, and how a stated value becomes the column's; without it a field cannot be changed. */
  readonly writes?: { readonly column: string; readonly from: (value: string | number | boolean | null) => unknown }
  /** The words it can have, where they are few and closed. */
  readonly words?: readonly string[]
}

/** Outlines are WKB in the system of their row; points are degrees. Both have a box in degrees with an index. */
export type CollectionGeometry =
  | { readonly type: 'polygon'; readonly outline: Sql; readonly srid: Sql; readonly box: Sql }
  | { readonly type: 'point'; readonly longitude: Sql; readonly latitude: Sql; readonly box: Sql }
  | { readonly type: 'box'; readonly box: Sql }

export type Collection = {
  /** As it stands in addresses: lower-case letters and hyphens. */
  readonly id: string
  readonly title: Said
  readonly description: Said
  readonly table: readonly [schema: string, table: string]
  /** The column that names a row: whole numbers, one row for each in one state of the county. Pages go by it. */
  readonly key: string
  /** Whether rows are versions with the ledger's two clocks (valid_from, valid_to, since, until); others are only what is there now. */
  readonly versioned: boolean
  /** Whether rows are sums, which may be added up: then an interval of days means its last one. */
  readonly sums?: true
  readonly fields: readonly CollectionField[]
  readonly geometry: CollectionGeometry | null
  /** The number of rows of one state, where it is kept added up or counted from an index: a query of one row with one column `matched`; `stands` is the state's condition on a table. Asked once, with the first page. */
  matched?(county: string, stands: (alias: string) => Sql): Sql
  /** The column whose day is that from which a new row holds; today without it. */
  readonly holdsFrom?: string
  /** Which of the ways to change rows over this interface are open. Whatever is not listed is refused. */
  readonly changes?: readonly ('create' | 'replace' | 'update' | 'delete')[]
}

export type Link = {
  readonly href: string
  readonly rel: string
  readonly type?: string
  readonly title?: string
  readonly templated?: true
}

/** Where a document stands: `root` is the address of the county's service, without a slash at its end. */
export type OgcPlace = { readonly root: string; readonly county: string; readonly language: Language }

/** What another part of the interface (tiles, maps, records) adds to the common documents. */
export type OgcPart = {
  readonly conformance: readonly string[]
  landing?(place: OgcPlace): readonly Link[]
  collection?(place: OgcPlace, collection: Collection): readonly Link[]
}

const day = (column: Sql) => sql`nullif(${column}, 'infinity')`

/** The frame of a version as fields: from which day, to which day (not included), and since which revision this is known. */
export const FRAME_FIELDS: readonly CollectionField[] = [
  { name: 'valid_from', type: 'date', title: { zh: '生效日', en: 'Valid from' }, value: day(sql`line.valid_from`), queryable: true },
  {
    name: 'valid_to',
    type: 'date',
    title: { zh: '失效日（不含）', en: 'Valid to (not included)' },
    value: day(sql`line.valid_to`),
    queryable: true,
  },
  { name: 'since', type: 'integer', title: { zh: '登记版本', en: 'Recorded in revision' }, value: sql`line.since`, queryable: true },
]
