import { createHash } from 'node:crypto'
import type { Day } from '@dishu/base/date'
import { type Db, every, type Sql, sql } from '@dishu/server-kit/sql'
import type { AccessEvent, AccessQuestion } from './access.ts'
import type { Attempt, Grant, Person } from './people.ts'
import type { Power } from './roles.data.ts'

const OFFICE = '000000'
const PERSON = sql`id, login, display_name as "displayName", state, subject`
const GRANT = sql`id, person_id as "personId", role, area, valid_from as "validFrom", valid_to as "validTo", granted_by as "grantedBy", reason`

export const readPeople = (db: Db) =>
  db.all<Person>`select ${PERSON} from kernel.person where county = ${OFFICE} and until is null and valid_to = 'infinity' order by login`

const onePerson = (db: Db, condition: Sql) =>
  db.maybe<Person>`select ${PERSON} from kernel.person where county = ${OFFICE} and until is null and valid_to = 'infinity' and ${condition}`

export const readPerson = (db: Db, id: number) => onePerson(db, sql`id = ${id}`)
export const findPerson = (db: Db, login: string) => onePerson(db, sql`lower(login) = lower(${login})`)
export const findSubject = (db: Db, subject: string) => onePerson(db, sql`subject = ${subject}`)

/** Grants that hold on `day` or later; all there ever were with day null. */
export const readGrants = (db: Db, { personId = null, day = null }: { personId?: number | null; day?: Day | null } = {}) =>
  db.all<Grant>`
    select ${GRANT} from kernel.person_grant where county = ${OFFICE} and until is null and ${every([
      sql`${personId}::int8 is null or person_id = ${personId}`,
      sql`${day}::date is null or valid_to > ${day}::date`,
    ])} order by person_id, role, area, valid_from`

export const readGrant = (db: Db, id: number) =>
  db.maybe<Grant>`select ${GRANT} from kernel.person_grant where county = ${OFFICE} and until is null and id = ${id} order by valid_from desc limit 1`

/** How many others than `personId` hold a role on `day`. */
export const countOthers = async (db: Db, role: string, personId: number, day: Day): Promise<number> =>
  (
    await db.one<{ others: number }>`
      select count(distinct person_id) as others from kernel.person_grant
      where county = ${OFFICE} and until is null and role = ${role} and person_id <> ${personId} and valid_from <= ${day}::date and valid_to > ${day}::date`
  ).others

export const countPeople = async (db: Db): Promise<number> =>
  (
    await db.one<{
      people: number
    }>`select count(*) as people from kernel.person where county = ${OFFICE} and until is null and valid_to = 'infinity'`
  ).people

export type Credential = {
  readonly personId: number
  readonly password: string | null
  readonly totp: Buffer | null
  readonly totpSince: Date | null
  readonly totpLast: number | null
  readonly recovery: readonly string[]
}

export const readCredential = (db: Db, personId: number) =>
  db.maybe<Credential>`
    select person_id as "personId", password, totp, totp_since as "totpSince", totp_last as "totpLast", recovery
    from kernel.credential where county = ${OFFICE} and person_id = ${personId}`

export const writeCredential = (db: Db, row: Credential, now: Date) =>
  db.run`
    insert into kernel.credential (county, person_id, password, totp, totp_since, totp_last, recovery, changed_at)
    values (${OFFICE}, ${row.personId}, ${row.password}, ${row.totp}, ${row.totpSince}, ${row.totpLast}, ${row.recovery}, ${now})
    on conflict (county, person_id) do update set password = excluded.password, totp = excluded.totp, totp_since = excluded.totp_since,
      totp_last = excluded.totp_last, recovery = excluded.recovery, changed_at = excluded.changed_at`

/** The shared secrets of second factors, sealed by the vault; for sealing them anew. */
export const readTotps = (db: Db) =>
  db.all<{
    personId: number
    totp: Buffer
  }>`select person_id as "personId", totp from kernel.credential where county = ${OFFICE} and totp is not null for update`
export const renewTotp = (db: Db, personId: number, totp: Buffer) =>
  db.run`update kernel.credential set totp = ${totp} where county = ${OFFICE} and person_id = ${personId}`

