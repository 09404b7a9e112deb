/** Whether an office demands a second factor, and what an account without one may still do. */

/** The name of the setting in ops.setting, under the office's own code. */
export const SECOND_FACTOR_SETTING = 'second-factor-required'

/** What sets a second factor up, or leaves; everything else waits until there is one. */
const WITHOUT = new Set([
  'GET /api/session',
  'GET /api/me',
  'POST /api/me/second-factor',
  'POST /api/me/second-factor/confirm',
  'POST /api/me/password',
  'POST /api/sign-out',
])
export const isOpenWithout = (method: string, route: string): boolean => WITHOUT.has(`${method} ${route}`)

/**
 * Whether an account can be entered with a password alone. One that only the office's own sign-in opens (no password) has the second
 * factor that the provider asks for.
 */
export const lacksSecondFactor = (credential: { readonly password: string | null; readonly totpSince: Date | null } | null): boolean =>
  credential !== null && credential.password !== null && credential.totpSince === null

export type SignInPolicy = { readonly secondFactorRequired: boolean }
