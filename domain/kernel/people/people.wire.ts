import type { Power, Role } from './people.ts'

export type PersonView = {
  readonly id: number
  readonly login: string
  readonly displayName: string
  readonly state: 'invited' | 'active' | 'left'
  readonly secondFactor: boolean
  readonly lastSeen: string | null
  readonly grants: readonly GrantView[]
}
export type GrantView = {
  readonly id: number
  readonly role: Role
  readonly roleName: string
  readonly area: string
  readonly from: string
  readonly until: string | null // null: until further notice
  readonly grantedBy: string
  readonly reason: string
  readonly state: 'coming' | 'running' | 'ended'
}
export type RoleView = {
  readonly id: Role
  readonly name: string
  readonly side: 'land' | 'oversight' | 'separated'
  readonly powers: readonly { readonly id: Power; readonly name: string }[]
}

// GET  /api/people                                       -> PeopleReply              accounts or grants
// POST /api/people { login, displayName, subject? }      -> InvitedReply             accounts
// POST /api/people/:id/leave { reason, successor? }      -> {}                       accounts
// POST /api/people/:id/sessions/end {}                   -> { ended }                accounts
// POST /api/people/:id/grants { role, area, from, until, reason } -> {}              grants
// POST /api/grants/:id/withdraw { reason }               -> {}                       grants
export type PeopleReply = { readonly people: readonly PersonView[]; readonly roles: readonly RoleView[] }
export type InvitedReply = { readonly id: number; readonly login: string; readonly path: string; readonly expiresAt: string }

// GET  /api/sign-in                          -> SignInState        anyone: whether a sign-in is needed, and how it can be done
// POST /api/sign-in { login, password, code? } -> {} and a cookie, or 401 people/code-needed …
// GET  /api/sign-in/link?token=              -> LinkState
// POST /api/sign-in/link { token, login?, displayName?, password } -> {} and a cookie
// POST /api/sign-out {}                      -> {}
export type SignInState = {
  readonly mode: 'single-user' | 'office'
  readonly signedIn: boolean
  readonly oidc: string | null // the name of the office's own sign-in, where one is set
}
export type LinkState = { readonly holds: boolean; readonly first: boolean; readonly login: string | null }

// GET  /api/me                               -> MeReply
// POST /api/me/password { was, next }        -> {}
// POST /api/me/second-factor {}              -> { address, text }    begins; POST /api/me/second-factor/confirm { code } -> { recovery }
// POST /api/me/sessions/:session/end         -> {}
// POST /api/me/tokens { name, powers, area, days } -> { id, secret, expiresAt }; POST /api/me/tokens/:token/end -> {}
export type MeReply = {
  readonly login: string
  readonly displayName: string
  readonly secondFactor: boolean
  readonly grants: readonly GrantView[]
  readonly powers: readonly Power[]
  readonly sessions: readonly {
    readonly id: string
    readonly createdAt: string
    readonly seenAt: string
    readonly address: string
    readonly agent: string
    readonly current: boolean
  }[]
  readonly tokens: readonly {
    readonly id: string
    readonly name: string
    readonly powers: readonly Power[]
    readonly area: string
    readonly createdAt: string
    readonly expiresAt: string
    readonly usedAt: string | null
    readonly ended: boolean
  }[]
}

// GET /api/access?county=&actor=&what=&subject=&before=&limit= -> AccessReply     audit
export type AccessReply = {
  readonly events: readonly {
    readonly id: number
    readonly county: string
    readonly at: string
    readonly actor: string
    readonly what: string
    readonly outcome: string
    readonly subject: string
    readonly details: string
    readonly address: string
  }[]
  readonly broken: number | null // the first event whose chain does not hold
}