/** Takes a time step once: false when it, or a later one, was used already. */
export const useStep = async (db: Db, personId: number, step: number): Promise<boolean> =>
  (await db.run`
    update kernel.credential set totp_last = ${step}
    where county = ${OFFICE} and person_id = ${personId} and (totp_last is null or totp_last < ${step})`) === 1

/** Takes a recovery code once. */
export const useRecovery = async (db: Db, personId: number, digest: string): Promise<boolean> =>
  (await db.run`
    update kernel.credential set recovery = array_remove(recovery, ${digest})
    where county = ${OFFICE} and person_id = ${personId} and ${digest} = any (recovery)`) === 1

export type SessionRow = {
  readonly id: string
  readonly personId: number
  readonly createdAt: Date
  readonly seenAt: Date
  readonly endedAt: Date | null
  readonly address: string
  readonly agent: string
}
const SESSION = sql`session_id as id, person_id as "personId", created_at as "createdAt", seen_at as "seenAt", ended_at as "endedAt", address, agent`

export const writeSession = (db: Db, row: Omit<SessionRow, 'seenAt' | 'endedAt'>, digest: Buffer) =>
  db.run`
    insert into kernel.session (county, session_id, token, person_id, created_at, seen_at, ended_at, ended_by, address, agent)
    values (${OFFICE}, ${row.id}, ${digest}, ${row.personId}, ${row.createdAt}, ${row.createdAt}, null, null, ${row.address}, ${row.agent})`

export const findSession = (db: Db, digest: Buffer) =>
  db.maybe<SessionRow>`select ${SESSION} from kernel.session where county = ${OFFICE} and token = ${digest}`

export const touchSession = (db: Db, id: string, now: Date) =>
  db.run`update kernel.session set seen_at = ${now} where county = ${OFFICE} and session_id = ${id} and seen_at < ${now}`

export const readSessions = (db: Db, personId: number, since: Date) =>
  db.all<SessionRow>`
    select ${SESSION} from kernel.session where county = ${OFFICE} and person_id = ${personId} and ended_at is null and seen_at > ${since} order by seen_at desc`

/** Ends one session of a person, or (id null) all. */
export const endSessions = (db: Db, personId: number, id: string | null, by: string, now: Date) =>
  db.run`
    update kernel.session set ended_at = ${now}, ended_by = ${by}
    where county = ${OFFICE} and person_id = ${personId} and ended_at is null and (${id}::text is null or session_id = ${id})`

export const endOtherSessions = (db: Db, personId: number, keep: string, by: string, now: Date) =>
  db.run`
    update kernel.session set ended_at = ${now}, ended_by = ${by}
    where county = ${OFFICE} and person_id = ${personId} and ended_at is null and session_id <> ${keep}`

export type TokenRow = {
  readonly id: string
  readonly personId: number
  readonly name: string
  readonly powers: readonly Power[]
  readonly area: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly usedAt: Date | null
  readonly endedAt: Date | null
}
const TOKEN = sql`token_id as id, person_id as "personId", name, powers, area, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt", ended_at as "endedAt"`

export const writeToken = (db: Db, row: Omit<TokenRow, 'usedAt' | 'endedAt'>, digest: Buffer) =>
  db.run`
    insert into kernel.service_token (county, token_id, token, person_id, name, powers, area, created_at, expires_at, used_at, ended_at)
    values (${OFFICE}, ${row.id}, ${digest}, ${row.personId}, ${row.name}, ${row.powers}, ${row.area}, ${row.createdAt}, ${row.expiresAt}, null, null)`

export const findToken = (db: Db, digest: Buffer) =>
  db.maybe<TokenRow>`select ${TOKEN} from kernel.service_token where county = ${OFFICE} and token = ${digest}`
export const readTokens = (db: Db, personId: number) =>
  db.all<TokenRow>`select ${TOKEN} from kernel.service_token where county = ${OFFICE} and person_id = ${personId} order by created_at desc`
export const touchToken = (db: Db, id: string, now: Date) =>
  db.run`update kernel.service_token set used_at = ${now} where county = ${OFFICE} and token_id = ${id}`
