/** Retention: what is past its term is deleted by the program itself, and a certificate of counts is left in the record of access. */
import { dayOf } from '@dishu/base/date'
import type { Db } from '@dishu/server-kit/sql'
import { appendEvent, dropEvents, readEventTimes } from '../people/people.store.ts'
import { canonicalJson } from '../records/records.store.ts'
import type { County, Kind } from '../records/records.ts'
import { eventsToDrop, isPastTerm, keepYears, type RetentionSettings } from './opening.ts'
import { eraseSealed, readEnded } from './personal.store.ts'
import type { SealedField } from './sealed.ts'

const OFFICE = '000000'
const EVENTS_AT_ONCE = 5000

export type Certificate = {
  readonly county: County
  readonly day: string
  /** Values deleted, by field, with the years they were kept. */
  readonly fields: Readonly<Partial<Record<SealedField, { readonly values: number; readonly years: number }>>>
  readonly values: number
  /** Values whose rows have ended and whose term has not. */
  readonly waiting: number
  readonly events: number
}

/**
 * Deletes what is past its term in one county, in the caller's transaction (the owner's: requests may delete none of this). `dryRun` only counts. Running it
 * again finds nothing more to do, and leaves no second certificate.
 */
export async function retain(
  db: Db,
  county: County,
  kinds: readonly Kind[],
  settings: RetentionSettings,
  by: { readonly actor: string; readonly now: Date; readonly dryRun: boolean },
): Promise<Certificate> {
  const { actor, now, dryRun } = by
  const today = dayOf(now)
  const ended = county === OFFICE ? [] : await readEnded(db, county, kinds)
  const past = ended.filter(({ field, ended: on }) => isPastTerm(field, on, settings, today))
  const fields: Partial<Record<SealedField, { values: number; years: number }>> = {}
  for (const { field } of past) fields[field] = { values: (fields[field]?.values ?? 0) + 1, years: keepYears(field, settings) }

  let events = 0
  let last: { readonly id: number; readonly hash: string } | null = null
  for (let after = 0; ; ) {
    const some = await readEventTimes(db, county, after, EVENTS_AT_ONCE)
    const gone = eventsToDrop(some, settings, now)
    if (gone > 0) last = some[gone - 1]
    events += gone
    if (gone < EVENTS_AT_ONCE) break
    after = some[some.length - 1].id
  }
  const certificate: Certificate = { county, day: today, fields, values: past.length, waiting: ended.length - past.length, events }
  if (dryRun || past.length + events === 0) return certificate

  await eraseSealed(
    db,
    county,
    past.map(({ ref }) => ref),
    'retention',
    now,
  )
  // first the certificate, which the cut chain leans on
  await appendEvent(db, {
    county,
    at: now,
    actor,
    what: 'retention',
    outcome: 'done',
    subject: 'retention',
    details: canonicalJson({
      day: today,
      fields,
      values: past.length,
      ...(last === null ? {} : { log: { deleted: events, upTo: last.id, hash: last.hash } }),
    }),
    address: '',
  })
  if (last !== null) await dropEvents(db, county, last.id)
  return certificate
}
