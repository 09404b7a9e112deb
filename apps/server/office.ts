/** How a server answers: to this machine alone and without a password, or to an office, where everyone signs in. */
import { readFile } from 'node:fs/promises'
import { Refused } from '@dishu/base/refusal'
import { firstLink } from '@dishu/kernel/people/people.jobs'
import { countPeople } from '@dishu/kernel/people/people.store'
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
  return { mode, host, hosts: stated.names.map((name) => name.toLowerCase()), tls, proxied: stated.proxied }
}

/** The path of the one-time link for the first administrator; null once there is one. */
export async function firstPath(app: App, now: Date): Promise<string | null> {
  const secret = await transaction(app.pool, (db) => firstLink(db, now))
  return secret === null ? null : `/sign-in#${secret}`
}