/** Ends one token of a person, or (id null) all. */
export const endTokens = (db: Db, personId: number, id: string | null, now: Date) =>
  db.run`
    update kernel.service_token set ended_at = ${now}
    where county = ${OFFICE} and person_id = ${personId} and ended_at is null and (${id}::text is null or token_id = ${id})`

export type LinkRow = { readonly personId: number | null; readonly madeBy: string; readonly expiresAt: Date; readonly usedAt: Date | null }

export const writeLink = (db: Db, row: Omit<LinkRow, 'usedAt'> & { readonly madeAt: Date }, digest: Buffer) =>
  db.run`
    insert into kernel.sign_in_link (county, token, person_id, made_by, made_at, expires_at, used_at)
    values (${OFFICE}, ${digest}, ${row.personId}, ${row.madeBy}, ${row.madeAt}, ${row.expiresAt}, null)`

export const readLink = (db: Db, digest: Buffer) =>
  db.maybe<LinkRow>`select person_id as "personId", made_by as "madeBy", expires_at as "expiresAt", used_at as "usedAt" from kernel.sign_in_link where county = ${OFFICE} and token = ${digest}`

/** Takes a link once: false when it was used, or is too old. */
export const useLink = async (db: Db, digest: Buffer, now: Date): Promise<boolean> =>
  (await db.run`update kernel.sign_in_link set used_at = ${now} where county = ${OFFICE} and token = ${digest} and used_at is null and expires_at > ${now}`) ===
  1

/** Links of a person that were not used yet hold no more (personId null: those for the first administrator). */
export const voidLinks = (db: Db, personId: number | null, now: Date) =>
  db.run`update kernel.sign_in_link set used_at = ${now} where county = ${OFFICE} and person_id is not distinct from ${personId} and used_at is null`

export const writeAttempt = (db: Db, id: string, { login, address, at, ok }: Attempt) =>
  db.run`insert into kernel.sign_in_attempt (county, attempt_id, login, address, at, ok) values (${OFFICE}, ${id}, ${login}, ${address}, ${at}, ${ok})`

export const readAttempts = (db: Db, login: string, address: string, since: Date) =>
  db.all<Attempt>`select login, address, at, ok from kernel.sign_in_attempt where county = ${OFFICE} and at > ${since} and (login = ${login} or address = ${address})`

/** Whether a person has held a session from this address. */
export const knowsAddress = async (db: Db, personId: number, address: string): Promise<boolean> =>
  (await db.maybe`select 1 from kernel.session where county = ${OFFICE} and person_id = ${personId} and address = ${address} limit 1`) !==
  null

export const forgetAttempts = (db: Db, before: Date) =>
  db.run`delete from kernel.sign_in_attempt where county = ${OFFICE} and at < ${before}`

const GENESIS = createHash('sha256').update('').digest()

/** The digest of an event over the one before: length-prefixed fields, so that no two events write the same bytes. */
export function eventHash(prev: Uint8Array, event: AccessEvent & { readonly id: number }): Buffer {
  const hash = createHash('sha256').update('dishu/access/1')
  for (const part of [
    prev,
    event.county,
    String(event.id),
    event.at.toISOString(),
    event.actor,
    event.what,
    event.outcome,
    event.subject,
    event.details,
    event.address,
  ]) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    const length = Buffer.alloc(4)
    length.writeInt32BE(bytes.length)
    hash.update(length).update(bytes)
  }
  return hash.digest()
}

/** Appends an event to its place's chain. The lock of the place holds to the end of the transaction. */
export async function appendEvent(db: Db, event: AccessEvent): Promise<void> {
  await db.run`select pg_advisory_xact_lock(hashtext(${`dishu access ${event.county}`}))`
  const last = await db.maybe<{ id: number; hash: Buffer }>`
    select event_id as id, hash from kernel.last_access_event(${event.county})`
  const id = (last?.id ?? 0) + 1
  const prev = last?.hash ?? GENESIS
  await db.run`
    insert into kernel.access_event (county, event_id, at, actor, what, outcome, subject, details, address, prev, hash)
    values (${event.county}, ${id}, ${event.at}, ${event.actor}, ${event.what}, ${event.outcome}, ${event.subject}, ${event.details}, ${event.address}, ${prev},
      ${eventHash(prev, { ...event, id })})`
}

