/**
 * Signing in and out, invitations and grants: the steps that need the database, the clock and secrets. A refused sign-in must still keep
 * its failed try, so signing in answers with a plain value that the transaction commits; every other refusal rolls back.
 */
import { type Day, dayOf, FOREVER } from '@dishu/base/date'
import { accept, type Refusal, Refused, type Result, refuse } from '@dishu/base/refusal'
import {
  hashPassword,
  isWeaker,
  newId,
  newRecovery,
  newToken,
  newTotp,
  passwordFits,
  recoveryDigest,
  tokenDigest,
  totpStep,
} from '@dishu/server-kit/secrets'
import type { Db } from '@dishu/server-kit/sql'
import { dayNumber, openRevision, rowToWrite } from '../records/records.store.ts'
import {
  type Credential,
  countOthers,
  countPeople,
  endOtherSessions,
  endSessions,
  endTokens,
  findPerson,
  findSession,
  findSubject,
  findToken,
  forgetAttempts,
  knowsAddress,
  readAttempts,
  readCredential,
  readGrant,
  readGrants,
  readLink,
  readPerson,
  touchSession,
  touchToken,
  useLink,
  useRecovery,
  useStep,
  voidLinks,
  writeAttempt,
  writeCredential,
  writeLink,
  writeSession,
  writeToken,
} from './people.store.ts'
import {
  decideAttempt,
  decideGrant,
  decidePassword,
  decideRemoval,
  type Grant,
  grantKind,
  type Identity,
  isLogin,
  isRole,
  OFFICE,
  type PeopleRefusal,
  type Person,
  type Power,
  personKind,
  powersOf,
  type Role,
  reach,
  SIGN_IN_LIMITS,
  sessionHolds,
} from './people.ts'

const KINDS = [personKind, grantKind]
const MINUTE = 60_000
const DAY = 86_400_000

/** How the office keeps the shared secrets of second factors: sealed by its own key. */
export type OfficeKeys = {
  encrypt(clear: Uint8Array, context: string): Uint8Array
  decrypt(sealed: Uint8Array, context: string): Uint8Array
}
export type Told = { readonly now: Date; readonly address: string; readonly agent: string }

const kept = (decision: Result<unknown, PeopleRefusal>): void => {
  if (!decision.ok) throw new Refused(decision.refusal)
}

const nobody = (personId: number): Credential => ({ personId, password: null, totp: null, totpSince: null, totpLast: null, recovery: [] })

/** The actor's name in the ledger: what a person signs in with. */
const actorOf = (person: Person) => person.login

async function identityOf(db: Db, person: Person, now: Date): Promise<Identity> {
  const today = dayOf(now)
  const held = (await readGrants(db, { personId: person.id, day: today })).filter((grant) => grant.validFrom <= today)
  return { kind: 'person', actor: actorOf(person), personId: person.id, held, only: null }
}

/** Who holds this session; null where it has ended, or its person has left. Being seen keeps it alive. */
export async function identityOfSession(db: Db, secret: string, now: Date): Promise<{ identity: Identity; sessionId: string } | null> {
  const session = await findSession(db, tokenDigest(secret))
  if (!session || !sessionHolds(session, now)) return null
  const person = await readPerson(db, session.personId)
  if (person?.state !== 'active') return null
  if (now.getTime() - session.seenAt.getTime() > MINUTE) await touchSession(db, session.id, now)
  return { identity: await identityOf(db, person, now), sessionId: session.id }
}

/** Who stands behind a token for scripts: its person, cut down to the powers and the area it was made for. */
export async function identityOfToken(db: Db, secret: string, now: Date): Promise<Identity | null> {
  const token = await findToken(db, tokenDigest(secret))
  if (!token || token.endedAt !== null || token.expiresAt <= now) return null
  const person = await readPerson(db, token.personId)
  if (person?.state !== 'active') return null
  if (token.usedAt === null || now.getTime() - token.usedAt.getTime() > MINUTE) await touchToken(db, token.id, now)
  const { held } = await identityOf(db, person, now)
  const narrowed = held.flatMap(({ role, area }) =>
    area.startsWith(token.area) ? [{ role, area }] : token.area.startsWith(area) ? [{ role, area: token.area }] : [],
  )
  return { kind: 'token', actor: `${person.login}/${token.name}`, personId: person.id, held: narrowed, only: token.powers }
}

