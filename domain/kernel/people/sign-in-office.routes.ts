/**
 * Signing in by the office's own identity provider. What a sign-in needs to remember until the browser is back travels in a sealed cookie,
 * so that any process of the server can end what another began. The cookie is SameSite=Lax, since it is the provider that sends the browser
 * back; the session's own stays Strict.
 */
import { Refused } from '@dishu/base/refusal'
import { Answer, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Flow, SingleSignOn } from '@dishu/server-kit/single-sign-on'
import { type OfficeKeys, signInSubject } from './people.jobs.ts'
import { sessionCookie } from './people.routes.ts'

export type OfficeSignInTools = {
  readonly provider: SingleSignOn | null
  readonly secure: boolean
  keys(): Promise<OfficeKeys>
}

const PATH = '/api/sign-in/oidc'
const COOKIE = 'dishu-sign-in'
const CONTEXT = 'office sign-in'
const RATE = { perSecond: 0.5, burst: 60 }

const flowCookie = (value: string, secure: boolean, seconds: number) =>
  `${COOKIE}=${value}; Path=${PATH}; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`

export const officeSignInRoutes = ({ provider, secure, keys }: OfficeSignInTools): Route[] => {
  const given = (): SingleSignOn => {
    if (!provider) throw new Refused({ code: 'people/no-office-sign-in', details: {} })
    return provider
  }
  return [
    {
      method: 'GET',
      url: PATH,
      free: true,
      rate: RATE,
      refusedTo: '/sign-in',
      handle: async ({ headers, now }) => {
        const redirect = `${secure ? 'https' : 'http'}://${String(headers.host)}${PATH}/callback`
        const { address, flow } = await given().begin(redirect, now)
        const sealed = Buffer.from((await keys()).encrypt(Buffer.from(JSON.stringify(flow)), CONTEXT)).toString('base64url')
        return new Answer({}, { location: address, 'set-cookie': flowCookie(sealed, secure, 600) }, 303)
      },
    },
    {
      method: 'GET',
      url: `${PATH}/callback`,
      schema: {
        querystring: Type.Object({
          code: Type.Optional(Type.String({ maxLength: 4000 })),
          state: Type.Optional(Type.String({ maxLength: 200 })),
          iss: Type.Optional(Type.String({ maxLength: 500 })),
          error: Type.Optional(Type.String({ maxLength: 100 })),
        }),
      },
      free: true,
      rate: RATE,
      refusedTo: '/sign-in',
      handle: async (request) => {
        const flow = flowOf(request, await keys())
        const address = new URL(flow.redirect)
        for (const [name, value] of Object.entries(request.query)) if (value !== undefined) address.searchParams.set(name, value)
        const subject = await given().finish(address, flow, request.now)
        const { now, caller, headers } = request
        const answered = await request.begin((db) =>
          signInSubject(db, subject, { now, address: caller.address, agent: String(headers['user-agent'] ?? '') }),
        )
        if (answered.kind === 'refused') throw new Refused(answered.refusal)
        return new Answer({}, { location: '/', 'set-cookie': [sessionCookie(answered.secret, secure), flowCookie('', secure, 0)] }, 303)
      },
    },
  ]
}

/** What this browser began; a browser that began nothing is refused, whatever the address says. */
function flowOf({ headers }: RouteRequest, keys: OfficeKeys): Flow {
  const sealed = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{40,4000})(?:;|$)`).exec(String(headers.cookie ?? ''))?.[1]
  try {
    if (!sealed) throw new Error('there is no cookie')
    return JSON.parse(Buffer.from(keys.decrypt(Buffer.from(sealed, 'base64url'), CONTEXT)).toString('utf8')) as Flow
  } catch {
    throw new Refused({ code: 'people/office-sign-in-failed', details: { reason: 'this browser did not begin it' } })
  }
}