export const readEvents = (db: Db, { county, actor, what, subject, before, limit }: AccessQuestion) =>
  db.all<AccessEvent & { id: number; hash: Buffer }>`
    select county, event_id as id, at, actor, what, outcome, subject, details, address, hash from kernel.access_event
    where county = ${county} and ${every([
      ...(actor === null ? [] : [sql`actor = ${actor}`]),
      ...(what === null ? [] : [sql`what = ${what}`]),
      ...(subject === null ? [] : [sql`subject = ${subject}`]),
      ...(before === null ? [] : [sql`event_id < ${before}`]),
    ])} order by event_id desc limit ${limit}`

/** What was done to any of these things, newest first. */
export const readEventsAbout = (db: Db, county: string, subjects: readonly string[], limit: number) =>
  db.all<AccessEvent & { id: number }>`
    select county, event_id as id, at, actor, what, outcome, subject, details, address from kernel.access_event
    where county = ${county} and subject = any(${subjects}) order by event_id desc limit ${limit}`

/** The beginning of a place's events in their order: when each was, and what. */
export const readEventTimes = (db: Db, county: string, after: number, limit: number) =>
  db.all<{ id: number; at: Date; what: string; hash: string }>`
    select event_id as id, at, what, encode(hash, 'hex') as hash from kernel.access_event
    where county = ${county} and event_id > ${after} order by event_id limit ${limit}`

/** Deletes the beginning of a place's events. The certificate that says so was appended before; without it the rest of the chain does not hold. */
export const dropEvents = (db: Db, county: string, upTo: number) =>
  db.run`delete from kernel.access_event where county = ${county} and event_id <= ${upTo}`

/** Up to which event a place's chain was cut by retention, with the digest of the last one cut; the certificate stands in the chain itself. */
export async function readCut(db: Db, county: string): Promise<{ readonly upTo: number; readonly hash: Buffer } | null> {
  const first = await db.maybe<{
    id: number
  }>`select min(event_id) as id from kernel.access_event where county = ${county} having min(event_id) > 1`
  if (!first) return null
  const certificate = await db.maybe<{ hash: string }>`
    select details::jsonb -> 'log' ->> 'hash' as hash from kernel.access_event
    where county = ${county} and what = 'retention' and (details::jsonb -> 'log' ->> 'upTo')::int8 = ${first.id - 1} order by event_id desc limit 1`
  return certificate ? { upTo: first.id - 1, hash: Buffer.from(certificate.hash, 'hex') } : null
}

/** The first event of a place whose digest does not follow from the one before; null when the chain holds. */
export async function firstBrokenEvent(db: Db, county: string): Promise<number | null> {
  const cut = await readCut(db, county)
  let prev: Buffer = cut?.hash ?? GENESIS
  let expected = (cut?.upTo ?? 0) + 1
  for (let after = 0; ; ) {
    const rows = await db.all<AccessEvent & { id: number; prev: Buffer; hash: Buffer }>`
      select county, event_id as id, at, actor, what, outcome, subject, details, address, prev, hash from kernel.access_event
      where county = ${county} and event_id > ${after} order by event_id limit 5000`
    for (const row of rows) {
      if (row.id !== expected || !row.prev.equals(prev) || !eventHash(prev, row).equals(row.hash)) return expected
      prev = row.hash
      expected++
    }
    if (rows.length === 0) return null
    after = rows[rows.length - 1].id
  }
}

/** How many events each place has, and the hash of the last. */
export const readEventEnds = (db: Db) =>
  db.all<{ county: string; events: number; hash: string }>`
    select county, max(event_id) as events, (array_agg(encode(hash, 'hex') order by event_id desc))[1] as hash from kernel.access_event group by county`

/** The hash of one event in hex; null where there is none of that number. */
export const eventAt = async (db: Db, county: string, id: number): Promise<string | null> =>
  (
    await db.maybe<{
      hash: string
    }>`select encode(hash, 'hex') as hash from kernel.access_event where county = ${county} and event_id = ${id}`
  )?.hash ?? null
