/**
 * Create, replace, update and delete over the open interface (OGC API Features, Part 4): each is one revision of the ledger, or, in an office, a proposal
 * that becomes one when a second person approves it.
 */
import { type Day, dayOf, FOREVER } from '@dishu/base/date'
import { type Refusal, Refused } from '@dishu/base/refusal'
import { Answer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import type { Collection } from '@dishu/server-kit/ogc/collection'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { contentFrom, emptyContent, spanOf, whyFrom } from './open-changes.ts'
import { dayNumber, type OpenRevision, openRevision, rowToWrite } from './records.store.ts'
import type { Content, Kind } from './records.ts'
import { readStanding, type StandingRow } from './rows.store.ts'

export type OpenChangeTools = {
  readonly kinds: readonly Kind[]
  readonly collections: readonly Collection[]
  kindOf(collection: string): Kind | null
  derive(db: Db, revision: OpenRevision): Promise<void>
  afterwards(county: string): Promise<void>
  /** What the rules say of a row by itself. */
  inspect(kind: string, content: Content, county: string): readonly { readonly rule: string; readonly severity: string }[]
}

type What = NonNullable<Collection['changes']>[number]
const CollectionParams = Type.Object({
  county: Type.String({ pattern: '^\\d{6}$' }),
  collection: Type.String({ pattern: '^[a-z][a-z0-9-]{0,40}$' }),
})
const ItemParams = Type.Object({ ...CollectionParams.properties, item: Type.String({ pattern: '^\\d{1,15}$' }) })
/** A feature, or the part of one that changes. What its properties may be is the collection's schema. */
const Body = Type.Object({}, { additionalProperties: true })

export function openChangesRoutes(tools: OpenChangeTools): Route[] {
  const items = '/ogc/:county/collections/:collection/items'
  const on = (method: Route['method'], url: string, what: What): Route => ({
    method,
    url,
    schema: { params: what === 'create' ? CollectionParams : ItemParams, ...(what === 'delete' ? {} : { body: Body }) },
    handle: (request) => change(tools, request, what),
  })
  return [
    on('POST', items, 'create'),
    on('PUT', `${items}/:item`, 'replace'),
    on('PATCH', `${items}/:item`, 'update'),
    on('DELETE', `${items}/:item`, 'delete'),
  ]
}

const refuse = (refusal: Refusal): never => {
  throw new Refused(refusal)
}

/** The row that a request speaks of, as it stands; null where it makes a new one. */
export async function standingOf(
  tools: OpenChangeTools,
  { db, params, now }: Pick<RouteRequest, 'db' | 'params' | 'now'>,
): Promise<StandingRow | null> {
  const kind = tools.kindOf(params.collection)
  return kind === null || params.item === undefined ? null : readStanding(db, kind, params.county, Number(params.item), dayOf(now))
}

const holdsFrom = (content: Content | null, { holdsFrom: column }: Collection): Day | null => {
  const stated = column === undefined ? null : content?.[column]
  return typeof stated === 'string' ? (stated as Day) : null
}

async function change(tools: OpenChangeTools, request: RouteRequest, what: What): Promise<unknown> {
  const { db, params, query, body, actor, now, headers } = request
  const { county } = params
  const collection = tools.collections.find(({ id }) => id === params.collection)
  const kind = tools.kindOf(params.collection)
  if (!collection || !kind)
    return refuse({
      code: 'ogc/no-such-collection',
      details: { collection: params.collection, known: tools.collections.map(({ id }) => id) },
    })
  if (!collection.changes?.includes(what))
    return refuse({ code: 'ogc/cannot-be-changed', details: { collection: collection.id, what, open: collection.changes ?? [] } })
  const why = orRefused(whyFrom(query))
  const today = dayOf(now)
  const revision = await openRevision(db, county, tools.kinds) // first the lock: the row that is read is the one written over
  const row = await standingOf(tools, request)
  if (what !== 'create' && row === null)
    return refuse({ code: 'ogc/no-such-item-not-found', details: { collection: collection.id, item: params.item } })
  const match = headers['if-match']
  if (row && match !== undefined && match !== `"${collection.id}-${row.id}-${row.since}"`)
    return refuse({ code: 'ogc/row-moved', details: { item: params.item } })
  const content =
    what === 'delete'
      ? null
      : orRefused(contentFrom(body, what, row?.content ?? emptyContent(kind), collection.fields, collection.geometry?.type === 'point'))
  if (content) {
    const known = new Set(row ? tools.inspect(kind.name, row.content, county).map(({ rule }) => rule) : [])
    const broken = tools.inspect(kind.name, content, county).find(({ rule, severity }) => severity === 'error' && !known.has(rule))
    if (broken) return refuse({ code: 'ogc/rule-broken', details: { rule: broken.rule } })
    if (!row && kind.key.every((column) => content[column] === null))
      return refuse({ code: 'ogc/change-not-read', details: { what: kind.key.join(', ') } })
  }
  const span = row ? spanOf(row, why, today) : { from: why.from ?? holdsFrom(content, collection) ?? today, to: FOREVER }
  if (row) await revision.take(kind, [{ id: row.id, validFrom: dayNumber(span.from), validTo: dayNumber(span.to) }])
  if (content)
    await revision.add(kind, [rowToWrite(kind, { ...(row ? { id: row.id } : {}), validFrom: span.from, validTo: span.to, content })])
  await tools.derive(db, revision)
  const { rev } = await revision.seal({ what: 'write', cause: why.cause, actor, reason: why.reason, now })
  request.afterCommit(() => tools.afterwards(county))
  return new Answer({ rev, ...(row ? { id: row.id } : {}) }, { 'x-dishu-revision': String(rev) }, what === 'create' ? 201 : 200)
}