export type SignIn =
  | { readonly kind: 'in'; readonly secret: string; readonly person: Person; readonly secondFactor: boolean }
  | { readonly kind: 'refused'; readonly refusal: PeopleRefusal }

const no = (refusal: PeopleRefusal): SignIn => ({ kind: 'refused', refusal })

/**
 * Signs in with login, password and, where the account has one, a code. A wrong login and a wrong password read the same and take as
 * long. `requireCode`: an account without a second factor may still come in, to set one up; the caller lets it do nothing else.
 */
export async function signIn(
  db: Db,
  keys: OfficeKeys,
  stated: { readonly login: string; readonly password: string; readonly code: string | null },
  told: Told,
): Promise<SignIn> {
  const { now, address } = told
  const login = stated.login.trim()
  const since = new Date(now.getTime() - SIGN_IN_LIMITS.failureMinutes * MINUTE)
  const person = await findPerson(db, login)
  const known = person !== null && (await knowsAddress(db, person.id, address))
  const lower = login.toLowerCase()
  const heard = decideAttempt({ login: lower, address, now }, await readAttempts(db, lower, address, since), known)
  if (!heard.ok) return no(heard.refusal)
  const tried = (ok: boolean) => writeAttempt(db, newId(), { login: lower, address, at: now, ok })
  const credential = person?.state === 'active' ? await readCredential(db, person.id) : null
  const fits = await passwordFits(stated.password, credential?.password ?? null)
  if (!fits || !person || !credential?.password) {
    await tried(false)
    return no({ code: 'people/wrong-sign-in', details: {} })
  }
  const secondFactor = credential.totp !== null && credential.totpSince !== null
  if (secondFactor) {
    if (!stated.code) return no({ code: 'people/code-needed', details: {} }) // the password was right: no failed try
    if (!(await codeFits(db, keys, credential, stated.code, now))) {
      await tried(false)
      return no({ code: 'people/wrong-code', details: {} })
    }
  }
  await tried(true)
  await forgetAttempts(db, new Date(now.getTime() - 2 * DAY))
  if (isWeaker(credential.password)) await writeCredential(db, { ...credential, password: await hashPassword(stated.password) }, now)
  return { kind: 'in', secret: await beginSession(db, person.id, told), person, secondFactor }
}

async function codeFits(db: Db, keys: OfficeKeys, credential: Credential, code: string, now: Date): Promise<boolean> {
  const plain = code.replaceAll(/\s/g, '')
  if (credential.totp === null) return false
  const step = totpStep(keys.decrypt(credential.totp, `totp ${credential.personId}`), plain, now, credential.totpLast)
  if (step !== null) return useStep(db, credential.personId, step)
  return /^[0-9a-f]{5}-?[0-9a-f]{5}$/i.test(plain) && useRecovery(db, credential.personId, recoveryDigest(plain))
}

async function beginSession(db: Db, personId: number, { now, address, agent }: Told): Promise<string> {
  const { secret, digest } = newToken()
  await writeSession(db, { id: newId(), personId, createdAt: now, address, agent: agent.slice(0, 200) }, digest)
  return secret
}

/** Signs in whom the office's own sign-in vouches for, and so accepts an invitation; refused where no account bears that subject. */
export async function signInSubject(db: Db, subject: string, told: Told): Promise<SignIn> {
  const found = await findSubject(db, subject)
  if (!found || found.state === 'left') return no({ code: 'people/unknown-subject', details: {} })
  const person =
    found.state === 'active'
      ? found
      : await changePerson(db, { ...found, state: 'active' }, found.login, 'came by the office’s own sign-in', told.now)
  if (person !== found) await voidLinks(db, person.id, told.now)
  return { kind: 'in', secret: await beginSession(db, person.id, told), person, secondFactor: true }
}

// — links —

