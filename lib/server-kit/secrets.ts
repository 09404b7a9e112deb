/**
 * Passwords, tokens and one-time codes. Passwords are argon2id (RFC 9106) in the PHC string format; tokens are 32 random bytes, of which
 * only the SHA-256 is kept; codes are TOTP (RFC 6238: SHA-1, 30 s, six digits), which every authenticator app has.
 */
import { argon2, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'

/** 19 MiB, two passes, one lane: the least that OWASP's password storage sheet (2024) asks of argon2id. About 40 ms. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const
const TAG = 32
const SALT = 16

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number }

const derive = (password: string, nonce: Buffer, { memory, passes, parallelism }: Cost): Promise<Buffer> =>
  new Promise((done, fail) => {
    // the same letters typed on two keyboards may come as different code points
    const message = password.normalize('NFKC')
    argon2('argon2id', { message, nonce, parallelism, tagLength: TAG, memory, passes }, (fault, tag) => (fault ? fail(fault) : done(tag)))
  })

const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

/** `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT)
  const tag = await derive(password, salt, COST)
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(salt)}$${base64(tag)}`
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Whether `password` is the one behind `kept`. Without one (no such account) it takes as long and says no. */
export async function passwordFits(password: string, kept: string | null): Promise<boolean> {
  const found = kept === null ? null : PHC.exec(kept)
  if (!found) {
    await derive(password, Buffer.alloc(SALT), COST)
    return false
  }
  const [, memory, passes, parallelism, salt, tag] = found
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  const made = await derive(password, Buffer.from(salt, 'base64'), cost)
  const wanted = Buffer.from(tag, 'base64')
  return made.length === wanted.length && timingSafeEqual(made, wanted)
}

/** Whether the hash was made with less work than today's. */
export const isWeaker = (kept: string): boolean => {
  const found = PHC.exec(kept)
  return !found || Number(found[1]) < COST.memory || Number(found[2]) < COST.passes
}

/** A secret for a browser, script or link, and the digest under which it is known. */
export function newToken(): { readonly secret: string; readonly digest: Buffer } {
  const secret = randomBytes(32).toString('base64url')
  return { secret, digest: tokenDigest(secret) }
}
export const tokenDigest = (secret: string): Buffer => createHash('sha256').update(secret).digest()
export const newId = (): string => randomBytes(9).toString('base64url')

const STEP = 30

const totpOf = (secret: Uint8Array, label: string) =>
  new TOTP({
    issuer: 'Dishu',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: STEP,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  })

/** A shared secret of 20 bytes, and the address that an authenticator app reads from a QR code. */
export function newTotp(label: string): { readonly secret: Uint8Array; readonly address: string; readonly text: string } {
  const secret = Uint8Array.from(randomBytes(20))
  const totp = totpOf(secret, label)
  return { secret, address: totp.toString(), text: totp.secret.base32 }
}

/** The time step whose code this is: one before or after now may do, for clocks that differ; null when it is none, or not later than `last`. */
export function totpStep(secret: Uint8Array, code: string, now: Date, last: number | null): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const delta = totpOf(secret, '').validate({ token: code, timestamp: now.getTime(), window: 1 })
  if (delta === null) return null
  const step = Math.floor(now.getTime() / 1000 / STEP) + delta
  return last !== null && step <= last ? null : step
}

/** Ten codes for the day the phone is gone; each holds once. Only their digests are kept. */
export function newRecovery(): { readonly codes: readonly string[]; readonly digests: readonly string[] } {
  const codes = Array.from({ length: 10 }, () =>
    randomBytes(5)
      .toString('hex')
      .replace(/(.{5})/, '$1-'),
  )
  return { codes, digests: codes.map(recoveryDigest) }
}
export const recoveryDigest = (code: string): string =>
  createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^0-9a-f]/g, ''))
    .digest('hex')
