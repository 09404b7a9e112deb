/** Who asks, and whether they may: every request passes here before anything of it is read. */
import { Refused } from '@dishu/base/refusal'
import type { AccessAct } from '@dishu/kernel/people/access'
import { areasOf, type Identity, noteOf, ofThisMachine, type Passport, type Power, reach } from '@dishu/kernel/people/people'
import { identityOfSession, identityOfToken } from '@dishu/kernel/people/people.jobs'
import { SESSION_COOKIE } from '@dishu/kernel/people/people.routes'
import { appendEvent, readCredential } from '@dishu/kernel/people/people.store'
import { isOpenWithout, lacksSecondFactor } from '@dishu/kernel/people/sign-in-policy'
import { canonicalJson } from '@dishu/kernel/records/records.store'
import type { Gate, GateRequest, Passed } from '@dishu/server-kit/http'
import { type Db, type Pool, transaction } from '@dishu/server-kit/sql'
import { type Need, ROUTES } from './access.ts'
import { signInPolicy } from './office.ts'

const OFFICE = '000000'
const NOBODY: Identity = { kind: 'person', actor: 'nobody', personId: null, held: [], only: [] }
const WHOLE_OFFICE = ['*'] // what signing in and managing accounts may see: persons are no rows of any area

export const needOf = (method: string, route: string): Need => {
  const need = ROUTES[`${method} ${route}`]
  if (!need) throw new Error(`no line in apps/server/access.ts for ${method} ${route}`)
  return need
}

type Found = Passport & { readonly halfway: boolean }

/** A move of the map asks for many tiles at once: whom a secret belongs to is looked up for all of them together. */
const KNOWN_MS = 1000
const KNOWN_MOST = 5000

/**
 * Who asked a moment ago. What this server changes in accounts, roles and sessions is known to it at once; what another process changes, after
 * a second.
 */
class KnownCallers {
  readonly #found = new Map<string, { readonly at: number; readonly found: Promise<Found> }>()

