/**
 * The change feed: what happened in a county after a revision that the reader has. Revisions have no gaps and never change, so a reader that keeps
 * the number of the last one it took misses nothing and takes nothing twice. Values are not in it: rows are named, and read as of their revision.
 */
import { Refused } from '@dishu/base/refusal'
import { FileAnswer, type Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { type ChangedVersion, tallyOf, touchedIds, versionsOf } from './feed.store.ts'
import { readHead, readRevision, readRevisions } from './records.store.ts'
import type { Kind } from './records.ts'

const County = Type.String({ pattern: '^\\d{6}$' })
const Format = Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('jsonl')]))
const MOST = 500
const MOST_ROWS = 5000

/** `collectionOf`: under which name the open interface shows rows of a kind, where it does. */
export const feedRoutes = (tools: { readonly kinds: readonly Kind[]; collectionOf(kind: string): string | null }): Route[] => [
  {
    method: 'GET',
    url: '/api/changes',
    schema: {
      querystring: Type.Object({
        county: County,
        since: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_000_000_000 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
        f: Format,
        language: Type.Optional(Type.String({ maxLength: 10 })),
      }),
    },
    handle: async ({ db, query }) => {
      const county = query.county ?? ''
      const since = Number(query.since ?? 0)
      const head = (await readHead(db, county)).rev
      const last = Math.min(head, since + Number(query.limit ?? 100))
      const revisions = last <= since ? [] : (await readRevisions(db, county, { before: last + 1, limit: last - since })).reverse()
      const kinds = new Map<number, Record<string, { made: number; closed: number }>>()
      for (const kind of last <= since ? [] : tools.kinds)
        for (const { rev, made, closed } of await tallyOf(db, kind, county, since, last)) {
          const there = kinds.get(rev) ?? {}
          there[kind.name] = { made, closed }
          kinds.set(rev, there)
        }
      const changes = revisions.map(({ rev, what, cause, undoes, actor, recordedAt, reason, hash }) => ({
        county,
        rev,
        at: recordedAt.toISOString(),
        what,
        cause,
        undoes,
        actor,
        reason,
        hash,
        kinds: kinds.get(rev) ?? {},
        rows: `/api/changes/${rev}?county=${county}`,
      }))
      if (query.f === 'jsonl')
        return new FileAnswer('application/jsonl', changes.map((each) => `${JSON.stringify(each)}\n`).join(''), {
          'x-dishu-head': String(head),
        })
      return { county, since, last, head, changes, next: last < head ? `/api/changes?county=${county}&since=${last}` : null }
    },
  },
  {
    method: 'GET',
    url: '/api/changes/:rev',
    schema: {
      params: Type.Object({ rev: Type.Integer({ minimum: 1, maximum: 2_000_000_000 }) }),
      querystring: Type.Object({
        county: County,
        kind: Type.Optional(Type.String({ pattern: '^[a-z_-]{1,40}$' })),
        after: Type.Optional(Type.Integer({ minimum: 0 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_ROWS })),
        f: Format,
        language: Type.Optional(Type.String({ maxLength: 10 })),
      }),
    },
    handle: async ({ db, params, query }) => {
      const county = query.county ?? ''
      const rev = Number(params.rev)
      if ((await readRevision(db, county, rev)) === null) throw new Refused({ code: 'records/no-such-revision', details: { county, rev } })
      const limit = Number(query.limit ?? 1000)
      const from = query.kind === undefined ? 0 : tools.kinds.findIndex(({ name }) => name === query.kind)
      const rows: unknown[] = []
      let next: string | null = null
      for (let k = Math.max(from, 0); k < tools.kinds.length && next === null; k++) {
        const kind = tools.kinds[k]
        const after = k === from ? Number(query.after ?? 0) : 0
        const page = await changedRows(db, kind, county, rev, after, limit - rows.length)
        rows.push(...page.map((row) => ({ ...row, ...reference(tools.collectionOf(kind.name), county, row, rev) })))
        if (rows.length === limit)
          next = `/api/changes/${rev}?county=${county}&kind=${kind.name}&after=${page.at(-1)?.id ?? after}&limit=${limit}`
      }
      if (query.f === 'jsonl')
        return new FileAnswer(
          'application/jsonl',
          rows.map((each) => `${JSON.stringify(each)}\n`).join(''),
          next ? { link: `<${next}>; rel="next"` } : {},
        )
      return { county, rev, rows, next }
    },
  },
]

type Frame = Omit<ChangedVersion, 'id' | 'key'>
type ChangedRow = {
  readonly kind: string
  readonly id: number
  readonly key: ChangedVersion['key']
  readonly before: readonly Frame[]
  readonly after: readonly Frame[]
}

/** Rows of a kind that a revision touched: the versions that were, and those that are. */
async function changedRows(db: Db, kind: Kind, county: string, rev: number, after: number, limit: number): Promise<readonly ChangedRow[]> {
  const ids = await touchedIds(db, kind, county, rev, after, limit)
  const closed = await versionsOf(db, kind, county, rev, 'until', ids)
  const made = await versionsOf(db, kind, county, rev, 'since', ids)
  const framesOf = (list: readonly ChangedVersion[] = []): Frame[] => list.map(({ id: _, key: __, ...frame }) => frame)
  const keys = new Map([...closed, ...made].map(({ id, key }) => [id, key]))
  const [before, now] = [Map.groupBy(closed, ({ id }) => id), Map.groupBy(made, ({ id }) => id)]
  return ids.map((id) => ({
    kind: kind.name,
    id,
    key: keys.get(id) ?? {},
    before: framesOf(before.get(id)),
    after: framesOf(now.get(id)),
  }))
}

/** Where the row can be read as it was and as it is. */
function reference(collection: string | null, county: string, row: ChangedRow, rev: number) {
  if (collection === null) return {}
  const item = `/ogc/${county}/collections/${collection}/items/${row.id}`
  return {
    ...(row.before.length > 0 ? { was: `${item}?datetime=${row.before[0].validFrom}&known=${rev - 1}` } : {}),
    ...(row.after.length > 0 ? { is: `${item}?datetime=${row.after[0].validFrom}&known=${rev}` } : {}),
  }
}
