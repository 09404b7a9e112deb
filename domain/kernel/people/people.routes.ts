import { type Day, dayFrom, dayOf, FOREVER } from '@dishu/base/date'
import { type Language, Refused } from '@dishu/base/refusal'
import { Answer, KeptRefusal, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import {
  beginSecondFactor,
  changePassword,
  confirmSecondFactor,
  followLink,
  grant,
  invite,
  leave,
  linkOf,
  makeToken,
  type OfficeKeys,
  signIn,
  type Told,
  withdraw,
} from './people.jobs.ts'
import {
  endSessions,
  endTokens,
  firstBrokenEvent,
  readCredential,
  readEvents,
  readGrants,
  readPeople,
  readPerson,
  readSessions,
  readTokens,
} from './people.store.ts'
import { type Grant, type Person, POWERS, type Power, passportOf, powersOf, ROLE_NAMES, ROLES, SIGN_IN_LIMITS } from './people.ts'
import type { AccessReply, GrantView, InvitedReply, LinkState, MeReply, PeopleReply, PersonView, SignInState } from './people.wire.ts'

export type PeopleTools = {
  readonly mode: 'single-user' | 'office'
  readonly secure: boolean // behind TLS: the cookie goes no other way
  readonly oidc: string | null
  keys(): Promise<OfficeKeys>
  /** What was assigned to a person who leaves passes on; without a successor it is free again. */
  handOver(db: Db, from: string, to: string | null, now: Date): Promise<void>
}

export const SESSION_COOKIE = 'dishu-session'
export const sessionCookie = (secret: string, secure: boolean, seconds = SIGN_IN_LIMITS.absoluteHours * 3600) =>
  `${SESSION_COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure ? '; Secure' : ''}`

const NAME = Type.String({ minLength: 1, maxLength: 64 })
const REASON = Type.String({ minLength: 1, maxLength: 500 })
const PASSWORD = Type.String({ minLength: 1, maxLength: 512 })
const PersonParams = Type.Object({ id: Type.Integer({ minimum: 1 }) })

const told = ({ now, caller, headers }: RouteRequest): Told => ({
  now,
  address: caller.address,
  agent: String(headers['user-agent'] ?? ''),
})

/** A password costs the server a tenth of a second to judge, whoever sends it. */
const GUESSES = { perSecond: 2, burst: 120 }

/** Whoever sits at a single-user machine has no account of their own. */
async function ownPerson(request: RouteRequest): Promise<Person> {
  const { personId } = passportOf(request).identity
  const person = personId === null ? null : await readPerson(request.db, personId)
  if (!person) throw new Refused({ code: 'people/no-such-person', details: { id: personId ?? 0 } })
  return person
}

export const peopleRoutes = (tools: PeopleTools): Route[] => [
  {
    method: 'GET',
    url: '/api/sign-in',
    handle: async (request): Promise<SignInState> => ({
      mode: tools.mode,
      signedIn: tools.mode === 'single-user' || passportOf(request).identity.personId !== null,
      oidc: tools.oidc,
    }),
  },
  {
    method: 'POST',
    url: '/api/sign-in',
    rate: GUESSES,
    schema: { body: Type.Object({ login: NAME, password: PASSWORD, code: Type.Optional(Type.String({ maxLength: 20 })) }) },
    handle: async (request) => {
      const { login, password, code } = request.body as { login: string; password: string; code?: string }
      const answered = await signIn(request.db, await tools.keys(), { login, password, code: code || null }, told(request))
      if (answered.kind === 'refused') return new KeptRefusal(answered.refusal)
      return new Answer({ secondFactor: answered.secondFactor }, { 'set-cookie': sessionCookie(answered.secret, tools.secure) })
    },
  },
  {
    method: 'GET',
    url: '/api/sign-in/link',
    schema: { querystring: Type.Object({ token: Type.String({ maxLength: 100 }) }) },
    handle: async ({ db, query, now }): Promise<LinkState> => {
      const link = await linkOf(db, query.token ?? '', now)
      return { holds: link !== null, first: link?.first ?? false, login: link?.login ?? null }
    },
  },
  {
    method: 'POST',
    url: '/api/sign-in/link',
    rate: GUESSES,
    schema: {
      body: Type.Object({
        token: Type.String({ maxLength: 100 }),
        login: Type.Optional(Type.String({ maxLength: 64 })),
        displayName: Type.Optional(Type.String({ maxLength: 64 })),
        password: PASSWORD,
      }),
    },
    handle: async (request) => {
      const { token, login, displayName, password } = request.body as {
        token: string
        login?: string
        displayName?: string
        password: string
      }
      const { secret } = await followLink(
        request.db,
        { secret: token, login: login?.trim() ?? null, displayName: displayName?.trim() ?? null, password },
        told(request),
      )
      return new Answer({}, { 'set-cookie': sessionCookie(secret, tools.secure) })
    },
  },
  {
    method: 'POST',
    url: '/api/sign-out',
    handle: async (request) => {
      const { identity, sessionId } = passportOf(request)
      if (identity.personId !== null && sessionId !== null)
        await endSessions(request.db, identity.personId, sessionId, identity.actor, request.now)
      return new Answer({}, { 'set-cookie': sessionCookie('', tools.secure, 0) })
    },
  },
  {
    method: 'GET',
    url: '/api/me',
    handle: async (request): Promise<MeReply> => {
      const { identity, sessionId } = passportOf(request)
      const person = await ownPerson(request)
      const { db, now, language } = request
      const since = new Date(now.getTime() - SIGN_IN_LIMITS.idleMinutes * 60_000)
      return {
        login: person.login,
        displayName: person.displayName,
        secondFactor: ((await readCredential(db, person.id))?.totpSince ?? null) !== null,
        grants: (await readGrants(db, { personId: person.id })).map((each) => grantView(each, dayOf(now), language)),
        powers: powersOf(identity),
        sessions: (await readSessions(db, person.id, since)).map(({ id, createdAt, seenAt, address, agent }) => ({
          id,
          createdAt: createdAt.toISOString(),
          seenAt: seenAt.toISOString(),
          address,
          agent,
          current: id === sessionId,
        })),
        tokens: (await readTokens(db, person.id)).map(({ id, name, powers, area, createdAt, expiresAt, usedAt, endedAt }) => ({
          id,
          name,
          powers,
          area,
          createdAt: createdAt.toISOString(),
          expiresAt: expiresAt.toISOString(),
          usedAt: usedAt?.toISOString() ?? null,
          ended: endedAt !== null || expiresAt <= now,
        })),
      }
    },
  },
  {
    method: 'POST',
    url: '/api/me/password',
    schema: { body: Type.Object({ was: PASSWORD, next: PASSWORD }) },
    handle: async (request) => {
      const { was, next } = request.body as { was: string; next: string }
      await changePassword(request.db, await ownPerson(request), was, next, passportOf(request).sessionId ?? '', request.now)
      return {}
    },
  },
  {
    method: 'POST',
    url: '/api/me/second-factor',
    handle: async (request) => beginSecondFactor(request.db, await tools.keys(), await ownPerson(request), request.now),
  },
  {
    method: 'POST',
    url: '/api/me/second-factor/confirm',
    schema: { body: Type.Object({ code: Type.String({ maxLength: 20 }) }) },
    handle: async (request) => {
      const { code } = request.body as { code: string }
      return { recovery: await confirmSecondFactor(request.db, await tools.keys(), await ownPerson(request), code, request.now) }
    },
  },
  {
    method: 'POST',
    url: '/api/me/sessions/:session/end',
    schema: { params: Type.Object({ session: Type.String({ pattern: '^[\\w-]{4,40}$' }) }) },
    handle: async (request) => {
      const person = await ownPerson(request)
      await endSessions(request.db, person.id, request.params.session, person.login, request.now)
      return {}
    },
  },
  {
    method: 'POST',
    url: '/api/me/tokens',
    schema: {
      body: Type.Object({
        name: Type.String({ pattern: '^[\\w.-]{1,40}$' }),
        powers: Type.Array(Type.String({ maxLength: 30 }), { minItems: 1, maxItems: 20 }),
        area: Type.String({ pattern: '^(\\d{2}|\\d{4}|\\d{6}|\\d{9}|\\d{12})?$' }),
        days: Type.Integer({ minimum: 1, maximum: 366 }),
      }),
    },
    handle: async (request) => {
      const { name, powers, area, days } = request.body as { name: string; powers: string[]; area: string; days: number }
      const made = orRefused(
        await makeToken(
          request.db,
          passportOf(request).identity,
          { name, powers: powers.filter((each): each is Power => Object.hasOwn(POWERS, each)), area, days },
          request.now,
        ),
      )
      return { id: made.id, secret: made.secret, expiresAt: made.expiresAt.toISOString() }
    },
  },
  {
    method: 'POST',
    url: '/api/me/tokens/:token/end',
    schema: { params: Type.Object({ token: Type.String({ pattern: '^[\\w-]{4,40}$' }) }) },
    handle: async (request) => {
      const person = await ownPerson(request)
      await endTokens(request.db, person.id, request.params.token, request.now)
      return {}
    },
  },
  {
    method: 'GET',
    url: '/api/people',
    handle: async ({ db, now, language }): Promise<PeopleReply> => {
      const people = await readPeople(db)
      const grants = await readGrants(db)
      const views: PersonView[] = []
      for (const person of people) {
        const sessions = await readSessions(db, person.id, new Date(0))
        views.push({
          id: person.id,
          login: person.login,
          displayName: person.displayName,
          state: person.state,
          secondFactor: ((await readCredential(db, person.id))?.totpSince ?? null) !== null,
          lastSeen: sessions[0]?.seenAt.toISOString() ?? null,
          grants: grants.filter(({ personId }) => personId === person.id).map((each) => grantView(each, dayOf(now), language)),
        })
      }
      const roles = ROLE_NAMES.map((id) => ({
        id,
        name: ROLES[id][language],
        side: ROLES[id].side,
        powers: ROLES[id].powers.map((power) => ({ id: power, name: POWERS[power][language] })),
      }))
      return { people: views, roles }
    },
  },
  {
    method: 'POST',
    url: '/api/people',
    schema: {
      body: Type.Object({
        login: NAME,
        displayName: Type.String({ maxLength: 64 }),
        subject: Type.Optional(Type.String({ maxLength: 200 })),
      }),
    },
    handle: async (request): Promise<InvitedReply> => {
      const { login, displayName, subject } = request.body as { login: string; displayName: string; subject?: string }
      const { person, secret } = await invite(
        request.db,
        passportOf(request).identity,
        { login, displayName, subject: subject || null },
        request.now,
      )
      const expiresAt = new Date(request.now.getTime() + SIGN_IN_LIMITS.invitationDays * 86_400_000).toISOString()
      return { id: person.id, login: person.login, path: `/sign-in#${secret}`, expiresAt }
    },
  },
  {
    method: 'POST',
    url: '/api/people/:id/leave',
    schema: { params: PersonParams, body: Type.Object({ reason: REASON, successor: Type.Optional(Type.String({ maxLength: 64 })) }) },
    handle: async (request) => {
      const { reason, successor } = request.body as { reason: string; successor?: string }
      await leave(request.db, passportOf(request).identity, Number(request.params.id), reason, request.now, (db, from) =>
        tools.handOver(db, from, successor || null, request.now),
      )
      return {}
    },
  },
  {
    method: 'POST',
    url: '/api/people/:id/sessions/end',
    schema: { params: PersonParams },
    handle: async (request) => {
      const ended = await endSessions(request.db, Number(request.params.id), null, request.actor, request.now)
      await endTokens(request.db, Number(request.params.id), null, request.now)
      return { ended }
    },
  },
  {
    method: 'POST',
    url: '/api/people/:id/grants',
    schema: {
      params: PersonParams,
      body: Type.Object({
        role: Type.String({ maxLength: 40 }),
        area: Type.String({ maxLength: 12 }),
        from: Type.String({ maxLength: 20 }),
        until: Type.Optional(Type.Union([Type.String({ maxLength: 20 }), Type.Null()])),
        reason: REASON,
      }),
    },
    handle: async (request) => {
      const { role, area, from, until, reason } = request.body as {
        role: string
        area: string
        from: string
        until?: string | null
        reason: string
      }
      const day = (text: string): Day => {
        const found = dayFrom(text)
        if (!found) throw new Refused({ code: 'records/not-a-day', details: { stated: text } })
        return found
      }
      await grant(
        request.db,
        passportOf(request).identity,
        { personId: Number(request.params.id), role, area, from: day(from), until: until ? day(until) : FOREVER, reason },
        request.now,
      )
      return {}
    },
  },
  {
    method: 'POST',
    url: '/api/grants/:id/withdraw',
    schema: { params: PersonParams, body: Type.Object({ reason: REASON }) },
    handle: async (request) => {
      const { reason } = request.body as { reason: string }
      await withdraw(request.db, passportOf(request).identity, Number(request.params.id), reason, request.now)
      return {}
    },
  },
  {
    method: 'GET',
    url: '/api/access',
    schema: {
      querystring: Type.Object({
        county: Type.String({ pattern: '^\\d{6}$' }),
        actor: Type.Optional(Type.String({ maxLength: 120 })),
        what: Type.Optional(Type.String({ maxLength: 40 })),
        subject: Type.Optional(Type.String({ maxLength: 200 })),
        before: Type.Optional(Type.Integer({ minimum: 1 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
      }),
    },
    handle: async ({ db, query }): Promise<AccessReply> => {
      const county = query.county ?? ''
      const events = await readEvents(db, {
        county,
        actor: query.actor || null,
        what: query.what || null,
        subject: query.subject || null,
        before: query.before ? Number(query.before) : null,
        limit: Number(query.limit ?? 100),
      })
      return {
        events: events.map(({ id, at, actor, what, outcome, subject, details, address }) => ({
          id,
          county,
          at: at.toISOString(),
          actor,
          what,
          outcome,
          subject,
          details,
          address,
        })),
        broken: await firstBrokenEvent(db, county),
      }
    },
  },
]

function grantView(row: Grant, today: Day, language: Language): GrantView {
  return {
    id: row.id,
    role: row.role,
    roleName: ROLES[row.role][language],
    area: row.area,
    from: row.validFrom,
    until: row.validTo === FOREVER ? null : row.validTo,
    grantedBy: row.grantedBy,
    reason: row.reason,
    state: row.validFrom > today ? 'coming' : row.validTo > today ? 'running' : 'ended',
  }
}