  get(key: string, now: number, find: () => Promise<Found>): Promise<Found> {
    const kept = this.#found.get(key)
    // a clock that was set back keeps nobody
    if (kept && now >= kept.at && now - kept.at < KNOWN_MS) return kept.found
    const found = find()
    this.#found.delete(key)
    this.#found.set(key, { at: now, found })
    found.catch(() => this.#found.delete(key))
    for (const oldest of this.#found.keys()) {
      if (this.#found.size <= KNOWN_MOST) break
      this.#found.delete(oldest)
    }
    return found
  }

  forget(): void {
    this.#found.clear()
  }
}

/** `machine`: in single-user mode, the name of whoever sits here; null in an office, where everyone signs in. */
export function gateOf(pool: Pool, machine: string | null): Gate {
  const known = new KnownCallers()
  const passportOf = async (request: GateRequest): Promise<Found> => {
    if (machine !== null) return { identity: ofThisMachine(machine), sessionId: null, halfway: false }
    const bearer = tokenOf(request.headers.authorization)
    const secret = cookieOf(request.headers.cookie)
    if (!bearer && !secret) return { identity: NOBODY, sessionId: null, halfway: false }
    return known.get(bearer ? `token ${bearer}` : `session ${secret}`, request.now.getTime(), () =>
      transaction(
        pool,
        async (db) => {
          const found = bearer
            ? { identity: (await identityOfToken(db, bearer, request.now)) ?? NOBODY, sessionId: null }
            : ((secret ? await identityOfSession(db, secret, request.now) : null) ?? { identity: NOBODY, sessionId: null })
          return { ...found, halfway: await isHalfway(db, found.identity) }
        },
        { actor: 'gate', scope: WHOLE_OFFICE },
      ),
    )
  }
  return {
    async pass(request): Promise<Passed> {
      const need = needOf(request.method, request.route)
      const { halfway, ...passport } = await passportOf(request)
      const { identity } = passport
      const caller = { actor: identity.actor, address: request.address, identity: passport }
      const signedIn = identity.kind !== 'person' || identity.personId !== null
      if (need.power === 'anyone') return { caller, scope: WHOLE_OFFICE }
      if (!signedIn) throw new Refused({ code: 'people/sign-in-needed', details: {} })
      if (halfway && !isOpenWithout(request.method, request.route)) throw new Refused({ code: 'people/second-factor-needed', details: {} })
      if (need.power === 'signed-in') return { caller, scope: [...scopeOf(identity, 'read'), OFFICE] }
      const { power } = need
      if (need.on === 'office') {
        if (reach(identity, power, '') !== 'whole') throw new Refused({ code: 'people/not-allowed', details: { power } })
        return { caller, scope: WHOLE_OFFICE }
      }
      // the office's own chain is no county: its persons and grants are not read or undone as land is
      if (request.params.county === OFFICE) throw new Refused({ code: 'people/not-found', details: {} })
      const county = request.params.county ?? (need.on === 'county' ? request.query.county : undefined)
      if (county === undefined) {
        if (areasOf(identity, power).length === 0) throw new Refused({ code: 'people/not-allowed', details: { power } })
        return { caller, scope: scopeOf(identity, power) }
      }
      const reached = reach(identity, power, county)
      // a county of which nothing may be seen answers as one that is not there
      if (reach(identity, 'read', county) === 'none' && reached === 'none') throw new Refused({ code: 'people/not-found', details: {} })
      if (reached === 'none' || (need.whole && reached !== 'whole')) throw new Refused({ code: 'people/not-allowed', details: { power } })
      return { caller, scope: scopeOf(identity, power) }
    },
    settled(request) {
      // whoever changes an account, a role or a session has changed it for everyone's next request
      if (request.method !== 'GET' && !/^\/api\/(?:counties|intakes)\b/.test(request.route)) known.forget()
    },
    keeps: (request) => request.method !== 'GET' || needOf(request.method, request.route).keeps !== undefined,
    done: (db, request, passed) => appendEvent(db, eventOf(request, passed, 'done', null)),
    async notDone(request, passed, outcome, code) {
      // what was merely not signed in, or not found while reading, is noise; every other refusal is kept
      if (request.method === 'GET' && passed !== null && needOf(request.method, request.route).keeps === undefined) return
      if (code === 'people/sign-in-needed') return
      await transaction(pool, (db) => appendEvent(db, eventOf(request, passed, outcome, code)), {
        actor: 'gate',
        scope: WHOLE_OFFICE,
      }).catch(() => {})
    },
  }
}

/** Whether the office demands a second factor that this person has not set up; a token is worth what its person's sign-in is. */
const isHalfway = async (db: Db, { personId }: Identity): Promise<boolean> =>
  personId !== null && (await signInPolicy.read(db)).secondFactorRequired && lacksSecondFactor(await readCredential(db, personId))

/** The codes by which the database cuts rows: '*' where a power is held everywhere. */
function scopeOf(identity: Identity, power: Power): readonly string[] {
  const areas = areasOf(identity, power)
  return areas.includes('') ? ['*'] : areas
}

function eventOf(request: GateRequest, passed: Passed | null, outcome: 'done' | 'refused' | 'failed', code: string | null) {
  const what: AccessAct = outcome === 'done' ? (needOf(request.method, request.route).keeps ?? actOf(request.route)) : 'refused'
  const note = passed === null ? null : noteOf(passed.caller)
  const county = request.params.county ?? request.query.county ?? OFFICE
  const { county: _, ...params } = request.params
  return {
    county: /^\d{6}$/.test(county) ? county : OFFICE,
    at: request.now,
    actor: passed?.caller.actor ?? 'nobody',
    what: outcome === 'done' && note ? note.what : what,
    outcome,
    subject: note?.subject ?? `${request.method} ${request.route}`,
    details: canonicalJson({ ...params, ...note?.details, ...(code === null ? {} : { code }) }),
    address: request.address,
  }
}

function actOf(route: string): AccessAct {
  if (route === '/api/sign-in') return 'sign-in'
  if (route === '/api/sign-out') return 'sign-out'
  if (route === '/api/sign-in/link') return 'link-used'
  if (route.startsWith('/api/me/password')) return 'password-changed'
  if (route.startsWith('/api/me/second-factor')) return 'second-factor'
  if (route.includes('/sessions/')) return 'session-ended'
  if (route === '/api/me/tokens') return 'token-made'
  if (route.startsWith('/api/me/tokens')) return 'token-ended'
  return 'wrote'
}

/** A token as `Bearer`, or as the password of `Basic`, which is what GIS programs can send; the name beside it says nothing. */
function tokenOf(header: string | undefined | string[]): string | null {
  const [scheme, value = ''] = String(header ?? '').split(' ')
  const text =
    scheme === 'Basic' && value.length <= 400
      ? Buffer.from(value, 'base64')
          .toString('latin1')
          .replace(/^[^:]*:/, '')
      : value
  return scheme === 'Bearer' || scheme === 'Basic' ? (/^dishu_([\w-]{20,100})$/.exec(text)?.[1] ?? null) : null
}

function cookieOf(header: string | string[] | undefined): string | null {
  for (const each of String(header ?? '').split(';')) {
    const [name, value] = each.trim().split('=')
    if (name === SESSION_COOKIE && value && /^[\w-]{20,100}$/.test(value)) return value
  }
  return null
}
