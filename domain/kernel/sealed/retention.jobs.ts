/** Retention: what is past its term is deleted by the program itself, and a certificate of counts is left in the record of access. */
import { type Day, dayOf, FOREVER } from '@dishu/base/date'
import type { Db } from '@dishu/server-kit/sql'
import { appendEvent, dropEvents, readEventTimes } from '../people/people.store.ts'
import { canonicalJson, readSources } from '../records/records.store.ts'
import type { County, Kind } from '../records/records.ts'
import { eventsToDrop, isFilePastTerm, isPastTerm, keepYears, type RetentionSettings } from './opening.ts'
import { eraseSealed, readEnded, readFileEnds, readStandingPlaces } from './personal.store.ts'
import { eraseDocuments, readDocuments } from './sealed.store.ts'
import type { DocumentRow, SealedField } from './sealed.ts'

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
  /** Kept files whose keys were destroyed: of each the last row that came from it has ended, and its longest-kept value is past its term. */
  readonly files: number
}
export type Retained = { readonly certificate: Certificate; readonly files: readonly DocumentRow[] }

/**
 * Deletes what is past its term in one county, in the caller's transaction (the owner's: requests may delete none of this). `kinds` hold personal values; a file stays while a row of `every` kind
 * stands that came from it. `dryRun` only counts. Running it
 * again finds nothing more to do, and leaves no second certificate. `files` are those whose keys are gone with the commit: the caller takes their bytes away.
 */
export async function retain(
  db: Db,
  county: County,
  kinds: readonly Kind[],
  every: readonly Kind[],
  settings: RetentionSettings,
  by: { readonly actor: string; readonly now: Date; readonly dryRun: boolean },
): Promise<Retained> {
  const { actor, now, dryRun } = by
  const today = dayOf(now)
  const ended = county === OFFICE ? [] : await readEnded(db, county, kinds)
  const past = ended.filter(({ field, ended: on }) => isPastTerm(field, on, settings, today))
  const fields: Partial<Record<SealedField, { values: number; years: number }>> = {}
  for (const { field } of past) fields[field] = { values: (fields[field]?.values ?? 0) + 1, years: keepYears(field, settings) }

  const files = county === OFFICE ? [] : await filesPastTerm(db, county, kinds, every, settings, today)

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
  const certificate: Certificate = {
    county,
    day: today,
    fields,
    values: past.length,
    waiting: ended.length - past.length,
    events,
    files: files.length,
  }
  if (dryRun || past.length + events + files.length === 0) return { certificate, files: [] }

  await eraseSealed(
    db,
    county,
    past.map(({ ref }) => ref),
    'retention',
    now,
  )
  await eraseDocuments(
    db,
    county,
    files.map(({ sha256 }) => sha256),
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
      ...(files.length === 0 ? {} : { files: files.length }),
      ...(last === null ? {} : { log: { deleted: events, upTo: last.id, hash: last.hash } }),
    }),
    address: '',
  })
  if (last !== null) await dropEvents(db, county, last.id)
  return { certificate, files }
}

const stemOf = (file: string) => file.replace(/\.[^.]+$/, '').toLowerCase()

/** Kept files with personal values of which no row of any kind stands any more, each past the term of the longest-kept of its values. */
async function filesPastTerm(
  db: Db,
  county: County,
  kinds: readonly Kind[],
  every: readonly Kind[],
  settings: RetentionSettings,
  today: Day,
): Promise<DocumentRow[]> {
  const sources = await readSources(db, county)
  // a shapefile is several files of one name, and one file may be several layers: what stands of one keeps them all
  const filesOf = (origin: number, place: number) => {
    const list = sources.get(origin) ?? []
    const own = list[place]
    return own === undefined
      ? []
      : [own, ...list.filter((each) => each !== own && each.layer === '' && stemOf(each.file) === stemOf(own.file))]
  }
  const stands = new Set(
    (await readStandingPlaces(db, county, every)).flatMap(({ origin, place }) => filesOf(origin, place).map(({ sha256 }) => sha256)),
  )
  const ends = new Map<string, { readonly fields: SealedField[]; ended: Day }>()
  for (const { origin, place, fields, ended } of await readFileEnds(db, county, kinds)) {
    for (const { sha256 } of filesOf(origin, place)) {
      if (stands.has(sha256)) continue
      const known = ends.get(sha256)
      if (!known) ends.set(sha256, { fields: [...fields], ended })
      else {
        known.fields.push(...fields)
        if (ended > known.ended) known.ended = ended
      }
    }
  }
  const due = new Set(
    [...ends].flatMap(([sha256, { fields, ended }]) =>
      ended !== FOREVER && isFilePastTerm(fields, ended, settings, today) ? [sha256] : [],
    ),
  )
  return (await readDocuments(db, county)).filter(({ sha256, wrappedKey }) => wrappedKey !== null && due.has(sha256.toString('hex')))
}
