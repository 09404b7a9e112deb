import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { openRevision, readHead, rowToWrite } from '@dishu/kernel/records/records.store'
import type { Route, RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import type { Finding } from './findings.ts'
import { ruleName } from './inspect.ts'
import { isRule, sentenceOf } from './quality.messages.ts'
import {
  countByRule,
  countFindings,
  type FindingQuestion,
  isAccepted,
  readCheckedRev,
  readFinding,
  readFindings,
  type StoredFinding,
  writeAssignment,
} from './quality.store.ts'
import { exceptionKind, RULES } from './quality.ts'
import type { FindingsReply, FindingView } from './quality.wire.ts'

export type QualityTools = { readonly kinds: readonly Kind[]; check(county: string): Promise<void> }

const CountyParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) })
const FindingParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }), id: Type.Integer({ minimum: 1 }) })
const FindingsQuery = Type.Object({
  rule: Type.Optional(Type.String({ maxLength: 80 })),
  within: Type.Optional(Type.String({ pattern: '^\\d{6,12}$' })),
  state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('accepted'), Type.Literal('all')])),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
})

export const qualityRoutes = (tools: QualityTools): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/findings',
    schema: { params: CountyParams, querystring: FindingsQuery },
    handle: async ({ db, params: { county }, query, language }): Promise<FindingsReply> => {
      const question: FindingQuestion = {
        county,
        rule: query.rule ?? null,
        within: query.within ?? null,
        state: (query.state as FindingQuestion['state'] | undefined) ?? 'open',
        offset: Number(query.offset ?? 0),
        limit: Number(query.limit ?? 200),
      }
      const rows = await readFindings(db, question)
      const matched = await countFindings(db, question)
      const end = question.offset + rows.length
      return {
        county,
        checkedRev: await readCheckedRev(db, county),
        head: (await readHead(db, county)).rev,
        rules: (await countByRule(db, county)).map((each) => ({
          ...each,
          name: ruleName(each.rule, language),
          source: RULES.find(({ id }) => id === each.rule)?.source ?? '',
        })),
        rows: rows.map((row) => findingView(row, language)),
        matched,
        next: rows.length > 0 && end < matched ? end : null,
      }
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/findings/:id/accept',
    schema: {
      params: FindingParams,
      body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }), name: Type.String({ minLength: 1, maxLength: 50 }) }),
    },
    handle: async ({ db, params: { county, id }, body, actor, now }) => {
      const { reason, name } = body as { reason: string; name: string }
      const finding = await known(db, county, Number(id))
      if (await isAccepted(db, county, finding))
        throw new Refused({ code: 'quality/already-accepted', details: { key: finding.subjectKey } })
      const revision = await openRevision(db, county, tools.kinds)
      await revision.add(exceptionKind, [
        rowToWrite(exceptionKind, {
          validFrom: dayOf(now),
          content: { rule: finding.rule, subject_kind: finding.subjectKind, subject_key: finding.subjectKey, reason, accepted_by: name },
        }),
      ])
      const { rev } = await revision.seal({ what: 'write', cause: 'correction', actor, reason, now })
      return { rev }
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/findings/:id/assign',
    schema: {
      params: FindingParams,
      body: Type.Object({ to: Type.String({ minLength: 1, maxLength: 50 }), note: Type.String({ maxLength: 500 }) }),
    },
    handle: async ({ db, params: { county, id }, body, actor, now, language }) => {
      const { to, note } = body as { to: string; note: string }
      const finding = await known(db, county, Number(id))
      await writeAssignment(db, county, finding, to, actor, note, now)
      return findingView({ ...finding, assignee: to, assignedBy: actor, assignedAt: now, note }, language)
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/check',
    free: true,
    schema: { params: CountyParams },
    handle: async ({ params: { county } }) => {
      await tools.check(county)
      return { checked: true }
    },
  },
]

async function known(db: Db, county: string, id: number): Promise<StoredFinding> {
  const finding = await readFinding(db, county, id)
  if (!finding) throw new Refused({ code: 'quality/no-such-finding', details: { county, id } })
  return finding
}

export function findingView(row: StoredFinding, language: RouteRequest['language']): FindingView {
  const sentence = isRule(row.rule) ? sentenceOf({ rule: row.rule, details: row.details } as Finding, language) : { message: row.rule }
  return {
    id: row.id,
    rule: row.rule,
    ruleName: ruleName(row.rule, language),
    severity: row.severity as FindingView['severity'],
    subjectKind: row.subjectKind,
    subjectId: row.subjectId,
    subjectKey: row.subjectKey,
    village: row.village,
    bbox: row.place,
    area: row.area,
    message: sentence.message,
    hint: sentence.hint ?? null,
    accepted:
      row.reason !== null && row.acceptedBy !== null && row.acceptedRev !== null
        ? { reason: row.reason, by: row.acceptedBy, rev: row.acceptedRev }
        : null,
    assigned:
      row.assignee !== null && row.assignedBy !== null && row.assignedAt !== null
        ? { to: row.assignee, by: row.assignedBy, at: row.assignedAt.toISOString(), note: row.note ?? '' }
        : null,
  }
}
