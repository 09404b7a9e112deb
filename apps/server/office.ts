/** How a server answers: to this machine alone and without a password, or to an office, where everyone signs in. */
import { readFile } from 'node:fs/promises'
import { Refused } from '@dishu/base/refusal'
import { readSetting, writeSetting } from '@dishu/kernel/intake/intake.store'
import { OFFICE } from '@dishu/kernel/people/people'
import { firstLink } from '@dishu/kernel/people/people.jobs'
import { countPeople } from '@dishu/kernel/people/people.store'
import { SECOND_FACTOR_SETTING } from '@dishu/kernel/people/sign-in-policy'
import type { PolicyKeeping } from '@dishu/kernel/people/sign-in-policy.routes'
import type { Rates } from '@dishu/server-kit/rates'
import { isIssuer, type SingleSignOnSettings } from '@dishu/server-kit/single-sign-on'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'

export type Manner = {
  readonly mode: 'single-user' | 'office'
  /** The address listened on; another than loopback needs an office. */
  readonly host: string
  /** Names under which browsers may ask. */
  readonly hosts: readonly string[]
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer } | undefined
  /** TLS ends in front of this server: cookies are marked for it all the same. */
  readonly proxied: boolean
  /** How often one address and one person may ask, where other than usual. */
  readonly rates?: Rates
  /** The office's own sign-in (OpenID Connect), and what its button says. */
  readonly oidc?: SingleSignOnSettings & { readonly name: string }
}
export const SINGLE_USER: Manner = { mode: 'single-user', host: '127.0.0.1', hosts: [], proxied: false }

export type Stated = {
  readonly office: boolean
  readonly singleUser: boolean
  readonly host?: string | undefined
  readonly names: readonly string[]
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  readonly proxied: boolean
  readonly oidc?: OidcStated | undefined
}
export type OidcStated = {
  readonly issuer: string
  readonly client?: string | undefined
  readonly secretFile?: string | undefined
  readonly name?: string | undefined
  readonly hosts: readonly string[]
}

/** What the office asks of everyone who signs in. */
export const signInPolicy: PolicyKeeping = {
  read: async (db) => ({ secondFactorRequired: (await readSetting<boolean>(db, OFFICE, SECOND_FACTOR_SETTING))?.value === true }),
  write: (db, { secondFactorRequired }) => writeSetting(db, OFFICE, SECOND_FACTOR_SETTING, secondFactorRequired),
}

const isLoopback = (host: string) => /^(localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host)

/** Once anybody has an account the server is an office's; it opens without a password only where that is asked for by name. */
export async function mannerOf(app: App, stated: Stated): Promise<Manner> {
  const people = await onConnection(app.pool, countPeople)
  const mode = stated.office || (people > 0 && !stated.singleUser) ? 'office' : 'single-user'
  const host = stated.host ?? '127.0.0.1'
  if (mode === 'single-user' && !isLoopback(host)) throw new Refused({ code: 'office/loopback-only', details: { host } })
  if ((stated.certificate === undefined) !== (stated.key === undefined))
    throw new Refused({ code: 'office/half-a-certificate', details: {} })
  const open = async (file: string) => {
    try {
      return await readFile(file)
    } catch (cause) {
      throw new Refused({
        code: 'office/no-certificate',
        details: { file, reason: (cause as NodeJS.ErrnoException).code ?? String(cause) },
      })
    }
  }
  const tls = stated.certificate && stated.key ? { cert: await open(stated.certificate), key: await open(stated.key) } : undefined
  // passwords do not cross a network in the clear
  if (mode === 'office' && !isLoopback(host) && !tls && !stated.proxied) throw new Refused({ code: 'office/needs-tls', details: { host } })
  const oidc = stated.oidc && (await oidcFrom(stated.oidc, mode))
  return {
    mode,
    host,
    hosts: stated.names.map((name) => name.toLowerCase()),
    tls,
    proxied: stated.proxied,
    ...(oidc ? { oidc } : {}),
  }
}

async function oidcFrom({ issuer, client, secretFile, name, hosts }: OidcStated, mode: Manner['mode']) {
  if (mode !== 'office') throw new Refused({ code: 'office/oidc-alone', details: {} })
  if (!isIssuer(issuer)) throw new Refused({ code: 'office/oidc-issuer', details: { issuer } })
  if (!client || !secretFile) throw new Refused({ code: 'office/half-an-oidc', details: {} })
  try {
    const secret = (await readFile(secretFile, 'utf8')).trim()
    if (secret === '') throw Object.assign(new Error(), { code: 'empty' })
    return { issuer, client, secret, hosts, name: name ?? new URL(issuer).hostname }
  } catch (cause) {
    throw new Refused({
      code: 'office/oidc-secret',
      details: { file: secretFile, reason: (cause as NodeJS.ErrnoException).code ?? String(cause) },
    })
  }
}

/** The path of the one-time link for the first administrator; null once there is one. */
export async function firstPath(app: App, now: Date): Promise<string | null> {
  const secret = await transaction(app.pool, (db) => firstLink(db, now))
  return secret === null ? null : `/sign-in#${secret}`
}
