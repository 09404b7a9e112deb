/** What an import changes, field by field: the first rows are shown whole, all are counted. */
import { createHash } from 'node:crypto'
import type { Db } from '@dishu/server-kit/sql'
import { canonicalJson, dayOfNumber, tableOf } from '../records/records.store.ts'
import type { Content, Kind } from '../records/records.ts'
import { keyOf } from './compare.jobs.ts'
import { type ChangedRowData, SHOWN_ROWS } from './preview.ts'

/** Changed rows whose before is read from the register at one time. */
const AT_ONCE = 500

/** A row of the register that a row of a file says otherwise. */
type ChangedRow = {
  readonly kind: Kind
  readonly id: number
  readonly content: Content
  readonly layer: string
  readonly row: number
  readonly county: string
}

export class Changes {
  private readonly waiting: ChangedRow[] = []
  private readonly rows: ChangedRowData[] = []
  private readonly fields = new Map<string, number>()

  add(changed: ChangedRow): void {
    this.waiting.push(changed)
  }

  /** Whether so many wait that they should be described before more come. */
  get many(): boolean {
    return this.waiting.length >= AT_ONCE
  }

  /** Field by field, what changed rows said before and say now; the first few are shown whole, all are counted. */
  async describe(db: Db): Promise<void> {
    const waiting = this.waiting.splice(0)
    for (const kind of new Set(waiting.map((each) => each.kind))) {
      for (const county of new Set(waiting.map((each) => each.county))) {
        const own = waiting.filter((each) => each.kind === kind && each.county === county)
        if (own.length === 0) continue
        const before = new Map(
          (
            await db.all<
              Content & { id: number }
            >`select * from ${tableOf(kind)} where county = ${county} and until is null and id = any(${own.map(({ id }) => id)}::int8[]) order by valid_from`
          ).map((each) => [each.id, each]),
        )
        for (const each of own) {
          const was = before.get(each.id)
          if (!was) continue
          const fields: { name: string; before: unknown; after: unknown }[] = []
          for (const [name, type] of kind.columns) {
            const [a, b] = [shown(type, was[name]), shown(type, each.content[name])]
            if (canonicalJson(a) === canonicalJson(b)) continue
            fields.push({ name, before: a, after: b })
            const field = `${kind.name}\0${name}`
            this.fields.set(field, (this.fields.get(field) ?? 0) + 1)
          }
          if (this.rows.length < SHOWN_ROWS) {
            this.rows.push({
              kind: kind.name,
              key: keyOf(kind.key, each.content).replaceAll('\u001f', ' / '),
              layer: each.layer,
              row: each.row,
              fields,
            })
          }
        }
      }
    }
  }

  shown() {
    return {
      changedRows: this.rows,
      changedFields: [...this.fields]
        .map(([field, rows]) => ({ kind: field.split('\0')[0], name: field.split('\0')[1], rows }))
        .sort((a, b) => b.rows - a.rows),
    }
  }
}

/** A value as a person compares it: an outline by its hash and size, everything else as it is. */
function shown(type: string, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type === 'bytea')
    return `${(value as Uint8Array).length} B ${createHash('sha256')
      .update(value as Uint8Array)
      .digest('hex')
      .slice(0, 12)}`
  if (type === 'date' && typeof value === 'number') return dayOfNumber(value)
  return value
}
