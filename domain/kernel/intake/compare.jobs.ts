/** The present rows of a kind in short, to tell whether a row of a file is new, changed or as it was; and which rows a file no longer has. */
import { createHash } from 'node:crypto'
import { cursor, type Db, ident, joined, sql } from '@dishu/server-kit/sql'
import { canonicalJson, dayNumber, tableOf } from '../records/records.store.ts'
import type { Content, Kind } from '../records/records.ts'

const textOf = (value: unknown) =>
  typeof value === 'string' ? value : typeof value === 'object' && value !== null ? canonicalJson(value) : String(value ?? '')
export const keyOf = (columns: readonly string[], content: Content) =>
  columns.length === 1 ? textOf(content[columns[0]]) : columns.map((column) => textOf(content[column])).join('\u001f')

export type Present = { readonly id: number; readonly validFrom: number; readonly validTo: number; readonly digest: Buffer }

export class PresentRows {
  readonly kind: Kind
  readonly seen = new Set<number>()
  readonly scopes = new Set<string>()
  private readonly byKey = new Map<string, Present[]>()
  private byNumber: Map<string, number> | null = null
  private byOutline: Map<string, number> | null = null
  rows = 0

  private constructor(kind: Kind) {
    this.kind = kind
  }

  static async load(db: Db, county: string, kind: Kind): Promise<PresentRows> {
    const present = new PresentRows(kind)
    const query = sql`
      select id, valid_from as "validFrom", valid_to as "validTo", digest, ${joined(kind.key.map((column) => ident(column)))}
      from ${tableOf(kind)} where county = ${county} and until is null`
    for await (const batch of cursor<Content & { id: number; validFrom: string; validTo: string; digest: Buffer }>(db, query, 5000)) {
      for (const row of batch) {
        const key = keyOf(kind.key, row)
        const entry = { id: row.id, validFrom: dayNumber(row.validFrom), validTo: dayNumber(row.validTo), digest: row.digest }
        const same = present.byKey.get(key)
        if (same) same.push(entry)
        else present.byKey.set(key, [entry])
        present.rows++
      }
    }
    return present
  }

  /** The versions of the row that the register has under this key; all of one id. */
  find(key: string): readonly Present[] {
    return this.byKey.get(key) ?? []
  }

  /** The one version of an id, for a row found by another way than its key. */
  versionsOf(id: number): readonly Present[] {
    for (const versions of this.byKey.values()) if (versions[0].id === id) return versions
    return []
  }

  /** A row of the register that no row of the file has claimed, found by its other numbers or by its very outline. */
  async findOtherwise(db: Db, county: string, content: Content): Promise<{ id: number; by: 'number' | 'outline' } | null> {
    for (const columns of this.kind.alternatives ?? []) {
      if (columns.some((column) => content[column] === null || content[column] === undefined)) continue
      if (columns.length === 1 && columns[0] === 'outline') {
        this.byOutline ??= await this.index(db, county, 'outline')
        const id = this.byOutline.get(outlineHash(content.outline as Uint8Array))
        if (id !== undefined && !this.seen.has(id)) return { id, by: 'outline' }
      } else {
        this.byNumber ??= await this.index(db, county, columns)
        const id = this.byNumber.get(keyOf(columns, content))
        if (id !== undefined && !this.seen.has(id)) return { id, by: 'number' }
      }
    }
    return null
  }

  private async index(db: Db, county: string, by: readonly string[] | 'outline'): Promise<Map<string, number>> {
    const index = new Map<string, number>()
    const columns = by === 'outline' ? sql`encode(sha256(outline), 'hex') as "outlineHash"` : joined(by.map((column) => ident(column)))
    const query = sql`select id, ${columns} from ${tableOf(this.kind)} where county = ${county} and until is null`
    for await (const batch of cursor<Content & { id: number; outlineHash?: string }>(db, query, 5000))
      for (const row of batch) index.set(by === 'outline' ? String(row.outlineHash) : keyOf(by, row), row.id)
    return index
  }

  /** Rows valid on `from` that belong to a part of the register which the file covers, and that it does not have. */
  async missing(db: Db, county: string, from: number): Promise<number[]> {
    const { scope } = this.kind
    if (!scope || this.scopes.size === 0 || this.rows === 0) return []
    const ended: number[] = []
    const light = this.kind.columns.filter(([column, type]) => type !== 'bytea' && type !== 'jsonb' && column !== 'bbox')
    const query = sql`
      select id, valid_from as "validFrom", valid_to as "validTo", ${joined(light.map(([column]) => ident(column)))}
      from ${tableOf(this.kind)} where county = ${county} and until is null`
    for await (const batch of cursor<Content & { id: number; validFrom: string; validTo: string }>(db, query, 2000)) {
      for (const row of batch)
        if (!this.seen.has(row.id) && dayNumber(row.validFrom) <= from && dayNumber(row.validTo) > from && this.scopes.has(scope(row)))
          ended.push(row.id)
    }
    return ended
  }
}

const outlineHash = (outline: Uint8Array) => createHash('sha256').update(outline).digest('hex')
