import type { Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import type { SignInPolicy } from './sign-in-policy.ts'

/** Where the policy is kept: among the settings of the office. */
export type PolicyKeeping = {
  read(db: Db): Promise<SignInPolicy>
  write(db: Db, policy: SignInPolicy): Promise<unknown>
}

// GET  /api/office/sign-in-policy                            -> SignInPolicy    signed in
// POST /api/office/sign-in-policy { secondFactorRequired }   -> SignInPolicy    settings
export const signInPolicyRoutes = ({ read, write }: PolicyKeeping): Route[] => [
  {
    method: 'GET',
    url: '/api/office/sign-in-policy',
    handle: ({ db }): Promise<SignInPolicy> => read(db),
  },
  {
    method: 'POST',
    url: '/api/office/sign-in-policy',
    schema: { body: Type.Object({ secondFactorRequired: Type.Boolean() }) },
    handle: async ({ db, body }): Promise<SignInPolicy> => {
      const { secondFactorRequired } = body as SignInPolicy
      await write(db, { secondFactorRequired })
      return read(db)
    },
  },
]
