/**
 * Signing in at the office's own identity provider (OpenID Connect Core 1.0, code flow with PKCE, state and nonce). This kit learns one
 * thing: the provider's name for the person (`sub`). It asks the hosts that were configured and no other, whatever the provider's own
 * description says, and follows no redirection.
 */
import { type Refusal, Refused } from '@dishu/base/refusal'
import * as client from 'openid-client'

export type SingleSignOnSettings = {
  readonly issuer: string
  readonly client: string
  readonly secret: string
  /** Hosts besides the issuer's own that its description may name. */
  readonly hosts: readonly string[]
}

/** What must be known again when the browser comes back; it travels sealed in a cookie. */
export type Flow = {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly redirect: string
  readonly beganAt: number
}

export type SingleSignOnRefusal = Refusal<'people/office-sign-in-failed', { readonly reason: string }>

export type SingleSignOn = {
  /** Where the browser is sent, and what is kept until it comes back to `redirect`. */
  begin(redirect: string, now: Date): Promise<{ readonly address: string; readonly flow: Flow }>
  /** The provider's name for whoever came back to `address`; refused when anything does not fit. */
  finish(address: URL, flow: Flow, now: Date): Promise<string>
}

const ASK_S = 10
const FLOW_MS = 10 * 60_000
const KNOWN_MS = 60 * 60_000 // keys and addresses of a provider change now and then

const isLoopback = (host: string) => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host)

/** Whether an issuer may be asked: over TLS, or on this machine. */
export const isIssuer = (issuer: string): boolean => {
  if (!URL.canParse(issuer)) return false
  const { protocol, hostname, username, search, hash } = new URL(issuer)
  return username === '' && search === '' && hash === '' && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)))
}

export function singleSignOn(settings: SingleSignOnSettings): SingleSignOn {
  const issuer = new URL(settings.issuer)
  const allowed = new Set([issuer.host, ...settings.hosts])
  const ask: client.CustomFetch = (address, options) => {
    const { host, protocol } = new URL(address)
    if (!allowed.has(host) || protocol !== issuer.protocol) throw new Error(`${protocol}//${host} was not configured`)
    return fetch(address, { ...options, redirect: 'error' } as RequestInit)
  }
  let known: { readonly at: number; readonly configuration: client.Configuration } | null = null
  const configuration = async (now: Date) => {
    if (known === null || now.getTime() - known.at > KNOWN_MS) {
      const found = await client.discovery(issuer, settings.client, undefined, byWhatItTakes(settings.secret), {
        timeout: ASK_S,
        [client.customFetch]: ask,
        execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [],
      })
      known = { at: now.getTime(), configuration: found }
    }
    return known.configuration
  }
  return {
    begin: (redirect, now) =>
      asRefusal(async () => {
        const verifier = client.randomPKCECodeVerifier()
        const flow: Flow = { state: client.randomState(), nonce: client.randomNonce(), verifier, redirect, beganAt: now.getTime() }
        const address = client.buildAuthorizationUrl(await configuration(now), {
          redirect_uri: redirect,
          scope: 'openid',
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state: flow.state,
          nonce: flow.nonce,
        })
        return { address: address.href, flow }
      }),
    finish: (address, flow, now) =>
      asRefusal(async () => {
        if (now.getTime() - flow.beganAt > FLOW_MS) throw new Error('it took longer than ten minutes')
        const back = new URL(flow.redirect)
        back.search = address.search
        const tokens = await client.authorizationCodeGrant(await configuration(now), back, {
          pkceCodeVerifier: flow.verifier,
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          idTokenExpected: true,
        })
        const subject = tokens.claims()?.sub
        if (!subject) throw new Error('the provider named nobody')
        return subject
      }),
  }
}

/** The secret goes in the header, as the standard has it where a provider says nothing; in the body where it takes it only there. */
const byWhatItTakes =
  (secret: string): client.ClientAuth =>
  (server, own, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported
    const how = methods === undefined || methods.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost
    how(secret)(server, own, body, headers)
  }

async function asRefusal<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (cause) {
    const { code, message } = cause as { code?: string; message?: string }
    const refusal: SingleSignOnRefusal = {
      code: 'people/office-sign-in-failed',
      details: { reason: (code ?? message ?? String(cause)).slice(0, 200) },
    }
    throw new Refused(refusal)
  }
}
