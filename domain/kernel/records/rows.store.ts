/** One row of the ledger as it stands now, whole, whatever its kind. */
import type { Day } from '@dishu/base/date'
import { type Db, ident, joined } from '@dishu/server-kit/sql'
import type { Content, County, Kind } from './records.ts'

export type StandingRow = {
  readonly id: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly since: number
  readonly content: Content
}

/** The version of a row that holds on a day; null where there is none, or it is not the reader's to see. */
export async function readStanding(db: Db, kind: Kind, county: County, id: number, day: Day): Promise<StandingRow | null> {
  const row = await db.maybe<Record<string, unknown> & { id: number; valid_from: Day; valid_to: Day; since: number }>`
    select id, valid_from, valid_to, since, ${joined(kind.columns.map(([column]) => ident(column)))}
    from ${ident(...(kind.table.split('.') as [string, string]))}
    where county = ${county} and id = ${id} and until is null and valid_from <= ${day}::date and valid_to > ${day}::date`
  if (row === null) return null
  const { id: _, valid_from: validFrom, valid_to: validTo, since, ...content } = row
  return { id, validFrom, validTo, since, content }
}