/** The link by which the first administrator is made; null once anybody has an account. Earlier links hold no more. */
export async function firstLink(db: Db, now: Date): Promise<string | null> {
  if ((await countPeople(db)) > 0) return null
  await voidLinks(db, null, now)
  const { secret, digest } = newToken()
  const expiresAt = new Date(now.getTime() + SIGN_IN_LIMITS.firstLinkHours * 60 * MINUTE)
  await writeLink(db, { personId: null, madeBy: 'console', madeAt: now, expiresAt }, digest)
  return secret
}

/** What a link is for; null where it holds no more. */
export async function linkOf(
  db: Db,
  secret: string,
  now: Date,
): Promise<{ readonly first: boolean; readonly login: string | null } | null> {
  const link = await readLink(db, tokenDigest(secret))
  if (!link || link.usedAt !== null || link.expiresAt <= now) return null
  if (link.personId === null) return { first: true, login: null }
  const person = await readPerson(db, link.personId)
  return person && person.state !== 'left' ? { first: false, login: person.login } : null
}

/** Follows a link once: sets the password of its person (the first administrator is made here), and signs in. */
export async function followLink(
  db: Db,
  stated: { readonly secret: string; readonly login: string | null; readonly displayName: string | null; readonly password: string },
  told: Told,
): Promise<{ readonly secret: string; readonly person: Person }> {
  const { now } = told
  const digest = tokenDigest(stated.secret)
  const link = await readLink(db, digest)
  if (!link || !(await useLink(db, digest, now))) throw new Refused({ code: 'people/link-spent', details: {} })
  let person: Person
  if (link.personId === null) {
    const login = stated.login ?? ''
    person = await addPerson(db, { login, displayName: stated.displayName || login, state: 'active', subject: null }, 'console', now, {
      role: 'system-administrator',
      reason: 'the first administrator, by the link on the console',
    })
  } else {
    const invited = await readPerson(db, link.personId)
    if (!invited || invited.state === 'left') throw new Refused({ code: 'people/link-spent', details: {} })
    person =
      invited.state === 'active'
        ? invited
        : await changePerson(db, { ...invited, state: 'active' }, invited.login, 'followed the invitation', now)
  }
  await setPassword(db, person, stated.password, now)
  await endSessions(db, person.id, null, person.login, now)
  return { secret: await beginSession(db, person.id, told), person }
}

export async function setPassword(db: Db, person: Person, password: string, now: Date): Promise<void> {
  kept(decidePassword(password, person.login))
  const credential = (await readCredential(db, person.id)) ?? nobody(person.id)
  await writeCredential(db, { ...credential, password: await hashPassword(password) }, now)
}

/** A person changes their own password; other sessions end. */
export async function changePassword(db: Db, person: Person, was: string, next: string, sessionId: string, now: Date): Promise<void> {
  const credential = await readCredential(db, person.id)
  if (!(await passwordFits(was, credential?.password ?? null))) throw new Refused({ code: 'people/wrong-sign-in', details: {} })
  await setPassword(db, person, next, now)
  await endOtherSessions(db, person.id, sessionId, person.login, now)
}

// — persons —

async function addPerson(
  db: Db,
  row: Omit<Person, 'id'>,
  actor: string,
  now: Date,
  grant: { readonly role: Role; readonly reason: string } | null,
): Promise<Person> {
  if (!isLogin(row.login)) throw new Refused({ code: 'people/login-form', details: { login: row.login } })
  if (await findPerson(db, row.login)) throw new Refused({ code: 'people/login-taken', details: { login: row.login } })
  const today = dayOf(now)
  const revision = await openRevision(db, OFFICE, KINDS)
  await revision.add(personKind, [rowToWrite(personKind, { validFrom: today, content: contentOf(row) })])
  const person = await findPerson(db, row.login)
  if (!person) throw new Error(`the person ${row.login} was added and is not there`)
  if (grant) await revision.add(grantKind, [grantRow(person.id, grant.role, '', today, FOREVER, actor, grant.reason)])
  await revision.seal({ what: 'write', cause: 'correction', actor, reason: grant?.reason ?? `invited ${row.login}`, now })
  return person
}

