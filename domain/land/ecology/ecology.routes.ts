import { dayOf } from '@dishu/base/date'
import type { Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { measureLimits } from './ecology.jobs.ts'

/** Limits over the whole county. The ground is read in parts of some hundred patches, between which the server answers others. */
export const ecologyRoutes = (): Route[] => [
  {
    method: 'POST',
    url: '/api/counties/:county/limits/measure',
    schema: { params: Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) }) },
    handle: async ({ db, params: { county }, now }) => {
      const { patches, under, unplaced } = await measureLimits(db, county, dayOf(now), now)
      return { patches, under, unplaced }
    },
  },
]
