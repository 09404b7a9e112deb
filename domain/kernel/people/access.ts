/** What people did that is no write to the register. The record of it is appended to, never changed; see people.store.ts for its chain. */

export const ACCESS_ACTS = [
  'sign-in',
  'sign-out',
  'link-used',
  'password-changed',
  'second-factor',
  'session-ended',
  'token-made',
  'token-ended',
  'wrote',
  'refused',
  'opened-personal',
  'searched-personal',
  'subject-right',
  'broke-glass',
  'reviewed',
  'exported',
  'document-read',
  'retention',
  'backed-up',
] as const
export type AccessAct = (typeof ACCESS_ACTS)[number]

export type AccessEvent = {
  readonly county: string
  readonly at: Date
  readonly actor: string
  readonly what: AccessAct
  readonly outcome: 'done' | 'refused' | 'failed'
  /** A route, the reference of a sealed value, a file's name. Never a clear personal value. */
  readonly subject: string
  readonly details: string // canonical JSON
  readonly address: string
}

export type AccessQuestion = {
  readonly county: string
  readonly actor: string | null
  readonly what: string | null
  readonly subject: string | null
  readonly before: number | null
  readonly limit: number
}