const contentOf = ({ login, displayName, state, subject }: Omit<Person, 'id'>) => ({ login, display_name: displayName, state, subject })

const grantRow = (personId: number, role: Role, area: string, from: Day, to: Day, by: string, reason: string) =>
  rowToWrite(grantKind, { validFrom: from, validTo: to, content: { person_id: personId, role, area, granted_by: by, reason } })

async function changePerson(db: Db, person: Person, actor: string, reason: string, now: Date): Promise<Person> {
  const today = dayOf(now)
  const revision = await openRevision(db, OFFICE, KINDS)
  await revision.take(personKind, [{ id: person.id, validFrom: dayNumber(today), validTo: dayNumber(FOREVER) }])
  await revision.add(personKind, [rowToWrite(personKind, { id: person.id, validFrom: today, content: contentOf(person) })])
  await revision.seal({ what: 'write', cause: 'correction', actor, reason, now })
  return person
}

/** Invites a person, or gives one who is there a new link (a forgotten password): the secret of the link, which holds once. */
export async function invite(
  db: Db,
  by: Identity,
  stated: { readonly login: string; readonly displayName: string; readonly subject: string | null },
  now: Date,
): Promise<{ readonly person: Person; readonly secret: string }> {
  const there = await findPerson(db, stated.login)
  if (there?.state === 'left') throw new Refused({ code: 'people/has-left', details: { login: there.login } })
  const person =
    there ??
    (await addPerson(
      db,
      { login: stated.login.trim(), displayName: stated.displayName.trim() || stated.login, state: 'invited', subject: stated.subject },
      by.actor,
      now,
      null,
    ))
  await voidLinks(db, person.id, now)
  const { secret, digest } = newToken()
  const expiresAt = new Date(now.getTime() + SIGN_IN_LIMITS.invitationDays * DAY)
  await writeLink(db, { personId: person.id, madeBy: by.actor, madeAt: now, expiresAt }, digest)
  return { person, secret }
}

const personOr = async (db: Db, id: number): Promise<Person> => {
  const person = await readPerson(db, id)
  if (!person) throw new Refused({ code: 'people/no-such-person', details: { id } })
  return person
}

/** A person leaves: sessions, tokens and links end, grants end today; what was assigned passes on by `handOver`. What they did stays. */
export async function leave(
  db: Db,
  by: Identity,
  id: number,
  reason: string,
  now: Date,
  handOver: (db: Db, from: string) => Promise<void>,
): Promise<Person> {
  const person = await personOr(db, id)
  if (person.state === 'left') throw new Refused({ code: 'people/has-left', details: { login: person.login } })
  const today = dayOf(now)
  const grants = await readGrants(db, { personId: id, day: today })
  for (const { role } of grants) kept(decideRemoval(role, await countOthers(db, role, id, today)))
  await endSessions(db, id, null, by.actor, now)
  await endTokens(db, id, null, now)
  await voidLinks(db, id, now)
  const revision = await openRevision(db, OFFICE, KINDS)
  await endRows(revision, grants, today)
  await revision.take(personKind, [{ id, validFrom: dayNumber(today), validTo: dayNumber(FOREVER) }])
  await revision.add(personKind, [rowToWrite(personKind, { id, validFrom: today, content: contentOf({ ...person, state: 'left' }) })])
  await revision.seal({ what: 'write', cause: 'correction', actor: by.actor, reason, now })
  await handOver(db, person.login)
  return { ...person, state: 'left' }
}

type Revision = Awaited<ReturnType<typeof openRevision>>

/** Ends grants with the day before today; one that began today is as if it had never been given, and its closed version says so. */
async function endRows(revision: Revision, grants: readonly Grant[], today: Day): Promise<void> {
  if (grants.length === 0) return
  const from = dayNumber(today)
  await revision.take(
    grantKind,
    grants.map(({ id }) => ({ id, validFrom: from, validTo: dayNumber(FOREVER) })),
  )
}

// — grants —

