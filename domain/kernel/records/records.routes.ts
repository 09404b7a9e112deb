import { orRefused, type Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { type OpenRevision, readHead, readRevisions, undoRevision } from './records.store.ts'
import { type County, dependentsOf, type Kind, type Revision } from './records.ts'
import type { RevisionView } from './records.wire.ts'

export const CountyParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) })

export type RecordsTools = {
  readonly kinds: readonly Kind[]
  derive(db: Db, revision: OpenRevision): Promise<void>
  afterwards(county: County): Promise<void>
}

export const recordsRoutes = (tools: RecordsTools): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/revisions',
    schema: {
      params: CountyParams,
      querystring: Type.Object({
        before: Type.Optional(Type.Integer({ minimum: 1 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
      }),
    },
    handle: async ({ db, params: { county }, query }) => {
      const revisions = await readRevisions(db, county, {
        before: query.before ? Number(query.before) : null,
        limit: Number(query.limit ?? 100),
      })
      const all = await db.all<{
        rev: number
        undoes: number | null
      }>`select rev, undoes from kernel.revision_now where county = ${county} order by rev`
      return {
        revisions: revisions.map((each) => revisionView(each, dependentsOf(all, each.rev).undoneBy)),
        head: (await readHead(db, county)).rev,
      }
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/revisions/:rev/undo',
    schema: {
      params: Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }), rev: Type.Integer({ minimum: 1 }) }),
      body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) }),
    },
    handle: async ({ db, params: { county, rev }, body, actor, now, afterCommit }) => {
      const { reason } = body as { reason: string }
      const revision = orRefused(
        await undoRevision(db, county, Number(rev), tools.kinds, { actor, reason, now }, (open) => tools.derive(db, open)),
      )
      afterCommit(() => tools.afterwards(county))
      return revisionView(revision, null)
    },
  },
]

export const revisionView = (revision: Revision, undoneBy: number | null): RevisionView => ({
  rev: revision.rev,
  what: revision.what,
  cause: revision.cause,
  undoes: revision.undoes,
  undoneBy,
  actor: revision.actor,
  recordedAt: revision.recordedAt.toISOString(),
  reason: revision.reason,
  sources: revision.sources,
  made: revision.made,
  closed: revision.closed,
  hash: revision.hash,
})
