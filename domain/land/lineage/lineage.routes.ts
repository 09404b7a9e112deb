/** Operations on the map, and where rows came from. */
import { type Day, dayFrom, dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { AsOf, Cause } from '@dishu/kernel/records/records'
import type { Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { applyOperation, type LineageTools, previewOperation, readAround, readLineage } from './lineage.jobs.ts'
import { readIdsByKey } from './lineage.store.ts'
import type { LineageLayer, Operation } from './lineage.ts'
import type { AroundReply, LineageReply, OperationReply, PreviewReply, RowsReply } from './lineage.wire.ts'

const COUNTY = Type.String({ pattern: '^\\d{6}$' })
const Layer = Type.Union([Type.Literal('patch'), Type.Literal('parcel')])
const Id = Type.Integer({ minimum: 1 })
const Place = Type.Array(Type.Number({ minimum: -180, maximum: 180 }), { minItems: 2, maxItems: 2 })
/** Nobody draws a line of more corners by hand, and none is read from one. */
const Line = Type.Array(Place, { minItems: 2, maxItems: 5000 })
const OperationBody = Type.Union([
  Type.Object(
    { kind: Type.Literal('split'), id: Id, lines: Type.Array(Line, { minItems: 1, maxItems: 50 }) },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('split'),
      id: Id,
      parts: Type.Array(Type.Array(Line, { minItems: 1, maxItems: 100 }), { minItems: 2, maxItems: 200 }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { kind: Type.Literal('merge'), ids: Type.Array(Id, { minItems: 2, maxItems: 200 }), lead: Id },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal('adjust'),
      ids: Type.Array(Id, { minItems: 1, maxItems: 50 }),
      moves: Type.Array(Type.Object({ from: Place, to: Place }), { minItems: 1, maxItems: 500 }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { kind: Type.Literal('adjust'), ids: Type.Array(Id, { minItems: 2, maxItems: 2 }), line: Line },
    { additionalProperties: false },
  ),
])
const Day_ = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const CAUSES = ['split-merge', 're-survey', 'correction', 'project', 'contract'] as const

type Body = { readonly layer: LineageLayer; readonly operation: Operation; readonly day?: string }
type WriteBody = Body & {
  readonly seen: readonly { readonly id: number; readonly since: number }[]
  readonly cause?: Cause
  readonly reason: string
  readonly document?: string
}

export type LineageRouteTools = LineageTools & {
  readonly checks: { follow(county: string): Promise<void> }
  asOfFrom(db: Db, county: string, address: Readonly<Record<string, string | undefined>>, today: Day): Promise<AsOf>
}

function dayIn(stated: string | undefined, now: Date): Day {
  const day = stated ? dayFrom(stated) : dayOf(now)
  if (day === null) throw new Refused({ code: 'records/not-a-day', details: { stated } })
  return day
}

export const lineageRoutes = (tools: LineageRouteTools): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/lineage/around',
    schema: {
      params: Type.Object({ county: COUNTY }),
      querystring: Type.Object({
        layer: Layer,
        ids: Type.String({ pattern: '^\\d{1,15}(,\\d{1,15}){0,199}$' }),
        asOf: Type.Optional(Day_),
      }),
    },
    handle: async ({ db, params, query, now }): Promise<AroundReply> => {
      const ids = [...new Set((query.ids ?? '').split(',').map(Number))]
      return (await readAround(db, params.county, query.layer as LineageLayer, ids, dayIn(query.asOf, now))).around
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/lineage/rows',
    schema: { params: Type.Object({ county: COUNTY }), querystring: Type.Object({ key: Type.String({ minLength: 1, maxLength: 100 }) }) },
    handle: async ({ db, params, query }): Promise<RowsReply> => ({ rows: await readIdsByKey(db, params.county, query.key ?? '') }),
  },
  {
    method: 'POST',
    url: '/api/counties/:county/lineage/preview',
    schema: {
      params: Type.Object({ county: COUNTY }),
      body: Type.Object({ layer: Layer, operation: OperationBody, day: Type.Optional(Day_) }),
    },
    handle: ({ db, params, body, now }): Promise<PreviewReply> => {
      const { layer, operation, day } = body as Body
      return previewOperation(db, params.county, layer, operation, dayIn(day, now))
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/lineage/operations',
    schema: {
      params: Type.Object({ county: COUNTY }),
      body: Type.Object({
        ...{ layer: Layer, operation: OperationBody, day: Type.Optional(Day_) },
        seen: Type.Array(Type.Object({ id: Id, since: Type.Integer({ minimum: 1 }) }), { minItems: 1, maxItems: 200 }),
        cause: Type.Optional(Type.Union(CAUSES.map((cause) => Type.Literal(cause)))),
        reason: Type.String({ minLength: 1, maxLength: 500 }),
        document: Type.Optional(Type.String({ maxLength: 200 })),
      }),
    },
    handle: async ({ db, params, body, actor, now, afterCommit }): Promise<OperationReply> => {
      const { layer, operation, seen, reason, cause, document, day } = body as WriteBody
      const asked = {
        layer,
        operation,
        seen,
        reason,
        day: dayIn(day, now),
        cause: cause ?? 'split-merge',
        document: document?.trim() || null,
        actor,
        now,
      }
      const done = await applyOperation(db, params.county, asked, tools)
      afterCommit(() => tools.checks.follow(params.county))
      return done
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/lineage/:layer/:id',
    schema: { params: Type.Object({ county: COUNTY, layer: Layer, id: Id }) },
    handle: async ({ db, params, query, now }) =>
      readLineage(
        db,
        params.county,
        params.layer as LineageLayer,
        Number(params.id),
        await tools.asOfFrom(db, params.county, query, dayOf(now)),
      ),
  },
]

/** The lineage of every row that ever had a number: for the command line. */
export async function lineageByKey(db: Db, county: string, key: string, asOf: AsOf): Promise<LineageReply[]> {
  const replies: LineageReply[] = []
  for (const { layer, id } of await readIdsByKey(db, county, key)) replies.push(await readLineage(db, county, layer, id, asOf))
  return replies
}