export async function grant(
  db: Db,
  by: Identity,
  stated: {
    readonly personId: number
    readonly role: string
    readonly area: string
    readonly from: Day
    readonly until: Day
    readonly reason: string
  },
  now: Date,
): Promise<void> {
  const to = await personOr(db, stated.personId)
  if (!isRole(stated.role)) throw new Refused({ code: 'people/no-such-role', details: { role: stated.role } })
  const held = (await readGrants(db, { personId: to.id, day: stated.from })).map(({ role }) => role)
  const decided = decideGrant({
    by,
    to,
    held,
    role: stated.role,
    area: stated.area,
    from: stated.from,
    until: stated.until,
    hasSecurityAdministrator: (await countOthers(db, 'security-administrator', 0, dayOf(now))) > 0,
  })
  if (!decided.ok) throw new Refused(decided.refusal)
  const { role, area } = decided.value
  const revision = await openRevision(db, OFFICE, KINDS)
  await revision.add(grantKind, [grantRow(to.id, role, area, stated.from, stated.until, by.actor, stated.reason)])
  await revision.seal({ what: 'write', cause: 'correction', actor: by.actor, reason: stated.reason, now })
}

export async function withdraw(db: Db, by: Identity, grantId: number, reason: string, now: Date): Promise<void> {
  const row = await readGrant(db, grantId)
  if (!row) throw new Refused({ code: 'people/no-such-grant', details: { id: grantId } })
  if (reach(by, 'grants', row.area) !== 'whole') throw new Refused({ code: 'people/not-allowed', details: { power: 'grants' } })
  const today = dayOf(now)
  kept(decideRemoval(row.role, await countOthers(db, row.role, row.personId, today)))
  const revision = await openRevision(db, OFFICE, KINDS)
  await endRows(revision, [row], today)
  await revision.seal({ what: 'write', cause: 'correction', actor: by.actor, reason, now })
}

// — second factor and tokens —

/** A new shared secret; it counts once a code of it was shown. */
export async function beginSecondFactor(
  db: Db,
  keys: OfficeKeys,
  person: Person,
  now: Date,
): Promise<{ readonly address: string; readonly text: string }> {
  const { secret, address, text } = newTotp(person.login)
  const credential = (await readCredential(db, person.id)) ?? nobody(person.id)
  const sealed = Buffer.from(keys.encrypt(secret, `totp ${person.id}`))
  await writeCredential(db, { ...credential, totp: sealed, totpSince: null, totpLast: null, recovery: [] }, now)
  return { address, text }
}

/** The first code of a new secret makes it count; the codes for the day the phone is gone are shown now and never again. */
export async function confirmSecondFactor(db: Db, keys: OfficeKeys, person: Person, code: string, now: Date): Promise<readonly string[]> {
  const credential = await readCredential(db, person.id)
  if (!credential?.totp) throw new Refused({ code: 'people/wrong-code', details: {} })
  const step = totpStep(keys.decrypt(credential.totp, `totp ${person.id}`), code.replaceAll(/\s/g, ''), now, null)
  if (step === null) throw new Refused({ code: 'people/wrong-code', details: {} })
  const { codes, digests } = newRecovery()
  await writeCredential(db, { ...credential, totpSince: now, totpLast: step, recovery: digests }, now)
  return codes
}

/** A token for a script or a GIS client: never more than its maker may, on a part of their area, for a time. */
export async function makeToken(
  db: Db,
  by: Identity,
  stated: { readonly name: string; readonly powers: readonly Power[]; readonly area: string; readonly days: number },
  now: Date,
): Promise<Result<{ readonly id: string; readonly secret: string; readonly expiresAt: Date }, Refusal>> {
  if (by.personId === null) return refuse('people/not-allowed', { power: 'accounts' as const })
  const has = powersOf(by)
  const missing = stated.powers.find((power) => !has.includes(power))
  if (missing !== undefined) return refuse('people/not-allowed', { power: missing })
  const { secret, digest } = newToken()
  const expiresAt = new Date(now.getTime() + stated.days * DAY)
  const id = newId()
  await writeToken(
    db,
    { id, personId: by.personId, name: stated.name, powers: stated.powers, area: stated.area, createdAt: now, expiresAt },
    digest,
  )
  return accept({ id, secret: `dishu_${secret}`, expiresAt })
}
