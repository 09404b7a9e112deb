/**
 * Who may do what, and where. A person holds *grants*: a role on an area (and all below it) for a time. Persons and grants are rows of
 * the ledger under the office's own chain, so that who gave whom which right, when and why, is kept like everything else.
 */
import type { Day } from '@dishu/base/date'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import type { Kind } from '../records/records.ts'
import type { AccessAct } from './access.ts'
import { type Power, ROLES, type Role, SIGN_IN_LIMITS } from './roles.data.ts'

export { isRole, POWERS, type Power, ROLE_NAMES, ROLES, type Role, SIGN_IN_LIMITS } from './roles.data.ts'

/** The chain of the ledger that holds persons and grants: no county has this code. */
export const OFFICE = '000000'

/** A place in the area tree by its code: '' everything, 2 digits a province, 4 a prefecture, 6 a county, 9 a town, 12 a village. */
export type AreaCode = string
export const isAreaCode = (code: string) => /^(?:\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$/.test(code)

/** Whether `area` is `within` or lies in it. */
export const lies = (area: AreaCode, within: AreaCode): boolean => area.startsWith(within)

export const personKind: Kind = {
  name: 'person',
  table: 'kernel.person',
  columns: [
    ['login', 'text'],
    ['display_name', 'text'],
    ['state', 'text'],
    ['subject', 'text'],
  ],
  key: ['login'],
  scope: null,
  derived: false,
}

export const grantKind: Kind = {
  name: 'grant',
  table: 'kernel.person_grant',
  columns: [
    ['person_id', 'int8'],
    ['role', 'text'],
    ['area', 'text'],
    ['granted_by', 'text'],
    ['reason', 'text'],
  ],
  key: ['person_id', 'role', 'area'],
  scope: null,
  derived: false,
}

export type PersonState = 'invited' | 'active' | 'left'
export type Person = {
  readonly id: number
  readonly login: string
  readonly displayName: string
  readonly state: PersonState
  /** Who this is at the office's own sign-in (OIDC `sub`), where it has one. */
  readonly subject: string | null
}

export type Grant = {
  readonly id: number
  readonly personId: number
  readonly role: Role
  readonly area: AreaCode
  readonly validFrom: Day
  readonly validTo: Day
  readonly grantedBy: string
  readonly reason: string
}

/** Who asks: a signed-in person, a token for scripts, or whoever sits at a single-user machine. */
export type Identity = {
  readonly kind: 'person' | 'token' | 'machine'
  readonly actor: string // the name that the ledger keeps
  readonly personId: number | null
  readonly held: readonly Pick<Grant, 'role' | 'area'>[]
  /** What a token is cut down to; null for everything that the grants give. */
  readonly only: readonly Power[] | null
}

/** Whoever sits at a machine that answers to itself alone. */
export const ofThisMachine = (actor: string): Identity => ({ kind: 'machine', actor, personId: null, held: [], only: null })

const gives = (role: Role, power: Power) => (ROLES[role].powers as readonly Power[]).includes(power)

/** The areas on which `identity` has a power, none of them inside another. The machine's own user has every power everywhere. */
export function areasOf(identity: Identity, power: Power): readonly AreaCode[] {
  if (identity.only !== null && !identity.only.includes(power)) return []
  if (identity.kind === 'machine') return ['']
  const areas = [...new Set(identity.held.filter(({ role }) => gives(role, power)).map(({ area }) => area))].sort()
  return areas.filter((area, i) => !areas.slice(0, i).some((wider) => lies(area, wider)))
}

/** What a request may touch: everything of `area`, some of it, or nothing. */
export function reach(identity: Identity, power: Power, area: AreaCode): 'whole' | 'part' | 'none' {
  const areas = areasOf(identity, power)
  if (areas.some((each) => lies(area, each))) return 'whole'
  return areas.some((each) => lies(each, area)) ? 'part' : 'none'
}

export const powersOf = (identity: Identity): readonly Power[] =>
  identity.kind === 'machine'
    ? [...new Set(Object.values(ROLES).flatMap(({ powers }) => powers as readonly Power[]))]
    : [...new Set(identity.held.flatMap(({ role }) => ROLES[role].powers as readonly Power[]))].filter(
        (power) => identity.only === null || identity.only.includes(power),
      )

/** The role by which a person has a power on the whole of an area; 'machine' for the machine's own user. */
export function roleFor(identity: Identity, power: Power, area: AreaCode): Role | 'machine' | null {
  if (reach(identity, power, area) !== 'whole') return null
  if (identity.kind === 'machine') return 'machine'
  return identity.held.find((each) => gives(each.role, power) && lies(area, each.area))?.role ?? null
}

/** Who asks, as the gate has found; see `Caller` of the server kit. */
export const identityOf = (caller: { readonly identity: unknown }): Identity =>
  (caller.identity as { readonly identity: Identity }).identity

/** What the record of a request says where its route and place are not enough: a reference that was opened, a purpose. Never a clear value. */
export type AccessNote = { readonly what: AccessAct; readonly subject: string; readonly details: Readonly<Record<string, unknown>> }
const notes = new WeakMap<object, AccessNote>()
export const keepAs = (caller: object, note: AccessNote): void => void notes.set(caller, note)
export const noteOf = (caller: object): AccessNote | null => notes.get(caller) ?? null

export type PeopleRefusal =
  | Refusal<'people/sign-in-needed', Record<string, never>>
  | Refusal<'people/not-allowed', { readonly power: Power }>
  | Refusal<'people/not-found', Record<string, never>>
  | Refusal<'people/wrong-sign-in', Record<string, never>>
  | Refusal<'people/wait', { readonly minutes: number }>
  | Refusal<'people/code-needed', Record<string, never>>
  | Refusal<'people/wrong-code', Record<string, never>>
  | Refusal<'people/password-too-short', { readonly least: number }>
  | Refusal<'people/password-too-long', { readonly most: number }>
  | Refusal<'people/password-too-easy', { readonly why: 'common' | 'repeats' | 'login' }>
  | Refusal<'people/login-taken', { readonly login: string }>
  | Refusal<'people/login-form', { readonly login: string }>
  | Refusal<'people/link-spent', Record<string, never>>
  | Refusal<'people/no-such-person', { readonly id: number }>
  | Refusal<'people/no-such-grant', { readonly id: number }>
  | Refusal<'people/no-such-role', { readonly role: string }>
  | Refusal<'people/no-such-area', { readonly area: string }>
  | Refusal<'people/clash', { readonly holds: Role; readonly wants: Role }>
  | Refusal<'people/own-grant', Record<string, never>>
  | Refusal<'people/grant-term', { readonly from: string; readonly to: string }>
  | Refusal<'people/last-administrator', { readonly role: Role }>
  | Refusal<'people/has-left', { readonly login: string }>
  | Refusal<'people/own-work', { readonly author: string }>
  | Refusal<'people/second-factor-needed', Record<string, never>>
  | Refusal<'people/unknown-subject', Record<string, never>>
  | Refusal<'people/no-office-sign-in', Record<string, never>>
  | Refusal<'people/office-sign-in-failed', { readonly reason: string }>

/**
 * The role that forbids another: a separated role stands alone, and oversight does not go with work on land. Without it one person
 * could both act and erase the trace.
 */
export function clashOf(held: readonly Role[], wanted: Role): Role | null {
  const side = (role: Role) => ROLES[role].side
  return (
    held.find((role) => {
      if (role === wanted) return false
      if (side(role) === 'separated' || side(wanted) === 'separated') return true
      return side(role) !== side(wanted)
    }) ?? null
  )
}

/**
 * Whether a role may be granted. Nobody grants to oneself. While the office has no security administrator, its system administrator names
 * the first one and can grant nothing else.
 */
export function decideGrant(given: {
  readonly by: Identity
  readonly to: Person
  readonly held: readonly Role[] // by `to`, on any day from `from` on
  readonly role: Role
  readonly area: AreaCode
  readonly from: Day
  readonly until: Day
  readonly hasSecurityAdministrator: boolean
}): Result<{ readonly role: Role; readonly area: AreaCode }, PeopleRefusal> {
  const { by, to, role } = given
  if (to.state === 'left') return refuse('people/has-left', { login: to.login })
  if (by.personId === to.id) return refuse('people/own-grant', {})
  if (!(given.from < given.until)) return refuse('people/grant-term', { from: given.from, to: given.until })
  if (!isAreaCode(given.area)) return refuse('people/no-such-area', { area: given.area })
  const separated = ROLES[role].side === 'separated'
  const area = separated ? '' : given.area // an administrator's work has no place in the area tree
  const first = role === 'security-administrator' && !given.hasSecurityAdministrator && reach(by, 'accounts', '') === 'whole'
  if (!first && reach(by, 'grants', area) !== 'whole') return refuse('people/not-allowed', { power: 'grants' as const })
  const clash = clashOf(given.held, role)
  return clash === null ? accept({ role, area }) : refuse('people/clash', { holds: clash, wants: role })
}

/** Four eyes: whoever wrote a thing does not approve it, whatever the role. */
export const decideApproval = (author: string, reviewer: string): Result<null, PeopleRefusal> =>
  author === reviewer ? refuse('people/own-work', { author }) : accept(null)

// Twenty that lead every published list of leaked passwords, as they are or with the digits that people add.
const COMMON = [
  'password',
  'qwerty',
  'iloveyou',
  'admin',
  'welcome',
  'letmein',
  'dragon',
  'monkey',
  'abc123',
  '123456',
  '111111',
  '000000',
  '888888',
  '666666',
  '5201314',
  'woaini',
  'asdfgh',
  'zxcvbn',
  '1q2w3e',
  'dishu',
]

/** A password is judged by its length and by what everyone tries first; nobody is made to add a full stop. */
export function decidePassword(password: string, login: string): Result<null, PeopleRefusal> {
  const { passwordLeast: least, passwordMost: most } = SIGN_IN_LIMITS
  const letters = [...password.normalize('NFKC')]
  if (letters.length < least) return refuse('people/password-too-short', { least })
  if (letters.length > most) return refuse('people/password-too-long', { most })
  const lower = password.toLowerCase()
  if (login.length >= 3 && lower.includes(login.toLowerCase()) && letters.length - login.length < 8)
    return refuse('people/password-too-easy', { why: 'login' as const })
  if (new Set(letters).size < 5) return refuse('people/password-too-easy', { why: 'repeats' as const })
  const rest = COMMON.reduce((text, word) => text.replaceAll(word, ''), lower)
  return [...rest].length < 6 ? refuse('people/password-too-easy', { why: 'common' as const }) : accept(null)
}

export const isLogin = (login: string) => /^[\p{L}\p{N}][\p{L}\p{N}._@-]{1,63}$/u.test(login)

export type Attempt = { readonly login: string; readonly address: string; readonly at: Date; readonly ok: boolean }

/**
 * Whether a try to sign in is heard, from the tries of the last minutes. One address that fails on one account waits; that account stays
 * open to its owner at another desk, so nobody locks the office out. An account that strangers try from many addresses hears only the
 * addresses it has signed in from.
 */
export function decideAttempt(
  { login, address, now }: { readonly login: string; readonly address: string; readonly now: Date },
  recent: readonly Attempt[],
  knownAddress: boolean,
): Result<null, PeopleRefusal> {
  const { failures, failureMinutes, addressFailures, strangerFailures } = SIGN_IN_LIMITS
  const since = now.getTime() - failureMinutes * 60_000
  const failed = recent.filter((each) => !each.ok && each.at.getTime() > since)
  const wait = (tries: readonly Attempt[]) => {
    const until = Math.max(...tries.map(({ at }) => at.getTime())) + failureMinutes * 60_000
    return refuse('people/wait', { minutes: Math.max(1, Math.ceil((until - now.getTime()) / 60_000)) })
  }
  const here = failed.filter((each) => each.address === address)
  const lastGood = Math.max(
    0,
    ...recent.filter((each) => each.ok && each.login === login && each.address === address).map(({ at }) => at.getTime()),
  )
  const own = here.filter((each) => each.login === login && each.at.getTime() > lastGood)
  if (own.length >= failures) return wait(own)
  if (here.length >= addressFailures) return wait(here)
  const all = failed.filter((each) => each.login === login)
  return all.length >= strangerFailures && !knownAddress ? wait(all) : accept(null)
}

/** Whether a session still holds. */
export const sessionHolds = (
  session: { readonly createdAt: Date; readonly seenAt: Date; readonly endedAt: Date | null },
  now: Date,
): boolean =>
  session.endedAt === null &&
  now.getTime() - session.seenAt.getTime() < SIGN_IN_LIMITS.idleMinutes * 60_000 &&
  now.getTime() - session.createdAt.getTime() < SIGN_IN_LIMITS.absoluteHours * 3_600_000

/** Whether a person may lose a role or leave: an office is never without the administrators it has had. */
export function decideRemoval(role: Role, othersWithRole: number): Result<null, PeopleRefusal> {
  const needed = role === 'system-administrator' || role === 'security-administrator'
  return needed && othersWithRole === 0 ? refuse('people/last-administrator', { role }) : accept(null)
}

/** What the gate found out about a request; the server hands it on with the caller. */
export type Passport = { readonly identity: Identity; readonly sessionId: string | null }
export const passportOf = ({ caller }: { readonly caller: { readonly identity: unknown } }): Passport => caller.identity as Passport
